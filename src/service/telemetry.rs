//! Log lines and figures, for those who run a service. They tell of requests by route and of draws by name: no address, no query, no
//! locator, no cell of anybody's row ever stands in them.

use std::fmt::Write as _;
use std::time::Duration;

use axum::http::Method;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use tracing_subscriber::EnvFilter;

use super::Service;
use super::settings::{LogFormat, LogLevel, LogSettings, Settings};
use crate::failure::Failure;
use crate::retention;

/// Begins to write log lines to standard output. The first to ask decides; a program asks once.
pub fn log_lines(settings: &LogSettings) {
    let level = match settings.level {
        LogLevel::Error => "error",
        LogLevel::Warn => "warn",
        LogLevel::Info => "info",
        LogLevel::Debug => "debug",
    };
    // Libraries tell of connections, which are people's addresses: they are heard only when something is wrong.
    let filter = EnvFilter::new(format!("error,kleroterion={level}"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stdout).with_target(false);
    let _begun = match settings.format {
        LogFormat::Text => lines.with_ansi(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Why {
    reason: &'static str,
}

/// A method's name, if it is one of HTTP's own. Whoever asks may invent others, and each would be a figure that is kept for ever.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Figures of a running service.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    answered: Family<Answered, Counter>,
    turned_away: Family<Why, Counter>,
    seconds: Histogram,
    drawn: Counter,
    delays: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("klero");
        let (answered, turned_away) = (Family::default(), Family::default());
        let seconds = Histogram::new(exponential_buckets(0.001, 4.0, 8));
        let (drawn, delays) = (Counter::default(), Counter::default());
        registry.register("http_requests", "Requests answered, by route", answered.clone());
        registry.register("http_turned_away", "Requests turned away, by reason", turned_away.clone());
        registry.register("http_request_seconds", "Time until the answer began", seconds.clone());
        registry.register("draws_carried_out", "Draws and replacements carried out since the start", drawn.clone());
        registry.register("draws_delayed", "Draws that came to wait, and whose reason to wait changed", delays.clone());
        Self { registry, answered, turned_away, seconds, drawn, delays }
    }
}

impl Metrics {
    /// A request was answered. `route` is the pattern, never the path.
    pub fn answered(&self, method: &Method, route: &str, status: u16, after: Duration) {
        let labels = Answered { method: name(method), route: route.to_owned(), status };
        self.answered.get_or_create(&labels).inc();
        self.seconds.observe(after.as_secs_f64());
    }

    /// A request was turned away.
    pub fn turned_away(&self, reason: &'static str) {
        self.turned_away.get_or_create(&Why { reason }).inc();
    }

    /// A draw was carried out.
    pub fn drawn(&self) {
        self.drawn.inc();
    }

    /// A draw could not be carried out yet, for a reason that is new.
    pub fn delayed(&self) {
        self.delays.inc();
    }

    /// Everything, in the text format of OpenMetrics; what stands in the log is counted now.
    pub fn text(&self, service: &Service, settings: &Settings) -> Result<String, Failure> {
        let mut text = String::new();
        prometheus_client::encoding::text::encode_registry(&mut text, &self.registry).map_err(Failure::unavailable)?;
        let draws = service.statuses(None)?;
        let now = service.clock().now();
        let due = draws.iter().filter(|d| d.phase == "sealed" && d.round_at.is_some_and(|at| at <= now)).count();
        let kept = retention::kept(&draws, &settings.retention, now);
        let mut phases = std::collections::BTreeMap::<&str, usize>::new();
        for draw in &draws {
            *phases.entry(draw.phase.as_str()).or_default() += 1;
        }
        let mut gauge = |name: &str, help: &str, values: &[(String, u64)]| {
            let _ = writeln!(text, "# HELP klero_{name} {help}.\n# TYPE klero_{name} gauge");
            for (labels, value) in values {
                let _ = writeln!(text, "klero_{name}{labels} {value}");
            }
        };
        let one = |value: usize| [(String::new(), u64::try_from(value).unwrap_or(u64::MAX))];
        let by_phase: Vec<(String, u64)> = phases
            .iter()
            .map(|(phase, n)| (format!("{{phase=\"{phase}\"}}"), u64::try_from(*n).unwrap_or(u64::MAX)))
            .collect();
        gauge("draws", "Draws by where they stand", &by_phase);
        gauge("draws_waiting", "Draws whose round is published and that are not drawn", &one(due));
        gauge("draws_overdue", "Draws past draw_by", &one(draws.iter().filter(|d| d.overdue).count()));
        gauge("log_entries", "Entries of the log", &[(String::new(), service.size())]);
        let read_only = usize::from(service.read_only().is_some());
        gauge("log_read_only", "1 if nothing can be appended until the service is restarted", &one(read_only));
        gauge("pools_kept", "Pools with personal data that are kept", &one(kept.len()));
        gauge("pools_to_erase", "Of these, kept longer than is allowed", &one(kept.iter().filter(|k| k.due).count()));
        if let Some(publication) = service.publication() {
            let stopped = usize::from(publication.standstill().is_some());
            gauge(
                "publication_stands_still",
                "1 if the log is no longer published where publish_to says",
                &one(stopped),
            );
            gauge("publication_entries", "Entries published there", &[(String::new(), publication.size.unwrap_or(0))]);
        }
        text.push_str("# EOF\n");
        Ok(text)
    }
}
