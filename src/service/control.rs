//! `DIR/control.sock`: how commands speak to a running service. One request and one answer a connection, each one line of JSON.
//!
//! The socket has mode 0600 in a folder of mode 0700: whoever can open it is the service's own user. It carries no private key.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;

use super::request::{Answer, Request};
use crate::failure::{Failure, Named};

/// A request is at most this long: a terms note has 24 KiB, an entry 64 KiB.
const MAX_REQUEST_BYTES: u64 = 1 << 20;
/// An answer is at most this long: a bundle has 256 MiB, and JSON may escape it.
const MAX_ANSWER_BYTES: u64 = 1 << 30;

/// Where the socket is.
#[must_use]
pub fn path(dir: &Path) -> PathBuf {
    dir.join("control.sock")
}

/// Whether a service listens.
#[must_use]
pub fn answers(dir: &Path) -> bool {
    UnixStream::connect(path(dir)).is_ok()
}

/// Asks a running service. `None` if none runs.
pub fn ask(dir: &Path, request: &Request) -> Result<Option<Answer>, Failure> {
    let path = path(dir);
    let mut stream = match UnixStream::connect(&path) {
        Ok(stream) => stream,
        Err(e) => {
            return match e.kind() {
                std::io::ErrorKind::NotFound | std::io::ErrorKind::ConnectionRefused => Ok(None),
                _ => Err(e).named("speak to the service at", &path),
            };
        }
    };
    let mut text = serde_json::to_string(request).map_err(Failure::usage)?;
    text.push('\n');
    stream.write_all(text.as_bytes()).named("speak to the service at", &path)?;
    let mut answer = String::new();
    BufReader::new(stream.take(MAX_ANSWER_BYTES)).read_line(&mut answer).named("hear the service at", &path)?;
    let answer = serde_json::from_str(&answer).map_err(|_| {
        Failure::unavailable("the service closed the connection without an answer")
            .advise("look at its messages; ask again: klero draw status shows what was logged")
    })?;
    Ok(Some(answer))
}

/// Binds the socket, replacing one that a dead service left behind. The caller holds the lock on `dir`, so nobody else serves it.
pub fn bind(dir: &Path) -> Result<UnixListener, Failure> {
    let path = path(dir);
    match std::fs::remove_file(&path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e).named("replace", &path),
        _ => {}
    }
    let listener = UnixListener::bind(&path).named("open", &path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).named("protect", &path)?;
    Ok(listener)
}

/// What answers requests: the service, and what runs beside it.
pub type Handler = Arc<dyn Fn(Request) -> Answer + Send + Sync>;

/// Answers until it is dropped.
pub async fn serve(listener: UnixListener, handler: Handler) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let handler = Arc::clone(&handler);
                tokio::spawn(async move {
                    // A client that went away takes nothing with it: what it asked for is done or not, and logged or not.
                    let _ = answer_one(stream, handler).await;
                });
            }
            Err(e) => {
                tracing::warn!(error = %e, "control socket");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
}

async fn answer_one(stream: tokio::net::UnixStream, handler: Handler) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    tokio::io::BufReader::new(read.take(MAX_REQUEST_BYTES)).read_line(&mut line).await?;
    let answer = match serde_json::from_str::<Request>(&line) {
        Ok(request) => tokio::task::spawn_blocking(move || handler(request))
            .await
            .unwrap_or_else(|_| Answer::Failed(Failure::unavailable("the request could not be finished"))),
        Err(e) => {
            Answer::Failed(Failure::usage(format!("not a request: {e}")).advise("use the klero of the same version"))
        }
    };
    let mut text = serde_json::to_string(&answer)?;
    text.push('\n');
    write.write_all(text.as_bytes()).await?;
    write.shutdown().await
}
