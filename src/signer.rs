//! Private keys: the only file that reads or makes them.
//!
//! A key file is one line in the signed-note form `PRIVATE+KEY+<name>+<id>+<base64>`, mode 0600, or that line under a passphrase
//! ([`locked_key`]). It is refused if others may read it. A private key is never printed, logged or sent; it lives in memory only as a
//! [`SignerKey`], which is wiped when dropped.

use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use klero_draw::rehearsal::RehearsalKey;
use klero_tlog::cosignature::{WitnessKey, WitnessSigner};
use klero_tlog::note::KeyName;
use klero_tlog::{SecretKey, SignerKey, VerifierKey};
use zeroize::Zeroizing;

use crate::atomic;
use crate::failure::{Failure, Named};
use crate::locked_key::{self, Locked, LockedError};
use crate::passphrase::{Source, is_credential};

/// Makes a key from the operating system's randomness and writes it to a new file, mode 0600. Nothing is overwritten.
pub fn create(path: &Path, name: &str) -> Result<VerifierKey, Failure> {
    let key = SignerKey::new(key_name(name)?, SecretKey::from_seed(&*random_seed()?));
    write_secret(path, &Zeroizing::new(format!("{}\n", key.to_text().as_str())))?;
    Ok(key.verifier_key())
}

/// The same, under a passphrase from the beginning: the private half is never on the disk in the clear.
pub fn create_encrypted(path: &Path, name: &str, source: &Source) -> Result<VerifierKey, Failure> {
    let key = SignerKey::new(key_name(name)?, SecretKey::from_seed(&*random_seed()?));
    refuse_existing(path)?;
    let public = key.verifier_key();
    write_secret(path, &locked_text(&public.to_text(), &key.to_text(), path, source)?)?;
    Ok(public)
}

/// 32 bytes of the operating system's randomness.
pub fn random_seed() -> Result<Zeroizing<[u8; 32]>, Failure> {
    let mut seed = Zeroizing::new([0u8; 32]);
    getrandom::fill(seed.as_mut_slice())
        .map_err(|e| Failure::unavailable(format!("the operating system gives no randomness: {e}")))?;
    Ok(seed)
}

/// Reads a private key; asks for its passphrase if it has one. Refuses a file that anybody but its owner may read.
pub fn load(path: &Path) -> Result<SignerKey, Failure> {
    load_from(path, &Source::new(None))
}

/// The same, with a passphrase from a certain source if one is needed.
pub fn load_from(path: &Path, source: &Source) -> Result<SignerKey, Failure> {
    SignerKey::parse(&private_line(path, source)?).map_err(|_| {
        Failure::usage(format!("{} is not a private key", path.display()))
            .advise("expected one line that begins with PRIVATE+KEY+; make one with: klero keys new")
    })
}

/// Makes a witness's key, as [`create`] makes a signing key.
pub fn create_witness(path: &Path, name: &str) -> Result<WitnessKey, Failure> {
    let key = WitnessSigner::new(key_name(name)?, SecretKey::from_seed(&*random_seed()?));
    write_secret(path, &Zeroizing::new(format!("{}\n", key.to_text().as_str())))?;
    Ok(key.witness_key())
}

/// Reads a witness's private key. Refuses a file that anybody but its owner may read.
pub fn load_witness(path: &Path) -> Result<WitnessSigner, Failure> {
    WitnessSigner::parse(&private_line(path, &Source::new(None))?).map_err(|_| {
        Failure::usage(format!("{} is not a witness's private key", path.display()))
            .advise("make a witness with: klero witness init")
    })
}

fn read_secret(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let meta = std::fs::metadata(path).named("read the key file", path)?;
    if meta.permissions().mode() & 0o077 != 0 && !is_credential(path) {
        return Err(Failure::usage(format!("the key file {} can be read by others", path.display()))
            .advise(format!("run: chmod 600 {}", path.display())));
    }
    std::fs::read_to_string(path).map(Zeroizing::new).named("read the key file", path)
}

/// The private key's line in a file, without its end; a locked one is opened.
fn private_line(path: &Path, source: &Source) -> Result<Zeroizing<String>, Failure> {
    let text = read_secret(path)?;
    match Locked::parse(&text) {
        Some(locked) => source.unlock(path, |passphrase| unlock(path, &locked, passphrase)),
        None => Ok(Zeroizing::new(text.strip_suffix('\n').unwrap_or(&text).to_owned())),
    }
}

/// `None` if the passphrase is another one.
fn unlock(
    path: &Path,
    locked: &Locked<'_>,
    passphrase: &age::secrecy::SecretString,
) -> Result<Option<Zeroizing<String>>, Failure> {
    let line = match locked.open(passphrase) {
        Ok(line) => line,
        Err(LockedError::Passphrase) => return Ok(None),
        Err(error) => {
            return Err(Failure::usage(format!("the key file {} cannot be opened: {error}", path.display()))
                .advise("put the key back from its copy"));
        }
    };
    if public_half(&line).is_none_or(|public| public.text != locked.public) {
        return Err(Failure::usage(format!(
            "the first line of {} is not the public half of the key below it: somebody altered the file",
            path.display()
        ))
        .advise("put the key back from its copy, and look who could write the file"));
    }
    Ok(Some(line))
}

/// The public half of a private key of either kind.
struct PublicHalf {
    name: String,
    text: String,
}

fn public_half(private: &str) -> Option<PublicHalf> {
    if let Ok(key) = SignerKey::parse(private) {
        let key = key.verifier_key();
        return Some(PublicHalf { name: key.name().as_str().to_owned(), text: key.to_text() });
    }
    let key = WitnessSigner::parse(private).ok()?.witness_key();
    Some(PublicHalf { name: key.name().as_str().to_owned(), text: key.to_text() })
}

/// Reads a public key (vkey) from a file, or the public half of a private key file. Asks for no passphrase.
pub fn load_public(path: &Path) -> Result<VerifierKey, Failure> {
    let line = shown(path)?.vkey;
    VerifierKey::parse(&line).map_err(|e| Failure::usage(format!("{} is not a public key: {e}", path.display())))
}

/// What may be shown of a key file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Shown {
    /// The key's name.
    pub name: String,
    /// Its public half.
    pub vkey: String,
    /// Whether a passphrase protects the private half; `None` if the file has no private half.
    pub encrypted: Option<bool>,
}

/// What may be shown of a key file, private or public, of a signer or a witness. Asks for no passphrase.
pub fn shown(path: &Path) -> Result<Shown, Failure> {
    let text = Zeroizing::new(std::fs::read_to_string(path).named("read the key file", path)?);
    let not_a_key = || {
        Failure::usage(format!("{} is not a key", path.display()))
            .advise("expected a line that begins with PRIVATE+KEY+, or a public key; make one with: klero keys new")
    };
    let line = text.trim_end();
    if line.starts_with("PRIVATE+KEY+") {
        let text = read_secret(path)?;
        let half = public_half(text.trim_end()).ok_or_else(not_a_key)?;
        return Ok(Shown { name: half.name, vkey: half.text, encrypted: Some(false) });
    }
    let locked = Locked::parse(&text).map(|locked| locked.public);
    if locked.is_some() {
        read_secret(path)?;
    }
    let vkey = locked.unwrap_or(line).to_owned();
    let name = match (VerifierKey::parse(&vkey), WitnessKey::parse(&vkey)) {
        (Ok(key), _) => key.name().as_str().to_owned(),
        (_, Ok(key)) => key.name().as_str().to_owned(),
        (Err(e), Err(_)) => {
            return Err(Failure::usage(format!("{} is not a public key: {e}", path.display())));
        }
    };
    Ok(Shown { name, vkey, encrypted: locked.map(|_| true) })
}

/// Puts a key file under a passphrase, in its place. The old file is replaced whole or not at all.
pub fn encrypt(path: &Path, source: &Source) -> Result<Shown, Failure> {
    let shown = shown(path)?;
    match shown.encrypted {
        Some(false) => {}
        Some(true) => {
            return Err(Failure::usage(format!("{} is encrypted already", path.display()))
                .advise("to change its passphrase: klero keys decrypt, then klero keys encrypt"));
        }
        None => {
            return Err(Failure::usage(format!("{} holds a public key: nothing in it is secret", path.display()))
                .advise("give the private key file"));
        }
    }
    let line = private_line(path, source)?;
    atomic::write_private(path, locked_text(&shown.vkey, &line, path, source)?.as_bytes())?;
    Ok(Shown { encrypted: Some(true), ..shown })
}

/// Takes the passphrase away, in place.
pub fn decrypt(path: &Path, source: &Source) -> Result<Shown, Failure> {
    let shown = shown(path)?;
    if shown.encrypted != Some(true) {
        return Err(Failure::usage(format!("{} is not encrypted", path.display())).advise("nothing need be done"));
    }
    let line = private_line(path, source)?;
    atomic::write_private(path, Zeroizing::new(format!("{}\n", line.as_str())).as_bytes())?;
    Ok(Shown { encrypted: Some(false), ..shown })
}

fn locked_text(vkey: &str, private: &str, path: &Path, source: &Source) -> Result<String, Failure> {
    let passphrase = source.choose(path)?;
    locked_key::lock(vkey, private, &passphrase)
        .map_err(|e| Failure::unavailable(format!("the key cannot be encrypted: {e}")))
}

fn key_name(name: &str) -> Result<KeyName, Failure> {
    KeyName::new(name).map_err(|e| {
        Failure::usage(format!("'{name}' cannot name a key: {e}"))
            .advise("use the organiser's name and a role, such as eupen/clerk")
    })
}

fn exists_already(path: &Path) -> Failure {
    Failure::usage(format!("{} exists already", path.display()))
        .advise("keys are never overwritten; choose another file name")
}

/// Before somebody types a passphrase in vain.
fn refuse_existing(path: &Path) -> Result<(), Failure> {
    if path.exists() { Err(exists_already(path)) } else { Ok(()) }
}

fn write_secret(path: &Path, text: &str) -> Result<(), Failure> {
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(|e| {
            match e.kind() {
                std::io::ErrorKind::AlreadyExists => exists_already(path),
                _ => Failure::usage(format!("cannot write {}: {e}", path.display())),
            }
        })?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).named("write the key file", path)?;
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    std::fs::File::open(folder).and_then(|f| f.sync_all()).named("sync the folder", folder)
}

/// Makes the key of a rehearsal beacon: 32 bytes of randomness, hex, in a new file of mode 0600.
pub fn create_rehearsal(path: &Path) -> Result<RehearsalKey, Failure> {
    let seed = random_seed()?;
    write_secret(path, &Zeroizing::new(format!("{}\n", hex::encode(seed.as_slice()))))?;
    rehearsal_key(&seed)
}

/// Reads the key of a rehearsal beacon.
pub fn load_rehearsal(path: &Path) -> Result<RehearsalKey, Failure> {
    let text = read_secret(path)?;
    let seed = Zeroizing::new(klero_draw::hash::from_hex(text.trim_end()).ok_or_else(|| {
        Failure::usage(format!("{} is not the key of a rehearsal beacon", path.display()))
            .advise("remove it, and klero beacon serve makes a new one")
    })?);
    rehearsal_key(&seed)
}

fn rehearsal_key(seed: &[u8; 32]) -> Result<RehearsalKey, Failure> {
    RehearsalKey::from_seed(seed).map_err(|e| Failure::usage(format!("the beacon's key cannot be used: {e}")))
}
