//! A portable proof that a log showed two histories (spec §8.2): two checkpoints that one key signed, and of which neither extends the other.
//!
//! That no consistency proof exists cannot be shown by showing none. So the proof names the root that the larger tree has over as many entries
//! as the smaller one, and proves *that* by the ordinary consistency proof; it differs from the root that was signed, and the two cannot both be
//! roots of what the larger tree begins with without a SHA-256 collision. Never reads the log, never trusts whoever made the file.

use klero_draw::json;
use klero_tlog::checkpoint::CheckpointError;
use klero_tlog::hash::HashError;
use klero_tlog::note::NoteError;
use klero_tlog::proof::ProofError;
use klero_tlog::tree::{HashReader, ProveError, prove_consistency, read_root};
use klero_tlog::{ConsistencyProof, Hash, Note, TreeHead, VerifiedCheckpoint, VerifierKey};
use serde::{Deserialize, Serialize};

use crate::report::Verdict;

/// The format that a proof names.
pub const FRAUD_FORMAT: &str = "kleroterion/v1/fraud";
/// Longest proof read, in bytes: two checkpoints with very many cosignatures, and the proof.
pub const FRAUD_LIMIT: u64 = 4 << 20;
/// Most hashes of a consistency proof between trees of fewer than 2^64 leaves.
const CONSISTENCY_LIMIT: usize = 128;
/// How the canonical text of a proof begins, and no other file of this protocol.
const BEGINNING: &str = "{\"consistency\":[";

/// The file's members, ascending.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    consistency: Vec<String>,
    format: String,
    larger: String,
    log: String,
    root: String,
    smaller: String,
}

/// Why a text is no proof of fraud that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FraudFormError {
    /// Longer than [`FRAUD_LIMIT`].
    #[error("the file has {found} bytes, at most {FRAUD_LIMIT} are read")]
    TooLong {
        /// Bytes found.
        found: u64,
    },
    /// Not the canonical JSON of a proof and one newline.
    #[error("not a proof of fraud in canonical JSON: {0}")]
    Json(#[from] json::JsonError),
    /// The newline at the end.
    #[error("a proof of fraud ends in one newline")]
    Newline,
    /// Another format.
    #[error("the format is not {FRAUD_FORMAT:?}; a newer program may read it")]
    Format,
    /// `log` is not a vkey.
    #[error("log is not a verifier key: {0}")]
    Log(NoteError),
    /// A checkpoint that is no note.
    #[error("{which} is not a checkpoint: {error}")]
    Note {
        /// `smaller` or `larger`.
        which: &'static str,
        /// Why.
        error: NoteError,
    },
    /// A hash that is none.
    #[error("{which} is not a hash: {error}")]
    Hash {
        /// `root` or `consistency`.
        which: &'static str,
        /// Why.
        error: HashError,
    },
    /// A longer consistency proof than any two trees have.
    #[error("a consistency proof has at most {CONSISTENCY_LIMIT} hashes, found {found}")]
    Consistency {
        /// Hashes found.
        found: usize,
    },
}

/// Why a proof proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoFraud {
    /// A checkpoint that the key did not sign, or of another origin.
    #[error("{which} is not signed by {key}: {error}")]
    Unsigned {
        /// `smaller` or `larger`.
        which: &'static str,
        /// The key that `log` names.
        key: String,
        /// Why.
        error: CheckpointError,
    },
    /// Extension lines, which no checkpoint of this protocol has.
    #[error("{which} has extension lines")]
    Extensions {
        /// `smaller` or `larger`.
        which: &'static str,
    },
    /// The larger is smaller.
    #[error("smaller has {smaller} entries and larger {larger}")]
    Order {
        /// Entries under `smaller`.
        smaller: u64,
        /// Entries under `larger`.
        larger: u64,
    },
    /// The roots agree: nothing contradicts anything.
    #[error("the larger tree begins with what the smaller checkpoint signed, root {root}: they agree")]
    Agrees {
        /// The root of both.
        root: Hash,
    },
    /// The larger tree is not shown to begin as the proof says.
    #[error("the larger tree is not shown to begin with the root {root}: {error}")]
    NotShown {
        /// The root that the file names.
        root: Hash,
        /// Why.
        error: ProofError,
    },
}

/// A proof of fraud as it stands; not to be believed before [`FraudProof::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FraudProof {
    consistency: ConsistencyProof,
    larger: Note,
    log: VerifierKey,
    root: Hash,
    smaller: Note,
}

/// That one key signed two histories. Made by [`FraudProof::verify`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fraud {
    log: VerifierKey,
    smaller: TreeHead,
    larger: TreeHead,
    root: Hash,
}

impl Fraud {
    /// The key that signed both.
    #[must_use]
    pub fn log(&self) -> &VerifierKey {
        &self.log
    }
    /// What the smaller checkpoint signed.
    #[must_use]
    pub fn smaller(&self) -> TreeHead {
        self.smaller
    }
    /// What the larger checkpoint signed.
    #[must_use]
    pub fn larger(&self) -> TreeHead {
        self.larger
    }
    /// The root that the larger tree has over as many entries as the smaller.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.root
    }
}

/// How two checkpoints of one log stand to one another. Made by [`compare`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Relation {
    /// One state.
    Same,
    /// The larger begins with the smaller.
    Extends,
    /// Neither extends the other.
    Fork(Box<FraudProof>),
}

/// Compares two checkpoints of one log. The proof of a fork convinces others only if one key signed both, which [`FraudProof::verify`] says. `larger_tree` has the hashes of the larger, and was checked against its root; for equal sizes it
/// is not asked.
pub fn compare<R: HashReader>(
    smaller: &VerifiedCheckpoint,
    larger: &VerifiedCheckpoint,
    larger_tree: Option<&R>,
) -> Result<Option<Relation>, ProveError<R::Error>> {
    let (old, new) = (smaller.head(), larger.head());
    let (root, consistency) = if old.size == new.size {
        (new.root, ConsistencyProof::from_hashes(Vec::new()))
    } else {
        let Some(tree) = larger_tree else { return Ok(None) };
        (read_root(tree, old.size)?, prove_consistency(tree, old.size, new.size)?)
    };
    if root == old.root {
        return Ok(Some(if old.size == new.size { Relation::Same } else { Relation::Extends }));
    }
    Ok(Some(Relation::Fork(Box::new(FraudProof {
        consistency,
        larger: larger.note().clone(),
        log: smaller.log_key().clone(),
        root,
        smaller: smaller.note().clone(),
    }))))
}

impl FraudProof {
    /// Whether a text means to be a proof of fraud rather than a bundle.
    #[must_use]
    pub fn looks_like(text: &str) -> bool {
        text.starts_with(BEGINNING)
    }

    /// Reads a proof.
    pub fn parse(text: &str) -> Result<Self, FraudFormError> {
        let found = u64::try_from(text.len()).unwrap_or(u64::MAX);
        if found > FRAUD_LIMIT {
            return Err(FraudFormError::TooLong { found });
        }
        let line = text.strip_suffix('\n').ok_or(FraudFormError::Newline)?;
        let written: Written = json::decode(line)?;
        if written.format != FRAUD_FORMAT {
            return Err(FraudFormError::Format);
        }
        if written.consistency.len() > CONSISTENCY_LIMIT {
            return Err(FraudFormError::Consistency { found: written.consistency.len() });
        }
        let hash =
            |which, parsed: Result<Hash, HashError>| parsed.map_err(|error| FraudFormError::Hash { which, error });
        let note =
            |which, text: &str| Note::parse(text.as_bytes()).map_err(|error| FraudFormError::Note { which, error });
        let consistency: Result<Vec<Hash>, _> =
            written.consistency.iter().map(|text| hash("consistency", Hash::from_base64(text))).collect();
        Ok(Self {
            consistency: ConsistencyProof::from_hashes(consistency?),
            larger: note("larger", &written.larger)?,
            log: VerifierKey::parse(&written.log).map_err(FraudFormError::Log)?,
            root: hash("root", Hash::from_hex(&written.root))?,
            smaller: note("smaller", &written.smaller)?,
        })
    }

    /// The file's text; what [`Self::parse`] reads.
    pub fn to_text(&self) -> Result<String, json::JsonError> {
        let written = Written {
            consistency: self.consistency.hashes().iter().map(Hash::to_base64).collect(),
            format: FRAUD_FORMAT.to_owned(),
            larger: self.larger.to_text(),
            log: self.log.to_text(),
            root: self.root.to_hex(),
            smaller: self.smaller.to_text(),
        };
        json::encode(&written).map(|line| line + "\n")
    }

    /// Checks the proof, by the key that it names itself: whoever reads it compares that key with the one they know.
    pub fn verify(&self) -> Result<Fraud, NoFraud> {
        let smaller = self.open("smaller", &self.smaller)?;
        let larger = self.open("larger", &self.larger)?;
        if smaller.size > larger.size {
            return Err(NoFraud::Order { smaller: smaller.size, larger: larger.size });
        }
        let begins = TreeHead { size: smaller.size, root: self.root };
        begins
            .verify_extended_by(&larger, &self.consistency)
            .map_err(|error| NoFraud::NotShown { root: self.root, error })?;
        if self.root == smaller.root {
            return Err(NoFraud::Agrees { root: self.root });
        }
        Ok(Fraud { log: self.log.clone(), smaller, larger, root: self.root })
    }

    fn open(&self, which: &'static str, note: &Note) -> Result<TreeHead, NoFraud> {
        let keys = std::slice::from_ref(&self.log);
        let checkpoint = VerifiedCheckpoint::open_note(note, keys).map_err(|error| NoFraud::Unsigned {
            which,
            key: self.log.to_text(),
            error,
        })?;
        if !checkpoint.checkpoint().extensions().is_empty() {
            return Err(NoFraud::Extensions { which });
        }
        Ok(checkpoint.head())
    }
}

/// The proof of fraud as `klero verify` tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FraudReport {
    /// `verified`: proved; `refuted`: it proves nothing; `incomplete`: proved against another key than the trusted one.
    verdict: Verdict,
    /// What is proved.
    fraud: Option<Fraud>,
    /// Why it is not, or not against the trusted key.
    reason: Option<String>,
}

#[derive(Serialize)]
struct HeadJson {
    root: String,
    size: u64,
}

#[derive(Serialize)]
struct ReportJson<'a> {
    verdict: &'static str,
    exit: u8,
    log: Option<String>,
    smaller: Option<HeadJson>,
    larger: Option<HeadJson>,
    root: Option<String>,
    reason: Option<&'a str>,
}

impl FraudReport {
    /// Verifies the proof in a file. `trusted` is the verifier's own log key.
    #[must_use]
    pub fn of(text: &str, trusted: Option<&VerifierKey>) -> Self {
        let proof = match FraudProof::parse(text) {
            Ok(proof) => proof,
            Err(error) => return Self { verdict: Verdict::Unreadable, fraud: None, reason: Some(error.to_string()) },
        };
        match proof.verify() {
            Err(error) => Self { verdict: Verdict::Refuted, fraud: None, reason: Some(error.to_string()) },
            Ok(fraud) => {
                let other = trusted.filter(|key| *key != fraud.log());
                let reason = other.map(|key| {
                    format!("the trust file names the log key {}; the proof is about another key", key.to_text())
                });
                let verdict = if reason.is_some() { Verdict::Incomplete } else { Verdict::Verified };
                Self { verdict, fraud: Some(fraud), reason }
            }
        }
    }

    /// What it comes to; its exit code is the program's.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// What is proved, whoever's key it is about.
    #[must_use]
    pub fn fraud(&self) -> Option<&Fraud> {
        self.fraud.as_ref()
    }

    /// One JSON object on one line, without a newline at its end.
    #[must_use]
    pub fn to_json(&self) -> String {
        let fraud = self.fraud.as_ref();
        let head = |head: TreeHead| HeadJson { root: head.root.to_hex(), size: head.size };
        let written = ReportJson {
            // A script that looks for "verified" must not take a fraud for a draw in order.
            verdict: if self.verdict == Verdict::Verified { "fraud" } else { self.verdict.name() },
            exit: self.verdict.exit(),
            log: fraud.map(|fraud| fraud.log().to_text()),
            smaller: fraud.map(|fraud| head(fraud.smaller())),
            larger: fraud.map(|fraud| head(fraud.larger())),
            root: fraud.map(|fraud| fraud.root().to_hex()),
            reason: self.reason.as_deref(),
        };
        serde_json::to_string(&written).unwrap_or_default()
    }

    /// In plain words.
    #[must_use]
    pub fn render(&self, name: &str) -> String {
        let Some(fraud) = &self.fraud else {
            let reason = self.reason.as_deref().unwrap_or("no reason");
            return if self.verdict == Verdict::Unreadable {
                format!("UNREADABLE: {name}: {reason}.\n")
            } else {
                format!("NOT PROVED: {name} proves no fraud: {reason}.\n")
            };
        };
        let (origin, smaller, larger) = (fraud.log().name().as_str(), fraud.smaller(), fraud.larger());
        let mut out = format!("FRAUD PROVED: {name}: the log '{origin}' signed two histories.\n");
        out.push_str(&format!("At {} entries it signed the root {}.\n", smaller.size, smaller.root));
        out.push_str(&format!("At {} entries it signed the root {};\n", larger.size, larger.root));
        out.push_str(&format!("that tree's first {} entries have the root {}.\n", smaller.size, fraud.root()));
        out.push_str(&format!("Both are signed by {}.\n", fraud.log().to_text()));
        if let Some(reason) = &self.reason {
            out.push_str(&format!("BUT {reason}.\n"));
        } else {
            out.push_str("Nobody without that key can make this file: whoever holds it showed different people different logs.\n");
        }
        out
    }
}
