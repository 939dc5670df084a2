//! Checkpoints that witnessed a step first: `public/witnessed/<index>`, one file for each `sealed`, `vacated` and `voided` step (spec §8).
//!
//! They are the evidence of when a step was logged, by others' clocks, and cannot be had again: a file is on the disk before the checkpoint is published, and
//! afterwards only gains cosignatures. Beside one may lie its outside timestamps, `<index>.tokens`. Judges nothing.

use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use klero_tlog::Note;
use klero_tlog::note::MAX_NOTE_LEN;

use crate::files::{FileError, Files, NewFile, create_folders_durably, write_durably};

pub use klero_verifier::token::{MAX_TOKEN_LEN as MAX_TOKEN_BYTES, MAX_TOKENS};

/// The kept checkpoints of one log.
#[derive(Clone)]
pub struct Kept {
    files: Arc<dyn Files>,
    public: PathBuf,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept").field("public", &self.public).finish_non_exhaustive()
    }
}

impl Kept {
    /// Those below a public folder.
    pub fn new(public: PathBuf, files: Arc<dyn Files>) -> Self {
        Self { files, public }
    }

    fn folder(&self) -> PathBuf {
        self.public.join("witnessed")
    }

    fn path(&self, index: u64) -> PathBuf {
        self.folder().join(index.to_string())
    }

    /// Keeps `note` for these steps. What is kept already stays; cosignatures by further keys are added to it if it is the same checkpoint. When this
    /// returns `Ok` all of it is on the disk.
    pub fn keep(&self, steps: &[u64], note: &Note) -> Result<(), FileError> {
        let mut new = Vec::new();
        for index in steps {
            let kept = self.get(*index)?;
            let merged = match &kept {
                None => Some(note.clone()),
                Some(kept) => merge(kept, note),
            };
            if let Some(merged) = merged {
                new.push(NewFile { path: self.path(*index), bytes: merged.to_bytes() });
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        create_folders_durably(self.files.as_ref(), &self.public, &self.folder())?;
        write_durably(self.files.as_ref(), &new)
    }

    /// Adds an outside timestamp to a step's, unless it has [`MAX_TOKENS`]. When this returns `Ok` it is on the disk.
    pub fn add_token(&self, index: u64, token: Vec<u8>) -> Result<(), FileError> {
        let mut tokens = self.tokens(index)?;
        if tokens.contains(&token) || tokens.len() >= MAX_TOKENS || token.len() > MAX_TOKEN_BYTES {
            return Ok(());
        }
        tokens.push(token);
        let lines: String = tokens.iter().map(|token| STANDARD.encode(token) + "\n").collect();
        let path = self.folder().join(format!("{index}.tokens"));
        write_durably(self.files.as_ref(), &[NewFile { path, bytes: lines.into_bytes() }])
    }

    /// The outside timestamps of a step's checkpoint. A line that is not one is passed over.
    pub fn tokens(&self, index: u64) -> Result<Vec<Vec<u8>>, FileError> {
        let limit = (MAX_TOKENS * MAX_TOKEN_BYTES * 2) as u64;
        let bytes = self.files.read(&self.folder().join(format!("{index}.tokens")), limit)?.unwrap_or_default();
        let lines = bytes.split(|byte| *byte == b'\n');
        let tokens = lines.filter_map(|line| STANDARD.decode(line).ok()).filter(|token| !token.is_empty());
        Ok(tokens.take(MAX_TOKENS).collect())
    }

    /// The checkpoint kept for a step. One that cannot be read is as good as none: it is evidence, and evidence that is damaged proves nothing.
    pub fn get(&self, index: u64) -> Result<Option<Note>, FileError> {
        let bytes = self.files.read(&self.path(index), MAX_NOTE_LEN as u64)?;
        Ok(bytes.and_then(|bytes| Note::parse(&bytes).ok()))
    }
}

/// The kept note with the new one's lines by further keys; `None` if it gains nothing, or is another checkpoint.
fn merge(kept: &Note, new: &Note) -> Option<Note> {
    if kept.text() != new.text() {
        return None;
    }
    let known = |line: &klero_tlog::note::NoteSignature| {
        kept.signatures().iter().any(|have| have.name() == line.name() && have.id() == line.id())
    };
    let more: Vec<_> = new.signatures().iter().filter(|line| !known(line)).cloned().collect();
    if more.is_empty() { None } else { kept.with_signatures(more).ok() }
}
