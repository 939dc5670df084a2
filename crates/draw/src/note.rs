//! Two-line signed notes (spec §1): a context, one line of canonical JSON, and exactly the signature lines that are demanded.
//!
//! A parsed note is not to be believed; [`SignedText::verify`] gives the proof that it is signed. Unlike a checkpoint, a note of this
//! protocol has no room for lines by other keys: what is not demanded is refused, so that there is one form of each note.

use klero_tlog::note::NoteError;
use klero_tlog::{Note, SignerKey, VerifierKey};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::json::{self, JsonError};

/// Why a note is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignedTextError {
    /// Longer than its kind may be.
    #[error("the note has {found} bytes, at most {limit} are allowed")]
    TooLong {
        /// Bytes allowed.
        limit: usize,
        /// Bytes found.
        found: usize,
    },
    /// Not a signed note.
    #[error("not a signed note: {0}")]
    Note(NoteError),
    /// A signed note whose text is not a context and one line of JSON.
    #[error("the note's text is not a context line and one line of JSON")]
    Lines,
    /// Another context than its place demands.
    #[error("expected a note of context {expected}")]
    Context {
        /// What the place demands.
        expected: &'static str,
    },
    /// The JSON line.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The value breaks a rule of its own.
    #[error("{0}")]
    Value(String),
}

/// Why a note's signatures do not do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// A line that is by none of the demanded keys.
    #[error("signature line {line} is by none of the keys that may sign")]
    UnknownKey {
        /// Position, from 1.
        line: usize,
    },
    /// A line that does not verify.
    #[error("signature line {line} does not verify")]
    Invalid {
        /// Position, from 1.
        line: usize,
    },
    /// Lines not ascending by key name, or one twice.
    #[error("signature line {line} is not after the one before by key name")]
    NotSorted {
        /// Position, from 1.
        line: usize,
    },
    /// One public key under two names.
    #[error("signature line {line} is by a public key that has signed already")]
    SameKey {
        /// Position, from 1.
        line: usize,
    },
    /// Too few.
    #[error("signed by {found} keys, expected at least {threshold}")]
    TooFew {
        /// How many must sign.
        threshold: u64,
        /// Distinct keys that did.
        found: u64,
    },
}

/// A note as it stands, parsed, its signatures not yet checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedText<T> {
    note: Note,
    value: T,
}

/// Proof that a note bears exactly the demanded signatures. Made by [`SignedText::verify`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signers(Vec<VerifierKey>);

impl Signers {
    /// Who signed, sorted by key name.
    #[must_use]
    pub fn keys(&self) -> &[VerifierKey] {
        &self.0
    }
}

/// The text of a note: what is hashed and signed.
pub fn text_of<T: Serialize>(context: &str, value: &T) -> Result<String, JsonError> {
    Ok(format!("{context}\n{}\n", json::encode(value)?))
}

impl<T: Serialize + DeserializeOwned> SignedText<T> {
    /// Reads a note of `context`, at most `limit` bytes with signatures.
    pub fn parse(note: &str, context: &'static str, limit: usize) -> Result<Self, SignedTextError> {
        if note.len() > limit {
            return Err(SignedTextError::TooLong { limit, found: note.len() });
        }
        let parsed = Note::parse_limited(note.as_bytes(), limit).map_err(SignedTextError::Note)?;
        if parsed.to_text() != note {
            return Err(SignedTextError::Lines);
        }
        let (first, rest) = parsed.text().split_once('\n').ok_or(SignedTextError::Lines)?;
        let line = rest.strip_suffix('\n').filter(|l| !l.contains('\n')).ok_or(SignedTextError::Lines)?;
        if first != context {
            return Err(SignedTextError::Context { expected: context });
        }
        let value = json::decode(line)?;
        Ok(Self { note: parsed, value })
    }

    /// Signs a value with each of `keys`; the lines are sorted by key name.
    pub fn sign(context: &'static str, value: T, keys: &[&SignerKey]) -> Result<Self, SignedTextError> {
        let text = text_of(context, &value)?;
        let mut lines: Vec<_> = keys.iter().map(|key| key.sign(&text)).collect();
        lines.sort_by(|a, b| a.name().as_str().cmp(b.name().as_str()));
        let note = Note::from_parts(&text, lines).map_err(SignedTextError::Note)?;
        Ok(Self { note, value })
    }
}

impl<T> SignedText<T> {
    /// What the note says; not to be believed before [`Self::verify`].
    #[must_use]
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The signed text: context and JSON, each ended by a newline.
    #[must_use]
    pub fn text(&self) -> &str {
        self.note.text()
    }

    /// The whole note.
    #[must_use]
    pub fn note(&self) -> String {
        self.note.to_text()
    }

    /// How many signature lines it has.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.note.signatures().len()
    }

    /// Checks that every line is a valid signature by one of `keys`, that lines ascend by key name, that no public key stands twice,
    /// and that at least `threshold` keys signed (spec §1).
    pub fn verify(&self, keys: &[VerifierKey], threshold: u64) -> Result<Signers, SignatureError> {
        let mut signers: Vec<VerifierKey> = Vec::new();
        for (signature, line) in self.note.signatures().iter().zip(1..) {
            let key = keys.iter().find(|key| key.matches(signature)).ok_or(SignatureError::UnknownKey { line })?;
            if signers.last().is_some_and(|last| last.name().as_str() >= key.name().as_str()) {
                return Err(SignatureError::NotSorted { line });
            }
            if signers.iter().any(|other| other.public_key() == key.public_key()) {
                return Err(SignatureError::SameKey { line });
            }
            key.verify(self.note.text(), signature).map_err(|_| SignatureError::Invalid { line })?;
            signers.push(key.clone());
        }
        let found = u64::try_from(signers.len()).unwrap_or(u64::MAX);
        if found < threshold {
            return Err(SignatureError::TooFew { threshold, found });
        }
        Ok(Signers(signers))
    }
}
