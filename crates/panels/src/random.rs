//! Numbers that look random and are the same in every run: tie-breaking and
//! search noise. Nothing here decides who is drawn; that is the beacon's work.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A seeded stream. Two streams with the same label are equal.
#[derive(Debug, Clone)]
pub(crate) struct Random(ChaCha8Rng);

impl Random {
    /// The stream of a label (at most 32 bytes count).
    pub(crate) fn new(label: &[u8]) -> Self {
        let mut seed = [0; 32];
        for (s, l) in seed.iter_mut().zip(label) {
            *s = *l;
        }
        Self(ChaCha8Rng::from_seed(seed))
    }

    /// Uniform in [0, 1).
    pub(crate) fn unit(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / 4_294_967_296.0
    }

    /// Below `end` (0 if `end` is 0). The bias is beyond notice here.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(0);
        if end == 0 {
            return 0;
        }
        usize::try_from(self.0.next_u64() % end).unwrap_or(0)
    }
}
