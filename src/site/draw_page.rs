//! The page of a draw: verdict first, then what happened, who was drawn, how they are spread, ten questions, and how to check.
//!
//! Every sentence is chosen by what the facts say; none claims more than the checks found. People are indices.

use askama::Template;
use klero_verifier::ledger::Phase;
use klero_verifier::report::Status;

use super::answers::{questions, rows};
use super::charts::{Chart, charts};
use super::facts::DrawFacts;
use super::frame::Frame;
use super::lang::{Arg, Lang};
use super::said::Said;
use super::story::{Event, timeline};
use super::verdict::{VerdictView, verdict};

/// The page.
#[derive(Debug, Template)]
#[template(path = "draw.html")]
pub struct DrawPage {
    f: Frame,
    v: VerdictView,
    facts: Vec<(String, Said)>,
    actions: Vec<(String, String)>,
    timeline: Vec<Event>,
    panel: Option<String>,
    people: Vec<PeopleList>,
    charts: Vec<Chart>,
    erased: bool,
    questions: Vec<(String, Said)>,
    checks: Vec<CheckView>,
    commands: Vec<String>,
    hashes: Vec<(String, String, Option<String>)>,
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
    /// What was looked at, as the sentence that holds if it passed.
    text: String,
    id: &'static str,
}

/// A title in the page's language, or in any.
#[must_use]
pub fn title(facts: &DrawFacts, lang: Lang) -> String {
    lang.of(&facts.status.title).map_or_else(|| facts.status.draw.to_string(), str::to_owned)
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

fn checks(facts: &DrawFacts, lang: Lang) -> Vec<CheckView> {
    let Some(report) = &facts.worked.report else { return Vec::new() };
    let view = |check: &klero_verifier::report::Check| {
        let (class, key) = match check.status {
            Status::Passed => ("passed", "check-passed"),
            Status::Failed => ("failed", "check-failed"),
            Status::Skipped if check.required => ("skipped", "check-skipped"),
            Status::Skipped => ("na", "check-na"),
        };
        let text = lang.t(&format!("check-{}", check.id.name().replace('.', "-")));
        // A check that did not pass must not be read as what it would have shown.
        let text =
            if check.status == Status::Passed { text } else { lang.with("check-asked", &[("what", Arg::S(&text))]) };
        CheckView { class, status: lang.t(key), text, id: check.id.name() }
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

/// Keys of the headings of [`people_lists`]: those drawn, those seated now, reserves.
pub const PEOPLE_TITLES: [&str; 3] = ["people-drawn", "people-seated", "people-reserves"];

/// People drawn and reserves, for a page or a sheet.
#[must_use]
pub fn people_lists(facts: &DrawFacts, titles: [&str; 3], lang: Lang) -> Vec<PeopleList> {
    let Some(people) = &facts.worked.people else { return Vec::new() };
    let [drawn, seated, reserves] = titles;
    let list = |key: &str, numbers: &[u32]| PeopleList {
        title: lang.t(key),
        count: u64::try_from(numbers.len()).unwrap_or(u64::MAX),
        numbers: numbers.to_vec(),
    };
    let mut all = vec![list(drawn, &people.drawn)];
    if let Some(now) = &people.seated {
        all.push(list(seated, now));
    }
    if !people.reserves.is_empty() {
        all.push(list(reserves, &people.reserves));
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
        // Nobody is invited to wait for a draw that will not happen.
        if facts.state.phase() == Phase::Sealed {
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
            facts: rows(facts, &f),
            actions,
            timeline: timeline(facts, &f),
            panel,
            people: people_lists(facts, PEOPLE_TITLES, lang),
            charts: charts(&facts.worked.columns, finished, lang),
            erased: facts.worked.table_gone,
            questions: questions(facts, &f),
            checks: checks(facts, lang),
            commands,
            hashes: hashes(facts, &f),
            f,
        }
    }
}
