//! Proofs of fraud: made for every pair of sizes of two histories, for nothing else, and refused one change away.

use klero_tlog::{Hash, MerkleTree, Note, SignerKey, VerifiedCheckpoint, leaf_hash};
use klero_verifier::fraud::{FraudProof, FraudReport, NoFraud, Relation, compare};
use klero_verifier::report::Verdict;

use crate::world::{signer, turned};

fn tree(size: u64, fork_at: u64) -> MerkleTree {
    (0..size).map(|i| leaf_hash(format!("{}{i}", if i >= fork_at { "b" } else { "a" }).as_bytes())).collect()
}

fn checkpoint(key: &SignerKey, tree: &MerkleTree) -> VerifiedCheckpoint {
    let note = klero_tlog::Checkpoint::new(key.verifier_key().name().as_str(), tree.head()).unwrap().sign(key).unwrap();
    VerifiedCheckpoint::open_note(&note, &[key.verifier_key()]).unwrap()
}

fn fork(smaller: &MerkleTree, larger: &MerkleTree) -> FraudProof {
    let key = signer("log.example", 1);
    match compare(&checkpoint(&key, smaller), &checkpoint(&key, larger), Some(larger)).unwrap() {
        Some(Relation::Fork(proof)) => *proof,
        other => panic!("expected a fork, found {other:?}"),
    }
}

#[test]
fn every_fork_is_proved_and_no_extension_is() {
    let key = signer("log.example", 1);
    for small in 0..20 {
        for large in small..20 {
            let honest = compare(
                &checkpoint(&key, &tree(small, 99)),
                &checkpoint(&key, &tree(large, 99)),
                Some(&tree(large, 99)),
            );
            let expected = if small == large { Relation::Same } else { Relation::Extends };
            assert_eq!(honest.unwrap(), Some(expected), "{small} {large}");
            for fork_at in 0..small {
                let proof = fork(&tree(small, 99), &tree(large, fork_at));
                let fraud = proof.verify().unwrap();
                assert_eq!((fraud.smaller().size, fraud.larger().size), (small, large));
                let text = proof.to_text().unwrap();
                assert!(FraudProof::looks_like(&text));
                assert_eq!(FraudProof::parse(&text).unwrap(), proof);
            }
        }
    }
}

#[test]
fn two_checkpoints_alone_decide_only_equal_sizes() {
    let key = signer("log.example", 1);
    let none: Option<&MerkleTree> = None;
    let (a, b) = (checkpoint(&key, &tree(5, 99)), checkpoint(&key, &tree(5, 3)));
    assert!(matches!(compare(&a, &b, none).unwrap(), Some(Relation::Fork(_))));
    assert_eq!(compare(&a, &checkpoint(&key, &tree(6, 99)), none).unwrap(), None);
}

#[test]
fn an_honest_log_cannot_be_accused() {
    // The accuser may write any root and any proof; the checkpoints are honest.
    let (small, large) = (tree(5, 99), tree(11, 99));
    let text = fork(&tree(5, 99), &tree(11, 3)).to_text().unwrap();
    let honest = checkpoint(&signer("log.example", 1), &large).note().to_text();
    let swap = |larger: &str, root: Hash| {
        let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
        json["larger"] = larger.into();
        json["root"] = root.to_hex().into();
        json["consistency"] = large.consistency_proof(5, 11).unwrap().hashes().iter().map(Hash::to_base64).collect();
        FraudProof::parse(&format!("{json}\n")).unwrap().verify()
    };
    assert!(matches!(swap(&honest, small.root()), Err(NoFraud::Agrees { .. })));
    assert!(matches!(swap(&honest, turned(small.root())), Err(NoFraud::NotShown { .. })));
}

#[test]
fn every_bit_counts() {
    let proof = fork(&tree(6, 99), &tree(13, 2));
    let text = proof.to_text().unwrap();
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        let Ok(bent) = String::from_utf8(bytes) else { continue };
        let report = FraudReport::of(&bent, None);
        // The signature line names the key by name and id: nothing in the file is without effect.
        assert_ne!(report.verdict(), Verdict::Verified, "byte {at}: {bent}");
    }
    for cut in (0..text.len()).filter_map(|end| text.get(..end)) {
        assert_eq!(FraudReport::of(cut, None).verdict(), Verdict::Unreadable, "{cut}");
    }
}

#[test]
fn what_a_report_says() {
    let proof = fork(&tree(6, 99), &tree(13, 2));
    let text = proof.to_text().unwrap();
    let proved = FraudReport::of(&text, Some(&signer("log.example", 1).verifier_key()));
    assert_eq!(proved.verdict().exit(), 0);
    assert!(
        proved.to_json().starts_with("{\"verdict\":\"fraud\",\"exit\":0,\"log\":\"log.example+"),
        "{}",
        proved.to_json()
    );
    assert!(
        proved
            .render("fork.json")
            .starts_with("FRAUD PROVED: fork.json: the log 'log.example' signed two histories.\nAt 6 entries")
    );
    let other = FraudReport::of(&text, Some(&signer("log.example", 2).verifier_key()));
    assert_eq!(other.verdict().exit(), 3);
    assert!(other.render("x").contains("BUT the trust file names the log key"));
}

#[test]
fn refusals() {
    let key = signer("log.example", 1);
    let (small, large) = (tree(6, 99), tree(13, 2));
    let text = fork(&small, &large).to_text().unwrap();
    let with = |member: &str, value: String| {
        let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
        json[member] = value.into();
        FraudProof::parse(&format!("{json}\n"))
    };
    let note = |key: &SignerKey, tree: &MerkleTree| checkpoint(key, tree).note().to_text();
    let unsigned = with("larger", note(&signer("log.example", 2), &large)).unwrap().verify();
    assert!(matches!(unsigned, Err(NoFraud::Unsigned { which: "larger", .. })));
    let order = with("smaller", note(&key, &tree(14, 99))).unwrap().verify();
    assert!(matches!(order, Err(NoFraud::Order { smaller: 14, larger: 13 })));
    let extended =
        klero_tlog::Checkpoint::with_extensions("log.example", small.head(), vec!["more".to_owned()]).unwrap();
    let extended: Note = extended.sign(&key).unwrap();
    assert!(matches!(
        with("smaller", extended.to_text()).unwrap().verify(),
        Err(NoFraud::Extensions { which: "smaller" })
    ));
    assert!(with("format", "kleroterion/v2/fraud".to_owned()).is_err());
    assert!(with("root", "00".to_owned()).is_err());
    assert!(with("more", "x".to_owned()).is_err());
}
