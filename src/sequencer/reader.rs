//! Reading a log that is being written: entries, proofs, checkpoints.
//!
//! Gives out nothing beyond the published checkpoint, and no entry that does not hash to its leaf. Hashes come from memory
//! (64 bytes an entry), so a proof costs no disk access; reading never waits for a write to the disk.

use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use klero_tlog::proof::TreeHead;
use klero_tlog::{ConsistencyProof, Hash, InclusionProof, MerkleTree, leaf_hash};
use tokio::sync::watch;

use super::{Condition, PublishedCheckpoint, ReadOnly};
use crate::publish::Publisher;
use crate::store::{Store, StoreError};

/// Most entries that one call gives: with the longest entries, 64 MiB.
pub const MAX_RANGE: u64 = 1024;

/// Why something cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The published log does not reach so far.
    #[error("the log has {size} entries; {asked} was asked for")]
    Beyond {
        /// Entries published.
        size: u64,
        /// Index or size asked for.
        asked: u64,
    },
    /// A range that ends before it begins, or is longer than [`MAX_RANGE`].
    #[error("entries {start} to {end} were asked for; a range has at most {MAX_RANGE}")]
    Range {
        /// First entry.
        start: u64,
        /// First entry after the range.
        end: u64,
    },
    /// The proof asked for makes no sense, such as from a larger to a smaller tree.
    #[error("no such proof: {reason}")]
    Proof {
        /// Why not.
        reason: String,
    },
    /// The database could not give it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database gave other bytes than were logged. They are not passed on.
    #[error("entry {index} in the database hashes to {found}, the log says {expected}")]
    Altered {
        /// Which.
        index: u64,
        /// Leaf hash in the log.
        expected: Hash,
        /// Hash of the bytes.
        found: Hash,
    },
    /// This process has closed the log.
    #[error("the log is closed")]
    Closed,
}

impl ReadError {
    /// What a person should do next.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Beyond { .. } | Self::Range { .. } | Self::Proof { .. } => "ask for entries that are in the log",
            Self::Store(error) => error.advice(),
            Self::Altered { .. } => "stop the service and run: klero log repair --from-tiles",
            Self::Closed => "start the service again",
        }
    }
}

/// What writer and readers share.
pub(super) struct Shared {
    /// May already have leaves beyond the published size, those of a batch under way; readers stop at the published size.
    tree: RwLock<MerkleTree>,
    /// `None` once the log is closed, so that a forgotten reader does not keep the database open.
    store: RwLock<Option<Arc<dyn Store>>>,
    publisher: Arc<Publisher>,
    published: watch::Sender<Arc<PublishedCheckpoint>>,
    condition: watch::Sender<Condition>,
}

impl Shared {
    pub(super) fn new(
        tree: MerkleTree,
        store: Arc<dyn Store>,
        publisher: Arc<Publisher>,
        published: Arc<PublishedCheckpoint>,
    ) -> Self {
        Self {
            tree: RwLock::new(tree),
            store: RwLock::new(Some(store)),
            publisher,
            published: watch::Sender::new(published),
            condition: watch::Sender::new(Condition::Writable),
        }
    }

    /// Adds leaves that are stored but not yet published.
    pub(super) fn extend(&self, leaves: impl Iterator<Item = Hash>) -> TreeHead {
        let mut tree = self.tree.write().unwrap_or_else(PoisonError::into_inner);
        leaves.for_each(|leaf| tree.append(leaf));
        tree.head()
    }

    pub(super) fn tree(&self) -> RwLockReadGuard<'_, MerkleTree> {
        self.tree.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn published(&self) -> Arc<PublishedCheckpoint> {
        Arc::clone(&self.published.borrow())
    }

    pub(super) fn publish(&self, checkpoint: Arc<PublishedCheckpoint>) {
        self.published.send_replace(checkpoint);
    }

    pub(super) fn set_read_only(&self, reason: ReadOnly) {
        self.condition.send_replace(Condition::ReadOnly(reason));
    }

    pub(super) fn condition(&self) -> Condition {
        self.condition.borrow().clone()
    }

    pub(super) fn close(&self) {
        self.condition.send_if_modified(|condition| {
            let writable = *condition == Condition::Writable;
            if writable {
                *condition = Condition::Closed;
            }
            writable
        });
        *self.store.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Reads the log. Cheap to clone; usable from any thread.
#[derive(Clone)]
pub struct LogReader(Arc<Shared>);

impl LogReader {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self(shared)
    }

    /// The newest checkpoint.
    pub fn checkpoint(&self) -> Arc<PublishedCheckpoint> {
        Arc::clone(&self.0.published.borrow())
    }

    /// Size and root of the newest checkpoint.
    pub fn head(&self) -> TreeHead {
        self.checkpoint().head
    }

    /// Tells of each new checkpoint.
    pub fn watch(&self) -> watch::Receiver<Arc<PublishedCheckpoint>> {
        self.0.published.subscribe()
    }

    /// Whether the log takes entries, and if not, why.
    pub fn condition(&self) -> Condition {
        self.0.condition()
    }

    /// Tells when the log becomes read-only or is closed.
    pub fn watch_condition(&self) -> watch::Receiver<Condition> {
        self.0.condition.subscribe()
    }

    /// The public folder: tiles, artifacts.
    pub fn publisher(&self) -> &Publisher {
        &self.0.publisher
    }

    /// One entry's bytes. Reads the disk if the entry is not in the database's cache.
    pub fn entry(&self, index: u64) -> Result<Vec<u8>, ReadError> {
        let entries = self.entries(index..index.saturating_add(1))?;
        entries.into_iter().next().ok_or(ReadError::Beyond { size: self.head().size, asked: index })
    }

    /// At most [`MAX_RANGE`] entries.
    pub fn entries(&self, range: Range<u64>) -> Result<Vec<Vec<u8>>, ReadError> {
        let Range { start, end } = range;
        self.within(end)?;
        if end.checked_sub(start).is_none_or(|count| count > MAX_RANGE) {
            return Err(ReadError::Range { start, end });
        }
        let store = self.0.store.read().unwrap_or_else(PoisonError::into_inner).clone().ok_or(ReadError::Closed)?;
        let mut entries = Vec::new();
        for index in start..end {
            let entry = store.read(index)?;
            let (expected, found) = (self.leaf(index)?, leaf_hash(&entry));
            if found != expected {
                return Err(ReadError::Altered { index, expected, found });
            }
            entries.push(entry);
        }
        Ok(entries)
    }

    /// An entry's leaf hash.
    pub fn leaf(&self, index: u64) -> Result<Hash, ReadError> {
        let beyond = ReadError::Beyond { size: self.head().size, asked: index };
        self.within(index.saturating_add(1)).map_err(|_| beyond.clone())?;
        let position = usize::try_from(index).map_err(|_| beyond.clone())?;
        self.0.tree().leaves().get(position).copied().ok_or(beyond)
    }

    /// The root that the log had at `size`.
    pub fn root_at(&self, size: u64) -> Result<Hash, ReadError> {
        self.within(size)?;
        self.0.tree().root_at(size).map_err(|error| ReadError::Proof { reason: error.to_string() })
    }

    /// That entry `index` is in the tree of `size`, for any `size` up to the newest checkpoint's.
    pub fn inclusion(&self, index: u64, size: u64) -> Result<InclusionProof, ReadError> {
        self.within(size)?;
        self.0.tree().inclusion_proof(index, size).map_err(|error| ReadError::Proof { reason: error.to_string() })
    }

    /// That the tree of `new_size` extends the tree of `old_size`, for any sizes up to the newest checkpoint's.
    pub fn consistency(&self, old_size: u64, new_size: u64) -> Result<ConsistencyProof, ReadError> {
        self.within(new_size)?;
        let proof = self.0.tree().consistency_proof(old_size, new_size);
        proof.map_err(|error| ReadError::Proof { reason: error.to_string() })
    }

    fn within(&self, asked: u64) -> Result<(), ReadError> {
        let size = self.head().size;
        if asked > size { Err(ReadError::Beyond { size, asked }) } else { Ok(()) }
    }
}
