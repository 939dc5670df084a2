//! The log's keys change (spec §4.2): the key that follows lies ready in a file, the step that both keys sign is logged, and from that step on the
//! new key signs. What a crash leaves behind is finished when the log is opened ([`KeyRing::settle`]). Never takes a key into force that this service
//! could not sign with.

use std::sync::PoisonError;

use klero_draw::note::SignedText;
use klero_draw::organiser::{KeyNote, KeyRole, context};
use klero_draw::step::StepKind;
use klero_draw::terms::Vkey;

use super::Service;
use super::request::Logged;
use super::scribe::Draft;
use crate::failure::Failure;

impl Service {
    /// Puts the key in `….next` in the place of the one in force.
    pub(super) fn change_key(&self, role: KeyRole, revoke: bool) -> Result<Logged, Failure> {
        let _one_at_a_time = self.rekeying.lock().unwrap_or_else(PoisonError::into_inner);
        let ring = self.keys.of(role);
        if self.unpublished().iter().any(|step| step.kind == "key") {
            return Err(Failure::unavailable("a change of keys is logged and not published yet")
                .advise("wait until enough witnesses have cosigned it: klero draw status"));
        }
        // Who revokes is in a hurry: the older one is no longer needed either.
        if role == KeyRole::Log
            && !revoke
            && let Some(old) = ring.retiring()
        {
            return Err(Failure::refused(format!(
                "the key before, {}, still signs beside the one in force",
                old.to_text()
            ))
            .advise("end that first: klero keys retire"));
        }
        let (old, new) = (ring.signer().map_err(Failure::unavailable)?, ring.take_next()?);
        let change = KeyNote {
            log: self.origin().to_owned(),
            new: Vkey(new.verifier_key()),
            old: Vkey(old.verifier_key()),
            role,
        };
        change.check().map_err(Failure::refused)?;
        let note = SignedText::sign(context::KEY, change, &[old.as_ref(), new.as_ref()]).map_err(Failure::refused)?;
        // The service's key signs nothing beside another, so that the old one has no use any more.
        let forbid = revoke || role == KeyRole::Service;
        if forbid {
            ring.forbid()?;
        }
        let logged = self.append(Draft { draw: None, kind: StepKind::Key(Box::new(note)) }).inspect_err(|_| {
            // Refused: the old key goes on. After a failed write nothing is known before the log is opened anew, and nothing is signed until then.
            if forbid && self.read_only().is_none() {
                let _allowed = ring.allow();
            }
        })?;
        ring.settle()?;
        Ok(logged)
    }

    /// Destroys the private half of the key before. The vkey of that key.
    pub(super) fn retire_key(&self, role: KeyRole) -> Result<String, Failure> {
        let _one_at_a_time = self.rekeying.lock().unwrap_or_else(PoisonError::into_inner);
        if self.unpublished().iter().any(|step| step.kind == "key") {
            return Err(Failure::unavailable("the change of keys is not published yet")
                .advise("wait until enough witnesses have cosigned it: klero draw status"));
        }
        self.keys.of(role).retire().map(|key| key.to_text())
    }
}
