//! `draw.outcome` (spec §9.3): the outcome recomputed from seed and pool, and each opening's proof.

use klero_draw::beacon::VerifiedRound;
use klero_draw::method::{Selection, draw};
use klero_draw::outcome::{Opening, OpeningCheck, Outcome};
use klero_draw::seed::Seed;
use klero_draw::terms::Terms;

use super::artifacts::missing;
use super::inputs::Lists;
use super::{Case, TableOf};
use crate::ledger::Seal;
use crate::report::{CheckId, Finding};

const ID: CheckId = CheckId::DrawOutcome;

/// Why nobody can say who is drawn.
pub(super) enum NoSelection {
    /// Something is not at hand, or was refused by another check.
    Cannot(String),
    /// Terms, lists and pool do not go together.
    Refused(String),
}

impl NoSelection {
    pub(super) fn words(self) -> String {
        match self {
            Self::Cannot(words) | Self::Refused(words) => words,
        }
    }
}

/// Recomputes who is drawn. `lists` is `None` where a list is named that cannot be used.
pub(super) fn select(
    seal: &Seal,
    round: &VerifiedRound,
    lists: Option<&Lists>,
    table: TableOf<'_>,
) -> Result<Selection, NoSelection> {
    let terms = seal.terms.value();
    let lists = lists.ok_or_else(|| NoSelection::Cannot("the list that the terms name cannot be used".to_owned()))?;
    if terms.method.needs_table() && table.is_none() {
        return Err(NoSelection::Cannot("the table is not at hand, or is not the sealed pool's".to_owned()));
    }
    // Refuses whatever must be refused before sealing as well.
    let selection = draw(terms, &lists.inputs(table), &Seed::derive(&seal.terms_hash, round));
    selection.map_err(|error| NoSelection::Refused(error.to_string()))
}

impl Case<'_> {
    pub(super) fn check_outcome(&mut self, lists: Option<&Lists>, table: TableOf<'_>) {
        let Some(state) = self.draw().cloned() else { return };
        let Some(seal) = state.seal() else { return };
        if state.void().is_some() {
            if !self.cancelled(&self.bundle.draw) {
                self.checks.require(ID);
                self.check_abandoned(seal, lists, table);
            }
            return;
        }
        self.checks.require(ID);
        let Some(result) = state.result() else {
            return self.checks.skip(ID, "not drawn yet");
        };
        let Some(round) = &result.round else {
            return self.checks.skip(ID, "the round did not verify, so there is no seed");
        };
        let Some(text) = self.artifacts.get(&result.outcome) else {
            self.checks.skip(CheckId::Format, missing(&result.outcome));
            return self.checks.skip(ID, missing(&result.outcome));
        };
        let Some(outcome) = self.outcome.take() else {
            let reason = Outcome::parse(text).err().map_or_else(String::new, |error| error.to_string());
            return self.fail(ID, Finding::because(format!("the outcome cannot be read: {reason}")));
        };
        if self.checks.failed(CheckId::PanelsQuotas) || self.checks.failed(CheckId::PanelsCounts) {
            self.checks.skip(ID, "the panel list was refused");
        } else if table.is_none() && seal.terms.value().method.needs_table() {
            self.checks.skip(ID, self.no_table());
        } else {
            match select(seal, round, lists, table) {
                Ok(selection) => self.compare(&outcome, &selection),
                Err(NoSelection::Cannot(words)) => self.checks.skip(ID, words),
                Err(NoSelection::Refused(words)) => self.fail(ID, Finding::because(words)),
            }
        }
        if outcome.draw != self.bundle.draw || outcome.terms != seal.terms_hash {
            let reason = "the outcome is of another draw or of other terms";
            self.fail(ID, Finding::mismatch(seal.terms_hash, outcome.terms, reason));
        }
        self.check_openings(ID, seal.terms.value(), outcome.drawn.iter().chain(&outcome.reserves));
        self.outcome = Some(outcome);
    }

    fn compare(&mut self, outcome: &Outcome, selection: &Selection) {
        self.checks.ran(ID);
        for (what, expected, found) in
            [("drawn", &selection.drawn, &outcome.drawn), ("reserves", &selection.reserves, &outcome.reserves)]
        {
            let indices = found.iter().map(|opening| opening.index);
            if indices.clone().eq(expected.iter().copied()) {
                continue;
            }
            if found.len() != expected.len() {
                let reason = format!("the outcome lists another number of {what} than the terms");
                self.fail(ID, Finding::mismatch(expected.len(), found.len(), reason));
            }
            let differs = expected.iter().zip(indices).enumerate().find(|(_, (expected, found))| *expected != found);
            if let Some((at, (expected, found))) = differs {
                let reason = format!("{what}[{at}] is not who the seed gives");
                self.fail(ID, Finding::mismatch(format!("index {expected}"), format!("index {found}"), reason));
            }
        }
        if outcome.panel != selection.panel {
            let show = |panel: Option<u32>| panel.map_or_else(|| "none".to_owned(), |panel| format!("panel {panel}"));
            let reason = "the outcome names another panel than the seed gives";
            self.fail(ID, Finding::mismatch(show(selection.panel), show(outcome.panel), reason));
        }
    }

    /// Rows that the sealed pool holds at their indices, with exactly the public columns of the terms.
    pub(super) fn check_openings<'o>(
        &mut self,
        id: CheckId,
        terms: &Terms,
        openings: impl Iterator<Item = &'o Opening>,
    ) {
        let mut openings: Vec<&Opening> = openings.collect();
        openings.sort_by_key(|opening| opening.index);
        let mut check = OpeningCheck::new(&terms.pool);
        for opening in openings {
            if let Err(error) = check.verify(opening) {
                self.fail(id, Finding::because(error.to_string()));
            }
        }
    }
}
