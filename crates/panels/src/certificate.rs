//! A proof, checkable with integers alone, that no lottery could be much fairer.
//!
//! # What is proved
//! A *lottery* is any probability distribution over panels that keep the rules.
//! Person `i` has the chance `p_i` of being on the panel. A *level* of the
//! certificate states: *in every lottery that gives each person `i` of the
//! earlier levels at least the floor `f_i`, some person who is not in an earlier
//! level has a chance of at most `bound`.* For level 0 nobody has a floor, so its
//! bound is a bound on the best possible minimum chance, without any condition.
//!
//! # The rules, as rows
//! | row | members | lowest `lo` | highest `hi` |
//! |---|---|---|---|
//! | total | everybody | seats | seats |
//! | quota q, in file order | people with that value | its min | its max |
//! | household h | its members | 0 | 1 |
//!
//! # Format
//! ```json
//! {"format":"kleroterion/v1/panels-certificate","seats":75,"people":825,
//!  "levels":[{"total":-2,"quotas":[0,3,-1,…],"households":[[17,4],…],
//!             "stops":[0,5,9,…],"floor":[3937,100000]}]}
//! ```
//! - `total`, `quotas` (one for each quota row, in the order of the quotas
//!   file), `households` (pairs of a household's lowest member index and its
//!   multiplier, ascending; households not listed have 0): integer multipliers,
//!   each between −2^40 and 2^40. Only their ratio matters.
//! - `stops`: the people, ascending, who count as *earlier* for all later levels.
//! - `floor`: numerator and denominator, `0 ≤ n ≤ d`, `1 ≤ d ≤ 2^40`: the `f_i`
//!   of exactly these people in later levels.
//!
//! # Formula
//! For one level let `g_r` be the multipliers and for each person
//! `c_i = Σ_{rows r with i} g_r`. Let `N` be the people in no earlier level.
//! ```text
//! room  = Σ_r (g_r > 0 ? g_r·hi_r : g_r·lo_r) + Σ_{i: c_i < 0} |c_i|
//! slope = Σ_{i ∈ N, c_i > 0} c_i
//! taken = Σ_{distinct floors n/d, as written} ⌊2^20 · n · (Σ_{i with that floor, c_i > 0} c_i) / d⌋
//! bound = min(1, (2^20·room − taken) / (2^20·slope)), in lowest terms; 1 if slope = 0
//! ```
//! (`taken` is rounded down so that only integers are needed: that can raise the
//! bound by less than `levels / (2^20·slope)`, and never lowers it.)
//! # Why it holds
//! For a panel with members `x_i ∈ {0, 1}`, exchanging the sums gives
//! `Σ_i c_i·x_i = Σ_r g_r·(members of r on the panel) ≤ Σ_r (g_r > 0 ? g_r·hi_r : g_r·lo_r)`.
//! The same holds for the average over a lottery, `x_i` becoming `p_i ∈ [0, 1]`.
//! Terms with `c_i < 0` are at least `−|c_i|`; terms with `c_i > 0` of earlier
//! people are at least `c_i·f_i`; the rest are at least `c_i` times the least
//! chance in `N`. **This is true for every choice of multipliers**: there are no
//! wrong ones, only weak ones; so a certificate that somebody tampered with
//! can overstate what is possible, never understate it. A negative `room` with
//! positive `slope` says that no such lottery exists at all; it is refused.
//!
//! This file must never use floating point, and needs nothing but integers: a
//! verifier may take it as it is.

use serde::{Deserialize, Serialize};

/// Value of the `format` field.
pub const FORMAT: &str = "kleroterion/v1/panels-certificate";
/// Bound on multipliers and denominators: products of these with seats, sums
/// over 2^32 people and a second denominator stay below 2^127.
pub const MAX_MULTIPLIER: i64 = 1 << 40;
/// Most levels of a certificate: bounds the work of checking.
pub const MAX_LEVELS: usize = 10_000;

/// A fraction of non-negative integers, in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ratio {
    /// Above the line.
    pub numerator: u128,
    /// Below the line, at least 1.
    pub denominator: u128,
}

/// One level's multipliers and the people whom it settles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelProof {
    /// Multiplier of the row that counts everybody.
    pub total: i64,
    /// Multipliers of the quotas, in file order.
    pub quotas: Vec<i64>,
    /// Lowest member and multiplier of households, ascending.
    pub households: Vec<(u32, i64)>,
    /// The people who are settled after this level, ascending.
    pub stops: Vec<u32>,
    /// Their floor in later levels: numerator, denominator.
    pub floor: (i64, i64),
}

/// The certificate: an artifact beside a panel list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// [`FORMAT`].
    pub format: String,
    /// Seats of a panel.
    pub seats: u32,
    /// Number of people.
    pub people: u32,
    /// The levels, lowest first.
    pub levels: Vec<LevelProof>,
}

/// The rules in the form that the formula needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules<'a> {
    /// Seats of a panel.
    pub seats: u32,
    /// Lowest and highest number of seats of each quota, in file order.
    pub quotas: &'a [(u32, u32)],
    /// For each person, the quotas that count them (indices into `quotas`).
    pub quotas_of: &'a [Vec<u32>],
    /// For each person, the lowest member of their household, if it has
    /// several respondents.
    pub household_of: &'a [Option<u32>],
}

/// What a level proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LevelBound {
    /// Nobody who is still in can be promised more than this.
    pub bound: Ratio,
    /// Number of people who were settled before this level.
    pub settled_before: u32,
    /// If the bound is 0: so many people who are still in are thereby proved to be on no panel at all, given the floors.
    pub proved_without_chance: u32,
}

/// On how many panels each person of a list is.
#[derive(Debug, Clone, Copy)]
pub struct Counts<'a> {
    /// Panels of each person, in file order.
    pub copies: &'a [u32],
    /// Panels of the list.
    pub panels: u32,
}

/// Why a certificate proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Another format or version.
    #[error("unknown certificate format")]
    Format,
    /// It is about another task.
    #[error("the certificate is about {found} {what}, not {expected}")]
    OtherTask {
        /// "seats", "people" or "quotas".
        what: &'static str,
        /// In the rules.
        expected: u64,
        /// In the certificate.
        found: u64,
    },
    /// It has no level, or more than [`MAX_LEVELS`].
    #[error("the certificate has {found} levels")]
    Levels {
        /// How many it has.
        found: u64,
    },
    /// A number is out of range, or a list is not ascending or names strangers.
    #[error("level {level}: {what} out of range or out of order")]
    Malformed {
        /// Which level, from 0.
        level: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// The floors of a level exclude every lottery, so that it says nothing.
    #[error("level {level}: no lottery reaches the floors")]
    Empty {
        /// Which level, from 0.
        level: usize,
    },
    /// A sum does not fit into 127 bits.
    #[error("level {level}: numbers too large")]
    Overflow {
        /// Which level, from 0.
        level: usize,
    },
}

impl Ratio {
    /// Whether this is less than `count / of`.
    #[must_use]
    pub fn is_below(self, count: u32, of: u32) -> bool {
        // a/b < c/d: compare whole parts and remainders, so that nothing overflows
        let (c, d) = (u128::from(count), u128::from(of));
        let (a, b) = (self.numerator, self.denominator);
        if d == 0 || b == 0 {
            return false;
        }
        match (a.checked_mul(d), c.checked_mul(b)) {
            (Some(left), Some(right)) => left < right,
            _ => a / b < c / d,
        }
    }

    /// The least number of copies out of `of` that is not below this, i.e. the
    /// bound in whole copies, rounded down.
    #[must_use]
    pub fn copies_of(self, of: u32) -> u128 {
        self.numerator.saturating_mul(u128::from(of)) / self.denominator.max(1)
    }

    /// Parts per billion, rounded up: a bound stays a bound.
    #[must_use]
    pub fn billionths_up(self) -> u128 {
        let scaled = self.numerator.saturating_mul(1_000_000_000);
        scaled.div_ceil(self.denominator.max(1))
    }
}

impl Certificate {
    /// Recomputes what every level proves, by the certificate's own floors.
    ///
    /// # Errors
    /// If the certificate is malformed, about another task, or empty of meaning.
    pub fn verify(&self, rules: &Rules<'_>) -> Result<Vec<LevelBound>, CertificateError> {
        self.recompute(rules, None)
    }

    /// Recomputes what every level proves beside a list: everybody's floor is what they have there, whatever the certificate says, so that a list can
    /// never beat a bound, and nobody can make one look better by other floors.
    ///
    /// # Errors
    /// As [`Self::verify`], or if the counts are of another number of people.
    pub fn verify_beside(&self, rules: &Rules<'_>, counts: Counts<'_>) -> Result<Vec<LevelBound>, CertificateError> {
        let (expected, found) = (length(rules.quotas_of.len()), length(counts.copies.len()));
        if expected != found {
            return Err(CertificateError::OtherTask { what: "people", expected, found });
        }
        self.recompute(rules, Some(counts))
    }

    fn recompute(&self, rules: &Rules<'_>, counts: Option<Counts<'_>>) -> Result<Vec<LevelBound>, CertificateError> {
        if self.format != FORMAT {
            return Err(CertificateError::Format);
        }
        let people = length(rules.quotas_of.len());
        for (what, expected, found) in [
            ("seats", u64::from(rules.seats), u64::from(self.seats)),
            ("people", people, u64::from(self.people)),
            ("people", people, length(rules.household_of.len())),
        ] {
            if expected != found {
                return Err(CertificateError::OtherTask { what, expected, found });
            }
        }
        if self.levels.is_empty() || self.levels.len() > MAX_LEVELS {
            return Err(CertificateError::Levels { found: length(self.levels.len()) });
        }
        let mut floors: Vec<Option<(i64, i64)>> = vec![None; rules.quotas_of.len()];
        let mut settled = 0_u32;
        let mut bounds = Vec::with_capacity(self.levels.len());
        for (at, level) in self.levels.iter().enumerate() {
            let (bound, climbing) = level_bound(at, level, rules, &floors)?;
            let proved_without_chance = if bound.numerator == 0 { climbing } else { 0 };
            bounds.push(LevelBound { bound, settled_before: settled, proved_without_chance });
            let malformed = |what| CertificateError::Malformed { level: at, what };
            let (numerator, denominator) = level.floor;
            let in_range = (1..=MAX_MULTIPLIER).contains(&denominator) && (0..=denominator).contains(&numerator);
            if !in_range {
                return Err(malformed("floor"));
            }
            if level.stops.windows(2).any(|w| w[0] >= w[1]) {
                return Err(malformed("stops"));
            }
            for &person in &level.stops {
                let slot = usize::try_from(person).ok().and_then(|p| floors.get_mut(p));
                match slot {
                    Some(slot @ None) => {
                        let own = counts.and_then(|list| {
                            let copies = list.copies.get(usize::try_from(person).ok()?)?;
                            Some((i64::from(*copies), i64::from(list.panels.max(1))))
                        });
                        *slot = Some(own.unwrap_or(level.floor));
                    }
                    _ => return Err(malformed("stops")),
                }
                settled = settled.saturating_add(1);
            }
        }
        Ok(bounds)
    }
}

fn length(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

/// Greatest common divisor; `b` is positive.
fn divisor(mut a: u128, mut b: u128) -> u128 {
    while a != 0 {
        (a, b) = (b % a, a);
    }
    b
}

/// The formula above, for one level; and how many people of N have `c_i > 0`.
fn level_bound(
    at: usize,
    level: &LevelProof,
    rules: &Rules<'_>,
    floors: &[Option<(i64, i64)>],
) -> Result<(Ratio, u32), CertificateError> {
    let malformed = |what| CertificateError::Malformed { level: at, what };
    let overflow = || CertificateError::Overflow { level: at };
    let in_range = |g: i64| (-MAX_MULTIPLIER..=MAX_MULTIPLIER).contains(&g);
    if level.quotas.len() != rules.quotas.len() {
        return Err(CertificateError::OtherTask {
            what: "quotas",
            expected: length(rules.quotas.len()),
            found: length(level.quotas.len()),
        });
    }
    if !in_range(level.total) || !level.quotas.iter().all(|g| in_range(*g)) {
        return Err(malformed("multiplier"));
    }
    if level.households.windows(2).any(|w| w[0].0 >= w[1].0) || !level.households.iter().all(|h| in_range(h.1)) {
        return Err(malformed("households"));
    }

    // room, without the floors: the rows …
    let row = |g: i64, lo: u32, hi: u32| i128::from(g) * i128::from(if g > 0 { hi } else { lo });
    let mut room = row(level.total, rules.seats, rules.seats);
    for (&g, &(lo, hi)) in level.quotas.iter().zip(rules.quotas) {
        room = room.checked_add(row(g, lo, hi)).ok_or_else(overflow)?;
    }
    for &(first, g) in &level.households {
        let own = usize::try_from(first).ok().and_then(|p| rules.household_of.get(p));
        if own != Some(&Some(first)) {
            return Err(malformed("households"));
        }
        room = room.checked_add(row(g, 0, 1)).ok_or_else(overflow)?;
    }
    // … then the people; sums of c_i over settled people, for each floor
    let mut slope = 0_i128;
    let mut climbing = 0_u32;
    let mut by_floor: std::collections::BTreeMap<(i64, i64), i128> = std::collections::BTreeMap::new();
    for (person, quotas) in rules.quotas_of.iter().enumerate() {
        let mut c = i128::from(level.total);
        for &q in quotas {
            let g = usize::try_from(q).ok().and_then(|q| level.quotas.get(q));
            c += i128::from(*g.ok_or_else(|| malformed("quota"))?);
        }
        if let Some(first) = rules.household_of[person]
            && let Ok(found) = level.households.binary_search_by_key(&first, |h| h.0)
        {
            c += i128::from(level.households[found].1);
        }
        if c < 0 {
            room = room.checked_sub(c).ok_or_else(overflow)?;
        } else if let Some(floor) = floors[person] {
            let sum = by_floor.entry(floor).or_insert(0);
            *sum = sum.checked_add(c).ok_or_else(overflow)?;
        } else if c > 0 {
            slope = slope.checked_add(c).ok_or_else(overflow)?;
            climbing = climbing.saturating_add(1);
        }
    }
    if slope == 0 {
        return Ok((Ratio { numerator: 1, denominator: 1 }, climbing));
    }
    // room / slope with Σ c·n/d taken off: each term is rounded down on a common
    // scale, which can only raise the bound
    let scale = 1_i128 << 20;
    let mut scaled = room.checked_mul(scale).ok_or_else(overflow)?;
    for ((numerator, denominator), sum) in by_floor {
        let d = i128::from(denominator);
        let n = i128::from(numerator);
        let whole = (sum / d).checked_mul(n).and_then(|v| v.checked_mul(scale));
        let rest = (sum % d).checked_mul(n).map(|v| v / d * scale + v % d * scale / d);
        let part = whole.zip(rest).and_then(|(w, r)| w.checked_add(r)).ok_or_else(overflow)?;
        scaled = scaled.checked_sub(part).ok_or_else(overflow)?;
    }
    let denominator = slope.checked_mul(scale).ok_or_else(overflow)?;
    match (u128::try_from(scaled), u128::try_from(denominator)) {
        (Ok(numerator), Ok(denominator)) if numerator <= denominator => {
            let common = divisor(numerator, denominator);
            Ok((Ratio { numerator: numerator / common, denominator: denominator / common }, climbing))
        }
        (Ok(_), Ok(_)) => Ok((Ratio { numerator: 1, denominator: 1 }, climbing)),
        _ => Err(CertificateError::Empty { level: at }),
    }
}
