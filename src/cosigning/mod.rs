//! Gathers witnesses' cosignatures for the log's checkpoints, until the policy's quorum is there (spec §8).
//!
//! One checkpoint is asked about at a time, and every witness about the same one, so that their cosignatures meet: the newest, as soon as the one before has its
//! quorum, or when all have answered without one. Witnesses are asked in parallel, each with a time limit; one that is slow, dead or lying holds up nobody once the
//! others are enough, and joins again with the checkpoint of that time. Cosignatures that come after the quorum are handed on as well. A checkpoint that stays the
//! newest is cosigned again from time to time, so that its times are fresh. Runs in a thread of its own; publishes nothing, writes nothing, decides only whom to
//! ask when. A fork that a witness shows is an alarm, after which nobody is asked any more.

mod client;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use klero_tlog::note::NoteSignature;
use klero_tlog::policy::PolicyError;
use klero_tlog::{Note, Policy, TreeHead, VerifiedCheckpoint};
use tokio::sync::{mpsc, watch};

use crate::clock::SharedClock;
use crate::outbound::Address;
use crate::sequencer::cosigning::{Back, Cosigning, LogProofs, lock};
use client::{Client, Failed};

/// How often and how long witnesses are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Time for one request.
    pub timeout: Duration,
    /// Wait before all are asked again after too few cosigned; it doubles up to [`Self::longest_wait`].
    pub first_wait: Duration,
    /// Longest such wait.
    pub longest_wait: Duration,
    /// After what time the newest checkpoint is cosigned again.
    pub refresh: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(5),
            first_wait: Duration::from_millis(250),
            longest_wait: Duration::from_secs(15),
            refresh: Duration::from_secs(600),
        }
    }
}

/// What is known of one witness.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct WitnessStatus {
    /// Its name in the policy.
    pub name: String,
    /// Its address; empty if the policy gives none, and then it is never asked.
    pub address: String,
    /// Entries under the newest checkpoint that it cosigned since the service was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// When it did, by its own clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<u64>,
    /// Why the last request gave nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// How it stands with the witnesses.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Standing {
    /// Each witness.
    pub witnesses: Vec<WitnessStatus>,
    /// Why the newest checkpoint has no quorum: set once all were asked in vain, cleared by the quorum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    /// A fork.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarm: Option<String>,
}

/// The witnesses of a log.
pub struct Cosigners {
    policy: Policy,
    pace: Pace,
    clock: SharedClock,
    /// Witnesses with an address, not yet started.
    clients: Mutex<Vec<(usize, Client)>>,
    latest: watch::Sender<Option<VerifiedCheckpoint>>,
    standing: Arc<Mutex<Standing>>,
    ended: watch::Sender<bool>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl fmt::Debug for Cosigners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cosigners").field("standing", &self.standing()).finish_non_exhaustive()
    }
}

impl Cosigners {
    /// Witnesses by this policy, which asks for at least one. Addresses stand in the policy; a witness without one is not asked.
    pub fn new(policy: Policy, pace: Pace, clock: SharedClock) -> Result<Self, String> {
        let mut clients = Vec::new();
        let mut witnesses = Vec::new();
        for (index, witness) in policy.witnesses().iter().enumerate() {
            let name = String::from_utf8_lossy(&witness.name).into_owned();
            let mut status = WitnessStatus { name: name.clone(), ..WitnessStatus::default() };
            match &witness.url {
                None => status.problem = Some("the policy gives no address for it".to_owned()),
                Some(url) => {
                    let address: Address =
                        String::from_utf8_lossy(url).parse().map_err(|error| format!("witness {name}: {error}"))?;
                    status.address = address.to_string();
                    let client = Client::new(witness.key.clone(), address, pace.timeout);
                    clients.push((index, client.map_err(|error| format!("TLS cannot be set up: {error}"))?));
                }
            }
            witnesses.push(status);
        }
        Ok(Self {
            policy,
            pace,
            clock,
            clients: Mutex::new(clients),
            latest: watch::Sender::new(None),
            standing: Arc::new(Mutex::new(Standing { witnesses, ..Standing::default() })),
            ended: watch::Sender::new(false),
            thread: Mutex::new(None),
        })
    }

    /// How it stands with the witnesses now.
    #[must_use]
    pub fn standing(&self) -> Standing {
        lock(&self.standing).clone()
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }
}

impl Cosigning for Cosigners {
    fn start(&self, published: TreeHead, proofs: LogProofs, back: Back) {
        let mut clients = std::mem::take(&mut *lock(&self.clients));
        clients.iter_mut().for_each(|(_, client)| client.guess(published));
        let gathering = Gathering {
            policy: self.policy.clone(),
            pace: self.pace,
            clock: Arc::clone(&self.clock),
            latest: self.latest.subscribe(),
            standing: Arc::clone(&self.standing),
            proofs,
            back,
        };
        let mut ended = self.ended.subscribe();
        let started = std::thread::Builder::new().name("cosigning".to_owned()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let Ok(runtime) = runtime else { return };
            runtime.block_on(async move {
                tokio::select! {
                    () = gathering.run(clients) => {}
                    _ = ended.wait_for(|ended| *ended) => {}
                }
            });
        });
        match started {
            Ok(thread) => *lock(&self.thread) = Some(thread),
            Err(error) => lock(&self.standing).missing = Some(format!("no thread to ask witnesses in: {error}")),
        }
    }

    fn submit(&self, checkpoint: VerifiedCheckpoint) {
        self.latest.send_replace(Some(checkpoint));
    }

    fn judge(&self, note: &Note) -> Result<(), String> {
        match self.policy.evaluate(note) {
            Ok(_) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }

    fn stop(&self) {
        self.ended.send_replace(true);
        if let Some(thread) = lock(&self.thread).take() {
            let _ended = thread.join();
        }
    }
}

/// What all witnesses are asked about.
#[derive(Clone)]
struct Target {
    /// Counts the times that they were asked.
    turn: u64,
    checkpoint: VerifiedCheckpoint,
    /// Witnesses that have cosigned it already, by their place in the policy.
    done: Vec<usize>,
    /// Nobody waits for it: it is public, and only its times are to be fresh. Given up as soon as there is something else to ask.
    refresh: bool,
}

/// What one witness answered.
struct Answer {
    witness: usize,
    turn: u64,
    outcome: Result<(NoteSignature, u64), Failed>,
}

/// One checkpoint under way: what came in for it so far.
struct UnderWay {
    target: Target,
    /// Witnesses not heard of in this turn.
    open: Vec<usize>,
    lines: BTreeMap<usize, NoteSignature>,
    /// It has its quorum, and was handed back.
    enough: bool,
    /// Wait before the next turn.
    wait: Duration,
}

struct Gathering {
    policy: Policy,
    pace: Pace,
    clock: SharedClock,
    latest: watch::Receiver<Option<VerifiedCheckpoint>>,
    standing: Arc<Mutex<Standing>>,
    proofs: LogProofs,
    back: Back,
}

impl Gathering {
    async fn run(mut self, clients: Vec<(usize, Client)>) {
        let all: Vec<usize> = clients.iter().map(|(index, _)| *index).collect();
        let targets = watch::Sender::new(None::<Target>);
        let (answers, mut heard) = mpsc::unbounded_channel();
        let mut asking = tokio::task::JoinSet::new();
        for (witness, client) in clients {
            asking.spawn(ask_on(witness, client, targets.subscribe(), self.proofs.clone(), answers.clone()));
        }
        let mut turn = 0u64;
        let mut now: Option<UnderWay> = None;
        loop {
            // Whether another checkpoint may be asked about, and after what time the same again.
            let (free, again) = match &now {
                None => (true, None),
                Some(one) if one.enough => (true, Some(self.pace.refresh)),
                Some(one) if one.open.is_empty() => (true, Some(one.wait)),
                Some(one) => (one.target.refresh, None),
            };
            tokio::select! {
                biased;
                Some(answer) = heard.recv() => {
                    if let Some(one) = &mut now && self.take(one, answer).is_err() {
                        return;
                    }
                }
                changed = self.latest.changed(), if free => {
                    if changed.is_err() {
                        return;
                    }
                    let Some(checkpoint) = self.latest.borrow_and_update().clone() else { continue };
                    turn += 1;
                    now = Some(self.begin(&targets, turn, checkpoint, false, &all));
                }
                () = tokio::time::sleep(again.unwrap_or_default()), if again.is_some() => {
                    let Some(one) = now.take() else { continue };
                    turn += 1;
                    now = Some(if one.enough {
                        self.begin(&targets, turn, one.target.checkpoint, true, &all)
                    } else {
                        self.repeat(&targets, turn, one, &all)
                    });
                }
            }
        }
    }

    /// Asks everybody about a checkpoint.
    fn begin(
        &self,
        targets: &watch::Sender<Option<Target>>,
        turn: u64,
        checkpoint: VerifiedCheckpoint,
        refresh: bool,
        all: &[usize],
    ) -> UnderWay {
        let target = Target { turn, checkpoint, done: Vec::new(), refresh };
        targets.send_replace(Some(target.clone()));
        UnderWay { target, open: all.to_vec(), lines: BTreeMap::new(), enough: false, wait: self.pace.first_wait }
    }

    /// Asks those again who did not cosign.
    fn repeat(&self, targets: &watch::Sender<Option<Target>>, turn: u64, mut one: UnderWay, all: &[usize]) -> UnderWay {
        one.target = Target { turn, done: one.lines.keys().copied().collect(), ..one.target };
        one.open = all.iter().copied().filter(|witness| !one.lines.contains_key(witness)).collect();
        one.wait = (one.wait * 2).min(self.pace.longest_wait);
        targets.send_replace(Some(one.target.clone()));
        one
    }

    /// Takes an answer in. `Err` after an alarm: nobody is asked any more.
    fn take(&self, one: &mut UnderWay, answer: Answer) -> Result<(), ()> {
        let Answer { witness, turn, outcome } = answer;
        let current = turn == one.target.turn;
        {
            let mut standing = lock(&self.standing);
            let name = standing.witnesses.get(witness).map(|w| w.name.clone()).unwrap_or_default();
            if let Err(Failed::Fork(words)) = &outcome {
                let words = format!("witness {name} {words}");
                standing.alarm = Some(words.clone());
                drop(standing);
                self.back.alarm(words);
                return Err(());
            }
            if let Some(status) = standing.witnesses.get_mut(witness) {
                match &outcome {
                    Ok((_, time)) => {
                        let size = current.then(|| one.target.checkpoint.head().size);
                        (status.size, status.time, status.problem) = (size.or(status.size), Some(*time), None);
                    }
                    Err(Failed::Ahead { .. }) => {}
                    Err(failed) => status.problem = Some(failed.to_string()),
                }
            }
        }
        if !current {
            return Ok(());
        }
        one.open.retain(|open| *open != witness);
        if let Ok((line, _)) = outcome {
            one.lines.insert(witness, line);
            self.hand_on(one);
        }
        if !one.enough && one.open.is_empty() {
            let words = self.missing(one);
            lock(&self.standing).missing = Some(words);
        }
        Ok(())
    }

    /// Hands the checkpoint back if its cosignatures are enough.
    fn hand_on(&self, one: &mut UnderWay) {
        let Ok(note) = one.target.checkpoint.note().with_signatures(one.lines.values().cloned()) else { return };
        if self.policy.evaluate(&note).is_ok() {
            one.enough = true;
            lock(&self.standing).missing = None;
            self.back.cosigned(note);
        }
    }

    /// Why there is no quorum, for people.
    fn missing(&self, one: &UnderWay) -> String {
        let note = one.target.checkpoint.note().with_signatures(one.lines.values().cloned());
        let judged = note.map_err(|error| error.to_string()).and_then(|note| match self.policy.evaluate(&note) {
            Err(PolicyError::NotMet(not_met)) => Err(PolicyError::NotMet(not_met).to_string()),
            Err(error) => Err(error.to_string()),
            Ok(_) => Ok(()),
        });
        let mut words = judged.err().unwrap_or_default();
        for status in &lock(&self.standing).witnesses {
            if let Some(problem) = &status.problem {
                words.push_str(&format!("; {} {problem}", status.name));
            }
        }
        let what = if one.target.refresh { "the public checkpoint could not be cosigned again: " } else { "" };
        format!("{what}{words} (asked at {})", crate::when::show(self.clock.now()))
    }
}

/// Asks one witness about whatever is the target, one request at a time, for ever.
async fn ask_on(
    witness: usize,
    mut client: Client,
    mut targets: watch::Receiver<Option<Target>>,
    proofs: LogProofs,
    answers: mpsc::UnboundedSender<Answer>,
) {
    while targets.changed().await.is_ok() {
        let Some(target) = targets.borrow_and_update().clone() else { continue };
        if target.done.contains(&witness) {
            continue;
        }
        let outcome = if target.refresh {
            // A refresh holds nothing up: it is dropped when there is something to publish.
            tokio::select! {
                biased;
                outcome = client.ask(&target.checkpoint, &proofs) => outcome,
                _ = targets.changed() => {
                    targets.mark_changed();
                    continue;
                }
            }
        } else {
            client.ask(&target.checkpoint, &proofs).await
        };
        if answers.send(Answer { witness, turn: target.turn, outcome }).is_err() {
            return;
        }
    }
}
