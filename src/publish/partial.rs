//! Partial tiles that have had their day (c2sp.org/tlog-tiles).
//!
//! Every append made alone writes a partial tile a hash wider than the last, and a bundle an entry longer; kept for ever they would be most
//! of a log's disk. A tile of some width is the beginning of every wider tile of its place, and so is a bundle, so nothing is lost when
//! the narrower file goes. It goes when [`KEPT_CHECKPOINTS`] later checkpoints have been published, by which time a reader of a folder served
//! as it stands has a newer one; the service itself cuts what is gone from the wider file.
//!
//! Removes nothing that a checkpoint kept here needs, nothing before the guard and the checkpoint that supersede it are on the disk, and
//! nothing but partial tiles. Not removing is never an error: what stays is swept up when the log is opened next.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::PoisonError;

use klero_tlog::tile::{BundleId, MAX_TILE_LEVEL, TILE_WIDTH, TileId, TilePath, encode_bundle};

use super::{Publisher, covered_size};
use crate::files::FileError;

/// Of so many last checkpoints every partial tile is kept.
const KEPT_CHECKPOINTS: usize = 8;

impl Publisher {
    /// To be told of each signed checkpoint, once it is guarded: removes what only checkpoints before the kept ones needed.
    ///
    /// `published` is the size of the checkpoint that readers see, which waits for witnesses where there are some.
    pub fn tidy(&self, size: u64, published: u64) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.back() != Some(&size) {
            recent.push_back(size);
        }
        // Larger ones than the published may yet be: witnesses are asked about them.
        while recent.len() > KEPT_CHECKPOINTS && recent.front().is_some_and(|size| *size < published) {
            let Some(old) = recent.pop_front() else { return };
            let needed: BTreeSet<String> = recent
                .iter()
                .chain([&published])
                .flat_map(|size| partial_tiles(*size))
                .map(|path| path.to_string())
                .collect();
            for path in partial_tiles(old).map(|path| path.to_string()).filter(|path| !needed.contains(path)) {
                self.remove(&path);
            }
        }
    }

    /// When a log of `size` is opened: sweeps up what earlier runs left. Of a tile that is not yet full the widest files are kept.
    pub fn tidy_all(&self, size: u64, published: u64) -> Result<(), FileError> {
        let needed: BTreeSet<String> =
            partial_tiles(size).chain(partial_tiles(published)).map(|path| path.to_string()).collect();
        let mut by_tile: BTreeMap<String, Vec<(u16, String)>> = BTreeMap::new();
        let mut full = BTreeSet::new();
        for path in self.list_tiles()? {
            let Ok(tile) = TilePath::parse(&path) else { continue };
            match path.split_once(".p/") {
                Some((whole, _)) => by_tile.entry(whole.to_owned()).or_default().push((width(tile), path.clone())),
                None => drop(full.insert(path)),
            }
        }
        for (whole, mut partials) in by_tile {
            partials.sort_unstable();
            let kept = if full.contains(&whole) { 0 } else { KEPT_CHECKPOINTS };
            let gone = partials.len().saturating_sub(kept);
            partials
                .iter()
                .take(gone)
                .filter(|(_, path)| !needed.contains(path) && covers_less(path, published))
                .for_each(|(_, path)| self.remove(path));
        }
        self.tidy(size, published);
        Ok(())
    }

    fn remove(&self, path: &str) {
        let path = self.public.join(path);
        // What could not be removed harms nobody.
        let _stays = self.files.remove_file(&path);
        if let Some(folder) = path.parent().filter(|folder| self.is_empty(folder)) {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if self.files.remove_empty_folder(folder).is_ok() {
                known.remove(folder);
            }
        }
    }

    fn is_empty(&self, folder: &Path) -> bool {
        self.files.list(folder).is_ok_and(|items| items.is_some_and(|items| items.is_empty()))
    }

    /// A partial tile or bundle, cut from the narrowest wider one that is there.
    pub(super) fn read_from_wider(&self, path: TilePath) -> Result<Option<Vec<u8>>, FileError> {
        let text = path.to_string();
        let Some((whole, _)) = text.split_once(".p/") else { return Ok(None) };
        let folder = self.public.join(format!("{whole}.p"));
        let names =
            self.files.list(&folder)?.unwrap_or_default().into_iter().map(|item| format!("{whole}.p/{}", item.name));
        let mut wider: Vec<TilePath> =
            names.chain([whole.to_owned()]).filter_map(|path| TilePath::parse(&path).ok()).collect();
        wider.retain(|other| width(*other) > width(path));
        wider.sort_unstable_by_key(|other| width(*other));
        for other in wider {
            if let Some(bytes) = self.read_file(other)? {
                return Ok(beginning(path, other, &bytes));
            }
        }
        Ok(None)
    }
}

/// The partial tiles that a reader of a log of `size` needs: the right edge.
fn partial_tiles(size: u64) -> impl Iterator<Item = TilePath> {
    let tiles = (0..=MAX_TILE_LEVEL).filter_map(move |level| {
        let index = (size >> (8 * u32::from(level))) / u64::from(TILE_WIDTH);
        TileId::in_tree(level, index, size).filter(|tile| !tile.is_full()).map(TilePath::Tile)
    });
    let bundle = size.checked_sub(1).and_then(|last| BundleId::of_entry(last, size));
    let bundle = bundle.filter(|bundle| bundle.width() < TILE_WIDTH).map(TilePath::Entries);
    tiles.chain(bundle)
}

fn width(path: TilePath) -> u16 {
    match path {
        TilePath::Tile(tile) => tile.width(),
        TilePath::Entries(bundle) => bundle.width(),
    }
}

/// Whether a log had the tile before it was published at that size. One of a larger size may yet be published.
fn covers_less(path: &str, published: u64) -> bool {
    TilePath::parse(path).is_ok_and(|tile| covered_size(tile) < published)
}

/// The first hashes of a tile, or the first entries of a bundle.
fn beginning(path: TilePath, wider: TilePath, bytes: &[u8]) -> Option<Vec<u8>> {
    match (path, wider) {
        (TilePath::Tile(tile), TilePath::Tile(_)) => bytes.get(..usize::from(tile.width()) * 32).map(<[u8]>::to_vec),
        (TilePath::Entries(bundle), TilePath::Entries(wider)) => {
            let entries = wider.decode(bytes).ok()?;
            encode_bundle(entries.get(..usize::from(bundle.width()))?).ok()
        }
        _ => None,
    }
}
