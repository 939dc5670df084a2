//! Rounds that somebody brings, and rounds that are fetched because somebody waits for the answer. What relays bring to the scheduler goes its own way.

use std::sync::PoisonError;
use std::time::Duration;

use klero_draw::beacon::{Chain, Round, VerifiedRound};
use klero_draw::names::Slug;

use super::Service;
use super::drawing::Due;
use super::request::{HandedRound, Logged};
use crate::drand::{Client, Patience, Relay};
use crate::failure::Failure;

/// How long one relay may take while somebody waits.
const RELAY_TIMEOUT: Duration = Duration::from_secs(5);
/// Every relay once.
const ONE_PASS: Patience = Patience { passes: 1, first_wait: Duration::ZERO, longest_wait: Duration::ZERO };

impl Service {
    /// Takes a beacon round from anybody; it counts if it verifies, is the one that is waited for, and its time has come.
    pub(super) fn hand_in(&self, draw: &Slug, handed: &HandedRound) -> Result<Logged, Failure> {
        let due = self.due(draw)?.ok_or_else(|| {
            Failure::refused(format!("'{draw}' does not wait for a beacon round"))
                .advise("klero draw status shows where it stands")
        })?;
        let verified = self.verify_handed(&due, handed)?;
        self.carry_out(draw, &verified)
    }

    /// Checks a round that somebody brings for `due`.
    pub(super) fn verify_handed(&self, due: &Due, handed: &HandedRound) -> Result<VerifiedRound, Failure> {
        let bytes = |text: &str| {
            hex::decode(text).map_err(|_| {
                Failure::usage("a signature of the round is not hexadecimal")
                    .advise("hand in what drand's HTTP API gives")
            })
        };
        // Where the scheme does not sign it, drand sends an empty one, or none, or anything: as when a relay brings the round.
        let previous = handed.previous_signature.as_deref().filter(|_| due.chain.is_chained());
        let round = Round {
            round: handed.round,
            signature: bytes(&handed.signature)?,
            previous_signature: previous.map(bytes).transpose()?,
        };
        if round.round != due.round {
            return Err(Failure::refused(format!(
                "'{}' waits for round {}, this is round {}",
                due.draw, due.round, round.round
            ))
            .advise("hand in the committed round; no other can be used"));
        }
        if self.clock.now() < due.at {
            return Err(Failure::refused(format!(
                "round {} is not due before {}",
                due.round,
                crate::when::show(due.at)
            ))
            .advise("if that time has passed, correct the server's clock"));
        }
        due.chain.verify(&round).map_err(|e| {
            Failure::refused(format!("the round does not count: {e}")).advise("fetch it again, from another relay")
        })
    }

    /// Keeps a round with which a draw could not be carried out, so that it need not be fetched or brought again.
    pub(super) fn keep_round(&self, draw: &Slug, round: &VerifiedRound) {
        self.known_rounds.lock().unwrap_or_else(PoisonError::into_inner).insert(draw.clone(), round.clone());
    }

    pub(super) fn forget_round(&self, draw: &Slug) {
        self.known_rounds.lock().unwrap_or_else(PoisonError::into_inner).remove(draw);
    }

    /// The round that a draw waits for, if it was kept.
    pub(super) fn known_round(&self, due: &Due) -> Option<VerifiedRound> {
        let known = self.known_rounds.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&due.draw).filter(|known| known.chain() == due.chain.hash() && known.number() == due.round).cloned()
    }

    /// Relays for a chain. drand's own do not serve a rehearsal beacon.
    pub(super) fn relays_for(&self, chain: &Chain) -> Result<Vec<Relay>, Failure> {
        if chain.is_rehearsal() && self.config.relays.is_empty() {
            return Err(Failure::unavailable("no relay of the rehearsal beacon is configured")
                .advise("start the service with --relay ADDRESS-OF-THE-BEACON"));
        }
        self.relays()
    }

    /// Asks every relay once, now. Blocks, on a thread of its own: the caller may be one of a runtime's.
    pub(super) fn fetch_now(&self, due: &Due) -> Result<VerifiedRound, Failure> {
        if let Some(known) = self.known_round(due) {
            return Ok(known);
        }
        let relays = self.relays_for(&due.chain)?;
        let ask = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(Failure::unavailable)?;
            let client = Client::new(RELAY_TIMEOUT).map_err(Failure::unavailable)?;
            let fetched =
                runtime.block_on(client.fetch_verified(&due.chain, &relays, due.round, ONE_PASS, |wait| wait));
            // A look-up of a name that still goes on is nobody's business any more.
            runtime.shutdown_background();
            fetched.map(|fetched| fetched.verified).map_err(Failure::unavailable)
        };
        std::thread::scope(|scope| scope.spawn(ask).join())
            .unwrap_or_else(|_| Err(Failure::unavailable("the relays could not be asked")))
    }
}
