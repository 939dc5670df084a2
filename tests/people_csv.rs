//! CSV files of people, good and bad: what is read, what is changed, and what is said of each fault. Nothing said holds a cell.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

use std::path::{Path, PathBuf};

use kleroterion::people_csv::{Options, Summary};
use kleroterion::pool_dir;

fn options(id: &str, public: &[&str], household: &[&str]) -> Options {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Options { id: id.to_owned(), public: owned(public), household: owned(household), delimiter: None }
}

fn read(path: &Path, options: &Options) -> Result<Summary, String> {
    pool_dir::check(path, options, &mut |_| {}).map_err(|failure| {
        assert_eq!(failure.exit, 2, "{failure}");
        assert!(failure.advice.is_some_and(|advice| !advice.is_empty()), "no advice: {}", failure.message);
        failure.message
    })
}

fn read_text(text: &[u8], options: &Options) -> Result<Summary, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.csv");
    std::fs::write(&path, text).unwrap();
    read(&path, options)
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/csv").join(name)
}

/// The file is refused for exactly these faults.
fn check(text: &[u8], options: &Options, faults: &[&str]) {
    let message = read_text(text, options).unwrap_err();
    let plural = if faults.len() == 1 { "" } else { "s" };
    let head = format!("{} problem{plural} in the file; nothing was committed", faults.len());
    let expected: Vec<String> = std::iter::once(head).chain(faults.iter().map(|fault| format!("  {fault}"))).collect();
    assert_eq!(message.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn every_fault_is_named_with_its_line() {
    let id = options("id", &[], &[]);
    let cells = |n: usize| vec!["x"; n].join(",");
    let names = |n: usize| (0..n).map(|i| format!("c{i}")).collect::<Vec<_>>().join(",");
    let long_name = "n".repeat(129);
    let not_utf8 = "line 3: expected UTF-8, found another encoding";
    let cases: &[(Vec<u8>, &Options, Vec<&str>)] = &[
        (b"".to_vec(), &id, vec!["the file is empty"]),
        (b"\xef\xbb\xbf\r\n\n".to_vec(), &id, vec!["the file is empty"]),
        (b"id,name\r\n".to_vec(), &id, vec!["the file names columns and holds no people"]),
        (b"Id,name\n1,a\n".to_vec(), &id, vec!["line 1: no column 'id' for --id; the file has: Id, name"]),
        (b"id|name\n1|a\n".to_vec(), &id, vec!["line 1: no column 'id' for --id; the file has: id|name"]),
        (
            b"id,,name,id, name \n1,2,3,4,5\n".to_vec(),
            &id,
            vec![
                "line 1: column 2 has no name",
                "line 1: columns 1 and 4 are both named 'id'",
                "line 1: columns 3 and 5 are both named 'name'",
            ],
        ),
        (
            format!("id,{long_name}\n1,2\n").into_bytes(),
            &id,
            vec!["line 1: the name of column 2 has 129 bytes; at most 128 are allowed"],
        ),
        (
            format!("{}\n{}\n", names(65), cells(65)).into_bytes(),
            &id,
            vec!["line 1: 65 columns; at most 64 are allowed"],
        ),
        (
            b"id,a,b\n1,x,y\n2,x\n3,x,y,z\n\n4,x,y\n".to_vec(),
            &id,
            vec!["line 3: 2 cells; expected 3", "line 4: 4 cells; expected 3"],
        ),
        (b"id,a\n,x\n \t,y\n2,z\n".to_vec(), &id, vec!["line 2: no id", "line 3: no id"]),
        (
            "id,a\n1,x\n2,y\n 1,z\n\u{e9},p\ne\u{301},q\n1,r\n".as_bytes().to_vec(),
            &id,
            vec![
                "line 4: the same id as on line 2",
                "line 6: the same id as on line 5",
                "line 7: the same id as on line 2",
            ],
        ),
        (b"id,a\n1,x\n2,m\xfcller\n".to_vec(), &id, vec![not_utf8]),
        // One character split between two cells.
        (b"id,a\n1,x\n2\xc3,\xa9\n".to_vec(), &id, vec![not_utf8]),
        (b"id,a\n1,x\n2,cut\xc3".to_vec(), &id, vec![not_utf8]),
        (b"id,n\xe9\n1,x\n".to_vec(), &id, vec!["line 1: expected UTF-8, found another encoding"]),
        (b"i\0d,a\n1,x\n".to_vec(), &id, vec!["line 1: a NUL character in column '1'"]),
        (
            b"id,a\n1,x\n2,y\0\n\0,z\n".to_vec(),
            &id,
            vec!["line 3: a NUL character in column 'a'", "line 4: a NUL character in column 'id'"],
        ),
        (
            format!("id,a\n{},x\n", "9".repeat(257)).into_bytes(),
            &id,
            vec!["line 2: the id has 257 bytes; at most 256 are allowed"],
        ),
        (
            format!("id,a\n1,{}\n2,{}\n", "y".repeat(4096), "y".repeat(4097)).into_bytes(),
            &id,
            vec!["line 3: 4097 bytes in column 'a'; at most 4096 are allowed"],
        ),
        (
            format!("id,a\n1,{}\n2,x\n1,z\n", "y".repeat(10_000_000)).into_bytes(),
            &id,
            vec!["line 2: the row that begins here is too long to be one person's"],
        ),
        (
            format!("id,a\n1,x\n2,\"{}", "y,\n".repeat(400_000)).into_bytes(),
            &id,
            vec!["line 3: the row that begins here goes on to the end of the file"],
        ),
    ];
    for (text, options, faults) in cases {
        check(text, options, faults);
    }
}

#[test]
fn roles_must_fit_the_columns() {
    let text = b"id,a,b\n1,x,y\n";
    check(
        text,
        &options("id", &["a", "c"], &["d"]),
        &[
            "line 1: no column 'd' for --household; the file has: id, a, b",
            "line 1: no column 'c' for --public; the file has: id, a, b",
        ],
    );
    check(
        text,
        &options("id", &["a", "id"], &["a"]),
        &["column 'a' was given two roles", "column 'id' was given two roles"],
    );
    let public: Vec<String> = (0..5).map(|i| format!("c{i}")).collect();
    let public: Vec<&str> = public.iter().map(String::as_str).collect();
    let wide = format!("id,c0,c1,c2,c3,c4\n1{}\n", format!(",{}", "y".repeat(3_500)).repeat(5));
    check(
        wide.as_bytes(),
        &options("id", &public, &[]),
        &["line 2: the public cells are together longer than 16384 bytes"],
    );
}

#[test]
fn the_first_fifty_faults_are_listed_and_all_are_counted() {
    let mut text = String::from("id,a\n");
    for i in 0..120 {
        text.push_str(&format!("{i}\n"));
    }
    let message = read_text(text.as_bytes(), &options("id", &[], &[])).unwrap_err();
    let lines: Vec<&str> = message.lines().collect();
    assert_eq!(lines.len(), 52);
    assert_eq!(lines[0], "120 problems in the file; nothing was committed");
    assert_eq!((lines[1], lines[50]), ("  line 2: 1 cells; expected 2", "  line 51: 1 cells; expected 2"));
    assert_eq!(lines[51], "  … and 70 more");
}

#[test]
fn no_fault_shows_a_cell() {
    let secret = "Secretperson";
    let text = format!(
        "id,a\n{secret},x,{secret}\n,{secret}\n{secret},1\n{secret},2\n3,{secret}\0\n4,{}\n",
        secret.repeat(400)
    );
    for text in [text.as_bytes(), &[text.as_bytes(), secret.as_bytes(), b",\xff\n"].concat()] {
        let message = read_text(text, &options("id", &[], &[])).unwrap_err();
        assert!(message.contains("line 5") && !message.contains(secret), "{message}");
    }
}

#[test]
fn what_is_changed_is_counted_by_column() {
    let path = fixture("bom_semicolon_crlf.csv");
    let summary = read(&path, &options("Nr", &["Ort"], &["Straße"])).unwrap();
    assert_eq!((summary.people, summary.delimiter, summary.byte_order_mark), (2, ';', true));
    let columns: Vec<_> = summary.columns.iter().map(|c| (c.name.as_str(), c.role, c.trimmed, c.composed)).collect();
    assert_eq!(
        columns,
        [("Nr", "id", 0, 0), ("Name", "private", 1, 1), ("Straße", "household", 0, 0), ("Ort", "public", 0, 0),]
    );

    let text = "id\ta\tb\n1\t=1+1\t-5\n2\t+32 87 59\t@x\n3\t\u{a0}z\u{200b}\t-x\n";
    let summary = read_text(text.as_bytes(), &options("id", &[], &[])).unwrap();
    assert_eq!(summary.columns.iter().map(|c| c.formulas).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!((summary.formula_lines, summary.delimiter), (vec![2, 3, 4], '\t'));
    assert_eq!(summary.columns[1].trimmed, 1);
}

#[test]
fn other_encodings_are_refused_with_advice_for_spreadsheets() {
    for (name, fault) in [
        (
            "latin1.csv",
            "2 problems in the file; nothing was committed\n  line 3: expected UTF-8, found another encoding\n  line 4: expected UTF-8, found another encoding",
        ),
        ("utf16le.csv", "1 problem in the file; nothing was committed\n  line 1: expected UTF-8, found UTF-16"),
    ] {
        let failure = pool_dir::check(&fixture(name), &options("id", &[], &[]), &mut |_| {}).unwrap_err();
        assert_eq!(failure.message, fault, "{name}");
        let advice = failure.advice.unwrap();
        assert!(advice.contains("Excel") && advice.contains("CSV UTF-8"), "{advice}");
    }
}

#[test]
fn delimiters_are_found_named_or_given() {
    let id = options("id", &[], &[]);
    for (text, delimiter) in [
        ("id,a;b,c\n1,2,3\n", ','),
        ("id;\"a,b,c,d\";c\n1;2;3\n", ';'),
        ("\n\nid\ta,b\tc\n1\t2\t3\n", '\t'),
        ("id\n1\n", ','),
    ] {
        assert_eq!(read_text(text.as_bytes(), &id).unwrap().delimiter, delimiter, "{text}");
    }
    assert_eq!(read(&fixture("excel_sep.csv"), &id).unwrap().delimiter, '|');
    let given = Options { delimiter: Some(b'|'), ..id.clone() };
    assert_eq!(read_text(b"id|a,b,c\n1|2\n", &given).unwrap().columns.len(), 2);
    assert_eq!(read_text(b"id\n1\n2", &id).unwrap().people, 2);
    assert!(
        read(Path::new("/nonexistent/people.csv"), &id).unwrap_err().contains("cannot read /nonexistent/people.csv")
    );
}

#[test]
fn a_quotation_that_is_never_closed_swallows_nobody_unseen() {
    let id = options("id", &[], &[]);
    let to_the_end = |line: u64| format!("line {line}: the row that begins here goes on to the end of the file");
    check(b"id,name\n1,\"A\n2,B\n3,C\n", &id, &[&to_the_end(2)]);
    check(b"id,name\n1,A\n2,\"B\"\"\n3,C", &id, &[&to_the_end(3)]);
    // Wherever the file happens to be cut into pieces.
    for rows in [100, 5_000, 40_000] {
        let rest: String = (2..rows).map(|n| format!("{n},Person {n}\n")).collect();
        check(format!("id,name\n1,\"A\n{rest}").as_bytes(), &id, &[&to_the_end(2)]);
    }
    for good in ["1,\"A\nB\"\n2,C\n", "1,\"A\nB\"", "1,5\" disk\n2,B\n", "1,5\" disk", "1,\"A \"\"B\"\"\"\n2,C"] {
        assert!(read_text(format!("id,name\n{good}").as_bytes(), &id).is_ok(), "{good}");
    }
}

/// A quotation that was left open and is closed by that of a later row would be one long cell, and the people between them in no pool.
#[test]
fn a_quotation_that_a_later_row_closes_swallows_nobody_unseen() {
    let id = options("id", &[], &[]);
    let swallowed = "line 2: the row that begins here goes on to line 5, where text follows a closing quotation mark";
    check(
        b"id,name,town\n1,\"Anna,Eupen\n2,Bob,Raeren\n3,Eve,Raeren\n4,\"Bert\",Kelmis\n5,Cora,Eupen\n",
        &id,
        &[swallowed],
    );
    // Wherever the file happens to be cut into pieces.
    for rows in [100u32, 5_000, 40_000] {
        let before: String = (1..rows).map(|n| format!("{n},\"Person {n}\",Eupen\r\n")).collect();
        let text = format!("id,name,town\r\n{before}a,\"Anna,Eupen\r\nb,\"Bob\",Eupen\r\n");
        let fault = format!(
            "line {}: the row that begins here goes on to line {}, where text follows a closing quotation mark",
            rows + 1,
            rows + 2
        );
        check(text.as_bytes(), &id, &[&fault]);
    }
    for bad in ["1,\"Anna \\\"A\\\" B\"\n", "1,\"A\"B\n", "1,\"A\" \"B\"\n"] {
        check(format!("id,name\n{bad}").as_bytes(), &id, &["line 2: text follows a closing quotation mark"]);
    }
    check(b"id,\"na\"me\n1,A\n", &id, &["line 1: text follows a closing quotation mark"]);
    assert!(read_text(b"id,name\n1,\"A\" \n2,\"B\" ,\n", &id).is_err_and(|told| told.contains("line 3: 3 cells")));
    let summary = read_text(b"id,name\r\n1,A\r\n2,\"B\r\nC\"\r\n3,\"D\nE\"\r\n", &id).unwrap();
    assert_eq!((summary.people, &summary.line_break_lines), (3, &vec![3, 5]));
    assert!(
        summary
            .to_string()
            .contains("warning: cells that hold line breaks, in the rows that begin on lines 3, 5: look")
    );
}

/// As old spreadsheets on a Macintosh save them.
#[test]
fn lines_that_end_with_a_carriage_return_alone_are_counted() {
    let id = options("id", &[], &[]);
    check(b"id,name\r1,A\r2\r\r1,B\r", &id, &["line 3: 1 cells; expected 2", "line 5: the same id as on line 2"]);
}

fn spreadsheet(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/xlsx").join(name)
}

#[test]
fn a_spreadsheet_is_read_and_says_what_it_turned_into_text() {
    let summary = read(&spreadsheet("people.xlsx"), &options("number", &["town"], &[])).unwrap();
    assert_eq!(summary.people, 4);
    let told = summary.to_string();
    for line in [
        "spreadsheet, sheet 'Register'",
        "  not read: the sheets 'Notes'",
        "  number; 3 numbers written as text; leading zeros that the sheet only shows are not there",
        "  born; 3 dates written as YYYY-MM-DD",
        "  town; 1 numbers written as text; leading zeros that the sheet only shows are not there",
        "  owner; 2 yes/no values written as TRUE or FALSE",
        "warning: cells that look like formulas on lines 6: they are committed as they are",
    ] {
        assert!(told.lines().any(|found| found == line), "{line}\n{told}");
    }
    let folder = tempfile::tempdir().unwrap();
    let (pool, csv) = (folder.path().join("pool"), folder.path().join("pool/people.csv"));
    let roles = options("number", &["town"], &[]);
    let wish = pool_dir::CommitOptions { roles, table: pool_dir::TableWish::IfUseful };
    let committed = pool_dir::commit(&spreadsheet("people.xlsx"), &wish, &pool, &mut |_| {}).unwrap();
    assert_eq!((committed.size, committed.summary.spreadsheet), (4, summary.spreadsheet));
    let expected = "number,name,born,town,owner\n7,\"Anna, the \"\"first\"\"\",2001-02-28,Eupen,TRUE\n8, Paul ,1970-01-01,Kelmis,\n\n\
                    9.5,Ce\u{301}line,2001-02-28 12:00:00,Eupen,FALSE\n007,=1+1,unknown,4700,\n";
    assert_eq!(std::fs::read_to_string(csv).unwrap(), expected);
    pool_dir::PoolDir::open(&pool).unwrap().verify(&mut |_| {}).unwrap();
}

/// Answers come as a spreadsheet as often as people do.
#[test]
fn a_linked_pool_is_made_from_a_spreadsheet_too() {
    let folder = tempfile::tempdir().unwrap();
    let (earlier, out) = (folder.path().join("earlier"), folder.path().join("not/yet/there"));
    let roles = options("number", &[], &[]);
    let wish = pool_dir::CommitOptions { roles, table: pool_dir::TableWish::Never };
    let csv = folder.path().join("people.csv");
    std::fs::write(&csv, "number,name\n7,Anna\n8,Paul\n9.5,Luc\n007,Irma\n11,Karl\n").unwrap();
    pool_dir::commit(&csv, &wish, &earlier, &mut |_| {}).unwrap();
    let options = pool_dir::LinkedOptions {
        id: "number".to_owned(),
        public: vec!["town".to_owned()],
        ..pool_dir::LinkedOptions::default()
    };
    let linked = pool_dir::commit_linked(&earlier, &spreadsheet("people.xlsx"), &options, &out, &mut |_| {}).unwrap();
    assert_eq!(linked.size, 4);
    assert_eq!(linked.summary.spreadsheet.unwrap().sheet, "Register");
    let rows = std::fs::read_to_string(out.join("people.csv")).unwrap();
    assert_eq!(rows, "number,name,town\n7,Anna,Eupen\n8,Paul,Kelmis\n9.5,Luc,Eupen\n007,Irma,4700\n");
    let beside: Vec<_> = std::fs::read_dir(out.parent().unwrap()).unwrap().collect();
    assert_eq!(beside.len(), 1, "the list that the sheet was turned into is gone");
}

#[test]
fn a_spreadsheet_with_faults_is_refused_by_row() {
    let number = options("number", &[], &[]);
    let message = read(&spreadsheet("errors.xlsx"), &number).unwrap_err();
    assert!(
        message.ends_with("2 cells hold an error such as #REF! or #N/A, on rows 3, 9; nothing was committed"),
        "{message}"
    );
    let message = read(&spreadsheet("doubles.xlsx"), &number).unwrap_err();
    assert!(message.contains("line 6: the same id as on line 2"), "{message}");
    let message = read_text(b"PK\x03\x04 and then nothing that a spreadsheet holds", &number).unwrap_err();
    assert!(message.contains("not a spreadsheet, or damaged"), "{message}");
}

/// A file without names of columns is told by what stands where the names should be.
#[test]
fn a_first_line_that_is_a_person_is_noticed() {
    let like_data = |text: &str| kleroterion::people_csv::headings_of(text.as_bytes(), None).unwrap().like_data;
    for named in [
        "number,name,town\n1,Anna,Eupen\n2,Bert,Eupen\n",
        "Nr. 1,1. Name,Ort/Ort\n1,Anna,Eupen\n",
        "number,name\n",
        // Two exports, one after the other.
        "number,town\n1,Eupen\nnumber,town\n2,Eupen\n",
        "@,a@b,Straße\nx,y,z\n",
    ] {
        assert_eq!(like_data(named), [0usize; 0], "{named}");
    }
    for (headless, positions) in [
        ("4000,Anna,Eupen\n4001,Bert,Kelmis\n", &[1usize][..]),
        ("R-1,Anna,Eupen\nR-2,Bert,Kelmis\nR-3,Carl,Eupen\n", &[3]),
        ("R-1;Anna;12.04.1980;1980-04-12;+32 (0)87 12-34;a@example.org\nR-2;Bert;1;2;3;4\n", &[3, 4, 5, 6]),
        ("Anna, Eupen \nBert,Eupen\n\"unclosed", &[2]),
    ] {
        assert_eq!(like_data(headless), positions, "{headless}");
    }
}
