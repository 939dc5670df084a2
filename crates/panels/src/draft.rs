//! The list in the making: a pool of panels, how many copies of each the list
//! has, and what every type still lacks.
//!
//! The measure is a *penalty* per type, convex in its number of seats, so that
//! what one seat more or less would do is known for every type at any moment.
//! Everything that improves the list lowers the sum of the penalties, the
//! *potential*.
//!
//! This file must never hold a panel that breaks a row: [`Draft::admit`] counts
//! each in integers.

use std::collections::BTreeMap;

use crate::instance::{Instance, Kind, count, index};
use crate::listing::Seats;
use crate::random::Random;
use crate::watch::Limits;

/// Weight of staying near the exact target, against reaching whole copies.
const NEARNESS: f64 = 0.02;
/// Weight of the least served while they are being lifted.
const LIFT: f64 = 30.0;

/// The list in the making.
pub(crate) struct Draft {
    pub(crate) sizes: Vec<f64>,
    whole_sizes: Vec<u32>,
    /// Importance of each type's shortfall.
    pub(crate) scale: Vec<f64>,
    pub(crate) target: Vec<f64>,
    pub(crate) whole: Vec<f64>,
    /// Counts below which a type is to be lifted before all others.
    pub(crate) base: Vec<f64>,
    pub(crate) counts: Vec<f64>,
    pub(crate) pool: Vec<Seats>,
    /// Where in the pool a panel stands: the pool has no panel twice.
    pub(crate) known: BTreeMap<Seats, usize>,
    pub(crate) copies: Vec<u32>,
    /// What one more and one fewer seat would do to each type's penalty.
    pub(crate) one_more: Vec<f64>,
    pub(crate) one_fewer: Vec<f64>,
}

impl Draft {
    /// An empty list for these targets.
    pub(crate) fn new(instance: &Instance, target: &[f64]) -> Self {
        let n = instance.kinds.len();
        let sizes: Vec<f64> = instance.kinds.iter().map(|k| f64::from(k.size())).collect();
        let scale = (0..n).map(|t| sizes[t] / (target[t] / sizes[t]).max(1e-4).sqrt()).collect();
        Self {
            sizes,
            whole_sizes: instance.kinds.iter().map(Kind::size).collect(),
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
        }
    }

    /// People of a type.
    pub(crate) fn people_of(&self, t: usize) -> usize {
        index(self.whole_sizes[t])
    }

    pub(crate) fn penalty(&self, t: usize, count: f64) -> f64 {
        let near = (self.target[t] - count) / self.sizes[t];
        let short = ((self.whole[t] - count) / self.sizes[t]).max(0.0);
        let low = ((self.base[t] - count) / self.sizes[t]).max(0.0);
        self.scale[t] * (NEARNESS * near * near + short * short + LIFT * low * low)
    }

    pub(crate) fn weights(&self) -> Vec<f64> {
        (0..self.sizes.len())
            .map(|t| {
                let near = (self.target[t] - self.counts[t]) / self.sizes[t];
                let short = ((self.whole[t] - self.counts[t]) / self.sizes[t]).max(0.0);
                let low = ((self.base[t] - self.counts[t]) / self.sizes[t]).max(0.0);
                2.0 * self.scale[t] / self.sizes[t] * (NEARNESS * near + short + LIFT * low)
            })
            .collect()
    }

    pub(crate) fn potential(&self) -> f64 {
        (0..self.sizes.len()).map(|t| self.penalty(t, self.counts[t])).sum()
    }

    /// Whether everybody has the whole copies of their target.
    pub(crate) fn reached(&self) -> bool {
        self.counts.iter().zip(&self.whole).all(|(c, w)| *c >= w - 1e-6)
    }

    /// The smallest whole number of copies per person, over types that should be
    /// seated, if the types had these counts.
    pub(crate) fn least(&self, counts: &[f64]) -> f64 {
        let seatable = counts.iter().zip(&self.sizes).zip(&self.whole);
        seatable
            .filter(|(_, whole)| **whole > 0.0)
            .map(|((c, n), _)| ((c + 1e-6) / n).floor())
            .fold(f64::INFINITY, f64::min)
    }

    /// Whether the least served have the copies that their targets ask for.
    pub(crate) fn least_reached(&self) -> bool {
        self.least(&self.counts) >= self.least(&self.whole)
    }

    /// Sets the base to so many copies per person, at most each type's target.
    pub(crate) fn set_base(&mut self, copies: f64) {
        for t in 0..self.sizes.len() {
            self.base[t] = (copies * self.sizes[t]).min(self.whole[t]);
            self.refresh(t);
        }
    }

    pub(crate) fn apply(&mut self, panel: usize, sign: f64) {
        for i in 0..self.pool[panel].len() {
            let (t, places) = self.pool[panel][i];
            let t = index(t);
            self.counts[t] += sign * f64::from(places);
            self.refresh(t);
        }
    }

    /// To be called for a type after any change of its count or targets.
    pub(crate) fn refresh(&mut self, t: usize) {
        let now = self.penalty(t, self.counts[t]);
        self.one_more[t] = self.penalty(t, self.counts[t] + 1.0) - now;
        self.one_fewer[t] = self.penalty(t, self.counts[t] - 1.0) - now;
    }

    /// The same for all types.
    pub(crate) fn refresh_all(&mut self) {
        for t in 0..self.sizes.len() {
            self.refresh(t);
        }
    }

    pub(crate) fn change(&self, panel: usize, sign: f64) -> f64 {
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

    pub(crate) fn best_addition(&self) -> Option<(usize, f64)> {
        (0..self.pool.len()).map(|p| (p, self.change(p, 1.0))).min_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// One panel for another, as long as that helps.
    pub(crate) fn exchange(&mut self, limits: &Limits<'_>) {
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
    pub(crate) fn shuffle(&mut self, random: &mut Random, tries: u32, limits: &Limits<'_>) {
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
    pub(crate) fn admit(&mut self, instance: &Instance, panel: &[u32]) -> Option<usize> {
        let seats = panel.iter().enumerate().filter(|(_, places)| **places > 0);
        self.adopt(instance, seats.map(|(t, places)| (count(t), *places)).collect())
    }

    /// The same for a panel that names only the types it seats, ascending.
    pub(crate) fn adopt(&mut self, instance: &Instance, seats: Seats) -> Option<usize> {
        if let Some(&at) = self.known.get(&seats) {
            return Some(at);
        }
        if !instance.keeps(seats.iter().map(|&(t, places)| (index(t), places))) {
            return None;
        }
        self.known.insert(seats.clone(), self.pool.len());
        self.pool.push(seats);
        self.copies.push(0);
        Some(self.pool.len() - 1)
    }

    /// Gives one copy of a panel to another.
    pub(crate) fn replace(&mut self, leaving: usize, entering: usize) {
        self.copies[leaving] -= 1;
        self.apply(leaving, -1.0);
        self.copies[entering] += 1;
        self.apply(entering, 1.0);
    }

    /// Panels that the list has, once each.
    pub(crate) fn live(&self) -> Vec<usize> {
        (0..self.pool.len()).filter(|&p| self.copies[p] > 0).collect()
    }

    /// The panels of the list and their copies, to come back to.
    pub(crate) fn list(&self) -> Vec<(Seats, u32)> {
        self.live().into_iter().map(|p| (self.pool[p].clone(), self.copies[p])).collect()
    }

    /// Comes back to a list; the pool keeps what it has found since.
    pub(crate) fn restore(&mut self, instance: &Instance, list: Vec<(Seats, u32)>) {
        self.copies.fill(0);
        self.counts.fill(0.0);
        for (seats, copies) in list {
            if let Some(p) = self.adopt(instance, seats) {
                self.copies[p] = copies;
                self.apply(p, f64::from(copies));
            }
        }
        self.refresh_all();
    }

    /// Drops panels without copies from a pool that has grown beyond `most`.
    pub(crate) fn tidy(&mut self, most: usize) {
        if self.pool.len() <= most {
            return;
        }
        let old = std::mem::take(&mut self.pool).into_iter().zip(std::mem::take(&mut self.copies));
        (self.pool, self.copies) = old.filter(|(_, copies)| *copies > 0).unzip();
        self.known = self.pool.iter().cloned().zip(0..).collect();
    }
}
