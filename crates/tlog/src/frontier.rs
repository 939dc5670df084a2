//! The right edge of a growing tree: enough to append and to know the root, in O(log n) memory.
//!
//! A tree of n leaves is a row of perfect subtrees, one for each set bit of n, the largest first (RFC 9162 §2.1.2). The
//! frontier is the row of their roots. Never holds a leaf's data, and cannot make proofs: that is [`crate::tree`].

use crate::hash::{Hash, empty_root, node_hash};
use crate::proof::TreeHead;

/// Largest size a frontier may be rebuilt with. Verification works to 2^64 − 1; building stops here, so that counting
/// up can never overflow (at 10^9 leaves a second it would take a century).
pub const MAX_FRONTIER_SIZE: u64 = 1 << 62;

/// The roots of the perfect subtrees that make up a tree, from left (largest) to right (smallest).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// Invariant: `edge.len() == size.count_ones()`.
    edge: Vec<Hash>,
}

/// Why saved hashes are not a right edge.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrontierError {
    /// The size's binary form asks for another number of hashes.
    #[error("a tree of {size} leaves has {expected} right-edge hashes, found {found}")]
    EdgeLength {
        /// Leaves claimed.
        size: u64,
        /// Set bits of the size.
        expected: usize,
        /// Hashes given.
        found: usize,
    },
    /// Larger than [`MAX_FRONTIER_SIZE`].
    #[error("a tree of {size} leaves is larger than {MAX_FRONTIER_SIZE}, the most this program builds")]
    TooLarge {
        /// Leaves claimed.
        size: u64,
    },
}

impl Frontier {
    /// The frontier of the empty tree.
    pub fn new() -> Self {
        Self { size: 0, edge: Vec::new() }
    }

    /// Rebuilds a frontier from what [`Self::right_edge`] gave at that size. The hashes are believed: compare
    /// [`Self::root`] with a root you trust.
    pub fn from_right_edge(size: u64, edge: Vec<Hash>) -> Result<Self, FrontierError> {
        if size > MAX_FRONTIER_SIZE {
            return Err(FrontierError::TooLarge { size });
        }
        let expected = bit_count(size);
        if edge.len() != expected {
            return Err(FrontierError::EdgeLength { size, expected, found: edge.len() });
        }
        Ok(Self { size, edge })
    }

    /// Adds one leaf **hash** at index [`Self::size`].
    pub fn append(&mut self, leaf: Hash) {
        let mut hash = leaf;
        // Every trailing 1 bit of the size is a perfect subtree as large as the one just finished: join them.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.edge.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.edge.push(hash);
        // Cannot wrap: MAX_FRONTIER_SIZE bounds the start, and 2^62 calls cannot be made.
        self.size = self.size.wrapping_add(1);
    }

    /// Leaves appended so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the perfect subtrees, largest first; at most 63 hashes.
    pub fn right_edge(&self) -> &[Hash] {
        &self.edge
    }

    /// The RFC 6962 root of all leaves so far.
    pub fn root(&self) -> Hash {
        fold_right_edge(&self.edge)
    }

    /// Size and root together.
    pub fn head(&self) -> TreeHead {
        TreeHead { size: self.size, root: self.root() }
    }
}

impl Default for Frontier {
    fn default() -> Self {
        Self::new()
    }
}

impl Extend<Hash> for Frontier {
    fn extend<I: IntoIterator<Item = Hash>>(&mut self, leaves: I) {
        for leaf in leaves {
            self.append(leaf);
        }
    }
}

impl FromIterator<Hash> for Frontier {
    fn from_iter<I: IntoIterator<Item = Hash>>(leaves: I) -> Self {
        let mut frontier = Self::new();
        frontier.extend(leaves);
        frontier
    }
}

/// The RFC 6962 root over leaf **hashes**, in order.
pub fn root_of(leaves: impl IntoIterator<Item = Hash>) -> Hash {
    leaves.into_iter().collect::<Frontier>().root()
}

/// Joins perfect subtrees, largest first, into the root of the tree that they make up.
pub(crate) fn fold_right_edge(edge: &[Hash]) -> Hash {
    edge.iter().rev().copied().reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(empty_root)
}

fn bit_count(size: u64) -> usize {
    (0..u64::BITS).filter(|bit| size >> bit & 1 == 1).count()
}
