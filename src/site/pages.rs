//! Home, organiser, search, feed, and the pages of plain words.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use klero_draw::names::Slug;
use klero_verifier::ledger::Phase;

use super::draw_page::state_key;
use super::frame::Frame;
use super::lang::{Arg, Lang, rfc3339};
use super::story::reason_key;
use super::{Asked, Asks, Site, escape};
use crate::failure::Failure;
use crate::service::request::DrawStatus;

/// Draws that the first page lists under each heading; the organisers' pages list all.
const HOME_MAX: usize = 50;
/// Things that a search shows.
const HITS_MAX: usize = 50;
/// Entries of the feed.
const FEED_MAX: usize = 50;

/// A page of words.
#[derive(Debug, Template)]
#[template(path = "text.html")]
pub(super) struct Text {
    pub(super) f: Frame,
    pub(super) lead: String,
    pub(super) sections: Vec<Section>,
    /// Says where the program is that checks, and its hash.
    pub(super) program: bool,
}

#[derive(Debug)]
pub(super) struct Section {
    title: String,
    items: Vec<String>,
}

#[derive(Debug, Template)]
#[template(path = "home.html")]
struct Home {
    f: Frame,
    lists: Vec<CardList>,
    organisers: Vec<(String, String)>,
    log: String,
}

#[derive(Debug)]
struct CardList {
    title: String,
    cards: Vec<Card>,
}

#[derive(Debug)]
struct Card {
    class: &'static str,
    href: String,
    title: String,
    state: String,
    machine: String,
    when: String,
    organiser: String,
    counts: String,
}

#[derive(Debug, Template)]
#[template(path = "organiser.html")]
struct OrganiserPage {
    f: Frame,
    keys: String,
    purposes: Vec<Purpose>,
}

#[derive(Debug)]
struct Purpose {
    title: String,
    counts: String,
    rows: Vec<Row>,
}

/// One draw in an organiser's record.
#[derive(Debug)]
struct Row {
    href: String,
    title: String,
    machine: String,
    when: String,
    attempt: u64,
    /// How often it was postponed, if it was.
    postponed: Option<String>,
    class: &'static str,
    state: String,
    /// Why it was given up or annulled.
    why: Option<String>,
}

#[derive(Debug, Template)]
#[template(path = "search.html")]
struct Search {
    f: Frame,
    query: String,
    summary: String,
    hits: Vec<(String, String, String)>,
}

#[derive(Debug, Template)]
#[template(path = "check.html")]
struct Check {
    f: Frame,
    lead: String,
    hits: Vec<(String, String, String)>,
}

/// One draw in a list, with what its ledger says beyond its status.
struct Listed {
    status: DrawStatus,
    phase: Phase,
    sealed: bool,
    cancelled: bool,
    seats: Option<u64>,
    organiser: String,
    /// The key of why it was given up or annulled.
    why: Option<String>,
}

fn listed(site: &Site) -> Result<Vec<Listed>, Failure> {
    let statuses = site.service.statuses(None)?;
    let margin = site.service.margin_secs();
    let ledger = site.service.ledger();
    Ok(statuses
        .into_iter()
        .filter_map(|status| {
            let state = ledger.draw(&status.draw)?;
            let organiser = ledger.organiser(&status.organiser).and_then(|o| o.in_force(ledger.time()));
            let void = state.void().and_then(|void| reason_key(&void.reason));
            let why = state.annulled().and_then(|(_, reason)| reason_key(&reason)).or(void);
            Some(Listed {
                why,
                phase: state.phase(),
                sealed: state.seal().is_some(),
                cancelled: state.cancelled_by_own_time(margin),
                seats: state.terms().map(|t| u64::from(t.seats)),
                organiser: organiser.map_or_else(|| status.organiser.to_string(), |o| o.note.name.clone()),
                status,
            })
        })
        .collect())
}

fn title_of(status: &DrawStatus, lang: Lang) -> String {
    lang.of(&status.title).map_or_else(|| status.draw.to_string(), str::to_owned)
}

fn class_of(draw: &Listed) -> &'static str {
    match draw.phase {
        Phase::Announced | Phase::Sealed if draw.status.overdue => "bad",
        Phase::Announced | Phase::Sealed => "wait",
        Phase::Drawn | Phase::Vacated => "good",
        Phase::Voided if !draw.cancelled && draw.sealed => "bad",
        Phase::Voided | Phase::Annulled => "warn",
    }
}

fn state_of(draw: &Listed, lang: Lang) -> String {
    lang.t(state_key(draw.phase, draw.status.overdue, draw.cancelled, draw.sealed))
}

fn card(draw: &Listed, asked: &Asked) -> Card {
    let lang = asked.lang;
    let mut counts = Vec::new();
    if let Some(people) = draw.status.people {
        counts.push(lang.with("home-people", &[("n", Arg::N(people))]));
    }
    if let Some(seats) = draw.seats {
        counts.push(lang.with("home-seats", &[("n", Arg::N(seats))]));
    }
    Card {
        class: class_of(draw),
        href: format!("/{lang}/draws/{}", draw.status.draw),
        title: title_of(&draw.status, lang),
        state: state_of(draw, lang),
        machine: rfc3339(draw.status.draws_at),
        when: lang.moment(draw.status.draws_at),
        organiser: draw.organiser.clone(),
        counts: counts.join(" · "),
    }
}

/// The first page: coming draws, past draws, the log's health.
pub(super) async fn home(State(site): State<Site>, asked: Asked) -> Response {
    let lang = asked.lang;
    let all = match listed(&site) {
        Ok(all) => all,
        Err(failure) => return asked.sorry(&site, &failure),
    };
    let open = |draw: &&Listed| matches!(draw.phase, Phase::Announced | Phase::Sealed);
    let mut coming: Vec<_> = all.iter().filter(open).collect();
    coming.sort_by_key(|draw| draw.status.draws_at);
    let mut past: Vec<_> = all.iter().filter(|draw| !open(draw)).collect();
    past.sort_by_key(|draw| std::cmp::Reverse(draw.status.draws_at));
    let cards = |draws: Vec<&Listed>| draws.into_iter().take(HOME_MAX).map(|d| card(d, &asked)).collect::<Vec<_>>();
    let mut lists = vec![
        CardList { title: lang.t("home-coming"), cards: cards(coming) },
        CardList { title: lang.t("home-past"), cards: cards(past) },
    ];
    // One empty list says enough.
    if lists.iter().any(|list| !list.cards.is_empty()) {
        lists.retain(|list| !list.cards.is_empty());
    } else {
        lists.truncate(1);
    }
    let organisers = {
        let ledger = site.service.ledger();
        ledger
            .organisers()
            .filter_map(|(id, o)| {
                let name = o.in_force(ledger.time())?.note.name.clone();
                Some((format!("/{lang}/organisers/{id}"), name))
            })
            .collect()
    };
    let log = match site.service.read_only() {
        None => lang.with("home-log-ok", &[("n", Arg::N(site.service.size()))]),
        Some(_) => lang.t("home-log-stopped"),
    };
    let rehearsal = site.service.ledger().rehearsal().is_some();
    let frame = asked.frame(&site, lang.t("home-title"), lang.t("home-lead"), rehearsal);
    asked.answer(&Home { f: frame, lists, organisers, log })
}

/// All draws of one organiser, by purpose: the record of attempts, postponements and voids.
pub(super) async fn organiser(State(site): State<Site>, asked: Asked, Path(id): Path<String>) -> Response {
    let lang = asked.lang;
    let missing = || Failure::usage("there is no such organiser");
    let Ok(id) = id.parse::<Slug>() else { return asked.sorry(&site, &missing()) };
    let (name, keys) = {
        let ledger = site.service.ledger();
        let Some(enrolment) = ledger.organiser(&id).and_then(|o| o.in_force(ledger.time())) else {
            drop(ledger);
            return asked.sorry(&site, &missing());
        };
        let keys = lang.with(
            "organiser-keys",
            &[("n", Arg::N(enrolment.note.keys.len() as u64)), ("threshold", Arg::N(enrolment.note.threshold))],
        );
        (enrolment.note.name.clone(), keys)
    };
    let all = match listed(&site) {
        Ok(all) => all,
        Err(failure) => return asked.sorry(&site, &failure),
    };
    let mut by_purpose: std::collections::BTreeMap<&Slug, Vec<&Listed>> = std::collections::BTreeMap::new();
    for draw in all.iter().filter(|draw| draw.status.organiser == id) {
        by_purpose.entry(&draw.status.purpose).or_default().push(draw);
    }
    let purposes = by_purpose
        .into_iter()
        .map(|(purpose, draws)| {
            let voids = draws.iter().filter(|d| d.phase == Phase::Voided).count() as u64;
            let postponed: u64 = draws.iter().map(|d| d.status.postponed).sum();
            let n = |key: &str, n: u64| lang.with(key, &[("n", Arg::N(n))]);
            Purpose {
                title: lang.with("organiser-purpose", &[("purpose", Arg::S(purpose.as_str()))]),
                counts: format!(
                    "{} · {} · {}",
                    n("organiser-count-attempts", draws.len() as u64),
                    n("organiser-count-postponed", postponed),
                    n("organiser-count-voids", voids)
                ),
                rows: draws
                    .iter()
                    .map(|d| Row {
                        href: format!("/{lang}/draws/{}", d.status.draw),
                        title: title_of(&d.status, lang),
                        machine: rfc3339(d.status.draws_at),
                        when: lang.date(d.status.draws_at),
                        attempt: d.status.attempt,
                        postponed: (d.status.postponed > 0).then(|| n("organiser-count-postponed", d.status.postponed)),
                        class: class_of(d),
                        state: state_of(d, lang),
                        why: d.why.as_ref().map(|key| lang.t(key)),
                    })
                    .collect(),
            }
        })
        .collect();
    let title = lang.with("organiser-title", &[("name", Arg::S(&name))]);
    let rehearsal = site.service.ledger().rehearsal().is_some();
    let frame = asked.frame(&site, title, lang.t("organiser-lead"), rehearsal);
    asked.answer(&OrganiserPage { f: frame, keys, purposes })
}

fn section(lang: Lang, title: &str, items: &[&str]) -> Section {
    Section { title: lang.t(title), items: items.iter().map(|key| lang.t(key)).collect() }
}

/// How it works, in words.
pub(super) async fn how(State(site): State<Site>, asked: Asked) -> Response {
    let lang = asked.lang;
    let sections = (1..=5).map(|i| section(lang, &format!("how-{i}"), &[format!("how-{i}-text").as_str()])).collect();
    let lead = lang.t("how-lead");
    let frame = asked.frame(&site, lang.t("how-title"), lead.clone(), false);
    asked.answer(&Text { f: frame, lead, sections, program: false })
}

/// What it proves, and what it does not.
pub(super) async fn proof(State(site): State<Site>, asked: Asked) -> Response {
    let lang = asked.lang;
    let sections = vec![
        section(lang, "proof-yes", &["proof-yes-1", "proof-yes-2", "proof-yes-3", "proof-yes-4"]),
        section(lang, "proof-no", &["proof-no-1", "proof-no-2", "proof-no-3", "proof-no-4"]),
        section(lang, "proof-if", &["proof-if-text"]),
        section(lang, "proof-break", &["proof-break-text"]),
        section(lang, "proof-receipt", &["proof-receipt-text"]),
    ];
    let frame = asked.frame(&site, lang.t("proof-title"), lang.t("proof-title"), false);
    asked.answer(&Text { f: frame, lead: String::new(), sections, program: true })
}

/// Where a citizen checks their letter: they choose the draw, or their link names it, and the second verifier checks in their browser alone. The
/// letter's code stands after `#`: browsers keep that part to themselves, and take it along to where they are sent.
pub(super) async fn check(State(site): State<Site>, asked: Asked, asks: Asks) -> Response {
    let lang = asked.lang;
    let named = asks.ok().and_then(|asks| asks.0.draw.parse::<Slug>().ok());
    if let Some(draw) = named.filter(|draw| site.service.ledger().draw(draw).is_some_and(|d| d.seal().is_some())) {
        let vary = if asked.fixed { "accept" } else { "accept, accept-language" };
        let to = super::letter_href(lang, draw.as_str());
        return (StatusCode::SEE_OTHER, [(header::LOCATION, to.as_str()), (header::VARY, vary)]).into_response();
    }
    let all = match listed(&site) {
        Ok(all) => all,
        Err(failure) => return asked.sorry(&site, &failure),
    };
    let hits = all
        .iter()
        .rev()
        .filter(|draw| draw.sealed)
        .map(|draw| {
            let href = super::letter_href(lang, draw.status.draw.as_str());
            let when = format!("{} · {}", lang.date(draw.status.draws_at), draw.organiser);
            (href, title_of(&draw.status, lang), when)
        })
        .collect();
    let lead = lang.t("check-lead");
    let frame = asked.frame(&site, lang.t("check-title"), lead.clone(), false);
    asked.answer(&Check { f: frame, lead, hits })
}

/// Finds draws, steps and published files by name, number or hash.
pub(super) async fn search(State(site): State<Site>, asked: Asked, asks: Asks) -> Response {
    let query = asks.map(|q| q.0.q).unwrap_or_default();
    let query: String = query.trim().chars().take(128).collect();
    let searched = query.clone();
    let lang = asked.lang;
    let own = site.clone();
    let hits = tokio::task::spawn_blocking(move || find(&own, &searched, lang)).await.unwrap_or_default();
    let summary = if hits.is_empty() {
        lang.with("search-none", &[("query", Arg::S(&query))])
    } else {
        lang.with("search-found", &[("n", Arg::N(hits.len() as u64))])
    };
    let frame = asked.frame_with_query(&site, lang.t("search-title"), summary.clone());
    asked.answer(&Search { f: frame, query, summary, hits })
}

fn find(site: &Site, query: &str, lang: Lang) -> Vec<(String, String, String)> {
    let mut hits = Vec::new();
    if query.is_empty() {
        return hits;
    }
    let lower = query.to_lowercase();
    let ledger = site.service.ledger().clone();
    for (slug, state) in ledger.draws() {
        if hits.len() >= HITS_MAX {
            break;
        }
        let titles = &state.announced().title;
        let href = format!("/{lang}/draws/{slug}");
        let title = lang.of(titles).unwrap_or(slug.as_str());
        let named = slug.as_str().contains(&lower) || titles.values().any(|t| t.to_lowercase().contains(&lower));
        if named {
            hits.push((href.clone(), title.to_owned(), lang.t("search-draw")));
        }
        if let Some(seal) = state.seal() {
            if seal.terms.value().pool.root.to_string() == lower {
                hits.push((href.clone(), title.to_owned(), lang.t("search-pool")));
            }
            if seal.terms_hash.to_string() == lower {
                hits.push((href.clone(), title.to_owned(), lang.t("search-draw")));
            }
        }
        // The hash that the press quotes.
        if state.results().iter().any(|result| result.outcome.to_string() == lower) {
            hits.push((href, title.to_owned(), lang.t("search-result")));
        }
    }
    if let Ok(seq) = query.parse::<u64>()
        && seq < site.service.size()
    {
        let name = lang.with("log-step-title", &[("n", Arg::N(seq))]);
        hits.push((format!("/{lang}/log/{seq}"), name, lang.t("search-step")));
    }
    if let Ok(name) = lower.parse::<klero_draw::hash::ArtifactHash>() {
        if super::facts::artifact_bytes(&site.service, &name).is_some() {
            hits.push((format!("/artifact/{name}"), name.to_string(), lang.t("search-artifact")));
        }
        // Leaf hashes: the steps of draws are known to the ledger; others are found by reading back from the end.
        let size = site.service.size();
        let wanted = klero_tlog::Hash::from(name.0);
        let found = (size.saturating_sub(10_000)..size)
            .rev()
            .find(|seq| site.service.reader().leaf(*seq).is_ok_and(|leaf| leaf == wanted));
        if let Some(seq) = found {
            let title = lang.with("log-step-title", &[("n", Arg::N(seq))]);
            hits.push((format!("/{lang}/log/{seq}"), title, lang.t("search-step")));
        }
    }
    hits
}

/// Draws as an Atom feed (RFC 4287): one entry for each, renewed when its state changes.
pub(super) async fn feed(State(site): State<Site>, asked: Asked) -> Response {
    use std::fmt::Write as _;
    let lang = asked.lang;
    let all = match listed(&site) {
        Ok(all) => all,
        Err(failure) => return asked.sorry(&site, &failure),
    };
    let origin = site.service.origin();
    let times: Vec<u64> = {
        let ledger = site.service.ledger();
        all.iter().map(|d| ledger.draw(&d.status.draw).map_or(0, last_change)).collect()
    };
    let newest = times.iter().max().copied().unwrap_or(0);
    let title = lang.with("feed-title", &[("origin", Arg::S(origin))]);
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{lang}\"><title>{}</title>\
         <id>urn:kleroterion:{}</id><updated>{}</updated><link rel=\"self\" href=\"{base}/{lang}/feed.atom\"/><link href=\"{base}/{lang}/\"/>",
        escape(&title),
        escape(origin),
        rfc3339(newest),
        base = escape(&asked.base),
    );
    for (draw, time) in all.iter().zip(&times).rev().take(FEED_MAX) {
        let _ = write!(
            out,
            "<entry><title>{}: {}</title><id>urn:kleroterion:{}:{}</id><updated>{}</updated><author><name>{}</name></author>\
             <link href=\"{}/{lang}/draws/{}\"/><summary>{}</summary></entry>",
            escape(&title_of(&draw.status, lang)),
            escape(&state_of(draw, lang)),
            escape(origin),
            draw.status.draw,
            rfc3339(*time),
            escape(&draw.organiser),
            escape(&asked.base),
            draw.status.draw,
            escape(&lang.moment(draw.status.draws_at)),
        );
    }
    out.push_str("</feed>\n");
    (
        [(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=60")],
        out,
    )
        .into_response()
}

/// When a draw's latest known step was logged.
fn last_change(state: &klero_verifier::ledger::DrawState) -> u64 {
    let mut latest = state.first_announced().time;
    let mut see = |time: u64| latest = latest.max(time);
    if let Some(seal) = state.seal() {
        see(seal.at.time);
    }
    for result in state.results() {
        see(result.at.time);
    }
    for vacancy in state.vacancies() {
        see(vacancy.at.time);
        if let Some(answer) = &vacancy.answer {
            see(answer.at.time);
        }
    }
    if let Some(void) = state.void() {
        see(void.at.time);
    }
    for at in state.annulled().map(|(at, _)| at).into_iter().chain(state.erased()) {
        see(at.time);
    }
    latest
}
