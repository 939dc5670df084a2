//! The product's file operations on the simulated disk.

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Read};
use std::path::Path;

use kleroterion::files::{FileError, Files, FolderItem, Lock, RealFiles};

use super::disk::{Change, Disk, Done, Id, Ignored, Node, not_found};

impl Files for Disk {
    fn read(&self, path: &Path, limit: u64) -> Result<Option<Vec<u8>>, FileError> {
        self.operate("read", path, |state, _| {
            let Some(id) = state.find(path) else { return Ok(None) };
            match &state.nodes[id] {
                Node::File { now, .. } if now.len() as u64 > limit => {
                    Err(Error::new(ErrorKind::FileTooLarge, "too long"))
                }
                Node::File { now, .. } => Ok(Some(now.clone())),
                Node::Folder { .. } => Err(Error::new(ErrorKind::IsADirectory, "a folder")),
            }
        })
    }

    fn list(&self, folder: &Path) -> Result<Option<Vec<FolderItem>>, FileError> {
        self.operate("list", folder, |state, _| {
            let Some(id) = state.find(folder) else { return Ok(None) };
            let Node::Folder { now, .. } = &state.nodes[id] else {
                return Err(Error::new(ErrorKind::NotADirectory, "not a folder"));
            };
            let item = |(name, id): (&String, &Id)| FolderItem {
                name: name.clone(),
                is_folder: matches!(state.nodes[*id], Node::Folder { .. }),
            };
            Ok(Some(now.iter().map(item).collect()))
        })
    }

    fn create_folder(&self, folder: &Path) -> Result<(), FileError> {
        self.operate("create the folder", folder, |state, done| {
            if state.find(folder).is_some() || done == Done::Half {
                return Ok(());
            }
            state.just_locked = false;
            let (parent, name) = state.parent(folder).ok_or_else(not_found)?;
            let node = Node::Folder { now: BTreeMap::new(), synced: BTreeMap::new(), unsynced: Vec::new() };
            state.add(parent, name, node);
            Ok(())
        })
    }

    fn write_temporary(&self, path: &Path, content: &mut dyn Read) -> Result<(), FileError> {
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes).map_err(|error| FileError::new("write", path, &error))?;
        self.operate("write", path, |state, done| {
            state.just_locked = false;
            if done == Done::Half {
                let at = state.rng.index(bytes.len() + 1);
                bytes.truncate(at);
            }
            let id = match state.find(path) {
                Some(id) => id,
                None => {
                    let (folder, name) = state.parent(path).ok_or_else(not_found)?;
                    state.add(folder, name, Node::File { now: Vec::new(), synced: None })
                }
            };
            let durable = done == Done::All && self.ignored != Ignored::Files;
            if let Node::File { now, synced } = &mut state.nodes[id] {
                let old = synced.take().unwrap_or_else(|| std::mem::take(now));
                *synced = (!durable).then_some(old);
                *now = bytes;
            }
            Ok(())
        })
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), FileError> {
        self.operate("rename to", to, |state, done| {
            if done == Done::Half {
                return Ok(());
            }
            let id = state.find(from).ok_or_else(not_found)?;
            let (source, old) = state.parent(from).ok_or_else(not_found)?;
            let (target, new) = state.parent(to).ok_or_else(not_found)?;
            if matches!(new.as_str(), "checkpoint" | "guard")
                && let Node::File { now, .. } = &state.nodes[id]
            {
                let what = (new.clone(), now.clone());
                state.seen.push(what);
            }
            if source == target {
                state.change(source, Change::Move(old, new, id));
            } else {
                state.change(target, Change::Link(new, id));
                state.change(source, Change::Unlink(old));
            }
            Ok(())
        })
    }

    fn sync_folder(&self, folder: &Path) -> Result<(), FileError> {
        self.operate("sync the folder", folder, |state, done| {
            let id = state.find(folder).ok_or_else(not_found)?;
            let ignored = self.ignored == Ignored::Folders || (state.just_locked && self.ignored == Ignored::OnOpening);
            if let Node::Folder { now, synced, unsynced } = &mut state.nodes[id]
                && !ignored
                && done == Done::All
            {
                synced.clone_from(now);
                unsynced.clear();
            }
            Ok(())
        })
    }

    fn sync_file(&self, path: &Path) -> Result<(), FileError> {
        self.operate("sync", path, |state, done| {
            let id = state.find(path).ok_or_else(not_found)?;
            if let Node::File { synced, .. } = &mut state.nodes[id]
                && done == Done::All
                && self.ignored != Ignored::Files
            {
                *synced = None;
            }
            Ok(())
        })
    }

    fn remove_file(&self, path: &Path) -> Result<(), FileError> {
        self.operate("remove", path, |state, done| {
            let (folder, name) = state.parent(path).ok_or_else(not_found)?;
            if state.find(path).is_none() {
                return Err(not_found());
            }
            if done == Done::All {
                state.change(folder, Change::Unlink(name));
            }
            Ok(())
        })
    }

    fn remove_empty_folder(&self, folder: &Path) -> Result<(), FileError> {
        self.operate("remove the folder", folder, |state, done| {
            let id = state.find(folder).ok_or_else(not_found)?;
            let (parent, name) = state.parent(folder).ok_or_else(not_found)?;
            if matches!(&state.nodes[id], Node::Folder { now, .. } if !now.is_empty()) {
                return Err(Error::new(ErrorKind::DirectoryNotEmpty, "not empty"));
            }
            if done == Done::All {
                state.change(parent, Change::Unlink(name));
            }
            Ok(())
        })
    }

    fn lock(&self, path: &Path) -> Result<Lock, FileError> {
        self.operate("lock", path, |state, _| {
            let (folder, name) = state.parent(path).ok_or_else(not_found)?;
            if state.find(path).is_none() {
                state.add(folder, name, Node::File { now: Vec::new(), synced: None });
            }
            state.just_locked = true;
            Ok(())
        })?;
        RealFiles.lock(&self.lock_file)
    }
}
