//! How commands reach the log: through the running service, or by opening the store themselves when none runs.

use std::path::Path;
use std::sync::Arc;

use klero_draw::beacon::{Chain, ChainInfo};
use klero_draw::names::Slug;

use crate::clock::SystemClock;
use crate::failure::Failure;
use crate::service::request::{About, Answer, DrawStatus, Logged, Request};
use crate::service::{Service, control};

/// Sends a request to the service in `dir`, or carries it out here when none runs.
pub fn ask(dir: &Path, request: Request) -> Result<Answer, Failure> {
    let answer = match control::ask(dir, &request)? {
        Some(answer) => answer,
        None => Service::open(dir, Arc::new(SystemClock))?.answer(request),
    };
    match answer {
        Answer::Failed(failure) => Err(failure),
        other => Ok(other),
    }
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

/// The beacon chain that a sealed draw uses: its hash, and its information.
pub fn chain_of(dir: &Path, draw: &Slug) -> Result<(String, ChainInfo), Failure> {
    let hash = status(dir, draw)?.chain.ok_or_else(|| Failure::refused(format!("'{draw}' is not sealed")))?;
    if let Some(chain) = Chain::by_name_or_hash(&hash) {
        return Ok((hash, chain.info().clone()));
    }
    match about(dir)?.rehearsal {
        Some(info) if info.chain_hash().to_string() == hash => Ok((hash, info)),
        _ => Err(Failure::unavailable(format!("the beacon chain {hash} is not known here"))),
    }
}
