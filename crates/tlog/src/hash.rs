//! Hashes of an append-only Merkle tree, RFC 6962 §2.1 (unchanged in RFC 9162 §2.1.1).
//!
//! ```text
//! empty tree  SHA-256()
//! leaf        SHA-256(0x00 || data)
//! node        SHA-256(0x01 || left || right)
//! ```
//!
//! The first byte keeps leaves and nodes apart. Nothing here hashes anything under another prefix, and nothing decides
//! whether a hash is the right one: that is [`crate::proof`].

use core::fmt;

use sha2::{Digest, Sha256};

use crate::text;

/// Length of a hash in bytes.
pub const HASH_LEN: usize = 32;

/// A SHA-256 value in a Merkle tree: a leaf, a node or a root. Ordered bytewise.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; HASH_LEN]);

/// Why a text or a byte string is not a [`struct@Hash`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// The byte string is not 32 bytes long.
    #[error("a hash is {HASH_LEN} bytes, found {found}")]
    Length {
        /// Bytes found.
        found: usize,
    },
    /// Not 64 lower-case hexadecimal digits.
    #[error("a hash in hex is 64 lower-case digits")]
    Hex,
    /// Not canonical base64 of 32 bytes.
    #[error("a hash in base64 is 44 characters of standard, padded base64")]
    Base64,
}

impl Hash {
    /// 32 zero bytes: the conventional "no hash yet". No known input hashes to it.
    pub const ZERO: Self = Self([0; HASH_LEN]);

    /// Takes the 32 bytes as they are.
    pub const fn from_bytes(bytes: [u8; HASH_LEN]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; HASH_LEN] {
        &self.0
    }

    /// The 32 bytes, by value.
    pub const fn to_bytes(self) -> [u8; HASH_LEN] {
        self.0
    }

    /// Takes exactly 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, HashError> {
        match bytes.try_into() {
            Ok(array) => Ok(Self(array)),
            Err(_) => Err(HashError::Length { found: bytes.len() }),
        }
    }

    /// 64 lower-case hexadecimal digits.
    pub fn to_hex(&self) -> String {
        hex::encode(self.0)
    }

    /// Reads what [`Self::to_hex`] prints and nothing else.
    pub fn from_hex(text: &str) -> Result<Self, HashError> {
        let lower = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let mut bytes = [0; HASH_LEN];
        if !lower || hex::decode_to_slice(text, &mut bytes).is_err() {
            return Err(HashError::Hex);
        }
        Ok(Self(bytes))
    }

    /// 44 characters of standard base64.
    pub fn to_base64(&self) -> String {
        text::to_base64(&self.0)
    }

    /// Reads what [`Self::to_base64`] prints and nothing else.
    pub fn from_base64(text: &str) -> Result<Self, HashError> {
        text::from_base64(text).and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or(HashError::Base64)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl From<[u8; HASH_LEN]> for Hash {
    fn from(bytes: [u8; HASH_LEN]) -> Self {
        Self(bytes)
    }
}

impl AsRef<[u8]> for Hash {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// `SHA-256()`: the root of the tree with no leaves.
pub fn empty_root() -> Hash {
    Hash(Sha256::digest([]).into())
}

/// `SHA-256(0x00 || data)`.
pub fn leaf_hash(data: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0x00]).chain_update(data).finalize().into())
}

/// `SHA-256(0x01 || left || right)`.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    // One contiguous buffer: two compressions either way, but a single update is measurably faster on long lists.
    let mut message = [0x01; 1 + 2 * HASH_LEN];
    message[1..=HASH_LEN].copy_from_slice(&left.0);
    message[1 + HASH_LEN..].copy_from_slice(&right.0);
    Hash(Sha256::digest(message).into())
}
