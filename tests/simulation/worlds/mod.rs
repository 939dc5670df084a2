//! Simulated worlds: shared by the tests and by `examples/simulate.rs`.

mod damage;
mod disk;
mod disk_files;
mod ledger;
mod net;
mod rng;
mod seen;
mod store;
mod summary;
mod world;

pub(crate) use disk::Ignored;
pub(crate) use summary::Summary;
pub(crate) use world::{Options, live};
