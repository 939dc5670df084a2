//! Drawing: from a verified round to a logged outcome. Deterministic and content-addressed, so that a crash between any two writes costs only
//! time: the artifact is written again with the same bytes, and the step is admitted once.

use std::sync::PoisonError;

use klero_draw::artifacts::{PanelList, StrataList};
use klero_draw::beacon::{Chain, VerifiedRound};
use klero_draw::hash::ArtifactHash;
use klero_draw::method::{DrawInputs, People, draw as carry_out_method};
use klero_draw::names::Slug;
use klero_draw::outcome::{FillOpening, Outcome, ReplacementOutcome};
use klero_draw::replacement::Seats;
use klero_draw::seed::{Seed, Stage};
use klero_draw::step::{Drawn, Replaced, StepKind};
use klero_draw::table::Table;
use klero_draw::terms::{Method, Replacement, Terms};
use klero_draw::tickets::TicketKey;
use klero_verifier::ledger::{DrawState, Phase, Seal, Vacancy};

use super::refusal::{LOOK, NO_VACANCY, Refusal};
use super::request::Logged;
use super::scribe::Draft;
use super::{Service, no_such_draw};
use crate::failure::Failure;

/// A beacon round that a draw waits for.
#[derive(Debug, Clone)]
pub struct Due {
    /// The draw.
    pub draw: Slug,
    /// Its chain.
    pub chain: Chain,
    /// The committed round.
    pub round: u64,
    /// Unix seconds at which it is published.
    pub at: u64,
}

/// Held while one draw is carried out. Different draws are carried out beside one another, so that their steps share a commit.
struct Turn<'a> {
    service: &'a Service,
    draw: Slug,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.service.drawing.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.draw);
        self.service.drawn_one.notify_all();
    }
}

/// Artifacts that a method reads.
struct Inputs {
    table: Option<String>,
    strata: Option<StrataList>,
    panels: Option<PanelList>,
}

impl Service {
    fn one_at_a_time(&self, draw: &Slug) -> Turn<'_> {
        let mut under_way = self.drawing.lock().unwrap_or_else(PoisonError::into_inner);
        while !under_way.insert(draw.clone()) {
            under_way = self.drawn_one.wait(under_way).unwrap_or_else(PoisonError::into_inner);
        }
        Turn { service: self, draw: draw.clone() }
    }

    /// The round that this draw waits for, if it waits for one.
    pub fn due(&self, draw: &Slug) -> Result<Option<Due>, Failure> {
        let ledger = self.ledger();
        let state = ledger.draw(draw).ok_or_else(|| no_such_draw(draw))?;
        Ok(due_of(draw, state))
    }

    /// All rounds that are waited for, soonest first.
    #[must_use]
    pub fn all_due(&self) -> Vec<Due> {
        let ledger = self.ledger();
        // What waits for witnesses is gone on with when it is public.
        let free = ledger.draws().filter(|(draw, _)| !self.is_waiting(draw));
        let mut all: Vec<Due> = free.filter_map(|(draw, state)| due_of(draw, state)).collect();
        all.sort_by_key(|due| due.at);
        all
    }

    /// Draws whose vacancies are to be filled by rank and wait for nothing: what a crash between two steps left.
    #[must_use]
    pub fn ranks_due(&self) -> Vec<Slug> {
        let ledger = self.ledger();
        let by_rank = |state: &DrawState| {
            state.phase() == Phase::Vacated && state.terms().is_some_and(|t| t.replacement == Replacement::Rank)
        };
        let due = ledger.draws().filter(|(draw, state)| by_rank(state) && !self.is_waiting(draw));
        due.map(|(draw, _)| draw.clone()).collect()
    }

    /// Draws, or fills vacancies, with a verified round.
    pub fn carry_out(&self, draw: &Slug, round: &VerifiedRound) -> Result<Logged, Failure> {
        let outcome = self.carry_out_now(draw, round);
        if outcome.is_err() && matches!(self.due(draw), Ok(Some(_))) {
            self.keep_round(draw, round);
        } else {
            self.forget_round(draw);
        }
        outcome
    }

    fn carry_out_now(&self, draw: &Slug, round: &VerifiedRound) -> Result<Logged, Failure> {
        let _one_at_a_time = self.one_at_a_time(draw);
        let state = self.ledger().draw(draw).cloned().ok_or_else(|| no_such_draw(draw))?;
        let sealed = state.seal().filter(|_| state.phase() == Phase::Sealed);
        self.hindered_by_witnesses(draw, sealed.and_then(|seal| Some((seal.at.seq, seal.round_time?))))?;
        match (state.seal(), state.open_vacancy()) {
            (Some(seal), None) if state.phase() == Phase::Sealed => self.draw_now(draw, seal, round),
            (Some(seal), Some(vacancy)) if vacancy.round_time.is_some() => {
                let key = Seed::derive_vacated(vacancy.note.text(), round).key(Stage::People);
                self.replace_now(draw, seal, vacancy, &key, Some(round))
            }
            _ => Err(Failure::refused(format!("'{draw}' is {} and does not wait for a round", state.phase().name()))
                .advise(LOOK)),
        }
    }

    /// Fills vacancies by the draw's own tickets.
    pub fn replace_by_rank(&self, draw: &Slug) -> Result<Logged, Failure> {
        let _one_at_a_time = self.one_at_a_time(draw);
        let state = self.ledger().draw(draw).cloned().ok_or_else(|| no_such_draw(draw))?;
        let (Some(seal), Some(vacancy), Some(round)) =
            (state.seal(), state.open_vacancy(), state.result().and_then(|r| r.round.as_ref()))
        else {
            return Err(Refusal::waits_not(draw, NO_VACANCY).into());
        };
        let key = Seed::derive(&seal.terms_hash, round).key(Stage::People);
        self.replace_now(draw, seal, vacancy, &key, None)
    }

    fn draw_now(&self, draw: &Slug, seal: &Seal, round: &VerifiedRound) -> Result<Logged, Failure> {
        let terms = seal.terms.value();
        let seed = Seed::derive(&seal.terms_hash, round);
        let selection = self.with_inputs(terms, |inputs| {
            carry_out_method(terms, inputs, &seed)
                .map_err(|e| Failure::unavailable(format!("'{draw}' cannot be drawn: {e}")))
        })?;
        let pool = self.kept_pool(draw, &terms.pool.root)?;
        // Opened together: the pool's index is read through once.
        let all: Vec<u32> = selection.drawn.iter().chain(&selection.reserves).copied().collect();
        let mut drawn = pool.openings(&all)?;
        let reserves = drawn.split_off(selection.drawn.len());
        let outcome = Outcome::new(draw.clone(), seal.terms_hash, drawn, reserves, selection.panel);
        let text = outcome.text().map_err(|e| Failure::unavailable(format!("the outcome cannot be written: {e}")))?;
        let outcome = self.put_artifact(text.as_bytes())?;
        let kind = StepKind::Drawn(Drawn { terms: seal.terms_hash, round: round.round().clone(), outcome });
        self.append(Draft { draw: Some(draw.clone()), kind })
    }

    fn replace_now(
        &self,
        draw: &Slug,
        seal: &Seal,
        vacancy: &Vacancy,
        key: &TicketKey,
        round: Option<&VerifiedRound>,
    ) -> Result<Logged, Failure> {
        let terms = seal.terms.value();
        let leavers: Vec<u32> = vacancy.note.value().seats.iter().map(|seat| seat.index).collect();
        let mut seats = self.seats_until(draw, vacancy.at.seq)?;
        let failed =
            |e: &dyn std::fmt::Display| Failure::unavailable(format!("the seats of '{draw}' cannot be filled: {e}"));
        seats.vacate(&leavers).map_err(|e| failed(&e))?;
        let fills =
            self.with_inputs(terms, |inputs| seats.replace(&leavers, terms, inputs, key).map_err(|e| failed(&e)))?;
        let pool = self.kept_pool(draw, &terms.pool.root)?;
        let seated: Vec<u32> = fills.iter().filter_map(|fill| fill.seated).collect();
        let mut opened = pool.openings(&seated)?.into_iter();
        let artifact = fills
            .iter()
            .map(|fill| FillOpening {
                left: fill.left,
                passed: fill.passed.clone(),
                seated: fill.seated.and_then(|_| opened.next()),
            })
            .collect();
        let text = ReplacementOutcome::new(draw.clone(), vacancy.at.hash, artifact).text().map_err(|e| failed(&e))?;
        let outcome = self.put_artifact(text.as_bytes())?;
        let kind = StepKind::Replaced(Replaced {
            left: fills.iter().map(|fill| fill.left).collect(),
            seated,
            outcome,
            round: round.map(|r| r.round().clone()),
            vacated: vacancy.at.hash,
        });
        self.append(Draft { draw: Some(draw.clone()), kind })
    }

    /// The seats of a draw as they are now: drawn and seated, less those who left.
    pub(super) fn seats(&self, draw: &Slug) -> Result<Seats, Failure> {
        self.seats_until(draw, u64::MAX)
    }

    /// The seats of a draw before the step `seq`.
    fn seats_until(&self, draw: &Slug, seq: u64) -> Result<Seats, Failure> {
        let state = self.ledger().draw(draw).cloned().ok_or_else(|| no_such_draw(draw))?;
        let result = state.result().ok_or_else(|| {
            Failure::refused(format!("'{draw}' has no outcome yet")).advise("before the draw, use klero draw void")
        })?;
        let outcome = self.outcome(result.outcome)?;
        let mut seats = Seats::new(&outcome.drawn.iter().map(|opening| opening.index).collect::<Vec<_>>());
        for vacancy in state.vacancies().iter().take_while(|vacancy| vacancy.at.seq < seq) {
            let leavers: Vec<u32> = vacancy.note.value().seats.iter().map(|seat| seat.index).collect();
            seats.vacate(&leavers).map_err(|e| Failure::unavailable(format!("the seats of '{draw}': {e}")))?;
            if let Some(answer) = &vacancy.answer {
                answer.seated.iter().for_each(|person| seats.seat(*person));
            }
        }
        Ok(seats)
    }

    fn with_inputs<T>(
        &self,
        terms: &Terms,
        work: impl FnOnce(&DrawInputs<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let broken =
            |name: ArtifactHash, e: &dyn std::fmt::Display| Failure::unavailable(format!("the artifact {name}: {e}"));
        let mut inputs = Inputs { table: None, strata: None, panels: None };
        if terms.method.needs_table()
            && let Some(name) = terms.pool.table
        {
            inputs.table = Some(self.artifact(name)?);
        }
        match terms.method {
            Method::Stratified { strata, .. } => {
                inputs.strata = Some(StrataList::parse(&self.artifact(strata)?).map_err(|e| broken(strata, &e))?);
            }
            Method::Panels { list, .. } => {
                inputs.panels = Some(PanelList::parse(&self.artifact(list)?).map_err(|e| broken(list, &e))?);
            }
            Method::Equal | Method::Households => {}
        }
        let table = inputs
            .table
            .as_deref()
            .map(|text| Table::parse(text, &terms.pool.columns, terms.pool.size, &terms.pool.root))
            .transpose()
            .map_err(|e| Failure::unavailable(format!("the table: {e}")))?;
        work(&DrawInputs {
            people: table.as_ref().map(|t| t as &dyn People),
            strata: inputs.strata.as_ref(),
            panels: inputs.panels.as_ref(),
        })
    }
}

pub(super) fn due_of(draw: &Slug, state: &DrawState) -> Option<Due> {
    let seal = state.seal()?;
    let chain = seal.chain.clone()?;
    if let (Some(vacancy), Phase::Vacated) = (state.open_vacancy(), state.phase()) {
        let beacon = vacancy.note.value().beacon?;
        return Some(Due { draw: draw.clone(), chain, round: beacon.round, at: vacancy.round_time? });
    }
    (state.phase() == Phase::Sealed).then(|| Due {
        draw: draw.clone(),
        chain,
        round: seal.terms.value().beacon.round,
        at: seal.round_time.unwrap_or(u64::MAX),
    })
}
