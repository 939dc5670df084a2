//! What every page shares: language, address, title, and where its style and script lie.

use std::sync::OnceLock;

use super::lang::{Arg, Lang};

/// The style sheet.
pub const STYLE: &str = include_str!("assets/style.css");
/// The script. Pages work without it.
pub const SCRIPT: &str = include_str!("assets/site.js");

/// What a page is told before its own content.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The page's language.
    pub lang: Lang,
    /// The address without its language: `/draws/x`.
    pub path: String,
    /// Title, also for link previews.
    pub title: String,
    /// One or two sentences for link previews and searches.
    pub description: String,
    /// Origin of the log.
    pub origin: String,
    /// The log may use a rehearsal beacon, or the draw did.
    pub rehearsal: bool,
    /// The draw that the page is about, `/draws/x`: previews of links show its picture.
    pub picture: Option<String>,
    /// Where the site lies for others, `https://draws.example.org`; empty if the request did not say.
    pub base: String,
}

impl Frame {
    /// A sentence.
    #[must_use]
    pub fn t(&self, key: &str) -> String {
        self.lang.t(key)
    }
    /// A sentence about a number.
    #[must_use]
    pub fn n(&self, key: &str, n: &u64) -> String {
        self.lang.with(key, &[("n", Arg::N(*n))])
    }
    /// A grouped number.
    #[must_use]
    pub fn num(&self, n: &u64) -> String {
        self.lang.number(*n)
    }
    /// A share in percent.
    #[must_use]
    pub fn pct(&self, part: &u64, whole: &u64) -> String {
        self.lang.percent(*part, *whole)
    }
    /// A moment in words.
    #[must_use]
    pub fn moment(&self, secs: &u64) -> String {
        self.lang.moment(*secs)
    }
    /// A moment for machines.
    #[must_use]
    pub fn machine(&self, secs: &u64) -> String {
        super::lang::rfc3339(*secs)
    }
    /// An address in this page's language.
    #[must_use]
    pub fn href(&self, path: &str) -> String {
        format!("/{}{path}", self.lang)
    }
    /// This page in another language.
    #[must_use]
    pub fn other(&self, lang: &Lang) -> String {
        format!("/{lang}{}", self.path)
    }
    /// All languages.
    #[must_use]
    pub fn langs(&self) -> [Lang; 4] {
        Lang::ALL
    }
    /// The style sheet's address, which changes with its content.
    #[must_use]
    pub fn style(&self) -> &'static str {
        static PATH: OnceLock<String> = OnceLock::new();
        PATH.get_or_init(|| format!("/assets/style.{}.css", short_hash(STYLE)))
    }
    /// SHA-256 of the verifier that this site serves.
    #[must_use]
    pub fn verifier_hash(&self) -> &'static str {
        verifier_hash()
    }
    /// The script's address, which changes with its content.
    #[must_use]
    pub fn script(&self) -> &'static str {
        static PATH: OnceLock<String> = OnceLock::new();
        PATH.get_or_init(|| format!("/assets/site.{}.js", short_hash(SCRIPT)))
    }
}

/// SHA-256 of the verifier's page, made once.
fn verifier_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(crate::verifier_page::sha256)
}

pub(super) fn short_hash(text: &str) -> String {
    hex::encode(klero_draw::hash::sha256(text.as_bytes())).chars().take(16).collect()
}
