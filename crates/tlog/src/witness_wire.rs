//! The bodies of a witness's `add-checkpoint` (c2sp.org/tlog-witness), as text. No HTTP here, and no verdict.
//!
//! ```text
//! request    "old " size newline, base64 hashes one a line, blank line, checkpoint note
//! 200        one or more signature lines
//! 409        size newline
//! ```

use crate::hash::Hash;
use crate::note::{MAX_NOTE_LEN, Note, NoteError, NoteSignature, parse_signature_lines};
use crate::proof::ConsistencyProof;
use crate::text::parse_decimal;

/// Most hashes that a request may carry (the specification's bound).
pub const MAX_PROOF_LINES: usize = 63;
/// Media type of a 409 answer that carries the witness's size.
pub const SIZE_MEDIA_TYPE: &str = "text/x.tlog.size";

/// Why a body is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WitnessWireError {
    /// Not UTF-8, or longer than a note may be.
    #[error("the body is longer than {MAX_NOTE_LEN} bytes or not UTF-8")]
    Body,
    /// The first line is not `old <size>`.
    #[error("the request's first line is not \"old\" and a tree size in decimal")]
    OldSize,
    /// A proof line is not a base64 hash.
    #[error("proof line {line} is not a SHA-256 hash in base64")]
    ProofLine {
        /// Which, from 1.
        line: usize,
    },
    /// More hashes than the protocol allows.
    #[error("the request has more than {MAX_PROOF_LINES} proof lines")]
    TooManyProofLines,
    /// No blank line after the proof.
    #[error("the request has no blank line after its proof")]
    NoCheckpoint,
    /// A 409's body is not a size.
    #[error("the body is not a tree size in decimal and a newline")]
    Size,
    /// The checkpoint or a signature line is malformed.
    #[error(transparent)]
    Note(#[from] NoteError),
}

/// The body of a request to cosign a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    old_size: u64,
    proof: ConsistencyProof,
    checkpoint: Note,
}

impl AddCheckpoint {
    /// Asks for a cosignature on `checkpoint`, given that the witness has last seen `old_size` leaves.
    pub fn new(old_size: u64, proof: ConsistencyProof, checkpoint: Note) -> Result<Self, WitnessWireError> {
        if proof.hashes().len() > MAX_PROOF_LINES {
            return Err(WitnessWireError::TooManyProofLines);
        }
        Ok(Self { old_size, proof, checkpoint })
    }

    /// Reads a request's body.
    pub fn parse(body: &[u8]) -> Result<Self, WitnessWireError> {
        let text = body_text(body)?;
        let (first, mut rest) = text.split_once('\n').ok_or(WitnessWireError::OldSize)?;
        let old_size = first.strip_prefix("old ").and_then(parse_decimal).ok_or(WitnessWireError::OldSize)?;
        let mut hashes = Vec::new();
        loop {
            let (line, after) = rest.split_once('\n').ok_or(WitnessWireError::NoCheckpoint)?;
            rest = after;
            if line.is_empty() {
                break;
            }
            if hashes.len() == MAX_PROOF_LINES {
                return Err(WitnessWireError::TooManyProofLines);
            }
            let number = hashes.len() + 1;
            let hash = Hash::from_base64(line).map_err(|_| WitnessWireError::ProofLine { line: number })?;
            hashes.push(hash);
        }
        let checkpoint = Note::parse(rest.as_bytes())?;
        Self::new(old_size, ConsistencyProof::from_hashes(hashes), checkpoint)
    }

    /// The body; what [`Self::parse`] reads.
    pub fn to_text(&self) -> String {
        let mut body = format!("old {}\n", self.old_size);
        for hash in self.proof.hashes() {
            body.push_str(&hash.to_base64());
            body.push('\n');
        }
        body.push('\n');
        body.push_str(&self.checkpoint.to_text());
        body
    }

    /// Leaves the witness is believed to have seen.
    pub fn old_size(&self) -> u64 {
        self.old_size
    }

    /// Proof from there to the checkpoint.
    pub fn proof(&self) -> &ConsistencyProof {
        &self.proof
    }

    /// The checkpoint, not verified.
    pub fn checkpoint(&self) -> &Note {
        &self.checkpoint
    }
}

/// Reads the body of a 200 answer: signature lines, not verified.
pub fn parse_cosignature_lines(body: &[u8]) -> Result<Vec<NoteSignature>, WitnessWireError> {
    let lines = body_text(body)?.strip_suffix('\n').ok_or(NoteError::NoSignatures)?;
    Ok(parse_signature_lines(lines)?)
}

/// Prints the body of a 200 answer.
pub fn cosignature_lines(signatures: &[NoteSignature]) -> String {
    signatures.iter().map(|signature| signature.line() + "\n").collect()
}

/// Reads the body of a 409 answer: the size that the witness last cosigned.
pub fn parse_conflict_size(body: &[u8]) -> Result<u64, WitnessWireError> {
    body_text(body)?.strip_suffix('\n').and_then(parse_decimal).ok_or(WitnessWireError::Size)
}

/// Prints the body of a 409 answer.
pub fn conflict_size(size: u64) -> String {
    format!("{size}\n")
}

fn body_text(body: &[u8]) -> Result<&str, WitnessWireError> {
    // Proof lines are few; the note has its own limit.
    if body.len() > MAX_NOTE_LEN {
        return Err(WitnessWireError::Body);
    }
    core::str::from_utf8(body).map_err(|_| WitnessWireError::Body)
}
