//! Steps (spec §4): the entries of the log, each a signed note by the service key with exactly one signature line.
//!
//! A [`SignedStep`] is made by [`SignedStep::open`], which checks signature and form, or by [`SignedStep::sign`]. Whether a step may
//! follow the others is the ledger's question, not this module's. Longer than other files, since the kinds and their members are one table.

use klero_tlog::{SignerKey, VerifierKey, leaf_hash};
use serde::{Deserialize, Serialize};

use crate::beacon::{Chain, ChainInfo, Round};
use crate::hash::{ArtifactHash, StepHash, TermsHash};
use crate::names::Slug;
use crate::note::{Body, SignatureError, SignedText, SignedTextError};
use crate::organiser::{
    AnnounceNote, AnnulNote, EraseNote, KeyNote, NOTE_LIMIT, OrganiserNote, VacateNote, VoidNote, VoidReason, context,
};
use crate::terms::{TermsNote, Vkey, parse_terms};

/// Context of a step.
pub const STEP_CONTEXT: &str = "kleroterion/v1/step";
/// An entry of the log has at most this many bytes (C2SP tlog-tiles).
pub const STEP_LIMIT: usize = 65_535;
/// The protocol version that `opened` names.
pub const PROTOCOL: &str = "kleroterion/v1";

/// One step, unsigned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Step {
    /// Index in the log.
    pub seq: u64,
    /// Leaf hash of the entry before; zeros for the first.
    pub prev: StepHash,
    /// The service's clock, Unix seconds.
    pub time: u64,
    /// The draw, for kinds that belong to one.
    pub draw: Option<Slug>,
    /// What happened.
    pub kind: StepKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepKind {
    /// §4.1
    Opened(Box<Opened>),
    /// §4.2
    Key(Box<SignedText<KeyNote>>),
    /// §4.2: the end; the vkey of the next log, if there is one.
    Closed(Option<Vkey>),
    /// §4.3
    Organiser(Box<SignedText<OrganiserNote>>),
    /// §4.4
    Announced(Box<SignedText<AnnounceNote>>),
    /// §4.5
    Sealed(Box<Sealed>),
    /// §4.6
    Drawn(Drawn),
    /// §4.7
    Vacated(Box<SignedText<VacateNote>>),
    /// §4.8
    Replaced(Replaced),
    /// §4.9
    Voided(Voided),
    /// §4.10
    Annulled(Box<SignedText<AnnulNote>>),
    /// §4.12
    Erased(Box<SignedText<EraseNote>>),
}

/// The first step (spec §4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The key that signs checkpoints; its name is the origin.
    pub log: VerifierKey,
    /// The key that signs steps.
    pub service: VerifierKey,
    /// Witness policy, C2SP tlog-policy.
    pub policy: Option<String>,
    /// The log that this one continues.
    pub predecessor: Option<Predecessor>,
    /// A beacon that proves nothing.
    pub rehearsal: Option<ChainInfo>,
}

/// The log that another continues, as the other's first step names it (spec §4.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Predecessor {
    /// Leaf hash of its last step, `closed`.
    pub closed: StepHash,
    /// Its log key at the end.
    pub log: Vkey,
}

/// A seal (spec §4.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The terms note.
    pub terms: TermsNote,
    /// Leaf hash of the organiser step in force.
    pub organiser: StepHash,
}

/// A result (spec §4.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// The terms' hash.
    pub terms: TermsHash,
    /// The beacon round.
    pub round: Round,
    /// The outcome artifact.
    pub outcome: ArtifactHash,
}

/// A replacement (spec §4.8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// Who left, in the order of §7.5.
    pub left: Vec<u32>,
    /// Who follows, in the same order; shorter when candidates ran out.
    pub seated: Vec<u32>,
    /// The replacement artifact.
    pub outcome: ArtifactHash,
    /// The fresh round, exactly when replacement is `beacon`.
    pub round: Option<Round>,
    /// Leaf hash of the `vacated` step.
    pub vacated: StepHash,
}

/// A draw given up (spec §4.9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voided {
    /// The organiser's note; absent exactly for `no_quorum`.
    pub note: Option<SignedText<VoidNote>>,
    /// Why.
    pub reason: VoidReason,
    /// The sealed round, if it was known: then this is an abandonment.
    pub round: Option<Round>,
}

impl StepKind {
    /// Its name in the log.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Opened(_) => "opened",
            Self::Key(_) => "key",
            Self::Closed(_) => "closed",
            Self::Organiser(_) => "organiser",
            Self::Announced(_) => "announced",
            Self::Sealed(_) => "sealed",
            Self::Drawn(_) => "drawn",
            Self::Vacated(_) => "vacated",
            Self::Replaced(_) => "replaced",
            Self::Voided(_) => "voided",
            Self::Annulled(_) => "annulled",
            Self::Erased(_) => "erased",
        }
    }
}

/// A step that its place in the protocol refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// Its note form.
    #[error(transparent)]
    Form(#[from] SignedTextError),
    /// Its signature.
    #[error("the step's signature: {0}")]
    Signature(#[from] SignatureError),
    /// Not UTF-8.
    #[error("the entry is not UTF-8 text")]
    NotText,
    /// Not exactly one signature line.
    #[error("a step has exactly one signature line, this one has {found}")]
    SignatureLines {
        /// Lines found.
        found: usize,
    },
}

/// A step with its signature checked, as the bytes stand in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedStep {
    step: Step,
    entry: Vec<u8>,
    hash: StepHash,
}

impl SignedStep {
    /// Reads an entry and checks that exactly `service` signed it.
    pub fn open(entry: &[u8], service: &VerifierKey) -> Result<Self, StepError> {
        let parsed = UnverifiedStep::parse(entry)?;
        parsed.verify(service)
    }

    /// Signs a step.
    pub fn sign(step: Step, signer: &SignerKey) -> Result<Self, StepError> {
        let note = SignedText::sign(STEP_CONTEXT, step, &[signer])?;
        let entry = note.note().into_bytes();
        // What was just written must read back, or nobody could verify it.
        Self::open(&entry, &signer.verifier_key())
    }

    /// What it says.
    #[must_use]
    pub fn step(&self) -> &Step {
        &self.step
    }
    /// Its bytes in the log.
    #[must_use]
    pub fn entry(&self) -> &[u8] {
        &self.entry
    }
    /// Its RFC 6962 leaf hash.
    #[must_use]
    pub fn hash(&self) -> StepHash {
        self.hash
    }
}

/// A step that was read but whose signature nobody has checked: for finding out which keys it claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnverifiedStep {
    note: SignedText<Step>,
    entry: Vec<u8>,
}

impl UnverifiedStep {
    /// Reads an entry's form.
    pub fn parse(entry: &[u8]) -> Result<Self, StepError> {
        let text = std::str::from_utf8(entry).map_err(|_| StepError::NotText)?;
        let note = SignedText::parse(text, STEP_CONTEXT, STEP_LIMIT)?;
        if note.lines() != 1 {
            return Err(StepError::SignatureLines { found: note.lines() });
        }
        Ok(Self { note, entry: entry.to_vec() })
    }

    /// What it claims; not to be believed.
    #[must_use]
    pub fn claims(&self) -> &Step {
        self.note.value()
    }

    /// Checks its signature.
    pub fn verify(self, service: &VerifierKey) -> Result<SignedStep, StepError> {
        self.note.verify(std::slice::from_ref(service), 1)?;
        let hash = StepHash(*leaf_hash(&self.entry).as_bytes());
        Ok(SignedStep { step: self.note.value().clone(), entry: self.entry, hash })
    }
}

/// All members that any kind of step has, in order, unchecked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    draw: Option<Slug>,
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    left: Option<Vec<u32>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    log: Option<Vkey>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organiser: Option<StepHash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outcome: Option<ArtifactHash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    predecessor: Option<Predecessor>,
    prev: StepHash,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous_signature: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    protocol: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<VoidReason>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rehearsal: Option<ChainInfo>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    round: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seated: Option<Vec<u32>>,
    seq: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    service: Option<Vkey>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    successor: Option<Vkey>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    terms: Option<String>,
    time: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    vacated: Option<StepHash>,
}

/// A step whose members do not fit its kind. Superfluous members need no case here: they do not survive re-encoding.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StepFormError {
    /// A kind that this version does not know.
    #[error("unknown kind of step")]
    Kind,
    /// A member that its kind demands.
    #[error("the member {0} is missing or malformed")]
    Missing(&'static str),
    /// `draw` is missing where it belongs, or there where it does not.
    #[error("the draw is missing, or does not belong to this kind of step")]
    Draw,
    /// Another protocol version.
    #[error("unknown protocol version, expected {PROTOCOL}")]
    Protocol,
    /// A log that continues itself.
    #[error("the predecessor is this log itself")]
    Predecessor,
    /// A rehearsal beacon that is one of the pinned chains.
    #[error("the rehearsal beacon is a pinned chain")]
    Rehearsal,
    /// A beacon signature.
    #[error("a beacon signature is not lower-case hexadecimal")]
    Hex,
    /// The note that stands in the step.
    #[error("the note within the step: {0}")]
    Note(SignedTextError),
    /// Step and note name different draws or reasons.
    #[error("the note within the step is about another draw or reason")]
    OtherDraw,
}

fn need<T>(member: Option<T>, name: &'static str) -> Result<T, StepFormError> {
    member.ok_or(StepFormError::Missing(name))
}

fn note<T: Body>(text: Option<String>, context: &'static str) -> Result<Box<SignedText<T>>, StepFormError> {
    let text = need(text, "note")?;
    SignedText::parse(&text, context, NOTE_LIMIT).map(Box::new).map_err(StepFormError::Note)
}

fn bytes(text: &str) -> Result<Vec<u8>, StepFormError> {
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        return Err(StepFormError::Hex);
    }
    hex::decode(text).map_err(|_| StepFormError::Hex)
}

fn round(number: Option<u64>, signature: Option<&str>, previous: Option<&str>) -> Result<Option<Round>, StepFormError> {
    match (number, signature) {
        (None, None) if previous.is_none() => Ok(None),
        (None, _) => Err(StepFormError::Missing("round")),
        (Some(_), None) => Err(StepFormError::Missing("signature")),
        (Some(round), Some(signature)) => Ok(Some(Round {
            round,
            signature: bytes(signature)?,
            previous_signature: previous.map(bytes).transpose()?,
        })),
    }
}

impl TryFrom<Written> for Step {
    type Error = StepFormError;
    fn try_from(w: Written) -> Result<Self, StepFormError> {
        read(w)
    }
}

impl Body for Step {
    type Written = Written;
    fn check(written: Written) -> Result<Self, SignedTextError> {
        read(written).map_err(|e| SignedTextError::Step(Box::new(e)))
    }
}

fn read(w: Written) -> Result<Step, StepFormError> {
    let beacon = round(w.round, w.signature.as_deref(), w.previous_signature.as_deref())?;
    // The draw that a note within is about; the step must name the same.
    let mut about: Option<Slug> = w.draw.clone();
    let kind = match w.kind.as_str() {
        "opened" => {
            if w.protocol.as_deref() != Some(PROTOCOL) {
                return Err(StepFormError::Protocol);
            }
            if w.rehearsal.as_ref().is_some_and(|info| !Chain::rehearsal(info.clone()).is_rehearsal()) {
                return Err(StepFormError::Rehearsal);
            }
            let log = need(w.log, "log")?.0;
            if w.predecessor.as_ref().is_some_and(|before| before.log.0.name() == log.name()) {
                return Err(StepFormError::Predecessor);
            }
            StepKind::Opened(Box::new(Opened {
                log,
                service: need(w.service, "service")?.0,
                policy: w.policy,
                predecessor: w.predecessor,
                rehearsal: w.rehearsal,
            }))
        }
        "key" => StepKind::Key(note(w.note, context::KEY)?),
        "closed" => StepKind::Closed(w.successor),
        "organiser" => StepKind::Organiser(note(w.note, context::ORGANISER)?),
        "announced" => {
            let note = note::<AnnounceNote>(w.note, context::ANNOUNCE)?;
            about = Some(note.value().draw.clone());
            StepKind::Announced(note)
        }
        "sealed" => {
            let terms = parse_terms(&need(w.terms, "terms")?).map_err(StepFormError::Note)?;
            about = Some(terms.value().draw.clone());
            StepKind::Sealed(Box::new(Sealed { terms, organiser: need(w.organiser, "organiser")? }))
        }
        "drawn" => StepKind::Drawn(Drawn {
            terms: need(w.terms, "terms")?.parse().map_err(|_| StepFormError::Missing("terms"))?,
            round: need(beacon, "round")?,
            outcome: need(w.outcome, "outcome")?,
        }),
        "vacated" => {
            let note = note::<VacateNote>(w.note, context::VACATE)?;
            about = Some(note.value().draw.clone());
            StepKind::Vacated(note)
        }
        "replaced" => StepKind::Replaced(Replaced {
            left: need(w.left, "left")?,
            seated: need(w.seated, "seated")?,
            outcome: need(w.outcome, "outcome")?,
            round: beacon,
            vacated: need(w.vacated, "vacated")?,
        }),
        "voided" => {
            let reason = need(w.reason, "reason")?;
            let inner = match w.note {
                None => None,
                some => {
                    let note = note::<VoidNote>(some, context::VOID)?;
                    if note.value().reason != reason {
                        return Err(StepFormError::OtherDraw);
                    }
                    about = Some(note.value().draw.clone());
                    Some(*note)
                }
            };
            if inner.is_none() != (reason == VoidReason::NoQuorum) {
                return Err(StepFormError::Missing("note"));
            }
            StepKind::Voided(Voided { note: inner, reason, round: beacon })
        }
        "annulled" => {
            let note = note::<AnnulNote>(w.note, context::ANNUL)?;
            about = Some(note.value().draw.clone());
            StepKind::Annulled(note)
        }
        "erased" => {
            let note = note::<EraseNote>(w.note, context::ERASE)?;
            about = Some(note.value().draw.clone());
            StepKind::Erased(note)
        }
        _ => return Err(StepFormError::Kind),
    };
    let of_a_draw =
        !matches!(kind, StepKind::Opened(_) | StepKind::Key(_) | StepKind::Closed(_) | StepKind::Organiser(_));
    if w.draw.is_some() != of_a_draw {
        return Err(StepFormError::Draw);
    }
    if about != w.draw {
        return Err(StepFormError::OtherDraw);
    }
    Ok(Step { seq: w.seq, prev: w.prev, time: w.time, draw: w.draw, kind })
}

impl From<Step> for Written {
    fn from(step: Step) -> Self {
        let kind = step.kind.name().to_owned();
        let mut w = Self {
            draw: step.draw,
            kind,
            left: None,
            log: None,
            note: None,
            organiser: None,
            outcome: None,
            policy: None,
            predecessor: None,
            prev: step.prev,
            previous_signature: None,
            protocol: None,
            reason: None,
            rehearsal: None,
            round: None,
            seated: None,
            seq: step.seq,
            service: None,
            signature: None,
            successor: None,
            terms: None,
            time: step.time,
            vacated: None,
        };
        let mut beacon = None;
        match step.kind {
            StepKind::Opened(o) => {
                w.log = Some(Vkey(o.log));
                w.service = Some(Vkey(o.service));
                w.policy = o.policy;
                w.predecessor = o.predecessor;
                w.rehearsal = o.rehearsal;
                w.protocol = Some(PROTOCOL.to_owned());
            }
            StepKind::Key(n) => w.note = Some(n.note()),
            StepKind::Closed(successor) => w.successor = successor,
            StepKind::Organiser(n) => w.note = Some(n.note()),
            StepKind::Announced(n) => w.note = Some(n.note()),
            StepKind::Sealed(s) => {
                w.terms = Some(s.terms.note());
                w.organiser = Some(s.organiser);
            }
            StepKind::Drawn(d) => {
                w.terms = Some(d.terms.to_string());
                w.outcome = Some(d.outcome);
                beacon = Some(d.round);
            }
            StepKind::Vacated(n) => w.note = Some(n.note()),
            StepKind::Replaced(r) => {
                w.left = Some(r.left);
                w.seated = Some(r.seated);
                w.outcome = Some(r.outcome);
                w.vacated = Some(r.vacated);
                beacon = r.round;
            }
            StepKind::Voided(v) => {
                w.reason = Some(v.reason);
                w.note = v.note.map(|n| n.note());
                beacon = v.round;
            }
            StepKind::Annulled(n) => w.note = Some(n.note()),
            StepKind::Erased(n) => w.note = Some(n.note()),
        }
        if let Some(round) = beacon {
            w.round = Some(round.round);
            w.signature = Some(hex::encode(round.signature));
            w.previous_signature = round.previous_signature.map(hex::encode);
        }
        w
    }
}
