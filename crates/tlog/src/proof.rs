//! Inclusion and consistency: the checks that make a log append-only.
//!
//! Every proof is a walk down the recursive definition of the tree (RFC 9162 §2.1.1): a range of n > 1 leaves splits at
//! k, the largest power of two smaller than n. The prover lists the sibling ranges of that walk, the verifier hashes
//! them back together; both call the same walk, so they cannot disagree about the shape. A proof of any other length
//! than the walk's is refused before hashing. Works for sizes to 2^64 − 1 without overflow.
//!
//! Never returns a `bool`: what was proved comes back as [`Included`], [`Extends`] or [`PartOf`], which nothing else
//! can make.

use crate::hash::{Hash, empty_root, node_hash};
use crate::walk::{Join, LeafRange, consistency_walk, inclusion_ranges};

/// A tree's size in leaves and its root: all that a checkpoint says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TreeHead {
    /// Leaves in the tree.
    pub size: u64,
    /// RFC 6962 root over them.
    pub root: Hash,
}

/// Why a proof proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The leaf would lie beyond the tree's end.
    #[error("leaf {index} is not in a tree of {size} leaves")]
    IndexBeyondSize {
        /// Leaf asked about.
        index: u64,
        /// Leaves in the tree.
        size: u64,
    },
    /// The leaf lies outside the subtree.
    #[error("leaf {index} is not in the subtree {start}..{end}")]
    IndexOutsideSubtree {
        /// Leaf asked about.
        index: u64,
        /// First leaf of the subtree.
        start: u64,
        /// Leaf after its last.
        end: u64,
    },
    /// Not a subtree at all: `start` must be a multiple of the smallest power of two ≥ `end − start`.
    #[error("leaves {start}..{end} are not a subtree")]
    InvalidSubtree {
        /// First leaf.
        start: u64,
        /// Leaf after the last.
        end: u64,
    },
    /// The subtree ends after the tree does.
    #[error("the subtree ends at {end}, the tree at {size}")]
    SubtreeBeyondSize {
        /// Leaf after the subtree's last.
        end: u64,
        /// Leaves in the tree.
        size: u64,
    },
    /// The newer tree is smaller than the older.
    #[error("the tree shrinks from {old_size} to {new_size} leaves")]
    Shrinks {
        /// Leaves in the older tree.
        old_size: u64,
        /// Leaves in the newer tree.
        new_size: u64,
    },
    /// RFC 9162 defines no proof from the empty tree; [`TreeHead::verify_extended_by`] handles it.
    #[error("a consistency proof from the empty tree to {new_size} leaves means nothing")]
    FromEmpty {
        /// Leaves in the newer tree.
        new_size: u64,
    },
    /// The proof has another number of hashes than the sizes demand.
    #[error("the proof has {found} hashes, these sizes demand {expected}")]
    WrongLength {
        /// Hashes that the walk needs.
        expected: usize,
        /// Hashes in the proof.
        found: usize,
    },
    /// The proof leads to another root.
    #[error("the proof leads to root {computed}, expected {expected}")]
    RootMismatch {
        /// Root of the tree that was trusted.
        expected: Hash,
        /// Root that the proof gives.
        computed: Hash,
    },
    /// The proof leads to another root of the older tree (or of the subtree).
    #[error("the proof leads to old root {computed}, expected {expected}")]
    OldRootMismatch {
        /// Older root that was trusted.
        expected: Hash,
        /// Older root that the proof gives.
        computed: Hash,
    },
}

/// Proven: this leaf hash is at this index of the tree with this size and root. Made only by [`InclusionProof`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Included {
    leaf: Hash,
    index: u64,
    head: TreeHead,
}

impl Included {
    /// For [`crate::inclusions`], which has checked it.
    pub(crate) fn checked(leaf: Hash, index: u64, head: TreeHead) -> Self {
        Self { leaf, index, head }
    }

    /// The leaf hash.
    pub fn leaf(&self) -> Hash {
        self.leaf
    }

    /// Its index, from 0.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The tree it is in.
    pub fn head(&self) -> TreeHead {
        self.head
    }
}

/// Proven: the newer tree begins with exactly the leaves of the older. Made only by this module's checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extends {
    old: TreeHead,
    new: TreeHead,
}

impl Extends {
    /// The older tree.
    pub fn old(&self) -> TreeHead {
        self.old
    }

    /// The newer tree.
    pub fn new_head(&self) -> TreeHead {
        self.new
    }
}

/// Proven: the subtree's leaves are those of the tree at the same indices. Made only by [`SubtreeConsistencyProof`].
/// For an empty subtree this says nothing about the tree, as there is nothing to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartOf {
    subtree: Subtree,
    subtree_root: Hash,
    tree: TreeHead,
}

impl PartOf {
    /// The range of leaves.
    pub fn subtree(&self) -> Subtree {
        self.subtree
    }

    /// The root over that range.
    pub fn subtree_root(&self) -> Hash {
        self.subtree_root
    }

    /// The whole tree.
    pub fn tree(&self) -> TreeHead {
        self.tree
    }
}

/// Proven: this leaf hash is at this index of the tree, which the subtree's root covers. Made only by
/// [`InclusionProof::verify_in_subtree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IncludedInSubtree {
    leaf: Hash,
    index: u64,
    subtree: Subtree,
    subtree_root: Hash,
}

impl IncludedInSubtree {
    /// The leaf hash.
    pub fn leaf(&self) -> Hash {
        self.leaf
    }

    /// Its index in the whole tree.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The subtree it is in.
    pub fn subtree(&self) -> Subtree {
        self.subtree
    }

    /// That subtree's root.
    pub fn subtree_root(&self) -> Hash {
        self.subtree_root
    }
}

/// The siblings on the way from a leaf to the root, the leaf's own sibling first (RFC 9162 §2.1.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InclusionProof {
    hashes: Vec<Hash>,
}

impl InclusionProof {
    /// Takes the hashes as they are; [`Self::verify`] judges their number.
    pub fn from_hashes(hashes: Vec<Hash>) -> Self {
        Self { hashes }
    }

    /// The hashes, the leaf's sibling first.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// Checks that `leaf` (a leaf **hash**) is at `index` in the tree of `size` leaves and `root`.
    pub fn verify(&self, leaf: &Hash, index: u64, size: u64, root: &Hash) -> Result<Included, ProofError> {
        check_inclusion_range(index, size)?;
        let computed = self.climb(leaf, index, LeafRange { start: 0, end: size })?;
        expect_root(*root, computed)?;
        Ok(Included { leaf: *leaf, index, head: TreeHead { size, root: *root } })
    }

    /// Checks that `leaf` is at `index` (counted in the whole tree) in the subtree with that root.
    pub fn verify_in_subtree(
        &self,
        leaf: &Hash,
        index: u64,
        subtree: Subtree,
        subtree_root: &Hash,
    ) -> Result<IncludedInSubtree, ProofError> {
        subtree.check_contains(index)?;
        let computed = self.climb(leaf, index, subtree.range())?;
        expect_root(*subtree_root, computed)?;
        Ok(IncludedInSubtree { leaf: *leaf, index, subtree, subtree_root: *subtree_root })
    }

    /// The root that the siblings lead to from the leaf. `range` must contain `index`.
    fn climb(&self, leaf: &Hash, index: u64, range: LeafRange) -> Result<Hash, ProofError> {
        let siblings = inclusion_ranges(index, range);
        expect_length(siblings.len(), self.hashes.len())?;
        Ok(siblings.iter().zip(&self.hashes).fold(*leaf, |hash, (range, sibling)| {
            if range.start > index { node_hash(&hash, sibling) } else { node_hash(sibling, &hash) }
        }))
    }
}

/// The hashes that show a tree to be the beginning of a larger one (RFC 9162 §2.1.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsistencyProof {
    hashes: Vec<Hash>,
}

impl ConsistencyProof {
    /// Takes the hashes as they are; [`Self::verify`] judges their number.
    pub fn from_hashes(hashes: Vec<Hash>) -> Self {
        Self { hashes }
    }

    /// The hashes in RFC 9162's order.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// Checks that the tree `new` begins with the tree `old`, per RFC 9162 §2.1.4.2, which knows no proof from an
    /// empty tree to a larger one ([`ProofError::FromEmpty`]). Two empty trees are equal if both have the empty root.
    pub fn verify(&self, old: &TreeHead, new: &TreeHead) -> Result<Extends, ProofError> {
        if old.size > new.size {
            return Err(ProofError::Shrinks { old_size: old.size, new_size: new.size });
        }
        if old.size == 0 && new.size > 0 {
            return Err(ProofError::FromEmpty { new_size: new.size });
        }
        self.verify_from_any(old, new)
    }

    fn verify_from_any(&self, old: &TreeHead, new: &TreeHead) -> Result<Extends, ProofError> {
        let subtree = Subtree::new(0, old.size)?;
        climb_subtree(&self.hashes, subtree, &old.root, new)?;
        if new.size == 0 {
            expect_root(empty_root(), new.root)?;
        }
        Ok(Extends { old: *old, new: *new })
    }
}

impl TreeHead {
    /// The head of the tree with no leaves.
    pub fn empty() -> Self {
        Self { size: 0, root: empty_root() }
    }

    /// Checks that `new` extends `self`, as a witness or a monitor must: like [`ConsistencyProof::verify`], and every
    /// tree extends the empty one, for which the proof must be empty and the old root the empty root
    /// (c2sp.org/tlog-witness: "The proof MUST be empty if the old size is zero").
    pub fn verify_extended_by(&self, new: &TreeHead, proof: &ConsistencyProof) -> Result<Extends, ProofError> {
        if self.size > new.size {
            return Err(ProofError::Shrinks { old_size: self.size, new_size: new.size });
        }
        proof.verify_from_any(self, new)
    }
}

/// The hashes that show a subtree to be part of a tree (draft-ietf-plants-merkle-tree-certs §4.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubtreeConsistencyProof {
    hashes: Vec<Hash>,
}

impl SubtreeConsistencyProof {
    /// Takes the hashes as they are; [`Self::verify`] judges their number.
    pub fn from_hashes(hashes: Vec<Hash>) -> Self {
        Self { hashes }
    }

    /// The hashes in the draft's order.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// Checks that `subtree` with `subtree_root` is part of `tree`. An empty subtree must have the empty root and an
    /// empty proof, and then nothing is compared with the tree's root.
    pub fn verify(&self, subtree: Subtree, subtree_root: &Hash, tree: &TreeHead) -> Result<PartOf, ProofError> {
        climb_subtree(&self.hashes, subtree, subtree_root, tree)?;
        Ok(PartOf { subtree, subtree_root: *subtree_root, tree: *tree })
    }
}

/// A range of leaves that is a subtree of every tree that contains it: `start` is a multiple of the smallest power of
/// two that is at least `end − start`. May be empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subtree {
    start: u64,
    end: u64,
}

impl Subtree {
    /// The leaves `start..end`, if they are a subtree.
    pub fn new(start: u64, end: u64) -> Result<Self, ProofError> {
        let valid = match end.checked_sub(start) {
            None => false,
            // None: the power of two is 2^64, of which only 0 is a multiple.
            Some(size) => match size.checked_next_power_of_two() {
                Some(power) => start.is_multiple_of(power),
                None => start == 0,
            },
        };
        if valid { Ok(Self { start, end }) } else { Err(ProofError::InvalidSubtree { start, end }) }
    }

    /// First leaf.
    pub fn start(&self) -> u64 {
        self.start
    }

    /// Leaf after the last.
    pub fn end(&self) -> u64 {
        self.end
    }

    pub(crate) fn range(&self) -> LeafRange {
        LeafRange { start: self.start, end: self.end }
    }

    pub(crate) fn check_contains(&self, index: u64) -> Result<(), ProofError> {
        if self.start <= index && index < self.end {
            return Ok(());
        }
        Err(ProofError::IndexOutsideSubtree { index, start: self.start, end: self.end })
    }
}

pub(crate) fn check_inclusion_range(index: u64, size: u64) -> Result<(), ProofError> {
    if index < size { Ok(()) } else { Err(ProofError::IndexBeyondSize { index, size }) }
}

/// The ranges whose hashes a consistency proof lists, in order.
pub(crate) fn consistency_ranges(subtree: Subtree, size: u64) -> Result<Vec<LeafRange>, ProofError> {
    check_subtree_end(subtree, size)?;
    if subtree.start == subtree.end {
        return Ok(Vec::new());
    }
    let walk = consistency_walk(subtree, size);
    let siblings = walk.siblings.into_iter().map(|(_, range)| range);
    Ok(walk.seed.into_iter().chain(siblings).collect())
}

fn climb_subtree(proof: &[Hash], subtree: Subtree, subtree_root: &Hash, tree: &TreeHead) -> Result<(), ProofError> {
    check_subtree_end(subtree, tree.size)?;
    if subtree.start == subtree.end {
        expect_length(0, proof.len())?;
        return expect_old_root(*subtree_root, empty_root());
    }
    let walk = consistency_walk(subtree, tree.size);
    let seeds = usize::from(walk.seed.is_some());
    let expected = walk.siblings.len() + seeds;
    let (seed, rest) = match (walk.seed, proof.split_first()) {
        (Some(_), Some((first, rest))) => (*first, rest),
        (Some(_), None) => return expect_length(expected, 0),
        (None, _) => (*subtree_root, proof),
    };
    expect_length(expected, rest.len() + seeds)?;
    let (old, new) = walk.siblings.iter().zip(rest).fold((seed, seed), |(old, new), ((join, _), sibling)| match join {
        Join::Right => (old, node_hash(&new, sibling)),
        Join::LeftOutside => (old, node_hash(sibling, &new)),
        Join::LeftShared => (node_hash(sibling, &old), node_hash(sibling, &new)),
    });
    expect_old_root(*subtree_root, old)?;
    expect_root(tree.root, new)
}

fn check_subtree_end(subtree: Subtree, size: u64) -> Result<(), ProofError> {
    if subtree.end <= size {
        return Ok(());
    }
    Err(ProofError::SubtreeBeyondSize { end: subtree.end, size })
}

fn expect_length(expected: usize, found: usize) -> Result<(), ProofError> {
    if expected == found { Ok(()) } else { Err(ProofError::WrongLength { expected, found }) }
}

fn expect_root(expected: Hash, computed: Hash) -> Result<(), ProofError> {
    if expected == computed { Ok(()) } else { Err(ProofError::RootMismatch { expected, computed }) }
}

fn expect_old_root(expected: Hash, computed: Hash) -> Result<(), ProofError> {
    if expected == computed { Ok(()) } else { Err(ProofError::OldRootMismatch { expected, computed }) }
}
