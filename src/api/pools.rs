//! Pools: a file of people is uploaded as a stream, checked with the roles of its columns, and committed. Until a draw is sealed from it the
//! committed pool lies on the desk; the seal makes the service's own copy.
//!
//! A file is never in memory whole, and never in the clear on the disk. Problems name lines and columns, never cells.

use std::io::Write as _;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::StreamExt as _;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::desk::{Kept as _, Versioned};
use super::file_problem::FileProblem;
use super::guard::Caller;
pub(super) use super::pool_record::{CommittedView, Made, PoolView, Roles, get, keep_made, linked_to, make_room, name};
use super::pool_record::{Pool, column, view};
use super::posted::{self, Found, JsonBody, Nothing, Posted};
use super::problem::{Kind, Problem};
use super::work::{Page, PageWish, Path, Query, Reply, Tx, check_match, new_id, page};
use super::{Api, child};
use crate::failure::Named as _;
use crate::people_xlsx::{Bounds, Conversion, SPREADSHEET_BYTES_MAX};
use crate::pool_dir::{CommitOptions, PoolDir, Receiving, TableWish, Upload};

/// Chunks of an upload that wait for the disk.
const CHUNKS_WAITING: usize = 8;

/// How an upload is named.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct UploadWish {
    /// What the file is called, for your colleagues
    #[param(min_length = 1, max_length = 100)]
    name: String,
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_pools, upload_pool))
        .routes(routes!(show_pool, delete_pool))
        .routes(routes!(set_roles))
        .routes(routes!(commit_pool))
}

/// Where committed pools lie.
pub(super) fn pools_in(desk: &FilePath) -> PathBuf {
    desk.join("pools")
}

/// Where uploads lie.
pub(super) fn uploads_in(desk: &FilePath) -> PathBuf {
    desk.join("uploads")
}

/// Where a pool lies once it is committed.
pub(super) fn folder(api: &Api, organiser: &str, id: &str) -> PathBuf {
    pools_in(&api.folder()).join(format!("{organiser}.{id}"))
}

/// Where its file lies before.
fn upload(api: &Api, organiser: &str, id: &str) -> PathBuf {
    uploads_in(&api.folder()).join(format!("{organiser}.{id}"))
}

/// Where a new committed pool is to lie: nothing is there.
pub(super) fn new_folder(api: &Api, organiser: &str, id: &str) -> Result<PathBuf, Problem> {
    let out = folder(api, organiser, id);
    // What a crash left: no terms can name it, since no record does.
    remove_sealed(&out)?;
    private_folder(&pools_in(&api.folder()))?;
    Ok(out)
}

/// Opens a committed pool.
pub(super) fn open(api: &Api, organiser: &str, id: &str) -> Result<PoolDir, Problem> {
    if get(api.desk(), organiser, id)?.value.committed.is_none() {
        return Err(Problem::refused("this pool is not committed").advise("POST …/commitment first"));
    }
    Ok(PoolDir::open_with(&folder(api, organiser, id), api.service().vault())?)
}

/// Pools, the latest last
#[utoipa::path(get, path = "/organisers/{organiser}/pools", tag = "pools", params(("organiser" = String, Path), PageWish),
    responses((status = 200, body = Page<PoolView>)))]
async fn list_pools(State(api): State<Api>, Path(organiser): Path<String>, Query(wish): Query<PageWish>) -> Response {
    api.read(move |api| page::<Pool, _>(api.desk(), &format!("{organiser}/"), &wish, |kept| Ok(view(kept)))).await
}

/// Upload a file of people: CSV in UTF-8, or XLSX, of which the first sheet is read
#[utoipa::path(post, path = "/organisers/{organiser}/pools", tag = "pools", params(("organiser" = String, Path), UploadWish),
    request_body(content((String = "text/csv"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
    responses((status = 201, body = PoolView)))]
async fn upload_pool(
    State(api): State<Api>,
    caller: Caller,
    Path(organiser): Path<String>,
    Query(wish): Query<UploadWish>,
    request: Request,
) -> Response {
    match receive(&api, caller, organiser, wish, request).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn receive(
    api: &Api,
    caller: Caller,
    organiser: String,
    wish: UploadWish,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    posted::given_key(&parts.headers)?;
    let kind = parts.headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !["text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"].contains(&kind.as_str()) {
        return Err(Problem::new(Kind::MediaType, "a pool is uploaded as text/csv or as an XLSX spreadsheet"));
    }
    let name = name(&wish.name)?;
    let limit = api.limits().upload_bytes;
    let mut stream = body.into_data_stream();
    // Few chunks wait at a time: whoever sends faster than the disk writes, waits.
    let (send, mut received) = tokio::sync::mpsc::channel::<Bytes>(CHUNKS_WAITING);
    let writing = {
        let api = api.clone();
        tokio::task::spawn_blocking(move || {
            let parent = uploads_in(&api.folder());
            private_folder(&parent)?;
            let mut file = Receiving::begin(&parent, api.service().vault())?;
            let mut hash = Sha256::new();
            while let Some(chunk) = received.blocking_recv() {
                hash.update(&chunk);
                file.write_all(&chunk).named("write in", &parent)?;
            }
            let file = file.finish()?;
            let is_sheet = file.is_spreadsheet()?;
            Ok::<_, Problem>((file, is_sheet, hex::encode(hash.finalize())))
        })
    };
    let mut bytes = 0u64;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| {
            Problem::new(Kind::Malformed, "the upload was broken off")
                .advise("send it again, with the same Idempotency-Key")
        })?;
        bytes = bytes.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        if bytes > limit {
            return Err(Problem::new(Kind::TooLarge, format!("a pool's file has at most {limit} bytes"))
                .advise("draw in several pools"));
        }
        if send.send(chunk).await.is_err() {
            // It cannot be written, and says why.
            break;
        }
    }
    drop(send);
    let (file, is_sheet, sha256) = writing.await.map_err(|_| Problem::internal())??;
    let target = format!("{} {}", Method::POST, parts.uri);
    let once = match posted::look_up(api, Some(&caller), &parts.headers, &target, sha256.as_bytes())? {
        Found::Known(response) => return Ok(response),
        Found::New(once) => once,
    };
    let (file, conversion) = if is_sheet {
        let (file, conversion) = convert(api, file, bytes).await?;
        (file, Some(conversion))
    } else {
        (file, None)
    };
    let delimiter = conversion.as_ref().map(|_| b',');
    let read = tokio::task::spawn_blocking(move || file.headings(delimiter).map(|headings| (file, headings)));
    let (file, headings) = read.await.map_err(|_| Problem::internal())??;
    let lock = organiser.clone();
    let response = once.run(&lock, move |tx| {
        make_room(tx, &organiser)?;
        let pool = Pool {
            organiser: caller.organiser()?.clone(),
            id: new_id(tx.now)?,
            name,
            sha256: Some(sha256),
            bytes: Some(bytes),
            sheet: conversion.as_ref().map(|conversion| conversion.sheet.clone()),
            conversion,
            warnings: headings.like_data.into_iter().map(FileProblem::like_data).collect(),
            headings: headings.names,
            roles: None,
            people: None,
            columns: Vec::new(),
            problems: None,
            committed: None,
            by: caller.login,
            made: tx.now,
        };
        // The file has its name before the record names it; a file that no record names is removed at the next start.
        file.keep(&upload(tx.api, &organiser, &pool.id))?;
        tx.batch.create(&pool)?;
        let at = format!("/organisers/{organiser}/pools/{}", pool.id);
        let kept = Versioned { version: 1, value: pool };
        let etag = kept.etag();
        Ok(Reply::created(&at, &view(kept))?.with("etag", &etag))
    });
    Ok(response.await)
}

/// A spreadsheet's people as CSV. The turn is the conversion's own: it ends when that does, also if nobody waits for it any more.
async fn convert(api: &Api, file: Upload, bytes: u64) -> Result<(Upload, Conversion), Problem> {
    if bytes > SPREADSHEET_BYTES_MAX {
        return Err(Problem::new(Kind::TooLarge, format!("a spreadsheet has at most {SPREADSHEET_BYTES_MAX} bytes"))
            .advise("save the table as CSV, and upload that"));
    }
    let turn = Arc::clone(&api.0.sheets).acquire_owned().await.map_err(|_| Problem::internal())?;
    let api = api.clone();
    let converted = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let bounds = Bounds { rows: api.limits().sheet_rows, bytes: api.limits().upload_bytes };
        file.unfold(&uploads_in(&api.folder()), api.service().vault(), |book, csv| {
            child::convert(api.program(), book, csv, bounds)
        })
    });
    Ok(converted.await.map_err(|_| Problem::internal())??)
}

fn private_folder(folder: &FilePath) -> Result<(), Problem> {
    use std::os::unix::fs::DirBuilderExt;
    Ok(std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).named("make the folder", folder)?)
}

/// A pool
#[utoipa::path(get, path = "/organisers/{organiser}/pools/{pool}", tag = "pools", params(("organiser" = String, Path), ("pool" = String, Path)),
    responses((status = 200, body = PoolView, headers(("etag" = String)))))]
async fn show_pool(State(api): State<Api>, Path((organiser, id)): Path<(String, String)>) -> Response {
    api.read(move |api| {
        let kept = get(api.desk(), &organiser, &id)?;
        let etag = kept.etag();
        Ok(Reply::ok(&view(kept))?.with("etag", &etag))
    })
    .await
}

/// Delete a pool from the desk. The copy that a sealed draw has stays until it is erased
#[utoipa::path(delete, path = "/organisers/{organiser}/pools/{pool}", tag = "pools",
    params(("organiser" = String, Path), ("pool" = String, Path)), responses((status = 204)))]
async fn delete_pool(State(api): State<Api>, Path((organiser, id)): Path<(String, String)>) -> Response {
    api.change(&organiser.clone(), move |tx| {
        let kept = get(tx.desk(), &organiser, &id)?;
        super::jobs::destroy_of_pool(tx, &organiser, &id)?;
        destroy(tx.api, &kept.value)?;
        tx.batch.remove::<Pool>(&kept.value.id());
        Ok(Reply::nothing())
    })
    .await
}

/// Removes the files of a pool on the desk: first the keys, without which the rest is noise.
fn destroy(api: &Api, pool: &Pool) -> Result<(), Problem> {
    let organiser = pool.organiser.as_str();
    for folder in [folder(api, organiser, &pool.id), upload(api, organiser, &pool.id)] {
        remove_sealed(&folder)?;
    }
    Ok(())
}

fn remove_sealed(folder: &FilePath) -> Result<(), Problem> {
    let key = folder.join(crate::vault::WRAPPED_KEY);
    if key.exists() {
        std::fs::remove_file(&key).named("destroy", &key)?;
        std::fs::File::open(folder).and_then(|f| f.sync_all()).named("sync the folder", folder)?;
    }
    if folder.exists() {
        std::fs::remove_dir_all(folder).named("destroy", folder)?;
    }
    Ok(())
}

/// Removes all of an organiser's pools on the desk that have this root.
pub(super) fn destroy_by_root(tx: &mut Tx<'_>, organiser: &str, root: &str) -> Result<(), Problem> {
    for kept in tx.desk().list::<Pool>(&format!("{organiser}/"), None, usize::MAX)? {
        if kept.value.committed.as_ref().is_some_and(|committed| committed.root == root) {
            super::jobs::destroy_of_pool(tx, organiser, &kept.value.id)?;
            destroy(tx.api, &kept.value)?;
            tx.batch.remove::<Pool>(&kept.value.id());
        }
    }
    Ok(())
}

/// Give the columns their roles. The whole file is read, and every problem named
#[utoipa::path(put, path = "/organisers/{organiser}/pools/{pool}/roles", tag = "pools",
    params(("organiser" = String, Path), ("pool" = String, Path), ("if-match" = String, Header, description = "the ETag of the version that this is based on")),
    request_body = Roles, responses((status = 200, body = PoolView, headers(("etag" = String)))))]
async fn set_roles(
    State(api): State<Api>,
    Path((organiser, id)): Path<(String, String)>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Roles>,
) -> Response {
    api.change(&organiser.clone(), move |tx| {
        let mut kept = get(tx.desk(), &organiser, &id)?;
        check_match(&headers, &kept)?;
        if kept.value.committed.is_some() {
            return Err(Problem::refused("this pool is committed").advise("upload the file again for other roles"));
        }
        let file = Upload::open(&upload(tx.api, &organiser, &id), tx.api.service().vault())?;
        let asked = kept.value.as_read(&body);
        let read = match &asked.from {
            None => file.check(&asked.options()?, &mut |_| {}).map(|summary| (summary.people, summary.columns)),
            Some(draw) => {
                let (earlier, opened) = super::linked::earlier(tx.api, &organiser, draw)?;
                file.check_linked(&earlier, &asked.linked(opened)?).map(|people| (people, Vec::new()))
            }
        };
        kept.value.roles = Some(body);
        match read {
            Ok((people, columns)) => {
                kept.value.people = Some(people);
                kept.value.problems = None;
                kept.value.columns = columns.into_iter().map(column).collect();
            }
            Err(failure) if failure.exit == 2 => {
                kept.value.people = None;
                kept.value.columns = Vec::new();
                kept.value.problems = Some(failure.into());
            }
            Err(failure) => return Err(failure.into()),
        }
        tx.batch.update(&kept)?;
        kept.version = kept.version.saturating_add(1);
        let etag = kept.etag();
        Ok(Reply::ok(&view(kept))?.with("etag", &etag))
    })
    .await
}

/// Commit the pool: its key is made, its root computed, its rows fixed
#[utoipa::path(post, path = "/organisers/{organiser}/pools/{pool}/commitment", tag = "pools",
    params(("organiser" = String, Path), ("pool" = String, Path)), responses((status = 201, body = PoolView)))]
async fn commit_pool(
    Path((organiser, id)): Path<(String, String)>,
    Posted { body: Nothing {}, once }: Posted<Nothing>,
) -> Response {
    once.run(&organiser.clone(), move |tx| {
        let mut kept = get(tx.desk(), &organiser, &id)?;
        let pool = &mut kept.value;
        if pool.committed.is_some() {
            return Err(Problem::refused("this pool is committed already")
                .advise("name it in a draft; other people or columns need another upload"));
        }
        let roles = pool
            .roles
            .as_ref()
            .ok_or_else(|| Problem::refused("the columns have no roles").advise("PUT …/roles first"))?;
        let roles = pool.as_read(roles);
        if let Some(problems) = &pool.problems {
            return Err(Problem::refused(problems.message.clone()).advise("correct the file, and upload it again"));
        }
        let out = new_folder(tx.api, &organiser, &id)?;
        let file = Upload::open(&upload(tx.api, &organiser, &id), tx.api.service().vault())?;
        let vault = tx.api.service().vault();
        let committed = match &roles.from {
            None => {
                let options = CommitOptions { roles: roles.options()?, table: TableWish::IfUseful };
                file.commit(&options, &out, vault, &mut |_| {})?
            }
            Some(draw) => {
                let (earlier, opened) = super::linked::earlier(tx.api, &organiser, draw)?;
                file.commit_linked(&earlier, &roles.linked(opened)?, &out, vault, &mut |_| {})?
            }
        };
        pool.committed = Some(CommittedView::of(&committed));
        tx.batch.update(&kept)?;
        // The rows lie in the committed pool now. If the record should not be stored, the upload is needed again: it goes after a while.
        let at = format!("/organisers/{organiser}/pools/{id}");
        kept.version = kept.version.saturating_add(1);
        Reply::created(&at, &view(kept))
    })
    .await
}

/// Removes what no record names, and uploads whose pool is committed.
pub(super) fn sweep(api: &Api) -> Result<(), Problem> {
    for (parent, uploads) in [(pools_in(&api.folder()), false), (uploads_in(&api.folder()), true)] {
        let Ok(items) = std::fs::read_dir(&parent) else { continue };
        for item in items.filter_map(Result::ok) {
            let name = item.file_name().to_string_lossy().into_owned();
            // Names that begin with a dot are under way.
            let Some((organiser, id)) = name.split_once('.').filter(|(organiser, _)| !organiser.is_empty()) else {
                continue;
            };
            api.locked(organiser, |tx| match tx.desk().find::<Pool>(&format!("{organiser}/{id}"))? {
                None => remove_sealed(&item.path()),
                Some(kept) if uploads && kept.value.committed.is_some() => remove_sealed(&item.path()),
                Some(_) => Ok(()),
            })?;
        }
    }
    Ok(())
}

/// Removes what a stop of the service has interrupted. Called once, before the API answers.
pub(super) fn recover(api: &Api) -> Result<(), Problem> {
    for parent in [pools_in(&api.folder()), uploads_in(&api.folder())] {
        let Ok(items) = std::fs::read_dir(&parent) else { continue };
        for item in items.filter_map(Result::ok) {
            if item.file_name().to_string_lossy().starts_with('.') {
                remove_sealed(&item.path())?;
            }
        }
    }
    sweep(api)
}
