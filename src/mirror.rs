//! A copy of a log that any web server can serve (spec §8.3): tiles, entries and artifacts first, the checkpoint last, all of it verified before.
//!
//! Stopped at any point, what is there is whole and fits the checkpoint that is there; the next run takes up what was copied already, after it has
//! checked it. Never publishes a checkpoint of which it has not everything that could be had, never goes back to an older one, and deletes a table
//! when the log says that it was erased.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use klero_draw::hash::ArtifactHash;
use klero_draw::step::{StepKind, UnverifiedStep};
use klero_tlog::tile::{TileId, encode_bundle, encode_tile, new_bundles, new_tiles};
use klero_tlog::tile_reader::{TileReadError, TileReader};
use klero_tlog::tree::HashReader;
use klero_tlog::{Checkpoint, Note, TreeHead, VerifiedCheckpoint, VerifierKey};
use klero_verifier::cli::ARTIFACT_LIMIT;
use klero_verifier::fraud::{Relation, compare};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::failure::Failure;
use crate::files::{FileError, Files, Lock, NewFile, RealFiles, create_folders_durably, temporary_name, write_durably};
use crate::log_keys;
use crate::place::{CHECKPOINT_LIMIT, Place, TileProblem, Unreachable};

/// Files that are written and synced together.
const FILES_AT_ONCE: usize = 64;

/// What the mirror notes for itself, in `DIR/.mirror.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Notes {
    /// Artifacts that steps name and that were not there.
    missing: BTreeSet<String>,
    /// Steps whose witnessed checkpoint was copied last time: cosignatures may have been added since.
    #[serde(default)]
    witnessed: BTreeSet<u64>,
    /// The same, of this time.
    #[serde(skip)]
    next: BTreeSet<u64>,
    /// The table of each draw, for when it is erased.
    tables: BTreeMap<String, String>,
}

/// What one run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Entries of the mirror before.
    pub from: u64,
    /// Entries of the mirror now.
    pub to: u64,
    /// Artifacts copied.
    pub artifacts: u64,
    /// Artifacts that steps name and that the log does not serve.
    pub missing: Vec<String>,
}

/// Why nothing was published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MirrorError {
    /// Something cannot be read now.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// What is served is not what was signed.
    #[error("the log's files do not fit its checkpoint: {0}")]
    Damaged(String),
    /// The checkpoint cannot be read or believed.
    #[error("the log's checkpoint: {0}")]
    Checkpoint(String),
    /// It serves an older state.
    #[error("the log serves {found} entries, this mirror has {have}")]
    Rollback {
        /// Entries here.
        have: u64,
        /// Entries served.
        found: u64,
    },
    /// It serves another history.
    #[error("the log serves another history than this mirror holds; proof of fraud: {}", .0.display())]
    Fork(PathBuf),
    /// The mirror's own folder.
    #[error(transparent)]
    File(#[from] FileError),
}

impl From<MirrorError> for Failure {
    fn from(error: MirrorError) -> Self {
        let words = error.to_string();
        match error {
            MirrorError::Unreachable(_) => Self::unavailable(words).advise("nothing was changed; it is tried again"),
            MirrorError::File(error) => Self::unavailable(words).advise(error.advice()),
            MirrorError::Checkpoint(_) => Self::refused(words)
                .advise("nothing was published; if the log changed its key, the old key must have signed the new one"),
            MirrorError::Damaged(_) => Self::refused(words).advise("nothing was published; it is tried again"),
            MirrorError::Rollback { .. } => Self::refused(words)
                .advise("nothing was changed; a cache may be old, or the log was restored from a backup"),
            MirrorError::Fork(_) => Self::refused(words).advise("check it with klero verify, and publish it"),
        }
    }
}

impl From<TileReadError<TileProblem>> for MirrorError {
    fn from(error: TileReadError<TileProblem>) -> Self {
        match error {
            TileReadError::Source { error: TileProblem::Unreachable(problem), .. }
            | TileReadError::BundleSource { error: TileProblem::Unreachable(problem), .. } => {
                Self::Unreachable(problem)
            }
            other => Self::Damaged(other.to_string()),
        }
    }
}

/// A mirror's folder.
pub struct Mirror {
    dir: PathBuf,
    trusted: Option<VerifierKey>,
    _lock: Lock,
}

impl Mirror {
    /// Opens or makes the folder. `trusted` is the log's key; without it the key is believed that the log names when it is first seen.
    pub fn open(dir: &Path, trusted: Option<VerifierKey>) -> Result<Self, Failure> {
        let own = |e: FileError| {
            let advice = e.advice();
            Failure::unavailable(e).advise(advice)
        };
        std::fs::create_dir_all(dir).map_err(|e| own(FileError::new("make the folder", dir, &e)))?;
        let lock = RealFiles.lock(&dir.join(".lock")).map_err(|e| match e.kind {
            std::io::ErrorKind::WouldBlock => {
                Failure::unavailable(format!("another mirror writes to {}", dir.display()))
                    .advise("one folder is written by one mirror at a time")
            }
            _ => own(e),
        })?;
        Ok(Self { dir: dir.to_owned(), trusted, _lock: lock })
    }

    /// Copies what is new.
    pub fn run(&self, place: &Place) -> Result<Copied, MirrorError> {
        let checkpoint = |words: String| MirrorError::Checkpoint(words);
        let bytes = place.get("checkpoint", CHECKPOINT_LIMIT)?;
        let bytes = bytes.ok_or_else(|| checkpoint("there is none at this place".to_owned()))?;
        let note = Note::parse(&bytes).map_err(|e| checkpoint(e.to_string()))?;
        let claimed = Checkpoint::parse(note.text()).map_err(|e| checkpoint(e.to_string()))?;
        let have = self.have()?;
        let from = have.as_ref().map_or(TreeHead::empty(), VerifiedCheckpoint::head);
        let known = match (&have, self.key()?, &self.trusted) {
            (Some(have), ..) => have.log_key().clone(),
            (None, Some(key), _) => key,
            (None, None, Some(key)) => key.clone(),
            (None, None, None) => log_keys::named(place, claimed.head().size).map_err(checkpoint)?,
        };
        // A key step under it may have brought another key; the one before then counts no more, whoever has it now.
        let key = log_keys::newest(place, claimed.head(), from.size, known)?;
        let new = VerifiedCheckpoint::open_note(&note, &[key]).map_err(|e| checkpoint(e.to_string()))?;
        let head = new.head();
        let reader = TileReader::open(place, head)?;
        if let Some(have) = &have {
            self.relate(have, &new, &reader)?;
        }
        let mut notes = self.notes()?;
        let mut named = BTreeSet::new();
        self.copy_tiles(&reader, from.size, head.size)?;
        self.copy_entries(&reader, from.size, head.size, &mut named, &mut notes)?;
        let artifacts = self.copy_artifacts(place, named, &mut notes)?;
        self.copy_witnessed(place, &mut notes)?;
        notes.witnessed = std::mem::take(&mut notes.next);
        let json = serde_json::to_vec_pretty(&notes).unwrap_or_default();
        let key = format!("{}\n", new.log_key().to_text()).into_bytes();
        self.put(&[(".mirror.json".to_owned(), json), ("log.vkey".to_owned(), key)])?;
        self.put(&[("checkpoint".to_owned(), new.note().to_bytes())])?;
        Ok(Copied { from: from.size, to: head.size, artifacts, missing: notes.missing.into_iter().collect() })
    }

    fn read(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, FileError> {
        RealFiles.read(&self.dir.join(name), limit)
    }

    /// The key that the mirror names beside its checkpoint.
    fn key(&self) -> Result<Option<VerifierKey>, MirrorError> {
        let Some(bytes) = self.read("log.vkey", 4096)? else { return Ok(None) };
        let text = String::from_utf8_lossy(&bytes).trim_end().to_owned();
        let own = |e: &dyn std::fmt::Display| MirrorError::Checkpoint(format!("log.vkey of this mirror: {e}"));
        VerifierKey::parse(&text).map(Some).map_err(|e| own(&e))
    }

    /// The checkpoint that the mirror serves, by the key in force under it.
    fn have(&self) -> Result<Option<VerifiedCheckpoint>, MirrorError> {
        let Some(bytes) = self.read("checkpoint", CHECKPOINT_LIMIT)? else { return Ok(None) };
        let own = |words: String| MirrorError::Checkpoint(format!("this mirror's own: {words}; use a new --dir"));
        let note = Note::parse(&bytes).map_err(|e| own(e.to_string()))?;
        let open = |key| VerifiedCheckpoint::open_note(&note, &[key]);
        if let Some(checkpoint) = self.key()?.and_then(|key| open(key).ok()) {
            return Ok(Some(checkpoint));
        }
        // Stopped after a new key was named and before the checkpoint under it was put in place: this one's key is found by the entries below it.
        let head = Checkpoint::parse(note.text()).map_err(|e| own(e.to_string()))?.head();
        let here = Place::open(&self.dir.display().to_string()).map_err(own)?;
        let first = match &self.trusted {
            Some(key) => key.clone(),
            None => log_keys::named(&here, head.size).map_err(own)?,
        };
        let key = log_keys::newest(&here, head, 0, first).map_err(|e| own(e.to_string()))?;
        open(key).map(Some).map_err(|e| own(e.to_string()))
    }

    fn notes(&self) -> Result<Notes, MirrorError> {
        let bytes = self.read(".mirror.json", 256 << 20)?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
    }

    fn relate(
        &self,
        have: &VerifiedCheckpoint,
        new: &VerifiedCheckpoint,
        reader: &TileReader<&Place>,
    ) -> Result<(), MirrorError> {
        let (old, head) = (have.head(), new.head());
        let damaged = |words: String| MirrorError::Damaged(words);
        let relation = if head.size >= old.size {
            compare(have, new, Some(reader)).map_err(|e| damaged(e.to_string()))?
        } else {
            let here = Place::open(&self.dir.display().to_string()).map_err(damaged)?;
            let own = TileReader::open(&here, old).map_err(|e| damaged(format!("this mirror: {e}")))?;
            compare(new, have, Some(&own)).map_err(|e| damaged(e.to_string()))?
        };
        if let Some(Relation::Fork(proof)) = relation {
            let name = format!("fraud-{}-{}.json", old.size.min(head.size), old.size.max(head.size));
            let text = proof.to_text().map_err(|e| damaged(e.to_string()))?;
            self.put(&[(name.clone(), text.into_bytes())])?;
            return Err(MirrorError::Fork(self.dir.join(name)));
        }
        if head.size < old.size {
            return Err(MirrorError::Rollback { have: old.size, found: head.size });
        }
        Ok(())
    }

    /// Hash tiles, each authenticated by the tiles above it.
    fn copy_tiles(&self, reader: &TileReader<&Place>, from: u64, to: u64) -> Result<(), MirrorError> {
        let tiles: Vec<TileId> = new_tiles(from, to).collect();
        for some in tiles.chunks(FILES_AT_ONCE) {
            let mut files = Vec::new();
            for tile in some {
                files.push((tile.path(), encode_tile(&reader.read_hashes(&tile.nodes())?)));
            }
            self.put(&files)?;
        }
        Ok(())
    }

    /// Entries, each compared with its hash; and what their steps name.
    fn copy_entries(
        &self,
        reader: &TileReader<&Place>,
        from: u64,
        to: u64,
        named: &mut BTreeSet<String>,
        notes: &mut Notes,
    ) -> Result<(), MirrorError> {
        let mut files = Vec::new();
        for bundle in new_bundles(from, to) {
            let entries = reader.read_entries(bundle)?;
            let skip = usize::try_from(from.saturating_sub(bundle.first_entry())).unwrap_or(0);
            for entry in entries.iter().skip(skip) {
                self.name_artifacts(entry, named, notes)?;
            }
            files.push((bundle.path(), encode_bundle(&entries).map_err(|e| MirrorError::Damaged(e.to_string()))?));
            if files.len() == FILES_AT_ONCE {
                self.put(&files)?;
                files.clear();
            }
        }
        self.put(&files)
    }

    fn name_artifacts(&self, entry: &[u8], named: &mut BTreeSet<String>, notes: &mut Notes) -> Result<(), MirrorError> {
        let Ok(step) = UnverifiedStep::parse(entry) else { return Ok(()) };
        let (seq, kind) = (step.claims().seq, &step.claims().kind);
        if matches!(kind, StepKind::Sealed(_) | StepKind::Vacated(_) | StepKind::Voided(_)) {
            notes.next.insert(seq);
        }
        match kind {
            StepKind::Sealed(sealed) => {
                let terms = sealed.terms.value();
                if let Some(table) = terms.pool.table {
                    notes.tables.insert(terms.draw.to_string(), table.to_string());
                    named.insert(table.to_string());
                }
                named.extend(terms.method.artifact().map(|name| name.to_string()));
                named.extend(terms.pool.from.as_ref().map(|from| from.outcome.to_string()));
            }
            StepKind::Drawn(drawn) => {
                named.insert(drawn.outcome.to_string());
            }
            StepKind::Replaced(replaced) => {
                named.insert(replaced.outcome.to_string());
            }
            StepKind::Erased(note) => {
                let table = notes.tables.remove(note.value().draw.as_str());
                // A pool may be sealed again: another draw may need the same table.
                if let Some(table) = table.filter(|table| !notes.tables.values().any(|other| other == table)) {
                    named.remove(&table);
                    notes.missing.remove(&table);
                    let path = self.dir.join("artifact").join(&table);
                    match std::fs::remove_file(&path) {
                        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                            return Err(FileError::new("delete", &path, &e).into());
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Artifacts that are not here yet. One that is not served is noted and tried again: the log may have lost it, and must not be lost with it.
    fn copy_artifacts(&self, place: &Place, named: BTreeSet<String>, notes: &mut Notes) -> Result<u64, MirrorError> {
        let folder = self.dir.join("artifact");
        create_folders_durably(&RealFiles, &self.dir, &folder)?;
        let wanted: BTreeSet<String> = named.into_iter().chain(std::mem::take(&mut notes.missing)).collect();
        let mut copied = 0;
        for name in wanted {
            let Ok(hash) = name.parse::<ArtifactHash>() else { continue };
            if folder.join(&name).exists() {
                continue;
            }
            if self.copy_artifact(place, &folder, hash)? {
                copied += 1;
            } else {
                notes.missing.insert(name);
            }
        }
        if copied > 0 {
            RealFiles.sync_folder(&folder)?;
        }
        Ok(copied)
    }

    fn copy_artifact(&self, place: &Place, folder: &Path, hash: ArtifactHash) -> Result<bool, MirrorError> {
        let path = folder.join(hash.to_string());
        let temporary = temporary_name(&path);
        let fail = |e: std::io::Error| FileError::new("write", &temporary, &e);
        let mut sink = Hashed {
            hash: Sha256::new(),
            file: BufWriter::new(std::fs::File::create(&temporary).map_err(fail)?),
            failed: None,
        };
        let there = place.copy(&format!("artifact/{hash}"), ARTIFACT_LIMIT, &mut sink, &mut Hashed::restart);
        let failed = sink.failed.take();
        let found = ArtifactHash(sink.hash.finalize().into());
        let written =
            sink.file.into_inner().map_err(|e| fail(e.into_error())).and_then(|file| file.sync_all().map_err(fail));
        let fits = failed.is_none() && matches!(there, Ok(true)) && found == hash;
        if !fits {
            let _gone = std::fs::remove_file(&temporary);
        }
        if let Some(error) = failed {
            return Err(fail(error).into());
        }
        written?;
        if !there? {
            return Ok(false);
        }
        if !fits {
            return Err(MirrorError::Damaged(format!("artifact {hash} hashes to {found}")));
        }
        RealFiles.rename(&temporary, &path)?;
        Ok(true)
    }

    /// Checkpoints, and outside timestamps, that the log keeps for seals, vacancies and voids. They prove themselves: nobody has to believe them.
    fn copy_witnessed(&self, place: &Place, notes: &mut Notes) -> Result<(), MirrorError> {
        let mut files = Vec::new();
        for seq in notes.next.union(&notes.witnessed) {
            for name in [format!("witnessed/{seq}"), format!("witnessed/{seq}.tokens")] {
                files.extend(place.get(&name, CHECKPOINT_LIMIT)?.map(|bytes| (name, bytes)));
            }
        }
        self.put(&files)
    }

    /// Puts files in place below the folder, durably.
    fn put(&self, files: &[(String, Vec<u8>)]) -> Result<(), MirrorError> {
        let mut new = Vec::new();
        for (path, bytes) in files {
            let path = self.dir.join(path);
            if let Some(folder) = path.parent().filter(|folder| !folder.exists()) {
                create_folders_durably(&RealFiles, &self.dir, folder)?;
            }
            // Copied before a stop, and unchanged: it need not be written again.
            let same = std::fs::read(&path).is_ok_and(|found| found == *bytes);
            if !same {
                new.push(NewFile { path, bytes: bytes.clone() });
            }
        }
        Ok(write_durably(&RealFiles, &new)?)
    }
}

/// Hashes what passes through to a file.
struct Hashed {
    hash: Sha256,
    file: BufWriter<std::fs::File>,
    failed: Option<std::io::Error>,
}

impl Hashed {
    /// Empties the file for a second try.
    fn restart(&mut self) {
        self.hash = Sha256::new();
        let emptied = self.file.flush().and_then(|()| {
            let file = self.file.get_mut();
            file.set_len(0)?;
            file.rewind()
        });
        self.failed = self.failed.take().or(emptied.err());
    }
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}
