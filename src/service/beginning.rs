//! Beginning a log: keys, empty log, configuration, first step (spec §4.1).
//!
//! Everything that can be refused is refused before a log is made. From then on each part may be there already: whoever gives the command again
//! goes on where a crash, or a refusal, ended it, until the first step is logged. After that it is refused for ever.

use std::path::Path;

use klero_draw::beacon::ChainInfo;
use klero_draw::step::{Opened, Predecessor, StepKind};
use klero_tlog::note::KeyName;

use super::config::{Config, Folders};
use super::scribe::Draft;
use super::witnessing::Witnessing;
use super::{Service, opening_failure, witnessing};
use crate::clock::SharedClock;
use crate::failure::Failure;
use crate::files::{LogFolder, RealFiles};
use crate::guard::Guard;
use crate::key_ring;
use crate::sequencer::opening::{LogSetup, initialise};
use crate::signer;

/// What a new log is begun with.
#[derive(Debug, Clone)]
pub struct NewLog {
    /// Its configuration.
    pub config: Config,
    /// Witness policy, C2SP tlog-policy.
    pub policy: Option<String>,
    /// A rehearsal beacon that the log may use.
    pub rehearsal: Option<ChainInfo>,
}

/// Begins a log in a new folder: keys, empty log, configuration, first step.
pub fn init(dir: &Path, new: &NewLog, clock: SharedClock) -> Result<(), Failure> {
    init_after(dir, new, None, clock)
}

/// The same, for a log that continues another ([`succession::predecessor`]).
pub fn init_after(
    dir: &Path,
    new: &NewLog,
    predecessor: Option<Predecessor>,
    clock: SharedClock,
) -> Result<(), Failure> {
    use std::os::unix::fs::DirBuilderExt;
    let folders = Folders(dir.to_owned());
    let begun = || {
        Failure::usage(format!("there is a log in {} already", dir.display()))
            .advise("a log is begun once; choose another --dir")
    };
    if folders.config().exists() && has_signed(&folders) {
        return Err(begun());
    }
    check_origin(&new.config.origin)?;
    if let Some(policy) = &new.policy {
        witnessing::check_policy(policy.as_bytes(), &[])?;
    }
    let make = |path: &Path| {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(|e| Failure::usage(format!("cannot make {}: {e}", path.display())))
    };
    make(dir)?;
    make(&dir.join("keys"))?;
    make(&dir.join("pools"))?;
    let key = |path: &Path, name: &str| {
        if path.exists() { signer::load_public(path) } else { signer::create(path, name) }
    };
    let log = key(&folders.log_key(), &new.config.origin)?;
    if log.name().as_str() != new.config.origin {
        return Err(Failure::usage(format!(
            "the key in {} is the log '{}'s",
            folders.log_key().display(),
            log.name().as_str()
        ))
        .advise("a log key bears the log's name: give this --origin, or make another key"));
    }
    let service = key(&folders.service_key(), &format!("{}/service", new.config.origin))?;
    if let Some(policy) = &new.policy {
        witnessing::check_policy(policy.as_bytes(), std::slice::from_ref(&log))?;
    }
    if !LogFolder::new(dir).guard().exists() {
        initialise(&LogSetup::new(dir, signer::load(&folders.log_key())?)).map_err(opening_failure)?;
    }
    if let Some(policy) = &new.policy {
        crate::atomic::write(&dir.join("policy.txt"), policy.as_bytes())?;
    }
    new.config.save(dir)?;
    let rehearsal = new.rehearsal.clone();
    let opened = Opened { log, service, policy: new.policy.clone(), predecessor, rehearsal };
    let open = Service::open_any(dir, clock, Witnessing::held())?;
    if !open.is_unbegun() {
        return Err(begun());
    }
    open.append(Draft { draw: None, kind: StepKind::Opened(Box::new(opened)) })?;
    Ok(())
}

/// Whether a checkpoint of any step was signed here. A guard that cannot be read may be that of a long log.
fn has_signed(folders: &Folders) -> bool {
    let guard = key_ring::public_keys(&folders.log_key())
        .ok()
        .and_then(|keys| Guard::read(&RealFiles, &LogFolder::new(&folders.0).guard(), &keys).ok());
    guard.is_none_or(|guard| guard.head().size > 0)
}

/// Both keys of a log are named after it. Refused before anything is written, since it cannot be changed later.
fn check_origin(origin: &str) -> Result<(), Failure> {
    match (KeyName::new(origin), KeyName::new(&format!("{origin}/service"))) {
        (Ok(_), Ok(_)) => Ok(()),
        _ => Err(Failure::usage(format!(
            "'{}' cannot name a log: a log's name is 1 to 247 bytes without spaces, plus signs and control characters",
            origin.escape_debug()
        ))
        .advise("name it as it will be found, by host and path: --origin draws.example.org/log")),
    }
}
