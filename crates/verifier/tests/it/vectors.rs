//! `tests/vectors/`: whole bundles, logs and sequences, right and forged, with the status of every check, and proofs of fraud; all made by independent
//! scripts. The second verifier is held to the same files as far as it goes.

use klero_verifier::artifacts::NoArtifacts;
use klero_verifier::fraud::FraudReport;
use klero_verifier::report::Status;
use klero_verifier::trust::Trust;
use klero_verifier::verify::{Options, verify};
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../tests/vectors/bundles.json")).unwrap()
}

fn trust_of(case: &Value) -> Option<Trust> {
    case["trust"].as_str().map(|text| Trust::parse(text).unwrap())
}

pub(crate) fn texts(value: &Value) -> Vec<&str> {
    value.as_array().map(|list| list.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

#[test]
fn every_check_of_every_bundle_comes_out_as_the_vectors_say() {
    let vectors = vectors();
    let cases = vectors["cases"].as_array().unwrap();
    assert!(cases.len() > 50);
    let mut wrong = Vec::new();
    for case in cases {
        let trust = trust_of(case);
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

#[test]
fn every_proof_of_fraud_comes_out_as_the_vectors_say() {
    let vectors: Value = serde_json::from_str(include_str!("../../../../tests/vectors/fraud.json")).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    assert!(cases.len() > 50);
    let mut wrong = Vec::new();
    for case in cases {
        let trust = trust_of(case);
        let report = FraudReport::of(case["proof"].as_str().unwrap(), trust.as_ref().map(Trust::log));
        let mut told: Value = serde_json::from_str(&report.to_json()).unwrap();
        let reason = told.as_object_mut().unwrap().remove("reason").unwrap();
        if told != case["report"] {
            wrong.push(format!("{}: {told}, expected {} ({reason})", case["name"], case["report"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
