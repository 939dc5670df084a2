//! Proof files and the bodies of a witness's `add-checkpoint`.

use klero_tlog::checkpoint::Checkpoint;
use klero_tlog::note::MAX_NOTE_LEN;
use klero_tlog::policy::{Policy, PolicyError};
use klero_tlog::proof::{InclusionProof, ProofError};
use klero_tlog::tlog_proof::{TlogProof, TlogProofError};
use klero_tlog::witness_wire::{
    AddCheckpoint, WitnessWireError, conflict_size, cosignature_lines, parse_conflict_size, parse_cosignature_lines,
};
use klero_tlog::{ConsistencyProof, MerkleTree, Note};

use super::support::{leaf, neighbours, signer, witness};

const HASH: &str = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=";
const NOTE: &str = "o\n5\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n\n— o AAAAAAE=\n";

fn proof_files() -> Vec<(String, Option<TlogProofError>)> {
    use TlogProofError::{Extra, Header, Index, NoCheckpoint, ProofLine, TooManyProofLines};
    let file = |head: &str, class| (format!("{}{NOTE}", head.replace("HASH", HASH)), class);
    vec![
        file("c2sp.org/tlog-proof@v1\nindex 0\n\n", None),
        file("c2sp.org/tlog-proof@v1\nindex 73894\nHASH\nHASH\n\n", None),
        file("c2sp.org/tlog-proof@v1\nextra AAAA\nindex 1\nHASH\n\n", None),
        file("c2sp.org/tlog-proof@v2\nindex 0\n\n", Some(Header)),
        file("c2sp.org/tlog-proof@v1 \nindex 0\n\n", Some(Header)),
        file("\nindex 0\n\n", Some(Header)),
        file("c2sp.org/tlog-proof@v1\nextra \nindex 1\n\n", Some(Extra)),
        file("c2sp.org/tlog-proof@v1\nextra A\nindex 1\n\n", Some(Extra)),
        file("c2sp.org/tlog-proof@v1\nindex 1\nextra AAAA\n\n", Some(ProofLine { line: 1 })),
        file("c2sp.org/tlog-proof@v1\nindex 01\n\n", Some(Index)),
        file("c2sp.org/tlog-proof@v1\nindex -1\n\n", Some(Index)),
        file("c2sp.org/tlog-proof@v1\nindex 18446744073709551616\n\n", Some(Index)),
        file("c2sp.org/tlog-proof@v1\n\n", Some(Index)),
        file("c2sp.org/tlog-proof@v1\nindex 1\nHASH\nx\n\n", Some(ProofLine { line: 2 })),
        file(&format!("c2sp.org/tlog-proof@v1\nindex 1\n{}\n", "HASH\n".repeat(65)), Some(TooManyProofLines)),
        ("c2sp.org/tlog-proof@v1\nindex 1\n".to_owned(), Some(NoCheckpoint)),
    ]
}

fn requests() -> Vec<(String, Option<WitnessWireError>)> {
    use WitnessWireError::{NoCheckpoint, OldSize, ProofLine, TooManyProofLines};
    let body = |head: &str, class| (format!("{}{NOTE}", head.replace("HASH", HASH)), class);
    vec![
        body("old 0\n\n", None),
        body("old 20852014\nHASH\nHASH\n\n", None),
        body("old 00\n\n", Some(OldSize)),
        body("old\n\n", Some(OldSize)),
        body("Old 0\n\n", Some(OldSize)),
        body("old  0\n\n", Some(OldSize)),
        body("old 0 \n\n", Some(OldSize)),
        body("old 1\nHASH=\n\n", Some(ProofLine { line: 1 })),
        body(&format!("old 1\n{}\n", "HASH\n".repeat(64)), Some(TooManyProofLines)),
        ("old 1\n".to_owned(), Some(NoCheckpoint)),
    ]
}

#[test]
fn check() {
    for (text, class) in proof_files() {
        match (TlogProof::parse(text.as_bytes()), class) {
            (Ok(proof), None) => assert_eq!(proof.to_text(), text),
            (Err(error), Some(class)) => assert_eq!(error, class, "{text}"),
            (other, class) => panic!("{text}: {other:?}, expected {class:?}"),
        }
    }
    for (text, class) in requests() {
        match (AddCheckpoint::parse(text.as_bytes()), class) {
            (Ok(request), None) => assert_eq!(request.to_text(), text),
            (Err(error), Some(class)) => assert_eq!(error, class, "{text}"),
            (other, class) => panic!("{text}: {other:?}, expected {class:?}"),
        }
    }
    for (text, size) in [("0\n", Some(0)), ("17\n", Some(17)), ("17", None), ("017\n", None), ("\n", None), ("", None)]
    {
        assert_eq!(parse_conflict_size(text.as_bytes()).ok(), size, "{text:?}");
    }
    assert_eq!(conflict_size(17), "17\n");
    let lines = "— a AAAAAAE=\n— b AAAAAAI=\n";
    let signatures = parse_cosignature_lines(lines.as_bytes()).unwrap();
    assert_eq!(cosignature_lines(&signatures), lines);
    for bad in ["", "\n", "— a AAAAAAE=", "— a AAAAAAE=\n\n", "x\n"] {
        assert!(parse_cosignature_lines(bad.as_bytes()).is_err(), "{bad:?}");
    }
    let long = ConsistencyProof::from_hashes(vec![leaf(0); 64]);
    let note = Note::parse(NOTE.as_bytes()).unwrap();
    assert_eq!(AddCheckpoint::new(1, long, note), Err(WitnessWireError::TooManyProofLines));
}

/// A file may be as long as a note, and not a byte longer.
#[test]
fn the_longest_file() {
    let file = |extra: usize, index: u64| {
        format!("c2sp.org/tlog-proof@v1\nextra {}\nindex {index}\n\n{NOTE}", "A".repeat(extra))
    };
    let rest = MAX_NOTE_LEN - file(0, 1).len();
    // Base64 comes in fours; digits of the index make up for what is left over.
    let (extra, digits) = (rest / 4 * 4, u32::try_from(rest % 4).unwrap());
    let longest = file(extra, 10u64.pow(digits));
    assert_eq!(longest.len(), MAX_NOTE_LEN);
    let proof = TlogProof::parse(longest.as_bytes()).unwrap();
    assert_eq!((proof.index(), proof.to_text() == longest), (10u64.pow(digits), true));
    for index in [10u64.pow(digits + 1), 10u64.pow(digits + 9)] {
        assert_eq!(TlogProof::parse(file(extra, index).as_bytes()), Err(TlogProofError::File));
    }
}

/// A whole proof verifies under its policy; no neighbour of it does, nor any other leaf, policy or deadline.
#[test]
fn a_proof_file_from_end_to_end() {
    let tree: MerkleTree = (0..11).map(leaf).collect();
    let (log, alice) = (signer("example.com/log", 1), witness("alice.example", 2));
    let note = Checkpoint::new("example.com/log", tree.head()).unwrap().sign(&log).unwrap();
    let note = note.with_signatures([alice.cosign(note.text(), 50).unwrap()]).unwrap();
    let inclusion = tree.inclusion_proof(6, 11).unwrap();
    let proof = TlogProof::new(None, 6, inclusion, note.clone()).unwrap();
    let keys = format!("log {}\nwitness a {}\n", log.verifier_key().to_text(), alice.witness_key().to_text());
    let policy = Policy::parse(format!("{keys}quorum a\n").as_bytes()).unwrap();

    let logged = proof.verify_before(&leaf(6), &policy, 51).unwrap();
    assert_eq!((logged.included().index(), logged.quorum().satisfied_at_secs()), (6, Some(50)));
    assert!(matches!(proof.verify_before(&leaf(6), &policy, 50), Err(TlogProofError::Policy(PolicyError::NotMet(_)))));
    let mismatch = proof.verify(&leaf(7), &policy);
    assert!(matches!(mismatch, Err(TlogProofError::Inclusion(ProofError::RootMismatch { .. }))));
    let no_log = Policy::parse(b"quorum none\n").unwrap();
    assert_eq!(proof.verify(&leaf(6), &no_log), Err(TlogProofError::NoLog));

    for bytes in neighbours(proof.to_text().as_bytes()) {
        let verdict = TlogProof::parse(&bytes).and_then(|proof| proof.verify(&leaf(6), &policy));
        assert!(verdict.is_err(), "{}", String::from_utf8_lossy(&bytes));
    }
    let with_extra =
        TlogProof::new(Some(b"x".to_vec()), 6, tree.inclusion_proof(6, 11).unwrap(), note.clone()).unwrap();
    let reread = TlogProof::parse(with_extra.to_text().as_bytes()).unwrap();
    assert_eq!(reread.unauthenticated_extra(), Some(b"x".as_slice()));
    let empty = TlogProof::new(Some(Vec::new()), 0, InclusionProof::from_hashes(Vec::new()), note);
    assert_eq!(empty, Err(TlogProofError::Extra));
}
