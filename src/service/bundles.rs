//! Proof bundles from the open log (spec §9.1). The bundle is put together by the verifier's own code; here it is only given the bytes.

use klero_draw::hash::ArtifactHash;
use klero_draw::names::Slug;
use klero_tlog::{ConsistencyProof, InclusionProof, Note};
use klero_verifier::artifacts::ArtifactSource;
use klero_verifier::build::{BuildError, LogSource, build_bundle};

use super::Service;
use super::sealing::MAX_ARTIFACT_BYTES;
use crate::failure::Failure;
use crate::sequencer::LogReader;

impl Service {
    /// The proof bundle of a draw.
    pub fn bundle(&self, draw: &Slug) -> Result<String, Failure> {
        let ledger = self.ledger().clone();
        let log = Reading(self.reader());
        build_bundle(&ledger, draw, &log, &log).map_err(|e| match e {
            BuildError::NoDraw { .. } => super::no_such_draw(draw),
            other => Failure::unavailable(format!("the bundle of '{draw}' cannot be made: {other}")),
        })
    }
}

struct Reading(LogReader);

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl LogSource for Reading {
    fn newest(&self) -> Result<Note, String> {
        Note::parse(self.0.checkpoint().note.as_bytes()).map_err(words)
    }
    fn entry(&self, index: u64) -> Result<Vec<u8>, String> {
        self.0.entry(index).map_err(words)
    }
    fn inclusion(&self, index: u64, size: u64) -> Result<InclusionProof, String> {
        self.0.inclusion(index, size).map_err(words)
    }
    fn consistency(&self, old: u64, new: u64) -> Result<ConsistencyProof, String> {
        self.0.consistency(old, new).map_err(words)
    }
    fn witnessed(&self, _: u64) -> Result<Option<Note>, String> {
        // Checkpoints with cosignatures are kept by a log that has witnesses; this one submits its checkpoints to none.
        Ok(None)
    }
}

impl ArtifactSource for Reading {
    fn artifact(&self, name: &ArtifactHash) -> Result<Option<String>, String> {
        let bytes = self.0.publisher().get_artifact(name, MAX_ARTIFACT_BYTES).map_err(words)?;
        bytes.map(String::from_utf8).transpose().map_err(words)
    }
}
