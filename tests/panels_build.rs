//! `klero panels` with the real binary: spreadsheets, generated ids, every objective, quotas that contradict each other, a look ahead, and
//! Ctrl-C in the middle of the work.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const QUOTAS: &str = "category,name,min,max\ngender,Female,4,5\ngender,MALE,4,5\nage,young,2,4\nage,old,5,7\n";

fn people() -> String {
    let mut text = String::from("\u{feff}name;Gender;AGE;street\r\n");
    for i in 0..40 {
        let gender = if i % 3 == 0 { "female" } else { "male" };
        let age = if i % 4 == 0 { "young" } else { "old" };
        write!(text, "Person {i};{gender};{age};{}\r\n", if i < 6 { "Main Street 1" } else { "" }).unwrap();
    }
    text
}

fn klero(dir: &Path, arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_klero")).current_dir(dir).args(arguments.split_whitespace()).output().unwrap()
}

#[track_caller]
fn ends(dir: &Path, arguments: &str, exit: i32) -> (String, String) {
    let output = klero(dir, arguments);
    let (told, complaints) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(exit), "klero {arguments}\n{told}\n{complaints}");
    (told.into_owned(), complaints.into_owned())
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn every_objective_is_built_from_files_as_they_come() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    std::fs::write(at.join("people.csv"), people()).unwrap();
    std::fs::write(at.join("quotas.csv"), QUOTAS).unwrap();
    let files = "--respondents people.csv --quotas quotas.csv";
    let (_, complaint) = ends(at, &format!("panels build {files} --seats 9 --out p.json"), 2);
    assert!(complaint.contains("which column holds the ids?"), "{complaint}");
    let mut least = Vec::new();
    for (objective, aim) in [
        ("leximin", "the smallest chance as large as possible, then the next smallest, and so on"),
        ("maximin", "the smallest chance as large as possible"),
        ("nash", "the product of all chances as large as possible"),
        ("goldilocks", "neither very small nor very large chances"),
    ] {
        let (told, _) = ends(
            at,
            &format!(
                "panels build {files} --household street --seats 9 --count 60 --objective {objective} --generate-ids ids.csv --out p.json --json"
            ),
            0,
        );
        let built = json(&told);
        assert_eq!(built["objective"], objective);
        least.push(built["min_copies"].as_u64().unwrap());
        let ids = std::fs::read_to_string(at.join("ids.csv")).unwrap();
        assert!(
            ids.starts_with("name,Gender,AGE,street,generated_id\nPerson 0,female,young,Main Street 1,p01\n"),
            "{ids}"
        );
        let list = json(&std::fs::read_to_string(at.join("p.json")).unwrap());
        assert_eq!((list["people"][39].as_str(), list["panels"].as_array().unwrap().len()), (Some("p40"), 60));
        let numbered = "--respondents ids.csv --quotas quotas.csv --id generated_id --household street";
        let apart = "--respondents ids.csv --quotas quotas.csv --id generated_id";
        let (told, _) = ends(at, &format!("panels check {numbered} --panels p.json"), 0);
        assert!(told.contains("every panel has 9 people and meets all 4 quotas"), "{told}");
        let (_, complaint) = ends(at, &format!("panels check {apart} --panels p.json"), 2);
        assert!(complaint.contains("--household"), "{complaint}");
        ends(at, &format!("panels report {numbered} --panels p.json --no-costs --out page.html"), 0);
        let page = std::fs::read_to_string(at.join("page.html")).unwrap();
        assert!(page.contains(&format!("aimed at this: {aim}.")), "{page}");
        // six people live at one address; without that rule they may sit together, with it never
        for panel in list["panels"].as_array().unwrap() {
            let together = panel.as_array().unwrap().iter().filter(|p| p.as_u64().unwrap() < 6).count();
            assert!(together <= 1, "{panel}");
        }
    }
    assert_eq!(least[0], least[1], "leximin and maximin reach the same smallest chance");
    assert!(least[2] <= least[0] && least[3] <= least[0], "{least:?}");
}

#[test]
fn spreadsheets_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let book = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/panels/tests/fixtures/people.xlsx");
    std::fs::copy(book, dir.path().join("answers.xlsx")).unwrap();
    std::fs::write(dir.path().join("q.csv"), "feature,value,min,max\ngender,FEMALE,0,2\ngender,male,0,2\n").unwrap();
    ends(dir.path(), "panels build --respondents answers.xlsx --quotas q.csv --seats 2 --count 6 --out p.json", 0);
    let list = json(&std::fs::read_to_string(dir.path().join("p.json")).unwrap());
    assert_eq!(list["people"], serde_json::json!(["a1", "b2", "c3"]));
}

#[test]
fn quotas_that_contradict_seats_or_people_have_a_way_out() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    std::fs::write(at.join("people.csv"), people()).unwrap();
    // forty people, fourteen of them women, ten of them young
    for (quotas, says, change) in [
        ("gender,female,15,16\ngender,male,0,9\n", "at least 15 are required, but only 14", "female from 15–16 to"),
        ("gender,female,0,3\ngender,male,0,4\n", "the maxima add up to 7, too few for 9 seats", "2 in people"),
        ("gender,female,6,9\ngender,male,6,9\n", "the minima add up to 12, too many for 9 seats", "3 in people"),
    ] {
        std::fs::write(at.join("q.csv"), format!("feature,value,min,max\n{quotas}")).unwrap();
        let build = "--respondents people.csv --quotas q.csv --seats 9 --generate-ids ids.csv --out p.json";
        let (_, complaint) = ends(at, &format!("panels build {build}"), 2);
        assert!(complaint.contains(says) && complaint.contains(change), "{complaint}");
        assert!(!at.join("p.json").exists() && !at.join("ids.csv").exists(), "nothing is written");
        std::fs::write(at.join("with_ids.csv"), people().replace("name;", "id;")).unwrap();
        ends(at, "panels relax --respondents with_ids.csv --quotas q.csv --seats 9 --out relaxed.csv", 0);
        ends(at, "panels build --respondents with_ids.csv --quotas relaxed.csv --seats 9 --count 20 --out ok.json", 0);
        std::fs::remove_file(at.join("ok.json")).unwrap();
    }
    std::fs::write(at.join("q.csv"), "feature,value,min,max\ngender,female,0,9\ngender,male,0,9\n").unwrap();
    for seats in [0, 41] {
        let (_, complaint) =
            ends(at, &format!("panels relax --respondents with_ids.csv --quotas q.csv --seats {seats}"), 2);
        assert!(complaint.contains("seats"), "{complaint}");
    }
}

#[test]
fn quotas_are_looked_at_before_there_is_a_list() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    // two are needed from the north, where two live; nobody may come from the south
    let text = "id,from\n1,north\n2,north\n3,south\n4,east\n5,east\n6,east\n";
    std::fs::write(at.join("people.csv"), text).unwrap();
    std::fs::write(at.join("q.csv"), "feature,value,min,max\nfrom,north,2,2\nfrom,south,0,0\nfrom,east,1,3\n").unwrap();
    let look = "panels check --respondents people.csv --quotas q.csv --seats 3";
    let (told, _) = ends(at, look, 0);
    assert!(told.contains("1 people can be on no panel: respondents, lines 4"), "{told}");
    assert!(told.contains("2 people must be on every panel: respondents, lines 2, 3"), "{told}");
    let told = json(&ends(at, &format!("{look} --json"), 0).0);
    assert_eq!(told["never_lines"], serde_json::json!([4]));
    assert_eq!((&told["possible"], &told["min_chance"]), (&true.into(), &0.0.into()));
    assert!(told["costs"].as_array().unwrap().iter().any(|c| c["cost"].as_f64().unwrap() > 0.2), "{told}");
    ends(at, "panels check --respondents people.csv --quotas q.csv", 2);
}

/// 300 people who all differ, and quotas for sixteen features: minutes of work.
fn large(at: &Path) {
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % 3
    };
    let mut text = String::from("id");
    let mut quotas = String::from("feature,value,min,max\n");
    for f in 0..16 {
        write!(text, ",f{f}").unwrap();
        for v in 0..3 {
            writeln!(quotas, "f{f},v{v},8,12").unwrap();
        }
    }
    for p in 0..300 {
        write!(text, "\n{p}").unwrap();
        for _ in 0..16 {
            write!(text, ",v{}", next()).unwrap();
        }
    }
    std::fs::write(at.join("people.csv"), text).unwrap();
    std::fs::write(at.join("q.csv"), quotas).unwrap();
}

#[test]
fn ctrl_c_keeps_the_best_list_so_far() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    large(at);
    let mut child = Command::new(env!("CARGO_BIN_EXE_klero"))
        .current_dir(at)
        .args("panels build --respondents people.csv --quotas q.csv --seats 30 --out p.json".split_whitespace())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut progress = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(progress.any(|line| line.unwrap().contains("finding panels")), "progress is told on standard error");
    assert!(!at.join("p.json").exists());
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let heard: Vec<String> = progress.map(Result::unwrap).collect();
    assert!(heard.iter().any(|line| line.contains("stopping with the best list so far")), "{heard:?}");
    let mut told = String::new();
    child.stdout.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{told}");
    assert!(told.contains("stopped early: this is the best list so far"), "{told}");
    let (told, _) = ends(at, "panels check --respondents people.csv --quotas q.csv --panels p.json", 0);
    assert!(told.contains("every panel has 30 people and meets all 48 quotas"), "{told}");
    assert!(told.contains("1000 panels"), "{told}");
    assert!(!told.contains("0 of them"), "{told}");
    let list = json(&std::fs::read_to_string(at.join("p.json")).unwrap());
    assert_eq!(list["search"]["interrupted"], true);
    let files = "--respondents people.csv --quotas q.csv --no-costs";
    ends(at, &format!("panels report {files} --panels p.json --out page.html"), 0);
    let page = std::fs::read_to_string(at.join("page.html")).unwrap();
    assert!(page.contains("was stopped early"), "{page}");
}
