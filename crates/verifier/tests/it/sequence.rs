//! Sequences of bundles (spec §9.5): in order, of one log, each linked pool from the bundle before; and what contradicts that.

use klero_draw::hash::ArtifactHash;
use klero_verifier::report::{CheckId, Report, Status, Verdict};
use klero_verifier::sequence::{Known, check_sequence};
use klero_verifier::text::render;

use crate::world::{GENESIS, Pool, Spec, World};

/// Letters, and a council of those who were drawn.
fn story() -> (World, ArtifactHash) {
    let mut world = World::new();
    let (_, invited) = world.whole(&Spec::new("letters", "equal").purpose("letters"));
    let name = *world.artifacts.iter().find(|(_, text)| **text == invited.text().unwrap()).unwrap().0;
    let opened = |id: &u32| invited.drawn.iter().any(|o| o.private == Pool::new(&[*id], "").people[0].0);
    let ids: Vec<u32> = (0..40).filter(opened).collect();
    world.pool = Pool::new(&ids, "yes");
    (world, name)
}

fn council(world: &mut World, name: ArtifactHash) {
    let mut spec = Spec::new("council", "equal").at(GENESIS + 1000).from("letters", name);
    (spec.seats, spec.reserves) = (3, 1);
    world.whole(&spec);
}

fn checked(world: &World, bundles: &[&str], whole_log: bool) -> Vec<Report> {
    let mut reports: Vec<Report> = bundles.iter().map(|bundle| world.verify(bundle)).collect();
    assert!(reports.iter().all(|report| report.verdict == Verdict::Verified));
    let mut members: Vec<_> = bundles.iter().map(|bundle| Known::read(bundle)).zip(&mut reports).collect();
    check_sequence(&mut members, whole_log, false);
    reports
}

#[track_caller]
fn expect(reports: &[Report], verdicts: &[Verdict]) {
    let found: Vec<Verdict> = reports.iter().map(|report| report.verdict).collect();
    let texts: Vec<String> = reports.iter().map(|report| render(report, "b")).collect();
    assert_eq!(found, verdicts, "{}", texts.join("\n"));
}

fn status(report: &Report, id: CheckId) -> Status {
    report.check(id).unwrap().status
}

#[test]
fn a_story_told_in_order_verifies() {
    let (mut world, name) = story();
    council(&mut world, name);
    let (letters, council) = (world.bundle("letters"), world.bundle("council"));
    let reports = checked(&world, &[&letters, &council], false);
    expect(&reports, &[Verdict::Verified, Verdict::Verified]);
    assert!(
        reports[1].facts.iter().any(|fact| fact == "Its pool comes from draw 'letters', earlier in this sequence.")
    );

    let reports = checked(&world, &[&council, &letters], false);
    assert_eq!(status(&reports[0], CheckId::PoolFrom), Status::Failed);
    assert_eq!(status(&reports[1], CheckId::LogChain), Status::Failed, "letters were sealed before");
    expect(&checked(&world, &[&letters, &letters], false), &[Verdict::Verified, Verdict::Refuted]);
}

#[test]
fn an_older_bundle_of_the_same_log_is_shown_to_be_one() {
    let (mut world, name) = story();
    // Its newest entry is the result that the council's bundle holds as well: the older root follows from the newer proofs.
    let letters = world.bundle("letters");
    council(&mut world, name);
    let council = world.bundle("council");
    expect(&checked(&world, &[&letters, &council], false), &[Verdict::Verified, Verdict::Verified]);
}

#[test]
fn what_cannot_be_shown_is_said() {
    let (mut world, name) = story();
    // Steps of other purposes follow: the older state ends with an entry that no bundle shows, alone or in a pair.
    let other = |world: &mut World, name: &str| {
        world.announce(&Spec::new(name, "equal").purpose(name).at(GENESIS + 5000), 0);
    };
    other(&mut world, "other-0");
    other(&mut world, "other-1");
    let letters = world.bundle("letters");
    other(&mut world, "other-2");
    council(&mut world, name);
    let council = world.bundle("council");
    let reports = checked(&world, &[&letters, &council], false);
    expect(&reports, &[Verdict::Verified, Verdict::Incomplete]);
    let check = reports[1].check(CheckId::LogConsistency).unwrap();
    assert!(check.reason.as_ref().unwrap().contains("fetch all bundles anew"));
    expect(&checked(&world, &[&letters, &council], true), &[Verdict::Verified, Verdict::Verified]);
}

#[test]
fn a_forked_log_is_found() {
    // Two logs with the same keys and the same beginning; in one of them something else was announced in between.
    let (mut one, name) = story();
    let letters = one.bundle("letters");
    council(&mut one, name);
    let (mut two, _) = story();
    two.announce(&Spec::new("secret", "equal").purpose("secret").at(GENESIS + 5000), 0);
    let forked = two.bundle("letters");
    let council = one.bundle("council");
    expect(&checked(&one, &[&letters, &council], false), &[Verdict::Verified, Verdict::Verified]);
    let reports = checked(&one, &[&forked, &council], false);
    assert_eq!(status(&reports[1], CheckId::LogConsistency), Status::Failed, "{}", render(&reports[1], "b"));

    let mut other = World::opened("example.org/other", 3);
    other.enrol(2, 1, false);
    other.whole(&Spec::new("council", "equal"));
    let bundle = other.bundle("council");
    let mut reports = vec![one.verify(&letters), other.verify(&bundle)];
    let mut members: Vec<_> = [&letters, &bundle].iter().map(|text| Known::read(text)).zip(&mut reports).collect();
    check_sequence(&mut members, false, false);
    assert_eq!(status(&reports[1], CheckId::LogSignature), Status::Failed);
}

#[test]
fn a_corrected_result_is_another_outcome() {
    let (mut world, name) = story();
    council(&mut world, name);
    let council = world.bundle("council");
    // The bundle of the letters, before and after somebody corrected their result.
    let (mut again, _) = story();
    again.now += 5;
    let terms = again.ledger.draw(&crate::world::slug("letters")).unwrap().seal().unwrap().terms.clone();
    again.pool = Pool::forty();
    let mut wrong = again.outcome(&terms, &again.select(&terms));
    wrong.drawn.swap(0, 1);
    again.log_outcome(&terms, &wrong);
    let text = again.bundle("letters");
    let mut reports = vec![again.verify(&text), world.verify(&council)];
    let mut members: Vec<_> = [&text, &council].iter().map(|text| Known::read(text)).zip(&mut reports).collect();
    check_sequence(&mut members, false, false);
    assert_eq!(status(&reports[1], CheckId::PoolFrom), Status::Failed);
}
