//! The rules of spec §4 as a state machine: which step may follow which.
//!
//! A [`Ledger`] is replayed step by step; each step costs the same however long the log is. The service asks it before every append, so
//! it can log nothing that a verifier would call a violation; the verifier replays a bundle's steps, and the whole log, through the
//! same rules. It never recomputes an outcome: who holds a seat it learns from [`Ledger::set_outcome`], and where nobody told it, it
//! checks as much as the steps alone allow. It reads no clock: a step's own time is all it knows.

mod judge;
mod judge_draw;
mod keys;
mod record;
mod shelf;
mod state;
mod violation;

use std::collections::{BTreeMap, BTreeSet};

use klero_draw::beacon::{Chain, VerifiedRound};
use klero_draw::hash::{ArtifactHash, ChainHash, StepHash};
use klero_draw::names::Slug;
use klero_draw::step::{Predecessor, SignedStep, StepError, StepKind, UnverifiedStep};
use klero_tlog::VerifierKey;

use judge::Judgement;
use state::Purposes;

pub use keys::next_key;
pub use shelf::{Resumed, Stand};
pub use state::{
    Answer, DrawState, DrawnResult, Enrolment, Logged, OrganiserState, Phase, PurposeState, Seal, Vacancy, Void,
};
pub use violation::{Rule, Violation};

/// How long a recovery waits before it is in force, in seconds: 30 days (spec §4.3).
pub const RECOVERY_WAIT_SECS: u64 = 2_592_000;

/// Everything that the steps so far say.
#[derive(Debug, Clone)]
pub struct Ledger {
    /// Only some of the log's steps are seen: gaps between them are no violation.
    partial: bool,
    origin: Option<String>,
    rehearsal: Option<Chain>,
    /// The last is in force.
    log_keys: Vec<VerifierKey>,
    /// For each log key the size of the log from which on it signs checkpoints.
    log_keys_from: Vec<u64>,
    /// The last is in force.
    service_keys: Vec<VerifierKey>,
    key_steps: Vec<u64>,
    next: u64,
    head: StepHash,
    time: u64,
    closed: bool,
    /// Once closed: the key of the log that goes on, if any does.
    successor: Option<VerifierKey>,
    predecessor: Option<Predecessor>,
    organisers: BTreeMap<Slug, OrganiserState>,
    purposes: Purposes,
    draws: BTreeMap<Slug, DrawState>,
    /// Draws in the order in which they were announced.
    order: Vec<Slug>,
    /// Draws whose state was put aside: they are known, and nothing is known of them.
    aside: BTreeSet<Slug>,
    /// Rounds that verified lately: many draws may wait for one, and a pairing takes a millisecond.
    rounds: Vec<VerifiedRound>,
}

impl Default for Ledger {
    fn default() -> Self {
        Self::new()
    }
}

impl Ledger {
    /// The ledger of an empty log, for all of its steps.
    #[must_use]
    pub fn new() -> Self {
        Self {
            partial: false,
            origin: None,
            rehearsal: None,
            log_keys: Vec::new(),
            log_keys_from: Vec::new(),
            service_keys: Vec::new(),
            key_steps: Vec::new(),
            next: 0,
            head: StepHash::ZERO,
            time: 0,
            closed: false,
            successor: None,
            predecessor: None,
            organisers: BTreeMap::new(),
            purposes: Purposes::new(),
            draws: BTreeMap::new(),
            order: Vec::new(),
            aside: BTreeSet::new(),
            rounds: Vec::new(),
        }
    }

    /// A ledger for the steps of a bundle: those of one organiser's purpose, with gaps between them.
    #[must_use]
    pub fn partial() -> Self {
        Self { partial: true, ..Self::new() }
    }

    /// Reads an entry and checks its signature by the service key in force; the first entry's by the key that it names itself.
    pub fn open(&self, entry: &[u8]) -> Result<SignedStep, StepError> {
        let step = UnverifiedStep::parse(entry)?;
        let key = match (self.service_keys.last(), &step.claims().kind) {
            (Some(key), _) => key.clone(),
            (None, StepKind::Opened(opened)) => opened.service.clone(),
            (None, _) => return Err(StepError::SignatureLines { found: 0 }),
        };
        step.verify(&key)
    }

    /// Whether a step may follow. The step's signature was checked when it was opened; here its key must be the one in force.
    pub fn check(&self, step: &SignedStep) -> Result<(), Violation> {
        self.admit(step).map(|_| ())
    }

    /// Checks a step and takes it in. On a violation nothing changes.
    pub fn apply(&mut self, step: &SignedStep) -> Result<(), Violation> {
        let judgement = self.admit(step)?;
        self.record(step, judgement);
        Ok(())
    }

    /// Takes a step in whatever it breaks, as far as it makes sense, and says all that it breaks: for a verifier, who reports every
    /// failure and not only the first.
    pub fn apply_anyway(&mut self, step: &SignedStep) -> Vec<Violation> {
        let mut judgement = self.judge(step);
        let rules = std::mem::take(&mut judgement.rules);
        self.record(step, judgement);
        let (seq, kind) = (step.step().seq, step.step().kind.name());
        rules.into_iter().map(|rule| Violation { seq, kind, rule }).collect()
    }

    /// Takes note of a step's place, time and key alone: for the step of an earlier draw that a linked pool's bundle holds.
    pub fn pass_over(&mut self, step: &SignedStep) -> Vec<Violation> {
        let mut rules = Vec::new();
        self.judge_place(step, &mut rules);
        self.record_place(step);
        let (seq, kind) = (step.step().seq, step.step().kind.name());
        rules.into_iter().map(|rule| Violation { seq, kind, rule }).collect()
    }

    /// Goes past an entry of a whole log that is no step, or that the service key did not sign: what follows it is linked to its place and hash.
    pub fn go_past(&mut self, entry: StepHash) {
        self.next = self.next.saturating_add(1);
        self.head = entry;
    }

    fn admit(&self, step: &SignedStep) -> Result<Judgement, Violation> {
        let judgement = self.judge(step);
        match judgement.rules.first() {
            None => Ok(judgement),
            Some(rule) => Err(Violation { seq: step.step().seq, kind: step.step().kind.name(), rule: rule.clone() }),
        }
    }

    /// Tells the ledger who was drawn, from an outcome artifact with this hash. Ignored if it is not the outcome that counts.
    pub fn set_outcome(&mut self, draw: &Slug, outcome: &ArtifactHash, drawn: impl IntoIterator<Item = u32>) {
        if let Some(state) = self.draws.get_mut(draw)
            && state.results.last().is_some_and(|result| result.outcome == *outcome)
        {
            state.drawn = Some(drawn.into_iter().collect());
        }
    }

    /// How many steps the log has; in a bundle, one more than the index of the latest.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.next
    }
    /// Leaf hash of the latest step; zeros before the first.
    #[must_use]
    pub fn head(&self) -> StepHash {
        self.head
    }
    /// Time of the latest step, Unix seconds; 0 before the first.
    #[must_use]
    pub fn time(&self) -> u64 {
        self.time
    }
    /// The log's origin, once opened.
    #[must_use]
    pub fn origin(&self) -> Option<&str> {
        self.origin.as_deref()
    }
    /// The log's rehearsal beacon, which proves nothing.
    #[must_use]
    pub fn rehearsal(&self) -> Option<&Chain> {
        self.rehearsal.as_ref()
    }
    /// All keys that ever signed checkpoints; the last is in force.
    #[must_use]
    pub fn log_keys(&self) -> &[VerifierKey] {
        &self.log_keys
    }
    /// The key that must have signed a checkpoint of `size` entries (spec §4.2): a checkpoint that covers a change of the log key bears a signature by
    /// the new one.
    #[must_use]
    pub fn log_key_at(&self, size: u64) -> Option<&VerifierKey> {
        let changes = self.log_keys.iter().zip(&self.log_keys_from);
        changes.take_while(|(_, from)| **from <= size).last().map(|(key, _)| key)
    }
    /// All keys that ever signed steps; the last is in force.
    #[must_use]
    pub fn service_keys(&self) -> &[VerifierKey] {
        &self.service_keys
    }
    /// Indices of the `key` steps, ascending.
    #[must_use]
    pub fn key_steps(&self) -> &[u64] {
        &self.key_steps
    }
    /// Whether the log has ended.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed
    }
    /// The log key of the log that goes on after this one, as its last step names it.
    #[must_use]
    pub fn successor(&self) -> Option<&VerifierKey> {
        self.successor.as_ref()
    }
    /// The log that this one continues, as its first step names it. Only reading that one shows that it names this one too.
    #[must_use]
    pub fn predecessor(&self) -> Option<&Predecessor> {
        self.predecessor.as_ref()
    }
    /// Whether this log and the one before it name each other: the step that closed that one, and its last log key, are those that this one names, and
    /// it names this one's first log key.
    #[must_use]
    pub fn continues(&self, before: &Self) -> bool {
        let named = self.predecessor.as_ref().is_some_and(|named| {
            before.closed && named.closed == before.head && Some(&named.log.0) == before.log_keys.last()
        });
        named && before.successor.is_some() && before.successor.as_ref() == self.log_keys.first()
    }
    /// An organiser.
    #[must_use]
    pub fn organiser(&self, id: &Slug) -> Option<&OrganiserState> {
        self.organisers.get(id)
    }
    /// All organisers, by slug.
    pub fn organisers(&self) -> impl Iterator<Item = (&Slug, &OrganiserState)> {
        self.organisers.iter()
    }
    /// A draw.
    #[must_use]
    pub fn draw(&self, draw: &Slug) -> Option<&DrawState> {
        self.draws.get(draw)
    }
    /// All draws, in the order in which they were announced, but those put aside.
    pub fn draws(&self) -> impl Iterator<Item = (&Slug, &DrawState)> {
        self.order.iter().filter_map(|draw| Some((draw, self.draws.get(draw)?)))
    }
    /// The attempts for one organiser's purpose.
    #[must_use]
    pub fn purpose(&self, organiser: &Slug, purpose: &Slug) -> Option<&PurposeState> {
        self.purposes.get(&(organiser.clone(), purpose.clone()))
    }
    /// The beacon chain with this hash, if this log may use it: a pinned one, or the log's rehearsal beacon.
    #[must_use]
    pub fn chain(&self, hash: &ChainHash) -> Option<Chain> {
        let pinned = crate::trust::pinned_chains();
        pinned.into_iter().chain(self.rehearsal.clone()).find(|chain| chain.hash() == *hash)
    }
}
