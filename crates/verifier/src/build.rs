//! Putting a bundle together (spec §9.1): a pure function of the ledger, a log and artifacts. Used by the service and the command line.
//!
//! It never judges: what it writes is for [`crate::verify`] to check. It leaves out nothing that §9.1 demands, and refuses to write a bundle
//! that could not be complete.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use klero_draw::hash::ArtifactHash;
use klero_draw::names::Slug;
use klero_tlog::checkpoint::CheckpointError;
use klero_tlog::tlog_proof::{TlogProof, TlogProofError};
use klero_tlog::{Checkpoint, ConsistencyProof, InclusionProof, Note};

use crate::artifacts::ArtifactSource;
use crate::bundle::{Bundle, BundleStep, INLINE_LIMIT, Witnessed};
use crate::ledger::{DrawState, Ledger};

/// A log that can prove what it holds. Errors are words for the operator.
pub trait LogSource {
    /// The newest checkpoint, with whatever cosignatures it has.
    fn newest(&self) -> Result<Note, String>;
    /// The bytes of an entry.
    fn entry(&self, index: u64) -> Result<Vec<u8>, String>;
    /// The proof that an entry is in the tree of `size` leaves.
    fn inclusion(&self, index: u64, size: u64) -> Result<InclusionProof, String>;
    /// The proof that the tree of `new` leaves extends the tree of `old`.
    fn consistency(&self, old: u64, new: u64) -> Result<ConsistencyProof, String>;
    /// The earliest kept checkpoint that covers the entry and bears cosignatures, for a `sealed`, `vacated` or `voided` step.
    fn witnessed(&self, index: u64) -> Result<Option<Note>, String>;
    /// Outside timestamps on that checkpoint, DER.
    fn tokens(&self, index: u64) -> Result<Vec<Vec<u8>>, String> {
        let _none = index;
        Ok(Vec::new())
    }
}

/// Why there is no bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// No such draw.
    #[error("draw '{draw}' was never announced in this log")]
    NoDraw {
        /// Slug.
        draw: Slug,
    },
    /// The log or an artifact source failed.
    #[error("{0}")]
    Source(String),
    /// An entry is not under the newest checkpoint yet.
    #[error("step {index} is not published yet: the newest checkpoint has {size} entries")]
    NotPublished {
        /// The step.
        index: u64,
        /// Entries under the checkpoint.
        size: u64,
    },
    /// A checkpoint that is none.
    #[error("the log's checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// A proof that cannot be written.
    #[error("a proof of the log: {0}")]
    Proof(#[from] TlogProofError),
    /// An artifact is gone.
    #[error("artifact {name} is needed for the bundle and is not there")]
    Artifact {
        /// Its name.
        name: ArtifactHash,
    },
    /// An entry that is not text.
    #[error("entry {index} is not text")]
    NotText {
        /// Index in the log.
        index: u64,
    },
}

/// The indices of the steps that a bundle of this draw holds (spec §9.1), ascending.
pub fn steps_of(ledger: &Ledger, draw: &Slug) -> Result<BTreeSet<u64>, BuildError> {
    let state = ledger.draw(draw).ok_or_else(|| BuildError::NoDraw { draw: draw.clone() })?;
    let note = state.announced();
    let mut steps = BTreeSet::from([0]);
    steps.extend(ledger.key_steps());
    let organiser = ledger.organiser(&note.organiser);
    steps.extend(organiser.iter().flat_map(|organiser| organiser.versions()).map(|version| version.at.seq));
    steps.extend(attempts(ledger, draw).iter().flat_map(|(_, attempt)| attempt.steps()));
    if let Some(from) = state.terms().and_then(|terms| terms.pool.from.as_ref()) {
        let earlier = ledger.draw(&from.draw);
        steps.extend(earlier.and_then(DrawState::result).map(|result| result.at.seq));
        let answers =
            earlier.map_or(&[][..], DrawState::vacancies).iter().filter_map(|vacancy| vacancy.answer.as_ref());
        steps.extend(answers.filter(|one| from.replacements.contains(&one.outcome)).map(|one| one.at.seq));
    }
    Ok(steps)
}

/// This draw's attempt and those before it for the same purpose.
fn attempts<'l>(ledger: &'l Ledger, draw: &Slug) -> Vec<(Slug, &'l DrawState)> {
    let Some(note) = ledger.draw(draw).map(DrawState::announced) else { return Vec::new() };
    let draws = ledger.purpose(&note.organiser, &note.purpose).map_or(&[][..], |purpose| purpose.draws());
    let upto = draws.iter().position(|other| other == draw).map_or(0, |at| at + 1);
    draws.iter().take(upto).filter_map(|slug| Some((slug.clone(), ledger.draw(slug)?))).collect()
}

/// The artifacts that a bundle of this draw names, and whether it cannot do without.
fn artifacts_of(ledger: &Ledger, draw: &Slug) -> BTreeMap<ArtifactHash, bool> {
    let mut names = BTreeMap::new();
    for (slug, state) in attempts(ledger, draw) {
        let own = slug == *draw;
        let mut name = |artifact: Option<ArtifactHash>, needed: bool| {
            if let Some(artifact) = artifact {
                *names.entry(artifact).or_insert(false) |= needed;
            }
        };
        if let Some(terms) = state.terms() {
            // Of an attempt that was given up, these show what its seed would have given.
            name(terms.pool.table, own && state.erased().is_none());
            name(terms.method.artifact(), own);
            name(terms.method.certificate(), own);
            if own {
                terms.pool.from.iter().flat_map(|from| from.artifacts()).for_each(|one| name(Some(one), true));
            }
        }
        for result in state.results() {
            name(Some(result.outcome), own && state.result().is_some_and(|last| last.outcome == result.outcome));
        }
        for answer in state.vacancies().iter().filter_map(|vacancy| vacancy.answer.as_ref()) {
            name(Some(answer.outcome), own);
        }
    }
    names
}

/// Writes the bundle of a draw, under the log's newest checkpoint. Artifacts over 32 MiB are left out: they lie beside it.
pub fn build_bundle(
    ledger: &Ledger,
    draw: &Slug,
    log: &dyn LogSource,
    artifacts: &dyn ArtifactSource,
) -> Result<String, BuildError> {
    let newest = log.newest().map_err(BuildError::Source)?;
    let size = Checkpoint::parse(newest.text())?.head().size;
    let mut steps = Vec::new();
    for index in steps_of(ledger, draw)? {
        if index >= size {
            return Err(BuildError::NotPublished { index, size });
        }
        let entry = log.entry(index).map_err(BuildError::Source)?;
        let entry = String::from_utf8(entry).map_err(|_| BuildError::NotText { index })?;
        let proof = proof(log, index, &newest)?;
        let witnessed = log.witnessed(index).map_err(BuildError::Source)?;
        let tokens = if witnessed.is_some() { log.tokens(index).map_err(BuildError::Source)? } else { Vec::new() };
        let witnessed = witnessed.filter(|note| *note != newest || !tokens.is_empty());
        let witnessed = witnessed.map(|note| earlier(log, index, &note, size, tokens)).transpose()?;
        steps.push(BundleStep { entry: Cow::Owned(entry), proof: Cow::Owned(proof), witnessed });
    }
    let mut texts = BTreeMap::new();
    for (name, needed) in artifacts_of(ledger, draw) {
        match artifacts.artifact(&name).map_err(BuildError::Source)? {
            Some(text) if text.len() <= INLINE_LIMIT => {
                texts.insert(name, Cow::Owned(text));
            }
            Some(_) => {}
            None if needed => return Err(BuildError::Artifact { name }),
            None => {}
        }
    }
    let key = ledger.log_keys().last().ok_or_else(|| BuildError::NoDraw { draw: draw.clone() })?;
    Ok(Bundle { artifacts: texts, draw: draw.clone(), log: key.clone(), steps }.to_text())
}

fn proof(log: &dyn LogSource, index: u64, checkpoint: &Note) -> Result<String, BuildError> {
    let size = Checkpoint::parse(checkpoint.text())?.head().size;
    let inclusion = log.inclusion(index, size).map_err(BuildError::Source)?;
    Ok(TlogProof::new(None, index, inclusion, checkpoint.clone())?.to_text())
}

fn earlier(
    log: &dyn LogSource,
    index: u64,
    note: &Note,
    newest: u64,
    tokens: Vec<Vec<u8>>,
) -> Result<Witnessed<'static>, BuildError> {
    let old = Checkpoint::parse(note.text())?.head().size;
    let consistency = log.consistency(old, newest).map_err(BuildError::Source)?;
    Ok(Witnessed { consistency: consistency.hashes().to_vec(), proof: Cow::Owned(proof(log, index, note)?), tokens })
}
