//! Makes a large log in a folder, as `DIR/public` of a service lies: for measuring monitors and readers.
//!
//! `make_log DIR DRAWS STEPS_EACH`: every draw is announced, postponed once, sealed, drawn, and then its seats are given up and filled again, one by
//! one, until it has as many steps. Ten draws are under way at a time. Every signature, round, proof and artifact is real; the beacon is a rehearsal.

#![expect(clippy::unwrap_used, reason = "a program for measurements: it may end with a panic")]

use std::path::Path;
use std::time::Instant;

use klero_draw::replacement::Seats;
use klero_draw::terms::{Replacement, TermsNote};
use klero_tlog::tile::{encode_bundle, new_bundles, new_tiles};

#[expect(dead_code, reason = "shared with the verifier's tests, which use all of it")]
#[path = "../crates/verifier/tests/it/world.rs"]
mod world;

use world::{GENESIS, Pool, Spec, World};

/// Draws under way at a time.
const AT_ONCE: usize = 10;
/// People in the pool: enough for every seat to be given up many times.
const PEOPLE: u32 = 200;

struct Running {
    terms: TermsNote,
    seats: Seats,
    /// Who holds a seat.
    seated: Vec<u32>,
    left: usize,
}

fn begin(world: &mut World, number: usize, steps: usize) -> Running {
    let name = format!("draw-{number}");
    let at = GENESIS + 1_000 * (u64::try_from(number).unwrap() + 1);
    let spec = Spec::new(&name, "equal").purpose(&name).at(at).replacement(Replacement::Rank);
    world.now = world.now.max(at - 90);
    world.announce(&spec.clone().at(at + 500), 0);
    world.announce(&spec, 1);
    world.now = world.now.max(at - 50).min(at - 1);
    let terms = world.seal(&spec);
    let outcome = world.draw(&terms);
    let seated: Vec<u32> = outcome.drawn.iter().map(|opening| opening.index).collect();
    Running { terms, seats: Seats::new(&seated), seated, left: (steps - 4) / 2 }
}

fn one_leaves(world: &mut World, running: &mut Running) {
    let leaver = running.seated.remove(0);
    let (hash, note) = world.vacate(&running.terms, &[leaver]);
    let filled = world.replace(&running.terms, &mut running.seats, hash, &note);
    running.seated.extend(filled.fills.iter().filter_map(|fill| fill.seated.as_ref().map(|opening| opening.index)));
    running.left -= 1;
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let [_, dir, draws, steps] = args.as_slice() else {
        eprintln!("usage: make_log DIR DRAWS STEPS_EACH (an even number from 4 on)");
        std::process::exit(2);
    };
    let (draws, steps): (usize, usize) = (draws.parse().unwrap(), steps.parse().unwrap());
    assert!(steps >= 4 && steps.is_multiple_of(2) && steps / 2 < 190, "STEPS_EACH: an even number from 4 to 378");
    let started = Instant::now();
    let mut world = World::new();
    world.pool = Pool::new(&(0..PEOPLE).collect::<Vec<_>>(), "");
    let mut running: Vec<Running> = Vec::new();
    let mut next = 0;
    while next < draws || !running.is_empty() {
        while running.len() < AT_ONCE && next < draws {
            running.push(begin(&mut world, next, steps));
            next += 1;
        }
        for one in &mut running {
            if one.left > 0 {
                one_leaves(&mut world, one);
            }
        }
        running.retain(|one| one.left > 0);
    }
    let public = Path::new(dir).join("public");
    for tile in new_tiles(0, world.tree.size()) {
        write(&public.join(tile.path()), &tile.read_bytes(&world.tree).unwrap());
    }
    for bundle in new_bundles(0, world.tree.size()) {
        let first = usize::try_from(bundle.first_entry()).unwrap();
        let entries = &world.entries[first..first + usize::from(bundle.width())];
        write(&public.join(bundle.path()), &encode_bundle(entries).unwrap());
    }
    for (name, text) in &world.artifacts {
        write(&public.join("artifact").join(name.to_string()), text.as_bytes());
    }
    write(&public.join("log.vkey"), format!("{}\n", world.log.verifier_key().to_text()).as_bytes());
    write(&Path::new(dir).join("trust.json"), world.trust_text("").as_bytes());
    // A state that was signed on the way.
    let half =
        klero_tlog::TreeHead { size: world.tree.size() / 2, root: world.tree.root_at(world.tree.size() / 2).unwrap() };
    let half = klero_tlog::Checkpoint::new(&world.origin, half).unwrap().sign(&world.log).unwrap();
    write(&Path::new(dir).join("old"), &half.to_bytes());
    write(&public.join("checkpoint"), &world.checkpoint().to_bytes());
    let (entries, artifacts) = (world.entries.len(), world.artifacts.len());
    println!("{draws} draws, {entries} entries, {artifacts} artifacts in {:.1} s", started.elapsed().as_secs_f64());
}
