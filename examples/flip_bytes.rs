//! Flips every used byte of a small log's database, one at a time, and opens the log: `flip_bytes [ENTRIES]`, default 12.
//!
//! For each file of the database and each byte up to the last that is not zero, once one of its bits and once all of them. Whatever comes of it: the log opens
//! with every entry and every root as they were, or it is refused and then repaired from its tiles to just that. Anything else ends the program with 1.

#[expect(dead_code, reason = "the writers are for other programs")]
#[path = "../tests/power_cut/writer.rs"]
mod writer;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::num::NonZero;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use klero_tlog::{Hash, leaf_hash};
use kleroterion::log_check::{Site, repair_from_tiles};
use kleroterion::sequencer::opening::{OpenError, initialise};
use kleroterion::sequencer::{Place, Sequencer};

/// A file of the database: its bytes up to the last that is not zero, and its length.
struct Original {
    used: Vec<u8>,
    length: u64,
}

/// The log as it should be.
struct Log {
    store: BTreeMap<String, Original>,
    leaves: Vec<Hash>,
    root: Hash,
}

/// What came of the flips.
#[derive(Default)]
struct Count {
    harmless: u64,
    refused: BTreeMap<String, u64>,
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn read_log(log: &Sequencer<writer::Lines>) -> Result<(Vec<Hash>, Hash), String> {
    let reader = log.reader();
    let head = reader.head();
    let entries = reader.entries(0..head.size).map_err(text)?;
    Ok((entries.iter().map(|entry| leaf_hash(entry)).collect(), head.root))
}

fn original(dir: &Path) -> Result<Log, String> {
    let log = Sequencer::open(writer::setup(dir)?, writer::Lines).map_err(text)?;
    let (leaves, root) = read_log(&log)?;
    drop(log);
    let mut store = BTreeMap::new();
    for item in fs::read_dir(dir.join("store")).map_err(text)? {
        let item = item.map_err(text)?;
        if item.file_type().map_err(text)?.is_file() {
            let mut used = fs::read(item.path()).map_err(text)?;
            let length = used.len() as u64;
            used.truncate(used.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1));
            store.insert(item.file_name().to_string_lossy().into_owned(), Original { used, length });
        }
    }
    Ok(Log { store, leaves, root })
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    fs::create_dir(to).map_err(text)?;
    for item in fs::read_dir(from).map_err(text)? {
        let source = item.map_err(text)?;
        let target = to.join(source.file_name());
        if source.file_type().map_err(text)?.is_dir() {
            copy(&source.path(), &target)?;
        } else {
            fs::copy(source.path(), target).map_err(text)?;
        }
    }
    Ok(())
}

/// Puts the database back as it was, but for one byte.
fn put_back(log: &Log, dir: &Path, flipped: &str, at: usize, mask: u8) -> Result<(), String> {
    let store = dir.join("store");
    fs::remove_dir_all(&store).map_err(text)?;
    fs::create_dir_all(store.join("blobs")).map_err(text)?;
    for (name, Original { used, length }) in &log.store {
        let mut file = File::create(store.join(name)).map_err(text)?;
        if name == flipped {
            let mut used = used.clone();
            used[at] ^= mask;
            file.write_all(&used).map_err(text)?;
        } else {
            file.write_all(used).map_err(text)?;
        }
        file.set_len(*length).map_err(text)?;
    }
    Ok(())
}

/// Which refusal it was, for counting: the names at the beginning of its description.
fn kind(error: &OpenError) -> String {
    let words = format!("{error:?}");
    words.split([' ', '{']).next().unwrap_or_default().replace('(', " ")
}

fn flip(log: &Log, dir: &Path, name: &str, at: usize, mask: u8, count: &Mutex<Count>) -> Result<(), String> {
    put_back(log, dir, name, at, mask)?;
    let same = |opened: &Sequencer<writer::Lines>, how: &str| match read_log(opened) {
        Ok((leaves, root)) if leaves == log.leaves && root == log.root => Ok(()),
        Ok((leaves, _)) => Err(format!("{how} with {} entries that are not those of the log", leaves.len())),
        Err(words) => Err(format!("{how}, and then: {words}")),
    };
    match Sequencer::open(writer::setup(dir)?, writer::Lines) {
        Ok(opened) => {
            count.lock().map_err(text)?.harmless += 1;
            same(&opened, "opened")
        }
        Err(error) => {
            *count.lock().map_err(text)?.refused.entry(kind(&error)).or_default() += 1;
            repair_from_tiles(&Site::from(&writer::setup(dir)?), &mut |_: Place, _: &[u8]| Ok(()))
                .map_err(|second| format!("refused ({error}), and not repaired: {second}"))?;
            let opened = Sequencer::open(writer::setup(dir)?, writer::Lines);
            same(&opened.map_err(|second| format!("repaired, and refused again: {second}"))?, "repaired")?;
            for item in fs::read_dir(dir).map_err(text)? {
                let path = item.map_err(text)?.path();
                if path.to_string_lossy().contains("set-aside") {
                    fs::remove_dir_all(path).map_err(text)?;
                }
            }
            Ok(())
        }
    }
}

fn run() -> Result<(), String> {
    let entries =
        std::env::args().nth(1).map_or(Ok(12), |word| word.parse()).map_err(|_| "usage: flip_bytes [ENTRIES]")?;
    let home = tempfile::tempdir().map_err(text)?;
    let dir = home.path().join("log");
    initialise(&writer::setup(&dir)?).map_err(text)?;
    let log = Sequencer::open(writer::setup(&dir)?, writer::Lines).map_err(text)?;
    for number in 0..entries {
        log.appender().append_blocking(number).map_err(text)?;
    }
    drop(log);
    let log = original(&dir)?;
    // sled says in many words what it finds; it is counted below.
    std::panic::set_hook(Box::new(|_| {}));
    let started = Instant::now();
    let mut total = 0;
    for (name, Original { used, .. }) in &log.store {
        let flips: Vec<(usize, u8)> = (0..used.len()).flat_map(|at| [(at, 1 << (at % 8)), (at, 0xff)]).collect();
        let (next, count) = (AtomicUsize::new(0), Mutex::new(Count::default()));
        let work = |number: usize| -> Result<(), String> {
            let own = home.path().join(format!("copy-{number}"));
            copy(&dir, &own)?;
            while let Some((at, mask)) = flips.get(next.fetch_add(1, Ordering::Relaxed)) {
                flip(&log, &own, name, *at, *mask, &count)
                    .map_err(|words| format!("{name}, byte {at} changed by {mask:#04x}: {words}"))?;
            }
            fs::remove_dir_all(own).map_err(text)
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..std::thread::available_parallelism().map_or(1, NonZero::get))
                .map(|number| {
                    let work = &work;
                    scope.spawn(move || work(number))
                })
                .collect();
            threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a thread panicked".to_owned())?)
        })?;
        let Count { harmless, refused } = count.into_inner().map_err(text)?;
        total += flips.len();
        let bytes = used.len();
        println!(
            "{name}: {bytes} bytes; {harmless} flips harmless, {} refused and repaired: {refused:?}",
            refused.values().sum::<u64>()
        );
    }
    println!("{total} flips in {:.1} s: none believed", started.elapsed().as_secs_f64());
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => {
            eprintln!("FAILED: {words}");
            ExitCode::FAILURE
        }
    }
}
