//! Signed notes and their Ed25519 keys (c2sp.org/signed-note).
//!
//! ```text
//! note      = text ⏎ blank line, then one or more signature lines
//! text      ends in a newline; the LAST blank line of the note ends it
//! line      "— " name " " base64(key id ‖ signature) newline
//! key id    SHA-256(name ‖ 0x0A ‖ type ‖ public key)[:4], big-endian
//! vkey      name "+" hex(key id) "+" base64(type ‖ public key)
//! skey      "PRIVATE+KEY+" name "+" hex(key id) "+" base64(type ‖ seed)
//! ```
//!
//! A note that was only parsed says nothing: the text may be used once [`Note::open`] gave a [`VerifiedNote`]. Signatures
//! by unknown keys are ignored; one by a known key that does not verify refuses the whole note. A parsed note prints
//! back byte for byte. Signing keys never appear in `Debug` or in errors.

use core::fmt;
use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::ed25519::{Ed25519Error, PUBLIC_KEY_LEN, PublicKey, SEED_LEN, SecretKey, Signature};
use crate::text::{from_base64, to_base64};

/// Longest note read by [`Note::parse`], in bytes (the limit of Go's `sumdb/note`).
pub const MAX_NOTE_LEN: usize = 1 << 20;
/// Most signature lines in a note (likewise; the specification demands at least 16).
pub const MAX_SIGNATURES: usize = 100;
/// Longest key name, in bytes: names are short URLs, and this bounds what errors repeat.
pub const MAX_KEY_NAME_LEN: usize = 255;

/// Signature type of plain Ed25519 over the text.
pub const TYPE_ED25519: u8 = 0x01;
/// Signature type of a timestamped witness cosignature ([`crate::cosignature`]).
pub const TYPE_COSIGNATURE_V1: u8 = 0x04;

const LINE_PREFIX: &str = "— ";
const SIGNER_PREFIX: &str = "PRIVATE+KEY+";

/// Why a key, a note or a signature is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Longer than the limit given to the parser.
    #[error("the note has {found} bytes, at most {limit} are read")]
    TooLong {
        /// Limit in bytes.
        limit: usize,
        /// Length in bytes.
        found: usize,
    },
    /// Not UTF-8.
    #[error("the note is not UTF-8")]
    NotUtf8,
    /// A character below U+0020 that is not a newline.
    #[error("the note has a control character at byte {offset}; only newlines are allowed")]
    ControlCharacter {
        /// Where, in bytes from the beginning.
        offset: usize,
    },
    /// No blank line, or no text before it.
    #[error("the note has no text ending in a newline, followed by a blank line")]
    NoText,
    /// Nothing after the blank line, or it does not end in a newline.
    #[error("the note has no signature lines ending in a newline")]
    NoSignatures,
    /// Too many signature lines.
    #[error("the note has more than {MAX_SIGNATURES} signatures")]
    TooManySignatures,
    /// A line after the blank line is not a signature line.
    #[error("signature line {line} is not \"— name base64\"")]
    MalformedSignatureLine {
        /// Which, from 1.
        line: usize,
    },
    /// A key name is empty, too long, or has a space, a plus or a control character.
    #[error("a key name is 1 to {MAX_KEY_NAME_LEN} bytes without spaces, plus signs and control characters")]
    KeyName,
    /// Not `name+hexid+base64`.
    #[error("a verifier key is \"name+8 hex digits+base64\"")]
    MalformedVerifierKey,
    /// Not `PRIVATE+KEY+name+hexid+base64`. Carries nothing, as the text is secret.
    #[error("a signer key is \"PRIVATE+KEY+name+8 hex digits+base64\"")]
    MalformedSignerKey,
    /// The key is of a signature type that is not accepted here.
    #[error("the key has signature type {found:#04x}, expected {expected:#04x}")]
    KeyType {
        /// Type accepted here.
        expected: u8,
        /// Type of the key.
        found: u8,
    },
    /// The key id in the text is not that of the key.
    #[error("the key id is {found:08x}, but name, type and key give {computed:08x}")]
    KeyId {
        /// Id that follows from name, type and key.
        computed: u32,
        /// Id in the text.
        found: u32,
    },
    /// The key itself is unusable.
    #[error("the key of {name} is unusable: {reason}")]
    Key {
        /// Key name.
        name: String,
        /// What is wrong with it.
        reason: Ed25519Error,
    },
    /// Two of the keys given to verify with share name and id.
    #[error("two known keys are both {name}+{id:08x}")]
    AmbiguousKeys {
        /// Key name.
        name: String,
        /// Key id.
        id: u32,
    },
    /// A signature by a known key does not verify.
    #[error("the signature by {name}+{id:08x} does not verify")]
    BadSignature {
        /// Key name.
        name: String,
        /// Key id.
        id: u32,
    },
    /// No signature is by a known key.
    #[error("no signature on the note is by a known key")]
    NoKnownSignature,
}

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

/// One signature line. That it is well-formed says nothing about its truth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    pub(crate) name: KeyName,
    pub(crate) id: u32,
    pub(crate) bytes: Vec<u8>,
}

impl NoteSignature {
    /// Reads one line, without its newline.
    pub fn parse(line: &str) -> Option<Self> {
        let (name, data) = line.strip_prefix(LINE_PREFIX)?.split_once(' ')?;
        let name = KeyName::new(name).ok()?;
        let data = from_base64(data)?;
        let (id, bytes) = data.split_first_chunk::<4>()?;
        if bytes.is_empty() {
            return None;
        }
        Some(Self { name, id: u32::from_be_bytes(*id), bytes: bytes.to_vec() })
    }

    /// The claimed key's name.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// The claimed key's id.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The signature proper, without the key id.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The line, without its newline.
    pub fn line(&self) -> String {
        let mut data = self.id.to_be_bytes().to_vec();
        data.extend_from_slice(&self.bytes);
        format!("{LINE_PREFIX}{} {}", self.name, to_base64(&data))
    }

    pub(crate) fn bad(&self) -> NoteError {
        NoteError::BadSignature { name: self.name.to_string(), id: self.id }
    }
}

/// A parsed note: a text and who claims to have signed it. Nothing has been verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl Note {
    /// Reads a note of at most [`MAX_NOTE_LEN`] bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        Self::parse_limited(bytes, MAX_NOTE_LEN)
    }

    /// Reads a note of at most `limit` bytes.
    pub fn parse_limited(bytes: &[u8], limit: usize) -> Result<Self, NoteError> {
        if bytes.len() > limit {
            return Err(NoteError::TooLong { limit, found: bytes.len() });
        }
        let note = core::str::from_utf8(bytes).map_err(|_| NoteError::NotUtf8)?;
        check_characters(note)?;
        let split = note.rfind("\n\n").ok_or(NoteError::NoText)?;
        let (text, rest) = note.split_at(split + 1);
        let lines =
            rest.strip_prefix('\n').and_then(|lines| lines.strip_suffix('\n')).ok_or(NoteError::NoSignatures)?;
        Ok(Self { text: text.to_owned(), signatures: parse_signature_lines(lines)? })
    }

    /// Signs a text with one or more keys, in the order given. The text must end in a newline and have no control
    /// characters.
    pub fn sign(text: &str, signers: &[&SignerKey]) -> Result<Self, NoteError> {
        let signatures = signers.iter().map(|signer| signer.sign(text)).collect();
        Self::from_parts(text, signatures)
    }

    /// Puts a text and signature lines together, checking all that parsing would check except the signatures' truth.
    pub fn from_parts(text: &str, signatures: Vec<NoteSignature>) -> Result<Self, NoteError> {
        check_characters(text)?;
        if !text.ends_with('\n') {
            return Err(NoteError::NoText);
        }
        if signatures.is_empty() {
            return Err(NoteError::NoSignatures);
        }
        if signatures.len() > MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// The same note with more signature lines after its own; lines it already has are not repeated.
    pub fn with_signatures(&self, more: impl IntoIterator<Item = NoteSignature>) -> Result<Self, NoteError> {
        let mut signatures = self.signatures.clone();
        for signature in more {
            if !signatures.contains(&signature) {
                signatures.push(signature);
            }
        }
        Self::from_parts(&self.text, signatures)
    }

    /// The text, with its final newline: what is signed. Not to be believed before [`Self::open`].
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines in the order they stand, so that a caller can demand exactly one, or an order.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// The signature lines as text, without newlines, in the order they stand.
    pub fn signature_lines(&self) -> impl Iterator<Item = String> + '_ {
        self.signatures.iter().map(NoteSignature::line)
    }

    /// The whole note; what [`Self::parse`] read.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_text().into_bytes()
    }

    /// The whole note as a string.
    pub fn to_text(&self) -> String {
        let mut note = self.text.clone();
        note.push('\n');
        for line in self.signature_lines() {
            note.push_str(&line);
            note.push('\n');
        }
        note
    }

    /// Verifies the note with the keys the caller trusts. Lines by other keys are ignored and listed apart; each line by
    /// one of `keys` must verify, and there must be one.
    pub fn open(&self, keys: &[VerifierKey]) -> Result<VerifiedNote, NoteError> {
        check_unambiguous(keys.iter().map(|key| &key.0))?;
        let mut signers = Vec::new();
        let mut ignored = Vec::new();
        for signature in &self.signatures {
            match keys.iter().find(|key| key.matches(signature)) {
                Some(key) => {
                    key.verify(&self.text, signature)?;
                    signers.push(key.clone());
                }
                None => ignored.push(signature.clone()),
            }
        }
        if signers.is_empty() {
            return Err(NoteError::NoKnownSignature);
        }
        Ok(VerifiedNote { note: self.clone(), signers, ignored })
    }
}

/// A note whose text at least one known key has signed. Made only by [`Note::open`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedNote {
    note: Note,
    signers: Vec<VerifierKey>,
    ignored: Vec<NoteSignature>,
}

impl VerifiedNote {
    /// The signed text.
    pub fn text(&self) -> &str {
        &self.note.text
    }

    /// The note it came from.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// The known key behind each verified line, in the order of the lines; a key that signed twice is listed twice.
    pub fn signers(&self) -> &[VerifierKey] {
        &self.signers
    }

    /// The distinct public keys that signed: count these, as two names may share a key.
    pub fn distinct_public_keys(&self) -> BTreeSet<PublicKey> {
        self.signers.iter().map(VerifierKey::public_key).collect()
    }

    /// Lines by keys that were not given.
    pub fn ignored(&self) -> &[NoteSignature] {
        &self.ignored
    }
}

/// Reads signature lines; `lines` is without the last newline.
pub(crate) fn parse_signature_lines(lines: &str) -> Result<Vec<NoteSignature>, NoteError> {
    let mut signatures = Vec::new();
    for (index, line) in lines.split('\n').enumerate() {
        if index == MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        let signature = NoteSignature::parse(line).ok_or(NoteError::MalformedSignatureLine { line: index + 1 })?;
        signatures.push(signature);
    }
    Ok(signatures)
}

pub(crate) fn check_unambiguous<'a>(keys: impl Iterator<Item = &'a NamedKey>) -> Result<(), NoteError> {
    let mut seen = BTreeSet::new();
    for key in keys {
        if !seen.insert((&key.name, key.id)) {
            return Err(NoteError::AmbiguousKeys { name: key.name.to_string(), id: key.id });
        }
    }
    Ok(())
}

fn check_characters(text: &str) -> Result<(), NoteError> {
    match text.bytes().position(|byte| byte < 0x20 && byte != b'\n') {
        Some(offset) => Err(NoteError::ControlCharacter { offset }),
        None => Ok(()),
    }
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
