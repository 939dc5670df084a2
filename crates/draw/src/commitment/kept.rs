//! What a table is made of (spec §2.3), kept while a pool is committed, so that no row has to be read and hashed a second time.
//!
//! Costs 36 bytes a person, 52 with households, and the texts of the distinct public rows. Both are bounded: a pool that goes beyond is
//! committed all the same, and its table is written from the rows. Holds no private cell and no key.

use std::collections::BTreeMap;

use super::Parts;
use crate::hash::push_hex;
use crate::pool::HouseholdTag;

/// Most people whose parts are kept.
const PEOPLE_MAX: usize = 1 << 24;
/// Most bytes of distinct public rows that are kept.
const ROWS_BYTES_MAX: usize = 64 << 20;
/// Slots of the cache in front of the rows; most pools have fewer distinct ones.
const RECENT_SLOTS: usize = 4_096;
/// Set in a row's number if the person has a household tag.
const TAGGED: u32 = 1 << 31;

/// One person's part of the table.
#[derive(Clone, Copy)]
struct Part {
    private: [u8; 32],
    /// Number of the public row, and perhaps [`TAGGED`].
    row: u32,
}

/// Parts of some people, in the order in which they were added.
#[derive(Clone, Default)]
pub(super) struct KeptParts {
    parts: Vec<Part>,
    /// One for each part if the pool has household columns, else empty.
    tags: Vec<HouseholdTag>,
}

/// The distinct public rows, as JSON without the household.
#[derive(Clone)]
pub(super) struct KeptRows {
    numbers: BTreeMap<Box<str>, u32>,
    /// What was last seen in each slot.
    recent: Vec<Option<(Box<str>, u32)>>,
    bytes: usize,
    people: usize,
}

impl KeptRows {
    pub(super) fn new() -> Self {
        Self { numbers: BTreeMap::new(), recent: vec![None; RECENT_SLOTS], bytes: 0, people: 0 }
    }

    /// Adds a person's parts; `None` if that would be more than is kept.
    pub(super) fn add(&mut self, parts: &Parts<'_>, households: bool, to: &mut KeptParts) -> Option<()> {
        self.people = self.people.checked_add(1).filter(|people| *people <= PEOPLE_MAX)?;
        // `"row":{…}}`: what is the same for everybody with these values.
        let (_, row) = parts.public.split_at_checked(parts.public.find("\"row\":")?)?;
        let mut row = self.number(row)?;
        if households {
            if parts.household.is_some() {
                row |= TAGGED;
            }
            to.tags.push(parts.household.as_ref().map_or(HouseholdTag([0; 16]), |(_, tag)| *tag));
        }
        to.parts.push(Part { private: parts.private.0, row });
        Some(())
    }

    fn number(&mut self, row: &str) -> Option<u32> {
        let slot = self.recent.get_mut(slot(row))?;
        if let Some((seen, number)) = slot
            && &**seen == row
        {
            return Some(*number);
        }
        let number = match self.numbers.get(row) {
            Some(number) => *number,
            None => {
                self.bytes = self.bytes.checked_add(row.len()).filter(|bytes| *bytes <= ROWS_BYTES_MAX)?;
                let number = u32::try_from(self.numbers.len()).ok().filter(|number| number & TAGGED == 0)?;
                self.numbers.insert(row.into(), number);
                number
            }
        };
        *slot = Some((row.into(), number));
        Some(number)
    }

    /// The rows by number.
    pub(super) fn finish(self) -> Vec<Box<str>> {
        let mut rows: Vec<(u32, Box<str>)> = self.numbers.into_iter().map(|(row, number)| (number, row)).collect();
        rows.sort_unstable_by_key(|(number, _)| *number);
        rows.into_iter().map(|(_, row)| row).collect()
    }
}

impl KeptParts {
    pub(super) fn with_capacity(people: usize, households: bool) -> Self {
        Self { parts: Vec::with_capacity(people), tags: Vec::with_capacity(if households { people } else { 0 }) }
    }

    /// Adds the part at a position of another list.
    pub(super) fn take(&mut self, other: &Self, position: usize) {
        self.parts.extend(other.parts.get(position));
        self.tags.extend(other.tags.get(position));
    }

    /// Appends a person's line of the table, with its newline.
    pub(super) fn push_line(&self, position: usize, rows: &[Box<str>], out: &mut String) -> Option<()> {
        let part = self.parts.get(position)?;
        let row = rows.get(usize::try_from(part.row & !TAGGED).ok()?)?;
        push_hex(out, &part.private);
        out.push_str(" {");
        if part.row & TAGGED != 0 {
            out.push_str("\"household\":\"");
            push_hex(out, &self.tags.get(position)?.0);
            out.push_str("\",");
        }
        out.push_str(row);
        out.push('\n');
        Some(())
    }
}

/// Some slot, the same for the same text.
fn slot(text: &str) -> usize {
    let (chunks, rest) = text.as_bytes().as_chunks::<8>();
    let last = rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
    let words = chunks.iter().map(|chunk| u64::from_le_bytes(*chunk)).chain([last]);
    let mixed = words.fold(0u64, |sum, word| (sum.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    usize::try_from(mixed >> 52).unwrap_or(0)
}
