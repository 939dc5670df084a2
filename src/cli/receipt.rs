//! `klero receipt`: what one person needs to check, alone, that they are in the pool, with which data, and what became of their ticket.

use std::path::{Path, PathBuf};

use klero_draw::names::Slug;
use klero_draw::receipt::{PoolTerms, Receipt, ShortCode, open_box, seal_box};
use klero_draw::seed::{Seed, Stage};
use klero_verifier::ledger::DrawState;
use klero_verifier::report::Verdict;

use super::out;
use crate::draw_proof::DrawProof;
use crate::failure::{Failure, Named};
use crate::pool_dir::PoolDir;
use crate::{atomic, when};

/// Subcommands.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Make a person's receipt, with the code and the box for their letter
    #[command(
        after_help = "Example:\n  klero receipt make --pool pool --draw letters-2026 --log draws.example.org/log --id 4711 --out receipt.json\n\nA receipt is that person's data: give it to nobody else."
    )]
    Make {
        /// The committed pool
        #[arg(long, value_name = "DIR")]
        pool: PathBuf,
        /// The draw
        #[arg(long)]
        draw: Slug,
        /// Origin of the log
        #[arg(long, value_name = "ORIGIN")]
        log: String,
        /// The person's id
        #[arg(long)]
        id: String,
        /// Receipt to write; standard output if absent
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Also print the 26-character code, and write the encrypted box that belongs to it into this folder, named by its locator
        #[arg(long, value_name = "DIR")]
        boxes: Option<PathBuf>,
        /// Print JSON: receipt, fragment for a link, code and locator
        #[arg(long)]
        json: bool,
    },
    /// Check a receipt against a bundle, which is verified first: in the pool? drawn?
    #[command(
        after_help = "Examples:\n  klero receipt check receipt.json --bundle letters.bundle.json\n  klero receipt check --code XXXXX-XXXXX-XXXXX-XXXXX-XXXXXX --boxes boxes --bundle letters.bundle.json"
    )]
    Check {
        /// The receipt
        receipt: Option<PathBuf>,
        /// The code of the letter, instead of a receipt
        #[arg(long, conflicts_with = "receipt", requires = "boxes")]
        code: Option<String>,
        /// Folder of encrypted boxes
        #[arg(long, value_name = "DIR")]
        boxes: Option<PathBuf>,
        /// The draw's proof bundle
        #[arg(long, value_name = "FILE")]
        bundle: PathBuf,
        /// Folder with artifacts too large for the bundle, named by hash
        #[arg(long, value_name = "DIR")]
        artifacts: Option<PathBuf>,
        /// Your trust file, for verifying the bundle
        #[arg(long, value_name = "FILE")]
        trust: Option<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Runs it.
pub fn run(command: Command) -> Result<u8, Failure> {
    match command {
        Command::Make { pool, draw, log, id, out, boxes, json } => {
            make(&pool, &draw, &log, &id, out.as_deref(), boxes.as_deref(), json)?;
        }
        Command::Check { receipt, code, boxes, bundle, artifacts, trust, json } => {
            let receipt = match (&receipt, &code, &boxes) {
                (Some(path), _, _) => {
                    let text = std::fs::read_to_string(path).named("read the receipt", path)?;
                    parse(text.trim_end())?
                }
                (None, Some(code), Some(boxes)) => unbox(code, boxes)?,
                _ => return Err(Failure::usage("name a receipt, or a --code and the folder of --boxes")),
            };
            let proof = DrawProof::of_file(&bundle, artifacts.as_deref(), trust.as_deref())?;
            check(&receipt, &proof, json)?;
            if !json {
                out::line(standing(&proof, trust.is_some(), &bundle))?;
            }
        }
    }
    Ok(0)
}

fn parse(text: &str) -> Result<Receipt, Failure> {
    let parsed = if text.starts_with('#') { Receipt::from_fragment(text) } else { Receipt::parse(text) };
    parsed.map_err(|e| {
        Failure::usage(format!("this is not a receipt: {e}")).advise("use the file or the link as it was given to you")
    })
}

fn make(
    pool: &Path,
    draw: &Slug,
    log: &str,
    id: &str,
    out_file: Option<&Path>,
    boxes: Option<&Path>,
    json: bool,
) -> Result<(), Failure> {
    let pool = PoolDir::open(pool)?;
    let working = out::counter("looking through the pool");
    working.enable_steady_tick(std::time::Duration::from_millis(100));
    let index = pool.find_id(id)?.ok_or_else(|| {
        Failure::refused("nobody in this pool has that id")
            .advise("check the spelling; ids are compared as they stand in the pool")
    })?;
    let receipt = pool.receipt(index, draw, log)?;
    drop(working);
    let text = receipt.encode().map_err(Failure::refused)?;
    let code = ShortCode::derive(pool.key(), draw, receipt.id());
    if let Some(folder) = boxes {
        std::fs::create_dir_all(folder).named("make the folder", folder)?;
        let sealed = seal_box(&code, &receipt).map_err(Failure::refused)?;
        atomic::write(&folder.join(code.locator().to_string()), &sealed)?;
    }
    if let Some(path) = out_file {
        atomic::write_private(path, text.as_bytes())?;
    }
    let fragment = receipt.to_fragment().map_err(Failure::refused)?;
    if json {
        return out::json(&serde_json::json!({
            "receipt": text, "fragment": fragment, "index": index, "code": code.grouped().as_str(),
            "locator": code.locator().to_string(),
        }));
    }
    if out_file.is_none() {
        out::line(&text)?;
    }
    if boxes.is_some() {
        out::line(format!("code     {}", code.grouped().as_str()))?;
        out::line(format!("locator  {}", code.locator()))?;
    }
    Ok(())
}

fn unbox(code: &str, boxes: &Path) -> Result<Receipt, Failure> {
    let code = ShortCode::parse(code).map_err(|e| {
        Failure::usage(e).advise("type the 26 characters of the letter; hyphens and case do not matter")
    })?;
    let path = boxes.join(code.locator().to_string());
    let sealed = std::fs::read(&path).map_err(|_| {
        Failure::refused("there is no receipt for this code")
            .advise("check each character; the code's own check fits, so it may be for another draw")
    })?;
    open_box(&code, &sealed).map_err(Failure::refused)
}

fn check(receipt: &Receipt, proof: &DrawProof, json: bool) -> Result<(), Failure> {
    let state = proof.state(Some(receipt.draw()))?;
    let terms = state.terms().ok_or_else(|| {
        Failure::refused("this draw is not sealed: nobody is in its pool yet")
            .advise("fetch the bundle again when it is sealed; keep the receipt")
    })?;
    let pool = PoolTerms {
        columns: &terms.pool.columns,
        draw: &terms.draw,
        log: &terms.log,
        root: terms.pool.root,
        size: terms.pool.size,
    };
    let checked = receipt.check(&pool).map_err(|e| {
        Failure::refused(format!("this receipt does not fit the sealed pool: {e}"))
            .advise("ask the organiser; keep the receipt")
    })?;
    let index = checked.index();
    let became = match proof.outcome(&state)? {
        Some(outcome) => {
            let place = |openings: &[klero_draw::outcome::Opening]| openings.iter().position(|o| o.index == index);
            became(&state, index, place(&outcome.drawn).is_some(), place(&outcome.reserves))
        }
        None if state.void().is_some() => {
            "not drawn: this draw was given up before it was drawn, and nobody was".to_owned()
        }
        None => format!("not drawn yet: the draw is announced for {}", when::show(terms.draws_at)),
    };
    let ticket = state
        .seal()
        .zip(state.result().and_then(|r| r.round.as_ref()))
        .map(|(seal, round)| Seed::derive(&seal.terms_hash, round).key(Stage::People).ticket(index).to_string());
    if json {
        return out::json(&serde_json::json!({
            "in_pool": true, "index": index, "size": terms.pool.size, "root": terms.pool.root.to_string(),
            "ticket": ticket, "result": became, "annulled": state.annulled().map(|(_, reason)| reason),
            "phase": state.phase().name(), "rehearsal": proof.report().rehearsal.is_some(),
            "verdict": proof.report().verdict.name(),
        }));
    }
    proof.warn(&state)?;
    out::line(format!("this row is in the sealed pool: number {index} of {} people", terms.pool.size))?;
    out::line(format!("  {:<20} {}", terms.pool.columns.id(), receipt.id()))?;
    let address = terms.pool.columns.household().iter().zip(receipt.address());
    for (column, cell) in receipt.private().iter().chain(address).chain(receipt.public()) {
        out::line(format!("  {column:<20} {cell}"))?;
    }
    if let Some(ticket) = ticket {
        out::line(format!("its ticket: {ticket} (the lowest win)"))?;
    }
    out::line(became)
}

/// What the bundle is worth, and how to learn more.
fn standing(proof: &DrawProof, trusted: bool, bundle: &Path) -> String {
    match (proof.report().verdict, trusted) {
        (Verdict::Verified, true) => "the bundle verifies by your trust file".to_owned(),
        (Verdict::Verified, false) => {
            "the bundle verifies, by the keys that it names itself: --trust FILE holds it against those that you decided to believe".to_owned()
        }
        _ => format!("the bundle proves less than it should, or waits for more: klero verify {} says what", bundle.display()),
    }
}

/// What became of a person.
fn became(state: &DrawState, index: u32, drawn: bool, reserve: Option<usize>) -> String {
    let seated_later = state.vacancies().iter().any(|v| v.answer.as_ref().is_some_and(|a| a.seated.contains(&index)));
    if state.left().contains(&index) {
        "drawn or seated, and has left the seat since".to_owned()
    } else if drawn {
        "drawn".to_owned()
    } else if seated_later {
        "seated as a replacement".to_owned()
    } else if let Some(place) = reserve {
        format!("reserve number {}", place + 1)
    } else {
        "not drawn".to_owned()
    }
}
