//! Members' keys: registered with a proof of possession, held by one account, and out of it only through the log.

use kleroterion::api::access::Role;
use kleroterion::key_proof;
use serde_json::{Value, json};

use crate::common_service::{forty, member};
use crate::support::{Auth, Office, Site};

const KEYS: &str = "/organisers/eupen/keys";

fn at(key: &Value) -> String {
    format!("{KEYS}/{}", key.as_str().unwrap())
}

#[test]
fn a_key_is_registered_by_whoever_has_it_and_by_nobody_else() {
    let site = Site::new();
    let _admin = site.with_organisers(&["eupen", "raeren"]);
    let anna = site.person("anna", Role::Organiser, Some("eupen"));
    let bert = site.person("bert", Role::Approver, Some("eupen"));
    let clerk = member("clerk");
    let vkey = clerk.verifier_key().to_text();
    let origin = site.world.service().origin().to_owned();
    assert_eq!(site.get(&anna, "/organisers/eupen").is(200).json()["log"], origin);
    // Bert knows Anna's public key, and her proof; another key of his proves nothing about it, nor does what was signed for another service,
    // nor another note that Anna signed with it.
    let of = |login: &str| site.claim(login, "clerk")["proof"].clone();
    let forged = of("anna").as_str().unwrap().replace("anna", "bert");
    let line = |note: &str| note.trim_end().rsplit('\n').next().unwrap().to_owned();
    let by_another = key_proof::unsigned(&origin, "bert", &clerk.verifier_key()).unwrap();
    let by_another = member("mayor_").sign(by_another.strip_suffix('\n').unwrap()).line();
    let elsewhere = key_proof::signed("elsewhere.example.org/log", "bert", &clerk).unwrap();
    let void = kleroterion::organiser_note::unsigned("kleroterion/v1/void", &json!({"draw": "a"})).unwrap();
    let void = kleroterion::organiser_note::add_signature(&void, &clerk).unwrap();
    let wrong = [
        of("anna"),
        json!(forged),
        json!(by_another),
        json!(elsewhere),
        json!(line(&elsewhere)),
        json!(line(&void)),
        json!(void),
    ];
    for proof in
        wrong.into_iter().chain([json!(""), json!("— eupen/clerk AAAA"), json!("kleroterion/v1/member_key\n{}\n")])
    {
        let told = site.post(&bert, KEYS, json!({"vkey": vkey, "proof": proof})).problem(422, "invalid");
        assert!(told["advice"].as_str().unwrap().contains("klero keys claim"), "{told}");
    }
    site.post(&bert, KEYS, json!({"vkey": vkey})).problem(422, "invalid");
    // The whole note, or its line alone.
    let kept =
        site.post(&anna, KEYS, json!({"vkey": vkey, "proof": line(of("anna").as_str().unwrap())})).is(201).json();
    assert_eq!((&kept["account"], &kept["in_force"], &kept["held"]), (&json!("anna"), &json!(false), &json!(true)));
    // Who has a copy of it does not get it from her account either.
    site.post(&bert, KEYS, site.claim("bert", "clerk")).problem(409, "refused");
    for bad in ["", "PRIVATE+KEY+x", "raeren/clerk+00000000+AAAA", &vkey.replace("eupen/", "raeren/")] {
        site.post(&bert, KEYS, json!({"vkey": bad, "proof": of("bert")})).problem(422, "invalid");
    }
    site.delete(&bert, &at(&kept["id"])).problem(403, "forbidden");
    // It was never in force: she may take it back.
    site.delete(&anna, &at(&kept["id"])).is(204);
    site.delete(&anna, &at(&kept["id"])).problem(404, "not-found");
}

#[test]
fn a_key_in_force_leaves_its_account_through_the_log_alone() {
    let office = Office::new();
    let site = &office.site;
    let listed = office.read("/keys").json();
    let id = |role: &str| {
        let of = |key: &&Value| key["vkey"].as_str().unwrap().starts_with(&format!("eupen/{role}+"));
        listed["items"].as_array().unwrap().iter().find(of).unwrap()["id"].clone()
    };
    let (clerk, mayor, second) = (id("clerk"), id("mayor_"), id("clerk_two"));
    // Anna has two keys in force. If she could pass one on to a second account, she alone would be two pairs of eyes.
    site.delete(&office.anna, &at(&second)).problem(409, "refused");
    let self_again = site.person("anna2", Role::Approver, Some("eupen"));
    site.post(&self_again, KEYS, site.claim("anna2", "clerk_two")).problem(409, "refused");
    // An enrolment without it is written and logged: then it can go.
    let spare = site.register(&office.bert, "bert", "spare_ke");
    let wish = json!({"keys": [clerk, mayor, spare], "threshold": 2});
    let enrolment = site.post(&office.anna, "/organisers/eupen/enrolments", wish).is(201).json();
    site.delete(&office.bert, &at(&spare)).problem(409, "refused");
    office.sign(&office.bert, &enrolment, "spare_ke").is(201);
    site.delete(&office.anna, &at(&second)).problem(409, "refused");
    office.decide(&enrolment);
    site.delete(&office.anna, &at(&second)).is(204);
    site.delete(&office.bert, &at(&spare)).problem(409, "refused");
}

/// A closed account's keys are neither stuck nor a second pair of eyes.
#[test]
fn a_key_of_a_closed_account_is_taken_over_by_whoever_has_it() {
    let office = Office::new();
    let site = &office.site;
    let root = site.sign_in("root@example.org");
    let pool = office.pool(&forty());
    let draft =
        office.draft("letters", crate::common_service::ROUNDS[1], &pool, json!({"name": "equal"}), 5, 2, "rank");
    let announcement = office.write(&draft, "announcement");
    office.sign(&office.anna, &announcement, "clerk").is(201);
    let unused = site.register(&office.anna, "anna", "spare_ke");
    site.delete(&root, "/accounts/anna").is(204);
    // What was never in force is removed by a colleague; what is in force stays.
    let keys = |who: &Auth| site.get(who, KEYS).is(200).json()["items"].as_array().unwrap().clone();
    let held = |who: &Auth| keys(who).iter().filter(|key| key["held"] == true).count();
    assert_eq!((keys(&office.bert).len(), held(&office.bert)), (4, 1));
    site.delete(&office.bert, &at(&unused)).is(204);
    let second = keys(&office.bert)
        .iter()
        .find(|key| key["vkey"].as_str().unwrap().starts_with("eupen/clerk_two+"))
        .unwrap()["id"]
        .clone();
    site.delete(&office.bert, &at(&second)).problem(409, "refused");
    // Anna comes back under another name and proves her key: the account is another, the person is not.
    let anna = site.person("anna.new", Role::Organiser, Some("eupen"));
    let taken = site.post(&anna, KEYS, site.claim("anna.new", "clerk_two")).is(201).json();
    assert_eq!((&taken["id"], &taken["account"], &taken["in_force"]), (&second, &json!("anna.new"), &json!(true)));
    office.sign(&anna, &announcement, "clerk_two").is(201);
    let told = office.hand_in(&announcement).problem(409, "refused");
    assert!(told["detail"].as_str().unwrap().contains("two different people"), "{told}");
    office.sign(&office.bert, &announcement, "mayor_").is(201);
    office.hand_in(&announcement).is(200);
}
