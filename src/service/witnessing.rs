//! The service and its witnesses: whose agreement publication waits for, whether a seal had it in time, and what happens to one that had not (spec §8, P6).
//!
//! `DIR/policy.txt` is the service's own witness policy, a C2SP tlog-policy whose witness lines bear addresses. With a quorum in it nothing is published without
//! that quorum, no draw is carried out whose seal had no quorum before its deadline, and such a draw is voided. Without one, or with `quorum none`,
//! publication waits for nobody.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use klero_draw::beacon::{Chain, Round};
use klero_draw::hash::StepHash;
use klero_draw::names::Slug;
use klero_draw::organiser::VoidReason;
use klero_draw::step::{StepKind, Voided};
use klero_tlog::{Policy, VerifierKey};
use klero_verifier::ledger::Phase;

use super::Service;
use super::refusal::{NO_WITNESSES, Refusal};
use super::request::Logged;
use super::scribe::{Draft, Unpublished};
use crate::clock::SharedClock;
use crate::cosigning::{Cosigners, Pace, Standing};
use crate::failure::{Failure, Named};
use crate::sequencer::cosigning::lock;

/// How a service deals with its witnesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Witnessing {
    /// How often and how long they are asked; nobody is asked if `None`, and then nothing is published where a quorum is needed.
    pub pace: Option<Pace>,
    /// How long a caller waits for publication before the answer is that the step is logged and waits for witnesses.
    pub patience: Duration,
}

impl Default for Witnessing {
    fn default() -> Self {
        Self { pace: Some(Pace::default()), patience: Duration::from_secs(20) }
    }
}

impl Witnessing {
    /// For the making of a log: its witnesses cannot know its key yet.
    #[must_use]
    pub fn held() -> Self {
        Self { pace: None, patience: Duration::ZERO }
    }
}

/// A seal that no quorum cosigned before its deadline, and that was not drawn.
#[derive(Clone, Debug)]
pub struct Missed {
    /// The draw.
    pub draw: Slug,
    /// Its chain.
    pub chain: Chain,
    /// The committed round.
    pub round: u64,
    /// When that is published, Unix seconds.
    pub at: u64,
}

/// Reads `DIR/policy.txt`. `None` if there is none, or it asks for no witness.
pub(super) fn load_policy(dir: &Path, log_keys: &[VerifierKey]) -> Result<Option<Policy>, Failure> {
    let path = dir.join("policy.txt");
    if !path.exists() {
        return Ok(None);
    }
    let text = std::fs::read(&path).named("read the witness policy", &path)?;
    let policy = check_policy(&text, log_keys)
        .map_err(|failure| Failure { message: format!("{}: {}", path.display(), failure.message), ..failure })?;
    // What is submitted, and what comes back, is checked to be this log's by the keys in force; they may change while the service runs.
    Ok(Some(policy.without_logs()).filter(|policy| !policy.asks_for_no_witness()))
}

/// Reads a policy for a log: if it lists logs, this one must be among them.
pub fn check_policy(text: &[u8], log_keys: &[VerifierKey]) -> Result<Policy, Failure> {
    let policy = Policy::parse(text).map_err(|e| {
        Failure::usage(format!("the witness policy: {e}"))
            .advise("see c2sp.org/tlog-policy and keys/example-policy.txt")
    })?;
    let listed = policy.log_keys();
    if let Some(key) = log_keys.first()
        && !listed.is_empty()
        && !log_keys.iter().any(|key| listed.contains(key))
    {
        return Err(Failure::usage("the witness policy lists other logs than this one")
            .advise(format!("add the line: log {}", key.to_text())));
    }
    Ok(policy)
}

/// The witnesses of a policy, not yet started.
pub(super) fn cosigners(policy: Policy, pace: Pace, clock: SharedClock) -> Result<Arc<Cosigners>, Failure> {
    Cosigners::new(policy, pace, clock)
        .map(Arc::new)
        .map_err(|e| Failure::usage(e).advise("correct the address in policy.txt: witness NAME VKEY https://…"))
}

impl Service {
    /// How it stands with the witnesses; `None` if publication waits for nobody.
    #[must_use]
    pub fn standing(&self) -> Option<Standing> {
        self.cosigners.as_ref().map(|cosigners| cosigners.standing())
    }

    /// Steps that are logged and not public yet.
    #[must_use]
    pub fn unpublished(&self) -> Vec<Unpublished> {
        lock(&self.unpublished).clone()
    }

    /// The latest step from number `from` on whose bytes hold `part`, public or not: its number and its leaf hash.
    pub fn step_with(&self, part: &[u8], from: u64) -> Result<Option<(u64, StepHash)>, Failure> {
        // What waits first: a step that is published meanwhile is then found among the public ones.
        let waiting = self.unpublished();
        let holds = |entry: &[u8]| !part.is_empty() && entry.windows(part.len()).any(|window| window == part);
        let leaf = |entry: &[u8]| StepHash(*klero_tlog::leaf_hash(entry).as_bytes());
        if let Some(step) = waiting.iter().rev().find(|step| step.seq >= from && holds(&step.entry)) {
            return Ok(Some((step.seq, leaf(&step.entry))));
        }
        let reader = self.reader();
        for seq in (from..self.size()).rev() {
            let entry = reader.entry(seq).map_err(|e| Failure::unavailable(&e).advise(e.advice()))?;
            if holds(&entry) {
                return Ok(Some((seq, leaf(&entry))));
            }
        }
        Ok(None)
    }

    /// What everybody should know who looks at this log: that nothing new is published, and why. `None` if all is well.
    #[must_use]
    pub fn notice(&self) -> Option<String> {
        let standing = self.standing().unwrap_or_default();
        if let Some(alarm) = standing.alarm {
            return Some(format!("Nothing is published any more. Two histories of this log were signed: {alarm}."));
        }
        // The reason may name files of the server: it is for the operator.
        if self.read_only().is_some() {
            return Some("Nothing new is published: this log is read-only at the moment.".to_owned());
        }
        if let Some(closed) = self.closed() {
            return Some(closed);
        }
        let waiting = lock(&self.unpublished).len();
        match standing.missing {
            Some(missing) if waiting > 0 => Some(format!(
                "{waiting} step{} logged and not published yet: too few witnesses have confirmed {}: {missing}.",
                if waiting == 1 { " is" } else { "s are" },
                if waiting == 1 { "it" } else { "them" },
            )),
            _ => None,
        }
    }

    /// Whether a quorum cosigned a seal before its deadline, by the kept evidence. Always, where no witnesses are asked.
    pub(super) fn sealed_in_time(&self, seq: u64, round_time: u64) -> bool {
        let Some(cosigners) = &self.cosigners else { return true };
        let deadline = round_time.saturating_sub(self.config.margin_secs);
        let kept = self.kept.get(seq).ok().flatten();
        kept.is_some_and(|note| cosigners.policy().evaluate_before(&note, deadline).is_ok())
    }

    /// Seals whose deadline has passed without a quorum. Each is to be voided.
    #[must_use]
    pub fn missed_seals(&self) -> Vec<Missed> {
        if self.cosigners.is_none() {
            return Vec::new();
        }
        let late = self.clock.now().saturating_add(self.config.margin_secs);
        let waiting = self.unpublished();
        let voided = |draw: &Slug| waiting.iter().any(|step| step.kind == "voided" && step.draw.as_ref() == Some(draw));
        let mut missed: Vec<Missed> = waiting
            .iter()
            .filter_map(|step| {
                let (chain, round, at) = step.round.clone()?;
                Some(Missed { draw: step.draw.clone()?, chain, round, at })
            })
            .filter(|missed| missed.at <= late)
            .collect();
        let ledger = self.ledger();
        for (draw, state) in ledger.draws().filter(|(_, state)| state.phase() == Phase::Sealed) {
            let Some(seal) = state.seal() else { continue };
            if let (Some(chain), Some(at)) = (seal.chain.clone(), seal.round_time)
                && at <= late
                && !self.sealed_in_time(seal.at.seq, at)
            {
                missed.push(Missed { draw: draw.clone(), chain, round: seal.terms.value().beacon.round, at });
            }
        }
        missed.retain(|missed| !voided(&missed.draw));
        missed
    }

    /// When the next seal that is not public yet runs out of time, Unix seconds.
    #[must_use]
    pub(super) fn next_deadline(&self) -> Option<u64> {
        let now = self.clock.now();
        let waiting = self.unpublished();
        let deadlines =
            waiting.iter().filter_map(|step| Some(step.round.as_ref()?.2.saturating_sub(self.config.margin_secs)));
        deadlines.filter(|at| *at > now).min()
    }

    /// Voids a draw whose seal had no quorum in time. `round`: the committed round, once it is known, as spec §4.9 wants of an abandonment.
    pub fn void_no_quorum(&self, draw: &Slug, round: Option<Round>) -> Result<Logged, Failure> {
        if !self.missed_seals().iter().any(|missed| missed.draw == *draw) {
            return Err(Refusal::waits_not(draw, NO_WITNESSES).into());
        }
        let voided = Voided { reason: VoidReason::NoQuorum, note: None, round };
        self.append(Draft { draw: Some(draw.clone()), kind: StepKind::Voided(voided) })
    }

    /// Whether a step of this draw is logged and not public yet: what would follow it must wait.
    pub(super) fn is_waiting(&self, draw: &Slug) -> bool {
        lock(&self.unpublished).iter().any(|step| step.draw.as_ref() == Some(draw))
    }

    /// Why nothing can be carried out for a draw at the moment, as far as witnesses are concerned.
    pub(super) fn hindered_by_witnesses(&self, draw: &Slug, seal: Option<(u64, u64)>) -> Result<(), Failure> {
        if self.is_waiting(draw) {
            return Err(Failure::unavailable(format!("the latest step of '{draw}' waits for witnesses")).advise(
                "nothing need be done: it is published, and the next step taken, as soon as enough of them answer",
            ));
        }
        match seal {
            Some((seq, round_time)) if !self.sealed_in_time(seq, round_time) => Err(Failure::refused(format!(
                "the seal of '{draw}' was not cosigned by enough witnesses before its deadline"
            ))
            .advise("it cannot be drawn and is voided; announce another attempt")),
            _ => Ok(()),
        }
    }
}
