//! Signatures of the steps, and the rules of spec §4, step by step.

use klero_draw::outcome::Outcome;
use klero_draw::step::StepKind;

use super::{Case, ReadStep};
use crate::ledger::Violation;
use crate::report::{CheckId, Finding};

impl Case<'_> {
    /// Opens every step with the service key in force at its place, and replays it.
    pub(super) fn replay(&mut self) {
        self.checks.ran(CheckId::LogChain);
        self.checks.ran(CheckId::LogSignature);
        let claims = std::mem::take(&mut self.scope.claims);
        for (at, claim) in claims.into_iter().enumerate() {
            let Some(claim) = claim else { continue };
            let kind = claim.claims().kind.name();
            let own = match &claim.claims().kind {
                StepKind::Opened(opened) => Some(opened.service.clone()),
                _ => None,
            };
            let Some(key) = self.ledger.service_keys().last().cloned().or(own) else {
                let reason = format!("steps[{at}] ({kind}): no opened step names the service key before it");
                self.fail(CheckId::LogSignature, Finding::because(reason));
                continue;
            };
            match claim.verify(&key) {
                Ok(step) => self.replay_step(at, step),
                Err(error) => {
                    let reason = format!("steps[{at}] ({kind}): {error}");
                    let finding = Finding { expected: Some(key.to_text()), found: None, reason };
                    self.fail(CheckId::LogSignature, finding);
                }
            }
        }
        if self.ledger.origin().is_some() {
            self.checks.ran(CheckId::OrganiserKeys);
            self.checks.ran(CheckId::TermsSignatures);
            self.checks.ran(CheckId::TermsAttempts);
        }
    }

    fn replay_step(&mut self, at: usize, step: klero_draw::step::SignedStep) {
        let violations =
            if self.scope.is_from_step(at) { self.ledger.pass_over(&step) } else { self.ledger.apply_anyway(&step) };
        for violation in violations {
            self.report_violation(&violation);
        }
        if let (StepKind::Drawn(drawn), Some(draw)) = (&step.step().kind, &step.step().draw)
            && !self.scope.is_from_step(at)
        {
            let outcome = self.artifacts.get(&drawn.outcome).and_then(|text| Outcome::parse(text).ok());
            if let Some(outcome) = &outcome {
                // Who holds a seat from now on. Whether they were rightly drawn is `draw.outcome`.
                self.ledger.set_outcome(draw, &drawn.outcome, outcome.drawn.iter().map(|opening| opening.index));
            }
            if *draw == self.bundle.draw {
                self.outcome = outcome;
            }
        }
        self.steps.push(ReadStep { at, step, witnessed: None });
    }

    fn report_violation(&mut self, violation: &Violation) {
        self.fail(violation.rule.check(), Finding::because(violation.to_string()));
    }
}
