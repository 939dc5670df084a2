//! A disk in memory beneath the product's file trait, as bad as POSIX permits.
//!
//! What was written is visible at once and durable only when it was synced: a file's contents by the sync of the file, names by the sync
//! of the folder. A power cut decides anew for each file and each name that was not synced: kept, lost, or torn; whatever is later may
//! be kept while the earlier is lost. An operation may fail, done or not or half; the machine may stop in the middle of any; the disk may
//! be full; bits may rot.

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kleroterion::files::FileError;

use super::rng::Rng;

pub(super) type Id = usize;
const ROOT: Id = 0;

/// Which syncs this disk ignores, though it says that they were done: to show that the simulation finds out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ignored {
    /// None: the syncs do what they say.
    #[default]
    Nothing,
    /// Those of files.
    Files,
    /// Those of folders.
    Folders,
    /// Of folders, those after a lock was taken and before anything was written: what an earlier process left unsynced is relied on.
    OnOpening,
}

#[derive(Clone)]
pub(super) enum Node {
    File {
        now: Vec<u8>,
        /// What a power cut leaves, if it is not what is there now.
        synced: Option<Vec<u8>>,
    },
    Folder {
        now: BTreeMap<String, Id>,
        synced: BTreeMap<String, Id>,
        unsynced: Vec<Change>,
    },
}

#[derive(Clone)]
pub(super) enum Change {
    Link(String, Id),
    Unlink(String),
    /// Within one folder: at one stroke.
    Move(String, String, Id),
}

fn apply(names: &mut BTreeMap<String, Id>, change: &Change) {
    match change {
        Change::Link(name, id) => drop(names.insert(name.clone(), *id)),
        Change::Unlink(name) => drop(names.remove(name)),
        Change::Move(from, to, id) => {
            names.remove(from);
            names.insert(to.clone(), *id);
        }
    }
}

/// What lies on a disk: to be put back later, as a backup is.
#[derive(Clone)]
pub(crate) struct Image(Vec<Node>);

/// How much of an operation that fails is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    Nothing,
    Half,
    All,
}

pub(super) struct State {
    pub(super) rng: Rng,
    pub(super) nodes: Vec<Node>,
    /// Operations until the machine stops.
    stops_in: Option<u64>,
    stopped: bool,
    /// One operation in so many fails.
    fails_one_in: Option<u64>,
    full: bool,
    /// Whether anything failed since the last [`Disk::calm`].
    struck: bool,
    /// Whoever reads now is no part of what is tested: nothing fails for it.
    watched: bool,
    /// Since a lock was taken nothing was written.
    pub(super) just_locked: bool,
    operations: u64,
    /// FNV-1a of every operation: equal in two runs of one seed.
    digest: u64,
    /// Every file that got the name `checkpoint` or `guard`: anybody may have read it in that moment.
    pub(super) seen: Vec<(String, Vec<u8>)>,
    trace: Option<Vec<String>>,
}

/// The disk.
pub(crate) struct Disk {
    pub(super) ignored: Ignored,
    pub(super) lock_file: PathBuf,
    state: Mutex<State>,
}

impl Disk {
    /// An empty disk. `lock_file` is a real file whose lock stands for every lock on this disk.
    pub(crate) fn new(rng: Rng, ignored: Ignored, lock_file: PathBuf, trace: bool) -> Arc<Self> {
        let root = Node::Folder { now: BTreeMap::new(), synced: BTreeMap::new(), unsynced: Vec::new() };
        let state = State {
            rng,
            nodes: vec![root],
            stops_in: None,
            stopped: false,
            fails_one_in: None,
            full: false,
            struck: false,
            watched: false,
            just_locked: false,
            operations: 0,
            digest: 0xcbf2_9ce4_8422_2325,
            seen: Vec::new(),
            trace: trace.then(Vec::new),
        };
        Arc::new(Self { ignored, lock_file, state: Mutex::new(state) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The machine stops in the middle of an operation that is so many away.
    pub(crate) fn stop_in(&self, operations: u64) {
        self.state().stops_in = Some(operations);
    }
    /// From now on one operation in so many fails.
    pub(crate) fn fail_one_in(&self, times: u64) {
        self.state().fails_one_in = Some(times);
    }
    pub(crate) fn fill(&self) {
        self.state().full = true;
    }
    /// Nothing fails from now on, but what has stopped stands still.
    pub(crate) fn calm(&self) {
        let mut state = self.state();
        (state.stops_in, state.fails_one_in, state.full, state.struck) = (None, None, false, false);
    }
    /// The process is gone, and another one begins. The kernel still has what was not synced.
    pub(crate) fn restart(&self) {
        self.state().stopped = false;
        self.calm();
    }
    pub(crate) fn struck(&self) -> bool {
        self.state().struck
    }
    pub(crate) fn operations(&self) -> u64 {
        self.state().operations
    }
    pub(crate) fn digest(&self) -> u64 {
        self.state().digest
    }
    pub(crate) fn take_seen(&self) -> Vec<(String, Vec<u8>)> {
        std::mem::take(&mut self.state().seen)
    }
    pub(crate) fn take_trace(&self) -> Vec<String> {
        self.state().trace.as_mut().map(std::mem::take).unwrap_or_default()
    }
    pub(crate) fn image(&self) -> Image {
        Image(self.state().nodes.clone())
    }
    pub(crate) fn put_back(&self, image: Image) {
        self.state().nodes = image.0;
    }

    /// Looks at the disk as somebody for whom nothing fails.
    pub(crate) fn watch<T>(&self, look: impl FnOnce() -> T) -> T {
        self.state().watched = true;
        let seen = look();
        self.state().watched = false;
        seen
    }

    /// The kernel writes everything back, as it does when it is left alone for a while.
    pub(crate) fn write_back(&self) {
        for node in &mut self.state().nodes {
            match node {
                Node::File { synced, .. } => *synced = None,
                Node::Folder { now, synced, unsynced } => {
                    synced.clone_from(now);
                    unsynced.clear();
                }
            }
        }
    }

    /// The power goes and comes back.
    pub(crate) fn power_cut(&self) {
        let mut state = self.state();
        let State { rng, nodes, .. } = &mut *state;
        // All, none, or some of it.
        let kept = rng.pick(&[0u64, 1, 2, 3, 4]);
        for node in nodes.iter_mut() {
            match node {
                Node::File { now, synced } => {
                    if let Some(old) = synced.take() {
                        *now = torn(rng, &old, now, kept);
                    }
                }
                Node::Folder { now, synced, unsynced } => {
                    for change in unsynced.drain(..) {
                        if rng.below(4) < kept {
                            apply(synced, &change);
                        }
                    }
                    now.clone_from(synced);
                }
            }
        }
        if let Some(trace) = &mut state.trace {
            trace.push(format!("POWER CUT, of unsynced things {kept} in 4 kept"));
        }
        drop(state);
        self.restart();
    }

    /// All files, hidden ones left out.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        let state = self.state();
        let mut found = Vec::new();
        let mut folders = vec![(PathBuf::from("/"), ROOT)];
        while let Some((path, id)) = folders.pop() {
            let Node::Folder { now, .. } = &state.nodes[id] else { continue };
            for (name, id) in now {
                match &state.nodes[*id] {
                    Node::Folder { .. } => folders.push((path.join(name), *id)),
                    Node::File { .. } if name.starts_with('.') || name == "lock" => {}
                    Node::File { .. } => found.push(path.join(name)),
                }
            }
        }
        found.sort();
        found
    }

    /// Alters a file behind everybody's back.
    pub(crate) fn rot(&self, path: &Path, damage: impl FnOnce(&mut Vec<u8>)) {
        let mut state = self.state();
        if let Some(id) = state.find(path)
            && let Node::File { now, synced } = &mut state.nodes[id]
        {
            damage(now);
            *synced = None;
        }
    }

    /// Removes a file behind everybody's back, or as an operator who follows advice does.
    pub(crate) fn lose(&self, path: &Path) {
        let mut state = self.state();
        let Some((folder, name)) = state.parent(path) else { return };
        if let Node::Folder { now, synced, unsynced } = &mut state.nodes[folder] {
            now.remove(&name);
            synced.remove(&name);
            unsynced.retain(|change| match change {
                Change::Link(to, _) | Change::Unlink(to) | Change::Move(_, to, _) => *to != name,
            });
        }
    }

    /// One operation: perhaps it fails, perhaps nothing comes after it.
    pub(super) fn operate<T>(
        &self,
        doing: &'static str,
        path: &Path,
        operation: impl FnOnce(&mut State, Done) -> Result<T, Error>,
    ) -> Result<T, FileError> {
        let fail = |kind, words: &str| FileError::new(doing, path, &Error::new(kind, words.to_owned()));
        let mut state = self.state();
        if state.watched {
            return operation(&mut state, Done::All).map_err(|error| FileError::new(doing, path, &error));
        }
        if state.stopped {
            return Err(fail(ErrorKind::Other, "the machine has stopped"));
        }
        state.operations += 1;
        for byte in doing.bytes().chain(path.as_os_str().as_encoded_bytes().iter().copied()) {
            state.digest = (state.digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        let changes = !matches!(doing, "read" | "list");
        let stops = state.stops_in == Some(0);
        state.stops_in = state.stops_in.map(|left| left.saturating_sub(1));
        let fails = match state.fails_one_in {
            Some(times) => state.rng.one_in(times),
            None => false,
        };
        // Names go into blocks that are there already, mostly.
        let grows = matches!(doing, "write" | "create the folder") || (doing == "rename to" && state.rng.one_in(8));
        let no_room = state.full && grows;
        if let Some(trace) = &mut state.trace {
            let how = if stops {
                " STOPS"
            } else if fails {
                " FAILS"
            } else if no_room {
                " NO ROOM"
            } else {
                ""
            };
            trace.push(format!("{doing} {}{how}", path.display()));
        }
        if !(stops || fails || no_room) {
            return operation(&mut state, Done::All).map_err(|error| FileError::new(doing, path, &error));
        }
        state.struck = true;
        state.stopped |= stops;
        let done = if no_room { Done::Half } else { state.rng.pick(&[Done::Nothing, Done::Half, Done::All]) };
        if changes && done != Done::Nothing {
            // The error below is the one that counts.
            let _half_done = operation(&mut state, done);
        }
        let kind = if no_room { ErrorKind::StorageFull } else { ErrorKind::Other };
        Err(fail(kind, if stops { "the machine stops" } else { "injected fault" }))
    }
}

/// What is left of a file that was not synced: the old, the new, a part of the new, or a block of it wrong.
fn torn(rng: &mut Rng, old: &[u8], new: &[u8], kept: u64) -> Vec<u8> {
    if rng.below(4) < kept && rng.one_in(2) {
        return new.to_vec();
    }
    let at = rng.index(new.len() + 1);
    match rng.below(4) {
        0 => old.to_vec(),
        1 => new[..at].to_vec(),
        // The length is there, and the blocks are not.
        2 => new[..at].iter().copied().chain(std::iter::repeat_n(0, new.len() - at)).collect(),
        _ => (0..new.len()).map(|i| if i < at { old.get(i).copied().unwrap_or(0) } else { new[i] }).collect(),
    }
}

pub(super) fn not_found() -> Error {
    Error::new(ErrorKind::NotFound, "no such file or folder")
}

impl State {
    pub(super) fn find(&self, path: &Path) -> Option<Id> {
        let mut here = ROOT;
        for part in path.components() {
            let Component::Normal(name) = part else { continue };
            let Node::Folder { now, .. } = &self.nodes[here] else { return None };
            here = *now.get(name.to_str()?)?;
        }
        Some(here)
    }

    pub(super) fn parent(&self, path: &Path) -> Option<(Id, String)> {
        let folder = self.find(path.parent()?)?;
        Some((folder, path.file_name()?.to_str()?.to_owned()))
    }

    pub(super) fn change(&mut self, folder: Id, change: Change) {
        if let Node::Folder { now, unsynced, .. } = &mut self.nodes[folder] {
            apply(now, &change);
            unsynced.push(change);
        }
    }

    pub(super) fn add(&mut self, folder: Id, name: String, node: Node) -> Id {
        let id = self.nodes.len();
        self.nodes.push(node);
        self.change(folder, Change::Link(name, id));
        id
    }
}
