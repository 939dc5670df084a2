//! `klero sign`: adds a person's signature to a note of theirs, after showing what it says.

use std::path::{Path, PathBuf};

use klero_draw::artifacts::{StrataList, Stratum};
use klero_verifier::artifacts::ArtifactSource;

use super::out;
use crate::failure::{Failure, Named};
use crate::organiser_note;
use crate::signer;
use crate::verify_io::ArtifactFolder;

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  klero sign terms.note --key clerk.key\n\nFour eyes: each signs on their own computer, with their own key, and passes the file on."
)]
pub struct Args {
    /// The note to sign
    file: PathBuf,
    /// Your private key
    #[arg(long, value_name = "FILE", required = true)]
    key: Vec<PathBuf>,
    /// Write here instead of back to the note
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Folder of the lists that terms name by hash, to be shown the seats of each stratum; klero terms new writes them into POOL/artifacts
    #[arg(long, value_name = "DIR")]
    artifacts: Option<PathBuf>,
    /// Print JSON: what the note says, and who has signed it
    #[arg(long)]
    json: bool,
}

/// Runs it.
pub fn run(args: &Args) -> Result<u8, Failure> {
    let target = args.out.as_deref().unwrap_or(&args.file);
    if args.json {
        let signed_by = sign_quietly(&args.file, &args.key, target)?;
        let note = std::fs::read_to_string(target).named("read the note", target)?;
        let says: serde_json::Value = serde_json::from_str(note.lines().nth(1).unwrap_or_default()).unwrap_or_default();
        out::json(&serde_json::json!({"written": target, "signed_by": signed_by, "says": says}))?;
        return Ok(0);
    }
    if let Some(folder) = &args.artifacts {
        tell_strata(&std::fs::read_to_string(&args.file).named("read the note", &args.file)?, folder)?;
    }
    sign_file(&args.file, &args.key, target)?;
    Ok(0)
}

/// Shows the note in `file`, signs it with each of `keys` and writes it to `target`.
pub fn sign_file(file: &Path, keys: &[PathBuf], target: &Path) -> Result<(), Failure> {
    let note = std::fs::read_to_string(file).named("read the note", file)?;
    out::write(&organiser_note::describe(&note)?)?;
    for name in sign_quietly(file, keys, target)? {
        out::line(format!("signed by {name}"))?;
    }
    Ok(())
}

/// Signs without showing, for machines, and for the demonstration, which tells what it does in other words. The names of the keys.
pub(super) fn sign_quietly(file: &Path, keys: &[PathBuf], target: &Path) -> Result<Vec<String>, Failure> {
    let mut note = std::fs::read_to_string(file).named("read the note", file)?;
    let mut names = Vec::new();
    for path in keys {
        let key = signer::load(path)?;
        note = organiser_note::add_signature(&note, &key)?;
        names.push(key.verifier_key().name().as_str().to_owned());
    }
    crate::atomic::write(target, note.as_bytes())?;
    Ok(names)
}

/// Prints the seats of each stratum, from the list that terms name by its hash.
pub(super) fn tell_strata(note: &str, folder: &Path) -> Result<(), Failure> {
    let Some(name) = organiser_note::strata_list(note)? else { return Ok(()) };
    let advice = "klero terms new writes it into POOL/artifacts: ask for that file, or sign without --artifacts";
    let found = ArtifactFolder::new(Some(folder)).artifact(&name);
    let text = found.map_err(|e| Failure::usage(format!("the list {name}: {e}")).advise(advice))?;
    let text =
        text.ok_or_else(|| Failure::usage(format!("there is no list {name} in {}", folder.display())).advise(advice))?;
    let list = StrataList::parse(&text).map_err(|e| Failure::usage(format!("the list {name}: {e}")).advise(advice))?;
    out::write(&strata_lines(&list))
}

/// The seats of each stratum, one a line.
pub(super) fn strata_lines(list: &StrataList) -> String {
    let line = |stratum: &Stratum| {
        let Stratum { values, seats, reserves } = stratum;
        format!("  {:<40} {seats:>6} seats {reserves:>6} reserves\n", values.join(" · "))
    };
    list.strata().iter().map(line).collect()
}
