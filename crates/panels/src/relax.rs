//! The smallest way out where no panel is possible: which bounds to move, within
//! the flex ranges, by the fewest people altogether.
//!
//! Every quota row gets two more columns: people who are missing below its
//! minimum, and room left above its maximum. With room counted instead of
//! excess, all coefficients stay 0 or 1, and the search that finds panels finds
//! relaxations too:
//! ```text
//! count + missing + room ∈ [min + r, max + r],   0 ≤ missing ≤ min − min_flex,   0 ≤ room ≤ r = max_flex − max
//! maximise Σ room − Σ missing
//! ```
//! This file must never change a quota by itself: it proposes, the organiser
//! decides.

use serde::Serialize;

use crate::instance::{Instance, count};
use crate::near::near;
use crate::pricing::Pricer;
use crate::quotas::Quotas;
use crate::simplex::Simplex;
use crate::watch::{Stage, Watch};

/// Work of the searches, each from the start again: the longest takes some ten seconds.
const WORK: [u64; 3] = [100_000_000, 1_000_000_000, 10_000_000_000];
/// Nodes of a search.
const NODES: usize = 200_000;

/// One quota of a relaxation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The feature.
    pub feature: String,
    /// Its value.
    pub value: String,
    /// Bounds as they are.
    pub before: (u32, u32),
    /// Bounds as proposed.
    pub after: (u32, u32),
}

/// A way out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Relaxation {
    /// The quotas to change.
    pub changes: Vec<Change>,
    /// By how many people altogether.
    pub people: u32,
    /// Whether no smaller one exists within the flex bounds.
    pub smallest: bool,
    /// All bounds after the change, in file order.
    bounds: Vec<(u32, u32)>,
}

impl Relaxation {
    /// The quotas after the change.
    #[must_use]
    pub fn apply(&self, quotas: &Quotas) -> Quotas {
        quotas.with_bounds(&self.bounds)
    }
}

/// Why there is no relaxation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoRelaxation {
    /// Not even the widest bounds allow a panel.
    #[error("no panel is possible within the flex bounds; widen min_flex and max_flex")]
    BeyondFlex,
    /// The search ended without an answer.
    #[error("no relaxation was found within the limits")]
    NotFound,
}

/// The relaxation that moves bounds by the fewest people altogether, as far as
/// the search got. It is also answered for quotas that [`Instance::new`] refuses:
/// see [`Instance::even_if_impossible`].
///
/// # Errors
/// If there is none within the flex bounds, or none was found in time.
pub fn relax(instance: &Instance, watch: &dyn Watch) -> Result<Relaxation, NoRelaxation> {
    let searches = count(WORK.len());
    watch.progress(Stage::Relaxing, 0, searches + 1);
    // something to begin with: whatever else comes to nothing, this is a way out
    let mut best = near(instance, watch).and_then(|seats| proposal(instance, &seats));
    let Elastic { mut pricer, worth, room } = elastic(instance);
    let mut settled = false;
    for (done, work) in (1..).zip(WORK) {
        let people = best.as_ref().map(|b| b.people);
        if people == Some(0) || settled || watch.stop() {
            break;
        }
        watch.progress(Stage::Relaxing, done, searches + 1);
        // only what is smaller by a person or more
        let least = people.map_or(f64::NEG_INFINITY, |people| room - f64::from(people) + 1.0);
        let priced = pricer.most(&worth, least, NODES, work, &|| watch.stop());
        settled = priced.complete;
        if let Some(columns) = priced.panel {
            let found = proposal(instance, &columns);
            // a search that went astray settles nothing
            settled &= found.is_some();
            best = best.into_iter().chain(found).min_by_key(|b| b.people);
        }
    }
    match best {
        Some(best) => Ok(Relaxation { smallest: settled || best.people == 0, ..best }),
        None if settled => Err(NoRelaxation::BeyondFlex),
        None => Err(NoRelaxation::NotFound),
    }
}

/// The programme above.
struct Elastic {
    pricer: Pricer,
    /// Worth of each column.
    worth: Vec<f64>,
    /// All room there is: what a panel within the quotas is worth.
    room: f64,
}

fn elastic(instance: &Instance) -> Elastic {
    let mut all_room = 0.0;
    let mut columns = instance.columns();
    let mut rows = instance.row_bounds();
    let mut tops: Vec<f64> = instance.kinds.iter().map(|k| f64::from(k.size().min(instance.seats))).collect();
    let mut worth = vec![0.0; columns.len()];
    for row in instance.quota_rows() {
        let (lo, hi) = instance.bounds[row];
        let (lo_flex, hi_flex) = instance.flex[row];
        if lo > lo_flex {
            columns.push(vec![row]);
            tops.push(f64::from(lo - lo_flex));
            worth.push(-1.0);
        }
        let room = hi_flex.min(instance.seats).saturating_sub(hi);
        if room > 0 {
            columns.push(vec![row]);
            tops.push(f64::from(room));
            worth.push(1.0);
            all_room += f64::from(room);
            rows[row].0 += f64::from(room);
            rows[row].1 += f64::from(room);
        }
    }
    let simplex = Simplex::new(&columns, &rows);
    Elastic { pricer: Pricer::of(simplex, tops, b"relax"), worth, room: all_room }
}

/// The bounds that a panel needs, from here on in integers only; `None` if it breaks what cannot be moved.
/// Columns beyond the types are those of the programme above.
fn proposal(instance: &Instance, columns: &[u32]) -> Option<Relaxation> {
    let mut counted = vec![0_u32; instance.bounds.len()];
    for (kind, &places) in instance.kinds.iter().zip(columns) {
        if places > kind.size() {
            return None;
        }
        for &row in &kind.rows {
            counted[row] += places;
        }
    }
    let rows = instance.quota_rows();
    let mut relaxation = Relaxation { changes: Vec::new(), people: 0, smallest: false, bounds: Vec::new() };
    for (row, &found) in counted.iter().enumerate() {
        let (lo, hi) = instance.bounds[row];
        let (lowest, highest) = instance.widest(row);
        if found < lowest || found > highest {
            return None;
        }
        if !rows.contains(&row) {
            continue;
        }
        let after = (lo.min(found), hi.max(found));
        relaxation.bounds.push(after);
        if after != (lo, hi) {
            let (feature, value) = instance.names[row - rows.start].clone();
            relaxation.people += (lo - after.0) + (after.1 - hi);
            relaxation.changes.push(Change { feature, value, before: (lo, hi), after });
        }
    }
    Some(relaxation)
}
