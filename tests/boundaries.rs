//! The house's walls (docs/architecture.md): what the verifier is made of, and which file alone may name what. Each is checked by looking, at
//! the dependency tree and at the sources; nothing is run.

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Names of the crates in the verifier's closure, sorted.
fn closure() -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--edges", "normal", "--package", "klero-verifier"])
        // The list is that of one platform, whatever machine the test runs on.
        .args(["--target", "x86_64-unknown-linux-gnu", "--prefix", "none", "--format", "{p}"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("cargo prints text");
    let mut names: Vec<String> = text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
    names.retain(|name| !name.is_empty());
    names.sort();
    names.dedup();
    names
}

#[test]
fn the_verifier_is_made_of_what_is_written_down() {
    let written = std::fs::read_to_string(root().join("tests/verifier_closure.txt")).expect("the list");
    let written: Vec<&str> = written.lines().filter(|line| !line.starts_with('#')).collect();
    let found = closure();
    let new: Vec<_> = found.iter().filter(|name| !written.contains(&name.as_str())).collect();
    let gone: Vec<_> = written.iter().filter(|name| !found.iter().any(|f| f == *name)).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "the verifier's closure changed: new {new:?}, gone {gone:?}. If that is meant, write it into tests/verifier_closure.txt"
    );
    assert!(written.is_sorted(), "the list is sorted");
}

#[test]
fn the_verifier_holds_no_server_no_network_no_store() {
    let banned = [
        "tokio",
        "axum",
        "sled",
        "hyper",
        "reqwest",
        "ureq",
        "rustls",
        "mio",
        "socket2",
        "kleroterion",
        "klero-panels",
    ];
    let found = closure();
    for name in banned {
        assert!(!found.iter().any(|crate_name| crate_name == name), "{name} is in the verifier's closure");
    }
}

/// All Rust sources below a folder, with their text.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source");
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty(), "{folder} has sources");
    found
}

/// The source without comments, so that a file may say in words what it does not do.
fn code(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

fn words(text: &str) -> impl Iterator<Item = String> {
    let split = text.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_ascii_lowercase);
    split.collect::<Vec<_>>().into_iter()
}

#[test]
fn the_log_knows_no_lottery() {
    let lottery =
        ["pool", "beacon", "lottery", "draw", "drawn", "panel", "seat", "ticket", "quota", "drand", "kleroterion"];
    for (path, text) in sources("crates/tlog/src") {
        let found = words(&text).find(|word| lottery.contains(&word.as_str()));
        assert_eq!(found, None, "{} names what the log must not know", path.display());
    }
}

#[test]
fn one_file_names_the_store() {
    for (path, text) in sources("src") {
        let names = code(&text).contains("sled::") || code(&text).contains("use sled");
        assert_eq!(names, path.ends_with("src/store.rs"), "{}", path.display());
    }
}

#[test]
fn one_file_reads_private_keys() {
    for (path, text) in sources("src") {
        let text = code(text.split("#[cfg(test)]").next().unwrap_or_default());
        let reads = ["SignerKey::parse", "WitnessSigner::parse", "SecretKey::from_seed", "RehearsalKey::from_seed"];
        for call in reads.iter().filter(|call| text.contains(**call)) {
            assert!(path.ends_with("src/signer.rs"), "{} calls {call}", path.display());
        }
    }
}

/// The pure crates touch no file, socket, clock, environment or random source; binaries of theirs are their shells.
#[test]
fn pure_crates_touch_nothing() {
    let banned =
        ["std::fs", "std::net", "std::env", "SystemTime", "Instant::now", "getrandom", "OsRng", "std::process"];
    for folder in ["crates/tlog/src", "crates/draw/src", "crates/verifier/src"] {
        for (path, text) in sources(folder).into_iter().filter(|(path, _)| !path.ends_with("main.rs")) {
            let text = code(text.split("#[cfg(test)]").next().unwrap_or_default());
            let found = banned.iter().find(|name| text.contains(**name));
            assert_eq!(found, None, "{}", path.display());
        }
    }
}

/// In pure crates: no casts by `as`, no hash maps whose order could reach a result. (`unsafe` is the compiler's to deny.)
#[test]
fn pure_crates_are_plain() {
    let casts: Vec<String> = ["u8", "u16", "u32", "u64", "u128", "usize", "i32", "i64", "f32", "f64"]
        .iter()
        .map(|number| format!(" as {number}"))
        .collect();
    for folder in ["crates/tlog/src", "crates/draw/src", "crates/verifier/src"] {
        for (path, text) in sources(folder) {
            let text = code(text.split("#[cfg(test)]").next().unwrap_or_default());
            let banned = casts.iter().map(String::as_str).chain(["HashMap", "HashSet"]);
            let found: Vec<&str> = banned.filter(|name| text.contains(name)).collect();
            assert!(found.is_empty(), "{}: {found:?}", path.display());
        }
    }
}
