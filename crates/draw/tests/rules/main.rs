//! The rules of the draw (spec §§1, 3–7) against vectors that another program made, against definitions written out literally, and
//! against whoever changes a byte.

#![expect(clippy::unwrap_used, reason = "helpers of tests: a failure here is a failed test")]

mod basics;
mod beacon;
mod certificate;
mod fairness;
mod methods;
mod notes;
mod outcome;
mod replacement;
mod support;
