//! POST, done once: every POST bears an `Idempotency-Key`, and the same key gives the same answer for a day.
//!
//! The answer is stored in the same batch as the change, so that after a crash either both are there or neither. What is stored is encrypted
//! under the key that only the caller has, because answers may hold what is shown once (tokens, invitations). A key that comes with another
//! request is refused; so is one whose first request is still under way.

use std::ops::ControlFlow;
use std::sync::PoisonError;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse, Response};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use hmac::{Hmac, Mac};
use serde::de::DeserializeOwned;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use super::Api;
use super::desk::Batch;
use super::guard::Caller;
use super::problem::{Kind, Problem};
use super::work::{Reply, Tx};

/// Name of the header.
pub(super) const HEADER: &str = "idempotency-key";
const PREFIX: &str = "once/";
/// Expiry, fingerprint, nonce.
const HEAD_BYTES: usize = 8 + 32 + 12;

/// A request that is carried out once. Dropped, it lets the next one with its key in.
pub(super) struct Once {
    api: Api,
    locator: String,
    box_key: [u8; 32],
    fingerprint: [u8; 32],
}

impl Drop for Once {
    fn drop(&mut self) {
        self.api.0.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.locator);
    }
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of every length.
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// The caller's key, checked.
pub(super) fn given_key(headers: &HeaderMap) -> Result<String, Problem> {
    let advice =
        "send a new random value for each new request, such as a UUID, and the same one when you repeat a request";
    let Some(value) = headers.get(HEADER) else {
        return Err(Problem::new(Kind::KeyMissing, "every POST needs the header Idempotency-Key").advise(advice));
    };
    let key = value.to_str().unwrap_or_default();
    let fits = (16..=128).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if !fits {
        return Err(Problem::new(
            Kind::KeyMissing,
            "an Idempotency-Key has 16 to 128 characters a–z, A–Z, 0–9, '-', '_', '.'",
        )
        .advise(advice));
    }
    Ok(key.to_owned())
}

/// What was found under a key.
pub(super) enum Found {
    /// Nothing: carry it out.
    New(Once),
    /// The answer that was given.
    Known(Response),
}

/// Looks a request up by its key. `body` is everything that makes it this request.
pub(super) fn look_up(
    api: &Api,
    caller: Option<&Caller>,
    headers: &HeaderMap,
    target: &str,
    body: &[u8],
) -> Result<Found, Problem> {
    let key = given_key(headers)?;
    let whose = caller.map_or("", |caller| caller.login.as_str());
    let root = mac(b"kleroterion/api/v1/once", &[whose.as_bytes(), key.as_bytes()]);
    let locator = hex::encode(mac(&root, &[b"locator"]));
    let box_key = mac(&root, &[b"box"]);
    let fingerprint = mac(&mac(&root, &[b"fingerprint"]), &[target.as_bytes(), body]);
    if !api.0.under_way.lock().unwrap_or_else(PoisonError::into_inner).insert(locator.clone()) {
        return Err(Problem::new(Kind::InProgress, "a request with this Idempotency-Key is being carried out")
            .advise("wait a moment, then send the same request again")
            .retry_after(1));
    }
    // From here on dropping it frees the key.
    let once = Once { api: api.clone(), locator, box_key, fingerprint };
    let Some(stored) = api.desk().raw(format!("{PREFIX}{}", once.locator).as_bytes())? else {
        return Ok(Found::New(once));
    };
    let Some((head, sealed)) = stored.split_at_checked(HEAD_BYTES) else { return Err(Problem::internal()) };
    if expiry(&stored) <= api.now() {
        return Ok(Found::New(once));
    }
    let (known, nonce) = head.split_at(8).1.split_at(32);
    if !bool::from(known.ct_eq(&once.fingerprint)) {
        return Err(Problem::new(Kind::KeyReused, "this Idempotency-Key was used for another request")
            .advise("use a new key for a new request"));
    }
    let nonce = Nonce::try_from(nonce).map_err(|_| Problem::internal())?;
    let opened = ChaCha20Poly1305::new(&Key::from(once.box_key))
        .decrypt(&nonce, Payload { msg: sealed, aad: once.locator.as_bytes() })
        .map_err(|_| Problem::internal())?;
    let reply: Reply = serde_json::from_slice(&opened).map_err(|_| Problem::internal())?;
    Ok(Found::Known(reply.with("idempotent-replayed", "true").into_response()))
}

/// Whether a record has the form of an answer that is kept.
pub(super) fn is_kept_answer(key: &str, value: &[u8]) -> bool {
    let locator = key.strip_prefix(PREFIX).unwrap_or_default();
    let fits = locator.len() == 64 && locator.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    // An encrypted answer has a tag of 16 bytes at least.
    fits && value.len() >= HEAD_BYTES + 16
}

fn expiry(stored: &[u8]) -> u64 {
    stored.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

impl Once {
    /// Puts the answer into the batch.
    fn keep(&self, reply: &Reply, now: u64, batch: &mut Batch) -> Result<(), Problem> {
        let plain = serde_json::to_vec(reply).map_err(|_| Problem::internal())?;
        let mut nonce = [0u8; 12];
        getrandom::fill(&mut nonce).map_err(|_| Problem::internal())?;
        let sealed = ChaCha20Poly1305::new(&Key::from(self.box_key))
            .encrypt(&Nonce::from(nonce), Payload { msg: &plain, aad: self.locator.as_bytes() })
            .map_err(|_| Problem::internal())?;
        let until = now.saturating_add(self.api.limits().answers_kept_secs);
        let value = [&until.to_be_bytes()[..], &self.fingerprint, &nonce, &sealed].concat();
        batch.raw(format!("{PREFIX}{}", self.locator).into_bytes(), Some(value));
        Ok(())
    }

    /// Carries it out under `lock`, stores change and answer together, and answers.
    pub(super) async fn run(
        self,
        lock: &str,
        work: impl FnOnce(&mut Tx<'_>) -> Result<Reply, Problem> + Send + 'static,
    ) -> Response {
        let (api, lock) = (self.api.clone(), lock.to_owned());
        api.read(move |api| {
            api.locked(&lock, |tx| match work(tx) {
                Ok(reply) => {
                    self.keep(&reply, tx.now, &mut tx.batch)?;
                    tx.desk().commit(&tx.batch)?;
                    Ok(reply)
                }
                Err(problem) if problem.is_passing() => Err(problem),
                Err(problem) => {
                    let body = serde_json::to_string(&problem.body()).map_err(|_| Problem::internal())?;
                    let reply = Reply {
                        status: problem.kind().status().as_u16(),
                        headers: vec![("content-type".into(), "application/problem+json".into())],
                        body,
                    };
                    let mut batch = Batch::default();
                    self.keep(&reply, tx.now, &mut batch)?;
                    tx.desk().commit(&batch)?;
                    Ok(reply)
                }
            })
        })
        .await
    }
}

/// A POST with a JSON body, to be carried out once.
pub(super) struct Posted<T> {
    pub(super) body: T,
    pub(super) once: Once,
}

/// A body that says nothing: empty, or `{}`.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

impl<T: DeserializeOwned + Send> FromRequest<Api> for Posted<T> {
    type Rejection = Response;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let found = async {
            given_key(&parts.headers)?;
            let bytes = read_json(&parts.headers, body, api.limits().body_bytes).await?;
            let caller = parts.extensions.get::<Caller>();
            let target = format!("{} {}", Method::POST, parts.uri);
            match look_up(api, caller, &parts.headers, &target, &bytes)? {
                Found::New(once) => Ok(Ok(Self { body: parse(&bytes)?, once })),
                Found::Known(response) => Ok::<_, Problem>(Err(response)),
            }
        };
        match found.await {
            Ok(read) => read,
            Err(problem) => Err(problem.into_response()),
        }
    }
}

/// A JSON body of a PUT.
pub(super) struct JsonBody<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequest<Api> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = read_json(&parts.headers, body, api.limits().body_bytes).await?;
        parse(&bytes).map(Self)
    }
}

async fn read_json(headers: &HeaderMap, body: Body, limit: usize) -> Result<Vec<u8>, Problem> {
    let bytes = axum::body::to_bytes(body, limit).await.map_err(|_| {
        Problem::new(Kind::TooLarge, format!("the body is longer than {limit} bytes, or was broken off"))
            .advise("send less at a time")
    })?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !bytes.is_empty() && !kind.eq_ignore_ascii_case("application/json") {
        return Err(Problem::new(Kind::MediaType, "the body is to be application/json"));
    }
    Ok(if bytes.is_empty() { b"{}".to_vec() } else { bytes.to_vec() })
}

/// The error names the place, and the field where it is one of ours; never what was written there.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|e| {
        let place = format!("line {}, column {}", e.line(), e.column());
        let text = e.to_string();
        match e.classify() {
            serde_json::error::Category::Data => {
                let ours = text.starts_with("missing field") || text.starts_with("unknown field");
                let what = if ours { text } else { format!("a value of the wrong type or form at {place}") };
                Problem::invalid(what).advise("see the schema in /api/v1/docs")
            }
            _ => Problem::new(Kind::Malformed, format!("the body is not JSON: {place}")),
        }
    })
}

/// Forgets answers that are kept no longer.
pub(super) fn sweep(api: &Api, batch: &mut Batch) -> Result<(), Problem> {
    let now = api.now();
    let mut old = Vec::new();
    api.desk().each_raw(PREFIX.as_bytes(), &mut |key, value| {
        if expiry(value) <= now {
            old.push(key.to_vec());
        }
        ControlFlow::Continue(())
    })?;
    old.into_iter().for_each(|key| batch.raw(key, None));
    Ok(())
}
