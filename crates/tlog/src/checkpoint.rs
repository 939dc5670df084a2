//! Checkpoints: signed tree heads (c2sp.org/tlog-checkpoint).
//!
//! ```text
//! origin newline
//! size in decimal newline
//! base64 root newline
//! extension lines, if any, each non-empty, each with newline
//! ```
//!
//! Never believes an unsigned checkpoint: [`Checkpoint::parse`] only reads, [`VerifiedCheckpoint`] is what a known log
//! key signed. Extension lines are kept and shown; a caller that wants none refuses them.

use crate::hash::Hash;
use crate::note::{Note, NoteError, SignerKey, VerifierKey};
use crate::proof::TreeHead;
use crate::text::parse_decimal;

/// Why a checkpoint is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Fewer than three lines, an empty line, or no newline at the end.
    #[error("a checkpoint has at least three non-empty lines, each ending in a newline")]
    Lines,
    /// The second line is not a decimal number without leading zeros.
    #[error("the checkpoint's second line is not a tree size in decimal")]
    Size,
    /// The third line is not a base64 hash.
    #[error("the checkpoint's third line is not a SHA-256 root in base64")]
    Root,
    /// A line to be printed has a newline or control character, or is empty.
    #[error("a checkpoint's origin and extension lines are non-empty and have no control characters")]
    LineContent,
    /// The note itself is malformed or its signatures do not verify.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Signed by a known key of another log.
    #[error("the checkpoint's origin is {found:?}, the log key's name is {expected:?}")]
    Origin {
        /// Name of the key that was trusted.
        expected: String,
        /// First line of the checkpoint.
        found: String,
    },
}

/// What a checkpoint's text says. Not signed by anybody yet, or not yet verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    head: TreeHead,
    extensions: Vec<String>,
}

impl Checkpoint {
    /// A checkpoint without extension lines.
    pub fn new(origin: &str, head: TreeHead) -> Result<Self, CheckpointError> {
        Self::with_extensions(origin, head, Vec::new())
    }

    /// A checkpoint with extension lines, which the specification advises against.
    pub fn with_extensions(origin: &str, head: TreeHead, extensions: Vec<String>) -> Result<Self, CheckpointError> {
        let printable = |line: &str| !line.is_empty() && line.bytes().all(|byte| byte >= 0x20);
        if !printable(origin) || !extensions.iter().all(|line| printable(line)) {
            return Err(CheckpointError::LineContent);
        }
        Ok(Self { origin: origin.to_owned(), head, extensions })
    }

    /// Reads a note's text.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let body = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?;
        let mut lines = body.split('\n');
        let mut next = || match lines.next() {
            None | Some("") => Err(CheckpointError::Lines),
            Some(line) => Ok(line),
        };
        let (origin, size, root) = (next()?, next()?, next()?);
        let size = parse_decimal(size).ok_or(CheckpointError::Size)?;
        let root = Hash::from_base64(root).map_err(|_| CheckpointError::Root)?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(CheckpointError::Lines);
        }
        Self::with_extensions(origin, TreeHead { size, root }, extensions)
    }

    /// The text to sign.
    pub fn text(&self) -> String {
        let TreeHead { size, root } = self.head;
        let mut text = format!("{}\n{size}\n{}\n", self.origin, root.to_base64());
        for line in &self.extensions {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    /// The log's identity.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Size and root.
    pub fn head(&self) -> TreeHead {
        self.head
    }

    /// Lines after the third.
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }

    /// Signs it with the log's key, whose name must be the origin.
    pub fn sign(&self, signer: &SignerKey) -> Result<Note, CheckpointError> {
        expect_origin(&signer.verifier_key(), self)?;
        Ok(Note::sign(&self.text(), &[signer])?)
    }
}

/// A checkpoint that a known log signed. Made only by [`VerifiedCheckpoint::open`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
    log_key: VerifierKey,
}

impl VerifiedCheckpoint {
    /// Reads and verifies a checkpoint with the log keys the caller trusts. The key's name must be the origin. Lines of
    /// other keys, cosignatures among them, are ignored here.
    pub fn open(bytes: &[u8], log_keys: &[VerifierKey]) -> Result<Self, CheckpointError> {
        Self::open_note(&Note::parse(bytes)?, log_keys)
    }

    /// Like [`Self::open`], for a note already parsed.
    pub fn open_note(note: &Note, log_keys: &[VerifierKey]) -> Result<Self, CheckpointError> {
        let verified = note.open(log_keys)?;
        let checkpoint = Checkpoint::parse(verified.text())?;
        // A key vouches only for the log it is named after.
        let signers = verified.signers();
        let named = |key: &&VerifierKey| key.name().as_str() == checkpoint.origin;
        let log_key = signers.iter().find(named).or(signers.first());
        let log_key = log_key.ok_or(NoteError::NoKnownSignature)?;
        expect_origin(log_key, &checkpoint)?;
        Ok(Self { checkpoint, note: note.clone(), log_key: log_key.clone() })
    }

    /// What was signed.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Size and root.
    pub fn head(&self) -> TreeHead {
        self.checkpoint.head
    }

    /// The note with all its signature lines.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// The log key that signed.
    pub fn log_key(&self) -> &VerifierKey {
        &self.log_key
    }
}

fn expect_origin(key: &VerifierKey, checkpoint: &Checkpoint) -> Result<(), CheckpointError> {
    if key.name().as_str() == checkpoint.origin {
        return Ok(());
    }
    Err(CheckpointError::Origin { expected: key.name().to_string(), found: checkpoint.origin.clone() })
}
