//! Who takes part in a rotation: those who hold the seats of a draw, without those who hold or held seats of others. Used by commands and by
//! the API.
//!
//! A rotation is two ordinary draws from linked pools (spec §2.5): who leaves, and who enters. Nothing here chooses anybody, and nothing of a
//! person is read but the private part of their leaf, by which linked pools know them again.

use std::collections::BTreeSet;

use klero_draw::hash::PoolRoot;
use klero_draw::names::Slug;
use klero_draw::outcome::{Outcome, ReplacementOutcome};
use klero_verifier::ledger::DrawState;

use crate::failure::Failure;
use crate::pool_dir::PoolDir;
use crate::result::seats_now;

/// A draw that has an outcome, and everybody who was seated later.
pub struct Known {
    /// The draw, as the log has it.
    pub state: DrawState,
    /// Who was drawn.
    pub outcome: Outcome,
    /// Who followed, once for each vacancy that was filled.
    pub replacements: Vec<ReplacementOutcome>,
}

/// Those who take part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holders {
    /// Their indices in the pool of the draw.
    pub members: BTreeSet<u32>,
    /// Holders of a seat who are left out.
    pub left_out: usize,
}

/// The pool in which a draw's people were first committed: its own, or the first in the chain of pools that it is linked to.
fn first_pool(
    state: &DrawState,
    look_up: &dyn Fn(&Slug) -> Result<Known, Failure>,
) -> Result<Option<PoolRoot>, Failure> {
    let Some(terms) = state.terms() else { return Ok(None) };
    let (mut root, mut from) = (terms.pool.root, terms.pool.from.as_ref().map(|from| from.draw.clone()));
    // Each link points to a draw that was over before, so the chain ends.
    while let Some(draw) = from {
        let known = look_up(&draw)?;
        let Some(terms) = known.state.terms() else { return Ok(None) };
        (root, from) = (terms.pool.root, terms.pool.from.as_ref().map(|from| from.draw.clone()));
    }
    Ok(Some(root))
}

/// Looks up who holds the seats of `draw`, drawn from `pool`, but for everybody who ever held a seat of a draw in `gone`; `seats` of them are to
/// be drawn.
pub fn holders(
    draw: &Slug,
    gone: &[Slug],
    seats: u32,
    pool: &PoolDir,
    look_up: &dyn Fn(&Slug) -> Result<Known, Failure>,
) -> Result<Holders, Failure> {
    let Known { state, outcome, .. } = look_up(draw)?;
    if state.open_vacancy().is_some() {
        return Err(Failure::refused(format!("seats of '{draw}' wait to be filled"))
            .advise("wait until they are: the state of the draw says what for"));
    }
    if state.terms().map(|terms| terms.pool.root) != Some(pool.root()) {
        return Err(Failure::refused(format!("'{draw}' was not drawn from this pool"))
            .advise("give the pool with which this draw was sealed"));
    }
    let (mut members, _) = seats_now(&state, &outcome)?;
    let all = members.len();
    let mut away = BTreeSet::new();
    let home = if gone.is_empty() { None } else { first_pool(&state, look_up)? };
    for earlier in gone {
        let Known { state, outcome, replacements } = look_up(earlier)?;
        // Only within one pool, and the pools linked to it, are people known again: elsewhere everybody has another private part.
        if first_pool(&state, look_up)? != home {
            return Err(Failure::refused(format!(
                "nobody of '{earlier}' can be known again in '{draw}': their pools were committed apart from each other"
            ))
            .advise("only draws from one pool, or from pools linked to it (klero pool commit --from), can be held against each other"));
        }
        away.extend(outcome.drawn.iter().map(|opening| opening.private));
        let fills = replacements.iter().flat_map(|replacement| &replacement.fills);
        away.extend(fills.filter_map(|fill| Some(fill.seated.as_ref()?.private)));
    }
    if !away.is_empty() {
        let openings = pool.openings(&members)?;
        members = openings.iter().filter(|opening| !away.contains(&opening.private)).map(|o| o.index).collect();
    }
    let here = u32::try_from(members.len()).unwrap_or(u32::MAX);
    if seats == 0 || seats > here {
        return Err(Failure::refused(format!("{seats} are to be drawn, and {here} people hold seats of '{draw}'"))
            .advise("draw 1 or more, and not more than there are"));
    }
    Ok(Holders { left_out: all - members.len(), members: members.into_iter().collect() })
}
