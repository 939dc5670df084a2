//! Taking a judged step in (spec §4). Total: what a broken step says is taken in as far as it makes sense, so that what follows it can
//! still be judged; a second seal, for instance, is not, since the earliest counts.

use klero_draw::beacon::{Chain, VerifiedRound};
use klero_draw::names::Slug;
use klero_draw::note::SignedText;
use klero_draw::organiser::{AnnounceNote, KeyRole, OrganiserNote};
use klero_draw::step::{Sealed, SignedStep, Step, StepKind};
use klero_draw::terms::terms_hash;

use super::Ledger;
use super::judge::{Judgement, in_force_from};
use super::state::{Answer, DrawState, DrawnResult, Enrolment, Logged, Seal, Vacancy, Void};

/// Rounds that are remembered as verified.
const ROUNDS_KEPT: usize = 4;

impl Ledger {
    pub(super) fn record_place(&mut self, step: &SignedStep) {
        self.next = step.step().seq.saturating_add(1);
        self.head = step.hash();
        self.time = self.time.max(step.step().time);
    }

    pub(super) fn record(&mut self, step: &SignedStep, judgement: Judgement) {
        self.record_place(step);
        if let Some(round) = judgement.round.as_ref().filter(|round| !self.rounds.contains(round)) {
            self.rounds.push(round.clone());
            let spare = self.rounds.len().saturating_sub(ROUNDS_KEPT);
            self.rounds.drain(..spare);
        }
        let at = Logged { seq: step.step().seq, hash: step.hash(), time: step.step().time };
        self.record_step(step.step(), at, judgement.round);
    }

    pub(super) fn record_step(&mut self, step: &Step, at: Logged, round: Option<VerifiedRound>) {
        match &step.kind {
            StepKind::Opened(opened) if self.origin.is_none() => {
                self.origin = Some(opened.log.name().as_str().to_owned());
                self.log_keys.push(opened.log.clone());
                self.log_keys_from.push(0);
                self.service_keys.push(opened.service.clone());
                self.rehearsal = opened.rehearsal.clone().map(Chain::rehearsal);
                self.predecessor = opened.predecessor.clone();
            }
            StepKind::Opened(_) => {}
            StepKind::Key(note) => {
                self.key_steps.push(at.seq);
                match note.value().role {
                    KeyRole::Log => {
                        self.log_keys.push(note.value().new.0.clone());
                        self.log_keys_from.push(at.seq.saturating_add(1));
                    }
                    KeyRole::Service => self.service_keys.push(note.value().new.0.clone()),
                }
            }
            StepKind::Closed(successor) => {
                self.closed = true;
                self.successor = successor.clone().map(|key| key.0);
            }
            StepKind::Organiser(note) => self.record_organiser(note, at),
            StepKind::Announced(note) => self.record_announced(note.value(), at),
            kind => {
                let seal = match kind {
                    StepKind::Sealed(sealed) => Some(self.read_seal(sealed, at)),
                    _ => None,
                };
                let draw = step.draw.as_ref().and_then(|draw| self.draws.get_mut(draw));
                if let Some(draw) = draw {
                    draw.steps.push(at.seq);
                    record_in_draw(draw, kind, at, seal, round);
                }
            }
        }
    }

    fn record_organiser(&mut self, note: &SignedText<OrganiserNote>, at: Logged) {
        let state = self.organisers.entry(note.value().id.clone()).or_default();
        // Whatever comes while a recovery waits ends it: the old threshold's veto, or a newer recovery, which waits anew.
        for pending in state.versions.iter_mut().filter(|version| version.from > at.time) {
            pending.cancelled = true;
        }
        let from = in_force_from(note.value(), at.time);
        state.versions.push(Enrolment { at, note: note.value().clone(), from, cancelled: false });
    }

    fn record_announced(&mut self, note: &AnnounceNote, at: Logged) {
        let draw: Slug = note.draw.clone();
        if let Some(state) = self.draws.get_mut(&draw) {
            state.announced = note.clone();
            state.steps.push(at.seq);
            return;
        }
        let mut state = DrawState::new(note.clone(), at);
        state.steps.push(at.seq);
        let purpose = (note.organiser.clone(), note.purpose.clone());
        self.purposes.entry(purpose).or_default().draws.push(draw.clone());
        self.order.push(draw.clone());
        self.draws.insert(draw, state);
    }

    fn read_seal(&self, sealed: &Sealed, at: Logged) -> Seal {
        let terms = sealed.terms.value();
        let chain = self.chain(&terms.beacon.chain);
        let round_time = chain.as_ref().and_then(|chain| chain.info().time_of(terms.beacon.round));
        Seal {
            at,
            terms_hash: terms_hash(sealed.terms.text()),
            terms: sealed.terms.clone(),
            organiser: sealed.organiser,
            chain,
            round_time,
        }
    }
}

fn record_in_draw(draw: &mut DrawState, kind: &StepKind, at: Logged, seal: Option<Seal>, round: Option<VerifiedRound>) {
    match kind {
        StepKind::Sealed(_) if draw.seal.is_none() => draw.seal = seal,
        StepKind::Drawn(drawn) => {
            draw.results.push(DrawnResult { at, outcome: drawn.outcome, round });
            draw.drawn = None;
        }
        StepKind::Vacated(note) => {
            let chain = draw.seal.as_ref().and_then(|seal| seal.chain.as_ref());
            let fresh = note.value().beacon;
            let round_time = chain.zip(fresh).and_then(|(chain, fresh)| chain.info().time_of(fresh.round));
            draw.left.extend(note.value().seats.iter().map(|seat| seat.index));
            draw.vacancies.push(Vacancy { at, note: (**note).clone(), round_time, answer: None });
        }
        StepKind::Replaced(replaced) => {
            let open = draw.vacancies.iter_mut().find(|vacancy| vacancy.at.hash == replaced.vacated);
            if let Some(vacancy) = open.filter(|vacancy| vacancy.answer.is_none()) {
                vacancy.answer = Some(Answer {
                    at,
                    left: replaced.left.clone(),
                    seated: replaced.seated.clone(),
                    outcome: replaced.outcome,
                    round,
                });
                draw.joined.extend(&replaced.seated);
            }
        }
        StepKind::Voided(voided) if draw.void.is_none() => {
            draw.void = Some(Void { at, reason: voided.reason, round });
        }
        StepKind::Annulled(note) if draw.annulled.is_none() => draw.annulled = Some((at, note.value().reason)),
        StepKind::Erased(_) if draw.erased.is_none() => draw.erased = Some(at),
        _ => {}
    }
}
