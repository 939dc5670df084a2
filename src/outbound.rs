//! Small requests to other people's servers: a body is posted, a short answer is read. For witnesses (c2sp.org/tlog-witness) and time-stamping
//! authorities (RFC 3161).
//!
//! It never follows a redirect, never reads more than it is told to, never waits longer than its timeout, and never believes what it brings:
//! the caller checks every byte. Connections are kept open between requests, as tlog-witness recommends.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{Request, Uri, header};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;

/// Longest address read.
const ADDRESS_BYTES_MAX: usize = 2_048;

/// The address of a server: `http` or `https`, a host, perhaps a port and a path; no final slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(String);

/// A text that is not the address of a server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an address such as https://witness.example.org: http or https, a host, no user name, no query")]
pub struct NotAnAddress(String);

impl FromStr for Address {
    type Err = NotAnAddress;
    fn from_str(given: &str) -> Result<Self, NotAnAddress> {
        let text = given.trim_end_matches('/');
        let wrong = || NotAnAddress(given.chars().take(80).collect());
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let authority = uri.authority().ok_or_else(wrong)?;
        let fits = matches!(uri.scheme_str(), Some("http" | "https"))
            && !authority.host().is_empty()
            && !authority.as_str().contains('@')
            && !text.contains(['?', '#'])
            && text.len() <= ADDRESS_BYTES_MAX;
        if fits { Ok(Self(text.to_owned())) } else { Err(wrong()) }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// No connection, or one that broke off.
    #[error("cannot be reached, or broke off")]
    Unreachable,
    /// No whole answer in time.
    #[error("gave no answer within {} ms", after.as_millis())]
    TimedOut {
        /// How long was waited.
        after: Duration,
    },
    /// A longer answer than was allowed.
    #[error("sent more than {limit} bytes")]
    TooLarge {
        /// Bytes allowed.
        limit: usize,
    },
}

/// An answer, of whatever status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// HTTP status.
    pub status: u16,
    /// Media type, as it was sent.
    pub media_type: String,
    /// The body.
    pub body: Bytes,
}

/// Posts.
#[derive(Clone)]
pub struct Poster {
    http: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    timeout: Duration,
}

impl fmt::Debug for Poster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Poster").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

impl Poster {
    /// Gives each request `timeout`, from the first byte of the connection to the last of the answer.
    pub fn new(timeout: Duration) -> Result<Self, rustls::Error> {
        let https = hyper_rustls::HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())?
            .https_or_http()
            .enable_http1()
            .build();
        let http = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(1).build(https);
        Ok(Self { http, timeout })
    }

    /// Posts `body` and reads an answer of at most `limit` bytes.
    pub async fn post(
        &self,
        address: &str,
        media_type: &'static str,
        body: impl Into<Bytes>,
        limit: usize,
    ) -> Result<Answered, NoAnswer> {
        match tokio::time::timeout(self.timeout, self.exchange(address, media_type, body.into(), limit)).await {
            Ok(answer) => answer,
            Err(_) => Err(NoAnswer::TimedOut { after: self.timeout }),
        }
    }

    async fn exchange(
        &self,
        address: &str,
        media_type: &'static str,
        body: Bytes,
        limit: usize,
    ) -> Result<Answered, NoAnswer> {
        let request = Request::post(address)
            .header(header::CONTENT_TYPE, media_type)
            .header(header::USER_AGENT, concat!("kleroterion/", env!("CARGO_PKG_VERSION")))
            .body(Full::new(body))
            .map_err(|_| NoAnswer::Unreachable)?;
        let response = self.http.request(request).await.map_err(|_| NoAnswer::Unreachable)?;
        let status = response.status().as_u16();
        let media_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.unwrap_or_default().to_owned();
        match Limited::new(response.into_body(), limit).collect().await {
            Ok(body) => Ok(Answered { status, media_type, body: body.to_bytes() }),
            Err(e) if e.is::<LengthLimitError>() => Err(NoAnswer::TooLarge { limit }),
            Err(_) => Err(NoAnswer::Unreachable),
        }
    }
}
