//! Printing: one place that turns data into JSON or into lines, and that survives a reader who stops reading.

use std::io::{ErrorKind, Write};

use crate::failure::Failure;

/// Prints text and a newline.
pub fn line(text: impl std::fmt::Display) -> Result<(), Failure> {
    write(&format!("{text}\n"))
}

/// Prints a value as one line of JSON.
pub fn json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(value)
        .map_err(|e| Failure::unavailable(format!("cannot write the answer as JSON: {e}")))?;
    line(text)
}

/// Prints text as it stands. A closed pipe is not an error: whoever read it has had enough.
pub fn write(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::unavailable(format!("cannot write the answer: {e}")))
        }
        _ => Ok(()),
    }
}

/// A progress bar on standard error; hidden where that is not a terminal.
#[must_use]
pub fn progress(total: Option<u64>, what: &'static str) -> indicatif::ProgressBar {
    let bar = match total {
        Some(total) => indicatif::ProgressBar::new(total),
        None => indicatif::ProgressBar::new_spinner(),
    };
    let shape = if total.is_some() { "{msg} {wide_bar} {percent} %  {eta}" } else { "{msg} {spinner} {human_pos}" };
    if let Ok(style) = indicatif::ProgressStyle::with_template(shape) {
        bar.set_style(style);
    }
    bar.set_message(what);
    bar
}
