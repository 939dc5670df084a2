//! The service: a log that is open, and everything that is asked of it.
//!
//! State is the log and files beside it; nothing else is kept, so that a crash at any point loses nothing. Every state change is one step, which
//! the ledger's rules admit or refuse in the one writing thread. The service never decides who is drawn: it asks `klero-draw`.

mod beginning;
mod boxes;
mod bundles;
pub mod config;
pub mod control;
pub mod drawing;
pub mod erasing;
pub mod front;
pub mod http;
pub mod kept;
pub mod listener;
mod notice;
mod pace;
mod recent;
pub mod refusal;
pub mod rekeying;
pub mod request;
mod rounds;
pub mod scheduler;
pub mod scribe;
pub mod sealing;
pub mod settings;
pub mod stamping;
pub mod succession;
pub mod telemetry;
mod voiding;
pub mod witnessing;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLockReadGuard};

use klero_draw::beacon::VerifiedRound;
use klero_draw::hash::{PoolRoot, StepHash};
use klero_draw::names::Slug;
use klero_draw::note::SignedText;
use klero_draw::organiser::{AnnounceNote, AnnulNote, EraseNote, OrganiserNote, VacateNote, VoidNote, context};
use klero_draw::step::StepKind;
use klero_draw::terms::Replacement;
use klero_verifier::ledger::{DrawState, Ledger, Phase};
use tokio::sync::watch;

use crate::clock::SharedClock;
use crate::cosigning::Cosigners;
use crate::drand::Relay;
use crate::failure::Failure;
use crate::files::RealFiles;
use crate::key_ring::KeyRing;
use crate::sequencer::cosigning::{Cosigning, Held, lock};
use crate::sequencer::opening::LogSetup;
use crate::sequencer::{AppendError, CheckpointSigner, Condition, LogReader, Progress, Sequencer};
use crate::vault::Vault;
pub use beginning::{NewLog, init, init_after};
use config::{Config, Folders};
use kept::Kept;
use refusal::Refusal;
use request::{About, Answer, DrawStatus, HandedRound, Logged, OrganiserStatus, Request};
use scribe::{Draft, Keys, PublicLedger, Scribe, UnpublishedSteps};
use settings::Settings;
use witnessing::Witnessing;

/// An open log and what belongs to it.
pub struct Service {
    folders: Folders,
    config: Config,
    /// Where the public folder is published besides.
    publish_to: Option<String>,
    pub(crate) publication: std::sync::Mutex<crate::objects::run::Standing>,
    sequencer: Sequencer<Scribe>,
    ledger: PublicLedger,
    changes: watch::Receiver<u64>,
    clock: SharedClock,
    /// Whose agreement publication waits for; nobody's if `None`.
    cosigners: Option<Arc<Cosigners>>,
    kept: Kept,
    /// Time-stamping authorities.
    authorities: Vec<crate::outbound::Address>,
    unpublished: UnpublishedSteps,
    witnessing: Witnessing,
    vault: Arc<Vault>,
    keys: Keys,
    /// One change of keys at a time.
    rekeying: std::sync::Mutex<()>,
    /// Draws being carried out: one caller at a time for each; the second finds it done.
    drawing: std::sync::Mutex<BTreeSet<Slug>>,
    drawn_one: std::sync::Condvar,
    /// Pools from which a draw is being sealed: one seal at a time for each.
    sealing: std::sync::Mutex<BTreeSet<PoolRoot>>,
    sealed_one: std::sync::Condvar,
    /// Held while what erasures left is destroyed.
    erasing: std::sync::Mutex<()>,
    /// Why a draw that is due could not be carried out when it was last tried.
    hindered: std::sync::Mutex<BTreeMap<Slug, String>>,
    /// Rounds that verified, of draws that could not be carried out with them.
    known_rounds: std::sync::Mutex<BTreeMap<Slug, VerifiedRound>>,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").field("origin", &self.config.origin).finish_non_exhaustive()
    }
}

fn opening_failure(error: crate::sequencer::opening::OpenError) -> Failure {
    let advice = error.advice();
    Failure::unavailable(error).advise(advice)
}

impl Service {
    /// Opens the log in `dir`: reads all of it and checks it against guard and tiles; starts asking its witnesses, if it has any.
    pub fn open(dir: &Path, clock: SharedClock) -> Result<Self, Failure> {
        Self::open_with(dir, clock, Witnessing::default())
    }

    /// The same, with witnesses asked in another way.
    pub fn open_with(dir: &Path, clock: SharedClock, witnessing: Witnessing) -> Result<Self, Failure> {
        let service = Self::open_any(dir, clock, witnessing)?;
        if service.is_unbegun() {
            return Err(Failure::usage(format!(
                "the log in {} has no first step: it was not begun to the end",
                dir.display()
            ))
            .advise("give klero init once more, with the same --origin: it goes on where it was cut short"));
        }
        Ok(service)
    }

    /// Opens a log that may have no step yet.
    fn open_any(dir: &Path, clock: SharedClock, witnessing: Witnessing) -> Result<Self, Failure> {
        let settings = Settings::load(dir)?;
        let identity = Config::load(dir)?;
        let config = Config { relays: settings.relays.clone(), margin_secs: settings.margin_secs, ..identity };
        let folders = Folders(dir.to_owned());
        let kept = Kept::new(dir.join("public"), Arc::new(RealFiles));
        let authorities = stamping::load_authorities(dir)?;
        let keys = Keys {
            log: Arc::new(KeyRing::open(&folders.log_key())?),
            service: Arc::new(KeyRing::open(&folders.service_key())?),
        };
        let mut scribe = Scribe::new(keys.clone(), Arc::clone(&clock), kept.clone());
        if !authorities.is_empty() {
            scribe.keep_always();
        }
        let (ledger, changes, unpublished) = (scribe.public(), scribe.watch(), scribe.unpublished());
        let mut setup = LogSetup::signed_by(dir, Arc::clone(&keys.log) as Arc<dyn CheckpointSigner>);
        let policy = witnessing::load_policy(dir, &setup.signer.known_keys())?;
        let cosigners = match (policy, witnessing.pace) {
            (Some(policy), Some(pace)) => Some(witnessing::cosigners(policy, pace, Arc::clone(&clock))?),
            (Some(_), None) => {
                setup.cosigning = Some(Arc::new(Held));
                None
            }
            (None, _) => None,
        };
        if let Some(cosigners) = &cosigners {
            setup.cosigning = Some(Arc::clone(cosigners) as Arc<dyn Cosigning>);
        }
        let sequencer = Sequencer::open(setup, scribe).map_err(opening_failure)?;
        keys.log.settle()?;
        keys.service.settle()?;
        let vault = Arc::new(erasing::open_vault(&folders, settings.data_key.as_deref())?);
        let service = Self {
            vault,
            keys,
            rekeying: std::sync::Mutex::default(),
            folders,
            config,
            publish_to: settings.publish_to,
            publication: std::sync::Mutex::default(),
            sequencer,
            ledger,
            changes,
            clock,
            cosigners,
            kept,
            authorities,
            unpublished,
            witnessing,
            drawing: std::sync::Mutex::default(),
            drawn_one: std::sync::Condvar::new(),
            sealing: std::sync::Mutex::default(),
            sealed_one: std::sync::Condvar::new(),
            erasing: std::sync::Mutex::default(),
            hindered: std::sync::Mutex::default(),
            known_rounds: std::sync::Mutex::default(),
        };
        service.settle_pools()?;
        Ok(service)
    }

    /// Whether the log has no step at all.
    fn is_unbegun(&self) -> bool {
        self.size() == 0 && lock(&self.unpublished).is_empty()
    }

    /// The key to the service's own copies of the pools.
    #[must_use]
    pub fn vault(&self) -> &Arc<Vault> {
        &self.vault
    }

    /// Writes an artifact into the public folder.
    pub(crate) fn put_artifact(&self, bytes: &[u8]) -> Result<klero_draw::hash::ArtifactHash, Failure> {
        self.reader().publisher().put_artifact(bytes).map_err(|e| {
            let advice = e.advice();
            Failure::unavailable(&e).advise(advice)
        })
    }

    /// Origin of the log.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.config.origin
    }

    /// The service's folder.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.folders.0.clone()
    }

    /// The public folder.
    #[must_use]
    pub fn public(&self) -> PathBuf {
        self.folders.0.join("public")
    }

    /// Where the public folder is published besides.
    #[must_use]
    pub fn publish_to(&self) -> Option<&str> {
        self.publish_to.as_deref()
    }

    /// A handle for reading the log.
    #[must_use]
    pub fn reader(&self) -> LogReader {
        self.sequencer.reader()
    }

    /// vkey of the log key in force.
    #[must_use]
    pub fn log_vkey(&self) -> String {
        self.ledger().log_keys().last().map(klero_tlog::VerifierKey::to_text).unwrap_or_default()
    }

    /// Published entries.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.reader().head().size
    }

    /// Why nothing can be appended, if nothing can.
    #[must_use]
    pub fn read_only(&self) -> Option<String> {
        match self.reader().condition() {
            Condition::Writable => None,
            Condition::ReadOnly(reason) => Some(reason.to_string()),
            Condition::Closed => Some("the log is closed".to_owned()),
        }
    }

    /// Tells of each change of the published ledger.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.clone()
    }

    /// The published ledger.
    pub fn ledger(&self) -> RwLockReadGuard<'_, Ledger> {
        self.ledger.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &SharedClock {
        &self.clock
    }

    /// The configured relays, or drand's own. A rehearsal chain has only configured ones.
    pub fn relays(&self) -> Result<Vec<Relay>, Failure> {
        if self.config.relays.is_empty() {
            return Ok(Relay::defaults());
        }
        self.config.relays.iter().map(|text| text.parse().map_err(Failure::usage)).collect()
    }

    /// Uses other relays than the configured ones while it runs.
    pub fn use_relays(&mut self, relays: &[String]) -> Result<(), Failure> {
        self.config.relays = relays.to_vec();
        self.relays().map(|_| ())
    }

    /// Carries out a request; a failure becomes an answer.
    pub fn answer(&self, request: Request) -> Answer {
        self.request(request).unwrap_or_else(Answer::Failed)
    }

    /// Carries out a request. Blocks: not to be called on a runtime's own threads.
    pub fn request(&self, request: Request) -> Result<Answer, Failure> {
        match request {
            Request::Note { note } => self.note(&note, None).map(Answer::Logged),
            Request::Void { note, round } => self.note(&note, Some(&round)).map(Answer::Logged),
            Request::Seal { terms, pool } => self.seal(&terms, &pool).map(Answer::Logged),
            Request::Round { draw, round } => self.hand_in(&draw, &round).map(Answer::Logged),
            Request::Replace { draw } => self.replace_by_rank(&draw).map(Answer::Logged),
            Request::Status { draw } => Ok(Answer::Status { draws: self.statuses(draw.as_ref())? }),
            Request::Bundle { draw } => Ok(Answer::Bundle { text: self.bundle(&draw)? }),
            Request::About => Ok(Answer::About(self.about())),
            Request::Invite { .. } | Request::Accounts => {
                Err(Failure::unavailable("this service runs without accounts")
                    .advise("start it with klero serve, or stop it and run the command again"))
            }
            Request::Erase { notes } => self.erase_notes(&notes),
            Request::RotateDataKey => self.rotate_data_key(),
            Request::ChangeKey { role, revoke } => self.change_key(role, revoke).map(Answer::Logged),
            Request::CloseLog { successor } => self.close_log(successor).map(Answer::Logged),
            Request::RetireKey { role } => self.retire_key(role).map(|key| Answer::Retired { key }),
        }
    }

    fn append(&self, draft: Draft) -> Result<Logged, Failure> {
        self.append_or(draft).map_err(|error| append_failure(&error))
    }

    fn append_or(&self, draft: Draft) -> Result<Logged, AppendError<Refusal>> {
        let (kind, draw) = (draft.kind.name().to_owned(), draft.draw.clone());
        let progress = self.sequencer.appender().append_patiently(draft, self.witnessing.patience);
        let (seq, leaf, waits) = match progress? {
            Progress::Public(appended) => (appended.seq, appended.leaf, None),
            Progress::Waiting { seq, leaf } => {
                let missing = self.standing().and_then(|standing| standing.missing);
                (seq, leaf, Some(missing.unwrap_or_else(|| "witnesses have not answered yet".to_owned())))
            }
        };
        Ok(Logged { seq, kind, leaf: StepHash(*leaf.as_bytes()), draw, waits })
    }

    /// Appends the step that an organiser's note asks for. `round`: the round that a note which gives a draw up may come with.
    fn note(&self, note: &str, round: Option<&HandedRound>) -> Result<Logged, Failure> {
        let context = note.split_once('\n').map_or(note, |(first, _)| first);
        let wrong = |e: klero_draw::note::SignedTextError| {
            Failure::refused(format!("the note cannot be read: {e}")).advise(NOT_AS_WRITTEN)
        };
        macro_rules! parse {
            ($ty:ty, $context:expr) => {{
                let note =
                    SignedText::<$ty>::parse(note, $context, klero_draw::organiser::NOTE_LIMIT).map_err(wrong)?;
                note.value().check().map_err(|e| Failure::refused(e).advise(NOT_AS_WRITTEN))?;
                note
            }};
        }
        if round.is_some() && context != context::VOID {
            return Err(Failure::usage("a round is brought along only with a note that gives a draw up")
                .advise("hand in a round by itself with klero draw round"));
        }
        let (draw, kind) = match context {
            context::ORGANISER => (None, StepKind::Organiser(Box::new(parse!(OrganiserNote, context::ORGANISER)))),
            context::KEY => {
                return Err(Failure::usage("the log's keys are not changed by a note that is handed in")
                    .advise("on the server: klero keys rotate"));
            }
            context::ANNOUNCE => {
                let note = parse!(AnnounceNote, context::ANNOUNCE);
                (Some(note.value().draw.clone()), StepKind::Announced(Box::new(note)))
            }
            context::VACATE => {
                let note = parse!(VacateNote, context::VACATE);
                self.check_vacancy(note.value())?;
                (Some(note.value().draw.clone()), StepKind::Vacated(Box::new(note)))
            }
            context::VOID => return self.void(parse!(VoidNote, context::VOID), round),
            context::ANNUL => {
                let note = parse!(AnnulNote, context::ANNUL);
                (Some(note.value().draw.clone()), StepKind::Annulled(Box::new(note)))
            }
            context::ERASE => return self.erase(parse!(EraseNote, context::ERASE)),
            _ => {
                return Err(Failure::usage(format!("a note of context '{context}' cannot be handed in here"))
                    .advise("terms are sealed with klero draw seal"));
            }
        };
        let replaces_at_once = matches!(&kind, StepKind::Vacated(note) if note.value().beacon.is_none());
        let logged = self.append(Draft { draw: draw.clone(), kind })?;
        if let (true, Some(draw)) = (replaces_at_once, draw) {
            // By rank nothing is waited for: the seats are filled now. If this fails the scheduler tries again.
            let mode = self.ledger().draw(&draw).and_then(|d| d.terms().map(|t| t.replacement));
            if mode == Some(Replacement::Rank) {
                // The scheduler may have been quicker.
                if let Err(failure) = self.replace_by_rank(&draw)
                    && self.ranks_due().contains(&draw)
                {
                    return Err(failure);
                }
            }
        }
        Ok(logged)
    }

    /// States of one draw or of all, in the order of announcement.
    pub fn statuses(&self, only: Option<&Slug>) -> Result<Vec<DrawStatus>, Failure> {
        let ledger = self.ledger();
        let now = self.clock.now();
        let known = ledger.draws().filter(|(slug, _)| only.is_none_or(|only| only == *slug));
        let hindered = self.hindered.lock().unwrap_or_else(PoisonError::into_inner);
        let list: Vec<_> = known
            .map(|(slug, state)| {
                let mut status = status(&ledger, slug, state, now);
                if let (Some(waiting), Some(reason)) = (&mut status.waiting_for, hindered.get(slug)) {
                    *waiting = format!("{waiting}: {reason}");
                }
                if self.is_waiting(slug) {
                    status.waiting_for =
                        Some("enough witnesses to confirm its newest step, which is logged".to_owned());
                }
                status
            })
            .collect();
        match only {
            Some(draw) if list.is_empty() => Err(no_such_draw(draw)),
            _ => Ok(list),
        }
    }

    /// Notes why a draw that is due could not be carried out; shown as what it waits for. Whether that is news.
    pub fn hinder(&self, draw: &Slug, reason: Option<String>) -> bool {
        let mut hindered = self.hindered.lock().unwrap_or_else(PoisonError::into_inner);
        let before = match reason.clone() {
            Some(reason) => hindered.insert(draw.clone(), reason),
            None => hindered.remove(draw),
        };
        before != reason
    }

    /// Facts about the log.
    pub fn about(&self) -> About {
        let ledger = self.ledger();
        let now = self.clock.now();
        let vkey =
            |key: Option<&klero_tlog::VerifierKey>| key.map(klero_tlog::VerifierKey::to_text).unwrap_or_default();
        let organisers = ledger.organisers().filter_map(|(_, o)| o.in_force(now));
        About {
            origin: self.config.origin.clone(),
            log: vkey(ledger.log_keys().last()),
            service: vkey(ledger.service_keys().last()),
            size: ledger.size(),
            rehearsal: ledger.rehearsal().map(|chain| chain.info().clone()),
            witnesses: self.standing(),
            unpublished: lock(&self.unpublished).len() as u64,
            organisers: organisers
                .map(|o| OrganiserStatus {
                    id: o.note.id.clone(),
                    name: o.note.name.clone(),
                    version: o.note.version,
                    threshold: o.note.threshold,
                    keys: o.note.keys.iter().map(|k| k.0.to_text()).collect(),
                })
                .collect(),
        }
    }
}

/// What to do about a note that klero would not have written.
const NOT_AS_WRITTEN: &str = "write it with klero, sign it with klero sign, and pass it on unchanged";

/// There is no such draw.
#[must_use]
pub fn no_such_draw(draw: &Slug) -> Failure {
    Failure::usage(format!("there is no draw '{draw}' in this log")).advise("klero draw status lists them all")
}

fn append_failure(error: &AppendError<Refusal>) -> Failure {
    match error {
        AppendError::Refused(refusal) => refusal.clone().into(),
        AppendError::Unknown(reason) | AppendError::ReadOnly(reason) => {
            Failure::unavailable(error).advise(reason.advice)
        }
        AppendError::Busy => Failure::unavailable(error).advise("send it again in a moment; nothing was logged"),
        AppendError::Unpublished { .. } => Failure::unavailable(error)
            .advise("do not send it again: start the service, and look where the draw stands"),
        AppendError::Closed => Failure::unavailable(error).advise("start the service again"),
    }
}

/// When the draw's latest step was logged, as far as erasure is concerned.
fn last_at(state: &DrawState) -> u64 {
    let vacancies = state.vacancies().iter();
    let times = [
        Some(state.first_announced().time),
        state.seal().map(|seal| seal.at.time),
        state.result().map(|result| result.at.time),
        state.void().map(|void| void.at.time),
        state.annulled().map(|(at, _)| at.time),
        vacancies.map(|v| v.answer.as_ref().map_or(v.at.time, |answer| answer.at.time)).max(),
    ];
    times.into_iter().flatten().max().unwrap_or(0)
}

fn status(ledger: &Ledger, slug: &Slug, state: &DrawState, now: u64) -> DrawStatus {
    let seal = state.seal();
    let terms = state.terms();
    let phase = state.phase();
    let round_time = seal.and_then(|s| s.round_time);
    let waiting_for = match (phase, round_time) {
        (Phase::Sealed, Some(at)) if now >= at => Some("the beacon's round, which is due".to_owned()),
        (Phase::Vacated, _) => Some("the seats to be filled".to_owned()),
        _ => None,
    };
    DrawStatus {
        draw: slug.clone(),
        phase: phase.name().to_owned(),
        organiser: state.announced().organiser.clone(),
        purpose: state.announced().purpose.clone(),
        attempt: state.announced().attempt,
        postponed: state.announced().postponed,
        draws_at: state.announced().draws_at,
        title: state.announced().title.clone(),
        people: terms.map(|t| u64::from(t.pool.size)),
        round: terms.map(|t| t.beacon.round),
        round_at: round_time,
        outcome: state.result().map(|d| d.outcome.to_string()),
        replacements: state.vacancies().iter().filter_map(|v| Some(v.answer.as_ref()?.outcome.to_string())).collect(),
        vacancy: state.open_vacancy().map(|vacancy| request::VacancyStatus {
            left: vacancy.note.value().seats.iter().map(|seat| seat.index).collect(),
            round: vacancy.note.value().beacon.map(|beacon| beacon.round),
            round_at: vacancy.round_time,
        }),
        seats: terms.map(|t| (t.seats, t.reserves)),
        not_drawn: terms.map_or_else(Vec::new, |t| t.not_drawn.iter().map(|n| (n.seats, n.why.clone())).collect()),
        replacement: terms.map(|t| t.replacement),
        overdue: phase == Phase::Sealed && terms.is_some_and(|t| now > t.draw_by),
        rehearsal: seal
            .and_then(|s| s.chain.as_ref())
            .map_or_else(|| ledger.rehearsal().is_some(), klero_draw::beacon::Chain::is_rehearsal),
        waiting_for,
        after: state.after(),
        root: terms.map(|t| t.pool.root.to_string()),
        chain: terms.map(|t| t.beacon.chain.to_string()),
        last_at: last_at(state),
        erased: state.erased().is_some(),
        closed_by: state.closed_by(),
    }
}
