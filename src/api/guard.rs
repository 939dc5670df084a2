//! Who is asking, and may they: every request passes here before its handler. A route without a rule is refused; an organiser's path is not
//! there for anybody else; a cookie without the CSRF token changes nothing; too many requests wait.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::DefaultClock;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use http_body_util::BodyExt as _;
use klero_draw::names::Slug;
use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;

use super::Api;
use super::access::{self, Role, Rule, Scope, Who};
use super::accounts::Account;
use super::limits::Limits;
use super::problem::{Kind, Problem};
use super::session::{self, Session};
use super::tokens::{self, Token};
use crate::service::front::network;

/// Header with the CSRF token of a session.
pub(super) const CSRF_HEADER: &str = "x-csrf-token";
/// Keys that are counted apart. With more, further ones are counted in [`SHARED_KEYS`] groups: memory is bounded.
const RATE_KEYS: usize = 100_000;
const SHARED_KEYS: u64 = 1_024;
/// How often keys are forgotten that nobody has used for a minute.
const RATE_SWEEP: Duration = Duration::from_secs(60);
/// For one account, from everywhere, so many times what one address may try: whoever guesses elsewhere keeps nobody out, and many who guess
/// together are still slowed down.
const FROM_EVERYWHERE: u32 = 10;
/// Longest wait for the rest of a request that is refused.
const READ_OUT: Duration = Duration::from_secs(5);

/// Somebody whose account is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Caller {
    pub(super) login: String,
    pub(super) role: Role,
    pub(super) organiser: Option<Slug>,
    /// The session's id, if a session it is.
    pub(super) session: Option<String>,
    /// The scopes of a token; a session has all.
    pub(super) scopes: Option<Vec<Scope>>,
}

impl Caller {
    /// The caller's organiser. Routes of organisers are reached by its accounts alone.
    pub(super) fn organiser(&self) -> Result<&Slug, Problem> {
        self.organiser.as_ref().ok_or_else(|| Problem::not_found("organiser"))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(unauthenticated)
    }
}

fn unauthenticated() -> Problem {
    Problem::new(Kind::Unauthenticated, "this needs an account")
        .advise("sign in with POST /api/v1/session, or send a token as Authorization: Bearer …")
}

/// Counts by key, in memory that is bounded: keys are short, and few enough.
struct Counter {
    counts: RateLimiter<String, DefaultKeyedStateStore<String>, DefaultClock>,
    swept: Mutex<Instant>,
    hashes: RandomState,
}

impl Counter {
    fn new(per_minute: u32) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN));
        Self { counts: RateLimiter::keyed(quota), swept: Mutex::new(Instant::now()), hashes: RandomState::new() }
    }

    fn pass(&self, key: String) -> Result<(), Problem> {
        {
            let mut swept = self.swept.lock().unwrap_or_else(PoisonError::into_inner);
            if swept.elapsed() >= RATE_SWEEP {
                *swept = Instant::now();
                self.counts.retain_recent();
            }
        }
        let full = self.counts.len() >= RATE_KEYS;
        let key = if full { format!("group {}", self.hashes.hash_one(&key) % SHARED_KEYS) } else { key };
        self.counts.check_key(&key).map_err(|_| {
            Problem::new(Kind::TooMany, "too many requests in a minute").advise("wait, then try again").retry_after(60)
        })
    }
}

/// What the guard remembers: how often, and how many at once. Nothing of it outlives the process.
pub(super) struct Guards {
    requests: Counter,
    attempts: Counter,
    accounts: Counter,
    at_once: usize,
    organisers: Mutex<BTreeMap<String, Arc<Semaphore>>>,
}

impl Guards {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            requests: Counter::new(limits.requests_per_minute),
            attempts: Counter::new(limits.attempts_per_minute),
            accounts: Counter::new(limits.attempts_per_minute.saturating_mul(FROM_EVERYWHERE)),
            at_once: limits.at_once,
            organisers: Mutex::default(),
        }
    }

    /// Counts an attempt to get in, from an address or by somebody who is in.
    pub(super) fn attempt(&self, key: &str) -> Result<(), Problem> {
        self.attempts.pass(key.to_owned())
    }

    /// Counts an attempt to get in under a name, wherever it comes from.
    pub(super) fn attempt_as(&self, login: &str) -> Result<(), Problem> {
        self.accounts.pass(login.to_owned())
    }

    /// Counts a request of nobody, or of somebody who is refused.
    fn by_address(&self, address: &str) -> Result<(), Problem> {
        self.requests.pass(format!("from {address}"))
    }

    fn organiser(&self, name: &str) -> Arc<Semaphore> {
        let mut all = self.organisers.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(name.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(self.at_once))))
    }
}

/// Where a request comes from, for limits alone. Set by whoever knows better than the connection, such as a trusted proxy's setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct From(pub(super) String);

fn address(parts: &Parts) -> String {
    parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or_else(|| "unknown".to_owned(), |info| network(info.0.ip()).to_string())
}

impl<S: Send + Sync> FromRequestParts<S> for From {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(address(parts)))
    }
}

/// The guard.
pub(super) async fn guard(State(api): State<Api>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let passed = pass(&api, &mut parts).await;
    let (rule, caller) = match passed {
        Ok(passed) => passed,
        Err(problem) => {
            read_out(&api, body).await;
            return problem.into_response();
        }
    };
    let uploads = rule.method == "POST" && super::is_upload(rule.path);
    let limit = if uploads { api.limits().upload_time } else { api.limits().request_time };
    let _permit = match caller.as_ref().and_then(|caller| caller.organiser.as_ref()) {
        None => None,
        Some(organiser) => match api.0.guards.organiser(organiser.as_str()).try_acquire_owned() {
            Ok(permit) => Some(permit),
            Err(_) => {
                return Problem::new(Kind::TooMany, "this organiser has too many requests under way")
                    .advise("wait until one of them is answered")
                    .retry_after(1)
                    .into_response();
            }
        },
    };
    if let Some(caller) = caller {
        parts.extensions.insert(caller);
    }
    match tokio::time::timeout(limit, next.run(Request::from_parts(parts, body))).await {
        Ok(response) => response,
        Err(_) => Problem::new(Kind::Unavailable, "this took longer than it may")
            .advise("send the same request again, with the same Idempotency-Key: if it was carried out meanwhile, you get its answer")
            .retry_after(5)
            .into_response(),
    }
}

fn no_such_method() -> Problem {
    Problem::new(Kind::Method, "this path has no such method").advise("see /api/v1/docs")
}

/// For a path that is not there.
pub(super) async fn no_path(State(api): State<Api>, from: From) -> Problem {
    api.0.guards.by_address(&from.0).err().unwrap_or_else(|| Problem::not_found("path"))
}

/// For a method that a path does not have.
pub(super) async fn no_method(State(api): State<Api>, from: From) -> Problem {
    api.0.guards.by_address(&from.0).err().unwrap_or_else(no_such_method)
}

/// Reads what an ordinary request still sends, and forgets it: a proxy whose connection is closed while it writes tells its client that the
/// service is broken, and not why the request was refused. Larger bodies are not waited for.
async fn read_out(api: &Api, mut body: Body) {
    let mut left = api.limits().body_bytes;
    let read = async {
        while let Some(Ok(frame)) = body.frame().await {
            match left.checked_sub(frame.data_ref().map_or(0, bytes::Bytes::len)) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    };
    let _read = tokio::time::timeout(READ_OUT, read).await;
}

async fn pass(api: &Api, parts: &mut Parts) -> Result<(&'static Rule, Option<Caller>), Problem> {
    let matched = MatchedPath::from_request_parts(parts, &()).await.map_err(|_| Problem::not_found("path"))?;
    let path = matched.as_str().strip_prefix(super::PREFIX).unwrap_or_default();
    let Some(rule) = access::find(&parts.method, path) else {
        api.0.guards.by_address(&address(parts))?;
        return Err(no_such_method());
    };
    let caller = {
        let (api, headers, method) = (api.clone(), parts.headers.clone(), parts.method.clone());
        tokio::task::spawn_blocking(move || authenticate(&api, &headers, &method))
            .await
            .map_err(|_| Problem::internal())?
    };
    let Who::Roles(roles) = rule.who else {
        api.0.guards.by_address(&address(parts))?;
        // Whoever is known is known here too; a session that has ended must not keep anybody from signing in.
        return Ok((rule, caller.unwrap_or_default()));
    };
    let caller = match caller.and_then(|caller| caller.ok_or_else(unauthenticated)) {
        Ok(caller) => caller,
        // Guessed secrets count like none.
        Err(refused) => {
            api.0.guards.by_address(&address(parts))?;
            return Err(refused);
        }
    };
    api.0.guards.requests.pass(format!("of {}", caller.login))?;
    // First whether it is there at all: who may not see it must not learn that it is.
    let params = RawPathParams::from_request_parts(parts, &()).await.map_err(|_| Problem::not_found("path"))?;
    if let Some((_, named)) = params.iter().find(|(name, _)| *name == "organiser")
        && caller.organiser.as_ref().map(Slug::as_str) != Some(named)
    {
        return Err(Problem::not_found("organiser"));
    }
    if !roles.contains(&caller.role) {
        let may: Vec<&str> = roles.iter().map(|role| role.name()).collect();
        return Err(Problem::new(
            Kind::Forbidden,
            format!("this is for the role {}; this account is {}", may.join(", "), caller.role.name()),
        )
        .advise("ask somebody with that role"));
    }
    if let Some(scopes) = &caller.scopes
        && !rule.scope.is_some_and(|needed| scopes.contains(&needed))
    {
        return Err(Problem::new(Kind::Forbidden, "this token's scopes do not reach that far")
            .advise("make a token with the scope that /api/v1/docs names, or sign in"));
    }
    Ok((rule, Some(caller)))
}

/// Who sends this. `None`: nobody says who they are.
fn authenticate(api: &Api, headers: &HeaderMap, method: &Method) -> Result<Option<Caller>, Problem> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let secret = value.to_str().ok().and_then(|v| v.strip_prefix("Bearer ")).ok_or_else(unauthenticated)?;
        let token = tokens::of(api, secret)?.ok_or_else(unauthenticated)?;
        let Token { account, scopes, .. } = token;
        return caller_of(api, &account, None, Some(scopes)).map(Some);
    }
    let Some(secret) = session::cookie(headers) else { return Ok(None) };
    let Some((id, Session { account, .. })) = session::of(api, &secret)? else { return Err(unauthenticated()) };
    if !matches!(*method, Method::GET | Method::HEAD) {
        let expected = session::csrf(&secret);
        let given = headers.get(CSRF_HEADER).map(|v| v.as_bytes()).unwrap_or_default();
        if !bool::from(given.ct_eq(expected.as_bytes())) {
            return Err(Problem::new(Kind::Csrf, "a change by cookie needs the session's CSRF token")
                .advise("send the csrf member of GET /api/v1/session as X-CSRF-Token"));
        }
    }
    caller_of(api, &account, Some(id), None).map(Some)
}

fn caller_of(api: &Api, login: &str, session: Option<String>, scopes: Option<Vec<Scope>>) -> Result<Caller, Problem> {
    let account = api.desk().find::<Account>(login)?.map(|kept| kept.value).filter(|account| !account.disabled);
    let Account { login, role, organiser, .. } = account.ok_or_else(unauthenticated)?;
    Ok(Caller { login, role, organiser, session, scopes })
}
