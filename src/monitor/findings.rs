//! What a monitor has found, under stable names (docs/monitoring.md): kept across runs, each once, until it is settled.
//!
//! A finding is *open* while what it says is so, and what cannot be undone (a fork, a second seal) stays open until somebody acknowledges it.
//! Never forgets one: settled findings stay in the list. Never names a person.

use std::collections::{BTreeMap, BTreeSet};

use klero_draw::hash::sha256;
use serde::{Deserialize, Serialize};

macro_rules! finding_ids {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)*) => {
        /// The names of findings. They are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Id { $($(#[$doc])* #[serde(rename = $name)] $variant,)* }

        impl Id {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

finding_ids! {
    /// The log signed two histories.
    LogFork = "log.fork";
    /// The log serves an older state than it showed before.
    LogRollback = "log.rollback";
    /// Published files do not fit the signed checkpoint.
    LogDamaged = "log.damaged";
    /// A checkpoint or step is signed by a key that no old key introduced.
    KeyChanged = "key.changed";
    /// An entry is no step.
    StepUnreadable = "step.unreadable";
    /// A step breaks another rule of spec §4.
    StepRule = "step.rule";
    /// A draw was sealed again.
    SealSecond = "seal.second";
    /// An attempt was begun that the rules do not allow.
    AttemptSecond = "attempt.second";
    /// Sealed, or witnessed, when the round could be known.
    SealLate = "seal.late";
    /// No quorum is shown to have seen the seal in time.
    SealUnwitnessed = "seal.unwitnessed";
    /// Announced, and neither sealed nor given up by its time.
    DrawUnsealed = "draw.unsealed";
    /// The round is there and the draw is not.
    DrawOverdue = "draw.overdue";
    /// Given up after its round could be known.
    DrawAbandoned = "draw.abandoned";
    /// The outcome is not what the seed gives.
    DrawWrong = "draw.wrong";
    /// A replacement is not what the rule gives.
    ReplacementWrong = "replacement.wrong";
    /// A vacancy waits longer than it should.
    ReplacementOverdue = "replacement.overdue";
    /// A beacon round does not verify, or is another one.
    BeaconWrong = "beacon.wrong";
    /// The table is not the sealed pool's.
    TableWrong = "table.wrong";
    /// The table has gone, and no step says that it was erased.
    TableGone = "table.gone";
    /// An artifact is not what its name says, or cannot be read.
    ArtifactWrong = "artifact.wrong";
    /// An artifact that a step names is not there.
    ArtifactGone = "artifact.gone";
    /// A linked pool holds others than the earlier draw opened.
    PoolWrong = "pool.wrong";
    /// The panel list breaks its quotas or counts.
    PanelsWrong = "panels.wrong";
    /// A draw was given up in another way than its step says.
    VoidWrong = "void.wrong";
}

/// Most findings of one name that are kept one by one; what more there is is counted. Of each name for itself: a thousand bad entries must not
/// hide a fork.
pub const FINDINGS_LIMIT: usize = 1_000;
/// Most findings that are counted: what a hostile log can make a monitor remember stays bounded.
const DROPPED_LIMIT: usize = 100_000;
/// Longest text of a finding, in bytes.
const TEXT_LIMIT: usize = 2_000;

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which.
    pub id: Id,
    /// A draw's slug, or `step N`, or empty for the log as a whole.
    pub about: String,
    /// In plain words: expected and found.
    pub text: String,
    /// A file in the monitor's folder that proves it to others.
    pub evidence: Option<String>,
    /// When it was found first, Unix seconds.
    pub first_seen: u64,
    /// When it was found last, Unix seconds.
    pub last_seen: u64,
    /// Whether it still is so.
    pub open: bool,
    /// Somebody has taken note of it.
    pub acknowledged: bool,
    /// Whether the webhook was told.
    #[serde(default)]
    pub told: bool,
}

impl Id {
    /// Whether other words are other evidence. What is overdue says by how much, which changes with every look.
    fn words_are_evidence(self) -> bool {
        !matches!(self, Self::DrawUnsealed | Self::DrawOverdue | Self::ReplacementOverdue)
    }
}

impl Finding {
    /// How it is called on the command line: `id`, or `id:about`.
    #[must_use]
    pub fn key(&self) -> String {
        if self.about.is_empty() { self.id.name().to_owned() } else { format!("{}:{}", self.id.name(), self.about) }
    }

    /// Whether it counts for the exit code.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.open && !self.acknowledged
    }
}

/// All findings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    list: Vec<Finding>,
    /// Findings beyond [`FINDINGS_LIMIT`], each by a short hash of its key, so that each counts once.
    #[serde(default)]
    dropped: BTreeSet<u64>,
    #[serde(skip)]
    index: BTreeMap<(Id, String), usize>,
    #[serde(skip)]
    changed: bool,
}

impl Findings {
    /// Reads what [`Self::to_json`] wrote.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let mut read: Self = serde_json::from_str(text)?;
        read.index = read.list.iter().enumerate().map(|(at, f)| ((f.id, f.about.clone()), at)).collect();
        Ok(read)
    }

    /// As it is kept.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// Whether anything changed since this was last asked.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Notes a finding; one that is known is only seen again, unless it was settled, or what is found now is something else: then it is news.
    pub fn find(&mut self, id: Id, about: &str, text: impl Into<String>, now: u64) {
        self.find_with(id, about, text, None, now);
    }

    /// The same, with a file that proves it.
    pub fn find_with(&mut self, id: Id, about: &str, text: impl Into<String>, evidence: Option<String>, now: u64) {
        let text: String = crate::monitor::tell::plain(&text.into(), TEXT_LIMIT);
        let key = (id, about.to_owned());
        if let Some(known) = self.index.get(&key).and_then(|at| self.list.get_mut(*at)) {
            let other = known.text != text && id.words_are_evidence();
            if !known.open || other {
                (known.open, known.acknowledged, known.told) = (true, false, false);
                known.text = text;
            }
            let (before, found) = (known.evidence.take(), evidence);
            known.evidence = if other { found.or(before) } else { before.or(found) };
            known.last_seen = now;
            self.changed = true;
            return;
        }
        self.changed = true;
        // The range is that of one name: texts sort after the empty one.
        let listed = self.index.range((id, String::new())..).take_while(|((other, _), _)| *other == id);
        if listed.take(FINDINGS_LIMIT).count() == FINDINGS_LIMIT {
            if self.dropped.len() < DROPPED_LIMIT {
                self.dropped.insert(short_hash(id, about));
            }
            return;
        }
        self.index.insert(key, self.list.len());
        let (first_seen, last_seen, open, acknowledged, told) = (now, now, true, false, false);
        self.list.push(Finding {
            id,
            about: about.to_owned(),
            text,
            evidence,
            first_seen,
            last_seen,
            open,
            acknowledged,
            told,
        });
    }

    /// It is no longer so.
    pub fn settle(&mut self, id: Id, about: &str) {
        let at = self.index.get(&(id, about.to_owned()));
        if let Some(known) = at.and_then(|at| self.list.get_mut(*at)).filter(|known| known.open) {
            known.open = false;
            self.changed = true;
        } else if at.is_none() && !self.dropped.is_empty() && self.dropped.remove(&short_hash(id, about)) {
            self.changed = true;
        }
    }

    /// Somebody has taken note. `false` if there is no such finding.
    pub fn acknowledge(&mut self, key: &str) -> bool {
        let Some(known) = self.list.iter_mut().find(|finding| finding.key() == key) else { return false };
        known.acknowledged = true;
        self.changed = true;
        true
    }

    /// Those that the webhook was not told of.
    pub fn untold(&self) -> impl Iterator<Item = &Finding> {
        self.list.iter().filter(|finding| !finding.told && finding.open)
    }

    /// The webhook was told of it.
    pub fn mark_told(&mut self, key: &str) {
        if let Some(known) = self.list.iter_mut().find(|finding| finding.key() == key) {
            known.told = true;
            self.changed = true;
        }
    }

    /// All of them, in the order in which they were found.
    #[must_use]
    pub fn all(&self) -> &[Finding] {
        &self.list
    }

    /// How many are not listed.
    #[must_use]
    pub fn more(&self) -> u64 {
        u64::try_from(self.dropped.len()).unwrap_or(u64::MAX)
    }

    /// Whether any counts for the exit code.
    #[must_use]
    pub fn any_counts(&self) -> bool {
        !self.dropped.is_empty() || self.list.iter().any(Finding::counts)
    }
}

/// Of a finding that is only counted.
fn short_hash(id: Id, about: &str) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = sha256(format!("{}:{about}", id.name()).as_bytes());
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}
