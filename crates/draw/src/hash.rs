//! The hashes of the protocol (spec §1): one label each, and one type each, so that a pool's root cannot be passed for a terms hash.

use std::fmt;

use sha2::{Digest, Sha256};

/// `tagged(t, x1, …, xn) = SHA-256("kleroterion/v1/" ‖ t ‖ 0x00 ‖ u64be(len x1) ‖ x1 ‖ …)` (spec §1).
#[must_use]
pub fn tagged(label: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"kleroterion/v1/");
    hash.update(label.as_bytes());
    hash.update([0]);
    for part in parts {
        hash.update(length(part).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// As [`tagged`], in a buffer that can be used again: one piece is hashed faster than many.
pub(crate) fn tagged_in(message: &mut Vec<u8>, label: &str, parts: &[&[u8]]) -> [u8; 32] {
    message.clear();
    message.extend_from_slice(b"kleroterion/v1/");
    message.extend_from_slice(label.as_bytes());
    message.push(0);
    for part in parts {
        message.extend_from_slice(&length(part).to_be_bytes());
        message.extend_from_slice(part);
    }
    sha256(message)
}

/// SHA-256 of some bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// A length as a 64-bit number; no slice is longer on any platform that Rust knows.
fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// A text that is not 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 64 lower-case hexadecimal digits")]
pub struct NotAHash;

/// Reads exactly `2 * N` lower-case hexadecimal digits.
#[must_use]
pub fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N {
        return None;
    }
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let (places, last) = bytes.as_chunks_mut::<4>();
    for (word, place) in words.iter().zip(places) {
        *place = four_bytes(*word)?;
    }
    let mut padded = *b"00000000";
    padded.get_mut(..rest.len())?.copy_from_slice(rest);
    last.copy_from_slice(four_bytes(padded)?.get(..last.len())?);
    Some(bytes)
}

/// Four bytes of eight lower-case digits, all at once: a table reads one private part a person.
///
/// Each byte of `x` becomes the number that its digit would stand for; what is a digit is then found by writing the numbers as digits again.
#[inline]
fn four_bytes(digits: [u8; 8]) -> Option<[u8; 4]> {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let x = u64::from_be_bytes(digits);
    // '0'–'9' are 0x30–0x39, 'a'–'f' are 0x61–0x66. At most 15 + 9: no carry into the next byte.
    let numbers = (x & (ONES * 0x0f)) + ((x >> 6) & ONES) * 9;
    let letters = ((numbers + ONES * 6) >> 4) & ONES;
    let written = numbers + ONES * 0x30 + letters * 0x27;
    if numbers & (ONES * 0xf0) != 0 || written != x {
        return None;
    }
    // Numbers 0x0a0b0c0d… joined in pairs, and the pairs pushed together.
    let pairs = (numbers | numbers >> 4) & 0x00ff_00ff_00ff_00ff;
    let quads = (pairs | pairs >> 8) & 0x0000_ffff_0000_ffff;
    let [_, _, _, _, low @ ..] = (quads | quads >> 16).to_be_bytes();
    Some(low)
}

/// Appends bytes as lower-case hexadecimal digits.
pub fn push_hex(out: &mut String, bytes: &[u8]) {
    for chunk in bytes.chunks(32) {
        let mut digits = [0; 64];
        for (pair, byte) in digits.as_chunks_mut::<2>().0.iter_mut().zip(chunk) {
            *pair = PAIRS.get(usize::from(*byte)).copied().unwrap_or_default();
        }
        let digits = digits.get(..2 * chunk.len()).unwrap_or_default();
        out.push_str(str::from_utf8(digits).expect("hexadecimal digits are ASCII"));
    }
}

/// The two digits of each byte.
const PAIRS: [[u8; 2]; 256] = {
    let digits = *b"0123456789abcdef";
    let mut pairs = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        pairs[byte] = [digits[byte >> 4], digits[byte & 15]];
        byte += 1;
    }
    pairs
};

macro_rules! hashes {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 32]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
        impl std::str::FromStr for $name {
            type Err = NotAHash;
            fn from_str(text: &str) -> Result<Self, NotAHash> {
                from_hex(text).map($name).ok_or(NotAHash)
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

hashes! {
    /// RFC 6962 tree head over a pool's leaves (spec §2.2).
    PoolRoot;
    /// One person's leaf in a pool (spec §2.2).
    PoolLeaf;
    /// The hidden half of a leaf (spec §2.2).
    PrivatePart;
    /// RFC 6962 leaf hash of an entry of the log (spec §4).
    StepHash;
    /// `tagged("terms", …)` of a terms note's text (spec §5.1).
    TermsHash;
    /// SHA-256 of an artifact (spec §3).
    ArtifactHash;
    /// A drand chain's hash (spec §5.2).
    ChainHash;
}

impl StepHash {
    /// What the first entry names as the one before it (spec §4).
    pub const ZERO: Self = Self([0; 32]);
}

impl ArtifactHash {
    /// The name of an artifact.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha256(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lower_case_digits_and_nothing_else() {
        let bytes: [u8; 32] = std::array::from_fn(|i| u8::try_from(i * 37 % 256).unwrap());
        let text = hex::encode(bytes);
        assert_eq!(from_hex(&text), Some(bytes));
        assert_eq!(from_hex::<16>(&text[..32]), Some(*bytes.first_chunk().unwrap()));
        assert_eq!(from_hex::<3>(&text[..6]), Some(*bytes.first_chunk().unwrap()));
        assert_eq!(from_hex::<0>(""), Some([]));
        let mut pushed = String::new();
        push_hex(&mut pushed, &bytes);
        assert_eq!(pushed, text);
        let all: Vec<u8> = (0..=u8::MAX).collect();
        for length in [0, 1, 16, 31, 32, 33, 256] {
            let mut pushed = String::new();
            push_hex(&mut pushed, &all[..length]);
            assert_eq!(pushed, hex::encode(&all[..length]));
        }
        for byte in 0..=u8::MAX {
            for at in 0..64 {
                let mut other = text.clone().into_bytes();
                other[at] = byte;
                let Ok(other) = String::from_utf8(other) else { continue };
                let expected = if byte.is_ascii_uppercase() { None } else { hex::decode(&other).ok() };
                assert_eq!(from_hex::<32>(&other).map(Vec::from), expected, "{byte:#04x} at {at}");
            }
        }
        assert_eq!(from_hex::<32>(&text[1..]), None);
        assert_eq!(from_hex::<32>(&format!("{text}00")), None);
    }
}
