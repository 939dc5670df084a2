//! A service over a folder, in this process or in one that ends in the middle.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use kleroterion::api::{Api, Setup, open_records};
use kleroterion::clock::ManualClock;
use kleroterion::service::Service;
use kleroterion::service::request::{Answer as Told, Request};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::common_service::{recorded, slug};
use crate::interpose;
use crate::support::generous;

pub(crate) const DRAW: &str = "letters";
/// First argument of a process that carries out one thing.
pub(crate) const CHILD: &str = "carry-out";

/// One thing that is asked of the service.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Op {
    /// A request of the API.
    Ask { token: String, method: String, path: String, key: String, body: String },
    /// Several of them at once.
    AtOnce(Vec<Op>),
    /// A beacon round that somebody hands in.
    Round { round: u64 },
    /// What the scheduler does with a vacancy that waits for nothing.
    Replace,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }
}

/// An open service with its API.
pub(crate) struct Running {
    pub(crate) service: Arc<Service>,
    address: SocketAddr,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Running {
    /// Opens everything, as at a start of the service.
    pub(crate) fn open(folder: &Path, now: u64) -> Self {
        let service = Arc::new(Service::open(folder, ManualClock::at(now)).unwrap());
        let records = open_records(folder, service.vault()).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let program = PathBuf::from(env!("CARGO_BIN_EXE_klero"));
        let setup = Setup { limits: generous(), program, ..Setup::default() };
        let api = Api::new(Arc::clone(&service), records, setup);
        api.recover().unwrap();
        let pages = api.router().into_make_service_with_connect_info::<SocketAddr>();
        runtime.spawn(async move { axum::serve(listener, pages).await });
        Self { service, address, runtime: Some(runtime) }
    }

    pub(crate) fn carry_out(&self, op: &Op) -> Vec<Answer> {
        match op {
            Op::Ask { token, method, path, key, body } => vec![self.ask(token, method, path, key, body)],
            Op::AtOnce(all) => std::thread::scope(|scope| {
                let threads: Vec<_> = all.iter().map(|one| scope.spawn(|| self.carry_out(one))).collect();
                threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
            }),
            Op::Round { round } => vec![self.request(Request::Round { draw: slug(DRAW), round: recorded(*round) })],
            Op::Replace => vec![self.request(Request::Replace { draw: slug(DRAW) })],
        }
    }

    fn request(&self, request: Request) -> Answer {
        match self.service.request(request) {
            Ok(Told::Logged(logged)) => Answer { status: 200, body: serde_json::to_string(&logged).unwrap() },
            Ok(other) => panic!("{other:?}"),
            Err(failure) => Answer { status: 409, body: serde_json::to_string(&failure).unwrap() },
        }
    }

    fn ask(&self, token: &str, method: &str, path: &str, key: &str, body: &str) -> Answer {
        let head = format!(
            "{method} /api/v1{path} HTTP/1.0\r\nHost: test\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        Answer { status: head[9..12].parse().unwrap(), body: body.to_owned() }
    }

    pub(crate) fn get(&self, token: &str, path: &str) -> Answer {
        self.ask(token, "GET", path, "", "")
    }

    /// Kinds of the log's steps, in order.
    pub(crate) fn kinds(&self) -> Vec<String> {
        let reader = self.service.reader();
        let kind = |seq| {
            let entry = reader.entry(seq).unwrap();
            let note = String::from_utf8(entry).unwrap();
            let line = note.lines().find(|line| line.starts_with('{')).unwrap();
            let step: Value = serde_json::from_str(line).unwrap();
            step["kind"].as_str().unwrap_or_else(|| panic!("{step}")).to_owned()
        };
        (0..self.service.size()).map(kind).collect()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(std::time::Duration::from_secs(60));
        }
    }
}

/// A copy of a folder, which is its own.
pub(crate) fn copy(from: &Path, to: &Path) {
    if to.exists() {
        std::fs::remove_dir_all(to).unwrap();
    }
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(copied.success(), "cp -a {} {}", from.display(), to.display());
}

/// Carries it out in a process that ends after `calls` durable writes. `None`: it has ended so.
pub(crate) fn carry_out_until(folder: &Path, now: u64, op: &Op, calls: u32) -> Option<Vec<Answer>> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .arg(CHILD)
        .arg(folder)
        .args([now.to_string(), calls.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&serde_json::to_vec(op).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    if output.status.success() {
        return Some(serde_json::from_slice(&output.stdout).unwrap());
    }
    use std::os::unix::process::ExitStatusExt as _;
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), Some(6), "it did not end where it should: {}\n{told}", output.status);
    None
}

/// The child.
pub(crate) fn child(arguments: &[String]) {
    let [folder, now, calls] = arguments else { panic!("{arguments:?}") };
    let op: Op = serde_json::from_reader(std::io::stdin()).unwrap();
    let running = Running::open(Path::new(folder), now.parse().unwrap());
    interpose::end_after(calls.parse().unwrap());
    let answers = running.carry_out(&op);
    interpose::stop_counting();
    serde_json::to_writer(std::io::stdout(), &answers).unwrap();
    drop(running);
}
