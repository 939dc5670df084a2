//! An organiser's whole work over real connections, with a pool of unmistakable people: no name, no id, no street of it in any answer but those
//! that exist for it, on any public page, in any error, in any log line down to debug, in any file below the service's folder, or in a backup.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Arc, Mutex};

use kleroterion::backup;
use kleroterion::clock::Clock as _;
use serde_json::{Value, json};

use crate::common_search::{Search, assert_that_it_finds};
use crate::common_service::{ROUNDS, World, published};
use crate::support::{Auth, Office, Site, generous};

const NAMES: [&str; 8] =
    ["Brückenbauer", "Xanthippe", "Øystein", "Žofie", "D'Ambrosio", "Quetzalcoatl", "Ñuñez-Ybarra", "Wojciechowska"];

fn name(i: usize) -> String {
    format!("{} {i:03}", NAMES[i % NAMES.len()])
}
fn id(i: usize) -> String {
    format!("ZZID-{:04}", 7_000 + i * 37 % 41)
}
fn street(i: usize) -> String {
    format!("Quellenwegstraße {}", if i < 20 { i / 2 } else { i })
}

/// Forty people in three municipalities.
fn people() -> String {
    let mut text = String::from("number,name,municipality,street,postcode\n");
    for i in 0..40 {
        let municipality = ["Eupen", "Raeren", "Kelmis"][usize::from(i >= 20) + usize::from(i >= 32)];
        text.push_str(&format!("{},{},{municipality},{},4700\n", id(i), name(i), street(i)));
    }
    text
}

fn search() -> Search {
    let each = (0..40).flat_map(|i| [name(i), id(i), street(i)]);
    let parts = NAMES.iter().map(|part| (*part).to_owned()).chain(["Quellenweg".to_owned()]);
    Search::for_texts(each.chain(parts))
}

/// Whether an answer may name people, being for those who may see them: lists of those drawn, letters, reminders, panel lists, complaints.
fn may_name(asked: &str) -> bool {
    let path = asked.split(' ').nth(1).unwrap_or_default().split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    let ["", "api", "v1", "organisers", _, below @ ..] = parts.as_slice() else { return false };
    matches!(
        below,
        ["draws", _, "results" | "letters", _]
            | ["draws", _, "reminders.csv" | "complaints"]
            | ["draws", _, "complaints", _, "answer"]
            | ["jobs", _, "panels"]
    )
}

/// What was logged.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    /// Everything that this program logs from now on, down to debug.
    fn listen() -> Self {
        let lines = Self::default();
        let own = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::DEBUG)
            .with_ansi(false)
            .with_writer(move || own.clone())
            .finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
        lines
    }
    fn all(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }
}

/// Every answer so far names nobody, unless it exists for that. How many did.
#[track_caller]
fn check_answers(site: &Site, search: &Search) -> usize {
    let mut named = 0;
    for heard in site.heard() {
        let may = heard.status / 100 == 2 && may_name(&heard.asked);
        if may {
            named += usize::from(search.find(&heard.body).is_some());
            search.clean(&format!("the head of {}", heard.asked), heard.head.as_bytes());
        } else {
            search.clean(&format!("the answer to {}", heard.asked), heard.head.as_bytes());
            search.clean(&format!("the answer to {}", heard.asked), &heard.body);
        }
    }
    named
}

/// Reads every public page that can be reached from the first, in every language.
fn crawl(site: &Site) -> usize {
    let (mut known, mut waiting) =
        (BTreeSet::new(), vec!["/".to_owned(), "/draws".to_owned(), "/checkpoint".to_owned()]);
    for lang in ["nl", "fr", "de", "en"] {
        waiting.push(format!("/?lang={lang}"));
    }
    for draw in ["letters", "council"] {
        waiting.push(format!("/draws/{draw}/bundle"));
    }
    while let Some(path) = waiting.pop() {
        if known.len() >= 400 || !known.insert(path.clone()) {
            continue;
        }
        let answer = site.send("GET", &path, &[], b"");
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        for (_, rest) in text.match_indices("href=\"/").map(|(at, found)| (at, &text[at + found.len() - 1..])) {
            let target = rest.split(['"', '#']).next().unwrap_or_default().replace("&amp;", "&");
            if !target.contains("verifier.html") {
                waiting.push(target);
            }
        }
    }
    known.len()
}

fn wrong_requests(office: &Office) {
    let site = &office.site;
    // Files with problems: a double, a row that is too short, a quotation that is never closed.
    for wrong in [
        people() + &format!("{},{},Eupen,{},4700\n", id(0), name(0), street(0)),
        people() + &format!("ZZID-9999,{}\n", name(3)),
        people() + &format!("\"ZZID-9998,{},Eupen,{},4700\n", name(4), street(4)),
    ] {
        let made = office.upload("text/csv", wrong.as_bytes(), &site.new_key()).is(201);
        let path = made.header("location").strip_prefix("/api/v1").unwrap().to_owned();
        let roles = json!({"id": "number", "public": ["municipality"]});
        let told = site.put(&office.anna, &format!("{path}/roles"), made.header("etag"), roles).is(200).json();
        assert_ne!(told["problems"], Value::Null);
        site.post(&office.anna, &format!("{path}/commitment"), json!({})).problem(409, "refused");
    }
    // Bodies and paths that hold what is to be said nowhere.
    let escaped = "Br%C3%BCckenbauer%20000";
    for path in [format!("/pools/{escaped}"), format!("/draws/{escaped}"), format!("/decisions/{escaped}")] {
        assert!(office.read(&path).status >= 400);
    }
    for (path, body) in [
        ("/jobs", json!({"kind": name(0), "pool": "x", "seats": 1, "quotas": ""})),
        ("/drafts", json!({"draw": name(1), "purpose": "letters", "title": {"de": 7}})),
        ("/draws/letters/answers", json!({"answers": [{"code": name(2), "answer": name(3)}]})),
        ("/draws/letters/vacancies", json!({"seats": [{"index": id(4), "reason": name(4)}]})),
    ] {
        assert!(site.post(&office.anna, &format!("/organisers/eupen{path}"), body).status >= 400);
    }
    let broken = format!("{{\"text\": \"{}", name(5));
    let path = "/api/v1/organisers/eupen/draws/letters/complaints";
    let headers = [("Idempotency-Key", "broken-key-0123456789"), ("Content-Type", "application/json")];
    assert!(site.send("POST", path, &headers, broken.as_bytes()).status >= 400);
}

/// Codes of the letters to those drawn, in order.
fn codes(office: &Office) -> Vec<String> {
    let letters = office.people("/draws/letters/letters/drawn.csv");
    let mut reader = csv::Reader::from_reader(letters.text().as_bytes());
    let at = reader.headers().unwrap().iter().position(|h| h == "receipt_code").unwrap();
    reader.records().map(|row| row.unwrap()[at].to_owned()).collect()
}

#[test]
fn nobody_of_the_pool_is_named_where_nobody_is_to_be() {
    let lines = Lines::listen();
    let search = search();
    let world = World::empty(published(ROUNDS[1]) - 3_600, &people());
    let mut office = Office::over(Site::with(world, generous()));
    let dir = office.site.world.dir.path().join("service");
    assert_that_it_finds(office.site.world.dir.path());
    assert!(search.find(people().as_bytes()).is_some());
    let files = |when: &str| assert_eq!(search.below(&dir), [], "{when}");

    // Uploads, quotas, panels.
    let (letters, council) = (office.pool(&people()), office.pool(&people()));
    files("after the uploads");
    let quotas = "feature,value,min,max\nmunicipality,Eupen,2,4\nmunicipality,Raeren,1,2\nmunicipality,Kelmis,1,2\n";
    let wish =
        |kind: &str, quotas: &str| json!({"kind": kind, "pool": council, "seats": 6, "quotas": quotas, "count": 50});
    let job = |wish: Value| office.job(office.site.post(&office.anna, "/organisers/eupen/jobs", wish).is(202));
    job(wish("feasibility", quotas));
    job(wish("feasibility", &quotas.replace("Eupen,2,4", "Eupen,21,22")));
    job(wish("panels", &quotas.replace("Eupen,2,4", "Eupen,6,6")));
    let built = job(wish("panels", quotas));
    assert_eq!(built["state"], "done", "{built}");
    let built = built["id"].as_str().unwrap().to_owned();
    office.people(&format!("/jobs/{built}/panels"));
    files("after the jobs");
    wrong_requests(&office);

    // Two draws: terms, seal, round.
    let method = json!({"name": "stratified", "by": ["municipality"]});
    let one = office.draft("letters", ROUNDS[1], &letters, method, 10, 4, "rank");
    let method = json!({"name": "panels", "job": built});
    let mut says = office.says("council", ROUNDS[1], &council, method, 6, 0, "beacon");
    says["purpose"] = json!("council");
    let other = office.site.post(&office.anna, "/organisers/eupen/drafts", says).is(201).json();
    let other = other["id"].as_str().unwrap().to_owned();
    for draft in [&one, &other] {
        office.decide(&office.write(draft, "announcement"));
        office.decide(&office.write(draft, "terms"));
    }
    files("after the seals");
    office.site.world.clock.set(published(ROUNDS[1]));
    for draw in ["letters", "council"] {
        office.site.world.round(draw, ROUNDS[1]).unwrap();
    }
    office.read("/draws/letters/outcome").is(200);
    for list in ["drawn.csv", "reserves.csv", "remaining.csv"] {
        office.people(&format!("/draws/letters/results/{list}"));
    }
    files("after the results");

    // Letters, answers, refusals.
    let draws = "/organisers/eupen/draws/letters";
    for to in ["drawn", "reserves"] {
        office.site.post(&office.anna, &format!("{draws}/letters"), json!({"to": to})).is(201);
        office.people(&format!("/draws/letters/letters/{to}.csv"));
        office.people(&format!("/draws/letters/letters/{to}.zip"));
    }
    let codes = codes(&office);
    let deadline = office.site.world.clock.now() + 1_000;
    office.site.put(&office.anna, &format!("{draws}/response-window"), "", json!({"deadline": deadline})).is(200);
    let answers = json!({"answers": [{"code": codes[0], "answer": "no"}, {"code": codes[1], "answer": "yes"}]});
    office.site.post(&office.anna, &format!("{draws}/answers"), answers).is(201);
    office.people("/draws/letters/reminders.csv");
    let refusals = office.read("/draws/letters/response-window").is(200).json()["refusals"].clone();
    assert_eq!(refusals.as_array().unwrap().len(), 1);
    let seats = json!({"seats": [{"index": refusals[0], "reason": "declined"}]});
    let vacancy = office.site.post(&office.anna, &format!("{draws}/vacancies"), seats).is(201).json();
    office.decide(&vacancy);
    office.site.world.verified("letters");
    wrong_requests(&office);

    // A complaint that names people, and a ruling that does.
    let until = office.site.world.clock.now() + 1_000;
    office.site.put(&office.anna, &format!("{draws}/objection-period"), "", json!({"until": until})).is(200);
    let text = json!({"text": format!("{} of {} was asked twice", name(7), street(7))});
    let entered = office.site.post(&office.anna, &format!("{draws}/complaints"), text).is(201);
    let answer = format!("{draws}/complaints/{}/answer", entered.json()["id"].as_str().unwrap());
    let ruling = json!({"ruling": "rejected", "text": format!("{} was asked once", name(7))});
    office.site.put(&office.anna, &answer, entered.header("etag"), ruling).is(200);
    office.people("/draws/letters/complaints");
    files("after the complaint");

    // A backup that is not encrypted, and the service after a restart.
    let accounts =
        kleroterion::api::export(office.site.records().as_ref(), office.site.world.service().vault()).unwrap();
    let backup = office.site.world.dir.path().join("backup.tar");
    backup::create(&dir, &backup, &[], &accounts, 1_700_000_000).unwrap();
    search.clean("the backup", &std::fs::read(&backup).unwrap());
    office.site.restart();
    files("after the restart");
    let site = &office.site;
    assert!(crawl(site) > 40, "pages, in four languages");
    for path in ["/openapi.json", "/docs"] {
        site.get(&Auth::Nobody, path).is(200);
    }
    let named = check_answers(site, &search);
    assert!(named >= 12, "{named} answers name people: the search finds them");

    // Erased: nobody is named by anything any more, whoever asks.
    for draw in ["letters", "council"] {
        let path = format!("/organisers/eupen/draws/{draw}/erasure");
        let erasure = site.post(&office.anna, &path, json!({})).is(201).json();
        office.decide(&erasure);
    }
    site.forget_heard();
    for list in ["drawn.csv", "reserves.csv", "remaining.csv"] {
        office.read(&format!("/draws/letters/results/{list}"));
        office.read(&format!("/draws/council/results/{list}"));
    }
    for path in ["/draws/letters/letters/drawn.csv", "/draws/letters/reminders.csv", "/draws/letters/complaints"] {
        office.read(path);
    }
    office.read(&format!("/jobs/{built}/panels")).problem(404, "not-found");
    crawl(site);
    assert_eq!(check_answers(site, &search), 0);
    files("after the erasure");

    // The log: it was listened to, and says nothing.
    let logged = lines.all();
    assert!(String::from_utf8_lossy(&logged).contains("answered"), "every request is logged at debug");
    search.clean("the log", &logged);
    tracing::debug!(planted = name(0), "a line as it must not be");
    assert!(search.find(&lines.all()).is_some(), "a name in a log line is found");
}
