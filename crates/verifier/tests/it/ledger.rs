//! The ledger as the service asks it: every rule of spec §4 refuses what breaks it, changes nothing when it refuses, and whatever it admits is
//! what a verifier accepts.

use klero_draw::hash::StepHash;
use klero_draw::note::SignedText;
use klero_draw::organiser::{KeyNote, KeyRole, VoidReason, context};
use klero_draw::replacement::Seats;
use klero_draw::step::{SignedStep, Step, StepKind};
use klero_draw::terms::{Replacement, Vkey};
use klero_tlog::SignerKey;
use klero_verifier::ledger::{Ledger, Phase, RECOVERY_WAIT_SECS, Rule};
use klero_verifier::report::Verdict;
use proptest::prelude::*;

use crate::world::{GENESIS, ORIGIN, Spec, World, signer, slug};

fn signed(world: &World, draw: Option<&str>, kind: StepKind) -> SignedStep {
    let step =
        Step { seq: world.ledger.size(), prev: world.ledger.head(), time: world.now, draw: draw.map(slug), kind };
    SignedStep::sign(step, &world.service).unwrap()
}

/// The ledger refuses the step, and is the same as before.
fn refuse(world: &World, step: &SignedStep) -> Rule {
    let mut ledger = world.ledger.clone();
    let violation = ledger.apply(step).unwrap_err();
    assert_eq!(ledger.check(step), Err(violation.clone()));
    assert_eq!((ledger.size(), ledger.head()), (world.ledger.size(), world.ledger.head()));
    violation.rule
}

fn equal() -> Spec {
    Spec::new("council", "equal")
}

#[test]
fn places() {
    let mut world = World::new();
    let step = |seq: u64, prev: StepHash, time: u64, by: &SignerKey| {
        let kind = StepKind::Closed(None);
        SignedStep::sign(Step { seq, prev, time, draw: None, kind }, by).unwrap()
    };
    let (size, head, now) = (world.ledger.size(), world.ledger.head(), world.now);
    let service = world.service.clone();
    assert_eq!(refuse(&world, &step(size + 1, head, now, &service)), Rule::Seq { expected: size, found: size + 1 });
    assert_eq!(refuse(&world, &step(size - 1, head, now, &service)), Rule::Seq { expected: size, found: size - 1 });
    let found = StepHash([1; 32]);
    assert_eq!(refuse(&world, &step(size, found, now, &service)), Rule::Prev { expected: head, found });
    let falls = Rule::TimeFalls { before: now, found: now - 1 };
    assert_eq!(refuse(&world, &step(size, head, now - 1, &service)), falls);
    let expected = world.service.verifier_key().to_text();
    assert_eq!(refuse(&world, &step(size, head, now, &signer("x", 66))), Rule::ServiceKey { expected });
    let first = step(0, StepHash::ZERO, now, &service);
    assert_eq!(Ledger::new().apply(&first).unwrap_err().rule, Rule::NotOpened);
    let again = SignedStep::open(&world.entries[0], &service.verifier_key()).unwrap();
    assert!(matches!(refuse(&world, &again), Rule::Seq { .. }));
    world.step(None, StepKind::Closed(None));
    let after = signed(&world, None, StepKind::Closed(None));
    assert_eq!(refuse(&world, &after), Rule::Closed);
}

fn change(world: &World, role: KeyRole, old: &SignerKey, new: &SignerKey, by: &[&SignerKey]) -> StepKind {
    let note =
        KeyNote { log: world.origin.clone(), new: Vkey(new.verifier_key()), old: Vkey(old.verifier_key()), role };
    StepKind::Key(Box::new(SignedText::sign(context::KEY, note, by).unwrap()))
}

#[test]
fn keys_change_by_both_hands() {
    let mut world = World::new();
    let (log, service) = (world.log.clone(), world.service.clone());
    let (new_log, new_service) = (signer(ORIGIN, 51), signer("example.org/eupen/service-2", 52));
    let renamed = signer("example.org/other", 53);
    let of = |world: &World, role, old: &SignerKey, new: &SignerKey, by: &[&SignerKey]| {
        refuse(world, &signed(world, None, change(world, role, old, new, by)))
    };
    assert_eq!(of(&world, KeyRole::Service, &service, &new_service, &[&service]), Rule::KeySignatures);
    assert_eq!(of(&world, KeyRole::Service, &service, &new_service, &[&new_service]), Rule::KeySignatures);
    let three = [&service, &new_service, &log];
    assert_eq!(of(&world, KeyRole::Service, &service, &new_service, &three), Rule::KeySignatures);
    assert_eq!(of(&world, KeyRole::Service, &log, &new_service, &[&log, &new_service]), Rule::KeyChange);
    assert_eq!(of(&world, KeyRole::Log, &log, &renamed, &[&log, &renamed]), Rule::KeyChange);
    assert_eq!(of(&world, KeyRole::Service, &service, &log, &[&service, &log]), Rule::KeyChange);
    // The old and the new log key bear the same name: the origin.
    let kind = change(&world, KeyRole::Log, &log, &new_log, &[&log, &new_log]);
    world.step(None, kind);
    world.log = new_log;
    let kind = change(&world, KeyRole::Service, &service, &new_service, &[&service, &new_service]);
    world.step(None, kind);
    let late = signed(&world, None, StepKind::Closed(None));
    assert!(matches!(refuse(&world, &late), Rule::ServiceKey { .. }));
    let (first_log, first_service) = (log, service.clone());
    world.service = new_service;
    world.whole(&equal());
    // Trust that pins the keys before or after the change: both see the change in the steps.
    let bundle = world.bundle("council");
    assert_eq!(world.verify(&bundle).verdict, Verdict::Verified);
    (world.log, world.service) = (first_log, first_service);
    assert_eq!(world.verify(&bundle).verdict, Verdict::Verified);
    world.service = signer("example.org/eupen/service-2", 54);
    assert_eq!(world.verify(&bundle).verdict, Verdict::Refuted);
}

#[test]
fn organisers_change_by_the_old_threshold_or_wait() {
    let mut world = World::new();
    let honest = world.members.clone();
    let note = |world: &World, version, recovery, by: &[&SignerKey]| {
        let note = world.organiser_note(2, version, recovery);
        StepKind::Organiser(Box::new(SignedText::sign(context::ORGANISER, note, by).unwrap()))
    };
    let all: Vec<&SignerKey> = honest.iter().collect();
    let skip = signed(&world, None, note(&world, 3, false, &all));
    assert_eq!(refuse(&world, &skip), Rule::OrganiserVersion { expected: 2, found: 3 });
    let few = signed(&world, None, note(&world, 2, false, &all[..2]));
    assert!(matches!(refuse(&world, &few), Rule::OrganiserOwnKeys(_)));

    // The clerk's key changes and keeps its name: both sign, beside those who stay.
    let clerk = signer("eupen/clerk", 61);
    world.members[0] = clerk.clone();
    let own: Vec<&SignerKey> = vec![&clerk, &honest[1], &honest[2]];
    let with_old: Vec<&SignerKey> = vec![&honest[0], &clerk, &honest[1], &honest[2]];
    world.step(None, note(&world, 2, false, &with_old));
    assert_eq!(world.ledger.organiser(&slug("eupen")).unwrap().versions().len(), 2);

    // All keys are lost: a recovery needs none of them and waits.
    world.members = vec![signer("eupen/clerk", 71), signer("eupen/judge", 72), signer("eupen/mayor", 73)];
    let lost = world.members.clone();
    let by: Vec<&SignerKey> = lost.iter().collect();
    let seized = signed(&world, None, note(&world, 3, false, &by));
    assert_eq!(refuse(&world, &seized), Rule::OrganiserOldKeys { threshold: 2, found: 0 });
    let start = world.now;
    world.step(None, note(&world, 3, true, &by));
    world.now = start + RECOVERY_WAIT_SECS - 1;
    let announce = |world: &World| {
        let spec = equal().at(world.now + 1000);
        let announcement = world.signed(context::ANNOUNCE, world.announcement(&spec, 0));
        signed(world, Some("council"), StepKind::Announced(announcement))
    };
    assert!(matches!(refuse(&world, &announce(&world)), Rule::Signatures(_)));
    let mut vetoed = World { ledger: world.ledger.clone(), ..World::new() };
    vetoed.now = world.now;
    world.now += 1;
    world.ledger.check(&announce(&world)).unwrap();

    // Unless the old threshold says no in time.
    vetoed.members = vec![clerk.clone(), honest[1].clone(), honest[2].clone()];
    let veto = signed(&vetoed, None, note(&vetoed, 4, false, &own));
    vetoed.ledger.apply(&veto).unwrap();
    vetoed.now += 10;
    assert_eq!(vetoed.ledger.organiser(&slug("eupen")).unwrap().in_force(vetoed.now).unwrap().note.version, 4);
    vetoed.members = lost;
    assert!(matches!(refuse(&vetoed, &announce(&vetoed)), Rule::Signatures(_)));
}

#[test]
fn attempts() {
    let mut world = World::new();
    let announce = |world: &World, spec: &Spec, postponed| {
        let note = world.signed(context::ANNOUNCE, world.announcement(spec, postponed));
        signed(world, Some(spec.draw.as_str()), StepKind::Announced(note))
    };
    let early = equal();
    assert_eq!(refuse(&world, &announce(&world, &early, 1)), Rule::Postponed { expected: 0, found: 1 });
    let second = equal().attempt(2, StepHash::ZERO);
    assert_eq!(refuse(&world, &announce(&world, &second, 0)), Rule::Attempt { expected: 1, found: 2 });
    world.announce(&equal(), 0);
    assert_eq!(refuse(&world, &announce(&world, &equal(), 0)), Rule::Postponed { expected: 1, found: 0 });
    let moved = equal().purpose("other");
    assert_eq!(refuse(&world, &announce(&world, &moved, 1)), Rule::DrawReused { draw: slug("council") });
    let open = Spec::new("again", "equal").attempt(2, StepHash::ZERO);
    assert_eq!(refuse(&world, &announce(&world, &open, 0)), Rule::OpenAttempt { open: slug("council") });
    world.announce(&equal().at(GENESIS + 200), 1);
    let changed = signed_terms(&mut world, &equal());
    assert_eq!(refuse(&world, &changed), Rule::Announcement { member: "draws_at" });
    world.seal(&equal().at(GENESIS + 200));
    let late = announce(&world, &equal().at(GENESIS + 400), 2);
    assert_eq!(refuse(&world, &late), Rule::Order { phase: Phase::Sealed });
    let closed = world.void("council", VoidReason::TermsError, None);
    let wrong = Spec::new("again", "equal").attempt(2, StepHash::ZERO);
    let previous = Rule::Previous { expected: Some(closed), found: Some(StepHash::ZERO) };
    assert_eq!(refuse(&world, &announce(&world, &wrong, 0)), previous);
    world.announce(&Spec::new("again", "equal").attempt(2, closed), 0);
}

fn signed_terms(world: &mut World, spec: &Spec) -> SignedStep {
    let parts = world.terms(spec);
    let terms = world.sign_terms(parts);
    let organiser = world.ledger.organiser(&slug("eupen")).unwrap().in_force(world.now).unwrap().at.hash;
    signed(world, Some(spec.draw.as_str()), StepKind::Sealed(Box::new(klero_draw::step::Sealed { terms, organiser })))
}

#[test]
fn nothing_out_of_order() {
    let mut world = World::new();
    let unannounced = signed_terms(&mut world, &equal());
    assert_eq!(refuse(&world, &unannounced), Rule::NotAnnounced { draw: slug("council") });
    world.announce(&equal(), 0);
    let terms = world.seal(&equal());
    let again = signed_terms(&mut world, &equal());
    assert_eq!(refuse(&world, &again), Rule::Order { phase: Phase::Sealed });
    let outcome = world.draw(&terms);
    assert_eq!(world.ledger.draw(&slug("council")).unwrap().phase(), Phase::Drawn);
    // Drawn again is a correction, and allowed until somebody leaves.
    world.log_outcome(&terms, &outcome);
    world.vacate(&terms, &[outcome.drawn[0].index]);
    let mut other = World { ledger: world.ledger.clone(), ..World::new() };
    other.now = world.now;
    let twice = other.signed(context::VACATE, world.vacate_note(&terms, &[outcome.drawn[0].index]));
    let twice = signed(&other, Some("council"), StepKind::Vacated(twice));
    let seat = Rule::Seat { index: outcome.drawn[0].index, holds: false };
    assert_eq!(refuse(&other, &twice), seat);
    world.annul("council");
    assert_eq!(world.ledger.draw(&slug("council")).unwrap().phase(), Phase::Annulled);
    world.erase("council");
    let note = world.signed(
        context::ERASE,
        klero_draw::organiser::EraseNote {
            draw: slug("council"),
            log: world.origin.clone(),
            organiser: slug("eupen"),
            root: world.pool.root,
        },
    );
    let again = signed(&world, Some("council"), StepKind::Erased(note));
    assert_eq!(refuse(&world, &again), Rule::ErasedTwice);
}

#[test]
fn a_table_with_unique_rows_is_published_on_the_word_of_two() {
    let mut world = World::new();
    world.enrol(1, 2, false);
    let spec = Spec { method: "households", ..equal() };
    world.announce(&spec, 0);
    let mut parts = world.terms(&spec);
    parts.pool.table_reason = Some("The seats cannot be drawn by quota otherwise.".to_owned());
    let terms = klero_draw::terms::Terms::new(parts).unwrap();
    let organiser = world.ledger.organiser(&slug("eupen")).unwrap().in_force(world.now).unwrap().at.hash;
    let sealed = |keys: &[&SignerKey], terms: &klero_draw::terms::Terms| {
        let terms = SignedText::sign(klero_draw::terms::TERMS_CONTEXT, terms.clone(), keys).unwrap();
        let kind = StepKind::Sealed(Box::new(klero_draw::step::Sealed { terms, organiser }));
        signed(&world, Some("council"), kind)
    };
    let (first, second) = (world.members[0].clone(), world.members[2].clone());
    let alone = sealed(&[&first], &terms);
    let both = sealed(&[&first, &second], &terms);
    let mut parts = terms.parts().clone();
    parts.pool.table_reason = None;
    let without = sealed(&[&first], &klero_draw::terms::Terms::new(parts).unwrap());
    assert_eq!(refuse(&world, &alone), Rule::TableReason { expected: 2, found: 1 });
    for allowed in [both, without] {
        world.ledger.check(&allowed).unwrap();
    }
}

/// What somebody might do next.
#[derive(Debug, Clone, Copy)]
enum Act {
    Wait(u64),
    Announce,
    Postpone,
    Seal,
    Draw,
    Vacate(usize),
    Replace,
    Void,
    Annul,
    Erase,
    Rotate,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        2 => (1u64..120).prop_map(Act::Wait),
        3 => Just(Act::Announce),
        1 => Just(Act::Postpone),
        3 => Just(Act::Seal),
        4 => Just(Act::Draw),
        3 => (0usize..6).prop_map(Act::Vacate),
        3 => Just(Act::Replace),
        1 => Just(Act::Void),
        1 => Just(Act::Annul),
        1 => Just(Act::Erase),
        1 => Just(Act::Rotate),
    ];
    proptest::collection::vec(act, 1..40)
}

/// Does an act if the ledger admits it; tells nothing if not.
fn act(world: &mut World, spec: &mut Spec, act: Act, fresh: &mut u32) {
    let draw = world.ledger.draw(&spec.draw).cloned();
    let phase = draw.as_ref().map(klero_verifier::ledger::DrawState::phase);
    let seal = draw.as_ref().and_then(|draw| draw.seal()).cloned();
    match (act, phase) {
        (Act::Wait(secs), _) => world.now += secs,
        (Act::Announce, None) => {
            world.announce(spec, 0);
        }
        (Act::Announce, Some(Phase::Voided | Phase::Annulled)) => {
            let closed = draw.unwrap().closed_by().unwrap();
            *fresh += 1;
            let attempt = spec.attempt + 1;
            let method = spec.method;
            *spec = Spec::new(&format!("draw-{fresh}"), method)
                .attempt(attempt, closed)
                .replacement(spec.replacement)
                .at(world.now + 60);
            world.announce(spec, 0);
        }
        (Act::Postpone, Some(Phase::Announced)) => {
            spec.draws_at = world.now + 100;
            world.announce(spec, draw.unwrap().announced().postponed + 1);
        }
        (Act::Seal, Some(Phase::Announced)) if world.now < world.round_time(spec.draws_at) => {
            world.seal(spec);
        }
        (Act::Draw, Some(Phase::Sealed)) => {
            world.draw(&seal.unwrap().terms);
        }
        (Act::Vacate(nth), Some(Phase::Drawn)) => {
            let seated = draw.unwrap().seated().unwrap();
            if let Some(who) = seated.iter().nth(nth) {
                world.vacate(&seal.unwrap().terms, &[*who]);
            }
        }
        (Act::Replace, Some(Phase::Vacated)) => {
            let draw = draw.unwrap();
            let vacancy = draw.open_vacancy().unwrap();
            // Everybody who holds a seat, and those who left before, so that nobody comes back.
            let leavers: Vec<u32> = vacancy.note.value().seats.iter().map(|seat| seat.index).collect();
            let mut all: Vec<u32> = draw.seated().unwrap().into_iter().chain(draw.left().iter().copied()).collect();
            all.sort_unstable();
            let mut seats = Seats::new(&all);
            let before: Vec<u32> = draw.left().iter().copied().filter(|i| !leavers.contains(i)).collect();
            seats.vacate(&before).unwrap();
            world.replace(&seal.unwrap().terms, &mut seats, vacancy.at.hash, &vacancy.note);
        }
        (Act::Void, Some(Phase::Announced)) => {
            world.void(spec.draw.clone().as_str(), VoidReason::Cancelled, None);
        }
        (Act::Void, Some(Phase::Sealed)) => {
            let seal = seal.unwrap();
            let known = world.now >= seal.round_time.unwrap();
            let round = known.then_some(seal.terms.value().beacon.round);
            world.void(spec.draw.clone().as_str(), VoidReason::Court, round);
        }
        (Act::Annul, Some(Phase::Drawn)) => {
            world.annul(spec.draw.clone().as_str());
        }
        (Act::Erase, Some(Phase::Drawn | Phase::Vacated | Phase::Annulled))
            if draw.as_ref().is_some_and(|draw| draw.erased().is_none()) =>
        {
            world.erase(spec.draw.clone().as_str());
        }
        (Act::Rotate, _) => {
            *fresh += 1;
            let new = signer(&format!("example.org/eupen/service-{fresh}"), u8::try_from(150 + *fresh % 100).unwrap());
            if world.ledger.service_keys().iter().any(|key| key.public_key() == new.verifier_key().public_key()) {
                return;
            }
            let old = world.service.clone();
            let kind = change(world, KeyRole::Service, &old, &new, &[&old, &new]);
            world.step(None, kind);
            world.service = new;
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// The service can log nothing that a verifier would call a violation, whatever happens in whatever order: every act that the ledger
    /// admits leaves a log without findings, and bundles that are verified, or incomplete while something is still to come.
    #[test]
    fn what_the_ledger_admits_is_what_a_verifier_accepts(acts in acts(), method in 0usize..4, mode in 0usize..3) {
        let method = ["equal", "households", "stratified", "panels"][method];
        let mode = [Replacement::None, Replacement::Rank, Replacement::Beacon][mode];
        let mut world = World::new();
        let mut spec = Spec::new("draw-0", method).replacement(mode);
        let mut fresh = 0;
        for step in acts {
            act(&mut world, &mut spec, step, &mut fresh);
        }
        let log = crate::whole_log::read(&world);
        prop_assert_eq!(log.findings(), &[]);
        for (slug, draw) in world.ledger.draws() {
            let text = world.bundle(slug.as_str());
            let mut report = world.verify(&text);
            log.compare(&text, Some(&world.trust()), &mut report);
            let waits = matches!(draw.phase(), Phase::Sealed | Phase::Vacated);
            let expected = if waits { Verdict::Incomplete } else { Verdict::Verified };
            prop_assert_eq!(report.verdict, expected, "{}", klero_verifier::text::render(&report, slug.as_str()));
        }
    }

    /// A ledger that is given steps in any order, some missing, some twice, never panics, and refuses all that is out of place.
    #[test]
    fn any_order_is_survived(order in proptest::collection::vec(0usize..8, 1..30)) {
        let mut world = World::new();
        let (terms, outcome) = world.whole(&equal().replacement(Replacement::Rank));
        let drawn: Vec<u32> = outcome.drawn.iter().map(|o| o.index).collect();
        let (vacated, note) = world.vacate(&terms, &drawn[..1]);
        world.replace(&terms, &mut Seats::new(&drawn), vacated, &note);
        let steps: Vec<SignedStep> =
            world.entries.iter().map(|entry| SignedStep::open(entry, &world.service.verifier_key()).unwrap()).collect();
        let (mut strict, mut lenient) = (Ledger::new(), Ledger::partial());
        for nth in order {
            let step = &steps[nth % steps.len()];
            let fits = strict.size() == step.step().seq;
            prop_assert_eq!(strict.apply(step).is_ok(), fits);
            lenient.apply_anyway(step);
        }
    }
}
