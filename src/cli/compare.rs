//! `klero compare`: two views of one log, and a proof of fraud where they are two histories.

use std::path::{Path, PathBuf};

use klero_tlog::{TreeHead, VerifierKey};
use klero_verifier::fraud::Relation;

use super::monitor::read_trust;
use super::out;
use crate::atomic;
use crate::compare;
use crate::failure::Failure;

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A view is a log's folder or address, a monitor's folder, or a checkpoint in a file.\n\nExit codes: 0 the same, or one extends the other · 1 a fork; the proof is written · 2 usage, or two logs · 3 cannot be decided\n\nExamples:\n  klero compare https://draws.example.org watch/\n  klero compare checkpoint-from-the-press.txt https://draws.example.org --out fork.json\n  klero verify fork.json"
)]
pub struct Args {
    /// One view
    #[arg(value_name = "A")]
    a: String,
    /// The other
    #[arg(value_name = "B")]
    b: String,
    /// Trust file that names the log's key
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
    /// The log's key, once for each that it had
    #[arg(long, value_name = "VKEY")]
    key: Vec<String>,
    /// Where a proof of fraud is written; fraud-A-B.json here, by their sizes, if absent
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

/// Runs it.
pub fn run(args: &Args) -> Result<u8, Failure> {
    let mut keys = Vec::new();
    if let Some(path) = &args.trust {
        keys.push(read_trust(path)?.log().clone());
    }
    for text in &args.key {
        keys.push(VerifierKey::parse(text).map_err(|e| {
            Failure::usage(format!("--key {text}: {e}")).advise("give it as it stands in log.vkey: name+id+base64")
        })?);
    }
    let names = [args.a.as_str(), args.b.as_str()];
    let compared = compare::run(names, &keys)?;
    let (word, exit, proof) = match &compared.relation {
        None => ("unknown", 3, None),
        Some(Relation::Same) => ("same", 0, None),
        Some(Relation::Extends) => ("extends", 0, None),
        Some(Relation::Fork(proof)) => ("fork", 1, Some(proof)),
    };
    let (small, large) = (compared.smaller, 1 - compared.smaller);
    let mut written: Option<PathBuf> = None;
    let mut unproved = None;
    if let Some(proof) = proof {
        match proof.verify() {
            Ok(fraud) => {
                let own = PathBuf::from(format!("fraud-{}-{}.json", fraud.smaller().size, fraud.larger().size));
                let path = args.out.clone().unwrap_or(own);
                let text = proof.to_text().map_err(Failure::unavailable)?;
                atomic::write(&path, text.as_bytes())?;
                written = Some(path);
            }
            Err(why) => unproved = Some(why.to_string()),
        }
    }
    if args.json {
        let head = |at: usize| {
            let TreeHead { size, root } = compared.heads[at];
            serde_json::json!({"view": names[at], "size": size, "root": root.to_hex()})
        };
        let proof = written.as_deref().map(Path::display).map(|path| path.to_string());
        out::json(&serde_json::json!({
            "relation": word, "exit": exit, "smaller": head(small), "larger": head(large), "proof": proof, "reason": unproved,
        }))?;
        return Ok(exit);
    }
    let told =
        |at: usize| format!("{} ({} entries, root {})", names[at], compared.heads[at].size, compared.heads[at].root);
    out::line(match word {
        "same" => "SAME: both show one state of the log".to_owned(),
        "extends" => format!("EXTENDS: {} begins with {}", names[large], names[small]),
        "fork" => "FORK: the log signed two histories".to_owned(),
        _ => "UNKNOWN: the view with more entries does not hold them; name the log or a monitor's folder instead"
            .to_owned(),
    })?;
    out::line(told(0))?;
    out::line(told(1))?;
    if let Some(path) = written {
        out::line(format!("proof of fraud: {}  (check it: klero verify {})", path.display(), path.display()))?;
    }
    if let Some(why) = unproved {
        out::line(format!("it cannot be proved to others with these two checkpoints: {why}"))?;
    }
    Ok(exit)
}
