//! Composes what an organiser signs, for commands and for the API: announcements, terms, vacancies, voids, annulments, erasures.
//!
//! Takes the state of the log as it is told, decides nothing about it, signs nothing. What comes out is held against the rules of the log when
//! it is handed in, like a note from anywhere else.

mod chances;
mod in_vain;

use std::collections::BTreeMap;

pub use chances::Chances;
use klero_draw::allocation::{Claim, allocate};
use klero_draw::artifacts::{PanelList, StrataList, Stratum};
use klero_draw::beacon::Chain;
use klero_draw::certificate::{Bounds, Certificate};
use klero_draw::hash::{ArtifactHash, StepHash};
use klero_draw::method::{DrawInputs, People, check_feasible};
use klero_draw::names::Slug;
use klero_draw::table::Table;
use klero_draw::terms::{BeaconTerms, FromTerms, Method, NotDrawn, PoolTerms, Replacement, Terms, TermsParts};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::people_csv;
use crate::pool_dir::PoolDir;
use crate::service::request::{About, DrawStatus};
use crate::when;

/// A result is overdue this long after the draw, unless the terms say otherwise: a week.
const DRAW_BY_SECS: u64 = 7 * 86_400;

/// The state of the log, as the service tells it.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Origin, keys, organisers.
    pub about: About,
    /// All draws.
    pub draws: Vec<DrawStatus>,
    /// The time, Unix seconds.
    pub now: u64,
}

impl Facts {
    /// One draw.
    pub fn draw(&self, draw: &Slug) -> Result<&DrawStatus, Failure> {
        self.draws.iter().find(|known| known.draw == *draw).ok_or_else(|| crate::service::no_such_draw(draw))
    }

    /// The step that closed the attempt before, for attempt 2 and later.
    pub fn previous(&self, attempt: u64, organiser: &Slug, purpose: &Slug) -> Result<Option<StepHash>, Failure> {
        if attempt == 1 {
            return Ok(None);
        }
        let before = |d: &&DrawStatus| d.attempt == attempt - 1 && d.organiser == *organiser && d.purpose == *purpose;
        match self.draws.iter().find(before).and_then(|d| d.closed_by) {
            Some(leaf) => Ok(Some(leaf)),
            None => Err(Failure::refused(format!("attempt {} for '{purpose}' is still open", attempt - 1))
                .advise("there is one open attempt for each purpose: finish it, or give it up with klero draw void")),
        }
    }

    /// The beacon chain that a sealed draw uses.
    pub fn chain_of(&self, draw: &DrawStatus) -> Result<Chain, Failure> {
        let hash = draw.chain.clone().ok_or_else(|| {
            Failure::refused(format!("'{}' is not sealed", draw.draw)).advise("its terms, once sealed, name the beacon")
        })?;
        if let Some(chain) = Chain::by_name_or_hash(&hash) {
            return Ok(chain);
        }
        match &self.about.rehearsal {
            Some(info) if info.chain_hash().to_string() == hash => Ok(Chain::rehearsal(info.clone())),
            _ => Err(Failure::unavailable(format!("the beacon chain {hash} is not known here"))
                .advise("use the version of klero that sealed the draw, or a newer one")),
        }
    }

    /// The chain that a new draw uses: the log's rehearsal chain if it has one, else quicknet.
    #[must_use]
    pub fn usual_chain(&self) -> Chain {
        self.about.rehearsal.clone().map_or_else(Chain::quicknet, Chain::rehearsal)
    }
}

/// A first announcement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnounceWish {
    /// Name of the draw.
    pub draw: Slug,
    /// Who draws.
    pub organiser: Slug,
    /// What for.
    pub purpose: Slug,
    /// Titles by language.
    pub title: BTreeMap<String, String>,
    /// When, Unix seconds.
    pub draws_at: u64,
}

/// The first announcement of a draw (spec §4.4).
pub fn announcement(facts: &Facts, wish: &AnnounceWish) -> Result<Value, Failure> {
    let AnnounceWish { draw, organiser, purpose, title, draws_at } = wish;
    let earlier = facts.draws.iter().filter(|d| d.organiser == *organiser && d.purpose == *purpose).count();
    let attempt = u64::try_from(earlier).unwrap_or(u64::MAX).saturating_add(1);
    let mut value = json!({
        "attempt": attempt, "draw": draw, "draws_at": draws_at, "log": facts.about.origin, "organiser": organiser,
        "postponed": 0, "purpose": purpose, "title": title,
    });
    if let Some(previous) = facts.previous(attempt, organiser, purpose)? {
        value["previous"] = json!(previous);
    }
    Ok(value)
}

/// A postponement: the same draw announced again for another time, and perhaps with another title.
pub fn postponement(
    facts: &Facts,
    known: &DrawStatus,
    draws_at: u64,
    title: Option<&BTreeMap<String, String>>,
) -> Result<Value, Failure> {
    in_vain::postponement(facts, known, draws_at)?;
    let mut value = json!({
        "attempt": known.attempt, "draw": known.draw, "draws_at": draws_at, "log": facts.about.origin,
        "organiser": known.organiser, "postponed": known.postponed + 1, "purpose": known.purpose,
        "title": title.unwrap_or(&known.title),
    });
    if let Some(previous) = facts.previous(known.attempt, &known.organiser, &known.purpose)? {
        value["previous"] = json!(previous);
    }
    Ok(value)
}

/// A draw is given up (spec §4.9).
pub fn void(facts: &Facts, draw: &DrawStatus, reason: &str) -> Result<Value, Failure> {
    in_vain::void(draw, reason)?;
    Ok(with_reason(facts, draw, reason))
}

fn with_reason(facts: &Facts, draw: &DrawStatus, reason: &str) -> Value {
    json!({"draw": draw.draw, "log": facts.about.origin, "organiser": draw.organiser, "reason": reason})
}

/// A result is annulled (spec §4.10).
pub fn annulment(facts: &Facts, draw: &DrawStatus, reason: &str) -> Result<Value, Failure> {
    in_vain::annulment(draw)?;
    let mut value = with_reason(facts, draw, reason);
    value["after"] = json!(after(draw)?);
    Ok(value)
}

fn after(status: &DrawStatus) -> Result<StepHash, Failure> {
    status.after.ok_or_else(|| {
        Failure::refused(format!("'{}' has no outcome yet", status.draw))
            .advise("before it is drawn it can be given up (void)")
    })
}

/// Seats are given up (spec §4.7). `draws_at` says when the replacements are drawn, where the terms say replacement: beacon.
pub fn vacancy(
    facts: &Facts,
    draw: &DrawStatus,
    seats: &BTreeMap<u32, String>,
    draws_at: Option<u64>,
) -> Result<Value, Failure> {
    in_vain::vacancy(facts, draw, draws_at)?;
    let seats: Vec<Value> = seats.iter().map(|(index, reason)| json!({"index": index, "reason": reason})).collect();
    let mut value = json!({
        "after": after(draw)?, "draw": draw.draw, "log": facts.about.origin, "organiser": draw.organiser, "seats": seats,
    });
    if let Some(draws_at) = draws_at {
        let chain = facts.chain_of(draw)?;
        let round = chain.info().round_after(draws_at);
        let round = round.ok_or_else(|| {
            Failure::usage("the beacon has no round after this time").advise("name an earlier time for the fresh draw")
        })?;
        value["beacon"] = json!({"chain": chain.hash(), "round": round});
        value["draws_at"] = draws_at.into();
    }
    Ok(value)
}

/// A pool was destroyed (spec §4.12).
pub fn erasure(facts: &Facts, draw: &DrawStatus) -> Result<Value, Failure> {
    in_vain::erasure(draw)?;
    let root = draw.root.as_ref().ok_or_else(|| {
        Failure::refused(format!("'{}' has no sealed pool", draw.draw))
            .advise("there is nothing to erase; an announced draw that is not wanted is given up (void)")
    })?;
    Ok(json!({"draw": draw.draw, "log": facts.about.origin, "organiser": draw.organiser, "root": root}))
}

/// How people are to be drawn.
#[derive(Debug, Clone)]
pub enum How {
    /// Everybody the same chance.
    Equal,
    /// The same, at most one person of a household.
    Households,
    /// A number from each stratum, in proportion.
    Stratified {
        /// Public columns that make the strata.
        by: Vec<String>,
        /// Population of each stratum, a CSV with these columns and 'population'; the pool itself if absent.
        population: Option<String>,
    },
    /// One panel of this list.
    Panels {
        /// The list.
        list: PanelList,
        /// The certificate of fairness, if the list brought one.
        certificate: Option<Certificate>,
        /// The method that names it.
        method: Method,
    },
}

/// What terms are to say, besides what the announcement says.
#[derive(Debug, Clone)]
pub struct TermsWish {
    /// The announced draw.
    pub draw: Slug,
    /// How.
    pub how: How,
    /// Seats.
    pub seats: u32,
    /// Reserves.
    pub reserves: u32,
    /// How vacancies are filled.
    pub replacement: Replacement,
    /// The beacon.
    pub chain: Chain,
    /// After this a missing result is overdue; a week after the draw if absent.
    pub draw_by: Option<u64>,
    /// Seats that are not drawn.
    pub not_drawn: Vec<NotDrawn>,
    /// The earlier draw whose people these are.
    pub from: Option<Slug>,
    /// Why the table is published although some of its rows are unique.
    pub table_reason: Option<String>,
}

/// Terms that pool and method can carry out.
#[derive(Debug, Clone)]
pub struct Composed {
    /// The terms.
    pub terms: Terms,
    /// When the round is published, Unix seconds.
    pub round_at: u64,
    /// The strata, for `stratified`.
    pub strata: Option<StrataList>,
    /// The chances that the list gives, for `panels`.
    pub chances: Option<Chances>,
    /// The artifacts that the method names, to be put beside the pool.
    pub artifacts: Vec<String>,
}

/// Why terms were not composed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotComposed {
    /// Seats, reserves, strata or panels do not go with the pool (spec §7.2).
    Infeasible(Failure),
    /// The certificate of fairness is not about this list, these people and these quotas (spec §7.8).
    Certificate(Failure),
    /// Somebody stands alone in the table that would be published, and no reason is given.
    UniqueRows(Failure),
    /// Anything else.
    Other(Failure),
}

impl From<Failure> for NotComposed {
    fn from(failure: Failure) -> Self {
        Self::Other(failure)
    }
}

impl From<NotComposed> for Failure {
    fn from(refused: NotComposed) -> Self {
        match refused {
            NotComposed::Infeasible(failure)
            | NotComposed::Certificate(failure)
            | NotComposed::UniqueRows(failure)
            | NotComposed::Other(failure) => failure,
        }
    }
}

/// Composes and checks terms: whatever sealing would refuse of them is refused here, before anybody signs.
pub fn terms(facts: &Facts, pool: &PoolDir, wish: &TermsWish) -> Result<Composed, NotComposed> {
    let status = facts.draw(&wish.draw)?;
    in_vain::terms(status)?;
    let round = wish.chain.info().round_after(status.draws_at).ok_or_else(|| {
        Failure::refused(format!("the beacon has no round after {}", when::show(status.draws_at)))
            .advise("announce the draw for a later time")
    })?;
    let from = match &wish.from {
        None => None,
        Some(earlier) => {
            let status = facts.draw(earlier)?;
            in_vain::linked(status)?;
            let outcome = status.outcome.as_ref().ok_or_else(|| {
                Failure::refused(format!("'{earlier}' has no outcome yet"))
                    .advise("a linked pool follows a finished draw")
            })?;
            let replacements = status.replacements.iter().map(|name| name.parse().map_err(Failure::unavailable));
            Some(FromTerms {
                draw: earlier.clone(),
                outcome: outcome.parse().map_err(Failure::unavailable)?,
                replacements: replacements.collect::<Result<_, _>>()?,
            })
        }
    };
    let strata = match &wish.how {
        How::Stratified { by, population } => Some(strata(pool, by, population.as_deref(), wish)?),
        _ => None,
    };
    let (method, panels) = match &wish.how {
        How::Equal => (Method::Equal, None),
        How::Households => (Method::Households, None),
        How::Stratified { by, .. } => match &strata {
            Some((_, strata)) => (Method::Stratified { columns: by.clone(), strata: *strata }, None),
            None => return Err(Failure::usage("the columns that make the strata are missing").into()),
        },
        How::Panels { list, method, .. } => (method.clone(), Some(list)),
    };
    // A table that is not needed is not published.
    let table = if method.needs_table() || from.is_some() { pool.table() } else { None };
    let terms = Terms::new(TermsParts {
        attempt: status.attempt,
        beacon: BeaconTerms { chain: wish.chain.hash(), round },
        draw: wish.draw.clone(),
        draw_by: wish.draw_by.unwrap_or_else(|| status.draws_at.saturating_add(DRAW_BY_SECS)),
        draws_at: status.draws_at,
        log: facts.about.origin.clone(),
        method,
        seats: wish.seats,
        not_drawn: wish.not_drawn.clone(),
        organiser: status.organiser.clone(),
        pool: PoolTerms {
            columns: pool.columns().clone(),
            from,
            root: pool.root(),
            size: pool.size(),
            table,
            table_reason: wish.table_reason.clone().filter(|_| table.is_some()),
        },
        previous: facts.previous(status.attempt, &status.organiser, &status.purpose)?,
        purpose: status.purpose.clone(),
        replacement: wish.replacement,
        reserves: wish.reserves,
        title: status.title.clone(),
    })
    .map_err(|e| Failure::refused(e).advise("correct what was asked for; nothing was written"))?;
    let round_at = terms
        .check_round(wish.chain.info())
        .map_err(|e| Failure::refused(e).advise("choose a later time by which it is to be drawn"))?;
    in_vain::round(facts, &wish.draw, round_at)?;
    let certificate = match &wish.how {
        How::Panels { certificate, .. } => certificate.as_ref(),
        _ => None,
    };
    let bounds = feasible(&terms, pool, strata.as_ref().map(|(list, _)| list), panels, certificate)?;
    let chances = panels.map(|list| Chances::of(list, pool.size(), bounds.as_ref()));
    let strata = strata.map(|(list, _)| list);
    let mut artifacts = Vec::new();
    artifacts.extend(strata.as_ref().map(StrataList::text).transpose().map_err(Failure::usage)?);
    artifacts.extend(panels.map(PanelList::text).transpose().map_err(Failure::usage)?);
    artifacts.extend(certificate.map(Certificate::text).transpose().map_err(Failure::usage)?);
    Ok(Composed { terms, round_at, strata, chances, artifacts })
}

fn read_table<'a>(text: &'a str, pool: &PoolDir) -> Result<Table<'a>, Failure> {
    Table::parse(text, pool.columns(), pool.size(), &pool.root()).map_err(|e| {
        Failure::refused(e).advise("put back the pool's table, or commit the same file again with the same key")
    })
}

/// Refuses what cannot be drawn; gives what the certificate proves, if there is one.
fn feasible(
    terms: &Terms,
    pool: &PoolDir,
    strata: Option<&StrataList>,
    panels: Option<&PanelList>,
    certificate: Option<&Certificate>,
) -> Result<Option<Bounds>, NotComposed> {
    let text = if terms.pool.table.is_some() { pool.table_text()? } else { None };
    let table = text.as_deref().map(|text| read_table(text, pool)).transpose()?;
    let inputs = DrawInputs { people: table.as_ref().map(|t| t as &dyn People), strata, panels };
    if let Some(table) = &table {
        crate::anonymity::check(table, terms.pool.table_reason.as_deref()).map_err(NotComposed::UniqueRows)?;
    }
    check_feasible(terms, &inputs).map_err(|e| {
        let advice = "change seats, reserves, strata or panels; nothing was written";
        NotComposed::Infeasible(Failure::refused(e).advise(advice))
    })?;
    let (Some(certificate), Some(list), Some(table)) = (certificate, panels, &table) else { return Ok(None) };
    let bounds = certificate.bounds(terms, list, table).map_err(|e| {
        let advice = "build the list again: its certificate is not about these people and quotas";
        NotComposed::Certificate(Failure::refused(e).advise(advice))
    })?;
    Ok(Some(bounds))
}

/// The strata list: who lives in the pool, and how many seats that gives.
fn strata(
    pool: &PoolDir,
    by: &[String],
    population: Option<&str>,
    wish: &TermsWish,
) -> Result<(StrataList, ArtifactHash), Failure> {
    if by.is_empty() {
        return Err(Failure::usage("the columns that make the strata are missing").advise("name them: --by COLUMN,…"));
    }
    let text = pool.table_text()?.ok_or_else(|| {
        Failure::refused("this pool has no table, which strata need")
            .advise("commit the pool again with --public naming the columns")
    })?;
    let table = read_table(&text, pool)?;
    let columns = by
        .iter()
        .map(|name| {
            table.columns().public_position(name).ok_or_else(|| {
                Failure::usage(format!("the pool has no public column '{name}'"))
                    .advise(format!("its public columns are: {}", pool.columns().public().join(", ")))
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut counts: BTreeMap<Vec<String>, u64> = BTreeMap::new();
    for person in 0..table.size() {
        let values = columns.iter().map(|column| table.value(person, *column).to_owned()).collect();
        *counts.entry(values).or_default() += 1;
    }
    let population = match population {
        None => counts.clone(),
        Some(text) => given_population(text, by, &counts)?,
    };
    let claims = |taken: &[u64]| -> Vec<Claim> {
        let rest = counts.values().zip(taken.iter().copied().chain(std::iter::repeat(0)));
        population
            .values()
            .zip(rest)
            .map(|(p, (here, taken))| Claim { population: *p, capacity: Some(here - taken) })
            .collect()
    };
    let too_many = |e: &dyn std::fmt::Display| Failure::refused(e).advise("ask for fewer seats, or enlarge the pool");
    let seats = allocate(u64::from(wish.seats), &claims(&[])).map_err(|e| too_many(&e))?;
    let reserves = allocate(u64::from(wish.reserves), &claims(&seats)).map_err(|e| too_many(&e))?;
    let number = |n: &u64| u32::try_from(*n).map_err(|_| Failure::usage("too many seats"));
    let mut list = Vec::new();
    for (values, (seats, reserves)) in counts.keys().zip(seats.iter().zip(&reserves)) {
        list.push(Stratum { reserves: number(reserves)?, seats: number(seats)?, values: values.clone() });
    }
    let list = StrataList::new(by.to_vec(), list).map_err(Failure::usage)?;
    let name = ArtifactHash::of(list.text().map_err(Failure::usage)?.as_bytes());
    Ok((list, name))
}

/// Given population counts, one for each stratum of the pool.
fn given_population(
    text: &str,
    by: &[String],
    counts: &BTreeMap<Vec<String>, u64>,
) -> Result<BTreeMap<Vec<String>, u64>, Failure> {
    let wrong = |what: String| {
        Failure::usage(format!("the population: {what}"))
            .advise("one line for each stratum: the columns of --by, and 'population'")
    };
    let people_csv::Delimited { text, delimiter, line: first_line } = people_csv::delimited(text);
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|e| wrong(e.to_string()))?.clone();
    let position = |name: &str| {
        headers.iter().position(|h| people_csv::normalise(h) == people_csv::normalise(name)).ok_or_else(|| {
            let there = headers.iter().collect::<Vec<_>>().join(", ");
            wrong(format!("there is no column '{name}'; the file has: {there}"))
        })
    };
    let columns = by.iter().map(|name| position(name)).collect::<Result<Vec<_>, _>>()?;
    let number = position("population")?;
    let mut given: BTreeMap<Vec<String>, u64> = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(|e| wrong(e.to_string()))?;
        let values: Vec<String> =
            columns.iter().map(|c| people_csv::normalise(record.get(*c).unwrap_or_default())).collect();
        let line = record.position().map_or(0, csv::Position::line) + first_line - 1;
        let people = record
            .get(number)
            .unwrap_or_default()
            .trim()
            .parse()
            .map_err(|_| wrong(format!("line {line}: the population is not a number")))?;
        if !counts.contains_key(&values) {
            return Err(wrong(format!("line {line}: nobody in the pool is in the stratum '{}'", values.join(" · "))));
        }
        if given.insert(values, people).is_some() {
            return Err(wrong(format!("line {line}: this stratum is listed twice")));
        }
    }
    match counts.keys().find(|values| !given.contains_key(*values)) {
        Some(values) => Err(wrong(format!("the stratum '{}' of the pool is not listed", values.join(" · ")))),
        None => Ok(given),
    }
}
