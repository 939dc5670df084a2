//! Sheets of spreadsheets, read with a bound on memory, and what their cells are as text: one way for pools and for panels, so that a list
//! made from a spreadsheet fits the pool made from it.

use std::io::{Read, Seek};

use calamine::{Cell, DataRef, Range, Xlsx, XlsxError};

/// Empty cells kept for each that is filled, beyond [`EMPTY_CELLS`]: one stray cell must not fill the memory.
const EMPTY_CELLS_PER_CELL: u64 = 64;
/// Empty cells that any sheet may have.
const EMPTY_CELLS: u64 = 1_000_000;

/// The cells of a sheet that hold something, as text, in the smallest rectangle that has them all. `None`: they lie so far apart that the empty ones between them
/// would fill the memory.
///
/// # Errors
/// The sheet is damaged, or there is none of this name.
pub fn filled_cells<S: Read + Seek>(book: &mut Xlsx<S>, sheet: &str) -> Result<Option<Range<String>>, XlsxError> {
    let mut reader = book.worksheet_cells_reader(sheet)?;
    let mut cells = Vec::new();
    let (mut least, mut most) = ((u32::MAX, u32::MAX), (0, 0));
    while let Some(cell) = reader.next_cell()? {
        let (row, column) = cell.get_position();
        if !matches!(cell.get_value(), DataRef::Empty) {
            least = (least.0.min(row), least.1.min(column));
            most = (most.0.max(row), most.1.max(column));
            cells.push(Cell::new((row, column), text(cell.get_value())));
        }
    }
    let span = |least: u32, most: u32| u64::from(most.saturating_sub(least)) + 1;
    let area = span(least.0, most.0).saturating_mul(span(least.1, most.1));
    let filled = u64::try_from(cells.len()).unwrap_or(u64::MAX);
    let fits = area <= filled.saturating_mul(EMPTY_CELLS_PER_CELL).saturating_add(EMPTY_CELLS);
    Ok(fits.then(|| Range::from_sparse(cells)))
}

/// A cell as text: whole numbers without a point, dates as `2001-02-28` with the time of day after them if it is not midnight, `TRUE` and
/// `FALSE`; errors such as `#REF!` as nothing.
#[must_use]
pub fn text(cell: &DataRef<'_>) -> String {
    match cell {
        DataRef::Empty | DataRef::Error(_) => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        // Rust prints the shortest digits that mean this number, and a whole one without a point.
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(true) => "TRUE".to_owned(),
        DataRef::Bool(false) => "FALSE".to_owned(),
        DataRef::DateTime(moment) if moment.is_duration() => moment.as_f64().to_string(),
        DataRef::DateTime(moment) => {
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            if (hour, minute, second) == (0, 0, 0) { date } else { format!("{date} {hour:02}:{minute:02}:{second:02}") }
        }
    }
}
