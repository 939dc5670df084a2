//! A CSV file of people, read as rows of a pool (spec §2.1).
//!
//! This is a converter: it may normalise (NFC, and the characters of [`TRIMMED`] cut off at both ends of a cell), and it counts what
//! it changed, column by column. It finds every problem of a file in one reading, and names lines and columns, never contents. Memory is
//! bounded by the longest row that could be a person's, whatever the file holds. It writes nothing.

mod problems;
mod records;
mod safe;

use std::fmt;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use klero_draw::pool::{self, CELL_BYTES_MAX, COLUMNS_MAX, Columns, ID_BYTES_MAX, NAME_BYTES_MAX};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

pub use problems::{PROBLEMS_LISTED, Problem, Problems, ReadError};
pub(crate) use records::{Next, Records};
pub use safe::{SafeWriter, looks_like_formula};

/// The characters that are cut off at both ends of a cell: tab, line feed, carriage return, space, no-break space, zero-width space,
/// figure space, narrow no-break space, ideographic space, byte order mark.
pub const TRIMMED: [char; 10] =
    ['\t', '\n', '\r', ' ', '\u{a0}', '\u{200b}', '\u{2007}', '\u{202f}', '\u{3000}', '\u{feff}'];

/// How much of a file is looked at to tell its encoding and delimiter, in bytes.
const SNIFFED_BYTES: u64 = 65_536;
/// Read buffer, in bytes.
const BUFFER_BYTES: usize = 262_144;

/// A text as a cell of the file would be read: trimmed and in normalisation form C. For names and ids that people type.
#[must_use]
pub fn normalise(text: &str) -> String {
    text.trim_matches(TRIMMED).nfc().collect()
}

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

/// What is the same for all rows of a file: names and roles of the columns.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// Names of the columns as they stand in the file, normalised.
    pub(crate) headings: Vec<String>,
    pub(crate) columns: Columns,
    /// Position in the file of each of `columns`, in the order of their names: id, private, household, public.
    order: Vec<usize>,
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
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
            let lines: Vec<String> = self.formula_lines.iter().take(10).map(u64::to_string).collect();
            let more = if self.formula_lines.len() > 10 { " …" } else { "" };
            writeln!(
                f,
                "warning: cells that look like formulas on lines {}{more}: they are committed as they are",
                lines.join(", ")
            )?;
        }
        Ok(())
    }
}

/// Where a cell's normalised text lies: in the record, or among the changed cells.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    start: usize,
    end: usize,
    changed: bool,
}

/// One person's cells, borrowed from the reader.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    record: &'a str,
    changed: &'a str,
    spans: &'a [Span],
    order: &'a [usize],
    /// Line on which the row begins, from 1.
    pub(crate) line: u64,
    /// Offset in the file of the row's first byte.
    pub(crate) offset: u64,
}

impl<'a> Row<'a> {
    /// The cell of the `position`-th column of the file, normalised.
    pub(crate) fn cell(&self, position: usize) -> &'a str {
        let span = self.spans.get(position).copied().unwrap_or_default();
        let text = if span.changed { self.changed } else { self.record };
        text.get(span.start..span.end).unwrap_or_default()
    }
    /// The cells in the file's order.
    pub(crate) fn cells(self) -> impl Iterator<Item = &'a str> {
        (0..self.spans.len()).map(move |position| self.cell(position))
    }
    /// The id.
    pub(crate) fn id(&self) -> &'a str {
        self.order.first().map_or("", |&position| self.cell(position))
    }
    /// The cells in the order id, private, household, public, put into a list that can be used again with [`recycle`].
    pub(crate) fn by_role(&self, list: &mut Vec<&'a str>) {
        list.clear();
        list.extend(self.order.iter().map(|&position| self.cell(position)));
    }
}

/// Cells in the order that [`Row::by_role`] puts them in, as the draw's own row.
pub(crate) fn person<'a>(cells: &'a [&'a str], columns: &Columns) -> pool::Row<'a> {
    let (id, rest) = cells.split_at_checked(1).unwrap_or_default();
    let (private, rest) = rest.split_at_checked(columns.private().len()).unwrap_or_default();
    let (household, public) = rest.split_at_checked(columns.household().len()).unwrap_or_default();
    pool::Row { id: id.first().copied().unwrap_or_default(), private, household, public }
}

/// Gives a list's memory to a list of another lifetime, so that no row allocates. (The standard library collects in place.)
pub(crate) fn recycle<'b>(mut list: Vec<&str>) -> Vec<&'b str> {
    list.clear();
    list.into_iter().map(|_| "").collect()
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

impl People<File> {
    /// Opens a file. Everything that is wrong with its first line is reported at once.
    pub(crate) fn open(path: &Path, options: &Options) -> Result<Self, ReadError> {
        Self::new(File::open(path)?, options)
    }
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
        let Normaliser { trimmed, composed, formulas, formula_lines, .. } = self.normaliser;
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
        };
        Ok((self.layout, summary))
    }
}

/// What a file's first bytes tell.
struct Sniffed {
    /// Bytes before the header.
    skip: usize,
    /// Line of the header, if no blank lines come before it.
    line: u64,
    delimiter: u8,
    byte_order_mark: bool,
}

fn sniff(prefix: &[u8], given: Option<u8>) -> Result<Sniffed, Problems> {
    if prefix.starts_with(b"\xff\xfe") || prefix.starts_with(b"\xfe\xff") {
        return Err(Problems::of(Problem::Utf16));
    }
    let byte_order_mark = prefix.starts_with(b"\xef\xbb\xbf");
    let mut skip = if byte_order_mark { 3 } else { 0 };
    let mut line = 1;
    let text = prefix.get(skip..).unwrap_or_default();
    // Excel writes and reads a first line "sep=;", which names the delimiter and is no header.
    let mut named = None;
    if let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter, rest @ ..] = text
        && let Some(length) = [&b"\r\n"[..], b"\n"].iter().find(|end| rest.starts_with(end)).map(|end| end.len())
    {
        (named, line) = (Some(*delimiter), 2);
        skip += 5 + length;
    }
    let delimiter = given.or(named).unwrap_or_else(|| most_frequent(prefix.get(skip..).unwrap_or_default()));
    Ok(Sniffed { skip, line, delimiter, byte_order_mark })
}

/// The one of `,` `;` and tab that occurs most often in the first line, outside quotation marks; the first of them if none does.
fn most_frequent(text: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [(0u32, b','), (0, b';'), (0, b'\t')];
    let first_line = text.iter().skip_while(|b| matches!(b, b'\r' | b'\n'));
    for &byte in first_line {
        match byte {
            b'"' => quoted = !quoted,
            b'\r' | b'\n' if !quoted => break,
            _ if !quoted => counts.iter_mut().filter(|(_, d)| *d == byte).for_each(|(n, _)| *n += 1),
            _ => {}
        }
    }
    let mut best = (0, b',');
    for (count, delimiter) in counts {
        if count > best.0 {
            best = (count, delimiter);
        }
    }
    best.1
}

/// Reads the names of the columns.
fn headings<R: Read>(records: &mut Records<R>) -> Result<Vec<String>, ReadError> {
    match records.next()? {
        Next::End => return Err(Problems::of(Problem::EmptyFile).into()),
        Next::TooLong { line, to_end } => return Err(Problems::of(Problem::RecordTooLong { line, to_end }).into()),
        Next::Record => {}
    }
    let record = records.current();
    let mut problems = Problems::default();
    let mut headings: Vec<String> = Vec::new();
    if record.ends.len() > COLUMNS_MAX {
        problems.add(|| Problem::TooManyColumns { found: record.ends.len() });
    }
    for (i, cell) in record.cells().enumerate() {
        let position = i + 1;
        let Ok(text) = str::from_utf8(cell) else {
            return Err(Problems::of(Problem::NotUtf8 { line: record.line }).into());
        };
        let name = normalise(text);
        if name.contains('\0') {
            return Err(Problems::of(Problem::Nul { line: record.line, column: position.to_string() }).into());
        }
        if name.is_empty() {
            problems.add(|| Problem::UnnamedColumn { position });
        } else if name.len() > NAME_BYTES_MAX {
            problems.add(|| Problem::ColumnNameTooLong { position, bytes: name.len() });
        } else if let Some(first) = headings.iter().position(|earlier| *earlier == name) {
            problems.add(|| Problem::DoubleColumn { name: name.clone(), positions: (first + 1, position) });
        }
        headings.push(name);
    }
    if problems.is_empty() { Ok(headings) } else { Err(problems.into()) }
}

impl Layout {
    pub(crate) fn new(headings: Vec<String>, options: &Options) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let mut taken: Vec<usize> = Vec::new();
        let mut find = |role: &'static str, names: &mut dyn Iterator<Item = &String>| {
            let mut found = Vec::new();
            for name in names {
                let wanted = normalise(name);
                match headings.iter().position(|heading| *heading == wanted) {
                    None => problems.add(|| Problem::NoSuchColumn { role, name: wanted, available: headings.clone() }),
                    Some(position) if taken.contains(&position) => problems.add(|| Problem::TwoRoles { name: wanted }),
                    Some(position) => {
                        taken.push(position);
                        found.push(position);
                    }
                }
            }
            found
        };
        let id = find("id", &mut std::iter::once(&options.id));
        let household = find("household", &mut options.household.iter());
        let public = find("public", &mut options.public.iter());
        if !problems.is_empty() {
            return Err(problems);
        }
        let private = (0..headings.len()).filter(|position| !taken.contains(position)).collect();
        let names = |positions: Vec<usize>| -> Vec<String> {
            positions.into_iter().filter_map(|position| headings.get(position).cloned()).collect()
        };
        let id_name = names(id).pop().unwrap_or_default();
        let columns = Columns::new(names(household), id_name, names(private), names(public))
            .expect("names are distinct and within their bounds: checked where they were read");
        let order = columns.names().filter_map(|name| headings.iter().position(|heading| heading == name)).collect();
        Ok(Self { headings, columns, order })
    }

    /// The role of each column, in the file's order.
    fn roles(&self) -> Vec<&'static str> {
        let mut roles = vec!["private"; self.headings.len()];
        let counts =
            [("id", 1), ("private", self.columns.private().len()), ("household", self.columns.household().len())];
        let by_order = counts.into_iter().flat_map(|(role, count)| std::iter::repeat_n(role, count));
        for (&position, role) in self.order.iter().zip(by_order.chain(std::iter::repeat("public"))) {
            if let Some(slot) = roles.get_mut(position) {
                *slot = role;
            }
        }
        roles
    }

    fn heading(&self, position: usize) -> String {
        self.headings.get(position).cloned().unwrap_or_default()
    }
}

/// What is wrong with a row.
enum Fault {
    One(Problem),
    Several(Vec<Problem>),
}

/// Checks and normalises rows, and counts what it changed. Holds one row at a time.
pub(crate) struct Normaliser {
    spans: Vec<Span>,
    changed: String,
    trimmed: Vec<u64>,
    composed: Vec<u64>,
    formulas: Vec<u64>,
    formula_lines: Vec<u64>,
}

impl Normaliser {
    pub(crate) fn new(columns: usize) -> Self {
        Self {
            spans: Vec::with_capacity(columns),
            changed: String::new(),
            trimmed: vec![0; columns],
            composed: vec![0; columns],
            formulas: vec![0; columns],
            formula_lines: Vec::new(),
        }
    }

    /// The row that was read from `record`.
    fn row<'a>(&'a self, record: records::Record<'a>, layout: &'a Layout) -> Row<'a> {
        Row {
            // A record that is not UTF-8 was refused by `read`.
            record: str::from_utf8(record.bytes).unwrap_or_default(),
            changed: &self.changed,
            spans: &self.spans,
            order: &layout.order,
            line: record.line,
            offset: record.offset,
        }
    }

    /// Reads one record of a file that was read without problems before: the same bytes give the same row.
    pub(crate) fn again<'a>(&'a mut self, record: records::Record<'a>, layout: &'a Layout) -> Option<Row<'a>> {
        self.read(record, layout).ok()?;
        Some(self.row(record, layout))
    }

    fn read(&mut self, record: records::Record<'_>, layout: &Layout) -> Result<(), Fault> {
        let line = record.line;
        let (expected, found) = (layout.headings.len(), record.ends.len());
        if expected != found {
            return Err(Fault::One(Problem::Ragged { line, expected, found }));
        }
        let text = str::from_utf8(record.bytes).map_err(|_| Fault::One(Problem::NotUtf8 { line }))?;
        let plain = text.is_ascii();
        self.spans.clear();
        self.changed.clear();
        let mut start = 0;
        for (position, &end) in record.ends.iter().enumerate() {
            // Two halves of a character in two cells are UTF-8 only as long as nobody parts them.
            let Some(cell) = text.get(start..end) else { return Err(Fault::One(Problem::NotUtf8 { line })) };
            let span = self.cell(cell, start, position, line, plain);
            self.spans.push(span);
            start = end;
        }
        // The common row: an id, nothing longer than an id may be, no NUL.
        let longest = self.spans.iter().map(|span| span.end - span.start).max().unwrap_or(0);
        let row = self.row(record, layout);
        if !row.id().is_empty() && longest <= ID_BYTES_MAX && !record.bytes.contains(&0) {
            return Ok(());
        }
        let problems = row_problems(&row, layout);
        if problems.is_empty() { Ok(()) } else { Err(Fault::Several(problems)) }
    }

    /// Normalises one cell, which begins at byte `start` of the record.
    #[inline]
    fn cell(&mut self, cell: &str, start: usize, position: usize, line: u64, plain: bool) -> Span {
        let count = |counts: &mut Vec<u64>| counts.iter_mut().skip(position).take(1).for_each(|n| *n += 1);
        let (Some(&first), Some(&last)) = (cell.as_bytes().first(), cell.as_bytes().last()) else {
            return Span { start, end: start, changed: false };
        };
        let mut span = Span { start, end: start + cell.len(), changed: false };
        let mut kept = cell;
        if first <= b' ' || last <= b' ' || !plain {
            kept = cell.trim_start_matches(TRIMMED);
            span.start += cell.len() - kept.len();
            kept = kept.trim_end_matches(TRIMMED);
            span.end = span.start + kept.len();
            if kept.len() != cell.len() {
                count(&mut self.trimmed);
            }
        }
        if !plain && !kept.is_ascii() && is_nfc_quick(kept.chars()) != IsNormalized::Yes {
            let from = self.changed.len();
            self.changed.extend(kept.nfc());
            if self.changed.get(from..) == Some(kept) {
                self.changed.truncate(from);
            } else {
                span = Span { start: from, end: self.changed.len(), changed: true };
                count(&mut self.composed);
            }
        }
        if (!first.is_ascii_alphanumeric()) && looks_like_formula(kept) {
            count(&mut self.formulas);
            if self.formula_lines.len() < PROBLEMS_LISTED && self.formula_lines.last() != Some(&line) {
                self.formula_lines.push(line);
            }
        }
        span
    }
}

/// Everything that is wrong with the cells of a row.
#[cold]
fn row_problems(row: &Row<'_>, layout: &Layout) -> Vec<Problem> {
    let line = row.line;
    let mut problems = Vec::new();
    let id = row.id();
    if id.is_empty() {
        problems.push(Problem::NoId { line });
    } else if id.len() > ID_BYTES_MAX {
        problems.push(Problem::IdTooLong { line, bytes: id.len() });
    }
    for (position, cell) in row.cells().enumerate() {
        if cell.len() > CELL_BYTES_MAX && Some(&position) != layout.order.first() {
            problems.push(Problem::CellTooLong { line, column: layout.heading(position), bytes: cell.len() });
        }
        if cell.contains('\0') {
            problems.push(Problem::Nul { line, column: layout.heading(position) });
        }
    }
    problems
}
