//! The file `index` of a committed pool: for each person, in index order, the leaf (32 bytes) and where the row begins in `people.csv`
//! (u64be), 40 bytes in all.
//!
//! Proofs are made by reading the file through once, 4,096 leaves at a time: what is kept is one hash for each of those blocks, so a
//! pool of any size takes little memory. This file knows no people and no keys.

use std::io::{self, BufWriter, Read, Write};
use std::sync::{Mutex, PoisonError};

use klero_draw::hash::{PoolLeaf, PoolRoot};
use klero_tlog::{Hash, InclusionProof, node_hash};

use super::source::{Positioned, Source};

/// Bytes for each person.
pub(crate) const ENTRY_BYTES: usize = 40;
/// Leaves hashed together; a power of two, so that each block is a subtree.
const BLOCK_LEAVES: usize = 4096;

/// An open index.
pub(crate) struct Index {
    source: Source,
    /// For single entries; kept, since opening an encrypted file costs more than reading an entry of it.
    single: Mutex<Positioned>,
    size: u32,
}

/// Writes an index, in index order. The caller syncs.
pub(crate) fn write(file: impl Write, entries: impl Iterator<Item = (PoolLeaf, u64)>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, file);
    for (leaf, offset) in entries {
        let mut entry = [0; ENTRY_BYTES];
        let (hash, place) = entry.split_at_mut(32);
        hash.copy_from_slice(&leaf.0);
        place.copy_from_slice(&offset.to_be_bytes());
        out.write_all(&entry)?;
    }
    out.flush()
}

impl Index {
    /// Opens the index of `size` people. A file of another length is refused.
    pub(crate) fn new(source: Source, size: u32) -> io::Result<Self> {
        let (expected, found) = (u64::from(size) * 40, source.length());
        if expected == found {
            let single = Mutex::new(source.reader()?);
            Ok(Self { source, single, size })
        } else {
            Err(damaged(format!("expected {expected} bytes for {size} people, found {found}")))
        }
    }

    /// The leaf of the person at `index`, and where the row begins.
    pub(crate) fn entry(&self, index: u32) -> io::Result<(PoolLeaf, u64)> {
        if index >= self.size {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("there is no person {index} in a pool of {}", self.size),
            ));
        }
        let mut entry = [0; ENTRY_BYTES];
        let mut reader = self.single.lock().unwrap_or_else(PoisonError::into_inner);
        reader.at = u64::from(index) * 40;
        reader.read_exact(&mut entry)?;
        Ok(parse(&entry))
    }

    /// Whose leaf this is.
    pub(crate) fn find(&self, leaf: &PoolLeaf) -> io::Result<Option<u32>> {
        let (mut low, mut high) = (0, self.size);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.entry(middle)?.0.cmp(leaf) {
                std::cmp::Ordering::Equal => return Ok(Some(middle)),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        Ok(None)
    }

    /// All entries, in order.
    pub(crate) fn entries(&self) -> io::Result<impl Iterator<Item = io::Result<(PoolLeaf, u64)>> + use<>> {
        let mut reader = self.source.buffered()?;
        Ok((0..self.size).map(move |_| {
            let mut entry = [0; ENTRY_BYTES];
            reader.read_exact(&mut entry)?;
            Ok(parse(&entry))
        }))
    }

    /// The root over all leaves, and an inclusion proof (RFC 6962 §2.1.1) for each of `indices`, in their order.
    ///
    /// The proofs are not checked here against the pool's root: the caller compares the root.
    pub(crate) fn proofs(&self, indices: &[u32]) -> io::Result<(PoolRoot, Vec<InclusionProof>)> {
        if let Some(&outside) = indices.iter().find(|&&index| index >= self.size) {
            self.entry(outside)?;
        }
        // Targets ascending, each with its place in `indices`.
        let mut targets: Vec<(usize, usize)> =
            indices.iter().enumerate().map(|(place, &index)| (usize_of(index), place)).collect();
        targets.sort_unstable();
        let mut paths: Vec<Vec<Hash>> = vec![Vec::new(); indices.len()];
        let mut blocks: Vec<Hash> = Vec::with_capacity(usize_of(self.size) / BLOCK_LEAVES + 1);
        let mut block: Vec<Hash> = Vec::with_capacity(BLOCK_LEAVES);
        let (mut first, mut rest) = (0, targets.as_slice());
        let mut entries = self.entries()?;
        loop {
            block.clear();
            for entry in entries.by_ref().take(BLOCK_LEAVES) {
                block.push(Hash::from_bytes(entry?.0.0));
            }
            if block.is_empty() {
                break;
            }
            let within = rest.partition_point(|&(index, _)| index < first + block.len());
            let (here, later) = rest.split_at(within);
            blocks.push(fold(&mut block, here.iter().map(|&(index, place)| (index - first, place)), &mut paths));
            (first, rest) = (first + BLOCK_LEAVES, later);
        }
        let above = targets.iter().map(|&(index, place)| (index / BLOCK_LEAVES, place));
        let root = fold(&mut blocks, above, &mut paths);
        Ok((PoolRoot(root.to_bytes()), paths.into_iter().map(InclusionProof::from_hashes).collect()))
    }
}

/// Hashes nodes of one level up to their common root, and adds to the path of each target what stands beside it on every level. A node
/// without a sibling rises as it is, which is RFC 6962's tree for sizes that are no power of two.
fn fold(nodes: &mut Vec<Hash>, targets: impl Iterator<Item = (usize, usize)>, paths: &mut [Vec<Hash>]) -> Hash {
    let mut targets: Vec<(usize, usize)> = targets.collect();
    while nodes.len() > 1 {
        for (at, place) in &mut targets {
            if let (Some(sibling), Some(path)) = (nodes.get(*at ^ 1), paths.get_mut(*place)) {
                path.push(*sibling);
            }
            *at /= 2;
        }
        let width = nodes.len();
        for parent in 0..width.div_ceil(2) {
            let left = nodes.get(2 * parent).copied();
            let right = nodes.get(2 * parent + 1).copied();
            let joined = match (left, right) {
                (Some(left), Some(right)) => Some(node_hash(&left, &right)),
                (left, _) => left,
            };
            if let (Some(slot), Some(joined)) = (nodes.get_mut(parent), joined) {
                *slot = joined;
            }
        }
        nodes.truncate(width.div_ceil(2));
    }
    nodes.first().copied().unwrap_or(Hash::ZERO)
}

fn parse(entry: &[u8; ENTRY_BYTES]) -> (PoolLeaf, u64) {
    let (mut leaf, mut offset) = ([0; 32], [0; 8]);
    let (hash, place) = entry.split_at(32);
    leaf.copy_from_slice(hash);
    offset.copy_from_slice(place);
    (PoolLeaf(leaf), u64::from_be_bytes(offset))
}

/// What a damaged file of the pool is reported as.
pub(crate) fn damaged(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.into())
}

fn usize_of(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;
    use klero_tlog::MerkleTree;

    fn leaf(i: u32) -> PoolLeaf {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&i.to_be_bytes());
        PoolLeaf(bytes)
    }

    /// Every proof of an index of `size` leaves is the one that the log's tree makes.
    fn check(size: u32, indices: &[u32]) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index");
        write(&File::create(&path).unwrap(), (0..size).map(|i| (leaf(i), u64::from(i) * 7))).unwrap();
        let index = Index::new(Source::plain(&path).unwrap(), size).unwrap();
        let mut tree = MerkleTree::new();
        (0..size).for_each(|i| tree.append(Hash::from_bytes(leaf(i).0)));
        let (root, proofs) = index.proofs(indices).unwrap();
        assert_eq!(root.0, tree.root().to_bytes());
        for (proof, &i) in proofs.iter().zip(indices) {
            let expected = tree.inclusion_proof(u64::from(i), u64::from(size)).unwrap();
            assert_eq!(proof.hashes(), expected.hashes(), "size {size}, index {i}");
        }
        for &i in indices {
            assert_eq!(index.entry(i).unwrap(), (leaf(i), u64::from(i) * 7));
            assert_eq!(index.find(&leaf(i)).unwrap(), Some(i));
        }
        assert_eq!(index.find(&leaf(size)).unwrap(), None);
        assert!(index.proofs(&[size]).is_err());
        assert!(Index::new(Source::plain(&path).unwrap(), size + 1).is_err());
    }

    #[test]
    fn proofs_are_those_of_the_log_tree() {
        for size in 1..40 {
            check(size, &(0..size).rev().collect::<Vec<_>>());
        }
        for size in [4095, 4096, 4097, 8192, 8193, 12_289, 20_000] {
            check(size, &[0, size - 1, size / 2, size / 3, 0, size.min(4097) - 1]);
        }
    }
}
