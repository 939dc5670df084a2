//! Signing in and out. A session is 256 random bits in a `__Host-` cookie, of which the service keeps the SHA-256; it ends after twelve hours.
//! The CSRF token is derived from the cookie's secret and kept nowhere.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, KeyInit, Mac};
use klero_draw::names::Slug;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Role;
use super::accounts::{Account, Login};
use super::desk::Kept;
use super::guard::{Caller, From};
use super::posted::Posted;
use super::problem::{Kind, Problem};
use super::work::{HOUSE, Reply};
use super::{Api, totp};

const COOKIE: &str = "__Host-klero";

/// A session in force.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Session {
    id: String,
    pub(super) account: String,
    pub(super) until: u64,
}

impl Kept for Session {
    const KIND: &'static str = "session";
    const NAME: &'static str = "session";
    fn id(&self) -> String {
        self.id.clone()
    }
}

/// What to sign in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    /// The account's name
    #[schema(max_length = 128)]
    login: String,
    /// Its password
    #[schema(max_length = 256)]
    password: String,
    /// Six digits, where the account has a second factor
    #[serde(default)]
    #[schema(pattern = "^[0-9]{6}$")]
    totp: Option<String>,
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
struct SessionView {
    login: String,
    name: String,
    role: Role,
    /// The organiser that the account belongs to
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, nullable = false)]
    organiser: Option<Slug>,
    /// Send this as X-CSRF-Token with every change; absent for tokens
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    csrf: Option<String>,
    /// When the session ends, Unix seconds; absent for tokens
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    until: Option<u64>,
    /// Whether the account has a second factor
    totp: bool,
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(sign_in, who_am_i, sign_out))
}

/// The secret in a request's cookie.
pub(super) fn cookie(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|v| v.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value.to_owned())
}

/// SHA-256 of a secret, hex: what is kept of it.
pub(super) fn digest(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// A new secret of 256 bits, hex.
pub(super) fn new_secret() -> Result<String, Problem> {
    crate::signer::random_seed().map(|seed| hex::encode(seed.as_slice())).map_err(Problem::from)
}

/// The CSRF token of a session.
pub(super) fn csrf(secret: &str) -> String {
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(b"kleroterion/api/v1/csrf");
    hex::encode(mac.finalize().into_bytes())
}

/// The session with this secret, if it is in force.
pub(super) fn of(api: &Api, secret: &str) -> Result<Option<(String, Session)>, Problem> {
    let id = digest(secret);
    let found = api.desk().find::<Session>(&id)?.map(|kept| kept.value).filter(|session| session.until > api.now());
    Ok(found.map(|session| (id, session)))
}

/// Ends all sessions of an account but one.
pub(super) fn end_all(tx: &mut super::work::Tx<'_>, login: &str, but: Option<&str>) -> Result<(), Problem> {
    for session in tx.desk().list::<Session>("", None, usize::MAX)? {
        if session.value.account == login && Some(session.value.id.as_str()) != but {
            tx.batch.remove::<Session>(&session.value.id);
        }
    }
    Ok(())
}

/// Sign in: gives the session's cookie
#[utoipa::path(post, path = "/session", tag = "account", request_body = SignIn,
    responses((status = 201, body = SessionView, headers(("set-cookie" = String, description = "the session, for this host alone")))))]
async fn sign_in(State(api): State<Api>, from: From, Posted { body, once }: Posted<SignIn>) -> Response {
    let guards = &api.0.guards;
    // A name that no account can have is not counted: what is counted is kept for a while, and so is short.
    let login = guards.attempt(&format!("from {}", from.0)).and_then(|()| Login::parse(&body.login));
    let login = match login.and_then(|Login(login)| guards.attempt_as(&login).map(|()| login)) {
        Ok(login) => login,
        Err(problem) => return problem.into_response(),
    };
    let found = {
        let login = login.clone();
        let found = tokio::task::spawn_blocking({
            let api = api.clone();
            move || api.desk().find::<Account>(&login)
        });
        match found.await {
            Ok(Ok(found)) => found.map(|kept| kept.value).filter(|account| !account.disabled),
            _ => return Problem::internal().into_response(),
        }
    };
    let refused = || {
        Problem::new(Kind::Unauthenticated, "login, password or second factor do not fit")
            .advise("check all three; whoever runs the service can invite you anew")
    };
    let kept = found.as_ref().map(|account| account.password.clone());
    if api.0.passwords.check(body.password, kept).await.is_err() {
        return refused().into_response();
    }
    let given = body.totp;
    once.run(HOUSE, move |tx| {
        // Read again under the lock: a code counts once.
        let mut account = tx.desk().find::<Account>(&login)?.filter(|kept| !kept.value.disabled).ok_or_else(refused)?;
        if let Some(second) = account.value.totp.as_mut().filter(|second| second.confirmed) {
            let code = given.as_deref().ok_or_else(refused)?;
            totp::spend(second, code, tx.now).ok_or_else(refused)?;
            tx.batch.update(&account)?;
        }
        let secret = new_secret()?;
        let until = tx.now.saturating_add(tx.api.limits().session_secs);
        tx.batch.create(&Session { id: digest(&secret), account: login.clone(), until })?;
        let view = view(&account.value, Some((&secret, until)));
        let max_age = tx.api.limits().session_secs;
        Ok(Reply::created("/session", &view)?.with(
            "set-cookie",
            &format!("{COOKIE}={secret}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={max_age}"),
        ))
    })
    .await
}

fn view(account: &Account, session: Option<(&str, u64)>) -> SessionView {
    SessionView {
        login: account.login.clone(),
        name: account.name.clone(),
        role: account.role,
        organiser: account.organiser.clone(),
        csrf: session.map(|(secret, _)| csrf(secret)),
        until: session.map(|(_, until)| until),
        totp: account.totp.as_ref().is_some_and(|second| second.confirmed),
    }
}

/// Who is signed in, and the CSRF token
#[utoipa::path(get, path = "/session", tag = "account", responses((status = 200, body = SessionView)))]
async fn who_am_i(State(api): State<Api>, caller: Caller, headers: HeaderMap) -> Response {
    api.read(move |api| {
        let account = api.desk().get::<Account>(&caller.login)?.value;
        let secret = cookie(&headers).filter(|_| caller.session.is_some());
        let session = match &secret {
            Some(secret) => of(api, secret)?.map(|(_, session)| (secret.as_str(), session.until)),
            None => None,
        };
        Reply::ok(&view(&account, session))
    })
    .await
}

/// Sign out
#[utoipa::path(delete, path = "/session", tag = "account", responses((status = 204)))]
async fn sign_out(State(api): State<Api>, caller: Caller) -> Response {
    api.change(HOUSE, move |tx| {
        if let Some(id) = &caller.session {
            tx.batch.remove::<Session>(id);
        }
        Ok(Reply::nothing()
            .with("set-cookie", &format!("{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0")))
    })
    .await
}

/// Forgets sessions that have ended.
pub(super) fn sweep(api: &Api, batch: &mut super::desk::Batch) -> Result<(), Problem> {
    let now = api.now();
    for session in api.desk().list::<Session>("", None, usize::MAX)? {
        if session.value.until <= now {
            batch.remove::<Session>(&session.value.id);
        }
    }
    Ok(())
}
