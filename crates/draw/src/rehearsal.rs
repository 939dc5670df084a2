//! The key of a rehearsal beacon (spec §5.2): drand's scheme in one person's hand, for demonstrations and tests. It proves nothing,
//! and nothing made with it can be mistaken for a pinned chain. Never used to verify; never reads randomness: the seed is handed in.

use blst::min_sig::SecretKey;
use sha2::{Digest, Sha256};

use crate::beacon::{ChainInfo, ChainInfoError, DST_G1, Round, Scheme};
use crate::hash::tagged;

/// A BLS key that signs rounds. `Debug` tells nothing of it; blst wipes it when dropped.
pub struct RehearsalKey(SecretKey);

impl std::fmt::Debug for RehearsalKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RehearsalKey(…)")
    }
}

/// A seed from which blst makes no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no key can be made from this seed")]
pub struct BadSeed;

impl RehearsalKey {
    /// The key that belongs to 32 bytes of randomness.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, BadSeed> {
        SecretKey::key_gen(seed, b"kleroterion/v1/rehearsal").map(Self).map_err(|_| BadSeed)
    }

    /// The compressed public key, 96 bytes.
    #[must_use]
    pub fn public_key(&self) -> [u8; 96] {
        self.0.sk_to_pk().compress()
    }

    /// A chain of this key: round 1 at `genesis` (Unix seconds), then one every `period_secs`.
    pub fn chain_info(&self, genesis: u64, period_secs: u64) -> Result<ChainInfo, ChainInfoError> {
        let period = u32::try_from(period_secs).map_err(|_| ChainInfoError::Period)?;
        let seed = tagged("rehearsal_genesis", &[&self.public_key()]);
        ChainInfo::new("rehearsal".to_owned(), genesis, seed, period, self.public_key().to_vec(), Scheme::UnchainedG1)
    }

    /// Signs a round.
    #[must_use]
    pub fn sign(&self, round: u64) -> Round {
        let message: [u8; 32] = Sha256::digest(round.to_be_bytes()).into();
        let signature = self.0.sign(&message, DST_G1, &[]).compress().to_vec();
        Round { round, signature, previous_signature: None }
    }
}
