//! Tickets (spec §6), the one primitive: raw ChaCha20 key stream, compared. No modulo, no shuffle, no library's sampler.
//!
//! *Order* is ascending by (ticket, index). [`Lowest`] collects the first of an order in one pass, [`Order`] walks it from the beginning
//! without sorting everybody. Both are exact: what they give is what sorting all tickets gives.

use std::fmt;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Key of the ChaCha20 stream of one stage.
#[derive(Clone, PartialEq, Eq)]
pub struct TicketKey([u8; 32]);

impl fmt::Debug for TicketKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TicketKey({self})")
    }
}

impl fmt::Display for TicketKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// One ticket: 16 bytes of the key stream, big-endian. The lowest wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u128);

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// Tickets made at a time: 4 KiB of key stream.
const CHUNK: usize = 256;

impl TicketKey {
    /// A key from its bytes.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The key's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// `ticket(i)`: bytes [16·i, 16·i + 16) of the key stream.
    #[must_use]
    pub fn ticket(&self, index: u32) -> Ticket {
        let mut bytes = [0u8; 16];
        self.stream(index).fill_bytes(&mut bytes);
        Ticket(u128::from_be_bytes(bytes))
    }

    /// Tickets `from`, `from + 1`, … (`count` of them).
    pub fn tickets(&self, from: u32, count: u64) -> impl Iterator<Item = Ticket> + use<> {
        let mut stream = self.stream(from);
        let mut chunk = [0u8; 16 * CHUNK];
        let mut used = CHUNK;
        let mut left = count;
        std::iter::from_fn(move || {
            left = left.checked_sub(1)?;
            if used == CHUNK {
                stream.fill_bytes(&mut chunk);
                used = 0;
            }
            let bytes = chunk.as_chunks::<16>().0.get(used)?;
            used += 1;
            Some(Ticket(u128::from_be_bytes(*bytes)))
        })
    }

    /// The `wanted` lowest of the tickets 0 … `size` − 1, ascending by (ticket, index). Fewer if `size` is smaller.
    #[must_use]
    pub fn lowest(&self, size: u32, wanted: u32) -> Vec<(Ticket, u32)> {
        self.lowest_after(None, size, wanted)
    }

    /// As [`Self::lowest`], of those that come after `last` in order.
    fn lowest_after(&self, last: Option<(Ticket, u32)>, size: u32, wanted: u32) -> Vec<(Ticket, u32)> {
        let mut lowest = Lowest::new(wanted);
        for (ticket, index) in self.tickets(0, u64::from(size)).zip(0u32..) {
            if last.is_none_or(|last| (ticket, index) > last) {
                lowest.offer(ticket, index);
            }
        }
        lowest.finish()
    }

    /// People 0 … `size` − 1 in order. `expected` is how far the caller thinks to go; it changes the speed, never the result.
    #[must_use]
    pub fn order(&self, size: u32, expected: u32) -> Order {
        Order { key: self.clone(), size, batch: expected.max(ORDER_BATCH_MIN), ranked: Vec::new(), last: None }
    }

    fn stream(&self, index: u32) -> ChaCha20Rng {
        let mut stream = ChaCha20Rng::from_seed(self.0);
        // A ticket is four 32-bit words of the stream.
        stream.set_word_pos(u128::from(index) * 4);
        stream
    }
}

/// Collects the lowest tickets that are offered, in one pass and in memory for twice as many as are wanted.
///
/// Invariant: a ticket that is not below `bound` cannot be among the wanted. Indices are offered in ascending order, so that a tie with the
/// bound loses.
#[derive(Debug, Clone)]
pub struct Lowest {
    wanted: usize,
    bound: Option<Ticket>,
    kept: Vec<(Ticket, u32)>,
}

impl Lowest {
    /// A collector of the `wanted` lowest.
    #[must_use]
    pub fn new(wanted: u32) -> Self {
        Self { wanted: usize::try_from(wanted).unwrap_or(usize::MAX), bound: None, kept: Vec::new() }
    }

    /// Offers a ticket. Indices must ascend from one call to the next.
    #[inline]
    pub fn offer(&mut self, ticket: Ticket, index: u32) {
        if self.bound.is_none_or(|bound| ticket < bound) {
            self.keep(ticket, index);
        }
    }

    fn keep(&mut self, ticket: Ticket, index: u32) {
        if self.wanted == 0 {
            return;
        }
        self.kept.push((ticket, index));
        // A small surplus is let grow before it is cut off, so that the cuts cost little in all.
        if self.kept.len() >= self.wanted.saturating_add(self.wanted.max(SURPLUS_MIN)) {
            self.cut();
        }
    }

    fn cut(&mut self) {
        if let Some(last) = self.wanted.checked_sub(1).filter(|last| *last < self.kept.len()) {
            let (_, highest, _) = self.kept.select_nth_unstable(last);
            self.bound = Some(highest.0);
            self.kept.truncate(self.wanted);
        }
    }

    /// What was wanted, ascending by (ticket, index).
    #[must_use]
    pub fn finish(mut self) -> Vec<(Ticket, u32)> {
        self.cut();
        self.kept.sort_unstable();
        self.kept
    }
}

/// The smallest surplus of a [`Lowest`].
const SURPLUS_MIN: usize = 64;
/// How many people an [`Order`] ranks at first, at least.
const ORDER_BATCH_MIN: u32 = 1_024;
/// How many it ranks at a time, at most: 64 MiB of tickets while it does.
const ORDER_BATCH_MAX: u32 = 1 << 20;

/// People in order, ranked only as far as somebody asks: each further batch is one more pass over the key stream.
#[derive(Debug, Clone)]
pub struct Order {
    key: TicketKey,
    size: u32,
    batch: u32,
    ranked: Vec<u32>,
    last: Option<(Ticket, u32)>,
}

impl Order {
    /// The person at a rank, from 0; `None` beyond the last person.
    pub fn at(&mut self, rank: usize) -> Option<u32> {
        while rank >= self.ranked.len() {
            let left = self.size.checked_sub(u32::try_from(self.ranked.len()).ok()?).filter(|left| *left > 0)?;
            let batch = self.key.lowest_after(self.last, self.size, self.batch.min(left));
            self.last = batch.last().copied();
            self.ranked.extend(batch.into_iter().map(|(_, person)| person));
            self.batch = self.batch.saturating_mul(8).min(ORDER_BATCH_MAX).max(self.batch);
        }
        self.ranked.get(rank).copied()
    }

    /// People from the first on.
    pub fn people(&mut self) -> impl Iterator<Item = u32> + '_ {
        (0..).map_while(|rank| self.at(rank))
    }
}
