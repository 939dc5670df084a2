//! A spreadsheet of people, turned into the CSV from which a pool is committed: the one way for commands and service.
//!
//! The protocol begins at rows of strings, and a spreadsheet holds numbers and dates as well: [`klero_panels::sheet`] says how they are written, this file
//! counts each kind column by column, so that somebody can look before anything is sealed. Rows keep their numbers: row 17 of the sheet is
//! line 17 of the CSV. Only the first sheet is read, row by row; formulas are not computed, their last result is taken. No cell is ever put
//! into an error.
//!
//! The library that unpacks a workbook holds all its texts in memory, and believes what the file says of their number. A service therefore
//! converts in a process of its own, which has bounds on memory and time ([`crate::api`]).

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::panic::AssertUnwindSafe;
use std::path::Path;

use calamine::{DataRef, Reader, Xlsx};
use klero_panels::sheet::text;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::failure::{Failure, Named};
use crate::people_csv::PROBLEMS_LISTED;

/// Longest spreadsheet read, in bytes: it is unpacked in memory.
pub const SPREADSHEET_BYTES_MAX: u64 = 256 << 20;
/// What every .xlsx file begins with, as every zip file does.
const MAGIC: &[u8; 4] = b"PK\x03\x04";
/// More columns than a pool can have (spec §2.1) are refused by the reader of the CSV; this bounds a row's memory.
const MAX_COLUMNS: u32 = 256;

/// Bounds of a conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// The last row that is read.
    pub(crate) rows: u64,
    /// Longest CSV: a small archive can hold a large sheet.
    pub(crate) bytes: u64,
}

impl Default for Bounds {
    /// What a sheet of a spreadsheet program can hold, and what a pool's file may have.
    fn default() -> Self {
        Self { rows: 1 << 20, bytes: 4 << 30 }
    }
}

/// What was turned into text. Counts, never contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Conversion {
    /// The sheet that was read
    pub sheet: String,
    /// Other sheets of the file, which were not read
    pub not_read: Vec<String>,
    /// The columns in which something was turned into text, in the sheet's order
    pub columns: Vec<ConvertedColumn>,
}

/// One column in which something was turned into text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ConvertedColumn {
    /// Its name
    pub name: String,
    /// Numbers: whole ones without a point, so that 7 and 7.0 are `7`. Leading zeros that the sheet only shows are not there
    pub numbers: u64,
    /// Dates, as `2001-02-28`, with the time of day after them if it is not midnight
    pub dates: u64,
    /// `TRUE` and `FALSE`
    pub truths: u64,
}

impl fmt::Display for Conversion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "spreadsheet, sheet '{}'", self.sheet)?;
        if !self.not_read.is_empty() {
            writeln!(f, "  not read: the sheets '{}'", self.not_read.join("', '"))?;
        }
        for column in &self.columns {
            write!(f, "  {}", column.name)?;
            for (count, what) in [
                (column.numbers, "numbers written as text; leading zeros that the sheet only shows are not there"),
                (column.dates, "dates written as YYYY-MM-DD"),
                (column.truths, "yes/no values written as TRUE or FALSE"),
            ] {
                if count > 0 {
                    write!(f, "; {count} {what}")?;
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// Whether a file is a spreadsheet and no CSV, by its first bytes.
#[must_use]
pub(crate) fn is_one(first: &[u8]) -> bool {
    first.starts_with(MAGIC)
}

/// Whether the file is a spreadsheet and no CSV.
pub fn is_spreadsheet(path: &Path) -> Result<bool, Failure> {
    let mut begin = Vec::new();
    File::open(path).and_then(|file| file.take(4).read_to_end(&mut begin)).named("read", path)?;
    Ok(is_one(&begin))
}

/// The first sheet as CSV, comma between the cells; wiped when dropped.
pub fn to_csv(path: &Path) -> Result<(Zeroizing<Vec<u8>>, Conversion), Failure> {
    let file = File::open(path).named("read", path)?;
    let name = path.display().to_string();
    let found = file.metadata().named("read", path)?.len();
    if found > SPREADSHEET_BYTES_MAX {
        let told = format!("the spreadsheet has {found} bytes, at most {SPREADSHEET_BYTES_MAX} are read");
        return Err(wrong(&name, &told));
    }
    let mut csv = Zeroizing::new(Vec::new());
    let conversion = convert(BufReader::new(file), &name, &mut *csv, Bounds::default())?;
    Ok((csv, conversion))
}

/// Writes the first sheet of a workbook as CSV into `out`. Errors call the file `name`. What is in `out` after an error means nothing.
pub(crate) fn convert(
    book: impl Read + Seek,
    name: &str,
    out: &mut dyn Write,
    bounds: Bounds,
) -> Result<Conversion, Failure> {
    // The reader of spreadsheets subtracts without looking: a sheet from D3 to A1 is a panic where overflow is checked.
    let read = std::panic::catch_unwind(AssertUnwindSafe(|| read(book, name, out, bounds)));
    read.unwrap_or_else(|_| Err(wrong(name, "its first sheet is damaged")))
}

fn wrong(name: &str, what: &str) -> Failure {
    Failure::usage(format!("{name}: {what}"))
        .advise("save the table as .xlsx again, or as 'CSV UTF-8 (Comma delimited) (*.csv)'")
}

fn read(book: impl Read + Seek, name: &str, out: &mut dyn Write, bounds: Bounds) -> Result<Conversion, Failure> {
    let wrong = |what: &str| wrong(name, what);
    let mut book: Xlsx<_> = Xlsx::new(book).map_err(|_| wrong("not a spreadsheet, or damaged, or under a password"))?;
    let mut sheets = book.sheet_names().into_iter();
    let sheet = sheets.next().ok_or_else(|| wrong("the spreadsheet has no sheet"))?;
    let mut cells = book.worksheet_cells_reader(&sheet).map_err(|_| wrong("its first sheet cannot be read"))?;
    let mut rows = Rows::new(out, bounds.bytes);
    let written = |e: io::Error| match e.kind() {
        io::ErrorKind::FileTooLarge => wrong("the sheet is too large"),
        _ => Failure::unavailable(format!("the people of the spreadsheet cannot be written: {e}")),
    };
    let mut current = None::<u32>;
    while let Some(cell) = cells.next_cell().map_err(|_| wrong("its first sheet is damaged"))? {
        if is_blank(cell.get_value()) {
            continue;
        }
        let (row, column) = cell.get_position();
        if u64::from(row) >= bounds.rows {
            return Err(wrong(&format!("it has cells below row {}: delete those", bounds.rows)));
        }
        match current {
            Some(before) if before > row => return Err(wrong("its rows are not in order")),
            Some(before) if before < row => rows.end(before).map_err(written)?,
            _ => {}
        }
        current = Some(row);
        rows.cell(column, cell.get_value()).map_err(wrong)?;
    }
    if let Some(last) = current {
        rows.end(last).map_err(written)?;
    }
    rows.out.flush().map_err(written)?;
    rows.faults(name)?;
    let columns = rows.columns.into_iter().filter(|c| c.numbers + c.dates + c.truths > 0).collect();
    Ok(Conversion { sheet, not_read: sheets.collect(), columns })
}

/// Rows with cells that cannot be taken: how many cells, and the first rows, counted from 1.
#[derive(Default)]
struct Faults {
    cells: u64,
    rows: Vec<u64>,
    /// Of the row that is being read.
    here: u64,
}

impl Faults {
    fn end_row(&mut self, line: u64) {
        if self.here > 0 && self.rows.len() < PROBLEMS_LISTED {
            self.rows.push(line);
        }
        self.cells += self.here;
        self.here = 0;
    }

    fn rows(&self) -> String {
        self.rows.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
    }
}

/// The CSV in the making.
struct Rows<'a> {
    out: BufWriter<Bounded<'a>>,
    /// Lines written.
    lines: u64,
    /// The column of the first name; nothing stands left of it.
    first: Option<u32>,
    /// The columns, once the row of their names is written.
    columns: Vec<ConvertedColumn>,
    row: Vec<String>,
    errors: Faults,
    outside: Faults,
}

impl<'a> Rows<'a> {
    fn new(out: &'a mut dyn Write, bytes: u64) -> Self {
        Self {
            out: BufWriter::with_capacity(1 << 18, Bounded { out, left: bytes }),
            lines: 0,
            first: None,
            columns: Vec::new(),
            row: Vec::new(),
            errors: Faults::default(),
            outside: Faults::default(),
        }
    }

    /// Takes the next cell of a row.
    fn cell(&mut self, column: u32, value: &DataRef<'_>) -> Result<(), &'static str> {
        let first = *self.first.get_or_insert(column);
        let Some(position) = column.checked_sub(first) else {
            self.outside.here += 1;
            return Ok(());
        };
        if position >= MAX_COLUMNS {
            return Err("it has cells far right of the others: delete those");
        }
        let position = usize::try_from(position).unwrap_or(usize::MAX);
        if let Some(column) = self.columns.get_mut(position) {
            match value {
                DataRef::Int(_) | DataRef::Float(_) => column.numbers += 1,
                DataRef::DateTime(_) | DataRef::DateTimeIso(_) | DataRef::DurationIso(_) => column.dates += 1,
                DataRef::Bool(_) => column.truths += 1,
                DataRef::String(_) | DataRef::SharedString(_) | DataRef::Empty | DataRef::Error(_) => {}
            }
        }
        if matches!(value, DataRef::Error(_)) {
            self.errors.here += 1;
        }
        if self.row.len() <= position {
            self.row.resize(position + 1, String::new());
        }
        if let Some(place) = self.row.get_mut(position) {
            *place = text(value);
        }
        Ok(())
    }

    /// Writes the row that was taken, the `row`th of the sheet from 0.
    fn end(&mut self, row: u32) -> io::Result<()> {
        let row = u64::from(row);
        // Empty rows are empty lines, so that lines are rows.
        while self.lines < row {
            self.out.write_all(b"\n")?;
            self.lines += 1;
        }
        self.errors.end_row(row + 1);
        self.outside.end_row(row + 1);
        if self.columns.is_empty() {
            let names = self.row.iter().cloned();
            self.columns = names.map(|name| ConvertedColumn { name, numbers: 0, dates: 0, truths: 0 }).collect();
        } else if self.row.len() < self.columns.len() {
            // Shorter rows are filled up, as the sheet shows them.
            self.row.resize(self.columns.len(), String::new());
        }
        for (position, cell) in self.row.iter().enumerate() {
            if position > 0 {
                self.out.write_all(b",")?;
            }
            write_cell(&mut self.out, cell)?;
        }
        self.out.write_all(b"\n")?;
        self.lines += 1;
        self.row.clear();
        Ok(())
    }

    /// Refuses a sheet some of whose cells could not be taken.
    fn faults(&self, name: &str) -> Result<(), Failure> {
        let Self { errors, outside, .. } = self;
        if errors.cells > 0 {
            let (cells, rows) = (errors.cells, errors.rows());
            return Err(Failure::usage(format!(
                "{name}: {cells} cells hold an error such as #REF! or #N/A, on rows {rows}; nothing was committed"
            ))
            .advise("correct these cells in the spreadsheet, or leave their column out"));
        }
        if outside.cells > 0 {
            let (cells, rows) = (outside.cells, outside.rows());
            return Err(Failure::usage(format!(
                "{name}: {cells} cells stand left of the first column that has a name, on rows {rows}; nothing was committed"
            ))
            .advise("give their column a name in the first row, or delete them"));
        }
        Ok(())
    }
}

/// Whether a cell shows nothing: a formula that gives nothing leaves an empty text.
fn is_blank(cell: &DataRef<'_>) -> bool {
    match cell {
        DataRef::Empty => true,
        DataRef::String(text) => text.is_empty(),
        DataRef::SharedString(text) => text.is_empty(),
        _ => false,
    }
}

/// A cell of the CSV, in quotation marks where it needs them.
fn write_cell(out: &mut impl Write, text: &str) -> io::Result<()> {
    if text.contains([',', '"', '\n', '\r']) {
        write!(out, "\"{}\"", text.replace('"', "\"\""))
    } else {
        out.write_all(text.as_bytes())
    }
}

/// Stops before a small archive fills the disk.
struct Bounded<'a> {
    out: &'a mut dyn Write,
    left: u64,
}

impl Write for Bounded<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.out.write(bytes)?;
        let left = self.left.checked_sub(u64::try_from(n).unwrap_or(u64::MAX));
        self.left = left.ok_or_else(|| io::Error::new(io::ErrorKind::FileTooLarge, "the sheet is too large"))?;
        Ok(n)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
