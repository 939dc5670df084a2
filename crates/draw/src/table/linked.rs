//! Linked pools (spec §2.5): a pool made of people whom an earlier draw opened.
//!
//! Each private part of the table occurs once in the table, and belongs to one person whom the earlier draw opened: drawn, reserve, or seated
//! later. Whether outcome and replacements are those that the terms name is for the caller to have checked.

use std::collections::BTreeMap;

use crate::hash::PrivatePart;
use crate::outcome::{Outcome, ReplacementOutcome};

use super::Table;

/// The people whom an earlier draw opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierOpened {
    /// Ascending; one for each person, so that a reserve who was seated later counts once.
    private_parts: Vec<PrivatePart>,
}

impl EarlierOpened {
    /// Everybody opened by the outcome, and by the replacements that count.
    pub fn new(outcome: &Outcome, replacements: &[ReplacementOutcome]) -> Result<Self, LinkError> {
        let seated =
            replacements.iter().flat_map(|replacement| &replacement.fills).filter_map(|fill| fill.seated.as_ref());
        let opened = outcome.drawn.iter().chain(&outcome.reserves).chain(seated);
        Self::of_people(opened.map(|opening| (opening.index, opening.private)))
    }

    /// People by index and private part. An index is one person: nothing but the pool's root says which of two it is.
    pub fn of_people(people: impl IntoIterator<Item = (u32, PrivatePart)>) -> Result<Self, LinkError> {
        let mut by_index = BTreeMap::new();
        for (index, private) in people {
            if by_index.insert(index, private).is_some_and(|other| other != private) {
                return Err(LinkError::TwoPeople { index });
            }
        }
        let mut private_parts: Vec<PrivatePart> = by_index.into_values().collect();
        private_parts.sort_unstable();
        Ok(Self { private_parts })
    }

    /// How often one was opened.
    fn count(&self, private: &PrivatePart) -> usize {
        let start = self.private_parts.partition_point(|part| part < private);
        let end = self.private_parts.partition_point(|part| part <= private);
        end.saturating_sub(start)
    }
}

/// Proven: everybody in the table was opened exactly once by the earlier draw, and is here exactly once. Made only by
/// [`Table::check_from`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkedPool {
    size: u32,
    opened: usize,
}

impl LinkedPool {
    /// People in the linked pool.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.size
    }

    /// People whom the earlier draw opened: drawn, reserves, and those seated later who count.
    #[must_use]
    pub fn opened(&self) -> usize {
        self.opened
    }
}

/// Why a pool is not made of the people opened by the earlier draw. Indices are those of the table, where not said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Somebody whom the earlier draw did not open.
    #[error("person {index} of the pool was not opened by the earlier draw")]
    Stranger {
        /// Their index.
        index: u32,
    },
    /// One person under two indices, with other public cells.
    #[error("persons {first} and {second} of the pool are the same person")]
    TwiceInTable {
        /// Lower index.
        first: u32,
        /// Higher index.
        second: u32,
    },
    /// Two people under one index of the earlier pool.
    #[error("the earlier draw opens two people under index {index}")]
    TwoPeople {
        /// Index in the earlier pool.
        index: u32,
    },
    /// Somebody who is several people of the earlier pool.
    #[error("person {index} of the pool is {found} people of the earlier draw, expected one")]
    OpenedTwice {
        /// Their index.
        index: u32,
        /// How often.
        found: usize,
    },
}

impl Table<'_> {
    /// Checks that this pool is made of people whom an earlier draw opened (spec §2.5).
    pub fn check_from(&self, earlier: &EarlierOpened) -> Result<LinkedPool, LinkError> {
        let mut people = Vec::with_capacity(self.lines.len());
        for index in 0..self.size {
            if let Some((private, _)) = self.person(index) {
                match earlier.count(&private) {
                    0 => return Err(LinkError::Stranger { index }),
                    1 => people.push((private, index)),
                    found => return Err(LinkError::OpenedTwice { index, found }),
                }
            }
        }
        people.sort_unstable();
        let twice = people.windows(2).find_map(|pair| match pair {
            [(a, first), (b, second)] if a == b => Some(LinkError::TwiceInTable { first: *first, second: *second }),
            _ => None,
        });
        match twice {
            Some(error) => Err(error),
            None => Ok(LinkedPool { size: self.size, opened: earlier.private_parts.len() }),
        }
    }
}
