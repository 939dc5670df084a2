//! The organisers' desk: one page, and the modules that fill it from the API in the organiser's own browser.
//!
//! The page is the same for everybody and holds nothing of anybody: who is signed in, and what they may see, is the API's to say, each time.
//! No key comes here: members sign in their browsers, with keys that cannot be taken out of them, or on another computer. Modules and
//! sentences lie under an address that changes with their content, so that a page never mixes two versions; they are sent compressed, and
//! the page names all of them, so that a browser asks for them at once.

use std::io::Write as _;
use std::sync::OnceLock;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use fluent_bundle::FluentResource;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey};
use serde_json::{Map, Value, json};

use super::frame::{self, Frame};
use super::lang::Lang;
use super::{Asked, IMMUTABLE, Site};

/// As for the public pages, but that no form is ever sent by the browser itself: a password must not end up in an address.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("assets/desk/", $name)))),*]
    };
}

/// The modules and the style; names without folders, which import each other as `./name`.
static FILES: &[(&str, &str)] = &files![
    "after.js",
    "app.js",
    "api.js",
    "changes.js",
    "decision.js",
    "desk.css",
    "dom.js",
    "draft.js",
    "draws.js",
    "keys.js",
    "keyring.js",
    "people.js",
    "pool.js",
    "quotas.js",
    "sign-in.js",
    "words.js",
];

#[derive(Template)]
#[template(path = "desk.html")]
struct DeskPage {
    f: Frame,
    version: &'static str,
    /// All modules but the first, which an element of its own asks for.
    modules: Vec<&'static str>,
}

/// The page.
pub(super) async fn page(State(site): State<Site>, asked: Asked) -> Response {
    let rehearsal = site.service.about().rehearsal.is_some();
    let f = asked.frame(&site, asked.lang.t("desk-title"), asked.lang.t("desk-lead"), rehearsal);
    let modules =
        FILES.iter().map(|(name, _)| *name).filter(|name| name.ends_with(".js") && *name != "app.js").collect();
    let mut response = asked.rendered(&DeskPage { f, version: version(), modules });
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// A module, the style, or the sentences of a language.
pub(super) async fn asset(Path((asked, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let language = name.strip_suffix(".json").and_then(Lang::from_code);
    let found = FILES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
    let (kind, body) = match (found, language) {
        _ if asked != version() => return StatusCode::NOT_FOUND.into_response(),
        (Some(text), _) if name.ends_with(".css") => ("text/css; charset=utf-8", text),
        (Some(text), _) => ("text/javascript; charset=utf-8", text),
        (None, Some(lang)) => ("application/json", sentences(lang)),
        (None, None) => return StatusCode::NOT_FOUND.into_response(),
    };
    let about = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, IMMUTABLE), (header::VARY, "accept-encoding")];
    match compressed(&name).filter(|_| takes_gzip(&headers)) {
        Some(bytes) => (about, [(header::CONTENT_ENCODING, "gzip")], bytes).into_response(),
        None => (about, body).into_response(),
    }
}

/// Whether `Accept-Encoding` names gzip, and does not rule it out.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let named = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    named.map(str::trim).any(|coding| {
        let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
        name.trim().eq_ignore_ascii_case("gzip") && !matches!(quality.trim().trim_start_matches("q=").parse(), Ok(0.0))
    })
}

/// A file of the desk as gzip, made once. The bytes are the same on every machine: a gzip file of no time and no name.
fn compressed(name: &str) -> Option<&'static [u8]> {
    static ALL: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let files = FILES.iter().map(|(name, text)| ((*name).to_owned(), *text));
        let texts = files.chain(Lang::ALL.map(|lang| (format!("{lang}.json"), sentences(lang))));
        texts.filter_map(|(name, text)| Some((name, gzip(text).ok()?))).collect()
    });
    all.iter().find(|(known, _)| known == name).map(|(_, bytes)| bytes.as_slice())
}

fn gzip(text: &str) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text.as_bytes())?;
    encoder.finish()
}

/// Changes with every module and sentence.
fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let texts = FILES.iter().map(|(_, text)| *text).chain(Lang::ALL.map(sentences));
        frame::short_hash(&texts.collect::<Vec<_>>().concat())
    })
}

/// A language's sentences as JSON: the key without `desk-`, and the parts of the sentence. A part is a text, `["name"]` for an argument, or
/// `["name", {category: parts}]` for a choice by plural category or value.
fn sentences(lang: Lang) -> &'static str {
    static ALL: OnceLock<Vec<String>> = OnceLock::new();
    let all = ALL.get_or_init(|| Lang::ALL.map(|lang| compiled(lang).to_string()).into());
    let at = Lang::ALL.iter().position(|known| *known == lang).unwrap_or(0);
    all.get(at).map_or("{}", String::as_str)
}

fn compiled(lang: Lang) -> Value {
    let resource = FluentResource::try_new(lang.desk().to_owned()).unwrap_or_else(|(partial, _)| partial);
    let mut all = Map::new();
    for entry in resource.entries() {
        if let Entry::Message(message) = entry
            && let (Some(key), Some(pattern)) = (message.id.name.strip_prefix("desk-"), &message.value)
        {
            all.insert(key.to_owned(), parts(pattern));
        }
    }
    Value::Object(all)
}

fn parts(pattern: &Pattern<&str>) -> Value {
    let part = |element: &PatternElement<&str>| match element {
        PatternElement::TextElement { value } => json!(value),
        PatternElement::Placeable { expression: Expression::Inline(inner) } => match inner {
            InlineExpression::VariableReference { id } => json!([id.name]),
            InlineExpression::StringLiteral { value } => json!(value),
            _ => Value::Null,
        },
        PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
            let InlineExpression::VariableReference { id } = selector else { return Value::Null };
            let mut choices = Map::new();
            for variant in variants {
                let (VariantKey::Identifier { name } | VariantKey::NumberLiteral { value: name }) = &variant.key;
                choices.insert((*name).to_owned(), parts(&variant.value));
            }
            json!([id.name, choices])
        }
    };
    pattern.elements.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the catalogues may use is what the browser's few lines understand.
    #[test]
    fn every_sentence_of_the_desk_can_be_said_in_the_browser() {
        fn whole(value: &Value) -> bool {
            match value {
                Value::Null => false,
                Value::Array(all) => all.iter().all(whole),
                Value::Object(all) => all.keys().any(|key| key == "other") && all.values().all(whole),
                _ => true,
            }
        }
        for lang in Lang::ALL {
            let all = compiled(lang);
            assert!(all.as_object().unwrap().len() > 50);
            for (key, value) in all.as_object().unwrap() {
                assert!(whole(value) && value != &json!([]), "{lang} {key}: {value}");
            }
        }
        let english = compiled(Lang::En);
        assert_eq!(english["people"], json!([["n", {"one": [["n_s"], " person"], "other": [["n_s"], " people"]}]]));
    }

    #[test]
    fn modules_import_only_what_is_served_and_nothing_runs_from_text() {
        for (name, text) in FILES {
            for piece in text.split("from \"").skip(1) {
                let target = piece.split('"').next().unwrap();
                let known = FILES.iter().any(|(known, _)| target.strip_prefix("./") == Some(known));
                assert!(known, "{name} imports {target}");
            }
            for never in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "localStorage"] {
                assert!(!text.contains(never), "{name}: {never}");
            }
        }
    }

    #[tokio::test]
    async fn who_takes_gzip_gets_the_same_text_in_a_third_of_the_bytes() {
        let ask = |accepted: &'static str| {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted))]);
            asset(Path((version().to_owned(), "de.json".to_owned())), headers)
        };
        let plain = sentences(Lang::De);
        for (accepted, packed) in
            [("gzip, deflate, br", true), ("br;q=1, GZIP;q=0.5", true), ("gzip;q=0", false), ("br", false), ("", false)]
        {
            let response = ask(accepted).await;
            assert_eq!(response.headers().contains_key(header::CONTENT_ENCODING), packed, "{accepted}");
            assert_eq!(response.headers()[header::VARY], "accept-encoding");
            let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
            if packed {
                assert!(bytes.len() * 3 < plain.len());
                let mut text = String::new();
                std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut text).unwrap();
                assert_eq!(text, plain);
            } else {
                assert_eq!(bytes, plain.as_bytes());
            }
        }
    }

    #[tokio::test]
    async fn files_are_served_under_the_version_and_under_no_other() {
        let ask = |version: &str, name: &str| asset(Path((version.to_owned(), name.to_owned())), HeaderMap::new());
        for name in FILES.iter().map(|(name, _)| *name).chain(["de.json"]) {
            let response = ask(version(), name).await;
            assert_eq!(
                (response.status(), response.headers()[header::CACHE_CONTROL].to_str().unwrap()),
                (StatusCode::OK, IMMUTABLE)
            );
        }
        for (version, name) in [("0123456789abcdef", "app.js"), (version(), "xx.json"), (version(), "../mod.rs")] {
            assert_eq!(ask(version, name).await.status(), StatusCode::NOT_FOUND, "{name}");
        }
    }
}
