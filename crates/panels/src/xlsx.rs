//! Spreadsheets as tables. Numbers and dates become text as [`crate::sheet`] has it.

use std::io::Cursor;

use calamine::{Reader, Xlsx};

use crate::error::{InputErrors, Place, Problem};
use crate::sheet::filled_cells;
use crate::table::{MAX_ROWS, Table, trimmed};

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
    let sheet = filled_cells(&mut book, &name)
        .map_err(|_| unreadable("its first sheet is damaged"))?
        .ok_or_else(|| unreadable("its first sheet is nearly empty, with cells far away from the others"))?;
    let first = sheet.start().map_or(0, |(row, _)| row);
    let mut rows = Vec::new();
    let mut lines = Vec::new();
    for (i, cells) in sheet.rows().enumerate().take(MAX_ROWS + 2) {
        let row: Vec<String> = cells.iter().map(|cell| trimmed(cell).to_owned()).collect();
        if row.iter().any(|c| !c.is_empty()) {
            rows.push(row);
            lines.push(u64::from(first) + u64::try_from(i).unwrap_or(0) + 1);
        }
    }
    Table::from_rows(rows, lines, place, missing)
}
