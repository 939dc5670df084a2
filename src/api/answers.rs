//! The response window of a draw: until when people answer, who has answered by the code of their letter, who is to be reminded, and who has
//! refused. An answer is kept by index and says yes or no; it names nobody, and goes when the pool is erased.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use klero_draw::names::Slug;
use klero_draw::receipt::ShortCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::desk::{Kept, Versioned};
use super::draws::{kept_draw, own_draw};
use super::guard::Caller;
use super::posted::{JsonBody, Posted};
use super::problem::Problem;
use super::results::{Drawn, drawn, file, kept_pool, lost, standing};
use super::work::{LAST_SECOND, Page, PageWish, Path, Query, Reply, Tx, check_match, page};
use crate::people_csv::SafeWriter;

/// Answers that are imported at once.
const MAX_IMPORT: usize = 5_000;
/// Places of wrong codes that are listed.
const LISTED: usize = 20;

/// A response window as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Window {
    organiser: Slug,
    draw: Slug,
    deadline: u64,
    by: String,
}

impl Kept for Window {
    const KIND: &'static str = "window";
    const NAME: &'static str = "response window";
    fn id(&self) -> String {
        format!("{}/{}", self.organiser, self.draw)
    }
}

/// What somebody answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Word {
    /// They come
    Yes,
    /// They refuse
    No,
}

/// An answer as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Answered {
    organiser: Slug,
    draw: Slug,
    index: u32,
    answer: Word,
    at: u64,
    by: String,
}

impl Kept for Answered {
    const KIND: &'static str = "answer";
    const NAME: &'static str = "answer";
    fn id(&self) -> String {
        format!("{}/{}/{:010}", self.organiser, self.draw, self.index)
    }
}

/// A response window.
#[derive(Debug, Serialize, ToSchema)]
struct WindowView {
    /// Its version, as in the ETag
    version: u64,
    /// Until when answers count, Unix seconds
    deadline: u64,
    /// Whether it is open now
    open: bool,
    /// How many were asked: those who hold seats
    asked: u64,
    /// How many of them said yes
    yes: u64,
    /// How many said no
    no: u64,
    /// Indices that hold a seat and said no: to be given up in one decision, as declined
    refusals: Vec<u32>,
}

/// A new deadline.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WindowWish {
    /// Until when answers count, Unix seconds
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    deadline: u64,
}

/// An answer by code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AnswerWish {
    /// The 26 characters of the letter
    #[schema(max_length = 64)]
    code: String,
    answer: Word,
}

/// Answers to be imported: all of them, or none.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ImportWish {
    #[schema(min_items = 1, max_items = 5_000)]
    answers: Vec<AnswerWish>,
}

/// Answers that were imported.
#[derive(Debug, Serialize, ToSchema)]
struct ImportView {
    /// How many
    imported: u64,
    /// How many of them changed an earlier answer
    changed: u64,
}

/// An answer.
#[derive(Debug, Serialize, ToSchema)]
struct AnswerView {
    index: u32,
    answer: Word,
    /// When it was imported, Unix seconds
    at: u64,
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(show_window, set_window))
        .routes(routes!(list_answers, import_answers))
        .routes(routes!(reminders))
}

fn answers_of(api: &Api, organiser: &str, draw: &Slug) -> Result<BTreeMap<u32, Word>, Problem> {
    let all = api.desk().list::<Answered>(&format!("{organiser}/{draw}/"), None, usize::MAX)?;
    Ok(all.into_iter().map(|kept| (kept.value.index, kept.value.answer)).collect())
}

fn view(api: &Api, organiser: &str, kept: &Versioned<Window>) -> Result<WindowView, Problem> {
    let drawn = drawn(api, organiser, kept.value.draw.as_str())?;
    let answers = answers_of(api, organiser, &kept.value.draw)?;
    let said = |word: Word| {
        drawn.seated.iter().filter(move |index| answers.get(index) == Some(&word)).copied().collect::<Vec<_>>()
    };
    let count = |list: &[u32]| u64::try_from(list.len()).unwrap_or(u64::MAX);
    let refusals = said.clone()(Word::No);
    Ok(WindowView {
        version: kept.version,
        deadline: kept.value.deadline,
        open: api.now() <= kept.value.deadline,
        asked: count(&drawn.seated),
        yes: count(&said(Word::Yes)),
        no: count(&refusals),
        refusals,
    })
}

/// The response window, and how many have answered
#[utoipa::path(get, path = "/organisers/{organiser}/draws/{draw}/response-window", tag = "answers",
    params(("organiser" = String, Path), ("draw" = String, Path)), responses((status = 200, body = WindowView, headers(("etag" = String)))))]
async fn show_window(State(api): State<Api>, Path((organiser, draw)): Path<(String, String)>) -> Response {
    api.read(move |api| {
        own_draw(api, &organiser, &draw)?;
        let kept = api.desk().get::<Window>(&format!("{organiser}/{draw}"))?;
        Ok(Reply::ok(&view(api, &organiser, &kept)?)?.with("etag", &kept.etag()))
    })
    .await
}

/// Open the response window, or move its end. If-Match once there is one
#[utoipa::path(put, path = "/organisers/{organiser}/draws/{draw}/response-window", tag = "answers",
    params(("organiser" = String, Path), ("draw" = String, Path), ("if-match" = Option<String>, Header, description = "the ETag of the version that this is based on")),
    request_body = WindowWish, responses((status = 200, body = WindowView, headers(("etag" = String)))))]
async fn set_window(
    State(api): State<Api>,
    caller: Caller,
    Path((organiser, draw)): Path<(String, String)>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<WindowWish>,
) -> Response {
    api.change(&organiser.clone(), move |tx| {
        let status = kept_draw(tx.api, &organiser, &draw)?;
        if body.deadline > LAST_SECOND {
            return Err(Problem::invalid("the deadline is a time below 2^53"));
        }
        let kept = match tx.desk().find::<Window>(&format!("{organiser}/{draw}"))? {
            Some(mut kept) => {
                check_match(&headers, &kept)?;
                kept.value.deadline = body.deadline;
                kept.value.by = caller.login;
                tx.batch.update(&kept)?;
                kept.version = kept.version.saturating_add(1);
                kept
            }
            None => {
                let own = caller.organiser()?.clone();
                let window = Window { organiser: own, draw: status.draw, deadline: body.deadline, by: caller.login };
                tx.batch.create(&window)?;
                Versioned { version: 1, value: window }
            }
        };
        Ok(Reply::ok(&view(tx.api, &organiser, &kept)?)?.with("etag", &kept.etag()))
    })
    .await
}

/// Answers so far, by index
#[utoipa::path(get, path = "/organisers/{organiser}/draws/{draw}/answers", tag = "answers",
    params(("organiser" = String, Path), ("draw" = String, Path), PageWish), responses((status = 200, body = Page<AnswerView>)))]
async fn list_answers(
    State(api): State<Api>,
    Path((organiser, draw)): Path<(String, String)>,
    Query(wish): Query<PageWish>,
) -> Response {
    api.read(move |api| {
        own_draw(api, &organiser, &draw)?;
        page::<Answered, _>(api.desk(), &format!("{organiser}/{draw}/"), &wish, |kept| {
            Ok(AnswerView { index: kept.value.index, answer: kept.value.answer, at: kept.value.at })
        })
    })
    .await
}

/// Import answers by the codes of the letters: all, or none if a code does not fit. A later answer replaces an earlier one
#[utoipa::path(post, path = "/organisers/{organiser}/draws/{draw}/answers", tag = "answers",
    params(("organiser" = String, Path), ("draw" = String, Path)), request_body = ImportWish, responses((status = 201, body = ImportView)))]
async fn import_answers(
    caller: Caller,
    Path((organiser, draw)): Path<(String, String)>,
    Posted { body, once }: Posted<ImportWish>,
) -> Response {
    once.run(&organiser.clone(), move |tx| {
        kept_draw(tx.api, &organiser, &draw)?;
        let drawn = drawn(tx.api, &organiser, &draw)?;
        let window = tx.desk().find::<Window>(&format!("{organiser}/{draw}"))?;
        let window = window.ok_or_else(|| {
            Problem::refused("there is no response window").advise("PUT …/response-window with a deadline")
        })?;
        if tx.now > window.value.deadline {
            return Err(Problem::refused("the response window is closed")
                .advise("move its deadline, if late answers are to count"));
        }
        if body.answers.is_empty() || body.answers.len() > MAX_IMPORT {
            return Err(Problem::invalid(format!("1 to {MAX_IMPORT} answers at a time")));
        }
        let people = tx.api.0.locators.of(tx, &drawn)?;
        let (mut found, mut wrong) = (BTreeMap::new(), Vec::new());
        for (at, one) in (1usize..).zip(&body.answers) {
            let locator = ShortCode::parse(&one.code).ok().map(|code| code.locator().to_string());
            match locator.and_then(|locator| people.by_locator.get(&locator)) {
                // Of two answers in one import the later counts.
                Some(index) => {
                    found.insert(*index, one.answer);
                }
                None => wrong.push(at.to_string()),
            }
        }
        if !wrong.is_empty() {
            let more = if wrong.len() > LISTED { format!(" and {} more", wrong.len() - LISTED) } else { String::new() };
            wrong.truncate(LISTED);
            return Err(Problem::invalid(format!(
                "nobody who was drawn has the code of answer {}{more}",
                wrong.join(", ")
            ))
            .advise(
                "check each character; a code with a typing error is found out by its own check; nothing was imported",
            ));
        }
        let (mut imported, mut changed) = (0u64, 0u64);
        for (index, answer) in found {
            imported += 1;
            let own = caller.organiser()?.clone();
            let answered = Answered {
                organiser: own,
                draw: drawn.status.draw.clone(),
                index,
                answer,
                at: tx.now,
                by: caller.login.clone(),
            };
            match tx.desk().find::<Answered>(&answered.id())? {
                Some(kept) => {
                    changed += u64::from(kept.value.answer != answer);
                    tx.batch.update(&Versioned { version: kept.version, value: answered })?;
                }
                None => tx.batch.create(&answered)?,
            }
        }
        Reply::created(&format!("/organisers/{organiser}/draws/{draw}/answers"), &ImportView { imported, changed })
    })
    .await
}

/// Draws whose locators are kept in memory.
const LOCATORS_OF_DRAWS: usize = 16;

/// Who a code belongs to, for the draws to which people answer now: made once for each draw, not for each letter that comes back. In memory only,
/// and only as long as the draw is not erased.
#[derive(Default)]
pub(super) struct Locators(Mutex<BTreeMap<String, Arc<OfDraw>>>);

/// The people of one draw who may answer.
struct OfDraw {
    indices: Vec<u32>,
    by_locator: BTreeMap<String, u32>,
    used: std::sync::atomic::AtomicU64,
}

impl Locators {
    fn forget(&self, draw: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(draw);
    }

    /// Those who hold or held a seat, or are reserves.
    fn of(&self, tx: &Tx<'_>, drawn: &Drawn) -> Result<Arc<OfDraw>, Problem> {
        use std::sync::atomic::Ordering;
        let draw = drawn.status.draw.as_str();
        let mut indices: Vec<u32> = drawn.drawn.iter().chain(&drawn.seated).chain(&drawn.reserves).copied().collect();
        indices.sort_unstable();
        indices.dedup();
        // An erased draw has none, whoever asks.
        let pool = kept_pool(tx.api, &drawn.status)?;
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(draw).cloned();
        if let Some(known) = known.filter(|known| known.indices == indices) {
            known.used.store(tx.now, Ordering::Relaxed);
            return Ok(known);
        }
        let id_column = pool.columns().id().to_owned();
        let mut by_locator = BTreeMap::new();
        for &index in &indices {
            let person = pool.person_at(index)?;
            let id = person.cells.iter().find(|(name, _)| *name == id_column);
            let id = id.map(|(_, id)| id.as_str()).unwrap_or_default();
            let code = ShortCode::derive(pool.key(), &drawn.status.draw, id);
            by_locator.insert(code.locator().to_string(), index);
        }
        let made = Arc::new(OfDraw { indices, by_locator, used: tx.now.into() });
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= LOCATORS_OF_DRAWS {
            let oldest = all.iter().min_by_key(|(_, of)| of.used.load(Ordering::Relaxed)).map(|(draw, _)| draw.clone());
            oldest.map(|draw| all.remove(&draw));
        }
        all.insert(draw.to_owned(), Arc::clone(&made));
        Ok(made)
    }
}

/// Who is to be reminded: the original columns of those who hold a seat and have not answered
#[utoipa::path(get, path = "/organisers/{organiser}/draws/{draw}/reminders.csv", tag = "answers",
    params(("organiser" = String, Path), ("draw" = String, Path)), responses((status = 200, body = String, content_type = "text/csv; charset=utf-8")))]
async fn reminders(State(api): State<Api>, Path((organiser, draw)): Path<(String, String)>) -> Response {
    file(&api, "text/csv; charset=utf-8", format!("{draw}.reminders.csv"), move |api, file| {
        let drawn = standing(api, &organiser, &draw)?;
        let pool = kept_pool(api, &drawn.status)?;
        let answers = answers_of(api, &organiser, &drawn.status.draw)?;
        let mut out = SafeWriter::new(std::io::BufWriter::new(file), b',');
        let silent: Vec<u32> = drawn.seated.iter().filter(|index| !answers.contains_key(index)).copied().collect();
        // The first line names the columns, even if nobody is to be reminded.
        let names = pool.person_at(silent.first().copied().unwrap_or_default())?;
        out.write(names.cells.iter().map(|(name, _)| name.as_str())).map_err(lost)?;
        for index in silent {
            let person = pool.person_at(index)?;
            out.write(person.cells.iter().map(|(_, cell)| cell.as_str())).map_err(lost)?;
        }
        out.finish().map_err(lost)?;
        Ok(())
    })
    .await
}

/// Forgets all answers about a draw.
pub(super) fn destroy(tx: &mut Tx<'_>, organiser: &str, draw: &str) -> Result<(), Problem> {
    for id in tx.desk().ids::<Answered>(&format!("{organiser}/{draw}/"), usize::MAX)? {
        tx.batch.remove::<Answered>(&id);
    }
    tx.api.0.locators.forget(draw);
    tx.batch.remove::<Window>(&format!("{organiser}/{draw}"));
    Ok(())
}
