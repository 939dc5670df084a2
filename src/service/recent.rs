//! What was made a moment ago for somebody else: proofs that many ask for at once, as when a hall full of people presses "verify". Made once, by
//! the first who asks, while the others wait; kept for as long as the answer says that it may be old. It never keeps an answer that failed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use klero_draw::names::Slug;

use crate::failure::Failure;

/// How old an answer may be: what its `Cache-Control` says.
const AGE_MAX: Duration = Duration::from_secs(2);
/// Bytes kept at a time; a larger answer is made for each who asks.
const BYTES_MAX: usize = 128 << 20;

/// Answers by draw.
#[derive(Debug, Default)]
pub(super) struct Recent(Mutex<BTreeMap<Slug, Slot>>);

type Slot = Arc<Mutex<Option<(Instant, Bytes)>>>;

impl Recent {
    /// The answer for a draw, made now or a moment ago. Blocks: not to be called on a runtime's own threads.
    pub(super) fn get(&self, draw: &Slug, make: impl FnOnce() -> Result<Bytes, Failure>) -> Result<Bytes, Failure> {
        let slot = {
            let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // Nobody holds a slot but those who are asking now.
            slots.retain(|other, slot| other == draw || Arc::strong_count(slot) > 1 || fresh(slot));
            Arc::clone(slots.entry(draw.clone()).or_default())
        };
        let mut kept = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((made, bytes)) = &*kept
            && made.elapsed() < AGE_MAX
        {
            return Ok(bytes.clone());
        }
        *kept = None;
        let bytes = make()?;
        if self.bytes(&slot) + bytes.len() <= BYTES_MAX {
            *kept = Some((Instant::now(), bytes.clone()));
        }
        Ok(bytes)
    }

    /// Bytes kept beside this slot.
    fn bytes(&self, own: &Slot) -> usize {
        let slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let others = slots.values().filter(|slot| !Arc::ptr_eq(slot, own));
        others.filter_map(|slot| Some(slot.try_lock().ok()?.as_ref()?.1.len())).sum()
    }
}

/// Whether it holds something that is not too old; one in use counts as fresh.
fn fresh(slot: &Slot) -> bool {
    slot.try_lock().map_or(true, |kept| kept.as_ref().is_some_and(|(made, _)| made.elapsed() < AGE_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_many_ask_for_is_made_once_and_a_failure_is_not_kept() {
        let recent = Recent::default();
        let draw: Slug = "letters".parse().unwrap();
        assert!(recent.get(&draw, || Err(Failure::usage("not yet"))).is_err());
        let made = std::sync::atomic::AtomicU32::new(0);
        let gate = std::sync::Barrier::new(8);
        let slow = || {
            made.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            Ok(Bytes::from_static(b"proof"))
        };
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    gate.wait();
                    assert_eq!(recent.get(&draw, slow).unwrap(), "proof");
                });
            }
        });
        // On a machine that stops for seconds somebody may make it again; never each of them.
        assert!(made.load(std::sync::atomic::Ordering::SeqCst) < 8);
        let large = || Ok(Bytes::from(vec![0; BYTES_MAX + 1]));
        let other: Slug = "other".parse().unwrap();
        assert_eq!(recent.get(&other, large).unwrap().len(), BYTES_MAX + 1);
        assert!(recent.get(&other, || Err(Failure::usage("made anew"))).is_err(), "too large to be kept");
    }
}
