//! Opens the desk's records, or begins them; takes over what an older version kept in the clear, and what a backup brought.
//!
//! ```text
//! DIR/desk/store           the database
//! DIR/desk/store.sealing   a database in the making, whole once it gets the name
//! DIR/desk/store.plain     one in the clear that was replaced, on its way out
//! DIR/desk/accounts.age    records from a backup, encrypted to the data key: read in when the desk is first opened
//! ```
//!
//! A database keeps the bytes of changed and removed records for a while, so what was in the clear is not encrypted in place: all of it is
//! written anew, and the old files go. Whatever a crash interrupts is finished, or begun again, when the desk is opened next.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zeroize::Zeroizing;

use super::accounts::Account;
use super::answers::{Answered, Window};
use super::complaints::{Complaint, Period, Tally};
use super::decisions::{Decision, OpenDecision};
use super::desk::{Kept, Versioned};
use super::drafts::Draft;
use super::invitations::Invitation;
use super::jobs::{Job, Open as OpenJob};
use super::member_keys::MemberKey;
use super::organisers::Organiser;
use super::pool_record::Pool;
use super::sealed::{MAX_VALUE, SealedRecords};
use super::session::Session;
use super::tokens::{Listed, Token};
use crate::failure::{Failure, Named};
use crate::files::RealFiles;
use crate::store::{MAX_RECORD_KEY, MAX_RECORD_VALUE, RecordChange, Records, SledRecords, StoreError};
use crate::vault::Vault;

/// First line of the records in a backup.
const FORMAT: &str = "kleroterion/records/1";
/// Records that are written at once while all are written anew.
const CHUNK: usize = 1_000;
/// Longest records of a backup that are read.
const MAX_ACCOUNTS_BYTES: u64 = 256 << 20;

fn store(desk: &Path) -> PathBuf {
    desk.join("store")
}
fn sealing(desk: &Path) -> PathBuf {
    desk.join("store.sealing")
}
fn plain(desk: &Path) -> PathBuf {
    desk.join("store.plain")
}
fn waiting(desk: &Path) -> PathBuf {
    desk.join("accounts.age")
}

/// Whether a restored backup's records wait for the data key.
pub fn waits_for_data_key(dir: &Path) -> bool {
    waiting(&super::folder(dir)).exists()
}

/// Opens the records below a service's folder, or begins them where there are none. They are encrypted to the data key (decision 29). The log
/// does not depend on them: an empty desk lets nobody in, and `klero admin invite` begins anew.
pub fn open_records(dir: &Path, vault: &Arc<Vault>) -> Result<Arc<dyn Records>, Failure> {
    let desk = super::folder(dir);
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&desk).named("make the folder", &desk)?;
    settle(&desk)?;
    if !store(&desk).exists() {
        take_in(&desk, vault)?;
    }
    remove(&waiting(&desk))?;
    let begun = store(&desk).join("db").exists();
    let files = Arc::new(RealFiles);
    let opened =
        if begun { SledRecords::open(&store(&desk), files) } else { SledRecords::create(&store(&desk), files) };
    let records: Arc<dyn Records> = Arc::new(opened.map_err(failed)?);
    if !begun {
        SealedRecords::mark(records.as_ref()).map_err(failed)?;
    }
    let records = if SealedRecords::is_marked(records.as_ref()).map_err(failed)? {
        records
    } else {
        write_anew(&desk, records, vault)?
    };
    Ok(Arc::new(SealedRecords::new(records, &desk, Arc::clone(vault))))
}

fn failed(error: StoreError) -> Failure {
    let advice = error.advice();
    Failure::unavailable(format!("the desk: {error}")).advise(advice)
}

/// Finishes a change of databases that a crash interrupted, or undoes it.
fn settle(desk: &Path) -> Result<(), Failure> {
    if store(desk).exists() {
        // The one in the making may be unfinished, the one in the clear was replaced.
        remove(&sealing(desk))?;
        return remove(&plain(desk));
    }
    if plain(desk).exists() {
        // Set aside only after the new one was whole.
        rename(&sealing(desk), &store(desk))?;
        return remove(&plain(desk));
    }
    // Of a backup: read in again.
    remove(&sealing(desk))
}

fn rename(from: &Path, to: &Path) -> Result<(), Failure> {
    std::fs::rename(from, to).named("keep the desk as", to)?;
    let folder = to.parent().unwrap_or(to);
    std::fs::File::open(folder).and_then(|f| f.sync_all()).named("sync the folder", folder)
}

fn remove(path: &Path) -> Result<(), Failure> {
    if path.is_dir() {
        std::fs::remove_dir_all(path).named("remove", path)?;
    } else if path.exists() {
        std::fs::remove_file(path).named("remove", path)?;
    }
    Ok(())
}

/// Writes all records into a new, encrypted database, which takes the old one's place.
fn write_anew(desk: &Path, old: Arc<dyn Records>, vault: &Arc<Vault>) -> Result<Arc<dyn Records>, Failure> {
    fill(desk, vault, &mut |take| {
        let mut chunk = Vec::new();
        let mut wrong = Ok(());
        old.range(b"", None, &mut |key, value| {
            chunk.push((key.to_vec(), Some(value.to_vec())));
            if chunk.len() < CHUNK {
                return ControlFlow::Continue(());
            }
            wrong = take(&std::mem::take(&mut chunk));
            if wrong.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        wrong?;
        take(&chunk)
    })?;
    drop(old);
    rename(&store(desk), &plain(desk))?;
    rename(&sealing(desk), &store(desk))?;
    remove(&plain(desk))?;
    tracing::info!("the desk's records were encrypted");
    Ok(Arc::new(SledRecords::open(&store(desk), Arc::new(RealFiles)).map_err(failed)?))
}

type Take<'a> = dyn FnMut(&[RecordChange]) -> Result<(), StoreError> + 'a;

/// Makes an encrypted database in the making from what `from` gives. It is whole and closed when this returns.
fn fill(
    desk: &Path,
    vault: &Arc<Vault>,
    from: &mut dyn FnMut(&mut Take<'_>) -> Result<(), StoreError>,
) -> Result<(), Failure> {
    let made = SledRecords::create(&sealing(desk), Arc::new(RealFiles)).map_err(failed)?;
    let made: Arc<dyn Records> = Arc::new(made);
    let sealed = SealedRecords::new(Arc::clone(&made), desk, Arc::clone(vault));
    from(&mut |changes| sealed.commit_durably(changes)).map_err(failed)?;
    SealedRecords::mark(made.as_ref()).map_err(failed)
}

/// Reads in the records that a backup brought, if there are any.
fn take_in(desk: &Path, vault: &Arc<Vault>) -> Result<(), Failure> {
    let path = waiting(desk);
    if !path.exists() {
        return Ok(());
    }
    let length = std::fs::metadata(&path).named("read", &path)?.len();
    if length > MAX_ACCOUNTS_BYTES {
        return Err(damaged("they are too long"));
    }
    let bytes = std::fs::read(&path).named("read", &path)?;
    let text = vault.decrypt(&bytes, "the accounts of the backup")?;
    let changes = parse(&text)?;
    fill(desk, vault, &mut |take| take(&changes))?;
    rename(&sealing(desk), &store(desk))
}

/// All records for a backup, encrypted to the data key.
pub fn export(records: &dyn Records, vault: &Vault) -> Result<Vec<u8>, Failure> {
    let mut text = Zeroizing::new(format!("{FORMAT}\n"));
    records
        .range(b"", None, &mut |key, value| {
            text.push_str(&format!("{} {}\n", hex::encode(key), hex::encode(value)));
            ControlFlow::Continue(())
        })
        .map_err(failed)?;
    vault.encrypt(text.as_bytes())
}

/// Puts the records of a backup below a service's new folder. With the data key they are read in at once, and every one is checked before any
/// is written; without it they wait, encrypted, until the desk is first opened. How many, if they were read in.
pub fn import(dir: &Path, accounts: &[u8], vault: Option<&Arc<Vault>>) -> Result<Option<usize>, Failure> {
    let desk = super::folder(dir);
    let changes = match vault {
        None => None,
        Some(vault) => Some(parse(&vault.decrypt(accounts, "the accounts of the backup")?)?),
    };
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&desk).named("make the folder", &desk)?;
    let (Some(changes), Some(vault)) = (changes, vault) else {
        crate::atomic::write_private(&waiting(&desk), accounts)?;
        return Ok(None);
    };
    fill(&desk, vault, &mut |take| take(&changes))?;
    rename(&sealing(&desk), &store(&desk))?;
    Ok(Some(changes.len()))
}

fn damaged(what: &str) -> Failure {
    Failure::refused(format!("the backup's accounts are damaged: {what}"))
        .advise("nothing was restored from them; take another backup, or use the klero that made this one")
}

/// Reads records as [`export`] writes them, and checks every one: its kind, its members, its version, its size, its place.
pub(super) fn parse(text: &[u8]) -> Result<Vec<RecordChange>, Failure> {
    let text = std::str::from_utf8(text).map_err(|_| damaged("they are not text"))?;
    let body = text.strip_prefix(FORMAT).and_then(|rest| rest.strip_prefix('\n'));
    let body = body.ok_or_else(|| damaged("expected the format kleroterion/records/1, found another"))?;
    if !body.is_empty() && !body.ends_with('\n') {
        return Err(damaged("they end too early"));
    }
    let (mut changes, mut seen) = (Vec::new(), BTreeSet::new());
    for (line, record) in (2u64..).zip(body.lines()) {
        let wrong = |what: &str| damaged(&format!("line {line}: {what}"));
        let (key, value) = record.split_once(' ').ok_or_else(|| wrong("expected a key and a value"))?;
        let (Ok(key), Ok(value)) = (hex::decode(key), hex::decode(value)) else {
            return Err(wrong("key and value are not in hexadecimal"));
        };
        check(&key, &value).map_err(|what| wrong(&what))?;
        if !seen.insert(key.clone()) {
            return Err(wrong("a record stands there twice"));
        }
        changes.push((key, Some(value)));
    }
    Ok(changes)
}

/// Checks that a record is one that this version could have written. The words say nothing of what is in it.
fn check(key: &[u8], value: &[u8]) -> Result<(), String> {
    let key = std::str::from_utf8(key).ok().filter(|key| key.len() <= MAX_RECORD_KEY);
    let key = key.ok_or_else(|| format!("a key is text of at most {MAX_RECORD_KEY} bytes"))?;
    if super::posted::is_kept_answer(key, value) && value.len() <= MAX_RECORD_VALUE {
        return Ok(());
    }
    if value.len() > MAX_VALUE {
        return Err(format!("a record has at most {MAX_VALUE} bytes, found {}", value.len()));
    }
    let (kind, id) = key.split_once('/').ok_or("a key is a kind and an id")?;
    match kind {
        Account::KIND => of_kind::<Account>(id, value),
        Answered::KIND => of_kind::<Answered>(id, value),
        Window::KIND => of_kind::<Window>(id, value),
        Complaint::KIND => of_kind::<Complaint>(id, value),
        Period::KIND => of_kind::<Period>(id, value),
        Tally::KIND => of_kind::<Tally>(id, value),
        Decision::KIND => of_kind::<Decision>(id, value),
        OpenDecision::KIND => of_kind::<OpenDecision>(id, value),
        Draft::KIND => of_kind::<Draft>(id, value),
        Invitation::KIND => of_kind::<Invitation>(id, value),
        Job::KIND => of_kind::<Job>(id, value),
        OpenJob::KIND => of_kind::<OpenJob>(id, value),
        MemberKey::KIND => of_kind::<MemberKey>(id, value),
        Organiser::KIND => of_kind::<Organiser>(id, value),
        Pool::KIND => of_kind::<Pool>(id, value),
        Session::KIND => of_kind::<Session>(id, value),
        Listed::KIND => of_kind::<Listed>(id, value),
        Token::KIND => of_kind::<Token>(id, value),
        _ => Err("this version knows no such kind of record".to_owned()),
    }
}

fn of_kind<T: Kept>(id: &str, value: &[u8]) -> Result<(), String> {
    let wrong = |what: &str| format!("it is no {} of this version: {what}", T::NAME);
    let record: Versioned<T> = serde_json::from_slice(value).map_err(|e| {
        // serde's own words may repeat what stands there.
        wrong(&format!("a member is missing or of another type, at column {}", e.column()))
    })?;
    if !(1..=super::work::LAST_SECOND).contains(&record.version) {
        return Err(wrong("a version is a number from 1 to 2^53 - 1"));
    }
    if record.value.id() != id {
        return Err(wrong("it stands under another record's key"));
    }
    Ok(())
}
