//! The command line, with files in memory: arguments, exit codes, JSON lines, plain words.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use klero_verifier::bundle::BUNDLE_LIMIT;
use klero_verifier::cli::{FileProblem, Io, run};
use klero_verifier::whole_log::LogFiles;
use serde_json::Value;

use crate::whole_log::{Files, files};
use crate::world::{GENESIS, Pool, Spec, World};

#[derive(Default)]
pub(crate) struct Memory {
    files: BTreeMap<PathBuf, Vec<u8>>,
    huge: Vec<PathBuf>,
    pub(crate) log: Option<Files>,
}

impl Io for Memory {
    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, FileProblem> {
        if self.huge.iter().any(|huge| huge == path) {
            return Err(FileProblem::TooLong { found: BUNDLE_LIMIT + 1, limit });
        }
        self.files.get(path).cloned().ok_or(FileProblem::NotFound)
    }
    fn log(&self, _: &str) -> Result<Box<dyn LogFiles + '_>, String> {
        Ok(Box::new(self.log.clone().ok_or("no such folder")?))
    }
}

impl Memory {
    pub(crate) fn with(mut self, path: &str, text: impl Into<Vec<u8>>) -> Self {
        self.files.insert(PathBuf::from(path), text.into());
        self
    }
    pub(crate) fn run(&self, args: &str) -> (u8, String, String) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let exit = run(args.split_whitespace().map(OsString::from), self, &mut out, &mut err);
        (exit, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
    }
}

fn world() -> (World, Memory) {
    let mut world = World::new();
    world.whole(&Spec::new("council", "equal"));
    let bundle = world.bundle("council");
    let bent = bundle.replacen("\"draw\":\"council\"", "\"draw\":\"kouncil\"", 1);
    let memory = Memory::default()
        .with("good.json", bundle.clone())
        .with("bent.json", bent)
        .with("cut.json", &bundle.as_bytes()[..bundle.len() - 1])
        .with("latin1.json", b"\xe9".as_slice())
        .with("trust.json", world.trust_text(""))
        .with("twice.json", world.trust_text(",\"margin_secs\":1,\"margin_secs\":2"))
        .with("unknown.json", world.trust_text(",\"colour\":1"))
        .with("chains.json", world.trust_text(&format!(",\"chains\":[\"{}\"]", "0".repeat(64))));
    (world, memory)
}

#[test]
fn exit_codes() {
    let (_, mut memory) = world();
    memory.huge.push(PathBuf::from("huge.json"));
    for (args, exit) in [
        ("good.json", 0),
        ("good.json --trust trust.json", 0),
        ("--trust=trust.json good.json", 0),
        ("good.json --strict", 3),
        ("bent.json", 1),
        ("cut.json", 2),
        ("latin1.json", 2),
        ("huge.json", 2),
        ("missing.json", 2),
        ("good.json good.json --strict bent.json", 1),
        ("good.json bent.json cut.json", 2),
        ("", 2),
        ("--json", 2),
        ("good.json --nonsense", 2),
        ("good.json --trust", 2),
        ("good.json --trust missing.json", 2),
        ("good.json --trust good.json", 2),
        ("good.json --trust twice.json", 2),
        ("good.json --trust unknown.json", 2),
        ("good.json --trust chains.json", 2),
        ("good.json --trust trust.json --trust trust.json", 2),
        ("good.json --log nowhere", 2),
        ("--help", 0),
        ("--version", 0),
    ] {
        let (found, out, err) = memory.run(args);
        assert_eq!(found, exit, "{args}: {out}{err}");
        // Usage errors speak on stderr alone.
        assert!(out.is_empty() != err.is_empty(), "{args}: {out}{err}");
    }
    assert!(memory.run("huge.json").1.contains("at most 268435456 are read"));
}

#[test]
fn one_json_object_a_line() {
    let (_, memory) = world();
    let (exit, out, _) = memory.run("good.json bent.json cut.json --json");
    assert_eq!(exit, 2);
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let verdicts: Vec<_> =
        lines.iter().map(|line| (line["verdict"].as_str().unwrap(), line["exit"].as_u64().unwrap())).collect();
    assert_eq!(verdicts, [("verified", 0), ("refuted", 1), ("unreadable", 2)]);
    for line in &lines {
        let ids: Vec<&str> = line["checks"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap()).collect();
        assert_eq!(ids, IDS);
        for check in line["checks"].as_array().unwrap() {
            assert_eq!(check.as_object().unwrap().len(), 5);
            assert!(matches!(check["status"].as_str(), Some("passed" | "failed" | "skipped")));
        }
    }
    assert_eq!(lines[0]["rehearsal"], true);
}

/// The ids of spec §9.3, in its order.
const IDS: [&str; 21] = [
    "format",
    "log.signature",
    "log.inclusion",
    "log.chain",
    "log.consistency",
    "log.witnesses",
    "organiser.keys",
    "terms.signatures",
    "terms.attempts",
    "time.round",
    "time.sealed",
    "time.tokens",
    "beacon.signature",
    "pool.table",
    "pool.from",
    "panels.quotas",
    "panels.counts",
    "panels.certificate",
    "draw.outcome",
    "replacements.rule",
    "voids",
];

#[test]
fn plain_words_begin_with_what_matters() {
    let (_, memory) = world();
    let (_, out, _) = memory.run("good.json");
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[0].starts_with("REHEARSAL BEACON: this draw proves nothing"));
    assert!(lines[1].starts_with("VERIFIED: good.json"));
    assert!(out.contains("6 seats and 2 reserves drawn from 40 people by the method 'equal'."));
    assert!(out.contains("What this does not prove"));
    assert!(memory.run("bent.json").1.contains("REFUTED: bent.json"));
}

#[test]
fn artifacts_beside_the_bundle() {
    let mut world = World::new();
    world.whole(&Spec::new("council", "stratified"));
    let text = world.bundle("council");
    let mut bundle = klero_verifier::bundle::Bundle::parse(&text).unwrap();
    let artifacts = std::mem::take(&mut bundle.artifacts);
    let mut memory = Memory::default().with("bundle.json", bundle.to_text());
    assert_eq!(memory.run("bundle.json").0, 3);
    for (name, text) in &artifacts {
        memory = memory.with(&format!("beside/{name}"), text.as_bytes());
    }
    assert_eq!(memory.run("bundle.json --artifacts beside").0, 0);
    let (name, _) = artifacts.first_key_value().unwrap();
    let memory = memory.with(&format!("beside/{name}"), "{}");
    assert_eq!(memory.run("bundle.json --artifacts beside").0, 1);
}

#[test]
fn the_whole_log() {
    let (mut world, mut memory) = world();
    memory.log = Some(files(&world));
    let (exit, out, _) = memory.run("good.json --trust trust.json --log public");
    assert_eq!(exit, 0);
    assert!(out.contains("THE WHOLE LOG was read") && out.contains("'council' for 'council', attempt 1: drawn"));
    world.annul("council");
    memory.log = Some(files(&world));
    let (exit, out, _) = memory.run("good.json --log public");
    assert_eq!(exit, 0);
    assert!(out.contains("Since this bundle was made, 1 more steps of it were logged"));
}

/// The program itself, as `klero verify`: a service's folder has the log's public files below it.
#[test]
fn a_services_folder_is_its_log_too() {
    let (world, memory) = world();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("a-service");
    let _not_there = std::fs::remove_dir_all(&folder);
    let public = files(&world).0.into_iter().map(|(name, bytes)| (PathBuf::from("public").join(name), bytes));
    for (name, bytes) in public.chain(memory.files) {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    for (place, exit) in [("public", 0), (".", 0), ("nowhere", 2)] {
        let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_klero-verify"));
        let program = program.current_dir(&folder).args(["good.json", "--trust", "trust.json", "--log", place]);
        let output = program.output().unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        assert_eq!(
            (output.status.code(), told.contains("THE WHOLE LOG was read")),
            (Some(exit), exit == 0),
            "{place}: {told}"
        );
    }
}

#[test]
fn sequences_link_pools_to_earlier_outcomes() {
    let mut world = World::new();
    let (_, invited) = world.whole(&Spec::new("letters", "equal").purpose("letters"));
    let name = *world.artifacts.iter().find(|(_, text)| **text == invited.text().unwrap()).unwrap().0;
    let opened = |id: &u32| invited.drawn.iter().any(|o| o.private == Pool::new(&[*id], "").people[0].0);
    let ids: Vec<u32> = (0..40).filter(opened).collect();
    world.pool = Pool::new(&ids, "yes");
    let mut spec = Spec::new("council", "equal").at(GENESIS + 1000).from("letters", name);
    (spec.seats, spec.reserves) = (3, 1);
    world.whole(&spec);
    let memory = Memory::default().with("1.json", world.bundle("letters")).with("2.json", world.bundle("council"));
    let (exit, out, _) = memory.run("1.json 2.json --sequence");
    assert_eq!(exit, 0);
    assert!(out.contains("Its pool comes from draw 'letters', earlier in this sequence."));
    assert_eq!(memory.run("2.json 1.json --sequence").0, 1);
    assert_eq!(memory.run("2.json --sequence").0, 1);
    assert_eq!(memory.run("2.json 1.json").0, 0);
    let mut other = World::opened("example.org/other", 3);
    other.enrol(2, 1, false);
    other.whole(&Spec::new("council", "equal"));
    let memory = memory.with("3.json", other.bundle("council"));
    assert_eq!(memory.run("1.json 3.json").0, 0);
    assert_eq!(memory.run("1.json 3.json --sequence").0, 1);
}
