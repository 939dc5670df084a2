//! A picture of a draw's verdict, 1200 × 630: as SVG for articles, as PNG for previews of links. Both are set from the same lines, in the program's
//! own fonts, so that the same state of a draw gives the same bytes. It says no more than the page, and names nobody.

use std::fmt::Write as _;

use skrifa::MetadataProvider as _;
use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use tiny_skia::{Color, FillRule, LineCap, LineJoin, Paint, PathBuilder, Pixmap, Rect, Stroke, Transform};

use super::draw_page::title;
use super::escape;
use super::facts::DrawFacts;
use super::fonts::Face;
use super::lang::Lang;
use super::verdict::verdict;

const WIDTH: u32 = 1200;
const HEIGHT: u32 = 630;
const LEFT: f32 = 70.0;
/// Nothing stands further right.
const ROOM: f32 = 1060.0;
const PAPER: &str = "#fbfaf7";

/// One line of text.
#[derive(Debug, PartialEq)]
struct Line {
    face: Face,
    size: f32,
    at: (f32, f32),
    ink: &'static str,
    text: String,
}

/// What the picture shows.
#[derive(Debug, PartialEq)]
pub(super) struct Poster {
    colour: &'static str,
    mark: &'static str,
    /// Top of the mark.
    mark_y: f32,
    lines: Vec<Line>,
}

/// The colour of a verdict.
pub(super) fn colour(class: &str) -> &'static str {
    match class {
        "good" => "#15653a",
        "wait" => "#1d4f91",
        "warn" => "#8a4b00",
        _ => "#a11d1d",
    }
}

impl Poster {
    /// The picture of a draw as it stands.
    pub(super) fn new(facts: &DrawFacts, origin: &str, lang: Lang) -> Self {
        let v = verdict(facts, lang);
        let headline = if facts.status.rehearsal { lang.t("rehearsal-title") } else { v.headline };
        let below = format!("{} {}", v.sub, v.lines.into_iter().next().unwrap_or_default());
        let hash = facts.state.result().map(|result| result.outcome.to_string());
        let foot = format!("{origin} · {}", facts.status.draw);
        Self::set(&title(facts, lang), (colour(v.class), v.mark), &headline, &below, hash, &foot)
    }

    fn set(
        title: &str,
        (colour, mark): (&'static str, &'static str),
        headline: &str,
        below: &str,
        hash: Option<String>,
        foot: &str,
    ) -> Self {
        let mut lines = Vec::new();
        let mut put = |(face, size, most): (Face, f32, usize), x: f32, mut y: f32, ink, text: &str| {
            let step = size * 1.24;
            for text in few(face, text, (ROOM + LEFT - x) / size, most) {
                lines.push(Line { face, size, at: (x, y), ink, text });
                y += step;
            }
            y
        };
        let y = put((Face::Bold, 54.0, 2), LEFT, 120.0, "#1b1b1a", title);
        let mark_y = y - 10.0;
        let end = put((Face::Bold, 36.0, 2), 165.0, y + 24.0, colour, headline);
        put((Face::Regular, 30.0, 3), LEFT, end.max(y + 100.0) + 8.0, "#3c3b38", below);
        put((Face::Mono, 21.0, 1), LEFT, 560.0, "#5b5954", hash.as_deref().unwrap_or(""));
        put((Face::Regular, 23.0, 1), LEFT, 596.0, "#5b5954", foot);
        Self { colour, mark, mark_y, lines }
    }

    /// As SVG, with the fonts that the reader's program has.
    pub(super) fn svg(&self) -> String {
        let (colour, y) = (self.colour, self.mark_y);
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" font-family=\"DejaVu Sans,Verdana,system-ui,sans-serif\">\
             <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"{PAPER}\"/><rect width=\"{WIDTH}\" height=\"24\" fill=\"{colour}\"/>\
             <g transform=\"translate({LEFT} {y}) scale(3)\"><circle cx=\"12\" cy=\"12\" r=\"11\" fill=\"{colour}\"/><path d=\"{}\" fill=\"none\" stroke=\"#fff\" stroke-width=\"2.4\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/></g>",
            self.mark,
        );
        for line in &self.lines {
            let face = match line.face {
                Face::Regular => "",
                Face::Bold => " font-weight=\"700\"",
                Face::Mono => " font-family=\"DejaVu Sans Mono,ui-monospace,Menlo,Consolas,monospace\"",
            };
            let _ = write!(
                out,
                "<text x=\"{}\" y=\"{}\" font-size=\"{}\"{face} fill=\"{}\">{}</text>",
                line.at.0,
                line.at.1,
                line.size,
                line.ink,
                escape(&line.text)
            );
        }
        out.push_str("</svg>");
        out
    }

    /// As PNG.
    pub(super) fn png(&self) -> Option<Vec<u8>> {
        let mut picture = Pixmap::new(WIDTH, HEIGHT)?;
        picture.fill(ink(PAPER)?);
        let plain = |colour: &str| Some(Paint { anti_alias: true, ..paint(ink(colour)?) });
        let bar = Rect::from_xywh(0.0, 0.0, WIDTH as f32, 24.0)?;
        picture.fill_rect(bar, &plain(self.colour)?, Transform::identity(), None);
        let there = Transform::from_translate(LEFT, self.mark_y).pre_scale(3.0, 3.0);
        let disc = PathBuilder::from_circle(12.0, 12.0, 11.0)?;
        picture.fill_path(&disc, &plain(self.colour)?, FillRule::Winding, there, None);
        let stroke = Stroke { width: 2.4, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
        picture.stroke_path(&drawn(self.mark)?, &plain("#ffffff")?, &stroke, there, None);
        for line in &self.lines {
            let Some(path) = outline(line) else { continue };
            picture.fill_path(&path, &plain(line.ink)?, FillRule::Winding, Transform::identity(), None);
        }
        picture.encode_png().ok()
    }
}

/// At most so many lines; what is left out is shown by an ellipsis.
fn few(face: Face, text: &str, ems: f32, most: usize) -> Vec<String> {
    let mut lines = face.lines(text, ems);
    let more = lines.len() > most;
    lines.truncate(most);
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    if let (true, Some(last)) = (more, lines.last_mut()) {
        while face.width(last) + face.width("…") > ems && last.pop().is_some() {}
        last.push('…');
    }
    lines.retain(|line| !line.is_empty());
    lines
}

fn paint(colour: Color) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color(colour);
    paint
}

/// `#rrggbb`.
fn ink(colour: &str) -> Option<Color> {
    let [r, g, b] = <[u8; 3]>::try_from(hex::decode(colour.strip_prefix('#')?).ok()?).ok()?;
    Some(Color::from_rgba8(r, g, b, 255))
}

/// A mark's path: `M` absolute, `l` and `v` relative, as the marks of the pages are written.
fn drawn(path: &str) -> Option<tiny_skia::Path> {
    let mut out = PathBuilder::new();
    let (mut x, mut y) = (0.0, 0.0);
    let mut rest = path;
    while let Some(command) = rest.chars().next() {
        let end = rest.get(1..)?.find(|c: char| c.is_ascii_alphabetic()).map_or(rest.len(), |at| at + 1);
        let numbers = numbers(rest.get(1..end)?)?;
        for pair in numbers.chunks(if command == 'v' { 1 } else { 2 }) {
            match (command, pair) {
                ('M', [to_x, to_y]) => {
                    (x, y) = (*to_x, *to_y);
                    out.move_to(x, y);
                    continue;
                }
                ('l', [by_x, by_y]) => (x, y) = (x + by_x, y + by_y),
                ('v', [by]) => y += by,
                _ => return None,
            }
            out.line_to(x, y);
        }
        rest = rest.get(end..)?;
    }
    out.finish()
}

/// Numbers parted by spaces or by the sign of the next.
fn numbers(text: &str) -> Option<Vec<f32>> {
    text.replace('-', " -").split_whitespace().map(|number| number.parse().ok()).collect()
}

/// The outline of a line of text.
fn outline(line: &Line) -> Option<tiny_skia::Path> {
    let font = line.face.font()?;
    let outlines = font.outline_glyphs();
    let mut pen = Pen { path: PathBuilder::new(), at: line.at };
    for (_, glyph, advance) in line.face.glyphs(&line.text) {
        if let Some(outline) = outlines.get(skrifa::GlyphId::new(glyph)) {
            let settings = DrawSettings::unhinted(Size::new(line.size), LocationRef::default());
            outline.draw(settings, &mut pen).ok()?;
        }
        pen.at.0 += advance * line.size;
    }
    pen.path.finish()
}

/// Draws glyphs, whose y points up, onto a picture, whose y points down.
struct Pen {
    path: PathBuilder,
    at: (f32, f32),
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.move_to(self.at.0 + x, self.at.1 - y);
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.path.line_to(self.at.0 + x, self.at.1 - y);
    }
    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.path.quad_to(self.at.0 + cx, self.at.1 - cy, self.at.0 + x, self.at.1 - y);
    }
    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        let (left, base) = self.at;
        self.path.cubic_to(left + ax, base - ay, left + bx, base - by, left + x, base - y);
    }
    fn close(&mut self) {
        self.path.close();
    }
}

#[cfg(test)]
mod tests {
    use super::super::verdict::MARKS;
    use super::*;

    fn poster(title: &str) -> Poster {
        let below = "1,000 of 77,000 people were drawn. 29 November 2026 · Parliament";
        let hash = Some("0123456789abcdef".repeat(4));
        Poster::set(title, (colour("good"), MARKS[0]), "Drawn by lot. All checks passed.", below, hash, "log · letters")
    }

    #[test]
    fn every_mark_can_be_drawn() {
        for mark in MARKS {
            assert!(drawn(mark).is_some(), "{mark}");
        }
        assert!(drawn("M1 1c2 2 3 3 4 4").is_none() && drawn("Mx").is_none());
    }

    #[test]
    fn the_same_draw_gives_the_same_picture_and_another_another() {
        let picture = poster("Letters").png().unwrap();
        assert_eq!(picture, poster("Letters").png().unwrap());
        assert_ne!(picture, poster("Letter").png().unwrap());
        assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n") && picture.len() < 100_000, "{}", picture.len());
        assert_eq!(&picture[16..24], [0, 0, 4, 176, 0, 0, 2, 118]);
    }

    #[test]
    fn long_titles_are_cut_and_nothing_reaches_over_the_edge() {
        let long = poster(&"Bürgerversammlung ".repeat(20));
        assert_eq!(long.lines.iter().filter(|line| line.size == 54.0).count(), 2);
        assert!(long.svg().contains('…'));
        for line in &long.lines {
            let right = line.at.0 + line.face.width(&line.text) * line.size;
            assert!(right <= LEFT + ROOM + 1.0, "{line:?}");
        }
        assert!(poster("<a> & \"b\"").svg().contains("&#60;a&#62; &#38; &#34;b&#34;"));
    }
}
