//! The only writer of the log.
//!
//! Many callers append at once; one thread takes what has gathered, and for the whole batch, in this order:
//!
//! 1. asks [`Admit`] for each entry's bytes, now that its index and the hash of the entry before are known;
//! 2. commits the entries to the store: one flush, one sync;
//! 3. writes the tiles and syncs them;
//! 4. signs the checkpoint, which binds the log for ever;
//! 5. writes it into the guard and syncs that: from here on no other checkpoint of this size can be signed;
//! 6. publishes it as `public/checkpoint`;
//! 7. acknowledges every entry, and removes partial tiles that later checkpoints have left behind.
//!
//! Where witnesses must agree ([`cosigning`]), 6 and 7 wait until the checkpoint comes back with enough cosignatures, and further batches go through 1 to 5
//! meanwhile. What the log's keeper wants kept of a cosigned checkpoint ([`Admit::keep`]) is on the disk before 6.
//!
//! Never publishes before everything under the checkpoint is on the disk. Never goes on after a state that it does not
//! know: whatever goes wrong between 1 and 6 makes the log read-only, with the reason, until it is opened anew and read
//! through ([`opening`]). Knows nothing of what an entry means.
//!
//! Longer than other files, since the order of these writes is one argument, read in one place.

pub mod cosigning;
pub mod opening;
pub mod reader;

use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use cosigning::{Back, Gathered, LogProofs};
use klero_tlog::checkpoint::Checkpoint;
use klero_tlog::proof::TreeHead;
use klero_tlog::tile::{MAX_ENTRY_LEN, TILE_WIDTH};
use klero_tlog::{Hash, Note, SignerKey, VerifiedCheckpoint, VerifierKey, leaf_hash};
use tokio::sync::oneshot;

use crate::files::Lock;
use crate::guard::Guard;
use crate::publish::Publisher;
use crate::store::{Store, panic_text};
use opening::{LogSetup, OpenError, OpenedLog};
use reader::Shared;
pub use reader::{LogReader, ReadError};

/// Most entries in one commit: with the longest entries, 64 MiB of them in memory.
pub const MAX_BATCH: usize = 1024;
/// Most appends that may wait at a time; more are turned away, so that a stuck disk cannot fill the memory.
pub const MAX_WAITING: usize = 16_384;

/// Where an entry will stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its index in the log.
    pub seq: u64,
    /// Leaf hash of the entry before; [`Hash::ZERO`] for the first.
    pub prev: Hash,
}

/// Decides what gets into the log, and builds it. Called from the one writing thread only, in the order of the log.
///
/// It may keep a state that runs ahead of what is committed, by at most one batch: if a commit fails the log is read-only
/// and the state is never used again. Whoever else needs the state takes it from [`Self::committed`].
pub trait Admit: Send + 'static {
    /// What a caller wants to have logged.
    type Draft: Send + 'static;
    /// Why it may not be.
    type Refusal: fmt::Display + Send + 'static;

    /// An entry of the log, read back when it is opened: takes it into the state, or says why it cannot be one.
    fn replay(&mut self, place: Place, entry: &[u8]) -> Result<(), Self::Refusal>;

    /// The bytes of the entry at `place`, at most 65,535 and at least one; the state then includes it. After a refusal the
    /// state is as before.
    fn admit(&mut self, place: Place, draft: Self::Draft) -> Result<Vec<u8>, Self::Refusal>;

    /// Before anything is replayed: how many entries are public. `None`: all that will be replayed are, once the log is open.
    fn opening(&mut self, public: Option<u64>) {
        let _ = public;
    }

    /// This checkpoint is about to be published: keeps what must not be lost of it, on the disk, or says why it cannot.
    fn keep(&mut self, checkpoint: &PublishedCheckpoint) -> Result<(), String> {
        let _ = checkpoint;
        Ok(())
    }

    /// All entries under this checkpoint are now durable and public. Those admitted or replayed beyond it are durable, or about to be, and wait for witnesses.
    fn committed(&mut self, checkpoint: &PublishedCheckpoint) {
        let _ = checkpoint;
    }
}

/// Signs checkpoints. The key's name is the log's origin.
pub trait CheckpointSigner: Send + Sync {
    /// The key that verifies what [`Self::sign`] signs.
    fn verifier_key(&self) -> VerifierKey;

    /// Keys by which an earlier checkpoint of this log may be signed: the present one, and those before a change of keys.
    fn known_keys(&self) -> Vec<VerifierKey> {
        vec![self.verifier_key()]
    }

    /// Signs, or says in words why not.
    fn sign(&self, checkpoint: &Checkpoint) -> Result<Note, String>;
}

impl CheckpointSigner for SignerKey {
    fn verifier_key(&self) -> VerifierKey {
        Self::verifier_key(self)
    }
    fn sign(&self, checkpoint: &Checkpoint) -> Result<Note, String> {
        checkpoint.sign(self).map_err(|error| error.to_string())
    }
}

/// A checkpoint that the world can see; everything under it is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedCheckpoint {
    /// Size and root.
    pub head: TreeHead,
    /// The signed note.
    pub note: String,
}

impl From<&VerifiedCheckpoint> for PublishedCheckpoint {
    fn from(checkpoint: &VerifiedCheckpoint) -> Self {
        Self { head: checkpoint.head(), note: checkpoint.note().to_text() }
    }
}

/// An entry that is in the log: durable, public, and under a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Its index.
    pub seq: u64,
    /// Its leaf hash.
    pub leaf: Hash,
    /// The first checkpoint that covers it.
    pub checkpoint: Arc<PublishedCheckpoint>,
}

/// What the writer was doing when the log became read-only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Building an entry.
    Entry,
    /// Committing to the database.
    Store,
    /// Writing tiles.
    Tiles,
    /// Signing the checkpoint.
    Sign,
    /// Writing the guard.
    Guard,
    /// Publishing the checkpoint.
    Checkpoint,
    /// Asking the witnesses.
    Witnesses,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Entry => "building an entry",
            Self::Store => "storing entries",
            Self::Tiles => "writing tiles",
            Self::Sign => "signing the checkpoint",
            Self::Guard => "writing the guard",
            Self::Checkpoint => "publishing the checkpoint",
            Self::Witnesses => "agreement with the witnesses",
        })
    }
}

/// Why nothing can be appended until the log is opened anew. Reading goes on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the log is read-only since {stage} failed: {reason}")]
pub struct ReadOnly {
    /// What failed.
    pub stage: Stage,
    /// In which words.
    pub reason: String,
    /// What a person should do next.
    pub advice: &'static str,
}

/// Whether the log takes entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It does.
    Writable,
    /// It does not, until it is opened anew.
    ReadOnly(ReadOnly),
    /// This process has closed it.
    Closed,
}

/// Why an entry was not acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError<R> {
    /// It is not admitted. The log is as before.
    #[error("{0}")]
    Refused(R),
    /// A write failed while this very entry was under way: it may be in the log after the restart, or not. Look before you
    /// send it again.
    #[error("{0}; the entry may be in the log after the restart, or not")]
    Unknown(ReadOnly),
    /// An earlier write had failed: this entry is not in the log.
    #[error(transparent)]
    ReadOnly(ReadOnly),
    /// The entry is in the log and on the disk, and no longer waited for: this process ends before enough witnesses have cosigned. It is published when they
    /// have, after the next start.
    #[error("the entry is logged as number {seq}, and is published once enough witnesses have cosigned it")]
    Unpublished {
        /// Its index.
        seq: u64,
    },
    /// Too many appends are waiting: this entry is not in the log.
    #[error("{MAX_WAITING} entries are waiting to be written; try again in a moment")]
    Busy,
    /// The log was closed before the entry's turn came: this entry is not in the log.
    #[error("the log is closed")]
    Closed,
}

/// How an append ends.
pub type Outcome<A> = Result<Appended, AppendError<<A as Admit>::Refusal>>;

/// How far an append has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The entry is public.
    Public(Appended),
    /// The entry is in the log and on the disk, under a checkpoint that is signed and that too few witnesses have cosigned so far.
    Waiting {
        /// Its index.
        seq: u64,
        /// Its leaf hash.
        leaf: Hash,
    },
}

/// What a patient caller hears.
enum Heard<A: Admit> {
    Stored { seq: u64, leaf: Hash },
    Ended(Outcome<A>),
}

/// Whom to answer.
enum Reply<A: Admit> {
    Task(oneshot::Sender<Outcome<A>>),
    Thread(mpsc::Sender<Heard<A>>),
}

impl<A: Admit> Reply<A> {
    /// Answers a caller, who may have stopped waiting.
    fn end(self, outcome: Outcome<A>) {
        match self {
            Self::Task(sender) => drop(sender.send(outcome)),
            Self::Thread(sender) => drop(sender.send(Heard::Ended(outcome))),
        }
    }

    /// Tells a patient caller that the entry is on the disk.
    fn stored(&self, seq: u64, leaf: Hash) {
        if let Self::Thread(sender) = self {
            let _nobody_waits = sender.send(Heard::Stored { seq, leaf });
        }
    }
}

/// An entry that is on the disk and waits for witnesses; and who waits for it.
struct Waiting<A: Admit> {
    seq: u64,
    leaf: Hash,
    reply: Reply<A>,
}

struct Request<A: Admit> {
    draft: A::Draft,
    reply: Reply<A>,
}

enum Message<A: Admit> {
    Append(Request<A>),
    Gathered(Gathered),
    Stop,
}

/// Owns the writing thread, the lock on the folder and the store. Dropping it finishes the batch under way, then closes the
/// log.
pub struct Sequencer<A: Admit> {
    appender: Appender<A>,
    reader: LogReader,
    cosigning: Option<Arc<dyn cosigning::Cosigning>>,
    thread: Option<JoinHandle<()>>,
    /// Declared last: the folder is free only after the store is closed.
    _lock: Lock,
}

impl<A: Admit> Sequencer<A> {
    /// Opens an existing log: reads all of it, checks it against guard, tiles and checkpoint, finishes what a crash left
    /// unfinished, and starts the writer. A log is made by [`opening::initialise`].
    pub fn open(setup: LogSetup, mut admit: A) -> Result<Self, OpenError> {
        admit.opening(setup.cosigning.is_some().then(|| opening::published_size(&setup)));
        let opened =
            opening::open(&setup, &mut |place, entry| admit.replay(place, entry).map_err(|error| error.to_string()))?;
        let OpenedLog { lock, store, publisher, guard, published, tree, tail } = opened;
        let last_leaf = tree.leaves().last().copied().unwrap_or(Hash::ZERO);
        let published = Arc::new(published);
        admit.committed(&published);
        let shared = Arc::new(Shared::new(tree, Arc::clone(&store), Arc::clone(&publisher), published));
        let waiting = Arc::new(AtomicUsize::new(0));
        let (sender, requests) = mpsc::channel();
        let head = guard.head();
        if let Some(cosigning) = &setup.cosigning {
            let back = sender.clone();
            // If the writer is gone nothing is published any more.
            let back = Back::new(move |gathered| drop(back.send(Message::Gathered(gathered))));
            cosigning.start(shared.published().head, LogProofs::new(Arc::clone(&shared)), back);
            cosigning.submit(guard.checkpoint().clone());
        }
        let cosigning = setup.cosigning.clone();
        let log_key = setup.signer.verifier_key();
        let writer = Writer { setup, store, publisher, shared: Arc::clone(&shared), head, last_leaf, tail, log_key };
        let counter = Arc::clone(&waiting);
        let thread = std::thread::Builder::new()
            .name("sequencer".to_owned())
            .spawn(move || run(writer, admit, &requests, &counter))
            .map_err(|error| OpenError::Thread { detail: error.to_string() })?;
        let appender = Appender { sender, shared: Arc::clone(&shared), waiting };
        Ok(Self { appender, reader: LogReader::new(shared), cosigning, thread: Some(thread), _lock: lock })
    }

    /// A handle for those who append.
    pub fn appender(&self) -> Appender<A> {
        self.appender.clone()
    }

    /// A handle for those who read.
    pub fn reader(&self) -> LogReader {
        self.reader.clone()
    }
}

impl<A: Admit> Drop for Sequencer<A> {
    fn drop(&mut self) {
        if let Some(cosigning) = &self.cosigning {
            cosigning.stop();
        }
        // If the thread is gone already there is nobody to tell, and nothing to wait for.
        let _told = self.appender.sender.send(Message::Stop);
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
        self.appender.shared.close();
    }
}

/// Appends to the log. Cheap to clone; usable from any thread and any task.
pub struct Appender<A: Admit> {
    sender: mpsc::Sender<Message<A>>,
    shared: Arc<Shared>,
    waiting: Arc<AtomicUsize>,
}

impl<A: Admit> Clone for Appender<A> {
    fn clone(&self) -> Self {
        Self { sender: self.sender.clone(), shared: Arc::clone(&self.shared), waiting: Arc::clone(&self.waiting) }
    }
}

impl<A: Admit> Appender<A> {
    /// Appends, and returns once the entry is durable and under a published checkpoint. If the future is dropped, the entry
    /// may be appended all the same.
    pub async fn append(&self, draft: A::Draft) -> Outcome<A> {
        let (reply, answer) = oneshot::channel();
        self.send(draft, Reply::Task(reply))?;
        answer.await.unwrap_or_else(|_| Err(self.unanswered()))
    }

    /// The same for code that is not asynchronous. Must not be called from within a tokio runtime's own threads.
    pub fn append_blocking(&self, draft: A::Draft) -> Outcome<A> {
        let (reply, answer) = oneshot::channel();
        self.send(draft, Reply::Task(reply))?;
        answer.blocking_recv().unwrap_or_else(|_| Err(self.unanswered()))
    }

    /// Appends, and returns once the entry is public; or, if witnesses keep it waiting for longer than `patience`, once it is on the disk. Blocks.
    pub fn append_patiently(&self, draft: A::Draft, patience: Duration) -> Result<Progress, AppendError<A::Refusal>> {
        let (reply, answer) = mpsc::channel();
        self.send(draft, Reply::Thread(reply))?;
        let (seq, leaf) = match answer.recv() {
            Ok(Heard::Stored { seq, leaf }) => (seq, leaf),
            Ok(Heard::Ended(outcome)) => return outcome.map(Progress::Public),
            Err(_) => return Err(self.unanswered()),
        };
        match answer.recv_timeout(patience) {
            Ok(Heard::Ended(outcome)) => outcome.map(Progress::Public),
            Ok(Heard::Stored { .. }) | Err(_) => Ok(Progress::Waiting { seq, leaf }),
        }
    }

    fn send(&self, draft: A::Draft, reply: Reply<A>) -> Result<(), AppendError<A::Refusal>> {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= MAX_WAITING {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(AppendError::Busy);
        }
        self.sender.send(Message::Append(Request { draft, reply })).map_err(|_| {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            self.unanswered()
        })
    }

    /// Why a request was dropped unanswered: only a closed log does that, before the request's turn.
    fn unanswered(&self) -> AppendError<A::Refusal> {
        match self.shared.condition() {
            Condition::ReadOnly(reason) => AppendError::ReadOnly(reason),
            Condition::Writable | Condition::Closed => AppendError::Closed,
        }
    }
}

/// The writing thread: gathers what waits, commits it, and starts again; publishes what comes back from the witnesses.
fn run<A: Admit>(mut writer: Writer, mut admit: A, requests: &mpsc::Receiver<Message<A>>, counter: &AtomicUsize) {
    let mut stop = false;
    let mut waiting = VecDeque::new();
    while !stop {
        let Ok(first) = requests.recv() else { break };
        let mut batch = Vec::new();
        let mut gathered = Vec::new();
        for message in std::iter::once(first).chain(requests.try_iter()) {
            match message {
                Message::Append(request) => batch.push(request),
                Message::Gathered(one) => gathered.push(one),
                Message::Stop => stop = true,
            }
            if stop || batch.len() == MAX_BATCH {
                break;
            }
        }
        counter.fetch_sub(batch.len(), Ordering::Relaxed);
        for one in gathered {
            take_back(&mut writer, &mut admit, one, &mut waiting);
        }
        if let Condition::ReadOnly(reason) = writer.shared.condition() {
            for request in batch {
                request.reply.end(Err(AppendError::ReadOnly(reason.clone())));
            }
            continue;
        }
        if !batch.is_empty() {
            commit(&mut writer, &mut admit, batch, &mut waiting);
        }
    }
    for Waiting { seq, reply, .. } in waiting {
        reply.end(Err(AppendError::Unpublished { seq }));
    }
}

/// What came back from the witnesses: publishes it if it is enough, and acknowledges what it covers.
fn take_back<A: Admit>(writer: &mut Writer, admit: &mut A, gathered: Gathered, waiting: &mut VecDeque<Waiting<A>>) {
    if writer.shared.condition() != Condition::Writable {
        return;
    }
    let published = catch_unwind(AssertUnwindSafe(|| match gathered {
        Gathered::Alarm(reason) => Err(ReadOnly { stage: Stage::Witnesses, reason, advice: ADVICE_FORK }),
        Gathered::Cosigned(note) => writer.publish_cosigned(&note, admit),
    }));
    let published = published.unwrap_or_else(|panic| {
        let reason = panic_text(panic.as_ref());
        Err(ReadOnly { stage: Stage::Checkpoint, reason, advice: ADVICE_FAULT })
    });
    match published {
        Ok(None) => {}
        Ok(Some(checkpoint)) => {
            let covered = waiting.iter().take_while(|one| one.seq < checkpoint.head.size).count();
            for Waiting { seq, leaf, reply } in waiting.drain(..covered) {
                reply.end(Ok(Appended { seq, leaf, checkpoint: Arc::clone(&checkpoint) }));
            }
        }
        Err(reason) => {
            writer.shared.set_read_only(reason);
            for Waiting { seq, reply, .. } in waiting.drain(..) {
                reply.end(Err(AppendError::Unpublished { seq }));
            }
        }
    }
}

/// One batch, from drafts to acknowledgements. Every request is answered.
fn commit<A: Admit>(writer: &mut Writer, admit: &mut A, batch: Vec<Request<A>>, waiting: &mut VecDeque<Waiting<A>>) {
    let mut entries = Vec::new();
    let mut admitted = Vec::new();
    let mut refused = Vec::new();
    let mut failed = None;
    let mut prev = writer.last_leaf;
    let mut seq = writer.head.size;
    for Request { draft, reply } in batch {
        if failed.is_some() {
            admitted.push((reply, Place { seq, prev }));
            continue;
        }
        match catch_unwind(AssertUnwindSafe(|| admit.admit(Place { seq, prev }, draft))) {
            Ok(Ok(entry)) if (1..=MAX_ENTRY_LEN).contains(&entry.len()) => {
                prev = leaf_hash(&entry);
                admitted.push((reply, Place { seq, prev }));
                entries.push(entry);
                seq += 1;
            }
            Ok(Ok(entry)) => {
                failed = Some(format!("it has {} bytes, expected 1 to {MAX_ENTRY_LEN}", entry.len()));
                admitted.push((reply, Place { seq, prev }));
            }
            // A refusal may rest on an entry of this very batch, so nobody hears of it before that entry is safe.
            Ok(Err(refusal)) => refused.push((reply, refusal)),
            Err(panic) => {
                failed = Some(panic_text(panic.as_ref()));
                admitted.push((reply, Place { seq, prev }));
            }
        }
    }
    let outcome = match failed {
        Some(reason) => Err(ReadOnly { stage: Stage::Entry, reason, advice: ADVICE_FAULT }),
        None if entries.is_empty() => Ok(None),
        None => catch_unwind(AssertUnwindSafe(|| writer.commit(entries)))
            .unwrap_or_else(|panic| {
                let reason = panic_text(panic.as_ref());
                Err(ReadOnly { stage: Stage::Store, reason, advice: ADVICE_FAULT })
            })
            .map(Some),
    };
    match outcome {
        Ok(committed) => {
            if committed.is_some() {
                writer.last_leaf = prev;
            }
            match committed.flatten() {
                Some(checkpoint) => {
                    // Before the acknowledgements: who was acknowledged finds the entry in whatever this publishes.
                    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| admit.committed(&checkpoint))) {
                        let reason = panic_text(panic.as_ref());
                        writer.shared.set_read_only(ReadOnly { stage: Stage::Entry, reason, advice: ADVICE_FAULT });
                    }
                    for (reply, Place { seq, prev: leaf }) in admitted {
                        reply.end(Ok(Appended { seq, leaf, checkpoint: Arc::clone(&checkpoint) }));
                    }
                }
                None => {
                    for (reply, Place { seq, prev: leaf }) in admitted {
                        reply.stored(seq, leaf);
                        waiting.push_back(Waiting { seq, leaf, reply });
                    }
                }
            }
            for (reply, refusal) in refused {
                reply.end(Err(AppendError::Refused(refusal)));
            }
            // Nobody waits for this.
            writer.publisher.tidy(writer.head.size, writer.shared.published().head.size);
        }
        Err(reason) => {
            writer.shared.set_read_only(reason.clone());
            for Waiting { seq, reply, .. } in waiting.drain(..) {
                reply.end(Err(AppendError::Unpublished { seq }));
            }
            for (reply, _) in admitted {
                reply.end(Err(AppendError::Unknown(reason.clone())));
            }
            for (reply, _) in refused {
                reply.end(Err(AppendError::ReadOnly(reason.clone())));
            }
        }
    }
}

const ADVICE_FAULT: &str = "start the service again; if it happens again, report it: it is a fault of this program. Nothing acknowledged is lost";
const ADVICE_FORK: &str = "do not start it again before you know who signed another history with this log's key: an old copy of this folder that was \
                           restored or run elsewhere, or a thief of the key. Compare with the checkpoint that the witness serves (docs/witnessing.md); if the \
                           witness alone is at fault, take its address out of policy.txt";

/// What the writing thread has.
struct Writer {
    setup: LogSetup,
    store: Arc<dyn Store>,
    publisher: Arc<Publisher>,
    shared: Arc<Shared>,
    head: TreeHead,
    last_leaf: Hash,
    /// The entries of the last, unfinished bundle.
    tail: Vec<Vec<u8>>,
    /// The log key that is published as `log.vkey`.
    log_key: VerifierKey,
}

impl Writer {
    /// Steps 2 to 6; `None` if the checkpoint now waits for witnesses.
    fn commit(&mut self, entries: Vec<Vec<u8>>) -> Result<Option<Arc<PublishedCheckpoint>>, ReadOnly> {
        self.store.commit_durably(self.head.size, &entries).map_err(|e| ReadOnly {
            stage: Stage::Store,
            reason: e.to_string(),
            advice: e.advice(),
        })?;
        // Leaves beyond the published size are not readable; see `Shared`.
        let tree_head = self.shared.extend(entries.iter().map(|entry| leaf_hash(entry)));
        self.tail.extend(entries);
        let guard = seal(&self.setup, &self.publisher, &self.shared.tree(), &self.tail, self.head.size, tree_head)?;
        let keep_from = self.tail.len() - self.tail.len() % usize::from(TILE_WIDTH);
        self.tail.drain(..keep_from);
        self.head = tree_head;
        if let Some(cosigning) = &self.setup.cosigning {
            cosigning.submit(guard.checkpoint().clone());
            return Ok(None);
        }
        self.publish_key(guard.checkpoint())?;
        let published = Arc::new(PublishedCheckpoint::from(guard.checkpoint()));
        self.shared.publish(Arc::clone(&published));
        Ok(Some(published))
    }

    /// Step 6 for a checkpoint that came back from the witnesses; `None` if it is not to be published: too few cosignatures, or a larger one is public.
    fn publish_cosigned<A: Admit>(
        &mut self,
        note: &Note,
        admit: &mut A,
    ) -> Result<Option<Arc<PublishedCheckpoint>>, ReadOnly> {
        let Some(cosigning) = &self.setup.cosigning else { return Ok(None) };
        let failed = |stage, reason: String, advice| ReadOnly { stage, reason, advice };
        // Whoever gathered it is believed no more than anybody else: it is this log's, and of this very tree.
        let Ok(checkpoint) = VerifiedCheckpoint::open_note(note, &self.setup.signer.known_keys()) else {
            return Ok(None);
        };
        let head = checkpoint.head();
        let ours = head.size <= self.head.size && self.shared.tree().root_at(head.size) == Ok(head.root);
        if !ours || head.size < self.shared.published().head.size || cosigning.judge(note).is_err() {
            return Ok(None);
        }
        let published = Arc::new(PublishedCheckpoint::from(&checkpoint));
        admit.keep(&published).map_err(|reason| failed(Stage::Checkpoint, reason, ADVICE_KEEP))?;
        self.publisher
            .publish_checkpoint(&published.note)
            .map_err(|e| failed(Stage::Checkpoint, e.to_string(), e.advice()))?;
        self.publish_key(&checkpoint)?;
        self.shared.publish(Arc::clone(&published));
        admit.committed(&published);
        Ok(Some(published))
    }

    /// After a change of the log's key the new one is published, once a checkpoint that it signed is.
    fn publish_key(&mut self, checkpoint: &VerifiedCheckpoint) -> Result<(), ReadOnly> {
        let key = self.setup.signer.verifier_key();
        if key == self.log_key || !checkpoint.note().signatures().iter().any(|line| key.matches(line)) {
            return Ok(());
        }
        self.publisher.publish_key(&key.to_text()).map_err(|e| ReadOnly {
            stage: Stage::Checkpoint,
            reason: e.to_string(),
            advice: e.advice(),
        })?;
        self.log_key = key;
        Ok(())
    }
}

const ADVICE_KEEP: &str = "check the disk, then start the service again: nothing acknowledged is lost";

/// Steps 3 to 6, for entries that are in the store: tiles, signature, guard, checkpoint; the last only where no witness need agree. Also finishes, when a log
/// is opened, what a crash left behind.
fn seal(
    setup: &LogSetup,
    publisher: &Publisher,
    tree: &klero_tlog::MerkleTree,
    tail: &[Vec<u8>],
    old_size: u64,
    head: TreeHead,
) -> Result<Guard, ReadOnly> {
    let failed = |stage, reason: String, advice| ReadOnly { stage, reason, advice };
    publisher
        .write_tiles(tree, tail, old_size, head.size)
        .map_err(|e| failed(Stage::Tiles, e.to_string(), e.advice()))?;
    let guard =
        Guard::new(sign(setup.signer.as_ref(), head).map_err(|reason| failed(Stage::Sign, reason, ADVICE_SIGNER))?);
    guard
        .write(setup.files.as_ref(), &setup.folder.guard())
        .map_err(|e| failed(Stage::Guard, e.to_string(), e.advice()))?;
    if setup.cosigning.is_none() {
        publisher
            .publish_checkpoint(&guard.checkpoint().note().to_text())
            .map_err(|e| failed(Stage::Checkpoint, e.to_string(), e.advice()))?;
    }
    Ok(guard)
}

const ADVICE_SIGNER: &str = "see that the checkpoint key is there and is this log's, then start the service again";

/// Step 4. Believes the signer no more than anybody else.
fn sign(signer: &dyn CheckpointSigner, head: TreeHead) -> Result<VerifiedCheckpoint, String> {
    let key = signer.verifier_key();
    let checkpoint = Checkpoint::new(key.name().as_str(), head).map_err(|error| error.to_string())?;
    let note = signer.sign(&checkpoint)?;
    let verified = VerifiedCheckpoint::open_note(&note, &[key]).map_err(|error| error.to_string())?;
    if *verified.checkpoint() != checkpoint {
        return Err("the signer signed another checkpoint than it was given".to_owned());
    }
    Ok(verified)
}
