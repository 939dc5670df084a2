//! The desk's records at rest (decision 29): each value is encrypted before the store sees it, and bound to its key, so that no record can be
//! put in another's place.
//!
//! ```text
//! value   = 0x01 ‖ nonce (24 bytes) ‖ XChaCha20-Poly1305(key, nonce, JSON of the record, its key in the store)
//! key     = HMAC-SHA256(age identity in DIR/desk/keys/<name>/key.age, "kleroterion/desk/records/1")
//! <name>  = <organiser>.<draw> for complaints and answers about a draw, else desk
//! ```
//!
//! The keys of records are in the clear: they hold ids and logins, no texts. Answers to requests that may be repeated (`once/`) are passed on
//! as they are: they are encrypted already, to a key that the caller alone has. Removing a record from a database leaves its bytes on the
//! disk for a while; whoever erases a draw destroys its key, and with it what is left of its records.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use klero_draw::names::Slug;

use crate::failure::{Failure, Named};
use crate::store::{MAX_RECORD_VALUE, RecordChange, Records, StoreError, VisitRecord};
use crate::vault::{Vault, WRAPPED_KEY};

/// The form of a value, its first byte. JSON never begins so.
const FORM: u8 = 1;
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
/// Longest record, in bytes of its JSON.
pub(super) const MAX_VALUE: usize = MAX_RECORD_VALUE - 1 - NONCE_BYTES - TAG_BYTES;
const LABEL: &[u8] = b"kleroterion/desk/records/1";
/// The key of everything that belongs to no draw. No draw's key has this name: those have a dot in it.
const DESK: &str = "desk";
/// A record that says that all others are encrypted.
const MARKER: &[u8] = b"sealed";
const MARKED: &[u8] = b"1";
/// What is encrypted by its own means.
const PASSED_ON: &[u8] = b"once/";
/// What belongs to a draw, and goes with it.
const OF_A_DRAW: [&str; 2] = ["complaint", "answer"];

/// Where the keys lie, below the folder of the desk.
pub(super) fn keys_in(desk: &Path) -> PathBuf {
    desk.join("keys")
}

/// Destroys the key of the records about a draw. May be repeated.
pub(super) fn destroy(desk: &Path, organiser: &str, draw: &str) -> Result<(), Failure> {
    let keys = keys_in(desk);
    let folder = keys.join(format!("{organiser}.{draw}"));
    if !folder.exists() {
        return Ok(());
    }
    let file = folder.join(WRAPPED_KEY);
    if file.exists() {
        std::fs::remove_file(&file).named("destroy", &file)?;
        sync(&folder)?;
    }
    std::fs::remove_dir_all(&folder).named("destroy", &folder)?;
    sync(&keys)
}

fn sync(folder: &Path) -> Result<(), Failure> {
    std::fs::File::open(folder).and_then(|f| f.sync_all()).named("sync the folder", folder)
}

/// Records whose values are encrypted. Keeps the contract of those below.
pub(super) struct SealedRecords {
    below: Arc<dyn Records>,
    keys: PathBuf,
    vault: Arc<Vault>,
    open: Mutex<BTreeMap<String, Held>>,
}

/// A key in memory, and which file it came from.
struct Held {
    file: (u64, u64),
    cipher: XChaCha20Poly1305,
}

impl SealedRecords {
    /// Records over `below`, with the keys in the folder of the desk.
    pub(super) fn new(below: Arc<dyn Records>, desk: &Path, vault: Arc<Vault>) -> Self {
        Self { below, keys: keys_in(desk), vault, open: Mutex::default() }
    }

    /// Whether everything in `records` is encrypted.
    pub(super) fn is_marked(records: &dyn Records) -> Result<bool, StoreError> {
        Ok(records.get(MARKER)?.as_deref() == Some(MARKED))
    }

    /// Says that everything in `records` is encrypted.
    pub(super) fn mark(records: &dyn Records) -> Result<(), StoreError> {
        records.commit_durably(&[(MARKER.to_vec(), Some(MARKED.to_vec()))])
    }

    /// Does something with the key of this name. `make`: it is made if there is none.
    fn with_key<R>(
        &self,
        name: &str,
        make: bool,
        work: impl FnOnce(&XChaCha20Poly1305) -> Result<R, StoreError>,
    ) -> Result<R, StoreError> {
        let doing = if make { "encrypted" } else { "decrypted" };
        let failed = |failure: Failure| StoreError::Sealed { doing, detail: failure.message };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = self.keys.join(name);
        let file = std::fs::metadata(folder.join(WRAPPED_KEY)).ok().map(|meta| (meta.dev(), meta.ino()));
        // A key that was destroyed meanwhile is not used any more.
        if open.get(name).is_none_or(|held| Some(held.file) != file) {
            open.remove(name);
            let seal = match file {
                Some(_) => self.vault.seal_of(&folder),
                None if make => self.new_key(&folder),
                None => Err(Failure::unavailable(format!("its key {name} is not there"))),
            };
            let secret = seal.map_err(failed)?.derive(LABEL);
            let cipher = XChaCha20Poly1305::new(&Key::from(*secret));
            let meta = std::fs::metadata(folder.join(WRAPPED_KEY)).named("read", &folder).map_err(failed)?;
            open.insert(name.to_owned(), Held { file: (meta.dev(), meta.ino()), cipher });
        }
        let held = open.get(name).ok_or_else(|| failed(Failure::unavailable("its key is not there")))?;
        work(&held.cipher)
    }

    /// A new key, on the disk when this returns.
    fn new_key(&self, folder: &Path) -> Result<crate::vault::Seal, Failure> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).named("make the folder", folder)?;
        let seal = self.vault.new_seal(folder)?;
        sync(&self.keys)?;
        Ok(seal)
    }

    fn seal(&self, key: &[u8], value: &[u8]) -> Result<Vec<u8>, StoreError> {
        let Some(name) = key_name(key) else { return Ok(value.to_vec()) };
        let mut nonce = [0; NONCE_BYTES];
        let failed = |detail: String| StoreError::Sealed { doing: "encrypted", detail };
        getrandom::fill(&mut nonce).map_err(|e| failed(e.to_string()))?;
        let payload = Payload { msg: value, aad: key };
        let sealed = self.with_key(&name, true, |cipher| {
            cipher.encrypt(&XNonce::from(nonce), payload).map_err(|e| failed(e.to_string()))
        })?;
        Ok([&[FORM], &nonce[..], &sealed].concat())
    }

    fn open(&self, key: &[u8], value: &[u8]) -> Result<Vec<u8>, StoreError> {
        let Some(name) = key_name(key) else { return Ok(value.to_vec()) };
        let failed = |detail: &str| StoreError::Sealed { doing: "decrypted", detail: detail.to_owned() };
        let (form, rest) = value.split_first().ok_or_else(|| failed("it is empty"))?;
        let (nonce, sealed) = rest
            .split_at_checked(NONCE_BYTES)
            .filter(|_| *form == FORM)
            .ok_or_else(|| failed("it is not one that this version wrote"))?;
        let nonce = XNonce::try_from(nonce).map_err(|_| failed("it is cut off"))?;
        let payload = Payload { msg: sealed, aad: key };
        self.with_key(&name, false, |cipher| {
            cipher.decrypt(&nonce, payload).map_err(|_| failed("it was changed, or belongs to another key"))
        })
    }
}

/// The name of the key to which a record is encrypted. `None`: to none.
fn key_name(key: &[u8]) -> Option<String> {
    if key == MARKER || key.starts_with(PASSED_ON) {
        return None;
    }
    // Organisers and draws are slugs; what is none becomes no name of a folder.
    let of_a_draw = || {
        let mut parts = std::str::from_utf8(key).ok()?.split('/');
        let kind = parts.next().filter(|kind| OF_A_DRAW.contains(kind));
        let (organiser, draw) = kind.and_then(|_| Some((parts.next()?, parts.next()?)))?;
        let (organiser, draw) = (organiser.parse::<Slug>().ok()?, draw.parse::<Slug>().ok()?);
        Some(format!("{organiser}.{draw}"))
    };
    Some(of_a_draw().unwrap_or_else(|| DESK.to_owned()))
}

impl Records for SealedRecords {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.below.get(key)?.map(|value| self.open(key, &value)).transpose()
    }

    fn range(&self, prefix: &[u8], after: Option<&[u8]>, visit: &mut VisitRecord<'_>) -> Result<(), StoreError> {
        let mut wrong = None;
        self.below.range(prefix, after, &mut |key, value| {
            if key == MARKER {
                return ControlFlow::Continue(());
            }
            match self.open(key, value) {
                Ok(value) => visit(key, &value),
                Err(error) => {
                    wrong = Some(error);
                    ControlFlow::Break(())
                }
            }
        })?;
        wrong.map_or(Ok(()), Err)
    }

    fn keys(&self, prefix: &[u8], visit: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> Result<(), StoreError> {
        self.below.keys(prefix, &mut |key| if key == MARKER { ControlFlow::Continue(()) } else { visit(key) })
    }

    fn commit_durably(&self, changes: &[RecordChange]) -> Result<(), StoreError> {
        let seal = |(key, value): &RecordChange| {
            let value = value.as_ref().map(|value| self.seal(key, value)).transpose()?;
            Ok((key.clone(), value))
        };
        let sealed = changes.iter().map(seal).collect::<Result<Vec<_>, StoreError>>()?;
        self.below.commit_durably(&sealed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::RealFiles;
    use crate::store::SledRecords;

    #[test]
    fn the_key_of_a_record_follows_its_draw() {
        for (key, name) in [
            ("complaint/eupen/letters/00ab", Some("eupen.letters")),
            ("answer/eupen/letters/0000000007", Some("eupen.letters")),
            ("complaint/../x/00ab", Some("desk")),
            ("complaint/eupen", Some("desk")),
            ("account/anna@example.org", Some("desk")),
            ("objection/eupen/letters", Some("desk")),
            ("once/0123", None),
            ("sealed", None),
        ] {
            assert_eq!(key_name(key.as_bytes()).as_deref(), name, "{key}");
        }
    }

    #[test]
    fn a_record_opens_in_its_own_place_and_unchanged_alone() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Arc::new(Vault::create(&folder.path().join("data.key")).unwrap());
        let below: Arc<dyn Records> =
            Arc::new(SledRecords::create(&folder.path().join("store"), Arc::new(RealFiles)).unwrap());
        let sealed = SealedRecords::new(Arc::clone(&below), folder.path(), vault);
        let (one, other) = (b"account/anna".to_vec(), b"account/bert".to_vec());
        sealed.commit_durably(&[(one.clone(), Some(b"{\"a\":1}".to_vec()))]).unwrap();
        let kept = below.get(&one).unwrap().unwrap();
        assert_eq!(kept.len(), 7 + 1 + NONCE_BYTES + TAG_BYTES);
        assert_eq!(sealed.get(&one).unwrap().unwrap(), b"{\"a\":1}");
        below.commit_durably(&[(other.clone(), Some(kept.clone()))]).unwrap();
        assert!(matches!(sealed.get(&other), Err(StoreError::Sealed { .. })), "moved");
        for at in 0..kept.len() {
            let mut changed = kept.clone();
            changed[at] ^= 1;
            below.commit_durably(&[(one.clone(), Some(changed))]).unwrap();
            assert!(matches!(sealed.get(&one), Err(StoreError::Sealed { .. })), "byte {at}");
        }
        below.commit_durably(&[(one.clone(), Some(b"{\"a\":1}".to_vec()))]).unwrap();
        assert!(matches!(sealed.get(&one), Err(StoreError::Sealed { .. })), "in the clear");
    }
}
