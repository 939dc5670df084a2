//! The one clock of the service. Everything that needs the time is handed a [`Clock`]; nothing else may ask the system for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Tells the time, in seconds since 1970 (spec §1), and waits.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// Whole seconds since 1970-01-01T00:00:00Z.
    fn now(&self) -> u64;
    /// How long until the clock shows `at`, as the wait that a timer should make. Zero if that time has come.
    fn until(&self, at: u64) -> Duration;
}

/// A clock that can be handed about.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> u64 {
        // A clock before 1970 is a broken clock; zero makes every seal be refused as too early, and says so.
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs())
    }
    fn until(&self, at: u64) -> Duration {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Duration::from_secs(at).saturating_sub(now)
    }
}

/// A clock that stands where it is put: for rehearsing the past, and for tests.
#[derive(Debug, Default)]
pub struct ManualClock(AtomicU64);

impl ManualClock {
    /// A clock that shows `at`.
    #[must_use]
    pub fn at(at: u64) -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(at)))
    }
    /// Moves the clock.
    pub fn set(&self, at: u64) {
        self.0.store(at, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
    fn until(&self, at: u64) -> Duration {
        // Short, so that whoever waits looks again soon after the clock was moved.
        if self.now() >= at { Duration::ZERO } else { Duration::from_millis(5) }
    }
}
