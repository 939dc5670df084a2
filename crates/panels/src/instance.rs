//! From quotas and respondents to the integer programme that panels solve.
//!
//! People whose answers are equal and whose households are built alike are one
//! *type*: no rule can tell them apart, so only the number of seats that a type
//! gets matters. A rule is a *row*: row 0 counts everybody and must equal the
//! seats; then one row for each quota; then one for each kind of household
//! with more than one respondent, saying that no more seats go to such
//! households than there are households of that kind. (Because all households
//! of a kind have the same members, any counts within that bound can be seated
//! with at most one person per household: the row loses nothing.)
//!
//! This file never solves anything and never changes a quota.

use std::collections::BTreeMap;

use crate::error::{InputErrors, Problem};
use crate::quotas::Quotas;
use crate::respondents::Respondents;

/// People who no rule can tell apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    /// Rows that count this type, ascending.
    pub(crate) rows: Vec<usize>,
    /// The people, ascending, as indices in file order.
    pub(crate) members: Vec<u32>,
    /// Which kind of household, if the type lives in one with other respondents.
    pub(crate) group: Option<usize>,
}

impl Kind {
    /// Number of people of this type.
    pub(crate) fn size(&self) -> u32 {
        count(self.members.len())
    }
}

/// Households with the same composition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HouseholdKind {
    pub(crate) households: Vec<Vec<u32>>,
}

/// A checked task: who may be drawn, for how many seats, under which rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    pub(crate) seats: u32,
    pub(crate) people: u32,
    /// Lowest and highest number of seats for each row.
    pub(crate) bounds: Vec<(u32, u32)>,
    /// Lowest and highest after the widest allowed relaxation, quota rows only.
    pub(crate) flex: Vec<(u32, u32)>,
    /// Feature and value of each quota row (row number − 1).
    pub(crate) names: Vec<(String, String)>,
    pub(crate) kinds: Vec<Kind>,
    /// Type of each person.
    pub(crate) kind_of: Vec<usize>,
    pub(crate) groups: Vec<HouseholdKind>,
    /// Household of each person, if it has more than one respondent.
    pub(crate) household_of: Vec<Option<u32>>,
    /// Quota rows of each person.
    pub(crate) rows_of: Vec<Vec<usize>>,
}

/// A length as a count of people or seats; more than 2^32 − 1 cannot get past the parsers.
pub(crate) fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// A count as an index.
pub(crate) fn index(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

impl Instance {
    /// Groups people into types and turns rules into rows.
    ///
    /// # Errors
    /// Every contradiction between seats, quotas and people that can be seen by
    /// counting: zero seats, more seats than people, quotas that cannot add up
    /// to the seats, a value that needs more people than there are. What only a
    /// solver can see (rules that contradict each other) is found by
    /// [`crate::diagnose`].
    pub fn new(quotas: &Quotas, respondents: &Respondents, seats: u32) -> Result<Self, InputErrors> {
        let errors = crate::quotas::contradictions(quotas, respondents, seats);
        if errors.is_empty() { Ok(Self::of(quotas, respondents, seats)) } else { Err(InputErrors::new(errors)) }
    }

    /// The same for quotas of which counting alone shows that no panel meets them:
    /// there is nothing to build from it, but [`crate::relax()`] finds a way out.
    ///
    /// # Errors
    /// Zero seats, more seats than people: no change of quotas helps there.
    pub fn even_if_impossible(quotas: &Quotas, respondents: &Respondents, seats: u32) -> Result<Self, InputErrors> {
        let mut errors = crate::quotas::contradictions(quotas, respondents, seats);
        errors.retain(|e| matches!(e.problem, Problem::ZeroSeats | Problem::MoreSeatsThanPeople { .. }));
        if errors.is_empty() { Ok(Self::of(quotas, respondents, seats)) } else { Err(InputErrors::new(errors)) }
    }

    fn of(quotas: &Quotas, respondents: &Respondents, seats: u32) -> Self {
        let people = respondents.len();
        let mut first_row = Vec::new();
        let mut bounds = vec![(seats, seats)];
        let mut flex = vec![(seats, seats)];
        let mut names = Vec::new();
        for feature in quotas.features() {
            first_row.push(bounds.len());
            for quota in &feature.quotas {
                bounds.push((quota.min, quota.max));
                flex.push((quota.min_flex, quota.max_flex));
                names.push((feature.name.clone(), quota.value.clone()));
            }
        }
        let rows_of: Vec<Vec<usize>> = (0..people)
            .map(|p| first_row.iter().enumerate().map(|(f, row)| row + respondents.value(p, f)).collect())
            .collect();

        // households with more than one respondent, by composition
        let mut by_household: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for p in 0..people {
            if let Some(h) = respondents.household(p) {
                by_household.entry(h).or_default().push(count(p));
            }
        }
        by_household.retain(|_, members| members.len() > 1);
        let mut household_of = vec![None; people];
        let mut by_composition: BTreeMap<Vec<&[usize]>, Vec<Vec<u32>>> = BTreeMap::new();
        for (h, members) in &by_household {
            let mut composition: Vec<&[usize]> = members.iter().map(|&p| rows_of[index(p)].as_slice()).collect();
            composition.sort_unstable();
            by_composition.entry(composition).or_default().push(members.clone());
            for &p in members {
                household_of[index(p)] = Some(*h);
            }
        }
        let mut group_of = vec![None; people];
        let mut groups = Vec::new();
        for households in by_composition.into_values() {
            for p in households.iter().flatten() {
                group_of[index(*p)] = Some(groups.len());
            }
            groups.push(HouseholdKind { households });
        }

        let mut by_kind: BTreeMap<(&[usize], Option<usize>), Vec<u32>> = BTreeMap::new();
        for p in 0..people {
            by_kind.entry((&rows_of[p], group_of[p])).or_default().push(count(p));
        }
        let group_row = bounds.len();
        let mut kind_of = vec![0; people];
        let mut kinds = Vec::with_capacity(by_kind.len());
        for ((quota_rows, group), members) in by_kind {
            let mut rows = vec![0];
            rows.extend_from_slice(quota_rows);
            rows.extend(group.map(|g| group_row + g));
            for p in &members {
                kind_of[index(*p)] = kinds.len();
            }
            kinds.push(Kind { rows, members, group });
        }
        bounds.extend(groups.iter().map(|g| (0, count(g.households.len()).min(seats))));
        flex.extend(groups.iter().map(|g| (0, count(g.households.len()).min(seats))));
        Self { seats, people: count(people), bounds, flex, names, kinds, kind_of, groups, household_of, rows_of }
    }

    /// Seats of a panel.
    #[must_use]
    pub fn seats(&self) -> u32 {
        self.seats
    }

    /// Number of people who may be drawn.
    #[must_use]
    pub fn people(&self) -> u32 {
        self.people
    }

    /// Number of types.
    #[must_use]
    pub fn types(&self) -> u32 {
        count(self.kinds.len())
    }

    /// Feature and value of each quota, in file order.
    #[must_use]
    pub fn quota_names(&self) -> &[(String, String)] {
        &self.names
    }

    pub(crate) fn quota_rows(&self) -> std::ops::Range<usize> {
        1..1 + self.names.len()
    }

    /// Most seats that a type can have.
    pub(crate) fn top(&self, t: usize) -> f64 {
        f64::from(self.kinds[t].size().min(self.seats))
    }

    /// The bounds of a row after the widest relaxation.
    pub(crate) fn widest(&self, row: usize) -> (u32, u32) {
        let ((lo, hi), (lo_flex, hi_flex)) = (self.bounds[row], self.flex[row]);
        (lo.min(lo_flex), hi.max(hi_flex))
    }

    /// Whether so many seats for types, each named once, keep every rule, counted in integers.
    pub(crate) fn keeps(&self, seats: impl Iterator<Item = (usize, u32)>) -> bool {
        let mut counted = vec![0_u64; self.bounds.len()];
        for (t, places) in seats {
            let kind = &self.kinds[t];
            if places > kind.size() {
                return false;
            }
            for &row in &kind.rows {
                counted[row] += u64::from(places);
            }
        }
        counted.iter().zip(&self.bounds).all(|(c, b)| *c >= u64::from(b.0) && *c <= u64::from(b.1))
    }

    /// The columns of the programme.
    pub(crate) fn columns(&self) -> Vec<Vec<usize>> {
        self.kinds.iter().map(|k| k.rows.clone()).collect()
    }

    /// Row bounds for the solver.
    pub(crate) fn row_bounds(&self) -> Vec<(f64, f64)> {
        self.bounds.iter().map(|b| (f64::from(b.0), f64::from(b.1))).collect()
    }
}
