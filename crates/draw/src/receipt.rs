//! Receipts: all that one person needs to check their own place in a pool, and nobody else's data (spec §2.4).
//!
//! A [`Receipt`] is a text of the right shape and nothing more; [`Receipt::check`] holds it against the sealed terms, and only that
//! makes a [`CheckedReceipt`]. A receipt is its person's data: no error and no `Debug` here shows any of it.

mod code;

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use klero_tlog::proof::ProofError;
use klero_tlog::{Hash, InclusionProof};
use serde::{Deserialize, Serialize};

use crate::commitment::{AddressKey, Parts, RowWriter, Salt, household_tag, leaf, private_part};
use crate::hash::{PoolLeaf, PoolRoot, PrivatePart};
use crate::json::{self, JsonError};
use crate::names::Slug;
use crate::outcome::ProofHash;
use crate::pool::{Columns, Row, RowError};

pub use code::{BoxError, CodeError, Locator, NotALocator, ShortCode, open_box, seal_box};

/// Longest receipt, in bytes. 63 cells of 4,096 bytes, each byte escaped as six, come to 1.5 MiB.
pub const RECEIPT_BYTES_MAX: usize = 2 << 20;

/// What the sealed terms say of a pool: what a receipt is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolTerms<'a> {
    /// The pool's columns.
    pub columns: &'a Columns,
    /// The draw.
    pub draw: &'a Slug,
    /// The log's origin.
    pub log: &'a str,
    /// The pool's root.
    pub root: PoolRoot,
    /// The pool's size.
    pub size: u32,
}

/// One person's receipt. `Debug` shows nothing of the person.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt(Listed);

/// The members as they stand in JSON.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    columns: Columns,
    draw: Slug,
    format: Format,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    household: Option<Household>,
    id: String,
    index: u32,
    log: String,
    private: BTreeMap<String, String>,
    proof: Vec<ProofHash>,
    public: BTreeMap<String, String>,
    root: PoolRoot,
    salt: Salt,
    size: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Format {
    #[serde(rename = "kleroterion/v1/receipt")]
    V1,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Household {
    address: Vec<String>,
    key: AddressKey,
}

/// Why a receipt is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Longer than [`RECEIPT_BYTES_MAX`].
    #[error("the receipt has {found} bytes, at most {RECEIPT_BYTES_MAX} are allowed")]
    TooLong {
        /// Length in bytes.
        found: usize,
    },
    /// Not `#` and unpadded base64url of UTF-8.
    #[error("the link's part after # is not a receipt: it may be cut off; scan the code again or copy the whole link")]
    Fragment,
    /// Not canonical JSON of a receipt's shape.
    #[error("not a receipt of this version: {0}")]
    NotCanonical(#[from] JsonError),
    /// A row or an address that does not have exactly the receipt's own columns.
    #[error("the receipt's {role} cells are not those of its {role} columns")]
    Cells {
        /// `private`, `public` or `household`.
        role: &'static str,
    },
    /// A cell that no pool can hold (spec §2.1).
    #[error(transparent)]
    Row(#[from] RowError),
    /// An address of which every cell is empty: such a person has no household.
    #[error("the receipt has a household whose address is empty")]
    EmptyAddress,
    /// A receipt of another draw.
    #[error("the receipt is for the draw {found}, expected {expected}")]
    OtherDraw {
        /// The draw it is held against.
        expected: Slug,
        /// The draw that it names.
        found: Slug,
    },
    /// A receipt of another log.
    #[error("the receipt is for the log {found:?}, expected {expected:?}")]
    OtherLog {
        /// The log of the terms.
        expected: String,
        /// The log that the receipt names.
        found: String,
    },
    /// A receipt with other columns than the sealed ones.
    #[error("the receipt's columns are not those of the sealed terms")]
    OtherColumns,
    /// A receipt of another pool.
    #[error("the receipt is for a pool with root {found}, sealed is {expected}")]
    OtherRoot {
        /// Sealed.
        expected: PoolRoot,
        /// In the receipt.
        found: PoolRoot,
    },
    /// A receipt with another pool size.
    #[error("the receipt is for a pool of {found} people, sealed are {expected}")]
    OtherSize {
        /// Sealed.
        expected: u32,
        /// In the receipt.
        found: u32,
    },
    /// This row is not in the pool at this index.
    #[error("this row is not in the sealed pool at index {index}: {error}")]
    NotInPool {
        /// The receipt's index.
        index: u32,
        /// What the inclusion proof gave.
        error: ProofError,
    },
}

/// Proven: this row, as the receipt shows it, is in the sealed pool at this index. Made only by [`Receipt::check`].
#[derive(Clone, PartialEq, Eq)]
pub struct CheckedReceipt {
    index: u32,
    private: PrivatePart,
    public: String,
    leaf: PoolLeaf,
}

impl CheckedReceipt {
    /// The person's index in the pool.
    #[must_use]
    pub fn index(&self) -> u32 {
        self.index
    }

    /// The hidden half of the leaf, as outcome and table show it.
    #[must_use]
    pub fn private_part(&self) -> PrivatePart {
        self.private
    }

    /// The shown half of the leaf: canonical JSON.
    #[must_use]
    pub fn public_part(&self) -> &str {
        &self.public
    }

    /// The leaf.
    #[must_use]
    pub fn leaf(&self) -> PoolLeaf {
        self.leaf
    }
}

impl fmt::Debug for CheckedReceipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckedReceipt").field("index", &self.index).finish_non_exhaustive()
    }
}

impl Receipt {
    /// The receipt of the person at `index`, from their row and its parts, and what it proves. Refuses to make one that would not
    /// check.
    pub fn make(
        pool: &PoolTerms<'_>,
        row: &Row<'_>,
        parts: &Parts<'_>,
        index: u32,
        proof: &InclusionProof,
    ) -> Result<(Self, CheckedReceipt), ReceiptError> {
        let cells = |names: &[String], cells: &[&str]| {
            names.iter().cloned().zip(cells.iter().map(|&cell| cell.to_owned())).collect::<BTreeMap<_, _>>()
        };
        let household = parts.household.as_ref().map(|(key, _)| Household {
            address: row.household.iter().map(|&cell| cell.to_owned()).collect(),
            key: key.clone(),
        });
        let receipt = Self(Listed {
            columns: pool.columns.clone(),
            draw: pool.draw.clone(),
            format: Format::V1,
            household,
            id: row.id.to_owned(),
            index,
            log: pool.log.to_owned(),
            private: cells(pool.columns.private(), row.private),
            proof: proof.hashes().iter().map(|hash| ProofHash(hash.to_bytes())).collect(),
            public: cells(pool.columns.public(), row.public),
            root: pool.root,
            salt: parts.salt.clone(),
            size: pool.size,
        });
        let checked = receipt.check(pool)?;
        Ok((receipt, checked))
    }

    /// Reads a receipt: canonical JSON of the right shape. Says nothing yet about the pool.
    pub fn parse(text: &str) -> Result<Self, ReceiptError> {
        if text.len() > RECEIPT_BYTES_MAX {
            return Err(ReceiptError::TooLong { found: text.len() });
        }
        Ok(Self(json::decode(text)?))
    }

    /// The receipt as canonical JSON.
    pub fn encode(&self) -> Result<String, ReceiptError> {
        Ok(json::encode(&self.0)?)
    }

    /// `#` and the receipt in unpadded base64url: what comes after a link's address, and so never reaches a server.
    pub fn to_fragment(&self) -> Result<String, ReceiptError> {
        Ok(format!("#{}", URL_SAFE_NO_PAD.encode(self.encode()?)))
    }

    /// Reads what [`Self::to_fragment`] gives and nothing else.
    pub fn from_fragment(fragment: &str) -> Result<Self, ReceiptError> {
        let encoded = fragment.strip_prefix('#').ok_or(ReceiptError::Fragment)?;
        // Three bytes in four characters.
        if encoded.len() / 4 > RECEIPT_BYTES_MAX / 3 {
            return Err(ReceiptError::TooLong { found: encoded.len() / 4 * 3 });
        }
        let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| ReceiptError::Fragment)?;
        Self::parse(str::from_utf8(&bytes).map_err(|_| ReceiptError::Fragment)?)
    }

    /// Holds the receipt against the sealed terms (spec §2.4): the same draw, log, columns, root and size; both parts recomputed
    /// from the row; the leaf at its index under the root.
    pub fn check(&self, pool: &PoolTerms<'_>) -> Result<CheckedReceipt, ReceiptError> {
        let r = &self.0;
        if r.log != pool.log {
            return Err(ReceiptError::OtherLog { expected: pool.log.to_owned(), found: r.log.clone() });
        }
        if r.draw != *pool.draw {
            return Err(ReceiptError::OtherDraw { expected: pool.draw.clone(), found: r.draw.clone() });
        }
        if r.columns != *pool.columns {
            return Err(ReceiptError::OtherColumns);
        }
        if r.root != pool.root {
            return Err(ReceiptError::OtherRoot { expected: pool.root, found: r.root });
        }
        if r.size != pool.size {
            return Err(ReceiptError::OtherSize { expected: pool.size, found: r.size });
        }
        let (private, public) = self.parts()?;
        let leaf = leaf(&private, &public);
        let proof = InclusionProof::from_hashes(r.proof.iter().map(|hash| Hash::from_bytes(hash.0)).collect());
        let root = Hash::from_bytes(r.root.0);
        proof
            .verify(&Hash::from_bytes(leaf.0), u64::from(r.index), u64::from(r.size), &root)
            .map_err(|error| ReceiptError::NotInPool { index: r.index, error })?;
        Ok(CheckedReceipt { index: r.index, private, public, leaf })
    }

    /// Both halves of the leaf, recomputed from the row.
    fn parts(&self) -> Result<(PrivatePart, String), ReceiptError> {
        let r = &self.0;
        // Columns and maps ascend by code point, so equal names mean cells in the order of the columns.
        if !r.private.keys().eq(r.columns.private()) {
            return Err(ReceiptError::Cells { role: "private" });
        }
        if !r.public.keys().eq(r.columns.public()) {
            return Err(ReceiptError::Cells { role: "public" });
        }
        let private: Vec<&str> = r.private.values().map(String::as_str).collect();
        let public: Vec<&str> = r.public.values().map(String::as_str).collect();
        let address: Vec<&str> = match &r.household {
            Some(household) if household.address.len() == r.columns.household().len() => {
                household.address.iter().map(String::as_str).collect()
            }
            Some(_) => return Err(ReceiptError::Cells { role: "household" }),
            None => r.columns.household().iter().map(|_| "").collect(),
        };
        let row = Row { id: &r.id, private: &private, household: &address, public: &public };

        let writer = RowWriter::new(&r.columns);
        let mut json = String::new();
        writer.write_private(&mut json, &row)?;
        let private_part = private_part(&r.salt, &json);
        let tag = match (&r.household, writer.write_address(&mut json, &row)?) {
            (Some(household), true) => Some(household_tag(&household.key, &json)),
            (Some(_), false) => return Err(ReceiptError::EmptyAddress),
            (None, _) => None,
        };
        writer.write_public(&mut json, &row, tag)?;
        Ok((private_part, json))
    }

    /// The draw that the receipt is for.
    #[must_use]
    pub fn draw(&self) -> &Slug {
        &self.0.draw
    }

    /// The origin of the log in which the draw is sealed.
    #[must_use]
    pub fn log(&self) -> &str {
        &self.0.log
    }

    /// The person's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// The person's index, as the receipt claims it.
    #[must_use]
    pub fn index(&self) -> u32 {
        self.0.index
    }

    /// The pool's columns.
    #[must_use]
    pub fn columns(&self) -> &Columns {
        &self.0.columns
    }

    /// The private row.
    #[must_use]
    pub fn private(&self) -> &BTreeMap<String, String> {
        &self.0.private
    }

    /// The public row.
    #[must_use]
    pub fn public(&self) -> &BTreeMap<String, String> {
        &self.0.public
    }

    /// The address, in the order of the household columns; empty without one.
    #[must_use]
    pub fn address(&self) -> &[String] {
        self.0.household.as_ref().map_or(&[], |household| &household.address)
    }

    /// The pool's root and size, as the receipt claims them.
    #[must_use]
    pub fn pool(&self) -> (PoolRoot, u32) {
        (self.0.root, self.0.size)
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receipt").field("draw", &self.0.draw).finish_non_exhaustive()
    }
}
