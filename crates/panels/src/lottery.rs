//! The best lottery over the panels found, before anything is rounded to whole
//! copies: column generation for the smallest chance.
//!
//! Shares `λ_P` of the pool's panels are to make the smallest chance `z` as large
//! as possible. With `u = 1 − z` all coefficients are whole and not negative:
//! ```text
//! minimise u:   Σ_P places(P, t)·λ_P + n_t·u ≥ n_t for each type t,   Σ_P λ_P = 1
//! ```
//! Only types near the bottom get a row, others when they turn out to be short
//! of `z`. The row prices are the weights for which a better panel is looked
//! for; a panel worth more than the pool's best joins it. It ends when `z` meets
//! the ladder's bound, when the search for a better panel was exhaustive and
//! found none, or when the work is used up.
//!
//! The result tells how much of the gap between bound and list is due to
//! rounding. It is a decimal for people to read; nothing depends on it.

use crate::draft::Draft;
use crate::instance::{Instance, count, index};
use crate::pair::Pair;
use crate::random::Random;
use crate::simplex::{Simplex, Solved};
use crate::walk;
use crate::watch::Limits;

/// Pivots of one solve.
const PIVOTS: usize = 20_000;
/// Solves at most.
const ROUNDS: usize = 2_000;
/// A smallest chance this close to the bound is the bound.
pub(crate) const CLOSE: f64 = 2e-7;
/// Noise of the objective: what may be lost by it.
const NOISE: f64 = 1e-7;
/// A panel must be worth this much more than the pool's best to join.
const WORTH: f64 = 1.5e-7;
/// Rounds without a better panel before the exhaustive search.
const PATIENCE: usize = 3;
/// Nodes and work of the exhaustive search.
const NODES: usize = 20_000;
const WORK: u64 = 1_000_000_000;

/// A lottery.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lottery {
    /// Its smallest chance, over the types that can be seated.
    pub(crate) least: f64,
    /// Share of each panel of the pool.
    pub(crate) shares: Vec<f64>,
}

/// Looks for it, with at most so much work. `bound` is what cannot be exceeded,
/// `bottom` the types that hold it down.
pub(crate) fn best(
    instance: &Instance,
    draft: &mut Draft,
    pair: &mut Pair,
    bound: f64,
    bottom: &[usize],
    work: u64,
    limits: &Limits<'_>,
) -> Lottery {
    // something is left for rounding
    let end = limits.spent().saturating_add(work).min(limits.total() / 10 * 8);
    let panels: f64 = draft.copies.iter().map(|c| f64::from(*c)).sum();
    let chance = |t: usize| draft.counts[t] / draft.sizes[t] / panels;
    let seatable: Vec<usize> = (0..draft.sizes.len()).filter(|&t| draft.target[t] > 1e-6).collect();
    let mut rows: Vec<usize> = bottom.iter().copied().filter(|t| seatable.contains(t)).collect();
    let average: Vec<f64> = draft.counts.iter().map(|c| c / panels).collect();
    // the list is a lottery too
    let mut lottery = Lottery {
        least: seatable.iter().map(|&t| chance(t)).fold(1.0, f64::min),
        shares: draft.copies.iter().map(|c| f64::from(*c) / panels).collect(),
    };
    let mut master = build(draft, &rows, None);
    let mut fruitless = 0;
    for round in 0..ROUNDS {
        let before = master.work;
        let left = end.saturating_sub(limits.spent()) / (4 * u64::from(count(rows.len() + 1)).pow(2));
        let solved = master.solve(PIVOTS.min(usize::try_from(left).unwrap_or(PIVOTS)));
        limits.spend(master.work - before);
        if solved != Solved::Optimal {
            break;
        }
        let shares = master.values()[1..].to_vec();
        let least = (1.0 - master.values()[0]).max(0.0);
        let mut expected = vec![0.0; draft.sizes.len()];
        for (seats, share) in draft.pool.iter().zip(&shares) {
            for &(t, places) in seats {
                expected[index(t)] += share * f64::from(places);
            }
        }
        let short: Vec<usize> =
            seatable.iter().copied().filter(|&t| expected[t] < draft.sizes[t] * least - 1e-9).collect();
        if !short.is_empty() {
            // those that are almost short would be the next
            let nearly = seatable.iter().copied().filter(|&t| expected[t] < draft.sizes[t] * least * 1.05);
            let true_least = seatable.iter().map(|&t| expected[t] / draft.sizes[t]).fold(f64::INFINITY, f64::min);
            keep(&mut lottery, Lottery { least: true_least.max(0.0), shares });
            rows.extend(nearly);
            rows.sort_unstable();
            rows.dedup();
            if limits.spent() >= end || limits.exhausted() {
                break;
            }
            master = build(draft, &rows, None);
            continue;
        }
        keep(&mut lottery, Lottery { least, shares });
        if least >= bound - CLOSE || limits.spent() >= end || limits.exhausted() {
            break;
        }

        // prices of the rows: what a seat is worth, and what the best panel of the pool is worth
        let prices = master.prices();
        let mut weights = vec![0.0; draft.sizes.len()];
        for (&t, price) in rows.iter().zip(&prices[1..]) {
            weights[t] = (-price).max(0.0);
        }
        let worth = prices[0];
        let value = |panel: &[u32]| panel.iter().zip(&weights).map(|(x, w)| f64::from(*x) * w).sum::<f64>();
        let size = draft.pool.len();
        let mut complete = false;
        for panel in walk::price(instance, draft, pair, &weights, limits) {
            if value(&panel) > worth + WORTH {
                draft.admit(instance, &panel);
            }
        }
        if draft.pool.len() > size {
            // cheap ones first
        } else if fruitless < PATIENCE {
            let noise = 0.15 * f64::from(count(round % 4));
            for priced in pair.good(&weights, &average, [noise / 4.0, noise], 2 + 3 * fruitless, limits) {
                if let Some(panel) = priced.panel.filter(|p| value(p) > worth + WORTH) {
                    draft.admit(instance, &panel);
                }
            }
        } else {
            let priced = pair.exact(&weights, worth + WORTH, NODES, WORK, limits);
            complete = priced.complete;
            if let Some(panel) = priced.panel {
                draft.admit(instance, &panel);
            }
        }
        if draft.pool.len() > size {
            fruitless = 0;
            master = build(draft, &rows, Some(&master));
        } else if fruitless >= PATIENCE || complete {
            break;
        } else {
            fruitless += 1;
        }
    }
    lottery
}

fn keep(best: &mut Lottery, found: Lottery) {
    if found.least > best.least {
        *best = found;
    }
}

/// The programme above for the present pool; from the basis of an earlier one
/// with the same rows.
fn build(draft: &Draft, rows: &[usize], earlier: Option<&Simplex>) -> Simplex {
    let mut row_of = vec![usize::MAX; draft.sizes.len()];
    let mut bounds = vec![(1.0, 1.0)];
    // a row number stands in a column as often as its coefficient says
    let mut lack = Vec::new();
    for (&t, row) in rows.iter().zip(1..) {
        row_of[t] = row;
        bounds.push((draft.sizes[t], 2.0 * draft.sizes[t]));
        lack.extend(std::iter::repeat_n(row, draft.people_of(t)));
    }
    let mut columns = vec![lack];
    for seats in &draft.pool {
        let mut column = vec![0];
        for &(t, places) in seats {
            if row_of[index(t)] != usize::MAX {
                column.extend(std::iter::repeat_n(row_of[index(t)], index(places)));
            }
        }
        columns.push(column);
    }
    let mut simplex = Simplex::new(&columns, &bounds);
    for column in 0..columns.len() {
        simplex.set_bounds(column, 0.0, 1.0);
    }
    // without noise every share costs the same, and the dual method stalls
    let mut noise = Random::new(b"lottery");
    let mut objective: Vec<f64> = columns.iter().map(|_| -noise.unit() * NOISE).collect();
    objective[0] = -1.0;
    simplex.set_objective(&objective);
    if let Some(earlier) = earlier {
        simplex.start_from(earlier);
    }
    simplex
}
