//! What a command asks of the service: the same whether it goes over `DIR/control.sock` or straight into the store.

use std::path::PathBuf;

use klero_draw::hash::StepHash;
use klero_draw::names::Slug;
use klero_draw::organiser::KeyRole;
use klero_draw::terms::Vkey;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// One request.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// Append a step that carries an organiser's signed note: enrolment, announcement, vacancy, void, annulment, erasure. The note's
    /// context says which.
    Note {
        /// The signed note.
        note: String,
    },
    /// Give up a draw whose round is out, and bring that round along, since relays cannot be asked.
    Void {
        /// The signed note.
        note: String,
        /// The round, unverified.
        round: HandedRound,
    },
    /// Seal a draw.
    Seal {
        /// The signed terms note.
        terms: String,
        /// The committed pool's folder; its data are copied into the service's folder.
        pool: PathBuf,
    },
    /// Hand in a beacon round for a draw that waits for it.
    Round {
        /// The draw.
        draw: Slug,
        /// The round, unverified.
        round: HandedRound,
    },
    /// Fill the seats of a draw that were given up and are to be filled by rank.
    Replace {
        /// The draw.
        draw: Slug,
    },
    /// Tell the state of one draw, or of all.
    Status {
        /// The draw; absent for all.
        draw: Option<Slug>,
    },
    /// Give the proof bundle of a draw.
    Bundle {
        /// The draw.
        draw: Slug,
    },
    /// Give the facts that organisers need to write notes.
    About,
    /// Invite somebody to an account of the organisers' API. Answered by the API beside the service.
    Invite {
        /// Whom.
        wish: crate::api::InviteWish,
    },
    /// Erase the pool of several draws at once: all draws from one pool go together.
    Erase {
        /// The signed notes, one for each draw.
        notes: Vec<String>,
    },
    /// Give the accounts of the organisers' API, for a backup.
    Accounts,
    /// Replace the data key, and encrypt the pools' keys to the new one.
    RotateDataKey,
    /// Put the key that lies beside the one in force, as `….next`, in its place, by a step that both sign.
    ChangeKey {
        /// Which.
        role: KeyRole,
        /// The old key signs nothing any more, not even beside the new one.
        revoke: bool,
    },
    /// End the log: nothing can be appended after this.
    CloseLog {
        /// vkey of the log that goes on.
        successor: Option<Vkey>,
    },
    /// Destroy the private half of the key before the one in force.
    RetireKey {
        /// Which.
        role: KeyRole,
    },
}

/// A beacon round as anyone may hand it in (file or POST). It counts if it verifies.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HandedRound {
    /// Round number.
    pub round: u64,
    /// Signature, hex.
    pub signature: String,
    /// Previous signature, hex; chained beacons only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_signature: Option<String>,
    /// drand sends it along; it is recomputed, never read.
    #[serde(default, skip_serializing)]
    pub randomness: Option<String>,
}

/// One answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Answer {
    /// A step was appended and is durable.
    Logged(Logged),
    /// Several steps were appended and are durable.
    LoggedAll {
        /// In the order asked for.
        steps: Vec<Logged>,
    },
    /// States of draws.
    Status {
        /// One for each draw, in the order of announcement.
        draws: Vec<DrawStatus>,
    },
    /// A bundle's text.
    Bundle {
        /// The bundle, as spec §9.1 says.
        text: String,
    },
    /// Facts about the log.
    About(About),
    /// An invitation, with its secret.
    Invited(crate::api::Invited),
    /// The accounts, as a backup holds them.
    Accounts {
        /// Encrypted to the data key, in hexadecimal.
        sealed: String,
    },
    /// The data key was replaced.
    Rotated {
        /// Pools whose keys were encrypted to the new key.
        pools: usize,
        /// Public half of the new key.
        recipient: String,
    },
    /// The private half of a key was destroyed.
    Retired {
        /// Its public half.
        key: String,
    },
    /// The request was refused or could not be done.
    Failed(Failure),
}

/// A step that was appended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Logged {
    /// Its index in the log.
    pub seq: u64,
    /// Its kind.
    pub kind: String,
    /// Its leaf hash.
    pub leaf: StepHash,
    /// The draw, if it belongs to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draw: Option<Slug>,
    /// It is on the disk and not public yet, since too few witnesses have cosigned it: why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<String>,
}

/// What stands in the log about a draw.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DrawStatus {
    /// The draw.
    pub draw: Slug,
    /// announced, sealed, drawn, vacated, voided or annulled.
    pub phase: String,
    /// Who draws.
    pub organiser: Slug,
    /// What for.
    pub purpose: Slug,
    /// Which attempt for this purpose.
    pub attempt: u64,
    /// How often it was postponed.
    pub postponed: u64,
    /// When it is drawn, Unix seconds.
    pub draws_at: u64,
    /// Titles by language.
    pub title: std::collections::BTreeMap<String, String>,
    /// People in the pool; known once sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<u64>,
    /// The beacon round; known once sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<u64>,
    /// Unix seconds at which the round is published; known once sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round_at: Option<u64>,
    /// SHA-256 of the outcome; known once drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// SHA-256 of each replacement, in the order of the log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replacements: Vec<String>,
    /// The seats that wait to be filled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vacancy: Option<VacancyStatus>,
    /// Seats drawn and reserves; known once sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seats: Option<(u32, u32)>,
    /// Seats that are not drawn: how many, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_drawn: Vec<(u32, String)>,
    /// How vacancies are filled: none, rank or beacon; known once sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacement: Option<klero_draw::terms::Replacement>,
    /// The result is late: `draw_by` has passed.
    pub overdue: bool,
    /// Whether the beacon is a rehearsal beacon.
    pub rehearsal: bool,
    /// What hinders the draw now, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_for: Option<String>,
    /// The leaf hash of the draw's latest step that a vacancy or annulment must name as `after`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<StepHash>,
    /// Root of the sealed pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// Chain hash of the beacon; known once sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain: Option<String>,
    /// Unix seconds of its latest step.
    #[serde(default)]
    pub last_at: u64,
    /// Its pool's rows and table were destroyed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub erased: bool,
    /// The leaf hash of the step that closed it; the next attempt names it as `previous`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<StepHash>,
}

/// Seats that were given up and are not filled yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct VacancyStatus {
    /// Who left, by index.
    pub left: Vec<u32>,
    /// The fresh round that decides who follows, where replacement is by beacon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<u64>,
    /// Unix seconds at which that round is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round_at: Option<u64>,
}

/// Facts about the log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct About {
    /// Origin of the log.
    pub origin: String,
    /// vkey of the log key.
    pub log: String,
    /// vkey of the service key.
    pub service: String,
    /// Entries.
    pub size: u64,
    /// Chain hash of the rehearsal beacon, if the log has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rehearsal: Option<klero_draw::beacon::ChainInfo>,
    /// How it stands with the witnesses, if publication waits for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witnesses: Option<crate::cosigning::Standing>,
    /// Steps that are logged and not public yet.
    #[serde(default)]
    pub unpublished: u64,
    /// Organisers enrolled.
    pub organisers: Vec<OrganiserStatus>,
}

/// An organiser in force.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrganiserStatus {
    /// Slug.
    pub id: Slug,
    /// Name.
    pub name: String,
    /// Version in force.
    pub version: u64,
    /// How many must sign.
    pub threshold: u64,
    /// Their vkeys.
    pub keys: Vec<String>,
}
