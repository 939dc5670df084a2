//! Files, folders and the web for the verifier, which itself does no input or output. Decides nothing: whatever is read here is checked
//! there. A log on the web is read without following redirects, each file within its bound.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use klero_draw::hash::ArtifactHash;
use klero_verifier::artifacts::ArtifactSource;
use klero_verifier::bundle::{BUNDLE_LIMIT, BundleError};
use klero_verifier::cli::{self, ARTIFACT_LIMIT, FileProblem, Io};
use klero_verifier::tokens::Signatures;
use klero_verifier::whole_log::LogFiles;

use crate::drand::Client;
use crate::failure::Failure;
use crate::timestamp::cms::Pinned;

/// A file of a log on the web must arrive within this time.
const WEB_TIMEOUT: Duration = Duration::from_secs(30);

/// Runs the verifier's command line.
pub fn run(args: impl IntoIterator<Item = OsString>, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    cli::run(args, &World, out, err)
}

struct World;

impl Io for World {
    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, FileProblem> {
        let problem = |e: std::io::Error| match e.kind() {
            std::io::ErrorKind::NotFound => FileProblem::NotFound,
            _ => FileProblem::Other(e.to_string()),
        };
        let file = std::fs::File::open(path).map_err(problem)?;
        let found = file.metadata().map_err(problem)?.len();
        if found > limit {
            return Err(FileProblem::TooLong { found, limit });
        }
        let mut bytes = Vec::with_capacity(usize::try_from(found).unwrap_or(0));
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(problem)?;
        let found = bytes.len() as u64;
        if found > limit { Err(FileProblem::TooLong { found, limit }) } else { Ok(bytes) }
    }

    fn signatures(&self) -> Option<&dyn Signatures> {
        Some(&Pinned)
    }

    fn log(&self, place: &str) -> Result<Box<dyn LogFiles + '_>, String> {
        log_files(place)
    }
}

/// A bundle's text. One that is longer than the verifier reads is refused before it is read.
pub fn bundle_text(path: &Path) -> Result<String, Failure> {
    let failed = |why: &dyn std::fmt::Display| {
        Failure::usage(format!("cannot read the bundle {}: {why}", path.display()))
            .advise("give the proof bundle of the draw, as its page or klero draw bundle wrote it; nothing was changed")
    };
    match World.read(path, BUNDLE_LIMIT) {
        Ok(bytes) => String::from_utf8(bytes).map_err(|_| failed(&BundleError::NotText)),
        Err(FileProblem::TooLong { found, .. }) => Err(failed(&BundleError::TooLong { found })),
        Err(problem) => Err(failed(&problem)),
    }
}

/// Artifacts that are too large for a bundle: files named by their hashes in a folder, if there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactFolder(Option<PathBuf>);

impl ArtifactFolder {
    /// Those in `folder`.
    #[must_use]
    pub fn new(folder: Option<&Path>) -> Self {
        Self(folder.map(Path::to_owned))
    }

    /// Those that the service in `dir` has published.
    #[must_use]
    pub fn of_service(dir: &Path) -> Self {
        Self(Some(dir.join("public").join("artifact")))
    }
}

impl ArtifactSource for ArtifactFolder {
    fn artifact(&self, name: &ArtifactHash) -> Result<Option<String>, String> {
        let Some(folder) = &self.0 else { return Ok(None) };
        match World.read(&folder.join(name.to_string()), ARTIFACT_LIMIT) {
            // It is read by its hash: a file that was changed is not the artifact.
            Ok(bytes) if ArtifactHash::of(&bytes) != *name => {
                Err("it is not the artifact that its name says".to_owned())
            }
            Ok(bytes) => String::from_utf8(bytes).map(Some).map_err(|_| "it is not UTF-8 text".to_owned()),
            Err(FileProblem::NotFound) => Ok(None),
            Err(problem) => Err(problem.to_string()),
        }
    }
}

/// The public files of a log, in a folder or on the web.
pub fn log_files(place: &str) -> Result<Box<dyn LogFiles>, String> {
    if place.starts_with("http://") || place.starts_with("https://") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
        let client = Client::new(WEB_TIMEOUT).map_err(|e| e.to_string())?;
        return Ok(Box::new(Web { base: place.trim_end_matches('/').to_owned(), client, runtime }));
    }
    // A service's folder has the log's public files below it; a mirror is the public folder itself.
    let folder = PathBuf::from(place);
    let public = folder.join("public");
    Ok(Box::new(Folder(if public.join("checkpoint").exists() { public } else { folder })))
}

struct Folder(PathBuf);

impl LogFiles for Folder {
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, String> {
        World.read(&self.0.join(path), limit).map_err(|problem| problem.to_string())
    }
}

struct Web {
    base: String,
    client: Client,
    runtime: tokio::runtime::Runtime,
}

impl LogFiles for Web {
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, String> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let url = format!("{}/{path}", self.base);
        self.runtime.block_on(self.client.get_file(&url, limit)).map(|bytes| bytes.to_vec()).map_err(|e| e.to_string())
    }
}
