//! A pool before and after its draw: a file without names of columns, until when a pool is to be kept, and how an auditor gets it.

use std::os::unix::fs::PermissionsExt as _;

use age::secrecy::ExposeSecret as _;
use kleroterion::api::access::Role;
use kleroterion::auditor;
use serde_json::{Value, json};

use crate::common_service::{ROUNDS, forty, published};
use crate::support::Office;

const DAYS_KEPT: u64 = 180;

/// An office whose draw 'letters' is drawn.
fn drawn() -> Office {
    let office = Office::new();
    let pool = office.pool(&forty());
    let draft = office.draft("letters", ROUNDS[1], &pool, json!({"name": "equal"}), 10, 4, "rank");
    office.decide(&office.write(&draft, "announcement"));
    assert_eq!(office.draw("letters")["erase_by"], Value::Null, "no pool yet");
    office.decide(&office.write(&draft, "terms"));
    assert_eq!(office.draw("letters")["erase_by"], Value::Null, "the draw waits for it");
    office.site.world.clock.set(published(ROUNDS[1]));
    office.site.world.round("letters", ROUNDS[1]).unwrap();
    office
}

#[test]
fn an_organiser_reads_until_when_a_pool_is_kept() {
    let office = drawn();
    let expected = json!(published(ROUNDS[1]) + DAYS_KEPT * 86_400);
    assert_eq!(office.draw("letters")["erase_by"], expected);
    assert_eq!(office.read("/draws").json()["items"][0]["erase_by"], expected);
    let erasure = office.site.post(&office.anna, "/organisers/eupen/draws/letters/erasure", json!({})).is(201).json();
    office.decide(&erasure);
    assert_eq!(office.draw("letters")["erase_by"], Value::Null, "nothing is kept");
}

#[test]
fn an_auditor_gets_a_pool_that_only_the_auditor_can_open() {
    let office = drawn();
    let site = &office.site;
    let auditor = site.person("carl", Role::Auditor, Some("eupen"));
    let key = age::x25519::Identity::generate();
    let path = format!("/organisers/eupen/draws/letters/audit.age?recipient={}", key.to_public());
    let file = site.get(&auditor, &path).is(200);
    assert_eq!(file.header("content-type"), "application/octet-stream");
    assert!(file.header("content-disposition").contains("letters.audit.age"));
    for secret in ["number", "Eupen"] {
        assert!(!file.body.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()), "in the clear");
    }
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("letters.age"), &file.body).unwrap();
    std::fs::write(at("auditor.key"), format!("{}\n", key.to_string().expose_secret())).unwrap();
    std::fs::set_permissions(at("auditor.key"), std::fs::Permissions::from_mode(0o600)).unwrap();
    let opened = auditor::open(&at("letters.age"), &at("auditor.key"), &at("pool")).unwrap();
    assert_eq!(opened.size(), 40);
    assert_eq!(json!(opened.root().to_string()), json!(site.world.status("letters").root));
    site.get(&office.anna, &path).is(200);
    site.get(&office.bert, &path).problem(403, "forbidden");
    for wrong in ["", "?recipient=age1", "?recipient=AGE-SECRET-KEY-1", "?key=age1"] {
        site.get(&auditor, &format!("/organisers/eupen/draws/letters/audit.age{wrong}")).problem(422, "invalid");
    }
    site.get(&auditor, &path.replace("letters/", "none/")).problem(404, "not-found");
    let erasure = site.post(&office.anna, "/organisers/eupen/draws/letters/erasure", json!({})).is(201).json();
    office.decide(&erasure);
    assert!(site.get(&auditor, &path).status >= 400);
}

#[test]
fn a_file_without_names_of_columns_is_told_without_its_cells() {
    let office = Office::new();
    let named = office.upload("text/csv", forty().as_bytes(), &office.site.new_key()).is(201).json();
    assert_eq!(named["warnings"], json!([]));
    let (_, headless) = forty().split_once('\n').map(|(names, people)| (names.to_owned(), people.to_owned())).unwrap();
    let made = office.upload("text/csv", headless.as_bytes(), &office.site.new_key()).is(201).json();
    let warnings = made["warnings"].as_array().unwrap();
    assert!(!warnings.is_empty(), "{made}");
    for warning in warnings {
        assert_eq!(warning["kind"], "heading-like-data");
        assert!(warning["position"].as_u64().unwrap() >= 1);
        assert_eq!(warning.as_object().unwrap().len(), 2, "a place, and no cell: {warning}");
    }
    let again = office.read(&format!("/pools/{}", made["id"].as_str().unwrap())).json();
    assert_eq!(again["warnings"], made["warnings"]);
}
