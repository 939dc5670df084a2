//! The log, for people: its steps, newest first, and each step byte for byte. Watchdogs read tiles instead.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::facts;
use super::frame::Frame;
use super::lang::{Arg, Lang};
use super::said::Said;
use super::story::{said, sentence, step_word};
use super::{Asked, Asks, Site};
use crate::failure::Failure;

/// Steps on one page.
const PAGE: u64 = 50;

#[derive(Debug, Template)]
#[template(path = "log.html")]
struct LogPage {
    f: Frame,
    size: u64,
    root: String,
    key: String,
    rows: Vec<Row>,
    older: Option<String>,
    newer: Option<String>,
    checkpoint: String,
}

#[derive(Debug)]
struct Row {
    seq: u64,
    href: String,
    time: u64,
    kind: String,
    draw: Option<String>,
}

#[derive(Debug, Template)]
#[template(path = "step.html")]
struct StepPage {
    f: Frame,
    sentence: Said,
    time: u64,
    word: String,
    kind: &'static str,
    draw: Option<String>,
    leaf: String,
    prev: String,
    prev_href: Option<String>,
    text: String,
}

/// The newest steps, or those before `?before=`.
pub(super) async fn log(State(site): State<Site>, asked: Asked, asks: Asks) -> Response {
    let before = asks.ok().and_then(|a| a.0.before);
    let (own, lang) = (site.clone(), asked.lang);
    let read = tokio::task::spawn_blocking(move || page(&own, before, lang)).await;
    match read.unwrap_or_else(|_| Err(Failure::unavailable("the log could not be read"))) {
        Ok((size, rows, end)) => {
            let checkpoint = site.service.reader().checkpoint();
            let start = end.saturating_sub(PAGE);
            let title = asked.lang.t("log-title");
            let frame = asked.frame_with_query(&site, title, asked.lang.t("log-lead"));
            asked.answer(&LogPage {
                f: frame,
                size,
                root: hex::encode(site.service.reader().head().root.as_bytes()),
                key: site.service.log_vkey(),
                rows,
                older: (start > 0).then(|| format!("?before={start}")),
                newer: (end < size).then(|| format!("?before={}", (end + PAGE).min(size))),
                checkpoint: checkpoint.note.to_string(),
            })
        }
        Err(failure) => asked.sorry(&site, &failure),
    }
}

fn page(site: &Site, before: Option<u64>, lang: Lang) -> Result<(u64, Vec<Row>, u64), Failure> {
    let size = site.service.size();
    let end = before.unwrap_or(size).min(size);
    let rows = (end.saturating_sub(PAGE)..end)
        .rev()
        .map(|seq| {
            let (entry, fact) = facts::entry(&site.service, seq)?;
            let (kind, draw) = (step_word(&fact.kind, lang), draw_of(&entry));
            Ok(Row { seq, href: format!("/log/{seq}"), time: fact.time, kind, draw })
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    Ok((size, rows, end))
}

/// The draw that an entry names.
fn draw_of(entry: &[u8]) -> Option<String> {
    let step = klero_draw::step::UnverifiedStep::parse(entry).ok()?;
    step.claims().draw.as_ref().map(ToString::to_string)
}

/// One step, byte for byte.
pub(super) async fn step(State(site): State<Site>, asked: Asked, Path(seq): Path<String>) -> Response {
    let missing = Failure::usage("there is no such step");
    let Some(seq) = seq.parse::<u64>().ok().filter(|seq| *seq < site.service.size()) else {
        return asked.sorry(&site, &missing);
    };
    let own = site.clone();
    let read = tokio::task::spawn_blocking(move || facts::entry(&own.service, seq)).await;
    match read.unwrap_or_else(|_| Err(Failure::unavailable("the step could not be read"))) {
        Ok((entry, fact)) => {
            let lang = asked.lang;
            let draw = draw_of(&entry);
            let organiser = draw.as_ref().and_then(|d| d.parse().ok()).and_then(|d| {
                let ledger = site.service.ledger();
                let id = &ledger.draw(&d)?.announced().organiser;
                Some(ledger.organiser(id)?.in_force(ledger.time())?.note.name.clone())
            });
            let prev = klero_draw::step::UnverifiedStep::parse(&entry)
                .map(|s| s.claims().prev.to_string())
                .unwrap_or_default();
            let organiser = organiser.as_deref().unwrap_or("");
            let title = lang.with("log-step-title", &[("n", Arg::N(seq))]);
            asked.answer(&StepPage {
                f: asked.frame(&site, title, sentence(&fact.kind, organiser, lang), false),
                sentence: said(&fact.kind, organiser, lang),
                time: fact.time,
                word: step_word(&fact.kind, lang),
                kind: fact.kind.name(),
                draw,
                leaf: hex::encode(klero_tlog::leaf_hash(&entry).as_bytes()),
                prev,
                prev_href: seq.checked_sub(1).map(|p| format!("/log/{p}")),
                text: String::from_utf8_lossy(&entry).into_owned(),
            })
        }
        Err(failure) => asked.sorry(&site, &failure),
    }
}
