//! Each thing that can be wrong with a log, and what a monitor calls it.

use klero_draw::note::SignedText;
use klero_draw::organiser::{KeyNote, KeyRole, VoidReason, context};
use klero_draw::replacement::Seats;
use klero_draw::step::StepKind;
use klero_draw::terms::{Replacement, Vkey};
use klero_tlog::tile::BundleId;
use kleroterion::monitor::findings::Id;

use crate::support::{Site, publish, write};
use crate::world::{GENESIS, Spec, World, signer, slug};

/// Long after everything in these logs.
const LATER: u64 = GENESIS + 1_000_000;

/// Looks once at a world's log: the open findings.
fn found(world: &World) -> Vec<String> {
    let look = Site::of(world).look(Some(world.trust()), LATER);
    assert_eq!(look.exit, u8::from(!look.open().is_empty()), "{look:?}");
    look.open()
}

fn announced(spec: &Spec) -> World {
    let mut world = World::new();
    world.announce(spec, 0);
    world
}

/// An outcome in which two people changed places.
fn bent(draw: &str) -> World {
    let spec = Spec::new(draw, "equal");
    let mut world = announced(&spec);
    let terms = world.seal(&spec);
    let mut selection = world.select(&terms);
    selection.drawn.swap(0, 1);
    world.now = world.round_time(spec.draws_at) + 2;
    let outcome = world.outcome(&terms, &selection);
    world.log_outcome(&terms, &outcome);
    world
}

#[test]
fn an_honest_log_has_none() {
    let mut world = World::new();
    let (terms, outcome) = world.whole(&Spec::new("a", "equal").purpose("a").replacement(Replacement::Rank));
    let mut seats = Seats::new(&outcome.drawn.iter().map(|opening| opening.index).collect::<Vec<_>>());
    let (hash, note) = world.vacate(&terms, &[outcome.drawn[2].index]);
    world.replace(&terms, &mut seats, hash, &note);
    for (at, method) in ["households", "stratified", "panels"].into_iter().enumerate() {
        let at = 2_000 * (1 + u64::try_from(at).unwrap());
        world.whole(&Spec::new(method, method).purpose(method).at(GENESIS + at));
    }
    world.annul("panels");
    let site = Site::of(&world);
    let look = site.look(Some(world.trust()), LATER);
    assert_eq!((look.open(), look.exit, look.told.problem.clone()), (vec![], 0, None));
    assert_eq!((look.told.new_entries, look.told.redrawn), (world.tree.size(), 4));
    let again = site.look(Some(world.trust()), LATER + 1);
    assert_eq!((again.told.new_entries, again.told.redrawn, again.exit), (0, 0, 0));
    assert_eq!(again.told.root, world.tree.root().to_hex());
}

#[test]
fn a_wrong_result() {
    assert_eq!(found(&bent("council")), ["draw.wrong:council"]);
}

#[test]
fn a_second_seal() {
    let spec = Spec::new("council", "equal");
    let mut world = announced(&spec);
    let terms = world.seal(&spec);
    world.lawless = true;
    world.seal(&spec);
    world.draw(&terms);
    let open = found(&world);
    assert_eq!(open, ["seal.second:step 4"], "{open:?}");
}

#[test]
fn a_second_attempt() {
    let mut world = announced(&Spec::new("council", "equal"));
    world.lawless = true;
    let other = world.signed(context::ANNOUNCE, world.announcement(&Spec::new("again", "equal"), 0));
    world.step(Some(slug("again")), StepKind::Announced(other));
    let open = found(&world);
    assert!(open.contains(&"attempt.second:step 3".to_owned()), "{open:?}");
}

#[test]
fn a_seal_after_the_round() {
    let spec = Spec::new("council", "equal");
    let mut world = announced(&spec);
    world.lawless = true;
    world.now = world.round_time(spec.draws_at) + 1;
    let terms = world.seal(&spec);
    world.draw(&terms);
    assert_eq!(found(&world), ["seal.late:step 3"]);
}

#[test]
fn an_abandonment() {
    let spec = Spec::new("council", "equal");
    let mut world = announced(&spec);
    let terms = world.seal(&spec);
    world.now = world.round_time(spec.draws_at) + 2;
    world.void("council", VoidReason::Cancelled, Some(terms.value().beacon.round));
    assert_eq!(found(&world), ["draw.abandoned:council"]);
}

#[test]
fn what_is_overdue_settles_when_it_comes() {
    let spec = Spec::new("council", "equal");
    let mut world = announced(&spec);
    let site = Site::of(&world);
    assert_eq!(site.look(None, spec.draws_at + 59).open(), [""; 0]);
    assert_eq!(site.look(None, spec.draws_at + 60).open(), ["draw.unsealed:council"]);
    let terms = world.seal(&spec);
    publish(&world, &site.log);
    let due = world.round_time(spec.draws_at);
    assert_eq!(site.look(None, due + 59).open(), [""; 0]);
    assert_eq!(site.look(None, due + 60).open(), ["draw.overdue:council"]);
    world.draw(&terms);
    publish(&world, &site.log);
    let look = site.look(None, LATER);
    assert_eq!((look.open().len(), look.findings.len(), look.exit), (0, 2, 0));
}

#[test]
fn a_vacancy_that_nobody_fills() {
    let mut world = World::new();
    let (terms, outcome) = world.whole(&Spec::new("council", "equal").replacement(Replacement::Rank));
    world.vacate(&terms, &[outcome.drawn[0].index]);
    assert_eq!(found(&world), ["replacement.overdue:council"]);
}

#[test]
fn a_table_that_goes_comes_back_and_changes() {
    let mut world = World::new();
    let (terms, _) = world.whole(&Spec::new("council", "stratified"));
    let site = Site::of(&world);
    assert_eq!(site.look(None, LATER).exit, 0);
    let table = site.log.join("artifact").join(terms.value().pool.table.unwrap().to_string());
    let text = std::fs::read(&table).unwrap();
    std::fs::remove_file(&table).unwrap();
    assert_eq!(site.look(None, LATER).open(), ["table.gone:council"]);
    std::fs::write(&table, &text).unwrap();
    assert_eq!(site.look(None, LATER).open(), [""; 0]);
    // Whoever begins to watch now finds another table.
    std::fs::write(&table, b"another").unwrap();
    let fresh = Site { own: site.own.with_file_name("second"), ..site };
    let look = fresh.look(None, LATER);
    assert_eq!(look.open(), ["artifact.wrong:council"]);
}

#[test]
fn an_erased_table_is_not_missed() {
    let mut world = World::new();
    let (terms, _) = world.whole(&Spec::new("council", "stratified"));
    let site = Site::of(&world);
    assert_eq!(site.look(None, LATER).exit, 0);
    world.erase("council");
    publish(&world, &site.log);
    std::fs::remove_file(site.log.join("artifact").join(terms.value().pool.table.unwrap().to_string())).unwrap();
    assert_eq!(site.look(None, LATER).open(), [""; 0]);
    let fresh = Site { own: site.own.with_file_name("second"), ..site };
    assert_eq!(fresh.look(None, LATER).open(), [""; 0]);
}

#[test]
fn a_table_of_two_draws_is_missed_by_both() {
    let mut world = World::new();
    let (terms, _) = world.whole(&Spec::new("council", "stratified"));
    world.whole(&Spec::new("again", "stratified").purpose("again").at(GENESIS + 9_000));
    let site = Site::of(&world);
    assert_eq!(site.look(None, LATER).exit, 0);
    let name = terms.value().pool.table.unwrap().to_string();
    let table = site.log.join("artifact").join(&name);
    let text = std::fs::read(&table).unwrap();
    std::fs::remove_file(&table).unwrap();
    assert_eq!(site.look(None, LATER).open(), ["table.gone:again", "table.gone:council"]);
    // As a monitor that knew one draw for each table kept its state: it goes on.
    let state = site.own.join("state.json");
    let mut kept: serde_json::Value = serde_json::from_slice(&std::fs::read(&state).unwrap()).unwrap();
    kept["tables"] = serde_json::json!({ name: "council" });
    std::fs::write(&state, kept.to_string()).unwrap();
    std::fs::write(&table, &text).unwrap();
    assert_eq!(site.look(None, LATER).open(), ["table.gone:again"]);
    // The later draw is erased: the earlier one needs the table as before.
    world.erase("again");
    publish(&world, &site.log);
    std::fs::remove_file(&table).unwrap();
    assert_eq!(site.look(None, LATER).open(), ["table.gone:council"]);
}

#[test]
fn an_artifact_that_is_missing() {
    let mut world = World::new();
    let (_, outcome) = world.whole(&Spec::new("council", "equal"));
    let name = klero_draw::hash::ArtifactHash::of(outcome.text().unwrap().as_bytes());
    world.artifacts.remove(&name);
    assert_eq!(found(&world), ["artifact.gone:council"]);
}

#[test]
fn an_artifact_that_is_no_text_hides_nothing() {
    let mut world = World::new();
    let (terms, outcome) = world.whole(&Spec::new("council", "stratified"));
    let outcome = klero_draw::hash::ArtifactHash::of(outcome.text().unwrap().as_bytes());
    for name in [outcome, terms.value().pool.table.unwrap()] {
        let site = Site::of(&world);
        let path = site.log.join("artifact").join(name.to_string());
        let honest = std::fs::read(&path).unwrap();
        for bent in [b"\xff\xfe".as_slice(), b"another"] {
            std::fs::write(&path, bent).unwrap();
            for later in 0..2 {
                let look = site.look(Some(world.trust()), LATER + later);
                assert_eq!((look.open(), look.told.redrawn), (vec!["artifact.wrong:council".to_owned()], 1));
            }
        }
        std::fs::write(&path, honest).unwrap();
        assert_eq!(site.look(Some(world.trust()), LATER).open(), [""; 0]);
        assert_eq!(site.look(Some(world.trust()), LATER).told.redrawn, 0);
    }
}

#[test]
fn what_is_due_is_not_overdue_while_nobody_can_look() {
    let spec = Spec::new("council", "equal");
    let mut world = announced(&spec);
    world.seal(&spec);
    let site = Site::of(&world);
    assert_eq!(site.look(None, GENESIS + 60).exit, 0);
    std::fs::remove_file(site.log.join("checkpoint")).unwrap();
    let look = site.look(None, LATER);
    assert_eq!((look.exit, look.open()), (3, vec![]));
    assert!(look.told.problem.unwrap().contains("1 draws have become due"));
}

#[test]
fn a_thousand_bad_entries_hide_no_fork() {
    use kleroterion::monitor::findings::{FINDINGS_LIMIT, Findings};
    let mut findings = Findings::default();
    for _ in 0..2 {
        for number in 0..FINDINGS_LIMIT + 5 {
            findings.find(Id::StepUnreadable, &format!("step {number}"), "bad", LATER);
        }
        findings.find(Id::LogFork, "5-8", "two histories", LATER);
        let findings = Findings::parse(&findings.to_json().unwrap()).unwrap();
        assert_eq!((findings.all().len(), findings.more()), (FINDINGS_LIMIT + 1, 5));
        assert!(findings.all().iter().any(|finding| finding.id == Id::LogFork));
    }
}

#[test]
fn files_that_do_not_fit_the_checkpoint() {
    let mut world = World::new();
    world.whole(&Spec::new("council", "equal"));
    let site = Site::of(&world);
    let path = site.log.join(BundleId::of_entry(0, world.tree.size()).unwrap().path());
    let honest = std::fs::read(&path).unwrap();
    for at in (0..honest.len()).step_by(honest.len() / 7) {
        let mut bent = honest.clone();
        bent[at] ^= 1;
        write(&path, &bent);
        let look = site.look(Some(world.trust()), LATER);
        assert_eq!((look.open(), look.told.size), (vec!["log.damaged".to_owned()], 0), "byte {at}");
    }
    write(&path, &honest);
    let look = site.look(Some(world.trust()), LATER);
    assert_eq!((look.open(), look.told.size), (vec![], world.tree.size()));
}

#[test]
fn an_entry_by_another_service_key() {
    let mut world = World::new();
    world.whole(&Spec::new("council", "equal"));
    world.service = signer(&format!("{}/service", world.origin), 77);
    world.lawless = true;
    world.annul("council");
    assert_eq!(found(&world), ["key.changed:step 5"]);
}

/// Changes the log key as spec §4.2 says.
fn rotate(world: &mut World, by_old: bool) {
    let new = signer(&world.origin, 88);
    let note = KeyNote {
        log: world.origin.clone(),
        new: Vkey(new.verifier_key()),
        old: Vkey(world.log.verifier_key()),
        role: KeyRole::Log,
    };
    if by_old {
        let note = SignedText::sign(context::KEY, note, &[&world.log, &new]).unwrap();
        world.step(None, StepKind::Key(Box::new(note)));
    }
    world.log = new;
}

#[test]
fn a_key_that_the_old_one_introduced_and_one_that_it_did_not() {
    for by_old in [true, false] {
        let mut world = World::new();
        let trust = world.trust();
        let site = Site::of(&world);
        assert_eq!(site.look(Some(world.trust()), LATER).exit, 0);
        let before = world.tree.size();
        rotate(&mut world, by_old);
        world.announce(&Spec::new("council", "equal").at(LATER + 100), 0);
        publish(&world, &site.log);
        let look = site.look(Some(trust), LATER);
        if by_old {
            assert_eq!((look.open(), look.told.size), (vec![], world.tree.size()));
            // And whoever comes later follows from the first key as well.
            let fresh = Site { own: site.own.with_file_name("second"), ..site };
            assert_eq!(fresh.look(None, LATER).exit, 0);
        } else {
            assert_eq!((look.open(), look.told.size), (vec!["key.changed:checkpoint".to_owned()], before));
        }
    }
}

#[test]
fn witnesses_are_asked_for_where_trust_does() {
    let spec = Spec::new("council", "equal");
    let mut world = announced(&spec);
    let terms = world.seal(&spec);
    let in_time = world.cosigned(world.round_time(spec.draws_at) - 5);
    let late = world.cosigned(world.round_time(spec.draws_at) + 5);
    world.draw(&terms);
    let seal = 3;
    let look = |kept: Option<&klero_tlog::Note>| {
        let site = Site::of(&world);
        if let Some(note) = kept {
            write(&site.log.join("witnessed").join(seal.to_string()), &note.to_bytes());
        }
        site.look(Some(world.trust_with_witnesses()), LATER)
    };
    assert_eq!(look(None).open(), ["seal.unwitnessed:council"]);
    assert_eq!(look(Some(&late)).open(), ["seal.late:council"]);
    assert_eq!(look(Some(&in_time)).open(), [""; 0]);
    // What another log's witnesses said counts for nothing.
    let foreign = World::opened("elsewhere.example/log", 3).cosigned(GENESIS + 50);
    assert_eq!(look(Some(&foreign)).open(), ["seal.unwitnessed:council"]);
}

#[test]
fn who_comes_late_does_not_call_a_seal_late() {
    let spec = Spec::new("council", "equal");
    let mut world = announced(&spec);
    let terms = world.seal(&spec);
    let in_time = world.cosigned(world.round_time(spec.draws_at) - 5);
    world.draw(&terms);
    let site = Site::of(&world);
    write(&site.log.join("checkpoint"), &world.cosigned(world.round_time(spec.draws_at) + 5).to_bytes());
    let look = || site.look(Some(world.trust_with_witnesses()), LATER);
    assert_eq!(look().open(), ["seal.unwitnessed:council"]);
    assert_eq!((look().open(), look().told.redrawn), (vec!["seal.unwitnessed:council".to_owned()], 0));
    write(&site.log.join("witnessed/3"), &in_time.to_bytes());
    assert_eq!(look().open(), [""; 0]);
}

#[test]
fn a_replaced_key_signs_nothing_any_more() {
    let mut world = World::new();
    let (trust, old) = (world.trust(), World::new().log);
    let site = Site::of(&world);
    rotate(&mut world, true);
    publish(&world, &site.log);
    assert_eq!(site.look(Some(trust.clone()), LATER).exit, 0);
    let (before, new) = (world.tree.size(), std::mem::replace(&mut world.log, old));
    let mut longer = world;
    longer.announce(&Spec::new("council", "equal").at(LATER + 100), 0);
    publish(&longer, &site.log);
    let look = site.look(Some(trust.clone()), LATER);
    assert_eq!((look.open(), look.told.size), (vec!["key.changed:checkpoint".to_owned()], before), "{look:?}");
    // The honest log, which went on in the same way, is followed as before.
    longer.log = new;
    publish(&longer, &site.log);
    let look = site.look(Some(trust), LATER);
    assert_eq!((look.open(), look.told.size), (vec!["key.changed:checkpoint".to_owned()], longer.tree.size()));
}

#[test]
fn what_the_monitor_saw_itself_is_enough() {
    let spec = Spec::new("council", "equal");
    let mut world = announced(&spec);
    let terms = world.seal(&spec);
    let site = Site::of(&world);
    write(&site.log.join("checkpoint"), &world.cosigned(world.round_time(spec.draws_at) - 5).to_bytes());
    assert_eq!(site.look(Some(world.trust_with_witnesses()), GENESIS + 60).exit, 0);
    world.draw(&terms);
    publish(&world, &site.log);
    assert_eq!(site.look(Some(world.trust_with_witnesses()), LATER).open(), [""; 0]);
}

#[test]
fn nothing_there_is_no_finding() {
    let world = World::new();
    let site = Site::new();
    let look = site.look(Some(world.trust()), LATER);
    assert_eq!((look.exit, look.open()), (3, vec![]));
    publish(&World::opened("elsewhere.example/log", 3), &site.log);
    let look = site.look(Some(world.trust()), LATER);
    assert_eq!(look.exit, 3, "{look:?}");
    assert!(look.told.problem.unwrap().contains("elsewhere.example/log"));
}

#[test]
fn an_acknowledged_finding_no_longer_counts_and_a_new_one_does() {
    use kleroterion::monitor::{Monitor, Setup};
    let site = Site::of(&bent("council"));
    assert_eq!(site.look(None, LATER).exit, 1);
    let mut monitor = Monitor::open(&site.own, Setup::default()).unwrap();
    assert_eq!(monitor.acknowledge("draw.wrong").unwrap_err().exit, 2);
    monitor.acknowledge("draw.wrong:council").unwrap();
    drop(monitor);
    let look = site.look(None, LATER);
    assert_eq!((look.exit, look.open()), (0, vec!["draw.wrong:council".to_owned()]));
    assert!(look.text(Id::DrawWrong).contains("drawn[0] is not who the seed gives"));
}
