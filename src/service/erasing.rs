//! What the service holds of people, and its end: the data key, the encrypted pools, and erasure (spec §4.12).
//!
//! Order of an erasure: everything is checked; the `erased` steps are logged, durable and public; then pool key, rows, table and the receipts that
//! letters find are destroyed.
//! A crash in between leaves a step that says more than was done, and [`Service::settle_pools`] does the rest before the service does
//! anything else; where the step waits for witnesses, [`Service::finish_erasures`] does it once the step is public. A pool is destroyed only when every draw from it is erased, so that no draw loses data that it still needs. A linked pool
//! is another pool, with another folder: it keeps the key that both share.

use std::sync::{Arc, PoisonError};

use klero_draw::hash::{ArtifactHash, PoolRoot};
use klero_draw::names::Slug;
use klero_draw::note::SignedText;
use klero_draw::organiser::{EraseNote, NOTE_LIMIT, context};
use klero_draw::step::StepKind;
use klero_verifier::ledger::{DrawState, Phase};

use super::config::Folders;
use super::request::{Answer, Logged};
use super::scribe::Draft;
use super::{Service, no_such_draw};
use crate::failure::{Failure, Named};
use crate::pool_dir::{self, PoolDir};
use crate::vault::{Vault, key_path};

/// Draws that may be erased at once.
const NOTES_MAX: usize = 64;

/// Opens the data key. A service that has none yet, and no encrypted pool, gets one in `DIR/keys`.
pub(super) fn open_vault(folders: &Folders, configured: Option<&std::path::Path>) -> Result<Vault, Failure> {
    let path = key_path(&folders.0, configured);
    let own = path == key_path(&folders.0, None) && path.starts_with(&folders.0);
    if path.exists() || !own {
        return Vault::open(&path);
    }
    if let Some(folder) = sealed_folders(&folders.0)?.first() {
        return Err(Failure::usage(format!(
            "the data key {} is not there, but {} is encrypted to it",
            path.display(),
            folder.display()
        ))
        .advise("put the key back from its backup; without it draws that wait for their round cannot be drawn"));
    }
    if crate::api::waits_for_data_key(&folders.0) {
        return Err(Failure::usage(format!(
            "the data key {} is not there, but the accounts that were restored are encrypted to it",
            path.display()
        ))
        .advise("put the key back from its backup before the service is started"));
    }
    Vault::create(&path)
}

/// The data key of the service in `dir`, for a command that works while no service runs.
pub fn vault_of(dir: &std::path::Path) -> Result<Arc<Vault>, Failure> {
    let settings = super::settings::Settings::load(dir)?;
    open_vault(&Folders(dir.to_owned()), settings.data_key.as_deref()).map(Arc::new)
}

/// Every folder below the service's with a key that is encrypted to the data key: pools, also those in the making, and what the desk has.
fn sealed_folders(dir: &std::path::Path) -> Result<Vec<std::path::PathBuf>, Failure> {
    let pools = Folders(dir.to_owned()).pools();
    let mut found = Vec::new();
    for item in std::fs::read_dir(&pools).into_iter().flatten() {
        let path = item.named("read", &pools)?.path();
        if path.join(crate::vault::WRAPPED_KEY).exists() {
            found.push(path);
        }
    }
    found.extend(crate::api::sealed_folders(dir)?);
    Ok(found)
}

impl Service {
    /// Brings the pools into order when the service is opened: mends what a crash left, encrypts what is not yet encrypted, and finishes
    /// erasures that were logged.
    pub(super) fn settle_pools(&self) -> Result<(), Failure> {
        pool_dir::settle(&self.folders.pools(), &self.vault)?;
        self.take_back_unsealed()?;
        self.finish_erasures()
    }

    /// Removes the copies of pools that no seal of this log names, and their tables: what a crash left that came before the seal's step.
    fn take_back_unsealed(&self) -> Result<(), Failure> {
        let pools = self.folders.pools();
        // What waits first: a step that is published meanwhile is then found among the public ones.
        let mut sealed: Vec<_> = self.unpublished().into_iter().filter_map(|step| step.pool).collect();
        sealed.extend(self.ledger().draws().filter_map(|(_, state)| pool_and_table(state)));
        for folder in pool_dir::folders(&pools)? {
            let root = folder.file_name().and_then(|name| name.to_str()?.parse::<PoolRoot>().ok());
            let Some(root) = root.filter(|root| sealed.iter().all(|(other, _)| other != root)) else { continue };
            // The table first: only the copy says which it is.
            let table = pool_dir::table_of(&folder);
            if let Some(table) = table.filter(|table| sealed.iter().all(|(_, other)| *other != Some(*table))) {
                self.destroy_table(table)?;
            }
            pool_dir::destroy(&pools, &root)?;
        }
        Ok(())
    }

    /// Destroys what erasures in the log have left: those that a crash cut short, and those whose step waited for witnesses when it was handed in.
    /// May be repeated.
    pub fn finish_erasures(&self) -> Result<(), Failure> {
        let erased: Vec<_> = {
            let ledger = self.ledger();
            let erased = ledger.draws().filter(|(_, state)| state.erased().is_some());
            erased.map(|(draw, state)| (draw.clone(), pool_and_table(state))).collect()
        };
        self.destroy_all(erased)
    }

    /// Destroys receipts, pools and tables of erased draws. A pool that another draw needs stays until that is erased as well.
    fn destroy_all(
        &self,
        erased: impl IntoIterator<Item = (Slug, Option<(PoolRoot, Option<ArtifactHash>)>)>,
    ) -> Result<(), Failure> {
        let _one_at_a_time = self.erasing.lock().unwrap_or_else(PoisonError::into_inner);
        for (draw, pool) in erased {
            self.destroy_boxes(&draw)?;
            if let Some((root, table)) = pool {
                // A seal from the same people that is under way has made its copy, and stands in no ledger yet.
                let _no_seal = self.one_seal_at_a_time(root);
                if self.unerased(&root).is_empty() {
                    self.destroy(&root, table)?;
                }
            }
        }
        Ok(())
    }

    /// Reads and carries out erase notes.
    pub(super) fn erase_notes(&self, notes: &[String]) -> Result<Answer, Failure> {
        let parse = |note: &String| {
            let note = SignedText::<EraseNote>::parse(note, context::ERASE, NOTE_LIMIT).map_err(|e| {
                Failure::refused(format!("the note cannot be read: {e}"))
                    .advise("write it with klero erase, sign it with klero sign")
            })?;
            note.value().check().map_err(|e| Failure::refused(e).advise(super::NOT_AS_WRITTEN))?;
            Ok(note)
        };
        let notes = notes.iter().take(NOTES_MAX).map(parse).collect::<Result<Vec<_>, Failure>>()?;
        Ok(Answer::LoggedAll { steps: self.erase_all(notes)? })
    }

    /// Logs that these draws' pools are destroyed, and destroys them. All draws from one pool go together.
    pub(super) fn erase_all(&self, notes: Vec<SignedText<EraseNote>>) -> Result<Vec<Logged>, Failure> {
        let named: Vec<Slug> = notes.iter().map(|note| note.value().draw.clone()).collect();
        for note in &notes {
            self.check_erasure(note.value(), &named)?;
        }
        let mut logged = Vec::new();
        let mut erased = Vec::new();
        for note in notes {
            let draw = note.value().draw.clone();
            let pool = self.ledger().draw(&draw).and_then(pool_and_table);
            logged.push(self.append(Draft { draw: Some(draw.clone()), kind: StepKind::Erased(Box::new(note)) })?);
            erased.push((draw, pool));
        }
        self.destroy_all(erased)?;
        Ok(logged)
    }

    /// The same for one note.
    pub(super) fn erase(&self, note: SignedText<EraseNote>) -> Result<Logged, Failure> {
        self.erase_all(vec![note])?.pop().ok_or_else(|| Failure::unavailable("nothing was logged"))
    }

    fn check_erasure(&self, note: &EraseNote, named: &[Slug]) -> Result<(), Failure> {
        let phase = {
            let ledger = self.ledger();
            ledger.draw(&note.draw).ok_or_else(|| no_such_draw(&note.draw))?.phase()
        };
        match phase {
            Phase::Drawn | Phase::Voided | Phase::Annulled => {}
            Phase::Vacated => {
                return Err(Failure::refused(format!("seats of '{}' wait to be filled from this pool", note.draw))
                    .advise("wait until they are filled; klero draw status shows it"));
            }
            Phase::Announced | Phase::Sealed => {
                return Err(Failure::refused(format!("'{}' is {} and not drawn yet", note.draw, phase.name()))
                    .advise("a pool is erased after its draw was drawn or given up"));
            }
        }
        let others: Vec<Slug> = self.unerased(&note.root).into_iter().filter(|draw| !named.contains(draw)).collect();
        if others.is_empty() {
            return Ok(());
        }
        let list = others.iter().map(Slug::as_str).collect::<Vec<_>>().join(", ");
        Err(Failure::refused(format!("the pool of '{}' is also that of {list}", note.draw)).advise(
            "erase all of them together: klero erase takes several draws. One that is not drawn yet must be drawn or voided first",
        ))
    }

    /// Draws from the pool with this root that are sealed and not erased, public or not.
    fn unerased(&self, root: &PoolRoot) -> Vec<Slug> {
        // What waits first: a seal that is published meanwhile is then found among the public ones.
        let waiting = self.unpublished().into_iter().filter(|step| step.pool.is_some_and(|(other, _)| other == *root));
        let waiting: Vec<Slug> = waiting.filter_map(|step| step.draw).collect();
        let ledger = self.ledger();
        let of_pool = |state: &DrawState| state.terms().is_some_and(|terms| terms.pool.root == *root);
        let kept = ledger.draws().filter(|(_, state)| of_pool(state) && state.erased().is_none());
        let mut all: Vec<Slug> = kept.map(|(draw, _)| draw.clone()).collect();
        all.extend(waiting.into_iter().filter(|draw| ledger.draw(draw).is_none_or(|state| state.seal().is_none())));
        all
    }

    /// Destroys the service's copy of a pool and its table. May be repeated.
    fn destroy(&self, root: &PoolRoot, table: Option<ArtifactHash>) -> Result<(), Failure> {
        pool_dir::destroy(&self.folders.pools(), root)?;
        table.map_or(Ok(()), |table| self.destroy_table(table))
    }

    /// Removes a published table.
    pub(super) fn destroy_table(&self, table: ArtifactHash) -> Result<(), Failure> {
        let folder = self.public().join("artifact");
        let path = folder.join(table.to_string());
        if path.exists() {
            std::fs::remove_file(&path).named("destroy", &path)?;
            std::fs::File::open(&folder).and_then(|f| f.sync_all()).named("sync", &folder)?;
        }
        Ok(())
    }

    /// The service's own copy of a draw's pool.
    pub fn kept_pool(&self, draw: &Slug, root: &PoolRoot) -> Result<PoolDir, Failure> {
        // Another draw may have been sealed from the same people since: their pool is there for that draw alone.
        if self.ledger().draw(draw).is_some_and(|state| state.erased().is_some()) {
            return Err(Failure::refused(format!("the pool of '{draw}' was erased"))
                .advise("nothing can be drawn or opened from it any more; the result stays"));
        }
        PoolDir::open_with(&self.folders.pool(root), &self.vault)
    }

    /// Replaces the data key.
    pub(super) fn rotate_data_key(&self) -> Result<Answer, Failure> {
        let pools = self.vault.rotate(&|| sealed_folders(&self.folders.0))?;
        Ok(Answer::Rotated { pools, recipient: self.vault.recipient() })
    }
}

fn pool_and_table(state: &DrawState) -> Option<(PoolRoot, Option<ArtifactHash>)> {
    state.terms().map(|terms| (terms.pool.root, terms.pool.table))
}
