//! Terms (spec §3): what the organiser signs before the draw. Everything that a rule of §3 forbids is refused when the terms are
//! read; what depends on the beacon chain is checked by [`Terms::check_round`], what depends on the pool by [`crate::method`]. It never
//! guesses at an unknown member, method or mode. Longer than other files, since the members of spec §3 and their rules are one table.

use std::collections::BTreeMap;

use klero_tlog::VerifierKey;
use klero_tlog::key::MAX_KEY_NAME_LEN;
use serde::{Deserialize, Serialize};

use crate::beacon::ChainInfo;
use crate::hash::{ArtifactHash, ChainHash, PoolRoot, StepHash, TermsHash, tagged};
use crate::names::Slug;
use crate::note::{Body, SignedText, SignedTextError};
use crate::pool::Columns;

/// Context of a terms note.
pub const TERMS_CONTEXT: &str = "kleroterion/v1/terms";
/// A terms note has at most this many bytes with its signatures (spec §3).
pub const TERMS_LIMIT: usize = 24_576;
/// Most panels of a list (spec §7.4).
pub const MAX_PANELS: u32 = 10_000;
/// Most columns by which people are put into strata (spec §7.3).
pub const MAX_STRATA_COLUMNS: usize = 8;
/// Most groups of seats that are not drawn (spec §3).
pub const MAX_NOT_DRAWN: usize = 16;
/// Most replacements of the earlier draw that a linked pool names (spec §2.5): what fits into a terms note.
pub const MAX_FROM_REPLACEMENTS: usize = 200;
/// Longest name, title or reason, in bytes.
pub const MAX_TEXT_LEN: usize = 256;
/// Longest reason for publishing a table with unique rows, in bytes (spec §2.6).
pub const MAX_TABLE_REASON_LEN: usize = 1_024;
/// How many members must have signed terms that give such a reason (spec §2.6).
pub const TABLE_REASON_SIGNERS: usize = 2;

/// A terms note as it stands.
pub type TermsNote = SignedText<Terms>;

/// A vkey in JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vkey(pub VerifierKey);

impl Serialize for Vkey {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0.to_text())
    }
}

impl<'de> Deserialize<'de> for Vkey {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        VerifierKey::parse(&text).map(Vkey).map_err(serde::de::Error::custom)
    }
}

/// The committed beacon round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BeaconTerms {
    /// The chain.
    pub chain: ChainHash,
    /// The round.
    pub round: u64,
}

/// The sealed pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolTerms {
    /// Columns by role.
    pub columns: Columns,
    /// The earlier draw whose people these are (spec §2.5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<FromTerms>,
    /// RFC 6962 root over the leaves.
    pub root: PoolRoot,
    /// How many people: 1 to 2^32 − 1.
    pub size: u32,
    /// The table, where other people's data matter to the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<ArtifactHash>,
    /// Why the table is published although somebody in it stands alone (spec §2.6). Two members must then have signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table_reason: Option<String>,
}

/// A linked pool's origin (spec §2.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FromTerms {
    /// The earlier draw.
    pub draw: Slug,
    /// Its outcome artifact.
    pub outcome: ArtifactHash,
    /// Its replacement artifacts, where people count who were seated later: in the order of the log. Absent if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replacements: Vec<ArtifactHash>,
}

impl FromTerms {
    /// The artifacts that it names.
    pub fn artifacts(&self) -> impl Iterator<Item = ArtifactHash> + '_ {
        std::iter::once(self.outcome).chain(self.replacements.iter().copied())
    }
}

/// Seats that are not drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotDrawn {
    /// How many.
    pub seats: u32,
    /// How they are filled instead.
    pub why: String,
}

/// How vacancies are filled (spec §7.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replacement {
    /// Seats stay empty.
    None,
    /// By the draw's own tickets: the order is known beforehand.
    Rank,
    /// By a fresh round fixed in the `vacated` step.
    Beacon,
}

/// How people are drawn (spec §7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenMethod", into = "WrittenMethod")]
pub enum Method {
    /// §7.1
    Equal,
    /// §7.2
    Households,
    /// §7.3
    Stratified {
        /// Public columns whose values make a stratum.
        columns: Vec<String>,
        /// The strata artifact.
        strata: ArtifactHash,
    },
    /// §7.4
    Panels {
        /// The certificate of fairness, if the list has one (spec §7.8).
        certificate: Option<ArtifactHash>,
        /// The list artifact.
        list: ArtifactHash,
        /// How many panels it has.
        panels: u32,
        /// The fewest panels that any person is on.
        min_count: u32,
        /// The most.
        max_count: u32,
    },
}

impl Method {
    /// Its name in the terms.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Households => "households",
            Self::Stratified { .. } => "stratified",
            Self::Panels { .. } => "panels",
        }
    }
    /// Whether it cannot be checked without the table.
    #[must_use]
    pub fn needs_table(&self) -> bool {
        !matches!(self, Self::Equal)
    }
    /// The certificate of fairness that it names.
    #[must_use]
    pub fn certificate(&self) -> Option<ArtifactHash> {
        match self {
            Self::Panels { certificate, .. } => *certificate,
            Self::Equal | Self::Households | Self::Stratified { .. } => None,
        }
    }
    /// The list that it names, without which nothing can be drawn.
    #[must_use]
    pub fn artifact(&self) -> Option<ArtifactHash> {
        match self {
            Self::Equal | Self::Households => None,
            Self::Stratified { strata, .. } => Some(*strata),
            Self::Panels { list, .. } => Some(*list),
        }
    }
}

/// `method` as it is written: with `seats`, and the members that its name demands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenMethod {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    certificate: Option<ArtifactHash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    columns: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    list: Option<ArtifactHash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_count: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min_count: Option<u32>,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    panels: Option<u32>,
    seats: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    strata: Option<ArtifactHash>,
}

impl WrittenMethod {
    fn named(name: &str) -> Self {
        Self {
            certificate: None,
            columns: None,
            list: None,
            max_count: None,
            min_count: None,
            name: name.to_owned(),
            panels: None,
            seats: 0,
            strata: None,
        }
    }
}

impl From<Method> for WrittenMethod {
    fn from(method: Method) -> Self {
        let base = Self::named(method.name());
        match method {
            Method::Equal | Method::Households => base,
            Method::Stratified { columns, strata } => Self { columns: Some(columns), strata: Some(strata), ..base },
            Method::Panels { certificate, list, panels, min_count, max_count } => Self {
                certificate,
                list: Some(list),
                panels: Some(panels),
                min_count: Some(min_count),
                max_count: Some(max_count),
                ..base
            },
        }
    }
}

impl TryFrom<WrittenMethod> for Method {
    type Error = TermsError;
    fn try_from(w: WrittenMethod) -> Result<Self, TermsError> {
        let seats = w.seats;
        if w.certificate.is_some() && w.name != "panels" {
            return Err(TermsError::Method);
        }
        let method = match (w.name.as_str(), &w.columns, w.strata, w.list, w.panels, w.min_count, w.max_count) {
            ("equal", None, None, None, None, None, None) => Self::Equal,
            ("households", None, None, None, None, None, None) => Self::Households,
            ("stratified", Some(columns), Some(strata), None, None, None, None) => {
                Self::Stratified { columns: columns.clone(), strata }
            }
            ("panels", None, None, Some(list), Some(panels), Some(min_count), Some(max_count)) => {
                Self::Panels { certificate: w.certificate, list, panels, min_count, max_count }
            }
            _ => return Err(TermsError::Method),
        };
        // `seats` belongs to the terms; a method written alone has none.
        if seats == 0 { Ok(method) } else { Err(TermsError::Method) }
    }
}

/// What the organiser signs. Its invariants are those of spec §3; only reading or [`Terms::new`] makes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenTerms", into = "WrittenTerms")]
pub struct Terms(TermsParts);

/// The members of terms, before they are checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermsParts {
    /// 1 for the first draw for this purpose, then 2, 3 …
    pub attempt: u64,
    /// The committed round.
    pub beacon: BeaconTerms,
    /// This draw.
    pub draw: Slug,
    /// Unix seconds after which a missing result is overdue.
    pub draw_by: u64,
    /// The announced time, Unix seconds.
    pub draws_at: u64,
    /// Origin of the log.
    pub log: String,
    /// How people are drawn.
    pub method: Method,
    /// Seats to draw.
    pub seats: u32,
    /// Seats that are not drawn.
    pub not_drawn: Vec<NotDrawn>,
    /// Who draws.
    pub organiser: Slug,
    /// From whom.
    pub pool: PoolTerms,
    /// The step that closed the attempt before.
    pub previous: Option<StepHash>,
    /// What the seats are for.
    pub purpose: Slug,
    /// How vacancies are filled.
    pub replacement: Replacement,
    /// How many reserves are drawn.
    pub reserves: u32,
    /// Titles by two-letter language.
    pub title: BTreeMap<String, String>,
}

/// Terms as they stand in JSON, unchecked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenTerms {
    attempt: u64,
    beacon: BeaconTerms,
    draw: Slug,
    draw_by: u64,
    draws_at: u64,
    log: String,
    method: WrittenMethod,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not_drawn: Option<Vec<NotDrawn>>,
    organiser: Slug,
    pool: PoolTerms,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous: Option<StepHash>,
    purpose: Slug,
    replacement: Replacement,
    reserves: u32,
    title: BTreeMap<String, String>,
}

/// Terms that break a rule of spec §3.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TermsError {
    /// An unknown method, or one with missing or superfluous members.
    #[error("the method is unknown, or its members do not fit its name")]
    Method,
    /// No seats.
    #[error("no seats are to be drawn")]
    NoSeats,
    /// An empty pool.
    #[error("the pool is empty")]
    EmptyPool,
    /// More seats and reserves than people.
    #[error("{seats} seats and {reserves} reserves are more than the {people} people of the pool")]
    TooFewPeople {
        /// Seats.
        seats: u32,
        /// Reserves.
        reserves: u32,
        /// People.
        people: u32,
    },
    /// The method or `from` needs a table that is not named.
    #[error("a table is needed for {0}, and none is named")]
    NoTable(&'static str),
    /// A reason for publishing a table, and none is published, or one that is empty or too long.
    #[error(
        "a reason for publishing the table has 1 to {MAX_TABLE_REASON_LEN} bytes, and belongs to terms that name a table"
    )]
    TableReason,
    /// Replacements of an earlier draw, too many or twice.
    #[error("a linked pool names at most {MAX_FROM_REPLACEMENTS} replacements of the earlier draw, each once")]
    FromReplacements,
    /// Strata by columns that are not public, not distinct, or too many.
    #[error("strata need 1 to {MAX_STRATA_COLUMNS} distinct public columns")]
    StrataColumns,
    /// Households without household columns.
    #[error("the method households needs household columns")]
    NoHouseholds,
    /// A panel list of impossible size or counts.
    #[error("a list has 1 to {MAX_PANELS} panels, and min_count ≤ max_count ≤ panels")]
    Panels,
    /// `attempt` and `previous` do not belong together.
    #[error("attempt {attempt} {}", if *.attempt == 1 { "has no previous attempt to name" } else { "must name the step that closed the attempt before" })]
    Previous {
        /// The attempt; 0 is none.
        attempt: u64,
    },
    /// `draw_by` before `draws_at`.
    #[error("draw_by is before draws_at")]
    DrawBy,
    /// Titles missing, too long, or under something that is not a two-letter language code.
    #[error("titles stand under two-letter language codes and have 1 to {MAX_TEXT_LEN} bytes; at least one is needed")]
    Title,
    /// Groups of seats that are not drawn.
    #[error(
        "seats that are not drawn: 1 to {MAX_NOT_DRAWN} groups, each of 1 seat or more, with a reason of 1 to {MAX_TEXT_LEN} bytes"
    )]
    NotDrawn,
    /// The log's origin is empty or too long.
    #[error("the log's origin has 1 to {MAX_KEY_NAME_LEN} bytes")]
    Log,
}

/// A round that does not follow from `draws_at` (spec §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RoundError {
    /// The terms name another chain.
    #[error("the beacon chain is {found}, expected {expected}")]
    Chain {
        /// The chain at hand.
        expected: ChainHash,
        /// The chain named.
        found: ChainHash,
    },
    /// `draws_at` is before the chain's genesis, or beyond its last representable round.
    #[error("the beacon has no round after draws_at")]
    NoRound,
    /// Another round than the first after `draws_at`.
    #[error("round {found} is named, but the first round after draws_at is {expected}")]
    Round {
        /// The only round allowed.
        expected: u64,
        /// The round named.
        found: u64,
    },
    /// `draw_by` is before the round's time.
    #[error("draw_by is before the round is published")]
    DrawBy,
}

/// Checks §3's rule: `round` is the first round strictly after `draws_at`. Gives its time.
pub fn check_round(info: &ChainInfo, beacon: &BeaconTerms, draws_at: u64) -> Result<u64, RoundError> {
    let expected = info.chain_hash();
    if beacon.chain != expected {
        return Err(RoundError::Chain { expected, found: beacon.chain });
    }
    let round = info.round_after(draws_at).ok_or(RoundError::NoRound)?;
    if round != beacon.round {
        return Err(RoundError::Round { expected: round, found: beacon.round });
    }
    info.time_of(round).ok_or(RoundError::NoRound)
}

/// `terms_hash = tagged("terms", text of the terms note)` (spec §5.1).
#[must_use]
pub fn terms_hash(text: &str) -> TermsHash {
    TermsHash(tagged("terms", &[text.as_bytes()]))
}

/// Reads a terms note. Its signatures are not yet checked.
pub fn parse_terms(note: &str) -> Result<TermsNote, SignedTextError> {
    SignedText::parse(note, TERMS_CONTEXT, TERMS_LIMIT)
}

/// Whether a map of titles is one (spec §3).
#[must_use]
pub fn titles_fit(title: &BTreeMap<String, String>) -> bool {
    !title.is_empty()
        && title.iter().all(|(language, text)| {
            language.len() == 2
                && language.bytes().all(|b| b.is_ascii_lowercase())
                && (1..=MAX_TEXT_LEN).contains(&text.len())
        })
}

impl Terms {
    /// Checks all rules of spec §3 that need nothing but the terms.
    pub fn new(parts: TermsParts) -> Result<Self, TermsError> {
        let p = &parts;
        if p.seats == 0 {
            return Err(TermsError::NoSeats);
        }
        if p.pool.size == 0 {
            return Err(TermsError::EmptyPool);
        }
        if u64::from(p.seats) + u64::from(p.reserves) > u64::from(p.pool.size) {
            return Err(TermsError::TooFewPeople { seats: p.seats, reserves: p.reserves, people: p.pool.size });
        }
        if p.pool.table.is_none() {
            if p.method.needs_table() {
                return Err(TermsError::NoTable("this method"));
            }
            if p.pool.from.is_some() {
                return Err(TermsError::NoTable("a linked pool"));
            }
        }
        if let Some(reason) = &p.pool.table_reason
            && (p.pool.table.is_none() || !(1..=MAX_TABLE_REASON_LEN).contains(&reason.len()))
        {
            return Err(TermsError::TableReason);
        }
        if let Some(from) = &p.pool.from {
            let names = &from.replacements;
            if names.len() > MAX_FROM_REPLACEMENTS
                || names.iter().enumerate().any(|(i, name)| names.iter().take(i).any(|other| other == name))
            {
                return Err(TermsError::FromReplacements);
            }
        }
        match &p.method {
            Method::Equal => {}
            Method::Households if p.pool.columns.household().is_empty() => return Err(TermsError::NoHouseholds),
            Method::Households => {}
            Method::Stratified { columns, .. } => {
                let distinct = columns.iter().enumerate().all(|(i, c)| !columns.iter().take(i).any(|d| d == c));
                let public = columns.iter().all(|c| p.pool.columns.public().contains(c));
                if !(1..=MAX_STRATA_COLUMNS).contains(&columns.len()) || !distinct || !public {
                    return Err(TermsError::StrataColumns);
                }
            }
            Method::Panels { panels, min_count, max_count, .. } => {
                if !(1..=MAX_PANELS).contains(panels) || min_count > max_count || max_count > panels {
                    return Err(TermsError::Panels);
                }
            }
        }
        if p.attempt == 0 || (p.attempt == 1) != p.previous.is_none() {
            return Err(TermsError::Previous { attempt: p.attempt });
        }
        if p.draw_by < p.draws_at {
            return Err(TermsError::DrawBy);
        }
        if !titles_fit(&p.title) {
            return Err(TermsError::Title);
        }
        let reason_fits = |n: &NotDrawn| n.seats > 0 && (1..=MAX_TEXT_LEN).contains(&n.why.len());
        if p.not_drawn.len() > MAX_NOT_DRAWN || !p.not_drawn.iter().all(reason_fits) {
            return Err(TermsError::NotDrawn);
        }
        if !(1..=MAX_KEY_NAME_LEN).contains(&p.log.len()) {
            return Err(TermsError::Log);
        }
        Ok(Self(parts))
    }

    /// Checks the committed round against the chain (spec §3). Gives time(round).
    pub fn check_round(&self, info: &ChainInfo) -> Result<u64, RoundError> {
        let time = check_round(info, &self.0.beacon, self.0.draws_at)?;
        if self.0.draw_by < time { Err(RoundError::DrawBy) } else { Ok(time) }
    }

    /// All members.
    #[must_use]
    pub fn parts(&self) -> &TermsParts {
        &self.0
    }
}

impl Body for Terms {
    type Written = WrittenTerms;
    fn check(written: WrittenTerms) -> Result<Self, SignedTextError> {
        Self::try_from(written).map_err(SignedTextError::Terms)
    }
}

impl std::ops::Deref for Terms {
    type Target = TermsParts;
    fn deref(&self) -> &TermsParts {
        &self.0
    }
}

impl From<Terms> for WrittenTerms {
    fn from(Terms(p): Terms) -> Self {
        Self {
            attempt: p.attempt,
            beacon: p.beacon,
            draw: p.draw,
            draw_by: p.draw_by,
            draws_at: p.draws_at,
            log: p.log,
            method: WrittenMethod { seats: p.seats, ..p.method.into() },
            not_drawn: if p.not_drawn.is_empty() { None } else { Some(p.not_drawn) },
            organiser: p.organiser,
            pool: p.pool,
            previous: p.previous,
            purpose: p.purpose,
            replacement: p.replacement,
            reserves: p.reserves,
            title: p.title,
        }
    }
}

impl TryFrom<WrittenTerms> for Terms {
    type Error = TermsError;
    fn try_from(w: WrittenTerms) -> Result<Self, TermsError> {
        let seats = w.method.seats;
        Self::new(TermsParts {
            attempt: w.attempt,
            beacon: w.beacon,
            draw: w.draw,
            draw_by: w.draw_by,
            draws_at: w.draws_at,
            log: w.log,
            method: Method::try_from(WrittenMethod { seats: 0, ..w.method })?,
            seats,
            not_drawn: w.not_drawn.unwrap_or_default(),
            organiser: w.organiser,
            pool: w.pool,
            previous: w.previous,
            purpose: w.purpose,
            replacement: w.replacement,
            reserves: w.reserves,
            title: w.title,
        })
    }
}
