//! Named keys as signed notes use them (c2sp.org/signed-note).
//!
//! ```text
//! key id    SHA-256(name ‖ 0x0A ‖ type ‖ public key)[:4], big-endian
//! vkey      name "+" hex(key id) "+" base64(type ‖ public key)
//! skey      "PRIVATE+KEY+" name "+" hex(key id) "+" base64(type ‖ seed)
//! ```
//!
//! A key text is accepted only if its id is the one that follows from name, type and key. Secret keys wipe themselves,
//! and never appear in `Debug` or in errors. Each signature type has its own Rust types, so that no key can be used as
//! one of another type.

use core::fmt;
use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::ed25519::{PUBLIC_KEY_LEN, PublicKey, SEED_LEN, SecretKey, Signature};
use crate::note::{NoteError, NoteSignature};
use crate::text::{from_base64, to_base64};

/// Longest key name, in bytes: names are short URLs, and this bounds what errors repeat.
pub const MAX_KEY_NAME_LEN: usize = 255;

/// Signature type of plain Ed25519 over the text.
pub const TYPE_ED25519: u8 = 0x01;
/// Signature type of a timestamped witness cosignature ([`crate::cosignature`]).
pub const TYPE_COSIGNATURE_V1: u8 = 0x04;

const SIGNER_PREFIX: &str = "PRIVATE+KEY+";

/// The key id of signed-note: SHA-256(name ‖ newline ‖ type ‖ public key), first four bytes.
pub fn key_id(name: &KeyName, signature_type: u8, public_key: &PublicKey) -> u32 {
    let digest: [u8; 32] = Sha256::new()
        .chain_update(name.as_str())
        .chain_update([b'\n', signature_type])
        .chain_update(public_key.as_bytes())
        .finalize()
        .into();
    let [a, b, c, d, ..] = digest;
    u32::from_be_bytes([a, b, c, d])
}

/// A key's name: 1 to 255 bytes, no Unicode space, no plus sign, no control character.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyName(String);

impl KeyName {
    /// Checks a name.
    pub fn new(name: &str) -> Result<Self, NoteError> {
        let allowed = |c: char| !c.is_whitespace() && c != '+' && !c.is_ascii_control();
        if name.is_empty() || name.len() > MAX_KEY_NAME_LEN || !name.chars().all(allowed) {
            return Err(NoteError::KeyName);
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A named public key of one signature type; what `name+id+key` texts hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamedKey {
    pub(crate) name: KeyName,
    pub(crate) id: u32,
    pub(crate) public_key: PublicKey,
}

impl NamedKey {
    pub(crate) fn new(name: KeyName, signature_type: u8, public_key: PublicKey) -> Self {
        let id = key_id(&name, signature_type, &public_key);
        Self { name, id, public_key }
    }

    pub(crate) fn parse(text: &str, signature_type: u8) -> Result<Self, NoteError> {
        let (name, id, data) = split_key(text).ok_or(NoteError::MalformedVerifierKey)?;
        let name = KeyName::new(name)?;
        let data = from_base64(data).ok_or(NoteError::MalformedVerifierKey)?;
        let (found, key) = data.split_first().ok_or(NoteError::MalformedVerifierKey)?;
        expect_type(signature_type, *found)?;
        let public_key =
            PublicKey::from_slice(key).map_err(|reason| NoteError::Key { name: name.to_string(), reason })?;
        let key = Self::new(name, signature_type, public_key);
        expect_id(key.id, id)?;
        Ok(key)
    }

    pub(crate) fn to_text(&self, signature_type: u8) -> String {
        let mut data = Vec::with_capacity(1 + PUBLIC_KEY_LEN);
        data.push(signature_type);
        data.extend_from_slice(self.public_key.as_bytes());
        format!("{}+{:08x}+{}", self.name, self.id, to_base64(&data))
    }

    pub(crate) fn matches(&self, signature: &NoteSignature) -> bool {
        self.id == signature.id && self.name == signature.name
    }
}

/// A named secret key of one signature type.
#[derive(Clone)]
pub(crate) struct NamedSecret {
    pub(crate) key: NamedKey,
    pub(crate) secret: SecretKey,
}

impl NamedSecret {
    pub(crate) fn new(name: KeyName, signature_type: u8, secret: SecretKey) -> Self {
        let key = NamedKey::new(name, signature_type, secret.public_key());
        Self { key, secret }
    }

    pub(crate) fn parse(text: &str, signature_type: u8) -> Result<Self, NoteError> {
        let malformed = NoteError::MalformedSignerKey;
        let rest = text.strip_prefix(SIGNER_PREFIX).ok_or(malformed.clone())?;
        let (name, id, data) = split_key(rest).ok_or(malformed.clone())?;
        let name = KeyName::new(name)?;
        let data = Zeroizing::new(from_base64(data).ok_or(malformed.clone())?);
        let (found, seed) = data.split_first().ok_or(malformed.clone())?;
        expect_type(signature_type, *found)?;
        let seed: &[u8; SEED_LEN] = seed.try_into().map_err(|_| malformed)?;
        let signer = Self::new(name, signature_type, SecretKey::from_seed(seed));
        expect_id(signer.key.id, id)?;
        Ok(signer)
    }

    pub(crate) fn to_text(&self, signature_type: u8) -> Zeroizing<String> {
        let mut data = Zeroizing::new([signature_type; 1 + SEED_LEN]);
        data[1..].copy_from_slice(self.secret.seed().as_slice());
        let data = Zeroizing::new(to_base64(data.as_slice()));
        let key = &self.key;
        Zeroizing::new(format!("{SIGNER_PREFIX}{}+{:08x}+{}", key.name, key.id, *data))
    }
}

/// A key that verifies notes (type 0x01).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey(NamedKey);

impl VerifierKey {
    /// Names a public key.
    pub fn new(name: KeyName, public_key: PublicKey) -> Self {
        Self(NamedKey::new(name, TYPE_ED25519, public_key))
    }

    /// Reads `name+hexid+base64`. The id must be the one that name and key give.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        NamedKey::parse(text, TYPE_ED25519).map(Self)
    }

    /// Prints what [`Self::parse`] reads.
    pub fn to_text(&self) -> String {
        self.0.to_text(TYPE_ED25519)
    }

    /// The key's name.
    pub fn name(&self) -> &KeyName {
        &self.0.name
    }

    /// The key's 32-bit id: an identifier, not a commitment.
    pub fn id(&self) -> u32 {
        self.0.id
    }

    /// The public key itself: what makes two keys distinct.
    pub fn public_key(&self) -> PublicKey {
        self.0.public_key
    }

    /// Whether the line names this key.
    pub fn matches(&self, signature: &NoteSignature) -> bool {
        self.0.matches(signature)
    }

    /// Checks one signature line over `text`; it must name this key.
    pub fn verify(&self, text: &str, signature: &NoteSignature) -> Result<(), NoteError> {
        let bad = || signature.bad();
        if !self.matches(signature) {
            return Err(bad());
        }
        let bytes = Signature::from_slice(&signature.bytes).map_err(|_| bad())?;
        self.0.public_key.verify(text.as_bytes(), &bytes).map_err(|_| bad())
    }
}

/// A key that signs notes (type 0x01). Wiped when dropped, never printed by `Debug`.
#[derive(Clone)]
pub struct SignerKey(NamedSecret);

impl SignerKey {
    /// Names a secret key.
    pub fn new(name: KeyName, secret: SecretKey) -> Self {
        Self(NamedSecret::new(name, TYPE_ED25519, secret))
    }

    /// Reads `PRIVATE+KEY+name+hexid+base64`.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        NamedSecret::parse(text, TYPE_ED25519).map(Self)
    }

    /// Prints what [`Self::parse`] reads, into a buffer that wipes itself.
    pub fn to_text(&self) -> Zeroizing<String> {
        self.0.to_text(TYPE_ED25519)
    }

    /// The key that verifies what this one signs.
    pub fn verifier_key(&self) -> VerifierKey {
        VerifierKey(self.0.key.clone())
    }

    /// Signs a note's text, giving one signature line.
    pub fn sign(&self, text: &str) -> NoteSignature {
        NoteSignature {
            name: self.0.key.name.clone(),
            id: self.0.key.id,
            bytes: self.0.secret.sign(text.as_bytes()).as_bytes().to_vec(),
        }
    }
}

impl fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignerKey({}, redacted)", self.verifier_key().to_text())
    }
}

pub(crate) fn check_unambiguous(keys: &[VerifierKey]) -> Result<(), NoteError> {
    let mut seen = BTreeSet::new();
    for VerifierKey(key) in keys {
        if !seen.insert((&key.name, key.id)) {
            return Err(NoteError::AmbiguousKeys { name: key.name.to_string(), id: key.id });
        }
    }
    Ok(())
}

/// Splits `name+hexid+base64`. A name has no plus, base64 may.
fn split_key(text: &str) -> Option<(&str, u32, &str)> {
    let (name, rest) = text.split_once('+')?;
    let (id, data) = rest.split_once('+')?;
    let hex = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if id.len() != 8 || !id.bytes().all(hex) {
        return None;
    }
    Some((name, u32::from_str_radix(id, 16).ok()?, data))
}

fn expect_type(expected: u8, found: u8) -> Result<(), NoteError> {
    if expected == found { Ok(()) } else { Err(NoteError::KeyType { expected, found }) }
}

fn expect_id(computed: u32, found: u32) -> Result<(), NoteError> {
    if computed == found { Ok(()) } else { Err(NoteError::KeyId { computed, found }) }
}
