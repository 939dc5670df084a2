//! The life of a draw over the API: from the enrolment of an organiser to the erasure of its pool, with two people who sign on their own
//! computers, and a verifier who believes none of it before it has verified.

use std::io::Write as _;
use std::time::{Duration, Instant};

use kleroterion::api::access::Role;
use kleroterion::clock::Clock as _;
use serde_json::{Value, json};

use crate::common_service::{ROUNDS, World, forty, published, slug};
use crate::support::{Office, Site, generous};

#[test]
fn from_draft_to_erasure() {
    let office = Office::new();
    let site = &office.site;
    let round = ROUNDS[1];
    let pool = office.pool(&forty());
    let draft =
        office.draft("letters", round, &pool, json!({"name": "stratified", "by": ["municipality"]}), 10, 4, "rank");

    // Nothing is in the log before two people have signed.
    let announcement = office.write(&draft, "announcement");
    let size = site.world.service().size();
    office.hand_in(&announcement).problem(409, "refused");
    office.sign(&office.anna, &announcement, "clerk").is(201);
    office.hand_in(&announcement).problem(409, "refused");
    assert_eq!(site.world.service().size(), size);
    office.sign(&office.bert, &announcement, "mayor_").is(201);
    let logged = office.hand_in(&announcement).is(200).json();
    assert_eq!((&logged["state"], &logged["logged"]["seq"]), (&json!("logged"), &json!(size)));
    // Asked again, by somebody else and with another key, it is the same step.
    assert_eq!(office.hand_in(&announcement).is(200).json()["logged"], logged["logged"]);
    assert_eq!(site.world.service().size(), size + 1);

    let terms = office.write(&draft, "terms");
    let sealed = office.decide(&terms);
    assert_eq!(sealed["state"], "logged");
    assert_eq!(office.draw("letters")["phase"], "sealed");
    office.read("/draws/letters/outcome").problem(409, "refused");

    site.world.clock.set(published(round));
    site.world.round("letters", round).unwrap();
    site.world.verified("letters");
    let outcome = office.read("/draws/letters/outcome").is(200).json();
    assert_eq!((outcome["drawn"].as_array().unwrap().len(), outcome["reserves"].as_array().unwrap().len()), (10, 4));
    assert_eq!(outcome["drawn"], json!(site.world.indices("letters", "drawn")));

    // Names are for those who may see them.
    let drawn = office.people("/draws/letters/results/drawn.csv");
    assert_eq!((drawn.text().lines().count(), drawn.header("content-type")), (11, "text/csv; charset=utf-8"));
    let remaining = office.people("/draws/letters/results/remaining.csv");
    assert_eq!(remaining.text().lines().count(), 1 + 26);
    site.get(&office.bert, "/organisers/eupen/draws/letters/results/drawn.csv").problem(403, "forbidden");

    // Letters: a code for each, which opens a box that the service cannot read.
    let prepared =
        site.post(&office.anna, "/organisers/eupen/draws/letters/letters", json!({"to": "drawn"})).is(201).json();
    assert_eq!(prepared["letters"], 10);
    let letters = office.people("/draws/letters/letters/drawn.csv");
    let mut reader = csv::Reader::from_reader(letters.text().as_bytes());
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|h| h == name).unwrap();
    let (code_at, id_at) = (at("receipt_code"), at("number"));
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 10);
    for row in &rows {
        let code = klero_draw::receipt::ShortCode::parse(&row[code_at]).unwrap();
        let sealed = site.world.service().receipt_box(&slug("letters"), &code.locator()).unwrap().unwrap();
        let receipt = klero_draw::receipt::open_box(&code, &sealed).unwrap();
        assert_eq!(receipt.id(), &row[id_at]);
    }
    assert_eq!(site.world.service().receipt_box(&slug("letters"), &"0".repeat(32).parse().unwrap()).unwrap(), None);
    let zip = office.people("/draws/letters/letters/drawn.zip");
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(zip.body)).unwrap();
    assert_eq!(zip.len(), 11);
    assert!(std::io::read_to_string(zip.by_name("qr/000001.svg").unwrap()).unwrap().contains("<svg"));

    // Answers by code, within the window.
    let answer = |row: &csv::StringRecord, answer: &str| json!({"code": &row[code_at], "answer": answer});
    let import = |answers: Value| {
        site.post(&office.anna, "/organisers/eupen/draws/letters/answers", json!({"answers": answers}))
    };
    import(json!([answer(&rows[0], "yes")])).problem(409, "refused");
    let deadline = site.world.clock.now() + 1_000;
    let window = site
        .put(&office.anna, "/organisers/eupen/draws/letters/response-window", "", json!({"deadline": deadline}))
        .is(200);
    let mut bad = rows[1][code_at].to_owned();
    bad.replace_range(0..1, if bad.starts_with('0') { "1" } else { "0" });
    let told = import(json!([answer(&rows[0], "yes"), {"code": bad, "answer": "no"}])).problem(422, "invalid");
    assert!(told["detail"].as_str().unwrap().contains("answer 2") && !told.to_string().contains(&bad), "{told}");
    let imported =
        import(json!([answer(&rows[0], "yes"), answer(&rows[1], "no"), answer(&rows[2], "yes")])).is(201).json();
    assert_eq!((&imported["imported"], &imported["changed"]), (&json!(3), &json!(0)));
    assert_eq!(import(json!([answer(&rows[2], "no")])).is(201).json()["changed"], 1);
    let told = office.read("/draws/letters/response-window").is(200);
    assert_eq!(told.json()["yes"], 1);
    let refusals: Vec<u64> = told.json()["refusals"].as_array().unwrap().iter().map(|i| i.as_u64().unwrap()).collect();
    assert_eq!(refusals.len(), 2);
    let reminders = office.people("/draws/letters/reminders.csv");
    assert_eq!(reminders.text().lines().count(), 1 + 7);
    // Somebody else's edit is not overwritten.
    let path = "/organisers/eupen/draws/letters/response-window";
    site.put(&office.anna, path, window.header("etag"), json!({"deadline": deadline + 1})).is(200);
    site.put(&office.anna, path, window.header("etag"), json!({"deadline": deadline + 2})).problem(412, "stale");
    site.world.clock.set(deadline + 2);
    import(json!([answer(&rows[3], "yes")])).problem(409, "refused");

    // Refusals become vacancies, filled by the rule of the terms.
    let seats: Vec<Value> = refusals.iter().map(|index| json!({"index": index, "reason": "declined"})).collect();
    let vacancy =
        site.post(&office.anna, "/organisers/eupen/draws/letters/vacancies", json!({"seats": seats})).is(201).json();
    office.decide(&vacancy);
    let outcome = office.read("/draws/letters/outcome").json();
    // Who left stands in the order of the leavers' tickets, which is the beacon's.
    let mut left: Vec<u64> = outcome["left"].as_array().unwrap().iter().map(|i| i.as_u64().unwrap()).collect();
    left.sort_unstable();
    let mut refused = refusals.clone();
    refused.sort_unstable();
    assert_eq!(left, refused);
    assert_eq!(outcome["seated"].as_array().unwrap().len(), 10);
    site.world.verified("letters");

    // A complaint within its period, upheld; the result is annulled and stays visible.
    let enter = || {
        site.post(
            &office.anna,
            "/organisers/eupen/draws/letters/complaints",
            json!({"text": "My neighbour was asked twice."}),
        )
    };
    enter().problem(409, "refused");
    let until = site.world.clock.now() + 100;
    site.put(&office.anna, "/organisers/eupen/draws/letters/objection-period", "", json!({"until": until})).is(200);
    let complaint = enter().is(201);
    let path =
        format!("/organisers/eupen/draws/letters/complaints/{}/answer", complaint.json()["id"].as_str().unwrap());
    let ruling = json!({"ruling": "upheld", "text": "You are right."});
    site.ask(&office.anna, "PUT", &path, &[], "application/json", ruling.to_string().as_bytes())
        .problem(428, "if-match-missing");
    site.put(&office.anna, &path, complaint.header("etag"), ruling).is(200);
    assert_eq!(office.read("/draws/letters/objection-period").json()["upheld"], 1);
    let annulment = site
        .post(&office.anna, "/organisers/eupen/draws/letters/annulment", json!({"reason": "complaint"}))
        .is(201)
        .json();
    office.decide(&annulment);
    assert_eq!(office.draw("letters")["phase"], "annulled");
    site.world.verified("letters");

    // Erasure: nobody of the pool is left on the disk; log, seal and bundle stay.
    let erasure = site.post(&office.anna, "/organisers/eupen/draws/letters/erasure", json!({})).is(201).json();
    office.decide(&erasure);
    assert_eq!(office.draw("letters")["erased"], true);
    office.read(&format!("/pools/{pool}")).problem(404, "not-found");
    assert!(!office.read("/draws/letters/results/drawn.csv").header("content-type").starts_with("text/csv"));
    assert_eq!(office.read("/draws/letters/complaints").json()["items"], json!([]));
    let code = klero_draw::receipt::ShortCode::parse(&rows[0][code_at]).unwrap();
    assert_eq!(site.world.service().receipt_box(&slug("letters"), &code.locator()).unwrap(), None);
    assert!(!site.world.service().public().with_file_name("boxes").join("letters").exists());
}

#[test]
fn two_at_once_seal_once() {
    let office = Office::new();
    let site = &office.site;
    let pool = office.pool(&forty());
    let draft = office.draft("letters", ROUNDS[1], &pool, json!({"name": "equal"}), 5, 2, "rank");
    office.decide(&office.write(&draft, "announcement"));
    // Two sets of terms, both signed by both, handed in by both at the same time.
    let terms = [office.write(&draft, "terms"), office.write(&draft, "terms")];
    for one in &terms {
        office.sign(&office.anna, one, "clerk").is(201);
        office.sign(&office.bert, one, "mayor_").is(201);
    }
    let size = site.world.service().size();
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let office = &office;
        let threads: Vec<_> = (0..8)
            .map(|i| {
                let (one, who) = (&terms[i % 2], if i < 4 { &office.anna } else { &office.bert });
                let path = format!("/organisers/eupen/decisions/{}/hand-in", one["id"].as_str().unwrap());
                scope.spawn(move || office.site.post(who, &path, json!({})).status)
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(site.world.service().size(), size + 1, "{answers:?}");
    assert_eq!(
        answers.iter().filter(|status| **status == 200).count(),
        4,
        "one decision, asked four times: {answers:?}"
    );
    assert_eq!(answers.iter().filter(|status| **status == 409).count(), 4, "{answers:?}");
}

#[test]
fn four_eyes_are_two_people() {
    let office = Office::new();
    let site = &office.site;
    let pool = office.pool(&forty());
    let draft = office.draft("letters", ROUNDS[1], &pool, json!({"name": "equal"}), 5, 2, "rank");
    let announcement = office.write(&draft, "announcement");
    office.sign(&office.anna, &announcement, "clerk").is(201);
    // Not with a key of somebody else, not twice, not other bytes, not a key that is not in force.
    office.sign(&office.anna, &announcement, "mayor_").problem(422, "invalid");
    office.sign(&office.anna, &announcement, "clerk").problem(409, "refused");
    let id = announcement["id"].as_str().unwrap();
    let path = format!("/organisers/eupen/decisions/{id}/signatures");
    for bad in ["", "— eupen/clerk AAAA", "kleroterion/v1/announce\n{}\n\n— eupen/clerk AAAA\n"] {
        site.post(&office.bert, &path, json!({"signed": bad})).problem(422, "invalid");
    }
    site.register(&office.bert, "bert", "spare_ke");
    office.sign(&office.bert, &announcement, "spare_ke").problem(409, "refused");
    office.hand_in(&announcement).problem(409, "refused");
    // Anna's second key in force is still Anna.
    let second = office.sign(&office.anna, &announcement, "clerk_two");
    second.is(201);
    let told = office.hand_in(&announcement).problem(409, "refused");
    assert!(told["detail"].as_str().unwrap().contains("two different people"), "{told}");
    office.sign(&office.bert, &announcement, "mayor_").is(201);
    office.hand_in(&announcement).is(200);
    // What was handed in cannot be withdrawn, what was withdrawn cannot be handed in.
    site.delete(&office.anna, &format!("/organisers/eupen/decisions/{id}")).problem(409, "refused");
    let terms = office.write(&draft, "terms");
    site.delete(&office.anna, &format!("/organisers/eupen/decisions/{}", terms["id"].as_str().unwrap())).is(204);
    office.sign(&office.bert, &terms, "mayor_").problem(409, "refused");
    office.hand_in(&terms).problem(409, "refused");
}

#[test]
fn an_organiser_sees_nothing_of_another() {
    let office = Office::new();
    let site = &office.site;
    let pool = office.pool(&forty());
    let draft = office.draft("letters", ROUNDS[1], &pool, json!({"name": "equal"}), 5, 2, "rank");
    office.decide(&office.write(&draft, "announcement"));
    let other = site.person("other", Role::Organiser, Some("raeren"));
    for path in [
        "",
        "/members",
        "/keys",
        "/pools",
        "/drafts",
        "/decisions",
        "/draws",
        "/jobs",
        "/draws/letters",
        &format!("/pools/{pool}"),
        &format!("/drafts/{draft}"),
    ] {
        site.get(&other, &format!("/organisers/eupen{path}")).problem(404, "not-found");
        // Nor under its own name.
        if path.matches('/').count() == 2 {
            site.get(&other, &format!("/organisers/raeren{path}")).problem(404, "not-found");
        }
    }
    for path in ["/pools", "/drafts", "/decisions", "/draws", "/jobs"] {
        assert_eq!(site.get(&other, &format!("/organisers/raeren{path}")).is(200).json()["items"], json!([]), "{path}");
    }
    let admin = site.sign_in("root@example.org");
    site.get(&admin, &format!("/organisers/eupen/pools/{pool}")).problem(404, "not-found");
    // A draft of Raeren cannot use Eupen's pool.
    let says = office.says("theirs", ROUNDS[1], &pool, json!({"name": "equal"}), 5, 2, "rank");
    site.post(&other, "/organisers/raeren/drafts", says).problem(404, "not-found");
}

#[test]
fn drafts_are_edited_by_version() {
    let office = Office::new();
    let site = &office.site;
    let says = |seats: u64| office.says("letters", ROUNDS[1], "", json!({"name": "equal"}), seats, 0, "none");
    let mut without_pool = says(5);
    without_pool.as_object_mut().unwrap().remove("pool");
    let made = site.post(&office.anna, "/organisers/eupen/drafts", without_pool.clone()).is(201);
    let path = made.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    assert_eq!(made.header("etag"), "\"1\"");
    site.ask(&office.anna, "PUT", &path, &[], "application/json", without_pool.to_string().as_bytes())
        .problem(428, "if-match-missing");
    without_pool["seats"] = json!(6);
    let edited = site.put(&office.anna, &path, "\"1\"", without_pool.clone()).is(200);
    assert_eq!((edited.header("etag"), &edited.json()["says"]["seats"]), ("\"2\"", &json!(6)));
    site.put(&office.anna, &path, "\"1\"", without_pool.clone()).problem(412, "stale");
    for (member, bad) in [
        ("title", json!({})),
        ("title", json!({"deutsch": "x"})),
        ("seats", json!(0)),
        ("draws_at", json!(1_u64 << 53)),
        ("draw", json!("Not a slug")),
        ("method", json!({"name": "lottery"})),
        ("method", json!({"name": "equal", "by": ["x"]})),
        ("replacement", json!("maybe")),
    ] {
        let mut says = without_pool.clone();
        says[member] = bad;
        site.put(&office.anna, &path, "\"2\"", says).problem(422, "invalid");
    }
    let terms = site.post(&office.anna, &format!("{path}/terms"), json!({}));
    terms.problem(409, "refused");
    site.ask(&office.anna, "DELETE", &path, &[("If-Match", "\"1\"")], "", b"").problem(412, "stale");
    site.ask(&office.anna, "DELETE", &path, &[("If-Match", "\"2\"")], "", b"").is(204);
    site.get(&office.anna, &path).problem(404, "not-found");
}

#[test]
fn a_spreadsheet_says_what_it_was_turned_into_and_keeps_its_rows() {
    let office = Office::new();
    let sheet = |rows: &str| {
        let book = crate::sheet::workbook(rows, "");
        let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        office.upload(kind, &book, &office.site.new_key())
    };
    let text = |text: &str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let head = format!("<row r=\"2\">{}{}{}</row>", text("number"), text("name; or not"), text("owner"));
    let row = |r: u32, cells: &str| format!("<row r=\"{r}\">{cells}</row>");
    let people = [
        head.clone(),
        row(4, &format!("<c><v>7</v></c>{}<c t=\"b\"><v>1</v></c>", text("Anna"))),
        row(7, &format!("<c><v>7.0</v></c>{}", text("Bert"))),
    ];
    let made = sheet(&people.concat()).is(201);
    let told = made.json();
    assert_eq!(told["headings"], json!(["number", "name; or not", "owner"]));
    let columns = json!([
        {"name": "number", "numbers": 2, "dates": 0, "truths": 0},
        {"name": "owner", "numbers": 0, "dates": 0, "truths": 1},
    ]);
    assert_eq!(told["conversion"], json!({"sheet": "People", "not_read": ["Notes"], "columns": columns}));
    // A problem names the row of the sheet.
    let path = made.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    let told = office.site.put(&office.anna, &format!("{path}/roles"), "\"1\"", json!({"id": "number"})).is(200).json();
    let message = told["problems"]["message"].as_str().unwrap();
    assert!(message.contains("line 7") && message.contains("line 4"), "{message}");
    // Cells that hold an error are not people's cells.
    let errors = [head, row(5, "<c><v>1</v></c><c t=\"e\"><v>#N/A</v></c>")].concat();
    let told = sheet(&errors).problem(422, "invalid");
    assert!(
        told["detail"].as_str().unwrap().contains("1 cells hold an error such as #REF! or #N/A, on rows 5"),
        "{told}"
    );
}

/// The library reserves room for as many texts as the file says that it has.
#[test]
fn a_spreadsheet_takes_no_more_memory_than_its_bounds() {
    let office = Office::new();
    let strings = "<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" uniqueCount=\"100000000000\"><si><t>number</t></si></sst>";
    let rows = "<row r=\"1\"><c t=\"s\"><v>0</v></c></row><row r=\"2\"><c><v>1</v></c></row>";
    let send = |strings: &str| {
        let book = crate::sheet::workbook(rows, strings);
        let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        office.upload(kind, &book, &office.site.new_key())
    };
    let told = send(strings).problem(422, "invalid");
    assert!(told["detail"].as_str().unwrap().contains("1536 MB of memory"), "{told}");
    assert!(told["advice"].as_str().unwrap().contains("CSV"), "{told}");
    send(&strings.replace("100000000000", "1")).is(201);
}

/// A job is begun once it is recorded, whether or not somebody waits for the answer.
#[test]
fn a_job_whose_client_has_gone_is_carried_out() {
    let limits = kleroterion::api::Limits { request_time: Duration::from_secs(5), ..generous() };
    let office = Office::over(Site::with(World::empty(published(ROUNDS[1]) - 3_600, &forty()), limits));
    let pool = office.pool(&forty());
    // The request is held where it opens the pool.
    let manifest = office.site.world.dir.path().join(format!("service/desk/pools/eupen.{pool}/pool.json"));
    let text = std::fs::read(&manifest).unwrap();
    let whole = manifest.with_extension("whole");
    std::fs::rename(&manifest, &whole).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&manifest).status().unwrap().success());
    let quotas = "feature,value,min,max\nmunicipality,Eupen,2,4\nmunicipality,Raeren,1,2\nmunicipality,Kelmis,1,2\n";
    let wish = json!({"kind": "feasibility", "pool": pool, "seats": 6, "quotas": quotas});
    std::thread::scope(|scope| {
        let held = scope.spawn(|| std::fs::OpenOptions::new().write(true).open(&manifest).unwrap());
        office.site.post(&office.anna, "/organisers/eupen/jobs", wish).problem(503, "unavailable");
        let mut held = held.join().unwrap();
        std::fs::rename(&whole, &manifest).unwrap();
        held.write_all(&text).unwrap();
    });
    let until = Instant::now() + Duration::from_secs(120);
    let mut job = Value::Null;
    while ["done", "failed"].iter().all(|end| job["state"] != *end) {
        assert!(Instant::now() < until, "{job}");
        std::thread::sleep(Duration::from_millis(20));
        job = office.read("/jobs").is(200).json()["items"][0].clone();
    }
    assert_eq!(job["state"], "done", "{job}");
}

#[test]
fn pools_come_as_csv_or_spreadsheet_and_say_what_is_wrong() {
    let office = Office::new();
    let site = &office.site;
    let send = |kind: &str, bytes: &[u8]| office.upload(kind, bytes, &site.new_key());
    send("application/json", b"{}").problem(415, "unsupported-media-type");
    let refused = send("text/csv", b"\n").problem(422, "invalid");
    assert_eq!(refused["file"], json!({"problems": [{"kind": "empty-file"}], "total": 1}));
    let ragged = "number,name\n1,Anna\n2\n3,Xanthippe,x\n";
    let made = send("text/csv", ragged.as_bytes()).is(201);
    let path = made.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    assert_eq!(made.json()["headings"], json!(["number", "name"]));
    let told =
        site.put(&office.anna, &format!("{path}/roles"), made.header("etag"), json!({"id": "number"})).is(200).json();
    let message = told["problems"]["message"].as_str().unwrap();
    assert!(message.contains("line 3") && message.contains("line 4") && !message.contains("Xanthippe"), "{message}");
    // The same for whoever says it in another language.
    let ragged_at = |line: u64, found: u64| json!({"kind": "ragged", "line": line, "expected": 2, "found": found});
    assert_eq!(told["problems"]["problems"], json!([ragged_at(3, 1), ragged_at(4, 3)]));
    assert_eq!(told["problems"]["total"], 2);
    site.post(&office.anna, &format!("{path}/commitment"), json!({})).problem(409, "refused");
    let told = site.put(&office.anna, &format!("{path}/roles"), "\"2\"", json!({"id": "nothing"})).is(200).json();
    assert!(told["problems"]["message"].as_str().unwrap().contains("number, name"), "{told}");

    // The same upload again is the same pool; another body is refused.
    let key = site.new_key();
    let first = office.upload("text/csv", forty().as_bytes(), &key).is(201);
    let again = office.upload("text/csv", forty().as_bytes(), &key).is(201);
    assert_eq!(first.body, again.body);
    office.upload("text/csv", ragged.as_bytes(), &key).problem(422, "idempotency-key-reused");

    // A spreadsheet gives the same root as its CSV would, but for the pool's own key: the same people.
    let sheet = crate::sheet::xlsx(&[&["number", "name", "born"], &["1", "Anna", "1990"], &["2", "Ümit", ""]]);
    let made = send("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &sheet).is(201);
    assert_eq!(
        (&made.json()["sheet"], &made.json()["headings"]),
        (&json!("People"), &json!(["number", "name", "born"]))
    );
    let path = made.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    let told = site.put(&office.anna, &format!("{path}/roles"), "\"1\"", json!({"id": "number"})).is(200).json();
    assert_eq!((&told["people"], &told["problems"]), (&json!(2), &Value::Null));
    let committed = site.post(&office.anna, &format!("{path}/commitment"), json!({})).is(201).json();
    assert_eq!(committed["committed"]["size"], 2);
    site.delete(&office.anna, &path).is(204);
    site.get(&office.anna, &path).problem(404, "not-found");
    send("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK\x03\x04 no sheet")
        .problem(422, "invalid");
    let limits = kleroterion::api::Limits { upload_bytes: 1_000, ..generous() };
    let small = Office::over(Site::with(World::empty(published(ROUNDS[1]) - 3_600, &forty()), limits));
    small.upload("text/csv", &vec![b'x'; 2_000], &small.site.new_key()).problem(413, "too-large");
}

#[test]
fn quotas_are_tried_in_the_background_and_a_panel_is_drawn() {
    let office = Office::new();
    let site = &office.site;
    let pool = office.pool(&forty());
    let quotas = "feature,value,min,max\nmunicipality,Eupen,2,4\nmunicipality,Raeren,1,2\nmunicipality,Kelmis,1,2\n";
    let wish =
        |kind: &str, quotas: &str| json!({"kind": kind, "pool": pool, "seats": 6, "quotas": quotas, "count": 50});
    // What quotas can be about; for those who may see people.
    let values = office.people(&format!("/pools/{pool}/values")).json();
    let counted = values["columns"][0]["values"].as_array().unwrap();
    assert_eq!(
        (values["columns"].as_array().unwrap().len(), &values["columns"][0]["name"]),
        (1, &json!("municipality"))
    );
    assert_eq!(counted.iter().map(|one| one["people"].as_u64().unwrap()).sum::<u64>(), 40);
    let names: Vec<&str> = counted.iter().map(|one| one["value"].as_str().unwrap()).collect();
    assert!(names.is_sorted() && names.contains(&"Eupen"), "{names:?}");
    site.get(&office.bert, &format!("/organisers/eupen/pools/{pool}/values")).problem(403, "forbidden");
    // Who stands alone is counted, for those who sign as well.
    let report = site.get(&office.bert, &format!("/organisers/eupen/pools/{pool}/anonymity")).is(200).json();
    assert_eq!((&report["columns"], &report["rows"]["count"]), (&json!(["municipality"]), &json!(40)), "{report}");
    let least = counted.iter().map(|one| one["people"].as_u64().unwrap()).min().unwrap();
    assert_eq!((&report["rows"]["k"], &report["rows"]["unique"]), (&json!(least), &json!(0)), "{report}");

    let path = "/organisers/eupen/jobs";
    let feasible = office.job(site.post(&office.anna, path, wish("feasibility", quotas)).is(202));
    assert_eq!((&feasible["state"], &feasible["result"]["changes"]), (&json!("done"), &json!([])), "{feasible}");
    let impossible = quotas.replace("Eupen,2,4", "Eupen,6,6");
    let job = office.job(site.post(&office.anna, path, wish("feasibility", &impossible)).is(202));
    assert!(["done", "failed"].contains(&job["state"].as_str().unwrap()), "{job}");
    let wrong = office.job(site.post(&office.anna, path, wish("panels", "feature,value\nx,y\n")).is(202));
    assert_eq!(wrong["state"], "failed");
    assert!(!wrong["message"].as_str().unwrap().is_empty());
    assert_eq!(
        wrong["wrong"]["problems"][0],
        json!({"kind": "missing-column", "line": 1, "feature": "min"}),
        "{wrong}"
    );

    // The same as kinds and numbers, with the change that would help; no line of words for machines.
    let none = quotas.replace("Eupen,2,4", "Eupen,5,6");
    let wrong = office.job(site.post(&office.anna, path, wish("panels", &none)).is(202));
    let told = &wrong["wrong"];
    assert_eq!(
        (&told["problems"], &told["total"]),
        (&json!([{"kind": "minima-too-high", "feature": "municipality", "found": 7, "seats": 6}]), &json!(1)),
        "{wrong}"
    );
    assert_eq!(told["changes"].as_array().map(Vec::len), Some(1), "{wrong}");
    assert!(wrong["message"].as_str().unwrap().contains("the minima add up to 7"), "{wrong}");
    assert!(!wrong["message"].as_str().unwrap().contains('{'), "{wrong}");

    let begun = site.post(&office.anna, path, wish("panels", quotas)).is(202).json();
    let events = office.read(&format!("/jobs/{}/events", begun["id"].as_str().unwrap())).is(200);
    let built = office.ended(&begun);
    assert_eq!(built["state"], "done", "{built}");
    assert_eq!(built["result"]["panels"], 50);
    // Words and kinds go side by side.
    let told: Vec<&str> = events.text().lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    let (words, kinds) =
        (told.iter().filter(|e| **e == "progress").count(), told.iter().filter(|e| **e == "doing").count());
    assert_eq!((words, told.last()), (kinds, Some(&"ended")), "{}", events.text());
    assert_eq!((&built["seats"], &built["quotas"]), (&json!(6), &json!(quotas)));
    let id = built["id"].as_str().unwrap();
    let list = office.people(&format!("/jobs/{id}/panels")).json();
    assert_eq!(list["panels"].as_array().unwrap().len(), 50);
    // The rows that the solver read are gone.
    let folder = site.world.dir.path().join(format!("service/desk/jobs/eupen.{id}"));
    assert!(folder.join("list/people.csv.age").exists() && !folder.join("list.json").exists());

    let draft = office.draft("panel", ROUNDS[1], &pool, json!({"name": "panels", "job": id}), 6, 0, "beacon");
    office.decide(&office.write(&draft, "announcement"));
    office.decide(&office.write(&draft, "terms"));
    site.world.clock.set(published(ROUNDS[1]));
    site.world.round("panel", ROUNDS[1]).unwrap();
    site.world.verified("panel");
}

#[test]
fn a_job_that_is_cancelled_is_killed() {
    let office = Office::new();
    let site = &office.site;
    let pool = office.pool(&crate::sheet::hard_pool());
    let wish =
        json!({"kind": "panels", "pool": pool, "seats": 40, "quotas": crate::sheet::hard_quotas(), "count": 10_000});
    let path = "/organisers/eupen/jobs";
    let first = site.post(&office.anna, path, wish.clone()).is(202).json();
    let second = site.post(&office.anna, path, wish.clone()).is(202).json();
    let cancel =
        |job: &Value| site.post(&office.anna, &format!("{path}/{}/cancel", job["id"].as_str().unwrap()), json!({}));
    // The second waits for its turn and never runs.
    cancel(&second).is(202);
    assert_eq!(office.ended(&second)["state"], "cancelled");
    // The first is told about until it is killed.
    cancel(&first).is(202);
    assert_eq!(office.ended(&first)["state"], "cancelled");
    cancel(&first).problem(409, "refused");
    let folder = site.world.dir.path().join(format!("service/desk/jobs/eupen.{}", first["id"].as_str().unwrap()));
    assert!(!folder.exists());
}

#[test]
fn a_lost_threshold_is_recovered_in_public_after_a_month() {
    let office = Office::new();
    let site = &office.site;
    let carla = site.person("carla", Role::Approver, Some("eupen"));
    let mut keys = Vec::new();
    for (who, login, role) in [(&office.anna, "anna", "new_clerk_1"), (&carla, "carla", "new_carla_12")] {
        keys.push(site.register(who, login, role));
    }
    let enrol = |recovery: bool| {
        let wish = json!({"keys": keys, "threshold": 2, "recovery": recovery});
        site.post(&office.anna, "/organisers/eupen/enrolments", wish)
    };
    // The new keys alone do not change who decides.
    let plain = enrol(false).is(201).json();
    for (who, role) in [(&office.anna, "new_clerk_1"), (&carla, "new_carla_12")] {
        office.sign(who, &plain, role).is(201);
    }
    office.hand_in(&plain).problem(409, "refused");
    let recovery = enrol(true).is(201).json();
    for (who, role) in [(&office.anna, "new_clerk_1"), (&carla, "new_carla_12")] {
        office.sign(who, &recovery, role).is(201);
    }
    office.hand_in(&recovery).is(200);
    let shown = office.read("").json();
    assert_eq!(shown["enrolled"]["version"], 1);
    let from = shown["enrolled"]["recovery_from"].as_u64().unwrap();
    site.world.clock.set(from);
    let anna = site.sign_in("anna");
    assert_eq!(site.get(&anna, "/organisers/eupen").json()["enrolled"]["version"], 2);
}

#[test]
fn a_restart_changes_nothing_and_ends_jobs() {
    let mut office = Office::new();
    let pool = office.pool(&crate::sheet::hard_pool());
    let draft = office.draft("letters", ROUNDS[1], &pool, json!({"name": "equal"}), 5, 0, "none");
    office.decide(&office.write(&draft, "announcement"));
    let wish =
        json!({"kind": "panels", "pool": pool, "seats": 40, "quotas": crate::sheet::hard_quotas(), "count": 10_000});
    let job = office.site.post(&office.anna, "/organisers/eupen/jobs", wish).is(202).json();
    let before =
        (office.read(&format!("/drafts/{draft}")).json(), office.draw("letters"), office.read("/decisions").json());
    office.site.restart();
    let after =
        (office.read(&format!("/drafts/{draft}")).json(), office.draw("letters"), office.read("/decisions").json());
    assert_eq!(before, after);
    let job = office.read(&format!("/jobs/{}", job["id"].as_str().unwrap())).is(200).json();
    assert!(["failed", "done"].contains(&job["state"].as_str().unwrap()), "{job}");
    office.decide(&office.write(&draft, "terms"));
}
