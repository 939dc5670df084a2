//! Counts again, in integers, whether a list keeps every rule. Whatever builds
//! panels, only what passes here leaves the crate.
//!
//! This file must never use anything that the builders computed: it goes by the
//! people's own rows and households.

use crate::instance::{Instance, count, index};

/// How a list breaks the rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// No panels.
    #[error("the list has no panels")]
    Empty,
    /// A panel has the wrong number of people.
    #[error("panel {panel} has {found} people instead of {expected}")]
    Seats {
        /// Position in the list, from 0.
        panel: usize,
        /// Seats.
        expected: u32,
        /// People on the panel.
        found: u32,
    },
    /// A panel names somebody twice, out of order, or out of range.
    #[error("panel {panel} names somebody twice, not in ascending order, or beyond the people of the list")]
    Members {
        /// Position in the list, from 0.
        panel: usize,
    },
    /// A quota is missed.
    #[error("panel {panel}: {feature} / {value} has {found} people, outside {min} to {max}")]
    Quota {
        /// Position in the list, from 0.
        panel: usize,
        /// The feature.
        feature: String,
        /// Its value.
        value: String,
        /// Lowest number of seats.
        min: u32,
        /// Highest number of seats.
        max: u32,
        /// People on the panel with that value.
        found: u32,
    },
    /// Two people of one household are on a panel.
    #[error("panel {panel} has two people of one household")]
    Household {
        /// Position in the list, from 0.
        panel: usize,
    },
    /// Panels are not in lexicographic order.
    #[error("panel {panel} stands out of order: panels are sorted by their first members, then by the next, and so on")]
    Order {
        /// Position in the list, from 0.
        panel: usize,
    },
}

/// A list that keeps every rule; only [`check`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltList {
    panels: Vec<Vec<u32>>,
    /// Number of panels on which each person is.
    copies: Vec<u32>,
}

impl BuiltList {
    /// The panels, in lexicographic order, each ascending.
    #[must_use]
    pub fn panels(&self) -> &[Vec<u32>] {
        &self.panels
    }

    /// The panels, given away.
    #[must_use]
    pub fn into_panels(self) -> Vec<Vec<u32>> {
        self.panels
    }

    /// Number of panels on which each person is, in file order.
    #[must_use]
    pub fn copies(&self) -> &[u32] {
        &self.copies
    }

    /// Number of panels.
    #[must_use]
    pub fn len(&self) -> u32 {
        count(self.panels.len())
    }

    /// Never: a list without panels is refused.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.panels.is_empty()
    }

    /// Number of panels that differ.
    #[must_use]
    pub fn distinct(&self) -> u32 {
        let repeated = self.panels.windows(2).filter(|w| w[0] == w[1]).count();
        count(self.panels.len() - repeated)
    }
}

/// Counts every panel of a list.
///
/// # Errors
/// The first rule that a panel breaks.
pub fn check(instance: &Instance, panels: Vec<Vec<u32>>) -> Result<BuiltList, Violation> {
    if panels.is_empty() {
        return Err(Violation::Empty);
    }
    let quotas = instance.quota_rows();
    let mut copies = vec![0_u32; index(instance.people)];
    for (panel, members) in panels.iter().enumerate() {
        if members.windows(2).any(|w| w[0] >= w[1]) || members.last().is_some_and(|&p| p >= instance.people) {
            return Err(Violation::Members { panel });
        }
        let found = count(members.len());
        if found != instance.seats {
            return Err(Violation::Seats { panel, expected: instance.seats, found });
        }
        let mut counted = vec![0_u32; quotas.len()];
        let mut households = Vec::new();
        for &person in members {
            copies[index(person)] += 1;
            for &row in &instance.rows_of[index(person)] {
                counted[row - quotas.start] += 1;
            }
            households.extend(instance.household_of[index(person)]);
        }
        for (at, &found) in counted.iter().enumerate() {
            let (min, max) = instance.bounds[quotas.start + at];
            if found < min || found > max {
                let (feature, value) = instance.names[at].clone();
                return Err(Violation::Quota { panel, feature, value, min, max, found });
            }
        }
        households.sort_unstable();
        if households.windows(2).any(|w| w[0] == w[1]) {
            return Err(Violation::Household { panel });
        }
        if panel > 0 && panels[panel - 1] > *members {
            return Err(Violation::Order { panel });
        }
    }
    Ok(BuiltList { panels, copies })
}
