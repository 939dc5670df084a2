//! `DIR/service.json`: what the service is told once, at `klero init`, and may be told again by hand.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Named};

/// The service's configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Origin of the log: a name without spaces, usually a host and a path.
    pub origin: String,
    /// Addresses of beacon relays; drand's own if empty.
    #[serde(default)]
    pub relays: Vec<String>,
    /// Seconds before a round within which nothing is sealed any more.
    #[serde(default)]
    pub margin_secs: u64,
}

/// Where things are in the service's folder.
#[derive(Debug, Clone)]
pub struct Folders(pub PathBuf);

impl Folders {
    /// The configuration.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.0.join("service.json")
    }
    /// The key that signs checkpoints.
    #[must_use]
    pub fn log_key(&self) -> PathBuf {
        self.0.join("keys").join("log.key")
    }
    /// The key that signs steps.
    #[must_use]
    pub fn service_key(&self) -> PathBuf {
        self.0.join("keys").join("service.key")
    }
    /// All pools. Holds personal data, encrypted.
    #[must_use]
    pub fn pools(&self) -> PathBuf {
        self.0.join("pools")
    }
    /// Receipts for letters, each encrypted under the code of its letter.
    #[must_use]
    pub fn boxes(&self) -> PathBuf {
        self.0.join("boxes")
    }
    /// The pool with a root. Holds personal data, encrypted.
    #[must_use]
    pub fn pool(&self, root: &klero_draw::hash::PoolRoot) -> PathBuf {
        self.pools().join(root.to_string())
    }
}

impl Config {
    /// Reads it.
    pub fn load(dir: &Path) -> Result<Self, Failure> {
        let path = Folders(dir.to_owned()).config();
        if !path.exists() {
            return Err(Failure::usage(format!("there is no service in {}", dir.display()))
                .advise("check --dir, or begin a log with: klero init --dir DIR --origin NAME"));
        }
        let text = std::fs::read_to_string(&path).named("read", &path)?;
        serde_json::from_str(&text).map_err(|e| {
            Failure::usage(format!("{}: {e}", path.display())).advise("correct the file; nothing was changed")
        })
    }

    /// Writes it.
    pub fn save(&self, dir: &Path) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(self).map_err(Failure::usage)?;
        crate::atomic::write(&Folders(dir.to_owned()).config(), format!("{text}\n").as_bytes())
    }
}
