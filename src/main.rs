//! `klero`: the command line of Kleroterion.

use std::process::ExitCode;

use clap::Parser;
use kleroterion::cli::{self, Cli};

fn main() -> ExitCode {
    match cli::run(Cli::parse()) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            eprintln!("klero: {failure}");
            ExitCode::from(failure.exit)
        }
    }
}
