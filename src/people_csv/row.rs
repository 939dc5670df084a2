//! One row of a CSV of people: checked, normalised (NFC, and [`TRIMMED`] cut off), and what was changed counted by column.
//!
//! Holds one row at a time and allocates nothing for it. A fault names line and column, never a cell.

use klero_draw::pool::{self, CELL_BYTES_MAX, Columns, ID_BYTES_MAX};
use klero_panels::spelling::TRIMMED;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::header::Layout;
use super::records::Record;
use super::{PROBLEMS_LISTED, Problem, looks_like_formula};

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

/// What is wrong with a row.
pub(super) enum Fault {
    One(Problem),
    Several(Vec<Problem>),
}

/// Checks and normalises rows, and counts what it changed. Holds one row at a time.
pub(crate) struct Normaliser {
    /// The record's text, known to be UTF-8.
    record: String,
    spans: Vec<Span>,
    changed: String,
    pub(super) trimmed: Vec<u64>,
    pub(super) composed: Vec<u64>,
    pub(super) formulas: Vec<u64>,
    pub(super) formula_lines: Vec<u64>,
    pub(super) line_break_lines: Vec<u64>,
}

impl Normaliser {
    pub(crate) fn new(columns: usize) -> Self {
        Self {
            record: String::new(),
            spans: Vec::with_capacity(columns),
            changed: String::new(),
            trimmed: vec![0; columns],
            composed: vec![0; columns],
            formulas: vec![0; columns],
            formula_lines: Vec::new(),
            line_break_lines: Vec::new(),
        }
    }

    /// The row that was read last, from `record`.
    pub(super) fn row<'a>(&'a self, record: Record<'_>, layout: &'a Layout) -> Row<'a> {
        Row {
            record: &self.record,
            changed: &self.changed,
            spans: &self.spans,
            order: &layout.order,
            line: record.line,
            offset: record.offset,
        }
    }

    /// Reads one record of a file that was read without problems before: the same bytes give the same row.
    pub(crate) fn again<'a>(&'a mut self, record: Record<'_>, layout: &'a Layout) -> Option<Row<'a>> {
        self.read(record, layout).ok()?;
        Some(self.row(record, layout))
    }

    pub(super) fn read(&mut self, record: Record<'_>, layout: &Layout) -> Result<(), Fault> {
        let line = record.line;
        let (expected, found) = (layout.headings.len(), record.ends.len());
        if expected != found {
            return Err(Fault::One(Problem::Ragged { line, expected, found }));
        }
        let text = str::from_utf8(record.bytes).map_err(|_| Fault::One(Problem::NotUtf8 { line }))?;
        self.spans.clear();
        self.changed.clear();
        self.record.clear();
        self.record.push_str(text);
        let mut start = 0;
        for (position, &end) in record.ends.iter().enumerate() {
            // Two halves of a character in two cells are UTF-8 only as long as nobody parts them.
            let Some(cell) = text.get(start..end) else { return Err(Fault::One(Problem::NotUtf8 { line })) };
            let span = self.cell(cell, start, position, line);
            self.spans.push(span);
            start = end;
        }
        let full = self.line_break_lines.len() == PROBLEMS_LISTED;
        if !full && (record.bytes.contains(&b'\n') || record.bytes.contains(&b'\r')) {
            self.line_break_lines.push(line);
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
    fn cell(&mut self, cell: &str, start: usize, position: usize, line: u64) -> Span {
        let count = |counts: &mut Vec<u64>| counts.iter_mut().skip(position).take(1).for_each(|n| *n += 1);
        let (Some(&first), Some(&last)) = (cell.as_bytes().first(), cell.as_bytes().last()) else {
            return Span { start, end: start, changed: false };
        };
        let mut span = Span { start, end: start + cell.len(), changed: false };
        let mut kept = cell;
        // Only these bytes begin or end a character of TRIMMED.
        let outer = |byte: u8| byte <= b' ' || byte >= 0x80;
        if outer(first) || outer(last) {
            kept = cell.trim_start_matches(TRIMMED);
            span.start += cell.len() - kept.len();
            kept = kept.trim_end_matches(TRIMMED);
            span.end = span.start + kept.len();
            if kept.len() != cell.len() {
                count(&mut self.trimmed);
            }
        }
        // Characters below U+0300, whose first byte in UTF-8 is below 0xCC, are in form C whatever stands beside them.
        let latin = kept.bytes().fold(true, |all, byte| all & (byte < 0xcc));
        if !latin && is_nfc_quick(kept.chars()) != IsNormalized::Yes {
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
