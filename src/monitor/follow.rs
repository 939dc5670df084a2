//! From the checkpoint that a log serves to the entries under it: signature, relation to what was seen before, then the entries themselves.
//!
//! Order: a checkpoint is kept before anything under it is taken in, so that what was signed cannot be unseen by a kill.

use std::path::PathBuf;

use klero_draw::hash::sha256;
use klero_tlog::tile_reader::{TileReadError, TileReader};
use klero_tlog::{Checkpoint, MerkleTree, Note, TreeHead, VerifiedCheckpoint, VerifierKey};
use klero_verifier::fraud::{FRAUD_LIMIT, Fraud, FraudProof, Relation, compare};

use super::findings::Id;
use super::state::State;
use super::{Done, Monitor, Stop};
use crate::files::{Files, NewFile, RealFiles, write_durably};
use crate::log_keys;
use crate::place::{CHECKPOINT_LIMIT, Place, TileProblem};

impl Monitor {
    /// Reads the log's checkpoint and everything new under it.
    pub(super) fn follow(&mut self, place: &Place, now: u64, done: &mut Done) -> Result<(), Stop> {
        let bytes = place.get("checkpoint", CHECKPOINT_LIMIT)?;
        let bytes = bytes.ok_or_else(|| Stop::Cannot("there is no checkpoint at this place".to_owned()))?;
        let note = Note::parse(&bytes).map_err(|e| self.unreadable(&e.to_string(), now))?;
        let claimed = Checkpoint::parse(note.text()).map_err(|e| self.unreadable(&e.to_string(), now))?;
        let keys = self.keys_of(place, &claimed)?;
        let known = VerifiedCheckpoint::open_note(&note, &keys).ok();
        let checkpoint = match &known {
            Some(checkpoint) => checkpoint.clone(),
            None => self.by_a_new_key(place, &note, &claimed, &keys, now)?,
        };
        if !checkpoint.checkpoint().extensions().is_empty() {
            return Err(self.unreadable("it has extension lines", now));
        }
        if let Some(seen) = self.seen.clone() {
            let related = self.relate(place, &seen, &checkpoint, now);
            self.or_suspect(&checkpoint, related)?;
        }
        let checkpoint = match known {
            Some(_) => {
                let judged = self.by_the_key_in_force(place, &checkpoint, &keys, now);
                self.or_suspect(&checkpoint, judged)?
            }
            None => checkpoint,
        };
        self.accept(checkpoint.clone())?;
        self.replay(place, &checkpoint, now, done)?;
        self.relate_suspects(now)
    }

    /// A checkpoint that is no checkpoint. With a folder that cannot be right; a web server may have served an error page.
    fn unreadable(&mut self, words: &str, now: u64) -> Stop {
        self.findings.find(Id::LogDamaged, "checkpoint", format!("what is served as checkpoint is none: {words}"), now);
        Stop::Found(Id::LogDamaged)
    }

    /// The keys that may have signed: those of the ledger, or before anything was read the trusted one, or the one that the log itself names.
    fn keys_of(&mut self, place: &Place, claimed: &Checkpoint) -> Result<Vec<VerifierKey>, Stop> {
        let mut keys = self.ledger.log_keys().to_vec();
        if let Some(state) = &self.state {
            keys.extend(VerifierKey::parse(&state.log).ok());
        } else {
            let (key, trusted) = match &self.setup.trust {
                Some(trust) => (trust.log().clone(), true),
                None => (log_keys::named(place, claimed.head().size).map_err(Stop::Cannot)?, false),
            };
            if key.name().as_str() == claimed.origin() {
                keys.push(key.clone());
            }
            // Nothing is kept before a checkpoint by this key was seen.
            self.first = Some((key, trusted));
        }
        let origin = keys.first().map(|key| key.name().as_str().to_owned());
        let origin = origin.or_else(|| self.first.as_ref().map(|(key, _)| key.name().as_str().to_owned()));
        match origin {
            Some(origin) if origin != claimed.origin() => Err(Stop::Cannot(format!(
                "this is the log '{}', and '{origin}' is followed: check the address, or choose another --dir",
                super::tell::plain(claimed.origin(), 256)
            ))),
            _ => Ok(log_keys::distinct(keys)),
        }
    }

    /// A checkpoint that no known key signed: a key step under it may have brought the key, signed by the one before.
    fn by_a_new_key(
        &mut self,
        place: &Place,
        note: &Note,
        claimed: &Checkpoint,
        known: &[VerifierKey],
        now: u64,
    ) -> Result<VerifiedCheckpoint, Stop> {
        let head = claimed.head();
        let old = known.last().cloned();
        let last = match old {
            Some(old) => log_keys::newest(place, head, self.frontier.size(), old).map_err(|e| self.tiles(e, now))?,
            None => return Err(self.unknown_key(head, known, now)),
        };
        VerifiedCheckpoint::open_note(note, &[last]).map_err(|_| self.unknown_key(head, known, now))
    }

    fn unknown_key(&mut self, head: TreeHead, known: &[VerifierKey], now: u64) -> Stop {
        let known: Vec<String> = known.iter().map(VerifierKey::to_text).collect();
        let known = if known.is_empty() { "the trusted key".to_owned() } else { known.join(", ") };
        let text = format!(
            "the checkpoint of {} entries, root {}, is not signed by {known}, nor by a key that it introduced in the log",
            head.size, head.root
        );
        self.findings.find(Id::KeyChanged, "checkpoint", text, now);
        Stop::Found(Id::KeyChanged)
    }

    /// The checkpoint by the key in force under it, and by no other (spec §8.1): a key that was replaced signs nothing any more, whoever has it
    /// now. To be asked before the checkpoint is accepted, for what is accepted is gone on from.
    fn by_the_key_in_force(
        &mut self,
        place: &Place,
        checkpoint: &VerifiedCheckpoint,
        known: &[VerifierKey],
        now: u64,
    ) -> Result<VerifiedCheckpoint, Stop> {
        let head = checkpoint.head();
        let Some(old) = known.last().cloned() else { return Ok(checkpoint.clone()) };
        let last = log_keys::newest(place, head, self.frontier.size(), old).map_err(|e| self.tiles(e, now))?;
        VerifiedCheckpoint::open_note(checkpoint.note(), std::slice::from_ref(&last)).or_else(|_| {
            self.suspect(checkpoint, true)?;
            let text = format!(
                "the checkpoint of {} entries, root {}, is signed by {}, which was replaced before it; the key in force there is {}",
                head.size,
                head.root,
                checkpoint.log_key().to_text(),
                last.to_text()
            );
            self.findings.find(Id::KeyChanged, "checkpoint", text, now);
            Err(Stop::Found(Id::KeyChanged))
        })
    }

    /// What reading tiles failed of: a finding if they are not what was signed, and nothing if they could not be had.
    pub(super) fn tiles(&mut self, error: TileReadError<TileProblem>, now: u64) -> Stop {
        match &error {
            TileReadError::Source { error: TileProblem::Unreachable(problem), .. }
            | TileReadError::BundleSource { error: TileProblem::Unreachable(problem), .. } => {
                Stop::Cannot(problem.to_string())
            }
            _ => {
                self.findings.find(
                    Id::LogDamaged,
                    "",
                    format!("the log's files do not fit its checkpoint: {error}"),
                    now,
                );
                Stop::Found(Id::LogDamaged)
            }
        }
    }

    /// Compares with what was seen before. `Ok` if the new checkpoint is the same state or extends it.
    fn relate(
        &mut self,
        place: &Place,
        seen: &VerifiedCheckpoint,
        new: &VerifiedCheckpoint,
        now: u64,
    ) -> Result<(), Stop> {
        let (old, head) = (seen.head(), new.head());
        let cannot = |words: String| Stop::Cannot(words);
        let relation = if head.size > old.size {
            let reader = TileReader::open(place, head).map_err(|e| self.tiles(e, now))?;
            match compare(seen, new, Some(&reader)) {
                Err(klero_tlog::tree::ProveError::Read(error)) => return Err(self.tiles(error, now)),
                other => other.map_err(|e| cannot(e.to_string()))?,
            }
        } else {
            if head.size < old.size && self.frontier.size() < old.size {
                return Err(cannot(format!(
                    "it serves {} entries, fewer than the {} seen before",
                    head.size, old.size
                )));
            }
            let mut tree = MerkleTree::new();
            if head.size < old.size {
                self.steps.leaves(old.size, &mut |leaf| tree.append(leaf))?;
            }
            compare(new, seen, Some(&tree)).map_err(|e| cannot(e.to_string()))?
        };
        match relation {
            Some(Relation::Fork(proof)) => {
                if !self.found_fork(&proof, old, head, now)? {
                    self.suspect(new, true)?;
                }
                Err(Stop::Found(Id::LogFork))
            }
            _ if head.size < old.size => {
                let text = format!("it serves a checkpoint of {} entries; {} were seen before", head.size, old.size);
                self.findings.find(Id::LogRollback, "", text, now);
                Err(Stop::Found(Id::LogRollback))
            }
            _ => Ok(()),
        }
    }

    /// Notes a fork between what was seen and what is shown; each by its sizes, so that another one is another finding. `true` if there is a proof that
    /// convinces others.
    pub(super) fn found_fork(
        &mut self,
        proof: &FraudProof,
        seen: TreeHead,
        shown: TreeHead,
        now: u64,
    ) -> Result<bool, Stop> {
        let about = format!("{}-{}", seen.size.min(shown.size), seen.size.max(shown.size));
        let (words, evidence) = match proof.verify() {
            Ok(fraud) => {
                let (smaller, larger) = (fraud.smaller(), fraud.larger());
                let evidence = self.keep_proof(proof, &fraud, &about)?;
                let words = format!(
                    "the log signed two histories: at {} entries the root {}, and at {} entries one whose first {} have the root {}",
                    smaller.size,
                    smaller.root,
                    larger.size,
                    smaller.size,
                    fraud.root()
                );
                (words, Some(evidence.display().to_string()))
            }
            Err(why) => (format!("the log shows two histories, and no one key signed both: {why}"), None),
        };
        let proved = evidence.is_some();
        self.findings.find_with(Id::LogFork, &about, words, evidence, now);
        Ok(proved)
    }

    /// Writes a proof, and over none: two forks between the same sizes are two proofs. The same fork, cosigned anew, is not another.
    fn keep_proof(&self, proof: &FraudProof, fraud: &Fraud, sizes: &str) -> Result<PathBuf, Stop> {
        let text = proof.to_text().map_err(|e| Stop::Cannot(e.to_string()))?;
        let both = format!("{} {} {}", fraud.log().to_text(), fraud.smaller().root, fraud.larger().root);
        let digest = hex::encode(sha256(both.as_bytes()));
        let names =
            [format!("fraud-{sizes}.json"), format!("fraud-{sizes}-{}.json", digest.get(..16).unwrap_or_default())];
        let mut path = self.dir.join(&names[0]);
        if let Some(bytes) = RealFiles.read(&path, FRAUD_LIMIT)? {
            let kept = std::str::from_utf8(&bytes).ok().and_then(|text| FraudProof::parse(text).ok());
            if kept.and_then(|kept| kept.verify().ok()).is_some_and(|kept| kept == *fraud) {
                return Ok(path);
            }
            path = self.dir.join(&names[1]);
        }
        write_durably(&RealFiles, &[NewFile { path: path.clone(), bytes: text.into_bytes() }])?;
        Ok(path)
    }

    /// Keeps a checkpoint. One of the same size is joined with what is kept: a witness's earliest cosignature counts.
    fn accept(&mut self, checkpoint: VerifiedCheckpoint) -> Result<(), Stop> {
        let size = checkpoint.head().size;
        let mut note = checkpoint.note().clone();
        if let Some(seen) = self.seen.as_ref().filter(|seen| seen.head() == checkpoint.head()) {
            let known = seen.note().signatures();
            let fresh = note
                .signatures()
                .iter()
                .filter(|line| !known.iter().any(|other| other.name() == line.name() && other.id() == line.id()));
            let joined = seen.note().with_signatures(fresh.cloned().collect::<Vec<_>>());
            note = joined.unwrap_or_else(|_| seen.note().clone());
        }
        let bytes = note.to_bytes();
        let seen = VerifiedCheckpoint::open_note(&note, std::slice::from_ref(checkpoint.log_key()));
        let same = self.seen.as_ref().is_some_and(|seen| *seen.note() == note);
        if let Some((key, trusted)) = self.first.take().filter(|_| self.state.is_none()) {
            self.state = Some(State::new(key.to_text(), trusted));
            self.save()?;
        }
        let signer = checkpoint.log_key().to_text();
        if let Some(state) = self.state.as_mut().filter(|state| state.signer != signer) {
            state.signer = signer;
            self.save()?;
        }
        if !same {
            let files = [self.checkpoint_path(size), self.dir.join("checkpoint")];
            let files = files.map(|path| NewFile { path, bytes: bytes.clone() });
            write_durably(&RealFiles, &files)?;
            self.kept.insert(size);
        }
        self.seen = Some(seen.unwrap_or(checkpoint));
        Ok(())
    }
}
