//! Outside timestamps by a real authority: `openssl ts` behind HTTP, asked by the service, kept in the bundle, checked by `klero verify` under pinned
//! certificates, and by `openssl ts -verify` as docs/witnessing.md says. Where no `openssl` is installed there is no authority to ask, and the tests say so.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

#[path = "common_service/mod.rs"]
#[expect(dead_code, reason = "shared with tests that need more")]
mod common_service;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common_service::{ROUNDS, Wish, World, published, slug};
use klero_tlog::Note;
use klero_tlog::tlog_proof::TlogProof;
use klero_verifier::token::Token;
use klero_verifier::tokens::Signatures as _;
use kleroterion::files::RealFiles;
use kleroterion::service::kept::Kept;
use kleroterion::service::stamping;
use kleroterion::timestamp::cms::Pinned;
use kleroterion::timestamp::{query, read_answer};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Runs openssl in a folder.
#[track_caller]
fn openssl(dir: &Path, arguments: &str) -> String {
    let output = Command::new("openssl").current_dir(dir).args(arguments.split_whitespace()).output().unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "openssl {arguments}\n{told}");
    told
}

/// An authority in a folder: a certifier, a key, a configuration.
struct Authority(tempfile::TempDir);

impl Authority {
    /// `None`, and a word about it, where openssl is not installed.
    fn new(key: &str, usage: &str) -> Option<Self> {
        if Command::new("openssl").arg("version").output().is_err() {
            eprintln!("skipped: openssl is not installed, so there is no time-stamping authority");
            return None;
        }
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path();
        openssl(at, "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=Certifier -days 3650");
        openssl(at, &format!("req -new {key} -nodes -keyout tsa.key -out tsa.csr -subj /CN=Clockmaker"));
        std::fs::write(
            at.join("ext"),
            format!(
                "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,{usage}\n"
            ),
        )
        .unwrap();
        openssl(
            at,
            "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out tsa.pem -days 3650 -extfile ext",
        );
        std::fs::write(at.join("serial"), "01\n").unwrap();
        let config = "[tsa1]\nserial = serial\ncrypto_device = builtin\nsigner_cert = tsa.pem\nsigner_key = tsa.key\nsigner_digest = sha256\n\
                      default_policy = 1.2.3.4.1\ndigests = sha256\naccuracy = secs:1\nordering = yes\ntsa_name = yes\ness_cert_id_chain = no\n";
        std::fs::write(at.join("tsa.cnf"), config).unwrap();
        Some(Self(dir))
    }

    fn der(&self, file: &str) -> String {
        let name = format!("{file}.der");
        openssl(self.0.path(), &format!("x509 -in {file} -outform DER -out {name}"));
        STANDARD.encode(std::fs::read(self.0.path().join(name)).unwrap())
    }

    /// The answer to a request, as `openssl ts` gives it.
    fn reply(dir: &Path, query: &[u8]) -> Vec<u8> {
        std::fs::write(dir.join("q.tsq"), query).unwrap();
        openssl(dir, "ts -reply -config tsa.cnf -section tsa1 -queryfile q.tsq -out r.tsr");
        std::fs::read(dir.join("r.tsr")).unwrap()
    }

    /// Serves it over HTTP; gives the address.
    fn serve(&self, runtime: &tokio::runtime::Runtime) -> String {
        self.serve_while(runtime, &Arc::new(AtomicBool::new(true)), &Arc::default())
    }

    /// The same, while it is `open`; every request is counted.
    fn serve_while(
        &self,
        runtime: &tokio::runtime::Runtime,
        open: &Arc<AtomicBool>,
        asked: &Arc<AtomicUsize>,
    ) -> String {
        let (open, asked) = (Arc::clone(open), Arc::clone(asked));
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let dir = self.0.path().to_owned();
        let app = Router::new().route(
            "/tsa",
            post(move |headers: HeaderMap, body: Body| {
                let dir: PathBuf = dir.clone();
                asked.fetch_add(1, Ordering::SeqCst);
                let answers = open.load(Ordering::SeqCst);
                async move {
                    if !answers {
                        return Response::builder().status(503).body(Body::empty()).unwrap();
                    }
                    assert_eq!(headers["content-type"], "application/timestamp-query");
                    let query = to_bytes(body, 10_000).await.unwrap().to_vec();
                    let reply = tokio::task::spawn_blocking(move || Self::reply(&dir, &query)).await.unwrap();
                    Response::builder()
                        .header("content-type", "application/timestamp-reply")
                        .body(Body::from(reply))
                        .unwrap()
                }
            }),
        );
        runtime.spawn(async move { axum::serve(listener, app).await });
        format!("http://{address}/tsa")
    }
}

#[track_caller]
fn until(what: &str, there: impl Fn() -> bool) {
    for _ in 0..60_000 {
        if there() {
            return;
        }
        std::thread::park_timeout(Duration::from_millis(1));
    }
    panic!("{what} never came");
}

fn tokens_path(world: &World, seal: u64) -> PathBuf {
    world.dir.path().join(format!("service/public/witnessed/{seal}.tokens"))
}

/// A world whose service asks these authorities, an hour before `round`.
fn stamping_world(round: u64, authorities: &[String]) -> World {
    let mut world = World::before(round);
    std::fs::write(world.dir.path().join("service/authorities.txt"), format!("# ours\n{}\n", authorities.join("\n")))
        .unwrap();
    world.restart();
    world
}

/// Seals a draw; the step's index.
fn sealed(world: &World, draw: &str, round: u64) -> u64 {
    world.announce(draw, round);
    world.seal(draw, &Wish::equal(round)).unwrap();
    world.service().ledger().draw(&slug(draw)).unwrap().seal().unwrap().at.seq
}

/// A sealed draw whose seal was stamped; its bundle.
fn stamped(round: u64, authority: &Authority) -> (World, String) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let world = stamping_world(round, &[authority.serve(&runtime)]);
    let seal = sealed(&world, "letters", round);
    let stamping = runtime.spawn(stamping::run(Arc::clone(world.service())));
    let path = tokens_path(&world, seal);
    until("a token", || path.exists());
    stamping.abort();
    let bundle = world.bundle("letters");
    (world, bundle)
}

/// `time.tokens` of a bundle by `klero verify`, with a trust file that pins these certificates.
fn judged(world: &World, bundle: &str, authorities: &[String]) -> (Value, Value) {
    let mut trust: Value = serde_json::from_str(&world.trust()).unwrap();
    if !authorities.is_empty() {
        trust["authorities"] = json!(authorities);
    }
    std::fs::write(world.dir.path().join("trust.json"), trust.to_string()).unwrap();
    std::fs::write(world.dir.path().join("bundle.json"), bundle).unwrap();
    let arguments = ["bundle.json", "--trust", "trust.json"].map(|name| match name {
        "--trust" => name.into(),
        file => world.dir.path().join(file).into_os_string(),
    });
    let (mut out, mut err) = (Vec::new(), Vec::new());
    kleroterion::verify_io::run(arguments.into_iter().chain(["--json".into()]), &mut out, &mut err);
    let report: Value = serde_json::from_slice(&out).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&err)));
    let check = report["checks"].as_array().unwrap().iter().find(|c| c["id"] == "time.tokens").unwrap().clone();
    (check, report)
}

fn soon() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    (now - 1_692_803_367) / 3 + 1_200
}

fn tokens(bundle: &str) -> Vec<(Vec<u8>, String)> {
    let value: Value = serde_json::from_str(bundle).unwrap();
    let steps = value["steps"].as_array().unwrap().iter().filter(|step| step["witnessed"]["tokens"].is_array());
    steps
        .flat_map(|step| {
            let proof = TlogProof::parse(step["witnessed"]["proof"].as_str().unwrap().as_bytes()).unwrap();
            let text = proof.checkpoint().text().to_owned();
            let all = step["witnessed"]["tokens"].as_array().unwrap().clone();
            all.into_iter().map(move |token| (STANDARD.decode(token.as_str().unwrap()).unwrap(), text.clone()))
        })
        .collect()
}

#[test]
fn a_seal_is_stamped_and_the_token_counts_under_a_pinned_certificate() {
    for key in ["-newkey rsa:2048", "-newkey ec -pkeyopt ec_paramgen_curve:P-256"] {
        let Some(authority) = Authority::new(key, "timeStamping") else { return };
        let (world, bundle) = stamped(soon(), &authority);
        let (ca, own) = (authority.der("ca.pem"), authority.der("tsa.pem"));
        for pinned in [ca.clone(), own] {
            let (check, _) = judged(&world, &bundle, &[pinned]);
            assert_eq!(check["status"], "passed", "{key}: {check}");
            assert!(check["reason"].as_str().unwrap().contains("by Clockmaker"), "{check}");
        }
        let (check, _) = judged(&world, &bundle, &[]);
        assert_eq!(check["status"], "skipped");
        assert!(check["reason"].as_str().unwrap().contains("names no time-stamping authority"), "{check}");

        // The same by openssl, as the documentation says.
        let (token, text) = tokens(&bundle).pop().unwrap();
        std::fs::write(authority.0.path().join("token.der"), &token).unwrap();
        std::fs::write(authority.0.path().join("checkpoint.txt"), &text).unwrap();
        let told =
            openssl(authority.0.path(), "ts -verify -token_in -in token.der -data checkpoint.txt -CAfile ca.pem");
        assert!(told.contains("Verification: OK"), "{told}");

        // Somebody else's certificate does not help.
        let other = Authority::new(key, "timeStamping").unwrap();
        let (check, _) = judged(&world, &bundle, &[other.der("ca.pem"), other.der("tsa.pem")]);
        assert_eq!(check["status"], "skipped", "{check}");

        // Whatever byte is changed: it is refused, or it says the same under the same signature.
        let pinned = [STANDARD.decode(&ca).unwrap()];
        Pinned.check(&token, &pinned).unwrap();
        let original = Token::parse(&token).unwrap();
        for at in (0..token.len()).step_by(3) {
            let mut changed = token.clone();
            changed[at] ^= 0x01;
            if Pinned.check(&changed, &pinned).is_ok() {
                let read = Token::parse(&changed).unwrap();
                assert_eq!(
                    (read.imprint, read.time_secs, read.info),
                    (original.imprint, original.time_secs, original.info),
                    "{at}"
                );
            }
            let _never_panics = Pinned.check(&token[..at], &pinned).unwrap_err();
        }
    }
}

#[test]
fn a_token_that_does_not_fit_refutes() {
    let Some(authority) = Authority::new("-newkey rsa:2048", "timeStamping") else { return };
    // The round was published long ago: stamped after it, by a clock that is trusted. A service would not keep it.
    let world = stamping_world(ROUNDS[1], &["http://127.0.0.1:9/".to_owned()]);
    let seal = sealed(&world, "letters", ROUNDS[1]);
    let note = std::fs::read(world.dir.path().join(format!("service/public/witnessed/{seal}"))).unwrap();
    let stamped: [u8; 32] = Sha256::digest(Note::parse(&note).unwrap().text().as_bytes()).into();
    let token = read_answer(&Authority::reply(authority.0.path(), &query(&stamped, 3)), &stamped, 3).unwrap();
    std::fs::write(tokens_path(&world, seal), format!("{}\n", STANDARD.encode(token))).unwrap();
    let bundle = world.bundle("letters");
    assert!(published(ROUNDS[1]) < published(soon()));
    let ca = authority.der("ca.pem");
    let (check, report) = judged(&world, &bundle, std::slice::from_ref(&ca));
    assert_eq!((&check["status"], &report["exit"]), (&json!("failed"), &json!(1)), "{check}");
    assert!(check["reason"].as_str().unwrap().contains("after the round"), "{check}");
    // Without a trusted clock it says nothing.
    assert_eq!(judged(&world, &bundle, &[]).0["status"], "skipped");

    // A token of another checkpoint, and bytes that are no token, refute whoever's they are.
    let token = STANDARD.encode(&tokens(&bundle)[0].0);
    let hash = [7; 32];
    let other = read_answer(&Authority::reply(authority.0.path(), &query(&hash, 5)), &hash, 5).unwrap();
    for (wrong, words) in
        [(STANDARD.encode(other), "something else than its checkpoint"), (STANDARD.encode("nothing"), "not DER")]
    {
        let (check, report) = judged(&world, &bundle.replace(&token, &wrong), &[]);
        assert_eq!((&check["status"], &report["exit"]), (&json!("failed"), &json!(1)), "{check}");
        assert!(check["reason"].as_str().unwrap().contains(words), "{check}");
    }
    // Tokens have one encoding, and stand once.
    for wrong in [format!("{token}\",\"{token}"), String::new(), token.replace('=', ""), format!("{token}=")] {
        if wrong != token {
            assert_eq!(judged(&world, &bundle.replace(&token, &wrong), &[]).1["exit"], 2, "{wrong:.40}");
        }
    }
}

#[test]
fn after_a_restart_each_authority_that_gave_nothing_is_asked_again() {
    let Some(first) = Authority::new("-newkey rsa:2048", "timeStamping") else { return };
    let second = Authority::new("-newkey rsa:2048", "timeStamping").unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (open, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let addresses = [first.serve(&runtime), second.serve_while(&runtime, &open, &asked)];
    let round = soon();
    let mut world = stamping_world(round, &addresses);
    let seal = sealed(&world, "letters", round);
    let kept = |world: &World| Kept::new(world.service().public(), Arc::new(RealFiles)).tokens(seal).unwrap();
    let asked_after = |n| until("a request", || asked.load(Ordering::SeqCst) > n);
    let stamping = runtime.spawn(stamping::run(Arc::clone(world.service())));
    until("the first's token", || kept(&world).len() == 1);
    asked_after(0);
    stamping.abort();
    let before = kept(&world);
    // The task lets go of the service when it has ended.
    until("the end", || stamping.is_finished());
    world.restart();
    let so_far = asked.load(Ordering::SeqCst);
    let stamping = runtime.spawn(stamping::run(Arc::clone(world.service())));
    // The first was asked again before the second: a further token of it would take the second's place.
    asked_after(so_far);
    assert_eq!(kept(&world), before);
    open.store(true, Ordering::SeqCst);
    // A change of the log is an occasion to ask again.
    world.announce("other", round);
    until("the second's token", || kept(&world).len() == 2);
    stamping.abort();
    assert_eq!(kept(&world)[..1], before);
    let (check, _) = judged(&world, &world.bundle("letters"), &[second.der("ca.pem")]);
    assert_eq!(check["status"], "passed", "{check}");
}

#[test]
fn a_token_of_after_the_round_is_not_kept() {
    let Some(authority) = Authority::new("-newkey rsa:2048", "timeStamping") else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    // By the authority's clock the first round is long out; by the service's clock the second is out too.
    let world = stamping_world(ROUNDS[1], &[authority.serve(&runtime)]);
    let early = sealed(&world, "early", ROUNDS[2]);
    let out = sealed(&world, "out", ROUNDS[1]);
    let later = sealed(&world, "later", soon());
    world.clock.set(published(ROUNDS[1]));
    let stamping = runtime.spawn(stamping::run(Arc::clone(world.service())));
    until("a token", || tokens_path(&world, later).exists());
    stamping.abort();
    assert!(!tokens_path(&world, early).exists() && !tokens_path(&world, out).exists());
}

#[test]
fn answers_that_are_not_to_the_request_are_not_kept() {
    let Some(authority) = Authority::new("-newkey rsa:2048", "timeStamping") else { return };
    let dir = authority.0.path();
    for nonce in [0, 1, 127, 128, 255, 256, u64::from(u32::MAX), 1 << 63, u64::MAX] {
        let hash = [9; 32];
        let request = query(&hash, nonce);
        let reply = Authority::reply(dir, &request);
        read_answer(&reply, &hash, nonce).unwrap();
        assert!(read_answer(&reply, &hash, nonce ^ 1).is_err(), "another request");
        assert!(read_answer(&reply, &[8; 32], nonce).is_err(), "another hash");
        for end in (0..reply.len()).step_by(11) {
            assert!(read_answer(&reply[..end], &hash, nonce).is_err());
        }
    }
    // A refusal, as openssl gives it.
    let refusal = Authority::reply(dir, b"not a request");
    assert!(read_answer(&refusal, &[9; 32], 1).unwrap_err().to_string().contains("refuses"));
}

#[test]
fn a_certificate_that_is_not_for_time_stamping_does_not_count() {
    // openssl refuses to stamp with such a certificate, so the token is made with a good one, and the same key is certified for another purpose.
    let Some(authority) = Authority::new("-newkey rsa:2048", "timeStamping") else { return };
    let dir = authority.0.path();
    let hash = [9; 32];
    let token = read_answer(&Authority::reply(dir, &query(&hash, 1)), &hash, 1).unwrap();
    let ca = STANDARD.decode(authority.der("ca.pem")).unwrap();
    Pinned.check(&token, std::slice::from_ref(&ca)).unwrap();
    std::fs::write(dir.join("ext"), "basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n").unwrap();
    openssl(dir, "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out web.pem -days 3650 -extfile ext");
    let web = STANDARD.decode(authority.der("web.pem")).unwrap();
    let refused = Pinned.check(&token, &[web]).unwrap_err();
    assert!(refused.contains("not an authority of the trust file"), "{refused}");
}
