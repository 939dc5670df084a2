//! The public verb: from a task to a checked list, its report and its certificate.
//!
//! This file must never return a list that [`crate::check`] has not counted, and
//! never call a list optimal: it states what was achieved and what is provably
//! impossible, and the reader sees the gap.

use crate::certificate::{Certificate, CertificateError, LevelBound};
use crate::check::{BuiltList, Violation, check};
use crate::instance::{Instance, index};
use crate::ladder::{Climb, Face, Ladder, NoLadder, climb};
use crate::listing::{NoListing, Wish};
use crate::objective;
use crate::proof;
use crate::report::Report;
use crate::watch::{Limits, Watch};

/// Most panels of a list.
pub const MAX_PANELS: u32 = 10_000;
/// Panels of a list unless asked otherwise.
pub const DEFAULT_PANELS: u32 = 1_000;
/// Work unless asked otherwise: well under two minutes on two cores.
pub const DEFAULT_WORK: u64 = 80_000_000_000;

/// What "fair" is to mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Objective {
    /// The smallest chance as large as possible, then the next smallest, and so on.
    #[default]
    Leximin,
    /// The smallest chance as large as possible; the rest as it comes.
    Maximin,
    /// The product of all chances as large as possible.
    Nash,
    /// Neither very small nor very large chances: minimises
    /// `max · n/k + (k/n) / min` (n people, k seats).
    Goldilocks,
}

/// What to build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuildOptions {
    /// The objective.
    pub objective: Objective,
    /// Number of panels, 1 to [`MAX_PANELS`].
    pub panels: u32,
    /// Work limit in multiplications: the same list on every machine.
    pub work: u64,
}

impl Default for BuildOptions {
    fn default() -> Self {
        Self { objective: Objective::Leximin, panels: DEFAULT_PANELS, work: DEFAULT_WORK }
    }
}

/// What was built.
#[derive(Debug, Clone, PartialEq)]
pub struct Built {
    /// The list, counted.
    pub list: BuiltList,
    /// The figures.
    pub report: Report,
    /// The proof of the bounds in the report.
    pub certificate: Certificate,
}

/// Why nothing was built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// The number of panels is out of range.
    #[error("{found} panels: choose 1 to {MAX_PANELS}")]
    Panels {
        /// Panels asked for.
        found: u32,
    },
    /// No panel can meet all quotas: see [`crate::diagnose::diagnose`].
    #[error("no panel can meet all quotas at once; `relax` shows which quotas conflict and the smallest way out")]
    Infeasible,
    /// The search ended before a panel was found; there may be one.
    #[error(
        "no panel was found within the limits, though none was proved impossible; widen the quotas or allow more time"
    )]
    NotFound,
    /// The solver went astray. No list was made.
    #[error("the solver gave up on these quotas")]
    Solver,
    /// A finished list failed the count. It was discarded.
    #[error("the finished list was discarded: {0}")]
    Discarded(Violation),
    /// The certificate failed its own check. The list was discarded.
    #[error("the certificate does not hold: {0}")]
    Certificate(CertificateError),
}

/// Builds a list.
///
/// The result depends only on the arguments, unless `watch` stops the search;
/// then it is the best list so far.
///
/// # Errors
/// If there is no list that keeps every rule, or none was found.
pub fn build(instance: &Instance, options: &BuildOptions, watch: &dyn Watch) -> Result<Built, BuildError> {
    if options.panels == 0 || options.panels > MAX_PANELS {
        return Err(BuildError::Panels { found: options.panels });
    }
    let limits = Limits::new(watch, options.work);
    let ladder = climb(instance, Climb::WHOLE, &limits).map_err(|e| match e {
        NoLadder::Infeasible(_) => BuildError::Infeasible,
        NoLadder::GaveUp => BuildError::Solver,
    })?;
    let (certificate, _) = proof::certificate(instance, &ladder).map_err(BuildError::Certificate)?;
    let target = objective::target(instance, &ladder, options.objective, &limits);
    let mut wish = Wish {
        target,
        cap: cap(&ladder, options),
        faces: faces(instance, &ladder, options),
        bound: reachable(&ladder),
        bottom: bottom(&ladder),
    };
    let mut listing = list(instance, &wish, options, &limits)?;
    if !listing.never.is_empty() {
        // what fractions allowed, whole people do not: aim again without these types
        let again = Climb { beside: &listing.never, ..Climb::WHOLE };
        if let Ok(second) = climb(instance, again, &limits) {
            let never = std::mem::take(&mut listing.never);
            wish.target = objective::target(instance, &second, options.objective, &limits);
            wish.faces = faces(instance, &second, options);
            (wish.bound, wish.bottom) = (reachable(&second), bottom(&second));
            for &t in &never {
                wish.target[t] = 0.0;
            }
            if let Ok(better) = list(instance, &wish, options, &limits) {
                listing = better;
            }
            listing.never = never;
        }
    }
    let seats: Vec<&[(u32, u32)]> =
        listing.pool.iter().flat_map(|(seats, copies)| std::iter::repeat_n(seats.as_slice(), index(*copies))).collect();
    let panels = crate::assign::seat(instance, &seats);
    let list = check(instance, panels).map_err(BuildError::Discarded)?;
    // what a certificate proves beside this list, as whoever has the list counts it
    let bounds = proof::verify_beside(instance, &certificate, &list).map_err(BuildError::Certificate)?;
    let report = Report::new(instance, options, &list, (&certificate, &bounds), &listing);
    Ok(Built { list, report, certificate })
}

/// Recomputes a certificate's bounds for this task.
///
/// # Errors
/// As [`Certificate::verify`].
pub fn verify_certificate(instance: &Instance, certificate: &Certificate) -> Result<Vec<LevelBound>, CertificateError> {
    proof::verify(instance, certificate)
}

/// Recomputes a certificate's bounds beside a list: everybody's floor is what they have in it (protocol §7.8).
///
/// # Errors
/// If the certificate is malformed or about another task.
pub fn verify_certificate_beside(
    instance: &Instance,
    certificate: &Certificate,
    list: &BuiltList,
) -> Result<Vec<LevelBound>, CertificateError> {
    proof::verify_beside(instance, certificate, list)
}

/// With maximin, nobody needs more copies than the best minimum.
fn cap(ladder: &Ladder, options: &BuildOptions) -> Option<f64> {
    (options.objective == Objective::Maximin && !ladder.levels.is_empty()).then(|| reachable(ladder))
}

/// The lowest level above 0: people whose chance is 0 whatever one does are no
/// reason to stop there.
fn reachable(ladder: &Ladder) -> f64 {
    ladder.levels.iter().map(|l| l.chance).find(|z| *z > 1e-9).unwrap_or(1.0)
}

/// Where to look for panels first, the most demanding first.
fn faces(instance: &Instance, ladder: &Ladder, options: &BuildOptions) -> Vec<Face> {
    let first = 1 + ladder.levels.iter().take_while(|l| l.chance <= 1e-9).count();
    match options.objective {
        // the target of maximin is a leximin one, and its panels are the best known
        Objective::Leximin | Objective::Maximin => {
            let mut levels = vec![ladder.levels.len(), ladder.levels.len() / 2, ladder.levels.len() / 8, first];
            levels.retain(|l| *l >= first);
            levels.dedup();
            levels.into_iter().map(|l| ladder.face(instance, l)).collect()
        }
        Objective::Nash | Objective::Goldilocks => Vec::new(),
    }
}

/// The types that stop there.
fn bottom(ladder: &Ladder) -> Vec<usize> {
    ladder.levels.iter().find(|l| l.chance > 1e-9).map(|l| l.stopped.clone()).unwrap_or_default()
}

fn list(
    instance: &Instance,
    wish: &Wish,
    options: &BuildOptions,
    limits: &Limits<'_>,
) -> Result<crate::listing::Listing, BuildError> {
    crate::listing::build(instance, wish, options.panels, limits).map_err(|e| match e {
        NoListing::Infeasible => BuildError::Infeasible,
        NoListing::NotFound => BuildError::NotFound,
    })
}
