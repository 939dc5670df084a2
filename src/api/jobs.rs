//! Jobs: whether quotas can be met, how fair a list can be, and the list itself. Each runs as a process of its own with low priority, a bounded
//! number at a time, and is killed when it is cancelled or takes too long: no solver can keep the scheduler from drawing.
//!
//! A job reads the rows of a committed pool from a pipe, and its list, which names people, is encrypted when it is done. What it tells are
//! figures and quotas, never cells.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use klero_draw::names::Slug;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::sync::{Semaphore, watch};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use zeroize::Zeroizing;

use super::Api;
use super::desk::{Kept, Versioned};
use super::guard::Caller;
use super::limits::Limits;
use super::pools;
use super::posted::{Nothing, Posted};
use super::problem::Problem;
use super::work::{Page, PageWish, Path, Query, Reply, new_id, page};
use crate::compose::How;
use crate::failure::Named as _;
use crate::pool_dir::{PoolDir, Receiving, Upload};

/// Longest figures that a job may print.
const MAX_OUTPUT_BYTES: u64 = 32 << 20;
/// Longest figures that are kept in the record; longer ones lose their lists.
const MAX_KEPT_BYTES: usize = 30_000;
/// Longest quotas.
const MAX_QUOTAS_BYTES: usize = 20_000;
/// Most people that panels are built from: their rows are in memory meanwhile.
const MAX_PEOPLE: u32 = 200_000;
/// Names of a job's files.
const QUOTAS: &str = "quotas.csv";
const LIST: &str = "list.json";
const SEALED_LIST: &str = "list";
/// Longest message of a job that failed.
const MAX_MESSAGE_BYTES: usize = 4_000;
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
struct Job {
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

/// A job.
#[derive(Debug, Serialize, ToSchema)]
struct JobView {
    id: String,
    kind: JobKind,
    pool: String,
    state: JobState,
    /// What it does now, in words
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    progress: Option<String>,
    /// Why it failed, and what to do
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    message: Option<String>,
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

/// What is told while a job runs.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Told {
    words: String,
    ended: bool,
}

struct Running {
    cancel: watch::Sender<bool>,
    told: watch::Sender<Told>,
}

/// The jobs under way.
pub(super) struct Jobs {
    turns: Arc<Semaphore>,
    running: Mutex<BTreeMap<String, Arc<Running>>>,
}

impl Jobs {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { turns: Arc::new(Semaphore::new(limits.jobs_at_once)), running: Mutex::default() }
    }

    fn of(&self, key: &str) -> Option<Arc<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_jobs, start_job))
        .routes(routes!(show_job))
        .routes(routes!(follow_job))
        .routes(routes!(cancel_job))
        .routes(routes!(job_panels))
}

/// The folders of all jobs.
pub(super) fn folders_in(desk: &std::path::Path) -> Vec<PathBuf> {
    let items = std::fs::read_dir(desk.join("jobs")).into_iter().flatten();
    items.filter_map(Result::ok).map(|item| item.path()).collect()
}

fn folder(api: &Api, organiser: &str, id: &str) -> PathBuf {
    api.folder().join("jobs").join(format!("{organiser}.{id}"))
}

fn view(api: &Api, job: Job) -> JobView {
    let progress = api.jobs().of(&job.id()).map(|running| running.told.borrow().words.clone());
    JobView {
        progress: progress.filter(|words| !words.is_empty()),
        id: job.id,
        kind: job.kind,
        pool: job.pool,
        state: job.state,
        message: job.message,
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
    let begun: Arc<OnceLock<String>> = Arc::default();
    let tell = Arc::clone(&begun);
    let response = once
        .run(&organiser.clone(), move |tx| {
            pools::open(tx.api, &organiser, &body.pool)?;
            let count = body.count.unwrap_or(1_000);
            if body.quotas.len() > MAX_QUOTAS_BYTES || !(1..=10_000).contains(&count) || body.seats == 0 {
                return Err(Problem::invalid(format!(
                    "at least one seat, 1 to 10000 panels, quotas of at most {MAX_QUOTAS_BYTES} bytes"
                )));
            }
            let all = tx.desk().list::<Job>(&format!("{organiser}/"), None, usize::MAX)?;
            let waiting = |job: &Job| matches!(job.state, JobState::Queued | JobState::Running);
            if all.iter().filter(|kept| waiting(&kept.value)).count() >= tx.api.limits().jobs_waiting {
                return Err(Problem::refused(format!(
                    "{} jobs of this organiser wait or run",
                    tx.api.limits().jobs_waiting
                ))
                .advise("wait until one has ended, or cancel it"));
            }
            // The oldest make room.
            for kept in all.iter().filter(|kept| !waiting(&kept.value)).take(all.len().saturating_sub(MAX_JOBS - 1)) {
                remove_files(tx.api, &organiser, &kept.value.id)?;
                tx.batch.remove::<Job>(&kept.value.id());
            }
            let job = Job {
                organiser: caller.organiser()?.clone(),
                id: new_id(tx.now)?,
                kind: body.kind,
                pool: body.pool,
                seats: body.seats,
                quotas: body.quotas,
                objective: body.objective,
                count,
                state: JobState::Queued,
                message: None,
                result: None,
                by: caller.login,
                made: tx.now,
                ended: None,
            };
            tx.batch.create(&job)?;
            let _first = tell.set(job.id());
            let at = format!("/organisers/{organiser}/jobs/{}", job.id);
            Reply::accepted(&at, &view(tx.api, job))
        })
        .await;
    if let (true, Some(key)) = (response.status().is_success(), begun.get()) {
        begin(&api, key.clone());
    }
    response
}

fn begin(api: &Api, key: String) {
    let running = Arc::new(Running {
        cancel: watch::Sender::new(false),
        told: watch::Sender::new(Told { words: "waiting for its turn".to_owned(), ended: false }),
    });
    api.jobs().running.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), Arc::clone(&running));
    let api = api.clone();
    tokio::spawn(async move {
        let ended = carry_out(&api, &key, &running).await;
        let (state, message, result) = match ended {
            Ok(End::Done(result)) => (JobState::Done, None, Some(result)),
            Ok(End::Failed(message)) => (JobState::Failed, Some(message), None),
            Ok(End::Cancelled) => (JobState::Cancelled, None, None),
            Err(problem) => (JobState::Failed, Some(problem.body().detail), None),
        };
        if state != JobState::Done {
            let (api, key) = (api.clone(), key.clone());
            let gone = move || key.split_once('/').map(|(organiser, id)| remove_files(&api, organiser, id));
            let _removed = tokio::task::spawn_blocking(gone).await;
        }
        let _stored = note(&api, &key, move |job, now| {
            job.state = state;
            job.message = message;
            job.result = result;
            job.ended = Some(now);
        })
        .await;
        api.jobs().running.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
        running.told.send_replace(Told { words: String::new(), ended: true });
    });
}

/// Stores a change of a job.
async fn note(api: &Api, key: &str, change: impl FnOnce(&mut Job, u64) + Send + 'static) -> Result<(), Problem> {
    let (api, key) = (api.clone(), key.to_owned());
    let stored = tokio::task::spawn_blocking(move || {
        let organiser = key.split('/').next().unwrap_or_default().to_owned();
        api.locked(&organiser, |tx| {
            let mut kept: Versioned<Job> = tx.desk().get(&key)?;
            change(&mut kept.value, tx.now);
            tx.batch.update(&kept)?;
            tx.desk().commit(&tx.batch)
        })
    });
    stored.await.map_err(|_| Problem::internal())?
}

enum End {
    Done(Value),
    Failed(String),
    Cancelled,
}

async fn carry_out(api: &Api, key: &str, running: &Running) -> Result<End, Problem> {
    let mut cancelled = running.cancel.subscribe();
    let turns = Arc::clone(&api.jobs().turns);
    let _turn = tokio::select! {
        turn = turns.acquire_owned() => turn.map_err(|_| Problem::internal())?,
        () = until_cancelled(&mut cancelled) => return Ok(End::Cancelled),
    };
    note(api, key, |job, _| job.state = JobState::Running).await?;
    let mut prepared = {
        let (api, key) = (api.clone(), key.to_owned());
        tokio::task::spawn_blocking(move || prepare(&api, &key)).await.map_err(|_| Problem::internal())??
    };
    let mut child = prepared.command(api).spawn().map_err(|_| {
        Problem::new(super::Kind::Unavailable, "the solver cannot be started").advise("tell whoever runs the service")
    })?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let rows = std::mem::take(&mut prepared.rows);
    tokio::spawn(async move {
        if let Some(mut stdin) = stdin {
            // A solver that ends early says itself why.
            let _sent = stdin.write_all(&rows).await;
        }
    });
    let output = tokio::spawn(async move {
        let mut bytes = Vec::new();
        if let Some(stdout) = stdout {
            let _ended = stdout.take(MAX_OUTPUT_BYTES).read_to_end(&mut bytes).await;
        }
        bytes
    });
    let told = running.told.clone();
    let words = tokio::spawn(async move {
        let mut last = String::new();
        let Some(stderr) = stderr else { return last };
        let mut lines = BufReader::new(stderr.take(MAX_OUTPUT_BYTES)).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            // Lines such as "1.2 s: finding panels" tell how far it is; others are what goes wrong.
            match line.split_once(" s: ").filter(|(secs, _)| secs.parse::<f64>().is_ok()) {
                Some((_, doing)) => {
                    told.send_replace(Told { words: doing.to_owned(), ended: false });
                }
                None if last.len() + line.len() < MAX_MESSAGE_BYTES => {
                    last.push_str(line.trim_start_matches("klero: "));
                    last.push('\n');
                }
                None => {}
            }
        }
        last
    });
    let end = tokio::select! {
        status = child.wait() => Some(status),
        () = until_cancelled(&mut cancelled) => None,
        () = tokio::time::sleep(api.limits().job_time) => {
            let _killed = child.kill().await;
            return Ok(End::Failed("the job took longer than it may; ask for fewer panels, or widen quotas".to_owned()));
        }
    };
    let Some(status) = end else {
        let _killed = child.kill().await;
        return Ok(End::Cancelled);
    };
    let (output, words) = (output.await.unwrap_or_default(), words.await.unwrap_or_default());
    if !status.is_ok_and(|status| status.success()) {
        let words = words.trim_end();
        return Ok(End::Failed(if words.is_empty() { "the solver broke off".to_owned() } else { words.to_owned() }));
    }
    let sealed = {
        let (api, folder) = (api.clone(), prepared.folder.clone());
        tokio::task::spawn_blocking(move || seal_list(&api, &folder)).await
    };
    sealed.map_err(|_| Problem::internal())??;
    Ok(End::Done(figures(&output)?))
}

/// Returns when somebody cancels. What it waits with is not held meanwhile.
async fn until_cancelled(cancelled: &mut watch::Receiver<bool>) {
    while !*cancelled.borrow_and_update() {
        if cancelled.changed().await.is_err() {
            return std::future::pending().await;
        }
    }
}

/// The figures of a job, short enough to be kept.
fn figures(output: &[u8]) -> Result<Value, Problem> {
    let mut value: Value = serde_json::from_slice(output).map_err(|_| Problem::internal())?;
    if output.len() > MAX_KEPT_BYTES
        && let Some(members) = value.as_object_mut()
    {
        members.retain(|_, member| !member.is_array() && !member.is_object());
    }
    Ok(value)
}

/// What a job works on. The rows are wiped when they have been handed over.
struct Prepared {
    job: Job,
    folder: PathBuf,
    rows: Zeroizing<Vec<u8>>,
    id_column: String,
    household: Vec<String>,
}

fn prepare(api: &Api, key: &str) -> Result<Prepared, Problem> {
    use std::os::unix::fs::DirBuilderExt;
    let job = api.desk().get::<Job>(key)?.value;
    let pool = pools::open(api, job.organiser.as_str(), &job.pool)?;
    let folder = folder(api, job.organiser.as_str(), &job.id);
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).named("make the folder", &folder)?;
    crate::atomic::write(&folder.join(QUOTAS), job.quotas.as_bytes())?;
    Ok(Prepared {
        rows: rows_of(&pool)?,
        id_column: pool.columns().id().to_owned(),
        household: pool.columns().household().to_vec(),
        folder,
        job,
    })
}

/// The rows of a pool as CSV, for the solver's eyes.
fn rows_of(pool: &PoolDir) -> Result<Zeroizing<Vec<u8>>, Problem> {
    if pool.size() > MAX_PEOPLE {
        return Err(
            Problem::refused(format!("panels are built from at most {MAX_PEOPLE} people")).advise("draw by strata")
        );
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    for index in 0..pool.size() {
        let person = pool.person_at(index)?;
        if index == 0 {
            writer.write_record(person.cells.iter().map(|(name, _)| name)).map_err(|_| Problem::internal())?;
        }
        writer.write_record(person.cells.iter().map(|(_, cell)| cell)).map_err(|_| Problem::internal())?;
    }
    writer.into_inner().map(Zeroizing::new).map_err(|_| Problem::internal())
}

/// Encrypts the list that a job has built. It names people.
fn seal_list(api: &Api, folder: &std::path::Path) -> Result<(), Problem> {
    let plain = folder.join(LIST);
    if !plain.exists() {
        return Ok(());
    }
    let mut sealed = Receiving::begin(folder, api.service().vault())?;
    std::io::copy(&mut std::fs::File::open(&plain).named("read", &plain)?, &mut sealed).named("encrypt", &plain)?;
    sealed.finish()?.keep(&folder.join(SEALED_LIST))?;
    std::fs::remove_file(&plain).named("remove", &plain)?;
    Ok(())
}

impl Prepared {
    fn command(&self, api: &Api) -> tokio::process::Command {
        // Low priority, where the system has the means: the scheduler and the pages come first.
        let nice = std::path::Path::new("/usr/bin/nice");
        let program = api.program();
        let mut command = if nice.exists() {
            let mut command = tokio::process::Command::new(nice);
            command.arg("-n").arg("15").arg(program);
            command
        } else {
            tokio::process::Command::new(program)
        };
        command.arg("panels").arg(match self.job.kind {
            JobKind::Feasibility => "relax",
            JobKind::Panels => "build",
        });
        command.arg("--respondents").arg("/dev/stdin").arg("--quotas").arg(self.folder.join(QUOTAS));
        command.arg("--seats").arg(self.job.seats.to_string()).arg("--json");
        command.arg(format!("--id={}", self.id_column));
        if !self.household.is_empty() {
            command.arg(format!("--household={}", self.household.join(",")));
        }
        if self.job.kind == JobKind::Panels {
            command.arg("--objective").arg(self.job.objective.name()).arg("--count").arg(self.job.count.to_string());
            command.arg("--out").arg(self.folder.join(LIST));
            command.arg("--certificate").arg(self.folder.join("certificate.json"));
        }
        command.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }
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

/// Follow a job: server-sent events. progress says in words what it does; ended is the last
#[utoipa::path(get, path = "/organisers/{organiser}/jobs/{job}/events", tag = "jobs",
    params(("organiser" = String, Path), ("job" = String, Path)), responses((status = 200, body = String, content_type = "text/event-stream")))]
async fn follow_job(State(api): State<Api>, Path((organiser, id)): Path<(String, String)>) -> Response {
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
    let stream = futures_util::stream::unfold(Some((told, true)), |state| async move {
        let (told, first) = state?;
        let Some(mut told) = told else {
            return Some((Ok::<_, Infallible>(Event::default().event("ended").data("ended")), None));
        };
        if !first && told.changed().await.is_err() {
            return Some((Ok(Event::default().event("ended").data("ended")), None));
        }
        let Told { words, ended } = told.borrow_and_update().clone();
        if ended {
            return Some((Ok(Event::default().event("ended").data("ended")), None));
        }
        Some((Ok(Event::default().event("progress").data(words)), Some((Some(told), false))))
    });
    Sse::new(stream).keep_alive(KeepAlive::default()).into_response()
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
        let list = list_of(api, &job)?;
        let text = String::from_utf8(list.to_vec()).map_err(|_| Problem::internal())?;
        Ok(Reply::text("application/json", text))
    })
    .await
}

fn list_of(api: &Api, job: &Job) -> Result<Zeroizing<Vec<u8>>, Problem> {
    if (job.kind, job.state) != (JobKind::Panels, JobState::Done) {
        return Err(Problem::refused("this job has no list").advise("wait until a job of the kind panels is done"));
    }
    let folder = folder(api, job.organiser.as_str(), &job.id).join(SEALED_LIST);
    Ok(Upload::open(&folder, api.service().vault())?.read_all(MAX_OUTPUT_BYTES)?)
}

/// The list of a job, as the method of terms over this pool.
pub(super) fn panels(api: &Api, organiser: &str, id: &str, pool_id: &str, pool: &PoolDir) -> Result<How, Problem> {
    let job = api.desk().get::<Job>(&format!("{organiser}/{id}"))?.value;
    if job.pool != pool_id {
        return Err(
            Problem::refused("the list was built from another pool").advise("start a job with the pool of the draft")
        );
    }
    let folder = folder(api, organiser, id);
    // In the clear for as long as it is read; the file goes with the value.
    let plain = tempfile::NamedTempFile::new_in(&folder).named("write in", &folder)?;
    std::fs::write(plain.path(), &*list_of(api, &job)?).named("write", plain.path())?;
    let on_pool = crate::cli::panels::pool::on_pool(plain.path(), Some(&folder.join(QUOTAS)), pool)?;
    Ok(How::Panels { list: on_pool.list, certificate: on_pool.certificate, method: on_pool.method })
}

fn remove_files(api: &Api, organiser: &str, id: &str) -> Result<(), Problem> {
    let folder = folder(api, organiser, id);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).named("remove", &folder)?;
    }
    Ok(())
}

/// Removes the jobs over one of these pools, with their lists, which name people.
pub(super) fn destroy_of_pool(tx: &mut super::work::Tx<'_>, organiser: &str, pool: &str) -> Result<(), Problem> {
    for kept in tx.desk().list::<Job>(&format!("{organiser}/"), None, usize::MAX)? {
        if kept.value.pool == pool {
            if let Some(running) = tx.api.jobs().of(&kept.value.id()) {
                running.cancel.send_replace(true);
            }
            remove_files(tx.api, organiser, &kept.value.id)?;
            tx.batch.remove::<Job>(&kept.value.id());
        }
    }
    Ok(())
}

/// Jobs that a stop of the service has interrupted say so. Called once, before the API answers.
pub(super) fn recover(api: &Api) -> Result<(), Problem> {
    for mut kept in api.desk().list::<Job>("", None, usize::MAX)? {
        if matches!(kept.value.state, JobState::Queued | JobState::Running) {
            remove_files(api, kept.value.organiser.as_str(), &kept.value.id)?;
            kept.value.state = JobState::Failed;
            kept.value.message = Some("the service was stopped meanwhile; start the job again".to_owned());
            kept.value.ended = Some(api.now());
            let mut batch = super::desk::Batch::default();
            batch.update(&kept)?;
            api.desk().commit(&batch)?;
        }
    }
    Ok(())
}
