//! How long after its round a draw is drawn, signed and visible, while many fall due in the same second, thousands listen and a solver runs.
//!
//! ```text
//! cargo build --release --bins
//! cargo run --release --example due_bench -- [--draws 200] [--readers 5000] [--people 1000] [--dir DIR]
//! ```
//!
//! Everything is the product's own: `klero serve`'s scheduler, pages and settings in this process, a rehearsal beacon that publishes its rounds
//! on the second, the readers (server-sent events of the draws' live pages) in a process of their own, and `klero panels build` on a hard pool with
//! the priority that the service gives to jobs. No witnesses. Visible means: in the ledger from which every page is made, under a checkpoint
//! that is public; readers tell besides when the news reached them. All times are seconds after the round's own time.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use klero_draw::names::Slug;
use klero_tlog::note::KeyName;
use klero_tlog::{SecretKey, SignerKey};
use kleroterion::cli::{beacon, serve};
use kleroterion::clock::SystemClock;
use kleroterion::organiser_note::{add_signature, unsigned};
use kleroterion::people_csv;
use kleroterion::pool_dir::{CommitOptions, TableWish, commit};
use kleroterion::service::config::Config;
use kleroterion::service::request::Request;
use kleroterion::service::settings::{Flags, Settings};
use kleroterion::service::{self, NewLog, Service};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

const ORIGIN: &str = "bench.example.org/log";
/// Seconds for announcing, sealing and connecting, for each hundred draws and each thousand readers.
const SECS_FOR_100_DRAWS: u64 = 25;
const SECS_FOR_1000_READERS: u64 = 4;
/// How long before the round the solver begins: enough to be at its search, and not so long that it is done.
const SOLVER_BEFORE_SECS: f64 = 4.0;
const READERS: &str = "--as-readers";

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

struct Arguments {
    draws: usize,
    readers: usize,
    people: usize,
    dir: PathBuf,
}

fn arguments() -> Outcome<Arguments> {
    let mut found = Arguments { draws: 200, readers: 5_000, people: 1_000, dir: std::env::temp_dir() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or(format!("{word} needs a value"))?;
        match word.as_str() {
            "--draws" => found.draws = value.parse()?,
            "--readers" => found.readers = value.parse()?,
            "--people" => found.people = value.parse()?,
            "--dir" => found.dir = PathBuf::from(value),
            _ => return Err(format!("{word} is not known").into()),
        }
    }
    Ok(found)
}

fn main() -> Outcome<()> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, most, most)?;
    let words: Vec<String> = std::env::args().collect();
    let runtime = tokio::runtime::Runtime::new()?;
    if let [_, flag, address, draws, readers, at] = words.as_slice()
        && flag == READERS
    {
        return runtime.block_on(listen(address.parse()?, draws.parse()?, readers.parse()?, at.parse()?));
    }
    runtime.block_on(measure(arguments()?))
}

fn unix() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

fn name(nth: usize) -> String {
    format!("draw-{nth}")
}

async fn measure(wish: Arguments) -> Outcome<()> {
    let home = tempfile::tempdir_in(&wish.dir)?;
    let dir = home.path().join("service");
    let (key, info) = beacon::open_rehearsal(&home.path().join("beacon"), 3, unix() as u64)?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let relay = format!("http://{}", listener.local_addr()?);
    tokio::spawn(kleroterion::rehearsal::serve(listener, key, info.clone(), Arc::new(SystemClock)));
    let config = Config { origin: ORIGIN.into(), relays: vec![relay], margin_secs: 0 };
    service::init(&dir, &NewLog { config, policy: None, rehearsal: Some(info.clone()) }, Arc::new(SystemClock))?;
    let flags = Flags { listen: Some(SocketAddr::from(([127, 0, 0, 1], 0))), relays: Vec::new() };
    let mut settings = Settings::load_with(&dir, &flags)?;
    // The readers all come from one address.
    settings.limits.requests_per_minute = 1_000_000;
    let running = serve::start_with(&dir, settings, Box::new(|_| {})).await?;

    let secs = 10 + wish.draws as u64 * SECS_FOR_100_DRAWS / 100 + wish.readers as u64 * SECS_FOR_1000_READERS / 1_000;
    let draws_at = unix() as u64 + secs;
    let round = info.round_after(draws_at).ok_or("the beacon has no round then")?;
    let at = info.genesis() + (round - 1) * u64::from(info.period());
    println!("{} draws of {} people fall due at second {at}, {secs} s from now", wish.draws, wish.people);
    {
        let (service, home) = (Arc::clone(&running.service), home.path().to_owned());
        let (draws, people, chain) = (wish.draws, wish.people, info.chain_hash().to_string());
        let beacon = json!({"chain": chain, "round": round});
        tokio::task::spawn_blocking(move || seal_all(&service, &home, draws, people, draws_at, &beacon)).await??;
    }
    println!("sealed {:.1} s before the round", at as f64 - unix());
    let readers = Command::new(std::env::current_exe()?)
        .args([
            READERS,
            &running.address.to_string(),
            &wish.draws.to_string(),
            &wish.readers.to_string(),
            &at.to_string(),
        ])
        .stdout(Stdio::piped())
        .spawn()?;
    let before = Duration::from_secs_f64((at as f64 - SOLVER_BEFORE_SECS - unix()).max(0.0));
    tokio::time::sleep(before).await;
    let mut solver = solve(home.path())?;

    // A draw is visible once the public ledger has its result.
    let mut changes = running.service.changes();
    let mut visible: BTreeMap<String, f64> = BTreeMap::new();
    while visible.len() < wish.draws {
        changes.changed().await?;
        let now = unix();
        let ledger = running.service.ledger();
        for (draw, _) in ledger.draws().filter(|(_, state)| state.result().is_some()) {
            visible.entry(draw.to_string()).or_insert(now - at as f64);
        }
    }
    let solving = solver.try_wait()?.is_none();
    solver.kill()?;
    solver.wait()?;
    if !solving {
        return Err("the solver had ended before the draws: measure again with a harder pool".into());
    }
    tell("drawn, signed and visible", visible.into_values().collect());
    let told = tokio::task::spawn_blocking(move || readers.wait_with_output()).await??;
    std::io::stdout().write_all(&told.stdout)?;
    running.stop(Duration::from_secs(5)).await;
    Ok(())
}

fn tell(what: &str, mut secs: Vec<f64>) {
    secs.sort_by(f64::total_cmp);
    let part = |share: f64| {
        secs.get(((secs.len() as f64 * share).ceil() as usize).saturating_sub(1)).copied().unwrap_or(f64::NAN)
    };
    println!(
        "{what}: {} of them, p50 {:.3} s, p99 {:.3} s, last {:.3} s",
        secs.len(),
        part(0.5),
        part(0.99),
        part(1.0)
    );
}

fn member(role: &str, seed: u8) -> Outcome<SignerKey> {
    Ok(SignerKey::new(KeyName::new(&format!("eupen/{role}"))?, SecretKey::from_seed(&[seed; 32])))
}

fn seal_all(service: &Service, home: &Path, draws: usize, people: usize, draws_at: u64, beacon: &Value) -> Outcome<()> {
    let members = [member("clerk", 1)?, member("mayor", 2)?];
    let signed = |context: &str, value: &Value| -> Outcome<String> {
        let note = unsigned(&format!("kleroterion/v1/{context}"), value)?;
        Ok(members.iter().try_fold(note, |note, key| add_signature(&note, key))?)
    };
    let mut keys: Vec<String> = members.iter().map(|key| key.verifier_key().to_text()).collect();
    keys.sort();
    let organiser =
        json!({"id": "eupen", "keys": keys, "log": ORIGIN, "name": "Stadt Eupen", "threshold": 2, "version": 1});
    service.request(Request::Note { note: signed("organiser", &organiser)? })?;
    let mut csv = String::from("number,name\n");
    for i in 0..people {
        writeln!(csv, "R-{i:06},Person {i}")?;
    }
    std::fs::write(home.join("people.csv"), csv)?;
    let roles = people_csv::Options { id: "number".into(), ..people_csv::Options::default() };
    let pool = home.join("pool");
    let options = CommitOptions { roles, table: TableWish::IfUseful };
    let committed = commit(&home.join("people.csv"), &options, &pool, &mut |_| {})?;
    for draw in (0..draws).map(name) {
        let announced = json!({
            "attempt": 1, "draw": draw, "draws_at": draws_at, "log": ORIGIN, "organiser": "eupen", "postponed": 0,
            "purpose": draw, "title": {"de": "Einladungen"},
        });
        service.request(Request::Note { note: signed("announce", &announced)? })?;
        let terms = json!({
            "attempt": 1, "beacon": beacon, "draw": draw, "draw_by": draws_at + 86_400, "draws_at": draws_at, "log": ORIGIN,
            "method": {"name": "equal", "seats": 100}, "organiser": "eupen", "purpose": draw, "replacement": "rank",
            "reserves": 50, "title": {"de": "Einladungen"},
            "pool": {"columns": committed.columns, "root": committed.root, "size": committed.size},
        });
        service.request(Request::Seal { terms: signed("terms", &terms)?, pool: pool.clone() })?;
        service.ledger().draw(&draw.parse::<Slug>()?).ok_or("a draw is missing")?;
    }
    Ok(())
}

/// The solver, as a job runs it: a process of low priority.
fn solve(home: &Path) -> Outcome<Child> {
    let klero = std::env::current_exe()?.parent().and_then(Path::parent).ok_or("no folder")?.join("klero");
    let (people, quotas) = (home.join("respondents.csv"), home.join("quotas.csv"));
    let mut csv = String::from("id");
    let mut rules = String::from("feature,value,min,max\n");
    for feature in 0..10 {
        write!(csv, ",f{feature}")?;
        for value in 0..6 {
            writeln!(rules, "f{feature},v{value},12,22")?;
        }
    }
    csv.push('\n');
    let mut mixed = 1u64;
    for i in 0..3_000 {
        write!(csv, "{i}")?;
        for _ in 0..10 {
            mixed = mixed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            write!(csv, ",v{}", (mixed >> 33) % 6)?;
        }
        csv.push('\n');
    }
    std::fs::write(&people, csv)?;
    std::fs::write(&quotas, rules)?;
    let mut command = Command::new("nice");
    command.args(["-n", "15"]).arg(klero).args(["panels", "build", "--seats", "100", "--count", "10000"]);
    command.arg("--respondents").arg(people).arg("--quotas").arg(quotas).arg("--out").arg(home.join("list.json"));
    Ok(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?)
}

/// The readers' process: each follows one draw until it hears that it is drawn.
async fn listen(address: SocketAddr, draws: usize, readers: usize, at: u64) -> Outcome<()> {
    let begun = unix();
    let mut at_work = tokio::task::JoinSet::new();
    let ready = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    for reader in 0..readers {
        let ready = Arc::clone(&ready);
        at_work.spawn(async move {
            let stream = tokio::net::TcpStream::connect(address).await?;
            let (read, mut write) = stream.into_split();
            let request = format!("GET /draws/{}/events HTTP/1.1\r\nHost: bench\r\n\r\n", name(reader % draws));
            write.write_all(request.as_bytes()).await?;
            let mut lines = BufReader::with_capacity(512, read).lines();
            while let Some(line) = lines.next_line().await? {
                if line.starts_with("data:") && line.contains("\"sealed\"") {
                    ready.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                }
                if line.starts_with("data:") && line.contains("\"drawn\"") {
                    return Ok::<_, std::io::Error>(unix() - at as f64);
                }
            }
            Err(std::io::Error::other("the stream ended"))
        });
        // The backlog of a listening socket is short.
        if reader % 50 == 49 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    while ready.load(std::sync::atomic::Ordering::Relaxed) < readers && unix() < at as f64 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let (there, left) = (ready.load(std::sync::atomic::Ordering::Relaxed), at as f64 - unix());
    println!("{there} readers listened after {:.1} s, {left:.1} s before the round", unix() - begun);
    let (mut heard, mut lost) = (Vec::new(), 0);
    while let Some(one) = at_work.join_next().await {
        match one? {
            Ok(secs) => heard.push(secs),
            Err(_) => lost += 1,
        }
    }
    tell("heard by readers", heard);
    if lost > 0 || there < readers {
        return Err(format!("{lost} readers were cut off, {} came too late", readers - there).into());
    }
    Ok(())
}
