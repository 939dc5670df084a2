//! Interruption, progress and work limits. There is no clock in this crate:
//! whoever calls knows the time, and says when to stop.

use std::cell::Cell;

/// What the builder is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Looking for the fairest chances.
    Chances,
    /// Finding panels that realise them.
    Panels,
    /// Exchanging panels for better ones.
    Improving,
    /// Looking for people who can be on no panel, or must be on all.
    Choices,
    /// Looking for the smallest change of the quotas.
    Relaxing,
}

/// Sees progress and may stop the work. The best list so far is then returned.
pub trait Watch {
    /// Called often and from one thread; must be quick. `true` stops the search.
    fn stop(&self) -> bool {
        false
    }
    /// `done` of `total` steps of a stage.
    fn progress(&self, stage: Stage, done: u32, total: u32) {
        let _ = (stage, done, total);
    }
}

/// Never stops, shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Watch for Unwatched {}

impl<F: Fn() -> bool> Watch for F {
    fn stop(&self) -> bool {
        self()
    }
}

/// Work limits, counted in multiplications so that they are the same on every
/// machine, and the caller's stop signal.
pub(crate) struct Limits<'a> {
    pub(crate) watch: &'a dyn Watch,
    /// Work for the ladder.
    pub(crate) ladder_work: u64,
    spent: Cell<u64>,
    total: u64,
}

impl<'a> Limits<'a> {
    pub(crate) fn new(watch: &'a dyn Watch, total: u64) -> Self {
        Self { watch, ladder_work: total / 4, spent: Cell::new(0), total }
    }

    /// Whether the caller wants an end.
    pub(crate) fn stopped(&self) -> bool {
        self.watch.stop()
    }

    pub(crate) fn spend(&self, work: u64) {
        self.spent.set(self.spent.get().saturating_add(work));
    }

    /// Work done so far.
    pub(crate) fn spent(&self) -> u64 {
        self.spent.get()
    }

    /// Whether so much work is used up that what there is should now be improved.
    pub(crate) fn mostly_exhausted(&self) -> bool {
        self.spent.get() >= self.total / 2 || self.stopped()
    }

    /// All the work there is.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// Whether so many tenths of the work are used up.
    pub(crate) fn used_up(&self, tenths: u64) -> bool {
        self.spent.get() >= self.total / 10 * tenths
    }

    /// Whether the work is used up or the caller wants an end.
    pub(crate) fn exhausted(&self) -> bool {
        self.spent.get() >= self.total || self.stopped()
    }
}
