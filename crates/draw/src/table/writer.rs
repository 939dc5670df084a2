//! Writes a table, line by line and in index order, from rows that are read a second time.
//!
//! Each line is held against the committed leaf, so that rows which changed in between never reach a table. Gives text and never
//! writes it anywhere itself.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::commitment::{Commitment, Parts, leaf_in};
use crate::hash::{ArtifactHash, push_hex};

use super::HEADER;

/// A table in the making. First write [`HEADER`], then what [`Self::line`] gives for each person.
pub struct TableWriter<'c> {
    commitment: &'c Commitment,
    /// Index of the next person.
    next: u32,
    hash: Sha256,
    line: String,
    message: Vec<u8>,
}

/// Why a table cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TableWriteError {
    /// The row is not the one that was committed at this index: it has changed, or comes out of order.
    #[error(
        "the row given for person {index} is not the one that was committed: the rows have changed since, or are out of order"
    )]
    NotTheCommittedRow {
        /// The index.
        index: u32,
    },
    /// Not everybody was written.
    #[error("the table has {written} people, the pool has {size}")]
    Unfinished {
        /// Lines written.
        written: u32,
        /// The pool's size.
        size: u32,
    },
}

impl<'c> TableWriter<'c> {
    /// A table of that pool. The caller writes [`HEADER`] first.
    #[must_use]
    pub fn new(commitment: &'c Commitment) -> Self {
        Self { commitment, next: 0, hash: Sha256::new_with_prefix(HEADER), line: String::new(), message: Vec::new() }
    }

    /// The line of the next person, with its newline.
    pub fn line(&mut self, parts: &Parts<'_>) -> Result<&str, TableWriteError> {
        let index = self.next;
        if self.commitment.leaf(index) != Some(leaf_in(&mut self.message, &parts.private, parts.public)) {
            return Err(TableWriteError::NotTheCommittedRow { index });
        }
        self.line.clear();
        push_hex(&mut self.line, &parts.private.0);
        self.line.push(' ');
        self.line.push_str(parts.public);
        self.line.push('\n');
        self.hash.update(&self.line);
        self.next += 1;
        Ok(&self.line)
    }

    /// The name of the finished table: the SHA-256 of all its text.
    pub fn finish(self) -> Result<ArtifactHash, TableWriteError> {
        if self.next == self.commitment.size() {
            return Ok(ArtifactHash(self.hash.finalize().into()));
        }
        Err(TableWriteError::Unfinished { written: self.next, size: self.commitment.size() })
    }
}

impl fmt::Debug for TableWriter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TableWriter").field("next", &self.next).finish_non_exhaustive()
    }
}
