//! The best panel for given weights: branch and bound over seat counts of types.
//!
//! Depth first, nearest rounding first, from the basis of the call before; so
//! the first panel comes after a few dozen pivots, and node limits cut the tail.
//! A panel that comes out meets every row by construction and is counted again
//! by [`crate::check`] at the end.

use num_traits::ToPrimitive;

use crate::instance::Instance;
use crate::simplex::{Simplex, Solved};

/// How far from an integer still is one.
const INTEGRAL: f64 = 1e-6;

/// What a search is worth.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Nodes before the first panel is found.
    pub(crate) nodes_to_first: usize,
    /// Nodes after it.
    pub(crate) nodes_after: usize,
    /// Relative gap at which a panel is good enough.
    pub(crate) gap: f64,
}

/// Result of a search.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Priced {
    /// Seats per type, and their weight; `None` if none was found.
    pub(crate) best: Option<(Vec<u32>, f64)>,
    /// Whether the search was exhaustive (so that `None` means: there is none).
    pub(crate) complete: bool,
}

struct Branch {
    column: usize,
    before: (f64, f64),
    other: Option<(f64, f64)>,
}

/// A search that keeps its basis from call to call.
#[derive(Debug, Clone)]
pub(crate) struct Pricer {
    pub(crate) simplex: Simplex,
    pub(crate) tops: Vec<f64>,
}

impl Pricer {
    pub(crate) fn new(instance: &Instance) -> Self {
        let mut simplex = Simplex::new(&instance.columns(), &instance.row_bounds());
        let tops: Vec<f64> =
            instance.kinds.iter().map(|k| f64::from(k.size().min(instance.seats))).collect();
        for (t, top) in tops.iter().enumerate() {
            simplex.set_bounds(t, 0.0, *top);
        }
        Self { simplex, tops }
    }

    /// Maximises `weights · x` over panels.
    pub(crate) fn best(&mut self, weights: &[f64], effort: Effort) -> Priced {
        self.simplex.set_objective(weights);
        let mut path: Vec<Branch> = Vec::new();
        let mut best: Option<(Vec<u32>, f64)> = None;
        let mut root: Option<f64> = None;
        let mut nodes = 0;
        let mut complete = true;
        loop {
            nodes += 1;
            let open = match self.simplex.solve(5_000) {
                Solved::Optimal => {
                    let bound = self.simplex.objective();
                    let top = *root.get_or_insert(bound);
                    let slack = (top.abs() * effort.gap).max(1e-9);
                    if best.as_ref().is_some_and(|b| bound <= b.1 + slack.min(1e-7)) {
                        None
                    } else {
                        match self.most_fractional() {
                            Some(column) => Some(column),
                            None => {
                                let panel = self.rounded();
                                best = Some((panel, bound));
                                if bound >= top - slack {
                                    break;
                                }
                                nodes = 0;
                                None
                            }
                        }
                    }
                }
                Solved::Infeasible(_) => None,
                Solved::GaveUp => {
                    self.simplex.reset();
                    complete = false;
                    None
                }
            };
            let allowed =
                if best.is_some() { effort.nodes_after } else { effort.nodes_to_first };
            if nodes > allowed {
                complete = false;
                break;
            }
            if let Some(column) = open {
                let v = self.simplex.values()[column];
                let before = self.simplex.bounds(column);
                let below = (before.0, v.floor());
                let above = (v.floor() + 1.0, before.1);
                let up_first = v - v.floor() > 0.5;
                let (first, second) = if up_first { (above, below) } else { (below, above) };
                self.simplex.set_bounds(column, first.0, first.1);
                path.push(Branch { column, before, other: Some(second) });
                continue;
            }
            // backtrack
            let mut moved = false;
            while let Some(branch) = path.last_mut() {
                if let Some(second) = branch.other.take() {
                    self.simplex.set_bounds(branch.column, second.0, second.1);
                    moved = true;
                    break;
                }
                self.simplex.set_bounds(branch.column, branch.before.0, branch.before.1);
                path.pop();
            }
            if !moved {
                break;
            }
        }
        for branch in path.iter().rev() {
            self.simplex.set_bounds(branch.column, branch.before.0, branch.before.1);
        }
        Priced { best, complete }
    }

    /// The column to branch on: the one nearest to its ceiling, because seating
    /// somebody decides more than leaving somebody out.
    fn most_fractional(&self) -> Option<usize> {
        let mut best: Option<(usize, f64)> = None;
        for (t, v) in self.simplex.values().iter().enumerate() {
            let fraction = v - v.floor();
            if fraction > INTEGRAL && fraction < 1.0 - INTEGRAL {
                let score = (fraction - 0.5).abs();
                let score = if fraction > 0.5 { score + 0.01 } else { score };
                if best.is_none_or(|(_, s)| score > s) {
                    best = Some((t, score));
                }
            }
        }
        best.map(|(t, _)| t)
    }

    fn rounded(&self) -> Vec<u32> {
        self.simplex.values().iter().map(|v| v.round().to_u32().unwrap_or(0)).collect()
    }
}
