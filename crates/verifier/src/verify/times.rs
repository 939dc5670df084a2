//! `time.round`, `time.sealed` and `beacon.signature` (spec §9.3). What the steps' own times and rounds break, the ledger has reported;
//! here is what only a verifier knows: its witnesses, its margin, its accepted chains.

use klero_draw::hash::StepHash;
use klero_tlog::Note;
use klero_tlog::policy::PolicyError;

use super::Case;
use crate::report::{CheckId, Finding};

/// Whether something was witnessed before a time.
pub(super) enum InTime {
    /// By a quorum.
    Yes,
    /// By a quorum, but too late.
    Late(String),
    /// Not by a quorum.
    Missing(String),
    /// A cosignature is false.
    False(String),
}

impl Case<'_> {
    pub(super) fn check_times(&mut self) {
        let Some(seal) = self.draw().and_then(|draw| draw.seal()) else { return };
        let mut timed = vec![("the seal", seal.at.hash, seal.round_time)];
        let draw = self.draw();
        for vacancy in draw.map_or(&[][..], |draw| draw.vacancies()) {
            if vacancy.note.value().beacon.is_some() {
                timed.push(("a vacancy", vacancy.at.hash, vacancy.round_time));
            }
        }
        for id in [CheckId::TimeRound, CheckId::TimeSealed] {
            self.checks.require(id);
            self.checks.ran(id);
        }
        if timed.iter().any(|(_, _, round_time)| round_time.is_none()) {
            // The chain is unknown or has no such round: the ledger has said so under another check.
            self.checks.skip(CheckId::TimeRound, "the time of the committed round is not known");
            self.checks.skip(CheckId::TimeSealed, "the time of the committed round is not known");
        }
        if self.trust.is_none_or(|trust| trust.quorum().is_none()) {
            let reason = "by the service's own clock; no witness policy was given, so nobody else vouches for the time";
            if self.options.strict {
                self.checks.skip(CheckId::TimeSealed, format!("logged in time {reason}"));
            } else {
                self.checks.note(CheckId::TimeSealed, reason);
            }
            return;
        }
        for (what, step, round_time) in timed {
            let Some(round_time) = round_time else { continue };
            match self.witnessed_before(&step, round_time) {
                Some(InTime::Yes) | None => {}
                Some(InTime::Late(words)) => {
                    let reason = format!("{what} was witnessed too late: {words}");
                    let expected = format!("before {}", self.deadline(round_time));
                    let finding = Finding { expected: Some(expected), found: None, reason };
                    self.fail(CheckId::TimeSealed, finding);
                }
                Some(InTime::Missing(words)) => {
                    self.checks
                        .skip(CheckId::TimeSealed, format!("{what} was not shown to be witnessed in time: {words}"));
                }
                Some(InTime::False(words)) => self.fail(CheckId::TimeSealed, Finding::because(words)),
            }
        }
    }

    fn deadline(&self, round_time: u64) -> u64 {
        round_time.saturating_sub(self.trust.map_or(0, |trust| trust.margin_secs()))
    }

    /// Whether a checkpoint that covers the step bore the quorum before the round, less the margin (P6, spec §8). `None` without a policy
    /// that has a quorum.
    pub(super) fn witnessed_before(&self, step: &StepHash, round_time: u64) -> Option<InTime> {
        let policy = self.quorum()?;
        let earlier = self.steps.iter().find(|read| read.step.hash() == *step).and_then(|read| read.witnessed.as_ref());
        let earlier = earlier.or_else(|| self.witnessed.get(step));
        let newest = self.newest.as_ref().map(|(note, _)| note);
        let judge = |note: &Note| match policy.evaluate_before(note, self.deadline(round_time)) {
            Ok(_) => InTime::Yes,
            Err(PolicyError::NotMet(not_met)) if not_met.met_without_deadline => {
                InTime::Late(PolicyError::NotMet(not_met).to_string())
            }
            Err(PolicyError::NotMet(not_met)) => InTime::Missing(PolicyError::NotMet(not_met).to_string()),
            Err(error) => InTime::False(error.to_string()),
        };
        Some(match (earlier.map(judge), newest.map(judge)) {
            (Some(InTime::Yes), _) | (_, Some(InTime::Yes)) => InTime::Yes,
            (Some(other), _) => other,
            // The newest checkpoint is naturally late: it shows nothing about when the step was witnessed first.
            (None, Some(InTime::Late(words))) => InTime::Missing(words),
            (None, Some(other)) => other,
            (None, None) => InTime::Missing("there is no checkpoint that holds".to_owned()),
        })
    }

    pub(super) fn check_beacon(&mut self) {
        let Some(draw) = self.draw() else { return };
        let Some(seal) = draw.seal() else { return };
        let chain = seal.terms.value().beacon.chain;
        let void_round = draw.void().is_some_and(|void| void.round.is_some());
        let shown = void_round || draw.result().is_some();
        let cancelled = draw.void().is_some() && draw.cancelled_by_own_time(0);
        let come = seal.round_time.is_some_and(|round_time| self.ledger.time() >= round_time);
        let accepted = self.trust.is_none_or(|trust| trust.chain(&chain).is_some());
        if come && !cancelled {
            self.checks.require(CheckId::BeaconSignature);
        }
        if !accepted {
            let reason = "the beacon chain is not one that the trust file accepts";
            self.fail(CheckId::BeaconSignature, Finding::mismatch("an accepted chain", chain, reason));
        } else if shown {
            self.checks.ran(CheckId::BeaconSignature);
        } else {
            let reason = if cancelled { "cancelled before the round" } else { "no step holds the round yet" };
            self.checks.skip(CheckId::BeaconSignature, reason);
        }
    }
}
