//! The report (spec §9.3): stable check ids, what each found, the verdict and its exit code. It holds no person's data: indices, hashes,
//! counts and names of organisers alone.

/// The checks, in the order of the spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckId {
    /// `format`
    Format,
    /// `log.signature`
    LogSignature,
    /// `log.inclusion`
    LogInclusion,
    /// `log.chain`
    LogChain,
    /// `log.consistency`
    LogConsistency,
    /// `log.witnesses`
    LogWitnesses,
    /// `organiser.keys`
    OrganiserKeys,
    /// `terms.signatures`
    TermsSignatures,
    /// `terms.attempts`
    TermsAttempts,
    /// `time.round`
    TimeRound,
    /// `time.sealed`
    TimeSealed,
    /// `time.tokens`
    TimeTokens,
    /// `beacon.signature`
    BeaconSignature,
    /// `pool.table`
    PoolTable,
    /// `pool.from`
    PoolFrom,
    /// `panels.quotas`
    PanelsQuotas,
    /// `panels.counts`
    PanelsCounts,
    /// `panels.certificate`
    PanelsCertificate,
    /// `draw.outcome`
    DrawOutcome,
    /// `replacements.rule`
    ReplacementsRule,
    /// `voids`
    Voids,
}

impl CheckId {
    /// All of them, in order.
    pub const ALL: [Self; 21] = [
        Self::Format,
        Self::LogSignature,
        Self::LogInclusion,
        Self::LogChain,
        Self::LogConsistency,
        Self::LogWitnesses,
        Self::OrganiserKeys,
        Self::TermsSignatures,
        Self::TermsAttempts,
        Self::TimeRound,
        Self::TimeSealed,
        Self::TimeTokens,
        Self::BeaconSignature,
        Self::PoolTable,
        Self::PoolFrom,
        Self::PanelsQuotas,
        Self::PanelsCounts,
        Self::PanelsCertificate,
        Self::DrawOutcome,
        Self::ReplacementsRule,
        Self::Voids,
    ];

    /// The stable id.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::LogSignature => "log.signature",
            Self::LogInclusion => "log.inclusion",
            Self::LogChain => "log.chain",
            Self::LogConsistency => "log.consistency",
            Self::LogWitnesses => "log.witnesses",
            Self::OrganiserKeys => "organiser.keys",
            Self::TermsSignatures => "terms.signatures",
            Self::TermsAttempts => "terms.attempts",
            Self::TimeRound => "time.round",
            Self::TimeSealed => "time.sealed",
            Self::TimeTokens => "time.tokens",
            Self::BeaconSignature => "beacon.signature",
            Self::PoolTable => "pool.table",
            Self::PoolFrom => "pool.from",
            Self::PanelsQuotas => "panels.quotas",
            Self::PanelsCounts => "panels.counts",
            Self::PanelsCertificate => "panels.certificate",
            Self::DrawOutcome => "draw.outcome",
            Self::ReplacementsRule => "replacements.rule",
            Self::Voids => "voids",
        }
    }
}
