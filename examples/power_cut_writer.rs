//! The program of `tests/power_cut/run.sh`: `init DIR`, `write DIR`, `compare DIR ACKNOWLEDGED`, and the same with `-store`
//! for a database alone; and of `tests/strace/run.sh`: `steps DIR COUNT`, `mend DIR ACKNOWLEDGED`.

#[path = "../tests/power_cut/writer.rs"]
mod writer;

use std::io::BufReader;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use kleroterion::files::RealFiles;
use kleroterion::store::SledStore;

fn run(words: &[String]) -> Result<String, String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["init", dir] => kleroterion::sequencer::opening::initialise(&writer::setup(Path::new(dir))?)
            .map(|()| "made".to_owned())
            .map_err(|error| error.to_string()),
        ["init-store", dir] => SledStore::create(Path::new(dir), Arc::new(RealFiles))
            .map(|_| "made".to_owned())
            .map_err(|error| error.to_string()),
        ["write-store", dir] => writer::write_store(Path::new(dir)).map(|()| "ended".to_owned()),
        ["compare-store", dir, said] => {
            let said = std::fs::File::open(said).map_err(|error| error.to_string())?;
            writer::compare_store(Path::new(dir), &writer::read_acknowledged(BufReader::new(said))?)
        }
        ["steps", dir, count] => {
            let count = count.parse().map_err(|_| "COUNT is a number".to_owned())?;
            writer::write_steps(Path::new(dir), count).map(|()| "ended".to_owned())
        }
        ["mend", dir, said] => {
            let said = std::fs::File::open(said).map_err(|error| error.to_string())?;
            writer::mend(Path::new(dir), &writer::read_acknowledged(BufReader::new(said))?)
        }
        ["write", dir] => writer::write(Path::new(dir)).map(|()| "ended".to_owned()),
        ["compare", dir, said] => {
            let said = std::fs::File::open(said).map_err(|error| error.to_string())?;
            writer::compare(Path::new(dir), &writer::read_acknowledged(BufReader::new(said))?)
        }
        _ => Err("usage: power_cut_writer init DIR | write DIR | compare DIR ACKNOWLEDGED (or each with -store) \
                 | steps DIR COUNT | mend DIR ACKNOWLEDGED"
            .to_owned()),
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(text) => {
            eprintln!("{text}");
            ExitCode::FAILURE
        }
    }
}
