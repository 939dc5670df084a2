//! Agreement with other people's code: `ct-merkle`, `tlog_tiles`, `signed_note`. Only bytes cross over.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use klero_tlog::checkpoint::Checkpoint;
use klero_tlog::proof::TreeHead;
use klero_tlog::tile::{TilePath, new_bundles, new_tiles};
use klero_tlog::{Frontier, Hash, MerkleTree, Note, SignerKey, VerifierKey};
use tlog_tiles::{
    HashReader, Tile, check_record, check_tree, prove_record, prove_tree, record_hash, stored_hashes_for_record_hash,
    tree_hash,
};

use super::support::{Numbers, leaf, signer};

/// Go's layout of all hashes, as `tlog_tiles` wants it.
#[derive(Default)]
struct Stored(Vec<tlog_tiles::Hash>);

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        Ok(indexes.iter().map(|index| self.0[usize::try_from(*index).unwrap()]).collect())
    }
}

impl Stored {
    fn append(&mut self, index: u64) {
        let hash = record_hash(&index.to_be_bytes());
        let hashes = stored_hashes_for_record_hash(index, hash, self).unwrap();
        self.0.extend(hashes);
    }
}

type CtTree = MemoryBackedTree<sha2::Sha256, [u8; 8]>;

fn theirs(hashes: &[Hash]) -> Vec<tlog_tiles::Hash> {
    hashes.iter().map(|hash| tlog_tiles::Hash(hash.to_bytes())).collect()
}

fn joined(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.to_bytes()).collect()
}

/// Every size 0..=600: roots by four ways, every inclusion and consistency proof by three.
#[test]
fn every_size_to_600() {
    let (mut tree, mut frontier) = (MerkleTree::new(), Frontier::new());
    let (mut stored, mut ct) = (Stored::default(), CtTree::new());
    for size in 0..=600_u64 {
        let root = tree.root();
        assert_eq!(frontier.root(), root);
        assert_eq!(ct.root().as_bytes().as_slice(), root.as_bytes());
        assert_eq!(tree_hash(size, &stored).unwrap().0, root.to_bytes());
        for at in 0..size {
            let proof = tree.inclusion_proof(at, size).unwrap();
            assert_eq!(prove_record(size, at, &stored).unwrap(), theirs(proof.hashes()));
            let ct_proof = ct.prove_inclusion(usize::try_from(at).unwrap());
            assert_eq!(ct_proof.as_bytes(), joined(proof.hashes()));
            assert!(proof.verify(&leaf(at), at, size, &root).is_ok());
            // Consistency from size `at`; both oracles refuse an old size of 0.
            if at > 0 {
                let proof = tree.consistency_proof(at, size).unwrap();
                assert_eq!(prove_tree(size, at, &stored).unwrap(), theirs(proof.hashes()));
                let ct_proof = ct.prove_consistency(usize::try_from(size - at).unwrap());
                assert_eq!(ct_proof.as_bytes(), joined(proof.hashes()));
                let old = TreeHead { size: at, root: tree.root_at(at).unwrap() };
                assert!(proof.verify(&old, &TreeHead { size, root }).is_ok());
            }
        }
        tree.append(leaf(size));
        frontier.append(leaf(size));
        stored.append(size);
        ct.push(size.to_be_bytes());
    }
}

/// Trees of random sizes to 100,000 leaves, proofs sampled; each checked by the oracle's verifier too.
#[test]
fn random_large_trees() {
    const SIZE: u64 = 100_000;
    let mut tree = MerkleTree::new();
    let mut stored = Stored::default();
    for index in 0..SIZE {
        tree.append(leaf(index));
        stored.append(index);
    }
    let mut numbers = Numbers(7);
    for _ in 0..400 {
        let size = 1 + numbers.below(SIZE);
        let (index, old_size) = (numbers.below(size), 1 + numbers.below(size));
        let root = tree.root_at(size).unwrap();
        let their_root = tree_hash(size, &stored).unwrap();
        assert_eq!(their_root.0, root.to_bytes());
        let proof = tree.inclusion_proof(index, size).unwrap();
        let their_proof = prove_record(size, index, &stored).unwrap();
        assert_eq!(their_proof, theirs(proof.hashes()));
        check_record(&their_proof, size, their_root, index, tlog_tiles::Hash(leaf(index).to_bytes())).unwrap();
        let proof = tree.consistency_proof(old_size, size).unwrap();
        let old = TreeHead { size: old_size, root: tree.root_at(old_size).unwrap() };
        assert!(proof.verify(&old, &TreeHead { size, root }).is_ok());
        let their_old = tlog_tiles::Hash(old.root.to_bytes());
        check_tree(&theirs(proof.hashes()), size, their_root, old_size, their_old).unwrap();
    }
}

/// Which tiles are new between two sizes, their bytes, and their paths (theirs have the tile height in front).
#[test]
fn tiles() {
    let mut tree = MerkleTree::new();
    let mut stored = Stored::default();
    for index in 0..70_000 {
        tree.append(leaf(index));
        stored.append(index);
    }
    let mut numbers = Numbers(3);
    let mut pairs = vec![(0, 0), (0, 1), (0, 256), (255, 256), (256, 256), (256, 257), (0, 65_536), (65_535, 65_537)];
    pairs.extend((0..60).map(|_| {
        let new = numbers.below(70_001);
        (new - numbers.below(new.min(2000) + 1), new)
    }));
    for (old, new) in pairs {
        let their_tiles = Tile::new_tiles(8, old, new);
        let our_tiles: Vec<_> = new_tiles(old, new).collect();
        let ours: Vec<String> = our_tiles.iter().map(|tile| tile.path()).collect();
        let rewritten: Vec<String> =
            their_tiles.iter().map(|tile| tile.path().replacen("tile/8/", "tile/", 1)).collect();
        assert_eq!(ours, rewritten, "{old} to {new}");
        for (our_tile, their_tile) in our_tiles.iter().zip(&their_tiles).rev().take(3) {
            assert_eq!(our_tile.read_bytes(&tree).unwrap(), their_tile.read_data(&stored).unwrap());
        }
        let bundles: Vec<String> = new_bundles(old, new).map(|bundle| bundle.path()).collect();
        let level_0: Vec<String> =
            ours.iter().filter_map(|path| Some(format!("tile/entries/{}", path.strip_prefix("tile/0/")?))).collect();
        assert_eq!(bundles, level_0);
        for path in ours.iter().chain(&bundles) {
            assert_eq!(TilePath::parse(path).unwrap().to_string(), *path);
        }
    }
}

/// Keys, notes and checkpoints: each side reads and verifies what the other wrote.
#[test]
fn notes_and_checkpoints() {
    use signed_note::{StandardSigner, StandardVerifier, VerifierList};
    let ours = signer("example.com/log", 9);
    let skey = ours.to_text();
    let vkey = ours.verifier_key().to_text();
    let head = TreeHead { size: 600, root: leaf(1) };
    let checkpoint = Checkpoint::new("example.com/log", head).unwrap();

    let note = checkpoint.sign(&ours).unwrap();
    let their_note = signed_note::Note::from_bytes(&note.to_bytes()).unwrap();
    let verifiers = VerifierList::new(vec![Box::new(StandardVerifier::new(&vkey).unwrap())]);
    let (verified, unverified) = their_note.verify(&verifiers).unwrap();
    assert_eq!((verified.len(), unverified.len(), their_note.to_bytes()), (1, 0, note.to_bytes()));
    let their_checkpoint = tlog_tiles::Checkpoint::from_bytes(note.text().as_bytes()).unwrap();
    assert_eq!((their_checkpoint.size(), their_checkpoint.hash().0), (600, head.root.to_bytes()));
    assert_eq!(their_checkpoint.to_bytes(), checkpoint.text().as_bytes());

    let their_signer = StandardSigner::new(&skey).unwrap();
    let mut their_note = signed_note::Note::new(checkpoint.text().as_bytes(), &[]).unwrap();
    their_note.add_sigs(&[&their_signer]).unwrap();
    assert_eq!(their_note.to_bytes(), note.to_bytes());
    let reread = Note::parse(&their_note.to_bytes()).unwrap();
    assert!(reread.open(&[VerifierKey::parse(&vkey).unwrap()]).is_ok());
    assert_eq!(SignerKey::parse(&skey).unwrap().to_text(), skey);
    assert_eq!(STANDARD.encode(head.root.as_bytes()), head.root.to_base64());
}
