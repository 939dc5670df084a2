//! Reads single rows of a committed pool by their place in `people.csv`, which was read whole without a problem when it was committed.

use std::io;

use super::index::damaged;
use super::source::{Positioned, Source};
use crate::people_csv::{Layout, Next, Normaliser, Records, Row};

/// Read buffer, in bytes: a row fits, and little more is read than is used.
const BUFFER_BYTES: usize = 1024;

/// Largest file that is read into memory whole.
const PRELOADED_BYTES_MAX: u64 = 1 << 29;

/// Reads rows by their offset.
pub(crate) struct Rows<'a> {
    records: Records<Positioned>,
    normaliser: Normaliser,
    layout: &'a Layout,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(source: &Source, layout: &'a Layout, delimiter: u8) -> io::Result<Self> {
        Ok(Self {
            records: Records::new(source.reader()?, delimiter, BUFFER_BYTES, 0, 1),
            normaliser: Normaliser::new(layout.headings.len()),
            layout,
        })
    }

    /// For somebody who is about to read all rows: reads the file into memory if it is not too large, which saves a system call a row.
    pub(crate) fn preload(&mut self) -> io::Result<()> {
        self.records.source().preload(PRELOADED_BYTES_MAX)
    }

    /// The row that begins at `offset`.
    pub(crate) fn at(&mut self, offset: u64) -> io::Result<Row<'_>> {
        self.records.jump(offset, |source| source.at = offset);
        let moved = || damaged(format!("people.csv was changed: no row at byte {offset}"));
        match self.records.next()? {
            Next::Record => self.normaliser.again(self.records.current(), self.layout).ok_or_else(moved),
            Next::TooLong { .. } | Next::Stray { .. } | Next::End => Err(moved()),
        }
    }
}
