//! Panels by walking: seats change hands one at a time, through panels that
//! break rules, and come back to ones that keep them.
//!
//! Branch and bound drowns where people answer twenty questions and every
//! quota is nearly tight: it sees that a panel must lie on dozens of bounds at
//! once, and has to guess. A walk does not guess: each row has a price for being
//! broken, which rises while the row stays broken and falls while everything is
//! kept, so that the walk swings through the border of what is allowed, where
//! the best panels lie (*strategic oscillation*, Glover 1977; weights that learn,
//! Morris 1993). Whoever has just moved rests for some steps (*tabu*).
//!
//! This file must never be believed: what a walk finds is counted in integers
//! before it is used ([`crate::draft::Draft::admit`]).

use crate::draft::Draft;
use crate::instance::{Instance, count, index};
use crate::pair::Pair;
use crate::random::Random;
use crate::watch::Limits;

/// Panels that each of the two walkers sets out from before counts are taken anew.
const BATCH: usize = 6;
/// Work of one walk.
const WORK: u64 = 6_000_000;
/// Steps of one walk at most.
const STEPS: u64 = 1_500;
/// How much a broken row's price rises in a step, in units of an ordinary seat's worth.
const RISE: f64 = 0.15;
/// What is left of the prices after a step on which nothing is broken.
const FALL: f64 = 0.93;
/// What must be gained, so that rounding cannot be mistaken for progress.
const GAIN: f64 = 1e-9;

/// Where a walk begins and what it looks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Outing {
    /// Seats per type of a panel that keeps the rules.
    pub(crate) panel: Vec<u32>,
    /// Worth of a seat.
    pub(crate) weights: Vec<f64>,
}

/// A walker: nothing but its chance and its work is kept from walk to walk.
#[derive(Debug, Clone)]
pub(crate) struct Walker {
    random: Random,
    work: u64,
}

/// A panel under way.
struct Position<'a> {
    instance: &'a Instance,
    seats: Vec<u32>,
    counted: Vec<u32>,
    price: Vec<f64>,
    /// Rows out of bounds.
    broken: Vec<usize>,
}

impl Position<'_> {
    /// What a row charges for one seat fewer.
    fn leaving(&self, row: usize) -> f64 {
        let (lo, hi) = self.instance.bounds[row];
        match self.counted[row] {
            c if c <= lo => self.price[row],
            c if c > hi => -self.price[row],
            _ => 0.0,
        }
    }

    /// What a row charges for one seat more.
    fn entering(&self, row: usize) -> f64 {
        let (lo, hi) = self.instance.bounds[row];
        match self.counted[row] {
            c if c >= hi => self.price[row],
            c if c < lo => -self.price[row],
            _ => 0.0,
        }
    }

    fn seat(&mut self, t: usize, enters: bool) {
        let step = |n: &mut u32| *n = if enters { n.saturating_add(1) } else { n.saturating_sub(1) };
        step(&mut self.seats[t]);
        for &row in &self.instance.kinds[t].rows {
            step(&mut self.counted[row]);
            let (lo, hi) = self.instance.bounds[row];
            let breaks = self.counted[row] < lo || self.counted[row] > hi;
            match (breaks, self.broken.iter().position(|&r| r == row)) {
                (true, None) => self.broken.push(row),
                (false, Some(at)) => _ = self.broken.swap_remove(at),
                _ => {}
            }
        }
    }
}

impl Walker {
    /// `label` seeds its chance.
    pub(crate) fn new(label: &[u8]) -> Self {
        Self { random: Random::new(label), work: 0 }
    }

    /// Work done since the last call of this function.
    pub(crate) fn take_work(&mut self) -> u64 {
        std::mem::take(&mut self.work)
    }

    /// The best panel on the way that is worth more than the first.
    pub(crate) fn walk(&mut self, instance: &Instance, outing: &Outing) -> Option<Vec<u32>> {
        let weights = &outing.weights;
        let mut at = Position {
            instance,
            seats: vec![0; outing.panel.len()],
            counted: vec![0; instance.bounds.len()],
            price: vec![0.0; instance.bounds.len()],
            broken: Vec::new(),
        };
        for (t, &places) in outing.panel.iter().enumerate() {
            for _ in 0..places {
                at.seat(t, true);
            }
        }
        let mut members: Vec<usize> = (0..at.seats.len()).filter(|&t| at.seats[t] > 0).collect();
        let unit = self.unit(weights);
        at.price.fill(0.5 * unit);
        let entries = instance.kinds.first().map_or(1, |k| k.rows.len());
        let step_work = u64::from(count(entries * (weights.len() + members.len()) + at.price.len()));
        let steps = (WORK / step_work.max(1)).clamp(20, STEPS);
        let mut rests = vec![0_u64; weights.len()];
        let mut value: f64 = at.seats.iter().zip(weights).map(|(x, w)| f64::from(*x) * w).sum();
        let mut best: Option<(f64, Vec<u32>)> = None;
        let mut to_beat = value + GAIN.max(1e-6 * unit);
        for step in 1..=steps {
            // who leaves
            let charges: Vec<f64> = (0..at.price.len()).map(|r| at.leaving(r)).collect();
            let cost = |t: usize| weights[t] + instance.kinds[t].rows.iter().map(|&r| charges[r]).sum::<f64>();
            let leaver = members.iter().copied().filter(|&t| rests[t] < step).map(|t| (cost(t), t));
            let Some((_, leaver)) = leaver.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))) else { continue };
            at.seat(leaver, false);
            // who enters
            let charges: Vec<f64> = (0..at.price.len()).map(|r| at.entering(r)).collect();
            let gain = |t: usize| weights[t] - instance.kinds[t].rows.iter().map(|&r| charges[r]).sum::<f64>();
            let room = |t: usize| t != leaver && rests[t] < step && at.seats[t] < instance.kinds[t].size();
            let entrant = (0..weights.len()).filter(|&t| room(t)).map(|t| (gain(t), t));
            let Some((_, entrant)) = entrant.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1))) else {
                at.seat(leaver, true);
                break;
            };
            at.seat(entrant, true);
            value += weights[entrant] - weights[leaver];
            rests[leaver] = step + 4 + u64::from(count(self.random.below(8)));
            rests[entrant] = step + 2 + u64::from(count(self.random.below(6)));
            if at.seats[leaver] == 0 {
                members.retain(|&t| t != leaver);
            }
            if at.seats[entrant] == 1 {
                members.push(entrant);
            }
            self.work += step_work;
            if at.broken.is_empty() {
                if value > to_beat {
                    to_beat = value;
                    best = Some((value, at.seats.clone()));
                }
                at.price.iter_mut().for_each(|p| *p *= FALL);
            } else {
                for &row in &at.broken {
                    at.price[row] += RISE * unit;
                }
            }
        }
        best.map(|b| b.1)
    }

    /// Worth of an ordinary seat: the mean distance of weights from their mean.
    fn unit(&self, weights: &[f64]) -> f64 {
        let n = f64::from(count(weights.len().max(1)));
        let mean = weights.iter().sum::<f64>() / n;
        (weights.iter().map(|w| (w - mean).abs()).sum::<f64>() / n).max(1e-12)
    }
}

/// Lets panels of the list walk, two at a time, and takes what lowers the potential.
pub(crate) fn round(instance: &Instance, draft: &mut Draft, pair: &mut Pair, random: &mut Random, limits: &Limits<'_>) {
    let live = draft.live();
    if live.is_empty() {
        return;
    }
    let outings: Vec<(usize, Outing)> = (0..2 * BATCH)
        .map(|_| {
            // those that seat whoever has plenty have most to give
            let tries = (0..4).map(|_| live[random.below(live.len())]);
            let panel = tries.map(|p| (draft.change(p, -1.0), p)).min_by(|a, b| a.0.total_cmp(&b.0));
            let panel = panel.map_or(live[0], |p| p.1);
            let mut outing = Outing { panel: dense(draft, panel), weights: Vec::new() };
            let marginal = |t: usize| if outing.panel[t] > 0 { draft.one_fewer[t] } else { -draft.one_more[t] };
            outing.weights = (0..outing.panel.len()).map(marginal).collect();
            (panel, outing)
        })
        .collect();
    let (panels, outings): (Vec<usize>, Vec<Outing>) = outings.into_iter().unzip();
    let (left, right) = outings.split_at(outings.len() / 2);
    let found = pair.walk(instance, left, right, limits);
    for (panel, found) in panels.into_iter().zip(found) {
        let Some(entering) = found.and_then(|f| draft.admit(instance, &f)) else { continue };
        if draft.copies[panel] == 0 {
            continue;
        }
        // the counts have moved since: keep it only if it still helps
        let loss = draft.change(panel, -1.0);
        draft.apply(panel, -1.0);
        let gain = draft.change(entering, 1.0);
        draft.apply(panel, 1.0);
        if loss + gain < -GAIN {
            draft.replace(panel, entering);
        }
    }
}

/// Panels worth more than `floor`, from the pool's best ones.
pub(crate) fn price(
    instance: &Instance,
    draft: &Draft,
    pair: &mut Pair,
    weights: &[f64],
    limits: &Limits<'_>,
) -> Vec<Vec<u32>> {
    let value = |p: usize| draft.pool[p].iter().map(|&(t, x)| f64::from(x) * weights[index(t)]).sum::<f64>();
    let mut pool: Vec<(f64, usize)> = (0..draft.pool.len()).map(|p| (value(p), p)).collect();
    pool.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let outings: Vec<Outing> = pool
        .iter()
        .take(2 * BATCH)
        .map(|&(_, p)| Outing { panel: dense(draft, p), weights: weights.to_vec() })
        .collect();
    let (left, right) = outings.split_at(outings.len() / 2);
    pair.walk(instance, left, right, limits).into_iter().flatten().collect()
}

/// Seats for each type of a panel of the pool.
fn dense(draft: &Draft, panel: usize) -> Vec<u32> {
    let mut seats = vec![0; draft.sizes.len()];
    for &(t, places) in &draft.pool[panel] {
        seats[index(t)] = places;
    }
    seats
}
