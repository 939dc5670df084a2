//! The shell of Kleroterion: store, sequencer, beacon client, service and commands around the pure crates.
//!
//! Everything that decides whether a draw is valid lives in `klero-tlog`, `klero-draw` and `klero-verifier`; this package only carries bytes,
//! keeps them, and asks those crates.

pub mod anonymity;
pub mod api;
pub mod atomic;
pub mod audit;
pub mod auditor;
pub mod backup;
pub mod cli;
pub mod clock;
mod columns;
pub mod compare;
pub mod compose;
pub mod cosigning;
pub mod drand;
pub mod draw_proof;
pub mod failure;
pub mod files;
pub mod guard;
pub mod job_problem;
pub mod key_proof;
pub mod key_ring;
pub mod locked_key;
pub mod log_check;
pub mod log_keys;
pub mod mirror;
pub mod monitor;
pub mod objects;
pub mod organiser_note;
pub mod outbound;
pub mod parsers;
pub mod passphrase;
pub mod people_csv;
pub mod people_xlsx;
pub mod place;
pub mod pool_dir;
pub mod publish;
pub mod register;
pub mod rehearsal;
pub mod result;
pub mod retention;
pub mod rotation;
pub mod sequencer;
pub mod service;
pub mod signer;
pub mod site;
pub mod store;
pub mod timestamp;
pub mod unfinished;
pub mod vault;
pub mod verifier_page;
pub mod verify_io;
pub mod when;
pub mod witness;
