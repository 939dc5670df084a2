//! `klero mirror`: a verified copy of a log, for any web server.

use std::path::PathBuf;
use std::time::Duration;

use super::monitor::read_trust;
use super::out;
use crate::failure::Failure;
use crate::mirror::Mirror;
use crate::place::Place;

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Everything is verified before it is published, and the checkpoint comes last: stopped at any point, the folder is right.\n\nExit codes: 0 copied, or nothing new · 1 the log is wrong, or artifacts are missing · 2 usage · 3 cannot be read now\n\nExamples:\n  klero mirror https://draws.example.org --dir /var/www/draws --trust trust.json\n  klero mirror https://draws.example.org --dir /var/www/draws --follow"
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
    loop {
        let run = mirror.run(&place);
        match run {
            Ok(copied) => {
                if copied.from != copied.to || copied.artifacts > 0 || !args.follow {
                    out::line(format!(
                        "{} entries, {} new; {} artifacts copied",
                        copied.to,
                        copied.to - copied.from,
                        copied.artifacts
                    ))?;
                }
                for name in copied.missing.iter().filter(|_| !args.follow) {
                    out::line(format!("missing: artifact {name} is named by the log and not served"))?;
                }
                if !args.follow {
                    return Ok(u8::from(!copied.missing.is_empty()));
                }
            }
            Err(error) if args.follow => eprintln!("klero mirror: {}", Failure::from(error)),
            Err(error) => return Err(error.into()),
        }
        std::thread::sleep(Duration::from_secs(args.every));
    }
}
