//! Signatures on notes that change keys (spec §4.2, §4.3), where an old and a new key may bear the same name.

use klero_draw::note::{SignatureError, SignedText};
use klero_draw::organiser::{KeyNote, OrganiserNote};
use klero_tlog::ed25519::PublicKey;
use klero_tlog::{Note, VerifierKey};

use super::state::Enrolment;
use super::violation::Rule;

/// Who signed a note: each line a valid signature by one of `keys`, lines ascending by name, no public key twice. Unlike
/// [`SignedText::verify`] two keys may share a name, as an old and a new key of one role do.
fn signers<T>(note: &SignedText<T>, keys: &[VerifierKey]) -> Result<Vec<PublicKey>, SignatureError> {
    let text = note.note();
    let parsed = Note::parse(text.as_bytes()).map_err(|_| SignatureError::Invalid { line: 1 })?;
    let mut signers = Vec::new();
    let mut last_name = "";
    for (signature, line) in parsed.signatures().iter().zip(1..) {
        let key = keys.iter().find(|key| key.matches(signature)).ok_or(SignatureError::UnknownKey { line })?;
        if signature.name().as_str() < last_name {
            return Err(SignatureError::NotSorted { line });
        }
        if signers.contains(&key.public_key()) {
            return Err(SignatureError::SameKey { line });
        }
        key.verify(parsed.text(), signature).map_err(|_| SignatureError::Invalid { line })?;
        signers.push(key.public_key());
        last_name = signature.name().as_str();
    }
    Ok(signers)
}

fn count(keys: &[VerifierKey], signers: &[PublicKey]) -> u64 {
    let signed = keys.iter().filter(|key| signers.contains(&key.public_key())).count();
    u64::try_from(signed).unwrap_or(u64::MAX)
}

/// A key change is signed by exactly the old and the new key.
pub(super) fn check_key_change(note: &SignedText<KeyNote>) -> Result<(), Rule> {
    let keys = [note.value().old.0.clone(), note.value().new.0.clone()];
    match signers(note, &keys) {
        Ok(signers) if signers.len() == keys.len() => Ok(()),
        _ => Err(Rule::KeySignatures),
    }
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
    let signers = signers(note, &all).map_err(Rule::OrganiserOwnKeys)?;
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
