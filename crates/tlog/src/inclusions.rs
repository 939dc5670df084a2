//! Many inclusion proofs under one head, without hashing what they share again.
//!
//! Two paths from the root part somewhere: above that place they list the same siblings, and at it each lists the node of the other. So
//! whoever has checked one proof needs to hash the next only up to where it parts from it, and to compare the rest. Every hash of every
//! proof is either hashed or compared: what is accepted is exactly what [`InclusionProof::verify`] accepts. Cheapest where indices ascend.

use crate::hash::{Hash, node_hash};
use crate::proof::{Included, InclusionProof, ProofError, TreeHead, check_inclusion_range};
use crate::walk::{LeafRange, inclusion_ranges};

/// Checks inclusion proofs under one head. Remembers the path that it checked last.
#[derive(Clone, Debug)]
pub struct Inclusions {
    head: TreeHead,
    last: Option<Path>,
}

/// A path that was checked, from a leaf up to the root.
#[derive(Clone, Debug)]
struct Path {
    leaf: Hash,
    /// Leaf first.
    steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug)]
struct Step {
    /// The leaves under the sibling.
    range: LeafRange,
    sibling: Hash,
    /// The node beside it, on the path.
    node: Hash,
}

impl Inclusions {
    /// For proofs under a head that the caller trusts.
    #[must_use]
    pub fn new(head: TreeHead) -> Self {
        Self { head, last: None }
    }

    /// As [`InclusionProof::verify`], for the leaf **hash** at `index` and the siblings of its proof, the leaf's own first.
    pub fn verify(&mut self, leaf: &Hash, index: u64, proof: &[Hash]) -> Result<Included, ProofError> {
        let TreeHead { size, root } = self.head;
        check_inclusion_range(index, size)?;
        let ranges = inclusion_ranges(index, LeafRange { start: 0, end: size });
        if let Some(path) = self.last.as_ref().and_then(|last| last.leads_to(leaf, index, &ranges, proof)) {
            self.last = Some(path);
            return Ok(Included::checked(*leaf, index, self.head));
        }
        // The first proof, or one that does not hold: then this says why.
        let included = InclusionProof::from_hashes(proof.to_vec()).verify(leaf, index, size, &root)?;
        let (_, steps) = climb(leaf, index, &ranges, proof);
        self.last = Some(Path { leaf: *leaf, steps });
        Ok(included)
    }
}

impl Path {
    /// The path of another leaf, if its proof holds as this one does.
    fn leads_to(&self, leaf: &Hash, index: u64, ranges: &[LeafRange], proof: &[Hash]) -> Option<Self> {
        if proof.len() != ranges.len() {
            return None;
        }
        let shared = ranges.iter().rev().zip(self.steps.iter().rev()).take_while(|(range, step)| **range == step.range);
        let shared = shared.count();
        let (below, above) = proof.split_at_checked(proof.len().checked_sub(shared)?)?;
        let (own, known) = self.steps.split_at_checked(self.steps.len().checked_sub(shared)?)?;
        if !above.iter().eq(known.iter().map(|step| &step.sibling)) {
            return None;
        }
        let (mut steps, other) = match (below.split_last(), own.last()) {
            // The same leaf again.
            (None, None) if *leaf == self.leaf => (Vec::new(), None),
            (Some((beside, below)), Some(part)) => {
                let (node, steps) = climb(leaf, index, ranges, below);
                if node != part.sibling || *beside != part.node {
                    return None;
                }
                (steps, Some(Step { range: *ranges.get(below.len())?, sibling: part.node, node }))
            }
            _ => return None,
        };
        steps.extend(other);
        steps.extend_from_slice(known);
        Some(Self { leaf: *leaf, steps })
    }
}

/// Hashes from a leaf up as far as `siblings` reach; gives the node there and the steps to it.
fn climb(leaf: &Hash, index: u64, ranges: &[LeafRange], siblings: &[Hash]) -> (Hash, Vec<Step>) {
    let mut steps = Vec::with_capacity(ranges.len());
    let mut node = *leaf;
    for (range, sibling) in ranges.iter().zip(siblings) {
        steps.push(Step { range: *range, sibling: *sibling, node });
        node = if range.start > index { node_hash(&node, sibling) } else { node_hash(sibling, &node) };
    }
    (node, steps)
}
