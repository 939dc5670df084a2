//! Coarser values of one column: what may be offered, what it makes of a value, and a CSV with it done. It is done before a pool is
//! committed, to a copy of the file; what was committed is never altered.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{Read, Write};

use klero_draw::table::Table;
use serde::Serialize;
use utoipa::ToSchema;

use super::SMALL;
use crate::failure::Failure;

/// Widths of bands that are offered for numbers.
const WIDTHS: [u64; 3] = [5, 10, 20];
/// Decimal digits of a number that is put into bands: ages, years, postcodes.
const DIGITS_MAX: usize = 9;
/// What rare values become.
const OTHER: &str = "other";

/// One way to make a column coarser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Coarser {
    /// Numbers into bands: 37 becomes `30-39`.
    Band {
        /// The column.
        column: String,
        /// Numbers in a band.
        width: u64,
    },
    /// The first characters only: `1987-03-02` becomes `1987`, `4701` becomes `47`.
    Cut {
        /// The column.
        column: String,
        /// Characters that are kept.
        keep: usize,
    },
    /// Values that fewer people have become one value, `other`.
    Merge {
        /// The column.
        column: String,
        /// Values of at least so many people stay.
        below: u64,
    },
}

impl Coarser {
    /// Reads `COLUMN=NUMBER`.
    pub fn parse(kind: &str, text: &str) -> Result<Self, Failure> {
        let wrong = || {
            Failure::usage(format!("'{text}' is not COLUMN=NUMBER"))
                .advise("for instance --band age=10, --cut birth=4, --merge-below municipality=20")
        };
        let (column, number) = text.rsplit_once('=').ok_or_else(wrong)?;
        let (column, number) = (column.trim().to_owned(), number.trim().parse::<u64>().map_err(|_| wrong())?);
        match kind {
            _ if number == 0 || column.is_empty() => Err(wrong()),
            "band" => Ok(Self::Band { column, width: number }),
            "cut" => Ok(Self::Cut { column, keep: usize::try_from(number).map_err(|_| wrong())? }),
            _ => Ok(Self::Merge { column, below: number }),
        }
    }

    /// The column that it changes.
    #[must_use]
    pub fn column(&self) -> &str {
        match self {
            Self::Band { column, .. } | Self::Cut { column, .. } | Self::Merge { column, .. } => column,
        }
    }

    /// What it makes of each value, given how many people have it.
    pub(super) fn values<'v>(&self, values: impl Iterator<Item = &'v str>, counts: &[u64]) -> Vec<String> {
        let counts = counts.iter().copied().chain(std::iter::repeat(0));
        values.zip(counts).map(|(value, count)| self.value(value, count)).collect()
    }

    fn value(&self, value: &str, people: u64) -> String {
        match self {
            Self::Band { width, .. } => match number(value) {
                Some(n) => {
                    let from = n - n % width;
                    format!("{from}-{}", from.saturating_add(width - 1))
                }
                None => value.to_owned(),
            },
            Self::Cut { keep, .. } => value.chars().take(*keep).collect(),
            Self::Merge { below, .. } if people < *below => OTHER.to_owned(),
            Self::Merge { .. } => value.to_owned(),
        }
    }
}

impl fmt::Display for Coarser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Band { column, width } => write!(f, "--band {column}={width}"),
            Self::Cut { column, keep } => write!(f, "--cut {column}={keep}"),
            Self::Merge { column, below } => write!(f, "--merge-below {column}={below}"),
        }
    }
}

fn number(value: &str) -> Option<u64> {
    let digits = (1..=DIGITS_MAX).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit());
    if digits { value.parse().ok() } else { None }
}

/// What may help in one column of a table.
pub(super) fn offers(name: &str, table: &Table<'_>, column: usize) -> Vec<Coarser> {
    let values = table.values(column);
    let column = name.to_owned();
    let all = |test: fn(&str) -> bool| values.iter().all(|value| value.is_empty() || test(value));
    let mut offers = Vec::new();
    if all(|value| number(value).is_some()) {
        offers.extend(WIDTHS.iter().map(|&width| Coarser::Band { column: column.clone(), width }));
    } else if all(is_date) {
        offers.extend([7, 4, 3].map(|keep| Coarser::Cut { column: column.clone(), keep }));
    }
    offers.extend([SMALL, 20].map(|below| Coarser::Merge { column: column.clone(), below }));
    offers
}

/// `YYYY-MM-DD`.
fn is_date(value: &str) -> bool {
    value.len() == 10
        && value.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() })
}

/// Copies a CSV with coarser values. The other columns keep their contents. How many rows were written.
pub fn coarsen(csv: &[u8], changes: &[Coarser], delimiter: u8, out: &mut dyn Write) -> Result<u64, Failure> {
    let broken = |e: csv::Error| {
        Failure::usage(format!("the file cannot be read as CSV: {}", kind(&e)))
            .advise("klero pool check lists every problem, with its line")
    };
    let reader = |from: &mut dyn Read| {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).map(|_| bytes)
    };
    let bytes = reader(&mut &*csv).map_err(Failure::usage)?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let open = || csv::ReaderBuilder::new().delimiter(delimiter).from_reader(bytes);
    let headers = open().headers().map_err(broken)?.clone();
    let mut at = Vec::new();
    for change in changes {
        let position = headers.iter().position(|name| name.trim() == change.column()).ok_or_else(|| {
            Failure::usage(format!("there is no column '{}'", change.column()))
                .advise(format!("the columns are: {}", headers.iter().collect::<Vec<_>>().join(", ")))
        })?;
        at.push((position, change));
    }
    let mut counts: BTreeMap<(usize, String), u64> = BTreeMap::new();
    for record in open().records() {
        let record = record.map_err(broken)?;
        for (position, _) in &at {
            let value = record.get(*position).unwrap_or_default().trim().to_owned();
            *counts.entry((*position, value)).or_default() += 1;
        }
    }
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(out);
    let failed = |e: csv::Error| Failure::unavailable(format!("cannot write: {}", kind(&e)));
    writer.write_record(&headers).map_err(failed)?;
    let mut rows = 0;
    for record in open().records() {
        let record = record.map_err(broken)?;
        let mut cells: Vec<String> = record.iter().map(str::to_owned).collect();
        for (position, change) in &at {
            let Some(cell) = cells.get_mut(*position) else { continue };
            let value = cell.trim().to_owned();
            let people = counts.get(&(*position, value.clone())).copied().unwrap_or(0);
            *cell = change.value(&value, people);
        }
        writer.write_record(&cells).map_err(failed)?;
        rows += 1;
    }
    writer.flush().map_err(|e| Failure::unavailable(format!("cannot write: {e}")))?;
    Ok(rows)
}

/// What went wrong, without the contents of the line.
fn kind(error: &csv::Error) -> String {
    match (error.kind(), error.position()) {
        (csv::ErrorKind::Utf8 { .. }, Some(at)) => format!("line {}: not UTF-8", at.line()),
        (csv::ErrorKind::UnequalLengths { .. }, Some(at)) => format!("line {}: another number of cells", at.line()),
        (csv::ErrorKind::Io(e), _) => e.to_string(),
        _ => "not CSV".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(change: &Coarser, value: &str, people: u64, expected: &str) {
        assert_eq!(change.value(value, people), expected, "{change} of {value}");
    }

    #[test]
    fn values_become_coarser() {
        let band = Coarser::parse("band", "age=10").unwrap();
        for (value, expected) in
            [("37", "30-39"), ("30", "30-39"), ("0", "0-9"), ("", ""), ("x", "x"), ("1234567890", "1234567890")]
        {
            check(&band, value, 1, expected);
        }
        check(&Coarser::parse("cut", "birth=4").unwrap(), "1987-03-02", 1, "1987");
        let merge = Coarser::parse("merge", "town=5").unwrap();
        check(&merge, "Raeren", 5, "Raeren");
        check(&merge, "Raeren", 4, OTHER);
        for wrong in ["age", "age=", "age=0", "=3", "age=x"] {
            assert!(Coarser::parse("band", wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_file_keeps_its_other_columns() {
        let text = "\u{feff}id,age,note\n1,37,\"a, b\"\n2,41,=1\n";
        let mut out = Vec::new();
        let changes = [Coarser::parse("band", "age=10").unwrap()];
        assert_eq!(coarsen(text.as_bytes(), &changes, b',', &mut out).unwrap(), 2);
        assert_eq!(String::from_utf8(out).unwrap(), "id,age,note\n1,30-39,\"a, b\"\n2,40-49,=1\n");
        let missing = [Coarser::parse("band", "year=10").unwrap()];
        assert!(coarsen(text.as_bytes(), &missing, b',', &mut Vec::new()).is_err());
    }
}
