//! A spreadsheet of people (XLSX), made into a CSV: the first sheet, row by row, as the cells stand there.
//!
//! Numbers are written without exponent and without a fraction where they have none, dates as 2026-12-01, truth values as TRUE and FALSE. What
//! the sheet shows may look different: the CSV is what is committed, and it can be downloaded and read before. Formulas are not computed; their
//! last result is taken. Nothing here says what a cell holds.

use std::io::{BufWriter, Read, Seek, Write};
use std::panic::AssertUnwindSafe;

use calamine::{DataRef, Reader, Xlsx};

use crate::failure::Failure;

/// How every XLSX file begins, as any ZIP archive.
const ZIP: &[u8] = b"PK\x03\x04";
/// More columns than a pool can have (spec §2.1) are refused by the reader of the CSV; this bounds a row's memory.
const MAX_COLUMNS: usize = 256;

/// Bounds of a conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// Most rows.
    pub(crate) rows: u64,
    /// Longest CSV: a small archive can hold a large sheet.
    pub(crate) bytes: u64,
}

/// Whether a file is a spreadsheet, by its first bytes.
#[must_use]
pub(crate) fn is_one(first: &[u8]) -> bool {
    first.starts_with(ZIP)
}

/// Writes the first sheet of a workbook as CSV into `out`. The sheet's name.
pub(crate) fn convert(book: impl Read + Seek, out: &mut dyn Write, bounds: Bounds) -> Result<String, Failure> {
    let wrong = |what: &str| {
        Failure::usage(format!("the spreadsheet cannot be read: {what}"))
            .advise("save it again as .xlsx, or as CSV in UTF-8; the first sheet holds the people, its first row the names of the columns")
    };
    // The reader of spreadsheets subtracts without looking: a sheet from D3 to A1 is a panic where overflow is checked.
    let converted = std::panic::catch_unwind(AssertUnwindSafe(|| rows(book, out, bounds, &wrong)));
    converted.unwrap_or_else(|_| Err(wrong("its first sheet is damaged")))
}

fn rows(
    book: impl Read + Seek,
    out: &mut dyn Write,
    bounds: Bounds,
    wrong: &dyn Fn(&str) -> Failure,
) -> Result<String, Failure> {
    let stopped = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::FileTooLarge => Failure::usage("the sheet is too large").advise("draw in several pools"),
        _ => Failure::unavailable(format!("the spreadsheet's people cannot be written: {e}")),
    };
    let mut book: Xlsx<_> = Xlsx::new(book).map_err(|_| wrong("it is not an XLSX workbook, or has a password"))?;
    let sheet = book.sheet_names().first().cloned().ok_or_else(|| wrong("it has no sheet"))?;
    let mut cells = book.worksheet_cells_reader(&sheet).map_err(|_| wrong("its first sheet is damaged"))?;
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .from_writer(BufWriter::with_capacity(1 << 18, Counting { out, left: bounds.bytes }));
    let (mut row, mut number, mut rows, mut width) = (Vec::<String>::new(), None::<u32>, 0u64, 0usize);
    let mut end_row = |row: &mut Vec<String>, rows: &mut u64, width: &mut usize| -> Result<(), Failure> {
        if row.iter().all(String::is_empty) {
            row.clear();
            return Ok(());
        }
        *rows += 1;
        if *rows > bounds.rows {
            return Err(wrong(&format!("it has more than {} rows", bounds.rows)));
        }
        while row.len() > (*width).max(1) && row.last().is_some_and(String::is_empty) {
            row.pop();
        }
        // The first row names the columns; shorter rows are filled up, as the sheet shows them.
        *width = if *rows == 1 { row.len() } else { *width };
        while row.len() < *width {
            row.push(String::new());
        }
        writer.write_record(&*row).map_err(std::io::Error::from).map_err(stopped)?;
        row.clear();
        Ok(())
    };
    while let Some(cell) = cells.next_cell().map_err(|_| wrong("its first sheet is damaged"))? {
        let (at, column) = cell.get_position();
        if number != Some(at) {
            if number.is_some() {
                end_row(&mut row, &mut rows, &mut width)?;
            }
            number = Some(at);
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        let text = text_of(cell.get_value());
        if text.is_empty() {
            continue;
        }
        if column >= MAX_COLUMNS {
            return Err(wrong(&format!("it has more than {MAX_COLUMNS} columns")));
        }
        if row.len() <= column {
            row.resize(column + 1, String::new());
        }
        if let Some(place) = row.get_mut(column) {
            *place = text;
        }
    }
    end_row(&mut row, &mut rows, &mut width)?;
    writer.flush().map_err(stopped)?;
    Ok(sheet)
}

fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty | DataRef::Error(_) => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(true) => "TRUE".to_owned(),
        DataRef::Bool(false) => "FALSE".to_owned(),
        DataRef::Int(number) => number.to_string(),
        // Rust writes neither exponents nor a fraction of a whole number.
        DataRef::Float(number) => number.to_string(),
        DataRef::DateTime(at) if at.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            if (hour, minute, second) == (0, 0, 0) { date } else { format!("{date} {hour:02}:{minute:02}:{second:02}") }
        }
        DataRef::DateTime(at) => at.as_f64().to_string(),
    }
}

/// Stops before a small archive fills the disk.
struct Counting<'a> {
    out: &'a mut dyn Write,
    left: u64,
}

impl Write for Counting<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let n = self.out.write(bytes)?;
        let left = self.left.checked_sub(u64::try_from(n).unwrap_or(u64::MAX));
        self.left =
            left.ok_or_else(|| std::io::Error::new(std::io::ErrorKind::FileTooLarge, "the sheet is too large"))?;
        Ok(n)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}
