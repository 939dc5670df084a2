//! The shell: people as CSV and spreadsheets, relays' and authorities' answers, settings, keys, backups, states of monitors and witnesses, and
//! what a request carries beside its JSON. What is read from a path is written to a folder of the process first.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use klero_tlog::Hash;
use klero_tlog::cosignature::WitnessKey;
use klero_tlog::note::VerifierKey;
use kleroterion::anonymity::{Coarser, coarsen};
use kleroterion::drand::{Relay, read_round};
use kleroterion::files::RealFiles;
use kleroterion::guard::Guard;
use kleroterion::locked_key::Locked;
use kleroterion::monitor::findings::Findings;
use kleroterion::monitor::state::State;
use kleroterion::monitor::steps::Steps;
use kleroterion::outbound::Address;
use kleroterion::parsers;
use kleroterion::people_csv::{self, Options};
use kleroterion::pool_dir::{self, PoolDir};
use kleroterion::service::config::Config;
use kleroterion::service::kept::Kept;
use kleroterion::service::request::{Answer, HandedRound, Request};
use kleroterion::service::settings::Settings;
use kleroterion::site::lang::Lang;
use kleroterion::vault::Vault;
use kleroterion::{organiser_note, people_xlsx, signer, timestamp, when};

use crate::{Seen, Target, loose_text, loosely, text};

pub(crate) const TARGETS: &[Target] = &[
    ("people_csv", |data| loosely(with_file("people.csv", data, people))),
    ("people_headings", |data| loosely(people_csv::headings_of(data, None).is_ok())),
    ("people_sheet", |data| loosely(with_file("people.xlsx", &workbook(data), people))),
    ("people_book", |data| loosely(with_file("people.xlsx", data, |path| people_xlsx::to_csv(path).is_ok()))),
    ("uploaded_sheet", |data| loosely(parsers::uploaded_workbook(&workbook(data)))),
    ("coarsen", coarser_table),
    ("coarser", |data| loose_text(data, |t| Coarser::parse("band", t).is_ok())),
    ("drand_round", |data| loosely(read_round(data, false).is_ok() | read_round(data, true).is_ok())),
    ("handed_round", |data| loosely(serde_json::from_slice::<HandedRound>(data).is_ok())),
    ("relay", |data| text(data, |t| t.parse::<Relay>().ok().map(|relay| same_place(t, &relay.to_string())))),
    ("address", |data| text(data, |t| t.parse::<Address>().ok().map(|address| same_place(t, &address.to_string())))),
    ("timestamp_answer", timestamp_answer),
    ("cms", cms),
    ("organiser_note", |data| loose_text(data, |t| organiser_note::describe(t).is_ok())),
    ("time", time),
    ("settings", settings),
    ("service_config", service_config),
    ("key_file", |data| loosely(with_file("key", data, |path| signer::load(path).is_ok()))),
    ("locked_key", |data| loose_text(data, |t| Locked::parse(t).is_some())),
    ("public_key_file", |data| loosely(with_file("key", data, |path| signer::load_public(path).is_ok()))),
    ("witness_key_file", |data| loosely(with_file("key", data, |path| signer::load_witness(path).is_ok()))),
    ("rehearsal_key_file", |data| loosely(with_file("key", data, |path| signer::load_rehearsal(path).is_ok()))),
    ("data_key", |data| loosely(with_file("data.key", data, |path| Vault::open(path).is_ok()))),
    ("guard", guard),
    ("kept_tokens", kept_tokens),
    ("pool_folder", pool_folder),
    ("backup", |data| loosely(with_folder(|dir| parsers::backup(data, dir)))),
    ("monitor_state", |data| loose_text(data, |t| State::parse(t).is_ok())),
    ("monitor_findings", |data| loose_text(data, |t| Findings::parse(t).is_ok())),
    ("monitor_steps", monitor_steps),
    ("witness_state", witness_state),
    ("control_request", |data| loosely(serde_json::from_slice::<Request>(data).is_ok())),
    ("control_answer", |data| loosely(serde_json::from_slice::<Answer>(data).is_ok())),
    ("language", |data| loose_text(data, |t| Lang::accepted(t) != Lang::En)),
    ("login", |data| text(data, |t| parsers::login(t).then(|| t.to_owned()))),
    ("cursor", |data| loose_text(data, parsers::cursor)),
    ("api_records", |data| loosely(parsers::api_records(data))),
    ("cookie", |data| loosely(parsers::cookie(data))),
    ("forwarded", |data| loosely(parsers::forwarded(data))),
];

thread_local! {
    static FOLDER: RefCell<Option<tempfile::TempDir>> = const { RefCell::new(None) };
}

/// A folder of this thread, for files that are overwritten time and again.
fn with_dir<R: Default>(read: impl FnOnce(&Path) -> R) -> R {
    FOLDER.with_borrow_mut(|folder| {
        if folder.is_none() {
            *folder = tempfile::tempdir().ok();
        }
        folder.as_ref().map(|folder| read(folder.path())).unwrap_or_default()
    })
}

/// A new folder, removed afterwards.
fn with_folder(read: impl FnOnce(&Path) -> bool) -> bool {
    tempfile::tempdir().is_ok_and(|dir| read(dir.path()))
}

fn put(path: &Path, data: &[u8]) -> bool {
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::write(path, data).and_then(|()| std::fs::set_permissions(path, private)).is_ok()
}

fn with_file(name: &str, data: &[u8], read: impl FnOnce(&Path) -> bool) -> bool {
    with_dir(|dir| {
        let path = dir.join(name);
        put(&path, data) && read(&path)
    })
}

fn people(path: &Path) -> bool {
    let options =
        Options { id: "id".into(), public: vec!["quarter".into()], household: vec!["street".into()], delimiter: None };
    pool_dir::check(path, &options, &mut |_| {}).is_ok()
}

/// A workbook whose only sheet is these bytes: mutations of a zip file hardly come past its checksums.
pub(crate) fn workbook(sheet: &[u8]) -> Vec<u8> {
    const SPREADSHEET: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
    let related = |kind: &str, target: &str| {
        format!(
            "<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let types = format!(
        "<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"
    );
    let book = format!(
        "<workbook xmlns=\"{SPREADSHEET}\" xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"People\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
    );
    let (outer, inner) = (related("officeDocument", "xl/workbook.xml"), related("worksheet", "worksheets/sheet1.xml"));
    let files = [
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", outer.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", inner.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in files {
        let written = zip.start_file(name, stored).is_ok() && zip.write_all(bytes).is_ok();
        assert!(written, "a zip file in memory can be written");
    }
    zip.finish().map(Cursor::into_inner).unwrap_or_default()
}

/// A final slash more or less is the same server.
fn same_place(given: &str, read: &str) -> String {
    if given.trim_end_matches('/') == read { given.to_owned() } else { read.to_owned() }
}

fn coarser_table(data: &[u8]) -> Seen {
    let changes = [
        Coarser::Band { column: "age".into(), width: 10 },
        Coarser::Cut { column: "birth".into(), keep: 4 },
        Coarser::Merge { column: "quarter".into(), below: 2 },
    ];
    loosely(coarsen(data, &changes, b',', &mut std::io::sink()).is_ok())
}

/// The imprint and nonce of `corpus/timestamp_answer/granted`: SHA-256 of nothing, and 7.
fn timestamp_answer(data: &[u8]) -> Seen {
    loosely(timestamp::read_answer(data, &klero_draw::hash::sha256(b""), 7).is_ok())
}

/// The signatures of a token, under no certificate that anybody pinned: whatever is read, nothing is believed.
fn cms(data: &[u8]) -> Seen {
    use klero_verifier::tokens::Signatures as _;
    assert!(timestamp::cms::Pinned.check(data, &[]).is_err(), "a token is believed without a pinned certificate");
    // Under a certificate that anybody may have written, signatures are read as well.
    let _judged = timestamp::cms::Pinned.check(data, &[include_bytes!("../corpus/der/certificate").to_vec()]);
    loosely(klero_verifier::token::Token::parse(data).is_ok())
}

fn time(data: &[u8]) -> Seen {
    loose_text(data, |t| {
        let Ok(secs) = when::parse(t, 1_800_000_000) else { return false };
        let shown = when::show(secs);
        // What is shown to the second is read again as the same second.
        if let Some(again) = shown.strip_suffix(" UTC").map(|shown| shown.replace(' ', "T") + "Z") {
            assert_eq!(when::parse(&again, 0), Ok(secs), "{shown}");
        }
        let _labelled = when::year(secs);
        true
    })
}

const SERVICE: &[u8] = include_bytes!("../corpus/service_config/service.json");

fn settings(data: &[u8]) -> Seen {
    loosely(with_dir(|dir| {
        let there = put(&dir.join("service.json"), SERVICE) && put(&dir.join("klero.toml"), data);
        there && Settings::load(dir).is_ok()
    }))
}

fn service_config(data: &[u8]) -> Seen {
    loosely(with_dir(|dir| put(&dir.join("service.json"), data) && Config::load(dir).is_ok()))
}

fn log_key() -> Option<VerifierKey> {
    VerifierKey::parse(include_str!("../corpus/vkey/seeds").trim_end()).ok()
}

fn guard(data: &[u8]) -> Seen {
    let keys: Vec<_> = log_key().into_iter().collect();
    let read = |path: &Path| {
        let Ok(guard) = Guard::read(&RealFiles, path, &keys) else { return false };
        // A guard says one thing in one way.
        let again = path.with_file_name("again");
        assert!(guard.write(&RealFiles, &again).is_ok(), "a guard can be written");
        assert_eq!(std::fs::read(&again).ok().as_deref(), Some(data), "a guard in another spelling");
        true
    };
    loosely(with_file("guard", data, read))
}

fn kept_tokens(data: &[u8]) -> Seen {
    loosely(with_dir(|dir| {
        let folder = dir.join("witnessed");
        let kept = Kept::new(dir.to_owned(), std::sync::Arc::new(RealFiles));
        let there = std::fs::create_dir_all(&folder).is_ok() && put(&folder.join("3.tokens"), data);
        there
            && put(&folder.join("3"), data)
            && kept.tokens(3).is_ok_and(|tokens| !tokens.is_empty()) | kept.get(3).is_ok_and(|note| note.is_some())
    }))
}

/// Four files in one: their lengths in decimal on the first line, then `pool.json`, `pool.key`, `people.csv` and `index`.
fn pool_folder(data: &[u8]) -> Seen {
    let files = || {
        let at = data.iter().position(|byte| *byte == b'\n')?;
        let (lengths, rest) = data.split_at(at + 1);
        let lengths: Vec<usize> =
            std::str::from_utf8(lengths).ok()?.split_whitespace().map(|n| n.parse().ok()).collect::<Option<_>>()?;
        let mut rest = rest;
        let mut parts = Vec::new();
        for length in lengths {
            let (part, after) = rest.split_at_checked(length)?;
            parts.push(part);
            rest = after;
        }
        <[&[u8]; 4]>::try_from(parts).ok()
    };
    let Some(files) = files() else { return Seen::Refused };
    loosely(with_folder(|dir| {
        let names = ["pool.json", "pool.key", "people.csv", "index"];
        let there = names.iter().zip(files).all(|(name, bytes)| put(&dir.join(name), bytes));
        let Ok(pool) = PoolDir::open(dir) else { return false };
        let _openings = pool.openings(&[0, 1, u32::MAX]);
        let _openings = pool.openings(&[0]);
        there
    }))
}

fn monitor_steps(data: &[u8]) -> Seen {
    let length = u64::try_from(data.len()).unwrap_or(u64::MAX);
    loosely(with_file("steps", data, |path| {
        let mut draws = Vec::new();
        let mut each = |draw: &str, _: bool, _: &[u8]| {
            draws.push(draw.to_owned());
            Ok(())
        };
        let Ok(steps) = Steps::open(path, length, &mut each) else { return false };
        let mut found = String::new();
        for draw in draws {
            let _written = write!(found, "{:?}", steps.of_draw(&draw).map(|entries| entries.len()));
        }
        steps.leaves(u64::MAX, &mut |_: Hash| {}).is_err()
    }))
}

fn witness_state(data: &[u8]) -> Seen {
    let Ok(key) = WitnessKey::parse(include_str!("../corpus/witness_key/0").trim_end()) else { return Seen::Refused };
    let origin = include_str!("../corpus/checkpoint/0").lines().next().unwrap_or_default();
    loosely(parsers::witness_state(data, origin, &key))
}
