//! Printing: one place that turns data into JSON or into lines, and that survives a reader who stops reading.

use std::io::{ErrorKind, Write};

use crate::failure::Failure;
use crate::pool_dir::Progress;

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
    write_on(text).map(|_| ())
}

/// The same, for who has much to print: whether anybody still reads.
pub fn write_on(text: &str) -> Result<bool, Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(e) => Err(Failure::unavailable(format!("cannot write the answer: {e}"))),
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

/// Counts steps of work whose end nobody knows; goes with the value.
#[must_use]
pub fn counter(what: &'static str) -> indicatif::ProgressBar {
    progress(None, what).with_finish(indicatif::ProgressFinish::AndClear)
}

/// A bar for each phase of long work: each has a total of its own.
pub fn bars() -> impl FnMut(Progress) {
    let mut shown: Option<(&'static str, indicatif::ProgressBar)> = None;
    move |done: Progress| {
        if shown.as_ref().is_none_or(|(doing, _)| *doing != done.doing) {
            if let Some((_, old)) = shown.take() {
                old.finish_and_clear();
            }
            shown = Some((done.doing, progress(Some(done.total), done.doing)));
        }
        if let Some((_, bar)) = &shown {
            bar.set_position(done.done);
            if done.done >= done.total {
                bar.finish_and_clear();
            }
        }
    }
}
