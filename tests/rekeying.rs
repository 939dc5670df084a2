//! The keys of a log change while it runs: the real service, its witnesses, and everything that watches.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

mod common_program;
#[path = "common_service/mod.rs"]
#[expect(dead_code, reason = "shared with tests that need more")]
mod common_service;

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use common_program::{Beside, done, exits};
use common_service::{ROUNDS, Wish, World};
use klero_draw::organiser::KeyRole;
use klero_tlog::{Note, VerifierKey};
use kleroterion::service::request::{Answer, Request};
use serde_json::Value;

const ORIGIN: &str = "draws.example.org/log";

fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// How many of these keys' lines the published checkpoint bears, each checked.
fn signed_by(dir: &Path, keys: &[&str]) -> Vec<bool> {
    let note = Note::parse(read(dir.join("service/public/checkpoint")).as_bytes()).unwrap();
    keys.iter().map(|key| note.open(&[VerifierKey::parse(key.trim()).unwrap()]).is_ok()).collect()
}

fn enrol(dir: &Path, id: &str, step: u64) {
    done(dir, &format!("keys new --name {id}/clerk --out {id}.key"));
    done(
        dir,
        &format!(
            "organiser new --id {id} --name Town --log {ORIGIN} --member {id}.key --threshold 1 --key {id}.key --out {id}.note"
        ),
    );
    let told = done(dir, &format!("organiser enrol {id}.note --dir service"));
    assert!(told.contains(&format!("logged as step {step}")), "{told}");
}

/// A log without witnesses, and trust that pins its first keys.
fn begun() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    done(dir, &format!("init --dir service --origin {ORIGIN}"));
    let (log, service) = (done(dir, "keys show service/keys/log.key"), done(dir, "keys show service/keys/service.key"));
    let trust = serde_json::json!({"format": "kleroterion/v1/trust", "log": log.trim(), "service": service.trim()});
    std::fs::write(dir.join("trust.json"), trust.to_string()).unwrap();
    (folder, log)
}

#[test]
fn both_keys_change_and_everybody_follows() {
    let (folder, first) = begun();
    let dir = folder.path();
    // Who watches from the beginning, and who copies.
    let monitor = "monitor service/public --dir watch --trust trust.json";
    done(dir, monitor);
    done(dir, "mirror service/public --dir copy --trust trust.json");

    let changed: Value = serde_json::from_str(&done(dir, "keys rotate --dir service --json")).unwrap();
    assert_eq!((&changed["step"]["seq"], &changed["step"]["kind"]), (&1.into(), &"key".into()));
    let second = changed["key"].as_str().unwrap().to_owned();
    assert_eq!((changed["old"].as_str().unwrap(), second == first.trim()), (first.trim(), false));
    // Both sign, until the old one is retired; the new one is what is published and kept.
    assert_eq!(signed_by(dir, &[&first, &second]), [true, true]);
    assert_eq!(read(dir.join("service/public/log.vkey")).trim(), second);
    assert_eq!(done(dir, "keys show service/keys/log.key").trim(), second);
    for key in ["log.key", "log.key.old"] {
        let mode = std::fs::metadata(dir.join("service/keys").join(key)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{key}");
    }
    assert!(!dir.join("service/keys/log.key.next").exists());
    enrol(dir, "eupen", 2);
    assert_eq!(signed_by(dir, &[&first, &second]), [true, true]);
    // One change at a time.
    assert!(exits(dir, &[], "keys rotate --dir service", 1).1.contains("klero keys retire"));
    assert!(!dir.join("service/keys/log.key.next").exists());
    assert!(done(dir, "keys retire --dir service").contains(first.trim()));
    assert!(!read(dir.join("service/keys/log.key.old")).contains("PRIVATE"));
    exits(dir, &[], "keys retire --dir service", 1);
    enrol(dir, "raeren", 3);
    assert_eq!(signed_by(dir, &[&first, &second]), [false, true]);

    // The key that signs steps, while the service runs.
    let mut serving = Beside::start(dir, &[], "serve --dir service --listen 127.0.0.1:0");
    let url = format!("http://{}", serving.says("serving http://"));
    done(dir, "keys rotate --dir service --role service");
    enrol(dir, "buellingen", 5);
    let revoked: Value = serde_json::from_str(&done(dir, "keys revoke --dir service --json")).unwrap();
    let third = revoked["key"].as_str().unwrap().to_owned();
    assert_eq!(signed_by(dir, &[&first, &second, &third]), [false, false, true]);
    assert!(!read(dir.join("service/keys/log.key.old")).contains("PRIVATE"));
    assert!(!dir.join("service/keys/log.key.revoked").exists());
    enrol(dir, "amel", 7);
    assert_eq!(signed_by(dir, &[&first, &second, &third]), [false, false, true]);

    // Who knows only the first key follows, whether it looked before or looks now for the first time.
    for own in ["watch", "fresh"] {
        let told = done(dir, &format!("monitor {url} --dir {own} --trust trust.json --json"));
        let told: Value = serde_json::from_str(&told).unwrap();
        assert_eq!((&told["size"], &told["exit"]), (&8.into(), &0.into()), "{told}");
    }
    assert!(done(dir, &format!("mirror {url} --dir copy --trust trust.json")).contains("8 entries"));
    assert!(done(dir, &format!("compare {url} copy")).contains("SAME"));
    serving.end();
    assert!(done(dir, "log fsck --dir service").contains("the log is sound"));
    done(dir, "backup create --dir service --out backup.tar");
    done(dir, "backup restore backup.tar --dir restored --nothing-newer");
    assert!(done(dir, "log fsck --dir restored").contains("the log is sound"));
    assert_eq!(done(dir, "log export --dir service").lines().count(), 8);
}

#[test]
fn what_is_published_besides_follows_a_change_of_keys() {
    let (folder, first) = begun();
    let dir = folder.path();
    let copy = dir.join("copy");
    std::fs::write(dir.join("service/klero.toml"), format!("publish_to = \"file://{}\"\n", copy.display())).unwrap();
    let mut serving = Beside::start(dir, &[], "serve --dir service --listen 127.0.0.1:0");
    serving.says("serving http://");
    let changed: Value = serde_json::from_str(&done(dir, "keys rotate --dir service --json")).unwrap();
    done(dir, "keys retire --dir service");
    enrol(dir, "eupen", 2);
    assert_eq!(signed_by(dir, &[&first, changed["key"].as_str().unwrap()]), [false, true]);
    let whole = read(dir.join("service/public/checkpoint"));
    let there = || std::fs::read_to_string(copy.join("checkpoint")).is_ok_and(|text| text == whole);
    for _ in 0..60_000 {
        if there() {
            break;
        }
        std::thread::park_timeout(std::time::Duration::from_millis(1));
    }
    assert!(there(), "nothing is published any more once only the new key signs");
    assert_eq!(read(copy.join("log.vkey")).trim(), changed["key"].as_str().unwrap());
    serving.end();
}

#[test]
fn a_mirror_that_was_stopped_while_the_key_changed_goes_on() {
    let (folder, _) = begun();
    let dir = folder.path();
    let mirror = |copy: &str| {
        let trust = if copy == "told" { " --trust trust.json" } else { "" };
        done(dir, &format!("mirror service/public --dir {copy}{trust}"))
    };
    for (organiser, step) in [("eupen", 2), ("raeren", 4)] {
        let copies = ["told", "untold"].map(|copy| {
            mirror(copy);
            (copy, dir.join(copy).join("checkpoint"))
        });
        let before = copies.clone().map(|(_, checkpoint)| read(checkpoint));
        done(dir, "keys rotate --dir service");
        done(dir, "keys retire --dir service");
        enrol(dir, organiser, step);
        for ((copy, checkpoint), before) in copies.iter().zip(before) {
            mirror(copy);
            let after = read(checkpoint);
            // As a kill leaves it: the new key is named, and the checkpoint under it is not in place yet.
            std::fs::write(checkpoint, before).unwrap();
            mirror(copy);
            assert_eq!(read(checkpoint), after, "{copy}");
        }
    }
    // A checkpoint that none of the log's keys signed is still refused.
    std::fs::write(dir.join("untold/checkpoint"), "draws.example.org/log\n1\nAAAA\n\n").unwrap();
    exits(dir, &[], "mirror service/public --dir untold", 1);
}

#[test]
fn a_key_that_was_replaced_signs_nothing_that_anybody_believes() {
    let (folder, first) = begun();
    let dir = folder.path();
    done(dir, "monitor service/public --dir watch --trust trust.json");
    let stolen = read(dir.join("service/keys/log.key"));
    done(dir, "keys revoke --dir service");
    enrol(dir, "eupen", 2);
    // A thief signs the log's own newest state, with the key that was revoked.
    let honest = read(dir.join("service/public/checkpoint"));
    let thief = klero_tlog::SignerKey::parse(stolen.trim()).unwrap();
    assert_eq!(thief.verifier_key().to_text(), first.trim());
    let text = Note::parse(honest.as_bytes()).unwrap().text().to_owned();
    let forged = Note::sign(&text, &[&thief]).unwrap().to_text();
    std::fs::write(dir.join("service/public/checkpoint"), forged).unwrap();
    let (told, _) = exits(dir, &[], "monitor service/public --dir watch --trust trust.json", 1);
    assert!(told.contains("key.changed"), "{told}");
    exits(dir, &[], "mirror service/public --dir copy --trust trust.json", 1);
    std::fs::write(dir.join("service/public/checkpoint"), honest).unwrap();

    // The files of a thief who changes the key without the old one are refused by the service itself.
    let keys = dir.join("service/keys");
    done(dir, &format!("keys new --name {ORIGIN} --out other.key"));
    let kept = read(keys.join("log.key"));
    std::fs::copy(dir.join("other.key"), keys.join("log.key")).unwrap();
    exits(dir, &[], "organiser enrol eupen.note --dir service", 3);
    std::fs::write(keys.join("log.key"), kept).unwrap();
    assert!(done(dir, "log fsck --dir service").contains("the log is sound"));
}

#[test]
fn what_a_crash_left_of_a_change_is_finished() {
    for (role, revoke) in [("log", false), ("log", true), ("service", false)] {
        let (folder, _) = begun();
        let dir = folder.path();
        let keys = dir.join("service/keys");
        let file = |end: &str| keys.join(format!("{role}.key{end}"));
        let before = read(file(""));
        done(dir, &format!("keys {} --dir service --role {role}", if revoke { "revoke" } else { "rotate" }));
        let after = read(file(""));
        // As the files lay when the step was logged, and nothing renamed yet.
        for (at, text) in [("", &before), (".next", &after)] {
            std::fs::write(file(at), text).unwrap();
            std::fs::set_permissions(file(at), std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        std::fs::remove_file(file(".old")).unwrap();
        if revoke || role == "service" {
            let old = klero_tlog::SignerKey::parse(before.trim()).unwrap().verifier_key();
            std::fs::write(file(".revoked"), format!("{}\n", old.to_text())).unwrap();
        }
        enrol(dir, "eupen", 2);
        assert_eq!(read(file("")), after, "{role} {revoke}");
        assert_eq!(read(file(".old")).contains("PRIVATE"), role == "log" && !revoke, "{role} {revoke}");
        assert!(!file(".next").exists() && !file(".revoked").exists());
        assert!(done(dir, "log fsck --dir service").contains("the log is sound"));
    }
    // A change that was prepared and never logged: the key that lies ready is used.
    let (folder, _) = begun();
    let dir = folder.path();
    done(dir, &format!("keys new --name {ORIGIN} --out service/keys/log.key.next"));
    let ready = done(dir, "keys show service/keys/log.key.next");
    enrol(dir, "eupen", 1);
    assert!(done(dir, "keys rotate --dir service").contains(ready.trim()));
    // A key of another name is no key of this log.
    done(dir, "keys retire --dir service");
    done(dir, "keys new --name other.example/log --out service/keys/log.key.next");
    exits(dir, &[], "keys rotate --dir service", 1);
}

#[test]
fn witnesses_follow_once_they_know_the_new_key() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let made: Value = serde_json::from_str(&done(dir, "witness init --dir witness --name w.example --json")).unwrap();
    // The witness has to know the log's key, and the log the witness's address.
    std::fs::create_dir_all(dir.join("service/keys")).unwrap();
    done(dir, &format!("keys new --name {ORIGIN} --out service/keys/log.key"));
    let first = done(dir, "keys show service/keys/log.key").trim().to_owned();
    let mut witness = Beside::start(dir, &[], &format!("witness --dir witness --listen 127.0.0.1:0 --log {first}"));
    let address = witness.says("witnessing on http://");
    std::fs::write(
        dir.join("policy.txt"),
        format!("log {first}\nwitness w {} http://{address}/\nquorum w\n", made["vkey"].as_str().unwrap()),
    )
    .unwrap();
    done(dir, &format!("init --dir service --origin {ORIGIN} --policy policy.txt"));
    let mut serving = Beside::start(dir, &[], "serve --dir service --listen 127.0.0.1:0");
    serving.says("serving http://");
    let told = done(dir, "keys rotate --dir service");
    let second = told.lines().find(|line| line.starts_with(ORIGIN)).unwrap().to_owned();
    assert!(!told.contains("not public yet"), "{told}");
    assert_eq!(signed_by(dir, &[&first, &second]), [true, true]);
    enrol(dir, "eupen", 2);
    serving.end();
    witness.end();

    // From now on the witness knows both, and the old one is retired; policy.txt still names the first.
    std::fs::write(dir.join("logs.txt"), format!("{first}\n{second}\n")).unwrap();
    let mut witness = Beside::start(dir, &[], &format!("witness --dir witness --listen {address} --log logs.txt"));
    witness.says("witnessing on http://");
    done(dir, "keys retire --dir service");
    enrol(dir, "raeren", 3);
    assert_eq!(signed_by(dir, &[&first, &second]), [false, true]);
    assert!(read(dir.join("service/public/checkpoint")).contains("— w.example "));
}

#[test]
fn a_draw_across_two_changes_verifies_under_the_first_keys() {
    let mut world = World::before(ROUNDS[1]);
    let trust = klero_verifier::trust::Trust::parse(&world.trust()).unwrap();
    world.announce("letters", ROUNDS[1]);
    let change = |world: &World, role, revoke| {
        let next =
            kleroterion::key_ring::next_path(&world.service().folder().join("keys").join(if role == KeyRole::Log {
                "log.key"
            } else {
                "service.key"
            }));
        kleroterion::signer::create(&next, ORIGIN).unwrap();
        match world.service().request(Request::ChangeKey { role, revoke }).unwrap() {
            Answer::Logged(logged) => assert_eq!(logged.kind, "key"),
            other => panic!("{other:?}"),
        }
    };
    change(&world, KeyRole::Log, false);
    world.seal("letters", &Wish::equal(ROUNDS[1])).unwrap();
    change(&world, KeyRole::Service, false);
    world.restart();
    world.service().request(Request::RetireKey { role: KeyRole::Log }).unwrap();
    change(&world, KeyRole::Log, true);
    world.clock.set(common_service::published(ROUNDS[1]));
    world.round("letters", ROUNDS[1]).unwrap();
    let bundle = world.bundle("letters");
    let report = klero_verifier::verify::verify(
        &bundle,
        &klero_verifier::artifacts::NoArtifacts,
        Some(&trust),
        klero_verifier::verify::Options::default(),
    );
    assert_eq!(
        report.verdict,
        klero_verifier::report::Verdict::Verified,
        "{}",
        klero_verifier::text::render(&report, "")
    );
}
