//! Bundles that follow one another (spec §9.5): one log, in order, each linked pool from an earlier bundle's outcome, and checkpoints that do not
//! contradict each other. What is found is added to the reports that the bundles got by themselves; nothing here makes a report better.

use std::collections::BTreeMap;

use klero_tlog::tlog_proof::TlogProof;
use klero_tlog::{Checkpoint, Hash, TreeHead, leaf_hash, node_hash};

use crate::bundle::Bundle;
use crate::report::{CheckId, Finding, Report, Status, Subject};

/// A complete subtree: its first leaf, and how many leaves it has.
type Place = (u64, u64);

/// What a bundle's proofs show of the log's tree.
#[derive(Debug, Clone, Default)]
pub struct Known {
    head: Option<TreeHead>,
    subtrees: BTreeMap<Place, Hash>,
    /// The bundle's first entry.
    opened: Option<Hash>,
}

/// Adds to the reports, which stand in the order given, what the sequence shows. `whole_log`: all of them were compared with one log that was
/// read whole. `policy`: witnesses were asked for.
pub fn check_sequence(reports: &mut [(Known, &mut Report)], whole_log: bool, policy: bool) {
    check_links(reports);
    check_one_log(reports, whole_log, policy);
}

fn check_links(reports: &mut [(Known, &mut Report)]) {
    let mut earlier: Vec<Subject> = Vec::new();
    // The first bundle that can be read, whose log is that of the sequence.
    let mut opened = None;
    for (known, report) in reports {
        let Some(subject) = report.subject.clone() else { continue };
        if let Some(first) = earlier.first() {
            if first.log != subject.log {
                let reason = "the bundles of a sequence are of different logs";
                report.fail(CheckId::LogSignature, Finding::mismatch(&first.log, &subject.log, reason));
                // Places and trees of two logs have nothing to do with each other.
                *known = Known::default();
                continue;
            }
            if known.opened != opened {
                let reason = "the bundles of a sequence are of different logs: their first steps differ";
                report.fail(CheckId::LogChain, Finding::because(reason));
            }
        } else {
            opened = known.opened;
        }
        if earlier.iter().any(|one| one.draw == subject.draw) {
            let reason = format!("draw '{}' stands in this sequence twice", subject.draw);
            report.fail(CheckId::LogChain, Finding::because(reason));
        } else if let Some(before) = earlier.last().filter(|one| one.begun >= subject.begun) {
            let reason =
                format!("draw '{}' was sealed before draw '{}', which it follows here", subject.draw, before.draw);
            let finding =
                Finding::mismatch(format!("after step {}", before.begun), format!("step {}", subject.begun), reason);
            report.fail(CheckId::LogChain, finding);
        }
        if let Some(from) = &subject.from {
            let linked = |one: &&Subject| {
                one.draw == from.draw
                    && one.outcome.as_ref() == Some(&from.outcome)
                    && from.replacements.iter().all(|name| one.replacements.contains(name))
            };
            if earlier.iter().any(|one| linked(&one)) {
                report.facts.push(format!("Its pool comes from draw '{}', earlier in this sequence.", from.draw));
            } else {
                let reason = format!(
                    "no earlier bundle of the sequence holds the outcome of draw '{}' that the pool is linked to",
                    from.draw
                );
                report.fail(CheckId::PoolFrom, Finding::because(reason));
            }
        }
        earlier.push(subject);
    }
}

fn check_one_log(reports: &mut [(Known, &mut Report)], whole_log: bool, policy: bool) {
    let mut seen: BTreeMap<Place, Hash> = BTreeMap::new();
    for (known, report) in reports.iter_mut() {
        let differs = known.subtrees.iter().any(|(place, hash)| *seen.entry(*place).or_insert(*hash) != *hash);
        if differs {
            let reason =
                "this bundle and an earlier one of the sequence contradict each other about the log: it was forked";
            report.fail(CheckId::LogConsistency, Finding::because(reason));
        }
    }
    let mut by_size: Vec<usize> = (0..reports.len()).collect();
    by_size.sort_by_key(|at| reports.get(*at).and_then(|(known, _)| known.head).map(|head| head.size));
    for (small, large) in by_size.iter().zip(by_size.iter().skip(1)) {
        let (Some((before, old)), Some((after, new))) = (reports.get(*small), reports.get(*large)) else { continue };
        let (Some(before), Some(now)) = (before.head, after.head) else { continue };
        let shown = if before.size == now.size { Some(now.root) } else { after.root_at(before.size) };
        let vouched = policy && [old, new].iter().all(|report| witnessed(report));
        let Some((_, report)) = reports.get_mut(*large) else { continue };
        match shown {
            Some(root) if root == before.root => {}
            Some(root) => {
                let reason = "the checkpoint of another bundle of the sequence is not a state of this bundle's log: it was forked";
                report.fail(CheckId::LogConsistency, Finding::mismatch(root, before.root, reason));
            }
            None if whole_log || vouched => {}
            None => report.skip(
                CheckId::LogConsistency,
                "that the bundles' checkpoints are of one log is not shown: fetch all bundles anew at the same time, or read the whole log with --log",
            ),
        }
    }
}

fn witnessed(report: &Report) -> bool {
    report.check(CheckId::LogWitnesses).is_some_and(|check| check.status == Status::Passed)
}

impl Known {
    /// Reads a bundle's proofs. Whether they hold is `log.inclusion`, in the bundle's own report.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut known = Self::default();
        let Ok(bundle) = Bundle::parse(text) else { return known };
        for step in &bundle.steps {
            let leaf = leaf_hash(step.entry.as_bytes());
            known.opened = known.opened.or(Some(leaf));
            let Ok(proof) = TlogProof::parse(step.proof.as_bytes()) else { continue };
            let Ok(checkpoint) = Checkpoint::parse(proof.checkpoint().text()) else { continue };
            known.head = Some(checkpoint.head());
            known.learn(leaf, proof.index(), checkpoint.head().size, proof.inclusion_proof().hashes());
        }
        known.combine();
        known
    }

    /// The complete subtrees along an inclusion path (RFC 6962 §2.1.1).
    fn learn(&mut self, leaf: Hash, index: u64, size: u64, path: &[Hash]) {
        if index >= size {
            return;
        }
        // From the root down: the sibling at each turn, on which side it lies, and the node above both.
        let mut turns: Vec<(Place, bool, Place)> = Vec::new();
        let (mut first, mut length) = (0u64, size);
        while length > 1 {
            let left = length.next_power_of_two() / 2;
            let above = (first, length);
            if index - first < left {
                turns.push(((first + left, length - left), false, above));
                length = left;
            } else {
                turns.push(((first, left), true, above));
                first += left;
                length -= left;
            }
        }
        if turns.len() != path.len() {
            return;
        }
        self.keep((index, 1), leaf);
        let mut hash = leaf;
        for ((sibling, on_the_left, above), other) in turns.into_iter().rev().zip(path) {
            self.keep(sibling, *other);
            hash = if on_the_left { node_hash(other, &hash) } else { node_hash(&hash, other) };
            self.keep(above, hash);
        }
    }

    /// Keeps a subtree if it is complete.
    fn keep(&mut self, place: Place, hash: Hash) {
        if place.1.is_power_of_two() {
            self.subtrees.entry(place).or_insert(hash);
        }
    }

    /// Whatever two known neighbours give.
    fn combine(&mut self) {
        for level in 0..63 {
            let length = 1u64 << level;
            let pairs: Vec<(Place, Hash)> = self
                .subtrees
                .iter()
                .filter(|((first, of), _)| *of == length && first % (2 * length) == 0)
                .filter_map(|((first, _), left)| {
                    let right = self.subtrees.get(&(first + length, length))?;
                    Some(((*first, 2 * length), node_hash(left, right)))
                })
                .collect();
            pairs.into_iter().for_each(|(place, hash)| self.keep(place, hash));
        }
    }

    /// The root that the log had at a size, if the known subtrees give it.
    fn root_at(&self, size: u64) -> Option<Hash> {
        let (mut first, mut parts) = (0u64, Vec::new());
        for level in (0..64).rev() {
            let length = 1u64 << level;
            if size & length != 0 {
                parts.push(*self.subtrees.get(&(first, length))?);
                first += length;
            }
        }
        let mut parts = parts.into_iter().rev();
        let last = parts.next()?;
        Some(parts.fold(last, |right, left| node_hash(&left, &right)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use klero_tlog::MerkleTree;

    #[test]
    fn earlier_roots_follow_from_proofs_exactly_where_they_can() {
        for size in 1..40u64 {
            let tree: MerkleTree = (0..size).map(|n| leaf_hash(&n.to_be_bytes())).collect();
            for index in 0..size {
                let mut known = Known::default();
                let path = tree.inclusion_proof(index, size).expect("in the tree");
                known.learn(leaf_hash(&index.to_be_bytes()), index, size, path.hashes());
                known.combine();
                for earlier in 1..=size {
                    if let Some(root) = known.root_at(earlier) {
                        assert_eq!(Ok(root), tree.root_at(earlier), "{size} {index} {earlier}");
                    }
                }
                // The path of the last entry of an earlier state holds all of that state.
                assert!(known.root_at(index + 1).is_some(), "{size} {index}");
            }
        }
    }
}
