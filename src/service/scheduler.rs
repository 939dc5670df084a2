//! The scheduler: waits for rounds and has them drawn. It keeps nothing: what is due is read from the ledger, so after a crash it goes on
//! where it was. It never draws twice, because the log admits one result.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use klero_draw::beacon::{Chain, VerifiedRound};
use klero_draw::names::Slug;

use super::Service;
use super::drawing::Due;
use super::witnessing::Missed;
use crate::drand::{Client, Patience, Relay};
use crate::failure::Failure;

/// Longest sleep: a draw that is announced meanwhile wakes the scheduler anyway.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Wait before a draw whose round could not be had is tried again.
const RETRY_WAIT: Duration = Duration::from_millis(200);

/// Every relay once; the scheduler itself tries again, and shows meanwhile what hinders it.
const ONE_PASS: Patience = Patience { passes: 1, first_wait: RETRY_WAIT, longest_wait: RETRY_WAIT };

/// What the scheduler tells, for the log lines of the service. Names no person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A draw or a replacement was carried out.
    Done {
        /// The draw.
        draw: Slug,
        /// The step.
        seq: u64,
    },
    /// It could not be carried out yet, and will be tried again.
    Waiting {
        /// The draw.
        draw: Slug,
        /// Why.
        reason: String,
    },
}

/// Runs until dropped. `tell` hears what happens.
pub async fn run(service: Arc<Service>, client: Client, tell: impl Fn(Event) + Send + Sync + 'static) {
    let tell: Arc<dyn Fn(Event) + Send + Sync> = Arc::new(tell);
    let under_way: Arc<Mutex<BTreeSet<Slug>>> = Arc::default();
    let mut changes = service.changes();
    loop {
        // Marked before the ledger is read: what comes after is a change.
        changes.mark_unchanged();
        let now = service.clock().now();
        let mut due = service.all_due();
        // Each reads evidence from the disk, so only what is past its deadline is looked at.
        let missed = service.missed_seals();
        due.retain(|one| missed.iter().all(|missed| missed.draw != one.draw));
        for one in missed {
            start(&service, &client, &tell, &under_way, Work::NoQuorum(one));
        }
        let mut by_round: BTreeMap<(String, u64), Vec<Due>> = BTreeMap::new();
        for one in due.iter().filter(|one| one.at <= now) {
            by_round.entry((one.chain.hash().to_string(), one.round)).or_default().push(one.clone());
        }
        for group in by_round.into_values() {
            start_round(&service, &client, &tell, &under_way, group);
        }
        for draw in service.ranks_due() {
            start(&service, &client, &tell, &under_way, Work::Rank(draw));
        }
        let next = due.iter().find(|one| one.at > now).map_or(LONGEST_WAIT, |one| service.clock().until(one.at));
        let next = service.next_deadline().map_or(next, |at| next.min(service.clock().until(at)));
        // Draws under way are looked at again soon: a failed one is due once more.
        let busy = !under_way.lock().unwrap_or_else(PoisonError::into_inner).is_empty();
        let wait = if busy { next.min(RETRY_WAIT) } else { next.min(LONGEST_WAIT) };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            changed = changes.changed() => if changed.is_err() { return },
        }
    }
}

/// Has all draws that wait for one round carried out: the round is fetched once, and the draws go side by side, so that their steps share
/// commits.
fn start_round(
    service: &Arc<Service>,
    client: &Client,
    tell: &Arc<dyn Fn(Event) + Send + Sync>,
    under_way: &Arc<Mutex<BTreeSet<Slug>>>,
    mut group: Vec<Due>,
) {
    {
        let mut under_way = under_way.lock().unwrap_or_else(PoisonError::into_inner);
        group.retain(|due| under_way.insert(due.draw.clone()));
    }
    let Some(first) = group.first().cloned() else { return };
    let (service, client, tell, under_way) =
        (Arc::clone(service), client.clone(), Arc::clone(tell), Arc::clone(under_way));
    tokio::spawn(async move {
        let fetched = fetch(&service, &client, &first).await;
        let mut at_work = tokio::task::JoinSet::new();
        for due in group {
            let (service, round) = (Arc::clone(&service), fetched.clone());
            at_work.spawn_blocking(move || {
                let outcome = round.and_then(|round| service.carry_out(&due.draw, &round)).map(|logged| logged.seq);
                (due.draw, outcome)
            });
        }
        let mut failed = Vec::new();
        while let Some(done) = at_work.join_next().await {
            let Ok((draw, outcome)) = done else { continue };
            if settle(&service, &tell, &draw, outcome) {
                under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&draw);
            } else {
                failed.push(draw);
            }
        }
        if !failed.is_empty() {
            tokio::time::sleep(RETRY_WAIT).await;
            let mut under_way = under_way.lock().unwrap_or_else(PoisonError::into_inner);
            failed.iter().for_each(|draw| {
                under_way.remove(draw);
            });
        }
    });
}

/// Tells how it went. Whether nothing is left to be tried again.
fn settle(
    service: &Service,
    tell: &Arc<dyn Fn(Event) + Send + Sync>,
    draw: &Slug,
    outcome: Result<u64, Failure>,
) -> bool {
    match outcome {
        Ok(seq) => {
            service.hinder(draw, None);
            tell(Event::Done { draw: draw.clone(), seq });
            true
        }
        // Somebody may have handed the round in meanwhile; then nothing waits any more.
        Err(_) if matches!(service.due(draw), Ok(None)) => true,
        Err(failure) => {
            service.hinder(draw, Some(failure.message.clone()));
            tell(Event::Waiting { draw: draw.clone(), reason: failure.message });
            false
        }
    }
}

async fn fetch(service: &Arc<Service>, client: &Client, due: &Due) -> Result<VerifiedRound, Failure> {
    let relays = relays(service, &due.chain)?;
    let fetched = client.fetch_verified(&due.chain, &relays, due.round, ONE_PASS, jitter).await;
    fetched.map(|fetched| fetched.verified).map_err(|e| Failure::unavailable(e.to_string()))
}

enum Work {
    Rank(Slug),
    NoQuorum(Missed),
}

fn start(
    service: &Arc<Service>,
    client: &Client,
    tell: &Arc<dyn Fn(Event) + Send + Sync>,
    under_way: &Arc<Mutex<BTreeSet<Slug>>>,
    work: Work,
) {
    let draw = match &work {
        Work::Rank(draw) => draw.clone(),
        Work::NoQuorum(missed) => missed.draw.clone(),
    };
    if !under_way.lock().unwrap_or_else(PoisonError::into_inner).insert(draw.clone()) {
        return;
    }
    let (service, client, tell, under_way) =
        (Arc::clone(service), client.clone(), Arc::clone(tell), Arc::clone(under_way));
    tokio::spawn(async move {
        let outcome = carry_out(&service, &client, work).await;
        if !settle(&service, &tell, &draw, outcome) {
            tokio::time::sleep(RETRY_WAIT).await;
        }
        under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&draw);
    });
}

async fn carry_out(service: &Arc<Service>, client: &Client, work: Work) -> Result<u64, Failure> {
    let service = Arc::clone(service);
    match work {
        Work::Rank(draw) => {
            tokio::task::spawn_blocking(move || service.replace_by_rank(&draw).map(|logged| logged.seq))
                .await
                .map_err(Failure::unavailable)?
        }
        Work::NoQuorum(missed) => void(service, client, missed).await,
    }
}

/// Voids a draw whose seal had no quorum in time: at once if its round is not known to anybody yet; afterwards with the round, so that everybody can see what it
/// would have given.
async fn void(service: Arc<Service>, client: &Client, missed: Missed) -> Result<u64, Failure> {
    let round = if service.clock().now() < missed.at {
        None
    } else {
        let relays = relays(&service, &missed.chain)?;
        let fetched = client.fetch_verified(&missed.chain, &relays, missed.round, ONE_PASS, jitter).await;
        Some(fetched.map_err(|e| Failure::unavailable(e.to_string()))?.verified.round().clone())
    };
    tokio::task::spawn_blocking(move || service.void_no_quorum(&missed.draw, round).map(|logged| logged.seq))
        .await
        .map_err(Failure::unavailable)?
}

/// Relays for a chain. drand's own do not serve a rehearsal beacon.
fn relays(service: &Service, chain: &Chain) -> Result<Vec<Relay>, Failure> {
    if chain.is_rehearsal() && service.config.relays.is_empty() {
        return Err(Failure::unavailable("no relay of the rehearsal beacon is configured")
            .advise("start the service with --relay ADDRESS-OF-THE-BEACON"));
    }
    service.relays()
}

/// Spreads waits over half to all of their length. Not a secret, and decides nothing but when to ask again.
fn jitter(wait: Duration) -> Duration {
    let mut byte = [0u8; 1];
    let spread = if getrandom::fill(&mut byte).is_ok() { u32::from(byte[0]) } else { 128 };
    wait / 2 + wait * spread / 512
}
