//! What the scheduler remembers from one try to the next: what relays brought for a round, and when a round, or a draw, is tried again. It is in memory
//! alone: whoever forgets it asks a few times more. Decides nothing about rounds.
//!
//! A round that is due is asked for often at first, since one that is published on time comes within a second; then ever more seldom, up to
//! [`LONGEST_WAIT`], as a relay that has not got it for minutes is helped by nobody who asks five times a second.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use klero_draw::hash::ChainHash;
use klero_draw::names::Slug;
use tokio::time::Instant;

use crate::drand::Complaint;

/// The first tries: three seconds, the period of quicknet.
const QUICK_TRIES: u32 = 15;
const QUICK_WAIT: Duration = Duration::from_millis(200);
/// Longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// A relay that sent something wrong is not asked again for that round, until this time has passed: it may have been mended.
const FORGIVEN_AFTER: Duration = Duration::from_secs(600);

/// One round of one chain.
pub(super) type RoundKey = (ChainHash, u64);

/// When something is tried again.
#[derive(Debug, Clone, Copy)]
struct Pace {
    tries: u32,
    next: Instant,
}

/// What is remembered.
#[derive(Debug, Default)]
pub(super) struct Memory {
    rounds: BTreeMap<RoundKey, Pace>,
    draws: BTreeMap<Slug, Pace>,
    complaints: BTreeMap<RoundKey, (Instant, Vec<Complaint>)>,
}

impl Memory {
    /// Whether it is time to ask for a round.
    pub(super) fn may_ask(&self, round: &RoundKey, now: Instant) -> bool {
        self.rounds.get(round).is_none_or(|pace| pace.next <= now)
    }

    /// Whether it is time to carry out a draw.
    pub(super) fn may_try(&self, draw: &Slug, now: Instant) -> bool {
        self.draws.get(draw).is_none_or(|pace| pace.next <= now)
    }

    /// Nobody brought the round.
    pub(super) fn not_brought(&mut self, round: RoundKey, now: Instant) {
        later(&mut self.rounds, round, now);
    }

    /// The draw was tried. If it was carried out, it is due no more, and [`Self::keep`] forgets it.
    pub(super) fn tried(&mut self, draw: Slug, now: Instant) {
        later(&mut self.draws, draw, now);
    }

    /// What was wrong with the relays that were asked for this round.
    pub(super) fn complaints(&self, round: &RoundKey, now: Instant) -> Vec<Complaint> {
        let kept = self.complaints.get(round).filter(|(since, _)| now < *since + FORGIVEN_AFTER);
        kept.map(|(_, complaints)| complaints.clone()).unwrap_or_default()
    }

    /// Keeps what is wrong with them now.
    pub(super) fn complain(&mut self, round: RoundKey, complaints: Vec<Complaint>, now: Instant) {
        match self.complaints.get_mut(&round) {
            Some(kept) if now < kept.0 + FORGIVEN_AFTER => kept.1 = complaints,
            _ => {
                self.complaints.insert(round, (now, complaints));
            }
        }
    }

    /// Forgets all but these.
    pub(super) fn keep(&mut self, rounds: &BTreeSet<RoundKey>, draws: &BTreeSet<Slug>) {
        self.rounds.retain(|round, _| rounds.contains(round));
        self.complaints.retain(|round, _| rounds.contains(round));
        self.draws.retain(|draw, _| draws.contains(draw));
    }

    /// How long until the next of them is tried again.
    pub(super) fn next(&self, now: Instant) -> Option<Duration> {
        let all = self.rounds.values().chain(self.draws.values());
        all.map(|pace| pace.next).filter(|next| *next > now).min().map(|next| next - now)
    }
}

fn later<K: Ord>(paces: &mut BTreeMap<K, Pace>, key: K, now: Instant) {
    let pace = paces.entry(key).or_insert(Pace { tries: 0, next: now });
    pace.next = now + jitter(wait(pace.tries));
    pace.tries = pace.tries.saturating_add(1);
}

/// The wait after a try, from 0, before jitter.
fn wait(tries: u32) -> Duration {
    let doubled = tries.saturating_sub(QUICK_TRIES - 1).min(31);
    QUICK_WAIT.saturating_mul(2u32.saturating_pow(doubled)).min(LONGEST_WAIT)
}

/// Spreads waits over half to all of their length. Not a secret, and decides nothing but when to ask again.
fn jitter(wait: Duration) -> Duration {
    let mut byte = [0u8; 1];
    let spread = if getrandom::fill(&mut byte).is_ok() { u32::from(byte[0]) } else { 128 };
    wait / 2 + wait * spread / 512
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drand::{Relay, RelayError};

    #[test]
    fn tries_are_frequent_at_first_and_then_ever_more_seldom() {
        let waits = [0, 14, 15, 16, 17, 21, 22, 1_000].map(wait);
        assert_eq!(waits, [200, 200, 400, 800, 1_600, 25_600, 30_000, 30_000].map(Duration::from_millis));
        // A relay that has nothing is asked about twenty times in half a minute, however many draws wait.
        let until = |tries: u32| (0..tries).map(wait).sum::<Duration>();
        assert!(until(20) < Duration::from_secs(33) && until(22) > Duration::from_secs(33));
    }

    #[test]
    fn whoever_sent_something_wrong_is_remembered_and_forgiven() {
        let (now, round) = (Instant::now(), (ChainHash([0; 32]), 7));
        let mut memory = Memory::default();
        let relay: Relay = "http://127.0.0.1:1".parse().unwrap_or_else(|_| Relay::defaults().remove(0));
        let complaint = Complaint { relay, error: RelayError::TooLarge, times: 1 };
        memory.complain(round, vec![complaint.clone()], now);
        let soon = now + FORGIVEN_AFTER / 2;
        memory.complain(round, vec![complaint.clone(), complaint.clone()], soon);
        assert_eq!(memory.complaints(&round, soon).len(), 2);
        assert!(memory.complaints(&round, now + FORGIVEN_AFTER).is_empty());
        memory.not_brought(round, now);
        assert!(!memory.may_ask(&round, now) && memory.may_ask(&round, now + QUICK_WAIT));
        assert!(memory.next(now).is_some_and(|wait| wait <= QUICK_WAIT));
        memory.keep(&BTreeSet::new(), &BTreeSet::new());
        assert!(memory.may_ask(&round, now) && memory.complaints(&round, soon).is_empty());
    }
}
