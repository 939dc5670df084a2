//! The draw as a pure function (docs/spec.md §§1–7): pool, terms, steps, beacon, seed, tickets, methods, replacement, outcome.
//!
//! This crate never reads a clock, a file, the environment or the operating system's randomness; never iterates a hash map; never
//! uses floats; never signs for a service. What a check has accepted is a value that only the check can make.

pub mod beacon;
pub mod hash;
pub mod json;
pub mod names;
pub mod rehearsal;
pub mod seed;
pub mod tickets;
