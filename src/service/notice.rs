//! What every page says first while nothing new is published: that it is so, and why. Put into whatever page there is, so that none can forget it.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;

use super::Service;

/// Longest page that is looked through; longer ones are data, not pages.
const MAX_PAGE_BYTES: usize = 8 << 20;

/// Adds the notice to an HTML answer, at the beginning of its `<main>`.
pub(super) async fn add(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("text/html")) {
        return response;
    }
    let Some(notice) = service.notice() else { return response };
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, MAX_PAGE_BYTES).await else { return Response::from_parts(parts, Body::empty()) };
    let page = String::from_utf8_lossy(&bytes);
    let page = insert(&page, &format!("<p class=\"say warn\" role=\"alert\"><strong>{}</strong></p>", escape(&notice)));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(page))
}

/// After the opening tag of `<main>`, or before everything.
fn insert(page: &str, notice: &str) -> String {
    let after = page.find("<main").and_then(|at| page.get(at..)?.find('>').map(|end| at + end + 1)).unwrap_or(0);
    let (before, rest) = page.split_at(after);
    format!("{before}{notice}{rest}")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
