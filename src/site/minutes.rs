//! Minutes of a draw (procès-verbal): a sheet to print and sign, in each language.
//!
//! The names of those present are typed into the sheet and stay in the browser; nothing is sent.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::draw_page::{PeopleList, hashes, people_lists, title};
use super::facts::DrawFacts;
use super::frame::Frame;
use super::lang::{Arg, Lang};
use super::{Asked, Site, facts_of};

#[derive(Debug, Template)]
#[template(path = "minutes.html")]
struct Minutes {
    f: Frame,
    title: String,
    paragraphs: Vec<String>,
    hashes: Vec<(String, String, Option<String>)>,
    people: Vec<PeopleList>,
    proves: String,
    qr: String,
    address: String,
}

/// The sheet.
pub(super) async fn page(State(site): State<Site>, asked: Asked, Path(id): Path<String>) -> Response {
    let facts = match facts_of(&site, &id).await {
        Ok(facts) => facts,
        Err(failure) => return asked.sorry(&site, &failure),
    };
    let lang = asked.lang;
    let name = title(&facts, lang);
    let address = format!("{}/{lang}/draws/{}", asked.base, facts.status.draw);
    let frame = asked.frame(&site, lang.t("minutes-title"), name.clone(), facts.status.rehearsal);
    let proves = lang.t(if facts.status.rehearsal { "minutes-proves-rehearsal" } else { "minutes-proves" });
    asked.answer(&Minutes {
        title: name,
        paragraphs: paragraphs(&facts, site.service.origin(), lang),
        hashes: hashes(&facts, &frame),
        people: people_lists(&facts, lang),
        proves,
        qr: qr(&address),
        address,
        f: frame,
    })
}

/// What happened, for the record.
pub(super) fn paragraphs(facts: &DrawFacts, origin: &str, lang: Lang) -> Vec<String> {
    let mut all = Vec::new();
    if let Some(seal) = facts.state.seal() {
        let terms = seal.terms.value();
        all.push(lang.with(
            "minutes-text-sealed",
            &[
                ("sealed", Arg::S(&lang.moment(seal.at.time))),
                ("organiser", Arg::S(&facts.organiser_name)),
                ("people", Arg::N(u64::from(terms.pool.size))),
                ("root", Arg::S(&terms.pool.root.to_string())),
                ("terms", Arg::S(&seal.terms_hash.to_string())),
            ],
        ));
        for seats in &terms.not_drawn {
            let said = lang
                .with("fact-not-drawn-value", &[("n", Arg::N(u64::from(seats.seats))), ("why", Arg::S(&seats.why))]);
            all.push(format!("{}: {said}.", lang.t("fact-not-drawn")));
        }
    }
    match (&facts.worked.people, facts.state.result(), facts.status.round, facts.status.round_at) {
        (Some(people), Some(result), Some(round), Some(at)) => all.push(lang.with(
            "minutes-text-drawn",
            &[
                ("when", Arg::S(&lang.moment(at))),
                ("round", Arg::S(&round.to_string())),
                ("drawn", Arg::N(people.drawn.len() as u64)),
                ("reserves", Arg::N(people.reserves.len() as u64)),
                ("outcome", Arg::S(&result.outcome.to_string())),
                ("seq", Arg::S(&result.at.seq.to_string())),
                ("origin", Arg::S(origin)),
            ],
        )),
        _ => all.push(lang.t("minutes-text-open")),
    }
    all
}

/// A QR code of an address, as SVG; empty if the address is too long for one.
fn qr(address: &str) -> String {
    qrcode::QrCode::new(address).map_or_else(
        |_| String::new(),
        |code| code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(160, 160).build(),
    )
}
