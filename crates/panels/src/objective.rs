//! Target seats per type for each objective, as fractions.

use crate::build::Objective;
use crate::instance::Instance;
use crate::ladder::{Climb, Ladder, climb};
use crate::simplex::{Simplex, Solved};
use crate::watch::Limits;

/// Steps of the search for the largest product of chances.
const NASH_STEPS: usize = 600;
/// Steps of the search for the best ceiling.
const GOLDILOCKS_STEPS: usize = 24;
/// Types below this many expected seats cannot be seated at all.
const UNSEATABLE: f64 = 1e-7;

/// The target of an objective. `ladder` is the leximin ladder of the same task.
pub(crate) fn target(instance: &Instance, ladder: &Ladder, objective: Objective, limits: &Limits<'_>) -> Vec<f64> {
    match objective {
        // a leximin lottery is a maximin lottery
        Objective::Leximin | Objective::Maximin => ladder.target.clone(),
        Objective::Nash => nash(instance, &ladder.target, limits),
        Objective::Goldilocks => goldilocks(instance, ladder, limits),
    }
}

/// Maximises `Σ n_t ln(x_t / n_t)` by pairwise Frank–Wolfe from `start`.
fn nash(instance: &Instance, start: &[f64], limits: &Limits<'_>) -> Vec<f64> {
    let sizes: Vec<f64> = instance.kinds.iter().map(|k| f64::from(k.size())).collect();
    let mut simplex = Simplex::new(&instance.columns(), &instance.row_bounds());
    for (t, size) in sizes.iter().enumerate() {
        simplex.set_bounds(t, 0.0, *size);
    }
    let mut point = start.to_vec();
    let mut corners: Vec<(Vec<f64>, f64)> = vec![(start.to_vec(), 1.0)];
    for _ in 0..NASH_STEPS {
        if limits.exhausted() {
            break;
        }
        // people whom no panel can seat are left out of the product
        let gradient: Vec<f64> = point
            .iter()
            .zip(start)
            .zip(&sizes)
            .map(|((x, s), n)| if *s < UNSEATABLE { 0.0 } else { n / x.max(1e-9) })
            .collect();
        simplex.set_objective(&gradient);
        let before = simplex.work;
        if simplex.solve(5_000) != Solved::Optimal {
            break;
        }
        limits.spend(simplex.work - before);
        let toward = simplex.values().to_vec();
        let value = |x: &[f64]| x.iter().zip(&gradient).map(|(x, g)| x * g).sum::<f64>();
        let Some((away, _)) = corners.iter().enumerate().min_by(|a, b| value(&a.1.0).total_cmp(&value(&b.1.0))) else {
            break;
        };
        // the gap bounds what is left to gain in the sum of logarithms
        if value(&toward) - value(&point) < 1e-5 * f64::from(instance.people) {
            break;
        }
        let direction: Vec<f64> = toward.iter().zip(&corners[away].0).map(|(a, b)| a - b).collect();
        let slope = |step: f64| -> f64 {
            (0..point.len())
                .filter(|&t| start[t] >= UNSEATABLE)
                .map(|t| sizes[t] * direction[t] / (point[t] + step * direction[t]).max(1e-9))
                .sum()
        };
        let (mut low, mut high) = (0.0, corners[away].1);
        if slope(high) < 0.0 {
            for _ in 0..50 {
                let middle = (low + high) / 2.0;
                if slope(middle) > 0.0 { low = middle } else { high = middle }
            }
        } else {
            low = high;
        }
        for (x, d) in point.iter_mut().zip(&direction) {
            *x = (*x + low * d).max(0.0);
        }
        corners[away].1 -= low;
        match corners.iter_mut().find(|c| c.0 == toward) {
            Some(corner) => corner.1 += low,
            None => corners.push((toward, low)),
        }
        corners.retain(|c| c.1 > 1e-12);
    }
    point
}

/// Minimises `ceiling · n/k + (k/n) / floor` over the ceiling, then climbs the
/// ladder under it.
fn goldilocks(instance: &Instance, ladder: &Ladder, limits: &Limits<'_>) -> Vec<f64> {
    let unseatable: Vec<usize> =
        ladder.levels.iter().take_while(|l| l.chance < 1e-9).flat_map(|l| l.stopped.iter().copied()).collect();
    let even = f64::from(instance.seats) / f64::from(instance.people);
    let under =
        |ceiling: f64, levels: usize| climb(instance, Climb { levels, ceiling, beside: &unseatable }, limits).ok();
    let value = |ceiling: f64| -> f64 {
        let floor = under(ceiling, 1).and_then(|l| l.levels.first().map(|l| l.chance));
        floor.filter(|f| *f > 1e-9).map_or(f64::INFINITY, |f| ceiling / even + even / f)
    };
    // convex in the ceiling: golden section, from the even chance to 1
    let ratio = (5.0_f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (even, 1.0);
    let (mut left, mut right) = (high - ratio * (high - low), low + ratio * (high - low));
    let (mut at_left, mut at_right) = (value(left), value(right));
    for _ in 0..GOLDILOCKS_STEPS {
        if limits.exhausted() {
            break;
        }
        if at_left <= at_right && at_left.is_finite() {
            high = right;
            (right, at_right) = (left, at_left);
            left = high - ratio * (high - low);
            at_left = value(left);
        } else {
            low = left;
            (left, at_left) = (right, at_right);
            right = low + ratio * (high - low);
            at_right = value(right);
        }
    }
    let best = if at_left <= at_right { left } else { right };
    under(best, usize::MAX).map_or_else(|| ladder.target.clone(), |l| l.target)
}
