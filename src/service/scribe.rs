//! Turns drafts into signed steps, in the sequencer's one thread. The rules of the log (spec §4) are the ledger's, and no step is
//! signed that the ledger refuses; so the service cannot log what a verifier would call a violation.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use klero_draw::hash::StepHash;
use klero_draw::names::Slug;
use klero_draw::step::{SignedStep, Step, StepKind};
use klero_tlog::SignerKey;
use tokio::sync::watch;

use klero_verifier::ledger::{Ledger, Phase};

use crate::clock::SharedClock;
use crate::sequencer::{Admit, Place, PublishedCheckpoint};

/// What somebody wants to have logged.
#[derive(Debug)]
pub struct Draft {
    /// The draw it belongs to.
    pub draw: Option<Slug>,
    /// What happened.
    pub kind: StepKind,
}

/// Why a step is not logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(pub String);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The ledger as the world sees it: only what is durable and published.
pub type PublicLedger = Arc<RwLock<Ledger>>;

/// Writes steps.
pub struct Scribe {
    /// Runs ahead of `public` by at most the batch under way.
    ledger: Ledger,
    public: PublicLedger,
    /// Admitted, not yet published.
    pending: Vec<SignedStep>,
    /// Size of the published ledger, told after the ledger has it.
    told: watch::Sender<u64>,
    signer: SignerKey,
    clock: SharedClock,
}

impl Scribe {
    /// A scribe for a log that will be replayed into it.
    #[must_use]
    pub fn new(signer: SignerKey, clock: SharedClock) -> Self {
        Self {
            ledger: Ledger::new(),
            public: PublicLedger::default(),
            pending: Vec::new(),
            told: watch::Sender::new(0),
            signer,
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

    fn publish(&mut self) -> Result<(), Refusal> {
        let mut public = self.public.write().unwrap_or_else(PoisonError::into_inner);
        for step in self.pending.drain(..) {
            public.apply(&step).map_err(|e| Refusal(e.to_string()))?;
        }
        Ok(())
    }

    /// A wrong outcome is corrected by a verifier's finding, never by this service on its own: it draws once.
    fn already_done(&self, draft: &Draft) -> Option<Refusal> {
        let draw = draft.draw.as_ref()?;
        let phase = self.ledger.draw(draw)?.phase();
        match (&draft.kind, phase) {
            (StepKind::Drawn(_), phase) if phase != Phase::Sealed => {
                Some(Refusal(format!("'{draw}' is not waiting to be drawn")))
            }
            (StepKind::Replaced(_), phase) if phase != Phase::Vacated => {
                Some(Refusal(format!("'{draw}' has no vacancy that waits to be filled")))
            }
            _ => None,
        }
    }
}

impl Admit for Scribe {
    type Draft = Draft;
    type Refusal = Refusal;

    fn replay(&mut self, place: Place, entry: &[u8]) -> Result<(), Refusal> {
        let step = self.ledger.open(entry).map_err(|e| Refusal(e.to_string()))?;
        if step.step().seq != place.seq || step.step().prev != StepHash(*place.prev.as_bytes()) {
            return Err(Refusal("its seq or prev does not fit its place".to_owned()));
        }
        self.ledger.apply(&step).map_err(|e| Refusal(e.to_string()))?;
        self.pending.push(step);
        self.publish()
    }

    fn admit(&mut self, place: Place, draft: Draft) -> Result<Vec<u8>, Refusal> {
        if let Some(refusal) = self.already_done(&draft) {
            return Err(refusal);
        }
        let step = Step {
            seq: place.seq,
            prev: StepHash(*place.prev.as_bytes()),
            // A clock that was set back must not make the log's times fall.
            time: self.clock.now().max(self.ledger.time()),
            draw: draft.draw,
            kind: draft.kind,
        };
        let signed = SignedStep::sign(step, &self.signer).map_err(|e| Refusal(e.to_string()))?;
        self.ledger.apply(&signed).map_err(|e| Refusal(e.to_string()))?;
        let entry = signed.entry().to_vec();
        self.pending.push(signed);
        Ok(entry)
    }

    fn committed(&mut self, _: &PublishedCheckpoint) {
        // What was applied once applies again: the public ledger is the same function of the same steps.
        let published = self.publish();
        debug_assert_eq!(published, Ok(()));
        self.told.send_replace(self.ledger.size());
    }
}
