//! People as rows (spec §2.1): the columns and their roles, one person's cells, the pool's key, and the public part of a leaf.
//!
//! This file decides what may be in a pool. It never normalises a cell, and never puts a cell or an id into an error or into
//! `Debug`: an error names a column, and the caller knows the row.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::hash;
use crate::json::{push_string, utf16_order};

/// Longest column name, in bytes (spec §2.1).
pub const NAME_BYTES_MAX: usize = 128;
/// Most columns, of all roles together (spec §2.1).
pub const COLUMNS_MAX: usize = 64;
/// Longest id, in bytes (spec §2.1).
pub const ID_BYTES_MAX: usize = 256;
/// Longest cell other than the id, in bytes (spec §2.1).
pub const CELL_BYTES_MAX: usize = 4_096;
/// Longest public part, in bytes (spec §2.1).
pub const PUBLIC_PART_BYTES_MAX: usize = 16_384;

/// The columns of a pool and their roles, as the terms name them (spec §2.1).
///
/// Invariant: 1 to 64 names, each 1 to 128 bytes without U+0000, all distinct; `private` and `public` ascend by Unicode code
/// point; `household` keeps the order in which the address is formed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Listed", into = "Listed")]
pub struct Columns(Listed);

/// The members as they stand in JSON, unchecked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    household: Vec<String>,
    id: String,
    private: Vec<String>,
    public: Vec<String>,
}

/// Why a list of columns is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ColumnsError {
    /// A name that is empty or longer than [`NAME_BYTES_MAX`].
    #[error("a column name has {found} bytes, allowed are 1 to {NAME_BYTES_MAX}: rename the column")]
    NameLength {
        /// Length in bytes.
        found: usize,
    },
    /// A name that holds U+0000.
    #[error("a column name holds the character U+0000: rename the column")]
    NulInName,
    /// More than [`COLUMNS_MAX`] columns.
    #[error("{found} columns, at most {COLUMNS_MAX} are allowed: leave out those that nobody needs")]
    TooMany {
        /// How many there are.
        found: usize,
    },
    /// A name that occurs twice, in one role or in two.
    #[error("column {name:?} occurs twice: a column has one name and one role")]
    Repeated {
        /// The name.
        name: String,
    },
    /// The names of a role do not ascend by Unicode code point.
    #[error("the {role} columns are not sorted by Unicode code point")]
    NotSorted {
        /// `private` or `public`.
        role: &'static str,
    },
}

impl Columns {
    /// Assigns the roles. `private` and `public` may come in any order; `household` is in the order of the address.
    pub fn new(
        household: Vec<String>,
        id: String,
        mut private: Vec<String>,
        mut public: Vec<String>,
    ) -> Result<Self, ColumnsError> {
        private.sort_unstable();
        public.sort_unstable();
        Listed { household, id, private, public }.try_into()
    }

    /// The column that a person recognises as theirs alone.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Columns that only a receipt shows, ascending by code point.
    #[must_use]
    pub fn private(&self) -> &[String] {
        &self.0.private
    }

    /// Columns that together are the address, in the address's order.
    #[must_use]
    pub fn household(&self) -> &[String] {
        &self.0.household
    }

    /// Columns of the table and the outcome, ascending by code point.
    #[must_use]
    pub fn public(&self) -> &[String] {
        &self.0.public
    }

    /// Position of a public column, from 0: what [`crate::table::Table::value`] takes.
    #[must_use]
    pub fn public_position(&self, name: &str) -> Option<usize> {
        self.0.public.binary_search_by(|column| column.as_str().cmp(name)).ok()
    }

    /// How many columns there are, of all roles together.
    #[must_use]
    pub fn count(&self) -> usize {
        1 + self.0.private.len() + self.0.household.len() + self.0.public.len()
    }

    /// All names, of all roles: id, private, household, public.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let rest = self.private().iter().chain(self.household()).chain(self.public());
        std::iter::once(self.id()).chain(rest.map(String::as_str))
    }
}

impl TryFrom<Listed> for Columns {
    type Error = ColumnsError;

    fn try_from(listed: Listed) -> Result<Self, ColumnsError> {
        let columns = Self(listed);
        let found = columns.count();
        if found > COLUMNS_MAX {
            return Err(ColumnsError::TooMany { found });
        }
        let mut names: Vec<&str> = columns.names().collect();
        for name in &names {
            if name.is_empty() || name.len() > NAME_BYTES_MAX {
                return Err(ColumnsError::NameLength { found: name.len() });
            }
            if name.contains('\0') {
                return Err(ColumnsError::NulInName);
            }
        }
        names.sort_unstable();
        if let Some(name) = names.chunk_by(|a, b| a == b).find(|same| same.len() > 1).and_then(|same| same.first()) {
            return Err(ColumnsError::Repeated { name: (*name).to_owned() });
        }
        for (role, names) in [("private", columns.private()), ("public", columns.public())] {
            if !names.is_sorted() {
                return Err(ColumnsError::NotSorted { role });
            }
        }
        Ok(columns)
    }
}

impl From<Columns> for Listed {
    fn from(columns: Columns) -> Self {
        columns.0
    }
}

/// One person's cells, in the order of [`Columns`]. `Debug` shows none of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Row<'a> {
    /// The id.
    pub id: &'a str,
    /// Private cells, in the order of [`Columns::private`].
    pub private: &'a [&'a str],
    /// Household cells, in the order of [`Columns::household`].
    pub household: &'a [&'a str],
    /// Public cells, in the order of [`Columns::public`].
    pub public: &'a [&'a str],
}

impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Row(redacted)")
    }
}

/// Why a person's row is refused. Says which column, never what is in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// The id is empty.
    #[error("column {column:?}, the id, is empty: everybody needs one of their own")]
    EmptyId {
        /// The id's column.
        column: String,
    },
    /// The id or another cell is too long.
    #[error("column {column:?} has a cell of {found} bytes, at most {limit} are allowed")]
    CellTooLong {
        /// The column.
        column: String,
        /// Length in bytes.
        found: usize,
        /// [`ID_BYTES_MAX`] or [`CELL_BYTES_MAX`].
        limit: usize,
    },
    /// A cell holds U+0000.
    #[error("column {column:?} has a cell with the character U+0000, as a damaged or a UTF-16 file has")]
    Nul {
        /// The column.
        column: String,
    },
    /// The row has another number of cells than the pool has columns of that role.
    #[error("the row has {found} {role} cells, expected {expected}")]
    CellCount {
        /// `private`, `household` or `public`.
        role: &'static str,
        /// Columns of that role.
        expected: usize,
        /// Cells given.
        found: usize,
    },
    /// The public part, as JSON, is longer than [`PUBLIC_PART_BYTES_MAX`].
    #[error("the public columns make {found} bytes of JSON, at most {PUBLIC_PART_BYTES_MAX} are allowed")]
    PublicPartTooLong {
        /// Length in bytes.
        found: usize,
    },
}

/// The pool's secret (spec §2.2): 32 random bytes, one for each pool, never published. Wiped when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct PoolKey([u8; 32]);

/// A text that is not a pool key: says nothing of what was read, since it may be one with a slip of the pen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a pool key: 64 lower-case hexadecimal digits")]
pub struct NotAPoolKey;

impl PoolKey {
    /// Takes 32 bytes that came from a good random source.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// 64 lower-case hexadecimal digits, wiped when dropped.
    #[must_use]
    pub fn to_hex(&self) -> zeroize::Zeroizing<String> {
        zeroize::Zeroizing::new(hex::encode(self.0))
    }

    /// The 32 bytes. Write them nowhere but into a file that only the pool's keeper reads.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::str::FromStr for PoolKey {
    type Err = NotAPoolKey;
    /// Reads what [`Self::to_hex`] prints and nothing else.
    fn from_str(text: &str) -> Result<Self, NotAPoolKey> {
        hash::from_hex(text).map(Self).ok_or(NotAPoolKey)
    }
}

impl fmt::Debug for PoolKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PoolKey(redacted)")
    }
}

/// Which people share an address (spec §2.2): equal for equal addresses of one pool, meaningless without the pool's key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HouseholdTag(pub [u8; 16]);

impl fmt::Display for HouseholdTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for HouseholdTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HouseholdTag({self})")
    }
}

impl Serialize for HouseholdTag {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for HouseholdTag {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        let bytes = hash::from_hex(&text);
        bytes.map(Self).ok_or_else(|| serde::de::Error::custom("expected 32 lower-case hexadecimal digits"))
    }
}

/// The half of a leaf that table and outcome show (spec §2.2), as an object. `Debug` shows no cell.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicPart {
    /// Absent when the pool has no household columns or the person's address is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub household: Option<HouseholdTag>,
    /// Each public column's cell.
    pub row: BTreeMap<String, String>,
}

impl PublicPart {
    /// Appends the canonical JSON (spec §2.2).
    pub fn push_json(&self, out: &mut String) {
        out.push('{');
        if let Some(tag) = self.household {
            out.push_str("\"household\":\"");
            hash::push_hex(out, &tag.0);
            out.push_str("\",");
        }
        out.push_str("\"row\":{");
        let mut members: Vec<(&String, &String)> = self.row.iter().collect();
        members.sort_by(|a, b| utf16_order(a.0, b.0));
        for (nth, (name, cell)) in members.into_iter().enumerate() {
            if nth > 0 {
                out.push(',');
            }
            push_string(out, name);
            out.push(':');
            push_string(out, cell);
        }
        out.push_str("}}");
    }
}

impl fmt::Debug for PublicPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicPart").field("household", &self.household).finish_non_exhaustive()
    }
}
