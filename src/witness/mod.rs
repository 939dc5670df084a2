//! A witness of other people's logs (c2sp.org/tlog-witness): it cosigns a checkpoint if, and only if, the log's key signed it and it extends the
//! last checkpoint of that log that this witness cosigned.
//!
//! For each log one file, `DIR/logs/<hex sha256(origin)>`: the last cosigned checkpoint. A new one is on the disk (written, synced, renamed, folder
//! synced) before its cosignature leaves this module; requests for one log are taken one after the other. After a write that failed nothing is cosigned for
//! that log until the witness is started anew: it cannot know what the disk holds. It never cosigns a smaller tree after a larger one, never two trees of one
//! size, never with a time before that of its last cosignature, and it knows nothing of what the entries of a log mean.

mod evidence;
pub mod http;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use klero_draw::hash::sha256;
use klero_tlog::checkpoint::CheckpointError;
use klero_tlog::cosignature::{WitnessKey, WitnessSigner, cosignatures_by};
use klero_tlog::note::{MAX_NOTE_LEN, NoteError, NoteSignature};
use klero_tlog::witness_wire::AddCheckpoint;
use klero_tlog::{Checkpoint, Note, TreeHead, VerifiedCheckpoint, VerifierKey};

use crate::clock::SharedClock;
use crate::failure::Failure;
use crate::files::{FileError, Files, Lock, NewFile, create_folders_durably, write_durably};

/// Most logs that one witness follows.
pub const MAX_LOGS: usize = 1_024;
/// By how much the clock may have gone back since the last cosignature, in seconds: corrections of a clock that is kept by NTP. The cosignature then
/// bears the time of the last.
const CLOCK_SLACK_SECS: u64 = 5;

/// Why a checkpoint is not cosigned, with the status that tlog-witness gives it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// 400: not a request, or one whose old size is greater than the checkpoint's.
    #[error("{0}")]
    Malformed(String),
    /// 403: none of the log's keys signed it.
    #[error("the checkpoint is not signed by a key of this log that this witness knows")]
    NotSigned,
    /// 404: this witness does not follow the log.
    #[error("this witness does not follow the log of that origin")]
    UnknownLog,
    /// 409: the old size is not the size last cosigned, or the roots differ at equal size.
    #[error("the last checkpoint cosigned here has {size} entries")]
    Conflict {
        /// That size.
        size: u64,
        /// Two checkpoints of one size and of different roots: the log was forked.
        forked: bool,
    },
    /// 422: the proof does not show that the checkpoint extends the last one cosigned.
    #[error("the proof does not show that this checkpoint extends the last one cosigned here")]
    Inconsistent,
    /// 500: what the disk holds is not known.
    #[error("this witness cannot keep what it saw: {0}")]
    Broken(String),
    /// 503: the clock went back.
    #[error("this witness's clock shows {now}, which is before its last cosignature of {last}")]
    Clock {
        /// Unix seconds now.
        now: u64,
        /// Unix seconds of the last cosignature.
        last: u64,
    },
}

impl Refusal {
    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) => 400,
            Self::NotSigned => 403,
            Self::UnknownLog => 404,
            Self::Conflict { .. } => 409,
            Self::Inconsistent => 422,
            Self::Broken(_) => 500,
            Self::Clock { .. } => 503,
        }
    }
}

/// A checkpoint that was cosigned just now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    /// The log.
    pub origin: String,
    /// Its size.
    pub size: u64,
    /// Whether the log had grown since the last time.
    pub grown: bool,
    /// The cosignature.
    pub line: NoteSignature,
}

/// The last checkpoint of a log that was cosigned.
struct Seen {
    head: TreeHead,
    note: Note,
    time: u64,
}

/// What is known of a log's last cosigned checkpoint.
enum State {
    /// None was ever cosigned.
    Nothing,
    /// This one, and it is on the disk.
    Seen(Box<Seen>),
    /// A write failed: either of two may be on the disk.
    Unknown(String),
}

struct FollowedLog {
    keys: Vec<VerifierKey>,
    path: PathBuf,
    /// Held while a request is judged and its result written: one at a time.
    state: Mutex<State>,
}

/// A witness: its key, and the logs that it follows.
pub struct Witness {
    signer: WitnessSigner,
    clock: SharedClock,
    files: Arc<dyn Files>,
    dir: PathBuf,
    logs: BTreeMap<String, FollowedLog>,
    _lock: Lock,
}

impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Witness").field("key", &self.key().to_text()).field("logs", &self.logs.len()).finish()
    }
}

/// The name of a log's file and of its address below the monitoring prefix.
#[must_use]
pub fn log_id(origin: &str) -> String {
    hex::encode(sha256(origin.as_bytes()))
}

impl Witness {
    /// Opens the witness in `dir`, which must exist, for the logs of these keys. A key's name is its log's origin; several keys of one name are one
    /// log's, as during a change of keys.
    pub fn open(
        dir: &Path,
        signer: WitnessSigner,
        keys: Vec<VerifierKey>,
        files: Arc<dyn Files>,
        clock: SharedClock,
    ) -> Result<Self, Failure> {
        let failed = |e: FileError| {
            let advice = match e.kind {
                std::io::ErrorKind::WouldBlock => "another witness runs with this folder: stop it first",
                _ => e.advice(),
            };
            Failure::unavailable(&e).advise(advice)
        };
        let lock = files.lock(&dir.join("lock")).map_err(failed)?;
        create_folders_durably(files.as_ref(), dir, &dir.join("logs")).map_err(failed)?;
        // An earlier process may have renamed a file and failed to sync that: what is seen below is relied on.
        files.sync_folder(&dir.join("logs")).map_err(failed)?;
        let mut by_origin: BTreeMap<String, Vec<VerifierKey>> = BTreeMap::new();
        for key in keys {
            let known = by_origin.entry(key.name().as_str().to_owned()).or_default();
            if !known.contains(&key) {
                known.push(key);
            }
        }
        if by_origin.len() > MAX_LOGS {
            return Err(Failure::usage(format!(
                "{} logs were named, at most {MAX_LOGS} are followed",
                by_origin.len()
            )));
        }
        let mut logs = BTreeMap::new();
        for (origin, keys) in by_origin {
            let path = dir.join("logs").join(log_id(&origin));
            let state = match files.read(&path, MAX_NOTE_LEN as u64).map_err(failed)? {
                None => State::Nothing,
                Some(bytes) => {
                    let seen = read_seen(&bytes, &origin, &signer.witness_key()).map_err(|reason| {
                        Failure::unavailable(format!("{} is not a checkpoint that this witness cosigned: {reason}", path.display()))
                            .advise("never delete it to go on: a witness that forgets may cosign a fork. Restore it from the newest backup, or retire this witness's key and begin a new witness")
                    })?;
                    State::Seen(Box::new(seen))
                }
            };
            logs.insert(origin, FollowedLog { keys, path, state: Mutex::new(state) });
        }
        Ok(Self { signer, clock, files, dir: dir.to_owned(), logs, _lock: lock })
    }

    /// The witness's public key.
    #[must_use]
    pub fn key(&self) -> WitnessKey {
        self.signer.witness_key()
    }

    /// The logs that it follows, each with the size last cosigned.
    pub fn logs(&self) -> impl Iterator<Item = (&str, Option<u64>)> {
        self.logs.iter().map(|(origin, log)| {
            let state = log.state.lock().unwrap_or_else(PoisonError::into_inner);
            let size = if let State::Seen(seen) = &*state { Some(seen.head.size) } else { None };
            (origin.as_str(), size)
        })
    }

    /// The last cosigned checkpoint of the log with this [`log_id`], with the log's signature and this witness's cosignature.
    #[must_use]
    pub fn checkpoint(&self, id: &str) -> Option<String> {
        let (_, log) = self.logs.iter().find(|(origin, _)| log_id(origin) == id)?;
        match &*log.state.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Seen(seen) => Some(seen.note.to_text()),
            State::Nothing | State::Unknown(_) => None,
        }
    }

    /// Judges the body of an `add-checkpoint` request. When it returns a cosignature, the checkpoint is on the disk. Blocks.
    pub fn add_checkpoint(&self, body: &[u8]) -> Result<Cosigned, Refusal> {
        let malformed = |e: &dyn fmt::Display| Refusal::Malformed(e.to_string());
        let request = AddCheckpoint::parse(body).map_err(|e| malformed(&e))?;
        let claimed = Checkpoint::parse(request.checkpoint().text()).map_err(|e| malformed(&e))?;
        let log = self.logs.get(claimed.origin()).ok_or(Refusal::UnknownLog)?;
        let verified = VerifiedCheckpoint::open_note(request.checkpoint(), &log.keys).map_err(|error| match error {
            CheckpointError::Note(NoteError::NoKnownSignature | NoteError::BadSignature { .. })
            | CheckpointError::Origin { .. } => Refusal::NotSigned,
            other => malformed(&other),
        })?;
        let new = verified.head();
        if request.old_size() > new.size {
            let reason = format!("the old size {} is greater than the checkpoint's {}", request.old_size(), new.size);
            return Err(Refusal::Malformed(reason));
        }
        let mut state = log.state.lock().unwrap_or_else(PoisonError::into_inner);
        let last = match &*state {
            State::Nothing => None,
            State::Seen(seen) => Some(seen),
            State::Unknown(reason) => return Err(Refusal::Broken(reason.clone())),
        };
        let old = last.map_or_else(TreeHead::empty, |seen| seen.head);
        let keep_evidence = || {
            if let Some(seen) = last {
                let sizes = (old.size, new.size);
                self.keep_evidence(claimed.origin(), &log.keys, sizes, &seen.note, request.checkpoint());
            }
        };
        // Whatever size whoever sends it believes to be the last: the log signed two trees of one size.
        if old.size == new.size && old.root != new.root {
            keep_evidence();
            return Err(Refusal::Conflict { size: old.size, forked: true });
        }
        if request.old_size() != old.size {
            return Err(Refusal::Conflict { size: old.size, forked: false });
        }
        if old.verify_extended_by(&new, request.proof()).is_err() {
            if old.size < new.size {
                keep_evidence();
            }
            return Err(Refusal::Inconsistent);
        }
        let time = self.time_after(last.map(|seen| seen.time))?;
        let seen = self.cosign(&verified, &log.keys, time)?;
        let line = seen.note.signatures().last().cloned().ok_or(Refusal::Inconsistent)?;
        let file = NewFile { path: log.path.clone(), bytes: seen.note.to_text().into_bytes() };
        if let Err(error) = write_durably(self.files.as_ref(), &[file]) {
            let reason = error.to_string();
            *state = State::Unknown(reason.clone());
            return Err(Refusal::Broken(reason));
        }
        *state = State::Seen(Box::new(seen));
        Ok(Cosigned { origin: claimed.origin().to_owned(), size: new.size, grown: new.size > old.size, line })
    }

    /// The note as it is kept: the text, the lines of the log's known keys, and the cosignature, which is last. Nothing is kept or sent yet.
    fn cosign(&self, verified: &VerifiedCheckpoint, keys: &[VerifierKey], time: u64) -> Result<Seen, Refusal> {
        let broken = |e: &dyn fmt::Display| Refusal::Broken(e.to_string());
        let text = verified.note().text();
        let line = self.signer.cosign(text, time).map_err(|e| broken(&e))?;
        let known = verified.note().signatures().iter().filter(|line| keys.iter().any(|key| key.matches(line)));
        let lines = known.cloned().chain([line]).collect();
        let note = Note::from_parts(text, lines).map_err(|e| broken(&e))?;
        Ok(Seen { head: verified.head(), note, time })
    }

    /// The time of the next cosignature, which is never before the last.
    fn time_after(&self, last: Option<u64>) -> Result<u64, Refusal> {
        let (now, last) = (self.clock.now(), last.unwrap_or(0));
        if now.saturating_add(CLOCK_SLACK_SECS) < last {
            return Err(Refusal::Clock { now, last });
        }
        Ok(now.max(last))
    }
}

/// Whether bytes are what this witness keeps of a log.
pub(crate) fn is_state(bytes: &[u8], origin: &str, key: &WitnessKey) -> bool {
    read_seen(bytes, origin, key).is_ok()
}

/// A kept checkpoint: of this log, and cosigned by this witness. The log's own signature was checked before it was cosigned, by a key that may have been
/// replaced since.
fn read_seen(bytes: &[u8], origin: &str, key: &WitnessKey) -> Result<Seen, String> {
    let note = Note::parse(bytes).map_err(|e| e.to_string())?;
    let checkpoint = Checkpoint::parse(note.text()).map_err(|e| e.to_string())?;
    if checkpoint.origin() != origin {
        return Err(format!("it is of the log {}", checkpoint.origin()));
    }
    let own = cosignatures_by(&note, key).map_err(|e| e.to_string())?;
    let time = own.iter().map(|c| c.timestamp_secs()).max().ok_or("it does not bear this witness's cosignature")?;
    Ok(Seen { head: checkpoint.head(), note, time })
}
