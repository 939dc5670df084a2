//! The scheduler: waits for rounds and has them drawn. It keeps nothing: what is due is read from the ledger, so after a crash it goes on
//! where it was. It never draws twice, because the log admits one result.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use klero_draw::beacon::VerifiedRound;
use klero_draw::names::Slug;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::Service;
use super::drawing::Due;
use super::pace::{Memory, RoundKey};
use super::witnessing::Missed;
use crate::drand::{Client, Complaint, NotFetched};
use crate::failure::Failure;
use crate::sequencer::cosigning::lock;

/// Longest sleep: a draw that is announced meanwhile wakes the scheduler anyway.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

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

/// What everything that is under way shares.
#[derive(Clone)]
struct Shared {
    service: Arc<Service>,
    client: Client,
    tell: Arc<dyn Fn(Event) + Send + Sync>,
    /// Draws that are being carried out.
    under_way: Arc<Mutex<BTreeSet<Slug>>>,
    memory: Arc<Mutex<Memory>>,
    /// Something under way has ended.
    ended: Arc<Notify>,
}

/// Runs until dropped. `tell` hears what happens; that a draw waits it hears once for each reason.
pub async fn run(service: Arc<Service>, client: Client, tell: impl Fn(Event) + Send + Sync + 'static) {
    let mut changes = service.changes();
    let shared = Shared {
        service: Arc::clone(&service),
        client,
        tell: Arc::new(tell),
        under_way: Arc::default(),
        memory: Arc::default(),
        ended: Arc::default(),
    };
    loop {
        // Marked before the ledger is read: what comes after is a change.
        changes.mark_unchanged();
        let wait = shared.start_what_is_due();
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = shared.ended.notified() => {}
            changed = changes.changed() => if changed.is_err() { return },
        }
    }
}

impl Shared {
    /// Starts everything that is due and not under way, and says how long nothing more will be.
    fn start_what_is_due(&self) -> Duration {
        let (service, clock) = (&self.service, self.service.clock());
        let (now, at) = (clock.now(), Instant::now());
        let mut due = service.all_due();
        // Each reads evidence from the disk, so only what is past its deadline is looked at.
        let missed = service.missed_seals();
        due.retain(|one| missed.iter().all(|missed| missed.draw != one.draw));
        let next = due.iter().find(|one| one.at > now).map_or(LONGEST_WAIT, |one| clock.until(one.at));
        due.retain(|one| one.at <= now);
        let ranks = service.ranks_due();
        let draws = due.iter().map(|one| &one.draw).chain(missed.iter().map(|one| &one.draw)).chain(&ranks);
        let rounds = due.iter().map(key).chain(missed.iter().map(|one| (one.chain.hash(), one.round)));
        lock(&self.memory).keep(&rounds.collect(), &draws.cloned().collect());

        let mut by_round: BTreeMap<RoundKey, Vec<Due>> = BTreeMap::new();
        for one in due {
            by_round.entry(key(&one)).or_default().push(one);
        }
        for (round, group) in by_round {
            let group = self.take(group, at, |due| &due.draw);
            if !group.is_empty() {
                let known = group.iter().find_map(|due| service.known_round(due));
                if known.is_some() || lock(&self.memory).may_ask(&round, at) {
                    self.start_round(round, group, known);
                } else {
                    self.done(group.iter().map(|due| &due.draw));
                }
            }
        }
        for one in self.take(missed, at, |missed| &missed.draw) {
            self.start(one.draw.clone(), Work::NoQuorum(one));
        }
        for draw in self.take(ranks, at, |draw| draw) {
            self.start(draw.clone(), Work::Rank(draw));
        }
        let next = service.next_deadline().map_or(next, |at| next.min(clock.until(at)));
        let again = lock(&self.memory).next(at).unwrap_or(LONGEST_WAIT);
        next.min(again).min(LONGEST_WAIT)
    }

    /// Those whose time has come and that are not under way; they are from now on.
    fn take<T>(&self, mut all: Vec<T>, now: Instant, draw: impl Fn(&T) -> &Slug) -> Vec<T> {
        let (memory, mut under_way) = (lock(&self.memory), lock(&self.under_way));
        all.retain(|one| memory.may_try(draw(one), now) && under_way.insert(draw(one).clone()));
        all
    }

    fn done<'a>(&self, draws: impl IntoIterator<Item = &'a Slug>) {
        let mut under_way = lock(&self.under_way);
        draws.into_iter().for_each(|draw| {
            under_way.remove(draw);
        });
    }

    /// Has all draws that wait for one round carried out: the round is fetched once, and the draws go side by side, so that their steps share
    /// commits.
    fn start_round(&self, round: RoundKey, group: Vec<Due>, known: Option<VerifiedRound>) {
        let shared = self.clone();
        tokio::spawn(async move {
            let fetched = match (known, group.first()) {
                (Some(known), _) => Ok(known),
                (None, Some(first)) => shared.fetch(first).await,
                (None, None) => return,
            };
            match fetched {
                Err(failure) => {
                    lock(&shared.memory).not_brought(round, Instant::now());
                    for due in &group {
                        shared.settle(&due.draw, Err(failure.clone()));
                    }
                }
                Ok(round) => shared.carry_out_all(&group, &round).await,
            }
            shared.done(group.iter().map(|due| &due.draw));
            shared.ended.notify_one();
        });
    }

    async fn carry_out_all(&self, group: &[Due], round: &VerifiedRound) {
        let mut at_work = tokio::task::JoinSet::new();
        for due in group {
            let (service, draw, round) = (Arc::clone(&self.service), due.draw.clone(), round.clone());
            at_work.spawn_blocking(move || {
                let outcome = service.carry_out(&draw, &round).map(|logged| logged.seq);
                (draw, outcome)
            });
        }
        while let Some(done) = at_work.join_next().await {
            let Ok((draw, outcome)) = done else { continue };
            self.settle(&draw, outcome);
        }
        let now = Instant::now();
        group.iter().for_each(|due| lock(&self.memory).tried(due.draw.clone(), now));
    }

    /// Tells how it went.
    fn settle(&self, draw: &Slug, outcome: Result<u64, Failure>) {
        match outcome {
            Ok(seq) => {
                self.service.hinder(draw, None);
                (self.tell)(Event::Done { draw: draw.clone(), seq });
            }
            // Somebody may have handed the round in meanwhile; then nothing waits any more.
            Err(_) if matches!(self.service.due(draw), Ok(None)) => {
                self.service.hinder(draw, None);
            }
            Err(failure) => {
                if self.service.hinder(draw, Some(failure.message.clone())) {
                    (self.tell)(Event::Waiting { draw: draw.clone(), reason: failure.message });
                }
            }
        }
    }

    async fn fetch(&self, due: &Due) -> Result<VerifiedRound, Failure> {
        let relays = self.service.relays_for(&due.chain)?;
        let mut complaints = lock(&self.memory).complaints(&key(due), Instant::now());
        let found = self.client.ask_each(&due.chain, &relays, due.round, &mut complaints).await;
        lock(&self.memory).complain(key(due), complaints.clone(), Instant::now());
        found.map(|(verified, _)| verified).ok_or_else(|| {
            // Without how often: the reason is the same until something changes.
            let complaints = complaints.into_iter().map(|complaint| Complaint { times: 1, ..complaint }).collect();
            Failure::unavailable(NotFetched { round: due.round, complaints })
        })
    }

    fn start(&self, draw: Slug, work: Work) {
        let shared = self.clone();
        tokio::spawn(async move {
            let outcome = shared.carry_out(work).await;
            lock(&shared.memory).tried(draw.clone(), Instant::now());
            shared.settle(&draw, outcome);
            shared.done([&draw]);
            shared.ended.notify_one();
        });
    }

    async fn carry_out(&self, work: Work) -> Result<u64, Failure> {
        match work {
            Work::Rank(draw) => {
                let service = Arc::clone(&self.service);
                tokio::task::spawn_blocking(move || service.replace_by_rank(&draw).map(|logged| logged.seq))
                    .await
                    .map_err(Failure::unavailable)?
            }
            Work::NoQuorum(missed) => self.void(missed).await,
        }
    }

    /// Voids a draw whose seal had no quorum in time: at once if its round is not known to anybody yet; afterwards with the round, so that everybody can see what it
    /// would have given.
    async fn void(&self, missed: Missed) -> Result<u64, Failure> {
        let service = Arc::clone(&self.service);
        let Missed { draw, chain, round, at } = missed;
        let round = if service.clock().now() < at {
            None
        } else {
            Some(self.fetch(&Due { draw: draw.clone(), chain, round, at }).await?.round().clone())
        };
        tokio::task::spawn_blocking(move || service.void_no_quorum(&draw, round).map(|logged| logged.seq))
            .await
            .map_err(Failure::unavailable)?
    }
}

enum Work {
    Rank(Slug),
    NoQuorum(Missed),
}

fn key(due: &Due) -> RoundKey {
    (due.chain.hash(), due.round)
}
