//! Processes of this program that the API runs for what may go wrong at somebody's wish: solvers, and the conversion of spreadsheets.

use std::io::{self, Read as _, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::cli::sheet::Told;
use crate::failure::Failure;
use crate::people_xlsx::{Bounds, Conversion};

/// Most memory of a conversion: a full sheet of different texts takes about half of it.
const SHEET_MEMORY_BYTES: u64 = 3 << 29;
/// Most processor time of a conversion.
const SHEET_SECS: u64 = 300;
/// Longest account of how a conversion ended.
const TOLD_BYTES_MAX: u64 = 1 << 20;

/// A process of this program with low priority: the scheduler and the pages come first. Its environment is empty, all that it reads and writes
/// are pipes, and it ends with the service.
pub(super) fn command(program: &Path) -> Command {
    // Where the system has the means.
    let nice = Path::new("/usr/bin/nice");
    let mut command = if nice.exists() {
        let mut command = Command::new(nice);
        command.arg("-n").arg("15").arg(program);
        command
    } else {
        Command::new(program)
    };
    command.env_clear().env(crate::cli::panels::told::OF_A_SERVICE, "1");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Writes the first sheet of the spreadsheet `book` as CSV into `out`. Blocks. What is in `out` after an error means nothing.
pub(super) fn convert(
    program: &Path,
    book: &mut (dyn io::Read + Send),
    out: &mut dyn Write,
    bounds: Bounds,
) -> Result<Conversion, Failure> {
    let mut command = command(program);
    command.arg("sheet").arg("--rows").arg(bounds.rows.to_string()).arg("--bytes").arg(bounds.bytes.to_string());
    command.arg("--memory").arg(SHEET_MEMORY_BYTES.to_string()).arg("--seconds").arg(SHEET_SECS.to_string());
    let unavailable = |e: io::Error| Failure::unavailable(format!("the spreadsheet cannot be converted: {e}"));
    let mut child = command.spawn().map_err(unavailable)?;
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(mut stdin), Some(mut stdout), Some(stderr)) = pipes else {
        return Err(unavailable(io::ErrorKind::BrokenPipe.into()));
    };
    let (told, copied) = std::thread::scope(|scope| {
        scope.spawn(move || {
            // A process that ends early says itself why, or by saying nothing.
            let _sent = io::copy(book, &mut stdin);
        });
        let told = scope.spawn(move || {
            let mut told = Vec::new();
            let _ended = stderr.take(TOLD_BYTES_MAX).read_to_end(&mut told);
            told
        });
        let copied = io::copy(&mut stdout, out);
        if copied.is_err() {
            // Else it would wait for ever for somebody to read.
            let _killed = child.kill();
        }
        (told.join().unwrap_or_default(), copied)
    });
    let _status = child.wait().map_err(unavailable)?;
    copied.map_err(|e| Failure::unavailable(format!("the people of the spreadsheet cannot be written: {e}")))?;
    let mut lines = told.rsplit(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    match lines.next().and_then(|line| serde_json::from_slice(line).ok()) {
        Some(Told::Converted(conversion)) => Ok(conversion),
        Some(Told::Refused(failure)) => Err(failure),
        None => Err(Failure::usage(format!(
            "the spreadsheet is damaged, or takes more than the {} MB of memory and {} minutes that it may",
            SHEET_MEMORY_BYTES >> 20,
            SHEET_SECS / 60
        ))
        .advise("save the table as 'CSV UTF-8 (Comma delimited) (*.csv)' and upload that: it is read row by row")),
    }
}
