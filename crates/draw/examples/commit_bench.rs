//! Measures what committing a pool costs beside a plain loop over the same CSV with the same hashes.
//!
//! `cargo run --release -p klero-draw --example commit_bench -- 10000000`
//!
//! Both read the same bytes, made in chunks outside the measured time: id, name, birth year, municipality; municipality is public.
//! Both are single-threaded. Times are processor time where the system tells it (`/proc/self/schedstat`), else elapsed time. The
//! plain loop hashes the cells as they come: no JSON, no bounds, no sorting, no search for repeated ids.

use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use klero_draw::commitment::PoolBuilder;
use klero_draw::hash::tagged;
use klero_draw::pool::{Columns, PoolKey, Row};
use klero_tlog::{Frontier, Hash, leaf_hash};
use sha2::Sha256;

const CHUNK_ROWS: u64 = 100_000;
const KEY: [u8; 32] = [7; 32];
const GIVEN: [&str; 8] = ["Anna", "Paul", "Céline", "Jürgen", "Hildegard", "Luc", "Karl-Heinz", "Irène"];
const FAMILY: [&str; 8] =
    ["Schmitz", "Radermacher", "Lambertz", "Müller", "Klinkenberg", "Pauels", "Thomé", "Zimmermann"];
const MUNICIPALITIES: [&str; 9] =
    ["Amel", "Büllingen", "Burg-Reuland", "Bütgenbach", "Eupen", "Kelmis", "Lontzen", "Raeren", "Sankt Vith"];

fn main() {
    let rows: u64 = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let plain = plain_loop(rows);
    let commit = commitment(rows);
    println!("rows {rows}");
    println!("plain loop  {:8.3} s  {:6.0} ns a row", plain.as_secs_f64(), per_row(plain, rows));
    println!("commitment  {:8.3} s  {:6.0} ns a row", commit.as_secs_f64(), per_row(commit, rows));
    println!("ratio       {:8.3}", commit.as_secs_f64() / plain.as_secs_f64());
    if let Some(peak) = peak_memory_kib() {
        println!("peak memory {peak} KiB");
    }
}

fn per_row(time: Duration, rows: u64) -> f64 {
    time.as_secs_f64() * 1e9 / f64::from(u32::try_from(rows).unwrap_or(u32::MAX))
}

/// Rows `from..to` as CSV without a header, over the last chunk's bytes.
fn chunk(csv: &mut Vec<u8>, from: u64, to: u64) {
    use std::io::Write as _;
    csv.clear();
    for i in from..to {
        let pick = |list: &[&'static str], salt: u64| {
            let n = i.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23).wrapping_add(salt) >> 7;
            list[usize::try_from(n).expect("64-bit") % list.len()]
        };
        let year = 1930 + (i * 7919) % 80;
        writeln!(csv, "BE{i:09},{} {},{year},{}", pick(&GIVEN, i), pick(&FAMILY, i / 3), pick(&MUNICIPALITIES, i / 5))
            .expect("a Vec takes all");
    }
}

/// Runs `each` over all chunks and adds up the time it takes.
fn over_chunks(rows: u64, mut each: impl FnMut(&[u8], u64)) -> Duration {
    let (mut csv, mut from, mut time) = (Vec::new(), 0, Duration::ZERO);
    while from < rows {
        let to = rows.min(from + CHUNK_ROWS);
        chunk(&mut csv, from, to);
        let start = Clock::start();
        each(&csv, from);
        time += start.elapsed();
        from = to;
    }
    time
}

fn reader(csv: &[u8]) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().has_headers(false).from_reader(csv)
}

fn plain_loop(rows: u64) -> Duration {
    let keyed = Hmac::<Sha256>::new_from_slice(&KEY).expect("any length");
    let mut frontier = Frontier::new();
    let mut record = csv::ByteRecord::new();
    let mut preimage = Vec::new();
    let time = over_chunks(rows, |csv, _| {
        let mut reader = reader(csv);
        while reader.read_byte_record(&mut record).expect("well-formed") {
            let mut mac = keyed.clone();
            mac.update(b"salt");
            mac.update(&record[0]);
            let salt = mac.finalize().into_bytes();
            let private = tagged("person", &[&salt, &record[0], &record[1], &record[2]]);
            preimage.clear();
            preimage.extend_from_slice(&private);
            preimage.extend_from_slice(&record[3]);
            frontier.append(leaf_hash(&preimage));
        }
    });
    let start = Clock::start();
    let root: Hash = frontier.root();
    println!("plain loop's root {root}");
    time + start.elapsed()
}

fn commitment(rows: u64) -> Duration {
    let text = |s: &str| s.to_owned();
    let columns = Columns::new(vec![], text("id"), vec![text("name"), text("birth_year")], vec![text("municipality")])
        .expect("fits");
    let mut builder = PoolBuilder::new(&PoolKey::from_bytes(KEY), &columns);
    let mut record = csv::ByteRecord::new();
    let time = over_chunks(rows, |csv, from| {
        let mut reader = reader(csv);
        let mut handle = from;
        while reader.read_byte_record(&mut record).expect("well-formed") {
            let cell = |n: usize| str::from_utf8(&record[n]).expect("UTF-8");
            // Private columns ascend by code point: birth_year, name.
            let row = Row { id: cell(0), private: &[cell(2), cell(1)], household: &[], public: &[cell(3)] };
            builder.push(&row, handle).expect("a good row");
            handle += 1;
        }
    });
    let start = Clock::start();
    let commitment = builder.finish().expect("distinct ids");
    let finish = start.elapsed();
    println!(
        "committed root    {} of {} ({:.3} s to sort and hash the tree)",
        commitment.root(),
        commitment.size(),
        finish.as_secs_f64()
    );
    time + finish
}

/// Processor time of this process, or elapsed time.
enum Clock {
    Processor(Duration),
    Elapsed(Instant),
}

impl Clock {
    fn start() -> Self {
        processor_time().map_or_else(|| Self::Elapsed(Instant::now()), Self::Processor)
    }

    fn elapsed(&self) -> Duration {
        match self {
            Self::Processor(start) => processor_time().unwrap_or_default().saturating_sub(*start),
            Self::Elapsed(start) => start.elapsed(),
        }
    }
}

fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// The most memory this process ever held, where the system tells.
fn peak_memory_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}
