//! What a table gives away before it is published (spec §2.6): how many people stand alone in it, by their own row and by their whole
//! household, and what coarser values would change.
//!
//! Counts and values of columns, never a person: it does not tell who stands alone. It judges nothing but the one rule that a service
//! keeps: a table in which somebody stands alone is published for a reason that two members signed.

use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};

use klero_draw::table::Table;
use serde::Serialize;
use utoipa::ToSchema;

use crate::failure::Failure;

mod coarser;

pub use coarser::{Coarser, coarsen};

/// A group smaller than this is worth a look.
pub const SMALL: u64 = 5;
/// Suggestions that are told.
const SUGGESTIONS: usize = 8;

/// How many people stand in groups of one size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Band {
    /// Smallest group of the band.
    pub from: u64,
    /// Largest group of the band; absent: any larger.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub to: Option<u64>,
    /// People in such groups.
    pub people: u64,
}

/// How alike rows, or households, are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Likeness {
    /// How many there are.
    pub count: u64,
    /// How many equal no other.
    pub unique: u64,
    /// The size of the smallest group of equals: the k of k-anonymity.
    pub k: u64,
    /// By group size.
    pub bands: Vec<Band>,
}

/// What coarser values in one column would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Suggestion {
    /// What to do.
    pub change: Coarser,
    /// Rows that would then be unique.
    pub unique_rows: u64,
    /// k of the rows then.
    pub k: u64,
}

/// The report on one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Report {
    /// The public columns.
    pub columns: Vec<String>,
    /// By rows.
    pub rows: Likeness,
    /// By households of two or more; absent without households.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub households: Option<Likeness>,
    /// What would help, best first; none where nobody stands alone.
    pub suggestions: Vec<Suggestion>,
}

impl Report {
    /// Whether somebody stands alone: the table is then published for a reason only.
    #[must_use]
    pub fn needs_reason(&self) -> bool {
        self.rows.unique > 0 || self.households.as_ref().is_some_and(|households| households.unique > 0)
    }
}

/// Looks at a table.
#[must_use]
pub fn report(table: &Table<'_>) -> Report {
    let columns = table.columns().public().to_vec();
    let hashes = RandomState::new();
    let rows = row_hashes(table, &hashes, None);
    let row_likeness = likeness(&rows);
    let households = households(table, &rows, &hashes);
    let mut suggestions = Vec::new();
    if row_likeness.unique > 0 {
        for (column, name) in columns.iter().enumerate() {
            for change in coarser::offers(name, table, column) {
                let changed = change.values(table.values(column).iter().map(AsRef::as_ref), &counts(table, column));
                let then = likeness(&row_hashes(table, &hashes, Some((column, &changed))));
                if then.unique < row_likeness.unique {
                    suggestions.push(Suggestion { change, unique_rows: then.unique, k: then.k });
                }
            }
        }
        suggestions.sort_by_key(|s| s.unique_rows);
        suggestions.truncate(SUGGESTIONS);
    }
    Report { columns, rows: row_likeness, households, suggestions }
}

/// The rule of a service: where somebody stands alone, a reason stands in the terms.
pub fn check(table: &Table<'_>, reason: Option<&str>) -> Result<(), Failure> {
    if reason.is_some() {
        return Ok(());
    }
    let report = report(table);
    if !report.needs_reason() {
        return Ok(());
    }
    let households = report.households.as_ref().map_or(0, |households| households.unique);
    Err(Failure::refused(format!(
        "the table that these terms publish has {} rows and {households} households that equal no other: those people can be recognised",
        report.rows.unique
    ))
    .advise(
        "look with: klero pool anonymity, or GET …/pools/POOL/anonymity; make values coarser with: klero pool coarsen, and commit again; or say in the terms why it must be (klero terms new --table-reason), which two members sign",
    ))
}

/// A keyed hash of each person's row; `changed` replaces the values of one column. A table of 10,000,000 rows has about one chance in 10^5
/// that two rows fall together that are not equal, and nobody can prepare one.
fn row_hashes(table: &Table<'_>, hashes: &RandomState, changed: Option<(usize, &[String])>) -> Vec<u64> {
    let columns = table.columns().public().len();
    (0..table.size())
        .map(|person| {
            let mut hasher = hashes.build_hasher();
            for column in 0..columns {
                let code = table.code(person, column);
                match (changed, code.and_then(|code| usize::try_from(code).ok())) {
                    (Some((other, values)), Some(code)) if other == column => {
                        hasher.write(values.get(code).map_or("", String::as_str).as_bytes());
                    }
                    _ => hasher.write_u32(code.unwrap_or(u32::MAX)),
                }
                hasher.write_u8(0xff);
            }
            hasher.finish()
        })
        .collect()
}

/// Households of two or more, by the multiset of their rows.
fn households(table: &Table<'_>, rows: &[u64], hashes: &RandomState) -> Option<Likeness> {
    if table.household_count() == 0 {
        return None;
    }
    let mut members: Vec<(u32, u64)> = (0..table.size())
        .zip(rows)
        .filter_map(|(person, row)| table.household(person).map(|household| (household, *row)))
        .collect();
    members.sort_unstable();
    let wholes: Vec<u64> = members
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|household| household.len() > 1)
        .map(|household| {
            let mut hasher = hashes.build_hasher();
            household.iter().for_each(|(_, row)| hasher.write_u64(*row));
            hasher.finish()
        })
        .collect();
    Some(likeness(&wholes))
}

fn likeness(hashes: &[u64]) -> Likeness {
    let mut sorted = hashes.to_vec();
    sorted.sort_unstable();
    let mut bands = vec![
        Band { from: 1, to: Some(1), people: 0 },
        Band { from: 2, to: Some(SMALL - 1), people: 0 },
        Band { from: SMALL, to: Some(19), people: 0 },
        Band { from: 20, to: None, people: 0 },
    ];
    let (mut unique, mut k) = (0, u64::MAX);
    for group in sorted.chunk_by(|a, b| a == b) {
        let size = u64::try_from(group.len()).unwrap_or(u64::MAX);
        k = k.min(size);
        unique += u64::from(size == 1);
        if let Some(band) = bands.iter_mut().find(|band| band.to.is_none_or(|to| size <= to)) {
            band.people += size;
        }
    }
    let count = u64::try_from(hashes.len()).unwrap_or(u64::MAX);
    Likeness { count, unique, k: if hashes.is_empty() { 0 } else { k }, bands }
}

/// How many people have each value of a column, by the value's code.
fn counts(table: &Table<'_>, column: usize) -> Vec<u64> {
    let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
    for code in table.codes(column) {
        *counts.entry(*code).or_default() += 1;
    }
    let values = u32::try_from(table.values(column).len()).unwrap_or(u32::MAX);
    (0..values).map(|code| counts.get(&code).copied().unwrap_or(0)).collect()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "public columns: {}", self.columns.join(", "))?;
        tell(f, "rows", &self.rows)?;
        if let Some(households) = &self.households {
            tell(f, "households of two or more", households)?;
        }
        if !self.needs_reason() {
            return writeln!(f, "nobody stands alone: the table may be published");
        }
        writeln!(f, "somebody stands alone: the table may be published for a reason only, which two members sign")?;
        for s in &self.suggestions {
            writeln!(f, "  {} → {} unique rows, smallest group {}", s.change, s.unique_rows, s.k)?;
        }
        Ok(())
    }
}

fn tell(f: &mut fmt::Formatter<'_>, what: &str, likeness: &Likeness) -> fmt::Result {
    writeln!(f, "{what}: {}; {} equal no other; smallest group {}", likeness.count, likeness.unique, likeness.k)?;
    for band in &likeness.bands {
        let size = match (band.from, band.to) {
            (from, Some(to)) if from == to => from.to_string(),
            (from, Some(to)) => format!("{from} to {to}"),
            (from, None) => format!("{from} or more"),
        };
        writeln!(f, "  in groups of {size:<10} {:>9}", band.people)?;
    }
    Ok(())
}
