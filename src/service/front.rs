//! What every request passes first: how many at a time, how many from one address, how long an answer may take, and who is asking where a
//! proxy stands before the service.
//!
//! Addresses are held in memory for a minute, to count; they are neither logged nor stored. What can be cached is not counted: any reader or
//! mirror may fetch a whole log, and a hall full of phones behind one address may watch a draw. What is counted is what each asking makes the
//! service work for: searches, what is handed in, and addresses that do not exist. The organisers' API keeps limits of its own and passes through.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::Semaphore;

use super::settings::Settings;
use super::telemetry::Metrics;
use crate::site::Asked;

/// Addresses that are counted at a time; more are counted together.
const ADDRESSES_MAX: usize = 65_536;
const MINUTE: Duration = Duration::from_secs(60);
/// Where the organisers' API begins.
const API: &str = "/api/";
/// How the route of a search ends, in whichever language.
const SEARCH: &str = "/search";

/// The front of one service.
pub struct Front {
    permits: Semaphore,
    /// Of the organisers' API: whoever holds all of these has not one of the public pages'.
    api_permits: Semaphore,
    per_minute: u32,
    longest: Duration,
    proxies: Vec<IpAddr>,
    seen: Mutex<Seen>,
    metrics: Arc<Metrics>,
    origin: String,
}

struct Seen {
    since: Instant,
    counts: HashMap<IpAddr, u32>,
}

impl Front {
    /// With these settings, before the pages of the log with that origin.
    #[must_use]
    pub fn new(settings: &Settings, metrics: Arc<Metrics>, origin: &str) -> Self {
        Self {
            permits: Semaphore::new(settings.limits.concurrent.min(Semaphore::MAX_PERMITS)),
            api_permits: Semaphore::new(settings.limits.concurrent.min(Semaphore::MAX_PERMITS)),
            per_minute: settings.limits.requests_per_minute,
            longest: Duration::from_secs(settings.limits.request_secs),
            proxies: settings.trusted_proxies.iter().map(IpAddr::to_canonical).collect(),
            seen: Mutex::new(Seen { since: Instant::now(), counts: HashMap::new() }),
            metrics,
            origin: origin.to_owned(),
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
    // A socket for both families writes an IPv4 address as an IPv6 one.
    let peer = peer.to_canonical();
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
        match text.trim().parse::<IpAddr>().map(|address| address.to_canonical()) {
            Ok(address) if proxies.contains(&address) => {}
            Ok(address) => return address,
            Err(_) => break,
        }
    }
    peer
}

/// One household's IPv6 addresses share their first 64 bits.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        four @ IpAddr::V4(_) => four,
        IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() >> 64 << 64)),
    }
}

/// Whether a request counts. `route` is the pattern that it matched, if there is one.
fn counted(method: &Method, path: &str, route: Option<&str>) -> bool {
    if path.starts_with(API) {
        return false;
    }
    let reads = matches!(*method, Method::GET | Method::HEAD);
    !reads || route.is_none_or(|route| route.ends_with(SEARCH))
}

async fn pass(State(front): State<Arc<Front>>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let route = request.extensions().get::<MatchedPath>().map(|matched| matched.as_str().to_owned());
    let asked = Asked::of(request.uri(), request.headers());
    let turned_away = |reason, status, detail, after_secs| {
        front.metrics.turned_away(reason);
        let mut answer = asked.turned_away(&front.origin, status, detail);
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(after_secs));
        answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        answer.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        answer
    };
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() {
        let client = client(&front.proxies, peer.ip(), request.headers());
        // Whoever counts further in counts the same one.
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(client, peer.port())));
        if counted(&method, &path, route.as_deref()) && !front.count(client) {
            return turned_away(
                "rate",
                StatusCode::TOO_MANY_REQUESTS,
                "too many requests; try again in a minute",
                "60",
            );
        }
    }
    // The API waits for bodies of people, and has a guard of its own.
    let permits = if path.starts_with(API) { &front.api_permits } else { &front.permits };
    let Ok(_permit) = permits.try_acquire() else {
        let detail = "too many requests at this moment; try again";
        return turned_away("busy", StatusCode::SERVICE_UNAVAILABLE, detail, "2");
    };
    let answer = if path.starts_with(API) {
        next.run(request).await
    } else {
        match tokio::time::timeout(front.longest, next.run(request)).await {
            Ok(answer) => answer,
            Err(_) => turned_away("time", StatusCode::SERVICE_UNAVAILABLE, "the answer took too long; try again", "10"),
        }
    };
    let (status, after) = (answer.status().as_u16(), begun.elapsed());
    let route = route.as_deref().unwrap_or("none");
    front.metrics.answered(&method, route, status, after);
    tracing::debug!(method = method.as_str(), route, status, milliseconds = after.as_millis(), "answered");
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn front(proxies: &[&str], per_minute: u32) -> Front {
        let mut settings =
            Settings { trusted_proxies: proxies.iter().map(|p| p.parse().unwrap()).collect(), ..Settings::default() };
        settings.limits.requests_per_minute = per_minute;
        Front::new(&settings, Arc::default(), "draws.example.org/log")
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
        check(&["127.0.0.1"], "::ffff:127.0.0.1", &["::ffff:1.1.1.1"], "1.1.1.1");
    }

    #[test]
    fn addresses_are_counted_apart_and_networks_together() {
        let front = front(&[], 2);
        let count = |address: &str| front.count(address.parse().unwrap());
        assert!(count("1.1.1.1") && count("1.1.1.1") && !count("1.1.1.1"));
        assert!(count("1.1.1.2"));
        assert!(count("2001:db8::1") && count("2001:db8::ffff") && !count("2001:db8::2"));
        assert!(count("2001:db8:0:1::2"));
        // Written as IPv6, IPv4 addresses are still apart.
        assert!(count("::ffff:1.1.1.3") && count("::ffff:1.1.1.4") && count("1.1.1.3") && !count("::ffff:1.1.1.3"));
    }

    #[test]
    fn what_can_be_cached_is_not_counted() {
        for (path, route) in [
            ("/tile/0/000", "/tile/{*path}"),
            ("/", "/"),
            ("/draws/x/bundle", "/draws/{id}/bundle"),
            ("/de/draws/x", "/de/draws/{id}"),
            ("/api/v1/search", "/api/v1/search"),
        ] {
            assert!(!counted(&Method::GET, path, Some(route)), "{path}");
        }
        assert!(counted(&Method::GET, "/fr/search", Some("/fr/search")) && counted(&Method::GET, "/wp-admin", None));
        assert!(counted(&Method::POST, "/tile/0/000", Some("/tile/{*path}")));
    }
}
