//! What a person at the command line, or a caller of the service, is told when something does not work.
//!
//! Library errors say what was expected and what was found; this is the one place where the shell adds what to do next and which
//! exit code it means. A failure never carries a person's data: its texts are made from errors that never do.

use std::fmt;

use crate::job_problem::JobProblems;
use crate::people_csv::Problems;

/// Why a command ends without having done its work.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Failure {
    /// What went wrong: expected and found.
    pub message: String,
    /// What to do now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// Exit code (spec §9.3): 1 refused or refuted, 2 usage or unreadable input, 3 could not be done now.
    pub exit: u8,
    /// What is wrong with a file of people, one by one: the same as the message, for whoever says it in another language. Not kept.
    #[serde(skip)]
    pub file: Option<Box<Problems>>,
    /// Why a job of panels has no result: the same as the message, for whoever says it in another language. Not kept.
    #[serde(skip)]
    pub job: Option<Box<JobProblems>>,
}

impl Failure {
    /// The request itself is wrong: bad usage or unreadable input (exit 2).
    pub fn usage(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), advice: None, exit: 2, file: None, job: None }
    }
    /// The request is well formed and against the rules (exit 1).
    pub fn refused(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), advice: None, exit: 1, file: None, job: None }
    }
    /// It cannot be done at the moment (exit 3).
    pub fn unavailable(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), advice: None, exit: 3, file: None, job: None }
    }
    /// Adds what to do next.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }
    /// Adds the same as kinds and numbers.
    #[must_use]
    pub fn of_job(mut self, problems: impl Into<JobProblems>) -> Self {
        self.job = Some(Box::new(problems.into()));
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.advice {
            Some(advice) => write!(f, "\n  → {advice}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}

/// Adds to an I/O error which file it was and what was tried.
pub trait Named<T> {
    /// `doing` is a phrase such as "read", `path` the file.
    fn named(self, doing: &str, path: &std::path::Path) -> Result<T, Failure>;
}

impl<T> Named<T> for std::io::Result<T> {
    fn named(self, doing: &str, path: &std::path::Path) -> Result<T, Failure> {
        self.map_err(|e| {
            let failure = Failure::usage(format!("cannot {doing} {}: {e}", path.display()));
            match e.kind() {
                std::io::ErrorKind::NotFound => failure.advise("check the path; nothing was changed"),
                std::io::ErrorKind::PermissionDenied => {
                    failure.advise("run as the user who owns the file, or correct its permissions")
                }
                std::io::ErrorKind::StorageFull => failure.advise("free some space on this disk, then try again"),
                _ => failure,
            }
        })
    }
}
