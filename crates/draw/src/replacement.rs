//! Replacement (spec §7.5): who follows when seats are given up. A pure function of the seats so far, the leavers and the tickets.
//!
//! Nothing here knows why somebody left, and nobody who ever left is seated again.

use std::collections::BTreeSet;

use crate::artifacts::{PanelList, Quota};
use crate::method::{DrawInputs, MethodError, People, QuotaIndex, StrataIndex, table};
use crate::terms::{Method, Terms};
use crate::tickets::{Order, TicketKey};

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
    /// A seat is to be filled that nobody gave up, or that is to be filled twice.
    #[error("the seat of index {index} is not vacant")]
    NotVacant {
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

    /// Takes seats from those who gave them up. Nothing changes if one of them holds none, or is named twice.
    pub fn vacate(&mut self, leavers: &[u32]) -> Result<(), ReplacementError> {
        let mut leaving = BTreeSet::new();
        if let Some(index) = leavers.iter().find(|index| !self.seated.contains(index) || !leaving.insert(**index)) {
            return Err(ReplacementError::NotSeated { index: *index });
        }
        self.seated.retain(|person| !leaving.contains(person));
        self.left.append(&mut leaving);
        Ok(())
    }

    /// Seats somebody, as a `replaced` step says.
    pub fn seat(&mut self, person: u32) {
        self.seated.insert(person);
    }

    /// Fills the seats of `leavers`, who have been taken out with [`Self::vacate`], with the tickets of `key` (spec §7.5). The fills are in
    /// order of the leavers' (ticket, index), and each is seated before the next vacancy is filled.
    pub fn replace(
        &mut self,
        leavers: &[u32],
        terms: &Terms,
        inputs: &DrawInputs<'_>,
        key: &TicketKey,
    ) -> Result<Vec<Fill>, ReplacementError> {
        let rule = Rule::new(terms, inputs)?;
        let mut vacancies = BTreeSet::new();
        for index in leavers {
            let vacant = self.left.contains(index) && *index < terms.pool.size;
            if !vacant || !vacancies.insert((key.ticket(*index), *index)) {
                return Err(ReplacementError::NotVacant { index: *index });
            }
        }
        let expected = self.seated.len() + 2 * leavers.len();
        let mut order = key.order(terms.pool.size, u32::try_from(expected).unwrap_or(u32::MAX));
        Ok(vacancies.into_iter().map(|(_, left)| self.fill(left, &mut order, &rule)).collect())
    }

    fn fill(&mut self, left: u32, order: &mut Order, rule: &Rule<'_>) -> Fill {
        let stratum = rule.stratum(left);
        let tags: BTreeSet<_> = self.seated.iter().filter_map(|person| rule.household(*person)).collect();
        let needs = rule.needs(&self.seated);
        let best_possible = needs.as_ref().map_or(0, Needs::least);
        let mut candidates = Vec::new();
        let mut best: Option<(i64, usize)> = None;
        for person in order.people() {
            if self.seated.contains(&person) || self.left.contains(&person) || rule.stratum(person) != stratum {
                continue;
            }
            let at = candidates.len();
            candidates.push(person);
            if rule.household(person).is_some_and(|tag| tags.contains(&tag)) {
                continue;
            }
            let change = needs.as_ref().map_or(0, |needs| needs.change(person));
            if best.is_none_or(|(least, _)| change < least) {
                best = Some((change, at));
                // Whoever comes later can at most equal this one, and then the first in order has the seat.
                if change <= best_possible {
                    break;
                }
            }
        }
        let seated = best.and_then(|(_, at)| candidates.get(at).copied());
        if let (Some((_, at)), Some(person)) = (best, seated) {
            candidates.truncate(at);
            self.seated.insert(person);
        }
        Fill { left, passed: candidates, seated }
    }
}

/// What a method asks of those who follow.
#[derive(Default)]
struct Rule<'a> {
    people: Option<&'a dyn People>,
    strata: Option<StrataIndex<'a>>,
    households: bool,
    quotas: Option<(&'a PanelList, QuotaIndex<'a>)>,
}

impl<'a> Rule<'a> {
    fn new(terms: &Terms, inputs: &DrawInputs<'a>) -> Result<Self, MethodError> {
        Ok(match &terms.method {
            Method::Equal => Self::default(),
            Method::Households => Self { people: Some(table(terms, inputs)?), households: true, ..Self::default() },
            Method::Stratified { .. } => {
                let people = table(terms, inputs)?;
                let list = inputs.strata.ok_or(MethodError::Missing("the strata list"))?;
                Self { people: Some(people), strata: Some(StrataIndex::new(list, people)?), ..Self::default() }
            }
            Method::Panels { .. } => {
                let people = table(terms, inputs)?;
                let list = inputs.panels.ok_or(MethodError::Missing("the panel list"))?;
                let quotas = Some((list, QuotaIndex::new(list, people)?));
                Self { people: Some(people), households: list.households(), quotas, ..Self::default() }
            }
        })
    }

    /// The stratum of a person; `None` for everybody where there are no strata.
    fn stratum(&self, person: u32) -> Option<usize> {
        let people = self.people?;
        self.strata.as_ref()?.of(people, person)
    }

    /// The household of a person, where households count.
    fn household(&self, person: u32) -> Option<[u8; 16]> {
        if self.households { self.people.and_then(|people| people.household(person)) } else { None }
    }

    /// What the seated leave to be wished for by the quotas.
    fn needs<'b>(&'b self, seated: &BTreeSet<u32>) -> Option<Needs<'b>> {
        let (list, index) = self.quotas.as_ref()?;
        let people = self.people?;
        let mut counts = vec![0u32; list.quotas().len()];
        for quota in seated.iter().flat_map(|person| index.of(people, *person)) {
            if let Some(count) = counts.get_mut(quota) {
                *count += 1;
            }
        }
        let changes = list.quotas().iter().zip(counts).map(|(quota, count)| change(quota, count)).collect();
        Some(Needs { people, index, changes })
    }
}

/// By how much one more person of a quota changes max(0, min − count) + max(0, count − max): −1, 0 or 1, since min ≤ max.
fn change(quota: &Quota, count: u32) -> i64 {
    if count < quota.min {
        -1
    } else if count >= quota.max {
        1
    } else {
        0
    }
}

/// How each quota's shortfall would change with one more person. The total shortfall of spec §7.5 over the seated and a candidate is that
/// over the seated, which is the same for all candidates, plus the candidate's changes: so comparing changes compares totals.
struct Needs<'b> {
    people: &'b dyn People,
    index: &'b QuotaIndex<'b>,
    changes: Vec<i64>,
}

impl Needs<'_> {
    fn change(&self, person: u32) -> i64 {
        self.index.of(self.people, person).filter_map(|quota| self.changes.get(quota)).sum()
    }

    /// Nobody can change the total by less: one quota of each column at most.
    fn least(&self) -> i64 {
        let of_column = |quotas: &mut dyn Iterator<Item = usize>| {
            // Without a quota for a value, the value changes nothing.
            quotas.filter_map(|quota| self.changes.get(quota)).copied().min().unwrap_or(0).min(0)
        };
        self.index.columns().map(|mut quotas| of_column(&mut quotas)).sum()
    }
}
