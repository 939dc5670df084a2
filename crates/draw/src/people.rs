//! A table answers what methods ask of people (spec §7), so that they can be carried out on anything else that does.

use crate::method::{NumberedColumn, People};
use crate::table::Table;

impl People for Table<'_> {
    fn size(&self) -> u32 {
        self.size()
    }
    fn column(&self, name: &str) -> Option<usize> {
        self.columns().public_position(name)
    }
    fn value(&self, person: u32, column: usize) -> &str {
        self.value(person, column)
    }
    fn household(&self, person: u32) -> Option<[u8; 16]> {
        self.tag(person).map(|tag| tag.0)
    }
    fn numbered(&self, column: usize) -> Option<NumberedColumn<'_>> {
        Some(NumberedColumn { values: self.values(column), codes: self.codes(column) })
    }
}
