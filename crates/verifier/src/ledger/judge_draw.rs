//! What is wrong with a step of a draw (spec §4.4–4.12). Judging changes nothing.

use std::collections::BTreeSet;

use klero_draw::beacon::{Chain, Round};
use klero_draw::note::SignedText;
use klero_draw::organiser::{AnnounceNote, AnnulNote, EraseNote, VacateNote, VoidReason};
use klero_draw::step::{Drawn, Replaced, Sealed, SignedStep, StepKind, Voided};
use klero_draw::terms::{Replacement, TABLE_REASON_SIGNERS, check_round};

use super::Ledger;
use super::judge::Judgement;
use super::state::{DrawState, Phase, Seal};
use super::violation::Rule;

impl Ledger {
    pub(super) fn judge_of_draw(&self, step: &SignedStep, judgement: &mut Judgement) {
        let Some(slug) = &step.step().draw else { return };
        let time = step.step().time;
        if let StepKind::Announced(note) = &step.step().kind {
            self.judge_announced(note, time, judgement);
            return;
        }
        let Some(draw) = self.draws.get(slug) else {
            judgement.rules.push(Rule::NotAnnounced { draw: slug.clone() });
            return;
        };
        match &step.step().kind {
            StepKind::Sealed(sealed) => self.judge_sealed(draw, sealed, time, judgement),
            StepKind::Drawn(drawn) => judge_drawn(draw, drawn, time, judgement),
            StepKind::Vacated(note) => self.judge_vacated(draw, note, time, judgement),
            StepKind::Replaced(replaced) => judge_replaced(draw, replaced, time, judgement),
            StepKind::Voided(voided) => self.judge_voided(draw, voided, time, judgement),
            StepKind::Annulled(note) => self.judge_annulled(draw, note, time, judgement),
            StepKind::Erased(note) => self.judge_erased(draw, note, time, judgement),
            _ => {}
        }
    }

    fn judge_announced(&self, note: &SignedText<AnnounceNote>, time: u64, judgement: &mut Judgement) {
        let value = note.value();
        self.judge_note(note, &value.log, &value.organiser, time, judgement);
        if let Some(draw) = self.draws.get(&value.draw) {
            judge_postponed(draw, value, judgement);
            return;
        }
        judgement.require(value.postponed == 0, Rule::Postponed { expected: 0, found: value.postponed });
        let draws = self.purpose(&value.organiser, &value.purpose).map_or(&[][..], |purpose| purpose.draws());
        let latest = draws.last().and_then(|draw| Some((draw, self.draws.get(draw)?)));
        let closed_by = latest.and_then(|(_, state)| state.closed_by());
        if let Some((open, _)) = latest.filter(|_| closed_by.is_none()) {
            judgement.rules.push(Rule::OpenAttempt { open: open.clone() });
        }
        let expected = u64::try_from(draws.len()).unwrap_or(u64::MAX).saturating_add(1);
        judgement.require(value.attempt == expected, Rule::Attempt { expected, found: value.attempt });
        let found = value.previous;
        judgement.require(found == closed_by, Rule::Previous { expected: closed_by, found });
    }

    fn judge_sealed(&self, draw: &DrawState, sealed: &Sealed, time: u64, judgement: &mut Judgement) {
        judge_order(draw, &[Phase::Announced], judgement);
        let terms = sealed.terms.value();
        self.judge_note(&sealed.terms, &terms.log, &terms.organiser, time, judgement);
        if let Some(enrolment) = self.enrolment(&terms.organiser, time) {
            let (expected, found) = (enrolment.at.hash, sealed.organiser);
            judgement.require(found == expected, Rule::OrganiserInForce { expected, found });
        }
        let signers = sealed.terms.lines();
        let enough = terms.pool.table_reason.is_none() || signers >= TABLE_REASON_SIGNERS;
        judgement.require(enough, Rule::TableReason { expected: TABLE_REASON_SIGNERS, found: signers });
        let announced = &draw.announced;
        for (agrees, member) in [
            (terms.attempt == announced.attempt, "attempt"),
            (terms.draws_at == announced.draws_at, "draws_at"),
            (terms.organiser == announced.organiser, "organiser"),
            (terms.previous == announced.previous, "previous"),
            (terms.purpose == announced.purpose, "purpose"),
        ] {
            judgement.require(agrees, Rule::Announcement { member });
        }
        match self.chain(&terms.beacon.chain) {
            None => judgement.rules.push(Rule::UnknownChain { found: terms.beacon.chain }),
            Some(chain) => match terms.check_round(chain.info()) {
                Err(error) => judgement.rules.push(Rule::Round(error)),
                Ok(round_time) => judgement.require(time < round_time, Rule::Late { time, round_time }),
            },
        }
        // A bundle holds one step of the earlier draw; the verifier compares it on its own.
        if let Some(from) = terms.pool.from.as_ref().filter(|_| !self.partial) {
            let earlier = self.draws.get(&from.draw);
            let counts = earlier.filter(|state| matches!(state.phase(), Phase::Drawn | Phase::Vacated));
            match counts.and_then(DrawState::result) {
                None => judgement.rules.push(Rule::FromDraw { draw: from.draw.clone() }),
                Some(result) => judgement.require(
                    result.outcome == from.outcome,
                    Rule::FromOutcome { expected: result.outcome, found: from.outcome },
                ),
            }
            let organiser = earlier.map(|state| &state.announced.organiser);
            judgement.require(organiser == Some(&terms.organiser), Rule::FromDraw { draw: from.draw.clone() });
            let answers = earlier.map_or(&[][..], |state| &state.vacancies).iter();
            let mut logged = answers.filter_map(|vacancy| vacancy.answer.as_ref()).map(|answer| answer.outcome);
            let missing = from.replacements.iter().find(|name| !logged.any(|other| other == **name));
            if let Some(found) = missing {
                judgement.rules.push(Rule::FromReplacement { found: *found });
            }
        }
    }

    fn judge_vacated(&self, draw: &DrawState, note: &SignedText<VacateNote>, time: u64, judgement: &mut Judgement) {
        judge_order(draw, &[Phase::Drawn], judgement);
        let value = note.value();
        self.judge_of_organiser(draw, note, &value.log, &value.organiser, time, judgement);
        let (expected, found) = (draw.after(), value.after);
        judgement.require(expected == Some(found), Rule::After { expected, found });
        for seat in &value.seats {
            let holds = draw.holds_seat(seat.index).unwrap_or(true) && in_pool(draw, seat.index);
            judgement.require(holds, Rule::Seat { index: seat.index, holds: false });
        }
        let Some(seal) = &draw.seal else { return };
        let by_beacon = seal.terms.value().replacement == Replacement::Beacon;
        judgement.require(value.beacon.is_some() == by_beacon, Rule::FreshRound);
        if let (Some(fresh), Some(draws_at), Some(chain)) = (&value.beacon, value.draws_at, &seal.chain) {
            match check_round(chain.info(), fresh, draws_at) {
                Err(error) => judgement.rules.push(Rule::Round(error)),
                Ok(round_time) => judgement.require(time < round_time, Rule::Late { time, round_time }),
            }
        }
    }

    fn judge_voided(&self, draw: &DrawState, voided: &Voided, time: u64, judgement: &mut Judgement) {
        judge_order(draw, &[Phase::Announced, Phase::Sealed], judgement);
        if let Some(note) = &voided.note {
            let value = note.value();
            self.judge_of_organiser(draw, note, &value.log, &value.organiser, time, judgement);
        }
        let Some(seal) = &draw.seal else {
            let needs_seal = matches!(voided.reason, VoidReason::NoQuorum | VoidReason::BeaconLost);
            judgement.require(!needs_seal && voided.round.is_none(), Rule::VoidUnsealed);
            return;
        };
        if let Some(round) = &voided.round {
            let published = seal.round_time.is_some_and(|published| time >= published);
            judgement.require(published, Rule::VoidRound);
            judge_round(seal.chain.as_ref(), seal.terms.value().beacon.round, round, judgement);
        }
        if voided.reason == VoidReason::BeaconLost {
            let draw_by = seal.terms.value().draw_by;
            judgement.require(time >= draw_by, Rule::LostEarly { draw_by, time });
            judgement.require(judgement.round.is_none(), Rule::LostYetThere);
        }
    }

    fn judge_annulled(&self, draw: &DrawState, note: &SignedText<AnnulNote>, time: u64, judgement: &mut Judgement) {
        judge_order(draw, &[Phase::Drawn], judgement);
        let value = note.value();
        self.judge_of_organiser(draw, note, &value.log, &value.organiser, time, judgement);
        let (expected, found) = (draw.after(), value.after);
        judgement.require(expected == Some(found), Rule::After { expected, found });
    }

    fn judge_erased(&self, draw: &DrawState, note: &SignedText<EraseNote>, time: u64, judgement: &mut Judgement) {
        judge_order(draw, &[Phase::Drawn, Phase::Vacated, Phase::Voided, Phase::Annulled], judgement);
        let value = note.value();
        self.judge_of_organiser(draw, note, &value.log, &value.organiser, time, judgement);
        judgement.require(draw.erased.is_none(), Rule::ErasedTwice);
        let (expected, found) = (draw.terms().map(|terms| terms.pool.root), value.root);
        judgement.require(expected == Some(found), Rule::ErasedRoot { expected, found });
    }

    /// A note of the draw's own organiser.
    fn judge_of_organiser<T>(
        &self,
        draw: &DrawState,
        note: &SignedText<T>,
        log: &str,
        organiser: &klero_draw::names::Slug,
        time: u64,
        judgement: &mut Judgement,
    ) {
        let expected = &draw.announced.organiser;
        let other = Rule::OtherOrganiser { expected: expected.clone(), found: organiser.clone() };
        judgement.require(organiser == expected, other);
        self.judge_note(note, log, organiser, time, judgement);
    }
}

fn judge_order(draw: &DrawState, allowed: &[Phase], judgement: &mut Judgement) {
    let phase = draw.phase();
    judgement.require(allowed.contains(&phase), Rule::Order { phase });
}

fn judge_postponed(draw: &DrawState, value: &AnnounceNote, judgement: &mut Judgement) {
    let before = &draw.announced;
    if before.organiser != value.organiser || before.purpose != value.purpose {
        judgement.rules.push(Rule::DrawReused { draw: value.draw.clone() });
        return;
    }
    judge_order(draw, &[Phase::Announced], judgement);
    let expected = before.postponed.saturating_add(1);
    judgement.require(value.postponed == expected, Rule::Postponed { expected, found: value.postponed });
    for (same, member) in
        [(before.attempt == value.attempt, "attempt"), (before.previous == value.previous, "previous")]
    {
        judgement.require(same, Rule::PostponedChange { member });
    }
}

fn judge_drawn(draw: &DrawState, drawn: &Drawn, time: u64, judgement: &mut Judgement) {
    // A correction comes before anybody leaves.
    let phase = draw.phase();
    let first_or_correction = phase == Phase::Sealed || (phase == Phase::Drawn && draw.vacancies.is_empty());
    judgement.require(first_or_correction, Rule::Order { phase });
    let expected = draw.seal.as_ref().map(|seal| seal.terms_hash);
    judgement.require(expected == Some(drawn.terms), Rule::DrawnTerms { expected, found: drawn.terms });
    if let Some(seal) = &draw.seal {
        judge_drawn_round(seal, &drawn.round, time, judgement);
    }
}

fn judge_drawn_round(seal: &Seal, round: &Round, time: u64, judgement: &mut Judgement) {
    judge_round(seal.chain.as_ref(), seal.terms.value().beacon.round, round, judgement);
    if let Some(round_time) = seal.round_time {
        judgement.require(time >= round_time, Rule::Early { time, round_time });
    }
}

/// The round is the committed one and verifies. Without a chain that was judged already, when it was sealed.
fn judge_round(chain: Option<&Chain>, committed: u64, round: &Round, judgement: &mut Judgement) {
    if round.round != committed {
        judgement.rules.push(Rule::OtherRound { expected: committed, found: round.round });
        return;
    }
    let known =
        |chain: &Chain| judgement.known.iter().find(|k| k.chain() == chain.hash() && k.round() == round).cloned();
    match chain.map(|chain| known(chain).map_or_else(|| chain.verify(round), Ok)) {
        Some(Ok(verified)) => judgement.round = Some(verified),
        Some(Err(error)) => judgement.rules.push(Rule::Beacon(error)),
        None => {}
    }
}

fn judge_replaced(draw: &DrawState, replaced: &Replaced, time: u64, judgement: &mut Judgement) {
    judge_order(draw, &[Phase::Vacated], judgement);
    let open = draw.open_vacancy();
    let (expected, found) = (open.map(|vacancy| vacancy.at.hash), replaced.vacated);
    judgement.require(expected == Some(found), Rule::Vacated { expected, found });
    let Some(vacancy) = open else { return };

    let mut left = replaced.left.clone();
    left.sort_unstable();
    let leavers = vacancy.note.value().seats.iter().map(|seat| seat.index);
    judgement.require(left.iter().copied().eq(leavers), Rule::Leavers);
    let distinct: BTreeSet<u32> = replaced.seated.iter().copied().collect();
    let fits = distinct.len() == replaced.seated.len() && distinct.len() <= left.len();
    judgement.require(fits, Rule::Followers);
    for index in distinct {
        // Whoever left is passed over for good, and nobody has two seats.
        let free = !draw.left.contains(&index) && !draw.holds_seat(index).unwrap_or(false) && in_pool(draw, index);
        judgement.require(free, Rule::Seat { index, holds: true });
    }

    let fresh = vacancy.note.value().beacon;
    judgement.require(replaced.round.is_some() == fresh.is_some(), Rule::FreshRound);
    if let (Some(fresh), Some(round)) = (fresh, &replaced.round) {
        let chain = draw.seal.as_ref().and_then(|seal| seal.chain.as_ref());
        judge_round(chain, fresh.round, round, judgement);
        if let Some(round_time) = vacancy.round_time {
            judgement.require(time >= round_time, Rule::Early { time, round_time });
        }
    }
}

fn in_pool(draw: &DrawState, index: u32) -> bool {
    draw.terms().is_none_or(|terms| index < terms.pool.size)
}
