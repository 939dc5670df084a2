//! Checkpoints and cosignatures: accepted, refused and by which class, and no neighbour passes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use klero_tlog::checkpoint::{Checkpoint, CheckpointError, VerifiedCheckpoint};
use klero_tlog::cosignature::{CosignatureError, MAX_TIMESTAMP_SECS, cosignatures_by};
use klero_tlog::note::{NoteError, NoteSignature};
use klero_tlog::proof::TreeHead;
use klero_tlog::{Hash, Note, VerifierKey};

use super::support::{leaf, neighbours, secret, signer, third_party, witness};

const ROOT: &str = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

/// Texts with their class: `None` is accepted.
fn texts() -> Vec<(String, Option<CheckpointError>)> {
    use CheckpointError::{LineContent, Lines, Root, Size};
    let case = |text: &str, class: Option<CheckpointError>| (text.replace("ROOT", ROOT), class);
    vec![
        case("example.com/behind-the-sofa\n20852163\nROOT\n", None),
        case("o\n0\nROOT\n", None),
        case("o\n18446744073709551615\nROOT\n", None),
        case("o\n1\nROOT\nextension\nanother one\n", None),
        case("o\n1\nROOT", Some(Lines)),
        case("o\n1\n", Some(Lines)),
        case("\n1\nROOT\n", Some(Lines)),
        case("o\n\nROOT\n", Some(Lines)),
        case("o\n1\nROOT\n\n", Some(Lines)),
        case("o\n1\nROOT\n\nx\n", Some(Lines)),
        case("", Some(Lines)),
        case("o\n01\nROOT\n", Some(Size)),
        case("o\n00\nROOT\n", Some(Size)),
        case("o\n+1\nROOT\n", Some(Size)),
        case("o\n-1\nROOT\n", Some(Size)),
        case("o\n 1\nROOT\n", Some(Size)),
        case("o\n1 \nROOT\n", Some(Size)),
        case("o\n1e3\nROOT\n", Some(Size)),
        case("o\n18446744073709551616\nROOT\n", Some(Size)),
        case("o\n1\nCsUY\n", Some(Root)),
        case("o\n1\nROOT \n", Some(Root)),
        case("o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n", Some(Root)),
        case("o\n1\nCsUYapGGPo4dkMgIAUqom_Xajj7h2fB2MPA3j2jxq2I=\n", Some(Root)),
        case("o\r\n1\nROOT\n", Some(LineContent)),
    ]
}

#[test]
fn check() {
    for (text, class) in texts() {
        match (Checkpoint::parse(&text), class) {
            (Ok(checkpoint), None) => assert_eq!(checkpoint.text(), text),
            (Err(error), Some(class)) => assert_eq!(error, class, "{text:?}"),
            (other, class) => panic!("{text:?}: {other:?}, expected {class:?}"),
        }
    }
    let log = signer("example.com/log", 1);
    let keys = [log.verifier_key()];
    let head = TreeHead { size: 7, root: leaf(7) };
    let checkpoint = Checkpoint::new("example.com/log", head).unwrap();
    let note = checkpoint.sign(&log).unwrap();
    let opened = VerifiedCheckpoint::open(&note.to_bytes(), &keys).unwrap();
    assert_eq!((opened.head(), opened.checkpoint(), opened.log_key()), (head, &checkpoint, &keys[0]));
    for bytes in neighbours(&note.to_bytes()) {
        assert!(VerifiedCheckpoint::open(&bytes, &keys).is_err(), "{:?}", String::from_utf8_lossy(&bytes));
    }
    // A known key vouches for no other log than its own.
    let stranger = Checkpoint::new("example.com/other", head).unwrap();
    let origin =
        CheckpointError::Origin { expected: "example.com/log".to_owned(), found: "example.com/other".to_owned() };
    assert_eq!(stranger.sign(&log), Err(origin.clone()));
    let forced = Note::sign(&stranger.text(), &[&log]).unwrap();
    assert_eq!(VerifiedCheckpoint::open_note(&forced, &keys), Err(origin));
    for bad in ["", "a\nb", "a\tb"] {
        assert_eq!(Checkpoint::new(bad, head), Err(CheckpointError::LineContent));
    }
}

#[test]
fn cosignatures() {
    let log = signer("example.com/log", 1);
    let (alice, bob) = (witness("alice.example/w", 2), witness("bob.example/w", 3));
    let head = TreeHead { size: 7, root: Hash::from_base64(ROOT).unwrap() };
    let note = Checkpoint::new("example.com/log", head).unwrap().sign(&log).unwrap();
    let text = note.text().to_owned();
    let line = alice.cosign(&text, 1_679_315_147).unwrap();
    let cosigned = note.with_signatures([line.clone(), bob.cosign(&text, 5).unwrap()]).unwrap();
    assert_eq!(Note::parse(&cosigned.to_bytes()).as_ref(), Ok(&cosigned));
    // The log's signature still opens it, cosignatures being by keys unknown to it.
    assert!(VerifiedCheckpoint::open_note(&cosigned, &[log.verifier_key()]).is_ok());
    let found = cosignatures_by(&cosigned, &alice.witness_key()).unwrap();
    assert_eq!(found.iter().map(|c| c.timestamp_secs()).collect::<Vec<_>>(), [1_679_315_147]);
    assert_eq!(found[0].public_key(), alice.witness_key().public_key());

    // Changing the line, the time in it, or the text leaves nothing valid.
    let key = alice.witness_key();
    for bytes in neighbours(line.line().as_bytes()) {
        let changed = String::from_utf8(bytes).ok().and_then(|text| NoteSignature::parse(&text));
        assert!(changed.is_none_or(|changed| key.verify(&text, &changed).is_err()));
    }
    assert!(key.verify(&text.replace("\n7\n", "\n8\n"), &line).is_err());
    assert!(key.verify(&format!("{text}extension\n"), &line).is_err());
    assert!(bob.witness_key().verify(&text, &line).is_err());
    // A plain note signature by the same key and name is of another type, hence another key id.
    let plain = signer("alice.example/w", 2);
    assert!(!key.matches(&plain.sign(&text)));
    assert_ne!(plain.verifier_key().id(), key.id());

    // A good signature over what is no checkpoint is no cosignature.
    let signed = secret(2).sign(b"cosignature/v1\ntime 1\nno checkpoint\n");
    let data = [&key.id().to_be_bytes(), 1_u64.to_be_bytes().as_slice(), signed.as_bytes()].concat();
    let forged = NoteSignature::parse(&format!("— alice.example/w {}", STANDARD.encode(data))).unwrap();
    let refused = key.verify("no checkpoint\n", &forged);
    assert_eq!(refused, Err(CosignatureError::Checkpoint(CheckpointError::Lines)));
    assert!(matches!(alice.cosign("no checkpoint\n", 1), Err(CosignatureError::Checkpoint(_))));
    assert!(alice.cosign(&text, MAX_TIMESTAMP_SECS).is_ok());
    let late = CosignatureError::Timestamp { found: MAX_TIMESTAMP_SECS + 1 };
    assert_eq!(alice.cosign(&text, MAX_TIMESTAMP_SECS + 1), Err(late));
    assert!(!format!("{alice:?}").contains(&alice.to_text()[40..]));
    assert!(format!("{alice:?}").contains("redacted"));
}

/// A log written by Tessera: each of its checkpoints opens with the log's key.
#[test]
fn third_party_log() {
    let (Some(folder), Some(notes)) = (third_party("tlog/testdata/log"), third_party("notes")) else { return };
    let vectors: serde_json::Value =
        serde_json::from_slice(&std::fs::read(notes.join("note-vectors.json")).unwrap()).unwrap();
    let key = VerifierKey::parse(vectors["tessera_log_vkey"].as_str().unwrap()).unwrap();
    for size in 0..=15 {
        let bytes = std::fs::read(folder.join(format!("checkpoint.{size}"))).unwrap();
        let opened = VerifiedCheckpoint::open(&bytes, std::slice::from_ref(&key)).unwrap();
        assert_eq!((opened.head().size, opened.checkpoint().origin()), (size, "example.com/log/testdata"));
        assert_eq!(opened.note().to_bytes(), bytes);
    }
    let bytes = std::fs::read(folder.join("checkpoint.1")).unwrap();
    let other = [signer("example.com/log/testdata", 1).verifier_key()];
    assert_eq!(VerifiedCheckpoint::open(&bytes, &other), Err(CheckpointError::Note(NoteError::NoKnownSignature)));
}
