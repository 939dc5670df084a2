//! What is wrong with a step: place, time and key, and the steps that belong to no draw (spec §4, §4.1–4.3). Judging changes nothing.

use klero_draw::beacon::VerifiedRound;
use klero_draw::hash::StepHash;
use klero_draw::names::Slug;
use klero_draw::note::SignedText;
use klero_draw::organiser::{KeyNote, KeyRole, OrganiserNote};
use klero_draw::step::{Opened, SignedStep, StepKind};
use klero_tlog::note::NoteSignature;
use klero_tlog::{Policy, VerifierKey};

use super::keys::{check_enrolment, check_key_change};
use super::state::{Enrolment, OrganiserState};
use super::violation::Rule;
use super::{Ledger, RECOVERY_WAIT_SECS};

/// All that is wrong with a step, and the round that it brought, if that verified.
#[derive(Debug, Default)]
pub(super) struct Judgement {
    pub(super) rules: Vec<Rule>,
    pub(super) round: Option<VerifiedRound>,
    /// Rounds that verified before, byte for byte.
    pub(super) known: Vec<VerifiedRound>,
}

impl Judgement {
    pub(super) fn require(&mut self, holds: bool, rule: Rule) {
        if !holds {
            self.rules.push(rule);
        }
    }
}

impl Ledger {
    pub(super) fn judge(&self, step: &SignedStep) -> Judgement {
        let mut judgement = Judgement { known: self.rounds.clone(), ..Judgement::default() };
        self.judge_place(step, &mut judgement.rules);
        match &step.step().kind {
            StepKind::Opened(opened) => self.judge_opened(opened, step.step().seq, &mut judgement),
            _ if self.origin.is_none() => judgement.rules.push(Rule::NotOpened),
            StepKind::Key(note) => self.judge_key(note, &mut judgement),
            StepKind::Closed(_) => {}
            StepKind::Organiser(note) => self.judge_organiser(note, step.step().time, &mut judgement),
            _ => self.judge_of_draw(step, &mut judgement),
        }
        judgement
    }

    /// Index, link, time, key, and that the log is not closed.
    pub(super) fn judge_place(&self, step: &SignedStep, rules: &mut Vec<Rule>) {
        let (seq, prev, time) = (step.step().seq, step.step().prev, step.step().time);
        if self.closed {
            rules.push(Rule::Closed);
        }
        if seq != self.next && !(self.partial && seq > self.next) {
            rules.push(Rule::Seq { expected: self.next, found: seq });
        }
        let expected = if seq == 0 { StepHash::ZERO } else { self.head };
        // With a gap before it, what it links to is not here to be seen.
        if (seq == self.next || seq == 0) && prev != expected {
            rules.push(Rule::Prev { expected, found: prev });
        }
        if time < self.time {
            rules.push(Rule::TimeFalls { before: self.time, found: time });
        }
        let own = match &step.step().kind {
            StepKind::Opened(opened) => Some(&opened.service),
            _ => None,
        };
        if let Some(key) = self.service_keys.last().or(own)
            && !names_key(step.entry(), key)
        {
            rules.push(Rule::ServiceKey { expected: key.to_text() });
        }
    }

    fn judge_opened(&self, opened: &Opened, seq: u64, judgement: &mut Judgement) {
        judgement.require(self.origin.is_none(), Rule::OpenedTwice);
        // A whole history could lie before it, and no bundle would show it.
        judgement.require(seq == 0, Rule::OpenedAt { found: seq });
        judgement.require(opened.log.public_key() != opened.service.public_key(), Rule::SameKeys);
        let readable = |policy: &String| Policy::parse(policy.as_bytes()).is_ok();
        judgement.require(opened.policy.as_ref().is_none_or(readable), Rule::Policy);
    }

    fn judge_key(&self, note: &SignedText<KeyNote>, judgement: &mut Judgement) {
        let change = note.value();
        self.judge_log(&change.log, judgement);
        let in_force = match change.role {
            KeyRole::Log => self.log_keys.last(),
            KeyRole::Service => self.service_keys.last(),
        };
        let same_log = change.role == KeyRole::Service || change.new.0.name() == change.old.0.name();
        judgement.require(in_force == Some(&change.old.0) && same_log, Rule::KeyChange);
        // A key that served once must not come back, and no key serves in both roles.
        let mut used = self.log_keys.iter().chain(&self.service_keys);
        judgement.require(!used.any(|key| key.public_key() == change.new.0.public_key()), Rule::KeyChange);
        if let Err(rule) = check_key_change(note) {
            judgement.rules.push(rule);
        }
    }

    fn judge_organiser(&self, note: &SignedText<OrganiserNote>, time: u64, judgement: &mut Judgement) {
        let value = note.value();
        self.judge_log(&value.log, judgement);
        let versions = self.organisers.get(&value.id).map_or(&[][..], OrganiserState::versions);
        let expected = versions.last().map_or(1, |latest| latest.note.version.saturating_add(1));
        judgement.require(value.version == expected, Rule::OrganiserVersion { expected, found: value.version });
        let old = self.enrolment(&value.id, time);
        if let Err(rule) = check_enrolment(note, old) {
            judgement.rules.push(rule);
        }
    }

    /// The enrolment that is in force at a step logged at `time`.
    pub(super) fn enrolment(&self, organiser: &Slug, time: u64) -> Option<&Enrolment> {
        self.organisers.get(organiser)?.in_force(time)
    }

    /// A note is for this log and no other.
    pub(super) fn judge_log(&self, log: &str, judgement: &mut Judgement) {
        let origin = self.origin.as_deref().unwrap_or_default();
        judgement.require(log == origin, Rule::OtherLog { expected: origin.to_owned() });
    }

    /// A note of an organiser: for this log, and signed by at least the threshold of the keys in force.
    pub(super) fn judge_note<T>(
        &self,
        note: &SignedText<T>,
        log: &str,
        organiser: &Slug,
        time: u64,
        judgement: &mut Judgement,
    ) {
        self.judge_log(log, judgement);
        let Some(enrolment) = self.enrolment(organiser, time) else {
            judgement.rules.push(Rule::UnknownOrganiser { organiser: organiser.clone() });
            return;
        };
        if let Err(error) = note.verify(&enrolment.keys(), enrolment.note.threshold) {
            judgement.rules.push(Rule::Signatures(error));
        }
    }
}

/// From when an enrolment is in force.
pub(super) fn in_force_from(note: &OrganiserNote, time: u64) -> u64 {
    if note.recovery { time.saturating_add(RECOVERY_WAIT_SECS) } else { time }
}

/// Whether the entry's one signature line names this key. That it verifies was checked when the step was opened.
fn names_key(entry: &[u8], key: &VerifierKey) -> bool {
    let line = std::str::from_utf8(entry)
        .ok()
        .and_then(|text| text.strip_suffix('\n'))
        .and_then(|text| text.rsplit('\n').next());
    line.and_then(NoteSignature::parse).is_some_and(|signature| key.matches(&signature))
}
