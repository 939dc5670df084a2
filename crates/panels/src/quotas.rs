//! Quotas, and the file they come in.
//!
//! Two spellings of the header are read: `feature,value,min,max` and the older
//! `category,name,min,max` or `category,feature,min,max`; both may go on with
//! `min_flex,max_flex`, the range within which [`crate::diagnose::relax`] may
//! look for a way out. Without them (or with an empty cell, or −1) the range is
//! unlimited. Other columns are passed over unless they look like a misspelling.

use std::collections::BTreeMap;

use crate::error::{InputError, InputErrors, Place, Problem, shortened};
use crate::instance::count;
use crate::respondents::Respondents;
use crate::spelling::{folded, nearest};
use crate::table::Table;

/// Most quotas of a file. 200 features of 10 values are well below.
pub const MAX_QUOTAS: usize = 5_000;

/// How many seats a value gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// The value, as the file spells it.
    pub value: String,
    /// Lowest number of seats.
    pub min: u32,
    /// Highest number of seats.
    pub max: u32,
    /// Lowest number after relaxation.
    pub min_flex: u32,
    /// Highest number after relaxation.
    pub max_flex: u32,
    /// Line in the file.
    pub line: u64,
}

/// A feature and the quotas of its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// Its name, as the file spells it.
    pub name: String,
    /// One quota for each value.
    pub quotas: Vec<Quota>,
}

/// All quotas. Every `min ≤ max`, every flex range contains its quota, names and
/// values are unique in any case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quotas {
    features: Vec<Feature>,
}

impl Quotas {
    /// Reads a CSV file.
    ///
    /// # Errors
    /// Everything that is wrong with it, with line numbers.
    pub fn from_csv(bytes: &[u8]) -> Result<Self, InputErrors> {
        Self::from_table(&Table::from_csv(bytes, Place::Quotas, "quotas")?)
    }

    /// Reads the first sheet of a spreadsheet.
    ///
    /// # Errors
    /// Everything that is wrong with it, with row numbers.
    #[cfg(feature = "xlsx")]
    pub fn from_xlsx(bytes: &[u8]) -> Result<Self, InputErrors> {
        Self::from_table(&crate::xlsx::read(bytes, Place::Quotas, "quotas")?)
    }

    fn from_table(table: &Table) -> Result<Self, InputErrors> {
        let header = Place::Quotas(Some(1));
        let old = table.column("category");
        let feature_column = old.map_or_else(|| table.require("feature", header), Ok);
        let value_names: &[&str] = if old.is_some() { &["name", "feature", "value"] } else { &["value", "name"] };
        let value_column =
            value_names.iter().find_map(|n| table.column(n)).map_or_else(|| table.require("value", header), Ok);
        let min_column = table.require("min", header);
        let max_column = table.require("max", header);
        let mut errors = Vec::new();
        for optional in ["min_flex", "max_flex"] {
            let near = nearest(
                optional,
                table
                    .header
                    .iter()
                    .map(String::as_str)
                    .filter(|h| !["min", "max", "min_flex", "max_flex"].contains(&folded(h).as_str())),
            );
            if table.column(optional).is_none() && near.is_some() {
                let problem = Problem::MissingColumn { column: optional.into(), nearest: near };
                errors.push(InputError { place: header, problem });
            }
        }
        let mut take = |column: Result<usize, InputError>| column.map_err(|e| errors.push(e)).unwrap_or_default();
        let (feature_at, value_at) = (take(feature_column), take(value_column));
        let (min_at, max_at) = (take(min_column), take(max_column));
        if !errors.is_empty() {
            return Err(InputErrors::new(errors));
        }
        if table.rows.len() > MAX_QUOTAS {
            let problem = Problem::TooMany {
                what: "quotas",
                limit: u64::from(count(MAX_QUOTAS)),
                found: u64::from(count(table.rows.len())),
            };
            return Err(InputErrors::one(Place::Quotas(None), problem));
        }
        let flex = (table.column("min_flex"), table.column("max_flex"));

        let mut features: Vec<Feature> = Vec::new();
        let mut by_name: BTreeMap<String, usize> = BTreeMap::new();
        let mut first_line: BTreeMap<(usize, String), u64> = BTreeMap::new();
        for (row, &line) in table.rows.iter().zip(&table.lines) {
            let place = Place::Quotas(Some(line));
            let before = errors.len();
            for at in [feature_at, value_at] {
                if row[at].is_empty() {
                    let problem = Problem::EmptyCell { column: table.header[at].clone() };
                    errors.push(InputError { place, problem });
                }
            }
            let mut number = |at: usize, unset: Option<u32>| {
                let cell = row[at].as_str();
                match (cell.parse::<u32>(), unset) {
                    (Ok(n), _) => n,
                    (Err(_), Some(default)) if cell.is_empty() || cell == "-1" => default,
                    (Err(_), _) => {
                        let column = table.header[at].clone();
                        let problem = if cell.is_empty() {
                            Problem::EmptyCell { column }
                        } else {
                            Problem::NotANumber { column, found: shortened(cell) }
                        };
                        errors.push(InputError { place, problem });
                        0
                    }
                }
            };
            let (min, max) = (number(min_at, None), number(max_at, None));
            let min_flex = flex.0.map_or(0, |at| number(at, Some(0)));
            let max_flex = flex.1.map_or(u32::MAX, |at| number(at, Some(u32::MAX)));
            if errors.len() > before {
                continue;
            }
            let feature = shortened(&row[feature_at]);
            let value = shortened(&row[value_at]);
            if min > max {
                let problem = Problem::MinOverMax { feature, value, min, max };
                errors.push(InputError { place, problem });
                continue;
            }
            if min_flex > min || max_flex < max {
                let problem = Problem::FlexInside { feature, value, min, max, min_flex, max_flex };
                errors.push(InputError { place, problem });
                continue;
            }
            let at = *by_name.entry(folded(&row[feature_at])).or_insert_with(|| {
                features.push(Feature { name: row[feature_at].clone(), quotas: Vec::new() });
                features.len() - 1
            });
            let key = (at, folded(&row[value_at]));
            if let Some(&first_line) = first_line.get(&key) {
                let problem = Problem::DuplicateQuota { feature, value, first_line };
                errors.push(InputError { place, problem });
                continue;
            }
            first_line.insert(key, line);
            let value = row[value_at].clone();
            features[at].quotas.push(Quota { value, min, max, min_flex, max_flex, line });
        }
        if errors.is_empty() { Ok(Self { features }) } else { Err(InputErrors::new(errors)) }
    }

    /// The features, in file order.
    #[must_use]
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// The file again, in the newer spelling, with the bounds of `relaxed` if given.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut out = crate::output::Rows::new(&["feature", "value", "min", "max", "min_flex", "max_flex"]);
        for feature in &self.features {
            for q in &feature.quotas {
                let max_flex = if q.max_flex == u32::MAX { String::new() } else { q.max_flex.to_string() };
                out.push(&[
                    &feature.name,
                    &q.value,
                    &q.min.to_string(),
                    &q.max.to_string(),
                    &q.min_flex.to_string(),
                    &max_flex,
                ]);
            }
        }
        out.finish()
    }

    /// The same quotas with other bounds, in file order.
    pub(crate) fn with_bounds(&self, bounds: &[(u32, u32)]) -> Self {
        let mut features = self.features.clone();
        let quotas = features.iter_mut().flat_map(|f| f.quotas.iter_mut());
        for (quota, &(min, max)) in quotas.zip(bounds) {
            quota.min = min;
            quota.max = max;
            quota.min_flex = quota.min_flex.min(min);
            quota.max_flex = quota.max_flex.max(max);
        }
        Self { features }
    }
}

/// What counting alone can tell: see [`crate::Instance::new`].
pub(crate) fn contradictions(quotas: &Quotas, respondents: &Respondents, seats: u32) -> Vec<InputError> {
    let people = count(respondents.len());
    let mut errors = Vec::new();
    let task = |problem| InputError { place: Place::Task, problem };
    if seats == 0 {
        errors.push(task(Problem::ZeroSeats));
    }
    if seats > people {
        errors.push(task(Problem::MoreSeatsThanPeople { seats, people }));
    }
    for (at, feature) in quotas.features.iter().enumerate() {
        let minima: u64 = feature.quotas.iter().map(|q| u64::from(q.min)).sum();
        let maxima: u64 = feature.quotas.iter().map(|q| u64::from(q.max)).sum();
        let name = || shortened(&feature.name);
        if maxima < u64::from(seats) {
            errors.push(task(Problem::MaximaTooLow { feature: name(), sum: maxima, seats }));
        }
        if minima > u64::from(seats) {
            errors.push(task(Problem::MinimaTooHigh { feature: name(), sum: minima, seats }));
        }
        let mut counts = vec![0_u32; feature.quotas.len()];
        for person in 0..respondents.len() {
            if let Some(c) = counts.get_mut(respondents.value(person, at)) {
                *c += 1;
            }
        }
        for (quota, &with_value) in feature.quotas.iter().zip(&counts) {
            if quota.min > with_value {
                errors.push(InputError {
                    place: Place::Quotas(Some(quota.line)),
                    problem: Problem::TooFewPeople {
                        feature: shortened(&feature.name),
                        value: shortened(&quota.value),
                        min: quota.min,
                        people: with_value,
                    },
                });
            }
        }
    }
    errors
}
