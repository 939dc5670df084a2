//! Reads the pool's vectors, and names errors by their class.
#![expect(dead_code, reason = "each test file uses a part of this")]

use std::fmt::Debug;

use klero_draw::commitment::{Commitment, PersonHasher, PoolBuilder};
use klero_draw::hash::PoolRoot;
use klero_draw::pool::{Columns, PoolKey, Row};
use klero_draw::table::{HEADER, TableWriter};
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct PoolVectors {
    pub(crate) pools: Vec<Pool>,
    pub(crate) refused_tables: Vec<RefusedTable>,
}

#[derive(Deserialize)]
pub(crate) struct Pool {
    pub(crate) name: String,
    pub(crate) pool_key: String,
    pub(crate) columns: Columns,
    pub(crate) people: Vec<Person>,
    pub(crate) size: u32,
    pub(crate) root: PoolRoot,
    pub(crate) table: String,
}

#[derive(Deserialize)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) private: Vec<String>,
    pub(crate) household: Vec<String>,
    pub(crate) public: Vec<String>,
    pub(crate) index: u32,
    pub(crate) salt: String,
    pub(crate) private_part: String,
    #[serde(default)]
    pub(crate) address_key: Option<String>,
    pub(crate) public_part: String,
    pub(crate) leaf: String,
}

#[derive(Deserialize)]
pub(crate) struct RefusedTable {
    pub(crate) pool: String,
    pub(crate) name: String,
    pub(crate) error: String,
    pub(crate) table: String,
}

pub(crate) fn pool_vectors() -> PoolVectors {
    serde_json::from_str(include_str!("../../../../tests/vectors/pool.json")).expect("vectors")
}

impl PoolVectors {
    pub(crate) fn pool(&self, name: &str) -> &Pool {
        self.pools.iter().find(|pool| pool.name == name).expect("a pool of that name")
    }
}

impl Pool {
    pub(crate) fn key(&self) -> PoolKey {
        self.pool_key.parse().expect("a key")
    }

    pub(crate) fn commit(&self) -> Commitment {
        let mut builder = PoolBuilder::new(&self.key(), &self.columns);
        for (handle, person) in (0..).zip(&self.people) {
            person.with_row(|row| builder.push(row, handle)).expect("a good row");
        }
        builder.finish().expect("a good pool")
    }
}

impl Person {
    pub(crate) fn with_row<T>(&self, each: impl FnOnce(&Row<'_>) -> T) -> T {
        with_row(&self.id, [&self.private, &self.household, &self.public], each)
    }
}

/// Borrows owned cells (private, household, public) as a row.
pub(crate) fn with_row<T>(id: &str, cells: [&[String]; 3], each: impl FnOnce(&Row<'_>) -> T) -> T {
    let [private, household, public] = cells.map(|list| list.iter().map(String::as_str).collect::<Vec<_>>());
    each(&Row { id, private: &private, household: &household, public: &public })
}

/// The table of a committed pool; `rows` are by handle.
pub(crate) fn write_table(
    key: &PoolKey,
    columns: &Columns,
    commitment: &Commitment,
    rows: &[(String, [Vec<String>; 3])],
) -> String {
    let mut hasher = PersonHasher::new(key, columns);
    let mut writer = TableWriter::new(commitment);
    let mut text = HEADER.to_owned();
    for (_, handle) in commitment.entries() {
        let (id, [private, household, public]) = &rows[usize::try_from(handle).expect("64-bit")];
        with_row(id, [private, household, public], |row| {
            text.push_str(writer.line(&hasher.parts(row).expect("a good row")).expect("the committed row"));
        });
    }
    writer.finish().expect("everybody");
    text
}

pub(crate) fn columns(private: &[&str], household: &[&str], public: &[&str]) -> Columns {
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    Columns::new(owned(household), "id".to_owned(), owned(private), owned(public)).expect("good columns")
}

/// The name of an error's variant.
pub(crate) fn class(error: &impl Debug) -> String {
    format!("{error:?}").chars().take_while(char::is_ascii_alphanumeric).collect()
}
