//! A service with its API on a port of its own, people of every role in two organisers, and a client.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use kleroterion::api::access::Role;
use kleroterion::api::{Api, InviteWish, Limits, Setup, invite, open_records};
use kleroterion::clock::Clock as _;
use kleroterion::key_proof;
use kleroterion::organiser_note::add_signature;
use kleroterion::service::front::Front;
use kleroterion::service::http;
use kleroterion::service::settings::Settings;
use kleroterion::service::telemetry::Metrics;
use kleroterion::store::Records;
use serde_json::{Value, json};

use crate::common_service::{ROUNDS, World, forty, member, published, slug};

pub(crate) const PASSWORD: &str = "correct horse battery";

/// One answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        let line = self.head.lines().find(|l| l.to_ascii_lowercase().starts_with(&format!("{name}:")));
        line.and_then(|l| l.split_once(':')).map_or("", |(_, value)| value.trim())
    }
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {} {}", self.head, self.text()))
    }
    /// The answer, if it has this status.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.head, String::from_utf8_lossy(&self.body));
        self
    }
    /// A problem of this kind, whole and well formed.
    #[track_caller]
    pub(crate) fn problem(self, status: u16, kind: &str) -> Value {
        let told = self.is(status);
        assert_eq!(told.header("content-type"), "application/problem+json");
        let value = told.json();
        assert_eq!(value["type"], format!("urn:kleroterion:problem:{kind}"), "{value}");
        assert_eq!(value["status"], status);
        assert!(!value["detail"].as_str().unwrap().is_empty());
        value
    }
}

/// What was asked, and the answer.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    /// Method and path.
    pub(crate) asked: String,
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// How a request says who sends it.
#[derive(Debug, Clone)]
pub(crate) enum Auth {
    Nobody,
    Session { cookie: String, csrf: String },
    Token(String),
}

/// A running API.
pub(crate) struct Site {
    pub(crate) world: World,
    pub(crate) api: Option<Api>,
    pub(crate) records: Option<Arc<dyn Records>>,
    pub(crate) address: SocketAddr,
    runtime: Option<tokio::runtime::Runtime>,
    keys: AtomicU64,
    limits: Limits,
    heard: Mutex<Vec<Heard>>,
}

impl Site {
    /// An hour before the second recorded round, with 'eupen' enrolled in the log.
    pub(crate) fn new() -> Self {
        Self::with(World::empty(published(ROUNDS[1]) - 3_600, &forty()), generous())
    }

    pub(crate) fn with(world: World, limits: Limits) -> Self {
        let records = open_records(&world.dir.path().join("service"), world.service().vault()).unwrap();
        Self::over(world, records, limits)
    }

    /// Ends the service and its API, and opens both again, as after a crash.
    pub(crate) fn restart(&mut self) {
        self.stop();
        self.world.restart();
        let records = open_records(&self.world.dir.path().join("service"), self.world.service().vault()).unwrap();
        self.serve(records);
    }

    /// Ends the API: nobody holds the service or the records any more.
    pub(crate) fn stop(&mut self) {
        self.api = None;
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(std::time::Duration::from_secs(60));
        }
        self.records = None;
    }

    pub(crate) fn over(world: World, records: Arc<dyn Records>, limits: Limits) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut site = Self {
            world,
            api: None,
            records: None,
            address,
            runtime: None,
            keys: AtomicU64::new(0),
            limits,
            heard: Mutex::default(),
        };
        site.serve(records);
        site
    }

    fn serve(&mut self, records: Arc<dyn Records>) {
        let limits = self.limits.clone();
        let world = &self.world;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let program = PathBuf::from(env!("CARGO_BIN_EXE_klero"));
        let setup = Setup { limits, program, ..Setup::default() };
        let api = runtime.block_on(async { Api::new(Arc::clone(world.service()), Arc::clone(&records), setup) });
        // As klero serve puts them together.
        let mut settings = Settings::default();
        settings.limits.requests_per_minute = u32::MAX;
        settings.trusted_proxies = vec![SocketAddr::from(([127, 0, 0, 1], 0)).ip()];
        let public = http::router(Arc::clone(world.service()));
        let public = public.layer(axum::extract::DefaultBodyLimit::max(settings.limits.body_bytes));
        let front = Front::new(&settings, Arc::new(Metrics::default()), world.service().origin());
        let pages = front.before(public.merge(api.router()));
        let pages = pages.into_make_service_with_connect_info::<SocketAddr>();
        api.recover().unwrap();
        runtime.spawn(async move { axum::serve(listener, pages).await });
        (self.api, self.records, self.runtime, self.address) = (Some(api), Some(records), Some(runtime), address);
    }

    pub(crate) fn records(&self) -> Arc<dyn Records> {
        Arc::clone(self.records.as_ref().unwrap())
    }

    pub(crate) fn new_key(&self) -> String {
        format!("test-key-{:016}", self.keys.fetch_add(1, Ordering::SeqCst))
    }

    /// Sends a request as it stands.
    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.0\r\nHost: test\r\nContent-Length: {}\r\n", body.len());
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        // A server that refuses early may close before it has read everything.
        let _early = stream.write_all(body);
        let mut answer = Vec::new();
        let _closed = stream.read_to_end(&mut answer);
        let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        let (status, body) = (head[9..12].parse().unwrap(), answer[end + 4..].to_vec());
        let heard = Heard { asked: format!("{method} {path}"), status, head: head.clone(), body: body.clone() };
        self.heard.lock().unwrap().push(heard);
        Answer { status, head, body }
    }

    /// Everything that was answered so far.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }
    pub(crate) fn forget_heard(&self) {
        self.heard.lock().unwrap().clear();
    }

    /// Sends a request of the API as somebody.
    pub(crate) fn ask(
        &self,
        auth: &Auth,
        method: &str,
        path: &str,
        more: &[(&str, &str)],
        kind: &str,
        body: &[u8],
    ) -> Answer {
        let mut headers: Vec<(String, String)> = Vec::new();
        match auth {
            Auth::Nobody => {}
            Auth::Session { cookie, csrf } => {
                headers.push(("Cookie".into(), cookie.clone()));
                headers.push(("X-CSRF-Token".into(), csrf.clone()));
            }
            Auth::Token(secret) => headers.push(("Authorization".into(), format!("Bearer {secret}"))),
        }
        if method == "POST" && !more.iter().any(|(name, _)| *name == "Idempotency-Key") {
            headers.push(("Idempotency-Key".into(), self.new_key()));
        }
        if !body.is_empty() {
            headers.push(("Content-Type".into(), kind.into()));
        }
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).chain(more.iter().copied()).collect();
        self.send(method, &format!("/api/v1{path}"), &headers, body)
    }

    pub(crate) fn get(&self, auth: &Auth, path: &str) -> Answer {
        self.ask(auth, "GET", path, &[], "", b"")
    }
    pub(crate) fn post(&self, auth: &Auth, path: &str, body: Value) -> Answer {
        self.ask(auth, "POST", path, &[], "application/json", body.to_string().as_bytes())
    }
    pub(crate) fn put(&self, auth: &Auth, path: &str, etag: &str, body: Value) -> Answer {
        self.ask(auth, "PUT", path, &[("If-Match", etag)], "application/json", body.to_string().as_bytes())
    }
    pub(crate) fn delete(&self, auth: &Auth, path: &str) -> Answer {
        self.ask(auth, "DELETE", path, &[], "", b"")
    }

    /// Invites on the machine, accepts, signs in.
    pub(crate) fn person(&self, login: &str, role: Role, organiser: Option<&str>) -> Auth {
        let wish = InviteWish { login: login.into(), role, organiser: organiser.map(slug) };
        let invited = invite(self.records(), &wish, self.world.clock.now()).unwrap();
        let accepted = json!({"secret": invited.secret, "name": login, "password": PASSWORD});
        self.post(&Auth::Nobody, "/invitations/accept", accepted).is(201);
        self.sign_in(login)
    }

    pub(crate) fn sign_in(&self, login: &str) -> Auth {
        let answer = self.post(&Auth::Nobody, "/session", json!({"login": login, "password": PASSWORD})).is(201);
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        Auth::Session { cookie, csrf: answer.json()["csrf"].as_str().unwrap().to_owned() }
    }

    /// What registers a member's key for an account: its public half, and the proof that whoever asks has it.
    pub(crate) fn claim(&self, login: &str, role: &str) -> Value {
        let key = member(role);
        let proof = key_proof::signed(self.world.service().origin(), login, &key).unwrap();
        json!({"vkey": key.verifier_key().to_text(), "proof": proof})
    }

    /// Registers a member's key for an account; its id.
    pub(crate) fn register(&self, who: &Auth, login: &str, role: &str) -> Value {
        self.post(who, "/organisers/eupen/keys", self.claim(login, role)).is(201).json()["id"].clone()
    }

    /// An admin, and an organiser with these ids.
    pub(crate) fn with_organisers(&self, ids: &[&str]) -> Auth {
        let admin = self.person("root@example.org", Role::Admin, None);
        for id in ids {
            self.post(&admin, "/organisers", json!({"id": id, "name": format!("Stadt {id}")})).is(201);
        }
        admin
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.api = None;
        self.records = None;
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// An organiser with two people, each with keys of their own; three keys are in force and two must sign.
pub(crate) struct Office {
    pub(crate) site: Site,
    pub(crate) anna: Auth,
    pub(crate) bert: Auth,
}

impl Office {
    pub(crate) fn new() -> Self {
        Self::over(Site::new())
    }

    pub(crate) fn over(site: Site) -> Self {
        site.with_organisers(&["eupen", "raeren"]);
        let anna = site.person("anna", Role::Organiser, Some("eupen"));
        let bert = site.person("bert", Role::Approver, Some("eupen"));
        let mut keys = Vec::new();
        for (who, login, role) in [(&anna, "anna", "clerk"), (&bert, "bert", "mayor_"), (&anna, "anna", "clerk_two")] {
            keys.push(site.register(who, login, role));
        }
        let office = Self { site, anna, bert };
        let enrolment = json!({"keys": keys, "threshold": 2});
        let enrolment = office.site.post(&office.anna, "/organisers/eupen/enrolments", enrolment).is(201).json();
        office.sign(&office.anna, &enrolment, "clerk_two").is(201);
        office.decide(&enrolment);
        office
    }

    /// Uploads a file.
    pub(crate) fn upload(&self, kind: &str, bytes: &[u8], key: &str) -> Answer {
        let path = "/organisers/eupen/pools?name=people";
        self.site.ask(&self.anna, "POST", path, &[("Idempotency-Key", key)], kind, bytes)
    }

    /// A committed pool of these people.
    pub(crate) fn pool(&self, people: &str) -> String {
        let made = self.upload("text/csv", people.as_bytes(), &self.site.new_key()).is(201);
        let path = made.header("location").strip_prefix("/api/v1").unwrap().to_owned();
        let mut roles = json!({"id": "number", "public": ["municipality"], "household": ["street", "postcode"]});
        if people.contains("language") {
            roles["public"] = json!(["municipality", "age", "sex", "school", "language"]);
        }
        let told = self.site.put(&self.anna, &format!("{path}/roles"), made.header("etag"), roles).is(200).json();
        assert_eq!(told["problems"], Value::Null, "{told}");
        self.site.post(&self.anna, &format!("{path}/commitment"), json!({})).is(201);
        made.json()["id"].as_str().unwrap().to_owned()
    }

    #[expect(clippy::too_many_arguments, reason = "a draft has as many members")]
    pub(crate) fn says(
        &self,
        draw: &str,
        round: u64,
        pool: &str,
        method: Value,
        seats: u64,
        reserves: u64,
        replacement: &str,
    ) -> Value {
        json!({"draw": draw, "purpose": "letters", "title": {"de": "Einladungen"}, "draws_at": published(round) - 1, "pool": pool,
               "method": method, "seats": seats, "reserves": reserves, "replacement": replacement})
    }

    /// A draft; its id.
    #[expect(clippy::too_many_arguments, reason = "a draft has as many members")]
    pub(crate) fn draft(
        &self,
        draw: &str,
        round: u64,
        pool: &str,
        method: Value,
        seats: u64,
        reserves: u64,
        replacement: &str,
    ) -> String {
        let says = self.says(draw, round, pool, method, seats, reserves, replacement);
        self.site.post(&self.anna, "/organisers/eupen/drafts", says).is(201).json()["id"].as_str().unwrap().to_owned()
    }

    /// Has a draft's announcement or terms written.
    #[track_caller]
    pub(crate) fn write(&self, draft: &str, what: &str) -> Value {
        self.site.post(&self.anna, &format!("/organisers/eupen/drafts/{draft}/{what}"), json!({})).is(201).json()
    }

    /// Signs as on one's own computer: fetches the note, adds a signature, sends it back.
    pub(crate) fn sign(&self, who: &Auth, decision: &Value, role: &str) -> Answer {
        let path = format!("/organisers/eupen/decisions/{}", decision["id"].as_str().unwrap());
        let note = self.site.get(who, &format!("{path}/note")).is(200);
        assert_eq!(note.header("content-type"), "text/plain; charset=utf-8");
        let text = note.text().split("\n\n").next().unwrap().to_owned() + "\n\n";
        let signed = add_signature(&text, &member(role)).unwrap();
        self.site.post(who, &format!("{path}/signatures"), json!({"signed": signed}))
    }

    pub(crate) fn hand_in(&self, decision: &Value) -> Answer {
        let path = format!("/organisers/eupen/decisions/{}/hand-in", decision["id"].as_str().unwrap());
        self.site.post(&self.bert, &path, json!({}))
    }

    /// Signed by both and handed in.
    #[track_caller]
    pub(crate) fn decide(&self, decision: &Value) -> Value {
        self.sign(&self.anna, decision, "clerk").is(201);
        self.sign(&self.bert, decision, "mayor_").is(201);
        self.hand_in(decision).is(200).json()
    }

    /// GET below the organiser, as Anna.
    pub(crate) fn read(&self, path: &str) -> Answer {
        self.site.get(&self.anna, &format!("/organisers/eupen{path}"))
    }

    /// What only those get who may see people.
    #[track_caller]
    pub(crate) fn people(&self, path: &str) -> Answer {
        self.read(path).is(200)
    }

    pub(crate) fn draw(&self, draw: &str) -> Value {
        self.read(&format!("/draws/{draw}")).is(200).json()
    }

    /// Follows a job's events to its end, and gives the job.
    #[track_caller]
    pub(crate) fn job(&self, begun: Answer) -> Value {
        self.ended(&begun.json())
    }

    #[track_caller]
    pub(crate) fn ended(&self, job: &Value) -> Value {
        let path = format!("/jobs/{}", job["id"].as_str().unwrap());
        let events = self.read(&format!("{path}/events")).is(200);
        assert_eq!(events.header("content-type"), "text/event-stream");
        assert!(events.text().trim_end().ends_with("event: ended\ndata: ended"), "{}", events.text());
        self.read(&path).is(200).json()
    }
}

/// Limits that tests do not run into.
pub(crate) fn generous() -> Limits {
    Limits { requests_per_minute: 1_000_000, attempts_per_minute: 1_000_000, ..Limits::default() }
}
