//! What can be wrong with the files, said so that an organiser can mend it.
//!
//! Errors carry line numbers, column names and the values that quotas speak
//! of. They never carry an id or any other column of a person's row.

use std::fmt;

/// Errors that are shown one by one; the rest is counted.
pub const SHOWN_ERRORS: usize = 50;
/// Characters of a cell that an error repeats.
const SHOWN_CHARACTERS: usize = 40;

/// Which file an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The quotas, with the line (1 is the header).
    Quotas(Option<u64>),
    /// The respondents, with the line or spreadsheet row (1 is the header).
    Respondents(Option<u64>),
    /// The number of seats, or how files and seats fit together.
    Task,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputError {
    /// Where.
    pub place: Place,
    /// What.
    pub problem: Problem,
}

/// What is wrong, with the evidence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The file is not a table at all.
    #[error("cannot be read: {reason}")]
    Unreadable {
        /// The reader's words, without content of the file.
        reason: String,
    },
    /// A cell or the file is not UTF-8.
    #[error("is not UTF-8 text; save it as \"CSV UTF-8\"")]
    NotUtf8,
    /// The file has no header, or nothing below it.
    #[error("the file has no {missing}")]
    Empty {
        /// "header line", "quotas" or "respondents".
        missing: &'static str,
    },
    /// A column is missing.
    #[error("there is no column \"{column}\"{}", did_you_mean(nearest))]
    MissingColumn {
        /// The column that was looked for.
        column: String,
        /// The column of the file that is spelled most alike.
        nearest: Option<String>,
    },
    /// No column was named for the ids and none is obvious.
    #[error(
        "which column holds the ids? None is called \"id\", \"nationbuilder_id\" or \"generated_id\"; name it with --id, or have ids made: \
         klero panels build --generate-ids FILE"
    )]
    NoIdColumn,
    /// Two columns have one name.
    #[error("two columns are called \"{column}\"")]
    DuplicateColumn {
        /// Their name.
        column: String,
    },
    /// A row is longer or shorter than the header.
    #[error("has {found} cells, the header has {expected}")]
    RaggedRow {
        /// Cells in the header.
        expected: usize,
        /// Cells in this row.
        found: usize,
    },
    /// A cell that must not be empty is.
    #[error("the cell under \"{column}\" is empty")]
    EmptyCell {
        /// Its column.
        column: String,
    },
    /// A cell should be a whole number.
    #[error("\"{found}\" under \"{column}\" is not a whole number of people (0 or more)")]
    NotANumber {
        /// Its column.
        column: String,
        /// What stands there.
        found: String,
    },
    /// A quota asks for more than it allows.
    #[error("{feature} / {value}: the minimum {min} is greater than the maximum {max}")]
    MinOverMax {
        /// The feature.
        feature: String,
        /// Its value.
        value: String,
        /// Lowest number of seats.
        min: u32,
        /// Highest number of seats.
        max: u32,
    },
    /// The flex bounds must enclose the quota.
    #[error("{feature} / {value}: the flex range {min_flex} to {max_flex} does not contain {min} to {max}")]
    FlexInside {
        /// The feature.
        feature: String,
        /// Its value.
        value: String,
        /// Lowest number of seats.
        min: u32,
        /// Highest number of seats.
        max: u32,
        /// Lowest after relaxation.
        min_flex: u32,
        /// Highest after relaxation.
        max_flex: u32,
    },
    /// A value has two quotas.
    #[error("{feature} / {value} already has a quota on line {first_line}")]
    DuplicateQuota {
        /// The feature.
        feature: String,
        /// Its value.
        value: String,
        /// Where the first one stands.
        first_line: u64,
    },
    /// A person's answer has no quota.
    #[error("\"{found}\" is not a value of \"{feature}\" in the quotas{}", did_you_mean(nearest))]
    UnknownValue {
        /// The feature.
        feature: String,
        /// What stands there.
        found: String,
        /// The value in the quotas that is spelled most alike.
        nearest: Option<String>,
    },
    /// A person has no answer.
    #[error("this person has no value for \"{feature}\"")]
    MissingValue {
        /// The feature.
        feature: String,
    },
    /// A person has no id.
    #[error("this person has no id")]
    MissingId,
    /// Two people have one id.
    #[error("this id is already on line {first_line}")]
    DuplicateId {
        /// Where the first one stands.
        first_line: u64,
    },
    /// Nobody would be drawn.
    #[error("a panel of 0 seats draws nobody; give at least 1")]
    ZeroSeats,
    /// More seats than people.
    #[error("{seats} seats cannot be filled by {people} people")]
    MoreSeatsThanPeople {
        /// Seats asked for.
        seats: u32,
        /// People who may be drawn.
        people: u32,
    },
    /// The maxima of a feature cannot reach the seats.
    #[error("{feature}: the maxima add up to {sum}, too few for {seats} seats")]
    MaximaTooLow {
        /// The feature.
        feature: String,
        /// Sum of its maxima.
        sum: u64,
        /// Seats asked for.
        seats: u32,
    },
    /// The minima of a feature exceed the seats.
    #[error("{feature}: the minima add up to {sum}, too many for {seats} seats")]
    MinimaTooHigh {
        /// The feature.
        feature: String,
        /// Sum of its minima.
        sum: u64,
        /// Seats asked for.
        seats: u32,
    },
    /// A quota asks for more people than answered so.
    #[error("{feature} / {value}: at least {min} are required, but only {people} people answered so")]
    TooFewPeople {
        /// The feature.
        feature: String,
        /// Its value.
        value: String,
        /// Lowest number of seats.
        min: u32,
        /// People with that value.
        people: u32,
    },
    /// A bound of this program is exceeded.
    #[error("{found} {what}: this program accepts at most {limit}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// The bound.
        limit: u64,
        /// How many were found (counting may have stopped there).
        found: u64,
    },
}

fn did_you_mean(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |n| format!("; did you mean \"{n}\"?"))
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::Quotas(Some(line)) => write!(f, "quotas, line {line}: ")?,
            Place::Quotas(None) => write!(f, "quotas: ")?,
            Place::Respondents(Some(line)) => write!(f, "respondents, line {line}: ")?,
            Place::Respondents(None) => write!(f, "respondents: ")?,
            Place::Task => {}
        }
        self.problem.fmt(f)
    }
}

impl std::error::Error for InputError {}

/// Everything that is wrong, in the order of the file: the first
/// [`SHOWN_ERRORS`] and how many there are in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputErrors {
    shown: Vec<InputError>,
    total: usize,
}

impl InputErrors {
    pub(crate) fn new(mut errors: Vec<InputError>) -> Self {
        let total = errors.len();
        errors.truncate(SHOWN_ERRORS);
        Self { shown: errors, total }
    }

    pub(crate) fn one(place: Place, problem: Problem) -> Self {
        Self::new(vec![InputError { place, problem }])
    }

    /// The first errors.
    #[must_use]
    pub fn shown(&self) -> &[InputError] {
        &self.shown
    }

    /// How many there are in all.
    #[must_use]
    pub fn total(&self) -> usize {
        self.total
    }
}

impl fmt::Display for InputErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.shown.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{error}")?;
        }
        if self.total > self.shown.len() {
            write!(f, "\n… and {} more", self.total - self.shown.len())?;
        }
        Ok(())
    }
}

impl std::error::Error for InputErrors {}

/// A cell as errors repeat it.
pub(crate) fn shortened(cell: &str) -> String {
    let mut out: String =
        cell.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(SHOWN_CHARACTERS).collect();
    if cell.chars().count() > SHOWN_CHARACTERS {
        out.push('…');
    }
    out
}
