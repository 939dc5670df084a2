//! The public folder: tiles, entry bundles, artifacts, the log's key and the checkpoint, laid out as their URLs are (spec §8).
//!
//! Any web server could serve the folder as it stands. A tile is on the disk before a checkpoint that covers it exists, and
//! the checkpoint is the last file written. Partial tiles go once a wider one has taken their place and some checkpoints have
//! passed ([`partial`]). Never overwrites a file with other contents (but for the checkpoint), never decides what is signed.

mod partial;

use std::collections::{BTreeSet, VecDeque};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use klero_draw::hash::ArtifactHash;
use klero_tlog::note::MAX_NOTE_LEN;
use klero_tlog::tile::{
    BundleId, MAX_ENTRY_LEN, TILE_WIDTH, TileError, TilePath, encode_bundle, new_bundles, new_tiles,
};
use klero_tlog::{Hash, MerkleTree, leaf_hash};
use sha2::{Digest, Sha256};

use crate::files::{FileError, Files, NewFile, create_folders_durably, temporary_name, write_durably};

/// Folders below `tile/`: two for the kind and seven groups of digits, and one for partial tiles.
const MAX_FOLDER_DEPTH: usize = 12;

/// Why something could not be published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// A file could not be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A tile could not be made from what the writer has.
    #[error("tile {path} cannot be made: {reason}")]
    Tile {
        /// Path of the tile.
        path: String,
        /// Why.
        reason: TileError,
    },
    /// The writer's tree or entries do not reach as far as the tile that it was to write.
    #[error("tile {path} needs entries that the writer does not have")]
    Unknown {
        /// Path of the tile.
        path: String,
    },
    /// An artifact is not the one that was announced.
    #[error("the artifact hashes to {found}, expected {expected}")]
    Artifact {
        /// Its announced name.
        expected: ArtifactHash,
        /// Its hash.
        found: ArtifactHash,
    },
}

impl PublishError {
    /// What a person should do next.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::File(error) => error.advice(),
            Self::Tile { .. } | Self::Unknown { .. } => {
                "start the service again; if it happens again, report it: it is a fault of this program"
            }
            Self::Artifact { .. } => "the file was changed since its hash was taken: take the original again",
        }
    }
}

/// What is wrong with one published file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TileFault {
    /// Path below the public folder.
    pub path: String,
    /// What is wrong with it.
    pub kind: TileFaultKind,
}

/// What can be wrong with a published file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TileFaultKind {
    /// It should be there and is not.
    Missing,
    /// It is not what the log's entries give.
    Differs,
    /// It covers more entries than the database has.
    Beyond {
        /// Entries that it covers.
        size: u64,
    },
    /// It is not a name that this program gives.
    Stray,
}

impl std::fmt::Display for TileFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = &self.path;
        match self.kind {
            TileFaultKind::Missing => write!(f, "{path} is missing"),
            TileFaultKind::Differs => write!(f, "{path} differs from the database's entries"),
            TileFaultKind::Beyond { size } => write!(f, "{path} covers {size} entries, more than the database has"),
            TileFaultKind::Stray => write!(f, "{path} does not belong here"),
        }
    }
}

/// Writes and reads the public folder of one log. Clones share what they know.
#[derive(Clone)]
pub struct Publisher {
    files: Arc<dyn Files>,
    public: PathBuf,
    /// Folders known to be on the disk; spares making each again for every tile.
    known: Arc<Mutex<BTreeSet<PathBuf>>>,
    /// Sizes of the last checkpoints, oldest first.
    recent: Arc<Mutex<VecDeque<u64>>>,
    /// Artifacts being written: two writers of one artifact would share a temporary name, so the second waits.
    artifacts: Arc<(Mutex<BTreeSet<ArtifactHash>>, Condvar)>,
}

impl Publisher {
    /// For the public folder at `public`, of which nothing is looked at yet.
    pub fn new(public: PathBuf, files: Arc<dyn Files>) -> Self {
        Self { files, public, known: Arc::default(), recent: Arc::default(), artifacts: Arc::default() }
    }

    /// Makes the empty public folder, beside the folder's other parts, which must exist.
    pub fn create(&self, log_key: &str) -> Result<(), PublishError> {
        self.files.create_folder(&self.public)?;
        if let Some(parent) = self.public.parent() {
            self.files.sync_folder(parent)?;
        }
        for name in ["tile", "artifact"] {
            self.folder(&self.public.join(name))?;
        }
        self.publish_key(log_key)
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.public
    }

    /// Where the artifact lies, or would lie.
    pub fn artifact_path(&self, name: &ArtifactHash) -> PathBuf {
        self.public.join("artifact").join(name.to_string())
    }

    /// Writes every tile and bundle that a tree of `new_size` has and one of `old_size` has not. When this returns `Ok`
    /// they are on the disk. `tail` holds the entries from the last multiple of 256 not above `old_size` on.
    pub fn write_tiles(
        &self,
        tree: &MerkleTree,
        tail: &[Vec<u8>],
        old_size: u64,
        new_size: u64,
    ) -> Result<(), PublishError> {
        let tail_first = old_size - old_size % u64::from(TILE_WIDTH);
        let mut new = Vec::new();
        for bundle in new_bundles(old_size, new_size) {
            let unknown = || PublishError::Unknown { path: bundle.path() };
            let start = bundle.first_entry().checked_sub(tail_first).and_then(|n| usize::try_from(n).ok());
            let start = start.ok_or_else(unknown)?;
            let entries = tail.get(start..start + usize::from(bundle.width())).ok_or_else(unknown)?;
            let tile = |reason| PublishError::Tile { path: bundle.path(), reason };
            new.push(self.new_file(&bundle.path(), encode_bundle(entries).map_err(tile)?)?);
        }
        for tile in new_tiles(old_size, new_size) {
            let bytes = tile.read_bytes(tree).map_err(|_| PublishError::Unknown { path: tile.path() })?;
            new.push(self.new_file(&tile.path(), bytes)?);
        }
        Ok(write_durably(self.files.as_ref(), &new)?)
    }

    /// Writes one tile or bundle; the caller says what it is. For repairs.
    pub(crate) fn write_file(&self, path: &str, bytes: Vec<u8>) -> Result<(), FileError> {
        write_durably(self.files.as_ref(), &[self.new_file(path, bytes)?])
    }

    /// Replaces the checkpoint. Everything under it must be on the disk, and the guard must hold it.
    pub fn publish_checkpoint(&self, note: &str) -> Result<(), PublishError> {
        let path = self.public.join("checkpoint");
        Ok(write_durably(self.files.as_ref(), &[NewFile { path, bytes: note.as_bytes().to_vec() }])?)
    }

    /// Publishes the log's key, a vkey without a newline.
    pub fn publish_key(&self, log_key: &str) -> Result<(), PublishError> {
        let path = self.public.join("log.vkey");
        Ok(write_durably(self.files.as_ref(), &[NewFile { path, bytes: format!("{log_key}\n").into_bytes() }])?)
    }

    /// The published checkpoint, as it stands; `None` if there is none.
    pub fn read_checkpoint(&self) -> Result<Option<Vec<u8>>, FileError> {
        self.files.read(&self.public.join("checkpoint"), MAX_NOTE_LEN as u64)
    }

    /// The published key's file; `None` if there is none.
    pub fn read_key(&self) -> Result<Option<Vec<u8>>, FileError> {
        self.files.read(&self.public.join("log.vkey"), 4096)
    }

    /// Stores an artifact under its hash. When this returns `Ok` it is on the disk.
    pub fn put_artifact(&self, bytes: &[u8]) -> Result<ArtifactHash, PublishError> {
        let name = ArtifactHash::of(bytes);
        self.put_artifact_stream(&mut &*bytes, &name)?;
        Ok(name)
    }

    /// Like [`Self::put_artifact`], for one that does not fit in memory. Its hash is taken while it is written, and one that
    /// is not `expected` never gets its name.
    pub fn put_artifact_stream(&self, content: &mut dyn Read, expected: &ArtifactHash) -> Result<(), PublishError> {
        let _alone = Alone::new(&self.artifacts, *expected);
        let path = self.artifact_path(expected);
        let temporary = temporary_name(&path);
        let mut hashing = Hashing { content, hash: Sha256::new() };
        self.files.write_temporary(&temporary, &mut hashing)?;
        let found = ArtifactHash(hashing.hash.finalize().into());
        if found != *expected {
            return Err(PublishError::Artifact { expected: *expected, found });
        }
        self.files.rename(&temporary, &path)?;
        Ok(self.files.sync_folder(&self.public.join("artifact"))?)
    }

    /// An artifact of at most `limit` bytes; `None` if there is none. One that no longer hashes to its name is an error.
    pub fn get_artifact(&self, name: &ArtifactHash, limit: u64) -> Result<Option<Vec<u8>>, PublishError> {
        let Some(bytes) = self.files.read(&self.artifact_path(name), limit)? else { return Ok(None) };
        let found = ArtifactHash::of(&bytes);
        if found != *name {
            return Err(PublishError::Artifact { expected: *name, found });
        }
        Ok(Some(bytes))
    }

    /// Compares the tiles and bundles that a reader of the tree of `size` needs with what the entries give.
    pub fn check_needed(&self, tree: &MerkleTree, size: u64) -> Result<Vec<TileFault>, FileError> {
        let tiles = new_tiles(0, size).map(TilePath::Tile);
        let bundles = new_bundles(0, size).map(TilePath::Entries);
        tiles.chain(bundles).filter_map(|path| self.check(tree, path).transpose()).collect()
    }

    /// Goes through all files below `tile/`. Those that reach beyond `size` are compared with the entries, and so are all
    /// others if `all`. A tile that covers more than the tree has is a fault in any case.
    pub fn check_present(&self, tree: &MerkleTree, size: u64, all: bool) -> Result<Vec<TileFault>, FileError> {
        let mut faults = Vec::new();
        for path in self.list_tiles()? {
            let Ok(tile) = TilePath::parse(&path) else {
                faults.push(TileFault { path, kind: TileFaultKind::Stray });
                continue;
            };
            let covers = covered_size(tile);
            if covers > tree.size() {
                faults.push(TileFault { path, kind: TileFaultKind::Beyond { size: covers } });
            } else if all || covers > size {
                faults.extend(self.check(tree, tile)?);
            }
        }
        Ok(faults)
    }

    /// The paths of all files below `tile/`, sorted by folder. Hidden names are left out: they are unfinished writes.
    pub fn list_tiles(&self) -> Result<Vec<String>, FileError> {
        let mut found = Vec::new();
        let mut folders = vec!["tile".to_owned()];
        while let Some(folder) = folders.pop() {
            for item in self.files.list(&self.public.join(&folder))?.unwrap_or_default() {
                let path = format!("{folder}/{}", item.name);
                if item.is_folder && path.split('/').count() <= MAX_FOLDER_DEPTH {
                    folders.push(path);
                } else if !item.name.starts_with('.') {
                    found.push(path);
                }
            }
        }
        found.sort();
        Ok(found)
    }

    /// The bytes of one tile or bundle; `None` if there is none. A partial one that is gone is the beginning of a wider one.
    pub fn read_tile(&self, path: TilePath) -> Result<Option<Vec<u8>>, FileError> {
        match self.read_file(path)? {
            Some(bytes) => Ok(Some(bytes)),
            None => self.read_from_wider(path),
        }
    }

    /// The bytes of the very file.
    fn read_file(&self, path: TilePath) -> Result<Option<Vec<u8>>, FileError> {
        let limit = match path {
            TilePath::Tile(tile) => u64::from(tile.width()) * 32,
            TilePath::Entries(bundle) => u64::from(bundle.width()) * (MAX_ENTRY_LEN as u64 + 2),
        };
        match self.files.read(&self.public.join(path.to_string()), limit) {
            // Too long to be a tile: let it be found unequal, not unreadable.
            Err(error) if error.kind == std::io::ErrorKind::FileTooLarge => Ok(Some(Vec::new())),
            read => read,
        }
    }

    fn check(&self, tree: &MerkleTree, path: TilePath) -> Result<Option<TileFault>, FileError> {
        let fault = |kind| Ok(Some(TileFault { path: path.to_string(), kind }));
        let Some(bytes) = self.read_tile(path)? else { return fault(TileFaultKind::Missing) };
        let same = match path {
            TilePath::Tile(tile) => tile.read_bytes(tree).is_ok_and(|expected| expected == bytes),
            TilePath::Entries(bundle) => expected_leaves(tree, bundle).is_some_and(|leaves| {
                bundle.decode(&bytes).is_ok_and(|found| {
                    found.len() == leaves.len()
                        && found.iter().zip(leaves).all(|(entry, leaf)| leaf_hash(entry) == *leaf)
                })
            }),
        };
        if same { Ok(None) } else { fault(TileFaultKind::Differs) }
    }

    fn new_file(&self, path: &str, bytes: Vec<u8>) -> Result<NewFile, FileError> {
        let path = self.public.join(path);
        if let Some(folder) = path.parent() {
            self.folder(folder)?;
        }
        Ok(NewFile { path, bytes })
    }

    fn folder(&self, folder: &Path) -> Result<(), FileError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains(folder) {
            return Ok(());
        }
        create_folders_durably(self.files.as_ref(), &self.public, folder)?;
        known.insert(folder.to_owned());
        Ok(())
    }
}

/// Held while an artifact is written. Different artifacts are written side by side.
struct Alone<'a> {
    writing: &'a (Mutex<BTreeSet<ArtifactHash>>, Condvar),
    name: ArtifactHash,
}

impl<'a> Alone<'a> {
    fn new(writing: &'a (Mutex<BTreeSet<ArtifactHash>>, Condvar), name: ArtifactHash) -> Self {
        let mut names = writing.0.lock().unwrap_or_else(PoisonError::into_inner);
        while !names.insert(name) {
            names = writing.1.wait(names).unwrap_or_else(PoisonError::into_inner);
        }
        Self { writing, name }
    }
}

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        self.writing.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
        self.writing.1.notify_all();
    }
}

/// How many entries a log has at least that has this tile.
pub fn covered_size(path: TilePath) -> u64 {
    let (level, index, width) = match path {
        TilePath::Tile(tile) => (tile.level(), tile.index(), tile.width()),
        TilePath::Entries(bundle) => (0, bundle.index(), bundle.width()),
    };
    // Cannot overflow: a tile's last leaf is countable in 64 bits by construction.
    (index.saturating_mul(u64::from(TILE_WIDTH)).saturating_add(u64::from(width))) << (8 * u32::from(level))
}

/// The leaf hashes of a bundle's entries.
fn expected_leaves(tree: &MerkleTree, bundle: BundleId) -> Option<&[Hash]> {
    let start = usize::try_from(bundle.first_entry()).ok()?;
    tree.leaves().get(start..start + usize::from(bundle.width()))
}

struct Hashing<'a> {
    content: &'a mut dyn Read,
    hash: Sha256,
}

impl Read for Hashing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.content.read(buffer)?;
        self.hash.update(&buffer[..count]);
        Ok(count)
    }
}
