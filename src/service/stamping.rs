//! Outside timestamps for the checkpoints that witnessed a seal (spec §8): asks the authorities of `DIR/authorities.txt`, one address a line, and keeps their tokens
//! beside the checkpoint. Nothing waits for them: a draw is as good without.
//!
//! What was asked for is forgotten when the service ends, and what is missing is asked for again when it begins: of an authority that answers twice the
//! first token is kept, so that it takes no other's place. A token of after the round is not kept: it would refute the draw that it was asked for.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use klero_verifier::ledger::Phase;
use klero_verifier::token::Token;

use super::Service;
use super::kept::{Kept, MAX_TOKENS};
use crate::failure::{Failure, Named};
use crate::files::FileError;
use crate::outbound::{Address, Poster};
use crate::timestamp::{self, cms::named_signer};

/// Time for one request. Authorities are far away, and nobody waits.
const REQUEST_TIME: Duration = Duration::from_secs(20);
/// Wait before an authority that gave nothing is asked again.
const RETRY_WAIT: Duration = Duration::from_secs(30);

/// The authorities of a service's folder.
pub(super) fn load_authorities(dir: &Path) -> Result<Vec<Address>, Failure> {
    let path = dir.join("authorities.txt");
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(&path).named("read the time-stamping authorities", &path)?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let all: Vec<Address> = lines
        .map(|line| line.parse().map_err(|e| Failure::usage(format!("{}: {e}", path.display()))))
        .collect::<Result<_, _>>()?;
    if all.len() > MAX_TOKENS {
        return Err(Failure::usage(format!("{}: at most {MAX_TOKENS} authorities are asked", path.display())));
    }
    Ok(all)
}

/// Asks for what is missing, whenever something was published, until dropped.
pub async fn run(service: Arc<Service>) {
    if service.authorities.is_empty() {
        return;
    }
    let Ok(poster) = Poster::new(REQUEST_TIME) else { return };
    let mut changes = service.changes();
    let mut done = BTreeSet::new();
    loop {
        changes.mark_unchanged();
        let mut failed = false;
        for seal in service.unstamped() {
            for (place, authority) in service.authorities.iter().enumerate() {
                if done.contains(&(seal.step, place)) {
                    continue;
                }
                let Ok(nonce) = nonce() else { return };
                match timestamp::ask(&poster, authority, &seal.note, nonce).await {
                    Ok(token) => {
                        let (kept, step, before) = (service.kept.clone(), seal.step, seal.round_time);
                        match tokio::task::spawn_blocking(move || keep(&kept, step, before, token)).await {
                            Ok(Ok(())) => drop(done.insert((step, place))),
                            _ => failed = true,
                        }
                    }
                    Err(error) => {
                        failed = true;
                        eprintln!("time-stamping authority {authority}: {error}");
                    }
                }
            }
        }
        tokio::select! {
            () = tokio::time::sleep(RETRY_WAIT), if failed => {}
            changed = changes.changed() => if changed.is_err() { return },
        }
    }
}

fn nonce() -> Result<u64, getrandom::Error> {
    let mut bytes = [0u8; 8];
    getrandom::fill(&mut bytes)?;
    Ok(u64::from_be_bytes(bytes))
}

/// Keeps a token of before the round, unless there is one by whoever signed this one.
fn keep(kept: &Kept, step: u64, before: Option<u64>, token: Vec<u8>) -> Result<(), FileError> {
    let late = before.is_some_and(|before| Token::parse(&token).is_ok_and(|token| token.time_secs >= before));
    if late {
        tracing::warn!(step, "an outside timestamp on a seal came after its round, and is not kept");
        return Ok(());
    }
    let signer = named_signer(&token);
    if signer.is_some() && kept.tokens(step)?.iter().any(|known| named_signer(known) == signer) {
        return Ok(());
    }
    kept.add_token(step, token)
}

/// A seal that may still be stamped.
struct Unstamped {
    step: u64,
    round_time: Option<u64>,
    note: klero_tlog::Note,
}

impl Service {
    /// Seals that are not drawn yet, and whose round is not out, whose checkpoint is kept and has not a token of each authority.
    fn unstamped(&self) -> Vec<Unstamped> {
        let now = self.clock.now();
        let seals: Vec<(u64, Option<u64>)> = {
            let ledger = self.ledger();
            let sealed = ledger.draws().filter(|(_, draw)| draw.phase() == Phase::Sealed);
            let seals = sealed.filter_map(|(_, draw)| draw.seal().map(|seal| (seal.at.seq, seal.round_time)));
            seals.filter(|(_, round_time)| round_time.is_none_or(|at| now < at)).collect()
        };
        let lacks = |step: u64| self.kept.tokens(step).is_ok_and(|tokens| tokens.len() < self.authorities.len());
        let lacking = seals.into_iter().filter(|(step, _)| lacks(*step));
        let kept = |step: u64| self.kept.get(step).ok().flatten();
        lacking.filter_map(|(step, round_time)| Some(Unstamped { step, round_time, note: kept(step)? })).collect()
    }
}
