//! The ledger: the rules of spec §4 as a state machine over steps, draw by draw.
//!
//! One set of rules for everybody: the service asks it before it signs a step, the verifier replays a bundle or a whole log with it.
//! It checks signatures of organisers, order, times, rounds and beacon signatures; it does not recompute outcomes, and it does no I/O.
//! A refused step leaves it as it was.

use std::collections::BTreeMap;

use klero_draw::beacon::{BeaconError, Chain, ChainInfo, Round, VerifiedRound};
use klero_draw::hash::{ChainHash, StepHash, TermsHash};
use klero_draw::names::Slug;
use klero_draw::note::{SignatureError, SignedText, Signers};
use klero_draw::organiser::{AnnounceNote, AnnulNote, EraseNote, KeyRole, OrganiserNote, VacateNote, VoidReason};
use klero_draw::step::{Drawn, Opened, Replaced, Sealed, SignedStep, StepKind, Voided};
use klero_draw::terms::{Replacement, RoundError, Terms, TermsNote, check_round, terms_hash};
use klero_tlog::VerifierKey;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::report::CheckId;

/// How long a re-enrolment without the old threshold waits (spec §4.3): 30 days.
pub const RECOVERY_WAIT_SECS: u64 = 2_592_000;

/// Whether the ledger sees every step, or only those of a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// Every entry of the log, from the first.
    #[default]
    Whole,
    /// Some entries, ascending; gaps are allowed.
    Partial,
}

/// A step that breaks a rule of spec §4.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("step {seq}: {rule}")]
pub struct Violation {
    /// The step.
    pub seq: u64,
    /// The rule.
    pub rule: Rule,
}

/// Rules of spec §4, as they are broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rule {
    /// A gap, or a repetition.
    #[error("expected seq {expected}")]
    Seq {
        /// What should follow.
        expected: u64,
    },
    /// `prev` is not the entry before.
    #[error("prev is {found}, the entry before has leaf hash {expected}")]
    Prev {
        /// Leaf hash of the entry before.
        expected: StepHash,
        /// What it names.
        found: StepHash,
    },
    /// The clock went backwards.
    #[error("its time {found} is before {expected}, the time of the step before")]
    Time {
        /// Time of the step before.
        expected: u64,
        /// Its own.
        found: u64,
    },
    /// The first step is not `opened`, or a later one is.
    #[error("the log begins with exactly one 'opened' step")]
    Opening,
    /// Something after the end.
    #[error("the log was closed")]
    Closed,
    /// A note for another log.
    #[error("the note is for the log '{found}', this is '{expected}'")]
    OtherLog {
        /// This log's origin.
        expected: String,
        /// The note's.
        found: String,
    },
    /// A key change that names another key than the one in force.
    #[error("the key that is changed is not the one in force")]
    OldKey,
    /// An organiser that nobody enrolled.
    #[error("the organiser '{0}' is not enrolled")]
    NoOrganiser(Slug),
    /// Versions of an organiser with a gap.
    #[error("expected version {expected} of the organiser, found {found}")]
    Version {
        /// The next version.
        expected: u64,
        /// The one found.
        found: u64,
    },
    /// The seal names another organiser step than the one in force.
    #[error("the seal names organiser step {found}, in force is {expected}")]
    OrganiserStep {
        /// In force.
        expected: StepHash,
        /// Named.
        found: StepHash,
    },
    /// Signatures of the organiser's note.
    #[error("the organiser's note: {0}")]
    Signatures(SignatureError),
    /// A draw that was not announced.
    #[error("'{0}' was not announced")]
    NotAnnounced(Slug),
    /// A step that the draw's state does not allow.
    #[error("'{draw}' is {phase}, so it cannot be {wanted}")]
    Phase {
        /// The draw.
        draw: Slug,
        /// Its state.
        phase: Phase,
        /// The step's kind.
        wanted: &'static str,
    },
    /// A note of somebody else.
    #[error("'{draw}' belongs to another organiser")]
    OtherOrganiser {
        /// The draw.
        draw: Slug,
    },
    /// An attempt while another is open, or with a gap.
    #[error("expected attempt {expected} for this purpose, found {found}")]
    Attempt {
        /// The next one.
        expected: u64,
        /// The one found.
        found: u64,
    },
    /// The attempt before is still open.
    #[error("attempt {0} for this purpose is still open")]
    AttemptOpen(u64),
    /// `previous` does not name the step that closed the attempt before.
    #[error("'previous' does not name the step that closed the attempt before")]
    Previous,
    /// A postponement with the wrong number, or that changes more than time and title.
    #[error("a postponement counts one up and changes nothing but time and title")]
    Postponement,
    /// Terms that differ from the announcement.
    #[error("the terms differ from the announcement in '{0}'")]
    Announcement(&'static str),
    /// A beacon chain that this log does not know.
    #[error("the beacon chain {0} is not known to this log")]
    UnknownChain(ChainHash),
    /// The committed round.
    #[error("{0}")]
    Round(RoundError),
    /// Sealed, or vacated, when the round could already be known.
    #[error("its time {found} is not before the beacon round's time {round_time}")]
    TooLate {
        /// Time of the round.
        round_time: u64,
        /// Time of the step.
        found: u64,
    },
    /// Drawn before the round.
    #[error("its time {found} is before the beacon round's time {round_time}")]
    TooEarly {
        /// Time of the round.
        round_time: u64,
        /// Time of the step.
        found: u64,
    },
    /// Another round than the committed one.
    #[error("round {found} was used, committed was {expected}")]
    OtherRound {
        /// Committed.
        expected: u64,
        /// Used.
        found: u64,
    },
    /// A round that does not verify.
    #[error("the beacon round does not count: {0}")]
    Beacon(BeaconError),
    /// A beacon round where there must be none, or none where there must be one.
    #[error("a beacon round is present exactly when the terms say 'replacement: beacon'")]
    RoundPresence,
    /// Another terms hash than the seal's.
    #[error("the terms hash is not that of the seal")]
    OtherTerms {
        /// Of the seal.
        expected: TermsHash,
        /// Of the step.
        found: TermsHash,
    },
    /// `after` is not the latest result.
    #[error("'after' is {found}, the latest result is {expected}")]
    After {
        /// The latest `drawn` or `replaced`.
        expected: StepHash,
        /// Named.
        found: StepHash,
    },
    /// Replacement where the terms say there is none.
    #[error("the terms say 'replacement: none'")]
    NoReplacement,
    /// `replaced` answers another step.
    #[error("it does not answer the open 'vacated' step")]
    OtherVacancy,
    /// `left` are not those who gave up seats.
    #[error("'left' are not the people of the 'vacated' step, or 'seated' do not fit them")]
    Leavers,
    /// `beacon_lost` too early.
    #[error("'beacon_lost' before draw_by")]
    BeaconNotLost,
    /// Erasing another pool.
    #[error("the erased pool is not the sealed one")]
    OtherPool,
    /// Erased twice.
    #[error("the pool was erased already")]
    ErasedTwice,
}

impl Rule {
    /// The check of spec §9.3 that this rule belongs to.
    #[must_use]
    pub fn check(&self) -> CheckId {
        match self {
            Self::NoOrganiser(_) | Self::Version { .. } | Self::OrganiserStep { .. } | Self::OldKey => {
                CheckId::OrganiserKeys
            }
            Self::Signatures(_) => CheckId::TermsSignatures,
            Self::Attempt { .. }
            | Self::AttemptOpen(_)
            | Self::Previous
            | Self::Postponement
            | Self::Announcement(_)
            | Self::NotAnnounced(_)
            | Self::OtherOrganiser { .. } => CheckId::TermsAttempts,
            Self::Round(_) => CheckId::TimeRound,
            Self::TooLate { .. } | Self::TooEarly { .. } => CheckId::TimeSealed,
            Self::Beacon(_) | Self::OtherRound { .. } | Self::UnknownChain(_) => CheckId::BeaconSignature,
            Self::OtherTerms { .. } => CheckId::DrawOutcome,
            Self::RoundPresence | Self::NoReplacement | Self::OtherVacancy | Self::Leavers => {
                CheckId::ReplacementsRule
            }
            Self::BeaconNotLost | Self::After { .. } => CheckId::Voids,
            Self::Seq { .. }
            | Self::Prev { .. }
            | Self::Time { .. }
            | Self::Opening
            | Self::Closed
            | Self::OtherLog { .. }
            | Self::Phase { .. }
            | Self::OtherPool
            | Self::ErasedTwice => CheckId::LogChain,
        }
    }
}

/// Where a draw stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Announced, not sealed.
    Announced,
    /// Sealed, waiting for its round.
    Sealed,
    /// Drawn, all vacancies answered.
    Drawn,
    /// A vacancy waits to be filled.
    Vacated,
    /// Given up before it was drawn.
    Voided,
    /// Annulled after it was drawn.
    Annulled,
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Announced => "announced",
            Self::Sealed => "sealed",
            Self::Drawn => "drawn",
            Self::Vacated => "vacated",
            Self::Voided => "voided",
            Self::Annulled => "annulled",
        })
    }
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// Index in the log.
    pub seq: u64,
    /// Leaf hash.
    pub hash: StepHash,
    /// Unix seconds.
    pub time: u64,
}

/// A seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealState {
    /// Its step.
    pub at: At,
    /// The terms note.
    pub terms: TermsNote,
    /// Its hash.
    pub terms_hash: TermsHash,
    /// The chain of the committed round.
    pub chain: Chain,
    /// Unix seconds of the committed round.
    pub round_time: u64,
    /// Who signed the terms.
    pub signers: Signers,
}

/// A result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnState {
    /// Its step.
    pub at: At,
    /// What it carries.
    pub drawn: Drawn,
    /// The verified round.
    pub round: VerifiedRound,
}

/// Seats given up, and the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VacancyState {
    /// Its step.
    pub at: At,
    /// The organiser's note.
    pub note: SignedText<VacateNote>,
    /// Unix seconds of the fresh round, where there is one.
    pub round_time: Option<u64>,
    /// Who follows.
    pub replaced: Option<(At, Replaced, Option<VerifiedRound>)>,
}

/// A draw given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoidState {
    /// Its step.
    pub at: At,
    /// What it carries.
    pub voided: Voided,
    /// The sealed round, where the step carries it.
    pub round: Option<VerifiedRound>,
}

/// One draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawState {
    /// Steps of this draw, ascending.
    pub steps: Vec<u64>,
    /// The latest announcement.
    pub announced: AnnounceNote,
    /// The first announcement's step.
    pub announced_at: At,
    /// The seal.
    pub sealed: Option<SealState>,
    /// Results; the last counts.
    pub drawn: Vec<DrawnState>,
    /// Vacancies.
    pub vacated: Vec<VacancyState>,
    /// The void.
    pub voided: Option<VoidState>,
    /// The annulment.
    pub annulled: Option<(At, AnnulNote)>,
    /// The erasure.
    pub erased: Option<At>,
}

impl DrawState {
    /// Where it stands.
    #[must_use]
    pub fn phase(&self) -> Phase {
        if self.annulled.is_some() {
            Phase::Annulled
        } else if self.voided.is_some() {
            Phase::Voided
        } else if self.open_vacancy().is_some() {
            Phase::Vacated
        } else if !self.drawn.is_empty() {
            Phase::Drawn
        } else if self.sealed.is_some() {
            Phase::Sealed
        } else {
            Phase::Announced
        }
    }

    /// The terms, once sealed.
    #[must_use]
    pub fn terms(&self) -> Option<&Terms> {
        self.sealed.as_ref().map(|seal| seal.terms.value())
    }

    /// The vacancy that waits to be filled. With `replacement: none` none ever waits.
    #[must_use]
    pub fn open_vacancy(&self) -> Option<&VacancyState> {
        if self.terms().is_some_and(|terms| terms.replacement == Replacement::None) {
            return None;
        }
        self.vacated.last().filter(|vacancy| vacancy.replaced.is_none())
    }

    /// Leaf hash of the latest `drawn` or `replaced`: what `after` must name.
    #[must_use]
    pub fn after(&self) -> Option<StepHash> {
        let replaced = self.vacated.iter().rev().find_map(|v| v.replaced.as_ref().map(|(at, _, _)| *at));
        let drawn = self.drawn.last().map(|d| d.at);
        match (replaced, drawn) {
            (Some(a), Some(b)) => Some(if a.seq > b.seq { a.hash } else { b.hash }),
            (a, b) => a.or(b).map(|at| at.hash),
        }
    }

    /// The step that closed it.
    #[must_use]
    pub fn closed_by(&self) -> Option<At> {
        self.voided.as_ref().map(|v| v.at).or(self.annulled.as_ref().map(|(at, _)| *at))
    }

    /// Whether the void came too late to be a cancellation, by the service's clock (spec §4.9).
    #[must_use]
    pub fn abandoned(&self) -> bool {
        match (&self.voided, &self.sealed) {
            (Some(void), Some(seal)) => void.at.time >= seal.round_time || void.round.is_some(),
            _ => false,
        }
    }
}

/// One version of an organiser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganiserState {
    /// Its step.
    pub at: At,
    /// What was enrolled.
    pub note: OrganiserNote,
    /// Unix seconds from which it is in force.
    pub in_force_from: u64,
}

impl OrganiserState {
    /// Its keys.
    #[must_use]
    pub fn keys(&self) -> Vec<VerifierKey> {
        self.note.keys.iter().map(|key| key.0.clone()).collect()
    }
}

/// All steps so far, understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    view: View,
    last: Option<At>,
    opened: Option<Box<Opened>>,
    log_key: Option<VerifierKey>,
    service_key: Option<VerifierKey>,
    closed: bool,
    organisers: BTreeMap<Slug, Vec<OrganiserState>>,
    draws: BTreeMap<Slug, DrawState>,
    /// Draws in the order of their first announcement.
    order: Vec<Slug>,
    purposes: BTreeMap<(Slug, Slug), Vec<Slug>>,
}

impl Ledger {
    /// A ledger for a whole log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A ledger for the steps of a bundle.
    #[must_use]
    pub fn partial() -> Self {
        Self { view: View::Partial, ..Self::default() }
    }

    /// Time of the latest step; 0 before the first.
    #[must_use]
    pub fn time(&self) -> u64 {
        self.last.map_or(0, |at| at.time)
    }

    /// How many entries it has seen, counting gaps: the seq that comes next.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.last.map_or(0, |at| at.seq.saturating_add(1))
    }

    /// The first step.
    #[must_use]
    pub fn opened(&self) -> Option<&Opened> {
        self.opened.as_deref()
    }

    /// The log's origin; empty before the first step.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.opened.as_ref().map_or("", |opened| opened.log.name().as_str())
    }

    /// The key that signs the next step.
    #[must_use]
    pub fn service_key(&self) -> Option<&VerifierKey> {
        self.service_key.as_ref()
    }

    /// The key that signs checkpoints now.
    #[must_use]
    pub fn log_key(&self) -> Option<&VerifierKey> {
        self.log_key.as_ref()
    }

    /// One draw.
    #[must_use]
    pub fn draw(&self, draw: &Slug) -> Option<&DrawState> {
        self.draws.get(draw)
    }

    /// All draws, in the order of their announcement.
    pub fn draws(&self) -> impl Iterator<Item = (&Slug, &DrawState)> {
        self.order.iter().filter_map(|slug| self.draws.get_key_value(slug))
    }

    /// All draws of a purpose, attempt by attempt.
    pub fn attempts(&self, organiser: &Slug, purpose: &Slug) -> impl Iterator<Item = (&Slug, &DrawState)> {
        let slugs = self.purposes.get(&(organiser.clone(), purpose.clone()));
        slugs.into_iter().flatten().filter_map(|slug| self.draws.get_key_value(slug))
    }

    /// All organisers with their versions.
    pub fn organisers(&self) -> impl Iterator<Item = (&Slug, &[OrganiserState])> {
        self.organisers.iter().map(|(slug, versions)| (slug, versions.as_slice()))
    }

    /// The version of an organiser in force at a time (spec §4.3).
    #[must_use]
    pub fn organiser(&self, id: &Slug, time: u64) -> Option<&OrganiserState> {
        self.organisers.get(id)?.iter().rev().find(|version| version.in_force_from <= time)
    }

    /// The chain with this hash, if it is pinned or this log's rehearsal chain.
    #[must_use]
    pub fn chain(&self, hash: &ChainHash) -> Option<Chain> {
        Chain::by_name_or_hash(&hash.to_string()).or_else(|| {
            let info: &ChainInfo = self.opened.as_ref()?.rehearsal.as_ref()?;
            (info.chain_hash() == *hash).then(|| Chain::rehearsal(info.clone()))
        })
    }

    /// Takes the next step into the ledger, or says which rule it breaks; then nothing has changed.
    pub fn apply(&mut self, step: &SignedStep) -> Result<(), Violation> {
        let seq = step.step().seq;
        self.try_apply(step).map_err(|rule| Violation { seq, rule })
    }

    fn try_apply(&mut self, signed: &SignedStep) -> Result<(), Rule> {
        let step = signed.step();
        let at = At { seq: step.seq, hash: signed.hash(), time: step.time };
        self.check_place(&at, step.prev)?;
        if let StepKind::Opened(opened) = &step.kind {
            if self.last.is_some() {
                return Err(Rule::Opening);
            }
            self.log_key = Some(opened.log.clone());
            self.service_key = Some(opened.service.clone());
            self.opened = Some(opened.clone());
            self.last = Some(at);
            return Ok(());
        }
        if self.opened.is_none() {
            return Err(Rule::Opening);
        }
        match &step.kind {
            StepKind::Opened(_) => return Err(Rule::Opening),
            StepKind::Key(note) => self.key(note)?,
            StepKind::Closed(_) => self.closed = true,
            StepKind::Organiser(note) => self.organiser_step(at, note)?,
            StepKind::Announced(note) => self.announced(at, note)?,
            StepKind::Sealed(sealed) => self.sealed(at, sealed)?,
            StepKind::Drawn(drawn) => self.drawn(at, step.draw.as_ref(), drawn)?,
            StepKind::Vacated(note) => self.vacated(at, note)?,
            StepKind::Replaced(replaced) => self.replaced(at, step.draw.as_ref(), replaced)?,
            StepKind::Voided(voided) => self.voided(at, step.draw.as_ref(), voided)?,
            StepKind::Annulled(note) => self.annulled(at, note)?,
            StepKind::Erased(note) => self.erased(at, note)?,
        }
        if let Some(state) = step.draw.as_ref().and_then(|draw| self.draws.get_mut(draw)) {
            state.steps.push(at.seq);
        }
        self.last = Some(at);
        Ok(())
    }

    fn check_place(&self, at: &At, prev: StepHash) -> Result<(), Rule> {
        if self.closed {
            return Err(Rule::Closed);
        }
        let expected = self.size();
        let adjacent = at.seq == expected;
        if !adjacent && (self.view == View::Whole || at.seq < expected || self.last.is_none()) {
            return Err(Rule::Seq { expected });
        }
        let before = self.last.map_or(StepHash::ZERO, |last| last.hash);
        if adjacent && prev != before {
            return Err(Rule::Prev { expected: before, found: prev });
        }
        if at.time < self.time() {
            return Err(Rule::Time { expected: self.time(), found: at.time });
        }
        Ok(())
    }

    fn check_log(&self, log: &str) -> Result<(), Rule> {
        if log == self.origin() {
            Ok(())
        } else {
            Err(Rule::OtherLog { expected: self.origin().to_owned(), found: log.to_owned() })
        }
    }

    /// The organiser in force, whose threshold must have signed the note.
    fn check_signed<T: Serialize + DeserializeOwned>(
        &self,
        organiser: &Slug,
        at: &At,
        note: &SignedText<T>,
    ) -> Result<(Signers, &OrganiserState), Rule> {
        let state = self.organiser(organiser, at.time).ok_or_else(|| Rule::NoOrganiser(organiser.clone()))?;
        let signers = note.verify(&state.keys(), state.note.threshold).map_err(Rule::Signatures)?;
        Ok((signers, state))
    }

    fn key(&mut self, note: &SignedText<klero_draw::organiser::KeyNote>) -> Result<(), Rule> {
        let value = note.value();
        self.check_log(&value.log)?;
        let slot = match value.role {
            KeyRole::Log => &mut self.log_key,
            KeyRole::Service => &mut self.service_key,
        };
        if slot.as_ref() != Some(&value.old.0) {
            return Err(Rule::OldKey);
        }
        note.verify(&[value.old.0.clone(), value.new.0.clone()], 2).map_err(Rule::Signatures)?;
        *slot = Some(value.new.0.clone());
        Ok(())
    }

    fn organiser_step(&mut self, at: At, note: &SignedText<OrganiserNote>) -> Result<(), Rule> {
        let value = note.value();
        self.check_log(&value.log)?;
        let own: Vec<VerifierKey> = value.keys.iter().map(|key| key.0.clone()).collect();
        // A recovery that is still waiting is cancelled by a version that the old threshold signed: it counts from the one in force.
        let versions = self.organisers.get(&value.id).map_or(&[][..], Vec::as_slice);
        let in_force = versions.iter().rev().find(|v| v.in_force_from <= at.time);
        let expected = match (value.recovery, in_force) {
            (_, None) => 1,
            (_, Some(old)) => old.note.version.saturating_add(1),
        };
        if value.version != expected {
            return Err(Rule::Version { expected, found: value.version });
        }
        let mut keys = own.clone();
        if let Some(old) = in_force.filter(|_| !value.recovery) {
            keys.extend(old.keys().into_iter().filter(|key| !own.iter().any(|k| k.public_key() == key.public_key())));
        }
        let signers = note.verify(&keys, 1).map_err(Rule::Signatures)?;
        let signed_by = |among: &[VerifierKey]| {
            let count = among.iter().filter(|key| signers.keys().iter().any(|s| s.public_key() == key.public_key())).count();
            u64::try_from(count).unwrap_or(u64::MAX)
        };
        let all = u64::try_from(own.len()).unwrap_or(u64::MAX);
        if signed_by(&own) < all {
            return Err(Rule::Signatures(SignatureError::TooFew { threshold: all, found: signed_by(&own) }));
        }
        if let Some(old) = in_force.filter(|_| !value.recovery) {
            let (threshold, found) = (old.note.threshold, signed_by(&old.keys()));
            if found < threshold {
                return Err(Rule::Signatures(SignatureError::TooFew { threshold, found }));
            }
        }
        let in_force_from = if value.recovery { at.time.saturating_add(RECOVERY_WAIT_SECS) } else { at.time };
        let versions = self.organisers.entry(value.id.clone()).or_default();
        versions.retain(|v| v.in_force_from <= at.time);
        versions.push(OrganiserState { at, note: value.clone(), in_force_from });
        Ok(())
    }

    fn announced(&mut self, at: At, note: &SignedText<AnnounceNote>) -> Result<(), Rule> {
        let value = note.value();
        self.check_log(&value.log)?;
        self.check_signed(&value.organiser, &at, note)?;
        if let Some(known) = self.draws.get_mut(&value.draw) {
            if known.phase() != Phase::Announced {
                return Err(Rule::Phase { draw: value.draw.clone(), phase: known.phase(), wanted: "announced" });
            }
            let old = &known.announced;
            let mut same = value.clone();
            same.postponed = old.postponed;
            same.draws_at = old.draws_at;
            same.title.clone_from(&old.title);
            if same != *old || value.postponed != old.postponed.saturating_add(1) {
                return Err(Rule::Postponement);
            }
            known.announced = value.clone();
            return Ok(());
        }
        if value.postponed != 0 {
            return Err(Rule::Postponement);
        }
        let purpose = (value.organiser.clone(), value.purpose.clone());
        let attempts = self.purposes.get(&purpose).map_or(&[][..], Vec::as_slice);
        let expected = u64::try_from(attempts.len()).unwrap_or(u64::MAX).saturating_add(1);
        if value.attempt != expected {
            return Err(Rule::Attempt { expected, found: value.attempt });
        }
        if let Some(last) = attempts.last().and_then(|slug| self.draws.get(slug)) {
            let closed = last.closed_by().ok_or(Rule::AttemptOpen(last.announced.attempt))?;
            if value.previous != Some(closed.hash) {
                return Err(Rule::Previous);
            }
        }
        self.purposes.entry(purpose).or_default().push(value.draw.clone());
        self.order.push(value.draw.clone());
        let state = DrawState {
            steps: Vec::new(),
            announced: value.clone(),
            announced_at: at,
            sealed: None,
            drawn: Vec::new(),
            vacated: Vec::new(),
            voided: None,
            annulled: None,
            erased: None,
        };
        self.draws.insert(value.draw.clone(), state);
        Ok(())
    }

    fn known(&self, draw: &Slug) -> Result<&DrawState, Rule> {
        self.draws.get(draw).ok_or_else(|| Rule::NotAnnounced(draw.clone()))
    }

    fn sealed(&mut self, at: At, sealed: &Sealed) -> Result<(), Rule> {
        let terms = sealed.terms.value();
        self.check_log(&terms.log)?;
        let state = self.known(&terms.draw)?;
        if state.phase() != Phase::Announced {
            return Err(Rule::Phase { draw: terms.draw.clone(), phase: state.phase(), wanted: "sealed" });
        }
        let announced = &state.announced;
        for (same, member) in [
            (terms.organiser == announced.organiser, "organiser"),
            (terms.purpose == announced.purpose, "purpose"),
            (terms.attempt == announced.attempt, "attempt"),
            (terms.previous == announced.previous, "previous"),
            (terms.draws_at == announced.draws_at, "draws_at"),
        ] {
            if !same {
                return Err(Rule::Announcement(member));
            }
        }
        let (signers, organiser) = self.check_signed(&terms.organiser, &at, &sealed.terms)?;
        if organiser.at.hash != sealed.organiser {
            return Err(Rule::OrganiserStep { expected: organiser.at.hash, found: sealed.organiser });
        }
        let chain = self.chain(&terms.beacon.chain).ok_or(Rule::UnknownChain(terms.beacon.chain))?;
        let round_time = terms.check_round(chain.info()).map_err(Rule::Round)?;
        if at.time >= round_time {
            return Err(Rule::TooLate { round_time, found: at.time });
        }
        let terms_hash = terms_hash(sealed.terms.text());
        let seal = SealState { at, terms: sealed.terms.clone(), terms_hash, chain, round_time, signers };
        if let Some(state) = self.draws.get_mut(&terms.draw) {
            state.sealed = Some(seal);
        }
        Ok(())
    }

    fn drawn(&mut self, at: At, draw: Option<&Slug>, drawn: &Drawn) -> Result<(), Rule> {
        let draw = draw.ok_or(Rule::OtherVacancy)?;
        let state = self.known(draw)?;
        // A second `drawn` corrects a wrong one, as long as nothing was built upon that.
        let correctable = state.phase() == Phase::Drawn && state.vacated.is_empty();
        let Some(seal) = state.sealed.as_ref().filter(|_| state.phase() == Phase::Sealed || correctable) else {
            return Err(Rule::Phase { draw: draw.clone(), phase: state.phase(), wanted: "drawn" });
        };
        if drawn.terms != seal.terms_hash {
            return Err(Rule::OtherTerms { expected: seal.terms_hash, found: drawn.terms });
        }
        let round = check_beacon(&seal.chain, seal.terms.value().beacon.round, &drawn.round)?;
        if at.time < seal.round_time {
            return Err(Rule::TooEarly { round_time: seal.round_time, found: at.time });
        }
        let result = DrawnState { at, drawn: drawn.clone(), round };
        if let Some(state) = self.draws.get_mut(draw) {
            state.drawn.push(result);
        }
        Ok(())
    }

    fn vacated(&mut self, at: At, note: &SignedText<VacateNote>) -> Result<(), Rule> {
        let value = note.value();
        self.check_log(&value.log)?;
        let state = self.known(&value.draw)?;
        if state.announced.organiser != value.organiser {
            return Err(Rule::OtherOrganiser { draw: value.draw.clone() });
        }
        let Some(seal) = state.sealed.as_ref().filter(|_| state.phase() == Phase::Drawn) else {
            return Err(Rule::Phase { draw: value.draw.clone(), phase: state.phase(), wanted: "vacated" });
        };
        check_after(state, value.after)?;
        let terms = seal.terms.value();
        let round_time = match (&value.beacon, value.draws_at, terms.replacement) {
            (Some(beacon), Some(draws_at), Replacement::Beacon) => {
                let round_time = check_round(seal.chain.info(), beacon, draws_at).map_err(Rule::Round)?;
                if at.time >= round_time {
                    return Err(Rule::TooLate { round_time, found: at.time });
                }
                Some(round_time)
            }
            (None, None, Replacement::None | Replacement::Rank) => None,
            _ => return Err(Rule::RoundPresence),
        };
        if value.seats.last().is_some_and(|seat| seat.index >= terms.pool.size) {
            return Err(Rule::Leavers);
        }
        self.check_signed(&value.organiser, &at, note)?;
        let vacancy = VacancyState { at, note: note.clone(), round_time, replaced: None };
        if let Some(state) = self.draws.get_mut(&value.draw) {
            state.vacated.push(vacancy);
        }
        Ok(())
    }

    fn replaced(&mut self, at: At, draw: Option<&Slug>, replaced: &Replaced) -> Result<(), Rule> {
        let draw = draw.ok_or(Rule::OtherVacancy)?;
        let state = self.known(draw)?;
        let (Some(seal), Some(vacancy)) = (&state.sealed, state.open_vacancy()) else {
            if state.terms().is_some_and(|terms| terms.replacement == Replacement::None) {
                return Err(Rule::NoReplacement);
            }
            return Err(Rule::Phase { draw: draw.clone(), phase: state.phase(), wanted: "replaced" });
        };
        if state.phase() != Phase::Vacated {
            return Err(Rule::Phase { draw: draw.clone(), phase: state.phase(), wanted: "replaced" });
        }
        if replaced.vacated != vacancy.at.hash {
            return Err(Rule::OtherVacancy);
        }
        let mut left = replaced.left.clone();
        left.sort_unstable();
        let mut seated = replaced.seated.clone();
        seated.sort_unstable();
        let distinct = seated.iter().zip(seated.iter().skip(1)).all(|(a, b)| a < b);
        let leavers = vacancy.note.value().seats.iter().map(|seat| seat.index);
        if !left.iter().copied().eq(leavers) || !distinct || seated.len() > left.len() {
            return Err(Rule::Leavers);
        }
        let round = match (&replaced.round, &vacancy.note.value().beacon, vacancy.round_time) {
            (Some(round), Some(beacon), Some(round_time)) => {
                if at.time < round_time {
                    return Err(Rule::TooEarly { round_time, found: at.time });
                }
                Some(check_beacon(&seal.chain, beacon.round, round)?)
            }
            (None, None, _) => None,
            _ => return Err(Rule::RoundPresence),
        };
        if let Some(vacancy) = self.draws.get_mut(draw).and_then(|state| state.vacated.last_mut()) {
            vacancy.replaced = Some((at, replaced.clone(), round));
        }
        Ok(())
    }

    fn voided(&mut self, at: At, draw: Option<&Slug>, voided: &Voided) -> Result<(), Rule> {
        let draw = draw.ok_or(Rule::OtherVacancy)?;
        let state = self.known(draw)?;
        if !matches!(state.phase(), Phase::Announced | Phase::Sealed) {
            return Err(Rule::Phase { draw: draw.clone(), phase: state.phase(), wanted: "voided" });
        }
        if let Some(note) = &voided.note {
            self.check_log(&note.value().log)?;
            if note.value().organiser != state.announced.organiser {
                return Err(Rule::OtherOrganiser { draw: draw.clone() });
            }
            self.check_signed(&note.value().organiser, &at, note)?;
        }
        if voided.reason == VoidReason::BeaconLost && state.terms().is_none_or(|terms| at.time < terms.draw_by) {
            return Err(Rule::BeaconNotLost);
        }
        let round = match (&voided.round, &state.sealed) {
            (None, _) => None,
            (Some(_), None) => return Err(Rule::RoundPresence),
            (Some(round), Some(seal)) => {
                if at.time < seal.round_time {
                    return Err(Rule::TooEarly { round_time: seal.round_time, found: at.time });
                }
                Some(check_beacon(&seal.chain, seal.terms.value().beacon.round, round)?)
            }
        };
        let void = VoidState { at, voided: voided.clone(), round };
        if let Some(state) = self.draws.get_mut(draw) {
            state.voided = Some(void);
        }
        Ok(())
    }

    fn annulled(&mut self, at: At, note: &SignedText<AnnulNote>) -> Result<(), Rule> {
        let value = note.value();
        self.check_log(&value.log)?;
        let state = self.known(&value.draw)?;
        if state.announced.organiser != value.organiser {
            return Err(Rule::OtherOrganiser { draw: value.draw.clone() });
        }
        if !matches!(state.phase(), Phase::Drawn | Phase::Vacated) {
            return Err(Rule::Phase { draw: value.draw.clone(), phase: state.phase(), wanted: "annulled" });
        }
        check_after(state, value.after)?;
        self.check_signed(&value.organiser, &at, note)?;
        if let Some(state) = self.draws.get_mut(&value.draw) {
            state.annulled = Some((at, value.clone()));
        }
        Ok(())
    }

    fn erased(&mut self, at: At, note: &SignedText<EraseNote>) -> Result<(), Rule> {
        let value = note.value();
        self.check_log(&value.log)?;
        let state = self.known(&value.draw)?;
        if state.announced.organiser != value.organiser {
            return Err(Rule::OtherOrganiser { draw: value.draw.clone() });
        }
        if matches!(state.phase(), Phase::Announced | Phase::Sealed | Phase::Vacated) {
            return Err(Rule::Phase { draw: value.draw.clone(), phase: state.phase(), wanted: "erased" });
        }
        if state.erased.is_some() {
            return Err(Rule::ErasedTwice);
        }
        if state.terms().is_none_or(|terms| terms.pool.root != value.root) {
            return Err(Rule::OtherPool);
        }
        self.check_signed(&value.organiser, &at, note)?;
        if let Some(state) = self.draws.get_mut(&value.draw) {
            state.erased = Some(at);
        }
        Ok(())
    }
}

fn check_beacon(chain: &Chain, committed: u64, round: &Round) -> Result<VerifiedRound, Rule> {
    if round.round != committed {
        return Err(Rule::OtherRound { expected: committed, found: round.round });
    }
    chain.verify(round).map_err(Rule::Beacon)
}

fn check_after(state: &DrawState, after: StepHash) -> Result<(), Rule> {
    match state.after() {
        Some(expected) if expected == after => Ok(()),
        Some(expected) => Err(Rule::After { expected, found: after }),
        None => Err(Rule::After { expected: StepHash::ZERO, found: after }),
    }
}
