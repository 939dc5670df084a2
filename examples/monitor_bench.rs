//! Measures a monitor on the folder of a log: `monitor_bench LOG TRUST OWN`. One look at the whole log, then one at nothing new; time and peak memory
//! of each, the second in a process of its own.

#![expect(clippy::unwrap_used, reason = "a program for measurements: it may end with a panic")]

use std::path::Path;
use std::time::Instant;

use klero_verifier::trust::Trust;
use kleroterion::monitor::{Monitor, Setup};
use kleroterion::place::Place;

/// Peak of resident memory, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(0)
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let [_, log, trust, own, rest @ ..] = args.as_slice() else {
        eprintln!("usage: monitor_bench LOG TRUST OWN");
        std::process::exit(2);
    };
    let text = std::fs::read_to_string(trust).unwrap();
    let setup = Setup { trust: Some(Trust::parse(&text).unwrap()), grace_secs: 600 };
    let started = Instant::now();
    let mut monitor = Monitor::open(Path::new(own), setup).unwrap();
    let opened = started.elapsed();
    let told = monitor.pass(&Place::open(log).unwrap(), 4_000_000_000).unwrap();
    println!(
        "{} entries, {} new, {} draws drawn again, {} findings{}: opened in {:.2} s, looked in {:.2} s, peak {} KiB",
        told.size,
        told.new_entries,
        told.redrawn,
        monitor.findings().all().len(),
        told.problem.as_deref().map(|problem| format!(", could not: {problem}")).unwrap_or_default(),
        opened.as_secs_f64(),
        (started.elapsed() - opened).as_secs_f64(),
        peak()
    );
    drop(monitor);
    if rest.is_empty() {
        let again =
            std::process::Command::new(std::env::current_exe().unwrap()).args([log, trust, own, "again"]).status();
        assert!(again.unwrap().success());
    }
}
