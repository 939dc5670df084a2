//! Passphrases of encrypted key files: where they come from. Asked for on the terminal, or read from a file where nobody sits at one. Never an
//! argument and never an environment variable: other people on the machine can read those.
//!
//! A key file is looked up in this order: the file that the command line names, the file that `KLERO_PASSPHRASE_FILE` names, systemd's credential
//! `passphrase`, the terminal. What was typed is remembered until the process ends, so that several keys under one passphrase are asked for once.

use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use age::secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::failure::{Failure, Named};

/// The credential's name (systemd.exec(5), `LoadCredential=` and `LoadCredentialEncrypted=`).
pub const CREDENTIAL: &str = "passphrase";
/// Names a file that holds the passphrase.
pub const FILE_VARIABLE: &str = "KLERO_PASSPHRASE_FILE";
/// Fewer characters are refused: a file can be copied and tried against for ever.
pub const MIN_CHARS: usize = 10;
/// More is no passphrase.
const MAX_BYTES: usize = 1024;

/// What was typed in this process and opened a file.
static TYPED: Mutex<Vec<SecretString>> = Mutex::new(Vec::new());

/// Where a passphrase is taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The first line of a file.
    File(PathBuf),
    /// A person who types.
    Terminal,
}

impl Source {
    /// `named` if the command line names a file, else what the process was started with, else the terminal.
    #[must_use]
    pub fn new(named: Option<&Path>) -> Self {
        let variable = || std::env::var_os(FILE_VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
        let credential = || Some(credentials()?.join(CREDENTIAL)).filter(|path| path.exists());
        named.map(Path::to_owned).or_else(variable).or_else(credential).map_or(Self::Terminal, Self::File)
    }

    /// Calls `open` with passphrases until one fits; `open` says `None` to one that does not. `what` is told to the person: the file that is
    /// encrypted.
    pub fn unlock<T>(
        &self,
        what: &Path,
        mut open: impl FnMut(&SecretString) -> Result<Option<T>, Failure>,
    ) -> Result<T, Failure> {
        match self {
            Self::File(path) => open(&read(path)?)?.ok_or_else(|| {
                Failure::usage(format!("the passphrase in {} does not open {}", path.display(), what.display()))
                    .advise("give the file that holds this key's passphrase; nothing was changed")
            }),
            Self::Terminal => {
                let known = TYPED.lock().unwrap_or_else(PoisonError::into_inner).clone();
                for passphrase in &known {
                    if let Some(opened) = open(passphrase)? {
                        return Ok(opened);
                    }
                }
                let typed = ask(&format!("passphrase of {}: ", what.display()), what)?;
                let opened = open(&typed)?.ok_or_else(|| {
                    Failure::usage(format!("this passphrase does not open {}", what.display())).advise(
                        "try again; without the passphrase nobody can open the file, and a copy of the key is needed",
                    )
                })?;
                TYPED.lock().unwrap_or_else(PoisonError::into_inner).push(typed);
                Ok(opened)
            }
        }
    }

    /// A passphrase for a file that is about to be encrypted; typed twice on a terminal.
    pub fn choose(&self, what: &Path) -> Result<SecretString, Failure> {
        let chosen = match self {
            Self::File(path) => read(path)?,
            Self::Terminal => {
                let chosen = ask(&format!("new passphrase for {}: ", what.display()), what)?;
                let again = ask("the same again: ", what)?;
                if chosen.expose_secret() != again.expose_secret() {
                    return Err(Failure::usage("the two passphrases differ").advise("try again; nothing was changed"));
                }
                chosen
            }
        };
        if chosen.expose_secret().chars().count() < MIN_CHARS {
            return Err(Failure::usage(format!("the passphrase is shorter than {MIN_CHARS} characters"))
                .advise("take five words that dice chose, and write them on paper"));
        }
        Ok(chosen)
    }
}

/// The folder of systemd's credentials. What lies there was given by systemd to this service alone, whatever its mode says: access goes by an ACL.
#[must_use]
pub fn credentials() -> Option<PathBuf> {
    std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from)
}

/// Whether a file is one of systemd's credentials.
#[must_use]
pub fn is_credential(path: &Path) -> bool {
    credentials().is_some_and(|folder| path.parent() == Some(folder.as_path()))
}

fn read(path: &Path) -> Result<SecretString, Failure> {
    let meta = std::fs::metadata(path).named("read the passphrase from", path)?;
    if meta.permissions().mode() & 0o077 != 0 && !meta.file_type().is_fifo() && !is_credential(path) {
        return Err(Failure::usage(format!("the passphrase file {} can be read by others", path.display()))
            .advise(format!("run: chmod 600 {}", path.display())));
    }
    let text = Zeroizing::new(std::fs::read_to_string(path).named("read the passphrase from", path)?);
    checked(text.lines().next().unwrap_or_default(), &format!("{}, first line", path.display()))
}

fn ask(prompt: &str, what: &Path) -> Result<SecretString, Failure> {
    let typed = rpassword::prompt_password(prompt).map(Zeroizing::new).map_err(|e| {
        Failure::usage(format!("{} is encrypted, and there is no terminal to ask for its passphrase: {e}", what.display()))
            .advise(format!(
                "put the passphrase in a file that only you can read, and name it in {FILE_VARIABLE}; for a service, give systemd the credential {CREDENTIAL}"
            ))
    })?;
    checked(&typed, "what was typed")
}

fn checked(text: &str, whence: &str) -> Result<SecretString, Failure> {
    if text.is_empty() || text.len() > MAX_BYTES {
        return Err(Failure::usage(format!("a passphrase has 1 to {MAX_BYTES} bytes ({whence})")));
    }
    Ok(SecretString::from(text.to_owned()))
}
