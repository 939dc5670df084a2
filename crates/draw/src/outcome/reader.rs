//! Reads an outcome in one pass over its one canonical spelling (spec §7.6), many times faster than decoding and encoding it again.
//!
//! What is accepted here the general decoder accepts too, with the same value; a test holds the two together. Says only *that* it does not
//! take a text: the general decoder is asked why.

use std::collections::BTreeMap;

use crate::hash::{PrivatePart, TermsHash, from_hex};
use crate::json::utf16_order;
use crate::pool::{HouseholdTag, PublicPart};
use crate::scan::Scanner;

use super::{Opening, Outcome, ProofHash};

/// The outcome, if the text is the canonical form of one.
pub(super) fn read(text: &str) -> Option<Outcome> {
    let mut scan = Scanner::new(text);
    scan.expect("{\"draw\":").ok()?;
    let draw = scan.string().ok()?.parse().ok()?;
    scan.expect(",\"drawn\":[").ok()?;
    let drawn = openings(&mut scan)?;
    scan.expect(",\"format\":").ok()?;
    let format = scan.string().ok()?.into_owned();
    let panel = if scan.take(",\"panel\":") { Some(scan.number().ok()?) } else { None };
    scan.expect(",\"reserves\":[").ok()?;
    let reserves = openings(&mut scan)?;
    scan.expect(",\"terms\":").ok()?;
    let terms = TermsHash(from_hex(&scan.string().ok()?)?);
    scan.expect("}").ok()?;
    scan.end().ok()?;
    Some(Outcome { draw, drawn, format, panel, reserves, terms })
}

fn openings(scan: &mut Scanner<'_>) -> Option<Vec<Opening>> {
    let mut openings: Vec<Opening> = Vec::new();
    while scan.more(openings.is_empty(), "]").ok()? {
        scan.expect("{\"index\":").ok()?;
        let index = scan.number().ok()?;
        scan.expect(",\"private\":").ok()?;
        let private = PrivatePart(from_hex(&scan.string().ok()?)?);
        scan.expect(",\"proof\":[").ok()?;
        // Proofs of one pool are nearly all as long as the one before.
        let mut proof = Vec::with_capacity(openings.last().map_or(0, |last| last.proof.len()));
        while scan.more(proof.is_empty(), "]").ok()? {
            proof.push(ProofHash::from_base64(&scan.string().ok()?)?);
        }
        scan.expect(",\"public\":").ok()?;
        let public = public_part(scan)?;
        scan.expect("}").ok()?;
        openings.push(Opening { index, private, proof, public });
    }
    Some(openings)
}

fn public_part(scan: &mut Scanner<'_>) -> Option<PublicPart> {
    let household = if scan.take("{\"household\":") {
        let tag = HouseholdTag(from_hex(&scan.string().ok()?)?);
        scan.expect(",\"row\":{").ok()?;
        Some(tag)
    } else {
        scan.expect("{\"row\":{").ok()?;
        None
    };
    let mut row = BTreeMap::new();
    let mut last: Option<String> = None;
    while scan.more(row.is_empty(), "}").ok()? {
        let name = scan.string().ok()?.into_owned();
        if last.as_deref().is_some_and(|last| utf16_order(last, &name).is_ge()) {
            return None;
        }
        scan.expect(":").ok()?;
        row.insert(name.clone(), scan.string().ok()?.into_owned());
        last = Some(name);
    }
    scan.expect("}").ok()?;
    Some(PublicPart { household, row })
}
