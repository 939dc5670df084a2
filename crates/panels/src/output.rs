//! The files that come out: the panel list, and people as CSV.
//!
//! `panels.json` holds `people`, the ids in file order, and `panels`, each an
//! ascending list of indices into `people`; panels in lexicographic order,
//! duplicates allowed. Beside them it holds by which rules it was built, so that
//! whoever seals it needs no other file: `quotas`, as the quotas file spells them;
//! `values`, for each person and feature the position in `quotas` of what that
//! person is; `households`, whether no two members may share an address; and
//! `certificate`. `search` tells how the builder looked for it: what it aimed at,
//! whether it was stopped, and the smallest chance before shares became copies.
//! That is its word, and proves nothing. A list from another program may lack these.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::build::Objective;
use crate::certificate::Certificate;
use crate::error::shortened;
use crate::instance::count;
use crate::quotas::Quotas;
use crate::report::Report;
use crate::respondents::Respondents;

/// The members of `panels.json`; the first two must be there.
const MEMBERS: [&str; 7] = ["people", "panels", "quotas", "values", "households", "certificate", "search"];

/// The content of `panels.json`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PanelList {
    /// The ids, in file order.
    pub people: Vec<String>,
    /// The panels, as indices into `people`.
    pub panels: Vec<Vec<u32>>,
    /// The quotas, feature by feature in the order of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quotas: Option<Vec<ListedQuota>>,
    /// For each person, for each feature, the position in `quotas`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<Vec<u32>>>,
    /// Whether no two members of a panel share an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub households: Option<bool>,
    /// The proof of the bounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Certificate>,
    /// How the builder looked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<Search>,
}

/// What a builder says about its search for a list.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// What it aimed at.
    pub objective: Objective,
    /// Whether it was stopped before it was done.
    pub interrupted: bool,
    /// Smallest chance of the best lottery found when shares need not be whole copies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_chance_before_rounding: Option<f64>,
}

/// A quota, as `panels.json` holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedQuota {
    /// The feature.
    pub feature: String,
    /// The value.
    pub value: String,
    /// At least so many seats.
    pub min: u32,
    /// At most so many.
    pub max: u32,
}

impl std::fmt::Debug for PanelList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PanelList").field("people", &self.people.len()).field("panels", &self.panels.len()).finish()
    }
}

/// Why a panel list cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PanelListError {
    /// Not the JSON of a panel list.
    #[error("not a panel list: line {line}, column {column}")]
    NotAPanelList {
        /// Line of the JSON text.
        line: usize,
        /// Column of the JSON text.
        column: usize,
    },
    /// A member that no panel list has.
    #[error("not a panel list: \"{name}\" is no part of one")]
    Superfluous {
        /// Its name.
        name: String,
    },
    /// A member without which there is no list.
    #[error("not a panel list: it has no \"{name}\"")]
    Missing {
        /// Its name.
        name: &'static str,
    },
    /// The list was made from other people, or in another order.
    #[error(
        "person {index} of the panel list is not person {index} of the respondents: the list was made from another file"
    )]
    OtherPeople {
        /// First index that differs.
        index: usize,
    },
}

impl PanelList {
    /// A list for these people. Panels must be as [`crate::BuiltList`] holds them.
    #[must_use]
    pub fn new(respondents: &Respondents, panels: Vec<Vec<u32>>) -> Self {
        Self {
            people: respondents.ids().map(str::to_owned).collect(),
            panels,
            quotas: None,
            values: None,
            households: None,
            certificate: None,
            search: None,
        }
    }

    /// Adds by which rules the list was built.
    #[must_use]
    pub fn with_rules(mut self, quotas: &Quotas, respondents: &Respondents, certificate: Certificate) -> Self {
        let mut listed = Vec::new();
        let mut first_of = Vec::new();
        for feature in quotas.features() {
            first_of.push(count(listed.len()));
            listed.extend(feature.quotas.iter().map(|quota| ListedQuota {
                feature: feature.name.clone(),
                value: quota.value.clone(),
                min: quota.min,
                max: quota.max,
            }));
        }
        let of_person = |values: &[usize]| values.iter().zip(&first_of).map(|(v, first)| first + count(*v)).collect();
        self.values = Some(respondents.values().map(of_person).collect());
        self.quotas = Some(listed);
        self.households = Some(respondents.has_household_rule());
        self.certificate = Some(certificate);
        self
    }

    /// Adds what the builder reports of its search.
    #[must_use]
    pub fn with_search(mut self, report: &Report) -> Self {
        self.search = report.objective.map(|objective| Search {
            objective,
            interrupted: report.interrupted,
            min_chance_before_rounding: report.min_chance_before_rounding,
        });
        self
    }

    /// The JSON text, ending in a newline.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = serde_json::to_string(self).unwrap_or_default();
        out.push('\n');
        out
    }

    /// Reads a list. Whether it keeps the rules is for [`crate::check`] to say.
    ///
    /// # Errors
    /// If the text is not a panel list.
    pub fn from_json(text: &[u8]) -> Result<Self, PanelListError> {
        serde_json::from_slice(text).map_err(|e| {
            let members: BTreeMap<String, IgnoredAny> = serde_json::from_slice(text).unwrap_or_default();
            let superfluous = members.keys().find(|name| !MEMBERS.contains(&name.as_str()));
            let missing = MEMBERS.iter().take(2).find(|name| !members.contains_key(**name));
            match (superfluous, missing) {
                _ if members.is_empty() => PanelListError::NotAPanelList { line: e.line(), column: e.column() },
                (Some(name), _) => PanelListError::Superfluous { name: shortened(name) },
                (None, Some(name)) => PanelListError::Missing { name },
                (None, None) => PanelListError::NotAPanelList { line: e.line(), column: e.column() },
            }
        })
    }

    /// Whether the list speaks of these respondents in this order.
    ///
    /// # Errors
    /// The first index that differs.
    pub fn matches(&self, respondents: &Respondents) -> Result<(), PanelListError> {
        let mut ids = respondents.ids();
        for (index, mine) in self.people.iter().enumerate() {
            if ids.next() != Some(mine) {
                return Err(PanelListError::OtherPeople { index });
            }
        }
        match ids.next() {
            None => Ok(()),
            Some(_) => Err(PanelListError::OtherPeople { index: self.people.len() }),
        }
    }
}

/// People as CSV with all the columns they came with, in the given order; for
/// `selected`, `remaining` and `reserves`. Indices out of range are passed over.
#[must_use]
pub fn people_csv(respondents: &Respondents, people: &[u32]) -> String {
    let header: Vec<&str> = respondents.header().iter().map(String::as_str).collect();
    let mut out = Rows::new(&header);
    for &person in people {
        if let Some(row) = respondents.row(crate::instance::index(person)) {
            let cells: Vec<&str> = row.iter().map(String::as_str).collect();
            out.push(&cells);
        }
    }
    out.finish()
}

/// Everybody who is neither on the panel nor among the reserves (both given as
/// indices), in file order.
#[must_use]
pub fn remaining(respondents: &Respondents, panel: &[u32], reserves: &[u32]) -> Vec<u32> {
    let taken: std::collections::BTreeSet<u32> = panel.iter().chain(reserves).copied().collect();
    (0..crate::instance::count(respondents.len())).filter(|p| !taken.contains(p)).collect()
}

/// CSV text in the making (comma, LF, quotes where needed).
pub(crate) struct Rows(String);

impl Rows {
    pub(crate) fn new(header: &[&str]) -> Self {
        let mut rows = Self(String::new());
        rows.push(header);
        rows
    }

    pub(crate) fn push(&mut self, cells: &[&str]) {
        for (i, cell) in cells.iter().enumerate() {
            if i > 0 {
                self.0.push(',');
            }
            if cell.contains([',', '"', '\n', '\r', ';']) || (cells.len() == 1 && cell.is_empty()) {
                self.0.push('"');
                self.0.push_str(&cell.replace('"', "\"\""));
                self.0.push('"');
            } else {
                self.0.push_str(cell);
            }
        }
        self.0.push('\n');
    }

    pub(crate) fn finish(self) -> String {
        self.0
    }
}
