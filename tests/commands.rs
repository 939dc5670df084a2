//! The commands as a person types them: the real program, its exit codes, and what it prints for machines; with a service running and without.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

#[path = "common_service/mod.rs"]
#[expect(dead_code, reason = "shared with tests that need more")]
mod common_service;

use std::io::{BufRead as _, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use common_service::{BOTH, ORIGIN, ROUNDS, Wish, World, forty, published, recorded, signed};
use klero_verifier::bundle::{BUNDLE_LIMIT, Bundle};
use kleroterion::files::{Files as _, LogFolder, RealFiles};
use kleroterion::pool_dir::PoolDir;
use kleroterion::sequencer::opening::{LogSetup, initialise};
use kleroterion::service::config::Config;
use serde_json::{Value, json};

fn klero(dir: &Path, arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_klero")).current_dir(dir).args(arguments.split_whitespace()).output().unwrap()
}

#[track_caller]
fn exits(dir: &Path, arguments: &str, code: i32) -> (String, String) {
    let output = klero(dir, arguments);
    let (told, complaint) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(code), "klero {arguments}\n{told}\n{complaint}");
    (told, complaint)
}

#[track_caller]
fn done(dir: &Path, arguments: &str) -> String {
    exits(dir, arguments, 0).0
}

#[track_caller]
fn json_of(dir: &Path, arguments: &str) -> Value {
    serde_json::from_str(&done(dir, &format!("{arguments} --json"))).unwrap()
}

/// A program that runs beside the test and ends with it.
struct Beside {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Drop for Beside {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

impl Beside {
    fn start(dir: &Path, arguments: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_klero"));
        let command = command.current_dir(dir).args(arguments.split_whitespace());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// Reads what it prints until a line holds `words`; gives what follows them.
    fn says(&mut self, words: &str) -> String {
        let rest = |line: String| line.split_once(words).map(|(_, rest)| rest.to_owned());
        self.lines.find_map(|line| rest(line.unwrap())).unwrap()
    }
}

/// Keys, an organiser's note signed by both, and a committed pool.
fn prepared(dir: &Path) {
    std::fs::write(dir.join("people.csv"), forty()).unwrap();
    for role in ["clerk", "mayor"] {
        let made = json_of(dir, &format!("keys new --name eupen/{role} --out {role}.key"));
        let key = done(dir, &format!("keys show {role}.key"));
        assert!(made.to_string().contains(key.trim()), "{made}");
        assert!(!made.to_string().contains("PRIVATE"));
    }
    exits(dir, "keys new --name eupen/clerk --out clerk.key", 2);
    let written = json_of(
        dir,
        "organiser new --id eupen --name Eupen --log test.example/log --member clerk.key --member mayor.key --threshold 2 --out eupen.note",
    );
    assert_eq!((&written["written"], &written["says"]["threshold"]), (&json!("eupen.note"), &json!(2)));
    let signed = json_of(dir, "sign eupen.note --key clerk.key");
    assert_eq!((&signed["signed_by"], &signed["says"]["id"]), (&json!(["eupen/clerk"]), &json!("eupen")));
    exits(dir, "sign eupen.note --key clerk.key", 2);
    done(dir, "sign eupen.note --key mayor.key");
    let checked = json_of(dir, "pool check people.csv --id number --public municipality --household street,postcode");
    assert!(checked.is_object());
    let committed =
        json_of(dir, "pool commit people.csv --id number --public municipality --household street,postcode --out pool");
    assert_eq!(committed["size"], 40);
    assert_eq!(committed["root"].as_str().unwrap().len(), 64);
    assert!(committed["seconds"].as_f64().unwrap() >= 0.0);
}

const KEYS: &str = "--key clerk.key --key mayor.key";

/// Everything up to the seal. The same whether a service runs or not.
fn until_sealed(dir: &Path, at: &str) -> Value {
    let (_, complaint) = exits(
        dir,
        &format!(
            "draw announce letters --dir service --organiser eupen --purpose letters --title de=Brief --draws-at {at} {KEYS}"
        ),
        1,
    );
    assert!(complaint.contains("is not enrolled in this log\n  → enrol the organiser first"), "{complaint}");
    let enrolled = json_of(dir, "organiser enrol eupen.note --dir service");
    let past = format!(
        "draw announce letters --dir service --organiser eupen --purpose letters --title de=Brief --draws-at 1700000000 {KEYS}"
    );
    assert!(exits(dir, &past, 2).1.contains("is past"));
    assert_eq!((&enrolled["seq"], &enrolled["kind"]), (&json!(1), &json!("organiser")));
    let announce = format!(
        "draw announce letters --dir service --organiser eupen --purpose letters --title de=Brief --draws-at {at}"
    );
    let (_, complaint) = exits(dir, &format!("{announce} --key clerk.key"), 1);
    assert!(complaint.contains("\n  → have more members sign the note"), "{complaint}");
    let announced = json_of(dir, &format!("{announce} {KEYS}"));
    assert_eq!((&announced["seq"], &announced["kind"]), (&json!(2), &json!("announced")));
    // A name that is taken is not postponed by somebody who means another draw.
    for other in ["--purpose quite-another", "--organiser raeren"] {
        let again = format!("draw announce letters --dir service --title de=Rat --draws-at {at} {other} {KEYS}");
        let (_, complaint) = exits(dir, &again, 1);
        assert!(complaint.contains("'letters' is there already"), "{complaint}");
    }
    assert_eq!(json_of(dir, "draw status letters --dir service")[0]["postponed"], 0);
    // A population as a German spreadsheet saves it, and in an encoding that is not read.
    let weighed = "terms new --dir service --draw letters --pool pool --method stratified --by municipality --seats 10 --out weighed.note";
    let population = "sep=;\r\nmunicipality;population\r\nEupen;700\r\nKelmis;200\r\nRaeren;100\r\n";
    std::fs::write(dir.join("population.csv"), population).unwrap();
    let by_population = json_of(dir, &format!("{weighed} --population population.csv"));
    let seats: Vec<_> = by_population["strata"].as_array().unwrap().iter().map(|one| one["seats"].as_u64()).collect();
    assert_eq!(seats, [Some(7), Some(2), Some(1)]);
    for (text, words) in [
        (&b"municipality;population\nEupen;700\nB\xfctgenbach;200\n"[..], "line 3: expected UTF-8"),
        (b"place;population\nEupen;700\n", "there is no column 'municipality'; the file has: place, population"),
    ] {
        std::fs::write(dir.join("population.csv"), text).unwrap();
        let (_, complaint) = exits(dir, &format!("{weighed} --population population.csv"), 2);
        assert!(complaint.contains(words) && complaint.contains("\n  → "), "{complaint}");
    }
    let composed = json_of(
        dir,
        "terms new --dir service --draw letters --pool pool --method stratified --by municipality --seats 10 --reserves 4 --out terms.note",
    );
    assert_eq!((&composed["says"]["draw"], &composed["strata"][0]["seats"]), (&json!("letters"), &json!(5)));
    done(dir, "terms sign terms.note --key mayor.key");
    exits(dir, "draw seal terms.note --dir service --pool pool", 1);
    done(dir, "terms sign terms.note --key clerk.key");
    assert_eq!(json_of(dir, "terms show terms.note")["reserves"], 4);
    let shown = done(dir, "terms show terms.note --artifacts pool/artifacts");
    for words in [
        "columns, private: name",
        "columns, the address of a household: street, postcode",
        "seats of each stratum: the list",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(shown.lines().any(|line| line.split_whitespace().eq(["Eupen", "5", "seats", "2", "reserves"])), "{shown}");
    exits(dir, "terms show terms.note --artifacts boxes", 2);
    let sealed = json_of(dir, "draw seal terms.note --dir service --pool pool");
    assert_eq!((&sealed["seq"], &sealed["kind"]), (&json!(3), &json!("sealed")));
    exits(dir, "draw seal terms.note --dir service --pool pool", 1);
    let status = json_of(dir, "draw status letters --dir service");
    assert_eq!((&status[0]["phase"], &status[0]["people"]), (&json!("sealed"), &json!(40)));
    exits(dir, "draw status nobody --dir service", 2);
    status
}

#[test]
fn commands_work_without_a_service() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    prepared(at);
    exits(at, "draw status --dir service", 2);
    let begun = json_of(at, "init --dir service --origin test.example/log");
    assert_eq!((&begun["origin"], &begun["witnessed"]), (&json!("test.example/log"), &json!(false)));
    exits(at, "init --dir service --origin test.example/log", 2);
    until_sealed(at, "+2h");
    assert!(done(at, "terms show terms.note").contains("of chain drand's quicknet"));
    exits(at, "draw result letters --pool pool --dir service --out result", 1);
    // A reason that is mistyped is told with those that there are, and nothing is logged.
    let (_, complaint) = exits(at, &format!("draw void letters --dir service --reason canceled {KEYS}"), 2);
    assert!(complaint.contains("cancelled, pool_error, terms_error, beacon_lost, court"), "{complaint}");
    let voided = json_of(at, &format!("draw void letters --dir service --reason cancelled {KEYS}"));
    assert_eq!(voided["kind"], "voided");
    done(at, "log fsck --dir service");
    assert_eq!(json_of(at, "log repair --tiles --dir service")["entries"], 5);
}

#[test]
fn commands_work_through_a_running_service() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    prepared(at);
    let mut beacon = Beside::start(at, "beacon serve --dir beacon --listen 127.0.0.1:0 --period 1");
    let relay = beacon.says("http://");
    done(
        at,
        &format!("init --dir service --origin test.example/log --rehearsal beacon/chain.json --relay http://{relay}"),
    );
    let mut service = Beside::start(at, "serve --dir service --listen 127.0.0.1:0");
    service.says("serving http://");
    assert!(at.join("service/control.sock").exists());
    // Nobody else may write while it runs.
    exits(at, "log fsck --dir service", 3);
    exits(at, "log repair --tiles --dir service", 3);
    until_sealed(at, "+6s");
    service.says("carried out draw=\"letters\" step=4");
    assert_eq!(json_of(at, "draw status letters --dir service")[0]["phase"], "drawn");
    done(at, "draw bundle letters --dir service --out letters.json");
    let (told, _) = exits(at, "verify letters.json", 0);
    assert!(told.lines().next().unwrap().to_lowercase().contains("rehearsal"), "{told}");
    assert!(done(at, "terms show terms.note").starts_with("REHEARSAL BEACON"));
    assert_eq!(json_of(at, "draw replace letters --dir service")["phase"], "drawn");
    let written = json_of(at, "draw result letters --pool pool --dir service --out result");
    assert_eq!((&written["rehearsal"], &written["annulled"]), (&json!(true), &json!(null)));
    let drawn = std::fs::read_to_string(at.join(written["drawn"].as_str().unwrap())).unwrap();
    assert_eq!(drawn.lines().count(), 11);
    exits(at, &format!("draw void letters --dir service --reason cancelled {KEYS}"), 1);
    let next = "draw announce next --dir service --organiser eupen --purpose next --title de=Rat --draws-at +2h";
    assert!(done(at, &format!("{next} {KEYS}")).starts_with("REHEARSAL BEACON: this draw proves nothing"));
    let annulled = json_of(at, &format!("draw annul letters --dir service --reason court {KEYS}"));
    assert_eq!((&annulled["seq"], &annulled["kind"]), (&json!(6), &json!("annulled")));
    drop(service);
    // A service that was killed leaves its socket; commands go on without it.
    assert_eq!(json_of(at, "draw status letters --dir service")[0]["phase"], "annulled");
}

#[test]
fn rounds_and_tickets_are_checked_with_exit_codes() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    let round = ROUNDS[0];
    let good = recorded(round).signature;
    let verify = format!("beacon verify --chain quicknet --round {round} --signature");
    let checked = json_of(at, &format!("{verify} {good}"));
    assert_eq!((&checked["valid"], &checked["rehearsal"]), (&json!(true), &json!(false)));
    exits(at, &format!("{verify} {}", recorded(ROUNDS[1]).signature), 1);
    exits(at, &format!("{verify} abcd"), 1);
    exits(at, &format!("{verify} xyz"), 2);
    exits(at, "beacon verify --chain nothing --round 1 --signature ab", 2);
    exits(at, "beacon verify --chain quicknet", 2);
    let at_time = published(round) - 1;
    assert_eq!(json_of(at, &format!("beacon round-at {at_time}"))["round"], round);
    assert_eq!(json_of(at, &format!("beacon round-at {}", at_time + 1))["round"], round + 1);
    exits(at, "beacon round-at tomorrow", 2);

    let vectors: Value = serde_json::from_str(include_str!("vectors/tickets.json")).unwrap();
    for case in vectors["cases"].as_array().unwrap() {
        let key = case["key"].as_str().unwrap();
        for pair in case["tickets"].as_array().unwrap() {
            let Some(index) = pair[0].as_u64().and_then(|i| u32::try_from(i).ok()) else { continue };
            if index < u32::MAX {
                let told = json_of(at, &format!("tickets --key {key} --from {index}"));
                assert_eq!(told, json!([pair[1]]), "{index}");
            }
        }
    }
    exits(at, "tickets --key abc", 2);
    let key = "0".repeat(64);
    exits(at, &format!("tickets --key {key} --from 5 --count 18446744073709551615"), 2);
    exits(at, &format!("tickets --key {key} --from 5 --count 4294967291"), 2);
    assert_eq!(json_of(at, &format!("tickets --key {key} --from 5 --count 3000")).as_array().unwrap().len(), 3000);
    // It ends when nobody reads any more.
    let mut many = Beside::start(at, &format!("tickets --key {key} --count 4294967295"));
    assert_eq!(many.lines.next().unwrap().unwrap().len(), 32);
    let Beside { child, lines } = &mut many;
    *lines = BufReader::new(Command::new("true").stdout(Stdio::piped()).spawn().unwrap().stdout.unwrap()).lines();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn receipts_results_and_the_log_of_a_real_draw() {
    let mut world = World::before(ROUNDS[0]);
    world.drawn("letters", &Wish::equal(ROUNDS[0]));
    let trust = world.trust();
    world.close();
    let at = world.dir.path();
    std::fs::write(at.join("trust.json"), trust).unwrap();
    done(at, "draw bundle letters --dir service --out letters.json");
    exits(at, "verify letters.json --trust trust.json", 0);

    let make = "receipt make --pool pool --draw letters --log draws.example.org/log";
    let made = json_of(at, &format!("{make} --id R-1000 --out r.json --boxes boxes"));
    let plain = json_of(at, "receipt check r.json --bundle letters.json");
    let code = made["code"].as_str().unwrap();
    let by_code = json_of(at, &format!("receipt check --code {code} --boxes boxes --bundle letters.json"));
    assert_eq!(plain, by_code);
    let lower = code.to_lowercase().replace('-', "");
    assert_eq!(json_of(at, &format!("receipt check --code {lower} --boxes boxes --bundle letters.json")), plain);
    exits(at, "receipt check --code 00000-00000-00000-00000-00000A --boxes boxes --bundle letters.json", 2);
    exits(at, &format!("{make} --id R-9999"), 1);
    let forged = std::fs::read_to_string(at.join("r.json")).unwrap().replace("Person", "Persons");
    std::fs::write(at.join("forged.json"), forged).unwrap();
    exits(at, "receipt check forged.json --bundle letters.json", 1);

    done(at, "draw result letters --pool pool --bundle letters.json --trust trust.json --out result");
    let lines = |name: &str| std::fs::read_to_string(at.join("result").join(name)).unwrap().lines().count();
    assert_eq!([lines("drawn.csv"), lines("reserves.csv"), lines("remaining.csv")], [6, 4, 33]);
    done(at, "pool commit people.csv --id number --out other");
    let (_, complaint) = exits(at, "draw result letters --pool other --bundle letters.json --out again", 1);
    assert!(!at.join("again").join("drawn.csv").exists() && complaint.contains("root"), "{complaint}");

    let checked = json_of(at, "log fsck --dir service");
    assert!(checked.is_object());
    // An artifact that the log names is missed.
    let outcome = at
        .join("service/public/artifact")
        .join(json_of(at, "draw status letters --dir service")[0]["outcome"].as_str().unwrap());
    let aside = at.join("aside");
    std::fs::rename(&outcome, &aside).unwrap();
    let (told, _) = exits(at, "log fsck --dir service", 1);
    assert!(
        told.contains("artifacts.named") && told.contains("is missing") && told.contains("from a backup"),
        "{told}"
    );
    std::fs::rename(&aside, &outcome).unwrap();
    done(at, "log fsck --dir service");
    let exported = done(at, "log export --dir service");
    assert_eq!(exported.lines().count(), 5, "opened, organiser, announced, sealed, drawn");
    for line in exported.lines() {
        assert!(serde_json::from_str::<Value>(line).unwrap().is_object());
    }
}

/// A bundle's outcome, put into a folder beside it as if it were too large, or changed.
fn without_outcome(bundle: &str, folder: &Path) -> String {
    let mut parsed = Bundle::parse(bundle).unwrap();
    let is_outcome = |text: &str| text.contains("kleroterion/v1/outcome");
    let name = *parsed.artifacts.iter().find(|(_, text)| is_outcome(text)).unwrap().0;
    let text = parsed.artifacts.remove(&name).unwrap();
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join(name.to_string()), text.as_bytes()).unwrap();
    parsed.to_text()
}

/// Nobody is told that they were not drawn, or that they were, by a bundle that was changed or annulled or has no outcome.
#[test]
fn what_a_bundle_says_is_verified_before_it_is_told() {
    let mut world = World::before(ROUNDS[1]);
    let at = world.dir.path().to_owned();
    let keep = |world: &World, draw: &str, name: &str| std::fs::write(at.join(name), world.bundle(draw)).unwrap();
    std::fs::write(at.join("trust.json"), world.trust()).unwrap();
    world.announce("letters", ROUNDS[1]);
    world.seal("letters", &Wish::equal(ROUNDS[1])).unwrap();
    keep(&world, "letters", "sealed.json");
    world.clock.set(published(ROUNDS[1]));
    world.round("letters", ROUNDS[1]).unwrap();
    keep(&world, "letters", "drawn.json");
    let index = u32::try_from(world.indices("letters", "drawn")[0]).unwrap();
    let person = PoolDir::open(&world.pool()).unwrap().person_at(index).unwrap();
    let id = person.cells[0].1.clone();
    let decision = json!({"after": world.status("letters").after, "draw": "letters", "log": ORIGIN, "organiser": "eupen", "reason": "court"});
    world.hand_in(signed("annul", &decision, BOTH)).unwrap();
    keep(&world, "letters", "annulled.json");
    world.announce("second", ROUNDS[2]);
    world.seal("second", &Wish::equal(ROUNDS[2])).unwrap();
    let decision = json!({"draw": "second", "log": ORIGIN, "organiser": "eupen", "reason": "cancelled"});
    world.hand_in(signed("void", &decision, BOTH)).unwrap();
    keep(&world, "second", "voided.json");
    world.close();
    let at = at.as_path();
    for draw in ["letters", "second"] {
        done(at, &format!("receipt make --pool pool --draw {draw} --log {ORIGIN} --id {id} --out {draw}.receipt"));
    }

    // Before the draw, the pool can be checked already.
    let check = |bundle: &str| format!("receipt check letters.receipt --bundle {bundle}");
    let told = json_of(at, &check("sealed.json"));
    assert_eq!(
        (&told["in_pool"], &told["phase"], &told["verdict"]),
        (&json!(true), &json!("sealed"), &json!("incomplete"))
    );
    let told = done(at, &check("sealed.json"));
    assert!(told.contains("not drawn yet") && told.contains("klero verify sealed.json says what"), "{told}");
    let told = done(at, "receipt check second.receipt --bundle voided.json");
    assert!(told.contains("given up before it was drawn") && told.contains("is in the sealed pool"), "{told}");
    let (_, complaint) = exits(at, "draw result second --pool pool --bundle voided.json --out result", 1);
    assert!(complaint.contains("was given up before it was drawn"), "{complaint}");

    // Everything that was committed about a person is shown.
    let told = done(at, &format!("{} --trust trust.json", check("drawn.json")));
    for (column, cell) in &person.cells {
        assert!(told.lines().any(|line| line.trim() == format!("{column:<20} {cell}")), "{column}: {told}");
    }
    assert!(told.contains("\ndrawn\n") && told.contains("verifies by your trust file"), "{told}");

    // An outcome from which somebody was taken is no outcome.
    let bundle = std::fs::read_to_string(at.join("drawn.json")).unwrap();
    let cut = without_outcome(&bundle, &at.join("beside"));
    let mut forged = Bundle::parse(&bundle).unwrap();
    for text in forged.artifacts.values_mut().filter(|text| text.contains("kleroterion/v1/outcome")) {
        let mut outcome: Value = serde_json::from_str(text).unwrap();
        outcome["drawn"].as_array_mut().unwrap().remove(0);
        *text = klero_draw::json::encode(&outcome).unwrap().into();
    }
    std::fs::write(at.join("forged.json"), forged.to_text()).unwrap();
    for arguments in
        [check("forged.json"), "draw result letters --pool pool --bundle forged.json --out result".to_owned()]
    {
        let (told, complaint) = exits(at, &arguments, 1);
        assert!(told.is_empty() && complaint.contains("REFUTED"), "{told}{complaint}");
    }

    // An outcome that is too large for the bundle lies beside it.
    std::fs::write(at.join("cut.json"), cut).unwrap();
    let result = "draw result letters --pool pool --bundle cut.json --out large";
    for arguments in [check("cut.json"), result.to_owned()] {
        let (_, complaint) = exits(at, &arguments, 2);
        assert!(complaint.contains("--artifacts DIR"), "{complaint}");
    }
    assert!(done(at, &format!("{} --artifacts beside", check("cut.json"))).contains("\ndrawn\n"));
    done(at, &format!("{result} --artifacts beside"));
    std::fs::write(at.join("answers.csv"), format!("number,answer\n{id},yes\n")).unwrap();
    let commit = "pool commit answers.csv --id number --public answer --from pool --bundle cut.json --out linked";
    exits(at, commit, 2);
    done(at, &format!("{commit} --artifacts beside"));

    // An annulled result is told as one, first.
    for arguments in
        [check("annulled.json"), "draw result letters --pool pool --bundle annulled.json --out a".to_owned()]
    {
        assert!(done(at, &arguments).starts_with("ANNULLED by a court's order"), "{arguments}");
    }
    assert_eq!(json_of(at, &check("annulled.json"))["annulled"], "court");
    let told = json_of(at, "draw result letters --pool pool --bundle annulled.json --out b");
    assert_eq!((&told["annulled"], &told["rehearsal"]), (&json!("court"), &json!(false)));

    // A file that no verifier would read is not read here either.
    std::fs::File::create(at.join("long.json")).unwrap().set_len(BUNDLE_LIMIT + 1).unwrap();
    for arguments in [check("long.json"), "draw result letters --pool pool --bundle long.json --out c".to_owned()] {
        let (_, complaint) = exits(at, &arguments, 2);
        assert!(complaint.contains("at most 268435456 are read"), "{complaint}");
    }

    // Whoever remains is written down as committed, or nobody is.
    let people = std::fs::read_to_string(at.join("pool/people.csv")).unwrap();
    std::fs::write(at.join("pool/people.csv"), people.replacen("Person 7,", "FRIEND!!,", 1)).unwrap();
    let (_, complaint) = exits(at, "draw result letters --pool pool --bundle drawn.json --out d", 1);
    assert!(complaint.contains("the rows are not those that were committed") && !at.join("d").exists(), "{complaint}");
}

/// Refused before anything is written: a log's name is for ever, and a folder that is half made would be in the way.
#[test]
fn a_log_of_a_bad_name_is_not_begun() {
    let dir = tempfile::tempdir().unwrap();
    let long = "a".repeat(248);
    for origin in ["", "draws.example.org/log+1", "two words", "tab\there", &long] {
        let output = Command::new(env!("CARGO_BIN_EXE_klero"))
            .current_dir(dir.path())
            .args(["init", "--dir", "service", "--origin", origin])
            .output()
            .unwrap();
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{complaint}");
        assert!(
            complaint.contains("cannot name a log") && complaint.contains("--origin draws.example.org/log"),
            "{complaint}"
        );
        assert!(!dir.path().join("service").exists(), "{origin:?}");
    }
    done(dir.path(), &format!("init --dir service --origin {}", "a".repeat(247)));
}

/// What is refused, or cut short, while a log is begun is gone on with by the same command; a log without a first step is nobody's log.
#[test]
fn a_log_that_was_begun_half_is_finished_by_the_same_command() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    let other = format!("log {}\n", common_service::member("other").verifier_key().to_text());
    std::fs::write(at.join("policy.txt"), format!("{other}quorum none\n")).unwrap();
    let init = "init --dir service --origin test.example/log --policy policy.txt";
    let (_, complaint) = exits(at, init, 2);
    let line = complaint.lines().find_map(|line| line.split_once("add the line: ")).unwrap().1;
    let folder = LogFolder::new(at.join("service"));
    assert!(!folder.guard().exists() && !at.join("service/service.json").exists(), "no log was made");

    // As a crash would leave it before the first step.
    let key = kleroterion::signer::load(&at.join("service/keys/log.key")).unwrap();
    initialise(&LogSetup::new(at.join("service"), key)).unwrap();
    let config = Config { origin: "test.example/log".into(), relays: Vec::new(), margin_secs: 0 };
    config.save(&at.join("service")).unwrap();
    let (_, complaint) = exits(at, "draw status --dir service", 2);
    assert!(complaint.contains("give klero init once more"), "{complaint}");
    std::fs::write(at.join("policy.txt"), format!("{other}{line}\nquorum none\n")).unwrap();
    done(at, init);
    assert_eq!(done(at, "log export --dir service").lines().count(), 1);
    done(at, "log fsck --dir service");
    assert!(exits(at, init, 2).1.contains("there is a log in service already"));
}

/// A command that has the log open for a moment is waited for, by commands and by the service.
#[test]
fn a_log_that_is_open_elsewhere_for_a_moment_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    done(dir.path(), "init --dir service --origin test.example/log");
    let folder = LogFolder::new(dir.path().join("service"));
    for arguments in ["draw status --dir service", "serve --dir service --listen 127.0.0.1:0"] {
        let held = RealFiles.lock(&folder.lock()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_klero"));
        let command = command.current_dir(dir.path()).args(arguments.split_whitespace());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut complaints = BufReader::new(child.stderr.take().unwrap()).lines();
        let first = complaints.next().unwrap().unwrap();
        assert!(first.contains("another klero has the log in service open; waiting"), "{first}");
        drop(held);
        if arguments.starts_with("serve") {
            let lines = BufReader::new(child.stdout.take().unwrap()).lines();
            let mut beside = Beside { child, lines };
            beside.says("serving http://");
        } else {
            assert_eq!(child.wait().unwrap().code(), Some(0));
        }
    }
}
