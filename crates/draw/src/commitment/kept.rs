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
/// Bytes of `{"household":"…",`.
const TAGGED_LEAD: usize = "{\"household\":\"".len() + 32 + "\",".len();

/// One person's part of the table.
#[derive(Clone, Copy)]
struct Part {
    private: [u8; 32],
    /// Number of the public row, and perhaps [`TAGGED`].
    row: u32,
}

/// Parts in the order of the rows.
#[derive(Clone)]
pub(super) struct Kept {
    parts: Vec<Part>,
    /// One for each part if the pool has household columns, else empty.
    tags: Vec<HouseholdTag>,
    households: bool,
    /// The distinct public rows, as JSON without the household, by number.
    rows: Vec<Box<str>>,
    numbers: BTreeMap<Box<str>, u32>,
    /// What was last seen in each slot.
    recent: Vec<Option<(Box<str>, u32)>>,
    bytes: usize,
}

impl Kept {
    pub(super) fn new(households: bool) -> Self {
        Self {
            parts: Vec::new(),
            tags: Vec::new(),
            households,
            rows: Vec::new(),
            numbers: BTreeMap::new(),
            recent: vec![None; RECENT_SLOTS],
            bytes: 0,
        }
    }

    /// Adds the next row's parts; `None` if that would be more than is kept.
    pub(super) fn add(&mut self, parts: &Parts<'_>) -> Option<()> {
        if self.parts.len() >= PEOPLE_MAX {
            return None;
        }
        // `"row":{…}}`: what is the same for everybody with these values. Neither brace nor tag holds that text.
        let (_, row) = parts.public.split_at_checked(if parts.household.is_some() { TAGGED_LEAD } else { 1 })?;
        let mut row = self.number(row)?;
        if self.households {
            if parts.household.is_some() {
                row |= TAGGED;
            }
            self.tags.push(parts.household.as_ref().map_or(HouseholdTag([0; 16]), |(_, tag)| *tag));
        }
        self.parts.push(Part { private: parts.private.0, row });
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
                self.rows.push(row.into());
                number
            }
        };
        *slot = Some((row.into(), number));
        Some(number)
    }

    /// Appends these people's lines of the table, each with its newline; `None`, and nothing appended, if one of them was not kept.
    pub(super) fn push_lines(&self, positions: impl Iterator<Item = usize> + Clone, out: &mut String) -> Option<()> {
        // All of them are fetched before the first is written: they lie far apart, and a processor waits for many places at once as long as for
        // one.
        let parts: Vec<Part> = positions.clone().map(|at| self.parts.get(at).copied()).collect::<Option<_>>()?;
        let tags: Vec<HouseholdTag> = if self.households {
            positions.map(|at| self.tags.get(at).copied()).collect::<Option<_>>()?
        } else {
            Vec::new()
        };
        let length = out.len();
        for (nth, part) in parts.iter().enumerate() {
            if self.push_line(part, tags.get(nth), out).is_none() {
                out.truncate(length);
                return None;
            }
        }
        Some(())
    }

    fn push_line(&self, part: &Part, tag: Option<&HouseholdTag>, out: &mut String) -> Option<()> {
        let row = self.rows.get(usize::try_from(part.row & !TAGGED).ok()?)?;
        push_hex(out, &part.private);
        out.push_str(" {");
        if part.row & TAGGED != 0 {
            out.push_str("\"household\":\"");
            push_hex(out, &tag?.0);
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
