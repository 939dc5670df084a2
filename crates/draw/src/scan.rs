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
#[derive(Debug)]
pub struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    /// At the beginning of a text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn error(&self, expected: &'static str) -> ScanError {
        ScanError { at: self.at, expected }
    }

    /// Takes exactly `literal`.
    pub fn expect(&mut self, literal: &'static str) -> Result<(), ScanError> {
        if self.take(literal) { Ok(()) } else { Err(self.error(literal)) }
    }

    /// Takes `literal` if it comes next.
    pub fn take(&mut self, literal: &str) -> bool {
        let next = self.rest().starts_with(literal);
        if next {
            self.at += literal.len();
        }
        next
    }

    /// Between the items of a list or object that was opened: `false` when `close` was taken.
    pub fn more(&mut self, first: bool, close: &'static str) -> Result<bool, ScanError> {
        if self.take(close) {
            return Ok(false);
        }
        if first || self.take(",") { Ok(true) } else { Err(self.error(close)) }
    }

    /// Takes a string. Borrowed if it has no escape.
    pub fn string(&mut self) -> Result<Cow<'a, str>, ScanError> {
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

    /// The rest of a string that has escapes, from its first byte on.
    ///
    /// What is copied between two escapes is mostly a few bytes, so sixteen are copied at a time, whether or not all of them stand for
    /// themselves, and the place to write moves on by those that do.
    fn escaped_string(&mut self) -> Result<String, ScanError> {
        let bytes = self.rest().as_bytes();
        // Decoding never lengthens. Long strings get all the room that they could need at once; it costs nothing until it is written to.
        let mut decoded = vec![0; bytes.len().min(SHORT_STRING)];
        let (mut read, mut wrote) = (0, 0);
        loop {
            if wrote + STEP > decoded.len() {
                decoded = grown(&decoded, wrote, wrote + bytes.len() - read + STEP);
            }
            match bytes.get(read..).and_then(<[u8]>::first_chunk::<STEP>) {
                Some(step) => {
                    if let Some(place) = decoded.get_mut(wrote..).and_then(<[u8]>::first_chunk_mut) {
                        *place = *step;
                    }
                    let run = plain_in_step(step);
                    read += run;
                    wrote += run;
                    if run == STEP {
                        continue;
                    }
                    // By far the most frequent escape.
                    if let (Some(b"\\\""), Some(place)) = (bytes.get(read..read + 2), decoded.get_mut(wrote)) {
                        *place = b'"';
                        (read, wrote) = (read + 2, wrote + 1);
                        continue;
                    }
                }
                None => {
                    let tail = bytes.get(read..).unwrap_or_default();
                    let run = plain_run(tail);
                    if let (Some(from), Some(to)) = (tail.get(..run), decoded.get_mut(wrote..wrote + run)) {
                        to.copy_from_slice(from);
                    }
                    read += run;
                    wrote += run;
                }
            }
            match bytes.get(read) {
                Some(b'"') => {
                    decoded.truncate(wrote);
                    decoded.shrink_to_fit();
                    self.at += read + 1;
                    // The text is UTF-8, and only whole characters were replaced by whole characters.
                    return String::from_utf8(decoded).map_err(|_| self.error("UTF-8"));
                }
                Some(b'\\') => {
                    let escaped = bytes.get(read..).and_then(escape);
                    let Some((byte, len)) = escaped else {
                        self.at += read;
                        return Err(self.error("one of RFC 8785's escapes"));
                    };
                    if let Some(place) = decoded.get_mut(wrote) {
                        *place = byte;
                    }
                    wrote += 1;
                    read += len;
                }
                found => {
                    self.at += read;
                    let expected =
                        if found.is_some() { "no control character in a string" } else { "the end of a string" };
                    return Err(self.error(expected));
                }
            }
        }
    }

    /// Takes a number below 2^32 in its one form: decimal digits without a leading zero.
    pub fn number(&mut self) -> Result<u32, ScanError> {
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let text = self.rest().get(..digits).unwrap_or_default();
        let error = self.error("a number below 2^32");
        if text.len() > 1 && text.starts_with('0') {
            return Err(error);
        }
        let number = text.parse().map_err(|_| error)?;
        self.at += digits;
        Ok(number)
    }

    /// Nothing may follow.
    pub fn end(&self) -> Result<(), ScanError> {
        if self.rest().is_empty() { Ok(()) } else { Err(self.error("the end")) }
    }
}

/// Bytes of a string with escapes that are copied at a time.
const STEP: usize = 16;
/// Room that a string with escapes gets at first.
const SHORT_STRING: usize = 1 << 16;

/// A copy of what was written, with more room.
fn grown(old: &[u8], wrote: usize, room: usize) -> Vec<u8> {
    let mut new = vec![0; room];
    if let (Some(from), Some(to)) = (old.get(..wrote), new.get_mut(..wrote)) {
        to.copy_from_slice(from);
    }
    new
}

/// How many bytes from the beginning stand for themselves: no quotation mark, no backslash, no control character.
pub(crate) fn plain_run(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    for (nth, word) in words.iter().enumerate() {
        let run = plain_in(*word);
        if run < 8 {
            return nth * 8 + run;
        }
    }
    let tail = rest.iter().position(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\'));
    words.len() * 8 + tail.unwrap_or(rest.len())
}

/// The same of eight bytes, at once.
///
/// `x − 0x01…` borrows into the top bit of a byte that is zero, so a byte equal to `c` shows in `x ^ c…`, and one below 0x20 in
/// `x − 0x20…`. A borrow can mark a byte after a marked one, never one before it, and only the first mark counts.
#[inline]
fn plain_in(word: [u8; 8]) -> usize {
    usize::try_from(marks(word).trailing_zeros() / 8).unwrap_or(0)
}

/// The same of sixteen.
#[inline]
fn plain_in_step(step: &[u8; STEP]) -> usize {
    let [low, high] = step.as_chunks::<8>().0 else { return 0 };
    let marks = u128::from(marks(*high)) << 64 | u128::from(marks(*low));
    usize::try_from(marks.trailing_zeros() / 8).unwrap_or(0)
}

/// The top bit of the first byte that does not stand for itself, and perhaps of later ones.
#[inline]
fn marks(word: [u8; 8]) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const TOPS: u64 = ONES << 7;
    let zero = |x: u64| x.wrapping_sub(ONES) & !x;
    let x = u64::from_le_bytes(word);
    let control = x.wrapping_sub(ONES * 0x20) & !x;
    (zero(x ^ (ONES * 0x22)) | zero(x ^ (ONES * 0x5c)) | control) & TOPS
}

/// The character that an escape stands for, which is ASCII, and the escape's length, if it is the one that RFC 8785 §3.2.2.2 writes.
fn escape(tail: &[u8]) -> Option<(u8, usize)> {
    Some(match tail {
        [_, b'"', ..] => (b'"', 2),
        [_, b'\\', ..] => (b'\\', 2),
        [_, b'n', ..] => (b'\n', 2),
        [_, b'b', ..] => (0x8, 2),
        [_, b't', ..] => (b'\t', 2),
        [_, b'f', ..] => (0xc, 2),
        [_, b'r', ..] => (b'\r', 2),
        [_, b'u', b'0', b'0', high @ b'0'..=b'1', low, ..] => {
            let low = match low {
                b'0'..=b'9' => low - b'0',
                b'a'..=b'f' => low - b'a' + 10,
                _ => return None,
            };
            let code = (high - b'0') << 4 | low;
            if matches!(code, 0x8 | 0x9 | 0xa | 0xc | 0xd) {
                return None;
            }
            (code, 6)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

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
    fn reads_strings_of_every_length_around_the_steps() {
        for length in
            (0..80).chain([SHORT_STRING - 20, SHORT_STRING - 1, SHORT_STRING, SHORT_STRING + 20, 3 * SHORT_STRING])
        {
            for every in [1, 2, 3, 7, 15, 16, 17, 31, 1_000] {
                let text: String = (0..length)
                    .map(|i| if i % every == every - 1 { ['"', '\n', '\\', '\u{1}', 'é'][i % 5] } else { 'a' })
                    .collect();
                let mut written = json::encode(&text).unwrap();
                written.push_str(",\"next\"");
                let mut scanner = Scanner::new(&written);
                assert!(scanner.string().unwrap() == text, "{length} characters, one of {every} escaped");
                scanner.expect(",\"next\"").unwrap();
                scanner.end().unwrap();
            }
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
                assert_eq!(plain_in_step(bytes.first_chunk().unwrap()), expected.min(STEP), "{byte:#04x} at {at}");
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
