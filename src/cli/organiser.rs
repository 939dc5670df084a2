//! `klero organiser`: who may decide, and how many of them must sign.

use std::path::{Path, PathBuf};

use klero_draw::names::Slug;
use serde_json::json;

use super::{Dir, backend, out, sign};
use crate::failure::{Failure, Named};
use crate::{atomic, organiser_note, signer};

/// Subcommands.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Write an enrolment, to be signed by every member
    #[command(
        after_help = "Example:\n  klero organiser new --id eupen --name \"Stadt Eupen\" --log draws.example.org/log \\\n      --member clerk.key --member mayor.key --member paper.key --threshold 2 --out eupen.note\n\nThree keys are wise, one of them on paper: two can still decide when one is lost."
    )]
    New(New),
    /// Hand a signed enrolment to the log
    #[command(after_help = "Example:\n  klero organiser enrol eupen.note --dir service")]
    Enrol {
        /// The signed note
        note: PathBuf,
        /// The service’s folder
        #[command(flatten)]
        dir: Dir,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List the organisers in force
    List {
        /// The service’s folder
        #[command(flatten)]
        dir: Dir,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Arguments of `new`.
#[derive(Debug, clap::Args)]
pub struct New {
    /// Short name: a–z, 0–9, '-'
    #[arg(long)]
    id: Slug,
    /// Name for people
    #[arg(long)]
    name: String,
    /// Origin of the log
    #[arg(long, value_name = "ORIGIN")]
    log: String,
    /// A member's key file, public or private; once for each
    #[arg(long = "member", value_name = "FILE", required = true)]
    members: Vec<PathBuf>,
    /// How many of them must sign each decision
    #[arg(long, value_name = "K")]
    threshold: u64,
    /// 1 for the first enrolment, then 2, 3 …
    #[arg(long, default_value_t = 1)]
    version: u64,
    /// Re-enrolment after too many keys were lost: public, and in force after 30 days
    #[arg(long)]
    recovery: bool,
    /// Sign at once with these private keys
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// Note to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs it.
pub fn run(command: Command) -> Result<u8, Failure> {
    match command {
        Command::New(new) => write(&new)?,
        Command::Enrol { note, dir, json } => enrol(&note, &dir.dir, json)?,
        Command::List { dir, json } => list(&dir.dir, json)?,
    }
    Ok(0)
}

fn write(new: &New) -> Result<(), Failure> {
    let mut keys = Vec::new();
    for path in &new.members {
        let key = signer::load_public(path)?;
        if !key.name().as_str().starts_with(&format!("{}/", new.id)) {
            return Err(Failure::usage(format!("the key {} does not belong to '{}'", key.name().as_str(), new.id))
                .advise(format!(
                    "a member's key is named {}/ROLE; make one with: klero keys new --name {}/clerk",
                    new.id, new.id
                )));
        }
        keys.push(key.to_text());
    }
    keys.sort();
    if new.threshold == 0 || new.threshold > keys.len() as u64 {
        return Err(Failure::usage(format!("{} of {} keys cannot sign", new.threshold, keys.len()))
            .advise("choose a threshold between 1 and the number of members; 2 means four eyes"));
    }
    let mut value = json!({
        "id": new.id, "keys": keys, "log": new.log, "name": new.name, "threshold": new.threshold, "version": new.version,
    });
    if new.recovery {
        value["recovery"] = true.into();
    }
    atomic::write(&new.out, organiser_note::unsigned("kleroterion/v1/organiser", &value)?.as_bytes())?;
    if new.json {
        let signed_by = sign::sign_quietly(&new.out, &new.key, &new.out)?;
        return out::json(&json!({"written": new.out, "signed_by": signed_by, "says": value}));
    }
    if !new.key.is_empty() {
        sign::sign_file(&new.out, &new.key, &new.out)?;
    }
    out::line(format!(
        "written: {} — each member signs it with: klero sign {} --key THEIRS",
        new.out.display(),
        new.out.display()
    ))
}

fn enrol(note: &Path, dir: &Path, json: bool) -> Result<(), Failure> {
    let text = std::fs::read_to_string(note).named("read the note", note)?;
    let logged = backend::submit(dir, text)?;
    if json {
        return out::json(&logged);
    }
    out::line(format!("logged as step {}", logged.seq))?;
    super::backend::tell_waiting(&logged)
}

fn list(dir: &Path, json: bool) -> Result<(), Failure> {
    let about = backend::about(dir)?;
    if json {
        return out::json(&about.organisers);
    }
    for organiser in about.organisers {
        out::line(format!(
            "{} — {}: {} of {} must sign",
            organiser.id,
            organiser.name,
            organiser.threshold,
            organiser.keys.len()
        ))?;
        for key in organiser.keys {
            out::line(format!("  {key}"))?;
        }
    }
    Ok(())
}
