//! `klero sign`: adds a person's signature to a note of theirs, after showing what it says.

use std::path::{Path, PathBuf};

use super::out;
use crate::failure::{Failure, Named};
use crate::organiser_note;
use crate::signer;

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
}

/// Runs it.
pub fn run(args: &Args) -> Result<u8, Failure> {
    sign_file(&args.file, &args.key, args.out.as_deref().unwrap_or(&args.file))?;
    Ok(0)
}

/// Signs the note in `file` with each of `keys` and writes it to `target`.
pub fn sign_file(file: &Path, keys: &[PathBuf], target: &Path) -> Result<(), Failure> {
    let mut note = std::fs::read_to_string(file).named("read the note", file)?;
    out::write(&organiser_note::describe(&note)?)?;
    for path in keys {
        let key = signer::load(path)?;
        note = organiser_note::add_signature(&note, &key)?;
        out::line(format!("signed by {}", key.verifier_key().name().as_str()))?;
    }
    crate::atomic::write(target, note.as_bytes())
}

/// Signs a note in place without showing it: for the demonstration, which tells what it does in other words.
pub(super) fn sign_quietly(file: &Path, key: &Path) -> Result<(), Failure> {
    let note = std::fs::read_to_string(file).named("read the note", file)?;
    let signed = organiser_note::add_signature(&note, &signer::load(key)?)?;
    crate::atomic::write(file, signed.as_bytes())
}
