//! What happened in simulated worlds, counted.

/// What happened in worlds in which everything held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    /// File operations.
    pub(crate) operations: u64,
    /// Entries acknowledged.
    pub(crate) acknowledged: u64,
    /// Times a log was opened.
    pub(crate) opened: u64,
    /// Runs that ended by a fault.
    pub(crate) faults: u64,
    /// Power cuts.
    pub(crate) cuts: u64,
    /// Damaged logs that were refused.
    pub(crate) refused: u64,
    /// Damaged logs that opened, with everything in its place.
    pub(crate) harmless: u64,
    /// Refused logs that were repaired.
    pub(crate) repaired: u64,
    /// Old copies that an operator put back.
    pub(crate) rolled_back: u64,
    /// Forks that witnesses showed.
    pub(crate) alarms: u64,
    /// Cosignatures.
    pub(crate) cosigned: u64,
    /// Draws with their one result.
    pub(crate) drawn: u64,
    /// Equal in two runs of one seed.
    pub(crate) digest: u64,
}

impl Summary {
    /// Adds what happened in another world.
    pub(crate) fn add(&mut self, other: &Self) {
        self.operations += other.operations;
        self.acknowledged += other.acknowledged;
        self.opened += other.opened;
        self.faults += other.faults;
        self.cuts += other.cuts;
        self.refused += other.refused;
        self.harmless += other.harmless;
        self.repaired += other.repaired;
        self.rolled_back += other.rolled_back;
        self.alarms += other.alarms;
        self.cosigned += other.cosigned;
        self.drawn += other.drawn;
        self.digest ^= other.digest;
    }
}
