//! A spreadsheet of people, turned into the CSV from which a pool is committed.
//!
//! The protocol begins at rows of strings, and a spreadsheet holds numbers and dates as well: this file decides how they are written, and
//! counts each kind column by column, so that somebody can look before anything is sealed. Rows keep their numbers: row 17 of the sheet is
//! line 17 of the CSV. Only the first sheet is read. No cell is ever put into an error.

use std::fmt;
use std::fs::File;
use std::io::{BufReader, Read};
use std::panic::AssertUnwindSafe;
use std::path::Path;

use calamine::{Data, ExcelDateTime, Reader, Xlsx};
use klero_panels::sheet::filled_cells;
use zeroize::Zeroizing;

use crate::failure::{Failure, Named};
use crate::people_csv::PROBLEMS_LISTED;

/// Longest spreadsheet read, in bytes: it is unpacked in memory.
pub const SPREADSHEET_BYTES_MAX: u64 = 256 << 20;
/// What every .xlsx file begins with, as every zip file does.
const MAGIC: &[u8; 4] = b"PK\x03\x04";

/// What was turned into text. Counts, never contents.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Conversion {
    /// The sheet that was read.
    pub sheet: String,
    /// Other sheets of the file, which were not read.
    pub not_read: Vec<String>,
    /// The columns in which something was turned into text, in the sheet's order.
    pub columns: Vec<ConvertedColumn>,
}

/// One column in which something was turned into text.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ConvertedColumn {
    /// Its name.
    pub name: String,
    /// Numbers: whole ones without a point, so that 7 and 7.0 are `7`. Leading zeros that the sheet only shows are not there.
    pub numbers: u64,
    /// Dates, as `2001-02-28`, with the time of day after them if it is not midnight.
    pub dates: u64,
    /// `TRUE` and `FALSE`.
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

/// Whether the file is a spreadsheet and no CSV.
pub fn is_spreadsheet(path: &Path) -> Result<bool, Failure> {
    let mut begin = Vec::new();
    File::open(path).and_then(|file| file.take(4).read_to_end(&mut begin)).named("read", path)?;
    Ok(begin == MAGIC)
}

/// The first sheet as CSV, comma between the cells; wiped when dropped.
pub fn to_csv(path: &Path) -> Result<(Zeroizing<Vec<u8>>, Conversion), Failure> {
    let wrong = |what: &str| {
        Failure::usage(format!("{}: {what}", path.display()))
            .advise("save the table as .xlsx again, or as 'CSV UTF-8 (Comma delimited) (*.csv)'")
    };
    // The reader of spreadsheets subtracts without looking: a sheet from D3 to A1 is a panic where overflow is checked.
    let read = std::panic::catch_unwind(AssertUnwindSafe(|| convert(path, &wrong)));
    read.unwrap_or_else(|_| Err(wrong("its first sheet is damaged")))
}

fn convert(path: &Path, wrong: &dyn Fn(&str) -> Failure) -> Result<(Zeroizing<Vec<u8>>, Conversion), Failure> {
    let file = File::open(path).named("read", path)?;
    let found = file.metadata().named("read", path)?.len();
    if found > SPREADSHEET_BYTES_MAX {
        return Err(wrong(&format!("the spreadsheet has {found} bytes, at most {SPREADSHEET_BYTES_MAX} are read")));
    }
    let mut book: Xlsx<_> = Xlsx::new(BufReader::new(file)).map_err(|_| wrong("not a spreadsheet, or damaged"))?;
    let mut names = book.sheet_names().into_iter();
    let sheet = names.next().ok_or_else(|| wrong("the spreadsheet has no sheet"))?;
    let range = filled_cells(&mut book, &sheet)
        .map_err(|_| wrong("its first sheet cannot be read"))?
        .ok_or_else(|| wrong("its first sheet is nearly empty, with cells far away from the others: delete those"))?;
    let first_row = range.start().map_or(0, |(row, _)| u64::from(row));
    let mut converter = Converter::default();
    let mut text = "\n".repeat(usize::try_from(first_row).unwrap_or(0));
    for (row, line) in range.rows().zip(first_row + 1..) {
        converter.row(row, line, &mut text);
    }
    if converter.errors > 0 {
        let lines: Vec<String> = converter.error_lines.iter().map(u64::to_string).collect();
        return Err(Failure::usage(format!(
            "{}: {} cells hold an error such as #REF! or #N/A, on rows {}; nothing was committed",
            path.display(),
            converter.errors,
            lines.join(", ")
        ))
        .advise("correct these cells in the spreadsheet, or leave their column out"));
    }
    let columns = converter.columns.into_iter().filter(|c| c.numbers + c.dates + c.truths > 0).collect();
    Ok((Zeroizing::new(text.into_bytes()), Conversion { sheet, not_read: names.collect(), columns }))
}

#[derive(Default)]
struct Converter {
    columns: Vec<ConvertedColumn>,
    errors: u64,
    /// The first rows with errors.
    error_lines: Vec<u64>,
}

impl Converter {
    fn row(&mut self, row: &[Data], line: u64, out: &mut String) {
        // An empty row stays an empty line, so that lines are rows.
        if row.iter().any(|cell| !matches!(cell, Data::Empty)) {
            let is_header = self.columns.is_empty();
            for (position, cell) in row.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                let text = match cell {
                    Data::Error(_) => {
                        self.errors += 1;
                        if self.error_lines.len() < PROBLEMS_LISTED && self.error_lines.last() != Some(&line) {
                            self.error_lines.push(line);
                        }
                        String::new()
                    }
                    cell => text(cell),
                };
                if is_header {
                    self.columns.push(ConvertedColumn { name: text.clone(), numbers: 0, dates: 0, truths: 0 });
                } else if let Some(column) = self.columns.get_mut(position) {
                    match cell {
                        Data::Int(_) | Data::Float(_) => column.numbers += 1,
                        Data::DateTime(_) | Data::DateTimeIso(_) | Data::DurationIso(_) => column.dates += 1,
                        Data::Bool(_) => column.truths += 1,
                        Data::String(_) | Data::Empty | Data::Error(_) => {}
                    }
                }
                push_cell(out, &text);
            }
        }
        out.push('\n');
    }
}

/// A cell as text.
fn text(cell: &Data) -> String {
    match cell {
        Data::Empty | Data::Error(_) => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        // Rust prints the shortest digits that mean this number, and a whole one without a point.
        Data::Float(number) => number.to_string(),
        Data::Bool(true) => "TRUE".to_owned(),
        Data::Bool(false) => "FALSE".to_owned(),
        Data::DateTime(moment) => date(moment),
    }
}

fn date(moment: &ExcelDateTime) -> String {
    if moment.is_duration() {
        return moment.as_f64().to_string();
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}

/// A cell of the CSV, in quotation marks where it needs them.
fn push_cell(out: &mut String, text: &str) {
    if text.contains([',', '"', '\n', '\r']) {
        out.push('"');
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(text);
    }
}
