//! What a witness keeps, in `DIR/evidence/<hex sha256(origin)>/`, of a log that showed it something else than it cosigned.
//!
//! Two checkpoints of one size and of different roots convict by themselves: they become `fraud-N-N.json`, the portable proof that `klero verify` checks. Of
//! two sizes, the larger without a proof that it extends the smaller, nobody knows whether they contradict one another: whoever sends a checkpoint may have
//! sent a wrong proof with it. Both notes are kept as `unproved-N-M.kept` and `unproved-N-M.shown`, for whoever can read the log. Bounded in number, proofs apart
//! from the rest, so that what anybody can send leaves room for what the log alone can have signed.

use klero_tlog::{MerkleTree, Note, VerifiedCheckpoint, VerifierKey};
use klero_verifier::fraud::{FraudProof, Relation, compare};

use super::{Witness, log_id};
use crate::files::{NewFile, create_folders_durably, write_durably};

/// Most proofs of fraud that are kept for one log. One is enough to convict; the rest is for the curious.
const MAX_PROOFS: usize = 16;
/// Most pairs of checkpoints that are kept for one log without a proof.
const MAX_PAIRS: usize = 16;

impl Witness {
    /// Keeps a checkpoint, of `sizes.1` entries, with the last one cosigned, of `sizes.0`, which it does not extend. As far as the disk allows: the refusal does
    /// not depend on it.
    pub(super) fn keep_evidence(
        &self,
        origin: &str,
        keys: &[VerifierKey],
        sizes: (u64, u64),
        kept: &Note,
        shown: &Note,
    ) {
        // Anybody may have added lines: only the log's own are evidence.
        let lines = shown.signatures().iter().filter(|line| keys.iter().any(|key| key.matches(line)));
        let Ok(shown) = Note::from_parts(shown.text(), lines.cloned().collect()) else { return };
        let named = format!("{}-{}", sizes.0, sizes.1);
        let files = match proof(keys, kept, &shown).and_then(|proof| proof.to_text().ok()) {
            Some(text) => vec![(format!("fraud-{named}.json"), text)],
            None => vec![
                (format!("unproved-{named}.kept"), kept.to_text()),
                (format!("unproved-{named}.shown"), shown.to_text()),
            ],
        };
        self.put_evidence(origin, files);
    }

    /// Writes these files beside those that are there, over none, if there is room.
    fn put_evidence(&self, origin: &str, new: Vec<(String, String)>) {
        let folder = self.dir.join("evidence").join(log_id(origin));
        let files = self.files.as_ref();
        let Ok(items) = files.list(&folder) else { return };
        let there: Vec<String> = items.unwrap_or_default().into_iter().map(|item| item.name).collect();
        let count = |end: &str| there.iter().filter(|name| name.ends_with(end)).count();
        let full = count(".json") >= MAX_PROOFS && new.len() == 1 || count(".shown") >= MAX_PAIRS && new.len() > 1;
        let known = new.iter().all(|(name, _)| there.contains(name));
        if full || known || create_folders_durably(files, &self.dir, &folder).is_err() {
            return;
        }
        let new: Vec<NewFile> =
            new.into_iter().map(|(name, text)| NewFile { path: folder.join(name), bytes: text.into_bytes() }).collect();
        let _kept = write_durably(files, &new);
    }
}

/// The proof that one key signed two histories, if these two checkpoints are one by themselves.
fn proof(keys: &[VerifierKey], kept: &Note, shown: &Note) -> Option<Box<FraudProof>> {
    keys.iter().find_map(|key| {
        let open = |note| VerifiedCheckpoint::open_note(note, std::slice::from_ref(key)).ok();
        match compare(&open(kept)?, &open(shown)?, None::<&MerkleTree>) {
            Ok(Some(Relation::Fork(proof))) if proof.verify().is_ok() => Some(proof),
            _ => None,
        }
    })
}
