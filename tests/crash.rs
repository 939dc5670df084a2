//! The writer is killed without warning after some number of acknowledgements, many times over one and the same log. Every
//! entry that was acknowledged must be there when it is opened again.
//!
//! Its own `main`, as it starts itself again as the writer that is killed. (That a *machine* may stop is another matter:
//! `tests/power_cut/run.sh`.)

#[expect(dead_code, reason = "the store alone is for the power-cut script")]
#[path = "power_cut/writer.rs"]
mod writer;

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use kleroterion::sequencer::Sequencer;
use kleroterion::sequencer::opening::{OpenError, initialise};

/// How many acknowledgements to wait for before each kill: none, few, and past the ends of bundles.
const KILL_AFTER: [usize; 10] = [0, 1, 2, 3, 7, 50, 255, 256, 300, 1000];

const USAGE: &str = "usage: crash [kills ROUNDS]";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().collect();
    let result = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [_, "write", dir] => writer::write(Path::new(dir)),
        [_, "kills", rounds] => rounds.parse().map_err(|_| USAGE.to_owned()).and_then(killed_at_any_moment),
        // What test runners ask of a test program.
        [_, .., "--list"] | [_, "--list", ..] => {
            println!("killed_writers_lose_nothing_acknowledged: test");
            Ok(())
        }
        _ => killed_writers_lose_nothing_acknowledged(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("{text}");
            ExitCode::FAILURE
        }
    }
}

fn killed_writers_lose_nothing_acknowledged() -> Result<(), String> {
    let home = new_log()?;
    let dir = home.path().join("log");
    let mut said_before = Vec::new();
    for after in KILL_AFTER {
        let said = write_and_kill(&dir, after)?;
        if said.iter().filter(|byte| **byte == b'\n').count() < after {
            return Err(format!("the writer ended by itself before {after} acknowledgements"));
        }
        said_before.extend(said);
        said_before.push(b'\n');
        // All that was ever acknowledged, not only since the last kill.
        let all = writer::read_acknowledged(said_before.as_slice())?;
        let result = writer::compare(&dir, &all).map_err(|error| format!("killed after {after}: {error}"))?;
        println!("killed after {after}: {result}");
    }
    println!("test killed_writers_lose_nothing_acknowledged ... ok");
    Ok(())
}

/// Kills writers at any moment of their start, their opening of the log, and their writing, ten over one log. What that moment is the machine decides; what
/// must hold does not depend on it.
fn killed_at_any_moment(rounds: u64) -> Result<(), String> {
    let (mut home, mut said_before) = (None, Vec::new());
    let (mut wrote, mut acknowledged) = (0, 0);
    for round in 0..rounds {
        if round % 10 == 0 {
            said_before.clear();
            home = Some(new_log()?);
        }
        let dir = home.as_ref().ok_or("there is no log")?.path().join("log");
        let mut child = start(&dir)?;
        let mut output = child.stdout.take().ok_or("the writer has no output")?;
        // From none to 0.4 s, of another length each time.
        std::thread::sleep(Duration::from_micros(round * 61_681 % 400_000));
        child.kill().map_err(|error| error.to_string())?;
        let mut said = Vec::new();
        output.read_to_end(&mut said).map_err(|error| error.to_string())?;
        child.wait().map_err(|error| error.to_string())?;
        let lines = said.iter().filter(|byte| **byte == b'\n').count().saturating_sub(1);
        wrote += u64::from(lines > 0);
        acknowledged += lines;
        said_before.extend(said);
        said_before.push(b'\n');
        let all = writer::read_acknowledged(said_before.as_slice())?;
        writer::compare(&dir, &all).map_err(|error| format!("round {round}: {error}"))?;
    }
    if wrote == 0 {
        return Err("no writer lived long enough to write".to_owned());
    }
    println!(
        "{rounds} writers killed, {wrote} of them while writing: all {acknowledged} acknowledged entries are there"
    );
    Ok(())
}

fn new_log() -> Result<tempfile::TempDir, String> {
    let home = tempfile::tempdir().map_err(|error| error.to_string())?;
    initialise(&writer::setup(&home.path().join("log"))?).map_err(|error| error.to_string())?;
    Ok(home)
}

fn start(dir: &Path) -> Result<Child, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let started = Command::new(program).arg("write").arg(dir).stdout(Stdio::piped()).spawn();
    started.map_err(|error| error.to_string())
}

/// Everything that the writer said until it was killed.
fn write_and_kill(dir: &Path, after: usize) -> Result<Vec<u8>, String> {
    let text = |error: std::io::Error| error.to_string();
    let mut child = start(dir)?;
    let mut said = Vec::new();
    let mut output = BufReader::new(child.stdout.take().ok_or("the writer has no output")?);
    // One line more: the first says that the log is open.
    for _ in 0..=after {
        output.read_until(b'\n', &mut said).map_err(text)?;
    }
    // As long as it runs, nobody else gets the log.
    match Sequencer::open(writer::setup(dir)?, writer::Lines) {
        Err(OpenError::InUse { .. }) => {}
        Err(other) => return Err(format!("expected that the log is in use, found: {other}")),
        Ok(_) => return Err("two processes have the log open".to_owned()),
    }
    child.kill().map_err(text)?;
    output.read_to_end(&mut said).map_err(text)?;
    child.wait().map_err(text)?;
    Ok(said)
}
