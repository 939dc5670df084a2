//! What a page says of a draw in rows and in ten answers: organiser, pool, seats, method, everybody's chance.

use klero_draw::terms::{Method, Replacement, Terms};

use super::facts::{Chance, DrawFacts};
use super::frame::Frame;
use super::lang::{Arg, Lang};
use super::said::{SLOT, Said};

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
fn chance(chance: &Chance, lang: Lang) -> String {
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

/// What is known of a draw, with its names.
#[must_use]
pub fn rows(facts: &DrawFacts, f: &Frame) -> Vec<(String, Said)> {
    let lang = f.lang;
    let organiser = f.href(&format!("/organisers/{}", facts.status.organiser));
    let mut rows = vec![
        (lang.t("fact-organiser"), Said::link(&facts.organiser_name, &organiser)),
        (lang.t("fact-announced-for"), Said::moment(facts.status.draws_at, lang)),
    ];
    let mut row = |key: &str, value: &str| rows.push((lang.t(key), Said::text(value)));
    if let Some(people) = facts.status.people {
        row("fact-pool", &lang.with("fact-pool-value", &[("n", Arg::N(people))]));
    }
    if let Some(terms) = facts.terms() {
        let counts = [("seats", Arg::N(u64::from(terms.seats))), ("reserves", Arg::N(u64::from(terms.reserves)))];
        row("fact-seats", &lang.with("fact-seats-value", &counts));
        for seats in &terms.not_drawn {
            let args = [("n", Arg::N(u64::from(seats.seats))), ("why", Arg::S(&seats.why))];
            row("fact-not-drawn", &lang.with("fact-not-drawn-value", &args));
        }
    }
    if let Some(reason) = facts.terms().and_then(|t| t.pool.table_reason.as_ref()) {
        row("fact-table-reason", reason);
    }
    if let Some(method) = method(facts, lang) {
        row("fact-method", &method);
    }
    if let Some(known) = &facts.worked.chance {
        row("fact-chance", &chance(known, lang));
    }
    let counts = [("attempt", Arg::N(facts.status.attempt)), ("postponed", Arg::N(facts.status.postponed))];
    row("fact-attempt", &lang.with("fact-attempt-value", &counts));
    rows
}

/// Ten questions a reader asks, with this draw's answers.
#[must_use]
pub fn questions(facts: &DrawFacts, f: &Frame) -> Vec<(String, Said)> {
    let lang = f.lang;
    let terms = facts.terms();
    let open = || Said::text(&lang.t("a-open"));
    let say = |key: &str| Said::text(&lang.t(key));
    let draws_at = facts.status.draws_at;
    let who = Said::text(&lang.with("a-who", &[("organiser", Arg::S(&facts.organiser_name))]));
    let beacon = match facts.status.round {
        _ if facts.status.rehearsal => say("a-beacon-rehearsal"),
        Some(round) => Said::text(&lang.with("a-beacon", &[("round", Arg::N(round))])),
        None => open(),
    };
    let when = match (facts.status.round_at, facts.state.seal().map(|seal| seal.at.time)) {
        (Some(round), Some(sealed)) => {
            let (when, at) = (lang.moment(round), lang.moment(sealed));
            let said = lang.with("a-when", &[("when", Arg::S(&when)), ("sealed", Arg::S(&at))]);
            Said::with_moments(&said, &[round, sealed], lang)
        }
        _ => {
            let said = lang.with("a-when-open", &[("when", Arg::S(&lang.moment(draws_at)))]);
            Said::with_moments(&said, &[draws_at], lang)
        }
    };
    let witnessed = facts.worked.witnesses.is_some_and(|n| n > 0);
    let steer = match terms {
        None => open(),
        Some(_) if facts.status.rehearsal => say("a-steer-rehearsal"),
        Some(_) if witnessed => say("a-steer"),
        Some(_) => say("a-steer-unwitnessed"),
    };
    let mut repeat = if facts.status.attempt == 1 {
        lang.t("a-repeat-no")
    } else {
        lang.with("a-repeat-yes", &[("attempt", Arg::N(facts.status.attempt))])
    };
    if facts.status.postponed > 0 {
        repeat.push(' ');
        repeat.push_str(&lang.with("a-repeat-postponed", &[("n", Arg::N(facts.status.postponed))]));
    }
    let chance = facts.worked.chance.as_ref().map_or_else(open, |known| {
        Said::text(&lang.with("a-chance", &[("chance", Arg::S(&capital(&chance(known, lang))))]))
    });
    let replace = terms.map_or_else(open, |terms| match terms.replacement {
        Replacement::None => say("a-replace-none"),
        Replacement::Rank => say("a-replace-rank"),
        Replacement::Beacon => say("a-replace-beacon"),
    });
    vec![
        (lang.t("q-who"), who),
        (lang.t("q-beacon"), beacon),
        (lang.t("q-when"), when),
        (lang.t("q-steer"), steer),
        (lang.t("q-repeat"), Said::text(&repeat)),
        (lang.t("q-pool"), terms.map_or_else(open, |terms| pool(facts, terms, f))),
        (lang.t("q-chance"), chance),
        (lang.t("q-replace"), replace),
        (lang.t("q-me"), say("a-me")),
        (lang.t("q-trust"), say("a-trust")),
    ]
}

/// From whom was drawn: everybody of a sealed list, or people of an earlier draw, which is named.
fn pool(facts: &DrawFacts, terms: &Terms, f: &Frame) -> Said {
    let lang = f.lang;
    let people = ("people", Arg::N(u64::from(terms.pool.size)));
    let Some(from) = &terms.pool.from else {
        return Said::text(&lang.with("a-pool", &[people, ("root", Arg::S(&terms.pool.root.to_string()))]));
    };
    let titles = facts.earlier_title.as_ref();
    let title = titles.and_then(|titles| lang.of(titles)).unwrap_or(from.draw.as_str());
    let said = lang.with("a-pool-from", &[people, ("from", Arg::S(SLOT))]);
    Said::with_link(&said, title, &f.href(&format!("/draws/{}", from.draw)))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
