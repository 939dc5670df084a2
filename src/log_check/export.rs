//! Reading a whole log from its public folder, each entry proved under a signed checkpoint.
//!
//! Needs neither the database nor the lock; gives nothing that was not proved, and nothing after an error.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use klero_tlog::checkpoint::CheckpointError;
use klero_tlog::proof::TreeHead;
use klero_tlog::tile::{BundleId, TILE_WIDTH, TileId, TilePath, encode_bundle};
use klero_tlog::tile_reader::{TileReadError, TileReader, TileSource};
use klero_tlog::{VerifiedCheckpoint, VerifierKey};

use crate::files::{FileError, Files};
use crate::publish::Publisher;

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

    pub(super) fn under(publisher: &Publisher, head: TreeHead) -> Result<Self, ExportError> {
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
