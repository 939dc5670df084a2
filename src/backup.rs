//! Backups of a whole service: made while it runs, proved when they are restored.
//!
//! A backup is a tar archive: `backup.json` first, then the accounts, the files of the service's folder, and `hashes.json` last. Whatever in it
//! names people is encrypted to the data key, whether or not the archive as a whole is encrypted: the pools as they lie there, and the records
//! of the desk as one file ([`crate::api::export`]). The guard is read before anything else, and everything under a guard's checkpoint is on the disk before the guard is, so whatever
//! is appended meanwhile does no harm. The database is left out: it is made anew from the tiles, which proves them. The data key is left
//! out too: whoever finds a backup must not be able to read the pools in it.
//!
//! Restoring never rolls a log back: it refuses a backup that is older than a checkpoint that somebody has seen, since continuing from there
//! would be a fork, which witnesses and readers would find.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use klero_draw::hash::StepHash;
use klero_tlog::VerifiedCheckpoint;
use klero_verifier::ledger::Ledger;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::failure::{Failure, Named};
use crate::files::{LogFolder, RealFiles};
use crate::guard::Guard;
use crate::log_check::{self, Site};
use crate::sequencer::Place;
use crate::sequencer::opening::SledStores;
use crate::service::config::{Config, Folders};
use crate::vault::{self, DATA_KEY};
use crate::{api, atomic, key_ring};

const FORMAT: &str = "kleroterion/backup/2";
/// How an encrypted file begins.
const AGE: &[u8] = b"age-encryption.org/v1";
const HEAD: &str = "backup.json";
const HASHES: &str = "hashes.json";
const ACCOUNTS: &str = "accounts.age";
/// The largest of the small files that are read whole: the list of hashes of a log with a million tiles.
const SMALL_BYTES_MAX: u64 = 256 << 20;
/// What a backup does not hold, by its path below the folder.
const LEFT_OUT: [&str; 12] = [
    "store",
    "store.rebuilding",
    "lock",
    "control.sock",
    "guard",
    "public/checkpoint",
    // The records go into the file of accounts, answers under way are made anew.
    "desk/store",
    "desk/store.sealing",
    "desk/store.plain",
    "desk/accounts.age",
    "desk/out",
    "keys/data.key",
];

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    format: String,
    /// Origin of the log.
    pub origin: String,
    /// Entries under the guard's checkpoint.
    pub size: u64,
    /// Unix seconds at which it was made.
    pub made_at: u64,
}

/// Writes a backup of the service in `dir` to the new file `out`, encrypted if there are recipients. `accounts`: as [`crate::api::export`] gives
/// them; empty where there are none.
pub fn create(dir: &Path, out: &Path, recipients: &[String], accounts: &[u8], now: u64) -> Result<Head, Failure> {
    if out.exists() {
        return Err(Failure::usage(format!("{} is there already", out.display())).advise("choose another file"));
    }
    let origin = Config::load(dir)?.origin;
    let guard_path = LogFolder::new(dir).guard();
    let guard_bytes = std::fs::read(&guard_path).named("read the guard", &guard_path)?;
    let keys = key_ring::public_keys(&Folders(dir.to_owned()).log_key())?;
    let guard = Guard::read(&RealFiles, &guard_path, &keys).map_err(|e| Failure::unavailable(&e).advise(e.advice()))?;
    let head = Head { format: FORMAT.to_owned(), origin, size: guard.head().size, made_at: now };
    let folder = parent(out);
    let file = tempfile::NamedTempFile::new_in(folder).named("write in the folder", folder)?;
    let file = if recipients.is_empty() {
        let mut archive = tar::Builder::new(file);
        fill(&mut archive, dir, &head, &guard_bytes, accounts, out)?;
        archive.into_inner().named("write", out)?
    } else {
        let mut archive = tar::Builder::new(vault::encrypt_for(recipients, file)?);
        fill(&mut archive, dir, &head, &guard_bytes, accounts, out)?;
        archive.into_inner().and_then(age::stream::StreamWriter::finish).named("write", out)?
    };
    file.as_file().sync_all().named("write", out)?;
    file.persist_noclobber(out).map_err(|e| e.error).named("write", out)?;
    File::open(folder).and_then(|f| f.sync_all()).named("sync the folder", folder)?;
    Ok(head)
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn fill<W: Write>(
    archive: &mut tar::Builder<W>,
    dir: &Path,
    head: &Head,
    guard: &[u8],
    accounts: &[u8],
    out: &Path,
) -> Result<(), Failure> {
    let mut hashes = BTreeMap::new();
    let mut put = |name: &str, length: u64, from: &mut dyn Read| -> Result<(), Failure> {
        let mut header = tar::Header::new_gnu();
        header.set_size(length);
        header.set_mode(0o600);
        header.set_entry_type(tar::EntryType::Regular);
        let mut hashing = Hashing { from, hash: Sha256::new() };
        archive.append_data(&mut header, name, &mut hashing).named("write", out)?;
        hashes.insert(name.to_owned(), hex::encode(hashing.hash.finalize()));
        Ok(())
    };
    let mut small = |name: &str, bytes: &[u8]| put(name, u64::try_from(bytes.len()).unwrap_or(u64::MAX), &mut &*bytes);
    small(HEAD, &serde_json::to_vec(head).map_err(Failure::unavailable)?)?;
    small("guard", guard)?;
    if !accounts.is_empty() {
        small(ACCOUNTS, accounts)?;
    }
    for path in files_below(dir)? {
        let full = dir.join(&path);
        // What an erasure removed meanwhile is not backed up.
        let mut file = match File::open(&full) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
            opened => opened.named("read", &full)?,
        };
        let length = file.metadata().named("read", &full)?.len();
        put(&path, length, &mut (&mut file).take(length))?;
    }
    let text = serde_json::to_vec(&hashes).map_err(Failure::unavailable)?;
    let mut header = tar::Header::new_gnu();
    header.set_size(u64::try_from(text.len()).unwrap_or(u64::MAX));
    header.set_mode(0o600);
    archive.append_data(&mut header, HASHES, text.as_slice()).named("write", out)
}

/// Paths of the files that belong into a backup, relative to the folder, sorted. Hidden names are unfinished writes.
fn files_below(dir: &Path) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        let at = dir.join(&folder);
        let items = match std::fs::read_dir(&at) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
            read => read.named("read", &at)?,
        };
        for item in items {
            let item = item.named("read", &at)?;
            let name = item.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            if name.starts_with('.') || LEFT_OUT.contains(&path.as_str()) || path.contains(".set-aside-") {
                continue;
            }
            match item.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(kind) if kind.is_file() => found.push(path),
                // Sockets and links are nobody's data.
                _ => {}
            }
        }
    }
    found.sort();
    Ok(found)
}

struct Hashing<'a> {
    from: &'a mut dyn Read,
    hash: Sha256,
}

impl Read for Hashing<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.from.read(into)?;
        self.hash.update(into.get(..n).unwrap_or_default());
        Ok(n)
    }
}

/// What restoring needs beside the backup.
#[derive(Debug, Clone, Default)]
pub struct Restore {
    /// Private age key, if the backup is encrypted.
    pub key: Option<PathBuf>,
    /// The newest checkpoint that was published, as somebody outside has it.
    pub published: Option<PathBuf>,
    /// The data key.
    pub data_key: Option<PathBuf>,
}

/// What was restored and proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// The backup's own words.
    pub head: Head,
    /// Entries of the log that was rebuilt.
    pub size: u64,
    /// Pools that it holds.
    pub pools: usize,
    /// Of these, opened and found whole with the data key.
    pub pools_proved: usize,
    /// Records of the desk that were checked one by one; `None` without the data key, or where there are none.
    pub accounts: Option<usize>,
    /// Whether there are records that wait for the data key.
    pub accounts_waiting: bool,
}

/// Restores a backup into the new folder `dir`, and proves it. Refuses to roll a log back.
pub fn restore(backup: &Path, dir: &Path, how: &Restore) -> Result<Restored, Failure> {
    let newest = newest_here(dir)?;
    if dir.exists() && std::fs::read_dir(dir).named("read", dir)?.next().is_some() && newest.is_none() {
        return Err(Failure::usage(format!("{} is not empty", dir.display())).advise("restore into a new folder"));
    }
    let staging = tempfile::Builder::new()
        .prefix(".klero-restore-")
        .permissions(std::fs::Permissions::from_mode(0o700))
        .tempdir_in(parent(dir))
        .named("write in the folder", parent(dir))?;
    let restored = unpack_and_prove(backup, staging.path(), how)?;
    if let Some(newest) = newest {
        return Err(if newest > restored.size {
            rolled_back(newest, restored.size, dir)
        } else {
            Failure::refused(format!("{} holds a log of {newest} entries", dir.display()))
                .advise("restore into a new folder; move this one away when the new one serves")
        });
    }
    if dir.exists() {
        std::fs::remove_dir(dir).named("replace the empty folder", dir)?;
    }
    std::fs::rename(staging.keep(), dir).named("write", dir)?;
    File::open(parent(dir)).and_then(|f| f.sync_all()).named("sync the folder", parent(dir))?;
    Ok(restored)
}

/// Does everything that restoring does, in a temporary folder that is removed.
pub fn verify(backup: &Path, how: &Restore) -> Result<Restored, Failure> {
    let staging = tempfile::Builder::new()
        .prefix(".klero-verify-")
        .permissions(std::fs::Permissions::from_mode(0o700))
        .tempdir_in(parent(backup))
        .named("write in the folder", parent(backup))?;
    unpack_and_prove(backup, staging.path(), how)
}

fn rolled_back(newest: u64, here: u64, at: &Path) -> Failure {
    Failure::refused(format!("a checkpoint of {newest} entries was signed ({}), the backup has {here}", at.display()))
        .advise("continuing from this backup would fork the log. Take a newer backup; or add the missing tiles from a mirror or an object store to public/tile, and run klero log repair --from-tiles")
}

/// Entries under the guard or the published checkpoint of a folder, if there are any.
fn newest_here(dir: &Path) -> Result<Option<u64>, Failure> {
    let mut newest = None;
    for path in [LogFolder::new(dir).guard(), dir.join("public").join("checkpoint")] {
        let text = match std::fs::read_to_string(&path) {
            Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => continue,
            read => read.named("read", &path)?,
        };
        // The second line of both is the size; a damaged one counts as the greatest, so that nothing is rolled back.
        let size = text.lines().nth(1).and_then(|line| line.parse::<u64>().ok()).unwrap_or(u64::MAX);
        newest = newest.max(Some(size));
    }
    Ok(newest)
}

fn unpack_and_prove(backup: &Path, dir: &Path, how: &Restore) -> Result<Restored, Failure> {
    let file = File::open(backup).named("read", backup)?;
    let (head, accounts) = match &how.key {
        Some(key) => unpack(vault::decrypt_with(file, key)?, dir, backup)?,
        None => {
            let mut beginning = [0; AGE.len()];
            let read = (&file).take(AGE.len() as u64).read(&mut beginning).named("read", backup)?;
            if beginning.get(..read) == Some(AGE) {
                return Err(Failure::usage(format!("{} is encrypted", backup.display()))
                    .advise("give --key, the private age key to which it was encrypted"));
            }
            (&file).seek(SeekFrom::Start(0)).named("read", backup)?;
            unpack(file, dir, backup)?
        }
    };
    let folders = Folders(dir.to_owned());
    let keys = key_ring::public_keys(&folders.log_key())?;
    let guard = Guard::read(&RealFiles, &LogFolder::new(dir).guard(), &keys)
        .map_err(|e| Failure::refused(&e).advise("the backup is damaged: take another"))?;
    let note = guard.checkpoint().note().to_text();
    atomic::write(&dir.join("public").join("checkpoint"), note.as_bytes())?;
    let site = Site {
        folder: LogFolder::new(dir),
        files: Arc::new(RealFiles),
        keys: keys.clone(),
        stores: Arc::new(SledStores),
    };
    let broken = |e: &dyn std::fmt::Display| {
        Failure::refused(format!("the backup does not hold the log that was signed: {e}"))
            .advise("take another backup, or rebuild from a mirror's tiles")
    };
    let repaired = log_check::repair_from_tiles(&site, &mut replay()).map_err(|e| broken(&e))?;
    let size = repaired.head.size;
    if let Some(path) = &how.published {
        let bytes = std::fs::read(path).named("read the checkpoint", path)?;
        let published = VerifiedCheckpoint::open(&bytes, &keys)
            .map_err(|e| Failure::usage(format!("{} is no checkpoint of this log: {e}", path.display())))?;
        if published.head().size > size {
            return Err(rolled_back(published.head().size, size, path));
        }
    }
    let vault = how.data_key.as_deref().map(|from| put_data_key(dir, from)).transpose()?;
    let records = match accounts.as_slice() {
        [] => None,
        accounts => api::import(dir, accounts, vault.as_ref())?,
    };
    let kept = crate::pool_dir::folders(&folders.pools())?;
    let mut pools_proved = 0;
    if let Some(vault) = &vault {
        for pool in &kept {
            crate::pool_dir::PoolDir::open_with(pool, vault)?.verify(&mut |_| {})?;
            pools_proved += 1;
        }
    }
    let accounts_waiting = records.is_none() && !accounts.is_empty();
    Ok(Restored { head, size, pools: kept.len(), pools_proved, accounts: records, accounts_waiting })
}

/// Replays each entry by the rules of the log.
fn replay() -> impl FnMut(Place, &[u8]) -> Result<(), String> {
    let mut ledger = Ledger::new();
    move |place: Place, entry: &[u8]| {
        let step = ledger.open(entry).map_err(|e| e.to_string())?;
        if step.step().seq != place.seq || step.step().prev != StepHash(*place.prev.as_bytes()) {
            return Err("its seq or prev does not fit its place".to_owned());
        }
        ledger.apply(&step).map_err(|e| e.to_string())
    }
}

fn put_data_key(dir: &Path, from: &Path) -> Result<Arc<vault::Vault>, Failure> {
    let text = zeroize::Zeroizing::new(std::fs::read(from).named("read the data key", from)?);
    let path = dir.join("keys").join(DATA_KEY);
    atomic::write_private(&path, &text)?;
    vault::Vault::open(&path).map(Arc::new)
}

/// Unpacks an archive into `dir`, comparing every file with the hashes at its end. The head, and the accounts.
pub(crate) fn unpack(from: impl Read, dir: &Path, backup: &Path) -> Result<(Head, Vec<u8>), Failure> {
    let broken = |what: &str| {
        Failure::refused(format!("{} is not a whole backup: {what}", backup.display()))
            .advise("take another backup; klero backup verify tells whether one is whole")
    };
    let mut archive = tar::Archive::new(from);
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let (mut head, mut accounts, mut hashes) = (None, None, None);
    for entry in archive.entries().map_err(|_| broken("it is no archive"))? {
        let mut entry = entry.map_err(|_| broken("it ends too early, or is encrypted to another key"))?;
        let path = entry.path().map_err(|_| broken("a name in it cannot be read"))?.into_owned();
        let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
        let name = path.to_str().filter(|_| plain && entry.header().entry_type().is_file());
        let name = name.ok_or_else(|| broken("it holds something else than files"))?.to_owned();
        if hashes.is_some() || found.contains_key(&name) {
            return Err(broken("a file stands in it twice"));
        }
        let cut = |_| broken("it ends too early, or was changed");
        if [HEAD, ACCOUNTS, HASHES].contains(&name.as_str()) {
            let mut bytes = Vec::new();
            entry.by_ref().take(SMALL_BYTES_MAX).read_to_end(&mut bytes).map_err(cut)?;
            if name != HASHES {
                found.insert(name.clone(), hex::encode(Sha256::digest(&bytes)));
            }
            match name.as_str() {
                HEAD => {
                    head = Some(serde_json::from_slice::<Head>(&bytes).map_err(|_| broken("its head cannot be read"))?)
                }
                ACCOUNTS => accounts = Some(bytes),
                _ => {
                    let all: BTreeMap<String, String> =
                        serde_json::from_slice(&bytes).map_err(|_| broken("its hashes cannot be read"))?;
                    hashes = Some(all);
                }
            }
            continue;
        }
        let target = dir.join(&path);
        let folder = parent(&target).to_owned();
        let private = !path.starts_with("public");
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(if private { 0o700 } else { 0o755 })
            .create(&folder)
            .named("make the folder", &folder)?;
        let mode = if private { 0o600 } else { 0o644 };
        let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(&target);
        let mut file = file.named("write", &target)?;
        let mut hashing = Hashing { from: &mut entry, hash: Sha256::new() };
        io::copy(&mut hashing, &mut file).map_err(cut)?;
        found.insert(name, hex::encode(hashing.hash.finalize()));
        file.sync_all().named("write", &target)?;
    }
    let hashes = hashes.ok_or_else(|| broken("it ends too early"))?;
    if let Some((name, _)) = hashes.iter().find(|(name, hash)| found.get(*name) != Some(*hash)) {
        return Err(broken(&format!("{name} is missing or was changed")));
    }
    if found.len() != hashes.len() {
        return Err(broken("it holds files that it does not list"));
    }
    let head = head.filter(|head| head.format == FORMAT).ok_or_else(|| broken("it is of another version"))?;
    for folder in ["keys", "pools", "public/tile", "public/artifact"] {
        let folder = dir.join(folder);
        std::fs::create_dir_all(&folder).named("make the folder", &folder)?;
    }
    Ok((head, accounts.unwrap_or_default()))
}
