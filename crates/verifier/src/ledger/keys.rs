//! Signatures on notes that change keys (spec §4.2, §4.3), where an old and a new key may bear the same name.

use klero_draw::note::{SignatureError, SignedText, Signers};
use klero_draw::organiser::{KeyNote, OrganiserNote};
use klero_tlog::VerifierKey;

use super::state::Enrolment;
use super::violation::Rule;

fn count(keys: &[VerifierKey], signers: &Signers) -> u64 {
    let signed = |key: &&VerifierKey| signers.keys().iter().any(|signer| signer.public_key() == key.public_key());
    let signed = keys.iter().filter(signed).count();
    u64::try_from(signed).unwrap_or(u64::MAX)
}

/// A key change is signed by exactly the old and the new key.
pub(super) fn check_key_change(note: &SignedText<KeyNote>) -> Result<(), Rule> {
    let keys = [note.value().old.0.clone(), note.value().new.0.clone()];
    // Exactly both: `verify` counts no public key twice, and admits no third.
    note.verify(&keys, 2).map(|_| ()).map_err(|_| Rule::KeySignatures)
}

/// The key that follows `old` by a key note, if the note starts from it and both signed: for finding out which key a log may use now. Whether the
/// step that holds the note follows spec §4 is for the ledger.
#[must_use]
pub fn next_key(note: &SignedText<KeyNote>, old: &VerifierKey) -> Option<VerifierKey> {
    let change = note.value();
    let same = change.old.0 == *old && change.new.0.name() == old.name() && change.log == old.name().as_str();
    (same && check_key_change(note).is_ok()).then(|| change.new.0.clone())
}

/// An enrolment is signed by all of its own keys, and by the old threshold of the old keys, unless it is the first or a recovery.
pub(super) fn check_enrolment(note: &SignedText<OrganiserNote>, old: Option<&Enrolment>) -> Result<(), Rule> {
    let own: Vec<VerifierKey> = note.value().keys.iter().map(|key| key.0.clone()).collect();
    let old_keys = old.map(Enrolment::keys).unwrap_or_default();
    let all: Vec<VerifierKey> = own.iter().chain(&old_keys).cloned().collect();
    let signers = note.verify(&all, 1).map_err(Rule::OrganiserOwnKeys)?;
    let threshold = u64::try_from(own.len()).unwrap_or(u64::MAX);
    let found = count(&own, &signers);
    if found < threshold {
        return Err(Rule::OrganiserOwnKeys(SignatureError::TooFew { threshold, found }));
    }
    if let Some(old) = old.filter(|_| !note.value().recovery) {
        let (threshold, found) = (old.note.threshold, count(&old_keys, &signers));
        if found < threshold {
            return Err(Rule::OrganiserOldKeys { threshold, found });
        }
    }
    Ok(())
}
