//! What a verification ends in (spec §9.3): checks with stable ids, a verdict, and the report's JSON.
//!
//! A verdict is computed from the checks and from nothing else. No text in a check names a person: people are indices.

use serde::{Serialize, Serializer};

macro_rules! check_ids {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)*) => {
        /// The checks of spec §9.3. Their names are stable; they are reported in this order.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum CheckId { $($(#[$doc])* $variant,)* }

        impl CheckId {
            /// All checks, in the order of the report.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The id that reports show.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

check_ids! {
    /// Encodings, bounds, completeness, nothing superfluous.
    Format = "format";
    /// Signatures of the log and the service.
    LogSignature = "log.signature";
    /// Each entry is in the tree.
    LogInclusion = "log.inclusion";
    /// Order, links and times of the steps, and the rules of spec §4 that have no check of their own.
    LogChain = "log.chain";
    /// Earlier checkpoints extend to the newest.
    LogConsistency = "log.consistency";
    /// The newest checkpoint bears the quorum.
    LogWitnesses = "log.witnesses";
    /// Enrolments of the organiser.
    OrganiserKeys = "organiser.keys";
    /// Signatures of everything that the organiser decided.
    TermsSignatures = "terms.signatures";
    /// Announcements, postponements and attempts.
    TermsAttempts = "terms.attempts";
    /// The round follows from the announced time.
    TimeRound = "time.round";
    /// Sealed before the round.
    TimeSealed = "time.sealed";
    /// Outside timestamps: not part of this version.
    TimeTokens = "time.tokens";
    /// The rounds verify.
    BeaconSignature = "beacon.signature";
    /// The table is the sealed pool's.
    PoolTable = "pool.table";
    /// A linked pool's people come from the earlier draw.
    PoolFrom = "pool.from";
    /// Every panel meets the quotas.
    PanelsQuotas = "panels.quotas";
    /// Everybody is on as many panels as the terms promise.
    PanelsCounts = "panels.counts";
    /// Fairness certificate: outside what makes a draw valid.
    PanelsCertificate = "panels.certificate";
    /// The outcome is what the seed gives.
    DrawOutcome = "draw.outcome";
    /// Replacements are what the rule gives.
    ReplacementsRule = "replacements.rule";
    /// Voids are what they say.
    Voids = "voids";
}

impl Serialize for CheckId {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.name())
    }
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It holds.
    Passed,
    /// It is refuted.
    Failed,
    /// It could not run, or does not apply; the reason says which.
    Skipped,
}

/// One check's result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Which.
    pub id: CheckId,
    /// How it came out.
    pub status: Status,
    /// What should have been found.
    pub expected: Option<String>,
    /// What was found.
    pub found: Option<String>,
    /// Why it failed or was skipped, in plain words.
    pub reason: Option<String>,
    /// Whether a skip makes the verdict incomplete. Not part of the JSON.
    #[serde(skip)]
    pub required: bool,
}

/// The whole verdict (spec §9.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// All required checks passed.
    Verified,
    /// At least one check failed.
    Refuted,
    /// The input is no bundle, or the program was called wrongly.
    Unreadable,
    /// Nothing failed, but a required check could not run.
    Incomplete,
}

impl Verdict {
    /// The exit code.
    #[must_use]
    pub fn exit(self) -> u8 {
        match self {
            Self::Verified => 0,
            Self::Refuted => 1,
            Self::Unreadable => 2,
            Self::Incomplete => 3,
        }
    }

    /// As reports spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Refuted => "refuted",
            Self::Unreadable => "unreadable",
            Self::Incomplete => "incomplete",
        }
    }

    /// The worse of two: unreadable, then refuted, then incomplete, then verified.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        let rank = |verdict| match verdict {
            Self::Verified => 0,
            Self::Incomplete => 1,
            Self::Refuted => 2,
            Self::Unreadable => 3,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

/// A failure's or a skip's words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Finding {
    /// What should have been found.
    pub expected: Option<String>,
    /// What was found.
    pub found: Option<String>,
    /// What this means, in plain words.
    pub reason: String,
}

impl Finding {
    /// A finding that its reason tells whole.
    #[must_use]
    pub fn because(reason: impl Into<String>) -> Self {
        Self { expected: None, found: None, reason: reason.into() }
    }

    /// A finding with evidence.
    #[must_use]
    pub fn mismatch(expected: impl ToString, found: impl ToString, reason: impl Into<String>) -> Self {
        Self { expected: Some(expected.to_string()), found: Some(found.to_string()), reason: reason.into() }
    }
}

/// A check while it is being carried out.
#[derive(Debug, Clone, Default)]
struct Open {
    ran: bool,
    required: bool,
    failures: Vec<Finding>,
    skips: Vec<Finding>,
    note: Option<Finding>,
}

/// Collects what checks find. A check that found nothing wrong and was marked as run has passed; one that was skipped, even in part,
/// has not.
#[derive(Debug, Clone)]
pub struct Checks(Vec<(CheckId, Open)>);

impl Default for Checks {
    fn default() -> Self {
        Self(CheckId::ALL.iter().map(|id| (*id, Open::default())).collect())
    }
}

impl Checks {
    fn open(&mut self, id: CheckId) -> Option<&mut Open> {
        self.0.iter_mut().find(|(other, _)| *other == id).map(|(_, open)| open)
    }

    /// A skip of this check makes the verdict incomplete.
    pub fn require(&mut self, id: CheckId) {
        if let Some(open) = self.open(id) {
            open.required = true;
        }
    }

    /// The check was carried out.
    pub fn ran(&mut self, id: CheckId) {
        if let Some(open) = self.open(id) {
            open.ran = true;
        }
    }

    /// The check is refuted.
    pub fn fail(&mut self, id: CheckId, finding: Finding) {
        if let Some(open) = self.open(id) {
            open.ran = true;
            open.failures.push(finding);
        }
    }

    /// The check, or a part of it, could not run.
    pub fn skip(&mut self, id: CheckId, reason: impl Into<String>) {
        if let Some(open) = self.open(id) {
            open.skips.push(Finding::because(reason));
        }
    }

    /// Words beside a check that passed.
    pub fn note(&mut self, id: CheckId, words: impl Into<String>) {
        if let Some(open) = self.open(id) {
            open.note = Some(Finding::because(words));
        }
    }

    /// Words and figures beside a check that passed.
    pub fn show(&mut self, id: CheckId, finding: Finding) {
        if let Some(open) = self.open(id) {
            open.note = Some(finding);
        }
    }

    /// Whether the check was carried out, whole and without a failure, so far.
    #[must_use]
    pub fn passed(&self, id: CheckId) -> bool {
        self.0.iter().any(|(other, open)| *other == id && open.ran && open.failures.is_empty() && open.skips.is_empty())
    }

    /// Whether the check was refuted.
    #[must_use]
    pub fn failed(&self, id: CheckId) -> bool {
        self.0.iter().any(|(other, open)| *other == id && !open.failures.is_empty())
    }

    /// The results, in the order of spec §9.3.
    #[must_use]
    pub fn finish(self) -> Vec<Check> {
        self.0.into_iter().map(|(id, open)| close(id, open)).collect()
    }
}

fn close(id: CheckId, open: Open) -> Check {
    let Open { ran, required, failures, skips, note } = open;
    let more = failures.len().saturating_sub(1);
    let (status, finding) = match (failures.into_iter().next(), skips.into_iter().next()) {
        (Some(mut first), _) => {
            if more > 0 {
                first.reason.push_str(&format!(" (and {more} more)"));
            }
            (Status::Failed, first)
        }
        (None, Some(skip)) => (Status::Skipped, skip),
        (None, None) if ran => {
            let note = note.map_or((None, None, None), |note| (note.expected, note.found, Some(note.reason)));
            let (expected, found, reason) = note;
            return Check { id, status: Status::Passed, expected, found, reason, required };
        }
        (None, None) => (Status::Skipped, Finding::because("does not apply to this draw")),
    };
    Check { id, status, expected: finding.expected, found: finding.found, reason: Some(finding.reason), required }
}

/// The verdict that follows from checks.
#[must_use]
pub fn verdict(checks: &[Check]) -> Verdict {
    if checks.iter().any(|check| check.status == Status::Failed) {
        Verdict::Refuted
    } else if checks.iter().any(|check| check.required && check.status == Status::Skipped) {
        Verdict::Incomplete
    } else {
        Verdict::Verified
    }
}

/// A bundle's report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What it comes to.
    pub verdict: Verdict,
    /// Where the log names a beacon that proves nothing: the words that a report begins with.
    pub rehearsal: Option<String>,
    /// Every check, in the order of spec §9.3.
    pub checks: Vec<Check>,
    /// What happened, in plain words, one thing a line; what matters most comes first.
    pub facts: Vec<String>,
    /// For sequences of bundles: what this one is about and what it links to.
    pub subject: Option<Subject>,
}

/// What a bundle is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Origin of the log.
    pub origin: String,
    /// The vkey of the log, as the bundle's `opened` step names it.
    pub log: String,
    /// The draw.
    pub draw: String,
    /// SHA-256 of the outcome that counts, if it was drawn.
    pub outcome: Option<String>,
    /// SHA-256 of its replacements, in the order of the log.
    pub replacements: Vec<String>,
    /// Index of the step that sealed it; of its first announcement if it was never sealed.
    pub begun: u64,
    /// The earlier draw that the pool is linked to.
    pub from: Option<Link>,
}

/// Where a linked pool comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The earlier draw.
    pub draw: String,
    /// SHA-256 of its outcome.
    pub outcome: String,
    /// SHA-256 of its replacements that count.
    pub replacements: Vec<String>,
}

#[derive(Serialize)]
struct Written<'a> {
    verdict: Verdict,
    exit: u8,
    rehearsal: bool,
    checks: &'a [Check],
}

impl Report {
    /// The report of something that is no bundle: `format` failed, and nothing else could run.
    #[must_use]
    pub fn unreadable(finding: Finding) -> Self {
        let mut checks = Checks::default();
        let facts = vec![format!("This is not a proof bundle that can be read: {}.", finding.reason)];
        checks.require(CheckId::Format);
        checks.fail(CheckId::Format, finding);
        for id in CheckId::ALL.iter().filter(|id| **id != CheckId::Format) {
            checks.skip(*id, "the bundle cannot be read");
        }
        Self { verdict: Verdict::Unreadable, rehearsal: None, checks: checks.finish(), facts, subject: None }
    }

    /// Spec §9.3's JSON object, on one line, without a newline at its end.
    #[must_use]
    pub fn to_json(&self) -> String {
        let Self { verdict, rehearsal, checks, .. } = self;
        let written = Written { verdict: *verdict, exit: verdict.exit(), rehearsal: rehearsal.is_some(), checks };
        serde_json::to_string(&written).unwrap_or_default()
    }

    /// One check.
    #[must_use]
    pub fn check(&self, id: CheckId) -> Option<&Check> {
        self.checks.iter().find(|check| check.id == id)
    }

    /// Adds a failure found after the report was made, by reading the whole log or a sequence.
    pub fn fail(&mut self, id: CheckId, finding: Finding) {
        for check in self.checks.iter_mut().filter(|check| check.id == id && check.status != Status::Failed) {
            check.status = Status::Failed;
            check.expected = finding.expected.clone();
            check.found = finding.found.clone();
            check.reason = Some(finding.reason.clone());
        }
        self.judge();
    }

    /// Computes the verdict anew, after checks changed. What could not be read stays so.
    pub(crate) fn judge(&mut self) {
        if self.verdict != Verdict::Unreadable {
            self.verdict = verdict(&self.checks);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_follows_from_checks_alone() {
        let of = |change: fn(&mut Checks)| {
            let mut checks = Checks::default();
            checks.require(CheckId::Format);
            checks.ran(CheckId::Format);
            change(&mut checks);
            verdict(&checks.finish())
        };
        assert_eq!(of(|_| ()), Verdict::Verified);
        assert_eq!(of(|c| c.skip(CheckId::TimeTokens, "x")), Verdict::Verified);
        assert_eq!(of(|c| c.skip(CheckId::Format, "x")), Verdict::Incomplete);
        assert_eq!(of(|c| c.require(CheckId::LogChain)), Verdict::Incomplete);
        assert_eq!(
            of(|c| {
                c.skip(CheckId::Format, "x");
                c.fail(CheckId::Voids, Finding::because("y"));
            }),
            Verdict::Refuted
        );
    }

    #[test]
    fn the_worst_verdict_is_unreadable_then_refuted_then_incomplete() {
        let order = [Verdict::Verified, Verdict::Incomplete, Verdict::Refuted, Verdict::Unreadable];
        for (i, a) in order.iter().enumerate() {
            for (j, b) in order.iter().enumerate() {
                assert_eq!(a.worse(*b), order[i.max(j)]);
            }
        }
        assert_eq!(order.map(Verdict::exit), [0, 3, 1, 2]);
    }

    #[test]
    fn json_is_that_of_the_specification() {
        let report = Report::unreadable(Finding::mismatch("a", "b", "not JSON"));
        let json = report.to_json();
        let start = "{\"verdict\":\"unreadable\",\"exit\":2,\"rehearsal\":false,\"checks\":[{\"id\":\"format\",\"status\":\"failed\",\"expected\":\"a\",\"found\":\"b\",\"reason\":\"not JSON\"},{\"id\":\"log.signature\",\"status\":\"skipped\",\"expected\":null,\"found\":null,";
        assert!(json.starts_with(start), "{json}");
        assert_eq!(report.checks.len(), 21);
    }
}
