//! Writes a bundle of every kind of draw, with the trust files that go with it, into a folder: what two verifiers are compared on.
//!
//! `cargo run --release -p klero-verifier --example worlds DIR`. The bundles come from the tests' world: every key is made from a number, so a
//! forger may sign what it likes. Each NAME.json goes with NAME.trust.json, NAME.witnesses.json (a policy of two witnesses), or both.
#![expect(clippy::unwrap_used, reason = "it shares the tests' world, where a failure is a panic")]

use std::path::{Path, PathBuf};

use klero_draw::certificate::Level;
use klero_draw::hash::ArtifactHash;
use klero_draw::note::SignedText;
use klero_draw::organiser::{KeyNote, KeyRole, VoidReason, context};
use klero_draw::replacement::Seats;
use klero_draw::step::StepKind;
use klero_draw::terms::{FromTerms, Replacement, Vkey};
use klero_tlog::SignerKey;
use klero_verifier::bundle::Bundle;

#[path = "../tests/it/world.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod world;

use world::{GENESIS, ORIGIN, Pool, Spec, World, signer, slug};

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).expect("usage: worlds DIR"));
    std::fs::create_dir_all(&folder).unwrap();
    for method in ["equal", "households", "stratified", "panels"] {
        whole(&folder, method);
        replaced(&folder, method, Replacement::Rank, "rank");
        replaced(&folder, method, Replacement::Beacon, "beacon");
        erased(&folder, method);
    }
    attempts(&folder);
    linked(&folder);
    beginnings(&folder);
    witnessed(&folder);
    recovered(&folder);
    rekeyed(&folder);
    rekeyed_after_the_seal(&folder);
    certified(&folder);
    linked_to_followers(&folder);
}

fn write(folder: &Path, name: &str, world: &World, bundle: &str) {
    let put = |end: &str, text: &str| std::fs::write(folder.join(format!("{name}.{end}")), text).unwrap();
    put("json", bundle);
    put("trust.json", &world.trust_text(""));
    put("witnesses.json", &world.trust_text(&world.policy_member()));
}

fn whole(folder: &Path, method: &'static str) {
    let mut world = World::new();
    world.whole(&Spec::new("council", method));
    write(folder, &format!("whole-{method}"), &world, &world.bundle("council"));
}

fn replaced(folder: &Path, method: &'static str, mode: Replacement, name: &str) {
    let mut world = World::new();
    let spec = Spec::new("council", method).replacement(mode);
    world.announce(&spec, 0);
    let terms = world.seal(&spec);
    world.witness(world.round_time(spec.draws_at) - 5);
    let outcome = world.draw(&terms);
    let drawn: Vec<u32> = outcome.drawn.iter().map(|o| o.index).collect();
    let mut seats = Seats::new(&drawn);
    for (number, who) in [&drawn[0..2], &drawn[3..4]].into_iter().enumerate() {
        let mut who = who.to_vec();
        who.sort_unstable();
        let (vacated, note) = world.vacate(&terms, &who);
        world.witness(world.now + 1);
        if number == 1 {
            write(folder, &format!("open-{name}-{method}"), &world, &world.cosigned_bundle("council"));
        }
        world.replace(&terms, &mut seats, vacated, &note);
    }
    write(folder, &format!("replaced-{name}-{method}"), &world, &world.cosigned_bundle("council"));
    world.annul("council");
    write(folder, &format!("annulled-{name}-{method}"), &world, &world.bundle("council"));
}

fn erased(folder: &Path, method: &'static str) {
    let mut world = World::new();
    let (terms, _) = world.whole(&Spec::new("council", method));
    world.erase("council");
    write(folder, &format!("erased-kept-{method}"), &world, &world.bundle("council"));
    if let Some(table) = terms.value().pool.table {
        world.artifacts.remove(&table);
        write(folder, &format!("erased-{method}"), &world, &world.bundle("council"));
    }
}

fn attempts(folder: &Path) {
    let mut world = World::new();
    let spec = Spec::new("first", "stratified");
    world.announce(&spec, 0);
    let closed = world.void("first", VoidReason::PoolError, None);
    write(folder, "void-announced", &world, &world.bundle("first"));
    let spec = Spec::new("second", "stratified").attempt(2, closed);
    world.announce(&spec, 0);
    world.seal(&spec);
    world.witness(world.now + 1);
    let closed = world.void("second", VoidReason::Cancelled, None);
    world.witness(world.now + 2);
    write(folder, "void-cancelled", &world, &world.cosigned_bundle("second"));
    let spec = Spec::new("third", "stratified").attempt(3, closed);
    world.announce(&spec, 0);
    let terms = world.seal(&spec);
    world.now = world.round_time(spec.draws_at) + 5;
    let closed = world.void("third", VoidReason::Court, Some(terms.value().beacon.round));
    write(folder, "void-abandoned", &world, &world.bundle("third"));
    let spec = Spec::new("fourth", "stratified").attempt(4, closed).at(GENESIS + 1000);
    world.whole(&spec);
    let closed = world.annul("fourth");
    write(folder, "annulled", &world, &world.bundle("fourth"));
    let spec = Spec::new("fifth", "stratified").attempt(5, closed).at(GENESIS + 2000);
    world.announce(&spec, 0);
    let terms = world.seal(&spec);
    world.now = terms.value().draw_by + 10;
    let closed = world.void("fifth", VoidReason::BeaconLost, None);
    write(folder, "void-beacon-lost", &world, &world.bundle("fifth"));
    let now = world.now;
    let spec = Spec::new("sixth", "equal").attempt(6, closed).at(now + 500);
    world.announce(&spec, 0);
    world.seal(&spec);
    world.now += 100;
    let closed = world.void("sixth", VoidReason::NoQuorum, None);
    write(folder, "void-no-quorum", &world, &world.bundle("sixth"));
    let now = world.now;
    world.whole(&Spec::new("seventh", "equal").attempt(7, closed).at(now + 1000));
    write(folder, "seventh", &world, &world.bundle("seventh"));
}

fn linked(folder: &Path) {
    let mut world = World::new();
    let (_, invited) = world.whole(&Spec::new("letters", "equal").purpose("letters"));
    let name = *world.artifacts.iter().find(|(_, text)| **text == invited.text().unwrap()).unwrap().0;
    let opened = |id: &u32| {
        let one = Pool::new(&[*id], "");
        invited.drawn.iter().chain(&invited.reserves).any(|o| o.private == one.people[0].0)
    };
    let ids: Vec<u32> = (0..40).filter(opened).collect();
    let stranger = (0..40).find(|id| !ids.contains(id)).unwrap();
    for (draw, people) in [("council", ids[..7].to_vec()), ("friends", vec![ids[0], ids[1], ids[2], ids[3], stranger])]
    {
        world.pool = Pool::new(&people, "yes");
        let now = world.now;
        let mut spec = Spec::new(draw, "equal").purpose(draw).at(now + 1000).from("letters", name);
        (spec.seats, spec.reserves) = (3, 1);
        world.whole(&spec);
        write(folder, &format!("linked-{draw}"), &world, &world.bundle(draw));
    }
}

fn beginnings(folder: &Path) {
    let mut world = World::new();
    let spec = Spec::new("council", "equal");
    world.announce(&spec, 0);
    write(folder, "announced", &world, &world.bundle("council"));
    let later = spec.clone().at(spec.draws_at + 100);
    world.announce(&later, 1);
    world.seal(&later);
    write(folder, "sealed", &world, &world.bundle("council"));
    let mut world = World::new();
    let (terms, outcome) = world.whole(&Spec::new("council", "households"));
    for opening in &outcome.drawn[..2] {
        world.vacate(&terms, &[opening.index]);
    }
    write(folder, "empty-seats", &world, &world.bundle("council"));
}

fn witnessed(folder: &Path) {
    for (name, shift) in [("in-time", -5), ("at-the-round", 0), ("late", 5)] {
        let mut world = World::new();
        let spec = Spec::new("council", "equal");
        world.announce(&spec, 0);
        let terms = world.seal(&spec);
        world.witness(world.round_time(spec.draws_at).checked_add_signed(shift).unwrap());
        world.draw(&terms);
        write(folder, &format!("witnessed-{name}"), &world, &world.cosigned_bundle("council"));
        write(folder, &format!("witnessed-{name}-stripped"), &world, &world.bundle("council"));
    }
}

fn recovered(folder: &Path) {
    let mut world = World::new();
    let spec = Spec::new("council", "equal");
    world.announce(&spec, 0);
    world.enrol(2, 2, true);
    world.enrol(1, 3, false);
    let terms = world.seal(&spec);
    world.draw(&terms);
    write(folder, "recovery-cancelled", &world, &world.bundle("council"));
    let mut world = World::new();
    world.enrol(3, 2, true);
    world.now += 2_592_000 + 1;
    let now = world.now;
    world.enrol(2, 3, false);
    world.whole(&Spec::new("council", "equal").at(now + 1000));
    write(folder, "recovered", &world, &world.bundle("council"));
}

/// The log's keys change, and a member's key that keeps its name: notes with two lines of one name.
fn rekeyed(folder: &Path) {
    let mut world = World::new();
    let (log, service) = (signer(ORIGIN, 51), signer("example.org/eupen/service-2", 52));
    let change = |world: &World, role, old: &SignerKey, new: &SignerKey| {
        let (old_key, new_key) = (Vkey(old.verifier_key()), Vkey(new.verifier_key()));
        let note = KeyNote { log: world.origin.clone(), new: new_key, old: old_key, role };
        StepKind::Key(Box::new(SignedText::sign(context::KEY, note, &[old, new]).unwrap()))
    };
    let kind = change(&world, KeyRole::Log, &world.log, &log);
    world.step(None, kind);
    world.log = log;
    let kind = change(&world, KeyRole::Service, &world.service, &service);
    world.step(None, kind);
    world.service = service;
    let (old, clerk) = (world.members[0].clone(), signer("eupen/clerk", 61));
    world.members[0] = clerk.clone();
    let note = world.organiser_note(2, 2, false);
    let all = [&old, &clerk, &world.members[1], &world.members[2]];
    let note = SignedText::sign(context::ORGANISER, note, &all).unwrap();
    world.step(None, StepKind::Organiser(Box::new(note)));
    world.whole(&Spec::new("council", "equal"));
    write(folder, "rekeyed", &world, &world.bundle("council"));
}

/// The log key changes between the seal and the checkpoint that shows when the seal was seen, by the new key and by the one that it replaced. Trust
/// is that of before.
fn rekeyed_after_the_seal(folder: &Path) {
    for (name, by_old) in [("new", false), ("old", true)] {
        let mut world = World::new();
        let before = (world.trust_text(""), world.trust_text(&world.policy_member()));
        let (old, new) = (world.log.clone(), signer(ORIGIN, 51));
        let spec = Spec::new("council", "equal");
        world.announce(&spec, 0);
        let terms = world.seal(&spec);
        let seal = world.tree.size() - 1;
        let (old_key, new_key) = (Vkey(old.verifier_key()), Vkey(new.verifier_key()));
        let note = KeyNote { log: world.origin.clone(), new: new_key, old: old_key, role: KeyRole::Log };
        let note = SignedText::sign(context::KEY, note, &[&old, &new]).unwrap();
        world.step(None, StepKind::Key(Box::new(note)));
        world.log = if by_old { old } else { new.clone() };
        let seen = world.cosigned(world.round_time(spec.draws_at) - 5);
        world.kept.insert(seal, seen);
        world.log = new;
        world.draw(&terms);
        let name = format!("rekeyed-seen-by-the-{name}");
        write(folder, &name, &world, &world.cosigned_bundle("council"));
        std::fs::write(folder.join(format!("{name}.trust.json")), before.0).unwrap();
        std::fs::write(folder.join(format!("{name}.witnesses.json")), before.1).unwrap();
    }
}

/// A list of panels with a certificate of fairness, with and without its text.
fn certified(folder: &Path) {
    let mut world = World::new();
    let levels = [(1, 0), (3, 1)].map(|total| Level {
        households: Vec::new(),
        quotas: vec![(0, 0), (2, 1)],
        stops: Vec::new(),
        total,
    });
    let spec = Spec { certificate: Some(levels.to_vec()), ..Spec::new("council", "panels") };
    let (terms, _) = world.whole(&spec);
    write(folder, "certified", &world, &world.bundle("council"));
    let text = world.bundle("council");
    let mut bundle = Bundle::parse(&text).unwrap();
    bundle.artifacts.remove(&terms.value().method.certificate().unwrap());
    write(folder, "certified-without", &world, &bundle.to_text());
}

/// A pool of those who hold a seat, one of whom was seated later; and a pool that counts them without saying so.
fn linked_to_followers(folder: &Path) {
    for (kind, named) in [("followers", true), ("followers-unnamed", false)] {
        let mut world = World::new();
        let mut spec = Spec::new("letters", "equal").purpose("letters").replacement(Replacement::Rank);
        spec.reserves = 0;
        let (terms, invited) = world.whole(&spec);
        let drawn: Vec<u32> = invited.drawn.iter().map(|o| o.index).collect();
        let (vacated, note) = world.vacate(&terms, &drawn[..1]);
        let followed = world.replace(&terms, &mut Seats::new(&drawn), vacated, &note);
        let name = |text: String| ArtifactHash::of(text.as_bytes());
        let replacements = if named { vec![name(followed.text().unwrap())] } else { Vec::new() };
        let outcome = name(invited.text().unwrap());
        let follower = followed.fills[0].seated.as_ref().unwrap();
        let seated = |id: &u32| {
            let private = Pool::new(&[*id], "").people[0].0;
            follower.private == private || invited.drawn[1..].iter().any(|o| o.private == private)
        };
        world.pool = Pool::new(&(0..40).filter(seated).collect::<Vec<_>>(), "yes");
        let mut spec = Spec::new("council", "equal").at(GENESIS + 1000);
        (spec.seats, spec.reserves) = (2, 1);
        spec.from = Some(FromTerms { draw: slug("letters"), outcome, replacements });
        world.whole(&spec);
        write(folder, &format!("linked-{kind}"), &world, &world.bundle("council"));
    }
}
