//! `crates/draw`: terms, steps, artifacts, receipts and codes, names, keys, beacons, canonical JSON.

use klero_draw::artifacts::{PanelList, StrataList};
use klero_draw::beacon::ChainInfo;
use klero_draw::certificate::Certificate;
use klero_draw::hash::{ArtifactHash, PoolRoot, from_hex};
use klero_draw::json;
use klero_draw::names::Slug;
use klero_draw::outcome::{Outcome, ReplacementOutcome};
use klero_draw::pool::{Columns, PoolKey};
use klero_draw::receipt::{Locator, Receipt, ShortCode, open_box};
use klero_draw::scan::Scanner;
use klero_draw::step::UnverifiedStep;
use klero_draw::table::Table;
use klero_draw::terms::parse_terms;

use crate::{Seen, Target, loose_text, loosely, text};

pub(crate) const TARGETS: &[Target] = &[
    ("step", step),
    ("terms", |data| text(data, |t| parse_terms(t).ok().map(|terms| terms.note()))),
    ("strata", |data| text(data, |t| StrataList::parse(t).ok()?.text().ok())),
    ("panels", |data| text(data, |t| PanelList::parse(t).ok()?.text().ok())),
    ("certificate", |data| text(data, |t| Certificate::parse(t).ok()?.text().ok())),
    ("outcome", |data| text(data, |t| Outcome::parse(t).ok()?.text().ok())),
    ("replacement", |data| text(data, |t| ReplacementOutcome::parse(t).ok()?.text().ok())),
    ("receipt", |data| text(data, |t| Receipt::parse(t).ok()?.encode().ok())),
    ("short_code", short_code),
    ("locator", |data| text(data, |t| t.parse::<Locator>().ok().map(|locator| locator.to_string()))),
    ("receipt_box", receipt_box),
    ("slug", |data| text(data, |t| t.parse::<Slug>().ok().map(|slug| slug.to_string()))),
    ("hex_hash", |data| text(data, |t| t.parse::<ArtifactHash>().ok().map(|hash| hash.to_string()))),
    ("pool_key", |data| text(data, |t| t.parse::<PoolKey>().ok().map(|key| key.to_hex().to_string()))),
    ("columns", |data| text(data, |t| json::encode(&json::decode::<Columns>(t).ok()?).ok())),
    ("chain_info", |data| text(data, |t| json::encode(&json::decode::<ChainInfo>(t).ok()?).ok())),
    ("table", table),
    ("scanner", |data| loose_text(data, |t| scan(t).is_some())),
];

fn step(data: &[u8]) -> Seen {
    let Ok(step) = UnverifiedStep::parse(data) else { return Seen::Refused };
    // The signature lines stand as they were; the JSON line must be what the step it was read as encodes to.
    let line = json::encode(step.claims()).unwrap_or_default();
    let printed = data.split(|b| *b == b'\n').nth(1).is_some_and(|there| there == line.as_bytes());
    if printed { Seen::Accepted(data.to_vec()) } else { Seen::Accepted(line.into_bytes()) }
}

/// People type codes in many ways. What was understood is one code: its printed form means the same.
fn short_code(data: &[u8]) -> Seen {
    loose_text(data, |t| {
        let Ok(code) = ShortCode::parse(t) else { return false };
        let again = ShortCode::parse(&code.grouped()).map(|again| again.locator());
        assert_eq!(again, Ok(code.locator()), "a code's printed form is another code");
        true
    })
}

/// A code, a newline, and a box in hexadecimal.
fn receipt_box(data: &[u8]) -> Seen {
    loose_text(data, |t| {
        let Some((code, sealed)) = t.split_once('\n') else { return false };
        let (Ok(code), Ok(sealed)) = (ShortCode::parse(code), hex::decode(sealed.trim_end())) else { return false };
        open_box(&code, &sealed).is_ok()
    })
}

/// The root in hexadecimal, the columns' JSON, and the table.
fn table(data: &[u8]) -> Seen {
    loosely(std::str::from_utf8(data).ok().and_then(read_table).is_some())
}

fn read_table(text: &str) -> Option<()> {
    let (root, rest) = text.split_once('\n')?;
    let (columns, table) = rest.split_once('\n')?;
    let root = PoolRoot(from_hex(root)?);
    let columns: Columns = json::decode(columns).ok()?;
    let size = u32::try_from(table.lines().count().checked_sub(1)?).ok()?;
    // A false count of people is refused as well, and reserves nothing.
    assert!(Table::parse(table, &columns, u32::MAX, &root).is_err(), "a table of too few lines");
    Table::parse(table, &columns, size, &root).ok().map(|_| ())
}

/// A list of pairs of a string and a number.
fn scan(text: &str) -> Option<()> {
    let mut scan = Scanner::new(text);
    scan.expect("[").ok()?;
    let mut first = true;
    while scan.more(first, "]").ok()? {
        first = false;
        let word = scan.string().ok()?.into_owned();
        // What the scanner reads of a string, the JSON reader reads too.
        assert!(json::encode(&word).is_ok(), "a string that cannot be written");
        scan.expect(":").ok()?;
        scan.number().ok()?;
    }
    scan.end().ok()
}
