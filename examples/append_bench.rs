//! How fast the log takes durable entries: clients that each wait for their acknowledgement before they send the next.
//!
//! ```text
//! cargo run --release --example append_bench -- [--dir DIR] [--clients 256] [--window 20000] [--large 1000000]
//! ```
//!
//! Entries are signed notes of some 600 bytes, built and signed with Ed25519 where the service does it: in the writing
//! thread. Prints appends per second and latencies for a window that begins at 10,000 entries and for one that begins at
//! `--large`, and the ratio of the costs of one append. The folder must lie on the disk that is to be measured.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use klero_tlog::note::KeyName;
use klero_tlog::{Note, SecretKey, SignerKey};
use kleroterion::sequencer::opening::{LogSetup, initialise};
use kleroterion::sequencer::{Admit, Appender, Place, Sequencer};

const SMALL: u64 = 10_000;

struct Steps(SignerKey);

impl Admit for Steps {
    type Draft = u64;
    type Refusal = String;

    fn replay(&mut self, _place: Place, _entry: &[u8]) -> Result<(), String> {
        Ok(())
    }
    fn admit(&mut self, place: Place, draft: u64) -> Result<Vec<u8>, String> {
        let filler = "0123456789abcdef".repeat(16);
        let text = format!(
            "kleroterion/v1/step\n{{\"kind\":\"bench\",\"note\":\"{filler}{draft:032}\",\"prev\":\"{}\",\"seq\":{},\"time\":1}}\n",
            place.prev, place.seq
        );
        Note::sign(&text, &[&self.0]).map(|note| note.to_bytes()).map_err(|error| error.to_string())
    }
}

#[derive(Clone)]
struct Arguments {
    dir: PathBuf,
    clients: u64,
    window: u64,
    large: u64,
}

fn arguments() -> Result<Arguments, String> {
    let mut found =
        Arguments { dir: PathBuf::from("append_bench.log"), clients: 256, window: 20_000, large: 1_000_000 };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or(format!("{word} needs a value"))?;
        let number = || value.parse().map_err(|_| format!("{value} is not a number"));
        match word.as_str() {
            "--dir" => found.dir = PathBuf::from(&value),
            "--clients" => found.clients = number()?,
            "--window" => found.window = number()?,
            "--large" => found.large = number()?,
            _ => return Err(format!("unknown option {word}")),
        }
    }
    Ok(found)
}

/// Appends until `count` are acknowledged; returns each one's latency, and the time for all.
async fn append(appender: &Appender<Steps>, clients: u64, count: u64) -> Result<(Vec<Duration>, Duration), String> {
    let next = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..clients {
        let (appender, next) = (appender.clone(), Arc::clone(&next));
        tasks.push(tokio::spawn(async move {
            let mut latencies = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return Ok(latencies);
                }
                let sent = Instant::now();
                appender.append(number).await.map_err(|error| error.to_string())?;
                latencies.push(sent.elapsed());
            }
        }));
    }
    let mut all = Vec::new();
    for task in tasks {
        let latencies: Result<Vec<Duration>, String> = task.await.map_err(|error| error.to_string())?;
        all.extend(latencies?);
    }
    all.sort_unstable();
    Ok((all, begun.elapsed()))
}

/// CPU time of this process so far, user and system, in microseconds; 0 where /proc does not tell. One tick is 10 ms.
fn cpu_micros() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = |field: usize| after_name.split_whitespace().nth(field).and_then(|text| text.parse::<f64>().ok());
    (ticks(11).unwrap_or(0.0) + ticks(12).unwrap_or(0.0)) * 1e4
}

/// Prints one window and returns microseconds per append: of time, and of CPU time.
fn report(size: u64, latencies: &[Duration], took: Duration, cpu_before: f64) -> (f64, f64) {
    let at = |percent: usize| latencies.get(latencies.len() * percent / 100).copied().unwrap_or_default();
    let each = took.as_secs_f64() * 1e6 / latencies.len() as f64;
    let cpu = (cpu_micros() - cpu_before) / latencies.len() as f64;
    println!(
        "at {size:>8} entries: {:>7.0} appends/s, {each:>6.1} us each, {cpu:.1} us of CPU; acknowledged after p50 {:.1} ms, p99 {:.1} ms, at most {:.1} ms",
        1e6 / each,
        at(50).as_secs_f64() * 1e3,
        at(99).as_secs_f64() * 1e3,
        latencies.last().copied().unwrap_or_default().as_secs_f64() * 1e3,
    );
    (each, cpu)
}

#[tokio::main]
async fn main() -> Result<(), String> {
    let Arguments { dir, clients, window, large } = arguments()?;
    let key = |name: &str, seed| KeyName::new(name).map(|name| SignerKey::new(name, SecretKey::from_seed(&[seed; 32])));
    let log_key = key("bench.example/log", 1).map_err(|error| error.to_string())?;
    let service_key = key("bench.example/service", 2).map_err(|error| error.to_string())?;
    let setup = LogSetup::new(&dir, log_key);
    initialise(&setup).map_err(|error| format!("{error}\n→ {}", error.advice()))?;
    let log = Sequencer::open(setup.clone(), Steps(service_key.clone())).map_err(|error| error.to_string())?;
    let appender = log.appender();
    append(&appender, clients, SMALL).await?;
    let cpu_before = cpu_micros();
    let (latencies, took) = append(&appender, clients, window).await?;
    let small = report(SMALL, &latencies, took, cpu_before);
    append(&appender, clients.max(1000), large.saturating_sub(log.reader().head().size)).await?;
    let cpu_before = cpu_micros();
    let (latencies, took) = append(&appender, clients, window).await?;
    let big = report(large, &latencies, took, cpu_before);
    println!(
        "cost of an append at {large} entries, compared with {SMALL}: {:.2} times the time, {:.2} times the CPU time",
        big.0 / small.0,
        big.1 / small.1
    );
    let size = log.reader().head().size;
    drop(log);
    let begun = Instant::now();
    let log = Sequencer::open(setup, Steps(service_key)).map_err(|error| error.to_string())?;
    println!(
        "opened, all {} entries read and checked, in {:.1} s",
        log.reader().head().size,
        begun.elapsed().as_secs_f64()
    );
    if log.reader().head().size != size {
        return Err("the log came back with another size".to_owned());
    }
    Ok(())
}
