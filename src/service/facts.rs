//! What a draw's page tells: states and steps in plain sentences. Indices and counts, no person.

use klero_draw::names::Slug;
use klero_draw::step::{StepKind, UnverifiedStep};
use klero_verifier::ledger::DrawState;

use super::pages::{DrawFacts, StepLine};
use super::{Service, no_such_draw};
use crate::failure::Failure;
use crate::when;

impl Service {
    /// Everything that the page of a draw shows.
    pub fn page_facts(&self, draw: &Slug) -> Result<DrawFacts, Failure> {
        let status = self.statuses(Some(draw))?.pop().ok_or_else(|| no_such_draw(draw))?;
        let (state, organiser_name) = {
            let ledger = self.ledger();
            let state = ledger.draw(draw).cloned().ok_or_else(|| no_such_draw(draw))?;
            let organiser = ledger.organiser(&state.announced().organiser).and_then(|o| o.in_force(ledger.time()));
            let name = organiser.map_or_else(|| state.announced().organiser.to_string(), |o| o.note.name.clone());
            (state, name)
        };
        let drawn = match state.result() {
            Some(result) => {
                let outcome = self.outcome(result.outcome)?;
                let indices =
                    |openings: &[klero_draw::outcome::Opening]| openings.iter().map(|o| o.index).collect::<Vec<_>>();
                Some((indices(&outcome.drawn), indices(&outcome.reserves)))
            }
            None => None,
        };
        let terms = state.terms();
        Ok(DrawFacts {
            origin: self.origin().to_owned(),
            organiser_name,
            seats: terms.map(|t| (u64::from(t.seats), u64::from(t.reserves))),
            method: terms.map(|t| t.method.name()),
            not_drawn: terms
                .map_or_else(Vec::new, |t| t.not_drawn.iter().map(|n| (u64::from(n.seats), n.why.clone())).collect()),
            table_reason: terms.and_then(|t| t.pool.table_reason.clone()),
            drawn,
            root: terms.map(|t| t.pool.root.to_string()),
            steps: self.step_lines(&state)?,
            status,
        })
    }

    fn step_lines(&self, state: &DrawState) -> Result<Vec<StepLine>, Failure> {
        let reader = self.reader();
        let mut lines = Vec::new();
        for seq in state.steps() {
            let entry = reader.entry(*seq).map_err(|e| {
                let advice = e.advice();
                Failure::unavailable(e).advise(advice)
            })?;
            // The log was read through when it was opened; here the step is only told again.
            let step = UnverifiedStep::parse(&entry).map_err(|e| Failure::unavailable(format!("step {seq}: {e}")))?;
            lines.push(StepLine { seq: *seq, time: step.claims().time, text: sentence(&step.claims().kind) });
        }
        Ok(lines)
    }
}

fn sentence(kind: &StepKind) -> String {
    match kind {
        StepKind::Announced(note) if note.value().postponed > 0 => {
            format!("Postponed: it is to be drawn at {}.", when::show(note.value().draws_at))
        }
        StepKind::Announced(note) => format!("Announced: it is to be drawn at {}.", when::show(note.value().draws_at)),
        StepKind::Sealed(sealed) => {
            let terms = sealed.terms.value();
            let signers = sealed.terms.lines();
            format!(
                "Sealed by {signers} signature{}: {} people, {} seats, beacon round {}. From here on nobody can change pool or rules.",
                if signers == 1 { "" } else { "s" },
                terms.pool.size,
                terms.seats,
                terms.beacon.round
            )
        }
        StepKind::Drawn(drawn) => format!("Drawn with beacon round {}.", drawn.round.round),
        StepKind::Vacated(note) => {
            let seats: Vec<String> = note.value().seats.iter().map(|s| s.index.to_string()).collect();
            format!("Given up: the seats of {}.", seats.join(", "))
        }
        StepKind::Replaced(replaced) => {
            let seated: Vec<String> = replaced.seated.iter().map(ToString::to_string).collect();
            if seated.is_empty() {
                "Nobody was left to follow.".to_owned()
            } else {
                format!("Seated instead: {}.", seated.join(", "))
            }
        }
        StepKind::Voided(voided) if voided.round.is_some() => "Abandoned after its beacon round was known.".to_owned(),
        StepKind::Voided(_) => "Given up before it was drawn.".to_owned(),
        StepKind::Annulled(_) => "Annulled. The result above stays visible.".to_owned(),
        StepKind::Erased(_) => "The pool's key, rows and table were destroyed.".to_owned(),
        other => other.name().to_owned(),
    }
}
