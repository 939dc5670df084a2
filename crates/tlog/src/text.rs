//! The two small encodings that every format of this crate shares: decimal numbers and base64.
//!
//! Never lenient: each value has exactly one spelling, so that parsing and printing are inverse.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A decimal number with no sign and no leading zeros (`0` itself excepted), at most 2^64 − 1.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    let canonical =
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if canonical { text.parse().ok() } else { None }
}

/// RFC 4648 §4, padded, with zero trailing bits, or nothing.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// RFC 4648 §4, padded.
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
