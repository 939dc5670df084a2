//! A service in a folder of its own, a clock that stands where a test puts it, two members who sign, and recorded rounds of quicknet:
//! what the tests of the service share. Every draw here uses a real round; nothing waits for one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use klero_draw::hash::ArtifactHash;
use klero_draw::names::Slug;
use klero_tlog::note::KeyName;
use klero_tlog::{SecretKey, SignerKey};
use klero_verifier::artifacts::NoArtifacts;
use klero_verifier::report::{Report, Verdict};
use klero_verifier::trust::Trust;
use klero_verifier::verify::{Options, verify};
use kleroterion::clock::ManualClock;
use kleroterion::failure::Failure;
use kleroterion::organiser_note::{add_signature, unsigned};
use kleroterion::people_csv;
use kleroterion::pool_dir::{self, CommitOptions, PoolDir, TableWish};
use kleroterion::service::config::Config;
use kleroterion::service::request::{Answer, DrawStatus, HandedRound, Logged, Request};
use kleroterion::service::witnessing::Witnessing;
use kleroterion::service::{NewLog, Service, init};
use serde_json::{Value, json};

pub(crate) const ORIGIN: &str = "draws.example.org/log";
pub(crate) const QUICKNET: &str = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971";
/// Recorded rounds, earliest first.
pub(crate) const ROUNDS: [u64; 6] = [657_413, 32_000_388, 32_000_944, 32_000_945, 32_000_946, 32_000_947];

/// When a recorded round was published.
pub(crate) fn published(round: u64) -> u64 {
    1_692_803_367 + (round - 1) * 3
}

/// A recorded round, as somebody would hand it in.
pub(crate) fn recorded(round: u64) -> HandedRound {
    let all: Vec<Value> = serde_json::from_str(include_str!("../fixtures/quicknet_rounds.json")).unwrap();
    serde_json::from_value(all.into_iter().find(|r| r["round"] == round).unwrap()).unwrap()
}

/// A member's key, always the same.
pub(crate) fn member(role: &str) -> SignerKey {
    let seed = [role.len() as u8; 32];
    SignerKey::new(KeyName::new(&format!("eupen/{role}")).unwrap(), SecretKey::from_seed(&seed))
}

/// A note signed by these members.
pub(crate) fn signed(context: &str, value: &Value, members: &[&str]) -> String {
    let note = unsigned(&format!("kleroterion/v1/{context}"), value).unwrap();
    members.iter().fold(note, |note, role| add_signature(&note, &member(role)).unwrap())
}

/// Who signs when nothing is said: two of three.
pub(crate) const BOTH: &[&str] = &["clerk", "mayor_"];

/// Forty people in thirty households and three municipalities: 20, 12 and 8.
pub(crate) fn forty() -> String {
    let mut text = String::from("number,name,municipality,street,postcode\n");
    for i in 0..40u32 {
        let municipality = if i < 20 {
            "Eupen"
        } else if i < 32 {
            "Raeren"
        } else {
            "Kelmis"
        };
        let household = if i < 20 { i / 2 } else { i };
        text.push_str(&format!("R-{:04},Person {i},{municipality},Street {household},4700\n", 1000 + i * 37 % 41));
    }
    text
}

/// A service, a pool of forty, and a clock.
pub(crate) struct World {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) clock: Arc<ManualClock>,
    service: Option<Arc<Service>>,
    /// How its witnesses are asked, if it has a policy.
    pub(crate) witnessing: Witnessing,
}

/// What terms say, beyond what the announcement said.
#[derive(Clone)]
pub(crate) struct Wish {
    pub(crate) round: u64,
    pub(crate) method: Value,
    pub(crate) reserves: u32,
    pub(crate) replacement: &'static str,
}

impl Wish {
    pub(crate) fn equal(round: u64) -> Self {
        Self { round, method: json!({"name": "equal", "seats": 5}), reserves: 3, replacement: "rank" }
    }
}

impl World {
    /// A new log with an enrolled organiser (two of three must sign), an hour before `round`.
    pub(crate) fn before(round: u64) -> Self {
        let world = Self::empty(published(round) - 3_600, &forty());
        world.enrol();
        world
    }

    /// A new log and a pool of these people. Nobody is enrolled.
    pub(crate) fn empty(now: u64, people: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("people.csv"), people).unwrap();
        let roles = people_csv::Options {
            id: "number".into(),
            public: vec!["municipality".into()],
            household: vec!["street".into(), "postcode".into()],
            delimiter: None,
        };
        let options = CommitOptions { roles, table: TableWish::IfUseful };
        pool_dir::commit(&dir.path().join("people.csv"), &options, &dir.path().join("pool"), &mut |_| {}).unwrap();
        let clock = ManualClock::at(now);
        let config = Config { origin: ORIGIN.into(), relays: Vec::new(), margin_secs: 0 };
        init(&dir.path().join("service"), &NewLog { config, policy: None, rehearsal: None }, clock.clone()).unwrap();
        let mut world = Self { dir, clock, service: None, witnessing: Witnessing::default() };
        world.restart();
        world
    }

    /// Ends the service: commands may open its log themselves.
    pub(crate) fn close(&mut self) {
        self.service = None;
    }

    /// Ends the service and opens it again, as after a crash.
    pub(crate) fn restart(&mut self) {
        self.service = None;
        let dir = self.dir.path().join("service");
        self.service = Some(Arc::new(Service::open_with(&dir, self.clock.clone(), self.witnessing).unwrap()));
    }

    pub(crate) fn service(&self) -> &Arc<Service> {
        self.service.as_ref().unwrap()
    }

    /// The service, while nobody else holds it.
    pub(crate) fn service_mut(&mut self) -> &mut Service {
        Arc::get_mut(self.service.as_mut().unwrap()).unwrap()
    }

    pub(crate) fn pool(&self) -> PathBuf {
        self.dir.path().join("pool")
    }

    pub(crate) fn ask(&self, request: Request) -> Result<Logged, Failure> {
        match self.service().request(request)? {
            Answer::Logged(logged) => Ok(logged),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn hand_in(&self, note: String) -> Result<Logged, Failure> {
        self.ask(Request::Note { note })
    }

    pub(crate) fn enrol(&self) {
        let roles = ["clerk", "mayor_", "notary1"];
        let mut keys: Vec<String> = roles.iter().map(|role| member(role).verifier_key().to_text()).collect();
        keys.sort();
        let note =
            json!({"id": "eupen", "keys": keys, "log": ORIGIN, "name": "Stadt Eupen", "threshold": 2, "version": 1});
        self.hand_in(signed("organiser", &note, &roles)).unwrap();
    }

    /// What an announcement says.
    pub(crate) fn announcement(&self, draw: &str, purpose: &str, round: u64) -> Value {
        json!({"attempt": 1, "draw": draw, "draws_at": published(round) - 1, "log": ORIGIN, "organiser": "eupen", "postponed": 0,
               "purpose": purpose, "title": {"de": "Einladungen"}})
    }

    pub(crate) fn announce(&self, draw: &str, round: u64) -> Logged {
        self.hand_in(signed("announce", &self.announcement(draw, draw, round), BOTH)).unwrap()
    }

    /// What terms for an announced draw say.
    pub(crate) fn terms(&self, draw: &str, wish: &Wish) -> Value {
        let status = self.status(draw);
        let pool = PoolDir::open(&self.pool()).unwrap();
        let mut value = json!({
            "attempt": status.attempt, "beacon": {"chain": QUICKNET, "round": wish.round}, "draw": draw,
            "draw_by": published(wish.round) + 600, "draws_at": status.draws_at, "log": ORIGIN, "method": wish.method,
            "organiser": "eupen", "purpose": status.purpose, "replacement": wish.replacement, "reserves": wish.reserves,
            "title": status.title,
            "pool": {"columns": pool.columns(), "root": pool.root(), "size": pool.size()},
        });
        if wish.method["name"] != "equal" {
            value["pool"]["table"] = json!(pool.table().unwrap());
        }
        value
    }

    pub(crate) fn seal_terms(&self, terms: &Value, members: &[&str]) -> Result<Logged, Failure> {
        self.ask(Request::Seal { terms: signed("terms", terms, members), pool: self.pool() })
    }

    pub(crate) fn seal(&self, draw: &str, wish: &Wish) -> Result<Logged, Failure> {
        self.seal_terms(&self.terms(draw, wish), BOTH)
    }

    /// Hands in the recorded round.
    pub(crate) fn round(&self, draw: &str, round: u64) -> Result<Logged, Failure> {
        self.ask(Request::Round { draw: slug(draw), round: recorded(round) })
    }

    /// Announces, seals, waits and draws.
    pub(crate) fn drawn(&self, draw: &str, wish: &Wish) {
        self.announce(draw, wish.round);
        self.seal(draw, wish).unwrap();
        self.clock.set(published(wish.round));
        assert_eq!(self.round(draw, wish.round).unwrap().kind, "drawn");
    }

    pub(crate) fn status(&self, draw: &str) -> DrawStatus {
        self.service().statuses(Some(&slug(draw))).unwrap().pop().unwrap()
    }

    /// The strata list for 5, 3 and 2 seats, put where terms are composed. Gives the method.
    pub(crate) fn strata(&self) -> Value {
        let list = json!({"columns": ["municipality"], "format": "kleroterion/v1/strata", "strata": [
            {"reserves": 2, "seats": 5, "values": ["Eupen"]}, {"reserves": 1, "seats": 2, "values": ["Kelmis"]},
            {"reserves": 1, "seats": 3, "values": ["Raeren"]}]});
        let text = klero_draw::json::encode(&list).unwrap();
        let name = ArtifactHash::of(text.as_bytes());
        let folder = self.pool().join("artifacts");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name.to_string()), text).unwrap();
        json!({"columns": ["municipality"], "name": "stratified", "seats": 10, "strata": name})
    }

    /// Keys of this log and of the organiser, as somebody who pins all of them would write them down. No rehearsal beacon is accepted.
    pub(crate) fn trust(&self) -> String {
        let Answer::About(about) = self.service().answer(Request::About) else { panic!("no facts") };
        let one = &about.organisers[0];
        json!({"format": "kleroterion/v1/trust", "log": about.log, "service": about.service, "chains": [QUICKNET],
               "organisers": {"eupen": {"keys": one.keys, "threshold": one.threshold}}})
        .to_string()
    }

    pub(crate) fn bundle(&self, draw: &str) -> String {
        self.service().bundle(&slug(draw)).unwrap()
    }

    /// Verifies the draw's bundle with the verifier's own pins.
    #[track_caller]
    pub(crate) fn verified(&self, draw: &str) -> Report {
        let trust = Trust::parse(&self.trust()).unwrap();
        let report = verify(&self.bundle(draw), &NoArtifacts, Some(&trust), Options::default());
        let failed: Vec<_> =
            report.checks.iter().filter_map(|c| c.reason.as_ref().map(|r| format!("{:?}: {r}", c.id))).collect();
        assert_eq!(report.verdict, Verdict::Verified, "{failed:?}");
        assert_eq!(report.verdict.exit(), 0);
        report
    }

    /// The outcome as JSON.
    pub(crate) fn outcome(&self, draw: &str) -> Value {
        let name = self.status(draw).outcome.unwrap();
        let path: &Path = &self.service().public().join("artifact").join(name);
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    /// Indices drawn.
    pub(crate) fn indices(&self, draw: &str, list: &str) -> Vec<u64> {
        self.outcome(draw)[list].as_array().unwrap().iter().map(|o| o["index"].as_u64().unwrap()).collect()
    }
}

pub(crate) fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}
