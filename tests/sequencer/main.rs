//! Store, guard, public folder, sequencer and repairs, on real files and the real database.
#![expect(clippy::unwrap_used, reason = "test code")]

mod damage;
mod faults;
mod partial;
mod reading;
mod repair;
mod support;
