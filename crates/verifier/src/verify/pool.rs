//! `pool.table`, `pool.from`, `panels.quotas` and `panels.counts` (spec §9.3).

use klero_draw::method::{check_counts, check_panels};
use klero_draw::outcome::{Opening, Outcome};
use klero_draw::step::StepKind;
use klero_draw::table::{EarlierOpened, Table};
use klero_draw::terms::{Method, Terms};

use super::artifacts::missing;
use super::inputs::Lists;
use super::{Case, TableOf};
use crate::report::{CheckId, Finding};

impl<'a> Case<'a> {
    pub(super) fn terms(&self) -> Option<Terms> {
        self.draw().and_then(|draw| draw.terms()).cloned()
    }

    /// The table's text, if the terms name one and it is at hand.
    pub(super) fn table_text(&mut self) -> Option<&'a str> {
        let name = self.terms()?.pool.table?;
        self.checks.require(CheckId::PoolTable);
        let text = self.artifacts.get(&name);
        if text.is_none() {
            if self.draw().is_some_and(|draw| draw.erased().is_some()) {
                self.checks.skip(CheckId::PoolTable, "erased");
            } else {
                self.checks.skip(CheckId::PoolTable, missing(&name));
                self.checks.skip(CheckId::Format, missing(&name));
            }
        }
        text
    }

    pub(super) fn check_table<'t>(&mut self, text: &'t str) -> Option<Table<'t>> {
        let terms = self.terms()?;
        self.checks.ran(CheckId::PoolTable);
        match Table::parse(text, &terms.pool.columns, terms.pool.size, &terms.pool.root) {
            Ok(table) => Some(table),
            Err(error) => {
                self.fail(CheckId::PoolTable, Finding::because(error.to_string()));
                None
            }
        }
    }

    /// Why a check that needs the table cannot run.
    pub(super) fn no_table(&self) -> &'static str {
        if self.draw().is_some_and(|draw| draw.erased().is_some()) {
            "erased"
        } else {
            "the table is not at hand, or is not the sealed pool's"
        }
    }

    pub(super) fn check_from(&mut self, table: TableOf<'_>) {
        let Some(from) = self.terms().and_then(|terms| terms.pool.from.clone()) else { return };
        let id = CheckId::PoolFrom;
        self.checks.require(id);
        let sealed_at = self.draw().and_then(|draw| draw.seal()).map(|seal| seal.at.seq);
        let earlier = self.steps.iter().rev().find_map(|read| match &read.step.step().kind {
            StepKind::Drawn(drawn) if read.step.step().draw.as_ref() == Some(&from.draw) => {
                Some((read.step.step().seq, drawn.outcome))
            }
            _ => None,
        });
        // Where the whole log was read, the ledger has the earlier draw.
        let in_ledger = self.ledger.draw(&from.draw).and_then(|earlier| earlier.result());
        let earlier = earlier.or_else(|| in_ledger.map(|result| (result.at.seq, result.outcome)));
        let Some((seq, outcome)) = earlier else {
            let reason =
                format!("the bundle does not hold the result of draw '{}', to which the pool is linked", from.draw);
            self.fail(CheckId::Format, Finding::because(reason));
            return;
        };
        if outcome != from.outcome {
            let reason = format!("the pool is linked to another outcome of draw '{}' than its result", from.draw);
            self.fail(id, Finding::mismatch(outcome, from.outcome, reason));
        }
        if sealed_at.is_some_and(|sealed| sealed <= seq) {
            self.fail(id, Finding::because(format!("draw '{}' was drawn only after this one was sealed", from.draw)));
        }
        let Some(text) = self.artifacts.get(&from.outcome) else {
            self.checks.skip(id, missing(&from.outcome));
            self.checks.skip(CheckId::Format, missing(&from.outcome));
            return;
        };
        let opened = match Outcome::parse(text) {
            Ok(outcome) if outcome.draw == from.draw => {
                let privates = |openings: Vec<Opening>| openings.into_iter().map(|opening| opening.private);
                EarlierOpened::new(privates(outcome.drawn), privates(outcome.reserves))
            }
            Ok(_) => return self.fail(id, Finding::because("the earlier outcome is of another draw")),
            Err(error) => return self.fail(id, Finding::because(format!("the earlier outcome: {error}"))),
        };
        match table.map(|table| table.check_from(&opened)) {
            None => self.checks.skip(id, self.no_table()),
            Some(Ok(_)) => self.checks.ran(id),
            Some(Err(error)) => self.fail(id, Finding::because(error.to_string())),
        }
    }

    pub(super) fn check_panels(&mut self, lists: Option<&Lists>, table: TableOf<'_>) {
        let Some(terms) = self.terms().filter(|terms| matches!(terms.method, Method::Panels { .. })) else { return };
        self.checks.require(CheckId::PanelsQuotas);
        self.checks.require(CheckId::PanelsCounts);
        let Some(list) = lists.and_then(|lists| lists.panels.as_ref()) else { return };
        match table.map(|table| check_panels(list, &terms, table)) {
            None => self.checks.skip(CheckId::PanelsQuotas, self.no_table()),
            Some(Ok(())) => self.checks.ran(CheckId::PanelsQuotas),
            Some(Err(error)) => self.fail(CheckId::PanelsQuotas, Finding::because(error.to_string())),
        }
        match check_counts(list, &terms) {
            Ok(()) => self.checks.ran(CheckId::PanelsCounts),
            Err(error) => self.fail(CheckId::PanelsCounts, Finding::because(error.to_string())),
        }
    }
}
