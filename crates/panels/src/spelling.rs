//! When two texts are the same, and which known word is spelled most like an unknown one.

use unicode_normalization::UnicodeNormalization;

/// Words longer than this are not compared: the distance is quadratic.
const LONGEST: usize = 64;

/// The characters that are cut off at both ends of a cell: tab, line feed, carriage return, space, no-break space, zero-width space,
/// figure space, narrow no-break space, ideographic space, byte order mark.
pub const TRIMMED: [char; 10] =
    ['\t', '\n', '\r', ' ', '\u{a0}', '\u{200b}', '\u{2007}', '\u{202f}', '\u{3000}', '\u{feff}'];

/// A text as a pool reads it from a file: trimmed and in normalisation form C, so that an accent is the same whether it is a letter's own or
/// stands after it. Ids and addresses are compared so.
#[must_use]
pub fn normalise(text: &str) -> String {
    text.trim_matches(TRIMMED).nfc().collect()
}

/// The form in which names of columns and values are compared: the same in lower case, inner white space as one space.
#[must_use]
pub fn folded(text: &str) -> String {
    let lower = normalise(&text.to_lowercase());
    let mut out = String::with_capacity(lower.len());
    for word in lower.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// The known word nearest to `word`, if one is near enough to be meant.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let word: Vec<char> = folded(word).chars().collect();
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    let mut best: Option<(usize, &str)> = None;
    for candidate in known {
        let letters: Vec<char> = folded(candidate).chars().collect();
        if letters.len() > LONGEST {
            continue;
        }
        let allowed = 1 + word.len().max(letters.len()) / 3;
        let d = distance(&word, &letters);
        if d <= allowed && best.is_none_or(|(b, _)| d < b) {
            best = Some((d, candidate));
        }
    }
    best.map(|(_, c)| c.to_owned())
}

/// Edits (insert, delete, replace, swap neighbours) from one word to another.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let same = usize::from(a[i - 1] != b[j - 1]);
            let mut d = (last[j - 1] + same).min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                d = d.min(before[j - 2] + 1);
            }
            row.push(d);
        }
        before = last;
        last = row;
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_are_the_same_however_they_are_written() {
        assert_eq!(folded("  Sa\u{308}uge\u{a0} TIER\u{feff}"), "s\u{e4}uge tier");
        assert_eq!(folded("LIE\u{301}GE"), folded("li\u{e9}ge"));
        assert_ne!(folded("liege"), folded("li\u{e9}ge"), "a missing accent is another spelling");
        // one letter is missing, and the accent is no second one
        let known = ["Li\u{e9}ge", "Luik"];
        assert_eq!(nearest("Lie\u{301}g", known.into_iter()).as_deref(), Some("Li\u{e9}ge"));
    }

    #[test]
    fn finds_the_word_that_was_meant() {
        let known = ["female", "male", "other"];
        for (word, meant) in [
            ("femal", Some("female")),
            ("Femlae", Some("female")),
            (" MALE ", Some("male")),
            ("othr", Some("other")),
            ("xyzzy", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known.into_iter()).as_deref(), meant, "{word}");
        }
    }
}
