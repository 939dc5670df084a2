//! The end of a log, and the log that goes on: the real program on both ends.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

mod common_program;

use std::io::{Read as _, Write as _};
use std::path::Path;

use common_program::{Beside, done, exits};
use klero_verifier::whole_log::WholeLog;
use serde_json::Value;

const OLD: &str = "draws.example.org/log";
const NEW: &str = "draws.example.org/log2";

fn organiser(dir: &Path, id: &str, log: &str) -> String {
    done(dir, &format!("keys new --name {id}/clerk --out {id}.key"));
    done(
        dir,
        &format!(
            "organiser new --id {id} --name Town --log {log} --member {id}.key --threshold 1 --key {id}.key --out {id}.note"
        ),
    );
    format!("organiser enrol {id}.note --dir")
}

fn get(address: &str, path: &str) -> String {
    let mut stream = std::net::TcpStream::connect(address.trim()).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

fn whole(place: &Path) -> WholeLog {
    let files = kleroterion::verify_io::log_files(place.to_str().unwrap()).unwrap();
    let log = WholeLog::read(files.as_ref(), None).unwrap();
    assert_eq!(log.findings(), []);
    log
}

#[test]
fn a_log_ends_is_served_on_and_another_continues_it() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    done(dir, &format!("init --dir old --origin {OLD}"));
    let enrol = organiser(dir, "eupen", OLD);
    done(dir, &format!("{enrol} old"));
    done(dir, "keys rotate --dir old");
    done(dir, "keys retire --dir old");
    let announce = "draw announce letters --dir old --organiser eupen --purpose letters --title de=Brief --draws-at 2100-01-01T00:00:00Z --key eupen.key";
    done(dir, announce);

    std::fs::create_dir_all(dir.join("next/keys")).unwrap();
    done(dir, &format!("keys new --name {NEW} --out next/keys/log.key"));
    let key = done(dir, "keys show next/keys/log.key");
    let close = "log close --dir old --successor next/keys/log.key";
    let begin = format!("init --dir next --origin {NEW} --predecessor old/public");
    assert!(exits(dir, &[], close, 2).1.contains("--yes"));
    // A draw that is not over would never be.
    let complaint = exits(dir, &[], &format!("{close} --yes"), 1).1;
    assert!(complaint.contains("letters"), "{complaint}");
    assert!(exits(dir, &[], &begin, 1).1.contains("not closed"));
    done(dir, "draw void letters --dir old --reason cancelled --key eupen.key");
    // A log does not continue itself.
    assert!(exits(dir, &[], "log close --dir old --successor old/keys/log.key --yes", 2).1.contains("own name"));

    let mut serving = Beside::start(dir, &[], "serve --dir old --listen 127.0.0.1:0");
    let address = serving.says("serving http://");
    let closed: Value = serde_json::from_str(&done(dir, &format!("{close} --yes --json"))).unwrap();
    assert_eq!((&closed["seq"], &closed["kind"]), (&5.into(), &"closed".into()));

    // Nothing follows, whoever asks, before and after a restart; and everything is there to be read.
    // Under a new name: the draw that was given up takes no note any more in any log.
    let other = announce.replace("letters", "council");
    let refused = [other, format!("{enrol} old"), format!("{close} --yes"), "keys rotate --dir old".to_owned()];
    for command in &refused {
        let complaint = exits(dir, &[], command, 1).1;
        assert!(complaint.contains("the log was closed; nothing follows"), "{command}: {complaint}");
    }
    assert!(get(&address, "/healthz").contains("\"ok\""));
    for path in ["/", "/log", "/organisers/eupen"] {
        let page = get(&address, path);
        assert!(page.starts_with("HTTP/1.1 200") && page.contains("This log is closed."), "{path}: {page}");
        assert!(page.contains(&format!("it goes on as {NEW}")), "{path}: {page}");
    }
    assert!(get(&address, "/checkpoint").contains(&format!("{OLD}\n6\n")));
    serving.end();
    assert!(exits(dir, &[], &refused[0], 1).1.contains("nothing follows"));
    let told = done(dir, "monitor old/public --dir watch");
    assert!(
        told.contains("NOTHING FOUND") && told.contains("THIS LOG IS CLOSED") && told.contains(key.trim()),
        "{told}"
    );
    assert!(done(dir, "log fsck --dir old").contains("the log is sound"));

    // The successor: only with the key that was named, and it names the step that closed the other.
    for (origin, place, words) in [(OLD, "next", "the log"), (NEW, "elsewhere", "no key at")] {
        let begin = format!("init --dir {place} --origin {origin} --predecessor old/public");
        let complaint = exits(dir, &[], &begin, 2).1;
        assert!(complaint.contains(words), "{complaint}");
    }
    std::fs::create_dir_all(dir.join("wrong/keys")).unwrap();
    done(dir, &format!("keys new --name {NEW} --out wrong/keys/log.key"));
    let wrong = format!("init --dir wrong --origin {NEW} --predecessor old/public");
    assert!(exits(dir, &[], &wrong, 1).1.contains("another successor"));
    let begun = done(dir, &begin);
    assert!(begun.contains(&format!("it continues '{OLD}'")), "{begun}");
    let (before, after) = (whole(&dir.join("old/public")), whole(&dir.join("next/public")));
    assert!(after.ledger().continues(before.ledger()));
    assert!(!before.ledger().continues(after.ledger()) && !after.ledger().continues(after.ledger()));
    let named = after.ledger().predecessor().unwrap();
    assert_eq!(named.closed.to_string(), closed["leaf"].as_str().unwrap());
    // The key at the end, not the first: it had been replaced.
    assert_eq!(Some(&named.log.0), before.ledger().log_keys().get(1));
    let told = done(dir, "monitor next/public --dir watch-next");
    assert!(told.contains("continues the log draws.example.org/log+"), "{told}");

    // Life goes on there.
    done(
        dir,
        "organiser new --id eupen --name Town --log draws.example.org/log2 --member eupen.key --threshold 1 --key eupen.key --out again.note",
    );
    assert!(done(dir, "organiser enrol again.note --dir next").contains("logged as step 1"));
    assert!(exits(dir, &[], &format!("{enrol} next"), 1).1.contains("log"));
}

#[test]
fn a_log_without_a_successor_simply_ends() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    done(dir, &format!("init --dir old --origin {OLD}"));
    assert!(done(dir, "log close --dir old --yes").contains("closed by step 1"));
    let told = done(dir, "monitor old/public --dir watch");
    assert!(told.contains("it names no successor"), "{told}");
    std::fs::create_dir_all(dir.join("next/keys")).unwrap();
    done(dir, &format!("keys new --name {NEW} --out next/keys/log.key"));
    let complaint = exits(dir, &[], &format!("init --dir next --origin {NEW} --predecessor old"), 1).1;
    assert!(complaint.contains("without a successor"), "{complaint}");
}
