//! A draw across a change of the log's keys: trust pins the first ones and lists the log by the first (spec §4.2, §9.2).

use klero_draw::note::SignedText;
use klero_draw::organiser::{KeyNote, KeyRole, context};
use klero_draw::step::StepKind;
use klero_draw::terms::Vkey;
use klero_tlog::{Note, SignerKey};
use klero_verifier::artifacts::NoArtifacts;
use klero_verifier::report::{CheckId, Report, Status, Verdict};
use klero_verifier::text::render;
use klero_verifier::trust::Trust;
use klero_verifier::verify::{Options, verify};

use crate::world::{ORIGIN, Spec, World, signer};

fn change(world: &mut World, new: SignerKey) {
    let (old_key, new_key) = (Vkey(world.log.verifier_key()), Vkey(new.verifier_key()));
    let note = KeyNote { log: world.origin.clone(), new: new_key, old: old_key, role: KeyRole::Log };
    let note = SignedText::sign(context::KEY, note, &[&world.log, &new]).unwrap();
    world.step(None, StepKind::Key(Box::new(note)));
    world.log = new;
}

/// The checkpoint of now, cosigned in time, signed by these.
fn signed_by(world: &mut World, keys: &[&SignerKey], time: u64) -> Note {
    let own = world.log.clone();
    world.log = keys[0].clone();
    let note = world.cosigned(time);
    world.log = own;
    note.with_signatures(keys[1..].iter().map(|key| key.sign(note.text()))).unwrap()
}

/// A draw whose log changes its key after the seal; its seal is kept under a checkpoint of `seen`, made after the change.
fn drawn(seen: impl FnOnce(&mut World, [&SignerKey; 2], u64) -> Note) -> (Report, Report) {
    let mut world = World::new();
    let (old, new) = (world.log.clone(), signer(ORIGIN, 51));
    let first = world.trust_with_witnesses();
    let spec = Spec::new("council", "equal");
    world.announce(&spec, 0);
    let terms = world.seal(&spec);
    let seal = world.tree.size() - 1;
    change(&mut world, new.clone());
    let in_time = world.round_time(spec.draws_at) - 5;
    let note = seen(&mut world, [&old, &new], in_time);
    world.kept.insert(seal, note);
    world.draw(&terms);
    let bundle = world.cosigned_bundle("council");
    let verified = |trust: &Trust| verify(&bundle, &NoArtifacts, Some(trust), Options::default());
    (verified(&first), verified(&world.trust_with_witnesses()))
}

#[test]
fn trust_in_the_first_key_follows_and_a_key_that_was_replaced_counts_no_more() {
    let cases: [(&str, &[usize], bool); 4] = [
        ("the new key", &[1], true),
        ("both", &[1, 0], true),
        ("both, the old first", &[0, 1], true),
        ("the old key", &[0], false),
    ];
    for (name, who, counts) in cases {
        let (by_first, by_newest) =
            drawn(|world, keys, time| signed_by(world, &who.iter().map(|at| keys[*at]).collect::<Vec<_>>(), time));
        for report in [by_first, by_newest] {
            if counts {
                assert_eq!(report.verdict, Verdict::Verified, "{name}\n{}", render(&report, name));
            } else {
                let found = report.check(CheckId::LogSignature).unwrap().status;
                assert_eq!(
                    (report.verdict, found),
                    (Verdict::Refuted, Status::Failed),
                    "{name}\n{}",
                    render(&report, name)
                );
            }
        }
    }
}

#[test]
fn a_seal_seen_before_the_change_is_under_the_old_key() {
    let mut world = World::new();
    let first = world.trust_with_witnesses();
    let spec = Spec::new("council", "equal");
    world.announce(&spec, 0);
    let terms = world.seal(&spec);
    world.witness(world.round_time(spec.draws_at) - 5);
    change(&mut world, signer(ORIGIN, 51));
    change(&mut world, signer(ORIGIN, 52));
    world.draw(&terms);
    // Whichever of its keys trust knows.
    for trust in [&first, &world.trust_with_witnesses()] {
        let report = verify(&world.cosigned_bundle("council"), &NoArtifacts, Some(trust), Options::default());
        assert_eq!(report.verdict, Verdict::Verified, "{}", render(&report, ""));
    }

    // The newest checkpoint by a key that was replaced.
    world.log = signer(ORIGIN, 51);
    let report = verify(&world.cosigned_bundle("council"), &NoArtifacts, Some(&first), Options::default());
    assert_eq!(report.check(CheckId::LogSignature).unwrap().status, Status::Failed, "{}", render(&report, ""));
}
