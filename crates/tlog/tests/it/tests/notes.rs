//! Keys and notes: what is read, what is refused and why, and that no neighbour of a good one passes.

use klero_tlog::cosignature::WitnessKey;
use klero_tlog::note::{KeyName, MAX_SIGNATURES, NoteError, NoteSignature};
use klero_tlog::{Note, SignerKey, VerifierKey};

use super::support::{name, neighbours, signer, third_party};

/// Go's `sumdb/note` test key, its note, and the specification's example text.
const GO_VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_SKEY: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const C2SP_VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const C2SP_NOTE: &str = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
/// A public witness's key, of type 0x04.
const WITNESS_VKEY: &str = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";

fn refused_vkeys() -> Vec<(&'static str, NoteError)> {
    use NoteError::{KeyId, KeyName, KeyType, MalformedVerifierKey};
    vec![
        ("", MalformedVerifierKey),
        ("PeterNeumann", MalformedVerifierKey),
        ("PeterNeumann+c74f20a3", MalformedVerifierKey),
        ("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", MalformedVerifierKey),
        ("PeterNeumann+74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", MalformedVerifierKey),
        ("PeterNeumann+c74f20a3+", MalformedVerifierKey),
        ("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==", MalformedVerifierKey),
        ("+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", KeyName),
        ("Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", KeyName),
        ("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", KeyType { expected: 1, found: 0x65 }),
        (WITNESS_VKEY, KeyType { expected: 1, found: 4 }),
        (
            "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            KeyId { computed: 0xc74f20a3, found: 0xc74f20a4 },
        ),
        ("petername+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", KeyId { computed: 0, found: 0xc74f20a3 }),
    ]
}

fn refused_notes() -> Vec<(Vec<u8>, NoteError)> {
    use NoteError::{ControlCharacter, MalformedSignatureLine, NoSignatures, NoText, NotUtf8};
    let line = "— a AAAAAAE=\n";
    let note = |text: &str| text.as_bytes().to_vec();
    vec![
        (note(""), NoText),
        (note("text\n"), NoText),
        (note("text\n— a AAAAAAE=\n"), NoText),
        (note("text\n\n"), NoSignatures),
        (note("text\n\n— a AAAAAAE="), NoSignatures),
        (note("text\n\n\n— a AAAAAAE=\n\n"), NoSignatures),
        (note("text\n\nx\n"), MalformedSignatureLine { line: 1 }),
        (note("text\n\n- a AAAAAAE=\n"), MalformedSignatureLine { line: 1 }),
        (note("text\n\n— a  AAAAAAE=\n"), MalformedSignatureLine { line: 1 }),
        (note("text\n\n— a AAAAAAE= \n"), MalformedSignatureLine { line: 1 }),
        (note("text\n\n— a+b AAAAAAE=\n"), MalformedSignatureLine { line: 1 }),
        (note("text\n\n— a\u{a0}b AAAAAAE=\n"), MalformedSignatureLine { line: 1 }),
        (note("text\n\n— a AAAAAA==\n"), MalformedSignatureLine { line: 1 }),
        (note("text\n\n— a AAAAAAF=\n"), MalformedSignatureLine { line: 1 }),
        (note("text\n\n— a AAAAAAE\n"), MalformedSignatureLine { line: 1 }),
        (note(&format!("text\n\n{line}x\n")), MalformedSignatureLine { line: 2 }),
        (note("te\txt\n\n— a AAAAAAE=\n"), ControlCharacter { offset: 2 }),
        (note("text\r\n\n— a AAAAAAE=\n"), ControlCharacter { offset: 4 }),
        (note("text\n\n— a AAAAAAE=\n\0"), ControlCharacter { offset: 21 }),
        (b"te\xffxt\n\n\xe2\x80\x94 a AAAAAAE=\n".to_vec(), NotUtf8),
        (note(&format!("text\n\n{}", line.repeat(MAX_SIGNATURES + 1))), NoteError::TooManySignatures),
        (vec![b'a'; (1 << 20) + 1], NoteError::TooLong { limit: 1 << 20, found: (1 << 20) + 1 }),
    ]
}

#[test]
fn check() {
    for (text, expected) in refused_vkeys() {
        if let NoteError::KeyId { .. } = expected {
            assert!(matches!(VerifierKey::parse(text), Err(NoteError::KeyId { .. })), "{text}");
        } else {
            assert_eq!(VerifierKey::parse(text), Err(expected), "{text}");
        }
    }
    for (note, expected) in refused_notes() {
        assert_eq!(Note::parse(&note), Err(expected), "{:?}", String::from_utf8_lossy(&note[..note.len().min(60)]));
    }
    for text in ["", "a b", "a+b", "a\u{2003}b", "a\nb", "a\u{1}b", &"n".repeat(256)] {
        assert_eq!(KeyName::new(text), Err(NoteError::KeyName));
    }
    for text in [GO_VKEY, C2SP_VKEY] {
        assert_eq!(VerifierKey::parse(text).unwrap().to_text(), text);
    }
    assert_eq!(WitnessKey::parse(WITNESS_VKEY).unwrap().to_text(), WITNESS_VKEY);
    assert_eq!(WitnessKey::parse(GO_VKEY), Err(NoteError::KeyType { expected: 4, found: 1 }));

    let go = SignerKey::parse(GO_SKEY).unwrap();
    assert_eq!((go.verifier_key().to_text().as_str(), go.to_text().as_str()), (GO_VKEY, GO_SKEY));
    let debug = format!("{go:?}");
    assert!(debug.contains("redacted") && !debug.contains("AYEKFALV"), "{debug}");

    let key = VerifierKey::parse(C2SP_VKEY).unwrap();
    let note = Note::parse(C2SP_NOTE.as_bytes()).unwrap();
    assert_eq!(note.to_text(), C2SP_NOTE);
    assert_eq!(note.open(std::slice::from_ref(&key)).unwrap().text(), "This is an example message.\n");
    assert_eq!(note.open(&[go.verifier_key()]), Err(NoteError::NoKnownSignature));
    assert_eq!(note.open(&[]), Err(NoteError::NoKnownSignature));
    let twice = note.open(&[key.clone(), key.clone()]);
    assert_eq!(twice, Err(NoteError::AmbiguousKeys { name: "example.com/foo".to_owned(), id: 0x530d_903a }));
}

/// Signatures by several keys: unknown ones are ignored, a known one must verify, keys count once.
#[test]
fn several_signatures() {
    let (a, b, c) = (signer("a", 1), signer("b", 2), signer("c", 3));
    let same_key_as_a = signer("other-name", 1);
    let text = "first\n\nsecond\n";
    let note = Note::sign(text, &[&b, &a, &same_key_as_a]).unwrap();
    assert_eq!(Note::parse(&note.to_bytes()).as_ref(), Ok(&note));
    let keys = [a.verifier_key(), b.verifier_key(), c.verifier_key()];
    let open = note.open(&keys).unwrap();
    assert_eq!((open.text(), open.signers().len(), open.ignored().len()), (text, 2, 1));
    assert_eq!(open.signers()[0], b.verifier_key());
    let open = note.open(&[a.verifier_key(), same_key_as_a.verifier_key()]).unwrap();
    assert_eq!((open.signers().len(), open.distinct_public_keys().len()), (2, 1));

    // A line in a's name that a did not make, beside a good line by b.
    let forged = c.sign(text).line().replace("— c ", "— a ");
    let lines: Vec<NoteSignature> = vec![b.sign(text), NoteSignature::parse(&with_id_of(&a, &forged)).unwrap()];
    let note = Note::from_parts(text, lines).unwrap();
    let refused = Err(NoteError::BadSignature { name: "a".to_owned(), id: a.verifier_key().id() });
    assert_eq!(note.open(&keys), refused);
    assert!(note.open(&keys[1..]).is_ok());
    // Known name, unknown id: another key, so it is ignored.
    let note = Note::from_parts(text, vec![b.sign(text), NoteSignature::parse(&forged).unwrap()]).unwrap();
    assert_eq!(note.open(&keys).unwrap().ignored().len(), 1);

    assert_eq!(Note::sign("no newline", &[&a]), Err(NoteError::NoText));
    assert_eq!(Note::sign("tab\t\n", &[&a]), Err(NoteError::ControlCharacter { offset: 3 }));
    assert_eq!(Note::sign(text, &[]), Err(NoteError::NoSignatures));
    let more = note.with_signatures([b.sign(text), a.sign(text)]).unwrap();
    assert_eq!(more.signatures().len(), 3);
    assert_eq!(name("a").as_str(), more.signatures()[2].name().as_str());
}

fn with_id_of(key: &SignerKey, line: &str) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let (head, data) = line.rsplit_once(' ').unwrap();
    let mut data = STANDARD.decode(data).unwrap();
    data[..4].copy_from_slice(&key.verifier_key().id().to_be_bytes());
    format!("{head} {}", STANDARD.encode(data))
}

/// No text one byte away from a key or a note, and no proper prefix, is accepted in its place.
#[test]
fn no_neighbour_passes() {
    for good in [GO_VKEY, C2SP_VKEY] {
        for text in neighbours(good.as_bytes()).filter_map(|bytes| String::from_utf8(bytes).ok()) {
            assert!(VerifierKey::parse(&text).is_err(), "{text}");
        }
    }
    for text in neighbours(GO_SKEY.as_bytes()).filter_map(|bytes| String::from_utf8(bytes).ok()) {
        let Err(error) = SignerKey::parse(&text) else { panic!("accepted a changed signer key") };
        assert!(!format!("{error} {error:?}").contains("AYEKFALV"));
    }
    let keys = [VerifierKey::parse(C2SP_VKEY).unwrap()];
    for bytes in neighbours(C2SP_NOTE.as_bytes()) {
        let opened = Note::parse(&bytes).and_then(|note| note.open(&keys));
        assert!(opened.is_err(), "{:?}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn third_party_vectors() {
    let Some(folder) = third_party("notes") else { return };
    let json = std::fs::read(folder.join("note-vectors.json")).unwrap();
    let vectors: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let texts = |key: &str| -> Vec<String> { serde_json::from_value(vectors[key].clone()).unwrap() };
    let keys: Vec<VerifierKey> = texts("vkeys_valid").iter().map(|text| VerifierKey::parse(text).unwrap()).collect();
    assert_eq!(keys.len(), 2);
    for text in texts("vkeys_invalid") {
        assert!(VerifierKey::parse(&text).is_err(), "{text}");
    }
    let signer = SignerKey::parse(vectors["test_skey"].as_str().unwrap()).unwrap();
    assert_eq!(signer.verifier_key(), keys[0]);
    assert!(VerifierKey::parse(vectors["tessera_log_vkey"].as_str().unwrap()).is_ok());
    let note = Note::parse(vectors["note"].as_str().unwrap().as_bytes()).unwrap();
    assert_eq!(note.open(&keys).unwrap().signers(), &keys[1..]);
}
