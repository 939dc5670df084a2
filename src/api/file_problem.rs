//! What is wrong with a file of people, as a program reads it: kinds and places, so that whoever shows it can say it in another language.
//! Never a cell's contents.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::people_csv::{Problem, Problems};

/// One thing that is wrong with a file. Which members it has depends on its kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FileProblem {
    /// What it is; docs/api.md lists all of them. A kind that is not known is to be shown by the message beside it
    #[schema(example = "double-id", pattern = "^[a-z0-9-]+$")]
    pub kind: String,
    /// Where: lines count from 1, as in an editor; the header is line 1
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub line: Option<u64>,
    /// Name of the column
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub column: Option<String>,
    /// Position of the column, from 1
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub position: Option<u64>,
    /// Another line, or the position of another column, that it is about
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub other: Option<u64>,
    /// How many there are: bytes, cells or columns
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub found: Option<u64>,
    /// How many there must be
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub expected: Option<u64>,
    /// How many there may be at most
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub most: Option<u64>,
}

/// The first problems of a file, in the order in which they were found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FileProblems {
    /// At most 50
    pub problems: Vec<FileProblem>,
    /// How many there are in all
    pub total: u64,
}

impl From<&Problems> for FileProblems {
    fn from(all: &Problems) -> Self {
        Self { problems: all.listed().iter().map(FileProblem::from).collect(), total: all.total() }
    }
}

fn count(n: usize) -> Option<u64> {
    u64::try_from(n).ok()
}

impl FileProblem {
    /// The name of a column looks like a person's data: a warning, since it may be a name all the same.
    pub(super) fn like_data(position: usize) -> Self {
        Self { kind: "heading-like-data".to_owned(), position: count(position), ..Self::default() }
    }
}

impl From<&Problem> for FileProblem {
    fn from(problem: &Problem) -> Self {
        let kind = |kind: &str| Self { kind: kind.to_owned(), ..Self::default() };
        let on = |name: &str, line: u64| Self { line: Some(line), ..kind(name) };
        match problem {
            Problem::EmptyFile => kind("empty-file"),
            Problem::HeaderOnly => kind("header-only"),
            Problem::Utf16 => kind("utf16"),
            Problem::NotUtf8 { line } => on("not-utf8", *line),
            Problem::Nul { line, column } => Self { column: Some(column.clone()), ..on("nul", *line) },
            Problem::UnnamedColumn { position } => Self { position: count(*position), ..kind("unnamed-column") },
            Problem::DoubleColumn { name, positions: (first, second) } => Self {
                column: Some(name.clone()),
                other: count(*first),
                position: count(*second),
                ..kind("double-column")
            },
            Problem::ColumnNameTooLong { position, bytes } => Self {
                position: count(*position),
                found: count(*bytes),
                most: Some(128),
                ..kind("column-name-too-long")
            },
            Problem::TooManyColumns { found } => {
                Self { found: count(*found), most: Some(64), ..kind("too-many-columns") }
            }
            Problem::NoSuchColumn { name, .. } => Self { column: Some(name.clone()), ..kind("no-such-column") },
            Problem::TwoRoles { name } => Self { column: Some(name.clone()), ..kind("two-roles") },
            Problem::Ragged { line, expected, found } => {
                Self { expected: count(*expected), found: count(*found), ..on("ragged", *line) }
            }
            Problem::NoId { line } => on("no-id", *line),
            Problem::IdTooLong { line, bytes } => {
                Self { found: count(*bytes), most: Some(256), ..on("id-too-long", *line) }
            }
            Problem::DoubleId { line, first_line } => Self { other: Some(*first_line), ..on("double-id", *line) },
            Problem::CellTooLong { line, column, bytes } => Self {
                column: Some(column.clone()),
                found: count(*bytes),
                most: Some(4_096),
                ..on("cell-too-long", *line)
            },
            Problem::RecordTooLong { line, .. } => on("record-too-long", *line),
            Problem::AfterQuotation { line, at } => Self { other: Some(*at), ..on("after-quotation", *line) },
            Problem::PublicTooLong { line } => Self { most: Some(16_384), ..on("public-too-long", *line) },
            Problem::TooManyPeople { line } => on("too-many-people", *line),
            Problem::Stranger { line } => on("stranger", *line),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// One of each kind.
    fn all() -> Vec<Problem> {
        let (line, column, bytes) = (7, "street".to_owned(), 9_999);
        let name = column.clone();
        vec![
            Problem::EmptyFile,
            Problem::HeaderOnly,
            Problem::Utf16,
            Problem::NotUtf8 { line },
            Problem::Nul { line, column: column.clone() },
            Problem::UnnamedColumn { position: 3 },
            Problem::DoubleColumn { name: name.clone(), positions: (1, 3) },
            Problem::ColumnNameTooLong { position: 3, bytes },
            Problem::TooManyColumns { found: 65 },
            Problem::NoSuchColumn { role: "id", name: name.clone(), available: Vec::new() },
            Problem::TwoRoles { name },
            Problem::Ragged { line, expected: 4, found: 2 },
            Problem::NoId { line },
            Problem::IdTooLong { line, bytes },
            Problem::DoubleId { line, first_line: 2 },
            Problem::CellTooLong { line, column, bytes },
            Problem::RecordTooLong { line, to_end: true },
            Problem::AfterQuotation { line, at: 9 },
            Problem::PublicTooLong { line },
            Problem::TooManyPeople { line },
            Problem::Stranger { line },
        ]
    }

    /// Whoever reads the API finds each kind described, and the desk says each in every language, with the members that it has.
    #[test]
    fn every_kind_is_described_and_can_be_said() {
        let read = |path: &str| std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let (api, desk) = (read("docs/api.md"), read("src/site/assets/desk/dom.js"));
        let told: Vec<FileProblem> = all().iter().map(FileProblem::from).chain([FileProblem::like_data(3)]).collect();
        let kinds: BTreeSet<String> = told.iter().map(|problem| problem.kind.clone()).collect();
        assert_eq!(kinds.len(), told.len());
        for lang in ["nl", "fr", "de", "en"] {
            let catalogue = read(&format!("src/site/locales/desk.{lang}.ftl"));
            for problem in &told {
                let key = format!("desk-file-{} = ", problem.kind);
                let said = catalogue.lines().find_map(|line| line.strip_prefix(&key)).expect(&key);
                let has = serde_json::to_value(problem).unwrap();
                for piece in said.split("{ $").skip(1) {
                    let member = piece.split(" }").next().unwrap_or_default().trim_end_matches("_s");
                    assert!(has.get(member).is_some(), "{lang}: {key}{member}");
                }
            }
        }
        for kind in kinds {
            assert!(api.contains(&format!("`{kind}`")), "docs/api.md does not say what {kind} is");
            assert!(desk.contains(&format!("\"{kind}\"")), "the desk has no remedy for {kind}");
        }
    }
}
