//! Terms and steps: signed notes that another program wrote are read, and everything near them is refused.

use klero_draw::beacon::ChainInfo;
use klero_draw::hash::{StepHash, sha256};
use klero_draw::json;
use klero_draw::note::{SignatureError, SignedText, SignedTextError};
use klero_draw::organiser::{NoteRuleError, VoidNote, VoidReason, context};
use klero_draw::step::{SignedStep, StepError, StepFormError, StepKind, UnverifiedStep};
use klero_draw::terms::{Method, TERMS_CONTEXT, Terms, TermsError, TermsNote, check_round, parse_terms, terms_hash};
use klero_tlog::note::KeyName;
use klero_tlog::{SecretKey, SignerKey, VerifierKey};
use serde::Deserialize;

use crate::support::vectors;

#[derive(Deserialize)]
struct TermsFile {
    keys: Vec<String>,
    threshold: u64,
    chains: Vec<String>,
    accepted: Vec<Accepted>,
    all_three: String,
    refused: Vec<Refused>,
}

#[derive(Deserialize)]
struct Accepted {
    name: String,
    note: String,
    terms_hash: String,
}

#[derive(Deserialize)]
struct Refused {
    why: String,
    class: String,
    #[serde(alias = "entry")]
    note: String,
}

#[derive(Deserialize)]
struct StepsFile {
    service: String,
    log: Vec<Entry>,
    refused: Vec<Refused>,
}

#[derive(Deserialize)]
struct Entry {
    kind: String,
    entry: String,
    hash: String,
    service: String,
}

fn key(vkey: &str) -> VerifierKey {
    VerifierKey::parse(vkey).unwrap()
}

/// The keys of the vectors are made from the SHA-256 of a word.
fn signer(name: &str, word: &str) -> SignerKey {
    SignerKey::new(KeyName::new(name).unwrap(), SecretKey::from_seed(&sha256(word.as_bytes())))
}

/// Which check refuses a terms note, in the vectors' words.
fn class_of(file: &TermsFile, note: &str) -> Result<TermsNote, &'static str> {
    let terms = parse_terms(note).map_err(|error| match error {
        SignedTextError::TooLong { .. } | SignedTextError::Note(_) | SignedTextError::Lines => "note",
        SignedTextError::Context { .. } => "context",
        SignedTextError::Json(_) => "json",
        SignedTextError::Terms(_) => "terms",
        SignedTextError::Rule(_) | SignedTextError::Step(_) => "another kind of note",
    })?;
    let chains = file.chains.iter().map(|text| json::decode::<ChainInfo>(text).unwrap());
    let known = chains.into_iter().find(|info| info.chain_hash() == terms.value().beacon.chain);
    known.and_then(|info| terms.value().check_round(&info).ok()).ok_or("round")?;
    let keys: Vec<VerifierKey> = file.keys.iter().map(|vkey| key(vkey)).collect();
    terms.verify(&keys, file.threshold).map_err(|_| "signatures")?;
    Ok(terms)
}

#[test]
fn terms_are_read_as_they_stand() {
    let file: TermsFile = vectors("terms.json");
    let signers = [signer("eupen/mayor", "mayor"), signer("eupen/clerk", "clerk")];
    assert!(file.accepted.len() > 10);
    for case in &file.accepted {
        let terms = class_of(&file, &case.note).unwrap_or_else(|class| panic!("{}: {class}", case.name));
        assert_eq!(terms.note(), case.note);
        assert_eq!(terms_hash(terms.text()).to_string(), case.terms_hash, "{}", case.name);
        // Signing the same terms gives the same bytes, in whatever order the keys come.
        let again: TermsNote =
            SignedText::sign(TERMS_CONTEXT, terms.value().clone(), &[&signers[0], &signers[1]]).unwrap();
        assert_eq!(again.note(), case.note);
        assert_eq!(Terms::new(terms.value().parts().clone()).as_ref(), Ok(terms.value()));
    }
    let signed = class_of(&file, &file.all_three).unwrap();
    let keys: Vec<VerifierKey> = file.keys.iter().map(|vkey| key(vkey)).collect();
    let names: Vec<String> = signed.verify(&keys, 3).unwrap().keys().iter().map(|key| key.name().to_string()).collect();
    assert_eq!(names, ["eupen/clerk", "eupen/council", "eupen/mayor"]);
    assert_eq!(signed.verify(&keys, 4), Err(SignatureError::TooFew { threshold: 4, found: 3 }));
}

#[test]
fn terms_are_refused_by_the_check_that_is_meant_to() {
    let file: TermsFile = vectors("terms.json");
    assert!(file.refused.len() > 60);
    for case in &file.refused {
        let refused = class_of(&file, &case.note).expect_err(&case.why);
        assert_eq!(refused, case.class, "{}", case.why);
    }
}

#[test]
fn signature_lines_say_what_is_wrong() {
    let file: TermsFile = vectors("terms.json");
    let keys: Vec<VerifierKey> = file.keys.iter().map(|vkey| key(vkey)).collect();
    let verdict = |why: &str| {
        let case = file.refused.iter().find(|case| case.why == why).unwrap_or_else(|| panic!("{why}"));
        parse_terms(&case.note).unwrap().verify(&keys, 2).unwrap_err()
    };
    assert_eq!(verdict("one signature"), SignatureError::TooFew { threshold: 2, found: 1 });
    assert_eq!(verdict("not sorted"), SignatureError::NotSorted { line: 2 });
    assert_eq!(verdict("one signature twice"), SignatureError::NotSorted { line: 2 });
    assert_eq!(verdict("one too many, by a stranger"), SignatureError::UnknownKey { line: 3 });
    assert_eq!(verdict("one key under two names"), SignatureError::SameKey { line: 2 });
    assert_eq!(verdict("a third that does not verify"), SignatureError::Invalid { line: 2 });
    assert_eq!(verdict("S not reduced"), SignatureError::Invalid { line: 2 });
}

#[test]
fn terms_name_the_rule_that_they_break() {
    let file: TermsFile = vectors("terms.json");
    let broken = |why: &str| {
        let case = file.refused.iter().find(|case| case.why == why).unwrap_or_else(|| panic!("{why}"));
        match parse_terms(&case.note) {
            Err(SignedTextError::Terms(error)) => error,
            other => panic!("{why}: {other:?}"),
        }
    };
    let people = TermsError::TooFewPeople { seats: 99, reserves: 2, people: 100 };
    assert_eq!(broken("more seats and reserves than people"), people);
    assert_eq!(people.to_string(), "99 seats and 2 reserves are more than the 100 people of the pool");
    assert_eq!(broken("attempt 2 without previous"), TermsError::Previous { attempt: 2 });
    assert_eq!(broken("an unknown method"), TermsError::Method);
    assert_eq!(broken("panels without a table"), TermsError::NoTable("this method"));
    assert_eq!(broken("due before it is drawn"), TermsError::DrawBy);
}

#[test]
fn a_reason_for_a_table_is_bounded_and_stands_beside_one() {
    let with = |reason: &str, table: bool| {
        let mut parts = crate::support::parts(100, Method::Equal, 2, 1);
        parts.pool.table_reason = Some(reason.to_owned());
        if !table {
            parts.pool.table = None;
        }
        Terms::new(parts)
    };
    let longest = "ä".repeat(512);
    assert_eq!(with(&longest, true).unwrap().pool.table_reason.as_deref(), Some(longest.as_str()));
    assert_eq!(with("x", false), Err(TermsError::TableReason));
    assert_eq!(with("", true), Err(TermsError::TableReason));
    assert_eq!(with(&format!("{longest}x"), true), Err(TermsError::TableReason));
}

/// Changes each byte in several ways, drops each, doubles each, and cuts the text at each: nothing of it may be taken for `note`.
fn check_every_change(note: &str, accepts: impl Fn(&[u8]) -> bool) {
    let bytes = note.as_bytes();
    assert!(accepts(bytes));
    for at in 0..bytes.len() {
        for flip in [0x01, 0x02, 0x20, 0x80] {
            let mut changed = bytes.to_vec();
            changed[at] ^= flip;
            assert!(!accepts(&changed), "byte {at} changed by {flip:#x}");
        }
        assert!(!accepts(&bytes[..at]), "cut at {at}");
        let mut without = bytes.to_vec();
        let dropped = without.remove(at);
        assert!(!accepts(&without), "byte {at} dropped");
        let mut doubled = bytes.to_vec();
        doubled.insert(at, dropped);
        assert!(!accepts(&doubled), "byte {at} doubled");
    }
    for end in [&b"\n"[..], b" ", b"\0", b"\xe2\x80\x94 x y\n"] {
        assert!(!accepts(&[bytes, end].concat()));
    }
}

#[test]
fn no_byte_of_a_terms_note_can_change() {
    let file: TermsFile = vectors("terms.json");
    check_every_change(&file.accepted[0].note, |bytes| {
        std::str::from_utf8(bytes).is_ok_and(|note| class_of(&file, note).is_ok())
    });
}

#[test]
fn no_byte_of_a_step_can_change() {
    let file: StepsFile = vectors("steps.json");
    for kind in ["opened", "drawn", "replaced", "closed"] {
        let entry = file.log.iter().find(|entry| entry.kind == kind).unwrap();
        let service = key(&entry.service);
        check_every_change(&entry.entry, |bytes| SignedStep::open(bytes, &service).is_ok());
    }
}

#[test]
fn steps_are_read_as_they_stand() {
    let file: StepsFile = vectors("steps.json");
    let mut prev = StepHash::ZERO;
    let mut kinds = std::collections::BTreeSet::new();
    for (entry, seq) in file.log.iter().zip(0u64..) {
        let signed = SignedStep::open(entry.entry.as_bytes(), &key(&entry.service))
            .unwrap_or_else(|e| panic!("{} {seq}: {e}", entry.kind));
        let step = signed.step();
        assert_eq!((step.seq, step.prev, step.kind.name()), (seq, prev, entry.kind.as_str()));
        assert_eq!(signed.entry(), entry.entry.as_bytes());
        assert_eq!(signed.hash().to_string(), entry.hash);
        let word = if entry.service == file.service { "service" } else { "the next service key" };
        let again = SignedStep::sign(step.clone(), &signer("lots.example/service", word)).unwrap();
        assert_eq!(again, signed);
        prev = signed.hash();
        kinds.insert(step.kind.name());
    }
    assert_eq!(kinds.len(), 12, "{kinds:?}");
}

#[test]
fn steps_are_refused() {
    let file: StepsFile = vectors("steps.json");
    let service = key(&file.service);
    assert!(file.refused.len() > 50);
    for case in &file.refused {
        let error = SignedStep::open(case.note.as_bytes(), &service).expect_err(&case.why);
        let class = if matches!(error, StepError::Signature(_)) { "signature" } else { "form" };
        assert_eq!(class, case.class, "{}: {error}", case.why);
    }
    let broken = |why: &str| {
        let case = file.refused.iter().find(|case| case.why == why).unwrap_or_else(|| panic!("{why}"));
        match UnverifiedStep::parse(case.note.as_bytes()) {
            Err(StepError::Form(SignedTextError::Step(error))) => *error,
            other => panic!("{why}: {other:?}"),
        }
    };
    let rule = |error| StepFormError::Note(SignedTextError::Rule(error));
    assert_eq!(broken("an unknown kind"), StepFormError::Kind);
    assert_eq!(broken("no outcome"), StepFormError::Missing("outcome"));
    assert_eq!(broken("a draw where none belongs"), StepFormError::Draw);
    assert_eq!(broken("a pinned chain as rehearsal"), StepFormError::Rehearsal);
    assert_eq!(broken("an announcement of another draw"), StepFormError::OtherDraw);
    assert_eq!(broken("one key under two names"), rule(NoteRuleError::Keys));
    assert_eq!(broken("a threshold of none"), rule(NoteRuleError::Threshold));
    assert_eq!(broken("a seat twice"), rule(NoteRuleError::Seats));
    assert_eq!(broken("a fresh round without a time"), rule(NoteRuleError::Beacon));
    assert_eq!(broken("no_quorum with a note"), rule(NoteRuleError::NoQuorum));
    let context = SignedTextError::Context { expected: context::ANNOUNCE };
    assert_eq!(broken("a note of another context"), StepFormError::Note(context));
}

#[test]
fn notes_within_steps_are_signed_by_exactly_their_keys() {
    let file: StepsFile = vectors("steps.json");
    let steps: Vec<SignedStep> =
        file.log.iter().map(|entry| SignedStep::open(entry.entry.as_bytes(), &key(&entry.service)).unwrap()).collect();
    let mut looked_at = 0;
    for step in &steps {
        match &step.step().kind {
            StepKind::Organiser(note) => {
                let own: Vec<VerifierKey> = note.value().keys.iter().map(|key| key.0.clone()).collect();
                let old = [signer("eupen/mayor", "mayor").verifier_key()];
                let all = [own.as_slice(), if note.value().version == 2 { &old } else { &[] }].concat();
                // Both mayors sign the second version, under one name: lines ascend by key id there.
                let signers = note.verify(&all, 3).unwrap();
                assert_eq!(signers.keys().len(), note.lines());
                assert_eq!(note.value().version == 2, note.verify(&own, 3).is_err());
            }
            StepKind::Key(note) => {
                let (old, new) = (note.value().old.0.clone(), note.value().new.0.clone());
                assert_eq!(note.verify(&[old.clone(), new], 2).unwrap().keys().len(), 2);
                assert!(note.verify(&[old], 1).is_err());
            }
            _ => continue,
        }
        looked_at += 1;
    }
    assert_eq!(looked_at, 4);
}

#[test]
fn what_could_not_be_read_is_not_signed() {
    let clerk = signer("eupen/clerk", "clerk");
    let note = |reason| VoidNote {
        draw: "draw-1".parse().unwrap(),
        log: "lots.example/log".to_owned(),
        organiser: "eupen".parse().unwrap(),
        reason,
    };
    assert!(SignedText::sign(context::VOID, note(VoidReason::Court), &[&clerk]).is_ok());
    let refused = SignedText::sign(context::VOID, note(VoidReason::NoQuorum), &[&clerk]).unwrap_err();
    assert_eq!(refused, SignedTextError::Rule(NoteRuleError::NoQuorum));
    let nobody = SignedText::sign(context::VOID, note(VoidReason::Court), &[]).unwrap_err();
    assert!(matches!(nobody, SignedTextError::Note(_)), "{nobody}");
    // Announcement and step agree on how a note's place is checked.
    let signed = SignedText::sign(context::VOID, note(VoidReason::Court), &[&clerk]).unwrap();
    let elsewhere = SignedText::<VoidNote>::parse(&signed.note(), context::ERASE, 1 << 16).unwrap_err();
    assert_eq!(elsewhere, SignedTextError::Context { expected: context::ERASE });
    let short = SignedText::<VoidNote>::parse(&signed.note(), context::VOID, 100).unwrap_err();
    assert_eq!(short, SignedTextError::TooLong { limit: 100, found: signed.note().len() });
}

#[test]
fn a_seal_holds_its_round() {
    let file: StepsFile = vectors("steps.json");
    let quicknet = klero_draw::beacon::Chain::quicknet();
    let mut seen = 0;
    for entry in &file.log {
        let signed = SignedStep::open(entry.entry.as_bytes(), &key(&entry.service)).unwrap();
        match &signed.step().kind {
            StepKind::Sealed(sealed) => {
                let time = sealed.terms.value().check_round(quicknet.info()).unwrap();
                assert!(signed.step().time < time);
            }
            StepKind::Drawn(drawn) => assert!(quicknet.verify(&drawn.round).is_ok()),
            StepKind::Vacated(note) => {
                let vacate = note.value();
                assert!(check_round(quicknet.info(), &vacate.beacon.unwrap(), vacate.draws_at.unwrap()).is_ok());
            }
            StepKind::Replaced(replaced) => assert!(quicknet.verify(replaced.round.as_ref().unwrap()).is_ok()),
            _ => continue,
        }
        seen += 1;
    }
    assert_eq!(seen, 4);
}
