//! Two searches of every sort side by side, each on its own thread and with its
//! own noise. Their results are taken in a fixed order, so that nothing depends
//! on which is done first.

use crate::exact::{self, Exact, Programme, Question};
use crate::instance::Instance;
use crate::ladder::Face;
use crate::pricing::{Neighbourhood, Priced, Pricer};
use crate::random::Random;
use crate::walk::{Outing, Walker};
use crate::watch::Limits;

/// Types times rows above which searches run on threads.
const THREADED: usize = 3_000;

/// Two searches side by side.
pub(crate) struct Pair {
    pub(crate) pricers: [Pricer; 2],
    /// For small searches near a panel: they would spoil the others' bases.
    pub(crate) menders: [Pricer; 2],
    walkers: [Walker; 2],
    /// Beside any face.
    anywhere: Box<dyn Exact>,
    noise: Random,
    /// Whether a search takes longer than starting a thread.
    threads: bool,
}

impl Pair {
    pub(crate) fn new(instance: &Instance) -> Self {
        let work = instance.kinds.len().saturating_mul(instance.bounds.len());
        Self {
            pricers: [Pricer::new(instance, b"left"), Pricer::new(instance, b"right")],
            menders: [Pricer::new(instance, b"left mender"), Pricer::new(instance, b"right mender")],
            walkers: [Walker::new(b"left walker"), Walker::new(b"right walker")],
            anywhere: exact::solver(Programme::of(instance)),
            noise: Random::new(b"noise"),
            threads: work > THREADED,
        }
    }

    /// Prices only panels of a face from now on.
    pub(crate) fn look_on(&mut self, face: &Face) {
        self.pricers = self.pricers.clone().map(|pricer| pricer.on(face));
    }

    /// Work done since the last call of this function.
    pub(crate) fn take_work(&mut self) -> u64 {
        self.pricers.iter_mut().chain(&mut self.menders).map(Pricer::take_work).sum()
    }

    /// A panel for the weights, and one for the weights with noise.
    pub(crate) fn good(
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
        let results = both(self.threads, || left.good(&a, value(&a), patience), || right.good(&b, value(&b), patience));
        limits.spend(self.take_work());
        results
    }

    /// Any panel worth more than `floor`, not only of the face; or the knowledge
    /// that there is none.
    pub(crate) fn exact(
        &mut self,
        weights: &[f64],
        floor: f64,
        nodes: usize,
        work: u64,
        limits: &Limits<'_>,
    ) -> Priced {
        let mut priced = self.anywhere.ask(&Question { weights, floor, wanted: None, nodes, work });
        limits.spend(self.anywhere.take_work());
        // what was found before the end of a search is welcome, but no proof
        if priced.panel.is_some() {
            priced.complete = false;
        }
        priced
    }

    /// Mends two batches of panels.
    pub(crate) fn near(&mut self, left: &[Neighbourhood], right: &[Neighbourhood], nodes: usize) -> Vec<Priced> {
        let [a, b] = &mut self.menders;
        let each = |pricer: &mut Pricer, batch: &[Neighbourhood]| -> Vec<Priced> {
            batch.iter().map(|near| pricer.near(near, nodes)).collect()
        };
        both(self.threads, || each(a, left), || each(b, right)).into_iter().flatten().collect()
    }

    /// Walks from two batches of panels.
    pub(crate) fn walk(
        &mut self,
        instance: &Instance,
        left: &[Outing],
        right: &[Outing],
        limits: &Limits<'_>,
    ) -> Vec<Option<Vec<u32>>> {
        let [a, b] = &mut self.walkers;
        let each = |walker: &mut Walker, batch: &[Outing]| -> Vec<Option<Vec<u32>>> {
            batch.iter().map(|outing| walker.walk(instance, outing)).collect()
        };
        let found = both(self.threads, || each(a, left), || each(b, right)).into_iter().flatten().collect();
        limits.spend(self.walkers.iter_mut().map(Walker::take_work).sum());
        found
    }
}

/// Runs two searches, side by side if that is worth a thread. The results do not
/// depend on it.
fn both<T: Send + Default>(threads: bool, one: impl FnOnce() -> T, other: impl FnOnce() -> T + Send) -> [T; 2] {
    if !threads {
        return [one(), other()];
    }
    std::thread::scope(|scope| {
        let other = scope.spawn(other);
        let mine = one();
        // a search that panicked found nothing
        [mine, other.join().unwrap_or_default()]
    })
}
