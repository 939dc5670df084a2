//! Paths, tiles, bundles, and reading from a source that may lie.

use std::collections::BTreeMap;

use klero_tlog::proof::TreeHead;
use klero_tlog::tile::{
    BundleId, MAX_ENTRY_LEN, TileError, TileId, TilePath, encode_bundle, new_bundles, new_tiles, new_tiles_with_bytes,
};
use klero_tlog::tile_reader::{TileReadError, TileReader, TileSource};
use klero_tlog::tree::{HashReader, Node, prove_consistency, prove_inclusion, read_root};
use klero_tlog::{Hash, MerkleTree, VerifiedCheckpoint, VerifierKey, leaf_hash};

use super::support::{leaf, third_party};

/// Paths and what they name: level (none for entries), index, width.
const PATHS: &[(&str, Option<u8>, u64, u16)] = &[
    ("tile/0/000", Some(0), 0, 256),
    ("tile/0/000.p/1", Some(0), 0, 1),
    ("tile/1/x001/x234/067", Some(1), 1_234_067, 256),
    ("tile/entries/x001/x234/067.p/5", None, 1_234_067, 5),
    ("tile/entries/999", None, 999, 256),
    ("tile/0/x001/000", Some(0), 1000, 256),
    ("tile/0/x072/x057/x594/x037/x927/934", Some(0), 72_057_594_037_927_934, 256),
    ("tile/7/000.p/255", Some(7), 0, 255),
];

const REFUSED_PATHS: &[&str] = &[
    "",
    "tile",
    "tile/0",
    "tile/0/",
    "/tile/0/000",
    "tile/0/0",
    "tile/0/00",
    "tile/0/0000",
    "tile/0/1000",
    "tile/0/x000/000",
    "tile/0/x000/001",
    "tile/0/001/000",
    "tile/0/x001/x000",
    "tile/0/x1/000",
    "tile/0/000/",
    "tile/0/000.p",
    "tile/0/000.p/",
    "tile/0/000.p/0",
    "tile/0/000.p/01",
    "tile/0/000.p/256",
    "tile/0/000.p/1/",
    "tile/0/000.p/+1",
    "tile/00/000",
    "tile/01/000",
    "tile/8/000",
    "tile/63/000",
    "tile/-1/000",
    "tile/7/001",
    "tile/7/001.p/255",
    "tile/7/000",
    "tile/data/000",
    "tile/8/0/000",
    "tile/entries/../000",
    "tile/0/x999/x999/x999/x999/x999/x999/999",
    "tile/0/x999/x999/x999/x999/x999/999",
    "tile/0/\u{0661}00",
    "tile/0/000 ",
];

/// Bundles, the path's width, and the class of refusal.
fn refused_bundles() -> Vec<(Vec<u8>, u16, TileError)> {
    vec![
        (vec![], 1, TileError::BundleTruncated { entry: 0, width: 1 }),
        (vec![0], 1, TileError::BundleTruncated { entry: 0, width: 1 }),
        (vec![0, 1], 1, TileError::BundleTruncated { entry: 0, width: 1 }),
        (vec![0, 1, 7], 2, TileError::BundleTruncated { entry: 1, width: 2 }),
        (vec![0, 1, 7, 0], 1, TileError::BundleTrailing { width: 1, found: 1 }),
        (vec![0xff, 0xff, 7], 1, TileError::BundleTruncated { entry: 0, width: 1 }),
    ]
}

#[test]
fn check() {
    for &(path, level, index, width) in PATHS {
        let expected = match level {
            Some(level) => TilePath::Tile(TileId::new(level, index, width).unwrap()),
            None => TilePath::Entries(BundleId::new(index, width).unwrap()),
        };
        assert_eq!(TilePath::parse(path), Ok(expected), "{path}");
        assert_eq!(expected.to_string(), path);
    }
    for path in REFUSED_PATHS {
        assert_eq!(TilePath::parse(path), Err(TileError::Path), "{path}");
    }
    for (bytes, width, class) in refused_bundles() {
        assert_eq!(BundleId::new(0, width).unwrap().decode(&bytes), Err(class));
    }
    let long = vec![7; MAX_ENTRY_LEN];
    let entries = [b"one".to_vec(), Vec::new(), long.clone()];
    let bytes = encode_bundle(&entries).unwrap();
    assert_eq!(BundleId::new(9, 3).unwrap().decode(&bytes).unwrap(), [b"one".as_slice(), b"", &long]);
    let too_long = [vec![7; MAX_ENTRY_LEN + 1]];
    assert_eq!(encode_bundle(&too_long), Err(TileError::EntryTooLong { found: MAX_ENTRY_LEN + 1 }));
    assert_eq!(encode_bundle::<&[u8]>(&[]), Err(TileError::BundleWidth { found: 0 }));
    assert_eq!(encode_bundle(&[b""; 257]), Err(TileError::BundleWidth { found: 257 }));
    let tile = TileId::new(0, 0, 2).unwrap();
    assert_eq!(tile.decode(&[0; 63]), Err(TileError::TileLength { expected: 64, found: 63 }));
    assert_eq!(tile.decode(&[0; 65]), Err(TileError::TileLength { expected: 64, found: 65 }));

    // The specification's examples: trees of 70,000 and of 256 leaves.
    let all: Vec<String> = new_tiles(0, 70_000).map(|tile| tile.path()).collect();
    assert_eq!(all.len(), 273 + 1 + 1 + 1 + 1);
    assert_eq!(all[273..], ["tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"]);
    let all: Vec<String> = new_tiles(0, 256).map(|tile| tile.path()).collect();
    assert_eq!(all, ["tile/0/000", "tile/1/000.p/1"]);
    assert_eq!(new_tiles(256, 257).map(|tile| tile.path()).collect::<Vec<_>>(), ["tile/0/001.p/1"]);
    assert_eq!(
        new_bundles(255, 258).map(|bundle| bundle.path()).collect::<Vec<_>>(),
        ["tile/entries/000", "tile/entries/001.p/2"]
    );
    assert_eq!((new_tiles(9, 9).count(), new_tiles(0, 0).count(), new_bundles(9, 9).count()), (0, 0, 0));
    assert_eq!(new_tiles(u64::MAX - 1, u64::MAX).count(), 1);
    assert_eq!(new_tiles(u64::MAX - 255, u64::MAX).next().unwrap().width(), 255);
}

/// A log in memory: tiles and bundles by path.
#[derive(Clone, Default)]
struct Memory(BTreeMap<String, Vec<u8>>);

impl TileSource for &Memory {
    type Error = String;

    fn read_tile(&self, tile: TileId) -> Result<Vec<u8>, String> {
        self.0.get(&tile.path()).cloned().ok_or(tile.path())
    }

    fn read_bundle(&self, bundle: BundleId) -> Result<Vec<u8>, String> {
        self.0.get(&bundle.path()).cloned().ok_or(bundle.path())
    }
}

impl Memory {
    fn grow(&mut self, tree: &MerkleTree, old_size: u64) {
        for tile in new_tiles_with_bytes(tree, old_size, tree.size()) {
            let (tile, bytes) = tile.unwrap();
            self.0.insert(tile.path(), bytes);
        }
        for bundle in new_bundles(old_size, tree.size()) {
            let end = bundle.first_entry() + u64::from(bundle.width());
            let entries: Vec<[u8; 8]> = (bundle.first_entry()..end).map(u64::to_be_bytes).collect();
            self.0.insert(bundle.path(), encode_bundle(&entries).unwrap());
        }
    }
}

/// A log grown in uneven steps serves, from its tiles alone, the same roots and proofs as the tree in memory.
#[test]
fn proofs_from_tiles() {
    let mut memory = Memory::default();
    let mut tree = MerkleTree::new();
    for size in [0, 1, 2, 255, 256, 257, 511, 512, 700, 65_535, 65_536, 65_537, 66_100] {
        let old_size = tree.size();
        (old_size..size).for_each(|index| tree.append(leaf(index)));
        memory.grow(&tree, old_size);
        let reader = TileReader::open(&memory, tree.head()).unwrap();
        for at in [0, 1, 200, 255, 256, 511, size / 2, size.saturating_sub(1), size] {
            if at <= size {
                assert_eq!(read_root(&reader, at).unwrap(), tree.root_at(at).unwrap());
                let proof = prove_consistency(&reader, at, size).unwrap();
                assert_eq!(proof, tree.consistency_proof(at, size).unwrap());
            }
            if at < size {
                let proof = prove_inclusion(&reader, at, size).unwrap();
                assert!(proof.verify(&leaf(at), at, size, &tree.root()).is_ok());
                let bundle = BundleId::of_entry(at, size).unwrap();
                let entries = reader.read_entries(bundle).unwrap();
                let offset = usize::try_from(at - bundle.first_entry()).unwrap();
                assert_eq!(leaf_hash(&entries[offset]), leaf(at));
            }
        }
        let outside = Node { level: 0, index: size };
        assert!(matches!(reader.read_hashes(&[outside]), Err(TileReadError::NoSuchNode { .. })));
    }
}

/// Whatever byte of whatever tile or bundle is changed, it is noticed by whoever reads it, and named.
#[test]
fn a_lying_source_is_found_out() {
    let tree: MerkleTree = (0..600).map(leaf).collect();
    let mut honest = Memory::default();
    honest.grow(&tree, 0);
    assert_eq!(honest.0.len(), 4 + 3);
    for (path, bytes) in &honest.0 {
        for at in (0..bytes.len()).step_by(bytes.len().div_ceil(61)).chain([bytes.len() - 1]) {
            let mut lying = honest.clone();
            lying.0.get_mut(path).unwrap()[at] ^= 1;
            assert!(read_everything(&lying, tree.head()).is_err(), "{path} byte {at}");
        }
        let mut short = honest.clone();
        short.0.get_mut(path).unwrap().pop();
        assert!(read_everything(&short, tree.head()).is_err(), "{path}");
        let mut absent = honest.clone();
        absent.0.remove(path);
        assert!(read_everything(&absent, tree.head()).is_err(), "{path}");
    }
    // Hashes are refused before any entry is read: a full tile by the tile above it, the right edge by the root.
    let mut lying = honest.clone();
    lying.0.get_mut("tile/0/001").unwrap()[0] ^= 1;
    let reader = TileReader::open(&lying, tree.head()).unwrap();
    assert!(reader.read_hashes(&[Node { level: 0, index: 255 }]).is_ok());
    match reader.read_hashes(&[Node { level: 3, index: 63 }]) {
        Err(TileReadError::TileMismatch { tile, .. }) => assert_eq!(tile.path(), "tile/0/001"),
        other => panic!("{other:?}"),
    }
    assert_eq!(read_everything(&honest, tree.head()), Ok(600));
    let forged = TreeHead { root: Hash::ZERO, ..tree.head() };
    assert!(matches!(read_everything(&honest, forged), Err(TileReadError::RootMismatch { .. })));
}

fn read_everything(memory: &Memory, head: TreeHead) -> Result<usize, TileReadError<String>> {
    let reader = TileReader::open(memory, head)?;
    let mut entries = 0;
    for bundle in new_bundles(0, head.size) {
        entries += reader.read_entries(bundle)?.len();
    }
    Ok(entries)
}

/// A log in a folder.
struct Folder(std::path::PathBuf);

impl TileSource for &Folder {
    type Error = std::io::ErrorKind;

    fn read_tile(&self, tile: TileId) -> Result<Vec<u8>, Self::Error> {
        std::fs::read(self.0.join(tile.path())).map_err(|error| error.kind())
    }

    fn read_bundle(&self, bundle: BundleId) -> Result<Vec<u8>, Self::Error> {
        std::fs::read(self.0.join(bundle.path())).map_err(|error| error.kind())
    }
}

/// A log written by Tessera: every checkpoint it ever made is proved by its tiles, and extends the one before.
#[test]
fn third_party_log() {
    let (Some(path), Some(notes)) = (third_party("tlog/testdata/log"), third_party("notes")) else { return };
    let vectors: serde_json::Value =
        serde_json::from_slice(&std::fs::read(notes.join("note-vectors.json")).unwrap()).unwrap();
    let keys = [VerifierKey::parse(vectors["tessera_log_vkey"].as_str().unwrap()).unwrap()];
    let folder = Folder(path.clone());
    let mut before = TreeHead::empty();
    for size in 0..=15 {
        let bytes = std::fs::read(path.join(format!("checkpoint.{size}"))).unwrap();
        let head = VerifiedCheckpoint::open(&bytes, &keys).unwrap().head();
        let reader = TileReader::open(&folder, head).unwrap();
        for bundle in new_bundles(0, size) {
            let entries = reader.read_entries(bundle).unwrap();
            assert_eq!(entries.len(), usize::try_from(size).unwrap());
            for (index, entry) in (0..).zip(&entries) {
                let proof = prove_inclusion(&reader, index, size).unwrap();
                assert!(proof.verify(&leaf_hash(entry), index, size, &head.root).is_ok());
            }
        }
        let proof = prove_consistency(&reader, before.size, size).unwrap();
        assert!(before.verify_extended_by(&head, &proof).is_ok());
        before = head;
    }
}
