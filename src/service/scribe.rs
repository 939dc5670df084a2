//! Turns drafts into signed steps, in the sequencer's one thread. The rules of the log (spec §4) are the ledger's, and no step is
//! signed that the ledger refuses; so the service cannot log what a verifier would call a violation.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use klero_draw::beacon::Chain;
use klero_draw::hash::{ArtifactHash, PoolRoot, StepHash};
use klero_draw::names::Slug;
use klero_draw::organiser::{KeyRole, VoidReason};
use klero_draw::step::{SignedStep, Step, StepKind};
use klero_tlog::Note;
use tokio::sync::watch;

use klero_verifier::ledger::{Ledger, Phase};

use super::kept::Kept;
use super::refusal::{NO_VACANCY, NO_WITNESSES, Refusal};
use crate::clock::SharedClock;
use crate::key_ring::KeyRing;
use crate::sequencer::cosigning::lock;
use crate::sequencer::{Admit, Place, PublishedCheckpoint};

/// What somebody wants to have logged.
#[derive(Debug)]
pub struct Draft {
    /// The draw it belongs to.
    pub draw: Option<Slug>,
    /// What happened.
    pub kind: StepKind,
}

/// The ledger as the world sees it: only what is durable and published.
pub type PublicLedger = Arc<RwLock<Ledger>>;

/// A step that is logged and not public: its batch is under way, or waits for witnesses.
#[derive(Debug, Clone)]
pub struct Unpublished {
    /// Its index.
    pub seq: u64,
    /// Its kind.
    pub kind: &'static str,
    /// The draw it belongs to.
    pub draw: Option<Slug>,
    /// For a seal: the chain and the round that it waits for, and when that is published, Unix seconds.
    pub round: Option<(Chain, u64, u64)>,
    /// For a seal: the root of its pool, and its table.
    pub pool: Option<(PoolRoot, Option<ArtifactHash>)>,
    /// Its bytes.
    pub entry: Arc<[u8]>,
}

/// All of them, in the order of the log; shared with readers.
pub type UnpublishedSteps = Arc<Mutex<Vec<Unpublished>>>;

/// Writes steps.
pub struct Scribe {
    /// Runs ahead of `public` by what is not published.
    ledger: Ledger,
    public: PublicLedger,
    /// Admitted, not yet published.
    pending: VecDeque<SignedStep>,
    unpublished: UnpublishedSteps,
    /// How many entries were public before this process began; `None`: all of them.
    public_at_first: Option<u64>,
    /// Whether the log was read through.
    opened: bool,
    /// Where cosigned checkpoints are kept.
    kept: Kept,
    /// Keep checkpoints for their outside timestamps even where no witness is asked.
    keep_always: bool,
    /// The size of the latest checkpoint that was kept, and the steps it was kept for.
    latest_kept: (u64, Vec<u64>),
    /// Size of the published ledger, told after the ledger has it.
    told: watch::Sender<u64>,
    keys: Keys,
    clock: SharedClock,
}

/// The keys of a log: told of every change that the log makes.
#[derive(Debug, Clone)]
pub struct Keys {
    /// They sign checkpoints.
    pub log: Arc<KeyRing>,
    /// They sign steps.
    pub service: Arc<KeyRing>,
}

impl Keys {
    /// Those of one role.
    #[must_use]
    pub fn of(&self, role: KeyRole) -> &Arc<KeyRing> {
        match role {
            KeyRole::Log => &self.log,
            KeyRole::Service => &self.service,
        }
    }

    fn follow(&self, kind: &StepKind) {
        match kind {
            StepKind::Opened(opened) => {
                self.log.begin(&opened.log);
                self.service.begin(&opened.service);
            }
            StepKind::Key(note) => self.of(note.value().role).follow(&note.value().new.0),
            _ => {}
        }
    }
}

impl Scribe {
    /// A scribe for a log that will be replayed into it.
    #[must_use]
    pub fn new(keys: Keys, clock: SharedClock, kept: Kept) -> Self {
        Self {
            ledger: Ledger::new(),
            public: PublicLedger::default(),
            pending: VecDeque::new(),
            unpublished: UnpublishedSteps::default(),
            public_at_first: None,
            opened: false,
            kept,
            keep_always: false,
            latest_kept: (0, Vec::new()),
            told: watch::Sender::new(0),
            keys,
            clock,
        }
    }

    /// The published ledger, to be shared with readers.
    #[must_use]
    pub fn public(&self) -> PublicLedger {
        Arc::clone(&self.public)
    }

    /// Tells of each change of the published ledger, after it can be read there.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.told.subscribe()
    }

    /// Steps that are logged and not public, to be shared with readers.
    #[must_use]
    pub fn unpublished(&self) -> UnpublishedSteps {
        Arc::clone(&self.unpublished)
    }

    /// From now on keeps the checkpoints of seals even where no witness is asked: outside timestamps are taken on them.
    pub fn keep_always(&mut self) {
        self.keep_always = true;
    }

    /// Takes into the public ledger what a checkpoint of this size covers. What was applied once applies again: the public ledger is the same function of
    /// the same steps.
    fn publish(&mut self, size: u64) -> Result<(), Refusal> {
        let mut public = self.public.write().unwrap_or_else(PoisonError::into_inner);
        while self.pending.front().is_some_and(|step| step.step().seq < size) {
            if let Some(step) = self.pending.pop_front() {
                public.apply(&step)?;
            }
        }
        lock(&self.unpublished).retain(|step| step.seq >= size);
        Ok(())
    }

    fn pend(&mut self, step: SignedStep) {
        let round = match &step.step().kind {
            StepKind::Sealed(_) => step.step().draw.as_ref().and_then(|draw| self.ledger.draw(draw)?.seal()),
            _ => None,
        };
        let round =
            round.and_then(|seal| Some((seal.chain.clone()?, seal.terms.value().beacon.round, seal.round_time?)));
        lock(&self.unpublished).push(Unpublished {
            seq: step.step().seq,
            kind: step.step().kind.name(),
            draw: step.step().draw.clone(),
            round,
            pool: match &step.step().kind {
                StepKind::Sealed(sealed) => {
                    let pool = &sealed.terms.value().pool;
                    Some((pool.root, pool.table))
                }
                _ => None,
            },
            entry: step.entry().into(),
        });
        self.pending.push_back(step);
    }

    /// The steps of which the checkpoint of this size is the first that is cosigned, as far as evidence of their time matters.
    fn to_keep(&self, size: u64) -> Vec<u64> {
        let timed = |step: &&SignedStep| {
            matches!(step.step().kind, StepKind::Sealed(_) | StepKind::Vacated(_) | StepKind::Voided(_))
        };
        let mut steps: Vec<u64> =
            self.pending.iter().filter(timed).map(|s| s.step().seq).filter(|s| *s < size).collect();
        if self.latest_kept.0 == 0 {
            // The first since the start: seals that wait and were public before there were witnesses.
            let public = self.public.read().unwrap_or_else(PoisonError::into_inner);
            let waiting = public.draws().filter(|(_, draw)| draw.phase() == Phase::Sealed);
            steps.extend(waiting.filter_map(|(_, draw)| Some(draw.seal()?.at.seq)));
        }
        steps
    }

    /// Keeps a checkpoint for the steps that it is the first to cover.
    fn keep_for(&mut self, checkpoint: &PublishedCheckpoint) -> Result<(), String> {
        let size = checkpoint.head.size;
        let steps = if self.latest_kept.0 == size { self.latest_kept.1.clone() } else { self.to_keep(size) };
        if !steps.is_empty() {
            let note = Note::parse(checkpoint.note.as_bytes()).map_err(|e| e.to_string())?;
            self.kept.keep(&steps, &note).map_err(|e| e.to_string())?;
        }
        self.latest_kept = (size, steps);
        Ok(())
    }

    /// A key that this service has not got would end the log.
    fn key_missing(&self, kind: &StepKind) -> Option<Refusal> {
        let StepKind::Key(note) = kind else { return None };
        let change = note.value();
        (!self.keys.of(change.role).holds(&change.new.0)).then(|| {
            Refusal::new(
                "the private half of the new key is not with this service",
                "change its keys with klero keys rotate",
            )
        })
    }

    /// A wrong outcome is corrected by a verifier's finding, never by this service on its own: it draws once.
    fn already_done(&self, draft: &Draft, time: u64) -> Option<Refusal> {
        if let StepKind::Closed(_) = draft.kind {
            let open = |phase| matches!(phase, Phase::Announced | Phase::Sealed | Phase::Vacated);
            let open: Vec<&str> =
                self.ledger.draws().filter(|(_, draw)| open(draw.phase())).map(|(draw, _)| draw.as_str()).collect();
            return (!open.is_empty()).then(|| {
                let told = format!("draws of this log are not over: {}", open.join(", "));
                Refusal::new(told, "carry them out, or void them, first")
            });
        }
        let draw = draft.draw.as_ref()?;
        let phase = self.ledger.draw(draw)?.phase();
        match (&draft.kind, phase) {
            (StepKind::Drawn(_), phase) if phase != Phase::Sealed => {
                Some(Refusal::waits_not(draw, "is not waiting to be drawn"))
            }
            (StepKind::Replaced(_), phase) if phase != Phase::Vacated => Some(Refusal::waits_not(draw, NO_VACANCY)),
            // Enough witnesses may have cosigned it while the void was on its way.
            (StepKind::Voided(voided), phase) if voided.reason == VoidReason::NoQuorum && phase != Phase::Sealed => {
                Some(Refusal::waits_not(draw, NO_WITNESSES))
            }
            // Spec §4.9: what the round gave would be hidden. Judged here, since the round's time may have come while the void was on its way.
            (StepKind::Voided(voided), Phase::Sealed)
                if voided.round.is_none()
                    && voided.reason != VoidReason::BeaconLost
                    && self.round_is_out(draw, time) =>
            {
                let told = format!("the round of '{draw}' is out, and '{draw}' is not given up without it");
                Some(Refusal::new(told, "ask again: it is drawn, or given up together with its round"))
            }
            _ => None,
        }
    }

    fn round_is_out(&self, draw: &Slug, time: u64) -> bool {
        let seal = self.ledger.draw(draw).and_then(|state| state.seal());
        seal.and_then(|seal| seal.round_time).is_some_and(|at| at <= time)
    }
}

impl Admit for Scribe {
    type Draft = Draft;
    type Refusal = Refusal;

    fn replay(&mut self, place: Place, entry: &[u8]) -> Result<(), Refusal> {
        let step = self.ledger.open(entry).map_err(Refusal::of_the_log)?;
        if step.step().seq != place.seq || step.step().prev != StepHash(*place.prev.as_bytes()) {
            return Err(Refusal::of_the_log("its seq or prev does not fit its place"));
        }
        self.ledger.apply(&step)?;
        self.keys.follow(&step.step().kind);
        match self.public_at_first {
            Some(public) if place.seq >= public => self.pend(step),
            Some(public) if place.seq + 1 == public => {
                *self.public.write().unwrap_or_else(PoisonError::into_inner) = self.ledger.clone();
            }
            _ => {}
        }
        Ok(())
    }

    fn admit(&mut self, place: Place, draft: Draft) -> Result<Vec<u8>, Refusal> {
        // A clock that was set back must not make the log's times fall.
        let time = self.clock.now().max(self.ledger.time());
        if let Some(refusal) = self.already_done(&draft, time).or_else(|| self.key_missing(&draft.kind)) {
            return Err(refusal);
        }
        let step =
            Step { seq: place.seq, prev: StepHash(*place.prev.as_bytes()), time, draw: draft.draw, kind: draft.kind };
        let signer = self.keys.service.signer().map_err(Refusal::of_the_log)?;
        let signed = SignedStep::sign(step, &signer).map_err(Refusal::of_the_step)?;
        self.ledger.apply(&signed)?;
        self.keys.follow(&signed.step().kind);
        let entry = signed.entry().to_vec();
        self.pend(signed);
        Ok(entry)
    }

    fn opening(&mut self, public: Option<u64>) {
        self.public_at_first = public;
    }

    fn keep(&mut self, checkpoint: &PublishedCheckpoint) -> Result<(), String> {
        self.keep_for(checkpoint)
    }

    fn committed(&mut self, checkpoint: &PublishedCheckpoint) {
        if !self.opened {
            self.opened = true;
            if self.public_at_first.is_none() {
                *self.public.write().unwrap_or_else(PoisonError::into_inner) = self.ledger.clone();
            }
        }
        if self.keep_always && self.public_at_first.is_none() {
            // Only outside timestamps rest on it, and they are nobody's condition: without it there are none.
            let _kept = self.keep_for(checkpoint);
        }
        let published = self.publish(checkpoint.head.size);
        debug_assert_eq!(published, Ok(()));
        self.told.send_replace(checkpoint.head.size);
    }
}
