//! The verifier's own trust file (spec §9.2): whose keys, which witnesses, which beacons. It never comes out of a bundle.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use klero_draw::beacon::{Chain, ChainInfo};
use klero_draw::hash::{ChainHash, PoolRoot};
use klero_draw::json::{self, JsonError};
use klero_draw::names::Slug;
use klero_draw::organiser::{MAX_KEYS, is_key_name};
use klero_draw::terms::Vkey;
use klero_tlog::policy::PolicyFileError;
use klero_tlog::{Hash, Policy, TreeHead, VerifierKey};
use serde::Deserialize;
use serde::de::{MapAccess, Visitor};

/// Format of a trust file.
pub const TRUST_FORMAT: &str = "kleroterion/v1/trust";
/// Longest trust file read, in bytes: a policy of the greatest size and room for every organiser.
pub const TRUST_LIMIT: usize = 1 << 20;

/// A trust file that was read and checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Trust {
    log: VerifierKey,
    service: VerifierKey,
    policy: Option<Policy>,
    margin_secs: u64,
    chains: Vec<Chain>,
    rehearsal: Option<Chain>,
    organisers: BTreeMap<Slug, PinnedOrganiser>,
    anchor: Option<TreeHead>,
    authorities: Vec<Vec<u8>>,
}

/// What an organiser's first enrolment must equal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinnedOrganiser {
    /// Its keys.
    pub keys: Vec<Vkey>,
    /// How many must sign.
    pub threshold: u64,
}

impl PinnedOrganiser {
    /// Whether an enrolment of this organiser can have these keys, in whatever order they are written here.
    fn fits(&self, id: &Slug) -> bool {
        let distinct: BTreeSet<[u8; 32]> = self.keys.iter().map(|key| *key.0.public_key().as_bytes()).collect();
        (1..=MAX_KEYS).contains(&self.keys.len())
            && distinct.len() == self.keys.len()
            && self.keys.iter().all(|key| is_key_name(key.0.name().as_str(), id))
            && usize::try_from(self.threshold).is_ok_and(|threshold| (1..=self.keys.len()).contains(&threshold))
    }
}

/// Why a trust file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// Longer than [`TRUST_LIMIT`].
    #[error("the trust file has {found} bytes, at most {TRUST_LIMIT} are read")]
    TooLong {
        /// Bytes found.
        found: usize,
    },
    /// Not JSON, or with missing, unknown or repeated members.
    #[error("the trust file: {0}")]
    Json(#[from] JsonError),
    /// Another format.
    #[error("the trust file's format is not {TRUST_FORMAT:?}")]
    Format,
    /// The policy is not a tlog-policy.
    #[error("the trust file's policy: {0}")]
    Policy(#[from] PolicyFileError),
    /// The policy does not list the log key.
    #[error("the trust file's policy does not list the log key: add the line \"log {expected}\"")]
    PolicyLog {
        /// The vkey.
        expected: String,
    },
    /// The keys of an organiser could be nobody's.
    #[error(
        "the trust file's organiser '{id}' has 1 to {MAX_KEYS} keys, with distinct public keys, each named <id>/<role>, and a threshold of 1 to their number"
    )]
    Organiser {
        /// Slug.
        id: Slug,
    },
    /// The rehearsal beacon is a pinned chain, which `chains` accepts or not.
    #[error("the trust file's rehearsal beacon is a pinned chain: name it in \"chains\"")]
    PinnedRehearsal,
    /// A time-stamping authority is not a certificate in base64, or there are none or too many.
    #[error(
        "the trust file's authorities are 1 to {AUTHORITIES_LIMIT} certificates, DER in base64, each of at most {CERTIFICATE_LIMIT} bytes"
    )]
    Authorities,
    /// A chain is not pinned in this program.
    #[error("chain {found} is not pinned in this program; accepted are {quicknet} (quicknet) and {default} (default)")]
    Chain {
        /// In the file.
        found: ChainHash,
        /// quicknet's hash.
        quicknet: ChainHash,
        /// The default chain's hash.
        default: ChainHash,
    },
}

/// Most time-stamping authorities.
pub const AUTHORITIES_LIMIT: usize = 32;
/// Longest certificate, in bytes.
pub const CERTIFICATE_LIMIT: usize = 16_384;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default, deserialize_with = "there")]
    anchor: Option<WrittenHead>,
    #[serde(default, deserialize_with = "there")]
    authorities: Option<Vec<String>>,
    #[serde(default, deserialize_with = "there")]
    chains: Option<Vec<ChainHash>>,
    format: String,
    log: Vkey,
    #[serde(default)]
    margin_secs: u64,
    #[serde(default)]
    organisers: Once,
    #[serde(default, deserialize_with = "there")]
    policy: Option<String>,
    #[serde(default, deserialize_with = "there")]
    rehearsal: Option<ChainInfo>,
    service: Vkey,
}

/// A member that is there has a value: `null` is none, and must not pass for a member left out.
fn there<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(d: D) -> Result<Option<T>, D::Error> {
    T::deserialize(d).map(Some)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenHead {
    // A root of the log; the type is the pool's only for its reading of 64 hex digits.
    root: PoolRoot,
    size: u64,
}

/// Organisers by slug, each once.
#[derive(Default)]
struct Once(BTreeMap<Slug, PinnedOrganiser>);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Once;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of organisers, each once")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Once, A::Error> {
                let mut members = BTreeMap::new();
                while let Some((slug, pinned)) = map.next_entry()? {
                    if members.insert(slug, pinned).is_some() {
                        return Err(serde::de::Error::custom("an organiser stands twice"));
                    }
                }
                Ok(Once(members))
            }
        }
        d.deserialize_map(Members)
    }
}

impl Trust {
    /// Reads a trust file.
    pub fn parse(text: &str) -> Result<Self, TrustError> {
        if text.len() > TRUST_LIMIT {
            return Err(TrustError::TooLong { found: text.len() });
        }
        let written: Written = json::read(text)?;
        if written.format != TRUST_FORMAT {
            return Err(TrustError::Format);
        }
        let policy = written.policy.map(|text| Policy::parse(text.as_bytes())).transpose()?;
        let log = written.log.0;
        if policy.as_ref().is_some_and(|policy| !policy.log_keys().contains(&log)) {
            return Err(TrustError::PolicyLog { expected: log.to_text() });
        }
        if let Some((id, _)) = written.organisers.0.iter().find(|(id, pinned)| !pinned.fits(id)) {
            return Err(TrustError::Organiser { id: id.clone() });
        }
        let rehearsal = written.rehearsal.map(Chain::rehearsal);
        if rehearsal.as_ref().is_some_and(|chain| !chain.is_rehearsal()) {
            return Err(TrustError::PinnedRehearsal);
        }
        let chains = match written.chains {
            None => pinned_chains(),
            Some(hashes) => hashes.into_iter().map(pinned).collect::<Result<_, _>>()?,
        };
        let anchor = written.anchor.map(|head| TreeHead { size: head.size, root: Hash::from_bytes(head.root.0) });
        Ok(Self {
            log,
            service: written.service.0,
            policy,
            margin_secs: written.margin_secs,
            chains,
            rehearsal,
            organisers: written.organisers.0,
            anchor,
            authorities: written.authorities.map(read_authorities).transpose()?.unwrap_or_default(),
        })
    }

    /// The log key that is trusted.
    #[must_use]
    pub fn log(&self) -> &VerifierKey {
        &self.log
    }
    /// The service key that is trusted.
    #[must_use]
    pub fn service(&self) -> &VerifierKey {
        &self.service
    }
    /// The witness policy, if it asks for witnesses.
    #[must_use]
    pub fn quorum(&self) -> Option<&Policy> {
        self.policy.as_ref().filter(|policy| !policy.asks_for_no_witness())
    }
    /// How long before the round a seal must have been witnessed, in seconds.
    #[must_use]
    pub fn margin_secs(&self) -> u64 {
        self.margin_secs
    }
    /// The accepted chain with this hash, pinned or rehearsal.
    #[must_use]
    pub fn chain(&self, hash: &ChainHash) -> Option<&Chain> {
        self.chains.iter().chain(&self.rehearsal).find(|chain| chain.hash() == *hash)
    }
    /// What an organiser's first enrolment must equal.
    #[must_use]
    pub fn organiser(&self, id: &Slug) -> Option<&PinnedOrganiser> {
        self.organisers.get(id)
    }
    /// Certificates of time-stamping authorities, DER.
    #[must_use]
    pub fn authorities(&self) -> &[Vec<u8>] {
        &self.authorities
    }
    /// A state of the log seen earlier.
    #[must_use]
    pub fn anchor(&self) -> Option<TreeHead> {
        self.anchor
    }
}

fn read_authorities(texts: Vec<String>) -> Result<Vec<Vec<u8>>, TrustError> {
    if texts.is_empty() || texts.len() > AUTHORITIES_LIMIT {
        return Err(TrustError::Authorities);
    }
    let read = |text: String| {
        let der = STANDARD.decode(&text).map_err(|_| TrustError::Authorities)?;
        let whole = crate::der::Reader::new(&der).any().is_ok_and(|element| element.whole.len() == der.len());
        if whole && der.len() <= CERTIFICATE_LIMIT { Ok(der) } else { Err(TrustError::Authorities) }
    };
    texts.into_iter().map(read).collect()
}

/// The chains whose keys this program holds.
pub(crate) fn pinned_chains() -> Vec<Chain> {
    vec![Chain::quicknet(), Chain::default_chain()]
}

fn pinned(hash: ChainHash) -> Result<Chain, TrustError> {
    let unknown = || TrustError::Chain {
        found: hash,
        quicknet: Chain::quicknet().hash(),
        default: Chain::default_chain().hash(),
    };
    pinned_chains().into_iter().find(|chain| chain.hash() == hash).ok_or_else(unknown)
}
