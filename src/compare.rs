//! Two views of one log: the same, one extends the other, or a fork, with a portable proof (spec §8.2).
//!
//! A view is a log (folder or address), a monitor's folder, or a checkpoint in a file. Nothing of either is believed but what the log's key signed.

use std::path::{Path, PathBuf};

use klero_tlog::tile_reader::TileReader;
use klero_tlog::{Checkpoint, MerkleTree, Note, TreeHead, VerifiedCheckpoint, VerifierKey};
use klero_verifier::fraud::{Relation, compare};

use crate::failure::{Failure, Named};
use crate::log_keys;
use crate::monitor::state::State;
use crate::monitor::steps::Steps;
use crate::place::{CHECKPOINT_LIMIT, Place};

/// What a comparison came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Which of the two has fewer entries: 0 or 1. 0 if equal.
    pub smaller: usize,
    /// The two heads, as given.
    pub heads: [TreeHead; 2],
    /// How they stand; `None` if neither view has what it takes to say.
    pub relation: Option<Relation>,
}

/// One view.
struct View {
    name: String,
    note: Note,
    keys: Vec<VerifierKey>,
    source: Source,
}

enum Source {
    /// A checkpoint alone.
    Alone,
    Tiles(Box<Place>),
    Monitor(PathBuf, u64),
}

/// Compares two views. `trusted` are keys that the caller knows; without any, those are believed that the views name, and both must be of one key.
pub fn run(names: [&str; 2], trusted: &[VerifierKey]) -> Result<Compared, Failure> {
    let [a, b] = [View::open(names[0])?, View::open(names[1])?];
    let mut keys = trusted.to_vec();
    if keys.is_empty() {
        keys.extend(a.named()?);
        keys.extend(b.named()?);
    }
    if keys.is_empty() {
        return Err(Failure::usage("two checkpoints alone do not name the log's key")
            .advise("give it with --trust FILE or --key VKEY"));
    }
    let keys = log_keys::distinct(keys);
    let [first, second] = [a.verify(&keys)?, b.verify(&keys)?];
    let origins = [first.checkpoint().origin(), second.checkpoint().origin()];
    if origins[0] != origins[1] {
        return Err(Failure::usage(format!("these are two logs, '{}' and '{}'", origins[0], origins[1]))
            .advise("compare two views of one log"));
    }
    let heads = [first.head(), second.head()];
    let smaller = usize::from(second.head().size < first.head().size);
    let (small, large, larger) = if smaller == 0 { (first, second, b) } else { (second, first, a) };
    let relation = larger.relate(&small, &large)?;
    Ok(Compared { smaller, heads, relation })
}

impl View {
    fn open(name: &str) -> Result<Self, Failure> {
        let path = Path::new(name);
        let (bytes, mut keys, source) = if !name.contains("://") && path.is_file() {
            (std::fs::read(path).named("read the checkpoint", path)?, Vec::new(), Source::Alone)
        } else if path.join("state.json").is_file() {
            let state = path.join("state.json");
            let text = std::fs::read_to_string(&state).named("read", &state)?;
            let read = State::parse(&text).map_err(|e| Failure::usage(format!("{}: {e}", state.display())))?;
            let checkpoint = path.join("checkpoint");
            let bytes = std::fs::read(&checkpoint).named("read", &checkpoint)?;
            (
                bytes,
                VerifierKey::parse(&read.log).ok().into_iter().collect(),
                Source::Monitor(path.to_owned(), read.steps_len),
            )
        } else {
            let place = Place::open(name).map_err(Failure::usage)?;
            let bytes = place.get("checkpoint", CHECKPOINT_LIMIT).map_err(|e| {
                Failure::unavailable(format!("{name}: {e}")).advise("check the address; then try again")
            })?;
            let bytes = bytes.ok_or_else(|| {
                Failure::usage(format!("{name}: there is no checkpoint here"))
                    .advise("name a log's folder or address, a monitor's folder, or a checkpoint in a file")
            })?;
            (bytes, Vec::new(), Source::Tiles(Box::new(place)))
        };
        let wrong = |e: &dyn std::fmt::Display| Failure::usage(format!("{name}: the checkpoint cannot be read: {e}"));
        let note = Note::parse(&bytes).map_err(|e| wrong(&e))?;
        Checkpoint::parse(note.text()).map_err(|e| wrong(&e))?;
        keys.truncate(1);
        Ok(Self { name: name.to_owned(), note, keys, source })
    }

    /// The key that the view itself names.
    fn named(&self) -> Result<Vec<VerifierKey>, Failure> {
        let Source::Tiles(place) = &self.source else { return Ok(self.keys.clone()) };
        let size = Checkpoint::parse(self.note.text()).map_or(0, |checkpoint| checkpoint.head().size);
        let key = log_keys::named(place, size)
            .map_err(|e| Failure::unavailable(format!("{}: {e}", self.name)).advise("give the log's key with --key"))?;
        Ok(vec![key])
    }

    fn verify(&self, keys: &[VerifierKey]) -> Result<VerifiedCheckpoint, Failure> {
        let opened = VerifiedCheckpoint::open_note(&self.note, keys);
        if let (Err(_), Source::Tiles(place)) = (&opened, &self.source) {
            // The log may have changed its key since.
            let head = Checkpoint::parse(self.note.text()).map_or(TreeHead::empty(), |checkpoint| checkpoint.head());
            for key in keys {
                let newest = log_keys::newest(place, head, 0, key.clone());
                let newest = newest.map_err(|e| Failure::unavailable(format!("{}: {e}", self.name)))?;
                if let Ok(checkpoint) = VerifiedCheckpoint::open_note(&self.note, &[newest]) {
                    return Ok(checkpoint);
                }
            }
        }
        opened.map_err(|e| {
            Failure::refused(format!("{}: the checkpoint is not signed by a key that is known: {e}", self.name))
                .advise("give the log's key with --trust FILE or --key VKEY")
        })
    }

    /// Compares two checkpoints, of which this view holds the larger.
    fn relate(&self, small: &VerifiedCheckpoint, large: &VerifiedCheckpoint) -> Result<Option<Relation>, Failure> {
        let unreadable = |e: &dyn std::fmt::Display| {
            Failure::unavailable(format!("{}: {e}", self.name)).advise("what it holds does not show how the two stand")
        };
        let head = large.head();
        let equal = small.head().size == head.size;
        match &self.source {
            Source::Tiles(place) if !equal => {
                let reader = TileReader::open(&**place, head).map_err(|e| unreadable(&e))?;
                compare(small, large, Some(&reader)).map_err(|e| unreadable(&e))
            }
            Source::Monitor(dir, len) if !equal => {
                let steps = Steps::view(&dir.join("steps"), *len).map_err(|e| unreadable(&e))?;
                let mut tree = MerkleTree::new();
                steps.leaves(head.size, &mut |leaf| tree.append(leaf)).map_err(|e| unreadable(&e))?;
                if tree.root() != head.root {
                    return Err(unreadable(&"its steps do not hash to its checkpoint"));
                }
                compare(small, large, Some(&tree)).map_err(|e| unreadable(&e))
            }
            _ => {
                let none: Option<&MerkleTree> = None;
                compare(small, large, none).map_err(|e| unreadable(&e))
            }
        }
    }
}
