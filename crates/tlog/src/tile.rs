//! Tiles and entry bundles: how a log lies on disk and on the web (c2sp.org/tlog-tiles, height 8).
//!
//! ```text
//! tile/<L>/<N>[.p/<W>]       W (or 256) hashes: MTH(D[(n·256 + i)·256^L : (n·256 + i + 1)·256^L])
//! tile/entries/<N>[.p/<W>]   W (or 256) entries, each u16be(length) ‖ bytes
//! <N>                        groups of three digits, all but the last with an "x": 1234067 is x001/x234/067
//! ```
//!
//! Paths have one spelling: what does not print back is refused, so no other file can be named. Nothing here believes a
//! tile's contents: that is [`crate::tile_reader`].

use core::fmt;

use crate::hash::{HASH_LEN, Hash};
use crate::text::parse_decimal;
use crate::tree::{HashReader, Node};

/// Hashes or entries in a full tile.
pub const TILE_WIDTH: u16 = 256;
/// Levels of the tree that one tile spans.
pub const TILE_HEIGHT: u8 = 8;
/// Highest tile level that a tree of fewer than 2^64 leaves can have.
pub const MAX_TILE_LEVEL: u8 = 7;
/// Longest entry in bytes: its length is written in 16 bits.
pub const MAX_ENTRY_LEN: usize = 65_535;
/// Longest tile path worth reading: `tile/entries/` and seven groups and `.p/255`.
const MAX_PATH_LEN: usize = 64;

/// Why a path, a tile or a bundle is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    /// Not a path that this crate prints.
    #[error("not the path of a tile or an entry bundle")]
    Path,
    /// No tree of fewer than 2^64 leaves has such a tile.
    #[error("no tree has a tile of level {level}, index {index}, width {width}")]
    NoSuchTile {
        /// Tile level.
        level: u8,
        /// Tile index.
        index: u64,
        /// Hashes or entries.
        width: u16,
    },
    /// A tile's byte count is not 32 times its width.
    #[error("the tile has {found} bytes, its width demands {expected}")]
    TileLength {
        /// 32 · width.
        expected: usize,
        /// Bytes found.
        found: usize,
    },
    /// A bundle ends within an entry, or before its last.
    #[error("the entry bundle ends within entry {entry} of {width}")]
    BundleTruncated {
        /// Which entry, from 0.
        entry: u16,
        /// Entries that the path promised.
        width: u16,
    },
    /// A bundle goes on after its last entry.
    #[error("the entry bundle has {found} bytes after its {width} entries")]
    BundleTrailing {
        /// Entries that the path promised.
        width: u16,
        /// Bytes left over.
        found: usize,
    },
    /// An entry to be written is too long.
    #[error("an entry has {found} bytes, at most {MAX_ENTRY_LEN} fit")]
    EntryTooLong {
        /// Its length.
        found: usize,
    },
    /// No entries, or more than a bundle holds.
    #[error("a bundle has 1 to {TILE_WIDTH} entries, found {found}")]
    BundleWidth {
        /// Entries given.
        found: usize,
    },
}

/// Names one tile of hashes. Only tiles that some tree of fewer than 2^64 leaves has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TileId {
    level: u8,
    index: u64,
    width: u16,
}

impl TileId {
    /// The tile at `level` (0..=7) and `index` with `width` (1..=256) hashes.
    pub fn new(level: u8, index: u64, width: u16) -> Result<Self, TileError> {
        // The last leaf under the tile must be countable: (index · 256 + width) · 256^level < 2^64.
        let hashes = u128::from(index) * u128::from(TILE_WIDTH) + u128::from(width);
        let in_range = level <= MAX_TILE_LEVEL
            && (1..=TILE_WIDTH).contains(&width)
            && hashes <= u128::from(u64::MAX >> (8 * u32::from(level)));
        if in_range { Ok(Self { level, index, width }) } else { Err(TileError::NoSuchTile { level, index, width }) }
    }

    /// The tile that holds a perfect subtree's hash, or the hashes it is made of, in a tree of `size` leaves.
    pub fn of_node(node: Node, size: u64) -> Option<Self> {
        let level = node.level / TILE_HEIGHT;
        let above = node.level % TILE_HEIGHT;
        let index = node.index >> (TILE_HEIGHT - above);
        let in_level = size.checked_shr(u32::from(node.level))?;
        if node.index >= in_level {
            return None;
        }
        Self::in_tree(level, index, size)
    }

    /// The tile at `level` and `index` as it is in a tree of `size` leaves: full, partial or not there.
    pub fn in_tree(level: u8, index: u64, size: u64) -> Option<Self> {
        let hashes = size.checked_shr(u32::from(level) * 8)?;
        let before = index.checked_mul(u64::from(TILE_WIDTH))?;
        let width = hashes.checked_sub(before)?.min(u64::from(TILE_WIDTH));
        Self::new(level, index, u16::try_from(width).ok()?).ok()
    }

    /// Tile level, 0 for leaf hashes.
    pub fn level(&self) -> u8 {
        self.level
    }

    /// Position in the level, from the left.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Hashes in the tile, 1..=256.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// Whether all 256 hashes are there.
    pub fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The nodes whose hashes are the tile, in order.
    pub fn nodes(&self) -> Vec<Node> {
        let first = self.index * u64::from(TILE_WIDTH);
        (first..first + u64::from(self.width)).map(|index| Node { level: self.level * TILE_HEIGHT, index }).collect()
    }

    /// For a full tile, the node whose hash covers it: an entry of the tile above.
    pub fn covering_node(&self) -> Option<Node> {
        self.is_full().then_some(Node { level: (self.level + 1) * TILE_HEIGHT, index: self.index })
    }

    /// The tile's bytes, read node by node: what a writer stores.
    pub fn read_bytes<R: HashReader>(&self, reader: &R) -> Result<Vec<u8>, R::Error> {
        let hashes = reader.read_hashes(&self.nodes())?;
        Ok(encode_tile(&hashes))
    }

    /// Splits a tile's bytes into hashes; their number must be the width.
    pub fn decode(&self, bytes: &[u8]) -> Result<Vec<Hash>, TileError> {
        let expected = usize::from(self.width) * HASH_LEN;
        let (hashes, rest) = bytes.as_chunks::<HASH_LEN>();
        if bytes.len() != expected || !rest.is_empty() {
            return Err(TileError::TileLength { expected, found: bytes.len() });
        }
        Ok(hashes.iter().copied().map(Hash::from_bytes).collect())
    }

    /// The path below the log's prefix.
    pub fn path(&self) -> String {
        TilePath::Tile(*self).to_string()
    }
}

/// Joins hashes into a tile's bytes.
pub fn encode_tile(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.as_bytes()).copied().collect()
}

/// Names one bundle of entries; it holds the data of the level 0 tile of the same index and width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BundleId {
    index: u64,
    width: u16,
}

impl BundleId {
    /// The bundle at `index` with `width` (1..=256) entries.
    pub fn new(index: u64, width: u16) -> Result<Self, TileError> {
        TileId::new(0, index, width).map(|tile| Self { index: tile.index, width: tile.width })
    }

    /// The bundle that holds an entry in a tree of `size` leaves, if it has that entry.
    pub fn of_entry(entry: u64, size: u64) -> Option<Self> {
        if entry >= size {
            return None;
        }
        let tile = TileId::in_tree(0, entry / u64::from(TILE_WIDTH), size)?;
        Some(Self { index: tile.index, width: tile.width })
    }

    /// Position, from 0.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Entries in the bundle, 1..=256.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// Index in the log of the first entry.
    pub fn first_entry(&self) -> u64 {
        self.index * u64::from(TILE_WIDTH)
    }

    /// The tile with these entries' leaf hashes.
    pub fn hash_tile(&self) -> TileId {
        TileId { level: 0, index: self.index, width: self.width }
    }

    /// Splits a bundle's bytes into its entries; their number must be the width and no byte may be left over.
    pub fn decode<'a>(&self, bytes: &'a [u8]) -> Result<Vec<&'a [u8]>, TileError> {
        let width = self.width;
        let mut entries = Vec::with_capacity(usize::from(width));
        let mut rest = bytes;
        for entry in 0..width {
            let truncated = TileError::BundleTruncated { entry, width };
            let (data, after) = rest
                .split_first_chunk::<2>()
                .and_then(|(len, rest)| rest.split_at_checked(usize::from(u16::from_be_bytes(*len))))
                .ok_or(truncated)?;
            entries.push(data);
            rest = after;
        }
        if !rest.is_empty() {
            return Err(TileError::BundleTrailing { width, found: rest.len() });
        }
        Ok(entries)
    }

    /// The path below the log's prefix.
    pub fn path(&self) -> String {
        TilePath::Entries(*self).to_string()
    }
}

/// Joins 1 to 256 entries into a bundle's bytes.
pub fn encode_bundle<E: AsRef<[u8]>>(entries: &[E]) -> Result<Vec<u8>, TileError> {
    if entries.is_empty() || entries.len() > usize::from(TILE_WIDTH) {
        return Err(TileError::BundleWidth { found: entries.len() });
    }
    let mut bytes = Vec::new();
    for entry in entries {
        let entry = entry.as_ref();
        let len = u16::try_from(entry.len()).map_err(|_| TileError::EntryTooLong { found: entry.len() })?;
        bytes.extend_from_slice(&len.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Ok(bytes)
}

/// A path below the log's prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TilePath {
    /// `tile/<L>/<N>[.p/<W>]`
    Tile(TileId),
    /// `tile/entries/<N>[.p/<W>]`
    Entries(BundleId),
}

impl TilePath {
    /// Reads a path as [`fmt::Display`] prints it, and no other spelling.
    pub fn parse(path: &str) -> Result<Self, TileError> {
        if path.len() > MAX_PATH_LEN {
            return Err(TileError::Path);
        }
        let parsed = Self::parse_parts(path).ok_or(TileError::Path)?;
        // One more guard than needed: whatever the reading above lets through must be what we print.
        if parsed.to_string() == path { Ok(parsed) } else { Err(TileError::Path) }
    }

    fn parse_parts(path: &str) -> Option<Self> {
        let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let (number, width) = match rest.split_once(".p/") {
            None => (rest, TILE_WIDTH),
            Some((number, width)) => {
                let width = u16::try_from(parse_decimal(width)?).ok()?;
                (number, (1..TILE_WIDTH).contains(&width).then_some(width)?)
            }
        };
        let index = parse_index(number)?;
        if level == "entries" {
            return BundleId::new(index, width).ok().map(Self::Entries);
        }
        let level = u8::try_from(parse_decimal(level)?).ok()?;
        TileId::new(level, index, width).ok().map(Self::Tile)
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (index, width) = match self {
            Self::Tile(tile) => {
                write!(f, "tile/{}/", tile.level)?;
                (tile.index, tile.width)
            }
            Self::Entries(bundle) => {
                f.write_str("tile/entries/")?;
                (bundle.index, bundle.width)
            }
        };
        write_index(f, index)?;
        if width < TILE_WIDTH {
            write!(f, ".p/{width}")?;
        }
        Ok(())
    }
}

fn write_index(f: &mut fmt::Formatter<'_>, index: u64) -> fmt::Result {
    let mut groups = vec![index % 1000];
    let mut rest = index / 1000;
    while rest > 0 {
        groups.push(rest % 1000);
        rest /= 1000;
    }
    for (position, group) in groups.iter().enumerate().rev() {
        if position == 0 {
            write!(f, "{group:03}")?;
        } else {
            write!(f, "x{group:03}/")?;
        }
    }
    Ok(())
}

fn parse_index(text: &str) -> Option<u64> {
    let mut index: u64 = 0;
    let mut groups = text.split('/').peekable();
    while let Some(group) = groups.next() {
        let digits = if groups.peek().is_some() { group.strip_prefix('x')? } else { group };
        if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
    }
    Some(index)
}

/// The tiles that a tree of `new_size` leaves has and one of `old_size` has not (a partial tile of another width is
/// another tile), level by level from the leaves, left to right: what a writer must store before it publishes.
pub fn new_tiles(old_size: u64, new_size: u64) -> impl Iterator<Item = TileId> {
    (0..=MAX_TILE_LEVEL).flat_map(move |level| {
        let shift = 8 * u32::from(level);
        let (old, new) = (old_size >> shift, new_size >> shift);
        let width = u64::from(TILE_WIDTH);
        // The tile that the old tree's level ends in grows, or is as it was if the level did not grow.
        let first = if old < new { old / width } else { new.div_ceil(width) };
        (first..new.div_ceil(width)).filter_map(move |index| TileId::in_tree(level, index, new_size))
    })
}

/// Like [`new_tiles`], for bundles of entries.
pub fn new_bundles(old_size: u64, new_size: u64) -> impl Iterator<Item = BundleId> {
    let width = u64::from(TILE_WIDTH);
    let first = if old_size < new_size { old_size / width } else { new_size.div_ceil(width) };
    (first..new_size.div_ceil(width)).filter_map(move |index| BundleId::of_entry(index * width, new_size))
}

/// [`new_tiles`] with their bytes, read from a source that has the tree of `new_size` leaves.
pub fn new_tiles_with_bytes<R: HashReader>(
    reader: &R,
    old_size: u64,
    new_size: u64,
) -> impl Iterator<Item = Result<(TileId, Vec<u8>), R::Error>> {
    new_tiles(old_size, new_size).map(move |tile| Ok((tile, tile.read_bytes(reader)?)))
}
