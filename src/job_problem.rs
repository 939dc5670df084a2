//! What a job of panels does and why it did not come to an end, as a program reads it: kinds and numbers, so that whoever shows it can say it in
//! another language. Never what stands in a person's row: features and values are those of the quotas.

use klero_panels::error::{Place, Problem};
use klero_panels::relax::Change;
use klero_panels::{BuildError, InputError, InputErrors, NoRelaxation, Stage};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a job does now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Doing {
    /// `waiting` for its turn, `reading`, looking for the fairest `chances`, finding `panels`, `improving` them, looking for people
    /// who have no `choices`, or `relaxing` the quotas
    #[schema(example = "panels", pattern = "^[a-z0-9-]+$")]
    pub kind: String,
    /// How many steps of it are done
    pub done: u32,
    /// Of how many; 0 if nobody knows
    pub total: u32,
}

impl Doing {
    /// A stage of which no steps are counted.
    #[must_use]
    pub fn of(kind: &str) -> Self {
        Self { kind: kind.to_owned(), done: 0, total: 0 }
    }

    /// The name of a stage.
    #[must_use]
    pub fn kind_of(stage: Stage) -> &'static str {
        match stage {
            Stage::Chances => "chances",
            Stage::Panels => "panels",
            Stage::Improving => "improving",
            Stage::Choices => "choices",
            Stage::Relaxing => "relaxing",
        }
    }

    /// In words.
    #[must_use]
    pub fn words(&self) -> &'static str {
        match self.kind.as_str() {
            "waiting" => "waiting for its turn",
            "chances" => "looking for the fairest chances",
            "panels" => "finding panels",
            "improving" => "exchanging panels for better ones",
            "choices" => "looking for people who have no choice",
            "relaxing" => "looking for the smallest change of the quotas",
            _ => "reading the people and the quotas",
        }
    }
}

/// One reason why a job did not come to an end. Which members it has depends on its kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobProblem {
    /// What it is; docs/api.md lists all of them. A kind that is not known is to be shown by the message beside it
    #[schema(example = "too-few-people", pattern = "^[a-z0-9-]+$")]
    pub kind: String,
    /// Where in the quotas: lines count from 1; the header is line 1
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub line: Option<u64>,
    /// The column that the quotas are about
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub feature: Option<String>,
    /// The value that a quota is about
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub value: Option<String>,
    /// At least so many, as the quota says
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub min: Option<u64>,
    /// At most so many, as the quota says
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub max: Option<u64>,
    /// So many there are
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub found: Option<u64>,
    /// Seats of a panel
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub seats: Option<u64>,
    /// So many there may be
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub most: Option<u64>,
}

/// A quota to change so that a panel is possible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuotaChange {
    /// The column
    pub feature: String,
    /// Its value
    pub value: String,
    /// At least and at most, as they are
    pub before: (u32, u32),
    /// At least and at most, as they could be
    pub after: (u32, u32),
}

/// Why a job did not come to an end, and what would help.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobProblems {
    /// At most 50
    pub problems: Vec<JobProblem>,
    /// How many there are in all
    pub total: u64,
    /// The change of quotas that would help, if one was found
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<QuotaChange>,
}

impl JobProblem {
    /// A kind that needs no numbers.
    #[must_use]
    pub fn of(kind: &str) -> Self {
        Self { kind: kind.to_owned(), ..Self::default() }
    }
}

impl JobProblems {
    /// These, and no others.
    #[must_use]
    pub fn all(problems: Vec<JobProblem>) -> Self {
        Self { total: u64::try_from(problems.len()).unwrap_or(u64::MAX), problems, changes: Vec::new() }
    }

    /// One reason of a kind that needs no numbers.
    #[must_use]
    pub fn one(kind: &str) -> Self {
        Self::all(vec![JobProblem::of(kind)])
    }

    /// Adds what would help.
    #[must_use]
    pub fn helped_by(mut self, changes: &[Change]) -> Self {
        self.changes = changes.iter().cloned().map(QuotaChange::from).collect();
        self
    }
}

impl From<Change> for QuotaChange {
    fn from(Change { feature, value, before, after }: Change) -> Self {
        Self { feature, value, before, after }
    }
}

impl From<&InputErrors> for JobProblems {
    fn from(errors: &InputErrors) -> Self {
        let problems = errors.shown().iter().map(JobProblem::from).collect();
        Self { total: u64::try_from(errors.total()).unwrap_or(u64::MAX), ..Self::all(problems) }
    }
}

impl From<&BuildError> for JobProblems {
    fn from(error: &BuildError) -> Self {
        Self::one(match error {
            BuildError::Infeasible => "no-panel",
            BuildError::NotFound => "not-found",
            BuildError::Panels { .. } | BuildError::Solver | BuildError::Discarded(_) | BuildError::Certificate(_) => {
                "gave-up"
            }
        })
    }
}

impl From<NoRelaxation> for JobProblems {
    fn from(error: NoRelaxation) -> Self {
        Self::one(match error {
            NoRelaxation::BeyondFlex => "beyond-flex",
            NoRelaxation::NotFound => "no-change-found",
        })
    }
}

fn count(n: usize) -> Option<u64> {
    u64::try_from(n).ok()
}

impl From<&InputError> for JobProblem {
    fn from(error: &InputError) -> Self {
        let told = Self::from(&error.problem);
        match error.place {
            Place::Quotas(line) => Self { line, ..told },
            // The lines of the people are those of the pool, in which nobody can look.
            Place::Respondents(_) | Place::Task => told,
        }
    }
}

impl From<&Problem> for JobProblem {
    fn from(problem: &Problem) -> Self {
        let of = Self::of;
        let column = |kind: &str, name: &String| Self { feature: Some(name.clone()), ..of(kind) };
        let quota =
            |kind: &str, name: &String, value: &String| Self { value: Some(value.clone()), ..column(kind, name) };
        let n = |n: u32| Some(u64::from(n));
        match problem {
            Problem::Unreadable { .. } => of("unreadable"),
            Problem::NotUtf8 => of("not-utf8"),
            Problem::Empty { .. } => of("no-quotas"),
            Problem::MissingColumn { column: name, .. } => column("missing-column", name),
            Problem::NoIdColumn => of("no-id-column"),
            Problem::DuplicateColumn { column: name } => column("double-column", name),
            Problem::RaggedRow { expected, found } => {
                Self { found: count(*found), most: count(*expected), ..of("ragged") }
            }
            Problem::EmptyCell { column: name } => column("empty-cell", name),
            Problem::NotANumber { column: name, .. } => column("not-a-number", name),
            Problem::MinOverMax { feature, value, min, max } => {
                Self { min: n(*min), max: n(*max), ..quota("min-over-max", feature, value) }
            }
            Problem::FlexInside { feature, value, .. } => quota("flex-inside", feature, value),
            Problem::DuplicateQuota { feature, value, .. } => quota("double-quota", feature, value),
            // What stands in the row is a person's: the column is enough to find it.
            Problem::UnknownValue { feature, .. } => column("unknown-value", feature),
            Problem::MissingValue { feature } => column("missing-value", feature),
            Problem::MissingId => of("missing-id"),
            Problem::DuplicateId { .. } => of("double-id"),
            Problem::ZeroSeats => of("zero-seats"),
            Problem::MoreSeatsThanPeople { seats, people } => {
                Self { seats: n(*seats), found: n(*people), ..of("more-seats-than-people") }
            }
            Problem::MaximaTooLow { feature, sum, seats } => {
                Self { found: Some(*sum), seats: n(*seats), ..column("maxima-too-low", feature) }
            }
            Problem::MinimaTooHigh { feature, sum, seats } => {
                Self { found: Some(*sum), seats: n(*seats), ..column("minima-too-high", feature) }
            }
            Problem::TooFewPeople { feature, value, min, people } => {
                Self { min: n(*min), found: n(*people), ..quota("too-few-people", feature, value) }
            }
            Problem::TooMany { limit, found, .. } => Self { most: Some(*limit), found: Some(*found), ..of("too-many") },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// One of each kind that the service itself tells, or the solver.
    fn all() -> Vec<JobProblem> {
        let (feature, value, column) = ("age".to_owned(), "16-29".to_owned(), "age".to_owned());
        let (reason, nearest, found) = (String::new(), None, "?".to_owned());
        let (f, v) = (|| feature.clone(), || value.clone());
        let inputs = [
            Problem::Unreadable { reason },
            Problem::NotUtf8,
            Problem::Empty { missing: "quotas" },
            Problem::MissingColumn { column: column.clone(), nearest: None },
            Problem::NoIdColumn,
            Problem::DuplicateColumn { column: column.clone() },
            Problem::RaggedRow { expected: 4, found: 2 },
            Problem::EmptyCell { column: column.clone() },
            Problem::NotANumber { column, found: found.clone() },
            Problem::MinOverMax { feature: f(), value: v(), min: 4, max: 2 },
            Problem::FlexInside { feature: f(), value: v(), min: 1, max: 2, min_flex: 2, max_flex: 2 },
            Problem::DuplicateQuota { feature: f(), value: v(), first_line: 2 },
            Problem::UnknownValue { feature: f(), found, nearest },
            Problem::MissingValue { feature: f() },
            Problem::MissingId,
            Problem::DuplicateId { first_line: 2 },
            Problem::ZeroSeats,
            Problem::MoreSeatsThanPeople { seats: 9, people: 2 },
            Problem::MaximaTooLow { feature: f(), sum: 2, seats: 9 },
            Problem::MinimaTooHigh { feature: f(), sum: 12, seats: 9 },
            Problem::TooFewPeople { feature: f(), value: v(), min: 3, people: 2 },
            Problem::TooMany { what: "quotas", limit: 9, found: 10 },
        ];
        let conflict = JobProblem {
            feature: Some(f()),
            value: Some(v()),
            min: Some(1),
            max: Some(2),
            ..JobProblem::of("conflict")
        };
        let most = JobProblem { most: Some(9), ..JobProblem::of("too-many-people") };
        let others = ["no-panel", "not-found", "gave-up", "beyond-flex", "no-change-found", "conflict-households"];
        let ends = ["too-long", "broke-off", "stopped", "cannot-start", "refused"];
        inputs
            .iter()
            .map(JobProblem::from)
            .chain([conflict, most])
            .chain(others.into_iter().chain(ends).map(JobProblem::of))
            .collect()
    }

    /// Whoever reads the API finds each kind described, and the desk says each in every language, with the members that it has.
    #[test]
    fn every_kind_is_described_and_can_be_said() {
        let read = |path: &str| std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let api = read("docs/api.md");
        let kinds: BTreeSet<String> = all().into_iter().map(|problem| problem.kind).collect();
        assert_eq!(kinds.len(), all().len());
        let stages = ["waiting", "reading", "chances", "panels", "improving", "choices", "relaxing"];
        for lang in ["nl", "fr", "de", "en"] {
            let catalogue = read(&format!("src/site/locales/desk.{lang}.ftl"));
            for problem in all() {
                let key = format!("desk-job-wrong-{} = ", problem.kind);
                let said = catalogue.lines().find_map(|line| line.strip_prefix(&key)).expect(&key);
                let has = serde_json::to_value(&problem).unwrap();
                for piece in said.split("{ $").skip(1) {
                    let member = piece.split(" }").next().unwrap_or_default().trim_end_matches("_s");
                    assert!(has.get(member).is_some(), "{lang}: {key}{member}");
                }
            }
            for stage in stages {
                assert!(catalogue.contains(&format!("desk-job-doing-{stage} = ")), "{lang}: {stage}");
            }
        }
        for kind in kinds.iter().map(String::as_str).chain(stages) {
            assert!(api.contains(&format!("`{kind}`")), "docs/api.md does not say what {kind} is");
        }
        assert_eq!(
            stages.map(|stage| Doing::of(stage).words()).into_iter().collect::<BTreeSet<_>>().len(),
            stages.len()
        );
    }
}
