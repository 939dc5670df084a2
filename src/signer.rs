//! Private keys: the only file that reads or makes them.
//!
//! A key file is one line in the signed-note form `PRIVATE+KEY+<name>+<id>+<base64>`, mode 0600. It is refused if others may read
//! it. A private key is never printed, logged or sent; it lives in memory only as a [`SignerKey`], which is wiped when dropped.

use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use klero_draw::rehearsal::RehearsalKey;
use klero_tlog::cosignature::{WitnessKey, WitnessSigner};
use klero_tlog::note::KeyName;
use klero_tlog::{SecretKey, SignerKey, VerifierKey};
use zeroize::Zeroizing;

use crate::failure::{Failure, Named};

/// Makes a key from the operating system's randomness and writes it to a new file, mode 0600. Nothing is overwritten.
pub fn create(path: &Path, name: &str) -> Result<VerifierKey, Failure> {
    let key = SignerKey::new(key_name(name)?, SecretKey::from_seed(&*random_seed()?));
    store(path, &key)?;
    Ok(key.verifier_key())
}

/// 32 bytes of the operating system's randomness.
pub fn random_seed() -> Result<Zeroizing<[u8; 32]>, Failure> {
    let mut seed = Zeroizing::new([0u8; 32]);
    getrandom::fill(seed.as_mut_slice())
        .map_err(|e| Failure::unavailable(format!("the operating system gives no randomness: {e}")))?;
    Ok(seed)
}

/// Reads a private key. Refuses a file that anybody but its owner may read.
pub fn load(path: &Path) -> Result<SignerKey, Failure> {
    let text = read_secret(path)?;
    SignerKey::parse(text.strip_suffix('\n').unwrap_or(&text)).map_err(|_| {
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
    let text = read_secret(path)?;
    WitnessSigner::parse(text.strip_suffix('\n').unwrap_or(&text)).map_err(|_| {
        Failure::usage(format!("{} is not a witness's private key", path.display()))
            .advise("make a witness with: klero witness init")
    })
}

fn read_secret(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let meta = std::fs::metadata(path).named("read the key file", path)?;
    if meta.permissions().mode() & 0o077 != 0 {
        return Err(Failure::usage(format!("the key file {} can be read by others", path.display()))
            .advise(format!("run: chmod 600 {}", path.display())));
    }
    std::fs::read_to_string(path).map(Zeroizing::new).named("read the key file", path)
}

/// Reads a public key (vkey) from a file, or the public half of a private key file.
pub fn load_public(path: &Path) -> Result<VerifierKey, Failure> {
    let text = Zeroizing::new(std::fs::read_to_string(path).named("read the key file", path)?);
    let line = text.trim_end();
    if line.starts_with("PRIVATE+KEY+") {
        return load(path).map(|key| key.verifier_key());
    }
    VerifierKey::parse(line).map_err(|e| Failure::usage(format!("{} is not a public key: {e}", path.display())))
}

fn key_name(name: &str) -> Result<KeyName, Failure> {
    KeyName::new(name).map_err(|e| {
        Failure::usage(format!("'{name}' cannot name a key: {e}"))
            .advise("use the organiser's name and a role, such as eupen/clerk")
    })
}

fn store(path: &Path, key: &SignerKey) -> Result<(), Failure> {
    write_secret(path, &Zeroizing::new(format!("{}\n", key.to_text().as_str())))
}

fn write_secret(path: &Path, text: &str) -> Result<(), Failure> {
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(|e| {
            match e.kind() {
                std::io::ErrorKind::AlreadyExists => Failure::usage(format!("{} exists already", path.display()))
                    .advise("keys are never overwritten; choose another file name"),
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
