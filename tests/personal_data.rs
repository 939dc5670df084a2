//! What a service holds of people is encrypted, can be taken over from before, survives crashes and a change of keys, and can be destroyed
//! so that everything but the table still verifies.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

#[path = "common_service/mod.rs"]
#[expect(dead_code, reason = "shared with tests that need more")]
mod common_service;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use common_service::{BOTH, ORIGIN, ROUNDS, Wish, World, forty, published, signed, slug};
use klero_draw::hash::ArtifactHash;
use klero_draw::table::Table;
use klero_verifier::artifacts::NoArtifacts;
use klero_verifier::report::{CheckId, Report, Status, Verdict};
use klero_verifier::trust::Trust;
use klero_verifier::verify::{Options, verify};
use kleroterion::pool_dir::{self, PoolDir};
use kleroterion::service::request::{Answer, Request};
use kleroterion::vault::Vault;
use kleroterion::{anonymity, auditor, failure};
use serde_json::{Value, json};

/// Every form in which a text might lie in a file.
fn forms(text: &str) -> Vec<Vec<u8>> {
    let base64 = base64::engine::general_purpose::STANDARD;
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut forms = vec![text.as_bytes().to_vec(), hex::encode(text).into_bytes(), utf16];
    // The middle of each of the three ways in which base64 may cut the text.
    for skip in 0..3 {
        let cut = base64.encode(&text.as_bytes()[skip..]);
        forms.push(cut.as_bytes()[..cut.len().saturating_sub(4)].to_vec());
    }
    // Shorter ones would be found in anything.
    forms.retain(|form| form.len() >= 4);
    forms
}

/// Files below `folder` that hold one of `texts`, in any form.
fn holding(folder: &Path, texts: &[String]) -> Vec<PathBuf> {
    let needles: Vec<Vec<u8>> = texts.iter().flat_map(|text| forms(text)).collect();
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for item in std::fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.is_file() {
                let bytes = std::fs::read(&path).unwrap();
                if needles.iter().any(|n| bytes.windows(n.len()).any(|window| window == n)) {
                    found.push(path);
                }
            }
        }
    }
    found
}

fn service(world: &World) -> PathBuf {
    world.dir.path().join("service")
}

/// Names, ids, streets and the pool's key.
fn secrets(world: &World) -> Vec<String> {
    let key = std::fs::read_to_string(world.pool().join("pool.key")).unwrap();
    let mut texts: Vec<String> = ["Person 1", "R-10", "Street 1"].map(str::to_owned).to_vec();
    texts.push(key.trim_end().to_owned());
    texts
}

fn erase_note(world: &World, draw: &str) -> String {
    let root = world.status(draw).root.unwrap();
    let note = json!({"draw": draw, "log": ORIGIN, "organiser": "eupen", "root": root});
    signed("erase", &note, BOTH)
}

fn status(report: &Report, id: CheckId) -> (Status, Option<String>) {
    let check = report.checks.iter().find(|check| check.id == id).unwrap();
    (check.status, check.reason.clone())
}

fn stratified(world: &World, round: u64) -> Wish {
    Wish { method: world.strata(), reserves: 4, replacement: "rank", ..Wish::equal(round) }
}

fn exit(result: Result<impl std::fmt::Debug, failure::Failure>) -> (u8, String) {
    let failure = result.expect_err("it was accepted");
    (failure.exit, failure.to_string())
}

#[test]
fn a_service_holds_no_row_in_the_clear_and_still_draws() {
    let world = World::before(ROUNDS[1]);
    world.announce("letters", ROUNDS[1]);
    world.seal("letters", &stratified(&world, ROUNDS[1])).unwrap();
    let secrets = secrets(&world);
    assert_eq!(holding(&service(&world), &secrets), Vec::<PathBuf>::new());
    assert!(!holding(&world.pool(), &secrets).is_empty(), "the search finds what is there");
    world.clock.set(published(ROUNDS[1]));
    world.round("letters", ROUNDS[1]).unwrap();
    world.verified("letters");
    assert_eq!(holding(&service(&world), &secrets), Vec::<PathBuf>::new());

    // The encrypted copy gives what the organiser's own folder gives.
    let root = world.status("letters").root.unwrap().parse().unwrap();
    let kept = world.service().kept_pool(&slug("letters"), &root).unwrap();
    let own = PoolDir::open(&world.pool()).unwrap();
    assert!(kept.is_sealed() && !own.is_sealed());
    let draw = slug("letters");
    for index in [0, 7, 39] {
        let (one, other) = (kept.receipt(index, &draw, ORIGIN).unwrap(), own.receipt(index, &draw, ORIGIN).unwrap());
        assert_eq!(one.encode().unwrap(), other.encode().unwrap());
    }
    assert_eq!(kept.find_id("R-1037").unwrap(), own.find_id("R-1037").unwrap());
    assert!(own.find_id("R-1037").unwrap().is_some());
    assert_eq!(kept.table_text().unwrap(), own.table_text().unwrap());
    kept.verify(&mut |_| {}).unwrap();
    // Nobody else may read the key, and the service says so.
    use std::os::unix::fs::PermissionsExt;
    let key = service(&world).join("keys/data.key");
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(exit(Vault::open(&key)).1.contains("chmod 600"));
}

#[test]
fn one_changed_byte_of_an_encrypted_pool_is_noticed() {
    let world = World::before(ROUNDS[1]);
    world.announce("letters", ROUNDS[1]);
    world.seal("letters", &Wish::equal(ROUNDS[1])).unwrap();
    let root: klero_draw::hash::PoolRoot = world.status("letters").root.unwrap().parse().unwrap();
    let folder = service(&world).join("pools").join(root.to_string());
    for name in ["people.csv.age", "pool.key.age", "index.age", "key.age", "table.age"] {
        let path = folder.join(name);
        let whole = std::fs::read(&path).unwrap();
        for (what, bytes) in [
            ("cut", whole[..whole.len() - 1].to_vec()),
            ("changed", {
                let mut bytes = whole.clone();
                *bytes.last_mut().unwrap() ^= 1;
                bytes
            }),
            ("empty", Vec::new()),
        ] {
            std::fs::write(&path, bytes).unwrap();
            let opened = world.service().kept_pool(&slug("letters"), &root);
            let read = opened.and_then(|pool| pool.verify(&mut |_| {}));
            assert!(read.is_err(), "{name} {what}");
        }
        std::fs::write(&path, whole).unwrap();
    }
    world.service().kept_pool(&slug("letters"), &root).unwrap().verify(&mut |_| {}).unwrap();
}

#[test]
fn pools_from_before_are_encrypted_and_crashes_are_mended() {
    let mut world = World::before(ROUNDS[1]);
    world.announce("letters", ROUNDS[1]);
    world.seal("letters", &stratified(&world, ROUNDS[1])).unwrap();
    let root = world.status("letters").root.unwrap();
    let pools = service(&world).join("pools");
    let kept = pools.join(&root);
    let copy = |to: &Path| {
        std::fs::create_dir_all(to).unwrap();
        for item in std::fs::read_dir(world.pool()).unwrap().map(Result::unwrap) {
            if item.file_type().unwrap().is_file() {
                std::fs::copy(item.path(), to.join(item.file_name())).unwrap();
            }
        }
    };
    let aside = pools.join(format!(".plain-{root}"));
    let states: [(&str, &dyn Fn()); 5] = [
        ("in the clear, as an older service left it", &|| {
            std::fs::remove_dir_all(&kept).unwrap();
            copy(&kept);
        }),
        ("set aside, the encrypted one not yet in its place", &|| {
            std::fs::remove_dir_all(&kept).unwrap();
            copy(&aside);
        }),
        ("set aside, the encrypted one in its place", &|| copy(&aside)),
        ("a copy that was never finished", &|| copy(&pools.join(".klero-pool-abc"))),
        ("an erasure that was never finished", &|| copy(&pools.join(format!(".erased-{root}")))),
    ];
    let secrets = secrets(&world);
    for (what, prepare) in states {
        prepare();
        assert!(!holding(&pools, &secrets).is_empty(), "{what}");
        let vault = Vault::open(&service(&world).join("keys/data.key")).unwrap();
        pool_dir::settle(&pools, &vault).unwrap();
        assert_eq!(holding(&pools, &secrets), Vec::<PathBuf>::new(), "{what}");
        let names: Vec<_> = std::fs::read_dir(&pools).unwrap().map(|item| item.unwrap().file_name()).collect();
        assert_eq!(names, [root.as_str()], "{what}");
        PoolDir::open_with(&kept, &vault).unwrap().verify(&mut |_| {}).unwrap();
    }
    world.restart();
    world.clock.set(published(ROUNDS[1]));
    world.round("letters", ROUNDS[1]).unwrap();
    world.verified("letters");
}

#[test]
fn the_data_key_is_replaced_and_an_interrupted_rotation_is_finished() {
    let mut world = World::before(ROUNDS[1]);
    world.announce("letters", ROUNDS[1]);
    world.seal("letters", &Wish::equal(ROUNDS[1])).unwrap();
    let key = service(&world).join("keys/data.key");
    let root = world.status("letters").root.unwrap();
    let wrapped = service(&world).join("pools").join(&root).join("key.age");
    let (old_key, old_wrapped) = (std::fs::read_to_string(&key).unwrap(), std::fs::read(&wrapped).unwrap());
    let Answer::Rotated { pools, recipient } = world.service().answer(Request::RotateDataKey) else {
        panic!("no answer")
    };
    assert_eq!((pools, recipient), (1, Vault::open(&key).unwrap().recipient()));
    let new_key = std::fs::read_to_string(&key).unwrap();
    assert_ne!(old_key, new_key);
    assert_eq!(new_key.lines().filter(|line| line.starts_with("AGE-SECRET-KEY-1")).count(), 1);
    // The old key opens nothing any more, and the new one not what was kept before.
    let old = world.dir.path().join("old.key");
    std::fs::write(&old, &old_key).unwrap();
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&old, std::fs::Permissions::from_mode(0o600)).unwrap();
    let folder = wrapped.parent().unwrap().to_owned();
    assert!(PoolDir::open_with(&folder, &Vault::open(&old).unwrap()).is_err());
    world.restart();

    // Cut short after the key file had both keys: the pool still has the old one. It opens, and the next rotation ends it.
    std::fs::write(&wrapped, old_wrapped).unwrap();
    assert!(PoolDir::open_with(&folder, &Vault::open(&key).unwrap()).is_err());
    std::fs::write(&key, format!("{new_key}{old_key}")).unwrap();
    world.restart();
    PoolDir::open_with(&folder, world.service().vault()).unwrap();
    assert!(matches!(world.service().answer(Request::RotateDataKey), Answer::Rotated { pools: 1, .. }));
    let last = std::fs::read_to_string(&key).unwrap();
    assert_eq!(last.lines().filter(|line| line.starts_with("AGE-SECRET-KEY-1")).count(), 1);
    world.restart();
    world.clock.set(published(ROUNDS[1]));
    world.round("letters", ROUNDS[1]).unwrap();
    world.verified("letters");

    // Without the key the service does not begin with a new one.
    std::fs::remove_file(&key).unwrap();
    world.close();
    let opened = kleroterion::service::Service::open(&service(&world), world.clock.clone());
    assert!(exit(opened).1.contains("put the key back"));
    assert!(!key.exists());
}

#[test]
fn an_erased_draw_keeps_its_proof_but_for_the_table() {
    let round = ROUNDS[1];
    let mut world = World::before(round);
    world.drawn("letters", &stratified(&world, round));
    let before = world.bundle("letters");
    let table = world.service().ledger().draw(&slug("letters")).unwrap().terms().unwrap().pool.table.unwrap();
    let table_path = service(&world).join("public/artifact").join(table.to_string());
    let table_text = std::fs::read_to_string(&table_path).unwrap();
    let root = world.status("letters").root.unwrap();
    let (private_part, _) = table_text.lines().nth(1).unwrap().split_once(' ').unwrap();
    // Nobody who was drawn: the outcome opens those, and stays.
    let outcome = world.outcome("letters").to_string();
    let undrawn: Vec<String> = table_text.lines().skip(1).map(|line| line[..64].to_owned()).collect();
    let undrawn: Vec<String> = undrawn.into_iter().filter(|part| !outcome.contains(part)).collect();
    assert_eq!(undrawn.len(), 40 - 14);
    assert!(private_part.len() == 64 && !holding(&service(&world), &undrawn).is_empty());
    let locator = "0123456789abcdef0123456789abcdef".parse().unwrap();
    world.service().keep_box(&slug("letters"), &locator, &[7; 528]).unwrap();
    assert_eq!(world.service().receipt_box(&slug("letters"), &locator).unwrap().unwrap(), [7; 528]);
    let boxes = service(&world).join("boxes/letters");
    assert_eq!(std::fs::read_dir(&boxes).unwrap().count(), 1);

    // A crash between the step and the destruction: put everything back, and open the service again.
    let pool_folder = service(&world).join("pools").join(&root);
    let saved: Vec<(PathBuf, Vec<u8>)> = std::fs::read_dir(&pool_folder)
        .unwrap()
        .map(|item| item.unwrap().path())
        .map(|path| (path.clone(), std::fs::read(&path).unwrap()))
        .collect();
    assert_eq!(world.hand_in(erase_note(&world, "letters")).unwrap().kind, "erased");
    assert!(!pool_folder.exists() && !table_path.exists() && !boxes.exists());
    std::fs::create_dir_all(&pool_folder).unwrap();
    std::fs::create_dir_all(&boxes).unwrap();
    std::fs::write(boxes.join("0123456789abcdef0123456789abcdef"), [7; 528]).unwrap();
    saved.iter().for_each(|(path, bytes)| std::fs::write(path, bytes).unwrap());
    std::fs::write(&table_path, &table_text).unwrap();
    world.restart();
    assert!(!pool_folder.exists() && !table_path.exists() && !boxes.exists(), "opening finishes the erasure");
    let all: Vec<String> = secrets(&world).into_iter().chain(undrawn).collect();
    assert_eq!(holding(&service(&world), &all), Vec::<PathBuf>::new());
    assert!(world.status("letters").erased);

    // Who kept a bundle verifies whole.
    let trust = Trust::parse(&world.trust()).unwrap();
    let kept = verify(&before, &NoArtifacts, Some(&trust), Options::default());
    assert_eq!(kept.verdict, Verdict::Verified);
    // Whoever asks now sees what is missing, and that nothing is refuted.
    let after = world.bundle("letters");
    let report = verify(&after, &NoArtifacts, Some(&trust), Options::default());
    assert_eq!((report.verdict, report.verdict.exit()), (Verdict::Incomplete, 3), "{report:?}");
    for id in [
        CheckId::Format,
        CheckId::LogSignature,
        CheckId::LogInclusion,
        CheckId::LogChain,
        CheckId::OrganiserKeys,
        CheckId::TermsSignatures,
        CheckId::TermsAttempts,
        CheckId::TimeRound,
        CheckId::TimeSealed,
        CheckId::BeaconSignature,
    ] {
        assert_eq!(status(&report, id).0, Status::Passed, "{id:?}");
    }
    assert_eq!(status(&report, CheckId::PoolTable), (Status::Skipped, Some("erased".to_owned())));
    // And with the table that somebody kept, everything again.
    let mut artifacts: BTreeMap<ArtifactHash, String> = BTreeMap::new();
    artifacts.insert(table, table_text);
    let report = verify(&after, &artifacts, Some(&trust), Options::default());
    assert_eq!(report.verdict, Verdict::Verified, "{report:?}");
    // Tickets need no pool.
    assert!(exit(world.service().kept_pool(&slug("letters"), &root.parse().unwrap())).1.contains("was erased"));
    assert!(exit(world.hand_in(erase_note(&world, "letters"))).1.contains("erased already"));
}

#[test]
fn an_equal_draw_verifies_whole_after_its_erasure() {
    let world = World::before(ROUNDS[2]);
    world.drawn("letters", &Wish::equal(ROUNDS[2]));
    world.hand_in(erase_note(&world, "letters")).unwrap();
    world.verified("letters");
}

#[test]
fn draws_from_one_pool_are_erased_together_and_not_before_they_are_drawn() {
    let world = World::before(ROUNDS[2]);
    world.announce("later", ROUNDS[3]);
    world.announce("letters", ROUNDS[2]);
    world.seal("later", &Wish::equal(ROUNDS[3])).unwrap();
    let wish = Wish { replacement: "beacon", ..Wish::equal(ROUNDS[2]) };
    world.seal("letters", &wish).unwrap();
    world.clock.set(published(ROUNDS[2]));
    world.round("letters", ROUNDS[2]).unwrap();
    let size = world.service().size();
    let (code, text) = exit(world.hand_in(erase_note(&world, "letters")));
    assert!(code == 1 && text.contains("also that of later"), "{text}");
    let both = |world: &World| {
        let notes = vec![erase_note(world, "letters"), erase_note(world, "later")];
        world.service().request(Request::Erase { notes })
    };
    assert!(exit(both(&world)).1.contains("sealed"));
    assert_eq!(world.service().size(), size, "nothing was logged");
    world.clock.set(published(ROUNDS[3]));
    world.round("later", ROUNDS[3]).unwrap();
    let Answer::LoggedAll { steps } = both(&world).unwrap() else { panic!("another answer") };
    assert_eq!(steps.len(), 2);
    assert_eq!(std::fs::read_dir(service(&world).join("pools")).unwrap().count(), 0);
    world.verified("letters");
    world.verified("later");
}

/// Forty people, one of whom is alone in a municipality.
fn one_alone() -> String {
    forty().replacen(",Kelmis,", ",Lontzen,", 1)
}

#[test]
fn a_table_in_which_somebody_stands_alone_is_published_for_a_reason_only() {
    let round = ROUNDS[1];
    let world = World::empty(published(round) - 3_600, &one_alone());
    world.enrol();
    world.announce("letters", round);
    let wish = Wish { method: json!({"name": "households", "seats": 5}), ..Wish::equal(round) };
    let terms = world.terms("letters", &wish);
    let (code, text) = exit(world.seal_terms(&terms, BOTH));
    assert!(code == 1 && text.contains("1 rows and 0 households") && text.contains("--table-reason"), "{text}");
    // Without a table nobody is told of anybody.
    let mut with: Value = terms.clone();
    with["pool"]["table_reason"] = json!("Lontzen has one resident of this age, who agreed.");
    world.seal_terms(&with, BOTH).unwrap();
    for lang in kleroterion::site::lang::Lang::ALL {
        let page = kleroterion::site::draw_html(world.service(), &slug("letters"), lang).unwrap();
        assert!(page.contains("Lontzen has one resident of this age, who agreed."), "{lang}");
    }
    world.clock.set(published(round));
    world.round("letters", round).unwrap();
    let report = world.verified("letters");
    assert!(report.facts.iter().any(|fact| fact.contains("who agreed")), "{:?}", report.facts);
}

#[test]
fn the_report_counts_rows_and_households() {
    let dir = tempfile::tempdir().unwrap();
    // Households: two of (a,b), one of (a,a), one of three; five people alone; ages 30..=34 once each.
    let mut text = String::from("id,group,age,home\n");
    let mut add = |group: &str, age: u32, home: &str| {
        let id = text.lines().count();
        text.push_str(&format!("{id},{group},{age},{home}\n"));
    };
    for (group, home) in [("a", "1"), ("b", "1"), ("a", "2"), ("b", "2"), ("a", "3"), ("a", "3")] {
        add(group, 50, home);
    }
    ["4", "4", "4"].iter().for_each(|home| add("b", 50, home));
    (30..35).for_each(|age| add("a", age, ""));
    let csv = dir.path().join("people.csv");
    std::fs::write(&csv, &text).unwrap();
    let roles = kleroterion::people_csv::Options {
        id: "id".into(),
        public: vec!["group".into(), "age".into()],
        household: vec!["home".into()],
        delimiter: None,
    };
    let options = pool_dir::CommitOptions { roles, table: pool_dir::TableWish::Always };
    pool_dir::commit(&csv, &options, &dir.path().join("pool"), &mut |_| {}).unwrap();
    let pool = PoolDir::open(&dir.path().join("pool")).unwrap();
    let table_text = pool.table_text().unwrap().unwrap();
    let table = Table::parse(&table_text, pool.columns(), pool.size(), &pool.root()).unwrap();
    let report = anonymity::report(&table);
    assert_eq!((report.rows.count, report.rows.unique, report.rows.k), (14, 5, 1));
    let households = report.households.as_ref().unwrap();
    assert_eq!((households.count, households.unique, households.k), (4, 2, 1));
    assert!(report.needs_reason());
    let best = &report.suggestions[0];
    assert_eq!((best.unique_rows, best.change.to_string()), (0, "--band age=5".to_owned()), "{:?}", report.suggestions);
    assert!(report.to_string().contains("in groups of 1                  5"), "{report}");
}

#[test]
fn an_auditor_gets_the_committed_bytes_and_nobody_else() {
    let mut people = forty();
    people.push_str("R-9999,=HYPERLINK(1),Eupen,Street 0,4700\n");
    let world = World::empty(published(ROUNDS[1]), &people);
    let at = world.dir.path();
    let key = |name: &str| {
        let path = at.join(name);
        Vault::create(&path).unwrap();
        path
    };
    let (own, other) = (key("auditor.key"), key("other.key"));
    let recipient = Vault::open(&own).unwrap().recipient();
    let pool = PoolDir::open(&world.pool()).unwrap();
    let file = at.join("letters.age");
    assert_eq!(auditor::export(&pool, std::slice::from_ref(&recipient), &file).unwrap(), 41);
    assert!(holding(at, &[]).is_empty());
    let bytes = std::fs::read(&file).unwrap();
    assert!(bytes.starts_with(b"age-encryption.org/v1"));
    assert!(!bytes.windows(8).any(|window| window == b"Person 1"));
    assert!(exit(auditor::export(&pool, &[recipient], &file)).1.contains("there already"));
    assert_eq!(exit(auditor::export(&pool, &["age1x".to_owned()], &at.join("x"))).0, 2);
    assert!(exit(auditor::open(&file, &other, &at.join("stolen"))).1.contains("cannot be opened"));
    assert!(!at.join("stolen").exists());
    let opened = auditor::open(&file, &own, &at.join("audited")).unwrap();
    opened.verify(&mut |_| {}).unwrap();
    for name in ["people.csv", "pool.key", "index", "table", "pool.json"] {
        let read = |folder: &Path| std::fs::read(folder.join(name)).unwrap();
        assert_eq!(read(&at.join("audited")), read(&world.pool()), "{name}");
    }
    // A file that was cut is no pool, and leaves none behind.
    std::fs::write(at.join("cut.age"), &bytes[..bytes.len() - 20]).unwrap();
    assert_eq!(exit(auditor::open(&at.join("cut.age"), &own, &at.join("cut"))).0, 1);
    assert!(!at.join("cut").exists());
}

/// The same people may be drawn from again; whoever was erased stays erased.
#[test]
fn a_new_draw_from_the_same_people_does_not_open_an_erased_one() {
    let world = World::before(ROUNDS[2]);
    world.announce("later", ROUNDS[3]);
    world.drawn("letters", &Wish::equal(ROUNDS[2]));
    world.hand_in(erase_note(&world, "letters")).unwrap();
    world.seal("later", &Wish::equal(ROUNDS[3])).unwrap();
    let root = world.status("letters").root.unwrap().parse().unwrap();
    world.service().kept_pool(&slug("later"), &root).unwrap();
    let (code, text) = exit(world.service().kept_pool(&slug("letters"), &root).map(|_| ()));
    assert!(code == 1 && text.contains("was erased") && text.contains('→'), "{text}");
}
