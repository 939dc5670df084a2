//! Partial tiles go when later checkpoints have left them behind, and nobody misses them.

use std::path::Path;
use std::sync::Arc;

use klero_tlog::proof::TreeHead;
use klero_tlog::tile::{BundleId, TileId, TilePath};
use klero_tlog::tile_reader::{TileReader, TileSource};
use klero_tlog::{Hash, leaf_hash};
use kleroterion::files::RealFiles;
use kleroterion::log_check::{Site, fsck, repair_from_tiles};
use kleroterion::publish::Publisher;
use kleroterion::sequencer::Sequencer;
use kleroterion::sequencer::opening::initialise;

use crate::support::*;

/// Every partial tile and bundle at one place: the right edge of 8 checkpoints and of the one before they are counted.
const KEPT: usize = 9;

fn publisher(dir: &Path) -> Publisher {
    Publisher::new(dir.join("public"), Arc::new(RealFiles))
}

fn partials(dir: &Path) -> Vec<String> {
    publisher(dir).list_tiles().unwrap().into_iter().filter(|path| path.contains(".p/")).collect()
}

/// A log to which entries came one by one, each with a checkpoint of its own; gives the state after each.
fn alone(dir: &Path, files: Arc<dyn kleroterion::files::Files>, entries: usize) -> Vec<TreeHead> {
    initialise(&setup(dir)).unwrap();
    let log = open(kleroterion::sequencer::opening::LogSetup { files, ..setup(dir) }).unwrap();
    let append = |number| log.appender().append_blocking(format!("entry {number}")).unwrap().checkpoint.head;
    (0..entries).map(append).collect()
}

struct Folder(Publisher);

impl TileSource for Folder {
    type Error = String;

    fn read_tile(&self, tile: TileId) -> Result<Vec<u8>, String> {
        self.0.read_tile(TilePath::Tile(tile)).unwrap().ok_or_else(|| tile.path())
    }
    fn read_bundle(&self, bundle: BundleId) -> Result<Vec<u8>, String> {
        self.0.read_tile(TilePath::Entries(bundle)).unwrap().ok_or_else(|| bundle.path())
    }
}

fn leaves(log: &Sequencer<Lines>) -> Vec<Hash> {
    (0..log.reader().head().size).map(|index| leaf_hash(&log.reader().entry(index).unwrap())).collect()
}

/// Everything under any earlier checkpoint can still be read, and each hash and entry is the one that was signed.
fn check_all_states(dir: &Path, heads: &[TreeHead]) {
    let expected = leaves(&open(setup(dir)).unwrap());
    for head in heads {
        let reader = TileReader::open(Folder(publisher(dir)), *head).unwrap();
        let last = BundleId::of_entry(head.size - 1, head.size).unwrap();
        let entries = reader.read_entries(last).unwrap();
        let from = usize::try_from(last.first_entry()).unwrap();
        let found: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        assert_eq!(found, expected[from..usize::try_from(head.size).unwrap()], "size {}", head.size);
    }
}

#[test]
fn a_lone_append_leaves_no_trail_of_partial_tiles() {
    let home = temporary_folder();
    let dir = home.path().join("log");
    let heads = alone(&dir, Arc::new(RealFiles), 300);
    // Tile and bundle of the current edge, and tile of the level above it.
    let left = partials(&dir);
    assert!(left.len() <= 3 * KEPT, "{} partial files are left: {left:?}", left.len());
    assert!(left.iter().any(|path| path == "tile/0/001.p/44"), "what the newest checkpoint needs is there: {left:?}");
    assert!(left.iter().any(|path| path == "tile/entries/001.p/37"), "and what the seventh before it needs: {left:?}");
    assert!(!dir.join("public/tile/0/000.p").exists(), "no empty folder is left where a tile is full");
    assert!(!dir.join("public/tile/entries/000.p").exists());
    check_all_states(&dir, &heads);
    assert!(fsck(&Site::from(&setup(&dir)), &mut check_line).unwrap().is_sound());
    // The second whole copy is still whole.
    std::fs::remove_dir_all(dir.join("store")).unwrap();
    repair_from_tiles(&Site::from(&setup(&dir)), &mut check_line).unwrap();
    check_all_states(&dir, &heads);
}

#[test]
fn opening_sweeps_up_what_a_crash_left() {
    let home = temporary_folder();
    let dir = home.path().join("log");
    // These files never remove anything, as if the power had failed each time before a removal reached the disk.
    let never = FaultyFiles::new(u64::MAX, Manner::Failed, false);
    let heads = alone(&dir, never, 270);
    assert!(partials(&dir).len() > 500);
    drop(open(setup(&dir)).unwrap());
    let left = partials(&dir);
    assert!(left.len() <= 3 * KEPT, "{} partial files are left: {left:?}", left.len());
    check_all_states(&dir, &heads);
    assert!(fsck(&Site::from(&setup(&dir)), &mut check_line).unwrap().is_sound());
}

#[test]
fn a_partial_tile_that_nothing_wider_replaces_is_missed() {
    let home = temporary_folder();
    let dir = home.path().join("log");
    let heads = alone(&dir, Arc::new(RealFiles), 20);
    std::fs::remove_file(dir.join("public/tile/0/000.p/20")).unwrap();
    let path = TilePath::parse("tile/0/000.p/20").unwrap();
    assert_eq!(publisher(&dir).read_tile(path).unwrap(), None);
    assert!(open(setup(&dir)).is_err());
    assert_eq!(heads.len(), 20);
}
