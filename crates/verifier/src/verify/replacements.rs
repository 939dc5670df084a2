//! `replacements.rule` (spec §9.3): who followed whom, recomputed from the seats and the tickets, and each opening's proof.

use klero_draw::outcome::ReplacementOutcome;
use klero_draw::replacement::Seats;
use klero_draw::seed::{Seed, Stage};
use klero_draw::terms::Replacement;
use klero_draw::tickets::TicketKey;

use super::artifacts::missing;
use super::inputs::Lists;
use super::{Case, TableOf};
use crate::ledger::{Answer, DrawState, Seal, Vacancy};
use crate::report::{CheckId, Finding};

const ID: CheckId = CheckId::ReplacementsRule;

impl Case<'_> {
    pub(super) fn check_replacements(&mut self, lists: Option<&Lists>, table: TableOf<'_>) {
        let Some(state) = self.draw().cloned() else { return };
        let Some(seal) = state.seal().filter(|_| !state.vacancies().is_empty()) else { return };
        self.checks.require(ID);
        let Some(outcome) = &self.outcome else {
            return self.checks.skip(ID, "without the outcome nobody knows who held a seat");
        };
        let mut seats = Seats::new(&outcome.drawn.iter().map(|opening| opening.index).collect::<Vec<_>>());
        for vacancy in state.vacancies() {
            let leavers: Vec<u32> = vacancy.note.value().seats.iter().map(|seat| seat.index).collect();
            if let Err(error) = seats.vacate(&leavers) {
                return self.fail(ID, Finding::because(error.to_string()));
            }
            let done = match (&vacancy.answer, seal.terms.value().replacement) {
                (None, Replacement::None) => {
                    self.checks.ran(ID);
                    true
                }
                (None, _) => {
                    self.checks.skip(ID, "a vacancy waits to be filled");
                    false
                }
                (Some(answer), _) => {
                    let step = Step { state: &state, seal, vacancy, answer, leavers: &leavers };
                    self.check_answer(&step, &mut seats, lists, table)
                }
            };
            if !done {
                return;
            }
        }
    }

    /// One replacement. `false` if what follows cannot be judged.
    fn check_answer(&mut self, step: &Step<'_>, seats: &mut Seats, lists: Option<&Lists>, table: TableOf<'_>) -> bool {
        let Step { seal, vacancy, answer, leavers, .. } = *step;
        let terms = seal.terms.value();
        let Some(key) = step.key() else {
            self.checks.skip(ID, "the round did not verify, so there are no tickets");
            return false;
        };
        let Some(text) = self.artifacts.get(&answer.outcome) else {
            self.checks.skip(CheckId::Format, missing(&answer.outcome));
            self.checks.skip(ID, missing(&answer.outcome));
            return false;
        };
        let found = match ReplacementOutcome::parse(text) {
            Ok(found) => found,
            Err(error) => {
                self.fail(ID, Finding::because(format!("the replacement cannot be read: {error}")));
                return false;
            }
        };
        if terms.method.needs_table() && table.is_none() {
            self.checks.skip(ID, self.no_table());
            return false;
        }
        let Some(lists) = lists else {
            self.checks.skip(ID, "the list that the terms name cannot be used");
            return false;
        };
        let fills = match seats.replace(leavers, terms, &lists.inputs(table), &key) {
            Ok(fills) => fills,
            Err(error) => {
                self.fail(ID, Finding::because(error.to_string()));
                return false;
            }
        };
        self.checks.ran(ID);
        if found.draw != self.bundle.draw || found.vacated != vacancy.at.hash {
            let reason = "the replacement is of another draw or answers another step";
            self.fail(ID, Finding::mismatch(vacancy.at.hash, found.vacated, reason));
        }
        let (left, seated): (Vec<u32>, Vec<Option<u32>>) = fills.iter().map(|fill| (fill.left, fill.seated)).unzip();
        let seated: Vec<u32> = seated.into_iter().flatten().collect();
        if left != answer.left || seated != answer.seated {
            let show = |left: &[u32], seated: &[u32]| format!("left {left:?}, seated {seated:?}");
            let reason = "the step names others than the rule gives";
            let finding = Finding::mismatch(show(&left, &seated), show(&answer.left, &answer.seated), reason);
            self.fail(ID, finding);
        }
        let listed = found.fills.iter().map(|fill| (fill.left, &fill.passed, fill.seated.as_ref().map(|o| o.index)));
        if !listed.eq(fills.iter().map(|fill| (fill.left, &fill.passed, fill.seated))) {
            self.fail(ID, Finding::because("the replacement lists others than the rule gives"));
        }
        self.check_openings(ID, terms, found.fills.iter().filter_map(|fill| fill.seated.as_ref()));
        true
    }
}

/// A vacancy and its answer.
#[derive(Clone, Copy)]
struct Step<'s> {
    state: &'s DrawState,
    seal: &'s Seal,
    vacancy: &'s Vacancy,
    answer: &'s Answer,
    leavers: &'s [u32],
}

impl Step<'_> {
    /// The tickets by which vacancies are filled: the draw's own, or those of the fresh round.
    fn key(&self) -> Option<TicketKey> {
        let seed = match self.seal.terms.value().replacement {
            Replacement::None => return None,
            Replacement::Rank => Seed::derive(&self.seal.terms_hash, self.state.result()?.round.as_ref()?),
            Replacement::Beacon => Seed::derive_vacated(self.vacancy.note.text(), self.answer.round.as_ref()?),
        };
        Some(seed.key(Stage::People))
    }
}
