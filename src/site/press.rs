//! For journalists and for other people's pages: a paragraph to quote, figures, a picture, a widget and a badge.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use klero_verifier::report::Verdict;

use super::draw_page::{state_word, title};
use super::facts::DrawFacts;
use super::frame::Frame;
use super::lang::{Arg, Lang};
use super::poster::{Poster, colour};
use super::verdict::{VerdictView, verdict};
use super::{Asked, Site, WIDGET_POLICY, escape, facts_of, svg};
use crate::failure::Failure;

#[derive(Debug, Template)]
#[template(path = "press.html")]
struct PressPage {
    f: Frame,
    id: String,
    state: String,
    paragraphs: Vec<(Lang, String)>,
    embed: String,
    badge: String,
}

#[derive(Debug, Template)]
#[template(path = "widget.html")]
struct Widget {
    f: Frame,
    v: VerdictView,
}

/// The kit.
pub(super) async fn page(State(site): State<Site>, asked: Asked, Path(id): Path<String>) -> Response {
    let facts = match facts_of(&site, &id).await {
        Ok(facts) => facts,
        Err(failure) => return asked.sorry(&site, &failure),
    };
    let lang = asked.lang;
    let first = [lang].into_iter().chain(Lang::ALL.into_iter().filter(|other| *other != lang));
    let paragraphs = first.filter_map(|lang| paragraph(&facts, lang).map(|text| (lang, text))).collect();
    let state = state_word(&facts, lang);
    let name = title(&facts, lang);
    let base = &asked.base;
    let embed = format!(
        "<iframe src=\"{base}/{lang}/draws/{id}/widget\" title=\"{}\" width=\"360\" height=\"240\" loading=\"lazy\"></iframe>",
        escape(&name)
    );
    let badge = format!(
        "<a href=\"{base}/{lang}/draws/{id}\"><img src=\"{base}/{lang}/draws/{id}/badge.svg\" alt=\"{}\" height=\"20\"></a>",
        escape(&name)
    );
    let full = lang.with("press-title", &[("title", Arg::S(&name))]);
    let frame = asked.draw_frame(&site, &facts, full, format!("{name}: {state}"));
    asked.answer(&PressPage { f: frame, id, state, paragraphs, embed, badge })
}

/// The paragraph to quote, once there is a result that holds.
fn paragraph(facts: &DrawFacts, lang: Lang) -> Option<String> {
    let people = facts.worked.people.as_ref()?;
    let verdict = facts.worked.report.as_ref()?.verdict;
    let (seal, result) = (facts.state.seal()?, facts.state.result()?);
    if verdict == Verdict::Refuted || verdict == Verdict::Unreadable {
        return None;
    }
    let terms = seal.terms.value();
    let key = if facts.status.rehearsal { "press-paragraph-rehearsal" } else { "press-paragraph" };
    Some(lang.with(
        key,
        &[
            ("drawn", Arg::N(people.drawn.len() as u64)),
            ("people", Arg::N(u64::from(terms.pool.size))),
            ("title", Arg::S(&title(facts, lang))),
            ("date", Arg::S(&lang.date(result.at.time))),
            ("organiser", Arg::S(&facts.organiser_name)),
            ("root", Arg::S(&terms.pool.root.to_string())),
            ("round", Arg::S(&terms.beacon.round.to_string())),
            ("outcome", Arg::S(&result.outcome.to_string())),
        ],
    ))
}

/// Counts of every public column: pool, drawn, demanded. RFC 4180; cells that a spreadsheet would take for a formula are defused.
pub(super) async fn quotas(State(site): State<Site>, asked: Asked, Path(id): Path<String>) -> Response {
    let facts = match facts_of(&site, &id).await {
        Ok(facts) => facts,
        Err(failure) => return asked.sorry(&site, &failure),
    };
    let mut out = String::from("column,value,earlier_pool,pool,drawn,min,max\r\n");
    for column in &facts.worked.columns {
        for row in &column.rows {
            let number = |n: Option<u64>| n.map_or_else(String::new, |n| n.to_string());
            let cells = [
                cell(&column.name),
                cell(&row.value),
                number(row.earlier),
                row.pool.to_string(),
                facts.worked.people.as_ref().map_or_else(String::new, |_| row.drawn.to_string()),
                number(row.quota.map(|q| q.0)),
                number(row.quota.map(|q| q.1)),
            ];
            out.push_str(&cells.join(","));
            out.push_str("\r\n");
        }
    }
    let name = format!("attachment; filename=\"{}.quotas.csv\"", facts.status.draw);
    (
        [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (header::CACHE_CONTROL, super::BRIEF.to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        out,
    )
        .into_response()
}

fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// A picture of the verdict for articles: 1200 × 630, as SVG.
pub(super) async fn picture(State(site): State<Site>, asked: Asked, Path(id): Path<String>) -> Response {
    match facts_of(&site, &id).await {
        Ok(facts) => svg(&asked, Poster::new(&facts, site.service.origin(), asked.lang).svg()),
        Err(failure) => asked.sorry(&site, &failure),
    }
}

/// The same as PNG, for previews of links.
pub(super) async fn preview(State(site): State<Site>, asked: Asked, Path(id): Path<String>) -> Response {
    let facts = match facts_of(&site, &id).await {
        Ok(facts) => facts,
        Err(failure) => return asked.sorry(&site, &failure),
    };
    let poster = Poster::new(&facts, site.service.origin(), asked.lang);
    let Ok(Some(bytes)) = tokio::task::spawn_blocking(move || poster.png()).await else {
        return asked.sorry(&site, &Failure::unavailable("the picture could not be drawn"));
    };
    let vary = if asked.fixed { "accept" } else { "accept, accept-language" };
    ([(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "public, max-age=10"), (header::VARY, vary)], bytes)
        .into_response()
}

/// A badge of one line.
pub(super) async fn badge(State(site): State<Site>, asked: Asked, Path(id): Path<String>) -> Response {
    let facts = match facts_of(&site, &id).await {
        Ok(facts) => facts,
        Err(failure) => return asked.sorry(&site, &failure),
    };
    let lang = asked.lang;
    let left = lang.t("badge-label");
    let right =
        if facts.status.rehearsal { lang.t("rehearsal-title") } else { state_word(&facts, lang).to_lowercase() };
    let class = verdict(&facts, lang).class;
    let class = if facts.status.rehearsal { "warn" } else { class };
    // Seven units a character are enough for this size in common fonts; `textLength` makes it exact.
    let width = |text: &str| text.chars().count() * 7 + 12;
    let (l, r) = (width(&left), width(&right));
    let total = l + r;
    let out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{total}\" height=\"20\" role=\"img\" aria-label=\"{left}: {right}\"><title>{left}: {right}</title>\
         <rect width=\"{total}\" height=\"20\" rx=\"3\" fill=\"#3c3b38\"/><path d=\"M{l} 0h{rr}a3 3 0 0 1 3 3v14a3 3 0 0 1 -3 3h-{rr}z\" fill=\"{c}\"/>\
         <g fill=\"#fff\" font-family=\"Verdana,DejaVu Sans,sans-serif\" font-size=\"11\"><text x=\"6\" y=\"14\" textLength=\"{lt}\">{left}</text><text x=\"{x}\" y=\"14\" textLength=\"{rt}\">{right}</text></g></svg>",
        rr = r - 3,
        c = colour(class),
        lt = l - 12,
        rt = r - 12,
        x = l + 6,
        left = escape(&left),
        right = escape(&right),
    );
    svg(&asked, out)
}

/// A small page for other people's pages: no script, no cookie.
pub(super) async fn widget(State(site): State<Site>, asked: Asked, Path(id): Path<String>) -> Response {
    let facts = match facts_of(&site, &id).await {
        Ok(facts) => facts,
        Err(failure) => return asked.sorry(&site, &failure),
    };
    let v = verdict(&facts, asked.lang);
    let mut frame = asked.frame(&site, title(&facts, asked.lang), v.headline.clone(), facts.status.rehearsal);
    frame.path = format!("/draws/{id}");
    let mut response = asked.answer(&Widget { f: frame, v });
    let policy = axum::http::HeaderValue::from_static(WIDGET_POLICY);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}
