//! What is done while a step waits for witnesses, and after a crash: nothing that somebody needs is destroyed, everything that should be gone goes
//! once the log shows it, and nothing stays of a seal that never came into the log.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

#[path = "common_service/mod.rs"]
#[expect(dead_code, reason = "shared with tests that need more")]
mod common_service;
#[path = "common_witness/mod.rs"]
#[expect(dead_code, reason = "shared with tests that need more")]
mod common_witness;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use common_service::{BOTH, ORIGIN, ROUNDS, Wish, World, published, signed, slug};
use common_witness::{Mood, Station, two_of_three};
use klero_tlog::VerifierKey;
use kleroterion::api::{Api, Setup, open_records};
use kleroterion::cosigning::Pace;
use kleroterion::service::witnessing::Witnessing;
use serde_json::json;

/// A service whose publication waits for two of three witnesses, and tells so at once.
struct Waiting {
    world: World,
    stations: Vec<Station>,
    runtime: tokio::runtime::Runtime,
}

impl Waiting {
    /// An hour before the round, with 'eupen' enrolled.
    fn before(round: u64) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let mut world = World::before(round);
        world.close();
        let vkey = std::fs::read_to_string(world.dir.path().join("service/public/log.vkey")).unwrap();
        let log = VerifierKey::parse(vkey.trim_end()).unwrap();
        let logs = || vec![log.clone()];
        let stations: Vec<Station> =
            (1..=3).map(|n| Station::start(&runtime, world.dir.path(), n, logs(), world.clock.clone())).collect();
        std::fs::write(world.dir.path().join("service/policy.txt"), two_of_three(&log, &stations)).unwrap();
        let pace = Pace {
            timeout: Duration::from_secs(30),
            first_wait: Duration::from_millis(1),
            longest_wait: Duration::from_millis(20),
            refresh: Duration::from_secs(3_600),
        };
        world.witnessing = Witnessing { pace: Some(pace), patience: Duration::ZERO };
        world.restart();
        Self { world, stations, runtime }
    }

    fn all_are(&self, mood: &Mood) {
        self.stations.iter().for_each(|station| station.be(mood.clone()));
    }

    /// Nobody cosigns, until they do again.
    fn nobody_cosigns(&self) {
        self.all_are(&Mood::Says(503, "text/plain", ""));
    }

    #[track_caller]
    fn until(&self, what: &str, holds: impl Fn(&World) -> bool) {
        let patience = Instant::now();
        while !holds(&self.world) {
            assert!(
                patience.elapsed() < Duration::from_secs(60),
                "never: {what}; {:?}",
                self.world.service().standing()
            );
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    #[track_caller]
    fn until_public(&self) {
        self.until("everything is public", |world| world.service().unpublished().is_empty());
    }
}

fn service(world: &World) -> PathBuf {
    world.dir.path().join("service")
}

fn erase_note(world: &World, draw: &str) -> String {
    let root = world.status(draw).root.unwrap();
    signed("erase", &json!({"draw": draw, "log": ORIGIN, "organiser": "eupen", "root": root}), BOTH)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for item in std::fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let target = to.join(item.file_name());
        if item.file_type().unwrap().is_dir() {
            copy(&item.path(), &target);
        } else if item.file_type().unwrap().is_file() {
            std::fs::copy(item.path(), target).unwrap();
        }
    }
}

#[test]
fn an_erasure_that_waited_for_witnesses_is_carried_out() {
    let round = ROUNDS[1];
    let waiting = Waiting::before(round);
    let world = &waiting.world;
    world.announce("letters", round);
    waiting.until_public();
    let wish = Wish { method: world.strata(), reserves: 4, ..Wish::equal(round) };
    world.seal("letters", &wish).unwrap();
    waiting.until_public();
    world.clock.set(published(round));
    world.round("letters", round).unwrap();
    waiting.until_public();
    let terms = world.service().ledger().draw(&slug("letters")).unwrap().terms().unwrap().clone();
    let held = [
        service(world).join("pools").join(terms.pool.root.to_string()),
        service(world).join("public/artifact").join(terms.pool.table.unwrap().to_string()),
    ];

    // As klero serve has it run: it hears of what the log shows.
    let records = open_records(&service(world), world.service().vault()).unwrap();
    let api = waiting.runtime.block_on(async { Api::new(Arc::clone(world.service()), records, Setup::default()) });
    api.recover().unwrap();
    let following = waiting.runtime.spawn(api.clone().follow_erasures());
    waiting.nobody_cosigns();
    assert!(world.hand_in(erase_note(world, "letters")).unwrap().waits.is_some());
    api.forget_erased().unwrap();
    assert!(held.iter().all(|path| path.exists()), "nothing is destroyed before everybody can see that it is");
    waiting.all_are(&Mood::Honest);
    waiting.until("the pool and its table are gone", |_| held.iter().all(|path| !path.exists()));
    assert!(world.status("letters").erased);

    // It ends with the service, which nobody has to tell it.
    drop(api);
    waiting.until("only the world holds the service", |world| Arc::strong_count(world.service()) == 1);
    let Waiting { mut world, runtime, .. } = waiting;
    world.close();
    let ended = runtime.block_on(async { tokio::time::timeout(Duration::from_secs(60), following).await });
    ended.expect("it ends").unwrap();
}

#[test]
fn a_pool_that_a_waiting_seal_needs_outlives_the_erasure_of_another_draw() {
    let mut waiting = Waiting::before(ROUNDS[2]);
    for (draw, round) in [("later", ROUNDS[3]), ("letters", ROUNDS[2])] {
        waiting.world.announce(draw, round);
        waiting.until_public();
    }
    waiting.world.seal("letters", &Wish::equal(ROUNDS[2])).unwrap();
    waiting.until_public();
    waiting.world.clock.set(published(ROUNDS[2]));
    waiting.world.round("letters", ROUNDS[2]).unwrap();
    waiting.until_public();
    let root = waiting.world.status("letters").root.unwrap();
    let kept = service(&waiting.world).join("pools").join(&root);

    // A seal that nobody can see yet: its pool is that of another draw, which is to be erased.
    waiting.nobody_cosigns();
    assert!(waiting.world.seal("later", &Wish::equal(ROUNDS[3])).unwrap().waits.is_some());
    let refused = waiting.world.hand_in(erase_note(&waiting.world, "letters")).unwrap_err();
    assert!(refused.message.contains("also that of later"), "{refused}");
    waiting.world.service().finish_erasures().unwrap();
    assert!(kept.exists());
    waiting.world.restart();
    assert!(kept.exists(), "a restart takes nothing from a seal that waits");

    // The erasure first, then a seal from the same people while it waits no more.
    waiting.all_are(&Mood::Honest);
    waiting.until_public();
    assert_eq!(waiting.world.status("later").phase, "sealed");
    waiting.world.service().finish_erasures().unwrap();
    assert!(kept.exists());
}

#[test]
fn a_seal_that_waits_keeps_the_pool_of_an_erased_draw() {
    let mut waiting = Waiting::before(ROUNDS[2]);
    for (draw, round) in [("later", ROUNDS[3]), ("letters", ROUNDS[2])] {
        waiting.world.announce(draw, round);
        waiting.until_public();
    }
    waiting.world.seal("letters", &Wish::equal(ROUNDS[2])).unwrap();
    waiting.until_public();
    waiting.world.clock.set(published(ROUNDS[2]));
    waiting.world.round("letters", ROUNDS[2]).unwrap();
    waiting.until_public();
    waiting.world.hand_in(erase_note(&waiting.world, "letters")).unwrap();
    waiting.until_public();
    waiting.world.service().finish_erasures().unwrap();
    let root = waiting.world.status("letters").root.unwrap();
    let kept = service(&waiting.world).join("pools").join(&root);
    assert!(!kept.exists());
    waiting.nobody_cosigns();
    assert!(waiting.world.seal("later", &Wish::equal(ROUNDS[3])).unwrap().waits.is_some());
    waiting.world.service().finish_erasures().unwrap();
    assert!(kept.exists());
    waiting.world.restart();
    assert!(kept.exists());
}

/// Copy and table are there before the step: a crash between them leaves people's rows that no draw needs.
#[test]
fn opening_removes_what_a_seal_left_that_never_came_into_the_log() {
    let round = ROUNDS[1];
    let mut world = World::before(round);
    world.announce("letters", round);
    world.announce("jury", round);
    let wish = Wish { method: world.strata(), reserves: 4, ..Wish::equal(round) };
    let terms = world.terms("letters", &wish);
    world.close();
    let (own, before) = (service(&world), world.dir.path().join("before"));
    copy(&own, &before);
    world.restart();
    world.seal_terms(&terms, BOTH).unwrap();
    let artifacts = |dir: &Path| {
        let mut names: Vec<_> = std::fs::read_dir(dir.join("public/artifact"))
            .map(|items| items.map(|item| item.unwrap().file_name()).collect())
            .unwrap_or_default();
        names.sort();
        names
    };
    let table = terms["pool"]["table"].as_str().unwrap();
    let pool = Path::new("pools").join(terms["pool"]["root"].as_str().unwrap());
    assert!(own.join("public/artifact").join(table).exists() && own.join(&pool).exists());
    world.restart();
    assert!(own.join("public/artifact").join(table).exists() && own.join(&pool).exists(), "a seal needs them");
    world.close();

    // The log as it was before the step, with what came before the step.
    copy(&own.join("pools"), &before.join("pools"));
    copy(&own.join("public/artifact"), &before.join("public/artifact"));
    std::fs::remove_dir_all(&own).unwrap();
    std::fs::rename(&before, &own).unwrap();
    let lists = artifacts(&own).len() - 1;
    world.restart();
    assert!(!own.join(&pool).exists() && !own.join("public/artifact").join(table).exists());
    assert_eq!(artifacts(&own).len(), lists, "a list of strata says nothing of anybody");
    // It can be sealed now.
    world.seal_terms(&terms, BOTH).unwrap();
    world.clock.set(published(round));
    world.round("letters", round).unwrap();
    world.verified("letters");
}
