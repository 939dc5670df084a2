//! Repairs: each from what proves it, nothing destroyed; and reading the log from its public folder alone.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use klero_tlog::{Hash, leaf_hash};
use kleroterion::files::RealFiles;
use kleroterion::log_check::{
    Export, ExportError, RepairError, Site, fsck, repair_from_tiles, repair_tiles, restore_guard,
};
use kleroterion::sequencer::opening::OpenError;

use crate::support::*;

fn site(dir: &Path) -> Site {
    Site::from(&setup(dir))
}

fn leaves(dir: &Path) -> Vec<Hash> {
    let log = open(setup(dir)).unwrap();
    (0..log.reader().head().size).map(|index| leaf_hash(&log.reader().entry(index).unwrap())).collect()
}

fn made(entries: usize) -> (tempfile::TempDir, std::path::PathBuf) {
    let home = temporary_folder();
    let dir = home.path().join("log");
    log_with(&dir, entries);
    (home, dir)
}

/// The log is as it was, sound, and goes on.
fn expect_restored(dir: &Path, before: &[Hash]) {
    assert_eq!(leaves(dir), before);
    append_many(&open(setup(dir)).unwrap(), 300);
    let report = fsck(&site(dir), &mut check_line).unwrap();
    assert!(report.is_sound(), "{report}");
}

#[test]
fn the_database_is_made_anew_from_the_tiles() {
    for entries in [0, 1, 255, 256, 257, 600] {
        let (_home, dir) = made(entries);
        let before = leaves(&dir);
        fs::write(dir.join("store/db"), "not a database").unwrap();
        let done = repair_from_tiles(&site(&dir), &mut check_line).unwrap();
        assert_eq!(done.head.size, before.len() as u64);
        assert_eq!(fs::read(dir.join("store.set-aside-1/db")).unwrap(), b"not a database", "the old one is kept");
        expect_restored(&dir, &before);
    }
}

#[test]
fn a_database_that_is_gone_or_was_half_rebuilt_is_made_anew_too() {
    let (_home, dir) = made(30);
    let before = leaves(&dir);
    fs::rename(dir.join("store"), dir.join("store.rebuilding")).unwrap();
    let done = repair_from_tiles(&site(&dir), &mut check_line).unwrap();
    assert_eq!(done.set_aside, [dir.join("store.rebuilding.set-aside-1")]);
    expect_restored(&dir, &before);
}

#[test]
fn entries_that_tiles_hold_beyond_the_guard_are_taken_over_if_they_are_of_this_log() {
    let (_home, dir) = made(10);
    let old_guard = fs::read(dir.join("guard")).unwrap();
    let old_checkpoint = fs::read(dir.join("public/checkpoint")).unwrap();
    append_many(&open(setup(&dir)).unwrap(), 5);
    let before = leaves(&dir);
    // As if a crash had come between tiles and guard, and then the database was lost.
    fs::write(dir.join("guard"), &old_guard).unwrap();
    fs::write(dir.join("public/checkpoint"), &old_checkpoint).unwrap();
    fs::remove_dir_all(dir.join("store")).unwrap();
    let done = repair_from_tiles(&site(&dir), &mut check_line).unwrap();
    assert_eq!(done.head.size, 15);
    expect_restored(&dir, &before);
}

#[test]
fn damaged_tiles_repair_no_database() {
    let (_home, dir) = made(300);
    let bundle = dir.join("public/tile/entries/000");
    let mut bytes = fs::read(&bundle).unwrap();
    bytes[40] ^= 1;
    fs::write(&bundle, bytes).unwrap();
    let before = fs::read(dir.join("store/db")).unwrap();
    let failed = repair_from_tiles(&site(&dir), &mut check_line).unwrap_err();
    assert!(matches!(failed, RepairError::Tiles(ExportError::Tile(_))), "{failed}");
    assert_eq!(fs::read(dir.join("store/db")).unwrap(), before, "a failed repair leaves the database alone");
    // An entry under the right root that the caller does not accept is refused as well.
    let (_home, dir) = made(3);
    let refused = repair_from_tiles(&site(&dir), &mut |place, _| {
        if place.seq == 2 { Err("no".to_owned()) } else { Ok(()) }
    });
    assert_eq!(refused, Err(RepairError::Entry { seq: 2, reason: "no".to_owned() }));
}

#[test]
fn tiles_are_made_anew_from_the_database() {
    for entries in [1, 256, 300] {
        let (_home, dir) = made(entries);
        let before = leaves(&dir);
        fs::remove_dir_all(dir.join("public/tile/0")).unwrap();
        let bundles = dir.join("public/tile/entries");
        let damaged = if entries < 256 { bundles.join("000.p/1") } else { bundles.join("000") };
        fs::write(&damaged, "damaged").unwrap();
        let done = repair_tiles(&site(&dir), &mut check_line).unwrap();
        assert_eq!(done.set_aside, [dir.join("tiles.set-aside-1")]);
        let aside = fs::read_dir(dir.join("tiles.set-aside-1")).unwrap().next().unwrap().unwrap();
        assert_eq!(fs::read(aside.path()).unwrap(), b"damaged", "the damaged one is kept");
        expect_restored(&dir, &before);
    }
}

#[test]
fn a_damaged_database_repairs_no_tiles() {
    let (_home, dir) = made(20);
    let (_other_home, other) = made(19);
    fs::remove_dir_all(dir.join("store")).unwrap();
    copy_folder(&other.join("store"), &dir.join("store"));
    let failed = repair_tiles(&site(&dir), &mut check_line).unwrap_err();
    assert_eq!(failed, RepairError::Open(OpenError::StoreBehind { expected: 20, found: 19 }));
}

#[test]
fn a_lost_guard_comes_back_from_a_checkpoint_that_somebody_kept_unless_a_newer_one_is_known() {
    let (_home, dir) = made(10);
    let kept = fs::read(dir.join("public/checkpoint")).unwrap();
    let before = leaves(&dir);
    fs::write(dir.join("guard"), "damaged").unwrap();
    let done = restore_guard(&site(&dir), &kept, &mut check_line).unwrap();
    assert_eq!(done.set_aside, [dir.join("guard.set-aside-1")]);
    assert_eq!(leaves(&dir), before);

    append_many(&open(setup(&dir)).unwrap(), 1);
    let older = restore_guard(&site(&dir), &kept, &mut check_line);
    assert_eq!(older, Err(RepairError::Older { given: 10, signed: 11 }));
    fs::remove_file(dir.join("guard")).unwrap();
    let older = restore_guard(&site(&dir), &kept, &mut check_line);
    assert_eq!(older, Err(RepairError::Older { given: 10, signed: 11 }), "the published checkpoint is known");
    let newest = fs::read(dir.join("public/checkpoint")).unwrap();
    let mut forged = newest.clone();
    forged[20] ^= 1;
    assert!(matches!(restore_guard(&site(&dir), &forged, &mut check_line), Err(RepairError::Checkpoint(_))));
    restore_guard(&site(&dir), &newest, &mut check_line).unwrap();
    assert_eq!(leaves(&dir).len(), 11);
}

#[test]
fn a_log_in_use_is_neither_checked_nor_repaired() {
    let (_home, dir) = made(3);
    let log = open(setup(&dir)).unwrap();
    let in_use = OpenError::InUse { dir: dir.clone() };
    assert_eq!(fsck(&site(&dir), &mut check_line), Err(in_use.clone()));
    assert_eq!(repair_from_tiles(&site(&dir), &mut check_line), Err(RepairError::Open(in_use.clone())));
    assert_eq!(repair_tiles(&site(&dir), &mut check_line), Err(RepairError::Open(in_use.clone())));
    assert_eq!(open(setup(&dir)).err(), Some(in_use));
    drop(log);
    assert!(open(setup(&dir)).is_ok());
}

#[test]
fn a_check_changes_nothing() {
    let (_home, dir) = made(20);
    let db = fs::read(dir.join("store/db")).unwrap();
    // Damaged, so that sled would write to it if it opened it.
    let mut damaged = db.clone();
    let last = damaged.iter().rposition(|byte| *byte != 0).unwrap();
    damaged[last - 100] ^= 1;
    fs::write(dir.join("store/db"), &damaged).unwrap();
    let names = |dir: &Path| fs::read_dir(dir).unwrap().map(|item| item.unwrap().file_name()).collect::<Vec<_>>();
    let (before, before_store) = (names(&dir), names(&dir.join("store")));
    assert!(!fsck(&site(&dir), &mut check_line).unwrap().is_sound());
    assert!(fs::read(dir.join("store/db")).unwrap() == damaged, "the check altered the database");
    assert_eq!((names(&dir), names(&dir.join("store"))), (before, before_store));
}

#[test]
fn the_log_is_read_from_its_public_folder_alone_even_while_it_is_written() {
    for entries in [0, 1, 256, 700] {
        let (_home, dir) = made(entries);
        let log = open(setup(&dir)).unwrap();
        let export = Export::open(&dir.join("public"), Arc::new(RealFiles), &site(&dir).keys).unwrap();
        assert_eq!(export.head(), log.reader().head());
        let mut next = 0;
        for item in export {
            let (index, entry) = item.unwrap();
            assert_eq!(index, next);
            assert_eq!(entry, log.reader().entry(index).unwrap());
            next += 1;
        }
        assert_eq!(next, log.reader().head().size);
    }
    let (_home, dir) = made(300);
    // A partial tile that somebody pruned is cut from the full one.
    let old_checkpoint = fs::read(dir.join("public/checkpoint")).unwrap();
    append_many(&open(setup(&dir)).unwrap(), 300);
    fs::write(dir.join("public/checkpoint"), old_checkpoint).unwrap();
    fs::remove_dir_all(dir.join("public/tile/0/001.p")).unwrap();
    fs::remove_dir_all(dir.join("public/tile/entries/001.p")).unwrap();
    let export = Export::open(&dir.join("public"), Arc::new(RealFiles), &site(&dir).keys).unwrap();
    let entries: Result<Vec<_>, _> = export.collect();
    assert_eq!(entries.unwrap().len(), 300);
    // One that was altered ends the export with an error.
    fs::write(dir.join("public/tile/entries/000"), "altered").unwrap();
    let mut export = Export::open(&dir.join("public"), Arc::new(RealFiles), &site(&dir).keys).unwrap();
    assert!(export.next().unwrap().is_err());
    assert!(export.next().is_none());
}
