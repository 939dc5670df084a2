//! A member's proof that a signing key is theirs: a note that names the log, the organiser, the account and the key, signed by that key alone.
//!
//! Whoever shows only the public half of a key, such as one that stands in the log, has no proof of it; nor is a proof for one account or one
//! service one for another. The text is of a context of its own, so that no other signature is a proof, and no proof signs anything else.

use klero_tlog::{SignerKey, VerifierKey};
use serde::Serialize;

use crate::failure::Failure;
use crate::organiser_note;

/// First line of what is signed.
pub const CONTEXT: &str = "kleroterion/v1/member_key";

#[derive(Serialize)]
struct Claim<'a> {
    account: &'a str,
    key: &'a str,
    log: &'a str,
    organiser: &'a str,
}

/// The note without its signature. Accounts are compared in lower case.
pub fn unsigned(log: &str, account: &str, key: &VerifierKey) -> Result<String, Failure> {
    let organiser = key.name().as_str().split_once('/').map_or("", |(organiser, _)| organiser);
    let account = account.trim().to_lowercase();
    organiser_note::unsigned(CONTEXT, &Claim { account: &account, key: &key.to_text(), log, organiser })
}

/// The note, signed by the key that it names.
pub fn signed(log: &str, account: &str, key: &SignerKey) -> Result<String, Failure> {
    organiser_note::add_signature(&unsigned(log, account, &key.verifier_key())?, key)
}
