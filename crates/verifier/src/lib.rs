//! From a proof bundle to a report (docs/spec.md §§4, 8, 9): composes the log and the draw, and decides nothing that they have not shown.
//!
//! This library does no input or output, reads no clock, and trusts no key that a bundle carries unless the verifier has none of their own,
//! and then it says so. It never stops at "invalid": every refusal names the check.

pub mod artifacts;
pub mod build;
pub mod bundle;
pub mod cli;
pub mod der;
pub mod fraud;
pub mod ledger;
pub mod report;
pub mod text;
pub mod token;
pub mod tokens;
pub mod trust;
pub mod verify;
mod when;
pub mod whole_log;

pub mod sequence;
