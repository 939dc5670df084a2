//! What can be known before a list is built: whether a panel is possible, who has no choice, and what each quota costs in fairness.
//!
//! People are named by their line in the respondents file, never by what stands there.

use std::fmt::Write as _;

use klero_panels::{Feasibility, Preview, Watch, diagnose, preview};

use super::files::Task;
use crate::cli::out;
use crate::failure::Failure;

/// Lines that are printed one by one; JSON has them all.
const SHOWN: usize = 20;

/// What `check` says without a list.
#[derive(serde::Serialize)]
struct Ahead<'a> {
    people: u32,
    types: u32,
    seats: u32,
    /// Whether a panel was found; absent if neither that nor the contrary could be established.
    possible: Option<bool>,
    #[serde(flatten)]
    preview: &'a Preview,
    never_lines: Vec<u64>,
    always_lines: Vec<u64>,
    undecided_lines: Vec<u64>,
}

/// Looks ahead and prints.
pub(crate) fn look(task: &Task, watch: &dyn Watch, finish: impl Fn(), json: bool) -> Result<(), Failure> {
    let feasibility = diagnose(&task.instance, watch);
    if matches!(feasibility, Feasibility::Infeasible(_)) {
        return Err(super::infeasible(task, watch));
    }
    let found = preview(&task.instance, watch);
    finish();
    let found = found.map_err(|_| Failure::unavailable("the solver gave up on these quotas"))?;
    let lines = |people: &[u32]| -> Vec<u64> { people.iter().filter_map(|p| task.respondents.line(*p)).collect() };
    let (never_lines, always_lines) = (lines(&found.never), lines(&found.always));
    let undecided_lines = lines(&found.undecided);
    let possible = (feasibility == Feasibility::Feasible).then_some(true);
    let (people, types, seats) = (task.instance.people(), task.instance.types(), task.instance.seats());
    if json {
        let preview = &found;
        return out::json(&Ahead {
            people,
            types,
            seats,
            possible,
            preview,
            never_lines,
            always_lines,
            undecided_lines,
        });
    }
    out::line(match possible {
        Some(_) => format!("a panel of {seats} from {people} people of {types} types can meet all quotas"),
        None => format!("no panel of {seats} was found in time, and none was proved impossible"),
    })?;
    out::line(format!(
        "average chance {}; no list can give everybody more than {}",
        percent(f64::from(seats) / f64::from(people)),
        percent(found.min_chance)
    ))?;
    for (lines, words) in [
        (&never_lines, "can be on no panel"),
        (&always_lines, "must be on every panel"),
        (&undecided_lines, "may be among these, or not: it was not found out in time"),
    ] {
        if !lines.is_empty() {
            out::line(format!("{} people {words}: respondents, lines {}", lines.len(), listed(lines)))?;
        }
    }
    let mut costs: Vec<_> = found.costs.iter().filter(|c| c.cost > 5e-5).collect();
    costs.sort_by(|a, b| b.cost.total_cmp(&a.cost));
    if costs.is_empty() {
        out::line("leaving out any one quota would not raise the smallest chance")?;
    } else {
        out::line("the smallest chance could at best be, without")?;
        for cost in costs {
            let what = match &cost.value {
                None => format!("all quotas of {}", cost.feature),
                Some(value) => format!("{} / {value}", cost.feature),
            };
            out::line(format!("  {:>8}  {what}", percent(cost.min_chance_without)))?;
        }
    }
    if !found.complete {
        out::line("stopped early: not every quota was tried")?;
    }
    Ok(())
}

fn percent(chance: f64) -> String {
    format!("{:.2} %", chance * 100.0)
}

fn listed(lines: &[u64]) -> String {
    let mut text = String::new();
    for (i, line) in lines.iter().take(SHOWN).enumerate() {
        let comma = if i > 0 { ", " } else { "" };
        // writing to a String cannot fail
        let _written = write!(text, "{comma}{line}");
    }
    if lines.len() > SHOWN {
        let _written = write!(text, " and {} more (--json names all)", lines.len() - SHOWN);
    }
    text
}
