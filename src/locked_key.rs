//! Key files under a passphrase.
//!
//! ```text
//! <public half, one line in the clear> ⏎
//! -----BEGIN AGE ENCRYPTED FILE----- ⏎
//! … the line PRIVATE+KEY+…, encrypted with scrypt (c2sp.org/age), in the age format's ASCII armor …
//! -----END AGE ENCRYPTED FILE----- ⏎
//! ```
//!
//! The public half stands in the clear, so that showing it, checking a log and making a backup need no passphrase; it is believed only once the
//! file was opened and the private half fits it. Any age program opens what stands below it: `sed 1d clerk.key | age -d`.

use std::io::{Read, Write};

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, Encryptor};
use zeroize::Zeroizing;

/// scrypt's N is 2 to this: 128 MiB and half a second (OWASP's recommendation, 2^17). A server of a small town has this much memory.
const WORK_FACTOR: u8 = 17;
/// The most that a file may ask for: 1 GiB. age's own default is 2^18.
const WORK_FACTOR_MAX: u8 = 20;
/// A private key is one line of some 200 bytes.
const PRIVATE_BYTES_MAX: u64 = 4096;
const BEGIN: &str = "-----BEGIN AGE ENCRYPTED FILE-----";

/// Why a locked file is not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LockedError {
    /// Another passphrase was used.
    #[error("the passphrase does not fit")]
    Passphrase,
    /// It asks for more work than anybody would have chosen.
    #[error("it asks for scrypt with N = 2^{asked}, at most 2^{WORK_FACTOR_MAX} is done")]
    Work {
        /// Logarithm of N.
        asked: u8,
    },
    /// It is not what this program writes, or was altered.
    #[error("it is damaged: {0}")]
    Damaged(String),
}

/// A key file that needs a passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Locked<'a> {
    /// The public half, as the file claims.
    pub public: &'a str,
    armor: &'a str,
}

impl<'a> Locked<'a> {
    /// Takes a file's text apart; `None` if it is no locked key file.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let (public, armor) = text.split_once('\n')?;
        armor.starts_with(BEGIN).then_some(Self { public, armor })
    }

    /// The private key's line, without its end.
    pub fn open(&self, passphrase: &SecretString) -> Result<Zeroizing<String>, LockedError> {
        let mut identity = age::scrypt::Identity::new(passphrase.clone());
        identity.set_max_work_factor(WORK_FACTOR_MAX);
        let decryptor = Decryptor::new_buffered(ArmoredReader::new(self.armor.as_bytes())).map_err(|e| refused(&e))?;
        let reader = decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)).map_err(|e| refused(&e))?;
        let mut text = Zeroizing::new(String::new());
        reader.take(PRIVATE_BYTES_MAX).read_to_string(&mut text).map_err(|e| LockedError::Damaged(e.to_string()))?;
        Ok(Zeroizing::new(text.strip_suffix('\n').unwrap_or(&text).to_owned()))
    }
}

fn refused(error: &DecryptError) -> LockedError {
    match error {
        DecryptError::KeyDecryptionFailed | DecryptError::DecryptionFailed | DecryptError::NoMatchingKeys => {
            LockedError::Passphrase
        }
        DecryptError::ExcessiveWork { required, .. } => LockedError::Work { asked: *required },
        other => LockedError::Damaged(other.to_string()),
    }
}

/// The text of a locked file: `public` in the clear, `private` (one line) under the passphrase.
pub fn lock(public: &str, private: &str, passphrase: &SecretString) -> std::io::Result<String> {
    let mut recipient = age::scrypt::Recipient::new(passphrase.clone());
    recipient.set_work_factor(WORK_FACTOR);
    let encryptor = Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
        .map_err(|e| std::io::Error::other(e.to_string()))?;
    let mut out = encryptor.wrap_output(ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?)?;
    out.write_all(private.as_bytes())?;
    out.write_all(b"\n")?;
    let armor = String::from_utf8(out.finish()?.finish()?).map_err(std::io::Error::other)?;
    Ok(format!("{public}\n{}\n", armor.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_with_its_passphrase_and_no_other_and_tells_damage_from_a_wrong_one() {
        let right = SecretString::from("staple battery horse".to_owned());
        let wrong = SecretString::from("staple battery hors".to_owned());
        let text = lock("eupen/clerk+public", "PRIVATE+KEY+line", &right).unwrap();
        assert!(!text.contains("PRIVATE"));
        let locked = Locked::parse(&text).unwrap();
        assert_eq!(locked.public, "eupen/clerk+public");
        assert_eq!(locked.open(&right).unwrap().as_str(), "PRIVATE+KEY+line");
        assert_eq!(locked.open(&wrong), Err(LockedError::Passphrase));
        assert_eq!(Locked::parse("PRIVATE+KEY+line\n"), None);
        assert_eq!(Locked::parse("eupen/clerk+public\n"), None);

        let cut = text.replace("-----END AGE", "-----END");
        assert!(matches!(Locked::parse(&cut).unwrap().open(&right), Err(LockedError::Damaged(_))));
    }
}
