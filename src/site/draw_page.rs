//! The page of a draw: verdict first, then what happened, who was drawn, how they are spread, ten questions, and how to check.
//!
//! Every sentence is chosen by what the facts say; none claims more than the checks found. People are indices.

use askama::Template;
use klero_draw::step::StepKind;
use klero_draw::terms::{Method, Replacement};
use klero_verifier::ledger::Phase;
use klero_verifier::report::{CheckId, Status, Verdict};

use super::charts::{Chart, charts};
use super::facts::{Chance, DrawFacts, StepFact};
use super::frame::Frame;
use super::lang::{Arg, Lang};

/// Marks of the verdict, drawn in a circle of 24 × 24.
const TICK: &str = "M6.5 12.5l3.8 3.8 7.2-8";
const CROSS: &str = "M8 8l8 8M16 8l-8 8";
const CLOCK: &str = "M12 6v6.5l4 2.5";
const PAUSE: &str = "M9.5 8v8M14.5 8v8";
/// All of them, for whoever draws them otherwise.
#[cfg(test)]
pub(super) const MARKS: [&str; 4] = [TICK, CROSS, CLOCK, PAUSE];

/// The page.
#[derive(Debug, Template)]
#[template(path = "draw.html")]
pub struct DrawPage {
    f: Frame,
    v: VerdictView,
    facts: Vec<(String, String, Option<String>)>,
    actions: Vec<(String, String)>,
    timeline: Vec<Event>,
    panel: Option<String>,
    people: Vec<PeopleList>,
    charts: Vec<Chart>,
    erased: bool,
    questions: Vec<(String, String)>,
    checks: Vec<CheckView>,
    commands: Vec<String>,
    hashes: Vec<(String, String, Option<String>)>,
}

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

/// One line of what happened.
#[derive(Debug)]
struct Event {
    class: &'static str,
    time: u64,
    text: String,
    link: Option<(String, String)>,
}

/// A list of places in the pool.
#[derive(Debug)]
pub struct PeopleList {
    /// Heading.
    pub title: String,
    /// How many.
    pub count: u64,
    /// Places, in order.
    pub numbers: Vec<u32>,
}

#[derive(Debug)]
struct CheckView {
    class: &'static str,
    status: String,
    text: String,
    id: &'static str,
}

/// A title in the page's language, or in any.
#[must_use]
pub fn title(facts: &DrawFacts, lang: Lang) -> String {
    let titles = &facts.status.title;
    let found = titles.get(lang.code()).or_else(|| titles.get("en")).or_else(|| titles.values().next());
    found.cloned().unwrap_or_else(|| facts.status.draw.to_string())
}

/// Where a draw stands, in a word.
#[must_use]
pub fn state_word(facts: &DrawFacts, lang: Lang) -> String {
    lang.t(state_key(facts.state.phase(), facts.status.overdue, facts.cancelled, facts.state.seal().is_some()))
}

/// The key of that word.
#[must_use]
pub fn state_key(phase: Phase, overdue: bool, cancelled: bool, sealed: bool) -> &'static str {
    match phase {
        Phase::Announced => "state-announced",
        Phase::Sealed if overdue => "state-overdue",
        Phase::Sealed => "state-sealed",
        Phase::Drawn => "state-drawn",
        Phase::Vacated => "state-vacated",
        Phase::Voided if !sealed => "state-cancelled",
        Phase::Voided if cancelled => "state-cancelled",
        Phase::Voided => "state-abandoned",
        Phase::Annulled => "state-annulled",
    }
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
    // What proves nothing is not shown in the colour of what was proved.
    let class = if facts.status.rehearsal && class == "good" { "warn" } else { class };
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

/// One in so many: whole numbers, or one decimal below ten.
fn one_in(lang: Lang, seats: u64, people: u64) -> String {
    if seats == 0 {
        return "∞".to_owned();
    }
    let tenths = (u128::from(people) * 20 + u128::from(seats)) / (u128::from(seats) * 2);
    if tenths < 100 && tenths % 10 != 0 {
        let point = if lang == Lang::En { '.' } else { ',' };
        format!("{}{point}{}", tenths / 10, tenths % 10)
    } else {
        let whole = (u128::from(people) * 2 + u128::from(seats)) / (u128::from(seats) * 2);
        lang.number(u64::try_from(whole).unwrap_or(u64::MAX))
    }
}

/// Everybody's chance, in words.
#[must_use]
pub fn chance(chance: &Chance, lang: Lang) -> String {
    match chance {
        Chance::Equal { seats, people } => lang.with(
            "chance-equal",
            &[("per", Arg::S(&one_in(lang, *seats, *people))), ("percent", Arg::S(&lang.percent(*seats, *people)))],
        ),
        Chance::Households { seats, people } => lang.with(
            "chance-households",
            &[("per", Arg::S(&one_in(lang, *seats, *people))), ("percent", Arg::S(&lang.percent(*seats, *people)))],
        ),
        Chance::Stratified { best, worst, .. } => lang.with(
            "chance-stratified",
            &[("most", Arg::S(&one_in(lang, best.0, best.1))), ("least", Arg::S(&one_in(lang, worst.0, worst.1)))],
        ),
        Chance::Panels { min, max, panels } if min == max => lang.with(
            "chance-panels-same",
            &[("min", Arg::N(*min)), ("panels", Arg::N(*panels)), ("percent", Arg::S(&lang.percent(*min, *panels)))],
        ),
        Chance::Panels { min, max, panels } => lang.with(
            "chance-panels",
            &[
                ("min", Arg::N(*min)),
                ("max", Arg::N(*max)),
                ("panels", Arg::N(*panels)),
                ("low", Arg::S(&lang.percent(*min, *panels))),
                ("high", Arg::S(&lang.percent(*max, *panels))),
            ],
        ),
    }
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
            let reason = reason(serde_json::to_value(voided.reason).ok(), lang);
            lang.with("timeline-voided", &[("reason", Arg::S(&reason))])
        }
        StepKind::Annulled(note) => {
            let reason = reason(serde_json::to_value(note.value().reason).ok(), lang);
            lang.with("timeline-annulled", &[("reason", Arg::S(&reason))])
        }
        StepKind::Erased(_) => lang.t("timeline-erased"),
        other => lang.with("timeline-other", &[("kind", Arg::S(other.name()))]),
    }
}

fn reason(value: Option<serde_json::Value>, lang: Lang) -> String {
    value.as_ref().and_then(|v| v.as_str()).map_or_else(String::new, |name| lang.t(&format!("reason-{name}")))
}

fn timeline(facts: &DrawFacts, f: &Frame) -> Vec<Event> {
    let lang = f.lang;
    let link = |step: &StepFact| {
        Some((f.href(&format!("/log/{}", step.seq)), lang.with("timeline-evidence", &[("seq", Arg::N(step.seq))])))
    };
    let mut events = Vec::new();
    let mut drawn_before = false;
    for step in &facts.worked.steps {
        let mut text = sentence(&step.kind, &facts.organiser_name, lang);
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
                text = lang.t("timeline-corrected");
            } else if let Some(at) = facts.status.round_at {
                let key = if facts.status.rehearsal { "timeline-beacon-rehearsal" } else { "timeline-beacon" };
                let said = lang.with(key, &[("round", Arg::N(drawn.round.round))]);
                events.push(Event { class: "beacon", time: at, text: said, link: None });
            }
            drawn_before = true;
        }
        events.push(Event { class, time: step.time, text, link: link(step) });
        if matches!(step.kind, StepKind::Sealed(_)) && (facts.worked.witnesses.is_some() || drawn_before) {
            let said = match facts.worked.witnesses {
                Some(n) if n > 0 => lang.with("timeline-witnessed", &[("n", Arg::N(n))]),
                _ => lang.t("timeline-unwitnessed"),
            };
            events.push(Event { class: "witnessed", time: step.time, text: said, link: None });
        }
    }
    if let (Phase::Sealed, Some(at), Some(round)) = (facts.state.phase(), facts.status.round_at, facts.status.round) {
        let key = if facts.status.rehearsal { "timeline-beacon-rehearsal" } else { "timeline-beacon-coming" };
        let said = lang.with(key, &[("round", Arg::N(round))]);
        events.push(Event { class: "coming", time: at, text: said, link: None });
    }
    events
}

fn method(facts: &DrawFacts, lang: Lang) -> Option<String> {
    Some(match &facts.terms()?.method {
        Method::Equal => lang.t("method-equal"),
        Method::Households => lang.t("method-households"),
        Method::Stratified { columns, .. } => {
            lang.with("method-stratified", &[("columns", Arg::S(&columns.join(" × ")))])
        }
        Method::Panels { panels, .. } => lang.with("method-panels", &[("n", Arg::N(u64::from(*panels)))]),
    })
}

fn fact_rows(facts: &DrawFacts, f: &Frame) -> Vec<(String, String, Option<String>)> {
    let lang = f.lang;
    let mut rows = vec![
        (
            lang.t("fact-organiser"),
            facts.organiser_name.clone(),
            Some(f.href(&format!("/organisers/{}", facts.status.organiser))),
        ),
        (lang.t("fact-announced-for"), lang.moment(facts.status.draws_at), None),
    ];
    if let Some(people) = facts.status.people {
        rows.push((lang.t("fact-pool"), lang.with("fact-pool-value", &[("n", Arg::N(people))]), None));
    }
    if let Some(terms) = facts.terms() {
        let value = lang.with(
            "fact-seats-value",
            &[("seats", Arg::N(u64::from(terms.seats))), ("reserves", Arg::N(u64::from(terms.reserves)))],
        );
        rows.push((lang.t("fact-seats"), value, None));
        for seats in &terms.not_drawn {
            let value = lang
                .with("fact-not-drawn-value", &[("n", Arg::N(u64::from(seats.seats))), ("why", Arg::S(&seats.why))]);
            rows.push((lang.t("fact-not-drawn"), value, None));
        }
    }
    if let Some(reason) = facts.terms().and_then(|t| t.pool.table_reason.as_ref()) {
        rows.push((lang.t("fact-table-reason"), reason.clone(), None));
    }
    if let Some(method) = method(facts, lang) {
        rows.push((lang.t("fact-method"), method, None));
    }
    if let Some(known) = &facts.worked.chance {
        rows.push((lang.t("fact-chance"), chance(known, lang), None));
    }
    let attempt = lang.with(
        "fact-attempt-value",
        &[("attempt", Arg::N(facts.status.attempt)), ("postponed", Arg::N(facts.status.postponed))],
    );
    rows.push((lang.t("fact-attempt"), attempt, None));
    rows
}

/// Ten questions a reader asks, with this draw's answers.
fn questions(facts: &DrawFacts, lang: Lang) -> Vec<(String, String)> {
    let terms = facts.terms();
    let open = || lang.t("a-open");
    let seal_time = facts.state.seal().map(|seal| lang.moment(seal.at.time));
    let round_time = facts.status.round_at.map(|at| lang.moment(at));
    let witnessed = facts.worked.witnesses.is_some_and(|n| n > 0);
    let mut all = Vec::new();
    let who = lang.with("a-who", &[("organiser", Arg::S(&facts.organiser_name))]);
    all.push((lang.t("q-who"), who));
    let beacon = match facts.status.round {
        _ if facts.status.rehearsal => lang.t("a-beacon-rehearsal"),
        Some(round) => lang.with("a-beacon", &[("round", Arg::N(round))]),
        None => open(),
    };
    all.push((lang.t("q-beacon"), beacon));
    let when = match (&round_time, &seal_time) {
        (Some(round), Some(sealed)) => lang.with("a-when", &[("when", Arg::S(round)), ("sealed", Arg::S(sealed))]),
        _ => lang.with("a-when-open", &[("when", Arg::S(&lang.moment(facts.status.draws_at)))]),
    };
    all.push((lang.t("q-when"), when));
    let steer = match terms {
        None => open(),
        Some(_) if facts.status.rehearsal => lang.t("a-beacon-rehearsal"),
        Some(_) if witnessed => lang.t("a-steer"),
        Some(_) => lang.t("a-steer-unwitnessed"),
    };
    all.push((lang.t("q-steer"), steer));
    let mut repeat = if facts.status.attempt == 1 {
        lang.t("a-repeat-no")
    } else {
        lang.with("a-repeat-yes", &[("attempt", Arg::N(facts.status.attempt))])
    };
    if facts.status.postponed > 0 {
        repeat.push(' ');
        repeat.push_str(&lang.with("a-repeat-postponed", &[("n", Arg::N(facts.status.postponed))]));
    }
    all.push((lang.t("q-repeat"), repeat));
    let pool = match terms {
        Some(terms) => match &terms.pool.from {
            Some(from) => lang.with(
                "a-pool-from",
                &[("people", Arg::N(u64::from(terms.pool.size))), ("from", Arg::S(from.draw.as_str()))],
            ),
            None => lang.with(
                "a-pool",
                &[("people", Arg::N(u64::from(terms.pool.size))), ("root", Arg::S(&terms.pool.root.to_string()))],
            ),
        },
        None => open(),
    };
    all.push((lang.t("q-pool"), pool));
    let odds = facts
        .worked
        .chance
        .as_ref()
        .map_or_else(open, |known| lang.with("a-chance", &[("chance", Arg::S(&capital(&chance(known, lang))))]));
    all.push((lang.t("q-chance"), odds));
    let replace = terms.map_or_else(open, |terms| match terms.replacement {
        Replacement::None => lang.t("a-replace-none"),
        Replacement::Rank => lang.t("a-replace-rank"),
        Replacement::Beacon => lang.t("a-replace-beacon"),
    });
    all.push((lang.t("q-replace"), replace));
    all.push((lang.t("q-me"), lang.t("a-me")));
    all.push((lang.t("q-trust"), lang.t("a-trust")));
    all
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn checks(facts: &DrawFacts, lang: Lang) -> Vec<CheckView> {
    let Some(report) = &facts.worked.report else { return Vec::new() };
    let view = |check: &klero_verifier::report::Check| {
        let (class, key) = match check.status {
            Status::Passed => ("passed", "check-passed"),
            Status::Failed => ("failed", "check-failed"),
            Status::Skipped if check.required => ("skipped", "check-skipped"),
            Status::Skipped => ("na", "check-na"),
        };
        CheckView {
            class,
            status: lang.t(key),
            text: lang.t(&format!("check-{}", check.id.name().replace('.', "-"))),
            id: check.id.name(),
        }
    };
    report.checks.iter().map(view).collect()
}

/// Hashes of a draw, with their names and addresses.
#[must_use]
pub fn hashes(facts: &DrawFacts, f: &Frame) -> Vec<(String, String, Option<String>)> {
    let lang = f.lang;
    let mut all = Vec::new();
    if let Some(seal) = facts.state.seal() {
        all.push((lang.t("hash-pool"), seal.terms.value().pool.root.to_string(), None));
        all.push((lang.t("hash-terms"), seal.terms_hash.to_string(), None));
        all.push((
            lang.with("hash-seal", &[("seq", Arg::N(seal.at.seq))]),
            seal.at.hash.to_string(),
            Some(f.href(&format!("/log/{}", seal.at.seq))),
        ));
    }
    if let Some(result) = facts.state.result() {
        all.push((lang.t("hash-outcome"), result.outcome.to_string(), Some(format!("/artifact/{}", result.outcome))));
        if let Some(round) = &result.round {
            all.push((lang.t("hash-beacon"), hex::encode(round.randomness()), None));
        }
    }
    all
}

/// People drawn and reserves, for a page or a sheet.
#[must_use]
pub fn people_lists(facts: &DrawFacts, lang: Lang) -> Vec<PeopleList> {
    let Some(people) = &facts.worked.people else { return Vec::new() };
    let list = |title: String, numbers: &[u32]| PeopleList {
        title,
        count: u64::try_from(numbers.len()).unwrap_or(u64::MAX),
        numbers: numbers.to_vec(),
    };
    let mut all = vec![list(lang.t("people-drawn"), &people.drawn)];
    if let Some(seated) = &people.seated {
        all.push(list(lang.t("people-seated"), seated));
    }
    if !people.reserves.is_empty() {
        all.push(list(lang.t("people-reserves"), &people.reserves));
    }
    all
}

impl DrawPage {
    /// The page of a draw.
    #[must_use]
    pub fn new(facts: &DrawFacts, f: Frame) -> Self {
        let lang = f.lang;
        let id = &facts.status.draw;
        let finished = facts.worked.people.is_some();
        let mut actions = Vec::new();
        if facts.state.seal().is_some() && !finished {
            actions.push((f.href(&format!("/draws/{id}/live")), lang.t("act-live")));
        }
        if facts.state.seal().is_some() {
            actions.push((format!("/verifier.html?lang={lang}&bundle=/draws/{id}/bundle"), lang.t("act-verify")));
            actions.push((format!("/draws/{id}/bundle"), lang.t("act-bundle")));
            actions.push((super::letter_href(lang, id.as_str()), lang.t("act-letter")));
        }
        actions.push((f.href(&format!("/draws/{id}/press")), lang.t("act-press")));
        if finished {
            actions.push((f.href(&format!("/draws/{id}/minutes")), lang.t("act-minutes")));
            actions.push((f.href(&format!("/draws/{id}/live")), lang.t("act-live")));
        }
        let file = format!("{id}.bundle.json");
        let address = if f.base.is_empty() { "https://…".to_owned() } else { f.base.clone() };
        let commands = vec![
            format!("curl -O -J {address}/draws/{id}/bundle"),
            format!("klero-verify {file} --trust trust.json"),
            format!("klero verify {file} --trust trust.json --log {address}"),
        ];
        let panel = facts
            .worked
            .people
            .as_ref()
            .and_then(|p| p.panel)
            .map(|n| lang.with("people-panel", &[("n", Arg::N(u64::from(n)))]));
        Self {
            v: verdict(facts, lang),
            facts: fact_rows(facts, &f),
            actions,
            timeline: timeline(facts, &f),
            panel,
            people: people_lists(facts, lang),
            charts: charts(&facts.worked.columns, finished, lang),
            erased: facts.worked.table_gone,
            questions: questions(facts, lang),
            checks: checks(facts, lang),
            commands,
            hashes: hashes(facts, &f),
            f,
        }
    }
}
