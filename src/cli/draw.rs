//! `klero draw`: announce, seal, follow and close draws.

mod seats;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use klero_draw::names::Slug;
use serde_json::Value;

use super::{Dir, backend, out};
use crate::clock::{Clock, SystemClock};
use crate::compose::{self, AnnounceWish};
use crate::failure::{Failure, Named};
use crate::service::request::{DrawStatus, HandedRound, Logged, Request};
use crate::{atomic, organiser_note, result, signer, when};

/// Subcommands.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Announce a draw, or postpone an announced one
    #[command(
        after_help = "Example:\n  klero draw announce letters-2026 --dir service --organiser eupen --purpose letters \\\n      --title \"de=Einladungen\" --title \"en=Invitations\" --draws-at 2026-12-01T20:00:00+01:00 --key clerk.key --key mayor.key\n\nAnnouncing the same draw again postpones it; that is counted and shown."
    )]
    Announce(Announce),
    /// Seal pool and rules; from then on nobody can change them
    #[command(after_help = "Example:\n  klero draw seal terms.note --dir service --pool pool")]
    Seal {
        /// The signed terms
        terms: PathBuf,
        /// The committed pool
        #[arg(long, value_name = "DIR")]
        pool: PathBuf,
        /// The service’s folder
        #[command(flatten)]
        dir: Dir,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Hand in a beacon round for a draw that waits for it; it counts if it verifies
    #[command(
        after_help = "Example:\n  klero draw round letters-2026 round.json --dir service\n\nThe file holds what drand's HTTP API gives: round, signature, and previous_signature for a chained beacon."
    )]
    Round {
        /// The draw
        draw: Slug,
        /// JSON file with the round
        file: PathBuf,
        /// The service’s folder
        #[command(flatten)]
        dir: Dir,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Give up a draw before it is drawn
    #[command(
        after_help = "Example:\n  klero draw void letters-2026 --dir service --reason pool_error --key clerk.key --key mayor.key\n\nReasons: cancelled, pool_error, terms_error, beacon_lost, court. Once the beacon's round is out, a draw that can be carried out is drawn instead, and can then be annulled. One that cannot be is given up together with its round, and every report shows as an abandonment what it would have given. Without the round only beacon_lost is taken, when draw_by is over."
    )]
    Void(Void),
    /// Annul a result: a court, or an upheld complaint. The outcome stays visible
    #[command(
        after_help = "Example:\n  klero draw annul letters-2026 --dir service --reason court --key clerk.key --key mayor.key\n\nReasons: court, complaint."
    )]
    Annul(Decision),
    /// Log that seats were given up; they are filled by the rule in the terms
    #[command(
        after_help = "Examples:\n  klero draw vacate council-2026 --dir service --seat 17=declined --seat 40=not_eligible --key clerk.key --key mayor.key\n  klero draw vacate council-2026 --dir service --pool council-pool --person 4711=declined --draws-at +1h --key clerk.key --key mayor.key\n\nReasons: declined, not_eligible, ended. Name all known ones in one step. Ids and lines are looked up in the pool's folder; only the index is logged."
    )]
    Vacate(Vacate),
    /// Show who waits to be replaced and by which round; fill the seats if nothing is waited for
    #[command(
        after_help = "Examples:\n  klero draw replace council-2026 --dir service\n  klero draw replace council-2026 --dir service --round round.json\n\nA running service fills seats by itself. By rank they are filled at once; by beacon when the round that the vacancy names is published. Nobody can choose who follows."
    )]
    Replace(seats::Replace),
    /// Make the pool for a rotation: of those who hold the seats of a draw, some of whom leave, or some of whom enter a council
    #[command(
        after_help = "Examples:\n  klero draw rotate council-2026 --leave 8 --dir service --pool council-pool --out leaving-pool\n  klero draw rotate assembly-2026 --enter 8 --dir service --pool assembly-pool --out entering-pool --gone council-2026\n\nA rotation is two ordinary draws: who leaves, among the holders of the oldest term, and who enters. This makes the pool and says what comes next."
    )]
    Rotate(seats::Rotate),
    /// Log that a pool's key, rows and table were destroyed
    #[command(after_help = "Example:\n  klero draw erase letters-2026 --dir service --key clerk.key --key mayor.key")]
    Erase(Erase),
    /// Show the state of one draw, or of all
    #[command(
        after_help = "Examples:\n  klero draw status --dir service\n  klero draw status letters-2026 --dir service --json"
    )]
    Status {
        /// The draw; all if absent
        draw: Option<Slug>,
        /// The service’s folder
        #[command(flatten)]
        dir: Dir,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Write the proof bundle of a draw
    #[command(after_help = "Example:\n  klero draw bundle letters-2026 --dir service --out letters.bundle.json")]
    Bundle {
        /// The draw
        draw: Slug,
        /// The service’s folder
        #[command(flatten)]
        dir: Dir,
        /// File to write; standard output if absent
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Write who was drawn, with the original columns: drawn.csv, reserves.csv, remaining.csv
    #[command(
        after_help = "Example, offline:\n  klero draw result letters-2026 --pool pool --bundle letters.bundle.json --out result\n\nThe files hold personal data. They are written for you alone (mode 0600)."
    )]
    Result(result::Args),
}

/// Arguments of `announce`.
#[derive(Debug, clap::Args)]
pub struct Announce {
    /// Name of the draw: never used before
    draw: Slug,
    /// The service’s folder
    #[command(flatten)]
    dir: Dir,
    /// The organiser
    #[arg(long)]
    organiser: Option<Slug>,
    /// What the seats are for; attempts are counted by it
    #[arg(long)]
    purpose: Option<Slug>,
    /// Title, LANGUAGE=TEXT; once for each language
    #[arg(long, value_name = "LANG=TEXT")]
    title: Vec<String>,
    /// When it is drawn: 2026-12-01T20:00:00Z, +2h, or seconds since 1970
    #[arg(long, value_name = "TIME")]
    draws_at: Option<String>,
    /// How the note is signed and handed in
    #[command(flatten)]
    signing: Signing,
}

/// How an organiser's note is signed and handed in.
#[derive(Debug, clap::Args)]
pub struct Signing {
    /// Sign with this private key; once for each member who signs here
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// Write the note here instead of handing it in, so that others can sign it (klero sign)
    #[arg(long, value_name = "FILE", conflicts_with = "note")]
    out: Option<PathBuf>,
    /// Hand in this signed note
    #[arg(long, value_name = "FILE", conflicts_with = "key")]
    note: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `void`.
#[derive(Debug, clap::Args)]
pub struct Void {
    /// What is decided
    #[command(flatten)]
    decision: Decision,
    /// After the round: the round, as JSON, where this server cannot ask a relay
    #[arg(long, value_name = "FILE")]
    round: Option<PathBuf>,
}

/// Arguments of `void` and `annul`.
#[derive(Debug, clap::Args)]
pub struct Decision {
    /// The draw
    draw: Slug,
    /// The service’s folder
    #[command(flatten)]
    dir: Dir,
    /// Why
    #[arg(long)]
    reason: Option<String>,
    /// How the note is signed and handed in
    #[command(flatten)]
    signing: Signing,
}

/// Arguments of `vacate`.
#[derive(Debug, clap::Args)]
pub struct Vacate {
    /// The draw
    draw: Slug,
    /// The service’s folder
    #[command(flatten)]
    dir: Dir,
    /// A seat that was given up, INDEX=REASON; once for each
    #[arg(long = "seat", value_name = "INDEX=REASON")]
    seats: Vec<String>,
    /// Somebody who gave up a seat, ID=REASON; once for each
    #[arg(long = "person", value_name = "ID=REASON", requires = "pool")]
    people: Vec<String>,
    /// Somebody who gave up a seat, by the line of the pool's file, LINE=REASON; once for each
    #[arg(long = "row", value_name = "LINE=REASON", requires = "pool")]
    rows: Vec<String>,
    /// The committed pool, to look up ids and lines
    #[arg(long, value_name = "DIR")]
    pool: Option<PathBuf>,
    /// When the replacements are drawn; only where the terms say replacement: beacon
    #[arg(long, value_name = "TIME")]
    draws_at: Option<String>,
    /// How the note is signed and handed in
    #[command(flatten)]
    signing: Signing,
}

/// Arguments of `erase`.
#[derive(Debug, clap::Args)]
pub struct Erase {
    /// The draw
    draw: Slug,
    /// The service’s folder
    #[command(flatten)]
    dir: Dir,
    /// How the note is signed and handed in
    #[command(flatten)]
    signing: Signing,
}

/// Runs it.
pub fn run(command: Command) -> Result<u8, Failure> {
    match command {
        Command::Announce(args) => announce(&args)?,
        Command::Seal { terms, pool, dir, json } => {
            let text = std::fs::read_to_string(&terms).named("read the terms", &terms)?;
            let pool = std::path::absolute(&pool).named("find the pool", &pool)?;
            let logged = backend::logged(backend::ask(&dir.dir, Request::Seal { terms: text, pool })?)?;
            tell_decision(&dir.dir, &logged, json)?;
        }
        Command::Round { draw, file, dir, json } => {
            let round = read_round(&file)?;
            tell(&backend::logged(backend::ask(&dir.dir, Request::Round { draw, round })?)?, json)?;
        }
        Command::Void(args) => void(&args)?,
        Command::Annul(args) => {
            hand_in(&args.dir.dir, &args.signing, "annul", || decision(&args, "annul", Some("annul")))?;
        }
        Command::Vacate(args) => vacate(&args)?,
        Command::Replace(args) => seats::replace(&args)?,
        Command::Rotate(args) => seats::rotate(&args)?,
        Command::Erase(args) => erase(&args)?,
        Command::Status { draw, dir, json } => show(&backend::statuses(&dir.dir, draw)?, json)?,
        Command::Bundle { draw, dir, out } => {
            let text = backend::bundle(&dir.dir, &draw)?;
            match out {
                Some(path) => atomic::write(&path, text.as_bytes())?,
                None => out::write(&text)?,
            }
        }
        Command::Result(args) => result::run(&args)?,
    }
    Ok(0)
}

fn announce(args: &Announce) -> Result<(), Failure> {
    let dir = &args.dir.dir;
    hand_in(dir, &args.signing, "announce", || {
        let missing = |what: &str| {
            Failure::usage(format!("--{what} is missing")).advise("klero draw announce --help shows an example")
        };
        let at = args.draws_at.as_deref().ok_or_else(|| missing("draws-at"))?;
        let now = SystemClock.now();
        let draws_at = when::parse(at, now)?;
        if draws_at <= now {
            return Err(Failure::usage(format!(
                "{} is past: nothing could be sealed before its round",
                when::show(draws_at)
            ))
            .advise("announce a time that leaves room to sign and to seal, such as +2h; nothing was logged"));
        }
        let facts = backend::facts(dir)?;
        let title = titles(&args.title)?;
        if let Ok(known) = facts.draw(&args.draw) {
            is_a_postponement(args, known)?;
            return compose::postponement(&facts, known, draws_at, Some(&title).filter(|title| !title.is_empty()));
        }
        let organiser = match (&args.organiser, facts.about.organisers.as_slice()) {
            (Some(id), _) => id.clone(),
            (None, [only]) => only.id.clone(),
            (None, _) => return Err(missing("organiser")),
        };
        let purpose = args.purpose.clone().ok_or_else(|| missing("purpose"))?;
        if title.is_empty() {
            return Err(missing("title"));
        }
        compose::announcement(&facts, &AnnounceWish { draw: args.draw.clone(), organiser, purpose, title, draws_at })
    })
}

/// Announcing a draw again postpones it. Who says that it is for something else, or somebody else's, has taken a name that is not free.
fn is_a_postponement(args: &Announce, known: &DrawStatus) -> Result<(), Failure> {
    for (flag, given, known_as) in
        [("purpose", &args.purpose, &known.purpose), ("organiser", &args.organiser, &known.organiser)]
    {
        if let Some(given) = given.as_ref().filter(|given| *given != known_as) {
            return Err(Failure::refused(format!(
                "'{}' is there already, with the {flag} '{known_as}' and not '{given}'; nothing was logged",
                args.draw
            ))
            .advise(format!("choose a name that was never used; to postpone '{}', leave out --{flag}", args.draw)));
        }
    }
    Ok(())
}

fn void(args: &Void) -> Result<(), Failure> {
    let (dir, signing) = (&args.decision.dir.dir, &args.decision.signing);
    let round = args.round.as_deref().map(read_round).transpose()?;
    let submit = |note: String| match &round {
        Some(round) => backend::logged(backend::ask(dir, Request::Void { note, round: round.clone() })?),
        None => backend::submit(dir, note),
    };
    hand_in_by(dir, signing, "void", || decision(&args.decision, "void", None), submit)
}

fn read_round(file: &Path) -> Result<HandedRound, Failure> {
    let text = std::fs::read_to_string(file).named("read the round", file)?;
    serde_json::from_str(&text).map_err(|_| {
        Failure::usage(format!("{} does not hold a beacon round", file.display()))
            .advise("expected JSON with round (a number) and signature (hex), as drand's HTTP API gives it")
    })
}

fn decision(args: &Decision, context: &str, needs_outcome: Option<&str>) -> Result<Value, Failure> {
    let reason = args.reason.as_deref().ok_or_else(|| {
        Failure::usage("--reason is missing").advise(format!("klero draw {context} --help lists the reasons"))
    })?;
    known_reason(reason, if needs_outcome.is_some() { &ANNUL_REASONS } else { &VOID_REASONS })?;
    let facts = backend::facts(&args.dir.dir)?;
    let status = facts.draw(&args.draw)?;
    match needs_outcome {
        Some(_) => compose::annulment(&facts, status, reason),
        None => compose::void(&facts, status, reason),
    }
}

/// The reasons that the notes know (spec §4.7, §4.9, §4.10), for people who mistype one.
const VACATE_REASONS: [&str; 3] = ["declined", "not_eligible", "ended"];
const VOID_REASONS: [&str; 5] = ["cancelled", "pool_error", "terms_error", "beacon_lost", "court"];
const ANNUL_REASONS: [&str; 2] = ["court", "complaint"];

fn known_reason(reason: &str, known: &[&str]) -> Result<(), Failure> {
    if known.contains(&reason) {
        return Ok(());
    }
    Err(Failure::usage(format!("'{reason}' is not a reason that can be logged"))
        .advise(format!("the reasons are: {}; nothing was logged", known.join(", "))))
}

fn vacate(args: &Vacate) -> Result<(), Failure> {
    let dir = &args.dir.dir;
    hand_in(dir, &args.signing, "vacate", || {
        let mut seats = BTreeMap::new();
        for seat in &args.seats {
            let wrong = || {
                Failure::usage(format!("'{seat}' is not INDEX=REASON"))
                    .advise("for instance --seat 17=declined; reasons: declined, not_eligible, ended")
            };
            let (index, reason) = seat.split_once('=').ok_or_else(wrong)?;
            let index: u32 = index.parse().map_err(|_| wrong())?;
            known_reason(reason, &VACATE_REASONS)?;
            if seats.insert(index, reason.to_owned()).is_some() {
                return Err(Failure::usage(format!("seat {index} is named twice")));
            }
        }
        seats::look_up(args, &mut seats)?;
        let facts = backend::facts(dir)?;
        let status = facts.draw(&args.draw)?;
        seats::fits(args, status)?;
        let draws_at = args.draws_at.as_deref().map(|at| when::parse(at, SystemClock.now())).transpose()?;
        compose::vacancy(&facts, status, &seats, draws_at)
    })
}

fn erase(args: &Erase) -> Result<(), Failure> {
    let dir = &args.dir.dir;
    hand_in(dir, &args.signing, "erase", || {
        let facts = backend::facts(dir)?;
        compose::erasure(&facts, facts.draw(&args.draw)?)
    })
}

/// Writes, signs and hands in a note, or stops after writing it, as the arguments say.
fn hand_in(
    dir: &Path,
    signing: &Signing,
    context: &str,
    value: impl FnOnce() -> Result<Value, Failure>,
) -> Result<(), Failure> {
    hand_in_by(dir, signing, context, value, |note| backend::submit(dir, note))
}

/// The same, handed in by `submit`.
fn hand_in_by(
    dir: &Path,
    signing: &Signing,
    context: &str,
    value: impl FnOnce() -> Result<Value, Failure>,
    submit: impl FnOnce(String) -> Result<Logged, Failure>,
) -> Result<(), Failure> {
    let mut note = match &signing.note {
        Some(path) => std::fs::read_to_string(path).named("read the note", path)?,
        None => organiser_note::unsigned(&format!("kleroterion/v1/{context}"), &value()?)?,
    };
    for path in &signing.key {
        note = organiser_note::add_signature(&note, &signer::load(path)?)?;
    }
    match &signing.out {
        Some(path) => {
            atomic::write(path, note.as_bytes())?;
            out::line(format!("written: {} — sign it with klero sign, hand it in with --note", path.display()))
        }
        None => tell_decision(dir, &submit(note)?, signing.json),
    }
}

/// Tells that a decision is logged; before anything else, whether its draw proves nothing.
fn tell_decision(dir: &Path, logged: &Logged, json: bool) -> Result<(), Failure> {
    if let Some(draw) = logged.draw.as_ref().filter(|_| !json)
        && backend::status(dir, draw).is_ok_and(|status| status.rehearsal)
    {
        out::line("REHEARSAL BEACON: this draw proves nothing")?;
    }
    tell(logged, json)
}

fn tell(logged: &Logged, json: bool) -> Result<(), Failure> {
    if json {
        return out::json(logged);
    }
    out::line(format!("{}: logged as step {}", logged.kind, logged.seq))?;
    super::backend::tell_waiting(logged)
}

fn show(draws: &[DrawStatus], json: bool) -> Result<(), Failure> {
    if json {
        return out::json(&draws);
    }
    if draws.is_empty() {
        return out::line("no draw has been announced");
    }
    for draw in draws {
        let mut text = format!("{} — {}", draw.draw, draw.phase);
        if draw.overdue {
            text.push_str(", OVERDUE");
        }
        if draw.rehearsal {
            text.push_str("  (rehearsal beacon: proves nothing)");
        }
        out::line(text)?;
        out::line(format!(
            "  {} for {}, attempt {}, draws at {}",
            draw.organiser,
            draw.purpose,
            draw.attempt,
            when::show(draw.draws_at)
        ))?;
        if let Some((seats, reserves)) = draw.seats {
            out::line(format!("  {seats} seats and {reserves} reserves are drawn"))?;
        }
        for (seats, why) in &draw.not_drawn {
            out::line(format!("  {seats} more seats are not drawn: {why}"))?;
        }
        if let (Some(people), Some(round), Some(at)) = (draw.people, draw.round, draw.round_at) {
            out::line(format!("  {people} people, beacon round {round} at {}", when::show(at)))?;
        }
        if let Some(waiting) = &draw.waiting_for {
            out::line(format!("  waiting: {waiting}"))?;
        }
        if let Some(outcome) = &draw.outcome {
            out::line(format!("  outcome {outcome}"))?;
        }
    }
    Ok(())
}

/// Reads `LANG=TEXT` titles.
pub fn titles(given: &[String]) -> Result<BTreeMap<String, String>, Failure> {
    given
        .iter()
        .map(|one| {
            one.split_once('=').map(|(l, t)| (l.trim().to_owned(), t.trim().to_owned())).ok_or_else(|| {
                Failure::usage(format!("'{one}' is not LANGUAGE=TEXT"))
                    .advise("for instance --title \"de=Einladungen\"")
            })
        })
        .collect()
}
