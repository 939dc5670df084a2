//! From a proof bundle to a report (docs/spec.md §9), and the rules of the log (§4) as a state machine.
//!
//! This library does no I/O, holds no network code, and trusts no key that a bundle carries: trust is an argument. It never stops at
//! "invalid" without naming the check.

pub mod ledger;
pub mod report;
