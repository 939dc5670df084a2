//! Carrying a job out: its turn, its process, what the process is given and what it gives back.
//!
//! The process reads the rows from a pipe and writes figures and list to another: neither is in the clear on a disk at any time, so that a
//! process or a service that is killed leaves nothing behind.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use zeroize::Zeroizing;

use super::under_way::{self, Running, until_cancelled};
use super::{Job, JobKind, JobState, Open, lists};
use crate::api::desk::{Kept as _, Versioned};
use crate::api::problem::Problem;
use crate::api::{Api, child, pools};
use crate::cli::panels::told::Told;
use crate::columns;
use crate::failure::Named as _;
use crate::job_problem::{Doing, JobProblem, JobProblems};
use crate::pool_dir::PoolDir;

/// Longest figures and list that a job may print.
const MAX_OUTPUT_BYTES: u64 = lists::MAX_LIST_BYTES;
/// Longest figures that are kept in the record; longer ones lose their lists.
const MAX_KEPT_BYTES: usize = 30_000;
/// Most people that panels are built from: their rows are in memory meanwhile.
const MAX_PEOPLE: u32 = 200_000;
/// Longest message of a job that failed.
const MAX_MESSAGE_BYTES: usize = 4_000;

/// Begins a job whose record is stored.
pub(super) fn begin(api: &Api, key: String) {
    let running = api.jobs().begun(&key);
    let api = api.clone();
    tokio::spawn(async move {
        let ended = carry_out(&api, &key, &running).await;
        let (state, message, wrong, result) = match ended {
            Ok(End::Done(result)) => (JobState::Done, None, None, Some(result)),
            Ok(End::Failed(message, wrong)) => (JobState::Failed, Some(message), Some(wrong), None),
            Ok(End::Cancelled) => (JobState::Cancelled, None, None, None),
            Err(problem) => (JobState::Failed, Some(problem.body().detail), Some(JobProblems::one("refused")), None),
        };
        if state != JobState::Done {
            let (api, key) = (api.clone(), key.clone());
            let gone = move || key.split_once('/').map(|(organiser, id)| lists::remove(&api, organiser, id));
            let _removed = tokio::task::spawn_blocking(gone).await;
        }
        let _stored = note(&api, &key, move |job, now| {
            job.state = state;
            job.message = message;
            job.wrong = wrong;
            job.result = result;
            job.ended = Some(now);
        })
        .await;
        api.jobs().ended(&key);
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
            if !kept.value.state.is_open() {
                tx.batch.remove::<Open>(&kept.value.id());
            }
            tx.desk().commit(&tx.batch)
        })
    });
    stored.await.map_err(|_| Problem::internal())?
}

enum End {
    Done(Value),
    Failed(String, JobProblems),
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
    if prepared.people > MAX_PEOPLE {
        let most = JobProblem { most: Some(u64::from(MAX_PEOPLE)), ..JobProblem::of("too-many-people") };
        let message = format!("panels are built from at most {MAX_PEOPLE} people; draw by strata");
        return Ok(End::Failed(message, JobProblems::all(vec![most])));
    }
    let Ok(mut child) = prepared.command(api).spawn() else {
        let message = "the solver cannot be started; tell whoever runs the service".to_owned();
        return Ok(End::Failed(message, JobProblems::one("cannot-start")));
    };
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let rows = std::mem::take(&mut prepared.rows);
    tokio::spawn(async move {
        if let Some(mut stdin) = stdin {
            // A solver that ends early says itself why.
            let _sent = stdin.write_all(&rows).await;
        }
    });
    let output = tokio::spawn(async move {
        let mut bytes = Zeroizing::new(Vec::new());
        if let Some(stdout) = stdout {
            let _ended = stdout.take(MAX_OUTPUT_BYTES).read_to_end(&mut bytes).await;
        }
        bytes
    });
    let told = running.told.clone();
    let words = tokio::spawn(async move {
        let (mut last, mut wrong) = (String::new(), None);
        let Some(stderr) = stderr else { return (last, wrong) };
        told.send_replace(under_way::Told::Doing(Doing::of("reading")));
        let mut lines = BufReader::new(stderr.take(MAX_OUTPUT_BYTES)).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            // Lines of JSON tell how far it is, and what goes wrong; others say that in words.
            match Told::heard(&line) {
                Some(Told::Doing(doing)) => {
                    told.send_replace(under_way::Told::Doing(doing));
                }
                Some(Told::Wrong(problems)) => wrong = Some(problems),
                None if last.len() + line.len() < MAX_MESSAGE_BYTES => {
                    last.push_str(line.trim_start_matches("klero: "));
                    last.push('\n');
                }
                None => {}
            }
        }
        (last, wrong)
    });
    let end = tokio::select! {
        status = child.wait() => Some(status),
        () = until_cancelled(&mut cancelled) => None,
        () = tokio::time::sleep(api.limits().job_time) => {
            let _killed = child.kill().await;
            let message = "the job took longer than it may; ask for fewer panels, or widen quotas".to_owned();
            return Ok(End::Failed(message, JobProblems::one("too-long")));
        }
    };
    let Some(status) = end else {
        let _killed = child.kill().await;
        return Ok(End::Cancelled);
    };
    let (output, (words, wrong)) = (output.await.unwrap_or_default(), words.await.unwrap_or_default());
    if !status.is_ok_and(|status| status.success()) {
        let words = words.trim_end();
        let message = if words.is_empty() { "the solver broke off".to_owned() } else { words.to_owned() };
        return Ok(End::Failed(message, wrong.unwrap_or_else(|| JobProblems::one("broke-off"))));
    }
    // The figures are one line of JSON; after it comes the list, if there is one.
    let at = output.iter().position(|byte| *byte == b'\n').unwrap_or(output.len());
    let result = figures(output.get(..at).unwrap_or_default())?;
    if prepared.job.kind == JobKind::Panels {
        let (api, folder) = (api.clone(), prepared.folder.clone());
        let kept = tokio::task::spawn_blocking(move || {
            let list = output.get(at..).unwrap_or_default();
            lists::keep(&api, &folder, list)
        });
        kept.await.map_err(|_| Problem::internal())??;
    }
    Ok(End::Done(result))
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
    people: u32,
    rows: Zeroizing<Vec<u8>>,
    id_column: String,
    household: Vec<String>,
}

fn prepare(api: &Api, key: &str) -> Result<Prepared, Problem> {
    use std::os::unix::fs::DirBuilderExt;
    let job = api.desk().get::<Job>(key)?.value;
    let pool = pools::open(api, job.organiser.as_str(), &job.pool)?;
    let folder = lists::folder(api, job.organiser.as_str(), &job.id);
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).named("make the folder", &folder)?;
    crate::atomic::write(&lists::quotas(&folder), job.quotas.as_bytes())?;
    Ok(Prepared {
        people: pool.size(),
        rows: if pool.size() > MAX_PEOPLE { Zeroizing::default() } else { rows_of(&pool)? },
        id_column: pool.columns().id().to_owned(),
        household: pool.columns().household().to_vec(),
        folder,
        job,
    })
}

/// The rows of a pool as CSV, for the solver's eyes.
fn rows_of(pool: &PoolDir) -> Result<Zeroizing<Vec<u8>>, Problem> {
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

impl Prepared {
    fn command(&self, api: &Api) -> tokio::process::Command {
        let mut command = tokio::process::Command::from(child::command(api.program()));
        command.arg("panels").arg(match self.job.kind {
            JobKind::Feasibility => "relax",
            JobKind::Panels => "build",
        });
        command.arg("--respondents").arg("/dev/stdin").arg("--quotas").arg(lists::quotas(&self.folder));
        command.arg("--seats").arg(self.job.seats.to_string()).arg("--json");
        command.arg(format!("--id={}", self.id_column));
        if !self.household.is_empty() {
            command.arg(format!("--household={}", columns::argument(&self.household)));
        }
        if self.job.kind == JobKind::Panels {
            command.arg("--objective").arg(self.job.objective.name()).arg("--count").arg(self.job.count.to_string());
            command.arg("--out").arg("-");
        }
        command.kill_on_drop(true);
        command
    }
}
