//! Organisers, their people, and the public keys that their people sign with. Which keys are in force is the log's to say; here a member says
//! which of them are theirs, so that four eyes are four eyes and not two keys of one person.

use axum::extract::State;
use axum::response::Response;
use klero_draw::names::Slug;
use klero_tlog::VerifierKey;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::accounts::{Account, AccountView};
use super::desk::{Desk, Kept};
use super::guard::Caller;
use super::posted::Posted;
use super::problem::{Kind, Problem};
use super::session::digest;
use super::work::{HOUSE, Page, PageWish, Path, Query, Reply, page};

/// Most keys that are kept for an organiser; at most 16 are in force (spec §4.3).
const MAX_KEYS: usize = 64;

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

/// A member's public key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct MemberKey {
    pub(super) organiser: Slug,
    /// First half of the SHA-256 of the vkey, hex.
    pub(super) id: String,
    pub(super) vkey: String,
    pub(super) account: String,
    made: u64,
}

impl Kept for MemberKey {
    const KIND: &'static str = "key";
    const NAME: &'static str = "key";
    fn id(&self) -> String {
        format!("{}/{}", self.organiser, self.id)
    }
}

impl MemberKey {
    pub(super) fn key(&self) -> Result<VerifierKey, Problem> {
        VerifierKey::parse(&self.vkey).map_err(|_| Problem::internal())
    }
}

/// All keys that an organiser's people have given.
pub(super) fn keys_of(desk: &Desk, organiser: &Slug) -> Result<Vec<MemberKey>, Problem> {
    let kept = desk.list::<MemberKey>(&format!("{organiser}/"), None, MAX_KEYS)?;
    Ok(kept.into_iter().map(|kept| kept.value).collect())
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

/// A key to be kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct KeyWish {
    /// The public key, as klero keys show prints it: organiser/role+id+base64
    #[schema(max_length = 512)]
    vkey: String,
}

/// A member's key.
#[derive(Debug, Serialize, ToSchema)]
struct KeyView {
    id: String,
    vkey: String,
    /// Whose it is
    account: String,
    /// Whether the log has it in force
    in_force: bool,
    made: u64,
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_organisers, add_organiser))
        .routes(routes!(show_organiser))
        .routes(routes!(list_members))
        .routes(routes!(list_keys, add_key))
        .routes(routes!(remove_key))
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
    OrganiserView { id: organiser.id.clone(), name: organiser.name.clone(), enrolled }
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
        wish.read()?;
        let own = caller.organiser()?;
        let all = api.desk().list::<Account>("", None, usize::MAX)?;
        let members = all.iter().map(|kept| &kept.value).filter(|account| account.organiser.as_ref() == Some(own));
        Reply::ok(&Page { items: members.map(AccountView::of).collect(), next: None })
    })
    .await
}

/// Your organiser's keys, and whose they are
#[utoipa::path(get, path = "/organisers/{organiser}/keys", tag = "organisers", params(("organiser" = String, Path)),
    responses((status = 200, body = Page<KeyView>)))]
async fn list_keys(State(api): State<Api>, caller: Caller) -> Response {
    api.read(move |api| {
        let own = caller.organiser()?;
        let items = keys_of(api.desk(), own)?.iter().map(|key| key_view(api, key)).collect();
        Reply::ok(&Page::<KeyView> { items, next: None })
    })
    .await
}

fn key_view(api: &Api, key: &MemberKey) -> KeyView {
    let ledger = api.service().ledger();
    let enrolment = ledger.organiser(&key.organiser).and_then(|state| state.in_force(api.now()));
    let in_force = enrolment.is_some_and(|e| e.note.keys.iter().any(|known| known.0.to_text() == key.vkey));
    KeyView { id: key.id.clone(), vkey: key.vkey.clone(), account: key.account.clone(), in_force, made: key.made }
}

/// Say that a public key is yours. The private key stays with you
#[utoipa::path(post, path = "/organisers/{organiser}/keys", tag = "organisers", params(("organiser" = String, Path)),
    request_body = KeyWish, responses((status = 201, body = KeyView)))]
async fn add_key(caller: Caller, Posted { body, once }: Posted<KeyWish>) -> Response {
    let lock = caller.organiser.as_ref().map(ToString::to_string).unwrap_or_default();
    once.run(&lock, move |tx| {
        let own = caller.organiser()?.clone();
        let key = VerifierKey::parse(body.vkey.trim()).map_err(|_| {
            Problem::invalid("this is not a public key")
                .advise("klero keys new prints it; it looks like organiser/role+1234abcd+base64")
        })?;
        let role = key.name().as_str().strip_prefix(own.as_str()).and_then(|rest| rest.strip_prefix('/'));
        let fits = |role: &str| {
            (1..=32).contains(&role.len())
                && role.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        if !role.is_some_and(fits) {
            return Err(Problem::invalid(format!("a key of this organiser is named {own}/role"))
                .advise(format!("make one with: klero keys new --name {own}/clerk --out clerk.key")));
        }
        let known = keys_of(tx.desk(), &own)?;
        if known.len() >= MAX_KEYS {
            return Err(Problem::refused(format!("{MAX_KEYS} keys are kept for this organiser"))
                .advise("remove one that is not in force"));
        }
        for other in &known {
            if other.key()?.public_key() == key.public_key() {
                return Err(
                    Problem::refused("this key is kept already").advise("a key belongs to one person: make another")
                );
            }
        }
        let vkey = key.to_text();
        let id = digest(&vkey).get(..32).unwrap_or_default().to_owned();
        let kept = MemberKey { organiser: own.clone(), id: id.clone(), vkey, account: caller.login, made: tx.now };
        tx.batch.create(&kept)?;
        Reply::created(&format!("/organisers/{own}/keys/{id}"), &key_view(tx.api, &kept))
    })
    .await
}

/// Take back one of your keys. In the log it stays in force until a new enrolment
#[utoipa::path(delete, path = "/organisers/{organiser}/keys/{key}", tag = "organisers",
    params(("organiser" = String, Path), ("key" = String, Path)), responses((status = 204)))]
async fn remove_key(State(api): State<Api>, caller: Caller, Path((organiser, id)): Path<(String, String)>) -> Response {
    api.change(&organiser.clone(), move |tx| {
        let key = tx.desk().get::<MemberKey>(&format!("{organiser}/{id}"))?.value;
        if key.account != caller.login {
            return Err(
                Problem::new(Kind::Forbidden, "this key is somebody else's").advise("ask the colleague whose it is")
            );
        }
        tx.batch.remove::<MemberKey>(&key.id());
        Ok(Reply::nothing())
    })
    .await
}
