//! The keys of one role that a service holds, while one of them follows another (spec §4.2).
//!
//! ```text
//! DIR/keys/log.key           the key in force
//! DIR/keys/log.key.next      the key that follows it, made by klero keys rotate; in force from the key step on
//! DIR/keys/log.key.old       the key before, which still signs checkpoints beside the one in force, for witnesses that know only it;
//!                            once it is retired or revoked, its public half alone
//! DIR/keys/log.key.revoked   public half of a key that must not sign again, while its replacement is under way
//! ```
//!
//! The same with `service.key`, whose old key signs nothing. Which key is in force is not for these files to say: it follows from the log, step by
//! step. So a crash at any point between the step and the last rename changes nothing, and [`KeyRing::settle`] finishes the renames. Never signs
//! with a key that is not in force yet, or with one that was revoked.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use klero_tlog::checkpoint::Checkpoint;
use klero_tlog::{Note, SignerKey, VerifierKey};

use crate::failure::{Failure, Named};
use crate::sequencer::CheckpointSigner;
use crate::{atomic, signer};

/// A key of which at least the public half is here.
#[derive(Clone)]
struct Held {
    public: VerifierKey,
    private: Option<Arc<SignerKey>>,
}

impl Held {
    fn private(key: SignerKey) -> Self {
        Self { public: key.verifier_key(), private: Some(Arc::new(key)) }
    }
}

struct Keys {
    held: Vec<Held>,
    in_force: VerifierKey,
    /// The key before the one in force.
    previous: Option<VerifierKey>,
    revoked: Option<VerifierKey>,
}

impl Keys {
    fn private(&self, public: &VerifierKey) -> Option<Arc<SignerKey>> {
        self.held.iter().find(|held| held.public == *public)?.private.clone()
    }
}

/// The keys of one role. `Debug` shows public halves alone.
pub struct KeyRing {
    path: PathBuf,
    keys: RwLock<Keys>,
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyRing").field("in_force", &self.in_force().to_text()).finish_non_exhaustive()
    }
}

/// Where the key lies that follows the one in `path`.
#[must_use]
pub fn next_path(path: &Path) -> PathBuf {
    beside(path, "next")
}

fn old_path(path: &Path) -> PathBuf {
    beside(path, "old")
}

fn revoked_path(path: &Path) -> PathBuf {
    beside(path, "revoked")
}

fn beside(path: &Path, what: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(what);
    PathBuf::from(name)
}

/// The public halves of all keys beside `path`, the one in the file of that name first. Asks for no passphrase.
pub fn public_keys(path: &Path) -> Result<Vec<VerifierKey>, Failure> {
    let mut keys = vec![signer::load_public(path)?];
    for other in [next_path(path), old_path(path)] {
        if other.exists() {
            let key = signer::load_public(&other)?;
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    Ok(keys)
}

/// A private key, or the public half that was left of one.
fn load(path: &Path) -> Result<Held, Failure> {
    match signer::shown(path)?.encrypted {
        Some(_) => signer::load(path).map(Held::private),
        None => Ok(Held { public: signer::load_public(path)?, private: None }),
    }
}

impl KeyRing {
    /// Reads the keys. The one in `path` counts as in force until the log says otherwise.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let first = Held::private(signer::load(path)?);
        let in_force = first.public.clone();
        let mut held = vec![first];
        for other in [next_path(path), old_path(path)] {
            if other.exists() {
                let other = load(&other)?;
                if held.iter().all(|held| held.public != other.public) {
                    held.push(other);
                }
            }
        }
        let revoked = revoked_path(path);
        let revoked = if revoked.exists() { Some(signer::load_public(&revoked)?) } else { None };
        let keys = Keys { held, in_force, previous: None, revoked };
        Ok(Self { path: path.to_owned(), keys: RwLock::new(keys) })
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Keys> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Keys> {
        self.keys.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key in force.
    #[must_use]
    pub fn in_force(&self) -> VerifierKey {
        self.read().in_force.clone()
    }

    /// The private half of the key in force.
    pub fn signer(&self) -> Result<Arc<SignerKey>, String> {
        let keys = self.read();
        keys.private(&keys.in_force).ok_or_else(|| {
            format!(
                "the key in force is {}, and its private half is not in {}",
                keys.in_force.to_text(),
                self.path.display()
            )
        })
    }

    /// Whether the private half of a key is here.
    #[must_use]
    pub fn holds(&self, key: &VerifierKey) -> bool {
        self.read().private(key).is_some()
    }

    /// The key before, if it still signs beside the one in force.
    #[must_use]
    pub fn retiring(&self) -> Option<VerifierKey> {
        let keys = self.read();
        keys.previous
            .clone()
            .filter(|previous| Some(previous) != keys.revoked.as_ref() && keys.private(previous).is_some())
    }

    /// The log's steps have put this key in force.
    pub fn follow(&self, key: &VerifierKey) {
        let mut keys = self.write();
        if keys.in_force != *key {
            keys.previous = Some(std::mem::replace(&mut keys.in_force, key.clone()));
        }
    }

    /// The log was read from its beginning: this key is in force, and nothing was before it yet.
    pub fn begin(&self, key: &VerifierKey) {
        let mut keys = self.write();
        keys.in_force = key.clone();
        keys.previous = None;
    }

    /// Takes up the key in `….next`, which is not in force yet.
    pub fn take_next(&self) -> Result<Arc<SignerKey>, Failure> {
        let path = next_path(&self.path);
        let key = Arc::new(signer::load(&path)?);
        let public = key.verifier_key();
        let mut keys = self.write();
        keys.held.retain(|held| held.public != public);
        keys.held.push(Held { public, private: Some(Arc::clone(&key)) });
        Ok(key)
    }

    /// Forbids the key in force to sign once another is in force. On the disk when this returns.
    pub fn forbid(&self) -> Result<(), Failure> {
        let key = self.in_force();
        atomic::write(&revoked_path(&self.path), format!("{}\n", key.to_text()).as_bytes())?;
        self.write().revoked = Some(key);
        Ok(())
    }

    /// Takes [`Self::forbid`] back: the step that was to replace the key is not in the log.
    pub fn allow(&self) -> Result<(), Failure> {
        remove(&revoked_path(&self.path))?;
        self.write().revoked = None;
        Ok(())
    }

    /// Brings the files up to what the log says. May be repeated, and is, whenever a log is opened.
    pub fn settle(&self) -> Result<(), Failure> {
        let (in_force, revoked) = {
            let keys = self.read();
            (keys.in_force.clone(), keys.revoked.clone())
        };
        let here = signer::load_public(&self.path)?;
        if here != in_force {
            let next = next_path(&self.path);
            if !next.exists() || signer::load_public(&next)? != in_force {
                return Err(Failure::unavailable(format!(
                    "the log says that {} is in force, and {} holds {}",
                    in_force.to_text(),
                    self.path.display(),
                    here.to_text()
                ))
                .advise("put the key in force back from a backup that is newer than the change of keys"));
            }
            let bytes = zeroize::Zeroizing::new(std::fs::read(&self.path).named("read the key", &self.path)?);
            atomic::write_private(&old_path(&self.path), &bytes)?;
            std::fs::rename(&next, &self.path).named("rename the key", &next)?;
            sync(&self.path)?;
        }
        if let Some(revoked) = revoked.filter(|revoked| *revoked != in_force) {
            self.leave_public_half(&revoked)?;
            remove(&revoked_path(&self.path))?;
        } else if revoked_path(&self.path).exists() {
            // Its replacement was not logged.
            self.allow()?;
        }
        Ok(())
    }

    /// Destroys the private half of the key before. Its public half stays: earlier checkpoints bear its signature.
    pub fn retire(&self) -> Result<VerifierKey, Failure> {
        let key = self.retiring().ok_or_else(|| {
            Failure::refused(format!("no key before the one in force is in {}", old_path(&self.path).display()))
                .advise("nothing need be done")
        })?;
        self.leave_public_half(&key)?;
        Ok(key)
    }

    fn leave_public_half(&self, key: &VerifierKey) -> Result<(), Failure> {
        let old = old_path(&self.path);
        if old.exists() && signer::load_public(&old)? == *key {
            atomic::write_private(&old, format!("{}\n", key.to_text()).as_bytes())?;
        }
        let mut keys = self.write();
        if let Some(held) = keys.held.iter_mut().find(|held| held.public == *key) {
            held.private = None;
        }
        Ok(())
    }
}

fn remove(path: &Path) -> Result<(), Failure> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e).named("remove", path),
        _ => sync(path),
    }
}

fn sync(path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(folder).and_then(|f| f.sync_all()).named("sync the folder", folder)
}

impl CheckpointSigner for KeyRing {
    fn verifier_key(&self) -> VerifierKey {
        self.in_force()
    }

    fn known_keys(&self) -> Vec<VerifierKey> {
        let keys = self.read();
        let others = keys.held.iter().map(|held| &held.public).filter(|public| **public != keys.in_force);
        std::iter::once(&keys.in_force).chain(others).cloned().collect()
    }

    /// Signs with the key in force, and beside it with the one before, until that is retired.
    fn sign(&self, checkpoint: &Checkpoint) -> Result<Note, String> {
        let note = checkpoint.sign(self.signer()?.as_ref()).map_err(|error| error.to_string())?;
        let retiring = self.retiring();
        match retiring.and_then(|old| self.read().private(&old)) {
            Some(old) => note.with_signatures([old.sign(note.text())]).map_err(|error| error.to_string()),
            None => Ok(note),
        }
    }
}
