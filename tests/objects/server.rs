//! A real S3 server (moto, from PyPI) started for one test, and a proxy before it that breaks connections.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::AsyncWriteExt;

/// Ended when it is dropped.
pub(crate) struct Server {
    child: Child,
    address: String,
    url: String,
}

impl Server {
    /// Starts the program that `MOTO_SERVER` names, with a bucket `draws`. `None`, and a line that says so, where none is named.
    pub(crate) fn start() -> Option<Self> {
        let Some(program) = std::env::var_os("MOTO_SERVER") else {
            println!("skipped: MOTO_SERVER does not name moto_server");
            return None;
        };
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut child = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &free.to_string()])
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().contains("Running on")), "the S3 server did not start");
        // Its log must not fill the pipe.
        std::thread::spawn(move || lines.count());
        let address = format!("127.0.0.1:{free}");
        let server = Self { child, url: format!("http://{address}"), address };
        let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::draws/*"}]}"#;
        for (path, body) in [("/draws", ""), ("/draws?policy", policy)] {
            let (head, _) = server.ask("PUT", path, body);
            assert!(head.starts_with("HTTP/1.1 20"), "{path}: {head}");
        }
        Some(server)
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn options(&self) -> Vec<(&str, &str)> {
        vec![
            ("aws_endpoint", self.url()),
            ("aws_allow_http", "true"),
            ("aws_region", "us-east-1"),
            ("aws_access_key_id", "test"),
            ("aws_secret_access_key", "test"),
        ]
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> (String, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let (length, host) = (body.len(), &self.address);
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
        (String::from_utf8_lossy(&answer[..end]).into_owned(), answer[end + 4..].to_vec())
    }

    /// Head and body of an object.
    pub(crate) fn get(&self, path: &str) -> (String, Vec<u8>) {
        let (head, body) = self.ask("GET", path, "");
        assert!(head.starts_with("HTTP/1.1 200"), "{path}: {head}");
        (head, body)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// What becomes of a connection: 0 closed at once ("failed"), 1 closed after the request was passed on ("failed, yet done"), 2 works. The same in each
/// run, and without a period that requests could fall into step with.
fn fate(number: usize) -> usize {
    let mixed = (number as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    match (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 61 {
        0 | 1 => 0,
        2 | 3 => 1,
        _ => 2,
    }
}

/// A proxy that breaks connections.
pub(crate) struct Faults {
    url: String,
    injected: Arc<AtomicUsize>,
}

impl Faults {
    pub(crate) async fn before(server: &Server) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (injected, count, target) = (Arc::new(AtomicUsize::new(0)), AtomicUsize::new(0), server.address.clone());
        let told = Arc::clone(&injected);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let number = fate(count.fetch_add(1, Ordering::Relaxed));
                let (target, told) = (target.clone(), Arc::clone(&told));
                tokio::spawn(async move {
                    if number < 2 {
                        told.fetch_add(1, Ordering::Relaxed);
                    }
                    if number == 0 {
                        return;
                    }
                    let Ok(mut upstream) = tokio::net::TcpStream::connect(target).await else { return };
                    if number == 2 {
                        let mut client = client;
                        let _ended = tokio::io::copy_bidirectional(&mut client, &mut upstream).await;
                        return;
                    }
                    // The request goes through, and the first bytes of the answer are waited for: then the line breaks.
                    let (mut read, _client) = client.into_split();
                    let (mut answers, mut requests) = upstream.into_split();
                    let pass = async {
                        let _ended = tokio::io::copy(&mut read, &mut requests).await;
                        let _closed = requests.shutdown().await;
                    };
                    let mut first = [0; 16];
                    tokio::select! {
                        () = pass => {}
                        _ = tokio::io::AsyncReadExt::read(&mut answers, &mut first) => {}
                    }
                });
            }
        });
        Self { url, injected }
    }

    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    pub(crate) fn injected(&self) -> usize {
        self.injected.load(Ordering::Relaxed)
    }
}
