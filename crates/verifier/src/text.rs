//! A report as people read it: the verdict first, then what happened, what it does not prove, and every check.

use std::fmt::Write as _;

use crate::report::{Check, Report, Status, Verdict};

const NOT_PROVED: &str = "What this does not prove: that the register was complete or names nobody twice; that somebody who gave up a seat \
really wanted to; who turned up on the day. And a bundle cannot show steps that were logged after it was made; reading the whole log can (--log).";

/// The report in plain words. `name` is the bundle's file, for when there are several.
#[must_use]
pub fn render(report: &Report, name: &str) -> String {
    let mut out = String::new();
    if let Some(rehearsal) = &report.rehearsal {
        line(&mut out, rehearsal);
    }
    line(&mut out, &verdict(report, name));
    report.facts.iter().for_each(|fact| line(&mut out, fact));
    line(&mut out, NOT_PROVED);
    if report.verdict != Verdict::Unreadable {
        line(&mut out, "Checks:");
        report.checks.iter().for_each(|check| line(&mut out, &one(check)));
    }
    out
}

fn line(out: &mut String, text: &str) {
    // What a title or name says must not look like a line of the report, nor steer a terminal.
    let steers = |c: char| {
        c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}')
    };
    let plain: String = text.chars().map(|c| if steers(c) { ' ' } else { c }).collect();
    let _ = writeln!(out, "{}", plain.trim_end());
}

fn verdict(report: &Report, name: &str) -> String {
    let ids = |of: fn(&&Check) -> bool| {
        let ids: Vec<&str> = report.checks.iter().filter(of).map(|check| check.id.name()).collect();
        ids.join(", ")
    };
    match report.verdict {
        Verdict::Verified => format!("VERIFIED: {name}: all required checks passed."),
        Verdict::Refuted => {
            format!("REFUTED: {name}: do not rely on it. Failed: {}.", ids(|c| c.status == Status::Failed))
        }
        Verdict::Incomplete => format!(
            "INCOMPLETE: {name}: nothing was refuted, but these required checks could not run: {}.",
            ids(|c| c.required && c.status == Status::Skipped)
        ),
        Verdict::Unreadable => format!("UNREADABLE: {name}."),
    }
}

fn one(check: &Check) -> String {
    let status = match check.status {
        Status::Passed => "passed ",
        Status::Failed => "FAILED ",
        Status::Skipped => "skipped",
    };
    let mut text = format!("  {status}  {:<21}", check.id.name());
    if let Some(reason) = &check.reason {
        let _ = write!(text, "  {reason}");
    }
    for (what, value) in [("expected", &check.expected), ("found", &check.found)] {
        if let Some(value) = value {
            let _ = write!(text, "; {what} {value}");
        }
    }
    text
}
