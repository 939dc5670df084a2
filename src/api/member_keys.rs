//! The public keys that an organiser's people sign with. Which keys are in force is the log's to say; here a member proves which of them are
//! theirs, so that four eyes are four eyes and not two keys of one person.
//!
//! A key belongs to the one account that proved to have it. While the log has it in force, or is about to, it stays there: only an enrolment
//! takes it away. Whoever proves a key of an account that can sign no more takes it over, and both accounts count as one person from then on.
//! That one human has no two accounts is nothing that can be proved here: whoever lets people in answers for it.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::response::Response;
use klero_draw::names::Slug;
use klero_tlog::VerifierKey;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::accounts::Account;
use super::decisions;
use super::desk::{Desk, Kept, Versioned};
use super::guard::Caller;
use super::posted::Posted;
use super::problem::{Kind, Problem};
use super::session::digest;
use super::work::{Page, PageWish, Path, Query, Reply, Tx, page};
use crate::key_proof;

/// Most keys that are kept for an organiser; at most 16 are in force (spec §4.3).
const MAX_KEYS: usize = 64;

/// A member's public key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct MemberKey {
    pub(super) organiser: Slug,
    /// First half of the SHA-256 of the vkey, hex.
    pub(super) id: String,
    pub(super) vkey: String,
    pub(super) account: String,
    made: u64,
    /// Accounts that had it before, and can sign no more.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    formerly: BTreeSet<String>,
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

    /// Whether its account can sign with it.
    fn held(&self, desk: &Desk) -> Result<bool, Problem> {
        let account = desk.find::<Account>(&self.account)?.map(|kept| kept.value);
        Ok(account.is_some_and(|a| !a.disabled && a.role.signs() && a.organiser.as_ref() == Some(&self.organiser)))
    }
}

/// All keys that an organiser's people have given.
pub(super) fn keys_of(desk: &Desk, organiser: &Slug) -> Result<Vec<MemberKey>, Problem> {
    let kept = desk.list::<MemberKey>(&format!("{organiser}/"), None, MAX_KEYS)?;
    Ok(kept.into_iter().map(|kept| kept.value).collect())
}

/// How many people these accounts are at most: accounts that have had one and the same key are one.
pub(super) fn people<'a>(keys: &'a [MemberKey], accounts: impl Iterator<Item = &'a str>) -> usize {
    let circle = |account: &'a str| {
        let mut circle = BTreeSet::from([account]);
        loop {
            let before = circle.len();
            for key in keys {
                let had = || key.formerly.iter().map(String::as_str).chain([key.account.as_str()]);
                if had().any(|account| circle.contains(account)) {
                    circle.extend(had());
                }
            }
            if circle.len() == before {
                return circle;
            }
        }
    };
    accounts.map(circle).collect::<BTreeSet<_>>().len()
}

/// A key to be kept, with the proof that whoever asks has it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct KeyWish {
    /// The public key, as klero keys show prints it: organiser/role+id+base64
    #[schema(max_length = 512)]
    vkey: String,
    /// The note that klero keys claim prints, signed by this key for this account; or its signature line alone
    #[schema(max_length = 4_096)]
    proof: String,
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
    /// Whether its account can still sign; if not, a colleague may take it over, or remove it once it is not in force
    held: bool,
    made: u64,
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list_keys, add_key)).routes(routes!(remove_key))
}

/// Your organiser's keys, and whose they are
#[utoipa::path(get, path = "/organisers/{organiser}/keys", tag = "organisers", params(("organiser" = String, Path), PageWish),
    responses((status = 200, body = Page<KeyView>)))]
async fn list_keys(State(api): State<Api>, Path(organiser): Path<String>, Query(wish): Query<PageWish>) -> Response {
    api.read(move |api| {
        page::<MemberKey, _>(api.desk(), &format!("{organiser}/"), &wish, |kept| key_view(api, &kept.value))
    })
    .await
}

fn key_view(api: &Api, key: &MemberKey) -> Result<KeyView, Problem> {
    let in_force = {
        let ledger = api.service().ledger();
        let enrolment = ledger.organiser(&key.organiser).and_then(|state| state.in_force(api.now()));
        enrolment.is_some_and(|e| e.note.keys.iter().any(|known| known.0.to_text() == key.vkey))
    };
    let (id, vkey, account) = (key.id.clone(), key.vkey.clone(), key.account.clone());
    Ok(KeyView { id, vkey, account, in_force, held: key.held(api.desk())?, made: key.made })
}

/// Prove that a public key is yours. The private key stays with you
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
        check_proof(tx.api, &key, &body.proof, &caller.login)?;
        let at = |id: &str| format!("/organisers/{own}/keys/{id}");
        let known = tx.desk().list::<MemberKey>(&format!("{own}/"), None, MAX_KEYS)?;
        let (full, vkey) = (known.len() >= MAX_KEYS, key.to_text());
        for there in known {
            if there.value.key()?.public_key() == key.public_key() {
                let taken = take_over(tx, there, &vkey, &caller.login)?;
                return Reply::created(&at(&taken.id), &key_view(tx.api, &taken)?);
            }
        }
        if full {
            return Err(Problem::refused(format!("{MAX_KEYS} keys are kept for this organiser"))
                .advise("remove one that is not in force"));
        }
        let id = digest(&vkey).get(..32).unwrap_or_default().to_owned();
        let (organiser, account) = (own.clone(), caller.login);
        let kept = MemberKey { organiser, id, vkey, account, made: tx.now, formerly: BTreeSet::new() };
        tx.batch.create(&kept)?;
        Reply::created(&at(&kept.id), &key_view(tx.api, &kept)?)
    })
    .await
}

/// Whoever asks has the private half: they signed this service's text for this account with it.
fn check_proof(api: &Api, key: &VerifierKey, proof: &str, login: &str) -> Result<(), Problem> {
    let origin = api.service().origin();
    let advise = format!("klero keys claim YOUR.key --login {login} --log {origin} prints the proof");
    let text = key_proof::unsigned(origin, login, key)?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let lines = decisions::given_lines(proof, text).map_err(|problem| problem.advise(advise.clone()))?;
    if lines.iter().any(|line| key.matches(line) && key.verify(text, line).is_ok()) {
        return Ok(());
    }
    Err(Problem::invalid(
        "this is no proof that this key is yours: it is to be signed by it, for this account and this service",
    )
    .advise(advise))
}

/// Gives a key that is kept already to whoever has proved to have it, if its account can sign no more.
fn take_over(tx: &mut Tx<'_>, mut there: Versioned<MemberKey>, vkey: &str, login: &str) -> Result<MemberKey, Problem> {
    if there.value.held(tx.desk())? || there.value.vkey != vkey || there.value.account == login {
        return Err(Problem::refused("this key is kept already").advise("a key belongs to one person: make another"));
    }
    let before = std::mem::replace(&mut there.value.account, login.to_owned());
    there.value.formerly.insert(before);
    tx.batch.update(&there)?;
    Ok(there.value)
}

/// Take back a key of yours, or of somebody who can sign no more. A key in force stays until an enrolment without it
#[utoipa::path(delete, path = "/organisers/{organiser}/keys/{key}", tag = "organisers",
    params(("organiser" = String, Path), ("key" = String, Path)), responses((status = 204)))]
async fn remove_key(State(api): State<Api>, caller: Caller, Path((organiser, id)): Path<(String, String)>) -> Response {
    api.change(&organiser.clone(), move |tx| {
        let key = tx.desk().get::<MemberKey>(&format!("{organiser}/{id}"))?.value;
        if key.account != caller.login && key.held(tx.desk())? {
            return Err(
                Problem::new(Kind::Forbidden, "this key is somebody else's").advise("ask the colleague whose it is")
            );
        }
        if in_use(tx.api, &key)? {
            return Err(Problem::refused("this key is in force, or comes into force")
                .advise("have an enrolment without it signed and logged first: POST …/enrolments"));
        }
        if decisions::names_key(tx.desk(), &key.organiser, &key.vkey)? {
            return Err(Problem::refused("an enrolment that waits for signatures names this key")
                .advise("hand that enrolment in, or withdraw it: DELETE …/decisions/ID"));
        }
        tx.batch.remove::<MemberKey>(&key.id());
        Ok(Reply::nothing())
    })
    .await
}

/// Whether the log has a key in force, or will have it by an enrolment that waits.
fn in_use(api: &Api, key: &MemberKey) -> Result<bool, Problem> {
    let (now, public) = (api.now(), key.key()?);
    let ledger = api.service().ledger();
    let Some(state) = ledger.organiser(&key.organiser) else { return Ok(false) };
    let waiting = state.versions().iter().filter(|version| !version.cancelled && version.from > now);
    let mut versions = waiting.chain(state.in_force(now));
    Ok(versions.any(|version| version.note.keys.iter().any(|known| known.0.public_key() == public.public_key())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_that_have_had_one_key_are_one_person() {
        let key = |account: &str, formerly: &[&str]| MemberKey {
            organiser: "eupen".parse().unwrap(),
            id: String::new(),
            vkey: String::new(),
            account: account.into(),
            made: 0,
            formerly: formerly.iter().map(|&one| one.to_owned()).collect(),
        };
        let keys = [key("anna", &[]), key("bert", &["anna"]), key("carl", &["bert"]), key("dora", &[])];
        let count = |accounts: &[&str]| people(&keys, accounts.iter().copied());
        assert_eq!(count(&["anna", "anna"]), 1);
        assert_eq!(count(&["anna", "bert"]), 1);
        assert_eq!(count(&["anna", "carl"]), 1, "one after the other");
        assert_eq!(count(&["anna", "dora"]), 2);
        assert_eq!(count(&["carl", "dora", "emil"]), 3);
        assert_eq!(count(&[]), 0);
    }
}
