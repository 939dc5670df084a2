//! Refuses notes that could be signed only in vain: about a draw that has gone on, or about a time that has passed. Whoever signs finds that out
//! before two people have gone for their keys. The log's rules judge again when a note is handed in.

use klero_draw::names::Slug;
use klero_draw::terms::Replacement;

use super::Facts;
use crate::failure::Failure;
use crate::service::request::DrawStatus;
use crate::when;

const NEW_ATTEMPT: &str = "a new attempt is announced under a new name";
const WAIT_FOR_SEATS: &str = "wait until they are filled, which the draw's state shows, and write it then";

/// What the draw's phase does not admit.
fn out_of_place(draw: &DrawStatus, cannot: &str, advice: &str) -> Failure {
    Failure::refused(format!("'{}' is {} and cannot be {cannot}", draw.draw, draw.phase)).advise(advice)
}

fn seats_wait(draw: &DrawStatus) -> Failure {
    Failure::refused(format!("seats of '{}' wait to be filled", draw.draw)).advise(WAIT_FOR_SEATS)
}

/// Draws are announced again for a later time, not for an earlier one: whoever relied on the announcement would come too late.
pub(super) fn postponement(facts: &Facts, draw: &DrawStatus, draws_at: u64) -> Result<(), Failure> {
    match draw.phase.as_str() {
        "announced" => {}
        "sealed" => {
            return Err(out_of_place(draw, "postponed", "before it is drawn it can be given up (void)"));
        }
        _ => return Err(out_of_place(draw, "postponed", NEW_ATTEMPT)),
    }
    if draws_at < draw.draws_at {
        return Err(Failure::refused(format!(
            "'{}' is announced for {}, and a draw is not moved to an earlier time",
            draw.draw,
            when::show(draw.draws_at)
        ))
        .advise("name that time or a later one; or give the draw up (void), and announce a new attempt"));
    }
    if draws_at <= facts.now {
        return Err(Failure::refused(format!(
            "{} is past: nothing could be sealed before its round",
            when::show(draws_at)
        ))
        .advise("name a time that leaves room to sign and to seal"));
    }
    Ok(())
}

pub(super) fn void(draw: &DrawStatus, reason: &str) -> Result<(), Failure> {
    match draw.phase.as_str() {
        "announced" if reason == "beacon_lost" => {
            Err(Failure::refused(format!("'{}' is not sealed: it waits for no round that could be lost", draw.draw))
                .advise("give another reason, such as cancelled"))
        }
        "announced" | "sealed" => Ok(()),
        "drawn" | "vacated" => {
            Err(out_of_place(draw, "given up", "a result can be annulled by a court or an upheld complaint"))
        }
        _ => Err(out_of_place(draw, "given up", NEW_ATTEMPT)),
    }
}

pub(super) fn annulment(draw: &DrawStatus) -> Result<(), Failure> {
    match draw.phase.as_str() {
        "announced" | "sealed" | "drawn" => Ok(()),
        "vacated" => Err(seats_wait(draw)),
        _ => Err(out_of_place(draw, "annulled", NEW_ATTEMPT)),
    }
}

pub(super) fn vacancy(facts: &Facts, draw: &DrawStatus, draws_at: Option<u64>) -> Result<(), Failure> {
    match draw.phase.as_str() {
        "announced" | "sealed" | "drawn" => {}
        "vacated" => return Err(seats_wait(draw)),
        _ => {
            let told = format!("'{}' is {}: nobody holds a seat", draw.draw, draw.phase);
            return Err(Failure::refused(told).advise(NEW_ATTEMPT));
        }
    }
    match (draws_at, draw.replacement) {
        (None, Some(Replacement::Beacon)) => Err(Failure::usage(
            "the time of the fresh draw is missing: a beacon round decides who follows, and it must lie ahead",
        )
        .advise("give one (--draws-at +1h, or draws_at), late enough for all members to sign before it")),
        (Some(_), Some(mode @ (Replacement::Rank | Replacement::None))) => {
            let how = if mode == Replacement::Rank { "in the order of the draw's own tickets" } else { "by nobody" };
            Err(Failure::usage(format!(
                "the time of a fresh draw does not fit: by its terms, seats of '{}' are filled {how}",
                draw.draw
            ))
            .advise("leave it out (--draws-at, or draws_at)"))
        }
        (Some(at), _) if at <= facts.now => {
            Err(Failure::refused(format!("{} is past: its round decides nothing any more", when::show(at)))
                .advise("name a time that leaves room for all members to sign before it"))
        }
        (_, Some(Replacement::Beacon | Replacement::Rank)) if draw.erased => {
            Err(Failure::refused(format!("the pool of '{}' was erased: nobody can follow whoever leaves", draw.draw))
                .advise("the seats stay as they are; for new people announce another draw"))
        }
        _ => Ok(()),
    }
}

pub(super) fn erasure(draw: &DrawStatus) -> Result<(), Failure> {
    if draw.erased {
        return Err(Failure::refused(format!("the pool of '{}' was erased already", draw.draw))
            .advise("nothing is left to be done; the log and the outcome stay"));
    }
    match draw.phase.as_str() {
        "sealed" => Err(out_of_place(draw, "erased", "a pool is erased after its draw was drawn or given up")),
        "vacated" => Err(seats_wait(draw)),
        _ => Ok(()),
    }
}

pub(super) fn terms(draw: &DrawStatus) -> Result<(), Failure> {
    match draw.phase.as_str() {
        "announced" => Ok(()),
        "voided" | "annulled" => Err(out_of_place(draw, "sealed", NEW_ATTEMPT)),
        _ => Err(out_of_place(draw, "sealed again", "a draw is sealed once; a new attempt needs a new name")),
    }
}

/// Nothing is sealed once the round is known.
pub(super) fn round(facts: &Facts, draw: &Slug, round_at: u64) -> Result<(), Failure> {
    if round_at > facts.now {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "'{draw}' cannot be sealed any more: the round was published at {}",
        when::show(round_at)
    ))
    .advise("postpone the draw: announce it again for a later time, hand that in, and write the terms then"))
}

/// A pool is linked only to a result that stands.
pub(super) fn linked(earlier: &DrawStatus) -> Result<(), Failure> {
    match earlier.phase.as_str() {
        "voided" | "annulled" => {
            let told = format!("'{}' is {}: its result does not count", earlier.draw, earlier.phase);
            Err(Failure::refused(told).advise("a linked pool follows a draw whose result stands"))
        }
        _ => Ok(()),
    }
}
