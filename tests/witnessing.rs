//! A service and its witnesses over real HTTP: nothing is published without the quorum, whatever one witness does; what waits survives restarts; a seal has its
//! quorum in time or is voided; a fork stops everything and every page says so.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

#[path = "common_service/mod.rs"]
#[expect(dead_code, reason = "shared with tests that need more")]
mod common_service;
#[path = "common_witness/mod.rs"]
mod common_witness;

use std::sync::Arc;
use std::time::Duration;

use common_service::{BOTH, ORIGIN, ROUNDS, Wish, World, forty, published, recorded, signed, slug};
use common_witness::{Mood, Station, two_of_three};
use klero_tlog::cosignature::cosignatures_by;
use klero_tlog::{Note, Policy, VerifierKey};
use klero_verifier::artifacts::NoArtifacts;
use klero_verifier::report::{CheckId, Report, Status};
use klero_verifier::trust::Trust;
use klero_verifier::verify::{Options, verify};
use kleroterion::cosigning::Pace;
use kleroterion::drand::Client;
use kleroterion::service::http::router;
use kleroterion::service::request::Request;
use kleroterion::service::scheduler;
use kleroterion::service::witnessing::Witnessing;
use serde_json::{Value, json};
use tokio::sync::watch;

/// Asked again at once; a request that is never answered is given up after a time that no answered one needs.
const PACE: Pace = Pace {
    timeout: Duration::from_secs(30),
    first_wait: Duration::from_millis(1),
    longest_wait: Duration::from_millis(20),
    refresh: Duration::from_secs(3_600),
};

/// A service whose publication waits for two of three witnesses.
struct Watched {
    world: World,
    stations: Vec<Station>,
    policy: String,
    runtime: tokio::runtime::Runtime,
}

impl Watched {
    fn before(round: u64) -> Self {
        Self::with(round, PACE, |_| {})
    }

    /// `prepare` sets the witnesses' moods before the service first asks them.
    fn with(round: u64, pace: Pace, prepare: impl FnOnce(&[Station])) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let mut world = World::empty(published(round) - 3_600, &forty());
        world.close();
        let vkey = std::fs::read_to_string(world.dir.path().join("service/public/log.vkey")).unwrap();
        let log = VerifierKey::parse(vkey.trim_end()).unwrap();
        let stations: Vec<Station> = (1..=3)
            .map(|n| Station::start(&runtime, world.dir.path(), n, vec![log.clone()], world.clock.clone()))
            .collect();
        prepare(&stations);
        let policy = two_of_three(&log, &stations);
        std::fs::write(world.dir.path().join("service/policy.txt"), &policy).unwrap();
        world.witnessing = Witnessing { pace: Some(pace), patience: Duration::from_secs(60) };
        world.restart();
        Self { world, stations, policy, runtime }
    }

    /// From now on whoever appends hears at once that the step waits.
    fn impatient(&mut self) {
        self.world.witnessing.patience = Duration::ZERO;
        self.world.restart();
    }

    fn quorum(&self) -> Policy {
        Policy::parse(self.policy.as_bytes()).unwrap()
    }

    fn public_checkpoint(&self) -> Note {
        Note::parse(&std::fs::read(self.world.dir.path().join("service/public/checkpoint")).unwrap()).unwrap()
    }

    /// The public checkpoint bears the quorum and covers so many entries.
    #[track_caller]
    fn is_public(&self, size: u64) {
        let met = self.quorum().evaluate(&self.public_checkpoint()).unwrap();
        assert_eq!(met.checkpoint().head().size, size);
        assert_eq!(self.world.service().size(), size);
    }

    /// Waits for something that other threads bring about.
    #[track_caller]
    fn until(&self, what: &str, holds: impl Fn(&World) -> bool) {
        for _ in 0..60_000 {
            if holds(&self.world) {
                return;
            }
            std::thread::yield_now();
            std::thread::park_timeout(Duration::from_millis(1));
        }
        panic!("never: {what}; {:?}", self.world.service().standing());
    }

    fn trust(&self, margin: u64) -> Trust {
        let mut trust: Value = serde_json::from_str(&self.world.trust()).unwrap();
        trust["policy"] = json!(self.policy);
        trust["margin_secs"] = json!(margin);
        Trust::parse(&trust.to_string()).unwrap()
    }

    fn report(&self, draw: &str, bundle: &str, margin: u64) -> Report {
        assert!(bundle.contains(&format!("\"draw\":\"{draw}\"")));
        verify(bundle, &NoArtifacts, Some(&self.trust(margin)), Options::default())
    }

    /// A page over HTTP: its status and body.
    fn page(&self, path: &str) -> (u16, String) {
        use std::io::{Read as _, Write as _};
        let listener = self.runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let pages = router(Arc::clone(self.world.service()));
        let serving = self.runtime.spawn(async move { axum::serve(listener, pages).await });
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.0\r\nHost: test\r\nAccept: text/html\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        serving.abort();
        let _over = self.runtime.block_on(serving);
        // The connection's handler holds the service, which a restart wants for itself.
        self.until("the page's handler is gone", |world| Arc::strong_count(world.service()) == 1);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head[9..12].parse().unwrap(), body.to_owned())
    }

    /// Runs the scheduler until something holds.
    #[track_caller]
    fn scheduled_until(&self, what: &str, holds: impl Fn(&World) -> bool) {
        let client = Client::new(Duration::from_secs(20)).unwrap();
        let running = scheduler::run(Arc::clone(self.world.service()), client, |_| {});
        let task = self.runtime.spawn(running);
        self.until(what, holds);
        task.abort();
        let _over = self.runtime.block_on(task);
        self.until("the scheduler is gone", |world| Arc::strong_count(world.service()) == 1);
    }
}

#[track_caller]
fn status(report: &Report, id: CheckId) -> Status {
    report.checks.iter().find(|check| check.id == id).unwrap().status
}

#[test]
fn a_draw_with_witnesses_verifies_under_their_policy() {
    let round = ROUNDS[2];
    let mut watched = Watched::before(round);
    watched.world.enrol();
    watched.world.drawn("letters", &Wish::equal(round));
    let size = watched.world.service().size();
    watched.is_public(size);
    let bundle = watched.world.bundle("letters");
    let report = watched.report("letters", &bundle, 0);
    assert_eq!(report.verdict.exit(), 0, "{:?}", report.checks);
    for id in [CheckId::LogWitnesses, CheckId::TimeSealed, CheckId::LogConsistency] {
        assert_eq!(status(&report, id), Status::Passed);
    }

    // The seal was cosigned an hour before the round: a margin of two is not kept. Cosigned late is refuted.
    let late = watched.report("letters", &bundle, 7_200);
    assert_eq!((late.verdict.exit(), status(&late, CheckId::TimeSealed)), (1, Status::Failed));

    // Stripped cosignatures: incomplete, never verified; of the seal's checkpoint, of the newest, of both.
    let strip = |text: &str, which: &dyn Fn(usize, &str) -> bool| {
        let mut value: Value = serde_json::from_str(text).unwrap();
        for (at, step) in value["steps"].as_array_mut().unwrap().iter_mut().enumerate() {
            let lines = |proof: &str| -> String {
                proof.split_inclusive('\n').filter(|line| !line.starts_with("— witness.example/")).collect()
            };
            if which(at, "proof") {
                step["proof"] = json!(lines(step["proof"].as_str().unwrap()));
            }
            if step.get("witnessed").is_some() && which(at, "witnessed") {
                step["witnessed"]["proof"] = json!(lines(step["witnessed"]["proof"].as_str().unwrap()));
            }
        }
        format!("{}\n", klero_draw::json::encode(&value).unwrap())
    };
    for (name, stripped) in [
        ("seal", strip(&bundle, &|_, part| part == "witnessed")),
        ("newest", strip(&bundle, &|_, part| part == "proof")),
        ("both", strip(&bundle, &|_, _| true)),
    ] {
        let report = watched.report("letters", &stripped, 0);
        assert_eq!(report.verdict.exit(), 3, "{name}: {:?}", report.checks);
    }

    // The whole earlier checkpoint left out: the newest was cosigned after the round.
    let mut value: Value = serde_json::from_str(&bundle).unwrap();
    for step in value["steps"].as_array_mut().unwrap() {
        step.as_object_mut().unwrap().remove("witnessed");
    }
    let without = format!("{}\n", klero_draw::json::encode(&value).unwrap());
    assert_eq!(watched.report("letters", &without, 0).verdict.exit(), 3);

    // What was kept for the seal is public, and says the same after a restart.
    let seal = watched.world.service().ledger().draw(&slug("letters")).unwrap().seal().unwrap().at.seq;
    let kept = || watched.page(&format!("/witnessed/{seal}"));
    let (code, note) = kept();
    assert_eq!(code, 200);
    let times: Vec<u64> = {
        let note = Note::parse(note.as_bytes()).unwrap();
        let all = watched
            .stations
            .iter()
            .filter_map(|s| cosignatures_by(&note, &s.witness().key()).unwrap().first().cloned());
        all.map(|c| c.timestamp_secs()).collect()
    };
    assert!(times.len() >= 2 && times.iter().all(|time| *time == published(round) - 3_600), "{times:?}");
    for path in ["/witnessed/x", "/witnessed/01", "/witnessed/0", "/witnessed/..%2fcheckpoint"] {
        assert_eq!(watched.page(path).0, 404, "{path}");
    }
    watched.world.restart();
    assert_eq!(watched.report("letters", &watched.world.bundle("letters"), 0).verdict.exit(), 0);
}

#[test]
fn one_bad_witness_of_three_changes_nothing() {
    let (_held, gate) = watch::channel(false);
    let moods: [(&str, Mood); 8] = [
        ("dead", Mood::Says(503, "text/plain", "")),
        ("silent", Mood::Silent),
        ("slow beyond patience", Mood::Waits(gate)),
        ("forges", Mood::Forges),
        ("confuses", Mood::Confuses),
        ("does not know the log", Mood::Says(404, "text/plain", "")),
        ("does not know the key", Mood::Says(403, "text/plain", "")),
        ("answers junk", Mood::Says(200, "text/html", "<h1>It works</h1>\n")),
    ];
    for (name, mood) in moods {
        let watched = Watched::with(ROUNDS[1], PACE, |stations| stations[1].be(mood.clone()));
        let logged = watched.world.hand_in(enrolment()).unwrap();
        assert_eq!((logged.seq, logged.waits), (1, None), "{name}");
        watched.is_public(2);
        let cosigners =
            watched.stations.iter().filter(|s| watched.public_checkpoint().to_text().contains(&s.name)).count();
        assert!(cosigners >= 2, "{name}");
        assert_eq!(watched.world.service().notice(), None, "{name}");
    }
}

fn enrolment() -> String {
    let roles = ["clerk", "mayor_", "notary1"];
    let mut keys: Vec<String> =
        roles.iter().map(|role| common_service::member(role).verifier_key().to_text()).collect();
    keys.sort();
    let note = json!({"id": "eupen", "keys": keys, "log": ORIGIN, "name": "Stadt Eupen", "threshold": 2, "version": 1});
    signed("organiser", &note, &roles)
}

#[test]
fn without_a_quorum_nothing_is_published_and_every_page_says_why() {
    let mut watched = Watched::before(ROUNDS[1]);
    watched.world.enrol();
    let size = watched.world.service().size();
    watched.stations[0].be(Mood::Says(503, "text/plain", ""));
    watched.stations[2].be(Mood::Says(404, "text/plain", ""));
    watched.impatient();
    let before = watched.public_checkpoint();
    let announcement = signed("announce", &watched.world.announcement("letters", "letters", ROUNDS[1]), BOTH);
    let logged = watched.world.hand_in(announcement).unwrap();
    assert_eq!(logged.seq, size);
    assert!(logged.waits.is_some());
    watched.until("all were asked", |world| world.service().standing().unwrap().missing.is_some());
    assert_eq!(watched.public_checkpoint().text(), before.text());
    assert_eq!(watched.world.service().size(), size);
    assert!(watched.world.service().statuses(None).unwrap().is_empty(), "an unpublished draw is not shown");

    let notice = watched.world.service().notice().unwrap();
    for words in [
        "1 step is logged and not published yet",
        "1 of 3 witnesses",
        "w1 answered with status 503",
        "w3 does not follow this log",
    ] {
        assert!(notice.contains(words), "{words:?} in {notice}");
    }
    let (code, page) = watched.page("/");
    assert_eq!(code, 200);
    assert!(page.contains("role=\"alert\"") && page.contains("not published yet"), "{page}");
    let (code, health) = watched.page("/healthz");
    let health: Value = serde_json::from_str(&health).unwrap();
    assert_eq!((code, &health["status"], &health["unpublished"]), (503, &json!("too-few-witnesses"), &json!(1)));

    // It waits across restarts, and is published when the quorum is there again; what was logged meanwhile with it.
    watched.world.restart();
    assert_eq!(watched.world.service().unpublished().len(), 1);
    let again = signed("announce", &watched.world.announcement("jury", "jury", ROUNDS[1]), BOTH);
    assert!(watched.world.hand_in(again).unwrap().waits.is_some());
    watched.world.restart();
    assert_eq!((watched.world.service().unpublished().len(), watched.world.service().size()), (2, size));
    watched.stations[0].be(Mood::Honest);
    watched.until("it is published", |world| world.service().size() == size + 2);
    watched.is_public(size + 2);
    assert_eq!(watched.world.service().notice(), None);
    assert_eq!(watched.world.service().statuses(None).unwrap().len(), 2);
    assert_eq!(watched.page("/healthz").0, 200);
}

#[test]
fn a_late_witness_adds_its_cosignature_and_holds_up_nobody() {
    let (open, gate) = watch::channel(false);
    let watched = Watched::with(ROUNDS[1], PACE, |stations| stations[1].be(Mood::Waits(gate)));
    watched.world.enrol();
    watched.is_public(2);
    assert!(!watched.public_checkpoint().to_text().contains("witness.example/w2"));
    open.send_replace(true);
    let path = watched.world.dir.path().join("service/public/checkpoint");
    watched.until("its line is added", |_| std::fs::read_to_string(&path).unwrap().contains("witness.example/w2"));
    watched.is_public(2);
}

#[test]
fn cosignatures_are_renewed() {
    let pace = Pace { refresh: Duration::from_millis(1), ..PACE };
    let watched = Watched::with(ROUNDS[1], pace, |_| {});
    watched.world.enrol();
    let time = |watched: &Watched| {
        let note = watched.public_checkpoint();
        watched.quorum().evaluate(&note).unwrap().satisfied_at_secs().unwrap()
    };
    let later = time(&watched) + 1_000;
    watched.world.clock.set(later);
    watched.until("newer times", |_| time(&watched) == later);
    watched.is_public(2);
}

#[test]
fn a_seal_without_a_quorum_is_voided_before_its_round() {
    let round = ROUNDS[2];
    let mut watched = Watched::before(round);
    let config = watched.world.dir.path().join("service/service.json");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text.replace("\"margin_secs\": 0", "\"margin_secs\": 30")).unwrap();
    watched.world.restart();
    watched.world.enrol();
    watched.world.announce("letters", round);
    let size = watched.world.service().size();
    watched.stations[0].be(Mood::Says(503, "text/plain", ""));
    watched.stations[1].be(Mood::Silent);
    watched.impatient();
    let sealed = watched.world.seal("letters", &Wish::equal(round)).unwrap();
    assert!(sealed.waits.is_some());
    let refused = watched.world.service().void_no_quorum(&slug("letters"), None).unwrap_err();
    assert!(refused.message.contains("does not wait"), "its time has not come: {refused}");
    watched.world.clock.set(published(round) - 30);
    watched.world.restart();
    watched.scheduled_until("the void is logged", |world| world.service().unpublished().len() == 2);
    assert_eq!(watched.world.service().unpublished()[1].kind, "voided");
    // The scheduler voids once, also after a restart.
    watched.world.restart();
    assert!(watched.world.service().missed_seals().is_empty());

    // The quorum is back after the round: all is published, and nothing was drawn.
    watched.world.clock.set(published(round) + 5);
    watched.stations[0].be(Mood::Honest);
    watched.until("it is published", |world| world.service().size() == size + 2);
    assert_eq!(watched.world.status("letters").phase, "voided");
    let handed = watched.world.ask(Request::Round { draw: slug("letters"), round: recorded(round) });
    assert!(handed.unwrap_err().message.contains("does not wait"));
    // By the steps' own times it was given up before the round; no witness saw that in time.
    let report = watched.report("letters", &watched.world.bundle("letters"), 0);
    assert_ne!(report.verdict.exit(), 0, "{:?}", report.checks);
    assert_eq!(
        watched.world.verified("letters").verdict.exit(),
        0,
        "without a policy the service's word is all there is"
    );
}

#[test]
fn after_the_round_an_unwitnessed_seal_is_voided_with_the_round_and_never_drawn() {
    let round = ROUNDS[2];
    let mut watched = Watched::before(round);
    watched.world.enrol();
    watched.world.announce("letters", round);
    let size = watched.world.service().size();
    watched.stations.iter().for_each(|station| station.be(Mood::Says(500, "text/plain", "")));
    watched.impatient();
    watched.world.seal("letters", &Wish::equal(round)).unwrap();
    // Witnesses come back a second too late: the seal is published, and is not drawn.
    watched.world.clock.set(published(round));
    // Its organiser cannot give it up without the round either, public or not.
    let note = json!({"draw": "letters", "log": common_service::ORIGIN, "organiser": "eupen", "reason": "cancelled"});
    let given_up = watched.world.hand_in(signed("void", &note, BOTH)).unwrap_err();
    assert!(given_up.message.contains("the round of 'letters' is out"), "{given_up}");
    watched.stations.iter().for_each(|station| station.be(Mood::Honest));
    watched.until("the seal is published", |world| world.service().size() == size + 1);
    let handed = watched.world.ask(Request::Round { draw: slug("letters"), round: recorded(round) }).unwrap_err();
    assert!(handed.message.contains("not cosigned by enough witnesses before its deadline"), "{handed}");
    assert_eq!(watched.world.service().missed_seals().len(), 1);
    let shown = kleroterion::drand::read_round(
        json!({"round": round, "signature": recorded(round).signature}).to_string().as_bytes(),
        false,
    );
    let voided = watched.world.service().void_no_quorum(&slug("letters"), Some(shown.unwrap())).unwrap();
    assert_eq!(voided.kind, "voided");
    watched.until("the void is published", |world| world.service().size() == size + 2);
    // An abandonment that shows what the seed gave; and the seal is late for every verifier with this policy.
    let report = watched.report("letters", &watched.world.bundle("letters"), 0);
    assert_eq!((report.verdict.exit(), status(&report, CheckId::TimeSealed)), (1, Status::Failed));
    assert!(report.facts.iter().any(|fact| fact.contains("ABANDONED")), "{:?}", report.facts);
}

#[test]
fn a_fork_stops_everything_and_is_told() {
    let says = |status, kind, text| Mood::Says(status, kind, text);
    for (name, mood) in [
        ("422", says(422, "text/plain", "")),
        ("409 without a size", says(409, "text/plain", "")),
        ("409 of another type", says(409, "text/plain", "1\n")),
        ("409 with a size that was never reached", says(409, "text/x.tlog.size", "1000\n")),
    ] {
        let mut watched = Watched::before(ROUNDS[1]);
        watched.world.enrol();
        let size = watched.world.service().size();
        watched.stations[1].be(mood);
        let announcement = signed("announce", &watched.world.announcement("letters", "letters", ROUNDS[1]), BOTH);
        // It may be published by the other two before the third is heard.
        let _logged = watched.world.hand_in(announcement);
        watched.until("the log is read-only", |world| world.service().read_only().is_some());
        let reason = watched.world.service().read_only().unwrap();
        assert!(reason.contains("agreement with the witnesses") && reason.contains("w2"), "{name}: {reason}");
        let more = signed("announce", &watched.world.announcement("jury", "jury", ROUNDS[1]), BOTH);
        let refused = watched.world.hand_in(more).unwrap_err();
        assert_eq!(refused.exit, 3, "{name}");
        assert!(refused.advice.unwrap().contains("who signed another history"), "{name}");
        let public = watched.public_checkpoint();
        let notice = watched.world.service().notice().unwrap();
        assert!(notice.contains("Two histories of this log were signed"), "{name}: {notice}");
        assert!(watched.page("/").1.contains("Two histories"), "{name}");
        let health: Value = serde_json::from_str(&watched.page("/healthz").1).unwrap();
        assert_eq!(health["status"], "fork", "{name}");
        assert_eq!(watched.public_checkpoint(), public);
        assert!(watched.world.service().size() <= size + 1);
        // A restart does not help while the witness says so.
        watched.world.restart();
        watched.until("read-only again", |world| world.service().read_only().is_some());
    }
}

#[test]
fn a_copy_of_the_service_that_went_its_own_way_is_found_out() {
    let mut watched = Watched::before(ROUNDS[1]);
    watched.world.enrol();
    watched.world.close();
    let service = watched.world.dir.path().join("service");
    let copy = watched.world.dir.path().join("copy");
    copy_folder(&service, &copy);
    watched.world.restart();
    watched.world.announce("letters", ROUNDS[1]);
    let size = watched.world.service().size();
    watched.until("all three cosigned it", |_| {
        watched.stations.iter().all(|s| s.witness().logs().next().unwrap().1 == Some(size))
    });
    watched.world.close();
    // The copy does not know of the announcement, and goes on by itself.
    std::fs::rename(&service, watched.world.dir.path().join("first")).unwrap();
    std::fs::rename(&copy, &service).unwrap();
    watched.impatient();
    watched.until("the copy is stopped", |world| world.service().read_only().is_some());
    let notice = watched.world.service().notice().unwrap();
    assert!(notice.contains("this log has reached 2"), "{notice}");
    assert_eq!(watched.world.service().size(), 2);
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn witnesses_that_forgot_or_know_more_are_met_where_they_are() {
    let mut watched = Watched::before(ROUNDS[1]);
    watched.world.enrol();
    // One begins anew with an empty folder, as a new witness would; the service starts from nothing for it.
    let folder = watched.world.dir.path().join("witness-2/logs");
    for entry in std::fs::read_dir(&folder).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    watched.stations[1].restart();
    watched.stations[0].be(Mood::Says(500, "text/plain", ""));
    watched.world.announce("letters", ROUNDS[1]);
    watched.is_public(3);
    assert!(watched.public_checkpoint().to_text().contains("witness.example/w2"));
    // The other comes back and is two checkpoints behind.
    watched.stations[0].be(Mood::Honest);
    watched.stations[2].be(Mood::Silent);
    watched.world.restart();
    let jury = signed("announce", &watched.world.announcement("jury", "jury", ROUNDS[1]), BOTH);
    assert_eq!(watched.world.hand_in(jury).unwrap().waits, None);
    watched.is_public(4);
    assert!(watched.public_checkpoint().to_text().contains("witness.example/w1"));
}

#[test]
fn a_policy_that_cannot_work_is_refused_at_the_start() {
    let mut world = World::empty(published(ROUNDS[1]) - 3_600, &forty());
    world.close();
    let path = world.dir.path().join("service/policy.txt");
    for (policy, words) in [
        ("quorum\n", "witness policy"),
        ("log other.example/log+b57e6fdd+AY9etOhAnbkxItyuI1OI0fyVm1MD2Z6YqTHqbK4raWsa\nquorum none\n", ""),
    ] {
        std::fs::write(&path, policy).unwrap();
        let opened = kleroterion::service::Service::open(&world.dir.path().join("service"), world.clock.clone());
        let failure = opened.unwrap_err();
        assert_eq!(failure.exit, 2, "{failure}");
        assert!(failure.message.contains(words) && failure.message.contains("policy.txt"), "{failure}");
    }
    std::fs::write(&path, "quorum none\n").unwrap();
    world.restart();
    world.enrol();
    assert_eq!(world.service().size(), 2);
}
