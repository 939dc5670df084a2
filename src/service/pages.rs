//! Plain HTML pages: what was announced, sealed and drawn, with the evidence. No script, no cookie, nothing from elsewhere.

use std::fmt::Write as _;
use std::sync::OnceLock;

use base64::Engine as _;

use super::request::DrawStatus;
use crate::when;

const STYLE: &str = "\
:root{color-scheme:light dark;--line:#8886;--soft:#8881;--warn:#b45309}\
body{font:1.05rem/1.5 system-ui,sans-serif;max-width:44rem;margin:0 auto;padding:1rem}\
h1{font-size:1.5rem;line-height:1.2;margin:.6rem 0}h2{font-size:1.15rem;margin:1.6rem 0 .4rem}\
dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1rem;margin:.6rem 0}dt{opacity:.75}dd{margin:0;overflow-wrap:anywhere}\
code{font:.9em ui-monospace,monospace;overflow-wrap:anywhere}pre{background:var(--soft);padding:.7rem;overflow-x:auto;border-radius:.4rem}\
ol,ul{padding-left:1.3rem}.say{border-left:.3rem solid #2563eb;padding:.5rem .8rem;background:var(--soft);margin:.8rem 0}\
.warn{border-color:var(--warn)}table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid var(--line);text-align:left;padding:.35rem .5rem .35rem 0;vertical-align:top}\
.people{display:flex;flex-wrap:wrap;gap:.3rem .5rem;padding:0;list-style:none}.people li{background:var(--soft);padding:.05rem .4rem;border-radius:.3rem}\
@media(max-width:30rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}}";

/// What a draw's page tells.
#[derive(Debug, Clone)]
pub struct DrawFacts {
    /// State of the draw.
    pub status: DrawStatus,
    /// Origin of the log.
    pub origin: String,
    /// The organiser's name.
    pub organiser_name: String,
    /// Seats to fill and reserves; known once sealed.
    pub seats: Option<(u64, u64)>,
    /// The method's name; known once sealed.
    pub method: Option<&'static str>,
    /// Seats that are not drawn: how many, why.
    pub not_drawn: Vec<(u64, String)>,
    /// Why the table was published although people stand alone in it (spec §2.6).
    pub table_reason: Option<String>,
    /// Indices drawn and in reserve, in order; known once drawn.
    pub drawn: Option<(Vec<u32>, Vec<u32>)>,
    /// The pool's root; known once sealed.
    pub root: Option<String>,
    /// The draw's steps.
    pub steps: Vec<StepLine>,
}

/// One step in a sentence.
#[derive(Debug, Clone)]
pub struct StepLine {
    /// Index in the log.
    pub seq: u64,
    /// Unix seconds.
    pub time: u64,
    /// What happened.
    pub text: String,
}

/// The style's CSP source, `sha256-…`.
#[must_use]
pub fn style_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| {
        let digest = klero_draw::hash::sha256(STYLE.as_bytes());
        format!("sha256-{}", base64::engine::general_purpose::STANDARD.encode(digest))
    })
}

/// The list of draws.
#[must_use]
pub fn home(origin: &str, draws: &[DrawStatus]) -> String {
    let mut body = format!("<h1>Draws of {}</h1>", escape(origin));
    if draws.is_empty() {
        body.push_str("<p>No draw has been announced yet.</p>");
    } else {
        body.push_str("<table><thead><tr><th>Draw</th><th>When</th><th>State</th></tr></thead><tbody>");
        for draw in draws.iter().rev() {
            let _ = write!(
                body,
                "<tr><td><a href=\"/draws/{id}\">{title}</a></td><td>{when}</td><td>{phase}</td></tr>",
                id = draw.draw,
                title = escape(title(draw)),
                when = when::show(draw.draws_at),
                phase = escape(&phase(draw)),
            );
        }
        body.push_str("</tbody></table>");
    }
    body.push_str(
        "<h2>For watchdogs</h2><p>Every step is in an append-only log: <a href=\"/checkpoint\">checkpoint</a>, \
         <a href=\"/log.vkey\">log key</a>, tiles under <code>/tile/</code>, artifacts under <code>/artifact/</code>.</p>",
    );
    shell("Draws", &body)
}

/// One draw.
#[must_use]
pub fn draw(facts: &DrawFacts) -> String {
    let status = &facts.status;
    let mut body = String::new();
    if status.rehearsal {
        body.push_str("<p class=\"say warn\"><strong>Rehearsal beacon: proves nothing.</strong> One person holds this beacon's key. This draw shows how it works; it decides nothing.</p>");
    }
    let _ = write!(body, "<h1>{}</h1><p class=\"say\">{}</p>", escape(title(status)), escape(&summary(facts)));
    body.push_str("<dl>");
    let mut row = |name: &str, value: String| {
        let _ = write!(body, "<dt>{name}</dt><dd>{value}</dd>");
    };
    row("Organiser", escape(&facts.organiser_name));
    row("Announced for", when::show(status.draws_at));
    row(
        "Attempt",
        format!(
            "{}{}",
            status.attempt,
            match status.postponed {
                0 => String::new(),
                1 => ", postponed once".to_owned(),
                n => format!(", postponed {n} times"),
            }
        ),
    );
    if let Some(people) = status.people {
        row("People in the pool", people.to_string());
    }
    if let Some((seats, reserves)) = facts.seats {
        row("Seats drawn", format!("{seats}, and {reserves} reserves"));
    }
    if let Some(method) = facts.method {
        row("Method", method.to_owned());
    }
    for (seats, why) in &facts.not_drawn {
        row("Seats not drawn", format!("{seats}: {}", escape(why)));
    }
    if let Some(reason) = &facts.table_reason {
        row("Table published although people stand alone in it", escape(reason));
    }
    if let (Some(round), Some(at)) = (status.round, status.round_at) {
        row("Beacon round", format!("{round}, published {}", when::show(at)));
    }
    body.push_str("</dl>");
    if let Some((drawn, reserves)) = &facts.drawn {
        people(&mut body, "Drawn", drawn);
        people(&mut body, "Reserves, in order", reserves);
        body.push_str("<p>Numbers are positions in the sealed pool. Each person can find their own with their receipt; nobody else can tell who they are.</p>");
    }
    body.push_str("<h2>What happened</h2><ol>");
    for step in &facts.steps {
        let _ = write!(
            body,
            "<li value=\"{}\">{}<br><small>{}</small></li>",
            step.seq,
            escape(&step.text),
            when::show(step.time)
        );
    }
    body.push_str("</ol><h2>Check it yourself</h2><p>Download the <a href=\"/draws/");
    let _ = write!(
        body,
        "{id}/bundle\">proof bundle</a> and verify it on your own computer, without this server:</p><pre><code>klero verify {id}.bundle.json --trust trust.json</code></pre>",
        id = status.draw
    );
    body.push_str("<dl>");
    if let Some(root) = &facts.root {
        let _ = write!(body, "<dt>Pool’s hash</dt><dd><code>{root}</code></dd>");
    }
    if let Some(outcome) = &status.outcome {
        let _ = write!(body, "<dt>Outcome</dt><dd><a href=\"/artifact/{outcome}\"><code>{outcome}</code></a></dd>");
    }
    let _ = write!(body, "<dt>Log</dt><dd><code>{}</code></dd></dl>", escape(&facts.origin));
    body.push_str(
        "<h2>What this does not prove</h2><p>That the register was complete, that nobody is in it twice, that somebody really \
         refused, or who turned up on the day.</p>",
    );
    shell(title(status), &body)
}

/// One sentence for the top of the page.
fn summary(facts: &DrawFacts) -> String {
    let status = &facts.status;
    match (&facts.drawn, status.people, facts.seats) {
        (Some((drawn, _)), Some(people), _) => {
            let state = match status.phase.as_str() {
                "annulled" => "The result was annulled. ",
                "vacated" => "Seats were given up and are being filled. ",
                _ => "",
            };
            format!(
                "{state}{} of {people} people were drawn by a public beacon value that did not exist when pool and rules were sealed.",
                drawn.len()
            )
        }
        (None, Some(people), Some((seats, _))) if status.phase == "sealed" => format!(
            "Pool and rules are sealed: {seats} of {people} people will be drawn. Nobody can change them now, and nobody can know whom the beacon will pick.{}",
            if status.overdue { " The result is overdue." } else { "" }
        ),
        _ if status.phase == "voided" => "This draw was given up before it was drawn.".to_owned(),
        _ => "This draw is announced. Pool and rules are not sealed yet.".to_owned(),
    }
}

fn people(body: &mut String, heading: &str, indices: &[u32]) {
    if indices.is_empty() {
        return;
    }
    let _ = write!(body, "<h2>{heading} ({})</h2>", indices.len());
    let long = indices.len() > 200;
    if long {
        body.push_str("<details><summary>Show all</summary>");
    }
    body.push_str("<ul class=\"people\">");
    for index in indices {
        let _ = write!(body, "<li>{index}</li>");
    }
    body.push_str("</ul>");
    if long {
        body.push_str("</details>");
    }
}

fn phase(draw: &DrawStatus) -> String {
    if draw.overdue { format!("{}, overdue", draw.phase) } else { draw.phase.clone() }
}

fn title(draw: &DrawStatus) -> &str {
    draw.title.get("en").or_else(|| draw.title.values().next()).map_or(draw.draw.as_str(), String::as_str)
}

fn shell(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{}</title><style>{STYLE}</style></head><body><nav><a href=\"/\">All draws</a></nav><main>{body}</main></body></html>\n",
        escape(title)
    )
}

/// Escapes text for HTML, inside elements and quoted attributes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
