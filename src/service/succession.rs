//! The end of a log, and the log that goes on (spec §4.1, §4.2): the last step of the one names the key of the other, whose first step names that step.
//!
//! Nothing follows a `closed` step: the ledger refuses it, here and in every verifier. A closed log is served for as long as anybody wants to verify a draw.

use std::path::Path;

use klero_draw::step::{Predecessor, StepKind};
use klero_draw::terms::Vkey;
use klero_tlog::VerifierKey;
use klero_verifier::ledger::Ledger;
use klero_verifier::whole_log::WholeLog;

use super::Service;
use super::request::Logged;
use super::scribe::Draft;
use crate::failure::Failure;
use crate::verify_io;

impl Service {
    /// Ends the log. Refused while a draw is not over.
    pub(super) fn close_log(&self, successor: Option<Vkey>) -> Result<Logged, Failure> {
        if successor.as_ref().is_some_and(|key| key.0.name().as_str() == self.origin()) {
            return Err(Failure::usage(format!("the successor bears this log's own name, '{}'", self.origin()))
                .advise("a new log has a new name: witnesses and readers would take two logs of one name for a fork"));
        }
        self.append(Draft { draw: None, kind: StepKind::Closed(successor) })
    }

    /// What everybody should know of a log that is closed; `None` while it is open.
    #[must_use]
    pub fn closed(&self) -> Option<String> {
        let ledger = self.ledger();
        ledger.is_closed().then(|| match ledger.successor() {
            Some(key) => format!("This log is closed. What is in it stays; it goes on as {}.", key.name().as_str()),
            None => "This log is closed. What is in it stays, and nothing is added.".to_owned(),
        })
    }
}

/// What the first step of a new log with the log key `key` says of the log at `place` (a folder or an address), which must be closed and name that key.
/// All of that log is read and checked.
pub fn predecessor(place: &str, key: &VerifierKey) -> Result<Predecessor, Failure> {
    let files = verify_io::log_files(place).map_err(|e| Failure::usage(format!("{place}: {e}")))?;
    let log = WholeLog::read(files.as_ref(), None).map_err(|e| {
        Failure::usage(format!("the log at {place} cannot be read: {e}"))
            .advise("give its public folder, a mirror's, or its address")
    })?;
    if let Some((check, finding)) = log.findings().first() {
        return Err(Failure::refused(format!("the log at {place} is not sound: {}: {}", check.name(), finding.reason))
            .advise("look into that first: klero log fsck"));
    }
    let ledger = log.ledger();
    match ledger.successor() {
        Some(named) if named == key => Ok(link(ledger)?),
        Some(named) => Err(Failure::refused(format!(
            "the log at {place} names another successor: {}, and this log's key is {}",
            named.to_text(),
            key.to_text()
        ))
        .advise("put the private half of the key that it names into DIR/keys/log.key")),
        None if ledger.is_closed() => {
            Err(Failure::refused(format!("the log at {place} was closed without a successor"))
                .advise("begin a log without --predecessor"))
        }
        None => Err(Failure::refused(format!("the log at {place} is not closed"))
            .advise("close it first: klero log close --successor DIR/keys/log.key")),
    }
}

fn link(before: &Ledger) -> Result<Predecessor, Failure> {
    let log = before.log_keys().last().cloned().ok_or_else(|| Failure::refused("the log has no key"))?;
    Ok(Predecessor { closed: before.head(), log: Vkey(log) })
}

/// The log key that lies ready in the folder of a log that is about to begin.
pub fn prepared_key(path: &Path) -> Result<VerifierKey, Failure> {
    if !path.exists() {
        return Err(Failure::usage(format!("there is no key at {}", path.display())).advise(
            "the log before names this one by its key, so the key comes first: klero keys new --name ORIGIN --out DIR/keys/log.key",
        ));
    }
    crate::signer::load_public(path)
}
