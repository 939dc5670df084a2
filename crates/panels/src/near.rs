//! A panel that misses the quotas by few people, by exchanging seats one at a
//! time: what there is to start from where searching for the least takes long.
//!
//! Of all seats the one is given up that costs most or brings least, and goes to
//! whom it costs least; whoever has just moved rests for some steps (*tabu
//! search*, Glover 1986). People outside the quotas cost one each; outside the
//! flex bounds, or with an address that is taken, far more than a panel can owe
//! otherwise.
//!
//! This file must never claim that there is no better panel.

use crate::instance::Instance;
use crate::random::Random;
use crate::watch::Watch;

/// What a person outside the flex bounds costs: more than all quotas together.
const BEYOND: i64 = 1 << 32;
/// Work of the walk: about a second.
const WORK: usize = 1_000_000_000;
/// Steps of the walk, at least and at most.
const STEPS: (usize, usize) = (100, 20_000);

/// Seats per type under way.
struct Position<'a> {
    instance: &'a Instance,
    seats: Vec<u32>,
    counted: Vec<u32>,
    cost: i64,
}

impl Position<'_> {
    /// What a row costs with so many people.
    fn row_cost(&self, row: usize, counted: u32) -> i64 {
        let outside =
            |(lo, hi): (u32, u32)| i64::from(lo.saturating_sub(counted)) + i64::from(counted.saturating_sub(hi));
        outside(self.instance.bounds[row]) + BEYOND * outside(self.instance.widest(row))
    }

    /// What a row's cost changes by with one seat more, or one fewer.
    fn charges(&self, enters: bool) -> Vec<i64> {
        let next = |c: u32| if enters { c + 1 } else { c.saturating_sub(1) };
        // the seats themselves are filled step by step
        let quotas = (1..self.counted.len()).map(|r| {
            let here = self.counted[r];
            self.row_cost(r, next(here)) - self.row_cost(r, here)
        });
        std::iter::once(0).chain(quotas).collect()
    }

    fn seat(&mut self, t: usize, enters: bool) {
        let step = |n: &mut u32| *n = if enters { n.saturating_add(1) } else { n.saturating_sub(1) };
        for &row in self.instance.kinds[t].rows.iter().filter(|row| **row > 0) {
            self.cost -= self.row_cost(row, self.counted[row]);
            step(&mut self.counted[row]);
            self.cost += self.row_cost(row, self.counted[row]);
        }
        step(&mut self.seats[t]);
    }

    /// The type for which a change costs least; ties go by chance.
    fn cheapest(&self, enters: bool, random: &mut Random, may: impl Fn(usize) -> bool) -> Option<usize> {
        let charges = self.charges(enters);
        let price = |t: usize| self.instance.kinds[t].rows.iter().map(|&row| charges[row]).sum::<i64>();
        let priced = (0..self.seats.len()).filter(|&t| may(t)).map(|t| (price(t), random.below(1 << 16), t));
        priced.min().map(|least| least.2)
    }
}

/// Seats per type of a panel within the flex bounds that keeps people of one address apart, if one was found.
pub(crate) fn near(instance: &Instance, watch: &dyn Watch) -> Option<Vec<u32>> {
    let n = instance.kinds.len();
    let mut random = Random::new(b"near");
    let mut at = Position { instance, seats: vec![0; n], counted: vec![0; instance.bounds.len()], cost: 0 };
    at.cost = (1..at.counted.len()).map(|row| at.row_cost(row, 0)).sum();
    for _ in 0..instance.seats {
        let entrant = at.cheapest(true, &mut random, |t| at.seats[t] < instance.kinds[t].size())?;
        at.seat(entrant, true);
    }
    let entries = instance.kinds.first().map_or(1, |k| k.rows.len());
    let steps = (WORK / (2 * entries * n).max(1)).clamp(STEPS.0, STEPS.1);
    let mut rests = vec![0; n];
    let mut best = (at.cost, at.seats.clone());
    for step in 1..=steps {
        if best.0 == 0 || watch.stop() {
            break;
        }
        let Some(leaver) = at.cheapest(false, &mut random, |t| at.seats[t] > 0 && rests[t] < step) else { continue };
        at.seat(leaver, false);
        let room = |t: usize| t != leaver && rests[t] < step && at.seats[t] < instance.kinds[t].size();
        let entrant = at.cheapest(true, &mut random, room);
        // whoever is left alone takes the seat again
        let entrant = entrant.unwrap_or(leaver);
        at.seat(entrant, true);
        rests[leaver] = step + 4 + random.below(8);
        rests[entrant] = step + 2 + random.below(6);
        if at.cost < best.0 {
            best = (at.cost, at.seats.clone());
        }
    }
    (best.0 < BEYOND).then_some(best.1)
}
