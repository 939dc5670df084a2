//! `klero monitor`: watches a log, once for cron or until it is stopped.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::http::header;
use axum::routing::get;
use klero_verifier::trust::{TRUST_LIMIT, Trust};

use super::out;
use crate::clock::{Clock, SystemClock};
use crate::failure::{Failure, Named};
use crate::monitor::tell::{self, Told};
use crate::monitor::webhook::Webhook;
use crate::monitor::{Monitor, Setup};
use crate::place::Place;

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes, for cron: 0 nothing found · 1 findings that nobody has acknowledged · 2 usage · 3 something could not be checked\n\nWhat each finding means, and what to do then, stands in docs/monitoring.md.\n\nExamples:\n  klero monitor https://draws.example.org --dir watch --trust trust.json\n  klero monitor https://draws.example.org --dir watch --trust trust.json --follow --metrics 127.0.0.1:9100\n  klero monitor --dir watch --acknowledge draw.overdue:letters-2026"
)]
pub struct Args {
    /// The log: an address or a folder
    #[arg(value_name = "URL|DIR", required_unless_present = "acknowledge")]
    log: Option<String>,
    /// The monitor's own folder, where it keeps what it saw
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// Trust file: keys, witnesses, beacons. Without it the log's own key is believed as it is first seen
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
    /// Go on until interrupted
    #[arg(long)]
    follow: bool,
    /// Seconds between looks, with --follow
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    every: u64,
    /// How late a draw may be before it is reported
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    grace: u64,
    /// One JSON object a line for each look
    #[arg(long)]
    json: bool,
    /// Serve Prometheus metrics at this address, under /metrics
    #[arg(long, value_name = "ADDR", requires = "follow")]
    metrics: Option<SocketAddr>,
    /// Post each new finding to this address, as JSON
    #[arg(long, value_name = "URL")]
    webhook: Option<String>,
    /// Take note of a finding, so that it no longer counts; once for each
    #[arg(long, value_name = "FINDING")]
    acknowledge: Vec<String>,
}

/// Runs it.
pub fn run(args: &Args) -> Result<u8, Failure> {
    let trust = args.trust.as_deref().map(read_trust).transpose()?;
    if !args.acknowledge.is_empty() && !args.dir.join("state.json").exists() {
        return Err(Failure::usage(format!("there is no monitor in {}", args.dir.display())).advise("check --dir"));
    }
    let place = args.log.as_deref().map(Place::open).transpose().map_err(Failure::usage)?;
    let webhook = args.webhook.as_deref().map(Webhook::new).transpose().map_err(Failure::usage)?;
    let mut monitor = Monitor::open(&args.dir, Setup { trust, grace_secs: args.grace })?;
    for key in &args.acknowledge {
        monitor.acknowledge(key)?;
        out::line(format!("acknowledged: {key}"))?;
    }
    let Some(place) = place else { return Ok(0) };
    let served = Served::default();
    let _runtime = args.metrics.map(|address| serve(address, served.clone())).transpose()?;
    let (mut passes, mut failures) = (0, 0);
    let mut before = None;
    loop {
        let told = monitor.pass(&place, SystemClock.now())?;
        passes += 1;
        failures += u64::from(told.problem.is_some());
        if let Some(webhook) = &webhook {
            tell_webhook(&mut monitor, webhook, &told)?;
        }
        let text = tell::metrics(&told, monitor.findings(), passes, failures, monitor.checked_at());
        *served.0.lock().unwrap_or_else(PoisonError::into_inner) = text;
        if args.json {
            out::line(tell::json(&told, monitor.findings()))?;
        } else {
            // While it follows, only what is new is worth a line.
            let news = (told.size, told.problem.clone(), monitor.findings().clone());
            if before.as_ref() != Some(&news) {
                out::write(&tell::words(&told, monitor.findings()))?;
                before = Some(news);
            }
        }
        if !args.follow {
            return Ok(told.exit(monitor.findings()));
        }
        std::thread::sleep(Duration::from_secs(args.every));
    }
}

/// Reads a trust file.
pub(super) fn read_trust(path: &Path) -> Result<Trust, Failure> {
    let text = std::fs::read_to_string(path).named("read the trust file", path)?;
    if text.len() > TRUST_LIMIT {
        return Err(Failure::usage(format!("{}: a trust file has at most {TRUST_LIMIT} bytes", path.display())));
    }
    Trust::parse(&text).map_err(|e| {
        Failure::usage(format!("{}: {e}", path.display())).advise("see docs/spec.md §9.2 and keys/ for examples")
    })
}

/// Tells of each finding once. What cannot be told now is told after the next look.
fn tell_webhook(monitor: &mut Monitor, webhook: &Webhook, told: &Told) -> Result<(), Failure> {
    let untold: Vec<_> = monitor.findings().untold().cloned().collect();
    for finding in untold {
        match webhook.tell(&told.origin, &finding) {
            Ok(()) => monitor.mark_told(&finding.key())?,
            Err(problem) => {
                eprintln!("klero monitor: {problem}; it is told again after the next look");
                break;
            }
        }
    }
    Ok(())
}

/// The metrics of the last look.
#[derive(Clone, Default)]
struct Served(Arc<Mutex<String>>);

/// Serves metrics until the runtime is dropped.
fn serve(address: SocketAddr, served: Served) -> Result<tokio::runtime::Runtime, Failure> {
    let failed = |e: std::io::Error| {
        Failure::unavailable(format!("cannot serve metrics at {address}: {e}"))
            .advise("another program may use this port; choose another --metrics")
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().map_err(failed)?;
    let listener = runtime.block_on(tokio::net::TcpListener::bind(address)).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    eprintln!("metrics at http://{address}/metrics");
    let text = move || {
        let text = served.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        async move { ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text) }
    };
    let router = Router::new().route("/metrics", get(text));
    runtime.spawn(async move {
        if let Err(e) = axum::serve(listener, router).await {
            eprintln!("metrics: {e}");
        }
    });
    Ok(runtime)
}
