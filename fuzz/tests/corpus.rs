//! Runs every target over its seeds and seeded mutations of them: no panic, and what is accepted prints back byte for byte.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

use std::path::Path;

use klero_fuzz::{Seen, mutation, targets};

/// Mutations of each seed. Short ones get as many as long ones: a parser of one word has one word's worth of mistakes.
const MUTATIONS: u64 = 600;
/// Seeds that begin like this went wrong once and are to be refused.
const REFUSED: &str = "refused";

fn corpus() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

fn names(folder: &Path) -> Vec<String> {
    let items = std::fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<_> = items.map(|item| item.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn seeds_are_accepted_and_those_that_went_wrong_refused() {
    let mut wrong = Vec::new();
    for (name, target) in targets() {
        let folder = corpus().join(name);
        for seed in names(&folder) {
            let refused = target(&std::fs::read(folder.join(&seed)).unwrap()) == Seen::Refused;
            if refused != seed.starts_with(REFUSED) {
                wrong.push(format!("{name}/{seed}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn every_target_refuses_or_prints_back() {
    for (name, target) in targets() {
        let folder = corpus().join(name);
        let seeds = names(&folder);
        assert!(seeds.iter().any(|seed| !seed.starts_with(REFUSED)), "{name} has no good seed");
        for seed in seeds {
            let input = std::fs::read(folder.join(&seed)).unwrap();
            check(name, target, &input);
            for number in 0..MUTATIONS {
                check(name, target, &mutation(&input, number));
            }
        }
    }
}

/// What nobody means as a seed: nothing, and a little of everything.
#[test]
fn every_target_stands_odd_inputs() {
    let long = "9".repeat(70_000);
    let nested = "[".repeat(70_000);
    let odd: [&[u8]; 12] = [
        b"",
        b"\0",
        b"\n",
        b"\xff\xfe",
        b"{}",
        b"[]",
        b"null",
        b"-1",
        b"\"\\ud800\"",
        b"PK\x03\x04",
        long.as_bytes(),
        nested.as_bytes(),
    ];
    for (name, target) in targets() {
        odd.iter().for_each(|input| check(name, target, input));
    }
}

#[test]
fn every_folder_of_the_corpus_is_a_target_and_every_target_is_one() {
    let mut known: Vec<_> = targets().iter().map(|(name, _)| (*name).to_owned()).collect();
    known.sort();
    assert!(known.windows(2).all(|two| two[0] != two[1]), "two targets of one name");
    assert_eq!(names(&corpus()), known);
}

fn check(name: &str, target: fn(&[u8]) -> Seen, input: &[u8]) {
    if let Seen::Accepted(printed) = target(input) {
        assert_eq!(
            String::from_utf8_lossy(&printed),
            String::from_utf8_lossy(input),
            "{name} accepts another spelling"
        );
    }
}
