//! No name and no id leaves the pool's folder: not into the log, not into anything that is published, not into messages or errors. A whole
//! draw of people with unmistakable names, with everything that the programs write or say searched for them.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

#[path = "common_service/mod.rs"]
#[expect(dead_code, reason = "shared with tests that need more")]
mod common_service;

use std::path::Path;
use std::process::Command;

use common_service::{BOTH, ORIGIN, ROUNDS, Wish, World, published, signed, slug};
use kleroterion::service::request::Request;
use serde_json::json;

/// Parts of every private cell: ids, names, streets.
const MARKS: [&str; 3] = ["ZZID", "Xanthippe", "Quellenweg"];

fn people() -> String {
    let mut text = String::from("number,name,municipality,street,postcode\n");
    for i in 0..40 {
        let municipality = ["Eupen", "Raeren", "Kelmis"][if i < 20 {
            0
        } else if i < 32 {
            1
        } else {
            2
        }];
        text.push_str(&format!("ZZID-{i:03},Xanthippe {i},{municipality},Quellenweg {},4700\n", i / 2));
    }
    text
}

#[track_caller]
fn clean(what: &str, bytes: &[u8]) {
    for mark in MARKS {
        let hex = hex::encode(mark);
        for form in [mark, &hex, &mark.to_lowercase()] {
            assert!(!bytes.windows(form.len()).any(|w| w == form.as_bytes()), "{what} holds {form}");
        }
    }
}

/// Every file below; gives how many there are.
fn clean_folder(folder: &Path) -> usize {
    let mut files = 0;
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        clean("a file's name", path.file_name().unwrap().as_encoded_bytes());
        if path.is_dir() {
            files += clean_folder(&path);
        } else {
            clean(&path.display().to_string(), &std::fs::read(&path).unwrap());
            files += 1;
        }
    }
    files
}

#[test]
fn what_is_logged_published_or_answered_names_nobody() {
    let round = ROUNDS[1];
    let world = World::empty(published(round) - 3_600, &people());
    world.enrol();
    let wish = Wish { method: world.strata(), ..Wish::equal(round) };
    let wish = Wish { reserves: 4, ..wish };
    world.drawn("letters", &wish);
    let seat = world.indices("letters", "drawn")[0];
    let note = json!({"after": world.status("letters").after, "draw": "letters", "log": ORIGIN, "organiser": "eupen",
                      "seats": [{"index": seat, "reason": "declined"}]});
    world.hand_in(signed("vacate", &note, BOTH)).unwrap();
    world.verified("letters");

    let reader = world.service().reader();
    for seq in 0..world.service().size() {
        clean("an entry", &reader.entry(seq).unwrap());
    }
    assert!(clean_folder(&world.service().public()) > 6, "checkpoint, key, tiles, table, strata, outcome, replacement");
    clean("the bundle", world.bundle("letters").as_bytes());
    for lang in kleroterion::site::lang::Lang::ALL {
        let page = kleroterion::site::draw_html(world.service(), &slug("letters"), lang).unwrap();
        clean("the page", page.as_bytes());
    }
    for request in [Request::About, Request::Status { draw: None }] {
        clean("an answer", serde_json::to_string(&world.service().answer(request)).unwrap().as_bytes());
    }
    // The search itself finds what is there to be found.
    assert!(std::fs::read_to_string(world.dir.path().join("people.csv")).unwrap().contains(MARKS[0]));

    // After erasure the service holds no row, either.
    let root = world.status("letters").root.unwrap();
    let erase = json!({"draw": "letters", "log": ORIGIN, "organiser": "eupen", "root": root});
    world.hand_in(signed("erase", &erase, BOTH)).unwrap();
    clean_folder(&world.dir.path().join("service"));
}

#[test]
fn messages_and_errors_name_nobody() {
    let mut world = World::empty(published(ROUNDS[0]) - 3_600, &people());
    world.enrol();
    world.drawn("letters", &Wish::equal(ROUNDS[0]));
    world.close();
    let at = world.dir.path();
    let twice = format!("{}ZZID-000,Xanthippe 0,Eupen,Quellenweg 0,4700\n", people());
    std::fs::write(at.join("twice.csv"), twice).unwrap();
    std::fs::write(at.join("short.csv"), format!("{}ZZID-777,Xanthippe\n", people())).unwrap();
    std::fs::write(at.join("quote.csv"), format!("{}\"ZZID-778,Xanthippe,Eupen,Quellenweg,1\n", people())).unwrap();
    let fewer: Vec<String> = people().lines().take(30).map(str::to_owned).collect();
    std::fs::write(at.join("fewer.csv"), fewer.join("\n") + "\n").unwrap();
    let roles = "--id number --public municipality --household street,postcode";
    for (arguments, exit) in [
        (format!("pool check people.csv {roles}"), 0),
        (format!("pool check twice.csv {roles}"), 2),
        (format!("pool check short.csv {roles}"), 2),
        (format!("pool check quote.csv {roles}"), 2),
        (format!("pool commit twice.csv {roles} --out pool2"), 2),
        (format!("pool commit fewer.csv {roles} --out pool3 --json"), 0),
        ("audit pool".to_owned(), 0),
        ("audit pool --json".to_owned(), 0),
        ("draw bundle letters --dir service --out letters.json".to_owned(), 0),
        ("verify letters.json".to_owned(), 0),
        ("draw status --dir service".to_owned(), 0),
        ("draw result letters --pool pool --dir service --out result".to_owned(), 0),
        ("draw result letters --pool pool3 --dir service --out result3".to_owned(), 1),
        ("receipt make --pool pool --draw letters --log draws.example.org/log --id ZZID-999".to_owned(), 1),
        ("receipt check people.csv --bundle letters.json".to_owned(), 2),
        ("receipt check people.csv --bundle people.csv".to_owned(), 2),
        ("verify people.csv".to_owned(), 2),
        ("terms show people.csv".to_owned(), 2),
        ("sign people.csv --key people.csv".to_owned(), 2),
        ("keys show people.csv".to_owned(), 2),
        ("beacon verify --chain people.csv --round 1 --signature ab".to_owned(), 2),
        ("draw seal people.csv --dir service --pool pool".to_owned(), 1),
        ("draw round letters people.csv --dir service".to_owned(), 2),
        ("log export --dir service".to_owned(), 0),
        ("log fsck --dir service".to_owned(), 0),
    ] {
        let command = &mut Command::new(env!("CARGO_BIN_EXE_klero"));
        let output = command.current_dir(at).args(arguments.split_whitespace()).output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(exit), "klero {arguments}: {complaint}");
        clean(&format!("what klero {arguments} prints"), &output.stdout);
        clean(&format!("what klero {arguments} complains"), &output.stderr);
    }
}
