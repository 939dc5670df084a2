//! Splits a CSV file into records, with the byte offset and the line at which each begins.
//!
//! Memory is bounded whatever the file holds: a record that outgrows [`RECORD_BYTES_MAX`] is read past and reported, never kept.
//! This file knows nothing of columns, encodings or people.

use std::io::{self, Read};

use csv_core::ReadRecordResult;

use super::quotes::Quotes;

/// Longest record kept: 64 cells of 4,096 bytes (spec §2.1), and as much again for spaces that are trimmed off later.
pub(crate) const RECORD_BYTES_MAX: usize = 2 * 64 * 4096;
/// Most cells counted in one record; the protocol allows 64 columns (spec §2.1).
pub(crate) const CELLS_MAX: usize = 1024;

/// One record: its cells lie one after the other in `bytes`, the i-th ending at `ends[i]`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) ends: &'a [usize],
    /// Line of the file on which the record begins, from 1.
    pub(crate) line: u64,
    /// Offset in the file of the record's first byte.
    pub(crate) offset: u64,
}

impl<'a> Record<'a> {
    /// The cells' bytes, in the file's order.
    pub(crate) fn cells(self) -> impl Iterator<Item = &'a [u8]> {
        self.ends.iter().scan(0, move |start, &end| {
            let cell = self.bytes.get(*start..end).unwrap_or_default();
            *start = end;
            Some(cell)
        })
    }
}

/// What came next in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// A record: see [`Records::current`].
    Record,
    /// A record longer than [`RECORD_BYTES_MAX`], or of more than [`CELLS_MAX`] cells; or one that begins a quotation that is never closed, and
    /// so swallows the lines after it. `to_end`: it runs to the end of the file.
    TooLong {
        line: u64,
        to_end: bool,
    },
    /// A record that begins on `line`, in which text follows a quotation on line `at`: either a quotation mark was not doubled, or the quotation
    /// began in the row of another person, whose end nobody can tell.
    Stray {
        line: u64,
        at: u64,
    },
    End,
}

/// Reads records one after the other. Blank lines are passed over.
pub(crate) struct Records<R> {
    source: R,
    core: csv_core::Reader,
    quotes: Quotes,
    delimiter: u8,
    /// Input read but not yet parsed is `buffer[start..end]`.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Offset in the file of `buffer[start]`.
    offset: u64,
    record: Vec<u8>,
    ends: Vec<usize>,
    /// Of the record read last: bytes, cells, line and offset.
    last: (usize, usize, u64, u64),
}

impl<R: Read> Records<R> {
    /// Reads `source`, whose first byte lies at `offset` and on `line` of the file, with a read buffer of `buffer_bytes`.
    pub(crate) fn new(source: R, delimiter: u8, buffer_bytes: usize, offset: u64, line: u64) -> Self {
        let mut core = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        prime(&mut core);
        Self {
            source,
            core,
            quotes: Quotes::new(delimiter, line),
            delimiter,
            buffer: vec![0; buffer_bytes.max(16)],
            start: 0,
            end: 0,
            offset,
            record: vec![0; RECORD_BYTES_MAX],
            ends: vec![0; CELLS_MAX],
            last: (0, 0, line, offset),
        }
    }

    /// How far the file has been parsed, in bytes from its beginning.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// The record read last.
    pub(crate) fn current(&self) -> Record<'_> {
        let (bytes, cells, line, offset) = self.last;
        let (bytes, ends) = (self.record.get(..bytes), self.ends.get(..cells));
        Record { bytes: bytes.unwrap_or_default(), ends: ends.unwrap_or_default(), line, offset }
    }

    /// Reads the next record.
    pub(crate) fn next(&mut self) -> io::Result<Next> {
        if !self.skip_line_ends()? {
            return Ok(Next::End);
        }
        self.quotes.begin();
        let (line, offset) = (self.quotes.line(), self.offset);
        let (mut bytes, mut cells, mut too_long, mut at_end) = (0, 0, false, false);
        loop {
            let input = self.buffer.get(self.start..self.end).unwrap_or_default();
            let (record, ends) = (self.record.get_mut(bytes..), self.ends.get_mut(cells..));
            let (result, read, wrote, ended) =
                self.core.read_record(input, record.unwrap_or_default(), ends.unwrap_or_default());
            self.quotes.pass(input.get(..read).unwrap_or_default());
            self.advance(read);
            bytes += wrote;
            cells += ended;
            match result {
                ReadRecordResult::InputEmpty => at_end = !self.refill()?,
                ReadRecordResult::OutputFull => (bytes, too_long) = (0, true),
                ReadRecordResult::OutputEndsFull => (cells, too_long) = (0, true),
                ReadRecordResult::Record if too_long => return Ok(Next::TooLong { line, to_end: at_end }),
                ReadRecordResult::Record if self.quotes.is_open() => return Ok(Next::TooLong { line, to_end: true }),
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(Next::End),
            }
        }
        if let Some(at) = self.quotes.stray() {
            return Ok(Next::Stray { line, at });
        }
        self.last = (bytes, cells, line, offset);
        Ok(Next::Record)
    }

    /// Where the bytes come from.
    pub(crate) fn source(&mut self) -> &mut R {
        &mut self.source
    }

    /// Goes to the record at `offset` by way of `seek`, which must put the source there.
    pub(crate) fn jump(&mut self, offset: u64, seek: impl FnOnce(&mut R)) {
        seek(&mut self.source);
        prime(&mut self.core);
        self.quotes = Quotes::new(self.delimiter, 1);
        (self.start, self.end, self.offset) = (0, 0, offset);
    }

    /// Passes over line ends, so that what follows is a record's first byte. False at the end of the file.
    fn skip_line_ends(&mut self) -> io::Result<bool> {
        loop {
            if self.start == self.end && !self.refill()? {
                return Ok(false);
            }
            let Some(byte @ (b'\n' | b'\r')) = self.buffer.get(self.start).copied() else { return Ok(true) };
            self.quotes.pass(&[byte]);
            self.advance(1);
        }
    }

    fn advance(&mut self, bytes: usize) {
        self.start += bytes;
        self.offset = self.offset.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
    }

    /// Fills an empty buffer. False at the end of the file.
    fn refill(&mut self) -> io::Result<bool> {
        loop {
            match self.source.read(&mut self.buffer) {
                Ok(n) => {
                    (self.start, self.end) = (0, n);
                    return Ok(n > 0);
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
    }
}

/// Puts the parser at the beginning of a record. The empty line read here stops it from passing over a byte order mark by itself: a
/// record must read the same whether the file is read through or entered in the middle.
fn prime(core: &mut csv_core::Reader) {
    core.reset();
    core.read_record(b"\n", &mut [0], &mut [0]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8], buffer: usize) -> Vec<(u64, u64, Vec<String>)> {
        let mut records = Records::new(text, b',', buffer, 0, 1);
        let mut found = Vec::new();
        loop {
            match records.next().unwrap() {
                Next::End => return found,
                Next::TooLong { line, .. } => found.push((line, 0, vec!["too long".to_owned()])),
                Next::Stray { line, .. } => found.push((line, 0, vec!["stray".to_owned()])),
                Next::Record => {
                    let r = records.current();
                    let cells = r.cells().map(|c| String::from_utf8_lossy(c).into_owned()).collect();
                    found.push((r.line, r.offset, cells));
                }
            }
        }
    }

    #[test]
    fn lines_and_offsets_are_those_of_the_first_byte() {
        let text = b"a,b\r\n\r\n1,\"x\ny\"\r\n2,z\n\n3,\"\"\"q\"";
        let cells = |c: &[&str]| c.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        for buffer in [16, 17, 64, 4096] {
            assert_eq!(
                all(text, buffer),
                [
                    (1, 0, cells(&["a", "b"])),
                    (3, 7, cells(&["1", "x\ny"])),
                    (5, 16, cells(&["2", "z"])),
                    (7, 21, cells(&["3", "\"q"])),
                ]
            );
        }
    }

    #[test]
    fn every_record_reads_the_same_when_entered_by_its_offset() {
        let text = b"\xef\xbb\xbfa,b\n\xef\xbb\xbf\"1\",2\r\n\"x,y\",\"\"\r\n\n3,4";
        for (_, offset, cells) in all(text, 64) {
            let mut records = Records::new(&text[usize::try_from(offset).unwrap()..], b',', 16, offset, 1);
            assert_eq!(records.next().unwrap(), Next::Record);
            let r = records.current();
            assert_eq!(r.cells().map(|c| String::from_utf8_lossy(c).into_owned()).collect::<Vec<_>>(), cells);
        }
    }

    #[test]
    fn an_overlong_record_is_passed_over_and_the_next_is_found() {
        let mut text = b"1,\"".to_vec();
        text.extend(std::iter::repeat_n(b'x', 10_000_000));
        text.extend_from_slice(b"\"\n2,b\n");
        text.extend(std::iter::repeat_n(b',', 5_000));
        text.extend_from_slice(b"\n3,c\n4,\"");
        text.extend(std::iter::repeat_n(b'\n', 1_100_000));
        let found = all(&text, 4096);
        let seen: Vec<_> = found.iter().map(|(line, _, cells)| (*line, cells[0].as_str())).collect();
        assert_eq!(seen, [(1, "too long"), (2, "2"), (3, "too long"), (4, "3"), (5, "too long")]);
    }
}
