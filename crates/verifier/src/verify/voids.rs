//! `voids` (spec §4.9, §4.10, §9.3): a draw given up is a cancellation only if that was certain before the round could be known. Otherwise
//! it is an abandonment, and the report shows what the seed gave.

use klero_draw::names::Slug;
use klero_draw::organiser::VoidReason;
use klero_draw::table::Table;

use super::inputs::{Lists, NoLists};
use super::outcome::{NoSelection, select};
use super::times::InTime;
use super::{Case, TableOf};
use crate::ledger::{DrawState, Seal};
use crate::report::{CheckId, Finding};

const ID: CheckId = CheckId::Voids;

/// How many indices a report lists before it only counts.
const LISTED: usize = 40;

impl Case<'_> {
    /// Whether a void draw was given up before its round could be known: shown by witnesses where there is a policy, by the step's own
    /// time where there is none.
    pub(super) fn cancelled(&self, draw: &Slug) -> bool {
        let Some(state) = self.ledger.draw(draw) else { return false };
        let (Some(void), seal) = (state.void(), state.seal()) else { return false };
        let Some(seal) = seal else { return true };
        let margin = self.trust.map_or(0, |trust| trust.margin_secs());
        match seal.round_time.and_then(|round_time| self.witnessed_before(&void.at.hash, round_time)) {
            Some(in_time) => matches!(in_time, InTime::Yes) && state.cancelled_by_own_time(margin),
            None => state.cancelled_by_own_time(margin),
        }
    }

    pub(super) fn check_voids(&mut self) {
        self.checks.ran(ID);
        let draws: Vec<(Slug, DrawState)> =
            self.ledger.draws().map(|(slug, state)| (slug.clone(), state.clone())).collect();
        let given_up = draws.iter().filter(|(_, state)| state.void().is_some()).count();
        if given_up > 0 {
            let cancelled = draws.iter().filter(|(slug, _)| self.cancelled(slug)).count();
            self.checks.note(ID, format!("{cancelled} cancelled, {} abandoned", given_up.saturating_sub(cancelled)));
        }
        for (slug, state) in &draws {
            let Some(void) = state.void() else { continue };
            let reason = reason(void.reason);
            if state.seal().is_none() {
                self.voids.push(format!("Draw '{slug}' was cancelled before anything was sealed ({reason})."));
            } else if self.cancelled(slug) {
                self.voids.push(format!("Draw '{slug}' was sealed and cancelled before its round ({reason})."));
            } else if *slug != self.bundle.draw {
                let given = self.would_have_given(state);
                self.report_abandoned(slug, reason, given);
            }
        }
    }

    /// What the seed gave in the bundle's own draw, which was given up after its round.
    pub(super) fn check_abandoned(&mut self, seal: &Seal, lists: Option<&Lists>, table: TableOf<'_>) {
        let Some(void) = self.draw().and_then(|draw| draw.void()).cloned() else { return };
        let given = match &void.round {
            None => Err(NO_ROUND.to_owned()),
            Some(_) if seal.terms.value().method.needs_table() && table.is_none() => Err(self.no_table().to_owned()),
            Some(round) => select(seal, round, lists, table).map(|s| s.drawn).map_err(NoSelection::words),
        };
        match &given {
            Ok(_) => {
                self.checks.ran(CheckId::DrawOutcome);
                self.checks
                    .note(CheckId::DrawOutcome, "abandoned: there is no result; what the seed gave was recomputed");
            }
            Err(words) => self.checks.skip(CheckId::DrawOutcome, words.clone()),
        }
        let slug = self.bundle.draw.clone();
        self.report_abandoned(&slug, reason(void.reason), given);
    }

    fn report_abandoned(&mut self, slug: &Slug, reason: &str, given: Result<Vec<u32>, String>) {
        let start = format!("Draw '{slug}' was ABANDONED after its round could be known ({reason})");
        match given {
            Ok(drawn) => {
                let shown: Vec<String> = drawn.iter().take(LISTED).map(u32::to_string).collect();
                let more = drawn.len().saturating_sub(shown.len());
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                self.voids.push(format!("{start}; the seed gave indices {}{more}.", shown.join(", ")));
            }
            Err(words) => {
                self.voids.push(format!("{start}; what the seed gave cannot be shown: {words}."));
                self.checks.skip(ID, format!("what abandoned draw '{slug}' would have given cannot be shown: {words}"));
            }
        }
    }

    /// The same for an earlier attempt, whose lists and table have not been read yet.
    fn would_have_given(&mut self, state: &DrawState) -> Result<Vec<u32>, String> {
        let (Some(void), Some(seal)) = (state.void(), state.seal()) else { return Err(NO_ROUND.to_owned()) };
        let round = void.round.as_ref().ok_or(NO_ROUND)?;
        let terms = seal.terms.value();
        let lists = match Lists::read(terms, &self.artifacts) {
            Ok(lists) => lists,
            Err(NoLists::Missing(words)) => return Err(words),
            Err(NoLists::Refused(words)) => {
                self.fail(ID, Finding::because(words.clone()));
                return Err(words);
            }
        };
        let text = terms.pool.table.filter(|_| terms.method.needs_table());
        let text = text.map(|name| self.artifacts.get(&name).ok_or_else(|| super::artifacts::missing(&name)));
        let parse = |text| {
            Table::parse(text, &terms.pool.columns, terms.pool.size, &terms.pool.root)
                .map_err(|error| error.to_string())
        };
        let table = text.transpose()?.map(parse).transpose()?;
        select(seal, round, Some(&lists), table.as_ref()).map(|selection| selection.drawn).map_err(NoSelection::words)
    }
}

const NO_ROUND: &str = "the step that gave it up does not show the round";

fn reason(reason: VoidReason) -> &'static str {
    match reason {
        VoidReason::Cancelled => "cancelled by the organiser",
        VoidReason::PoolError => "an error in the pool",
        VoidReason::TermsError => "an error in the terms",
        VoidReason::BeaconLost => "the beacon gave no round",
        VoidReason::Court => "a court's order",
        VoidReason::NoQuorum => "witnesses did not confirm the seal in time",
    }
}
