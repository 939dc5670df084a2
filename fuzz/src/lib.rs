//! One small target for each parser, as a plain function from bytes. Two promises are checked: no input makes it panic, and what it accepts it
//! prints back byte for byte, unless its format has several spellings. `cargo test` runs each over its seeds and seeded mutations of them; any
//! fuzzer can drive them (`fuzz/libfuzzer`). `parsers.txt` says which target reads for which source file, and a test holds it to the sources.

mod draw;
mod log;
mod panels;
mod shell;
mod verifier;

use klero_draw::hash::tagged;

/// What a target made of its input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// It was refused.
    Refused,
    /// It was accepted, and printed back as this.
    Accepted(Vec<u8>),
    /// It was accepted; its format has several spellings of one meaning.
    AcceptedLoosely,
}

/// A target: its name, and what it does with bytes.
pub type Target = (&'static str, fn(&[u8]) -> Seen);

/// All targets. Seeds are files in `corpus/<name>/`.
#[must_use]
pub fn targets() -> Vec<Target> {
    [log::TARGETS, draw::TARGETS, panels::TARGETS, verifier::TARGETS, shell::TARGETS].concat()
}

fn text(data: &[u8], parse: impl FnOnce(&str) -> Option<String>) -> Seen {
    match std::str::from_utf8(data).ok().and_then(parse) {
        Some(printed) => Seen::Accepted(printed.into_bytes()),
        None => Seen::Refused,
    }
}

fn loosely(accepted: bool) -> Seen {
    if accepted { Seen::AcceptedLoosely } else { Seen::Refused }
}

/// The same for formats that are text.
fn loose_text(data: &[u8], accepts: impl FnOnce(&str) -> bool) -> Seen {
    loosely(std::str::from_utf8(data).is_ok_and(accepts))
}

/// The `number`-th mutation of a seed; the same for the same seed and number.
#[must_use]
pub fn mutation(seed: &[u8], number: u64) -> Vec<u8> {
    let mut drawn = 0u64;
    let mut below = |bound: usize| {
        drawn += 1;
        let hash = tagged("fuzz", &[&number.to_be_bytes(), &drawn.to_be_bytes()]);
        let word = hash.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        usize::try_from(word % u64::try_from(bound.max(1)).unwrap_or(1)).unwrap_or(0)
    };
    let mut bytes = seed.to_vec();
    for _ in 0..=below(3) {
        let at = below(bytes.len());
        match below(6) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, b"\0\n\"\\{}[]:,+/=-0e\xff "[below(18)]),
            2 if !bytes.is_empty() => {
                bytes.remove(at);
            }
            3 if !bytes.is_empty() => bytes[at] ^= 1 << below(8),
            4 => {
                let end = (at + below(64)).min(bytes.len());
                let piece = bytes[at.min(end)..end].to_vec();
                let to = below(bytes.len());
                bytes.splice(to..to, piece);
            }
            _ if !bytes.is_empty() => bytes[at] = b'0' + u8::try_from(below(10)).unwrap_or(0),
            _ => {}
        }
    }
    bytes
}
