//! One column of a table: its distinct values, and for each person the number of theirs.
//!
//! Numbers are ranks by code point, so that they depend on the set of values and on nothing else. No hash map: whoever writes a
//! table chooses its values, and could choose them to collide.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::scanner::unescape;

/// Slots of the cache in front of the map; most columns have fewer values.
const RECENT_SLOTS: usize = 256;

/// A column in the making.
pub(super) struct Interner<'t> {
    numbers: BTreeMap<&'t str, u32>,
    /// What was last seen in each slot. A collision costs one look into the map, never more.
    recent: Vec<Option<(&'t str, u32)>>,
    codes: Vec<u32>,
}

/// A finished column.
#[derive(Clone)]
pub(super) struct Values<'t> {
    /// Distinct, ascending by code point.
    pub(super) values: Vec<Cow<'t, str>>,
    /// For each person, the position of their value.
    pub(super) codes: Vec<u32>,
}

impl<'t> Interner<'t> {
    pub(super) fn new(people: usize) -> Self {
        Self { numbers: BTreeMap::new(), recent: vec![None; RECENT_SLOTS], codes: Vec::with_capacity(people) }
    }

    /// The next person's value, as the scanner gives it: equal literals are equal values.
    pub(super) fn push(&mut self, literal: &'t str) {
        let slot = self.recent.get_mut(slot(literal));
        let code = match slot.as_deref() {
            Some(Some((seen, code))) if *seen == literal => *code,
            _ => {
                // Fits: there are at most 2^32 - 1 people.
                let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
                let code = *self.numbers.entry(literal).or_insert(next);
                if let Some(slot) = slot {
                    *slot = Some((literal, code));
                }
                code
            }
        };
        self.codes.push(code);
    }

    /// Renumbers by rank.
    pub(super) fn finish(self) -> Values<'t> {
        let mut sorted: Vec<(Cow<'t, str>, u32)> = self
            .numbers
            .into_iter()
            .map(|(literal, code)| {
                let value = if literal.contains('\\') { Cow::Owned(unescape(literal)) } else { Cow::Borrowed(literal) };
                (value, code)
            })
            .collect();
        sorted.sort_unstable();
        let mut ranks = vec![0; sorted.len()];
        for (rank, (_, code)) in (0u32..).zip(&sorted) {
            if let Some(place) = usize::try_from(*code).ok().and_then(|code| ranks.get_mut(code)) {
                *place = rank;
            }
        }
        let mut codes = self.codes;
        for code in &mut codes {
            *code = usize::try_from(*code).ok().and_then(|code| ranks.get(code).copied()).unwrap_or(*code);
        }
        Values { values: sorted.into_iter().map(|(value, _)| value).collect(), codes }
    }
}

/// Some slot, the same for the same text.
fn slot(text: &str) -> usize {
    let (chunks, rest) = text.as_bytes().as_chunks::<8>();
    let last = rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
    let words = chunks.iter().map(|chunk| u64::from_le_bytes(*chunk)).chain([last]);
    // An odd constant with its bits well spread (2^64 divided by the golden ratio).
    let mixed = words.fold(0u64, |sum, word| (sum.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    usize::try_from(mixed >> 56).unwrap_or(0)
}
