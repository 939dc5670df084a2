//! The second verifier's one file (`web/verifier`), built into this program: the same bytes that open from a disk and that CI builds again.
//!
//! Its policy allows exactly its own script and style by their hashes. Nothing here reads or changes what the file does.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// The page.
pub const HTML: &str = include_str!("../web/verifier/dist/verifier.html");

/// SHA-256 of the page, in hexadecimal: what people compare.
#[must_use]
pub fn sha256() -> String {
    hex::encode(Sha256::digest(HTML))
}

/// The policy that the page is served with: what its own `meta` element says, and that nobody frames it.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let source = |tag: &str| {
        let text = HTML.split_once(&format!("<{tag}>")).and_then(|(_, rest)| rest.split_once(&format!("</{tag}>")));
        let digest = Sha256::digest(text.map_or("", |(text, _)| text));
        format!("'sha256-{}'", STANDARD.encode(digest))
    };
    format!(
        "default-src 'none'; script-src {}; style-src {}; worker-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        source("script"),
        source("style")
    )
});

/// `GET /verifier.html`.
pub async fn page() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY.as_str()),
        (header::CACHE_CONTROL, "public, max-age=300"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, HTML).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_in_the_page_is_the_one_that_its_bytes_have() {
        let meta = HTML
            .split_once("http-equiv=\"Content-Security-Policy\" content=\"")
            .and_then(|(_, rest)| rest.split_once('"'));
        let (policy, _) = meta.expect("the page has a policy");
        assert_eq!(format!("{policy}; frame-ancestors 'none'"), *POLICY);
        assert!(!policy.contains("unsafe"), "{policy}");
        for (tag, count) in [("<script", 1), ("<style", 1)] {
            assert_eq!(HTML.matches(&format!("{tag}>")).count(), count, "{tag}");
        }
        assert!(HTML.len() < 300 * 1024, "{} bytes", HTML.len());
    }

    #[test]
    fn the_page_names_no_other_place() {
        for outside in ["http://", "https://", "//cdn", "import("] {
            let found: Vec<&str> = HTML
                .match_indices(outside)
                .map(|(at, _)| HTML.get(at..(at + 60).min(HTML.len())).unwrap_or(""))
                .collect();
            assert!(found.is_empty(), "{found:?}");
        }
    }
}
