//! What a panel command tells the service that began it, on standard error beside its words: one line of JSON each. People at a terminal never
//! see these lines.

use serde::{Deserialize, Serialize};

use crate::job_problem::{Doing, JobProblems};

/// Set in the environment of a job of a service: it ends when the service does, however that ends.
pub(crate) const OF_A_SERVICE: &str = "KLERO_OF_A_SERVICE";

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Told {
    /// How far it is.
    Doing(Doing),
    /// Why there is no result.
    Wrong(JobProblems),
}

impl Told {
    /// Whether a service has begun this process.
    pub(crate) fn is_heard() -> bool {
        std::env::var_os(OF_A_SERVICE).is_some()
    }

    /// Tells it.
    pub(crate) fn tell(&self) {
        if let Ok(line) = serde_json::to_string(self) {
            eprintln!("{line}");
        }
    }

    /// Reads a line that a job wrote; none if it is in words.
    pub(crate) fn heard(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }
}
