//! Passwords: argon2id, a bounded number at once. A password is never kept, logged or compared otherwise.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use super::limits::Limits;
use super::problem::{Kind, Problem};

/// Memory of one hash, in KiB; with two passes, OWASP's recommendation for argon2id.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
/// Shortest password, in characters.
const MIN_CHARS: usize = 12;
/// Longest, in bytes.
const MAX_BYTES: usize = 256;

/// Hashes and checks passwords.
pub(super) struct Passwords {
    at_once: Semaphore,
    /// A hash of nothing: checked where there is no account, so that the time does not tell.
    nobody: String,
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

impl Passwords {
    pub(super) fn new(limits: &Limits) -> Self {
        let nobody = argon2().hash_password(b"").map(|hash| hash.to_string()).unwrap_or_default();
        Self { at_once: Semaphore::new(limits.passwords_at_once), nobody }
    }

    /// The hash to be kept.
    pub(super) async fn hash(&self, password: String) -> Result<String, Problem> {
        if password.chars().count() < MIN_CHARS || password.len() > MAX_BYTES {
            return Err(Problem::invalid(format!(
                "a password has at least {MIN_CHARS} characters and at most {MAX_BYTES} bytes"
            ))
            .advise("several words in a row are easy to remember and hard to guess"));
        }
        let _permit = self.permit().await?;
        let hashed =
            tokio::task::spawn_blocking(move || argon2().hash_password(password.as_bytes()).map(|h| h.to_string()));
        hashed.await.map_err(|_| Problem::internal())?.map_err(|_| Problem::internal())
    }

    /// Whether it is the password. Takes the same time where there is none.
    pub(super) async fn check(&self, password: String, kept: Option<String>) -> Result<(), Wrong> {
        let permit = self.permit().await;
        let kept_there = kept.is_some();
        let kept = kept.unwrap_or_else(|| self.nobody.clone());
        let checked = tokio::task::spawn_blocking(move || {
            let parsed = PasswordHash::new(&kept).map_err(|_| Wrong)?;
            argon2().verify_password(password.as_bytes(), &parsed).map_err(|_| Wrong)
        });
        let checked = checked.await.unwrap_or(Err(Wrong));
        drop(permit);
        if kept_there { checked } else { Err(Wrong) }
    }

    async fn permit(&self) -> Result<tokio::sync::SemaphorePermit<'_>, Problem> {
        self.at_once.acquire().await.map_err(|_| Problem::new(Kind::Unavailable, "the service is stopping"))
    }
}

/// Not the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wrong;
