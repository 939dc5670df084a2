//! Bars that show how a pool and those drawn from it are spread over the values of a column, with what the rules demanded.
//!
//! All bars of a chart share one scale: the share of their own group. Numbers stand beside them and in a table, so that a chart is never
//! the only way to read them.

use super::facts::{Column, ValueCount};
use super::lang::{Arg, Lang};

/// Values that are drawn as bars; the table has all.
const BARS_MAX: usize = 14;
/// Rows of the table; longer columns (postcodes, say) are no cross-section that anyone reads.
const ROWS_MAX: usize = 400;
/// Width of the drawing, in its own units.
const WIDTH: u64 = 330;

/// One chart.
#[derive(Debug)]
pub struct Chart {
    /// The column.
    pub name: String,
    /// What it shows, for those who do not see it.
    pub label: String,
    /// Height in its own units.
    pub height: u64,
    /// People were drawn.
    pub has_drawn: bool,
    /// The earlier pool is known.
    pub has_earlier: bool,
    /// Some value has a quota.
    pub has_quota: bool,
    /// Values that stand in the table alone.
    pub more: Option<String>,
    /// Bars, top to bottom.
    pub bars: Vec<Bars>,
    /// Value, earlier pool, pool, drawn, demanded.
    pub rows: Vec<(String, String, String, String, String)>,
}

/// The bars of one value.
#[derive(Debug)]
pub struct Bars {
    /// The value.
    pub value: String,
    /// Numbers in words.
    pub shown: String,
    /// Baseline of the words.
    pub y_text: u64,
    /// Tops of the bars.
    pub y_earlier: u64,
    /// Top of the pool's bar.
    pub y_pool: u64,
    /// Top of the bar of those drawn.
    pub y_drawn: u64,
    /// Top of the quota's marks.
    pub y_quota: u64,
    /// Lengths.
    pub earlier: Option<u64>,
    /// Length of the pool's bar.
    pub pool: u64,
    /// Length of the bar of those drawn.
    pub drawn: u64,
    /// Places of the quota's marks.
    pub quota: Option<(u64, u64)>,
}

/// Charts of these columns.
#[must_use]
pub fn charts(columns: &[Column], has_drawn: bool, lang: Lang) -> Vec<Chart> {
    columns.iter().map(|column| chart(column, has_drawn, lang)).collect()
}

fn chart(column: &Column, has_drawn: bool, lang: Lang) -> Chart {
    let has_quota = column.rows.iter().any(|r| r.quota.is_some());
    let has_earlier = column.earlier.is_some();
    // Thousandths of the whole; the longest bar or mark fills the width.
    let share =
        |part: u64, whole: u64| u64::try_from(u128::from(part) * 1_000 / u128::from(whole.max(1))).unwrap_or(1_000);
    let of = |row: &ValueCount| {
        let quota = row.quota.map(|(min, max)| (share(min, column.drawn), share(max.min(column.drawn), column.drawn)));
        let earlier = row.earlier.zip(column.earlier).map(|(n, all)| share(n, all));
        (earlier, share(row.pool, column.pool), share(row.drawn, column.drawn), quota)
    };
    let longest = column
        .rows
        .iter()
        .map(|row| {
            let (earlier, pool, drawn, quota) = of(row);
            let quota = if has_drawn { quota.map_or(0, |q| q.1) } else { 0 };
            earlier.unwrap_or(0).max(pool).max(drawn).max(quota)
        })
        .max()
        .unwrap_or(1)
        .max(1);
    let scale = |share: u64| (share * WIDTH / longest).max(u64::from(share > 0));
    let per_value: u64 = 18 + if has_earlier { 7 } else { 0 } + 9 + if has_drawn { 15 } else { 4 };
    let mut bars = Vec::new();
    let mut y = 0;
    for row in column.rows.iter().take(BARS_MAX) {
        let (earlier, pool, drawn, quota) = of(row);
        let y_earlier = y + 18;
        let y_pool = y_earlier + if has_earlier { 7 } else { 0 };
        let y_drawn = y_pool + 9;
        // The bars are shares; the number beside them says the same share first.
        let shown = if has_drawn {
            format!("{} ({})", lang.percent(row.drawn, column.drawn), lang.number(row.drawn))
        } else {
            lang.percent(row.pool, column.pool)
        };
        let quota = if has_drawn { quota } else { None };
        bars.push(Bars {
            value: shorten(&row.value),
            shown,
            y_text: y + 13,
            y_earlier,
            y_pool,
            y_drawn,
            y_quota: y_drawn.saturating_sub(2),
            earlier: earlier.map(scale),
            pool: scale(pool),
            drawn: scale(drawn),
            quota: quota.map(|(min, max)| (min * WIDTH / longest, max * WIDTH / longest)),
        });
        y += per_value;
    }
    let counted = |n: u64, whole: u64| {
        lang.with("chart-share", &[("n", Arg::N(n)), ("percent", Arg::S(&lang.percent(n, whole)))])
    };
    let rows = column
        .rows
        .iter()
        .take(ROWS_MAX)
        .map(|row| {
            let quota = row.quota.map_or_else(String::new, |(min, max)| {
                if min == max {
                    lang.number(min)
                } else {
                    lang.with("chart-quota-value", &[("min", Arg::N(min)), ("max", Arg::N(max))])
                }
            });
            let earlier = row.earlier.zip(column.earlier).map_or_else(String::new, |(n, all)| counted(n, all));
            (row.value.clone(), earlier, counted(row.pool, column.pool), counted(row.drawn, column.drawn), quota)
        })
        .collect();
    let hidden = column.rows.len().saturating_sub(BARS_MAX);
    let more = (hidden > 0).then(|| lang.with("chart-more", &[("n", Arg::N(hidden as u64))]));
    let label = column
        .rows
        .iter()
        .take(BARS_MAX)
        .map(|r| {
            let pool = lang.percent(r.pool, column.pool);
            if has_drawn { format!("{}: {pool}, {}", r.value, r.drawn) } else { format!("{}: {pool}", r.value) }
        })
        .collect::<Vec<_>>()
        .join("; ");
    Chart {
        name: column.name.clone(),
        label: format!("{}. {label}", column.name),
        height: y.max(1),
        has_drawn,
        has_earlier,
        has_quota: has_quota && has_drawn,
        more,
        bars,
        rows,
    }
}

fn shorten(value: &str) -> String {
    if value.is_empty() {
        return "–".to_owned();
    }
    let mut chars = value.chars();
    let head: String = chars.by_ref().take(34).collect();
    if chars.next().is_some() { format!("{head}…") } else { head }
}
