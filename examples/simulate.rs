//! Lives through simulated worlds (`tests/simulation/`), on every processor: `simulate [--worlds N] [--from SEED] [--ignore files|folders|opening]`,
//! or through one, telling its last operations: `simulate --seed N`.

#[path = "../tests/simulation/worlds/mod.rs"]
mod worlds;

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use worlds::{Ignored, Options, Summary, live};

const USAGE: &str = "usage: simulate [--worlds N] [--from SEED] [--seed SEED] [--ignore files|folders|opening]";

fn number(word: Option<String>) -> Result<u64, String> {
    word.and_then(|word| word.parse().ok()).ok_or_else(|| USAGE.to_owned())
}

fn run() -> Result<(), String> {
    let (mut from, mut count, mut options) = (0, 10_000, Options::default());
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--worlds" => count = number(words.next())?,
            "--from" => from = number(words.next())?,
            "--seed" => (from, count, options.trace) = (number(words.next())?, 1, true),
            "--ignore" => {
                options.ignored = match words.next().as_deref() {
                    Some("files") => Ignored::Files,
                    Some("folders") => Ignored::Folders,
                    Some("opening") => Ignored::OnOpening,
                    _ => return Err(USAGE.to_owned()),
                }
            }
            _ => return Err(USAGE.to_owned()),
        }
    }
    let started = Instant::now();
    let (next, sum, failed) = (AtomicU64::new(from), Mutex::new(Summary::default()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, |threads| threads.get()) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= from + count {
                        return;
                    }
                    match live(seed, &options) {
                        Ok(one) => sum.lock().unwrap_or_else(|e| e.into_inner()).add(&one),
                        Err(words) => failed.lock().unwrap_or_else(|e| e.into_inner()).push(words),
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap_or_default();
    println!("{count} worlds in {:.1} s: {:?}", started.elapsed().as_secs_f64(), sum.into_inner().unwrap_or_default());
    failed.iter().take(10).for_each(|words| println!("{words}"));
    if failed.is_empty() {
        return Ok(());
    }
    let again = "live through one again, with its operations: simulate --seed N";
    Err(format!("{} of {count} worlds failed; {again}", failed.len()))
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => {
            eprintln!("{words}");
            ExitCode::FAILURE
        }
    }
}
