//! A service that is killed while jobs run, or that an older version left with lists in the clear, leaves nobody of its pool on the disk.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use klero_tlog::VerifierKey;
use kleroterion::clock::Clock as _;
use kleroterion::service::witnessing::Witnessing;
use serde_json::{Value, json};

use crate::common_search::{Search, assert_that_it_finds};
use crate::common_service::{BOTH, ORIGIN, ROUNDS, World, forty, published, signed};
use crate::common_witness::{Mood, Station, two_of_three};
use crate::sheet::{hard_pool, hard_quotas};
use crate::support::{Auth, Office, Site, generous};

const PAUSE: Duration = Duration::from_millis(50);

/// `klero serve` as a process of its own, and where it answers.
fn serve(dir: &Path) -> (Child, SocketAddr) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_klero"))
        .args(["serve", "--listen", "127.0.0.1:0", "--dir"])
        .arg(dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim_end().strip_prefix("serving http://").unwrap_or_else(|| panic!("{line}")).parse().unwrap();
    (child, address)
}

/// Processes whose arguments name this folder.
fn solvers(folder: &Path) -> Vec<String> {
    let wanted = folder.to_str().unwrap();
    let lines = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = lines.filter_map(|item| std::fs::read(item.path().join("cmdline")).ok());
    let lines = lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " "));
    lines.filter(|line| line.contains(wanted) && line.contains(" panels ")).collect()
}

fn state(office: &Office, anna: &Auth, job: &str) -> Value {
    office.site.get(anna, &format!("/organisers/eupen/jobs/{job}")).is(200).json()
}

/// Ids of a pool, as texts to look for.
fn ids(people: &str) -> Search {
    Search::for_texts(people.lines().skip(1).map(|row| row.split(',').next().unwrap()))
}

/// An office at a time before every clock on which this runs: commands go on in its log.
fn long_ago() -> Office {
    Office::over(Site::with(World::empty(published(ROUNDS[0]) - 3_600, &forty()), generous()))
}

#[test]
fn a_service_that_is_killed_leaves_no_list_of_people_behind() {
    // With ids that can be looked for.
    let people = hard_pool().replacen("number", "HARD-number", 1);
    let people: String =
        people.lines().map(|row| format!("HARD-{row}\n")).collect::<String>().replacen("HARD-HARD-", "", 1);
    let search = ids(&people);
    let mut office = long_ago();
    assert_that_it_finds(office.site.world.dir.path());
    assert!(search.find(people.as_bytes()).is_some());
    let (hard, easy) = (office.pool(&people), office.pool(&forty()));
    office.site.stop();
    office.site.world.close();
    let dir: PathBuf = office.site.world.dir.path().join("service");
    let (mut child, address) = serve(&dir);
    office.site.address = address;
    let anna = office.site.sign_in("anna");
    let start = |pool: &str, seats: u32, quotas: &str| {
        let wish = json!({"kind": "panels", "pool": pool, "seats": seats, "quotas": quotas, "count": 10_000});
        let job = office.site.post(&anna, "/organisers/eupen/jobs", wish).is(202).json();
        job["id"].as_str().unwrap().to_owned()
    };

    // One that ends: whenever one looks, its list is not there in the clear.
    let quotas = "feature,value,min,max\nmunicipality,Eupen,2,4\nmunicipality,Raeren,1,2\nmunicipality,Kelmis,1,2\n";
    let done = start(&easy, 6, quotas);
    let of_forty = ids(&forty());
    loop {
        let told = state(&office, &anna, &done);
        assert_eq!(of_forty.below(&dir.join("desk")), []);
        if !["queued", "running"].contains(&told["state"].as_str().unwrap()) {
            assert_eq!(told["state"], "done", "{told}");
            break;
        }
        std::thread::sleep(PAUSE);
    }
    let list = office.site.get(&anna, &format!("/organisers/eupen/jobs/{done}/panels")).is(200);
    assert!(of_forty.find(&list.body).is_some(), "the list names people");

    // One that is at work when the service is killed.
    let hit = start(&hard, 40, &hard_quotas());
    while state(&office, &anna, &hit)["state"] != "running" || solvers(&dir).is_empty() {
        std::thread::sleep(PAUSE);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(search.below(&dir), []);
    // Its solver ends with it.
    while !solvers(&dir).is_empty() {
        std::thread::sleep(PAUSE);
    }
    assert_eq!(search.below(&dir), []);

    // What an older version left: a list in the clear, a file half written, a folder that no job has.
    let jobs = dir.join("desk/jobs");
    let folder = jobs.join(format!("eupen.{done}"));
    std::fs::write(folder.join("list.json"), forty()).unwrap();
    std::fs::write(folder.join(".tmpA1b2c3"), forty()).unwrap();
    std::fs::create_dir(jobs.join("eupen.unknown")).unwrap();
    std::fs::write(jobs.join("eupen.unknown/list.json"), forty()).unwrap();
    std::fs::create_dir_all(dir.join("desk/out/out-1")).unwrap();
    std::fs::write(dir.join("desk/out/out-1/drawn.csv"), forty()).unwrap();
    assert_eq!(of_forty.below(&dir).len(), 4);
    office.site.world.restart();
    office.site.restart();
    assert_eq!((of_forty.below(&dir), search.below(&dir)), (vec![], vec![]));
    let anna = office.site.sign_in("anna");
    let told = state(&office, &anna, &hit);
    assert_eq!(told["state"], "failed");
    assert!(told["message"].as_str().unwrap().contains("start the job again"), "{told}");
    assert!(!jobs.join(format!("eupen.{hit}")).exists() && !jobs.join("eupen.unknown").exists());
    // The list of the job that was done is whole.
    let again = office.site.get(&anna, &format!("/organisers/eupen/jobs/{done}/panels")).is(200);
    assert_eq!(again.body, list.body);
}

#[test]
fn a_draw_that_a_command_erases_leaves_nothing_on_the_desk() {
    for running in [true, false] {
        let mut office = long_ago();
        let pool = office.pool(&forty());
        let draft = office.draft("letters", ROUNDS[0], &pool, json!({"name": "equal"}), 5, 0, "none");
        office.decide(&office.write(&draft, "announcement"));
        office.decide(&office.write(&draft, "terms"));
        let site = &office.site;
        site.world.clock.set(published(ROUNDS[0]));
        site.world.round("letters", ROUNDS[0]).unwrap();
        let draw = "/organisers/eupen/draws/letters";
        site.post(&office.anna, &format!("{draw}/letters"), json!({"to": "drawn"})).is(201);
        let until = json!({"until": site.world.clock.now() + 1_000});
        site.put(&office.anna, &format!("{draw}/objection-period"), "", until).is(200);
        site.post(&office.anna, &format!("{draw}/complaints"), json!({"text": "Too late."})).is(201);

        let root = site.world.status("letters").root.unwrap();
        let note = json!({"draw": "letters", "log": ORIGIN, "organiser": "eupen", "root": root});
        let file = site.world.dir.path().join("erase.note");
        std::fs::write(&file, signed("erase", &note, BOTH)).unwrap();
        let dir = site.world.dir.path().join("service");
        let desk = dir.join("desk");
        let held =
            [dir.join("boxes/letters"), desk.join("keys/eupen.letters"), desk.join(format!("pools/eupen.{pool}"))];
        assert!(held.iter().all(|folder| folder.exists()));
        office.site.stop();
        office.site.world.close();
        let served = running.then(|| serve(&dir).0);
        let klero = Command::new(env!("CARGO_BIN_EXE_klero"))
            .arg("erase")
            .arg("--dir")
            .arg(&dir)
            .arg("--note")
            .arg(&file)
            .output();
        let klero = klero.unwrap();
        assert!(klero.status.success(), "{}", String::from_utf8_lossy(&klero.stderr));
        assert!(String::from_utf8_lossy(&klero.stdout).contains("letters and complaints are destroyed here"));
        assert!(!held.iter().any(|folder| folder.exists()), "{running}");
        if let Some(mut child) = served {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        office.site.world.restart();
        office.site.restart();
        let anna = office.site.sign_in("anna");
        assert_eq!(office.site.get(&anna, &format!("{draw}/complaints")).is(200).json()["items"], json!([]));
    }
}

#[test]
fn a_decision_whose_step_waited_for_witnesses_is_found_after_the_service_was_killed() {
    let mut office = long_ago();
    let pool = office.pool(&forty());
    let draft = office.draft("letters", ROUNDS[0], &pool, json!({"name": "equal"}), 5, 0, "none");
    let announcement = office.write(&draft, "announcement");
    office.sign(&office.anna, &announcement, "clerk").is(201);
    office.sign(&office.bert, &announcement, "mayor_").is(201);
    let size = office.site.world.service().size();
    office.site.stop();
    office.site.world.close();

    // From now on two of three witnesses must cosign, and none does.
    let dir: PathBuf = office.site.world.dir.path().join("service");
    let vkey = std::fs::read_to_string(dir.join("public/log.vkey")).unwrap();
    let log = VerifierKey::parse(vkey.trim_end()).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let beside = office.site.world.dir.path();
    let clock = &office.site.world.clock;
    let stations: Vec<Station> =
        (1..=3).map(|n| Station::start(&runtime, beside, n, vec![log.clone()], clock.clone())).collect();
    stations.iter().for_each(|station| station.be(Mood::Says(503, "text/plain", "")));
    std::fs::write(dir.join("policy.txt"), two_of_three(&log, &stations)).unwrap();
    let (mut child, address) = serve(&dir);
    office.site.address = address;
    let Auth::Session { cookie, csrf } = office.site.sign_in("bert") else { panic!("no session") };
    let path = format!("/organisers/eupen/decisions/{}", announcement["id"].as_str().unwrap());
    let mut asked = TcpStream::connect(address).unwrap();
    let key = office.site.new_key();
    let head = format!(
        "POST /api/v1{path}/hand-in HTTP/1.0\r\nHost: test\r\nCookie: {cookie}\r\nX-CSRF-Token: {csrf}\r\nIdempotency-Key: {key}\r\n\
         Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
    );
    asked.write_all(head.as_bytes()).unwrap();
    let patience = Instant::now();
    while office.site.send("GET", "/healthz", &[], b"").json()["unpublished"] != 1 {
        assert!(patience.elapsed() < Duration::from_secs(60), "the step is never logged");
        std::thread::sleep(PAUSE);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    drop(asked);

    office.site.world.witnessing = Witnessing { patience: Duration::ZERO, ..Witnessing::default() };
    office.site.restart();
    let service = office.site.world.service();
    assert_eq!((service.size(), service.unpublished().len()), (size, 1));
    let anna = office.site.sign_in("anna");
    let shown = office.site.get(&anna, &path).is(200).json();
    assert_eq!((&shown["state"], &shown["logged"]["seq"]), (&json!("logged"), &json!(size)), "{shown}");
    // Handed in again it is the same step, and the log has it once.
    let again = office.site.post(&anna, &format!("{path}/hand-in"), json!({})).is(200).json();
    assert_eq!(again["logged"], shown["logged"]);
    assert_eq!(office.site.world.service().unpublished().len(), 1);
}
