//! Appending and reading in the ordinary course: many at once, refusals, proofs, artifacts, and what makes a log read-only.

use std::sync::Arc;

use klero_draw::hash::ArtifactHash;
use klero_tlog::proof::TreeHead;
use klero_tlog::{VerifiedCheckpoint, leaf_hash};
use kleroterion::publish::PublishError;
use kleroterion::sequencer::opening::initialise;
use kleroterion::sequencer::{AppendError, Condition, ReadError, Stage};

use crate::support::*;

#[test]
fn many_append_at_once_and_each_gets_a_place_of_its_own() {
    let home = temporary_folder();
    let dir = home.path().join("log");
    initialise(&setup(&dir)).unwrap();
    let log = open(setup(&dir)).unwrap();
    let mut places: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..32)
            .map(|_| {
                let appender = log.appender();
                scope.spawn(move || {
                    (0..20).map(|_| appender.append_blocking("entry".to_owned()).unwrap()).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    places.sort_by_key(|done| done.seq);
    let reader = log.reader();
    for (index, done) in (0u64..).zip(&places) {
        assert_eq!(done.seq, index);
        assert_eq!(leaf_hash(&reader.entry(index).unwrap()), done.leaf);
        assert_eq!(reader.root_at(done.checkpoint.head.size).unwrap(), done.checkpoint.head.root);
        let signed = VerifiedCheckpoint::open(done.checkpoint.note.as_bytes(), &[signer().verifier_key()]).unwrap();
        assert_eq!(signed.head(), done.checkpoint.head);
        let proof = reader.inclusion(index, done.checkpoint.head.size).unwrap();
        let TreeHead { size, root } = done.checkpoint.head;
        proof.verify(&done.leaf, index, size, &root).unwrap();
    }
    assert_eq!(reader.head().size, 640);
    assert_eq!(std::fs::read_to_string(dir.join("public/checkpoint")).unwrap(), reader.checkpoint().note);
}

#[tokio::test]
async fn tasks_append_too_and_hear_of_each_checkpoint() {
    let home = temporary_folder();
    let dir = home.path().join("log");
    initialise(&setup(&dir)).unwrap();
    let log = open(setup(&dir)).unwrap();
    let mut watch = log.reader().watch();
    assert_eq!(watch.borrow_and_update().head.size, 0);
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let appender = log.appender();
            tokio::spawn(async move { appender.append("entry".to_owned()).await.unwrap() })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    watch.changed().await.unwrap();
    assert_eq!(watch.borrow_and_update().head, log.reader().head());
    assert_eq!(log.reader().head().size, 50);
}

#[test]
fn a_refusal_changes_nothing() {
    let home = temporary_folder();
    let dir = home.path().join("log");
    log_with(&dir, 2);
    let log = open(setup(&dir)).unwrap();
    let before = log.reader().checkpoint();
    let refused = log.appender().append_blocking("refuse me".to_owned());
    assert_eq!(refused, Err(AppendError::Refused("refused as asked".to_owned())));
    assert!(Arc::ptr_eq(&before, &log.reader().checkpoint()));
    assert_eq!(log.appender().append_blocking("next".to_owned()).unwrap().seq, 2);
}

#[test]
fn an_admission_that_misbehaves_makes_the_log_read_only_until_it_is_opened_anew() {
    for draft in ["be too long", "panic"] {
        let home = temporary_folder();
        let dir = home.path().join("log");
        log_with(&dir, 2);
        let log = open(setup(&dir)).unwrap();
        let Err(AppendError::Unknown(reason)) = log.appender().append_blocking(draft.to_owned()) else {
            panic!("{draft} was accepted")
        };
        assert_eq!(reason.stage, Stage::Entry);
        let after = log.appender().append_blocking("next".to_owned());
        assert_eq!(after, Err(AppendError::ReadOnly(reason.clone())));
        assert_eq!(log.reader().condition(), Condition::ReadOnly(reason));
        assert!(log.reader().entry(1).is_ok(), "reading goes on");
        drop(log);
        assert_eq!(open(setup(&dir)).unwrap().appender().append_blocking("next".to_owned()).unwrap().seq, 2);
    }
}

#[test]
fn long_entries_stay_in_the_one_file_that_is_synced() {
    let home = temporary_folder();
    let dir = home.path().join("log");
    initialise(&setup(&dir)).unwrap();
    let log = open(setup(&dir)).unwrap();
    let longest = "x".repeat(65_535 - 70);
    for _ in 0..60 {
        log.appender().append_blocking(longest.clone()).unwrap();
    }
    drop(log);
    assert_eq!(std::fs::read_dir(dir.join("store/blobs")).unwrap().count(), 0);
    assert_eq!(open(setup(&dir)).unwrap().reader().entries(0..60).unwrap().len(), 60);
}

#[test]
fn every_proof_between_published_sizes_verifies_and_none_reaches_beyond() {
    let home = temporary_folder();
    let dir = home.path().join("log");
    log_with(&dir, 70);
    let reader = open(setup(&dir)).unwrap().reader();
    let head = |size| TreeHead { size, root: reader.root_at(size).unwrap() };
    for new in 0..=70 {
        for old in new.min(1)..=new {
            reader.consistency(old, new).unwrap().verify(&head(old), &head(new)).unwrap();
        }
        for index in 0..new {
            reader
                .inclusion(index, new)
                .unwrap()
                .verify(&reader.leaf(index).unwrap(), index, new, &head(new).root)
                .unwrap();
        }
    }
    let beyond = |asked| ReadError::Beyond { size: 70, asked };
    assert_eq!(reader.root_at(71).err(), Some(beyond(71)));
    assert_eq!(reader.leaf(70).err(), Some(beyond(70)));
    assert_eq!(reader.inclusion(0, 71).err(), Some(beyond(71)));
    assert_eq!(reader.consistency(0, 71).err(), Some(beyond(71)));
    assert!(matches!(reader.inclusion(5, 5), Err(ReadError::Proof { .. })));
    assert!(matches!(reader.consistency(6, 5), Err(ReadError::Proof { .. })));
    // The owner is gone, so the database is closed; what is in memory can still be read.
    assert_eq!(reader.entry(0).err(), Some(ReadError::Closed));
    assert_eq!(reader.condition(), Condition::Closed);
}

#[test]
fn artifacts_are_stored_under_their_hash_and_nothing_else_gets_the_name() {
    let home = temporary_folder();
    let dir = home.path().join("log");
    log_with(&dir, 1);
    let log = open(setup(&dir)).unwrap();
    let reader = log.reader();
    let publisher = reader.publisher();
    let name = publisher.put_artifact(b"a table").unwrap();
    assert_eq!(name, ArtifactHash::of(b"a table"));
    assert_eq!(publisher.get_artifact(&name, 100).unwrap(), Some(b"a table".to_vec()));
    assert_eq!(publisher.put_artifact(b"a table").unwrap(), name, "the same again is no error");
    let other = ArtifactHash::of(b"another");
    let wrong = publisher.put_artifact_stream(&mut &b"a table"[..], &other);
    assert_eq!(wrong, Err(PublishError::Artifact { expected: other, found: name }));
    assert_eq!(publisher.get_artifact(&other, 100).unwrap(), None);
    assert!(publisher.get_artifact(&name, 3).is_err(), "more than the reader wants is not read");
    std::fs::write(publisher.artifact_path(&name), "altered").unwrap();
    assert!(matches!(publisher.get_artifact(&name, 100), Err(PublishError::Artifact { .. })));
}
