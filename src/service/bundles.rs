//! Proof bundles from the open log (spec §9.1). The bundle is put together by the verifier's own code; here it is only given the bytes.

use klero_draw::hash::ArtifactHash;
use klero_draw::names::Slug;
use klero_tlog::{ConsistencyProof, InclusionProof, Note};
use klero_verifier::artifacts::ArtifactSource;
use klero_verifier::build::{BuildError, LogSource, build_bundle};

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
