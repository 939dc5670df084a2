//! What a bundle may hold (spec §9.1): which draws it is about, and whether a step belongs to it. Read from what the entries claim,
//! before any signature is checked, so that it decides only what is superfluous and never what is true.

use std::collections::BTreeSet;

use klero_draw::hash::ArtifactHash;
use klero_draw::names::Slug;
use klero_draw::step::{Step, StepKind, UnverifiedStep};
use klero_draw::terms::FromTerms;

use crate::bundle::Bundle;
use crate::report::{CheckId, Checks, Finding};

/// Which steps and artifacts a bundle is made of.
pub(super) struct Scope {
    /// The entries as they claim to be; `None` where one is no step.
    pub(super) claims: Vec<Option<UnverifiedStep>>,
    /// The draws of the same organiser and purpose, up to and including the bundle's.
    draws: BTreeSet<Slug>,
    organiser: Option<Slug>,
    /// The earlier draw that the pool is linked to.
    pub(super) from: Option<FromTerms>,
    /// Positions in the bundle of the earlier draw's result, and of its replacements that count.
    from_steps: BTreeSet<usize>,
    /// Every artifact that a step or terms name.
    pub(super) named: BTreeSet<ArtifactHash>,
}

impl Scope {
    /// Reads the entries' claims, and refuses what the bundle must not hold.
    pub(super) fn read(bundle: &Bundle<'_>, checks: &mut Checks) -> Self {
        let mut claims = Vec::with_capacity(bundle.steps.len());
        for (at, step) in bundle.steps.iter().enumerate() {
            match UnverifiedStep::parse(step.entry.as_bytes()) {
                Ok(claim) => claims.push(Some(claim)),
                Err(error) => {
                    checks.fail(CheckId::Format, Finding::because(format!("steps[{at}] is not a step: {error}")));
                    claims.push(None);
                }
            }
        }
        let mut scope = Self {
            claims,
            draws: BTreeSet::new(),
            organiser: None,
            from: None,
            from_steps: BTreeSet::new(),
            named: BTreeSet::new(),
        };
        scope.find_draws(bundle, checks);
        let own_terms = scope.steps().find_map(|(_, step)| match &step.kind {
            StepKind::Sealed(sealed) if step.draw.as_ref() == Some(&bundle.draw) => Some(sealed.terms.value().clone()),
            _ => None,
        });
        scope.from = own_terms.and_then(|terms| terms.pool.from.clone());
        scope.check_members(checks);
        scope.check_order(checks);
        scope.name_artifacts();
        scope
    }

    /// For a draw of a log that was read whole: nothing but the artifacts that it names.
    pub(super) fn of_draw(named: BTreeSet<ArtifactHash>) -> Self {
        Self {
            claims: Vec::new(),
            draws: BTreeSet::new(),
            organiser: None,
            from: None,
            from_steps: BTreeSet::new(),
            named,
        }
    }

    fn steps(&self) -> impl Iterator<Item = (usize, &Step)> {
        let claims = self.claims.iter().enumerate();
        claims.filter_map(|(at, claim)| claim.as_ref().map(|claim| (at, claim.claims())))
    }

    /// Announcements of the bundle's organiser and purpose name the draws.
    fn find_draws(&mut self, bundle: &Bundle<'_>, checks: &mut Checks) {
        let announcements = self.steps().filter_map(|(_, step)| match &step.kind {
            StepKind::Announced(note) => Some(note.value()),
            _ => None,
        });
        let announcements: Vec<_> = announcements.cloned().collect();
        let Some(own) = announcements.iter().find(|note| note.draw == bundle.draw) else {
            let reason = format!("the bundle is about draw '{}' and does not hold its announcement", bundle.draw);
            checks.fail(CheckId::Format, Finding::because(reason));
            return;
        };
        let same = announcements.iter().filter(|note| {
            note.organiser == own.organiser && note.purpose == own.purpose && note.attempt <= own.attempt
        });
        self.draws = same.map(|note| note.draw.clone()).collect();
        self.organiser = Some(own.organiser.clone());
    }

    /// Whether the bundle may hold the step.
    fn belongs(&self, step: &Step) -> bool {
        match &step.kind {
            StepKind::Opened(_) | StepKind::Key(_) => true,
            StepKind::Closed(_) => false,
            StepKind::Organiser(note) => Some(&note.value().id) == self.organiser.as_ref(),
            _ => step.draw.as_ref().is_some_and(|draw| self.draws.contains(draw)),
        }
    }

    fn check_members(&mut self, checks: &mut Checks) {
        let mut from_steps = BTreeSet::new();
        // What the earlier draw may show here: one result, and each replacement that the terms name once.
        let mut result = self.from.as_ref().map(|from| &from.draw);
        let mut replacements: BTreeSet<ArtifactHash> =
            self.from.iter().flat_map(|from| from.replacements.iter().copied()).collect();
        for (at, step) in self.steps() {
            if self.belongs(step) {
                continue;
            }
            let of_earlier = self.from.as_ref().is_some_and(|from| step.draw.as_ref() == Some(&from.draw));
            let expected = match &step.kind {
                StepKind::Drawn(_) => of_earlier && result.take().is_some(),
                StepKind::Replaced(replaced) => of_earlier && replacements.remove(&replaced.outcome),
                _ => false,
            };
            if expected {
                from_steps.insert(at);
                continue;
            }
            let reason = format!("steps[{at}] ({}) does not belong to this bundle", step.kind.name());
            checks.fail(CheckId::Format, Finding::because(reason));
        }
        self.from_steps = from_steps;
    }

    fn check_order(&self, checks: &mut Checks) {
        if !matches!(self.steps().next(), Some((0, Step { kind: StepKind::Opened(_), .. }))) {
            checks.fail(CheckId::Format, Finding::because("the first step of a bundle is the log's opened step"));
        }
        let mut last = None;
        for (at, step) in self.steps() {
            if last.is_some_and(|last| step.seq <= last) {
                let reason = format!("steps[{at}] is not after the step before it in the log");
                checks.fail(CheckId::Format, Finding::because(reason));
            }
            last = Some(step.seq);
        }
    }

    fn name_artifacts(&mut self) {
        let mut named = BTreeSet::new();
        for (_, step) in self.steps() {
            match &step.kind {
                StepKind::Sealed(sealed) => {
                    let terms = sealed.terms.value();
                    named.extend(terms.pool.table);
                    named.extend(terms.method.artifact());
                    named.extend(terms.method.certificate());
                    named.extend(terms.pool.from.iter().flat_map(|from| from.artifacts()));
                }
                StepKind::Drawn(drawn) => {
                    named.insert(drawn.outcome);
                }
                StepKind::Replaced(replaced) => {
                    named.insert(replaced.outcome);
                }
                _ => {}
            }
        }
        self.named = named;
    }

    /// Whether this is a step of the earlier draw that the pool is linked to.
    pub(super) fn is_from_step(&self, at: usize) -> bool {
        self.from_steps.contains(&at)
    }
}
