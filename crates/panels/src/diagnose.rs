//! Before anything is sealed: which quotas contradict each other, what each
//! quota costs in fairness, and who has no choice.
//!
//! This file must never loosen a quota by itself: see [`crate::relax`] for what
//! is proposed where no panel is possible.

use serde::Serialize;

use crate::forced::{Forced, forced};
use crate::instance::Instance;
use crate::ladder::{Climb, NoLadder, climb};
use crate::pricing::Pricer;
use crate::simplex::{Simplex, Solved};
use crate::watch::{Limits, Watch};

/// Nodes for the question whether whole people can fill the seats.
const NODES: usize = 20_000;
/// Work for the same: some ten seconds.
const WORK: u64 = 10_000_000_000;
/// Pivots of one fractional solve.
pub(crate) const PIVOTS: usize = 20_000;

/// Whether the quotas can be met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Feasibility {
    /// A panel was found.
    Feasible,
    /// No panel exists.
    Infeasible(Conflict),
    /// Neither was established within the limits.
    Unknown,
}

/// Quotas that cannot be met together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// The quotas, as feature, value, min, max.
    pub quotas: Vec<(String, String, u32, u32)>,
    /// Whether household rules take part.
    pub households: bool,
    /// Whether leaving out any one of them makes the rest possible.
    pub minimal: bool,
}

/// Whether the quotas can be met, and if not, which of them stand in the way.
#[must_use]
pub fn diagnose(instance: &Instance, watch: &dyn Watch) -> Feasibility {
    let mut simplex = feasibility_program(instance);
    match simplex.solve(PIVOTS) {
        Solved::Optimal => {}
        Solved::GaveUp => return Feasibility::Unknown,
        Solved::Infeasible(_) => return Feasibility::Infeasible(fractional_conflict(instance, watch)),
    }
    let mut pricer = Pricer::new(instance, b"diagnose");
    let weights = vec![0.0; instance.kinds.len()];
    let priced = pricer.any(&weights, NODES, WORK);
    if priced.panel.is_some() {
        return Feasibility::Feasible;
    }
    if !priced.complete {
        return Feasibility::Unknown;
    }
    Feasibility::Infeasible(whole_conflict(instance, watch))
}

fn feasibility_program(instance: &Instance) -> Simplex {
    let mut simplex = Simplex::new(&instance.columns(), &instance.row_bounds());
    let mut noise = crate::random::Random::new(b"diagnose");
    let weights: Vec<f64> = instance.kinds.iter().map(|_| noise.unit()).collect();
    simplex.set_objective(&weights);
    for (t, kind) in instance.kinds.iter().enumerate() {
        simplex.set_bounds(t, 0.0, f64::from(kind.size().min(instance.seats)));
    }
    simplex
}

/// Leaves out one rule after the other for as long as the rest stays impossible.
fn fractional_conflict(instance: &Instance, watch: &dyn Watch) -> Conflict {
    let mut simplex = feasibility_program(instance);
    let bounds = instance.row_bounds();
    let seats = f64::from(instance.seats);
    let mut kept = vec![true; bounds.len()];
    let mut minimal = true;
    // the rules that the first proof does not use can go at once
    if let Solved::Infeasible(g) = simplex.solve(PIVOTS) {
        for row in 1..bounds.len() {
            if g[row].abs() < 1e-9 {
                simplex.set_row_bounds(row, 0.0, seats);
                kept[row] = false;
            }
        }
        if !matches!(simplex.solve(PIVOTS), Solved::Infeasible(_)) {
            for (row, bound) in bounds.iter().enumerate() {
                simplex.set_row_bounds(row, bound.0, bound.1);
                kept[row] = true;
            }
        }
    }
    for row in 1..bounds.len() {
        if !kept[row] {
            continue;
        }
        if watch.stop() {
            minimal = false;
            break;
        }
        simplex.set_row_bounds(row, 0.0, seats);
        match simplex.solve(PIVOTS) {
            Solved::Infeasible(_) => kept[row] = false,
            outcome => {
                minimal &= outcome == Solved::Optimal;
                simplex.set_row_bounds(row, bounds[row].0, bounds[row].1);
            }
        }
    }
    conflict(instance, &kept, minimal)
}

/// The same for rules that only whole people break.
fn whole_conflict(instance: &Instance, watch: &dyn Watch) -> Conflict {
    let mut trial = instance.clone();
    let weights = vec![0.0; instance.kinds.len()];
    let mut kept = vec![true; instance.bounds.len()];
    let mut minimal = true;
    for (row, keep) in kept.iter_mut().enumerate().skip(1) {
        if watch.stop() {
            minimal = false;
            break;
        }
        trial.bounds[row] = (0, instance.seats);
        let priced = Pricer::new(&trial, b"diagnose").any(&weights, NODES / 20, WORK / 20);
        if priced.panel.is_none() && priced.complete {
            *keep = false;
        } else {
            minimal &= priced.panel.is_some();
            trial.bounds[row] = instance.bounds[row];
        }
    }
    conflict(instance, &kept, minimal)
}

fn conflict(instance: &Instance, kept: &[bool], minimal: bool) -> Conflict {
    let rows = instance.quota_rows();
    let quotas = rows
        .clone()
        .filter(|&row| kept[row])
        .map(|row| {
            let (feature, value) = instance.names[row - rows.start].clone();
            let (min, max) = instance.bounds[row];
            (feature, value, min, max)
        })
        .collect();
    Conflict { quotas, households: kept[rows.end..].contains(&true), minimal }
}

/// What the best possible minimum chance would be without one rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleCost {
    /// The feature.
    pub feature: String,
    /// The value whose quota is left out; all of the feature's if `None`.
    pub value: Option<String>,
    /// The minimum chance that would then be possible at best.
    pub min_chance_without: f64,
    /// How much more that is than with the rule.
    pub cost: f64,
}

/// What can be known before a list is built.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Preview {
    /// The best possible minimum chance (a fractional bound).
    pub min_chance: f64,
    /// What each feature costs, then each quota; those that cost nothing too.
    pub costs: Vec<RuleCost>,
    /// Whether all rules were tried (the watch may have stopped it).
    pub complete: bool,
    /// People whom no panel can seat, as indices in file order.
    pub never: Vec<u32>,
    /// People who are on every possible panel.
    pub always: Vec<u32>,
    /// People of whom the search did not find out in time whether they are either.
    pub undecided: Vec<u32>,
}

/// The preview.
///
/// # Errors
/// [`Feasibility`] says why, if the quotas cannot be met.
pub fn preview(instance: &Instance, watch: &dyn Watch) -> Result<Preview, Feasibility> {
    let limits = Limits::new(watch, u64::MAX);
    let ladder = climb(instance, Climb::FIRST, &limits).map_err(|e| match e {
        NoLadder::Infeasible(_) => Feasibility::Infeasible(fractional_conflict(instance, watch)),
        NoLadder::GaveUp => Feasibility::Unknown,
    })?;
    let min_chance = ladder.levels.first().map_or(0.0, |l| l.chance);
    let Forced { never, always, undecided } = forced(instance, feasibility_program(instance), watch);
    let mut costs = Vec::new();
    let mut complete = true;
    let rows = instance.quota_rows();
    let mut features: Vec<std::ops::Range<usize>> = Vec::new();
    for row in rows.clone() {
        match features.last_mut() {
            Some(range) if instance.names[range.start - rows.start].0 == instance.names[row - rows.start].0 => {
                range.end = row + 1;
            }
            _ => features.push(row..row + 1),
        }
    }
    let singles = rows.clone().map(|row| (row..row + 1, true));
    let mut trial = instance.clone();
    for (range, single) in features.into_iter().map(|f| (f, false)).chain(singles) {
        if watch.stop() {
            complete = false;
            break;
        }
        for row in range.clone() {
            trial.bounds[row] = (0, instance.seats);
        }
        if let Ok(without) = climb(&trial, Climb::FIRST, &limits) {
            let (feature, value) = instance.names[range.start - rows.start].clone();
            let found = without.levels.first().map_or(min_chance, |l| l.chance);
            costs.push(RuleCost {
                feature,
                value: single.then_some(value),
                min_chance_without: found,
                cost: (found - min_chance).max(0.0),
            });
        }
        trial.bounds[range.clone()].copy_from_slice(&instance.bounds[range]);
    }
    Ok(Preview { min_chance, costs, complete, never, always, undecided })
}
