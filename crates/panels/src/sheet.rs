//! Sheets of spreadsheets, read with a bound on memory.

use std::io::{Read, Seek};

use calamine::{Cell, Data, DataRef, Range, Xlsx, XlsxError};

/// Empty cells kept for each that is filled, beyond [`EMPTY_CELLS`]: one stray cell must not fill the memory.
const EMPTY_CELLS_PER_CELL: u64 = 64;
/// Empty cells that any sheet may have.
const EMPTY_CELLS: u64 = 1_000_000;

/// The cells of a sheet that hold something, as the smallest rectangle that has them all. `None`: they lie so far apart that the empty ones between them
/// would fill the memory.
///
/// # Errors
/// The sheet is damaged, or there is none of this name.
pub fn filled_cells<S: Read + Seek>(book: &mut Xlsx<S>, sheet: &str) -> Result<Option<Range<Data>>, XlsxError> {
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
