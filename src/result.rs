//! `klero draw result`: who was drawn, for the organiser who holds the pool. Works offline from the bundle; refuses a pool that is not the
//! sealed one, and a bundle that does not verify.

use std::path::{Path, PathBuf};

use klero_draw::names::Slug;
use klero_draw::outcome::Outcome;
use klero_draw::replacement::Seats;
use klero_verifier::ledger::DrawState;

use crate::cli::out;
use crate::draw_proof::{DrawProof, no_outcome, outcome_of};
use crate::failure::Failure;
use crate::pool_dir::{PoolDir, Progress, ResultFiles, Selected};
use crate::unfinished::interruptible;
use crate::verify_io::{self, ArtifactFolder};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The draw
    draw: Slug,
    /// The committed pool
    #[arg(long, value_name = "DIR")]
    pool: PathBuf,
    /// The draw's proof bundle
    #[arg(long, value_name = "FILE", required_unless_present = "dir")]
    bundle: Option<PathBuf>,
    /// Folder with artifacts too large for the bundle, named by hash
    #[arg(long, value_name = "DIR", requires = "bundle")]
    artifacts: Option<PathBuf>,
    /// Your trust file, for verifying the bundle
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
    /// Take the bundle from this service instead
    #[arg(long, value_name = "DIR", conflicts_with = "bundle")]
    dir: Option<PathBuf>,
    /// Folder for drawn.csv, reserves.csv and remaining.csv
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs it.
pub fn run(args: &Args) -> Result<(), Failure> {
    let trust = args.trust.as_deref();
    let proof = match (&args.bundle, &args.dir) {
        (Some(path), _) => DrawProof::of_file(path, args.artifacts.as_deref(), trust)?,
        (None, Some(dir)) => DrawProof::of_service(dir, &args.draw, trust)?,
        (None, None) => return Err(Failure::usage("--bundle is missing")),
    };
    let state = proof.state(Some(&args.draw))?;
    if !args.json {
        proof.warn(&state)?;
    }
    let _interruptible = interruptible()?;
    let files = write_files(&args.pool, &proof, &state, &args.out, &mut out::bars())?;
    let not_drawn = state.terms().map_or_else(Vec::new, |terms| terms.not_drawn.clone());
    if args.json {
        return out::json(&serde_json::json!({
            "rehearsal": proof.report().rehearsal.is_some(), "annulled": state.annulled().map(|(_, reason)| reason),
            "not_drawn": not_drawn,
            "drawn": files.drawn, "reserves": files.reserves, "remaining": files.remaining, "neutralised": files.neutralised,
        }));
    }
    for path in [&files.drawn, &files.reserves, &files.remaining] {
        out::line(path.display())?;
    }
    for group in &not_drawn {
        out::line(format!("{} more seats are not drawn and in none of these files: {}", group.seats, group.why))?;
    }
    if files.neutralised > 0 {
        out::line(format!(
            "{} cells that a spreadsheet might run got an apostrophe; the committed file is untouched",
            files.neutralised
        ))?;
    }
    out::line("these files hold personal data; they are readable by you alone")
}

/// Writes the files of a verified bundle's draw, after every row of the pool has been held against its root.
pub fn write_files(
    pool: &Path,
    proof: &DrawProof,
    state: &DrawState,
    out: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<ResultFiles, Failure> {
    let terms = state.terms().ok_or_else(|| {
        Failure::refused("this draw is not sealed").advise("wait for the draw, and fetch the bundle again")
    })?;
    let outcome = proof.outcome(state)?.ok_or_else(|| no_outcome(state))?;
    let (drawn, reserves) = seats_now(state, &outcome)?;
    let selected = Selected { root: terms.pool.root, size: terms.pool.size, drawn: &drawn, reserves: &reserves };
    let pool = PoolDir::open(pool)?;
    pool.fits(&selected)?;
    pool.verify(progress)?;
    pool.result(selected, out, progress)
}

/// Who holds a seat now, in the order drawn and then seated; and the reserves who have not been called or ruled out.
pub fn seats_now(state: &DrawState, outcome: &Outcome) -> Result<(Vec<u32>, Vec<u32>), Failure> {
    let indices = |openings: &[klero_draw::outcome::Opening]| openings.iter().map(|o| o.index).collect::<Vec<u32>>();
    let mut seats = Seats::new(&indices(&outcome.drawn));
    let mut joined = Vec::new();
    for vacancy in state.vacancies() {
        let leavers: Vec<u32> = vacancy.note.value().seats.iter().map(|seat| seat.index).collect();
        seats.vacate(&leavers).map_err(Failure::refused)?;
        for person in vacancy.answer.iter().flat_map(|answer| answer.seated.iter().copied()) {
            seats.seat(person);
            joined.push(person);
        }
    }
    let drawn = indices(&outcome.drawn).into_iter().chain(joined).filter(|i| seats.seated().contains(i)).collect();
    let free = |i: &u32| !seats.seated().contains(i) && !seats.left().contains(i);
    Ok((drawn, indices(&outcome.reserves).into_iter().filter(free).collect()))
}

/// The indices that a bundle's draw opened: drawn, reserves, and everybody who was seated later. The bundle is not verified here.
pub fn opened_by(bundle: &Path, artifacts: Option<&Path>) -> Result<std::collections::BTreeSet<u32>, Failure> {
    let (state, outcome) = outcome_of(&verify_io::bundle_text(bundle)?, &ArtifactFolder::new(artifacts), None)?;
    let seated =
        state.vacancies().iter().filter_map(|vacancy| vacancy.answer.as_ref()).flat_map(|a| a.seated.iter().copied());
    Ok(outcome.drawn.iter().chain(&outcome.reserves).map(|opening| opening.index).chain(seated).collect())
}
