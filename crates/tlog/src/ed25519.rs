//! Ed25519 with one fixed verdict for every input (RFC 8032, strict reading).
//!
//! A signature (R, S) by A over M is valid if and only if
//!
//! - S < L;
//! - A and R are canonical encodings of curve points (y < p; no x = −0);
//! - neither A nor R has small order;
//! - `[S]B = R + [k]A`, without multiplying by the cofactor.
//!
//! Two implementations of these rules agree on every byte string, which a public verdict needs; libraries' defaults do
//! not agree with each other. Batch verification must never be used: it drops the last rule.

use core::fmt;

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

/// Length of a public key in bytes.
pub const PUBLIC_KEY_LEN: usize = 32;
/// Length of a secret key's seed in bytes.
pub const SEED_LEN: usize = 32;
/// Length of a signature in bytes.
pub const SIGNATURE_LEN: usize = 64;

/// The field's prime, 2^255 − 19, little-endian as Ed25519 encodes it.
const P: [u8; 32] = [
    0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
];

/// Why a byte string is not a usable key or not a valid signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ed25519Error {
    /// Wrong number of bytes for a public key.
    #[error("an Ed25519 public key is {PUBLIC_KEY_LEN} bytes, found {found}")]
    PublicKeyLength {
        /// Bytes found.
        found: usize,
    },
    /// Wrong number of bytes for a signature.
    #[error("an Ed25519 signature is {SIGNATURE_LEN} bytes, found {found}")]
    SignatureLength {
        /// Bytes found.
        found: usize,
    },
    /// The y coordinate is not below 2^255 − 19: the same point has another encoding.
    #[error("the Ed25519 public key is not canonically encoded")]
    NonCanonicalPublicKey,
    /// No point of the curve has this encoding.
    #[error("the Ed25519 public key is not a point of the curve")]
    NotAPoint,
    /// The key is one of the eight points with which one signature fits many messages.
    #[error("the Ed25519 public key has small order")]
    SmallOrderPublicKey,
    /// The equation does not hold, S is not reduced, or R is not canonical or has small order.
    #[error("the Ed25519 signature does not verify")]
    BadSignature,
}

/// A public key that has passed the checks on A. Compared and ordered by its 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Takes 32 bytes that are a canonical point of large order.
    pub fn from_bytes(bytes: &[u8; PUBLIC_KEY_LEN]) -> Result<Self, Ed25519Error> {
        if !is_canonical_y(bytes) {
            return Err(Ed25519Error::NonCanonicalPublicKey);
        }
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| Ed25519Error::NotAPoint)?;
        // Also refuses x = −0, which only the points (0, 1) and (0, −1), of order 1 and 2, can have.
        if key.is_weak() {
            return Err(Ed25519Error::SmallOrderPublicKey);
        }
        Ok(Self(key))
    }

    /// Takes exactly 32 bytes, see [`Self::from_bytes`].
    pub fn from_slice(bytes: &[u8]) -> Result<Self, Ed25519Error> {
        match bytes.try_into() {
            Ok(array) => Self::from_bytes(array),
            Err(_) => Err(Ed25519Error::PublicKeyLength { found: bytes.len() }),
        }
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; PUBLIC_KEY_LEN] {
        self.0.as_bytes()
    }

    /// Checks a signature over `message` by the rules above.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), Ed25519Error> {
        // R is compared as bytes with the canonical encoding of [S]B − [k]A, so no other encoding of it can pass.
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        self.0.verify_strict(message, &signature).map_err(|_| Ed25519Error::BadSignature)
    }
}

impl PartialOrd for PublicKey {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PublicKey {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", hex::encode(self.as_bytes()))
    }
}

/// 64 bytes that claim to be a signature: R and S.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; SIGNATURE_LEN]);

impl Signature {
    /// Takes the bytes as they are; [`PublicKey::verify`] judges them.
    pub const fn from_bytes(bytes: [u8; SIGNATURE_LEN]) -> Self {
        Self(bytes)
    }

    /// Takes exactly 64 bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, Ed25519Error> {
        match bytes.try_into() {
            Ok(array) => Ok(Self(array)),
            Err(_) => Err(Ed25519Error::SignatureLength { found: bytes.len() }),
        }
    }

    /// The 64 bytes.
    pub const fn as_bytes(&self) -> &[u8; SIGNATURE_LEN] {
        &self.0
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({})", hex::encode(self.0))
    }
}

/// A secret key. Wiped from memory when dropped; never printed.
#[derive(Clone)]
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// The key of a 32-byte seed, which the caller draws from a good source and wipes.
    pub fn from_seed(seed: &[u8; SEED_LEN]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The seed, in a buffer that wipes itself.
    pub fn seed(&self) -> Zeroizing<[u8; SEED_LEN]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The matching public key. (A clamped scalar times the base point never has small order.)
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs `message`; deterministic (RFC 8032 §5.1.6).
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(redacted)")
    }
}

/// Whether the encoded y (without the sign bit) is below p.
fn is_canonical_y(bytes: &[u8; 32]) -> bool {
    let mut y = *bytes;
    y[31] &= 0x7f;
    y.iter().rev().lt(P.iter().rev())
}
