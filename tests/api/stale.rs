//! Signatures by keys that were in force when they were given.

use serde_json::{Value, json};

use crate::common_service::{ROUNDS, forty, member};
use crate::support::Office;

#[test]
fn a_signature_by_a_key_that_was_replaced_does_not_count_and_hinders_nobody() {
    let office = Office::new();
    let site = &office.site;
    let pool = office.pool(&forty());
    let draft = office.draft("letters", ROUNDS[1], &pool, json!({"name": "equal"}), 5, 2, "rank");
    let announcement = office.write(&draft, "announcement");
    office.sign(&office.anna, &announcement, "clerk").is(201);

    // Anna's first key is replaced.
    let vkey = |role: &str| member(role).verifier_key().to_text();
    site.register(&office.anna, "anna", "spare_ke");
    let known = office.read("/keys").json();
    let id = |role: &str| -> Value {
        let keys = known["items"].as_array().unwrap();
        keys.iter().find(|key| key["vkey"] == vkey(role)).unwrap()["id"].clone()
    };
    let wish = json!({"keys": [id("mayor_"), id("clerk_two"), id("spare_ke")], "threshold": 2});
    let enrolment = site.post(&office.anna, "/organisers/eupen/enrolments", wish).is(201).json();
    for role in ["clerk_two", "spare_ke"] {
        office.sign(&office.anna, &enrolment, role).is(201);
    }
    office.sign(&office.bert, &enrolment, "mayor_").is(201);
    office.hand_in(&enrolment).is(200);
    assert_eq!(office.read("").json()["enrolled"]["version"], 2);

    let path = format!("/decisions/{}", announcement["id"].as_str().unwrap());
    let seen = || office.read(&path).is(200).json();
    let signed = |shown: &Value| shown["signatures"].as_array().unwrap().len();
    assert_eq!(signed(&seen()), 0, "the old signature is not counted any more");
    office.sign(&office.bert, &announcement, "mayor_").is(201);
    let shown = seen();
    assert_eq!((signed(&shown), &shown["ready"]), (1, &json!(false)), "{shown}");
    let told = office.hand_in(&announcement).problem(409, "refused");
    let detail = told["detail"].as_str().unwrap();
    assert!(detail.contains("1 are here; 1 more by keys that are not in force"), "{told}");
    let note = office.read(&format!("{path}/note")).is(200);
    assert!(note.text().contains("— eupen/mayor_ ") && !note.text().contains("— eupen/clerk "), "{}", note.text());

    // She signs with the new one; the note that is handed in bears no other.
    office.sign(&office.anna, &announcement, "clerk").problem(409, "refused");
    office.sign(&office.anna, &announcement, "spare_ke").is(201);
    assert_eq!(seen()["ready"], true);
    assert_eq!(office.hand_in(&announcement).is(200).json()["state"], "logged");
    assert_eq!(signed(&seen()), 2, "what is kept is what was handed in");
}
