//! From target seats per type to a list of m panels that comes nearest to them.
//!
//! 1. *Herding*: panel after panel for the weights of what each type still
//!    lacks, until there is a pool of varied panels.
//! 2. *Exchange*: the list is m copies from the pool; a panel is exchanged for
//!    another as long as that lowers the sum of squared shortfalls; then small
//!    groups at a time.
//! 3. *Pricing*: new panels for the weights of the present shortfalls join the
//!    pool, and the exchange goes on.
//!
//! A shortfall is measured against whole copies: a person whose target is 20.9
//! of 1000 panels lacks nothing at 20. The list at hand is always complete, so
//! that the search may stop at any moment.
//!
//! Two searches run side by side, on their own threads, with their own noise;
//! their results are taken in a fixed order, so the list depends on nothing but
//! the input (and on when it was stopped, if it was).

use std::collections::BTreeMap;

use microlp::{ComparisonOp, OptimizationDirection, Problem};
use num_traits::ToPrimitive;

use crate::instance::{Instance, count, index};
use crate::pricing::{Priced, Pricer};
use crate::random::Random;
use crate::watch::{Limits, Stage};

/// Panels from herding.
const POOL: u32 = 300;
/// Rounds of pricing at most.
const ROUNDS: u32 = 400;
/// Rounds without real progress before the search ends …
const PATIENCE: u32 = 15;
/// … if the least served also have their whole copies; else only after this
/// much more work (about a second on two cores).
const MORE_WORK: u64 = 600_000_000;
/// Weight of staying near the exact target, against reaching whole copies.
const NEARNESS: f64 = 0.02;
/// Weight of the least served while they are being lifted.
const LIFT: f64 = 30.0;
/// Rounds of pricing for one more copy for the least served.
const LIFT_ROUNDS: u32 = 16;
/// More types or panels than this are not blended by a linear programme.
const BLENDED: usize = 600;
/// Nodes for the question whether a type can be seated at all.
const SEATABLE_NODES: usize = 4_000;

/// Seats per type of one panel: ascending types, places at least 1.
pub(crate) type Seats = Vec<(u32, u32)>;

/// A list and what was learned on the way.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Listing {
    /// The pool, and how many copies of each panel the list has.
    pub(crate) pool: Vec<(Seats, u32)>,
    /// Types of which it is known that no panel can seat them.
    pub(crate) never: Vec<usize>,
    /// Whether the caller or the work limit ended the search early.
    pub(crate) interrupted: bool,
}

/// What the list is to come near to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wish {
    /// Seats per type and panel.
    pub(crate) target: Vec<f64>,
    /// Chance beyond which nobody lacks anything.
    pub(crate) cap: Option<f64>,
}

/// Why there is no list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoListing {
    /// The search was exhaustive: no panel meets the quotas.
    Infeasible,
    /// No panel was found within the limits.
    NotFound,
}

/// The list in the making.
struct Draft {
    sizes: Vec<f64>,
    /// Importance of each type's shortfall.
    scale: Vec<f64>,
    target: Vec<f64>,
    whole: Vec<f64>,
    /// Counts below which a type is to be lifted before all others.
    base: Vec<f64>,
    counts: Vec<f64>,
    pool: Vec<Seats>,
    /// Where in the pool a panel stands: the pool has no panel twice.
    known: BTreeMap<Seats, usize>,
    copies: Vec<u32>,
    /// What one more and one fewer seat would do to each type's penalty.
    one_more: Vec<f64>,
    one_fewer: Vec<f64>,
}

impl Draft {
    fn penalty(&self, t: usize, count: f64) -> f64 {
        let near = (self.target[t] - count) / self.sizes[t];
        let short = ((self.whole[t] - count) / self.sizes[t]).max(0.0);
        let low = ((self.base[t] - count) / self.sizes[t]).max(0.0);
        self.scale[t] * (NEARNESS * near * near + short * short + LIFT * low * low)
    }

    fn weights(&self) -> Vec<f64> {
        (0..self.sizes.len())
            .map(|t| {
                let near = (self.target[t] - self.counts[t]) / self.sizes[t];
                let short = ((self.whole[t] - self.counts[t]) / self.sizes[t]).max(0.0);
                let low = ((self.base[t] - self.counts[t]) / self.sizes[t]).max(0.0);
                2.0 * self.scale[t] / self.sizes[t] * (NEARNESS * near + short + LIFT * low)
            })
            .collect()
    }

    fn potential(&self) -> f64 {
        (0..self.sizes.len()).map(|t| self.penalty(t, self.counts[t])).sum()
    }

    /// Whether everybody has the whole copies of their target.
    fn reached(&self) -> bool {
        self.counts.iter().zip(&self.whole).all(|(c, w)| *c >= w - 1e-6)
    }

    /// The smallest whole number of copies per person, over types that should be
    /// seated, if the types had these counts.
    fn least(&self, counts: &[f64]) -> f64 {
        let seatable = counts.iter().zip(&self.sizes).zip(&self.whole);
        seatable
            .filter(|(_, whole)| **whole > 0.0)
            .map(|((c, n), _)| ((c + 1e-6) / n).floor())
            .fold(f64::INFINITY, f64::min)
    }

    /// Whether the least served have the copies that their targets ask for.
    fn least_reached(&self) -> bool {
        self.least(&self.counts) >= self.least(&self.whole)
    }

    /// Sets the base to so many copies per person, at most each type's target.
    fn set_base(&mut self, copies: f64) {
        for t in 0..self.sizes.len() {
            self.base[t] = (copies * self.sizes[t]).min(self.whole[t]);
            self.refresh(t);
        }
    }

    fn apply(&mut self, panel: usize, sign: f64) {
        for i in 0..self.pool[panel].len() {
            let (t, places) = self.pool[panel][i];
            let t = index(t);
            self.counts[t] += sign * f64::from(places);
            self.refresh(t);
        }
    }

    /// To be called for a type after any change of its count or targets.
    fn refresh(&mut self, t: usize) {
        let now = self.penalty(t, self.counts[t]);
        self.one_more[t] = self.penalty(t, self.counts[t] + 1.0) - now;
        self.one_fewer[t] = self.penalty(t, self.counts[t] - 1.0) - now;
    }

    fn change(&self, panel: usize, sign: f64) -> f64 {
        self.pool[panel]
            .iter()
            .map(|&(t, places)| {
                let t = index(t);
                if places == 1 {
                    return if sign > 0.0 { self.one_more[t] } else { self.one_fewer[t] };
                }
                let now = self.counts[t];
                self.penalty(t, now + sign * f64::from(places)) - self.penalty(t, now)
            })
            .sum()
    }

    fn best_addition(&self) -> Option<(usize, f64)> {
        (0..self.pool.len()).map(|p| (p, self.change(p, 1.0))).min_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// One panel for another, as long as that helps.
    fn exchange(&mut self, limits: &Limits<'_>) {
        loop {
            if limits.exhausted() {
                return;
            }
            let mut out: Vec<(usize, f64)> =
                (0..self.pool.len()).filter(|&p| self.copies[p] > 0).map(|p| (p, self.change(p, -1.0))).collect();
            out.sort_by(|a, b| a.1.total_cmp(&b.1));
            let mut improved = false;
            for &(leaving, loss) in out.iter().take(3) {
                self.apply(leaving, -1.0);
                match self.best_addition() {
                    Some((entering, gain)) if loss + gain < -1e-9 => {
                        self.copies[leaving] -= 1;
                        self.copies[entering] += 1;
                        self.apply(entering, 1.0);
                        improved = true;
                        break;
                    }
                    _ => self.apply(leaving, 1.0),
                }
            }
            let work = self.pool.len() * index(count(self.pool[0].len())) * 8;
            limits.spend(u64::try_from(work).unwrap_or(0));
            if !improved {
                return;
            }
        }
    }

    /// Takes a few panels out and puts the best few in, if that helps.
    fn shuffle(&mut self, random: &mut Random, tries: u32, limits: &Limits<'_>) {
        let mut live: Vec<usize> = Vec::new();
        for (p, &copies) in self.copies.iter().enumerate() {
            live.extend(std::iter::repeat_n(p, index(copies)));
        }
        for _ in 0..tries {
            if limits.exhausted() {
                return;
            }
            let group = (2 + random.below(5)).min(live.len());
            let mut change = 0.0;
            let mut out = Vec::with_capacity(group);
            for _ in 0..group {
                let mut least: Option<(usize, f64)> = None;
                for _ in 0..6 {
                    let at = random.below(live.len());
                    let loss = self.change(live[at], -1.0);
                    if least.is_none_or(|l| loss < l.1) {
                        least = Some((at, loss));
                    }
                }
                let Some((at, loss)) = least else { break };
                let panel = live.swap_remove(at);
                self.apply(panel, -1.0);
                change += loss;
                out.push(panel);
            }
            let mut put = Vec::with_capacity(group);
            for _ in 0..out.len() {
                let Some((panel, gain)) = self.best_addition() else { break };
                self.apply(panel, 1.0);
                change += gain;
                put.push(panel);
            }
            let work = self.pool.len() * self.pool[0].len() * (6 + put.len());
            limits.spend(u64::try_from(work).unwrap_or(0));
            if change < -1e-9 && put.len() == out.len() {
                for &p in &out {
                    self.copies[p] -= 1;
                }
                for &p in &put {
                    self.copies[p] += 1;
                    live.push(p);
                }
            } else {
                for &p in &put {
                    self.apply(p, -1.0);
                }
                for &p in &out {
                    self.apply(p, 1.0);
                    live.push(p);
                }
            }
        }
    }

    /// Takes a panel into the pool if it keeps the rules; tells where it stands.
    fn admit(&mut self, instance: &Instance, priced: Priced) -> Option<usize> {
        let panel = priced.panel?;
        let mut counted = vec![0_u64; instance.bounds.len()];
        for (kind, &places) in instance.kinds.iter().zip(&panel) {
            if places > kind.size() {
                return None;
            }
            for &row in &kind.rows {
                counted[row] += u64::from(places);
            }
        }
        let keeps = counted.iter().zip(&instance.bounds).all(|(c, b)| *c >= u64::from(b.0) && *c <= u64::from(b.1));
        if !keeps {
            return None;
        }
        let seats: Seats = panel
            .iter()
            .enumerate()
            .filter(|(_, places)| **places > 0)
            .map(|(t, places)| (count(t), *places))
            .collect();
        if let Some(&at) = self.known.get(&seats) {
            return Some(at);
        }
        self.known.insert(seats.clone(), self.pool.len());
        self.pool.push(seats);
        self.copies.push(0);
        Some(self.pool.len() - 1)
    }
}

/// Two searches side by side.
struct Pair {
    pricers: [Pricer; 2],
    noise: Random,
}

impl Pair {
    fn new(instance: &Instance) -> Self {
        Self {
            pricers: [Pricer::new(instance, b"left"), Pricer::new(instance, b"right")],
            noise: Random::new(b"noise"),
        }
    }

    /// A panel for the weights, and one for the weights with noise.
    fn good(
        &mut self,
        weights: &[f64],
        average: &[f64],
        noise: [f64; 2],
        patience: usize,
        limits: &Limits<'_>,
    ) -> [Priced; 2] {
        let mut noisy = |amount: f64| -> Vec<f64> {
            weights
                .iter()
                .map(|w| {
                    let factor = 2.0 * self.noise.unit() - 1.0;
                    w * (1.0 + amount * factor)
                })
                .collect()
        };
        let (a, b) = (noisy(noise[0]), noisy(noise[1]));
        let value = |w: &[f64]| w.iter().zip(average).map(|(w, x)| w * x).sum::<f64>();
        let [left, right] = &mut self.pricers;
        let results = std::thread::scope(|scope| {
            let other = scope.spawn(|| right.good(&b, value(&b), patience));
            let mine = left.good(&a, value(&a), patience);
            let nothing = Priced { panel: None, complete: false };
            [mine, other.join().unwrap_or(nothing)]
        });
        limits.spend(self.pricers.iter_mut().map(Pricer::take_work).sum());
        results
    }
}

/// Builds a list of `panels` panels.
pub(crate) fn build(instance: &Instance, wish: &Wish, panels: u32, limits: &Limits<'_>) -> Result<Listing, NoListing> {
    let target = wish.target.as_slice();
    let n = instance.kinds.len();
    let sizes: Vec<f64> = instance.kinds.iter().map(|k| f64::from(k.size())).collect();
    let scale = (0..n).map(|t| sizes[t] / (target[t] / sizes[t]).max(1e-4).sqrt()).collect();
    let mut draft = Draft {
        sizes,
        scale,
        target: vec![0.0; n],
        whole: vec![0.0; n],
        base: vec![0.0; n],
        counts: vec![0.0; n],
        pool: Vec::new(),
        known: BTreeMap::new(),
        copies: Vec::new(),
        one_more: vec![0.0; n],
        one_fewer: vec![0.0; n],
    };
    let mut pair = Pair::new(instance);
    let mut never = Vec::new();

    // enough that everybody could be on two or three panels of the pool
    let varied = 5 * instance.types() / (2 * instance.seats.max(1));
    let wanted = varied.max(POOL).min(panels.max(40));
    let mut drawn = 0_u32;
    let mut misses = 0_u32;
    while drawn < wanted {
        limits.watch.progress(Stage::Panels, drawn, wanted);
        if limits.mostly_exhausted() && drawn > 0 {
            break;
        }
        draft.target = target.iter().map(|x| x * f64::from(drawn + 1)).collect();
        draft.whole.clone_from(&draft.target);
        let average: Vec<f64> = draft.counts.iter().map(|c| c / f64::from(drawn.max(1))).collect();
        let patience = if drawn == 0 { 4 } else { 1 };
        let both = pair.good(&draft.weights(), &average, [0.0, 0.5], patience, limits);
        let mut found = false;
        let mut none = false;
        for priced in both {
            none |= priced.panel.is_none() && priced.complete;
            if let Some(panel) = draft.admit(instance, priced) {
                draft.copies[panel] += 1;
                draft.apply(panel, 1.0);
                drawn += 1;
                found = true;
            }
        }
        if !found {
            misses += 1;
            if none {
                return Err(NoListing::Infeasible);
            }
            if drawn == 0 && (misses > 8 || limits.exhausted()) {
                return Err(NoListing::NotFound);
            }
            if drawn > 0 && misses > wanted / 4 {
                break;
            }
        }
    }

    scale_up(&mut draft, wish, panels);
    draft.exchange(limits);
    improve(instance, &mut draft, &mut pair, panels, limits);
    if seat_everybody(instance, &mut draft, &mut pair, &mut never, limits) {
        draft.exchange(limits);
        improve(instance, &mut draft, &mut pair, panels, limits);
    }
    lift(instance, &mut draft, &mut pair, panels, limits);
    if !draft.least_reached() && blend(instance, &mut draft, &mut pair, panels, limits) {
        lift(instance, &mut draft, &mut pair, panels, limits);
    }
    let interrupted = limits.exhausted();
    let pool = draft.pool.into_iter().zip(draft.copies).filter(|p| p.1 > 0).collect();
    Ok(Listing { pool, never, interrupted })
}

/// From the herded panels to `panels` copies, and to whole-copy targets.
fn scale_up(draft: &mut Draft, wish: &Wish, panels: u32) {
    let have = draft.copies.iter().sum::<u32>().max(1);
    let mut spare = panels % have;
    draft.counts.fill(0.0);
    for p in 0..draft.pool.len() {
        let drawn = draft.copies[p];
        let extra = drawn.min(spare);
        spare -= extra;
        draft.copies[p] = drawn * (panels / have) + extra;
        draft.apply(p, f64::from(draft.copies[p]));
    }
    let enough = wish.cap.unwrap_or(1.0) * f64::from(panels);
    for (t, share) in wish.target.iter().enumerate() {
        draft.target[t] = share * f64::from(panels);
        let per_person = ((draft.target[t] / draft.sizes[t]).min(enough) + 1e-6).floor();
        draft.whole[t] = per_person * draft.sizes[t];
        draft.refresh(t);
    }
}

/// Types that no panel of the pool seats although they should be seated: finds
/// a panel for each, or the knowledge that there is none. Tells whether it found any.
fn seat_everybody(
    instance: &Instance,
    draft: &mut Draft,
    pair: &mut Pair,
    never: &mut Vec<usize>,
    limits: &Limits<'_>,
) -> bool {
    let before = draft.pool.len();
    let mut seated = vec![false; draft.sizes.len()];
    for (t, _) in draft.pool.iter().flatten() {
        seated[index(*t)] = true;
    }
    for t in 0..seated.len() {
        if seated[t] || draft.target[t] < 1e-6 || limits.exhausted() {
            continue;
        }
        let weights = draft.weights();
        let priced = pair.pricers[0].containing(t, &weights, SEATABLE_NODES);
        limits.spend(pair.pricers[0].take_work());
        if priced.panel.is_none() && priced.complete {
            never.push(t);
        } else if let Some(panel) = draft.admit(instance, priced) {
            for (t, _) in &draft.pool[panel] {
                seated[index(*t)] = true;
            }
        }
    }
    draft.pool.len() > before
}

/// Prices, exchanges, and shuffles until everybody has their whole copies or
/// nothing helps any more.
fn improve(instance: &Instance, draft: &mut Draft, pair: &mut Pair, panels: u32, limits: &Limits<'_>) {
    let mut random = Random::new(b"shuffle");
    let mut best = draft.potential();
    let mut stalled = 0_u32;
    let mut since = limits.spent();
    for round in 0..ROUNDS {
        limits.watch.progress(Stage::Improving, round, ROUNDS);
        let patient = !draft.least_reached() && limits.spent() < since + MORE_WORK;
        if draft.reached() || (stalled >= PATIENCE && !patient) || limits.exhausted() {
            break;
        }
        let calm = f64::from(stalled.min(8)) / 8.0;
        let patience = 1 + stalled.to_usize().unwrap_or(0).min(6) / 2;
        let average: Vec<f64> = draft.counts.iter().map(|c| c / f64::from(panels)).collect();
        let both = pair.good(&draft.weights(), &average, [calm, 0.5 + calm], patience, limits);
        for priced in both {
            draft.admit(instance, priced);
        }
        draft.exchange(limits);
        if round % 3 == 2 {
            draft.shuffle(&mut random, 150, limits);
        }
        let now = draft.potential();
        if now < best * 0.995 {
            best = now;
            stalled = 0;
            since = limits.spent();
        } else {
            stalled += 1;
        }
    }
}

/// Where the targets are out of reach for whole people, squares spread the
/// shortfall by size, not by fairness: lifts the least served copy by copy.
fn lift(instance: &Instance, draft: &mut Draft, pair: &mut Pair, panels: u32, limits: &Limits<'_>) {
    let mut random = Random::new(b"lift");
    while !draft.least_reached() && !limits.exhausted() {
        let before = (draft.copies.clone(), draft.counts.clone());
        let least = draft.least(&draft.counts);
        draft.set_base(least + 1.0);
        draft.exchange(limits);
        for round in 0..LIFT_ROUNDS {
            if draft.least(&draft.counts) > least || limits.exhausted() {
                break;
            }
            let calm = f64::from(round) / f64::from(LIFT_ROUNDS);
            let average: Vec<f64> = draft.counts.iter().map(|c| c / f64::from(panels)).collect();
            for priced in pair.good(&draft.weights(), &average, [calm, 0.5 + calm], 2, limits) {
                draft.admit(instance, priced);
            }
            draft.exchange(limits);
            draft.shuffle(&mut random, 60, limits);
        }
        if draft.least(&draft.counts) <= least {
            let pool = draft.copies.len();
            (draft.copies, draft.counts) = before;
            draft.copies.resize(pool, 0);
            draft.set_base(least);
            break;
        }
    }
}

/// What no exchange of a few panels finds: the mixture of the pool that is best
/// for the least served, by a linear programme, rounded to copies. Tells whether
/// it lifted them; leaves everything as it was if not.
fn blend(instance: &Instance, draft: &mut Draft, pair: &mut Pair, panels: u32, limits: &Limits<'_>) -> bool {
    if draft.pool.len() > BLENDED || draft.sizes.len() > BLENDED || limits.exhausted() {
        return false;
    }
    // panels that the best mixture misses, while there are any
    let rounds = if draft.sizes.len() <= BLENDED / 4 { 40 } else { 4 };
    for round in 0..rounds {
        let Some((weights, worth)) = prices(draft) else { break };
        let average: Vec<f64> = draft.counts.iter().map(|c| c / f64::from(panels)).collect();
        let mut useful = false;
        let noise = f64::from(round % 4) / 4.0;
        for priced in pair.good(&weights, &average, [0.0, noise], 8, limits) {
            let value = priced
                .panel
                .as_ref()
                .map_or(0.0, |panel| panel.iter().zip(&weights).map(|(x, w)| f64::from(*x) * w).sum::<f64>());
            useful |= value > worth + 1e-7 && draft.admit(instance, priced).is_some();
        }
        if !useful || limits.exhausted() {
            break;
        }
    }
    let mut program = Problem::new(OptimizationDirection::Maximize);
    let least = program.add_var(1.0, (0.0, 1.0));
    let shares: Vec<_> = draft.pool.iter().map(|_| program.add_var(0.0, (0.0, 1.0))).collect();
    let mut rows: Vec<Vec<(microlp::Variable, f64)>> = vec![Vec::new(); draft.sizes.len()];
    for (seats, share) in draft.pool.iter().zip(&shares) {
        for &(t, places) in seats {
            rows[index(t)].push((*share, f64::from(places)));
        }
    }
    for (t, mut row) in rows.into_iter().enumerate() {
        if draft.whole[t] > 0.0 {
            row.push((least, -draft.sizes[t]));
            program.add_constraint(row, ComparisonOp::Ge, 0.0);
        }
    }
    let all: Vec<_> = shares.iter().map(|s| (*s, 1.0)).collect();
    program.add_constraint(all, ComparisonOp::Eq, 1.0);
    let Some(solution) = program.solve().ok().and_then(|o| o.into_solution().ok()) else {
        return false;
    };
    let goal = (solution.objective() * f64::from(panels) + 1e-6).floor();
    let before = (draft.copies.clone(), draft.counts.clone(), draft.least(&draft.counts));
    if goal <= before.2 {
        return false;
    }
    // whole copies first, then the largest remainders
    let mut remainders: Vec<(f64, usize)> = Vec::new();
    for (p, share) in shares.iter().enumerate() {
        let exact = solution.var_value(*share).max(0.0) * f64::from(panels);
        draft.copies[p] = (exact + 1e-9).floor().to_u32().unwrap_or(0);
        remainders.push((exact - f64::from(draft.copies[p]), p));
    }
    remainders.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let given: u32 = draft.copies.iter().sum();
    for &(_, p) in remainders.iter().take(index(panels.saturating_sub(given))) {
        draft.copies[p] += 1;
    }
    if draft.copies.iter().sum::<u32>() != panels {
        draft.copies = before.0;
        return false;
    }
    draft.counts.fill(0.0);
    for p in 0..draft.pool.len() {
        draft.apply(p, f64::from(draft.copies[p]));
    }
    draft.set_base(goal);
    draft.exchange(limits);
    if draft.least(&draft.counts) > before.2 {
        return true;
    }
    (draft.copies, draft.counts) = (before.0, before.1);
    draft.set_base(0.0);
    false
}

/// The weights under which the pool's best panel is worth least, and its worth:
/// only a panel worth more can lift the least served.
fn prices(draft: &Draft) -> Option<(Vec<f64>, f64)> {
    let mut program = Problem::new(OptimizationDirection::Minimize);
    let worth = program.add_var(1.0, (0.0, f64::INFINITY));
    let weights: Vec<_> =
        draft.whole.iter().map(|whole| program.add_var(0.0, (0.0, if *whole > 0.0 { 1.0 } else { 0.0 }))).collect();
    for seats in &draft.pool {
        let mut row: Vec<_> = seats.iter().map(|&(t, places)| (weights[index(t)], f64::from(places))).collect();
        row.push((worth, -1.0));
        program.add_constraint(row, ComparisonOp::Le, 0.0);
    }
    let all: Vec<_> = weights.iter().copied().zip(draft.sizes.iter().copied()).collect();
    program.add_constraint(all, ComparisonOp::Eq, 1.0);
    let solution = program.solve().ok()?.into_solution().ok()?;
    Some((weights.iter().map(|w| solution.var_value(*w)).collect(), solution.objective()))
}
