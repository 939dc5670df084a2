//! The seed (spec §5.1): HKDF over the beacon round, salted by what the organiser signed, and by nothing that the service writes.

use hkdf::Hkdf;
use sha2::Sha256;

use crate::beacon::VerifiedRound;
use crate::hash::{TermsHash, tagged};
use crate::tickets::TicketKey;

/// What tickets are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// One ticket for each person.
    People,
    /// One ticket for each panel of the list.
    Panels,
}

impl Stage {
    /// Its name in the key's label.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Panels => "panels",
        }
    }
}

/// A draw's pseudorandom key. It exists only for a round that was verified.
#[derive(Clone)]
pub struct Seed(Hkdf<Sha256>);

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed")
    }
}

impl Seed {
    /// The seed of a draw: `HKDF-Extract(terms_hash, chain_hash ‖ u64be(round) ‖ randomness)`.
    #[must_use]
    pub fn derive(terms: &TermsHash, round: &VerifiedRound) -> Self {
        Self::extract(&terms.0, round)
    }

    /// The seed of a replacement with a fresh round: salted by `tagged("vacated", text of the vacate note)`.
    #[must_use]
    pub fn derive_vacated(vacate_text: &str, round: &VerifiedRound) -> Self {
        Self::extract(&tagged("vacated", &[vacate_text.as_bytes()]), round)
    }

    fn extract(salt: &[u8; 32], round: &VerifiedRound) -> Self {
        let mut ikm = [0u8; 72];
        ikm[..32].copy_from_slice(&round.chain().0);
        ikm[32..40].copy_from_slice(&round.number().to_be_bytes());
        ikm[40..].copy_from_slice(round.randomness());
        Self(Hkdf::new(Some(salt), &ikm))
    }

    /// `HKDF-Expand(prk, "kleroterion/v1/tickets/" ‖ stage, 32)`.
    #[must_use]
    pub fn key(&self, stage: Stage) -> TicketKey {
        let mut key = [0u8; 32];
        self.0
            .expand_multi_info(&[b"kleroterion/v1/tickets/", stage.name().as_bytes()], &mut key)
            .expect("HKDF-SHA-256 gives up to 8,160 bytes");
        TicketKey::new(key)
    }
}
