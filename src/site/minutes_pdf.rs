//! Minutes on paper: a tagged PDF/A-2a of what the page of the minutes says, with room for names and signatures.
//!
//! The same sheet gives the same bytes: fonts stand in the program, the date is that of the last step told, and nothing asks the clock. It names
//! nobody; the people present write their names by hand.

use std::num::NonZeroU16;

use krilla::color::luma;
use krilla::configure::{Configuration, Validator};
use krilla::geom::{PathBuilder, Point, Rect, Size};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::tagging::{ArtifactType, ContentTag, Identifier, SpanTag, Tag, TagGroup, TagKind, TagTree};
use krilla::text::{Font, GlyphId, KrillaGlyph};
use krilla::{Document, SerializeSettings};

use super::fonts::Face;
use super::lang::{Arg, Lang};
use super::minutes::Sheet;
use crate::failure::Failure;

/// A4 in points, and its margins.
const PAGE: (f32, f32) = (595.28, 841.89);
const MARGIN: f32 = 62.0;
const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
/// Nothing but the foot stands below.
const BOTTOM: f32 = PAGE.1 - 68.0;
const FOOT: f32 = PAGE.1 - 40.0;
/// Places of a list that are printed; more would be a book.
const PLACES_MAX: usize = 20_000;
/// Side of the QR code.
const QR: f32 = 92.0;
/// Lines for the names of those present.
const NAMES: usize = 6;
/// Height of a line for handwriting.
const HAND: f32 = 26.0;

/// How a block is set.
#[derive(Debug, Clone, Copy)]
struct Style {
    face: Face,
    size: f32,
    above: f32,
}

const TITLE: Style = Style { face: Face::Bold, size: 20.0, above: 0.0 };
const LEAD: Style = Style { face: Face::Regular, size: 14.0, above: 6.0 };
const HEADING: Style = Style { face: Face::Bold, size: 12.5, above: 18.0 };
const TEXT: Style = Style { face: Face::Regular, size: 10.0, above: 9.0 };
const STRONG: Style = Style { face: Face::Bold, size: 10.0, above: 12.0 };
const LABEL: Style = Style { face: Face::Regular, size: 8.5, above: 7.0 };
const HASH: Style = Style { face: Face::Mono, size: 9.0, above: 1.0 };
const SMALL: Style = Style { face: Face::Regular, size: 8.5, above: 3.0 };

/// Something on a page.
#[derive(Debug)]
enum Mark {
    /// One line of the block with this number.
    Line { block: usize, style: Style, at: (f32, f32), text: String },
    /// A line to write on.
    Rule { at: (f32, f32), width: f32 },
    /// The QR code, which is a block of its own.
    Code { block: usize, at: (f32, f32) },
}

/// Pages as they fill up.
struct Layout {
    pages: Vec<Vec<Mark>>,
    y: f32,
    blocks: Vec<TagKind>,
}

impl Layout {
    fn put(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// Makes room for so much, on a new page if this one is full.
    fn room(&mut self, height: f32) {
        if self.y + height > BOTTOM {
            self.pages.push(Vec::new());
            self.y = MARGIN;
        }
    }

    fn block(&mut self, kind: impl Into<TagKind>) -> usize {
        self.blocks.push(kind.into());
        self.blocks.len() - 1
    }

    /// A block of text, `width` wide from `x`. `keep` is what must still fit below it on the same page.
    fn text(&mut self, kind: impl Into<TagKind>, style: Style, text: &str, keep: f32) {
        let block = self.block(kind);
        let height = style.size * 1.42;
        self.y += style.above;
        for (nth, line) in style.face.lines(text, WIDTH / style.size).into_iter().enumerate() {
            self.room(height + if nth == 0 { keep } else { 0.0 });
            self.y += height;
            let at = (MARGIN, self.y - style.size * 0.3);
            self.put(Mark::Line { block, style, at, text: line });
        }
    }

    fn heading(&mut self, text: &str) {
        let kind = Tag::Hn(NonZeroU16::MIN.saturating_add(1), Some(text.to_owned()));
        self.text(kind, HEADING, text, 30.0);
    }

    fn rule(&mut self, width: f32) {
        self.room(HAND);
        self.y += HAND;
        self.put(Mark::Rule { at: (MARGIN, self.y - 4.0), width });
    }
}

/// Sets the sheet on pages.
fn layout(sheet: &Sheet, lang: Lang) -> Layout {
    let mut all = Layout { pages: vec![Vec::new()], y: MARGIN - 10.0, blocks: Vec::new() };
    let heading = lang.t("minutes-title");
    if let Some(warning) = &sheet.warning {
        all.text(Tag::P, Style { above: 0.0, ..STRONG }, warning, 0.0);
        all.y += 14.0;
    }
    all.text(Tag::Hn(NonZeroU16::MIN, Some(heading.clone())), TITLE, &heading, 0.0);
    all.text(Tag::P, LEAD, &sheet.title, 0.0);
    for paragraph in &sheet.paragraphs {
        all.text(Tag::P, TEXT, paragraph, 0.0);
    }
    all.y += 6.0;
    for (name, hash, _) in &sheet.hashes {
        all.text(Tag::P, LABEL, name, 14.0);
        all.text(Tag::P, HASH, hash, 0.0);
    }
    for list in &sheet.people {
        all.heading(&format!("{} ({})", list.title, lang.number(list.count)));
        let shown = list.numbers.get(..PLACES_MAX).unwrap_or(&list.numbers);
        let places: Vec<String> = shown.iter().map(u32::to_string).collect();
        all.text(Tag::P, Style { above: 3.0, ..TEXT }, &places.join(", "), 0.0);
        if shown.len() < list.numbers.len() {
            let counts = [("shown", Arg::N(shown.len() as u64)), ("n", Arg::N(list.count))];
            all.text(Tag::P, SMALL, &lang.with("minutes-first", &counts), 0.0);
        }
    }
    all.text(Tag::P, STRONG, &sheet.proves, 0.0);
    // Names and signatures belong together.
    all.room(NAMES as f32 * HAND + 2.0 * HAND + 90.0);
    all.heading(&lang.t("minutes-witnesses"));
    all.text(Tag::P, SMALL, &lang.t("minutes-names"), HAND);
    for _ in 0..NAMES {
        all.rule(WIDTH);
    }
    all.y += 10.0;
    all.room(2.0 * HAND);
    all.rule(WIDTH * 0.62);
    all.text(Tag::P, Style { above: 0.0, ..SMALL }, &lang.t("minutes-signature"), 0.0);
    all.y += 16.0;
    all.room(QR + 34.0);
    let block = all.block(Tag::Figure(Some(format!("{}: {}", lang.t("minutes-qr"), sheet.address))));
    let at = (MARGIN - 10.0, all.y);
    all.put(Mark::Code { block, at });
    all.y += QR;
    all.text(Tag::P, SMALL, &lang.t("minutes-qr"), 0.0);
    all.text(Tag::P, Style { above: 0.0, ..SMALL }, &sheet.address, 0.0);
    all
}

/// The sheet as PDF.
pub(super) fn write(sheet: &Sheet, lang: Lang) -> Result<Vec<u8>, Failure> {
    let failed = || Failure::unavailable("the minutes cannot be written as PDF");
    let settings =
        SerializeSettings { configuration: Configuration::new_with_validator(Validator::A2_A), ..Default::default() };
    let mut document = Document::new_with(settings);
    let mut fonts = Vec::new();
    for face in Face::ALL {
        fonts.push((face, Font::new(face.bytes().into(), 0).ok_or_else(failed)?));
    }
    let font = |face: Face| fonts.iter().find(|(f, _)| *f == face).map(|(_, font)| font.clone());
    let planned = layout(sheet, lang);
    let mut leaves: Vec<Vec<Identifier>> = planned.blocks.iter().map(|_| Vec::new()).collect();
    let mut keep = |block: usize, leaf: Identifier| {
        if let Some(list) = leaves.get_mut(block) {
            list.push(leaf);
        }
    };
    let count = planned.pages.len();
    for (nth, marks) in planned.pages.iter().enumerate() {
        let mut page = document.start_page_with(PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(failed)?);
        let mut surface = page.surface();
        for mark in marks {
            match mark {
                Mark::Line { block, style, at, text } => {
                    keep(*block, surface.start_tagged(ContentTag::Span(SpanTag::empty())));
                    say(&mut surface, font(style.face).ok_or_else(failed)?, *style, *at, text, 0);
                    surface.end_tagged();
                }
                Mark::Rule { at, width } => {
                    surface.start_tagged(ContentTag::Artifact(ArtifactType::Other));
                    fill(&mut surface, 110, |path| rectangle(path, at.0, at.1, *width, 0.6));
                    surface.end_tagged();
                }
                Mark::Code { block, at } => {
                    keep(*block, surface.start_tagged(ContentTag::Other));
                    squares(&mut surface, &sheet.address, *at);
                    surface.end_tagged();
                }
            }
        }
        surface.start_tagged(ContentTag::Artifact(ArtifactType::Footer));
        let number = [("n", Arg::N(nth as u64 + 1)), ("all", Arg::N(count as u64))];
        let foot = SMALL.face.shown(&format!("{} · {}", sheet.foot, lang.with("minutes-page", &number)));
        say(&mut surface, font(SMALL.face).ok_or_else(failed)?, SMALL, (MARGIN, FOOT), &foot, 90);
        surface.end_tagged();
        surface.finish();
        page.finish();
    }
    let mut tree = TagTree::new().with_lang(Some(lang.code().to_owned()));
    for (kind, leaves) in planned.blocks.into_iter().zip(leaves) {
        let mut group = TagGroup::new(kind);
        for leaf in leaves {
            group.push(leaf);
        }
        tree.push(group);
    }
    document.set_tag_tree(tree);
    document.set_metadata(about(sheet, lang));
    document.finish().map_err(|_| failed())
}

fn about(sheet: &Sheet, lang: Lang) -> Metadata {
    let title = format!("{}: {}", lang.t("minutes-title"), sheet.title);
    let about = Metadata::new()
        .title(title)
        .language(lang.code().to_owned())
        .creator("Kleroterion".to_owned())
        .document_id(hex::encode(klero_draw::hash::sha256(format!("{sheet:?}{lang}").as_bytes())));
    let at = i64::try_from(sheet.as_of).ok().and_then(|secs| jiff::Timestamp::from_second(secs).ok());
    let Some(at) = at.map(|at| jiff::tz::Offset::UTC.to_datetime(at)) else { return about };
    let small = |n: i8| u8::try_from(n).unwrap_or(0);
    let date = DateTime::new(u16::try_from(at.year()).unwrap_or(0))
        .month(small(at.month()))
        .day(small(at.day()))
        .hour(small(at.hour()))
        .minute(small(at.minute()))
        .second(small(at.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    about.creation_date(date)
}

/// Writes a line of text that its face can show; `grey` is 0 for black.
fn say(surface: &mut Surface<'_>, font: Font, style: Style, at: (f32, f32), text: &str, grey: u8) {
    surface.set_fill(Some(ink(grey)));
    let mut from = 0;
    let glyphs: Vec<KrillaGlyph> = style
        .face
        .glyphs(text)
        .into_iter()
        .map(|(c, glyph, advance)| {
            let range = from..from + c.len_utf8();
            from = range.end;
            KrillaGlyph::new(GlyphId::new(glyph), advance, 0.0, 0.0, 0.0, range, None)
        })
        .collect();
    surface.draw_glyphs(Point::from_xy(at.0, at.1), &glyphs, font, text, style.size, false);
}

fn ink(grey: u8) -> Fill {
    Fill { paint: luma::Color::new(grey).into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }
}

fn fill(surface: &mut Surface<'_>, grey: u8, draw: impl FnOnce(&mut PathBuilder)) {
    let mut path = PathBuilder::new();
    draw(&mut path);
    if let Some(path) = path.finish() {
        surface.set_fill(Some(ink(grey)));
        surface.draw_path(&path);
    }
}

fn rectangle(path: &mut PathBuilder, x: f32, y: f32, width: f32, height: f32) {
    let rect = Size::from_wh(width, height).and_then(|size| Rect::from_xywh(x, y, size.width(), size.height()));
    if let Some(rect) = rect {
        path.push_rect(rect);
    }
}

/// A QR code as squares; nothing if the address is too long for one.
fn squares(surface: &mut Surface<'_>, address: &str, at: (f32, f32)) {
    let Ok(code) = qrcode::QrCode::new(address) else { return };
    let side = code.width();
    // Four modules of quiet around.
    let module = QR / (side + 8) as f32;
    fill(surface, 0, |path| {
        for (nth, colour) in code.to_colors().into_iter().enumerate() {
            if colour == qrcode::Color::Dark {
                let (row, column) = (nth / side + 4, nth % side + 4);
                rectangle(path, at.0 + column as f32 * module, at.1 + row as f32 * module, module, module);
            }
        }
    });
}
