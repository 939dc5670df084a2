//! How commands reach the log: through the running service, or by opening the store themselves when none runs.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use klero_draw::names::Slug;

use crate::clock::{Clock as _, SystemClock};
use crate::compose::Facts;
use crate::failure::Failure;
use crate::sequencer::opening;
use crate::service::request::{About, Answer, DrawStatus, Logged, Request};
use crate::service::{Service, control};

/// How long another process that has the log open is waited for: a command is done in a moment, a service that begins answers soon.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(50);

/// Sends a request to the service in `dir`, or carries it out here when none runs.
pub fn ask(dir: &Path, request: Request) -> Result<Answer, Failure> {
    let answered = wait_until_free(dir, || control::ask(dir, &request))?;
    let answer = match answered {
        Some(answer) => answer,
        None => Service::open(dir, Arc::new(SystemClock))?.answer(request),
    };
    match answer {
        Answer::Failed(failure) => Err(failure),
        other => Ok(other),
    }
}

/// Asks `instead` again and again, until it gives something, or no process has the log open any more, or five seconds are over: then opening the log
/// says who has it. Tells once, on standard error, that it waits.
pub(super) fn wait_until_free<T>(
    dir: &Path,
    mut instead: impl FnMut() -> Result<Option<T>, Failure>,
) -> Result<Option<T>, Failure> {
    let until = Instant::now() + PATIENCE;
    let mut told = false;
    loop {
        let found = instead()?;
        if found.is_some() || opening::is_free(dir) || Instant::now() >= until {
            return Ok(found);
        }
        if !told {
            told = true;
            tell_that_it_waits(dir);
        }
        std::thread::sleep(PAUSE);
    }
}

#[expect(clippy::print_stderr, reason = "standard output is for what was asked for")]
fn tell_that_it_waits(dir: &Path) {
    eprintln!("another klero has the log in {} open; waiting for it", dir.display());
}

/// An answer of another kind than was asked for.
pub(super) fn unexpected<T>() -> Result<T, Failure> {
    Err(Failure::unavailable("the service answered something else than was asked")
        .advise("use the klero of the same version"))
}

/// Appends an organiser's note.
pub fn submit(dir: &Path, note: String) -> Result<Logged, Failure> {
    logged(ask(dir, Request::Note { note })?)
}

/// Takes an answer that must be a logged step.
pub fn logged(answer: Answer) -> Result<Logged, Failure> {
    match answer {
        Answer::Logged(logged) => Ok(logged),
        _ => unexpected(),
    }
}

/// Says so if a step is not public yet.
pub fn tell_waiting(logged: &Logged) -> Result<(), Failure> {
    match &logged.waits {
        None => Ok(()),
        Some(why) => super::out::line(format!(
            "  it is safe on the disk and not public yet: {why}\n  → nothing need be done: it is published as soon as enough witnesses have cosigned it"
        )),
    }
}

/// Facts about the log.
pub fn about(dir: &Path) -> Result<About, Failure> {
    match ask(dir, Request::About)? {
        Answer::About(about) => Ok(about),
        _ => unexpected(),
    }
}

/// States of all draws, or of one.
pub fn statuses(dir: &Path, draw: Option<Slug>) -> Result<Vec<DrawStatus>, Failure> {
    match ask(dir, Request::Status { draw })? {
        Answer::Status { draws } => Ok(draws),
        _ => unexpected(),
    }
}

/// State of one draw.
pub fn status(dir: &Path, draw: &Slug) -> Result<DrawStatus, Failure> {
    statuses(dir, Some(draw.clone()))?.pop().ok_or_else(|| {
        Failure::usage(format!("there is no draw '{draw}' in this log")).advise("klero draw status lists them all")
    })
}

/// The bundle of a draw.
pub fn bundle(dir: &Path, draw: &Slug) -> Result<String, Failure> {
    match ask(dir, Request::Bundle { draw: draw.clone() })? {
        Answer::Bundle { text } => Ok(text),
        _ => unexpected(),
    }
}

/// What notes are composed from.
pub fn facts(dir: &Path) -> Result<Facts, Failure> {
    Ok(Facts { about: about(dir)?, draws: statuses(dir, None)?, now: SystemClock.now() })
}
