//! `klero beacon`: check a round, find the round of a time, run a rehearsal beacon.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use klero_draw::beacon::{Chain, ChainInfo, Round};
use klero_draw::rehearsal::RehearsalKey;
use serde::Serialize;

use super::out;
use crate::clock::{Clock, SystemClock};
use crate::failure::{Failure, Named};
use crate::{atomic, signer, when};

/// Subcommands.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Verify one round: exit 0 if it verifies, 1 if it does not, 2 on bad usage
    #[command(
        after_help = "Example:\n  klero beacon verify --chain quicknet --round 1 --signature b55e7cb2d5c613ee0b2e28d6750aabbb78c39dcc96bd9d38c2c2e12198df95571de8e8e402a0cc48871c7089a2b3af4b"
    )]
    Verify {
        /// quicknet, default, a pinned chain's hash, or a file with a rehearsal chain's information
        #[arg(long)]
        chain: String,
        /// The round
        #[arg(long)]
        round: u64,
        /// Its signature, hex
        #[arg(long, value_name = "HEX")]
        signature: String,
        /// The previous round's signature, hex; for chained beacons
        #[arg(long, value_name = "HEX")]
        previous_signature: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the first round after a time: the only one that terms with this `draws_at` may name
    #[command(
        after_help = "Examples:\n  klero beacon round-at 2026-12-01T20:00:00+01:00\n  klero beacon round-at +2h --chain default"
    )]
    RoundAt {
        /// The time: 2026-12-01T20:00:00Z, +2h, or seconds since 1970
        time: String,
        /// quicknet, default, or a file with a rehearsal chain's information
        #[arg(long, default_value = "quicknet")]
        chain: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Run a local beacon with its own key, for rehearsals. It proves nothing: whoever holds the key knows every draw beforehand
    #[command(
        after_help = "Example:\n  klero beacon serve --dir rehearsal --listen 127.0.0.1:7880 --period 3\n\nThe chain information is in DIR/chain.json: give it to klero init --rehearsal."
    )]
    Serve {
        /// Folder of the beacon's key and chain information; made if it is not there
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
        /// Address to listen on
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7880")]
        listen: SocketAddr,
        /// Seconds between rounds, for a new beacon
        #[arg(long, value_name = "SECONDS", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=86_400))]
        period: u32,
    },
}

/// Runs it.
pub fn run(command: Command) -> Result<u8, Failure> {
    match command {
        Command::Verify { chain, round, signature, previous_signature, json } => {
            verify(&chain, round, &signature, previous_signature.as_deref(), json)
        }
        Command::RoundAt { time, chain, json } => round_at(&time, &chain, json),
        Command::Serve { dir, listen, period } => serve(&dir, listen, u64::from(period)),
    }
}

/// A chain by its name, its hash, or a file with a rehearsal chain's information.
pub fn chain(text: &str) -> Result<Chain, Failure> {
    if let Some(chain) = Chain::by_name_or_hash(text) {
        return Ok(chain);
    }
    let path = Path::new(text);
    if !path.exists() {
        return Err(Failure::usage(format!("'{text}' is not a beacon that is known here"))
            .advise("use quicknet, default, the hash of one of them, or the chain.json of a rehearsal beacon"));
    }
    Ok(Chain::rehearsal(chain_info(path)?))
}

/// Reads a rehearsal chain's information.
pub fn chain_info(path: &Path) -> Result<ChainInfo, Failure> {
    let text = std::fs::read_to_string(path).named("read", path)?;
    klero_draw::json::read(&text).map_err(|e| {
        Failure::usage(format!("{} is not chain information: {e}", path.display()))
            .advise("klero beacon serve writes it as chain.json in its folder")
    })
}

fn verify(chain_text: &str, round: u64, signature: &str, previous: Option<&str>, json: bool) -> Result<u8, Failure> {
    #[derive(Serialize)]
    struct Verified {
        valid: bool,
        chain: String,
        round: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        randomness: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        rehearsal: bool,
    }
    let chain = chain(chain_text)?;
    let bytes = |name: &str, text: &str| {
        hex::decode(text).map_err(|_| Failure::usage(format!("the {name} is not hexadecimal")))
    };
    let handed = Round {
        round,
        signature: bytes("signature", signature)?,
        previous_signature: previous.map(|text| bytes("previous signature", text)).transpose()?,
    };
    let result = chain.verify(&handed);
    let rehearsal = chain.is_rehearsal();
    if json {
        out::json(&Verified {
            valid: result.is_ok(),
            chain: chain.hash().to_string(),
            round,
            randomness: result.as_ref().ok().map(|r| hex::encode(r.randomness())),
            reason: result.as_ref().err().map(ToString::to_string),
            rehearsal,
        })?;
    } else {
        if rehearsal {
            out::line("rehearsal beacon: proves nothing")?;
        }
        match &result {
            Ok(verified) => out::line(format!(
                "round {round} verifies: published {}, randomness {}",
                chain.info().time_of(round).map_or_else(|| "at an unknown time".to_owned(), when::show),
                hex::encode(verified.randomness())
            ))?,
            Err(e) => out::line(format!("round {round} does not verify: {e}"))?,
        }
    }
    Ok(u8::from(result.is_err()))
}

fn round_at(time: &str, chain_text: &str, json: bool) -> Result<u8, Failure> {
    #[derive(Serialize)]
    struct RoundAt {
        chain: String,
        draws_at: u64,
        round: u64,
        round_at: u64,
    }
    let chain = chain(chain_text)?;
    let draws_at = when::parse(time, SystemClock.now())?;
    let info = chain.info();
    let none = || {
        Failure::usage(format!("this beacon has no round after {}", when::show(draws_at)))
            .advise(format!("choose a time after {}", when::show(info.genesis())))
    };
    let round = info.round_after(draws_at).ok_or_else(none)?;
    let round_at = info.time_of(round).ok_or_else(none)?;
    if json {
        out::json(&RoundAt { chain: chain.hash().to_string(), draws_at, round, round_at })?;
    } else {
        out::line(format!("round {round}, published {}", when::show(round_at)))?;
    }
    Ok(0)
}

fn serve(dir: &Path, listen: SocketAddr, period: u64) -> Result<u8, Failure> {
    let (key, info) = open_rehearsal(dir, period, SystemClock.now())?;
    let runtime = tokio::runtime::Runtime::new().map_err(Failure::unavailable)?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen)
            .await
            .map_err(|e| Failure::unavailable(format!("cannot listen on {listen}: {e}")).advise("choose another --listen"))?;
        let address = listener.local_addr().map_err(Failure::unavailable)?;
        out::line("rehearsal beacon: proves nothing")?;
        out::line(format!("chain {}, a round every {} s, http://{address}", info.chain_hash(), info.period()))?;
        out::line(format!("chain information: {}", dir.join("chain.json").display()))?;
        tokio::select! {
            ended = crate::rehearsal::serve(listener, key, info, Arc::new(SystemClock)) => ended.map_err(Failure::unavailable),
            _ = tokio::signal::ctrl_c() => Ok(()),
        }
    })?;
    Ok(0)
}

/// Opens the rehearsal beacon in `dir`, or makes one whose first round is now.
pub fn open_rehearsal(dir: &Path, period: u64, now: u64) -> Result<(RehearsalKey, ChainInfo), Failure> {
    let key_path = dir.join("beacon.key");
    let info_path = dir.join("chain.json");
    if key_path.exists() {
        let key = signer::load_rehearsal(&key_path)?;
        return Ok((key, chain_info(&info_path)?));
    }
    std::fs::create_dir_all(dir).named("make the folder", dir)?;
    let key = signer::create_rehearsal(&key_path)?;
    let info = key.chain_info(now, period).map_err(Failure::usage)?;
    let text = klero_draw::json::encode(&info).map_err(Failure::usage)?;
    atomic::write(&info_path, format!("{text}\n").as_bytes())?;
    Ok((key, info))
}
