//! Personal data at rest: every pool that a service keeps is encrypted to a key of its own, and that key to the service's data key. So are the
//! records of the desk ([`crate::api`]).
//!
//! ```text
//! DIR/keys/data.key             the data key: an age identity, mode 0600; not in any database
//! DIR/pools/<root>/key.age      the pool's own age identity, encrypted to the data key
//! DIR/pools/<root>/*.age        the pool's files, encrypted to the pool's own key
//! DIR/desk/keys/<name>/key.age  a key of the desk's records, encrypted to the data key
//! ```
//!
//! All of it is the age format (c2sp.org/age), which any age program opens: nobody depends on this program to get at their own data. Files
//! are written and read as streams of 64 KiB, whatever their size. Rotating the data key encrypts the small `key.age` files anew and leaves
//! the pools as they are; destroying `key.age` destroys a pool. This file never writes a key or a row anywhere in the clear, and never
//! tells one.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use age::secrecy::ExposeSecret;
use age::stream::{StreamReader, StreamWriter};
use age::x25519::{Identity, Recipient};
use age::{Decryptor, Encryptor};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::atomic;
use crate::failure::{Failure, Named};
use crate::passphrase;

/// The file in a pool's folder that holds the pool's own key.
pub const WRAPPED_KEY: &str = "key.age";
/// The data key's name, in `DIR/keys` and among systemd's credentials.
pub const DATA_KEY: &str = "data.key";
/// An encrypted identity has some 300 bytes; more is no such file.
const WRAPPED_BYTES_MAX: u64 = 16_384;
/// Keys that a key file may hold: one, and during a rotation two.
const KEYS_MAX: usize = 16;

/// Where the data key of the service in `dir` lies: among systemd's credentials if it is there, else where it is configured, else in
/// `DIR/keys`.
#[must_use]
pub fn key_path(dir: &Path, configured: Option<&Path>) -> PathBuf {
    let credential = passphrase::credentials().map(|folder| folder.join(DATA_KEY));
    match (credential.filter(|path| path.exists()), configured) {
        (Some(path), _) => path,
        (None, Some(path)) => path.to_owned(),
        (None, None) => dir.join("keys").join(DATA_KEY),
    }
}

/// The data key of a service: opens and closes the keys of its pools. `Debug` shows the path alone.
pub struct Vault {
    path: PathBuf,
    /// The key in force first; after it, while a rotation is under way, the one before.
    keys: RwLock<Vec<Identity>>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Vault {
    /// Makes a new data key. Overwrites nothing.
    pub fn create(path: &Path) -> Result<Self, Failure> {
        if path.exists() {
            return Err(Failure::usage(format!("there is a data key at {} already", path.display()))
                .advise("klero data rotate-key replaces it"));
        }
        let vault = Self { path: path.to_owned(), keys: RwLock::new(vec![Identity::generate()]) };
        vault.write_keys()?;
        Ok(vault)
    }

    /// Reads the data key. Refuses one that others may read.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let meta = std::fs::metadata(path).map_err(|e| {
            Failure::usage(format!("the data key {} cannot be read: {e}", path.display()))
                .advise("put it back from its backup: without it the service's copies of the pools cannot be read")
        })?;
        if meta.permissions().mode() & 0o077 != 0 && !passphrase::is_credential(path) {
            return Err(Failure::usage(format!("the data key {} can be read by others", path.display()))
                .advise(format!("run: chmod 600 {}", path.display())));
        }
        let text = Zeroizing::new(std::fs::read_to_string(path).named("read the data key", path)?);
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let keys: Vec<Identity> =
            lines.take(KEYS_MAX).map(str::parse).collect::<Result<_, _>>().map_err(|_| damaged_key(path))?;
        if keys.is_empty() {
            return Err(damaged_key(path));
        }
        Ok(Self { path: path.to_owned(), keys: RwLock::new(keys) })
    }

    /// Where the key lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The public half of the key in force: its fingerprint, so to say.
    #[must_use]
    pub fn recipient(&self) -> String {
        self.keys().first().map_or_else(String::new, |key| key.to_public().to_string())
    }

    /// Makes a new key, whose `key.age` is on the disk in `folder` when this returns.
    ///
    /// The data key is not replaced meanwhile: a rotation that begins later finds the file.
    pub fn new_seal(&self, folder: &Path) -> Result<Seal, Failure> {
        let seal = Seal(Arc::new(Identity::generate()));
        let keys = self.keys();
        let wrapped = wrap(&keys, &seal)?;
        atomic::write_private(&folder.join(WRAPPED_KEY), &wrapped)?;
        Ok(seal)
    }

    /// The key of the pool in `folder`.
    pub fn seal_of(&self, folder: &Path) -> Result<Seal, Failure> {
        let path = folder.join(WRAPPED_KEY);
        let wrong = |what: &str| {
            Failure::unavailable(format!("the key of the pool {} cannot be opened: {what}", folder.display())).advise(
                "see that the data key is the one with which the pool was kept; an older one may be in a backup of DIR/keys",
            )
        };
        let bytes = read_bounded(&path, WRAPPED_BYTES_MAX).named("read the key of the pool at", &path)?;
        open_seal(&self.keys(), &bytes).map_err(|what| wrong(&what))
    }

    /// Encrypts to the data key: only a service that has it reads this again.
    pub fn encrypt(&self, plain: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut out = encrypt_for(&[self.recipient()], Vec::new())?;
        let failed = |e: io::Error| Failure::unavailable(format!("cannot encrypt: {e}"));
        out.write_all(plain).map_err(failed)?;
        out.finish().map_err(failed)
    }

    /// Decrypts what [`Self::encrypt`] made. `what` says what it is.
    pub fn decrypt(&self, bytes: &[u8], what: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let keys = self.keys();
        let identities = keys.iter().map(|key| key as &dyn age::Identity);
        // Never longer than what it was made from.
        let mut plain = Zeroizing::new(Vec::with_capacity(bytes.len()));
        let opened = Decryptor::new_buffered(bytes).and_then(|decryptor| decryptor.decrypt(identities));
        let failed = |e: &dyn fmt::Display| {
            Failure::refused(format!("{what} cannot be opened: {e}")).advise(
                "give the data key that was in force when it was made; an older one may be in a backup of DIR/keys",
            )
        };
        opened.map_err(|e| failed(&e))?.read_to_end(&mut plain).map_err(|e| failed(&e))?;
        Ok(plain)
    }
    /// Replaces the data key by a new one, and encrypts to it the keys in the folders that `list` gives. The number of folders.
    ///
    /// Order: first the key file holds both keys, then each folder follows, then the old key goes. `list` is asked again until everything
    /// that it gives follows the new key: folders that come, go or get another name meanwhile are no exception. Whatever is interrupted is
    /// finished by asking again; at no time is there a folder that the key file does not open.
    pub fn rotate(&self, list: &dyn Fn() -> Result<Vec<PathBuf>, Failure>) -> Result<usize, Failure> {
        {
            let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
            keys.insert(0, Identity::generate());
            keys.truncate(KEYS_MAX);
        }
        self.write_keys().inspect_err(|_| {
            self.keys.write().unwrap_or_else(PoisonError::into_inner).remove(0);
        })?;
        let folders = loop {
            let (folders, mut all_follow) = (list()?, true);
            for folder in &folders {
                all_follow &= self.rewrap(folder)?;
            }
            if all_follow {
                break folders.len();
            }
        };
        self.keys.write().unwrap_or_else(PoisonError::into_inner).truncate(1);
        self.write_keys()?;
        Ok(folders)
    }

    /// Encrypts the key in a folder to the data key in force. Whether that was so already.
    fn rewrap(&self, folder: &Path) -> Result<bool, Failure> {
        let path = folder.join(WRAPPED_KEY);
        // A folder that has another name by now, or was destroyed, shows when the list is made again.
        let gone = || !path.exists();
        let bytes = match read_bounded(&path, WRAPPED_BYTES_MAX) {
            Err(_) if gone() => return Ok(false),
            read => read.named("read the key at", &path)?,
        };
        if self.keys().first().is_some_and(|key| open_seal(std::slice::from_ref(key), &bytes).is_ok()) {
            return Ok(true);
        }
        let seal = match self.seal_of(folder) {
            Err(_) if gone() => return Ok(false),
            opened => opened?,
        };
        let wrapped = wrap(&self.keys(), &seal)?;
        match atomic::write_private(&path, &wrapped) {
            Err(_) if !folder.exists() => Ok(false),
            written => written.map(|()| false),
        }
    }

    fn keys(&self) -> std::sync::RwLockReadGuard<'_, Vec<Identity>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_keys(&self) -> Result<(), Failure> {
        let mut text = Zeroizing::new(String::from(
            "# Data key of a Kleroterion service (age). Keep it secret and apart from backups of the data.\n",
        ));
        for key in self.keys().iter() {
            text.push_str(key.to_string().expose_secret());
            text.push('\n');
        }
        atomic::write_private(&self.path, text.as_bytes())
    }
}

/// Encrypts a key to the data key in force.
fn wrap(keys: &[Identity], seal: &Seal) -> Result<Vec<u8>, Failure> {
    let failed = |e: &dyn fmt::Display| Failure::unavailable(format!("a pool's key cannot be encrypted: {e}"));
    let to = keys.first().map(Identity::to_public).ok_or_else(|| failed(&"there is no data key"))?;
    let secret = seal.0.to_string();
    let mut out = encrypt_to(&[to], Vec::new()).map_err(|e| failed(&e))?;
    out.write_all(secret.expose_secret().as_bytes()).map_err(|e| failed(&e))?;
    out.finish().map_err(|e| failed(&e))
}

/// Opens the text of a `key.age`; in words why not.
fn open_seal(keys: &[Identity], wrapped: &[u8]) -> Result<Seal, String> {
    let identities = keys.iter().map(|key| key as &dyn age::Identity);
    let mut text = Zeroizing::new(String::new());
    Decryptor::new_buffered(wrapped)
        .and_then(|decryptor| decryptor.decrypt(identities))
        .map_err(|e| e.to_string())?
        .take(WRAPPED_BYTES_MAX)
        .read_to_string(&mut text)
        .map_err(|e| e.to_string())?;
    let identity = text.trim_end().parse().map_err(|_| "it holds no key".to_owned())?;
    Ok(Seal(Arc::new(identity)))
}

fn damaged_key(path: &Path) -> Failure {
    Failure::usage(format!("{} is not a data key", path.display()))
        .advise("expected lines that begin with AGE-SECRET-KEY-1; put the key back from its backup")
}

fn read_bounded(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The key of one pool: encrypts and decrypts its files.
#[derive(Clone)]
pub struct Seal(Arc<Identity>);

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal")
    }
}

impl Seal {
    /// Encrypts what is written to `out`. [`StreamWriter::finish`] must be called at the end, or the file cannot be read.
    pub(crate) fn write<W: Write>(&self, out: W) -> io::Result<StreamWriter<W>> {
        encrypt_to(&[self.0.to_public()], out)
    }

    /// A secret of this key for another use than files: HMAC-SHA256 of `label` under the identity's text.
    pub(crate) fn derive(&self, label: &[u8]) -> Zeroizing<[u8; 32]> {
        let secret = self.0.to_string();
        // HMAC takes keys of every length.
        let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.expose_secret().as_bytes()) else {
            return Zeroizing::new([0; 32]);
        };
        mac.update(label);
        Zeroizing::new(mac.finalize().into_bytes().into())
    }

    /// Decrypts a file, from any place.
    pub(crate) fn read(&self, file: &Arc<File>) -> io::Result<Opened> {
        let reader = BufReader::with_capacity(4096, SharedFile { file: Arc::clone(file), at: 0 });
        Decryptor::new_buffered(reader)
            .and_then(|decryptor| decryptor.decrypt(std::iter::once(self.0.as_ref() as &dyn age::Identity)))
            .map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e.to_string()))
    }
}

/// A file being decrypted.
pub(crate) type Opened = StreamReader<BufReader<SharedFile>>;

/// Encrypts to recipients of the age format.
fn encrypt_to<W: Write>(recipients: &[Recipient], out: W) -> io::Result<StreamWriter<W>> {
    let recipients = recipients.iter().map(|r| r as &dyn age::Recipient);
    Encryptor::with_recipients(recipients).map_err(|e| io::Error::other(e.to_string()))?.wrap_output(out)
}

/// Encrypts to somebody outside, who is named by an `age1…` recipient.
pub fn encrypt_for<W: Write>(recipients: &[String], out: W) -> Result<StreamWriter<W>, Failure> {
    let parse = |text: &String| {
        text.trim().parse::<Recipient>().map_err(|e| {
            Failure::usage(format!("'{text}' is not an age recipient: {e}"))
                .advise("the auditor makes a key with age-keygen and sends you the line that begins with age1")
        })
    };
    let recipients = recipients.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    if recipients.is_empty() {
        return Err(Failure::usage("no recipient is named").advise("give --recipient age1…"));
    }
    encrypt_to(&recipients, out).map_err(|e| Failure::unavailable(format!("cannot encrypt: {e}")))
}

/// Decrypts a file with the age identities in `keys`.
pub fn decrypt_with(file: File, keys: &Path) -> Result<impl Read, Failure> {
    let vault = Vault::open(keys)?;
    let keys = vault.keys();
    let identities = keys.iter().map(|key| key as &dyn age::Identity);
    Decryptor::new_buffered(BufReader::new(file)).and_then(|decryptor| decryptor.decrypt(identities)).map_err(|e| {
        Failure::refused(format!("the file cannot be opened: {e}"))
            .advise("give the private key of the recipient to whom it was encrypted")
    })
}

/// Reads a shared file from a place of its own, so that readers do not move one another.
pub(crate) struct SharedFile {
    file: Arc<File>,
    at: u64,
}

impl Read for SharedFile {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read_at(into, self.at)?;
        self.at = self.at.saturating_add(u64::try_from(n).unwrap_or(u64::MAX));
        Ok(n)
    }
}

impl Seek for SharedFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let outside = || io::Error::new(io::ErrorKind::InvalidInput, "a place before the beginning of the file");
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::Current(by) => self.at.checked_add_signed(by).ok_or_else(outside)?,
            SeekFrom::End(by) => self.file.metadata()?.len().checked_add_signed(by).ok_or_else(outside)?,
        };
        Ok(self.at)
    }
}
