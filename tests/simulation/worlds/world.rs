//! One world from one seed: a log with its disk and store, its witnesses, and everything that may happen to them. Whatever the product
//! promises is compared with what was seen; the first thing that does not hold ends the world.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Waker};

use klero_tlog::note::KeyName;
use klero_tlog::{Hash, Policy, SecretKey, SignerKey, TreeHead, VerifierKey};
use kleroterion::clock::ManualClock;
use kleroterion::files::LogFolder;
use kleroterion::log_check::Site;
use kleroterion::sequencer::opening::{LogSetup, OpenError, initialise};
use kleroterion::sequencer::{AppendError, Condition, Outcome, Sequencer};

use super::disk::{Disk, Ignored};
use super::ledger::{Book, Draft, Item, Ledger, Signer};
use super::net::{Answer, Net, Station, key};
use super::rng::Rng;
use super::store::Shelves;
use super::summary::Summary;

/// Seconds since 1970 at which every world begins.
const BEGINNING: u64 = 1_800_000_000;

/// How a world is made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// Syncs that disks ignore.
    pub(crate) ignored: Ignored,
    /// Whether to keep every operation, for reading.
    pub(crate) trace: bool,
}

/// Lives through the world of a seed. `Err`: what did not hold, and the last operations if they were to be traced.
pub(crate) fn live(seed: u64, options: &Options) -> Result<Summary, String> {
    let home = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut world = World::new(seed, options, home.path())?;
    let outcome = world.live();
    world.end(outcome).map_err(|words| format!("seed {seed}: {words}"))
}

type Answered = Pin<Box<dyn Future<Output = Outcome<Ledger>>>>;

/// An append that was not answered yet.
struct Pending {
    item: Item,
    future: Answered,
}

pub(crate) struct World {
    pub(crate) rng: Rng,
    pub(crate) disk: Arc<Disk>,
    pub(crate) shelves: Shelves,
    pub(crate) setup: LogSetup,
    pub(crate) log_key: VerifierKey,
    pub(super) book: Book,
    pub(super) net: Option<Arc<Net>>,
    stations: Vec<Station>,
    clock: Arc<ManualClock>,
    now: u64,
    pending: Vec<Pending>,
    next_number: u64,
    /// What was acknowledged, or promised to be on the disk.
    pub(super) kept: BTreeMap<u64, Item>,
    pub(super) leaves: BTreeMap<u64, Hash>,
    /// Roots of published, and of guarded checkpoints by size.
    pub(super) published: BTreeMap<u64, Hash>,
    pub(super) guarded: BTreeMap<u64, Hash>,
    /// The largest published note.
    pub(crate) newest: Option<(u64, Vec<u8>)>,
    pub(crate) old_guards: Vec<Vec<u8>>,
    /// An old copy was put back: what was acknowledged may be lost, but nothing else may be published for it.
    pub(crate) forked: bool,
    pub(crate) sum: Summary,
}

pub(super) fn check(holds: bool, words: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(words()) }
}

impl World {
    fn new(seed: u64, options: &Options, home: &Path) -> Result<Self, String> {
        let text = |error: &dyn std::fmt::Display| error.to_string();
        let mut rng = Rng::new(seed);
        let disk = Disk::new(rng.fork(), options.ignored, home.join("lock"), options.trace);
        let shelves = Shelves::new(rng.fork());
        let book = Book::default();
        let name = KeyName::new("simulated.example/log").map_err(|e| text(&e))?;
        let key_pair = SignerKey::new(name, SecretKey::from_seed(&[7; 32]));
        let log_key = key_pair.verifier_key();
        let clock = ManualClock::at(BEGINNING);
        let count = rng.pick(&[0u8, 0, 1, 2, 3]);
        let mut stations = Vec::new();
        let mut net = None;
        if count > 0 {
            // More than half: with fewer, two halves of the witnesses may each see a history of their own.
            let quorum = count / 2 + 1;
            let mut policy = format!("log {}\n", log_key.to_text());
            for number in 1..=count {
                let disk = Disk::new(rng.fork(), options.ignored, home.join(format!("lock-{number}")), options.trace);
                stations.push(Station::new(number, disk, log_key.clone(), clock.clone())?);
                policy.push_str(&format!("witness w{number} {}\n", key(number).to_text()));
            }
            let names: Vec<String> = (1..=count).map(|number| format!("w{number}")).collect();
            policy.push_str(&format!("group all-of-them {quorum} {}\nquorum all-of-them\n", names.join(" ")));
            net = Some(Arc::new(Net::new(Policy::parse(policy.as_bytes()).map_err(|e| text(&e))?)));
        }
        let setup = LogSetup {
            folder: LogFolder::new("/log"),
            files: disk.clone(),
            signer: Arc::new(Signer { key: key_pair, book: book.clone() }),
            stores: Arc::new(shelves.clone()),
            cosigning: net.clone().map(|net| net as _),
        };
        Ok(Self {
            rng,
            disk,
            shelves,
            setup,
            log_key,
            book,
            net,
            stations,
            clock,
            now: BEGINNING,
            pending: Vec::new(),
            next_number: 0,
            kept: BTreeMap::new(),
            leaves: BTreeMap::new(),
            published: BTreeMap::new(),
            guarded: BTreeMap::new(),
            newest: None,
            old_guards: Vec::new(),
            forked: false,
            sum: Summary::default(),
        })
    }

    fn end(mut self, outcome: Result<(), String>) -> Result<Summary, String> {
        self.sum.operations = self.disk.operations();
        self.sum.digest = self.disk.digest();
        let summary = self.sum.clone();
        outcome.map(|()| summary).map_err(|words| {
            let trace = self.disk.take_trace();
            let last = trace.len().saturating_sub(120);
            let lines: String = trace[last..].iter().map(|line| format!("\n  {line}")).collect();
            format!("{words}{lines}")
        })
    }

    fn live(&mut self) -> Result<(), String> {
        self.make()?;
        let mut copy = None;
        for _ in 0..2 + self.rng.below(5) {
            self.arm();
            if self.rng.below(4) > 0 {
                self.start_witnesses()?;
            }
            self.run()?;
            self.crash()?;
            if self.rng.one_in(3) {
                super::damage::episode(self)?;
            }
            if self.net.is_some() && copy.is_none() && self.rng.one_in(4) {
                copy = Some((self.disk.image(), self.shelves.image()));
            } else if self.rng.one_in(6)
                && let Some((disk, shelves)) = copy.take()
            {
                self.disk.put_back(disk);
                self.shelves.put_back(shelves);
                self.forked = true;
                self.sum.rolled_back += 1;
            }
        }
        self.last()
    }

    /// Makes the log, through whatever happens.
    fn make(&mut self) -> Result<(), String> {
        for attempt in 0.. {
            self.disk.calm();
            if attempt < 3 && self.rng.one_in(2) {
                self.disk.stop_in(self.rng.below(50));
            } else if attempt < 3 && self.rng.one_in(2) {
                self.disk.fail_one_in(20);
            }
            let made = initialise(&self.setup);
            self.look()?;
            match made {
                Ok(()) | Err(OpenError::NotNew { .. }) => break,
                Err(error) => {
                    check(self.disk.struck(), || format!("no log can be made, though nothing failed: {error}"))?;
                }
            }
            self.crash()?;
        }
        self.disk.restart();
        Ok(())
    }

    /// What will go wrong in the next run.
    fn arm(&mut self) {
        let rng = &mut self.rng;
        match rng.below(8) {
            0 | 1 => self.disk.stop_in(rng.below(25)),
            2 => self.disk.stop_in(rng.below(200)),
            3 => self.disk.fail_one_in(10 + rng.below(60)),
            4 => self.disk.fill(),
            5 => self.shelves.fail_one_in(3),
            _ => {}
        }
        for station in &mut self.stations {
            match rng.below(6) {
                0 => station.disk.stop_in(rng.below(20)),
                1 => station.disk.fail_one_in(8),
                2 => station.disk.fill(),
                _ => {}
            }
        }
        // A clock goes on, and is set back now and then.
        self.now = if rng.one_in(5) { self.now.saturating_sub(rng.below(600)) } else { self.now + rng.below(600) };
        self.clock.set(self.now);
    }

    /// Whether something was made to fail since the last restart.
    pub(super) fn struck(&self) -> bool {
        self.disk.struck() || self.shelves.struck()
    }

    pub(crate) fn open(&mut self) -> Result<Sequencer<Ledger>, OpenError> {
        let opened = Sequencer::open(self.setup.clone(), Ledger::new(&self.book));
        self.sum.opened += u64::from(opened.is_ok());
        opened
    }

    /// One run of the service.
    fn run(&mut self) -> Result<(), String> {
        let log = match self.open() {
            Ok(log) => log,
            Err(error) => {
                self.look()?;
                return check(self.struck(), || format!("a log that nobody damaged is refused: {error}"));
            }
        };
        self.look()?;
        self.compare(&log.reader())?;
        for _ in 0..1 + self.rng.below(6) {
            self.busy(&log);
            self.carry(&log)?;
            self.look()?;
            self.hear()?;
            if let Condition::ReadOnly(reason) = log.reader().condition() {
                check(self.struck() || self.sum.alarms > 0, || format!("read-only, though nothing failed: {reason}"))?;
                break;
            }
            if self.rng.one_in(4) {
                self.read_public(&log.reader())?;
            }
            if self.rng.one_in(8) {
                super::damage::while_open(self, &log.reader())?;
            }
        }
        if self.rng.one_in(2) {
            // Killed: the disk takes nothing any more.
            self.disk.stop_in(0);
        }
        drop(log);
        self.hear()?;
        self.look()
    }

    /// Appends that share one batch: notes, seals, and results of what is sealed and public. The beacon does not always answer, and the
    /// scheduler may have been started twice.
    fn busy(&mut self, log: &Sequencer<Ledger>) {
        let count = if self.rng.one_in(12) { self.rng.pick(&[60, 200, 256]) } else { 1 + self.rng.below(4) };
        let mut items = Vec::new();
        for _ in 0..count {
            self.next_number += 1;
            items.push(if self.rng.one_in(5) { Item::Seal(self.next_number) } else { Item::Note(self.next_number) });
        }
        for result in self.due(log.reader().head().size) {
            items.extend((0..self.rng.below(3)).map(|_| result));
        }
        self.batch(log, items);
    }

    /// Appends that share one batch.
    fn batch(&mut self, log: &Sequencer<Ledger>, items: Vec<Item>) {
        let (entered, has_entered) = mpsc::channel();
        let (go_on, may_go_on) = mpsc::channel();
        let _gate = self.send(log, Draft::Gate(entered, may_go_on));
        // A log that is read-only drops the gate.
        let _in = has_entered.recv();
        for item in items {
            let future = self.send(log, Draft::Entry(item));
            self.pending.extend(future.map(|future| Pending { item, future }));
        }
        let _opened = go_on.send(());
        settle(log);
    }

    /// Sends one draft; `None` if it was answered at once.
    fn send(&self, log: &Sequencer<Ledger>, draft: Draft) -> Option<Answered> {
        let appender = log.appender();
        let mut future: Answered = Box::pin(async move { appender.append(draft).await });
        poll(&mut future).is_pending().then_some(future)
    }

    /// The scheduler's rule: what is public, sealed and without a result is due. It keeps nothing.
    fn due(&self, size: u64) -> Vec<Item> {
        let mut due = BTreeSet::new();
        for item in self.book.shared().items.iter().take(usize::try_from(size).unwrap_or(usize::MAX)) {
            match item {
                Item::Seal(draw) => drop(due.insert(*draw)),
                Item::Result(draw, _) => drop(due.remove(draw)),
                Item::Note(_) => {}
            }
        }
        due.into_iter().map(|draw| Item::Result(draw, round_value(draw))).collect()
    }

    /// The network carries what there is to carry, and some of what there is not.
    fn carry(&mut self, log: &Sequencer<Ledger>) -> Result<(), String> {
        let Some((checkpoint, proofs, back)) = self.net.as_ref().and_then(|net| net.latest()) else { return Ok(()) };
        let mut lines = Vec::new();
        for station in &mut self.stations {
            match station.ask(&checkpoint, &proofs, &self.book, &mut self.rng)? {
                Answer::Line(line) => {
                    self.sum.cosigned += 1;
                    lines.push(line);
                }
                Answer::Fork(words) => {
                    check(self.forked, || format!("a false alarm: {words}"))?;
                    self.sum.alarms += 1;
                    back.alarm(words);
                }
                Answer::Nothing => {}
            }
        }
        // Whoever hands notes back is not believed: too few cosignatures, or none.
        if self.rng.one_in(4) {
            back.cosigned(checkpoint.note().clone());
        }
        let note = checkpoint.note().with_signatures(lines).map_err(|error| error.to_string())?;
        back.cosigned(note);
        settle(log);
        Ok(())
    }

    /// Takes the answers that have come.
    fn hear(&mut self) -> Result<(), String> {
        for mut one in std::mem::take(&mut self.pending) {
            match poll(&mut one.future) {
                Poll::Pending => self.pending.push(one),
                Poll::Ready(Ok(done)) => {
                    self.sum.acknowledged += 1;
                    self.kept.insert(done.seq, one.item);
                    self.leaves.insert(done.seq, done.leaf);
                    let TreeHead { size, root } = done.checkpoint.head;
                    check(done.seq < size, || format!("entry {} is acknowledged under {size}", done.seq))?;
                    check(self.published.get(&size) == Some(&root), || format!("{size} was never published"))?;
                }
                Poll::Ready(Err(AppendError::Unpublished { seq })) => drop(self.kept.insert(seq, one.item)),
                Poll::Ready(Err(AppendError::Refused(words))) => {
                    check(matches!(one.item, Item::Result(..)), || format!("{:?} is refused: {words}", one.item))?;
                }
                Poll::Ready(Err(AppendError::Unknown(_) | AppendError::ReadOnly(_) | AppendError::Closed)) => {}
                Poll::Ready(Err(AppendError::Busy)) => return Err("busy with a handful of entries".to_owned()),
            }
        }
        Ok(())
    }

    /// The process is gone, and perhaps the power was; what a web server would serve now must verify.
    fn crash(&mut self) -> Result<(), String> {
        self.sum.faults += u64::from(self.struck());
        self.shelves.calm();
        self.pending.clear();
        if self.rng.one_in(2) {
            self.sum.cuts += 1;
            self.disk.power_cut();
        } else {
            self.disk.restart();
        }
        for station in &mut self.stations {
            // What it cannot know it does not cosign, until it is started anew.
            if self.rng.one_in(2) || station.disk.struck() {
                station.stop(self.rng.one_in(2));
            }
        }
        if self.rng.one_in(3) {
            for (seq, leaf) in self.public_leaves()?.into_iter().flatten() {
                let known = self.leaves.get(&seq).is_none_or(|known| *known == leaf);
                check(self.forked || known, || format!("entry {seq} in the tiles has changed after a crash"))?;
            }
        }
        Ok(())
    }

    fn start_witnesses(&mut self) -> Result<(), String> {
        for station in self.stations.iter_mut().filter(|station| !station.is_up()) {
            if let Err(words) = station.start() {
                check(station.disk.struck(), || format!("a witness that nobody damaged does not start: {words}"))?;
            }
        }
        Ok(())
    }

    /// The last run, in which nothing fails: everything is there, everything due is drawn, and one more entry becomes public.
    fn last(&mut self) -> Result<(), String> {
        self.disk.restart();
        for station in &mut self.stations {
            station.stop(false);
        }
        self.now += 10_000;
        self.clock.set(self.now);
        self.start_witnesses()?;
        let log = self.open().map_err(|error| format!("a log that nobody damaged is refused: {error}"))?;
        self.look()?;
        self.compare(&log.reader())?;
        let before = self.sum.acknowledged;
        let mut finished = false;
        for _ in 0..60 {
            self.next_number += 1;
            let mut items = vec![Item::Note(self.next_number)];
            items.extend(self.due(log.reader().head().size));
            self.batch(&log, items);
            self.carry(&log)?;
            self.look()?;
            self.hear()?;
            if self.forked && self.sum.alarms > 0 {
                return Ok(());
            }
            finished = self.sum.acknowledged > before && self.due(log.reader().head().size).is_empty();
            if finished {
                break;
            }
        }
        check(self.forked || finished, || "what is due is not drawn, though nothing fails any more".to_owned())?;
        self.compare(&log.reader())?;
        self.read_public(&log.reader())?;
        self.results(log.reader().head().size)?;
        drop(log);
        self.hear()
    }

    /// For repairs.
    pub(crate) fn site(&self) -> Site {
        Site::from(&self.setup)
    }

    pub(crate) fn public(&self) -> PathBuf {
        self.setup.folder.public()
    }
}

/// Waits until the writer has nothing to do any more. The second ping waits for what the first left to be tidied.
fn settle(log: &Sequencer<Ledger>) {
    for _ in 0..2 {
        let _refused = log.appender().append_blocking(Draft::Ping);
    }
}

fn poll(future: &mut Answered) -> Poll<Outcome<Ledger>> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

/// What the beacon says for a draw: the same whenever it is asked.
pub(super) fn round_value(draw: u64) -> u64 {
    Rng::new(draw).next() >> 40
}
