//! What the ledger knows of draws and organisers. Filled by [`super::Ledger::apply`] alone; everything here can be asked, nothing set.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use klero_draw::beacon::{Chain, VerifiedRound};
use klero_draw::hash::{ArtifactHash, StepHash, TermsHash};
use klero_draw::names::Slug;
use klero_draw::note::SignedText;
use klero_draw::organiser::{AnnounceNote, AnnulReason, OrganiserNote, VacateNote, VoidReason};
use klero_draw::terms::{Replacement, Terms, TermsNote};
use klero_tlog::VerifierKey;

/// Where a draw stands (spec §4.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Announced, nothing sealed.
    Announced,
    /// Sealed, not yet drawn.
    Sealed,
    /// Drawn; no vacancy waits.
    Drawn,
    /// Drawn; a vacancy waits to be filled.
    Vacated,
    /// Given up before it was drawn.
    Voided,
    /// Drawn, and the result annulled.
    Annulled,
}

impl Phase {
    /// As it is shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Sealed => "sealed",
            Self::Drawn => "drawn",
            Self::Vacated => "vacated",
            Self::Voided => "voided",
            Self::Annulled => "annulled",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where a step stands in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Logged {
    /// Index in the log.
    pub seq: u64,
    /// Leaf hash.
    pub hash: StepHash,
    /// The service's clock, Unix seconds.
    pub time: u64,
}

/// A seal.
#[derive(Debug, Clone)]
pub struct Seal {
    /// The step.
    pub at: Logged,
    /// The terms note, whole.
    pub terms: TermsNote,
    /// `tagged("terms", text)`.
    pub terms_hash: TermsHash,
    /// The organiser step that it names.
    pub organiser: StepHash,
    /// The beacon chain, if it is one that this log may use.
    pub chain: Option<Chain>,
    /// time(round), Unix seconds; `None` if the round is impossible.
    pub round_time: Option<u64>,
}

/// A result.
#[derive(Debug, Clone)]
pub struct DrawnResult {
    /// The step.
    pub at: Logged,
    /// The outcome artifact.
    pub outcome: ArtifactHash,
    /// The committed round, verified; `None` if it did not verify.
    pub round: Option<VerifiedRound>,
}

/// Seats given up, and the answer.
#[derive(Debug, Clone)]
pub struct Vacancy {
    /// The step.
    pub at: Logged,
    /// The organiser's note.
    pub note: SignedText<VacateNote>,
    /// time(round) of the fresh round, if replacement is by beacon.
    pub round_time: Option<u64>,
    /// The answer.
    pub answer: Option<Answer>,
}

/// A replacement.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The step.
    pub at: Logged,
    /// Who left, in the order of the step.
    pub left: Vec<u32>,
    /// Who follows, in the order of the step.
    pub seated: Vec<u32>,
    /// The replacement artifact.
    pub outcome: ArtifactHash,
    /// The fresh round, verified.
    pub round: Option<VerifiedRound>,
}

/// A draw given up.
#[derive(Debug, Clone)]
pub struct Void {
    /// The step.
    pub at: Logged,
    /// Why.
    pub reason: VoidReason,
    /// The sealed round, verified, if the step shows it.
    pub round: Option<VerifiedRound>,
}

/// One draw.
#[derive(Debug, Clone)]
pub struct DrawState {
    pub(super) announced: AnnounceNote,
    pub(super) first: Logged,
    pub(super) seal: Option<Seal>,
    pub(super) results: Vec<DrawnResult>,
    /// Who was drawn, if somebody who has the outcome told the ledger.
    pub(super) drawn: Option<BTreeSet<u32>>,
    pub(super) vacancies: Vec<Vacancy>,
    /// Everybody who ever left.
    pub(super) left: BTreeSet<u32>,
    /// Everybody who was seated by a replacement.
    pub(super) joined: BTreeSet<u32>,
    pub(super) void: Option<Void>,
    pub(super) annulled: Option<(Logged, AnnulReason)>,
    pub(super) erased: Option<Logged>,
    pub(super) steps: Vec<u64>,
}

impl DrawState {
    pub(super) fn new(announced: AnnounceNote, first: Logged) -> Self {
        Self {
            announced,
            first,
            seal: None,
            results: Vec::new(),
            drawn: None,
            vacancies: Vec::new(),
            left: BTreeSet::new(),
            joined: BTreeSet::new(),
            void: None,
            annulled: None,
            erased: None,
            steps: Vec::new(),
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn phase(&self) -> Phase {
        if self.annulled.is_some() {
            Phase::Annulled
        } else if self.void.is_some() {
            Phase::Voided
        } else if self.open_vacancy().is_some() {
            Phase::Vacated
        } else if !self.results.is_empty() {
            Phase::Drawn
        } else if self.seal.is_some() {
            Phase::Sealed
        } else {
            Phase::Announced
        }
    }

    /// The latest announcement.
    #[must_use]
    pub fn announced(&self) -> &AnnounceNote {
        &self.announced
    }
    /// The step that announced it first.
    #[must_use]
    pub fn first_announced(&self) -> Logged {
        self.first
    }
    /// The seal.
    #[must_use]
    pub fn seal(&self) -> Option<&Seal> {
        self.seal.as_ref()
    }
    /// The sealed terms.
    #[must_use]
    pub fn terms(&self) -> Option<&Terms> {
        self.seal.as_ref().map(|seal| seal.terms.value())
    }
    /// The result that counts: the last.
    #[must_use]
    pub fn result(&self) -> Option<&DrawnResult> {
        self.results.last()
    }
    /// All results, corrected ones included.
    #[must_use]
    pub fn results(&self) -> &[DrawnResult] {
        &self.results
    }
    /// All vacancies, in the order of the log.
    #[must_use]
    pub fn vacancies(&self) -> &[Vacancy] {
        &self.vacancies
    }
    /// The vacancy that waits to be filled. With `replacement: none` none ever waits.
    #[must_use]
    pub fn open_vacancy(&self) -> Option<&Vacancy> {
        let fills = self.terms().is_some_and(|terms| terms.replacement != Replacement::None);
        self.vacancies.last().filter(|vacancy| fills && vacancy.answer.is_none())
    }
    /// The latest `drawn` or `replaced` step: what `after` must name.
    #[must_use]
    pub fn after(&self) -> Option<StepHash> {
        let answered = self.vacancies.iter().rev().find_map(|vacancy| vacancy.answer.as_ref());
        answered.map(|answer| answer.at.hash).or_else(|| self.results.last().map(|result| result.at.hash))
    }
    /// How it was given up.
    #[must_use]
    pub fn void(&self) -> Option<&Void> {
        self.void.as_ref()
    }
    /// The annulment.
    #[must_use]
    pub fn annulled(&self) -> Option<(Logged, AnnulReason)> {
        self.annulled
    }
    /// The step that says that pool key, rows and table were destroyed.
    #[must_use]
    pub fn erased(&self) -> Option<Logged> {
        self.erased
    }
    /// The step that closed it, which the next attempt names as `previous`.
    #[must_use]
    pub fn closed_by(&self) -> Option<StepHash> {
        self.annulled.map(|(at, _)| at.hash).or_else(|| self.void.as_ref().map(|void| void.at.hash))
    }
    /// Indices in the log of its steps, ascending.
    #[must_use]
    pub fn steps(&self) -> &[u64] {
        &self.steps
    }
    /// Everybody who ever left, ascending.
    #[must_use]
    pub fn left(&self) -> &BTreeSet<u32> {
        &self.left
    }
    /// Who holds a seat now; `None` if nobody told the ledger who was drawn.
    #[must_use]
    pub fn seated(&self) -> Option<BTreeSet<u32>> {
        let drawn = self.drawn.as_ref()?;
        Some(drawn.union(&self.joined).copied().filter(|index| !self.left.contains(index)).collect())
    }
    /// Whether a person holds a seat, as far as the ledger can know.
    pub(super) fn holds_seat(&self, index: u32) -> Option<bool> {
        if self.left.contains(&index) {
            Some(false)
        } else if self.joined.contains(&index) {
            Some(true)
        } else {
            self.drawn.as_ref().map(|drawn| drawn.contains(&index))
        }
    }
    /// Whether the void, by the step's own time and `margin_secs`, came before the round could be known (spec §4.9).
    #[must_use]
    pub fn cancelled_by_own_time(&self, margin_secs: u64) -> bool {
        match (&self.void, &self.seal) {
            (Some(_), None) => true,
            (Some(void), Some(seal)) => {
                seal.round_time.is_some_and(|round| void.at.time < round.saturating_sub(margin_secs))
            }
            (None, _) => false,
        }
    }
}

/// One enrolment of an organiser.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// The step.
    pub at: Logged,
    /// The note.
    pub note: OrganiserNote,
    /// From when it is in force: at once, or for a recovery 30 days later, Unix seconds.
    pub from: u64,
    /// A recovery that a later version cancelled before it came into force.
    pub cancelled: bool,
}

impl Enrolment {
    /// Its keys.
    #[must_use]
    pub fn keys(&self) -> Vec<VerifierKey> {
        self.note.keys.iter().map(|key| key.0.clone()).collect()
    }
}

/// One organiser.
#[derive(Debug, Clone, Default)]
pub struct OrganiserState {
    pub(super) versions: Vec<Enrolment>,
}

impl OrganiserState {
    /// All enrolments, in the order of the log.
    #[must_use]
    pub fn versions(&self) -> &[Enrolment] {
        &self.versions
    }

    /// The enrolment in force at `time`.
    #[must_use]
    pub fn in_force(&self, time: u64) -> Option<&Enrolment> {
        self.versions.iter().rev().find(|enrolment| !enrolment.cancelled && enrolment.from <= time)
    }
}

/// The attempts for one organiser's purpose.
#[derive(Debug, Clone, Default)]
pub struct PurposeState {
    pub(super) draws: Vec<Slug>,
}

impl PurposeState {
    /// Its draws, in the order of attempts.
    #[must_use]
    pub fn draws(&self) -> &[Slug] {
        &self.draws
    }
}

/// Organiser and purpose.
pub(super) type Purposes = BTreeMap<(Slug, Slug), PurposeState>;
