//! How handlers work: on a thread of their own, one change of an organiser's at a time, with one batch that is stored at the end.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Api;
use super::desk::{Batch, Desk, Kept, Versioned};
use super::problem::{Kind, Problem};

/// Times are below this (spec §1).
pub(super) const LAST_SECOND: u64 = (1 << 53) - 1;
/// The lock of everything that belongs to no organiser.
pub(super) const HOUSE: &str = "";

/// One lock for each organiser: its changes follow one another.
#[derive(Default)]
pub(super) struct Locks(Mutex<BTreeMap<String, Arc<Mutex<()>>>>);

impl Locks {
    fn of(&self, name: &str) -> Arc<Mutex<()>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(name.to_owned()).or_default())
    }
}

/// A change under way.
pub(super) struct Tx<'a> {
    pub(super) api: &'a Api,
    pub(super) now: u64,
    pub(super) batch: Batch,
}

impl Tx<'_> {
    pub(super) fn desk(&self) -> &Desk {
        self.api.desk()
    }
}

/// An answer on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Reply {
    fn json(status: StatusCode, value: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_string(value).map_err(|_| Problem::internal())?;
        Ok(Self { status: status.as_u16(), headers: vec![("content-type".into(), "application/json".into())], body })
    }
    pub(super) fn ok(value: &impl Serialize) -> Result<Self, Problem> {
        Self::json(StatusCode::OK, value)
    }
    pub(super) fn created(at: &str, value: &impl Serialize) -> Result<Self, Problem> {
        Ok(Self::json(StatusCode::CREATED, value)?.with("location", &format!("{}{at}", super::PREFIX)))
    }
    pub(super) fn accepted(at: &str, value: &impl Serialize) -> Result<Self, Problem> {
        Ok(Self::json(StatusCode::ACCEPTED, value)?.with("location", &format!("{}{at}", super::PREFIX)))
    }
    pub(super) fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT.as_u16(), headers: Vec::new(), body: String::new() }
    }
    pub(super) fn text(kind: &str, body: String) -> Self {
        Self { status: StatusCode::OK.as_u16(), headers: vec![("content-type".into(), kind.into())], body }
    }
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, self.body).into_response();
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_TYPE);
        for (name, value) in &self.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                headers.append(name, value);
            }
        }
        response
    }
}

impl Api {
    /// Reads, on a thread that may block.
    pub(super) async fn read<R: IntoResponse + Send + 'static>(
        &self,
        work: impl FnOnce(&Api) -> Result<R, Problem> + Send + 'static,
    ) -> Response {
        let api = self.clone();
        match tokio::task::spawn_blocking(move || work(&api)).await {
            Ok(Ok(reply)) => reply.into_response(),
            Ok(Err(problem)) => problem.into_response(),
            Err(_) => Problem::internal().into_response(),
        }
    }

    /// Changes something under `lock`: the batch is stored if the work succeeds.
    pub(super) async fn change(
        &self,
        lock: &str,
        work: impl FnOnce(&mut Tx<'_>) -> Result<Reply, Problem> + Send + 'static,
    ) -> Response {
        let lock = lock.to_owned();
        self.read(move |api| {
            api.locked(&lock, |tx| {
                let reply = work(tx)?;
                tx.desk().commit(&tx.batch)?;
                Ok(reply)
            })
        })
        .await
    }

    /// Does something under a lock. Stores nothing by itself.
    pub(super) fn locked<R>(&self, name: &str, work: impl FnOnce(&mut Tx<'_>) -> R) -> R {
        let lock = self.0.locks.of(name);
        let _one_at_a_time = lock.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut Tx { api: self, now: self.now(), batch: Batch::default() })
    }
}

/// Holds `If-Match` against the version that is there.
pub(super) fn check_match<T: Kept>(headers: &HeaderMap, there: &Versioned<T>) -> Result<(), Problem> {
    let Some(given) = headers.get(header::IF_MATCH) else {
        return Err(Problem::new(Kind::MatchMissing, "an edit names the version that it is based on")
            .advise("send the ETag of the last GET as If-Match"));
    };
    let etag = there.etag();
    let given = given.to_str().unwrap_or_default();
    if given.split(',').any(|one| one.trim() == etag) {
        return Ok(());
    }
    Err(Problem::new(Kind::Stale, format!("this {} is at version {}", T::NAME, there.version))
        .advise("fetch it again, make the change again, and send the new ETag"))
}

/// The parameters in a path.
pub(super) struct Path<T>(pub(super) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::Path::from_request_parts(parts, state).await;
        read.map(|axum::extract::Path(value)| Self(value)).map_err(|_| Problem::not_found("path"))
    }
}

/// The parameters after a path.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::try_from_uri(&parts.uri);
        read.map(|axum::extract::Query(value)| Self(value)).map_err(|_| {
            Problem::invalid("a parameter after '?' is missing, unknown, given twice or of the wrong form")
                .advise("see the route in /api/v1/docs")
        })
    }
}

/// A page of a list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct PageWish {
    /// Where the page before ended, as its `next` says
    #[param(max_length = 200)]
    pub(super) cursor: Option<String>,
    /// How many at most: 1 to 100, 50 if absent
    #[param(minimum = 1, maximum = 100)]
    pub(super) limit: Option<u32>,
}

impl PageWish {
    /// The id after which the page begins, and how many it has.
    pub(super) fn read(&self) -> Result<(Option<String>, usize), Problem> {
        use base64::Engine as _;
        let wrong = || Problem::invalid("the cursor is not one that this list gave").advise("begin without a cursor");
        let after = match &self.cursor {
            None => None,
            Some(text) => {
                let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong())?;
                Some(String::from_utf8(bytes).map_err(|_| wrong())?)
            }
        };
        match self.limit.unwrap_or(50) {
            limit @ 1..=100 => Ok((after, usize::try_from(limit).unwrap_or(100))),
            _ => Err(Problem::invalid("limit is a number from 1 to 100")),
        }
    }
}

/// The cursor that continues after `id`.
pub(super) fn cursor(id: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(id)
}

/// A list with a cursor where it goes on.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(super) struct Page<T: utoipa::ToSchema> {
    /// What there is
    pub(super) items: Vec<T>,
    /// Give this as `cursor` for the next page; absent on the last
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) next: Option<String>,
}

/// One page of the records whose id begins with `prefix`.
pub(super) fn page<T: Kept, V: utoipa::ToSchema + Serialize>(
    desk: &Desk,
    prefix: &str,
    wish: &PageWish,
    show: impl FnMut(Versioned<T>) -> Result<V, Problem>,
) -> Result<Reply, Problem> {
    page_of(desk, prefix, wish, |_| true, show)
}

/// The same, of those records alone that are `wanted`.
pub(super) fn page_of<T: Kept, V: utoipa::ToSchema + Serialize>(
    desk: &Desk,
    prefix: &str,
    wish: &PageWish,
    wanted: impl Fn(&T) -> bool,
    show: impl FnMut(Versioned<T>) -> Result<V, Problem>,
) -> Result<Reply, Problem> {
    let (after, limit) = wish.read()?;
    let after = after.map(|id| format!("{prefix}{id}"));
    let mut found = desk.list_of::<T>(prefix, after.as_deref(), limit.saturating_add(1), wanted)?;
    let more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().map(|record| record.value.id());
    let next = last.filter(|_| more).map(|id| cursor(id.strip_prefix(prefix).unwrap_or(&id)));
    Reply::ok(&Page { items: found.into_iter().map(show).collect::<Result<_, _>>()?, next })
}

/// A new name for a record: sorts by time, and nobody guesses it.
pub(super) fn new_id(now: u64) -> Result<String, Problem> {
    let mut random = [0u8; 8];
    getrandom::fill(&mut random).map_err(|_| Problem::internal())?;
    Ok(format!("{now:010x}{}", hex::encode(random)))
}
