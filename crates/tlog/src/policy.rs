//! Trust policies: which logs are known, and which witnesses together are enough (c2sp.org/tlog-policy).
//!
//! ```text
//! log <vkey> [<url>]
//! witness <name> <vkey> [<url>]
//! group <name> all|any|<k> <name>...
//! quorum <name>|none
//! ```
//!
//! The policy belongs to whoever verifies, never to what is verified. A witness counts once, by public key, with its
//! earliest valid cosignature. A line that names a known key and does not verify refuses the whole checkpoint. A policy
//! never reads a clock: a deadline is an argument.

use std::collections::{BTreeMap, BTreeSet};

use crate::checkpoint::{Checkpoint, CheckpointError, VerifiedCheckpoint};
use crate::cosignature::{CosignatureError, WitnessKey, cosignatures_by};
use crate::ed25519::PublicKey;
use crate::note::{Note, NoteError, VerifierKey};
use crate::text::parse_decimal;

/// Longest policy file read, in bytes.
pub const MAX_POLICY_LEN: usize = 1 << 18;
/// Most logs, most witnesses, most groups (the specification recommends supporting at least 32 of each).
pub const MAX_OF_EACH: usize = 256;

const NONE: &[u8] = b"none";

/// Why a policy file is refused. Lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFileError {
    /// Longer than [`MAX_POLICY_LEN`].
    #[error("the policy has {found} bytes, at most {MAX_POLICY_LEN} are read")]
    TooLong {
        /// Bytes found.
        found: usize,
    },
    /// A control character other than tab and newline.
    #[error("line {line}: control characters other than tab and newline are not allowed")]
    ControlCharacter {
        /// Line.
        line: usize,
    },
    /// The last line does not end in a newline.
    #[error("line {line}: the last line does not end in a newline")]
    NoFinalNewline {
        /// Line.
        line: usize,
    },
    /// Not one of the four forms.
    #[error(
        "line {line}: expected \"log <vkey> [<url>]\", \"witness <name> <vkey> [<url>]\", \"group <name> all|any|<k> <name>...\" or \"quorum <name>\""
    )]
    Syntax {
        /// Line.
        line: usize,
    },
    /// A key is malformed or of the wrong type.
    #[error("line {line}: {reason}")]
    Key {
        /// Line.
        line: usize,
        /// What is wrong.
        reason: NoteError,
    },
    /// Two logs, or two witnesses, have the same public key.
    #[error("line {line}: this public key is already listed")]
    DuplicateKey {
        /// Line.
        line: usize,
    },
    /// A name is defined twice, or `none` is defined.
    #[error("line {line}: this name is already taken")]
    DuplicateName {
        /// Line.
        line: usize,
    },
    /// A name is used before it is defined.
    #[error("line {line}: this name is not defined on a line before")]
    UnknownName {
        /// Line.
        line: usize,
    },
    /// A name is a member of two groups, or twice of one.
    #[error("line {line}: a name can be a group member only once")]
    MemberTwice {
        /// Line.
        line: usize,
    },
    /// The threshold is not between 1 and the number of members.
    #[error("line {line}: the threshold must be between 1 and {members}, the number of members")]
    Threshold {
        /// Line.
        line: usize,
        /// Members listed.
        members: usize,
    },
    /// A second quorum line.
    #[error("line {line}: there is already a quorum")]
    SecondQuorum {
        /// Line.
        line: usize,
    },
    /// No quorum line.
    #[error("the policy has no quorum line; write \"quorum none\" to ask for no witnesses")]
    NoQuorum,
    /// More than [`MAX_OF_EACH`] logs, witnesses or groups.
    #[error("line {line}: more than {MAX_OF_EACH} logs, witnesses or groups")]
    TooMany {
        /// Line.
        line: usize,
    },
}

/// Why a checkpoint does not satisfy the policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// The policy lists logs and the checkpoint is not validly signed by one of them; or it is malformed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A cosignature by a known witness does not verify.
    #[error(transparent)]
    Cosignature(#[from] CosignatureError),
    /// All signatures are fine, but they are not enough.
    #[error("the witness quorum is not met: {}", .0.describe())]
    NotMet(NotMet),
}

/// One witness of the policy, and when it cosigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessTime {
    /// The witness's name in the policy file (octets, usually UTF-8).
    pub name: Vec<u8>,
    /// Its key.
    pub key: WitnessKey,
    /// The earliest valid cosignature, in seconds since 1970; none when it has not cosigned.
    pub earliest_secs: Option<u64>,
}

/// The witnesses that were not enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotMet {
    /// What the cosignatures had to precede, if a deadline was asked for.
    pub deadline_secs: Option<u64>,
    /// Whether the quorum would be met without the deadline: enough witnesses have cosigned, but too late.
    pub met_without_deadline: bool,
    /// Every witness of the policy, in the order of the file.
    pub witnesses: Vec<WitnessTime>,
}

impl NotMet {
    fn describe(&self) -> String {
        let present = |limit: u64| {
            let times = self.witnesses.iter().filter_map(|w| w.earliest_secs);
            times.filter(|time| *time < limit).count()
        };
        let all = self.witnesses.len();
        let signed = present(u64::MAX);
        match self.deadline_secs {
            None => format!("{signed} of {all} witnesses have cosigned"),
            Some(deadline) => {
                format!("{signed} of {all} witnesses have cosigned, {} of them before {deadline}", present(deadline))
            }
        }
    }
}

/// Proven: the policy's quorum has cosigned this checkpoint, and, if the policy lists logs, one of them signed it. Made
/// only by [`Policy`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuorumMet {
    checkpoint: Checkpoint,
    log_key: Option<VerifierKey>,
    deadline_secs: Option<u64>,
    witnesses: Vec<WitnessTime>,
    satisfied_at_secs: Option<u64>,
}

impl QuorumMet {
    /// The checkpoint.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The log key that signed; none when the policy lists no logs, and then the caller must check the log's signature.
    pub fn log_key(&self) -> Option<&VerifierKey> {
        self.log_key.as_ref()
    }

    /// The deadline that was kept, if one was asked for.
    pub fn deadline_secs(&self) -> Option<u64> {
        self.deadline_secs
    }

    /// Every witness of the policy, in the order of the file.
    pub fn witnesses(&self) -> &[WitnessTime] {
        &self.witnesses
    }

    /// The earliest time by which the quorum had cosigned; none when the quorum is `none`.
    pub fn satisfied_at_secs(&self) -> Option<u64> {
        self.satisfied_at_secs
    }
}

/// A log of the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyLog {
    /// Its key; the name is the origin.
    pub key: VerifierKey,
    /// Where it is, as written.
    pub url: Option<Vec<u8>>,
}

/// A witness of the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyWitness {
    /// Its name in the file (octets, usually UTF-8).
    pub name: Vec<u8>,
    /// Its key.
    pub key: WitnessKey,
    /// Where it is, as written.
    pub url: Option<Vec<u8>>,
}

/// What a name stands for. Numbers are positions in the policy's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

/// Invariant: members are defined before the group, so that evaluation in order always ends.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    threshold: usize,
    members: Vec<Member>,
}

/// A parsed policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    quorum: Option<Member>,
}

impl Policy {
    /// Reads a policy file.
    pub fn parse(bytes: &[u8]) -> Result<Self, PolicyFileError> {
        if bytes.len() > MAX_POLICY_LEN {
            return Err(PolicyFileError::TooLong { found: bytes.len() });
        }
        let mut parser = Parser::default();
        let mut lines = bytes.split(|byte| *byte == b'\n').enumerate().peekable();
        while let Some((index, text)) = lines.next() {
            let line = index + 1;
            if lines.peek().is_none() && !text.is_empty() {
                return Err(PolicyFileError::NoFinalNewline { line });
            }
            if text.iter().any(|byte| (*byte < 0x20 && *byte != b'\t') || *byte == 0x7f) {
                return Err(PolicyFileError::ControlCharacter { line });
            }
            parser.line(line, text)?;
        }
        parser.finish()
    }

    /// The logs, in the order of the file.
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// The logs' keys, in the order of the file.
    pub fn log_keys(&self) -> Vec<VerifierKey> {
        self.logs.iter().map(|log| log.key.clone()).collect()
    }

    /// The witnesses, in the order of the file.
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// Whether the quorum is `none`: no cosignature is asked for.
    pub fn asks_for_no_witness(&self) -> bool {
        self.quorum.is_none()
    }

    /// The same policy for a log that changed its keys: if one of `keys` is listed, all of them count as listed. That they are keys of one log, each
    /// brought in by the one before, is for the caller to know.
    #[must_use]
    pub fn for_keys(&self, keys: &[VerifierKey]) -> Self {
        let mut policy = self.clone();
        let lists = |policy: &Self, key: &VerifierKey| policy.logs.iter().any(|log| log.key == *key);
        if keys.iter().any(|key| lists(self, key)) {
            for key in keys {
                if !lists(&policy, key) {
                    policy.logs.push(PolicyLog { key: key.clone(), url: None });
                }
            }
        }
        policy
    }

    /// The same policy without its logs: for checkpoints that are known to be the log's.
    #[must_use]
    pub fn without_logs(&self) -> Self {
        Self { logs: Vec::new(), ..self.clone() }
    }

    /// Checks a checkpoint: signed by a listed log (if any is listed) and cosigned by the quorum.
    pub fn evaluate(&self, note: &Note) -> Result<QuorumMet, PolicyError> {
        self.evaluate_at(note, None)
    }

    /// Like [`Self::evaluate`], but only cosignatures with a time strictly before `deadline_secs` (seconds since 1970)
    /// count. With `quorum none` there is nothing to be late, and the deadline has no effect.
    pub fn evaluate_before(&self, note: &Note, deadline_secs: u64) -> Result<QuorumMet, PolicyError> {
        self.evaluate_at(note, Some(deadline_secs))
    }

    fn evaluate_at(&self, note: &Note, deadline_secs: Option<u64>) -> Result<QuorumMet, PolicyError> {
        let (checkpoint, log_key) = if self.logs.is_empty() {
            (Checkpoint::parse(note.text())?, None)
        } else {
            let verified = VerifiedCheckpoint::open_note(note, &self.log_keys())?;
            let key = verified.log_key().clone();
            (verified.checkpoint().clone(), Some(key))
        };
        let witnesses = self.witness_times(note)?;
        let satisfied_at_secs = match self.quorum {
            None => None,
            Some(quorum) => {
                let met_at = self.met_at(quorum, &witnesses);
                let in_time = |met: &u64| deadline_secs.is_none_or(|deadline| *met < deadline);
                if met_at.as_ref().is_none_or(|met| !in_time(met)) {
                    return Err(PolicyError::NotMet(NotMet {
                        deadline_secs,
                        met_without_deadline: met_at.is_some(),
                        witnesses,
                    }));
                }
                met_at
            }
        };
        Ok(QuorumMet { checkpoint, log_key, deadline_secs, witnesses, satisfied_at_secs })
    }

    /// When each witness first cosigned. Each known line must verify.
    fn witness_times(&self, note: &Note) -> Result<Vec<WitnessTime>, CosignatureError> {
        self.witnesses
            .iter()
            .map(|witness| {
                let cosignatures = cosignatures_by(note, &witness.key)?;
                Ok(WitnessTime {
                    name: witness.name.clone(),
                    key: witness.key.clone(),
                    earliest_secs: cosignatures.iter().map(|c| c.timestamp_secs()).min(),
                })
            })
            .collect()
    }

    /// The earliest time by which `member` had witnessed: for a witness its cosignature, for a k-of-n group the k-th
    /// earliest of its members. A quorum is met before a deadline exactly when this time is before it.
    fn met_at(&self, member: Member, witnesses: &[WitnessTime]) -> Option<u64> {
        let mut group_times: Vec<Option<u64>> = Vec::with_capacity(self.groups.len());
        let time_of = |member: &Member, groups: &[Option<u64>]| match member {
            Member::Witness(index) => witnesses.get(*index).and_then(|w| w.earliest_secs),
            Member::Group(index) => groups.get(*index).copied().flatten(),
        };
        for group in &self.groups {
            let members = group.members.iter();
            let mut times: Vec<u64> = members.filter_map(|m| time_of(m, &group_times)).collect();
            times.sort_unstable();
            let last_needed = group.threshold.checked_sub(1);
            group_times.push(last_needed.and_then(|index| times.get(index).copied()));
        }
        time_of(&member, &group_times)
    }
}

#[derive(Default)]
struct Parser {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    names: BTreeMap<Vec<u8>, Member>,
    used_as_member: BTreeSet<Vec<u8>>,
    log_keys: BTreeSet<PublicKey>,
    witness_keys: BTreeSet<PublicKey>,
    /// `Some(None)` is `quorum none`.
    quorum: Option<Option<Member>>,
}

impl Parser {
    fn line(&mut self, line: usize, text: &[u8]) -> Result<(), PolicyFileError> {
        let items: Vec<&[u8]> =
            text.split(|byte| matches!(byte, b' ' | b'\t')).filter(|item| !item.is_empty()).collect();
        match items.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", key, url @ ..] if url.len() <= 1 => self.log(line, key, url.first()),
            [b"witness", name, key, url @ ..] if url.len() <= 1 => self.witness(line, name, key, url.first()),
            [b"group", name, threshold, members @ ..] if !members.is_empty() => {
                self.group(line, name, threshold, members)
            }
            [b"quorum", name] => self.quorum(line, name),
            _ => Err(PolicyFileError::Syntax { line }),
        }
    }

    fn log(&mut self, line: usize, key: &[u8], url: Option<&&[u8]>) -> Result<(), PolicyFileError> {
        let key = key_text(key).and_then(VerifierKey::parse).map_err(|reason| PolicyFileError::Key { line, reason })?;
        if !self.log_keys.insert(key.public_key()) {
            return Err(PolicyFileError::DuplicateKey { line });
        }
        let url = url.map(|url| url.to_vec());
        self.logs.push(PolicyLog { key, url });
        limit(line, self.logs.len())
    }

    fn witness(&mut self, line: usize, name: &[u8], key: &[u8], url: Option<&&[u8]>) -> Result<(), PolicyFileError> {
        let key = key_text(key).and_then(WitnessKey::parse).map_err(|reason| PolicyFileError::Key { line, reason })?;
        if !self.witness_keys.insert(key.public_key()) {
            return Err(PolicyFileError::DuplicateKey { line });
        }
        self.define(line, name, Member::Witness(self.witnesses.len()))?;
        self.witnesses.push(PolicyWitness { name: name.to_vec(), key, url: url.map(|url| url.to_vec()) });
        limit(line, self.witnesses.len())
    }

    fn group(
        &mut self,
        line: usize,
        name: &[u8],
        threshold: &[u8],
        member_names: &[&[u8]],
    ) -> Result<(), PolicyFileError> {
        let mut members = Vec::new();
        for member in member_names {
            let found = self.names.get(*member);
            members.push(*found.ok_or(PolicyFileError::UnknownName { line })?);
            if !self.used_as_member.insert(member.to_vec()) {
                return Err(PolicyFileError::MemberTwice { line });
            }
        }
        let wrong = PolicyFileError::Threshold { line, members: members.len() };
        let threshold = match threshold {
            b"any" => 1,
            b"all" => members.len(),
            number => core::str::from_utf8(number)
                .ok()
                .and_then(parse_decimal)
                .and_then(|number| usize::try_from(number).ok())
                .ok_or(wrong.clone())?,
        };
        if threshold == 0 || threshold > members.len() {
            return Err(wrong);
        }
        self.define(line, name, Member::Group(self.groups.len()))?;
        self.groups.push(Group { threshold, members });
        limit(line, self.groups.len())
    }

    fn quorum(&mut self, line: usize, name: &[u8]) -> Result<(), PolicyFileError> {
        if self.quorum.is_some() {
            return Err(PolicyFileError::SecondQuorum { line });
        }
        self.quorum = Some(match self.names.get(name) {
            _ if name == NONE => None,
            Some(member) => Some(*member),
            None => return Err(PolicyFileError::UnknownName { line }),
        });
        Ok(())
    }

    fn define(&mut self, line: usize, name: &[u8], member: Member) -> Result<(), PolicyFileError> {
        if name == NONE || self.names.insert(name.to_vec(), member).is_some() {
            return Err(PolicyFileError::DuplicateName { line });
        }
        Ok(())
    }

    fn finish(self) -> Result<Policy, PolicyFileError> {
        Ok(Policy {
            logs: self.logs,
            witnesses: self.witnesses,
            groups: self.groups,
            quorum: self.quorum.ok_or(PolicyFileError::NoQuorum)?,
        })
    }
}

fn key_text(octets: &[u8]) -> Result<&str, NoteError> {
    core::str::from_utf8(octets).map_err(|_| NoteError::NotUtf8)
}

fn limit(line: usize, count: usize) -> Result<(), PolicyFileError> {
    if count > MAX_OF_EACH {
        return Err(PolicyFileError::TooMany { line });
    }
    Ok(())
}
