//! The fonts of printed minutes and of pictures: widths and outlines, of the fonts that stand in this program. Never looks for a font elsewhere, so
//! that the same page gives the same bytes everywhere.

use std::sync::OnceLock;

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider as _};

const REGULAR: &[u8] = include_bytes!("assets/fonts/DejaVuSans.ttf");
const BOLD: &[u8] = include_bytes!("assets/fonts/DejaVuSans-Bold.ttf");
const MONO: &[u8] = include_bytes!("assets/fonts/DejaVuSansMono.ttf");
/// Stands for a character that the fonts do not have.
const REPLACEMENT: char = '\u{fffd}';

/// A face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    /// Text.
    Regular,
    /// Headings.
    Bold,
    /// Hashes; ASCII only.
    Mono,
}

impl Face {
    pub(super) const ALL: [Self; 3] = [Self::Regular, Self::Bold, Self::Mono];

    /// The font's file.
    pub(super) fn bytes(self) -> &'static [u8] {
        match self {
            Self::Regular => REGULAR,
            Self::Bold => BOLD,
            Self::Mono => MONO,
        }
    }

    /// The font; a test opens each of them.
    pub(super) fn font(self) -> Option<&'static FontRef<'static>> {
        static FONTS: [OnceLock<Option<FontRef<'static>>>; 3] = [const { OnceLock::new() }; 3];
        let at = Self::ALL.iter().position(|face| *face == self)?;
        FONTS.get(at)?.get_or_init(|| FontRef::new(self.bytes()).ok()).as_ref()
    }

    /// The text as far as this face can show it: other characters become U+FFFD, or `?` in hashes.
    pub(super) fn shown(self, text: &str) -> String {
        let Some(font) = self.font() else { return String::new() };
        let chars = font.charmap();
        let other = if self == Self::Mono { '?' } else { REPLACEMENT };
        text.chars().map(|c| if chars.map(c).is_some() { c } else { other }).collect()
    }

    /// Glyph and advance of each character, in ems; of a text that [`Self::shown`] gave.
    pub(super) fn glyphs(self, text: &str) -> Vec<(char, u32, f32)> {
        let Some(font) = self.font() else { return Vec::new() };
        let chars = font.charmap();
        let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
        let em = f32::from(font.metrics(Size::unscaled(), LocationRef::default()).units_per_em);
        text.chars()
            .map(|c| {
                let glyph = chars.map(c).unwrap_or_default();
                (c, glyph.to_u32(), metrics.advance_width(glyph).unwrap_or(0.0) / em)
            })
            .collect()
    }

    /// The width of a text, in ems.
    pub(super) fn width(self, text: &str) -> f32 {
        self.glyphs(text).iter().map(|(_, _, advance)| advance).sum()
    }

    /// Breaks a text into lines no wider than `ems`, at spaces, and inside a word only where it is wider than a line. Every line but the last of a
    /// paragraph ends with its space, so that words stay apart when the text is taken out again.
    pub(super) fn lines(self, text: &str, ems: f32) -> Vec<String> {
        let mut all = Vec::new();
        let (mut line, mut width) = (String::new(), 0.0);
        let space = self.width(" ");
        for word in self.shown(text).split_whitespace() {
            let wide = self.width(word);
            if !line.is_empty() && width + space + wide > ems {
                line.push(' ');
                all.push(std::mem::take(&mut line));
                width = 0.0;
            }
            if !line.is_empty() {
                line.push(' ');
                width += space;
            }
            for (c, _, advance) in self.glyphs(word) {
                if width + advance > ems && !line.is_empty() && wide > ems {
                    all.push(std::mem::take(&mut line));
                    width = 0.0;
                }
                line.push(c);
                width += advance;
            }
        }
        all.push(line);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::super::lang::Lang;
    use super::*;

    #[test]
    fn every_font_opens_and_has_what_four_languages_need() {
        for face in Face::ALL {
            assert!(face.font().is_some(), "{face:?}");
            assert_eq!(face.shown("0123456789abcdef"), "0123456789abcdef");
        }
        for face in [Face::Regular, Face::Bold] {
            for lang in Lang::ALL {
                let text: String = lang.everything();
                let lost: String =
                    text.chars().zip(face.shown(&text).chars()).filter(|(c, s)| c != s).map(|(c, _)| c).collect();
                assert!(lost.chars().all(char::is_control), "{face:?} {lang}: {lost:?}");
            }
            assert_eq!(face.shown("Łódź Σίσυφος Київ 東京"), "Łódź Σίσυφος Київ \u{fffd}\u{fffd}");
        }
    }

    #[test]
    fn lines_lose_nothing_and_are_no_wider_than_asked() {
        let long = "ab ".repeat(40) + &"0123456789abcdef".repeat(8) + " end";
        for ems in [3.0, 10.0, 40.0] {
            let lines = Face::Regular.lines(&long, ems);
            assert_eq!(lines.concat(), long, "{ems}");
            for line in &lines {
                assert!(Face::Regular.width(line.trim_end()) <= ems, "{ems}: {line}");
            }
        }
        assert_eq!(Face::Bold.lines("", 10.0), [""]);
    }
}
