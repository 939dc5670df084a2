//! Complaints against a draw, within an objection period that the organiser sets, and what was answered. What a complaint says stays with the
//! organiser; that it was upheld shows in the log when the result is annulled.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use klero_draw::names::Slug;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::desk::{Desk, Kept, Versioned};
use super::draws::{kept_draw, own_draw};
use super::guard::Caller;
use super::posted::{JsonBody, Posted};
use super::problem::Problem;
use super::work::{LAST_SECOND, Page, PageWish, Path, Query, Reply, Tx, check_match, new_id, page};

/// Longest text of a complaint or an answer.
const MAX_TEXT_BYTES: usize = 10_000;
/// Complaints about one draw that are kept.
const MAX_COMPLAINTS: usize = 10_000;
const MAX_COMPLAINTS_U64: u64 = 10_000;

/// An objection period as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Period {
    organiser: Slug,
    draw: Slug,
    until: u64,
}

impl Kept for Period {
    const KIND: &'static str = "objection";
    const NAME: &'static str = "objection period";
    fn id(&self) -> String {
        format!("{}/{}", self.organiser, self.draw)
    }
}

/// How a complaint ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Ruling {
    /// It is right; the result may have to be annulled
    Upheld,
    /// It is not
    Rejected,
}

/// An answer as it is kept and shown.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
struct Ruled {
    ruling: Ruling,
    /// What was answered
    text: String,
    by: String,
    at: u64,
}

/// A complaint as it is kept. Its text may name people: it has no `Debug`.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Complaint {
    organiser: Slug,
    draw: Slug,
    id: String,
    text: String,
    /// When the organiser received it.
    received: u64,
    by: String,
    answer: Option<Ruled>,
}

impl Kept for Complaint {
    const KIND: &'static str = "complaint";
    const NAME: &'static str = "complaint";
    fn id(&self) -> String {
        format!("{}/{}/{}", self.organiser, self.draw, self.id)
    }
}

/// How many complaints about a draw there are, so that nobody has to read them all to know.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Tally {
    organiser: Slug,
    draw: Slug,
    entered: u64,
    answered: u64,
    upheld: u64,
}

impl Kept for Tally {
    const KIND: &'static str = "objection-tally";
    const NAME: &'static str = "number of complaints";
    fn id(&self) -> String {
        format!("{}/{}", self.organiser, self.draw)
    }
}

impl Tally {
    /// The numbers about a draw. A desk of a version that did not keep them is counted.
    fn of(desk: &Desk, organiser: &Slug, draw: &Slug) -> Result<Versioned<Self>, Problem> {
        if let Some(kept) = desk.find::<Self>(&format!("{organiser}/{draw}"))? {
            return Ok(kept);
        }
        let mut value = Self { organiser: organiser.clone(), draw: draw.clone(), entered: 0, answered: 0, upheld: 0 };
        for kept in desk.list::<Complaint>(&format!("{organiser}/{draw}/"), None, MAX_COMPLAINTS)? {
            value.entered += 1;
            value.count(kept.value.answer.as_ref(), 1);
        }
        Ok(Versioned { version: 0, value })
    }

    /// Counts an answer, or takes it out with -1.
    fn count(&mut self, answer: Option<&Ruled>, by: i64) {
        let upheld = answer.is_some_and(|answer| answer.ruling == Ruling::Upheld);
        self.answered = self.answered.saturating_add_signed(if answer.is_some() { by } else { 0 });
        self.upheld = self.upheld.saturating_add_signed(if upheld { by } else { 0 });
    }
}

/// An objection period.
#[derive(Debug, Serialize, ToSchema)]
struct PeriodView {
    /// Its version, as in the ETag
    version: u64,
    /// Until when complaints are taken, Unix seconds
    until: u64,
    /// Whether it is open now
    open: bool,
    /// Complaints without an answer
    unanswered: u64,
    /// Complaints that were upheld
    upheld: u64,
}

/// A new end of the period.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PeriodWish {
    /// Until when complaints are taken, Unix seconds
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    until: u64,
}

/// A complaint to be entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ComplaintWish {
    /// What it says
    #[schema(min_length = 1, max_length = 10_000)]
    text: String,
}

/// An answer to a complaint.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RulingWish {
    ruling: Ruling,
    /// What is answered
    #[schema(min_length = 1, max_length = 10_000)]
    text: String,
}

/// A complaint.
#[derive(Serialize, ToSchema)]
struct ComplaintView {
    id: String,
    /// Its version, as in the ETag
    version: u64,
    text: String,
    /// When it was entered, Unix seconds
    received: u64,
    by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    answer: Option<Ruled>,
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(show_period, set_period))
        .routes(routes!(list_complaints, enter_complaint))
        .routes(routes!(answer_complaint))
}

fn period_view(api: &Api, kept: &Versioned<Period>) -> Result<PeriodView, Problem> {
    let Tally { entered, answered, upheld, .. } = Tally::of(api.desk(), &kept.value.organiser, &kept.value.draw)?.value;
    Ok(PeriodView {
        version: kept.version,
        until: kept.value.until,
        open: api.now() <= kept.value.until,
        unanswered: entered.saturating_sub(answered),
        upheld,
    })
}

fn view(kept: &Versioned<Complaint>) -> ComplaintView {
    ComplaintView {
        id: kept.value.id.clone(),
        version: kept.version,
        text: kept.value.text.clone(),
        received: kept.value.received,
        by: kept.value.by.clone(),
        answer: kept.value.answer.clone(),
    }
}

fn check_text(text: &str) -> Result<(), Problem> {
    if text.trim().is_empty() || text.len() > MAX_TEXT_BYTES {
        return Err(Problem::invalid(format!("a text has 1 to {MAX_TEXT_BYTES} bytes")));
    }
    Ok(())
}

/// The objection period of a draw
#[utoipa::path(get, path = "/organisers/{organiser}/draws/{draw}/objection-period", tag = "complaints",
    params(("organiser" = String, Path), ("draw" = String, Path)), responses((status = 200, body = PeriodView, headers(("etag" = String)))))]
async fn show_period(State(api): State<Api>, Path((organiser, draw)): Path<(String, String)>) -> Response {
    api.read(move |api| {
        own_draw(api, &organiser, &draw)?;
        let kept = api.desk().get::<Period>(&format!("{organiser}/{draw}"))?;
        Ok(Reply::ok(&period_view(api, &kept)?)?.with("etag", &kept.etag()))
    })
    .await
}

/// Open the objection period, or move its end. If-Match once there is one
#[utoipa::path(put, path = "/organisers/{organiser}/draws/{draw}/objection-period", tag = "complaints",
    params(("organiser" = String, Path), ("draw" = String, Path), ("if-match" = Option<String>, Header, description = "the ETag of the version that this is based on")),
    request_body = PeriodWish, responses((status = 200, body = PeriodView, headers(("etag" = String)))))]
async fn set_period(
    State(api): State<Api>,
    caller: Caller,
    Path((organiser, draw)): Path<(String, String)>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<PeriodWish>,
) -> Response {
    api.change(&organiser.clone(), move |tx| {
        let status = kept_draw(tx.api, &organiser, &draw)?;
        if body.until > LAST_SECOND {
            return Err(Problem::invalid("the end of the period is a time below 2^53"));
        }
        let kept = match tx.desk().find::<Period>(&format!("{organiser}/{draw}"))? {
            Some(mut kept) => {
                check_match(&headers, &kept)?;
                kept.value.until = body.until;
                tx.batch.update(&kept)?;
                kept.version = kept.version.saturating_add(1);
                kept
            }
            None => {
                let period = Period { organiser: caller.organiser()?.clone(), draw: status.draw, until: body.until };
                tx.batch.create(&period)?;
                Versioned { version: 1, value: period }
            }
        };
        Ok(Reply::ok(&period_view(tx.api, &kept)?)?.with("etag", &kept.etag()))
    })
    .await
}

/// Complaints and answers, the latest last
#[utoipa::path(get, path = "/organisers/{organiser}/draws/{draw}/complaints", tag = "complaints",
    params(("organiser" = String, Path), ("draw" = String, Path), PageWish), responses((status = 200, body = Page<ComplaintView>)))]
async fn list_complaints(
    State(api): State<Api>,
    Path((organiser, draw)): Path<(String, String)>,
    Query(wish): Query<PageWish>,
) -> Response {
    api.read(move |api| {
        own_draw(api, &organiser, &draw)?;
        page::<Complaint, _>(api.desk(), &format!("{organiser}/{draw}/"), &wish, |kept| Ok(view(&kept)))
    })
    .await
}

/// Enter a complaint that was received
#[utoipa::path(post, path = "/organisers/{organiser}/draws/{draw}/complaints", tag = "complaints",
    params(("organiser" = String, Path), ("draw" = String, Path)), request_body = ComplaintWish, responses((status = 201, body = ComplaintView)))]
async fn enter_complaint(
    caller: Caller,
    Path((organiser, draw)): Path<(String, String)>,
    Posted { body, once }: Posted<ComplaintWish>,
) -> Response {
    once.run(&organiser.clone(), move |tx| {
        let status = kept_draw(tx.api, &organiser, &draw)?;
        check_text(&body.text)?;
        let period = tx.desk().find::<Period>(&format!("{organiser}/{draw}"))?;
        let period = period.ok_or_else(|| {
            Problem::refused("there is no objection period").advise("PUT …/objection-period with its end")
        })?;
        if tx.now > period.value.until {
            return Err(Problem::refused("the objection period has ended")
                .advise("move its end, if the complaint is to be taken all the same"));
        }
        let mut tally = Tally::of(tx.desk(), caller.organiser()?, &status.draw)?;
        if tally.value.entered >= MAX_COMPLAINTS_U64 {
            return Err(Problem::refused(format!("{MAX_COMPLAINTS} complaints are kept about this draw"))
                .advise("answer further ones outside of this service"));
        }
        let complaint = Complaint {
            organiser: caller.organiser()?.clone(),
            draw: status.draw,
            id: new_id(tx.now)?,
            text: body.text,
            received: tx.now,
            by: caller.login,
            answer: None,
        };
        tx.batch.create(&complaint)?;
        tally.value.entered += 1;
        tx.batch.update(&tally)?;
        let kept = Versioned { version: 1, value: complaint };
        let at = format!("/organisers/{organiser}/draws/{draw}/complaints/{}", kept.value.id);
        Ok(Reply::created(&at, &view(&kept))?.with("etag", &kept.etag()))
    })
    .await
}

/// Answer a complaint
#[utoipa::path(put, path = "/organisers/{organiser}/draws/{draw}/complaints/{complaint}/answer", tag = "complaints",
    params(("organiser" = String, Path), ("draw" = String, Path), ("complaint" = String, Path), ("if-match" = String, Header, description = "the ETag of the version that this is based on")),
    request_body = RulingWish, responses((status = 200, body = ComplaintView, headers(("etag" = String)))))]
async fn answer_complaint(
    State(api): State<Api>,
    caller: Caller,
    Path((organiser, draw, id)): Path<(String, String, String)>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<RulingWish>,
) -> Response {
    api.change(&organiser.clone(), move |tx| {
        let status = kept_draw(tx.api, &organiser, &draw)?;
        let mut kept = tx.desk().get::<Complaint>(&format!("{organiser}/{draw}/{id}"))?;
        check_match(&headers, &kept)?;
        check_text(&body.text)?;
        let mut tally = Tally::of(tx.desk(), caller.organiser()?, &status.draw)?;
        tally.value.count(kept.value.answer.as_ref(), -1);
        kept.value.answer = Some(Ruled { ruling: body.ruling, text: body.text, by: caller.login, at: tx.now });
        tally.value.count(kept.value.answer.as_ref(), 1);
        tx.batch.update(&tally)?;
        tx.batch.update(&kept)?;
        kept.version = kept.version.saturating_add(1);
        Ok(Reply::ok(&view(&kept))?.with("etag", &kept.etag()))
    })
    .await
}

/// Forgets all complaints about a draw: their texts may name people.
pub(super) fn destroy(tx: &mut Tx<'_>, organiser: &str, draw: &str) -> Result<(), Problem> {
    for id in tx.desk().ids::<Complaint>(&format!("{organiser}/{draw}/"), usize::MAX)? {
        tx.batch.remove::<Complaint>(&id);
    }
    tx.batch.remove::<Tally>(&format!("{organiser}/{draw}"));
    Ok(())
}
