//! A whole tree in memory that serves proofs for every size it has ever had, and the trait it shares with tiles.
//!
//! Never verifies: it is the prover's side. About 64 bytes a leaf (all perfect subtrees of all levels).

use crate::frontier::fold_right_edge;
use crate::hash::{Hash, node_hash};
use crate::proof::{
    ConsistencyProof, InclusionProof, ProofError, Subtree, SubtreeConsistencyProof, TreeHead, check_inclusion_range,
    consistency_ranges,
};
use crate::walk::{LeafRange, inclusion_ranges};

/// A perfect subtree: the hash over leaves `index · 2^level .. (index + 1) · 2^level`. Level 0 is the leaf hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    /// Height above the leaves, 0..=63.
    pub level: u8,
    /// Position within the level, from the left.
    pub index: u64,
}

/// Something that knows the hashes of perfect subtrees: memory, tiles, a database.
pub trait HashReader {
    /// What goes wrong when reading.
    type Error;

    /// The hashes of `nodes`, in that order, one for each. A node outside the tree is an error, never a guess.
    fn read_hashes(&self, nodes: &[Node]) -> Result<Vec<Hash>, Self::Error>;
}

/// Why a proof could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProveError<E> {
    /// What was asked for does not exist in a tree of that size.
    #[error(transparent)]
    Asked(#[from] ProofError),
    /// The hashes could not be read.
    #[error("the hashes for the proof could not be read: {0}")]
    Read(E),
    /// The reader answered with another number of hashes than it was asked for.
    #[error("the hash reader was asked for {expected} hashes and gave {found}")]
    ReaderCount {
        /// Hashes asked for.
        expected: usize,
        /// Hashes given.
        found: usize,
    },
}

/// The inclusion proof of leaf `index` in the tree of the first `size` leaves (RFC 9162 §2.1.3.1).
pub fn prove_inclusion<R: HashReader>(
    reader: &R,
    index: u64,
    size: u64,
) -> Result<InclusionProof, ProveError<R::Error>> {
    check_inclusion_range(index, size)?;
    let ranges = inclusion_ranges(index, LeafRange { start: 0, end: size });
    Ok(InclusionProof::from_hashes(hash_ranges(reader, &ranges)?))
}

/// The proof that the tree of `new_size` leaves extends the tree of `old_size` (RFC 9162 §2.1.4.1). Empty for an old
/// size of 0 and for equal sizes.
pub fn prove_consistency<R: HashReader>(
    reader: &R,
    old_size: u64,
    new_size: u64,
) -> Result<ConsistencyProof, ProveError<R::Error>> {
    if old_size > new_size {
        return Err(ProofError::Shrinks { old_size, new_size }.into());
    }
    let subtree = Subtree::new(0, old_size)?;
    let ranges = consistency_ranges(subtree, new_size)?;
    Ok(ConsistencyProof::from_hashes(hash_ranges(reader, &ranges)?))
}

/// The inclusion proof of leaf `index` in a subtree (draft-ietf-plants-merkle-tree-certs §4.3).
pub fn prove_subtree_inclusion<R: HashReader>(
    reader: &R,
    index: u64,
    subtree: Subtree,
) -> Result<InclusionProof, ProveError<R::Error>> {
    subtree.check_contains(index)?;
    let ranges = inclusion_ranges(index, subtree.range());
    Ok(InclusionProof::from_hashes(hash_ranges(reader, &ranges)?))
}

/// The proof that a subtree is part of the tree of `size` leaves (draft-ietf-plants-merkle-tree-certs §4.4.1).
pub fn prove_subtree_consistency<R: HashReader>(
    reader: &R,
    subtree: Subtree,
    size: u64,
) -> Result<SubtreeConsistencyProof, ProveError<R::Error>> {
    let ranges = consistency_ranges(subtree, size)?;
    Ok(SubtreeConsistencyProof::from_hashes(hash_ranges(reader, &ranges)?))
}

/// The root of the tree of the first `size` leaves.
pub fn read_root<R: HashReader>(reader: &R, size: u64) -> Result<Hash, ProveError<R::Error>> {
    let nodes = LeafRange { start: 0, end: size }.nodes();
    Ok(fold_right_edge(&read_exactly(reader, &nodes)?))
}

/// The RFC 6962 hash of each range, all nodes read in one call.
fn hash_ranges<R: HashReader>(reader: &R, ranges: &[LeafRange]) -> Result<Vec<Hash>, ProveError<R::Error>> {
    let nodes_of: Vec<Vec<Node>> = ranges.iter().map(LeafRange::nodes).collect();
    let hashes = read_exactly(reader, &nodes_of.concat())?;
    let mut rest = hashes.as_slice();
    Ok(nodes_of
        .iter()
        .map(|nodes| {
            let (mine, others) = rest.split_at(nodes.len().min(rest.len()));
            rest = others;
            fold_right_edge(mine)
        })
        .collect())
}

fn read_exactly<R: HashReader>(reader: &R, nodes: &[Node]) -> Result<Vec<Hash>, ProveError<R::Error>> {
    let hashes = reader.read_hashes(nodes).map_err(ProveError::Read)?;
    if hashes.len() != nodes.len() {
        return Err(ProveError::ReaderCount { expected: nodes.len(), found: hashes.len() });
    }
    Ok(hashes)
}

/// A tree held in memory. Grows at the right; never changes what it has.
#[derive(Clone, Default)]
pub struct MerkleTree {
    /// `levels[l][i]` is the hash of [`Node`] `{ level: l, index: i }`; only perfect subtrees are kept.
    /// Invariant: `levels[l + 1].len() == levels[l].len() / 2`.
    levels: Vec<Vec<Hash>>,
}

/// A node that the tree does not have (its leaves are not all there).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tree of {size} leaves has no whole subtree {node:?}")]
pub struct NoSuchNode {
    /// What was asked for.
    pub node: Node,
    /// Leaves in the tree.
    pub size: u64,
}

impl MerkleTree {
    /// The empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one leaf **hash** at the right.
    pub fn append(&mut self, leaf: Hash) {
        let mut hash = leaf;
        let mut level = 0;
        loop {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let row = &mut self.levels[level];
            row.push(hash);
            match row.as_slice() {
                // An even count: the last two just became a perfect subtree of the next level.
                [.., left, right] if row.len().is_multiple_of(2) => hash = node_hash(left, right),
                _ => return,
            }
            level += 1;
        }
    }

    /// Leaves in the tree.
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |row| row_len(row))
    }

    /// The leaf hashes, in order.
    pub fn leaves(&self) -> &[Hash] {
        self.levels.first().map_or(&[], Vec::as_slice)
    }

    /// The root of the whole tree.
    pub fn root(&self) -> Hash {
        let nodes = LeafRange { start: 0, end: self.size() }.nodes();
        let edge: Vec<Hash> = nodes.iter().filter_map(|node| self.get(*node)).collect();
        fold_right_edge(&edge)
    }

    /// Size and root of the whole tree.
    pub fn head(&self) -> TreeHead {
        TreeHead { size: self.size(), root: self.root() }
    }

    /// The root that the tree had at `size` leaves.
    pub fn root_at(&self, size: u64) -> Result<Hash, ProveError<NoSuchNode>> {
        read_root(self, size)
    }

    /// Inclusion of leaf `index` in the first `size` leaves, for any `index < size ≤` [`Self::size`].
    pub fn inclusion_proof(&self, index: u64, size: u64) -> Result<InclusionProof, ProveError<NoSuchNode>> {
        prove_inclusion(self, index, size)
    }

    /// Consistency between any two sizes `old_size ≤ new_size ≤` [`Self::size`].
    pub fn consistency_proof(&self, old_size: u64, new_size: u64) -> Result<ConsistencyProof, ProveError<NoSuchNode>> {
        prove_consistency(self, old_size, new_size)
    }

    /// One perfect subtree's hash, if the tree has it.
    pub fn get(&self, node: Node) -> Option<Hash> {
        let index = usize::try_from(node.index).ok()?;
        self.levels.get(usize::from(node.level))?.get(index).copied()
    }
}

impl HashReader for MerkleTree {
    type Error = NoSuchNode;

    fn read_hashes(&self, nodes: &[Node]) -> Result<Vec<Hash>, NoSuchNode> {
        nodes.iter().map(|&node| self.get(node).ok_or(NoSuchNode { node, size: self.size() })).collect()
    }
}

impl FromIterator<Hash> for MerkleTree {
    fn from_iter<I: IntoIterator<Item = Hash>>(leaves: I) -> Self {
        let mut tree = Self::new();
        for leaf in leaves {
            tree.append(leaf);
        }
        tree
    }
}

impl core::fmt::Debug for MerkleTree {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("MerkleTree").field("size", &self.size()).field("root", &self.root()).finish()
    }
}

/// A `Vec`'s length always fits: no supported platform has more than 64-bit addresses.
fn row_len(row: &[Hash]) -> u64 {
    u64::try_from(row.len()).unwrap_or(u64::MAX)
}

impl<E> ProveError<E> {
    /// Rewraps the reader's own error.
    pub fn map_read<F>(self, change: impl FnOnce(E) -> F) -> ProveError<F> {
        match self {
            Self::Asked(error) => ProveError::Asked(error),
            Self::Read(error) => ProveError::Read(change(error)),
            Self::ReaderCount { expected, found } => ProveError::ReaderCount { expected, found },
        }
    }
}
