//! Which key a log signs with: the one that it names itself, and those that follow by key steps, each signed by the key before.
//!
//! For readers who have not replayed the log yet. Nothing here makes a key trustworthy that was not: the first is the reader's, and what follows it
//! was signed by it.

use klero_draw::organiser::KeyRole;
use klero_draw::step::{StepKind, UnverifiedStep};
use klero_tlog::tile::BundleId;
use klero_tlog::tile_reader::{TileReadError, TileReader, TileSource};
use klero_tlog::{TreeHead, VerifierKey};
use klero_verifier::ledger::next_key;

use crate::place::{Place, TileProblem};

/// Entries that are searched for key changes before a checkpoint by an unknown key is refused.
const SEARCHED: u64 = 1_000_000;

/// The log key that the first entry names, of a log of `size` entries. Nobody vouches for it.
pub fn named(place: &Place, size: u64) -> Result<VerifierKey, String> {
    let empty = || "the log has no entries yet: give its key with --trust, or try again later".to_owned();
    let bundle = BundleId::of_entry(0, size).ok_or_else(empty)?;
    let bytes = place.read_bundle(bundle).map_err(|e| e.to_string())?;
    let entries = bundle.decode(&bytes).map_err(|e| format!("{}: {e}", bundle.path()))?;
    let first = entries.first().ok_or_else(empty)?;
    let step = UnverifiedStep::parse(first).map_err(|e| format!("the first entry is no step: {e}"))?;
    match &step.claims().kind {
        StepKind::Opened(opened) => Ok(opened.log.clone()),
        _ => Err("the first entry does not open a log".to_owned()),
    }
}

/// The key that is in force under `head`, which nobody vouches for yet, if `old` was in force at `from` entries.
pub fn newest(
    place: &Place,
    head: TreeHead,
    from: u64,
    old: VerifierKey,
) -> Result<VerifierKey, TileReadError<TileProblem>> {
    let mut last = old;
    if head.size <= from {
        return Ok(last);
    }
    let reader = TileReader::open(place, head)?;
    let (mut index, end) = (from, head.size.min(from.saturating_add(SEARCHED)));
    while index < end {
        let Some(bundle) = BundleId::of_entry(index, head.size) else { break };
        for entry in reader.read_entries(bundle)? {
            last = after(&entry, last);
        }
        index = bundle.first_entry() + u64::from(bundle.width());
    }
    Ok(last)
}

/// Each key once: a note is not opened with one key twice.
#[must_use]
pub fn distinct(keys: impl IntoIterator<Item = VerifierKey>) -> Vec<VerifierKey> {
    let mut distinct: Vec<VerifierKey> = Vec::new();
    for key in keys {
        if !distinct.contains(&key) {
            distinct.push(key);
        }
    }
    distinct
}

/// The key in force after an entry, if `old` was in force before it.
#[must_use]
pub fn after(entry: &[u8], old: VerifierKey) -> VerifierKey {
    let Ok(step) = UnverifiedStep::parse(entry) else { return old };
    match &step.claims().kind {
        StepKind::Key(note) if note.value().role == KeyRole::Log => next_key(note, &old).unwrap_or(old),
        _ => old,
    }
}
