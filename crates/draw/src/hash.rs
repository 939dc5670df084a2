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
pub fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        return None;
    }
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(bytes)
}

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
