//! The template letters in `docs/letters`, held to what the service exports: every field that a letter merges is a column of the file that it
//! names, and every language has every letter, section, field and blank.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::common_service::{ROUNDS, forty, published};
use crate::support::{Answer, Office};

const LANGUAGES: [&str; 4] = ["de", "en", "fr", "nl"];
const LETTERS: [&str; 5] = ["data-protection.md", "drawn.md", "invitation.md", "not-drawn.md", "reminder.md"];

/// A letter's parts.
#[derive(Debug, PartialEq, Eq)]
struct Letter {
    /// The file that it is merged with.
    merge: String,
    /// Fields, in order.
    fields: Vec<String>,
    /// Titles by level, in order.
    sections: Vec<usize>,
    blanks: usize,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/letters")
}

/// What stands between the marks, each time.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Vec<&'a str> {
    text.split(open).skip(1).map(|rest| rest.split_once(close).unwrap().0).collect()
}

fn read(language: &str, letter: &str) -> Letter {
    let path = folder().join(language).join(letter);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let merge = between(text.lines().next().unwrap(), "<!-- merge: ", " -->");
    let titles = text.lines().filter(|line| line.starts_with('#'));
    Letter {
        merge: merge[0].to_owned(),
        fields: between(&text, "{{", "}}").into_iter().map(str::to_owned).collect(),
        sections: titles.map(|line| line.chars().take_while(|c| *c == '#').count()).collect(),
        blanks: between(&text, "[", "]").len(),
    }
}

fn header(csv: &[u8]) -> Vec<String> {
    csv::Reader::from_reader(csv).headers().unwrap().iter().map(str::to_owned).collect()
}

#[test]
fn every_language_has_every_letter_and_section() {
    for language in LANGUAGES {
        let mut there: Vec<String> = std::fs::read_dir(folder().join(language))
            .unwrap()
            .map(|item| item.unwrap().file_name().into_string().unwrap())
            .collect();
        there.sort();
        assert_eq!(there, LETTERS, "{language}");
        for letter in LETTERS {
            let (own, english) = (read(language, letter), read("en", letter));
            assert!(english.sections.len() > 2 && english.blanks > 3, "{letter}");
            assert_eq!(own, english, "{language}/{letter}");
        }
    }
}

/// What the papers of a data-protection pack say by names and forms, whatever their language: commands, links, tables, things to tick.
fn shape(language: &str, paper: &str) -> (Vec<String>, Vec<usize>, usize) {
    let path = folder().join("../data-protection").join(language).join(paper);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut named: Vec<String> = text.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    named.sort();
    let rows = text
        .lines()
        .map(|line| if line.starts_with('|') { line.matches('|').count() } else { line.starts_with('#').into() });
    (named, rows.collect(), between(&text, "[", "]").len())
}

#[test]
fn every_language_has_every_paper_of_the_data_protection_pack() {
    for language in LANGUAGES {
        for paper in ["dpia.md", "record.md", "retention.md"] {
            assert_eq!(shape(language, paper), shape("en", paper), "{language}/{paper}");
        }
    }
}

#[test]
fn letters_merge_columns_that_the_service_exports() {
    let office = Office::new();
    let site = &office.site;
    let pool = office.pool(&forty());
    let method = json!({"name": "stratified", "by": ["municipality"]});
    let draft = office.draft("letters", ROUNDS[1], &pool, method, 10, 4, "rank");
    office.decide(&office.write(&draft, "announcement"));
    office.decide(&office.write(&draft, "terms"));
    site.world.clock.set(published(ROUNDS[1]));
    site.world.round("letters", ROUNDS[1]).unwrap();
    site.post(&office.anna, "/organisers/eupen/draws/letters/letters", json!({"to": "drawn"})).is(201);
    let window = json!({"deadline": published(ROUNDS[1]) + 1_000});
    site.put(&office.anna, "/organisers/eupen/draws/letters/response-window", "", window).is(200);

    let file = |name: &str| -> Answer { office.people(&format!("/draws/letters/{name}")) };
    let mut exported: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for name in ["letters/drawn.csv", "reminders.csv", "results/remaining.csv"] {
        exported.insert(name, header(&file(name).body));
    }
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(file("letters/drawn.zip").body)).unwrap();
    let merged = std::io::read_to_string(zip.by_name("letters.csv").unwrap()).unwrap();
    exported.insert("letters/drawn.zip", header(merged.as_bytes()));
    exported.insert("nothing", Vec::new());
    for letter in LETTERS {
        let letter_read = read("en", letter);
        let columns = &exported[letter_read.merge.as_str()];
        for field in &letter_read.fields {
            assert!(columns.contains(field), "{letter} merges {field}, which {} lacks", letter_read.merge);
        }
        assert_eq!(letter_read.fields.is_empty(), letter_read.merge == "nothing", "{letter}");
    }

    // What the README tells of the service's own columns is all of them.
    let listed = header(forty().as_bytes());
    let own: Vec<&String> = exported["letters/drawn.zip"].iter().filter(|column| !listed.contains(column)).collect();
    let told = std::fs::read_to_string(folder().join("README.md")).unwrap();
    let rows: Vec<&str> =
        told.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |")).map(|(c, _)| c).collect();
    let fields: Vec<&str> = rows.into_iter().filter(|name| !name.ends_with(".md")).collect();
    assert_eq!(own, fields);
}
