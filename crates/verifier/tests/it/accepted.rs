//! What is right verifies, whole, with every required check passed.

use klero_draw::organiser::VoidReason;
use klero_draw::replacement::Seats;
use klero_draw::terms::Replacement;
use klero_verifier::artifacts::NoArtifacts;
use klero_verifier::report::{CheckId, Report, Status, Verdict};
use klero_verifier::text::render;
use klero_verifier::verify::{Options, verify};

use crate::world::{GENESIS, Pool, Spec, World, slug};

fn expect(report: &Report, verdict: Verdict) {
    assert_eq!(report.verdict, verdict, "{}", render(report, "bundle.json"));
}

fn status(report: &Report, id: CheckId) -> Status {
    report.check(id).unwrap().status
}

#[test]
fn every_method_verifies() {
    for method in ["equal", "households", "stratified", "panels"] {
        let mut world = World::new();
        world.whole(&Spec::new("council-2026", method));
        let report = world.verify(&world.bundle("council-2026"));
        expect(&report, Verdict::Verified);
        assert!(report.rehearsal.is_some());
        assert_eq!(status(&report, CheckId::DrawOutcome), Status::Passed);
        let table = if method == "equal" { Status::Skipped } else { Status::Passed };
        assert_eq!(status(&report, CheckId::PoolTable), table);
        let panels = if method == "panels" { Status::Passed } else { Status::Skipped };
        assert_eq!(status(&report, CheckId::PanelsQuotas), panels);
        assert_eq!(status(&report, CheckId::PanelsCounts), panels);
    }
}

#[test]
fn replacements_verify_in_every_method_and_mode() {
    for method in ["equal", "households", "stratified", "panels"] {
        for replacement in [Replacement::Rank, Replacement::Beacon] {
            let mut world = World::new();
            let spec = Spec::new("council", method).replacement(replacement);
            let (terms, outcome) = world.whole(&spec);
            let drawn: Vec<u32> = outcome.drawn.iter().map(|o| o.index).collect();
            let mut seats = Seats::new(&drawn);
            for who in [&drawn[0..2], &drawn[3..4]] {
                let mut who = who.to_vec();
                who.sort_unstable();
                let (vacated, note) = world.vacate(&terms, &who);
                expect(&world.verify(&world.bundle("council")), Verdict::Incomplete);
                world.replace(&terms, &mut seats, vacated, &note);
            }
            let report = world.verify(&world.bundle("council"));
            expect(&report, Verdict::Verified);
            assert_eq!(status(&report, CheckId::ReplacementsRule), Status::Passed);
            assert_eq!(world.ledger.draw(&slug("council")).unwrap().seated().as_ref(), Some(seats.seated()));
        }
    }
}

#[test]
fn without_replacement_seats_stay_empty() {
    let mut world = World::new();
    let (terms, outcome) = world.whole(&Spec::new("council", "equal"));
    for opening in &outcome.drawn[..2] {
        world.vacate(&terms, &[opening.index]);
    }
    let report = world.verify(&world.bundle("council"));
    expect(&report, Verdict::Verified);
    assert_eq!(status(&report, CheckId::ReplacementsRule), Status::Passed);
}

#[test]
fn what_came_to_nothing_is_told() {
    // Cancelled before anything was sealed, cancelled before the round, abandoned after it, annulled: then a fifth attempt.
    let mut world = World::new();
    let spec = Spec::new("first", "stratified");
    world.announce(&spec, 0);
    let closed = world.void("first", VoidReason::PoolError, None);
    let spec = Spec::new("second", "stratified").attempt(2, closed);
    world.announce(&spec, 0);
    world.seal(&spec);
    let closed = world.void("second", VoidReason::Cancelled, None);
    expect(&world.verify(&world.bundle("second")), Verdict::Verified);
    let spec = Spec::new("third", "stratified").attempt(3, closed);
    world.announce(&spec, 0);
    let terms = world.seal(&spec);
    let would = world.select(&terms).drawn;
    world.now = world.round_time(spec.draws_at) + 5;
    let closed = world.void("third", VoidReason::Court, Some(terms.value().beacon.round));
    let report = world.verify(&world.bundle("third"));
    expect(&report, Verdict::Verified);
    let told = |report: &Report| {
        let line = report.facts.iter().find(|line| line.contains("ABANDONED")).unwrap().clone();
        would.iter().all(|index| line.contains(&index.to_string()))
    };
    assert!(told(&report));
    let spec = Spec::new("fourth", "stratified").attempt(4, closed).at(GENESIS + 1000);
    world.whole(&spec);
    let closed = world.annul("fourth");
    expect(&world.verify(&world.bundle("fourth")), Verdict::Verified);
    let spec = Spec::new("fifth", "stratified").attempt(5, closed).at(GENESIS + 2000);
    world.whole(&spec);
    let report = world.verify(&world.bundle("fifth"));
    expect(&report, Verdict::Verified);
    assert!(told(&report));
    assert_eq!(report.check(CheckId::Voids).unwrap().reason.as_deref(), Some("2 cancelled, 1 abandoned"));
    let text = render(&report, "fifth.json");
    for words in
        ["ATTEMPT 5", "'first' was cancelled", "'second' was sealed and cancelled", "'fourth' was drawn, and annulled"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(text.starts_with("REHEARSAL BEACON: this draw proves nothing"));
}

#[test]
fn a_linked_pool_verifies() {
    let mut world = World::new();
    let (_, invited) = world.whole(&Spec::new("letters", "equal").purpose("letters"));
    let name = *world.artifacts.iter().find(|(_, text)| **text == invited.text().unwrap()).unwrap().0;
    // Of the eight who were opened, seven answer: the same people with a new public cell.
    let all = Pool::forty();
    let ids: Vec<u32> = (0..40)
        .filter(|id| {
            let one = Pool::new(&[*id], "");
            invited.drawn.iter().chain(&invited.reserves).any(|o| o.private == one.people[0].0)
        })
        .collect();
    assert_eq!((ids.len(), all.size), (8, 40));
    world.pool = Pool::new(&ids[..7], "yes");
    let mut spec = Spec::new("council", "equal").at(GENESIS + 1000).from("letters", name);
    (spec.seats, spec.reserves) = (3, 1);
    world.whole(&spec);
    let report = world.verify(&world.bundle("council"));
    expect(&report, Verdict::Verified);
    assert_eq!(status(&report, CheckId::PoolFrom), Status::Passed);
    // A stranger among those who answered.
    let stranger = (0..40).find(|id| !ids.contains(id)).unwrap();
    world.pool = Pool::new(&[ids[0], ids[1], ids[2], ids[3], stranger], "yes");
    let mut spec = Spec::new("friends", "equal").purpose("friends").at(GENESIS + 2000).from("letters", name);
    (spec.seats, spec.reserves) = (3, 1);
    world.whole(&spec);
    let report = world.verify(&world.bundle("friends"));
    expect(&report, Verdict::Refuted);
    assert_eq!(status(&report, CheckId::PoolFrom), Status::Failed);
}

#[test]
fn an_erased_table_leaves_the_verdict_open_unless_none_is_needed() {
    for (method, verdict) in [("equal", Verdict::Verified), ("stratified", Verdict::Incomplete)] {
        let mut world = World::new();
        let (terms, _) = world.whole(&Spec::new("council", method));
        world.erase("council");
        if let Some(table) = terms.value().pool.table {
            world.artifacts.remove(&table);
        }
        let report = world.verify(&world.bundle("council"));
        expect(&report, verdict);
        if method == "stratified" {
            assert_eq!(report.check(CheckId::PoolTable).unwrap().reason.as_deref(), Some("erased"));
            assert_eq!(report.check(CheckId::DrawOutcome).unwrap().reason.as_deref(), Some("erased"));
            assert_eq!(status(&report, CheckId::Format), Status::Passed);
        }
    }
}

#[test]
fn before_the_result_nothing_is_claimed() {
    let mut world = World::new();
    let spec = Spec::new("council", "equal");
    world.announce(&spec, 0);
    let later = spec.clone().at(spec.draws_at + 100);
    world.announce(&later, 1);
    let report = world.verify(&world.bundle("council"));
    expect(&report, Verdict::Verified);
    assert!(report.facts.iter().any(|line| line == "It was postponed once."));
    world.seal(&later);
    expect(&world.verify(&world.bundle("council")), Verdict::Incomplete);
}

#[test]
fn witnesses_decide_where_a_policy_asks_for_them() {
    let mut world = World::new();
    let spec = Spec::new("council", "equal");
    world.announce(&spec, 0);
    let terms = world.seal(&spec);
    let round = world.round_time(spec.draws_at);
    let trust = world.trust_with_witnesses();
    let check = |world: &World, cosigned: bool| {
        let bundle = if cosigned { world.cosigned_bundle("council") } else { world.bundle("council") };
        verify(&bundle, &NoArtifacts, Some(&trust), Options::default())
    };
    world.witness(round - 5);
    let kept = world.kept.clone();
    world.draw(&terms);
    let report = check(&world, true);
    expect(&report, Verdict::Verified);
    assert_eq!(status(&report, CheckId::LogConsistency), Status::Passed);
    // The newest checkpoint without cosignatures: they may have been stripped.
    let report = check(&world, false);
    expect(&report, Verdict::Incomplete);
    assert_eq!(status(&report, CheckId::LogWitnesses), Status::Skipped);
    // The seal's own checkpoint stripped.
    world.kept.clear();
    expect(&check(&world, true), Verdict::Incomplete);
    // Without a policy the same bundle verifies, unless witnesses are demanded.
    expect(&world.verify(&world.bundle("council")), Verdict::Verified);
    let strict = verify(&world.bundle("council"), &NoArtifacts, Some(&world.trust()), Options { strict: true });
    expect(&strict, Verdict::Incomplete);
    world.kept = kept;
    expect(&check(&world, true), Verdict::Verified);
}

#[test]
fn without_trust_the_report_says_whose_keys_it_believed() {
    let mut world = World::new();
    world.whole(&Spec::new("council", "equal"));
    let report = verify(&world.bundle("council"), &NoArtifacts, None, Options::default());
    expect(&report, Verdict::Verified);
    let text = render(&report, "x");
    assert!(text.contains("NO TRUST FILE") && text.contains(&world.log.verifier_key().to_text()));
    assert!(text.contains("NO WITNESSES"));
}
