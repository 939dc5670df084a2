//! Methods (spec §7.1–7.4): from tickets to people, as a pure function. And everything that is refused before sealing, so that a sealed draw
//! always has a result.

use std::collections::{BTreeMap, BTreeSet};

use crate::artifacts::{PanelList, StrataList, Stratum};
use crate::seed::{Seed, Stage};
use crate::terms::{Method, Terms};
use crate::tickets::{Lowest, TicketKey};

/// What a method needs to know of people: the table, or anything that answers like it. Columns are public columns, by number.
pub trait People {
    /// How many.
    fn size(&self) -> u32;
    /// The number of a public column.
    fn column(&self, name: &str) -> Option<usize>;
    /// A person's value in a public column; `""` beyond the table.
    fn value(&self, person: u32, column: usize) -> &str;
    /// A person's household; `None` for an empty address.
    fn household(&self, person: u32) -> Option<[u8; 16]>;
    /// The values of a public column by number, if they are numbered.
    fn numbered(&self, column: usize) -> Option<NumberedColumn<'_>> {
        let _ = column;
        None
    }
}

/// A public column whose values are numbered.
#[derive(Clone, Copy)]
pub struct NumberedColumn<'a> {
    /// The distinct values, ascending by code point.
    pub values: &'a [std::borrow::Cow<'a, str>],
    /// For each person, the position of their value.
    pub codes: &'a [u32],
}

impl std::fmt::Debug for NumberedColumn<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NumberedColumn").field("values", &self.values.len()).finish_non_exhaustive()
    }
}

/// What a method is carried out on.
#[derive(Clone, Copy)]
pub struct DrawInputs<'a> {
    /// The table; not needed by `equal`.
    pub people: Option<&'a dyn People>,
    /// The strata artifact, for `stratified`.
    pub strata: Option<&'a StrataList>,
    /// The panel list, for `panels`.
    pub panels: Option<&'a PanelList>,
}

impl std::fmt::Debug for DrawInputs<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DrawInputs").field("strata", &self.strata).finish_non_exhaustive()
    }
}

/// Who is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Indices drawn, in the order of spec §7.
    pub drawn: Vec<u32>,
    /// Reserves, in order.
    pub reserves: Vec<u32>,
    /// Number of the drawn panel, for `panels`.
    pub panel: Option<u32>,
}

/// Why terms and pool do not go together. All of these are refused before sealing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MethodError {
    /// The method needs something that was not given.
    #[error("{0} is needed and not there")]
    Missing(&'static str),
    /// The table is of another size.
    #[error("the table has {found} people, the terms say {expected}")]
    Size {
        /// In the terms.
        expected: u32,
        /// In the table.
        found: u32,
    },
    /// A column of the terms is not in the table.
    #[error("the table has no public column '{0}'")]
    NoColumn(String),
    /// Fewer households than seats and reserves.
    #[error("there are {found} distinct households, {needed} are needed")]
    TooFewHouseholds {
        /// Seats and reserves.
        needed: u64,
        /// Distinct households, people without one counted one each.
        found: u64,
    },
    /// The strata artifact has other columns than the terms.
    #[error("the strata list is by other columns than the terms")]
    StrataColumns,
    /// Somebody is in no listed stratum.
    #[error("{people} people are in no listed stratum; the first has index {first}")]
    Unlisted {
        /// How many.
        people: u64,
        /// Index of the first.
        first: u32,
    },
    /// A stratum has nobody, or too few.
    #[error("stratum {stratum} has {people} people, {needed} are needed")]
    TooFewInStratum {
        /// Position in the artifact, from 0.
        stratum: usize,
        /// Seats and reserves of the stratum, at least 1.
        needed: u64,
        /// People in it.
        people: u64,
    },
    /// Seats or reserves of the strata do not add up.
    #[error(
        "the strata have {seats} seats and {reserves} reserves in all, the terms say {terms_seats} and {terms_reserves}"
    )]
    StrataSum {
        /// Sum of seats.
        seats: u64,
        /// Sum of reserves.
        reserves: u64,
        /// Seats of the terms.
        terms_seats: u32,
        /// Reserves of the terms.
        terms_reserves: u32,
    },
    /// A panel that breaks a rule of spec §7.4.
    #[error("panel {panel} {problem}")]
    Panel {
        /// Its number, from 0.
        panel: usize,
        /// What is wrong.
        problem: &'static str,
    },
    /// A value of the table that no quota lists, in a column that has quotas.
    #[error("a value of column '{0}' in the table has no quota")]
    NoQuota(String),
    /// Other counts than the terms promise.
    #[error(
        "the list has {panels} panels and everybody is on {min} to {max} of them; the terms say {terms_panels}, {terms_min} to {terms_max}"
    )]
    Counts {
        /// Panels of the list.
        panels: u64,
        /// Fewest panels of a person.
        min: u32,
        /// Most panels of a person.
        max: u32,
        /// Panels in the terms.
        terms_panels: u32,
        /// `min_count`.
        terms_min: u32,
        /// `max_count`.
        terms_max: u32,
    },
    /// Fewer people outside a panel than reserves.
    #[error("there are not enough people outside a panel for the reserves")]
    TooFewReserves,
}

fn len(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// Checks everything that is refused before sealing.
pub fn check_feasible(terms: &Terms, inputs: &DrawInputs<'_>) -> Result<(), MethodError> {
    let needed = u64::from(terms.seats) + u64::from(terms.reserves);
    match &terms.method {
        Method::Equal => Ok(()),
        Method::Households => {
            let people = table(terms, inputs)?;
            let mut tags = BTreeSet::new();
            let mut found = 0u64;
            for person in 0..people.size() {
                if people.household(person).is_none_or(|tag| tags.insert(tag)) {
                    found += 1;
                }
            }
            if found < needed { Err(MethodError::TooFewHouseholds { needed, found }) } else { Ok(()) }
        }
        Method::Stratified { columns, .. } => {
            let people = table(terms, inputs)?;
            let list = inputs.strata.ok_or(MethodError::Missing("the strata list"))?;
            if list.columns() != columns {
                return Err(MethodError::StrataColumns);
            }
            let members = count_strata(list, people)?;
            let sum = |part: fn(&Stratum) -> u32| list.strata().iter().map(|s| u64::from(part(s))).sum::<u64>();
            let (seats, reserves) = (sum(|s| s.seats), sum(|s| s.reserves));
            if seats != u64::from(terms.seats) || reserves != u64::from(terms.reserves) {
                return Err(MethodError::StrataSum {
                    seats,
                    reserves,
                    terms_seats: terms.seats,
                    terms_reserves: terms.reserves,
                });
            }
            for (at, (stratum, people)) in list.strata().iter().zip(members).enumerate() {
                let needed = (u64::from(stratum.seats) + u64::from(stratum.reserves)).max(1);
                if people < needed {
                    return Err(MethodError::TooFewInStratum { stratum: at, needed, people });
                }
            }
            Ok(())
        }
        Method::Panels { .. } => {
            let people = table(terms, inputs)?;
            let list = inputs.panels.ok_or(MethodError::Missing("the panel list"))?;
            check_panels(list, terms, people)?;
            check_counts(list, terms)
        }
    }
}

/// Carries the method out (spec §7). Whatever [`check_feasible`] refuses is refused here as well: a selection is always whole.
pub fn draw(terms: &Terms, inputs: &DrawInputs<'_>, seed: &Seed) -> Result<Selection, MethodError> {
    check_feasible(terms, inputs)?;
    let key = seed.key(Stage::People);
    let (seats, reserves) = (terms.seats, terms.reserves);
    let size = terms.pool.size;
    let wanted = seats.saturating_add(reserves);
    match &terms.method {
        Method::Equal => {
            let lowest = key.lowest(size, wanted);
            Ok(split(lowest.into_iter().map(|(_, person)| person).collect(), seats))
        }
        Method::Households => {
            let people = table(terms, inputs)?;
            let mut tags = BTreeSet::new();
            let taken = key
                .order(size, wanted.saturating_mul(2))
                .people()
                .filter(|person| people.household(*person).is_none_or(|tag| tags.insert(tag)))
                .take(index(wanted))
                .collect();
            Ok(split(taken, seats))
        }
        Method::Stratified { .. } => {
            let people = table(terms, inputs)?;
            let list = inputs.strata.ok_or(MethodError::Missing("the strata list"))?;
            Ok(draw_strata(list, &StrataIndex::new(list, people)?, people, &key))
        }
        Method::Panels { .. } => {
            let list = inputs.panels.ok_or(MethodError::Missing("the panel list"))?;
            let count = u32::try_from(list.panels().len()).unwrap_or(u32::MAX);
            let lowest = seed.key(Stage::Panels).lowest(count, 1);
            let panel = lowest.first().map(|(_, panel)| *panel).ok_or(MethodError::Missing("the panel list"))?;
            let drawn = list.panels().get(index(panel)).cloned().unwrap_or_default();
            // The members stand among the first in order at worst, so that many more suffice.
            let lowest = key.lowest(size, wanted);
            let others = lowest.into_iter().map(|(_, person)| person).filter(|p| drawn.binary_search(p).is_err());
            let reserves = others.take(index(reserves)).collect();
            Ok(Selection { drawn, reserves, panel: Some(panel) })
        }
    }
}

/// In each stratum the first in order; all strata in one pass over the key stream.
fn draw_strata(list: &StrataList, strata: &StrataIndex<'_>, people: &dyn People, key: &TicketKey) -> Selection {
    let wanted = |stratum: &Stratum| stratum.seats.saturating_add(stratum.reserves);
    let mut lowest: Vec<Lowest> = list.strata().iter().map(|stratum| Lowest::new(wanted(stratum))).collect();
    for (ticket, person) in key.tickets(0, u64::from(people.size())).zip(0u32..) {
        if let Some(lowest) = strata.of(people, person).and_then(|at| lowest.get_mut(at)) {
            lowest.offer(ticket, person);
        }
    }
    let mut selection = Selection { drawn: Vec::new(), reserves: Vec::new(), panel: None };
    for (stratum, lowest) in list.strata().iter().zip(lowest) {
        let taken = lowest.finish().into_iter().map(|(_, person)| person).collect();
        let part = split(taken, stratum.seats);
        selection.drawn.extend(part.drawn);
        selection.reserves.extend(part.reserves);
    }
    selection
}

/// A count or an index as a position; `usize` holds every u32 on the platforms that hold such a pool.
fn index(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

fn split(mut taken: Vec<u32>, seats: u32) -> Selection {
    let reserves = if taken.len() > index(seats) { taken.split_off(index(seats)) } else { Vec::new() };
    Selection { drawn: taken, reserves, panel: None }
}

/// The table, if it is of the right size.
pub(crate) fn table<'a>(terms: &Terms, inputs: &DrawInputs<'a>) -> Result<&'a dyn People, MethodError> {
    let people = inputs.people.ok_or(MethodError::Missing("the table"))?;
    if people.size() == terms.pool.size {
        Ok(people)
    } else {
        Err(MethodError::Size { expected: terms.pool.size, found: people.size() })
    }
}

fn column(people: &dyn People, name: &str) -> Result<usize, MethodError> {
    people.column(name).ok_or_else(|| MethodError::NoColumn(name.to_owned()))
}

/// Strata by number: the columns of the list, resolved once.
pub(crate) struct StrataIndex<'a> {
    list: &'a StrataList,
    columns: Vec<usize>,
    by_codes: Option<StrataByCodes<'a>>,
}

/// For each combination of numbered values, the stratum.
struct StrataByCodes<'a> {
    /// For each column, everybody's numbers, and how many there are.
    columns: Vec<(&'a [u32], usize)>,
    /// Position in the list; `None` where nobody is to be.
    strata: Vec<Option<u32>>,
}

/// Most combinations of values that are looked up by number; more are searched for by name.
const COMBINATIONS_MAX: usize = 1 << 16;

impl<'a> StrataIndex<'a> {
    pub(crate) fn new(list: &'a StrataList, people: &'a dyn People) -> Result<Self, MethodError> {
        let columns: Vec<usize> = list.columns().iter().map(|name| column(people, name)).collect::<Result<_, _>>()?;
        let by_codes = StrataByCodes::new(list, &columns, people);
        Ok(Self { list, columns, by_codes })
    }

    /// The stratum of a person, as a position in the list.
    pub(crate) fn of(&self, people: &dyn People, person: u32) -> Option<usize> {
        if let Some(by_codes) = &self.by_codes {
            return by_codes.of(person);
        }
        let compare = |stratum: &Stratum| {
            let values = stratum.values.iter().map(String::as_str);
            values.cmp(self.columns.iter().map(|column| people.value(person, *column)))
        };
        self.list.strata().binary_search_by(compare).ok()
    }
}

impl<'a> StrataByCodes<'a> {
    fn new(list: &StrataList, columns: &[usize], people: &'a dyn People) -> Option<Self> {
        let numbered: Vec<NumberedColumn<'a>> =
            columns.iter().map(|column| people.numbered(*column)).collect::<Option<_>>()?;
        let combinations =
            numbered.iter().try_fold(1usize, |product, column| product.checked_mul(column.values.len()))?;
        let mut strata = vec![None; Some(combinations).filter(|count| *count <= COMBINATIONS_MAX)?];
        for (at, stratum) in (0u32..).zip(list.strata()) {
            let places = numbered.iter().zip(&stratum.values).map(|(column, value)| {
                column
                    .values
                    .binary_search_by(|known| known.as_ref().cmp(value))
                    .ok()
                    .map(|code| (code, column.values.len()))
            });
            // A stratum with a value that nobody has has nobody.
            if let Some(place) = combine(places).and_then(|place| strata.get_mut(place)) {
                *place = Some(at);
            }
        }
        let columns = numbered.iter().map(|column| (column.codes, column.values.len())).collect();
        Some(Self { columns, strata })
    }

    fn of(&self, person: u32) -> Option<usize> {
        let places = self.columns.iter().map(|(codes, count)| Some((index(*codes.get(index(person))?), *count)));
        let stratum = combine(places).and_then(|place| self.strata.get(place).copied().flatten());
        stratum.map(index)
    }
}

/// The number of a combination of numbers, each below its own bound.
fn combine(places: impl Iterator<Item = Option<(usize, usize)>>) -> Option<usize> {
    let mut places = places;
    places.try_fold(0, |sum, place| place.map(|(code, count)| sum * count + code))
}

/// How many people each stratum has. Everybody must be in one.
fn count_strata(list: &StrataList, people: &dyn People) -> Result<Vec<u64>, MethodError> {
    let strata = StrataIndex::new(list, people)?;
    let mut members = vec![0u64; list.strata().len()];
    let mut unlisted: Option<(u64, u32)> = None;
    for person in 0..people.size() {
        match strata.of(people, person).and_then(|at| members.get_mut(at)) {
            Some(count) => *count += 1,
            None => {
                let (count, first) = unlisted.unwrap_or((0, person));
                unlisted = Some((count + 1, first));
            }
        }
    }
    match unlisted {
        Some((people, first)) => Err(MethodError::Unlisted { people, first }),
        None => Ok(members),
    }
}

/// Quotas by number: for each column that has quotas, its number in the table and each value's place in the list.
pub(crate) struct QuotaIndex<'a> {
    columns: Vec<(usize, BTreeMap<&'a str, usize>)>,
}

impl<'a> QuotaIndex<'a> {
    pub(crate) fn new(list: &'a PanelList, people: &dyn People) -> Result<Self, MethodError> {
        let mut columns: Vec<(usize, BTreeMap<&str, usize>)> = Vec::new();
        for (at, quota) in list.quotas().iter().enumerate() {
            let number = column(people, &quota.column)?;
            match columns.last_mut() {
                Some((last, values)) if *last == number => {
                    values.insert(&quota.value, at);
                }
                _ => columns.push((number, BTreeMap::from([(quota.value.as_str(), at)]))),
            }
        }
        Ok(Self { columns })
    }

    /// The quotas of each column.
    pub(crate) fn columns(&self) -> impl Iterator<Item = impl Iterator<Item = usize> + '_> + '_ {
        self.columns.iter().map(|(_, values)| values.values().copied())
    }

    /// The quotas that a person counts towards.
    pub(crate) fn of<'b>(&'b self, people: &'b dyn People, person: u32) -> impl Iterator<Item = usize> + 'b {
        self.columns.iter().filter_map(move |(column, values)| values.get(people.value(person, *column)).copied())
    }
}

/// Each panel has exactly `seats` members of the pool, meets every quota and the household rule; every value of a column that has quotas
/// has one (spec §7.4).
pub fn check_panels(list: &PanelList, terms: &Terms, people: &dyn People) -> Result<(), MethodError> {
    let quotas = QuotaIndex::new(list, people)?;
    for (column, values) in &quotas.columns {
        if (0..people.size()).any(|person| !values.contains_key(people.value(person, *column))) {
            let name = list.quotas().iter().find(|q| people.column(&q.column) == Some(*column));
            return Err(MethodError::NoQuota(name.map(|q| q.column.clone()).unwrap_or_default()));
        }
    }
    for (panel, members) in list.panels().iter().enumerate() {
        let wrong = |problem| MethodError::Panel { panel, problem };
        if members.len() != index(terms.seats) {
            return Err(wrong("has not as many members as there are seats"));
        }
        if members.last().is_some_and(|last| *last >= terms.pool.size) {
            return Err(wrong("has a member beyond the pool"));
        }
        let mut counts = vec![0u32; list.quotas().len()];
        let mut tags = BTreeSet::new();
        for member in members {
            for quota in quotas.of(people, *member) {
                if let Some(count) = counts.get_mut(quota) {
                    *count += 1;
                }
            }
            if list.households() && people.household(*member).is_some_and(|tag| !tags.insert(tag)) {
                return Err(wrong("has two members of one household"));
            }
        }
        if list.quotas().iter().zip(&counts).any(|(quota, count)| !(quota.min..=quota.max).contains(count)) {
            return Err(wrong("does not meet a quota"));
        }
    }
    if u64::from(terms.seats) + u64::from(terms.reserves) > u64::from(people.size()) {
        return Err(MethodError::TooFewReserves);
    }
    Ok(())
}

/// The list has as many panels as the terms say, and everybody's number of panels lies between the terms' bounds, which are attained.
pub fn check_counts(list: &PanelList, terms: &Terms) -> Result<(), MethodError> {
    let Method::Panels { panels, min_count, max_count, .. } = terms.method else {
        return Err(MethodError::Missing("the method panels"));
    };
    let mut counts = vec![0u32; index(terms.pool.size)];
    for member in list.panels().iter().flatten() {
        if let Some(count) = counts.get_mut(index(*member)) {
            *count += 1;
        }
    }
    let min = counts.iter().copied().min().unwrap_or(0);
    let max = counts.iter().copied().max().unwrap_or(0);
    let found = len(list.panels().len());
    if found == u64::from(panels) && min == min_count && max == max_count {
        return Ok(());
    }
    Err(MethodError::Counts {
        panels: found,
        min,
        max,
        terms_panels: panels,
        terms_min: min_count,
        terms_max: max_count,
    })
}
