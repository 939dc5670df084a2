//! `tests/vectors/log.json` and `sequences.json`: bundles beside the whole log, and bundles that follow one another, made by an independent script; each
//! run through the command line, as whoever verifies them does.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::cli::Memory;
use crate::vectors::texts;
use crate::whole_log::Files;

fn log(vectors: &Value, case: &Value) -> Option<Files> {
    let bytes = |name: &Value| STANDARD.decode(vectors["files"][name.as_str()?].as_str()?).ok();
    let files: BTreeMap<_, _> =
        case["log"].as_object()?.iter().map(|(path, name)| (path.clone(), bytes(name).unwrap())).collect();
    Some(Files(files))
}

/// Where one report differs from what is expected of it.
fn differs(report: &Value, expected: &Value) -> Vec<String> {
    let (failed, skipped) = (texts(&expected["failed"]), texts(&expected["skipped"]));
    let checks = report["checks"].as_array().unwrap().iter().filter_map(|check| {
        let (id, found) = (check["id"].as_str().unwrap(), &check["status"]);
        let status = if failed.contains(&id) {
            "failed"
        } else if expected["skipped"] == "all others" || skipped.contains(&id) {
            "skipped"
        } else {
            "passed"
        };
        (found != status).then(|| format!("{id} is {found}, expected {status} ({})", check["reason"]))
    });
    let exit =
        (report["exit"] != expected["exit"]).then(|| format!("exit {}, expected {}", report["exit"], expected["exit"]));
    checks.chain(exit).collect()
}

/// Runs every case and gives what came out otherwise than expected.
fn wrong(vectors: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for case in vectors["cases"].as_array().unwrap() {
        let bundles = case["bundles"].as_array().unwrap();
        let mut memory = Memory::default();
        memory.log = log(vectors, case);
        let mut args = String::from("--json");
        if let Some(trust) = case["trust"].as_str() {
            memory = memory.with("trust.json", trust);
            args += " --trust trust.json";
        }
        for (at, bundle) in bundles.iter().enumerate() {
            memory = memory.with(&format!("{at}.json"), bundle["bundle"].as_str().unwrap());
        }
        let mut run = |args: &str, member: &str, bundles: &[&Value]| {
            let (exit, out, err) = memory.run(args);
            let reports: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            let expected: Vec<&Value> = bundles.iter().filter_map(|bundle| bundle.get(member)).collect();
            if reports.len() != expected.len() {
                wrong.push(format!(
                    "{} {member}: {} reports, expected {} ({err})",
                    case["name"],
                    reports.len(),
                    expected.len()
                ));
            }
            for (at, (report, expected)) in reports.iter().zip(expected).enumerate() {
                let found = differs(report, expected);
                wrong.extend(found.iter().map(|found| format!("{} {member} [{at}]: {found}", case["name"])));
            }
            exit
        };
        for (at, bundle) in bundles.iter().enumerate() {
            run(&format!("{args} {at}.json"), "alone", &[bundle]);
        }
        if case["sequence"] == true {
            args += " --sequence";
        }
        if case["log"].is_object() {
            args += " --log public";
        }
        (0..bundles.len()).for_each(|at| args += &format!(" {at}.json"));
        let exit = run(&args, "with", &bundles.iter().collect::<Vec<_>>());
        if case["exit"] != exit {
            wrong.push(format!("{}: exit {exit}, expected {}", case["name"], case["exit"]));
        }
    }
    wrong
}

#[test]
fn every_bundle_beside_its_log_comes_out_as_the_vectors_say() {
    let vectors: Value = serde_json::from_str(include_str!("../../../../tests/vectors/log.json")).unwrap();
    assert!(vectors["cases"].as_array().unwrap().len() > 40);
    let wrong = wrong(&vectors);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_sequence_comes_out_as_the_vectors_say() {
    let vectors: Value = serde_json::from_str(include_str!("../../../../tests/vectors/sequences.json")).unwrap();
    assert!(vectors["cases"].as_array().unwrap().len() > 20);
    let wrong = wrong(&vectors);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
