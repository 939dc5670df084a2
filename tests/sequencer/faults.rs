//! Every file operation fails in turn, in several manners; then the log is opened through the normal path. Nothing that was
//! acknowledged may be lost, and there must never be two signed checkpoints of one size with different roots.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use klero_tlog::{Hash, VerifiedCheckpoint, leaf_hash};
use kleroterion::files::{Files, LogFolder, RealFiles};
use kleroterion::guard::Guard;
use kleroterion::log_check::{Site, fsck};
use kleroterion::sequencer::opening::{LogSetup, OpenError, SledStores, Stores, initialise};
use kleroterion::sequencer::{AppendError, Condition};
use kleroterion::store::{Store, StoreError, Visit};

use crate::support::*;

/// Everything that anybody was told about a log, or could have seen of it.
#[derive(Default)]
struct Witnessed {
    acknowledged: BTreeMap<u64, Hash>,
    /// Signed roots by size.
    signed: BTreeMap<u64, Hash>,
}

impl Witnessed {
    fn sign(&mut self, size: u64, root: Hash, when: &str) {
        let earlier = *self.signed.entry(size).or_insert(root);
        assert_eq!(earlier, root, "two roots of size {size} were signed: {when}");
    }

    /// Looks at what lies on the disk: guard, checkpoint.
    fn look(&mut self, dir: &Path, when: &str) {
        let folder = LogFolder::new(dir);
        let keys = [signer().verifier_key()];
        if let Ok(guard) = Guard::read(&RealFiles, &folder.guard(), &keys) {
            self.sign(guard.head().size, guard.head().root, when);
        }
        if let Ok(bytes) = std::fs::read(folder.public().join("checkpoint")) {
            let head = VerifiedCheckpoint::open(&bytes, &keys).unwrap().head();
            self.sign(head.size, head.root, when);
        }
    }
}

/// Opens a log and appends until something fails.
fn use_log(setup: LogSetup, witnessed: &mut Witnessed, payloads: &[&str]) {
    let Ok(log) = open(setup) else { return };
    for payload in payloads {
        match log.appender().append_blocking((*payload).to_owned()) {
            Ok(done) => {
                witnessed.acknowledged.insert(done.seq, done.leaf);
                witnessed.sign(done.checkpoint.head.size, done.checkpoint.head.root, "acknowledged");
            }
            Err(AppendError::Unknown(reason)) => {
                assert_eq!(log.reader().condition(), Condition::ReadOnly(reason.clone()));
                let after = log.appender().append_blocking("after the fault".to_owned());
                assert_eq!(after, Err(AppendError::ReadOnly(reason)), "read-only must last");
                // Reading goes on, up to what was published.
                let size = log.reader().head().size;
                assert!(size == 0 || log.reader().entry(size - 1).is_ok());
                return;
            }
            Err(other) => panic!("{other}"),
        }
    }
}

/// The normal path after a fault: open, find everything, go on, and be sound.
fn reopen(dir: &Path, witnessed: &mut Witnessed, when: &str) {
    witnessed.look(dir, when);
    let log = open(setup(dir)).unwrap_or_else(|error| panic!("{when}: {error}"));
    for (seq, leaf) in &witnessed.acknowledged {
        assert_eq!(leaf_hash(&log.reader().entry(*seq).unwrap()), *leaf, "{when}");
    }
    for (size, root) in &witnessed.signed {
        assert_eq!(log.reader().root_at(*size).unwrap(), *root, "{when}");
    }
    let done = log.appender().append_blocking("after the restart".to_owned()).unwrap();
    witnessed.sign(done.checkpoint.head.size, done.checkpoint.head.root, when);
    drop(log);
    witnessed.look(dir, when);
}

/// Runs `scenario` with a fault at each operation in turn, until none strikes any more. Returns how many did.
fn sweep(template: &Path, scenario: impl Fn(&Path, Arc<FaultyFiles>, &str) + Sync) -> u64 {
    let run = |manner, dead_after| {
        let mut struck = 0;
        for at in 0.. {
            let home = temporary_folder();
            let dir = home.path().join("log");
            if template.exists() {
                copy_folder(template, &dir);
            }
            let files = FaultyFiles::new(at, manner, dead_after);
            let when = format!("operation {at} {manner:?}, dead after: {dead_after}");
            scenario(&dir, Arc::clone(&files), &when);
            if files.struck_at().is_none() {
                break;
            }
            struck += 1;
        }
        struck
    };
    let manners = [Manner::Failed, Manner::FailedYetPersisted, Manner::Torn];
    std::thread::scope(|scope| {
        let threads = manners.map(|manner| {
            scope.spawn({
                let run = &run;
                move || run(manner, false) + run(manner, true)
            })
        });
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    })
}

#[test]
fn no_failing_operation_loses_or_forks_a_log_in_use() {
    // 254 entries: the appends below fill a bundle, complete a tile, begin the next and make one of the level above.
    let home = temporary_folder();
    let template = home.path().join("log");
    log_with(&template, 254);
    let faults = sweep(&template, |dir, files, when| {
        let mut witnessed = Witnessed::default();
        witnessed.look(dir, when);
        let faulty = LogSetup { files: files.clone(), ..setup(dir) };
        use_log(faulty, &mut witnessed, &["one", "two", "three"]);
        let when = format!("{when}: {:?}", files.struck_at());
        reopen(dir, &mut witnessed, &when);
        let report = fsck(&Site::from(&setup(dir)), &mut check_line).unwrap();
        assert!(report.is_sound(), "{when}\n{report}");
    });
    assert!(faults > 300, "only {faults} faults struck: the faults do not reach the code");
}

#[test]
fn no_failing_operation_leaves_a_half_made_log_that_cannot_be_made() {
    let faults = sweep(Path::new("/nonexistent"), |dir, files, when| {
        let faulty = LogSetup { files: files.clone(), ..setup(dir) };
        let made = initialise(&faulty);
        let when = format!("{when}: {:?}", files.struck_at());
        let again = initialise(&setup(dir));
        match (made, again) {
            // Whoever was told that the log was made is not told that it is new.
            (Ok(()), again) => assert!(matches!(again, Err(OpenError::NotNew { .. })), "{when}: {again:?}"),
            (Err(_), Ok(()) | Err(OpenError::NotNew { .. })) => {}
            (made, again) => panic!("{when}: {made:?}, then {again:?}"),
        }
        reopen(dir, &mut Witnessed::default(), &when);
    });
    assert!(faults > 100, "only {faults} faults struck: the faults do not reach the code");
}

/// A store whose commit fails once.
struct FaultyStore {
    inner: Arc<dyn Store>,
    persists: bool,
}

impl Store for FaultyStore {
    fn size(&self) -> u64 {
        self.inner.size()
    }
    fn read(&self, index: u64) -> Result<Vec<u8>, StoreError> {
        self.inner.read(index)
    }
    fn scan(&self, first: u64, visit: &mut Visit<'_>) -> Result<(), StoreError> {
        self.inner.scan(first, visit)
    }
    fn commit_durably(&self, first: u64, entries: &[Vec<u8>]) -> Result<(), StoreError> {
        if self.persists {
            self.inner.commit_durably(first, entries)?;
        }
        Err(StoreError::Database { doing: "store entries", detail: "injected fault".to_owned() })
    }
}

struct FaultyStores {
    persists: bool,
}

impl Stores for FaultyStores {
    fn create(&self, folder: &Path, files: &Arc<dyn Files>) -> Result<Arc<dyn Store>, StoreError> {
        SledStores.create(folder, files)
    }
    fn open(&self, folder: &Path, files: &Arc<dyn Files>) -> Result<Arc<dyn Store>, StoreError> {
        Ok(Arc::new(FaultyStore { inner: SledStores.open(folder, files)?, persists: self.persists }))
    }
}

#[test]
fn a_failing_database_makes_the_log_read_only_and_loses_nothing() {
    for persists in [false, true] {
        let home = temporary_folder();
        let dir = home.path().join("log");
        log_with(&dir, 3);
        let mut witnessed = Witnessed::default();
        witnessed.look(&dir, "before");
        let faulty = LogSetup { stores: Arc::new(FaultyStores { persists }), ..setup(&dir) };
        use_log(faulty, &mut witnessed, &["lost or not"]);
        assert!(witnessed.acknowledged.is_empty());
        reopen(&dir, &mut witnessed, "after a failed commit");
        let log = open(setup(&dir)).unwrap();
        let size = if persists { 5 } else { 4 };
        assert_eq!(log.reader().head().size, size, "a commit that persisted is kept, one that did not is gone");
    }
}
