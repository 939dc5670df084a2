//! What is read of a request by hand, for `crate::parsers`.

use axum::http::HeaderMap;

use super::accounts::Login;
use super::session;
use super::work::PageWish;

/// A login as it is kept.
pub(crate) fn login(text: &str) -> Option<String> {
    Login::parse(text).ok().map(|login| login.0)
}

/// Whether a list goes on from here.
pub(crate) fn cursor(text: &str) -> bool {
    PageWish { cursor: Some(text.to_owned()), limit: None }.read().is_ok()
}

/// Whether bytes are accounts as a backup holds them, decrypted.
pub(crate) fn records(bytes: &[u8]) -> bool {
    super::opening::parse(bytes).is_ok()
}

/// The secret in a cookie.
pub(crate) fn cookie(headers: &HeaderMap) -> Option<String> {
    session::cookie(headers)
}
