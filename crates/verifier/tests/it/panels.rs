//! Certificates of fairness beside a list, and pools linked to those who were seated later: what is right verifies, and each change fails the check
//! that is there for it.

use klero_draw::certificate::{Certificate, Level};
use klero_draw::hash::ArtifactHash;
use klero_draw::replacement::Seats;
use klero_draw::terms::{FromTerms, Method, Replacement};
use klero_verifier::bundle::Bundle;
use klero_verifier::report::{CheckId, Report, Status, Verdict};
use klero_verifier::text::render;

use crate::world::{GENESIS, Pool, Spec, World, slug};

fn status(report: &Report, id: CheckId) -> Status {
    report.check(id).unwrap().status
}

/// Everybody counts once: six seats over forty people.
fn plain() -> Vec<Level> {
    vec![Level { households: Vec::new(), quotas: vec![(0, 0), (0, 0)], stops: Vec::new(), total: (1, 0) }]
}

fn with_certificate(levels: Vec<Level>) -> Spec {
    Spec { certificate: Some(levels), ..Spec::new("council", "panels") }
}

#[test]
fn a_certificate_is_recomputed_and_shown() {
    let mut world = World::new();
    let (terms, _) = world.whole(&with_certificate(plain()));
    let report = world.verify(&world.bundle("council"));
    assert_eq!(report.verdict, Verdict::Verified, "{}", render(&report, "b"));
    let check = report.check(CheckId::PanelsCertificate).unwrap();
    let Method::Panels { min_count, .. } = terms.value().method else { panic!() };
    assert_eq!(check.status, Status::Passed);
    assert_eq!(check.expected.as_deref(), Some("3/20"));
    assert_eq!(check.found, Some(format!("{min_count}/20")));
    let text = render(&report, "b");
    assert!(text.contains("above 15.000 %, which is 3 of 20"), "{text}");
    assert!(!text.to_lowercase().contains("optimal"));
}

#[test]
fn without_a_certificate_nothing_is_claimed_and_nothing_is_missing() {
    let mut world = World::new();
    world.whole(&Spec::new("council", "panels"));
    let report = world.verify(&world.bundle("council"));
    assert_eq!((report.verdict, status(&report, CheckId::PanelsCertificate)), (Verdict::Verified, Status::Skipped));
    assert!(render(&report, "b").contains("Nothing shows how fair the list of panels is"));
}

/// Whoever passes a bundle on cannot leave out what the terms name.
#[test]
fn a_certificate_that_was_taken_out_leaves_the_bundle_incomplete() {
    let mut world = World::new();
    let (terms, _) = world.whole(&with_certificate(plain()));
    let name = terms.value().method.certificate().unwrap();
    let text = world.bundle("council");
    let mut bundle = Bundle::parse(&text).unwrap();
    bundle.artifacts.remove(&name);
    let report = world.verify(&bundle.to_text());
    assert_eq!((report.verdict, status(&report, CheckId::PanelsCertificate)), (Verdict::Incomplete, Status::Skipped));
    assert_eq!(status(&report, CheckId::Format), Status::Skipped);
    let reason = report.check(CheckId::PanelsCertificate).unwrap().reason.clone().unwrap();
    assert!(reason.contains(&name.to_string()), "{reason}");
}

#[test]
fn a_certificate_that_is_none_fails() {
    let refused = |text: &dyn Fn(&ArtifactHash) -> String| {
        let mut world = World::new();
        let spec = Spec::new("council", "panels");
        world.announce(&spec, 0);
        let mut parts = world.terms(&spec);
        let Method::Panels { list, panels, min_count, max_count, .. } = parts.method else { panic!() };
        let certificate = Some(world.keep(text(&list)));
        parts.method = Method::Panels { certificate, list, panels, min_count, max_count };
        let terms = world.seal_terms(parts);
        world.draw(&terms);
        let report = world.verify(&world.bundle("council"));
        assert_eq!(report.verdict, Verdict::Refuted);
        let failed: Vec<CheckId> = report.checks.iter().filter(|c| c.status == Status::Failed).map(|c| c.id).collect();
        assert_eq!(failed, [CheckId::PanelsCertificate], "{}", render(&report, "b"));
    };
    let good = |list: &ArtifactHash| Certificate::new(*list, plain()).unwrap().text().unwrap();
    refused(&|_| "no certificate".to_owned());
    refused(&|list| format!(" {}", good(list)));
    refused(&|_| good(&ArtifactHash([1; 32])));
    refused(&|list| good(list).replace("[[0,0],[0,0]]", "[[0,0]]"));
    refused(&|list| good(list).replace("\"stops\":[]", "\"stops\":[40]"));
    refused(&|list| good(list).replace("\"households\":[]", "\"households\":[[39,0]]"));
    refused(&|list| good(list).replace("\"total\":[1,0]", "\"total\":[1,0],\"claim\":1"));
}

#[test]
fn a_list_that_is_refused_leaves_its_certificate_unchecked() {
    let mut world = World::new();
    let spec = with_certificate(plain());
    world.announce(&spec, 0);
    let mut parts = world.terms(&spec);
    let Method::Panels { certificate, list, panels, min_count, max_count } = parts.method else { panic!() };
    parts.method = Method::Panels { certificate, list, panels, min_count, max_count: max_count + 1 };
    let terms = world.seal_terms(parts);
    world.now = world.round_time(GENESIS + 100) + 2;
    // Nothing can be drawn from it; what counts here is what the checks before the draw say.
    assert_eq!(terms.value().seats, 6);
    let report = world.verify(&world.bundle("council"));
    assert_eq!(status(&report, CheckId::PanelsCounts), Status::Failed);
    assert_eq!(status(&report, CheckId::PanelsCertificate), Status::Skipped);
}

/// What is no certificate fails whatever became of the list.
#[test]
fn a_certificate_that_is_none_fails_beside_a_list_that_is_refused_too() {
    let mut world = World::new();
    let spec = with_certificate(plain());
    world.announce(&spec, 0);
    let mut parts = world.terms(&spec);
    let Method::Panels { list, panels, min_count, max_count, .. } = parts.method else { panic!() };
    let certificate = Some(world.keep("no certificate".to_owned()));
    parts.method = Method::Panels { certificate, list, panels, min_count, max_count: max_count + 1 };
    world.seal_terms(parts);
    let report = world.verify(&world.bundle("council"));
    assert_eq!(status(&report, CheckId::PanelsCounts), Status::Failed);
    assert_eq!(status(&report, CheckId::PanelsCertificate), Status::Failed);
}

/// Letters to eight; one gives up, somebody else is seated. Gives the world, the outcome, the replacement, and the ids of all whom the draw opened,
/// the one seated later last.
fn letters() -> (World, ArtifactHash, ArtifactHash, Vec<u32>) {
    let mut world = World::new();
    let mut spec = Spec::new("letters", "equal").purpose("letters").replacement(Replacement::Rank);
    spec.reserves = 0;
    let (terms, invited) = world.whole(&spec);
    let drawn: Vec<u32> = invited.drawn.iter().map(|o| o.index).collect();
    let mut seats = Seats::new(&drawn);
    let (vacated, note) = world.vacate(&terms, &drawn[..1]);
    let replacement = world.replace(&terms, &mut seats, vacated, &note);
    let name = |world: &World, text: String| *world.artifacts.iter().find(|(_, t)| **t == text).unwrap().0;
    let outcome = name(&world, invited.text().unwrap());
    let replaced = name(&world, replacement.text().unwrap());
    let id_of = |private| (0..40).find(|id| Pool::new(&[*id], "").people[0].0 == private).unwrap();
    let mut ids: Vec<u32> = invited.drawn.iter().map(|o| id_of(o.private)).collect();
    ids.push(id_of(replacement.fills[0].seated.as_ref().unwrap().private));
    (world, outcome, replaced, ids)
}

fn linked(outcome: ArtifactHash, replacements: Vec<ArtifactHash>) -> Spec {
    let mut spec = Spec::new("council", "equal").at(GENESIS + 1000);
    (spec.seats, spec.reserves) = (2, 1);
    spec.from = Some(FromTerms { draw: slug("letters"), outcome, replacements });
    spec
}

#[test]
fn those_seated_later_count_where_the_terms_say_so() {
    let (mut world, outcome, replaced, ids) = letters();
    world.pool = Pool::new(&ids[1..], "yes");
    world.whole(&linked(outcome, vec![replaced]));
    let bundle = world.bundle("council");
    let report = world.verify(&bundle);
    assert_eq!(report.verdict, Verdict::Verified, "{}", render(&report, "b"));
    assert_eq!(status(&report, CheckId::PoolFrom), Status::Passed);

    // Left out of the bundle: the step, or the artifact.
    let without = |change: &dyn Fn(&mut Bundle<'_>)| {
        let mut changed = Bundle::parse(&bundle).unwrap();
        change(&mut changed);
        world.verify(&changed.to_text())
    };
    let report = without(&|bundle| bundle.steps.retain(|step| !step.entry.contains("\"kind\":\"replaced\"")));
    assert_eq!((report.verdict, status(&report, CheckId::Format)), (Verdict::Refuted, Status::Failed));
    let report = without(&|bundle| {
        bundle.artifacts.remove(&replaced);
    });
    assert_eq!((report.verdict, status(&report, CheckId::PoolFrom)), (Verdict::Incomplete, Status::Skipped));

    // Not named by the terms: whoever was seated later is a stranger.
    let (mut world, outcome, _, ids) = letters();
    world.pool = Pool::new(&ids[1..], "yes");
    world.whole(&linked(outcome, Vec::new()));
    let report = world.verify(&world.bundle("council"));
    assert_eq!((report.verdict, status(&report, CheckId::PoolFrom)), (Verdict::Refuted, Status::Failed));
}

#[test]
fn a_replacement_that_is_none_of_the_earlier_draw_is_refused() {
    let (mut world, outcome, replaced, ids) = letters();
    world.pool = Pool::new(&ids[1..], "yes");
    // The service refuses it; a log that holds it anyway is refuted.
    world.lawless = true;
    let mut spec = linked(outcome, vec![replaced, outcome]);
    world.whole(&spec);
    let report = world.verify(&world.bundle("council"));
    assert_eq!(report.verdict, Verdict::Refuted, "{}", render(&report, "b"));
    spec = linked(outcome, vec![outcome]);
    spec.draw = slug("other");
    spec.purpose = slug("other");
    spec.draws_at = GENESIS + 2000;
    world.whole(&spec);
    let report = world.verify(&world.bundle("other"));
    assert_eq!(report.verdict, Verdict::Refuted, "{}", render(&report, "b"));
}
