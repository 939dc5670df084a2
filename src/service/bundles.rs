//! Proof bundles from the open log (spec §9.1). The bundle is put together by the verifier's own code; here it is only given the bytes.

use klero_draw::hash::ArtifactHash;
use klero_draw::names::Slug;
use klero_draw::step::{StepKind, UnverifiedStep};
use klero_tlog::policy::Policy;
use klero_tlog::tlog_proof::TlogProof;
use klero_tlog::{ConsistencyProof, InclusionProof, Note, VerifierKey};
use klero_verifier::artifacts::ArtifactSource;
use klero_verifier::build::{BuildError, LogSource, build_bundle};
use klero_verifier::bundle::Bundle;
use klero_verifier::report::Report;
use klero_verifier::trust::Trust;
use klero_verifier::verify::{Options, verify};
use serde_json::json;

use super::Service;
use super::kept::Kept;
use super::sealing::MAX_ARTIFACT_BYTES;
use crate::failure::Failure;
use crate::sequencer::LogReader;

impl Service {
    /// The proof bundle of a draw.
    pub fn bundle(&self, draw: &Slug) -> Result<String, Failure> {
        let ledger = self.ledger().clone();
        let log = Reading { log: self.reader(), kept: self.kept.clone() };
        build_bundle(&ledger, draw, &log, &log).map_err(|e| match e {
            BuildError::NoDraw { .. } => super::no_such_draw(draw),
            other => Failure::unavailable(format!("the bundle of '{draw}' cannot be made: {other}")),
        })
    }
}

impl Service {
    /// The service's own check of a draw's bundle, by the verifier's code and with the keys of this log; and how many witnesses the log's
    /// policy counts on the seal, if it has a policy. It convinces nobody by itself: it is what anyone can run.
    pub(crate) fn self_check(&self, draw: &Slug) -> Result<(Report, Option<u64>), Failure> {
        let text = self.bundle(draw)?;
        let (trust, policy) = self.own_trust()?;
        let report =
            verify(&text, &Reading { log: self.reader(), kept: self.kept.clone() }, Some(&trust), Options::default());
        let witnesses = policy.map(|policy| witnesses_of_seal(&text, &policy));
        Ok((report, witnesses))
    }

    /// What this log says about itself, as a trust file.
    fn own_trust(&self) -> Result<(Trust, Option<String>), Failure> {
        let about = self.about();
        let policy = self.policy()?;
        // The first keys: the log's policy names them, and the others follow from them by the log's own steps.
        let first = |keys: &[VerifierKey]| keys.first().map(VerifierKey::to_text).unwrap_or_default();
        let (log, service) = {
            let ledger = self.ledger();
            (first(ledger.log_keys()), first(ledger.service_keys()))
        };
        let mut content = json!({"format": "kleroterion/v1/trust", "log": log, "service": service});
        if let Some(rehearsal) = &about.rehearsal {
            content["rehearsal"] = serde_json::to_value(rehearsal).map_err(Failure::unavailable)?;
        }
        if let Some(policy) = &policy {
            let lists_logs = Policy::parse(policy.as_bytes()).is_ok_and(|policy| !policy.logs().is_empty());
            content["policy"] = if lists_logs { policy.clone() } else { format!("log {log}\n{policy}") }.into();
        }
        content["margin_secs"] = self.margin_secs().into();
        let trust = Trust::parse(&content.to_string()).map_err(|e| Failure::unavailable(format!("own keys: {e}")))?;
        Ok((trust, policy))
    }

    /// The witness policy that the log's first step names.
    fn policy(&self) -> Result<Option<String>, Failure> {
        let entry = self.reader().entry(0).map_err(Failure::unavailable)?;
        let step = UnverifiedStep::parse(&entry).map_err(Failure::unavailable)?;
        Ok(match &step.claims().kind {
            StepKind::Opened(opened) => opened.policy.clone(),
            _ => None,
        })
    }

    /// How long a published artifact is, in bytes; 0 if it is not there.
    pub(crate) fn artifact_bytes(&self, name: &ArtifactHash) -> u64 {
        std::fs::metadata(self.public().join("artifact").join(name.to_string())).map_or(0, |m| m.len())
    }

    /// Seconds before a round by which a seal must be witnessed.
    pub(crate) fn margin_secs(&self) -> u64 {
        self.config.margin_secs
    }
}

/// Distinct witnesses of the policy whose cosignatures stand on the checkpoint that first covered the seal; 0 without a quorum.
fn witnesses_of_seal(bundle: &str, policy: &str) -> u64 {
    let (Ok(policy), Ok(bundle)) = (Policy::parse(policy.as_bytes()), Bundle::parse(bundle)) else { return 0 };
    let policy = policy.without_logs();
    let seal = bundle.steps.iter().find(|step| {
        UnverifiedStep::parse(step.entry.as_bytes()).is_ok_and(
            |s| matches!(&s.claims().kind, StepKind::Sealed(sealed) if sealed.terms.value().draw == bundle.draw),
        )
    });
    let proof = seal.and_then(|step| TlogProof::parse(step.witnessed.as_ref()?.proof.as_bytes()).ok());
    let met = proof.and_then(|proof| policy.evaluate(proof.checkpoint()).ok());
    met.map_or(0, |met| u64::try_from(met.witnesses().len()).unwrap_or(u64::MAX))
}

struct Reading {
    log: LogReader,
    kept: Kept,
}

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl LogSource for Reading {
    fn newest(&self) -> Result<Note, String> {
        Note::parse(self.log.checkpoint().note.as_bytes()).map_err(words)
    }
    fn entry(&self, index: u64) -> Result<Vec<u8>, String> {
        self.log.entry(index).map_err(words)
    }
    fn inclusion(&self, index: u64, size: u64) -> Result<InclusionProof, String> {
        self.log.inclusion(index, size).map_err(words)
    }
    fn consistency(&self, old: u64, new: u64) -> Result<ConsistencyProof, String> {
        self.log.consistency(old, new).map_err(words)
    }
    fn tokens(&self, index: u64) -> Result<Vec<Vec<u8>>, String> {
        self.kept.tokens(index).map_err(words)
    }
    fn witnessed(&self, index: u64) -> Result<Option<Note>, String> {
        self.kept.get(index).map_err(words)
    }
}

impl ArtifactSource for Reading {
    fn artifact(&self, name: &ArtifactHash) -> Result<Option<String>, String> {
        let bytes = self.log.publisher().get_artifact(name, MAX_ARTIFACT_BYTES).map_err(words)?;
        bytes.map(String::from_utf8).transpose().map_err(words)
    }
}
