//! The artifacts that methods name (spec §7.3, §7.4): the list of strata and the list of panels. What a rule of theirs forbids is refused
//! when they are read; what depends on the pool is checked in [`crate::method`].

use serde::{Deserialize, Serialize};

use crate::json::{self, JsonError};
use crate::terms::MAX_PANELS;

/// Format of a strata list.
pub const STRATA_FORMAT: &str = "kleroterion/v1/strata";
/// Format of a panel list.
pub const PANELS_FORMAT: &str = "kleroterion/v1/panels";

/// Most quotas of a list (spec §7.4): bounds the sums of §7.8.
pub const MAX_QUOTAS: usize = 10_000;

/// An artifact that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArtifactError {
    /// Its encoding.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// Its format member.
    #[error("expected an artifact of format {expected}")]
    Format {
        /// What its place demands.
        expected: &'static str,
    },
    /// Strata not sorted, not distinct, or with the wrong number of values.
    #[error("stratum {at} is not after the one before, or has not one value for each column")]
    Stratum {
        /// Position, from 0.
        at: usize,
    },
    /// Panels or quotas out of order or out of bounds.
    #[error("the panel list: {0}")]
    Panels(&'static str),
}

/// One stratum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stratum {
    /// Reserves to draw in it.
    pub reserves: u32,
    /// Seats to draw in it.
    pub seats: u32,
    /// Its values, in the order of the columns.
    pub values: Vec<String>,
}

/// The strata artifact (spec §7.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StrataList {
    columns: Vec<String>,
    format: String,
    strata: Vec<Stratum>,
}

impl StrataList {
    /// Sorts strata and checks them.
    pub fn new(columns: Vec<String>, mut strata: Vec<Stratum>) -> Result<Self, ArtifactError> {
        strata.sort_by(|a, b| a.values.cmp(&b.values));
        let list = Self { columns, format: STRATA_FORMAT.to_owned(), strata };
        list.check()?;
        Ok(list)
    }

    /// Reads the artifact.
    pub fn parse(text: &str) -> Result<Self, ArtifactError> {
        let list: Self = json::decode(text)?;
        list.check()?;
        Ok(list)
    }

    /// The artifact's text.
    pub fn text(&self) -> Result<String, JsonError> {
        json::encode(self)
    }

    /// The columns whose values make a stratum.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The strata, sorted by values.
    #[must_use]
    pub fn strata(&self) -> &[Stratum] {
        &self.strata
    }

    fn check(&self) -> Result<(), ArtifactError> {
        if self.format != STRATA_FORMAT {
            return Err(ArtifactError::Format { expected: STRATA_FORMAT });
        }
        let mut last: Option<&Vec<String>> = None;
        for (at, stratum) in self.strata.iter().enumerate() {
            // Rust compares strings by UTF-8 bytes, which is the order of code points.
            if stratum.values.len() != self.columns.len() || last.is_some_and(|last| last >= &stratum.values) {
                return Err(ArtifactError::Stratum { at });
            }
            last = Some(&stratum.values);
        }
        Ok(())
    }
}

/// One quota: how many members of a panel may have a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// A public column.
    pub column: String,
    /// At most so many.
    pub max: u32,
    /// At least so many.
    pub min: u32,
    /// Its value.
    pub value: String,
}

/// The panel list artifact (spec §7.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PanelList {
    format: String,
    households: bool,
    panels: Vec<Vec<u32>>,
    quotas: Vec<Quota>,
}

impl PanelList {
    /// Sorts members, panels and quotas, and checks them.
    pub fn new(households: bool, mut panels: Vec<Vec<u32>>, mut quotas: Vec<Quota>) -> Result<Self, ArtifactError> {
        panels.iter_mut().for_each(|panel| panel.sort_unstable());
        panels.sort();
        quotas.sort_by(|a, b| (&a.column, &a.value).cmp(&(&b.column, &b.value)));
        let list = Self { format: PANELS_FORMAT.to_owned(), households, panels, quotas };
        list.check()?;
        Ok(list)
    }

    /// Reads the artifact.
    pub fn parse(text: &str) -> Result<Self, ArtifactError> {
        let list: Self = json::decode(text)?;
        list.check()?;
        Ok(list)
    }

    /// The artifact's text.
    pub fn text(&self) -> Result<String, JsonError> {
        json::encode(self)
    }

    /// Whether no two members of a panel may share a household.
    #[must_use]
    pub fn households(&self) -> bool {
        self.households
    }

    /// The panels, each ascending, in lexicographic order.
    #[must_use]
    pub fn panels(&self) -> &[Vec<u32>] {
        &self.panels
    }

    /// The quotas, sorted by column and value.
    #[must_use]
    pub fn quotas(&self) -> &[Quota] {
        &self.quotas
    }

    fn check(&self) -> Result<(), ArtifactError> {
        if self.format != PANELS_FORMAT {
            return Err(ArtifactError::Format { expected: PANELS_FORMAT });
        }
        let most = usize::try_from(MAX_PANELS).unwrap_or(usize::MAX);
        if self.panels.is_empty() || self.panels.len() > most {
            return Err(ArtifactError::Panels("expected 1 to 10,000 panels"));
        }
        if !self.panels.iter().all(|panel| ascending(panel)) {
            return Err(ArtifactError::Panels("the members of a panel are not strictly ascending"));
        }
        if !self.panels.iter().zip(self.panels.iter().skip(1)).all(|(a, b)| a <= b) {
            return Err(ArtifactError::Panels("panels are not in lexicographic order"));
        }
        if self.quotas.len() > MAX_QUOTAS {
            return Err(ArtifactError::Panels("expected at most 10,000 quotas"));
        }
        let sorted = |(a, b): (&Quota, &Quota)| (&a.column, &a.value) < (&b.column, &b.value);
        if !self.quotas.iter().zip(self.quotas.iter().skip(1)).all(sorted) {
            return Err(ArtifactError::Panels("quotas are not sorted by column and value, or stand twice"));
        }
        if self.quotas.iter().any(|quota| quota.min > quota.max) {
            return Err(ArtifactError::Panels("a quota has a minimum above its maximum"));
        }
        Ok(())
    }
}

/// Whether numbers are strictly ascending.
fn ascending(numbers: &[u32]) -> bool {
    numbers.iter().zip(numbers.iter().skip(1)).all(|(a, b)| a < b)
}
