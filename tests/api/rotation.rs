//! The whole model over the API: a register, letters, answers, a council of those who answered, and after its term a rotation: who leaves, and
//! who enters. Every pool is encrypted; every proof verifies, alone and as a sequence; nobody's name lies in the clear.

use klero_verifier::artifacts::NoArtifacts;
use klero_verifier::report::Verdict;
use klero_verifier::sequence::{Known, check_sequence};
use klero_verifier::trust::Trust;
use klero_verifier::verify::{Options, verify};
use serde_json::{Value, json};

use crate::common_service::{ROUNDS, forty, published};
use crate::support::Office;

/// Carries out what was announced and sealed, at its round.
fn drawn(office: &Office, draw: &str, round: u64) {
    office.site.world.clock.set(published(round));
    office.site.world.round(draw, round).unwrap();
    office.site.world.verified(draw);
}

/// A draft over a linked pool, decided on by both.
fn sealed(office: &Office, says: &Value) {
    let draft = office.site.post(&office.anna, "/organisers/eupen/drafts", says.clone()).is(201).json();
    let draft = draft["id"].as_str().unwrap().to_owned();
    office.decide(&office.write(&draft, "announcement"));
    office.decide(&office.write(&draft, "terms"));
}

fn column(csv: &str, name: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    let at = reader.headers().unwrap().iter().position(|heading| heading == name).unwrap();
    reader.records().map(|record| record.unwrap()[at].to_owned()).collect()
}

#[test]
fn from_the_register_to_the_rotation() {
    let office = Office::new();
    let site = &office.site;
    let post = |path: &str, body: Value| site.post(&office.anna, &format!("/organisers/eupen{path}"), body);

    // Letters to twenty; there is nothing to rotate or to link to before they are drawn.
    let register = office.pool(&forty());
    let mut says = office.says("letters", ROUNDS[1], &register, json!({"name": "equal"}), 20, 2, "none");
    sealed(&office, &says);
    let rotation = |draw: &str, wish: Value| post(&format!("/draws/{draw}/rotation"), wish);
    rotation("letters", json!({"name": "early", "seats": 1})).problem(409, "refused");
    drawn(&office, "letters", ROUNDS[1]);

    // Everybody answers by the code of their letter.
    post("/draws/letters/letters", json!({"to": "drawn"})).is(201);
    let letters = office.people("/draws/letters/letters/drawn.csv");
    let deadline = published(ROUNDS[1]) + 100;
    site.put(&office.anna, "/organisers/eupen/draws/letters/response-window", "", json!({"deadline": deadline}))
        .is(200);
    let codes = column(letters.text(), "receipt_code");
    let answers: Vec<Value> = codes.iter().map(|code| json!({"code": code, "answer": "yes"})).collect();
    assert_eq!(post("/draws/letters/answers", json!({"answers": answers})).is(201).json()["imported"], 20);

    // The answers become a pool of the same people. A stranger is found, by line; nobody can be slipped in.
    let ids = column(letters.text(), "number");
    let strangers = column(office.people("/draws/letters/results/remaining.csv").text(), "number");
    let row =
        |(nth, id): (usize, &String)| format!("{id},{},{}\n", ["f", "m"][nth % 2], if nth == 0 { 90 } else { 30 });
    let file: String =
        std::iter::once("number,gender,age\n".to_owned()).chain(ids.iter().enumerate().map(row)).collect();
    let upload = |text: &str| {
        let made = office.upload("text/csv", text.as_bytes(), &site.new_key()).is(201);
        made.header("location").strip_prefix("/api/v1").unwrap().to_owned()
    };
    let roles = |path: &str, roles: Value| site.put(&office.anna, &format!("{path}/roles"), "\"1\"", roles);
    let linked = json!({"id": "number", "public": ["gender", "age", "municipality"], "from": "letters"});
    let stranger = strangers.iter().find(|id| !ids.contains(id));
    let with_stranger = upload(&format!("{file}{},f,40\n", stranger.unwrap()));
    let told = roles(&with_stranger, linked.clone()).is(200).json();
    let message = told["problems"]["message"].as_str().unwrap();
    assert!(message.contains("line 22") && !message.contains("R-"), "{message}");
    site.post(&office.anna, &format!("{with_stranger}/commitment"), json!({})).problem(409, "refused");
    let path = upload(&file);
    for (member, bad, status, kind) in
        [("from", json!("nothing"), 404, "not-found"), ("household", json!(["street"]), 422, "invalid")]
    {
        let mut wrong = linked.clone();
        wrong[member] = bad;
        roles(&path, wrong).problem(status, kind);
    }
    let told = roles(&path, linked).is(200).json();
    assert_eq!((&told["people"], &told["problems"]), (&json!(20), &Value::Null), "{told}");
    let committed = site.post(&office.anna, &format!("{path}/commitment"), json!({})).is(201).json();
    assert_eq!(committed["committed"]["size"], 20);
    let answered = committed["id"].as_str().unwrap().to_owned();

    // A council of six by panels. Somebody stands alone in the table: that is refused before anybody signs, until there is a reason.
    let quotas = "feature,value,min,max\ngender,f,3,3\ngender,m,3,3\n";
    let job = office.job(
        post("/jobs", json!({"kind": "panels", "pool": answered, "seats": 6, "quotas": quotas, "count": 40})).is(202),
    );
    assert_eq!(job["state"], "done", "{job}");
    says = office.says("council", ROUNDS[2], &answered, json!({"name": "panels", "job": job["id"]}), 6, 0, "beacon");
    says["purpose"] = json!("council");
    let draft = post("/drafts", says.clone()).is(201);
    let at = draft.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    let id = draft.json()["id"].as_str().unwrap().to_owned();
    office.decide(&office.write(&id, "announcement"));
    let write = |kind: &str| site.post(&office.anna, &format!("{at}/terms"), json!({})).problem(409, kind);
    write("unique-rows");
    let edit = |etag: &str, says: &Value| site.put(&office.anna, &at, etag, says.clone()).is(200);
    says["table_reason"] = json!("the age of one person is known anyway");
    says["seats"] = json!(5);
    edit("\"1\"", &says);
    write("infeasible");
    says["seats"] = json!(6);
    says["from"] = json!("council");
    edit("\"2\"", &says);
    write("refused");
    says.as_object_mut().unwrap().remove("from");
    edit("\"3\"", &says);
    office.decide(&office.write(&id, "terms"));
    drawn(&office, "council", ROUNDS[2]);

    // Two leave: of the six who hold seats, by an ordinary draw.
    rotation("council", json!({"name": "leaving", "seats": 7})).problem(409, "refused");
    rotation("council", json!({"name": "leaving", "seats": 2, "gone": ["nothing"]})).problem(404, "not-found");
    rotation("council", json!({"name": "leaving", "seats": 2, "public": ["name"]})).problem(422, "invalid");
    let key = site.new_key();
    let again = || {
        let body = json!({"name": "leaving", "seats": 2}).to_string();
        let path = "/organisers/eupen/draws/council/rotation";
        site.ask(&office.anna, "POST", path, &[("Idempotency-Key", &key)], "application/json", body.as_bytes()).is(201)
    };
    let leaving = again();
    assert_eq!(leaving.body, again().body);
    let leaving = leaving.json();
    assert_eq!((&leaving["committed"]["size"], &leaving["roles"]["from"]), (&json!(6), &json!("council")));
    let pool = leaving["id"].as_str().unwrap();
    let mut says = office.says("leave", ROUNDS[3], pool, json!({"name": "equal"}), 2, 0, "none");
    says["purpose"] = json!("leave");
    // Two of the six share an address, which the table shows.
    says["table_reason"] = json!("a council of six is known to the town");
    sealed(&office, &says);
    drawn(&office, "leave", ROUNDS[3]);

    // Two enter: of those who were invited and do not sit on the council.
    let entering = rotation("letters", json!({"name": "entering", "seats": 2, "gone": ["council"]})).is(201).json();
    assert_eq!(entering["committed"]["size"], 14);
    let mut says =
        office.says("enter", ROUNDS[4], entering["id"].as_str().unwrap(), json!({"name": "equal"}), 2, 0, "none");
    says["purpose"] = json!("enter");
    says["table_reason"] = json!("they were invited together");
    sealed(&office, &says);
    drawn(&office, "enter", ROUNDS[4]);
    let of = |draw: &str| column(office.people(&format!("/draws/{draw}/results/drawn.csv")).text(), "number");
    let (council, leave, enter) = (of("council"), of("leave"), of("enter"));
    assert!(leave.len() == 2 && leave.iter().all(|id| council.contains(id)));
    assert!(enter.len() == 2 && enter.iter().all(|id| ids.contains(id) && !council.contains(id)));

    // All of it is one sequence that anybody can verify.
    let trust = Trust::parse(&site.world.trust()).unwrap();
    let texts: Vec<String> = ["letters", "council", "leave", "enter"].map(|draw| site.world.bundle(draw)).into();
    let mut reports: Vec<_> =
        texts.iter().map(|text| verify(text, &NoArtifacts, Some(&trust), Options::default())).collect();
    let mut members: Vec<_> = texts.iter().map(|text| Known::read(text)).zip(&mut reports).collect();
    check_sequence(&mut members, false, false);
    for report in &reports {
        assert_eq!(report.verdict, Verdict::Verified);
    }

    // Nothing of anybody lies in the clear, whichever way the pools were made.
    let mut folders = vec![site.world.dir.path().join("service")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for item in std::fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            let found =
                ["R-10", "Person ", "Street "].iter().find(|n| bytes.windows(n.len()).any(|w| w == n.as_bytes()));
            assert_eq!(found, None, "{}", path.display());
            files += 1;
        }
    }
    assert!(files > 50, "only {files} files were looked at");
}
