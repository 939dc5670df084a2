//! `DIR/suspects/SIZE-HASH`: checkpoints that a key of the log signed and that could not be related to the one that is kept, because what lies under
//! them was not served, or was damaged. A signature is evidence, whatever becomes of the rest.
//!
//! Once the log has been read as far, each is related to it: what fits is forgotten, what does not is a fork. `SIZE-HASH.other` is of another history
//! and proves nothing by itself, as no one key signed both: kept for people. Never kept without bound; the first are kept, for later ones say less.

use klero_draw::hash::sha256;
use klero_tlog::{MerkleTree, VerifiedCheckpoint};
use klero_verifier::fraud::{Relation, compare};

use super::findings::Id;
use super::{Monitor, Stop};
use crate::files::{Files, NewFile, RealFiles, create_folders_durably, write_durably};
use crate::place::CHECKPOINT_LIMIT;

/// Most checkpoints kept: each is a file of some kilobytes, and only who holds a key of the log can make one.
const SUSPECTS_LIMIT: usize = 16;
/// End of the names of those that are known to be of another history.
const OTHER: &str = ".other";

impl Monitor {
    /// Keeps a checkpoint that the monitor could not relate, or could not read the keys under; passes on what became of that.
    pub(super) fn or_suspect<T>(&self, checkpoint: &VerifiedCheckpoint, judged: Result<T, Stop>) -> Result<T, Stop> {
        if let Err(Stop::Cannot(_) | Stop::Found(Id::LogDamaged)) = &judged {
            self.suspect(checkpoint, false)?;
        }
        judged
    }

    /// Keeps a checkpoint. `other` if it is known to be of another history.
    pub(super) fn suspect(&self, checkpoint: &VerifiedCheckpoint, other: bool) -> Result<(), Stop> {
        let folder = self.dir.join("suspects");
        let head = checkpoint.head();
        // By what was signed and by whom: cosignatures alone do not make another.
        let signed = format!("{}\n{}", checkpoint.log_key().to_text(), checkpoint.note().text());
        let digest = hex::encode(sha256(signed.as_bytes()));
        let end = if other { OTHER } else { "" };
        let path = folder.join(format!("{}-{}{end}", head.size, digest.get(..16).unwrap_or_default()));
        let kept = RealFiles.list(&folder)?.map_or(0, |items| items.len());
        if kept >= SUSPECTS_LIMIT || path.exists() {
            return Ok(());
        }
        create_folders_durably(&RealFiles, &self.dir, &folder)?;
        write_durably(&RealFiles, &[NewFile { path, bytes: checkpoint.note().to_bytes() }])?;
        Ok(())
    }

    /// Relates those that the log has grown past, now that it was read.
    pub(super) fn relate_suspects(&mut self, now: u64) -> Result<(), Stop> {
        let folder = self.dir.join("suspects");
        let Some(seen) = self.seen.clone().filter(|seen| seen.head() == self.frontier.head()) else { return Ok(()) };
        let mut tree: Option<MerkleTree> = None;
        for item in RealFiles.list(&folder)?.unwrap_or_default() {
            let path = folder.join(&item.name);
            if item.name.ends_with(OTHER) {
                continue;
            }
            let Some(bytes) = RealFiles.read(&path, CHECKPOINT_LIMIT)? else { continue };
            let Ok(checkpoint) = VerifiedCheckpoint::open(&bytes, self.ledger.log_keys()) else { continue };
            if checkpoint.head().size > seen.head().size {
                continue;
            }
            if tree.is_none() {
                let mut whole = MerkleTree::new();
                self.steps.leaves(seen.head().size, &mut |leaf| whole.append(leaf))?;
                tree = Some(whole);
            }
            let relation = compare(&checkpoint, &seen, tree.as_ref()).map_err(|e| Stop::Cannot(e.to_string()))?;
            if let Some(Relation::Fork(proof)) = relation
                && !self.found_fork(&proof, seen.head(), checkpoint.head(), now)?
            {
                RealFiles.rename(&path, &folder.join(format!("{}{OTHER}", item.name)))?;
                continue;
            }
            // It is a state of this log, or stands in a proof.
            RealFiles.remove_file(&path)?;
        }
        Ok(())
    }
}
