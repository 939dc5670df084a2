//! A draw given up at its organiser's wish (spec §4.9).
//!
//! Until the round's time, less the margin, that is a cancellation: nobody can know what the round will give. From the round's time on it would be a way to
//! hide a result that is known and not liked. So the round decides first: if it can be had and the draw can be carried out, it is drawn, and may then be
//! annulled with the outcome in sight; if it cannot be carried out, the void carries the round, and every report shows what the seed gave. Only from
//! `draw_by` on, and only as `beacon_lost`, does a void go without a round that nobody can bring; the round refutes it whenever it comes. Between margin and
//! round neither is possible, and a moment is waited.

use klero_draw::beacon::VerifiedRound;
use klero_draw::names::Slug;
use klero_draw::note::SignedText;
use klero_draw::organiser::{VoidNote, VoidReason};
use klero_draw::step::{StepKind, Voided};
use klero_verifier::ledger::Phase;

use super::Service;
use super::drawing::{Due, due_of};
use super::request::{HandedRound, Logged};
use super::scribe::Draft;
use crate::failure::Failure;
use crate::when;

/// What an organiser does about a result that must not stand.
const ANNUL: &str = "look at the result; if it must not stand it is annulled, for everybody to see: klero draw annul";

impl Service {
    /// Gives a draw up. `handed`: its round, if somebody brings it along.
    pub(super) fn void(&self, note: SignedText<VoidNote>, handed: Option<&HandedRound>) -> Result<Logged, Failure> {
        let draw = note.value().draw.clone();
        let reason = note.value().reason;
        self.check_void(&draw)?;
        let Some((due, draw_by)) = self.sealed_and_due(&draw) else { return self.append_void(note, None) };
        let now = self.clock.now();
        if now.saturating_add(self.config.margin_secs) < due.at {
            return self.append_void(note, None);
        }
        if now < due.at {
            return Err(Failure::refused(format!(
                "it is too late to cancel '{draw}': less than {} s are left before its round, at {}",
                self.config.margin_secs,
                when::show(due.at)
            ))
            .advise("it is drawn then, and may be annulled; if it cannot be drawn, give it up after that time"));
        }
        let had = match handed {
            Some(handed) => self.verify_handed(&due, handed).map(Some)?,
            None => self
                .fetch_now(&due)
                .map_or_else(|failure| no_round(&due, draw_by, reason, now, &failure), |round| Ok(Some(round)))?,
        };
        let Some(round) = had else { return self.append_void(note, None) };
        self.draw_or_void(note, &due, &round)
    }

    /// The round is there: the draw is carried out if that is possible, and given up with the round if not.
    fn draw_or_void(&self, note: SignedText<VoidNote>, due: &Due, round: &VerifiedRound) -> Result<Logged, Failure> {
        let draw = &due.draw;
        let hindrance = match self.carry_out(draw, round) {
            Ok(logged) => {
                return Err(Failure::refused(format!(
                    "'{draw}' is not given up: its round is there, so it was drawn, as step {}",
                    logged.seq
                ))
                .advise(ANNUL));
            }
            Err(hindrance) => hindrance,
        };
        // Somebody else may have been quicker.
        self.check_void(draw)?;
        if note.value().reason == VoidReason::BeaconLost {
            return Err(Failure::refused(format!(
                "the beacon is not lost: round {} of '{draw}' is there. What hinders the draw is another thing: {}",
                due.round, hindrance.message
            ))
            .advise("mend that, or give the draw up for the reason that there is, such as pool_error"));
        }
        self.append_void(note, Some(round))
    }

    fn append_void(&self, note: SignedText<VoidNote>, round: Option<&VerifiedRound>) -> Result<Logged, Failure> {
        let (draw, reason) = (note.value().draw.clone(), note.value().reason);
        let round = round.map(|verified| verified.round().clone());
        let logged = self.append(Draft {
            draw: Some(draw.clone()),
            kind: StepKind::Voided(Voided { reason, note: Some(note), round }),
        })?;
        self.forget_round(&draw);
        Ok(logged)
    }

    /// The round of a draw that is sealed and not drawn, and until when it should be drawn, Unix seconds.
    fn sealed_and_due(&self, draw: &Slug) -> Option<(Due, u64)> {
        let ledger = self.ledger();
        let state = ledger.draw(draw).filter(|state| state.phase() == Phase::Sealed)?;
        Some((due_of(draw, state)?, state.terms()?.draw_by))
    }

    /// A draw that has its outcome is annulled, not voided.
    fn check_void(&self, draw: &Slug) -> Result<(), Failure> {
        if self.statuses(Some(draw))?.iter().any(|s| s.outcome.is_some()) {
            return Err(Failure::refused(format!("'{draw}' has been drawn"))
                .advise("a result is annulled, not voided: klero draw annul"));
        }
        Ok(())
    }
}

/// The round cannot be had. Nothing, if the draw may be given up without it.
fn no_round(
    due: &Due,
    draw_by: u64,
    reason: VoidReason,
    now: u64,
    failure: &Failure,
) -> Result<Option<VerifiedRound>, Failure> {
    let lost = "nobody can bring the round";
    match (now >= draw_by, reason) {
        (true, VoidReason::BeaconLost) => Ok(None),
        (true, _) => Err(format!("or, if {lost}, give it up with --reason beacon_lost")),
        (false, _) => Err(format!("or, if {lost}, give it up with --reason beacon_lost after {}", when::show(draw_by))),
    }
    .map_err(|otherwise| {
        Failure::unavailable(format!(
            "'{}' is not given up without its round, which is out since {}: {}",
            due.draw,
            when::show(due.at),
            failure.message
        ))
        .advise(format!("try again, or bring the round along: klero draw void … --round FILE; {otherwise}"))
    })
}
