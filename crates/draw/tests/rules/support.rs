//! Vector files, a pool that is a plain list, and seeds for tests.

use std::path::{Path, PathBuf};

use klero_draw::artifacts::{PanelList, StrataList};
use klero_draw::beacon::{Chain, Round, VerifiedRound};
use klero_draw::hash::{ArtifactHash, ChainHash, PoolRoot, TermsHash, sha256};
use klero_draw::method::{DrawInputs, People};
use klero_draw::pool::Columns;
use klero_draw::rehearsal::RehearsalKey;
use klero_draw::seed::Seed;
use klero_draw::terms::{BeaconTerms, Method, PoolTerms, Replacement, Terms, TermsParts};
use serde::de::DeserializeOwned;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file of `tests/vectors`.
pub(crate) fn vectors<T: DeserializeOwned>(name: &str) -> T {
    let path = workspace().join("tests/vectors").join(name);
    let text = std::fs::read_to_string(&path).expect("vector files are part of the source");
    serde_json::from_str(&text).expect("the vector file has the shape that the test expects")
}

/// Third-party data that may lie beside the checkout; says so when it is not there.
pub(crate) fn beside(name: &str) -> Option<String> {
    let path = workspace().join("../shared/data").join(name);
    let text = std::fs::read_to_string(path).ok();
    if text.is_none() {
        println!("skipped: the third-party data {} is not beside this checkout", name);
    }
    text
}

/// A pool as a list of rows, for methods that ask a table.
#[derive(Debug, Clone, serde::Deserialize)]
pub(crate) struct Pool {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
    pub(crate) households: Vec<String>,
}

impl People for Pool {
    fn size(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap()
    }
    fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }
    fn value(&self, person: u32, column: usize) -> &str {
        let row = self.rows.get(usize::try_from(person).unwrap());
        row.and_then(|row| row.get(column)).map_or("", String::as_str)
    }
    fn household(&self, person: u32) -> Option<[u8; 16]> {
        let tag = self.households.get(usize::try_from(person).unwrap())?;
        (!tag.is_empty()).then(|| hex::decode(tag).unwrap().try_into().unwrap())
    }
}

impl Pool {
    /// `n` people with one column `group` and no households.
    pub(crate) fn of_groups(groups: &[&str]) -> Self {
        Self {
            columns: vec!["group".to_owned()],
            rows: groups.iter().map(|group| vec![(*group).to_owned()]).collect(),
            households: vec![String::new(); groups.len()],
        }
    }
    /// Puts people into numbered households; 0 is none.
    pub(crate) fn in_households(mut self, numbers: &[u8]) -> Self {
        self.households = numbers.iter().map(|n| if *n == 0 { String::new() } else { hex::encode([*n; 16]) }).collect();
        self
    }
    pub(crate) fn tag(&self, person: u32) -> Option<[u8; 16]> {
        self.household(person)
    }
}

pub(crate) fn inputs<'a>(
    pool: &'a Pool,
    strata: Option<&'a StrataList>,
    panels: Option<&'a PanelList>,
) -> DrawInputs<'a> {
    DrawInputs { people: Some(pool), strata, panels }
}

/// Terms that any pool with the columns `group` and `household` fits.
pub(crate) fn parts(size: u32, method: Method, seats: u32, reserves: u32) -> TermsParts {
    let text = |words: &str| words.to_owned();
    TermsParts {
        attempt: 1,
        beacon: BeaconTerms { chain: ChainHash([1; 32]), round: 2 },
        draw: "draw-1".parse().unwrap(),
        draw_by: 2_000,
        draws_at: 1_000,
        log: text("lots.example/log"),
        method,
        seats,
        not_drawn: Vec::new(),
        organiser: "eupen".parse().unwrap(),
        pool: PoolTerms {
            columns: Columns::new(vec![text("address")], text("id"), Vec::new(), vec![text("group")]).unwrap(),
            from: None,
            root: PoolRoot([2; 32]),
            size,
            table: Some(ArtifactHash([3; 32])),
            table_reason: None,
        },
        previous: None,
        purpose: "purpose".parse().unwrap(),
        replacement: Replacement::Rank,
        reserves,
        title: [(text("de"), text("Los"))].into(),
    }
}

pub(crate) fn terms(size: u32, method: Method, seats: u32, reserves: u32) -> Terms {
    Terms::new(parts(size, method, seats, reserves)).unwrap()
}

/// A verified round of a rehearsal beacon.
pub(crate) fn rehearsal_round(number: u64) -> VerifiedRound {
    let key = RehearsalKey::from_seed(&[9; 32]).unwrap();
    let chain = Chain::rehearsal(key.chain_info(1_000, 3).unwrap());
    chain.verify(&key.sign(number)).unwrap()
}

/// Seed number `n`; all of them are fixed.
pub(crate) fn seed(round: &VerifiedRound, n: u32) -> Seed {
    Seed::derive(&TermsHash(sha256(&n.to_be_bytes())), round)
}

/// A quicknet round of a vector file.
pub(crate) fn quicknet(round: u64, signature: &str) -> VerifiedRound {
    let signature = hex::decode(signature).unwrap();
    Chain::quicknet().verify(&Round { round, signature, previous_signature: None }).unwrap()
}
