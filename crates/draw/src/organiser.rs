//! The organiser's notes (spec §4): enrolment, announcement, vacancy, void, annulment, erasure, and the note that changes a key.
//! Each is signed by members' own keys and stands whole in a step, so that the service cannot alter or invent it.

use std::collections::BTreeMap;

use klero_tlog::key::MAX_KEY_NAME_LEN;
use serde::{Deserialize, Serialize};

use crate::hash::{PoolRoot, StepHash};
use crate::names::Slug;
use crate::note::{Body, SignedTextError};
use crate::terms::{BeaconTerms, MAX_TEXT_LEN, Vkey, titles_fit};

/// A note other than terms is bounded by the entry that holds it (spec §4), so that this bound refuses nothing that the entry's does not.
pub const NOTE_LIMIT: usize = 65_535;
/// Most keys of an organiser.
pub const MAX_KEYS: usize = 16;

/// Contexts, the first line of each note.
pub mod context {
    /// §4.3
    pub const ORGANISER: &str = "kleroterion/v1/organiser";
    /// §4.2
    pub const KEY: &str = "kleroterion/v1/key";
    /// §4.4
    pub const ANNOUNCE: &str = "kleroterion/v1/announce";
    /// §4.7
    pub const VACATE: &str = "kleroterion/v1/vacate";
    /// §4.9
    pub const VOID: &str = "kleroterion/v1/void";
    /// §4.10
    pub const ANNUL: &str = "kleroterion/v1/annul";
    /// §4.12
    pub const ERASE: &str = "kleroterion/v1/erase";
}

/// A note that breaks a rule of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteRuleError {
    /// Keys not sorted, not distinct, too many, none, or not named after the organiser.
    #[error("an organiser has 1 to {MAX_KEYS} keys, sorted, with distinct public keys, each named <id>/<role>")]
    Keys,
    /// A threshold of none or of more than all.
    #[error("the threshold is between 1 and the number of keys")]
    Threshold,
    /// Version 0, or a recovery at version 1.
    #[error("versions begin at 1, and only a later one can be a recovery")]
    Version,
    /// A name, origin or title of the wrong length.
    #[error("names and titles have 1 to {MAX_TEXT_LEN} bytes, titles two-letter languages")]
    Text,
    /// An attempt without, or a first attempt with a previous one.
    #[error("attempt 1 names no previous step, every later one names it")]
    Previous,
    /// No seats, or not ascending.
    #[error("seats are listed ascending by index, at least one")]
    Seats,
    /// `beacon` without `draws_at` or the other way round.
    #[error("beacon and draws_at stand together or not at all")]
    Beacon,
    /// A key that changes into itself.
    #[error("the new key is the old key")]
    SameKey,
    /// A reason that only the service can have.
    #[error("no_quorum is the service's own reason and needs no note")]
    NoQuorum,
}

macro_rules! checked {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $ty:ty,)* } $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$field_doc])* pub $field: $ty,)* }

        impl $name {
            /// Checks the rules of this kind of note.
            pub fn check(&self) -> Result<(), NoteRuleError> {
                let check: fn(&Self) -> Result<(), NoteRuleError> = $check;
                check(self)
            }
        }

        impl Body for $name {
            type Written = Self;
            fn check(written: Self) -> Result<Self, SignedTextError> {
                Self::check(&written).map(|()| written).map_err(SignedTextError::Rule)
            }
        }
    };
}

fn text_fits(text: &str) -> bool {
    (1..=MAX_TEXT_LEN).contains(&text.len())
}

/// An origin is the name of a key.
fn origin_fits(log: &str) -> bool {
    (1..=MAX_KEY_NAME_LEN).contains(&log.len())
}

fn require(holds: bool, error: NoteRuleError) -> Result<(), NoteRuleError> {
    if holds { Ok(()) } else { Err(error) }
}

checked! {
    /// §4.3: who may decide.
    OrganiserNote {
        /// Slug.
        id: Slug,
        /// Keys, sorted.
        keys: Vec<Vkey>,
        /// Origin of the log.
        log: String,
        /// Name for people.
        name: String,
        /// `true` for a re-enrolment after the threshold was lost.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        recovery: bool,
        /// How many must sign.
        threshold: u64,
        /// 1, then 2, 3 …
        version: u64,
    }
    |note| {
        let texts: Vec<String> = note.keys.iter().map(|k| k.0.to_text()).collect();
        let sorted = texts.iter().zip(texts.iter().skip(1)).all(|(a, b)| a < b);
        let distinct = note.keys.iter().enumerate().all(|(i, k)| {
            note.keys.iter().take(i).all(|other| other.0.public_key() != k.0.public_key())
        });
        let named = note.keys.iter().all(|k| is_key_name(k.0.name().as_str(), &note.id));
        require((1..=MAX_KEYS).contains(&note.keys.len()) && sorted && distinct && named, NoteRuleError::Keys)?;
        let keys = u64::try_from(note.keys.len()).unwrap_or(u64::MAX);
        require((1..=keys).contains(&note.threshold), NoteRuleError::Threshold)?;
        require(note.version >= 1 && !(note.recovery && note.version == 1), NoteRuleError::Version)?;
        require(text_fits(&note.name) && origin_fits(&note.log), NoteRuleError::Text)
    }
}

/// `<id>/<role>`, the role `[a-z0-9_]{1,32}`.
#[must_use]
pub fn is_key_name(name: &str, id: &Slug) -> bool {
    name.strip_prefix(id.as_str()).and_then(|rest| rest.strip_prefix('/')).is_some_and(|role| {
        (1..=32).contains(&role.len())
            && role.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    })
}

/// Which key changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyRole {
    /// The key that signs checkpoints.
    Log,
    /// The key that signs steps.
    Service,
}

checked! {
    /// §4.2: a key of the log changes; signed by the old and the new one.
    KeyNote {
        /// Origin of the log.
        log: String,
        /// The new key.
        new: Vkey,
        /// The old key.
        old: Vkey,
        /// Which.
        role: KeyRole,
    }
    |note| {
        require(origin_fits(&note.log), NoteRuleError::Text)?;
        require(note.new.0.public_key() != note.old.0.public_key(), NoteRuleError::SameKey)
    }
}

checked! {
    /// §4.4: a draw is coming.
    AnnounceNote {
        /// 1 for the first draw for this purpose.
        attempt: u64,
        /// The draw.
        draw: Slug,
        /// When it is drawn, Unix seconds.
        draws_at: u64,
        /// Origin of the log.
        log: String,
        /// Who draws.
        organiser: Slug,
        /// How often it was postponed.
        postponed: u64,
        /// The step that closed the attempt before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        previous: Option<StepHash>,
        /// What for.
        purpose: Slug,
        /// Titles by language.
        title: BTreeMap<String, String>,
    }
    |note| {
        require(note.attempt >= 1 && (note.attempt == 1) == note.previous.is_none(), NoteRuleError::Previous)?;
        require(titles_fit(&note.title) && origin_fits(&note.log), NoteRuleError::Text)
    }
}

/// Why a seat is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaveReason {
    /// The person does not want it.
    Declined,
    /// The person may not have it.
    NotEligible,
    /// The term ended, or the person left it.
    Ended,
}

/// A seat that is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VacatedSeat {
    /// The person's index in the pool.
    pub index: u32,
    /// Why.
    pub reason: LeaveReason,
}

checked! {
    /// §4.7: seats were given up.
    VacateNote {
        /// Leaf hash of the latest `drawn` or `replaced` step of the draw.
        after: StepHash,
        /// The fresh round, exactly when replacement is `beacon`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        beacon: Option<BeaconTerms>,
        /// The draw.
        draw: Slug,
        /// When the replacements are drawn, exactly when replacement is `beacon`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        draws_at: Option<u64>,
        /// Origin of the log.
        log: String,
        /// Whose draw.
        organiser: Slug,
        /// Ascending by index.
        seats: Vec<VacatedSeat>,
    }
    |note| {
        let ascending = note.seats.iter().zip(note.seats.iter().skip(1)).all(|(a, b)| a.index < b.index);
        require(!note.seats.is_empty() && ascending, NoteRuleError::Seats)?;
        require(note.beacon.is_some() == note.draws_at.is_some(), NoteRuleError::Beacon)?;
        require(origin_fits(&note.log), NoteRuleError::Text)
    }
}

/// Why a draw is given up (spec §4.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoidReason {
    /// It is not wanted any more.
    Cancelled,
    /// The pool was wrong.
    PoolError,
    /// The terms were wrong.
    TermsError,
    /// The beacon never gave the round.
    BeaconLost,
    /// A court.
    Court,
    /// Witnesses did not cosign in time: the service's own reason, without a note.
    NoQuorum,
}

checked! {
    /// §4.9: a draw is given up before it is drawn.
    VoidNote {
        /// The draw.
        draw: Slug,
        /// Origin of the log.
        log: String,
        /// Whose draw.
        organiser: Slug,
        /// Why.
        reason: VoidReason,
    }
    |note| {
        require(origin_fits(&note.log), NoteRuleError::Text)?;
        require(note.reason != VoidReason::NoQuorum, NoteRuleError::NoQuorum)
    }
}

/// Why a result is annulled (spec §4.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnnulReason {
    /// A court.
    Court,
    /// An upheld complaint.
    Complaint,
}

checked! {
    /// §4.10: a result is annulled.
    AnnulNote {
        /// Leaf hash of the latest `drawn` or `replaced` step of the draw.
        after: StepHash,
        /// The draw.
        draw: Slug,
        /// Origin of the log.
        log: String,
        /// Whose draw.
        organiser: Slug,
        /// Why.
        reason: AnnulReason,
    }
    |note| require(origin_fits(&note.log), NoteRuleError::Text)
}

checked! {
    /// §4.12: a pool's key, rows and table were destroyed.
    EraseNote {
        /// The draw.
        draw: Slug,
        /// Origin of the log.
        log: String,
        /// Whose draw.
        organiser: Slug,
        /// Root of the pool.
        root: PoolRoot,
    }
    |note| require(origin_fits(&note.log), NoteRuleError::Text)
}
