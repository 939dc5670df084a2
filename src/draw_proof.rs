//! A draw's proof bundle, as commands take it that act upon a draw: read within the verifier's bound, verified before anything in it is
//! believed, with the artifacts that are too large for it from a folder beside it.
//!
//! A bundle that is refuted or cannot be read is refused. One that is incomplete is taken, and says so: before its draw every bundle is.

use std::path::Path;

use klero_draw::names::Slug;
use klero_draw::organiser::AnnulReason;
use klero_draw::outcome::Outcome;
use klero_verifier::artifacts::ArtifactSource;
use klero_verifier::bundle::Bundle;
use klero_verifier::ledger::{DrawState, Ledger};
use klero_verifier::report::{Report, Status, Verdict};
use klero_verifier::trust::Trust;
use klero_verifier::verify::{Options, verify};

use crate::cli::{backend, out};
use crate::failure::{Failure, Named};
use crate::verify_io::{self, ArtifactFolder};

/// A bundle that is not refuted.
pub struct DrawProof {
    text: String,
    artifacts: ArtifactFolder,
    report: Report,
}

impl DrawProof {
    /// The bundle in a file, with artifacts from a folder and the verifier's own trust file.
    pub fn of_file(bundle: &Path, artifacts: Option<&Path>, trust: Option<&Path>) -> Result<Self, Failure> {
        let trust = trust.map(trust_file).transpose()?;
        Self::new(verify_io::bundle_text(bundle)?, ArtifactFolder::new(artifacts), trust.as_ref())
    }

    /// The bundle that a service makes of a draw, with its artifacts.
    pub fn of_service(dir: &Path, draw: &Slug, trust: Option<&Path>) -> Result<Self, Failure> {
        let trust = trust.map(trust_file).transpose()?;
        Self::new(backend::bundle(dir, draw)?, ArtifactFolder::of_service(dir), trust.as_ref())
    }

    fn new(text: String, artifacts: ArtifactFolder, trust: Option<&Trust>) -> Result<Self, Failure> {
        let report = verify(&text, &artifacts, trust, Options::default());
        let failed = || {
            let failed = report.checks.iter().filter(|check| check.status == Status::Failed);
            failed.map(|check| check.id.name()).collect::<Vec<_>>().join(", ")
        };
        match report.verdict {
            Verdict::Verified | Verdict::Incomplete => Ok(Self { text, artifacts, report }),
            Verdict::Refuted => Err(Failure::refused(format!("the bundle does not verify: REFUTED ({})", failed()))
                .advise("run klero verify on it: it says what is wrong. Believe nothing that this bundle says")),
            Verdict::Unreadable => Err(Failure::usage("the bundle cannot be read")
                .advise("run klero verify on it: it says what is wrong; or fetch the bundle again")),
        }
    }

    /// What the verifier found.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The state of the bundle's draw, which must be `draw` if that is given.
    pub fn state(&self, draw: Option<&Slug>) -> Result<DrawState, Failure> {
        state_of(&self.text, draw).map(|(_, state)| state)
    }

    /// The outcome, if the draw has one.
    pub fn outcome(&self, state: &DrawState) -> Result<Option<Outcome>, Failure> {
        let bundle = Bundle::parse(&self.text).map_err(|e| unreadable(&e))?;
        read_outcome(&bundle, state, &self.artifacts)
    }

    /// Prints what must be known before anything else: that the beacon proves nothing, that the result does not count any more.
    pub fn warn(&self, state: &DrawState) -> Result<(), Failure> {
        if let Some(rehearsal) = &self.report.rehearsal {
            out::line(rehearsal)?;
        }
        match state.annulled() {
            None => Ok(()),
            Some((_, reason)) => {
                let by = match reason {
                    AnnulReason::Court => "a court's order",
                    AnnulReason::Complaint => "an upheld complaint",
                };
                out::line(format!("ANNULLED by {by}: this result does not count any more"))
            }
        }
    }
}

fn trust_file(path: &Path) -> Result<Trust, Failure> {
    let text = std::fs::read_to_string(path).named("read the trust file", path)?;
    Trust::parse(&text).map_err(|e| Failure::usage(format!("{}: {e}", path.display())))
}

fn unreadable(e: &dyn std::fmt::Display) -> Failure {
    Failure::usage(format!("the bundle cannot be read: {e}"))
        .advise("run klero verify on it: it says what is wrong; or fetch the bundle again")
}

/// State and outcome of a bundle's draw. The bundle is not verified here.
pub fn outcome_of(
    text: &str,
    artifacts: &dyn ArtifactSource,
    draw: Option<&Slug>,
) -> Result<(DrawState, Outcome), Failure> {
    let (bundle, state) = state_of(text, draw)?;
    let outcome = read_outcome(&bundle, &state, artifacts)?.ok_or_else(|| no_outcome(&state))?;
    Ok((state, outcome))
}

/// Why there is no outcome, and what to do.
#[must_use]
pub fn no_outcome(state: &DrawState) -> Failure {
    let draw = &state.announced().draw;
    match state.void() {
        Some(_) => Failure::refused(format!("'{draw}' was given up before it was drawn: nobody was"))
            .advise("if it is to be drawn after all, announce it anew, under another name"),
        None => Failure::refused(format!("'{draw}' has no outcome yet"))
            .advise("wait for the draw, and fetch the bundle again"),
    }
}

/// The bundle, and the state of its draw.
fn state_of<'t>(text: &'t str, draw: Option<&Slug>) -> Result<(Bundle<'t>, DrawState), Failure> {
    let bundle = Bundle::parse(text).map_err(|e| unreadable(&e))?;
    if let Some(draw) = draw.filter(|draw| **draw != bundle.draw) {
        return Err(Failure::usage(format!("the bundle is of '{}', not of '{draw}'", bundle.draw))
            .advise(format!("fetch the bundle of '{draw}'")));
    }
    let mut ledger = Ledger::partial();
    for step in &bundle.steps {
        let step = ledger.open(step.entry.as_bytes()).map_err(|e| unreadable(&e))?;
        if ledger.check(&step).is_ok() {
            ledger.apply(&step).map_err(|e| unreadable(&e))?;
        }
    }
    let state = ledger.draw(&bundle.draw).cloned().ok_or_else(|| unreadable(&"its draw is not in it"))?;
    Ok((bundle, state))
}

fn read_outcome(
    bundle: &Bundle<'_>,
    state: &DrawState,
    artifacts: &dyn ArtifactSource,
) -> Result<Option<Outcome>, Failure> {
    let Some(name) = state.result().map(|result| result.outcome) else { return Ok(None) };
    let text = match bundle.artifacts.get(&name) {
        Some(text) => text.to_string(),
        None => artifacts
            .artifact(&name)
            .map_err(|e| Failure::usage(format!("the outcome {name} cannot be read: {e}")).advise(BESIDE))?
            .ok_or_else(|| {
                Failure::usage(format!("the outcome {name} is not in the bundle: it is too large, and lies beside it"))
                    .advise(BESIDE)
            })?,
    };
    Outcome::parse(&text).map(Some).map_err(|e| unreadable(&e))
}

const BESIDE: &str = "fetch it from …/artifact/HASH of the service, put it into a folder under that name, and give the folder: --artifacts DIR";
