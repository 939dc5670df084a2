//! Tickets (spec §6), the one primitive: raw ChaCha20 key stream, compared. No modulo, no shuffle, no library's sampler.

use std::collections::BinaryHeap;
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
        if wanted == 0 {
            return Vec::new();
        }
        let capacity = usize::try_from(wanted.min(size)).unwrap_or(usize::MAX);
        // A max-heap of the lowest so far; almost every ticket fails the one comparison with its top.
        let mut heap: BinaryHeap<(Ticket, u32)> = BinaryHeap::with_capacity(capacity.min(1 << 20));
        let mut bound = Ticket(u128::MAX);
        for (ticket, index) in self.tickets(0, u64::from(size)).zip(0u32..) {
            if heap.len() < capacity {
                heap.push((ticket, index));
                if heap.len() == capacity {
                    bound = heap.peek().map_or(bound, |top| top.0);
                }
            } else if ticket < bound {
                // Ties keep the lower index, which came first.
                heap.pop();
                heap.push((ticket, index));
                bound = heap.peek().map_or(bound, |top| top.0);
            }
        }
        heap.into_sorted_vec()
    }

    fn stream(&self, index: u32) -> ChaCha20Rng {
        let mut stream = ChaCha20Rng::from_seed(self.0);
        // A ticket is four 32-bit words of the stream.
        stream.set_word_pos(u128::from(index) * 4);
        stream
    }
}
