//! What happened in a draw: its steps as sentences, in order, each with the place of its evidence.

use klero_draw::step::StepKind;
use klero_verifier::ledger::Phase;

use super::facts::{DrawFacts, StepFact};
use super::frame::Frame;
use super::lang::{Arg, Lang};
use super::said::Said;

/// One line of what happened.
#[derive(Debug)]
pub struct Event {
    /// Its kind, for the mark beside it.
    pub class: &'static str,
    /// Unix seconds.
    pub time: u64,
    /// What happened.
    pub text: Said,
    /// Where the evidence is, and what it is.
    pub link: Option<(String, String)>,
}

/// What a step says, in a sentence. `organiser` is its name.
#[must_use]
pub fn sentence(kind: &StepKind, organiser: &str, lang: Lang) -> String {
    let places = |indices: &mut dyn Iterator<Item = u32>| {
        indices.map(|i| lang.number(u64::from(i))).collect::<Vec<_>>().join(", ")
    };
    let count = |n: usize| Arg::N(u64::try_from(n).unwrap_or(u64::MAX));
    match kind {
        StepKind::Announced(note) => {
            let key = if note.value().postponed > 0 { "timeline-postponed" } else { "timeline-announced" };
            let when = lang.moment(note.value().draws_at);
            lang.with(key, &[("organiser", Arg::S(organiser)), ("when", Arg::S(&when))])
        }
        StepKind::Sealed(sealed) => lang.with("timeline-sealed", &[("signers", count(sealed.terms.lines()))]),
        StepKind::Drawn(_) => lang.t("timeline-drawn"),
        StepKind::Vacated(note) => {
            let seats = &note.value().seats;
            let who: Vec<String> = seats
                .iter()
                .map(|s| {
                    let reason = serde_json::to_value(s.reason).ok();
                    let reason = reason.as_ref().and_then(|r| r.as_str()).unwrap_or("ended");
                    format!("{} ({})", lang.number(u64::from(s.index)), lang.t(&format!("leave-{reason}")))
                })
                .collect();
            lang.with("timeline-vacated", &[("n", count(seats.len())), ("who", Arg::S(&who.join(", ")))])
        }
        StepKind::Replaced(replaced) => lang.with(
            "timeline-replaced",
            &[("n", count(replaced.seated.len())), ("who", Arg::S(&places(&mut replaced.seated.iter().copied())))],
        ),
        StepKind::Voided(voided) => {
            let reason = reason(&voided.reason, lang);
            lang.with("timeline-voided", &[("reason", Arg::S(&reason))])
        }
        StepKind::Annulled(note) => {
            let reason = reason(&note.value().reason, lang);
            lang.with("timeline-annulled", &[("reason", Arg::S(&reason))])
        }
        StepKind::Erased(_) => lang.t("timeline-erased"),
        other => lang.with("timeline-other", &[("kind", Arg::S(&step_word(other, lang)))]),
    }
}

/// The same for a page, where the announced moment is marked as one.
#[must_use]
pub fn said(kind: &StepKind, organiser: &str, lang: Lang) -> Said {
    let moments = match kind {
        StepKind::Announced(note) => vec![note.value().draws_at],
        _ => Vec::new(),
    };
    Said::with_moments(&sentence(kind, organiser, lang), &moments, lang)
}

/// What kind of step it is, in a word or two.
#[must_use]
pub fn step_word(kind: &StepKind, lang: Lang) -> String {
    lang.t(&format!("step-{}", kind.name()))
}

/// The key of why a draw was given up or annulled.
#[must_use]
pub fn reason_key(reason: &impl serde::Serialize) -> Option<String> {
    let name = serde_json::to_value(reason).ok()?;
    Some(format!("reason-{}", name.as_str()?))
}

fn reason(reason: &impl serde::Serialize, lang: Lang) -> String {
    reason_key(reason).map_or_else(String::new, |key| lang.t(&key))
}

/// What happened, in order, each with its evidence.
#[must_use]
pub fn timeline(facts: &DrawFacts, f: &Frame) -> Vec<Event> {
    let lang = f.lang;
    let link = |key: &str, step: &StepFact| {
        Some((f.href(&format!("/log/{}", step.seq)), lang.with(key, &[("seq", Arg::N(step.seq))])))
    };
    let mut events = Vec::new();
    let mut drawn_before = false;
    for step in &facts.worked.steps {
        let mut text = said(&step.kind, &facts.organiser_name, lang);
        let class = match &step.kind {
            StepKind::Announced(_) => "announced",
            StepKind::Sealed(_) => "sealed",
            StepKind::Drawn(_) => "drawn",
            StepKind::Vacated(_) | StepKind::Replaced(_) => "replaced",
            StepKind::Voided(_) | StepKind::Annulled(_) => "voided",
            _ => "other",
        };
        if let StepKind::Drawn(drawn) = &step.kind {
            if drawn_before {
                text = Said::text(&lang.t("timeline-corrected"));
            } else if let Some(at) = facts.status.round_at {
                let key = if facts.status.rehearsal { "timeline-beacon-rehearsal" } else { "timeline-beacon" };
                let text = Said::text(&lang.with(key, &[("round", Arg::N(drawn.round.round))]));
                events.push(Event { class: "beacon", time: at, text, link: link("timeline-round", step) });
            }
            drawn_before = true;
        }
        events.push(Event { class, time: step.time, text, link: link("timeline-evidence", step) });
        if matches!(step.kind, StepKind::Sealed(_)) && (facts.worked.witnesses.is_some() || drawn_before) {
            let (said, link) = match facts.worked.witnesses {
                Some(n) if n > 0 => {
                    (lang.with("timeline-witnessed", &[("n", Arg::N(n))]), link("timeline-evidence", step))
                }
                _ => (lang.t("timeline-unwitnessed"), None),
            };
            events.push(Event { class: "witnessed", time: step.time, text: Said::text(&said), link });
        }
    }
    if let (Phase::Sealed, Some(at), Some(round)) = (facts.state.phase(), facts.status.round_at, facts.status.round) {
        let key = if facts.status.rehearsal { "timeline-beacon-rehearsal" } else { "timeline-beacon-coming" };
        let text = Said::text(&lang.with(key, &[("round", Arg::N(round))]));
        events.push(Event { class: "coming", time: at, text, link: None });
    }
    events
}
