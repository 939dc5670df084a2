//! The draw as a pure function (docs/spec.md §§1–7): pool, terms, steps, beacon, seed, tickets, methods, replacement, outcome.
//!
//! This crate never reads a clock, a file, the environment or the operating system's randomness; never iterates a hash map; never
//! uses floats; never signs for a service. What a check has accepted is a value that only the check can make.

pub mod allocation;
pub mod artifacts;
pub mod beacon;
pub mod certificate;
pub mod commitment;
pub mod hash;
pub mod json;
pub mod method;
pub mod names;
pub mod note;
pub mod organiser;
pub mod outcome;
mod people;
pub mod pool;
pub mod receipt;
pub mod rehearsal;
pub mod replacement;
pub mod scan;
pub mod seed;
pub mod step;
pub mod table;
pub mod terms;
pub mod tickets;
