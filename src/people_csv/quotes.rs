//! Follows the quotation marks of a CSV file byte by byte, beside the parser, and counts its lines, whichever way they end.
//!
//! The parser makes something of whatever it is given: a quotation mark that was left open and is closed by one of a later row gives a long
//! cell, and the people between them would be in no pool. This file says where that can be seen. It keeps no byte of any cell.

/// Where in a record the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// A cell begins; only here does a quotation mark begin a quotation.
    CellStart,
    /// In a cell without quotation; quotation marks are text.
    Plain,
    Quoted,
    /// After a quotation mark in a quotation: one more makes it text, else the quotation is over.
    Closed,
    /// After spaces that follow a quotation.
    Spaces,
}

/// How far a file has been followed.
#[derive(Debug, Clone)]
pub(super) struct Quotes {
    delimiter: u8,
    at: At,
    line: u64,
    after_return: bool,
    stray: Option<u64>,
}

impl Quotes {
    /// At the beginning of a record on `line`, from 1.
    pub(super) fn new(delimiter: u8, line: u64) -> Self {
        Self { delimiter, at: At::CellStart, line, after_return: false, stray: None }
    }

    /// Line of the next byte, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// A record begins here.
    pub(super) fn begin(&mut self) {
        (self.at, self.stray) = (At::CellStart, None);
    }

    /// Whether a quotation is open.
    pub(super) fn is_open(&self) -> bool {
        self.at == At::Quoted
    }

    /// In the record since [`Self::begin`]: the line on which something other than a delimiter or a line's end followed a quotation.
    pub(super) fn stray(&self) -> Option<u64> {
        self.stray
    }

    /// Passes over bytes of one record, its line's end included, or over one byte between records.
    pub(super) fn pass(&mut self, bytes: &[u8]) {
        // Most rows hold no quotation mark, and then a line can end with the last byte only.
        if matches!(self.at, At::CellStart | At::Plain) && !bytes.contains(&b'"') {
            if let Some(&last) = bytes.last() {
                self.after_return &= bytes.len() == 1;
                self.count(last);
                self.at = if last == self.delimiter { At::CellStart } else { At::Plain };
            }
            return;
        }
        for &byte in bytes {
            let ends = byte == self.delimiter || matches!(byte, b'\r' | b'\n');
            self.at = match self.at {
                At::Quoted => {
                    if byte == b'"' {
                        At::Closed
                    } else {
                        At::Quoted
                    }
                }
                At::Closed if byte == b'"' => At::Quoted,
                _ if ends => At::CellStart,
                At::CellStart if byte == b'"' => At::Quoted,
                At::CellStart | At::Plain => At::Plain,
                At::Closed | At::Spaces if matches!(byte, b' ' | b'\t') => At::Spaces,
                At::Closed | At::Spaces => {
                    self.stray.get_or_insert(self.line);
                    At::Plain
                }
            };
            self.count(byte);
        }
    }

    fn count(&mut self, byte: u8) {
        let second_half = byte == b'\n' && self.after_return;
        if matches!(byte, b'\r' | b'\n') && !second_half {
            self.line = self.line.saturating_add(1);
        }
        self.after_return = byte == b'\r';
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines passed, whether a quotation is open at the end, and the line of the first stray byte, however the bytes are cut.
    #[track_caller]
    fn check(record: &str, lines: u64, open: bool, stray: Option<u64>) {
        for size in [1, 2, 3, 1000] {
            let mut quotes = Quotes::new(b',', 1);
            record.as_bytes().chunks(size).for_each(|piece| quotes.pass(piece));
            assert_eq!(
                (quotes.line() - 1, quotes.is_open(), quotes.stray()),
                (lines, open, stray),
                "{record:?} by {size}"
            );
        }
    }

    #[test]
    fn quotations_and_lines_are_followed() {
        check("1,Anna,Eupen\r\n", 1, false, None);
        check("1,Anna,Eupen\r", 1, false, None);
        check("1,\"Anna\r\nB\",\"x\ny\",\"\"\n", 3, false, None);
        check("1,\"Anna \"\"A\"\" B\"\n", 1, false, None);
        check("1,5\" disk,\"Eupen\"  ,x\n", 1, false, None);
        check("1,\"Anna", 0, true, None);
        check("1,\"Anna\"\"", 0, true, None);
        check("1,\"Anna,Eupen\n2,Bob\n4,\"Bert\",x\n", 3, false, Some(3));
        check("1,\"Anna \\\"A\\\" B\"\n", 1, false, Some(1));
        check("1,\"Anna\" \"B\"\n", 1, false, Some(1));
    }
}
