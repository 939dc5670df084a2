//! Two services with one key and two histories, over real HTTP: the monitor proves it, and everything that watches works against the service itself.

use std::path::Path;
use std::sync::Arc;

use klero_verifier::fraud::FraudReport;
use kleroterion::clock::ManualClock;
use kleroterion::mirror::Mirror;
use kleroterion::monitor::webhook::Webhook;
use kleroterion::monitor::{Monitor, Setup};
use kleroterion::place::Place;
use kleroterion::service::request::Request;
use kleroterion::service::{NewLog, Service, http, init};
use serde_json::json;

use crate::common_service::{member, signed};

const ORIGIN: &str = "draws.example.org/log";
const NOW: u64 = 1_700_000_000;

/// A service that listens, until it is dropped.
struct Running {
    _runtime: tokio::runtime::Runtime,
    service: Arc<Service>,
    url: String,
}

fn begin(dir: &Path) -> Running {
    let clock = ManualClock::at(NOW);
    let config = serde_json::from_value(json!({"origin": ORIGIN})).unwrap();
    init(dir, &NewLog { config, policy: None, rehearsal: None }, clock.clone()).unwrap();
    let service = Arc::new(Service::open(dir, clock).unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = http::router(Arc::clone(&service));
    runtime.spawn(async move { axum::serve(listener, router).await });
    Running { _runtime: runtime, service, url }
}

impl Running {
    fn enrol(&self, id: &str) {
        let keys = [member("clerk"), member("mayor_")];
        let mut keys: Vec<String> = keys.iter().map(|key| key.verifier_key().to_text()).collect();
        keys.sort();
        let note = json!({"id": id, "keys": keys, "log": ORIGIN, "name": "Eupen", "threshold": 2, "version": 1});
        self.service.request(Request::Note { note: signed("organiser", &note, &["clerk", "mayor_"]) }).unwrap();
    }

    fn announce(&self, draw: &str) {
        let note = json!({
            "attempt": 1, "draw": draw, "draws_at": NOW + 1_000, "log": ORIGIN, "organiser": "eupen", "postponed": 0,
            "purpose": draw, "title": {"de": "Bürgerrat"},
        });
        self.service.request(Request::Note { note: signed("announce", &note, &["clerk", "mayor_"]) }).unwrap();
    }
}

#[test]
fn one_key_and_two_histories() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (dir.path().join("one"), dir.path().join("two"));
    let first = begin(&one);
    std::fs::create_dir_all(two.join("keys")).unwrap();
    for name in ["log.key", "service.key"] {
        std::fs::copy(one.join("keys").join(name), two.join("keys").join(name)).unwrap();
    }
    let second = begin(&two);
    for running in [&first, &second] {
        running.enrol("eupen");
    }
    let (own, copy) = (dir.path().join("watch"), dir.path().join("mirror"));
    let look = |running: &Running| {
        let mut monitor = Monitor::open(&own, Setup::default()).unwrap();
        let told = monitor.pass(&Place::open(&running.url).unwrap(), NOW).unwrap();
        (told, monitor.findings().clone())
    };
    // Until their histories part, they are one log.
    first.announce("letters");
    let (told, findings) = look(&first);
    assert_eq!((told.problem.clone(), told.exit(&findings), told.size), (None, 0, 3));
    second.announce("other");
    second.announce("more");
    let (told, findings) = look(&second);
    assert_eq!(told.exit(&findings), 1);
    let finding = &findings.all()[0];
    assert_eq!(finding.key(), "log.fork:3-4");
    let proof = std::fs::read_to_string(finding.evidence.as_ref().unwrap()).unwrap();
    assert_eq!(FraudReport::of(&proof, None).verdict().exit(), 0);
    // The program that people run says so too.
    let program = |args: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_klero")).args(args).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (exit, text) = program(&["verify", finding.evidence.as_ref().unwrap()]);
    assert_eq!(exit, Some(0), "{text}");
    assert!(text.starts_with("FRAUD PROVED: "), "{text}");
    let out = dir.path().join("fork.json").display().to_string();
    let (exit, text) = program(&["compare", &first.url, &second.url, "--out", &out]);
    assert_eq!(exit, Some(1), "{text}");
    assert_eq!(FraudReport::of(&std::fs::read_to_string(&out).unwrap(), None).verdict().exit(), 0);
    let (exit, text) = program(&["monitor", &first.url, "--dir", &own.display().to_string(), "--json"]);
    assert_eq!((exit, serde_json::from_str::<serde_json::Value>(&text).unwrap()["exit"].clone()), (Some(1), json!(1)));
    // And a mirror takes only one side.
    let mirror = Mirror::open(&copy, None).unwrap();
    mirror.run(&Place::open(&first.url).unwrap()).unwrap();
    assert!(mirror.run(&Place::open(&second.url).unwrap()).is_err());
    let (exit, text) = program(&["compare", &first.url, &copy.display().to_string()]);
    assert_eq!(exit, Some(0), "{text}");
}

#[test]
fn what_cannot_be_reached_is_no_finding() {
    let dir = tempfile::tempdir().unwrap();
    let running = begin(&dir.path().join("one"));
    let own = dir.path().join("watch");
    let url = running.url.clone();
    let look = || {
        let mut monitor = Monitor::open(&own, Setup::default()).unwrap();
        let told = monitor.pass(&Place::open(&url).unwrap(), NOW).unwrap();
        told.exit(monitor.findings())
    };
    assert_eq!(look(), 0);
    drop(running);
    assert_eq!(look(), 3);
}

#[test]
fn a_webhook_is_told_and_refusals_are_noticed() {
    use kleroterion::monitor::findings::{Findings, Id};
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (told, heard) = std::sync::mpsc::channel();
    let router = axum::Router::new()
        .route("/hook", axum::routing::post(async move |body: String| drop(told.send(body))))
        .route("/no", axum::routing::post(async || axum::http::StatusCode::FORBIDDEN));
    runtime.spawn(async move { axum::serve(listener, router).await });
    let mut findings = Findings::default();
    findings.find(Id::DrawOverdue, "letters", "late", NOW);
    let finding = findings.untold().next().unwrap().clone();
    Webhook::new(&format!("{base}/hook")).unwrap().tell(ORIGIN, &finding).unwrap();
    let body: serde_json::Value = serde_json::from_str(&heard.recv().unwrap()).unwrap();
    assert_eq!((&body["log"], &body["key"]), (&json!(ORIGIN), &json!("draw.overdue:letters")));
    assert_eq!(body["finding"]["id"], json!("draw.overdue"));
    assert!(Webhook::new(&format!("{base}/no")).unwrap().tell(ORIGIN, &finding).is_err());
    assert!(Webhook::new(&format!("{base}/elsewhere")).unwrap().tell(ORIGIN, &finding).is_err());
    assert!(Webhook::new("ftp://example.org").is_err());
    findings.mark_told(&finding.key());
    assert_eq!(findings.untold().count(), 0);
}
