//! One small target for each parser, as a plain function from bytes. Two promises are checked: no input makes it panic, and what it accepts it
//! prints back byte for byte. `cargo test` runs each over its seeds and thousands of seeded mutations of them; any fuzzer can drive them.

use klero_draw::artifacts::{PanelList, StrataList};
use klero_draw::hash::tagged;
use klero_draw::outcome::{Outcome, ReplacementOutcome};
use klero_draw::receipt::{Receipt, ShortCode};
use klero_draw::step::UnverifiedStep;
use klero_draw::terms::parse_terms;
use klero_tlog::note::{Note, VerifierKey};
use klero_tlog::tile::TilePath;
use klero_tlog::tlog_proof::TlogProof;
use klero_tlog::{Checkpoint, Policy};
use klero_verifier::bundle::Bundle;
use klero_verifier::trust::Trust;

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
pub const TARGETS: [Target; 14] = [
    ("note", note),
    ("vkey", vkey),
    ("checkpoint", checkpoint),
    ("tlog_proof", tlog_proof),
    ("tile_path", tile_path),
    ("policy", policy),
    ("step", step),
    ("terms", terms),
    ("strata", strata),
    ("panels", panels),
    ("outcome", outcome),
    ("receipt", receipt),
    ("bundle", bundle),
    ("trust", trust),
];

fn text(data: &[u8], parse: impl FnOnce(&str) -> Option<String>) -> Seen {
    match std::str::from_utf8(data).ok().and_then(parse) {
        Some(printed) => Seen::Accepted(printed.into_bytes()),
        None => Seen::Refused,
    }
}

fn loosely(accepted: bool) -> Seen {
    if accepted { Seen::AcceptedLoosely } else { Seen::Refused }
}

fn note(data: &[u8]) -> Seen {
    Note::parse(data).map_or(Seen::Refused, |note| Seen::Accepted(note.to_bytes()))
}
fn vkey(data: &[u8]) -> Seen {
    text(data, |t| VerifierKey::parse(t).ok().map(|key| key.to_text()))
}
fn checkpoint(data: &[u8]) -> Seen {
    text(data, |t| Checkpoint::parse(t).ok().map(|checkpoint| checkpoint.text()))
}
fn tlog_proof(data: &[u8]) -> Seen {
    TlogProof::parse(data).map_or(Seen::Refused, |proof| Seen::Accepted(proof.to_text().into_bytes()))
}
fn tile_path(data: &[u8]) -> Seen {
    text(data, |t| TilePath::parse(t).ok().map(|path| path.to_string()))
}
fn policy(data: &[u8]) -> Seen {
    loosely(Policy::parse(data).is_ok())
}
fn step(data: &[u8]) -> Seen {
    let Ok(step) = UnverifiedStep::parse(data) else { return Seen::Refused };
    // The signature lines stand as they were; the JSON line must be what the step it was read as encodes to.
    let line = klero_draw::json::encode(step.claims()).unwrap_or_default();
    let printed = data.split(|b| *b == b'\n').nth(1).is_some_and(|there| there == line.as_bytes());
    if printed { Seen::Accepted(data.to_vec()) } else { Seen::Accepted(line.into_bytes()) }
}
fn terms(data: &[u8]) -> Seen {
    text(data, |t| parse_terms(t).ok().map(|terms| terms.note()))
}
fn strata(data: &[u8]) -> Seen {
    text(data, |t| StrataList::parse(t).ok()?.text().ok())
}
fn panels(data: &[u8]) -> Seen {
    text(data, |t| PanelList::parse(t).ok()?.text().ok())
}
fn outcome(data: &[u8]) -> Seen {
    let replacement = text(data, |t| ReplacementOutcome::parse(t).ok()?.text().ok());
    if replacement == Seen::Refused { text(data, |t| Outcome::parse(t).ok()?.text().ok()) } else { replacement }
}
fn receipt(data: &[u8]) -> Seen {
    let code = std::str::from_utf8(data).is_ok_and(|t| ShortCode::parse(t).is_ok());
    let read = text(data, |t| Receipt::parse(t).ok()?.encode().ok());
    if code { Seen::AcceptedLoosely } else { read }
}
fn bundle(data: &[u8]) -> Seen {
    text(data, |t| Bundle::parse(t).ok().map(|bundle| bundle.to_text()))
}
fn trust(data: &[u8]) -> Seen {
    loosely(std::str::from_utf8(data).is_ok_and(|t| Trust::parse(t).is_ok()))
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
