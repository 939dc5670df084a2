//! A seeded simulation: the product's sequencer, guard, tiles, repairs and witnesses, on a disk that does its worst. The worlds themselves
//! are in the modules; `examples/simulate.rs` lives through many more of them.

mod worlds;

use worlds::{Ignored, Options, Summary, live};

/// Worlds in `cargo test`.
const WORLDS: u64 = 150;
/// Seeds that found something, since mended: a log said to be there whose guard was not synced; a published checkpoint, behind the guard, whose tiles nobody
/// compared on opening; a checkpoint seen on opening and not synced.
const FOUND: [u64; 10] = [2515, 2776, 4221, 4318, 4541, 4570, 8396, 8593, 8661, 9613];

fn live_all(seeds: std::ops::Range<u64>, ignored: Ignored) -> Result<Summary, String> {
    let mut sum = Summary::default();
    for seed in seeds {
        sum.add(&live(seed, &Options { ignored, trace: false })?);
    }
    Ok(sum)
}

#[test]
fn everything_promised_holds_in_every_world() {
    let sum = live_all(0..WORLDS, Ignored::Nothing).unwrap();
    // Nothing of this holds for want of trying.
    for (what, count) in [
        ("acknowledged entries", sum.acknowledged),
        ("faults", sum.faults),
        ("power cuts", sum.cuts),
        ("refused logs", sum.refused),
        ("harmless damage", sum.harmless),
        ("repairs", sum.repaired),
        ("old copies put back", sum.rolled_back),
        ("alarms", sum.alarms),
        ("cosignatures", sum.cosigned),
        ("results", sum.drawn),
    ] {
        assert!(count > 0, "no {what} in {WORLDS} worlds: {sum:?}");
    }
}

#[test]
fn what_was_found_once_holds_now() {
    for seed in FOUND {
        live(seed, &Options::default()).unwrap();
    }
}

#[test]
fn a_seed_gives_the_same_world_again() {
    for seed in 0..10 {
        assert_eq!(live(seed, &Options::default()).unwrap(), live(seed, &Options::default()).unwrap(), "seed {seed}");
    }
}

#[test]
fn with_syncs_removed_the_simulation_fails() {
    for ignored in [Ignored::Files, Ignored::Folders, Ignored::OnOpening] {
        let found = (0..2_000).find_map(|seed| live(seed, &Options { ignored, trace: false }).err());
        assert!(found.is_some(), "{ignored:?}: nobody noticed that syncs were ignored");
    }
}
