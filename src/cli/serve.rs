//! `klero init` and `klero serve`: begin a log, and run it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::{Dir, beacon, out};
use crate::api::Api;
use crate::clock::SystemClock;
use crate::drand::Client;
use crate::failure::{Failure, Named};
use crate::objects;
use crate::service::config::Config;
use crate::service::request::{Answer, Request};
use crate::service::scheduler::{self, Event};
use crate::service::{self, NewLog, Service, control, http};

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
    /// Address of a beacon relay, once for each; drand's own if absent
    #[arg(long, value_name = "URL")]
    relay: Vec<String>,
    /// Seconds before a round within which nothing is sealed any more, and by which witnesses must have cosigned a seal; 0, or 30 with a policy
    #[arg(long, value_name = "SECONDS")]
    margin: Option<u64>,
}

/// Arguments of `serve`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  klero serve --dir service --listen 127.0.0.1:8080")]
pub struct ServeArgs {
    /// The service’s folder
    #[command(flatten)]
    dir: Dir,
    /// Address of the public pages
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Address of a beacon relay, once for each, instead of the configured ones
    #[arg(long, value_name = "URL")]
    relay: Vec<String>,
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
    service::init(&args.dir.dir, &NewLog { config, policy, rehearsal }, Arc::new(SystemClock))?;
    out::line(format!("a new log '{}' begins in {}", args.origin, args.dir.dir.display()))?;
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
    let runtime = tokio::runtime::Runtime::new().map_err(Failure::unavailable)?;
    runtime.block_on(async {
        let running = start(&args.dir.dir, args.listen, &args.relay, Box::new(print)).await?;
        out::line(format!("serving http://{}", running.address))?;
        wait_for_end().await?;
        out::line("stopping")
    })?;
    Ok(0)
}

/// A service that is listening.
pub struct Running {
    /// The service.
    pub service: Arc<Service>,
    /// Where its pages are.
    pub address: SocketAddr,
    tasks: Vec<tokio::task::JoinHandle<()>>,
    socket: PathBuf,
}

impl Drop for Running {
    fn drop(&mut self) {
        for task in &self.tasks {
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
    let dir = dir.to_owned();
    let own = dir.clone();
    let mut service = tokio::task::spawn_blocking(move || Service::open(&own, Arc::new(SystemClock)))
        .await
        .map_err(Failure::unavailable)??;
    if !relays.is_empty() {
        service.use_relays(relays)?;
    }
    let service = Arc::new(service);
    let listener = tokio::net::TcpListener::bind(listen).await.map_err(|e| {
        Failure::unavailable(format!("cannot listen on {listen}: {e}"))
            .advise("another program may use this port; choose another --listen")
    })?;
    let address = listener.local_addr().map_err(Failure::unavailable)?;
    let socket = control::bind(&dir)?;
    let client =
        Client::new(Duration::from_secs(5)).map_err(|e| Failure::unavailable(format!("TLS cannot be set up: {e}")))?;
    let records = crate::api::open_records(&dir)?;
    let api = Api::new(Arc::clone(&service), Arc::clone(&records), crate::api::Setup::default());
    let router = http::router(Arc::clone(&service)).merge(api.router());
    let handler: control::Handler = {
        let (service, clock) = (Arc::clone(&service), Arc::clone(service.clock()));
        Arc::new(move |request| match request {
            Request::Invite { wish } => match crate::api::invite(Arc::clone(&records), &wish, clock.now()) {
                Ok(invited) => Answer::Invited(invited),
                Err(problem) => Answer::Failed(problem.into()),
            },
            other => service.answer(other),
        })
    };
    let shipper = service.publish_to().map(|place| objects::run::shipper(&service, place)).transpose()?;
    let mut tasks = vec![
        tokio::spawn(async move {
            let router = router.into_make_service_with_connect_info::<SocketAddr>();
            if let Err(e) = axum::serve(listener, router).await {
                eprintln!("pages: {e}");
            }
        }),
        tokio::spawn(control::serve(socket, handler)),
        tokio::spawn(api.run()),
        tokio::spawn(scheduler::run(Arc::clone(&service), client, tell)),
    ];
    if let Some(shipper) = shipper {
        let tell = Box::new(|shipped: Result<objects::Shipped, &objects::ShipError>| match shipped {
            Ok(shipped) => println!("published: {} entries", shipped.size),
            Err(error) => eprintln!("not published: {error}"),
        });
        tasks.push(tokio::spawn(objects::run::run(Arc::clone(&service), shipper, tell)));
    }
    Ok(Running { service, address, tasks, socket: control::path(&dir) })
}

fn print(event: Event) {
    match event {
        Event::Done { draw, seq } => println!("{draw}: done, step {seq}"),
        Event::Waiting { draw, reason } => println!("{draw}: waiting: {reason}"),
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
