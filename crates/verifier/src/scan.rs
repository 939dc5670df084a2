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
        let mut decoded = String::new();
        loop {
            let rest = self.rest();
            let Some(run) = rest.bytes().position(is_special) else { return Err(self.error("the end of a string")) };
            let (plain, tail) = rest.split_at_checked(run).unwrap_or((rest, ""));
            self.at += run;
            match tail.as_bytes().first() {
                Some(b'"') => {
                    self.at += 1;
                    if decoded.is_empty() {
                        return Ok(Cow::Borrowed(plain));
                    }
                    decoded.push_str(plain);
                    return Ok(Cow::Owned(decoded));
                }
                Some(b'\\') => {
                    if decoded.is_empty() {
                        // Most of what is escaped is escaped often: one allocation instead of many.
                        decoded.reserve(plain.len().max(tail.len().min(1 << 16)));
                    }
                    decoded.push_str(plain);
                    let (escaped, len) = escape(tail).ok_or_else(|| self.error("one of RFC 8785's escapes"))?;
                    decoded.push(escaped);
                    self.at += len;
                }
                _ => return Err(self.error("no control character in a string")),
            }
        }
    }

    /// Nothing may follow.
    pub(crate) fn end(&self) -> Result<(), ScanError> {
        if self.rest().is_empty() { Ok(()) } else { Err(self.error("the end")) }
    }
}

/// Whether a byte ends a run of characters that stand for themselves.
fn is_special(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
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
