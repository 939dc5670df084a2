//! How much processor time a verification takes: `equal`, 1,000 and no reserves of 65,000; and `stratified` with a table of 65,000 people.
//!
//! `cargo run --release -p klero-verifier --example measure` writes both bundles into a folder (its argument, or a temporary one), runs
//! `klero-verify` of the same build on them, and prints the best of several runs. Beside it, in the same run, what cannot be saved: one
//! serde_json parse of the bundle, and the hashes. Nothing here is a test.
#![expect(clippy::unwrap_used, reason = "it shares the tests' world, where a failure is a panic")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use klero_draw::hash::ArtifactHash;
use klero_tlog::{Frontier, Hash, leaf_hash};
use klero_verifier::artifacts::NoArtifacts;
use klero_verifier::bundle::Bundle;
use klero_verifier::report::Verdict;
use klero_verifier::verify::{Options, verify};

#[path = "../tests/it/world.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod world;

use world::{Pool, Spec, World};

/// Runs of each piece of work.
const RUNS: usize = 15;

fn main() {
    let folder = std::env::args().nth(1).map_or_else(|| std::env::temp_dir().join("klero-measure"), PathBuf::from);
    std::fs::create_dir_all(&folder).unwrap();
    for method in ["equal", "stratified"] {
        let mut world = World::new();
        world.pool = Pool::new(&(0..65_000).collect::<Vec<_>>(), "");
        let mut spec = Spec::new("letters", method);
        (spec.seats, spec.reserves) = (1_000, 0);
        world.whole(&spec);
        let text = world.bundle("letters");
        let trust = world.trust();
        let (bundle_path, trust_path) = (folder.join(format!("{method}.json")), folder.join("trust.json"));
        std::fs::write(&bundle_path, &text).unwrap();
        std::fs::write(&trust_path, world.trust_text("")).unwrap();
        println!("{method}: {} bytes", text.len());

        let program = best("klero-verify, the whole process", || process(&bundle_path, &trust_path));
        let verified = best("  of which verify()", || {
            time(|| {
                assert_eq!(verify(&text, &NoArtifacts, Some(&trust), Options::default()).verdict, Verdict::Verified)
            })
        });
        best("    of which reading the bundle", || time(|| drop(Bundle::parse(&text).unwrap())));
        let read =
            best("reading the file", || time(|| drop(std::hint::black_box(std::fs::read(&bundle_path).unwrap()))));
        let bytes = text.as_bytes();
        let parse = best("one serde_json parse, to a Value", || {
            time(|| drop(std::hint::black_box(serde_json::from_slice::<serde_json::Value>(bytes).unwrap())))
        });
        let artifacts = Bundle::parse(&text).unwrap().artifacts;
        let named = best("SHA-256 of the artifacts", || {
            time(|| artifacts.values().for_each(|text| _ = std::hint::black_box(ArtifactHash::of(text.as_bytes()))))
        });
        let table = artifacts.values().find(|text| text.starts_with("kleroterion/v1/table"));
        let Some(table) = table else { continue };
        let preimages: Vec<Vec<u8>> = table.lines().skip(1).map(preimage).collect();
        let tree = best("hashes of the table's tree", || {
            time(|| {
                let mut frontier = Frontier::new();
                preimages.iter().for_each(|preimage| frontier.append(leaf_hash(preimage)));
                assert_eq!(frontier.root(), Hash::from(world.pool.root.0));
            })
        });
        best("Table::parse", || {
            let pool = &world.pool;
            time(|| drop(klero_draw::table::Table::parse(table, &pool.columns, pool.size, &pool.root).unwrap()))
        });
        println!(
            "  the process / (2 × (file + parse + hashes))  {:.2}",
            program / (2.0 * (read + parse + named + tree))
        );
        println!("  verify() / (2 × (parse + hashes))            {:.2}", verified / (2.0 * (parse + named + tree)));
        println!("  verify() / (2 × parse + hashes)              {:.2}", verified / (2.0 * parse + named + tree));
    }
}

/// What a line's leaf is the hash of.
fn preimage(line: &str) -> Vec<u8> {
    let mut bytes = klero_draw::hash::from_hex::<32>(&line[..64]).unwrap().to_vec();
    bytes.extend_from_slice(&line.as_bytes()[65..]);
    bytes
}

/// The least of several runs, in milliseconds of processor time.
fn best(what: &str, mut run: impl FnMut() -> f64) -> f64 {
    let best = (0..RUNS).map(|_| run()).fold(f64::INFINITY, f64::min);
    println!("  {what:<40} {best:8.2} ms");
    best
}

/// Milliseconds of processor time that this thread takes for something.
fn time(run: impl FnOnce()) -> f64 {
    let now = || {
        let now = nix::time::clock_gettime(nix::time::ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap();
        std::time::Duration::from(now).as_secs_f64() * 1e3
    };
    let start = now();
    run();
    now() - start
}

/// Milliseconds of processor time that the program takes: it has one thread, and until somebody waits for it, the system remembers.
fn process(bundle: &Path, trust: &Path) -> f64 {
    let program = std::env::current_exe().unwrap().with_file_name("../klero-verify");
    let mut child = Command::new(&program)
        .args([bundle.as_os_str(), "--trust".as_ref(), trust.as_os_str(), "--json".as_ref()])
        .stdout(Stdio::null())
        .spawn()
        .expect("build it first: cargo build --release -p klero-verifier --bins");
    let of = |file: &str| PathBuf::from(format!("/proc/{}/{file}", child.id()));
    let ended = || std::fs::read_to_string(of("stat")).unwrap().rsplit(')').next().unwrap().starts_with(" Z");
    while !ended() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let spent = spent(&of("schedstat"));
    assert!(child.wait().unwrap().success());
    spent
}

fn spent(schedstat: &Path) -> f64 {
    let text = std::fs::read_to_string(schedstat).expect("processor time is read from Linux's /proc");
    text.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e6
}
