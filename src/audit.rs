//! Audits a committed pool: recomputes its root from the rows, and looks for people who may be in it twice.
//!
//! The log cannot show that nobody is in a pool twice (spec §0); somebody who holds the rows can. What is found is told as counts and line
//! numbers, never as contents, and it is a suspicion: two people may share a name and a birthday. Nothing is changed.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::path::Path;

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::failure::{Failure, Named};
use crate::pool_dir::{PoolDir, Progress, Verified};

/// How many groups of each kind are listed; the rest are counted.
pub const GROUPS_LISTED: usize = 50;
/// How many lines of a group are listed.
pub const LINES_LISTED: usize = 10;

/// What makes people look like the same person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// Ids that differ in case, accents, spaces or punctuation only.
    Id,
    /// The same in every column but the id, up to case, accents, spaces and punctuation.
    Row,
    /// The same in the columns that hold names and dates of birth.
    NameAndBirth,
}

/// People who look like the same person, by one likeness.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The likeness.
    pub likeness: Likeness,
    /// The columns that were compared; empty if the file has none that could be, and then nothing was looked for.
    pub columns: Vec<String>,
    /// How many groups of two or more.
    pub groups: u64,
    /// How many people are in those groups.
    pub people: u64,
    /// Lines of people.csv of the first groups: at most [`GROUPS_LISTED`], of each at most [`LINES_LISTED`].
    pub lines: Vec<Vec<u64>>,
}

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Size, root and table, recomputed from the rows and equal to what was committed.
    pub verified: Verified,
    /// One for each likeness.
    pub findings: Vec<Finding>,
}

impl Report {
    /// How many groups of people look alike, over all likenesses.
    #[must_use]
    pub fn suspicions(&self) -> u64 {
        self.findings.iter().map(|finding| finding.groups).sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} people; the rows have the committed root {}", self.verified.size, self.verified.root)?;
        for Finding { likeness, columns, groups, people, lines } in &self.findings {
            let what = match likeness {
                Likeness::Id => "ids that differ in case, accents, spaces or punctuation only",
                Likeness::Row => "rows that are the same but for the id",
                Likeness::NameAndBirth => "people with the same names and the same birth",
            };
            if columns.is_empty() {
                writeln!(f, "{what}: not looked for, no such columns")?;
                continue;
            }
            writeln!(f, "{what} ({}): {groups} groups, {people} people", columns.join(", "))?;
            for group in lines {
                let lines: Vec<String> = group.iter().map(u64::to_string).collect();
                writeln!(f, "  lines {}", lines.join(", "))?;
            }
            if u64::try_from(lines.len()).is_ok_and(|listed| listed < *groups) {
                writeln!(f, "  …")?;
            }
        }
        match self.suspicions() {
            0 => writeln!(f, "nobody looks as if they were in the pool twice"),
            _ => writeln!(f, "these are suspicions: compare the rows before you remove anybody"),
        }
    }
}

/// Audits the pool in `dir`. A pool whose rows do not have the committed root is refused.
pub fn audit(dir: &Path, progress: &mut dyn FnMut(Progress)) -> Result<Report, Failure> {
    let pool = PoolDir::open(dir)?;
    let verified = pool.verify(progress)?;
    let mut people = pool.reader()?;
    let headings = people.layout().headings.clone();
    let id = headings.iter().position(|heading| heading == pool.columns().id());
    let all_but_id: Vec<usize> = (0..headings.len()).filter(|position| Some(*position) != id).collect();
    let named = |words: fn(&str) -> bool| -> Vec<usize> {
        all_but_id.iter().copied().filter(|&position| headings.get(position).is_some_and(|h| words(h))).collect()
    };
    let (names, births) = (named(holds_names), named(holds_births));
    let name_and_birth =
        if names.is_empty() || births.is_empty() { Vec::new() } else { [&names[..], &births].concat() };

    // A keyed 64-bit hash for each person and likeness: among 10,000,000 people, the chance that two different keys fall together is
    // under one in 300,000, and nobody can prepare a file that makes it happen.
    let hashes = RandomState::new();
    let mut searches = [
        Search::new(Likeness::Id, id.into_iter().collect()),
        Search::new(Likeness::Row, all_but_id.clone()),
        Search::new(Likeness::NameAndBirth, name_and_birth),
    ];
    let path = dir.join("people.csv");
    let (mut folded, mut done, total) = (String::new(), 0u64, u64::from(pool.size()));
    while people.advance().named("read", &path)? {
        let row = people.row();
        for search in &mut searches {
            let mut hasher = hashes.build_hasher();
            let mut empty = true;
            // A name without a birthday, or the other way round, is no likeness.
            let mut lacking = false;
            for (kind, positions) in search.parts(&names) {
                let before = empty;
                empty = true;
                for &position in positions {
                    folded.clear();
                    fold(row.cell(position), &mut folded);
                    empty &= folded.is_empty();
                    hasher.write(folded.as_bytes());
                    hasher.write_u8(0xff);
                }
                lacking |= empty && kind;
                empty &= before;
            }
            if !(empty || lacking) {
                search.seen.push((hasher.finish(), row.line));
            }
        }
        done += 1;
        if done % 65_536 == 0 || done == total {
            progress(Progress { doing: "looking for doubles", done, total });
        }
    }
    let findings = searches.into_iter().map(|search| search.finish(&headings)).collect();
    Ok(Report { verified, findings })
}

/// One likeness being looked for.
struct Search {
    likeness: Likeness,
    positions: Vec<usize>,
    /// Hash of the compared cells, and line.
    seen: Vec<(u64, u64)>,
}

impl Search {
    fn new(likeness: Likeness, positions: Vec<usize>) -> Self {
        Self { likeness, positions, seen: Vec::new() }
    }

    /// The compared columns in groups, each with whether a person must have something in it.
    fn parts(&self, names: &[usize]) -> impl Iterator<Item = (bool, &[usize])> {
        let split = if self.likeness == Likeness::NameAndBirth { names.len().min(self.positions.len()) } else { 0 };
        let (first, second) = self.positions.split_at(split);
        [(split > 0, first), (split > 0, second)].into_iter()
    }

    fn finish(mut self, headings: &[String]) -> Finding {
        self.seen.sort_unstable();
        let (mut groups, mut people, mut lines) = (0, 0, Vec::new());
        for group in self.seen.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
            groups += 1;
            people += u64::try_from(group.len()).unwrap_or(u64::MAX);
            lines.push(group.iter().take(LINES_LISTED).map(|&(_, line)| line).collect::<Vec<u64>>());
        }
        // By the line of the first, not by the hash, so that two audits of the same file tell the same.
        lines.sort_unstable();
        lines.truncate(GROUPS_LISTED);
        let columns = self.positions.iter().filter_map(|&position| headings.get(position).cloned()).collect();
        Finding { likeness: self.likeness, columns, groups, people, lines }
    }
}

/// Letters and digits only, in lower case and without accents: `O'Neill ` and `oneill` become the same, and so do `ß` and `ss`.
fn fold(text: &str, into: &mut String) {
    if text.is_ascii() {
        into.extend(text.bytes().filter(u8::is_ascii_alphanumeric).map(|b| char::from(b.to_ascii_lowercase())));
        return;
    }
    for letter in text.nfkd().filter(|c| c.is_alphanumeric() && !is_combining_mark(*c)) {
        for lower in letter.to_lowercase() {
            if lower == 'ß' { into.push_str("ss") } else { into.push(lower) }
        }
    }
}

/// Whether a column's heading says that it holds names of people, in the languages of Europe's registers.
fn holds_names(heading: &str) -> bool {
    const WORDS: [&str; 18] = [
        "nom",
        "noms",
        "prenom",
        "prenoms",
        "first",
        "last",
        "given",
        "family",
        "surname",
        "apellido",
        "apellidos",
        "nombre",
        "cognome",
        "nome",
        "imie",
        "nazwisko",
        "naam",
        "jmeno",
    ];
    words(heading).iter().any(|word| WORDS.contains(&word.as_str()) || word.ends_with("name") || word.ends_with("naam"))
}

/// Whether a column's heading says that it holds dates or years of birth.
fn holds_births(heading: &str) -> bool {
    const PARTS: [&str; 9] =
        ["birth", "geburt", "naissance", "geboorte", "nacimiento", "nascita", "nascimento", "urodzenia", "narozeni"];
    const WORDS: [&str; 4] = ["dob", "born", "jahrgang", "birthday"];
    words(heading).iter().any(|word| WORDS.contains(&word.as_str()) || PARTS.iter().any(|part| word.contains(part)))
}

fn words(heading: &str) -> Vec<String> {
    heading
        .split(|c: char| !c.is_alphanumeric())
        .map(|word| {
            let mut folded = String::new();
            fold(word, &mut folded);
            folded
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_keeps_letters_and_digits() {
        for (text, expected) in [
            ("O'Neill ", "oneill"),
            ("Élodie", "elodie"),
            ("STRAßE 5", "strasse5"),
            ("BE-12.34", "be1234"),
            ("Łódź", "łodz"),
            ("Анна", "анна"),
            (" \u{a0}-", ""),
        ] {
            let mut folded = String::new();
            fold(text, &mut folded);
            assert_eq!(folded, expected, "{text}");
        }
    }

    #[test]
    fn headings_are_recognised() {
        for heading in ["Name", "Vorname", "family_name", "Nom", "Prénom", "last name", "voornaam", "NACHNAME"] {
            assert!(holds_names(heading), "{heading}");
        }
        for heading in ["Geburtsdatum", "birth_year", "date de naissance", "DOB", "Jahrgang"] {
            assert!(holds_births(heading), "{heading}");
        }
        for heading in ["municipality", "economy", "Strasse", "id"] {
            assert!(!holds_names(heading) && !holds_births(heading), "{heading}");
        }
    }
}
