//! `DIR/steps`: every entry that a monitor has taken in, in order, in one file that only grows.
//!
//! ```text
//! record = u64be(1 + offset of the record before it of the same draw, or 0) ‖ u8(len draw) ‖ draw ‖ u16be(len entry) ‖ entry
//! ```
//!
//! Entries that belong to no draw have the draw `""`, those that are no step `"?"`. How much of the file counts stands in the state: what a kill
//! left behind it is cut off when the file is opened. In memory there is one offset for each draw, and nothing for each step.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use klero_tlog::{Hash, leaf_hash};

use crate::files::FileError;

/// The draw of entries that are no step.
pub const NO_STEP: &str = "?";

/// Called for each record: draw, whether it is the draw's first, entry. The error says in words what is wrong with it.
pub type EachRecord<'a> = dyn FnMut(&str, bool, &[u8]) -> Result<(), String> + 'a;

/// The file, open.
pub struct Steps {
    path: PathBuf,
    file: File,
    /// Bytes that count, and those appended since.
    len: u64,
    /// Offset of the last record of each draw.
    last: BTreeMap<String, u64>,
}

struct Record {
    before: Option<u64>,
    draw: String,
    entry: Vec<u8>,
}

impl Steps {
    /// Opens the file, of which the first `len` bytes count, and calls `each` for every record: draw, whether it is the draw's first, entry.
    pub fn open(path: &Path, len: u64, each: &mut EachRecord<'_>) -> Result<Self, FileError> {
        let fail = |e: std::io::Error| FileError::new("read", path, &e);
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(fail)?;
        let found = file.metadata().map_err(fail)?.len();
        if found < len {
            let words = format!("it has {found} bytes, and {len} were kept");
            return Err(fail(std::io::Error::new(ErrorKind::UnexpectedEof, words)));
        }
        file.set_len(len).map_err(fail)?;
        let mut steps = Self { path: path.to_owned(), file, len, last: BTreeMap::new() };
        let mut reader = BufReader::with_capacity(1 << 18, &steps.file);
        let (mut at, mut last) = (0, BTreeMap::new());
        while at < len {
            let (record, size) = read_record(&mut reader).map_err(fail)?;
            let first = last.insert(record.draw.clone(), at).is_none();
            let wrong = |words: String| fail(std::io::Error::new(ErrorKind::InvalidData, words));
            if first != record.before.is_none() {
                return Err(wrong(format!("the record at byte {at} does not follow the one before it")));
            }
            each(&record.draw, first, &record.entry).map_err(wrong)?;
            at += size;
        }
        steps.last = last;
        Ok(steps)
    }

    /// Opens the first `len` bytes for reading alone, for whoever is not the monitor: nothing is cut off, and nothing indexed.
    pub fn view(path: &Path, len: u64) -> Result<Self, FileError> {
        let file = File::open(path).map_err(|e| FileError::new("read", path, &e))?;
        Ok(Self { path: path.to_owned(), file, len, last: BTreeMap::new() })
    }

    /// Appends entries with their draws. When this returns `Ok` they are on the disk; they count once the state says so.
    pub fn append(&mut self, entries: &[(String, Vec<u8>)]) -> Result<u64, FileError> {
        let mut bytes = Vec::new();
        let mut last = Vec::new();
        for (draw, entry) in entries {
            let at = self.len + bytes.len() as u64;
            let before = self.last.insert(draw.clone(), at).map_or(0, |before| before + 1);
            last.push(at);
            bytes.extend_from_slice(&before.to_be_bytes());
            bytes.push(u8::try_from(draw.len()).unwrap_or(u8::MAX));
            bytes.extend_from_slice(draw.as_bytes());
            bytes.extend_from_slice(&u16::try_from(entry.len()).unwrap_or(u16::MAX).to_be_bytes());
            bytes.extend_from_slice(entry);
        }
        let fail = |e: std::io::Error| FileError::new("write", &self.path, &e);
        self.file.seek(SeekFrom::Start(self.len)).map_err(fail)?;
        self.file.write_all(&bytes).and_then(|()| self.file.sync_data()).map_err(fail)?;
        self.len += bytes.len() as u64;
        Ok(self.len)
    }

    /// Bytes in the file.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether nothing was taken in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All steps of a draw, in order.
    pub fn of_draw(&self, draw: &str) -> Result<Vec<Vec<u8>>, FileError> {
        let fail = |e: std::io::Error| FileError::new("read", &self.path, &e);
        let mut entries = Vec::new();
        let mut at = self.last.get(draw).copied();
        while let Some(offset) = at {
            let mut reader = BufReader::with_capacity(4096, At { file: &self.file, at: offset });
            let (record, _) = read_record(&mut reader).map_err(fail)?;
            // Backwards only: a damaged file must not lead in circles.
            at = record.before.filter(|before| *before < offset);
            entries.push(record.entry);
        }
        entries.reverse();
        Ok(entries)
    }

    /// The leaf hashes of the first `count` entries, in order, given to `each`.
    pub fn leaves(&self, count: u64, each: &mut dyn FnMut(Hash)) -> Result<(), FileError> {
        let fail = |e: std::io::Error| FileError::new("read", &self.path, &e);
        let mut reader = BufReader::with_capacity(1 << 18, At { file: &self.file, at: 0 });
        for _ in 0..count {
            let (record, _) = read_record(&mut reader).map_err(fail)?;
            each(leaf_hash(&record.entry));
        }
        Ok(())
    }
}

/// Reads a file from an offset on, without moving the file's own position.
struct At<'f> {
    file: &'f File,
    at: u64,
}

impl Read for At<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

fn read_record(reader: &mut impl Read) -> std::io::Result<(Record, u64)> {
    let mut head = [0; 9];
    reader.read_exact(&mut head)?;
    let [before @ .., draw_len] = head;
    let mut draw = vec![0; usize::from(draw_len)];
    reader.read_exact(&mut draw)?;
    let mut entry_len = [0; 2];
    reader.read_exact(&mut entry_len)?;
    let entry_len = usize::from(u16::from_be_bytes(entry_len));
    let mut entry = vec![0; entry_len];
    reader.read_exact(&mut entry)?;
    let draw = String::from_utf8(draw).map_err(|_| std::io::Error::from(ErrorKind::InvalidData))?;
    let size = 11 + u64::from(draw_len) + entry_len as u64;
    Ok((Record { before: u64::from_be_bytes(before).checked_sub(1), draw, entry }, size))
}
