//! `DIR/state.json`: how far a monitor has read, and what it waits for. Written at one stroke after everything that it speaks of is on the disk.
//!
//! Together with `DIR/steps` it is all that is needed to go on; `DIR/checkpoint` is the newest checkpoint seen, which may be ahead of it.

use std::collections::{BTreeMap, BTreeSet};

use klero_draw::hash::StepHash;
use klero_tlog::{Frontier, Hash};
use klero_verifier::ledger::Stand;
use serde::{Deserialize, Deserializer, Serialize};

/// The format that the file names.
const FORMAT: &str = "kleroterion/v1/monitor";

/// What a draw waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Awaited {
    /// To be sealed, or given up.
    Seal,
    /// To be drawn.
    Draw,
    /// A vacancy to be filled.
    Replacement,
}

/// Since when a draw waits for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// For what.
    pub awaited: Awaited,
    /// From when it is due, Unix seconds.
    pub due: u64,
}

/// Everything but the entries themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    format: String,
    /// The first log key that was believed.
    pub log: String,
    /// Whether a trust file named it, or the log itself.
    pub trusted: bool,
    /// The key that signed the newest checkpoint that was accepted.
    pub signer: String,
    /// Entries taken in.
    pub size: u64,
    /// Right edge of their tree, in hex.
    edge: Vec<String>,
    /// Bytes of `DIR/steps` that count.
    pub steps_len: u64,
    /// Where the ledger stands: steps, leaf hash of the last, time of the last.
    stand: (u64, StepHash, u64),
    /// Draws that had steps since they were last drawn again.
    pub pending: BTreeSet<String>,
    /// Draws whose seal was not shown to be witnessed in time, and may yet be.
    #[serde(default)]
    pub unwitnessed: BTreeSet<String>,
    /// What draws wait for.
    pub waiting: BTreeMap<String, Waiting>,
    /// Tables that must be there, by hash, each with the draws that need it: a pool may be sealed again.
    #[serde(deserialize_with = "read_tables")]
    pub tables: BTreeMap<String, BTreeSet<String>>,
    /// The last table that was looked for.
    pub looked: String,
    /// The newest kept checkpoint, if it is the first to cover nothing that a witness matters for.
    pub idle: Option<u64>,
    /// When a pass last went through to its end, Unix seconds.
    pub checked_at: u64,
}

/// Also as it was kept when a table had one draw.
fn read_tables<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, BTreeSet<String>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Draws {
        One(String),
        All(BTreeSet<String>),
    }
    let tables: BTreeMap<String, Draws> = Deserialize::deserialize(from)?;
    let all = |draws| match draws {
        Draws::One(draw) => BTreeSet::from([draw]),
        Draws::All(draws) => draws,
    };
    Ok(tables.into_iter().map(|(table, draws)| (table, all(draws))).collect())
}

impl State {
    /// The state before anything was read.
    #[must_use]
    pub fn new(log: String, trusted: bool) -> Self {
        Self {
            format: FORMAT.to_owned(),
            signer: log.clone(),
            log,
            trusted,
            size: 0,
            edge: Vec::new(),
            steps_len: 0,
            stand: (0, StepHash::ZERO, 0),
            pending: BTreeSet::new(),
            unwitnessed: BTreeSet::new(),
            waiting: BTreeMap::new(),
            tables: BTreeMap::new(),
            looked: String::new(),
            idle: None,
            checked_at: 0,
        }
    }

    /// Reads it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let state: Self = serde_json::from_str(text).map_err(|e| e.to_string())?;
        if state.format != FORMAT {
            return Err(format!("its format is not {FORMAT:?}"));
        }
        state.frontier().map(|_| state)
    }

    /// As it is kept.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// The tree's right edge.
    pub fn frontier(&self) -> Result<Frontier, String> {
        let edge: Result<Vec<Hash>, _> = self.edge.iter().map(|text| Hash::from_hex(text)).collect();
        let edge = edge.map_err(|e| e.to_string())?;
        Frontier::from_right_edge(self.size, edge).map_err(|e| e.to_string())
    }

    /// Takes over how far the tree and the ledger are.
    pub fn set(&mut self, frontier: &Frontier, stand: Stand, steps_len: u64) {
        self.size = frontier.size();
        self.edge = frontier.right_edge().iter().map(Hash::to_hex).collect();
        self.stand = (stand.size, stand.head, stand.time);
        self.steps_len = steps_len;
    }

    /// Where the ledger stands.
    #[must_use]
    pub fn stand(&self) -> Stand {
        Stand { size: self.stand.0, head: self.stand.1, time: self.stand.2 }
    }
}
