//! `klero keys`: make a signing key, show its public half.

use std::path::PathBuf;

use serde::Serialize;

use super::out;
use crate::failure::Failure;
use crate::signer;

/// Subcommands.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Make a new signing key
    #[command(
        after_help = "Example:\n  klero keys new --name eupen/clerk --out clerk.key\n\nKeep the file secret; it is readable by you alone. Hand out what is printed."
    )]
    New {
        /// Name of the key: the organiser's name, a slash, the role
        #[arg(long)]
        name: String,
        /// File to write; never overwritten
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the public half of a key
    #[command(after_help = "Example:\n  klero keys show clerk.key")]
    Show {
        /// A private or public key file
        file: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Serialize)]
struct Shown {
    name: String,
    vkey: String,
}

/// Runs it.
pub fn run(command: Command) -> Result<u8, Failure> {
    let (key, json) = match command {
        Command::New { name, out, json } => (signer::create(&out, &name)?, json),
        Command::Show { file, json } => (signer::load_public(&file)?, json),
    };
    let shown = Shown { name: key.name().as_str().to_owned(), vkey: key.to_text() };
    if json {
        out::json(&shown)?
    } else {
        out::line(&shown.vkey)?
    }
    Ok(0)
}
