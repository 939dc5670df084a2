//! The files of a pool's folder, plain (on an organiser's own computer) or encrypted (in a service): the one place where the difference is
//! known. Readers get the same bytes from both, from any place.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use age::stream::StreamWriter;
use zeroize::Zeroizing;

use super::index::damaged;
use crate::vault::{Opened, Seal};

/// How a folder's files are kept.
#[derive(Debug, Clone, Default)]
pub(crate) enum Keeping {
    /// As they are.
    #[default]
    Plain,
    /// Encrypted to the pool's own key.
    Sealed(Seal),
}

impl Keeping {
    /// Where the file `name` lies.
    pub(crate) fn path(&self, folder: &Path, name: &str) -> PathBuf {
        match self {
            Self::Plain => folder.join(name),
            Self::Sealed(_) => folder.join(format!("{name}.age")),
        }
    }

    /// Whether the file `name` lies there encrypted, whether or not its key does.
    pub(crate) fn is_sealed_file(folder: &Path, name: &str) -> bool {
        folder.join(format!("{name}.age")).exists()
    }

    /// Opens a file for reading.
    pub(crate) fn open(&self, folder: &Path, name: &str) -> io::Result<Source> {
        let path = self.path(folder, name);
        let Self::Sealed(seal) = self else { return Source::plain(&path) };
        let file = Arc::new(File::open(path)?);
        let length = seal.read(&file)?.seek(SeekFrom::End(0))?;
        Ok(Source { held: Held::Sealed(file, seal.clone()), length })
    }

    /// A new file of mode 0600.
    pub(crate) fn create(&self, folder: &Path, name: &str) -> io::Result<Sink> {
        let path = self.path(folder, name);
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        Ok(match self {
            Self::Plain => Sink::Plain(file),
            Self::Sealed(seal) => Sink::Sealed(Box::new(seal.write(file)?)),
        })
    }
}

/// An open file, or bytes in memory, shared by all who read it.
#[derive(Clone)]
pub(crate) struct Source {
    held: Held,
    length: u64,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").field("length", &self.length).finish_non_exhaustive()
    }
}

#[derive(Clone)]
enum Held {
    Plain(Arc<File>),
    Sealed(Arc<File>, Seal),
    /// Wiped when the last reader is gone.
    Memory(Arc<Zeroizing<Vec<u8>>>),
}

impl Source {
    /// A plain file.
    pub(crate) fn plain(path: &Path) -> io::Result<Self> {
        let file = Arc::new(File::open(path)?);
        let length = file.metadata()?.len();
        Ok(Self { held: Held::Plain(file), length })
    }

    /// Bytes that are in no file.
    pub(crate) fn memory(bytes: Zeroizing<Vec<u8>>) -> Self {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Self { held: Held::Memory(Arc::new(bytes)), length }
    }

    /// Its length, in bytes as they were committed.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// A reader of its own place, from the beginning.
    pub(crate) fn reader(&self) -> io::Result<Positioned> {
        let from = match &self.held {
            Held::Plain(file) => From::Plain(Arc::clone(file)),
            Held::Sealed(file, seal) => From::Sealed(Box::new(seal.read(file)?)),
            Held::Memory(bytes) => From::Memory(Arc::clone(bytes)),
        };
        Ok(Positioned { from, length: self.length, at: 0 })
    }

    /// The same, with a buffer for reading through.
    pub(crate) fn buffered(&self) -> io::Result<BufReader<Positioned>> {
        Ok(BufReader::with_capacity(1 << 20, self.reader()?))
    }

    /// All of it, if it has at most `limit` bytes.
    pub(crate) fn read_all(&self, limit: u64) -> io::Result<Zeroizing<Vec<u8>>> {
        if self.length > limit {
            return Err(damaged(format!("expected at most {limit} bytes, found {}", self.length)));
        }
        let mut bytes = Zeroizing::new(vec![0; usize::try_from(self.length).map_err(io::Error::other)?]);
        self.reader()?.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

enum From {
    Plain(Arc<File>),
    Sealed(Box<Opened>),
    /// The file's bytes, read beforehand.
    Memory(Arc<Zeroizing<Vec<u8>>>),
}

/// Reads a [`Source`] from any place.
pub(crate) struct Positioned {
    from: From,
    length: u64,
    /// Offset of the next byte.
    pub(crate) at: u64,
}

impl Positioned {
    /// Reads the whole file into memory, if it has at most `limit` bytes.
    pub(crate) fn preload(&mut self, limit: u64) -> io::Result<()> {
        if self.length <= limit {
            let mut bytes = Zeroizing::new(vec![0; usize::try_from(self.length).map_err(io::Error::other)?]);
            self.at = 0;
            self.read_exact(&mut bytes)?;
            self.from = From::Memory(Arc::new(bytes));
            self.at = 0;
        }
        Ok(())
    }
}

impl Read for Positioned {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        // Nothing is asked of a decryptor beyond the end, for which it was not made.
        let left = usize::try_from(self.length.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let wanted = into.len().min(left);
        let Some(into) = into.get_mut(..wanted).filter(|into| !into.is_empty()) else { return Ok(0) };
        let n = match &mut self.from {
            From::Plain(file) => file.read_at(into, self.at)?,
            From::Sealed(reader) => {
                reader.seek(SeekFrom::Start(self.at))?;
                reader.read(into)?
            }
            From::Memory(bytes) => {
                let start = usize::try_from(self.at).unwrap_or(usize::MAX);
                let rest = bytes.get(start..).unwrap_or_default();
                let n = rest.len().min(into.len());
                let (Some(target), Some(source)) = (into.get_mut(..n), rest.get(..n)) else { return Ok(0) };
                target.copy_from_slice(source);
                n
            }
        };
        self.at = self.at.saturating_add(u64::try_from(n).unwrap_or(u64::MAX));
        Ok(n)
    }
}

impl Seek for Positioned {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
        };
        let outside = || io::Error::new(io::ErrorKind::InvalidInput, "a place before the beginning of the file");
        self.at = place.ok_or_else(outside)?;
        Ok(self.at)
    }
}

/// A file being written.
pub(crate) enum Sink {
    Plain(File),
    Sealed(Box<StreamWriter<File>>),
}

impl Sink {
    /// Ends the file and returns once it is on the disk.
    pub(crate) fn finish(self) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.sync_all(),
            Self::Sealed(writer) => writer.finish()?.sync_all(),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(bytes),
            Self::Sealed(writer) => writer.write(bytes),
        }
    }
    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.flush(),
            Self::Sealed(writer) => writer.flush(),
        }
    }
}
