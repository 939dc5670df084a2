//! The command line of `klero-verify`: arguments in, reports out, an exit code back. It touches no file itself: the caller injects that, so
//! that `klero verify` can read logs from the web with the same code.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

use klero_draw::hash::ArtifactHash;

use crate::artifacts::{ArtifactSource, NoArtifacts};
use crate::bundle::{BUNDLE_LIMIT, BundleError};
use crate::fraud::{FraudProof, FraudReport};
use crate::report::{Finding, Report, Verdict};
use crate::sequence::{Known, check_sequence};
use crate::text::render;
use crate::tokens::Signatures;
use crate::trust::{TRUST_LIMIT, Trust};
use crate::verify::{Options, verify};
use crate::whole_log::{LogFiles, WholeLog};

/// Longest artifact beside a bundle, in bytes: the table of ten million people fits.
pub const ARTIFACT_LIMIT: u64 = 4 << 30;

/// Why a file gave no bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileProblem {
    /// It is not there.
    #[error("not found")]
    NotFound,
    /// It is longer than asked for. It was not read.
    #[error("it has {found} bytes, at most {limit} are read")]
    TooLong {
        /// Bytes it has.
        found: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// Anything else, in the operating system's words.
    #[error("{0}")]
    Other(String),
}

/// What the command needs of the world.
pub trait Io {
    /// Reads a file of at most `limit` bytes; its size is looked at before it is read.
    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, FileProblem>;
    /// The public files of a log, in a folder or wherever else the caller can read them.
    fn log(&self, place: &str) -> Result<Box<dyn LogFiles + '_>, String>;
    /// What checks the signatures of outside timestamps; nothing here.
    fn signatures(&self) -> Option<&dyn Signatures> {
        None
    }
}

/// What the program says for `--help`.
pub const HELP: &str = "\
Verify the proof bundles of public draws, offline.

Usage: klero-verify BUNDLE... [options]

Options:
  --trust FILE     your own trust file: keys, witnesses, beacons. Without it the
                   keys are believed that the bundle names, and the report says so
  --artifacts DIR  folder with artifacts too large for the bundle, named by hash
  --log DIR        read the whole log as well: that nothing was left out, and
                   every draw of the organiser
  --sequence       the bundles follow one another: one log, in order, and each
                   linked pool comes from an earlier bundle
  --strict         require witnesses even if the trust file has no policy
  --json           one JSON object a line for each bundle
  --help, --version

A proof of fraud (from 'klero monitor' or 'klero compare') is verified in the place
of a bundle: 0 says that it proves what it claims.

Exit codes: 0 verified, 1 refuted, 2 unreadable or wrong usage, 3 incomplete. With
several bundles the worst counts: 2, then 1, then 3.

Examples:
  klero-verify letters.bundle.json
  klero-verify letters.bundle.json --trust trust.json --log public/
  klero-verify letters.bundle.json council.bundle.json --sequence --json
";

#[derive(Debug, Default)]
struct Args {
    bundles: Vec<PathBuf>,
    trust: Option<PathBuf>,
    artifacts: Option<PathBuf>,
    log: Option<String>,
    strict: bool,
    json: bool,
    sequence: bool,
}

enum Command {
    Help,
    Version,
    Verify(Args),
}

/// Carries the command out. `args` are without the program's name.
pub fn run(args: impl IntoIterator<Item = OsString>, io: &dyn Io, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    // A reader who closes the pipe early does not change the verdict.
    match parse(args).and_then(|command| carry_out(command, io, out)) {
        Ok(exit) => exit,
        Err(words) => {
            let _ = writeln!(err, "klero-verify: {words}\nTry --help.");
            Verdict::Unreadable.exit()
        }
    }
}

fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, String> {
    use lexopt::prelude::*;
    let mut parser = lexopt::Parser::from_args(args);
    let mut read = Args::default();
    let path = |parser: &mut lexopt::Parser| parser.value().map(PathBuf::from);
    let once = |there: bool, name: &str| if there { Err(format!("{name} is given twice")) } else { Ok(()) };
    let wrong = |error: lexopt::Error| error.to_string();
    while let Some(arg) = parser.next().map_err(wrong)? {
        match arg {
            Long("help") | Short('h') => return Ok(Command::Help),
            Long("version") | Short('V') => return Ok(Command::Version),
            Long("trust") => {
                once(read.trust.is_some(), "--trust")?;
                read.trust = Some(path(&mut parser).map_err(wrong)?);
            }
            Long("artifacts") => {
                once(read.artifacts.is_some(), "--artifacts")?;
                read.artifacts = Some(path(&mut parser).map_err(wrong)?);
            }
            Long("log") => {
                once(read.log.is_some(), "--log")?;
                let value = parser.value().map_err(wrong)?;
                read.log = Some(value.into_string().map_err(|_| "--log is not text".to_owned())?);
            }
            Long("strict") => read.strict = true,
            Long("json") => read.json = true,
            Long("sequence") => read.sequence = true,
            Value(bundle) => read.bundles.push(PathBuf::from(bundle)),
            other => return Err(other.unexpected().to_string()),
        }
    }
    if read.bundles.is_empty() {
        return Err("name at least one bundle".to_owned());
    }
    Ok(Command::Verify(read))
}

fn carry_out(command: Command, io: &dyn Io, out: &mut dyn Write) -> Result<u8, String> {
    let args = match command {
        Command::Help => {
            let _ = out.write_all(HELP.as_bytes());
            return Ok(0);
        }
        Command::Version => {
            let _ = writeln!(out, "klero-verify {}", env!("CARGO_PKG_VERSION"));
            return Ok(0);
        }
        Command::Verify(args) => args,
    };
    let trust = args.trust.as_deref().map(|path| read_trust(io, path)).transpose()?;
    let log = match &args.log {
        None => None,
        Some(place) => {
            let files = io.log(place).map_err(|problem| format!("--log {place}: {problem}"))?;
            Some(WholeLog::read(&*files, trust.as_ref()).map_err(|problem| format!("--log {place}: {problem}"))?)
        }
    };
    let mut reports: Vec<(String, Report)> = Vec::new();
    let mut known = Vec::new();
    let mut worst = Verdict::Verified;
    for path in &args.bundles {
        let name = path.display().to_string();
        let text = match read_text(io, path) {
            Ok(text) => text,
            Err(reason) => {
                reports.push((name, Report::unreadable(Finding::because(reason))));
                known.push(Known::default());
                continue;
            }
        };
        if FraudProof::looks_like(&text) {
            let told = FraudReport::of(&text, trust.as_ref().map(Trust::log));
            worst = worst.worse(told.verdict());
            let _ = if args.json { writeln!(out, "{}", told.to_json()) } else { write!(out, "{}", told.render(&name)) };
            continue;
        }
        reports.push((name, one(io, &text, &args, trust.as_ref(), log.as_ref())));
        known.push(if args.sequence { Known::read(&text) } else { Known::default() });
    }
    if args.sequence {
        let mut members: Vec<_> = known.into_iter().zip(reports.iter_mut().map(|(_, report)| report)).collect();
        check_sequence(&mut members, log.is_some(), trust.as_ref().is_some_and(|trust| trust.quorum().is_some()));
    }
    for (at, (name, report)) in reports.iter().enumerate() {
        worst = worst.worse(report.verdict);
        let _ = if args.json {
            writeln!(out, "{}", report.to_json())
        } else {
            let gap = if at > 0 { "\n" } else { "" };
            write!(out, "{gap}{}", render(report, name))
        };
    }
    let _ = out.flush();
    Ok(worst.exit())
}

fn read_trust(io: &dyn Io, path: &Path) -> Result<Trust, String> {
    let place = path.display();
    let limit = u64::try_from(TRUST_LIMIT).unwrap_or(u64::MAX);
    let bytes = io.read(path, limit).map_err(|problem| format!("{place}: {problem}"))?;
    let text = String::from_utf8(bytes).map_err(|_| format!("{place}: not UTF-8 text"))?;
    Trust::parse(&text).map_err(|problem| format!("{place}: {problem}"))
}

fn read_text(io: &dyn Io, path: &Path) -> Result<String, String> {
    match io.read(path, BUNDLE_LIMIT) {
        Ok(bytes) => String::from_utf8(bytes).map_err(|_| BundleError::NotText.to_string()),
        Err(FileProblem::TooLong { found, .. }) => Err(BundleError::TooLong { found }.to_string()),
        Err(problem) => Err(problem.to_string()),
    }
}

fn one(io: &dyn Io, text: &str, args: &Args, trust: Option<&Trust>, log: Option<&WholeLog>) -> Report {
    let options = Options { strict: args.strict };
    let mut report = match &args.artifacts {
        None => verify(text, &NoArtifacts, trust, options),
        Some(folder) => verify(text, &Beside { io, folder }, trust, options),
    };
    if let Some(signatures) = io.signatures() {
        crate::tokens::judge(text, trust, signatures, &mut report);
    }
    if let Some(log) = log {
        log.compare(text, trust, &mut report);
    }
    report
}

/// Artifacts in a folder, as files named by their hashes.
struct Beside<'a> {
    io: &'a dyn Io,
    folder: &'a Path,
}

impl ArtifactSource for Beside<'_> {
    fn artifact(&self, name: &ArtifactHash) -> Result<Option<String>, String> {
        match self.io.read(&self.folder.join(name.to_string()), ARTIFACT_LIMIT) {
            Ok(bytes) => String::from_utf8(bytes).map(Some).map_err(|_| "it is not UTF-8 text".to_owned()),
            Err(FileProblem::NotFound) => Ok(None),
            Err(problem) => Err(problem.to_string()),
        }
    }
}
