//! The verifier's tests: what verifies, what is refused and by which check, and what nothing accepts.

#![expect(clippy::unwrap_used, reason = "helpers of tests: a failure here is a failed test")]

mod accepted;
mod attacks;
mod bundles;
mod cli;
mod fraud;
mod ledger;
mod mutations;
mod panels;
mod rekeyed;
mod sequence;
mod shelf;
mod together;
mod vectors;
mod whole_log;
mod world;
