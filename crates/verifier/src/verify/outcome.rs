//! `draw.outcome` (spec §9.3): the outcome recomputed from seed and pool, and each opening's proof.

use klero_draw::beacon::VerifiedRound;
use klero_draw::hash::TermsHash;
use klero_draw::method::{Selection, check_feasible, draw};
use klero_draw::outcome::{Opening, Outcome};
use klero_draw::seed::Seed;
use klero_draw::terms::{Method, Terms};

use super::artifacts::missing;
use super::inputs::Lists;
use super::{Case, TableOf};
use crate::report::{CheckId, Finding};

/// Recomputes who is drawn.
pub(super) fn select(
    terms: &Terms,
    terms_hash: &TermsHash,
    round: &VerifiedRound,
    lists: &Lists,
    table: TableOf<'_>,
) -> Result<Selection, String> {
    let inputs = lists.inputs(table);
    // A list of panels has checks of its own, which name what is wrong with it.
    if !matches!(terms.method, Method::Panels { .. }) {
        check_feasible(terms, &inputs).map_err(|error| error.to_string())?;
    }
    draw(terms, &inputs, &Seed::derive(terms_hash, round)).map_err(|error| error.to_string())
}

impl Case<'_> {
    pub(super) fn check_outcome(&mut self, lists: &Lists, table: TableOf<'_>) {
        let id = CheckId::DrawOutcome;
        let Some(state) = self.draw().cloned() else { return };
        let Some(seal) = state.seal().cloned() else { return };
        if state.void().is_some() {
            if !self.cancelled(&self.bundle.draw.clone()) {
                self.checks.require(id);
                self.check_abandoned(&seal, lists, table);
            }
            return;
        }
        self.checks.require(id);
        let Some(result) = state.result().cloned() else {
            return self.checks.skip(id, "not drawn yet");
        };
        let Some(round) = &result.round else {
            return self.checks.skip(id, "the round did not verify, so there is no seed");
        };
        let Some(text) = self.artifacts.get(&result.outcome) else {
            self.checks.skip(CheckId::Format, missing(&result.outcome));
            return self.checks.skip(id, missing(&result.outcome));
        };
        let outcome = match Outcome::parse(text) {
            Ok(outcome) => outcome,
            Err(error) => return self.fail(id, Finding::because(format!("the outcome cannot be read: {error}"))),
        };
        let terms = seal.terms.value();
        if terms.method.needs_table() && table.is_none() {
            self.checks.skip(id, self.no_table());
        } else {
            match select(terms, &seal.terms_hash, round, lists, table) {
                Ok(selection) => self.compare(&outcome, &selection),
                Err(words) => self.fail(id, Finding::because(words)),
            }
        }
        if outcome.draw != self.bundle.draw || outcome.terms != seal.terms_hash {
            let reason = "the outcome is of another draw or of other terms";
            self.fail(id, Finding::mismatch(seal.terms_hash, outcome.terms, reason));
        }
        for opening in outcome.drawn.iter().chain(&outcome.reserves) {
            self.check_opening(id, terms, opening);
        }
    }

    fn compare(&mut self, outcome: &Outcome, selection: &Selection) {
        let id = CheckId::DrawOutcome;
        self.checks.ran(id);
        for (what, expected, found) in
            [("drawn", &selection.drawn, &outcome.drawn), ("reserves", &selection.reserves, &outcome.reserves)]
        {
            let indices = found.iter().map(|opening| opening.index);
            if indices.clone().eq(expected.iter().copied()) {
                continue;
            }
            if found.len() != expected.len() {
                let reason = format!("the outcome lists another number of {what} than the terms");
                self.fail(id, Finding::mismatch(expected.len(), found.len(), reason));
            }
            let differs = expected.iter().zip(indices).enumerate().find(|(_, (expected, found))| *expected != found);
            if let Some((at, (expected, found))) = differs {
                let reason = format!("{what}[{at}] is not who the seed gives");
                self.fail(id, Finding::mismatch(format!("index {expected}"), format!("index {found}"), reason));
            }
        }
        if outcome.panel != selection.panel {
            let show = |panel: Option<u32>| panel.map_or_else(|| "none".to_owned(), |panel| format!("panel {panel}"));
            let reason = "the outcome names another panel than the seed gives";
            self.fail(id, Finding::mismatch(show(selection.panel), show(outcome.panel), reason));
        }
    }

    /// A row that the sealed pool holds at its index, with exactly the public columns of the terms.
    pub(super) fn check_opening(&mut self, id: CheckId, terms: &Terms, opening: &Opening) {
        if let Err(error) = opening.verify(terms.pool.size, &terms.pool.root) {
            self.fail(id, Finding::because(error.to_string()));
        }
        if !opening.public.row.keys().eq(terms.pool.columns.public()) {
            let reason = format!("the row of index {} has other public columns than the terms", opening.index);
            self.fail(id, Finding::because(reason));
        }
    }
}
