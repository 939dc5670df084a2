//! What came out: who was drawn by index, for everybody of the organiser; and the files with the original columns, for those who may see people.
//!
//! Files are made anew for each request from the pool that the service keeps: the one that is asked for, without a name, and gone when the answer
//! is. Cells that a spreadsheet might run get an apostrophe there, and are never altered in the pool.

use std::fs::File;
use std::io::{Seek as _, SeekFrom};
use std::path::Path as FilePath;

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use klero_draw::hash::PoolRoot;
use klero_draw::outcome::Opening;
use klero_verifier::ledger::DrawState;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::draws::own_draw;
use super::problem::{Kind, Problem};
use super::work::{Path, Query, Reply};
use crate::failure::{Failure, Named as _};
use crate::pool_dir::{List, PoolDir, Selected};
use crate::service::request::DrawStatus;

/// Who holds seats.
#[derive(Debug, Serialize, ToSchema)]
struct OutcomeView {
    /// SHA-256 of the outcome
    outcome: String,
    /// Indices drawn, in order
    drawn: Vec<u32>,
    /// Indices of the reserves, in order
    reserves: Vec<u32>,
    /// Indices that hold seats now, in the order drawn and seated
    seated: Vec<u32>,
    /// Indices that have left, ascending
    left: Vec<u32>,
    /// The number of the drawn panel
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    panel: Option<u32>,
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(show_outcome)).routes(routes!(result_file)).routes(routes!(audit_file))
}

/// A draw with its outcome, as the log has them.
pub(super) struct Drawn {
    pub(super) status: DrawStatus,
    pub(super) drawn: Vec<u32>,
    pub(super) reserves: Vec<u32>,
    pub(super) seated: Vec<u32>,
    pub(super) free: Vec<u32>,
    left: Vec<u32>,
    panel: Option<u32>,
    outcome: String,
}

/// Reads what came out of an organiser's draw.
pub(super) fn drawn(api: &Api, organiser: &str, draw: &str) -> Result<Drawn, Problem> {
    let status = own_draw(api, organiser, draw)?;
    let state: Option<DrawState> = api.service().ledger().draw(&status.draw).cloned();
    let state = state.ok_or_else(|| Problem::not_found("draw"))?;
    let Some(result) = state.result() else {
        return Err(Problem::refused(format!("'{draw}' has no outcome yet")).advise("wait until it is drawn"));
    };
    let outcome = api.service().outcome(result.outcome)?;
    let (seated, free) = crate::result::seats_now(&state, &outcome)?;
    let indices = |openings: &[Opening]| openings.iter().map(|opening| opening.index).collect::<Vec<u32>>();
    Ok(Drawn {
        drawn: indices(&outcome.drawn),
        reserves: indices(&outcome.reserves),
        seated,
        free,
        left: state.left().iter().copied().collect(),
        panel: outcome.panel,
        outcome: result.outcome.to_string(),
        status,
    })
}

/// The same, if its result stands: nobody is written to, or waited for, about one that was annulled.
pub(super) fn standing(api: &Api, organiser: &str, draw: &str) -> Result<Drawn, Problem> {
    let drawn = drawn(api, organiser, draw)?;
    if drawn.status.phase == "annulled" {
        return Err(Problem::refused(format!("the result of '{draw}' was annulled"))
            .advise("results/drawn.csv still says who was drawn, for telling them so"));
    }
    Ok(drawn)
}

/// The pool that the service keeps for a draw.
pub(super) fn kept_pool(api: &Api, status: &DrawStatus) -> Result<PoolDir, Problem> {
    let root = status.root.as_deref().and_then(|root| root.parse::<PoolRoot>().ok());
    let root = root.ok_or_else(|| {
        Problem::refused(format!("'{}' has no sealed pool", status.draw))
            .advise("its terms, once sealed, name the pool")
    })?;
    Ok(api.service().kept_pool(&status.draw, &root)?)
}

/// What came out, by index: no names
#[utoipa::path(get, path = "/organisers/{organiser}/draws/{draw}/outcome", tag = "results",
    params(("organiser" = String, Path), ("draw" = String, Path)), responses((status = 200, body = OutcomeView)))]
async fn show_outcome(State(api): State<Api>, Path((organiser, draw)): Path<(String, String)>) -> Response {
    api.read(move |api| {
        let drawn = drawn(api, &organiser, &draw)?;
        Reply::ok(&OutcomeView {
            outcome: drawn.outcome,
            drawn: drawn.drawn,
            reserves: drawn.reserves,
            seated: drawn.seated,
            left: drawn.left,
            panel: drawn.panel,
        })
    })
    .await
}

/// drawn.csv, reserves.csv or remaining.csv: the original columns of those who hold seats, of the reserves who were not called, of everybody else
#[utoipa::path(get, path = "/organisers/{organiser}/draws/{draw}/results/{list}", tag = "results",
    params(("organiser" = String, Path), ("draw" = String, Path), ("list" = String, Path, description = "drawn.csv, reserves.csv or remaining.csv")),
    responses((status = 200, body = String, content_type = "text/csv; charset=utf-8")))]
async fn result_file(
    State(api): State<Api>,
    Path((organiser, draw, list)): Path<(String, String, String)>,
) -> Response {
    let which = match list.as_str() {
        "drawn.csv" => List::Drawn,
        "reserves.csv" => List::Reserves,
        "remaining.csv" => List::Remaining,
        _ => return Problem::not_found("list").into_response(),
    };
    file(&api, "text/csv; charset=utf-8", format!("{draw}.{list}"), move |api, out| {
        let drawn = drawn(api, &organiser, &draw)?;
        let pool = kept_pool(api, &drawn.status)?;
        let selected = Selected { root: pool.root(), size: pool.size(), drawn: &drawn.seated, reserves: &drawn.free };
        Ok(pool.result_list(selected, which, out)?)
    })
    .await
}

/// To whom a pool is encrypted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct AuditWish {
    /// The auditor's age recipient, which age-keygen prints
    #[param(max_length = 128, pattern = "^age1[a-z0-9]{58}$")]
    recipient: String,
}

/// The sealed pool with its key, byte for byte, encrypted to an auditor's age recipient: klero audit open opens it
#[utoipa::path(get, path = "/organisers/{organiser}/draws/{draw}/audit.age", tag = "results",
    params(("organiser" = String, Path), ("draw" = String, Path), AuditWish),
    responses((status = 200, body = String, content_type = "application/octet-stream")))]
async fn audit_file(
    State(api): State<Api>,
    Path((organiser, draw)): Path<(String, String)>,
    Query(wish): Query<AuditWish>,
) -> Response {
    let name = format!("{draw}.audit.age");
    file(&api, "application/octet-stream", name.clone(), move |api, out| {
        let status = own_draw(api, &organiser, &draw)?;
        let pool = kept_pool(api, &status)?;
        Ok(crate::auditor::write(&pool, &[wish.recipient], out, FilePath::new(&name))?)
    })
    .await
}

/// Answers with a file that `make` writes. It has no name at any time, and is gone when it was sent or when the process ends.
pub(super) async fn file(
    api: &Api,
    kind: &'static str,
    name: String,
    make: impl FnOnce(&Api, &mut File) -> Result<(), Problem> + Send + 'static,
) -> Response {
    let api = api.clone();
    let made = tokio::task::spawn_blocking(move || {
        let mut file = nameless(&api)?;
        make(&api, &mut file)?;
        let length = file.seek(SeekFrom::End(0)).and_then(|length| file.rewind().map(|()| length)).map_err(lost)?;
        Ok::<_, Problem>((file, length))
    });
    match made.await {
        Ok(Ok((file, length))) => {
            let stream = tokio_util::io::ReaderStream::with_capacity(tokio::fs::File::from_std(file), 1 << 16);
            let headers = [
                (header::CONTENT_TYPE, kind.to_owned()),
                (header::CONTENT_LENGTH, length.to_string()),
                (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
            ];
            (headers, Body::from_stream(stream)).into_response()
        }
        Ok(Err(problem)) => problem.into_response(),
        Err(_) => Problem::new(Kind::Internal, "the file could not be made").into_response(),
    }
}

/// A file without a name.
pub(super) fn nameless(api: &Api) -> Result<File, Problem> {
    use std::os::unix::fs::DirBuilderExt;
    let parent = api.folder().join("out");
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&parent).named("make the folder", &parent)?;
    Ok(tempfile::tempfile_in(&parent).named("write in", &parent)?)
}

/// The file that is being made cannot be written or read.
pub(super) fn lost(error: std::io::Error) -> Problem {
    Failure::unavailable(format!("the file cannot be made: {error}")).into()
}
