//! Openings and the artifacts that hold them.

use klero_draw::hash::{PoolRoot, PrivatePart, StepHash, TermsHash, sha256};
use klero_draw::json;
use klero_draw::outcome::{FillOpening, Opening, OpeningError, Outcome, OutcomeError, ProofHash, ReplacementOutcome};
use klero_draw::pool::{HouseholdTag, PublicPart};
use klero_draw::terms::{Method, PoolTerms};
use klero_tlog::{MerkleTree, leaf_hash};

use crate::support::parts;

fn public(person: u32) -> PublicPart {
    let household = person.is_multiple_of(2).then_some(HouseholdTag([u8::try_from(person).unwrap(); 16]));
    PublicPart { household, row: [("group".to_owned(), format!("secret-{person}"))].into() }
}

/// A pool of `n` people and all their openings.
fn pool(n: u32) -> (PoolTerms, Vec<Opening>) {
    let private = |person: u32| PrivatePart(sha256(&person.to_be_bytes()));
    let mut tree = MerkleTree::new();
    for person in 0..n {
        let text = json::encode(&public(person)).unwrap();
        tree.append(leaf_hash(&[&private(person).0[..], text.as_bytes()].concat()));
    }
    let opening = |index: u32| {
        let proof = tree.inclusion_proof(u64::from(index), u64::from(n)).unwrap();
        let proof = proof.hashes().iter().map(|hash| ProofHash(hash.to_bytes())).collect();
        Opening { index, private: private(index), proof, public: public(index) }
    };
    let terms = parts(n, Method::Equal, 1, 0).pool;
    (PoolTerms { root: PoolRoot(tree.root().to_bytes()), ..terms }, (0..n).map(opening).collect())
}

#[test]
fn rows_open_only_as_they_were_sealed() {
    for n in [1, 2, 3, 7, 8, 21] {
        let (pool, openings) = pool(n);
        for opening in &openings {
            let opened = opening.verify_in(&pool).unwrap();
            assert_eq!((opened.index(), opened.private()), (opening.index, opening.private));
            let refused = |change: &dyn Fn(&mut Opening)| {
                let mut changed = opening.clone();
                change(&mut changed);
                assert!(changed.verify(pool.size, &pool.root).is_err(), "{} of {n}", opening.index);
            };
            refused(&|o| o.private.0[0] ^= 1);
            refused(&|o| o.proof.push(ProofHash([0; 32])));
            refused(&|o| o.public.household = Some(HouseholdTag([0xff; 16])));
            refused(&|o| o.public.row.values_mut().for_each(|cell| cell.push('x')));
            refused(&|o| o.index = n);
            refused(&|o| o.index = u32::MAX);
            if n > 1 {
                refused(&|o| o.index ^= 1);
                refused(&|o| o.proof[0].0[31] ^= 0x80);
                refused(&|o| o.proof.truncate(o.proof.len() - 1));
            }
            assert!(opening.verify(0, &pool.root).is_err());
            assert!(opening.verify(n, &PoolRoot([0; 32])).is_err());
        }
    }
}

#[test]
fn rows_open_only_with_the_columns_of_the_terms() {
    let (pool, openings) = pool(5);
    let mut other = pool.clone();
    let columns = |household: &[&str], public: &[&str]| {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        klero_draw::pool::Columns::new(owned(household), "id".to_owned(), Vec::new(), owned(public)).unwrap()
    };
    for wrong in
        [columns(&["address"], &[]), columns(&["address"], &["group", "more"]), columns(&["address"], &["grou"])]
    {
        other.columns = wrong;
        assert_eq!(openings[0].verify_in(&other), Err(OpeningError::OtherColumns { index: 0 }));
    }
    other.columns = columns(&[], &["group"]);
    assert_eq!(openings[2].verify_in(&other), Err(OpeningError::OtherColumns { index: 2 }));
    assert!(openings[1].verify_in(&other).is_ok(), "this one has no household");
}

#[test]
fn artifacts_have_one_form() {
    let (_, openings) = pool(4);
    let draw: klero_draw::names::Slug = "draw-1".parse().unwrap();
    for panel in [None, Some(3)] {
        let outcome =
            Outcome::new(draw.clone(), TermsHash([1; 32]), openings[..2].to_vec(), openings[2..3].to_vec(), panel);
        let text = outcome.text().unwrap();
        assert_eq!(Outcome::parse(&text), Ok(outcome.clone()));
        assert!(!format!("{outcome:?}").contains("secret"));
        for bad in [
            text.replace("v1/outcome", "v1/replacement"),
            format!("{text}\n"),
            text.replace("\"reserves\"", "\"reserved\""),
            text.replacen("\"index\":0", "\"index\":0,\"name\":\"x\"", 1),
            text.replacen("\"index\":0", "\"index\":-1", 1),
            text.replacen("\"index\":0", "\"index\":4294967296", 1),
            text.replacen("=\"", "==\"", 1),
            text.replacen("=\"", "\"", 1),
        ] {
            assert_ne!(bad, text);
            let error = Outcome::parse(&bad).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("secret"));
        }
        let other = Outcome::parse(&text.replace("v1/outcome", "v2/outcome"));
        assert_eq!(other, Err(OutcomeError::Format { expected: "kleroterion/v1/outcome" }));
    }
    let fills = vec![
        FillOpening { left: 3, passed: vec![1, 0], seated: Some(openings[2].clone()) },
        FillOpening { left: 0, passed: Vec::new(), seated: None },
    ];
    let replacement = ReplacementOutcome::new(draw, StepHash([2; 32]), fills);
    let text = replacement.text().unwrap();
    assert_eq!(ReplacementOutcome::parse(&text), Ok(replacement));
    assert!(text.ends_with(r#"{"left":0,"passed":[]}],"format":"kleroterion/v1/replacement","vacated":"0202020202020202020202020202020202020202020202020202020202020202"}"#));
    assert!(ReplacementOutcome::parse(&text.replace("v1/replacement", "v1/outcome")).is_err());
}

/// The quick reader takes nothing that the general decoder does not take, and reads it the same.
#[test]
fn an_outcome_is_read_as_it_is_decoded() {
    let (_, mut openings) = pool(5);
    // Names and cells that need every kind of escape, and whose order differs between UTF-8 and UTF-16.
    for (name, cell) in [("\u{1f600}", "\"\\\n\u{1}"), ("\u{e000}", ""), ("", "é"), ("a\"b", "\u{1f600}")] {
        openings[1].public.row.insert(name.to_owned(), cell.to_owned());
    }
    openings[2].proof.clear();
    openings[3].public.row.clear();
    let mut bases = Vec::new();
    for panel in [None, Some(0), Some(u32::MAX)] {
        let (drawn, reserves) = (openings[..3].to_vec(), openings[3..].to_vec());
        let outcome = Outcome::new("letters".parse().unwrap(), TermsHash([7; 32]), drawn, reserves, panel);
        bases.push((outcome.text().unwrap(), outcome));
    }
    let empty = Outcome::new("letters".parse().unwrap(), TermsHash([7; 32]), Vec::new(), Vec::new(), None);
    bases.push((empty.text().unwrap(), empty));
    for (text, outcome) in &bases {
        assert_eq!(Outcome::parse(text).as_ref(), Ok(outcome));
        let check = |changed: &str| {
            let decoded = json::decode::<Outcome>(changed).ok();
            let decoded = decoded.filter(|outcome| outcome.text().unwrap().contains("\"kleroterion/v1/outcome\""));
            assert_eq!(Outcome::parse(changed).ok(), decoded, "{changed}");
        };
        for at in 0..text.len() {
            for put in [&b""[..], b"0", b"1", b"a", b"A", b"\"", b"\\", b",", b" ", b"-", b"=", b"\xc3\xa9"] {
                let changed = [&text.as_bytes()[..at], put, &text.as_bytes()[at + 1..]].concat();
                if let Ok(changed) = String::from_utf8(changed) {
                    check(&changed);
                }
                let inserted = [&text.as_bytes()[..at], put, &text.as_bytes()[at..]].concat();
                if let Ok(inserted) = String::from_utf8(inserted) {
                    check(&inserted);
                }
            }
        }
    }
}

/// What is hashed for a leaf is what the general encoder writes.
#[test]
fn public_parts_are_written_as_they_are_encoded() {
    let row = [("\u{1f600}", "\"\\\n\u{1}"), ("\u{e000}", ""), ("", "é"), ("a\"b", "\u{1f600}")];
    let row: std::collections::BTreeMap<String, String> = row.map(|(a, b)| (a.to_owned(), b.to_owned())).into();
    for household in [None, Some(HouseholdTag([0xab; 16]))] {
        for row in [row.clone(), Default::default()] {
            let part = PublicPart { household, row };
            let mut text = String::from("before");
            part.push_json(&mut text);
            assert_eq!(text.strip_prefix("before"), Some(json::encode(&part).unwrap().as_str()));
        }
    }
}
