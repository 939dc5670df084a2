//! Keys, inclusion, consistency and witnesses: `log.signature`, `log.inclusion`, `log.consistency`, `log.witnesses` (spec §9.3).

use klero_draw::step::StepKind;
use klero_tlog::policy::PolicyError;
use klero_tlog::tlog_proof::TlogProof;
use klero_tlog::{ConsistencyProof, Note, TreeHead, VerifiedCheckpoint, VerifierKey, leaf_hash};

use super::Case;
use crate::bundle::Witnessed;
use crate::report::{CheckId, Finding};

impl Case<'_> {
    /// The log's keys lead to those of trust, and to the key that the bundle names.
    pub(super) fn check_keys(&mut self) {
        let in_force = self.ledger.log_keys().last().cloned();
        if in_force.as_ref() != Some(&self.bundle.log) {
            let expected = in_force.map_or_else(|| "an opened step".to_owned(), |key| key.to_text());
            let reason = "the bundle names another log key than its steps";
            self.fail(CheckId::LogSignature, Finding::mismatch(expected, self.bundle.log.to_text(), reason));
        }
        let Some(trust) = self.trust else { return };
        for (trusted, shown, whose) in
            [(trust.log(), self.ledger.log_keys(), "log"), (trust.service(), self.ledger.service_keys(), "service")]
        {
            if !shown.contains(trusted) {
                let found = shown.last().map_or_else(|| "none".to_owned(), VerifierKey::to_text);
                let reason = format!("the bundle's {whose} key is not the one that the trust file names");
                self.checks.fail(CheckId::LogSignature, Finding::mismatch(trusted.to_text(), found, reason));
            }
        }
    }

    /// The newest checkpoint, each entry under it, and each entry under its earlier checkpoint.
    pub(super) fn check_proofs(&mut self) {
        let bundle = self.bundle;
        let proofs: Vec<Option<TlogProof>> =
            bundle.steps.iter().enumerate().map(|(at, step)| self.read_proof(at, &step.proof)).collect();
        let newest = proofs.iter().flatten().next().map(|proof| proof.checkpoint().clone());
        let Some(newest) = newest else { return };
        for (at, proof) in proofs.iter().enumerate() {
            // Each was accepted only as the one text of its value.
            if proof.as_ref().is_some_and(|proof| *proof.checkpoint() != newest) {
                let reason = format!("steps[{at}] is proved under another checkpoint than the first step");
                self.fail(CheckId::Format, Finding::because(reason));
            }
        }
        let Some(head) = self.open_checkpoint(&newest, bundle.log.clone()) else { return };
        self.newest = Some((newest, head));
        self.checks.ran(CheckId::LogInclusion);
        for at in 0..self.steps.len() {
            let Some(read) = self.steps.get(at) else { continue };
            let (position, seq) = (read.at, read.step.step().seq);
            let leaf = leaf_hash(read.step.entry());
            let Some(proof) = proofs.get(position).and_then(Option::as_ref) else { continue };
            if proof.index() != seq {
                let reason = format!("steps[{position}] is proved at another place than its seq");
                self.fail(CheckId::LogInclusion, Finding::mismatch(seq, proof.index(), reason));
            } else if let Err(error) = proof.inclusion_proof().verify(&leaf, seq, head.size, &head.root) {
                let reason = format!("steps[{position}] is not in the log at its place: {error}");
                self.fail(CheckId::LogInclusion, Finding::because(reason));
            }
        }
        for at in 0..self.steps.len() {
            self.check_witnessed(at, head);
        }
    }

    /// Reads a tlog-proof and refuses what it must not hold.
    fn read_proof(&mut self, at: usize, text: &str) -> Option<TlogProof> {
        let refused = match TlogProof::parse(text.as_bytes()) {
            Ok(proof) if proof.unauthenticated_extra().is_some() => "has an extra line".to_owned(),
            Ok(proof) if proof.to_text() == text => return Some(proof),
            Ok(_) => "is not in its canonical form".to_owned(),
            Err(error) => error.to_string(),
        };
        self.fail(CheckId::Format, Finding::because(format!("the proof of steps[{at}]: {refused}")));
        None
    }

    /// Checks a checkpoint's signature by one of the log's keys, and its form.
    fn open_checkpoint(&mut self, note: &Note, key: VerifierKey) -> Option<TreeHead> {
        let expected = key.to_text();
        match VerifiedCheckpoint::open_note(note, &[key]) {
            Ok(checkpoint) if checkpoint.checkpoint().extensions().is_empty() => Some(checkpoint.head()),
            Ok(_) => {
                self.fail(CheckId::Format, Finding::because("a checkpoint has extension lines"));
                None
            }
            Err(error) => {
                let reason = format!("a checkpoint is not signed by the log: {error}");
                self.fail(CheckId::LogSignature, Finding { expected: Some(expected), found: None, reason });
                None
            }
        }
    }

    fn check_witnessed(&mut self, at: usize, newest: TreeHead) {
        let bundle = self.bundle;
        let Some(read) = self.steps.get(at) else { return };
        let (position, seq, leaf) = (read.at, read.step.step().seq, leaf_hash(read.step.entry()));
        // A cancellation has to be shown to have come before the round just as a seal has.
        let may = matches!(read.step.step().kind, StepKind::Sealed(_) | StepKind::Vacated(_) | StepKind::Voided(_));
        let Some(Witnessed { consistency, proof, .. }) =
            bundle.steps.get(position).and_then(|step| step.witnessed.as_ref())
        else {
            return;
        };
        if !may {
            let reason = format!("steps[{position}] has an earlier checkpoint, which its kind does not need");
            self.fail(CheckId::Format, Finding::because(reason));
            return;
        }
        self.checks.require(CheckId::LogConsistency);
        let Some(proof) = self.read_proof(position, proof) else { return };
        // Not just any key of the log: one that was replaced signs nothing that covers its replacement.
        let size = klero_tlog::Checkpoint::parse(proof.checkpoint().text()).map_or(0, |claimed| claimed.head().size);
        let signer = self.ledger.log_key_at(size).unwrap_or(&bundle.log).clone();
        let Some(head) = self.open_checkpoint(proof.checkpoint(), signer) else { return };
        self.checks.ran(CheckId::LogConsistency);
        let extends = ConsistencyProof::from_hashes(consistency.clone());
        if let Err(error) = head.verify_extended_by(&newest, &extends) {
            let reason =
                format!("the newest checkpoint does not extend the one that witnessed steps[{position}]: {error}");
            self.fail(CheckId::LogConsistency, Finding::because(reason));
            return;
        }
        let included = proof.inclusion_proof().verify(&leaf, seq, head.size, &head.root);
        if proof.index() != seq || included.is_err() {
            let reason = format!("steps[{position}] is not in the log at its place under its earlier checkpoint");
            self.fail(CheckId::LogInclusion, Finding::because(reason));
            return;
        }
        if let Some(read) = self.steps.get_mut(at) {
            read.witnessed = Some(proof.checkpoint().clone());
        }
    }

    /// A state of the log that the verifier saw earlier.
    pub(super) fn check_anchor(&mut self) {
        let Some(anchor) = self.trust.and_then(|trust| trust.anchor()) else { return };
        self.checks.require(CheckId::LogConsistency);
        let earlier = self.steps.iter().filter_map(|read| {
            let note = read.witnessed.as_ref()?;
            klero_tlog::Checkpoint::parse(note.text()).ok().map(|checkpoint| checkpoint.head())
        });
        let heads: Vec<TreeHead> = earlier.chain(self.newest.as_ref().map(|(_, head)| *head)).collect();
        match heads.iter().find(|head| head.size == anchor.size) {
            Some(head) if head.root == anchor.root => self.checks.ran(CheckId::LogConsistency),
            Some(head) => {
                let reason = "the log shows another history than the one seen earlier: it was forked";
                self.fail(CheckId::LogConsistency, Finding::mismatch(anchor.root, head.root, reason));
            }
            None => {
                let reason = format!(
                    "the bundle holds no checkpoint of the size of the anchor, {}; reading the whole log decides (--log)",
                    anchor.size
                );
                self.checks.skip(CheckId::LogConsistency, reason);
            }
        }
    }

    /// Trust's policy, if it has a quorum. It lists the log by the key that trust pins; all keys of one log count.
    pub(super) fn quorum(&self) -> Option<klero_tlog::Policy> {
        Some(self.trust?.quorum()?.for_keys(self.ledger.log_keys()))
    }

    /// The quorum of trust's policy on the newest checkpoint.
    pub(super) fn check_witnesses(&mut self) {
        if self.options.strict {
            self.checks.require(CheckId::LogWitnesses);
        }
        let Some(policy) = self.quorum() else {
            self.checks.skip(CheckId::LogWitnesses, "no witness policy was given");
            return;
        };
        self.checks.require(CheckId::LogWitnesses);
        let Some((newest, _)) = &self.newest else { return };
        match policy.evaluate(newest) {
            Ok(_) => self.checks.ran(CheckId::LogWitnesses),
            Err(PolicyError::NotMet(missing)) => {
                self.checks.skip(CheckId::LogWitnesses, PolicyError::NotMet(missing).to_string());
            }
            Err(error) => self.checks.fail(CheckId::LogWitnesses, Finding::because(error.to_string())),
        }
    }

    /// The first enrolment is the one that trust pins.
    pub(super) fn check_organiser(&mut self) {
        let Some(draw) = self.draw() else { return };
        let id = draw.announced().organiser.clone();
        let first = self.ledger.organiser(&id).and_then(|organiser| organiser.versions().first());
        let (Some(pinned), Some(first)) = (self.trust.and_then(|trust| trust.organiser(&id)), first) else { return };
        let texts = |keys: &[klero_draw::terms::Vkey]| {
            let mut texts: Vec<String> = keys.iter().map(|key| key.0.to_text()).collect();
            texts.sort_unstable();
            texts.join(" ")
        };
        let expected = format!("{} of {}", pinned.threshold, texts(&pinned.keys));
        let found = format!("{} of {}", first.note.threshold, texts(&first.note.keys));
        if expected != found {
            let reason = format!("organiser '{id}' enrolled with other keys than the trust file pins");
            self.fail(CheckId::OrganiserKeys, Finding::mismatch(expected, found, reason));
        }
    }
}
