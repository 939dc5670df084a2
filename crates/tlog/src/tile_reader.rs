//! Reading hashes from tiles that nobody vouches for, under a root that somebody did.
//!
//! Opening reads the right-edge tiles of the tree and hashes them to the trusted root, which authenticates every hash in
//! them. Any other tile is full, so its hash is an entry of the tile above, and so on up to the right edge. Never gives
//! out a hash that was not authenticated this way; a source that lies is found out and named.
//!
//! Client and server share this: the same source trait, over HTTP or a folder.

use std::collections::BTreeMap;

use crate::frontier::fold_right_edge;
use crate::hash::{Hash, leaf_hash, node_hash};
use crate::proof::TreeHead;
use crate::tile::{BundleId, MAX_TILE_LEVEL, TILE_HEIGHT, TILE_WIDTH, TileError, TileId};
use crate::tree::{HashReader, Node};
use crate::walk::LeafRange;

/// Where tiles come from: HTTP, a folder, memory. Trusted with availability only.
pub trait TileSource {
    /// What goes wrong when fetching.
    type Error;

    /// The bytes of one tile. Should limit what it reads to `32 · width` bytes.
    fn read_tile(&self, tile: TileId) -> Result<Vec<u8>, Self::Error>;

    /// The bytes of one entry bundle. Should limit what it reads to `65,537 · width` bytes.
    fn read_bundle(&self, bundle: BundleId) -> Result<Vec<u8>, Self::Error>;
}

/// Why hashes cannot be had from the tiles.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TileReadError<E> {
    /// The source failed.
    #[error("tile {} could not be fetched: {error}", tile.path())]
    Source {
        /// Which tile.
        tile: TileId,
        /// The source's reason.
        error: E,
    },
    /// The source failed to give entries.
    #[error("entry bundle {} could not be fetched: {error}", bundle.path())]
    BundleSource {
        /// Which bundle.
        bundle: BundleId,
        /// The source's reason.
        error: E,
    },
    /// A tile or bundle is malformed.
    #[error("{path}: {reason}")]
    Malformed {
        /// Path of the tile or bundle.
        path: String,
        /// What is wrong.
        reason: TileError,
    },
    /// The right-edge tiles do not hash to the trusted root: the log is damaged, or shows different trees.
    #[error("the tiles of the tree of {} leaves hash to {computed}, but its signed root is {}", head.size, head.root)]
    RootMismatch {
        /// What was trusted.
        head: TreeHead,
        /// What the tiles give.
        computed: Hash,
    },
    /// A full tile does not hash to what the tile above it says.
    #[error("tile {} hashes to {computed}, the tile above it says {expected}", tile.path())]
    TileMismatch {
        /// Which tile.
        tile: TileId,
        /// Hash in the tile above.
        expected: Hash,
        /// Hash of the bytes received.
        computed: Hash,
    },
    /// An entry does not hash to its leaf.
    #[error("entry {entry} hashes to {computed}, the tile says {expected}")]
    EntryMismatch {
        /// Index in the log.
        entry: u64,
        /// Hash in the level 0 tile.
        expected: Hash,
        /// Hash of the bytes received.
        computed: Hash,
    },
    /// A node outside the tree was asked for.
    #[error("the tree of {size} leaves has no whole subtree {node:?}")]
    NoSuchNode {
        /// Which.
        node: Node,
        /// Leaves in the tree.
        size: u64,
    },
}

/// A tree whose hashes come from tiles, all checked against one trusted head.
#[derive(Clone, Debug)]
pub struct TileReader<S> {
    source: S,
    head: TreeHead,
    /// Authenticated tiles of the right edge: at most one for each level, 64 KiB in all.
    edge: BTreeMap<TileId, Vec<Hash>>,
}

impl<S: TileSource> TileReader<S> {
    /// Fetches the right edge of the tree and checks it against `head`, which the caller trusts (a
    /// [`crate::VerifiedCheckpoint`]'s, say).
    pub fn open(source: S, head: TreeHead) -> Result<Self, TileReadError<S::Error>> {
        let mut edge = BTreeMap::new();
        for level in 0..=MAX_TILE_LEVEL {
            let hashes = head.size >> (8 * u32::from(level));
            let index = hashes / u64::from(TILE_WIDTH);
            // A level that ends in a full tile has nothing here: the tile above holds that tile's hash.
            if let Some(tile) = TileId::in_tree(level, index, head.size) {
                edge.insert(tile, fetch(&source, tile)?);
            }
        }
        let range = LeafRange { start: 0, end: head.size };
        let mut row = Vec::new();
        for node in range.nodes() {
            let missing = || TileReadError::NoSuchNode { node, size: head.size };
            let tile = TileId::of_node(node, head.size).ok_or_else(missing)?;
            let hash = edge.get(&tile).and_then(|hashes| hash_in_tile(hashes, node));
            row.push(hash.ok_or_else(missing)?);
        }
        let computed = fold_right_edge(&row);
        if computed != head.root {
            return Err(TileReadError::RootMismatch { head, computed });
        }
        Ok(Self { source, head, edge })
    }

    /// The head that everything is checked against.
    pub fn head(&self) -> TreeHead {
        self.head
    }

    /// The entries of one bundle, each checked against its leaf hash.
    pub fn read_entries(&self, bundle: BundleId) -> Result<Vec<Vec<u8>>, TileReadError<S::Error>> {
        let leaves = self.read_hashes(&bundle.hash_tile().nodes())?;
        let bytes = self.source.read_bundle(bundle).map_err(|error| TileReadError::BundleSource { bundle, error })?;
        let entries =
            bundle.decode(&bytes).map_err(|reason| TileReadError::Malformed { path: bundle.path(), reason })?;
        let mut checked = Vec::with_capacity(entries.len());
        for ((entry, data), expected) in (bundle.first_entry()..).zip(entries).zip(leaves) {
            let computed = leaf_hash(data);
            if computed != expected {
                return Err(TileReadError::EntryMismatch { entry, expected, computed });
            }
            checked.push(data.to_vec());
        }
        Ok(checked)
    }

    /// An authenticated tile, fetched if need be, with all tiles above it. `fetched` keeps what this call has read.
    fn load(
        &self,
        tile: TileId,
        fetched: &mut BTreeMap<TileId, Vec<Hash>>,
    ) -> Result<Vec<Hash>, TileReadError<S::Error>> {
        // Climb to the first tile already authenticated, then fetch back down, checking each against the one above.
        let mut to_fetch = Vec::new();
        let mut here = tile;
        let mut known = loop {
            if let Some(hashes) = self.edge.get(&here).or_else(|| fetched.get(&here)) {
                break hashes.clone();
            }
            let above = here.covering_node().and_then(|node| Some((node, TileId::of_node(node, self.head.size)?)));
            let Some((node, tile_above)) = above else {
                // Not on the edge and not full: no such tile in this tree.
                return Err(TileReadError::NoSuchNode {
                    node: Node { level: here.level() * TILE_HEIGHT, index: here.index() * u64::from(TILE_WIDTH) },
                    size: self.head.size,
                });
            };
            to_fetch.push((here, node));
            here = tile_above;
        };
        while let Some((tile, node)) = to_fetch.pop() {
            let expected =
                hash_in_tile(&known, node).ok_or(TileReadError::NoSuchNode { node, size: self.head.size })?;
            let hashes = fetch(&self.source, tile)?;
            let computed = perfect_root(&hashes);
            if computed != expected {
                return Err(TileReadError::TileMismatch { tile, expected, computed });
            }
            fetched.insert(tile, hashes.clone());
            known = hashes;
        }
        Ok(known)
    }
}

impl<S: TileSource> HashReader for TileReader<S> {
    type Error = TileReadError<S::Error>;

    fn read_hashes(&self, nodes: &[Node]) -> Result<Vec<Hash>, Self::Error> {
        let mut fetched = BTreeMap::new();
        let size = self.head.size;
        nodes
            .iter()
            .map(|&node| {
                let missing = || TileReadError::NoSuchNode { node, size };
                let tile = TileId::of_node(node, size).ok_or_else(missing)?;
                let hashes = self.load(tile, &mut fetched)?;
                hash_in_tile(&hashes, node).ok_or_else(missing)
            })
            .collect()
    }
}

fn fetch<S: TileSource>(source: &S, tile: TileId) -> Result<Vec<Hash>, TileReadError<S::Error>> {
    let bytes = source.read_tile(tile).map_err(|error| TileReadError::Source { tile, error })?;
    tile.decode(&bytes).map_err(|reason| TileReadError::Malformed { path: tile.path(), reason })
}

/// A node's hash, from the hashes of the tile that [`TileId::of_node`] names.
fn hash_in_tile(hashes: &[Hash], node: Node) -> Option<Hash> {
    let above = node.level % TILE_HEIGHT;
    let count = 1_usize << above;
    let first = usize::try_from(node.index % (u64::from(TILE_WIDTH) >> above)).ok()? * count;
    hashes.get(first..first + count).map(perfect_root)
}

/// The root over a power of two of hashes.
fn perfect_root(hashes: &[Hash]) -> Hash {
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        row = row
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => node_hash(left, right),
                [single] => *single,
                _ => Hash::ZERO,
            })
            .collect();
    }
    row.first().copied().unwrap_or(Hash::ZERO)
}
