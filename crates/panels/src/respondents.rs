//! The people who may be drawn, and the file they come in.
//!
//! One row a person, one column for each feature of the quotas, an id column,
//! other columns as they like (they are written out again untouched). Values
//! are compared without regard to case and spacing. People who share a
//! household ("same address") are those whose household columns are all equal
//! and not all empty: equal as a pool has it, which tells people of one address
//! apart from others by the very text, trimmed and normalised. Addresses that
//! differ in case or spacing alone are thus different ones, here as in the draw,
//! and are told ([`Respondents::nearly_equal_addresses`]).

use std::collections::BTreeMap;

use crate::error::{InputError, InputErrors, Place, Problem, shortened};
use crate::instance::count;
use crate::quotas::Quotas;
use crate::spelling::{folded, nearest, normalise};
use crate::table::Table;

/// Where the ids come from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum IdColumn {
    /// A column called `id`, `nationbuilder_id` or `generated_id`.
    #[default]
    Obvious,
    /// The column of that name.
    Named(String),
    /// None: ids are made from the row numbers, in a new column `generated_id`.
    Generate,
}

/// How to read a respondents file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RespondentOptions {
    /// Where the ids come from.
    pub id: IdColumn,
    /// Columns which together name a household; empty for no household rule.
    pub household: Vec<String>,
}

/// The people, in file order. Ids are unique, every value is known.
#[derive(Clone, PartialEq, Eq)]
pub struct Respondents {
    table: Table,
    id_column: usize,
    /// Per person and feature, which value.
    values: Vec<Vec<usize>>,
    household: Vec<Option<u32>>,
    nearly_equal: Vec<(u64, u64)>,
}

impl std::fmt::Debug for Respondents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Respondents").field("people", &self.values.len()).finish_non_exhaustive()
    }
}

impl Respondents {
    /// Reads a CSV file.
    ///
    /// # Errors
    /// Everything that is wrong with it, with line numbers.
    pub fn from_csv(bytes: &[u8], quotas: &Quotas, options: &RespondentOptions) -> Result<Self, InputErrors> {
        let table = Table::from_csv(bytes, Place::Respondents, "respondents")?;
        Self::from_table(table, quotas, options)
    }

    /// Reads the first sheet of a spreadsheet.
    ///
    /// # Errors
    /// Everything that is wrong with it, with row numbers.
    #[cfg(feature = "xlsx")]
    pub fn from_xlsx(bytes: &[u8], quotas: &Quotas, options: &RespondentOptions) -> Result<Self, InputErrors> {
        let table = crate::xlsx::read(bytes, Place::Respondents, "respondents")?;
        Self::from_table(table, quotas, options)
    }

    fn from_table(mut table: Table, quotas: &Quotas, options: &RespondentOptions) -> Result<Self, InputErrors> {
        let header = Place::Respondents(Some(1));
        let mut errors = Vec::new();
        let mut take = |column: Result<usize, InputError>| column.map_err(|e| errors.push(e)).unwrap_or_default();
        let feature_columns: Vec<usize> =
            quotas.features().iter().map(|f| take(table.require(&f.name, header))).collect();
        let household_columns: Vec<usize> = options.household.iter().map(|c| take(table.require(c, header))).collect();
        let id_column = match &options.id {
            IdColumn::Named(name) => take(table.require(name, header)),
            IdColumn::Obvious => take(
                ["id", "nationbuilder_id", "generated_id"]
                    .iter()
                    .find_map(|n| table.column(n))
                    .ok_or(InputError { place: header, problem: Problem::NoIdColumn }),
            ),
            IdColumn::Generate => table.header.len(),
        };
        if !errors.is_empty() {
            return Err(InputErrors::new(errors));
        }
        if options.id == IdColumn::Generate {
            let mut name = String::from("generated_id");
            while table.column(&name).is_some() {
                name.push('_');
            }
            table.header.push(name);
            let width = table.rows.len().to_string().len();
            for (i, row) in table.rows.iter_mut().enumerate() {
                row.push(format!("p{:0width$}", i + 1));
            }
        }

        let known: Vec<BTreeMap<String, usize>> = quotas
            .features()
            .iter()
            .map(|f| f.quotas.iter().enumerate().map(|(i, q)| (folded(&q.value), i)).collect())
            .collect();
        let mut first_line: BTreeMap<String, u64> = BTreeMap::new();
        let mut households: BTreeMap<Vec<String>, u32> = BTreeMap::new();
        let mut alike: BTreeMap<Vec<String>, (u32, u64)> = BTreeMap::new();
        let mut nearly_equal = Vec::new();
        let mut values = Vec::with_capacity(table.rows.len());
        let mut household = Vec::with_capacity(table.rows.len());
        for (row, &line) in table.rows.iter().zip(&table.lines) {
            let mut wrong = |problem| {
                errors.push(InputError { place: Place::Respondents(Some(line)), problem });
            };
            let id = normalise(&row[id_column]);
            if id.is_empty() {
                wrong(Problem::MissingId);
            } else if let Some(&first_line) = first_line.get(&id) {
                wrong(Problem::DuplicateId { first_line });
            } else {
                first_line.insert(id, line);
            }
            let mut answers = Vec::with_capacity(feature_columns.len());
            for (at, feature) in quotas.features().iter().enumerate() {
                let cell = row[feature_columns[at]].as_str();
                if cell.is_empty() {
                    wrong(Problem::MissingValue { feature: shortened(&feature.name) });
                } else if let Some(&value) = known[at].get(&folded(cell)) {
                    answers.push(value);
                } else {
                    wrong(Problem::UnknownValue {
                        feature: shortened(&feature.name),
                        found: shortened(cell),
                        nearest: nearest(cell, feature.quotas.iter().map(|q| q.value.as_str())),
                    });
                }
            }
            values.push(answers);
            let key: Vec<String> = household_columns.iter().map(|&c| normalise(&row[c])).collect();
            household.push(if key.iter().all(String::is_empty) {
                None
            } else {
                let nearly: Vec<String> = key.iter().map(|cell| folded(cell)).collect();
                let next = count(households.len());
                let this = *households.entry(key).or_insert(next);
                let (first, first_line) = *alike.entry(nearly).or_insert((this, line));
                if this == next && first != this {
                    nearly_equal.push((first_line, line));
                }
                Some(this)
            });
        }
        if errors.is_empty() {
            Ok(Self { table, id_column, values, household, nearly_equal })
        } else {
            Err(InputErrors::new(errors))
        }
    }

    /// Number of people.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is nobody. Parsers refuse that.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The ids, in file order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.table.rows.iter().map(|row| row[self.id_column].as_str())
    }

    /// Name of the id column.
    #[must_use]
    pub fn id_column(&self) -> &str {
        &self.table.header[self.id_column]
    }

    /// Names of all columns.
    #[must_use]
    pub fn header(&self) -> &[String] {
        &self.table.header
    }

    /// A person's cells, in the order of the header.
    #[must_use]
    pub fn row(&self, person: usize) -> Option<&[String]> {
        self.table.rows.get(person).map(Vec::as_slice)
    }

    /// Line (or spreadsheet row) on which a person stands.
    #[must_use]
    pub fn line(&self, person: u32) -> Option<u64> {
        self.table.lines.get(crate::instance::index(person)).copied()
    }

    pub(crate) fn value(&self, person: usize, feature: usize) -> usize {
        self.values[person][feature]
    }

    /// Per person and feature, which value; in file order.
    pub(crate) fn values(&self) -> impl Iterator<Item = &[usize]> {
        self.values.iter().map(Vec::as_slice)
    }

    /// Whether anybody has an address that counts.
    #[must_use]
    pub fn has_household_rule(&self) -> bool {
        self.household.iter().any(Option::is_some)
    }

    /// Addresses that another one equals but for case and spacing: the line of the other, and the first line of this one.
    #[must_use]
    pub fn nearly_equal_addresses(&self) -> &[(u64, u64)] {
        &self.nearly_equal
    }

    pub(crate) fn household(&self, person: usize) -> Option<u32> {
        self.household[person]
    }
}
