//! What follows a draw: `klero draw vacate`, `replace` and `rotate`. Nothing here chooses anybody: who follows is the rule's and the beacon's.
//!
//! People are named by index, or by id or line of a pool's folder, which stays where it is: only indices go into notes, and no message repeats an
//! id.

use std::collections::BTreeMap;
use std::path::PathBuf;

use klero_draw::names::Slug;
use klero_draw::outcome::ReplacementOutcome;
use klero_verifier::bundle::Bundle;
use serde_json::json;

use super::{Vacate, tell};
use crate::cli::{Dir, backend, out};
use crate::columns::{self, ColumnNames};
use crate::draw_proof::outcome_of;
use crate::failure::{Failure, Named};
use crate::pool_dir::{PoolDir, commit_members};
use crate::rotation::{self, Holders, Known};
use crate::service::request::{DrawStatus, HandedRound, Request};
use crate::unfinished::interruptible;
use crate::verify_io::ArtifactFolder;
use crate::when;

/// Arguments of `replace`.
#[derive(Debug, clap::Args)]
pub struct Replace {
    /// The draw
    draw: Slug,
    /// The service’s folder
    #[command(flatten)]
    dir: Dir,
    /// Hand in the round that is waited for, as drand's HTTP API gives it
    #[arg(long, value_name = "FILE")]
    round: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `rotate`.
#[derive(Debug, clap::Args)]
pub struct Rotate {
    /// The draw whose seats they hold
    draw: Slug,
    /// The service’s folder
    #[command(flatten)]
    dir: Dir,
    /// The committed pool of that draw
    #[arg(long, value_name = "DIR")]
    pool: PathBuf,
    /// So many of them are to leave
    #[arg(long, value_name = "N", required_unless_present = "enter", conflicts_with = "enter")]
    leave: Option<u32>,
    /// So many of them are to enter
    #[arg(long, value_name = "N")]
    enter: Option<u32>,
    /// Leave out whoever holds a seat of this draw: who left by an earlier rotation, or sits on the council already. Once for each
    #[arg(long, value_name = "DRAW")]
    gone: Vec<Slug>,
    /// Public columns to keep; none if absent, which 'equal' does without
    #[arg(long, value_name = "COLS")]
    public: Vec<ColumnNames>,
    /// Folder to make
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

const REASONS: &str = "reasons: declined, not_eligible, ended";

/// Splits WHO=REASON; ids may hold an equals sign, reasons do not.
fn split<'t>(text: &'t str, flag: &str, what: &str, nth: usize) -> Result<(&'t str, &'t str), Failure> {
    let parts = text.rsplit_once('=').filter(|(_, reason)| ["declined", "not_eligible", "ended"].contains(reason));
    parts.ok_or_else(|| {
        Failure::usage(format!("--{flag} number {nth} is not {what}=REASON"))
            .advise(format!("for instance --{flag} 17=declined; {REASONS}"))
    })
}

/// Adds the people whom ids and lines name to the seats that are given up.
pub(super) fn look_up(args: &Vacate, seats: &mut BTreeMap<u32, String>) -> Result<(), Failure> {
    let mut add = |index: u32, reason: &str| match seats.insert(index, reason.to_owned()) {
        None => Ok(()),
        Some(_) => Err(Failure::usage(format!("the seat of index {index} is named twice"))
            .advise("name each person once: by index, by id or by line")),
    };
    if let Some(folder) = &args.pool {
        let pool = PoolDir::open(folder)?;
        let nobody = |flag: &str, nth: usize, what: &str| {
            Failure::refused(format!("--{flag} number {nth}: nobody in {} has this {what}", folder.display()))
                .advise("give the pool from which this draw was made; klero draw result wrote who holds a seat")
        };
        for (text, nth) in args.people.iter().zip(1..) {
            let (id, reason) = split(text, "person", "ID", nth)?;
            add(pool.find_id(id)?.ok_or_else(|| nobody("person", nth, "id"))?, reason)?;
        }
        for (text, nth) in args.rows.iter().zip(1..) {
            let (line, reason) = split(text, "row", "LINE", nth)?;
            let line = line.parse().map_err(|_| {
                Failure::usage(format!("--row number {nth} does not begin with a line's number"))
                    .advise("lines are counted from 1, the heading being the first, as a spreadsheet does")
            })?;
            add(pool.find_line(line)?.ok_or_else(|| nobody("row", nth, "line"))?, reason)?;
        }
    }
    if seats.is_empty() {
        return Err(Failure::usage("nobody is named")
            .advise("name everybody who gave up a seat: --seat INDEX=REASON, or with --pool DIR --person ID=REASON"));
    }
    Ok(())
}

/// The pool is the draw's own.
pub(super) fn fits(args: &Vacate, status: &DrawStatus) -> Result<(), Failure> {
    if let (Some(folder), Some(root)) = (&args.pool, &status.root)
        && PoolDir::open(folder)?.root().to_string() != *root
    {
        return Err(Failure::refused(format!("'{}' was not drawn from the pool in {}", args.draw, folder.display()))
            .advise("give the folder with which this draw was sealed: indices of another pool name other people"));
    }
    Ok(())
}

/// Shows what a vacancy waits for, or has it filled.
pub(super) fn replace(args: &Replace) -> Result<(), Failure> {
    let dir = &args.dir.dir;
    if let Some(path) = &args.round {
        let text = std::fs::read_to_string(path).named("read the round", path)?;
        let round: HandedRound = serde_json::from_str(&text).map_err(|_| {
            Failure::usage(format!("{} does not hold a beacon round", path.display()))
                .advise("expected JSON with round (a number) and signature (hex), as drand's HTTP API gives it")
        })?;
        return tell(
            &backend::logged(backend::ask(dir, Request::Round { draw: args.draw.clone(), round })?)?,
            args.json,
        );
    }
    let status = backend::status(dir, &args.draw)?;
    let Some(vacancy) = &status.vacancy else { return nothing_waits(&status, args.json) };
    match (vacancy.round, vacancy.round_at) {
        (Some(round), at) => {
            if args.json {
                return out::json(&status);
            }
            let left: Vec<String> = vacancy.left.iter().map(u32::to_string).collect();
            out::line(format!("{} seats of '{}' wait to be filled: {}", left.len(), args.draw, left.join(", ")))?;
            let at = at.map_or_else(|| "at a time that is not known here".to_owned(), when::show);
            out::line(format!("beacon round {round}, published {at}, decides who follows; nobody can know it before"))?;
            if let Some(waiting) = &status.waiting_for {
                out::line(format!("waiting for {waiting}"))?;
            }
            out::line("the running service fills them then; without one: klero draw replace … --round FILE")
        }
        (None, _) => {
            let asked = backend::ask(dir, Request::Replace { draw: args.draw.clone() });
            match asked.and_then(backend::logged) {
                Ok(logged) => tell(&logged, args.json),
                // The service may have been quicker.
                Err(failure) => match backend::status(dir, &args.draw)? {
                    status if status.vacancy.is_none() => nothing_waits(&status, args.json),
                    _ => Err(failure),
                },
            }
        }
    }
}

fn nothing_waits(status: &DrawStatus, json: bool) -> Result<(), Failure> {
    if json {
        return out::json(status);
    }
    match status.replacements.len() {
        0 => out::line(format!("no seat of '{}' waits to be filled; nobody was replaced", status.draw)),
        n => out::line(format!(
            "no seat of '{}' waits to be filled; seats were filled {}",
            status.draw,
            if n == 1 { "once".to_owned() } else { format!("{n} times") }
        )),
    }
}

/// Makes the pool of those who hold seats.
pub(super) fn rotate(args: &Rotate) -> Result<(), Failure> {
    let dir = &args.dir.dir;
    let pool = PoolDir::open(&args.pool)?;
    let seats = args.leave.or(args.enter).unwrap_or_default();
    let look_up = |draw: &Slug| {
        let text = backend::bundle(dir, draw)?;
        let (state, outcome) = outcome_of(&text, &ArtifactFolder::of_service(dir), Some(draw))?;
        let bundle = Bundle::parse(&text).map_err(Failure::unavailable)?;
        let answers = state.vacancies().iter().filter_map(|vacancy| vacancy.answer.as_ref());
        let replacements = answers.map(|answer| {
            let text = bundle.artifacts.get(&answer.outcome).ok_or_else(|| {
                Failure::unavailable(format!("the bundle of '{draw}' does not hold its replacements"))
            })?;
            ReplacementOutcome::parse(text).map_err(Failure::unavailable)
        });
        Ok(Known { replacements: replacements.collect::<Result<_, _>>()?, state, outcome })
    };
    let Holders { members, left_out } = rotation::holders(&args.draw, &args.gone, seats, &pool, &look_up)?;
    let _interruptible = interruptible()?;
    let committed = commit_members(&args.pool, &members, &columns::all(&args.public), &args.out, &mut |_| {})?;
    if args.json {
        return out::json(&json!({
            "from": args.draw, "people": committed.size, "left_out": left_out, "root": committed.root.to_string(),
            "seats": seats,
        }));
    }
    let verb = if args.leave.is_some() { "leave" } else { "enter" };
    out::line(format!(
        "{} people hold a seat of '{}'{}; {seats} of them are to {verb}",
        committed.size,
        args.draw,
        match left_out {
            0 => String::new(),
            n => format!(" ({n} left out)"),
        }
    ))?;
    out::line(format!("root  {}", committed.root))?;
    out::line(format!("the folder {} holds personal data and the pool's key: keep it secret", args.out.display()))?;
    out::line(format!(
        "next, with names of your own:\n  klero draw announce {verb}-1 --dir {d} --purpose {verb}-1 --title \"de=…\" --draws-at +2h --key …\n  \
         klero terms new --dir {d} --draw {verb}-1 --pool {o} --method equal --seats {seats} --replacement none --from {} --out {verb}.note\n  \
         klero terms sign {verb}.note --key …\n  klero draw seal {verb}.note --dir {d} --pool {o}",
        args.draw,
        d = dir.display(),
        o = args.out.display(),
    ))
}
