//! Fetches rounds of a drand beacon over HTTP: the only outbound request for randomness.
//!
//! A relay is a postman (spec §5.2): what it brings is a [`Round`] that nobody has checked, and this file never decides whether it is
//! valid. It hands every round to [`Chain::verify`], which does, and goes on to the next relay when the answer is no. It never follows a
//! redirect, never reads more than [`BODY_BYTES_MAX`], never waits longer than its timeout, and never asks for another round than
//! the one that it was told to fetch.
//!
//! Paths, as drand's relays serve them (docs.drand.love, "HTTP API"):
//! v1 `/{chain hash}/public/{round}`, then, where there is no such path, v2 `/v2/chains/{chain hash}/rounds/{round}`. A round that does not
//! exist yet is 425 from a relay and 404 from a node.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::{Request, StatusCode, Uri, header};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::{Client as HttpClient, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use klero_draw::beacon::{BeaconError, Chain, Round, VerifiedRound};
use klero_draw::hash::ChainHash;

/// Longest answer that is read. A round takes under 500 bytes.
pub const BODY_BYTES_MAX: usize = 65_536;
/// Longest signature that any scheme of spec §5.2 has.
const SIGNATURE_BYTES_MAX: usize = 96;

/// Relays of the League of Entropy that serve `quicknet` and `default`.
pub const DEFAULT_RELAYS: [&str; 4] =
    ["https://api.drand.sh", "https://api2.drand.sh", "https://api3.drand.sh", "https://drand.cloudflare.com"];

/// The address of a relay: `http` or `https`, a host, perhaps a port and a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relay(String);

/// A text that is not the address of a relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected the address of a relay, such as https://api.drand.sh: http or https, a host, no user name, no query")]
pub struct NotARelay;

impl Relay {
    /// The relays that are asked when none are named.
    #[must_use]
    pub fn defaults() -> Vec<Self> {
        DEFAULT_RELAYS.iter().map(|text| Self((*text).to_owned())).collect()
    }
}

impl FromStr for Relay {
    type Err = NotARelay;
    fn from_str(text: &str) -> Result<Self, NotARelay> {
        let text = text.trim_end_matches('/');
        let uri: Uri = text.parse().map_err(|_| NotARelay)?;
        let authority = uri.authority().ok_or(NotARelay)?;
        let fits = matches!(uri.scheme_str(), Some("http" | "https"))
            && !authority.host().is_empty()
            && !authority.as_str().contains('@')
            && !text.contains(['?', '#'])
            && text.len() <= 2048;
        if fits { Ok(Self(text.to_owned())) } else { Err(NotARelay) }
    }
}

impl fmt::Display for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a relay did not bring the round.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RelayError {
    /// It does not have the round yet: 404 or 425.
    #[error("does not have the round yet (status {status})")]
    Late {
        /// HTTP status.
        status: u16,
    },
    /// No connection, or one that broke off.
    #[error("cannot be reached, or broke off")]
    Unreachable,
    /// No whole answer in time.
    #[error("gave no answer within {} ms", after.as_millis())]
    TimedOut {
        /// How long was waited.
        after: Duration,
    },
    /// It sends us elsewhere. A relay is named by its final address.
    #[error("redirects (status {status}); redirects are not followed")]
    Redirect {
        /// HTTP status.
        status: u16,
    },
    /// Another status than 200.
    #[error("answered with status {status}")]
    Status {
        /// HTTP status.
        status: u16,
    },
    /// More than [`BODY_BYTES_MAX`].
    #[error("sent more than {BODY_BYTES_MAX} bytes")]
    TooLarge,
    /// Not the JSON of a round.
    #[error("sent something that is not a round: {0}")]
    NotARound(&'static str),
    /// A round that was not asked for.
    #[error("sent round {found} instead of {expected}")]
    AnotherRound {
        /// The round that was asked for.
        expected: u64,
        /// The round that came.
        found: u64,
    },
    /// A round that does not verify: the relay lies, or is about another chain.
    #[error("sent a round that does not verify: {0}")]
    DoesNotVerify(BeaconError),
}

impl RelayError {
    /// Whether asking the same relay again may help. One that sent something wrong is not asked again.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Late { .. } | Self::Unreachable | Self::TimedOut { .. } => true,
            Self::Status { status } => *status == 429 || *status >= 500,
            Self::Redirect { .. }
            | Self::TooLarge
            | Self::NotARound(_)
            | Self::AnotherRound { .. }
            | Self::DoesNotVerify(_) => false,
        }
    }
}

/// What one relay did, for the operator: the last thing that went wrong, and how often something did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The relay.
    pub relay: Relay,
    /// What went wrong last.
    pub error: RelayError,
    /// How many of its answers were of no use.
    pub times: u32,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.relay, self.error)?;
        if self.times > 1 { write!(f, " ({} times)", self.times) } else { Ok(()) }
    }
}

/// A verified round, and how it came.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// The round.
    pub verified: VerifiedRound,
    /// The relay that brought it.
    pub relay: Relay,
    /// What went wrong before, one for each relay.
    pub complaints: Vec<Complaint>,
}

/// No relay brought the round. The right answer is to wait and ask again: never another round, never another source (spec §5.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotFetched {
    /// The round.
    pub round: u64,
    /// What went wrong, one for each relay.
    pub complaints: Vec<Complaint>,
}

impl fmt::Display for NotFetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no relay brought round {}", self.round)?;
        for complaint in &self.complaints {
            write!(f, "\n  {complaint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for NotFetched {}

/// How long to go on asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How often each relay is asked at most; 0 counts as 1.
    pub passes: u32,
    /// Wait after the first pass. It doubles with each further pass.
    pub first_wait: Duration,
    /// Longest wait between passes.
    pub longest_wait: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { passes: 6, first_wait: Duration::from_secs(1), longest_wait: Duration::from_secs(30) }
    }
}

impl Patience {
    /// The wait after the `pass`-th pass, from 0, before jitter.
    fn wait(&self, pass: u32) -> Duration {
        self.first_wait.saturating_mul(2u32.saturating_pow(pass.min(31))).min(self.longest_wait)
    }
}

/// Asks relays.
#[derive(Clone)]
pub struct Client {
    http: HttpClient<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    timeout: Duration,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

impl Client {
    /// A client that gives each request `timeout`, from the first byte of the connection to the last of the answer.
    pub fn new(timeout: Duration) -> Result<Self, rustls::Error> {
        let provider = rustls::crypto::ring::default_provider();
        let https = hyper_rustls::HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(provider)?
            .https_or_http()
            .enable_http1()
            .build();
        // A relay is asked once in a while: a connection kept open would mostly be one that has died.
        let http = HttpClient::builder(TokioExecutor::new())
            .pool_max_idle_per_host(0)
            .http1_max_buf_size(BODY_BYTES_MAX)
            .build(https);
        Ok(Self { http, timeout })
    }

    /// Fetches `round` of `chain` and has it verified, asking the relays in turn.
    ///
    /// A relay that is late or cannot be reached is asked again in the next pass; one that sends anything wrong is not. Between passes it waits
    /// as `patience` says; `jitter` makes of each wait the one that is slept, so that many clients do not ask at the same moment.
    pub async fn fetch_verified(
        &self,
        chain: &Chain,
        relays: &[Relay],
        round: u64,
        patience: Patience,
        mut jitter: impl FnMut(Duration) -> Duration,
    ) -> Result<Fetched, NotFetched> {
        let mut complaints: Vec<Complaint> = Vec::new();
        for pass in 0..patience.passes.max(1) {
            if !relays.iter().any(|relay| worth_asking(relay, &complaints)) {
                break;
            }
            if pass > 0 {
                tokio::time::sleep(jitter(patience.wait(pass - 1))).await;
            }
            if let Some((verified, relay)) = self.ask_each(chain, relays, round, &mut complaints).await {
                return Ok(Fetched { verified, relay, complaints });
            }
        }
        Err(NotFetched { round, complaints })
    }

    /// Asks each relay once, until one brings the round; one of which `complaints` say that it sent something wrong is not asked. What goes wrong is added
    /// to them.
    pub async fn ask_each(
        &self,
        chain: &Chain,
        relays: &[Relay],
        round: u64,
        complaints: &mut Vec<Complaint>,
    ) -> Option<(VerifiedRound, Relay)> {
        for relay in relays {
            if !worth_asking(relay, complaints) {
                continue;
            }
            match self.verified_from(chain, relay, round).await {
                Ok(verified) => return Some((verified, relay.clone())),
                Err(error) => complain(complaints, relay, error),
            }
        }
        None
    }

    async fn verified_from(&self, chain: &Chain, relay: &Relay, round: u64) -> Result<VerifiedRound, RelayError> {
        let unverified = self.round(relay, chain, round).await?;
        chain.verify(&unverified).map_err(RelayError::DoesNotVerify)
    }

    /// Fetches `round` from one relay. The round is *not* verified.
    pub async fn round(&self, relay: &Relay, chain: &Chain, round: u64) -> Result<Round, RelayError> {
        let hash: ChainHash = chain.hash();
        let body = match self.get(&format!("{relay}/{hash}/public/{round}")).await {
            // A node that serves v1 has no such round yet; a relay that serves only v2 has no such path.
            Err(RelayError::Late { status: 404 }) => {
                self.get(&format!("{relay}/v2/chains/{hash}/rounds/{round}")).await?
            }
            other => other?,
        };
        let found = read_round(&body, chain.is_chained())?;
        if found.round == round {
            Ok(found)
        } else {
            Err(RelayError::AnotherRound { expected: round, found: found.round })
        }
    }

    async fn get(&self, url: &str) -> Result<Bytes, RelayError> {
        self.get_file(url, BODY_BYTES_MAX).await
    }

    /// Fetches any file of at most `limit` bytes, with the same care: no redirects, one time limit for all of it.
    pub async fn get_file(&self, url: &str, limit: usize) -> Result<Bytes, RelayError> {
        match tokio::time::timeout(self.timeout, self.exchange(url, limit)).await {
            Ok(result) => result,
            Err(_) => Err(RelayError::TimedOut { after: self.timeout }),
        }
    }

    async fn exchange(&self, url: &str, limit: usize) -> Result<Bytes, RelayError> {
        let request = Request::get(url)
            .header(header::ACCEPT, "application/json")
            .header(header::USER_AGENT, concat!("kleroterion/", env!("CARGO_PKG_VERSION")))
            .body(Empty::new())
            .map_err(|_| RelayError::Unreachable)?;
        let response = self.http.request(request).await.map_err(|_| RelayError::Unreachable)?;
        let status = response.status();
        match status {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND | StatusCode::TOO_EARLY => {
                return Err(RelayError::Late { status: status.as_u16() });
            }
            _ if status.is_redirection() => return Err(RelayError::Redirect { status: status.as_u16() }),
            _ => return Err(RelayError::Status { status: status.as_u16() }),
        }
        match Limited::new(response.into_body(), limit).collect().await {
            Ok(body) => Ok(body.to_bytes()),
            Err(e) if e.is::<LengthLimitError>() => Err(RelayError::TooLarge),
            Err(_) => Err(RelayError::Unreachable),
        }
    }
}

/// A relay that sent something wrong is not asked again.
fn worth_asking(relay: &Relay, complaints: &[Complaint]) -> bool {
    complaints.iter().filter(|c| c.relay == *relay).all(|c| c.error.may_pass())
}

fn complain(complaints: &mut Vec<Complaint>, relay: &Relay, error: RelayError) {
    match complaints.iter_mut().find(|c| c.relay == *relay) {
        Some(complaint) => {
            complaint.error = error;
            complaint.times = complaint.times.saturating_add(1);
        }
        None => complaints.push(Complaint { relay: relay.clone(), error, times: 1 }),
    }
}

/// The members of a round that are used. Relays send others (`randomness`), and may send more: randomness is recomputed, never read.
#[derive(serde::Deserialize)]
struct RoundJson<'a> {
    round: u64,
    signature: &'a str,
    #[serde(default)]
    previous_signature: Option<&'a str>,
}

/// Reads the JSON of a round, v1 or v2. `chained`: the scheme signs the previous signature too; for others a relay may send an empty one,
/// or one that nobody signed, and it is dropped.
pub fn read_round(body: &[u8], chained: bool) -> Result<Round, RelayError> {
    let json: RoundJson<'_> = serde_json::from_slice(body).map_err(|e| {
        RelayError::NotARound(match e.classify() {
            serde_json::error::Category::Data => "expected the members round and signature",
            serde_json::error::Category::Eof => "JSON that breaks off",
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => "not JSON",
        })
    })?;
    let bytes = |text: &str| {
        if text.is_empty() || text.len() > 2 * SIGNATURE_BYTES_MAX {
            return Err(RelayError::NotARound("a signature of an impossible length"));
        }
        hex::decode(text).map_err(|_| RelayError::NotARound("a signature that is not hexadecimal"))
    };
    let signature = bytes(json.signature)?;
    let previous_signature = json.previous_signature.filter(|_| chained).map(bytes).transpose()?;
    Ok(Round { round: json.round, signature, previous_signature })
}
