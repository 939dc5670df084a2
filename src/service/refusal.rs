//! Why a step is not logged, and what to do about it: the one place where a broken rule of the log gets its advice, for commands and the API alike.

use std::fmt;

use klero_draw::names::Slug;
use klero_draw::note::SignatureError;
use klero_verifier::ledger::{Phase, Rule, Violation};

use crate::failure::Failure;

/// A draw has nothing to be filled.
pub(super) const NO_VACANCY: &str = "has no vacancy that waits to be filled";
/// A draw's seal has its quorum, or its time.
pub(super) const NO_WITNESSES: &str = "does not wait for witnesses";
/// Where a draw stands is what decides.
pub(super) const LOOK: &str = "klero draw status, or GET …/draws/NAME, shows where it stands";
const WRITE_AGAIN: &str = "the log has gone on since the note was written: write it again, and have it signed again";
const UNALTERED: &str = "the note is signed by members' keys in force alone, each once, and passed on unchanged: write it again, and have it signed";
const NEW_ATTEMPT: &str = "it is over: a new attempt is announced under a new name";
const NO_FAULT_OF_THE_NOTE: &str =
    "the note is not at fault: look at the service's log lines, stop it, and run klero log fsck";
const LINK_AGAIN: &str =
    "make the linked pool from the newest result of an earlier draw of the same organiser, one that was not annulled";

/// Why a step is not logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    told: String,
    advice: &'static str,
}

impl Refusal {
    pub(super) fn new(told: impl fmt::Display, advice: &'static str) -> Self {
        Self { told: told.to_string(), advice }
    }

    /// The draw does not wait for what is done to it.
    pub(super) fn waits_not(draw: &Slug, what: &str) -> Self {
        Self::new(format!("'{draw}' {what}"), LOOK)
    }

    /// What was asked for makes no step, such as one that is longer than an entry may be.
    pub(super) fn of_the_step(told: impl fmt::Display) -> Self {
        Self::new(told, "ask for less in one note, and have it signed again")
    }

    /// What is wrong with this very log, or with the keys that it is written with.
    pub(super) fn of_the_log(told: impl fmt::Display) -> Self {
        Self::new(told, NO_FAULT_OF_THE_NOTE)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told)
    }
}

impl From<Violation> for Refusal {
    fn from(violation: Violation) -> Self {
        Self { advice: advice(&violation.rule), told: violation.to_string() }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::refused(&refusal).advise(refusal.advice)
    }
}

/// What to do about a step that would break this rule.
fn advice(rule: &Rule) -> &'static str {
    match rule {
        Rule::NotOpened
        | Rule::OpenedTwice
        | Rule::OpenedAt { .. }
        | Rule::SameKeys
        | Rule::Policy
        | Rule::Seq { .. }
        | Rule::Prev { .. }
        | Rule::TimeFalls { .. }
        | Rule::ServiceKey { .. } => NO_FAULT_OF_THE_NOTE,
        Rule::Closed => "go on in the log that continues this one: its page names it",
        Rule::OtherLog { .. } => "write the note for this log, and have it signed again",
        Rule::KeyChange | Rule::KeySignatures => "change the log's keys with klero keys rotate",

        Rule::UnknownOrganiser { .. } => "enrol the organiser first: klero organiser enrol, or POST …/enrolments",
        Rule::OrganiserOwnKeys(SignatureError::TooFew { .. }) => {
            "have every key sign that the enrolment lists, and hand it in again"
        }
        Rule::OrganiserOldKeys { .. } => {
            "have more of the keys in force sign; if they are lost, enrol with recovery, which waits for 30 days"
        }
        Rule::OrganiserInForce { .. } => "the organiser's keys have changed meanwhile: hand the terms in again",
        Rule::Signatures(SignatureError::TooFew { .. }) => "have more members sign the note, and hand it in again",
        Rule::OrganiserOwnKeys(_) | Rule::Signatures(_) => UNALTERED,
        Rule::TableReason { .. } => "have another member sign the terms, or leave the table's reason out",
        Rule::OtherOrganiser { .. } => "only the draw's own organiser decides about it: check the draw's name",

        Rule::NotAnnounced { .. } => "check the draw's name; a new draw is announced first",
        Rule::DrawReused { .. } => "choose a name that was never used in this log",
        Rule::OpenAttempt { .. } => "there is one open attempt for each purpose: finish it, or give it up (void)",
        Rule::OrganiserVersion { .. }
        | Rule::Attempt { .. }
        | Rule::Previous { .. }
        | Rule::Postponed { .. }
        | Rule::PostponedChange { .. }
        | Rule::After { .. } => WRITE_AGAIN,
        Rule::Announcement { .. } => "write the terms again, by the latest announcement, and have them signed again",

        Rule::Order { phase } => match phase {
            Phase::Announced => "its terms are sealed first",
            Phase::Sealed => "wait until it is drawn; before its round it can be given up (void)",
            Phase::Drawn => "its result stands: seats are given up (vacate), or it is annulled (annul)",
            Phase::Vacated => "wait until the seats are filled that were given up",
            Phase::Voided | Phase::Annulled => NEW_ATTEMPT,
        },
        Rule::Seat { .. } => "name only people who were drawn or seated later, and have not left",
        Rule::Leavers | Rule::Followers | Rule::Vacated { .. } | Rule::DrawnTerms { .. } | Rule::Early { .. } => LOOK,
        Rule::FreshRound => "give the time of a fresh draw exactly where the terms say replacement: beacon",
        Rule::ErasedRoot { .. } => "write the erasure again: it names the root of the pool that was sealed",
        Rule::ErasedTwice => "nothing is left to be done",

        Rule::UnknownChain { .. } => "use quicknet, or this log's own rehearsal beacon",
        Rule::Round(_) => "klero beacon round-at TIME gives the round; write the note again with it",
        Rule::Late { .. } => {
            "choose a time that leaves room to sign, write the note again, and have it signed before its round"
        }
        Rule::OtherRound { .. } | Rule::Beacon(_) => {
            "hand in the round that the draw waits for, as drand's HTTP API gives it"
        }

        Rule::LostEarly { .. } => "wait until then; the beacon may still bring the round",
        Rule::LostYetThere => "let the draw be carried out with it, or give another reason",
        Rule::VoidUnsealed => "give another reason, such as cancelled, and bring no round along",
        Rule::VoidRound => "give the draw up without the round",

        Rule::FromDraw { .. } | Rule::FromOutcome { .. } | Rule::FromReplacement { .. } => LINK_AGAIN,
    }
}
