//! Keeping a ledger small and beginning again where one stopped, for whoever follows a log for years.
//!
//! A draw's state is a function of its steps, so it can be put aside and made again from them. The steps handed back must be those that were
//! judged when the log was read: nothing is judged again here, and no signature is checked. Whoever keeps them vouches for them, to themselves.

use std::collections::BTreeSet;

use klero_draw::beacon::{Round, VerifiedRound};
use klero_draw::hash::StepHash;
use klero_draw::names::Slug;
use klero_draw::step::{SignedStep, Step, StepError, StepKind, UnverifiedStep};
use klero_tlog::leaf_hash;

use super::Ledger;
use super::state::{DrawState, Logged};

/// Where a ledger stands in its log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stand {
    /// Steps taken in.
    pub size: u64,
    /// Leaf hash of the last.
    pub head: StepHash,
    /// Time of the last, Unix seconds.
    pub time: u64,
}

/// A ledger that goes on where another stopped: made from the steps of its log that belong to no draw, and from each draw's first announcement.
#[derive(Debug, Clone, Default)]
pub struct Resumed(Ledger);

impl Resumed {
    /// The next step that belongs to no draw, or the first announcement of a draw; in the order of the log.
    pub fn take(&mut self, entry: &[u8]) -> Result<(), StepError> {
        let step = UnverifiedStep::parse(entry)?;
        let at = logged(step.claims(), entry);
        self.0.record_step(step.claims(), at, None);
        if let Some(draw) = &step.claims().draw {
            self.0.put_aside(draw);
        }
        Ok(())
    }

    /// The ledger, with all draws put aside.
    #[must_use]
    pub fn at(mut self, stand: Stand) -> Ledger {
        (self.0.next, self.0.head, self.0.time) = (stand.size, stand.head, stand.time);
        self.0
    }
}

impl Ledger {
    /// Where it stands.
    #[must_use]
    pub fn stand(&self) -> Stand {
        Stand { size: self.next, head: self.head, time: self.time }
    }

    /// Forgets a draw's state, but not that there is such a draw.
    pub fn put_aside(&mut self, draw: &Slug) {
        if self.draws.remove(draw).is_some() {
            self.aside.insert(draw.clone());
        }
    }

    /// Makes the state of a draw again that was put aside, from all of its steps so far, in order. Does nothing for any other draw.
    pub fn bring_back<E: AsRef<[u8]>>(&mut self, draw: &Slug, entries: &[E]) -> Result<(), StepError> {
        if !self.aside.remove(draw) {
            return Ok(());
        }
        for entry in entries {
            let entry = entry.as_ref();
            let parsed = UnverifiedStep::parse(entry)?;
            let (step, at) = (parsed.claims(), logged(parsed.claims(), entry));
            match &step.kind {
                StepKind::Announced(note) if !self.draws.contains_key(draw) => {
                    let mut state = DrawState::new(note.value().clone(), at);
                    state.steps.push(at.seq);
                    self.draws.insert(draw.clone(), state);
                }
                _ => {
                    let round = self.round_of(draw, step);
                    self.record_step(step, at, round);
                }
            }
        }
        Ok(())
    }

    /// The draws that were put aside and by whose state this step is judged.
    #[must_use]
    pub fn wanted(&self, step: &SignedStep) -> BTreeSet<Slug> {
        let mut wanted = BTreeSet::new();
        let step = step.step();
        wanted.extend(step.draw.clone());
        match &step.kind {
            StepKind::Announced(note) => {
                let latest = self.purpose(&note.value().organiser, &note.value().purpose);
                wanted.extend(latest.and_then(|purpose| purpose.draws().last().cloned()));
            }
            StepKind::Sealed(sealed) => {
                wanted.extend(sealed.terms.value().pool.from.as_ref().map(|from| from.draw.clone()));
            }
            _ => {}
        }
        wanted.retain(|draw| self.aside.contains(draw));
        wanted
    }

    /// A ledger that knows of one draw alone, and of the draw that its pool is linked to: what is needed to draw it again.
    #[must_use]
    pub fn excerpt(&self, draw: &Slug) -> Self {
        let mut excerpt = Self { draws: std::collections::BTreeMap::new(), order: Vec::new(), ..self.clone_keys() };
        let from = self.draws.get(draw).and_then(|state| state.terms()).and_then(|terms| terms.pool.from.as_ref());
        for slug in from.map(|from| &from.draw).into_iter().chain([draw]) {
            if let Some(state) = self.draws.get(slug) {
                excerpt.order.push(slug.clone());
                excerpt.draws.insert(slug.clone(), state.clone());
            }
        }
        excerpt
    }

    /// The ledger without draws, purposes and organisers' other versions.
    fn clone_keys(&self) -> Self {
        Self {
            partial: true,
            origin: self.origin.clone(),
            rehearsal: self.rehearsal.clone(),
            log_keys: self.log_keys.clone(),
            log_keys_from: self.log_keys_from.clone(),
            service_keys: self.service_keys.clone(),
            key_steps: self.key_steps.clone(),
            next: self.next,
            head: self.head,
            time: self.time,
            closed: self.closed,
            successor: self.successor.clone(),
            predecessor: self.predecessor.clone(),
            organisers: self.organisers.clone(),
            ..Self::new()
        }
    }

    /// The round that a step brought, if it is the one that was committed and verifies.
    fn round_of(&self, draw: &Slug, step: &Step) -> Option<VerifiedRound> {
        let state = self.draws.get(draw)?;
        let seal = state.seal()?;
        let (committed, round): (u64, &Round) = match &step.kind {
            StepKind::Drawn(drawn) => (seal.terms.value().beacon.round, &drawn.round),
            StepKind::Voided(voided) => (seal.terms.value().beacon.round, voided.round.as_ref()?),
            StepKind::Replaced(replaced) => {
                let open = state.vacancies().iter().find(|vacancy| vacancy.at.hash == replaced.vacated)?;
                (open.note.value().beacon.as_ref()?.round, replaced.round.as_ref()?)
            }
            _ => return None,
        };
        (round.round == committed).then(|| seal.chain.as_ref()?.verify(round).ok()).flatten()
    }
}

fn logged(step: &Step, entry: &[u8]) -> Logged {
    Logged { seq: step.seq, hash: StepHash(leaf_hash(entry).to_bytes()), time: step.time }
}
