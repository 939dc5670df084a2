//! Drafts: what is to be drawn, before and beside the log. A draft can be edited; what was announced or sealed from it stands in the log and
//! does not change with it. Edits name the version that they are based on.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use klero_draw::hash::ArtifactHash;
use klero_draw::names::Slug;
use klero_draw::terms::{NotDrawn, Replacement, titles_fit};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::decisions::{DecisionKind, DecisionView, propose};
use super::desk::{Kept, Versioned};
use super::draws::facts;
use super::guard::Caller;
use super::pools;
use super::posted::{JsonBody, Nothing, Posted};
use super::problem::Problem;
use super::work::{Page, PageWish, Path, Query, Reply, Tx, check_match, new_id, page};
use crate::compose::{self, AnnounceWish, How, TermsWish};
use crate::failure::Named as _;

/// Drafts of one organiser.
const MAX_DRAFTS: usize = 1_000;

/// How people are drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum MethodWish {
    /// Everybody the same chance
    Equal {},
    /// The same, at most one person of a household
    Households {},
    /// A number of seats from each stratum, in proportion
    Stratified {
        /// Public columns that make the strata
        #[schema(min_items = 1, max_items = 8)]
        by: Vec<String>,
        /// Population of each stratum: CSV with these columns and 'population'; the pool itself if absent
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(max_length = 20_000)]
        population: Option<String>,
    },
    /// One panel of a list that a job has built from the pool
    Panels {
        /// The job
        #[schema(max_length = 64)]
        job: String,
    },
}

/// How vacancies are filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ReplacementWish {
    /// Seats stay empty
    None,
    /// By the draw's own tickets: reserves know their place
    Rank,
    /// By a fresh beacon round: nobody knows who follows
    Beacon,
}

/// Seats that are not drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NotDrawnWish {
    /// How many
    #[schema(minimum = 1)]
    seats: u32,
    /// How they are filled instead
    #[schema(min_length = 1, max_length = 256)]
    why: String,
}

/// What a draft says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DraftWish {
    /// Name of the draw in the log: never used before
    #[schema(value_type = String, max_length = 64, pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")]
    draw: Slug,
    /// What the seats are for; attempts are counted by it
    #[schema(value_type = String, max_length = 64, pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")]
    purpose: Slug,
    /// Titles by language, two letters each
    title: BTreeMap<String, String>,
    /// When it is drawn, Unix seconds
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    draws_at: u64,
    /// The pool; needed before the terms
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 64)]
    pool: Option<String>,
    /// How people are drawn
    method: MethodWish,
    /// Seats to draw
    #[schema(minimum = 1)]
    seats: u32,
    /// Reserves to draw
    #[serde(default)]
    #[schema(default = 0)]
    reserves: u32,
    /// How vacancies are filled
    replacement: ReplacementWish,
    /// After this time a missing result is overdue; a week after the draw if absent
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    draw_by: Option<u64>,
    /// Seats that are not drawn
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 16)]
    not_drawn: Vec<NotDrawnWish>,
    /// The earlier draw whose people the pool is made of; known from the pool if absent
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 64, pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")]
    from: Option<Slug>,
    /// Why the table is published although some of its rows are unique; two members sign it with the terms
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 256)]
    table_reason: Option<String>,
}

/// A draft as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Draft {
    organiser: Slug,
    id: String,
    by: String,
    changed: u64,
    says: DraftWish,
}

impl Kept for Draft {
    const KIND: &'static str = "draft";
    const NAME: &'static str = "draft";
    fn id(&self) -> String {
        format!("{}/{}", self.organiser, self.id)
    }
}

/// A draft.
#[derive(Debug, Serialize, ToSchema)]
struct DraftView {
    id: String,
    /// Its version, as in the ETag
    version: u64,
    /// Who changed it last
    by: String,
    /// When, Unix seconds
    changed: u64,
    /// Where the draw of this name stands in the log; absent before it is announced
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    phase: Option<&'static str>,
    /// What it says
    says: DraftWish,
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_drafts, make_draft))
        .routes(routes!(show_draft, edit_draft, delete_draft))
        .routes(routes!(announce_draft))
        .routes(routes!(write_terms))
}

fn view(api: &Api, kept: &Versioned<Draft>) -> DraftView {
    let ledger = api.service().ledger();
    let phase = ledger.draw(&kept.value.says.draw).map(|state| state.phase().name());
    DraftView {
        id: kept.value.id.clone(),
        version: kept.version,
        by: kept.value.by.clone(),
        changed: kept.value.changed,
        phase,
        says: kept.value.says.clone(),
    }
}

/// What can be said without the log.
fn check(tx: &Tx<'_>, organiser: &str, says: &DraftWish) -> Result<(), Problem> {
    if !titles_fit(&says.title) || says.title.is_empty() {
        return Err(Problem::invalid("titles have a language of two letters and 1 to 256 bytes, on one line")
            .advise("for instance {\"de\": \"Einladungen\"}"));
    }
    if says.seats == 0 || says.draws_at > super::work::LAST_SECOND {
        return Err(Problem::invalid("at least one seat is drawn, at a time below 2^53"));
    }
    if let Some(pool) = &says.pool {
        pools::get(tx.desk(), organiser, pool)?;
    }
    Ok(())
}

/// Drafts, the latest last
#[utoipa::path(get, path = "/organisers/{organiser}/drafts", tag = "drafts", params(("organiser" = String, Path), PageWish),
    responses((status = 200, body = Page<DraftView>)))]
async fn list_drafts(State(api): State<Api>, Path(organiser): Path<String>, Query(wish): Query<PageWish>) -> Response {
    api.read(move |api| page::<Draft, _>(api.desk(), &format!("{organiser}/"), &wish, |kept| Ok(view(api, &kept))))
        .await
}

/// Begin a draft
#[utoipa::path(post, path = "/organisers/{organiser}/drafts", tag = "drafts", params(("organiser" = String, Path)),
    request_body = DraftWish, responses((status = 201, body = DraftView, headers(("etag" = String)))))]
async fn make_draft(
    caller: Caller,
    Path(organiser): Path<String>,
    Posted { body, once }: Posted<DraftWish>,
) -> Response {
    once.run(&organiser.clone(), move |tx| {
        check(tx, &organiser, &body)?;
        if tx.desk().ids::<Draft>(&format!("{organiser}/"), MAX_DRAFTS)?.len() >= MAX_DRAFTS {
            return Err(
                Problem::refused(format!("there are {MAX_DRAFTS} drafts")).advise("delete those that are not needed")
            );
        }
        let own = caller.organiser()?.clone();
        let draft = Draft { organiser: own, id: new_id(tx.now)?, by: caller.login, changed: tx.now, says: body };
        tx.batch.create(&draft)?;
        let kept = Versioned { version: 1, value: draft };
        let at = format!("/organisers/{organiser}/drafts/{}", kept.value.id);
        Ok(Reply::created(&at, &view(tx.api, &kept))?.with("etag", &kept.etag()))
    })
    .await
}

/// A draft
#[utoipa::path(get, path = "/organisers/{organiser}/drafts/{draft}", tag = "drafts", params(("organiser" = String, Path), ("draft" = String, Path)),
    responses((status = 200, body = DraftView, headers(("etag" = String)))))]
async fn show_draft(State(api): State<Api>, Path((organiser, id)): Path<(String, String)>) -> Response {
    api.read(move |api| {
        let kept = api.desk().get::<Draft>(&format!("{organiser}/{id}"))?;
        Ok(Reply::ok(&view(api, &kept))?.with("etag", &kept.etag()))
    })
    .await
}

/// Change a draft
#[utoipa::path(put, path = "/organisers/{organiser}/drafts/{draft}", tag = "drafts",
    params(("organiser" = String, Path), ("draft" = String, Path), ("if-match" = String, Header, description = "the ETag of the version that this is based on")),
    request_body = DraftWish, responses((status = 200, body = DraftView, headers(("etag" = String)))))]
async fn edit_draft(
    State(api): State<Api>,
    caller: Caller,
    Path((organiser, id)): Path<(String, String)>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<DraftWish>,
) -> Response {
    api.change(&organiser.clone(), move |tx| {
        let mut kept = tx.desk().get::<Draft>(&format!("{organiser}/{id}"))?;
        check_match(&headers, &kept)?;
        check(tx, &organiser, &body)?;
        kept.value.says = body;
        kept.value.by = caller.login;
        kept.value.changed = tx.now;
        tx.batch.update(&kept)?;
        kept.version = kept.version.saturating_add(1);
        Ok(Reply::ok(&view(tx.api, &kept))?.with("etag", &kept.etag()))
    })
    .await
}

/// Delete a draft. What was announced or sealed from it stays in the log
#[utoipa::path(delete, path = "/organisers/{organiser}/drafts/{draft}", tag = "drafts",
    params(("organiser" = String, Path), ("draft" = String, Path), ("if-match" = String, Header, description = "the ETag of the version that is to go")),
    responses((status = 204)))]
async fn delete_draft(
    State(api): State<Api>,
    Path((organiser, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    api.change(&organiser.clone(), move |tx| {
        let kept = tx.desk().get::<Draft>(&format!("{organiser}/{id}"))?;
        check_match(&headers, &kept)?;
        tx.batch.remove::<Draft>(&kept.value.id());
        Ok(Reply::nothing())
    })
    .await
}

/// Write the announcement, to be signed
#[utoipa::path(post, path = "/organisers/{organiser}/drafts/{draft}/announcement", tag = "drafts",
    params(("organiser" = String, Path), ("draft" = String, Path)), responses((status = 201, body = DecisionView)))]
async fn announce_draft(
    caller: Caller,
    Path((organiser, id)): Path<(String, String)>,
    Posted { body: Nothing {}, once }: Posted<Nothing>,
) -> Response {
    once.run(&organiser.clone(), move |tx| {
        let draft = tx.desk().get::<Draft>(&format!("{organiser}/{id}"))?.value;
        let facts = facts(tx.api)?;
        if facts.draw(&draft.says.draw).is_ok() {
            return Err(Problem::refused(format!("'{}' stands in the log already", draft.says.draw))
                .advise("choose another name; or postpone it: POST …/draws/NAME/postponement"));
        }
        if draft.says.draws_at <= tx.now {
            return Err(Problem::refused("the time at which it is to be drawn has passed")
                .advise("choose a later time in the draft"));
        }
        let DraftWish { draw, purpose, title, draws_at, .. } = draft.says;
        let wish =
            AnnounceWish { draw: draw.clone(), organiser: caller.organiser()?.clone(), purpose, title, draws_at };
        let value = compose::announcement(&facts, &wish)?;
        propose(tx, &caller, DecisionKind::Announcement, Some(draw), &value, None)
    })
    .await
}

/// Write the terms, to be signed: pool, method and round are fixed by them
#[utoipa::path(post, path = "/organisers/{organiser}/drafts/{draft}/terms", tag = "drafts",
    params(("organiser" = String, Path), ("draft" = String, Path)), responses((status = 201, body = DecisionView)))]
async fn write_terms(
    caller: Caller,
    Path((organiser, id)): Path<(String, String)>,
    Posted { body: Nothing {}, once }: Posted<Nothing>,
) -> Response {
    once.run(&organiser.clone(), move |tx| {
        let draft = tx.desk().get::<Draft>(&format!("{organiser}/{id}"))?.value;
        let own = caller.organiser()?.clone();
        let facts = facts(tx.api)?;
        let says = draft.says;
        if facts.draw(&says.draw).map(|status| status.organiser != own).unwrap_or(true) {
            return Err(Problem::refused(format!("'{}' was not announced", says.draw))
                .advise("first POST …/announcement, sign it, hand it in"));
        }
        let pool_id = says.pool.ok_or_else(|| {
            Problem::refused("the draft names no pool").advise("upload one, commit it, and name it in the draft")
        })?;
        let pool = pools::open(tx.api, &organiser, &pool_id)?;
        let linked = pools::linked_to(tx.desk(), &organiser, &pool_id)?;
        if says.from.is_some() && says.from != linked {
            return Err(Problem::refused("the pool is not made of people of the draw that 'from' names")
                .advise("leave 'from' out: it is known from the pool"));
        }
        let how = match says.method {
            MethodWish::Equal {} => How::Equal,
            MethodWish::Households {} => How::Households,
            MethodWish::Stratified { by, population } => How::Stratified { by, population },
            MethodWish::Panels { job } => super::jobs::panels(tx.api, &organiser, &job, &pool_id, &pool)?,
        };
        let wish = TermsWish {
            draw: says.draw.clone(),
            how,
            seats: says.seats,
            reserves: says.reserves,
            replacement: match says.replacement {
                ReplacementWish::None => Replacement::None,
                ReplacementWish::Rank => Replacement::Rank,
                ReplacementWish::Beacon => Replacement::Beacon,
            },
            chain: facts.usual_chain(),
            draw_by: says.draw_by,
            not_drawn: says.not_drawn.into_iter().map(|n| NotDrawn { seats: n.seats, why: n.why }).collect(),
            from: linked,
            table_reason: says.table_reason,
        };
        let composed = compose::terms(&facts, &pool, &wish)?;
        for text in &composed.artifacts {
            // Named by its hash: written twice, it is the same file.
            let folder = pools::folder(tx.api, &organiser, &pool_id).join("artifacts");
            std::fs::create_dir_all(&folder).named("make the folder", &folder)?;
            crate::atomic::write(&folder.join(ArtifactHash::of(text.as_bytes()).to_string()), text.as_bytes())?;
        }
        propose(tx, &caller, DecisionKind::Terms, Some(says.draw), &composed.terms, Some(pool_id))
    })
    .await
}
