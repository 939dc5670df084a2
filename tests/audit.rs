//! Audits: people who look alike are counted and named by line, never by contents.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

use kleroterion::audit::{Likeness, Report, audit};
use kleroterion::people_csv::Options;
use kleroterion::pool_dir::{CommitOptions, TableWish, commit};

fn report(text: &str, id: &str) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let (csv, dir) = (folder.path().join("people.csv"), folder.path().join("pool"));
    std::fs::write(&csv, text).unwrap();
    let roles = Options { id: id.to_owned(), ..Options::default() };
    commit(&csv, &CommitOptions { roles, table: TableWish::Never }, &dir, &mut |_| {}).unwrap();
    audit(&dir, &mut |_| {}).unwrap()
}

/// The groups that an audit finds, as likeness and lines.
fn check(text: &str, expected: &[(Likeness, &[&[u64]])]) {
    let report = report(text, "id");
    let found: Vec<_> =
        report.findings.iter().filter(|f| f.groups > 0).map(|f| (f.likeness, f.lines.clone())).collect();
    let expected: Vec<_> = expected
        .iter()
        .map(|(likeness, lines)| (*likeness, lines.iter().map(|l| l.to_vec()).collect::<Vec<_>>()))
        .collect();
    assert_eq!(found, expected, "{text}");
    assert!(!format!("{report:?}").contains("Anna"));
}

#[test]
fn likenesses() {
    use Likeness::{Id, NameAndBirth, Row};
    check("id,Vorname,Name,Geburtsdatum,Ort\n1,Anna,Maus,1.1.1980,Eupen\n2,Bert,Maus,1.1.1980,Eupen\n", &[]);
    check("id,a\nBE-12 34,x\nbe1234,y\nBE1235,z\nbe.1234,w\n", &[(Id, &[&[2, 3, 5]])]);
    // Same row, in other spelling; no columns of names and births to compare.
    check(
        "id,town,street\n1,Eupen,Hauptstraße 1\n2,EUPEN,Hauptstrasse  1\n3,Eupen,Hauptstraße 2\n",
        &[(Row, &[&[2, 3]])],
    );
    check(
        "id,Vorname,Name,Geburtsdatum,Ort\n1,Zoé,O'Neill,1980,Eupen\n2,Anna,Maus,1980,Eupen\n3,ZOE,ONeill,1980,Raeren\n4,Anna,Maus,1981,Eupen\n",
        &[(NameAndBirth, &[&[2, 4]])],
    );
    check(
        "id,Name,birth,Ort\n1,Anna,1980,Eupen\n2,Anna,1980,Eupen\n",
        &[(Row, &[&[2, 3]]), (NameAndBirth, &[&[2, 3]])],
    );
    // Nothing is like nothing: empty names or births are no likeness, nor are empty rows.
    check("id,Name,birth,Ort\n1,,1980,Eupen\n2,,1980,Raeren\n3,Anna,,A\n4,Anna,,B\n5,,,\n6,,,\n", &[]);
    // Cells do not run together.
    check("id,a,b\n1,ab,c\n2,a,bc\n", &[]);
}

#[test]
fn many_doubles_are_counted_and_the_first_listed() {
    let mut text = String::from("id,a\n");
    for group in 0..60 {
        for copy in 0..12 {
            text.push_str(&format!("{copy}x{group},same {group}\n"));
        }
    }
    let report = report(&text, "id");
    let rows = &report.findings[1];
    assert_eq!((rows.likeness, rows.groups, rows.people), (Likeness::Row, 60, 720));
    assert_eq!((rows.lines.len(), rows.lines[0].len(), rows.lines[0][0], rows.lines[49][0]), (50, 10, 2, 590));
    assert_eq!(report.suspicions(), 60);
    let told = report.to_string();
    assert!(told.contains("(a): 60 groups, 720 people\n  lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11\n"), "{told}");
    assert!(told.contains("birth: not looked for") && told.ends_with("before you remove anybody\n"), "{told}");
    assert_eq!(report.verified.size, 720);
    assert_eq!((rows.columns.as_slice(), report.findings[2].columns.len()), (&["a".to_owned()][..], 0));
}

#[test]
fn a_pool_that_was_changed_is_not_audited() {
    let folder = tempfile::tempdir().unwrap();
    let (csv, dir) = (folder.path().join("people.csv"), folder.path().join("pool"));
    std::fs::write(&csv, "id,a\n1,x\n2,y\n").unwrap();
    let roles = Options { id: "id".to_owned(), ..Options::default() };
    commit(&csv, &CommitOptions { roles, table: TableWish::Never }, &dir, &mut |_| {}).unwrap();
    std::fs::write(dir.join("people.csv"), "id,a\n1,x\n2,z\n").unwrap();
    let failure = audit(&dir, &mut |_| {}).unwrap_err();
    assert_eq!(failure.exit, 1);
    assert!(failure.message.contains("not those that were committed"), "{failure}");
}
