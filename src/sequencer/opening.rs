//! Making a log, and opening one: all of it is read, and compared with everything that could contradict it.
//!
//! After a crash the store may be ahead of the tiles, these ahead of the guard, and the guard ahead of the published
//! checkpoint, by what one batch wrote: then the batch is finished, by the code that would have finished it. Any other
//! difference means that something was lost or altered, and the log is refused with the name of the two that differ. Never
//! mends anything silently, and never takes what is empty for what is new.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use klero_tlog::checkpoint::CheckpointError;
use klero_tlog::proof::TreeHead;
use klero_tlog::tile::TILE_WIDTH;
use klero_tlog::{Hash, MerkleTree, SignerKey, VerifiedCheckpoint, VerifierKey, empty_root, leaf_hash};

use super::cosigning::Cosigning;
use super::{CheckpointSigner, Place, PublishedCheckpoint, ReadOnly, seal, sign};
use crate::files::{FileError, Files, Lock, LogFolder, RealFiles};
use crate::guard::{Guard, GuardError};
use crate::publish::{PublishError, Publisher, TileFault};
use crate::store::{SledStore, Store, StoreError};

/// Where a log's store comes from: in the product sled, in a simulation a model of the contract of [`Store`].
pub trait Stores: Send + Sync {
    /// Makes a new, empty store. Its folder must not exist, or be empty; when this returns, it is on the disk, with all in it.
    fn create(&self, folder: &Path, files: &Arc<dyn Files>) -> Result<Arc<dyn Store>, StoreError>;

    /// Opens a store that [`Self::create`] made. What it holds must then be read through.
    fn open(&self, folder: &Path, files: &Arc<dyn Files>) -> Result<Arc<dyn Store>, StoreError>;
}

/// Stores in sled.
#[derive(Clone, Copy, Debug, Default)]
pub struct SledStores;

impl Stores for SledStores {
    fn create(&self, folder: &Path, files: &Arc<dyn Files>) -> Result<Arc<dyn Store>, StoreError> {
        Ok(Arc::new(SledStore::create(folder, Arc::clone(files))?))
    }
    fn open(&self, folder: &Path, files: &Arc<dyn Files>) -> Result<Arc<dyn Store>, StoreError> {
        Ok(Arc::new(SledStore::open(folder, Arc::clone(files))?))
    }
}

/// Called for each entry of the log in order; the error says in words why it cannot be one.
pub type EntryCheck<'a> = dyn FnMut(Place, &[u8]) -> Result<(), String> + 'a;

/// Everything that a log is opened with.
#[derive(Clone)]
pub struct LogSetup {
    /// Where it lies.
    pub folder: LogFolder,
    /// How its files are written; tests put faults here.
    pub files: Arc<dyn Files>,
    /// Signs its checkpoints. The key's name is the origin.
    pub signer: Arc<dyn CheckpointSigner>,
    /// Where its store comes from.
    pub stores: Arc<dyn Stores>,
    /// Who must agree before a checkpoint is published; nobody if `None`.
    pub cosigning: Option<Arc<dyn Cosigning>>,
}

impl LogSetup {
    /// A log in `dir`, with the operating system's files and sled.
    pub fn new(dir: impl Into<PathBuf>, signer: SignerKey) -> Self {
        Self::signed_by(dir, Arc::new(signer))
    }

    /// The same, with any signer.
    pub fn signed_by(dir: impl Into<PathBuf>, signer: Arc<dyn CheckpointSigner>) -> Self {
        Self {
            folder: LogFolder::new(dir),
            files: Arc::new(RealFiles),
            signer,
            stores: Arc::new(SledStores),
            cosigning: None,
        }
    }

    pub(crate) fn publisher(&self) -> Publisher {
        Publisher::new(self.folder.public(), Arc::clone(&self.files))
    }

    pub(crate) fn store(&self) -> Result<Arc<dyn Store>, StoreError> {
        self.stores.open(&self.folder.store(), &self.files)
    }
}

/// Why a log is not opened, or not made. What is said to be there or missing is on the disk as it was found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error("another process has the log in {} open", dir.display())]
    InUse {
        /// The log's folder.
        dir: PathBuf,
    },
    /// [`initialise`] was asked for a folder that holds a log, or a part of one.
    #[error("{} holds a log, or a part of one: {}", dir.display(), found.display())]
    NotNew {
        /// The log's folder.
        dir: PathBuf,
        /// What is there.
        found: PathBuf,
    },
    /// The guard is not to be had.
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// The store could not be opened or read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The store ends before the last signed checkpoint.
    #[error("the database has {found} entries, but a checkpoint of {expected} entries was signed")]
    StoreBehind {
        /// Entries under the guard's checkpoint.
        expected: u64,
        /// Entries in the store.
        found: u64,
    },
    /// The store's entries are not those that were signed.
    #[error("the database's first {size} entries hash to {found}, but {expected} was signed")]
    RootDiffers {
        /// Entries under the guard's checkpoint.
        size: u64,
        /// Root in the guard.
        expected: Hash,
        /// Root of the store's entries.
        found: Hash,
    },
    /// An entry is not one of this log.
    #[error("entry {seq} of the database is refused: {reason}")]
    Entry {
        /// Its index.
        seq: u64,
        /// In words.
        reason: String,
    },
    /// Published tiles are missing or are not those of the store.
    #[error("{count} of the published tiles do not fit the database; the first: {first}")]
    Tiles {
        /// One of them.
        first: TileFault,
        /// How many.
        count: usize,
    },
    /// The published checkpoint is not signed by this log.
    #[error("the published checkpoint is refused: {0}")]
    Checkpoint(CheckpointError),
    /// The published checkpoint says what the guard says, but under another key of this log: one that has been replaced.
    #[error("the published checkpoint of {size} entries is signed by {}, the guard by {}", found.to_text(), expected.to_text())]
    CheckpointKey {
        /// Entries under both.
        size: u64,
        /// Whose signature the guard has.
        expected: Box<VerifierKey>,
        /// Whose the published checkpoint has.
        found: Box<VerifierKey>,
    },
    /// The published checkpoint is newer than the guard, which is written first: the guard is not the newest.
    #[error("the published checkpoint has {published} entries, but the guard only {guard}")]
    GuardBehind {
        /// Entries under the published checkpoint.
        published: u64,
        /// Entries under the guard's.
        guard: u64,
    },
    /// The published checkpoint is of another tree.
    #[error("the published checkpoint of {size} entries has root {found}, the database has {expected}")]
    CheckpointDiffers {
        /// Entries under the published checkpoint.
        size: u64,
        /// Root of the store's first entries.
        expected: Hash,
        /// Root in the checkpoint.
        found: Hash,
    },
    /// The published key is another one.
    #[error("{} is not the key {expected} with which this log is opened", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// The vkey that it should hold.
        expected: String,
    },
    /// What a crash left unfinished could not be finished.
    #[error(transparent)]
    Unfinished(ReadOnly),
    /// A new log could not be published.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The signer failed.
    #[error("the checkpoint could not be signed: {reason}")]
    Sign {
        /// In words.
        reason: String,
    },
    /// The operating system gives no thread.
    #[error("the writer could not be started: {detail}")]
    Thread {
        /// Its words.
        detail: String,
    },
}

impl OpenError {
    /// What a person should do next.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::InUse { .. } => "stop the other process, or let it do the work; two may not write one log",
            Self::NotNew { .. } => "open it with klero serve; or choose an empty folder for a new log",
            Self::Guard(error) => error.advice(),
            Self::Store(error) => error.advice(),
            Self::File(error) => error.advice(),
            Self::Publish(error) => error.advice(),
            Self::StoreBehind { .. } | Self::RootDiffers { .. } | Self::Entry { .. } => {
                "the database was damaged, or an old backup was restored. Do not delete anything; run: klero log repair \
                 --from-tiles"
            }
            Self::Tiles { .. } => {
                "do not delete anything; run klero log fsck. If only tiles are damaged: klero log repair --tiles; if tiles \
                 cover more than the database has: klero log repair --from-tiles"
            }
            Self::GuardBehind { .. } => {
                "an old backup of the guard was restored. Restore the newest, or take the published checkpoint: klero log \
                 repair --checkpoint FILE"
            }
            Self::Checkpoint(_) | Self::CheckpointDiffers { .. } | Self::CheckpointKey { .. } => {
                "somebody changed the public folder, or it is of another log. Do not delete anything; compare the checkpoint \
                 with a witness's, move the file away, and start again"
            }
            Self::Key { .. } => "give the key with which this log was made, or the folder that belongs to this key",
            Self::Unfinished(reason) => reason.advice,
            Self::Sign { .. } => "see that the checkpoint key is there and is this log's",
            Self::Thread { .. } => "see that the machine has memory and processes left, then start again",
        }
    }
}

/// A log that was read through, and agrees with guard, tiles and checkpoint.
pub(crate) struct OpenedLog {
    pub(crate) lock: Lock,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) publisher: Arc<Publisher>,
    pub(crate) guard: Guard,
    /// What the world sees; behind the guard only where witnesses must agree.
    pub(crate) published: PublishedCheckpoint,
    pub(crate) tree: MerkleTree,
    pub(crate) tail: Vec<Vec<u8>>,
}

/// What reading a store through gives.
pub(crate) struct ReadThrough {
    pub(crate) tree: MerkleTree,
    /// The entries of the last, unfinished bundle, from a multiple of 256 on.
    pub(crate) tail: Vec<Vec<u8>>,
}

/// Makes a new log: an empty store, the public folder, and a signed checkpoint of no entries, guarded and published. Only
/// this makes a log. It may be repeated if it was interrupted; it refuses a folder in which anything was ever signed.
pub fn initialise(setup: &LogSetup) -> Result<(), OpenError> {
    let (files, folder) = (setup.files.as_ref(), &setup.folder);
    files.create_folder(folder.path())?;
    if let Some(parent) = folder.path().parent().filter(|parent| !parent.as_os_str().is_empty()) {
        files.sync_folder(parent)?;
    }
    let _lock = lock(files, folder)?;
    // Whoever is told below that there is a log already relies on a guard that an earlier process may not have synced.
    files.sync_folder(folder.path())?;
    let publisher = setup.publisher();
    let not_new = |found: PathBuf| OpenError::NotNew { dir: folder.path().to_owned(), found };
    if files.read(&folder.guard(), u64::MAX)?.is_some() {
        return Err(not_new(folder.guard()));
    }
    if publisher.read_checkpoint()?.is_some() {
        return Err(not_new(folder.public().join("checkpoint")));
    }
    if !publisher.list_tiles()?.is_empty() {
        return Err(not_new(folder.public().join("tile")));
    }
    let interrupted = files.list(&folder.store())?.is_some_and(|items| !items.is_empty());
    match if interrupted { setup.store().map(|store| store.size()) } else { Ok(0) } {
        Ok(0) if interrupted => {}
        Ok(0) => drop(setup.stores.create(&folder.store(), &setup.files)?),
        Ok(_) => return Err(not_new(folder.store())),
        // Half made, and nothing was ever signed for it.
        Err(_) => {
            set_aside(files, &folder.store())?;
            drop(setup.stores.create(&folder.store(), &setup.files)?);
        }
    }
    publisher.create(&setup.signer.verifier_key().to_text())?;
    let head = TreeHead { size: 0, root: empty_root() };
    let checkpoint = sign(setup.signer.as_ref(), head).map_err(|reason| OpenError::Sign { reason })?;
    let note = checkpoint.note().to_text();
    Guard::new(checkpoint).write(files, &folder.guard())?;
    Ok(publisher.publish_checkpoint(&note)?)
}

/// Opens a log; see the module's description. `check` is called for every entry.
pub(crate) fn open(setup: &LogSetup, check: &mut EntryCheck<'_>) -> Result<OpenedLog, OpenError> {
    let (files, folder) = (setup.files.as_ref(), &setup.folder);
    let keys = setup.signer.known_keys();
    // Looked for before the lock is taken too: taking it would make a file in a folder that is no log.
    Guard::read(files, &folder.guard(), &keys)?;
    let lock = lock(files, folder)?;
    // An earlier process may have renamed the guard and failed to sync it: what is seen here is relied on, and published after.
    files.sync_folder(folder.path())?;
    let guard = Guard::read(files, &folder.guard(), &keys)?;
    let store = setup.store()?;
    let publisher = Arc::new(setup.publisher());
    let ReadThrough { tree, tail } = read_through(store.as_ref(), check)?;
    check_root(&tree, guard.head())?;
    check_tiles(&publisher, &tree, guard.head().size)?;
    // The same holds for the checkpoint that is seen here: tiles that only the one before it needs may go.
    files.sync_folder(publisher.path())?;
    let published = check_checkpoint(&publisher, &tree, &guard, &keys)?;
    // What the world sees may be behind, where witnesses must agree, and has partial tiles of its own.
    if let Some(published) = published.as_ref().filter(|published| published.head().size < guard.head().size) {
        check_tiles(&publisher, &tree, published.head().size)?;
    }
    check_key(&publisher, &setup.signer.verifier_key(), &keys)?;
    let guarded = guard.head().size;
    let guard = if tree.size() > guarded {
        // Tiles are rewritten from the bundle in which the guarded log ends, so the tail must begin there.
        let tail = entries_from(store.as_ref(), guarded - guarded % u64::from(TILE_WIDTH))?;
        seal(setup, &publisher, &tree, &tail, guarded, tree.head()).map_err(OpenError::Unfinished)?
    } else {
        let behind = published.as_ref().is_none_or(|checkpoint| checkpoint.head().size < guarded);
        if behind && setup.cosigning.is_none() {
            publisher.publish_checkpoint(&guard.checkpoint().note().to_text())?;
        }
        guard
    };
    let published = match (published, &setup.cosigning) {
        (Some(checkpoint), Some(_)) => PublishedCheckpoint::from(&checkpoint),
        // Nothing is public: as in a new log.
        (None, Some(_)) => {
            let empty = sign(setup.signer.as_ref(), TreeHead::empty()).map_err(|reason| OpenError::Sign { reason })?;
            PublishedCheckpoint::from(&empty)
        }
        // One that is newer than the guard was refused; of the same size it may bear cosignatures.
        (Some(checkpoint), None) if checkpoint.head() == guard.head() => PublishedCheckpoint::from(&checkpoint),
        (_, None) => PublishedCheckpoint::from(guard.checkpoint()),
    };
    // What stays harms nobody.
    let _swept = publisher.tidy_all(guard.head().size, published.head.size);
    Ok(OpenedLog { lock, store, publisher, guard, published, tree, tail })
}

/// How many entries the published checkpoint covers, as far as it can be read: whether it is right is found out when the log is opened.
pub(crate) fn published_size(setup: &LogSetup) -> u64 {
    let bytes = setup.publisher().read_checkpoint().ok().flatten().unwrap_or_default();
    VerifiedCheckpoint::open(&bytes, &setup.signer.known_keys()).map_or(0, |checkpoint| checkpoint.head().size)
}

/// Takes the lock on a log's folder.
pub(crate) fn lock(files: &dyn Files, folder: &LogFolder) -> Result<Lock, OpenError> {
    files.lock(&folder.lock()).map_err(|error| match error.kind {
        std::io::ErrorKind::WouldBlock => OpenError::InUse { dir: folder.path().to_owned() },
        _ => error.into(),
    })
}

/// Whether no process has the log in `dir` open at this moment. A folder that cannot be looked at counts as free: opening it says what is wrong.
#[must_use]
pub fn is_free(dir: &Path) -> bool {
    let folder = LogFolder::new(dir);
    !folder.lock().exists() || !matches!(lock(&RealFiles, &folder), Err(OpenError::InUse { .. }))
}

/// Reads every entry, in order, and rebuilds the tree from them.
pub(crate) fn read_through(store: &dyn Store, check: &mut EntryCheck<'_>) -> Result<ReadThrough, OpenError> {
    let mut tree = MerkleTree::new();
    let mut tail = Vec::new();
    let mut prev = Hash::ZERO;
    let mut refused = None;
    store.scan(0, &mut |seq, entry| {
        if let Err(reason) = check(Place { seq, prev }, entry) {
            refused = Some(OpenError::Entry { seq, reason });
            return ControlFlow::Break(());
        }
        prev = leaf_hash(entry);
        tree.append(prev);
        if tail.len() == usize::from(TILE_WIDTH) {
            tail.clear();
        }
        tail.push(entry.to_vec());
        ControlFlow::Continue(())
    })?;
    if let Some(error) = refused {
        return Err(error);
    }
    if tail.len() == usize::from(TILE_WIDTH) {
        tail.clear();
    }
    Ok(ReadThrough { tree, tail })
}

/// The store reaches as far as what was signed, and hashes to what was signed.
pub(crate) fn check_root(tree: &MerkleTree, signed: TreeHead) -> Result<(), OpenError> {
    let behind = OpenError::StoreBehind { expected: signed.size, found: tree.size() };
    if tree.size() < signed.size {
        return Err(behind);
    }
    let found = tree.root_at(signed.size).map_err(|_| behind)?;
    if found != signed.root {
        return Err(OpenError::RootDiffers { size: signed.size, expected: signed.root, found });
    }
    Ok(())
}

fn check_tiles(publisher: &Publisher, tree: &MerkleTree, size: u64) -> Result<(), OpenError> {
    let mut faults = publisher.check_needed(tree, size)?;
    faults.extend(publisher.check_present(tree, size, false)?);
    // What does not belong there harms nobody: no reader asks for it.
    faults.retain(|fault| fault.kind != crate::publish::TileFaultKind::Stray);
    let count = faults.len();
    faults.into_iter().next().map_or(Ok(()), |first| Err(OpenError::Tiles { first, count }))
}

/// The published checkpoint, if there is one, is an earlier or the same state.
fn check_checkpoint(
    publisher: &Publisher,
    tree: &MerkleTree,
    guard: &Guard,
    keys: &[VerifierKey],
) -> Result<Option<VerifiedCheckpoint>, OpenError> {
    let Some(bytes) = publisher.read_checkpoint()? else { return Ok(None) };
    let checkpoint = VerifiedCheckpoint::open(&bytes, keys).map_err(OpenError::Checkpoint)?;
    let head = checkpoint.head();
    if head.size > guard.head().size {
        return Err(OpenError::GuardBehind { published: head.size, guard: guard.head().size });
    }
    let expected = tree.root_at(head.size).unwrap_or(Hash::ZERO);
    if head.root != expected {
        return Err(OpenError::CheckpointDiffers { size: head.size, expected, found: head.root });
    }
    if guard.denies_signer_of(&checkpoint) {
        let (expected, found) = (guard.checkpoint().log_key().clone(), checkpoint.log_key().clone());
        let (expected, found) = (Box::new(expected), Box::new(found));
        return Err(OpenError::CheckpointKey { size: head.size, expected, found });
    }
    Ok(Some(checkpoint))
}

fn check_key(publisher: &Publisher, key: &VerifierKey, known: &[VerifierKey]) -> Result<(), OpenError> {
    let expected = key.to_text();
    let holds = |found: &[u8], key: &VerifierKey| found == format!("{}\n", key.to_text()).as_bytes();
    match publisher.read_key()? {
        None => Ok(publisher.publish_key(&expected)?),
        Some(found) if holds(&found, key) => Ok(()),
        // The key was changed, and a crash came before the new one was published.
        Some(found) if known.iter().any(|known| holds(&found, known)) => Ok(publisher.publish_key(&expected)?),
        Some(_) => Err(OpenError::Key { path: publisher.path().join("log.vkey"), expected }),
    }
}

fn entries_from(store: &dyn Store, first: u64) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut entries = Vec::new();
    store.scan(first, &mut |_, entry| {
        entries.push(entry.to_vec());
        ControlFlow::Continue(())
    })?;
    Ok(entries)
}

/// Renames something damaged to the first free name `<name>.set-aside-<n>`, so that nothing is ever destroyed.
pub(crate) fn set_aside(files: &dyn Files, path: &Path) -> Result<PathBuf, FileError> {
    let parent = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let taken = files.list(parent)?.unwrap_or_default();
    let free = (1u64..).map(|n| format!("{name}.set-aside-{n}")).find(|new| taken.iter().all(|item| item.name != *new));
    let target = parent.join(free.unwrap_or(name));
    files.rename(path, &target)?;
    files.sync_folder(parent)?;
    Ok(target)
}
