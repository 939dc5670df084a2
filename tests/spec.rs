//! Holds docs/spec.md to the code: the worked example of §10 is made again and compared with the text, the table of checks with the
//! verifier's, and the steps and members of §4 with what the encoders can write. It never changes the document.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;

use klero_draw::beacon::{Chain, Round};
use klero_draw::commitment::{PersonHasher, PoolBuilder};
use klero_draw::method::{DrawInputs, draw};
use klero_draw::note::SignedText;
use klero_draw::pool::{Columns, PoolKey, Row};
use klero_draw::seed::{Seed, Stage};
use klero_draw::terms::{TERMS_CONTEXT, Terms, WrittenTerms, terms_hash};
use klero_tlog::note::KeyName;
use klero_tlog::{SecretKey, SignerKey};
use klero_verifier::report::CheckId;

const SPEC: &str = include_str!("../docs/spec.md");
const PEOPLE: [(&str, &str, &str); 3] = [("1", "Anna", "Eupen"), ("2", "Paul", "Kelmis"), ("3", "Céline", "Raeren")];
/// Round 42 of quicknet, as drand published it.
const ROUND: u64 = 42;

fn section<'a>(from: &str, to: &str) -> &'a str {
    let (_, rest) = SPEC.split_once(from).unwrap();
    rest.split_once(to).map_or(rest, |(section, _)| section)
}

fn worked_example() -> String {
    let mut out = String::new();
    let fixture: serde_json::Value = serde_json::from_str(include_str!("fixtures/drand.json")).unwrap();
    let chain = Chain::quicknet();
    let published = fixture.as_array().unwrap().iter().find(|r| {
        r["round"].as_u64() == Some(ROUND) && r["chain_hash"].as_str() == Some(chain.hash().to_string().as_str())
    });
    let signature = hex::decode(published.unwrap()["signature"].as_str().unwrap()).unwrap();
    let columns = Columns::new(vec![], "number".to_owned(), vec!["name".to_owned()], vec!["town".to_owned()]).unwrap();
    let key = PoolKey::from_bytes([1; 32]);
    let mut hasher = PersonHasher::new(&key, &columns);
    let mut builder = PoolBuilder::new(&key, &columns);
    writeln!(out, "pool_key = {}", *key.to_hex()).unwrap();
    for ((id, name, town), handle) in PEOPLE.into_iter().zip(1..) {
        let row = Row { id, private: &[name], household: &[], public: &[town] };
        builder.push(&row, handle).unwrap();
        let parts = hasher.parts(&row).unwrap();
        let leaf = klero_draw::commitment::leaf(&parts.private, parts.public);
        writeln!(out, "\nid {id}, name {name}, town {town}").unwrap();
        writeln!(out, "salt         = {}", hex::encode(parts.salt.as_bytes())).unwrap();
        writeln!(out, "private_part = {}", parts.private).unwrap();
        writeln!(out, "public_part  = {}", parts.public).unwrap();
        writeln!(out, "leaf         = {leaf}").unwrap();
    }
    let pool = builder.finish().unwrap();
    let ids: Vec<String> = pool.entries().map(|(_, id)| id.to_string()).collect();
    writeln!(out, "\nids by index = {}\nroot         = {}", ids.join(", "), pool.root()).unwrap();

    let draws_at = chain.info().time_of(ROUND).unwrap() - 3;
    let written: WrittenTerms = serde_json::from_value(serde_json::json!({
        "attempt": 1, "beacon": {"chain": chain.hash().to_string(), "round": ROUND}, "draw": "example",
        "draw_by": draws_at + 86_400, "draws_at": draws_at, "log": "draws.example.org/log",
        "method": {"name": "equal", "seats": 1}, "organiser": "eupen",
        "pool": {"columns": {"household": [], "id": "number", "private": ["name"], "public": ["town"]},
                 "root": pool.root().to_string(), "size": 3},
        "purpose": "example", "replacement": "none", "reserves": 1, "title": {"de": "Beispiel"}
    }))
    .unwrap();
    let terms = Terms::try_from(written).unwrap();
    terms.check_round(chain.info()).unwrap();
    let clerk = SignerKey::new(KeyName::new("eupen/clerk").unwrap(), SecretKey::from_seed(&[2; 32]));
    let note = SignedText::sign(TERMS_CONTEXT, terms.clone(), &[&clerk]).unwrap();
    note.verify(&[clerk.verifier_key()], 1).unwrap();
    let hash = terms_hash(note.text());
    writeln!(out, "\nsecret of eupen/clerk = {}\nterms note:\n\n{}", "02".repeat(32), note.note()).unwrap();
    writeln!(out, "terms_hash = {hash}\n\nround      = {ROUND}\nsignature  = {}", hex::encode(&signature)).unwrap();

    let round = chain.verify(&Round { round: ROUND, signature, previous_signature: None }).unwrap();
    let seed = Seed::derive(&hash, &round);
    let tickets = seed.key(Stage::People);
    writeln!(out, "randomness = {}\nkey        = {tickets}\n", hex::encode(round.randomness())).unwrap();
    for index in 0..3 {
        writeln!(out, "ticket({index})  = {}", tickets.ticket(index)).unwrap();
    }
    let inputs = DrawInputs { people: None, strata: None, panels: None };
    let result = draw(&terms, &inputs, &seed).unwrap();
    writeln!(out, "\ndrawn      = {:?}\nreserves   = {:?}", result.drawn, result.reserves).unwrap();
    out
}

#[test]
fn the_worked_example_is_what_the_code_gives() {
    let expected = worked_example();
    let text = section("## 10 Worked example", "\n## 11");
    let block = text.split_once("````\n").and_then(|(_, rest)| rest.split_once("````")).map(|(block, _)| block);
    assert_eq!(block, Some(expected.as_str()), "§10 of docs/spec.md must read:\n{expected}");
}

#[test]
fn the_table_of_checks_is_the_verifiers() {
    let named: Vec<&str> = section("### 9.3 Checks", "With an `erased`")
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(id, _)| id))
        .collect();
    let ids: Vec<&str> = CheckId::ALL.iter().map(|id| id.name()).collect();
    assert_eq!(named, ids);
}

#[test]
fn every_kind_and_member_of_a_step_is_in_the_encoders() {
    let code = concat!(
        include_str!("../crates/draw/src/step.rs"),
        include_str!("../crates/draw/src/organiser.rs"),
        include_str!("../crates/draw/src/beacon.rs")
    );
    let steps = section("## 4 Steps", "## 5 Seed");
    let mut kinds = 0;
    for heading in steps.lines().filter(|line| line.starts_with("### 4.") && line.contains('`')) {
        for kind in heading.split('`').skip(1).step_by(2) {
            assert!(code.contains(&format!("=> \"{kind}\"")), "no encoder writes the kind {kind}");
            kinds += 1;
        }
    }
    assert_eq!(kinds, 12, "kinds of steps in the headings of §4");
    let rows = steps.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | ").map(|(first, _)| first));
    let mut members = 0;
    for member in rows.filter(|cell| cell.contains('`')).flat_map(|cell| cell.split('`').skip(1).step_by(2)) {
        let member = member.trim_end_matches('?');
        assert!(code.contains(&format!("{member}: ")), "no encoder writes the member {member}");
        members += 1;
    }
    assert!(members >= 12, "only {members} members found in the tables of §4");
}
