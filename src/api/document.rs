//! The OpenAPI document, generated from the routes, completed from the table of rules: who may, what every POST needs, what every problem
//! looks like. And the page that shows it, rendered here, so that reading it loads nothing from anywhere.

use axum::extract::State;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use serde_json::{Value, json};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::{self, Rule, Who};
use super::problem::ProblemBody;
use super::{Api, page, posted};

/// What stands in the document besides the routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Kleroterion, the organisers' API",
        description = "Accounts, pools, drafts and decisions of those who run draws. What is decided stands in the public log; what is public needs no account and is described in docs/spec.md.\n\nEvery POST needs an Idempotency-Key; the same key gives the same answer for a day. An edit needs If-Match. Errors are RFC 9457 problem details with a type that never changes.",
        license(name = "EUPL-1.2", identifier = "EUPL-1.2"),
        contact()
    ),
    servers((url = "/api/v1")),
    components(schemas(ProblemBody))
)]
struct Base;

pub(super) fn base() -> utoipa::openapi::OpenApi {
    Base::openapi()
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(openapi_document)).routes(routes!(documentation))
}

/// This document
#[utoipa::path(get, path = "/openapi.json", tag = "documentation", responses((status = 200, body = Object, content_type = "application/json")))]
async fn openapi_document(State(api): State<Api>) -> Response {
    let text = api.0.document.get().cloned().unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "public, max-age=60")], text).into_response()
}

/// The same, to be read
#[utoipa::path(get, path = "/docs", tag = "documentation", responses((status = 200, body = String, content_type = "text/html")))]
async fn documentation(State(api): State<Api>) -> Response {
    let html =
        api.0.document.get().and_then(|text| serde_json::from_str(text).ok()).map(|document| page::render(&document));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        page::style_hash()
    );
    (
        [(header::CONTENT_SECURITY_POLICY, policy), (header::CACHE_CONTROL, "public, max-age=60".to_owned())],
        Html(html.unwrap_or_default()),
    )
        .into_response()
}

/// The document as it is served.
pub(super) fn complete(document: &utoipa::openapi::OpenApi) -> String {
    let mut document = serde_json::to_value(document).unwrap_or_default();
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        for (path, item) in paths {
            for (method, operation) in item.as_object_mut().into_iter().flatten() {
                let rule = access::RULES.iter().find(|r| r.path == path && r.method.eq_ignore_ascii_case(method));
                complete_operation(operation, &method.to_ascii_uppercase(), rule);
            }
        }
    }
    document["components"]["securitySchemes"] = json!({
        "token": {"type": "http", "scheme": "bearer", "description": "POST /tokens makes one"},
        "session": {"type": "apiKey", "in": "cookie", "name": "__Host-klero", "description": "POST /session gives it; changes then need X-CSRF-Token"},
    });
    serde_json::to_string(&document).unwrap_or_default()
}

fn complete_operation(operation: &mut Value, method: &str, rule: Option<&Rule>) {
    let problem = json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemBody"}}});
    for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
        // Required by OpenAPI, and the routes say it in their summaries.
        if response["description"].as_str().is_none_or(str::is_empty) {
            response["description"] = json!(match status.as_str() {
                "201" => "Made",
                "202" => "Begun",
                "204" => "Done; there is nothing to tell",
                _ => "What was asked for",
            });
        }
    }
    operation["responses"]["default"] = json!({"description": "A problem, RFC 9457", "content": problem});
    let parameters = operation.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut parameters = parameters;
    for parameter in parameters.iter_mut().filter(|p| p["in"] == "path" && p["name"] == "organiser") {
        parameter["schema"] = json!({"type": "string", "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", "maxLength": 64});
    }
    if method == "POST" {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": true,
            "description": "A new random value for each new request; the same one when a request is repeated",
            "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{16,128}$"},
        }));
    }
    if !parameters.is_empty() {
        operation["parameters"] = Value::Array(parameters);
    }
    debug_assert_eq!(posted::HEADER, "idempotency-key");
    match rule {
        None => {}
        Some(Rule { who: Who::Anybody, .. }) => operation["security"] = json!([]),
        Some(Rule { who: Who::Roles(roles), scope, .. }) => {
            operation["x-roles"] = json!(roles);
            let session = json!({"session": []});
            operation["security"] = match scope {
                Some(scope) => {
                    operation["x-scope"] = json!(scope);
                    json!([session, {"token": []}])
                }
                None => json!([session]),
            };
        }
    }
}
