//! Spreadsheets as tables. Numbers become text: 34 and 34.0 are "34".

use std::io::Cursor;

use calamine::{Cell, Data, DataRef, Range, Reader, Xlsx, XlsxError};

use crate::error::{InputErrors, Place, Problem};
use crate::table::{MAX_ROWS, Table};

/// Empty cells read for each that is filled, beyond [`EMPTY_CELLS`]: one stray cell must not fill the memory.
const EMPTY_CELLS_PER_CELL: u64 = 64;
/// Empty cells that any sheet may have.
const EMPTY_CELLS: u64 = 1_000_000;

/// Reads the first sheet.
pub(crate) fn read(bytes: &[u8], place: fn(Option<u64>) -> Place, missing: &'static str) -> Result<Table, InputErrors> {
    let unreadable = |reason: &str| InputErrors::one(place(None), Problem::Unreadable { reason: reason.to_owned() });
    // The reader of spreadsheets subtracts without looking: a sheet from D3 to A1 is a panic where overflow is checked.
    let table = std::panic::catch_unwind(|| table(bytes, place, missing));
    table.unwrap_or_else(|_| Err(unreadable("its first sheet is damaged")))
}

fn table(bytes: &[u8], place: fn(Option<u64>) -> Place, missing: &'static str) -> Result<Table, InputErrors> {
    let unreadable = |reason: &str| InputErrors::one(place(None), Problem::Unreadable { reason: reason.to_owned() });
    let mut book: Xlsx<_> =
        Xlsx::new(Cursor::new(bytes)).map_err(|_| unreadable("not an .xlsx spreadsheet (or it is damaged)"))?;
    let name = book.sheet_names().into_iter().next().ok_or_else(|| unreadable("the spreadsheet has no sheet"))?;
    let sheet = range(&mut book, &name)
        .map_err(|_| unreadable("its first sheet is damaged"))?
        .ok_or_else(|| unreadable("its first sheet is nearly empty, with cells far away from the others"))?;
    let first = sheet.start().map_or(0, |(row, _)| row);
    let mut rows = Vec::new();
    let mut lines = Vec::new();
    for (i, cells) in sheet.rows().enumerate().take(MAX_ROWS + 2) {
        let row: Vec<String> = cells.iter().map(text).collect();
        if row.iter().any(|c| !c.is_empty()) {
            rows.push(row);
            lines.push(u64::from(first) + u64::try_from(i).unwrap_or(0) + 1);
        }
    }
    Table::from_rows(rows, lines, place, missing)
}

/// The cells of a sheet. `None`: they lie so far apart that the empty ones between them would fill the memory.
fn range(book: &mut Xlsx<Cursor<&[u8]>>, sheet: &str) -> Result<Option<Range<Data>>, XlsxError> {
    let mut reader = book.worksheet_cells_reader(sheet)?;
    let mut cells = Vec::new();
    let (mut least, mut most) = ((u32::MAX, u32::MAX), (0, 0));
    while let Some(cell) = reader.next_cell()? {
        let (row, column) = cell.get_position();
        if !matches!(cell.get_value(), DataRef::Empty) {
            least = (least.0.min(row), least.1.min(column));
            most = (most.0.max(row), most.1.max(column));
            cells.push(Cell::new((row, column), Data::from(cell.get_value().clone())));
        }
    }
    let span = |least: u32, most: u32| u64::from(most.saturating_sub(least)) + 1;
    let area = span(least.0, most.0).saturating_mul(span(least.1, most.1));
    let filled = u64::try_from(cells.len()).unwrap_or(u64::MAX);
    let fits = area <= filled.saturating_mul(EMPTY_CELLS_PER_CELL).saturating_add(EMPTY_CELLS);
    Ok(fits.then(|| Range::from_sparse(cells)))
}

fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        other => other.to_string().trim().to_owned(),
    }
}
