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

use crate::instance::Instance;
use crate::pricing::{Priced, Pricer};
use crate::quotas::Quotas;
use crate::simplex::Simplex;
use crate::watch::Watch;

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

/// The relaxation that moves bounds by the fewest people altogether. It is also
/// answered for quotas that [`Instance::new`] refuses: see [`Instance::even_if_impossible`].
///
/// # Errors
/// If there is none within the flex bounds, or none was found in time.
pub fn relax(instance: &Instance, watch: &dyn Watch) -> Result<Relaxation, NoRelaxation> {
    let mut pricer = elastic(instance);
    let mut best: Option<Priced> = None;
    for work in WORK {
        let priced = pricer.0.most(&pricer.1, NODES, work);
        let settled = priced.complete;
        if priced.panel.is_some() || best.is_none() {
            best = Some(priced);
        }
        if settled || watch.stop() {
            break;
        }
    }
    let found = best.ok_or(NoRelaxation::NotFound)?;
    match found.panel {
        Some(columns) => proposal(instance, &columns, found.complete),
        None if found.complete => Err(NoRelaxation::BeyondFlex),
        None => Err(NoRelaxation::NotFound),
    }
}

/// The programme above, and the worth of its columns.
fn elastic(instance: &Instance) -> (Pricer, Vec<f64>) {
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
            rows[row].0 += f64::from(room);
            rows[row].1 += f64::from(room);
        }
    }
    let simplex = Simplex::new(&columns, &rows);
    (Pricer::of(simplex, tops, b"relax"), worth)
}

/// The bounds that a panel needs, from here on in integers only.
fn proposal(instance: &Instance, columns: &[u32], smallest: bool) -> Result<Relaxation, NoRelaxation> {
    let mut counted = vec![0_u32; instance.bounds.len()];
    for (kind, &places) in instance.kinds.iter().zip(columns) {
        if places > kind.size() {
            return Err(NoRelaxation::NotFound);
        }
        for &row in &kind.rows {
            counted[row] += places;
        }
    }
    let rows = instance.quota_rows();
    let mut relaxation = Relaxation { changes: Vec::new(), people: 0, smallest, bounds: Vec::new() };
    for (row, &found) in counted.iter().enumerate() {
        let (lo, hi) = instance.bounds[row];
        let after = (lo.min(found), hi.max(found));
        if after.0 < instance.flex[row].0 || after.1 > instance.flex[row].1.max(hi) {
            return Err(NoRelaxation::NotFound);
        }
        if !rows.contains(&row) {
            if after != (lo, hi) {
                return Err(NoRelaxation::NotFound);
            }
            continue;
        }
        relaxation.bounds.push(after);
        if after != (lo, hi) {
            let (feature, value) = instance.names[row - rows.start].clone();
            relaxation.people += (lo - after.0) + (after.1 - hi);
            relaxation.changes.push(Change { feature, value, before: (lo, hi), after });
        }
    }
    Ok(relaxation)
}
