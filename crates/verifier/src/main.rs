//! `klero-verify`: verifies proof bundles from files. It has no network code, and trusts nobody but the verifier's own trust file.

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use klero_verifier::cli::{FileProblem, Io, run};
use klero_verifier::whole_log::LogFiles;

/// The file system.
struct Disk;

impl Io for Disk {
    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, FileProblem> {
        let file = std::fs::File::open(path).map_err(problem)?;
        let found = file.metadata().map_err(problem)?.len();
        if found > limit {
            return Err(FileProblem::TooLong { found, limit });
        }
        // Pipes and growing files have no honest size: one byte more than allowed tells.
        let mut bytes = Vec::with_capacity(usize::try_from(found).unwrap_or(0));
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(problem)?;
        match u64::try_from(bytes.len()) {
            Ok(found) if found <= limit => Ok(bytes),
            found => Err(FileProblem::TooLong { found: found.unwrap_or(u64::MAX), limit }),
        }
    }

    fn log(&self, place: &str) -> Result<Box<dyn LogFiles + '_>, String> {
        if place.contains("://") {
            return Err("klero-verify reads no network; 'klero verify' does, or copy the folder".to_owned());
        }
        // A service's folder has the log's public files below it; a mirror is the public folder itself.
        let folder = PathBuf::from(place);
        let public = folder.join("public");
        Ok(Box::new(Folder(if public.join("checkpoint").exists() { public } else { folder })))
    }
}

/// The public folder of a log.
struct Folder(PathBuf);

impl LogFiles for Folder {
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, String> {
        Disk.read(&self.0.join(path), limit).map_err(|problem| problem.to_string())
    }
}

fn problem(error: std::io::Error) -> FileProblem {
    match error.kind() {
        ErrorKind::NotFound => FileProblem::NotFound,
        _ => FileProblem::Other(error.to_string()),
    }
}

fn main() -> ExitCode {
    let args = std::env::args_os().skip(1);
    ExitCode::from(run(args, &Disk, &mut std::io::stdout().lock(), &mut std::io::stderr().lock()))
}
