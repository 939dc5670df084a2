//! The best panel for given weights: branch and bound over seat counts of types.
//!
//! Depth first from the basis of the call before, within a *reach*: columns
//! whose reduced cost says that changing them costs more than good panels
//! usually lose against the fractional bound are held still, and a branch that
//! falls further behind is cut. That makes a search of a few hundred columns
//! one of a few dozen. A reach that finds nothing is widened, at last without
//! limit; node limits cut the tail.
//!
//! This file must never be believed: what comes out is rounded from floating
//! point, and is counted in integers by [`crate::check`] before it is used.
//!
//! Longer than other files: it is one search, and its parts share its state.

use num_traits::ToPrimitive;

use crate::exact::Wanted;
use crate::instance::Instance;
use crate::ladder::Face;
use crate::random::Random;
use crate::simplex::{Simplex, Solved};

/// How far from an integer still is one.
const INTEGRAL: f64 = 1e-6;
/// Pivots for one node.
const PIVOTS: usize = 5_000;
/// A panel that loses at most this share of what is possible is good enough.
const GOOD_ENOUGH: f64 = 0.3;
/// The reach, in usual losses.
const REACH: f64 = 1.2;
/// A usual loss is never taken to be less.
const LEAST_LOSS: f64 = 0.04;
/// Work of one search for a good panel: a second or two, so that a caller who
/// wants an end does not wait long.
const SEARCH_WORK: u64 = 1_500_000_000;
/// Nodes after the first panel of a search.
const NODES_AFTER: usize = 30;

/// More types than this are not all looked at each time …
const WIDE: usize = 4_000;
/// … but this many, and some hundred others.
const NARROW: usize = 1_500;

/// How to choose the column to branch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// The one that costs most either way: small trees.
    Penalties,
    /// Any: does not get stuck in one bad corner where rules are tight.
    Shuffled,
}

/// One search.
#[derive(Debug, Clone, Copy)]
struct Search {
    order: Order,
    /// Nodes before the first panel.
    first: usize,
    /// Nodes after it.
    after: usize,
    /// Share of `bound − baseline` that may be lost at most.
    reach: Option<f64>,
    /// Share that may be lost by a panel which ends the search.
    enough: f64,
    baseline: f64,
    /// Work after which the search ends.
    work: u64,
    /// Only panels worth more than this count.
    floor: f64,
    /// Values differ by at least this much.
    step: f64,
}

/// A panel and what may change about it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Neighbourhood {
    /// Seats per type.
    pub(crate) panel: Vec<u32>,
    /// Worth of a seat, for the free types.
    pub(crate) weights: Vec<f64>,
    /// Types that may lose a seat if they have one, or else gain one; ascending.
    pub(crate) free: Vec<usize>,
}

/// Work of one search near a panel.
const NEAR_WORK: u64 = 60_000_000;

/// Result of a search.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Priced {
    /// Seats per type; `None` if no panel was found.
    pub(crate) panel: Option<Vec<u32>>,
    /// Whether the search was exhaustive (then `None` means that there is none).
    pub(crate) complete: bool,
}

struct Branch {
    column: usize,
    before: (f64, f64),
    other: Option<(f64, f64)>,
}

/// A search that keeps its basis and its experience from call to call.
#[derive(Debug, Clone)]
pub(crate) struct Pricer {
    simplex: Simplex,
    lows: Vec<f64>,
    tops: Vec<f64>,
    random: Random,
    /// What good panels usually lose, as a share of `bound − baseline`.
    usual_loss: Option<f64>,
    /// How often of late the first search found nothing, in [0, 1].
    trouble: f64,
}

impl Pricer {
    /// `label` seeds the search noise.
    pub(crate) fn new(instance: &Instance, label: &[u8]) -> Self {
        let simplex = Simplex::new(&instance.columns(), &instance.row_bounds());
        let tops = instance.kinds.iter().map(|k| f64::from(k.size().min(instance.seats))).collect();
        Self::of(simplex, tops, label)
    }

    /// A pricer of any programme whose columns go from 0 to `tops`.
    pub(crate) fn of(mut simplex: Simplex, tops: Vec<f64>, label: &[u8]) -> Self {
        for (t, top) in tops.iter().enumerate() {
            simplex.set_bounds(t, 0.0, *top);
        }
        let lows = vec![0.0; tops.len()];
        Self { simplex, lows, tops, random: Random::new(label), usual_loss: None, trouble: 0.0 }
    }

    /// Looks only at the panels of a face.
    pub(crate) fn on(mut self, face: &Face) -> Self {
        for (row, bounds) in face.rows.iter().enumerate() {
            self.simplex.set_row_bounds(row, f64::from(bounds.0), f64::from(bounds.1));
        }
        for (t, bounds) in face.kinds.iter().enumerate() {
            (self.lows[t], self.tops[t]) = (f64::from(bounds.0), f64::from(bounds.1));
            self.simplex.set_bounds(t, self.lows[t], self.tops[t]);
        }
        self
    }

    /// Work done since the last call of this function.
    pub(crate) fn take_work(&mut self) -> u64 {
        std::mem::take(&mut self.simplex.work)
    }

    /// A good panel for `weights`; `baseline` is the weight of an ordinary one.
    /// `patience` multiplies the node limits.
    pub(crate) fn good(&mut self, weights: &[f64], baseline: f64, patience: usize) -> Priced {
        let mut reach = self.usual_loss.map_or(0.3, |u| u.max(LEAST_LOSS) * REACH);
        let search = Search {
            order: Order::Penalties,
            first: 150 * patience,
            after: NODES_AFTER * patience,
            reach: Some(reach),
            enough: GOOD_ENOUGH,
            baseline,
            work: SEARCH_WORK,
            floor: f64::NEG_INFINITY,
            step: 0.0,
        };
        let narrowed = self.narrow(weights);
        if !narrowed.is_empty() {
            let priced = self.search(weights, Search { reach: None, ..search });
            for (column, bounds) in narrowed {
                self.simplex.set_bounds(column, bounds.0, bounds.1);
            }
            if priced.panel.is_some() {
                return Priced { complete: false, ..priced };
            }
        }
        // where penalties keep failing, try them only now and then
        if self.trouble < 0.5 || self.random.unit() < 0.1 {
            let priced = self.search(weights, search);
            let missed = f64::from(u8::from(priced.panel.is_none()));
            self.trouble = 0.9 * self.trouble + 0.1 * missed;
            if priced.panel.is_some() {
                return priced;
            }
        }
        for _ in 0..2 {
            reach *= 3.0;
            let search = Search { order: Order::Shuffled, first: 600 * patience, reach: Some(reach), ..search };
            let priced = self.search(weights, search);
            if priced.panel.is_some() {
                return priced;
            }
        }
        self.search(weights, Search { order: Order::Shuffled, first: 1_500 * patience, reach: None, ..search })
    }

    /// A panel that does what is wanted, or the knowledge that there is none.
    pub(crate) fn holding(&mut self, wanted: Wanted, weights: &[f64], nodes: usize) -> Priced {
        let (kind, low, high) = wanted.bounds(|t| self.tops[t]);
        let before = self.simplex.bounds(kind);
        if low.max(before.0) > high.min(before.1) {
            return Priced { panel: None, complete: true };
        }
        self.simplex.set_bounds(kind, low.max(before.0), high.min(before.1));
        let priced = self.any(weights, nodes, SEARCH_WORK);
        self.simplex.set_bounds(kind, before.0, before.1);
        priced
    }

    /// Any panel, or the knowledge that there is none.
    pub(crate) fn any(&mut self, weights: &[f64], nodes: usize, work: u64) -> Priced {
        let mut priced = Priced { panel: None, complete: false };
        for (order, share) in [(Order::Penalties, 4), (Order::Shuffled, 1)] {
            let search = Search {
                order,
                first: nodes / share,
                after: 0,
                reach: None,
                enough: 1.0,
                baseline: 0.0,
                work,
                floor: f64::NEG_INFINITY,
                step: 0.0,
            };
            priced = self.search(weights, search);
            if priced.panel.is_some() || priced.complete {
                break;
            }
        }
        priced
    }

    /// The best whole point there is for whole weights and worth at least `least`, if nodes and work suffice
    /// and nobody stops it.
    pub(crate) fn most(
        &mut self,
        weights: &[f64],
        least: f64,
        nodes: usize,
        work: u64,
        stop: &dyn Fn() -> bool,
    ) -> Priced {
        let search = Search {
            order: Order::Penalties,
            first: nodes,
            after: nodes,
            reach: None,
            enough: 0.0,
            baseline: 0.0,
            work,
            floor: least - 1e-6,
            step: 1.0,
        };
        let end = self.simplex.work.saturating_add(work);
        let priced = self.search_until(weights, search, stop);
        if priced.panel.is_some() || priced.complete || stop() {
            return priced;
        }
        let work = end.saturating_sub(self.simplex.work) + work / 4;
        self.search_until(weights, Search { order: Order::Shuffled, work, ..search }, stop)
    }

    /// The best panel that is worth more than `floor`, if there is one; complete
    /// if nodes and work sufficed to know.
    pub(crate) fn exact(&mut self, weights: &[f64], floor: f64, nodes: usize, work: u64) -> Priced {
        let search = Search {
            order: Order::Penalties,
            first: nodes,
            after: nodes,
            reach: None,
            enough: 0.0,
            baseline: 0.0,
            work,
            floor,
            step: 0.0,
        };
        self.search(weights, search)
    }

    /// A better panel near one. To be asked of a pricer that is used for nothing else.
    pub(crate) fn near(&mut self, near: &Neighbourhood, nodes: usize) -> Priced {
        for (t, &places) in near.panel.iter().enumerate() {
            self.simplex.set_bounds(t, f64::from(places), f64::from(places));
        }
        let mut value = 0.0;
        for &t in &near.free {
            let places = f64::from(near.panel[t]);
            value += near.weights[t] * places;
            if places > 0.0 {
                self.simplex.set_bounds(t, places - 1.0, places);
            } else {
                self.simplex.set_bounds(t, 0.0, self.tops[t].min(1.0));
            }
        }
        self.simplex.reset();
        let search = Search {
            order: Order::Penalties,
            first: nodes,
            after: nodes / 2,
            reach: None,
            enough: GOOD_ENOUGH,
            baseline: value,
            work: NEAR_WORK,
            floor: value + 1e-9,
            step: 0.0,
        };
        self.search(&near.weights, search)
    }

    fn search(&mut self, weights: &[f64], search: Search) -> Priced {
        self.search_until(weights, search, &|| false)
    }

    fn search_until(&mut self, weights: &[f64], search: Search, stop: &dyn Fn() -> bool) -> Priced {
        self.simplex.set_objective(weights);
        let mut held: Vec<(usize, (f64, f64))> = Vec::new();
        let mut path: Vec<Branch> = Vec::new();
        let mut best: Option<(Vec<u32>, f64)> = None;
        let mut root: Option<f64> = None;
        let mut cutoff = search.floor;
        let mut nodes = 0;
        let work_end = self.simplex.work.saturating_add(search.work);
        let mut complete = search.reach.is_none();
        loop {
            nodes += 1;
            let mut open = None;
            match self.simplex.solve(PIVOTS) {
                Solved::Optimal => {
                    let bound = self.simplex.objective();
                    let top = match root {
                        Some(top) => top,
                        None => {
                            if let Some(reach) = search.reach {
                                let limit = (top_gain(bound, search.baseline)) * reach;
                                held = self.hold(limit);
                                cutoff = cutoff.max(bound - limit);
                            }
                            root = Some(bound);
                            bound
                        }
                    };
                    let beaten = best.as_ref().is_some_and(|b| bound <= b.1 + (search.step - 1e-6).max(1e-7));
                    if bound >= cutoff && !beaten {
                        open = self.choose(search.order);
                        if open.is_none() {
                            best = Some((self.rounded(), bound));
                            if top - bound <= top_gain(top, search.baseline) * search.enough + 1e-9 {
                                complete &= search.enough <= 0.0;
                                break;
                            }
                            nodes = 0;
                        }
                    }
                }
                Solved::Infeasible(_) => {}
                Solved::GaveUp => {
                    self.simplex.reset();
                    complete = false;
                }
            }
            let allowed = if best.is_some() { search.after } else { search.first };
            if nodes > allowed || self.simplex.work > work_end || stop() {
                complete = false;
                break;
            }
            if let Some((column, up_first)) = open {
                let v = self.simplex.values()[column];
                let before = self.simplex.bounds(column);
                let below = (before.0, v.floor());
                let above = (v.floor() + 1.0, before.1);
                let (first, second) = if up_first { (above, below) } else { (below, above) };
                self.simplex.set_bounds(column, first.0, first.1);
                path.push(Branch { column, before, other: Some(second) });
            } else if !self.backtrack(&mut path) {
                break;
            }
        }
        for branch in path.iter().rev() {
            self.simplex.set_bounds(branch.column, branch.before.0, branch.before.1);
        }
        for (column, bounds) in held {
            self.simplex.set_bounds(column, bounds.0, bounds.1);
        }
        if let (Some((_, found)), Some(top)) = (&best, root) {
            let loss = ((top - found) / top_gain(top, search.baseline)).clamp(0.0, 1.0);
            self.usual_loss = Some(self.usual_loss.map_or(loss, |u| 0.9 * u + 0.1 * loss));
        }
        Priced { panel: best.map(|b| b.0), complete }
    }

    /// In a pool of very many types, looks only at those that matter most now and
    /// at some others: holds the rest at no seat.
    fn narrow(&mut self, weights: &[f64]) -> Vec<(usize, (f64, f64))> {
        if weights.len() <= WIDE {
            return Vec::new();
        }
        let mut order: Vec<usize> = (0..weights.len()).collect();
        order.select_nth_unstable_by(NARROW, |&a, &b| weights[b].total_cmp(&weights[a]));
        let mut held = Vec::new();
        for &t in &order[NARROW..] {
            if self.lows[t] <= 0.0 && self.random.below(weights.len() / 500) > 0 {
                held.push((t, self.simplex.bounds(t)));
                self.simplex.set_bounds(t, 0.0, 0.0);
            }
        }
        held
    }

    /// Holds every column still whose change would cost more than `limit`.
    fn hold(&mut self, limit: f64) -> Vec<(usize, (f64, f64))> {
        let expensive: Vec<usize> = (0..self.tops.len()).filter(|&t| self.simplex.reduced()[t].abs() > limit).collect();
        expensive
            .into_iter()
            .map(|t| {
                let bounds = self.simplex.bounds(t);
                let v = self.simplex.values()[t].round();
                self.simplex.set_bounds(t, v, v);
                (t, bounds)
            })
            .collect()
    }

    fn backtrack(&mut self, path: &mut Vec<Branch>) -> bool {
        while let Some(branch) = path.last_mut() {
            if let Some(second) = branch.other.take() {
                self.simplex.set_bounds(branch.column, second.0, second.1);
                return true;
            }
            self.simplex.set_bounds(branch.column, branch.before.0, branch.before.1);
            path.pop();
        }
        false
    }

    /// The column to branch on, and whether to try its upper side first;
    /// `None` if all are whole.
    fn choose(&mut self, order: Order) -> Option<(usize, bool)> {
        let fractional: Vec<(usize, f64)> = self
            .simplex
            .values()
            .iter()
            .enumerate()
            .map(|(t, v)| (t, v - v.floor()))
            .filter(|(_, f)| *f > INTEGRAL && *f < 1.0 - INTEGRAL)
            .collect();
        if order == Order::Shuffled {
            let pick = self.random.below(fractional.len());
            return fractional.get(pick).map(|(t, f)| (*t, *f > 0.5));
        }
        let mut best: Option<(usize, bool, f64)> = None;
        for (t, f) in fractional {
            let (down, up) = self.simplex.penalties(t).unwrap_or((f, 1.0 - f));
            let score = down.clamp(1e-6, 1e3) * up.clamp(1e-6, 1e3);
            if best.is_none_or(|b| score > b.2) {
                best = Some((t, up < down, score));
            }
        }
        best.map(|b| (b.0, b.1))
    }

    fn rounded(&self) -> Vec<u32> {
        self.simplex.values().iter().map(|v| v.round().to_u32().unwrap_or(0)).collect()
    }
}

/// What the bound promises beyond the baseline.
fn top_gain(top: f64, baseline: f64) -> f64 {
    (top - baseline).abs().max(1e-9)
}

#[cfg(test)]
mod tests {
    use microlp::{ComparisonOp, OptimizationDirection, Problem};

    use super::*;
    use crate::simplex::FEASIBLE;

    /// Columns, row bounds, column tops.
    type Programme = (Vec<Vec<usize>>, Vec<(f64, f64)>, Vec<f64>);

    /// A random programme with a panel in it.
    fn programme(random: &mut Random) -> Programme {
        let features = 1 + random.below(4);
        let n = 5 + random.below(40);
        let columns: Vec<Vec<usize>> = (0..n)
            .map(|_| std::iter::once(0).chain((0..features).map(|f| 1 + 3 * f + random.below(3))).collect())
            .collect();
        let tops: Vec<f64> = (0..n).map(|_| if random.below(3) == 0 { 3.0 } else { 1.0 }).collect();
        let mut counted = vec![0.0; 1 + 3 * features];
        for column in &columns {
            if random.below(3) == 0 {
                for &row in column {
                    counted[row] += 1.0;
                }
            }
        }
        let bounds = counted
            .iter()
            .enumerate()
            .map(|(row, c)| {
                let slack = if row > 0 && random.below(2) == 0 { 1.0 } else { 0.0 };
                (f64::max(*c - slack, 0.0), *c + slack)
            })
            .collect();
        (columns, bounds, tops)
    }

    fn oracle(
        columns: &[Vec<usize>],
        bounds: &[(f64, f64)],
        tops: &[f64],
        weights: &[f64],
        whole: bool,
    ) -> Option<f64> {
        let mut problem = Problem::new(OptimizationDirection::Maximize);
        let variables: Vec<_> = weights
            .iter()
            .zip(tops)
            .map(|(w, top)| {
                if whole {
                    problem.add_integer_var(*w, (0, top.to_i32().expect("small")))
                } else {
                    problem.add_var(*w, (0.0, *top))
                }
            })
            .collect();
        for (row, (lo, hi)) in bounds.iter().enumerate() {
            let members: Vec<_> =
                columns.iter().zip(&variables).filter(|(c, _)| c.contains(&row)).map(|(_, v)| (*v, 1.0)).collect();
            problem.add_constraint(members.clone(), ComparisonOp::Ge, *lo);
            problem.add_constraint(members, ComparisonOp::Le, *hi);
        }
        let solution = problem.solve().ok()?.into_solution().ok()?;
        Some(solution.objective())
    }

    #[test]
    fn agrees_with_another_solver_on_fractions_and_on_whole_people() {
        let mut random = Random::new(b"programmes");
        let mut infeasible = 0;
        for case in 0..300 {
            let (columns, mut bounds, tops) = programme(&mut random);
            if random.below(4) == 0 {
                bounds[1].0 += 2.0;
                bounds[1].1 += 2.0;
            }
            let mut simplex = Simplex::new(&columns, &bounds);
            for (t, top) in tops.iter().enumerate() {
                simplex.set_bounds(t, 0.0, *top);
            }
            let mut pricer = Pricer {
                simplex: simplex.clone(),
                lows: vec![0.0; tops.len()],
                tops: tops.clone(),
                random: Random::new(b"test"),
                usual_loss: None,
                trouble: 0.0,
            };
            // warm starts: several objectives on one basis
            for round in 0..4 {
                let weights: Vec<f64> = tops.iter().map(|_| random.unit() - 0.3).collect();
                simplex.set_objective(&weights);
                let solved = simplex.solve(5_000);
                let truth = oracle(&columns, &bounds, &tops, &weights, false);
                match (&solved, truth) {
                    (Solved::Optimal, Some(best)) => {
                        assert!((simplex.objective() - best).abs() < 1e-6, "{case}.{round}");
                        for (row, (lo, hi)) in bounds.iter().enumerate() {
                            let sum: f64 = columns
                                .iter()
                                .zip(simplex.values())
                                .filter(|(c, _)| c.contains(&row))
                                .map(|(_, v)| v)
                                .sum();
                            assert!(sum > lo - 10.0 * FEASIBLE && sum < hi + 10.0 * FEASIBLE);
                        }
                    }
                    (Solved::Infeasible(_), None) => infeasible += 1,
                    other => panic!("{case}.{round}: {other:?}"),
                }
                let priced = pricer.exact(&weights, f64::NEG_INFINITY, 100_000, u64::MAX);
                assert!(priced.complete, "{case}.{round}");
                let value = priced.panel.map(|p| p.iter().zip(&weights).map(|(x, w)| f64::from(*x) * w).sum::<f64>());
                match (value, oracle(&columns, &bounds, &tops, &weights, true)) {
                    (Some(found), Some(best)) => assert!((found - best).abs() < 1e-6, "{case}.{round}"),
                    (None, None) => {}
                    other => panic!("{case}.{round}: {other:?}"),
                }
            }
        }
        assert!(infeasible > 20);
    }
}
