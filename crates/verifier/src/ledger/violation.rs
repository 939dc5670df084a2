//! What a step can do wrong (spec §4), each with its evidence, and the check of spec §9.3 that reports it.

use klero_draw::beacon::BeaconError;
use klero_draw::hash::{ArtifactHash, ChainHash, PoolRoot, StepHash, TermsHash};
use klero_draw::names::Slug;
use klero_draw::note::SignatureError;
use klero_draw::terms::RoundError;

use super::state::Phase;
use crate::report::CheckId;

/// A step that breaks a rule, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("step {seq} ({kind}): {rule}")]
pub struct Violation {
    /// Index of the step in the log.
    pub seq: u64,
    /// Kind of the step.
    pub kind: &'static str,
    /// What it breaks.
    pub rule: Rule,
}

/// The rules of spec §4.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rule {
    /// The log does not begin with `opened`.
    #[error("a log begins with an opened step")]
    NotOpened,
    /// `opened` again.
    #[error("the log was opened already")]
    OpenedTwice,
    /// `opened` is not entry 0.
    #[error("a log is opened by its entry 0, this is entry {found}")]
    OpenedAt {
        /// In the step.
        found: u64,
    },
    /// Something follows `closed`.
    #[error("the log was closed; nothing follows")]
    Closed,
    /// The log key and the service key are one.
    #[error("the key that signs checkpoints and the key that signs steps must differ")]
    SameKeys,
    /// The witness policy in `opened` cannot be read.
    #[error("the witness policy cannot be read")]
    Policy,
    /// The index is not the next one.
    #[error("its seq is {found}, expected {expected}")]
    Seq {
        /// The next index, or in a bundle the lowest possible one.
        expected: u64,
        /// In the step.
        found: u64,
    },
    /// `prev` is not the entry before.
    #[error("its prev is {found}, but the entry before is {expected}")]
    Prev {
        /// Leaf hash of the entry before.
        expected: StepHash,
        /// In the step.
        found: StepHash,
    },
    /// Time falls.
    #[error("its time {found} is before the time {before} of a step before it")]
    TimeFalls {
        /// Time of the step before.
        before: u64,
        /// In the step.
        found: u64,
    },
    /// Signed by another key than the service key in force.
    #[error("it is not signed by the service key in force, {expected}")]
    ServiceKey {
        /// The vkey in force.
        expected: String,
    },
    /// A note that was signed for another log.
    #[error("its note is for another log than {expected:?}")]
    OtherLog {
        /// This log's origin.
        expected: String,
    },
    /// A key change that does not start from the key in force, brings back a key that was used, or renames the log.
    #[error(
        "the key change does not start from the key in force, brings a key that was used before, or renames the log"
    )]
    KeyChange,
    /// A key change that is not signed by exactly the old and the new key.
    #[error("the key change is not signed by exactly the old and the new key")]
    KeySignatures,

    /// An organiser who never enrolled.
    #[error("organiser '{organiser}' is not enrolled in this log")]
    UnknownOrganiser {
        /// Slug.
        organiser: Slug,
    },
    /// Versions do not follow one another.
    #[error("organiser version {found}, expected {expected}")]
    OrganiserVersion {
        /// The next version.
        expected: u64,
        /// In the note.
        found: u64,
    },
    /// Not signed by all of its own keys.
    #[error("the enrolment is not signed by all of its own keys: {0}")]
    OrganiserOwnKeys(SignatureError),
    /// Not signed by the old threshold.
    #[error("the enrolment is signed by {found} of the old keys, expected at least {threshold}")]
    OrganiserOldKeys {
        /// The old threshold.
        threshold: u64,
        /// Old keys that signed.
        found: u64,
    },
    /// The seal names another organiser step than the one in force.
    #[error("the seal names organiser step {found}, in force is {expected}")]
    OrganiserInForce {
        /// Leaf hash of the step in force.
        expected: StepHash,
        /// In the seal.
        found: StepHash,
    },

    /// An organiser's note without its signatures.
    #[error("the organiser's note: {0}")]
    Signatures(SignatureError),
    /// A table with unique rows is published on the word of too few.
    #[error("a table with unique rows is published on the word of {found}, expected {expected} or more who signed")]
    TableReason {
        /// How many must have signed.
        expected: usize,
        /// Signature lines of the terms.
        found: usize,
    },
    /// A note by another organiser than the draw's.
    #[error("the note is by organiser '{found}', the draw is of '{expected}'")]
    OtherOrganiser {
        /// The draw's.
        expected: Slug,
        /// The note's.
        found: Slug,
    },

    /// A step of a draw that was not announced.
    #[error("draw '{draw}' was not announced")]
    NotAnnounced {
        /// Slug.
        draw: Slug,
    },
    /// A slug that was used for another draw.
    #[error("draw '{draw}' exists already")]
    DrawReused {
        /// Slug.
        draw: Slug,
    },
    /// Another attempt for the same purpose is open.
    #[error("draw '{open}' for the same purpose is still open: void or annul it first")]
    OpenAttempt {
        /// The open draw.
        open: Slug,
    },
    /// Not the next attempt.
    #[error("attempt {found}, expected attempt {expected}")]
    Attempt {
        /// The next attempt.
        expected: u64,
        /// In the note.
        found: u64,
    },
    /// `previous` is not the step that closed the attempt before.
    #[error("previous is {found:?}, but {expected:?} closed the attempt before")]
    Previous {
        /// Leaf hash of the closing step, if there was an attempt before.
        expected: Option<StepHash>,
        /// In the note.
        found: Option<StepHash>,
    },
    /// Postponements not counted.
    #[error("postponed is {found}, expected {expected}")]
    Postponed {
        /// How often it was announced before.
        expected: u64,
        /// In the note.
        found: u64,
    },
    /// A postponement that changes what it may not.
    #[error("a postponement changes {member}; only draws_at and title may change")]
    PostponedChange {
        /// The member.
        member: &'static str,
    },
    /// The terms disagree with the latest announcement.
    #[error("the terms disagree with the announcement in {member}")]
    Announcement {
        /// The member.
        member: &'static str,
    },

    /// A step that does not belong where the draw stands.
    #[error("the draw is {phase}: this step cannot follow")]
    Order {
        /// Where the draw stands.
        phase: Phase,
    },
    /// `after` is not the latest result.
    #[error("after is {found}, but the latest result is {expected:?}")]
    After {
        /// Leaf hash of the latest `drawn` or `replaced`.
        expected: Option<StepHash>,
        /// In the note.
        found: StepHash,
    },
    /// Somebody gives up a seat who holds none, or gets one who had it.
    #[error("index {index} {}", if *.holds { "is seated already, left before, or is not in the pool" } else { "holds no seat" })]
    Seat {
        /// The index.
        index: u32,
        /// Whether the step would seat them.
        holds: bool,
    },
    /// A replacement for others than those who left.
    #[error("the replacement is not for exactly those who left")]
    Leavers,
    /// More followers than leavers, or one twice.
    #[error("the replacement seats more people than left, or one twice")]
    Followers,
    /// A replacement that answers another step.
    #[error("the replacement answers {found}, open is {expected:?}")]
    Vacated {
        /// Leaf hash of the open `vacated` step.
        expected: Option<StepHash>,
        /// In the step.
        found: StepHash,
    },
    /// A fresh round where replacement is not by beacon, or none where it is.
    #[error("a fresh round belongs to a vacancy exactly when replacement is by beacon")]
    FreshRound,
    /// The outcome's terms are not the sealed ones.
    #[error("drawn under terms {found}, sealed are {expected:?}")]
    DrawnTerms {
        /// Hash of the sealed terms.
        expected: Option<TermsHash>,
        /// In the step.
        found: TermsHash,
    },
    /// The pool that was erased is another.
    #[error("the erased pool has root {found}, sealed is {expected:?}")]
    ErasedRoot {
        /// In the terms.
        expected: Option<PoolRoot>,
        /// In the note.
        found: PoolRoot,
    },
    /// Erased twice.
    #[error("the pool was erased already")]
    ErasedTwice,

    /// A chain that is neither pinned nor the log's rehearsal beacon.
    #[error("beacon chain {found} is neither pinned nor this log's rehearsal beacon")]
    UnknownChain {
        /// In the note.
        found: ChainHash,
    },
    /// The round does not follow from the announced time.
    #[error(transparent)]
    Round(RoundError),
    /// Sealed, or vacated, when the round was there already.
    #[error("logged at {time}, but the round was published at {round_time}")]
    Late {
        /// The step's time, Unix seconds.
        time: u64,
        /// time(round), Unix seconds.
        round_time: u64,
    },
    /// Drawn before the round.
    #[error("logged at {time}, but the round is published only at {round_time}")]
    Early {
        /// The step's time, Unix seconds.
        time: u64,
        /// time(round), Unix seconds.
        round_time: u64,
    },
    /// Another round than the committed one.
    #[error("round {found}, committed was round {expected}")]
    OtherRound {
        /// Committed.
        expected: u64,
        /// In the step.
        found: u64,
    },
    /// A round that does not verify.
    #[error("{0}")]
    Beacon(BeaconError),

    /// `beacon_lost` before its time.
    #[error("a beacon is lost only after draw_by, {draw_by}; this is {time}")]
    LostEarly {
        /// Of the terms.
        draw_by: u64,
        /// The step's time.
        time: u64,
    },
    /// `beacon_lost`, and yet the round is there.
    #[error("the beacon is said to be lost, but its round is there")]
    LostYetThere,
    /// A reason that needs a seal.
    #[error("nothing was sealed: the reason cannot be this one, and there is no round to show")]
    VoidUnsealed,
    /// A void before the round that shows the round.
    #[error("the void shows a round that was not yet published")]
    VoidRound,

    /// A pool linked to a draw without a result in this log.
    #[error("the pool is linked to draw '{draw}', which has no result that counts")]
    FromDraw {
        /// The earlier draw.
        draw: Slug,
    },
    /// A pool linked to another outcome.
    #[error("the pool is linked to outcome {found}, the earlier draw's is {expected}")]
    FromOutcome {
        /// In the log.
        expected: ArtifactHash,
        /// In the terms.
        found: ArtifactHash,
    },
    /// A pool linked to a replacement that the earlier draw does not have, or in another order than the log's.
    #[error("the pool names the replacement {found}, which is not the next one of the earlier draw in this log")]
    FromReplacement {
        /// In the terms.
        found: ArtifactHash,
    },
}

impl Rule {
    /// The check that reports a breach.
    #[must_use]
    pub fn check(&self) -> CheckId {
        match self {
            Self::NotOpened
            | Self::OpenedTwice
            | Self::OpenedAt { .. }
            | Self::Closed
            | Self::SameKeys
            | Self::Policy
            | Self::Seq { .. }
            | Self::Prev { .. }
            | Self::TimeFalls { .. }
            | Self::Order { .. }
            | Self::After { .. }
            | Self::Seat { .. }
            | Self::Leavers
            | Self::Followers
            | Self::Vacated { .. }
            | Self::FreshRound
            | Self::DrawnTerms { .. }
            | Self::ErasedRoot { .. }
            | Self::ErasedTwice => CheckId::LogChain,
            Self::ServiceKey { .. } | Self::KeyChange | Self::KeySignatures => CheckId::LogSignature,
            Self::UnknownOrganiser { .. }
            | Self::OrganiserVersion { .. }
            | Self::OrganiserOwnKeys(_)
            | Self::OrganiserOldKeys { .. }
            | Self::OrganiserInForce { .. } => CheckId::OrganiserKeys,
            Self::OtherLog { .. } | Self::Signatures(_) | Self::TableReason { .. } | Self::OtherOrganiser { .. } => {
                CheckId::TermsSignatures
            }
            Self::NotAnnounced { .. }
            | Self::DrawReused { .. }
            | Self::OpenAttempt { .. }
            | Self::Attempt { .. }
            | Self::Previous { .. }
            | Self::Postponed { .. }
            | Self::PostponedChange { .. }
            | Self::Announcement { .. } => CheckId::TermsAttempts,
            Self::Round(_) => CheckId::TimeRound,
            Self::Late { .. } | Self::Early { .. } => CheckId::TimeSealed,
            Self::UnknownChain { .. } | Self::OtherRound { .. } | Self::Beacon(_) => CheckId::BeaconSignature,
            Self::LostEarly { .. } | Self::LostYetThere | Self::VoidUnsealed | Self::VoidRound => CheckId::Voids,
            Self::FromDraw { .. } | Self::FromOutcome { .. } | Self::FromReplacement { .. } => CheckId::PoolFrom,
        }
    }
}
