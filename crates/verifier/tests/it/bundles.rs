//! The bundles that are mutated: 40 people, each method, with replacements and a witnessed seal, so that every part of the format occurs.

use klero_draw::replacement::Seats;
use klero_draw::terms::Replacement;
use klero_verifier::artifacts::NoArtifacts;
use klero_verifier::report::Verdict;
use klero_verifier::trust::Trust;
use klero_verifier::verify::{Options, verify};

use crate::world::{Spec, World};

pub(crate) const METHODS: [&str; 4] = ["equal", "households", "stratified", "panels"];

/// A bundle of a method and the trust that verifies it.
pub(crate) fn bundle(method: &'static str) -> (String, Trust) {
    let mut world = World::new();
    let spec = Spec::new("council", method).replacement(Replacement::Beacon);
    world.announce(&spec, 0);
    let terms = world.seal(&spec);
    world.witness(world.round_time(spec.draws_at) - 5);
    let outcome = world.draw(&terms);
    let drawn: Vec<u32> = outcome.drawn.iter().map(|o| o.index).collect();
    let (vacated, note) = world.vacate(&terms, &drawn[..1]);
    world.witness(world.now + 1);
    world.replace(&terms, &mut Seats::new(&drawn), vacated, &note);
    (world.cosigned_bundle("council"), world.trust_with_witnesses())
}

/// What a program that reads the file would say.
pub(crate) fn verdict(bytes: &[u8], trust: &Trust) -> Verdict {
    match std::str::from_utf8(bytes) {
        Ok(text) => verify(text, &NoArtifacts, Some(trust), Options::default()).verdict,
        Err(_) => Verdict::Unreadable,
    }
}

/// A small generator of numbers: the same sequence for the same seed everywhere.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(bound).unwrap()).unwrap()
    }
}
