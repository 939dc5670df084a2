//! A CSV file of people, read as rows of a pool (spec §2.1).
//!
//! This is a converter: it may normalise (NFC, and the characters of [`TRIMMED`] cut off at both ends of a cell), and it counts what
//! it changed, column by column. It finds every problem of a file in one reading, and names lines and columns, never contents. Memory is
//! bounded by the longest row that could be a person's, whatever the file holds. It writes nothing.

mod header;
mod problems;
mod quotes;
mod records;
mod row;
mod safe;

use std::fmt;
use std::io::{self, Cursor, Read};

pub(crate) use header::Layout;
use header::{headings, like_data, sniff};
pub use klero_panels::spelling::{TRIMMED, normalise};
pub use problems::{PROBLEMS_LISTED, Problem, Problems, ReadError};
pub(crate) use records::{Next, Records};
use row::Fault;
pub(crate) use row::{Normaliser, Row, person, recycle};
pub use safe::{SafeWriter, looks_like_formula};

use crate::people_xlsx::Conversion;

/// How much of a file is looked at to tell its encoding and delimiter, in bytes.
const SNIFFED_BYTES: u64 = 65_536;
/// Read buffer, in bytes.
const BUFFER_BYTES: usize = 262_144;

/// Which column is what. Columns not named are private.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Name of the id column.
    pub id: String,
    /// Names of the public columns.
    pub public: Vec<String>,
    /// Names of the columns that together are the address, in that order.
    pub household: Vec<String>,
    /// The byte between cells; `None`: the one of `,` `;` and tab that the first line has most of.
    pub delimiter: Option<u8>,
}

/// What was found in one column, and what was changed there.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ColumnSummary {
    /// Name of the column.
    pub name: String,
    /// `id`, `private`, `household` or `public`.
    pub role: &'static str,
    /// Cells that began or ended with one of [`TRIMMED`].
    pub trimmed: u64,
    /// Cells that were brought into Unicode normalisation form C.
    pub composed: u64,
    /// Cells that a spreadsheet might take for a formula. They are committed as they are, and made harmless in exports.
    pub formulas: u64,
}

/// What was read. Counts, never contents.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Rows without a problem.
    pub people: u64,
    /// One for each column, in the file's order.
    pub columns: Vec<ColumnSummary>,
    /// The byte between cells.
    pub delimiter: char,
    /// The file begins with a byte order mark, which is not part of the first name.
    pub byte_order_mark: bool,
    /// Lines of the first cells that look like formulas; at most [`PROBLEMS_LISTED`].
    pub formula_lines: Vec<u64>,
    /// Lines of the first rows with a line break in a cell, which may be a quotation mark's work; at most [`PROBLEMS_LISTED`].
    pub line_break_lines: Vec<u64>,
    /// What a spreadsheet's cells were turned into, if the file was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spreadsheet: Option<Conversion>,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(conversion) = &self.spreadsheet {
            conversion.fmt(f)?;
        }
        let delimiter = if self.delimiter == '\t' { "tab".to_owned() } else { format!("'{}'", self.delimiter) };
        writeln!(f, "{} people, {} columns, delimiter {delimiter}", self.people, self.columns.len())?;
        for column in &self.columns {
            write!(f, "  {} ({})", column.name, column.role)?;
            for (count, what) in [
                (column.trimmed, "trimmed"),
                (column.composed, "brought into Unicode form C"),
                (column.formulas, "that look like formulas"),
            ] {
                if count > 0 {
                    write!(f, "; {count} cells {what}")?;
                }
            }
            writeln!(f)?;
        }
        if !self.formula_lines.is_empty() {
            let lines = first_ten(&self.formula_lines);
            writeln!(f, "warning: cells that look like formulas on lines {lines}: they are committed as they are")?;
        }
        // In a spreadsheet, a line break is in the cell in which somebody typed it.
        if !self.line_break_lines.is_empty() && self.spreadsheet.is_none() {
            let lines = first_ten(&self.line_break_lines);
            writeln!(
                f,
                "warning: cells that hold line breaks, in the rows that begin on lines {lines}: look whether a quotation mark that was not closed \
                 has swallowed people there"
            )?;
        }
        Ok(())
    }
}

/// The first lines of a list, for people.
fn first_ten(lines: &[u64]) -> String {
    let first: Vec<String> = lines.iter().take(10).map(u64::to_string).collect();
    format!("{}{}", first.join(", "), if lines.len() > 10 { " …" } else { "" })
}

/// What a file's first line says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headings {
    /// Names of the columns, as they stand there.
    pub names: Vec<String>,
    /// Positions, from 1, of names that look like a person's data. With any, the line may be a person's, and the file have no names at all.
    pub like_data: Vec<usize>,
}

/// The names of a file's columns, from its first line, and whether they are names. `delimiter`: the byte between cells, if it is known.
pub fn headings_of(source: impl Read, delimiter: Option<u8>) -> Result<Headings, crate::failure::Failure> {
    fn read(mut source: impl Read, delimiter: Option<u8>) -> Result<Headings, ReadError> {
        let mut prefix = Vec::new();
        source.by_ref().take(SNIFFED_BYTES).read_to_end(&mut prefix)?;
        let sniffed = sniff(&prefix, delimiter)?;
        prefix.drain(..sniffed.skip);
        let rest = Cursor::new(prefix).chain(source);
        let mut records = Records::new(rest, sniffed.delimiter, BUFFER_BYTES, 0, sniffed.line);
        let names = headings(&mut records)?;
        let like_data = like_data(&mut records, &names)?;
        Ok(Headings { names, like_data })
    }
    read(source, delimiter).map_err(Into::into)
}

/// A small CSV as it is read: without what stands before the header.
pub(crate) struct Delimited<'a> {
    /// From the header's first byte.
    pub(crate) text: &'a str,
    /// The byte between cells.
    pub(crate) delimiter: u8,
    /// Line of the header.
    pub(crate) line: u64,
}

/// Finds delimiter and header as they are found for people.
pub(crate) fn delimited(text: &str) -> Delimited<'_> {
    match sniff(text.as_bytes(), None) {
        Ok(found) => {
            Delimited { text: text.get(found.skip..).unwrap_or_default(), delimiter: found.delimiter, line: found.line }
        }
        Err(_) => Delimited { text, delimiter: b',', line: 1 },
    }
}

/// A small CSV as text; another encoding is refused as it is for people.
pub(crate) fn utf8(bytes: Vec<u8>) -> Result<String, Problem> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(Problem::Utf16);
    }
    String::from_utf8(bytes).map_err(|e| {
        let good = e.as_bytes().iter().take(e.utf8_error().valid_up_to());
        let line = u64::try_from(good.filter(|byte| **byte == b'\n').count()).unwrap_or(u64::MAX).saturating_add(1);
        Problem::NotUtf8 { line }
    })
}

/// Reads the people of a CSV file, one after the other.
pub(crate) struct People<R> {
    records: Records<io::Chain<Cursor<Vec<u8>>, R>>,
    layout: Layout,
    delimiter: u8,
    byte_order_mark: bool,
    normaliser: Normaliser,
    problems: Problems,
    people: u64,
}

impl<R: Read> People<R> {
    /// Reads from `source`, from the file's first byte.
    pub(crate) fn new(mut source: R, options: &Options) -> Result<Self, ReadError> {
        let mut prefix = Vec::new();
        source.by_ref().take(SNIFFED_BYTES).read_to_end(&mut prefix)?;
        let sniffed = sniff(&prefix, options.delimiter)?;
        prefix.drain(..sniffed.skip);
        let offset = u64::try_from(sniffed.skip).unwrap_or(u64::MAX);
        let rest = Cursor::new(prefix).chain(source);
        let mut records = Records::new(rest, sniffed.delimiter, BUFFER_BYTES, offset, sniffed.line);
        let headings = headings(&mut records)?;
        let layout = Layout::new(headings, options)?;
        let normaliser = Normaliser::new(layout.headings.len());
        Ok(Self {
            records,
            layout,
            delimiter: sniffed.delimiter,
            byte_order_mark: sniffed.byte_order_mark,
            normaliser,
            problems: Problems::default(),
            people: 0,
        })
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The byte between cells.
    pub(crate) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// How far the file has been read, in bytes.
    pub(crate) fn offset(&self) -> u64 {
        self.records.offset()
    }

    /// Goes on to the next row that has no problem; rows that have one are noted and passed over. False at the end.
    pub(crate) fn advance(&mut self) -> io::Result<bool> {
        loop {
            match self.records.next()? {
                Next::End => return Ok(false),
                Next::TooLong { line, to_end } => self.problems.add(|| Problem::RecordTooLong { line, to_end }),
                Next::Stray { line, at } => self.problems.add(|| Problem::AfterQuotation { line, at }),
                Next::Record => {
                    let record = self.records.current();
                    match self.normaliser.read(record, &self.layout) {
                        Ok(()) => {
                            self.people += 1;
                            return Ok(true);
                        }
                        Err(Fault::One(problem)) => self.problems.add(|| problem),
                        Err(Fault::Several(problems)) => problems.into_iter().for_each(|p| self.problems.add(|| p)),
                    }
                }
            }
        }
    }

    /// The row that [`Self::advance`] went to.
    pub(crate) fn row(&self) -> Row<'_> {
        self.normaliser.row(self.records.current(), &self.layout)
    }

    /// Notes a problem that the reader of the rows has found.
    pub(crate) fn note(&mut self, problem: impl FnOnce() -> Problem) {
        self.problems.add(problem);
    }

    /// What was read, if all of it was without problems.
    pub(crate) fn finish(mut self) -> Result<(Layout, Summary), Problems> {
        if self.people == 0 && self.problems.is_empty() {
            self.problems.add(|| Problem::HeaderOnly);
        }
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        let roles = self.layout.roles();
        let Normaliser { trimmed, composed, formulas, formula_lines, line_break_lines, .. } = self.normaliser;
        let counts = trimmed.into_iter().zip(composed).zip(formulas);
        let columns = self.layout.headings.iter().zip(roles).zip(counts);
        let summary = Summary {
            people: self.people,
            columns: columns
                .map(|((name, role), ((trimmed, composed), formulas))| ColumnSummary {
                    name: name.clone(),
                    role,
                    trimmed,
                    composed,
                    formulas,
                })
                .collect(),
            delimiter: char::from(self.delimiter),
            byte_order_mark: self.byte_order_mark,
            formula_lines,
            line_break_lines,
            spreadsheet: None,
        };
        Ok((self.layout, summary))
    }
}
