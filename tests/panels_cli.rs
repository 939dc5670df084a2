//! The panel commands with the real binary: a list is built, counted and reported, bad input and impossible quotas are explained, and a council
//! is drawn from a list over the service, a rehearsal beacon and the verifier.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use klero_draw::artifacts::PanelList as Artifact;
use klero_draw::hash::ArtifactHash;
use kleroterion::cli::backend;
use kleroterion::pool_dir::PoolDir;
use serde_json::Value;

const QUOTAS: &str =
    "feature,value,min,max\nGender,FEMALE,4,5\nGender,Male,4,5\nage,young,2,4\nage,middle,2,5\nage,old,2,4\n";

/// Forty people; every fifth answers from the city.
fn respondents() -> String {
    let mut text = String::from("number,name,gender,age,residence\n");
    for i in 0..40 {
        let gender = if i % 3 == 0 { "female" } else { "male" };
        let age = ["young", "middle", "old", "middle"][i % 4];
        let residence = if i % 5 == 0 { "city" } else { "village" };
        writeln!(text, "R-{:04},Person {i},{gender},{age},{residence}", 1000 + i * 37 % 41).unwrap();
    }
    text
}

fn prepared() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("people.csv"), respondents()).unwrap();
    std::fs::write(dir.path().join("quotas.csv"), QUOTAS).unwrap();
    dir
}

fn klero(dir: &Path, arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_klero")).current_dir(dir).args(arguments.split_whitespace()).output().unwrap()
}

#[track_caller]
fn done(dir: &Path, arguments: &str) -> String {
    let output = klero(dir, arguments);
    let (told, complaints) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "klero {arguments}\n{told}\n{complaints}");
    told.into_owned()
}

#[track_caller]
fn refused(dir: &Path, arguments: &str, exit: i32) -> String {
    let output = klero(dir, arguments);
    let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(exit), "klero {arguments}\n{complaints}");
    complaints
}

/// Asks for a draw's state until it is as wanted. One that was given up will never be, and fails the test.
#[track_caller]
fn until(at: &Path, draw: &str, wanted: impl Fn(&Value) -> bool) {
    loop {
        let status: Value =
            serde_json::from_str(&done(at, &format!("draw status {draw} --dir service --json"))).unwrap();
        if wanted(&status[0]) {
            return;
        }
        assert!(!["voided", "annulled"].contains(&status[0]["phase"].as_str().unwrap()), "{status}");
    }
}

const SOURCES: &str = "--respondents people.csv --quotas quotas.csv --id number";

/// A program that runs beside the test and ends with it.
struct Beside(Child);

impl Drop for Beside {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// Starts a program and gives the first address that it prints.
fn beside(dir: &Path, arguments: &str) -> (Beside, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_klero"))
        .current_dir(dir)
        .args(arguments.split_whitespace())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = lines.find_map(|line| line.unwrap().split_once("http://").map(|(_, a)| a.trim().to_owned())).unwrap();
    // Whatever else is printed must be taken, or the program would wait for a reader.
    std::thread::spawn(move || lines.for_each(drop));
    (Beside(child), address)
}

#[test]
fn a_list_is_built_counted_and_reported() {
    let dir = prepared();
    let told = done(
        dir.path(),
        &format!("panels build {SOURCES} --seats 9 --count 100 --out panels.json --certificate proof.json --json"),
    );
    let built: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&built["people"], &built["panels"], &built["seats"]), (&40.into(), &100.into(), &9.into()));
    let number = |name: &str| built[name].as_f64().unwrap();
    assert!(number("min_chance") <= number("bound_min_chance"), "nothing beats its own bound");
    assert!(number("bound_min_chance") - number("min_chance") <= 0.02, "within two copies of a hundred");
    assert!(number("max_chance") >= 9.0 / 40.0 && number("seconds") >= 0.0);
    for member in ["types", "gini", "geometric_mean", "distinct_panels"] {
        assert!(built[member].is_number(), "{member}");
    }

    let told =
        done(dir.path(), &format!("panels check {SOURCES} --panels panels.json --certificate proof.json --json"));
    let counted: Value = serde_json::from_str(&told).unwrap();
    for member in ["min_copies", "max_copies", "bound_min_chance", "gini", "quotas"] {
        assert_eq!(counted[member], built[member], "{member}");
    }
    done(dir.path(), &format!("panels report {SOURCES} --panels panels.json --certificate proof.json --out r.html"));
    let page = std::fs::read_to_string(dir.path().join("r.html")).unwrap();
    assert!(page.contains("<svg") && page.contains("<table") && !page.contains("R-10"), "charts, tables, and no ids");

    assert!(page.contains("aimed at this: the smallest chance as large as possible, then the next"), "{page}");

    let mut list: Value = serde_json::from_slice(&std::fs::read(dir.path().join("panels.json")).unwrap()).unwrap();
    // Floors that somebody wrote into the certificate make no list look better: the list's own counts are taken.
    let mut bent = list.clone();
    for level in bent["certificate"]["levels"].as_array_mut().unwrap() {
        level["floor"] = serde_json::json!([1, 1]);
    }
    std::fs::write(dir.path().join("bent.json"), bent.to_string()).unwrap();
    let told = done(dir.path(), &format!("panels check {SOURCES} --panels bent.json --json"));
    let bent: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&bent["levels"], &bent["min_copies"]), (&built["levels"], &built["min_copies"]));
    for level in built["levels"].as_array().unwrap() {
        assert!(level["achieved"].as_f64().unwrap() <= level["bound"].as_f64().unwrap() + 1e-9, "{level}");
    }
    // Of a list from another program nothing is claimed.
    let bare = serde_json::json!({"people": list["people"], "panels": list["panels"]});
    std::fs::write(dir.path().join("bare.json"), bare.to_string()).unwrap();
    done(dir.path(), &format!("panels report {SOURCES} --panels bare.json --no-costs --out bare.html"));
    let page = std::fs::read_to_string(dir.path().join("bare.html")).unwrap();
    assert!(page.contains("No certificate goes with this list") && !page.contains("It proves"), "{page}");
    assert!(!page.contains("aimed at") && !page.contains("no list can give"), "{page}");
    list["panels"][3].as_array_mut().unwrap().pop();
    std::fs::write(dir.path().join("short.json"), list.to_string()).unwrap();
    let complaint = refused(dir.path(), &format!("panels check {SOURCES} --panels short.json"), 1);
    assert!(complaint.contains("panel 3 has 8 people instead of 9"), "{complaint}");
}

#[test]
fn what_cannot_be_is_explained() {
    let dir = prepared();
    // Two women are wanted and one person of middle age, but all women are of middle age.
    std::fs::write(
        dir.path().join("few.csv"),
        "number,gender,age\n1,female,middle\n2,female,middle\n3,male,young\n4,male,old\n5,male,young\n6,male,old\n",
    )
    .unwrap();
    std::fs::write(
        dir.path().join("hard.csv"),
        "feature,value,min,max\ngender,female,2,2\ngender,male,0,2\nage,middle,0,1\nage,young,1,2\nage,old,1,2\n",
    )
    .unwrap();
    let sources = "--respondents few.csv --quotas hard.csv --id number --seats 4";
    let complaint = refused(dir.path(), &format!("panels build {sources} --out p.json"), 1);
    assert!(complaint.contains("gender / female") && complaint.contains("age / middle"), "{complaint}");
    assert!(complaint.contains("1 in people"), "{complaint}");
    assert!(!dir.path().join("p.json").exists(), "nothing is written");
    let told = done(dir.path(), &format!("panels relax {sources} --out relaxed.csv --json"));
    let relaxation: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&relaxation["people"], &relaxation["smallest"]), (&1.into(), &true.into()));
    let relaxed = "--respondents few.csv --quotas relaxed.csv --id number --seats 4";
    done(dir.path(), &format!("panels build {relaxed} --count 10 --out p.json"));

    let complaint = refused(dir.path(), &format!("panels build {SOURCES} --seats 41 --out p2.json"), 2);
    assert!(complaint.contains("41"), "{complaint}");
    std::fs::write(dir.path().join("wrong.csv"), "feature,value,min,max\ngender,femal,4,3\nagee,young,x,4\n").unwrap();
    let wrong = "--respondents people.csv --quotas wrong.csv --id number --seats 9";
    let complaint = refused(dir.path(), &format!("panels build {wrong} --out p2.json"), 2);
    assert!(complaint.contains("line 2") && complaint.contains("line 3"), "all problems at once: {complaint}");
}

#[test]
fn a_council_is_drawn_from_a_list() {
    let dir = prepared();
    let at = dir.path();
    done(at, &format!("panels build {SOURCES} --seats 9 --count 50 --out panels.json"));
    done(at, "pool commit people.csv --id number --public gender,age --out pool");

    // A spreadsheet with numbers and dates gives a list that fits the pool made from it.
    let sheet = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/xlsx/people.xlsx");
    let quotas = "feature,value,min,max\nborn,1970-01-01,0,1\nborn,2001-02-28,0,1\nborn,2001-02-28 12:00:00,0,1\nborn,unknown,0,1\n\
                  town,Eupen,1,1\ntown,Kelmis,0,1\ntown,4700,0,1\n";
    std::fs::write(at.join("sheet.csv"), quotas).unwrap();
    done(at, &format!("pool commit {sheet} --id number --public town,born --out sheet-pool"));
    done(
        at,
        &format!(
            "panels build --respondents {sheet} --quotas sheet.csv --id number --seats 2 --count 4 --out sheet.json"
        ),
    );

    let (_beacon, relay) = beside(at, "beacon serve --dir beacon --listen 127.0.0.1:0 --period 1");
    done(
        at,
        &format!("init --dir service --origin test.example/log --rehearsal beacon/chain.json --relay http://{relay}"),
    );
    let (_service, _pages) = beside(at, "serve --dir service --listen 127.0.0.1:0");
    done(at, "keys new --name town/clerk --out clerk.key");
    done(
        at,
        "organiser new --id town --name Town --log test.example/log --member clerk.key --threshold 1 --key clerk.key --out town.note",
    );
    done(at, "organiser enrol town.note --dir service");
    done(
        at,
        "draw announce council --dir service --organiser town --purpose council --title en=Council --draws-at +12s --key clerk.key",
    );

    let of_sheet = "terms new --dir service --draw council --pool sheet-pool --panels sheet.json --out sheet.note";
    done(at, &format!("{of_sheet} --table-reason four"));
    let terms = "terms new --dir service --draw council --pool pool --reserves 4 --not-drawn 1=chair --out terms.note";
    let mut list: Value = serde_json::from_slice(&std::fs::read(at.join("panels.json")).unwrap()).unwrap();
    let whole = list.clone();
    list["people"][7] = "R-9999".into();
    std::fs::write(at.join("other.json"), list.to_string()).unwrap();
    let complaint = refused(at, &format!("{terms} --panels other.json"), 1);
    assert!(complaint.contains("person 7") && !complaint.contains("R-9999"), "{complaint}");
    list["people"].as_array_mut().unwrap().remove(7);
    std::fs::write(at.join("other.json"), list.to_string()).unwrap();
    let complaint = refused(at, &format!("{terms} --panels other.json"), 1);
    assert!(complaint.contains("39 people, the pool 40"), "{complaint}");
    let mut list = whole.clone();
    let other = list["values"][3][0].as_u64().unwrap() ^ 1;
    list["values"][3][0] = other.into();
    std::fs::write(at.join("other.json"), list.to_string()).unwrap();
    let complaint = refused(at, &format!("{terms} --panels other.json"), 1);
    assert!(complaint.contains("person 3 has another value of 'gender'"), "{complaint}");
    let mut list = whole.clone();
    list.as_object_mut().unwrap().remove("quotas");
    std::fs::write(at.join("bare.json"), list.to_string()).unwrap();
    let complaint = refused(at, &format!("{terms} --panels bare.json"), 2);
    assert!(complaint.contains("--quotas"), "{complaint}");
    let complaint = refused(at, &format!("{terms} --panels panels.json --seats 8"), 1);
    assert!(complaint.contains("each panel of the list has 9 members"), "{complaint}");
    assert!(!at.join("pool/artifacts").exists(), "a refusal writes nothing");

    // What another program made: one panel, of nine people, and everybody else without a chance.
    let mut list = whole.clone();
    list["panels"] = serde_json::json!([whole["panels"][0]]);
    list.as_object_mut().unwrap().remove("certificate");
    list.as_object_mut().unwrap().remove("search");
    std::fs::write(at.join("one.json"), list.to_string()).unwrap();
    let told = done(at, &format!("{terms} --panels one.json"));
    assert!(told.contains("chances from 0.00 % to 100.00 %: everybody is on 0 to 1 of 1 panels"), "{told}");
    assert!(told.contains("WARNING: 31 of 40 people are on no panel"), "{told}");
    assert!(told.contains("no certificate goes with the list"), "{told}");
    let told: Value = serde_json::from_str(&done(at, &format!("{terms} --panels one.json --json"))).unwrap();
    assert_eq!((&told["chances"]["never"], &told["chances"]["max_count"]), (&31.into(), &1.into()));
    std::fs::remove_dir_all(at.join("pool/artifacts")).unwrap();

    let told = done(at, &format!("{terms} --panels panels.json"));
    let counted: Value =
        serde_json::from_str(&done(at, &format!("panels check {SOURCES} --panels panels.json --json"))).unwrap();
    let said = format!("everybody is on {} to {} of 50 panels", counted["min_copies"], counted["max_copies"]);
    assert!(told.contains(&said) && !told.contains("WARNING"), "{told}");
    let possible = format!("which is {} of 50 panels", counted["bound_min_copies"]);
    assert!(told.contains("certified: no list can give everybody more than") && told.contains(&possible), "{told}");
    let shown: Value = serde_json::from_str(&done(at, "terms show terms.note --json")).unwrap();
    let name = shown["method"]["list"].as_str().unwrap();
    let text = std::fs::read_to_string(at.join("pool/artifacts").join(name)).unwrap();
    assert_eq!(ArtifactHash::of(text.as_bytes()).to_string(), name);
    assert!(!text.contains("R-"), "no id gets into the artifact");
    assert_eq!(shown["replacement"], "beacon", "who follows in a panel is not known beforehand");
    let certificate = shown["method"]["certificate"].as_str().unwrap();
    let text_of_certificate = std::fs::read_to_string(at.join("pool/artifacts").join(certificate)).unwrap();
    assert!(
        !text_of_certificate.contains("R-") && !std::fs::read_to_string(at.join("terms.note")).unwrap().contains("R-")
    );
    let told = done(at, "terms show terms.note");
    assert!(told.contains("1 seats are not drawn: chair") && told.contains("one of 50 panels"), "{told}");
    same_people(&Artifact::parse(&text).unwrap(), &whole, &PoolDir::open(&at.join("pool")).unwrap());

    done(at, "terms sign terms.note --key clerk.key");
    done(at, "draw seal terms.note --dir service --pool pool");
    // A draw beside it, from a pool that was committed by itself.
    let other =
        "announce other --dir service --organiser town --purpose other --title en=Other --draws-at +8s --key clerk.key";
    done(at, &format!("draw {other}"));
    done(
        at,
        "terms new --dir service --draw other --pool sheet-pool --method equal --seats 2 --replacement beacon --key clerk.key --out other.note",
    );
    done(at, "draw seal other.note --dir service --pool sheet-pool");
    until(at, "council", |status| status["outcome"].is_string());
    done(at, "draw bundle council --dir service --out bundle.json");
    let chain: Value = serde_json::from_slice(&std::fs::read(at.join("beacon/chain.json")).unwrap()).unwrap();
    let about = backend::about(&at.join("service")).unwrap();
    let trust = serde_json::json!({
        "format": "kleroterion/v1/trust", "log": about.log, "rehearsal": chain, "service": about.service,
    });
    std::fs::write(at.join("trust.json"), trust.to_string()).unwrap();
    let report = done(at, "verify bundle.json --trust trust.json");
    assert!(
        report.contains("Fairness of the list: everybody is on") && report.contains("NOT DRAWN: chair"),
        "{report}"
    );
    assert!(report.contains("passed   panels.certificate"), "{report}");

    done(at, "draw result council --pool pool --bundle bundle.json --trust trust.json --out result");
    let drawn = std::fs::read_to_string(at.join("result/drawn.csv")).unwrap();
    let women = drawn.lines().filter(|line| line.contains(",female,")).count();
    assert!(drawn.lines().count() == 10 && (4..=5).contains(&women), "nine seats, four or five women");
    seats_change_hands(at, &drawn);
}

/// Two of the drawn decline, others follow, a third leaves by rotation: with the commands that a clerk has.
fn seats_change_hands(at: &Path, drawn: &str) {
    let ids: Vec<&str> = drawn.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    let vacate = "draw vacate council --dir service --key clerk.key --pool pool";
    let complaint = refused(at, &format!("{vacate} --person {}=declined", ids[0]), 2);
    assert!(complaint.contains("time of the fresh draw is missing"), "{complaint}");
    let complaint = refused(at, &format!("{vacate} --person R-9999=declined --draws-at +3s"), 1);
    assert!(complaint.contains("--person number 1") && !complaint.contains("R-9999"), "{complaint}");
    let complaint = refused(at, &format!("{vacate} --person {}=bored --draws-at +3s", ids[0]), 2);
    assert!(complaint.contains("declined, not_eligible, ended") && !complaint.contains(ids[0]), "{complaint}");
    let people = std::fs::read_to_string(at.join("people.csv")).unwrap();
    let line = people.lines().position(|line| line.starts_with(ids[0])).unwrap() + 1;
    let complaint = refused(at, &format!("{vacate} --person {}=declined --row {line}=ended --draws-at +3s", ids[0]), 2);
    assert!(complaint.contains("named twice"), "{complaint}");
    assert!(done(at, "draw replace council --dir service").contains("nobody was replaced"));
    done(at, &format!("{vacate} --row {line}=declined --person {}=not_eligible --draws-at +3s", ids[4]));
    let told = done(at, "draw replace council --dir service");
    assert!(told.contains("beacon round") || told.contains("filled once"), "{told}");
    until(at, "council", |status| status["replacements"].as_array().is_some_and(|list| list.len() == 1));
    done(at, "draw bundle council --dir service --out after.json");
    let report = done(at, "verify after.json --trust trust.json");
    assert!(report.contains("2 people gave up their seat, 2 followed them"), "{report}");
    done(at, "draw result council --pool pool --bundle after.json --out after");
    let now = std::fs::read_to_string(at.join("after/drawn.csv")).unwrap();
    assert!(now.lines().count() == 10 && !now.contains(ids[0]) && !now.contains(ids[4]));
    let women = now.lines().filter(|line| line.contains(",female,")).count();
    assert!((4..=5).contains(&women), "the quotas still hold");

    // One third leaves: an ordinary draw from a pool of those who hold a seat, one of whom was seated later.
    let rotate = "draw rotate council --dir service --pool pool";
    let complaint = refused(at, &format!("{rotate} --leave 10 --out leaving"), 1);
    assert!(complaint.contains("9 people hold seats"), "{complaint}");
    // Whoever sits by a draw from a pool of its own cannot be told from anybody: nothing is made as if nobody did.
    until(at, "other", |status| status["outcome"].is_string());
    let complaint = refused(at, &format!("{rotate} --leave 3 --gone other --out leaving"), 1);
    assert!(complaint.contains("nobody of 'other' can be known again in 'council'"), "{complaint}");
    assert!(!at.join("leaving").exists(), "a refusal makes no pool");
    one_vacancy_at_a_time(at);
    let told = done(at, &format!("{rotate} --leave 3 --out leaving"));
    assert!(told.contains("9 people hold a seat") && told.contains("--from council"), "{told}");
    done(
        at,
        "draw announce leave --dir service --organiser town --purpose leave --title en=Leaving --draws-at +8s --key clerk.key",
    );
    done(
        at,
        "terms new --dir service --draw leave --pool leaving --method equal --seats 3 --replacement none --from council --key clerk.key --out leave.note",
    );
    done(at, "draw seal leave.note --dir service --pool leaving");
    until(at, "leave", |status| status["outcome"].is_string());
    for draw in ["council", "leave"] {
        done(at, &format!("draw bundle {draw} --dir service --out {draw}.json"));
    }
    let report = done(at, "verify council.json leave.json --sequence --trust trust.json");
    assert!(report.contains("Its pool comes from draw 'council'"), "{report}");
    // The next rotation leaves out who has left.
    let told = done(at, &format!("{rotate} --leave 3 --gone leave --out leaving-2"));
    assert!(told.contains("6 people hold a seat of 'council' (3 left out)"), "{told}");
}

/// Seats of one step are filled before others can be given up, by a round that lies ahead.
fn one_vacancy_at_a_time(at: &Path) {
    let status: Value = serde_json::from_str(&done(at, "draw status other --dir service --json")).unwrap();
    let seats = status[0]["seats"][0].as_u64().unwrap();
    assert_eq!(seats, 2);
    done(at, "draw bundle other --dir service --out other.json");
    done(at, "draw result other --pool sheet-pool --bundle other.json --trust trust.json --out other-result");
    let drawn = std::fs::read_to_string(at.join("other-result/drawn.csv")).unwrap();
    let ids: Vec<&str> = drawn.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    let vacate = "draw vacate other --dir service --key clerk.key --pool sheet-pool";
    let complaint = refused(at, &format!("{vacate} --person {}=declined --draws-at 2020-01-01T00:00:00Z", ids[0]), 1);
    assert!(complaint.contains("is past") && complaint.contains("leaves room"), "{complaint}");
    done(at, &format!("{vacate} --person {}=declined --draws-at +1h", ids[0]));
    let complaint = refused(at, &format!("{vacate} --person {}=declined --draws-at +2h", ids[1]), 1);
    assert!(
        complaint.contains("seats of 'other' wait to be filled") && complaint.contains("wait until"),
        "{complaint}"
    );
}

/// A list that was changed by hand, or is another program's, is refused in words that say where.
#[test]
fn a_list_that_is_none_is_explained() {
    let dir = prepared();
    let at = dir.path();
    done(at, &format!("panels build {SOURCES} --seats 9 --count 20 --out panels.json"));
    let whole: Value = serde_json::from_slice(&std::fs::read(at.join("panels.json")).unwrap()).unwrap();
    let complaint_about = |change: &dyn Fn(&mut Value), exit: i32| {
        let mut list = whole.clone();
        change(&mut list);
        std::fs::write(at.join("changed.json"), list.to_string()).unwrap();
        refused(at, &format!("panels check {SOURCES} --panels changed.json"), exit)
    };
    let complaint = complaint_about(&|list| list["panels"] = serde_json::json!([]), 2);
    assert!(complaint.contains("changed.json: the list has no panels"), "{complaint}");
    let complaint = complaint_about(&|list| list["panels"][4] = serde_json::json!([]), 2);
    assert!(complaint.contains("panel 4 of the list (counted from 0) seats nobody"), "{complaint}");
    let complaint = complaint_about(&|list| list["notes"] = "R-1000".into(), 2);
    assert!(complaint.contains("\"notes\" is no part of one") && !complaint.contains("R-1000"), "{complaint}");
    let complaint = complaint_about(&|list| list["panels"][3].as_array_mut().unwrap().push(39.into()), 1);
    assert!(complaint.contains("panel 3 has 10 people instead of 9"), "{complaint}");
    let complaint = complaint_about(&|list| list["panels"].as_array_mut().unwrap().reverse(), 1);
    assert!(complaint.contains("stands out of order: panels are sorted"), "{complaint}");
    let complaint = complaint_about(&|list| list["panels"][0].as_array_mut().unwrap().reverse(), 1);
    assert!(complaint.contains("panel 0 names somebody twice, not in ascending order"), "{complaint}");
}

/// A column whose name has a comma is named in quotation marks, or by an argument of its own.
#[test]
fn a_column_with_a_comma_in_its_name_can_be_the_address() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    let rows: String =
        (0..8).map(|i| format!("{i},{},Main St {},\"{}, BE\"\n", ["f", "m"][i % 2], i / 2, i / 4)).collect();
    std::fs::write(at.join("people.csv"), format!("id,gender,street,\"town, country\"\n{rows}")).unwrap();
    std::fs::write(at.join("quotas.csv"), "feature,value,min,max\ngender,f,2,2\ngender,m,2,2\n").unwrap();
    for household in [
        vec!["--household", "street,\"town, country\""],
        vec!["--household", "street", "--household", "\"town, country\""],
    ] {
        let mut built = Command::new(env!("CARGO_BIN_EXE_klero"));
        built
            .current_dir(at)
            .args("panels build --respondents people.csv --quotas quotas.csv --seats 4 --count 5".split(' '));
        let built = built.args(["--out", "panels.json"]).args(&household).output().unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let list: Value = serde_json::from_slice(&std::fs::read(at.join("panels.json")).unwrap()).unwrap();
        assert_eq!(list["households"], true);
        for panel in list["panels"].as_array().unwrap() {
            let homes: std::collections::BTreeSet<u64> =
                panel.as_array().unwrap().iter().map(|p| p.as_u64().unwrap() / 2).collect();
            assert_eq!(homes.len(), 4, "one of each address: {panel}");
        }
        let pool = Command::new(env!("CARGO_BIN_EXE_klero"))
            .current_dir(at)
            .args(["pool", "check", "people.csv", "--id", "id", "--public", "gender"])
            .args(&household)
            .output()
            .unwrap();
        assert!(pool.status.success(), "{}", String::from_utf8_lossy(&pool.stderr));
    }
}

/// Whether each panel of the artifact seats the very people whom the list names, with the quotas as the pool spells them.
fn same_people(artifact: &Artifact, list: &Value, pool: &PoolDir) {
    let id = |leaf: u32| pool.person_at(leaf).unwrap().cells[0].1.clone();
    let sorted = |mut ids: Vec<String>| {
        ids.sort();
        ids
    };
    let mut sealed: Vec<Vec<String>> =
        artifact.panels().iter().map(|panel| sorted(panel.iter().map(|leaf| id(*leaf)).collect())).collect();
    let named =
        |place: &Value| list["people"][usize::try_from(place.as_u64().unwrap()).unwrap()].as_str().unwrap().to_owned();
    let mut built: Vec<Vec<String>> = list["panels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|panel| sorted(panel.as_array().unwrap().iter().map(named).collect()))
        .collect();
    sealed.sort();
    built.sort();
    assert_eq!(sealed, built);
    let spelled: Vec<(&str, &str)> = artifact.quotas().iter().map(|q| (q.column.as_str(), q.value.as_str())).collect();
    let expected = [("age", "middle"), ("age", "old"), ("age", "young"), ("gender", "female"), ("gender", "male")];
    assert_eq!(spelled, expected);
}
