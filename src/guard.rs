//! The guard: the last checkpoint that was signed, kept outside the database.
//!
//! A checkpoint binds the log for ever, so before one leaves the process it is written here: temporary file, sync, rename,
//! sync of the folder. Whoever opens the log then knows how far it must reach and what its root must be, and a database
//! that came back shorter, or tiles that did, are found out. Never made anew for a log that has lost it; never older than
//! a checkpoint that anybody has seen.
//!
//! ```text
//! kleroterion/v1/guard ⏎
//! size in decimal ⏎
//! root in base64 ⏎
//! SHA-256 of the checkpoint note, hex ⏎
//! ⏎
//! the checkpoint note, to the end of the file
//! ```

use std::path::{Path, PathBuf};

use klero_draw::hash::sha256;
use klero_tlog::checkpoint::CheckpointError;
use klero_tlog::note::MAX_NOTE_LEN;
use klero_tlog::proof::TreeHead;
use klero_tlog::{VerifiedCheckpoint, VerifierKey};

use crate::files::{FileError, Files, NewFile, write_durably};

const HEADER: &str = "kleroterion/v1/guard";
/// A checkpoint note is bounded by its own parser; the lines before it are short.
const MAX_GUARD_BYTES: u64 = MAX_NOTE_LEN as u64 + 1024;

/// Why there is no guard to go by.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GuardError {
    /// There is no guard.
    #[error("there is no guard {}", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// It is not what this program writes.
    #[error("the guard {} is damaged: {what}", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Its checkpoint is not signed by this log.
    #[error("the guard's checkpoint is refused: {0}")]
    Checkpoint(CheckpointError),
    /// The file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
}

impl GuardError {
    /// What a person should do next.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Missing { .. } => {
                "a new log is made with klero init; if this folder held a log, restore the guard from the newest backup, or \
                 from the newest checkpoint that anybody outside has: klero log repair --checkpoint FILE"
            }
            Self::Damaged { .. } => {
                "restore the guard from the newest backup, or from the newest checkpoint that anybody outside has: klero log \
                 repair --checkpoint FILE"
            }
            Self::Checkpoint(_) => "this folder belongs to another log, or the wrong key was given: check both",
            Self::File(error) => error.advice(),
        }
    }
}

/// The last checkpoint that was signed. Made only from one whose signature was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard(VerifiedCheckpoint);

impl Guard {
    /// Guards this checkpoint from now on. Nothing is written yet.
    pub fn new(checkpoint: VerifiedCheckpoint) -> Self {
        Self(checkpoint)
    }

    /// Reads the guard and verifies its checkpoint with the keys of this log.
    pub fn read(files: &dyn Files, path: &Path, log_keys: &[VerifierKey]) -> Result<Self, GuardError> {
        let missing = || GuardError::Missing { path: path.to_owned() };
        let bytes = files.read(path, MAX_GUARD_BYTES)?.ok_or_else(missing)?;
        let damaged = |what| GuardError::Damaged { path: path.to_owned(), what };
        let text = String::from_utf8(bytes).map_err(|_| damaged("it is not text"))?;
        let (_, note) = text.split_once("\n\n").ok_or_else(|| damaged("it has no checkpoint"))?;
        let checkpoint = VerifiedCheckpoint::open(note.as_bytes(), log_keys);
        let guard = match checkpoint {
            Ok(checkpoint) => Self(checkpoint),
            // A byte that changed in the note is damage, not another log: the digest above it tells which.
            Err(_) if !text.contains(&format!("\n{}\n\n", hex::encode(sha256(note.as_bytes())))) => {
                return Err(damaged("its checkpoint does not hash to the line above it"));
            }
            Err(error) => return Err(GuardError::Checkpoint(error)),
        };
        if guard.text() != text {
            return Err(damaged("its lines do not fit its checkpoint"));
        }
        Ok(guard)
    }

    /// Writes the guard; when this returns `Ok` it is on the disk.
    pub fn write(&self, files: &dyn Files, path: &Path) -> Result<(), FileError> {
        write_durably(files, &[NewFile { path: path.to_owned(), bytes: self.text().into_bytes() }])
    }

    /// Whether a checkpoint of the same size lacks the signature that this one has: somebody signed it with a key of this log that has been replaced.
    #[must_use]
    pub fn denies_signer_of(&self, checkpoint: &VerifiedCheckpoint) -> bool {
        let signer = std::slice::from_ref(self.checkpoint().log_key());
        checkpoint.head().size == self.head().size && VerifiedCheckpoint::open_note(checkpoint.note(), signer).is_err()
    }

    /// The checkpoint that it holds.
    pub fn checkpoint(&self) -> &VerifiedCheckpoint {
        &self.0
    }

    /// Size and root below which the log can never be again.
    pub fn head(&self) -> TreeHead {
        self.0.head()
    }

    fn text(&self) -> String {
        let TreeHead { size, root } = self.head();
        let note = self.0.note().to_text();
        let digest = hex::encode(sha256(note.as_bytes()));
        format!("{HEADER}\n{size}\n{}\n{digest}\n\n{note}", root.to_base64())
    }
}
