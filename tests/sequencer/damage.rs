//! Files of a closed log are altered, removed, replaced by older ones. Whatever was altered is found out and named, or does
//! no harm; it is never believed.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use klero_tlog::checkpoint::Checkpoint;
use klero_tlog::note::Note;
use klero_tlog::{Hash, SecretKey, SignerKey, VerifiedCheckpoint, VerifierKey, leaf_hash};
use kleroterion::guard::GuardError;
use kleroterion::log_check::{Report, Site, Verdict, fsck, repair_from_tiles};
use kleroterion::publish::TileFaultKind;
use kleroterion::sequencer::opening::{LogSetup, OpenError, initialise};
use kleroterion::sequencer::{CheckpointSigner, Sequencer};
use kleroterion::store::StoreError;

use crate::support::*;

const ENTRIES: usize = 40;

fn report(dir: &Path) -> Report {
    fsck(&Site::from(&setup(dir)), &mut check_line).unwrap()
}

fn entries_of(log: &Sequencer<Lines>) -> Vec<Hash> {
    (0..log.reader().head().size).map(|index| leaf_hash(&log.reader().entry(index).unwrap())).collect()
}

fn refusal(dir: &Path) -> OpenError {
    match open(setup(dir)) {
        Ok(_) => panic!("the log was opened"),
        Err(error) => {
            assert!(!error.advice().is_empty());
            assert!(!report(dir).is_sound(), "refused, but the check finds nothing: {error}");
            error
        }
    }
}

/// A log in a folder of its own, and a fresh copy of it for each thing done to it.
struct Original {
    home: tempfile::TempDir,
    leaves: Vec<Hash>,
}

impl Original {
    fn new(entries: usize) -> Self {
        let home = temporary_folder();
        let dir = home.path().join("log");
        log_with(&dir, entries);
        let leaves = entries_of(&open(setup(&dir)).unwrap());
        Self { home, leaves }
    }

    fn damaged<T>(&self, damage: impl FnOnce(&Path), judge: impl FnOnce(&Path) -> T) -> T {
        let home = temporary_folder();
        let dir = home.path().join("log");
        copy_folder(&self.home.path().join("log"), &dir);
        damage(&dir);
        judge(&dir)
    }
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 0x40;
    fs::write(path, bytes).unwrap();
}

/// Positions spread over the part of the file that is in use, and all near its beginning.
fn positions(path: &Path, count: usize) -> Vec<usize> {
    let bytes = fs::read(path).unwrap();
    let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let step = (used / count).max(1);
    (0..used.min(40)).chain((0..used).step_by(step)).collect()
}

#[test]
fn a_flipped_byte_of_the_database_is_never_believed() {
    let original = Original::new(ENTRIES);
    let store = original.home.path().join("log/store");
    let mut refused = 0;
    let mut harmless = 0;
    for item in fs::read_dir(&store).unwrap() {
        let item = item.unwrap();
        if !item.file_type().unwrap().is_file() {
            continue;
        }
        for at in positions(&item.path(), 120) {
            let damage = |dir: &Path| flip(&dir.join("store").join(item.file_name()), at);
            original.damaged(damage, |dir| {
                let opened = open(setup(dir));
                match opened {
                    Ok(log) => {
                        assert_eq!(entries_of(&log), original.leaves, "byte {at} of {:?}", item.file_name());
                        harmless += 1;
                    }
                    Err(error) => {
                        assert!(matches!(
                            error,
                            OpenError::Store(_)
                                | OpenError::StoreBehind { .. }
                                | OpenError::RootDiffers { .. }
                                | OpenError::Entry { .. }
                                | OpenError::Tiles { .. }
                        ));
                        refused += 1;
                        // Every eighth is mended too.
                        if refused % 8 == 0 {
                            repair_from_tiles(&Site::from(&setup(dir)), &mut check_line).unwrap();
                            assert_eq!(entries_of(&open(setup(dir)).unwrap()), original.leaves);
                            assert!(report(dir).is_sound());
                        }
                    }
                }
            });
        }
    }
    assert!(refused > 40, "only {refused} flips were refused, {harmless} did no harm: the flips miss the data");
}

#[test]
fn a_database_cut_short_emptied_or_removed_is_refused() {
    let original = Original::new(ENTRIES);
    let db = |dir: &Path| dir.join("store/db");
    let used = positions(&original.home.path().join("log/store/db"), 1000).into_iter().max().unwrap();
    // What little is cut off the end may be nothing that matters; then everything must be there.
    let refused_or_whole = |dir: &Path| match open(setup(dir)) {
        Ok(log) => assert_eq!(entries_of(&log), original.leaves),
        Err(_) => assert!(!report(dir).is_sound()),
    };
    for keep in [0, 1, 20, used / 4, used / 2, used - 2000, used - 200, used - 20] {
        let cut = |dir: &Path| {
            let bytes = fs::read(db(dir)).unwrap();
            fs::write(db(dir), &bytes[..keep]).unwrap();
        };
        // And without the snapshot that would give it away.
        let cut_both = |dir: &Path| {
            cut(dir);
            for item in fs::read_dir(dir.join("store")).unwrap() {
                let path = item.unwrap().path();
                if path.file_name().unwrap().to_string_lossy().starts_with("snap") {
                    fs::remove_file(path).unwrap();
                }
            }
        };
        if keep <= 20 {
            original.damaged(cut, |dir| drop(refusal(dir)));
            original.damaged(cut_both, |dir| drop(refusal(dir)));
        } else {
            original.damaged(cut, refused_or_whole);
            original.damaged(cut_both, refused_or_whole);
        }
    }
    original.damaged(
        |dir| fs::remove_file(db(dir)).unwrap(),
        |dir| {
            assert!(matches!(refusal(dir), OpenError::Store(StoreError::Missing { .. })));
        },
    );
    original.damaged(
        |dir| fs::remove_dir_all(dir.join("store")).unwrap(),
        |dir| {
            assert!(matches!(refusal(dir), OpenError::Store(StoreError::Missing { .. })));
            let made = initialise(&setup(dir));
            assert!(matches!(made, Err(OpenError::NotNew { .. })), "an empty place is not a new log: {made:?}");
        },
    );
    // A perfectly whole database, but of an empty log of the same key.
    let empty = Original::new(0);
    let swap = |dir: &Path| {
        fs::remove_dir_all(dir.join("store")).unwrap();
        copy_folder(&empty.home.path().join("log/store"), &dir.join("store"));
    };
    original.damaged(swap, |dir| {
        assert_eq!(refusal(dir), OpenError::StoreBehind { expected: 40, found: 0 });
    });
    // The same, with as many entries.
    let other_home = temporary_folder();
    let other = other_home.path().join("log");
    initialise(&setup(&other)).unwrap();
    let log = open(setup(&other)).unwrap();
    (0..ENTRIES).for_each(|_| drop(log.appender().append_blocking("another history".to_owned()).unwrap()));
    drop(log);
    let swap = |dir: &Path| {
        fs::remove_dir_all(dir.join("store")).unwrap();
        copy_folder(&other.join("store"), &dir.join("store"));
    };
    original.damaged(swap, |dir| {
        assert!(matches!(refusal(dir), OpenError::RootDiffers { size: 40, .. }));
    });
}

#[test]
fn a_guard_deleted_older_newer_or_altered_is_refused() {
    let original = Original::new(ENTRIES);
    let guard = |dir: &Path| dir.join("guard");
    original.damaged(
        |dir| fs::remove_file(guard(dir)).unwrap(),
        |dir| {
            assert!(matches!(refusal(dir), OpenError::Guard(GuardError::Missing { .. })));
            assert!(matches!(initialise(&setup(dir)), Err(OpenError::NotNew { .. })));
        },
    );
    // Every byte of it.
    let length = fs::read(guard(&original.home.path().join("log"))).unwrap().len();
    for at in 0..length {
        original.damaged(
            |dir| flip(&guard(dir), at),
            |dir| {
                let error = match open(setup(dir)) {
                    Ok(_) => panic!("byte {at} of the guard was believed"),
                    Err(error) => error,
                };
                assert!(matches!(error, OpenError::Guard(GuardError::Damaged { .. })), "byte {at}: {error}");
            },
        );
    }
    for garbage in [&b""[..], b"kleroterion/v1/guard\n", b"\xff\xfe", b"\n\n"] {
        original.damaged(
            |dir| fs::write(guard(dir), garbage).unwrap(),
            |dir| {
                assert!(matches!(refusal(dir), OpenError::Guard(GuardError::Damaged { .. })));
            },
        );
    }
    // One more entry, then one of the two rolled back.
    let later = |dir: &Path| append_many(&open(setup(dir)).unwrap(), 1);
    let old_guard = fs::read(guard(&original.home.path().join("log"))).unwrap();
    let roll_back = |dir: &Path| {
        later(dir);
        fs::write(guard(dir), &old_guard).unwrap();
    };
    original.damaged(roll_back, |dir| {
        assert_eq!(refusal(dir), OpenError::GuardBehind { published: 41, guard: 40 });
    });
    let run_ahead = |dir: &Path| {
        let ahead = temporary_folder();
        copy_folder(dir, ahead.path());
        later(ahead.path());
        fs::copy(guard(ahead.path()), guard(dir)).unwrap();
    };
    original.damaged(run_ahead, |dir| {
        assert_eq!(refusal(dir), OpenError::StoreBehind { expected: 41, found: 40 });
    });
    // Another log's.
    let strange = |dir: &Path| {
        let key = klero_tlog::SignerKey::new(
            klero_tlog::note::KeyName::new("test.example/log").unwrap(),
            klero_tlog::SecretKey::from_seed(&[8; 32]),
        );
        let home = temporary_folder();
        let other = home.path().join("log");
        initialise(&LogSetup::new(&other, key)).unwrap();
        fs::copy(guard(&other), guard(dir)).unwrap();
    };
    original.damaged(strange, |dir| {
        assert!(matches!(refusal(dir), OpenError::Guard(GuardError::Checkpoint(_))));
    });
}

#[test]
fn tiles_that_are_missing_altered_or_ahead_are_refused() {
    let original = Original::new(300);
    let public = |dir: &Path| dir.join("public");
    for needed in ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44"] {
        let kind = |dir: &Path| match refusal(dir) {
            OpenError::Tiles { first, count: 1 } if first.path == needed => first.kind,
            other => panic!("{needed}: {other}"),
        };
        let missing = original.damaged(|dir| fs::remove_file(public(dir).join(needed)).unwrap(), kind);
        assert_eq!(missing, TileFaultKind::Missing);
        for at in [0, 31] {
            let altered = original.damaged(|dir| flip(&public(dir).join(needed), at), kind);
            assert_eq!(altered, TileFaultKind::Differs);
        }
        let longer = |dir: &Path| {
            let mut bytes = fs::read(public(dir).join(needed)).unwrap();
            bytes.push(0);
            fs::write(public(dir).join(needed), bytes).unwrap();
        };
        assert_eq!(original.damaged(longer, kind), TileFaultKind::Differs);
    }
    // A tile that the database does not reach: the database has lost something that was durable.
    let ahead = |dir: &Path| {
        fs::copy(public(dir).join("tile/entries/001.p/44"), public(dir).join("tile/entries/001.p/45")).unwrap();
    };
    original.damaged(ahead, |dir| match refusal(dir) {
        OpenError::Tiles { first, .. } => assert_eq!(first.kind, TileFaultKind::Beyond { size: 301 }),
        other => panic!("{other}"),
    });
    // An older partial tile is not needed; the check names it all the same.
    let old = |dir: &Path| fs::write(public(dir).join("tile/0/001.p/43"), [0; 43 * 32]).unwrap();
    original.damaged(old, |dir| {
        assert!(open(setup(dir)).is_ok());
        let report = report(dir);
        let wrong: Vec<_> = report.facts.iter().filter(|fact| fact.verdict != Verdict::Agrees).collect();
        assert_eq!(wrong.len(), 1, "{report}");
        assert!(wrong[0].found.contains("tile/0/001.p/43"));
    });
}

#[test]
fn a_published_checkpoint_is_restored_if_it_is_gone_and_refused_if_it_is_not_ours() {
    let original = Original::new(ENTRIES);
    let checkpoint = |dir: &Path| dir.join("public/checkpoint");
    let before = fs::read(checkpoint(&original.home.path().join("log"))).unwrap();
    original.damaged(
        |dir| fs::remove_file(checkpoint(dir)).unwrap(),
        |dir| {
            drop(open(setup(dir)).unwrap());
            assert_eq!(fs::read(checkpoint(dir)).unwrap(), before);
        },
    );
    original.damaged(
        |dir| fs::remove_file(dir.join("public/log.vkey")).unwrap(),
        |dir| {
            drop(open(setup(dir)).unwrap());
            let key = fs::read_to_string(dir.join("public/log.vkey")).unwrap();
            assert_eq!(key, format!("{}\n", signer().verifier_key().to_text()));
            assert!(VerifiedCheckpoint::open(&before, &[signer().verifier_key()]).is_ok());
        },
    );
    original.damaged(
        |dir| flip(&checkpoint(dir), 3),
        |dir| {
            assert!(matches!(refusal(dir), OpenError::Checkpoint(_)));
        },
    );
    original.damaged(
        |dir| flip(&dir.join("public/log.vkey"), 3),
        |dir| {
            assert!(matches!(refusal(dir), OpenError::Key { .. }));
        },
    );
}

/// A log whose key was changed: the key before it is still one of its keys.
struct Rekeyed {
    new: SignerKey,
    old: SignerKey,
}

impl CheckpointSigner for Rekeyed {
    fn verifier_key(&self) -> VerifierKey {
        self.new.verifier_key()
    }
    fn known_keys(&self) -> Vec<VerifierKey> {
        vec![self.new.verifier_key(), self.old.verifier_key()]
    }
    fn sign(&self, checkpoint: &Checkpoint) -> Result<Note, String> {
        checkpoint.sign(&self.new).map_err(|error| error.to_string())
    }
}

#[test]
fn a_published_checkpoint_under_a_replaced_key_is_refused() {
    let old = SignerKey::new(signer().verifier_key().name().clone(), SecretKey::from_seed(&[8; 32]));
    let rekeyed = |dir: &Path| LogSetup::signed_by(dir, Arc::new(Rekeyed { new: signer(), old: old.clone() }));
    let original = Original::new(ENTRIES);
    original.damaged(|_| (), |dir| drop(open(rekeyed(dir)).unwrap()));
    original.damaged(
        |dir| {
            let path = dir.join("public/checkpoint");
            let checkpoint = VerifiedCheckpoint::open(&fs::read(&path).unwrap(), &[signer().verifier_key()]).unwrap();
            fs::write(&path, checkpoint.checkpoint().sign(&old).unwrap().to_bytes()).unwrap();
        },
        |dir| {
            assert!(matches!(open(rekeyed(dir)), Err(OpenError::CheckpointKey { .. })));
            assert!(!fsck(&Site::from(&rekeyed(dir)), &mut check_line).unwrap().is_sound());
        },
    );
}

#[test]
fn a_folder_that_is_no_log_is_not_made_into_one_by_opening_it() {
    let home = temporary_folder();
    let dir = home.path().join("no log");
    assert!(matches!(open(setup(&dir)), Err(OpenError::Guard(GuardError::Missing { .. }))));
    assert!(!dir.exists());
    fs::create_dir(&dir).unwrap();
    assert!(matches!(open(setup(&dir)), Err(OpenError::Guard(GuardError::Missing { .. }))));
    assert!(!report(&dir).is_sound());
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 0, "looking leaves nothing behind");
}
