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
//! Two searches run side by side ([`crate::pair`]); the list depends on nothing
//! but the input (and on when it was stopped, if it was).

use num_traits::ToPrimitive;

use crate::draft::Draft;
use crate::exact::{self, Programme, Question, Wanted};
use crate::instance::{Instance, index};
use crate::ladder::Face;
use crate::lottery::{self, Lottery};
use crate::mend::{self, Mender};
use crate::pair::Pair;
use crate::pricing::Pricer;
use crate::random::Random;
use crate::walk;
use crate::watch::{Limits, Stage};

/// Panels from herding.
const POOL: u32 = 300;
/// Work for herding by search; what is missing then is cheaper to get by walking.
const HERDING_WORK: u64 = 2_000_000_000;
/// Rounds of improving at most.
const ROUNDS: u32 = 4_000;
/// Every so many rounds the tools take turns.
const EXPLORED: usize = 6;
/// Pool panels beyond which those that the list does not use are dropped.
const MOST: usize = 4_000;
/// Rounds without real progress before the search ends …
const PATIENCE: u32 = 15;
/// … if the least served also have their whole copies; else only after this
/// much more work (about a second on two cores).
const MORE_WORK: u64 = 600_000_000;
/// Work after which small steps are no longer worth much, if the least served
/// have what they can have.
const POLISHING: u64 = 5_000_000_000;
/// Rounds without coming nearer to one more copy for the least served.
const LIFT_ROUNDS: u32 = 16;
/// Least work for the best lottery before rounding.
const LOTTERY_WORK: u64 = 4_000_000_000;
/// Nodes and work for the question whether a face has a panel.
const FACE_NODES: usize = 400;
const FACE_WORK: u64 = 500_000_000;
/// Nodes for the question whether a type can be seated at all.
const SEATABLE_NODES: usize = 4_000;
const SEATABLE_WORK: u64 = 1_500_000_000;

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
    /// Smallest chance, over types that can be seated, of the best lottery found
    /// when shares need not be whole copies.
    pub(crate) before_rounding: f64,
}

/// What the list is to come near to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wish {
    /// Seats per type and panel.
    pub(crate) target: Vec<f64>,
    /// Chance beyond which nobody lacks anything.
    pub(crate) cap: Option<f64>,
    /// Where to look for panels first, the most demanding first.
    pub(crate) faces: Vec<Face>,
    /// The smallest chance, over types that can be seated, that is not out of reach.
    pub(crate) bound: f64,
    /// The types that hold it down.
    pub(crate) bottom: Vec<usize>,
}

/// Why there is no list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoListing {
    /// The search was exhaustive: no panel meets the quotas.
    Infeasible,
    /// No panel was found within the limits.
    NotFound,
}

/// Builds a list of `panels` panels.
pub(crate) fn build(instance: &Instance, wish: &Wish, panels: u32, limits: &Limits<'_>) -> Result<Listing, NoListing> {
    let target = wish.target.as_slice();
    let mut draft = Draft::new(instance, target);
    let mut pair = Pair::new(instance);
    for face in &wish.faces {
        let weights: Vec<f64> = target.iter().zip(&draft.sizes).map(|(x, n)| x / n).collect();
        let mut pricer = Pricer::new(instance, b"face").on(face);
        let found = pricer.any(&weights, FACE_NODES, FACE_WORK).panel;
        limits.spend(pricer.take_work());
        if found.is_some() {
            pair.look_on(face);
            break;
        }
    }
    let mut improver = Improver::new();
    let mut never = Vec::new();

    // enough that everybody could be on two or three panels of the pool
    let varied = 5 * instance.types() / (2 * instance.seats.max(1));
    let wanted = varied.max(POOL).min(panels.max(40));
    let begun = limits.spent();
    let mut drawn = 0_u32;
    let mut misses = 0_u32;
    while drawn < wanted {
        limits.watch.progress(Stage::Panels, drawn, wanted);
        if drawn > 0 && (limits.mostly_exhausted() || limits.spent() - begun > HERDING_WORK) {
            break;
        }
        aim_at(&mut draft, target, drawn + 1);
        let average: Vec<f64> = draft.counts.iter().map(|c| c / f64::from(drawn.max(1))).collect();
        let patience = if drawn == 0 { 4 } else { 1 };
        let both = pair.good(&draft.weights(), &average, [0.0, 0.5], patience, limits);
        let mut found = false;
        let mut none = false;
        for priced in both {
            none |= priced.panel.is_none() && priced.complete;
            if let Some(panel) = priced.panel.and_then(|panel| draft.admit(instance, &panel)) {
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

    while drawn < wanted && !limits.mostly_exhausted() {
        // where searches are dear, walks from the panels there are
        aim_at(&mut draft, target, drawn + 1);
        let weights = draft.weights();
        let found = walk::price(instance, &draft, &mut pair, &weights, limits);
        let before = drawn;
        for panel in found {
            if let Some(panel) = draft.admit(instance, &panel).filter(|&p| draft.copies[p] == 0) {
                draft.copies[panel] += 1;
                draft.apply(panel, 1.0);
                drawn += 1;
            }
        }
        if drawn == before {
            break;
        }
    }

    scale_up(&mut draft, wish, wish.cap, panels);
    draft.exchange(limits);
    improve(instance, &mut draft, &mut pair, &mut improver, limits);
    if seat_everybody(instance, &mut draft, &mut never, limits) {
        draft.exchange(limits);
        improve(instance, &mut draft, &mut pair, &mut improver, limits);
    }
    lift(instance, &mut draft, &mut pair, &mut improver, false, limits);
    // the same before rounding, with a third of the work so far; where the least
    // served still lack copies, with all but what rounding needs
    let work = if draft.least_reached() { (limits.spent() / 3).max(LOTTERY_WORK) } else { limits.total() };
    let first = if wish.cap.is_some() { work / 4 } else { work };
    let mut lottery = lottery::best(instance, &mut draft, &mut pair, wish.bound, &wish.bottom, first, limits);
    if wish.cap.is_some() && lottery.least < wish.bound - lottery::CLOSE && draft.least_reached() {
        // whoever stops at the best minimum knows too few panels: go on as for leximin
        aim(&mut draft, wish, None, panels);
        improve(instance, &mut draft, &mut pair, &mut improver, limits);
        let more = lottery::best(instance, &mut draft, &mut pair, wish.bound, &wish.bottom, work, limits);
        // the shares are those of the pool as it is now
        lottery = Lottery { least: more.least.max(lottery.least), ..more };
    }
    if !draft.least_reached() {
        round(instance, &mut draft, &mut pair, &mut improver, (&lottery, panels), limits);
        lift(instance, &mut draft, &mut pair, &mut improver, true, limits);
    }
    let interrupted = limits.exhausted();
    let pool = draft.pool.into_iter().zip(draft.copies).filter(|p| p.1 > 0).collect();
    Ok(Listing { pool, never, interrupted, before_rounding: lottery.least })
}

/// Sets what everybody should have after so many panels of herding.
fn aim_at(draft: &mut Draft, target: &[f64], panels: u32) {
    draft.target = target.iter().map(|x| x * f64::from(panels)).collect();
    draft.whole.clone_from(&draft.target);
}

/// From the herded panels to `panels` copies, and to whole-copy targets.
fn scale_up(draft: &mut Draft, wish: &Wish, cap: Option<f64>, panels: u32) {
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
    aim(draft, wish, cap, panels);
}

/// Sets what everybody should have in a list of `panels` panels.
fn aim(draft: &mut Draft, wish: &Wish, cap: Option<f64>, panels: u32) {
    let enough = cap.unwrap_or(1.0) * f64::from(panels);
    for (t, share) in wish.target.iter().enumerate() {
        draft.target[t] = share * f64::from(panels);
        let per_person = ((draft.target[t] / draft.sizes[t]).min(enough) + 1e-6).floor();
        draft.whole[t] = per_person * draft.sizes[t];
    }
    // the least served come first
    let least = draft.least(&draft.whole);
    draft.set_base(if least.is_finite() { least } else { 0.0 });
}

/// Types that no panel of the pool seats although they should be seated: finds
/// a panel for each, or the knowledge that there is none. Tells whether it found any.
fn seat_everybody(instance: &Instance, draft: &mut Draft, never: &mut Vec<usize>, limits: &Limits<'_>) -> bool {
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
        // beside any face: the question is whether there is any panel at all
        let mut solver = exact::solver(Programme::of(instance));
        let floor = f64::NEG_INFINITY;
        let question = Question {
            weights: &weights,
            floor,
            wanted: Some(Wanted::Seated(t)),
            nodes: SEATABLE_NODES,
            work: SEATABLE_WORK,
        };
        let priced = solver.ask(&question);
        limits.spend(solver.take_work());
        if priced.panel.is_none() && priced.complete {
            never.push(t);
        } else if let Some(panel) = priced.panel.and_then(|panel| draft.admit(instance, &panel)) {
            for (t, _) in &draft.pool[panel] {
                seated[index(*t)] = true;
            }
        }
    }
    draft.pool.len() > before
}

/// The ways to improve a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tool {
    /// Prices whole panels and exchanges panels of the list for them.
    Price,
    /// Swaps single seats.
    Swap,
    /// Frees some seats of a panel and fills them again.
    Mend,
    /// Lets seats change hands through panels that break rules.
    Walk,
}

const TOOLS: [Tool; 4] = [Tool::Swap, Tool::Mend, Tool::Walk, Tool::Price];

/// Uses whichever tool has of late gained most for its work, and the others now
/// and then.
struct Improver {
    random: Random,
    mender: Mender,
    rate: [Option<f64>; TOOLS.len()],
    rounds: usize,
}

impl Improver {
    fn new() -> Self {
        Self { random: Random::new(b"shuffle"), mender: Mender::new(), rate: [None; TOOLS.len()], rounds: 0 }
    }

    /// One round. `calm` is the noise of pricing, 0 to 1.
    fn round(
        &mut self,
        instance: &Instance,
        draft: &mut Draft,
        pair: &mut Pair,
        calm: f64,
        patience: usize,
        limits: &Limits<'_>,
    ) {
        let tool = match self.rate.iter().position(Option::is_none) {
            Some(untried) => untried,
            None if self.rounds.is_multiple_of(EXPLORED) => self.rounds / EXPLORED % TOOLS.len(),
            None => {
                let best = (0..TOOLS.len()).max_by(|&a, &b| {
                    let rate = |i: usize| self.rate[i].unwrap_or(0.0);
                    rate(a).total_cmp(&rate(b)).then(b.cmp(&a))
                });
                best.unwrap_or(0)
            }
        };
        self.rounds += 1;
        let (before, spent) = (draft.potential(), limits.spent());
        match TOOLS[tool] {
            Tool::Swap => {
                mend::swap(instance, draft, &mut self.random, limits);
                draft.exchange(limits);
            }
            Tool::Mend => {
                self.mender.mend(instance, draft, pair, limits);
                draft.exchange(limits);
            }
            Tool::Walk => {
                walk::round(instance, draft, pair, &mut self.random, limits);
                draft.exchange(limits);
            }
            Tool::Price => {
                let panels: u32 = draft.copies.iter().sum();
                let average: Vec<f64> = draft.counts.iter().map(|c| c / f64::from(panels)).collect();
                for priced in pair.good(&draft.weights(), &average, [calm, 0.5 + calm], patience, limits) {
                    priced.panel.and_then(|panel| draft.admit(instance, &panel));
                }
                draft.exchange(limits);
                if self.rounds % 3 == 2 {
                    draft.shuffle(&mut self.random, 150, limits);
                }
            }
        }
        draft.tidy(MOST);
        let work = (limits.spent() - spent).max(1).to_f64().unwrap_or(1.0);
        let gained = (before - draft.potential()).max(0.0) / before.max(1e-9) / work;
        self.rate[tool] = Some(self.rate[tool].map_or(gained, |r| 0.5 * r + 0.5 * gained));
    }
}

/// Improves until everybody has their whole copies or nothing helps any more.
fn improve(instance: &Instance, draft: &mut Draft, pair: &mut Pair, improver: &mut Improver, limits: &Limits<'_>) {
    let mut best = draft.potential();
    let mut stalled = 0_u32;
    let begun = limits.spent();
    let mut since = begun;
    improver.rate = [None; TOOLS.len()];
    for round in 0..ROUNDS {
        limits.watch.progress(Stage::Improving, round, ROUNDS);
        let least_reached = draft.least_reached();
        let patient = !least_reached && limits.spent() < since + MORE_WORK;
        let late = least_reached && limits.spent() > begun + POLISHING;
        let enough = if late { PATIENCE / 3 } else { PATIENCE };
        // what is left is for lifting and for the lottery
        let spare = !least_reached && limits.used_up(3);
        if draft.reached() || (stalled >= enough && !patient) || spare || limits.exhausted() {
            break;
        }
        let calm = f64::from(stalled.min(8)) / 8.0;
        let patience = 1 + stalled.to_usize().unwrap_or(0).min(6) / 2;
        improver.round(instance, draft, pair, calm, patience, limits);
        let now = draft.potential();
        if now < best * (if late { 0.98 } else { 0.995 }) {
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
/// `last`: nothing comes after it that needs work.
fn lift(
    instance: &Instance,
    draft: &mut Draft,
    pair: &mut Pair,
    improver: &mut Improver,
    last: bool,
    limits: &Limits<'_>,
) {
    while !draft.least_reached() && !limits.exhausted() {
        let before = draft.list();
        let least = draft.least(&draft.counts);
        draft.set_base(least + 1.0);
        raise(instance, draft, pair, improver, least + 1.0, last, limits);
        if draft.least(&draft.counts) <= least {
            draft.set_base(least);
            draft.restore(instance, before);
            break;
        }
    }
}

/// Improves until the least served have so many copies, as long as it comes nearer.
fn raise(
    instance: &Instance,
    draft: &mut Draft,
    pair: &mut Pair,
    improver: &mut Improver,
    goal: f64,
    last: bool,
    limits: &Limits<'_>,
) {
    // for now nobody is lacking anything else
    let whole = std::mem::replace(&mut draft.whole, draft.base.clone());
    draft.refresh_all();
    improver.rate = [None; TOOLS.len()];
    draft.exchange(limits);
    let (mut best, mut stalled) = (draft.potential(), 0);
    while stalled < LIFT_ROUNDS && draft.least(&draft.counts) < goal && !limits.exhausted() {
        if limits.used_up(4) && !last {
            break;
        }
        let calm = f64::from(stalled) / f64::from(LIFT_ROUNDS);
        improver.round(instance, draft, pair, calm, 2, limits);
        stalled += 1;
        if draft.potential() < 0.99 * best {
            (best, stalled) = (draft.potential(), 0);
        }
    }
    draft.whole = whole;
    draft.refresh_all();
}

/// What no exchange of a few panels finds: a lottery over the pool that is better
/// for the least served, rounded to copies. Leaves everything as it was if that
/// does not lift them.
fn round(
    instance: &Instance,
    draft: &mut Draft,
    pair: &mut Pair,
    improver: &mut Improver,
    (lottery, panels): (&Lottery, u32),
    limits: &Limits<'_>,
) {
    let goal = (lottery.least * f64::from(panels) + 1e-6).floor();
    let least = draft.least(&draft.counts);
    if goal <= least {
        return;
    }
    let before = draft.list();
    // whole copies first, then the largest remainders
    draft.copies.fill(0);
    let mut remainders: Vec<(f64, usize)> = Vec::new();
    for (p, share) in lottery.shares.iter().enumerate() {
        let exact = share.max(0.0) * f64::from(panels);
        draft.copies[p] = (exact + 1e-9).floor().to_u32().unwrap_or(0);
        remainders.push((exact - f64::from(draft.copies[p]), p));
    }
    remainders.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let given: u32 = draft.copies.iter().sum();
    for &(_, p) in remainders.iter().take(index(panels.saturating_sub(given))) {
        draft.copies[p] += 1;
    }
    if draft.copies.iter().sum::<u32>() == panels {
        draft.counts.fill(0.0);
        for p in 0..draft.pool.len() {
            draft.apply(p, f64::from(draft.copies[p]));
        }
        draft.set_base(goal);
        raise(instance, draft, pair, improver, goal, true, limits);
        let reached = draft.least(&draft.counts);
        if reached > least {
            draft.set_base(reached);
            return;
        }
    }
    draft.restore(instance, before);
    draft.set_base(least);
}
