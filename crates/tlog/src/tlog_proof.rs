//! One file that proves, offline, that an entry is logged and witnessed (c2sp.org/tlog-proof).
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! extra <base64>            (only if there is extra data; never authenticated)
//! index <decimal>
//! <base64 hash>             (the inclusion proof, one hash a line)
//!                           (blank line)
//! <checkpoint note>
//! ```
//!
//! The proof brings no keys: whom to trust is the verifier's [`Policy`].

use crate::checkpoint::CheckpointError;
use crate::hash::Hash;
use crate::note::{MAX_NOTE_LEN, Note, NoteError};
use crate::policy::{Policy, PolicyError, QuorumMet};
use crate::proof::{Included, InclusionProof, ProofError};
use crate::text::{from_base64, parse_decimal, to_base64};

const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// Most hashes of an inclusion proof in a tree of fewer than 2^64 leaves.
pub const MAX_PROOF_LINES: usize = 64;

/// Why a proof file is refused, or proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlogProofError {
    /// Longer than a note may be, or not UTF-8.
    #[error("the proof is longer than {MAX_NOTE_LEN} bytes or not UTF-8")]
    File,
    /// The first line is another.
    #[error("the first line is not {HEADER:?}")]
    Header,
    /// The extra line is not non-empty base64.
    #[error("the extra data is not non-empty base64")]
    Extra,
    /// The index line is missing or not a decimal number.
    #[error("the line after the header is not \"index\" and a decimal number")]
    Index,
    /// A hash line is not a base64 hash.
    #[error("proof line {line} is not a SHA-256 hash in base64")]
    ProofLine {
        /// Which, from 1.
        line: usize,
    },
    /// More hashes than any tree needs.
    #[error("the proof has more than {MAX_PROOF_LINES} hashes")]
    TooManyProofLines,
    /// No blank line after the hashes.
    #[error("there is no blank line after the hashes")]
    NoCheckpoint,
    /// The checkpoint is not a note.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The checkpoint is malformed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The checkpoint does not satisfy the policy.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The policy lists no log, so nobody is trusted to sign the checkpoint.
    #[error("the policy lists no log; a proof can only be verified with a log's key")]
    NoLog,
    /// The entry is not in the tree.
    #[error(transparent)]
    Inclusion(#[from] ProofError),
}

/// A parsed proof. Nothing has been verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    extra: Option<Vec<u8>>,
    index: u64,
    proof: InclusionProof,
    checkpoint: Note,
}

/// Proven: a leaf is in a log that the policy trusts, under a checkpoint that its quorum cosigned. Made only by
/// [`TlogProof::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    included: Included,
    quorum: QuorumMet,
}

impl Logged {
    /// Which leaf, where, in which tree.
    pub fn included(&self) -> Included {
        self.included
    }

    /// Who signed and cosigned that tree, and when.
    pub fn quorum(&self) -> &QuorumMet {
        &self.quorum
    }
}

impl TlogProof {
    /// Puts a proof together. Extra data, if any, must not be empty.
    pub fn new(
        extra: Option<Vec<u8>>,
        index: u64,
        proof: InclusionProof,
        checkpoint: Note,
    ) -> Result<Self, TlogProofError> {
        if extra.as_ref().is_some_and(Vec::is_empty) {
            return Err(TlogProofError::Extra);
        }
        if proof.hashes().len() > MAX_PROOF_LINES {
            return Err(TlogProofError::TooManyProofLines);
        }
        crate::checkpoint::Checkpoint::parse(checkpoint.text())?;
        Ok(Self { extra, index, proof, checkpoint })
    }

    /// Reads a proof file of at most [`MAX_NOTE_LEN`] bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, TlogProofError> {
        if bytes.len() > MAX_NOTE_LEN {
            return Err(TlogProofError::File);
        }
        let text = core::str::from_utf8(bytes).map_err(|_| TlogProofError::File)?;
        let rest = text.strip_prefix(HEADER).and_then(|rest| rest.strip_prefix('\n')).ok_or(TlogProofError::Header)?;
        let (extra, rest) = match rest.strip_prefix("extra ") {
            None => (None, rest),
            Some(rest) => {
                let (data, rest) = rest.split_once('\n').ok_or(TlogProofError::Extra)?;
                (Some(from_base64(data).ok_or(TlogProofError::Extra)?), rest)
            }
        };
        let (index, mut rest) =
            rest.strip_prefix("index ").and_then(|rest| rest.split_once('\n')).ok_or(TlogProofError::Index)?;
        let index = parse_decimal(index).ok_or(TlogProofError::Index)?;
        let mut hashes = Vec::new();
        loop {
            let (line, after) = rest.split_once('\n').ok_or(TlogProofError::NoCheckpoint)?;
            rest = after;
            if line.is_empty() {
                break;
            }
            if hashes.len() == MAX_PROOF_LINES {
                return Err(TlogProofError::TooManyProofLines);
            }
            let number = hashes.len() + 1;
            let hash = Hash::from_base64(line).map_err(|_| TlogProofError::ProofLine { line: number })?;
            hashes.push(hash);
        }
        let checkpoint = Note::parse(rest.as_bytes())?;
        Self::new(extra, index, InclusionProof::from_hashes(hashes), checkpoint)
    }

    /// The file; what [`Self::parse`] reads.
    pub fn to_text(&self) -> String {
        let mut text = format!("{HEADER}\n");
        if let Some(extra) = &self.extra {
            text.push_str(&format!("extra {}\n", to_base64(extra)));
        }
        text.push_str(&format!("index {}\n", self.index));
        for hash in self.proof.hashes() {
            text.push_str(&hash.to_base64());
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.checkpoint.to_text());
        text
    }

    /// Extra data: whatever the file's maker wrote, authenticated by nobody.
    pub fn unauthenticated_extra(&self) -> Option<&[u8]> {
        self.extra.as_deref()
    }

    /// The claimed index of the entry.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The claimed inclusion proof.
    pub fn inclusion_proof(&self) -> &InclusionProof {
        &self.proof
    }

    /// The checkpoint, not verified.
    pub fn checkpoint(&self) -> &Note {
        &self.checkpoint
    }

    /// Checks that the entry with this leaf **hash** is logged, under the verifier's own policy, which must list a log.
    pub fn verify(&self, leaf: &Hash, policy: &Policy) -> Result<Logged, TlogProofError> {
        self.check(leaf, policy, None)
    }

    /// Like [`Self::verify`], and the quorum must have cosigned strictly before `deadline_secs` (seconds since 1970).
    pub fn verify_before(&self, leaf: &Hash, policy: &Policy, deadline_secs: u64) -> Result<Logged, TlogProofError> {
        self.check(leaf, policy, Some(deadline_secs))
    }

    fn check(&self, leaf: &Hash, policy: &Policy, deadline_secs: Option<u64>) -> Result<Logged, TlogProofError> {
        if policy.logs().is_empty() {
            return Err(TlogProofError::NoLog);
        }
        let quorum = match deadline_secs {
            None => policy.evaluate(&self.checkpoint)?,
            Some(deadline) => policy.evaluate_before(&self.checkpoint, deadline)?,
        };
        let head = quorum.checkpoint().head();
        let included = self.proof.verify(leaf, self.index, head.size, &head.root)?;
        Ok(Logged { included, quorum })
    }
}
