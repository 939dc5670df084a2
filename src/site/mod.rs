//! The public site: every page that a citizen, a journalist or a watchdog looks at, in four languages, without an account.
//!
//! Pages are made on the server and work without a script. They name no person: people are places in a pool. A visitor is not counted, gets no
//! cookie, and is asked for nothing. The language is the first part of the address (`/de/draws/x`); without it, the browser's wish decides.

pub mod answers;
pub mod charts;
mod desk;
pub mod draw_page;
pub mod facts;
mod fonts;
pub mod frame;
pub mod lang;
mod live;
mod log_pages;
mod minutes;
mod minutes_pdf;
mod pages;
mod poster;
mod press;
pub mod said;
pub mod story;
pub mod verdict;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use klero_draw::names::Slug;

use crate::failure::Failure;
use crate::service::Service;
use facts::{DrawFacts, Kept};
use frame::Frame;
use lang::Lang;

/// A page may be a few seconds old.
const BRIEF: &str = "public, max-age=2";
/// Style and script bear their hash in their address.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// What pages are allowed to load: this server's own style, script, pictures and data, and nothing else.
pub const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
                          base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// The same for the small page that others may show within theirs.
const WIDGET_POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *";

/// What handlers share.
#[derive(Debug, Clone)]
pub struct Site {
    service: Arc<Service>,
    kept: Arc<Kept>,
}

/// All pages, below `/` and below each language.
pub fn router(service: Arc<Service>) -> Router {
    let site = Site { service, kept: Arc::default() };
    let pages = || {
        Router::new()
            .route("/draws/{id}", get(draw))
            .route("/draws/{id}/press", get(press::page))
            .route("/draws/{id}/picture.svg", get(press::picture))
            .route("/draws/{id}/picture.png", get(press::preview))
            .route("/draws/{id}/badge.svg", get(press::badge))
            .route("/draws/{id}/widget", get(press::widget))
            .route("/draws/{id}/live", get(live::page))
            .route("/draws/{id}/minutes", get(minutes::page))
            .route("/draws/{id}/minutes.pdf", get(minutes::pdf))
            .route("/organisers/{id}", get(pages::organiser))
            .route("/log", get(log_pages::log))
            .route("/log/{seq}", get(log_pages::step))
            .route("/how", get(pages::how))
            .route("/proof", get(pages::proof))
            .route("/check", get(pages::check))
            .route("/desk", get(desk::page))
            .route("/search", get(pages::search))
            .route("/feed.atom", get(pages::feed))
    };
    let mut router = Router::new()
        .merge(pages())
        .route("/", get(pages::home))
        .route("/draws/{id}/quotas.csv", get(press::quotas))
        .route("/draws/{id}/events", get(live::events))
        .route("/draws/{id}/reveal", get(live::reveal))
        .route("/assets/{name}", get(asset))
        // Browsers ask for it wherever a page or a picture names no icon.
        .route("/favicon.ico", get(|| async { Redirect::permanent("/assets/icon.svg") }))
        .route("/assets/desk/{version}/{name}", get(desk::asset));
    for lang in Lang::ALL {
        let code = format!("/{lang}");
        router = router.nest(&code, pages()).route(&format!("{code}/"), get(pages::home));
    }
    router.with_state(site)
}

/// What a request says about how to answer: its language, its address without it, and where the site lies.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    lang: Lang,
    /// The language was in the address.
    fixed: bool,
    path: String,
    /// `?…`, or empty.
    query: String,
    base: String,
    /// A browser asks; programs get problem details instead of pages that say what is wrong.
    html: bool,
}

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Asked {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, state: &S) -> Result<Self, Self::Rejection> {
        let uri =
            axum::extract::OriginalUri::from_request_parts(parts, state).await.map_or_else(|e| match e {}, |u| u.0);
        Ok(Self::of(&uri, &parts.headers))
    }
}

/// Where the site lies, as the visitor's own request says. Only characters that a host and port have; it stands in links alone.
fn base(headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let host = text("host").unwrap_or("");
    let sound = !host.is_empty()
        && host.len() <= 255
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']'));
    if !sound {
        return String::new();
    }
    let secure = text("x-forwarded-proto") == Some("https");
    format!("{}://{host}", if secure { "https" } else { "http" })
}

impl Asked {
    /// From a whole address and the headers beside it.
    pub(crate) fn of(uri: &axum::http::Uri, headers: &HeaderMap) -> Self {
        let path = uri.path();
        let prefix =
            path.get(1..3).and_then(Lang::from_code).filter(|_| matches!(path.as_bytes().get(3), None | Some(b'/')));
        let header = |name: header::HeaderName| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("");
        let lang = prefix.unwrap_or_else(|| Lang::accepted(header(header::ACCEPT_LANGUAGE)));
        let path = match prefix {
            Some(_) => path.get(3..).filter(|p| !p.is_empty()).unwrap_or("/").to_owned(),
            None => path.to_owned(),
        };
        let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
        let html = header(header::ACCEPT).contains("text/html");
        Self { lang, fixed: prefix.is_some(), path, query, base: base(headers), html }
    }

    /// What somebody sees whose request was not taken: a page for a browser, problem details for a program.
    pub(crate) fn turned_away(&self, origin: &str, status: StatusCode, detail: &str) -> Response {
        if !self.html {
            return crate::service::http::problem(status, detail);
        }
        let key = if status == StatusCode::TOO_MANY_REQUESTS { "error-429" } else { "error-500" };
        let lead = self.lang.t(&format!("{key}-text"));
        let f = Frame {
            lang: self.lang,
            path: format!("{}{}", self.path, self.query),
            title: self.lang.t(key),
            description: lead.clone(),
            origin: origin.to_owned(),
            rehearsal: false,
            picture: None,
            base: self.base.clone(),
        };
        let mut response = self.rendered(&pages::Text { f, lead, sections: Vec::new(), program: false });
        *response.status_mut() = status;
        response
    }

    /// The same for a page whose content the query decides: its other languages are asked the same.
    fn frame_with_query(&self, site: &Site, title: String, description: String) -> Frame {
        let mut frame = self.frame(site, title, description, false);
        frame.path.push_str(&self.query);
        frame
    }

    fn frame(&self, site: &Site, title: String, description: String, rehearsal: bool) -> Frame {
        Frame {
            lang: self.lang,
            path: self.path.clone(),
            title,
            description,
            origin: site.service.origin().to_owned(),
            rehearsal,
            picture: None,
            base: self.base.clone(),
        }
    }

    /// The frame of a page about one draw.
    fn draw_frame(&self, site: &Site, facts: &DrawFacts, title: String, mut description: String) -> Frame {
        if facts.status.rehearsal {
            // Previews of links elsewhere show this alone, without the page's warning.
            description = format!("{} {description}", self.lang.t("rehearsal-title"));
        }
        let mut frame = self.frame(site, title, description, facts.status.rehearsal);
        frame.picture = Some(format!("/draws/{}", facts.status.draw));
        frame
    }

    /// A page as an answer.
    fn answer(&self, page: &impl Template) -> Response {
        let mut response = self.rendered(page);
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(BRIEF));
        response
    }

    fn rendered(&self, page: &impl Template) -> Response {
        let Ok(html) = page.render() else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
        let vary = if self.fixed { "accept" } else { "accept, accept-language" };
        (
            [
                (header::CONTENT_TYPE, "text/html; charset=utf-8"),
                (header::VARY, vary),
                (header::CONTENT_LANGUAGE, self.lang.code()),
                (header::CONTENT_SECURITY_POLICY, POLICY),
            ],
            html,
        )
            .into_response()
    }

    /// A page that says what is wrong and where to go.
    fn sorry(&self, site: &Site, failure: &Failure) -> Response {
        let (status, key) = match failure.exit {
            2 => (StatusCode::NOT_FOUND, "error-404"),
            _ => (StatusCode::SERVICE_UNAVAILABLE, "error-500"),
        };
        if !self.html {
            return crate::service::http::problem(status, &failure.message);
        }
        let title = self.lang.t(key);
        let lead = self.lang.t(&format!("{key}-text"));
        let frame = self.frame(site, title, lead.clone(), false);
        let mut response = self.rendered(&pages::Text { f: frame, lead, sections: Vec::new(), program: false });
        *response.status_mut() = status;
        response
    }
}

/// The page of a draw, as it is sent. Blocks: not to be called on a runtime's own threads.
pub fn draw_html(service: &Service, draw: &Slug, lang: Lang) -> Result<String, Failure> {
    let facts = Kept::default().draw(service, draw)?;
    let frame = Frame {
        lang,
        path: format!("/draws/{draw}"),
        title: draw_page::title(&facts, lang),
        description: verdict::verdict(&facts, lang).headline,
        origin: service.origin().to_owned(),
        rehearsal: facts.status.rehearsal,
        picture: None,
        base: String::new(),
    };
    draw_page::DrawPage::new(&facts, frame).render().map_err(Failure::unavailable)
}

/// Works out a draw's facts away from the runtime's own threads.
async fn facts_of(site: &Site, id: &str) -> Result<DrawFacts, Failure> {
    let draw = id.parse::<Slug>().map_err(|_| Failure::usage("there is no such draw"))?;
    let site = site.clone();
    tokio::task::spawn_blocking(move || site.kept.draw(&site.service, &draw))
        .await
        .unwrap_or_else(|_| Err(Failure::unavailable("the page could not be made")))
}

async fn draw(State(site): State<Site>, asked: Asked, Path(id): Path<String>, headers: HeaderMap) -> Response {
    if wants_json(&headers) {
        return crate::service::http::draw_json(&site.service, &id);
    }
    match facts_of(&site, &id).await {
        Ok(facts) => {
            let verdict = verdict::verdict(&facts, asked.lang);
            let description = format!("{} {}", verdict.headline, verdict.sub);
            let title = draw_page::title(&facts, asked.lang);
            let frame = asked.draw_frame(&site, &facts, title, description);
            asked.answer(&draw_page::DrawPage::new(&facts, frame))
        }
        Err(failure) => asked.sorry(&site, &failure),
    }
}

/// A program asked, not a person.
fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or("");
    accept.contains("application/json") && !accept.contains("text/html")
}

/// An address that does not exist.
pub async fn not_found(State(service): State<Arc<Service>>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let Ok(asked) = <Asked as axum::extract::FromRequestParts<()>>::from_request_parts(&mut parts, &()).await;
    let site = Site { service, kept: Arc::default() };
    asked.sorry(&site, &Failure::usage("there is no such page"))
}

async fn asset(Path(name): Path<String>) -> Response {
    let (kind, body) = match name.as_str() {
        "icon.svg" => ("image/svg+xml", include_str!("assets/icon.svg")),
        _ if name.starts_with("style.") && name.ends_with(".css") => ("text/css; charset=utf-8", frame::STYLE),
        _ if name.starts_with("site.") && name.ends_with(".js") => ("text/javascript; charset=utf-8", frame::SCRIPT),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, IMMUTABLE)], body).into_response()
}

/// An SVG picture as an answer.
fn svg(asked: &Asked, text: String) -> Response {
    let vary = if asked.fixed { "accept" } else { "accept, accept-language" };
    (
        [
            (header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml")),
            (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=10")),
            (header::VARY, HeaderValue::from_static(vary)),
        ],
        text,
    )
        .into_response()
}

/// What a search, the log's list or the check of a letter is asked.
#[derive(Debug, Default, serde::Deserialize)]
struct Asking {
    #[serde(default)]
    q: String,
    #[serde(default)]
    draw: String,
    before: Option<u64>,
}

type Asks = Result<Query<Asking>, axum::extract::rejection::QueryRejection>;

/// Where a letter about a draw is checked: the second verifier, in the visitor's own browser.
fn letter_href(lang: Lang, draw: &str) -> String {
    format!("/verifier.html?lang={lang}&bundle=/draws/{draw}/bundle&letter=1")
}

/// Escapes text for XML and HTML, inside elements and quoted attributes.
fn escape(text: &str) -> String {
    askama::filters::escape(text, askama::filters::Html).map(|e| e.to_string()).unwrap_or_default()
}
