//! The report as one HTML page: plain words, charts as SVG with their numbers as
//! tables, light and dark, readable on a phone, no script and no outside file.
//!
//! Everything that comes from a file is escaped. No person is named.

use std::fmt::Write;

use crate::build::Objective;
use crate::diagnose::Preview;
use crate::report::{QuotaFigures, Report};

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#566069;--paper:#fff;--card:#f4f6f8;--line:#d5dae0;--main:#2456a6;--other:#b4540a;--band:#dfe6f1}
@media(prefers-color-scheme:dark){:root{--ink:#e8ebef;--soft:#a4aeb9;--paper:#14171b;--card:#1d2228;--line:#3a424c;--main:#7fb0ff;--other:#ffb066;--band:#2a3446}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.55 system-ui,sans-serif}
main{max-width:48rem;margin:0 auto;padding:1.2rem 1rem 3rem}h1{font-size:1.75rem;line-height:1.2;margin:.6rem 0}
h2{font-size:1.25rem;margin:2.6rem 0 .6rem;padding-top:1.2rem;border-top:1px solid var(--line)}h3{font-size:1.05rem;margin:1.8rem 0 .5rem}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:.7rem;padding:0;list-style:none}
.figures li{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.8rem}
.figures b{display:block;font-size:1.45rem;line-height:1.3;font-variant-numeric:tabular-nums}
.figures span,figcaption,.soft,.axis,.legend{color:var(--soft);font-size:.9rem}.figures span{display:block;line-height:1.35}
figure{margin:1rem 0}svg{width:100%;display:block;overflow:visible}.plot{height:15rem}.bars{height:1.6rem;margin:.15rem 0 .8rem}
.axis{display:flex;justify-content:space-between;gap:1rem}.bar{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem;font-size:.95rem}
.bar span{color:var(--soft);font-variant-numeric:tabular-nums}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;padding:0;list-style:none}.legend i{display:inline-block;width:1rem;height:.7rem;margin-right:.4rem;border-radius:2px}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:.35rem .5rem;border-bottom:1px solid var(--line)}th{font-weight:600;vertical-align:bottom}
th:first-child,td:first-child{text-align:left}details{margin:.6rem 0}summary{cursor:pointer;padding:.4rem 0;color:var(--main)}
summary:focus-visible{outline:2px solid var(--main);outline-offset:2px}
.note{border-left:4px solid var(--other);border-radius:0 .4rem .4rem 0;padding:.6rem .9rem;background:var(--card)}
@media print{details>*{display:block}}";

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
    // its builder's word; what was reached stands below, counted
    let aim = match r.objective {
        None => String::new(),
        Some(objective) => format!(
            " Whoever built the list aimed at this: {}. How near it came is counted below.",
            match objective {
                Objective::Leximin => "the smallest chance as large as possible, then the next smallest, and so on",
                Objective::Maximin => "the smallest chance as large as possible",
                Objective::Nash => "the product of all chances as large as possible",
                Objective::Goldilocks => "neither very small nor very large chances",
            }
        ),
    };
    let _ = writeln!(
        out,
        "<p>{} people can be drawn for a panel of {} seats. There are {} numbered panels ({} of them \
         different). Every one of them meets every quota. The draw picks one panel, each with the same \
         chance; so a person's chance is the share of panels that they are on.{aim}</p>",
        r.people, r.seats, r.panels, r.distinct_panels
    );
    out.push_str("<ul class=\"figures\">\n");
    for (value, words) in [
        (percent(r.min_chance), format!("smallest chance ({} of {} panels)", r.min_copies, r.panels)),
        // without a proof nothing is known
        if r.levels.is_empty() {
            ("?".to_owned(), "what no list could exceed: no certificate came with the list".to_owned())
        } else {
            (percent(r.bound_min_chance), "no list can give everybody more than this".to_owned())
        },
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
            "<p class=\"note\">{} people are on no panel.{}</p>",
            r.people_on_no_panel,
            match r.people_proved_unseatable {
                0 => String::new(),
                proved =>
                    format!(" For {proved} of them it is proved that no panel which meets the quotas can include them."),
            }
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

// Drawings stretch to the width at hand and hold no text: words beside them stay
// readable on a phone.

fn chances(out: &mut String, r: &Report) {
    let top = r.max_chance.max(1e-9);
    let x = |people: f64| 100.0 * people / f64::from(r.people.max(1));
    let y = |chance: f64| 100.0 - 100.0 * chance / top;
    let _ = write!(
        out,
        "<h2>Chance of each person</h2>\n<figure>\n<p class=\"axis\"><span>{}: largest chance</span></p>\n\
         <svg class=\"plot\" viewBox=\"0 0 100 100\" preserveAspectRatio=\"none\" role=\"img\" \
         aria-label=\"Chances of all people, from the smallest to the largest; numbers in the table below\">\n\
         <path fill=\"var(--band)\" d=\"M0 100",
        percent(top)
    );
    let mut line = String::new();
    let mut people = 0_u32;
    for &(copies, count) in &r.people_by_copies {
        let height = y(f64::from(copies) / f64::from(r.panels));
        let from = x(f64::from(people));
        people += count;
        let _ = write!(line, "L{from:.2} {height:.2}L{:.2} {height:.2}", x(f64::from(people)));
    }
    let _ = writeln!(
        out,
        "{line}L100 100Z\"/>\n<path fill=\"none\" stroke=\"var(--main)\" stroke-width=\"2.5\" \
         vector-effect=\"non-scaling-stroke\" d=\"M0 100{line}\"/>\n\
         <path stroke=\"var(--other)\" stroke-width=\"1.5\" stroke-dasharray=\"6 4\" \
         vector-effect=\"non-scaling-stroke\" d=\"M0 {0:.2}H100\"/>\n\
         <path stroke=\"var(--soft)\" vector-effect=\"non-scaling-stroke\" d=\"M0 100H100\"/>\n</svg>\n\
         <p class=\"axis\"><span>smallest chance: {1}</span><span>largest: {2}</span></p>\n\
         <figcaption>All {3} people side by side, from the smallest chance to the largest. Dashed: the average, {4}.\
         </figcaption>\n</figure>",
        y(r.mean_chance),
        percent(r.min_chance),
        percent(r.max_chance),
        r.people,
        percent(r.mean_chance)
    );
    out.push_str(
        "<details><summary>The same as a table</summary>\n<div class=\"scroll\"><table>\n\
         <tr><th scope=\"col\">On how many panels</th><th scope=\"col\">Chance</th><th scope=\"col\">People</th></tr>\n",
    );
    for &(copies, count) in &r.people_by_copies {
        let chance = percent(f64::from(copies) / f64::from(r.panels));
        let _ = writeln!(out, "<tr><td>{copies}</td><td>{chance}</td><td>{count}</td></tr>");
    }
    out.push_str("</table></div></details>\n");
}

fn quotas(out: &mut String, r: &Report) {
    out.push_str(
        "<h2>Quotas, pool and panels</h2>\n<p>For each answer: its share of the people who can be drawn, its share \
         of an average panel, and what the quota allows. Where the pool's bar ends outside the allowed range, the \
         quota corrects who answered.</p>\n<ul class=\"legend\">\
         <li><i style=\"background:var(--other)\"></i>pool</li><li><i style=\"background:var(--main)\"></i>average \
         panel</li><li><i style=\"background:var(--band);border:1px solid var(--soft)\"></i>allowed by the quota</li></ul>\n",
    );
    for group in r.quotas.chunk_by(|a, b| a.feature == b.feature) {
        let Some(first) = group.first() else { continue };
        let _ = writeln!(out, "<h3>{}</h3>", escaped(&first.feature));
        feature_chart(out, r, group);
        out.push_str(
            "<details><summary>The same as a table</summary>\n<div class=\"scroll\"><table>\n<tr><th scope=\"col\">Answer</th>\
             <th scope=\"col\">Quota</th><th scope=\"col\">On panels</th><th scope=\"col\">Average</th>\
             <th scope=\"col\">In the pool</th><th scope=\"col\">Average chance</th></tr>\n",
        );
        for q in group {
            let _ = writeln!(
                out,
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{:.2}</td><td>{}</td><td>{}</td></tr>",
                escaped(&q.value),
                range(q.min, q.max),
                range(q.fewest, q.most),
                q.mean,
                q.pool,
                percent(q.mean_chance)
            );
        }
        out.push_str("</table></div></details>\n");
    }
}

fn range(low: u32, high: u32) -> String {
    if low == high { low.to_string() } else { format!("{low}–{high}") }
}

fn feature_chart(out: &mut String, r: &Report, group: &[QuotaFigures]) {
    let (seats, people) = (f64::from(r.seats.max(1)), f64::from(r.people.max(1)));
    let largest = group
        .iter()
        .flat_map(|q| [f64::from(q.max.min(r.seats)) / seats, f64::from(q.pool) / people, q.mean / seats])
        .fold(0.01, f64::max);
    let x = |share: f64| 100.0 * share / largest;
    out.push_str("<figure>\n");
    for q in group {
        let (pool, panel) = (f64::from(q.pool) / people, q.mean / seats);
        let (from, to) = (x(f64::from(q.min) / seats), x(f64::from(q.max.min(r.seats)) / seats));
        let _ = writeln!(
            out,
            "<div class=\"bar\"><b>{0}</b><span>pool {1}, panel {2}; quota {3} of {4}</span></div>\n\
             <svg class=\"bars\" viewBox=\"0 0 100 24\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{0}: \
             {1} of the pool, {2} of an average panel, quota {3} of {4} seats\">\n\
             <rect x=\"{from:.2}\" width=\"{5:.2}\" height=\"24\" fill=\"var(--band)\" stroke=\"var(--soft)\" \
             vector-effect=\"non-scaling-stroke\"/>\n\
             <rect y=\"3\" width=\"{6:.2}\" height=\"8\" fill=\"var(--other)\"/>\
             <rect y=\"13\" width=\"{7:.2}\" height=\"8\" fill=\"var(--main)\"/>\n</svg>",
            escaped(&q.value),
            percent(pool),
            percent(panel),
            range(q.min, q.max),
            r.seats,
            (to - from).max(0.4),
            x(pool),
            x(panel)
        );
    }
    out.push_str("</figure>\n");
}

fn limits(out: &mut String, r: &Report) {
    if r.levels.is_empty() {
        out.push_str(
            "<h2>How close to the best possible</h2>\n<p>No certificate goes with this list, so nothing is known of how fair a list under \
             these rules could be.</p>\n",
        );
        return;
    }
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
    if let Some(before) = r.min_chance_before_rounding.filter(|before| *before > r.min_chance + 1e-9) {
        let _ = writeln!(
            out,
            "<p>If panels could be mixed in any shares, not only in whole copies among {} panels, the smallest \
             chance found is {:.4} %: a longer list would come closer to that.</p>",
            r.panels,
            before * 100.0
        );
    }
    let covered = if r.levels_complete { "covers everybody" } else { "does not cover everybody" };
    let _ = writeln!(
        out,
        "<details><summary>Level by level ({} levels; the certificate {covered})</summary>\n<p class=\"soft\">Each \
         level looks at the people whom the levels before it have not settled. Its bound holds for every \
         lottery that gives the settled people at least the chances that they have in this list.</p>\n\
         <div class=\"scroll\"><table>\n<tr><th scope=\"col\">Level</th><th scope=\"col\">People</th><th scope=\"col\">Achieved</th>\
         <th scope=\"col\">Bound</th></tr>",
        r.levels.len()
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
    for (people, words) in [
        (&preview.never, "cannot be on any panel, whatever list is built"),
        (&preview.always, "must be on every panel, whatever list is built"),
    ] {
        if !people.is_empty() {
            let _ = writeln!(out, "<p class=\"note\">{} people {words}: the quotas leave no choice.</p>", people.len());
        }
    }
    if !preview.undecided.is_empty() {
        let _ = writeln!(
            out,
            "<p class=\"note\">Of {} people it was not found out in time whether the quotas leave them a choice.</p>",
            preview.undecided.len()
        );
    }
    out.push_str("<h2>What each quota costs</h2>\n");
    let mut costs: Vec<_> = preview.costs.iter().filter(|c| c.cost > 1e-6).collect();
    costs.sort_by(|a, b| b.cost.total_cmp(&a.cost));
    if costs.is_empty() {
        out.push_str("<p>Leaving out any one quota would not raise the smallest chance.</p>\n");
        return;
    }
    let _ = writeln!(
        out,
        "<p>If one rule were dropped and all others kept, the smallest chance could at best be as follows; with all \
         rules it is {}.</p>\n<div class=\"scroll\"><table>\n<tr><th scope=\"col\">Without</th>\
         <th scope=\"col\">Smallest chance at best</th><th scope=\"col\">Cost of the rule</th></tr>",
        percent(preview.min_chance)
    );
    for cost in costs {
        let name = match &cost.value {
            None => format!("all quotas of {}", escaped(&cost.feature)),
            Some(value) => format!("{} / {}", escaped(&cost.feature), escaped(value)),
        };
        let _ = writeln!(
            out,
            "<tr><td>{name}</td><td>{}</td><td>{} points</td></tr>",
            percent(cost.min_chance_without),
            format_args!("{:.2}", cost.cost * 100.0)
        );
    }
    out.push_str("</table></div>\n");
    if !preview.complete {
        out.push_str("<p class=\"soft\">Stopped early: not every rule was tried.</p>\n");
    }
}
