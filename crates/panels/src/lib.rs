//! Fair panel lists: from respondents and quotas to m panels, each of which
//! keeps every rule, so that a draw of one panel treats everybody as fairly as
//! the rules allow.
//!
//! ```text
//! quotas.csv ──► Quotas ─┐
//! people.csv ──► Respondents ─┴─► Instance ──► build() ──► Built { list, report, certificate }
//!                                     ├──────► diagnose(), relax(), preview()
//! ```
//!
//! Output is never trusted, only checked: [`check::check`] counts every panel
//! again in integers before it leaves the crate, [`certificate`] states what is
//! provably out of reach, and neither needs a solver. The solvers here compute
//! in floating point; nothing that decides validity does.
//!
//! # How a list is built
//! 1. People whom no rule can tell apart are one *type*; only seats per type
//!    matter ([`instance`]).
//! 2. *Ladder*: leximin over fractional panels, a linear programme for each
//!    level. It gives the target chances, an upper bound on each level with the
//!    multipliers that prove it, and the *face* on which every panel of a fairest
//!    lottery lies (complementary slackness).
//! 3. *Herding* (Welling 2009): panel after panel on that face for what each type
//!    still lacks; branch and bound with Driebeck's penalties, on a dual simplex
//!    that starts from the basis before.
//! 4. *Improving*: the list is m copies of panels; pricing with exchange, swaps of
//!    single seats, mending (large neighbourhood search, Shaw 1998) and walking
//!    (tabu search with strategic oscillation, Glover 1977) lower the sum of the
//!    shortfalls, the least served first.
//! 5. *Lottery*: column generation (Flanigan, Gölz, Gupta, Hennig and Procaccia,
//!    “Fair algorithms for selecting citizens’ assemblies”, Nature 2021) over the
//!    panels found tells what rounding to m copies costs. Lists of m panels for a
//!    public draw: Flanigan, Kehne and Procaccia, “Fair sortition made
//!    transparent”, NeurIPS 2021. Goldilocks: Baharav and Flanigan, “Fair, manipulation-robust,
//!    and transparent sortition”, EC 2024.
//!
//! Why so: `docs/decisions/16-panel-search.md`, `22-highs-and-walking.md`. No solver
//! library is linked, so that no C++ tool chain is needed; the tests compare with
//! one. The feature `highs` puts HiGHS in the place of our own exact search.
//!
//! The crate has no clock, no I/O and no randomness of its own: the same input
//! gives the same list. Work is limited by counted multiplications, and the
//! caller may stop it at any moment ([`watch::Watch`]).
//!
//! What it is not: needed to verify a draw; a judge of validity; a place where
//! anybody is drawn.

mod assign;
pub mod build;
pub mod certificate;
pub mod check;
pub mod diagnose;
mod draft;
pub mod error;
mod exact;
mod forced;
#[cfg(feature = "highs")]
mod highs;
pub mod html;
pub mod instance;
mod ladder;
mod listing;
mod lottery;
mod mend;
mod near;
mod objective;
pub mod output;
mod pair;
mod pricing;
mod proof;
pub mod quotas;
mod random;
pub mod relax;
pub mod report;
pub mod respondents;
#[cfg(feature = "xlsx")]
pub mod sheet;
mod simplex;
pub mod spelling;
mod table;
mod walk;
pub mod watch;
#[cfg(feature = "xlsx")]
mod xlsx;

pub use build::{BuildError, BuildOptions, Built, Objective, build};
pub use certificate::Certificate;
pub use check::{BuiltList, check};
pub use diagnose::{Feasibility, Preview, diagnose, preview};
pub use error::{InputError, InputErrors};
pub use instance::Instance;
pub use output::{ListedQuota, PanelList};
pub use quotas::Quotas;
pub use relax::{NoRelaxation, Relaxation, relax};
pub use report::Report;
pub use respondents::{IdColumn, RespondentOptions, Respondents};
pub use watch::{Stage, Unwatched, Watch};
