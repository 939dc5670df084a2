//! What happened, in plain words, for somebody who was not there: who drew, when, how many of how many, and what to be wary of.
//! Indices and slugs, titles and the organiser's own name; nobody else's.

use klero_draw::organiser::AnnulReason;
use klero_draw::seed::{Seed, Stage};

use super::Case;
use crate::ledger::{DrawState, OrganiserState, Seal};
use crate::when;

impl Case<'_> {
    /// One thing a line, what matters most first.
    pub(super) fn facts(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(draw) = self.draw() {
            self.who(draw, &mut lines);
            if let Some(seal) = draw.seal() {
                how_many(seal, &mut lines);
                lines.extend(self.fairness.clone());
                if let Some(reason) = &seal.terms.value().pool.table_reason {
                    lines.push(format!(
                        "The table was published although people stand alone in it, because: \"{reason}\""
                    ));
                }
            }
            self.when(draw, &mut lines);
            self.what_became_of_it(draw, &mut lines);
            self.attempts(draw, &mut lines);
        }
        lines.extend(self.voids.iter().cloned());
        self.whose_word(&mut lines);
        lines
    }

    fn who(&self, draw: &DrawState, lines: &mut Vec<String>) {
        let note = draw.announced();
        let title = note.title.values().next().map_or("", String::as_str);
        let organiser = self.ledger.organiser(&note.organiser);
        let name = organiser.and_then(|o| o.versions().last()).map_or("", |enrolment| &enrolment.note.name);
        lines.push(format!(
            "\"{title}\": draw '{}' of {name} ('{}') for '{}', in the log {}.",
            note.draw, note.organiser, note.purpose, note.log
        ));
        if let Some(enrolment) = organiser.and_then(|o| o.in_force(self.ledger.time())) {
            let (threshold, keys) = (enrolment.note.threshold, enrolment.note.keys.len());
            let alone = if threshold == 1 { " ONE KEY ALONE DECIDES for the organiser." } else { "" };
            lines.push(format!("The organiser's decisions bear {threshold} of {keys} members' signatures.{alone}"));
        }
        if organiser.is_some_and(recovered) {
            lines.push("The organiser had lost its keys and enrolled anew, after waiting 30 days.".to_owned());
        }
    }

    fn when(&self, draw: &DrawState, lines: &mut Vec<String>) {
        let mut words = vec![format!("announced {}", when::show(draw.first_announced().time))];
        if let Some(seal) = draw.seal() {
            words.push(format!("sealed {}", when::show(seal.at.time)));
            let name = seal.chain.as_ref().map_or("an unknown beacon", |chain| chain.info().beacon_id());
            let published = seal.round_time.map_or_else(|| "at no possible time".to_owned(), when::show);
            words.push(format!("round {} of beacon {name} published {published}", seal.terms.value().beacon.round));
        } else {
            words.push(format!("to be drawn {}", when::show(draw.announced().draws_at)));
        }
        if let Some(result) = draw.result() {
            words.push(format!("result logged {}", when::show(result.at.time)));
        }
        lines.push(format!("When: {}.", words.join("; ")));
        let round = draw.result().and_then(|result| result.round.as_ref());
        if let (Some(seal), Some(round)) = (draw.seal(), round) {
            let key = Seed::derive(&seal.terms_hash, round).key(Stage::People);
            lines.push(format!(
                "The ticket key is {key}: from it anybody computes any person's ticket (klero tickets)."
            ));
        }
        if draw.announced().postponed > 0 {
            lines.push(format!("It was postponed {}.", times(draw.announced().postponed)));
        }
    }

    fn what_became_of_it(&self, draw: &DrawState, lines: &mut Vec<String>) {
        let corrections = draw.results().len().saturating_sub(1);
        if corrections > 0 {
            lines.push(format!("The result was corrected {}; the last one counts.", times(length(corrections))));
        }
        let followed: usize = draw.vacancies().iter().filter_map(|v| v.answer.as_ref()).map(|a| a.seated.len()).sum();
        if !draw.left().is_empty() {
            lines.push(format!("{} people gave up their seat, {followed} followed them.", draw.left().len()));
        }
        if draw.open_vacancy().is_some() {
            lines.push("Seats that were given up wait to be filled.".to_owned());
        }
        if let Some((at, reason)) = draw.annulled() {
            let why = match reason {
                AnnulReason::Court => "a court's order",
                AnnulReason::Complaint => "an upheld complaint",
            };
            lines.push(format!("The result was ANNULLED on {} ({why}).", when::show(at.time)));
        }
        if let Some(at) = draw.erased() {
            lines.push(format!("The pool's key, rows and table were destroyed on {}.", when::show(at.time)));
        }
        if draw.seal().is_none() && draw.void().is_none() {
            lines.push("Nothing has been sealed yet.".to_owned());
        } else if draw.result().is_none() && draw.void().is_none() {
            lines.push("It is sealed and not drawn, as far as this bundle shows.".to_owned());
        }
    }

    fn attempts(&self, draw: &DrawState, lines: &mut Vec<String>) {
        let attempt = draw.announced().attempt;
        if attempt > 1 {
            lines.push(format!("THIS IS ATTEMPT {attempt} for this purpose; what became of the earlier ones:"));
        }
        for (slug, state) in self.ledger.draws().filter(|(slug, _)| **slug != self.bundle.draw) {
            if let Some((at, _)) = state.annulled() {
                lines.push(format!("Draw '{slug}' was drawn, and annulled on {}.", when::show(at.time)));
            }
        }
    }

    /// Whose word had to be taken.
    fn whose_word(&self, lines: &mut Vec<String>) {
        match self.trust {
            None => {
                let vkey =
                    |keys: &[klero_tlog::VerifierKey]| keys.last().map_or_else(|| "none".to_owned(), |k| k.to_text());
                lines.push(format!(
                    "NO TRUST FILE: the keys were believed that the bundle itself names: log {}, service {}. Compare them with keys you have from elsewhere.",
                    vkey(self.ledger.log_keys()),
                    vkey(self.ledger.service_keys())
                ));
            }
            Some(trust) => {
                let organiser = self.draw().map(|draw| &draw.announced().organiser);
                if organiser.is_some_and(|id| trust.organiser(id).is_none()) {
                    lines.push(
                        "The organiser's keys were believed as the log shows them; your trust file does not name them."
                            .to_owned(),
                    );
                }
            }
        }
        if self.trust.is_none_or(|trust| trust.quorum().is_none()) {
            lines.push("NO WITNESSES were asked for: that everybody sees the same log, and that it was sealed in time, is the operator's word.".to_owned());
        }
    }

    /// The first line of a report where the log names a beacon that proves nothing.
    pub(super) fn rehearsal_line(&self) -> Option<String> {
        let chain = self.ledger.rehearsal().filter(|chain| chain.is_rehearsal())?;
        let used = self.draw().and_then(|draw| draw.seal()).map(|seal| seal.terms.value().beacon.chain);
        Some(if used.is_none_or(|used| used == chain.hash()) {
            "REHEARSAL BEACON: this draw proves nothing. One person holds the beacon's key and can know every result beforehand.".to_owned()
        } else {
            "REHEARSAL BEACON: this log may use a beacon that proves nothing. This draw used a public one.".to_owned()
        })
    }
}

fn how_many(seal: &Seal, lines: &mut Vec<String>) {
    let terms = seal.terms.value();
    let reserves = if terms.reserves > 0 { format!(" and {} reserves", terms.reserves) } else { String::new() };
    lines.push(format!(
        "{} seats{reserves} drawn from {} people by the method '{}'.",
        terms.seats,
        terms.pool.size,
        terms.method.name()
    ));
    for group in &terms.not_drawn {
        lines.push(format!("{} more seats are NOT DRAWN: {}.", group.seats, group.why));
    }
}

fn recovered(organiser: &OrganiserState) -> bool {
    organiser.versions().iter().any(|enrolment| enrolment.note.recovery && !enrolment.cancelled)
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

fn length(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}
