//! How much memory a service needs while a large pool is uploaded over HTTP, checked and committed. The server is a process of its own, `klero
//! serve`, whose greatest resident size the kernel tells (VmHWM in `/proc/PID/status`).
//!
//! ```sh
//! cargo build --release --bin klero
//! cargo run --release --example upload_bench -- target/release/klero [ROWS]     # 1,000,000 unless said otherwise
//! ```
//!
//! Exit code 1 if the greatest size is over 600 MB.

#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Instant;

use serde_json::{Value, json};

const LIMIT_KB: u64 = 600_000;
const PASSWORD: &str = "correct horse battery";

type Done<T> = Result<T, Box<dyn std::error::Error>>;

struct Client {
    address: SocketAddr,
    cookie: String,
    csrf: String,
    requests: u32,
}

struct Answer {
    head: String,
    body: Value,
}

impl Client {
    fn send(&mut self, method: &str, path: &str, kind: &str, body: &[u8], etag: &str) -> Done<Answer> {
        let mut stream = self.begin(method, path, kind, body.len(), etag)?;
        stream.write_all(body)?;
        finish(stream, path)
    }

    fn begin(&mut self, method: &str, path: &str, kind: &str, length: usize, etag: &str) -> Done<TcpStream> {
        self.requests += 1;
        let mut head = format!(
            "{method} /api/v1{path} HTTP/1.0\r\nHost: bench\r\nContent-Length: {length}\r\nContent-Type: {kind}\r\nIdempotency-Key: upload-bench-{:08}\r\n",
            self.requests
        );
        if !self.cookie.is_empty() {
            write!(head, "Cookie: {}\r\nX-CSRF-Token: {}\r\n", self.cookie, self.csrf)?;
        }
        if !etag.is_empty() {
            write!(head, "If-Match: {etag}\r\n")?;
        }
        head.push_str("\r\n");
        let mut stream = TcpStream::connect(self.address)?;
        stream.write_all(head.as_bytes())?;
        Ok(stream)
    }

    fn post(&mut self, path: &str, body: &Value) -> Done<Answer> {
        self.send("POST", path, "application/json", body.to_string().as_bytes(), "")
    }

    /// Accepts an invitation and signs in.
    fn enter(&mut self, login: &str, secret: &str) -> Done<()> {
        (self.cookie, self.csrf) = (String::new(), String::new());
        self.post("/invitations/accept", &json!({"secret": secret, "name": login, "password": PASSWORD}))?;
        let answer = self.post("/session", &json!({"login": login, "password": PASSWORD}))?;
        let cookie = answer.head.lines().find(|line| line.to_ascii_lowercase().starts_with("set-cookie:"));
        let cookie = cookie.and_then(|line| line.split([':', ';']).nth(1)).ok_or("no cookie")?;
        self.cookie = cookie.trim().to_owned();
        self.csrf = answer.body["csrf"].as_str().ok_or("no token")?.to_owned();
        Ok(())
    }
}

fn finish(mut stream: TcpStream, path: &str) -> Done<Answer> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").ok_or("no answer")?;
    let head = String::from_utf8(bytes.get(..end).unwrap_or_default().to_vec())?;
    let rest = bytes.get(end + 4..).unwrap_or_default();
    if !head.starts_with("HTTP/1.0 2") {
        return Err(format!("{path}: {head}\n{}", String::from_utf8_lossy(rest)).into());
    }
    let body = if rest.is_empty() { Value::Null } else { serde_json::from_slice(rest)? };
    Ok(Answer { head, body })
}

/// A server that ends with the benchmark.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.0.kill().and_then(|()| self.0.wait());
    }
}

impl Server {
    fn start(klero: &str, dir: &Path) -> Done<(Self, SocketAddr)> {
        let mut child = Command::new(klero)
            .args(["serve", "--listen", "127.0.0.1:0", "--dir"])
            .arg(dir)
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        let address = line.trim_end().strip_prefix("serving http://").ok_or("it does not serve")?.parse()?;
        Ok((Self(child), address))
    }

    /// Greatest resident size so far, in kB.
    fn peak_kb(&self) -> Done<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }
}

fn run(klero: &str, dir: &Path, arguments: &[&str]) -> Done<Value> {
    let output = Command::new(klero).args(arguments).arg("--dir").arg(dir).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(serde_json::from_slice(&output.stdout).unwrap_or_default())
}

fn row(i: u32) -> String {
    let place = ["Eupen", "Kelmis", "Raeren", "Lontzen", "Amel", "Bütgenbach", "Büllingen", "Burg-Reuland", "St. Vith"];
    let municipality = place.get(usize::try_from(i % 9).unwrap_or_default()).copied().unwrap_or_default();
    format!(
        "{:09},Vorname{} Nachname{},{municipality},Straße {},{},{},{}\n",
        u64::from(i) * 7_919 % 999_999_937,
        i % 4_001,
        i % 90_001,
        i / 3,
        4_700 + i % 91,
        16 + i % 85,
        if i.is_multiple_of(2) { "f" } else { "m" }
    )
}

fn main() -> Done<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let klero = arguments.next().unwrap_or_else(|| "target/release/klero".to_owned());
    let rows: u32 = arguments.next().map_or(Ok(1_000_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let dir = folder.path().join("service");
    run(&klero, &dir, &["init", "--origin", "bench.example.org/log"])?;
    let invited = run(&klero, &dir, &["admin", "invite", "--login", "root", "--json"])?;
    let (server, address) = Server::start(&klero, &dir)?;
    let mut client = Client { address, cookie: String::new(), csrf: String::new(), requests: 0 };
    client.enter("root", invited["secret"].as_str().ok_or("no secret")?)?;
    client.post("/organisers", &json!({"id": "eupen", "name": "Stadt Eupen"}))?;
    let wish = json!({"login": "anna", "role": "organiser", "organiser": "eupen"});
    let invited = client.post("/invitations", &wish)?.body;
    client.enter("anna", invited["secret"].as_str().ok_or("no secret")?)?;
    println!("{} kB when nothing was done yet", server.peak_kb()?);

    let heading = "number,name,municipality,street,postcode,age,sex\n";
    let length = heading.len() + (0..rows).map(|i| row(i).len()).sum::<usize>();
    let begun = Instant::now();
    let stream = client.begin("POST", "/organisers/eupen/pools?name=bench", "text/csv", length, "")?;
    let mut out = io::BufWriter::with_capacity(1 << 16, &stream);
    out.write_all(heading.as_bytes())?;
    for i in 0..rows {
        out.write_all(row(i).as_bytes())?;
    }
    out.flush()?;
    drop(out);
    let pool = finish(stream, "the upload")?.body;
    let mut last = begun;
    let mut told = |what: &str| -> Done<u64> {
        let peak = server.peak_kb()?;
        println!("{what}: {:.1} s, greatest size so far {peak} kB", last.elapsed().as_secs_f64());
        last = Instant::now();
        Ok(peak)
    };
    told(&format!("upload of {rows} rows, {length} bytes"))?;
    let path = format!("/organisers/eupen/pools/{}", pool["id"].as_str().ok_or("no id")?);
    let roles = json!({"id": "number", "public": ["municipality", "age", "sex"], "household": ["street", "postcode"]});
    let checked =
        client.send("PUT", &format!("{path}/roles"), "application/json", roles.to_string().as_bytes(), "\"1\"")?;
    if checked.body["people"] != rows {
        return Err(checked.body.to_string().into());
    }
    told("roles, all rows checked")?;
    // An answer that takes longer than a request may is asked for again, as it advises: with the same Idempotency-Key.
    while let Err(passing) = client.post(&format!("{path}/commitment"), &json!({})) {
        if !["retry-after", "in-progress"].iter().any(|words| passing.to_string().contains(words)) {
            return Err(passing);
        }
        client.requests -= 1;
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
    let peak = told("commitment")?;
    println!("{}", if peak <= LIMIT_KB { "within 600 MB" } else { "OVER 600 MB" });
    Ok(ExitCode::from(u8::from(peak > LIMIT_KB)))
}
