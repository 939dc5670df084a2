//! From a bundle to a report (spec §9): every check, in order, whatever the others found.
//!
//! A failure never hides another: what was read goes through the ledger even where it breaks a rule, and a check that cannot run for want
//! of something says what is missing. Nothing unauthenticated is left standing: what no check covers is refused as superfluous.
//! Nothing in a report names a person.

mod artifacts;
mod certificate;
mod facts;
pub mod from_ledger;
mod inputs;
mod log;
mod outcome;
mod pool;
mod replacements;
mod replay;
mod scope;
mod times;
mod voids;

use klero_draw::outcome::Outcome;
use klero_draw::step::SignedStep;
use klero_draw::table::Table;
use klero_tlog::{Note, TreeHead};

use crate::artifacts::ArtifactSource;
use crate::bundle::Bundle;
use crate::ledger::{DrawState, Ledger};
use crate::report::{CheckId, Checks, Finding, Link, Report, Subject, verdict};
use crate::tokens::Unchecked;
use crate::trust::Trust;

use artifacts::Artifacts;
use scope::Scope;

/// How strictly to verify.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Require witnesses even without a policy: a bundle without them is then incomplete.
    pub strict: bool,
}

/// An entry of the bundle, as far as it could be read and believed.
struct ReadStep {
    /// Position in the bundle, from 0.
    at: usize,
    /// Signed by the service key in force.
    step: SignedStep,
    /// A checkpoint that covers it and that the log extended since; `None` if there is none or it does not hold.
    witnessed: Option<Note>,
}

/// Everything that the checks share.
struct Case<'a> {
    bundle: &'a Bundle<'a>,
    trust: Option<&'a Trust>,
    options: Options,
    checks: Checks,
    scope: Scope,
    artifacts: Artifacts<'a>,
    ledger: Ledger,
    steps: Vec<ReadStep>,
    /// The newest checkpoint, signed by the log key in force.
    newest: Option<(Note, TreeHead)>,
    /// The outcome that counts.
    outcome: Option<Outcome>,
    /// How draws were given up, in words.
    voids: Vec<String>,
    /// Checkpoints kept by whoever read the whole log, by the step that they witnessed. Empty for a bundle.
    witnessed: std::collections::BTreeMap<klero_draw::hash::StepHash, Note>,
    /// How fair the panel list is, in words.
    fairness: Option<String>,
}

impl<'a> Case<'a> {
    /// The draw that the bundle is about.
    fn draw(&self) -> Option<&DrawState> {
        self.ledger.draw(&self.bundle.draw)
    }

    fn fail(&mut self, id: CheckId, finding: Finding) {
        self.checks.fail(id, finding);
    }
}

/// Verifies a bundle. `trust` is the verifier's own; without it the keys that the log names are believed, and the report says so.
#[must_use]
pub fn verify(text: &str, source: &dyn ArtifactSource, trust: Option<&Trust>, options: Options) -> Report {
    let bundle = match Bundle::parse(text) {
        Ok(bundle) => bundle,
        Err(error) => return Report::unreadable(Finding::because(error.to_string())),
    };
    let mut checks = Checks::default();
    require_always(&mut checks);
    let scope = Scope::read(&bundle, &mut checks);
    let beside = artifacts::beside(&bundle, &scope, source, &mut checks);
    let artifacts = Artifacts::check(&bundle, &beside, &scope, &mut checks);
    let mut case = Case {
        bundle: &bundle,
        trust,
        options,
        checks,
        scope,
        artifacts,
        ledger: Ledger::partial(),
        steps: Vec::new(),
        newest: None,
        outcome: None,
        voids: Vec::new(),
        witnessed: std::collections::BTreeMap::new(),
        fairness: None,
    };
    case.replay();
    case.check_keys();
    case.check_proofs();
    case.check_anchor();
    case.check_witnesses();
    case.check_organiser();
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
    let mut report = case.report();
    crate::tokens::judge(text, trust, &Unchecked, &mut report);
    report
}

/// The checks whose skip always makes a verdict incomplete.
fn require_always(checks: &mut Checks) {
    for id in [
        CheckId::Format,
        CheckId::LogSignature,
        CheckId::LogInclusion,
        CheckId::LogChain,
        CheckId::OrganiserKeys,
        CheckId::TermsSignatures,
        CheckId::TermsAttempts,
        CheckId::Voids,
    ] {
        checks.require(id);
    }
    checks.ran(CheckId::Format);
    // Judged by `crate::tokens`, which has to ask who signed them.
    checks.skip(CheckId::TimeTokens, "the bundle holds no outside timestamp on the seal");
}

impl Case<'_> {
    fn report(self) -> Report {
        let facts = self.facts();
        let rehearsal = self.rehearsal_line();
        let subject = self.subject();
        let checks = self.checks.finish();
        Report { verdict: verdict(&checks), rehearsal, checks, facts, subject }
    }

    fn subject(&self) -> Option<Subject> {
        let draw = self.draw()?;
        let from = draw.terms().and_then(|terms| terms.pool.from.as_ref());
        Some(Subject {
            origin: self.ledger.origin()?.to_owned(),
            log: self.ledger.log_keys().first()?.to_text(),
            draw: self.bundle.draw.to_string(),
            outcome: draw.result().map(|result| result.outcome.to_string()),
            replacements: draw
                .vacancies()
                .iter()
                .filter_map(|vacancy| Some(vacancy.answer.as_ref()?.outcome.to_string()))
                .collect(),
            begun: draw.seal().map_or(draw.first_announced().seq, |seal| seal.at.seq),
            from: from.map(|from| Link {
                draw: from.draw.to_string(),
                outcome: from.outcome.to_string(),
                replacements: from.replacements.iter().map(ToString::to_string).collect(),
            }),
        })
    }
}

/// A table, where a method's inputs are put together.
type TableOf<'t> = Option<&'t Table<'t>>;
