//! Holds docs/api.md to the code: every kind of problem with its status and title, and every route that the text names. Never changes it.

use std::collections::BTreeSet;

use kleroterion::api::{Kind, openapi};
use serde_json::Value;

const TEXT: &str = include_str!("../../docs/api.md");

#[test]
fn the_table_of_errors_is_the_one_in_the_code() {
    let expected: Vec<String> = Kind::ALL
        .iter()
        .map(|kind| format!("| `{}` | {} | {} |", kind.slug(), kind.status().as_u16(), kind.title()))
        .collect();
    let table = TEXT.split("## Errors").nth(1).unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `") && !line.starts_with("| `type`"));
    let found: Vec<String> = rows.map(|line| line.splitn(5, '|').take(4).collect::<Vec<_>>().join("|") + "|").collect();
    assert_eq!(found, expected);
}

#[test]
fn every_route_that_the_text_names_is_there() {
    let document: Value = serde_json::from_str(&openapi()).unwrap();
    let mut routes = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            routes.insert((method.to_uppercase(), path.clone()));
        }
    }
    let methods = ["GET", "POST", "PUT", "DELETE"];
    let mut named = 0;
    for quoted in TEXT.split('`').skip(1).step_by(2) {
        let Some((method, path)) = quoted.split_once(' ').filter(|(method, _)| methods.contains(method)) else {
            continue;
        };
        // "…" stands for what comes before, NAME and ID for names.
        let ends: Vec<&str> = path.trim_start_matches('…').split('/').skip(1).collect();
        let fits =
            |known: &str| {
                let parts: Vec<&str> = known.split('/').skip(1).collect();
                let whole = !path.starts_with('…');
                parts.len() >= ends.len()
                    && (!whole || parts.len() == ends.len())
                    && parts.iter().rev().zip(ends.iter().rev()).all(|(known, named)| {
                        known == named || known.starts_with('{') && ["NAME", "ID"].contains(named)
                    })
            };
        assert!(routes.iter().any(|(m, known)| m == method && fits(known)), "{quoted}");
        named += 1;
    }
    assert!(named >= 10, "only {named} routes are named");
}
