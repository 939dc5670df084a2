//! Minutes of a draw (procès-verbal): a sheet to print and sign, in each language.
//!
//! The names of those present are typed into the sheet and stay in the browser; nothing is sent.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};

use super::draw_page::{PeopleList, hashes, people_lists, title};
use super::facts::DrawFacts;
use super::frame::Frame;
use super::lang::{Arg, Lang};
use super::{Asked, Site, facts_of};
use crate::failure::Failure;

#[derive(Debug, Template)]
#[template(path = "minutes.html")]
struct Minutes {
    f: Frame,
    s: Sheet,
    qr: String,
    pdf: String,
}

/// What a sheet says, on a page and on paper.
#[derive(Debug)]
pub(super) struct Sheet {
    /// The draw's title.
    pub(super) title: String,
    /// A rehearsal's warning.
    pub(super) warning: Option<String>,
    /// What happened.
    pub(super) paragraphs: Vec<String>,
    /// Hashes, with their names.
    pub(super) hashes: Vec<(String, String, Option<String>)>,
    /// Who was drawn.
    pub(super) people: Vec<PeopleList>,
    /// What it proves, and what not.
    pub(super) proves: String,
    /// The draw's page.
    pub(super) address: String,
    /// What stands at the foot of printed pages.
    pub(super) foot: String,
    /// The moment of the last step that it tells of, in Unix seconds.
    pub(super) as_of: u64,
}

impl Sheet {
    fn new(facts: &DrawFacts, frame: &Frame) -> Self {
        let lang = frame.lang;
        let rehearsal = facts.status.rehearsal;
        let id = &facts.status.draw;
        Self {
            title: title(facts, lang),
            warning: rehearsal.then(|| format!("{} {}", lang.t("rehearsal-title"), lang.t("rehearsal-text"))),
            paragraphs: paragraphs(facts, &frame.origin, lang),
            hashes: hashes(facts, frame),
            people: people_lists(facts, ["minutes-drawn", "minutes-seated", "minutes-reserves"], lang),
            proves: lang.t(if rehearsal { "minutes-proves-rehearsal" } else { "minutes-proves" }),
            address: format!("{}/{lang}/draws/{id}", frame.base),
            foot: format!("{} · {id}", frame.origin),
            as_of: facts.worked.steps.iter().map(|step| step.time).max().unwrap_or(0),
        }
    }
}

fn frame(site: &Site, asked: &Asked, facts: &DrawFacts) -> Frame {
    let name = title(facts, asked.lang);
    asked.draw_frame(site, facts, asked.lang.t("minutes-title"), name)
}

/// The sheet.
pub(super) async fn page(State(site): State<Site>, asked: Asked, Path(id): Path<String>) -> Response {
    let facts = match facts_of(&site, &id).await {
        Ok(facts) => facts,
        Err(failure) => return asked.sorry(&site, &failure),
    };
    let f = frame(&site, &asked, &facts);
    let s = Sheet::new(&facts, &f);
    asked.answer(&Minutes { qr: qr(&s.address), pdf: f.href(&format!("/draws/{id}/minutes.pdf")), s, f })
}

/// The same sheet as PDF. Its bytes are the same for the same state of the draw.
pub(super) async fn pdf(State(site): State<Site>, asked: Asked, Path(id): Path<String>) -> Response {
    let facts = match facts_of(&site, &id).await {
        Ok(facts) => facts,
        Err(failure) => return asked.sorry(&site, &failure),
    };
    let frame = frame(&site, &asked, &facts);
    let lang = asked.lang;
    let made = tokio::task::spawn_blocking(move || super::minutes_pdf::write(&Sheet::new(&facts, &frame), lang)).await;
    let Ok(Ok(bytes)) = made else {
        return asked.sorry(&site, &Failure::unavailable("the minutes could not be written"));
    };
    let vary = if asked.fixed { "accept" } else { "accept, accept-language" };
    let name = format!("inline; filename=\"{id}.minutes.{lang}.pdf\"");
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::CONTENT_DISPOSITION, name.as_str()),
        (header::CACHE_CONTROL, super::BRIEF),
        (header::VARY, vary),
    ];
    (headers, bytes).into_response()
}

/// What happened, for the record.
fn paragraphs(facts: &DrawFacts, origin: &str, lang: Lang) -> Vec<String> {
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
    if facts.worked.people.is_some() {
        all.push(lang.t("people-note"));
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
