//! A monitor's report as words, as JSON, and as Prometheus text. Decides nothing.

use serde::Serialize;

use super::findings::{Finding, Findings, Id};
use crate::when;

/// How a pass ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The log.
    pub origin: String,
    /// Entries taken in.
    pub size: u64,
    /// Root of their tree.
    pub root: String,
    /// When, Unix seconds.
    pub at: u64,
    /// Entries taken in by this pass.
    pub new_entries: u64,
    /// Draws that were drawn again by this pass.
    pub redrawn: u64,
    /// Why something could not be checked, if so.
    pub problem: Option<String>,
    /// Whether the log's key was believed because the log named it.
    pub own_word: bool,
    /// Where the log comes from and where it went, in sentences.
    pub standing: Vec<String>,
}

impl Told {
    /// 0 nothing found, 1 findings, 3 could not check. Findings count more: they are known.
    #[must_use]
    pub fn exit(&self, findings: &Findings) -> u8 {
        if findings.any_counts() {
            1
        } else if self.problem.is_some() {
            3
        } else {
            0
        }
    }
}

#[derive(Serialize)]
struct Json<'a> {
    #[serde(flatten)]
    told: &'a Told,
    exit: u8,
    findings: &'a [Finding],
    more_findings: u64,
}

/// One line of JSON, without a newline.
#[must_use]
pub fn json(told: &Told, findings: &Findings) -> String {
    let (exit, more_findings) = (told.exit(findings), findings.more());
    serde_json::to_string(&Json { told, exit, findings: findings.all(), more_findings }).unwrap_or_default()
}

/// In plain words.
#[must_use]
pub fn words(told: &Told, findings: &Findings) -> String {
    let mut lines = Vec::new();
    let counted = findings.all().iter().filter(|finding| finding.counts()).count();
    lines.push(match (counted, &told.problem) {
        (0, None) => format!("NOTHING FOUND: {}", told.origin),
        (0, Some(_)) => format!("COULD NOT CHECK: {}", told.origin),
        (1, _) => format!("1 FINDING: {}", told.origin),
        (n, _) => format!("{n} FINDINGS: {}", told.origin),
    });
    lines.push(format!("{} entries, root {}", told.size, told.root));
    lines.push(format!(
        "{} new entries read, {} draws drawn again, {}",
        told.new_entries,
        told.redrawn,
        when::show(told.at)
    ));
    if told.own_word {
        lines.push("NO TRUST FILE: the log's own key is believed, as it was first seen. Compare DIR/state.json with a key from elsewhere.".to_owned());
    }
    lines.extend(told.standing.iter().cloned());
    if let Some(problem) = &told.problem {
        lines.push(format!("could not be checked: {problem}"));
    }
    for finding in findings.all() {
        let mark = match (finding.open, finding.acknowledged) {
            (false, _) => "settled ",
            (true, true) => "noted   ",
            (true, false) => "FINDING ",
        };
        lines.push(format!("{mark} {}  {}", finding.key(), finding.text));
        lines.push(format!("          first seen {}", when::show(finding.first_seen)));
        lines.extend(finding.evidence.iter().map(|file| format!("          proof: {file}  (klero verify {file})")));
    }
    if findings.more() > 0 {
        lines.push(format!("and {} more, which are not listed", findings.more()));
    }
    lines.iter().map(|line| plain(line, usize::MAX) + "\n").collect()
}

/// Prometheus text format, version 0.0.4.
#[must_use]
pub fn metrics(told: &Told, findings: &Findings, passes: u64, failures: u64, checked_at: u64) -> String {
    let mut out = String::new();
    let mut metric = |name: &str, kind: &str, help: &str, samples: &[(String, u64)]| {
        out.push_str(&format!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
        for (labels, value) in samples {
            out.push_str(&format!("{name}{labels} {value}\n"));
        }
    };
    let plain = |value: u64| vec![(String::new(), value)];
    metric("klero_monitor_log_entries", "gauge", "Entries of the log that were checked.", &plain(told.size));
    metric("klero_monitor_passes_total", "counter", "Passes since the monitor started.", &plain(passes));
    metric(
        "klero_monitor_passes_failed_total",
        "counter",
        "Passes in which something could not be checked.",
        &plain(failures),
    );
    metric(
        "klero_monitor_last_complete_timestamp_seconds",
        "gauge",
        "When everything was last checked.",
        &plain(checked_at),
    );
    let count = |id: Id| {
        let open = findings.all().iter().filter(|finding| finding.id == id && finding.counts()).count();
        (format!("{{id=\"{}\"}}", id.name()), open as u64)
    };
    let counts: Vec<_> = Id::ALL.iter().map(|id| count(*id)).collect();
    metric("klero_monitor_findings", "gauge", "Open findings that nobody has acknowledged.", &counts);
    out
}

/// Text from a log, without what could steer a terminal or look like another line, cut to `limit` bytes.
#[must_use]
pub fn plain(text: &str, limit: usize) -> String {
    let steers = |c: char| {
        c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}')
    };
    let mut out: String = text.chars().map(|c| if steers(c) { ' ' } else { c }).collect();
    if out.len() > limit {
        let end = (0..=limit).rev().find(|at| out.is_char_boundary(*at)).unwrap_or(0);
        out.truncate(end);
        out.push('…');
    }
    out
}
