//! The public beacon (spec §5.2): drand chains with pinned keys, and the one check that makes a round count.
//!
//! Only [`Chain::verify`] makes a [`VerifiedRound`]; whoever brought the bytes is a postman. Nothing here fetches, waits, or reads a
//! clock. Randomness is recomputed from the signature, never read.

use blst::{BLST_ERROR, min_pk, min_sig};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::hash::{ChainHash, from_hex, sha256};
use crate::json::INTEGER_BOUND;

/// Hash-to-curve suite of signatures in G1 (RFC 9380), scheme `bls-unchained-g1-rfc9380`.
pub const DST_G1: &[u8] = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";
/// Hash-to-curve suite of signatures in G2 (RFC 9380), scheme `pedersen-bls-chained`.
pub const DST_G2: &[u8] = b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_";

/// How a chain signs its rounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scheme {
    /// Signatures in G1 over `SHA-256(u64be(round))`.
    #[serde(rename = "bls-unchained-g1-rfc9380")]
    UnchainedG1,
    /// Signatures in G2 over `SHA-256(previous_signature ‖ u64be(round))`.
    #[serde(rename = "pedersen-bls-chained")]
    Chained,
}

impl Scheme {
    /// drand's name of the scheme.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UnchainedG1 => "bls-unchained-g1-rfc9380",
            Self::Chained => "pedersen-bls-chained",
        }
    }
    fn public_key_len(self) -> usize {
        match self {
            Self::UnchainedG1 => 96,
            Self::Chained => 48,
        }
    }
    fn signature_len(self) -> usize {
        match self {
            Self::UnchainedG1 => 48,
            Self::Chained => 96,
        }
    }
}

/// What a chain is: spec §5.2's chain information. Its hash is the chain's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct ChainInfo {
    beacon_id: String,
    genesis: u64,
    genesis_seed: [u8; 32],
    period: u32,
    public_key: Vec<u8>,
    scheme: Scheme,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    beacon_id: String,
    genesis: u64,
    genesis_seed: String,
    period: u32,
    public_key: String,
    scheme: Scheme,
}

/// Chain information that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChainInfoError {
    /// The beacon id is longer than 64 bytes.
    #[error("the beacon id has more than 64 bytes")]
    BeaconId,
    /// Genesis is 2^53 or later.
    #[error("the genesis time is out of range")]
    Genesis,
    /// The genesis seed is not 64 hexadecimal digits.
    #[error("the genesis seed is not 64 lower-case hexadecimal digits")]
    GenesisSeed,
    /// The period is zero.
    #[error("the period is zero seconds")]
    Period,
    /// The public key is not a point of the right group, in canonical form, and not the identity.
    #[error("the public key is not a valid key of the scheme")]
    PublicKey,
    /// A chained beacon that is not drand's default chain: rehearsals are unchained (spec §5.2).
    #[error("a chain that is not pinned has the scheme bls-unchained-g1-rfc9380")]
    Scheme,
}

impl TryFrom<Written> for ChainInfo {
    type Error = ChainInfoError;
    fn try_from(w: Written) -> Result<Self, ChainInfoError> {
        let genesis_seed = from_hex(&w.genesis_seed).ok_or(ChainInfoError::GenesisSeed)?;
        let public_key = lower_hex(&w.public_key).ok_or(ChainInfoError::PublicKey)?;
        Self::new(w.beacon_id, w.genesis, genesis_seed, w.period, public_key, w.scheme)
    }
}

impl From<ChainInfo> for Written {
    fn from(info: ChainInfo) -> Self {
        Self {
            beacon_id: info.beacon_id,
            genesis: info.genesis,
            genesis_seed: hex::encode(info.genesis_seed),
            period: info.period,
            public_key: hex::encode(info.public_key),
            scheme: info.scheme,
        }
    }
}

fn lower_hex(text: &str) -> Option<Vec<u8>> {
    if text.bytes().any(|b| b.is_ascii_uppercase()) { None } else { hex::decode(text).ok() }
}

impl ChainInfo {
    /// Checks and makes chain information. The public key is checked to be a point of the prime-order subgroup, not the identity.
    pub fn new(
        beacon_id: String,
        genesis: u64,
        genesis_seed: [u8; 32],
        period: u32,
        public_key: Vec<u8>,
        scheme: Scheme,
    ) -> Result<Self, ChainInfoError> {
        if beacon_id.len() > 64 {
            return Err(ChainInfoError::BeaconId);
        }
        if genesis >= INTEGER_BOUND {
            return Err(ChainInfoError::Genesis);
        }
        if period == 0 {
            return Err(ChainInfoError::Period);
        }
        let key_fits = public_key.len() == scheme.public_key_len()
            && match scheme {
                Scheme::UnchainedG1 => {
                    min_sig::PublicKey::key_validate(&public_key).is_ok_and(|k| k.compress() == *public_key)
                }
                Scheme::Chained => {
                    min_pk::PublicKey::key_validate(&public_key).is_ok_and(|k| k.compress() == *public_key)
                }
            };
        if !key_fits {
            return Err(ChainInfoError::PublicKey);
        }
        let info = Self { beacon_id, genesis, genesis_seed, period, public_key, scheme };
        if scheme == Scheme::Chained && info.chain_hash() != Chain::default_chain().hash {
            return Err(ChainInfoError::Scheme);
        }
        Ok(info)
    }

    /// drand's beacon id, such as `quicknet`.
    #[must_use]
    pub fn beacon_id(&self) -> &str {
        &self.beacon_id
    }
    /// Unix seconds of round 1.
    #[must_use]
    pub fn genesis(&self) -> u64 {
        self.genesis
    }
    /// What round 1 of a chained beacon follows.
    #[must_use]
    pub fn genesis_seed(&self) -> &[u8; 32] {
        &self.genesis_seed
    }
    /// Seconds between rounds; not zero.
    #[must_use]
    pub fn period(&self) -> u32 {
        self.period
    }
    /// The compressed public key.
    #[must_use]
    pub fn public_key(&self) -> &[u8] {
        &self.public_key
    }
    /// How it signs.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// `SHA-256(u32be(period) ‖ u64be(genesis) ‖ public_key ‖ genesis_seed ‖ beacon_id)`; `default` and empty add nothing (spec §5.2,
    /// drand's `chain.Info.Hash`).
    #[must_use]
    pub fn chain_hash(&self) -> ChainHash {
        let mut hash = Sha256::new();
        hash.update(self.period.to_be_bytes());
        hash.update(self.genesis.to_be_bytes());
        hash.update(&self.public_key);
        hash.update(self.genesis_seed);
        if self.beacon_id != "default" {
            hash.update(self.beacon_id.as_bytes());
        }
        ChainHash(hash.finalize().into())
    }

    /// `time(round) = genesis + (round − 1) · period`, Unix seconds. `None` for round 0 and beyond 2^53 (spec §3).
    #[must_use]
    pub fn time_of(&self, round: u64) -> Option<u64> {
        let time = round.checked_sub(1)?.checked_mul(u64::from(self.period))?.checked_add(self.genesis)?;
        (time < INTEGER_BOUND).then_some(time)
    }

    /// The first round strictly after `draws_at`: `⌊(draws_at − genesis) / period⌋ + 2` (spec §3). `None` before genesis and where
    /// the round's time would be 2^53 or later.
    #[must_use]
    pub fn round_after(&self, draws_at: u64) -> Option<u64> {
        let elapsed = draws_at.checked_sub(self.genesis)?;
        let round = (elapsed / u64::from(self.period)).checked_add(2)?;
        self.time_of(round).map(|_| round)
    }
}

/// A round as somebody brought it. It proves nothing until [`Chain::verify`] has seen it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// Number, from 1.
    pub round: u64,
    /// Compressed signature.
    pub signature: Vec<u8>,
    /// Signature of the round before; chained beacons only.
    pub previous_signature: Option<Vec<u8>>,
}

/// Why a round does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BeaconError {
    /// There is no round 0.
    #[error("rounds begin at 1")]
    RoundZero,
    /// The signature has the wrong length.
    #[error("the signature has {found} bytes, expected {expected}")]
    SignatureLength {
        /// Bytes of the scheme.
        expected: usize,
        /// Bytes given.
        found: usize,
    },
    /// The previous signature is missing, superfluous, or has the wrong length.
    #[error("the previous signature has {found} bytes, expected {expected}")]
    PreviousLength {
        /// Bytes of the scheme; 0 where there must be none.
        expected: usize,
        /// Bytes given; 0 where there is none.
        found: usize,
    },
    /// Round 1 of a chained beacon does not follow its genesis seed.
    #[error("round 1 does not follow the genesis seed")]
    GenesisSeed,
    /// The signature is not the canonical encoding of a point of the prime-order subgroup, or is the identity.
    #[error("the signature is not a valid point")]
    NotAPoint,
    /// The pairing equation does not hold: another key, another round, or a forgery.
    #[error("the signature does not verify under the chain's key for this round")]
    DoesNotVerify,
}

/// A chain whose key the caller decided to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    info: ChainInfo,
    hash: ChainHash,
    rehearsal: bool,
}

/// A round that the chain's key has signed. Made by [`Chain::verify`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedRound {
    chain: ChainHash,
    round: Round,
    rehearsal: bool,
    randomness: [u8; 32],
}

impl VerifiedRound {
    /// The chain.
    #[must_use]
    pub fn chain(&self) -> ChainHash {
        self.chain
    }
    /// The round's number.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.round.round
    }
    /// The round as it was brought.
    #[must_use]
    pub fn round(&self) -> &Round {
        &self.round
    }
    /// Whether one person holds the chain's key: then it proves nothing.
    #[must_use]
    pub fn is_rehearsal(&self) -> bool {
        self.rehearsal
    }
    /// `SHA-256(signature)`.
    #[must_use]
    pub fn randomness(&self) -> &[u8; 32] {
        &self.randomness
    }
}

/// A pinned chain: beacon id, genesis, genesis seed, period, public key, scheme.
struct Pinned(&'static str, u64, &'static str, u32, &'static str, Scheme);

const QUICKNET: Pinned = Pinned(
    "quicknet",
    1_692_803_367,
    "f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e",
    3,
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
    Scheme::UnchainedG1,
);
const DEFAULT: Pinned = Pinned(
    "default",
    1_595_431_050,
    "176f93498eac9ca337150b46d21dd58673ea4e3581185f869672e59fa4cb390a",
    30,
    "868f005eb8e6e4ca0a47c8a77ceaa5309a47978a7c71bc5cce96366b5d7a569937c529eeda66c7293784a9402801af31",
    Scheme::Chained,
);

impl Chain {
    /// drand's quicknet: a round every 3 s, unchained. Preferred.
    #[must_use]
    pub fn quicknet() -> Self {
        Self::pinned(&QUICKNET)
    }

    /// drand's default chain: a round every 30 s, chained.
    #[must_use]
    pub fn default_chain() -> Self {
        Self::pinned(&DEFAULT)
    }

    fn pinned(p: &Pinned) -> Self {
        let info = ChainInfo {
            beacon_id: p.0.to_owned(),
            genesis: p.1,
            genesis_seed: from_hex(p.2).unwrap_or_default(),
            period: p.3,
            public_key: hex::decode(p.4).unwrap_or_default(),
            scheme: p.5,
        };
        let hash = info.chain_hash();
        Self { info, hash, rehearsal: false }
    }

    /// The pinned chain with this name (`quicknet`, `default`) or this hash.
    #[must_use]
    pub fn by_name_or_hash(text: &str) -> Option<Self> {
        [Self::quicknet(), Self::default_chain()]
            .into_iter()
            .find(|chain| chain.info.beacon_id == text || chain.hash.to_string() == text)
    }

    /// A chain that is not pinned. If the information is that of a pinned chain, it is the pinned one and no rehearsal.
    #[must_use]
    pub fn rehearsal(info: ChainInfo) -> Self {
        let hash = info.chain_hash();
        let rehearsal = Self::by_name_or_hash(&hash.to_string()).is_none();
        Self { info, hash, rehearsal }
    }

    /// The chain's information.
    #[must_use]
    pub fn info(&self) -> &ChainInfo {
        &self.info
    }
    /// The chain's hash.
    #[must_use]
    pub fn hash(&self) -> ChainHash {
        self.hash
    }
    /// Whether one person holds its key: then it proves nothing.
    #[must_use]
    pub fn is_rehearsal(&self) -> bool {
        self.rehearsal
    }
    /// Whether a round needs the signature of the one before.
    #[must_use]
    pub fn is_chained(&self) -> bool {
        self.info.scheme == Scheme::Chained
    }

    /// Checks a round (spec §5.2): lengths, canonical encoding, curve, subgroup, not the identity, pairing.
    pub fn verify(&self, round: &Round) -> Result<VerifiedRound, BeaconError> {
        if round.round == 0 {
            return Err(BeaconError::RoundZero);
        }
        let scheme = self.info.scheme;
        if round.signature.len() != scheme.signature_len() {
            return Err(BeaconError::SignatureLength {
                expected: scheme.signature_len(),
                found: round.signature.len(),
            });
        }
        let message = self.message(round)?;
        // `sig_validate` and `key_validate` check subgroup and identity, so that `verify` need not check them again.
        match scheme {
            Scheme::UnchainedG1 => {
                let signature =
                    min_sig::Signature::sig_validate(&round.signature, true).map_err(|_| BeaconError::NotAPoint)?;
                if signature.compress()[..] != round.signature[..] {
                    return Err(BeaconError::NotAPoint);
                }
                let key =
                    min_sig::PublicKey::key_validate(&self.info.public_key).map_err(|_| BeaconError::DoesNotVerify)?;
                holds(signature.verify(false, &message, DST_G1, &[], &key, false))?;
            }
            Scheme::Chained => {
                let signature =
                    min_pk::Signature::sig_validate(&round.signature, true).map_err(|_| BeaconError::NotAPoint)?;
                if signature.compress()[..] != round.signature[..] {
                    return Err(BeaconError::NotAPoint);
                }
                let key =
                    min_pk::PublicKey::key_validate(&self.info.public_key).map_err(|_| BeaconError::DoesNotVerify)?;
                holds(signature.verify(false, &message, DST_G2, &[], &key, false))?;
            }
        }
        Ok(VerifiedRound {
            chain: self.hash,
            rehearsal: self.rehearsal,
            randomness: sha256(&round.signature),
            round: round.clone(),
        })
    }

    /// What the chain signs for a round.
    fn message(&self, round: &Round) -> Result<[u8; 32], BeaconError> {
        let expected = match (self.info.scheme, round.round) {
            (Scheme::UnchainedG1, _) => 0,
            (Scheme::Chained, 1) => 32,
            (Scheme::Chained, _) => 96,
        };
        let previous = round.previous_signature.as_deref();
        if previous.map_or(0, <[u8]>::len) != expected || previous.is_some() != (expected > 0) {
            return Err(BeaconError::PreviousLength { expected, found: previous.map_or(0, <[u8]>::len) });
        }
        if expected == 32 && previous != Some(self.info.genesis_seed.as_slice()) {
            return Err(BeaconError::GenesisSeed);
        }
        let mut hash = Sha256::new();
        hash.update(previous.unwrap_or_default());
        hash.update(round.round.to_be_bytes());
        Ok(hash.finalize().into())
    }
}

fn holds(result: BLST_ERROR) -> Result<(), BeaconError> {
    if result == BLST_ERROR::BLST_SUCCESS { Ok(()) } else { Err(BeaconError::DoesNotVerify) }
}
