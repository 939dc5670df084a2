//! The entries under a checkpoint, one by one: each authenticated by the tiles, judged by the ledger, and kept.

use klero_draw::step::{SignedStep, StepError, StepKind};
use klero_tlog::tile::BundleId;
use klero_tlog::tile_reader::TileReader;
use klero_tlog::{VerifiedCheckpoint, VerifierKey, leaf_hash};
use klero_verifier::ledger::{Phase, Rule, Violation};

use super::findings::Id;
use super::steps::NO_STEP;
use super::{Done, Monitor, Stop};
use crate::place::Place;

/// Entries after which what was read is written down.
const ENTRIES_AT_ONCE: usize = 4_096;

impl Monitor {
    /// Takes in all entries up to the checkpoint.
    pub(super) fn replay(
        &mut self,
        place: &Place,
        checkpoint: &VerifiedCheckpoint,
        now: u64,
        done: &mut Done,
    ) -> Result<(), Stop> {
        let head = checkpoint.head();
        let mut needs_witness = false;
        if self.frontier.size() < head.size {
            let reader = TileReader::open(place, head).map_err(|e| self.tiles(e, now))?;
            let mut chunk: Vec<(String, Vec<u8>)> = Vec::new();
            while self.frontier.size() < head.size {
                let at = self.frontier.size();
                let Some(bundle) = BundleId::of_entry(at, head.size) else { break };
                let read = reader.read_entries(bundle);
                let entries = match read {
                    Ok(entries) => entries,
                    Err(error) => {
                        let stop = self.tiles(error, now);
                        self.commit(&mut chunk)?;
                        return Err(stop);
                    }
                };
                let skip = usize::try_from(at - bundle.first_entry()).unwrap_or(usize::MAX);
                for entry in entries.into_iter().skip(skip) {
                    let (draw, kind_needs_witness) = self.take(&entry, now)?;
                    needs_witness |= kind_needs_witness;
                    chunk.push((draw, entry));
                    done.new_entries += 1;
                }
                if chunk.len() >= ENTRIES_AT_ONCE {
                    self.commit(&mut chunk)?;
                }
            }
            self.commit(&mut chunk)?;
        }
        let signer = self.ledger.log_keys().last();
        let by =
            |key: &VerifierKey| VerifiedCheckpoint::open_note(checkpoint.note(), std::slice::from_ref(key)).is_ok();
        if signer.is_some_and(|key| !by(key)) {
            let text = format!("the checkpoint of {} entries is not signed by the log key in force there", head.size);
            self.findings.find(Id::KeyChanged, "checkpoint", text, now);
        }
        for (id, about) in [(Id::LogDamaged, ""), (Id::LogDamaged, "checkpoint"), (Id::LogRollback, "")] {
            self.findings.settle(id, about);
        }
        self.forget_checkpoint(head.size, needs_witness)
    }

    /// A checkpoint that covers no seal for the first time is not needed once a newer is there.
    fn forget_checkpoint(&mut self, newest: u64, needed: bool) -> Result<(), Stop> {
        let Some(state) = &mut self.state else { return Ok(()) };
        let idle = state.idle.filter(|idle| *idle < newest);
        if state.idle != Some(newest) {
            state.idle = (!needed).then_some(newest);
        }
        if let Some(size) = idle.filter(|size| self.kept.remove(size)) {
            // A file that cannot be removed does no harm.
            let _gone = std::fs::remove_file(self.checkpoint_path(size));
        }
        Ok(())
    }

    /// One entry. Gives the draw under which it is kept, and whether it matters who saw it when.
    fn take(&mut self, entry: &[u8], now: u64) -> Result<(String, bool), Stop> {
        let about = format!("step {}", self.frontier.size());
        self.frontier.append(leaf_hash(entry));
        let step = match self.ledger.open(entry) {
            Ok(step) => step,
            Err(error) => {
                let (id, words) = match &error {
                    StepError::Signature(_) => (Id::KeyChanged, "is not signed by the service key in force"),
                    _ => (Id::StepUnreadable, "is no step"),
                };
                self.findings.find(id, &about, format!("entry {words}: {error}"), now);
                return Ok((NO_STEP.to_owned(), false));
            }
        };
        for draw in self.ledger.wanted(&step) {
            self.bring_back(&draw)?;
            self.used(&draw);
        }
        let sealed_before = step.step().draw.as_ref().and_then(|draw| self.ledger.draw(draw)).map(|draw| draw.phase());
        for violation in self.ledger.apply_anyway(&step) {
            self.found_violation(&step, &violation, sealed_before, &about, now);
        }
        let Some(draw) = &step.step().draw else { return Ok((String::new(), false)) };
        if self.ledger.draw(draw).is_none() {
            // A draw that was never announced has no state; its steps are kept with those that are none.
            return Ok((NO_STEP.to_owned(), false));
        }
        self.used(draw);
        if let Some(state) = &mut self.state {
            state.pending.insert(draw.to_string());
        }
        let witnessed = matches!(step.step().kind, StepKind::Sealed(_) | StepKind::Vacated(_) | StepKind::Voided(_));
        Ok((draw.to_string(), witnessed))
    }

    fn found_violation(
        &mut self,
        step: &SignedStep,
        violation: &Violation,
        before: Option<Phase>,
        about: &str,
        now: u64,
    ) {
        let sealed = matches!(step.step().kind, StepKind::Sealed(_));
        let id = match &violation.rule {
            Rule::Order { .. } if sealed && before.is_some_and(|phase| phase != Phase::Announced) => Id::SealSecond,
            Rule::OpenAttempt { .. } | Rule::Attempt { .. } | Rule::Previous { .. } | Rule::DrawReused { .. } => {
                Id::AttemptSecond
            }
            Rule::Late { .. } => Id::SealLate,
            Rule::ServiceKey { .. } | Rule::KeyChange | Rule::KeySignatures => Id::KeyChanged,
            Rule::UnknownChain { .. } | Rule::OtherRound { .. } | Rule::Beacon(_) => Id::BeaconWrong,
            _ => Id::StepRule,
        };
        let draw = step.step().draw.as_ref().map_or_else(String::new, |draw| format!("draw '{draw}', "));
        self.findings.find(id, about, format!("{draw}{violation}"), now);
    }

    /// Writes down what was read: entries, then findings, then the state that says so.
    fn commit(&mut self, chunk: &mut Vec<(String, Vec<u8>)>) -> Result<(), Stop> {
        if !chunk.is_empty() {
            self.steps.append(chunk)?;
            chunk.clear();
        }
        if let Some(state) = &mut self.state {
            state.set(&self.frontier, self.ledger.stand(), self.steps.len());
        }
        self.save()?;
        self.put_aside();
        Ok(())
    }
}
