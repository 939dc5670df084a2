//! `klero mirror`: a verified copy of a log, for any web server.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use super::monitor::read_trust;
use super::out;
use super::serve::wait_for_end;
use crate::failure::Failure;
use crate::mirror::Mirror;
use crate::place::Place;

/// The exit code before anything was read.
const NOT_READ: u8 = 3;

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Everything is verified before it is published, and the checkpoint comes last: stopped at any point, the folder is right.\n\nExit codes: 0 copied, or nothing new · 1 the log is wrong, or artifacts are missing · 2 usage · 3 cannot be read now. With --follow, when it is interrupted: that of the last look\n\nExamples:\n  klero mirror https://draws.example.org --dir /var/www/draws --trust trust.json\n  klero mirror https://draws.example.org --dir /var/www/draws --follow"
)]
pub struct Args {
    /// The log: an address or a folder
    #[arg(value_name = "URL|DIR")]
    log: String,
    /// The mirror's folder
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// Trust file that names the log's key. Without it the key is believed that the log names when it is first seen
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
    /// Go on until interrupted
    #[arg(long)]
    follow: bool,
    /// Seconds between looks, with --follow
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    every: u64,
}

/// Runs it.
pub fn run(args: &Args) -> Result<u8, Failure> {
    let key = args.trust.as_deref().map(read_trust).transpose()?.map(|trust| trust.log().clone());
    let place = Place::open(&args.log).map_err(Failure::usage)?;
    let mirror = Mirror::open(&args.dir, key)?;
    let last = Arc::new(AtomicU8::new(NOT_READ));
    if args.follow {
        end_with(Arc::clone(&last))?;
    }
    let mut told = BTreeSet::new();
    loop {
        match mirror.run(&place) {
            Ok(copied) => {
                let code = u8::from(!copied.missing.is_empty());
                last.store(code, Ordering::Relaxed);
                if copied.from != copied.to || copied.artifacts > 0 || !args.follow {
                    out::line(format!(
                        "{} entries, {} new; {} artifacts copied",
                        copied.to,
                        copied.to - copied.from,
                        copied.artifacts
                    ))?;
                }
                // While it follows, only what is new is worth a line.
                let missing: BTreeSet<String> = copied.missing.into_iter().collect();
                for name in missing.difference(&told) {
                    out::line(format!("missing: artifact {name} is named by the log and not served"))?;
                }
                if missing.is_empty() && !told.is_empty() {
                    out::line("no artifact is missing any more")?;
                }
                told = missing;
                if !args.follow {
                    return Ok(code);
                }
            }
            Err(error) if args.follow => {
                let failure = Failure::from(error);
                last.store(failure.exit, Ordering::Relaxed);
                eprintln!("klero mirror: {failure}");
            }
            Err(error) => return Err(error.into()),
        }
        std::thread::sleep(Duration::from_secs(args.every));
    }
}

/// Ends the process once it is asked to, with the exit code of the last look: the folder is right at any moment.
fn end_with(last: Arc<AtomicU8>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::unavailable)?;
    std::thread::spawn(move || {
        if runtime.block_on(wait_for_end()).is_ok() {
            std::process::exit(i32::from(last.load(Ordering::Relaxed)));
        }
    });
    Ok(())
}
