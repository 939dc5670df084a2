//! Outcome and replacement artifacts (spec §7.6, §7.7): who was drawn, each opened with the proof that this row is in the sealed pool.

mod reader;

use std::fmt;

use base64::Engine as _;
use klero_tlog::inclusions::Inclusions;
use klero_tlog::{Hash, TreeHead};
use serde::{Deserialize, Serialize};

use crate::commitment::leaf_in;
use crate::hash::{PoolRoot, PrivatePart, StepHash, TermsHash};
use crate::json::{self, JsonError};
use crate::names::Slug;
use crate::pool::{CELL_BYTES_MAX, PUBLIC_PART_BYTES_MAX, PublicPart};
use crate::terms::PoolTerms;

/// Format of an outcome.
pub const OUTCOME_FORMAT: &str = "kleroterion/v1/outcome";
/// Format of a replacement.
pub const REPLACEMENT_FORMAT: &str = "kleroterion/v1/replacement";

/// One person's leaf, opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// Index in the pool.
    pub index: u32,
    /// The hidden half of the leaf.
    pub private: PrivatePart,
    /// RFC 6962 inclusion proof, the leaf's sibling first; base64.
    pub proof: Vec<ProofHash>,
    /// The public half of the leaf.
    pub public: PublicPart,
}

/// A hash of a proof: base64 in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProofHash(pub [u8; 32]);

impl Serialize for ProofHash {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&base64::engine::general_purpose::STANDARD.encode(self.0))
    }
}

impl<'de> Deserialize<'de> for ProofHash {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        Self::from_base64(&text).ok_or_else(|| serde::de::Error::custom("expected the base64 of 32 bytes"))
    }
}

impl ProofHash {
    fn from_base64(text: &str) -> Option<Self> {
        let mut spare = [0u8; 33];
        match base64::engine::general_purpose::STANDARD.decode_slice(text.as_bytes(), &mut spare) {
            Ok(32) => spare.first_chunk().copied().map(Self),
            _ => None,
        }
    }
}

/// An opening that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpeningError {
    /// The leaf is not at its index under the root.
    #[error("the opened row of index {index} is not in the sealed pool at that place")]
    NotIncluded {
        /// The index.
        index: u32,
    },
    /// The public part has other columns than the terms, or a household where the terms name none.
    #[error("the opened row of index {index} does not have exactly the public columns of the terms")]
    OtherColumns {
        /// The index.
        index: u32,
    },
    /// A cell or the public part is longer than any pool's may be, or a cell holds U+0000.
    #[error(
        "the opened row of index {index} has a cell of more than {CELL_BYTES_MAX} bytes or with U+0000, or more than {PUBLIC_PART_BYTES_MAX} bytes in all"
    )]
    Bounds {
        /// The index.
        index: u32,
    },
}

/// Proof that a row stands at an index of the sealed pool. Made by [`Opening::verify`] alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    index: u32,
    private: PrivatePart,
}

impl Opened {
    /// The index.
    #[must_use]
    pub fn index(&self) -> u32 {
        self.index
    }
    /// The hidden half of the leaf.
    #[must_use]
    pub fn private(&self) -> PrivatePart {
        self.private
    }
}

impl Opening {
    /// As [`Self::verify`], and checks that the public part has exactly the public columns of the terms, with a household only if they name
    /// household columns (spec §2.2). Where there is a table, its reader has checked that for everybody.
    pub fn verify_in(&self, pool: &PoolTerms) -> Result<Opened, OpeningError> {
        OpeningCheck::new(pool).verify(self)
    }

    /// Checks that `leaf = SHA-256(0x00 ‖ private ‖ public)` is at `index` under the pool's root (spec §2.2).
    pub fn verify(&self, size: u32, root: &PoolRoot) -> Result<Opened, OpeningError> {
        Inclusion::new(size, root).verify(self)
    }
}

/// Checks openings of one pool, one after the other, and hashes nothing twice that their proofs share. Cheapest where indices ascend.
pub struct OpeningCheck<'t> {
    pool: &'t PoolTerms,
    inclusion: Inclusion,
}

impl<'t> OpeningCheck<'t> {
    /// For the pool of these terms.
    #[must_use]
    pub fn new(pool: &'t PoolTerms) -> Self {
        Self { pool, inclusion: Inclusion::new(pool.size, &pool.root) }
    }

    /// As [`Opening::verify_in`].
    pub fn verify(&mut self, opening: &Opening) -> Result<Opened, OpeningError> {
        let columns = &self.pool.columns;
        // Both ascend by code point.
        let same = opening.public.row.keys().eq(columns.public());
        if !same || (opening.public.household.is_some() && columns.household().is_empty()) {
            return Err(OpeningError::OtherColumns { index: opening.index });
        }
        let fits = |cell: &String| cell.len() <= CELL_BYTES_MAX && !cell.contains('\0');
        if !opening.public.row.values().all(fits) {
            return Err(OpeningError::Bounds { index: opening.index });
        }
        let opened = self.inclusion.verify(opening)?;
        if self.inclusion.public.len() > PUBLIC_PART_BYTES_MAX {
            return Err(OpeningError::Bounds { index: opening.index });
        }
        Ok(opened)
    }
}

impl fmt::Debug for OpeningCheck<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpeningCheck")
    }
}

/// Leaves under one root. Reuses its buffers, which hold the last person's public part.
struct Inclusion {
    inclusions: Inclusions,
    public: String,
    message: Vec<u8>,
    proof: Vec<Hash>,
}

impl Inclusion {
    fn new(size: u32, root: &PoolRoot) -> Self {
        let head = TreeHead { size: u64::from(size), root: Hash::from(root.0) };
        Self { inclusions: Inclusions::new(head), public: String::new(), message: Vec::new(), proof: Vec::new() }
    }

    fn verify(&mut self, opening: &Opening) -> Result<Opened, OpeningError> {
        let Opening { index, private, .. } = *opening;
        self.public.clear();
        opening.public.push_json(&mut self.public);
        let leaf = leaf_in(&mut self.message, &private, &self.public);
        self.proof.clear();
        self.proof.extend(opening.proof.iter().map(|hash| Hash::from(hash.0)));
        self.inclusions
            .verify(&Hash::from(leaf.0), u64::from(index), &self.proof)
            .map(|_| Opened { index, private })
            .map_err(|_| OpeningError::NotIncluded { index })
    }
}

/// The outcome artifact (spec §7.6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The draw.
    pub draw: Slug,
    /// Who was drawn, in the order that the method gives.
    pub drawn: Vec<Opening>,
    format: String,
    /// The drawn panel's number, exactly for `panels`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub panel: Option<u32>,
    /// The reserves, in order.
    pub reserves: Vec<Opening>,
    /// The terms' hash.
    pub terms: TermsHash,
}

/// The replacement artifact (spec §7.7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplacementOutcome {
    /// The draw.
    pub draw: Slug,
    /// One for each leaver, in the order of spec §7.5.
    pub fills: Vec<FillOpening>,
    format: String,
    /// Leaf hash of the `vacated` step.
    pub vacated: StepHash,
}

/// One vacancy and who follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FillOpening {
    /// Who left.
    pub left: u32,
    /// Candidates who came before the one seated and were not chosen, in order.
    pub passed: Vec<u32>,
    /// Who follows; absent when candidates ran out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seated: Option<Opening>,
}

/// An artifact of another format, or in another encoding.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutcomeError {
    /// Its encoding.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// Its format member.
    #[error("expected an artifact of format {expected}")]
    Format {
        /// What its place demands.
        expected: &'static str,
    },
}

impl Outcome {
    /// An outcome.
    #[must_use]
    pub fn new(draw: Slug, terms: TermsHash, drawn: Vec<Opening>, reserves: Vec<Opening>, panel: Option<u32>) -> Self {
        Self { draw, drawn, format: OUTCOME_FORMAT.to_owned(), panel, reserves, terms }
    }

    /// Reads the artifact.
    pub fn parse(text: &str) -> Result<Self, OutcomeError> {
        // What the quick reader does not take, the general one takes or explains.
        let outcome = match reader::read(text) {
            Some(outcome) => outcome,
            None => json::decode(text)?,
        };
        if outcome.format == OUTCOME_FORMAT {
            Ok(outcome)
        } else {
            Err(OutcomeError::Format { expected: OUTCOME_FORMAT })
        }
    }

    /// The artifact's text.
    pub fn text(&self) -> Result<String, JsonError> {
        json::encode(self)
    }
}

impl ReplacementOutcome {
    /// A replacement.
    #[must_use]
    pub fn new(draw: Slug, vacated: StepHash, fills: Vec<FillOpening>) -> Self {
        Self { draw, fills, format: REPLACEMENT_FORMAT.to_owned(), vacated }
    }

    /// Reads the artifact.
    pub fn parse(text: &str) -> Result<Self, OutcomeError> {
        let outcome: Self = json::decode(text)?;
        if outcome.format == REPLACEMENT_FORMAT {
            Ok(outcome)
        } else {
            Err(OutcomeError::Format { expected: REPLACEMENT_FORMAT })
        }
    }

    /// The artifact's text.
    pub fn text(&self) -> Result<String, JsonError> {
        json::encode(self)
    }
}
