//! Fractional leximin over types: the target chances, and an upper bound on
//! every level that was reached.
//!
//! A level asks for the largest `z` such that some point of the quota polytope
//! gives every type still on the ladder at least `z` for each of its people and
//! every type below at least the level it stopped at. `z` starts too high; each
//! time the solver proves that too high, the proof's row multipliers give the
//! largest `z` that they do not refute (a Newton step), until a point exists.
//! The last proof is the level's certificate, and the types it leans on stop here.
//!
//! Tolerances: a type that stopped keeps its level minus [`LOOSENED`]; without
//! that, rounding in the solver would refute levels which exist. The numbers
//! proposed here are bounded by integers in [`crate::certificate`].

use crate::instance::{Instance, count};
use crate::simplex::{Simplex, Solved};
use crate::watch::{Limits, Stage};

/// By how much a finished level's floor is loosened, in chance.
pub(crate) const LOOSENED: f64 = 1e-9;
/// Newton steps within one level before it is given up.
const STEPS: usize = 200;
/// Pivots within one step.
const PIVOTS: usize = 20_000;

/// One level of the ladder.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Level {
    /// The largest chance that everybody still on the ladder can have.
    pub(crate) chance: f64,
    /// Types that stop at this level.
    pub(crate) stopped: Vec<usize>,
    /// Row multipliers that prove it.
    pub(crate) multipliers: Vec<f64>,
}

/// What the ladder found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ladder {
    /// Target number of seats for each type.
    pub(crate) target: Vec<f64>,
    pub(crate) levels: Vec<Level>,
    /// Whether every type stopped, or the work limit came first.
    pub(crate) complete: bool,
}

/// The panels that a fairest lottery can use: where a level's multipliers give a
/// row or a type weight, every panel of a lottery that reaches the level stands
/// at the bound which the proof counts with (complementary slackness). All
/// others cost somebody at that level.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Face {
    /// Lowest and highest number of seats for each row.
    pub(crate) rows: Vec<(u32, u32)>,
    /// The same for each type.
    pub(crate) kinds: Vec<(u32, u32)>,
}

/// Multipliers below this share of the largest are taken to be rounding.
const WEIGHTLESS: f64 = 1e-6;

impl Ladder {
    /// The face of the first levels.
    pub(crate) fn face(&self, instance: &Instance, levels: usize) -> Face {
        let mut face = Face {
            rows: instance.bounds.clone(),
            kinds: instance.kinds.iter().map(|k| (0, k.size().min(instance.seats))).collect(),
        };
        for level in self.levels.iter().take(levels) {
            let g = &level.multipliers;
            let least = WEIGHTLESS * g.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
            for (row, value) in g.iter().enumerate() {
                let bounds = instance.bounds[row];
                if *value > least {
                    face.rows[row].0 = bounds.1;
                } else if *value < -least {
                    face.rows[row].1 = bounds.0;
                }
            }
            for (t, kind) in instance.kinds.iter().enumerate() {
                if kind.rows.iter().map(|&r| g[r]).sum::<f64>() < -least {
                    face.kinds[t].0 = face.kinds[t].1;
                }
            }
        }
        face
    }
}

/// Why there is no ladder.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum NoLadder {
    /// Not even fractional panels exist; the row multipliers that show it.
    Infeasible(Vec<f64>),
    /// The solver gave up.
    GaveUp,
}

/// The largest `z` not refuted by the multipliers `g`, given which types are on
/// the ladder; `None` if `z` plays no part in the refutation.
fn newton(instance: &Instance, g: &[f64], floor: &[Option<f64>], tops: &[f64]) -> Option<f64> {
    let mut room = 0.0;
    for (value, bounds) in g.iter().zip(&instance.bounds) {
        room += value * f64::from(if *value > 0.0 { bounds.1 } else { bounds.0 });
    }
    let mut slope = 0.0;
    for (t, kind) in instance.kinds.iter().enumerate() {
        let c: f64 = kind.rows.iter().map(|&r| g[r]).sum();
        let size = f64::from(kind.size());
        if c < 0.0 {
            room -= c * tops[t];
        } else {
            match floor[t] {
                Some(level) => room -= c * size * level,
                None => slope += c * size,
            }
        }
    }
    (slope > 1e-9).then_some(room / slope)
}

/// What a climb may differ in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Climb<'a> {
    /// Levels at most.
    pub(crate) levels: usize,
    /// Nobody's chance may exceed this. Below 1 it is a rule of its own, and the
    /// levels' multipliers prove nothing about lotteries without it.
    pub(crate) ceiling: f64,
    /// Types that stand beside the ladder, with no floor.
    pub(crate) beside: &'a [usize],
}

impl Climb<'static> {
    /// The whole ladder.
    pub(crate) const WHOLE: Self = Self { levels: usize::MAX, ceiling: 1.0, beside: &[] };
    /// The first level only.
    pub(crate) const FIRST: Self = Self { levels: 1, ceiling: 1.0, beside: &[] };
}

/// Climbs.
pub(crate) fn climb(instance: &Instance, climb: Climb<'_>, limits: &Limits<'_>) -> Result<Ladder, NoLadder> {
    let columns = instance.columns();
    let mut simplex = Simplex::new(&columns, &instance.row_bounds());
    // any objective will do; a generic one keeps the dual method from stalling
    let mut noise = crate::random::Random::new(b"ladder");
    let weights: Vec<f64> = columns.iter().map(|_| noise.unit()).collect();
    simplex.set_objective(&weights);
    let sizes: Vec<f64> = instance.kinds.iter().map(|k| f64::from(k.size())).collect();
    let tops: Vec<f64> = sizes.iter().map(|s| s * climb.ceiling).collect();

    for (t, top) in tops.iter().enumerate() {
        simplex.set_bounds(t, 0.0, *top);
    }
    match simplex.solve(PIVOTS) {
        Solved::Optimal => {}
        Solved::Infeasible(g) => return Err(NoLadder::Infeasible(g)),
        Solved::GaveUp => return Err(NoLadder::GaveUp),
    }
    let mut target = simplex.values().to_vec();
    let mut floor: Vec<Option<f64>> = vec![None; columns.len()];
    for &t in climb.beside {
        floor[t] = Some(0.0);
    }
    let mut levels: Vec<Level> = Vec::new();
    let mut work_done = simplex.work;
    let highest = climb.ceiling;
    'levels: while levels.len() < climb.levels && floor.iter().any(Option::is_none) {
        let mut z = highest;
        let mut proof: Option<Vec<f64>> = None;
        limits.watch.progress(Stage::Chances, count(floor.iter().flatten().count()), count(floor.len()));
        for step in 0.. {
            if step >= STEPS || simplex.work > limits.ladder_work || limits.stopped() {
                break 'levels;
            }
            for t in 0..columns.len() {
                let low = floor[t].map_or(z, |level| (level - LOOSENED).max(0.0)).max(0.0);
                simplex.set_bounds(t, (low * sizes[t]).min(tops[t]), tops[t]);
            }
            match simplex.solve(PIVOTS) {
                Solved::Optimal => break,
                Solved::GaveUp => {
                    simplex.reset();
                    if matches!(simplex.solve(PIVOTS), Solved::Optimal) {
                        break;
                    }
                    break 'levels;
                }
                Solved::Infeasible(g) => match newton(instance, &g, &floor, &tops) {
                    Some(lower) if lower < z => {
                        z = lower - 1e-12;
                        proof = Some(g);
                    }
                    _ => break 'levels,
                },
            }
        }
        limits.spend(simplex.work - work_done);
        work_done = simplex.work;
        target.copy_from_slice(simplex.values());
        let Some(g) = proof else {
            // everybody left can have the highest chance there is
            let stopped: Vec<usize> = (0..columns.len()).filter(|&t| floor[t].is_none()).collect();
            for &t in &stopped {
                floor[t] = Some(highest);
            }
            let multipliers = vec![0.0; instance.bounds.len()];
            levels.push(Level { chance: highest, stopped, multipliers });
            break;
        };
        let stopped: Vec<usize> = (0..columns.len())
            .filter(|&t| floor[t].is_none() && instance.kinds[t].rows.iter().map(|&r| g[r]).sum::<f64>() > 1e-7)
            .collect();
        if stopped.is_empty() {
            break;
        }
        for &t in &stopped {
            floor[t] = Some(z.max(0.0));
        }
        levels.push(Level { chance: z.max(0.0), stopped, multipliers: g });
    }
    let complete = floor.iter().all(Option::is_some);
    Ok(Ladder { target, levels, complete })
}
