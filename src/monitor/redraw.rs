//! Every draw drawn again from its sealed terms, its round and its artifacts, by the verifier's own checks; and whether its table is still there.
//!
//! Artifacts are fetched when they are needed and kept nowhere: a table is personal data, and a monitor has no need of it afterwards. A draw stays
//! pending until everything about it could be looked at: a check that was skipped for want of a file has found nothing, and least of all that the
//! draw is right.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use klero_draw::hash::{ArtifactHash, StepHash};
use klero_draw::names::Slug;
use klero_tlog::{Frontier, Note, VerifiedCheckpoint};
use klero_verifier::artifacts::ArtifactSource;
use klero_verifier::cli::ARTIFACT_LIMIT;
use klero_verifier::ledger::{DrawState, Logged, Phase};
use klero_verifier::report::{Check, CheckId, Status};
use klero_verifier::trust::Trust;
use klero_verifier::verify::from_ledger::{Replayed, replay_draw};

use super::findings::Id;
use super::state::{Awaited, Waiting};
use super::{Done, Monitor, Stop};
use crate::files::{Files, RealFiles};
use crate::place::{CHECKPOINT_LIMIT, Place};

/// Draws after which the state is written down.
const DRAWS_AT_ONCE: u64 = 64;
/// Tables that are looked for in one pass.
const TABLES_AT_ONCE: usize = 64;

/// What each check's failure is called.
const FAILED: &[(CheckId, Id)] = &[
    (CheckId::Format, Id::ArtifactWrong),
    (CheckId::TimeSealed, Id::SealLate),
    (CheckId::BeaconSignature, Id::BeaconWrong),
    (CheckId::PoolTable, Id::TableWrong),
    (CheckId::PoolFrom, Id::PoolWrong),
    (CheckId::PanelsQuotas, Id::PanelsWrong),
    (CheckId::PanelsCounts, Id::PanelsWrong),
    (CheckId::PanelsCertificate, Id::PanelsWrong),
    (CheckId::DrawOutcome, Id::DrawWrong),
    (CheckId::ReplacementsRule, Id::ReplacementWrong),
    (CheckId::Voids, Id::VoidWrong),
];

/// Artifacts from the log's place, and what could not be had.
struct Fetch<'a> {
    place: &'a Place,
    unreachable: RefCell<Option<String>>,
    missing: RefCell<BTreeSet<ArtifactHash>>,
    /// Not what their names say; with what is wrong, if the checks do not say it.
    wrong: RefCell<BTreeMap<ArtifactHash, Option<String>>>,
}

impl ArtifactSource for Fetch<'_> {
    fn artifact(&self, name: &ArtifactHash) -> Result<Option<String>, String> {
        match self.place.get(&format!("artifact/{name}"), ARTIFACT_LIMIT) {
            Ok(Some(bytes)) => {
                let found = ArtifactHash::of(&bytes);
                let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned());
                if text.is_err() || found != *name {
                    let words =
                        text.as_ref().err().map(|words| format!("artifact {name}: {words}; it hashes to {found}"));
                    self.wrong.borrow_mut().insert(*name, words);
                }
                text.map(Some)
            }
            Ok(None) => {
                self.missing.borrow_mut().insert(*name);
                Ok(None)
            }
            Err(problem) => {
                *self.unreachable.borrow_mut() = Some(problem.to_string());
                Err(problem.detail)
            }
        }
    }
}

impl Monitor {
    /// Draws every draw again that had steps since it was drawn again last, or about which something was missing.
    pub(super) fn redraw(&mut self, place: &Place, now: u64, done: &mut Done) -> Result<(), Stop> {
        self.look_for_witnesses(place)?;
        let pending: Vec<String> = self.state.iter().flat_map(|state| state.pending.iter().cloned()).collect();
        for name in pending {
            let Ok(draw) = name.parse::<Slug>() else { continue };
            self.bring_back(&draw)?;
            self.used(&draw);
            let finished = self.redraw_one(place, &draw, now, done)?;
            done.redrawn += 1;
            if let Some(state) = self.state.as_mut().filter(|_| finished) {
                state.pending.remove(&name);
            }
            self.put_aside();
            if done.redrawn.is_multiple_of(DRAWS_AT_ONCE) {
                self.save()?;
            }
        }
        Ok(())
    }

    /// One draw. `false` if it has to be looked at again.
    fn redraw_one(&mut self, place: &Place, draw: &Slug, now: u64, done: &mut Done) -> Result<bool, Stop> {
        let Some(known) = self.ledger.draw(draw).cloned() else { return Ok(true) };
        self.await_next(draw, &known);
        if let Some(state) = &mut self.state {
            state.unwitnessed.remove(draw.as_str());
        }
        let Some(terms) = known.terms() else { return Ok(true) };
        if let Some(from) = terms.pool.from.as_ref().map(|from| from.draw.clone()) {
            self.bring_back(&from)?;
            self.used(&from);
        }
        let witnessed = self.witnessed(place, &known)?;
        let source =
            Fetch { place, unreachable: RefCell::default(), missing: RefCell::default(), wrong: RefCell::default() };
        let excerpt = self.ledger.excerpt(draw);
        let trust = self.setup.trust.as_ref();
        let Some(replayed) = replay_draw(excerpt, draw, &source, trust, witnessed) else { return Ok(true) };
        if let Some(problem) = source.unreachable.take() {
            done.problem = done.problem.take().or(Some(problem));
            return Ok(false);
        }
        let missing = source.missing.take();
        let whole = self.found_missing(draw, &known, &missing, now);
        let mut wrong = source.wrong.take();
        if known.erased().is_some() {
            wrong.retain(|name, _| Some(*name) != terms_table(&known));
        }
        let witness = self.found_witness(draw, &known, &replayed, now);
        self.found_checks(draw, &replayed, wrong.values().flatten().next(), now);
        if replayed.abandoned {
            let words = replayed.voids.join(" ");
            self.findings.find(Id::DrawAbandoned, draw.as_str(), words, now);
        }
        let open = unchecked(&known, &replayed);
        if let Some(why) = open.as_ref().filter(|_| whole && wrong.is_empty()) {
            done.problem = done.problem.take().or(Some(format!("draw '{draw}' could not be drawn again: {why}")));
        }
        Ok(whole && wrong.is_empty() && witness && open.is_none())
    }

    /// What the draw waits for now, and which table must be there.
    fn await_next(&mut self, draw: &Slug, known: &DrawState) {
        let waiting = match known.phase() {
            Phase::Announced => Some(Waiting { awaited: Awaited::Seal, due: known.announced().draws_at }),
            Phase::Sealed => {
                let due = known.seal().and_then(|seal| seal.round_time);
                due.map(|due| Waiting { awaited: Awaited::Draw, due })
            }
            Phase::Vacated => known.open_vacancy().map(|vacancy| Waiting {
                awaited: Awaited::Replacement,
                due: vacancy.round_time.unwrap_or(vacancy.at.time),
            }),
            Phase::Drawn | Phase::Voided | Phase::Annulled => None,
        };
        let Some(state) = &mut self.state else { return };
        let before = match waiting {
            Some(waiting) => state.waiting.insert(draw.to_string(), waiting),
            None => state.waiting.remove(draw.as_str()),
        };
        if before != waiting {
            for id in [Id::DrawUnsealed, Id::DrawOverdue, Id::ReplacementOverdue] {
                self.findings.settle(id, draw.as_str());
            }
        }
        if let Some(table) = terms_table(known).map(|table| table.to_string()) {
            if known.erased().is_some() {
                if let Some(draws) = state.tables.get_mut(&table) {
                    draws.remove(draw.as_str());
                }
                state.tables.retain(|_, draws| !draws.is_empty());
                self.findings.settle(Id::TableGone, draw.as_str());
            } else {
                state.tables.entry(table).or_default().insert(draw.to_string());
            }
        }
    }

    /// For each step of which it matters who saw it when, a checkpoint that covers it: what this monitor saw first, or, where that does not bear
    /// the quorum in time, the one that the log keeps for it, if it is a state of this log. That the monitor came late shows nothing about when the
    /// step was witnessed first. Nothing where no witnesses are asked for.
    fn witnessed(&self, place: &Place, known: &DrawState) -> Result<BTreeMap<StepHash, Note>, Stop> {
        let mut notes = BTreeMap::new();
        let asked = self.setup.trust.as_ref();
        let Some((trust, policy)) = asked.and_then(|trust| Some((trust, trust.quorum()?))) else { return Ok(notes) };
        let policy = policy.for_keys(self.ledger.log_keys());
        for (step, round_time) in timed(known) {
            let deadline = round_time.saturating_sub(trust.margin_secs());
            let kept = match self.kept.range(step.seq + 1..).next() {
                Some(size) => RealFiles.read(&self.checkpoint_path(*size), CHECKPOINT_LIMIT)?,
                None => None,
            };
            let kept = kept.and_then(|bytes| Note::parse(&bytes).ok());
            let enough = |note: &Note| policy.evaluate_before(note, deadline).is_ok();
            if let Some(note) = kept.filter(enough) {
                notes.insert(step.hash, note);
                continue;
            }
            let shown = place.get(&format!("witnessed/{}", step.seq), CHECKPOINT_LIMIT)?;
            let shown = shown.and_then(|bytes| Note::parse(&bytes).ok());
            let mut state = None;
            if let Some(note) = shown {
                state = self.is_state(&note, step.seq)?.then_some(note);
            }
            if let Some(note) = state {
                notes.insert(step.hash, note);
            }
        }
        Ok(notes)
    }

    /// Whether a checkpoint, whoever brought it, is signed by a key of this log, covers the entry, and is a state of the log as it was read.
    fn is_state(&self, note: &Note, seq: u64) -> Result<bool, Stop> {
        let Ok(checkpoint) = VerifiedCheckpoint::open_note(note, self.ledger.log_keys()) else { return Ok(false) };
        let head = checkpoint.head();
        if head.size <= seq || head.size > self.frontier.size() {
            return Ok(false);
        }
        let mut tree = Frontier::new();
        self.steps.leaves(head.size, &mut |leaf| tree.append(leaf))?;
        Ok(tree.root() == head.root)
    }

    /// `false` if something is missing that may yet come.
    fn found_missing(&mut self, draw: &Slug, known: &DrawState, missing: &BTreeSet<ArtifactHash>, now: u64) -> bool {
        let table = terms_table(known);
        let erased = known.erased().is_some();
        let about = draw.as_str();
        let gone = table.filter(|table| missing.contains(table) && !erased);
        match gone {
            Some(table) => {
                let text =
                    format!("draw '{draw}': the table {table} is not there, and no step says that it was erased");
                self.findings.find(Id::TableGone, about, text, now);
            }
            None => self.findings.settle(Id::TableGone, about),
        }
        let others: Vec<String> =
            missing.iter().filter(|name| Some(**name) != table).map(ToString::to_string).collect();
        if others.is_empty() {
            self.findings.settle(Id::ArtifactGone, about);
        } else {
            let text = format!("draw '{draw}': these artifacts are not there: {}", others.join(", "));
            self.findings.find(Id::ArtifactGone, about, text, now);
        }
        gone.is_none() && others.is_empty()
    }

    /// Whether a quorum saw the seal, and vacancies, in time. `false` while nobody can say yet.
    fn found_witness(&mut self, draw: &Slug, known: &DrawState, replayed: &Replayed, now: u64) -> bool {
        let asked = self.setup.trust.as_ref().filter(|trust| trust.quorum().is_some());
        let (Some(trust), Some(check)) = (asked, check(&replayed.checks, CheckId::TimeSealed)) else { return true };
        if check.status != Status::Skipped {
            self.findings.settle(Id::SealUnwitnessed, draw.as_str());
            return true;
        }
        let deadline =
            known.seal().and_then(|seal| seal.round_time).map(|time| time.saturating_sub(trust.margin_secs()));
        if known.void().is_some() || deadline.is_some_and(|deadline| now < deadline) {
            return known.void().is_some();
        }
        let why = check.reason.clone().unwrap_or_default();
        self.findings.find(Id::SealUnwitnessed, draw.as_str(), format!("draw '{draw}': {why}"), now);
        // It may yet be shown: looked for in every pass, without drawing again.
        if let Some(state) = &mut self.state {
            state.unwitnessed.insert(draw.to_string());
        }
        true
    }

    /// Draws whose seal was not shown to be witnessed, and of which the log shows by now what tells: they are looked at again.
    fn look_for_witnesses(&mut self, place: &Place) -> Result<(), Stop> {
        let names: Vec<String> = self.state.iter().flat_map(|state| state.unwitnessed.iter().cloned()).collect();
        for name in names {
            let Ok(draw) = name.parse::<Slug>() else { continue };
            self.bring_back(&draw)?;
            self.used(&draw);
            let known = self.ledger.draw(&draw).cloned();
            let told = known.map(|known| self.is_witnessed(place, &known)).transpose()?.unwrap_or(true);
            if let Some(state) = self.state.as_mut().filter(|_| told) {
                state.unwitnessed.remove(&name);
                state.pending.insert(name);
            }
            self.put_aside();
        }
        Ok(())
    }

    /// Whether for seal and vacancies there are checkpoints that bear a quorum, in time or not; or nobody asks for one any more.
    fn is_witnessed(&self, place: &Place, known: &DrawState) -> Result<bool, Stop> {
        let Some(policy) = self.setup.trust.as_ref().and_then(Trust::quorum) else { return Ok(true) };
        let policy = policy.for_keys(self.ledger.log_keys());
        let shown = self.witnessed(place, known)?;
        let void = known.void().map(|void| void.at.hash);
        let mut asked = timed(known).map(|(step, _)| step.hash).filter(|hash| Some(*hash) != void);
        Ok(asked.all(|hash| shown.get(&hash).is_some_and(|note| policy.evaluate(note).is_ok())))
    }

    fn found_checks(&mut self, draw: &Slug, replayed: &Replayed, unreadable: Option<&String>, now: u64) {
        let mut found = BTreeMap::new();
        found.extend(unreadable.map(|words| (Id::ArtifactWrong, words.clone())));
        for (check_id, id) in FAILED {
            if let Some((Status::Failed, words)) = check_of(&replayed.checks, *check_id) {
                found.entry(*id).or_insert(words);
            }
        }
        for (_, id) in FAILED.iter().filter(|(_, id)| *id != Id::SealLate) {
            if !found.contains_key(id) {
                self.findings.settle(*id, draw.as_str());
            }
        }
        for (id, words) in found {
            self.findings.find(id, draw.as_str(), format!("draw '{draw}': {words}"), now);
        }
    }

    /// Looks whether tables are still there, a few in each pass.
    pub(super) fn look_for_tables(&mut self, place: &Place, now: u64) -> Result<(), Stop> {
        let Some(state) = &mut self.state else { return Ok(()) };
        let after = state.tables.range(state.looked.clone()..).filter(|(hash, _)| **hash != state.looked);
        let next: Vec<(String, BTreeSet<String>)> = after
            .chain(state.tables.iter())
            .take(TABLES_AT_ONCE.min(state.tables.len()))
            .map(|(table, draws)| (table.clone(), draws.clone()))
            .collect();
        for (hash, draws) in next {
            state.looked.clone_from(&hash);
            let there = place.has(&format!("artifact/{hash}"))?;
            for draw in draws {
                if there {
                    self.findings.settle(Id::TableGone, &draw);
                } else {
                    let text =
                        format!("draw '{draw}': the table {hash} is not there, and no step says that it was erased");
                    self.findings.find(Id::TableGone, &draw, text, now);
                }
            }
        }
        Ok(())
    }
}

/// The steps of which it matters who saw them when, each with its round's time.
fn timed(known: &DrawState) -> impl Iterator<Item = (Logged, u64)> + '_ {
    let round_time = known.seal().and_then(|seal| seal.round_time);
    let seal = known.seal().map(|seal| (seal.at, seal.round_time));
    let void = known.void().map(move |void| (void.at, round_time));
    let vacancies = known.vacancies().iter().map(|vacancy| (vacancy.at, vacancy.round_time));
    seal.into_iter().chain(void).chain(vacancies).filter_map(|(step, time)| Some((step, time?)))
}

fn terms_table(known: &DrawState) -> Option<ArtifactHash> {
    known.terms().and_then(|terms| terms.pool.table)
}

/// Why a result that the log has was not compared with what the seed gives, if it was not: neither found to be right nor to be wrong. Once a table
/// was erased nobody can compare.
fn unchecked(known: &DrawState, replayed: &Replayed) -> Option<String> {
    let any_failed = replayed.checks.iter().any(|check| check.status == Status::Failed);
    if known.result().is_none() || known.erased().is_some() || any_failed {
        return None;
    }
    let skipped = |id: CheckId| check(&replayed.checks, id).filter(|check| check.status == Status::Skipped);
    let open = skipped(CheckId::Format).or_else(|| skipped(CheckId::DrawOutcome))?;
    Some(open.reason.clone().unwrap_or_default())
}

fn check(checks: &[Check], id: CheckId) -> Option<&Check> {
    checks.iter().find(|check| check.id == id)
}

/// A check's status and words.
fn check_of(checks: &[Check], id: CheckId) -> Option<(Status, String)> {
    let check = check(checks, id)?;
    let mut words = check.reason.clone().unwrap_or_default();
    for (what, value) in [("expected", &check.expected), ("found", &check.found)] {
        if let Some(value) = value {
            words.push_str(&format!("; {what} {value}"));
        }
    }
    Some((check.status, words))
}
