//! `klero draw result`: who was drawn, for the organiser who holds the pool. Works offline from the bundle; refuses a pool that is not the
//! sealed one, and a bundle that does not verify.

use std::path::{Path, PathBuf};

use klero_draw::names::Slug;
use klero_draw::outcome::Outcome;
use klero_draw::replacement::Seats;
use klero_verifier::artifacts::{ArtifactSource, NoArtifacts};
use klero_verifier::bundle::Bundle;
use klero_verifier::ledger::{DrawState, Ledger};
use klero_verifier::report::Verdict;
use klero_verifier::trust::Trust;
use klero_verifier::verify::{Options, verify};

use crate::cli::{backend, out};
use crate::failure::{Failure, Named};
use crate::pool_dir::{PoolDir, ResultFiles, Selected};

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
    let text = match (&args.bundle, &args.dir) {
        (Some(path), _) => std::fs::read_to_string(path).named("read the bundle", path)?,
        (None, Some(dir)) => backend::bundle(dir, &args.draw)?,
        (None, None) => return Err(Failure::usage("--bundle is missing")),
    };
    let trust = match &args.trust {
        Some(path) => {
            let text = std::fs::read_to_string(path).named("read the trust file", path)?;
            Some(Trust::parse(&text).map_err(|e| Failure::usage(format!("{}: {e}", path.display())))?)
        }
        None => None,
    };
    let files = from_bundle(&args.pool, &text, trust.as_ref(), Some(&args.draw), &args.out)?;
    let (state, _) = outcome_of(&text, &NoArtifacts, Some(&args.draw))?;
    let not_drawn = state.terms().map_or_else(Vec::new, |terms| terms.not_drawn.clone());
    if args.json {
        return out::json(&serde_json::json!({
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

/// Verifies the bundle and writes the files.
pub fn from_bundle(
    pool: &Path,
    text: &str,
    trust: Option<&Trust>,
    draw: Option<&Slug>,
    out: &Path,
) -> Result<ResultFiles, Failure> {
    let report = verify(text, &NoArtifacts, trust, Options::default());
    if matches!(report.verdict, Verdict::Refuted | Verdict::Unreadable) {
        return Err(
            Failure::refused("the bundle does not verify").advise("run klero verify on it: it names what is wrong")
        );
    }
    let (state, outcome) = outcome_of(text, &NoArtifacts, draw)?;
    let terms = state.terms().ok_or_else(|| Failure::refused("this draw is not sealed"))?;
    let (drawn, reserves) = seats_now(&state, &outcome)?;
    let selected = Selected { root: terms.pool.root, size: terms.pool.size, drawn: &drawn, reserves: &reserves };
    PoolDir::open(pool)?.result(selected, out, &mut |_| {})
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
pub fn opened_by(bundle: &Path) -> Result<std::collections::BTreeSet<u32>, Failure> {
    let text = std::fs::read_to_string(bundle).named("read the bundle", bundle)?;
    let (state, outcome) = outcome_of(&text, &NoArtifacts, None)?;
    let seated =
        state.vacancies().iter().filter_map(|vacancy| vacancy.answer.as_ref()).flat_map(|a| a.seated.iter().copied());
    Ok(outcome.drawn.iter().chain(&outcome.reserves).map(|opening| opening.index).chain(seated).collect())
}

/// State and outcome of a bundle's draw. The bundle is not verified here.
pub fn outcome_of(
    text: &str,
    artifacts: &dyn ArtifactSource,
    draw: Option<&Slug>,
) -> Result<(DrawState, Outcome), Failure> {
    let unreadable = |e: &dyn std::fmt::Display| Failure::usage(format!("the bundle cannot be read: {e}"));
    let bundle = Bundle::parse(text).map_err(|e| unreadable(&e))?;
    if let Some(draw) = draw.filter(|draw| **draw != bundle.draw) {
        return Err(Failure::usage(format!("the bundle is of '{}', not of '{draw}'", bundle.draw)));
    }
    let mut ledger = Ledger::partial();
    for step in &bundle.steps {
        let step = ledger.open(step.entry.as_bytes()).map_err(|e| unreadable(&e))?;
        if ledger.check(&step).is_ok() {
            ledger.apply(&step).map_err(|e| unreadable(&e))?;
        }
    }
    let state = ledger.draw(&bundle.draw).cloned().ok_or_else(|| unreadable(&"its draw is not in it"))?;
    let name = state.result().map(|result| result.outcome).ok_or_else(|| {
        Failure::refused(format!("'{}' has no outcome yet", bundle.draw))
            .advise("wait for the draw, and fetch the bundle again")
    })?;
    let text = match bundle.artifacts.get(&name) {
        Some(text) => text.to_string(),
        None => artifacts
            .artifact(&name)
            .map_err(|e| unreadable(&e))?
            .ok_or_else(|| unreadable(&format!("the outcome {name} is not in it")))?,
    };
    let outcome = Outcome::parse(&text).map_err(|e| unreadable(&e))?;
    Ok((state, outcome))
}
