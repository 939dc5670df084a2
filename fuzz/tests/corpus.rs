//! Runs every target over its seeds and seeded mutations of them: no panic, and what is accepted prints back byte for byte.

use std::path::Path;

use klero_fuzz::{Seen, TARGETS, mutation};

/// Mutations of each seed.
const MUTATIONS: u64 = 2_000;

#[test]
fn every_target_refuses_or_prints_back() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for (name, target) in TARGETS {
        let mut seeds: Vec<_> =
            std::fs::read_dir(corpus.join(name)).unwrap().map(|item| item.unwrap().path()).collect();
        seeds.sort();
        assert!(!seeds.is_empty(), "{name} has no seed");
        for path in seeds {
            let seed = std::fs::read(&path).unwrap();
            assert_ne!(target(&seed), Seen::Refused, "{} is a good input", path.display());
            check(name, target, &seed);
            for number in 0..MUTATIONS {
                check(name, target, &mutation(&seed, number));
            }
        }
    }
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
