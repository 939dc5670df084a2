//! Certificates of fairness (spec §7.8): multipliers that bound, by counting alone, how much fairer another list could have been.
//!
//! Every choice of multipliers proves a bound that is true; a bad choice proves a weak one. So nothing here has to be believed, no solver is
//! needed, and a certificate that somebody tampered with can flatter no list. Nothing here decides whether a draw is valid, and nothing
//! computes with anything but integers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::artifacts::{PanelList, Quota};
use crate::hash::ArtifactHash;
use crate::json::{self, JsonError};
use crate::method::{MethodError, People, QuotaIndex};
use crate::terms::{Method, Terms};

/// Format of a certificate.
pub const CERTIFICATE_FORMAT: &str = "kleroterion/v1/certificate";
/// Longest certificate, in bytes (spec §7.8): as long as any artifact inside a bundle.
pub const CERTIFICATE_LIMIT: usize = 32 << 20;
/// Most levels (spec §7.8): bounds the work of checking.
pub const MAX_LEVELS: usize = 10_000;

/// One level: the multipliers of the rows, and who counts as earlier from then on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Of households, each given by the first person with its tag: ascending, multipliers at least 1.
    pub households: Vec<(u32, u32)>,
    /// Of each quota's maximum and minimum, in the order of the list.
    pub quotas: Vec<(u32, u32)>,
    /// Who is earlier for all later levels, ascending.
    pub stops: Vec<u32>,
    /// Of the seats, as maximum and as minimum.
    pub total: (u32, u32),
}

/// The certificate artifact (spec §7.8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    format: String,
    levels: Vec<Level>,
    list: ArtifactHash,
}

/// What one level proves, beside what the list gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    numerator: u128,
    denominator: u128,
    settled: u32,
    achieved: u32,
    panels: u32,
}

/// The bounds of a certificate, one for each level. Made by [`Certificate::bounds`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds(Vec<Bound>);

/// A certificate that is none for this list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Its encoding.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// Longer than [`CERTIFICATE_LIMIT`].
    #[error("the certificate has {found} bytes, at most {CERTIFICATE_LIMIT} are read")]
    TooLong {
        /// Its length.
        found: usize,
    },
    /// Its format member.
    #[error("expected a certificate of format {CERTIFICATE_FORMAT}")]
    Format,
    /// It is about another list.
    #[error("the certificate is about the list {found}, the terms name {expected}")]
    OtherList {
        /// In the terms.
        expected: ArtifactHash,
        /// In the certificate.
        found: ArtifactHash,
    },
    /// No level, or more than [`MAX_LEVELS`].
    #[error("a certificate has 1 to {MAX_LEVELS} levels, this one has {found}")]
    Levels {
        /// How many it has.
        found: usize,
    },
    /// A level that breaks a rule of §7.8.
    #[error("level {level} of the certificate: {problem}")]
    Level {
        /// From 0.
        level: usize,
        /// What is wrong.
        problem: &'static str,
    },
    /// The list beats the bound. A list that was counted cannot.
    #[error("level {level} of the certificate excludes the list itself: one of them is not what it is taken for")]
    Excluded {
        /// From 0.
        level: usize,
    },
    /// The table.
    #[error(transparent)]
    Inputs(#[from] MethodError),
}

impl Bound {
    /// The bound as a fraction in lowest terms: nobody can promise everybody who is left more than this chance.
    #[must_use]
    pub fn ratio(&self) -> (u128, u128) {
        (self.numerator, self.denominator)
    }
    /// The same in whole panels of the list, rounded down.
    #[must_use]
    pub fn panels_possible(&self) -> u32 {
        let copies = self.numerator.saturating_mul(u128::from(self.panels)) / self.denominator.max(1);
        u32::try_from(copies).unwrap_or(self.panels)
    }
    /// The fewest panels of anybody who is left, in the list.
    #[must_use]
    pub fn panels_achieved(&self) -> u32 {
        self.achieved
    }
    /// How many people earlier levels settled.
    #[must_use]
    pub fn settled(&self) -> u32 {
        self.settled
    }
    /// The bound in billionths, rounded up: a bound stays one.
    #[must_use]
    pub fn billionths(&self) -> u128 {
        self.numerator.saturating_mul(1_000_000_000).div_ceil(self.denominator.max(1))
    }
}

impl Bounds {
    /// The first level's: on the best possible smallest chance, without a condition.
    #[must_use]
    pub fn first(&self) -> Option<&Bound> {
        self.0.first()
    }
    /// All levels.
    #[must_use]
    pub fn levels(&self) -> &[Bound] {
        &self.0
    }
}

impl Certificate {
    /// A certificate for a list.
    pub fn new(list: ArtifactHash, levels: Vec<Level>) -> Result<Self, CertificateError> {
        let certificate = Self { format: CERTIFICATE_FORMAT.to_owned(), levels, list };
        certificate.check()?;
        Ok(certificate)
    }

    /// Reads the artifact.
    pub fn parse(text: &str) -> Result<Self, CertificateError> {
        if text.len() > CERTIFICATE_LIMIT {
            return Err(CertificateError::TooLong { found: text.len() });
        }
        let certificate: Self = json::decode(text)?;
        certificate.check()?;
        Ok(certificate)
    }

    /// The artifact's text.
    pub fn text(&self) -> Result<String, JsonError> {
        json::encode(self)
    }

    fn check(&self) -> Result<(), CertificateError> {
        if self.format != CERTIFICATE_FORMAT {
            return Err(CertificateError::Format);
        }
        if self.levels.is_empty() || self.levels.len() > MAX_LEVELS {
            return Err(CertificateError::Levels { found: self.levels.len() });
        }
        for (at, level) in self.levels.iter().enumerate() {
            let wrong = |problem| Err(CertificateError::Level { level: at, problem });
            if !level.stops.iter().zip(level.stops.iter().skip(1)).all(|(a, b)| a < b) {
                return wrong("stops are not strictly ascending");
            }
            let households = &level.households;
            if !households.iter().zip(households.iter().skip(1)).all(|(a, b)| a.0 < b.0) {
                return wrong("households are not strictly ascending");
            }
            if households.iter().any(|(_, multiplier)| *multiplier == 0) {
                return wrong("a household has the multiplier 0");
            }
        }
        Ok(())
    }

    /// Recomputes what each level proves of a list that has been counted (spec §7.8).
    pub fn bounds(&self, terms: &Terms, list: &PanelList, people: &dyn People) -> Result<Bounds, CertificateError> {
        let Method::Panels { list: expected, .. } = terms.method else {
            return Err(MethodError::Missing("the method panels").into());
        };
        if self.list != expected {
            return Err(CertificateError::OtherList { expected, found: self.list });
        }
        let mut crowd = Crowd::new(terms, list, people)?;
        let mut bounds = Vec::with_capacity(self.levels.len());
        for (at, level) in self.levels.iter().enumerate() {
            let wrong = |problem| CertificateError::Level { level: at, problem };
            let achieved = crowd.fewest().ok_or_else(|| wrong("everybody stands in earlier levels"))?;
            let sums = crowd.sums(level).map_err(wrong)?;
            let bound = crowd.bound(&sums, achieved).ok_or(CertificateError::Excluded { level: at })?;
            bounds.push(bound);
            crowd.settle(&level.stops).map_err(wrong)?;
        }
        Ok(Bounds(bounds))
    }
}

/// People who count towards the same quotas, and how many of them are settled.
#[derive(Clone, Default)]
struct Type {
    quotas: Vec<usize>,
    people: u32,
    open: u32,
    /// Panels of the settled, in all.
    settled_panels: u64,
}

/// Everybody, by type, while levels settle one after the other.
struct Crowd<'a> {
    quotas: &'a [Quota],
    seats: u32,
    panels: u32,
    types: Vec<Type>,
    /// For each person: type, panels, settled.
    people: Vec<(usize, u32, bool)>,
    /// People by panels, fewest first; all before `front` are settled.
    by_panels: Vec<(u32, u32)>,
    front: usize,
    settled: u32,
    /// Members of each household by its first member; empty unless households count.
    households: BTreeMap<u32, Vec<u32>>,
}

/// The sums of spec §7.8.
#[derive(Default)]
struct Sums {
    room: i128,
    slope: i128,
    taken: i128,
}

impl Sums {
    /// Adds people with the sum of multipliers `c`.
    fn add(&mut self, c: i128, people: u32, open: u32, settled_panels: u64) {
        if c < 0 {
            self.room -= c * i128::from(people);
        } else {
            self.slope += c * i128::from(open);
            self.taken += c * i128::from(settled_panels);
        }
    }
}

fn at(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

impl<'a> Crowd<'a> {
    fn new(terms: &Terms, list: &'a PanelList, people: &dyn People) -> Result<Self, MethodError> {
        let index = QuotaIndex::new(list, people)?;
        let mut panels = vec![0u32; at(people.size())];
        for member in list.panels().iter().flatten() {
            if let Some(count) = panels.get_mut(at(*member)) {
                *count += 1;
            }
        }
        let mut numbers: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
        let mut types: Vec<Type> = Vec::new();
        let mut tags: BTreeMap<[u8; 16], u32> = BTreeMap::new();
        let mut households: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        let mut each = Vec::with_capacity(panels.len());
        for (person, count) in (0u32..).zip(&panels) {
            let quotas: Vec<usize> = index.of(people, person).collect();
            let next = types.len();
            let number = *numbers.entry(quotas).or_insert_with_key(|quotas| {
                types.push(Type { quotas: quotas.clone(), ..Type::default() });
                next
            });
            if let Some(kind) = types.get_mut(number) {
                kind.people += 1;
                kind.open += 1;
            }
            if let Some(tag) = people.household(person).filter(|_| list.households()) {
                let first = *tags.entry(tag).or_insert(person);
                households.entry(first).or_default().push(person);
            }
            each.push((number, *count, false));
        }
        let mut by_panels: Vec<(u32, u32)> = panels.into_iter().zip(0u32..).collect();
        by_panels.sort_unstable();
        Ok(Self {
            quotas: list.quotas(),
            seats: terms.seats,
            panels: u32::try_from(list.panels().len()).unwrap_or(u32::MAX),
            types,
            people: each,
            by_panels,
            front: 0,
            settled: 0,
            households,
        })
    }

    /// The fewest panels of anybody who is not settled; `None` if everybody is.
    fn fewest(&mut self) -> Option<u32> {
        loop {
            let (panels, person) = *self.by_panels.get(self.front)?;
            if self.people.get(at(person)).is_some_and(|(_, _, settled)| !settled) {
                return Some(panels);
            }
            self.front += 1;
        }
    }

    fn sums(&self, level: &Level) -> Result<Sums, &'static str> {
        if level.quotas.len() != self.quotas.len() {
            return Err("it has not one pair of multipliers for each quota");
        }
        let net = |(g, h): (u32, u32)| i128::from(g) - i128::from(h);
        let mut sums = Sums { room: net(level.total) * i128::from(self.seats), ..Sums::default() };
        for (quota, (g, h)) in self.quotas.iter().zip(&level.quotas) {
            sums.room += i128::from(*g) * i128::from(quota.max) - i128::from(*h) * i128::from(quota.min);
        }
        let of_type = |kind: &Type| -> i128 {
            let quotas = kind.quotas.iter().filter_map(|quota| level.quotas.get(*quota).copied());
            net(level.total) + quotas.map(net).sum::<i128>()
        };
        // People of listed households are counted one by one, the others by type.
        let mut rest: Vec<(i128, Type)> =
            self.types.iter().map(|kind| (of_type(kind), Type { quotas: Vec::new(), ..*kind })).collect();
        for (first, g) in &level.households {
            let members = self.households.get(first).ok_or("no household begins with a person that it lists")?;
            sums.room += i128::from(*g);
            for member in members {
                let Some((number, panels, settled)) = self.people.get(at(*member)) else { continue };
                let Some((c, kind)) = rest.get_mut(*number) else { continue };
                let (open, settled_panels) = if *settled { (0, u64::from(*panels)) } else { (1, 0) };
                kind.people -= 1;
                kind.open -= open;
                kind.settled_panels -= settled_panels;
                sums.add(*c + i128::from(*g), 1, open, settled_panels);
            }
        }
        for (c, kind) in rest {
            sums.add(c, kind.people, kind.open, kind.settled_panels);
        }
        Ok(sums)
    }

    /// The bound, unless the list itself beats it.
    fn bound(&self, sums: &Sums, achieved: u32) -> Option<Bound> {
        let m = i128::from(self.panels);
        let (numerator, denominator) = (m * sums.room - sums.taken, m * sums.slope);
        if i128::from(achieved) * denominator > numerator * m {
            return None;
        }
        let (numerator, denominator) = (u128::try_from(numerator).ok()?, u128::try_from(denominator).ok()?);
        let (numerator, denominator) = if numerator >= denominator { (1, 1) } else { (numerator, denominator) };
        let common = divisor(numerator, denominator);
        Some(Bound {
            numerator: numerator / common,
            denominator: denominator / common,
            settled: self.settled,
            achieved,
            panels: self.panels,
        })
    }

    fn settle(&mut self, stops: &[u32]) -> Result<(), &'static str> {
        for person in stops {
            let Some((number, panels, settled)) = self.people.get_mut(at(*person)) else {
                return Err("stops name somebody beyond the pool");
            };
            if std::mem::replace(settled, true) {
                return Err("stops name somebody who stands in an earlier level");
            }
            self.settled += 1;
            if let Some(kind) = self.types.get_mut(*number) {
                kind.open -= 1;
                kind.settled_panels += u64::from(*panels);
            }
        }
        Ok(())
    }
}

/// Greatest common divisor; `b` is at least 1.
fn divisor(mut a: u128, mut b: u128) -> u128 {
    while a != 0 {
        (a, b) = (b % a, a);
    }
    b.max(1)
}
