//! `pool.table`, `pool.from`, `panels.quotas` and `panels.counts` (spec §9.3).

use klero_draw::method::{check_counts, check_panels};
use klero_draw::outcome::{Outcome, ReplacementOutcome};
use klero_draw::step::StepKind;
use klero_draw::table::{EarlierOpened, Table};
use klero_draw::terms::{FromTerms, Method, Terms};

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
        if !self.check_from_steps(&from) {
            return;
        }
        let Some(opened) = self.earlier_opened(&from) else { return };
        match table.map(|table| table.check_from(&opened)) {
            None => self.checks.skip(id, self.no_table()),
            Some(Ok(_)) => self.checks.ran(id),
            Some(Err(error)) => self.fail(id, Finding::because(error.to_string())),
        }
    }

    /// Result and replacements of the earlier draw are those that the terms name, and were logged before the seal. `false` if the bundle does
    /// not hold them.
    fn check_from_steps(&mut self, from: &FromTerms) -> bool {
        let id = CheckId::PoolFrom;
        let earlier =
            self.steps.iter().map(|read| read.step.step()).filter(|step| step.draw.as_ref() == Some(&from.draw));
        let (mut result, mut replaced, mut last) = (None, Vec::new(), 0);
        for step in earlier {
            match &step.kind {
                StepKind::Drawn(drawn) => result = Some((step.seq, drawn.outcome)),
                StepKind::Replaced(step) => replaced.push(step.outcome),
                _ => continue,
            }
            last = step.seq;
        }
        // Where the whole log was read, the ledger has the earlier draw.
        if let (None, Some(earlier)) = (result, self.ledger.draw(&from.draw)) {
            result = earlier.result().map(|result| (result.at.seq, result.outcome));
            let answers = earlier.vacancies().iter().filter_map(|vacancy| vacancy.answer.as_ref());
            let counting: Vec<_> = answers.filter(|answer| from.replacements.contains(&answer.outcome)).collect();
            last = counting.iter().map(|answer| answer.at.seq).max().unwrap_or(0);
            replaced = counting.into_iter().map(|answer| answer.outcome).collect();
        }
        let Some((seq, outcome)) = result.filter(|_| replaced.len() == from.replacements.len()) else {
            let reason = format!(
                "the bundle does not hold the result and the replacements of draw '{}', to which the pool is linked",
                from.draw
            );
            self.fail(CheckId::Format, Finding::because(reason));
            return false;
        };
        if outcome != from.outcome {
            let reason = format!("the pool is linked to another outcome of draw '{}' than its result", from.draw);
            self.fail(id, Finding::mismatch(outcome, from.outcome, reason));
        }
        if replaced != from.replacements {
            let reason =
                format!("the pool names the replacements of draw '{}' in another order than the log", from.draw);
            self.fail(id, Finding::because(reason));
        }
        let sealed_at = self.draw().and_then(|draw| draw.seal()).map(|seal| seal.at.seq);
        if sealed_at.is_some_and(|sealed| sealed <= seq.max(last)) {
            let reason = format!("draw '{}' was drawn, or its seats filled, only after this one was sealed", from.draw);
            self.fail(id, Finding::because(reason));
        }
        true
    }

    /// Whom the earlier draw opened.
    fn earlier_opened(&mut self, from: &FromTerms) -> Option<EarlierOpened> {
        let id = CheckId::PoolFrom;
        let mut texts = Vec::new();
        for name in from.artifacts() {
            match self.artifacts.get(&name) {
                Some(text) => texts.push(text),
                None => {
                    self.checks.skip(id, missing(&name));
                    self.checks.skip(CheckId::Format, missing(&name));
                }
            }
        }
        let (first, rest) = texts.split_first().filter(|(_, rest)| rest.len() == from.replacements.len())?;
        let outcome = Outcome::parse(first).map_err(|error| format!("the earlier outcome: {error}"));
        let replacements: Result<Vec<_>, _> = rest.iter().map(|text| ReplacementOutcome::parse(text)).collect();
        let read = replacements
            .map_err(|error| format!("an earlier replacement: {error}"))
            .and_then(|replacements| Ok((outcome?, replacements)));
        match read {
            Ok((outcome, replacements))
                if outcome.draw == from.draw && replacements.iter().all(|one| one.draw == from.draw) =>
            {
                EarlierOpened::new(&outcome, &replacements)
                    .map_err(|error| self.fail(id, Finding::because(error.to_string())))
                    .ok()
            }
            Ok(_) => {
                self.fail(id, Finding::because("the earlier outcome, or a replacement, is of another draw"));
                None
            }
            Err(words) => {
                self.fail(id, Finding::because(words));
                None
            }
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
