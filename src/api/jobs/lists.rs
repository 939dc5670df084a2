//! What jobs leave on the disk: quotas, which are no secret, and lists of panels, which name people and are encrypted before they are written.
//!
//! ```text
//! DIR/desk/jobs/<organiser>.<id>/quotas.csv
//! DIR/desk/jobs/<organiser>.<id>/list/key.age, people.csv.age    the list, under a key of its own
//! ```
//!
//! Nothing else belongs there: what a crash, or an older version, left besides is removed when the service starts.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{Job, JobKind, JobState, Open};
use crate::api::Api;
use crate::api::desk::{Batch, Kept as _};
use crate::api::problem::Problem;
use crate::api::work::Tx;
use crate::cli::panels::{files, pool};
use crate::compose::How;
use crate::failure::Named as _;
use crate::job_problem::JobProblems;
use crate::pool_dir::{PoolDir, Receiving, Upload};

/// Longest list.
pub(super) const MAX_LIST_BYTES: u64 = 32 << 20;
const QUOTAS: &str = "quotas.csv";
const LIST: &str = "list";

fn all_in(desk: &Path) -> PathBuf {
    desk.join("jobs")
}

/// The folders of all jobs.
pub(in crate::api) fn folders_in(desk: &Path) -> Vec<PathBuf> {
    let items = std::fs::read_dir(all_in(desk)).into_iter().flatten();
    items.filter_map(Result::ok).map(|item| item.path()).collect()
}

pub(super) fn folder(api: &Api, organiser: &str, id: &str) -> PathBuf {
    all_in(&api.folder()).join(format!("{organiser}.{id}"))
}

/// Where the quotas of a job lie.
pub(super) fn quotas(folder: &Path) -> PathBuf {
    folder.join(QUOTAS)
}

/// Keeps the list that a job has built, encrypted from the first byte that reaches the disk.
pub(super) fn keep(api: &Api, folder: &Path, list: &[u8]) -> Result<(), Problem> {
    let mut sealed = Receiving::begin(folder, api.service().vault())?;
    sealed.write_all(list).named("encrypt the list in", folder)?;
    Ok(sealed.finish()?.keep(&folder.join(LIST))?)
}

/// The list of a job that is done.
pub(super) fn of(api: &Api, job: &Job) -> Result<Zeroizing<Vec<u8>>, Problem> {
    if (job.kind, job.state) != (JobKind::Panels, JobState::Done) {
        return Err(Problem::refused("this job has no list").advise("wait until a job of the kind panels is done"));
    }
    let folder = folder(api, job.organiser.as_str(), &job.id).join(LIST);
    Ok(Upload::open(&folder, api.service().vault())?.read_all(MAX_LIST_BYTES)?)
}

/// The list of a job, as the method of terms over this pool.
pub(in crate::api) fn panels(
    api: &Api,
    organiser: &str,
    id: &str,
    pool_id: &str,
    pool: &PoolDir,
) -> Result<How, Problem> {
    let job = api.desk().get::<Job>(&format!("{organiser}/{id}"))?.value;
    if job.pool != pool_id {
        return Err(
            Problem::refused("the list was built from another pool").advise("start a job with the pool of the draft")
        );
    }
    let list = files::panel_list_of(&of(api, &job)?, &"the list of the job")?;
    let on_pool = pool::on_pool(list, Some(&quotas(&folder(api, organiser, id))), pool)?;
    Ok(How::Panels { list: on_pool.list, certificate: on_pool.certificate, method: on_pool.method })
}

pub(super) fn remove(api: &Api, organiser: &str, id: &str) -> Result<(), Problem> {
    let folder = folder(api, organiser, id);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).named("remove", &folder)?;
    }
    Ok(())
}

/// Removes the jobs over one of these pools, with their lists, which name people.
pub(in crate::api) fn destroy_of_pool(tx: &mut Tx<'_>, organiser: &str, pool: &str) -> Result<(), Problem> {
    for kept in tx.desk().list::<Job>(&format!("{organiser}/"), None, usize::MAX)? {
        if kept.value.pool == pool {
            if let Some(running) = tx.api.jobs().of(&kept.value.id()) {
                running.cancel.send_replace(true);
            }
            remove(tx.api, organiser, &kept.value.id)?;
            tx.batch.remove::<Job>(&kept.value.id());
            tx.batch.remove::<Open>(&kept.value.id());
        }
    }
    Ok(())
}

/// Jobs that a stop of the service has interrupted say so; what they left on the disk goes. Called once, before the API answers.
pub(in crate::api) fn recover(api: &Api) -> Result<(), Problem> {
    let mut batch = Batch::default();
    for id in api.desk().ids::<Open>("", usize::MAX)? {
        batch.remove::<Open>(&id);
    }
    for mut kept in api.desk().list::<Job>("", None, usize::MAX)? {
        if kept.value.state.is_open() {
            remove(api, kept.value.organiser.as_str(), &kept.value.id)?;
            kept.value.state = JobState::Failed;
            kept.value.message = Some("the service was stopped meanwhile; start the job again".to_owned());
            kept.value.wrong = Some(JobProblems::one("stopped"));
            kept.value.ended = Some(api.now());
            batch.update(&kept)?;
        }
    }
    api.desk().commit(&batch)?;
    for folder in folders_in(&api.folder()) {
        sweep(api, &folder)?;
    }
    Ok(())
}

/// Removes a folder that no job has, and from one that has a job what does not belong there.
fn sweep(api: &Api, folder: &Path) -> Result<(), Problem> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let key = name.replacen('.', "/", 1);
    if !folder.is_dir() || api.desk().find::<Job>(&key)?.is_none() {
        let removed = if folder.is_dir() { std::fs::remove_dir_all(folder) } else { std::fs::remove_file(folder) };
        return Ok(removed.named("remove", folder)?);
    }
    for item in std::fs::read_dir(folder).named("read", folder)? {
        let item = item.named("read", folder)?;
        if [QUOTAS, LIST].iter().any(|known| item.file_name() == *known) {
            continue;
        }
        let path = item.path();
        let removed = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        removed.named("remove", &path)?;
    }
    Ok(())
}
