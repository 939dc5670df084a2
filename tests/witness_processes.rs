//! Three witnesses, each a process of its own: one is dead (nobody listens on its port), one is slow (whoever talks to it waits), and two of three must
//! cosign. Nothing here is timed: what has to happen is waited for.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

mod common_program;
#[path = "common_witness/slow.rs"]
mod slow;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

use common_program::{Beside, done, exits};
use serde_json::Value;
use slow::slowly;

const ORIGIN: &str = "draws.example.org/log";
/// How long the slow witness takes before it hears a piece of a request.
const SLOW: Duration = Duration::from_millis(700);

fn json_of(dir: &Path, arguments: &str) -> Value {
    serde_json::from_str(&done(dir, &format!("{arguments} --json"))).unwrap()
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address.trim()).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

fn witness(dir: &Path, number: u8, address: &str) -> (Beside, String) {
    let own = format!("w{number}");
    let mut witness = Beside::start(dir, &[], &format!("witness --dir {own} --listen {address} --log log.vkey"));
    let address = witness.says("witnessing on http://");
    (witness, address)
}

/// Waits until `/draws` shows the draw in this phase.
fn wait_for(address: &str, draw: &str, phase: &str) {
    loop {
        let text = get(address, "/draws");
        let list: Value = serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap();
        let draws = list.as_array().or_else(|| list["draws"].as_array()).unwrap();
        if draws.iter().any(|one| one["draw"] == draw && one["phase"] == phase) {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn one_dead_one_slow_and_then_two_dead() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    std::fs::create_dir_all(dir.join("service/keys")).unwrap();
    done(dir, &format!("keys new --name {ORIGIN} --out service/keys/log.key"));
    std::fs::write(dir.join("log.vkey"), done(dir, "keys show service/keys/log.key")).unwrap();
    let made = [1, 2, 3].map(|n| json_of(dir, &format!("witness init --dir w{n} --name w{n}.example")));
    let vkey = |n: usize| made[n - 1]["vkey"].as_str().unwrap().to_owned();
    let (first, first_at) = witness(dir, 1, "127.0.0.1:0");
    let (_second, second_at) = witness(dir, 2, "127.0.0.1:0");
    let slow_at = slowly(second_at, SLOW).unwrap();
    // A port that was free a moment ago and that nobody has.
    let dead_at = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let policy = format!(
        "witness w1 {} http://{first_at}/\nwitness w2 {} http://{slow_at}/\nwitness w3 {} http://{dead_at}/\ngroup two 2 w1 w2 w3\nquorum two\n",
        vkey(1),
        vkey(2),
        vkey(3)
    );
    std::fs::write(dir.join("policy.txt"), policy).unwrap();

    let mut beacon = Beside::start(dir, &[], "beacon serve --dir beacon --listen 127.0.0.1:0 --period 1");
    let relay = beacon.says("http://");
    done(
        dir,
        &format!(
            "init --dir service --origin {ORIGIN} --policy policy.txt --margin 2 --rehearsal beacon/chain.json --relay http://{relay}"
        ),
    );
    // What is waited for is asked for often.
    let often = [("KLERO_LIMITS__REQUESTS_PER_MINUTE", "1000000")];
    let mut serving = Beside::start(dir, &often, "serve --dir service --listen 127.0.0.1:0");
    let address = serving.says("serving http://");

    // The whole of a draw: the seal is cosigned, and the draw is public when its round is there.
    done(dir, "keys new --name eupen/clerk --out clerk.key");
    done(
        dir,
        &format!(
            "organiser new --id eupen --name Eupen --log {ORIGIN} --member clerk.key --threshold 1 --key clerk.key --out e.note"
        ),
    );
    assert!(json_of(dir, "organiser enrol e.note --dir service")["waits"].is_null());
    let mut people = "number;name\n".to_owned();
    (0..40).for_each(|n| people.push_str(&format!("P{n};Person {n}\n")));
    std::fs::write(dir.join("people.csv"), people).unwrap();
    done(dir, "pool commit people.csv --id number --out pool");
    let announce = |draw: &str, at: &str| {
        format!(
            "draw announce {draw} --dir service --organiser eupen --purpose {draw} --title de=Brief --draws-at {at} --key clerk.key"
        )
    };
    done(dir, &announce("letters", "+45s"));
    done(
        dir,
        "terms new --dir service --draw letters --pool pool --method equal --seats 5 --reserves 1 --out terms.note",
    );
    done(dir, "terms sign terms.note --key clerk.key");
    let sealed = json_of(dir, "draw seal terms.note --dir service --pool pool");
    assert!(sealed["waits"].is_null(), "{sealed}");
    let kept = std::fs::read_to_string(dir.join(format!("service/public/witnessed/{}", sealed["seq"]))).unwrap();
    assert!(
        kept.contains("— w1.example ") && kept.contains("— w2.example ") && !kept.contains("— w3.example "),
        "{kept}"
    );
    wait_for(&address, "letters", "drawn");
    let page = get(&address, "/draws/letters");
    assert!(page.starts_with("HTTP/1.1 200") && !page.contains("too few witnesses"), "{page}");
    done(dir, "draw bundle letters --dir service --out letters.json");
    exits(dir, &[], "verify letters.json", 0);

    // A second one dies: what is logged from now on is safe, not public, and every page says whom it waits for.
    done(dir, &announce("council", "+1h"));
    first.end();
    let before = get(&address, "/checkpoint");
    let said = std::thread::scope(|scope| {
        let asked =
            scope.spawn(|| done(dir, "draw void council --dir service --reason cancelled --key clerk.key --json"));
        loop {
            let page = get(&address, "/draws/council");
            if page.contains("too few witnesses") {
                break page;
            }
            assert!(!asked.is_finished(), "it was published with one witness of two: {page}");
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    assert!(
        said.contains("1 step is logged and not published yet") && said.contains("w1") && said.contains("w3"),
        "{said}"
    );
    assert!(!said.contains("w2:"), "the one that answers is not blamed: {said}");
    assert!(get(&address, "/healthz").contains("too-few-witnesses"));
    // The size; the date is that of the latest cosignature, which may be asked for again.
    let size = |text: &str| text.lines().skip_while(|line| *line != ORIGIN).nth(1).map(str::to_owned);
    assert_eq!(size(&get(&address, "/checkpoint")), size(&before));

    // It comes back, and what waited is published.
    let (_first, _) = witness(dir, 1, &first_at);
    wait_for(&address, "council", "voided");
    assert!(!get(&address, "/draws/council").contains("too few witnesses"));
}
