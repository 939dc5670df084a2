//! Publication that waits for witnesses: what the writer asks of whoever gathers cosignatures, and what that may ask of the writer.
//!
//! With a [`Cosigning`] step 6 of the sequencer's order waits: a checkpoint is signed and guarded, handed over, and replaces the published one only when it
//! comes back with cosignatures that are enough. Meanwhile the writer goes on: later batches are stored, signed and guarded, and the next checkpoint that
//! comes back covers them. The network is never waited for in the writing thread.

use std::fmt;
use std::sync::{Arc, PoisonError};

use klero_tlog::{ConsistencyProof, Note, TreeHead, VerifiedCheckpoint};

use super::reader::Shared;

/// Has checkpoints cosigned.
pub trait Cosigning: Send + Sync {
    /// Begins. `published` is the checkpoint that the world sees now. Called once, when the log is open.
    fn start(&self, published: TreeHead, proofs: LogProofs, back: Back);

    /// A checkpoint that was signed; it and everything under it is on the disk. It replaces the one handed over before. Never blocks.
    fn submit(&self, checkpoint: VerifiedCheckpoint);

    /// Whether a checkpoint bears enough cosignatures to be published; if not, what is missing, in words.
    fn judge(&self, note: &Note) -> Result<(), String>;

    /// Ends, and returns when nothing is sent any more.
    fn stop(&self);
}

/// The way back to the writer.
#[derive(Clone)]
pub struct Back(Arc<dyn Fn(Gathered) + Send + Sync>);

/// What comes back.
#[derive(Debug)]
pub(super) enum Gathered {
    /// A checkpoint with cosignatures.
    Cosigned(Note),
    /// A fork, in words.
    Alarm(String),
}

impl fmt::Debug for Back {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Back")
    }
}

impl Back {
    pub(super) fn new(send: impl Fn(Gathered) + Send + Sync + 'static) -> Self {
        Self(Arc::new(send))
    }

    /// A checkpoint of this log with cosignatures on it. The writer judges it, and publishes it if it is enough, unless a larger one is public. One of the
    /// size of the published checkpoint replaces it: with more cosignatures, or with newer ones.
    pub fn cosigned(&self, note: Note) {
        (self.0)(Gathered::Cosigned(note));
    }

    /// Somebody showed another history signed by this log's key: the log becomes read-only and publishes nothing any more.
    pub fn alarm(&self, reason: String) {
        (self.0)(Gathered::Alarm(reason));
    }
}

/// Proofs about everything that is on the disk, published or not: for witnesses, who are asked before the world sees it.
#[derive(Clone)]
pub struct LogProofs(Arc<Shared>);

impl fmt::Debug for LogProofs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogProofs").field("size", &self.size()).finish()
    }
}

impl LogProofs {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self(shared)
    }

    /// Entries that the log has reached.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.0.tree().size()
    }

    /// That the tree of `new` leaves extends that of `old`; from 0 it is empty, as tlog-witness wants it.
    pub fn consistency(&self, old: u64, new: u64) -> Result<ConsistencyProof, String> {
        if old == 0 {
            return Ok(ConsistencyProof::from_hashes(Vec::new()));
        }
        self.0.tree().consistency_proof(old, new).map_err(|error| error.to_string())
    }
}

/// Gathers nothing: for the making of a log, whose witnesses do not know it yet. Everything stays unpublished.
#[derive(Debug, Default)]
pub struct Held;

impl Cosigning for Held {
    fn start(&self, _: TreeHead, _: LogProofs, _: Back) {}
    fn submit(&self, _: VerifiedCheckpoint) {}
    fn judge(&self, _: &Note) -> Result<(), String> {
        Err("no witness has been asked yet".to_owned())
    }
    fn stop(&self) {}
}

/// A lock that survives a panic of whoever held it: nothing here is left half done.
pub(crate) fn lock<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
