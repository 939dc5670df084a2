//! `crates/verifier`: bundles, trust files, proofs of fraud, time-stamp tokens. What parses is verified as well: a check must not panic either.

use klero_verifier::artifacts::NoArtifacts;
use klero_verifier::bundle::Bundle;
use klero_verifier::der;
use klero_verifier::fraud::{FraudProof, FraudReport};
use klero_verifier::sequence::Known;
use klero_verifier::token::Token;
use klero_verifier::trust::Trust;
use klero_verifier::verify;

use crate::{Seen, Target, loose_text, loosely, text};

pub(crate) const TARGETS: &[Target] = &[
    ("bundle", bundle),
    ("trust", |data| loose_text(data, |t| Trust::parse(t).is_ok())),
    ("fraud", fraud),
    ("token", |data| loosely(Token::parse(data).is_ok())),
    ("der", |data| loosely(walk(der::Reader::new(data), 0))),
];

fn bundle(data: &[u8]) -> Seen {
    text(data, |t| {
        let _known = Known::read(t);
        let _report = verify::verify(t, &NoArtifacts, None, verify::Options::default());
        Bundle::parse(t).ok().map(|bundle| bundle.to_text())
    })
}

fn fraud(data: &[u8]) -> Seen {
    text(data, |t| {
        let _report = FraudReport::of(t, None).to_json();
        FraudProof::parse(t).ok()?.to_text().ok()
    })
}

/// Every element, and what is in it where that is elements again.
fn walk(mut reader: der::Reader<'_>, depth: u32) -> bool {
    while !reader.is_empty() {
        let mut inside = reader;
        let Ok(element) = reader.any() else { return false };
        if element.tag & 0x20 != 0
            && depth < 64
            && let Ok(inner) = inside.enter(element.tag)
        {
            walk(inner, depth + 1);
        }
    }
    reader.end().is_ok()
}
