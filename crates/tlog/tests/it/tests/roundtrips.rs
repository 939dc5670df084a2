//! Whatever can be built is read back the same; whatever can be read prints back the same; noise never panics.

use klero_tlog::checkpoint::Checkpoint;
use klero_tlog::note::{KeyName, NoteSignature};
use klero_tlog::policy::Policy;
use klero_tlog::proof::{ConsistencyProof, InclusionProof, TreeHead};
use klero_tlog::tile::{BundleId, TileId, TilePath, encode_bundle};
use klero_tlog::tlog_proof::TlogProof;
use klero_tlog::witness_wire::{AddCheckpoint, parse_cosignature_lines};
use klero_tlog::{Hash, Note, PublicKey, SecretKey, SignerKey, VerifierKey};
use proptest::collection::vec;
use proptest::prelude::*;

fn hashes(limit: usize) -> impl Strategy<Value = Vec<Hash>> {
    vec(any::<[u8; 32]>().prop_map(Hash::from_bytes), 0..=limit)
}

fn notes() -> impl Strategy<Value = Note> {
    let line = ("[a-zé/.]{1,20}", vec(any::<u8>(), 1..100), any::<u32>()).prop_map(|(name, bytes, id)| {
        use base64::Engine;
        let data = [id.to_be_bytes().as_slice(), &bytes].concat();
        let data = base64::engine::general_purpose::STANDARD.encode(data);
        NoteSignature::parse(&format!("— {name} {data}")).unwrap()
    });
    ("([ -~é—\n]{0,60}\n)", vec(line, 1..6)).prop_map(|(text, lines)| Note::from_parts(&text, lines).unwrap())
}

fn checkpoint_notes() -> impl Strategy<Value = Note> {
    let texts = ("[ -~é]{1,30}", any::<u64>(), any::<[u8; 32]>(), vec("[ -~é]{1,20}", 0..3));
    let texts = texts.prop_map(|(origin, size, root, extensions)| {
        let head = TreeHead { size, root: Hash::from_bytes(root) };
        let checkpoint = Checkpoint::with_extensions(&origin, head, extensions).unwrap();
        assert_eq!(Checkpoint::parse(&checkpoint.text()).as_ref(), Ok(&checkpoint));
        checkpoint.text()
    });
    (texts, any::<[u8; 32]>()).prop_map(|(text, seed)| {
        let signer = SignerKey::new(KeyName::new("k").unwrap(), SecretKey::from_seed(&seed));
        Note::sign(&text, &[&signer]).unwrap()
    })
}

/// Bytes that look a little like the formats, so that the noise gets past the first checks.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "\n",
        "\n\n",
        " ",
        "— ",
        "a",
        "AAAAAAE=",
        "old ",
        "0",
        "1",
        "index ",
        "extra ",
        "c2sp.org/tlog-proof@v1\n",
        "tile/",
        "/",
        "000",
        ".p/",
        "x",
        "entries",
        "quorum ",
        "none",
        "group ",
        "any ",
        "witness ",
        "log ",
        "+",
        "#",
        "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
        "\t",
        "\u{85}",
        "PRIVATE+KEY+",
        "c74f20a3",
    ]);
    prop_oneof![vec(any::<u8>(), 0..200), vec(words, 0..20).prop_map(|words| words.concat().into_bytes()),]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn notes_reread(note in notes()) {
        prop_assert_eq!(Note::parse(&note.to_bytes()), Ok(note));
    }

    #[test]
    fn keys_reread(seed in any::<[u8; 32]>(), name in "[a-zé/.]{1,30}") {
        let signer = SignerKey::new(KeyName::new(&name).unwrap(), SecretKey::from_seed(&seed));
        let key = signer.verifier_key();
        prop_assert_eq!(VerifierKey::parse(&key.to_text()), Ok(key.clone()));
        prop_assert_eq!(SignerKey::parse(&signer.to_text()).unwrap().verifier_key(), key.clone());
        prop_assert_eq!(PublicKey::from_bytes(key.public_key().as_bytes()), Ok(key.public_key()));
    }

    #[test]
    fn proof_files_reread(note in checkpoint_notes(), index in any::<u64>(), list in hashes(64), extra in vec(any::<u8>(), 0..50)) {
        let extra = (!extra.is_empty()).then_some(extra);
        let proof = TlogProof::new(extra, index, InclusionProof::from_hashes(list), note).unwrap();
        prop_assert_eq!(TlogProof::parse(proof.to_text().as_bytes()), Ok(proof));
    }

    #[test]
    fn requests_reread(note in checkpoint_notes(), old_size in any::<u64>(), list in hashes(63)) {
        let request = AddCheckpoint::new(old_size, ConsistencyProof::from_hashes(list), note).unwrap();
        prop_assert_eq!(AddCheckpoint::parse(request.to_text().as_bytes()), Ok(request));
    }

    #[test]
    fn paths_reread(level in 0_u8..8, index in any::<u64>(), shift in 0_u32..64, width in 1_u16..=256) {
        let index = index >> shift;
        if let Ok(tile) = TileId::new(level, index, width) {
            prop_assert_eq!(TilePath::parse(&tile.path()), Ok(TilePath::Tile(tile)));
        }
        if let Ok(bundle) = BundleId::new(index, width) {
            prop_assert_eq!(TilePath::parse(&bundle.path()), Ok(TilePath::Entries(bundle)));
        }
    }

    #[test]
    fn bundles_reread(entries in vec(vec(any::<u8>(), 0..40), 1..=256)) {
        let width = u16::try_from(entries.len()).unwrap();
        let bytes = encode_bundle(&entries).unwrap();
        prop_assert_eq!(BundleId::new(0, width).unwrap().decode(&bytes).unwrap(), entries);
    }

    #[test]
    fn hashes_reread(bytes in any::<[u8; 32]>()) {
        let hash = Hash::from_bytes(bytes);
        prop_assert_eq!(Hash::from_hex(&hash.to_hex()), Ok(hash));
        prop_assert_eq!(Hash::from_base64(&hash.to_base64()), Ok(hash));
        prop_assert!(Hash::from_hex(&hash.to_hex()[1..]).is_err());
    }

    #[test]
    fn noise_is_refused_or_prints_back(bytes in noise()) {
        if let Ok(note) = Note::parse(&bytes) {
            prop_assert_eq!(note.to_bytes(), bytes.clone());
        }
        if let Ok(proof) = TlogProof::parse(&bytes) {
            prop_assert_eq!(proof.to_text().into_bytes(), bytes.clone());
        }
        if let Ok(request) = AddCheckpoint::parse(&bytes) {
            prop_assert_eq!(request.to_text().into_bytes(), bytes.clone());
        }
        let _ = (Policy::parse(&bytes), parse_cosignature_lines(&bytes));
        if let Ok(text) = std::str::from_utf8(&bytes) {
            if let Ok(path) = TilePath::parse(text) {
                prop_assert_eq!(path.to_string(), text);
            }
            if let Ok(checkpoint) = Checkpoint::parse(text) {
                prop_assert_eq!(checkpoint.text(), text);
            }
            prop_assert!(VerifierKey::parse(text).is_err() && SignerKey::parse(text).is_err());
        }
    }
}
