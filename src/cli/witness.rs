//! `klero witness`: be a witness for other people's logs.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use klero_tlog::VerifierKey;
use serde::Serialize;

use super::out;
use super::serve::wait_for_end;
use crate::clock::SystemClock;
use crate::failure::{Failure, Named};
use crate::files::RealFiles;
use crate::service::settings::Settings;
use crate::service::telemetry::log_lines;
use crate::signer;
use crate::witness::http::{self, Event};
use crate::witness::{Refusal, Witness};

/// How long requests that are under way may still take when it ends.
const LONGEST_END: Duration = Duration::from_secs(20);

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Examples:\n  klero witness init --dir witness --name witness.example.org/w1\n  klero witness --dir witness --listen 127.0.0.1:8090 --log logs.txt\n\nDIR holds what this witness has seen of each log. Never restore it from an old copy, never delete it: a witness that forgets may cosign a fork."
)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// The witness's folder
    #[arg(long, value_name = "DIR", required = true)]
    dir: Option<PathBuf>,
    /// Address to listen on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// A log to follow: its vkey, or a file with one vkey a line; may be repeated
    #[arg(long, value_name = "VKEY|FILE", required = true)]
    log: Vec<String>,
}

/// Subcommands.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Make a witness: a folder and a key
    Init {
        /// The witness's folder, new
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
        /// Name of the witness: usually a host and a path, without spaces or '+'
        #[arg(long)]
        name: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Serialize)]
struct Made {
    name: String,
    vkey: String,
}

/// Runs it.
pub fn run(args: Args) -> Result<u8, Failure> {
    match args.command {
        Some(Command::Init { dir, name, json }) => init(&dir, &name, json),
        None => serve(&args.dir.unwrap_or_default(), args.listen, &args.log),
    }
}

fn key_file(dir: &Path) -> PathBuf {
    dir.join("witness.key")
}

fn init(dir: &Path, name: &str, json: bool) -> Result<u8, Failure> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).named("make", dir)?;
    let key = signer::create_witness(&key_file(dir), name)?;
    let vkey = key.to_text();
    if json {
        out::json(&Made { name: name.to_owned(), vkey })?;
    } else {
        out::line(format!("a new witness '{name}' begins in {}", dir.display()))?;
        out::line(format!("for a log's policy:\nwitness w1 {vkey} https://ADDRESS-OF-THIS-WITNESS"))?;
        out::line("next: klero witness --dir DIR --log VKEY-OF-THE-LOG")?;
    }
    Ok(0)
}

fn serve(dir: &Path, listen: SocketAddr, logs: &[String]) -> Result<u8, Failure> {
    let keys = read_logs(logs)?;
    log_lines(&Settings::default().log);
    let signer = signer::load_witness(&key_file(dir))?;
    let witness = Arc::new(Witness::open(dir, signer, keys, Arc::new(RealFiles), Arc::new(SystemClock))?);
    let runtime = tokio::runtime::Runtime::new().map_err(Failure::unavailable)?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen).await.map_err(|e| {
            Failure::unavailable(format!("cannot listen on {listen}: {e}"))
                .advise("another program may use this port; choose another --listen")
        })?;
        let address = listener.local_addr().map_err(Failure::unavailable)?;
        out::line(format!("witness {}", witness.key().to_text()))?;
        for (origin, size) in witness.logs() {
            out::line(format!("  follows {origin}, {} entries", size.unwrap_or(0)))?;
        }
        out::line(format!("witnessing on http://{address}"))?;
        let router = http::router(witness, Arc::new(print));
        let (end, ended) = tokio::sync::watch::channel(false);
        let serving = tokio::spawn(http::serve(listener, router, ended));
        wait_for_end().await?;
        out::line("stopping")?;
        end.send_replace(true);
        let _ended = tokio::time::timeout(LONGEST_END, serving).await;
        Ok::<(), Failure>(())
    })?;
    Ok(0)
}

fn print(event: &Event) {
    match event {
        Event::Cosigned(cosigned) if cosigned.grown => println!("{}: {} entries", cosigned.origin, cosigned.size),
        Event::Cosigned(_) => {}
        Event::Alarm(Refusal::Conflict { size, .. }) => eprintln!(
            "FORK: a checkpoint of {size} entries with another root than the one cosigned here, signed by the log. The proof lies under evidence/ (fraud-{size}-{size}.json): check it with klero verify, and show it to the log's operator and to the public"
        ),
        Event::Alarm(other) => eprintln!("{other}"),
    }
}

/// vkeys given by themselves, or in files, one a line; lines beginning with '#' say nothing.
fn read_logs(given: &[String]) -> Result<Vec<VerifierKey>, Failure> {
    let mut keys = Vec::new();
    for item in given {
        if let Ok(key) = VerifierKey::parse(item) {
            keys.push(key);
            continue;
        }
        let path = Path::new(item);
        let text = std::fs::read_to_string(path).named("read the logs' keys from", path)?;
        for (line, number) in text.lines().map(str::trim).zip(1..) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            keys.push(VerifierKey::parse(line).map_err(|e| {
                Failure::usage(format!("{}, line {number}: {e}", path.display()))
                    .advise("expected the vkey of a log, as its log.vkey file holds it")
            })?);
        }
    }
    Ok(keys)
}
