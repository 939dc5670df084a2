//! Linked pools (spec §2.5): people whom an earlier draw opened, with new answers as public columns; and those who hold its seats, for a
//! rotation. Pool key, ids and private columns come from the copy that the service keeps of the earlier pool.
//!
//! Nobody can be slipped in: whoever the earlier draw did not open is refused, by line. Nothing of a person is written in the clear.

use std::collections::BTreeSet;

use axum::response::Response;
use klero_draw::names::Slug;
use klero_draw::outcome::ReplacementOutcome;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::guard::Caller;
use super::pools::{self, CommittedView, Made, PoolView, Roles};
use super::posted::Posted;
use super::problem::Problem;
use super::results::{drawn, kept_pool};
use super::work::Path;
use crate::failure::Failure;
use crate::pool_dir::{LinkedOptions, PoolDir, commit_members_sealed};
use crate::rotation::{Holders, Known, holders};

/// Draws whose members one rotation leaves out.
const MAX_GONE: usize = 32;

/// A pool of those who hold seats.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RotationWish {
    /// What the pool is called, for your colleagues
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// So many of them are to leave, or to enter
    #[schema(minimum = 1)]
    seats: u32,
    /// Whoever holds or held a seat of these draws is left out: who left by an earlier rotation, or sits on the council already
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 32)]
    gone: Vec<Slug>,
    /// Public columns to keep; none if absent, which the method equal does without
    #[serde(default)]
    #[schema(max_items = 64)]
    public: Vec<String>,
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(rotate))
}

/// The pool of an organiser's earlier draw, and whom that draw has opened: drawn, reserves, and everybody who was seated later.
pub(super) fn earlier(api: &Api, organiser: &str, draw: &Slug) -> Result<(PoolDir, BTreeSet<u32>), Problem> {
    let found = drawn(api, organiser, draw.as_str())?;
    let opened = found.drawn.iter().chain(&found.reserves).chain(&found.seated).copied();
    let mut opened: BTreeSet<u32> = opened.collect();
    let ledger = api.service().ledger();
    let vacancies = ledger.draw(draw).map(|state| state.vacancies().to_vec()).unwrap_or_default();
    opened
        .extend(vacancies.iter().filter_map(|vacancy| vacancy.answer.as_ref()).flat_map(|a| a.seated.iter().copied()));
    Ok((kept_pool(api, &found.status)?, opened))
}

impl Roles {
    /// How answers are read, if these are the roles of a linked pool.
    pub(super) fn linked(&self, opened: BTreeSet<u32>) -> Result<LinkedOptions, Problem> {
        let options = self.options()?;
        if !options.household.is_empty() {
            return Err(Problem::invalid("a linked pool has no household columns of its own")
                .advise("leave household out: the earlier pool's address columns are kept"));
        }
        Ok(LinkedOptions { id: options.id, public: options.public, delimiter: options.delimiter, opened: Some(opened) })
    }
}

/// Make the pool of those who hold the seats of a draw, for a rotation: who leaves, or who enters a council
#[utoipa::path(post, path = "/organisers/{organiser}/draws/{draw}/rotation", tag = "pools",
    params(("organiser" = String, Path), ("draw" = String, Path)), request_body = RotationWish, responses((status = 201, body = PoolView)))]
async fn rotate(
    caller: Caller,
    Path((organiser, draw)): Path<(String, String)>,
    Posted { body, once }: Posted<RotationWish>,
) -> Response {
    once.run(&organiser.clone(), move |tx| {
        let name = pools::name(&body.name)?;
        if body.gone.len() > MAX_GONE {
            return Err(Problem::invalid(format!("at most {MAX_GONE} draws are left out")));
        }
        pools::make_room(tx, &organiser)?;
        let found = drawn(tx.api, &organiser, &draw)?;
        for gone in &body.gone {
            super::draws::own_draw(tx.api, &organiser, gone.as_str())?;
        }
        let pool = kept_pool(tx.api, &found.status)?;
        let draw = found.status.draw;
        let look_up = |draw: &Slug| known(tx.api, draw);
        let Holders { members, .. } = holders(&draw, &body.gone, body.seats, &pool, &look_up)?;
        let id = super::work::new_id(tx.now)?;
        let out = pools::new_folder(tx.api, &organiser, &id)?;
        let vault = tx.api.service().vault();
        let committed = commit_members_sealed(&pool, &members, &body.public, &out, vault, &mut |_| {})?;
        let roles = Roles::of_linked(pool.columns().id(), committed.columns.public(), draw);
        let made = Made {
            name,
            headings: committed.summary.columns.iter().map(|column| column.name.clone()).collect(),
            roles,
            committed: CommittedView::of(&committed),
        };
        pools::keep_made(tx, &caller, id, made)
    })
    .await
}

/// A draw with its outcome and everybody who was seated later.
fn known(api: &Api, draw: &Slug) -> Result<Known, Failure> {
    let state = api.service().ledger().draw(draw).cloned().ok_or_else(|| crate::service::no_such_draw(draw))?;
    let result = state.result().ok_or_else(|| {
        Failure::refused(format!("'{draw}' has no outcome yet")).advise("a rotation follows a finished draw")
    })?;
    let outcome = api.service().outcome(result.outcome)?;
    let answers = state.vacancies().iter().filter_map(|vacancy| vacancy.answer.as_ref());
    let replacements = answers.map(|answer| {
        let text = api.service().artifact(answer.outcome)?;
        ReplacementOutcome::parse(&text).map_err(Failure::unavailable)
    });
    Ok(Known { replacements: replacements.collect::<Result<_, _>>()?, state, outcome })
}
