//! The demonstration is the whole model: every draw verifies by itself and all of them as a sequence, and no name or number of a person leaves the
//! organiser's own files.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

use std::path::{Path, PathBuf};
use std::process::Command;

fn klero(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_klero")).args(arguments).output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code(), text)
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() { files_below(&path, found) } else { found.push(path) }
    }
}

#[test]
fn the_demonstration_verifies_draw_by_draw_and_as_a_sequence() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name).display().to_string();
    let (exit, told) = klero(&["demo", "--once", "--people", "300", "--dir", &at("demo")]);
    assert_eq!(exit, Some(0), "{told}");
    assert!(told.lines().next().unwrap().starts_with("REHEARSAL BEACON"), "{told}");
    assert!(told.contains("six months later") && told.contains("exit 0"), "{told}");

    let trust = at("demo/trust.json");
    let bundle = |draw: &str| at(&format!("demo/bundles/{draw}.json"));
    let draws = ["letters-1", "council-1", "assembly-1", "leave-1", "enter-1"];
    for draw in draws {
        let (exit, report) = klero(&["verify", &bundle(draw), "--trust", &trust]);
        assert_eq!(exit, Some(0), "{report}");
        assert_eq!(report.contains("passed   panels.certificate"), draw == "council-1", "{report}");
        assert_eq!(report.contains("passed   replacements.rule"), draw == "council-1", "{report}");
        assert_eq!(report.contains("passed   pool.from"), draw != "letters-1", "{report}");
    }
    let mut sequence = vec!["verify", "--sequence", "--trust", &trust];
    let paths: Vec<String> = draws.iter().map(|draw| bundle(draw)).collect();
    sequence.extend(paths.iter().map(String::as_str));
    assert_eq!(klero(&sequence).0, Some(0));
    let last = sequence.len() - 1;
    sequence.swap(last, last - 4);
    assert_eq!(klero(&sequence).0, Some(1), "out of order");
    let log = at("demo/service");
    let (exit, report) = klero(&["verify", &paths[4], "--trust", &trust, "--log", &log]);
    assert_eq!(exit, Some(0), "{report}");
    assert!(
        report.contains("'council-1' for 'council-1', attempt 1: drawn") && report.contains("2 gave up their seat"),
        "{report}"
    );

    let mut published = paths.iter().map(PathBuf::from).collect();
    files_below(&dir.path().join("demo/service/public"), &mut published);
    let people = std::fs::read_to_string(dir.path().join("demo/people.csv")).unwrap();
    let told: Vec<&str> = people.lines().skip(1).flat_map(|line| line.split(',').take(2)).collect();
    assert!(told.len() > 400);
    for path in published {
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        let named = told.iter().find(|words| text.contains(**words));
        assert_eq!(named, None, "{}", path.display());
    }
}
