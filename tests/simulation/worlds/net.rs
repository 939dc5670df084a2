//! Witnesses (the product's own, each on a disk of its own) and the network between them and the log, which loses, repeats and delays.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use klero_tlog::cosignature::{WitnessKey, WitnessSigner};
use klero_tlog::note::{KeyName, NoteSignature};
use klero_tlog::witness_wire::AddCheckpoint;
use klero_tlog::{Hash, Note, Policy, SecretKey, TreeHead, VerifiedCheckpoint, VerifierKey};
use kleroterion::clock::SharedClock;
use kleroterion::files::Files;
use kleroterion::sequencer::cosigning::{Back, Cosigning, LogProofs};
use kleroterion::witness::{Refusal, Witness};

use super::disk::Disk;
use super::ledger::Book;
use super::rng::Rng;

/// As the product's client: another old size is tried so often.
const TRIES: usize = 4;
/// How far a witness's clock may go back.
const CLOCK_SLACK_SECS: u64 = 5;

#[derive(Default)]
struct Inner {
    back: Option<Back>,
    proofs: Option<LogProofs>,
    latest: Option<VerifiedCheckpoint>,
}

/// What the sequencer hands checkpoints to. The world carries them.
pub(crate) struct Net {
    pub(crate) policy: Policy,
    inner: Mutex<Inner>,
}

impl Net {
    pub(crate) fn new(policy: Policy) -> Self {
        Self { policy, inner: Mutex::default() }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The checkpoint to ask about, and the ways to prove it and to hand it back.
    pub(crate) fn latest(&self) -> Option<(VerifiedCheckpoint, LogProofs, Back)> {
        let inner = self.inner();
        Some((inner.latest.clone()?, inner.proofs.clone()?, inner.back.clone()?))
    }
}

impl Cosigning for Net {
    fn start(&self, _: TreeHead, proofs: LogProofs, back: Back) {
        let mut inner = self.inner();
        (inner.proofs, inner.back) = (Some(proofs), Some(back));
    }
    fn submit(&self, checkpoint: VerifiedCheckpoint) {
        self.inner().latest = Some(checkpoint);
    }
    fn judge(&self, note: &Note) -> Result<(), String> {
        self.policy.evaluate(note).map(drop).map_err(|error| error.to_string())
    }
    fn stop(&self) {
        *self.inner() = Inner::default();
    }
}

/// What came of asking a witness.
pub(crate) enum Answer {
    Line(NoteSignature),
    Fork(String),
    Nothing,
}

/// One witness.
pub(crate) struct Station {
    pub(crate) disk: Arc<Disk>,
    number: u8,
    log_key: VerifierKey,
    clock: SharedClock,
    witness: Option<Witness>,
    /// What the log's client believes that it has cosigned.
    known: u64,
    /// Everything that it ever cosigned, and when it last did.
    pub(crate) cosigned: BTreeMap<u64, Hash>,
    time: u64,
    /// Earlier requests, which the network may bring again.
    sent: Vec<String>,
}

fn signer(number: u8) -> WitnessSigner {
    #[expect(clippy::unwrap_used, reason = "a name that is right")]
    let name = KeyName::new(&format!("witness.example/{number}")).unwrap();
    WitnessSigner::new(name, SecretKey::from_seed(&[100 + number; 32]))
}

/// The key of the witness of that number.
pub(crate) fn key(number: u8) -> WitnessKey {
    signer(number).witness_key()
}

fn folder() -> PathBuf {
    PathBuf::from("/witness")
}

impl Station {
    pub(crate) fn new(number: u8, disk: Arc<Disk>, log_key: VerifierKey, clock: SharedClock) -> Result<Self, String> {
        disk.create_folder(&folder()).map_err(|error| error.to_string())?;
        disk.sync_folder(Path::new("/")).map_err(|error| error.to_string())?;
        let (cosigned, sent) = (BTreeMap::new(), Vec::new());
        Ok(Self { disk, number, log_key, clock, witness: None, known: 0, cosigned, time: 0, sent })
    }

    pub(crate) fn is_up(&self) -> bool {
        self.witness.is_some()
    }

    /// Its process ends. With `power`, its machine does.
    pub(crate) fn stop(&mut self, power: bool) {
        self.witness = None;
        if power {
            self.disk.power_cut();
        } else {
            self.disk.restart();
        }
    }

    /// Starts it, and says what is wrong if it does not.
    pub(crate) fn start(&mut self) -> Result<(), String> {
        let files: Arc<dyn Files> = self.disk.clone();
        let keys = vec![self.log_key.clone()];
        let witness = Witness::open(&folder(), signer(self.number), keys, files, Arc::clone(&self.clock));
        self.witness = Some(witness.map_err(|failure| failure.to_string())?);
        Ok(())
    }

    /// Asks for a cosignature, as the log's client does. `Err`: what a witness must never do.
    pub(crate) fn ask(
        &mut self,
        checkpoint: &VerifiedCheckpoint,
        proofs: &LogProofs,
        book: &Book,
        rng: &mut Rng,
    ) -> Result<Answer, String> {
        let head = checkpoint.head();
        if let Some(old) = self.sent.get(rng.index(self.sent.len().max(1) * 4)).cloned() {
            self.post(&old, None, book)?.ok();
        }
        for _ in 0..TRIES {
            let old = self.known.min(head.size);
            let proof = proofs.consistency(old, head.size)?;
            let request = AddCheckpoint::new(old, proof, checkpoint.note().clone()).map_err(|e| e.to_string())?;
            let body = request.to_text();
            self.sent.push(body.clone());
            if rng.one_in(8) {
                return Ok(Answer::Nothing);
            }
            match self.post(&body, Some(head), book)? {
                // The answer may be lost on its way.
                Ok(_) | Err(_) if rng.one_in(8) => return Ok(Answer::Nothing),
                Ok(line) => {
                    self.known = head.size;
                    return Ok(Answer::Line(line));
                }
                Err(Refusal::Conflict { size, forked }) if forked || size == old || size > proofs.size() => {
                    return Ok(Answer::Fork(format!("witness {} has another history of {size}", self.number)));
                }
                Err(Refusal::Conflict { size, .. }) => self.known = size,
                Err(Refusal::Inconsistent) => {
                    return Ok(Answer::Fork(format!("witness {} cosigned another history", self.number)));
                }
                Err(Refusal::Broken(_) | Refusal::Clock { .. }) => return Ok(Answer::Nothing),
                Err(refusal) => return Err(format!("a witness refused a good request: {refusal}")),
            }
            if self.known > head.size {
                return Ok(Answer::Nothing);
            }
        }
        Ok(Answer::Nothing)
    }

    /// One request arrives, and what leaves the witness is judged.
    fn post(
        &mut self,
        body: &str,
        expected: Option<TreeHead>,
        book: &Book,
    ) -> Result<Result<NoteSignature, Refusal>, String> {
        let Some(witness) = &self.witness else { return Ok(Err(Refusal::Broken("it is down".to_owned()))) };
        let cosigned = match witness.add_checkpoint(body.as_bytes()) {
            Ok(cosigned) => cosigned,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let request = AddCheckpoint::parse(body.as_bytes()).map_err(|e| e.to_string())?;
        let text = request.checkpoint().text();
        let head = klero_tlog::Checkpoint::parse(text).map_err(|e| e.to_string())?.head();
        if expected.is_some_and(|expected| expected != head) {
            return Err("a witness cosigned another checkpoint than it was asked for".to_owned());
        }
        let time = key(self.number).verify(text, &cosigned.line).map_err(|e| e.to_string())?.timestamp_secs();
        if time < self.time || time > self.clock.now() + CLOCK_SLACK_SECS {
            return Err(format!("witness {} cosigned at {time}, after {}", self.number, self.time));
        }
        self.time = time;
        let shared = book.shared();
        if let Some((size, root)) = self.cosigned.last_key_value() {
            let old = TreeHead { size: *size, root: *root };
            if old.size > head.size {
                return Err(format!("witness {} cosigned {} after {}", self.number, head.size, old.size));
            }
            if shared.memory.extends(old, head) != Some(true) {
                return Err(format!(
                    "witness {} cosigned two histories, of {} and {}",
                    self.number, old.size, head.size
                ));
            }
        }
        drop(shared);
        self.cosigned.insert(head.size, head.root);
        Ok(Ok(cosigned.line))
    }
}
