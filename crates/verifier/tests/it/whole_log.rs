//! The whole log: read from its public files, replayed, compared with a bundle.

use std::collections::BTreeMap;

use klero_draw::step::StepKind;
use klero_tlog::tile::{BundleId, encode_bundle, new_bundles};
use klero_verifier::report::{CheckId, Status, Verdict};
use klero_verifier::whole_log::{LogFiles, WholeLog};

use crate::world::{GENESIS, Spec, World, slug};

/// Public files in memory.
#[derive(Clone)]
pub(crate) struct Files(pub(crate) BTreeMap<String, Vec<u8>>);

impl LogFiles for Files {
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, String> {
        let bytes = self.0.get(path).ok_or("not found")?;
        assert!(u64::try_from(bytes.len()).unwrap() <= limit);
        Ok(bytes.clone())
    }
}

pub(crate) fn files(world: &World) -> Files {
    let mut files = BTreeMap::from([("checkpoint".to_owned(), world.checkpoint().to_bytes())]);
    for bundle in new_bundles(0, world.tree.size()) {
        let first = usize::try_from(bundle.first_entry()).unwrap();
        let entries = &world.entries[first..first + usize::from(bundle.width())];
        files.insert(bundle.path(), encode_bundle(entries).unwrap());
    }
    Files(files)
}

pub(crate) fn read(world: &World) -> WholeLog {
    WholeLog::read(&files(world), Some(&world.trust())).unwrap()
}

#[test]
fn an_honest_log_has_no_findings_and_lists_all_draws() {
    let mut world = World::new();
    world.whole(&Spec::new("council", "equal"));
    world.whole(&Spec::new("letters", "stratified").purpose("letters").at(GENESIS + 1000));
    let log = read(&world);
    assert_eq!(log.findings(), []);
    let text = world.bundle("council");
    let mut report = world.verify(&text);
    log.compare(&text, Some(&world.trust()), &mut report);
    assert_eq!(report.verdict, Verdict::Verified);
    assert!(report.facts.iter().any(|line| line.contains("'letters' for 'letters', attempt 1: drawn")));
    assert_eq!(log.leaf(1).map(|leaf| leaf.0), Some(world.tree.leaves()[1].to_bytes()));
}

#[test]
fn a_full_bundle_of_entries_serves_where_the_partial_one_is_gone() {
    let mut world = World::new();
    let old = world.checkpoint();
    let size = world.tree.size();
    for number in 0..300 {
        let spec = Spec::new(&format!("d{number}"), "equal").purpose(&format!("p{number}"));
        world.announce(&spec, 0);
    }
    let mut stored = files(&world);
    stored.0.insert("checkpoint".to_owned(), old.to_bytes());
    assert!(BundleId::of_entry(0, size).unwrap().width() < 256);
    let log = WholeLog::read(&stored, Some(&world.trust())).unwrap();
    assert_eq!((log.findings(), log.ledger().size()), (&[][..], size));
    assert_eq!(read(&world).findings(), []);
}

#[test]
fn postponements_that_end_where_they_began_are_seen_here_alone() {
    let mut world = World::new();
    let spec = Spec::new("council", "equal");
    world.announce(&spec, 0);
    world.announce(&spec.clone().at(spec.draws_at + 50), 1);
    world.announce(&spec, 2);
    let terms = world.seal(&spec);
    world.draw(&terms);
    let text = world.bundle("council");
    let mut bundle = klero_verifier::bundle::Bundle::parse(&text).unwrap();
    bundle
        .steps
        .retain(|step| !step.entry.contains("\\\"postponed\\\":1") && !step.entry.contains("\\\"postponed\\\":2"));
    let text = bundle.to_text();
    let mut report = world.verify(&text);
    assert_eq!(report.verdict, Verdict::Verified);
    read(&world).compare(&text, None, &mut report);
    assert_eq!(report.check(CheckId::TermsAttempts).unwrap().status, Status::Failed);
}

#[test]
fn a_bundle_of_another_log_or_a_longer_one() {
    let mut world = World::new();
    let early = read(&world);
    world.whole(&Spec::new("council", "equal"));
    let text = world.bundle("council");
    let mut report = world.verify(&text);
    early.compare(&text, None, &mut report);
    assert_ne!(report.verdict, Verdict::Verified);

    let mut fork = World::new();
    fork.now += 1;
    fork.announce(&Spec::new("other", "equal").purpose("other"), 0);
    fork.whole(&Spec::new("council", "equal"));
    let mut report = world.verify(&text);
    read(&fork).compare(&text, None, &mut report);
    assert_eq!(report.check(CheckId::LogConsistency).unwrap().status, Status::Failed);
}

#[test]
fn damage_is_found_or_unreadable() {
    let mut world = World::new();
    world.whole(&Spec::new("council", "equal"));
    let honest = files(&world);
    let path = BundleId::of_entry(0, world.tree.size()).unwrap().path();
    for at in (0..honest.0[&path].len()).step_by(97) {
        let mut bent = honest.clone();
        bent.0.get_mut(&path).unwrap()[at] ^= 1;
        if let Ok(log) = WholeLog::read(&bent, Some(&world.trust())) {
            assert_ne!(log.findings(), [], "byte {at}");
        }
    }
    let mut gone = honest.clone();
    gone.0.remove(&path);
    assert!(WholeLog::read(&gone, None).is_err());
}

#[test]
fn a_violation_in_any_draw_is_found() {
    let mut world = World::new();
    world.whole(&Spec::new("council", "equal"));
    world.lawless = true;
    let note =
        world.signed(klero_draw::organiser::context::ANNOUNCE, world.announcement(&Spec::new("again", "equal"), 3));
    world.step(Some(slug("again")), StepKind::Announced(note));
    let log = read(&world);
    assert!(log.findings().iter().any(|(_, finding)| finding.reason.contains("postponed is 3, expected 0")));
}

#[test]
fn a_checkpoint_with_extension_lines_is_refused() {
    let mut world = World::new();
    world.whole(&Spec::new("council", "equal"));
    let mut files = files(&world);
    let text = format!("{}an extension line\n", world.checkpoint().text());
    let signed = klero_tlog::Note::sign(&text, &[&world.log]).unwrap();
    files.0.insert("checkpoint".to_owned(), signed.to_bytes());
    let log = WholeLog::read(&files, Some(&world.trust())).unwrap();
    assert_eq!(log.findings().iter().map(|(id, _)| *id).collect::<Vec<_>>(), [CheckId::Format]);
}
