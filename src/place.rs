//! A log's public files, wherever they are: a folder, or a web server. Used by monitor, mirror and comparison, which trust it with nothing.
//!
//! What is not there is told apart from what cannot be reached: the first may be a finding about the log, the second never is. Never follows a
//! redirect, never reads past a bound, never keeps more of a file in memory than its caller asked for.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, StatusCode, header};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use klero_tlog::tile::{BundleId, MAX_ENTRY_LEN, TILE_WIDTH, TileId, encode_bundle};
use klero_tlog::tile_reader::TileSource;

/// Longest checkpoint read, in bytes.
pub const CHECKPOINT_LIMIT: u64 = klero_tlog::note::MAX_NOTE_LEN as u64;
/// How often a request is tried that fails on the way.
const TRIES: u32 = 3;

/// How long a server is waited for. Whoever sends a byte now and then holds nobody up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For the head of an answer, and for each piece of what follows.
    pub silence: Duration,
    /// For all that follows: twice the silence, and so many bytes a second.
    pub bytes_per_sec: u64,
}

impl Default for Patience {
    fn default() -> Self {
        Self { silence: Duration::from_secs(30), bytes_per_sec: 1_024 }
    }
}

impl Patience {
    /// How long what follows the head may have taken once so many bytes of it are there.
    fn for_body(&self, read: u64) -> Duration {
        self.silence.saturating_mul(2).saturating_add(Duration::from_secs(read / self.bytes_per_sec.max(1)))
    }
}

/// Something could not be read, and nothing follows from that but to try again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path} cannot be read: {detail}")]
pub struct Unreachable {
    /// Path below the log's place.
    pub path: String,
    /// In words.
    pub detail: String,
}

/// Where a log's public files are.
pub struct Place(Kind);

enum Kind {
    Folder(PathBuf),
    Web(Box<Web>),
}

struct Web {
    base: String,
    patience: Patience,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    runtime: tokio::runtime::Runtime,
}

/// How one attempt ended.
enum Failed {
    /// Trying again may help.
    Passing(String),
    /// It will not.
    Lasting(String),
}

/// The client that all of this program's file transfers use: TLS by rustls with ring, connections kept open.
pub fn http_client() -> Result<Client<HttpsConnector<HttpConnector>, Full<Bytes>>, String> {
    let https = hyper_rustls::HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())
        .map_err(|e| format!("TLS cannot be set up: {e}"))?
        .https_or_http()
        .enable_http1()
        .build();
    Ok(Client::builder(TokioExecutor::new()).build(https))
}

impl Place {
    /// Opens a folder, or an address that begins with `http://` or `https://`. Looks at nothing yet.
    pub fn open(text: &str) -> Result<Self, String> {
        Self::open_with(text, Patience::default())
    }

    /// The same, with another patience for whoever serves an address.
    pub fn open_with(text: &str, patience: Patience) -> Result<Self, String> {
        if !text.contains("://") {
            let folder = PathBuf::from(text);
            // A service's folder has the log's public files below it; a mirror is the public folder itself.
            let public = folder.join("public");
            return Ok(Self(Kind::Folder(if public.join("checkpoint").exists() { public } else { folder })));
        }
        let base: crate::drand::Relay = text
            .parse()
            .map_err(|_| "expected a folder, or an address such as https://draws.example.org".to_owned())?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
        Ok(Self(Kind::Web(Box::new(Web { base: base.to_string(), patience, client: http_client()?, runtime }))))
    }

    /// The folder, if it is one.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        match &self.0 {
            Kind::Folder(folder) => Some(folder),
            Kind::Web(_) => None,
        }
    }

    /// The whole file, at most `limit` bytes; `None` if there is none.
    pub fn get(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, Unreachable> {
        let mut bytes = Vec::new();
        Ok(self.copy(path, limit, &mut bytes, &mut |sink| sink.clear())?.then_some(bytes))
    }

    /// Copies a file of at most `limit` bytes to `sink`; `false` if there is none. `again` is called before a second try: it empties the sink.
    pub fn copy<W: Write>(
        &self,
        path: &str,
        limit: u64,
        sink: &mut W,
        again: &mut dyn FnMut(&mut W),
    ) -> Result<bool, Unreachable> {
        let unreachable = |detail: String| Unreachable { path: path.to_owned(), detail };
        match &self.0 {
            Kind::Folder(folder) => copy_file(&folder.join(path), limit, sink).map_err(unreachable),
            Kind::Web(web) => {
                let mut tries = 1;
                loop {
                    match web.runtime.block_on(web.fetch(path, limit, sink)) {
                        Ok(there) => return Ok(there),
                        Err(Failed::Passing(_)) if tries < TRIES => {
                            std::thread::sleep(Duration::from_millis(200) * tries);
                            tries += 1;
                            again(sink);
                        }
                        Err(Failed::Passing(detail) | Failed::Lasting(detail)) => return Err(unreachable(detail)),
                    }
                }
            }
        }
    }

    /// Whether a file is there.
    pub fn has(&self, path: &str) -> Result<bool, Unreachable> {
        let unreachable = |detail: String| Unreachable { path: path.to_owned(), detail };
        match &self.0 {
            Kind::Folder(folder) => folder.join(path).try_exists().map_err(|e| unreachable(e.to_string())),
            Kind::Web(web) => web.runtime.block_on(web.is_there(path)).map_err(unreachable),
        }
    }
}

fn copy_file<W: Write>(path: &Path, limit: u64, sink: &mut W) -> Result<bool, String> {
    let file = match std::fs::File::open(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        opened => opened.map_err(|e| e.to_string())?,
    };
    let copied = std::io::copy(&mut file.take(limit.saturating_add(1)), sink).map_err(|e| e.to_string())?;
    if copied > limit { Err(format!("it is longer than {limit} bytes")) } else { Ok(true) }
}

impl Web {
    async fn ask(&self, method: Method, path: &str) -> Result<hyper::Response<hyper::body::Incoming>, Failed> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}/{path}", self.base))
            .header(header::USER_AGENT, concat!("kleroterion/", env!("CARGO_PKG_VERSION")))
            .body(Full::default())
            .map_err(|e| Failed::Lasting(e.to_string()))?;
        match tokio::time::timeout(self.patience.silence, self.client.request(request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(e)) => Err(Failed::Passing(words(&e))),
            Err(_) => Err(Failed::Passing(format!("no answer within {} s", self.patience.silence.as_secs()))),
        }
    }

    async fn fetch<W: Write>(&self, path: &str, limit: u64, sink: &mut W) -> Result<bool, Failed> {
        let response = self.ask(Method::GET, path).await?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND | StatusCode::GONE => return Ok(false),
            status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                return Err(Failed::Passing(format!("the server answers {status}")));
            }
            status => return Err(Failed::Lasting(format!("the server answers {status}"))),
        }
        let (begun, silence) = (Instant::now(), self.patience.silence);
        let mut body = response.into_body();
        let mut read: u64 = 0;
        loop {
            let left = self.patience.for_body(read).saturating_sub(begun.elapsed());
            let frame = tokio::time::timeout(left.min(silence), body.frame()).await;
            let frame = frame.map_err(|_| {
                if left >= silence {
                    return Failed::Passing("it stopped in the middle".to_owned());
                }
                // Asked again it would only take as long.
                Failed::Lasting(format!("it comes too slowly: {read} bytes in {} s", begun.elapsed().as_secs()))
            })?;
            let Some(frame) = frame else { return Ok(true) };
            let frame = frame.map_err(|e| Failed::Passing(e.to_string()))?;
            let Ok(data) = frame.into_data() else { continue };
            read = read.saturating_add(data.len() as u64);
            if read > limit {
                return Err(Failed::Lasting(format!("it is longer than {limit} bytes")));
            }
            sink.write_all(&data).map_err(|e| Failed::Lasting(e.to_string()))?;
        }
    }

    async fn is_there(&self, path: &str) -> Result<bool, String> {
        let mut answer = self.ask(Method::HEAD, path).await;
        // A plain file server may know no other method than GET. What follows the head of its answer is not read.
        let unknown = |status| matches!(status, StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED);
        if answer.as_ref().is_ok_and(|response| unknown(response.status())) {
            answer = self.ask(Method::GET, path).await;
        }
        match answer {
            Ok(response) if response.status() == StatusCode::OK => Ok(true),
            Ok(response) if matches!(response.status(), StatusCode::NOT_FOUND | StatusCode::GONE) => Ok(false),
            Ok(response) => Err(format!("the server answers {}", response.status())),
            Err(Failed::Passing(detail) | Failed::Lasting(detail)) => Err(detail),
        }
    }
}

/// An error and what caused it: hyper's own words are often only "client error".
fn words(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// What is wrong with a tile or bundle that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TileProblem {
    /// It cannot be had now.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// It is not there, though a checkpoint covers it.
    #[error("{path} is not there")]
    Missing {
        /// Path below the log's place.
        path: String,
    },
    /// It is there, and is not what it should be.
    #[error("{path} is malformed")]
    Malformed {
        /// Path below the log's place.
        path: String,
    },
}

impl TileSource for &Place {
    type Error = TileProblem;

    fn read_tile(&self, tile: TileId) -> Result<Vec<u8>, TileProblem> {
        if let Some(bytes) = self.get(&tile.path(), u64::from(tile.width()) * 32)? {
            return Ok(bytes);
        }
        // Once the log has grown past it, a partial tile may be gone: the full one begins with it.
        let missing = || TileProblem::Missing { path: tile.path() };
        let full = TileId::new(tile.level(), tile.index(), TILE_WIDTH).ok().filter(|full| *full != tile);
        let mut bytes = self.get(&full.ok_or_else(missing)?.path(), u64::from(TILE_WIDTH) * 32)?.ok_or_else(missing)?;
        bytes.truncate(usize::from(tile.width()) * 32);
        Ok(bytes)
    }

    fn read_bundle(&self, bundle: BundleId) -> Result<Vec<u8>, TileProblem> {
        let limit = |width: u16| u64::from(width) * (MAX_ENTRY_LEN as u64 + 2);
        if let Some(bytes) = self.get(&bundle.path(), limit(bundle.width()))? {
            return Ok(bytes);
        }
        let missing = || TileProblem::Missing { path: bundle.path() };
        let full = BundleId::new(bundle.index(), TILE_WIDTH).ok().filter(|full| *full != bundle).ok_or_else(missing)?;
        let bytes = self.get(&full.path(), limit(TILE_WIDTH))?.ok_or_else(missing)?;
        let malformed = || TileProblem::Malformed { path: full.path() };
        let entries = full.decode(&bytes).map_err(|_| malformed())?;
        encode_bundle(entries.get(..usize::from(bundle.width())).ok_or_else(malformed)?).map_err(|_| malformed())
    }
}
