//! `tests/vectors/bundles.json`: whole bundles, right and forged, made by an independent script, with the status of every check. The second verifier
//! is held to the same file.

use klero_verifier::artifacts::NoArtifacts;
use klero_verifier::report::Status;
use klero_verifier::trust::Trust;
use klero_verifier::verify::{Options, verify};
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../tests/vectors/bundles.json")).unwrap()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().map(|list| list.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

#[test]
fn every_check_of_every_bundle_comes_out_as_the_vectors_say() {
    let vectors = vectors();
    let cases = vectors["cases"].as_array().unwrap();
    assert!(cases.len() > 50);
    let mut wrong = Vec::new();
    for case in cases {
        let trust = case["trust"].as_str().map(|text| Trust::parse(text).unwrap());
        let options = Options { strict: case["strict"] == true };
        let report = verify(case["bundle"].as_str().unwrap(), &NoArtifacts, trust.as_ref(), options);
        let (failed, skipped) = (texts(&case["failed"]), texts(&case["skipped"]));
        for check in &report.checks {
            let id = check.id.name();
            let expected = if failed.contains(&id) {
                Status::Failed
            } else if case["skipped"] == "all others" || skipped.contains(&id) {
                Status::Skipped
            } else {
                Status::Passed
            };
            if check.status != expected {
                wrong.push(format!(
                    "{}: {id} is {:?}, expected {expected:?} ({:?})",
                    case["name"], check.status, check.reason
                ));
            }
        }
        if u64::from(report.verdict.exit()) != case["exit"] {
            wrong.push(format!("{}: exit {}, expected {}", case["name"], report.verdict.exit(), case["exit"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn trust_files_that_no_verifier_takes() {
    for case in vectors()["refused_trusts"].as_array().unwrap() {
        assert!(Trust::parse(case["trust"].as_str().unwrap()).is_err(), "{}", case["why"]);
    }
}
