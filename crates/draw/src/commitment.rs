//! From a person's row to a leaf, and from all rows to a root (spec §2.2).
//!
//! ```text
//! salt          = HMAC-SHA256(pool_key, "salt" ‖ id)
//! private_part  = tagged("person", salt, JCS({"id": id, "row": {private columns}}))
//! address_key   = HMAC-SHA256(pool_key, "household" ‖ address)            address = JCS([household cells])
//! tag           = first 16 bytes of tagged("household", address_key, address)
//! public_part   = JCS({"household": tag, "row": {public columns}})
//! leaf          = SHA-256(0x00 ‖ private_part ‖ public_part)
//! ```
//!
//! Rows stream through and are not kept: a pool in the making costs 56 bytes a person, 92 or 108 if it keeps what its table is made of
//! ([`kept`]), and nothing is allocated for a row. The order of the rows never reaches the root. Nothing here prints or returns a cell, an id or a key.

mod kept;
mod row_writer;

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use klero_tlog::{Frontier, Hash, MerkleTree};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::hash::{PoolLeaf, PoolRoot, PrivatePart, tagged, tagged_in};
use crate::pool::{Columns, HouseholdTag, PoolKey, Row, RowError};

use kept::{KeptParts, KeptRows};
pub(crate) use row_writer::RowWriter;

/// Most people in a pool (spec §2.1).
pub const PEOPLE_MAX: u32 = u32::MAX;

/// A person's salt (spec §2.2): whoever has it can try out rows against the leaf. Wiped when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Salt([u8; 32]);

/// The key of a household's tag (spec §2.2). Wiped when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct AddressKey([u8; 32]);

macro_rules! secrets {
    ($($name:ident)*) => {$(
        impl $name {
            /// Takes the 32 bytes as they are.
            #[must_use]
            pub fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }
            /// The 32 bytes.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(&hex::encode(self.0))
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                let bytes = crate::hash::from_hex(&text);
                bytes.map(Self).ok_or_else(|| serde::de::Error::custom(crate::hash::NotAHash))
            }
        }
    )*};
}
secrets! { Salt AddressKey }

/// What a person's row becomes. Borrows the hasher's buffers: valid until its next row.
#[derive(Clone)]
pub struct Parts<'h> {
    /// The hidden half of the leaf.
    pub private: PrivatePart,
    /// The shown half of the leaf: canonical JSON.
    pub public: &'h str,
    /// Opens `private`, together with the row.
    pub salt: Salt,
    /// The household's key and tag; `None` without household columns, or when all of them are empty.
    pub household: Option<(AddressKey, HouseholdTag)>,
}

impl fmt::Debug for Parts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Parts(redacted)")
    }
}

/// `SHA-256(0x00 ‖ private_part ‖ public_part)`, the RFC 6962 leaf hash (spec §2.2).
#[must_use]
pub fn leaf(private: &PrivatePart, public: &str) -> PoolLeaf {
    leaf_in(&mut Vec::new(), private, public)
}

/// As [`leaf`], in a buffer that can be used again: one piece is hashed faster than three.
pub(crate) fn leaf_in(message: &mut Vec<u8>, private: &PrivatePart, public: &str) -> PoolLeaf {
    message.clear();
    message.push(0);
    message.extend_from_slice(&private.0);
    message.extend_from_slice(public.as_bytes());
    PoolLeaf(Sha256::digest(message.as_slice()).into())
}

/// `tagged("person", salt, JCS({"id": id, "row": {private columns}}))`: the private part, by whoever has salt and row.
pub(crate) fn private_part(salt: &Salt, json: &str) -> PrivatePart {
    PrivatePart(tagged("person", &[salt.as_bytes(), json.as_bytes()]))
}

/// The first 16 bytes of `tagged("household", address_key, address)`.
pub(crate) fn household_tag(key: &AddressKey, address: &str) -> HouseholdTag {
    let hash = tagged("household", &[key.as_bytes(), address.as_bytes()]);
    let (tag, _) = hash.split_first_chunk::<16>().expect("32 bytes begin with 16");
    HouseholdTag(*tag)
}

/// Turns rows into parts, with one pool's key and columns. Reuses its buffers, which hold the last person's cells.
pub struct PersonHasher {
    /// As good as the pool's key; wiped when dropped, which is what hmac's feature `zeroize` is for.
    keyed: Hmac<Sha256>,
    writer: RowWriter,
    private_json: String,
    public_json: String,
    address: String,
    message: Vec<u8>,
}

impl PersonHasher {
    /// For one pool.
    #[must_use]
    pub fn new(key: &PoolKey, columns: &Columns) -> Self {
        Self {
            keyed: keyed(key),
            writer: RowWriter::new(columns),
            private_json: String::new(),
            public_json: String::new(),
            address: String::new(),
            message: Vec::new(),
        }
    }

    /// The pool's columns.
    #[must_use]
    pub fn columns(&self) -> &Columns {
        self.writer.columns()
    }

    /// Checks a row (spec §2.1) and computes both halves of its leaf.
    pub fn parts(&mut self, row: &Row<'_>) -> Result<Parts<'_>, RowError> {
        self.writer.write_private(&mut self.private_json, row)?;
        let salt = Salt(self.hmac(b"salt", row.id));
        let private =
            PrivatePart(tagged_in(&mut self.message, "person", &[salt.as_bytes(), self.private_json.as_bytes()]));
        let household = if self.writer.write_address(&mut self.address, row)? {
            let key = AddressKey(self.hmac(b"household", &self.address));
            let tag = household_tag(&key, &self.address);
            Some((key, tag))
        } else {
            None
        };
        self.writer.write_public(&mut self.public_json, row, household.as_ref().map(|(_, tag)| *tag))?;
        Ok(Parts { private, public: &self.public_json, salt, household })
    }

    fn hmac(&self, label: &[u8], text: &str) -> [u8; 32] {
        // The keyed state is cloned: keying it again would cost two compressions of four.
        let mut mac = self.keyed.clone();
        mac.update(label);
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

/// HMAC-SHA256 with the pool's key.
pub(crate) fn keyed(key: &PoolKey) -> Hmac<Sha256> {
    Hmac::new_from_slice(key.as_bytes()).expect("HMAC takes a key of any length")
}

impl fmt::Debug for PersonHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonHasher").field("columns", self.columns()).finish_non_exhaustive()
    }
}

/// Why rows do not make a pool.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// Nobody in it.
    #[error("the pool is empty: it needs at least one person")]
    Empty,
    /// More than [`PEOPLE_MAX`] people.
    #[error("the pool has more than {PEOPLE_MAX} people")]
    TooMany,
    /// Ids that occur more than once: for each, the handles of all its rows, ascending.
    #[error("{} ids occur more than once", groups.len())]
    RepeatedIds {
        /// Groups of handles, by the first of each.
        groups: Vec<Vec<u64>>,
    },
}

/// Why a row was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// The row itself.
    #[error(transparent)]
    Row(#[from] RowError),
    /// The pool is full: [`PEOPLE_MAX`].
    #[error("the pool has more than {PEOPLE_MAX} people")]
    TooMany,
}

/// A pool in the making: rows go in, in any order.
///
/// Each row has a handle, whatever the caller finds it again by: a line, an offset. Ids are compared by the first 16 bytes of
/// their salts, which are equal for equal ids and, short of a break of HMAC-SHA256, for no others.
pub struct PoolBuilder {
    hasher: PersonHasher,
    /// By the first bits of the leaf, so that what is sorted in the end fits a processor's cache.
    buckets: Vec<Bucket>,
    kept: Option<KeptRows>,
    count: usize,
    message: Vec<u8>,
}

/// Bits of a leaf by which rows are parted.
const BUCKET_BITS: u32 = 12;

/// Rows whose leaves begin with the same bits.
#[derive(Clone, Default)]
struct Bucket {
    rows: Vec<Pushed>,
    /// One for each row, while parts are kept.
    parts: KeptParts,
}

/// A row that was added: its leaf as four big-endian numbers, whose order is the bytes' order, its handle, and the beginning of its salt.
#[derive(Clone, Copy)]
struct Pushed {
    leaf: [u64; 4],
    handle: u64,
    salt: [u64; 2],
}

/// A leaf, and its row's handle.
#[derive(Clone, Copy)]
struct Entry {
    leaf: [u64; 4],
    handle: u64,
}

impl PoolBuilder {
    /// An empty pool.
    #[must_use]
    pub fn new(key: &PoolKey, columns: &Columns) -> Self {
        Self {
            hasher: PersonHasher::new(key, columns),
            buckets: vec![Bucket::default(); 1 << BUCKET_BITS],
            kept: None,
            count: 0,
            message: Vec::new(),
        }
    }

    /// Keeps what the table is made of, as far as it fits: then [`Commitment::push_table_line`] gives the lines.
    #[must_use]
    pub fn keeping_table(mut self) -> Self {
        self.kept = Some(KeptRows::new());
        self
    }

    /// Adds a person. A row that is refused is left out, and the builder can go on, so that a caller can list all problems.
    pub fn push(&mut self, row: &Row<'_>, handle: u64) -> Result<(), PushError> {
        let households = !self.hasher.columns().household().is_empty();
        let parts = self.hasher.parts(row)?;
        if !u32::try_from(self.count).is_ok_and(|count| count < PEOPLE_MAX) {
            return Err(PushError::TooMany);
        }
        let leaf = words(&leaf_in(&mut self.message, &parts.private, parts.public).0);
        let [high, low, _, _] = words(parts.salt.as_bytes());
        let [first, ..] = leaf;
        let number = usize::try_from(first >> (u64::BITS - BUCKET_BITS)).unwrap_or(0);
        let bucket = self.buckets.get_mut(number).expect("there is a bucket for every number of that many bits");
        bucket.rows.push(Pushed { leaf, handle, salt: [high, low] });
        if let Some(kept) = &mut self.kept
            && kept.add(&parts, households, &mut bucket.parts).is_none()
        {
            self.kept = None;
            self.buckets.iter_mut().for_each(|bucket| bucket.parts = KeptParts::default());
        }
        self.count += 1;
        Ok(())
    }

    /// People so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Sorts the leaves and computes the root.
    pub fn finish(self) -> Result<Commitment, CommitError> {
        let groups = self.repeated_ids();
        if !groups.is_empty() {
            return Err(CommitError::RepeatedIds { groups });
        }
        let size = u32::try_from(self.count).map_err(|_| CommitError::TooMany)?;
        if size == 0 {
            return Err(CommitError::Empty);
        }
        let households = !self.hasher.columns().household().is_empty();
        let keeps = self.kept.is_some();
        let mut entries = Vec::with_capacity(self.count);
        let mut parts = KeptParts::with_capacity(if keeps { self.count } else { 0 }, households);
        let mut frontier = Frontier::new();
        for Bucket { rows, parts: unsorted } in self.buckets {
            let mut order: Vec<(u64, usize)> = rows.iter().map(|row| row.leaf[0]).zip(0..).collect();
            let leaf = |position: usize| rows.get(position).map(|row| row.leaf);
            order.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| leaf(a.1).cmp(&leaf(b.1))));
            for (_, position) in order {
                let Some(Pushed { leaf, handle, .. }) = rows.get(position) else { continue };
                entries.push(Entry { leaf: *leaf, handle: *handle });
                frontier.append(Hash::from_bytes(bytes(leaf)));
                if keeps {
                    parts.take(&unsorted, position);
                }
            }
        }
        let kept = self.kept.map(|rows| (rows.finish(), parts));
        Ok(Commitment { entries, kept, root: PoolRoot(frontier.root().to_bytes()), size })
    }

    /// The handles of rows that share an id.
    ///
    /// Sorting 8 bytes a row finds the few that could be equal; only those are compared in 16.
    fn repeated_ids(&self) -> Vec<Vec<u64>> {
        let rows = || self.buckets.iter().flat_map(|bucket| &bucket.rows);
        let mut sorted = Vec::with_capacity(self.count);
        sorted.extend(rows().map(|row| row.salt[0]));
        sorted.sort_unstable();
        let suspects: Vec<u64> =
            sorted.chunk_by(u64::eq).filter(|g| g.len() > 1).filter_map(|g| g.first().copied()).collect();
        drop(sorted);
        if suspects.is_empty() {
            return Vec::new();
        }
        let mut rows: Vec<([u64; 2], u64)> = rows()
            .filter(|row| suspects.binary_search(&row.salt[0]).is_ok())
            .map(|row| (row.salt, row.handle))
            .collect();
        rows.sort_unstable();
        let groups = rows.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1);
        let mut groups: Vec<Vec<u64>> = groups.map(|g| g.iter().map(|(_, handle)| *handle).collect()).collect();
        groups.sort_unstable();
        groups
    }
}

impl fmt::Debug for PoolBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PoolBuilder").field("count", &self.count()).finish_non_exhaustive()
    }
}

/// Bytes as big-endian numbers: comparing the numbers compares the bytes.
fn words(bytes: &[u8; 32]) -> [u64; 4] {
    let mut words = [0; 4];
    for (word, chunk) in words.iter_mut().zip(bytes.as_chunks::<8>().0) {
        *word = u64::from_be_bytes(*chunk);
    }
    words
}

/// The inverse of [`words`].
fn bytes(words: &[u64; 4]) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (chunk, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(words) {
        *chunk = word.to_be_bytes();
    }
    bytes
}

/// A committed pool: sorted leaves, each with its row's handle, and the root. Made only by [`PoolBuilder::finish`].
#[derive(Clone)]
pub struct Commitment {
    /// Strictly ascending by leaf.
    entries: Vec<Entry>,
    /// What the table is made of, in index order, if it was kept.
    kept: Option<(Vec<Box<str>>, KeptParts)>,
    root: PoolRoot,
    size: u32,
}

impl Commitment {
    /// Number of people, at least 1.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.size
    }

    /// RFC 6962 tree head over the leaves.
    #[must_use]
    pub fn root(&self) -> PoolRoot {
        self.root
    }

    /// The leaf of the person with that index.
    #[must_use]
    pub fn leaf(&self, index: u32) -> Option<PoolLeaf> {
        self.entry(index).map(|entry| PoolLeaf(bytes(&entry.leaf)))
    }

    /// The handle of the person with that index.
    #[must_use]
    pub fn handle(&self, index: u32) -> Option<u64> {
        self.entry(index).map(|entry| entry.handle)
    }

    /// The index of the person with that leaf.
    #[must_use]
    pub fn position(&self, leaf: &PoolLeaf) -> Option<u32> {
        let found = self.entries.binary_search_by(|entry| entry.leaf.cmp(&words(&leaf.0)));
        found.ok().and_then(|position| u32::try_from(position).ok())
    }

    /// Leaves and handles in index order.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (PoolLeaf, u64)> {
        self.entries.iter().map(|entry| (PoolLeaf(bytes(&entry.leaf)), entry.handle))
    }

    /// Appends a person's line of the table, with its newline (spec §2.3). `false`, and nothing appended, if the builder did not keep what
    /// it is made of: then [`crate::table::TableWriter`] makes the table from the rows.
    pub fn push_table_line(&self, index: u32, out: &mut String) -> bool {
        let Some((rows, parts)) = &self.kept else { return false };
        usize::try_from(index).ok().and_then(|index| parts.push_line(index, rows, out)).is_some()
    }

    /// The tree over the leaves, for proofs: another 64 bytes a person.
    #[must_use]
    pub fn tree(&self) -> MerkleTree {
        self.entries.iter().map(|entry| Hash::from_bytes(bytes(&entry.leaf))).collect()
    }

    fn entry(&self, index: u32) -> Option<&Entry> {
        self.entries.get(usize::try_from(index).ok()?)
    }
}

impl fmt::Debug for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Commitment").field("size", &self.size).field("root", &self.root).finish_non_exhaustive()
    }
}
