//! The monitor (spec §8.1): follows a log, checks every step and every draw, keeps what it saw, and says what is wrong.
//!
//! ```text
//! DIR/lock            held while a monitor runs
//! DIR/state.json      how far it has read: the last file written of each piece of work
//! DIR/steps           every entry, in order
//! DIR/checkpoint      the newest checkpoint that was accepted: kept before anything under it is believed
//! DIR/checkpoints/N   the first checkpoint seen that covers a seal, with its cosignatures
//! DIR/findings.json   what was found
//! DIR/fraud-A-B.json  proofs of fraud
//! DIR/suspects/SIZE-HASH   signed checkpoints that could not be related to the one kept
//! ```
//!
//! Killed at any point it goes on where it was: whatever was written is whole, and what was not yet accounted for is done again. Its memory does not
//! grow with the log: entries are read bundle by bundle, and draws are put aside and brought back. It believes nothing that it fetches, keeps no
//! table, and never mistakes "could not look" for "nothing there".

pub mod findings;
mod follow;
mod redraw;
mod replay;
pub mod state;
pub mod steps;
mod suspects;
pub mod tell;
pub mod webhook;

use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use klero_draw::names::Slug;
use klero_tlog::{Frontier, VerifiedCheckpoint, VerifierKey};
use klero_verifier::ledger::{Ledger, Resumed};
use klero_verifier::trust::Trust;

use crate::failure::Failure;
use crate::files::{FileError, Files, Lock, NewFile, RealFiles, write_durably};
use crate::log_keys;
use crate::place::{CHECKPOINT_LIMIT, Place, Unreachable};
use findings::{Findings, Id};
use state::State;
use steps::Steps;
use tell::Told;

/// Longest state and list of findings read, in bytes.
const OWN_FILE_LIMIT: u64 = 256 << 20;
/// Draws whose state is kept in memory.
const DRAWS_IN_MEMORY: usize = 64;

/// How a monitor is set up.
#[derive(Debug, Default)]
pub struct Setup {
    /// The monitor's own trust file.
    pub trust: Option<Trust>,
    /// How late a draw may be before it is reported, in seconds.
    pub grace_secs: u64,
}

/// One log, followed.
pub struct Monitor {
    dir: PathBuf,
    setup: Setup,
    /// `None` until a first checkpoint was accepted.
    state: Option<State>,
    ledger: Ledger,
    frontier: Frontier,
    steps: Steps,
    seen: Option<VerifiedCheckpoint>,
    /// Sizes of the checkpoints in `DIR/checkpoints`.
    kept: BTreeSet<u64>,
    findings: Findings,
    /// Draws in memory, the longest unused first.
    recent: VecDeque<Slug>,
    /// The key that will be believed with the first checkpoint, and whether a trust file names it.
    first: Option<(VerifierKey, bool)>,
    _lock: Lock,
}

/// Why a piece of work ended early.
#[derive(Debug)]
enum Stop {
    /// Something could not be read: nothing follows.
    Cannot(String),
    /// The log cannot be followed, and why is told as a finding.
    Found(Id),
    /// The monitor's own folder.
    Own(Failure),
}

impl From<Unreachable> for Stop {
    fn from(error: Unreachable) -> Self {
        Self::Cannot(error.to_string())
    }
}

impl From<FileError> for Stop {
    fn from(error: FileError) -> Self {
        Self::Own(own(&error))
    }
}

/// What a pass has done so far.
#[derive(Debug, Default)]
struct Done {
    new_entries: u64,
    redrawn: u64,
    problem: Option<String>,
}

impl Done {
    fn note(&mut self, stop: Stop) -> Result<(), Failure> {
        match stop {
            Stop::Cannot(words) => self.problem = self.problem.take().or(Some(words)),
            // Once somebody has taken note of the finding, it still is so that nothing new of the log is seen.
            Stop::Found(id) => {
                let words = format!("the log could not be followed: see the finding {}", id.name());
                self.problem = self.problem.take().or(Some(words));
            }
            Stop::Own(failure) => return Err(failure),
        }
        Ok(())
    }
}

fn own(error: &FileError) -> Failure {
    Failure::unavailable(error).advise("the monitor's own folder must be readable and writable; nothing was lost")
}

fn damaged(path: &Path, words: impl std::fmt::Display) -> Failure {
    Failure::usage(format!("{}: {words}", path.display())).advise(
        "the monitor's folder was changed or damaged: keep it as evidence, and begin a new one with another --dir",
    )
}

impl Monitor {
    /// Opens a monitor's folder, or begins one.
    pub fn open(dir: &Path, setup: Setup) -> Result<Self, Failure> {
        let files = RealFiles;
        std::fs::create_dir_all(dir.join("checkpoints"))
            .map_err(|e| own(&FileError::new("make the folder", &dir.join("checkpoints"), &e)))?;
        let lock = files.lock(&dir.join("lock")).map_err(|e| match e.kind {
            std::io::ErrorKind::WouldBlock => Failure::unavailable(format!("another monitor uses {}", dir.display()))
                .advise("one folder serves one monitor at a time"),
            _ => own(&e),
        })?;
        let text = |name: &str| -> Result<Option<String>, Failure> {
            let path = dir.join(name);
            let bytes = files.read(&path, OWN_FILE_LIMIT).map_err(|e| own(&e))?;
            bytes.map(|bytes| String::from_utf8(bytes).map_err(|e| damaged(&path, e))).transpose()
        };
        let state = text("state.json")?.map(|text| State::parse(&text)).transpose();
        let state = state.map_err(|words| damaged(&dir.join("state.json"), words))?;
        let findings = text("findings.json")?.map(|text| Findings::parse(&text)).transpose();
        let findings = findings.map_err(|e| damaged(&dir.join("findings.json"), e))?.unwrap_or_default();
        let mut resumed = Resumed::default();
        let mut take = |draw: &str, first: bool, entry: &[u8]| {
            let needed = draw.is_empty() || (first && draw != steps::NO_STEP);
            if needed { resumed.take(entry).map_err(|e| e.to_string()) } else { Ok(()) }
        };
        let steps_path = dir.join("steps");
        let len = state.as_ref().map_or(0, |state| state.steps_len);
        let steps = Steps::open(&steps_path, len, &mut take).map_err(|e| damaged(&steps_path, &e.detail))?;
        let frontier = state.as_ref().map(State::frontier).transpose();
        let frontier = frontier.map_err(|words| damaged(&dir.join("state.json"), words))?.unwrap_or_default();
        let ledger = match &state {
            None => Ledger::new(),
            Some(state) => resumed.at(state.stand()),
        };
        let kept = files.list(&dir.join("checkpoints")).map_err(|e| own(&e))?.unwrap_or_default();
        let kept = kept.iter().filter_map(|item| item.name.parse().ok()).collect();
        let recent = VecDeque::new();
        let mut monitor = Self {
            dir: dir.to_owned(),
            setup,
            state,
            ledger,
            frontier,
            steps,
            seen: None,
            kept,
            findings,
            recent,
            first: None,
            _lock: lock,
        };
        monitor.read_seen()?;
        monitor.check_trust()?;
        Ok(monitor)
    }

    /// The newest checkpoint that was accepted. Without it nothing would bind the log any more, so a folder that has lost it is refused.
    fn read_seen(&mut self) -> Result<(), Failure> {
        let Some(state) = &self.state else { return Ok(()) };
        let named = [&state.log, &state.signer].map(|text| VerifierKey::parse(text));
        let named = named.into_iter().collect::<Result<Vec<_>, _>>();
        let named = named.map_err(|e| damaged(&self.dir.join("state.json"), e))?;
        let keys = log_keys::distinct(self.ledger.log_keys().iter().cloned().chain(named));
        // What is kept by its size is tried after the newest: a kill may have left a newer key in the state than in the file, or none.
        let by_size = self.kept.iter().rev().map(|size| self.checkpoint_path(*size));
        let paths: Vec<PathBuf> = std::iter::once(self.dir.join("checkpoint")).chain(by_size).collect();
        for path in paths {
            let bytes = RealFiles.read(&path, CHECKPOINT_LIMIT).map_err(|e| own(&e))?;
            self.seen = bytes.and_then(|bytes| VerifiedCheckpoint::open(&bytes, &keys).ok());
            if self.seen.is_some() {
                return Ok(());
            }
        }
        if self.state.as_ref().is_some_and(|state| state.size > 0) {
            return Err(damaged(&self.dir.join("checkpoint"), "it is gone, or no key of this log signed it"));
        }
        Ok(())
    }

    fn check_trust(&self) -> Result<(), Failure> {
        let (Some(trust), Some(state)) = (&self.setup.trust, &self.state) else { return Ok(()) };
        let trusted = trust.log();
        if state.log == trusted.to_text() || self.ledger.log_keys().contains(trusted) {
            return Ok(());
        }
        Err(Failure::usage(format!(
            "{} follows the log of {}, the trust file names {}",
            self.dir.display(),
            state.log,
            trusted.to_text()
        ))
        .advise("give the trust file of this log, or another --dir for the other log"))
    }

    fn checkpoint_path(&self, size: u64) -> PathBuf {
        self.dir.join("checkpoints").join(size.to_string())
    }

    /// Looks at the log once. `now` is Unix seconds. An error is about the monitor's own folder or its use; what is wrong with the log is a finding,
    /// and what could not be looked at is told.
    pub fn pass(&mut self, place: &Place, now: u64) -> Result<Told, Failure> {
        let mut done = Done::default();
        let followed = match self.follow(place, now, &mut done) {
            Ok(()) => true,
            Err(stop) => {
                done.note(stop)?;
                false
            }
        };
        if self.state.is_some() {
            if let Err(stop) = self.redraw(place, now, &mut done) {
                done.note(stop)?;
            }
            // What is late, or gone, can only be told by whoever has read what the log says by now.
            if followed {
                self.look_at_the_clock(now);
                if let Err(stop) = self.look_for_tables(place, now) {
                    done.note(stop)?;
                }
            } else {
                self.tell_what_is_due(now, &mut done);
            }
        }
        if let Some(state) = self.state.as_mut().filter(|_| done.problem.is_none()) {
            state.checked_at = now;
        }
        self.save().map_err(|e| own(&e))?;
        let head = self.frontier.head();
        Ok(Told {
            origin: self.origin().unwrap_or_else(|| "unknown".to_owned()),
            size: head.size,
            root: head.root.to_hex(),
            at: now,
            new_entries: done.new_entries,
            redrawn: done.redrawn,
            problem: done.problem,
            own_word: self.state.as_ref().is_some_and(|state| !state.trusted),
            standing: klero_verifier::whole_log::standing(&self.ledger),
        })
    }

    /// What was found so far.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// When a pass last went through, Unix seconds; 0 if never.
    #[must_use]
    pub fn checked_at(&self) -> u64 {
        self.state.as_ref().map_or(0, |state| state.checked_at)
    }

    /// Takes note of a finding, so that it no longer counts.
    pub fn acknowledge(&mut self, key: &str) -> Result<(), Failure> {
        if !self.findings.acknowledge(key) {
            return Err(Failure::usage(format!("there is no finding '{key}'"))
                .advise("write it as the report does, for instance draw.overdue:letters-2026"));
        }
        self.save().map_err(|e| own(&e))
    }

    /// The webhook was told of a finding.
    pub fn mark_told(&mut self, key: &str) -> Result<(), Failure> {
        self.findings.mark_told(key);
        self.save().map_err(|e| own(&e))
    }

    fn origin(&self) -> Option<String> {
        let state = self.state.as_ref()?;
        VerifierKey::parse(&state.log).ok().map(|key| key.name().as_str().to_owned())
    }

    /// Findings first, then the state: a finding that is found twice is one finding, and one that was lost would be lost for good.
    fn save(&mut self) -> Result<(), FileError> {
        let json = |path: &Path, text: Result<String, serde_json::Error>| {
            let wrong = |e: serde_json::Error| FileError::new("write", path, &std::io::Error::other(e));
            text.map(String::into_bytes).map_err(wrong)
        };
        if self.findings.take_changed() {
            let path = self.dir.join("findings.json");
            let bytes = json(&path, self.findings.to_json())?;
            write_durably(&RealFiles, &[NewFile { path, bytes }])?;
        }
        if let Some(state) = &self.state {
            let path = self.dir.join("state.json");
            let bytes = json(&path, state.to_json())?;
            write_durably(&RealFiles, &[NewFile { path, bytes }])?;
        }
        Ok(())
    }

    /// Makes sure that a draw's state is in memory.
    fn bring_back(&mut self, draw: &Slug) -> Result<(), Stop> {
        let entries = self.steps.of_draw(draw.as_str())?;
        self.ledger
            .bring_back(draw, &entries)
            .map_err(|e| Stop::Own(damaged(&self.dir.join("steps"), format!("a step of draw '{draw}': {e}"))))
    }

    /// Notes that a draw was used last.
    fn used(&mut self, draw: &Slug) {
        // Mostly the one used a moment ago: looking from the back finds it at once.
        if let Some(at) = self.recent.iter().rposition(|other| other == draw) {
            self.recent.remove(at);
        }
        self.recent.push_back(draw.clone());
    }

    /// Puts aside the draws that were unused longest. Only when all their steps are in the file.
    fn put_aside(&mut self) {
        while self.recent.len() > DRAWS_IN_MEMORY {
            if let Some(draw) = self.recent.pop_front() {
                self.ledger.put_aside(&draw);
            }
        }
    }

    /// What would be late, had the log been read up to now.
    fn tell_what_is_due(&self, now: u64, done: &mut Done) {
        let Some(state) = &self.state else { return };
        let due = state.waiting.values().filter(|waiting| self.is_late(waiting, now)).count();
        if let Some(problem) = done.problem.as_mut().filter(|_| due > 0) {
            let seen = crate::when::show(state.checked_at);
            problem.push_str(&format!(
                "; {due} draws have become due, and whether the log went on with them since the last complete look at {seen} is not known"
            ));
        }
    }

    fn is_late(&self, waiting: &state::Waiting, now: u64) -> bool {
        now >= waiting.due.saturating_add(self.setup.grace_secs)
    }

    fn look_at_the_clock(&mut self, now: u64) {
        use state::Awaited;
        let Some(state) = &self.state else { return };
        for (draw, waiting) in &state.waiting {
            let late = now.saturating_sub(waiting.due);
            let (id, words) = match waiting.awaited {
                Awaited::Seal => {
                    (Id::DrawUnsealed, "was announced for a time that has passed, and is neither sealed nor given up")
                }
                Awaited::Draw => (Id::DrawOverdue, "its round is published, and it is neither drawn nor given up"),
                Awaited::Replacement => (Id::ReplacementOverdue, "a vacancy could be filled, and is not"),
            };
            if self.is_late(waiting, now) {
                let text = format!("draw '{draw}': {words}; it is {late} s late");
                self.findings.find(id, draw, text, now);
            }
        }
    }
}
