//! The verdict on a draw: what a reader must see first, on its page, in its picture and in the widget.
//!
//! It is chosen by what the checks found, and claims no more than they did.

use klero_verifier::ledger::Phase;
use klero_verifier::report::{CheckId, Status, Verdict};

use super::facts::DrawFacts;
use super::lang::{Arg, Lang};

/// Marks of the verdict, drawn in a circle of 24 × 24.
const TICK: &str = "M6.5 12.5l3.8 3.8 7.2-8";
const CROSS: &str = "M8 8l8 8M16 8l-8 8";
const CLOCK: &str = "M12 6v6.5l4 2.5";
const PAUSE: &str = "M9.5 8v8M14.5 8v8";
/// All of them, for whoever draws them otherwise.
#[cfg(test)]
pub(super) const MARKS: [&str; 4] = [TICK, CROSS, CLOCK, PAUSE];

/// The verdict: what a reader must see first.
#[derive(Debug, Clone)]
pub struct VerdictView {
    /// good, wait, warn or bad.
    pub class: &'static str,
    /// SVG path of its mark.
    pub mark: &'static str,
    /// The verdict in a sentence.
    pub headline: String,
    /// Counts, date, organiser.
    pub sub: String,
    /// Limits.
    pub lines: Vec<String>,
    /// How many checks came out how.
    pub count: String,
}

/// The verdict on a draw.
#[must_use]
pub fn verdict(facts: &DrawFacts, lang: Lang) -> VerdictView {
    let report = facts.worked.report.as_ref();
    let failed: Vec<&str> = report.map_or_else(Vec::new, |r| {
        r.checks.iter().filter(|c| c.status == Status::Failed).map(|c| c.id.name()).collect()
    });
    let people = facts.status.people.unwrap_or(0);
    let drawn = facts.worked.people.as_ref().map_or(0, |p| p.drawn.len() as u64);
    let (class, mark, headline) = match (facts.state.phase(), report.map(|r| r.verdict)) {
        (_, Some(Verdict::Refuted | Verdict::Unreadable)) => ("bad", CROSS, lang.t("verdict-refuted")),
        (Phase::Annulled, _) => ("warn", PAUSE, lang.t("verdict-annulled")),
        (Phase::Voided, _) if facts.cancelled || facts.state.seal().is_none() => {
            ("warn", PAUSE, lang.t("verdict-cancelled"))
        }
        (Phase::Voided, _) => ("bad", PAUSE, lang.t("verdict-abandoned")),
        (Phase::Vacated, Some(Verdict::Verified)) => ("good", TICK, lang.t("verdict-vacated")),
        (Phase::Drawn, Some(Verdict::Verified)) => ("good", TICK, lang.t("verdict-drawn")),
        (Phase::Drawn | Phase::Vacated, Some(Verdict::Incomplete)) => ("warn", TICK, lang.t("verdict-incomplete")),
        (Phase::Drawn | Phase::Vacated, None) => ("warn", TICK, lang.t("verdict-unchecked")),
        (Phase::Sealed, _) if facts.status.overdue => ("bad", CLOCK, lang.t("verdict-overdue")),
        (Phase::Sealed, _) => ("wait", CLOCK, lang.t("verdict-sealed")),
        (Phase::Announced, _) => ("wait", CLOCK, lang.t("verdict-announced")),
    };
    // What proves nothing is not shown in the colour of what was proved, nor with its mark.
    let class = if facts.status.rehearsal && class == "good" { "warn" } else { class };
    let mark = if facts.status.rehearsal && mark == TICK { PAUSE } else { mark };
    let when = lang.date(facts.status.draws_at);
    let sub = if !failed.is_empty() {
        lang.with("verdict-refuted-sub", &[("checks", Arg::S(&failed.join(", ")))])
    } else if drawn > 0 {
        lang.with("verdict-drawn-sub", &[("drawn", Arg::N(drawn)), ("people", Arg::N(people))])
    } else if let Some(terms) = facts.terms() {
        lang.with("verdict-sealed-sub", &[("seats", Arg::N(u64::from(terms.seats))), ("people", Arg::N(people))])
    } else {
        String::new()
    };
    let who = &facts.organiser_name;
    let mut lines = vec![format!("{when} · {who}")];
    if drawn > 0 {
        lines.push(match facts.worked.witnesses {
            Some(n) if n > 0 && passed(facts, CheckId::TimeSealed) => {
                lang.with("verdict-witnessed", &[("n", Arg::N(n))])
            }
            _ => lang.t("verdict-unwitnessed"),
        });
    }
    lines.push(lang.t("verdict-limits"));
    if report.is_some() {
        lines.push(lang.t("verdict-by"));
    }
    let count = report.map_or_else(String::new, |r| {
        let of = |status| r.checks.iter().filter(|c| c.status == status).count() as u64;
        lang.with("checks-count", &[("passed", Arg::N(of(Status::Passed))), ("failed", Arg::N(of(Status::Failed)))])
    });
    VerdictView { class, mark, headline, sub, lines, count }
}

fn passed(facts: &DrawFacts, id: CheckId) -> bool {
    facts.worked.report.as_ref().and_then(|r| r.check(id)).is_some_and(|c| c.status == Status::Passed)
}
