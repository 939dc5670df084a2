//! The public pages over a real connection: paths, content types and caching of the log's files, pages as HTML and JSON, problems as
//! problem details, and the one thing that anyone may hand in, a beacon round.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

#[path = "common_service/mod.rs"]
#[expect(dead_code, reason = "shared with tests that need more")]
mod common_service;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use common_service::{ROUNDS, Wish, World, published, recorded};
use kleroterion::service::http::router;
use serde_json::{Value, json};

/// One answer.
struct Page {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Page {
    fn header(&self, name: &str) -> &str {
        let line = self.head.lines().find(|l| l.to_ascii_lowercase().starts_with(&format!("{name}:")));
        line.and_then(|l| l.split_once(':')).map_or("", |(_, value)| value.trim())
    }
    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
    #[track_caller]
    fn is(&self, kind: &str, caching: &str) {
        assert_eq!(self.status, 200, "{}", self.head);
        assert_eq!((self.header("content-type"), self.header("cache-control")), (kind, caching));
        assert_eq!(self.header("x-content-type-options"), "nosniff");
    }
    #[track_caller]
    fn problem(&self, status: u16, words: &str) {
        assert_eq!((self.status, self.header("content-type")), (status, "application/problem+json"), "{}", self.head);
        let told = self.json();
        assert_eq!(told["status"], status);
        assert!(told["detail"].as_str().unwrap().contains(words), "{told}");
    }
}

/// A world with its pages on a port of their own.
struct Site {
    world: World,
    address: SocketAddr,
    _runtime: tokio::runtime::Runtime,
}

impl Site {
    fn new(world: World) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let pages = router(Arc::clone(world.service()));
        runtime.spawn(async move { axum::serve(listener, pages).await });
        Self { world, address, _runtime: runtime }
    }

    fn send(&self, request: &[u8]) -> Page {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        let body = answer[end + 4..].to_vec();
        // HTTP/1.0: the body ends with the connection.
        Page { status: head[9..12].parse().unwrap(), head, body }
    }

    fn get(&self, path: &str, accept: &str) -> Page {
        self.send(format!("GET {path} HTTP/1.0\r\nHost: test\r\nAccept: {accept}\r\n\r\n").as_bytes())
    }

    fn page(&self, path: &str) -> Page {
        self.get(path, "*/*")
    }

    fn post(&self, path: &str, body: &str) -> Page {
        let length = body.len();
        let head = format!(
            "POST {path} HTTP/1.0\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        self.send(format!("{head}{body}").as_bytes())
    }
}

const IMMUTABLE: &str = "public, max-age=31536000, immutable";
const BRIEF: &str = "public, max-age=2";
const TEXT: &str = "text/plain; charset=utf-8";

#[test]
fn the_log_is_served_as_its_specification_says() {
    let world = World::before(ROUNDS[1]);
    world.drawn("letters", &Wish::equal(ROUNDS[1]));
    let site = Site::new(world);
    let checkpoint = site.page("/checkpoint");
    checkpoint.is(TEXT, "no-cache");
    let size = site.world.service().size();
    assert!(checkpoint.text().starts_with(&format!("{}\n{size}\n", common_service::ORIGIN)));
    site.page("/log.vkey").is(TEXT, BRIEF);
    let tile = site.page(&format!("/tile/0/000.p/{size}"));
    tile.is("application/octet-stream", IMMUTABLE);
    assert_eq!(tile.body.len() as u64, size * 32);
    let entries = site.page(&format!("/tile/entries/000.p/{size}"));
    entries.is("application/octet-stream", IMMUTABLE);
    let first = usize::from(u16::from_be_bytes([entries.body[0], entries.body[1]]));
    assert!(entries.body[2..2 + first].starts_with(b"kleroterion/v1/step\n"));

    let outcome = site.world.status("letters").outcome.unwrap();
    let artifact = site.page(&format!("/artifact/{outcome}"));
    artifact.is(TEXT, IMMUTABLE);
    assert_eq!(artifact.json(), site.world.outcome("letters"));
    let bundle = site.page("/draws/letters/bundle");
    bundle.is("application/json", BRIEF);
    assert_eq!(bundle.text(), site.world.bundle("letters"));
    assert_eq!(bundle.header("content-disposition"), "attachment; filename=\"letters.bundle.json\"");
}

#[test]
fn pages_tell_the_same_as_html_and_json() {
    let world = World::before(ROUNDS[1]);
    world.drawn("letters", &Wish::equal(ROUNDS[1]));
    let site = Site::new(world);
    site.page("/").is("text/html; charset=utf-8", BRIEF);
    let all = site.page("/draws");
    all.is("application/json", BRIEF);
    assert_eq!(all.json()[0]["draw"], "letters");
    let page = site.get("/draws/letters", "text/html");
    page.is("text/html; charset=utf-8", BRIEF);
    let drawn = site.world.indices("letters", "drawn");
    assert!(page.text().contains("Einladungen") && page.text().contains(&drawn[0].to_string()));
    assert!(!page.text().contains("<script>") && !page.text().contains("style=\""), "nothing that the policy forbids");
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    let policy = page.header("content-security-policy");
    assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe"), "{policy}");
    let verifier = site.get("/verifier.html", "text/html");
    verifier.is("text/html; charset=utf-8", "public, max-age=300");
    assert_eq!(verifier.text(), kleroterion::verifier_page::HTML);
    assert!(verifier.header("content-security-policy").contains("script-src 'sha256-"));
    let one = site.get("/draws/letters", "application/json");
    one.is("application/json", BRIEF);
    assert_eq!((one.header("vary"), &one.json()["phase"]), ("accept", &json!("drawn")));
    let health = site.page("/healthz");
    assert_eq!(health.json(), json!({"status": "ok", "size": site.world.service().size()}));
}

#[test]
fn what_is_not_there_is_a_problem() {
    let site = Site::new(World::before(ROUNDS[1]));
    let zeros = "00".repeat(32);
    for path in [
        "/nothing",
        "/draws/nobody",
        "/draws/nobody/bundle",
        "/draws/NOT%20A%20SLUG",
        "/draws/..%2F..%2Fkeys/bundle",
        "/tile/0/001",
        "/tile/..%2F..%2Fkeys%2Flog.key",
        "/tile/0/000.p/0",
        "/tile/x",
        "/artifact/abc",
        "/artifact/..%2Fcheckpoint",
        &format!("/artifact/{zeros}"),
        &format!("/artifact/{}", "AB".repeat(32)),
    ] {
        let page = site.page(path);
        page.problem(404, "");
        assert_eq!(page.header("cache-control"), "", "{path}: what is missing may come");
        assert!(!page.text().contains("PRIVATE"), "{path}");
    }
}

#[test]
fn anyone_may_hand_in_the_round_and_only_the_round() {
    let round = ROUNDS[3];
    let world = World::before(round);
    world.announce("letters", round);
    world.seal("letters", &Wish::equal(round)).unwrap();
    let site = Site::new(world);
    let size = site.world.service().size();
    let path = "/draws/letters/round";
    let good = serde_json::to_string(&recorded(round)).unwrap();
    site.post(path, &good).problem(409, "not due before");
    site.world.clock.set(published(round));
    site.post(path, &serde_json::to_string(&recorded(ROUNDS[2])).unwrap()).problem(409, "waits for round");
    let mut wrong = recorded(ROUNDS[2]);
    wrong.round = round;
    site.post(path, &serde_json::to_string(&wrong).unwrap()).problem(409, "does not count");
    for garbage in ["", "{}", "[]", "null", "{\"round\":-1,\"signature\":\"\"}", "\u{0}"] {
        site.post(path, garbage).problem(400, "expected JSON");
    }
    let long = format!("{{\"round\":{round},\"signature\":\"{}\"}}", "ab".repeat(4_000));
    site.post(path, &long).problem(413, "longer than 4096");
    let odd = json!({"round": round, "signature": "zz"}).to_string();
    site.post(path, &odd).problem(400, "expected JSON");
    site.post("/draws/nobody/round", &good).problem(404, "no draw");
    assert_eq!(site.world.service().size(), size, "nothing was logged");

    let taken = site.post(path, &good);
    assert_eq!((taken.status, &taken.json()["kind"]), (200, &json!("drawn")));
    site.post(path, &good).problem(409, "does not wait");
    assert_eq!(site.world.service().size(), size + 1);
    site.world.verified("letters");
}
