//! Signed notes (c2sp.org/signed-note).
//!
//! ```text
//! note      = text, blank line, then one or more signature lines
//! text      ends in a newline; the LAST blank line of the note ends it
//! line      "— " name " " base64(key id ‖ signature) newline
//! ```
//!
//! A note that was only parsed says nothing: the text may be used once [`Note::open`] gave a [`VerifiedNote`]. Signatures
//! by unknown keys are ignored; one by a known key that does not verify refuses the whole note. A parsed note prints
//! back byte for byte. Keys are in [`crate::key`] and reachable from here.

use std::collections::BTreeSet;

use crate::ed25519::{Ed25519Error, PublicKey};
use crate::key::check_unambiguous;
pub use crate::key::{KeyName, MAX_KEY_NAME_LEN, SignerKey, TYPE_COSIGNATURE_V1, TYPE_ED25519, VerifierKey, key_id};
use crate::text::{from_base64, to_base64};

/// Longest note read by [`Note::parse`], in bytes (the limit of Go's `sumdb/note`).
pub const MAX_NOTE_LEN: usize = 1 << 20;
/// Most signature lines in a note (likewise; the specification demands at least 16).
pub const MAX_SIGNATURES: usize = 100;
const LINE_PREFIX: &str = "— ";

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
        check_unambiguous(keys)?;
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

fn check_characters(text: &str) -> Result<(), NoteError> {
    match text.bytes().position(|byte| byte < 0x20 && byte != b'\n') {
        Some(offset) => Err(NoteError::ControlCharacter { offset }),
        None => Ok(()),
    }
}
