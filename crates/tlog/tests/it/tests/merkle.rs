//! Inclusion, consistency and their subtree forms: fixed roots, every size, extremes, and the C2SP/CCTV case files.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use klero_tlog::hash::HashError;
use klero_tlog::proof::{ConsistencyProof, InclusionProof, ProofError, Subtree, SubtreeConsistencyProof, TreeHead};
use klero_tlog::tree::{prove_subtree_consistency, prove_subtree_inclusion};
use klero_tlog::{Frontier, Hash, MerkleTree, leaf_hash, node_hash, root_of};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::support::{Numbers, files_below, leaf, third_party};

/// The reference leaves of Certificate Transparency and the root after each of them.
const REFERENCE: &[(&str, &str)] = &[
    ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    ("00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    ("10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
    ("2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    ("3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
    ("40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
    ("5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
    ("606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
];

/// Subtrees and whether they are any.
const SUBTREES: &[(u64, u64, bool)] = &[
    (0, 0, true),
    (7, 7, true),
    (0, 1, true),
    (5, 6, true),
    (4, 8, true),
    (4, 7, true),
    (4, 9, false),
    (2, 5, false),
    (1, 3, false),
    (6, 4, false),
    (0, u64::MAX, true),
    (1, u64::MAX, false),
    (1 << 63, u64::MAX, true),
    ((1 << 63) + 1, u64::MAX, false),
    (1, 9_223_372_036_854_775_810, false),
];

#[test]
fn check() {
    let mut tree = MerkleTree::new();
    let mut frontier = Frontier::new();
    assert_eq!(tree.root().to_hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(tree.head(), TreeHead::empty());
    for (data, root) in REFERENCE {
        let leaf = leaf_hash(&hex::decode(data).unwrap());
        tree.append(leaf);
        frontier.append(leaf);
        assert_eq!((tree.root().to_hex().as_str(), frontier.root()), (*root, tree.root()));
        assert_eq!(root_of(tree.leaves().iter().copied()), tree.root());
        let rebuilt = Frontier::from_right_edge(frontier.size(), frontier.right_edge().to_vec());
        assert_eq!(rebuilt.as_ref(), Ok(&frontier));
        let short = Frontier::from_right_edge(frontier.size(), frontier.right_edge()[1..].to_vec());
        assert!(short.is_err());
    }
    // Two empty trees are equal only if both have the empty root.
    let nothing = ConsistencyProof::from_hashes(Vec::new());
    let forged = TreeHead { size: 0, root: leaf(0) };
    assert!(nothing.verify(&TreeHead::empty(), &TreeHead::empty()).is_ok());
    assert!(matches!(nothing.verify(&TreeHead::empty(), &forged), Err(ProofError::RootMismatch { .. })));
    assert!(matches!(nothing.verify(&forged, &TreeHead::empty()), Err(ProofError::OldRootMismatch { .. })));
    let hex = leaf(0).to_hex();
    for bad in [hex.to_uppercase(), format!("{hex}0"), hex.replace(&hex[..1], "g"), String::new()] {
        assert_eq!(Hash::from_hex(&bad), Err(HashError::Hex));
    }
    for &(start, end, valid) in SUBTREES {
        assert_eq!(Subtree::new(start, end).is_ok(), valid, "{start}..{end}");
    }
    assert!(Frontier::from_right_edge(u64::MAX, vec![Hash::ZERO; 64]).is_err());
}

/// Every proof of every tree up to 70 leaves verifies, and none with one hash, index, size or root changed.
#[test]
fn every_small_tree() {
    const SIZE: u64 = 70;
    let tree: MerkleTree = (0..SIZE).map(leaf).collect();
    let wrong = leaf(1000);
    for size in 0..=SIZE {
        let root = tree.root_at(size).unwrap();
        let head = TreeHead { size, root };
        assert_eq!(root, root_of((0..size).map(leaf)));
        for index in 0..size {
            let proof = tree.inclusion_proof(index, size).unwrap();
            let included = proof.verify(&leaf(index), index, size, &root).unwrap();
            assert_eq!((included.leaf(), included.index(), included.head()), (leaf(index), index, head));
            assert!(matches!(proof.verify(&wrong, index, size, &root), Err(ProofError::RootMismatch { .. })));
            assert!(proof.verify(&leaf(index), index, size, &wrong).is_err());
            for other in (0..size + 2).filter(|other| *other != index) {
                assert!(proof.verify(&leaf(index), other, size, &root).is_err());
            }
            for changed in changed_lists(proof.hashes()) {
                let changed = InclusionProof::from_hashes(changed);
                assert!(changed.verify(&leaf(index), index, size, &root).is_err());
            }
        }
        for old_size in 0..=size {
            let old = TreeHead { size: old_size, root: tree.root_at(old_size).unwrap() };
            let proof = tree.consistency_proof(old_size, size).unwrap();
            let extends = old.verify_extended_by(&head, &proof).unwrap();
            assert_eq!((extends.old(), extends.new_head()), (old, head));
            let from_empty = Err(ProofError::FromEmpty { new_size: size });
            let expected = if old_size == 0 && size > 0 { from_empty } else { Ok(extends) };
            assert_eq!(proof.verify(&old, &head), expected);
            let forged = TreeHead { root: wrong, ..old };
            assert!(forged.verify_extended_by(&head, &proof).is_err());
            // From nothing, anything grows: there is no root to compare.
            if old_size > 0 {
                assert!(old.verify_extended_by(&TreeHead { root: wrong, ..head }, &proof).is_err());
            }
            for changed in changed_lists(proof.hashes()) {
                let changed = ConsistencyProof::from_hashes(changed);
                assert!(old.verify_extended_by(&head, &changed).is_err());
            }
            if old_size < size {
                let back = Err(ProofError::Shrinks { old_size: size, new_size: old_size });
                assert_eq!(head.verify_extended_by(&old, &proof), back);
            }
        }
    }
}

/// Every subtree of every tree up to 40 leaves.
#[test]
fn every_small_subtree() {
    const SIZE: u64 = 40;
    let tree: MerkleTree = (0..SIZE).map(leaf).collect();
    let subtrees = (0..=SIZE).flat_map(|start| (start..=SIZE).filter_map(move |end| Subtree::new(start, end).ok()));
    for subtree in subtrees {
        let subtree_root = root_of((subtree.start()..subtree.end()).map(leaf));
        for index in subtree.start()..subtree.end() {
            let proof = prove_subtree_inclusion(&tree, index, subtree).unwrap();
            let included = proof.verify_in_subtree(&leaf(index), index, subtree, &subtree_root).unwrap();
            assert_eq!((included.index(), included.subtree_root()), (index, subtree_root));
            assert!(proof.verify_in_subtree(&leaf(index + 1), index, subtree, &subtree_root).is_err());
        }
        // Indices just outside are no part of it, whatever proof is given.
        for index in [subtree.start().wrapping_sub(1), subtree.end(), subtree.end() + 1, u64::MAX] {
            let outside = ProofError::IndexOutsideSubtree { index, start: subtree.start(), end: subtree.end() };
            let proof = InclusionProof::from_hashes(vec![leaf(1)]);
            let refused = proof.verify_in_subtree(&leaf(index), index, subtree, &subtree_root);
            assert_eq!(refused, Err(outside.clone()));
            assert!(prove_subtree_inclusion(&tree, index, subtree).is_err());
        }
        for size in 0..subtree.end() {
            let head = TreeHead { size, root: tree.root_at(size).unwrap() };
            let beyond = ProofError::SubtreeBeyondSize { end: subtree.end(), size };
            let proof = SubtreeConsistencyProof::from_hashes(Vec::new());
            assert_eq!(proof.verify(subtree, &subtree_root, &head), Err(beyond));
        }
        for size in subtree.end()..=SIZE {
            let head = TreeHead { size, root: tree.root_at(size).unwrap() };
            let proof = prove_subtree_consistency(&tree, subtree, size).unwrap();
            let part = proof.verify(subtree, &subtree_root, &head).unwrap();
            assert_eq!((part.subtree(), part.subtree_root(), part.tree()), (subtree, subtree_root, head));
            assert_eq!(SubtreeConsistencyProof::from_hashes(proof.hashes().to_vec()), proof);
            assert!(proof.verify(subtree, &leaf(1000), &head).is_err());
            for changed in changed_lists(proof.hashes()) {
                assert!(SubtreeConsistencyProof::from_hashes(changed).verify(subtree, &subtree_root, &head).is_err());
            }
        }
        assert!(prove_subtree_consistency(&tree, subtree, SIZE + 1).is_err() || subtree.start() == subtree.end());
    }
}

/// Sizes near 2^64: proofs have the length that the tree's shape demands, nothing overflows, and a proof made by hand
/// for the largest tree verifies.
#[test]
fn extreme_sizes() {
    let mut numbers = Numbers(1);
    for size in [1, 2, 3, (1 << 32) - 1, 1 << 63, (1 << 63) + 1, u64::MAX - 1, u64::MAX] {
        let mut indices = vec![0, size / 2, size - 1];
        indices.extend((0..50).map(|_| numbers.below(size)));
        for index in indices {
            let none = InclusionProof::from_hashes(Vec::new());
            let length = match none.verify(&leaf(0), index, size, &leaf(1)) {
                Err(ProofError::WrongLength { expected, found: 0 }) => expected,
                Err(ProofError::RootMismatch { .. }) => 0,
                other => panic!("{other:?}"),
            };
            assert!(length <= 64);
            let hashes: Vec<Hash> = (0..length).map(|_| leaf(numbers.next())).collect();
            let proof = InclusionProof::from_hashes(hashes);
            let computed = match proof.verify(&leaf(0), index, size, &leaf(1)) {
                Err(ProofError::RootMismatch { computed, .. }) => computed,
                other => panic!("{other:?}"),
            };
            assert!(proof.verify(&leaf(0), index, size, &computed).is_ok());
            let old = TreeHead { size: index.max(1), root: leaf(0) };
            let refused =
                ConsistencyProof::from_hashes(vec![leaf(0); 70]).verify(&old, &TreeHead { size, root: leaf(1) });
            assert!(matches!(refused, Err(ProofError::WrongLength { expected: 0..=65, found: 70 })));
        }
        assert!(InclusionProof::from_hashes(Vec::new()).verify(&leaf(0), size, size, &leaf(0)).is_err());
    }
    // The leftmost leaf of a tree of 2^64 − 1 leaves: 64 right siblings.
    let siblings: Vec<Hash> = (0..64).map(leaf).collect();
    let root = siblings.iter().fold(leaf(99), |hash, sibling| node_hash(&hash, sibling));
    assert!(InclusionProof::from_hashes(siblings).verify(&leaf(99), 0, u64::MAX, &root).is_ok());
}

/// The frontier keeps up with a memory tree over many leaves, and can be taken up again anywhere.
#[test]
fn long_frontier() {
    let mut tree = MerkleTree::new();
    let mut frontier = Frontier::new();
    for index in 0..20_000 {
        tree.append(leaf(index));
        frontier.append(leaf(index));
        if index % 777 == 0 {
            frontier = Frontier::from_right_edge(frontier.size(), frontier.right_edge().to_vec()).unwrap();
        }
        assert_eq!(tree.head(), frontier.head());
    }
}

fn changed_lists(hashes: &[Hash]) -> Vec<Vec<Hash>> {
    let mut lists = Vec::new();
    for at in 0..hashes.len() {
        let mut flipped = hashes.to_vec();
        let mut bytes = flipped[at].to_bytes();
        bytes[at % 32] ^= 1;
        flipped[at] = Hash::from_bytes(bytes);
        lists.push(flipped);
        let mut shorter = hashes.to_vec();
        shorter.remove(at);
        lists.push(shorter);
    }
    lists.push([hashes, &[Hash::ZERO]].concat());
    lists.push([&[Hash::ZERO], hashes].concat());
    lists
}

/// A case file of any of the four folders.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Case {
    leaf_idx: Option<u64>,
    tree_size: Option<u64>,
    start: Option<u64>,
    end: Option<u64>,
    size: Option<u64>,
    size1: Option<u64>,
    size2: Option<u64>,
    root: Option<String>,
    root1: Option<String>,
    root2: Option<String>,
    leaf_hash: Option<String>,
    proof: Option<Vec<String>>,
    want_err: bool,
    #[serde(rename = "desc")]
    _description: String,
}

/// Why a case is refused: a hash that our type cannot hold, or the check itself.
#[derive(Debug)]
enum Refusal {
    NoHash,
    Proof,
}

impl From<ProofError> for Refusal {
    fn from(_: ProofError) -> Self {
        Self::Proof
    }
}

/// The case files use byte strings of any length as hashes. An empty one is no hash and is refused, as our parsers do. One
/// of another wrong length stands for an arbitrary root: its SHA-256 takes its place, equal for equal strings, because
/// some cases of this kind are to be accepted.
fn hash(text: &str) -> Result<Hash, Refusal> {
    let bytes = STANDARD.decode(text).unwrap();
    if bytes.is_empty() {
        return Err(Refusal::NoHash);
    }
    Ok(Hash::from_slice(&bytes).unwrap_or_else(|_| Hash::from_bytes(Sha256::digest(&bytes).into())))
}

impl Case {
    fn verdict(&self) -> Result<(), Refusal> {
        let hashes: Vec<Hash> = self.proof.iter().flatten().map(|text| hash(text)).collect::<Result<_, _>>()?;
        let root = |text: &Option<String>| hash(text.as_deref().unwrap());
        match (self.leaf_idx, self.start.zip(self.end), self.size1.zip(self.size2)) {
            (Some(index), None, None) => {
                let (leaf, root) = (root(&self.leaf_hash)?, root(&self.root)?);
                InclusionProof::from_hashes(hashes).verify(&leaf, index, self.tree_size.unwrap(), &root)?;
            }
            (Some(index), Some((start, end)), None) => {
                let (leaf, root) = (root(&self.leaf_hash)?, root(&self.root)?);
                let subtree = Subtree::new(start, end)?;
                InclusionProof::from_hashes(hashes).verify_in_subtree(&leaf, index, subtree, &root)?;
            }
            (None, Some((start, end)), None) => {
                let head = TreeHead { size: self.size.unwrap(), root: root(&self.root2)? };
                let (subtree, subtree_root) = (Subtree::new(start, end)?, root(&self.root1)?);
                SubtreeConsistencyProof::from_hashes(hashes).verify(subtree, &subtree_root, &head)?;
            }
            (None, None, Some((size1, size2))) => {
                let old = TreeHead { size: size1, root: root(&self.root1)? };
                let new = TreeHead { size: size2, root: root(&self.root2)? };
                ConsistencyProof::from_hashes(hashes).verify(&old, &new)?;
            }
            _ => panic!("a case of no known kind"),
        }
        Ok(())
    }
}

#[test]
fn third_party_cases() {
    let Some(folder) = third_party("merkle/testdata") else { return };
    let mut count = 0;
    for path in files_below(&folder) {
        let case: Case = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let verdict = case.verdict();
        assert_eq!(verdict.is_err(), case.want_err, "{}: {verdict:?}", path.display());
        count += 1;
    }
    assert_eq!(count, 98 + 98 + 204 + 118);
}
