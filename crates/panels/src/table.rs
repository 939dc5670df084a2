//! A file as a table of text: what CSV and spreadsheets have in common.
//!
//! A byte order mark is dropped, the separator (comma, semicolon or tab) is
//! the one the header uses, empty lines are passed over. Cells are trimmed and
//! otherwise untouched.

use crate::error::{InputError, InputErrors, Place, Problem};
use crate::spelling::TRIMMED;

/// Most rows of a file: far above any register, far below memory.
pub(crate) const MAX_ROWS: usize = 2_000_000;
/// Most columns of a file.
pub(crate) const MAX_COLUMNS: usize = 4_096;

/// A header and rows of equal length.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
    /// Line (or spreadsheet row) of each row; the header is line 1.
    pub(crate) lines: Vec<u64>,
}

impl std::fmt::Debug for Table {
    /// Shape only: rows are people.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table").field("columns", &self.header.len()).field("rows", &self.rows.len()).finish()
    }
}

impl Table {
    /// Reads CSV.
    pub(crate) fn from_csv(
        bytes: &[u8],
        place: fn(Option<u64>) -> Place,
        missing: &'static str,
    ) -> Result<Self, InputErrors> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|e| {
            let upto = bytes.get(..e.valid_up_to()).unwrap_or_default();
            let newlines = upto.iter().filter(|b| **b == b'\n').count();
            let line = u64::try_from(newlines + 1).ok();
            InputErrors::one(place(line), Problem::NotUtf8)
        })?;
        let first = text.lines().find(|l| !l.trim().is_empty()).unwrap_or_default();
        let separator = [b',', b';', b'\t']
            .into_iter()
            .max_by_key(|s| {
                let found = first.bytes().filter(|b| b == s).count();
                (found, *s == b',')
            })
            .unwrap_or(b',');
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .from_reader(text.as_bytes());
        let mut rows = Vec::new();
        let mut lines = Vec::new();
        let mut newlines = Newlines { text: text.as_bytes(), at: 0, line: 1 };
        for record in reader.records() {
            let record = record.map_err(|e| {
                let line = e.position().map(csv::Position::line);
                InputErrors::one(place(line), Problem::Unreadable { reason: "not CSV".into() })
            })?;
            if record.iter().all(|cell| trimmed(cell).is_empty()) {
                continue;
            }
            lines.push(newlines.line_at(record.position().map_or(0, csv::Position::byte)));
            rows.push(record.iter().map(|cell| trimmed(cell).to_owned()).collect());
            if rows.len() > MAX_ROWS + 1 {
                break;
            }
        }
        Self::from_rows(rows, lines, place, missing)
    }

    /// A table from rows of which the first is the header.
    pub(crate) fn from_rows(
        mut rows: Vec<Vec<String>>,
        mut lines: Vec<u64>,
        place: fn(Option<u64>) -> Place,
        missing: &'static str,
    ) -> Result<Self, InputErrors> {
        if rows.is_empty() {
            return Err(InputErrors::one(place(None), Problem::Empty { missing: "header line" }));
        }
        let mut header = rows.remove(0);
        lines.remove(0);
        while header.last().is_some_and(String::is_empty) {
            header.pop();
        }
        for (what, found, limit) in [("rows", rows.len(), MAX_ROWS), ("columns", header.len(), MAX_COLUMNS)] {
            if found > limit {
                let (found, limit) =
                    (u64::try_from(found).unwrap_or(u64::MAX), u64::try_from(limit).unwrap_or(u64::MAX));
                return Err(InputErrors::one(place(None), Problem::TooMany { what, limit, found }));
            }
        }
        let mut errors = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for column in &header {
            let folded = crate::spelling::folded(column);
            if !folded.is_empty() && !seen.insert(folded) {
                let problem = Problem::DuplicateColumn { column: crate::error::shortened(column) };
                errors.push(InputError { place: place(Some(1)), problem });
            }
        }
        for (row, line) in rows.iter_mut().zip(&lines) {
            while row.len() > header.len() && row.last().is_some_and(String::is_empty) {
                row.pop();
            }
            if row.len() != header.len() {
                let problem = Problem::RaggedRow { expected: header.len(), found: row.len() };
                errors.push(InputError { place: place(Some(*line)), problem });
            }
        }
        if rows.is_empty() {
            errors.push(InputError { place: place(None), problem: Problem::Empty { missing } });
        }
        if errors.is_empty() { Ok(Self { header, rows, lines }) } else { Err(InputErrors::new(errors)) }
    }

    /// Number of the column with that name, in any case.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        let wanted = crate::spelling::folded(name);
        self.header.iter().position(|h| crate::spelling::folded(h) == wanted)
    }

    /// The same, or the error that names the nearest spelling.
    pub(crate) fn require(&self, name: &str, place: Place) -> Result<usize, InputError> {
        self.column(name).ok_or_else(|| InputError {
            place,
            problem: Problem::MissingColumn {
                column: crate::error::shortened(name),
                nearest: crate::spelling::nearest(name, self.header.iter().map(String::as_str)),
            },
        })
    }
}

/// A cell without what is cut off at both ends, as pools cut it off.
pub(crate) fn trimmed(cell: &str) -> &str {
    cell.trim_matches(TRIMMED)
}

/// Counts lines; the reader's own count stands before a CRLF's second half.
struct Newlines<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl Newlines<'_> {
    /// Line of the first record at or after a byte.
    fn line_at(&mut self, byte: u64) -> u64 {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(b) = self.text.get(self.at)
            && (self.at < byte || matches!(b, b'\r' | b'\n'))
        {
            self.line += u64::from(*b == b'\n');
            self.at += 1;
        }
        self.line
    }
}
