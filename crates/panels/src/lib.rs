//! Fair panel lists (draft documentation, replaced below).
pub mod error;
pub mod instance;
mod assign;
pub mod build;
pub mod check;
mod ladder;
mod listing;
pub mod output;
mod pricing;
pub mod quotas;
mod random;
pub mod respondents;
mod simplex;
mod spelling;
mod table;
pub mod watch;
#[cfg(feature = "xlsx")]
mod xlsx;
pub use instance::Instance;
