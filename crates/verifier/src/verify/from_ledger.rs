//! One draw of a log that was read whole, drawn again (spec §8.1): the same checks as a bundle's, on the ledger that the log gave.
//!
//! What only a bundle needs (proofs, completeness, keys) is not asked here: whoever read the log has checked it step by step. Never says that a
//! draw is verified: it says what each check found.

use std::collections::{BTreeMap, BTreeSet};

use klero_draw::hash::{ArtifactHash, StepHash};
use klero_draw::names::Slug;
use klero_draw::outcome::Outcome;
use klero_tlog::Note;

use super::artifacts::{Artifacts, beside};
use super::scope::Scope;
use super::{Case, Options};
use crate::artifacts::ArtifactSource;
use crate::bundle::Bundle;
use crate::ledger::{DrawState, Ledger};
use crate::report::{Check, CheckId, Checks};
use crate::trust::Trust;

/// The checks that are carried out.
pub const REPLAYED: &[CheckId] = &[
    CheckId::Format,
    CheckId::TimeRound,
    CheckId::TimeSealed,
    CheckId::BeaconSignature,
    CheckId::PoolTable,
    CheckId::PoolFrom,
    CheckId::PanelsQuotas,
    CheckId::PanelsCounts,
    CheckId::PanelsCertificate,
    CheckId::DrawOutcome,
    CheckId::ReplacementsRule,
    CheckId::Voids,
];

/// What drawing again showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// The checks of [`REPLAYED`].
    pub checks: Vec<Check>,
    /// How the draw was given up, in words, if it was.
    pub voids: Vec<String>,
    /// Whether it was given up after its round could be known.
    pub abandoned: bool,
}

/// The artifacts that a draw's steps name, in the order in which they were named.
#[must_use]
pub fn artifacts_of(state: &DrawState) -> BTreeSet<ArtifactHash> {
    let mut named = BTreeSet::new();
    if let Some(terms) = state.terms() {
        named.extend(terms.pool.table);
        named.extend(terms.method.artifact());
        named.extend(terms.method.certificate());
        named.extend(terms.pool.from.iter().flat_map(|from| from.artifacts()));
    }
    named.extend(state.results().iter().map(|result| result.outcome));
    let answers = state.vacancies().iter().filter_map(|vacancy| vacancy.answer.as_ref());
    named.extend(answers.map(|answer| answer.outcome));
    named
}

/// Draws again. `ledger` is [`Ledger::excerpt`]'s; `witnessed` has, for steps that need it, the earliest cosigned checkpoint that covers them.
/// `None` if the ledger has no key, or no such draw.
#[must_use]
pub fn replay_draw(
    mut ledger: Ledger,
    draw: &Slug,
    source: &dyn ArtifactSource,
    trust: Option<&Trust>,
    witnessed: BTreeMap<StepHash, Note>,
) -> Option<Replayed> {
    let named = artifacts_of(ledger.draw(draw)?);
    let log = ledger.log_keys().last()?.clone();
    let bundle = Bundle { artifacts: BTreeMap::new(), draw: draw.clone(), log, steps: Vec::new() };
    let scope = Scope::of_draw(named);
    let mut checks = Checks::default();
    checks.ran(CheckId::Format);
    let texts = beside(&bundle, &scope, source, &mut checks);
    let artifacts = Artifacts::check(&bundle, &texts, &scope, &mut checks);
    let outcome = ledger.draw(draw)?.result().map(|result| result.outcome);
    let text = outcome.and_then(|name| artifacts.get(&name));
    let outcome_read = text.and_then(|text| Outcome::parse(text).ok());
    if let (Some(name), Some(read)) = (outcome, &outcome_read) {
        ledger.set_outcome(draw, &name, read.drawn.iter().map(|opening| opening.index));
    }
    let mut case = Case {
        bundle: &bundle,
        trust,
        options: Options::default(),
        checks,
        scope,
        artifacts,
        ledger,
        steps: Vec::new(),
        newest: None,
        outcome: outcome_read,
        voids: Vec::new(),
        fairness: None,
        witnessed,
    };
    case.check_times();
    case.check_beacon();
    let table = case.table_text().and_then(|text| case.check_table(text));
    case.check_from(table.as_ref());
    let lists = case.read_lists();
    case.check_panels(lists.as_ref(), table.as_ref());
    case.check_certificate(lists.as_ref(), table.as_ref());
    case.check_outcome(lists.as_ref(), table.as_ref());
    case.check_replacements(lists.as_ref(), table.as_ref());
    case.check_voids();
    let given_up = case.draw().is_some_and(|state| state.void().is_some());
    let abandoned = given_up && !case.cancelled(draw);
    let checks = case.checks.finish().into_iter().filter(|check| REPLAYED.contains(&check.id)).collect();
    Some(Replayed { checks, voids: case.voids, abandoned })
}
