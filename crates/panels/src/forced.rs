//! Who has no choice: people whom no panel can seat, and people who are on all
//! of them.
//!
//! Fractions only see part of it: three quotas that half a person each would
//! meet may leave whole people no way at all. So every type is asked about by
//! itself, until a panel shows that it has a choice or an exhaustive search
//! shows that it has none; a panel that is found speaks for all whom it seats
//! and spares. What the limits leave open is said to be open.
//!
//! This file must never take a search's word for a panel: it counts each in
//! integers.

use crate::diagnose::PIVOTS;
use crate::exact::{self, Programme, Question, Wanted};
use crate::instance::{Instance, count};
use crate::simplex::{Simplex, Solved};
use crate::watch::{Stage, Watch};

/// Nodes and work of one question.
const NODES: usize = 4_000;
const WORK: u64 = 1_500_000_000;
/// Work of all, and of the fractions beside them: some ten seconds.
const TOTAL_WORK: u64 = 8_000_000_000;

/// People as indices in file order, ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Forced {
    /// No panel seats them.
    pub(crate) never: Vec<u32>,
    /// Every panel seats them.
    pub(crate) always: Vec<u32>,
    /// Neither a choice was found for them, nor that they have none.
    pub(crate) undecided: Vec<u32>,
}

/// What is known of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// Nothing yet.
    Open,
    /// There is such a panel.
    Some,
    /// There is none.
    None,
}

/// Looks for everybody's choice. There is one to look for only where a panel is possible.
pub(crate) fn forced(instance: &Instance, mut fractions: Simplex, watch: &dyn Watch) -> Forced {
    let n = instance.kinds.len();
    let mut seated = vec![Known::Open; n];
    let more_than_seats =
        |kind: &crate::instance::Kind| if kind.size() > instance.seats { Known::Some } else { Known::Open };
    let mut spared: Vec<Known> = instance.kinds.iter().map(more_than_seats).collect();
    let mut solver = exact::solver(Programme::of(instance));
    let mut work = 0;
    for t in 0..n {
        watch.progress(Stage::Choices, count(t), count(n));
        for wanted in [Wanted::Seated(t), Wanted::Spared(t)] {
            let asked = |seated: &[Known], spared: &[Known]| match wanted {
                Wanted::Seated(t) => seated[t],
                Wanted::Spared(t) => spared[t],
            };
            if asked(&seated, &spared) != Known::Open || watch.stop() {
                continue;
            }
            let found = if impossible_in_fractions(instance, &mut fractions, wanted) {
                Known::None
            } else if work >= TOTAL_WORK {
                Known::Open
            } else {
                // a panel that shows as much as possible of what is not known yet
                let weights: Vec<f64> = (0..n).map(|u| worth(instance, u, seated[u], spared[u])).collect();
                let question = Question {
                    weights: &weights,
                    floor: f64::NEG_INFINITY,
                    wanted: Some(wanted),
                    nodes: NODES,
                    work: WORK,
                };
                let priced = solver.ask(&question);
                work += solver.take_work();
                match priced.panel {
                    Some(panel) if instance.keeps(panel.iter().copied().enumerate()) => {
                        for (u, &places) in panel.iter().enumerate() {
                            if places > 0 {
                                seated[u] = Known::Some;
                            }
                            if places < instance.kinds[u].size() {
                                spared[u] = Known::Some;
                            }
                        }
                        asked(&seated, &spared)
                    }
                    None if priced.complete => Known::None,
                    _ => Known::Open,
                }
            };
            match wanted {
                Wanted::Seated(t) => seated[t] = found,
                Wanted::Spared(t) => spared[t] = found,
            }
        }
    }
    let mut forced = Forced::default();
    for (t, kind) in instance.kinds.iter().enumerate() {
        let list = match (seated[t], spared[t]) {
            (Known::None, _) => &mut forced.never,
            (_, Known::None) => &mut forced.always,
            (Known::Open, _) | (_, Known::Open) => &mut forced.undecided,
            (Known::Some, Known::Some) => continue,
        };
        list.extend(&kind.members);
    }
    for list in [&mut forced.never, &mut forced.always, &mut forced.undecided] {
        list.sort_unstable();
    }
    forced
}

/// Whether not even a fractional panel does it: quicker to know than by search.
fn impossible_in_fractions(instance: &Instance, fractions: &mut Simplex, wanted: Wanted) -> bool {
    if fractions.work >= TOTAL_WORK {
        return false;
    }
    let (t, low, high) = wanted.bounds(|t| instance.top(t));
    let before = fractions.bounds(t);
    fractions.set_bounds(t, low, high);
    let solved = fractions.solve(PIVOTS);
    fractions.set_bounds(t, before.0, before.1);
    matches!(solved, Solved::Infeasible(_))
}

/// What a seat for a type would show.
fn worth(instance: &Instance, t: usize, seated: Known, spared: Known) -> f64 {
    let size = f64::from(instance.kinds[t].size());
    f64::from(u8::from(seated == Known::Open)) - f64::from(u8::from(spared == Known::Open)) / (2.0 * size)
}
