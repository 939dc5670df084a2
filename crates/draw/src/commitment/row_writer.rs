//! The JSON of a row, as it is hashed (spec §2.2), written directly: names are sorted and escaped once, and nothing is allocated
//! for a row but what its buffers grow by. Checks the bounds of spec §2.1 on the way, and never shows a cell in an error.

use crate::json::{push_string, utf16_order};
use crate::pool::{CELL_BYTES_MAX, Columns, HouseholdTag, ID_BYTES_MAX, PUBLIC_PART_BYTES_MAX, Row, RowError};

/// Writes the JSON of rows with the same columns; checks the bounds of spec §2.1 on the way.
pub(crate) struct RowWriter {
    columns: Columns,
    private: Members,
    public: Members,
}

/// The members of a `row` object in the order in which they are written.
struct Members(Vec<Member>);

/// A column: where its cell is, and what stands before the cell, such as `,"name":`.
struct Member {
    position: usize,
    lead: String,
}

impl Members {
    /// Sorted by UTF-16 code units, as RFC 8785 demands; the columns themselves are sorted by code point.
    fn new(names: &[String]) -> Self {
        let mut sorted: Vec<(usize, &String)> = names.iter().enumerate().collect();
        sorted.sort_unstable_by(|a, b| utf16_order(a.1, b.1));
        let members = sorted.into_iter().enumerate().map(|(nth, (position, name))| {
            let mut lead = String::from(if nth == 0 { "" } else { "," });
            push_string(&mut lead, name);
            lead.push(':');
            Member { position, lead }
        });
        Self(members.collect())
    }

    /// Appends `{"name":"cell",…}`. `cells` and `names` are in the order of the columns.
    fn write(&self, out: &mut String, cells: &[&str], names: &[String]) -> Result<(), RowError> {
        out.push('{');
        for member in &self.0 {
            out.push_str(&member.lead);
            let (Some(cell), Some(name)) = (cells.get(member.position), names.get(member.position)) else { continue };
            push_cell(out, cell, name, CELL_BYTES_MAX)?;
        }
        out.push('}');
        Ok(())
    }
}

/// Appends a cell as a JSON string, after checking its bounds.
fn push_cell(out: &mut String, cell: &str, column: &str, limit: usize) -> Result<(), RowError> {
    if cell.len() > limit {
        return Err(RowError::CellTooLong { column: column.to_owned(), found: cell.len(), limit });
    }
    // Nearly every cell needs no escape: one pass without a branch for each byte.
    let special = cell.bytes().fold(false, |seen, b| seen | (b < 0x20) | (b == b'"') | (b == b'\\'));
    if special {
        if cell.contains('\0') {
            return Err(RowError::Nul { column: column.to_owned() });
        }
        push_string(out, cell);
    } else {
        out.push('"');
        out.push_str(cell);
        out.push('"');
    }
    Ok(())
}

impl RowWriter {
    pub(crate) fn new(columns: &Columns) -> Self {
        Self {
            columns: columns.clone(),
            private: Members::new(columns.private()),
            public: Members::new(columns.public()),
        }
    }

    pub(crate) fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Replaces `json` by `{"id":…,"row":{each private column}}`.
    pub(crate) fn write_private(&self, json: &mut String, row: &Row<'_>) -> Result<(), RowError> {
        check_count("private", self.columns.private(), row.private)?;
        if row.id.is_empty() {
            return Err(RowError::EmptyId { column: self.columns.id().to_owned() });
        }
        json.clear();
        json.push_str("{\"id\":");
        push_cell(json, row.id, self.columns.id(), ID_BYTES_MAX)?;
        json.push_str(",\"row\":");
        self.private.write(json, row.private, self.columns.private())?;
        json.push('}');
        Ok(())
    }

    /// Replaces `json` by `{"household":tag?,"row":{each public column}}`.
    pub(crate) fn write_public(
        &self,
        json: &mut String,
        row: &Row<'_>,
        tag: Option<HouseholdTag>,
    ) -> Result<(), RowError> {
        check_count("public", self.columns.public(), row.public)?;
        json.clear();
        match tag {
            Some(tag) => {
                let mut digits = [0; 32];
                hex::encode_to_slice(tag.0, &mut digits).expect("32 digits for 16 bytes");
                json.push_str("{\"household\":\"");
                json.push_str(str::from_utf8(&digits).expect("hexadecimal digits are ASCII"));
                json.push_str("\",\"row\":");
            }
            None => json.push_str("{\"row\":"),
        }
        self.public.write(json, row.public, self.columns.public())?;
        json.push('}');
        if json.len() > PUBLIC_PART_BYTES_MAX {
            return Err(RowError::PublicPartTooLong { found: json.len() });
        }
        Ok(())
    }

    /// Replaces `json` by `[cell of each household column, in order]`. `false`, and nothing written, if all of them are empty or
    /// there are none: then there is no address.
    pub(crate) fn write_address(&self, json: &mut String, row: &Row<'_>) -> Result<bool, RowError> {
        let names = self.columns.household();
        check_count("household", names, row.household)?;
        if row.household.iter().all(|cell| cell.is_empty()) {
            return Ok(false);
        }
        json.clear();
        for (nth, (cell, name)) in row.household.iter().zip(names).enumerate() {
            json.push(if nth == 0 { '[' } else { ',' });
            push_cell(json, cell, name, CELL_BYTES_MAX)?;
        }
        json.push(']');
        Ok(true)
    }
}

fn check_count(role: &'static str, columns: &[String], cells: &[&str]) -> Result<(), RowError> {
    if columns.len() == cells.len() {
        return Ok(());
    }
    Err(RowError::CellCount { role, expected: columns.len(), found: cells.len() })
}
