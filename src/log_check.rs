//! Looking at a log that does not run, and mending it: `fsck`, `repair`, `export`.
//!
//! A check changes nothing: sled alters what it opens, so it opens a copy. A repair destroys nothing: what it replaces is
//! renamed aside, and what it makes is proved against the guard before it takes the place. There are three things to
//! repair, and each only from something that proves it right: the database from the tiles, the tiles from the database,
//! the guard from a signed checkpoint that somebody else kept.

use std::fmt;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use klero_tlog::checkpoint::CheckpointError;
use klero_tlog::proof::TreeHead;
use klero_tlog::tile::{BundleId, TILE_WIDTH, TileId, TilePath, encode_bundle, new_bundles};
use klero_tlog::tile_reader::{TileReadError, TileReader, TileSource};
use klero_tlog::{Hash, VerifiedCheckpoint, VerifierKey, leaf_hash};

use crate::files::{FileError, Files, LogFolder};
use crate::guard::{Guard, GuardError};
use crate::publish::{PublishError, Publisher, TileFault, TileFaultKind, covered_size};
use crate::sequencer::Place;
use crate::sequencer::opening::{
    EntryCheck, LogSetup, OpenError, ReadThrough, check_root, lock, read_through, set_aside,
};
use crate::store::{SledStore, Store, StoreError};

/// Most faults of tiles that a report names one by one.
const MAX_NAMED_FAULTS: usize = 20;
/// Entries in one commit while a database is rebuilt.
const REBUILD_BATCH: usize = 1024;

/// A log that is to be looked at or mended. Needs no private key.
#[derive(Clone)]
pub struct Site {
    /// Where it lies.
    pub folder: LogFolder,
    /// How its files are written.
    pub files: Arc<dyn Files>,
    /// Keys that sign its checkpoints; the present one first.
    pub keys: Vec<VerifierKey>,
}

impl From<&LogSetup> for Site {
    fn from(setup: &LogSetup) -> Self {
        let (folder, files) = (setup.folder.clone(), Arc::clone(&setup.files));
        Self { folder, files, keys: setup.signer.known_keys() }
    }
}

impl Site {
    fn publisher(&self) -> Publisher {
        Publisher::new(self.folder.public(), Arc::clone(&self.files))
    }
    fn guard(&self) -> Result<Guard, GuardError> {
        Guard::read(self.files.as_ref(), &self.folder.guard(), &self.keys)
    }
}

/// One thing that was compared with another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What: `guard`, `store.size`, `tiles.needed`, …
    pub about: &'static str,
    /// How it came out.
    pub verdict: Verdict,
    /// What should be.
    pub expected: String,
    /// What is.
    pub found: String,
}

/// How a comparison came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Agrees,
    /// Not as it should be.
    Differs,
    /// Could not be compared, because of something else that the report names.
    Unknown,
}

/// Everything that [`fsck`] compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// In the order in which they were compared.
    pub facts: Vec<Fact>,
    /// What to do about each thing that differs.
    pub advice: Vec<&'static str>,
}

impl Report {
    /// Whether everything could be compared and agrees.
    pub fn is_sound(&self) -> bool {
        self.facts.iter().all(|fact| fact.verdict == Verdict::Agrees)
    }

    fn add(
        &mut self,
        about: &'static str,
        agrees: bool,
        expected: impl fmt::Display,
        found: impl fmt::Display,
    ) -> bool {
        let verdict = if agrees { Verdict::Agrees } else { Verdict::Differs };
        self.facts.push(Fact { about, verdict, expected: expected.to_string(), found: found.to_string() });
        agrees
    }

    fn unknown(&mut self, about: &'static str, because: impl fmt::Display) {
        self.facts.push(Fact {
            about,
            verdict: Verdict::Unknown,
            expected: "to be compared".to_owned(),
            found: because.to_string(),
        });
    }

    fn advise(&mut self, advice: &'static str) {
        if !self.advice.contains(&advice) {
            self.advice.push(advice);
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Fact { about, verdict, expected, found } in &self.facts {
            match verdict {
                Verdict::Agrees => writeln!(f, "ok       {about}: {found}")?,
                Verdict::Differs => writeln!(f, "DIFFERS  {about}: expected {expected}, found {found}")?,
                Verdict::Unknown => writeln!(f, "unknown  {about}: {found}")?,
            }
        }
        self.advice.iter().try_for_each(|advice| writeln!(f, "→ {advice}"))
    }
}

/// Compares everything with everything, and changes nothing. `check` is called for every entry of the database, in order.
/// Fails only if it cannot look at all: the log is in use, or there is no disk space for a copy of the database.
pub fn fsck(site: &Site, check: &mut EntryCheck<'_>) -> Result<Report, OpenError> {
    let mut report = Report::default();
    let guard = match site.guard() {
        Ok(guard) => {
            report.add("guard", true, "signed by this log", describe(guard.head()));
            Some(guard)
        }
        Err(error) => {
            report.add("guard", false, "the last signed checkpoint", &error);
            report.advise(error.advice());
            None
        }
    };
    // Not before something of a log was seen: the lock makes a file.
    if guard.is_none() && site.files.list(&site.folder.store())?.is_none() {
        report.add("store", false, "a database", format!("none in {}", site.folder.path().display()));
        return Ok(report);
    }
    let _lock = lock(site.files.as_ref(), &site.folder)?;
    let copy = copy_of_store(site)?;
    let read = SledStore::open(copy.path(), Arc::clone(&site.files))
        .map_err(OpenError::from)
        .and_then(|store| read_through(&store, check));
    let read = match read {
        Ok(read) => {
            report.add("store", true, "every entry in its place", format!("{} entries", read.tree.size()));
            Some(read)
        }
        Err(error) => {
            report.add("store", false, "every entry in its place", &error);
            report.advise(error.advice());
            None
        }
    };
    let publisher = site.publisher();
    match (&read, &guard) {
        (Some(read), Some(guard)) => {
            compare_with_guard(&mut report, read, guard);
            compare_tiles(&mut report, &publisher, read, guard.head().size)?;
        }
        _ => {
            report.unknown("store and guard", "one of them cannot be read");
            report.unknown("tiles and store", "the database or the guard cannot be read");
            compare_tiles_with_guard(&mut report, &publisher, guard.as_ref());
        }
    }
    compare_checkpoint(&mut report, &publisher, site, read.as_ref(), guard.as_ref())?;
    compare_key(&mut report, &publisher, site)?;
    compare_artifacts(&mut report, site, &publisher)?;
    Ok(report)
}

fn describe(head: TreeHead) -> String {
    format!("{} entries, root {}", head.size, head.root)
}

fn compare_with_guard(report: &mut Report, read: &ReadThrough, guard: &Guard) {
    let signed = guard.head();
    let size = read.tree.size();
    report.add("store.size", size >= signed.size, format!("at least {}", signed.size), size);
    let found = read.tree.root_at(signed.size).map_or_else(|_| "too few entries".to_owned(), |root| root.to_string());
    report.add("store.root", found == signed.root.to_string(), signed.root, found);
    if let Err(error) = check_root(&read.tree, signed) {
        report.advise(error.advice());
    }
}

fn compare_tiles(report: &mut Report, publisher: &Publisher, read: &ReadThrough, size: u64) -> Result<(), FileError> {
    let needed = publisher.check_needed(&read.tree, size)?;
    add_tile_faults(report, "tiles.needed", &needed, "each needed tile as the database gives it");
    let mut present = publisher.check_present(&read.tree, size, true)?;
    present.retain(|fault| !needed.contains(fault));
    add_tile_faults(report, "tiles.present", &present, "every other tile as the database gives it");
    if present.iter().any(|fault| matches!(fault.kind, TileFaultKind::Beyond { .. })) {
        report.advise("tiles cover more than the database has: klero log repair --from-tiles");
    } else if !needed.is_empty() || !present.is_empty() {
        report.advise("tiles are damaged: klero log repair --tiles");
    }
    Ok(())
}

fn add_tile_faults(report: &mut Report, about: &'static str, faults: &[TileFault], expected: &str) {
    for fault in faults.iter().take(MAX_NAMED_FAULTS) {
        report.add(about, false, expected, fault);
    }
    if faults.len() > MAX_NAMED_FAULTS {
        report.add(about, false, expected, format!("{} more", faults.len() - MAX_NAMED_FAULTS));
    }
    if faults.is_empty() {
        report.add(about, true, expected, expected);
    }
}

/// Without a database: do the tiles alone give what was signed?
fn compare_tiles_with_guard(report: &mut Report, publisher: &Publisher, guard: Option<&Guard>) {
    let Some(guard) = guard else {
        report.unknown("tiles and guard", "the guard cannot be read");
        return;
    };
    let expected = describe(guard.head());
    let entries = Export::under(publisher, guard.head());
    match entries.and_then(|mut entries| entries.try_for_each(|entry| entry.map(drop))) {
        Ok(()) => {
            report.add("tiles and guard", true, &expected, &expected);
            report.advise("the tiles are whole: klero log repair --from-tiles makes the database anew from them");
        }
        Err(error) => {
            report.add("tiles and guard", false, expected, error);
        }
    }
}

fn compare_checkpoint(
    report: &mut Report,
    publisher: &Publisher,
    site: &Site,
    read: Option<&ReadThrough>,
    guard: Option<&Guard>,
) -> Result<(), FileError> {
    let Some(bytes) = publisher.read_checkpoint()? else {
        report.add("checkpoint", false, "a signed checkpoint", "none; it is published again when the service starts");
        return Ok(());
    };
    let head = match VerifiedCheckpoint::open(&bytes, &site.keys) {
        Ok(checkpoint) => checkpoint.head(),
        Err(error) => {
            report.add("checkpoint", false, "signed by this log", &error);
            report.advise(OpenError::Checkpoint(error).advice());
            return Ok(());
        }
    };
    report.add("checkpoint", true, "signed by this log", describe(head));
    if let Some(guard) = guard {
        let size = guard.head().size;
        if !report.add("checkpoint.size", head.size <= size, format!("at most the guard's {size}"), head.size) {
            report.advise(OpenError::GuardBehind { published: head.size, guard: size }.advice());
        }
    }
    match read.map(|read| read.tree.root_at(head.size)) {
        Some(Ok(root)) => {
            report.add("checkpoint.root", root == head.root, root, head.root);
        }
        Some(Err(_)) => {
            report.add("checkpoint.root", false, head.root, "the database has too few entries");
        }
        None => report.unknown("checkpoint.root", "the database cannot be read"),
    }
    Ok(())
}

fn compare_key(report: &mut Report, publisher: &Publisher, site: &Site) -> Result<(), FileError> {
    let expected = site.keys.first().map(VerifierKey::to_text).unwrap_or_default();
    let found = publisher.read_key()?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let found = found.unwrap_or_else(|| "no file\n".to_owned());
    report.add("log.vkey", found == format!("{expected}\n"), &expected, found.trim_end());
    Ok(())
}

/// Each artifact hashes to its name.
fn compare_artifacts(report: &mut Report, site: &Site, publisher: &Publisher) -> Result<(), FileError> {
    let expected = "each artifact hashes to its name";
    let folder = publisher.path().join("artifact");
    let mut wrong = Vec::new();
    for item in site.files.list(&folder)?.unwrap_or_default() {
        if item.name.starts_with('.') {
            continue;
        }
        let path = folder.join(&item.name);
        let hash = file_hash(&path).map_err(|e| FileError::new("read", &path, &e));
        if item.is_folder || hash? != item.name {
            wrong.push(item.name);
        }
    }
    for name in wrong.iter().take(MAX_NAMED_FAULTS) {
        report.add("artifacts", false, expected, format!("{name} does not"));
        report.advise("restore the artifacts that differ from a backup, or from anybody who downloaded them");
    }
    if wrong.is_empty() {
        report.add("artifacts", true, expected, expected);
    }
    Ok(())
}

fn file_hash(path: &Path) -> std::io::Result<String> {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        match std::io::Read::read(&mut file, &mut buffer)? {
            0 => return Ok(hex::encode(hash.finalize())),
            count => hash.update(&buffer[..count]),
        }
    }
}

/// A copy of the database, beside it, gone when dropped.
fn copy_of_store(site: &Site) -> Result<tempfile::TempDir, FileError> {
    let dir = site.folder.path();
    let copy = tempfile::Builder::new().prefix("store.check-").tempdir_in(dir);
    let copy = copy.map_err(|e| FileError::new("copy the database into", dir, &e))?;
    let mut folders = vec![(site.folder.store(), copy.path().to_owned())];
    while let Some((from, to)) = folders.pop() {
        for item in site.files.list(&from)?.unwrap_or_default() {
            let (from, to) = (from.join(&item.name), to.join(&item.name));
            if item.is_folder {
                site.files.create_folder(&to)?;
                folders.push((from, to));
            } else {
                let mut source = File::open(&from).map_err(|e| FileError::new("copy", &from, &e))?;
                site.files.write_temporary(&to, &mut source)?;
            }
        }
    }
    Ok(copy)
}

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
    let store = SledStore::create(&building, Arc::clone(&site.files))?;
    let mut builder = Rebuild { store: &store, check, seq: 0, prev: Hash::ZERO, batch: Vec::new() };
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
        read_through(&SledStore::open(&building, Arc::clone(&site.files))?, &mut |_, _| Ok(()))?;
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
    store: &'a SledStore,
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
    let store = SledStore::open(&site.folder.store(), Arc::clone(&site.files))?;
    let ReadThrough { tree, .. } = read_through(&store, check)?;
    check_root(&tree, guard.head())?;
    let publisher = site.publisher();
    let mut faults = publisher.check_present(&tree, guard.head().size, true)?;
    if let Some(ahead) = faults.iter().find(|fault| matches!(fault.kind, TileFaultKind::Beyond { .. })) {
        return Err(RepairError::TilesAhead(ahead.clone()));
    }
    faults.retain(|fault| fault.kind == TileFaultKind::Differs);
    let aside = set_tiles_aside(site, &publisher, &faults)?;
    for fault in publisher.check_needed(&tree, guard.head().size)? {
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
    let store = SledStore::open(&site.folder.store(), Arc::clone(&site.files))?;
    let ReadThrough { tree, .. } = read_through(&store, check)?;
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

/// Why the log cannot be read from its tiles.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// There is no published checkpoint.
    #[error("{} has no checkpoint", public.display())]
    NoCheckpoint {
        /// The public folder.
        public: PathBuf,
    },
    /// It is not signed by this log.
    #[error("the published checkpoint is refused: {0}")]
    Checkpoint(CheckpointError),
    /// Tiles are missing, or do not hash to the signed root.
    #[error(transparent)]
    Tile(#[from] TileReadError<FileError>),
    /// The checkpoint could not be read.
    #[error(transparent)]
    File(#[from] FileError),
}

impl ExportError {
    /// What a person should do next.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::NoCheckpoint { .. } => "check the path; it should be a log's folder, with public/ in it",
            Self::Checkpoint(_) => "check that the key is this log's",
            Self::Tile(_) => "run klero log fsck, then klero log repair --tiles",
            Self::File(error) => error.advice(),
        }
    }
}

/// All entries of a log in order, read from the tiles of a public folder and each proved under one signed checkpoint. Needs
/// neither the database nor the lock, so it can run beside the service.
pub struct Export {
    tiles: TileReader<FolderTiles>,
    next: u64,
    /// Entries of the bundle being given out, the next one last.
    bundle: Vec<Vec<u8>>,
}

impl Export {
    /// Everything under the published checkpoint, which must be signed by one of `keys`.
    pub fn open(public: &Path, files: Arc<dyn Files>, keys: &[VerifierKey]) -> Result<Self, ExportError> {
        let publisher = Publisher::new(public.to_owned(), files);
        let no_checkpoint = || ExportError::NoCheckpoint { public: public.to_owned() };
        let bytes = publisher.read_checkpoint()?.ok_or_else(no_checkpoint)?;
        let checkpoint = VerifiedCheckpoint::open(&bytes, keys).map_err(ExportError::Checkpoint)?;
        Self::under(&publisher, checkpoint.head())
    }

    /// Size and root under which all entries are proved.
    pub fn head(&self) -> TreeHead {
        self.tiles.head()
    }

    fn under(publisher: &Publisher, head: TreeHead) -> Result<Self, ExportError> {
        let tiles = TileReader::open(FolderTiles(publisher.clone()), head)?;
        Ok(Self { tiles, next: 0, bundle: Vec::new() })
    }
}

impl Iterator for Export {
    type Item = Result<(u64, Vec<u8>), ExportError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.bundle.is_empty() {
            let bundle = BundleId::of_entry(self.next, self.head().size)?;
            match self.tiles.read_entries(bundle) {
                Ok(mut entries) => {
                    entries.reverse();
                    self.bundle = entries;
                }
                Err(error) => {
                    // Nothing after an error: what follows a gap is no export.
                    self.next = u64::MAX;
                    return Some(Err(error.into()));
                }
            }
        }
        let entry = self.bundle.pop()?;
        let index = self.next;
        self.next += 1;
        Some(Ok((index, entry)))
    }
}

/// Tiles in a public folder. A partial tile that is gone is cut from the full one.
struct FolderTiles(Publisher);

impl FolderTiles {
    fn read(&self, path: TilePath) -> Result<Vec<u8>, FileError> {
        let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
        let name = self.0.path().join(path.to_string());
        self.0.read_tile(path)?.ok_or_else(|| FileError::new("read", &name, &missing))
    }
}

impl TileSource for FolderTiles {
    type Error = FileError;

    fn read_tile(&self, tile: TileId) -> Result<Vec<u8>, FileError> {
        let found = self.read(TilePath::Tile(tile));
        let full = TileId::new(tile.level(), tile.index(), TILE_WIDTH);
        match (found, full) {
            (Err(_), Ok(full)) if !tile.is_full() => {
                let mut bytes = self.read(TilePath::Tile(full))?;
                bytes.truncate(usize::from(tile.width()) * 32);
                Ok(bytes)
            }
            (found, _) => found,
        }
    }

    fn read_bundle(&self, bundle: BundleId) -> Result<Vec<u8>, FileError> {
        let found = self.read(TilePath::Entries(bundle));
        let full = BundleId::new(bundle.index(), TILE_WIDTH);
        match (found, full) {
            (Err(_), Ok(full)) if full != bundle => {
                let bytes = self.read(TilePath::Entries(full))?;
                let entries = full.decode(&bytes).unwrap_or_default();
                // Too few entries encode to what the caller finds truncated.
                let entries = entries.get(..usize::from(bundle.width())).unwrap_or_default();
                Ok(encode_bundle(entries).unwrap_or_default())
            }
            (found, _) => found,
        }
    }
}
