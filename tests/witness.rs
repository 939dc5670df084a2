//! The witness by itself: every status of c2sp.org/tlog-witness, what it keeps, and what a crash, a full disk, a clock and many clients at once do to it.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use klero_tlog::cosignature::{WitnessSigner, cosignatures_by};
use klero_tlog::note::KeyName;
use klero_tlog::witness_wire::{AddCheckpoint, parse_cosignature_lines};
use klero_tlog::{
    Checkpoint, ConsistencyProof, Hash, MerkleTree, Note, SecretKey, SignerKey, VerifiedCheckpoint, VerifierKey,
    leaf_hash,
};
use klero_verifier::fraud::FraudReport;
use kleroterion::clock::ManualClock;
use kleroterion::files::{FileError, Files, FolderItem, Lock, RealFiles};
use kleroterion::outbound::{Answered, Poster};
use kleroterion::witness::http::{MAX_REQUEST_BYTES, router, serve};
use kleroterion::witness::{Refusal, Witness, log_id};

const ORIGIN: &str = "draws.example.org/log";
const NOW: u64 = 1_800_000_000;

fn key(name: &str, seed: u8) -> SignerKey {
    SignerKey::new(KeyName::new(name).unwrap(), SecretKey::from_seed(&[seed; 32]))
}

fn witness_key() -> WitnessSigner {
    WitnessSigner::new(KeyName::new("witness.example/w1").unwrap(), SecretKey::from_seed(&[9; 32]))
}

/// A log whose entries are numbers; `salt` makes another history.
struct Log {
    signer: SignerKey,
    tree: MerkleTree,
}

impl Log {
    fn new(signer: SignerKey, entries: u64, salt: &str) -> Self {
        let mut tree = MerkleTree::new();
        (0..entries).for_each(|n| tree.append(leaf_hash(format!("{salt}{n}").as_bytes())));
        Self { signer, tree }
    }
    fn checkpoint(&self, size: u64) -> Note {
        let head = klero_tlog::TreeHead { size, root: self.tree.root_at(size).unwrap() };
        let origin = self.signer.verifier_key().name().as_str().to_owned();
        Checkpoint::new(&origin, head).unwrap().sign(&self.signer).unwrap()
    }
    fn request(&self, old: u64, new: u64) -> AddCheckpoint {
        let proof = match old {
            0 => ConsistencyProof::from_hashes(Vec::new()),
            _ => self.tree.consistency_proof(old, new).unwrap(),
        };
        AddCheckpoint::new(old, proof, self.checkpoint(new)).unwrap()
    }
    fn body(&self, old: u64, new: u64) -> Vec<u8> {
        self.request(old, new).to_text().into_bytes()
    }
}

fn honest() -> Log {
    Log::new(key(ORIGIN, 1), 20, "")
}

fn open_with(dir: &Path, clock: &Arc<ManualClock>, files: Arc<dyn Files>, keys: Vec<VerifierKey>) -> Witness {
    Witness::open(dir, witness_key(), keys, files, clock.clone()).unwrap()
}

fn open(dir: &Path) -> Witness {
    open_with(dir, &ManualClock::at(NOW), Arc::new(RealFiles), vec![honest().signer.verifier_key()])
}

#[track_caller]
fn check(witness: &Witness, name: &str, body: &[u8], expected: Result<u64, u16>) {
    match (witness.add_checkpoint(body), expected) {
        (Ok(cosigned), Ok(size)) => assert_eq!(cosigned.size, size, "{name}"),
        (Err(refusal), Err(status)) => assert_eq!(refusal.status(), status, "{name}: {refusal}"),
        (found, expected) => panic!("{name}: {found:?}, expected {expected:?}"),
    }
}

#[test]
fn each_request_gets_the_status_that_the_specification_names() {
    let dir = tempfile::tempdir().unwrap();
    let (log, witness) = (honest(), open(dir.path()));
    let other_history = Log::new(key(ORIGIN, 1), 20, "other ");
    let stranger = Log::new(key("elsewhere.example/log", 1), 20, "");
    let thief = Log::new(key(ORIGIN, 2), 20, "");

    check(&witness, "not a request", b"nothing", Err(400));
    check(
        &witness,
        "old size with a zero before it",
        &[b"old 00\n\n", log.checkpoint(5).to_text().as_bytes()].concat(),
        Err(400),
    );
    check(&witness, "an unknown log", &stranger.body(0, 5), Err(404));
    check(&witness, "another key of that name", &thief.body(0, 5), Err(403));
    let mut forged = log.body(0, 5);
    let at = forged.windows(5).position(|w| w == b"log\n5").unwrap() + 4;
    forged[at] = b'6';
    check(&witness, "a size that was not signed", &forged, Err(403));
    check(
        &witness,
        "old above new",
        &AddCheckpoint::new(6, ConsistencyProof::from_hashes(vec![]), log.checkpoint(5))
            .unwrap()
            .to_text()
            .into_bytes(),
        Err(400),
    );
    check(&witness, "old size without a state", &log.body(3, 5), Err(409));
    let proof = ConsistencyProof::from_hashes(vec![Hash::ZERO]);
    check(
        &witness,
        "a proof from nothing",
        &AddCheckpoint::new(0, proof, log.checkpoint(5)).unwrap().to_text().into_bytes(),
        Err(422),
    );
    assert_eq!(witness.checkpoint(&log_id(ORIGIN)), None);

    check(&witness, "the first", &log.body(0, 5), Ok(5));
    check(&witness, "the same from nothing", &log.body(0, 5), Err(409));
    check(&witness, "the same again", &log.body(5, 5), Ok(5));
    check(&witness, "another of equal size", &other_history.body(5, 5), Err(409));
    check(&witness, "another, larger", &other_history.body(5, 9), Err(422));
    check(
        &witness,
        "growth without proof",
        &AddCheckpoint::new(5, ConsistencyProof::from_hashes(vec![]), log.checkpoint(9))
            .unwrap()
            .to_text()
            .into_bytes(),
        Err(422),
    );
    check(
        &witness,
        "equal size with a proof",
        &AddCheckpoint::new(5, log.tree.consistency_proof(5, 9).unwrap(), log.checkpoint(5))
            .unwrap()
            .to_text()
            .into_bytes(),
        Err(422),
    );
    check(&witness, "growth", &log.body(5, 9), Ok(9));
    check(&witness, "back", &log.body(5, 8), Err(409));
    check(&witness, "smaller", &log.body(5, 5), Err(409));
    check(&witness, "the thief again", &thief.body(9, 12), Err(403));
    check(&witness, "to the end", &log.body(9, 20), Ok(20));

    // Every proper prefix of a request is refused, and changes nothing.
    let whole = log.body(20, 20);
    for end in 0..whole.len() {
        assert!(witness.add_checkpoint(&whole[..end]).is_err(), "{end}");
    }
    let kept = Note::parse(witness.checkpoint(&log_id(ORIGIN)).unwrap().as_bytes()).unwrap();
    assert_eq!(VerifiedCheckpoint::open_note(&kept, &[log.signer.verifier_key()]).unwrap().head(), log.tree.head());
    assert_eq!(cosignatures_by(&kept, &witness.key()).unwrap()[0].timestamp_secs(), NOW);
    assert!(witness.add_checkpoint(&log.body(20, 20)).is_ok());

    // A fork of equal size became a proof that convinces anybody; of what may be one, both sides are kept.
    assert_eq!(evidence(dir.path()), ["fraud-5-5.json", "unproved-5-9.kept", "unproved-5-9.shown"]);
    let read = |name: &str| std::fs::read_to_string(evidence_folder(dir.path()).join(name)).unwrap();
    let report = FraudReport::of(&read("fraud-5-5.json"), Some(&log.signer.verifier_key()));
    assert_eq!(report.verdict().exit(), 0);
    let fraud = report.fraud().unwrap();
    let roots = [fraud.smaller().root, fraud.larger().root];
    assert_eq!(roots, [log.tree.root_at(5).unwrap(), other_history.tree.root_at(5).unwrap()]);
    assert_eq!(read("unproved-5-9.shown"), other_history.checkpoint(9).to_text());
    assert!(read("unproved-5-9.kept").starts_with(log.checkpoint(5).text()));
}

fn evidence_folder(dir: &Path) -> std::path::PathBuf {
    dir.join("evidence").join(log_id(ORIGIN))
}

/// Names of what is kept as evidence, ascending.
fn evidence(dir: &Path) -> Vec<String> {
    let items = std::fs::read_dir(evidence_folder(dir)).unwrap();
    let mut names: Vec<String> = items.map(|item| item.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_anybody_can_send_leaves_room_for_proofs_and_those_are_bounded() {
    let dir = tempfile::tempdir().unwrap();
    let (log, witness) = (Log::new(key(ORIGIN, 1), 60, ""), open(dir.path()));
    check(&witness, "first", &log.body(0, 1), Ok(1));
    for size in 2..=40 {
        // The log's own checkpoint with a proof that is none: no fork, and nobody here can tell.
        let wrong = AddCheckpoint::new(1, ConsistencyProof::from_hashes(vec![]), log.checkpoint(size)).unwrap();
        check(&witness, "no proof", wrong.to_text().as_bytes(), Err(422));
    }
    assert_eq!(evidence(dir.path()).len(), 32);
    let other = Log::new(key(ORIGIN, 1), 60, "other ");
    for size in 2..=40 {
        check(&witness, "growth", &log.body(size - 1, size), Ok(size));
        // Whoever sends it does not know what was cosigned last.
        check(&witness, "a fork", &other.body(0, size), Err(409));
        check(&witness, "the same", &other.body(size, size), Err(409));
    }
    let proofs: Vec<String> = evidence(dir.path()).into_iter().filter(|name| name.starts_with("fraud-")).collect();
    assert_eq!(proofs.len(), 16);
    for name in proofs {
        let text = std::fs::read_to_string(evidence_folder(dir.path()).join(&name)).unwrap();
        assert_eq!(FraudReport::of(&text, None).verdict().exit(), 0, "{name}");
    }
}

#[test]
fn across_a_change_of_keys_a_fork_is_proved_by_the_key_that_signed_both() {
    for (both, expected) in [(true, vec!["fraud-5-5.json"]), (false, vec!["unproved-5-5.kept", "unproved-5-5.shown"])] {
        let dir = tempfile::tempdir().unwrap();
        let (old, new) = (honest(), Log::new(key(ORIGIN, 5), 20, "other "));
        let keys = vec![old.signer.verifier_key(), new.signer.verifier_key()];
        let witness = open_with(dir.path(), &ManualClock::at(NOW), Arc::new(RealFiles), keys);
        check(&witness, "by the old", &old.body(0, 5), Ok(5));
        let mut fork = new.request(5, 5).to_text();
        if both {
            let line = Note::sign(new.checkpoint(5).text(), &[&old.signer]).unwrap().signatures()[0].line();
            fork.push_str(&format!("{line}\n"));
        }
        assert_eq!(witness.add_checkpoint(fork.as_bytes()), Err(Refusal::Conflict { size: 5, forked: true }));
        assert_eq!(evidence(dir.path()), expected);
    }
}

#[test]
fn a_witness_forgets_nothing_and_is_alone_in_its_folder() {
    let dir = tempfile::tempdir().unwrap();
    let log = honest();
    let witness = open(dir.path());
    check(&witness, "first", &log.body(0, 7), Ok(7));
    let second = Witness::open(dir.path(), witness_key(), vec![], Arc::new(RealFiles), ManualClock::at(NOW));
    assert_eq!(second.unwrap_err().exit, 3);
    drop(witness);
    let witness = open(dir.path());
    check(&witness, "from nothing after a restart", &log.body(0, 9), Err(409));
    check(&witness, "back after a restart", &log.body(7, 7), Ok(7));
    check(&witness, "on after a restart", &log.body(7, 9), Ok(9));
    drop(witness);
    // A damaged state is never taken for none.
    let path = dir.path().join("logs").join(log_id(ORIGIN));
    let whole = std::fs::read_to_string(&path).unwrap();
    let empty = String::new();
    for damaged in [empty, whole.replace("\n9\n", "\n8\n"), whole.lines().next().unwrap().to_owned()] {
        std::fs::write(&path, &damaged).unwrap();
        let keys = vec![log.signer.verifier_key()];
        let failure =
            Witness::open(dir.path(), witness_key(), keys, Arc::new(RealFiles), ManualClock::at(NOW)).unwrap_err();
        assert!(failure.message.contains("is not a checkpoint that this witness cosigned"), "{damaged:?}: {failure}");
    }
}

#[test]
fn during_a_change_of_keys_either_key_counts() {
    let dir = tempfile::tempdir().unwrap();
    let (old, new) = (honest(), Log::new(key(ORIGIN, 5), 20, ""));
    let keys = vec![old.signer.verifier_key(), new.signer.verifier_key()];
    let witness = open_with(dir.path(), &ManualClock::at(NOW), Arc::new(RealFiles), keys);
    check(&witness, "by the old", &old.body(0, 5), Ok(5));
    check(&witness, "by the new", &new.body(5, 9), Ok(9));
    let mut both = new.request(9, 12).to_text();
    both.push_str(&format!("{}\n", old.checkpoint(12).signatures()[0].line()));
    check(&witness, "by both", both.as_bytes(), Ok(12));
    // What neither signed is not kept.
    let with_junk = format!("{}— junk.example/key AAAAAAAA\n", new.request(12, 13).to_text());
    check(&witness, "with a line of somebody else", with_junk.as_bytes(), Ok(13));
    assert!(!witness.checkpoint(&log_id(ORIGIN)).unwrap().contains("junk"));
}

#[test]
fn the_time_never_goes_back() {
    let dir = tempfile::tempdir().unwrap();
    let (log, clock) = (honest(), ManualClock::at(NOW));
    let keys = || vec![log.signer.verifier_key()];
    let witness = open_with(dir.path(), &clock, Arc::new(RealFiles), keys());
    check(&witness, "first", &log.body(0, 5), Ok(5));
    clock.set(NOW - 3);
    let line = witness.add_checkpoint(&log.body(5, 6)).unwrap().line;
    assert_eq!(witness.key().verify(log.checkpoint(6).text(), &line).unwrap().timestamp_secs(), NOW);
    drop(witness);
    clock.set(NOW - 3_600);
    let witness = open_with(dir.path(), &clock, Arc::new(RealFiles), keys());
    let refused = witness.add_checkpoint(&log.body(6, 7));
    assert_eq!(refused, Err(Refusal::Clock { now: NOW - 3_600, last: NOW }));
    clock.set(NOW + 10);
    check(&witness, "again in order", &log.body(6, 7), Ok(7));
}

/// Real files, on which writing, renaming or syncing a folder fails once it is told to: undone, or done and reported as failed.
struct Faulty {
    armed: AtomicBool,
    operation: &'static str,
    done_nonetheless: bool,
}

impl Faulty {
    fn at(&self, operation: &str, path: &Path, real: impl FnOnce() -> Result<(), FileError>) -> Result<(), FileError> {
        if operation != self.operation || !self.armed.load(Ordering::SeqCst) {
            return real();
        }
        if self.done_nonetheless {
            real()?;
        }
        Err(FileError::new("do what was asked with", path, &std::io::Error::from(std::io::ErrorKind::StorageFull)))
    }
}

impl Files for Faulty {
    fn read(&self, path: &Path, limit: u64) -> Result<Option<Vec<u8>>, FileError> {
        RealFiles.read(path, limit)
    }
    fn list(&self, folder: &Path) -> Result<Option<Vec<FolderItem>>, FileError> {
        RealFiles.list(folder)
    }
    fn create_folder(&self, folder: &Path) -> Result<(), FileError> {
        RealFiles.create_folder(folder)
    }
    fn write_temporary(&self, path: &Path, content: &mut dyn std::io::Read) -> Result<(), FileError> {
        self.at("write", path, || RealFiles.write_temporary(path, content))
    }
    fn rename(&self, from: &Path, to: &Path) -> Result<(), FileError> {
        self.at("rename", to, || RealFiles.rename(from, to))
    }
    fn sync_folder(&self, folder: &Path) -> Result<(), FileError> {
        self.at("sync", folder, || RealFiles.sync_folder(folder))
    }
    fn sync_file(&self, path: &Path) -> Result<(), FileError> {
        RealFiles.sync_file(path)
    }
    fn lock(&self, path: &Path) -> Result<Lock, FileError> {
        RealFiles.lock(path)
    }
}

#[test]
fn nothing_is_cosigned_that_is_not_on_the_disk() {
    for operation in ["write", "rename", "sync"] {
        for done_nonetheless in [false, true] {
            let name = format!("{operation}, done nonetheless: {done_nonetheless}");
            let dir = tempfile::tempdir().unwrap();
            let log = honest();
            let keys = || vec![log.signer.verifier_key()];
            let files = Arc::new(Faulty { armed: AtomicBool::new(false), operation, done_nonetheless });
            let clock = ManualClock::at(NOW);
            let witness = open_with(dir.path(), &clock, files.clone(), keys());
            check(&witness, &name, &log.body(0, 5), Ok(5));
            files.armed.store(true, Ordering::SeqCst);
            check(&witness, &name, &log.body(5, 9), Err(500));
            files.armed.store(false, Ordering::SeqCst);
            // What the disk holds is not known, so nothing is cosigned, not even what was before.
            for (old, new) in [(5, 9), (5, 5), (9, 9), (5, 7)] {
                check(&witness, &name, &log.body(old, new), Err(500));
            }
            drop(witness);
            let witness = open_with(dir.path(), &clock, files, keys());
            let size = witness.logs().next().unwrap().1.unwrap();
            assert!(size == 5 || (size == 9 && operation != "write"), "{name}: {size}");
            check(&witness, &name, &log.body(size, 12), Ok(12));
        }
    }
}

#[test]
fn many_clients_at_once_see_one_order() {
    let dir = tempfile::tempdir().unwrap();
    let (log, witness) = (honest(), open(dir.path()));
    let mut sizes: Vec<u64> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let mut mine = Vec::new();
                    let mut old = 0;
                    while old < 20 {
                        match witness.add_checkpoint(&log.body(old, old + 1)) {
                            Ok(cosigned) => {
                                mine.push(cosigned.size);
                                old = cosigned.size;
                            }
                            Err(Refusal::Conflict { size, forked: false }) => old = size,
                            Err(other) => panic!("{other}"),
                        }
                    }
                    mine
                })
            })
            .collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    sizes.sort_unstable();
    assert_eq!(sizes, (1..=20).collect::<Vec<_>>(), "each size grew once");
}

#[test]
fn over_http_it_says_what_the_specification_wants() {
    let dir = tempfile::tempdir().unwrap();
    let log = honest();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let witness = Arc::new(open(dir.path()));
    let key = witness.key();
    let alarms = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&alarms);
    let tell = Arc::new(move |event: &kleroterion::witness::http::Event| {
        if matches!(event, kleroterion::witness::http::Event::Alarm(_)) {
            heard.store(true, Ordering::SeqCst);
        }
    });
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (end, ended) = tokio::sync::watch::channel(false);
    let serving = runtime.spawn(serve(listener, router(Arc::clone(&witness), tell), ended));
    let poster = Poster::new(std::time::Duration::from_secs(20)).unwrap();
    let post = |body: Vec<u8>| -> Answered {
        runtime.block_on(poster.post(&format!("{base}/add-checkpoint"), "text/plain", body, 1 << 16)).unwrap()
    };
    let answer = post(log.body(0, 5));
    assert_eq!(answer.status, 200);
    let lines = parse_cosignature_lines(&answer.body).unwrap();
    assert_eq!(lines.len(), 1);
    key.verify(log.checkpoint(5).text(), &lines[0]).unwrap();

    let conflict = post(log.body(0, 9));
    assert_eq!(
        (conflict.status, conflict.media_type.as_str(), &conflict.body[..]),
        (409, "text/x.tlog.size", &b"5\n"[..])
    );
    assert!(!alarms.load(Ordering::SeqCst));
    let fork = post(Log::new(key_of_log(), 20, "other ").body(5, 5));
    assert_eq!((fork.status, fork.media_type.as_str(), &fork.body[..]), (409, "text/x.tlog.size", &b"5\n"[..]));
    assert!(alarms.load(Ordering::SeqCst), "whoever runs it is told of a fork");
    assert_eq!(post(Log::new(key_of_log(), 20, "other ").body(5, 6)).status, 422);
    assert_eq!(post(vec![b'x'; MAX_REQUEST_BYTES + 1]).status, 400);
    assert_eq!(post(b"old 5\n\n\n".to_vec()).status, 400);

    let get = |path: &str| {
        let client = kleroterion::drand::Client::new(std::time::Duration::from_secs(20)).unwrap();
        runtime.block_on(async { client.get_file(&format!("{base}{path}"), 1 << 16).await })
    };
    let kept = get(&format!("/{}/checkpoint", log_id(ORIGIN))).unwrap();
    let kept = Note::parse(&kept).unwrap();
    assert_eq!(kept.text(), log.checkpoint(5).text());
    assert_eq!(cosignatures_by(&kept, &key).unwrap().len(), 1);
    assert!(get(&format!("/{}/checkpoint", log_id("elsewhere.example/log"))).is_err());
    let about = String::from_utf8(get("/").unwrap().to_vec()).unwrap();
    assert!(about.contains(&key.to_text()) && about.contains("5 entries"), "{about}");

    // A connection that is kept open and says nothing does not hold up the end.
    let address = base.strip_prefix("http://").unwrap();
    let mut idle = std::net::TcpStream::connect(address).unwrap();
    idle.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut first = [0; 12];
    idle.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    end.send_replace(true);
    runtime
        .block_on(async { tokio::time::timeout(std::time::Duration::from_secs(60), serving).await })
        .unwrap()
        .unwrap();
    assert!(std::net::TcpStream::connect(address).is_err(), "nobody listens any more");
}

fn key_of_log() -> SignerKey {
    key(ORIGIN, 1)
}
