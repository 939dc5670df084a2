//! What a draw's life is, as simply as it can be said, and the commands that are tried on it. Knows no service.

use std::collections::BTreeMap;

use crate::common_service::{ROUNDS, published};

/// What two people decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Announcement,
    Postponement,
    Terms,
    Void,
    Vacancy,
    Annulment,
    Erasure,
}

pub(crate) const KINDS: [Kind; 7] =
    [Kind::Announcement, Kind::Postponement, Kind::Terms, Kind::Void, Kind::Vacancy, Kind::Annulment, Kind::Erasure];

/// One thing that somebody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    /// The note is written.
    Propose(Kind),
    /// Number 0 or 1 signs the newest of this kind.
    Sign(Kind, usize),
    /// The newest of this kind is handed in.
    HandIn(Kind),
    /// The round that was announced is published, and handed in.
    Round,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Unknown,
    Announced,
    Sealed,
    Drawn,
    Voided,
    Annulled,
}

impl Phase {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Announced => "announced",
            Self::Sealed => "sealed",
            Self::Drawn => "drawn",
            Self::Voided => "voided",
            Self::Annulled => "annulled",
        }
    }
}

/// A decision that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) id: String,
    pub(crate) signed: [bool; 2],
    pub(crate) logged: bool,
    /// How often the draw had been postponed, and how often its seats had been filled, when it was written.
    postponed: u64,
    filled: u64,
}

/// A draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Model {
    /// Kinds of the log's steps.
    pub(crate) steps: Vec<String>,
    pub(crate) phase: Phase,
    pub(crate) postponed: u64,
    /// How often seats were filled.
    pub(crate) filled: u64,
    /// Its rules were sealed once.
    pub(crate) sealed: bool,
    pub(crate) erased: bool,
    pub(crate) now: u64,
    pub(crate) waiting: BTreeMap<Kind, Waiting>,
}

/// What is to come of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) accepted: bool,
    /// Steps that the log gains.
    pub(crate) gains: &'static [&'static str],
}

const REFUSED: Expected = Expected { accepted: false, gains: &[] };
const DONE: Expected = Expected { accepted: true, gains: &[] };

impl Model {
    /// Before anything is announced.
    pub(crate) fn new(steps: Vec<String>, now: u64) -> Self {
        Self {
            steps,
            phase: Phase::Unknown,
            postponed: 0,
            filled: 0,
            sealed: false,
            erased: false,
            now,
            waiting: BTreeMap::new(),
        }
    }

    /// The recorded round of the announcement in force, or of the next one.
    pub(crate) fn round(&self) -> u64 {
        ROUNDS[1 + usize::try_from(self.postponed).unwrap()]
    }

    /// The round after a postponement, as long as rounds are recorded.
    pub(crate) fn later(&self) -> Option<u64> {
        ROUNDS.get(2 + usize::try_from(self.postponed).unwrap()).copied()
    }

    /// Whether the command means anything now. Nobody signs or hands in what was never written.
    pub(crate) fn has_object(&self, command: Command) -> bool {
        match command {
            Command::Propose(Kind::Postponement) => self.later().is_some(),
            Command::Propose(_) => true,
            Command::Sign(kind, _) | Command::HandIn(kind) => self.waiting.contains_key(&kind),
            Command::Round => self.phase == Phase::Sealed,
        }
    }

    pub(crate) fn expect(&self, command: Command) -> Expected {
        let yes = match command {
            Command::Propose(kind) => match kind {
                Kind::Announcement => self.phase == Phase::Unknown,
                Kind::Postponement => self.phase == Phase::Announced,
                // Nothing is written that could be signed only in vain; the log may go on before it is handed in all the same.
                Kind::Terms => self.phase == Phase::Announced && self.now < published(self.round()),
                Kind::Void => matches!(self.phase, Phase::Announced | Phase::Sealed),
                Kind::Vacancy => self.phase == Phase::Drawn && !self.erased,
                Kind::Annulment => self.phase == Phase::Drawn,
                Kind::Erasure => {
                    let closed = matches!(self.phase, Phase::Drawn | Phase::Voided | Phase::Annulled);
                    closed && self.sealed && !self.erased
                }
            },
            Command::Sign(kind, who) => self.waiting.get(&kind).is_some_and(|w| !w.logged && !w.signed[who]),
            Command::HandIn(kind) => return self.expect_hand_in(kind),
            Command::Round => return Expected { accepted: true, gains: &["drawn"] },
        };
        if yes { DONE } else { REFUSED }
    }

    fn expect_hand_in(&self, kind: Kind) -> Expected {
        let Some(waiting) = self.waiting.get(&kind) else { return REFUSED };
        if waiting.logged {
            return DONE;
        }
        let current = waiting.postponed == self.postponed && waiting.filled == self.filled;
        let (good, gains): (bool, &[&str]) = match kind {
            Kind::Announcement => (self.phase == Phase::Unknown, &["announced"]),
            Kind::Postponement => (self.phase == Phase::Announced && current, &["announced"]),
            Kind::Terms => {
                let in_time = self.now < published(self.round());
                (self.phase == Phase::Announced && current && in_time, &["sealed"])
            }
            Kind::Void => (matches!(self.phase, Phase::Announced | Phase::Sealed), &["voided"]),
            // By rank nothing is waited for: who follows is logged at once.
            Kind::Vacancy => (self.phase == Phase::Drawn && current, &["vacated", "replaced"]),
            Kind::Annulment => (self.phase == Phase::Drawn && current, &["annulled"]),
            Kind::Erasure => {
                let closed = matches!(self.phase, Phase::Drawn | Phase::Voided | Phase::Annulled);
                (closed && self.sealed && !self.erased, &["erased"])
            }
        };
        if good && waiting.signed == [true, true] { Expected { accepted: true, gains } } else { REFUSED }
    }

    /// What a command that was accepted has changed. `id`: of a decision that was written.
    pub(crate) fn apply(&mut self, command: Command, gains: &[&str], id: Option<String>) {
        self.steps.extend(gains.iter().map(|step| (*step).to_owned()));
        match command {
            Command::Propose(kind) => {
                let waiting = Waiting {
                    id: id.unwrap(),
                    signed: [false, false],
                    logged: false,
                    postponed: self.postponed,
                    filled: self.filled,
                };
                self.waiting.insert(kind, waiting);
            }
            Command::Sign(kind, who) => self.waiting.get_mut(&kind).unwrap().signed[who] = true,
            Command::HandIn(kind) => {
                let waiting = self.waiting.get_mut(&kind).unwrap();
                if std::mem::replace(&mut waiting.logged, true) {
                    return;
                }
                match kind {
                    Kind::Announcement => self.phase = Phase::Announced,
                    Kind::Postponement => self.postponed += 1,
                    Kind::Terms => (self.phase, self.sealed) = (Phase::Sealed, true),
                    Kind::Void => self.phase = Phase::Voided,
                    Kind::Vacancy => self.filled += 1,
                    Kind::Annulment => self.phase = Phase::Annulled,
                    Kind::Erasure => self.erased = true,
                }
            }
            Command::Round => self.phase = Phase::Drawn,
        }
    }
}
