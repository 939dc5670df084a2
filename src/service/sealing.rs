//! Sealing: everything that is refused before the terms are in the log, because afterwards nobody can change them.
//!
//! Order: terms, pool and lists are held against each other; the step is judged by the log's rules; then the pool is copied, and the copy read through
//! row by row; then the table and the lists are published; then the step is appended. So nothing is published, and no copy kept, for terms that are
//! refused; what a refusal at the very end leaves is taken back.

use std::path::Path;
use std::sync::PoisonError;

use klero_draw::artifacts::{PanelList, StrataList};
use klero_draw::certificate::Certificate;
use klero_draw::hash::{ArtifactHash, PoolRoot};
use klero_draw::method::{DrawInputs, People, check_feasible};
use klero_draw::names::Slug;
use klero_draw::organiser::VacateNote;
use klero_draw::outcome::{Outcome, ReplacementOutcome};
use klero_draw::step::{Sealed, SignedStep, Step, StepKind};
use klero_draw::table::{EarlierOpened, Table};
use klero_draw::terms::{Method, Terms, parse_terms};
use klero_verifier::ledger::Phase;

use super::refusal::Refusal;
use super::request::Logged;
use super::scribe::Draft;
use super::{Service, append_failure, no_such_draw};
use crate::anonymity;
use crate::failure::{Failure, Named};
use crate::pool_dir::{self, PoolDir};
use crate::sequencer::AppendError;

/// Largest artifact that the service reads: a table of 10,000,000 people has about 1.2 GB.
pub(crate) const MAX_ARTIFACT_BYTES: u64 = 2 << 30;

/// Held while a draw is sealed: one at a time from each pool, so that none takes back what another relies on.
pub(super) struct Turn<'a> {
    service: &'a Service,
    root: PoolRoot,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.service.sealing.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.root);
        self.service.sealed_one.notify_all();
    }
}

/// What terms name, to be published.
struct Inputs {
    table: Option<String>,
    lists: Vec<String>,
}

/// What a seal has made that was not there before.
struct Left {
    copy: bool,
    table: bool,
}

impl Service {
    /// Seals a draw: checks terms and pool against each other and against the rules, keeps a copy of the pool, publishes the artifacts that the terms
    /// name, and appends `sealed`.
    pub(super) fn seal(&self, note: &str, pool: &Path) -> Result<Logged, Failure> {
        let note = parse_terms(note).map_err(|e| {
            Failure::refused(format!("the terms cannot be read: {e}"))
                .advise("write them with klero terms new, sign them with klero terms sign")
        })?;
        let terms = note.value().clone();
        let _one_at_a_time = self.one_seal_at_a_time(terms.pool.root);
        let now = self.clock().now();
        let (organiser, round_time) = {
            let ledger = self.ledger();
            let state = ledger.draw(&terms.draw).ok_or_else(|| {
                Failure::refused(format!("'{}' was not announced", terms.draw))
                    .advise("announce it first: klero draw announce")
            })?;
            if state.phase() != Phase::Announced {
                return Err(Failure::refused(format!(
                    "'{}' is {} and cannot be sealed again",
                    terms.draw,
                    state.phase().name()
                ))
                .advise("a draw is sealed once; a new attempt needs a new name"));
            }
            let chain = ledger.chain(&terms.beacon.chain).ok_or_else(|| {
                Failure::refused(format!("the beacon chain {} is not known to this log", terms.beacon.chain))
                    .advise("use quicknet")
            })?;
            let round_time = terms.check_round(chain.info()).map_err(|e| {
                Failure::refused(e)
                    .advise("klero beacon round-at TIME gives the round; klero terms new chooses it by itself")
            })?;
            self.in_time_to_seal(round_time)?;
            let in_force = ledger.organiser(&terms.organiser).and_then(|o| o.in_force(now)).map(|o| o.at.hash);
            let organiser = in_force.ok_or_else(|| {
                Failure::refused(format!("the organiser '{}' is not enrolled", terms.organiser))
                    .advise("enrol it first: klero organiser enrol")
            })?;
            (organiser, round_time)
        };
        let dir = PoolDir::open_with(pool, self.vault())?;
        check_pool(&terms, &dir)?;
        let inputs = self.inputs(&terms, &dir, pool)?;
        let draft = Draft {
            draw: Some(terms.draw.clone()),
            kind: StepKind::Sealed(Box::new(Sealed { terms: note, organiser })),
        };
        self.would_admit(&draft)?;
        let mut left = Left { copy: pool_dir::keep(&self.folders.pools(), &dir, self.vault())?, table: false };
        // Copying a large pool takes its time.
        let in_time = self.in_time_to_seal(round_time).map_err(|failure| (failure, true));
        let published = in_time.and_then(|()| self.publish(&terms, &inputs, &mut left));
        match published.and_then(|()| self.try_append(draft)) {
            Ok(logged) => Ok(logged),
            Err((failure, certainly_not_logged)) => {
                if certainly_not_logged {
                    self.take_back(&terms, &left)?;
                }
                Err(failure)
            }
        }
    }

    fn in_time_to_seal(&self, round_time: u64) -> Result<(), Failure> {
        if self.clock().now().saturating_add(self.config.margin_secs) < round_time {
            return Ok(());
        }
        Err(Failure::refused(format!(
            "it is too late to seal: the round is published at {}",
            crate::when::show(round_time)
        ))
        .advise("postpone the draw: announce it again with a later --draws-at, and sign new terms"))
    }

    pub(super) fn one_seal_at_a_time(&self, root: PoolRoot) -> Turn<'_> {
        let mut under_way = self.sealing.lock().unwrap_or_else(PoisonError::into_inner);
        while !under_way.insert(root) {
            under_way = self.sealed_one.wait(under_way).unwrap_or_else(PoisonError::into_inner);
        }
        Turn { service: self, root }
    }

    /// Refuses a step that the log's rules refuse, as the published log stands. The step is signed to be judged, and goes nowhere.
    fn would_admit(&self, draft: &Draft) -> Result<(), Failure> {
        if let Some(reason) = self.read_only() {
            return Err(Failure::unavailable(reason).advise("start the service again, then seal again"));
        }
        let signer = self.keys.service.signer().map_err(Failure::unavailable)?;
        let ledger = self.ledger();
        let step = Step {
            seq: ledger.size(),
            prev: ledger.head(),
            time: self.clock().now().max(ledger.time()),
            draw: draft.draw.clone(),
            kind: draft.kind.clone(),
        };
        let step = SignedStep::sign(step, &signer).map_err(Refusal::of_the_step)?;
        Ok(ledger.check(&step).map_err(Refusal::from)?)
    }

    /// Checks that the method can be carried out. Gives table, strata, list and certificate, as they are to be published.
    fn inputs(&self, terms: &Terms, dir: &PoolDir, pool: &Path) -> Result<Inputs, Failure> {
        let infeasible = |e: &dyn std::fmt::Display| {
            Failure::refused(format!("this draw cannot be sealed: {e}"))
                .advise("correct the pool or the terms, sign them, and seal again")
        };
        let table_text = if terms.pool.table.is_some() { dir.table_text()? } else { None };
        let table = table_text
            .as_deref()
            .map(|text| Table::parse(text, &terms.pool.columns, terms.pool.size, &terms.pool.root))
            .transpose()
            .map_err(|e| infeasible(&e))?;
        let named = terms.method.artifact().map(|name| self.find_artifact(name, pool)).transpose()?;
        let strata = match (&terms.method, &named) {
            (Method::Stratified { .. }, Some(text)) => Some(StrataList::parse(text).map_err(|e| infeasible(&e))?),
            _ => None,
        };
        let panels = match (&terms.method, &named) {
            (Method::Panels { .. }, Some(text)) => Some(PanelList::parse(text).map_err(|e| infeasible(&e))?),
            _ => None,
        };
        let inputs = DrawInputs {
            people: table.as_ref().map(|t| t as &dyn People),
            strata: strata.as_ref(),
            panels: panels.as_ref(),
        };
        check_feasible(terms, &inputs).map_err(|e| infeasible(&e))?;
        if let Some(table) = &table {
            anonymity::check(table, terms.pool.table_reason.as_deref())?;
        }
        if let (Some(from), Some(table)) = (&terms.pool.from, &table) {
            let ledger = self.ledger();
            let earlier = ledger.draw(&from.draw).ok_or_else(|| no_such_draw(&from.draw))?;
            if earlier.result().map(|d| d.outcome) != Some(from.outcome)
                || earlier.announced().organiser != terms.organiser
            {
                return Err(Failure::refused(format!("'{}' has not the outcome that the terms name", from.draw))
                    .advise("a linked pool names the last outcome of an earlier draw of the same organiser"));
            }
            let outcome = self.outcome(from.outcome)?;
            let replacements = from.replacements.iter().map(|name| {
                let text = self.artifact(*name)?;
                ReplacementOutcome::parse(&text).map_err(|e| infeasible(&e))
            });
            let opened = EarlierOpened::new(&outcome, &replacements.collect::<Result<Vec<_>, _>>()?)
                .map_err(|e| infeasible(&e))?;
            table.check_from(&opened).map_err(|e| {
                infeasible(&e).advise("a linked pool holds people whom the earlier draw drew, took as reserves, or seated later: klero pool commit --from DIR --bundle FILE finds the others, by line")
            })?;
        }
        let certificate = terms.method.certificate().map(|name| self.find_artifact(name, pool)).transpose()?;
        if let (Some(text), Some(list), Some(table)) = (&certificate, &panels, &table) {
            let certificate = Certificate::parse(text).map_err(|e| infeasible(&e))?;
            certificate.bounds(terms, list, table).map_err(|e| infeasible(&e))?;
        }
        // The list and the certificate are read from files that bear their hashes; the table from the pool, whose manifest only says its hash.
        if let (Some(text), Some(expected)) = (&table_text, terms.pool.table)
            && ArtifactHash::of(text.as_bytes()) != expected
        {
            return Err(Failure::refused(format!(
                "the pool's table is not the one in the terms: {expected} is expected"
            ))
            .advise("commit the same file again with the same key, or put back the table; nothing was published"));
        }
        Ok(Inputs { table: table_text, lists: [named, certificate].into_iter().flatten().collect() })
    }

    /// Publishes what the terms name.
    fn publish(&self, terms: &Terms, inputs: &Inputs, left: &mut Left) -> Result<(), (Failure, bool)> {
        if let (Some(text), Some(name)) = (&inputs.table, terms.pool.table) {
            left.table = !self.public().join("artifact").join(name.to_string()).exists();
            self.put_artifact(text.as_bytes()).map_err(|failure| (failure, true))?;
        }
        for text in &inputs.lists {
            self.put_artifact(text.as_bytes()).map_err(|failure| (failure, true))?;
        }
        Ok(())
    }

    /// Appends; a failure says besides whether it is certain that the step is not in the log.
    fn try_append(&self, draft: Draft) -> Result<Logged, (Failure, bool)> {
        self.append_or(draft).map_err(|error| {
            let maybe = matches!(error, AppendError::Unknown(_) | AppendError::Unpublished { .. });
            (append_failure(&error), !maybe)
        })
    }

    /// Removes what a refused seal left of people: the copy of the pool and the table, if this seal made them.
    fn take_back(&self, terms: &Terms, left: &Left) -> Result<(), Failure> {
        // The table first: after a crash only the copy says which it is.
        if let Some(table) = terms.pool.table.filter(|_| left.table) {
            self.destroy_table(table)?;
        }
        if left.copy { pool_dir::destroy(&self.folders.pools(), &terms.pool.root) } else { Ok(()) }
    }

    /// An artifact that the terms name: in the pool's folder, or published already.
    fn find_artifact(&self, name: ArtifactHash, pool: &Path) -> Result<String, Failure> {
        for path in
            [pool.join("artifacts").join(name.to_string()), self.public().join("artifact").join(name.to_string())]
        {
            if path.exists() {
                let text = std::fs::read_to_string(&path).named("read the artifact", &path)?;
                if ArtifactHash::of(text.as_bytes()) == name {
                    return Ok(text);
                }
            }
        }
        Err(Failure::refused(format!("the artifact {name} that the terms name is not there"))
            .advise("klero terms new puts it into the pool's folder, under artifacts"))
    }

    /// Refuses to log that somebody gives up a seat who holds none.
    pub(super) fn check_vacancy(&self, note: &VacateNote) -> Result<(), Failure> {
        self.check_seats(&note.draw, note.seats.iter().map(|seat| seat.index))
    }

    /// Refuses if one of these people holds no seat now.
    pub(crate) fn check_seats(&self, draw: &Slug, mut indices: impl Iterator<Item = u32>) -> Result<(), Failure> {
        let seats = self.seats(draw)?;
        match indices.find(|index| !seats.seated().contains(index)) {
            Some(index) => Err(Failure::refused(format!("index {index} holds no seat in '{draw}'"))
                .advise("name only people who were drawn or seated later, and have not left")),
            None => Ok(()),
        }
    }

    /// An outcome artifact that this log names.
    pub(crate) fn outcome(&self, name: ArtifactHash) -> Result<Outcome, Failure> {
        Outcome::parse(&self.artifact(name)?).map_err(|e| Failure::unavailable(format!("the outcome {name}: {e}")))
    }

    /// A published artifact's text.
    pub(crate) fn artifact(&self, name: ArtifactHash) -> Result<String, Failure> {
        let bytes = self.reader().publisher().get_artifact(&name, MAX_ARTIFACT_BYTES).map_err(|e| {
            let advice = e.advice();
            Failure::unavailable(&e).advise(advice)
        })?;
        let bytes = bytes.ok_or_else(|| Failure::unavailable(format!("the artifact {name} is not there any more")))?;
        String::from_utf8(bytes).map_err(|_| Failure::unavailable(format!("the artifact {name} is not text")))
    }
}

/// The pool must be the one that the terms commit to.
fn check_pool(terms: &Terms, dir: &PoolDir) -> Result<(), Failure> {
    let differs = |what: &str, sealed: &dyn std::fmt::Display, here: &dyn std::fmt::Display| {
        Err(Failure::refused(format!(
            "the pool is not the one in the terms: {what} {sealed} is expected, {here} is here"
        ))
        .advise("give the folder that klero terms new was given"))
    };
    if dir.root() != terms.pool.root {
        return differs("root", &terms.pool.root, &dir.root());
    }
    if dir.size() != terms.pool.size {
        return differs("size", &terms.pool.size, &dir.size());
    }
    if dir.columns() != &terms.pool.columns {
        return differs("the columns of the terms", &"", &"other columns");
    }
    if let Some(table) = terms.pool.table
        && dir.table() != Some(table)
    {
        return differs("table", &table, &dir.table().map_or_else(|| "none".to_owned(), |t| t.to_string()));
    }
    Ok(())
}
