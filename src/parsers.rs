//! What the shell reads by hand and does not offer as a function of bytes elsewhere, each as one, for the targets in `fuzz/`. They answer only
//! whether the bytes are accepted.

use std::path::Path;

use axum::http::{HeaderMap, HeaderValue, header};
use klero_tlog::cosignature::WitnessKey;

use crate::people_xlsx::{self, Bounds};

/// A backup, unpacked into the empty folder `dir`.
#[must_use]
pub fn backup(bytes: &[u8], dir: &Path) -> bool {
    crate::backup::unpack(bytes, dir, Path::new("backup")).is_ok()
}

/// The checkpoint that a witness keeps of the log `origin`.
#[must_use]
pub fn witness_state(bytes: &[u8], origin: &str, key: &WitnessKey) -> bool {
    crate::witness::is_state(bytes, origin, key)
}

/// A spreadsheet as the organisers' API takes it.
#[must_use]
pub fn uploaded_workbook(bytes: &[u8]) -> bool {
    let bounds = Bounds { rows: 10_000, bytes: 1 << 20 };
    people_xlsx::convert(std::io::Cursor::new(bytes), "the spreadsheet", &mut std::io::sink(), bounds).is_ok()
}

/// The name of an account.
#[must_use]
pub fn login(text: &str) -> bool {
    crate::api::inputs::login(text).is_some_and(|kept| kept == text)
}

/// The place in a list where the next page begins.
#[must_use]
pub fn cursor(text: &str) -> bool {
    crate::api::inputs::cursor(text)
}

/// The accounts of the organisers' API, as a backup holds them once they are decrypted.
#[must_use]
pub fn api_records(bytes: &[u8]) -> bool {
    crate::api::inputs::records(bytes)
}

/// A `Cookie` header with a session.
#[must_use]
pub fn cookie(bytes: &[u8]) -> bool {
    let Ok(value) = HeaderValue::from_bytes(bytes) else { return false };
    crate::api::inputs::cookie(&HeaderMap::from_iter([(header::COOKIE, value)])).is_some()
}

/// An `X-Forwarded-For` header from a proxy that is believed.
#[must_use]
pub fn forwarded(bytes: &[u8]) -> bool {
    let Ok(value) = HeaderValue::from_bytes(bytes) else { return false };
    let proxy = std::net::IpAddr::from([127, 0, 0, 1]);
    let headers = HeaderMap::from_iter([(header::HeaderName::from_static("x-forwarded-for"), value)]);
    crate::service::front::client(&[proxy], proxy, &headers) != proxy
}
