//! A monitor that is killed goes on where it was, at whichever point it was killed.

use kleroterion::monitor::{Monitor, Setup};

use crate::support::{Site, publish};
use crate::world::{GENESIS, Spec, World};

const LATER: u64 = GENESIS + 1_000_000;

fn world(draws: u64) -> World {
    let mut world = World::new();
    for number in 0..draws {
        let name = format!("d{number}");
        world.whole(&Spec::new(&name, "equal").purpose(&name).at(GENESIS + 1_000 * (number + 1)));
    }
    world
}

/// The files of a folder, with their contents.
fn files(dir: &std::path::Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let names = std::fs::read_dir(dir).unwrap().map(|item| item.unwrap());
    let plain = names.filter(|item| item.file_type().unwrap().is_file() && item.file_name() != "lock");
    plain.map(|item| (item.file_name().into_string().unwrap(), std::fs::read(item.path()).unwrap())).collect()
}

#[test]
fn step_by_step_is_the_same_as_at_once() {
    let whole = world(6);
    let at_once = Site::of(&whole);
    assert_eq!(at_once.look(Some(whole.trust()), LATER).exit, 0);
    let site = Site::new();
    for draws in 0..=6 {
        let part = world(draws);
        publish(&part, &site.log);
        let look = site.look(Some(part.trust()), LATER);
        assert_eq!((look.exit, look.told.size), (0, part.tree.size()), "{look:?}");
    }
    let (mut a, mut b) = (files(&at_once.own), files(&site.own));
    // Findings are equal but for when they were looked for; there are none.
    a.remove("findings.json");
    b.remove("findings.json");
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    assert_eq!(a["steps"], b["steps"]);
    assert_eq!(a["state.json"], b["state.json"]);
}

#[test]
fn any_mixture_of_old_and_new_files_is_gone_on_from() {
    // The order of writes is: checkpoint, steps, findings, state. A kill leaves a prefix of it, the last perhaps in part.
    let (before, after) = (world(2), world(5));
    let order = ["checkpoint", "steps", "findings.json", "state.json"];
    for written in 0..=order.len() {
        for cut in [0, 1, 10_000] {
            let site = Site::of(&before);
            assert_eq!(site.look(Some(before.trust()), LATER).exit, 0);
            let old = files(&site.own);
            publish(&after, &site.log);
            assert_eq!(site.look(Some(before.trust()), LATER).exit, 0);
            let new = files(&site.own);
            for (at, name) in order.iter().enumerate().filter(|(at, _)| *at >= written) {
                let path = site.own.join(name);
                match (old.get(*name), *name) {
                    // Only this file grows in place: what a kill leaves of it is longer than what counts.
                    (Some(old), "steps") if at == written => {
                        let end = new["steps"].len().saturating_sub(cut).max(old.len());
                        std::fs::write(path, &new["steps"][..end]).unwrap();
                    }
                    (Some(old), _) => std::fs::write(path, old).unwrap(),
                    (None, _) => drop(std::fs::remove_file(path)),
                }
            }
            let look = site.look(Some(before.trust()), LATER);
            assert_eq!(
                (look.exit, look.told.size, look.told.problem.clone()),
                (0, after.tree.size(), None),
                "{written} {cut}"
            );
            assert_eq!(files(&site.own)["steps"], new["steps"]);
        }
    }
}

#[test]
fn a_kept_checkpoint_binds_even_if_nothing_under_it_was_read() {
    let site = Site::of(&world(1));
    assert_eq!(site.look(None, LATER).exit, 0);
    let old = files(&site.own);
    publish(&world(3), &site.log);
    assert_eq!(site.look(None, LATER).exit, 0);
    // Killed just after it had kept the checkpoint.
    for name in ["steps", "state.json"] {
        std::fs::write(site.own.join(name), &old[name]).unwrap();
    }
    let mut fork = world(1);
    for number in 0..20 {
        let name = format!("other{number}");
        fork.announce(&Spec::new(&name, "equal").purpose(&name).at(LATER + 1_000), 0);
    }
    publish(&fork, &site.log);
    let look = site.look(None, LATER);
    assert!(matches!(&look.open()[..], [one] if one.starts_with("log.fork:")), "{look:?}");
}

#[test]
fn a_damaged_folder_is_refused_and_says_so() {
    let site = Site::of(&world(2));
    assert_eq!(site.look(None, LATER).exit, 0);
    let honest = files(&site.own);
    for (name, bytes) in &honest {
        for bent in [&bytes[..bytes.len() / 2], b"".as_slice()] {
            std::fs::write(site.own.join(name), bent).unwrap();
            let opened = Monitor::open(&site.own, Setup::default()).err().map(|failure| failure.exit);
            // The newest checkpoint is kept under its size as well.
            let expected = (name != "checkpoint").then_some(2);
            assert_eq!(opened, expected, "{name} of {} bytes", bent.len());
            std::fs::write(site.own.join(name), bytes).unwrap();
        }
    }
    // Without any checkpoint nothing would bind the log.
    std::fs::remove_file(site.own.join("checkpoint")).unwrap();
    std::fs::remove_dir_all(site.own.join("checkpoints")).unwrap();
    assert_eq!(Monitor::open(&site.own, Setup::default()).err().map(|failure| failure.exit), Some(2));
    std::fs::write(site.own.join("checkpoint"), &honest["checkpoint"]).unwrap();
    // Two at a time are refused too.
    let _first = Monitor::open(&site.own, Setup::default()).unwrap();
    assert_eq!(Monitor::open(&site.own, Setup::default()).err().map(|failure| failure.exit), Some(3));
}

#[test]
fn another_logs_trust_is_refused() {
    let site = Site::of(&world(1));
    assert_eq!(site.look(None, LATER).exit, 0);
    let trust = Some(World::opened("elsewhere.example/log", 3).trust());
    assert_eq!(Monitor::open(&site.own, Setup { trust, grace_secs: 0 }).err().map(|failure| failure.exit), Some(2));
}
