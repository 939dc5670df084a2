//! Running a service: settings and where they come from, bounds on requests, figures, a clean end, backups that are proved and never roll a
//! log back. Real sockets, the real program.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

#[path = "common_service/mod.rs"]
#[expect(dead_code, reason = "shared with tests that need more")]
mod common_service;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use common_service::{BOTH, ORIGIN, ROUNDS, Wish, World, published, signed, slug};
use kleroterion::backup::{self, Restore};
use kleroterion::cli::serve::{self, Running};
use kleroterion::service::control;
use kleroterion::service::request::{Answer, Request};
use kleroterion::service::settings::{Flags, Settings};
use kleroterion::vault::Vault;
use serde_json::json;

fn service(world: &World) -> PathBuf {
    world.dir.path().join("service")
}

/// A service with a drawn and a sealed draw, closed.
fn closed() -> World {
    let mut world = World::before(ROUNDS[1]);
    let wish = Wish { method: world.strata(), reserves: 4, ..Wish::equal(ROUNDS[1]) };
    world.drawn("letters", &wish);
    world.close();
    world
}

/// One request over a connection of its own; status line, headers and body as they come.
fn get(address: SocketAddr, path: &str, headers: &str) -> (u16, String) {
    ask(address, "GET", path, headers)
}

fn ask(address: SocketAddr, method: &str, path: &str, headers: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n").unwrap();
    let mut text = Vec::new();
    stream.read_to_end(&mut text).unwrap();
    let text = String::from_utf8_lossy(&text).into_owned();
    (text.split(' ').nth(1).unwrap().parse().unwrap(), text)
}

async fn started(dir: &Path, change: impl FnOnce(&mut Settings)) -> Running {
    let mut settings = Settings::load_with(dir, &Flags::default()).unwrap();
    settings.listen = "127.0.0.1:0".parse().unwrap();
    settings.metrics.listen = Some("127.0.0.1:0".parse().unwrap());
    change(&mut settings);
    serve::start_with(dir, settings, Box::new(|_| {})).await.unwrap()
}

#[test]
fn a_wrong_setting_is_told_with_its_place() {
    let world = closed();
    let dir = service(&world);
    let klero = |environment: &[(&str, &str)], arguments: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_klero"));
        command.current_dir(world.dir.path()).envs(environment.iter().copied());
        let output = command.args(arguments.split_whitespace()).output().unwrap();
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.code().unwrap(), text)
    };
    let check = "serve --dir service --check-config";
    let (code, text) = klero(&[], check);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("127.0.0.1:8080") && text.contains("built in") && text.contains("in order"), "{text}");
    for (file, environment, arguments, exit, words) in [
        (
            "listen = \"127.0.0.1:99\"\n[limits]\nrequest_secs = 9\n",
            vec![],
            "",
            0,
            vec!["127.0.0.1:99", "klero.toml", "limits.request_secs"],
        ),
        ("listen = 3\n", vec![], "", 2, vec!["listen", "klero.toml"]),
        ("lissten = \"127.0.0.1:99\"\n", vec![], "", 2, vec!["unknown field", "lissten", "klero.toml"]),
        ("listen = \n", vec![], "", 2, vec!["klero.toml"]),
        ("[limits]\nrequest_secs = 0\n", vec![], "", 2, vec!["limits", "0"]),
        ("[limits]\nconnections = 1000000\n", vec![], "", 0, vec![" 1000000 "]),
        ("[limits]\nconnections = -1\n", vec![], "", 2, vec!["connections", "klero.toml"]),
        ("", vec![("KLERO_CI_HIGHS", "1"), ("KLERO_CI_MUTANTS", "1")], "", 0, vec!["in order"]),
        ("", vec![("KLERO_LIMITS__REQUEST_SECS", "soon")], "", 2, vec!["request_secs", "environment"]),
        ("", vec![("KLERO_RETENTON__DAYS", "3")], "", 2, vec!["retenton"]),
        (
            "listen = \"127.0.0.1:99\"\n",
            vec![("KLERO_LISTEN", "127.0.0.1:98")],
            "",
            0,
            vec!["127.0.0.1:98", "environment"],
        ),
        ("", vec![("KLERO_LISTEN", "127.0.0.1:98")], " --listen 127.0.0.1:97", 0, vec!["127.0.0.1:97", "argument"]),
        ("relays = [\"ftp://x\"]\n", vec![], "", 2, vec!["relays"]),
        ("data_key = \"/nowhere/data.key\"\n", vec![], "", 2, vec!["/nowhere/data.key"]),
        ("", vec![("KLERO_CONFIG", "/nowhere/klero.toml")], "", 2, vec!["/nowhere/klero.toml"]),
        ("[metrics]\nlisten = \"127.0.0.1:8080\"\n", vec![], "", 2, vec!["metrics.listen"]),
        ("publish_to = \"ftp://draws\"\n", vec![], "", 2, vec!["publish_to", "ftp"]),
        ("publish_to = \"file://draws\"\n", vec![], "", 2, vec!["publish_to", "from the root"]),
        ("publish_to = \"file:///etc/hostname/draws\"\n", vec![], "", 2, vec!["publish_to", "/etc/hostname"]),
        ("publish_to = \"s3:///log\"\n", vec![], "", 2, vec!["publish_to", "bucket"]),
        ("publish_to = \"s3://draws/log\"\n", vec![], "", 0, vec!["s3://draws/log", "in order"]),
    ] {
        std::fs::write(dir.join("klero.toml"), file).unwrap();
        let (code, text) = klero(&environment, &format!("{check}{arguments}"));
        assert_eq!(code, exit, "{file:?} {environment:?}: {text}");
        words.iter().for_each(|word| assert!(text.contains(word), "{file:?} {environment:?}: {word}: {text}"));
    }
    // Looking at settings makes nothing.
    let place = world.dir.path().join("www").join("draws");
    std::fs::write(dir.join("klero.toml"), format!("publish_to = \"file://{}\"\n", place.display())).unwrap();
    let (code, text) = klero(&[], check);
    assert_eq!(code, 0, "{text}");
    assert!(!world.dir.path().join("www").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_bounded_counted_and_ended_cleanly() {
    let world = closed();
    let dir = service(&world);
    let running = started(&dir, |settings| {
        settings.limits.requests_per_minute = 3;
        settings.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    let (address, metrics) = (running.address, running.metrics.unwrap());
    let asked = tokio::task::spawn_blocking(move || {
        let from = |who: &str| format!("x-forwarded-for: {who}\r\n");
        for _ in 0..3 {
            assert_eq!(get(address, "/search?q=x", &from("192.0.2.1")).0, 200);
        }
        let (code, text) = get(address, "/search?q=x", &from("192.0.2.1"));
        assert!(code == 429 && text.to_lowercase().contains("retry-after: 60"), "{text}");
        assert!(text.contains("application/problem+json"), "{text}");
        // A browser gets a page, in its language.
        let browser = format!("{}accept: text/html\r\naccept-language: fr\r\n", from("192.0.2.1"));
        let (code, text) = get(address, "/search?q=x", &browser);
        assert!(code == 429 && text.contains("<html lang=\"fr\">") && text.contains("/de/search?q=x"), "{text}");
        // Somebody else, what anyone may cache, and monitors go on.
        assert_eq!(get(address, "/search?q=x", &from("192.0.2.2")).0, 200);
        for path in ["/", "/draws", "/draws/letters/bundle", "/checkpoint", "/tile/0/000.p/4", "/healthz", "/readyz"] {
            for _ in 0..4 {
                assert_eq!(get(address, path, &from("192.0.2.1")).0, 200, "{path}");
            }
        }
        // Who invents methods makes no new figures.
        for method in ["INVENTED", "MADE-UP"] {
            let (code, _) = ask(address, method, "/", &from("192.0.2.3"));
            assert_eq!(code, 405);
        }
        let (code, text) = get(metrics, "/metrics", "");
        assert_eq!(code, 200);
        for line in [
            "klero_http_requests_total{method=\"GET\",route=\"/search\",status=\"200\"} 4",
            "klero_http_requests_total{method=\"other\",route=\"/\",status=\"405\"} 2",
            "klero_http_turned_away_total{reason=\"rate\"} 2",
            "klero_draws{phase=\"drawn\"} 1",
            "klero_log_read_only 0",
            "klero_pools_kept 1",
            "klero_log_entries 5",
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
        assert!(!text.contains("192.0.2") && !text.contains("letters"), "{text}");
        assert_eq!(get(address, "/metrics", &from("192.0.2.9")).0, 404, "figures are not public");
        // A connection that stays open and idle does not hold up the end.
        let mut idle = TcpStream::connect(address).unwrap();
        idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        let mut first = [0; 12];
        idle.read_exact(&mut first).unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        idle
    })
    .await
    .unwrap();
    let socket = dir.join("control.sock");
    assert!(socket.exists());
    running.stop(Duration::from_secs(60)).await;
    drop(asked);
    assert!(!socket.exists());
    assert!(TcpStream::connect(address).is_err(), "nobody listens any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn publication_that_stands_still_is_told() {
    let world = closed();
    let dir = service(&world);
    let copy = world.dir.path().join("copy");
    std::fs::create_dir(&copy).unwrap();
    std::fs::write(copy.join("checkpoint"), "somebody else's\n").unwrap();
    std::fs::write(dir.join("klero.toml"), format!("publish_to = \"file://{}\"\n", copy.display())).unwrap();
    let running = started(&dir, |_| {}).await;
    let (address, metrics, place) = (running.address, running.metrics.unwrap(), copy.clone());
    let told = tokio::task::spawn_blocking(move || {
        let health = |code: u16| {
            let answers = (0..60_000).map(|_| {
                std::thread::park_timeout(Duration::from_millis(1));
                get(address, "/healthz", "")
            });
            answers.into_iter().find(|(found, _)| *found == code).unwrap_or_else(|| panic!("never {code}")).1
        };
        let stopped = health(503);
        let figures = [get(metrics, "/metrics", "").1];
        std::fs::remove_file(place.join("checkpoint")).unwrap();
        health(200);
        (stopped, figures.into_iter().chain([get(metrics, "/metrics", "").1]).collect::<Vec<_>>())
    });
    let (stopped, figures) = told.await.unwrap();
    assert!(stopped.contains("publication-stands-still") && stopped.contains("holds another log"), "{stopped}");
    // Where the place is, is nobody's business.
    assert!(!stopped.contains(copy.to_str().unwrap()), "{stopped}");
    assert!(figures[0].contains("klero_publication_stands_still 1\n"), "{}", figures[0]);
    assert!(figures[1].contains("klero_publication_stands_still 0\n"), "{}", figures[1]);
    assert!(figures[1].contains("klero_publication_entries 5\n"), "{}", figures[1]);
    running.stop(Duration::from_secs(60)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_no_body_to_the_desk_keeps_nobody_from_the_pages() {
    let world = closed();
    let running = started(&service(&world), |settings| settings.limits.concurrent = 2).await;
    let address = running.address;
    let held = tokio::task::spawn_blocking(move || {
        let announce = || {
            let mut stream = TcpStream::connect(address).unwrap();
            let head = "POST /api/v1/session HTTP/1.1\r\nhost: x\r\nidempotency-key: 0123456789abcdef";
            write!(stream, "{head}\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n").unwrap();
            stream
        };
        // Two are being answered once a further request is turned away; one that came too early was turned away itself.
        let mut held = vec![announce()];
        while get(address, "/api/v1/openapi.json", "").0 != 503 {
            held.push(announce());
        }
        assert_eq!(get(address, "/", "").0, 200);
        held
    })
    .await
    .unwrap();
    drop(held);
    running.stop(Duration::from_secs(60)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_listens_to_a_draw_does_not_hold_up_the_end() {
    let world = closed();
    let running = started(&service(&world), |_| {}).await;
    let address = running.address;
    let mut listening = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET /draws/letters/events HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        let mut text = Vec::new();
        while !String::from_utf8_lossy(&text).contains("event: state") {
            let mut some = [0; 512];
            let n = stream.read(&mut some).unwrap();
            assert_ne!(n, 0, "{}", String::from_utf8_lossy(&text));
            text.extend_from_slice(&some[..n]);
        }
        stream
    })
    .await
    .unwrap();
    running.stop(Duration::from_secs(30)).await;
    listening.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut rest = String::new();
    listening.read_to_string(&mut rest).unwrap();
    assert!(rest.ends_with("0\r\n\r\n"), "the events end, and are not cut off: {rest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_long_is_refused() {
    let world = closed();
    let running = started(&service(&world), |settings| settings.limits.body_bytes = 100).await;
    let address = running.address;
    let code = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        let body = "x".repeat(5_000);
        write!(stream, "POST /draws/letters/round HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
        let mut text = Vec::new();
        stream.read_to_end(&mut text).unwrap();
        String::from_utf8_lossy(&text).split(' ').nth(1).unwrap().to_owned()
    })
    .await
    .unwrap();
    assert_eq!(code, "413");
    running.stop(Duration::from_secs(60)).await;
}

fn restore(
    world: &World,
    file: &Path,
    to: &str,
    how: &Restore,
) -> Result<backup::Restored, kleroterion::failure::Failure> {
    backup::restore(file, &world.dir.path().join(to), how)
}

#[test]
fn a_backup_restores_to_the_same_service_and_is_proved() {
    let mut world = closed();
    let dir = service(&world);
    let at = world.dir.path().to_owned();
    let key = Vault::create(&at.join("backup.key")).unwrap();
    let data_key = at.join("data.key");
    std::fs::copy(dir.join("keys/data.key"), &data_key).unwrap();
    let file = at.join("one.tar.age");
    let vault = std::sync::Arc::new(Vault::open(&data_key).unwrap());
    let wish = kleroterion::api::InviteWish {
        login: "root@example.org".into(),
        role: kleroterion::api::access::Role::Admin,
        organiser: None,
    };
    let records = kleroterion::api::open_records(&dir, &vault).unwrap();
    kleroterion::api::invite(std::sync::Arc::clone(&records), &wish, 1_700_000_000).unwrap();
    let accounts = kleroterion::api::export(records.as_ref(), &vault).unwrap();
    let invited = all(records.as_ref());
    drop(records);
    let head = backup::create(&dir, &file, &[key.recipient()], &accounts, 1_700_000_000).unwrap();
    assert_eq!(head.size, 5);
    let bytes = std::fs::read(&file).unwrap();
    assert!(bytes.starts_with(b"age-encryption.org/v1"));
    let how = Restore { key: Some(at.join("backup.key")), published: None, data_key: Some(data_key.clone()) };
    let proved = backup::verify(&file, &how).unwrap();
    assert_eq!((proved.size, proved.pools, proved.pools_proved, proved.accounts), (5, 1, 1, Some(1)));
    let published = Restore { published: Some(dir.join("public/checkpoint")), ..how.clone() };
    let restored = restore(&world, &file, "restored", &published).unwrap();
    assert_eq!(restored, proved);
    // What was restored is a service: same draws, same bundle, and it can be written to.
    world.restart();
    let before = world.bundle("letters");
    world.close();
    let again = kleroterion::service::Service::open(&at.join("restored"), world.clock.clone()).unwrap();
    assert_eq!(again.bundle(&slug("letters")).unwrap(), before);
    let root = world_root(&again);
    again.kept_pool(&slug("letters"), &root).unwrap().verify(&mut |_| {}).unwrap();
    drop(again);
    let records = kleroterion::api::open_records(&at.join("restored"), &vault).unwrap();
    assert_eq!((all(records.as_ref()), invited.len()), (invited, 1));

    // Not over a log that is there, and not behind one.
    let said = |result: Result<backup::Restored, kleroterion::failure::Failure>| result.unwrap_err().to_string();
    assert!(said(restore(&world, &file, "restored", &how)).contains("holds a log of 5 entries"));
    world.restart();
    world.announce("next", ROUNDS[3]);
    world.close();
    let newer = Restore { published: Some(dir.join("public/checkpoint")), ..how.clone() };
    assert!(said(restore(&world, &file, "elsewhere", &newer)).contains("a checkpoint of 6 entries was signed"));
    assert!(said(restore(&world, &file, "service", &how)).contains("a checkpoint of 6 entries was signed"));
    assert!(!at.join("elsewhere").exists());
    assert!(said(backup::verify(&file, &Restore::default())).contains("give --key"));
    let other = Vault::create(&at.join("other.key")).unwrap();
    assert_ne!(other.recipient(), key.recipient());
    let wrong = Restore { key: Some(at.join("other.key")), ..how };
    assert!(said(backup::verify(&file, &wrong)).contains("cannot be opened"));
}

fn all(records: &dyn kleroterion::store::Records) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut found = Vec::new();
    let take = &mut |key: &[u8], value: &[u8]| {
        found.push((key.to_vec(), value.to_vec()));
        std::ops::ControlFlow::Continue(())
    };
    records.range(b"", None, take).unwrap();
    found
}

fn world_root(service: &kleroterion::service::Service) -> klero_draw::hash::PoolRoot {
    service.ledger().draw(&slug("letters")).unwrap().terms().unwrap().pool.root
}

#[test]
fn a_backup_holds_no_row_and_no_data_key_and_damage_is_noticed() {
    let world = closed();
    let dir = service(&world);
    let file = world.dir.path().join("plain.tar");
    backup::create(&dir, &file, &[], &[], 1_700_000_000).unwrap();
    let bytes = std::fs::read(&file).unwrap();
    let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    assert!(!holds(b"Person 1") && !holds(b"AGE-SECRET-KEY") && !holds(b"R-1037"));
    assert!(holds(b"PRIVATE+KEY+"), "the keys of the log are in it");
    backup::verify(&file, &Restore::default()).unwrap();
    let damaged = world.dir.path().join("damaged.tar");
    let every = bytes.len() / 23;
    for place in (0..bytes.len()).step_by(every) {
        let mut changed = bytes.clone();
        changed[place] ^= 0x20;
        std::fs::write(&damaged, &changed).unwrap();
        match backup::verify(&damaged, &Restore::default()) {
            // Padding between the files of an archive means nothing.
            Ok(same) => assert_eq!(same.size, 5),
            Err(failure) => assert!(failure.exit == 1 || failure.exit == 2, "{place}: {failure}"),
        }
    }
    for length in [0, 100, 512, bytes.len() / 2, bytes.len() - 4096] {
        std::fs::write(&damaged, &bytes[..length]).unwrap();
        assert!(backup::verify(&damaged, &Restore::default()).is_err(), "{length}");
    }
    // A backup that a crash cut off, with a name that leads elsewhere, or with two files of one name, is refused.
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(1);
    header.as_gnu_mut().unwrap().name[..9].copy_from_slice(b"../escape");
    header.set_cksum();
    archive.append(&header, &b"x"[..]).unwrap();
    std::fs::write(&damaged, archive.into_inner().unwrap()).unwrap();
    assert!(
        backup::verify(&damaged, &Restore::default()).unwrap_err().to_string().contains("something else than files")
    );
}

#[test]
fn a_backup_made_while_the_service_writes_is_whole() {
    let mut world = World::before(ROUNDS[1]);
    let dir = service(&world);
    let file = |n: usize| world.dir.path().join(format!("{n}.tar"));
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for n in 0..20 {
                world.announce(&format!("draw-{n}"), ROUNDS[3]);
            }
        });
        let mut n = 0;
        while !writer.is_finished() || n == 0 {
            backup::create(&dir, &file(n), &[], &[], 1_700_000_000).unwrap();
            n += 1;
        }
        let mut before = 0;
        for n in 0..n {
            let proved = backup::verify(&file(n), &Restore::default()).unwrap();
            assert!(proved.size >= proved.head.size && proved.head.size >= before);
            before = proved.head.size;
        }
    });
    world.close();
    assert!(published(ROUNDS[1]) > 0);
}

/// systemd's messages, one after the other.
struct Systemd(std::os::unix::net::UnixDatagram);

impl Systemd {
    /// Waits for a message that begins so.
    #[track_caller]
    fn told(&self, beginning: &str) -> String {
        let mut buffer = [0; 4_096];
        for _ in 0..10_000 {
            let length = self.0.recv(&mut buffer).unwrap();
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            if text.starts_with(beginning) {
                return text;
            }
        }
        panic!("never told {beginning}");
    }
}

#[test]
fn a_log_that_is_read_only_keeps_the_watchdog_quiet_and_says_so() {
    let mut world = World::before(ROUNDS[1]);
    world.drawn("letters", &Wish::equal(ROUNDS[1]));
    let after = json!(world.status("letters").after);
    world.close();
    let dir = service(&world);
    let path = world.dir.path().join("notify");
    let systemd = Systemd(std::os::unix::net::UnixDatagram::bind(&path).unwrap());
    systemd.0.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
    let mut serving = Command::new(env!("CARGO_BIN_EXE_klero"))
        .args(["serve", "--listen", "127.0.0.1:0", "--relay", "http://127.0.0.1:9", "--dir"])
        .arg(&dir)
        .env("NOTIFY_SOCKET", &path)
        .env("WATCHDOG_USEC", "100000")
        .env_remove("WATCHDOG_PID")
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    systemd.told("READY=1");
    systemd.told("STATUS=serving");
    systemd.told("WATCHDOG=1");
    // No checkpoint can be written any more.
    std::fs::remove_file(dir.join("public/checkpoint")).unwrap();
    std::fs::create_dir(dir.join("public/checkpoint")).unwrap();
    let mut annul = json!({"draw": "letters", "log": ORIGIN, "organiser": "eupen", "reason": "court"});
    annul["after"] = after;
    let note = signed("annul", &annul, BOTH);
    let answer = control::ask(&dir, &Request::Note { note }).unwrap();
    assert!(matches!(answer, Some(Answer::Failed(_))), "{answer:?}");
    systemd.told("STATUS=read-only: ");
    systemd.told("WATCHDOG=1");
    systemd.told("WATCHDOG=1");
    assert!(serving.try_wait().unwrap().is_none());
    serving.kill().unwrap();
    serving.wait().unwrap();
}
