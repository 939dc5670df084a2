//! The figures of a list: what everybody may know about it.
//!
//! Chances are shares of the list. Statistics are decimals for people to read;
//! what is proved stands beside them as whole numbers. No id, no row.

use num_traits::ToPrimitive;
use serde::Serialize;

use crate::build::{BuildOptions, Objective};
use crate::certificate::{Certificate, LevelBound, Ratio};
use crate::check::BuiltList;
use crate::instance::{Instance, count, index};
use crate::listing::Listing;
use crate::output::Search;

/// A quota against the pool and the panels.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuotaFigures {
    /// The feature.
    pub feature: String,
    /// Its value.
    pub value: String,
    /// Lowest number of seats.
    pub min: u32,
    /// Highest number of seats.
    pub max: u32,
    /// People with that value.
    pub pool: u32,
    /// Fewest on any panel.
    pub fewest: u32,
    /// Most on any panel.
    pub most: u32,
    /// Seats on an average panel.
    pub mean: f64,
    /// Average chance of the people with that value; 0 if there are none.
    pub mean_chance: f64,
}

/// One level of the certificate beside what the list achieves there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LevelFigures {
    /// People still on the ladder at this level.
    pub people: u32,
    /// Smallest chance among them in this list.
    pub achieved: f64,
    /// What provably cannot be exceeded for all of them, given the floors of the
    /// levels below (rounded up to 10⁻⁹).
    pub bound: f64,
}

/// The figures of a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// What the builder aimed at, by its own word; `None` if it is not known.
    pub objective: Option<Objective>,
    /// Seats of a panel.
    pub seats: u32,
    /// People who may be drawn.
    pub people: u32,
    /// Types of people.
    pub types: u32,
    /// Panels.
    pub panels: u32,
    /// Panels that differ.
    pub distinct_panels: u32,
    /// Smallest number of panels that somebody is on.
    pub min_copies: u32,
    /// Largest number of panels that somebody is on.
    pub max_copies: u32,
    /// Smallest chance.
    pub min_chance: f64,
    /// Average chance: seats / people.
    pub mean_chance: f64,
    /// Largest chance.
    pub max_chance: f64,
    /// Gini coefficient of the chances: 0 if all are equal.
    pub gini: f64,
    /// Geometric mean of the chances; 0 if somebody has none.
    pub geometric_mean: f64,
    /// The same over the people with a chance above 0.
    pub geometric_mean_of_drawable: f64,
    /// Smallest chance of the best lottery found when shares need not be whole
    /// copies: what is missing from here to `min_chance` is due to rounding, what
    /// is missing from the bound to here is due to panels having whole people.
    /// `None` if it was not looked for, as in a list that was only counted.
    pub min_chance_before_rounding: Option<f64>,
    /// No lottery under these rules can give everybody more (rounded up to 10⁻⁹).
    pub bound_min_chance: f64,
    /// The same, exactly.
    pub bound_min_chance_exact: ExactRatio,
    /// `bound_min_chance − min_chance`.
    pub gap_min_chance: f64,
    /// The most copies that everybody could possibly have in a list of this length.
    pub bound_min_copies: u32,
    /// People on no panel.
    pub people_on_no_panel: u32,
    /// Those of them whom provably no panel can seat.
    pub people_proved_unseatable: u32,
    /// People on every panel.
    pub people_on_every_panel: u32,
    /// The certificate's levels.
    pub levels: Vec<LevelFigures>,
    /// Whether the levels cover everybody.
    pub levels_complete: bool,
    /// By how much each level's floor was loosened against rounding, in chance.
    pub tolerance: f64,
    /// Whether the search was stopped before it was done.
    pub interrupted: bool,
    /// Quotas against pool and panels.
    pub quotas: Vec<QuotaFigures>,
    /// How many people (second) are on how many panels (first), ascending.
    pub people_by_copies: Vec<(u32, u32)>,
}

/// A fraction, as decimal text (its parts exceed what JSON numbers hold).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExactRatio {
    /// Above the line.
    pub numerator: String,
    /// Below the line.
    pub denominator: String,
}

impl Report {
    pub(crate) fn new(
        instance: &Instance,
        options: &BuildOptions,
        list: &BuiltList,
        (certificate, bounds): (&Certificate, &[LevelBound]),
        listing: &Listing,
    ) -> Self {
        let unseatable: u32 = listing.never.iter().map(|&t| instance.kinds[t].size()).sum();
        let mut report = Self::of_list(instance, list, Some((certificate, bounds)));
        report.objective = Some(options.objective);
        report.interrupted = listing.interrupted;
        // nobody's chance is below that of somebody whom nothing seats
        let floor = if report.bound_min_chance <= 0.0 || !listing.never.is_empty() { 0.0 } else { 1.0 };
        report.min_chance_before_rounding = Some(listing.before_rounding.min(floor).max(report.min_chance));
        report.people_proved_unseatable =
            u32::min(report.people_proved_unseatable + unseatable, report.people_on_no_panel);
        report
    }

    /// The same with what the builder says of its search.
    #[must_use]
    pub fn with_search(mut self, search: Option<&Search>) -> Self {
        if let Some(search) = search {
            self.objective = Some(search.objective);
            self.interrupted = search.interrupted;
            let before = search.min_chance_before_rounding;
            self.min_chance_before_rounding = before.filter(|before| (0.0..=1.0).contains(before));
        }
        self
    }

    /// The figures of any list that was counted, with the bounds that a
    /// certificate was found to prove (none: nothing is claimed, the bound is 1).
    #[must_use]
    pub fn of_list(instance: &Instance, list: &BuiltList, proof: Option<(&Certificate, &[LevelBound])>) -> Self {
        let bounds = proof.map_or(&[][..], |p| p.1);
        let panels = list.len();
        let of = |copies: u32| f64::from(copies) / f64::from(panels);
        let mut copies = list.copies().to_vec();
        copies.sort_unstable();
        let (min_copies, max_copies) = (copies.first().copied().unwrap_or(0), copies.last().copied().unwrap_or(0));
        let people = f64::from(instance.people);
        let total: f64 = copies.iter().map(|c| f64::from(*c)).sum();
        let ranked: f64 =
            copies.iter().zip(1_u32..).map(|(c, rank)| (2.0 * f64::from(rank) - people - 1.0) * f64::from(*c)).sum();
        let positive: Vec<f64> = copies.iter().filter(|c| **c > 0).map(|c| of(*c)).collect();
        let logs: f64 = positive.iter().map(|p| p.ln()).sum();
        let drawable = count(positive.len());
        let geometric = (logs / f64::from(drawable.max(1))).exp();
        let first = bounds.first().map_or(Ratio { numerator: 1, denominator: 1 }, |b| b.bound);
        let bound_min_chance = decimal(first);
        let min_chance = of(min_copies);
        let mut people_by_copies: Vec<(u32, u32)> = Vec::new();
        for &c in &copies {
            match people_by_copies.last_mut() {
                Some((last, n)) if *last == c => *n += 1,
                _ => people_by_copies.push((c, 1)),
            }
        }
        let people_on_no_panel = count(copies.iter().filter(|c| **c == 0).count());
        Self {
            objective: None,
            seats: instance.seats,
            people: instance.people,
            types: instance.types(),
            panels,
            distinct_panels: list.distinct(),
            min_copies,
            max_copies,
            min_chance,
            mean_chance: f64::from(instance.seats) / people,
            max_chance: of(max_copies),
            gini: ranked / (people * total).max(1.0),
            geometric_mean: if drawable == instance.people { geometric } else { 0.0 },
            geometric_mean_of_drawable: geometric,
            min_chance_before_rounding: None,
            bound_min_chance,
            bound_min_chance_exact: ExactRatio {
                numerator: first.numerator.to_string(),
                denominator: first.denominator.to_string(),
            },
            gap_min_chance: (bound_min_chance - min_chance).max(0.0),
            bound_min_copies: u32::try_from(first.copies_of(panels)).unwrap_or(panels),
            people_on_no_panel,
            people_proved_unseatable: proved_unseatable(bounds).min(people_on_no_panel),
            people_on_every_panel: count(copies.iter().filter(|c| **c == panels).count()),
            levels: proof.map_or_else(Vec::new, |(certificate, bounds)| levels(instance, list, certificate, bounds)),
            levels_complete: proof.is_some_and(|(certificate, _)| covers(instance, certificate)),
            tolerance: crate::ladder::LOOSENED,
            interrupted: false,
            quotas: quotas(instance, list),
            people_by_copies,
        }
    }
}

/// People whom the levels with a bound of 0 prove to be on no panel, as long as nobody settled has a chance.
fn proved_unseatable(bounds: &[LevelBound]) -> u32 {
    bounds.iter().take_while(|b| b.bound.numerator == 0).map(|b| b.proved_without_chance).sum()
}

/// A bound as a decimal, rounded up.
fn decimal(bound: Ratio) -> f64 {
    bound.billionths_up().to_f64().unwrap_or(1e9) / 1e9
}

/// Whether a certificate settles everybody.
fn covers(instance: &Instance, certificate: &Certificate) -> bool {
    certificate.levels.iter().map(|l| l.stops.len()).sum::<usize>() == index(instance.people)
}

/// What the list gives to those whom the levels before have not settled.
fn levels(
    instance: &Instance,
    list: &BuiltList,
    certificate: &Certificate,
    bounds: &[LevelBound],
) -> Vec<LevelFigures> {
    // fewest copies among those whom a level settles; the last entry: whom none settles
    let mut fewest = vec![u32::MAX; certificate.levels.len() + 1];
    let mut settled = vec![false; index(instance.people)];
    for (level, fewest) in certificate.levels.iter().zip(&mut fewest) {
        for &person in &level.stops {
            settled[index(person)] = true;
            *fewest = (*fewest).min(list.copies()[index(person)]);
        }
    }
    let free = settled.iter().zip(list.copies()).filter(|(settled, _)| !**settled).map(|(_, c)| *c);
    fewest[certificate.levels.len()] = free.min().unwrap_or(u32::MAX);
    for at in (0..certificate.levels.len()).rev() {
        fewest[at] = fewest[at].min(fewest[at + 1]);
    }
    let panels = f64::from(list.len());
    bounds
        .iter()
        .zip(fewest)
        .map(|(b, copies)| LevelFigures {
            people: instance.people.saturating_sub(b.settled_before),
            achieved: f64::from(copies.min(list.len())) / panels,
            bound: decimal(b.bound),
        })
        .collect()
}

fn quotas(instance: &Instance, list: &BuiltList) -> Vec<QuotaFigures> {
    let rows = instance.quota_rows();
    let mut pool = vec![0_u32; rows.len()];
    let mut copies = vec![0_u64; rows.len()];
    for (person, own) in instance.rows_of.iter().enumerate() {
        for row in own {
            pool[row - rows.start] += 1;
            copies[row - rows.start] += u64::from(list.copies()[person]);
        }
    }
    let mut fewest = vec![u32::MAX; rows.len()];
    let mut most = vec![0_u32; rows.len()];
    for panel in list.panels() {
        let mut counted = vec![0_u32; rows.len()];
        for person in panel {
            for row in &instance.rows_of[index(*person)] {
                counted[row - rows.start] += 1;
            }
        }
        for (at, found) in counted.into_iter().enumerate() {
            fewest[at] = fewest[at].min(found);
            most[at] = most[at].max(found);
        }
    }
    let panels = f64::from(list.len());
    instance
        .names
        .iter()
        .enumerate()
        .map(|(at, (feature, value))| {
            let mean = copies[at].to_f64().unwrap_or(0.0) / panels;
            let (min, max) = instance.bounds[rows.start + at];
            QuotaFigures {
                feature: feature.clone(),
                value: value.clone(),
                min,
                max,
                pool: pool[at],
                fewest: fewest[at],
                most: most[at],
                mean,
                mean_chance: if pool[at] == 0 { 0.0 } else { mean / f64::from(pool[at]) },
            }
        })
        .collect()
}
