//! The commands as a person types them: the real program, its exit codes, and what it prints for machines; with a service running and without.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

#[path = "common_service/mod.rs"]
#[expect(dead_code, reason = "shared with tests that need more")]
mod common_service;

use std::io::{BufRead as _, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use common_service::{ROUNDS, Wish, World, forty, published, recorded};
use kleroterion::files::{Files as _, LogFolder, RealFiles};
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
    done(
        dir,
        "organiser new --id eupen --name Eupen --log test.example/log --member clerk.key --member mayor.key --threshold 2 --out eupen.note",
    );
    done(dir, "sign eupen.note --key clerk.key");
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
    exits(
        dir,
        &format!(
            "draw announce letters --dir service --organiser eupen --purpose letters --title de=Brief --draws-at {at} {KEYS}"
        ),
        1,
    );
    let enrolled = json_of(dir, "organiser enrol eupen.note --dir service");
    let past = format!(
        "draw announce letters --dir service --organiser eupen --purpose letters --title de=Brief --draws-at 1700000000 {KEYS}"
    );
    assert!(exits(dir, &past, 2).1.contains("is past"));
    assert_eq!((&enrolled["seq"], &enrolled["kind"]), (&json!(1), &json!("organiser")));
    let announce = format!(
        "draw announce letters --dir service --organiser eupen --purpose letters --title de=Brief --draws-at {at}"
    );
    exits(dir, &format!("{announce} --key clerk.key"), 1);
    let announced = json_of(dir, &format!("{announce} {KEYS}"));
    assert_eq!((&announced["seq"], &announced["kind"]), (&json!(2), &json!("announced")));
    done(
        dir,
        "terms new --dir service --draw letters --pool pool --method stratified --by municipality --seats 10 --reserves 4 --out terms.note",
    );
    done(dir, "terms sign terms.note --key mayor.key");
    exits(dir, "draw seal terms.note --dir service --pool pool", 1);
    done(dir, "terms sign terms.note --key clerk.key");
    assert_eq!(json_of(dir, "terms show terms.note")["reserves"], 4);
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
    done(at, "init --dir service --origin test.example/log");
    exits(at, "init --dir service --origin test.example/log", 2);
    until_sealed(at, "+2h");
    exits(at, "draw result letters --pool pool --dir service --out result", 1);
    // A reason that is mistyped is told with those that there are, and nothing is logged.
    let (_, complaint) = exits(at, &format!("draw void letters --dir service --reason canceled {KEYS}"), 2);
    assert!(complaint.contains("cancelled, pool_error, terms_error, beacon_lost, court"), "{complaint}");
    let voided = json_of(at, &format!("draw void letters --dir service --reason cancelled {KEYS}"));
    assert_eq!(voided["kind"], "voided");
    done(at, "log fsck --dir service");
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
    until_sealed(at, "+6s");
    service.says("carried out draw=\"letters\" step=4");
    assert_eq!(json_of(at, "draw status letters --dir service")[0]["phase"], "drawn");
    done(at, "draw bundle letters --dir service --out letters.json");
    let (told, _) = exits(at, "verify letters.json", 0);
    assert!(told.lines().next().unwrap().to_lowercase().contains("rehearsal"), "{told}");
    let written = json_of(at, "draw result letters --pool pool --dir service --out result");
    let drawn = std::fs::read_to_string(at.join(written["drawn"].as_str().unwrap())).unwrap();
    assert_eq!(drawn.lines().count(), 11);
    exits(at, &format!("draw void letters --dir service --reason cancelled {KEYS}"), 1);
    let annulled = json_of(at, &format!("draw annul letters --dir service --reason court {KEYS}"));
    assert_eq!((&annulled["seq"], &annulled["kind"]), (&json!(5), &json!("annulled")));
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
    let exported = done(at, "log export --dir service");
    assert_eq!(exported.lines().count(), 5, "opened, organiser, announced, sealed, drawn");
    for line in exported.lines() {
        assert!(serde_json::from_str::<Value>(line).unwrap().is_object());
    }
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
