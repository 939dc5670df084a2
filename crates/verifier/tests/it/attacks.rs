//! Attacks by an operator who holds the service key and the log key, by an organiser, and by whoever hands a bundle on. Each ends in the check
//! that catches it; other checks may fail as well.
//!
//! Longer than other files, since it is one list of attacks, to be read for the one that is missing.

use std::borrow::Cow;

use klero_draw::hash::StepHash;
use klero_draw::note::SignedText;
use klero_draw::organiser::{VoidReason, context};
use klero_draw::replacement::Seats;
use klero_draw::step::{Sealed, StepKind};
use klero_draw::terms::{Replacement, TERMS_CONTEXT, Terms, Vkey, terms_hash};
use klero_tlog::{Note, SignerKey};
use klero_verifier::artifacts::NoArtifacts;
use klero_verifier::bundle::Bundle;
use klero_verifier::report::{CheckId, Report, Status, Verdict};
use klero_verifier::text::render;
use klero_verifier::verify::{Options, verify};

use crate::world::{GENESIS, Pool, Spec, World, signer, slug, turned};

/// The bundle is refused, and by this check among others.
fn check(name: &str, report: &Report, id: CheckId) {
    let found = report.check(id).unwrap();
    let text = render(report, name);
    assert_eq!((report.verdict, found.status), (Verdict::Refuted, Status::Failed), "{name}: {}\n{text}", id.name());
}

fn lawless() -> World {
    let mut world = World::new();
    world.lawless = true;
    world
}

fn equal() -> Spec {
    Spec::new("council", "equal")
}

/// Changes a bundle after it was made.
fn edited(world: &World, draw: &str, edit: impl FnOnce(&mut Bundle<'_>)) -> Report {
    let text = world.bundle(draw);
    let mut bundle = Bundle::parse(&text).unwrap();
    edit(&mut bundle);
    world.verify(&bundle.to_text())
}

/// Logs an outcome that anybody could have made up.
fn log_any(world: &mut World, terms: &klero_draw::terms::TermsNote) {
    world.now = world.round_time(terms.value().draws_at) + 2;
    let selection = klero_draw::method::Selection { drawn: (0..6).collect(), reserves: vec![6, 7], panel: Some(0) };
    let outcome = world.outcome(terms, &selection);
    world.log_outcome(terms, &outcome);
}

#[test]
fn an_operator_who_draws_somebody_else() {
    // ⚔ drawing index 17 and seating somebody else
    let mut world = lawless();
    world.announce(&equal(), 0);
    let terms = world.seal(&equal());
    world.now = world.round_time(equal().draws_at) + 2;
    let right = world.select(&terms);
    let friend = (0..40).find(|index| !right.drawn.contains(index)).unwrap();
    let verdict = |world: &World, outcome| {
        let mut copy = World::new();
        copy.lawless = true;
        copy.announce(&equal(), 0);
        let terms = copy.seal(&equal());
        copy.now = world.now;
        copy.log_outcome(&terms, &outcome);
        copy.verify(&copy.bundle("council"))
    };

    let mut other = right.clone();
    other.drawn[0] = friend;
    check("another index", &verdict(&world, world.outcome(&terms, &other)), CheckId::DrawOutcome);

    let mut swapped = right.clone();
    swapped.drawn.swap(0, 1);
    check("another order", &verdict(&world, world.outcome(&terms, &swapped)), CheckId::DrawOutcome);

    let mut outcome = world.outcome(&terms, &right);
    let mut opening = world.pool.opening(friend);
    opening.index = outcome.drawn[0].index;
    outcome.drawn[0] = opening;
    check("another row under the right index", &verdict(&world, outcome), CheckId::DrawOutcome);

    let mut outcome = world.outcome(&terms, &right);
    outcome.drawn.pop();
    check("one too few", &verdict(&world, outcome), CheckId::DrawOutcome);

    let mut outcome = world.outcome(&terms, &right);
    outcome.reserves[0] = world.pool.opening(friend);
    check("another reserve", &verdict(&world, outcome), CheckId::DrawOutcome);

    let mut outcome = world.outcome(&terms, &right);
    outcome.panel = Some(0);
    check("a panel where there is none", &verdict(&world, outcome), CheckId::DrawOutcome);

    let mut outcome = world.outcome(&terms, &right);
    outcome.terms = terms_hash("others\n");
    check("an outcome of other terms", &verdict(&world, outcome), CheckId::DrawOutcome);
    assert_eq!(verdict(&world, world.outcome(&terms, &right)).verdict, Verdict::Verified);
}

#[test]
fn sealing_the_same_terms_again_gives_the_same_seed() {
    // ⚔ the seed contains nothing that the operator writes
    let mut world = lawless();
    world.announce(&equal(), 0);
    let first = world.seal(&equal());
    world.now += 5;
    let second = world.seal(&equal());
    assert_eq!(world.select(&first), world.select(&second));
    world.draw(&first);
    check("a second seal", &world.verify(&world.bundle("council")), CheckId::LogChain);
}

#[test]
fn compute_dislike_cancel() {
    // ⚔ a void after the round is an abandonment, and what the seed gave is shown
    let mut world = lawless();
    world.announce(&equal(), 0);
    let terms = world.seal(&equal());
    let round = terms.value().beacon.round;
    let published = world.round_time(equal().draws_at);
    let trust = world.trust_with_witnesses();

    // The service sets its clock back: by its own time a cancellation, but no witness saw it before the round.
    world.witness(published - 20);
    world.now = published - 5;
    world.void("council", VoidReason::Cancelled, None);
    world.witness(published + 30);
    world.now = published + 60;
    let report = verify(&world.cosigned_bundle("council"), &NoArtifacts, Some(&trust), Options::default());
    assert_eq!(report.verdict, Verdict::Incomplete);
    assert_eq!(report.check(CheckId::Voids).unwrap().status, Status::Skipped);
    assert!(report.facts.iter().any(|line| line.contains("ABANDONED")));

    // Seen in time it is a cancellation.
    let last = world.tree.size() - 1;
    world.kept.insert(last, world.cosigned(published - 4));
    let report = verify(&world.cosigned_bundle("council"), &NoArtifacts, Some(&trust), Options::default());
    assert_eq!(report.verdict, Verdict::Verified, "{}", render(&report, ""));

    for (name, time, reason, shown, id) in [
        ("a round shown before it was published", published - 1, VoidReason::Cancelled, Some(round), CheckId::Voids),
        ("lost before draw_by", published + 60, VoidReason::BeaconLost, None, CheckId::Voids),
        ("lost, and yet there", published + 4000, VoidReason::BeaconLost, Some(round), CheckId::Voids),
        ("another round", published + 60, VoidReason::Court, Some(round + 1), CheckId::BeaconSignature),
    ] {
        let mut world = lawless();
        world.announce(&equal(), 0);
        world.seal(&equal());
        world.now = time;
        world.void("council", reason, shown);
        check(name, &world.verify(&world.bundle("council")), id);
    }
    // A void after the result.
    let mut world = lawless();
    world.whole(&equal());
    world.void("council", VoidReason::Court, None);
    check("void after drawn", &world.verify(&world.bundle("council")), CheckId::LogChain);
}

#[test]
fn a_silent_retry() {
    let mut world = lawless();
    let spec = equal();
    world.announce(&spec, 0);
    world.seal(&spec);
    world.now = world.round_time(spec.draws_at) + 5;
    let closed = world.void("council", VoidReason::Court, Some(12));
    let again = Spec::new("again", "equal").attempt(2, closed).at(GENESIS + 1000);
    world.whole(&again);
    let honest = world.verify(&world.bundle("again"));
    assert_eq!(honest.verdict, Verdict::Verified);
    // Whoever hands the bundle on leaves the first attempt out.
    let stripped =
        edited(&world, "again", |bundle| bundle.steps.retain(|step| !step.entry.contains("\"draw\":\"council\"")));
    check("the first attempt left out", &stripped, CheckId::TermsAttempts);
    let stripped =
        edited(&world, "again", |bundle| bundle.steps.retain(|step| !step.entry.contains("\"kind\":\"voided\"")));
    check("the void left out", &stripped, CheckId::TermsAttempts);

    // The operator calls a second attempt the first, or lets two stand open.
    let mut world = lawless();
    world.whole(&equal());
    world.whole(&Spec::new("again", "equal").at(GENESIS + 1000));
    check("two first attempts", &world.verify(&world.bundle("again")), CheckId::TermsAttempts);
    let mut world = lawless();
    world.whole(&equal());
    world.whole(&Spec::new("again", "equal").attempt(2, StepHash::ZERO).at(GENESIS + 1000));
    check("an attempt before the last was closed", &world.verify(&world.bundle("again")), CheckId::TermsAttempts);
}

#[test]
fn a_friend_on_more_panels_than_promised() {
    // ⚔ a friend on all lists
    let mut world = lawless();
    let spec = Spec::new("council", "panels");
    world.announce(&spec, 0);
    let mut parts = world.terms(&spec);
    let klero_draw::terms::Method::Panels { list, panels, min_count, max_count, .. } = parts.method else { panic!() };
    parts.method =
        klero_draw::terms::Method::Panels { certificate: None, list, panels, min_count, max_count: max_count + 1 };
    let terms = world.seal_terms(parts);
    log_any(&mut world, &terms);
    check("max_count not attained", &world.verify(&world.bundle("council")), CheckId::PanelsCounts);

    let mut world = lawless();
    world.announce(&spec, 0);
    let mut parts = world.terms(&spec);
    // The same list with a man in a woman's place.
    let text = world.artifacts[&list].clone();
    let honest = klero_draw::artifacts::PanelList::parse(&text).unwrap();
    let mut lists = honest.panels().to_vec();
    let table = world.pool.parsed();
    let (at, _) = lists[0].iter().enumerate().find(|(_, i)| table.value(**i, 0) == "f").unwrap();
    let man = (0..40).find(|i| table.value(*i, 0) == "m" && !lists[0].contains(i)).unwrap();
    lists[0][at] = man;
    let bent = klero_draw::artifacts::PanelList::new(true, lists, honest.quotas().to_vec()).unwrap();
    drop(table);
    let list = world.keep(bent.text().unwrap());
    parts.method = klero_draw::terms::Method::Panels { certificate: None, list, panels, min_count, max_count };
    let terms = world.seal_terms(parts);
    log_any(&mut world, &terms);
    check("a panel that misses a quota", &world.verify(&world.bundle("council")), CheckId::PanelsQuotas);
}

#[test]
fn walking_down_to_a_friend() {
    // ⚔ inventing refusals
    let spec = equal().replacement(Replacement::Beacon);
    let mut world = lawless();
    let (terms, outcome) = world.whole(&spec);
    let stranger = (0..40).find(|i| outcome.drawn.iter().all(|o| o.index != *i)).unwrap();
    world.vacate(&terms, &[stranger]);
    check("somebody leaves who holds no seat", &world.verify(&world.bundle("council")), CheckId::LogChain);

    // The service seats the next reserve instead of whom the fresh round gives.
    let mut world = lawless();
    let (terms, outcome) = world.whole(&spec);
    let leaver = outcome.drawn[0].index;
    let drawn: Vec<u32> = outcome.drawn.iter().map(|o| o.index).collect();
    let (vacated, note) = world.vacate(&terms, &[leaver]);
    let artifact = world.replace(&terms, &mut Seats::new(&drawn), vacated, &note);
    assert_eq!(world.verify(&world.bundle("council")).verdict, Verdict::Verified);
    let given = artifact.fills[0].seated.as_ref().unwrap().index;
    let friend = (0..40).find(|i| !drawn.contains(i) && *i != given).unwrap();
    let mut bent = artifact.clone();
    bent.fills[0].seated = Some(world.pool.opening(friend));
    let name = world.keep(bent.text().unwrap());
    let entry = world.entries.pop().unwrap();
    let signed = klero_draw::step::SignedStep::open(&entry, &world.service.verifier_key()).unwrap();
    let StepKind::Replaced(mut replaced) = signed.step().kind.clone() else { panic!() };
    (replaced.seated, replaced.outcome) = (vec![friend], name);
    let mut again = lawless();
    let (terms, _) = again.whole(&spec);
    again.vacate(&terms, &[leaver]);
    again.artifacts = world.artifacts.clone();
    again.now = world.now;
    again.step(Some(slug("council")), StepKind::Replaced(replaced));
    check("somebody else is seated", &again.verify(&again.bundle("council")), CheckId::ReplacementsRule);

    // The refusal is logged when the fresh round is known.
    let mut world = lawless();
    let (terms, _) = world.whole(&spec);
    let mut value = world.vacate_note(&terms, &[leaver]);
    let draws_at = world.now - 30;
    (value.draws_at, value.beacon) = (Some(draws_at), Some(world.beacon_terms(draws_at)));
    let note = world.signed(context::VACATE, value);
    world.step(Some(slug("council")), StepKind::Vacated(note));
    check("a round that was known", &world.verify(&world.bundle("council")), CheckId::TimeSealed);

    // And with witnesses: the service's clock says before, theirs say after.
    let mut world = lawless();
    world.announce(&spec, 0);
    let terms = world.seal(&spec);
    world.witness(world.round_time(spec.draws_at) - 5);
    world.draw(&terms);
    let (vacated, note) = world.vacate(&terms, &[leaver]);
    let fresh = world.round_time(note.value().draws_at.unwrap());
    world.witness(fresh + 1);
    world.replace(&terms, &mut Seats::new(&drawn), vacated, &note);
    let trust = world.trust_with_witnesses();
    let report = verify(&world.cosigned_bundle("council"), &NoArtifacts, Some(&trust), Options::default());
    check("witnessed after the fresh round", &report, CheckId::TimeSealed);
}

#[test]
fn malleable_envelopes() {
    // ⚔ signature lines added, doubled, reordered
    let mut world = lawless();
    world.announce(&equal(), 0);
    let parts = world.terms(&equal());
    let terms = Terms::new(parts).unwrap();
    let keys: Vec<&SignerKey> = world.members.iter().collect();
    let stranger = signer("eupen/zealot", 77);
    let twin = signer("eupen/deputy", 11);
    let cases: [(&str, Vec<&SignerKey>); 4] = [
        ("one signature of two", vec![keys[0]]),
        ("a stranger's beside them", vec![keys[0], keys[1], &stranger]),
        ("one key under two names", vec![keys[0], &twin]),
        ("a stranger's instead", vec![&stranger, keys[1]]),
    ];
    for (name, keys) in cases {
        let mut world = lawless();
        world.announce(&equal(), 0);
        world.terms(&equal());
        let note = SignedText::sign(TERMS_CONTEXT, terms.clone(), &keys).unwrap();
        let organiser = world.ledger.organiser(&slug("eupen")).unwrap().versions()[0].at.hash;
        world.step(Some(slug("council")), StepKind::Sealed(Box::new(Sealed { terms: note.clone(), organiser })));
        world.draw(&note);
        check(name, &world.verify(&world.bundle("council")), CheckId::TermsSignatures);
    }
    // Lines added to a step by whoever hands the bundle on.
    let mut world = World::new();
    world.whole(&equal());
    let more = edited(&world, "council", |bundle| {
        let note = Note::parse(bundle.steps[3].entry.as_bytes()).unwrap();
        let line = signer("x", 99).sign(note.text());
        bundle.steps[3].entry = Cow::Owned(note.with_signatures([line]).unwrap().to_text());
    });
    check("a second line on a step", &more, CheckId::Format);
}

#[test]
fn sealed_too_late_or_for_another_round() {
    let mut world = lawless();
    world.announce(&equal(), 0);
    world.now = world.round_time(equal().draws_at);
    let terms = world.seal(&equal());
    world.draw(&terms);
    check("sealed when the round was there", &world.verify(&world.bundle("council")), CheckId::TimeSealed);

    let mut world = lawless();
    world.announce(&equal(), 0);
    let mut parts = world.terms(&equal());
    parts.beacon.round += 1;
    let terms = world.seal_terms(parts);
    world.now += 20;
    world.draw(&terms);
    check("not the first round after draws_at", &world.verify(&world.bundle("council")), CheckId::TimeRound);

    let mut world = lawless();
    world.announce(&equal(), 0);
    let mut parts = world.terms(&equal());
    parts.draw_by = parts.draws_at;
    let terms = world.seal_terms(parts);
    world.draw(&terms);
    check("draw_by before the round", &world.verify(&world.bundle("council")), CheckId::TimeRound);

    let mut world = lawless();
    world.announce(&equal(), 0);
    let terms = world.seal(&equal().at(GENESIS + 300));
    world.draw(&terms);
    check("sealed for another time than announced", &world.verify(&world.bundle("council")), CheckId::TermsAttempts);

    let mut world = lawless();
    world.announce(&equal(), 0);
    let terms = world.seal(&equal());
    world.now = world.round_time(equal().draws_at) - 1;
    let outcome = world.outcome(&terms, &world.select(&terms));
    world.log_outcome(&terms, &outcome);
    check("drawn before the round", &world.verify(&world.bundle("council")), CheckId::TimeSealed);

    let mut world = lawless();
    world.announce(&equal(), 0);
    let terms = world.seal(&equal());
    world.witness(world.round_time(equal().draws_at) + 1);
    world.draw(&terms);
    let trust = world.trust_with_witnesses();
    let report = verify(&world.cosigned_bundle("council"), &NoArtifacts, Some(&trust), Options::default());
    check("cosigned late", &report, CheckId::TimeSealed);
}

#[test]
fn another_round_or_a_false_one() {
    for (name, change) in [("another round", 1), ("a false signature", 0)] {
        let mut world = lawless();
        world.announce(&equal(), 0);
        let terms = world.seal(&equal());
        world.now = world.round_time(equal().draws_at) + 30;
        let outcome = world.outcome(&terms, &world.select(&terms));
        let name_of = world.keep(outcome.text().unwrap());
        let mut round = world.beacon.sign(terms.value().beacon.round + change);
        if change == 0 {
            round.signature = world.beacon.sign(terms.value().beacon.round + 1).signature;
        }
        let drawn = klero_draw::step::Drawn { terms: terms_hash(terms.text()), round, outcome: name_of };
        world.step(Some(slug("council")), StepKind::Drawn(drawn));
        check(name, &world.verify(&world.bundle("council")), CheckId::BeaconSignature);
    }
    // A chain that the verifier does not accept.
    let mut world = World::new();
    world.whole(&equal());
    let trust =
        world.trust_text("").replace(&format!(",\"rehearsal\":{}", klero_draw::json::encode(&world.info).unwrap()), "");
    let trust = klero_verifier::trust::Trust::parse(&trust).unwrap();
    let report = verify(&world.bundle("council"), &NoArtifacts, Some(&trust), Options::default());
    check("a rehearsal beacon that trust does not name", &report, CheckId::BeaconSignature);
}

#[test]
fn keys_that_are_not_the_trusted_ones() {
    let mut world = World::new();
    world.whole(&equal());
    let mut other = World::opened(crate::world::ORIGIN, 2);
    other.enrol(2, 1, false);
    other.whole(&equal());
    check("another log of the same name", &world.verify(&other.bundle("council")), CheckId::LogSignature);

    // Trust pins the organiser's first enrolment.
    let pinned = |threshold: u64| {
        let keys: Vec<String> = world.members.iter().map(|k| format!("\"{}\"", k.verifier_key().to_text())).collect();
        let more = format!(",\"organisers\":{{\"eupen\":{{\"keys\":[{}],\"threshold\":{threshold}}}}}", keys.join(","));
        let trust = klero_verifier::trust::Trust::parse(&world.trust_text(&more)).unwrap();
        verify(&world.bundle("council"), &NoArtifacts, Some(&trust), Options::default())
    };
    assert_eq!(pinned(2).verdict, Verdict::Verified);
    check("another threshold than pinned", &pinned(1), CheckId::OrganiserKeys);

    // The service enrols keys of its own under the organiser's name.
    let mut world = lawless();
    world.members = vec![signer("eupen/clerk", 81), signer("eupen/judge", 82), signer("eupen/mayor", 83)];
    world.enrol(1, 2, false);
    world.whole(&equal());
    check("new keys without the old ones", &world.verify(&world.bundle("council")), CheckId::OrganiserKeys);
    // As a recovery they are good only after thirty days.
    let mut world = lawless();
    let honest = std::mem::replace(
        &mut world.members,
        vec![signer("eupen/clerk", 81), signer("eupen/judge", 82), signer("eupen/mayor", 83)],
    );
    world.enrol(1, 2, true);
    world.whole(&equal());
    check("a recovery that has not waited", &world.verify(&world.bundle("council")), CheckId::TermsSignatures);
    drop(honest);
}

#[test]
fn anchors_find_forks() {
    let mut world = World::new();
    world.whole(&equal());
    let verdict = |size: u64, root| {
        let more = format!(",\"anchor\":{{\"root\":\"{root}\",\"size\":{size}}}");
        let trust = klero_verifier::trust::Trust::parse(&world.trust_text(&more)).unwrap();
        verify(&world.bundle("council"), &NoArtifacts, Some(&trust), Options::default())
    };
    let head = world.tree.head();
    assert_eq!(verdict(head.size, head.root).verdict, Verdict::Verified);
    check("another root at that size", &verdict(head.size, turned(head.root)), CheckId::LogConsistency);
    assert_eq!(verdict(head.size - 1, head.root).verdict, Verdict::Incomplete);
}

#[test]
fn bundles_put_together_from_two() {
    // Two draws of one log, and two logs.
    let mut world = World::new();
    world.whole(&equal());
    world.whole(&Spec::new("letters", "equal").purpose("letters").at(GENESIS + 1000));
    let mut other = World::opened("example.org/other", 3);
    other.enrol(2, 1, false);
    other.whole(&equal());
    for (name, source) in [("two draws", world.bundle("letters")), ("two logs", other.bundle("council"))] {
        let own = world.bundle("council");
        let (own, foreign) = (Bundle::parse(&own).unwrap(), Bundle::parse(&source).unwrap());
        for at in 0..own.steps.len() {
            let mut spliced = own.clone();
            spliced.steps[at] = foreign.steps[at].clone();
            if spliced.steps[at] == own.steps[at] {
                continue;
            }
            assert_eq!(world.verify(&spliced.to_text()).verdict, Verdict::Refuted, "{name}: step {at}");
            let mut spliced = own.clone();
            spliced.steps[at].proof = foreign.steps[at].proof.clone();
            assert_eq!(world.verify(&spliced.to_text()).verdict, Verdict::Refuted, "{name}: proof {at}");
        }
        let mut spliced = own.clone();
        spliced.steps.extend(foreign.steps.iter().cloned());
        assert_eq!(world.verify(&spliced.to_text()).verdict, Verdict::Refuted, "{name}: all steps");
        let mut spliced = own.clone();
        spliced.artifacts.extend(foreign.artifacts.clone());
        check("foreign artifacts", &world.verify(&spliced.to_text()), CheckId::Format);
        let mut spliced = own.clone();
        spliced.artifacts = foreign.artifacts.clone();
        assert_ne!(world.verify(&spliced.to_text()).verdict, Verdict::Verified, "{name}: the other's artifacts");
        let mut spliced = own.clone();
        spliced.draw = slug("letters");
        check("another draw's name", &world.verify(&spliced.to_text()), CheckId::Format);
    }
}

#[test]
fn nothing_can_be_left_out_or_added() {
    let mut world = World::new();
    let spec = Spec::new("council", "stratified").replacement(Replacement::Rank);
    let (terms, outcome) = world.whole(&spec);
    let drawn: Vec<u32> = outcome.drawn.iter().map(|o| o.index).collect();
    let (vacated, note) = world.vacate(&terms, &drawn[..1]);
    world.replace(&terms, &mut Seats::new(&drawn), vacated, &note);
    let text = world.bundle("council");
    let whole = Bundle::parse(&text).unwrap();
    assert_eq!(world.verify(&text).verdict, Verdict::Verified);
    for at in 0..whole.steps.len() {
        let mut less = whole.clone();
        less.steps.remove(at);
        assert_ne!(world.verify(&less.to_text()).verdict, Verdict::Verified, "without step {at}");
        let mut twice = whole.clone();
        twice.steps.insert(at, whole.steps[at].clone());
        assert_eq!(world.verify(&twice.to_text()).verdict, Verdict::Refuted, "step {at} twice");
        let mut moved = whole.clone();
        moved.steps.swap(at, (at + 1) % whole.steps.len());
        assert_eq!(world.verify(&moved.to_text()).verdict, Verdict::Refuted, "step {at} moved");
    }
    for name in whole.artifacts.keys() {
        let mut less = whole.clone();
        less.artifacts.remove(name);
        assert_eq!(world.verify(&less.to_text()).verdict, Verdict::Incomplete, "without an artifact");
        let mut other = whole.clone();
        other.artifacts.insert(*name, Cow::Borrowed("{}"));
        check("another text under the name", &world.verify(&other.to_text()), CheckId::Format);
    }
    let extra = edited(&world, "council", |bundle| {
        bundle.steps[1].proof = Cow::Owned(bundle.steps[1].proof.replacen('\n', "\nextra AAAA\n", 1));
    });
    check("an extra line in a proof", &extra, CheckId::Format);
    let witnessed = edited(&world, "council", |bundle| {
        let proof = bundle.steps[1].proof.clone();
        bundle.steps[1].witnessed =
            Some(klero_verifier::bundle::Witnessed { consistency: Vec::new(), proof, tokens: Vec::new() });
    });
    check("an earlier checkpoint where none belongs", &witnessed, CheckId::Format);
}

/// Lines by keys that nobody knows are ignored on a checkpoint (spec §8), since witnesses come and go: the only bytes of a bundle that no
/// check covers, and nothing is read out of them.
#[test]
fn lines_of_unknown_keys_on_a_checkpoint_are_ignored() {
    let mut world = World::new();
    world.whole(&equal());
    let report = edited(&world, "council", |bundle| {
        let line = signer("nobody/knows", 99).sign("anything\n").line();
        for step in &mut bundle.steps {
            step.proof = Cow::Owned(format!("{}{line}\n", step.proof));
        }
    });
    assert_eq!(report.verdict, Verdict::Verified);
    let one = edited(&world, "council", |bundle| {
        let line = signer("nobody/knows", 99).sign("anything\n").line();
        bundle.steps[2].proof = Cow::Owned(format!("{}{line}\n", bundle.steps[2].proof));
    });
    check("on one proof alone", &one, CheckId::Format);
    let known = edited(&world, "council", |bundle| {
        let line = world.log.sign("anything\n").line();
        for step in &mut bundle.steps {
            step.proof = Cow::Owned(format!("{}{line}\n", step.proof));
        }
    });
    check("a false line by the log itself", &known, CheckId::LogSignature);
}

/// Cut off at its end, a bundle is an earlier, honest bundle: this is the one thing that only the whole log can show (spec §9.3).
#[test]
fn later_steps_left_out_are_seen_in_the_whole_log_alone() {
    let mut world = World::new();
    let (terms, outcome) = world.whole(&equal());
    world.annul("council");
    let _ = (terms, outcome);
    let cut = edited(&world, "council", |bundle| {
        bundle.steps.pop();
    });
    assert_eq!(cut.verdict, Verdict::Verified);
    let text = world.bundle("council");
    let mut bundle = Bundle::parse(&text).unwrap();
    bundle.steps.pop();
    let text = bundle.to_text();
    let mut report = world.verify(&text);
    let log = crate::whole_log::read(&world);
    log.compare(&text, Some(&world.trust()), &mut report);
    check("with the whole log", &report, CheckId::TermsAttempts);
}

#[test]
fn a_table_that_is_not_the_sealed_pool() {
    let mut world = lawless();
    let spec = Spec::new("council", "stratified");
    world.announce(&spec, 0);
    let mut parts = world.terms(&spec);
    let other = Pool::new(&(1..41).collect::<Vec<_>>(), "");
    parts.pool.table = Some(world.keep(other.table));
    let terms = world.seal_terms(parts);
    world.draw(&terms);
    let report = world.verify(&world.bundle("council"));
    check("another table", &report, CheckId::PoolTable);
    assert_eq!(report.check(CheckId::DrawOutcome).unwrap().status, Status::Skipped);
}

#[test]
fn notes_for_another_log_or_organiser_are_refused() {
    let mut world = lawless();
    let mut note = world.announcement(&equal(), 0);
    note.log = "example.org/other".to_owned();
    let note = world.signed(context::ANNOUNCE, note);
    world.step(Some(slug("council")), StepKind::Announced(note));
    check("an announcement for another log", &world.verify(&world.bundle("council")), CheckId::TermsSignatures);

    let mut world = lawless();
    let (_, _) = world.whole(&equal());
    world.members = vec![signer("malmedy/clerk", 91)];
    let mut note = world.organiser_note(1, 1, false);
    note.id = slug("malmedy");
    note.keys = vec![Vkey(world.members[0].verifier_key())];
    let enrol = SignedText::sign(context::ORGANISER, note, &[&world.members[0]]).unwrap();
    world.step(None, StepKind::Organiser(Box::new(enrol)));
    let value = klero_draw::organiser::AnnulNote {
        after: world.ledger.draw(&slug("council")).unwrap().after().unwrap(),
        draw: slug("council"),
        log: world.origin.clone(),
        organiser: slug("malmedy"),
        reason: klero_draw::organiser::AnnulReason::Court,
    };
    let note = SignedText::sign(context::ANNUL, value, &[&world.members[0]]).unwrap();
    world.step(Some(slug("council")), StepKind::Annulled(Box::new(note)));
    check("annulled by another organiser", &world.verify(&world.bundle("council")), CheckId::TermsSignatures);
}
