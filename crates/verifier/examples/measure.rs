//! How much processor time a verification takes: `equal`, 1,000 and no reserves of 65,000; and `stratified` with a table of 65,000 people.
//!
//! `cargo run --release -p klero-verifier --example measure` writes the bundles into the folder that it is given, so that other programs can be
//! measured on them, and prints the best of ten runs of each part. Nothing here is a test.
#![expect(clippy::unwrap_used, reason = "it shares the tests' world, where a failure is a panic")]

use std::time::Instant;

use klero_verifier::artifacts::NoArtifacts;
use klero_verifier::report::Verdict;
use klero_verifier::verify::{Options, verify};

#[path = "../tests/it/world.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod world;

use world::{Pool, Spec, World};

fn main() {
    let folder = std::env::args().nth(1);
    for method in ["equal", "stratified"] {
        let mut world = World::new();
        world.pool = Pool::new(&(0..65_000).collect::<Vec<_>>(), "");
        let mut spec = Spec::new("letters", method);
        (spec.seats, spec.reserves) = (1_000, 0);
        world.whole(&spec);
        let text = world.bundle("letters");
        let trust = world.trust();
        if let Some(folder) = &folder {
            std::fs::write(format!("{folder}/{method}.json"), &text).unwrap();
            std::fs::write(format!("{folder}/trust.json"), world.trust_text("")).unwrap();
        }
        println!("{method}: {} bytes", text.len());
        best("  verify", || {
            assert_eq!(verify(&text, &NoArtifacts, Some(&trust), Options::default()).verdict, Verdict::Verified)
        });
        best("  serde_json to a value", || drop(serde_json::from_str::<serde_json::Value>(&text).unwrap()));
        best("  bundle alone", || drop(klero_verifier::bundle::Bundle::parse(&text).unwrap()));
        let artifacts = klero_verifier::bundle::Bundle::parse(&text).unwrap().artifacts;
        best("  SHA-256 of the artifacts", || {
            artifacts.values().for_each(|text| drop(klero_draw::hash::ArtifactHash::of(text.as_bytes()).to_string()));
        });
        if let Some(table) = artifacts.values().find(|text| text.starts_with("kleroterion/v1/table")) {
            let pool = &world.pool;
            best("  table alone", || {
                drop(klero_draw::table::Table::parse(table, &pool.columns, pool.size, &pool.root).unwrap());
            });
        }
        let outcome = artifacts.values().find(|text| text.contains("kleroterion/v1/outcome")).unwrap();
        best("  outcome alone", || drop(klero_draw::outcome::Outcome::parse(outcome).unwrap()));
        let parsed = klero_draw::outcome::Outcome::parse(outcome).unwrap();
        best("  openings alone", || {
            assert!(parsed.drawn.iter().all(|opening| opening.verify(world.pool.size, &world.pool.root).is_ok()));
        });
        let chain = klero_draw::beacon::Chain::rehearsal(world.info.clone());
        let round = world.beacon.sign(12);
        best("  round alone", || assert!(chain.verify(&round).is_ok()));
        let key = klero_draw::tickets::TicketKey::new([1; 32]);
        best("  tickets alone", || assert_eq!(key.lowest(65_000, 1_000).len(), 1_000));
        best("  steps alone", || {
            let mut ledger = klero_verifier::ledger::Ledger::new();
            for entry in &world.entries {
                let step = ledger.open(entry).unwrap();
                ledger.apply(&step).unwrap();
            }
        });
    }
}

fn best(what: &str, mut run: impl FnMut()) {
    let mut best = f64::INFINITY;
    for _ in 0..10 {
        let start = Instant::now();
        run();
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("{what}: {:.2} ms", best * 1000.0);
}
