//! The authorisation matrix: every route of the OpenAPI document × every role × own and other organiser × how one says who one is. A route that
//! is not in the table below fails the test, and so does a line below for which there is no route.

use std::collections::BTreeSet;

use kleroterion::api::access::Role;
use kleroterion::api::openapi;
use serde_json::{Value, json};

use crate::support::{Auth, Site};

/// Who may, as one letter each: a(dmin), o(rganiser), p (approver), u (auditor), - for everybody. And the scope that a token needs; none: no
/// token may.
const EXPECTED: &[(&str, &str, &str)] = &[
    ("GET /openapi.json", "-", "-"),
    ("GET /docs", "-", "-"),
    ("POST /session", "-", "-"),
    ("GET /session", "aopu", "read"),
    ("DELETE /session", "aopu", ""),
    ("POST /invitations/accept", "-", "-"),
    ("PUT /account/password", "aopu", ""),
    ("POST /account/totp", "aopu", ""),
    ("PUT /account/totp", "aopu", ""),
    ("GET /tokens", "aopu", "read"),
    ("POST /tokens", "aopu", ""),
    ("DELETE /tokens/{token}", "aopu", ""),
    ("GET /accounts", "a", "admin"),
    ("DELETE /accounts/{login}", "a", "admin"),
    ("GET /invitations", "ao", "admin"),
    ("POST /invitations", "ao", "admin"),
    ("DELETE /invitations/{invitation}", "ao", "admin"),
    ("GET /organisers", "aopu", "read"),
    ("POST /organisers", "a", "admin"),
    ("GET /organisers/{organiser}", "opu", "read"),
    ("GET /organisers/{organiser}/members", "opu", "read"),
    ("GET /organisers/{organiser}/keys", "opu", "read"),
    ("POST /organisers/{organiser}/keys", "op", "decide"),
    ("DELETE /organisers/{organiser}/keys/{key}", "op", "decide"),
    ("POST /organisers/{organiser}/enrolments", "op", "decide"),
    ("GET /organisers/{organiser}/decisions", "opu", "read"),
    ("GET /organisers/{organiser}/decisions/{decision}", "opu", "read"),
    ("DELETE /organisers/{organiser}/decisions/{decision}", "op", "decide"),
    ("GET /organisers/{organiser}/decisions/{decision}/note", "opu", "read"),
    ("POST /organisers/{organiser}/decisions/{decision}/signatures", "op", "decide"),
    ("POST /organisers/{organiser}/decisions/{decision}/hand-in", "op", "decide"),
    ("GET /organisers/{organiser}/pools", "opu", "read"),
    ("POST /organisers/{organiser}/pools", "o", "write"),
    ("GET /organisers/{organiser}/pools/{pool}", "opu", "read"),
    ("DELETE /organisers/{organiser}/pools/{pool}", "o", "write"),
    ("PUT /organisers/{organiser}/pools/{pool}/roles", "o", "write"),
    ("POST /organisers/{organiser}/pools/{pool}/commitment", "o", "write"),
    ("GET /organisers/{organiser}/pools/{pool}/values", "ou", "people"),
    ("GET /organisers/{organiser}/pools/{pool}/anonymity", "opu", "read"),
    ("GET /organisers/{organiser}/jobs", "opu", "read"),
    ("POST /organisers/{organiser}/jobs", "o", "write"),
    ("GET /organisers/{organiser}/jobs/{job}", "opu", "read"),
    ("GET /organisers/{organiser}/jobs/{job}/events", "opu", "read"),
    ("POST /organisers/{organiser}/jobs/{job}/cancel", "o", "write"),
    ("GET /organisers/{organiser}/jobs/{job}/panels", "ou", "people"),
    ("GET /organisers/{organiser}/drafts", "opu", "read"),
    ("POST /organisers/{organiser}/drafts", "o", "write"),
    ("GET /organisers/{organiser}/drafts/{draft}", "opu", "read"),
    ("PUT /organisers/{organiser}/drafts/{draft}", "o", "write"),
    ("DELETE /organisers/{organiser}/drafts/{draft}", "o", "write"),
    ("POST /organisers/{organiser}/drafts/{draft}/announcement", "op", "decide"),
    ("POST /organisers/{organiser}/drafts/{draft}/terms", "op", "decide"),
    ("GET /organisers/{organiser}/draws", "opu", "read"),
    ("GET /organisers/{organiser}/draws/{draw}", "opu", "read"),
    ("POST /organisers/{organiser}/draws/{draw}/postponement", "op", "decide"),
    ("POST /organisers/{organiser}/draws/{draw}/void", "op", "decide"),
    ("POST /organisers/{organiser}/draws/{draw}/annulment", "op", "decide"),
    ("POST /organisers/{organiser}/draws/{draw}/vacancies", "op", "decide"),
    ("POST /organisers/{organiser}/draws/{draw}/erasure", "op", "decide"),
    ("POST /organisers/{organiser}/draws/{draw}/rotation", "o", "write"),
    ("GET /organisers/{organiser}/draws/{draw}/outcome", "opu", "read"),
    ("GET /organisers/{organiser}/draws/{draw}/results/{list}", "ou", "people"),
    ("GET /organisers/{organiser}/draws/{draw}/audit.age", "ou", "people"),
    ("POST /organisers/{organiser}/draws/{draw}/letters", "o", "people"),
    ("GET /organisers/{organiser}/draws/{draw}/letters/{list}", "o", "people"),
    ("GET /organisers/{organiser}/draws/{draw}/response-window", "opu", "read"),
    ("PUT /organisers/{organiser}/draws/{draw}/response-window", "o", "write"),
    ("GET /organisers/{organiser}/draws/{draw}/answers", "opu", "read"),
    ("POST /organisers/{organiser}/draws/{draw}/answers", "o", "people"),
    ("GET /organisers/{organiser}/draws/{draw}/reminders.csv", "ou", "people"),
    ("GET /organisers/{organiser}/draws/{draw}/objection-period", "opu", "read"),
    ("PUT /organisers/{organiser}/draws/{draw}/objection-period", "o", "write"),
    ("GET /organisers/{organiser}/draws/{draw}/complaints", "ou", "people"),
    ("POST /organisers/{organiser}/draws/{draw}/complaints", "o", "people"),
    ("PUT /organisers/{organiser}/draws/{draw}/complaints/{complaint}/answer", "o", "people"),
];

const SCOPES: [&str; 5] = ["read", "people", "write", "decide", "admin"];
const ROLES: [(char, Role); 4] =
    [('a', Role::Admin), ('o', Role::Organiser), ('p', Role::Approver), ('u', Role::Auditor)];

/// Whether the guard let it through: whatever comes from behind it is an answer of the handler's.
fn passed(status: u16, kind: &str) -> bool {
    !(status == 401 || (status == 403 && kind.ends_with("forbidden")))
}

fn operations() -> BTreeSet<String> {
    let document: Value = serde_json::from_str(&openapi()).unwrap();
    let mut all = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            all.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    all
}

#[test]
fn every_route_has_a_rule_and_every_rule_a_route() {
    let expected: BTreeSet<String> = EXPECTED.iter().map(|(route, ..)| (*route).to_owned()).collect();
    let found = operations();
    let unruled: Vec<_> = found.difference(&expected).collect();
    let idle: Vec<_> = expected.difference(&found).collect();
    assert!(unruled.is_empty() && idle.is_empty(), "without a rule: {unruled:?}; without a route: {idle:?}");
    assert_eq!(EXPECTED.len(), expected.len(), "a route is listed twice");
}

/// One token for each scope.
fn tokens(site: &Site, session: &Auth) -> Vec<(&'static str, Auth)> {
    let make = |scope: &'static str| {
        let made = site.post(session, "/tokens", json!({"label": scope, "scopes": [scope], "days": 1})).is(201).json();
        (scope, Auth::Token(made["secret"].as_str().unwrap().to_owned()))
    };
    SCOPES.into_iter().map(make).collect()
}

#[test]
fn nobody_gets_further_than_the_table_says() {
    let site = Site::new();
    let _admin = site.with_organisers(&["eupen", "raeren"]);
    let mut people = Vec::new();
    for (letter, role) in ROLES {
        let organisers: &[Option<&str>] = if role == Role::Admin { &[None] } else { &[Some("eupen"), Some("raeren")] };
        for organiser in organisers {
            let login = format!("{}-{}", role.name(), organiser.unwrap_or("house"));
            let session = site.person(&login, role, *organiser);
            let tokens = tokens(&site, &session);
            people.push((letter, *organiser, login, session, tokens));
        }
    }
    let mut tried = 0;
    for (route, who, scope) in EXPECTED {
        let (method, path) = route.split_once(' ').unwrap();
        // Signing out would end the session that the other routes are tried with.
        if *route == "DELETE /session" {
            continue;
        }
        let own = path.contains("{organiser}");
        let path = path
            .replace("{organiser}", "eupen")
            .replace("{login}", "no-such-login")
            .split('/')
            .map(|part| if part.starts_with('{') { "none" } else { part })
            .collect::<Vec<_>>()
            .join("/");
        let mut try_as = |auth: &Auth, what: &str, expect_401: bool, expect: bool, hidden: bool| {
            tried += 1;
            // A body that no route takes: behind the guard it is refused as a body.
            let body: &[u8] = if method == "GET" { b"" } else { b"{\"no such member\": 1}" };
            let answer = site.ask(auth, method, &path, &[("If-Match", "\"0\"")], "application/json", body);
            let kind = serde_json::from_slice::<Value>(&answer.body)
                .map(|v| v["type"].as_str().unwrap_or_default().to_owned());
            let kind = kind.unwrap_or_default();
            let told = format!("{route} as {what}: {} {kind}", answer.status);
            assert!(answer.status < 500, "{told}");
            if hidden {
                assert_eq!(answer.status, 404, "{told}");
            } else if expect_401 {
                assert_eq!(answer.status, 401, "{told}");
            } else {
                assert_eq!(passed(answer.status, &kind), expect, "{told}");
            }
        };
        let everybody = *who == "-";
        if *route != "POST /session" {
            try_as(&Auth::Nobody, "nobody", !everybody, everybody, false);
            let forged = Auth::Token(format!("klero_{}", "ab".repeat(32)));
            try_as(&forged, "a forged token", !everybody, everybody, false);
        }
        for (letter, organiser, login, session, tokens) in &people {
            let may = everybody || who.contains(*letter);
            let hidden = own && *organiser != Some("eupen");
            try_as(session, &format!("{login}'s session"), false, may, hidden);
            for (has, token) in tokens {
                let may = may && (everybody || has == scope);
                try_as(token, &format!("{login}'s token with {has}"), false, may, hidden);
            }
        }
    }
    assert!(tried > 2_000, "only {tried} combinations were tried");
}
