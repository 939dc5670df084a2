//! Looking at a log that does not run, and mending it: `fsck`, `repair`, `export`.
//!
//! A check changes nothing: sled alters what it opens, so it opens a copy. A repair destroys nothing: what it replaces is
//! renamed aside, and what it makes is proved against the guard before it takes the place. There are three things to
//! repair, and each only from something that proves it right: the database from the tiles, the tiles from the database,
//! the guard from a signed checkpoint that somebody else kept.

mod artifacts;
mod export;
mod repair;

use std::fmt;
use std::fs::File;
use std::sync::Arc;

use klero_tlog::proof::TreeHead;
use klero_tlog::{VerifiedCheckpoint, VerifierKey};

use crate::files::{FileError, Files, LogFolder};
use crate::guard::{Guard, GuardError};
use crate::publish::{Publisher, TileFault, TileFaultKind};
use crate::sequencer::opening::{EntryCheck, LogSetup, OpenError, ReadThrough, Stores, check_root, lock, read_through};
use artifacts::compare_artifacts;
pub use artifacts::{NamedArtifacts, compare_named_artifacts};
pub use export::{Export, ExportError};
pub use repair::{RepairError, Repaired, repair_from_tiles, repair_tiles, restore_guard};

/// Most faults of tiles that a report names one by one.
const MAX_NAMED_FAULTS: usize = 20;
/// A log that is to be looked at or mended. Needs no private key.
#[derive(Clone)]
pub struct Site {
    /// Where it lies.
    pub folder: LogFolder,
    /// How its files are written.
    pub files: Arc<dyn Files>,
    /// Keys that sign its checkpoints; the present one first.
    pub keys: Vec<VerifierKey>,
    /// Where its store comes from.
    pub stores: Arc<dyn Stores>,
}

impl From<&LogSetup> for Site {
    fn from(setup: &LogSetup) -> Self {
        let (folder, files) = (setup.folder.clone(), Arc::clone(&setup.files));
        Self { folder, files, keys: setup.signer.known_keys(), stores: Arc::clone(&setup.stores) }
    }
}

impl Site {
    fn publisher(&self) -> Publisher {
        Publisher::new(self.folder.public(), Arc::clone(&self.files))
    }
    fn guard(&self) -> Result<Guard, GuardError> {
        Guard::read(self.files.as_ref(), &self.folder.guard(), &self.keys)
    }
}

/// One thing that was compared with another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What: `guard`, `store.size`, `tiles.needed`, …
    pub about: &'static str,
    /// How it came out.
    pub verdict: Verdict,
    /// What should be.
    pub expected: String,
    /// What is.
    pub found: String,
}

/// How a comparison came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Agrees,
    /// Not as it should be.
    Differs,
    /// Could not be compared, because of something else that the report names.
    Unknown,
}

/// Everything that [`fsck`] compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// In the order in which they were compared.
    pub facts: Vec<Fact>,
    /// What to do about each thing that differs.
    pub advice: Vec<&'static str>,
}

impl Report {
    /// Whether everything could be compared and agrees.
    pub fn is_sound(&self) -> bool {
        self.facts.iter().all(|fact| fact.verdict == Verdict::Agrees)
    }

    fn add(
        &mut self,
        about: &'static str,
        agrees: bool,
        expected: impl fmt::Display,
        found: impl fmt::Display,
    ) -> bool {
        let verdict = if agrees { Verdict::Agrees } else { Verdict::Differs };
        self.facts.push(Fact { about, verdict, expected: expected.to_string(), found: found.to_string() });
        agrees
    }

    fn unknown(&mut self, about: &'static str, because: impl fmt::Display) {
        self.facts.push(Fact {
            about,
            verdict: Verdict::Unknown,
            expected: "to be compared".to_owned(),
            found: because.to_string(),
        });
    }

    fn advise(&mut self, advice: &'static str) {
        if !self.advice.contains(&advice) {
            self.advice.push(advice);
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Fact { about, verdict, expected, found } in &self.facts {
            match verdict {
                Verdict::Agrees => writeln!(f, "ok       {about}: {found}")?,
                Verdict::Differs => writeln!(f, "DIFFERS  {about}: expected {expected}, found {found}")?,
                Verdict::Unknown => writeln!(f, "unknown  {about}: {found}")?,
            }
        }
        self.advice.iter().try_for_each(|advice| writeln!(f, "→ {advice}"))
    }
}

/// Compares everything with everything, and changes nothing. `check` is called for every entry of the database, in order.
/// Fails only if it cannot look at all: the log is in use, or there is no disk space for a copy of the database.
pub fn fsck(site: &Site, check: &mut EntryCheck<'_>) -> Result<Report, OpenError> {
    let mut report = Report::default();
    let guard = match site.guard() {
        Ok(guard) => {
            report.add("guard", true, "signed by this log", describe(guard.head()));
            Some(guard)
        }
        Err(error) => {
            report.add("guard", false, "the last signed checkpoint", &error);
            report.advise(error.advice());
            None
        }
    };
    // Not before something of a log was seen: the lock makes a file.
    if guard.is_none() && site.files.list(&site.folder.store())?.is_none() {
        report.add("store", false, "a database", format!("none in {}", site.folder.path().display()));
        return Ok(report);
    }
    let _lock = lock(site.files.as_ref(), &site.folder)?;
    let copy = copy_of_store(site)?;
    let opened = site.stores.open(copy.path(), &site.files).map_err(OpenError::from);
    let read = opened.and_then(|store| read_through(store.as_ref(), check));
    let read = match read {
        Ok(read) => {
            report.add("store", true, "every entry in its place", format!("{} entries", read.tree.size()));
            Some(read)
        }
        Err(error) => {
            report.add("store", false, "every entry in its place", &error);
            report.advise(error.advice());
            None
        }
    };
    let publisher = site.publisher();
    match (&read, &guard) {
        (Some(read), Some(guard)) => {
            compare_with_guard(&mut report, read, guard);
            compare_tiles(&mut report, &publisher, read, guard.head().size)?;
        }
        _ => {
            report.unknown("store and guard", "one of them cannot be read");
            report.unknown("tiles and store", "the database or the guard cannot be read");
            compare_tiles_with_guard(&mut report, &publisher, guard.as_ref());
        }
    }
    compare_checkpoint(&mut report, &publisher, site, read.as_ref(), guard.as_ref())?;
    compare_key(&mut report, &publisher, site)?;
    compare_artifacts(&mut report, site, &publisher)?;
    Ok(report)
}

fn describe(head: TreeHead) -> String {
    format!("{} entries, root {}", head.size, head.root)
}

fn compare_with_guard(report: &mut Report, read: &ReadThrough, guard: &Guard) {
    let signed = guard.head();
    let size = read.tree.size();
    report.add("store.size", size >= signed.size, format!("at least {}", signed.size), size);
    let found = read.tree.root_at(signed.size).map_or_else(|_| "too few entries".to_owned(), |root| root.to_string());
    report.add("store.root", found == signed.root.to_string(), signed.root, found);
    if let Err(error) = check_root(&read.tree, signed) {
        report.advise(error.advice());
    }
}

fn compare_tiles(report: &mut Report, publisher: &Publisher, read: &ReadThrough, size: u64) -> Result<(), FileError> {
    let needed = publisher.check_needed(&read.tree, size)?;
    add_tile_faults(report, "tiles.needed", &needed, "each needed tile as the database gives it");
    let mut present = publisher.check_present(&read.tree, size, true)?;
    present.retain(|fault| !needed.contains(fault));
    add_tile_faults(report, "tiles.present", &present, "every other tile as the database gives it");
    if present.iter().any(|fault| matches!(fault.kind, TileFaultKind::Beyond { .. })) {
        report.advise("tiles cover more than the database has: klero log repair --from-tiles");
    } else if !needed.is_empty() || !present.is_empty() {
        report.advise("tiles are damaged: klero log repair --tiles");
    }
    Ok(())
}

fn add_tile_faults(report: &mut Report, about: &'static str, faults: &[TileFault], expected: &str) {
    for fault in faults.iter().take(MAX_NAMED_FAULTS) {
        report.add(about, false, expected, fault);
    }
    if faults.len() > MAX_NAMED_FAULTS {
        report.add(about, false, expected, format!("{} more", faults.len() - MAX_NAMED_FAULTS));
    }
    if faults.is_empty() {
        report.add(about, true, expected, expected);
    }
}

/// Without a database: do the tiles alone give what was signed?
fn compare_tiles_with_guard(report: &mut Report, publisher: &Publisher, guard: Option<&Guard>) {
    let Some(guard) = guard else {
        report.unknown("tiles and guard", "the guard cannot be read");
        return;
    };
    let expected = describe(guard.head());
    let entries = Export::under(publisher, guard.head());
    match entries.and_then(|mut entries| entries.try_for_each(|entry| entry.map(drop))) {
        Ok(()) => {
            report.add("tiles and guard", true, &expected, &expected);
            report.advise("the tiles are whole: klero log repair --from-tiles makes the database anew from them");
        }
        Err(error) => {
            report.add("tiles and guard", false, expected, error);
        }
    }
}

fn compare_checkpoint(
    report: &mut Report,
    publisher: &Publisher,
    site: &Site,
    read: Option<&ReadThrough>,
    guard: Option<&Guard>,
) -> Result<(), FileError> {
    let Some(bytes) = publisher.read_checkpoint()? else {
        report.add("checkpoint", false, "a signed checkpoint", "none; it is published again when the service starts");
        return Ok(());
    };
    let checkpoint = match VerifiedCheckpoint::open(&bytes, &site.keys) {
        Ok(checkpoint) => checkpoint,
        Err(error) => {
            report.add("checkpoint", false, "signed by this log", &error);
            report.advise(OpenError::Checkpoint(error).advice());
            return Ok(());
        }
    };
    let head = checkpoint.head();
    report.add("checkpoint", true, "signed by this log", describe(head));
    if let Some(guard) = guard {
        let (expected, found) = (guard.checkpoint().log_key(), checkpoint.log_key());
        let words = format!("signed by {}, as the guard", expected.to_text());
        if !report.add(
            "checkpoint.key",
            !guard.denies_signer_of(&checkpoint),
            words,
            format!("signed by {}", found.to_text()),
        ) {
            let (expected, found) = (Box::new(expected.clone()), Box::new(found.clone()));
            report.advise(OpenError::CheckpointKey { size: head.size, expected, found }.advice());
        }
        let size = guard.head().size;
        if !report.add("checkpoint.size", head.size <= size, format!("at most the guard's {size}"), head.size) {
            report.advise(OpenError::GuardBehind { published: head.size, guard: size }.advice());
        }
    }
    match read.map(|read| read.tree.root_at(head.size)) {
        Some(Ok(root)) => {
            report.add("checkpoint.root", root == head.root, root, head.root);
        }
        Some(Err(_)) => {
            report.add("checkpoint.root", false, head.root, "the database has too few entries");
        }
        None => report.unknown("checkpoint.root", "the database cannot be read"),
    }
    Ok(())
}

fn compare_key(report: &mut Report, publisher: &Publisher, site: &Site) -> Result<(), FileError> {
    let expected = site.keys.first().map(VerifierKey::to_text).unwrap_or_default();
    let found = publisher.read_key()?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let found = found.unwrap_or_else(|| "no file\n".to_owned());
    report.add("log.vkey", found == format!("{expected}\n"), &expected, found.trim_end());
    Ok(())
}

/// A copy of the database, beside it, gone when dropped.
fn copy_of_store(site: &Site) -> Result<tempfile::TempDir, FileError> {
    let dir = site.folder.path();
    let copy = tempfile::Builder::new().prefix("store.check-").tempdir_in(dir);
    let copy = copy.map_err(|e| FileError::new("copy the database into", dir, &e))?;
    let mut folders = vec![(site.folder.store(), copy.path().to_owned())];
    while let Some((from, to)) = folders.pop() {
        for item in site.files.list(&from)?.unwrap_or_default() {
            let (from, to) = (from.join(&item.name), to.join(&item.name));
            if item.is_folder {
                site.files.create_folder(&to)?;
                folders.push((from, to));
            } else {
                let mut source = File::open(&from).map_err(|e| FileError::new("copy", &from, &e))?;
                site.files.write_temporary(&to, &mut source)?;
            }
        }
    }
    Ok(copy)
}
