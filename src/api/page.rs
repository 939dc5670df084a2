//! The OpenAPI document as one HTML page: no script, no font, nothing fetched.

use std::fmt::Write as _;

use base64::Engine as _;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::problem::{Kind, TYPE_PREFIX};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem;color:#1a1a1a;background:#fff}\
h1{line-height:1.2}h2{margin-top:2.5rem;border-bottom:2px solid #ccc}h3{margin:1.5rem 0 0;font-size:1rem}code,pre{font:14px/1.4 ui-monospace,monospace}\
pre{background:#f3f3f3;padding:.5rem;overflow-x:auto}table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.2rem .6rem .2rem 0;border-bottom:1px solid #ddd}\
.m{display:inline-block;min-width:4.5rem;font-weight:700}.who{color:#555}nav a{margin-right:1rem}a{color:#0b57a4}\
@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#161616}pre{background:#242424}td,th{border-color:#444}h2{border-color:#555}a{color:#8ab8f0}.who{color:#aaa}}";

/// SHA-256 of the style, as a content security policy names it.
pub(super) fn style_hash() -> String {
    base64::engine::general_purpose::STANDARD.encode(Sha256::digest(STYLE))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The page.
pub(super) fn render(document: &Value) -> String {
    let mut out = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>API</title><style>{STYLE}</style>"
    );
    let text = |value: &Value| escape(value.as_str().unwrap_or_default());
    let _ = write!(out, "<h1>{}</h1>", text(&document["info"]["title"]));
    for paragraph in document["info"]["description"].as_str().unwrap_or_default().split("\n\n") {
        let _ = write!(out, "<p>{}</p>", escape(paragraph));
    }
    out.push_str("<p>The same for programs: <a href=\"openapi.json\">openapi.json</a></p>");
    let operations = operations(document);
    let mut tags: Vec<&str> = operations.iter().map(|o| o.tag).collect();
    tags.dedup();
    out.push_str("<nav>");
    for tag in &tags {
        let _ = write!(out, "<a href=\"#{0}\">{0}</a>", escape(tag));
    }
    out.push_str("<a href=\"#problems\">problems</a><a href=\"#schemas\">schemas</a></nav>");
    for tag in tags {
        let _ = write!(out, "<h2 id=\"{0}\">{0}</h2>", escape(tag));
        for operation in operations.iter().filter(|o| o.tag == tag) {
            show(&mut out, operation);
        }
    }
    out.push_str("<h2 id=\"problems\">problems</h2><table><tr><th>type<th>status<th>title");
    for kind in Kind::ALL {
        let _ = write!(
            out,
            "<tr><td><code>{TYPE_PREFIX}{}</code><td>{}<td>{}",
            kind.slug(),
            kind.status().as_u16(),
            kind.title()
        );
    }
    out.push_str("</table><h2 id=\"schemas\">schemas</h2>");
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        let _ = write!(out, "<h3 id=\"s-{0}\">{0}</h3>", escape(name));
        members(&mut out, schema);
    }
    out
}

struct Operation<'a> {
    method: String,
    path: &'a str,
    tag: &'a str,
    value: &'a Value,
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, value) in item.as_object().into_iter().flatten() {
            let tag = value["tags"][0].as_str().unwrap_or("other");
            all.push(Operation { method: method.to_ascii_uppercase(), path, tag, value });
        }
    }
    all.sort_by(|a, b| a.tag.cmp(b.tag));
    all
}

fn show(out: &mut String, operation: &Operation<'_>) {
    let value = operation.value;
    let summary = escape(value["summary"].as_str().or(value["description"].as_str()).unwrap_or_default());
    let _ = write!(
        out,
        "<h3><span class=\"m\">{}</span> <code>{}</code></h3><p>{summary}.",
        operation.method,
        escape(operation.path)
    );
    if let Some(roles) = value["x-roles"].as_array() {
        let roles: Vec<&str> = roles.iter().filter_map(Value::as_str).collect();
        let scope =
            value["x-scope"].as_str().map_or("sessions only".to_owned(), |scope| format!("token scope {scope}"));
        let _ = write!(out, " <span class=\"who\">For {}; {scope}.</span>", escape(&roles.join(", ")));
    } else {
        out.push_str(" <span class=\"who\">For everybody.</span>");
    }
    out.push_str("</p>");
    let parameters = value["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !parameters.is_empty() {
        out.push_str("<table>");
        for p in parameters {
            let required = if p["required"] == true { "required" } else { "optional" };
            let _ = write!(
                out,
                "<tr><td><code>{}</code><td>{}, {required}<td>{}",
                escape(p["name"].as_str().unwrap_or_default()),
                escape(p["in"].as_str().unwrap_or_default()),
                escape(p["description"].as_str().unwrap_or_default())
            );
        }
        out.push_str("</table>");
    }
    if let Some(content) = value["requestBody"]["content"].as_object() {
        for (kind, media) in content {
            let _ = write!(out, "<p>Body: <code>{}</code> {}</p>", escape(kind), named(&media["schema"]));
        }
    }
    for (status, response) in value["responses"].as_object().into_iter().flatten().filter(|(s, _)| *s != "default") {
        let bodies: Vec<String> = response["content"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(kind, media)| format!("<code>{}</code> {}", escape(kind), named(&media["schema"])))
            .collect();
        let _ = write!(
            out,
            "<p>Answer {}: {}</p>",
            escape(status),
            if bodies.is_empty() { "no body".to_owned() } else { bodies.join(" or ") }
        );
    }
}

/// A schema's name, with a link, or its type.
fn named(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|r| r.rsplit('/').next()) {
        return format!("<a href=\"#s-{0}\">{0}</a>", escape(name));
    }
    match (&schema["type"], &schema["items"]) {
        (Value::String(kind), Value::Null) => escape(kind),
        (_, items) if !items.is_null() => format!("list of {}", named(items)),
        _ => "JSON".to_owned(),
    }
}

fn members(out: &mut String, schema: &Value) {
    if let Some(description) = schema["description"].as_str() {
        let _ = write!(out, "<p>{}</p>", escape(description));
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
        let _ = write!(out, "<p>One of: <code>{}</code></p>", escape(&values.join(", ")));
    }
    for (at, one) in schema["oneOf"].as_array().into_iter().flatten().enumerate() {
        let _ = write!(out, "<p>{} {}</p>", if at == 0 { "One of:" } else { "or" }, named(one));
        members(out, one);
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        let _ = write!(out, "<p>{}</p>", named(part));
        members(out, part);
    }
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let Some(properties) = schema["properties"].as_object() else { return };
    out.push_str("<table>");
    for (name, property) in properties {
        let mark = if required.contains(&name.as_str()) { "" } else { ", optional" };
        let _ = write!(
            out,
            "<tr><td><code>{}</code><td>{}{mark}<td>{}",
            escape(name),
            named(property),
            escape(property["description"].as_str().unwrap_or_default())
        );
    }
    out.push_str("</table>");
}
