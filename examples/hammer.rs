//! Readers of tiles, slow clients and a writer at once: how many requests a service answers, how long the slowest take, and what that does to who writes.
//! Beside it nginx, serving the same folder.
//!
//! ```text
//! cargo build --release --bins
//! cargo run --release --example hammer -- [--entries 2000] [--readers 64] [--slow 1000] [--seconds 20] [--dir DIR]
//! ```
//!
//! The service is `klero serve`, a process of its own; nginx, where it is installed, another. Readers keep their connections and ask for the checkpoint, tiles,
//! bundles of entries and the key in a mixed order; what never changes is compared with the file. A slow client asks for far more than a socket holds, and takes
//! a few bytes a second. The writer announces draws one after the other, through the control socket, in every phase. The log's entries are announcements.

use std::error::Error;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use klero_tlog::note::KeyName;
use klero_tlog::tile::{new_bundles, new_tiles};
use klero_tlog::{SecretKey, SignerKey};
use kleroterion::clock::SystemClock;
use kleroterion::organiser_note::{add_signature, unsigned};
use kleroterion::service::config::Config;
use kleroterion::service::control;
use kleroterion::service::request::{Answer, Request};
use kleroterion::service::{self, NewLog, Service};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use serde_json::{Value, json};

const ORIGIN: &str = "bench.example.org/log";
/// Requests that a slow client sends at once.
const ASKED_AT_ONCE: usize = 64;
/// Bytes that a slow client has room for, as the system is asked for it.
const ROOM: u32 = 4_096;
/// From the slow clients' requests to the first that is measured.
const SETTLING: Duration = Duration::from_secs(3);

/// A reader that waits longer for an answer has found a service that stands still.
const LONGEST_ANSWER: Duration = Duration::from_secs(60);

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

struct Wish {
    entries: u64,
    readers: usize,
    slow: usize,
    seconds: u64,
    dir: PathBuf,
}

fn wish() -> Outcome<Wish> {
    let mut found = Wish { entries: 2_000, readers: 64, slow: 1_000, seconds: 20, dir: std::env::temp_dir() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or(format!("{word} needs a value"))?;
        match word.as_str() {
            "--entries" => found.entries = value.parse()?,
            "--readers" => found.readers = value.parse()?,
            "--slow" => found.slow = value.parse()?,
            "--seconds" => found.seconds = value.parse()?,
            "--dir" => found.dir = PathBuf::from(value),
            _ => return Err(format!("{word} is not known").into()),
        }
    }
    Ok(found)
}

/// A process that ends with this one.
struct Beside(Child);

impl Drop for Beside {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// Who signs the organiser's notes.
struct Organiser([SignerKey; 2]);

impl Organiser {
    fn new() -> Outcome<Self> {
        let member = |role: &str, seed| -> Outcome<SignerKey> {
            Ok(SignerKey::new(KeyName::new(&format!("eupen/{role}"))?, SecretKey::from_seed(&[seed; 32])))
        };
        Ok(Self([member("clerk", 1)?, member("mayor", 2)?]))
    }

    fn signed(&self, context: &str, value: &Value) -> Outcome<Request> {
        let note = unsigned(&format!("kleroterion/v1/{context}"), value)?;
        Ok(Request::Note { note: self.0.iter().try_fold(note, |note, key| add_signature(&note, key))? })
    }

    fn enrolment(&self) -> Outcome<Request> {
        let mut keys: Vec<String> = self.0.iter().map(|key| key.verifier_key().to_text()).collect();
        keys.sort();
        let note = json!({"id": "eupen", "keys": keys, "log": ORIGIN, "name": "Eupen", "threshold": 2, "version": 1});
        self.signed("organiser", &note)
    }

    fn announcement(&self, nth: u64) -> Outcome<Request> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let draw = format!("draw-{nth}");
        let note = json!({
            "attempt": 1, "draw": draw, "draws_at": now + 86_400, "log": ORIGIN, "organiser": "eupen", "postponed": 0,
            "purpose": draw, "title": {"de": "Einladungen"},
        });
        self.signed("announce", &note)
    }
}

fn main() -> Outcome<()> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, most, most)?;
    let wish = wish()?;
    let home = tempfile::tempdir_in(&wish.dir)?;
    let dir = home.path().join("service");
    let organiser = Arc::new(Organiser::new()?);
    fill(&dir, &organiser, wish.entries)?;
    let files = Arc::new(Files::of(&dir.join("public"), wish.entries)?);
    let (_service, klero) = start_klero(&dir)?;
    let nginx = start_nginx(home.path(), &dir.join("public"))?;
    if nginx.is_none() {
        println!("nginx is not installed: there is nothing to compare with");
    }
    println!("{} entries, {} readers, {} s each", wish.entries, wish.readers, wish.seconds);
    let mut next = wish.entries;
    for (name, address) in [("klero", Some(klero)), ("nginx", nginx.as_ref().map(|(_, address)| *address))] {
        let Some(address) = address else { continue };
        for slow in [0, wish.slow] {
            let phase = Phase { address, slow, readers: wish.readers, secs: wish.seconds };
            let (read, written) = phase.run(&files, &dir, &organiser, next)?;
            next += written.len() as u64;
            let rate = read.len() as u64 / wish.seconds.max(1);
            println!("{name}, {slow} slow clients: {rate} answers a second, {}", spread(read));
            println!("  the writer beside it: {} steps, {}", written.len(), spread(written));
        }
    }
    Ok(())
}

/// A log of so many entries.
fn fill(dir: &Path, organiser: &Organiser, entries: u64) -> Outcome<()> {
    let config = Config { origin: ORIGIN.into(), relays: Vec::new(), margin_secs: 0 };
    service::init(dir, &NewLog { config, policy: None, rehearsal: None }, Arc::new(SystemClock))?;
    let service = Service::open(dir, Arc::new(SystemClock))?;
    service.request(organiser.enrolment()?)?;
    for nth in service.size()..entries {
        service.request(organiser.announcement(nth)?)?;
    }
    Ok(())
}

fn start_klero(dir: &Path) -> Outcome<(Beside, SocketAddr)> {
    let klero = std::env::current_exe()?.parent().and_then(Path::parent).ok_or("no folder")?.join("klero");
    let mut command = Command::new(klero);
    command.args(["serve", "--listen", "127.0.0.1:0", "--dir"]).arg(dir).stdout(Stdio::piped());
    let mut child = Beside(command.spawn()?);
    let mut lines = BufReader::new(child.0.stdout.take().ok_or("no output")?).lines();
    while let Some(line) = lines.next().transpose()? {
        if let Some((_, rest)) = line.split_once("serving http://") {
            let address = rest.split_whitespace().next().unwrap_or_default().parse()?;
            std::thread::spawn(move || lines.for_each(drop));
            return Ok((child, address));
        }
    }
    Err("klero serve ended".into())
}

/// nginx as a plain file server, if it is installed.
fn start_nginx(home: &Path, public: &Path) -> Outcome<Option<(Beside, SocketAddr)>> {
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let (own, config) = (home.join("nginx"), home.join("nginx.conf"));
    std::fs::create_dir(&own)?;
    let at = own.display();
    let user = if std::fs::metadata(&own)?.uid() == 0 { "user root;\n" } else { "" };
    let folders =
        ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(|kind| format!("{kind}_temp_path {at}/{kind};\n"));
    let text = format!(
        "{user}daemon off; worker_processes auto; worker_rlimit_nofile 65536; pid {at}/pid; error_log {at}/error.log;\nevents {{ worker_connections 32768; }}\n\
         http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000;\n{}server {{ listen {address}; root {}; }} }}\n",
        folders.concat(),
        public.display()
    );
    std::fs::write(&config, text)?;
    let mut command = Command::new("nginx");
    let Ok(child) = command.arg("-e").arg(own.join("error.log")).arg("-c").arg(&config).spawn() else {
        return Ok(None);
    };
    let mut child = Beside(child);
    let begun = Instant::now();
    while TcpStream::connect(address).is_err() {
        if child.0.try_wait()?.is_some() || begun.elapsed() > Duration::from_secs(30) {
            return Err(std::fs::read_to_string(own.join("error.log")).unwrap_or_default().into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(Some((child, address)))
}

/// What readers ask for, each with its bytes if those never change.
struct Files(Vec<(String, Option<Vec<u8>>)>);

impl Files {
    fn of(public: &Path, size: u64) -> Outcome<Self> {
        let paths = new_tiles(0, size).map(|tile| tile.path()).chain(new_bundles(0, size).map(|bundle| bundle.path()));
        // A partial one goes once a wider one has replaced it.
        let whole = paths.filter(|path| !path.contains(".p/"));
        let mut files = vec![("checkpoint".to_owned(), None), ("log.vkey".to_owned(), None)];
        for path in whole {
            let bytes = std::fs::read(public.join(&path))?;
            files.push((path, Some(bytes)));
        }
        Ok(Self(files))
    }

    /// The longest.
    fn longest(&self) -> &str {
        let length = |file: &&(String, Option<Vec<u8>>)| file.1.as_ref().map_or(0, Vec::len);
        self.0.iter().max_by_key(length).map_or("checkpoint", |(path, _)| path)
    }
}

struct Phase {
    address: SocketAddr,
    readers: usize,
    slow: usize,
    secs: u64,
}

impl Phase {
    /// Seconds of each answer, and of each step written meanwhile.
    fn run(&self, files: &Arc<Files>, dir: &Path, organiser: &Organiser, next: u64) -> Outcome<(Vec<f64>, Vec<f64>)> {
        let over = Arc::new(AtomicBool::new(false));
        let slow = begin_slow(self.address, files.longest(), self.slow)?;
        let taker = {
            let over = Arc::clone(&over);
            std::thread::spawn(move || take_slowly(slow, &over))
        };
        let readers: Vec<_> = (0..self.readers)
            .map(|nth| {
                let (files, over, address) = (Arc::clone(files), Arc::clone(&over), self.address);
                std::thread::spawn(move || read(address, &files, nth as u64, &over))
            })
            .collect();
        let begun = Instant::now();
        let mut written = Vec::new();
        while begun.elapsed() < Duration::from_secs(self.secs) {
            let request = organiser.announcement(next + written.len() as u64)?;
            let asked = Instant::now();
            match control::ask(dir, &request)?.ok_or("the service does not answer")? {
                Answer::Logged(_) => written.push(asked.elapsed().as_secs_f64()),
                other => return Err(format!("not logged: {other:?}").into()),
            }
        }
        over.store(true, Ordering::Relaxed);
        let mut all = Vec::new();
        for reader in readers {
            all.extend(reader.join().map_err(|_| "a reader failed")??);
        }
        taker.join().map_err(|_| "the slow clients failed")?;
        Ok((all, written))
    }
}

/// One reader, until it is over.
fn read(address: SocketAddr, files: &Files, nth: u64, over: &AtomicBool) -> Outcome<Vec<f64>> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(LONGEST_ANSWER))?;
    let (mut write, mut read) = (stream.try_clone()?, BufReader::new(stream));
    let (mut secs, mut mixed) = (Vec::new(), nth);
    while !over.load(Ordering::Relaxed) {
        mixed = mixed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (path, bytes) = &files.0[usize::try_from(mixed >> 33)? % files.0.len()];
        let asked = Instant::now();
        write.write_all(format!("GET /{path} HTTP/1.1\r\nHost: bench\r\n\r\n").as_bytes())?;
        let answer = answer(&mut read).map_err(|e| format!("{path}: {e}"))?;
        secs.push(asked.elapsed().as_secs_f64());
        if bytes.as_ref().is_some_and(|bytes| *bytes != answer) {
            return Err(format!("{path} is not what the file holds").into());
        }
    }
    Ok(secs)
}

/// The body of an answer, which has to be 200.
fn answer(read: &mut BufReader<TcpStream>) -> Outcome<Vec<u8>> {
    let (mut line, mut length) = (String::new(), None);
    read.read_line(&mut line)?;
    if !line.contains(" 200 ") {
        return Err(format!("answered {line:?}").into());
    }
    while line.trim_end() != "" {
        line.clear();
        read.read_line(&mut line)?;
        let header = line.to_ascii_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = Some(value.trim().parse()?);
        }
    }
    let mut body = vec![0; length.ok_or("no length")?];
    read.read_exact(&mut body)?;
    Ok(body)
}

/// Clients that ask for much and have room for little, once the service has sent what it could.
fn begin_slow(address: SocketAddr, path: &str, count: usize) -> Outcome<Vec<TcpStream>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let requests = format!("GET /{path} HTTP/1.1\r\nHost: bench\r\n\r\n").repeat(ASKED_AT_ONCE);
    let mut slow = Vec::new();
    for _ in 0..count {
        let socket = tokio::net::TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(ROOM)?;
        let mut stream = runtime.block_on(socket.connect(address))?.into_std()?;
        stream.set_nonblocking(false)?;
        stream.write_all(requests.as_bytes())?;
        // One that has nothing for now, or stands still, must not hold up the others.
        stream.set_nonblocking(true)?;
        slow.push(stream);
    }
    std::thread::sleep(SETTLING);
    Ok(slow)
}

/// Takes a few bytes of each a second, until it is over. One that was given up stays away.
fn take_slowly(mut slow: Vec<TcpStream>, over: &AtomicBool) {
    let mut some = [0; 16];
    while !over.load(Ordering::Relaxed) {
        for stream in &mut slow {
            let _taken = stream.read(&mut some);
        }
        std::thread::sleep(Duration::from_secs(1));
    }
}

fn spread(mut secs: Vec<f64>) -> String {
    secs.sort_by(f64::total_cmp);
    let at = |part: usize| 1_000.0 * secs.get(secs.len().saturating_sub(1) * part / 100).copied().unwrap_or(f64::NAN);
    format!("median {:.2} ms, p99 {:.2} ms, worst {:.2} ms", at(50), at(99), at(100))
}
