//! The artifacts of a log: each that is there hashes to its name, and each that a step names is there, unless its draw was erased.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;

use klero_draw::hash::ArtifactHash;
use klero_draw::names::Slug;
use klero_draw::step::{Step, StepKind};

use super::{MAX_NAMED_FAULTS, Report, Site};
use crate::files::FileError;
use crate::publish::Publisher;

/// What the steps of a log name, as they are read in their order.
#[derive(Clone, Debug, Default)]
pub struct NamedArtifacts {
    always: BTreeSet<ArtifactHash>,
    /// Tables, which go when their draws are erased. Draws from one pool share one.
    tables: BTreeMap<Slug, ArtifactHash>,
}

impl NamedArtifacts {
    /// Takes note of a step that the log's rules admit.
    pub fn read(&mut self, step: &Step) {
        match &step.kind {
            StepKind::Sealed(sealed) => {
                let terms = sealed.terms.value();
                self.always.extend(terms.method.artifact());
                self.always.extend(terms.method.certificate());
                if let Some(table) = terms.pool.table {
                    self.tables.insert(terms.draw.clone(), table);
                }
            }
            StepKind::Drawn(drawn) => {
                self.always.insert(drawn.outcome);
            }
            StepKind::Replaced(replaced) => {
                self.always.insert(replaced.outcome);
            }
            StepKind::Erased(note) => {
                self.tables.remove(&note.value().draw);
            }
            _ => {}
        }
    }

    fn all(&self) -> BTreeSet<ArtifactHash> {
        self.always.iter().chain(self.tables.values()).copied().collect()
    }
}

/// Each artifact hashes to its name.
pub(super) fn compare_artifacts(report: &mut Report, site: &Site, publisher: &Publisher) -> Result<(), FileError> {
    let expected = "each artifact hashes to its name";
    let folder = publisher.path().join("artifact");
    let mut wrong = Vec::new();
    for item in site.files.list(&folder)?.unwrap_or_default() {
        if item.name.starts_with('.') {
            continue;
        }
        let path = folder.join(&item.name);
        let hash = file_hash(&path).map_err(|e| FileError::new("read", &path, &e));
        if item.is_folder || hash? != item.name {
            wrong.push(item.name);
        }
    }
    for name in wrong.iter().take(MAX_NAMED_FAULTS) {
        report.add("artifacts", false, expected, format!("{name} does not"));
        report.advise("restore the artifacts that differ from a backup, or from anybody who downloaded them");
    }
    if wrong.is_empty() {
        report.add("artifacts", true, expected, expected);
    }
    Ok(())
}

/// Each artifact that the log names is there. A name is looked for, not read: [`super::fsck`] has hashed what is there.
pub fn compare_named_artifacts(site: &Site, named: &NamedArtifacts, report: &mut Report) -> Result<(), FileError> {
    let about = "artifacts.named";
    let items = site.files.list(&site.publisher().path().join("artifact"))?.unwrap_or_default();
    let there: BTreeSet<String> = items.into_iter().map(|item| item.name).collect();
    let named = named.all();
    let missing: Vec<String> = named.iter().map(ToString::to_string).filter(|name| !there.contains(name)).collect();
    let expected = "each artifact that the log names";
    for name in missing.iter().take(MAX_NAMED_FAULTS) {
        report.add(about, false, expected, format!("{name} is missing"));
    }
    if missing.len() > MAX_NAMED_FAULTS {
        report.add(about, false, expected, format!("{} more are missing", missing.len() - MAX_NAMED_FAULTS));
    }
    if missing.is_empty() {
        report.add(about, true, expected, format!("all {} that the log names", named.len()));
    } else {
        report.advise(
            "put the artifacts that are missing back into public/artifact: from a backup, from a mirror, or from anybody who downloaded them",
        );
    }
    Ok(())
}

fn file_hash(path: &Path) -> std::io::Result<String> {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        match std::io::Read::read(&mut file, &mut buffer)? {
            0 => return Ok(hex::encode(hash.finalize())),
            count => hash.update(&buffer[..count]),
        }
    }
}
