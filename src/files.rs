//! Every file of a log's folder that lies outside the database is read and written through the one small trait here.
//!
//! What the trait is for: each operation is one thing that the operating system may refuse, so a test can make any of
//! them fail. What is built on it, [`write_durably`], is the only way in which the guard, the tiles, the artifacts and
//! the checkpoint come to exist. Never writes a file in place, never deletes one but for partial tiles that have a wider one,
//! never follows a name that came from outside.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Where everything of one log lies.
///
/// ```text
/// DIR/lock          held by the process that writes
/// DIR/guard         the last signed checkpoint, written before it leaves the process
/// DIR/store/        the database
/// DIR/public/       what any web server may serve: checkpoint, log.vkey, tile/…, artifact/<sha256>
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFolder(PathBuf);

impl LogFolder {
    /// Names a folder; looks at nothing.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self(dir.into())
    }
    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }
    /// The file whose lock says that a process has the log.
    pub fn lock(&self) -> PathBuf {
        self.0.join("lock")
    }
    /// The guard's file.
    pub fn guard(&self) -> PathBuf {
        self.0.join("guard")
    }
    /// The database's folder.
    pub fn store(&self) -> PathBuf {
        self.0.join("store")
    }
    /// The folder that the world may read.
    pub fn public(&self) -> PathBuf {
        self.0.join("public")
    }
}

/// A file operation that did not work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot {doing} {}: {detail}", path.display())]
pub struct FileError {
    /// What was tried: a phrase such as "rename to".
    pub doing: &'static str,
    /// On what.
    pub path: PathBuf,
    /// The operating system's class of error.
    pub kind: io::ErrorKind,
    /// The operating system's words.
    pub detail: String,
}

impl FileError {
    /// Wraps the operating system's error.
    pub fn new(doing: &'static str, path: &Path, error: &io::Error) -> Self {
        Self { doing, path: path.to_owned(), kind: error.kind(), detail: error.to_string() }
    }

    /// What a person should do next.
    pub fn advice(&self) -> &'static str {
        match self.kind {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "free some space on this disk, then start the service again"
            }
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "give the user who runs the service the right to write in this folder, then start it again"
            }
            io::ErrorKind::WouldBlock => "another process has this log open: stop it, or speak to it, and try again",
            io::ErrorKind::NotFound => "check the path; if the folder was moved or restored, restore all of it",
            _ => "check the disk (dmesg, smartctl), then start the service again: nothing acknowledged is lost",
        }
    }
}

/// One name in a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FolderItem {
    /// The name, without the folder.
    pub name: String,
    /// Whether it is itself a folder.
    pub is_folder: bool,
}

/// As long as this lives, no other process (and nobody else in this one) gets the same lock.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "held for its lock, which the operating system frees with it")] File);

/// File operations, each of which either did what it says, or returns an error after which **nothing may be assumed**:
/// an operation that failed may have happened nonetheless.
pub trait Files: Send + Sync {
    /// The whole file; `None` if there is none. More than `limit` bytes are an error, found before they are in memory.
    fn read(&self, path: &Path, limit: u64) -> Result<Option<Vec<u8>>, FileError>;

    /// What is in a folder, sorted by name; `None` if there is no such folder.
    fn list(&self, folder: &Path) -> Result<Option<Vec<FolderItem>>, FileError>;

    /// Makes one folder if it is not there. Its name is durable only after [`Self::sync_folder`] on its parent.
    fn create_folder(&self, folder: &Path) -> Result<(), FileError>;

    /// Writes a new file or overwrites an old one, and returns once its **contents** are on the disk (fsync). Only for
    /// temporary names, as a reader may see half of it.
    fn write_temporary(&self, path: &Path, content: &mut dyn Read) -> Result<(), FileError>;

    /// Gives a file or folder another name, replacing a file of that name at one stroke.
    fn rename(&self, from: &Path, to: &Path) -> Result<(), FileError>;

    /// Returns once the **names** in a folder are on the disk (fsync of the folder).
    fn sync_folder(&self, folder: &Path) -> Result<(), FileError>;

    /// Returns once an existing file's contents and length are on the disk (fsync).
    fn sync_file(&self, path: &Path) -> Result<(), FileError>;

    /// Removes a file that is not needed any more. To keep it is always allowed, and so is to remove it only in part of the power cuts
    /// that may follow.
    fn remove_file(&self, path: &Path) -> Result<(), FileError> {
        let _ = path;
        Ok(())
    }

    /// Removes a folder, if it is empty; the same holds.
    fn remove_empty_folder(&self, folder: &Path) -> Result<(), FileError> {
        let _ = folder;
        Ok(())
    }

    /// Takes the exclusive lock on a file, which is made if need be. Does not wait: `WouldBlock` if somebody has it.
    fn lock(&self, path: &Path) -> Result<Lock, FileError>;
}

/// A file to be put in place by [`write_durably`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// Its final name.
    pub path: PathBuf,
    /// Its contents.
    pub bytes: Vec<u8>,
}

/// Puts files in place. When it returns `Ok` all of them are on the disk under their names, and would be after a power
/// cut. When it fails, each one is there whole, or as it was before.
///
/// Order: every temporary file written and synced; then renamed; then each folder synced once.
pub fn write_durably(files: &dyn Files, new: &[NewFile]) -> Result<(), FileError> {
    for file in new {
        files.write_temporary(&temporary_name(&file.path), &mut file.bytes.as_slice())?;
    }
    let mut folders = BTreeSet::new();
    for file in new {
        files.rename(&temporary_name(&file.path), &file.path)?;
        folders.extend(file.path.parent());
    }
    folders.into_iter().try_for_each(|folder| files.sync_folder(folder))
}

/// Makes a folder and those above it down from `root`, which must exist; each is durable when this returns.
pub fn create_folders_durably(files: &dyn Files, root: &Path, folder: &Path) -> Result<(), FileError> {
    let Ok(below) = folder.strip_prefix(root) else { return Ok(()) };
    let mut here = root.to_owned();
    for part in below.components() {
        let parent = here.clone();
        here.push(part);
        files.create_folder(&here)?;
        files.sync_folder(&parent)?;
    }
    Ok(())
}

/// The name under which a file is written before it is renamed: beside it, hidden. A leftover means nothing.
pub fn temporary_name(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".tmp");
    path.with_file_name(name)
}

/// The operating system's files.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealFiles;

impl Files for RealFiles {
    fn read(&self, path: &Path, limit: u64) -> Result<Option<Vec<u8>>, FileError> {
        let fail = |e: &io::Error| FileError::new("read", path, e);
        let file = match File::open(path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(|e| fail(&e))?,
        };
        let mut bytes = Vec::new();
        let found = file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(|e| fail(&e))?;
        if u64::try_from(found).unwrap_or(u64::MAX) > limit {
            return Err(fail(&io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!("longer than {limit} bytes, which is more than it can rightly be"),
            )));
        }
        Ok(Some(bytes))
    }

    fn list(&self, folder: &Path) -> Result<Option<Vec<FolderItem>>, FileError> {
        let fail = |e: io::Error| FileError::new("list", folder, &e);
        let entries = match fs::read_dir(folder) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(fail)?,
        };
        let mut items = Vec::new();
        for entry in entries {
            let entry = entry.map_err(fail)?;
            let is_folder = entry.file_type().map_err(fail)?.is_dir();
            items.push(FolderItem { name: entry.file_name().to_string_lossy().into_owned(), is_folder });
        }
        items.sort();
        Ok(Some(items))
    }

    fn create_folder(&self, folder: &Path) -> Result<(), FileError> {
        match fs::create_dir(folder) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
            made => made.map_err(|e| FileError::new("create the folder", folder, &e)),
        }
    }

    fn write_temporary(&self, path: &Path, content: &mut dyn Read) -> Result<(), FileError> {
        let fail = |e: io::Error| FileError::new("write", path, &e);
        let mut file = File::create(path).map_err(fail)?;
        io::copy(content, &mut file).map_err(fail)?;
        file.flush().and_then(|()| file.sync_all()).map_err(fail)
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), FileError> {
        fs::rename(from, to).map_err(|e| FileError::new("rename to", to, &e))
    }

    fn sync_folder(&self, folder: &Path) -> Result<(), FileError> {
        File::open(folder)
            .and_then(|opened| opened.sync_all())
            .map_err(|e| FileError::new("sync the folder", folder, &e))
    }

    fn sync_file(&self, path: &Path) -> Result<(), FileError> {
        // Opened for writing: some systems refuse to sync what is open for reading only.
        OpenOptions::new()
            .write(true)
            .open(path)
            .and_then(|file| file.sync_all())
            .map_err(|e| FileError::new("sync", path, &e))
    }

    fn remove_file(&self, path: &Path) -> Result<(), FileError> {
        fs::remove_file(path).map_err(|e| FileError::new("remove", path, &e))
    }

    fn remove_empty_folder(&self, folder: &Path) -> Result<(), FileError> {
        fs::remove_dir(folder).map_err(|e| FileError::new("remove the folder", folder, &e))
    }

    fn lock(&self, path: &Path) -> Result<Lock, FileError> {
        let fail = |e: io::Error| FileError::new("lock", path, &e);
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(fail)?;
        match file.try_lock() {
            Ok(()) => Ok(Lock(file)),
            Err(TryLockError::WouldBlock) => {
                Err(fail(io::Error::new(io::ErrorKind::WouldBlock, "another process holds it")))
            }
            Err(TryLockError::Error(e)) => Err(fail(e)),
        }
    }
}
