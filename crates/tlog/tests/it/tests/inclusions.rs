//! Many proofs under one head are accepted exactly where each alone is.

use klero_tlog::inclusions::Inclusions;
use klero_tlog::{Hash, InclusionProof, MerkleTree};

use super::support::{Numbers, leaf};

struct Claim {
    leaf: Hash,
    index: u64,
    proof: Vec<Hash>,
}

fn check(tree: &MerkleTree, claims: &[Claim]) {
    let head = tree.head();
    let mut inclusions = Inclusions::new(head);
    for Claim { leaf, index, proof } in claims {
        let alone = InclusionProof::from_hashes(proof.clone()).verify(leaf, *index, head.size, &head.root);
        assert_eq!(inclusions.verify(leaf, *index, proof), alone, "leaf {index} of {}", head.size);
    }
}

#[test]
fn each_is_judged_as_it_would_be_alone() {
    let mut numbers = Numbers(7);
    for size in (1..=40).chain([100, 255, 256, 257, 1_000]) {
        let tree: MerkleTree = (0..size).map(leaf).collect();
        let honest = |index: u64| Claim {
            leaf: leaf(index),
            index,
            proof: tree.inclusion_proof(index, size).unwrap().hashes().to_vec(),
        };
        check(&tree, &(0..size).map(honest).collect::<Vec<_>>());
        check(&tree, &(0..size).rev().map(honest).collect::<Vec<_>>());
        // In any order, the same one again, and every third one false in some way.
        let any = (0..300).map(|nth| {
            let mut claim = honest(numbers.below(size));
            let steps = u64::try_from(claim.proof.len()).unwrap();
            match nth % 15 {
                2 => claim.leaf = leaf(size + 1),
                5 => claim.index = numbers.below(size + 2),
                8 if steps > 0 => {
                    let at = usize::try_from(numbers.below(steps)).unwrap();
                    let mut bytes = claim.proof[at].to_bytes();
                    bytes[usize::try_from(numbers.below(32)).unwrap()] ^= 1;
                    claim.proof[at] = Hash::from_bytes(bytes);
                }
                11 => claim.proof.push(leaf(3)),
                14 => drop(claim.proof.pop()),
                _ => {}
            }
            claim
        });
        let any: Vec<Claim> = any.collect();
        check(&tree, &any);
    }
}

#[test]
fn every_byte_of_a_proof_counts_after_its_neighbour_was_checked() {
    let tree: MerkleTree = (0..100).map(leaf).collect();
    let proof = |index: u64| tree.inclusion_proof(index, 100).unwrap().hashes().to_vec();
    for index in [0, 1, 41, 42, 98, 99] {
        for before in [0, 40, 41, 42, 43, 99] {
            let mut inclusions = Inclusions::new(tree.head());
            inclusions.verify(&leaf(before), before, &proof(before)).unwrap();
            for at in 0..proof(index).len() {
                for byte in 0..32 {
                    let mut bent = proof(index);
                    let mut bytes = bent[at].to_bytes();
                    bytes[byte] ^= 0x40;
                    bent[at] = Hash::from_bytes(bytes);
                    inclusions.verify(&leaf(index), index, &bent).unwrap_err();
                }
            }
            inclusions.verify(&leaf(index), index, &proof(index)).unwrap();
        }
    }
}
