//! Writes to a log and says what was acknowledged, or compares a log with what was said. Shared by the power-cut script's
//! program (`examples/power_cut_writer.rs`) and the test that kills its writer (`tests/crash.rs`).

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use klero_tlog::note::KeyName;
use klero_tlog::{Hash, SecretKey, SignerKey, VerifiedCheckpoint, leaf_hash};
use kleroterion::files::RealFiles;
use kleroterion::guard::Guard;
use kleroterion::log_check::{Site, fsck, repair_from_tiles, repair_tiles};
use kleroterion::sequencer::opening::LogSetup;
use kleroterion::sequencer::{Admit, Appended, Place, Sequencer};
use kleroterion::store::{SledStore, Store};

const CLIENTS: u64 = 8;

/// Entries are `seq prev payload`, so that one that was altered, moved or swapped is refused when it is read.
pub(crate) struct Lines;

fn check_line(place: Place, entry: &[u8]) -> Result<(), String> {
    let prefix = format!("{} {} ", place.seq, place.prev);
    if entry.starts_with(prefix.as_bytes()) { Ok(()) } else { Err(format!("it does not begin with {prefix}")) }
}

impl Admit for Lines {
    type Draft = u64;
    type Refusal = String;

    fn replay(&mut self, place: Place, entry: &[u8]) -> Result<(), String> {
        check_line(place, entry)
    }
    fn admit(&mut self, place: Place, draft: u64) -> Result<Vec<u8>, String> {
        let filler = "x".repeat(usize::try_from(draft * 37 % 1200).unwrap_or(0));
        Ok(format!("{} {} {draft} {filler}\n", place.seq, place.prev).into_bytes())
    }
}

pub(crate) fn setup(dir: &Path) -> Result<LogSetup, String> {
    let name = KeyName::new("crash.example/log").map_err(|error| error.to_string())?;
    Ok(LogSetup::new(dir, SignerKey::new(name, SecretKey::from_seed(&[9; 32]))))
}

/// Appends for ever from several threads; prints `seq leaf size root` for each acknowledgement, in one write each. Ends
/// when the process is killed, or nobody reads any more.
pub(crate) fn write(dir: &Path) -> Result<(), String> {
    let log = Sequencer::open(setup(dir)?, Lines).map_err(|error| error.to_string())?;
    println!("open {}", log.reader().head().size);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let appender = log.appender();
                scope.spawn(move || {
                    for number in (client..).step_by(8) {
                        let done = appender.append_blocking(number).map_err(|error| error.to_string())?;
                        let Appended { seq, leaf, checkpoint } = done;
                        let line = format!("{seq} {leaf} {} {}\n", checkpoint.head.size, checkpoint.head.root);
                        std::io::stdout().lock().write_all(line.as_bytes()).map_err(|error| error.to_string())?;
                    }
                    Ok(())
                })
            })
            .collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a client panicked".to_owned())?)
    })
}

/// Opens, says so, and appends so many entries, one after the other. Waits for a line before each, so that somebody may interfere; after the last line it
/// waits no more.
pub(crate) fn write_steps(dir: &Path, count: u64) -> Result<(), String> {
    let log = Sequencer::open(setup(dir)?, Lines).map_err(|error| error.to_string())?;
    println!("open {}", log.reader().head().size);
    for number in 0..count {
        std::io::stdin().lock().read_line(&mut String::new()).map_err(|error| error.to_string())?;
        let Appended { seq, leaf, checkpoint } =
            log.appender().append_blocking(number).map_err(|error| error.to_string())?;
        println!("{seq} {leaf} {} {}", checkpoint.head.size, checkpoint.head.root);
    }
    Ok(())
}

/// As [`compare`]; a log that is not opened is repaired first, if it can be. Says which it was.
pub(crate) fn mend(dir: &Path, said: &Acknowledged) -> Result<String, String> {
    let refused = match Sequencer::open(setup(dir)?, Lines) {
        Ok(log) => {
            drop(log);
            return compare(dir, said).map(|text| format!("opened: {text}"));
        }
        Err(error) => error.to_string(),
    };
    let site = Site::from(&setup(dir)?);
    if repair_from_tiles(&site, &mut check_line).is_err() && repair_tiles(&site, &mut check_line).is_err() {
        return Ok(format!("refused: {refused}"));
    }
    compare(dir, said).map(|text| format!("repaired: {text}; it was refused: {refused}"))
}

/// Commits entries for ever to a store alone, so that no other file's sync comes to its help. They are long, so that the
/// database file grows every few hundred entries: a file's new length is what is lost without a sync.
pub(crate) fn write_store(folder: &Path) -> Result<(), String> {
    let store = SledStore::open(folder, Arc::new(RealFiles)).map_err(|error| error.to_string())?;
    println!("open {}", store.size());
    loop {
        let seq = store.size();
        let mut entry = Lines.admit(Place { seq, prev: Hash::ZERO }, seq)?;
        entry.resize(12_000, b'x');
        let leaf = leaf_hash(&entry);
        store.commit_durably(seq, &[entry]).map_err(|error| error.to_string())?;
        let line = format!("{seq} {leaf} 0 {}\n", Hash::ZERO);
        std::io::stdout().lock().write_all(line.as_bytes()).map_err(|error| error.to_string())?;
    }
}

/// The store alone holds everything that was acknowledged, and no gap.
pub(crate) fn compare_store(folder: &Path, said: &Acknowledged) -> Result<String, String> {
    let store = SledStore::open(folder, Arc::new(RealFiles)).map_err(|error| error.to_string())?;
    let mut found = BTreeMap::new();
    let scanned = store.scan(0, &mut |seq, entry| {
        found.insert(seq, leaf_hash(entry));
        ControlFlow::Continue(())
    });
    scanned.map_err(|error| error.to_string())?;
    for (seq, leaf) in &said.leaves {
        if found.get(seq) != Some(leaf) {
            return Err(format!("entry {seq} was acknowledged, but the store has {:?}", found.get(seq)));
        }
    }
    Ok(format!("{} acknowledged, {} in the store", said.leaves.len(), found.len()))
}

/// What a writer said. A last line without its end counts for nothing.
pub(crate) struct Acknowledged {
    pub(crate) leaves: BTreeMap<u64, Hash>,
    pub(crate) roots: BTreeMap<u64, Hash>,
}

pub(crate) fn read_acknowledged(said: impl BufRead) -> Result<Acknowledged, String> {
    let mut found = Acknowledged { leaves: BTreeMap::new(), roots: BTreeMap::new() };
    for line in said.split(b'\n') {
        let line = String::from_utf8(line.map_err(|error| error.to_string())?).map_err(|error| error.to_string())?;
        let words: Vec<&str> = line.split(' ').collect();
        let [seq, leaf, size, root] = words.as_slice() else { continue };
        let (Ok(seq), Ok(leaf), Ok(size), Ok(root)) =
            (seq.parse(), Hash::from_hex(leaf), size.parse(), Hash::from_hex(root))
        else {
            continue;
        };
        found.leaves.insert(seq, leaf);
        if *found.roots.entry(size).or_insert(root) != root {
            return Err(format!("two roots of size {size} were acknowledged"));
        }
    }
    Ok(found)
}

/// The log holds everything that was acknowledged, under the roots that were signed, agrees with its guard as it was left,
/// opens through the normal path, and takes another entry.
pub(crate) fn compare(dir: &Path, said: &Acknowledged) -> Result<String, String> {
    let setup = setup(dir)?;
    let site = Site::from(&setup);
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let guard = Guard::read(site.files.as_ref(), &site.folder.guard(), &site.keys).map_err(|e| text(&e))?;
    let most = said.roots.last_key_value().map_or(0, |(size, _)| *size);
    if guard.head().size < most {
        return Err(format!("the guard has {} entries, but {most} were acknowledged", guard.head().size));
    }
    if let Ok(bytes) = std::fs::read(site.folder.public().join("checkpoint")) {
        let published = VerifiedCheckpoint::open(&bytes, &site.keys).map_err(|e| text(&e))?.head();
        if published.size > guard.head().size {
            return Err(format!("{} entries were published, but the guard has {}", published.size, guard.head().size));
        }
    }
    let log = Sequencer::open(setup, Lines).map_err(|error| format!("{error}; {}", error.advice()))?;
    let reader = log.reader();
    let mut roots = said.roots.clone();
    roots.insert(guard.head().size, guard.head().root);
    for (size, root) in &roots {
        let found = reader.root_at(*size).map_err(|e| text(&e))?;
        if found != *root {
            return Err(format!("the root of size {size} is {found}, {root} was signed"));
        }
    }
    for (seq, leaf) in &said.leaves {
        let found = leaf_hash(&reader.entry(*seq).map_err(|e| text(&e))?);
        if found != *leaf {
            return Err(format!("entry {seq} hashes to {found}, {leaf} was acknowledged"));
        }
    }
    log.appender().append_blocking(0).map_err(|e| text(&e))?;
    drop((reader, log));
    let report = fsck(&site, &mut check_line).map_err(|e| text(&e))?;
    if !report.is_sound() {
        return Err(format!("the log is not sound:\n{report}"));
    }
    Ok(format!("{} acknowledged, guard at {}", said.leaves.len(), guard.head().size))
}
