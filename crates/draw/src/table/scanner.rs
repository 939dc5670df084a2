//! Reads a public part in one pass, for the public columns that the terms name.
//!
//! All that may vary in a canonical public part is the tag's digits and the cells, so everything else is compared with bytes made
//! once. What is accepted here is exactly what the general decoder accepts and finds to have the right columns; a test
//! holds the two together. Never allocates, and says only *that* a text is refused: the general decoder is asked why.

use crate::hash::from_hex;
use crate::json::{push_string, utf16_order};
use crate::pool::{CELL_BYTES_MAX, Columns, HouseholdTag};
use crate::scan::plain_run;

const HOUSEHOLD: &str = "{\"household\":\"";
const ROW_AFTER_HOUSEHOLD: &str = "\",\"row\":{";
const ROW: &str = "{\"row\":{";
const END: &str = "}}";
const TAG_DIGITS: usize = 32;

/// The public part is not as the terms' columns demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused;

/// What public parts of one pool look like.
pub(super) struct Shape {
    has_household: bool,
    /// In the order of the text: what stands before the cell, up to its opening quote, and the column's position.
    members: Vec<(String, usize)>,
}

impl Shape {
    pub(super) fn new(columns: &Columns) -> Self {
        let mut sorted: Vec<(usize, &String)> = columns.public().iter().enumerate().collect();
        sorted.sort_unstable_by(|a, b| utf16_order(a.1, b.1));
        let members = sorted.into_iter().enumerate().map(|(nth, (position, name))| {
            let mut lead = String::from(if nth == 0 { "" } else { "," });
            push_string(&mut lead, name);
            lead.push_str(":\"");
            (lead, position)
        });
        Self { has_household: !columns.household().is_empty(), members: members.collect() }
    }

    /// Reads a public part. `cells` has a place for each public column; it gets the cells as they stand between their quotes,
    /// escapes and all: equal cells are equal there, since each cell has one canonical form.
    pub(super) fn scan<'t>(&self, public: &'t str, cells: &mut [&'t str]) -> Result<Option<HouseholdTag>, Refused> {
        let (tag, mut rest) = match public.strip_prefix(HOUSEHOLD) {
            Some(rest) if self.has_household => {
                let (digits, rest) = rest.split_at_checked(TAG_DIGITS).ok_or(Refused)?;
                let tag = from_hex(digits).map(HouseholdTag).ok_or(Refused)?;
                (Some(tag), rest.strip_prefix(ROW_AFTER_HOUSEHOLD).ok_or(Refused)?)
            }
            Some(_) => return Err(Refused),
            None => (None, public.strip_prefix(ROW).ok_or(Refused)?),
        };
        for (lead, position) in &self.members {
            let literal = rest.strip_prefix(lead.as_str()).ok_or(Refused)?;
            let length = literal_length(literal)?;
            let (cell, after) = literal.split_at_checked(length).ok_or(Refused)?;
            // A cell is never longer than its literal, so that only long literals need counting.
            if length > CELL_BYTES_MAX && unescape(cell).len() > CELL_BYTES_MAX {
                return Err(Refused);
            }
            *cells.get_mut(*position).ok_or(Refused)? = cell;
            rest = after.strip_prefix('"').ok_or(Refused)?;
        }
        if rest == END { Ok(tag) } else { Err(Refused) }
    }
}

/// The number of bytes before the closing quote, if they are the canonical form of a string without U+0000.
fn literal_length(literal: &str) -> Result<usize, Refused> {
    let bytes = literal.as_bytes();
    let mut at = 0;
    loop {
        at += plain_run(bytes.get(at..).unwrap_or_default());
        match bytes.get(at).ok_or(Refused)? {
            b'"' => return Ok(at),
            b'\\' => at += escape_length(bytes.get(at..).unwrap_or_default())?,
            _ => return Err(Refused),
        }
    }
}

/// The length of the canonical escape at the beginning (spec §1): a short one where there is one, else `\u00xx` in lower case.
fn escape_length(bytes: &[u8]) -> Result<usize, Refused> {
    match bytes {
        [b'\\', b'"' | b'\\' | b'b' | b't' | b'n' | b'f' | b'r', ..] => Ok(2),
        // U+0001 to U+0007, U+000B, U+000E, U+000F: the others of that row have short escapes, or are U+0000.
        [b'\\', b'u', b'0', b'0', b'0', b'1'..=b'7' | b'b' | b'e' | b'f', ..] => Ok(6),
        [b'\\', b'u', b'0', b'0', b'1', b'0'..=b'9' | b'a'..=b'f', ..] => Ok(6),
        _ => Err(Refused),
    }
}

/// A cell out of a literal that [`Shape::scan`] accepted.
pub(super) fn unescape(literal: &str) -> String {
    let mut cell = String::with_capacity(literal.len());
    let mut chars = literal.chars();
    while let Some(c) = chars.next() {
        let plain = match c {
            '\\' => match chars.next() {
                Some('b') => '\u{8}',
                Some('t') => '\t',
                Some('n') => '\n',
                Some('f') => '\u{c}',
                Some('r') => '\r',
                Some('u') => {
                    let code = chars.by_ref().take(4).filter_map(|digit| digit.to_digit(16)).fold(0, |n, d| n << 4 | d);
                    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
                }
                Some(other) => other,
                None => break,
            },
            other => other,
        };
        cell.push(plain);
    }
    cell
}
