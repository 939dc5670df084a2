//! `klero log`: check a log against everything that could contradict it, repair it from its public copy, export it, end it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use klero_draw::hash::StepHash;
use klero_draw::step::Step;
use klero_draw::terms::Vkey;
use klero_verifier::ledger::Ledger;
use serde::Serialize;

use super::{Dir, backend, out};
use crate::failure::{Failure, Named};
use crate::files::{LogFolder, RealFiles};
use crate::key_ring;
use crate::log_check::{self, Export, NamedArtifacts, RepairError, Site, Verdict};
use crate::sequencer::Place;
use crate::sequencer::opening::{OpenError, SledStores};
use crate::service::config::Folders;
use crate::service::request::Request;
use crate::signer;

/// Subcommands.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Compare database, guard, tiles and checkpoint, and replay every step. The service must not be running
    #[command(
        after_help = "Example:\n  klero log fsck --dir service\n\nExit 0 if the log is sound, 1 if it is not; each finding says what to do."
    )]
    Fsck {
        /// The service’s folder
        #[command(flatten)]
        dir: Dir,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Rebuild what is damaged from what is whole. Nothing is destroyed: the old is set aside
    #[command(
        after_help = "Examples:\n  klero log repair --from-tiles --dir service     rebuild the database from the public tiles\n  klero log repair --tiles --dir service          rebuild the tiles from the database\n  klero log repair --checkpoint FILE --dir service\n                                                  restore a lost guard from the newest checkpoint that you know of"
    )]
    Repair {
        /// The service’s folder
        #[command(flatten)]
        dir: Dir,
        /// What to repair
        #[command(flatten)]
        what: What,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// End a log: its last step, which may name the log that goes on. It cannot be undone
    #[command(
        after_help = "Example:\n  mkdir -m 700 -p next/keys\n  klero keys new --name draws.example.org/log2 --out next/keys/log.key\n  klero log close --dir service --successor next/keys/log.key --yes\n  klero init --dir next --origin draws.example.org/log2 --predecessor service/public\n\nRefused while a draw is not over. The closed log is served on, for those who verify its draws: klero serve."
    )]
    Close {
        /// The service’s folder
        #[command(flatten)]
        dir: Dir,
        /// Key of the log that goes on: a key file, private or public
        #[arg(long, value_name = "FILE")]
        successor: Option<PathBuf>,
        /// Yes, end it
        #[arg(long)]
        yes: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print every entry of a log, proved under its signed checkpoint, one line of JSON each
    #[command(after_help = "Example:\n  klero log export --dir service > log.jsonl")]
    Export {
        /// The service’s folder
        #[command(flatten)]
        dir: Dir,
    },
}

/// What to repair.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct What {
    /// Rebuild the database from the public tiles, and prove it against the guard
    #[arg(long)]
    from_tiles: bool,
    /// Rebuild the public tiles from the database
    #[arg(long)]
    tiles: bool,
    /// Restore the guard from this checkpoint
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
}

/// Runs it.
pub fn run(command: Command) -> Result<u8, Failure> {
    match command {
        Command::Fsck { dir, json } => fsck(&Folders(dir.dir), json),
        Command::Repair { dir, what, json } => repair(&Folders(dir.dir), &what, json),
        Command::Close { dir, successor, yes, json } => close(&dir.dir, successor.as_deref(), yes, json),
        Command::Export { dir } => export(&Folders(dir.dir)),
    }
}

fn site(folders: &Folders) -> Result<Site, Failure> {
    let keys = key_ring::public_keys(&folders.log_key())?;
    Ok(Site { folder: LogFolder::new(&folders.0), files: Arc::new(RealFiles), keys, stores: Arc::new(SledStores) })
}

/// Replays each entry by the rules of the log, and hands it on.
fn replay<'a>(
    folders: &Folders,
    mut take: impl FnMut(&Step) + 'a,
) -> Result<impl FnMut(Place, &[u8]) -> Result<(), String> + 'a, Failure> {
    let _service = signer::load_public(&folders.service_key())?;
    let mut ledger = Ledger::new();
    let seen = out::counter("entries read");
    Ok(move |place: Place, entry: &[u8]| {
        seen.inc(1);
        let step = ledger.open(entry).map_err(|e| e.to_string())?;
        if step.step().seq != place.seq || step.step().prev != StepHash(*place.prev.as_bytes()) {
            return Err("its seq or prev does not fit its place".to_owned());
        }
        ledger.apply(&step).map_err(|e| e.to_string())?;
        take(step.step());
        Ok(())
    })
}

fn fsck(folders: &Folders, json: bool) -> Result<u8, Failure> {
    #[derive(Serialize)]
    struct Told<'a> {
        about: &'a str,
        agrees: Option<bool>,
        expected: &'a str,
        found: &'a str,
    }
    let site = site(folders)?;
    let mut named = NamedArtifacts::default();
    let mut report = log_check::fsck(&site, &mut replay(folders, |step| named.read(step))?).map_err(|e| {
        let advice = e.advice();
        Failure::unavailable(&e).advise(advice)
    })?;
    log_check::compare_named_artifacts(&site, &named, &mut report).map_err(|e| {
        let advice = e.advice();
        Failure::unavailable(&e).advise(advice)
    })?;
    let sound = report.is_sound();
    if json {
        let facts: Vec<Told<'_>> = report
            .facts
            .iter()
            .map(|fact| Told {
                about: fact.about,
                agrees: match fact.verdict {
                    Verdict::Agrees => Some(true),
                    Verdict::Differs => Some(false),
                    Verdict::Unknown => None,
                },
                expected: &fact.expected,
                found: &fact.found,
            })
            .collect();
        out::json(&serde_json::json!({"sound": sound, "facts": facts, "advice": report.advice}))?;
    } else {
        for fact in &report.facts {
            let (mark, rest) = match fact.verdict {
                Verdict::Agrees => ("ok     ", fact.found.clone()),
                Verdict::Differs => ("DIFFERS", format!("expected {}, found {}", fact.expected, fact.found)),
                Verdict::Unknown => ("unknown", fact.found.clone()),
            };
            out::line(format!("{mark} {:<24} {rest}", fact.about))?;
        }
        for advice in &report.advice {
            out::line(format!("  → {advice}"))?;
        }
        out::line(if sound { "the log is sound" } else { "the log is NOT sound" })?;
    }
    Ok(u8::from(!sound))
}

fn repair(folders: &Folders, what: &What, json: bool) -> Result<u8, Failure> {
    let site = site(folders)?;
    let mut check = replay(folders, |_| {})?;
    let repaired = match &what.checkpoint {
        Some(path) => {
            let checkpoint = std::fs::read(path).named("read the checkpoint", path)?;
            log_check::restore_guard(&site, &checkpoint, &mut check)
        }
        None if what.tiles => log_check::repair_tiles(&site, &mut check),
        None => log_check::repair_from_tiles(&site, &mut check),
    }
    .map_err(|e| {
        let advice = e.advice();
        let in_use = matches!(e, RepairError::Open(OpenError::InUse { .. }));
        let failure = if in_use { Failure::unavailable(&e) } else { Failure::refused(&e) };
        failure.advise(advice)
    })?;
    if json {
        out::json(&serde_json::json!({
            "entries": repaired.head.size, "root": repaired.head.root.to_string(), "set_aside": repaired.set_aside,
        }))?;
        return Ok(0);
    }
    out::line(format!("repaired: {} entries, root {}", repaired.head.size, repaired.head.root))?;
    for path in &repaired.set_aside {
        out::line(format!("set aside: {}", path.display()))?;
    }
    Ok(0)
}

fn close(dir: &Path, successor: Option<&Path>, yes: bool, json: bool) -> Result<u8, Failure> {
    if !yes {
        return Err(Failure::usage("a log that is closed can never be written again")
            .advise("if that is what you want, add --yes"));
    }
    let successor = successor.map(|path| crate::signer::load_public(path).map(Vkey)).transpose()?;
    let logged = backend::logged(backend::ask(dir, Request::CloseLog { successor })?)?;
    if json {
        out::json(&logged)?;
    } else {
        out::line(format!("closed by step {}, {}", logged.seq, logged.leaf))?;
        backend::tell_waiting(&logged)?;
        out::line("  → serve it on, or a mirror of it, as long as anybody may want to verify a draw")?;
    }
    Ok(0)
}

fn export(folders: &Folders) -> Result<u8, Failure> {
    let key = signer::load_public(&folders.0.join("public").join("log.vkey"))?;
    let failed = |e: log_check::ExportError| {
        let advice = e.advice();
        Failure::unavailable(&e).advise(advice)
    };
    let entries = Export::open(&folders.0.join("public"), Arc::new(RealFiles), &[key]).map_err(failed)?;
    for entry in entries {
        let (index, bytes) = entry.map_err(failed)?;
        out::json(&serde_json::json!({"index": index, "entry": String::from_utf8_lossy(&bytes)}))?;
    }
    Ok(0)
}
