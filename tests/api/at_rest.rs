//! What the desk keeps lies encrypted on the disk and in backups, follows the data key, is taken over from before, goes with its draw, and comes
//! back from a backup whole or not at all.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kleroterion::backup::{self, Restore};
use kleroterion::clock::Clock as _;
use kleroterion::service::request::{Answer as Told, Request};
use kleroterion::store::{RecordChange, Records, SledRecords};
use kleroterion::vault::Vault;
use kleroterion::{api, failure};
use serde_json::{Value, json};

use crate::common_search::{Search, assert_that_it_finds};
use crate::common_service::{ROUNDS, forty, published};
use crate::support::Office;

const COMPLAINT: &str = "Xanthippe Quellenweg was asked twice, says her neighbour";
const RULING: &str = "Dear Mrs Quellenweg, you were asked once";

fn service(office: &Office) -> PathBuf {
    office.site.world.dir.path().join("service")
}

fn search() -> Search {
    Search::for_texts([COMPLAINT, RULING, "Xanthippe", "Quellenweg"])
}

/// A sealed and drawn draw.
fn drawn(office: &Office, draw: &str, pool: &str) {
    let mut says = office.says(draw, ROUNDS[1], pool, json!({"name": "equal"}), 5, 0, "none");
    says["purpose"] = json!(draw);
    let draft = office.site.post(&office.anna, "/organisers/eupen/drafts", says).is(201).json();
    let draft = draft["id"].as_str().unwrap().to_owned();
    office.decide(&office.write(&draft, "announcement"));
    office.decide(&office.write(&draft, "terms"));
}

/// Enters a complaint and answers it.
fn complain(office: &Office, draw: &str) {
    let path = format!("/organisers/eupen/draws/{draw}");
    let until = office.site.world.clock.now() + 1_000;
    office.site.put(&office.anna, &format!("{path}/objection-period"), "", json!({"until": until}));
    let entered = office.site.post(&office.anna, &format!("{path}/complaints"), json!({"text": COMPLAINT})).is(201);
    let id = entered.json()["id"].as_str().unwrap().to_owned();
    let ruling = json!({"ruling": "rejected", "text": RULING});
    let answer = format!("{path}/complaints/{id}/answer");
    office.site.put(&office.anna, &answer, entered.header("etag"), ruling).is(200);
}

fn complaints(office: &Office, draw: &str) -> Value {
    office.read(&format!("/draws/{draw}/complaints")).is(200).json()["items"].clone()
}

fn all(records: &dyn Records) -> Vec<RecordChange> {
    let mut found = Vec::new();
    let take = &mut |key: &[u8], value: &[u8]| {
        found.push((key.to_vec(), Some(value.to_vec())));
        std::ops::ControlFlow::Continue(())
    };
    records.range(b"", None, take).unwrap();
    found
}

/// An office with a draw about which somebody has complained, and a second factor; the factor's secret.
fn office_with_a_complaint() -> (Office, String) {
    let office = Office::new();
    let pool = office.pool(&forty());
    drawn(&office, "letters", &pool);
    complain(&office, "letters");
    let secret = office.site.post(&office.anna, "/account/totp", json!({})).is(201).json()["secret"].clone();
    (office, secret.as_str().unwrap().to_owned())
}

#[test]
fn nothing_that_the_desk_keeps_lies_in_the_clear() {
    let (mut office, secret) = office_with_a_complaint();
    assert_that_it_finds(office.site.world.dir.path());
    let passwords = ["$argon2id$", "kleroterion/v1/terms\n{"];
    let search = Search::for_texts([COMPLAINT, RULING, "Xanthippe", "Quellenweg", &secret, passwords[0]]);
    let before = complaints(&office, "letters");
    assert_eq!((&before[0]["text"], &before[0]["answer"]["text"]), (&json!(COMPLAINT), &json!(RULING)));
    assert_eq!(search.below(&service(&office)), []);
    // They are there all the same, after a restart too, and the factor still counts.
    office.site.restart();
    assert_eq!(complaints(&office, "letters"), before);
    let totp = totp_rs::Builder::new().with_secret(totp_rs::Secret::try_from_base32(&secret).unwrap());
    let code = totp.build().unwrap().generate(office.site.world.clock.now()).to_string();
    office.site.put(&office.anna, "/account/totp", "", json!({"code": code})).is(204);
    assert_eq!(search.below(&service(&office)), []);
}

#[test]
fn a_backup_that_is_not_encrypted_names_nobody() {
    let (office, secret) = office_with_a_complaint();
    let at = office.site.world.dir.path().to_owned();
    let logins = ["anna\",\"name", "root@example.org"];
    let search =
        Search::for_texts([COMPLAINT, RULING, "Xanthippe", "Person 1", "R-1037", &secret, logins[0], logins[1]]);
    let accounts = api::export(office.site.records().as_ref(), office.site.world.service().vault()).unwrap();
    let file = at.join("plain.tar");
    backup::create(&service(&office), &file, &[], &accounts, 1_700_000_000).unwrap();
    search.clean("the backup", &std::fs::read(&file).unwrap());
    assert!(!search.below(&at).is_empty(), "the organiser's own file is found");

    // With the data key it is proved record by record; without, the records wait for the key.
    let data_key = at.join("data.key");
    std::fs::copy(service(&office).join("keys/data.key"), &data_key).unwrap();
    let how = Restore { data_key: Some(data_key.clone()), ..Restore::default() };
    let count = all(office.site.records().as_ref()).len();
    assert_eq!(backup::restore(&file, &at.join("with"), &how).unwrap().accounts, Some(count));
    let told = backup::restore(&file, &at.join("without"), &Restore::default()).unwrap();
    assert_eq!((told.accounts, told.accounts_waiting), (None, true));
    // Logins stand in the keys of records, nobody else does.
    let people = Search::for_texts([COMPLAINT, RULING, "Xanthippe", "Person 1", "R-1037", &secret, logins[0]]);
    for name in ["with", "without"] {
        assert_eq!(people.below(&at.join(name)), [], "{name}");
    }
    let clock = office.site.world.clock.clone();
    let refused = kleroterion::service::Service::open(&at.join("without"), clock).unwrap_err();
    assert!(refused.to_string().contains("put the key back"), "{refused}");
    std::fs::copy(&data_key, at.join("without/keys/data.key")).unwrap();
    let vault = Arc::new(Vault::open(&data_key).unwrap());
    for name in ["with", "without"] {
        let records = api::open_records(&at.join(name), &vault).unwrap();
        assert_eq!(all(records.as_ref()), all(office.site.records().as_ref()), "{name}");
        assert!(!at.join(name).join("desk/accounts.age").exists());
    }
}

#[test]
fn records_follow_the_data_key() {
    let (mut office, _) = office_with_a_complaint();
    let key = service(&office).join("keys/data.key");
    let old = office.site.world.dir.path().join("old.key");
    std::fs::copy(&key, &old).unwrap();
    let before = complaints(&office, "letters");
    match office.site.world.service().request(Request::RotateDataKey).unwrap() {
        // A pool of the draw and one of the desk, an upload, the keys of the desk and of the draw.
        Told::Rotated { pools, .. } => assert_eq!(pools, 5),
        other => panic!("{other:?}"),
    }
    assert_eq!(complaints(&office, "letters"), before);
    complain(&office, "letters");
    office.site.restart();
    assert_eq!(complaints(&office, "letters").as_array().unwrap().len(), 2);
    office.site.stop();
    office.site.world.close();
    let records = api::open_records(&service(&office), &Arc::new(Vault::open(&old).unwrap())).unwrap();
    assert!(records.get(b"account/anna").unwrap_err().to_string().contains("cannot be decrypted"));
    drop(records);
    let records = api::open_records(&service(&office), &Arc::new(Vault::open(&key).unwrap())).unwrap();
    assert!(records.get(b"account/anna").unwrap().is_some());
}

#[test]
fn a_draw_that_is_erased_takes_its_complaints_along() {
    let office = Office::new();
    let (one, other) = (office.pool(&forty()), office.pool(&forty().replace("Person", "Citizen")));
    drawn(&office, "letters", &one);
    drawn(&office, "council", &other);
    for draw in ["letters", "council"] {
        complain(&office, draw);
    }
    let site = &office.site;
    site.world.clock.set(published(ROUNDS[1]));
    for draw in ["letters", "council"] {
        site.world.round(draw, ROUNDS[1]).unwrap();
    }
    let key = |draw: &str| service(&office).join(format!("desk/keys/eupen.{draw}/key.age"));
    assert!(key("letters").exists() && key("council").exists());
    let erasure = site.post(&office.anna, "/organisers/eupen/draws/letters/erasure", json!({})).is(201).json();
    office.decide(&erasure);
    assert!(!key("letters").parent().unwrap().exists() && key("council").exists());
    assert_eq!(complaints(&office, "letters"), json!([]));
    assert_eq!(complaints(&office, "council")[0]["text"], COMPLAINT);
    let kept = all(site.records().as_ref());
    assert!(!kept.iter().any(|(key, _)| key.starts_with(b"complaint/eupen/letters/")));
}

/// The records of a service as an older version kept them: in the clear, in the store itself.
fn as_before(office: &mut Office) {
    let records = all(office.site.records().as_ref());
    office.site.stop();
    let desk = service(office).join("desk");
    for gone in ["store", "keys"] {
        std::fs::remove_dir_all(desk.join(gone)).unwrap();
    }
    let plain = SledRecords::create(&desk.join("store"), Arc::new(kleroterion::files::RealFiles)).unwrap();
    plain.commit_durably(&records).unwrap();
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for item in std::fs::read_dir(from).unwrap() {
        let path = item.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, target).unwrap();
        }
    }
}

#[test]
fn records_from_before_are_encrypted_and_no_byte_of_them_stays() {
    let (mut office, _) = office_with_a_complaint();
    let before = complaints(&office, "letters");
    as_before(&mut office);
    let desk = service(&office).join("desk");
    assert_eq!(search().below(&service(&office)).len(), 1, "the old store is in the clear");
    let at = office.site.world.dir.path().to_owned();
    copy(&desk.join("store"), &at.join("old"));
    let keep = |name: &str| copy(&at.join("old"), &desk.join(name));
    // As a crash may have left it: nothing done; the new one begun; the old one set aside; the new one in place.
    office.site.restart();
    assert_eq!((complaints(&office, "letters"), search().below(&service(&office))), (before.clone(), vec![]));
    office.site.stop();
    copy(&desk.join("store"), &at.join("new"));
    let renew = |name: &str| copy(&at.join("new"), &desk.join(name));
    let clear = || {
        for name in ["store", "store.plain", "store.sealing"] {
            let _absent = std::fs::remove_dir_all(desk.join(name));
        }
    };
    let crashes: [&dyn Fn(); 3] = [
        &|| {
            keep("store");
            std::fs::create_dir(desk.join("store.sealing")).unwrap();
            std::fs::write(desk.join("store.sealing/db"), b"half").unwrap();
        },
        &|| {
            keep("store.plain");
            renew("store.sealing");
        },
        &|| {
            keep("store.plain");
            renew("store");
        },
    ];
    for crash in crashes {
        clear();
        crash();
        assert!(!search().below(&service(&office)).is_empty());
        office.site.restart();
        assert_eq!((complaints(&office, "letters"), search().below(&service(&office))), (before.clone(), vec![]));
        office.site.stop();
    }
}

#[test]
fn a_damaged_backup_of_accounts_is_refused_with_its_line_and_nothing_is_written() {
    let (office, _) = office_with_a_complaint();
    let at = office.site.world.dir.path().to_owned();
    let dir = service(&office);
    let vault = office.site.world.service().vault();
    let account = String::from_utf8(office.site.records().get(b"account/anna").unwrap().unwrap()).unwrap();
    let line = |key: &str, value: &str| format!("{} {}\n", hex::encode(key), hex::encode(value));
    let good = line("account/anna", &account);
    let once = format!("once/{}", "0a".repeat(32));
    let cases: Vec<(String, &str)> = vec![
        ("zz 00\n".into(), "line 2: key and value are not in hexadecimal"),
        (hex::encode("account/anna") + "\n", "line 2: expected a key and a value"),
        (good.trim_end().to_owned(), "they end too early"),
        (good.clone() + &good, "line 3: a record stands there twice"),
        (line("planet/mars", "{}"), "no such kind"),
        (line("account", "{}"), "a key is a kind and an id"),
        (format!("ff {}\n", hex::encode("{}")), "a key is text"),
        (line(&format!("account/{}", "x".repeat(600)), "{}"), "at most 512 bytes"),
        (line("account/bert", &account), "it is no account of this version: it stands under another record's key"),
        (line("account/anna", &account.replace("\"version\":", "\"version\":-")), "of another type"),
        (line("account/anna", "{\"version\":0,"), "of another type"),
        (
            line(
                "account/anna",
                &account.replacen("\"version\":1", "\"version\":0", 1).replacen("\"version\":2", "\"version\":0", 1),
            ),
            "a version is a number",
        ),
        (line("account/anna", &account.replace("\"role\":\"organiser\"", "\"role\":7")), "of another type"),
        (
            line(
                "complaint/../up/1",
                "{\"version\":1,\"value\":{\"organiser\":\"..\",\"draw\":\"up\",\"id\":\"1\",\"text\":\"\",\"received\":1,\"by\":\"\",\"answer\":null}}",
            ),
            "of another type",
        ),
        (line("account/anna", &"x".repeat(65_535)), "a record has at most"),
        (line(&once, "short"), "no such kind"),
    ];
    let data_key = at.join("data.key");
    std::fs::copy(dir.join("keys/data.key"), &data_key).unwrap();
    let how = Restore { data_key: Some(data_key), ..Restore::default() };
    let restored = |name: &str, accounts: &[u8]| -> Result<backup::Restored, failure::Failure> {
        let file = at.join(format!("{name}.tar"));
        backup::create(&dir, &file, &[], accounts, 1_700_000_000).unwrap();
        backup::restore(&file, &at.join(name), &how)
    };
    let text = |lines: &str| vault.encrypt(format!("kleroterion/records/1\n{lines}").as_bytes()).unwrap();
    assert_eq!(restored("good", &text(&good)).unwrap().accounts, Some(1));
    let kept = line(&once, &"x".repeat(100));
    assert_eq!(restored("kept", &text(&(good.clone() + &kept))).unwrap().accounts, Some(2));
    for (number, (lines, words)) in cases.iter().enumerate() {
        let name = format!("bad-{number}");
        let refused = restored(&name, &text(lines)).unwrap_err();
        assert_eq!(refused.exit, 1, "{refused}");
        assert!(refused.to_string().contains(words), "{words}: {refused}");
        assert!(!refused.to_string().contains("anna"), "{refused}");
        assert!(!at.join(&name).exists());
    }
    let other = Vault::create(&at.join("other.key")).unwrap();
    for (name, accounts, words) in [
        ("format", vault.encrypt(b"kleroterion/records/9\n").unwrap(), "expected the format"),
        ("noise", b"not encrypted at all".to_vec(), "cannot be opened"),
        ("other", other.encrypt(b"kleroterion/records/1\n").unwrap(), "cannot be opened"),
    ] {
        let refused = restored(name, &accounts).unwrap_err();
        assert!(refused.to_string().contains(words), "{refused}");
        assert!(!at.join(name).exists());
    }
}
