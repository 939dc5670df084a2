//! The shell of Kleroterion: store, sequencer, beacon client, service and commands around the pure crates.
//!
//! Everything that decides whether a draw is valid lives in `klero-tlog`, `klero-draw` and `klero-verifier`; this package only carries bytes,
//! keeps them, and asks those crates.

pub mod files;
pub mod guard;
pub mod log_check;
pub mod publish;
pub mod sequencer;
pub mod store;
