//! Small changes to the panels of a list, where they do most good.
//!
//! - A *swap* takes one seat of a panel from a type that has plenty and gives it
//!   to one that lacks, if every quota allows it. Cheap, and strong where quotas
//!   leave room.
//! - *Mending* frees a few seats of a panel and lets branch and bound fill them
//!   again from a few dozen types: a search a hundred times smaller than that
//!   for a whole panel, and strong where quotas leave no room for single swaps
//!   (a *large neighbourhood search*, Shaw 1998).
//!
//! Both lower the potential or change nothing.

use crate::draft::Draft;
use crate::instance::{Instance, count, index};
use crate::listing::Seats;
use crate::pair::Pair;
use crate::pricing::Neighbourhood;
use crate::random::Random;
use crate::watch::Limits;

/// Swaps of one panel before the next has its turn.
const SWAPS: usize = 6;
/// Panels that each of the two searches mends before counts are taken anew.
const BATCH: usize = 6;
/// Seats that mending frees: at first, at least, at most.
const FREED: (usize, usize, usize) = (14, 6, 60);
/// Types that may take them, for each seat freed.
const CANDIDATES: usize = 5;
/// Nodes of one mending.
const NODES: usize = 40;
/// What must be gained, so that rounding cannot be mistaken for progress.
const GAIN: f64 = 1e-9;

/// What mending has learned about how much to free.
#[derive(Debug, Clone)]
pub(crate) struct Mender {
    pub(crate) freed: usize,
    next: usize,
    random: Random,
}

/// Swaps single seats, once through the list.
pub(crate) fn swap(instance: &Instance, draft: &mut Draft, random: &mut Random, limits: &Limits<'_>) {
    let mut panels = draft.live();
    for at in (1..panels.len()).rev() {
        panels.swap(at, random.below(at + 1));
    }
    for p in panels {
        if limits.exhausted() {
            return;
        }
        let mut panel = p;
        for _ in 0..SWAPS {
            let Some(seats) = best_swap(instance, draft, panel, limits) else { break };
            let Some(entering) = draft.adopt(instance, seats) else { break };
            draft.replace(panel, entering);
            panel = entering;
        }
    }
}

/// The panel after the best single swap, if one lowers the potential.
fn best_swap(instance: &Instance, draft: &Draft, panel: usize, limits: &Limits<'_>) -> Option<Seats> {
    let seats = &draft.pool[panel];
    let mut counted = vec![0_u32; instance.bounds.len()];
    let mut members: Vec<(f64, usize)> = Vec::with_capacity(seats.len());
    for &(t, places) in seats {
        members.push((draft.one_fewer[index(t)], index(t)));
        for &row in &instance.kinds[index(t)].rows {
            counted[row] += places;
        }
    }
    members.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let least = members.first()?.0;
    let mut candidates: Vec<(f64, usize)> =
        draft.one_more.iter().enumerate().filter(|(_, v)| **v + least < -GAIN).map(|(t, v)| (*v, t)).collect();
    candidates.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let most = candidates.first()?.0;
    let mut best: Option<(f64, usize, usize)> = None;
    let mut looked = 0_usize;
    for &(loss, a) in &members {
        let to_beat = best.map_or(-GAIN, |b| b.0);
        if loss + most >= to_beat {
            break;
        }
        for &(gain, b) in &candidates {
            if loss + gain >= best.map_or(-GAIN, |b| b.0) {
                break;
            }
            looked += 1;
            if a != b && fits(instance, seats, &counted, a, b) {
                best = Some((loss + gain, a, b));
                break;
            }
        }
    }
    let rows = instance.kinds.first().map_or(1, |k| k.rows.len());
    limits.spend(u64::from(count(looked * rows / 2 + draft.sizes.len() + seats.len() * rows)));
    let (_, a, b) = best?;
    Some(swapped(seats, a, b))
}

/// Whether a seat may go from type `a` to type `b`.
fn fits(instance: &Instance, seats: &Seats, counted: &[u32], a: usize, b: usize) -> bool {
    let (from, to) = (&instance.kinds[a].rows, &instance.kinds[b].rows);
    // one row for each feature at the same place, then perhaps a household's
    let rows_allow = {
        let leaves = |row: &usize| to.contains(row) || counted[*row] > instance.bounds[*row].0;
        let enters = |row: &usize| from.contains(row) || counted[*row] < instance.bounds[*row].1;
        let short = from.len().min(to.len());
        from[..short].iter().zip(&to[..short]).all(|(x, y)| x == y || (leaves(x) && enters(y)))
            && from[short..].iter().all(leaves)
            && to[short..].iter().all(enters)
    };
    rows_allow
        && seats.binary_search_by_key(&count(b), |s| s.0).map_or(true, |at| seats[at].1 < instance.kinds[b].size())
}

fn swapped(seats: &Seats, a: usize, b: usize) -> Seats {
    let mut out = seats.clone();
    if let Ok(at) = out.binary_search_by_key(&count(a), |s| s.0) {
        out[at].1 -= 1;
        if out[at].1 == 0 {
            out.remove(at);
        }
    }
    match out.binary_search_by_key(&count(b), |s| s.0) {
        Ok(at) => out[at].1 += 1,
        Err(at) => out.insert(at, (count(b), 1)),
    }
    out
}

impl Mender {
    pub(crate) fn new() -> Self {
        Self { freed: FREED.0, next: 0, random: Random::new(b"mend") }
    }

    /// Mends panels of the list, two searches side by side.
    pub(crate) fn mend(&mut self, instance: &Instance, draft: &mut Draft, pair: &mut Pair, limits: &Limits<'_>) {
        let live = draft.live();
        // those that seat whoever has plenty have most to give
        let mut chosen: Vec<(usize, Neighbourhood)> = Vec::with_capacity(2 * BATCH);
        for _ in 0..2 * BATCH {
            let mut worst: Option<(f64, usize)> = None;
            for _ in 0..4 {
                let panel = live[(self.next + self.random.below(live.len())) % live.len()];
                let value = draft.change(panel, -1.0);
                if worst.is_none_or(|w| value < w.0) {
                    worst = Some((value, panel));
                }
            }
            self.next = (self.next + 1) % live.len();
            if let Some((_, panel)) = worst {
                chosen.push((panel, self.neighbourhood(draft, panel)));
            }
        }
        let (panels, near): (Vec<usize>, Vec<Neighbourhood>) = chosen.into_iter().unzip();
        let (left, right) = near.split_at(near.len() / 2);
        let done = pair.near(left, right, NODES);
        limits.spend(pair.take_work());
        let (mut better, mut nothing_near) = (0, 0);
        for (panel, priced) in panels.into_iter().zip(done) {
            match priced.panel {
                None => nothing_near += usize::from(priced.complete),
                Some(found) => {
                    let Some(entering) = draft.admit(instance, &found) else { continue };
                    if draft.copies[panel] == 0 {
                        continue;
                    }
                    // the counts have moved since: keep it only if it still helps
                    draft.apply(panel, -1.0);
                    let loss = -draft.change(panel, 1.0);
                    let gain = draft.change(entering, 1.0);
                    draft.apply(panel, 1.0);
                    if loss + gain < -GAIN {
                        draft.replace(panel, entering);
                        better += 1;
                    }
                }
            }
        }
        // nothing near: look wider; lost in the search: look nearer
        if nothing_near > BATCH {
            self.freed = (self.freed + 1 + self.freed / 6).min(FREED.2);
        } else if better + nothing_near < BATCH {
            self.freed = (self.freed - self.freed / 8).max(FREED.1);
        }
    }

    /// Which seats of a panel to free and who may take them.
    fn neighbourhood(&mut self, draft: &Draft, panel: usize) -> Neighbourhood {
        let seats = &draft.pool[panel];
        let mut members: Vec<(f64, usize)> =
            seats.iter().map(|s| (draft.one_fewer[index(s.0)] * (0.5 + self.random.unit()), index(s.0))).collect();
        let freed = self.freed.min(members.len());
        members.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        // most of those with plenty, and some of the others to balance quotas with
        let mut free: Vec<usize> = members.drain(..freed * 2 / 3).map(|m| m.1).collect();
        while free.len() < freed && !members.is_empty() {
            free.push(members.swap_remove(self.random.below(members.len())).1);
        }
        let mut candidates: Vec<(f64, usize)> =
            draft.one_more.iter().enumerate().map(|(t, v)| (*v * (0.5 + self.random.unit()), t)).collect();
        let wanted = (freed * CANDIDATES).min(candidates.len());
        if wanted < candidates.len() {
            candidates.select_nth_unstable_by(wanted, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        }
        free.extend(candidates[..wanted].iter().map(|c| c.1));
        for _ in 0..wanted / 4 {
            free.push(self.random.below(draft.sizes.len()));
        }
        free.sort_unstable();
        free.dedup();
        let mut near = Neighbourhood { panel: vec![0; draft.sizes.len()], weights: vec![0.0; draft.sizes.len()], free };
        for &(t, places) in seats {
            near.panel[index(t)] = places;
        }
        for &t in &near.free {
            near.weights[t] = if near.panel[t] > 0 { draft.one_fewer[t] } else { -draft.one_more[t] };
        }
        near
    }
}
