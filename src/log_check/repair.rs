//! Repairs. Each takes one part of a log from another that proves it right, and leaves what it replaces under another name.
//!
//! Never starts before the lock is taken, never replaces anything before its replacement was read back and proved, never
//! makes a guard without a signed checkpoint, and never from one that is known not to be the newest.

use std::ops::ControlFlow;
use std::path::PathBuf;

use klero_tlog::checkpoint::CheckpointError;
use klero_tlog::proof::TreeHead;
use klero_tlog::tile::{TilePath, encode_bundle, new_bundles};
use klero_tlog::{Hash, VerifiedCheckpoint, leaf_hash};

use super::{Export, ExportError, Site, describe};
use crate::files::FileError;
use crate::guard::{Guard, GuardError};
use crate::publish::{PublishError, Publisher, TileFault, TileFaultKind, covered_size};
use crate::sequencer::Place;
use crate::sequencer::opening::{EntryCheck, OpenError, ReadThrough, check_root, lock, read_through, set_aside};
use crate::store::{Store, StoreError};

/// Entries in one commit while a database is rebuilt.
const REBUILD_BATCH: usize = 1024;

/// Why a log was not repaired. Nothing was changed, but for what is said to have been set aside.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RepairError {
    /// What the repair relies on is itself not in order.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The tiles do not give what was signed.
    #[error("the tiles do not give what was signed: {0}")]
    Tiles(#[from] ExportError),
    /// An entry in the tiles is not one of this log.
    #[error("entry {seq} in the tiles is refused: {reason}")]
    Entry {
        /// Its index.
        seq: u64,
        /// In words.
        reason: String,
    },
    /// The rebuilt database does not hold what was put into it.
    #[error("the rebuilt database has {found}, expected {expected}; it lies in {}", path.display())]
    Rebuilt {
        /// Where it was built.
        path: PathBuf,
        /// Size and root that it should have.
        expected: String,
        /// Those it has.
        found: String,
    },
    /// Tiles cover more than the database has, so the database cannot mend them.
    #[error("{0}")]
    TilesAhead(TileFault),
    /// The checkpoint to go by is not signed by this log.
    #[error("the checkpoint is refused: {0}")]
    Checkpoint(CheckpointError),
    /// The checkpoint to go by is older than one that was certainly signed.
    #[error("the checkpoint has {given} entries, but one of {signed} entries was signed")]
    Older {
        /// Entries under the checkpoint to go by.
        given: u64,
        /// Entries under the other.
        signed: u64,
    },
}

macro_rules! through_open {
    ($($error:ty),*) => {$(
        impl From<$error> for RepairError {
            fn from(error: $error) -> Self {
                Self::Open(error.into())
            }
        }
    )*};
}
through_open!(FileError, StoreError, GuardError, PublishError);

impl RepairError {
    /// What a person should do next.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Open(error) => error.advice(),
            Self::Tiles(_) | Self::Entry { .. } => {
                "the tiles are damaged too: restore public/tile from a backup or a mirror, then try again; if the database \
                 is whole, klero log repair --tiles makes them anew"
            }
            Self::Rebuilt { .. } => "check the disk (dmesg, smartctl) and repair on another one",
            Self::TilesAhead(_) => "run klero log repair --from-tiles: the tiles hold what the database has lost",
            Self::Checkpoint(_) => "give a checkpoint of this log, as it was published",
            Self::Older { .. } => "give the newest checkpoint that anybody has: ask witnesses and readers",
        }
    }
}

/// What a repair did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// The log's size and root now.
    pub head: TreeHead,
    /// What was replaced, under its new name.
    pub set_aside: Vec<PathBuf>,
}

/// Makes the database anew from the public tiles, and proves it against the guard. The old database is set aside. Entries
/// that tiles hold beyond the guard, because a crash came between, are taken over if `check` accepts them.
pub fn repair_from_tiles(site: &Site, check: &mut EntryCheck<'_>) -> Result<Repaired, RepairError> {
    let files = site.files.as_ref();
    let guard = site.guard()?;
    let _lock = lock(files, &site.folder)?;
    let publisher = site.publisher();
    let building = site.folder.path().join("store.rebuilding");
    let mut aside = Vec::new();
    if files.list(&building)?.is_some() {
        aside.push(set_aside(files, &building)?);
    }
    let store = site.stores.create(&building, &site.files)?;
    let mut builder = Rebuild { store: store.as_ref(), check, seq: 0, prev: Hash::ZERO, batch: Vec::new() };
    for entry in Export::under(&publisher, guard.head())? {
        builder.push(entry?.1)?;
    }
    for entry in entries_beyond(&publisher, guard.head().size)? {
        builder.push(entry)?;
    }
    builder.flush()?;
    drop(store);
    // Read back from the disk through the ordinary door: what counts is what the next opening will see.
    let ReadThrough { tree, .. } =
        read_through(site.stores.open(&building, &site.files)?.as_ref(), &mut |_, _| Ok(()))?;
    check_root(&tree, guard.head()).map_err(|error| RepairError::Rebuilt {
        path: building.clone(),
        expected: describe(guard.head()),
        found: error.to_string(),
    })?;
    // Tiles beyond the entries that could be saved belong to a batch that nobody was told of.
    let mut faults = publisher.check_present(&tree, guard.head().size, false)?;
    faults.retain(|fault| matches!(fault.kind, TileFaultKind::Beyond { .. }));
    aside.extend(set_tiles_aside(site, &publisher, &faults)?);
    if files.list(&site.folder.store())?.is_some() {
        aside.push(set_aside(files, &site.folder.store())?);
    }
    files.rename(&building, &site.folder.store())?;
    files.sync_folder(site.folder.path())?;
    Ok(Repaired { head: tree.head(), set_aside: aside })
}

struct Rebuild<'a, 'c> {
    store: &'a dyn Store,
    check: &'a mut EntryCheck<'c>,
    seq: u64,
    prev: Hash,
    batch: Vec<Vec<u8>>,
}

impl Rebuild<'_, '_> {
    fn push(&mut self, entry: Vec<u8>) -> Result<(), RepairError> {
        let (seq, prev) = (self.seq, self.prev);
        (self.check)(Place { seq, prev }, &entry).map_err(|reason| RepairError::Entry { seq, reason })?;
        self.prev = leaf_hash(&entry);
        self.seq += 1;
        self.batch.push(entry);
        if self.batch.len() == REBUILD_BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), RepairError> {
        self.store.commit_durably(self.store.size(), &self.batch)?;
        self.batch.clear();
        Ok(())
    }
}

/// The entries after the first `size` that bundles hold without a gap. Nobody vouches for them.
fn entries_beyond(publisher: &Publisher, size: u64) -> Result<Vec<Vec<u8>>, RepairError> {
    let mut sizes: Vec<u64> = Vec::new();
    for path in publisher.list_tiles()? {
        if let Ok(tile @ TilePath::Entries(_)) = TilePath::parse(&path) {
            sizes.push(covered_size(tile));
        }
    }
    sizes.retain(|covered| *covered > size);
    sizes.sort_unstable();
    'sizes: while let Some(end) = sizes.pop() {
        let mut entries = Vec::new();
        for bundle in new_bundles(size, end) {
            let Some(bytes) = publisher.read_tile(TilePath::Entries(bundle))? else { continue 'sizes };
            let Ok(decoded) = bundle.decode(&bytes) else { continue 'sizes };
            let new = (bundle.first_entry()..).zip(decoded).filter(|(index, _)| *index >= size);
            entries.extend(new.map(|(_, entry)| entry.to_vec()));
        }
        return Ok(entries);
    }
    Ok(Vec::new())
}

/// Makes missing or damaged tiles anew from the database, once that is proved against the guard. Damaged ones are set aside.
pub fn repair_tiles(site: &Site, check: &mut EntryCheck<'_>) -> Result<Repaired, RepairError> {
    let guard = site.guard()?;
    let _lock = lock(site.files.as_ref(), &site.folder)?;
    let store = site.stores.open(&site.folder.store(), &site.files)?;
    let ReadThrough { tree, .. } = read_through(store.as_ref(), check)?;
    check_root(&tree, guard.head())?;
    let publisher = site.publisher();
    let mut faults = publisher.check_present(&tree, guard.head().size, true)?;
    if let Some(ahead) = faults.iter().find(|fault| matches!(fault.kind, TileFaultKind::Beyond { .. })) {
        return Err(RepairError::TilesAhead(ahead.clone()));
    }
    faults.retain(|fault| fault.kind == TileFaultKind::Differs);
    let aside = set_tiles_aside(site, &publisher, &faults)?;
    // What is set aside is made anew too: a published checkpoint that waits for witnesses to agree on the next needs partial tiles of its own.
    let missing = publisher.check_needed(&tree, guard.head().size)?;
    faults.extend(missing.into_iter().filter(|fault| fault.kind == TileFaultKind::Missing));
    for fault in faults {
        let path = TilePath::parse(&fault.path);
        let unknown = || PublishError::Unknown { path: fault.path.clone() };
        let bytes = match path.map_err(|_| unknown())? {
            TilePath::Tile(tile) => tile.read_bytes(&tree).map_err(|_| unknown())?,
            TilePath::Entries(bundle) => {
                let mut entries = Vec::new();
                store.scan(bundle.first_entry(), &mut |_, entry| {
                    entries.push(entry.to_vec());
                    let full = entries.len() == usize::from(bundle.width());
                    if full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                })?;
                encode_bundle(&entries).map_err(|reason| PublishError::Tile { path: fault.path.clone(), reason })?
            }
        };
        publisher.write_file(&fault.path, bytes)?;
    }
    Ok(Repaired { head: tree.head(), set_aside: aside })
}

/// Makes the guard anew from a checkpoint that somebody outside kept. It must be signed by this log, and the database must
/// contain it; it is refused if an older or present guard, or the published checkpoint, shows that a newer one was signed.
pub fn restore_guard(site: &Site, checkpoint: &[u8], check: &mut EntryCheck<'_>) -> Result<Repaired, RepairError> {
    let files = site.files.as_ref();
    let given = VerifiedCheckpoint::open(checkpoint, &site.keys).map_err(RepairError::Checkpoint)?;
    let _lock = lock(files, &site.folder)?;
    let publisher = site.publisher();
    let published = publisher.read_checkpoint()?.and_then(|bytes| VerifiedCheckpoint::open(&bytes, &site.keys).ok());
    let guarded = site.guard().ok().map(|guard| guard.head());
    let signed = published.map(|checkpoint| checkpoint.head()).into_iter().chain(guarded).map(|head| head.size).max();
    if let Some(signed) = signed.filter(|signed| *signed > given.head().size) {
        return Err(RepairError::Older { given: given.head().size, signed });
    }
    let store = site.stores.open(&site.folder.store(), &site.files)?;
    let ReadThrough { tree, .. } = read_through(store.as_ref(), check)?;
    check_root(&tree, given.head())?;
    let mut aside = Vec::new();
    if files.read(&site.folder.guard(), u64::MAX)?.is_some() {
        aside.push(set_aside(files, &site.folder.guard())?);
    }
    Guard::new(given).write(files, &site.folder.guard())?;
    Ok(Repaired { head: tree.head(), set_aside: aside })
}

/// Moves tiles out of the public folder, into one that is named after it.
fn set_tiles_aside(site: &Site, publisher: &Publisher, faults: &[TileFault]) -> Result<Vec<PathBuf>, FileError> {
    if faults.is_empty() {
        return Ok(Vec::new());
    }
    let files = site.files.as_ref();
    let folder = site.folder.path().join("tiles");
    files.create_folder(&folder)?;
    let folder = set_aside(files, &folder)?;
    for fault in faults {
        let from = publisher.path().join(&fault.path);
        files.rename(&from, &folder.join(fault.path.replace('/', "_")))?;
        files.sync_folder(from.parent().unwrap_or(&folder))?;
    }
    files.sync_folder(&folder)?;
    Ok(vec![folder])
}
