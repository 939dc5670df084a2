//! An organiser's draws, as the log has them, and the decisions that change them: postponement, void, annulment, vacancies, erasure. The state
//! that is shown is read from the log each time.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use klero_draw::names::Slug;
use klero_draw::terms::titles_fit;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::decisions::{DecisionKind, DecisionView, propose};
use super::guard::Caller;
use super::posted::{Nothing, Posted};
use super::problem::Problem;
use super::work::{LAST_SECOND, Page, PageWish, Path, Query, Reply, cursor};
use crate::compose::{self, Facts};
use crate::service::request::DrawStatus;

/// Seats that one decision can give up: the note must fit into one step of the log.
const MAX_SEATS: usize = 900;

/// Where a draw stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DrawView {
    /// Its name
    #[schema(value_type = String)]
    draw: Slug,
    /// announced, sealed, drawn, vacated, voided or annulled
    phase: String,
    /// What the seats are for
    #[schema(value_type = String)]
    purpose: Slug,
    /// Which attempt for this purpose
    attempt: u64,
    /// How often it was postponed
    postponed: u64,
    /// When it is drawn, Unix seconds
    draws_at: u64,
    /// Titles by language
    title: BTreeMap<String, String>,
    /// People in the sealed pool
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    people: Option<u64>,
    /// The beacon round
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    round: Option<u64>,
    /// When that round is published, Unix seconds
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    round_at: Option<u64>,
    /// SHA-256 of the outcome, at /artifact/… of the public pages
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    outcome: Option<String>,
    /// Whether the result is late
    overdue: bool,
    /// Whether the beacon is a rehearsal beacon, which proves nothing
    rehearsal: bool,
    /// What it waits for
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    waiting_for: Option<String>,
    /// Whether pool key, rows and table were destroyed
    erased: bool,
    /// Until when the service is to keep the pool, Unix seconds: then it is to be erased. Absent while the draw waits, and once it is erased
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    erase_by: Option<u64>,
}

/// A later time.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PostponementWish {
    /// When it is to be drawn, Unix seconds
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    draws_at: u64,
    /// Titles by language, if they change
    #[serde(default)]
    title: Option<BTreeMap<String, String>>,
}

/// Why a draw is given up.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum VoidReason {
    /// It is not wanted any more
    Cancelled,
    /// The pool was wrong
    PoolError,
    /// The terms were wrong
    TermsError,
    /// The beacon never gave the round
    BeaconLost,
    /// A court
    Court,
}

/// A draw to be given up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct VoidWish {
    reason: VoidReason,
}

/// Why a result is annulled.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum AnnulReason {
    /// A court
    Court,
    /// An upheld complaint
    Complaint,
}

/// A result to be annulled.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AnnulmentWish {
    reason: AnnulReason,
}

/// Why a seat is given up.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum LeaveReason {
    /// The person does not want it
    Declined,
    /// The person may not have it
    NotEligible,
    /// The term ended, or the person left it
    Ended,
}

impl LeaveReason {
    fn name(self) -> &'static str {
        match self {
            Self::Declined => "declined",
            Self::NotEligible => "not_eligible",
            Self::Ended => "ended",
        }
    }
}

/// A seat that is given up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SeatWish {
    /// The person's index in the pool
    index: u32,
    /// Why
    reason: LeaveReason,
}

/// Seats to be given up: all that are known, in one decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct VacancyWish {
    /// Which
    #[schema(min_items = 1, max_items = 900)]
    seats: Vec<SeatWish>,
    /// When the replacements are drawn, Unix seconds; exactly where the terms say replacement: beacon
    #[serde(default)]
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    draws_at: Option<u64>,
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_draws))
        .routes(routes!(show_draw))
        .routes(routes!(postpone))
        .routes(routes!(void))
        .routes(routes!(annul))
        .routes(routes!(vacate))
        .routes(routes!(erase))
}

/// The state of the log, for composing notes.
pub(super) fn facts(api: &Api) -> Result<Facts, Problem> {
    Ok(Facts { about: api.service().about(), draws: api.service().statuses(None)?, now: api.now() })
}

/// The organiser's own draw; another's is not there.
pub(super) fn own_draw(api: &Api, organiser: &str, draw: &str) -> Result<DrawStatus, Problem> {
    let missing = || Problem::not_found("draw");
    let slug: Slug = draw.parse().map_err(|_| missing())?;
    let found = api.service().statuses(Some(&slug)).map_err(|_| missing())?.pop().ok_or_else(missing)?;
    if found.organiser.as_str() == organiser { Ok(found) } else { Err(missing()) }
}

/// The organiser's own draw, as long as it is not erased: whatever came in afterwards about its people would stay, since they are forgotten once.
pub(super) fn kept_draw(api: &Api, organiser: &str, draw: &str) -> Result<DrawStatus, Problem> {
    let status = own_draw(api, organiser, draw)?;
    if status.erased {
        return Err(Problem::refused(format!("'{draw}' was erased: nothing more is kept about its people"))
            .advise("answer whoever still writes without entering it here; the log and the outcome stay"));
    }
    Ok(status)
}

fn view(api: &Api, status: DrawStatus) -> DrawView {
    let erased = api.service().ledger().draw(&status.draw).is_some_and(|state| state.erased().is_some());
    let erase_by = api.0.setup.retention.erase_by(&status);
    DrawView {
        draw: status.draw,
        phase: status.phase,
        purpose: status.purpose,
        attempt: status.attempt,
        postponed: status.postponed,
        draws_at: status.draws_at,
        title: status.title,
        people: status.people,
        round: status.round,
        round_at: status.round_at,
        outcome: status.outcome,
        overdue: status.overdue,
        rehearsal: status.rehearsal,
        waiting_for: status.waiting_for,
        erased,
        erase_by,
    }
}

/// Your draws, by name
#[utoipa::path(get, path = "/organisers/{organiser}/draws", tag = "draws", params(("organiser" = String, Path), PageWish),
    responses((status = 200, body = Page<DrawView>)))]
async fn list_draws(State(api): State<Api>, Path(organiser): Path<String>, Query(wish): Query<PageWish>) -> Response {
    api.read(move |api| {
        let (after, limit) = wish.read()?;
        let mut own: Vec<DrawStatus> =
            api.service().statuses(None)?.into_iter().filter(|status| status.organiser.as_str() == organiser).collect();
        own.sort_by(|a, b| a.draw.cmp(&b.draw));
        own.retain(|status| after.as_deref().is_none_or(|after| status.draw.as_str() > after));
        let more = own.len() > limit;
        own.truncate(limit);
        let next = own.last().filter(|_| more).map(|status| cursor(status.draw.as_str()));
        Reply::ok(&Page { items: own.into_iter().map(|status| view(api, status)).collect(), next })
    })
    .await
}

/// A draw of yours
#[utoipa::path(get, path = "/organisers/{organiser}/draws/{draw}", tag = "draws",
    params(("organiser" = String, Path), ("draw" = String, Path)), responses((status = 200, body = DrawView)))]
async fn show_draw(State(api): State<Api>, Path((organiser, draw)): Path<(String, String)>) -> Response {
    api.read(move |api| {
        let status = own_draw(api, &organiser, &draw)?;
        Reply::ok(&view(api, status))
    })
    .await
}

/// Postpone an announced draw: write the note, to be signed. It is counted and shown
#[utoipa::path(post, path = "/organisers/{organiser}/draws/{draw}/postponement", tag = "draws",
    params(("organiser" = String, Path), ("draw" = String, Path)), request_body = PostponementWish,
    responses((status = 201, body = DecisionView)))]
async fn postpone(
    caller: Caller,
    Path((organiser, draw)): Path<(String, String)>,
    Posted { body, once }: Posted<PostponementWish>,
) -> Response {
    once.run(&organiser.clone(), move |tx| {
        let status = own_draw(tx.api, &organiser, &draw)?;
        if body.draws_at > LAST_SECOND
            || body.title.as_ref().is_some_and(|title| title.is_empty() || !titles_fit(title))
        {
            return Err(Problem::invalid(
                "a time below 2^53, and titles with a language of two letters and 1 to 256 bytes",
            ));
        }
        let value = compose::postponement(&facts(tx.api)?, &status, body.draws_at, body.title.as_ref())?;
        propose(tx, &caller, DecisionKind::Announcement, Some(status.draw), &value, None)
    })
    .await
}

/// Give a draw up before it is drawn: write the note, to be signed
#[utoipa::path(post, path = "/organisers/{organiser}/draws/{draw}/void", tag = "draws",
    params(("organiser" = String, Path), ("draw" = String, Path)), request_body = VoidWish, responses((status = 201, body = DecisionView)))]
async fn void(
    caller: Caller,
    Path((organiser, draw)): Path<(String, String)>,
    Posted { body, once }: Posted<VoidWish>,
) -> Response {
    once.run(&organiser.clone(), move |tx| {
        let status = own_draw(tx.api, &organiser, &draw)?;
        let reason = serde_json::to_value(body.reason).map_err(|_| Problem::internal())?;
        let value = compose::void(&facts(tx.api)?, &status, reason.as_str().unwrap_or_default())?;
        propose(tx, &caller, DecisionKind::Void, Some(status.draw), &value, None)
    })
    .await
}

/// Annul a result: write the note, to be signed. The outcome stays visible
#[utoipa::path(post, path = "/organisers/{organiser}/draws/{draw}/annulment", tag = "draws",
    params(("organiser" = String, Path), ("draw" = String, Path)), request_body = AnnulmentWish, responses((status = 201, body = DecisionView)))]
async fn annul(
    caller: Caller,
    Path((organiser, draw)): Path<(String, String)>,
    Posted { body, once }: Posted<AnnulmentWish>,
) -> Response {
    once.run(&organiser.clone(), move |tx| {
        let status = own_draw(tx.api, &organiser, &draw)?;
        let reason = serde_json::to_value(body.reason).map_err(|_| Problem::internal())?;
        let value = compose::annulment(&facts(tx.api)?, &status, reason.as_str().unwrap_or_default())?;
        propose(tx, &caller, DecisionKind::Annulment, Some(status.draw), &value, None)
    })
    .await
}

/// Seats are given up: write the note, to be signed. The seats are filled by the rule in the terms
#[utoipa::path(post, path = "/organisers/{organiser}/draws/{draw}/vacancies", tag = "draws",
    params(("organiser" = String, Path), ("draw" = String, Path)), request_body = VacancyWish, responses((status = 201, body = DecisionView)))]
async fn vacate(
    caller: Caller,
    Path((organiser, draw)): Path<(String, String)>,
    Posted { body, once }: Posted<VacancyWish>,
) -> Response {
    once.run(&organiser.clone(), move |tx| {
        let status = own_draw(tx.api, &organiser, &draw)?;
        let mut seats = BTreeMap::new();
        for seat in &body.seats {
            if seats.insert(seat.index, seat.reason.name().to_owned()).is_some() {
                return Err(Problem::invalid("a seat is listed twice").advise("list each once"));
            }
        }
        if seats.is_empty() || seats.len() > MAX_SEATS || body.draws_at.is_some_and(|at| at > LAST_SECOND) {
            return Err(Problem::invalid(format!("1 to {MAX_SEATS} seats, and a time below 2^53")));
        }
        let value = compose::vacancy(&facts(tx.api)?, &status, &seats, body.draws_at)?;
        tx.api.service().check_seats(&status.draw, seats.keys().copied())?;
        propose(tx, &caller, DecisionKind::Vacancy, Some(status.draw), &value, None)
    })
    .await
}

/// Destroy pool key, rows and table: write the note, to be signed. Log, seal and tickets still verify
#[utoipa::path(post, path = "/organisers/{organiser}/draws/{draw}/erasure", tag = "draws",
    params(("organiser" = String, Path), ("draw" = String, Path)), responses((status = 201, body = DecisionView)))]
async fn erase(
    caller: Caller,
    Path((organiser, draw)): Path<(String, String)>,
    Posted { body: Nothing {}, once }: Posted<Nothing>,
) -> Response {
    once.run(&organiser.clone(), move |tx| {
        let status = own_draw(tx.api, &organiser, &draw)?;
        let value = compose::erasure(&facts(tx.api)?, &status)?;
        propose(tx, &caller, DecisionKind::Erasure, Some(status.draw), &value, None)
    })
    .await
}
