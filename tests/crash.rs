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
use std::process::{Command, ExitCode, Stdio};

use kleroterion::sequencer::Sequencer;
use kleroterion::sequencer::opening::{OpenError, initialise};

/// How many acknowledgements to wait for before each kill: none, few, and past the ends of bundles.
const KILL_AFTER: [usize; 10] = [0, 1, 2, 3, 7, 50, 255, 256, 300, 1000];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().collect();
    let result = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [_, "write", dir] => writer::write(Path::new(dir)),
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
    let home = tempfile::tempdir().map_err(|error| error.to_string())?;
    let dir = home.path().join("log");
    initialise(&writer::setup(&dir)?).map_err(|error| error.to_string())?;
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

/// Everything that the writer said until it was killed.
fn write_and_kill(dir: &Path, after: usize) -> Result<Vec<u8>, String> {
    let text = |error: std::io::Error| error.to_string();
    let program = std::env::current_exe().map_err(text)?;
    let mut child = Command::new(program).arg("write").arg(dir).stdout(Stdio::piped()).spawn().map_err(text)?;
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
