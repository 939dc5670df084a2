//! What a package installs beside the programs, held to the programs: the settings' file names every setting with its usual value, and the unit
//! starts what there is.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use kleroterion::clock::SystemClock;
use kleroterion::service::config::Config;
use kleroterion::service::settings::{Flags, Settings};
use kleroterion::service::{self, NewLog};

fn packaged(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/debian").join(name)).unwrap()
}

/// A settings' line, commented out or not: `name = value`.
fn setting(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.trim_start_matches('#').split_once(" = ")?;
    let word = name.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c == '-' || c.is_ascii_digit());
    word.then_some((name, value))
}

#[test]
fn the_settings_file_names_every_setting_and_its_usual_value() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("service");
    let config = Config { origin: "draws.example.org/log".to_owned(), relays: Vec::new(), margin_secs: 0 };
    service::init(&dir, &NewLog { config, policy: None, rehearsal: None }, Arc::new(SystemClock)).unwrap();

    // As it is shipped: the usual values, behind a web server on the same machine.
    let text = packaged("klero.toml");
    std::fs::write(dir.join("klero.toml"), &text).unwrap();
    let trusted = vec!["127.0.0.1".parse().unwrap(), "::1".parse().unwrap()];
    let usual = Settings { trusted_proxies: trusted, ..Settings::default() };
    assert_eq!(Settings::load_with(&dir, &Flags::default()).unwrap(), usual);

    // With every line in force.
    let lines = text.lines().map(|line| if setting(line).is_some() { line.trim_start_matches('#') } else { line });
    std::fs::write(dir.join("klero.toml"), lines.collect::<Vec<_>>().join("\n")).unwrap();
    let all = Settings::load_with(&dir, &Flags::default()).unwrap();
    let (limits, log) = (usual.limits.clone(), usual.log.clone());
    assert_eq!((&all.limits, &all.log, all.margin_secs, all.retention.days), (&limits, &log, 0, usual.retention.days));

    // None is missing: neither one that has a usual value nor one that may be absent.
    let mut known: BTreeSet<String> = BTreeSet::new();
    for (name, _, from) in Settings::origins(&dir, &Flags::default()).unwrap() {
        assert!(from.ends_with("klero.toml"), "{name} comes from {from}");
        known.insert(name);
    }
    for name in ["data_key", "publish_to", "metrics.listen", "relays", "retention.draws.letters-2026"] {
        assert!(known.contains(name), "{name}");
    }
}

#[test]
fn the_unit_names_paths_that_the_package_has() {
    let unit = packaged("kleroterion.service");
    let cargo = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    for (said, packed) in [
        (
            "ExecStart=/usr/bin/klero serve --dir /var/lib/kleroterion/service\n",
            "[\"target/release/klero\", \"usr/bin/\"",
        ),
        ("Environment=KLERO_CONFIG=/etc/kleroterion/klero.toml\n", "\"etc/kleroterion/klero.toml\""),
        ("StateDirectory=kleroterion\nStateDirectoryMode=0700\n", ""),
    ] {
        assert!(unit.contains(said) && cargo.contains(packed), "{said}");
    }
    // Commands of the same service use the same folder and settings.
    let wrapper = packaged("klero-service");
    for path in ["KLERO_DIR=/var/lib/kleroterion/service ", "KLERO_CONFIG=/etc/kleroterion/klero.toml "] {
        assert!(wrapper.contains(path), "{path}");
    }
}
