//! The walk down the tree's recursive definition, shared by prover and verifier (RFC 9162 §2.1.1).
//!
//! A range of n > 1 leaves splits at k, the largest power of two smaller than n. Nothing here hashes: it only names the
//! ranges whose hashes a proof lists, in the proof's order, and how each joins.

use crate::proof::Subtree;
use crate::tree::Node;

/// Leaves `start..end`, as they occur in the recursive definition of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LeafRange {
    pub(crate) start: u64,
    pub(crate) end: u64,
}

impl LeafRange {
    /// Where the tree's definition splits this range; none when it is a leaf or empty.
    fn split(&self) -> Option<u64> {
        let last = self.end.checked_sub(self.start)?.checked_sub(1)?;
        // The largest power of two ≤ size − 1 is the largest < size.
        last.checked_ilog2().map(|log| self.start + (1 << log))
    }

    /// The perfect subtrees that make up this range, largest first. `start` must be aligned as in [`Subtree`].
    pub(crate) fn nodes(&self) -> Vec<Node> {
        let mut nodes = Vec::new();
        let mut start = self.start;
        while let Some(log) = self.end.saturating_sub(start).checked_ilog2() {
            nodes.push(Node { level: u8::try_from(log).unwrap_or(u8::MAX), index: start >> log });
            // Cannot overflow: 2^log ≤ end − start.
            start += 1 << log;
        }
        nodes
    }
}

/// The sibling ranges from leaf `index` up to the root of `range`: RFC 9162's PATH(m, D\[n\]). At most 64.
pub(crate) fn inclusion_ranges(index: u64, range: LeafRange) -> Vec<LeafRange> {
    let mut siblings = Vec::new();
    let mut here = range;
    while let Some(middle) = here.split() {
        let (left, right) = halves(here, middle);
        if index < middle {
            siblings.push(right);
            here = left;
        } else {
            siblings.push(left);
            here = right;
        }
    }
    siblings.reverse();
    siblings
}

/// How one sibling joins on the way up from a subtree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Join {
    /// It lies right of all that the subtree covers: only the tree's hash takes it.
    Right,
    /// It lies left of the whole subtree: only the tree's hash takes it.
    LeftOutside,
    /// It is the left part of the subtree itself: both hashes take it.
    LeftShared,
}

/// The walk of a consistency proof, bottom first.
pub(crate) struct ConsistencyWalk {
    pub(crate) siblings: Vec<(Join, LeafRange)>,
    /// The range at the bottom, when the proof has to give its hash (the subtree's own root does not serve).
    pub(crate) seed: Option<LeafRange>,
}

/// SUBTREE_SUBPROOF of the draft, §4.4.1; with `start == 0` it is RFC 9162's SUBPROOF.
pub(crate) fn consistency_walk(subtree: Subtree, size: u64) -> ConsistencyWalk {
    let mut siblings = Vec::new();
    let mut here = LeafRange { start: 0, end: size };
    let mut part = subtree.range();
    let mut whole = true;
    while here != part {
        let Some(middle) = here.split() else { break };
        let (left, right) = halves(here, middle);
        if part.end <= middle {
            siblings.push((Join::Right, right));
            here = left;
        } else if part.start >= middle {
            siblings.push((Join::LeftOutside, left));
            here = right;
        } else {
            // A subtree that crosses the middle begins where this range begins.
            siblings.push((Join::LeftShared, left));
            here = right;
            part.start = middle;
            whole = false;
        }
    }
    siblings.reverse();
    ConsistencyWalk { siblings, seed: if whole { None } else { Some(here) } }
}

fn halves(range: LeafRange, middle: u64) -> (LeafRange, LeafRange) {
    let left = LeafRange { start: range.start, end: middle };
    let right = LeafRange { start: middle, end: range.end };
    (left, right)
}
