//! A draw's life against a simple model, over the API, with crashes between every two durable writes.
//!
//! Whatever is asked is done and logged, or not done: after each crash the service is opened again and stands before or after the command, never
//! between; the same request again, with the same idempotency key, gives the answer that it would have given; and the log has its step once.
//! Everything is real: the files, the database, HTTP, the beacon's rounds. A crash is the end of a process (`interpose.rs`).
//!
//! Its own `main`, as it starts itself again as the process that ends.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

#[expect(dead_code, reason = "shared with tests that need more")]
#[path = "../common_service/mod.rs"]
mod common_service;
mod interpose;
mod life;
mod model;
mod running;
#[expect(dead_code, reason = "shared with tests that need more")]
#[path = "../api/support.rs"]
mod support;

use std::process::ExitCode;

use life::Life;
use model::{Command, KINDS, Kind};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Lives that are made up, and how many things happen in each.
const LIVES: u32 = 16;
const LENGTH: usize = 14;
/// No command has as many durable writes.
const MOST_WRITES: u32 = 60;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().collect();
    if words.get(1).is_some_and(|word| word == running::CHILD) {
        running::child(&words[2..]);
        return ExitCode::SUCCESS;
    }
    let tests: [(&str, fn()); 3] = [
        ("every_crash_of_a_whole_life", every_crash_of_a_whole_life),
        ("two_at_once_seal_once_whatever_happens", two_at_once_seal_once_whatever_happens),
        ("made_up_lives", made_up_lives),
    ];
    if words.iter().any(|word| word == "--list") {
        tests.iter().for_each(|(name, _)| println!("{name}: test"));
        return ExitCode::SUCCESS;
    }
    let wanted = words.iter().skip(1).find(|word| !word.starts_with('-'));
    for (name, test) in tests {
        if wanted.is_none_or(|wanted| name.contains(wanted.as_str())) {
            test();
            println!("test {name} ... ok");
        }
    }
    ExitCode::SUCCESS
}

/// From the first note to the erasure, once through, with a crash after every durable write of every command.
fn every_crash_of_a_whole_life() {
    let mut life = Life::begin();
    let mut crashes = 0;
    let decided =
        |kind: Kind| [Command::Propose(kind), Command::Sign(kind, 0), Command::Sign(kind, 1), Command::HandIn(kind)];
    let before = [Kind::Announcement, Kind::Postponement, Kind::Terms].into_iter().flat_map(decided);
    let after = [Kind::Vacancy, Kind::Annulment, Kind::Erasure].into_iter().flat_map(decided);
    for command in before.chain([Command::Round]).chain(after) {
        let points = life.crash_everywhere(command);
        println!("{command:?}: {points} crashes");
        assert!(points >= 1, "{command:?} wrote nothing durably");
        crashes += points;
    }
    life.verified();
    assert!(crashes >= 100, "only {crashes} crashes");
}

/// Two sets of terms, both signed by both, handed in at the same time: one is sealed, or none.
fn two_at_once_seal_once_whatever_happens() {
    let mut life = Life::begin();
    life.decide(Kind::Announcement);
    let points = life.race_for_the_seal();
    assert!(points >= 10, "only {points} crashes");
}

fn command() -> impl Strategy<Value = Vec<Command>> {
    let kind = || proptest::sample::select(KINDS.to_vec());
    let decided = |kind: Kind| {
        vec![Command::Propose(kind), Command::Sign(kind, 0), Command::Sign(kind, 1), Command::HandIn(kind)]
    };
    prop_oneof![
        6 => kind().prop_map(decided),
        1 => kind().prop_map(|kind| vec![Command::Propose(kind)]),
        1 => (kind(), 0..2usize).prop_map(|(kind, who)| vec![Command::Sign(kind, who)]),
        1 => kind().prop_map(|kind| vec![Command::HandIn(kind)]),
        3 => Just(vec![Command::Round]),
    ]
}

/// Lives that proptest makes up: commands in any order, of which any may end the process at any write.
fn made_up_lives() {
    let start = Life::begin();
    let crash = || proptest::option::weighted(0.4, 0..MOST_WRITES);
    // Most begin with what draws have in common, so that later states are reached.
    let beginning = proptest::sample::select(vec![0usize, 1, 2, 2, 2]);
    let lives = (beginning, proptest::collection::vec((command(), crash()), 4..LENGTH));
    let config = Config { cases: LIVES, failure_persistence: None, max_shrink_iters: 40, ..Config::default() };
    // The same lives each time: what fails here fails everywhere.
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]));
    let (mut accepted, mut refused) = (0u32, 0u32);
    let counts = std::cell::RefCell::new((&mut accepted, &mut refused));
    runner
        .run(&lives, |(beginning, commands)| {
            let mut life = start.again();
            for kind in [Kind::Announcement, Kind::Terms].into_iter().take(beginning) {
                life.decide(kind);
            }
            for (commands, crash) in commands {
                for (nth, command) in commands.into_iter().enumerate() {
                    // One of several things ends the process; which one depends on where.
                    let crash = crash.filter(|n| *n as usize % 4 == nth || nth == 0);
                    if let Some(done) = life.try_it(command, crash) {
                        let mut counts = counts.borrow_mut();
                        *(if done { &mut *counts.0 } else { &mut *counts.1 }) += 1;
                    }
                }
            }
            life.verified();
            Ok(())
        })
        .unwrap();
    println!("{accepted} accepted, {refused} refused");
    assert!(accepted >= 60 && refused >= 10, "{accepted} accepted, {refused} refused: the lives are too dull");
}
