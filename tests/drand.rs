//! Relays of every kind, real HTTP on this machine: what the beacon client makes of each, and that only what verifies counts.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Response, StatusCode, header};
use klero_draw::beacon::{BeaconError, Chain};
use klero_draw::rehearsal::RehearsalKey;
use kleroterion::clock::ManualClock;
use kleroterion::drand::{BODY_BYTES_MAX, Client, Complaint, NotARelay, Patience, Relay, RelayError, read_round};
use kleroterion::rehearsal;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const AT_ONCE: Patience = Patience { passes: 3, first_wait: Duration::ZERO, longest_wait: Duration::ZERO };
const QUICKNET: &str = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971";

fn fixtures() -> Vec<Value> {
    serde_json::from_str(include_str!("fixtures/drand.json")).unwrap()
}

/// A recorded round, as a relay would send it.
fn recorded(chain: &Chain, round: u64) -> Value {
    let hash = chain.hash().to_string();
    fixtures().into_iter().find(|r| r["chain_hash"] == hash.as_str() && r["round"] == round).unwrap()
}

fn client() -> Client {
    Client::new(Duration::from_secs(20)).unwrap()
}

/// Serves `answer` (path → response) on a port of its own.
async fn relay(answer: impl Fn(&str) -> Response<Body> + Clone + Send + Sync + 'static) -> Relay {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().fallback(move |request: Request| {
        let response = answer(request.uri().path());
        async move { response }
    });
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}").parse().unwrap()
}

/// Does `act` with every connection, below HTTP.
async fn socket<F: Future<Output = ()> + Send>(act: impl Fn(TcpStream) -> F + Send + Sync + 'static) -> Relay {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            act(stream).await;
        }
    });
    format!("http://{address}").parse().unwrap()
}

fn text(status: u16, body: impl Into<String>) -> Response<Body> {
    Response::builder().status(status).body(Body::from(body.into())).unwrap()
}

async fn always(status: u16, body: impl Into<String>) -> Relay {
    let body = body.into();
    relay(move |_| text(status, body.clone())).await
}

async fn honest(chain: &Chain, round: u64) -> Relay {
    always(200, recorded(chain, round).to_string()).await
}

/// The relay is passed over with `expected` as the complaint, and the honest one after it brings the round.
async fn check(name: &str, bad: Relay, expected: RelayError) {
    let chain = Chain::quicknet();
    let relays = [bad.clone(), honest(&chain, 3).await];
    let fetched = client().fetch_verified(&chain, &relays, 3, AT_ONCE, |wait| wait).await.unwrap();
    assert_eq!(fetched.relay, relays[1], "{name}");
    assert_eq!(
        hex::encode(fetched.verified.randomness()),
        recorded(&chain, 3)["randomness"].as_str().unwrap(),
        "{name}"
    );
    assert_eq!(fetched.complaints, [Complaint { relay: bad, error: expected, times: 1 }], "{name}");
}

#[tokio::test]
async fn a_relay_that_brings_something_wrong_is_named_and_passed_over() {
    let chain = Chain::quicknet();
    let good = recorded(&chain, 3);
    let with = |member: &str, value: Value| {
        let mut round = good.clone();
        round[member] = value;
        round.to_string()
    };
    let flipped = |at: usize| {
        let mut signature = good["signature"].as_str().unwrap().to_owned().into_bytes();
        signature[at] = if signature[at] == b'0' { b'1' } else { b'0' };
        Value::from(String::from_utf8(signature).unwrap())
    };
    let another_rounds = recorded(&chain, 2)["signature"].clone();
    let not_json = RelayError::NotARound("not JSON");
    let no_members = RelayError::NotARound("expected the members round and signature");
    for (name, body, expected) in [
        (
            "another round's signature",
            with("signature", another_rounds),
            RelayError::DoesNotVerify(BeaconError::DoesNotVerify),
        ),
        ("no point", with("signature", flipped(95)), RelayError::DoesNotVerify(BeaconError::NotAPoint)),
        (
            "short signature",
            with("signature", json!("b55e")),
            RelayError::DoesNotVerify(BeaconError::SignatureLength { expected: 48, found: 2 }),
        ),
        ("another round", recorded(&chain, 2).to_string(), RelayError::AnotherRound { expected: 3, found: 2 }),
        ("garbage", "<html>maintenance</html>".to_owned(), not_json.clone()),
        ("empty", String::new(), RelayError::NotARound("JSON that breaks off")),
        ("cut off", good.to_string()[..90].to_owned(), RelayError::NotARound("JSON that breaks off")),
        ("two texts", format!("{good}{good}"), not_json),
        ("no signature", json!({"round": 3}).to_string(), no_members.clone()),
        ("negative round", with("round", json!(-3)), no_members.clone()),
        ("round as text", with("round", json!("3")), no_members.clone()),
        ("twice", format!("{{\"round\":3,{}", &good.to_string()[1..]), no_members),
        ("not hex", with("signature", json!("zz")), RelayError::NotARound("a signature that is not hexadecimal")),
        (
            "long signature",
            with("signature", json!("00".repeat(97))),
            RelayError::NotARound("a signature of an impossible length"),
        ),
    ] {
        check(name, always(200, body).await, expected).await;
    }
    for status in [400, 403, 500, 503] {
        check("status", always(status, "no").await, RelayError::Status { status }).await;
    }
}

#[tokio::test]
async fn an_oversized_answer_is_not_read_to_its_end() {
    check("declared", always(200, " ".repeat(BODY_BYTES_MAX + 1)).await, RelayError::TooLarge).await;
    let endless = socket(|mut stream| async move {
        let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        let chunk = [b"1000\r\n".as_slice(), &[b' '; 0x1000], b"\r\n"].concat();
        let mut request = [0; 1024];
        let _read = stream.read(&mut request).await;
        let mut sent = stream.write_all(head).await;
        while sent.is_ok() {
            sent = stream.write_all(&chunk).await;
        }
    })
    .await;
    check("endless", endless, RelayError::TooLarge).await;
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let asked = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&asked);
    let target = relay(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        text(200, recorded(&Chain::quicknet(), 3).to_string())
    })
    .await;
    for status in [301, 302, 307, 308] {
        let location = target.to_string();
        let redirecting = relay(move |path| {
            let to = format!("{location}{path}");
            Response::builder().status(status).header(header::LOCATION, to).body(Body::empty()).unwrap()
        })
        .await;
        check("redirect", redirecting, RelayError::Redirect { status }).await;
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn connections_that_lead_nowhere_are_given_up() {
    check("closes at once", socket(|stream| async move { drop(stream) }).await, RelayError::Unreachable).await;
    let half = socket(|mut stream| async move {
        let mut request = [0; 1024];
        let _read = stream.read(&mut request).await;
        let _wrote = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"round\"").await;
    })
    .await;
    check("breaks off", half, RelayError::Unreachable).await;
    let nonsense = socket(|mut stream| async move {
        let _wrote = stream.write_all(b"SSH-2.0-OpenSSH_9.9\r\n").await;
    })
    .await;
    check("not HTTP", nonsense, RelayError::Unreachable).await;
    // A port that was free a moment ago: nobody listens.
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    check("refuses", format!("http://{free}").parse().unwrap(), RelayError::Unreachable).await;
    let plain = honest(&Chain::quicknet(), 3).await.to_string();
    check("no TLS", plain.replace("http:", "https:").parse().unwrap(), RelayError::Unreachable).await;
}

#[tokio::test]
async fn a_relay_that_never_answers_costs_one_timeout() {
    // Holds every connection open and says nothing.
    let slow = socket(|mut stream| async move {
        tokio::spawn(async move {
            let mut request = [0; 1024];
            while matches!(stream.read(&mut request).await, Ok(n) if n > 0) {}
        });
    })
    .await;
    let chain = Chain::quicknet();
    let after = Duration::from_millis(40);
    let impatient = Client::new(after).unwrap();
    let error = impatient.round(&slow, &chain, 3).await.unwrap_err();
    assert_eq!(error, RelayError::TimedOut { after });
    let once = Patience { passes: 1, ..AT_ONCE };
    let none = impatient.fetch_verified(&chain, std::slice::from_ref(&slow), 3, once, |wait| wait).await.unwrap_err();
    assert_eq!(none.complaints, [Complaint { relay: slow, error, times: 1 }]);
}

#[tokio::test]
async fn a_late_round_is_waited_for_with_growing_pauses() {
    let chain = Chain::quicknet();
    for status in [404, 425] {
        let asked = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&asked);
        // A 404 is asked for on both versions' paths before it counts as late.
        let requests_late = if status == 404 { 6 } else { 3 };
        let late = relay(move |_| {
            if counter.fetch_add(1, Ordering::SeqCst) < requests_late {
                text(status, "Requested future beacon")
            } else {
                text(200, recorded(&Chain::quicknet(), 3).to_string())
            }
        })
        .await;
        let patience = Patience { passes: 9, first_wait: Duration::from_secs(2), longest_wait: Duration::from_secs(5) };
        let mut waits = Vec::new();
        let jitter = |wait| {
            waits.push(wait);
            Duration::ZERO
        };
        let fetched = client().fetch_verified(&chain, std::slice::from_ref(&late), 3, patience, jitter).await.unwrap();
        assert_eq!(fetched.complaints, [Complaint { relay: late, error: RelayError::Late { status }, times: 3 }]);
        assert_eq!(waits, [2, 4, 5].map(Duration::from_secs));
    }
}

#[tokio::test]
async fn nobody_is_asked_again_who_brought_something_wrong() {
    let chain = Chain::quicknet();
    let asked = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&asked);
    let liar = relay(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        text(200, recorded(&Chain::quicknet(), 2).to_string())
    })
    .await;
    let none = client().fetch_verified(&chain, std::slice::from_ref(&liar), 3, AT_ONCE, |wait| wait).await.unwrap_err();
    let error = RelayError::AnotherRound { expected: 3, found: 2 };
    assert_eq!(none.complaints, [Complaint { relay: liar.clone(), error: error.clone(), times: 1 }]);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert_eq!(none.to_string(), format!("no relay brought round 3\n  {liar} {error}"));

    let busy = always(503, "").await;
    let none =
        client().fetch_verified(&chain, &[liar.clone(), busy.clone()], 3, AT_ONCE, |wait| wait).await.unwrap_err();
    let again = Complaint { relay: busy, error: RelayError::Status { status: 503 }, times: 3 };
    assert_eq!(none.complaints, [Complaint { relay: liar, error, times: 1 }, again]);
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    assert!(client().fetch_verified(&chain, &[], 3, AT_ONCE, |wait| wait).await.unwrap_err().complaints.is_empty());
}

#[tokio::test]
async fn both_versions_of_the_api_and_both_chains_are_read() {
    for chain in [Chain::quicknet(), Chain::default_chain()] {
        let hash = chain.hash().to_string();
        for recorded in fixtures().into_iter().filter(|r| r["chain_hash"] == hash.as_str()) {
            let round = recorded["round"].as_u64().unwrap();
            let mut v2 = recorded.clone();
            v2.as_object_mut().unwrap().retain(|name, _| name != "randomness" && name != "chain_hash");
            for (path, body) in [
                (format!("/{hash}/public/{round}"), recorded.clone()),
                (format!("/v2/chains/{hash}/rounds/{round}"), v2),
            ] {
                let body = body.to_string();
                let relay =
                    relay(move |asked| if asked == path { text(200, body.clone()) } else { text(404, "") }).await;
                let fetched = client().fetch_verified(&chain, &[relay], round, AT_ONCE, |wait| wait).await.unwrap();
                assert_eq!(hex::encode(fetched.verified.randomness()), recorded["randomness"].as_str().unwrap());
                assert!(fetched.complaints.is_empty());
            }
        }
    }
}

#[test]
fn a_previous_signature_that_nobody_signed_is_dropped() {
    let signature = "b6".repeat(48);
    for previous in [json!(""), json!("00"), json!(null)] {
        let body = json!({"round": 7, "signature": signature, "previous_signature": previous, "more": [1]}).to_string();
        assert_eq!(read_round(body.as_bytes(), false).unwrap().previous_signature, None);
    }
    let body = json!({"round": 7, "signature": signature, "previous_signature": "00ff"}).to_string();
    assert_eq!(read_round(body.as_bytes(), true).unwrap().previous_signature, Some(vec![0, 255]));
}

#[test]
fn addresses_of_relays() {
    for good in ["https://api.drand.sh", "http://127.0.0.1:7880", "https://example.org:8443/drand/"] {
        let relay: Relay = good.parse().unwrap();
        assert_eq!(relay.to_string(), good.trim_end_matches('/'));
    }
    for bad in [
        "",
        "api.drand.sh",
        "ftp://a",
        "file:///etc/passwd",
        "https://",
        "https://u:p@host",
        "https://h?x=1",
        "https://h#f",
        "/a",
    ] {
        assert_eq!(bad.parse::<Relay>(), Err(NotARelay), "{bad}");
    }
    assert_eq!(Relay::defaults().len(), 4);
}

/// GET, and the whole answer as it came.
async fn get(relay: &Relay, path: &str) -> (u16, Value) {
    let address = relay.to_string();
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("x-rehearsal: proves nothing\r\n"), "{answer}");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head[9..12].parse().unwrap(), serde_json::from_str(body).unwrap_or(Value::Null))
}

#[tokio::test]
async fn the_rehearsal_beacon_speaks_like_a_relay_and_never_early() {
    let key = RehearsalKey::from_seed(&[7; 32]).unwrap();
    let info = key.chain_info(1_000, 3).unwrap();
    let chain = Chain::rehearsal(info.clone());
    let clock = ManualClock::at(999);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let relay: Relay = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(rehearsal::serve(listener, key, info.clone(), clock.clone()));
    let hash = chain.hash().to_string();

    let too_early = StatusCode::TOO_EARLY.as_u16();
    for path in [format!("/{hash}/public/latest"), format!("/v2/chains/{hash}/rounds/1"), "/public/1".to_owned()] {
        assert_eq!(get(&relay, &path).await.0, too_early, "{path}");
    }
    // Round 3 comes at genesis + 2 periods, and not a second before.
    for (now, newest) in [(1_000, 1), (1_005, 2), (1_006, 3)] {
        clock.set(now);
        for paths in [
            [format!("/{hash}/public/latest"), format!("/{hash}/public/{}", newest + 1)],
            [format!("/v2/chains/{hash}/rounds/latest"), format!("/v2/chains/{hash}/rounds/{}", newest + 1)],
            ["/v2/beacons/rehearsal/rounds/latest".to_owned(), format!("/v2/beacons/rehearsal/rounds/{}", newest + 1)],
        ] {
            let (status, body) = get(&relay, &paths[0]).await;
            assert_eq!((status, body["round"].as_u64()), (200, Some(newest)), "{paths:?}");
            assert_eq!(body["rehearsal"], true);
            assert_eq!(get(&relay, &paths[1]).await.0, too_early, "{paths:?}");
        }
    }
    let fetched = client().fetch_verified(&chain, std::slice::from_ref(&relay), 3, AT_ONCE, |wait| wait).await.unwrap();
    assert!(fetched.verified.is_rehearsal());
    let late = client().round(&relay, &chain, 4).await.unwrap_err();
    assert_eq!(late, RelayError::Late { status: 425 });

    let v1 = get(&relay, &format!("/{hash}/info")).await.1;
    assert_eq!(
        (v1["hash"].as_str(), v1["genesis_time"].as_u64(), v1["period"].as_u64()),
        (Some(&hash[..]), Some(1_000), Some(3))
    );
    assert_eq!(v1["schemeID"], "bls-unchained-g1-rfc9380");
    let v2 = get(&relay, &format!("/v2/chains/{hash}/info")).await.1;
    assert_eq!((v2["chain_hash"].as_str(), v2["public_key"].as_str()), (Some(&hash[..]), v1["public_key"].as_str()));
    assert_eq!(get(&relay, "/chains").await.1, json!([hash]));
    for (path, status) in [
        (format!("/{QUICKNET}/public/1"), 404),
        (format!("/v2/chains/{QUICKNET}/info"), 404),
        (format!("/{hash}/public/0"), 400),
        (format!("/{hash}/public/-1"), 400),
        (format!("/{hash}/public/18446744073709551616"), 400),
        (format!("/{hash}/public/18446744073709551615"), too_early),
    ] {
        assert_eq!(get(&relay, &path).await.0, status, "{path}");
    }
}
