//! What the tests of store, sequencer, crashes and repairs share: a small log with checkable entries, and faults.

use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex};

use klero_tlog::note::KeyName;
use klero_tlog::{SecretKey, SignerKey};
use kleroterion::files::{FileError, Files, FolderItem, Lock, RealFiles};
use kleroterion::sequencer::opening::{LogSetup, OpenError, initialise};
use kleroterion::sequencer::{Admit, Place, Sequencer};

/// A folder that is gone after the test. In memory where the system offers that: what these tests prove does not depend on
/// the disk (the power cut script's does), and thousands of syncs to a disk take minutes.
pub(crate) fn temporary_folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// The key of every log in these tests.
pub(crate) fn signer() -> SignerKey {
    SignerKey::new(KeyName::new("test.example/log").unwrap(), SecretKey::from_seed(&[7; 32]))
}

pub(crate) fn setup(dir: &Path) -> LogSetup {
    LogSetup::new(dir, signer())
}

/// Entries are `seq prev payload`, so that one that was altered, moved or swapped is refused when it is read.
#[derive(Default)]
pub(crate) struct Lines;

pub(crate) fn line(place: Place, payload: &str) -> Vec<u8> {
    format!("{} {} {payload}\n", place.seq, place.prev).into_bytes()
}

pub(crate) fn check_line(place: Place, entry: &[u8]) -> Result<(), String> {
    let prefix = format!("{} {} ", place.seq, place.prev);
    if entry.starts_with(prefix.as_bytes()) && entry.ends_with(b"\n") {
        Ok(())
    } else {
        Err(format!("it does not begin with {prefix}"))
    }
}

impl Admit for Lines {
    type Draft = String;
    type Refusal = String;

    fn replay(&mut self, place: Place, entry: &[u8]) -> Result<(), String> {
        check_line(place, entry)
    }
    fn admit(&mut self, place: Place, draft: String) -> Result<Vec<u8>, String> {
        match draft.as_str() {
            "refuse me" => Err("refused as asked".to_owned()),
            "be too long" => Ok(vec![b'x'; 65_536]),
            "panic" => panic!("panicked as asked"),
            payload => Ok(line(place, payload)),
        }
    }
}

pub(crate) fn open(setup: LogSetup) -> Result<Sequencer<Lines>, OpenError> {
    Sequencer::open(setup, Lines)
}

/// A new log with some entries, closed again.
pub(crate) fn log_with(dir: &Path, entries: usize) {
    initialise(&setup(dir)).unwrap();
    let log = open(setup(dir)).unwrap();
    append_many(&log, entries);
}

/// Appends from many threads at once, so that entries share batches.
pub(crate) fn append_many(log: &Sequencer<Lines>, entries: usize) {
    std::thread::scope(|scope| {
        for number in 0..entries.min(64) {
            let appender = log.appender();
            scope.spawn(move || {
                for turn in (number..entries).step_by(64) {
                    appender.append_blocking(format!("entry of {turn}")).unwrap();
                }
            });
        }
    });
}

/// Copies a folder with everything in it.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// How an operation fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It is not done.
    Failed,
    /// It is done, and reported as failed.
    FailedYetPersisted,
    /// A file is half written; other operations are not done.
    Torn,
}

/// Real files, of which one operation fails, and perhaps all after it.
pub(crate) struct FaultyFiles {
    manner: Manner,
    /// Whether everything after the fault fails too, as if the machine had stopped.
    dead_after: bool,
    state: Mutex<FaultState>,
}

struct FaultState {
    /// Operations still to go before the fault; `None` once it has struck.
    countdown: Option<u64>,
    struck_at: Option<String>,
}

impl FaultyFiles {
    pub(crate) fn new(at: u64, manner: Manner, dead_after: bool) -> Arc<Self> {
        let state = Mutex::new(FaultState { countdown: Some(at), struck_at: None });
        Arc::new(Self { manner, dead_after, state })
    }

    /// Which operation failed, if any did.
    pub(crate) fn struck_at(&self) -> Option<String> {
        self.state.lock().unwrap().struck_at.clone()
    }

    fn operate<T>(
        &self,
        doing: &'static str,
        path: &Path,
        operation: impl FnOnce(Option<Manner>) -> Result<T, FileError>,
    ) -> Result<T, FileError> {
        let injected = || FileError::new(doing, path, &std::io::Error::other("injected fault"));
        let mut state = self.state.lock().unwrap();
        match state.countdown {
            Some(0) => {
                state.countdown = None;
                state.struck_at = Some(format!("{doing} {}", path.file_name().unwrap_or_default().display()));
            }
            Some(left) => {
                state.countdown = Some(left - 1);
                return operation(None);
            }
            None if self.dead_after => return Err(injected()),
            None => return operation(None),
        }
        match self.manner {
            Manner::Failed => Err(injected()),
            Manner::FailedYetPersisted | Manner::Torn => {
                operation(Some(self.manner))?;
                Err(injected())
            }
        }
    }
}

impl Files for FaultyFiles {
    fn read(&self, path: &Path, limit: u64) -> Result<Option<Vec<u8>>, FileError> {
        self.operate("read", path, |_| RealFiles.read(path, limit))
    }
    fn list(&self, folder: &Path) -> Result<Option<Vec<FolderItem>>, FileError> {
        self.operate("list", folder, |_| RealFiles.list(folder))
    }
    fn create_folder(&self, folder: &Path) -> Result<(), FileError> {
        self.operate("create", folder, |fault| match fault {
            Some(Manner::Torn) => Ok(()),
            _ => RealFiles.create_folder(folder),
        })
    }
    fn write_temporary(&self, path: &Path, content: &mut dyn Read) -> Result<(), FileError> {
        self.operate("write", path, |fault| {
            let mut bytes = Vec::new();
            content.read_to_end(&mut bytes).unwrap();
            let half = if fault == Some(Manner::Torn) { bytes.len() / 2 } else { bytes.len() };
            RealFiles.write_temporary(path, &mut &bytes[..half])
        })
    }
    fn rename(&self, from: &Path, to: &Path) -> Result<(), FileError> {
        self.operate("rename", to, |fault| match fault {
            Some(Manner::Torn) => Ok(()),
            _ => RealFiles.rename(from, to),
        })
    }
    fn sync_folder(&self, folder: &Path) -> Result<(), FileError> {
        self.operate("sync folder", folder, |_| RealFiles.sync_folder(folder))
    }
    fn sync_file(&self, path: &Path) -> Result<(), FileError> {
        self.operate("sync", path, |_| RealFiles.sync_file(path))
    }
    fn lock(&self, path: &Path) -> Result<Lock, FileError> {
        self.operate("lock", path, |_| RealFiles.lock(path))
    }
}
