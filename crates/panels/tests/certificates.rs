//! Certificates bound the truth, and no change to one makes it claim less.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod common;

use common::{Numbers, Task, best_minimum};
use klero_panels::build::verify_certificate;
use klero_panels::certificate::{Certificate, CertificateError, MAX_MULTIPLIER};
use klero_panels::{BuildOptions, Instance, Unwatched, build};

fn tasks() -> Vec<(Task, Instance, Certificate)> {
    let options = BuildOptions { panels: 40, ..BuildOptions::default() };
    (0..150)
        .map(|seed| Task::random(seed, 10))
        .filter(|t| !t.panels().is_empty())
        .map(|t| {
            let instance = t.instance().unwrap();
            let certificate = build(&instance, &options, &Unwatched).unwrap().certificate;
            (t, instance, certificate)
        })
        .collect()
}

/// The bound of the lowest level, as a decimal rounded up.
fn bound(instance: &Instance, certificate: &Certificate) -> Result<f64, CertificateError> {
    let bounds = verify_certificate(instance, certificate)?;
    let billionths = bounds[0].bound.billionths_up();
    Ok(f64::from(u32::try_from(billionths).unwrap()) / 1e9)
}

#[test]
fn mutated_certificates_never_claim_less_than_the_truth() {
    let mut numbers = Numbers(7);
    let (mut weaker, mut refused, mut equal) = (0, 0, 0);
    let tasks = tasks();
    assert!(tasks.len() > 40);
    for (task, instance, certificate) in &tasks {
        let truth = best_minimum(&task.panels(), task.people.len());
        let honest = bound(instance, certificate).unwrap();
        assert!(honest >= truth - 1e-9, "{task:?}: {honest} < {truth}");
        for _ in 0..60 {
            let mut changed = certificate.clone();
            let at = usize::try_from(numbers.below(1 + u32::try_from(changed.levels.len() - 1).unwrap())).unwrap();
            let by = i64::from(numbers.below(9)) - 4;
            let level = &mut changed.levels[at];
            match numbers.below(6) {
                0 => level.total += by,
                1 | 2 => {
                    let q = usize::try_from(numbers.below(u32::try_from(level.quotas.len()).unwrap())).unwrap();
                    level.quotas[q] += by * i64::from(1 + numbers.below(1000));
                }
                3 => level.quotas.iter_mut().for_each(|g| *g = -*g),
                4 => {
                    level.stops.pop();
                }
                _ => level.floor.0 = level.floor.1 / 2,
            }
            match bound(instance, &changed) {
                Ok(b) if b > honest => weaker += 1,
                Ok(b) => {
                    assert!(b >= truth - 1e-9, "{task:?}: {b} < {truth} by {changed:?}");
                    equal += 1;
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(weaker > 100 && refused > 10 && equal > 100, "{weaker} {refused} {equal}");
}

#[test]
fn levels_hold_for_the_list_itself() {
    // a list is a lottery: where it keeps a level's floors it cannot beat its bound
    for (task, instance, certificate) in &tasks() {
        let options = BuildOptions { panels: 40, ..BuildOptions::default() };
        let built = build(instance, &options, &Unwatched).unwrap();
        let bounds = verify_certificate(instance, certificate).unwrap();
        let mut floor: Vec<Option<(i64, i64)>> = vec![None; task.people.len()];
        for (level, bound) in certificate.levels.iter().zip(&bounds) {
            let keeps = floor
                .iter()
                .zip(built.list.copies())
                .all(|(f, c)| f.is_none_or(|(n, d)| i128::from(*c) * i128::from(d) >= i128::from(n) * 40));
            let least = floor.iter().zip(built.list.copies()).filter(|(f, _)| f.is_none()).map(|(_, c)| *c).min();
            if let (true, Some(least)) = (keeps, least) {
                assert!(!bound.bound.is_below(least, 40), "{task:?}: {bound:?} {least}");
            }
            for p in &level.stops {
                floor[usize::try_from(*p).unwrap()] = Some(level.floor);
            }
        }
    }
}

#[test]
fn malformed_certificates_are_refused() {
    let (_, instance, good) = tasks().into_iter().find(|t| t.2.levels.len() > 1).unwrap();
    let with = |change: &dyn Fn(&mut Certificate)| {
        let mut bad = good.clone();
        change(&mut bad);
        verify_certificate(&instance, &bad).expect_err("malformed")
    };
    let malformed = |level, what| CertificateError::Malformed { level, what };
    assert_eq!(with(&|c| c.format.push('x')), CertificateError::Format);
    assert_eq!(with(&|c| c.levels.clear()), CertificateError::Levels { found: 0 });
    assert!(matches!(with(&|c| c.seats += 1), CertificateError::OtherTask { what: "seats", .. }));
    assert!(matches!(with(&|c| c.people += 1), CertificateError::OtherTask { what: "people", .. }));
    assert!(matches!(with(&|c| c.levels[0].quotas.push(0)), CertificateError::OtherTask { what: "quotas", .. }));
    assert_eq!(with(&|c| c.levels[0].total = MAX_MULTIPLIER + 1), malformed(0, "multiplier"));
    assert_eq!(with(&|c| c.levels[0].floor = (2, 1)), malformed(0, "floor"));
    assert_eq!(with(&|c| c.levels[0].floor = (0, 0)), malformed(0, "floor"));
    assert_eq!(with(&|c| c.levels[0].stops = vec![1, 0]), malformed(0, "stops"));
    assert_eq!(with(&|c| c.levels[0].stops = vec![u32::MAX]), malformed(0, "stops"));
    assert_eq!(with(&|c| c.levels[1].stops = c.levels[0].stops.clone()), malformed(1, "stops"));
    assert_eq!(with(&|c| c.levels[0].households = vec![(u32::MAX, 1)]), malformed(0, "households"));
    // a certificate travels as JSON, and unknown fields are refused
    let json = serde_json::to_string(&good).unwrap();
    assert_eq!(serde_json::from_str::<Certificate>(&json).unwrap(), good);
    let extra = json.replacen('{', "{\"more\":1,", 1);
    assert!(serde_json::from_str::<Certificate>(&extra).is_err());
}
