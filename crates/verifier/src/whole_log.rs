//! The whole log (spec §8): all entries read, every rule of §4 checked draw by draw, the root compared with the checkpoint. Only this can
//! show that a bundle leaves nothing out.

use klero_draw::hash::StepHash;
use klero_draw::names::Slug;
use klero_tlog::tile::{BundleId, TILE_WIDTH};
use klero_tlog::{Hash, MerkleTree, Note, VerifiedCheckpoint, leaf_hash};

use crate::build::steps_of;
use crate::bundle::Bundle;
use crate::ledger::{DrawState, Ledger};
use crate::report::{CheckId, Finding, Report, Status};
use crate::trust::Trust;
use crate::when;

/// A log's public files by their paths (spec §8): a folder or a web server. It is trusted with nothing.
pub trait LogFiles {
    /// The bytes of a file of at most `limit` bytes, or words why there are none.
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, String>;
}

/// Longest checkpoint file read, in bytes.
const CHECKPOINT_LIMIT: u64 = 1 << 20;
/// Longest bundle of entries: 256 entries of 65,535 bytes and their lengths.
const ENTRIES_LIMIT: u64 = 256 * 65_537;
/// How many failures of a log are told one by one.
const TOLD: usize = 20;

/// The files that make up a log are not there, or cannot be read: no verdict.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct LogUnreadable {
    /// Path below the log's place.
    pub path: String,
    /// What went wrong.
    pub problem: String,
}

/// A log that was read whole.
#[derive(Debug, Clone)]
pub struct WholeLog {
    ledger: Ledger,
    tree: MerkleTree,
    checkpoint: Note,
    findings: Vec<(CheckId, Finding)>,
}

impl WholeLog {
    /// Reads checkpoint and entries and replays all steps. What is wrong with them is kept as findings.
    pub fn read(files: &dyn LogFiles, trust: Option<&Trust>) -> Result<Self, LogUnreadable> {
        let unreadable = |path: &str, problem: String| LogUnreadable { path: path.to_owned(), problem };
        let bytes = files.read("checkpoint", CHECKPOINT_LIMIT).map_err(|problem| unreadable("checkpoint", problem))?;
        let note = Note::parse(&bytes).map_err(|error| unreadable("checkpoint", error.to_string()))?;
        let checkpoint =
            klero_tlog::Checkpoint::parse(note.text()).map_err(|error| unreadable("checkpoint", error.to_string()))?;
        let head = checkpoint.head();
        let mut log = Self { ledger: Ledger::new(), tree: MerkleTree::new(), checkpoint: note, findings: Vec::new() };
        while log.tree.size() < head.size {
            let Some(bundle) = BundleId::of_entry(log.tree.size(), head.size) else { break };
            let (stored, bytes) = read_entries(files, bundle)?;
            let path = stored.path();
            let entries = stored.decode(&bytes).map_err(|error| unreadable(&path, error.to_string()))?;
            entries.into_iter().take(usize::from(bundle.width())).for_each(|entry| log.replay(entry));
        }
        log.check_checkpoint(trust, head.root);
        Ok(log)
    }

    fn find(&mut self, id: CheckId, finding: Finding) {
        self.findings.push((id, finding));
    }

    fn replay(&mut self, entry: &[u8]) {
        let index = self.tree.size();
        let leaf = leaf_hash(entry);
        self.tree.append(leaf);
        match self.ledger.open(entry) {
            Err(error) => {
                let reason = format!("whole log: entry {index} is no step: {error}");
                self.find(CheckId::LogSignature, Finding::because(reason));
                self.ledger.go_past(StepHash(leaf.to_bytes()));
            }
            Ok(step) => {
                for violation in self.ledger.apply_anyway(&step) {
                    let reason = format!("whole log: {violation}");
                    self.find(CheckId::LogChain, Finding::because(reason));
                }
            }
        }
    }

    fn check_checkpoint(&mut self, trust: Option<&Trust>, root: Hash) {
        let computed = self.tree.root();
        if computed != root {
            let reason = "whole log: the entries do not hash to the checkpoint's root";
            self.find(CheckId::LogInclusion, Finding::mismatch(root, computed, reason));
        }
        let keys: Vec<_> = self.ledger.log_keys().last().cloned().into_iter().collect();
        match VerifiedCheckpoint::open_note(&self.checkpoint, &keys) {
            Ok(checkpoint) if checkpoint.checkpoint().extensions().is_empty() => {}
            Ok(_) => self.find(CheckId::Format, Finding::because("whole log: the checkpoint has extension lines")),
            Err(error) => {
                let reason = format!("whole log: the checkpoint is not signed by the log's key: {error}");
                self.find(CheckId::LogSignature, Finding::because(reason));
            }
        }
        let Some(trust) = trust else { return };
        if !self.ledger.log_keys().contains(trust.log()) || !self.ledger.service_keys().contains(trust.service()) {
            let reason = "whole log: it is not the log whose keys the trust file names";
            self.find(CheckId::LogSignature, Finding::because(reason));
        }
    }

    /// The replayed ledger.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// What is wrong with the log.
    #[must_use]
    pub fn findings(&self) -> &[(CheckId, Finding)] {
        &self.findings
    }

    /// Adds to a bundle's report what the whole log shows: that the bundle is of this log, that it leaves nothing out, and every draw of
    /// its organiser.
    pub fn compare(&self, text: &str, trust: Option<&Trust>, report: &mut Report) {
        for (id, finding) in self.findings.iter().take(TOLD) {
            report.fail(*id, finding.clone());
        }
        let Ok(bundle) = Bundle::parse(text) else { return };
        let size = self.compare_head(&bundle, report);
        self.compare_anchor(trust, report);
        let mut held = Vec::new();
        for (at, step) in bundle.steps.iter().enumerate() {
            let leaf = leaf_hash(step.entry.as_bytes());
            let claim = klero_draw::step::UnverifiedStep::parse(step.entry.as_bytes());
            let Ok(seq) = claim.map(|claim| claim.claims().seq) else { continue };
            held.push(seq);
            let logged = usize::try_from(seq).ok().and_then(|seq| self.tree.leaves().get(seq));
            if logged.is_some_and(|logged| *logged != leaf) {
                let reason = format!("whole log: entry {seq} is another than steps[{at}] of the bundle");
                report.fail(CheckId::LogConsistency, Finding::because(reason));
            }
        }
        self.compare_steps(&bundle.draw, size, &held, report);
        self.list_draws(&bundle.draw, report);
    }

    /// The bundle's newest checkpoint is a state of this log. Gives its size.
    fn compare_head(&self, bundle: &Bundle<'_>, report: &mut Report) -> u64 {
        let proof =
            bundle.steps.first().and_then(|step| klero_tlog::tlog_proof::TlogProof::parse(step.proof.as_bytes()).ok());
        let checkpoint = proof.and_then(|proof| klero_tlog::Checkpoint::parse(proof.checkpoint().text()).ok());
        let Some(head) = checkpoint.map(|checkpoint| checkpoint.head()) else { return 0 };
        if head.size > self.tree.size() {
            let reason = format!(
                "the log that was read has {} entries and the bundle's checkpoint {}: read a newer copy of the log",
                self.tree.size(),
                head.size
            );
            report.skip(CheckId::LogConsistency, reason);
        } else if self.tree.root_at(head.size) != Ok(head.root) {
            let reason = "whole log: the bundle's checkpoint is not a state of this log: it was forked";
            let found = self.tree.root_at(head.size).map_or_else(|_| "none".to_owned(), |root| root.to_string());
            report.fail(CheckId::LogConsistency, Finding::mismatch(head.root, found, reason));
        } else {
            report.pass(CheckId::LogConsistency);
        }
        head.size
    }

    fn compare_anchor(&self, trust: Option<&Trust>, report: &mut Report) {
        let Some(anchor) = trust.and_then(|trust| trust.anchor()) else { return };
        match self.tree.root_at(anchor.size) {
            Ok(root) if root == anchor.root => {}
            Ok(root) => {
                let reason = "whole log: it does not extend the state seen earlier: it was forked";
                report.fail(CheckId::LogConsistency, Finding::mismatch(anchor.root, root, reason));
            }
            Err(_) => {
                report.skip(CheckId::LogConsistency, "the log that was read is shorter than the state seen earlier")
            }
        }
    }

    /// The bundle leaves out no step that was logged when it was made.
    fn compare_steps(&self, draw: &Slug, size: u64, held: &[u64], report: &mut Report) {
        let Ok(needed) = steps_of(&self.ledger, draw) else {
            let reason = format!("whole log: draw '{draw}' was never announced in it");
            return report.fail(CheckId::TermsAttempts, Finding::because(reason));
        };
        let (then, later): (Vec<u64>, Vec<u64>) = needed.into_iter().partition(|seq| *seq < size);
        if let Some(seq) = then.iter().find(|seq| !held.contains(seq)) {
            let reason = format!("whole log: the bundle leaves out step {seq}");
            report.fail(CheckId::TermsAttempts, Finding::because(reason));
        }
        report.facts.push(format!(
            "THE WHOLE LOG was read: {} entries, every rule checked, {} wrong.",
            self.tree.size(),
            self.findings.len()
        ));
        report.facts.extend(standing(&self.ledger));
        if !later.is_empty() {
            let count = later.len();
            report.facts.push(format!(
                "Since this bundle was made, {count} more steps of it were logged: ask for a newer one."
            ));
        }
    }

    fn list_draws(&self, draw: &Slug, report: &mut Report) {
        let Some(organiser) = self.ledger.draw(draw).map(|state| state.announced().organiser.clone()) else { return };
        report.facts.push(format!("All draws of '{organiser}' in this log:"));
        for (slug, state) in self.ledger.draws().filter(|(_, state)| state.announced().organiser == organiser) {
            report.facts.push(line(slug, state));
        }
    }

    /// The leaf hash of an entry.
    #[must_use]
    pub fn leaf(&self, index: u64) -> Option<StepHash> {
        let leaf = self.tree.leaves().get(usize::try_from(index).ok()?)?;
        Some(StepHash(leaf.to_bytes()))
    }
}

/// Where the log comes from, and where it went.
#[must_use]
pub fn standing(ledger: &Ledger) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(before) = ledger.predecessor() {
        lines.push(format!(
            "This log says that it continues the log {}, closed by step {}: read that one to see that it names this one.",
            before.log.0.to_text(),
            before.closed
        ));
    }
    if ledger.is_closed() {
        lines.push(match ledger.successor() {
            Some(key) => format!(
                "THIS LOG IS CLOSED: nothing follows in it. It names as its successor the log {}.",
                key.to_text()
            ),
            None => "THIS LOG IS CLOSED: nothing follows in it, and it names no successor.".to_owned(),
        });
    }
    lines
}

/// The bundle of entries as it lies there: partial, or full once the log has grown past it.
fn read_entries(files: &dyn LogFiles, bundle: BundleId) -> Result<(BundleId, Vec<u8>), LogUnreadable> {
    let partial = files.read(&bundle.path(), ENTRIES_LIMIT);
    let full = BundleId::new(bundle.index(), TILE_WIDTH).ok().filter(|full| *full != bundle);
    match (partial, full) {
        (Ok(bytes), _) => Ok((bundle, bytes)),
        (Err(problem), None) => Err(LogUnreadable { path: bundle.path(), problem }),
        (Err(problem), Some(full)) => match files.read(&full.path(), ENTRIES_LIMIT) {
            Ok(bytes) => Ok((full, bytes)),
            Err(_) => Err(LogUnreadable { path: bundle.path(), problem }),
        },
    }
}

/// One draw in a line.
fn line(slug: &Slug, state: &DrawState) -> String {
    let note = state.announced();
    let mut words = format!(
        "  '{slug}' for '{}', attempt {}: {}, announced {}",
        note.purpose,
        note.attempt,
        state.phase(),
        when::show(state.first_announced().time)
    );
    if note.postponed > 0 {
        words.push_str(&format!(", postponed {} times", note.postponed));
    }
    if state.void().is_some() && !state.cancelled_by_own_time(0) {
        words.push_str(", ABANDONED after its round could be known");
    }
    if !state.left().is_empty() {
        words.push_str(&format!(", {} gave up their seat", state.left().len()));
    }
    words
}

impl Report {
    /// A check that could not be decided from the bundle passes with the whole log, unless it failed.
    fn pass(&mut self, id: CheckId) {
        for check in self.checks.iter_mut().filter(|check| check.id == id && check.status == Status::Skipped) {
            check.status = Status::Passed;
            check.reason = Some("by reading the whole log".to_owned());
        }
        self.judge();
    }

    /// A check that the whole log was to decide and could not.
    pub(crate) fn skip(&mut self, id: CheckId, reason: impl Into<String>) {
        let reason = reason.into();
        for check in self.checks.iter_mut().filter(|check| check.id == id && check.status != Status::Failed) {
            check.status = Status::Skipped;
            check.required = true;
            check.reason = Some(reason.clone());
        }
        self.judge();
    }
}
