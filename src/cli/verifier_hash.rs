//! `klero verifier-hash`: the fingerprint of the verifier that fits in one file, to compare with the file that somebody was given.

use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use crate::failure::Failure;
use crate::verifier_page;

/// Print the SHA-256 of the one-file verifier that this program serves; with FILE, say whether that file is the same
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A file to compare with
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Exit code 0, or 1 where the file is another.
pub fn run(args: &Args) -> Result<u8, Failure> {
    let expected = verifier_page::sha256();
    let Some(path) = &args.file else {
        println!("{expected}  verifier.html");
        return Ok(0);
    };
    let bytes = std::fs::read(path).map_err(|e| Failure::refused(format!("cannot read {}: {e}", path.display())))?;
    let found = hex::encode(Sha256::digest(&bytes));
    if found == expected {
        println!("{} is the verifier that this program serves ({expected})", path.display());
        return Ok(0);
    }
    println!("{} is another file: its SHA-256 is {found}, the verifier's is {expected}", path.display());
    Ok(1)
}
