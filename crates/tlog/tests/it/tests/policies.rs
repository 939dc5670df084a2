//! Policy files and their evaluation.

use klero_tlog::checkpoint::{Checkpoint, CheckpointError};
use klero_tlog::cosignature::WitnessSigner;
use klero_tlog::note::NoteError;
use klero_tlog::policy::{Policy, PolicyError, PolicyFileError};
use klero_tlog::proof::TreeHead;
use klero_tlog::{Note, SignerKey};

use super::support::{Numbers, leaf, signer, witness};

fn log() -> SignerKey {
    signer("example.com/log", 100)
}

fn witnesses() -> Vec<WitnessSigner> {
    (1..=6).map(|seed| witness(&format!("w{seed}.example"), seed)).collect()
}

/// Puts keys for `LOG` and `W1`..`W6` into a policy.
fn with_keys(text: &str) -> String {
    let mut text = text.replace("LOG", &log().verifier_key().to_text());
    for (number, witness) in (1..).zip(witnesses()) {
        text = text.replace(&format!("W{number}"), &witness.witness_key().to_text());
    }
    text
}

/// The specification's example.
const EXAMPLE: &str = "\
# a comment
log LOG https://example.com/log

witness X1 W1
witness X2 W2 https://w2.example
\twitness  X3\tW3  
group X-witnesses 2 X1 X2 X3
witness Y1 W4
witness Y2 W5
witness Y3 W6
  # another
group Y-witnesses any Y1 Y2 Y3
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
";

fn refused() -> Vec<(&'static str, PolicyFileError)> {
    use PolicyFileError as E;
    vec![
        ("", E::NoQuorum),
        ("log LOG\n", E::NoQuorum),
        ("quorum none", E::NoFinalNewline { line: 1 }),
        ("quorum none\nquorum none\n", E::SecondQuorum { line: 2 }),
        ("quorum w\nwitness w W1\n", E::UnknownName { line: 1 }),
        ("quorum none none\n", E::Syntax { line: 1 }),
        ("quorum\n", E::Syntax { line: 1 }),
        ("Quorum none\n", E::Syntax { line: 1 }),
        ("log\n", E::Syntax { line: 1 }),
        ("log LOG url more\n", E::Syntax { line: 1 }),
        ("log LOG\nlog LOG\nquorum none\n", E::DuplicateKey { line: 2 }),
        ("log W1\nquorum none\n", E::Key { line: 1, reason: NoteError::KeyType { expected: 1, found: 4 } }),
        ("witness w LOG\n", E::Key { line: 1, reason: NoteError::KeyType { expected: 4, found: 1 } }),
        ("witness w x\n", E::Key { line: 1, reason: NoteError::MalformedVerifierKey }),
        ("witness w W1\nwitness v W1\n", E::DuplicateKey { line: 2 }),
        ("witness w W1\nwitness w W2\n", E::DuplicateName { line: 2 }),
        ("witness none W1\n", E::DuplicateName { line: 1 }),
        ("witness w W1\ngroup w any w\n", E::DuplicateName { line: 2 }),
        ("witness w W1\ngroup none any w\n", E::DuplicateName { line: 2 }),
        ("witness w W1\ngroup g any none\n", E::UnknownName { line: 2 }),
        ("group g any g\n", E::UnknownName { line: 1 }),
        ("group g any\n", E::Syntax { line: 1 }),
        ("witness w W1\ngroup g 0 w\n", E::Threshold { line: 2, members: 1 }),
        ("witness w W1\ngroup g 2 w\n", E::Threshold { line: 2, members: 1 }),
        ("witness w W1\ngroup g 01 w\n", E::Threshold { line: 2, members: 1 }),
        ("witness w W1\ngroup g some w\n", E::Threshold { line: 2, members: 1 }),
        ("witness w W1\ngroup g any w w\n", E::MemberTwice { line: 2 }),
        ("witness w W1\ngroup g any w\ngroup h any w\n", E::MemberTwice { line: 3 }),
        ("quorum none\r\n", E::ControlCharacter { line: 1 }),
        ("\nquorum none\x7f\n", E::ControlCharacter { line: 2 }),
    ]
}

fn checkpoint() -> Note {
    let head = TreeHead { size: 5, root: leaf(5) };
    Checkpoint::new("example.com/log", head).unwrap().sign(&log()).unwrap()
}

/// The checkpoint with cosignatures of witnesses (from 0) at times.
fn cosigned(times: &[(usize, u64)]) -> Note {
    let note = checkpoint();
    let signers = witnesses();
    let lines = times.iter().map(|(index, time)| signers[*index].cosign(note.text(), *time).unwrap());
    note.with_signatures(lines.collect::<Vec<_>>()).unwrap()
}

#[test]
fn check() {
    for (text, expected) in refused() {
        assert_eq!(Policy::parse(with_keys(text).as_bytes()), Err(expected), "{text:?}");
    }
    let names_are_octets = with_keys("witness \u{212a} W1\nwitness K W2\nquorum K\n");
    assert!(Policy::parse(names_are_octets.as_bytes()).is_ok());
    let not_utf8 = [b"# \xff\nwitness \xff ".as_slice(), with_keys("W1\nquorum ").as_bytes(), b"\xff\n"].concat();
    assert!(Policy::parse(&not_utf8).is_ok());
    assert!(matches!(Policy::parse(&vec![b'#'; 1 << 19]), Err(PolicyFileError::TooLong { .. })));

    let policy = Policy::parse(with_keys(EXAMPLE).as_bytes()).unwrap();
    assert_eq!((policy.logs().len(), policy.witnesses().len()), (1, 6));
    assert_eq!(policy.logs()[0].url.as_deref(), Some(b"https://example.com/log".as_slice()));
    let met = policy.evaluate(&cosigned(&[(0, 30), (2, 10), (4, 20), (4, 15)])).unwrap();
    assert_eq!(met.satisfied_at_secs(), Some(30));
    assert_eq!(met.witnesses()[4].earliest_secs, Some(15));
    assert_eq!(met.witnesses()[1].earliest_secs, None);
    assert_eq!(met.log_key(), Some(&log().verifier_key()));

    // One witness twice is one witness.
    let repeated = cosigned(&[(0, 1), (0, 2), (4, 3)]);
    assert!(matches!(policy.evaluate(&repeated), Err(PolicyError::NotMet(_))));
    // The deadline is strict.
    let note = cosigned(&[(0, 30), (2, 10), (4, 20)]);
    assert!(policy.evaluate_before(&note, 31).is_ok());
    match policy.evaluate_before(&note, 30) {
        Err(PolicyError::NotMet(not_met)) => assert!(not_met.met_without_deadline),
        other => panic!("{other:?}"),
    }
    match policy.evaluate_before(&checkpoint(), 30) {
        Err(PolicyError::NotMet(not_met)) => assert!(!not_met.met_without_deadline),
        other => panic!("{other:?}"),
    }
}

/// Every subset of witnesses, with random times and deadlines, against the example's rule written out.
#[test]
fn every_subset_and_deadline() {
    let policy = Policy::parse(with_keys(EXAMPLE).as_bytes()).unwrap();
    let mut numbers = Numbers(5);
    for subset in 0..64_u64 {
        let signed: Vec<(usize, u64)> =
            (0..6).filter(|bit| subset >> bit & 1 == 1).map(|bit| (bit, 1 + numbers.below(20))).collect();
        let note = cosigned(&signed);
        for deadline in [None, Some(0), Some(5), Some(10), Some(15), Some(21), Some(u64::MAX)] {
            let counts = |group: std::ops::Range<usize>| {
                signed
                    .iter()
                    .filter(|(index, time)| group.contains(index) && deadline.is_none_or(|d| *time < d))
                    .count()
            };
            let expected = counts(0..3) >= 2 && counts(3..6) >= 1;
            let verdict = deadline.map_or_else(|| policy.evaluate(&note), |d| policy.evaluate_before(&note, d));
            assert_eq!(verdict.is_ok(), expected, "{signed:?} {deadline:?}");
        }
    }
}

#[test]
fn who_signed() {
    let policy = Policy::parse(with_keys("log LOG\nwitness w W1\nquorum w\n").as_bytes()).unwrap();
    let text = checkpoint().text().to_owned();
    // Cosigned, but not by the log.
    let unsigned = Note::from_parts(&text, vec![witnesses()[0].cosign(&text, 1).unwrap()]).unwrap();
    let expected = PolicyError::Checkpoint(CheckpointError::Note(NoteError::NoKnownSignature));
    assert_eq!(policy.evaluate(&unsigned), Err(expected));
    // Without logs in the policy that is for the caller to check.
    let no_log = Policy::parse(with_keys("witness w W1\nquorum w\n").as_bytes()).unwrap();
    assert_eq!(no_log.evaluate(&unsigned).unwrap().log_key(), None);
    // A known witness's line that does not verify refuses the whole, even with a good one beside it.
    let other = Checkpoint::new("example.com/log", TreeHead { size: 6, root: leaf(6) }).unwrap();
    let misplaced = witnesses()[0].cosign(&other.text(), 1).unwrap();
    let note = cosigned(&[(0, 1)]).with_signatures([misplaced]).unwrap();
    assert!(matches!(policy.evaluate(&note), Err(PolicyError::Cosignature(_))));
    // A witness unknown to the policy is ignored.
    assert!(matches!(policy.evaluate(&cosigned(&[(1, 1)])), Err(PolicyError::NotMet(_))));
    // No witnesses asked for: a deadline has nothing to bite on.
    let none = Policy::parse(with_keys("log LOG\nquorum none\n").as_bytes()).unwrap();
    assert!(none.asks_for_no_witness());
    assert_eq!(none.evaluate_before(&checkpoint(), 0).unwrap().satisfied_at_secs(), None);
    let message = policy.evaluate_before(&cosigned(&[(0, 9)]), 9).unwrap_err().to_string();
    assert_eq!(message, "the witness quorum is not met: 1 of 1 witnesses have cosigned, 0 of them before 9");
}
