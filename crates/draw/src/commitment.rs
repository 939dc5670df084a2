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
//! Rows stream through and are not kept: a pool in the making costs 56 bytes a person, and 88 for a moment when it is put in order; 36 or 52 more if it
//! keeps what its table is made of ([`kept`]); and nothing is allocated for a row. The order of the rows never reaches the root. Nothing here prints
//! or returns a cell, an id or a key.

mod kept;
mod row_writer;

use std::fmt;
use std::ops::Range;

use hmac::{Hmac, KeyInit, Mac};
use klero_tlog::{Frontier, Hash, MerkleTree};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::hash::{PoolLeaf, PoolRoot, PrivatePart, tagged, tagged_in};
use crate::pool::{Columns, HouseholdTag, PoolKey, Row, RowError};

use kept::Kept;
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
    /// Everything here is in the order of the rows: the leaf as four big-endian numbers, whose order is the bytes' order; the row's handle;
    /// bytes 0–7 of the salt, and bytes 8–15.
    leaves: Vec<[u64; 4]>,
    handles: Vec<u64>,
    salts_high: Vec<u64>,
    salts_low: Vec<u64>,
    kept: Option<Kept>,
    message: Vec<u8>,
}

impl PoolBuilder {
    /// An empty pool.
    #[must_use]
    pub fn new(key: &PoolKey, columns: &Columns) -> Self {
        Self {
            hasher: PersonHasher::new(key, columns),
            leaves: Vec::new(),
            handles: Vec::new(),
            salts_high: Vec::new(),
            salts_low: Vec::new(),
            kept: None,
            message: Vec::new(),
        }
    }

    /// Keeps what the table is made of, as far as it fits: then [`Commitment::push_table_lines`] gives the lines.
    #[must_use]
    pub fn keeping_table(mut self) -> Self {
        self.kept = Some(Kept::new(!self.hasher.columns().household().is_empty()));
        self
    }

    /// Adds a person. A row that is refused is left out, and the builder can go on, so that a caller can list all problems.
    pub fn push(&mut self, row: &Row<'_>, handle: u64) -> Result<(), PushError> {
        let parts = self.hasher.parts(row)?;
        if !u32::try_from(self.leaves.len()).is_ok_and(|count| count < PEOPLE_MAX) {
            return Err(PushError::TooMany);
        }
        let [high, low, _, _] = words(parts.salt.as_bytes());
        self.leaves.push(words(&leaf_in(&mut self.message, &parts.private, parts.public).0));
        self.handles.push(handle);
        self.salts_high.push(high);
        self.salts_low.push(low);
        if self.kept.as_mut().is_some_and(|kept| kept.add(&parts).is_none()) {
            self.kept = None;
        }
        Ok(())
    }

    /// People so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.leaves.len()
    }

    /// Sorts the leaves and computes the root.
    pub fn finish(mut self) -> Result<Commitment, CommitError> {
        let groups = self.repeated_ids();
        if !groups.is_empty() {
            return Err(CommitError::RepeatedIds { groups });
        }
        (self.salts_high, self.salts_low) = (Vec::new(), Vec::new());
        let size = u32::try_from(self.leaves.len()).map_err(|_| CommitError::TooMany)?;
        if size == 0 {
            return Err(CommitError::Empty);
        }
        let Self { leaves, handles, kept, .. } = self;
        let people = in_order(leaves, handles);
        let mut frontier = Frontier::new();
        frontier.extend(people.iter().map(|(leaf, ..)| Hash::from_bytes(bytes(leaf))));
        let root = PoolRoot(frontier.root().to_bytes());
        Ok(Commitment { people, kept, root, size })
    }

    /// The handles of rows that share an id.
    ///
    /// Sorting 8 bytes a row finds the few that could be equal; only those are compared in 16.
    fn repeated_ids(&self) -> Vec<Vec<u64>> {
        let (mut sorted, starts) = parted(self.salts_high.len(), self.salts_high.iter().copied(), |salt| *salt);
        let mut suspects = Vec::new();
        for part in starts.windows(2) {
            let [start, end] = part else { continue };
            let Some(part) = sorted.get_mut(*start..*end) else { continue };
            part.sort_unstable();
            suspects.extend(part.iter().zip(part.iter().skip(1)).filter(|(a, b)| a == b).map(|(a, _)| *a));
        }
        if suspects.is_empty() {
            return Vec::new();
        }
        let salts = self.salts_high.iter().zip(&self.salts_low).zip(&self.handles);
        let suspected = salts.filter(|((high, _), _)| suspects.binary_search(high).is_ok());
        let mut rows: Vec<(u64, u64, u64)> = suspected.map(|((high, low), handle)| (*high, *low, *handle)).collect();
        rows.sort_unstable();
        let groups = rows.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).filter(|group| group.len() > 1);
        let mut groups: Vec<Vec<u64>> = groups.map(|g| g.iter().map(|(_, _, handle)| *handle).collect()).collect();
        groups.sort_unstable();
        groups
    }
}

/// A row's number as a position; `usize` holds every u32 on the platforms that hold such a pool.
fn position(row: u32) -> usize {
    usize::try_from(row).unwrap_or(usize::MAX)
}

/// Bits of a key by which keys are parted.
const PART_BITS: u32 = 11;

/// Where each part of [`parted`] begins, and where the last one ends.
type Starts = Vec<usize>;

/// `count` items, parted by the first bits of keys that hashing has spread evenly, so that what is then sorted fits a processor's cache. Keys that are
/// not spread evenly are parted too, only less well.
fn parted<T: Copy + Default>(
    count: usize,
    items: impl Iterator<Item = T> + Clone,
    key: impl Fn(&T) -> u64,
) -> (Vec<T>, Starts) {
    let part = |item: &T| usize::try_from(key(item) >> (u64::BITS - PART_BITS)).unwrap_or(0);
    let mut starts = vec![0usize; (1 << PART_BITS) + 1];
    for item in items.clone() {
        if let Some(count) = starts.get_mut(part(&item) + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    let mut next = starts.clone();
    let mut parted = vec![T::default(); count];
    for item in items {
        if let Some(place) = next.get_mut(part(&item)) {
            if let Some(slot) = parted.get_mut(*place) {
                *slot = item;
            }
            *place += 1;
        }
    }
    (parted, starts)
}

/// The rows in the order of their leaves. From here on everything is read from the first to the last: at ten million people a look at a far
/// place costs more than a hash.
fn in_order(leaves: Vec<[u64; 4]>, handles: Vec<u64>) -> Vec<Placed> {
    let rows = leaves.iter().zip(&handles).zip(0u32..);
    let rows = rows.map(|((leaf, handle), row)| (*leaf, *handle, row));
    let (mut people, starts) = parted(leaves.len(), rows, |([first, ..], ..)| *first);
    drop((leaves, handles));
    let (mut keys, mut sorted): (Vec<u128>, Vec<Placed>) = (Vec::new(), Vec::new());
    for range in starts.windows(2) {
        let [start, end] = range else { continue };
        let Some(part) = people.get_mut(*start..*end) else { continue };
        // A key is the leaf's first eight bytes, and then where it stands.
        keys.clear();
        keys.extend(part.iter().zip(0u32..).map(|(([first, ..], ..), at)| u128::from(*first) << 32 | u128::from(at)));
        keys.sort_unstable();
        let place = |key: &u128| u32::try_from(key & u128::from(u32::MAX)).map_or(usize::MAX, position);
        sorted.clear();
        sorted.extend(keys.iter().filter_map(|key| part.get(place(key))));
        for ties in sorted.chunk_by_mut(|a, b| a.0.first() == b.0.first()).filter(|same| same.len() > 1) {
            ties.sort_unstable();
        }
        part.iter_mut().zip(&sorted).for_each(|(slot, person)| *slot = *person);
    }
    people
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

/// A row among those in order: its leaf, its handle, its number. A tuple, because memory for many of them comes zeroed without being written.
type Placed = ([u64; 4], u64, u32);

/// A committed pool: leaves and the rows' handles, in the order in which the leaves ascend. Made only by [`PoolBuilder::finish`].
#[derive(Clone)]
pub struct Commitment {
    /// By index: the leaves strictly ascend.
    people: Vec<Placed>,
    /// What the table is made of, by the rows' numbers, if it was kept.
    kept: Option<Kept>,
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
        self.people.get(position(index)).map(|(leaf, ..)| PoolLeaf(bytes(leaf)))
    }

    /// The handle of the person with that index.
    #[must_use]
    pub fn handle(&self, index: u32) -> Option<u64> {
        self.people.get(position(index)).map(|(_, handle, _)| *handle)
    }

    /// The index of the person with that leaf.
    #[must_use]
    pub fn position(&self, leaf: &PoolLeaf) -> Option<u32> {
        let wanted = words(&leaf.0);
        let found = self.people.binary_search_by(|(leaf, ..)| leaf.cmp(&wanted));
        found.ok().and_then(|position| u32::try_from(position).ok())
    }

    /// Leaves and handles in index order.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (PoolLeaf, u64)> {
        self.people.iter().map(|(leaf, handle, _)| (PoolLeaf(bytes(leaf)), *handle))
    }

    /// Appends these people's lines of the table, each with its newline (spec §2.3). `false`, and nothing appended, if the builder did not keep what
    /// they are made of: then [`crate::table::TableWriter`] makes the table from the rows.
    pub fn push_table_lines(&self, indices: Range<u32>, out: &mut String) -> bool {
        let Some(kept) = &self.kept else { return false };
        let Some(people) = self.people.get(position(indices.start)..position(indices.end)) else { return false };
        kept.push_lines(people.iter().map(|(_, _, row)| position(*row)), out).is_some()
    }

    /// The tree over the leaves, for proofs: another 64 bytes a person.
    #[must_use]
    pub fn tree(&self) -> MerkleTree {
        self.entries().map(|(leaf, _)| Hash::from_bytes(leaf.0)).collect()
    }
}

impl fmt::Debug for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Commitment").field("size", &self.size).field("root", &self.root).finish_non_exhaustive()
    }
}
