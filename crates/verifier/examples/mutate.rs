//! Changes every byte of a 40-person bundle of each method, and cuts it at every byte: no such bundle may be accepted.
//!
//! `cargo run --release -p klero-verifier --example mutate` prints what it did and ends with 1 if anything was accepted. Give a method's name
//! to do that one alone.
#![expect(clippy::unwrap_used, reason = "it shares the tests' world, where a failure is a panic")]

use std::process::ExitCode;
use std::time::Instant;

use klero_verifier::report::Verdict;
use klero_verifier::trust::Trust;

#[path = "../tests/it/bundles.rs"]
mod bundles;
#[path = "../tests/it/world.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod world;

use bundles::{METHODS, Numbers, bundle, verdict};

fn main() -> ExitCode {
    let only = std::env::args().nth(1);
    let mut accepted = 0;
    for method in METHODS.into_iter().filter(|method| only.as_deref().is_none_or(|only| only == *method)) {
        let (text, trust) = bundle(method);
        assert_eq!(verdict(text.as_bytes(), &trust), Verdict::Verified, "the bundle itself");
        let start = Instant::now();
        let bytes = text.as_bytes();
        let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let found: Vec<String> = std::thread::scope(|scope| {
            let trust = &trust;
            let workers: Vec<_> =
                (0..workers).map(|first| scope.spawn(move || one(bytes, trust, first, workers))).collect();
            workers.into_iter().flat_map(|worker| worker.join().expect("a worker that panicked")).collect()
        });
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{method}: {} bytes changed twice, {} truncations, {} accepted, {seconds:.0} s",
            bytes.len(),
            bytes.len(),
            found.len()
        );
        found.iter().for_each(|words| println!("  ACCEPTED: {words}"));
        accepted += found.len();
    }
    if accepted == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Every `step`th byte from `first` on: its lowest bit turned, another change, and a cut before it.
fn one(bytes: &[u8], trust: &Trust, first: usize, step: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut bent = bytes.to_vec();
    for at in (first..bytes.len()).step_by(step) {
        let mut numbers = Numbers(u64::try_from(at).unwrap_or_default());
        let other = u8::try_from(2 + numbers.below(254)).unwrap_or(2);
        for change in [1, other] {
            bent[at] ^= change;
            if verdict(&bent, trust) == Verdict::Verified {
                found.push(format!("byte {at} changed by {change:#04x}"));
            }
            bent[at] = bytes[at];
        }
        if verdict(&bytes[..at], trust) == Verdict::Verified {
            found.push(format!("cut before byte {at}"));
        }
    }
    found
}
