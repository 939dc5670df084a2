//! Jobs: whether quotas can be met, how fair a list can be, and the list itself. Each runs as a process of its own with low priority, a bounded
//! number at a time, and is killed when it is cancelled or takes too long: no solver can keep the scheduler from drawing.
//!
//! A job reads the rows of a committed pool from a pipe, and its list, which names people, is encrypted before it reaches the disk. What it
//! tells are figures and quotas, never cells.

mod carrying;
mod lists;
mod under_way;

use std::sync::{Arc, OnceLock};

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use klero_draw::names::Slug;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::desk::Kept;
use super::guard::Caller;
use super::pools;
use super::posted::{Nothing, Posted};
use super::problem::Problem;
use super::work::{Page, PageWish, Path, Query, Reply, Tx, new_id, page};
use crate::job_problem::{Doing, JobProblems};

pub(super) use lists::{destroy_of_pool, folders_in, panels, recover};
pub(super) use under_way::Jobs;

/// Longest quotas.
const MAX_QUOTAS_BYTES: usize = 20_000;
/// Jobs of one organiser that are kept.
const MAX_JOBS: usize = 500;

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum JobKind {
    /// Can these quotas be met, and if not, what is the smallest change that helps?
    Feasibility,
    /// Build a list of panels, and say how fair it is
    Panels,
}

/// What "fair" is to mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Objective {
    /// The smallest chance as large as possible, then the next smallest, and so on
    #[default]
    Leximin,
    /// The smallest chance as large as possible
    Maximin,
    /// The product of all chances as large as possible
    Nash,
    /// Neither very small nor very large chances
    Goldilocks,
}

impl Objective {
    fn name(self) -> &'static str {
        match self {
            Self::Leximin => "leximin",
            Self::Maximin => "maximin",
            Self::Nash => "nash",
            Self::Goldilocks => "goldilocks",
        }
    }
}

/// How far a job has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum JobState {
    /// It waits for its turn
    Queued,
    /// It runs
    Running,
    /// It is finished, and has a result
    Done,
    /// It did not come to an end, and says why
    Failed,
    /// Somebody cancelled it
    Cancelled,
}

impl JobState {
    /// Whether it waits or runs.
    fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}

/// A new job.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct JobWish {
    kind: JobKind,
    /// A committed pool
    #[schema(max_length = 64)]
    pool: String,
    /// Seats of a panel
    #[schema(minimum = 1)]
    seats: u32,
    /// Quotas, CSV: feature,value,min,max and perhaps min_flex,max_flex
    #[schema(max_length = 20_000)]
    quotas: String,
    /// What the list is to aim at
    #[serde(default)]
    #[schema(default = "leximin")]
    objective: Objective,
    /// How many panels; 1000 if absent
    #[serde(default)]
    #[schema(minimum = 1, maximum = 10_000)]
    count: Option<u32>,
}

/// A job as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Job {
    organiser: Slug,
    id: String,
    kind: JobKind,
    pool: String,
    seats: u32,
    quotas: String,
    objective: Objective,
    count: u32,
    state: JobState,
    message: Option<String>,
    #[serde(default)]
    wrong: Option<JobProblems>,
    result: Option<Value>,
    by: String,
    made: u64,
    ended: Option<u64>,
}

impl Kept for Job {
    const KIND: &'static str = "job";
    const NAME: &'static str = "job";
    fn id(&self) -> String {
        format!("{}/{}", self.organiser, self.id)
    }
}

/// Says that a job waits or runs: found without looking through all that have ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Open {
    organiser: Slug,
    id: String,
}

impl Kept for Open {
    const KIND: &'static str = "job-open";
    const NAME: &'static str = "job under way";
    fn id(&self) -> String {
        format!("{}/{}", self.organiser, self.id)
    }
}

/// A job.
#[derive(Debug, Serialize, ToSchema)]
struct JobView {
    id: String,
    kind: JobKind,
    pool: String,
    /// Seats of a panel
    seats: u32,
    /// The quotas, CSV
    quotas: String,
    state: JobState,
    /// What it does now, in words
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    progress: Option<String>,
    /// The same, as a kind and numbers
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    doing: Option<Doing>,
    /// Why it failed, and what to do
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    message: Option<String>,
    /// The same, as kinds and numbers
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    wrong: Option<JobProblems>,
    /// Figures of the list, or the smallest change of the quotas
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object, nullable = false)]
    result: Option<Value>,
    by: String,
    made: u64,
    /// When it ended, Unix seconds
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    ended: Option<u64>,
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_jobs, start_job))
        .routes(routes!(show_job))
        .routes(routes!(under_way::follow_job))
        .routes(routes!(cancel_job))
        .routes(routes!(job_panels))
}

fn view(api: &Api, job: Job) -> JobView {
    let told = api.jobs().of(&job.id()).map(|running| running.told.borrow().clone());
    let doing = told.and_then(|told| match told {
        under_way::Told::Doing(doing) => Some(doing),
        under_way::Told::Ended => None,
    });
    JobView {
        progress: doing.as_ref().map(|doing| doing.words().to_owned()),
        doing,
        id: job.id,
        kind: job.kind,
        pool: job.pool,
        seats: job.seats,
        quotas: job.quotas,
        state: job.state,
        message: job.message,
        wrong: job.wrong,
        result: job.result,
        by: job.by,
        made: job.made,
        ended: job.ended,
    }
}

/// Jobs, the latest last
#[utoipa::path(get, path = "/organisers/{organiser}/jobs", tag = "jobs", params(("organiser" = String, Path), PageWish),
    responses((status = 200, body = Page<JobView>)))]
async fn list_jobs(State(api): State<Api>, Path(organiser): Path<String>, Query(wish): Query<PageWish>) -> Response {
    api.read(move |api| page::<Job, _>(api.desk(), &format!("{organiser}/"), &wish, |kept| Ok(view(api, kept.value))))
        .await
}

/// Start a job
#[utoipa::path(post, path = "/organisers/{organiser}/jobs", tag = "jobs", params(("organiser" = String, Path)),
    request_body = JobWish, responses((status = 202, body = JobView)))]
async fn start_job(
    State(api): State<Api>,
    caller: Caller,
    Path(organiser): Path<String>,
    Posted { body, once }: Posted<JobWish>,
) -> Response {
    // A task of its own: a job that is recorded is begun, also when whoever asked has gone away meanwhile.
    let started = tokio::spawn(async move {
        let begun: Arc<OnceLock<String>> = Arc::default();
        let (tell, lock) = (Arc::clone(&begun), organiser.clone());
        let record = move |tx: &mut Tx<'_>| {
            let job = record(tx, &caller, &organiser, body)?;
            let _first = tell.set(job.id());
            let at = format!("/organisers/{organiser}/jobs/{}", job.id);
            Reply::accepted(&at, &view(tx.api, job))
        };
        let response = once.run(&lock, record).await;
        if let (true, Some(key)) = (response.status().is_success(), begun.get()) {
            carrying::begin(&api, key.clone());
        }
        response
    });
    started.await.unwrap_or_else(|_| Problem::internal().into_response())
}

/// Puts a new job into the batch, if it may be one.
fn record(tx: &mut Tx<'_>, caller: &Caller, organiser: &str, wish: JobWish) -> Result<Job, Problem> {
    pools::open(tx.api, organiser, &wish.pool)?;
    let count = wish.count.unwrap_or(1_000);
    if wish.quotas.len() > MAX_QUOTAS_BYTES || !(1..=10_000).contains(&count) || wish.seats == 0 {
        return Err(Problem::invalid(format!(
            "at least one seat, 1 to 10000 panels, quotas of at most {MAX_QUOTAS_BYTES} bytes"
        )));
    }
    let prefix = format!("{organiser}/");
    let open = tx.desk().ids::<Open>(&prefix, usize::MAX)?;
    let most = tx.api.limits().jobs_waiting;
    if open.len() >= most {
        return Err(Problem::refused(format!("{most} jobs of this organiser wait or run"))
            .advise("wait until one has ended, or cancel it"));
    }
    // The oldest make room.
    let all = tx.desk().ids::<Job>(&prefix, usize::MAX)?;
    let ended = all.iter().filter(|id| !open.contains(id));
    for id in ended.take(all.len().saturating_sub(MAX_JOBS - 1)) {
        lists::remove(tx.api, organiser, id.strip_prefix(&prefix).unwrap_or(id))?;
        tx.batch.remove::<Job>(id);
    }
    let job = Job {
        organiser: caller.organiser()?.clone(),
        id: new_id(tx.now)?,
        kind: wish.kind,
        pool: wish.pool,
        seats: wish.seats,
        quotas: wish.quotas,
        objective: wish.objective,
        count,
        state: JobState::Queued,
        message: None,
        wrong: None,
        result: None,
        by: caller.login.clone(),
        made: tx.now,
        ended: None,
    };
    tx.batch.create(&job)?;
    tx.batch.create(&Open { organiser: job.organiser.clone(), id: job.id.clone() })?;
    Ok(job)
}

/// A job
#[utoipa::path(get, path = "/organisers/{organiser}/jobs/{job}", tag = "jobs", params(("organiser" = String, Path), ("job" = String, Path)),
    responses((status = 200, body = JobView)))]
async fn show_job(State(api): State<Api>, Path((organiser, id)): Path<(String, String)>) -> Response {
    api.read(move |api| {
        let job = api.desk().get::<Job>(&format!("{organiser}/{id}"))?.value;
        Reply::ok(&view(api, job))
    })
    .await
}

/// Cancel a job: its process is killed
#[utoipa::path(post, path = "/organisers/{organiser}/jobs/{job}/cancel", tag = "jobs",
    params(("organiser" = String, Path), ("job" = String, Path)), responses((status = 202, body = JobView)))]
async fn cancel_job(
    Path((organiser, id)): Path<(String, String)>,
    Posted { body: Nothing {}, once }: Posted<Nothing>,
) -> Response {
    once.run(&organiser.clone(), move |tx| {
        let job = tx.desk().get::<Job>(&format!("{organiser}/{id}"))?.value;
        match tx.api.jobs().of(&job.id()) {
            Some(running) => {
                running.cancel.send_replace(true);
                Reply::accepted(&format!("/organisers/{organiser}/jobs/{id}"), &view(tx.api, job))
            }
            None => Err(Problem::refused("this job has ended").advise("GET it to see how")),
        }
    })
    .await
}

/// The list that a job has built. It names people by their ids
#[utoipa::path(get, path = "/organisers/{organiser}/jobs/{job}/panels", tag = "jobs",
    params(("organiser" = String, Path), ("job" = String, Path)), responses((status = 200, body = Object, content_type = "application/json")))]
async fn job_panels(State(api): State<Api>, Path((organiser, id)): Path<(String, String)>) -> Response {
    api.read(move |api| {
        let job = api.desk().get::<Job>(&format!("{organiser}/{id}"))?.value;
        let list = lists::of(api, &job)?;
        let text = String::from_utf8(list.to_vec()).map_err(|_| Problem::internal())?;
        Ok(Reply::text("application/json", text))
    })
    .await
}
