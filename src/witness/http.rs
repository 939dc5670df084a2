//! The witness on the web: `POST /add-checkpoint`, `GET /<hex sha256(origin)>/checkpoint`, and a page that says which logs it follows. Statuses are those of
//! c2sp.org/tlog-witness.
//!
//! Handlers judge nothing: the witness does. Requests are bounded in length and in time, connections in number.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use klero_tlog::witness_wire::{SIZE_MEDIA_TYPE, conflict_size, cosignature_lines};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::{Cosigned, Refusal, Witness};
use crate::service::listener;

/// Longest request: 63 hashes, and a checkpoint with a hundred signatures of several kilobytes would not fit; one with the few that logs bear does many times over.
pub const MAX_REQUEST_BYTES: usize = 65_536;
/// Most connections at a time; more wait to be accepted. Fewer where the system allows fewer open files.
const MAX_CONNECTIONS: usize = 4_096;
/// Time for a request's body.
const REQUEST_TIME: Duration = Duration::from_secs(10);

/// What a witness tells whoever runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It cosigned.
    Cosigned(Cosigned),
    /// It did not, for a reason that its operator should know: a fork, a broken disk, a clock that went back.
    Alarm(Refusal),
}

/// Hears events.
pub type Tell = Arc<dyn Fn(&Event) + Send + Sync>;

#[derive(Clone)]
struct Site {
    witness: Arc<Witness>,
    tell: Tell,
}

/// All routes.
pub fn router(witness: Arc<Witness>, tell: Tell) -> Router {
    Router::new()
        .route("/", get(about))
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{log}/checkpoint", get(checkpoint))
        .with_state(Site { witness, tell })
}

/// Serves until `ended` says so, with the bounds of every listener of this program; then finishes the requests under way.
pub async fn serve(listener: TcpListener, router: Router, ended: watch::Receiver<bool>) {
    let connections = MAX_CONNECTIONS.min(listener::room_for_connections());
    listener::serve(listener, router, connections, ended, "witness").await;
}

async fn add_checkpoint(State(site): State<Site>, body: Body) -> Response {
    let body = match tokio::time::timeout(REQUEST_TIME, to_bytes(body, MAX_REQUEST_BYTES)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => {
            return plain(StatusCode::BAD_REQUEST, format!("a request has at most {MAX_REQUEST_BYTES} bytes"));
        }
        Err(_) => return plain(StatusCode::REQUEST_TIMEOUT, "the request did not arrive in time".to_owned()),
    };
    let judge = Arc::clone(&site.witness);
    let judged = tokio::task::spawn_blocking(move || judge.add_checkpoint(&body)).await;
    match judged {
        Ok(Ok(cosigned)) => {
            let lines = cosignature_lines(std::slice::from_ref(&cosigned.line));
            (site.tell)(&Event::Cosigned(cosigned));
            plain(StatusCode::OK, lines)
        }
        Ok(Err(refusal)) => {
            if matches!(refusal, Refusal::Broken(_) | Refusal::Clock { .. } | Refusal::Conflict { forked: true, .. }) {
                (site.tell)(&Event::Alarm(refusal.clone()));
            }
            let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            match refusal {
                Refusal::Conflict { size, .. } => {
                    (status, [(header::CONTENT_TYPE, SIZE_MEDIA_TYPE)], conflict_size(size)).into_response()
                }
                // What is wrong with the disk is the operator's to know.
                Refusal::Broken(_) => plain(status, "this witness cannot keep what it saw".to_owned()),
                other => plain(status, other.to_string()),
            }
        }
        Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, "the request could not be judged".to_owned()),
    }
}

async fn checkpoint(State(site): State<Site>, Path(log): Path<String>) -> Response {
    match site.witness.checkpoint(&log) {
        Some(note) => {
            ([(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], note)
                .into_response()
        }
        None => plain(StatusCode::NOT_FOUND, "no checkpoint of such a log was cosigned here".to_owned()),
    }
}

async fn about(State(site): State<Site>) -> Response {
    let mut text = format!("witness {}\n\nlogs:\n", site.witness.key().to_text());
    for (origin, size) in site.witness.logs() {
        let size = size.map_or_else(|| "nothing cosigned yet".to_owned(), |size| format!("{size} entries"));
        text.push_str(&format!("{origin}  {size}  /{}/checkpoint\n", super::log_id(origin)));
    }
    plain(StatusCode::OK, text)
}

fn plain(status: StatusCode, mut text: String) -> Response {
    if !text.ends_with('\n') {
        text.push('\n');
    }
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}
