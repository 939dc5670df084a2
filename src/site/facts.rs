//! What the pages tell of a draw, apart from any language: states, counts and the server's own check. Indices and counts, no person.
//!
//! The costly parts (checking the proof, reading the table) are done once for each state of a draw and kept; what the clock changes is asked
//! afresh. Nothing here decides anything: the check is the verifier's own, run on the bundle that anyone can download.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use klero_draw::artifacts::{PanelList, StrataList};
use klero_draw::hash::ArtifactHash;
use klero_draw::names::Slug;
use klero_draw::step::{StepKind, UnverifiedStep};
use klero_draw::table::Table;
use klero_draw::terms::{Method, Terms};
use klero_verifier::ledger::DrawState;
use klero_verifier::report::Report;

use crate::failure::Failure;
use crate::service::Service;
use crate::service::request::DrawStatus;

/// Tables over this size are not read for charts: they would hold the server's memory for a picture.
const TABLE_BYTES_MAX: u64 = 256 << 20;
/// States of draws that are kept at once.
const KEPT_MAX: usize = 256;
/// Columns of which charts are drawn.
const CHARTS_MAX: usize = 12;

/// One draw, as its pages need it.
#[derive(Debug, Clone)]
pub struct DrawFacts {
    /// Where it stands now.
    pub status: DrawStatus,
    /// The organiser's name.
    pub organiser_name: String,
    /// What the ledger knows.
    pub state: DrawState,
    /// Given up in time, as far as the operator's clock tells.
    pub cancelled: bool,
    /// Titles of the earlier draw whose people these are, if its pool says so.
    pub earlier_title: Option<BTreeMap<String, String>>,
    /// What was worked out once.
    pub worked: Arc<Worked>,
}

impl DrawFacts {
    /// The sealed rules.
    #[must_use]
    pub fn terms(&self) -> Option<&Terms> {
        self.state.terms()
    }
}

/// What is worked out once for each state of a draw.
#[derive(Debug)]
pub struct Worked {
    /// The server's own check of the bundle; absent before there is a result, or where it is too large to check here.
    pub report: Option<Report>,
    /// Who was drawn.
    pub people: Option<People>,
    /// How values are spread.
    pub columns: Vec<Column>,
    /// The table was destroyed.
    pub table_gone: bool,
    /// Everybody's chance.
    pub chance: Option<Chance>,
    /// Its steps.
    pub steps: Vec<StepFact>,
    /// Witnesses that cosigned the seal before the round; `None` if the log asks for none.
    pub witnesses: Option<u64>,
}

/// Who was drawn, by index.
#[derive(Debug, Clone)]
pub struct People {
    /// In the order that the method gives.
    pub drawn: Vec<u32>,
    /// Reserves, in order.
    pub reserves: Vec<u32>,
    /// The panel's number.
    pub panel: Option<u32>,
    /// Who holds a seat now, if that differs.
    pub seated: Option<Vec<u32>>,
}

/// Everybody's chance (spec §7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chance {
    /// The same for all.
    Equal {
        /// Seats.
        seats: u64,
        /// People.
        people: u64,
    },
    /// About the same for all.
    Households {
        /// Seats.
        seats: u64,
        /// People.
        people: u64,
    },
    /// Seats and people of the luckiest and the least lucky group.
    Stratified {
        /// Columns that make a group.
        columns: Vec<String>,
        /// Most seats for its people.
        best: (u64, u64),
        /// Fewest.
        worst: (u64, u64),
    },
    /// Shares of the list of panels.
    Panels {
        /// Fewest panels of a person.
        min: u64,
        /// Most.
        max: u64,
        /// Panels in all.
        panels: u64,
    },
}

/// One public column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its values, most frequent first.
    pub rows: Vec<ValueCount>,
    /// People in the pool.
    pub pool: u64,
    /// People drawn.
    pub drawn: u64,
    /// People in the earlier pool, if it has this column.
    pub earlier: Option<u64>,
}

/// One value of a column.
#[derive(Debug, Clone)]
pub struct ValueCount {
    /// The value.
    pub value: String,
    /// In the pool.
    pub pool: u64,
    /// Drawn; 0 before the draw.
    pub drawn: u64,
    /// In the earlier pool.
    pub earlier: Option<u64>,
    /// Fewest and most that the rules demand.
    pub quota: Option<(u64, u64)>,
}

/// One step.
#[derive(Debug, Clone)]
pub struct StepFact {
    /// Index in the log.
    pub seq: u64,
    /// Unix seconds.
    pub time: u64,
    /// What it says.
    pub kind: StepKind,
}

/// Worked-out facts by draw, each with the number of steps that it was made from.
#[derive(Debug, Default)]
pub struct Kept(Mutex<BTreeMap<Slug, Slot>>);

/// One draw's place among the kept: made by one reader while the others wait for it.
#[derive(Debug, Clone)]
struct Slot {
    steps: usize,
    made: Arc<Mutex<Option<Arc<Worked>>>>,
}

impl Kept {
    /// Everything that the pages of a draw show. Blocks: not to be called on a runtime's own threads.
    pub fn draw(&self, service: &Service, draw: &Slug) -> Result<DrawFacts, Failure> {
        let status = service.statuses(Some(draw))?.pop().ok_or_else(|| crate::service::no_such_draw(draw))?;
        let (state, organiser_name, earlier_title) = {
            let ledger = service.ledger();
            let state = ledger.draw(draw).cloned().ok_or_else(|| crate::service::no_such_draw(draw))?;
            let organiser = ledger.organiser(&state.announced().organiser).and_then(|o| o.in_force(ledger.time()));
            let name = organiser.map_or_else(|| state.announced().organiser.to_string(), |o| o.note.name.clone());
            let from = state.terms().and_then(|terms| terms.pool.from.as_ref());
            let earlier = from.and_then(|from| Some(ledger.draw(&from.draw)?.announced().title.clone()));
            (state, name, earlier)
        };
        let cancelled = state.cancelled_by_own_time(service.margin_secs());
        let worked = self.worked(service, draw, &state)?;
        Ok(DrawFacts { status, organiser_name, state, cancelled, earlier_title, worked })
    }

    fn worked(&self, service: &Service, draw: &Slug, state: &DrawState) -> Result<Arc<Worked>, Failure> {
        let steps = state.steps().len();
        let slot = {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() >= KEPT_MAX && !kept.contains_key(draw) {
                kept.pop_first();
            }
            let slot = kept.entry(draw.clone()).or_insert_with(|| Slot { steps, made: Arc::default() });
            if slot.steps != steps {
                *slot = Slot { steps, made: Arc::default() };
            }
            slot.clone()
        };
        // Readers of one draw wait here for the first of them; those of other draws do not.
        let mut made = slot.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = &*made {
            return Ok(Arc::clone(made));
        }
        let fresh = Arc::new(work(service, draw, state)?);
        *made = Some(Arc::clone(&fresh));
        Ok(fresh)
    }
}

fn work(service: &Service, draw: &Slug, state: &DrawState) -> Result<Worked, Failure> {
    let people = match state.result() {
        Some(result) => {
            let outcome = service.outcome(result.outcome)?;
            let indices =
                |openings: &[klero_draw::outcome::Opening]| openings.iter().map(|o| o.index).collect::<Vec<_>>();
            let drawn = indices(&outcome.drawn);
            // Who holds a seat now: drawn or seated later, and not gone.
            let seated = (!state.left().is_empty()).then(|| {
                let later =
                    state.vacancies().iter().filter_map(|v| v.answer.as_ref()).flat_map(|a| a.seated.iter().copied());
                let mut now: Vec<u32> =
                    drawn.iter().copied().chain(later).filter(|i| !state.left().contains(i)).collect();
                now.sort_unstable();
                now
            });
            Some(People { drawn, reserves: indices(&outcome.reserves), panel: outcome.panel, seated })
        }
        None => None,
    };
    let terms = state.terms();
    let rules = terms.map(|terms| Rules::read(service, terms)).transpose()?.flatten();
    let gone = state.erased().is_some();
    let large = terms.and_then(|t| t.pool.table).is_some_and(|t| service.artifact_bytes(&t) > TABLE_BYTES_MAX);
    let (columns, groups) = match terms {
        Some(terms) if !gone && !large => columns(service, terms, rules.as_ref(), people.as_ref())?,
        _ => Default::default(),
    };
    let finished = state.result().is_some() || state.void().is_some();
    let checked = (finished && !large).then(|| service.self_check(draw)).transpose()?;
    let (report, witnesses) = checked.map_or((None, None), |(report, witnesses)| (Some(report), witnesses));
    Ok(Worked {
        chance: terms.and_then(|terms| chance(terms, &groups)),
        steps: steps(service, state)?,
        report,
        people,
        columns,
        table_gone: gone,
        witnesses,
    })
}

/// The artifact that a method names.
enum Rules {
    Strata(StrataList),
    Panels(PanelList),
}

impl Rules {
    fn read(service: &Service, terms: &Terms) -> Result<Option<Self>, Failure> {
        let broken = |e: klero_draw::artifacts::ArtifactError| Failure::unavailable(format!("the sealed rules: {e}"));
        Ok(match &terms.method {
            Method::Equal | Method::Households => None,
            Method::Stratified { strata, .. } => {
                Some(Self::Strata(StrataList::parse(&service.artifact(*strata)?).map_err(broken)?))
            }
            Method::Panels { list, .. } => {
                Some(Self::Panels(PanelList::parse(&service.artifact(*list)?).map_err(broken)?))
            }
        })
    }

    /// Fewest and most people drawn with this value, as the rules demand.
    fn quota(&self, column: &str, value: &str) -> Option<(u64, u64)> {
        match self {
            Self::Strata(list) => match list.columns() {
                [only] if only == column => list
                    .strata()
                    .iter()
                    .find(|s| s.values.first().is_some_and(|v| v == value))
                    .map(|s| (u64::from(s.seats), u64::from(s.seats))),
                _ => None,
            },
            Self::Panels(list) => list
                .quotas()
                .iter()
                .find(|q| q.column == column && q.value == value)
                .map(|q| (u64::from(q.min), u64::from(q.max))),
        }
    }
}

/// How values are spread, and seats and people of each group.
type Spread = (Vec<Column>, Vec<(u64, u64)>);

fn columns(
    service: &Service,
    terms: &Terms,
    rules: Option<&Rules>,
    people: Option<&People>,
) -> Result<Spread, Failure> {
    let Some(table) = terms.pool.table else { return Ok(Spread::default()) };
    let text = service.artifact(table)?;
    let unread = |e: klero_draw::table::TableError| Failure::unavailable(format!("the published table: {e}"));
    let table = Table::parse(&text, &terms.pool.columns, terms.pool.size, &terms.pool.root).map_err(unread)?;
    let earlier = earlier_counts(service, terms)?;
    let mut all = Vec::new();
    for (at, name) in table.columns().public().iter().enumerate().take(CHARTS_MAX) {
        let mut pool = vec![0u64; table.values(at).len()];
        for code in table.codes(at) {
            if let Some(count) = usize::try_from(*code).ok().and_then(|c| pool.get_mut(c)) {
                *count += 1;
            }
        }
        let mut drawn = vec![0u64; pool.len()];
        let shown: &[u32] = people.map_or(&[], |p| p.seated.as_deref().unwrap_or(&p.drawn));
        for index in shown {
            if let Some(count) =
                table.code(*index, at).and_then(|c| usize::try_from(c).ok()).and_then(|c| drawn.get_mut(c))
            {
                *count += 1;
            }
        }
        let before = earlier.get(name.as_str());
        let mut rows: Vec<ValueCount> = (table.values(at).iter().zip(pool).zip(drawn))
            .map(|((value, pool), drawn)| ValueCount {
                value: value.to_string(),
                pool,
                drawn,
                earlier: before.map(|b| b.get(value.as_ref()).copied().unwrap_or(0)),
                quota: rules.and_then(|rules| rules.quota(name, value)),
            })
            .collect();
        rows.sort_by(|a, b| b.pool.cmp(&a.pool).then_with(|| a.value.cmp(&b.value)));
        all.push(Column {
            name: name.clone(),
            rows,
            pool: u64::from(table.size()),
            drawn: u64::try_from(shown.len()).unwrap_or(u64::MAX),
            earlier: before.map(|b| b.values().sum()),
        });
    }
    let groups = match rules {
        Some(Rules::Strata(list)) => groups(&table, list),
        _ => Vec::new(),
    };
    Ok((all, groups))
}

/// Counts of the earlier draw's pool, by column and value, where a linked pool's earlier table is there.
fn earlier_counts(service: &Service, terms: &Terms) -> Result<BTreeMap<String, BTreeMap<String, u64>>, Failure> {
    let mut counts: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    let Some(from) = &terms.pool.from else { return Ok(counts) };
    let earlier = service.ledger().draw(&from.draw).and_then(|d| {
        let pool = &d.terms()?.pool;
        (d.erased().is_none()).then(|| (pool.columns.clone(), pool.size, pool.root, pool.table))
    });
    let Some((columns, size, root, Some(table))) = earlier else { return Ok(counts) };
    if service.artifact_bytes(&table) > TABLE_BYTES_MAX {
        return Ok(counts);
    }
    let text = service.artifact(table)?;
    let Ok(table) = Table::parse(&text, &columns, size, &root) else { return Ok(counts) };
    for (at, name) in table.columns().public().iter().enumerate() {
        let by_value = counts.entry(name.clone()).or_default();
        for code in table.codes(at) {
            if let Some(value) = usize::try_from(*code).ok().and_then(|c| table.values(at).get(c)) {
                *by_value.entry(value.to_string()).or_default() += 1;
            }
        }
    }
    Ok(counts)
}

fn chance(terms: &Terms, groups: &[(u64, u64)]) -> Option<Chance> {
    let (seats, people) = (u64::from(terms.seats), u64::from(terms.pool.size));
    Some(match &terms.method {
        Method::Panels { panels, min_count, max_count, .. } => {
            Chance::Panels { min: u64::from(*min_count), max: u64::from(*max_count), panels: u64::from(*panels) }
        }
        Method::Households => Chance::Households { seats, people },
        Method::Stratified { columns, .. } => {
            // Shares a/b and c/d compare as a·d and c·b.
            let by_share = |a: &&(u64, u64), b: &&(u64, u64)| {
                (u128::from(a.0) * u128::from(b.1)).cmp(&(u128::from(b.0) * u128::from(a.1)))
            };
            // Without the table nobody can say how large the groups were.
            let best = *groups.iter().max_by(by_share)?;
            let worst = *groups.iter().min_by(by_share)?;
            Chance::Stratified { columns: columns.clone(), best, worst }
        }
        Method::Equal => Chance::Equal { seats, people },
    })
}

/// Seats and people of each group of a stratified draw.
fn groups(table: &Table<'_>, list: &StrataList) -> Vec<(u64, u64)> {
    let at: Vec<usize> =
        list.columns().iter().filter_map(|c| table.columns().public().iter().position(|p| p == c)).collect();
    let mut people: BTreeMap<Vec<&str>, u64> = BTreeMap::new();
    for index in 0..table.size() {
        *people.entry(at.iter().map(|column| table.value(index, *column)).collect()).or_default() += 1;
    }
    list.strata()
        .iter()
        .map(|s| {
            let values: Vec<&str> = s.values.iter().map(String::as_str).collect();
            (u64::from(s.seats), people.get(&values).copied().unwrap_or(0))
        })
        .filter(|(_, people)| *people > 0)
        .collect()
}

/// A draw's steps, read again from the log; they were checked when it was opened.
fn steps(service: &Service, state: &DrawState) -> Result<Vec<StepFact>, Failure> {
    state.steps().iter().map(|seq| step(service, *seq)).collect()
}

/// One step of the log, told again.
pub fn step(service: &Service, seq: u64) -> Result<StepFact, Failure> {
    let (_, fact) = entry(service, seq)?;
    Ok(fact)
}

/// One entry's bytes, and what it says.
pub fn entry(service: &Service, seq: u64) -> Result<(Vec<u8>, StepFact), Failure> {
    let entry = service.reader().entry(seq).map_err(|e| {
        let advice = e.advice();
        Failure::unavailable(e).advise(advice)
    })?;
    let step = UnverifiedStep::parse(&entry).map_err(|e| Failure::unavailable(format!("step {seq}: {e}")))?;
    let fact = StepFact { seq, time: step.claims().time, kind: step.claims().kind.clone() };
    Ok((entry, fact))
}

/// A published file of this name: how long it is, or nothing.
#[must_use]
pub fn artifact_bytes(service: &Service, name: &ArtifactHash) -> Option<u64> {
    Some(service.artifact_bytes(name)).filter(|bytes| *bytes > 0)
}
