//! Web servers as there are: one that sends a byte now and then, and one that knows no other method than GET.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use kleroterion::monitor::{Monitor, Setup};
use kleroterion::place::{Patience, Place};

use crate::support::Site;
use crate::world::{GENESIS, Spec, World};

const LATER: u64 = GENESIS + 1_000_000;

/// Serves a folder, each connection by `answer`, which gets the method and the file, if there is one; gives the address.
fn serve(
    dir: &Path,
    answer: impl Fn(&mut TcpStream, &str, Option<&[u8]>) -> std::io::Result<()> + Clone + Send + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let dir: PathBuf = dir.to_owned();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (dir, answer) = (dir.clone(), answer.clone());
            std::thread::spawn(move || {
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
                let first = lines.next().unwrap_or_default();
                let _head = lines.take_while(|line| !line.is_empty()).count();
                let mut words = first.split(' ');
                let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
                let file = std::fs::read(dir.join(path.trim_start_matches('/'))).ok();
                let mut stream = stream;
                // Whoever asked may have gone.
                let _gone = answer(&mut stream, method, file.as_deref());
            });
        }
    });
    format!("http://{address}")
}

fn head(stream: &mut TcpStream, status: &str, length: usize) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n")
}

#[test]
fn a_server_that_sends_a_byte_now_and_then_holds_nobody_up() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("checkpoint"), vec![b'x'; 400]).unwrap();
    // Never silent for long, and done after a minute and a half.
    let url = serve(dir.path(), |stream, _, file| {
        let file = file.unwrap_or_default();
        head(stream, "200 OK", file.len())?;
        for byte in file {
            stream.write_all(&[*byte])?;
            std::thread::sleep(Duration::from_millis(225));
        }
        Ok(())
    });
    let patience = Patience { silence: Duration::from_secs(3), bytes_per_sec: 1_024 };
    let place = Place::open_with(&url, patience).unwrap();
    let problem = place.get("checkpoint", 1 << 20).unwrap_err();
    assert!(problem.detail.contains("too slowly"), "{problem}");
    let mut monitor = Monitor::open(&dir.path().join("watch"), Setup::default()).unwrap();
    let told = monitor.pass(&place, LATER).unwrap();
    assert!(told.problem.as_deref().is_some_and(|words| words.contains("too slowly")), "{told:?}");
    assert_eq!(told.exit(monitor.findings()), 3);
    // One that is as slow as is allowed for is waited for, whatever its length.
    let patience = Patience { silence: Duration::from_secs(3), bytes_per_sec: 2 };
    std::fs::write(dir.path().join("short"), vec![b'x'; 40]).unwrap();
    let place = Place::open_with(&url, patience).unwrap();
    assert_eq!(place.get("short", 1 << 20).unwrap().map(|bytes| bytes.len()), Some(40));
}

#[test]
fn a_server_that_knows_only_get_is_asked_by_get() {
    let mut world = World::new();
    world.whole(&Spec::new("d1", "stratified").purpose("d1").at(GENESIS + 1_000));
    let site = Site::of(&world);
    for refusal in ["405 Method Not Allowed", "501 Not Implemented"] {
        let url = serve(&site.log, move |stream, method, file| only_get(stream, refusal, method, file));
        let place = Place::open(&url).unwrap();
        assert_eq!((place.has("checkpoint"), place.has("elsewhere")), (Ok(true), Ok(false)), "{refusal}");
        let own = site.own.join(refusal.split(' ').next().unwrap());
        // The first look reads the log, the second looks whether its tables are still there.
        for _ in 0..2 {
            let mut monitor = Monitor::open(&own, Setup { trust: Some(world.trust()), grace_secs: 60 }).unwrap();
            let told = monitor.pass(&place, LATER).unwrap();
            assert_eq!((told.problem.clone(), told.exit(monitor.findings())), (None, 0), "{refusal}");
        }
    }
}

fn only_get(stream: &mut TcpStream, refusal: &str, method: &str, file: Option<&[u8]>) -> std::io::Result<()> {
    match file {
        _ if method != "GET" => head(stream, refusal, 0),
        None => head(stream, "404 Not Found", 0),
        Some(bytes) => {
            head(stream, "200 OK", bytes.len())?;
            stream.write_all(bytes)
        }
    }
}
