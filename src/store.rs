//! The databases: of the log's entries, and of records that may change. The only file that names sled.
//!
//! Knows nothing of what an entry or a record means. Never takes an empty database for a new one, never believes that an error meant
//! "not written", never lets a panic of sled's out. What it gives back has been stored some time, not necessarily
//! unharmed: whoever opens a log reads every entry and compares the root ([`crate::sequencer`]).
//!
//! sled 0.34.7 is not durable as it comes: on Linux its `flush` is `sync_file_range`, which neither makes the disk's
//! own cache write nor records the file's new length, and after a power cut a young database can come back empty without
//! an error. Hence [`SledStore::commit_durably`] syncs the database file itself after each flush; a database is made with
//! its files, its folder and the folder's parent synced; and before sled looks at a database file, the file is synced, so
//! that the snapshot that sled writes when it opens can never outlive the data that it points to.

use std::any::Any;
use std::fs::{File, TryLockError};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use klero_tlog::tile::MAX_ENTRY_LEN;

use crate::files::{FileError, Files};

/// sled's segment, in bytes. A page of more than a quarter of it goes to a file of its own that is never synced; a page
/// has at most 18 entries of at most 65,535 bytes (it is split above 16), which is less than a quarter of this.
const SEGMENT_BYTES: usize = 8 << 20;
/// Free space without which a database is not opened, in bytes: a segment, the snapshot that sled writes, and as much again. Measured: opened on
/// a disk without room, a whole database was damaged.
const ROOM_BYTES: u64 = 32 << 20;
/// sled's cache of pages, in bytes. Reading goes back to the file for the rest.
const CACHE_BYTES: u64 = 64 << 20;
/// How long to wait for sled to let go of a database that was closed. It takes a millisecond; if it takes this long,
/// the next opening says that the database is locked.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(10);
const RELEASE_PAUSE: Duration = Duration::from_millis(1);
/// The log's only tree. A database without it is not a log that lost its entries; it is not a log.
const TREE: &str = "entries";
/// The only tree of a database of records.
const RECORDS: &str = "records";
/// Longest key of a record: a page then still has the room that [`SEGMENT_BYTES`] reckons with.
pub const MAX_RECORD_KEY: usize = 512;
/// Longest value of a record, as for an entry.
pub const MAX_RECORD_VALUE: usize = MAX_ENTRY_LEN;

/// Why the database did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is already something where a new database was to be made.
    #[error("{} is there already", path.display())]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// There is no database file.
    #[error("{} has no database file", path.display())]
    Missing {
        /// The folder.
        path: PathBuf,
    },
    /// The database opens, but was never a log, or has lost everything: it lacks even the empty table that every log has.
    #[error("the database in {} holds no log", path.display())]
    NoLog {
        /// The folder.
        path: PathBuf,
    },
    /// The database returned an error.
    #[error("the database failed to {doing}: {detail}")]
    Database {
        /// What was asked of it.
        doing: &'static str,
        /// Its words.
        detail: String,
    },
    /// The database panicked, as it does on files that it finds damaged.
    #[error("the database broke off while it was to {doing}: {detail}")]
    Panicked {
        /// What was asked of it.
        doing: &'static str,
        /// Its words.
        detail: String,
    },
    /// A file or folder of the database could not be synced.
    #[error(transparent)]
    File(#[from] FileError),
    /// Too little free space to open it: sled writes when it opens, and what it cannot write whole it cannot read again.
    #[error("{} has {found} bytes of free space, {ROOM_BYTES} are needed to open the database", path.display())]
    NoRoom {
        /// The folder.
        path: PathBuf,
        /// Bytes that are free there.
        found: u64,
    },
    /// A number is missing in the row of entries.
    #[error("the database has no entry {expected}; the next is {found}")]
    Gap {
        /// The index that follows the one before.
        expected: u64,
        /// The index found.
        found: u64,
    },
    /// A key is not an index.
    #[error("the database has a key of {found} bytes, expected 8")]
    Key {
        /// Its length in bytes.
        found: usize,
    },
    /// An entry that the database has acknowledged is not there.
    #[error("the database has no entry {index}, though it holds {size}")]
    Lost {
        /// Which.
        index: u64,
        /// Entries that there should be.
        size: u64,
    },
    /// Entries were to be written elsewhere than at the end.
    #[error("entries were to be stored from {found} on, but the next is {expected}")]
    NotAtTheEnd {
        /// Entries stored.
        expected: u64,
        /// Index given.
        found: u64,
    },
    /// An entry is too long.
    #[error("an entry has {found} bytes, at most {MAX_ENTRY_LEN} are stored")]
    TooLong {
        /// Its length in bytes.
        found: usize,
    },
    /// A record's key or value is too long.
    #[error(
        "a record has a key of {key} and a value of {value} bytes; at most {MAX_RECORD_KEY} and {MAX_RECORD_VALUE} are stored"
    )]
    RecordTooLong {
        /// Length of the key in bytes.
        key: usize,
        /// Length of the value in bytes.
        value: usize,
    },
    /// A page went to a file of its own, which sled does not sync.
    #[error("the database made a file beside its own, {name}, which is not durable")]
    OffLog {
        /// The file's name.
        name: String,
    },
    /// A record cannot be encrypted or decrypted.
    #[error("a record of the desk cannot be {doing}: {detail}")]
    Sealed {
        /// What was to be done with it.
        doing: &'static str,
        /// Why not. Says nothing of what is in it.
        detail: String,
    },
    /// An earlier write failed, so nothing is known about what is stored.
    #[error("an earlier write failed ({reason}); the database takes no more")]
    Failed {
        /// The earlier error.
        reason: String,
    },
}

impl StoreError {
    /// What a person should do next.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Exists { .. } => "choose another folder; an existing log is opened with klero serve",
            Self::NoRoom { .. } => "free some space on this disk, then start the service again: nothing is lost",
            Self::Missing { .. } | Self::NoLog { .. } | Self::Gap { .. } | Self::Key { .. } | Self::Lost { .. } => {
                "do not delete anything; run: klero log repair --from-tiles"
            }
            Self::Panicked { .. } | Self::Database { .. } => {
                "see that the disk has free space, then run klero log fsck; if it names the database: klero log repair \
                 --from-tiles"
            }
            Self::File(error) => error.advice(),
            Self::NotAtTheEnd { .. } | Self::TooLong { .. } | Self::RecordTooLong { .. } | Self::OffLog { .. } => {
                "start the service again; if it happens again, report it: it is a fault of this program"
            }
            Self::Sealed { .. } => {
                "see that the data key is the one with which the desk was kept, and that DIR/desk/keys is whole"
            }
            Self::Failed { .. } => "see that the disk works and has free space, then start the service again",
        }
    }
}

/// Called by [`Store::scan`] with index and bytes of each entry.
pub type Visit<'a> = dyn FnMut(u64, &[u8]) -> ControlFlow<()> + 'a;

/// Keeps entries 0, 1, 2, … and forgets none.
///
/// **Contract.** When [`Self::commit_durably`] returns `Ok`, its entries and all before them are on the disk and are there
/// after a power cut. The entries of one call appear together or not at all. When it returns an error, they may be there or
/// not, now or after the next opening; the store then refuses every further commit until it is opened again and read
/// through. What an opened store shows is on the disk too. Entries are never changed or removed.
pub trait Store: Send + Sync {
    /// Entries in the store.
    fn size(&self) -> u64;

    /// One entry's bytes.
    fn read(&self, index: u64) -> Result<Vec<u8>, StoreError>;

    /// Visits entries from `first` on, in order, until the end or [`ControlFlow::Break`]. A gap is an error.
    fn scan(&self, first: u64, visit: &mut Visit<'_>) -> Result<(), StoreError>;

    /// Appends entries, of which the first must be number [`Self::size`]. See the contract.
    fn commit_durably(&self, first: u64, entries: &[Vec<u8>]) -> Result<(), StoreError>;
}

/// The store in sled 0.34.7.
pub struct SledStore {
    /// `None` only while it is being dropped.
    open: Option<(sled::Db, sled::Tree)>,
    folder: PathBuf,
    files: Arc<dyn Files>,
    state: Mutex<State>,
}

struct State {
    size: u64,
    failed: Option<String>,
}

impl SledStore {
    /// Makes a new, empty store. Its folder must not exist; when this returns, it is on the disk, with all in it.
    pub fn create(folder: &Path, files: Arc<dyn Files>) -> Result<Self, StoreError> {
        let open = create_database(folder, files.as_ref(), TREE)?;
        let state = Mutex::new(State { size: 0, failed: None });
        Ok(Self { open: Some(open), folder: folder.to_owned(), files, state })
    }

    /// Opens a store that [`Self::create`] made. What it holds must then be read through.
    pub fn open(folder: &Path, files: Arc<dyn Files>) -> Result<Self, StoreError> {
        let (db, tree) = open_database(folder, files.as_ref(), TREE)?;
        let last = guarded("open its files", || Ok(tree.last()?.map(|(key, _)| key)))?;
        let open = Some((db, tree));
        let unread = Mutex::new(State { size: 0, failed: None });
        let store = Self { open, folder: folder.to_owned(), files, state: unread };
        let size = match last {
            None => 0,
            Some(key) => index_of(&key)?.saturating_add(1),
        };
        store.files.sync_folder(folder)?;
        store.lock_state().size = size;
        Ok(store)
    }

    fn tree(&self, doing: &'static str) -> Result<&(sled::Db, sled::Tree), StoreError> {
        self.open.as_ref().ok_or(StoreError::Database { doing, detail: "it is closed".to_owned() })
    }

    fn lock_state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, first: u64, entries: &[Vec<u8>]) -> Result<(), StoreError> {
        let (db, tree) = self.tree("store entries")?;
        let mut batch = sled::Batch::default();
        for (index, entry) in (first..).zip(entries) {
            batch.insert(&index.to_be_bytes(), entry.as_slice());
        }
        apply(db, tree, batch, &self.folder, self.files.as_ref())
    }
}

impl Store for SledStore {
    fn size(&self) -> u64 {
        self.lock_state().size
    }

    fn read(&self, index: u64) -> Result<Vec<u8>, StoreError> {
        let (_, tree) = self.tree("read an entry")?;
        let value = guarded("read an entry", || tree.get(index.to_be_bytes()))?;
        value.map(|bytes| bytes.to_vec()).ok_or_else(|| StoreError::Lost { index, size: self.size() })
    }

    fn scan(&self, first: u64, visit: &mut Visit<'_>) -> Result<(), StoreError> {
        let (_, tree) = self.tree("read its entries")?;
        let mut iter = guarded("read its entries", || Ok(tree.range(first.to_be_bytes()..)))?;
        let mut expected = first;
        while let Some(item) = guarded("read its entries", || iter.next().transpose())? {
            let (key, value) = item;
            let found = index_of(&key)?;
            if found != expected {
                return Err(StoreError::Gap { expected, found });
            }
            if visit(found, &value).is_break() {
                return Ok(());
            }
            expected = expected.saturating_add(1);
        }
        let size = self.size();
        if expected < size {
            return Err(StoreError::Lost { index: expected, size });
        }
        Ok(())
    }

    fn commit_durably(&self, first: u64, entries: &[Vec<u8>]) -> Result<(), StoreError> {
        let mut state = self.lock_state();
        if let Some(reason) = &state.failed {
            return Err(StoreError::Failed { reason: reason.clone() });
        }
        if first != state.size {
            return Err(StoreError::NotAtTheEnd { expected: state.size, found: first });
        }
        if let Some(entry) = entries.iter().find(|entry| entry.len() > MAX_ENTRY_LEN) {
            return Err(StoreError::TooLong { found: entry.len() });
        }
        match self.write(first, entries) {
            Ok(()) => {
                state.size = first.saturating_add(u64::try_from(entries.len()).unwrap_or(u64::MAX));
                Ok(())
            }
            Err(error) => {
                state.failed = Some(error.to_string());
                Err(error)
            }
        }
    }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        close(self.open.take(), &self.folder);
    }
}

/// A change of one record: its key, and its new value, or `None` where it is removed.
pub type RecordChange = (Vec<u8>, Option<Vec<u8>>);

/// Called by [`Records::range`] with key and value of each record.
pub type VisitRecord<'a> = dyn FnMut(&[u8], &[u8]) -> ControlFlow<()> + 'a;

/// Keeps records that may change, by key.
///
/// **Contract.** When [`Self::commit_durably`] returns `Ok`, its changes and all before them are on the disk and are there after a power
/// cut. The changes of one call appear together or not at all. When it returns an error, they may be there or not, now or after the next
/// opening; the store then refuses every further commit until it is opened again. Nothing else ever changes a record.
pub trait Records: Send + Sync {
    /// One record's value.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Visits the records whose key begins with `prefix` and is greater than `after`, ascending by key, until the end or
    /// [`ControlFlow::Break`].
    fn range(&self, prefix: &[u8], after: Option<&[u8]>, visit: &mut VisitRecord<'_>) -> Result<(), StoreError>;

    /// Visits the keys that begin with `prefix`, ascending, until the end or [`ControlFlow::Break`]. The values are not looked at.
    fn keys(&self, prefix: &[u8], visit: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> Result<(), StoreError> {
        self.range(prefix, None, &mut |key, _| visit(key))
    }

    /// Makes all of these changes, or none. See the contract.
    fn commit_durably(&self, changes: &[RecordChange]) -> Result<(), StoreError>;
}

/// Records in sled 0.34.7.
pub struct SledRecords {
    /// `None` only while it is being dropped.
    open: Option<(sled::Db, sled::Tree)>,
    folder: PathBuf,
    files: Arc<dyn Files>,
    /// Why an earlier commit failed, if one did.
    failed: Mutex<Option<String>>,
}

impl SledRecords {
    /// Makes a new, empty store. Its folder must not exist; when this returns, it is on the disk.
    pub fn create(folder: &Path, files: Arc<dyn Files>) -> Result<Self, StoreError> {
        let open = Some(create_database(folder, files.as_ref(), RECORDS)?);
        Ok(Self { open, folder: folder.to_owned(), files, failed: Mutex::default() })
    }

    /// Opens a store that [`Self::create`] made.
    pub fn open(folder: &Path, files: Arc<dyn Files>) -> Result<Self, StoreError> {
        let open = Some(open_database(folder, files.as_ref(), RECORDS)?);
        files.sync_folder(folder)?;
        Ok(Self { open, folder: folder.to_owned(), files, failed: Mutex::default() })
    }

    fn tree(&self, doing: &'static str) -> Result<&(sled::Db, sled::Tree), StoreError> {
        self.open.as_ref().ok_or(StoreError::Database { doing, detail: "it is closed".to_owned() })
    }
}

impl Records for SledRecords {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let (_, tree) = self.tree("read a record")?;
        Ok(guarded("read a record", || tree.get(key))?.map(|value| value.to_vec()))
    }

    fn range(&self, prefix: &[u8], after: Option<&[u8]>, visit: &mut VisitRecord<'_>) -> Result<(), StoreError> {
        use std::ops::Bound;
        let (_, tree) = self.tree("read its records")?;
        let from = match after {
            Some(after) if after >= prefix => Bound::Excluded(after.to_vec()),
            _ => Bound::Included(prefix.to_vec()),
        };
        let mut iter = guarded("read its records", || Ok(tree.range((from, Bound::Unbounded))))?;
        while let Some((key, value)) = guarded("read its records", || iter.next().transpose())? {
            if !key.starts_with(prefix) || visit(&key, &value).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn commit_durably(&self, changes: &[RecordChange]) -> Result<(), StoreError> {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reason) = failed.as_ref() {
            return Err(StoreError::Failed { reason: reason.clone() });
        }
        let (db, tree) = self.tree("store records")?;
        let mut batch = sled::Batch::default();
        for (key, value) in changes {
            let (key_len, value_len) = (key.len(), value.as_ref().map_or(0, Vec::len));
            if key_len > MAX_RECORD_KEY || value_len > MAX_RECORD_VALUE {
                return Err(StoreError::RecordTooLong { key: key_len, value: value_len });
            }
            match value {
                Some(value) => batch.insert(key.as_slice(), value.as_slice()),
                None => batch.remove(key.as_slice()),
            }
        }
        apply(db, tree, batch, &self.folder, self.files.as_ref()).inspect_err(|error| *failed = Some(error.to_string()))
    }
}

impl Drop for SledRecords {
    fn drop(&mut self) {
        close(self.open.take(), &self.folder);
    }
}

/// Makes a database with one tree. When this returns, it is on the disk, with all in it.
fn create_database(folder: &Path, files: &dyn Files, tree: &str) -> Result<(sled::Db, sled::Tree), StoreError> {
    if files.list(folder)?.is_some_and(|items| !items.is_empty()) {
        return Err(StoreError::Exists { path: folder.to_owned() });
    }
    let parent = folder.parent().unwrap_or(Path::new("."));
    files.create_folder(folder)?;
    files.sync_folder(parent)?;
    let open = guarded("create its files", || {
        let db = config(folder).open()?;
        let tree = db.open_tree(tree)?;
        db.flush()?;
        Ok((db, tree))
    })?;
    files.sync_file(&folder.join("db"))?;
    files.sync_file(&folder.join("conf"))?;
    files.sync_folder(&folder.join("blobs"))?;
    files.sync_folder(folder)?;
    files.sync_folder(parent)?;
    Ok(open)
}

/// Opens a database that has this tree already.
fn open_database(folder: &Path, files: &dyn Files, tree: &str) -> Result<(sled::Db, sled::Tree), StoreError> {
    let items = files.list(folder)?.unwrap_or_default();
    if !items.iter().any(|item| item.name == "db" && !item.is_folder) {
        return Err(StoreError::Missing { path: folder.to_owned() });
    }
    check_room(folder)?;
    files.sync_file(&folder.join("db"))?;
    let found = guarded("open its files", || {
        let db = config(folder).open()?;
        if !db.tree_names().iter().any(|name| name == tree.as_bytes()) {
            return Ok(None);
        }
        let tree = db.open_tree(tree)?;
        Ok(Some((db, tree)))
    })
    .inspect_err(|_| wait_until_released(folder))?;
    found.ok_or_else(|| StoreError::NoLog { path: folder.to_owned() })
}

/// The one path by which anything gets into sled: batch, flush, sync of the database file.
fn apply(
    db: &sled::Db,
    tree: &sled::Tree,
    batch: sled::Batch,
    folder: &Path,
    files: &dyn Files,
) -> Result<(), StoreError> {
    guarded("store entries", || {
        tree.apply_batch(batch)?;
        db.flush()
    })?;
    let off_log = files.list(&folder.join("blobs"))?.unwrap_or_default();
    if let Some(item) = off_log.into_iter().next() {
        return Err(StoreError::OffLog { name: item.name });
    }
    Ok(files.sync_file(&folder.join("db"))?)
}

/// sled flushes when it is dropped, and panics if that fails.
fn close(open: Option<(sled::Db, sled::Tree)>, folder: &Path) {
    let _closed = catch_unwind(AssertUnwindSafe(move || drop(open)));
    wait_until_released(folder);
}

/// Refuses a disk on which sled could not write what it writes when it opens. A system that does not say how much is free is not refused.
fn check_room(folder: &Path) -> Result<(), StoreError> {
    let Ok(disk) = rustix::fs::statvfs(folder) else { return Ok(()) };
    let found = disk.f_bavail.saturating_mul(disk.f_frsize);
    if found < ROOM_BYTES {
        return Err(StoreError::NoRoom { path: folder.to_owned(), found });
    }
    Ok(())
}

/// Returns once sled's own lock on its file is free: its threads drop what they hold a little after the database was
/// dropped, and until then nobody could open it again.
fn wait_until_released(folder: &Path) {
    let Ok(file) = File::open(folder.join("db")) else { return };
    let until = Instant::now() + RELEASE_TIMEOUT;
    while matches!(file.try_lock(), Err(TryLockError::WouldBlock)) && Instant::now() < until {
        std::thread::sleep(RELEASE_PAUSE);
    }
}

fn config(folder: &Path) -> sled::Config {
    // No thread that flushes now and then: what is durable is decided in one place.
    sled::Config::new()
        .path(folder)
        .mode(sled::Mode::HighThroughput)
        .cache_capacity(CACHE_BYTES)
        .flush_every_ms(None)
        .segment_size(SEGMENT_BYTES)
}

fn index_of(key: &[u8]) -> Result<u64, StoreError> {
    key.try_into().map(u64::from_be_bytes).map_err(|_| StoreError::Key { found: key.len() })
}

/// Runs something of sled's; its errors and its panics become ours.
fn guarded<T>(doing: &'static str, run: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(StoreError::Database { doing, detail: error.to_string() }),
        Err(panic) => Err(StoreError::Panicked { doing, detail: panic_text(panic.as_ref()) }),
    }
}

/// What a panic says, as far as it says it in words.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a word".to_owned())
}
