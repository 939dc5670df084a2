//! `crates/tlog`: notes, keys, checkpoints, cosignatures, policies, proofs, tiles and what goes between a log and its witnesses.

use klero_tlog::cosignature::{WitnessKey, WitnessSigner};
use klero_tlog::note::{Note, NoteSignature, SignerKey, VerifierKey};
use klero_tlog::tile::{BundleId, TileId, TilePath, encode_bundle, encode_tile};
use klero_tlog::tlog_proof::TlogProof;
use klero_tlog::witness_wire::{
    AddCheckpoint, conflict_size, cosignature_lines, parse_conflict_size, parse_cosignature_lines,
};
use klero_tlog::{Checkpoint, Hash, Policy, VerifiedCheckpoint};

use crate::{Seen, Target, loosely, text};

pub(crate) const TARGETS: &[Target] = &[
    ("note", note),
    ("note_line", |data| text(data, |t| NoteSignature::parse(t).map(|line| line.line()))),
    ("vkey", |data| text(data, |t| VerifierKey::parse(t).ok().map(|key| key.to_text()))),
    ("signer_key", |data| text(data, |t| SignerKey::parse(t).ok().map(|key| key.to_text().to_string()))),
    ("witness_key", |data| text(data, |t| WitnessKey::parse(t).ok().map(|key| key.to_text()))),
    ("witness_signer", |data| text(data, |t| WitnessSigner::parse(t).ok().map(|key| key.to_text().to_string()))),
    ("hash_hex", |data| text(data, |t| Hash::from_hex(t).ok().map(|hash| hash.to_hex()))),
    ("hash_base64", |data| text(data, |t| Hash::from_base64(t).ok().map(|hash| hash.to_base64()))),
    ("checkpoint", |data| text(data, |t| Checkpoint::parse(t).ok().map(|checkpoint| checkpoint.text()))),
    ("signed_checkpoint", signed_checkpoint),
    ("cosigned", cosigned),
    ("tlog_proof", |data| accepted(TlogProof::parse(data).map(|proof| proof.to_text()))),
    ("tile_path", |data| text(data, |t| TilePath::parse(t).ok().map(|path| path.to_string()))),
    ("tile", tile),
    ("entry_bundle", entry_bundle),
    ("policy", |data| loosely(Policy::parse(data).is_ok())),
    ("add_checkpoint", |data| accepted(AddCheckpoint::parse(data).map(|request| request.to_text()))),
    ("cosignature_lines", |data| accepted(parse_cosignature_lines(data).map(|lines| cosignature_lines(&lines)))),
    ("conflict_size", |data| accepted(parse_conflict_size(data).map(conflict_size))),
];

fn accepted<E>(printed: Result<String, E>) -> Seen {
    printed.map_or(Seen::Refused, |printed| Seen::Accepted(printed.into_bytes()))
}

fn note(data: &[u8]) -> Seen {
    Note::parse(data).map_or(Seen::Refused, |note| Seen::Accepted(note.to_bytes()))
}

/// The log's key in `corpus/vkey/seeds`, which signed `corpus/signed_checkpoint/0`.
fn signed_checkpoint(data: &[u8]) -> Seen {
    let keys: Vec<_> = VerifierKey::parse(include_str!("../corpus/vkey/seeds").trim_end()).into_iter().collect();
    VerifiedCheckpoint::open(data, &keys)
        .map_or(Seen::Refused, |checkpoint| Seen::Accepted(checkpoint.note().to_bytes()))
}

fn cosigned(data: &[u8]) -> Seen {
    let (Ok(note), Ok(key)) =
        (Note::parse(data), WitnessKey::parse(include_str!("../corpus/witness_key/0").trim_end()))
    else {
        return Seen::Refused;
    };
    let lines = klero_tlog::cosignature::cosignatures_by(&note, &key);
    if lines.is_ok_and(|lines| !lines.is_empty()) { Seen::Accepted(note.to_bytes()) } else { Seen::Refused }
}

/// A tile is as wide as it is long.
fn tile(data: &[u8]) -> Seen {
    let width = u16::try_from(data.len() / 32).unwrap_or(u16::MAX);
    let tile = TileId::new(0, 0, width).and_then(|tile| tile.decode(data));
    tile.map_or(Seen::Refused, |hashes| Seen::Accepted(encode_tile(&hashes)))
}

/// The first byte says how many entries are expected, less one.
fn entry_bundle(data: &[u8]) -> Seen {
    let Some((width, rest)) = data.split_first() else { return Seen::Refused };
    let bundle = BundleId::new(0, u16::from(*width) + 1);
    let Ok(bundle) = bundle else { return Seen::Refused };
    match bundle.decode(rest).map(|entries| encode_bundle(&entries)) {
        Ok(Ok(printed)) => Seen::Accepted([&[*width], printed.as_slice()].concat()),
        _ => Seen::Refused,
    }
}
