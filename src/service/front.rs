//! What every request passes first: how many at a time, how many from one address, how long an answer may take, and who is asking where a
//! proxy stands before the service.
//!
//! Addresses are held in memory for a minute, to count; they are neither logged nor stored. What can be cached is not counted, since any
//! reader or mirror may fetch a whole log. The organisers' API keeps limits of its own and passes through.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use super::settings::Settings;
use super::telemetry::Metrics;

/// Addresses that are counted at a time; more are counted together.
const ADDRESSES_MAX: usize = 65_536;
const MINUTE: Duration = Duration::from_secs(60);
/// Where the organisers' API begins.
const API: &str = "/api/";
/// Paths whose answers any cache may keep, or that a monitor asks for.
const UNCOUNTED: [&str; 8] =
    ["/tile/", "/artifact/", "/witnessed/", "/assets/", "/checkpoint", "/log.vkey", "/healthz", "/readyz"];

/// The front of one service.
pub struct Front {
    permits: Semaphore,
    per_minute: u32,
    longest: Duration,
    proxies: Vec<IpAddr>,
    seen: Mutex<Seen>,
    metrics: Arc<Metrics>,
}

struct Seen {
    since: Instant,
    counts: HashMap<IpAddr, u32>,
}

impl Front {
    /// With these settings.
    #[must_use]
    pub fn new(settings: &Settings, metrics: Arc<Metrics>) -> Self {
        Self {
            permits: Semaphore::new(settings.limits.concurrent.min(Semaphore::MAX_PERMITS)),
            per_minute: settings.limits.requests_per_minute,
            longest: Duration::from_secs(settings.limits.request_secs),
            proxies: settings.trusted_proxies.clone(),
            seen: Mutex::new(Seen { since: Instant::now(), counts: HashMap::new() }),
            metrics,
        }
    }

    /// Puts the front before all routes.
    pub fn before(self, router: Router) -> Router {
        router.layer(axum::middleware::from_fn_with_state(Arc::new(self), pass))
    }

    /// Counts a request; false if there were too many.
    fn count(&self, address: IpAddr) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.since.elapsed() >= MINUTE {
            seen.since = Instant::now();
            seen.counts.clear();
        }
        let full = seen.counts.len() >= ADDRESSES_MAX;
        let key = if full { IpAddr::V6(Ipv6Addr::UNSPECIFIED) } else { network(address) };
        let count = seen.counts.entry(key).or_default();
        *count = count.saturating_add(1);
        full || *count <= self.per_minute
    }
}

/// Who asks: the peer, or, if that is a trusted proxy, the last address that none of them vouches for. What stands before that was written by
/// whoever asks, and is not looked at; a last word that is no address leaves the proxy's.
pub(crate) fn client(proxies: &[IpAddr], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    if !proxies.contains(&peer) {
        return peer;
    }
    let listed: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .map(|value| value.to_str().unwrap_or_default())
        .flat_map(|value| value.split(','))
        .collect();
    for text in listed.into_iter().rev() {
        match text.trim().parse::<IpAddr>() {
            Ok(address) if proxies.contains(&address) => {}
            Ok(address) => return address,
            Err(_) => break,
        }
    }
    peer
}

/// One household's IPv6 addresses share their first 64 bits.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() >> 64 << 64)),
    }
}

fn counted(method: &Method, path: &str) -> bool {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    !(path.starts_with(API) || reads && UNCOUNTED.iter().any(|prefix| path.starts_with(prefix)))
}

async fn pass(State(front): State<Arc<Front>>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() {
        let client = client(&front.proxies, peer.ip(), request.headers());
        // Whoever counts further in counts the same one.
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(client, peer.port())));
        if counted(&method, &path) && !front.count(client) {
            front.metrics.turned_away("rate");
            return turned_away(StatusCode::TOO_MANY_REQUESTS, "too many requests; try again in a minute", "60");
        }
    }
    let Ok(_permit) = front.permits.try_acquire() else {
        front.metrics.turned_away("busy");
        return turned_away(StatusCode::SERVICE_UNAVAILABLE, "too many requests at this moment; try again", "2");
    };
    let answer = if path.starts_with(API) {
        next.run(request).await
    } else {
        match tokio::time::timeout(front.longest, next.run(request)).await {
            Ok(answer) => answer,
            Err(_) => {
                front.metrics.turned_away("time");
                turned_away(StatusCode::SERVICE_UNAVAILABLE, "the answer took too long; try again", "10")
            }
        }
    };
    let (status, after) = (answer.status().as_u16(), begun.elapsed());
    front.metrics.answered(method.as_str(), &route, status, after);
    tracing::debug!(method = method.as_str(), route, status, milliseconds = after.as_millis(), "answered");
    answer
}

fn turned_away(status: StatusCode, detail: &'static str, after_secs: &'static str) -> Response {
    let mut answer = super::http::problem(status, detail).into_response();
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(after_secs));
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn front(proxies: &[&str], per_minute: u32) -> Front {
        let mut settings =
            Settings { trusted_proxies: proxies.iter().map(|p| p.parse().unwrap()).collect(), ..Settings::default() };
        settings.limits.requests_per_minute = per_minute;
        Front::new(&settings, Arc::default())
    }

    #[test]
    fn only_a_trusted_proxy_says_who_asks() {
        let check = |proxies: &[&str], peer: &str, forwarded: &[&'static str], expected: &str| {
            let mut headers = HeaderMap::new();
            for value in forwarded {
                headers.append("x-forwarded-for", HeaderValue::from_static(value));
            }
            let client = client(&front(proxies, 1).proxies, peer.parse().unwrap(), &headers);
            assert_eq!(client, expected.parse::<IpAddr>().unwrap(), "{proxies:?} {peer} {forwarded:?}");
        };
        check(&[], "9.9.9.9", &["1.1.1.1"], "9.9.9.9");
        check(&["127.0.0.1"], "127.0.0.1", &["1.1.1.1"], "1.1.1.1");
        // The client may send the header too: only what the proxy added counts.
        check(&["127.0.0.1"], "127.0.0.1", &["6.6.6.6, 1.1.1.1"], "1.1.1.1");
        check(&["127.0.0.1", "10.0.0.2"], "127.0.0.1", &["6.6.6.6", "1.1.1.1, 10.0.0.2"], "1.1.1.1");
        check(&["127.0.0.1"], "127.0.0.1", &["no address"], "127.0.0.1");
        // Words before that change nothing, and let nobody choose an address.
        check(&["127.0.0.1"], "127.0.0.1", &["6.6.6.6, no address, 1.1.1.1"], "1.1.1.1");
        check(&["127.0.0.1"], "127.0.0.1", &["6.6.6.6, no address"], "127.0.0.1");
        check(&["127.0.0.1"], "127.0.0.1", &[], "127.0.0.1");
    }

    #[test]
    fn addresses_are_counted_apart_and_networks_together() {
        let front = front(&[], 2);
        let count = |address: &str| front.count(address.parse().unwrap());
        assert!(count("1.1.1.1") && count("1.1.1.1") && !count("1.1.1.1"));
        assert!(count("1.1.1.2"));
        assert!(count("2001:db8::1") && count("2001:db8::ffff") && !count("2001:db8::2"));
        assert!(count("2001:db8:0:1::2"));
    }

    #[test]
    fn what_can_be_cached_is_not_counted() {
        for path in ["/tile/0/000", "/artifact/ab", "/checkpoint", "/api/v1/draws"] {
            assert!(!counted(&Method::GET, path), "{path}");
        }
        for path in ["/", "/draws", "/draws/x/bundle"] {
            assert!(counted(&Method::GET, path), "{path}");
        }
        assert!(counted(&Method::POST, "/tile/0/000"));
    }
}
