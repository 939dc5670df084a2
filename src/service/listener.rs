//! Takes connections for the pages: how many at a time, how long a request's head may take, and how slowly an answer may be read.
//!
//! Whoever sends a head byte by byte, or asks and does not read, holds a connection and nothing else, and not for long: no thread, no place among
//! the requests being answered, no open file of the log. Bodies are bounded in time where they are read (`front`, and the API's own guard).

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request, header};
use axum::response::Response;
use futures_util::StreamExt as _;
use hyper::body::Incoming;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, Sleep};

/// A request's head is there within so long, and so is the next request's on a connection that is kept.
const HEAD_TIME: Duration = Duration::from_secs(20);
/// A connection that could not be written to for so long in all, while it took fewer than [`TAKEN_BYTES`], is given up.
const BLOCKED_TIME: Duration = Duration::from_secs(30);
/// With [`BLOCKED_TIME`], the slowest reader that is served: some 550 bytes a second.
const TAKEN_BYTES: usize = 16 << 10;
/// Descriptors for all else than connections: the store, files being read, other sockets.
const DESCRIPTORS_KEPT: u64 = 1_024;

/// Raises the soft limit on open files to the hard one, and says how many connections fit below it.
#[must_use]
pub fn room_for_connections() -> usize {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return Semaphore::MAX_PERMITS };
    let soft = if setrlimit(Resource::RLIMIT_NOFILE, hard, hard).is_ok() { hard } else { soft };
    usize::try_from(soft.saturating_sub(DESCRIPTORS_KEPT).max(soft / 2)).unwrap_or(Semaphore::MAX_PERMITS)
}

/// Serves until `ended` says so, and then finishes the requests under way. More than `connections` at a time wait to be taken.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    connections: usize,
    mut ended: watch::Receiver<bool>,
    what: &'static str,
) {
    let connections = u32::try_from(connections.min(Semaphore::MAX_PERMITS)).unwrap_or(u32::MAX);
    let places = Arc::new(Semaphore::new(usize::try_from(connections).unwrap_or(Semaphore::MAX_PERMITS)));
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME);
    loop {
        let taken = async {
            let place = Arc::clone(&places).acquire_owned().await.ok();
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            taken = taken => taken,
            _ended = ended.wait_for(|ended| *ended) => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            // It went away while it waited.
            Err(e) if matches!(e.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) => continue,
            Err(e) => {
                // Out of descriptors or memory: others end meanwhile.
                tracing::warn!(error = %e, "{what}: a connection could not be taken");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let _small_answers_at_once = stream.set_nodelay(true);
        let answers = answers(router.clone(), peer, ended.clone());
        let connection = http.serve_connection(TokioIo::new(Paced::new(stream)), answers);
        let mut told = ended.clone();
        tokio::spawn(async move {
            let mut connection = std::pin::pin!(connection);
            let told = async move { drop(told.wait_for(|ended| *ended).await) };
            // An error is the other side's: it went away, sent no HTTP, or was too slow.
            tokio::select! {
                _ended = connection.as_mut() => {}
                () = told => {
                    connection.as_mut().graceful_shutdown();
                    let _ended = connection.await;
                }
            }
            drop(place);
        });
    }
    drop(listener);
    // All places are free once all connections have ended.
    let _all = places.acquire_many(connections).await;
}

fn answers(
    router: Router,
    peer: SocketAddr,
    ended: watch::Receiver<bool>,
) -> impl hyper::service::Service<Request<Incoming>, Response = Response, Error = Infallible, Future: Send + 'static> {
    let pages = TowerToHyperService::new(router);
    service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        let (answer, ended) = (pages.call(request.map(Body::new)), ended.clone());
        async move { answer.await.map(|answer| until_ended(answer, ended)) }
    })
}

/// Events go on for as long as somebody listens: they end with the service, and the page asks again.
fn until_ended(answer: Response, mut ended: watch::Receiver<bool>) -> Response {
    let kind = answer.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    if !kind.is_some_and(|kind| kind.starts_with(b"text/event-stream")) {
        return answer;
    }
    let ended = async move { drop(ended.wait_for(|ended| *ended).await) };
    answer.map(|events| Body::from_stream(events.into_data_stream().take_until(ended)))
}

/// A connection that is given up when its other side takes almost nothing.
struct Paced {
    stream: TcpStream,
    /// When the write that is waiting began to wait.
    since: Option<Instant>,
    /// How long writes have waited since the last [`TAKEN_BYTES`] were taken, and how many were taken since.
    blocked: Duration,
    taken: usize,
    alarm: Pin<Box<Sleep>>,
}

impl Paced {
    fn new(stream: TcpStream) -> Self {
        let alarm = Box::pin(tokio::time::sleep(BLOCKED_TIME));
        Self { stream, since: None, blocked: Duration::ZERO, taken: 0, alarm }
    }

    fn watch(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match written {
            Poll::Pending => {
                if self.since.is_none() {
                    let now = Instant::now();
                    self.since = Some(now);
                    self.alarm.as_mut().reset(now + BLOCKED_TIME.saturating_sub(self.blocked));
                }
                self.alarm.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
            }
            Poll::Ready(written) => {
                if let Some(since) = self.since.take() {
                    self.blocked += since.elapsed();
                }
                self.taken = self.taken.saturating_add(written.as_ref().copied().unwrap_or(0));
                if self.taken >= TAKEN_BYTES {
                    (self.blocked, self.taken) = (Duration::ZERO, 0);
                }
                Poll::Ready(written)
            }
        }
    }
}

impl AsyncRead for Paced {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Paced {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch(cx, written)
    }
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.watch(cx, written)
    }
    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
