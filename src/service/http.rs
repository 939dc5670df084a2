//! The public web (spec §8): read-only but for one thing, a beacon round that anyone may hand in.
//!
//! Log, tiles and artifacts are files under `DIR/public`, laid out as their URLs are, so that any web server could serve them
//! instead. Handlers here neither hash, draw nor sign; they never tell an error's source, and never name a person.

use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Extension, Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use klero_draw::names::Slug;
use klero_draw::receipt::Locator;
use klero_tlog::tile::TilePath;
use tokio::io::AsyncReadExt as _;

use super::Service;
use super::recent::Recent;
use super::request::{HandedRound, Request};
use crate::failure::Failure;
use crate::files::RealFiles;
use crate::publish::Publisher;

/// A tile, a bundle of entries or an artifact never changes.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// A checkpoint or a page may be a few seconds old.
const BRIEF: &str = "public, max-age=2";
/// A file of at most so many bytes is read before it is sent: tiles and most artifacts.
const READ_AT_ONCE: u64 = 256 << 10;
/// A handed-in round has a few hundred bytes.
const MAX_ROUND_BYTES: usize = 4_096;

/// All public routes.
pub fn router(service: Arc<Service>) -> Router {
    let (site, watched) = (crate::site::router(Arc::clone(&service)), Arc::clone(&service));
    Router::new()
        .route("/checkpoint", get(checkpoint))
        .route("/log.vkey", get(log_key))
        .route("/tile/{*path}", get(tile))
        .route("/artifact/{sha256}", get(artifact))
        .route("/witnessed/{step}", get(witnessed))
        .route("/draws", get(draws))
        .route("/draws/{id}/bundle", get(bundle).layer(Extension(Arc::new(Recent::default()))))
        .route("/draws/{id}/box/{locator}", get(receipt_box))
        .route("/draws/{id}/round", post(round).layer(DefaultBodyLimit::max(MAX_ROUND_BYTES)))
        .route("/healthz", get(health))
        .route("/readyz", get(ready))
        .fallback(crate::site::not_found)
        .with_state(service)
        .merge(site)
        .layer(axum::middleware::from_fn_with_state(watched, super::notice::add))
        .layer(axum::middleware::map_response(harden))
        // Its policy and its bytes are its own: it runs one script, known by its hash.
        .route("/verifier.html", get(crate::verifier_page::page))
}

/// Headers that every answer bears: nothing of ours is framed, sniffed or scripted, unless its own handler said otherwise.
async fn harden(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

async fn checkpoint(State(service): State<Arc<Service>>) -> Response {
    file(service.public().join("checkpoint"), "text/plain; charset=utf-8", "no-cache").await
}

async fn log_key(State(service): State<Arc<Service>>) -> Response {
    file(service.public().join("log.vkey"), "text/plain; charset=utf-8", BRIEF).await
}

async fn tile(State(service): State<Arc<Service>>, Path(path): Path<String>) -> Response {
    let path = format!("tile/{path}");
    // Only a path that a tile can have reaches the disk.
    let Ok(tile) = TilePath::parse(&path) else {
        return problem(StatusCode::NOT_FOUND, "there is no such tile: paths are those of C2SP tlog-tiles");
    };
    let whole = service.public().join(&path);
    if !path.contains(".p/") || tokio::fs::try_exists(&whole).await.unwrap_or(false) {
        return file(whole, "application/octet-stream", IMMUTABLE).await;
    }
    // A partial tile that is gone is the beginning of a wider one.
    let publisher = Publisher::new(service.public(), Arc::new(RealFiles));
    match tokio::task::spawn_blocking(move || publisher.read_tile(tile)).await {
        Ok(Ok(Some(bytes))) => {
            ([(header::CONTENT_TYPE, "application/octet-stream"), (header::CACHE_CONTROL, IMMUTABLE)], bytes)
                .into_response()
        }
        Ok(Ok(None)) => problem(StatusCode::NOT_FOUND, "it is not here"),
        _ => problem(StatusCode::SERVICE_UNAVAILABLE, "it cannot be read at the moment"),
    }
}

async fn artifact(State(service): State<Arc<Service>>, Path(name): Path<String>) -> Response {
    if name.parse::<klero_draw::hash::ArtifactHash>().is_err() {
        return problem(StatusCode::NOT_FOUND, "an artifact is named by 64 lower-case hexadecimal digits");
    }
    file(service.public().join("artifact").join(name), "text/plain; charset=utf-8", IMMUTABLE).await
}

/// The checkpoint that witnessed a step first, or its outside timestamps. Both may still grow.
async fn witnessed(State(service): State<Arc<Service>>, Path(name): Path<String>) -> Response {
    let index = name.strip_suffix(".tokens").unwrap_or(&name);
    if index.parse::<u64>().map(|number| number.to_string()).as_deref() != Ok(index) {
        return problem(StatusCode::NOT_FOUND, "a witnessed step is named by its index in the log");
    }
    file(service.public().join("witnessed").join(&name), "text/plain; charset=utf-8", BRIEF).await
}

/// A file, whole. Small ones are read at once, so that whoever reads slowly holds none of the log's files open.
async fn file(path: PathBuf, kind: &'static str, caching: &'static str) -> Response {
    let read = move || {
        let mut open = std::fs::File::open(&path)?;
        let length = open.metadata()?.len();
        if length > READ_AT_ONCE {
            return Ok((length, Err(open)));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        open.read_to_end(&mut bytes)?;
        Ok((u64::try_from(bytes.len()).unwrap_or(length), Ok(bytes)))
    };
    let read: std::io::Result<(u64, Result<Vec<u8>, std::fs::File>)> =
        tokio::task::spawn_blocking(read).await.unwrap_or_else(|e| Err(std::io::Error::other(e)));
    match read {
        Ok((length, content)) => {
            let body = match content {
                Ok(bytes) => Body::from(bytes),
                Err(open) => {
                    let open = tokio::fs::File::from_std(open).take(length);
                    Body::from_stream(tokio_util::io::ReaderStream::with_capacity(open, 1 << 16))
                }
            };
            let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, caching)];
            ([(header::CONTENT_LENGTH, length)], headers, body).into_response()
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => problem(StatusCode::NOT_FOUND, "it is not here"),
        Err(_) => problem(StatusCode::SERVICE_UNAVAILABLE, "it cannot be read at the moment"),
    }
}

async fn draws(State(service): State<Arc<Service>>) -> Response {
    match service.statuses(None) {
        Ok(draws) => brief(Json(draws)),
        Err(failure) => failed(&failure),
    }
}

/// One draw's state, for programs.
pub(crate) fn draw_json(service: &Service, id: &str) -> Response {
    let Ok(id) = id.parse::<Slug>() else { return problem(StatusCode::NOT_FOUND, "there is no such draw") };
    match service.statuses(Some(&id)) {
        Ok(mut all) => match all.pop() {
            Some(one) => brief(Json(one)),
            None => problem(StatusCode::NOT_FOUND, "there is no such draw"),
        },
        Err(failure) => failed(&failure),
    }
}

async fn bundle(
    State(service): State<Arc<Service>>,
    Extension(recent): Extension<Arc<Recent>>,
    Path(id): Path<String>,
) -> Response {
    let Ok(id) = id.parse::<Slug>() else { return problem(StatusCode::NOT_FOUND, "there is no such draw") };
    let made = move || recent.get(&id, || service.bundle(&id).map(Bytes::from)).map(|text| (id, text));
    match tokio::task::spawn_blocking(made).await {
        Ok(Ok((id, text))) => {
            let name = format!("attachment; filename=\"{id}.bundle.json\"");
            (
                [
                    (header::CONTENT_TYPE, "application/json".to_owned()),
                    (header::CACHE_CONTROL, BRIEF.to_owned()),
                    (header::CONTENT_DISPOSITION, name),
                ],
                text,
            )
                .into_response()
        }
        Ok(Err(failure)) => failed(&failure),
        Err(_) => problem(StatusCode::INTERNAL_SERVER_ERROR, "the bundle could not be made"),
    }
}

/// The encrypted receipt that a letter's code finds (spec §2.4). Copies are not to be stored: erasure must reach all of them.
async fn receipt_box(State(service): State<Arc<Service>>, Path((id, locator)): Path<(String, String)>) -> Response {
    let missing = || problem(StatusCode::NOT_FOUND, "no receipt lies here: compare the code with the letter");
    let (Ok(id), Ok(locator)) = (id.parse::<Slug>(), locator.parse::<Locator>()) else { return missing() };
    match tokio::task::spawn_blocking(move || service.receipt_box(&id, &locator)).await {
        Ok(Ok(Some(sealed))) => {
            ([(header::CONTENT_TYPE, "application/octet-stream"), (header::CACHE_CONTROL, "no-store")], sealed)
                .into_response()
        }
        Ok(Ok(None)) => missing(),
        _ => problem(StatusCode::SERVICE_UNAVAILABLE, "it cannot be read at the moment"),
    }
}

async fn round(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    body: Result<Json<HandedRound>, axum::extract::rejection::JsonRejection>,
) -> Response {
    let Ok(draw) = id.parse::<Slug>() else { return problem(StatusCode::NOT_FOUND, "there is no such draw") };
    let hexadecimal = |text: &str| hex::decode(text).is_ok();
    let round = match body {
        Ok(Json(round))
            if hexadecimal(&round.signature) && round.previous_signature.as_deref().is_none_or(hexadecimal) =>
        {
            round
        }
        Err(e) if e.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return problem(StatusCode::PAYLOAD_TOO_LARGE, "a round has a few hundred bytes; this is longer than 4096");
        }
        _ => {
            return problem(
                StatusCode::BAD_REQUEST,
                "expected JSON with round (a number), signature (hex) and, for a chained beacon, previous_signature (hex)",
            );
        }
    };
    match tokio::task::spawn_blocking(move || service.request(Request::Round { draw, round })).await {
        Ok(Ok(answer)) => Json(answer).into_response(),
        Ok(Err(failure)) => failed(&failure),
        Err(_) => problem(StatusCode::INTERNAL_SERVER_ERROR, "the round could not be taken"),
    }
}

async fn health(State(service): State<Arc<Service>>) -> Response {
    let (size, unpublished) = (service.size(), service.unpublished().len());
    let standing = service.standing().unwrap_or_default();
    let publication = service.publication().unwrap_or_default();
    let stopped = publication.standstill().map(crate::objects::ShipError::for_everybody);
    let status = if standing.alarm.is_some() {
        "fork"
    } else if service.read_only().is_some() {
        "read-only"
    } else if unpublished > 0 && standing.missing.is_some() {
        "too-few-witnesses"
    } else if stopped.is_some() {
        "publication-stands-still"
    } else {
        "ok"
    };
    if status == "ok" {
        return Json(serde_json::json!({"status": status, "size": size})).into_response();
    }
    let reason = service.notice().or_else(|| stopped.map(str::to_owned));
    let told = serde_json::json!({"status": status, "size": size, "unpublished": unpublished, "reason": reason});
    (StatusCode::SERVICE_UNAVAILABLE, Json(told)).into_response()
}

/// Whether draws can be carried out and notes logged now.
async fn ready(State(service): State<Arc<Service>>) -> Response {
    match service.read_only() {
        None => Json(serde_json::json!({"status": "ready"})).into_response(),
        Some(_) => problem(StatusCode::SERVICE_UNAVAILABLE, "the log is read-only until the service is restarted"),
    }
}

fn brief(answer: impl IntoResponse) -> Response {
    ([(header::CACHE_CONTROL, BRIEF), (header::VARY, "accept")], answer).into_response()
}

/// The one place that turns a failure into a status. Messages of failures are made for people and name nobody.
fn failed(failure: &Failure) -> Response {
    let status = match failure.exit {
        1 => StatusCode::CONFLICT,
        2 => StatusCode::NOT_FOUND,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    problem(status, &failure.message)
}

/// RFC 9457 problem details.
pub(crate) fn problem(status: StatusCode, detail: &str) -> Response {
    let body = serde_json::json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or("error"),
        "status": status.as_u16(),
        "detail": detail,
    });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}
