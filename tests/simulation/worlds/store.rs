//! A model of the contract of the product's [`Store`]: what was acknowledged is kept, whatever happens; of what was not, anything may
//! be there. Its folder lies on the simulated disk, so that it can be renamed, lost or set aside.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kleroterion::files::{Files, NewFile, write_durably};
use kleroterion::sequencer::opening::Stores;
use kleroterion::store::{Store, StoreError, Visit};

use super::rng::Rng;

/// The file by which a store's folder names its shelf.
const NAME: &str = "db";

/// What one store holds.
#[derive(Clone, Default)]
pub(crate) struct Shelf {
    pub(crate) kept: Vec<Vec<u8>>,
    /// A batch whose commit failed: there or not, which the next opening decides.
    doubtful: Vec<Vec<u8>>,
    /// Damaged beyond opening.
    pub(crate) broken: bool,
    /// An entry that is not there.
    pub(crate) gap: Option<u64>,
}

struct State {
    rng: Rng,
    shelves: Vec<Shelf>,
    fails_one_in: Option<u64>,
    struck: bool,
}

/// All stores of one world. Clones are the same.
#[derive(Clone)]
pub(crate) struct Shelves {
    state: Arc<Mutex<State>>,
}

impl Shelves {
    pub(crate) fn new(rng: Rng) -> Self {
        let state = State { rng, shelves: Vec::new(), fails_one_in: None, struck: false };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn fail_one_in(&self, times: u64) {
        self.state().fails_one_in = Some(times);
    }
    pub(crate) fn calm(&self) {
        let mut state = self.state();
        (state.fails_one_in, state.struck) = (None, false);
    }
    pub(crate) fn struck(&self) -> bool {
        self.state().struck
    }
    pub(crate) fn image(&self) -> Vec<Shelf> {
        self.state().shelves.clone()
    }
    pub(crate) fn put_back(&self, image: Vec<Shelf>) {
        self.state().shelves = image;
    }

    /// Damages the store whose folder's file holds `name`.
    pub(crate) fn rot(&self, name: &[u8], damage: impl FnOnce(&mut Shelf)) {
        let mut state = self.state();
        let shelf = shelf_named(name).and_then(|number| state.shelves.get_mut(number));
        shelf.map(damage);
    }
}

fn shelf_named(name: &[u8]) -> Option<usize> {
    std::str::from_utf8(name).ok()?.strip_prefix("shelf ")?.parse().ok()
}

fn damaged(doing: &'static str) -> StoreError {
    StoreError::Database { doing, detail: "its files are damaged".to_owned() }
}

impl Stores for Shelves {
    fn create(&self, folder: &Path, files: &Arc<dyn Files>) -> Result<Arc<dyn Store>, StoreError> {
        if files.list(folder)?.is_some_and(|items| !items.is_empty()) {
            return Err(StoreError::Exists { path: folder.to_owned() });
        }
        files.create_folder(folder)?;
        files.sync_folder(folder.parent().unwrap_or(folder))?;
        let shelf = {
            let mut state = self.state();
            state.shelves.push(Shelf::default());
            state.shelves.len() - 1
        };
        let name = NewFile { path: folder.join(NAME), bytes: format!("shelf {shelf}").into_bytes() };
        write_durably(files.as_ref(), &[name])?;
        Ok(Arc::new(Open { shelves: self.clone(), files: Arc::clone(files), shelf, failed: Mutex::default() }))
    }

    fn open(&self, folder: &Path, files: &Arc<dyn Files>) -> Result<Arc<dyn Store>, StoreError> {
        let missing = || StoreError::Missing { path: folder.to_owned() };
        let name = files.read(&folder.join(NAME), 100)?.ok_or_else(missing)?;
        files.sync_folder(folder)?;
        let mut state = self.state();
        let there = state.rng.one_in(2);
        let shelf = shelf_named(&name).filter(|shelf| *shelf < state.shelves.len());
        let shelf = shelf.ok_or_else(|| damaged("open its files"))?;
        let Shelf { kept, doubtful, broken, .. } = &mut state.shelves[shelf];
        if *broken {
            return Err(damaged("open its files"));
        }
        let doubtful = std::mem::take(doubtful);
        if there {
            kept.extend(doubtful);
        }
        drop(state);
        Ok(Arc::new(Open { shelves: self.clone(), files: Arc::clone(files), shelf, failed: Mutex::default() }))
    }
}

struct Open {
    shelves: Shelves,
    files: Arc<dyn Files>,
    shelf: usize,
    failed: Mutex<bool>,
}

impl Store for Open {
    fn size(&self) -> u64 {
        self.shelves.state().shelves[self.shelf].kept.len() as u64
    }

    fn read(&self, index: u64) -> Result<Vec<u8>, StoreError> {
        let lost = |size| StoreError::Lost { index, size };
        let state = self.shelves.state();
        let Shelf { kept, gap, .. } = &state.shelves[self.shelf];
        if *gap == Some(index) {
            return Err(lost(kept.len() as u64));
        }
        usize::try_from(index).ok().and_then(|i| kept.get(i)).cloned().ok_or_else(|| lost(kept.len() as u64))
    }

    fn scan(&self, first: u64, visit: &mut Visit<'_>) -> Result<(), StoreError> {
        // As the visitor sees it when it begins: nobody writes meanwhile.
        let Shelf { kept, gap, .. } = self.shelves.state().shelves[self.shelf].clone();
        for (index, entry) in (0..).zip(&kept).skip(usize::try_from(first).unwrap_or(usize::MAX)) {
            if gap == Some(index) {
                return Err(StoreError::Gap { expected: index, found: index + 1 });
            }
            if visit(index, entry).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn commit_durably(&self, first: u64, entries: &[Vec<u8>]) -> Result<(), StoreError> {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if *failed {
            return Err(StoreError::Failed { reason: "an earlier commit failed".to_owned() });
        }
        // The machine may stop here as everywhere, and the disk may fail.
        let stopped = self.files.list(Path::new("/"));
        let mut state = self.shelves.state();
        let fails = match state.fails_one_in {
            Some(times) => state.rng.one_in(times),
            None => false,
        };
        let shelf = &mut state.shelves[self.shelf];
        let expected = shelf.kept.len() as u64;
        if first != expected {
            return Err(StoreError::NotAtTheEnd { expected, found: first });
        }
        if fails || stopped.is_err() {
            shelf.doubtful = entries.to_vec();
            state.struck |= fails;
            *failed = true;
            return Err(stopped.map_or_else(StoreError::from, |_| damaged("store entries")));
        }
        shelf.kept.extend_from_slice(entries);
        Ok(())
    }
}
