//! What can be wrong with a CSV of people, in words that say where it is and what to do. Never with a cell's contents.

use std::fmt;

/// How many problems are listed; the rest are counted.
pub const PROBLEMS_LISTED: usize = 50;

/// One thing that is wrong. Lines count from 1, as in an editor; the header is line 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// No bytes, or nothing but blank lines.
    EmptyFile,
    /// Column names and nobody under them.
    HeaderOnly,
    /// The file begins with the byte order mark of UTF-16.
    Utf16,
    /// A record that is not UTF-8, commonly Latin-1 or Windows-1252.
    NotUtf8 {
        /// Line of the record.
        line: u64,
    },
    /// A NUL character, as in UTF-16 without a byte order mark or in a damaged file.
    Nul {
        /// Line of the record.
        line: u64,
        /// Name of the column.
        column: String,
    },
    /// A column without a name.
    UnnamedColumn {
        /// Position of the column, from 1.
        position: usize,
    },
    /// Two columns of the same name.
    DoubleColumn {
        /// The name.
        name: String,
        /// Positions of the two, from 1.
        positions: (usize, usize),
    },
    /// A column name longer than 128 bytes (spec §2.1).
    ColumnNameTooLong {
        /// Position of the column, from 1.
        position: usize,
        /// Length of the name in bytes.
        bytes: usize,
    },
    /// More than 64 columns (spec §2.1).
    TooManyColumns {
        /// How many there are.
        found: usize,
    },
    /// A role was given to a column that the file does not have.
    NoSuchColumn {
        /// `id`, `public` or `household`.
        role: &'static str,
        /// The name that was looked for.
        name: String,
        /// The names that the file has.
        available: Vec<String>,
    },
    /// A column was given two roles.
    TwoRoles {
        /// Name of the column.
        name: String,
    },
    /// A record with more or fewer cells than there are columns.
    Ragged {
        /// Line of the record.
        line: u64,
        /// Number of columns.
        expected: usize,
        /// Number of cells.
        found: usize,
    },
    /// Nothing in the id column.
    NoId {
        /// Line of the record.
        line: u64,
    },
    /// An id longer than 256 bytes (spec §2.1).
    IdTooLong {
        /// Line of the record.
        line: u64,
        /// Length in bytes.
        bytes: usize,
    },
    /// An id that an earlier record has too.
    DoubleId {
        /// Line of the record.
        line: u64,
        /// Line of the earliest record with this id.
        first_line: u64,
    },
    /// A cell longer than 4,096 bytes (spec §2.1).
    CellTooLong {
        /// Line of the record.
        line: u64,
        /// Name of the column.
        column: String,
        /// Length in bytes.
        bytes: usize,
    },
    /// A record too long to be a person's, commonly because of a quotation mark that is never closed.
    RecordTooLong {
        /// Line on which the record begins.
        line: u64,
        /// It goes on to the end of the file.
        to_end: bool,
    },
    /// Text after a quotation: a quotation mark that is not doubled, or one that is not closed and swallows the rows of other people.
    AfterQuotation {
        /// Line on which the record begins.
        line: u64,
        /// Line of the text.
        at: u64,
    },
    /// Public cells that are together longer than 16,384 bytes (spec §2.1).
    PublicTooLong {
        /// Line of the record.
        line: u64,
    },
    /// More people than a pool can have (spec §2.1).
    TooManyPeople {
        /// Line of the first record too many.
        line: u64,
    },
    /// Answers by somebody who is not in the earlier pool, or was not drawn from it.
    Stranger {
        /// Line of the record in the file of answers.
        line: u64,
    },
}

impl Problem {
    /// What to do about it, if the problem does not say so by itself.
    #[must_use]
    pub fn advice(&self) -> Option<&'static str> {
        Some(match self {
            Self::Utf16 | Self::NotUtf8 { .. } | Self::Nul { .. } => {
                "save the file as UTF-8: in Excel, File > Save As > file type 'CSV UTF-8 (Comma delimited) (*.csv)'; in LibreOffice, \
                 Save As > Text CSV > 'Edit filter settings' > character set Unicode (UTF-8)"
            }
            Self::EmptyFile | Self::HeaderOnly => {
                "the first line names the columns, and every line after it is one person; check that the export worked"
            }
            Self::UnnamedColumn { .. } | Self::DoubleColumn { .. } | Self::ColumnNameTooLong { .. } => {
                "give every column a short name of its own in the first line"
            }
            Self::TooManyColumns { .. } => "leave out the columns that neither the draw nor the people need",
            Self::NoSuchColumn { .. } => {
                "write the name as it stands in the first line; if several columns appear as one, give the delimiter"
            }
            Self::TwoRoles { .. } => "a column is the id, public, household or private: name it once",
            Self::Ragged { .. } => {
                "a cell that holds the delimiter or a line break must stand in quotation marks; save the table again from the spreadsheet"
            }
            Self::AfterQuotation { .. } => {
                "look for a quotation mark that is not closed; one that belongs to the text is written twice, in a cell that stands in quotation \
                 marks; or save the table again from the spreadsheet"
            }
            Self::NoId { .. } => "every person needs an id; remove rows that are empty or hold totals",
            Self::DoubleId { .. } => {
                "one row for each person: remove the double, or give different people different ids. Nobody may be in the pool twice"
            }
            Self::CellTooLong { .. } | Self::IdTooLong { .. } | Self::PublicTooLong { .. } => {
                "shorten the cell, or leave the column out"
            }
            Self::RecordTooLong { .. } => "look for a quotation mark that is opened on this line and never closed",
            Self::TooManyPeople { .. } => "draw in several pools",
            Self::Stranger { .. } => "only people drawn from the earlier pool can be in this one; check the id",
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyFile => f.write_str("the file is empty"),
            Self::HeaderOnly => f.write_str("the file names columns and holds no people"),
            Self::Utf16 => f.write_str("line 1: expected UTF-8, found UTF-16"),
            Self::NotUtf8 { line } => write!(f, "line {line}: expected UTF-8, found another encoding"),
            Self::Nul { line, column } => write!(f, "line {line}: a NUL character in column '{column}'"),
            Self::UnnamedColumn { position } => write!(f, "line 1: column {position} has no name"),
            Self::DoubleColumn { name, positions: (a, b) } => {
                write!(f, "line 1: columns {a} and {b} are both named '{name}'")
            }
            Self::ColumnNameTooLong { position, bytes } => {
                write!(f, "line 1: the name of column {position} has {bytes} bytes; at most 128 are allowed")
            }
            Self::TooManyColumns { found } => write!(f, "line 1: {found} columns; at most 64 are allowed"),
            Self::NoSuchColumn { role, name, available } => {
                write!(f, "line 1: no column '{name}' for --{role}; the file has: {}", available.join(", "))
            }
            Self::TwoRoles { name } => write!(f, "column '{name}' was given two roles"),
            Self::Ragged { line, expected, found } => write!(f, "line {line}: {found} cells; expected {expected}"),
            Self::NoId { line } => write!(f, "line {line}: no id"),
            Self::IdTooLong { line, bytes } => {
                write!(f, "line {line}: the id has {bytes} bytes; at most 256 are allowed")
            }
            Self::DoubleId { line, first_line } => write!(f, "line {line}: the same id as on line {first_line}"),
            Self::CellTooLong { line, column, bytes } => {
                write!(f, "line {line}: {bytes} bytes in column '{column}'; at most 4096 are allowed")
            }
            Self::RecordTooLong { line, to_end: false } => {
                write!(f, "line {line}: the row that begins here is too long to be one person's")
            }
            Self::RecordTooLong { line, to_end: true } => {
                write!(f, "line {line}: the row that begins here goes on to the end of the file")
            }
            Self::AfterQuotation { line, at } if line == at => {
                write!(f, "line {line}: text follows a closing quotation mark")
            }
            Self::AfterQuotation { line, at } => {
                write!(
                    f,
                    "line {line}: the row that begins here goes on to line {at}, where text follows a closing quotation mark"
                )
            }
            Self::PublicTooLong { line } => {
                write!(f, "line {line}: the public cells are together longer than 16384 bytes")
            }
            Self::TooManyPeople { line } => write!(f, "line {line}: more people than a pool can have (4294967295)"),
            Self::Stranger { line } => write!(f, "line {line}: nobody in the earlier pool could answer with this id"),
        }
    }
}

/// Why a file was refused: the first [`PROBLEMS_LISTED`] problems and how many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    listed: Vec<Problem>,
    total: u64,
}

impl Problems {
    /// The first problems, in the order in which they were found.
    #[must_use]
    pub fn listed(&self) -> &[Problem] {
        &self.listed
    }
    /// How many there are in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }
    /// Counts a problem, and keeps it if it is one of the first.
    pub(crate) fn add(&mut self, problem: impl FnOnce() -> Problem) {
        if self.listed.len() < PROBLEMS_LISTED {
            self.listed.push(problem());
        }
        self.total += 1;
    }
    /// One problem.
    pub(crate) fn of(problem: Problem) -> Self {
        Self { listed: vec![problem], total: 1 }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.total == 1 { "" } else { "s" };
        write!(f, "{} problem{plural} in the file; nothing was committed", self.total)?;
        for problem in &self.listed {
            write!(f, "\n  {problem}")?;
        }
        let listed = u64::try_from(self.listed.len()).unwrap_or(u64::MAX);
        if self.total > listed {
            write!(f, "\n  … and {} more", self.total - listed)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// Why a file could not be read as people.
#[derive(Debug)]
pub enum ReadError {
    /// The file itself is at fault.
    Refused(Problems),
    /// The operating system could not read it.
    Io(std::io::Error),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(problems) => problems.fmt(f),
            Self::Io(e) => write!(f, "cannot read the file: {e}"),
        }
    }
}

impl std::error::Error for ReadError {}

impl From<Problems> for ReadError {
    fn from(problems: Problems) -> Self {
        Self::Refused(problems)
    }
}

impl From<std::io::Error> for ReadError {
    fn from(e: std::io::Error) -> Self {
        Self::Io(e)
    }
}

impl From<ReadError> for crate::failure::Failure {
    fn from(e: ReadError) -> Self {
        let failure = Self::usage(&e);
        match e {
            ReadError::Refused(problems) => {
                let mut advice: Vec<&str> = Vec::new();
                for words in problems.listed().iter().filter_map(Problem::advice) {
                    if !advice.contains(&words) {
                        advice.push(words);
                    }
                }
                let advice = advice.join("\n  → ");
                Self { file: Some(Box::new(problems)), ..failure.advise(advice) }
            }
            ReadError::Io(_) => failure.advise("check the path and the disk; nothing was changed"),
        }
    }
}
