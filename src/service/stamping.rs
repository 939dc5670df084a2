//! Outside timestamps for the checkpoints that witnessed a seal (spec §8): asks the authorities of `DIR/authorities.txt`, one address a line, and keeps their tokens
//! beside the checkpoint. Nothing waits for them: a draw is as good without.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use klero_verifier::ledger::Phase;

use super::Service;
use super::kept::MAX_TOKENS;
use crate::failure::{Failure, Named};
use crate::outbound::{Address, Poster};
use crate::timestamp;

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
        let missing = service.unstamped();
        let mut failed = false;
        for (step, note) in missing {
            for (place, authority) in service.authorities.iter().enumerate() {
                if done.contains(&(step, place)) {
                    continue;
                }
                let Ok(nonce) = nonce() else { return };
                match timestamp::ask(&poster, authority, &note, nonce).await {
                    Ok(token) => {
                        let kept = service.kept.clone();
                        match tokio::task::spawn_blocking(move || kept.add_token(step, token)).await {
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

impl Service {
    /// Seals that are not drawn yet whose checkpoint is kept and has not a token of each authority.
    fn unstamped(&self) -> Vec<(u64, klero_tlog::Note)> {
        let seals: Vec<u64> = {
            let ledger = self.ledger();
            let sealed = ledger.draws().filter(|(_, draw)| draw.phase() == Phase::Sealed);
            sealed.filter_map(|(_, draw)| Some(draw.seal()?.at.seq)).collect()
        };
        let lacks = |seal: &u64| self.kept.tokens(*seal).is_ok_and(|tokens| tokens.len() < self.authorities.len());
        let kept = seals.into_iter().filter(lacks);
        kept.filter_map(|seal| Some((seal, self.kept.get(seal).ok()??))).collect()
    }
}
