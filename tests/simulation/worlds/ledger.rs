//! What the simulated log is about: notes, seals and results, of which each seal gets one. And the memory of every history that was
//! ever begun, by which two signed trees can be told apart or put in order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};

use klero_tlog::checkpoint::Checkpoint;
use klero_tlog::{Hash, Note, SignerKey, TreeHead, VerifierKey, leaf_hash};
use kleroterion::sequencer::{Admit, CheckpointSigner, Place};

/// What is to be logged.
pub(crate) enum Draft {
    Entry(Item),
    /// Is refused, after it told that its turn has come and was told to go on: so that what was sent meanwhile is one batch.
    Gate(mpsc::Sender<()>, mpsc::Receiver<()>),
    /// Is refused: when the answer comes, everything before is done.
    Ping,
}

/// One entry's meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    Note(u64),
    Seal(u64),
    Result(u64, u64),
}

fn line(place: Place, item: Item) -> Vec<u8> {
    let (kind, number, value) = match item {
        Item::Note(number) => ("note", number, number % 41),
        Item::Seal(draw) => ("seal", draw, 0),
        Item::Result(draw, value) => ("result", draw, value),
    };
    let filler = "x".repeat(usize::try_from(number % 97).unwrap_or(0));
    format!("{} {} {kind} {number} {value} {filler}\n", place.seq, place.prev).into_bytes()
}

fn parse(place: Place, entry: &[u8]) -> Option<Item> {
    let text = std::str::from_utf8(entry).ok()?.strip_prefix(&format!("{} {} ", place.seq, place.prev))?;
    let mut words = text.split(' ');
    let (kind, number, value) = (words.next()?, words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let item = match kind {
        "note" => Item::Note(number),
        "seal" => Item::Seal(number),
        "result" => Item::Result(number, value),
        _ => return None,
    };
    (line(place, item) == entry).then_some(item)
}

/// The leaf before every leaf that was ever built. And the last leaf of every root that was signed.
#[derive(Default)]
pub(crate) struct Memory {
    before: BTreeMap<Hash, Hash>,
    last_leaf: BTreeMap<Hash, Hash>,
}

impl Memory {
    /// Whether the larger tree extends the smaller; two of one size must be the same. `None` if one of them was never signed.
    pub(crate) fn extends(&self, old: TreeHead, new: TreeHead) -> Option<bool> {
        if old.size == 0 {
            return Some(true);
        }
        let aim = self.last_leaf.get(&old.root)?;
        let mut here = self.last_leaf.get(&new.root)?;
        for _ in old.size..new.size {
            here = self.before.get(here)?;
        }
        Some(here == aim)
    }
}

/// What is shared between the world and the sequencer's thread.
#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) memory: Memory,
    /// The present history, admitted or replayed.
    pub(crate) items: Vec<Item>,
    pub(crate) leaves: Vec<Hash>,
}

/// Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Book(Arc<Mutex<Shared>>);

impl Book {
    pub(crate) fn shared(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Decides what gets into the log.
pub(crate) struct Ledger {
    book: Book,
    sealed: BTreeSet<u64>,
    drawn: BTreeSet<u64>,
}

impl Ledger {
    pub(crate) fn new(book: &Book) -> Self {
        let mut shared = book.shared();
        shared.items.clear();
        shared.leaves.clear();
        drop(shared);
        Self { book: book.clone(), sealed: BTreeSet::new(), drawn: BTreeSet::new() }
    }

    fn take(&mut self, place: Place, item: Item, entry: &[u8]) -> Result<(), String> {
        let allowed = match item {
            Item::Note(_) => true,
            Item::Seal(draw) => self.sealed.insert(draw),
            Item::Result(draw, _) => self.sealed.contains(&draw) && self.drawn.insert(draw),
        };
        if !allowed {
            return Err(format!("{item:?} may not be logged"));
        }
        let leaf = leaf_hash(entry);
        let mut shared = self.book.shared();
        shared.memory.before.insert(leaf, place.prev);
        shared.items.push(item);
        shared.leaves.push(leaf);
        Ok(())
    }
}

impl Admit for Ledger {
    type Draft = Draft;
    type Refusal = String;

    fn replay(&mut self, place: Place, entry: &[u8]) -> Result<(), String> {
        let item = parse(place, entry).ok_or("it is not an entry of this place")?;
        self.take(place, item, entry)
    }

    fn admit(&mut self, place: Place, draft: Draft) -> Result<Vec<u8>, String> {
        match draft {
            Draft::Entry(item) => {
                let entry = line(place, item);
                self.take(place, item, &entry).map(|()| entry)
            }
            Draft::Gate(entered, go_on) => {
                // Whoever is gone waits for nothing.
                let _told = entered.send(());
                let _opened = go_on.recv();
                Err("a gate".to_owned())
            }
            Draft::Ping => Err("a ping".to_owned()),
        }
    }
}

/// Reads an entry as the ledger would, for repairs.
pub(crate) fn check(place: Place, entry: &[u8]) -> Result<(), String> {
    parse(place, entry).map(drop).ok_or_else(|| "it is not an entry of this place".to_owned())
}

/// Signs, and remembers of what.
pub(crate) struct Signer {
    pub(crate) key: SignerKey,
    pub(crate) book: Book,
}

impl CheckpointSigner for Signer {
    fn verifier_key(&self) -> VerifierKey {
        self.key.verifier_key()
    }

    fn sign(&self, checkpoint: &Checkpoint) -> Result<Note, String> {
        let TreeHead { size, root } = checkpoint.head();
        let mut shared = self.book.shared();
        if let Some(last) = usize::try_from(size).ok().and_then(|size| size.checked_sub(1)) {
            let leaf = *shared.leaves.get(last).ok_or("more is signed than was admitted")?;
            shared.memory.last_leaf.insert(root, leaf);
        }
        checkpoint.sign(&self.key).map_err(|error| error.to_string())
    }
}
