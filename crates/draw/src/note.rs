//! Two-line signed notes (spec §1): a context, one line of canonical JSON, and exactly the signature lines that are demanded.
//!
//! A parsed note is not to be believed; [`SignedText::verify`] gives the proof that it is signed. Unlike a checkpoint, a note of this
//! protocol has no room for lines by other keys: what is not demanded is refused, so that there is one form of each note.

use klero_tlog::note::NoteError;
use klero_tlog::{Note, SignerKey, VerifierKey};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::json::{self, JsonError};
use crate::organiser::NoteRuleError;
use crate::step::StepFormError;
use crate::terms::TermsError;

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
    /// Terms that break a rule of spec §3.
    #[error("the terms: {0}")]
    Terms(TermsError),
    /// An organiser's note that breaks a rule of its kind.
    #[error(transparent)]
    Rule(NoteRuleError),
    /// A step whose members do not fit its kind.
    #[error(transparent)]
    Step(Box<StepFormError>),
}

/// What a note's second line can hold: read as `Written`, and then checked by the rules of its own kind.
pub trait Body: Clone {
    /// The members as they stand in JSON, in ascending order, unchecked.
    type Written: Serialize + DeserializeOwned + From<Self>;

    /// Checks everything that can be known from the value alone.
    fn check(written: Self::Written) -> Result<Self, SignedTextError>;
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
    /// Lines not ascending by key name and key id, or one twice.
    #[error("signature line {line} is not after the one before by key name and key id")]
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

impl<T: Body> SignedText<T> {
    /// Reads a note of `context`, at most `limit` bytes with signatures. Only the one canonical form of its value is accepted.
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
        let value = T::check(json::read(line)?)?;
        // Whatever the value does not hold (a member of another kind of step, a null) is not written again, and shows here.
        json::same_bytes(line, &json::encode(&T::Written::from(value.clone()))?)?;
        Ok(Self { note: parsed, value })
    }

    /// Signs a value with each of `keys`; the lines are sorted by key name, and by key id where a key follows one of its own name.
    /// A value that could not be read again is refused.
    pub fn sign(context: &'static str, value: T, keys: &[&SignerKey]) -> Result<Self, SignedTextError> {
        let value = T::check(value.into())?;
        let text = text_of(context, &T::Written::from(value.clone()))?;
        let mut lines: Vec<_> = keys.iter().map(|key| key.sign(&text)).collect();
        lines.sort_by(|a, b| (a.name().as_str(), a.id()).cmp(&(b.name().as_str(), b.id())));
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

    /// Checks that every line is a valid signature by one of `keys`, that lines ascend by key name (and by key id where names are equal,
    /// as when a key follows another of its name), that no public key stands twice, and that at least `threshold` keys signed (spec §1).
    pub fn verify(&self, keys: &[VerifierKey], threshold: u64) -> Result<Signers, SignatureError> {
        let mut signers: Vec<VerifierKey> = Vec::new();
        let place = |key: &VerifierKey| (key.name().as_str().to_owned(), key.id());
        for (signature, line) in self.note.signatures().iter().zip(1..) {
            let mut claimed = keys.iter().filter(|key| key.matches(signature)).peekable();
            let first = claimed.peek().ok_or(SignatureError::UnknownKey { line })?;
            if signers.last().is_some_and(|last| place(last) >= place(first)) {
                return Err(SignatureError::NotSorted { line });
            }
            // Ids have 32 bits and can be made to collide: any key that bears this name and id may be the one.
            let key = claimed
                .find(|key| key.verify(self.note.text(), signature).is_ok())
                .ok_or(SignatureError::Invalid { line })?;
            if signers.iter().any(|other| other.public_key() == key.public_key()) {
                return Err(SignatureError::SameKey { line });
            }
            signers.push(key.clone());
        }
        let found = u64::try_from(signers.len()).unwrap_or(u64::MAX);
        if found < threshold {
            return Err(SignatureError::TooFew { threshold, found });
        }
        Ok(Signers(signers))
    }
}
