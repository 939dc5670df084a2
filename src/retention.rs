//! How long the service keeps pools, and which of them should be gone.
//!
//! A pool is kept for so many days after the last step of its draw. Nobody but the organiser can have it erased, since the `erased` step
//! bears the organiser's signatures (spec §4.12), so the service reminds and never erases by itself.

use std::collections::BTreeMap;

use klero_draw::names::Slug;
use serde::{Deserialize, Serialize};

use crate::service::request::DrawStatus;

const DAY_SECS: u64 = 86_400;

/// `[retention]` of the settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Days after a draw's last step.
    #[serde(default = "half_a_year")]
    pub days: u32,
    /// Days for single draws.
    #[serde(default)]
    pub draws: BTreeMap<String, u32>,
}

fn half_a_year() -> u32 {
    180
}

impl Default for Retention {
    fn default() -> Self {
        Self { days: half_a_year(), draws: BTreeMap::new() }
    }
}

impl Retention {
    /// Until when the pool of a draw is kept, Unix seconds; `None` while the draw waits, or if no pool of it is kept.
    #[must_use]
    pub fn erase_by(&self, draw: &DrawStatus) -> Option<u64> {
        let days = self.draws.get(draw.draw.as_str()).copied().unwrap_or(self.days);
        let waits = draw.phase == "sealed" || draw.phase == "vacated";
        let ends = draw.root.is_some() && !draw.erased && !waits;
        ends.then(|| draw.last_at.saturating_add(u64::from(days).saturating_mul(DAY_SECS)))
    }
}

/// A pool that the service keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// The draw.
    pub draw: Slug,
    /// Whose it is.
    pub organiser: Slug,
    /// People in it.
    pub people: u64,
    /// Unix seconds at which it should be gone; absent while the draw waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erase_by: Option<u64>,
    /// That time has passed.
    pub due: bool,
}

/// The pools that are kept, those that are due first.
#[must_use]
pub fn kept(draws: &[DrawStatus], retention: &Retention, now: u64) -> Vec<Kept> {
    let mut kept: Vec<Kept> = draws
        .iter()
        .filter(|draw| draw.root.is_some() && !draw.erased)
        .map(|draw| {
            let erase_by = retention.erase_by(draw);
            Kept {
                draw: draw.draw.clone(),
                organiser: draw.organiser.clone(),
                people: draw.people.unwrap_or(0),
                erase_by,
                due: erase_by.is_some_and(|at| at <= now),
            }
        })
        .collect();
    kept.sort_by_key(|one| (one.erase_by.unwrap_or(u64::MAX), one.draw.clone()));
    kept
}
