//! `klero data` and `klero erase`: the data key, how long pools are kept, and their end.

use std::path::PathBuf;
use std::sync::Arc;

use klero_draw::names::Slug;
use serde_json::json;

use super::{Dir, backend, out};
use crate::clock::{Clock, SystemClock};
use crate::failure::{Failure, Named};
use crate::service::request::{Answer, DrawStatus, Logged, Request};
use crate::service::settings::Settings;
use crate::service::{Service, control};
use crate::{api, atomic, organiser_note, retention, signer, when};

/// Subcommands.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Replace the data key that protects the service's copies of pools
    #[command(
        after_help = "Example:\n  klero data rotate-key --dir service\n\nThe pools stay as they are; their keys are encrypted to the new key. If it is interrupted, run it again. Back the new key up, apart from the data."
    )]
    RotateKey {
        /// The service’s folder
        #[command(flatten)]
        dir: Dir,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List the pools that the service keeps, and which of them should be erased by now
    #[command(
        after_help = "Example:\n  klero data retention --dir service\n\nHow long a pool is kept stands in klero.toml: [retention] days = 180, and [retention.draws] NAME = DAYS. The service reminds; it cannot erase by itself, because an erasure bears the organiser's signatures."
    )]
    Retention {
        /// The service’s folder
        #[command(flatten)]
        dir: Dir,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Arguments of `erase`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  klero erase letters-2026 --dir service --key clerk.key --key mayor.key\n  klero erase letters-2026 --dir service --out erase       # notes for others to sign\n  klero erase letters-2026 --dir service --note erase/letters-2026.note\n\nDestroys the service's copy of pool key, rows and table, and what its desk holds of the draw (lists, letters, answers, complaints), and logs it. Draws from the same pool are erased together: name all of them. Your own pool folder and your backups are yours to delete. Keep a bundle first: klero draw bundle."
)]
pub struct Erase {
    /// The draws, all from one pool
    #[arg(required_unless_present = "note")]
    draws: Vec<Slug>,
    /// The service’s folder
    #[command(flatten)]
    dir: Dir,
    /// Sign with this private key; once for each member who signs here
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// Write the notes into this folder instead of handing them in, so that others can sign them (klero sign)
    #[arg(long, value_name = "DIR", conflicts_with = "note")]
    out: Option<PathBuf>,
    /// Hand in these signed notes; once for each draw
    #[arg(long, value_name = "FILE", conflicts_with_all = ["key", "draws"])]
    note: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs `klero data`.
pub fn run(command: Command) -> Result<u8, Failure> {
    match command {
        Command::RotateKey { dir, json } => rotate(&dir, json)?,
        Command::Retention { dir, json } => retention(&dir, json)?,
    }
    Ok(0)
}

fn rotate(dir: &Dir, json: bool) -> Result<(), Failure> {
    match backend::ask(&dir.dir, Request::RotateDataKey)? {
        Answer::Rotated { pools, recipient } if json => out::json(&json!({"pools": pools, "recipient": recipient})),
        Answer::Rotated { pools, recipient } => {
            out::line(format!("the data key was replaced; {pools} pools follow it"))?;
            out::line(format!("its public half is {recipient}"))?;
            out::line("back up the new key, apart from the data; older backups of the data still need the old one")
        }
        _ => Err(Failure::unavailable("the service answered something else than was asked")),
    }
}

fn retention(dir: &Dir, json: bool) -> Result<(), Failure> {
    let settings = Settings::load(&dir.dir)?;
    let kept = retention::kept(&backend::statuses(&dir.dir, None)?, &settings.retention, SystemClock.now());
    if json {
        return out::json(&kept);
    }
    if kept.is_empty() {
        return out::line("the service keeps no pool");
    }
    for one in &kept {
        let due = match one.erase_by {
            Some(at) if one.due => format!("ERASE IT NOW: it was to be kept until {}", when::show(at)),
            Some(at) => format!("keep until {}", when::show(at)),
            None => "not drawn yet".to_owned(),
        };
        out::line(format!("{}  {} people  {due}", one.draw, one.people))?;
    }
    if kept.iter().any(|one| one.due) {
        out::line("erase with: klero erase DRAW --key … (the organiser's members sign)")?;
    }
    Ok(())
}

/// Destroys what the desk holds of erased draws, while no service runs.
fn forget(dir: &std::path::Path) -> Result<(), Failure> {
    let service = Arc::new(Service::open(dir, Arc::new(SystemClock))?);
    let records = api::open_records(dir, service.vault())?;
    Ok(api::Api::new(service, records, api::Setup::default()).forget_erased()?)
}

/// Runs `klero erase`.
pub fn erase(args: &Erase) -> Result<u8, Failure> {
    let dir = &args.dir.dir;
    let mut notes = Vec::new();
    for path in &args.note {
        notes.push(std::fs::read_to_string(path).named("read the note", path)?);
    }
    let mut names = Vec::new();
    if args.note.is_empty() {
        let origin = backend::about(dir)?.origin;
        for draw in &args.draws {
            let status: DrawStatus = backend::status(dir, draw)?;
            let root = status.root.clone().ok_or_else(|| Failure::refused(format!("'{draw}' has no sealed pool")))?;
            let note = json!({"draw": draw, "log": origin, "organiser": status.organiser, "root": root});
            let mut note = organiser_note::unsigned("kleroterion/v1/erase", &note)?;
            for key in &args.key {
                note = organiser_note::add_signature(&note, &signer::load(key)?)?;
            }
            names.push(draw.clone());
            notes.push(note);
        }
    }
    if let Some(folder) = &args.out {
        std::fs::create_dir_all(folder).named("make the folder", folder)?;
        for (draw, note) in names.iter().zip(&notes) {
            let path = folder.join(format!("{draw}.note"));
            atomic::write(&path, note.as_bytes())?;
            out::line(format!("written: {} — sign it with klero sign, hand it in with --note", path.display()))?;
        }
        return Ok(0);
    }
    let steps: Vec<Logged> = match backend::ask(dir, Request::Erase { notes })? {
        Answer::LoggedAll { steps } => steps,
        _ => return Err(Failure::unavailable("the service answered something else than was asked")),
    };
    if !control::answers(dir) && api::folder(dir).exists() {
        forget(dir).map_err(|e| {
            Failure::unavailable(format!("it is logged, and the pools are destroyed, but not what the desk holds: {e}"))
                .advise("start the service: it finishes this before it answers")
        })?;
    }
    if args.json {
        out::json(&steps)?;
        return Ok(0);
    }
    for step in &steps {
        let draw = step.draw.as_ref().map_or("", Slug::as_str);
        out::line(format!(
            "{draw}: logged as step {}; pool key, rows, table, letters and complaints are destroyed here",
            step.seq
        ))?;
    }
    out::line("delete your own pool folder, lists and backups too; what others keep of the table is theirs to delete")?;
    Ok(0)
}
