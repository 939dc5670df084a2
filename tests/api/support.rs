//! A service with its API on a port of its own, people of every role in two organisers, and a client.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kleroterion::api::access::Role;
use kleroterion::api::{Api, InviteWish, Limits, Setup, invite, open_records};
use kleroterion::clock::Clock as _;
use kleroterion::store::Records;
use serde_json::{Value, json};

use crate::common_service::{ROUNDS, World, forty, published, slug};

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
}

impl Site {
    /// An hour before the second recorded round, with 'eupen' enrolled in the log.
    pub(crate) fn new() -> Self {
        Self::with(World::empty(published(ROUNDS[1]) - 3_600, &forty()), generous())
    }

    pub(crate) fn with(world: World, limits: Limits) -> Self {
        let records = open_records(&world.dir.path().join("service")).unwrap();
        Self::over(world, records, limits)
    }

    pub(crate) fn over(world: World, records: Arc<dyn Records>, limits: Limits) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let setup = Setup { limits, program: PathBuf::from(env!("CARGO_BIN_EXE_klero")) };
        let api = runtime.block_on(async { Api::new(Arc::clone(world.service()), Arc::clone(&records), setup) });
        let pages = api.router().into_make_service_with_connect_info::<SocketAddr>();
        runtime.spawn(async move { axum::serve(listener, pages).await });
        let (api, records, runtime) = (Some(api), Some(records), Some(runtime));
        Self { world, api, records, address, runtime, keys: AtomicU64::new(0) }
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
        Answer { status: head[9..12].parse().unwrap(), head, body: answer[end + 4..].to_vec() }
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

/// Limits that tests do not run into.
pub(crate) fn generous() -> Limits {
    Limits { requests_per_minute: 1_000_000, attempts_per_minute: 1_000_000, ..Limits::default() }
}
