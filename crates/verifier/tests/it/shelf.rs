//! A ledger that puts draws aside, brings them back and begins again, judges as one that never forgot; and a draw is drawn again from it.

use std::collections::BTreeMap;

use klero_draw::certificate::Level;
use klero_draw::hash::ArtifactHash;
use klero_draw::organiser::VoidReason;
use klero_draw::replacement::Seats;
use klero_draw::step::StepKind;
use klero_draw::terms::{Method, Replacement};
use klero_verifier::ledger::{Ledger, Resumed};
use klero_verifier::report::{CheckId, Status};
use klero_verifier::verify::from_ledger::{Replayed, replay_draw};

use crate::world::{GENESIS, Spec, World, slug};

/// A log with most that can happen in it: a replacement by rank and one by beacon, a linked pool, an annulled attempt and its successor.
fn busy() -> World {
    let mut world = World::new();
    let (terms, outcome) =
        world.whole(&Spec::new("letters", "equal").purpose("letters").replacement(Replacement::Rank));
    let mut seats = Seats::new(&outcome.drawn.iter().map(|opening| opening.index).collect::<Vec<_>>());
    let (hash, note) = world.vacate(&terms, &[outcome.drawn[0].index]);
    world.replace(&terms, &mut seats, hash, &note);
    let name = ArtifactHash::of(outcome.text().unwrap().as_bytes());
    world.pool =
        crate::world::Pool::new(&outcome.drawn.iter().map(|o| number(&world, o.index)).collect::<Vec<_>>(), "yes");
    let spec = Spec { seats: 2, reserves: 0, ..Spec::new("council", "stratified") };
    let spec = spec.at(GENESIS + 2000).from("letters", name).replacement(Replacement::Beacon);
    let (terms, outcome) = world.whole(&spec);
    let mut seats = Seats::new(&outcome.drawn.iter().map(|opening| opening.index).collect::<Vec<_>>());
    let (hash, note) = world.vacate(&terms, &[outcome.drawn[1].index]);
    world.replace(&terms, &mut seats, hash, &note);
    let closed = world.annul("council");
    world.pool = crate::world::Pool::forty();
    world.whole(&Spec::new("council-2", "panels").at(GENESIS + 4000).attempt(2, closed));
    world
}

/// The number of the person at an index of the pool of forty.
fn number(world: &World, index: u32) -> u32 {
    let (private, _) = &world.pool.people[usize::try_from(index).unwrap()];
    let single = (0..40).find(|id| crate::world::Pool::new(&[*id], "").people[0].0 == *private);
    single.unwrap()
}

/// Reads a world's log with at most `keep` draws in memory, beginning again after each `restart` steps. Gives the ledger and all violations.
fn follow(world: &World, keep: usize, restart: usize) -> (Ledger, Vec<String>, BTreeMap<String, Vec<Vec<u8>>>) {
    let mut ledger = Ledger::new();
    let mut kept: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    let mut basics: Vec<Vec<u8>> = Vec::new();
    let mut order: Vec<klero_draw::names::Slug> = Vec::new();
    let mut violations = Vec::new();
    for (at, entry) in world.entries.iter().enumerate() {
        let step = ledger.open(entry).unwrap();
        for draw in ledger.wanted(&step) {
            ledger.bring_back(&draw, &kept[draw.as_str()]).unwrap();
            order.push(draw);
        }
        violations.extend(ledger.apply_anyway(&step).iter().map(ToString::to_string));
        match &step.step().draw {
            None => basics.push(entry.clone()),
            Some(draw) => {
                let steps = kept.entry(draw.to_string()).or_default();
                if steps.is_empty() {
                    basics.push(entry.clone());
                    order.push(draw.clone());
                }
                steps.push(entry.clone());
            }
        }
        while order.len() > keep {
            ledger.put_aside(&order.remove(0));
        }
        if restart > 0 && at % restart == restart - 1 {
            let mut resumed = Resumed::default();
            basics.iter().for_each(|entry| resumed.take(entry).unwrap());
            ledger = resumed.at(ledger.stand());
            order.clear();
        }
    }
    (ledger, violations, kept)
}

#[test]
fn forgetting_changes_no_judgement() {
    let mut world = busy();
    world.lawless = true;
    // Broken in ways that need the state of draws long past.
    let again =
        world.signed(klero_draw::organiser::context::ANNOUNCE, world.announcement(&Spec::new("letters", "equal"), 3));
    world.step(Some(slug("letters")), StepKind::Announced(again));
    let (_, note) = {
        let terms = world.ledger.draw(&slug("letters")).unwrap().seal().unwrap().terms.clone();
        world.vacate(&terms, &[39])
    };
    assert_eq!(note.value().seats.len(), 1);
    world.void("council-2", VoidReason::Court, None);
    let (whole, expected, _) = follow(&world, usize::MAX, 0);
    assert!(expected.len() >= 2, "{expected:?}");
    for (keep, restart) in [(0, 0), (1, 0), (0, 1), (3, 2), (1, 7)] {
        let (ledger, violations, kept) = follow(&world, keep, restart);
        assert_eq!(violations, expected, "keeping {keep}, beginning again every {restart}");
        assert_eq!(ledger.stand(), whole.stand());
        let mut ledger = ledger;
        for (draw, steps) in &kept {
            let draw = slug(draw);
            ledger.bring_back(&draw, steps).unwrap();
            let (brought, never) = (ledger.draw(&draw).unwrap(), whole.draw(&draw).unwrap());
            // Who was drawn nobody told the restarted ledger; everything else is equal.
            assert_eq!(brought.phase(), never.phase());
            assert_eq!(brought.steps(), never.steps());
            assert_eq!(format!("{:?}", brought.results()), format!("{:?}", never.results()));
            assert_eq!(format!("{:?}", brought.vacancies()), format!("{:?}", never.vacancies()));
            assert_eq!(brought.left(), never.left());
        }
    }
}

fn replayed(world: &World, draw: &str) -> Replayed {
    let (mut ledger, _, kept) = follow(world, 0, 3);
    for (other, steps) in &kept {
        ledger.bring_back(&slug(other), steps).unwrap();
    }
    replay_draw(ledger.excerpt(&slug(draw)), &slug(draw), &world.artifacts, Some(&world.trust()), BTreeMap::new())
        .unwrap()
}

fn status(replayed: &Replayed, id: CheckId) -> Status {
    replayed.checks.iter().find(|check| check.id == id).unwrap().status
}

#[test]
fn a_draw_is_drawn_again_from_the_whole_log() {
    let world = busy();
    for draw in ["letters", "council", "council-2"] {
        let again = replayed(&world, draw);
        assert_eq!(status(&again, CheckId::DrawOutcome), Status::Passed, "{draw}: {again:?}");
        assert!(again.checks.iter().all(|check| check.status != Status::Failed), "{draw}: {again:?}");
        assert!(!again.abandoned);
    }
    assert_eq!(status(&replayed(&world, "letters"), CheckId::ReplacementsRule), Status::Passed);
    assert_eq!(status(&replayed(&world, "council"), CheckId::ReplacementsRule), Status::Passed);
    assert_eq!(status(&replayed(&world, "council"), CheckId::PoolFrom), Status::Passed);
    assert_eq!(status(&replayed(&world, "council-2"), CheckId::PanelsQuotas), Status::Passed);
}

#[test]
fn a_wrong_outcome_and_a_missing_table_are_told() {
    let mut world = World::new();
    let spec = Spec::new("council", "equal");
    world.announce(&spec, 0);
    let terms = world.seal(&spec);
    let mut selection = world.select(&terms);
    selection.drawn.swap(0, 1);
    world.now = world.round_time(spec.draws_at) + 2;
    let outcome = world.outcome(&terms, &selection);
    world.log_outcome(&terms, &outcome);
    assert_eq!(status(&replayed(&world, "council"), CheckId::DrawOutcome), Status::Failed);

    let mut world = World::new();
    let (terms, _) = world.whole(&Spec::new("council", "stratified"));
    world.artifacts.remove(&terms.value().pool.table.unwrap());
    assert_eq!(status(&replayed(&world, "council"), CheckId::PoolTable), Status::Skipped);
    world.artifacts.insert(terms.value().pool.table.unwrap(), "another".to_owned());
    assert_eq!(status(&replayed(&world, "council"), CheckId::Format), Status::Failed);
}

/// Whoever replays a log sees the certificate recomputed, refused or gone, as whoever verifies a bundle does.
#[test]
fn a_certificate_is_recomputed_from_the_whole_log() {
    let level = Level { households: Vec::new(), quotas: vec![(0, 0), (0, 0)], stops: Vec::new(), total: (1, 0) };
    let spec = Spec { certificate: Some(vec![level]), ..Spec::new("council", "panels") };
    let mut world = World::new();
    let (terms, _) = world.whole(&spec);
    assert_eq!(status(&replayed(&world, "council"), CheckId::PanelsCertificate), Status::Passed);
    world.artifacts.remove(&terms.value().method.certificate().unwrap());
    let again = replayed(&world, "council");
    assert_eq!(status(&again, CheckId::PanelsCertificate), Status::Skipped);
    assert_eq!(status(&again, CheckId::Format), Status::Skipped);

    let mut world = World::new();
    world.announce(&spec, 0);
    let mut parts = world.terms(&spec);
    let Method::Panels { list, panels, min_count, max_count, .. } = parts.method else { panic!() };
    let certificate = Some(world.keep("no certificate".to_owned()));
    parts.method = Method::Panels { certificate, list, panels, min_count, max_count };
    world.seal_terms(parts);
    assert_eq!(status(&replayed(&world, "council"), CheckId::PanelsCertificate), Status::Failed);
}

#[test]
fn an_abandonment_shows_what_the_seed_gave() {
    let mut world = World::new();
    let spec = Spec::new("council", "equal");
    world.announce(&spec, 0);
    let terms = world.seal(&spec);
    world.now = world.round_time(spec.draws_at) + 2;
    world.void("council", VoidReason::Cancelled, Some(terms.value().beacon.round));
    let again = replayed(&world, "council");
    assert!(again.abandoned);
    assert!(again.voids[0].contains("the seed gave indices"), "{again:?}");
}
