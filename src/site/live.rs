//! The ceremony view: a countdown to the round, then the reveal in step with the real draw.
//!
//! The page learns of changes over server-sent events and fetches what it reveals from `/draws/{id}/reveal`: numbers and tickets, both public.
//! Listeners are bounded; who comes too late still has the page of the draw.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use klero_draw::seed::{Seed, Stage};
use klero_draw::terms::Method;
use klero_verifier::ledger::Phase;
use serde_json::json;

use super::draw_page::title;
use super::frame::Frame;
use super::lang::Arg;
use super::{Asked, Site, facts_of};
use crate::service::http::problem;

/// Listeners at once, over all draws.
const LISTENERS_MAX: usize = 20_000;
/// Places that are revealed one by one; the page of the draw has those that a longer list has beyond.
const REVEAL_MAX: usize = 1_000;

static LISTENERS: AtomicUsize = AtomicUsize::new(0);

#[derive(Debug, Template)]
#[template(path = "live.html")]
struct LivePage {
    f: Frame,
    id: String,
    state: &'static str,
    round_at: u64,
    /// The result is not there yet.
    open: bool,
    status: String,
    explain: String,
}

/// The page.
pub(super) async fn page(State(site): State<Site>, asked: Asked, Path(id): Path<String>) -> Response {
    let facts = match facts_of(&site, &id).await {
        Ok(facts) => facts,
        Err(failure) => return asked.sorry(&site, &failure),
    };
    let lang = asked.lang;
    let name = title(&facts, lang);
    let round_at = facts.status.round_at.unwrap_or(facts.status.draws_at);
    let open = matches!(facts.state.phase(), Phase::Announced | Phase::Sealed);
    let status = match facts.state.phase() {
        Phase::Announced => lang.t("live-not-sealed"),
        Phase::Sealed => lang.t("live-countdown"),
        _ => super::draw_page::state_word(&facts, lang),
    };
    let panels = facts.terms().is_some_and(|t| matches!(t.method, Method::Panels { .. }));
    let explain = lang.t(if panels { "live-explain-panels" } else { "live-explain" });
    let full = lang.with("live-title", &[("title", Arg::S(&name))]);
    let frame = asked.draw_frame(&site, &facts, full, explain.clone());
    asked.answer(&LivePage {
        f: frame,
        id: facts.status.draw.to_string(),
        state: facts.state.phase().name(),
        round_at,
        open,
        status,
        explain,
    })
}

/// A listener that is counted while it is there.
struct Listener;

impl Listener {
    fn new() -> Option<Self> {
        let before = LISTENERS.fetch_add(1, Ordering::Relaxed);
        let listener = Self;
        (before < LISTENERS_MAX).then_some(listener)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        LISTENERS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// State changes of a draw, as server-sent events; the first tells the state now, and the server's clock.
pub(super) async fn events(State(site): State<Site>, Path(id): Path<String>) -> Response {
    let Ok(draw) = id.parse::<klero_draw::names::Slug>() else {
        return problem(StatusCode::NOT_FOUND, "there is no such draw");
    };
    if site.service.ledger().draw(&draw).is_none() {
        return problem(StatusCode::NOT_FOUND, "there is no such draw");
    }
    let Some(listener) = Listener::new() else {
        return problem(
            StatusCode::SERVICE_UNAVAILABLE,
            "too many listen already; reload the page of the draw instead",
        );
    };
    let changes = site.service.changes();
    let service = Arc::clone(&site.service);
    let start = (changes, None::<&'static str>, listener, service, draw);
    let stream = futures_util::stream::unfold(start, |(mut changes, last, listener, service, draw)| async move {
        loop {
            let now = service.clock().now();
            let told = {
                let ledger = service.ledger();
                ledger.draw(&draw).map(|state| {
                    let phase = state.phase().name();
                    let round_at = state.seal().and_then(|seal| seal.round_time);
                    (phase, json!({"state": phase, "round_at": round_at, "now": now}))
                })
            };
            let (phase, data) = told?;
            if last != Some(phase) {
                let event = Event::default().event("state").data(data.to_string());
                return Some((Ok::<_, Infallible>(event), (changes, Some(phase), listener, service, draw)));
            }
            changes.changed().await.ok()?;
        }
    });
    Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(20))).into_response()
}

/// What the ceremony reveals: numbers with their tickets in order, or the panel with the lowest ticket and its members, whose own tickets decided
/// nothing and are not told.
pub(super) async fn reveal(State(site): State<Site>, Path(id): Path<String>) -> Response {
    let facts = match facts_of(&site, &id).await {
        Ok(facts) => facts,
        Err(_) => return problem(StatusCode::NOT_FOUND, "there is no such draw"),
    };
    let seal = facts.state.seal();
    let round = facts.state.result().and_then(|r| r.round.as_ref());
    let (Some(people), Some(seal), Some(round)) = (&facts.worked.people, seal, round) else {
        return problem(StatusCode::CONFLICT, "this draw has no result yet");
    };
    let seed = Seed::derive(&seal.terms_hash, round);
    let shown: Vec<u32> = people.drawn.iter().take(REVEAL_MAX).copied().collect();
    let key = seed.key(Stage::People);
    let panels = people.panel.map(|panel| {
        let tickets = seed.key(Stage::Panels);
        json!({"panel": panel, "ticket": tickets.ticket(panel).to_string()})
    });
    let place = |index: &u32| match panels {
        Some(_) => json!({"place": index}),
        None => json!({"place": index, "ticket": key.ticket(*index).to_string()}),
    };
    let places: Vec<_> = shown.iter().map(place).collect();
    let body = json!({"drawn": people.drawn.len(), "panel": panels, "people": places});
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "public, max-age=60")], body.to_string())
        .into_response()
}
