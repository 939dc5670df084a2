//! Organisers and their people.

use axum::extract::State;
use axum::response::Response;
use klero_draw::names::Slug;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::accounts::{Account, AccountView};
use super::desk::Kept;
use super::guard::Caller;
use super::posted::Posted;
use super::problem::Problem;
use super::work::{HOUSE, Page, PageWish, Query, Reply, page, page_of};

/// An organiser as it is kept: somebody who has accounts here. Whether it is enrolled is in the log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Organiser {
    pub(super) id: Slug,
    pub(super) name: String,
    made: u64,
}

impl Kept for Organiser {
    const KIND: &'static str = "organiser";
    const NAME: &'static str = "organiser";
    fn id(&self) -> String {
        self.id.to_string()
    }
}

/// A new organiser.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OrganiserWish {
    /// Its name in the log, for ever
    #[schema(value_type = String, max_length = 64, pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")]
    id: Slug,
    /// Its name for people
    #[schema(min_length = 1, max_length = 256)]
    name: String,
}

/// An organiser.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OrganiserView {
    #[schema(value_type = String)]
    id: Slug,
    name: String,
    /// Name of the service's log: what members sign names it
    log: String,
    /// What the log says; absent before the first enrolment
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    enrolled: Option<EnrolledView>,
}

/// An enrolment in force.
#[derive(Debug, Serialize, ToSchema)]
struct EnrolledView {
    /// 1 for the first, then 2, 3 …
    version: u64,
    /// How many keys must sign
    threshold: u64,
    /// The keys in force, as vkeys
    keys: Vec<String>,
    /// A re-enrolment that waits, and from when it is in force, Unix seconds
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    recovery_from: Option<u64>,
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_organisers, add_organiser))
        .routes(routes!(show_organiser))
        .routes(routes!(list_members))
}

/// Organisers: all for an admin, their own for others
#[utoipa::path(get, path = "/organisers", tag = "organisers", params(PageWish), responses((status = 200, body = Page<OrganiserView>)))]
async fn list_organisers(State(api): State<Api>, caller: Caller, Query(wish): Query<PageWish>) -> Response {
    api.read(move |api| match &caller.organiser {
        None => page::<Organiser, _>(api.desk(), "", &wish, |kept| Ok(view(api, &kept.value))),
        Some(own) => {
            wish.read()?;
            let own = api.desk().get::<Organiser>(own.as_str())?;
            Reply::ok(&Page { items: vec![view(api, &own.value)], next: None })
        }
    })
    .await
}

fn view(api: &Api, organiser: &Organiser) -> OrganiserView {
    let ledger = api.service().ledger();
    let now = api.now();
    let state = ledger.organiser(&organiser.id);
    let enrolled = state.and_then(|state| state.in_force(now)).map(|enrolment| EnrolledView {
        version: enrolment.note.version,
        threshold: enrolment.note.threshold,
        keys: enrolment.note.keys.iter().map(|key| key.0.to_text()).collect(),
        recovery_from: state.and_then(|state| {
            state
                .versions()
                .iter()
                .rev()
                .find(|waiting| !waiting.cancelled && waiting.from > now)
                .map(|waiting| waiting.from)
        }),
    });
    OrganiserView {
        id: organiser.id.clone(),
        name: organiser.name.clone(),
        log: api.service().origin().to_owned(),
        enrolled,
    }
}

/// Add an organiser, so that its people can be invited
#[utoipa::path(post, path = "/organisers", tag = "organisers", request_body = OrganiserWish, responses((status = 201, body = OrganiserView)))]
async fn add_organiser(Posted { body, once }: Posted<OrganiserWish>) -> Response {
    once.run(HOUSE, move |tx| {
        if body.name.trim().is_empty() || body.name.len() > 256 || body.name.chars().any(char::is_control) {
            return Err(Problem::invalid("a name has 1 to 256 bytes, on one line"));
        }
        if tx.desk().find::<Organiser>(body.id.as_str())?.is_some() {
            return Err(Problem::refused(format!("there is an organiser '{}'", body.id)).advise("choose another id"));
        }
        let organiser = Organiser { id: body.id, name: body.name, made: tx.now };
        tx.batch.create(&organiser)?;
        Reply::created(&format!("/organisers/{}", organiser.id), &view(tx.api, &organiser))
    })
    .await
}

/// Your organiser
#[utoipa::path(get, path = "/organisers/{organiser}", tag = "organisers", params(("organiser" = String, Path)),
    responses((status = 200, body = OrganiserView)))]
async fn show_organiser(State(api): State<Api>, caller: Caller) -> Response {
    api.read(move |api| {
        let own = api.desk().get::<Organiser>(caller.organiser()?.as_str())?;
        Reply::ok(&view(api, &own.value))
    })
    .await
}

/// Your organiser's people
#[utoipa::path(get, path = "/organisers/{organiser}/members", tag = "organisers", params(("organiser" = String, Path), PageWish),
    responses((status = 200, body = Page<AccountView>)))]
async fn list_members(State(api): State<Api>, caller: Caller, Query(wish): Query<PageWish>) -> Response {
    api.read(move |api| {
        let own = caller.organiser()?;
        let member = |account: &Account| account.organiser.as_ref() == Some(own);
        page_of(api.desk(), "", &wish, member, |kept| Ok(AccountView::of(&kept.value)))
    })
    .await
}
