//! The jobs that wait or run now: how many may, what they tell, and how somebody follows or cancels one. Gone with the process; the records say
//! how each ended.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use tokio::sync::{Semaphore, watch};

use super::Job;
use crate::api::Api;
use crate::api::limits::Limits;
use crate::api::problem::Problem;
use crate::api::work::Path;
use crate::job_problem::Doing;

/// What is told while a job runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told {
    Doing(Doing),
    Ended,
}

/// A job under way.
pub(super) struct Running {
    pub(super) cancel: watch::Sender<bool>,
    pub(super) told: watch::Sender<Told>,
}

/// The jobs under way.
pub(in crate::api) struct Jobs {
    pub(super) turns: Arc<Semaphore>,
    running: Mutex<BTreeMap<String, Arc<Running>>>,
}

impl Jobs {
    pub(in crate::api) fn new(limits: &Limits) -> Self {
        Self { turns: Arc::new(Semaphore::new(limits.jobs_at_once)), running: Mutex::default() }
    }

    pub(super) fn of(&self, key: &str) -> Option<Arc<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// A job that waits for its turn.
    pub(super) fn begun(&self, key: &str) -> Arc<Running> {
        let running = Arc::new(Running {
            cancel: watch::Sender::new(false),
            told: watch::Sender::new(Told::Doing(Doing::of("waiting"))),
        });
        self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned(), Arc::clone(&running));
        running
    }

    /// A job whose end is stored.
    pub(super) fn ended(&self, key: &str) {
        let ended = self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
        if let Some(running) = ended {
            running.told.send_replace(Told::Ended);
        }
    }
}

/// Returns when somebody cancels. What it waits with is not held meanwhile.
pub(super) async fn until_cancelled(cancelled: &mut watch::Receiver<bool>) {
    while !*cancelled.borrow_and_update() {
        if cancelled.changed().await.is_err() {
            return std::future::pending().await;
        }
    }
}

/// Follow a job: server-sent events. progress says in words what it does, doing as JSON, as in the job; ended is the last
#[utoipa::path(get, path = "/organisers/{organiser}/jobs/{job}/events", tag = "jobs",
    params(("organiser" = String, Path), ("job" = String, Path)), responses((status = 200, body = String, content_type = "text/event-stream")))]
pub(super) async fn follow_job(State(api): State<Api>, Path((organiser, id)): Path<(String, String)>) -> Response {
    let key = format!("{organiser}/{id}");
    // Subscribed before the record is read: no end is missed.
    let told = api.jobs().of(&key).map(|running| running.told.subscribe());
    let there = {
        let api = api.clone();
        tokio::task::spawn_blocking(move || api.desk().get::<Job>(&key).map(|_| ())).await
    };
    match there {
        Ok(Ok(())) => {}
        Ok(Err(problem)) => return problem.into_response(),
        Err(_) => return Problem::internal().into_response(),
    }
    let ended = || vec![Ok::<_, Infallible>(Event::default().event("ended").data("ended"))];
    let stream = futures_util::stream::unfold(Some((told, true)), move |state| async move {
        let (told, first) = state?;
        let Some(mut told) = told else { return Some((ended(), None)) };
        if !first && told.changed().await.is_err() {
            return Some((ended(), None));
        }
        let Told::Doing(doing) = told.borrow_and_update().clone() else { return Some((ended(), None)) };
        let words = Event::default().event("progress").data(doing.words());
        let data = Event::default().event("doing").data(serde_json::to_string(&doing).unwrap_or_default());
        Some((vec![Ok(words), Ok(data)], Some((Some(told), false))))
    });
    let stream = futures_util::StreamExt::flat_map(stream, futures_util::stream::iter);
    Sse::new(stream).keep_alive(KeepAlive::default()).into_response()
}
