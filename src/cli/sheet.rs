//! `klero sheet`: a spreadsheet of people as CSV, in a process of its own with bounds on memory and time. Run by services, not by people: whatever
//! a workbook does to the library that unpacks it, it does to this process alone.
//!
//! Workbook on standard input, CSV on standard output, and in the end one line of JSON on standard error: what was turned into text, or why the
//! workbook is refused. Without that line the process broke off. Nothing is written to a disk.

use std::io::{self, Read as _, Write as _};

use nix::sys::resource::{Resource, setrlimit};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::people_xlsx::{self, Bounds, Conversion, SPREADSHEET_BYTES_MAX};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The last row that is read
    #[arg(long, value_name = "N")]
    rows: u64,
    /// Longest CSV
    #[arg(long, value_name = "BYTES")]
    bytes: u64,
    /// Most memory
    #[arg(long, value_name = "BYTES")]
    memory: u64,
    /// Most processor time
    #[arg(long, value_name = "S")]
    seconds: u64,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Told {
    /// The CSV is whole.
    Converted(Conversion),
    /// The workbook is refused; what was written of the CSV means nothing.
    Refused(Failure),
}

/// Runs it.
pub fn run(args: &Args) -> Result<u8, Failure> {
    super::panels::end_with_the_service();
    for (resource, most) in [
        (Resource::RLIMIT_AS, args.memory),
        (Resource::RLIMIT_CPU, args.seconds),
        // What is in memory are people's rows.
        (Resource::RLIMIT_CORE, 0),
    ] {
        setrlimit(resource, most, most)
            .map_err(|e| Failure::unavailable(format!("the bounds of the process cannot be set: {e}")))?;
    }
    let mut book = Zeroizing::new(Vec::new());
    let read = io::stdin().lock().take(SPREADSHEET_BYTES_MAX).read_to_end(&mut book);
    read.map_err(|e| Failure::unavailable(format!("the spreadsheet cannot be read: {e}")))?;
    let bounds = Bounds { rows: args.rows, bytes: args.bytes };
    let converted = people_xlsx::convert(io::Cursor::new(&*book), "the spreadsheet", &mut io::stdout().lock(), bounds);
    let told = converted.map_or_else(Told::Refused, Told::Converted);
    let line = serde_json::to_string(&told).map_err(Failure::unavailable)?;
    writeln!(io::stderr().lock(), "{line}").map_err(Failure::unavailable)?;
    Ok(0)
}
