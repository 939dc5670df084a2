//! Replacement (spec §7.5): who follows when seats are given up. A pure function of the seats so far, the leavers and the tickets.

use std::collections::BTreeSet;

use crate::artifacts::PanelList;
use crate::method::{DrawInputs, MethodError, People, QuotaIndex, in_order, stratum_of, table};
use crate::terms::{Method, Terms};
use crate::tickets::TicketKey;

/// Who holds a seat, and who ever left one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seats {
    seated: BTreeSet<u32>,
    left: BTreeSet<u32>,
}

/// One vacancy and who follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fill {
    /// Who left.
    pub left: u32,
    /// Candidates who came before the one seated, in order, and were not chosen.
    pub passed: Vec<u32>,
    /// Who follows; `None` when candidates ran out.
    pub seated: Option<u32>,
}

/// A vacancy that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplacementError {
    /// Somebody left who holds no seat.
    #[error("index {index} holds no seat")]
    NotSeated {
        /// The index.
        index: u32,
    },
    /// Inputs.
    #[error(transparent)]
    Inputs(#[from] MethodError),
}

impl Seats {
    /// The seats after a draw.
    #[must_use]
    pub fn new(drawn: &[u32]) -> Self {
        Self { seated: drawn.iter().copied().collect(), left: BTreeSet::new() }
    }

    /// Who holds a seat, ascending.
    #[must_use]
    pub fn seated(&self) -> &BTreeSet<u32> {
        &self.seated
    }

    /// Who ever left one, ascending.
    #[must_use]
    pub fn left(&self) -> &BTreeSet<u32> {
        &self.left
    }

    /// Takes seats from those who gave them up. Nothing changes if one of them holds none.
    pub fn vacate(&mut self, leavers: &[u32]) -> Result<(), ReplacementError> {
        if let Some(index) = leavers.iter().find(|index| !self.seated.contains(index)) {
            return Err(ReplacementError::NotSeated { index: *index });
        }
        for leaver in leavers {
            self.seated.remove(leaver);
            self.left.insert(*leaver);
        }
        Ok(())
    }

    /// Seats somebody, as a `replaced` step says.
    pub fn seat(&mut self, person: u32) {
        self.seated.insert(person);
    }

    /// Fills the seats of `leavers`, who have been taken out with [`Self::vacate`], with the tickets of `key` (spec §7.5).
    pub fn replace(
        &mut self,
        leavers: &[u32],
        terms: &Terms,
        inputs: &DrawInputs<'_>,
        key: &TicketKey,
    ) -> Result<Vec<Fill>, ReplacementError> {
        let order = in_order(key, 0..terms.pool.size);
        let leavers = in_order(key, leavers.iter().copied());
        let rule = Rule::new(terms, inputs)?;
        leavers.into_iter().map(|left| self.fill(left, &order, &rule)).collect()
    }

    fn fill(&mut self, left: u32, order: &[u32], rule: &Rule<'_>) -> Result<Fill, ReplacementError> {
        let stratum = rule.stratum(left)?;
        let tags = rule.tags(&self.seated);
        let counts = rule.counts(&self.seated);
        let mut candidates = Vec::new();
        let mut best: Option<(u64, usize)> = None;
        for person in order {
            if self.seated.contains(person) || self.left.contains(person) || rule.stratum(*person)? != stratum {
                continue;
            }
            let at = candidates.len();
            candidates.push(*person);
            if rule.household(*person).is_some_and(|tag| tags.contains(&tag)) {
                continue;
            }
            let shortfall = rule.shortfall_with(&counts, *person);
            if best.is_none_or(|(least, _)| shortfall < least) {
                best = Some((shortfall, at));
            }
            // Nobody can be better than the first in order where there are no quotas.
            if rule.quotas.is_none() {
                break;
            }
        }
        let seated = best.and_then(|(_, at)| candidates.get(at).copied());
        if let (Some((_, at)), Some(person)) = (best, seated) {
            candidates.truncate(at);
            self.seated.insert(person);
        }
        Ok(Fill { left, passed: candidates, seated })
    }
}

/// What a method asks of those who follow.
struct Rule<'a> {
    people: Option<&'a dyn People>,
    strata: Option<&'a crate::artifacts::StrataList>,
    households: bool,
    quotas: Option<(&'a PanelList, QuotaIndex<'a>)>,
}

impl<'a> Rule<'a> {
    fn new(terms: &Terms, inputs: &DrawInputs<'a>) -> Result<Self, MethodError> {
        Ok(match &terms.method {
            Method::Equal => Self { people: None, strata: None, households: false, quotas: None },
            Method::Households => {
                Self { people: Some(table(terms, inputs)?), strata: None, households: true, quotas: None }
            }
            Method::Stratified { .. } => {
                let list = inputs.strata.ok_or(MethodError::Missing("the strata list"))?;
                Self { people: Some(table(terms, inputs)?), strata: Some(list), households: false, quotas: None }
            }
            Method::Panels { .. } => {
                let people = table(terms, inputs)?;
                let list = inputs.panels.ok_or(MethodError::Missing("the panel list"))?;
                let index = QuotaIndex::new(list, people)?;
                Self { people: Some(people), strata: None, households: list.households(), quotas: Some((list, index)) }
            }
        })
    }

    fn stratum(&self, person: u32) -> Result<Option<usize>, MethodError> {
        match (self.strata, self.people) {
            (Some(list), Some(people)) => stratum_of(list, people, person),
            _ => Ok(None),
        }
    }

    fn household(&self, person: u32) -> Option<[u8; 16]> {
        if self.households { self.people.and_then(|people| people.household(person)) } else { None }
    }

    fn tags(&self, seated: &BTreeSet<u32>) -> BTreeSet<[u8; 16]> {
        seated.iter().filter_map(|person| self.household(*person)).collect()
    }

    /// How many of the seated count towards each quota.
    fn counts(&self, seated: &BTreeSet<u32>) -> Vec<u64> {
        let (Some((list, index)), Some(people)) = (&self.quotas, self.people) else { return Vec::new() };
        let mut counts = vec![0u64; list.quotas().len()];
        for quota in seated.iter().flat_map(|person| index.of(people, *person)) {
            if let Some(count) = counts.get_mut(quota) {
                *count += 1;
            }
        }
        counts
    }

    /// Σ max(0, min − count) + Σ max(0, count − max), counted over the seated and the candidate.
    fn shortfall_with(&self, counts: &[u64], person: u32) -> u64 {
        let (Some((list, index)), Some(people)) = (&self.quotas, self.people) else { return 0 };
        let mut counts = counts.to_vec();
        for quota in index.of(people, person) {
            if let Some(count) = counts.get_mut(quota) {
                *count += 1;
            }
        }
        let one = |(quota, count): (&crate::artifacts::Quota, &u64)| {
            u64::from(quota.min).saturating_sub(*count) + count.saturating_sub(u64::from(quota.max))
        };
        list.quotas().iter().zip(&counts).map(one).sum()
    }
}
