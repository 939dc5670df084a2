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
pub mod html;
pub mod instance;
mod ladder;
mod listing;
mod lottery;
mod mend;
mod objective;
pub mod output;
mod pricing;
mod proof;
pub mod quotas;
mod random;
pub mod relax;
pub mod report;
pub mod respondents;
mod simplex;
mod spelling;
mod table;
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
