//! Reads canonical JSON (spec §1) of a shape that the caller knows, in one pass, and accepts no other spelling.
//!
//! Where the encoding is unique and the shape is fixed, there is nothing to choose: each literal is compared, each string is decoded by the
//! only escapes that RFC 8785 writes. So nothing has to be encoded again to be compared, and there is no recursion that deep input
//! could exhaust. Never accepts white space, another order, another escape or trailing bytes.

use std::borrow::Cow;

/// Where a text stops being what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} at byte {at}")]
pub struct ScanError {
    /// Offset in bytes.
    pub at: usize,
    /// What canonical JSON of this shape has there.
    pub expected: &'static str,
}

/// A position in a text.
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn error(&self, expected: &'static str) -> ScanError {
        ScanError { at: self.at, expected }
    }

    /// Takes exactly `literal`.
    pub(crate) fn expect(&mut self, literal: &'static str) -> Result<(), ScanError> {
        if self.take(literal) { Ok(()) } else { Err(self.error(literal)) }
    }

    /// Takes `literal` if it comes next.
    pub(crate) fn take(&mut self, literal: &str) -> bool {
        let next = self.rest().starts_with(literal);
        if next {
            self.at += literal.len();
        }
        next
    }

    /// Between the items of a list or object that was opened: `false` when `close` was taken.
    pub(crate) fn more(&mut self, first: bool, close: &'static str) -> Result<bool, ScanError> {
        if self.take(close) {
            return Ok(false);
        }
        if first || self.take(",") { Ok(true) } else { Err(self.error(close)) }
    }

    /// Takes a string. Borrowed if it has no escape.
    pub(crate) fn string(&mut self) -> Result<Cow<'a, str>, ScanError> {
        self.expect("\"")?;
        let rest = self.rest();
        let run = plain_run(rest.as_bytes());
        let (plain, tail) = rest.split_at_checked(run).unwrap_or((rest, ""));
        if tail.starts_with('"') {
            self.at += run + 1;
            return Ok(Cow::Borrowed(plain));
        }
        self.escaped_string().map(Cow::Owned)
    }

    /// The rest of a string that has escapes.
    fn escaped_string(&mut self) -> Result<String, ScanError> {
        let mut decoded = String::new();
        loop {
            let rest = self.rest();
            let run = plain_run(rest.as_bytes());
            let (plain, tail) = rest.split_at_checked(run).unwrap_or((rest, ""));
            self.at += run;
            // Doubling from here on: what is escaped once is mostly long, and escaped often.
            decoded.push_str(plain);
            match tail.as_bytes().first() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(decoded);
                }
                Some(b'\\') => {
                    let (escaped, len) = escape(tail).ok_or_else(|| self.error("one of RFC 8785's escapes"))?;
                    decoded.push(escaped);
                    self.at += len;
                }
                Some(_) => return Err(self.error("no control character in a string")),
                None => return Err(self.error("the end of a string")),
            }
        }
    }

    /// Nothing may follow.
    pub(crate) fn end(&self) -> Result<(), ScanError> {
        if self.rest().is_empty() { Ok(()) } else { Err(self.error("the end")) }
    }
}

/// How many bytes from the beginning stand for themselves: no quotation mark, no backslash, no control character.
///
/// Eight at a time: `x − 0x01…` borrows into the top bit of a byte that is zero, so a byte equal to `c` shows in `x ^ c…`, and one below 0x20
/// in `x − 0x20…`. A borrow can mark a byte after a marked one, never one before it, and only the first mark counts.
fn plain_run(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const TOPS: u64 = ONES << 7;
    let zero = |x: u64| x.wrapping_sub(ONES) & !x;
    let (words, rest) = bytes.as_chunks::<8>();
    for (nth, word) in words.iter().enumerate() {
        let x = u64::from_le_bytes(*word);
        let control = x.wrapping_sub(ONES * 0x20) & !x;
        let marks = (zero(x ^ (ONES * 0x22)) | zero(x ^ (ONES * 0x5c)) | control) & TOPS;
        if marks != 0 {
            let within = usize::try_from(marks.trailing_zeros() / 8).unwrap_or(0);
            return nth * 8 + within;
        }
    }
    let tail = rest.iter().position(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\'));
    words.len() * 8 + tail.unwrap_or(rest.len())
}

/// The character that an escape stands for, and the escape's length, if it is the one that RFC 8785 §3.2.2.2 writes.
fn escape(tail: &str) -> Option<(char, usize)> {
    Some(match tail.as_bytes().get(1)? {
        b'"' => ('"', 2),
        b'\\' => ('\\', 2),
        b'n' => ('\n', 2),
        b'b' => ('\u{8}', 2),
        b't' => ('\t', 2),
        b'f' => ('\u{c}', 2),
        b'r' => ('\r', 2),
        b'u' => {
            let digits = tail.get(2..6)?;
            if digits.bytes().any(|b| !matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
                return None;
            }
            let code = u8::from_str_radix(digits.strip_prefix("00")?, 16).ok()?;
            let named = matches!(code, 0x8 | 0x9 | 0xa | 0xc | 0xd);
            if code >= 0x20 || named {
                return None;
            }
            (char::from(code), 6)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use klero_draw::json;

    #[test]
    fn reads_every_string_that_the_encoder_writes() {
        let controls: String = (0..0x80u8).map(char::from).collect();
        for text in ["", "plain", "\"", "\\", "a\nb", "é\u{1f600}\u{e000}", "\u{7f}", controls.as_str()] {
            let written = json::encode(text).unwrap();
            let mut scanner = Scanner::new(&written);
            assert_eq!(scanner.string().unwrap(), text);
            scanner.end().unwrap();
        }
    }

    #[test]
    fn runs_end_at_the_first_byte_that_does_not_stand_for_itself() {
        let special = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
        for byte in 0..=u8::MAX {
            for at in 0..20 {
                let mut bytes = [b'a'; 20];
                bytes[at] = byte;
                // What follows must not disturb what comes before.
                bytes[at + 1..].fill(0x1f);
                let expected = if special(byte) { at } else { (at + 1).min(20) };
                assert_eq!(plain_run(&bytes), expected, "{byte:#04x} at {at}");
                bytes[..at].fill(0x21);
                assert_eq!(plain_run(&bytes), expected, "{byte:#04x} at {at}, after the smallest plain byte but one");
                bytes[..at].fill(0xff);
                assert_eq!(plain_run(&bytes), expected, "{byte:#04x} at {at}, after the greatest byte");
            }
        }
    }

    #[test]
    fn refuses_every_other_spelling() {
        for bad in [
            "\"\\/\"",
            "\"\\u000a\"",
            "\"\\u000A\"",
            "\"\\u00e9\"",
            "\"\\u0020\"",
            "\"\\ud800\"",
            "\"\\u00\"",
            "\"\\u001\"",
            "\"a",
            "\"\\",
            "\"\\\"",
            "a\"",
            "\"\n\"",
            "\"\\x\"",
            "\"\\u001F\"",
            "\"\\u+01f\"",
        ] {
            assert!(Scanner::new(bad).string().is_err(), "{bad}");
        }
    }
}
