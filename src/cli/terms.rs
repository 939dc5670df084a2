//! `klero terms`: write, sign and show the terms of a draw.

use std::path::PathBuf;

use klero_draw::artifacts::StrataList;
use klero_draw::beacon::Chain;
use klero_draw::hash::ArtifactHash;
use klero_draw::names::Slug;
use klero_draw::terms::{NotDrawn, Replacement, TERMS_CONTEXT, Terms, parse_terms, terms_hash};

use super::{backend, beacon, out, panels, sign};
use crate::clock::{Clock, SystemClock};
use crate::columns::{self, ColumnNames};
use crate::compose::{self, Composed, How, TermsWish};
use crate::failure::{Failure, Named};
use crate::pool_dir::PoolDir;
use crate::{atomic, organiser_note, people_csv, when};

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
        /// Folder of the lists that the terms name by hash, to be shown the seats of each stratum; klero terms new writes them into POOL/artifacts
        #[arg(long, value_name = "DIR")]
        artifacts: Option<PathBuf>,
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
    #[arg(long, value_name = "COLS")]
    by: Vec<ColumnNames>,
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
    /// Print JSON
    #[arg(long)]
    json: bool,
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
        by: vec![ColumnNames(wish.by)],
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
        json: false,
    })
    .map(|_| ())
}

/// Runs it.
pub fn run(command: Command) -> Result<u8, Failure> {
    match command {
        Command::New(args) => write(&args)?,
        Command::Sign(args) => return sign::run(&args),
        Command::Show { file, artifacts, json } => show(&file, artifacts.as_deref(), json)?,
    }
    Ok(0)
}

fn write(args: &New) -> Result<(), Failure> {
    let Composed { terms, round_at, strata, chances, .. } = compose(args)?;
    let rehearsal = Chain::by_name_or_hash(&terms.beacon.chain.to_string()).is_none();
    if args.json {
        let signed_by = sign::sign_quietly(&args.out, &args.key, &args.out)?;
        return out::json(&serde_json::json!({
            "written": args.out, "signed_by": signed_by, "says": terms, "round_at": round_at, "rehearsal": rehearsal,
            "strata": strata.as_ref().map(StrataList::strata), "chances": chances,
        }));
    }
    if rehearsal {
        out::line("REHEARSAL BEACON: a draw by these terms proves nothing")?;
    }
    if !args.key.is_empty() {
        sign::sign_file(&args.out, &args.key, &args.out)?;
    }
    out::line(format!("written: {}", args.out.display()))?;
    if let Some(list) = &strata {
        out::write(&sign::strata_lines(list))?;
    }
    if let Some(chances) = &chances {
        out::write(&chances.to_string())?;
    }
    out::line(format!("beacon round {}, published {}", terms.beacon.round, when::show(round_at)))?;
    out::line("next: klero terms sign, then klero draw seal")
}

/// Composes and checks terms, and writes them with their artifacts.
fn compose(args: &New) -> Result<Composed, Failure> {
    let dir = &args.dir.dir;
    let facts = backend::facts(dir)?;
    let chain = match &args.beacon {
        Some(text) => beacon::chain(text)?,
        None => facts.usual_chain(),
    };
    let pool = PoolDir::open(&args.pool)?;
    let draw_by = args.draw_by.as_deref().map(|text| when::parse(text, SystemClock.now())).transpose()?;
    let list = args.panels.as_deref().map(panels::files::panel_list).transpose()?;
    let panels = list.map(|list| panels::pool::on_pool(list, args.quotas.as_deref(), &pool)).transpose()?;
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
    let how = how(args, panels)?;
    let replacement = match (args.replacement, &how) {
        (Some(ReplacementName::None), _) => Replacement::None,
        (Some(ReplacementName::Rank), _) => Replacement::Rank,
        (Some(ReplacementName::Beacon), _) | (None, How::Panels { .. }) => Replacement::Beacon,
        (None, _) => Replacement::Rank,
    };
    let composed = compose::terms(
        &facts,
        &pool,
        &TermsWish {
            draw: args.draw.clone(),
            how,
            seats,
            reserves: args.reserves,
            replacement,
            chain,
            draw_by,
            not_drawn: not_drawn(&args.not_drawn)?,
            from: args.from.clone(),
            table_reason: args.table_reason.clone(),
        },
    )?;
    for text in &composed.artifacts {
        let folder = args.pool.join("artifacts");
        std::fs::create_dir_all(&folder).named("make the folder", &folder)?;
        atomic::write(&folder.join(ArtifactHash::of(text.as_bytes()).to_string()), text.as_bytes())?;
    }
    atomic::write(&args.out, organiser_note::unsigned(TERMS_CONTEXT, &composed.terms)?.as_bytes())?;
    Ok(composed)
}

/// How people are drawn, as the arguments say.
fn how(args: &New, panels: Option<panels::pool::OnPool>) -> Result<How, Failure> {
    match (args.method, panels) {
        (Some(MethodName::Panels) | None, Some(panels::pool::OnPool { list, certificate, method, .. })) => {
            Ok(How::Panels { list, certificate, method })
        }
        (Some(_), Some(_)) => {
            Err(Failure::usage("--panels goes with --method panels alone").advise("leave out one of the two"))
        }
        (Some(MethodName::Equal), None) => Ok(How::Equal),
        (Some(MethodName::Households), None) => Ok(How::Households),
        (Some(MethodName::Stratified), None) if columns::all(&args.by).is_empty() => {
            Err(Failure::usage("--by is missing").advise("name the columns that make the strata"))
        }
        (Some(MethodName::Stratified), None) => {
            let read = |file: &PathBuf| {
                let bytes = std::fs::read(file).named("read the population", file)?;
                people_csv::utf8(bytes).map_err(|problem| {
                    let failure = Failure::usage(format!("the population {}: {problem}", file.display()));
                    failure.advise(problem.advice().unwrap_or("save the file as UTF-8"))
                })
            };
            Ok(How::Stratified {
                by: columns::all(&args.by),
                population: args.population.as_ref().map(read).transpose()?,
            })
        }
        (Some(MethodName::Panels), None) => Err(Failure::usage("--panels is missing")
            .advise("make the list with: klero panels build --respondents F --quotas F --seats K --out panels.json")),
        (None, None) => Err(Failure::usage("--method is missing")),
    }
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

fn show(file: &std::path::Path, artifacts: Option<&std::path::Path>, json: bool) -> Result<(), Failure> {
    let text = std::fs::read_to_string(file).named("read the terms", file)?;
    if json {
        let line = text.lines().nth(1).unwrap_or_default();
        let terms: Terms =
            klero_draw::json::decode(line).map_err(|e| Failure::usage(format!("{}: {e}", file.display())))?;
        return out::json(&terms);
    }
    out::write(&organiser_note::describe(&text)?)?;
    if let Some(folder) = artifacts {
        sign::tell_strata(&text, folder)?;
    }
    if let Ok(note) = parse_terms(&text) {
        out::line(format!("  terms hash   {}", terms_hash(note.text())))?;
    }
    Ok(())
}
