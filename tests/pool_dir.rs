//! Committed pools on disk: what is written and with which rights, that it opens, verifies and refuses what was changed, and that a
//! failure leaves nothing behind.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use klero_draw::hash::PoolRoot;
use klero_draw::receipt::{PoolTerms, Receipt};
use klero_draw::table::Table;
use kleroterion::failure::Failure;
use kleroterion::people_csv::Options;
use kleroterion::pool_dir::{CommitOptions, LinkedOptions, List, PoolDir, Selected, TableWish, commit, commit_linked};

fn roles(id: &str, public: &[&str], household: &[&str]) -> Options {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Options { id: id.to_owned(), public: owned(public), household: owned(household), delimiter: None }
}

fn people_csv() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/csv/people.csv")
}

fn municipal() -> CommitOptions {
    CommitOptions { roles: roles("id", &["municipality"], &["street", "number"]), table: TableWish::IfUseful }
}

/// Commits the fixture with its municipality public and its address as household.
fn committed(out: &Path) -> PoolDir {
    commit(&people_csv(), &municipal(), out, &mut |_| {}).unwrap();
    PoolDir::open(out).unwrap()
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// What a failed command said; it must not hold any cell of the fixture.
#[track_caller]
fn said<T>(result: Result<T, Failure>) -> String {
    let Err(failure) = result else { panic!("not refused") };
    let text = failure.to_string();
    for cell in ["Schmitz", "P-00", "Ringstra", "1980", "Kelmis"] {
        assert!(!text.contains(cell), "{text}");
    }
    text
}

#[test]
fn a_pool_is_private_whole_and_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("pools/eupen");
    let mut told = Vec::new();
    let done = commit(&people_csv(), &municipal(), &dir, &mut |p| told.push(p)).unwrap();
    assert_eq!(done.summary.people, 7);
    assert_eq!((done.size, done.columns.private()), (7, &["birth_year".to_owned(), "name".to_owned()][..]));
    assert!(told.iter().all(|p| p.done == p.total) && !told.is_empty());
    assert_eq!(mode(&dir), 0o700);
    assert_eq!(names(&dir), ["index", "people.csv", "pool.json", "pool.key", "table"]);
    assert!(names(&dir).iter().all(|name| mode(&dir.join(name)) == 0o600));
    assert_eq!(names(dir.parent().unwrap()), ["eupen"]);
    assert_eq!(std::fs::read(dir.join("people.csv")).unwrap(), std::fs::read(people_csv()).unwrap());
    let manifest = std::fs::read_to_string(dir.join("pool.json")).unwrap();
    assert!(!manifest.contains("Anna") && !manifest.contains("P-00") && manifest.contains(&done.root.to_string()));

    let pool = PoolDir::open(&dir).unwrap();
    let verified = pool.verify(&mut |_| {}).unwrap();
    assert_eq!((verified.size, verified.root, verified.table), (7, done.root, done.table));
    assert!(done.table.is_some());
    let shown = format!("{pool:?}");
    assert!(!shown.contains(pool.key().to_hex().as_str()) && !shown.contains("Anna"), "{shown}");

    // The table is the one that the protocol's own reader accepts, and says what the rows say.
    let text = pool.table_text().unwrap().unwrap();
    let table = Table::parse(&text, pool.columns(), 7, &pool.root()).unwrap();
    let of = |id: &str| pool.find_id(id).unwrap().unwrap();
    assert_eq!(table.tag(of("P-001")), table.tag(of("P-002")));
    assert_eq!(table.tag(of("P-003")), table.tag(of("P-007")));
    assert_ne!(table.tag(of("P-001")), table.tag(of("P-003")));
    assert_eq!((table.tag(of("P-005")), table.tag(of("P-006"))), (None, None));
    assert_eq!(table.value(of("P-004"), 0), "Kelmis");

    // Another commitment of the same file has another key, hence another root.
    assert_ne!(committed(&folder.path().join("again")).root(), done.root);
}

#[test]
fn people_are_found_and_opened() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("pool");
    committed(&dir);
    let pool = PoolDir::open(&dir).unwrap();
    let mut seen = BTreeSet::new();
    for id in 1..=7 {
        let id = format!("P-00{id}");
        let index = pool.find_id(&format!(" {id}\t")).unwrap().unwrap();
        let person = pool.person_at(index).unwrap();
        assert_eq!(person.cells[0], ("id".to_owned(), id));
        seen.insert(index);
    }
    assert_eq!(seen, (0..7).collect());
    assert_eq!(pool.find_id("P-008").unwrap(), None);
    let dirk = pool.person_at(pool.find_id("P-004").unwrap().unwrap()).unwrap();
    assert_eq!(dirk.cells[1].1, "Dirk \"Didi\" Maus");
    assert_eq!(dirk.cells[4].1, "Am Bach, Hof");

    let indices = [6, 0, 3, 3];
    let openings = pool.openings(&indices).unwrap();
    for (opening, index) in openings.iter().zip(indices) {
        let proved = opening.verify(7, &pool.root()).unwrap();
        assert_eq!((proved.index(), proved.private()), (index, pool.person_at(index).unwrap().private_part));
    }
    assert!(said(pool.openings(&[7])).contains("no person 7"));
    assert!(said(pool.person_at(u32::MAX)).contains("no person"));
}

#[test]
fn receipts_check_against_the_pool_alone() {
    let folder = tempfile::tempdir().unwrap();
    let pool = committed(&folder.path().join("pool"));
    let (draw, log) = ("eupen-2026".parse().unwrap(), "example.org/log");
    let terms = PoolTerms { columns: pool.columns(), draw: &draw, log, root: pool.root(), size: pool.size() };
    let indices: Vec<u32> = (0..7).rev().collect();
    let mut made = Vec::new();
    pool.receipts(&indices, &draw, log, &mut |receipt| {
        made.push(receipt);
        Ok(())
    })
    .unwrap();
    for (receipt, index) in made.iter().zip(&indices) {
        let text = receipt.encode().unwrap();
        let checked = Receipt::parse(&text).unwrap().check(&terms).unwrap();
        assert_eq!(checked.index(), *index);
        assert_eq!(checked.private_part(), pool.person_at(*index).unwrap().private_part);
        assert!(pool.receipt(*index, &draw, log).unwrap() == *receipt);
    }
    assert_eq!(made.len(), 7);
    assert!(said(pool.receipt(7, &draw, log)).contains("no person 7"));
}

#[test]
fn the_table_is_written_when_wanted_or_useful() {
    let folder = tempfile::tempdir().unwrap();
    let (plain, public) = (roles("id", &[], &[]), roles("id", &["municipality"], &[]));
    for (n, (roles, table, expected)) in [
        (&plain, TableWish::IfUseful, false),
        (&plain, TableWish::Always, true),
        (&public, TableWish::IfUseful, true),
        (&public, TableWish::Never, false),
        (&public, TableWish::Always, true),
    ]
    .into_iter()
    .enumerate()
    {
        let dir = folder.path().join(n.to_string());
        let options = CommitOptions { roles: roles.clone(), table };
        let done = commit(&people_csv(), &options, &dir, &mut |_| {}).unwrap();
        assert_eq!((done.table.is_some(), dir.join("table").exists()), (expected, expected));
        PoolDir::open(&dir).unwrap().verify(&mut |_| {}).unwrap();
    }
}

#[test]
fn a_refused_file_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.csv");
    std::fs::write(&bad, "id,name\nP-001,Schmitz\nP-001,Schmitz\n").unwrap();
    let out = folder.path().join("out");
    let options = CommitOptions { roles: roles("id", &[], &[]), ..CommitOptions::default() };
    let text = said(commit(&bad, &options, &out, &mut |_| {}));
    assert!(text.contains("line 3: the same id as on line 2"), "{text}");
    assert_eq!(names(folder.path()), ["bad.csv"]);
    let text = said(commit(&folder.path().join("none.csv"), &options, &out, &mut |_| {}));
    assert!(text.contains("none.csv"), "{text}");
    assert_eq!(names(folder.path()), ["bad.csv"]);

    // A folder with something in it is never touched; an empty one is used.
    std::fs::create_dir(&out).unwrap();
    std::fs::write(out.join("note"), "mine").unwrap();
    assert!(said(commit(&people_csv(), &options, &out, &mut |_| {})).contains("is not empty"));
    assert_eq!(names(&out), ["note"]);
    std::fs::remove_file(out.join("note")).unwrap();
    commit(&people_csv(), &options, &out, &mut |_| {}).unwrap();
    assert_eq!(mode(&out), 0o700);
}

#[test]
fn a_changed_pool_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let fresh = |name: &str| {
        let dir = folder.path().join(name);
        committed(&dir);
        dir
    };
    let change = |path: &Path, from: &str, to: &str| {
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.contains(from));
        std::fs::write(path, text.replacen(from, to, 1)).unwrap();
    };
    let verify = |dir: &Path| PoolDir::open(dir).and_then(|pool| pool.verify(&mut |_| {}));

    // A row: the root is another one, and the person cannot be opened any more.
    let dir = fresh("row");
    change(&dir.join("people.csv"), "Renard", "Remard");
    assert!(said(verify(&dir)).contains("the rows are not those that were committed"));
    let pool = PoolDir::open(&dir).unwrap();
    let opened = (0..7).filter(|&index| pool.openings(&[index]).is_ok()).count();
    assert_eq!(opened, 6);
    // Nobody who was not committed is written down as drawn.
    let everybody: Vec<u32> = (0..7).collect();
    let selected = Selected { root: pool.root(), size: 7, drawn: &everybody, reserves: &[] };
    let out = folder.path().join("result");
    assert!(said(pool.result(selected, &out, &mut |_| {})).contains("is not the one that was committed"));
    assert!(!out.join("drawn.csv").exists());

    // The order of the rows: same root, but people.csv and index no longer fit.
    let dir = fresh("order");
    let text = std::fs::read_to_string(dir.join("people.csv")).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    std::fs::write(dir.join("people.csv"), lines.join("\n")).unwrap();
    assert!(said(verify(&dir)).contains("index does not fit"));

    // A column.
    let dir = fresh("column");
    change(&dir.join("people.csv"), "birth_year", "birth_date");
    assert!(said(verify(&dir)).contains("columns are not those"));

    // A leaf of the index.
    let dir = fresh("leaf");
    let mut index = std::fs::read(dir.join("index")).unwrap();
    index[45] ^= 1;
    std::fs::write(dir.join("index"), &index).unwrap();
    assert!(said(verify(&dir)).contains("index does not fit"));
    let pool = PoolDir::open(&dir).unwrap();
    assert!(said(pool.openings(&[0])).contains("index is damaged"));
    let nobody = Selected { root: pool.root(), size: 7, drawn: &[], reserves: &[] };
    assert!(said(pool.result(nobody, &folder.path().join("none"), &mut |_| {})).contains("index is damaged"));
    index.pop();
    std::fs::write(dir.join("index"), &index).unwrap();
    assert!(said(verify(&dir)).contains("expected 280 bytes for 7 people, found 279"));

    // The table, the key, the manifest.
    let dir = fresh("table");
    change(&dir.join("table"), "Eupen", "Eupem");
    assert!(said(verify(&dir)).contains("the table was changed"));
    let dir = fresh("key");
    let key = "0".repeat(64);
    std::fs::write(dir.join("pool.key"), &key).unwrap();
    assert!(said(verify(&dir)).contains("the rows are not those"));
    std::fs::write(dir.join("pool.key"), &key[1..]).unwrap();
    assert!(said(verify(&dir)).contains("expected 64 hexadecimal digits"));
    std::fs::set_permissions(dir.join("pool.key"), std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(said(verify(&dir)).contains("chmod 600"));
    let dir = fresh("manifest");
    change(&dir.join("pool.json"), "pool/1", "pool/2");
    assert!(said(verify(&dir)).contains("another version"));
    std::fs::remove_file(dir.join("pool.json")).unwrap();
    assert!(said(verify(&dir)).contains("is not a committed pool"));
}

#[test]
fn results_keep_the_original_columns() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("pool");
    let pool = committed(&dir);
    let of = |id: &str| pool.find_id(id).unwrap().unwrap();
    let (drawn, reserves) = ([of("P-006"), of("P-005")], [of("P-001")]);
    let selected = Selected { root: pool.root(), size: 7, drawn: &drawn, reserves: &reserves };
    let out = folder.path().join("result");
    let files = pool.result(selected, &out, &mut |_| {}).unwrap();
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let head = "id,name,birth_year,municipality,street,number\r\n";
    assert_eq!(read(&files.drawn), format!("{head}P-006,François Élan,1966,Kelmis,,\r\nP-005,'=Evi,1955,Eupen,,\r\n"));
    assert_eq!(read(&files.reserves), format!("{head}P-001,Anna Schmitz,1980,Eupen,Hauptstraße,1\r\n"));
    let remaining = read(&files.remaining);
    let ids: Vec<&str> = remaining.lines().skip(1).map(|line| &line[..5]).collect();
    assert_eq!(ids, ["P-002", "P-003", "P-004", "P-007"]);
    assert!(remaining.contains("\"Dirk \"\"Didi\"\" Maus\",2001,Kelmis,\"Am Bach, Hof\",3"), "{remaining}");
    assert_eq!((files.neutralised, mode(&files.drawn)), (1, 0o600));

    // Each list alone is the same.
    for (list, path) in
        [(List::Drawn, &files.drawn), (List::Reserves, &files.reserves), (List::Remaining, &files.remaining)]
    {
        let mut alone = Vec::new();
        pool.result_list(selected, list, &mut alone).unwrap();
        assert_eq!(String::from_utf8(alone).unwrap(), read(path));
        let other = Selected { size: 8, ..selected };
        assert!(said(pool.result_list(other, list, &mut Vec::new())).contains("not the one that was sealed"));
    }

    // Nothing is overwritten; another pool's draw is refused; so is a draw that names somebody twice.
    assert!(said(pool.result(selected, &out, &mut |_| {})).contains("is there already"));
    let elsewhere = folder.path().join("elsewhere");
    let other = Selected { root: PoolRoot([0; 32]), ..selected };
    assert!(said(pool.result(other, &elsewhere, &mut |_| {})).contains("not the one that was sealed"));
    let other = Selected { size: 8, ..selected };
    assert!(said(pool.result(other, &elsewhere, &mut |_| {})).contains("not the one that was sealed"));
    assert!(!elsewhere.exists());
    let twice = Selected { reserves: &drawn, ..selected };
    assert!(said(pool.result(twice, &elsewhere, &mut |_| {})).contains("twice"));
    let nobody = Selected { drawn: &[7], ..selected };
    assert!(said(pool.result(nobody, &folder.path().join("c"), &mut |_| {})).contains("no person 7"));
}

#[test]
fn a_linked_pool_keeps_key_ids_and_private_parts() {
    let folder = tempfile::tempdir().unwrap();
    let earlier = folder.path().join("earlier");
    committed(&earlier);
    let answers = folder.path().join("answers.csv");
    std::fs::write(&answers, "E-mail;Nr;sex;schooling\na@b;P-004;m;low\n;P-001 ;f;high\nc;P-006;x;mid\n").unwrap();
    let options = LinkedOptions {
        id: "Nr".to_owned(),
        public: ["sex", "schooling", "municipality"].map(str::to_owned).to_vec(),
        ..LinkedOptions::default()
    };
    let out = folder.path().join("linked");
    commit_linked(&earlier, &answers, &options, &out, &mut |_| {}).unwrap();
    let linked = PoolDir::open(&out).unwrap();
    let first = PoolDir::open(&earlier).unwrap();
    linked.verify(&mut |_| {}).unwrap();
    assert_eq!(
        (linked.size(), linked.columns().public()),
        (3, &["municipality", "schooling", "sex"].map(str::to_owned)[..])
    );
    assert_eq!(linked.columns().private(), first.columns().private());
    assert!(linked.key() == first.key());
    for id in ["P-001", "P-004", "P-006"] {
        let (before, after) = (first.find_id(id).unwrap().unwrap(), linked.find_id(id).unwrap().unwrap());
        let (before, after) = (first.person_at(before).unwrap(), linked.person_at(after).unwrap());
        assert_eq!(before.private_part, after.private_part);
    }
    let dirk = linked.person_at(linked.find_id("P-004").unwrap().unwrap()).unwrap();
    assert!(dirk.public_part.ends_with(r#""row":{"municipality":"Kelmis","schooling":"low","sex":"m"}}"#));
    let rows = std::fs::read_to_string(out.join("people.csv")).unwrap();
    assert!(!rows.contains("a@b") && rows.starts_with("id,birth_year,name,street,number,sex,schooling,municipality\n"));
    let text = linked.table_text().unwrap().unwrap();
    Table::parse(&text, linked.columns(), 3, &linked.root()).unwrap();

    // Only those whom the earlier outcome opened.
    let index = |id: &str| first.find_id(id).unwrap().unwrap();
    let opened = LinkedOptions { opened: Some([index("P-004"), index("P-006")].into()), ..options };
    let text = said(commit_linked(&earlier, &answers, &opened, &folder.path().join("x"), &mut |_| {}));
    assert!(text.contains("1 problem") && text.contains("line 3: nobody in the earlier pool"), "{text}");
}

#[test]
fn a_linked_pool_refuses_strangers_doubles_and_taken_columns() {
    let folder = tempfile::tempdir().unwrap();
    let earlier = folder.path().join("earlier");
    committed(&earlier);
    let answers = folder.path().join("answers.csv");
    let check = |text: &str, public: &[&str], faults: &[&str]| {
        std::fs::write(&answers, text).unwrap();
        let public = public.iter().map(|name| (*name).to_owned()).collect();
        let options = LinkedOptions { id: "id".to_owned(), public, ..LinkedOptions::default() };
        let said = said(commit_linked(&earlier, &answers, &options, &folder.path().join("out"), &mut |_| {}));
        let lines: Vec<&str> =
            said.lines().skip(1).take_while(|line| !line.starts_with("  →")).map(str::trim).collect();
        assert_eq!(lines, faults);
        assert_eq!(names(folder.path()), ["answers.csv", "earlier"]);
    };
    check(
        "id,sex\nP-001,f\nQ-1,m\nP-002,m\np-003,f\n",
        &["sex"],
        &[
            "line 3: nobody in the earlier pool could answer with this id",
            "line 5: nobody in the earlier pool could answer with this id",
        ],
    );
    check("id,sex\nP-001,f\nP-002,m\nP-001,m\n", &["sex"], &["line 4: the same id as on line 2"]);
    check(
        "id,sex\nP-001,f\n",
        &["sex", "name", "street", "sex", "id"],
        &[
            "column 'name' was given two roles",
            "column 'street' was given two roles",
            "column 'sex' was given two roles",
            "column 'id' was given two roles",
        ],
    );
    check(
        "id,sex\nP-001,f\n",
        &["age"],
        &["line 1: no column 'age' for --public; the file has: id, sex, municipality"],
    );
    check("id,sex\n", &["sex"], &["the file names columns and holds no people"]);
}

/// What is half written of a register in the clear goes when the command is interrupted; what a killed one left, with the next commitment.
#[test]
fn an_interrupted_commitment_leaves_nobodys_row_behind() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    let rows: String = (0..1_000_000).map(|n| format!("{n},Person {n}\n")).collect();
    std::fs::write(at.join("people.csv"), format!("number,name\n{rows}")).unwrap();
    let unfinished = || {
        let names = std::fs::read_dir(at).unwrap().map(|item| item.unwrap().path());
        names.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(".klero-pool-")).collect::<Vec<_>>()
    };
    for (signal, code) in [("-INT", Some(130)), ("-TERM", Some(143)), ("-KILL", None)] {
        let mut klero = Command::new(env!("CARGO_BIN_EXE_klero"));
        let klero = klero.current_dir(at).args(["pool", "commit", "people.csv", "--id", "number", "--out", "pool"]);
        let mut klero = klero.stderr(Stdio::null()).spawn().unwrap();
        while unfinished().is_empty() {
            assert!(klero.try_wait().unwrap().is_none(), "it ended before it was interrupted");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        assert!(Command::new("kill").args([signal, &klero.id().to_string()]).status().unwrap().success());
        assert_eq!(klero.wait().unwrap().code(), code, "{signal}");
        assert_eq!(unfinished().len(), usize::from(code.is_none()), "{signal}");
    }
    let few = CommitOptions { roles: roles("number", &[], &[]), table: TableWish::Never };
    let left = unfinished().remove(0);
    let done = |out: &str| commit(&at.join("few.csv"), &few, &at.join(out), &mut |_| {}).unwrap();
    std::fs::write(at.join("few.csv"), "number,name\n1,Anna\n").unwrap();
    // One that is young may be somebody's who begins; one that is locked is somebody's.
    done("first");
    let folder = std::fs::File::open(&left).unwrap();
    folder.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(600)).unwrap();
    folder.lock().unwrap();
    done("second");
    assert!(left.exists());
    drop(folder);
    done("third");
    assert!(!left.exists());
}
