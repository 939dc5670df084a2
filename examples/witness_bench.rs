//! How long witnesses keep a draw waiting: seconds from a seal to its quorum, and from a round to the public result, with three witnesses as processes
//! of their own, of which one is dead and one slow, and two of three must cosign.
//!
//! ```text
//! cargo build --release --bins && cargo run --release --example witness_bench -- [DRAWS] [SLOW_MILLISECONDS]
//! ```
//!
//! Everything is the program that people run: a rehearsal beacon (a round each 3 s, as quicknet), the service, two witnesses; nobody listens on the
//! third's port, and a relay in this process holds back every request to the second one. "Seal" is the whole of `klero draw seal`, process start included,
//! which returns once the step is public. "Public" is from the time of the round until `/draws` shows the result, asked every 5 ms.

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use slow::slowly;

#[path = "../tests/common_witness/slow.rs"]
mod slow;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ORIGIN: &str = "draws.example.org/log";

struct Bench {
    klero: PathBuf,
    dir: PathBuf,
    beside: Vec<Child>,
}

impl Drop for Bench {
    fn drop(&mut self) {
        for child in &mut self.beside {
            let _ended = child.kill();
            let _reaped = child.wait();
        }
    }
}

impl Bench {
    fn klero(&self, arguments: &str) -> Result<String> {
        let mut command = Command::new(&self.klero);
        let output = command.current_dir(&self.dir).args(arguments.split_whitespace()).output()?;
        if !output.status.success() {
            return Err(format!("klero {arguments}: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    fn json(&self, arguments: &str) -> Result<Value> {
        Ok(serde_json::from_str(&self.klero(&format!("{arguments} --json"))?)?)
    }

    /// Starts a program beside; what follows `words` in what it says.
    fn start(&mut self, arguments: &str, words: &str) -> Result<String> {
        let mut command = Command::new(&self.klero);
        let command = command.current_dir(&self.dir).args(arguments.split_whitespace()).stdout(Stdio::piped());
        // The result is asked for often.
        let command = command.env("KLERO_LIMITS__REQUESTS_PER_MINUTE", "1000000");
        let mut child = command.stderr(Stdio::null()).spawn()?;
        let out = child.stdout.take().ok_or("no output")?;
        self.beside.push(child);
        let mut lines = BufReader::new(out).lines();
        while let Some(line) = lines.next().transpose()? {
            if let Some((_, rest)) = line.split_once(words) {
                let rest = rest.trim().to_owned();
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(rest);
            }
        }
        Err(format!("klero {arguments} ended").into())
    }
}

fn get(address: &str, path: &str) -> Result<Value> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(serde_json::from_str(text.split_once("\r\n\r\n").ok_or("no answer")?.1)?)
}

fn now() -> Result<f64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64())
}

fn spread(mut seconds: Vec<f64>) -> String {
    seconds.sort_by(f64::total_cmp);
    let at = |part: usize| seconds.get((seconds.len().saturating_sub(1)) * part / 100).copied().unwrap_or_default();
    format!("median {:.2} s, worst {:.2} s", at(50), at(100))
}

fn begin(dir: &Path, pause: Duration) -> Result<(Bench, String)> {
    let klero = std::env::current_exe()?.with_file_name("../klero");
    let mut bench = Bench { klero, dir: dir.to_owned(), beside: Vec::new() };
    std::fs::create_dir_all(dir.join("service/keys"))?;
    bench.klero(&format!("keys new --name {ORIGIN} --out service/keys/log.key"))?;
    std::fs::write(dir.join("log.vkey"), bench.klero("keys show service/keys/log.key")?)?;
    let mut policy = String::new();
    for number in 1..=3 {
        let made = bench.json(&format!("witness init --dir w{number} --name w{number}.example"))?;
        let serve = format!("witness --dir w{number} --listen 127.0.0.1:0 --log log.vkey");
        let address = match number {
            1 => bench.start(&serve, "witnessing on http://")?,
            2 => slowly(bench.start(&serve, "witnessing on http://")?, pause)?,
            _ => TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string(),
        };
        let vkey = made["vkey"].as_str().unwrap_or_default();
        policy.push_str(&format!("witness w{number} {vkey} http://{address}/\n"));
    }
    std::fs::write(dir.join("policy.txt"), policy + "group two 2 w1 w2 w3\nquorum two\n")?;
    let relay = bench.start("beacon serve --dir beacon --listen 127.0.0.1:0 --period 3", "http://")?;
    bench.klero(&format!(
        "init --dir service --origin {ORIGIN} --policy policy.txt --margin 2 --rehearsal beacon/chain.json --relay http://{relay}"
    ))?;
    let address = bench.start("serve --dir service --listen 127.0.0.1:0", "serving http://")?;
    bench.klero("keys new --name eupen/clerk --out clerk.key")?;
    bench.klero(&format!(
        "organiser new --id eupen --name Eupen --log {ORIGIN} --member clerk.key --threshold 1 --key clerk.key --out e.note"
    ))?;
    bench.klero("organiser enrol e.note --dir service")?;
    let rows = (0..1_000).map(|n| format!("P{n};Person {n}\n"));
    std::fs::write(
        dir.join("people.csv"),
        std::iter::once("number;name\n".to_owned()).chain(rows).collect::<String>(),
    )?;
    bench.klero("pool commit people.csv --id number --out pool")?;
    Ok((bench, address))
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let draws: u32 = arguments.next().map_or(Ok(10), |n| n.parse())?;
    let pause = Duration::from_millis(arguments.next().map_or(Ok(500), |n| n.parse())?);
    let folder = tempfile::tempdir()?;
    let (bench, address) = begin(folder.path(), pause)?;
    let (mut to_seal, mut to_public) = (Vec::new(), Vec::new());
    for number in 0..draws {
        let draw = format!("letters-{number}");
        bench.klero(&format!(
            "draw announce {draw} --dir service --organiser eupen --purpose {draw} --title de=Brief --draws-at +10s --key clerk.key"
        ))?;
        bench.klero(&format!(
            "terms new --dir service --draw {draw} --pool pool --method equal --seats 100 --reserves 10 --out {draw}.note"
        ))?;
        bench.klero(&format!("terms sign {draw}.note --key clerk.key"))?;
        let started = Instant::now();
        let sealed = bench.json(&format!("draw seal {draw}.note --dir service --pool pool"))?;
        if !sealed["waits"].is_null() {
            return Err(format!("the seal waits: {}", sealed["waits"]).into());
        }
        to_seal.push(started.elapsed().as_secs_f64());
        loop {
            let status = get(&address, "/draws")?;
            let one = status.as_array().and_then(|all| all.iter().find(|one| one["draw"] == draw.as_str()));
            let one = one.ok_or("the draw has gone")?;
            if one["phase"] == "drawn" {
                to_public.push(now()? - one["round_at"].as_f64().ok_or("no round")?);
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    println!("{draws} draws; two of three witnesses, one dead, one {} ms late with each request", pause.as_millis());
    println!("seal, with its quorum    {}", spread(to_seal));
    println!("public after its round   {}", spread(to_public));
    Ok(())
}
