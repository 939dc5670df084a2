//! Outcome and replacement artifacts (spec §7.6, §7.7): who was drawn, each opened with the proof that this row is in the sealed pool.

use base64::Engine as _;
use klero_tlog::{Hash, InclusionProof, leaf_hash};
use serde::{Deserialize, Serialize};

use crate::hash::{PoolRoot, PrivatePart, StepHash, TermsHash};
use crate::json::{self, JsonError};
use crate::names::Slug;
use crate::pool::PublicPart;
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
        let mut hash = [0u8; 32];
        let mut spare = [0u8; 33];
        match base64::engine::general_purpose::STANDARD.decode_slice(text.as_bytes(), &mut spare) {
            Ok(32) => {
                hash.copy_from_slice(&spare[..32]);
                Ok(Self(hash))
            }
            _ => Err(serde::de::Error::custom("expected the base64 of 32 bytes")),
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
    /// The public part cannot be encoded.
    #[error("the public row of index {index} cannot be encoded")]
    Public {
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
        // Both ascend by code point.
        let columns = self.public.row.keys().eq(pool.columns.public());
        if !columns || (self.public.household.is_some() && pool.columns.household().is_empty()) {
            return Err(OpeningError::OtherColumns { index: self.index });
        }
        self.verify(pool.size, &pool.root)
    }

    /// Checks that `leaf = SHA-256(0x00 ‖ private ‖ public)` is at `index` under the pool's root (spec §2.2).
    pub fn verify(&self, size: u32, root: &PoolRoot) -> Result<Opened, OpeningError> {
        let index = self.index;
        let mut preimage = String::new();
        json::encode_into(&self.public, &mut preimage).map_err(|_| OpeningError::Public { index })?;
        let mut bytes = Vec::with_capacity(32 + preimage.len());
        bytes.extend_from_slice(&self.private.0);
        bytes.extend_from_slice(preimage.as_bytes());
        let proof = InclusionProof::from_hashes(self.proof.iter().map(|hash| Hash::from(hash.0)).collect());
        proof
            .verify(&leaf_hash(&bytes), u64::from(index), u64::from(size), &Hash::from(root.0))
            .map(|_| Opened { index, private: self.private })
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
        let outcome: Self = json::decode(text)?;
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
