//! The report as one HTML page: plain words, charts as SVG with their numbers as
//! tables, light and dark, readable on a phone, no script and no outside file.
//!
//! Everything that comes from a file is escaped. No person is named.

use std::fmt::Write;

use crate::build::Objective;
use crate::diagnose::Preview;
use crate::report::{QuotaFigures, Report};

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#59636e;--paper:#fff;--card:#f5f7f9;--line:#d5dae0;--main:#2456a6;--other:#b4540a;--good:#1a7f4b}
@media(prefers-color-scheme:dark){:root{--ink:#e8ebef;--soft:#9da7b3;--paper:#14171b;--card:#1d2228;--line:#363d46;--main:#7fb0ff;--other:#ffb066;--good:#5fd39a}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:17px/1.55 system-ui,sans-serif}
main{max-width:46rem;margin:0 auto;padding:1rem}h1{font-size:1.6rem;line-height:1.2}h2{font-size:1.2rem;margin-top:2.2rem}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.6rem;padding:0;list-style:none}
.figures li{background:var(--card);border-radius:.5rem;padding:.7rem}.figures b{display:block;font-size:1.3rem}
.figures span,figcaption,.soft{color:var(--soft);font-size:.9rem}figure{margin:1rem 0}svg{width:100%;height:auto;display:block}
svg text{fill:var(--soft);font:12px system-ui,sans-serif}.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{text-align:right;padding:.3rem .5rem;border-bottom:1px solid var(--line)}
th:first-child,td:first-child{text-align:left}summary{cursor:pointer;padding:.4rem 0}.note{border-left:4px solid var(--other);padding:.4rem .8rem;background:var(--card)}";

/// Renders the page. `title` is the organiser's; `preview` adds what each rule costs.
#[must_use]
pub fn render(report: &Report, preview: Option<&Preview>, title: &str) -> String {
    let title = escaped(title);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width,initial-scale=1\">\n<title>{title}</title>\n<style>{STYLE}</style>\n\
         </head>\n<body>\n<main>\n<h1>{title}</h1>\n"
    );
    summary(&mut out, report);
    chances(&mut out, report);
    quotas(&mut out, report);
    limits(&mut out, report);
    if let Some(preview) = preview {
        costs(&mut out, preview);
    }
    out.push_str(
        "<h2>What this does not say</h2>\n<p>Each panel is one whole group. Chances are counted person by \
         person; whether two given people tend to be drawn together is not bounded. Anybody who has the \
         list can count all figures on this page again.</p>\n</main>\n</body>\n</html>\n",
    );
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn percent(chance: f64) -> String {
    format!("{:.2} %", chance * 100.0)
}

// writing to a String cannot fail, so its results are dropped throughout

fn summary(out: &mut String, r: &Report) {
    let aim = match r.objective {
        Objective::Leximin => {
            "the smallest chance is made as large as the rules allow, then the next smallest, and so on"
        }
        Objective::Maximin => "the smallest chance is made as large as the rules allow",
        Objective::Nash => "the product of all chances is made as large as the rules allow",
        Objective::Goldilocks => "very small and very large chances are both avoided",
    };
    let _ = writeln!(
        out,
        "<p>{} people can be drawn for a panel of {} seats. There are {} numbered panels ({} of them \
         different). Every one of them meets every quota. The draw picks one panel, each with the same \
         chance; so a person's chance is the share of panels that they are on. The list was built so \
         that {aim}.</p>",
        r.people, r.seats, r.panels, r.distinct_panels
    );
    out.push_str("<ul class=\"figures\">\n");
    for (value, words) in [
        (percent(r.min_chance), format!("smallest chance ({} of {} panels)", r.min_copies, r.panels)),
        (percent(r.bound_min_chance), "no list can give everybody more than this".to_owned()),
        (percent(r.mean_chance), "average chance (seats per person)".to_owned()),
        (percent(r.max_chance), format!("largest chance ({} of {} panels)", r.max_copies, r.panels)),
        (format!("{:.3}", r.gini), "Gini coefficient: 0 if all chances are equal".to_owned()),
        (percent(r.geometric_mean_of_drawable), "geometric mean of the chances above 0".to_owned()),
    ] {
        let _ = writeln!(out, "<li><b>{value}</b><span>{words}</span></li>");
    }
    out.push_str("</ul>\n");
    if r.people_on_no_panel > 0 {
        let _ = writeln!(
            out,
            "<p class=\"note\">{} people are on no panel. For {} of them it is proved that no panel which \
             meets the quotas can include them.</p>",
            r.people_on_no_panel, r.people_proved_unseatable
        );
    }
    if r.people_on_every_panel > 0 {
        let _ = writeln!(
            out,
            "<p class=\"note\">{} people are on every panel: the quotas leave little or no choice there.</p>",
            r.people_on_every_panel
        );
    }
    if r.interrupted {
        out.push_str(
            "<p class=\"note\">The search for better panels was stopped early. The list is valid; a longer \
             search might make it a little fairer.</p>\n",
        );
    }
}

fn chances(out: &mut String, r: &Report) {
    const WIDTH: f64 = 680.0;
    const HEIGHT: f64 = 240.0;
    let (left, bottom) = (48.0, 28.0);
    let top = r.max_chance.max(1e-9);
    let x = |people: f64| left + (WIDTH - left - 8.0) * people / f64::from(r.people.max(1));
    let y = |chance: f64| HEIGHT - bottom - (HEIGHT - bottom - 12.0) * chance / top;
    let _ = write!(
        out,
        "<h2>Chance of each person</h2>\n<figure>\n<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-label=\"Chances of all people, from the smallest to the largest; numbers in the table below\">\n\
         <path fill=\"none\" stroke=\"var(--main)\" stroke-width=\"2.5\" d=\"M{:.1} {:.1}",
        x(0.0),
        y(0.0)
    );
    let mut people = 0_u32;
    for &(copies, count) in &r.people_by_copies {
        let chance = f64::from(copies) / f64::from(r.panels);
        let from = x(f64::from(people));
        people += count;
        let _ = write!(out, "L{from:.1} {0:.1}L{1:.1} {0:.1}", y(chance), x(f64::from(people)));
    }
    let _ = writeln!(
        out,
        "\"/>\n<path stroke=\"var(--other)\" stroke-dasharray=\"5 4\" d=\"M{left} {0:.1}H{1:.1}\"/>\n\
         <path stroke=\"var(--line)\" d=\"M{left} {2:.1}H{1:.1}\"/>\n\
         <text x=\"{1:.1}\" y=\"{3:.1}\" text-anchor=\"end\">average {4}</text>\n\
         <text x=\"4\" y=\"{5:.1}\">{6}</text>\n<text x=\"4\" y=\"{2:.1}\">0</text>\n\
         <text x=\"{left}\" y=\"{7:.1}\">fewest panels</text>\n\
         <text x=\"{1:.1}\" y=\"{7:.1}\" text-anchor=\"end\">most panels</text>\n</svg>",
        y(r.mean_chance),
        x(f64::from(r.people)),
        y(0.0),
        y(r.mean_chance) - 5.0,
        percent(r.mean_chance),
        y(top) + 4.0,
        percent(top),
        HEIGHT - 8.0
    );
    out.push_str(
        "<figcaption>All people side by side, those with the smallest chance on the left.</figcaption>\n\
         </figure>\n<details><summary>The same as a table</summary>\n<div class=\"scroll\"><table>\n\
         <tr><th>On how many panels</th><th>Chance</th><th>People</th></tr>\n",
    );
    for &(copies, count) in &r.people_by_copies {
        let chance = percent(f64::from(copies) / f64::from(r.panels));
        let _ = writeln!(out, "<tr><td>{copies}</td><td>{chance}</td><td>{count}</td></tr>");
    }
    out.push_str("</table></div></details>\n");
}

fn quotas(out: &mut String, r: &Report) {
    out.push_str(
        "<h2>Quotas, pool and panels</h2>\n<p>For each answer: its share of the people in the pool (orange) \
         and its share of an average panel (blue). The thin line is what the quota allows.</p>\n",
    );
    for group in r.quotas.chunk_by(|a, b| a.feature == b.feature) {
        let Some(first) = group.first() else { continue };
        let _ = writeln!(out, "<h3>{}</h3>", escaped(&first.feature));
        feature_chart(out, r, group);
        out.push_str(
            "<details><summary>The same as a table</summary>\n<div class=\"scroll\"><table>\n<tr><th>Answer</th>\
             <th>Quota</th><th>On panels</th><th>Average</th><th>In the pool</th><th>Average chance</th></tr>\n",
        );
        for q in group {
            let _ = writeln!(
                out,
                "<tr><td>{}</td><td>{}–{}</td><td>{}–{}</td><td>{:.2}</td><td>{}</td><td>{}</td></tr>",
                escaped(&q.value),
                q.min,
                q.max,
                q.fewest,
                q.most,
                q.mean,
                q.pool,
                percent(q.mean_chance)
            );
        }
        out.push_str("</table></div></details>\n");
    }
}

fn feature_chart(out: &mut String, r: &Report, group: &[QuotaFigures]) {
    const WIDTH: f64 = 680.0;
    const ROW: f64 = 44.0;
    let (seats, people) = (f64::from(r.seats.max(1)), f64::from(r.people.max(1)));
    let largest = group
        .iter()
        .flat_map(|q| [f64::from(q.max.min(r.seats)) / seats, f64::from(q.pool) / people])
        .fold(0.01, f64::max);
    let x = |share: f64| WIDTH * 0.9 * share / largest;
    let height = ROW * f64::from(crate::instance::count(group.len()));
    let _ = writeln!(
        out,
        "<figure><svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"Shares of the pool and of an \
         average panel for {}; numbers in the table below\">",
        escaped(&group[0].feature)
    );
    let mut y = 0.0;
    for q in group {
        let share = q.mean / seats;
        let _ = writeln!(
            out,
            "<text x=\"0\" y=\"{:.0}\">{}: pool {}, panel {}</text>",
            y + 13.0,
            escaped(&q.value),
            percent(f64::from(q.pool) / people),
            percent(share)
        );
        for (shift, width, colour) in [(18.0, x(f64::from(q.pool) / people), "other"), (28.0, x(share), "main")] {
            let _ = writeln!(
                out,
                "<rect x=\"0\" y=\"{:.0}\" width=\"{width:.1}\" height=\"8\" fill=\"var(--{colour})\"/>",
                y + shift
            );
        }
        let (from, to) = (x(f64::from(q.min) / seats), x(f64::from(q.max.min(r.seats)) / seats));
        let _ = writeln!(
            out,
            "<path stroke=\"var(--ink)\" stroke-width=\"2\" d=\"M{from:.1} {0:.0}v12M{from:.1} {1:.0}H{to:.1}\
             M{to:.1} {0:.0}v12\"/>",
            y + 26.0,
            y + 32.0
        );
        y += ROW;
    }
    out.push_str("</svg></figure>\n");
}

fn limits(out: &mut String, r: &Report) {
    let _ = writeln!(
        out,
        "<h2>How close to the best possible</h2>\n<p>A certificate goes with this list. It proves, with whole \
         numbers that anybody can add up, that no lottery under these rules can give everybody more than \
         {} ({} of {} panels). This list gives everybody at least {} ({} panels). The difference is {} \
         percentage points.</p>",
        percent(r.bound_min_chance),
        r.bound_min_copies,
        r.panels,
        percent(r.min_chance),
        r.min_copies,
        format_args!("{:.3}", r.gap_min_chance * 100.0)
    );
    let covered = if r.levels_complete { "covers everybody" } else { "does not cover everybody" };
    let _ = writeln!(
        out,
        "<details><summary>Level by level ({} levels; the certificate {covered})</summary>\n<p class=\"soft\">Each \
         level looks at the people whom the levels before it have not settled. Its bound holds for every \
         lottery that gives the settled people the chances of their levels, less {:e}.</p>\n\
         <div class=\"scroll\"><table>\n<tr><th>Level</th><th>People</th><th>Achieved</th><th>Bound</th></tr>",
        r.levels.len(),
        r.tolerance
    );
    for (i, level) in r.levels.iter().enumerate() {
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            i + 1,
            level.people,
            percent(level.achieved),
            percent(level.bound)
        );
    }
    out.push_str("</table></div></details>\n");
}

fn costs(out: &mut String, preview: &Preview) {
    out.push_str(
        "<h2>What each quota costs</h2>\n<p>If one rule were dropped and all others kept, the smallest chance \
         could be at best:</p>\n<div class=\"scroll\"><table>\n<tr><th>Without</th><th>Smallest chance at best</th>\
         <th>Cost of the rule</th></tr>\n",
    );
    for cost in preview.costs.iter().filter(|c| c.value.is_none() || c.cost > 1e-6) {
        let name = match &cost.value {
            None => format!("all quotas of {}", escaped(&cost.feature)),
            Some(value) => format!("{} / {}", escaped(&cost.feature), escaped(value)),
        };
        let _ = writeln!(
            out,
            "<tr><td>{name}</td><td>{}</td><td>{}</td></tr>",
            percent(cost.min_chance_without),
            percent(cost.cost)
        );
    }
    out.push_str("</table></div>\n");
}
