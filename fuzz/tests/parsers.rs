//! `parsers.txt` says for every source file that reads bytes from outside which target reads them, or why none does. This holds it to the
//! sources: a function that parses, in a file that is not listed or beside those that are, fails here until somebody has thought about it.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use klero_fuzz::targets;

const FOLDERS: [&str; 5] = ["crates/tlog/src", "crates/draw/src", "crates/panels/src", "crates/verifier/src", "src"];

const NAMES: [&str; 7] = ["from_str", "from_json", "from_csv", "from_xlsx", "from_hex", "from_base64", "headings_of"];
/// Marks of a reader that has another name.
const ENTRANCES: [&str; 6] =
    ["serde_json::from_", "tar::Archive::new", "Toml::file", "Xlsx::new", "TryFrom<Written", "serde(try_from"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs")
            && path.file_name().is_some_and(|name| name != "tests.rs")
        {
            found.push(path);
        }
    }
}

/// Names of what reads in a file: functions called like a reader of bytes, `from_str`, and serde's entrances. The tests at the end of a file do not count.
fn readers(text: &str) -> BTreeSet<String> {
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let mut found = BTreeSet::new();
    for line in code.lines().map(str::trim_start).filter(|line| !line.starts_with("//")) {
        if let Some((before, after)) = line.split_once("fn ")
            && (before.is_empty() || before.starts_with("pub") || before == "async " || before == "const ")
        {
            let name: String = after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let takes_bytes = ["&[u8]", "'a [u8]", "&str", "'a str"].iter().any(|kind| after.contains(kind));
            let reads = name.starts_with("parse")
                || name.starts_with("decode")
                || name.starts_with("read") && takes_bytes
                || NAMES.contains(&name.as_str());
            if reads {
                found.insert(name);
            }
        }
        for entrance in ENTRANCES {
            if line.contains(entrance) {
                found.insert(entrance.trim_end_matches('_').to_owned());
            }
        }
    }
    found
}

struct Listed {
    readers: BTreeSet<String>,
    targets: Vec<String>,
}

fn listed() -> BTreeMap<String, Listed> {
    let text = include_str!("../parsers.txt");
    let mut all = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let parts: Vec<&str> = line.split(" | ").collect();
        let &[file, readers, targets] = parts.as_slice() else { panic!("file | readers | targets: {line}") };
        let words = |text: &str| text.split(", ").map(str::to_owned).collect::<Vec<_>>();
        // A reason begins with a hyphen; a file may have both.
        let (targets, reason) = targets.split_once('-').map_or((targets, ""), |(targets, reason)| (targets, reason));
        let targets: Vec<_> = words(targets.trim()).into_iter().filter(|name| !name.is_empty()).collect();
        assert!(!targets.is_empty() || reason.len() > 10, "{file}: a target, or a reason");
        let before = all.insert(file.to_owned(), Listed { readers: words(readers).into_iter().collect(), targets });
        assert!(before.is_none(), "{file} stands twice");
    }
    all
}

#[test]
fn every_parser_of_the_sources_has_a_target_or_a_reason() {
    let listed = listed();
    let mut files = Vec::new();
    FOLDERS.iter().for_each(|folder| sources(&root().join(folder), &mut files));
    let mut wrong = String::new();
    for file in files {
        let name = file.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        let found = readers(&std::fs::read_to_string(&file).unwrap());
        let mut expected = listed.get(&name).map(|entry| entry.readers.clone()).unwrap_or_default();
        expected.remove("*");
        if found != expected {
            let found: Vec<_> = found.into_iter().collect();
            wrong.push_str(&format!("{name} | {} | \n", found.join(", ")));
        }
    }
    assert!(
        wrong.is_empty(),
        "these files read bytes in functions that fuzz/parsers.txt does not list so. Write a target in fuzz/src with a seed in fuzz/corpus, or a reason, and correct the lines:\n{wrong}"
    );
}

#[test]
fn the_list_names_what_is_there() {
    let known: BTreeSet<_> = targets().iter().map(|(name, _)| (*name).to_owned()).collect();
    let mut used = BTreeSet::new();
    for (file, entry) in listed() {
        assert!(root().join(&file).exists(), "{file} is gone");
        for target in entry.targets {
            assert!(known.contains(&target), "{file}: there is no target {target}");
            used.insert(target);
        }
    }
    let idle: Vec<_> = known.difference(&used).collect();
    assert!(idle.is_empty(), "targets that read for no file of parsers.txt: {idle:?}");
}
