//! `klero terms`: write, sign and show the terms of a draw.

use std::collections::BTreeMap;
use std::path::PathBuf;

use klero_draw::allocation::{Claim, allocate};
use klero_draw::artifacts::{StrataList, Stratum};
use klero_draw::certificate::Certificate;
use klero_draw::hash::{ArtifactHash, StepHash};
use klero_draw::method::{DrawInputs, People, check_feasible};
use klero_draw::names::Slug;
use klero_draw::table::Table;
use klero_draw::terms::{
    BeaconTerms, FromTerms, Method, NotDrawn, PoolTerms, Replacement, TERMS_CONTEXT, Terms, TermsParts, parse_terms,
    terms_hash,
};

use super::{backend, beacon, draw, out, panels, sign};
use crate::anonymity;
use crate::clock::{Clock, SystemClock};
use crate::failure::{Failure, Named};
use crate::pool_dir::PoolDir;
use crate::{atomic, organiser_note, when};

/// A result is overdue this long after the draw, unless the terms say otherwise: a week.
const DRAW_BY_SECS: u64 = 7 * 86_400;

/// Subcommands.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Write the terms of an announced draw, to be signed
    #[command(
        after_help = "Examples:\n  klero terms new --dir service --draw letters-2026 --pool pool --method stratified --by municipality --seats 1000 --out terms.note\n  klero terms new --dir service --draw jury --pool pool --method households --seats 12 --reserves 6 --replacement rank --out terms.note\n  klero terms new --dir service --draw council --pool pool --panels panels.json --reserves 12 --not-drawn \"2=appointed by the parliament\" --out terms.note\n\nSeats go to strata by largest remainder: in proportion to the pool, or to --population FILE (a CSV with the columns of --by and 'population')."
    )]
    New(Box<New>),
    /// Sign terms
    #[command(after_help = "Example:\n  klero terms sign terms.note --key clerk.key")]
    Sign(sign::Args),
    /// Show what terms say
    #[command(after_help = "Example:\n  klero terms show terms.note")]
    Show {
        /// The terms note, signed or not
        file: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// How people are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum MethodName {
    /// Everybody the same chance
    Equal,
    /// The same, at most one person of a household
    Households,
    /// A fixed number from each stratum
    Stratified,
    /// One panel of a published list, each of which meets the quotas
    Panels,
}

/// How vacancies are filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ReplacementName {
    /// Seats stay empty
    None,
    /// By the draw's own tickets: reserves know their place
    Rank,
    /// By a fresh beacon round: nobody knows who follows
    Beacon,
}

/// Arguments of `new`.
#[derive(Debug, clap::Args)]
pub struct New {
    /// The service’s folder
    #[command(flatten)]
    dir: super::Dir,
    /// The announced draw
    #[arg(long)]
    draw: Slug,
    /// The committed pool
    #[arg(long, value_name = "DIR")]
    pool: PathBuf,
    /// How people are drawn; panels if --panels is given
    #[arg(long, value_enum, required_unless_present = "panels")]
    method: Option<MethodName>,
    /// Seats to draw; those of a panel if --panels is given
    #[arg(long, value_name = "N", required_unless_present = "panels")]
    seats: Option<u32>,
    /// Reserves to draw
    #[arg(long, value_name = "N", default_value_t = 0)]
    reserves: u32,
    /// Public columns that make the strata
    #[arg(long, value_name = "COLS", value_delimiter = ',')]
    by: Vec<String>,
    /// Population of each stratum: a CSV with the columns of --by and 'population'; the pool itself if absent
    #[arg(long, value_name = "FILE")]
    population: Option<PathBuf>,
    /// The panel list that klero panels build wrote
    #[arg(long, value_name = "FILE")]
    panels: Option<PathBuf>,
    /// The quotas that the panels meet, where the list is another program's and does not hold them
    #[arg(long, value_name = "FILE", requires = "panels")]
    quotas: Option<PathBuf>,
    /// How vacancies are filled; beacon for panels, rank for other methods if absent
    #[arg(long, value_enum)]
    replacement: Option<ReplacementName>,
    /// quicknet, default, or a file with a rehearsal chain's information; the log's rehearsal chain if it has one
    #[arg(long)]
    beacon: Option<String>,
    /// After this time a missing result is overdue; a week after the draw if absent
    #[arg(long, value_name = "TIME")]
    draw_by: Option<String>,
    /// Seats that are not drawn, N=WHY; once for each
    #[arg(long, value_name = "N=WHY")]
    not_drawn: Vec<String>,
    /// The people are those opened by this earlier draw
    #[arg(long, value_name = "DRAW")]
    from: Option<Slug>,
    /// Why the table is published although somebody stands alone in it; two members must then sign
    #[arg(long, value_name = "TEXT")]
    table_reason: Option<String>,
    /// Sign at once with these private keys
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// Note to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// What the demonstration wants of the terms of a draw.
#[derive(Default)]
pub(super) struct DemoTerms {
    pub(super) by: Vec<String>,
    pub(super) panels: Option<PathBuf>,
    pub(super) seats: Option<u32>,
    pub(super) reserves: u32,
    pub(super) not_drawn: Vec<String>,
    pub(super) from: Option<Slug>,
    pub(super) table_reason: Option<String>,
}

/// Writes unsigned terms for the demonstration: by panels, stratified, or equal, as the wish says.
pub(super) fn write_for_demo(
    dir: &std::path::Path,
    draw: &Slug,
    pool: &std::path::Path,
    wish: DemoTerms,
    out: &std::path::Path,
) -> Result<(), Failure> {
    let method = if wish.by.is_empty() { MethodName::Equal } else { MethodName::Stratified };
    compose(&New {
        dir: super::Dir { dir: dir.to_owned() },
        draw: draw.clone(),
        pool: pool.to_owned(),
        method: if wish.panels.is_some() { None } else { Some(method) },
        seats: wish.seats,
        reserves: wish.reserves,
        by: wish.by,
        population: None,
        replacement: if wish.panels.is_some() { None } else { Some(ReplacementName::None) },
        panels: wish.panels,
        quotas: None,
        beacon: None,
        draw_by: None,
        not_drawn: wish.not_drawn,
        from: wish.from,
        table_reason: wish.table_reason,
        key: Vec::new(),
        out: out.to_owned(),
    })
    .map(|_| ())
}

/// Runs it.
pub fn run(command: Command) -> Result<u8, Failure> {
    match command {
        Command::New(args) => write(&args)?,
        Command::Sign(args) => return sign::run(&args),
        Command::Show { file, json } => show(&file, json)?,
    }
    Ok(0)
}

fn write(args: &New) -> Result<(), Failure> {
    let (round, round_at, strata) = compose(args)?;
    if !args.key.is_empty() {
        sign::sign_file(&args.out, &args.key, &args.out)?;
    }
    out::line(format!("written: {}", args.out.display()))?;
    for stratum in strata.iter().flat_map(StrataList::strata) {
        out::line(format!(
            "  {:<40} {:>6} seats {:>6} reserves",
            stratum.values.join(" · "),
            stratum.seats,
            stratum.reserves
        ))?;
    }
    out::line(format!("beacon round {round}, published {}", when::show(round_at)))?;
    out::line("next: klero terms sign, then klero draw seal")
}

/// Composes and checks terms, and writes them with their artifacts. Gives the round, its time, and the strata.
fn compose(args: &New) -> Result<(u64, u64, Option<StrataList>), Failure> {
    let dir = &args.dir.dir;
    let about = backend::about(dir)?;
    let status = backend::status(dir, &args.draw)?;
    let chain = match (&args.beacon, &about.rehearsal) {
        (Some(text), _) => beacon::chain(text)?,
        (None, Some(info)) => klero_draw::beacon::Chain::rehearsal(info.clone()),
        (None, None) => klero_draw::beacon::Chain::quicknet(),
    };
    let round = chain.info().round_after(status.draws_at).ok_or_else(|| {
        Failure::refused(format!("the beacon has no round after {}", when::show(status.draws_at)))
            .advise("announce the draw for a later time")
    })?;
    let pool = PoolDir::open(&args.pool)?;
    let draw_by = match &args.draw_by {
        Some(text) => when::parse(text, SystemClock.now())?,
        None => status.draws_at.saturating_add(DRAW_BY_SECS),
    };
    let previous = if status.attempt > 1 {
        let draws = backend::statuses(dir, None)?;
        draw::previous_of(&draws, status.attempt, &status.organiser, &status.purpose)?
            .map(|leaf| leaf.parse::<StepHash>().map_err(Failure::unavailable))
            .transpose()?
    } else {
        None
    };
    let method_name = match (args.method, &args.panels) {
        (Some(MethodName::Panels) | None, Some(_)) => MethodName::Panels,
        (Some(other), None) => other,
        (Some(_), Some(_)) => {
            return Err(Failure::usage("--panels goes with --method panels alone").advise("leave out one of the two"));
        }
        (None, None) => return Err(Failure::usage("--method is missing")),
    };
    let from = match &args.from {
        None => None,
        Some(earlier) => {
            let earlier_status = backend::status(dir, earlier)?;
            let outcome = earlier_status.outcome.ok_or_else(|| {
                Failure::refused(format!("'{earlier}' has no outcome yet"))
                    .advise("a linked pool follows a finished draw")
            })?;
            let replacements =
                earlier_status.replacements.iter().map(|name| name.parse().map_err(Failure::unavailable));
            Some(FromTerms {
                draw: earlier.clone(),
                outcome: outcome.parse().map_err(Failure::unavailable)?,
                replacements: replacements.collect::<Result<_, _>>()?,
            })
        }
    };
    let panels =
        args.panels.as_ref().map(|list| panels::pool::on_pool(list, args.quotas.as_deref(), &pool)).transpose()?;
    let seats = match (args.seats, &panels) {
        (Some(seats), Some(panels)) if seats != panels.seats => {
            return Err(Failure::refused(format!(
                "--seats says {seats}, and each panel of the list has {} members",
                panels.seats
            ))
            .advise("leave --seats out, or build the list for as many seats"));
        }
        (Some(seats), _) => seats,
        (None, Some(panels)) => panels.seats,
        (None, None) => return Err(Failure::usage("--seats is missing")),
    };
    let strata = if method_name == MethodName::Stratified { strata(args, seats, &pool)? } else { None };
    let method = match (method_name, &strata) {
        (MethodName::Equal, _) => Method::Equal,
        (MethodName::Households, _) => Method::Households,
        (MethodName::Stratified, Some((_, name))) => Method::Stratified { columns: args.by.clone(), strata: *name },
        (MethodName::Stratified, None) => {
            return Err(Failure::usage("--by is missing").advise("name the columns that make the strata"));
        }
        (MethodName::Panels, _) => match &panels {
            Some(on_pool) => on_pool.method.clone(),
            None => {
                return Err(Failure::usage("--panels is missing").advise(
                    "make the list with: klero panels build --respondents F --quotas F --seats K --out panels.json",
                ));
            }
        },
    };
    // A table that is not needed is not published.
    let table = if method.needs_table() || from.is_some() { pool.table() } else { None };
    let terms = Terms::new(TermsParts {
        attempt: status.attempt,
        beacon: BeaconTerms { chain: chain.hash(), round },
        draw: args.draw.clone(),
        draw_by,
        draws_at: status.draws_at,
        log: about.origin,
        method,
        seats,
        not_drawn: not_drawn(&args.not_drawn)?,
        organiser: status.organiser,
        pool: PoolTerms {
            columns: pool.columns().clone(),
            from,
            root: pool.root(),
            size: pool.size(),
            table,
            table_reason: args.table_reason.clone().filter(|_| table.is_some()),
        },
        previous,
        purpose: status.purpose,
        replacement: match (args.replacement, method_name) {
            (Some(ReplacementName::None), _) => Replacement::None,
            (Some(ReplacementName::Rank), _) => Replacement::Rank,
            (Some(ReplacementName::Beacon), _) | (None, MethodName::Panels) => Replacement::Beacon,
            (None, _) => Replacement::Rank,
        },
        reserves: args.reserves,
        title: status.title,
    })
    .map_err(|e| Failure::refused(e).advise("correct the arguments; nothing was written"))?;
    let round_at =
        terms.check_round(chain.info()).map_err(|e| Failure::refused(e).advise("choose a later --draw-by"))?;
    feasible(&terms, &pool, strata.as_ref().map(|(list, _)| list), panels.as_ref())?;
    let strata_text = strata.as_ref().map(|(list, _)| list.text());
    let list_text = panels.as_ref().map(|panels| panels.list.text());
    let certificate = panels.as_ref().and_then(|panels| panels.certificate.as_ref()).map(Certificate::text);
    for text in [strata_text, list_text, certificate].into_iter().flatten() {
        let text = text.map_err(Failure::usage)?;
        let folder = args.pool.join("artifacts");
        std::fs::create_dir_all(&folder).named("make the folder", &folder)?;
        atomic::write(&folder.join(ArtifactHash::of(text.as_bytes()).to_string()), text.as_bytes())?;
    }
    atomic::write(&args.out, organiser_note::unsigned(TERMS_CONTEXT, &terms)?.as_bytes())?;
    Ok((round, round_at, strata.map(|(list, _)| list)))
}

fn feasible(
    terms: &Terms,
    pool: &PoolDir,
    strata: Option<&StrataList>,
    panels: Option<&panels::pool::OnPool>,
) -> Result<(), Failure> {
    let text = if terms.pool.table.is_some() { pool.table_text()? } else { None };
    let table = text
        .as_deref()
        .map(|text| Table::parse(text, &terms.pool.columns, terms.pool.size, &terms.pool.root))
        .transpose()
        .map_err(Failure::refused)?;
    let list = panels.map(|panels| &panels.list);
    let inputs = DrawInputs { people: table.as_ref().map(|t| t as &dyn People), strata, panels: list };
    if let Some(table) = &table {
        anonymity::check(table, terms.pool.table_reason.as_deref())?;
    }
    check_feasible(terms, &inputs)
        .map_err(|e| Failure::refused(e).advise("change seats, reserves, strata or panels; nothing was written"))?;
    if let (Some(certificate), Some(list), Some(table)) =
        (panels.and_then(|panels| panels.certificate.as_ref()), list, &table)
    {
        certificate.bounds(terms, list, table).map_err(|e| {
            Failure::refused(e).advise("build the list again: its certificate is not about these people and quotas")
        })?;
    }
    Ok(())
}

fn not_drawn(given: &[String]) -> Result<Vec<NotDrawn>, Failure> {
    given
        .iter()
        .map(|one| {
            let parsed = one.split_once('=').and_then(|(n, why)| Some((n.trim().parse().ok()?, why.trim())));
            parsed.map(|(seats, why)| NotDrawn { seats, why: why.to_owned() }).ok_or_else(|| {
                Failure::usage(format!("'{one}' is not N=WHY"))
                    .advise("for instance --not-drawn \"2=appointed by the council\"")
            })
        })
        .collect()
}

/// The strata list: who lives in the pool, and how many seats that gives.
fn strata(args: &New, seats: u32, pool: &PoolDir) -> Result<Option<(StrataList, ArtifactHash)>, Failure> {
    if args.by.is_empty() {
        return Ok(None);
    }
    let text = pool.table_text()?.ok_or_else(|| {
        Failure::refused("this pool has no table, which strata need")
            .advise("commit the pool again with --public naming the columns")
    })?;
    let table = Table::parse(&text, pool.columns(), pool.size(), &pool.root()).map_err(Failure::refused)?;
    let columns = args
        .by
        .iter()
        .map(|name| {
            table.columns().public_position(name).ok_or_else(|| {
                Failure::usage(format!("the pool has no public column '{name}'"))
                    .advise(format!("its public columns are: {}", pool.columns().public().join(", ")))
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut counts: BTreeMap<Vec<String>, u64> = BTreeMap::new();
    for person in 0..table.size() {
        let values = columns.iter().map(|column| table.value(person, *column).to_owned()).collect();
        *counts.entry(values).or_default() += 1;
    }
    let population = match &args.population {
        None => counts.clone(),
        Some(file) => population(file, &args.by, &counts)?,
    };
    let claims = |taken: &[u64]| -> Vec<Claim> {
        let rest = counts.values().zip(taken.iter().copied().chain(std::iter::repeat(0)));
        population
            .values()
            .zip(rest)
            .map(|(p, (here, taken))| Claim { population: *p, capacity: Some(here - taken) })
            .collect()
    };
    let too_many = |e: &dyn std::fmt::Display| Failure::refused(e).advise("ask for fewer seats, or enlarge the pool");
    let seats = allocate(u64::from(seats), &claims(&[])).map_err(|e| too_many(&e))?;
    let reserves = allocate(u64::from(args.reserves), &claims(&seats)).map_err(|e| too_many(&e))?;
    let number = |n: &u64| u32::try_from(*n).map_err(|_| Failure::usage("too many seats"));
    let mut list = Vec::new();
    for (values, (seats, reserves)) in counts.keys().zip(seats.iter().zip(&reserves)) {
        list.push(Stratum { reserves: number(reserves)?, seats: number(seats)?, values: values.clone() });
    }
    let list = StrataList::new(args.by.clone(), list).map_err(Failure::usage)?;
    let name = ArtifactHash::of(list.text().map_err(Failure::usage)?.as_bytes());
    Ok(Some((list, name)))
}

/// Given population counts, one for each stratum of the pool.
fn population(
    file: &std::path::Path,
    by: &[String],
    counts: &BTreeMap<Vec<String>, u64>,
) -> Result<BTreeMap<Vec<String>, u64>, Failure> {
    let wrong = |what: String| {
        Failure::usage(format!("{}: {what}", file.display()))
            .advise("one line for each stratum: the columns of --by, and 'population'")
    };
    let mut reader = csv::Reader::from_path(file).map_err(|e| wrong(e.to_string()))?;
    let headers = reader.headers().map_err(|e| wrong(e.to_string()))?.clone();
    let position = |name: &str| {
        headers
            .iter()
            .position(|h| h.trim_start_matches('\u{feff}').trim() == name)
            .ok_or_else(|| wrong(format!("there is no column '{name}'")))
    };
    let columns = by.iter().map(|name| position(name)).collect::<Result<Vec<_>, _>>()?;
    let number = position("population")?;
    let mut given: BTreeMap<Vec<String>, u64> = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(|e| wrong(e.to_string()))?;
        let values: Vec<String> =
            columns.iter().map(|c| crate::people_csv::normalise(record.get(*c).unwrap_or_default())).collect();
        let line = record.position().map_or(0, csv::Position::line);
        let people = record
            .get(number)
            .unwrap_or_default()
            .trim()
            .parse()
            .map_err(|_| wrong(format!("line {line}: the population is not a number")))?;
        if !counts.contains_key(&values) {
            return Err(wrong(format!("line {line}: nobody in the pool is in the stratum '{}'", values.join(" · "))));
        }
        if given.insert(values, people).is_some() {
            return Err(wrong(format!("line {line}: this stratum is listed twice")));
        }
    }
    match counts.keys().find(|values| !given.contains_key(*values)) {
        Some(values) => Err(wrong(format!("the stratum '{}' of the pool is not listed", values.join(" · ")))),
        None => Ok(given),
    }
}

fn show(file: &std::path::Path, json: bool) -> Result<(), Failure> {
    let text = std::fs::read_to_string(file).named("read the terms", file)?;
    if json {
        let line = text.lines().nth(1).unwrap_or_default();
        let terms: Terms =
            klero_draw::json::decode(line).map_err(|e| Failure::usage(format!("{}: {e}", file.display())))?;
        return out::json(&terms);
    }
    out::write(&organiser_note::describe(&text)?)?;
    if let Ok(note) = parse_terms(&text) {
        out::line(format!("  terms hash   {}", terms_hash(note.text())))?;
    }
    Ok(())
}
