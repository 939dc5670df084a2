//! Mirrors: equal to the log, whole at every moment, and never the second half of a fork.

use std::collections::BTreeMap;
use std::path::Path;

use klero_verifier::whole_log::{LogFiles, WholeLog};
use kleroterion::mirror::{Mirror, MirrorError};
use kleroterion::place::Place;

use crate::common_program::Beside;
use crate::support::{Site, publish, write};
use crate::world::{GENESIS, Spec, World};

struct Folder<'a>(&'a Path);

impl LogFiles for Folder<'_> {
    fn read(&self, path: &str, _: u64) -> Result<Vec<u8>, String> {
        std::fs::read(self.0.join(path)).map_err(|e| e.to_string())
    }
}

fn world(draws: u64) -> World {
    let mut world = World::new();
    for number in 0..draws {
        let name = format!("d{number}");
        let method = if number % 2 == 0 { "equal" } else { "stratified" };
        world.whole(&Spec::new(&name, method).purpose(&name).at(GENESIS + 1_000 * (number + 1)));
    }
    world
}

/// All public files below a folder. Hidden ones are the mirror's own.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for item in std::fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.file_name().unwrap().to_string_lossy().starts_with('.') {
                let name = path.strip_prefix(dir).unwrap().display().to_string();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn mirror(site: &Site) -> Result<kleroterion::mirror::Copied, MirrorError> {
    Mirror::open(&site.own, None).unwrap().run(&site.place())
}

#[test]
fn a_copy_is_equal_and_grows_with_the_log() {
    let site = Site::of(&world(1));
    mirror(&site).unwrap();
    assert_eq!(files(&site.own), files(&site.log));
    let grown = world(9);
    publish(&grown, &site.log);
    let copied = mirror(&site).unwrap();
    assert_eq!((copied.to, copied.missing.len()), (grown.tree.size(), 0));
    let (mirror_files, log_files) = (files(&site.own), files(&site.log));
    assert!(log_files.iter().all(|(name, bytes)| mirror_files.get(name) == Some(bytes)));
    assert_eq!(WholeLog::read(&Folder(&site.own), Some(&grown.trust())).unwrap().findings(), []);
    assert_eq!(mirror(&site).unwrap().from, grown.tree.size());
}

#[test]
fn a_mirror_can_be_mirrored_and_watched() {
    let world = world(4);
    let site = Site::of(&world);
    mirror(&site).unwrap();
    let second = Site { log: site.own.clone(), own: site.own.with_file_name("second"), ..site };
    mirror(&second).unwrap();
    assert_eq!(files(&second.own), files(&second.log));
    let third = Site { log: second.own.clone(), own: second.own.with_file_name("third"), ..second };
    assert_eq!(third.look(Some(world.trust()), GENESIS + 1_000_000).exit, 0);
}

#[test]
fn while_anything_is_wrong_the_checkpoint_stays() {
    let site = Site::of(&world(1));
    mirror(&site).unwrap();
    let before = std::fs::read(site.own.join("checkpoint")).unwrap();
    publish(&world(5), &site.log);
    let honest = files(&site.log);
    for (name, bytes) in honest.iter().filter(|(name, _)| *name != "checkpoint" && *name != "log.vkey") {
        if files(&site.own).contains_key(name) {
            continue;
        }
        let mut bent = bytes.clone();
        bent[bytes.len() / 2] ^= 1;
        write(&site.log.join(name), &bent);
        let error = mirror(&site).unwrap_err();
        assert!(matches!(error, MirrorError::Damaged(_)), "{name}: {error:?}");
        assert_eq!(std::fs::read(site.own.join("checkpoint")).unwrap(), before, "{name}");
        write(&site.log.join(name), bytes);
        // What a stop leaves behind is taken up, or replaced if it is wrong.
        write(&site.own.join(name), &bent);
        if !name.starts_with("artifact/") {
            continue;
        }
        std::fs::remove_file(site.own.join(name)).unwrap();
    }
    mirror(&site).unwrap();
    let (mirror_files, log_files) = (files(&site.own), files(&site.log));
    assert!(log_files.iter().all(|(name, bytes)| mirror_files.get(name) == Some(bytes)));
}

#[test]
fn a_missing_artifact_is_told_and_copied_when_it_comes() {
    let site = Site::of(&world(2));
    let name = files(&site.log).keys().find(|name| name.starts_with("artifact/")).unwrap().clone();
    let bytes = std::fs::read(site.log.join(&name)).unwrap();
    std::fs::remove_file(site.log.join(&name)).unwrap();
    assert_eq!(mirror(&site).unwrap().missing, [name.strip_prefix("artifact/").unwrap()]);
    write(&site.log.join(&name), &bytes);
    let copied = mirror(&site).unwrap();
    assert_eq!((copied.artifacts, copied.missing.len()), (1, 0));
}

#[test]
fn while_it_follows_it_says_what_is_missing_and_ends_with_that_code() {
    let site = Site::of(&world(2));
    let dir = site.log.parent().unwrap();
    let name = files(&site.log).keys().find(|name| name.starts_with("artifact/")).unwrap().clone();
    let bytes = std::fs::read(site.log.join(&name)).unwrap();
    std::fs::remove_file(site.log.join(&name)).unwrap();
    let follow = || Beside::start(dir, &[], "mirror log --dir copy --follow --every 1");
    let mut mirror = follow();
    let told = mirror.says("missing: artifact ");
    assert!(told.starts_with(name.strip_prefix("artifact/").unwrap()), "{told}");
    assert_eq!(mirror.end().code(), Some(1));
    let mut mirror = follow();
    mirror.says("missing: artifact ");
    write(&site.log.join(&name), &bytes);
    mirror.says("no artifact is missing any more");
    assert_eq!(mirror.end().code(), Some(0));
}

#[test]
fn an_erased_table_goes() {
    let mut world = world(2);
    let site = Site::of(&world);
    mirror(&site).unwrap();
    let table = world.ledger.draw(&crate::world::slug("d1")).unwrap().terms().unwrap().pool.table.unwrap();
    assert!(site.own.join("artifact").join(table.to_string()).exists());
    let there = || site.own.join("artifact").join(table.to_string()).exists();
    // Sealed again from the same pool before it is erased: that draw needs the table.
    let mut sealed_again = Spec::new("again", "stratified").purpose("again").at(GENESIS + 9_000);
    sealed_again.seats = 4;
    world.whole(&sealed_again);
    world.erase("d1");
    publish(&world, &site.log);
    mirror(&site).unwrap();
    assert!(there());
    assert_eq!(site.look(Some(world.trust()), GENESIS + 1_000_000).exit, 0);
    std::fs::remove_file(site.log.join("artifact").join(table.to_string())).unwrap();
    let look = site.look(Some(world.trust()), GENESIS + 1_000_000);
    assert_eq!(look.open(), ["table.gone:again"]);
    world.erase("again");
    publish(&world, &site.log);
    mirror(&site).unwrap();
    assert!(!there());
}

#[test]
fn forks_and_rollbacks_are_not_published() {
    let site = Site::of(&world(3));
    mirror(&site).unwrap();
    let before = std::fs::read(site.own.join("checkpoint")).unwrap();
    publish(&world(1), &site.log);
    assert!(matches!(mirror(&site), Err(MirrorError::Rollback { .. })));
    let mut fork = World::new();
    for number in 0..40 {
        let name = format!("other{number}");
        fork.announce(&Spec::new(&name, "equal").purpose(&name), 0);
    }
    publish(&fork, &site.log);
    let Err(MirrorError::Fork(path)) = mirror(&site) else { panic!("not found") };
    let report = klero_verifier::fraud::FraudReport::of(&std::fs::read_to_string(path).unwrap(), None);
    assert_eq!(report.verdict().exit(), 0);
    assert_eq!(std::fs::read(site.own.join("checkpoint")).unwrap(), before);
}

#[test]
fn no_log_and_another_key() {
    let site = Site::new();
    assert!(matches!(mirror(&site), Err(MirrorError::Checkpoint(_))));
    let other = World::opened("elsewhere.example/log", 3).log.verifier_key();
    publish(&world(1), &site.log);
    let trusting = Mirror::open(&site.own, Some(other)).unwrap();
    let place = Place::open(&site.log.display().to_string()).unwrap();
    assert!(matches!(trusting.run(&place), Err(MirrorError::Checkpoint(_))));
    assert!(!site.own.join("checkpoint").exists());
}
