//! Fair panel lists (draft documentation, replaced below).
pub mod error;
pub mod instance;
mod assign;
pub mod build;
pub mod certificate;
pub mod check;
pub mod diagnose;
mod ladder;
mod listing;
mod objective;
pub mod output;
mod pricing;
mod proof;
pub mod quotas;
mod random;
pub mod report;
pub mod respondents;
mod simplex;
mod spelling;
mod table;
pub mod watch;
#[cfg(feature = "xlsx")]
mod xlsx;
pub use instance::Instance;
