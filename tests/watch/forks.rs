//! Forks and rollbacks: found by monitor and comparison, proved to anybody.

use klero_tlog::Note;
use klero_verifier::fraud::{FraudReport, Relation};
use klero_verifier::report::Verdict;
use kleroterion::compare;
use kleroterion::monitor::findings::Id;
use kleroterion::monitor::{Monitor, Setup};

use crate::support::{Site, publish, write};
use crate::world::{GENESIS, Spec, World};

const NOW: u64 = GENESIS + 10;

/// A log whose history says other things from its third step on.
fn world(variant: &str, steps: u32) -> World {
    let mut world = World::new();
    for number in 0..steps {
        let name = format!("{variant}{number}");
        world.announce(&Spec::new(&name, "equal").purpose(&name), 0);
    }
    world
}

#[test]
fn every_order_of_sizes_gives_a_proof() {
    for (seen, shown) in [(5, 5), (3, 9), (9, 3), (1, 300), (300, 2)] {
        let site = Site::of(&world("a", seen));
        assert_eq!(site.look(None, NOW).exit, 0);
        publish(&world("b", shown), &site.log);
        let look = site.look(None, NOW);
        let key = format!("log.fork:{}-{}", seen.min(shown) + 2, seen.max(shown) + 2);
        assert_eq!((look.exit, look.open()), (1, vec![key.clone()]), "{seen} {shown}: {look:?}");
        let evidence = look.findings[0].evidence.clone().unwrap();
        let report = FraudReport::of(&std::fs::read_to_string(evidence).unwrap(), None);
        assert_eq!(report.verdict(), Verdict::Verified);
        // It keeps to what it saw first, and the fork stays found.
        assert_eq!(look.told.size, u64::from(seen) + 2);
        publish(&world("a", seen), &site.log);
        assert_eq!(site.look(None, NOW).open(), [key]);
    }
}

#[test]
fn a_rollback_settles_and_a_fork_after_it_does_not() {
    let site = Site::of(&world("a", 9));
    assert_eq!(site.look(None, NOW).exit, 0);
    publish(&world("a", 4), &site.log);
    let look = site.look(None, NOW);
    assert_eq!((look.exit, look.open()), (1, vec!["log.rollback".to_owned()]));
    assert_eq!(look.text(Id::LogRollback), "it serves a checkpoint of 6 entries; 11 were seen before");
    publish(&world("a", 9), &site.log);
    assert_eq!(site.look(None, NOW).open(), [""; 0]);
}

#[test]
fn taking_note_of_a_fork_hides_neither_that_the_log_stands_still_nor_another_fork() {
    let site = Site::of(&world("a", 3));
    assert_eq!(site.look(None, NOW).exit, 0);
    publish(&world("b", 6), &site.log);
    let look = site.look(None, NOW);
    assert_eq!((look.exit, look.open()), (1, vec!["log.fork:5-8".to_owned()]));
    let mut monitor = Monitor::open(&site.own, Setup::default()).unwrap();
    monitor.acknowledge("log.fork:5-8").unwrap();
    let checked_at = monitor.checked_at();
    drop(monitor);
    // Noted, and nothing of the log can be followed still.
    let look = site.look(None, NOW + 1);
    assert_eq!((look.exit, look.told.size), (3, 5), "{look:?}");
    assert_eq!(Monitor::open(&site.own, Setup::default()).unwrap().checked_at(), checked_at);
    // A third history of the same size is another finding's worth of news, with a proof of its own.
    publish(&world("c", 6), &site.log);
    let look = site.look(None, NOW + 2);
    let finding = look.findings.iter().find(|finding| finding.id == Id::LogFork).unwrap();
    assert_eq!((look.exit, finding.acknowledged), (1, false), "{look:?}");
    let proofs = std::fs::read_dir(&site.own).unwrap().map(|item| item.unwrap().file_name().into_string().unwrap());
    assert_eq!(proofs.filter(|name| name.starts_with("fraud-5-8")).count(), 2);
}

#[test]
fn a_signed_checkpoint_that_cannot_be_related_yet_is_kept_and_related_later() {
    let site = Site::of(&world("a", 3));
    assert_eq!(site.look(None, NOW).exit, 0);
    write(&site.log.join("checkpoint"), &world("b", 6).checkpoint().to_bytes());
    assert_eq!(site.look(None, NOW).open(), ["log.damaged"]);
    let suspects = || std::fs::read_dir(site.own.join("suspects")).unwrap().count();
    assert_eq!(suspects(), 1);
    publish(&world("a", 9), &site.log);
    let look = site.look(None, NOW);
    assert_eq!((look.open(), look.told.size, suspects()), (vec!["log.fork:8-11".to_owned()], 11, 0), "{look:?}");
    // One that fits is forgotten without a word.
    write(&site.log.join("checkpoint"), &world("a", 300).checkpoint().to_bytes());
    site.look(None, NOW);
    assert_eq!(suspects(), 1);
    publish(&world("a", 301), &site.log);
    assert_eq!((site.look(None, NOW).open(), suspects()), (vec!["log.fork:8-11".to_owned()], 0));
}

#[test]
fn comparisons() {
    let (a, longer, b) = (Site::of(&world("a", 4)), Site::of(&world("a", 300)), Site::of(&world("b", 7)));
    let name = |site: &Site| site.log.display().to_string();
    let run = |x: &str, y: &str| compare::run([x, y], &[]).unwrap();
    assert_eq!(run(&name(&a), &name(&a)).relation, Some(Relation::Same));
    assert_eq!(run(&name(&a), &name(&longer)).relation, Some(Relation::Extends));
    assert_eq!(run(&name(&longer), &name(&a)).smaller, 1);
    for (x, y) in [(&a, &b), (&b, &a), (&longer, &b)] {
        let Some(Relation::Fork(proof)) = run(&name(x), &name(y)).relation else { panic!("no fork") };
        proof.verify().unwrap();
    }
    // A monitor's folder is a view, while the monitor runs as well; so is a checkpoint in a file.
    assert_eq!(longer.look(None, NOW).exit, 0);
    let watch = longer.own.display().to_string();
    assert_eq!(run(&name(&a), &watch).relation, Some(Relation::Extends));
    let Some(Relation::Fork(_)) = run(&watch, &name(&b)).relation else { panic!("no fork") };
    let file = b.log.join("checkpoint").display().to_string();
    let Some(Relation::Fork(_)) = run(&file, &watch).relation else { panic!("no fork") };
    // Two files of different sizes decide nothing, and do not name the key.
    let other = a.log.join("checkpoint").display().to_string();
    assert_eq!(compare::run([&file, &other], &[]).unwrap_err().exit, 2);
    let key = world("a", 1).log.verifier_key();
    assert_eq!(compare::run([&file, &other], &[key]).unwrap().relation, None);
}

#[test]
fn comparisons_refuse_what_is_not_one_log() {
    let a = Site::of(&world("a", 4));
    let elsewhere = Site::of(&World::opened("elsewhere.example/log", 3));
    let run = |x: &Site, y: &Site| compare::run([&x.log.display().to_string(), &y.log.display().to_string()], &[]);
    assert_eq!(run(&a, &elsewhere).unwrap_err().exit, 2);
    let forged = world("a", 4).checkpoint();
    let forged = Note::from_parts(forged.text(), world("b", 1).checkpoint().signatures().to_vec()).unwrap();
    let bent = Site::of(&world("a", 4));
    write(&bent.log.join("checkpoint"), &forged.to_bytes());
    assert_eq!(run(&a, &bent).unwrap_err().exit, 1);
    assert_eq!(run(&a, &Site::new()).unwrap_err().exit, 2);
}
