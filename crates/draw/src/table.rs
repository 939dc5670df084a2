//! The table: both halves of every leaf as text (spec §2.3), and the rule for linked pools (spec §2.5).
//!
//! ```text
//! kleroterion/v1/table
//! <private_part, 64 hex digits> <public_part>
//! …
//! ```
//!
//! A [`Table`] exists only if its text gave the sealed root. It borrows the text; values are kept once for each column, and people
//! hold small numbers. This file never normalises, never accepts another spelling of the same JSON, and never puts a cell into
//! an error: errors name lines, counted from 1 as in an editor, and columns.

mod interner;
mod linked;
mod scanner;
mod writer;

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use klero_tlog::{Frontier, Hash, MerkleTree};

use crate::commitment::{leaf, leaf_in};
use crate::hash::{PoolLeaf, PoolRoot, PrivatePart, from_hex};
use crate::json::{self, JsonError};
use crate::pool::{CELL_BYTES_MAX, Columns, HouseholdTag, PUBLIC_PART_BYTES_MAX, PublicPart};
use interner::{Interner, Values};
use scanner::Shape;

pub use linked::{EarlierOpened, LinkError, LinkedPool};
pub use writer::{TableWriteError, TableWriter};

/// The first line, with its newline.
pub const HEADER: &str = "kleroterion/v1/table\n";
/// Hexadecimal digits of a private part.
const PRIVATE_DIGITS: usize = 64;
/// The shortest line: a private part, a space, `{"row":{}}`, a newline. Bounds what a claimed size may reserve.
const LINE_BYTES_MIN: usize = PRIVATE_DIGITS + 1 + 10 + 1;

/// Why a text is not the pool's table. Lines count from 1; the header is line 1, the person with index 0 stands on line 2.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// The first line is not [`HEADER`].
    #[error("not a table of this version: the first line is not \"kleroterion/v1/table\"")]
    Header,
    /// Another number of lines than the pool has people.
    #[error("expected {expected} people, found {found} lines")]
    LineCount {
        /// The pool's size.
        expected: u32,
        /// Lines after the header.
        found: u64,
    },
    /// A line that is not ended by a newline.
    #[error("line {line} is not ended by a newline: the table is cut off")]
    NoNewline {
        /// The line.
        line: u64,
    },
    /// A line that does not begin with 64 lower-case hexadecimal digits and a space.
    #[error("line {line} does not begin with 64 lower-case hexadecimal digits and a space")]
    PrivatePart {
        /// The line.
        line: u64,
    },
    /// A public part longer than [`PUBLIC_PART_BYTES_MAX`].
    #[error("line {line} has a public part of {found} bytes, at most {PUBLIC_PART_BYTES_MAX} are allowed")]
    PublicPartTooLong {
        /// The line.
        line: u64,
        /// Its length in bytes.
        found: usize,
    },
    /// A public part that is not canonical JSON of the right shape.
    #[error("line {line}: the public part is {error}")]
    NotCanonical {
        /// The line.
        line: u64,
        /// What is wrong with it.
        error: JsonError,
    },
    /// A public part without a public column of the terms, or with one more.
    #[error("line {line} does not have exactly the public columns of the terms")]
    OtherColumns {
        /// The line.
        line: u64,
    },
    /// A household tag, although the terms name no household columns.
    #[error("line {line} has a household, but the terms name no household columns")]
    UnexpectedHousehold {
        /// The line.
        line: u64,
    },
    /// A cell longer than [`CELL_BYTES_MAX`].
    #[error("line {line}, column {column:?}: a cell of {found} bytes, at most {CELL_BYTES_MAX} are allowed")]
    CellTooLong {
        /// The line.
        line: u64,
        /// The column.
        column: String,
        /// Length of the cell in bytes.
        found: usize,
    },
    /// A cell that holds U+0000.
    #[error("line {line}, column {column:?}: a cell with the character U+0000")]
    Nul {
        /// The line.
        line: u64,
        /// The column.
        column: String,
    },
    /// A leaf that is not greater than the one before it: out of order, or repeated.
    #[error("line {line}: the leaf is not greater than that of the line before")]
    LeafOrder {
        /// The line.
        line: u64,
    },
    /// The table does not hash to the sealed root.
    #[error("the table hashes to {computed}, the sealed root is {sealed}")]
    RootMismatch {
        /// The root in the terms.
        sealed: PoolRoot,
        /// The root of the table's leaves.
        computed: PoolRoot,
    },
}

/// A table that hashed to the sealed root. Made only by [`Table::parse`].
#[derive(Clone)]
pub struct Table<'t> {
    text: &'t str,
    /// Where each person's line begins. Invariant: as many as `size`; each line begins with a private part and a space.
    lines: Vec<usize>,
    columns: Columns,
    /// In the order of [`Columns::public`].
    values: Vec<Values<'t>>,
    /// Who has which tag, by index.
    tagged: Vec<(HouseholdTag, u32)>,
    /// Made when somebody first asks: only some methods do.
    households: OnceLock<Households>,
    size: u32,
    root: PoolRoot,
}

impl<'t> Table<'t> {
    /// Reads a table as spec §2.3 demands: header, exactly `size` lines, canonical public parts with exactly the public columns,
    /// leaves strictly ascending, and the sealed root.
    pub fn parse(text: &'t str, columns: &Columns, size: u32, root: &PoolRoot) -> Result<Self, TableError> {
        let mut rest = text.strip_prefix(HEADER).ok_or(TableError::Header)?;
        let shape = Shape::new(columns);
        // What a lie about the size can reserve is bounded by the text that is there.
        let people = usize::try_from(size).unwrap_or(usize::MAX).min(rest.len() / LINE_BYTES_MIN);
        let mut values: Vec<Interner<'t>> = columns.public().iter().map(|_| Interner::new(people)).collect();
        let mut cells = vec![""; columns.public().len()];
        let mut lines = Vec::with_capacity(people);
        let mut tags: Vec<(HouseholdTag, u32)> = Vec::new();
        let mut message = Vec::new();
        let mut frontier = Frontier::new();
        let mut before: Option<PoolLeaf> = None;
        for index in 0..size {
            let line = u64::from(index) + 2;
            if rest.is_empty() {
                return Err(TableError::LineCount { expected: size, found: u64::from(index) });
            }
            let (this, after) = rest.split_once('\n').ok_or(TableError::NoNewline { line })?;
            let (private, public) = split(this).ok_or(TableError::PrivatePart { line })?;
            if public.len() > PUBLIC_PART_BYTES_MAX {
                return Err(TableError::PublicPartTooLong { line, found: public.len() });
            }
            let tag = shape.scan(public, &mut cells).map_err(|_| diagnose(public, columns, line))?;
            tags.extend(tag.map(|tag| (tag, index)));
            values.iter_mut().zip(&cells).for_each(|(values, cell)| values.push(cell));

            let leaf = leaf_in(&mut message, &private, public);
            if before.is_some_and(|before| before >= leaf) {
                return Err(TableError::LeafOrder { line });
            }
            before = Some(leaf);
            frontier.append(Hash::from_bytes(leaf.0));
            lines.push(text.len() - rest.len());
            rest = after;
        }
        if !rest.is_empty() {
            let more = rest.split_terminator('\n').fold(0, |count, _| count + 1);
            return Err(TableError::LineCount { expected: size, found: u64::from(size) + more });
        }
        let computed = PoolRoot(frontier.root().to_bytes());
        if computed != *root {
            return Err(TableError::RootMismatch { sealed: *root, computed });
        }
        let values = values.into_iter().map(Interner::finish).collect();
        Ok(Self {
            text,
            lines,
            columns: columns.clone(),
            values,
            tagged: tags,
            households: OnceLock::new(),
            size,
            root: computed,
        })
    }

    /// Number of people.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.size
    }

    /// The root, which the lines gave and the terms hold.
    #[must_use]
    pub fn root(&self) -> PoolRoot {
        self.root
    }

    /// The columns by which the table was read.
    #[must_use]
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// A person's two halves, the public one as canonical JSON.
    #[must_use]
    pub fn person(&self, index: u32) -> Option<(PrivatePart, &'t str)> {
        let start = *self.lines.get(usize::try_from(index).ok()?)?;
        let (line, _) = self.text.get(start..)?.split_once('\n')?;
        split(line)
    }

    /// A person's leaf.
    #[must_use]
    pub fn leaf(&self, index: u32) -> Option<PoolLeaf> {
        self.person(index).map(|(private, public)| leaf(&private, public))
    }

    /// The tree over the leaves, for proofs. Hashes them all again.
    #[must_use]
    pub fn tree(&self) -> MerkleTree {
        (0..self.size).filter_map(|index| self.leaf(index)).map(|leaf| Hash::from_bytes(leaf.0)).collect()
    }

    /// A person's cell in a public column, given by its position in [`Columns::public`]; `""` beyond the table.
    #[must_use]
    pub fn value(&self, index: u32, column: usize) -> &str {
        let code = self.code(index, column).and_then(|code| usize::try_from(code).ok());
        code.and_then(|code| self.values(column).get(code)).map_or("", |value| value)
    }

    /// The number of a person's value: its position in [`Self::values`].
    #[must_use]
    pub fn code(&self, index: u32, column: usize) -> Option<u32> {
        self.codes(column).get(usize::try_from(index).ok()?).copied()
    }

    /// For each person, the number of their value in a column. Empty for a column that is not there.
    #[must_use]
    pub fn codes(&self, column: usize) -> &[u32] {
        self.values.get(column).map_or(&[], |values| &values.codes)
    }

    /// The distinct values of a column, ascending by code point. Empty for a column that is not there.
    #[must_use]
    pub fn values(&self, column: usize) -> &[Cow<'t, str>] {
        self.values.get(column).map_or(&[], |values| &values.values)
    }

    /// The number of a value of a column, if anybody has it.
    #[must_use]
    pub fn code_of(&self, column: usize, value: &str) -> Option<u32> {
        let position = self.values(column).binary_search_by(|v| v.as_ref().cmp(value)).ok()?;
        u32::try_from(position).ok()
    }

    /// A person's household tag.
    #[must_use]
    pub fn tag(&self, index: u32) -> Option<HouseholdTag> {
        self.households().tags.get(usize::try_from(self.household(index)?).ok()?).copied()
    }

    /// The number of a person's household, below [`Self::household_count`]; `None` for an empty address.
    #[must_use]
    pub fn household(&self, index: u32) -> Option<u32> {
        self.households().of.get(usize::try_from(index).ok()?)?.checked_sub(1)
    }

    /// Distinct household tags.
    #[must_use]
    pub fn household_count(&self) -> u32 {
        u32::try_from(self.households().tags.len()).unwrap_or(u32::MAX)
    }

    fn households(&self) -> &Households {
        self.households.get_or_init(|| Households::number(&self.tagged, self.lines.len()))
    }
}

impl fmt::Debug for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("size", &self.size).field("root", &self.root).finish_non_exhaustive()
    }
}

/// A line without its newline, as private part and public part.
fn split(line: &str) -> Option<(PrivatePart, &str)> {
    let (digits, rest) = line.split_at_checked(PRIVATE_DIGITS)?;
    Some((PrivatePart(from_hex(digits)?), rest.strip_prefix(' ')?))
}

/// Tags by number.
#[derive(Clone)]
struct Households {
    /// Distinct tags, ascending.
    tags: Vec<HouseholdTag>,
    /// For each person, the position of their tag plus 1, or 0 without one. Empty if nobody has a tag.
    of: Vec<u32>,
}

impl Households {
    fn number(tagged: &[(HouseholdTag, u32)], people: usize) -> Self {
        if tagged.is_empty() {
            return Self { tags: Vec::new(), of: Vec::new() };
        }
        // Big-endian numbers order as their bytes do, and are compared faster.
        let mut sorted: Vec<(u128, u32)> =
            tagged.iter().map(|(tag, index)| (u128::from_be_bytes(tag.0), *index)).collect();
        sorted.sort_unstable();
        let mut of = vec![0; people];
        let mut tags = Vec::new();
        for (number, same) in (1u32..).zip(sorted.chunk_by(|a, b| a.0 == b.0)) {
            tags.extend(same.first().map(|(tag, _)| HouseholdTag(tag.to_be_bytes())));
            for (_, index) in same {
                if let Some(place) = usize::try_from(*index).ok().and_then(|index| of.get_mut(index)) {
                    *place = number;
                }
            }
        }
        Self { tags, of }
    }
}

/// Says why a public part that the scanner refused is refused, by way of the general decoder.
fn diagnose(public: &str, columns: &Columns, line: u64) -> TableError {
    let part: PublicPart = match json::decode(public) {
        Ok(part) => part,
        Err(error) => return TableError::NotCanonical { line, error },
    };
    if part.household.is_some() && columns.household().is_empty() {
        return TableError::UnexpectedHousehold { line };
    }
    // Both ascend by code point.
    if !part.row.keys().eq(columns.public()) {
        return TableError::OtherColumns { line };
    }
    for (column, cell) in part.row {
        if cell.contains('\0') {
            return TableError::Nul { line, column };
        }
        if cell.len() > CELL_BYTES_MAX {
            return TableError::CellTooLong { line, column, found: cell.len() };
        }
    }
    // The scanner refuses nothing else; were it to, the text would still not be accepted.
    TableError::OtherColumns { line }
}
