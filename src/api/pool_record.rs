//! Pools as they are kept and shown: the file, roles of its columns, what is wrong with it, the commitment. Knows no file and no cell.

use klero_draw::names::Slug;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::desk::{Desk, Kept, Versioned};
use super::file_problem::{FileProblem, FileProblems};
use super::guard::Caller;
use super::problem::Problem;
use super::work::{Reply, Tx};
use crate::failure::Failure;
use crate::people_csv;
use crate::people_xlsx::Conversion;
use crate::pool_dir::Committed;

/// Pools of one organiser that lie on the desk.
const MAX_POOLS: usize = 200;

/// Roles of columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Roles {
    /// The column with something that each person recognises as theirs alone
    #[schema(max_length = 128)]
    pub(super) id: String,
    /// What strata and quotas use; appears in the published table
    #[serde(default)]
    #[schema(max_items = 64)]
    pub(super) public: Vec<String>,
    /// Columns that together are the address
    #[serde(default)]
    #[schema(max_items = 64)]
    pub(super) household: Vec<String>,
    /// The character between cells, if it is not found out: , ; | or tab
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 1)]
    pub(super) delimiter: Option<char>,
    /// The earlier draw whose people these are: the file holds their answers, and only whom that draw opened may be in it. Key, ids and private
    /// columns are those of its pool
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 64, pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")]
    pub(super) from: Option<Slug>,
}

impl Roles {
    /// Roles in a pool of people of an earlier draw.
    pub(super) fn of_linked(id: &str, public: &[String], from: Slug) -> Self {
        Self { id: id.to_owned(), public: public.to_vec(), household: Vec::new(), delimiter: None, from: Some(from) }
    }

    pub(super) fn options(&self) -> Result<people_csv::Options, Problem> {
        let ascii = |c: char| u8::try_from(c).ok().filter(|byte| b",;|\t".contains(byte));
        let wrong = || Problem::invalid("the delimiter is a comma, a semicolon, a bar or a tab");
        let delimiter = self.delimiter.map(|c| ascii(c).ok_or_else(wrong));
        Ok(people_csv::Options {
            id: self.id.clone(),
            public: self.public.clone(),
            household: self.household.clone(),
            delimiter: delimiter.transpose()?,
        })
    }
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(super) struct Problems {
    /// In words: the first problems, each with its line
    pub(super) message: String,
    /// What to do
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) advice: Option<String>,
    /// The same as kinds and places
    #[serde(default)]
    pub(super) problems: Vec<FileProblem>,
    /// How many there are in all
    #[serde(default)]
    pub(super) total: u64,
}

impl From<Failure> for Problems {
    fn from(failure: Failure) -> Self {
        let FileProblems { problems, total } = failure.file.as_deref().map(FileProblems::from).unwrap_or_default();
        Self { message: failure.message, advice: failure.advice, problems, total }
    }
}

/// What a column is and what was changed in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(super) struct ColumnView {
    name: String,
    role: String,
    /// Cells of which spaces at the ends were cut off
    trimmed: u64,
    /// Cells brought into Unicode form C
    composed: u64,
    /// Cells that look like spreadsheet formulas; they are committed as they are
    formulas: u64,
}

/// A commitment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(super) struct CommittedView {
    /// How many people
    pub(super) size: u32,
    /// The root, as the terms name it
    pub(super) root: String,
    /// SHA-256 of the table of public columns, if there is one
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) table: Option<String>,
}

impl CommittedView {
    pub(super) fn of(committed: &Committed) -> Self {
        Self {
            size: committed.size,
            root: committed.root.to_string(),
            table: committed.table.map(|table| table.to_string()),
        }
    }
}

/// A pool as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pool {
    pub(super) organiser: Slug,
    pub(super) id: String,
    pub(super) name: String,
    /// Of the file that was uploaded; absent if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sha256: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) bytes: Option<u64>,
    /// The sheet that a spreadsheet's people were read from.
    pub(super) sheet: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) conversion: Option<Conversion>,
    pub(super) headings: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) warnings: Vec<FileProblem>,
    pub(super) roles: Option<Roles>,
    pub(super) people: Option<u64>,
    pub(super) columns: Vec<ColumnView>,
    pub(super) problems: Option<Problems>,
    pub(super) committed: Option<CommittedView>,
    pub(super) by: String,
    pub(super) made: u64,
}

impl Kept for Pool {
    const KIND: &'static str = "pool";
    const NAME: &'static str = "pool";
    fn id(&self) -> String {
        format!("{}/{}", self.organiser, self.id)
    }
}

impl Pool {
    /// Roles for reading its file: what was a spreadsheet has commas between its cells, whatever else stands in them.
    pub(super) fn as_read(&self, roles: &Roles) -> Roles {
        let delimiter = self.sheet.as_ref().map_or(roles.delimiter, |_| Some(','));
        Roles { delimiter, ..roles.clone() }
    }
}

/// A pool.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PoolView {
    id: String,
    /// Its version, as in the ETag
    version: u64,
    name: String,
    /// SHA-256 of the file as it was uploaded; absent if the pool was made by a rotation
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    sha256: Option<String>,
    /// Its length
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    bytes: Option<u64>,
    /// The sheet that a spreadsheet's people were read from
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    sheet: Option<String>,
    /// What a spreadsheet's cells were turned into
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    conversion: Option<Conversion>,
    /// Names of the columns
    headings: Vec<String>,
    /// What may be wrong with it: the first line may be a person's, and not the names of the columns
    warnings: Vec<FileProblem>,
    /// Their roles, once they are given
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    roles: Option<Roles>,
    /// People in the file, if it was read without a problem
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    people: Option<u64>,
    /// What was changed in each column
    columns: Vec<ColumnView>,
    /// What is wrong with the file
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    problems: Option<Problems>,
    /// The commitment
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    committed: Option<CommittedView>,
    by: String,
    made: u64,
}

pub(super) fn view(kept: Versioned<Pool>) -> PoolView {
    let Versioned { version, value: pool } = kept;
    PoolView {
        id: pool.id,
        version,
        name: pool.name,
        sha256: pool.sha256,
        bytes: pool.bytes,
        sheet: pool.sheet,
        conversion: pool.conversion,
        headings: pool.headings,
        warnings: pool.warnings,
        roles: pool.roles,
        people: pool.people,
        columns: pool.columns,
        problems: pool.problems,
        committed: pool.committed,
        by: pool.by,
        made: pool.made,
    }
}

/// An organiser's pool.
pub(super) fn get(desk: &Desk, organiser: &str, id: &str) -> Result<Versioned<Pool>, Problem> {
    desk.get::<Pool>(&format!("{organiser}/{id}"))
}

/// The earlier draw of whose people a pool is made.
pub(super) fn linked_to(desk: &Desk, organiser: &str, id: &str) -> Result<Option<Slug>, Problem> {
    Ok(get(desk, organiser, id)?.value.roles.and_then(|roles| roles.from))
}

/// A pool that is not made from a file.
pub(super) struct Made {
    pub(super) name: String,
    pub(super) headings: Vec<String>,
    pub(super) roles: Roles,
    pub(super) committed: CommittedView,
}

/// Keeps a pool whose folder is there.
pub(super) fn keep_made(tx: &mut Tx<'_>, caller: &Caller, id: String, made: Made) -> Result<Reply, Problem> {
    let organiser = caller.organiser()?.clone();
    let at = format!("/organisers/{organiser}/pools/{id}");
    let pool = Pool {
        organiser,
        id,
        name: made.name,
        sha256: None,
        bytes: None,
        sheet: None,
        conversion: None,
        headings: made.headings,
        warnings: Vec::new(),
        roles: Some(made.roles),
        people: Some(u64::from(made.committed.size)),
        columns: Vec::new(),
        problems: None,
        committed: Some(made.committed),
        by: caller.login.clone(),
        made: tx.now,
    };
    tx.batch.create(&pool)?;
    let kept = Versioned { version: 1, value: pool };
    let etag = kept.etag();
    Ok(Reply::created(&at, &view(kept))?.with("etag", &etag))
}

/// Checks that an organiser may have one more pool.
pub(super) fn make_room(tx: &Tx<'_>, organiser: &str) -> Result<(), Problem> {
    if tx.desk().ids::<Pool>(&format!("{organiser}/"), MAX_POOLS)?.len() >= MAX_POOLS {
        return Err(Problem::refused(format!("{MAX_POOLS} pools lie here")).advise("delete those that are not needed"));
    }
    Ok(())
}

/// A name for colleagues, checked.
pub(super) fn name(given: &str) -> Result<String, Problem> {
    let name = given.trim();
    if name.is_empty() || name.len() > 100 || name.chars().any(char::is_control) {
        return Err(Problem::invalid("a name has 1 to 100 bytes, on one line"));
    }
    Ok(name.to_owned())
}

pub(super) fn column(summary: people_csv::ColumnSummary) -> ColumnView {
    ColumnView {
        name: summary.name,
        role: summary.role.to_string(),
        trimmed: summary.trimmed,
        composed: summary.composed,
        formulas: summary.formulas,
    }
}
