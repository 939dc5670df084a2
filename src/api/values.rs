//! What quotas can be about: the values of a committed pool's public columns, and how many people have each. For those who may see people,
//! since a column that was made public by mistake may name somebody until the pool is sealed. And what a table of these columns would give away:
//! counts alone, for everybody who may have to sign for it.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use klero_draw::table::Table;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::Problem;
use super::work::{Path, Reply};
use super::{Api, pools};
use crate::anonymity::{self, Report};
use crate::failure::Failure;
use crate::pool_dir::PoolDir;

/// Values of one column that are listed: more make no quotas.
const MAX_VALUES: usize = 200;

/// A value of a public column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct ValueView {
    value: String,
    /// How many people have it
    people: u64,
}

/// The values of a public column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct ColumnValues {
    name: String,
    /// Ascending
    values: Vec<ValueView>,
    /// Whether there are more: then those that most people have are listed
    more: bool,
}

/// The values of all public columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct ValuesView {
    columns: Vec<ColumnValues>,
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(pool_values)).routes(routes!(pool_anonymity))
}

/// The values of a committed pool's public columns, and how many people have each: what quotas can be about
#[utoipa::path(get, path = "/organisers/{organiser}/pools/{pool}/values", tag = "pools",
    params(("organiser" = String, Path), ("pool" = String, Path)), responses((status = 200, body = ValuesView)))]
async fn pool_values(State(api): State<Api>, Path((organiser, id)): Path<(String, String)>) -> Response {
    api.read(move |api| {
        let pool = pools::open(api, &organiser, &id)?;
        let Some(text) = pool.table_text()? else { return Reply::ok(&ValuesView { columns: Vec::new() }) };
        let table = table(&pool, &text)?;
        let columns = (0..).zip(table.columns().public()).map(|(at, name)| {
            let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
            for person in 0..table.size() {
                *counts.entry(table.value(person, at)).or_default() += 1;
            }
            listed(name, counts)
        });
        Reply::ok(&ValuesView { columns: columns.collect() })
    })
    .await
}

/// What the table of a committed pool would give away if it were published: who stands alone, and what coarser values would change
#[utoipa::path(get, path = "/organisers/{organiser}/pools/{pool}/anonymity", tag = "pools",
    params(("organiser" = String, Path), ("pool" = String, Path)), responses((status = 200, body = Report)))]
async fn pool_anonymity(State(api): State<Api>, Path((organiser, id)): Path<(String, String)>) -> Response {
    api.read(move |api| {
        let pool = pools::open(api, &organiser, &id)?;
        let text = pool.table_text()?.ok_or_else(|| {
            Problem::refused("this pool has no table, so that nothing of it is published")
                .advise("give columns the role public or household, if strata, quotas or households are to count")
        })?;
        let table = table(&pool, &text)?;
        Reply::ok(&anonymity::report(&table))
    })
    .await
}

fn table<'t>(pool: &PoolDir, text: &'t str) -> Result<Table<'t>, Problem> {
    let table = Table::parse(text, pool.columns(), pool.size(), &pool.root());
    table.map_err(|e| Problem::from(Failure::refused(e)))
}

fn listed(name: &str, counts: BTreeMap<&str, u64>) -> ColumnValues {
    let more = counts.len() > MAX_VALUES;
    let mut values: Vec<(&str, u64)> = counts.into_iter().collect();
    // Stable: among equals the first by name stay.
    values.sort_by_key(|(_, people)| std::cmp::Reverse(*people));
    values.truncate(MAX_VALUES);
    values.sort_unstable();
    let values = values.into_iter().map(|(value, people)| ValueView { value: value.to_owned(), people });
    ColumnValues { name: name.to_owned(), values: values.collect(), more }
}
