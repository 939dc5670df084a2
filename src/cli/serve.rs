//! `klero init` and `klero serve`: begin a log, and run it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::IntoResponse;

use super::{Dir, backend, beacon, out};
use crate::api::Api;
use crate::clock::SystemClock;
use crate::drand::Client;
use crate::failure::{Failure, Named};
use crate::objects;
use crate::service::config::{Config, Folders};
use crate::service::front::Front;
use crate::service::request::{Answer, Request};
use crate::service::scheduler::{self, Event};
use crate::service::settings::{Flags, LogFormat, Settings};
use crate::service::telemetry::{self, Metrics};
use crate::service::{self, NewLog, Service, control, http, listener, succession};

/// Connections to the figures: for the operator's own programs.
const FIGURES_CONNECTIONS: usize = 64;

/// How often systemd's status line is looked after, if it does not want to hear more often.
const STATUS_EVERY: Duration = Duration::from_secs(10);

/// Arguments of `init`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  klero init --dir service --origin draws.example.org/log\n\nKeep DIR/keys secret and backed up. Publish DIR/public/log.vkey where people will look for it."
)]
pub struct InitArgs {
    /// The service’s folder
    #[command(flatten)]
    dir: Dir,
    /// Name of the log for ever: usually a host and a path, without spaces or '+'
    #[arg(long, value_name = "NAME")]
    origin: String,
    /// Witness policy, a C2SP tlog-policy file
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Chain information of a rehearsal beacon that this log may use; every report then says "proves nothing" first
    #[arg(long, value_name = "FILE")]
    rehearsal: Option<PathBuf>,
    /// The log that this one continues: its public folder, a mirror's, or its address. It must be closed and name DIR/keys/log.key as its successor
    #[arg(long, value_name = "DIR|URL")]
    predecessor: Option<String>,
    /// Address of a beacon relay, once for each; drand's own if absent
    #[arg(long, value_name = "URL")]
    relay: Vec<String>,
    /// Seconds before a round within which nothing is sealed any more, and by which witnesses must have cosigned a seal; 0, or 30 with a policy
    #[arg(long, value_name = "SECONDS")]
    margin: Option<u64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `serve`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  klero serve --dir service --listen 127.0.0.1:8080\n  klero serve --dir service --check-config\n\nSettings stand in DIR/klero.toml, or in the file that KLERO_CONFIG names; the environment (KLERO_METRICS__LISTEN) and arguments go before it."
)]
pub struct ServeArgs {
    /// The service’s folder
    #[command(flatten)]
    dir: Dir,
    /// Address of the public pages; 127.0.0.1:8080 unless the settings say otherwise
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// Address of a beacon relay, once for each, instead of the configured ones
    #[arg(long, value_name = "URL")]
    relay: Vec<String>,
    /// Show all settings and where each comes from, check them and the keys, and do not serve
    #[arg(long)]
    check_config: bool,
}

/// Begins a log.
pub fn init(args: &InitArgs) -> Result<u8, Failure> {
    let policy =
        args.policy.as_deref().map(|path| std::fs::read_to_string(path).named("read the policy", path)).transpose()?;
    let witnessed = match &policy {
        Some(text) => !service::witnessing::check_policy(text.as_bytes(), &[])?.asks_for_no_witness(),
        None => false,
    };
    let margin = args.margin.unwrap_or(if witnessed { 30 } else { 0 });
    let rehearsal = args.rehearsal.as_deref().map(beacon::chain_info).transpose()?;
    let config = Config { origin: args.origin.clone(), relays: args.relay.clone(), margin_secs: margin };
    for relay in &args.relay {
        relay.parse::<crate::drand::Relay>().map_err(Failure::usage)?;
    }
    let predecessor = match &args.predecessor {
        Some(place) => {
            let key = succession::prepared_key(&Folders(args.dir.dir.clone()).log_key())?;
            Some(succession::predecessor(place, &key)?)
        }
        None => None,
    };
    let before = predecessor.as_ref().map(|before| before.log.0.name().as_str().to_owned());
    service::init_after(&args.dir.dir, &NewLog { config, policy, rehearsal }, predecessor, Arc::new(SystemClock))?;
    if args.json {
        let key = crate::signer::load_public(&args.dir.dir.join("keys").join("log.key"))?;
        out::json(&serde_json::json!({
            "origin": args.origin, "key": key.to_text(), "rehearsal": args.rehearsal.is_some(), "witnessed": witnessed,
            "continues": before,
        }))?;
        return Ok(0);
    }
    out::line(format!("a new log '{}' begins in {}", args.origin, args.dir.dir.display()))?;
    if let Some(before) = before {
        out::line(format!("it continues '{before}'; organisers enrol in it again"))?;
    }
    if args.rehearsal.is_some() {
        out::line("it may use a rehearsal beacon: draws with it prove nothing")?;
    }
    if witnessed {
        let key = crate::signer::load_public(&args.dir.dir.join("keys").join("log.key"))?;
        out::line(format!(
            "nothing is published before its witnesses agree; give each of them the log's key:\n{}",
            key.to_text()
        ))?;
    }
    out::line("next: klero serve, klero keys new, klero organiser new")?;
    Ok(0)
}

/// Runs the service until it is interrupted.
pub fn run(args: &ServeArgs) -> Result<u8, Failure> {
    let flags = Flags { listen: args.listen, relays: args.relay.clone() };
    let dir = &args.dir.dir;
    if args.check_config {
        return check_config(dir, &flags);
    }
    let settings = Settings::load_with(dir, &flags)?;
    telemetry::log_lines(&settings.log);
    let longest = Duration::from_secs(settings.limits.shutdown_secs);
    let as_json = settings.log.format == LogFormat::Json;
    let runtime = tokio::runtime::Runtime::new().map_err(Failure::unavailable)?;
    runtime.block_on(async {
        let running = start_with(dir, settings, Box::new(print)).await?;
        if as_json {
            tracing::info!(address = %running.address, "serving");
        } else {
            out::line(format!("serving http://{}", running.address))?;
        }
        let told = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
        if let Err(e) = told {
            tracing::warn!(error = %e, "systemd could not be told that the service is ready");
        }
        let watchdog = tokio::spawn(watchdog(Arc::clone(&running.service)));
        wait_for_end().await?;
        watchdog.abort();
        let _told = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
        tracing::info!("stopping");
        running.stop(longest).await;
        Ok::<(), Failure>(())
    })?;
    // Work that a request left in a thread of its own is waited for no longer: it is done and logged, or not.
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(0)
}

/// Tells systemd, as often as it wants, that the program answers, and in what state the log is.
///
/// A log that became read-only is no reason to be killed: its pages are still served, and a new start with a full disk would end them too.
async fn watchdog(service: Arc<Service>) {
    let patience = sd_notify::watchdog_enabled();
    let mut told = None;
    loop {
        let state = service.read_only();
        if told.as_ref() != Some(&state) {
            let words = state.as_ref().map_or_else(|| "serving".to_owned(), |reason| format!("read-only: {reason}"));
            // One line: the rest would be read as other messages.
            let _told = sd_notify::notify(&[sd_notify::NotifyState::Status(&words.replace('\n', " "))]);
            told = Some(state);
        }
        if patience.is_some() {
            let _told = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]);
        }
        tokio::time::sleep(patience.map_or(STATUS_EVERY, |patience| (patience / 2).min(STATUS_EVERY))).await;
    }
}

fn check_config(dir: &Path, flags: &Flags) -> Result<u8, Failure> {
    for (name, value, from) in Settings::origins(dir, flags)? {
        out::line(format!("{name:<30} {value:<28} {from}"))?;
    }
    let settings = Settings::load_with(dir, flags)?;
    if let Some(place) = &settings.publish_to {
        objects::run::check(place)?;
    }
    let folders = Folders(dir.to_owned());
    for key in [folders.log_key(), folders.service_key()] {
        crate::signer::load(&key)?;
    }
    let data_key = crate::vault::key_path(dir, settings.data_key.as_deref());
    if data_key.exists() || settings.data_key.is_some() {
        crate::vault::Vault::open(&data_key)?;
    }
    out::line("the settings and the keys are in order")?;
    Ok(0)
}

/// A service that is listening.
pub struct Running {
    /// The service.
    pub service: Arc<Service>,
    /// Where its pages are.
    pub address: SocketAddr,
    /// Where its figures are, if anywhere.
    pub metrics: Option<SocketAddr>,
    /// Ends of themselves once told to.
    serving: Vec<tokio::task::JoinHandle<()>>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
    end: tokio::sync::watch::Sender<bool>,
    socket: PathBuf,
}

impl Running {
    /// Takes no more requests, finishes those under way for at most `longest`, and ends.
    pub async fn stop(mut self, longest: Duration) {
        self.end.send_replace(true);
        let serving = std::mem::take(&mut self.serving);
        let aborts: Vec<_> = serving.iter().map(tokio::task::JoinHandle::abort_handle).collect();
        let all = async {
            for task in serving {
                let _ended = task.await;
            }
        };
        if tokio::time::timeout(longest, all).await.is_err() {
            tracing::warn!("requests that did not end in time were given up");
            aborts.iter().for_each(tokio::task::AbortHandle::abort);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        for task in self.tasks.iter().chain(&self.serving) {
            task.abort();
        }
        // A socket that nobody answers would only puzzle the next command.
        let _gone = std::fs::remove_file(&self.socket);
    }
}

/// Opens the log and starts everything: pages, control socket, scheduler.
pub async fn start(
    dir: &Path,
    listen: SocketAddr,
    relays: &[String],
    tell: Box<dyn Fn(Event) + Send + Sync>,
) -> Result<Running, Failure> {
    let flags = Flags { listen: Some(listen), relays: relays.to_vec() };
    start_with(dir, Settings::load_with(dir, &flags)?, tell).await
}

/// The same, with all settings.
pub async fn start_with(
    dir: &Path,
    settings: Settings,
    tell: Box<dyn Fn(Event) + Send + Sync>,
) -> Result<Running, Failure> {
    let dir = dir.to_owned();
    let own = dir.clone();
    let open = move || {
        // A command may have the log open for a moment; a service has it for as long as it runs, and answers.
        let serving = || Ok(control::answers(&own).then_some(()));
        backend::wait_until_free(&own, serving)?;
        Service::open(&own, Arc::new(SystemClock))
    };
    let mut service = tokio::task::spawn_blocking(open).await.map_err(Failure::unavailable)??;
    service.use_relays(&settings.relays)?;
    let service = Arc::new(service);
    let (listener, address) = bind(settings.listen, "listen").await?;
    let socket = control::bind(&dir)?;
    let client =
        Client::new(Duration::from_secs(5)).map_err(|e| Failure::unavailable(format!("TLS cannot be set up: {e}")))?;
    let records = crate::api::open_records(&dir, service.vault())?;
    let limits = crate::api::Limits {
        requests_per_minute: settings.limits.api_requests_per_minute,
        attempts_per_minute: settings.limits.api_attempts_per_minute,
        ..crate::api::Limits::default()
    };
    let setup = crate::api::Setup { limits, retention: settings.retention.clone(), ..crate::api::Setup::default() };
    let api = Api::new(Arc::clone(&service), Arc::clone(&records), setup);
    {
        let api = api.clone();
        tokio::task::spawn_blocking(move || api.recover()).await.map_err(Failure::unavailable)??;
    }
    let metrics = Arc::new(Metrics::default());
    let pages = http::router(Arc::clone(&service)).layer(DefaultBodyLimit::max(settings.limits.body_bytes));
    let router = Front::new(&settings, Arc::clone(&metrics), service.origin()).before(pages.merge(api.router()));
    let handler: control::Handler = {
        let (service, clock, api) = (Arc::clone(&service), Arc::clone(service.clock()), api.clone());
        Arc::new(move |request| match request {
            Request::Invite { wish } => match crate::api::invite(Arc::clone(&records), &wish, clock.now()) {
                Ok(invited) => Answer::Invited(invited),
                Err(problem) => Answer::Failed(problem.into()),
            },
            Request::Accounts => match crate::api::export(records.as_ref(), service.vault()) {
                Ok(sealed) => Answer::Accounts { sealed: hex::encode(sealed) },
                Err(failure) => Answer::Failed(failure),
            },
            Request::Erase { .. } | Request::Note { .. } => {
                let answer = service.answer(request);
                if let Err(problem) = api.forget_erased() {
                    let detail = problem.body().detail;
                    tracing::warn!(
                        detail,
                        "the desk still holds data of an erased draw; it is tried again within an hour"
                    );
                }
                answer
            }
            other => service.answer(other),
        })
    };
    let shipper = service.publish_to().map(|place| objects::run::shipper(&service, place)).transpose()?;
    let (end, ended) = tokio::sync::watch::channel(false);
    let connections = settings.limits.connections.min(listener::room_for_connections());
    let mut serving = vec![tokio::spawn(listener::serve(listener, router, connections, ended.clone(), "pages"))];
    let mut metrics_address = None;
    if let Some(wanted) = settings.metrics.listen {
        let (listener, address) = bind(wanted, "metrics.listen").await?;
        metrics_address = Some(address);
        let router = figures(Arc::clone(&service), Arc::clone(&metrics), settings.clone());
        serving.push(tokio::spawn(listener::serve(listener, router, FIGURES_CONNECTIONS, ended, "figures")));
    }
    let counted = move |event: Event| {
        match &event {
            Event::Done { .. } => metrics.drawn(),
            Event::Waiting { .. } => metrics.delayed(),
        }
        tell(event);
    };
    let mut tasks = vec![
        tokio::spawn(control::serve(socket, handler)),
        tokio::spawn(api.clone().follow_erasures()),
        tokio::spawn(api.run()),
        tokio::spawn(service::stamping::run(Arc::clone(&service))),
        tokio::spawn(scheduler::run(Arc::clone(&service), client, counted)),
        tokio::spawn(remind(Arc::clone(&service), settings)),
    ];
    if let Some(shipper) = shipper {
        let tell = Box::new(|shipped: Result<objects::Shipped, &objects::ShipError>| match shipped {
            Ok(shipped) => tracing::info!(entries = shipped.size, "published"),
            Err(error) => tracing::warn!(%error, "not published"),
        });
        tasks.push(tokio::spawn(objects::run::run(Arc::clone(&service), shipper, tell)));
    }
    let socket = control::path(&dir);
    Ok(Running { service, address, metrics: metrics_address, serving, tasks, end, socket })
}

async fn bind(wanted: SocketAddr, setting: &str) -> Result<(tokio::net::TcpListener, SocketAddr), Failure> {
    let listener = tokio::net::TcpListener::bind(wanted).await.map_err(|e| {
        Failure::unavailable(format!("cannot listen on {wanted} ({setting}): {e}"))
            .advise("another program may use this port; choose another address")
    })?;
    let address = listener.local_addr().map_err(Failure::unavailable)?;
    Ok((listener, address))
}

/// The figures, on an address of their own.
fn figures(service: Arc<Service>, metrics: Arc<Metrics>, settings: Settings) -> Router {
    let settings = Arc::new(settings);
    Router::new().route(
        "/metrics",
        axum::routing::get(move || {
            let (service, metrics, settings) = (Arc::clone(&service), Arc::clone(&metrics), Arc::clone(&settings));
            async move {
                let text = tokio::task::spawn_blocking(move || metrics.text(&service, &settings)).await;
                match text {
                    Ok(Ok(text)) => {
                        let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
                        ([(axum::http::header::CONTENT_TYPE, kind)], text).into_response()
                    }
                    _ => axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response(),
                }
            }
        }),
    )
}

/// Says once a day which pools should be gone. Nobody but the organiser can erase them.
async fn remind(service: Arc<Service>, settings: Settings) {
    loop {
        if let Ok(draws) = service.statuses(None) {
            let kept = crate::retention::kept(&draws, &settings.retention, service.clock().now());
            for one in kept.iter().filter(|one| one.due) {
                tracing::warn!(draw = one.draw.as_str(), "its pool is kept longer than is allowed: klero erase");
            }
        }
        tokio::time::sleep(Duration::from_secs(86_400)).await;
    }
}

fn print(event: Event) {
    match event {
        Event::Done { draw, seq } => tracing::info!(draw = draw.as_str(), step = seq, "carried out"),
        Event::Waiting { draw, reason } => tracing::warn!(draw = draw.as_str(), reason, "waiting"),
    }
}

/// Waits until the process is asked to end.
pub async fn wait_for_end() -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut term = signal(SignalKind::terminate()).map_err(Failure::unavailable)?;
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = term.recv() => {}
    }
    Ok(())
}
