//! What the test modules share: where third-party data may lie, test keys, a small deterministic generator.

use std::path::PathBuf;

use klero_tlog::cosignature::WitnessSigner;
use klero_tlog::note::KeyName;
use klero_tlog::{Hash, SecretKey, SignerKey, leaf_hash};

/// A folder of third-party data, or `None` after saying that the test is skipped.
pub(crate) fn third_party(folder: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: no third-party data in {}", path.display());
    None
}

/// All files below a folder, in order of their paths.
pub(crate) fn files_below(folder: &std::path::Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

pub(crate) fn name(text: &str) -> KeyName {
    KeyName::new(text).unwrap()
}

pub(crate) fn secret(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

pub(crate) fn signer(key_name: &str, seed: u8) -> SignerKey {
    SignerKey::new(name(key_name), secret(seed))
}

pub(crate) fn witness(key_name: &str, seed: u8) -> WitnessSigner {
    WitnessSigner::new(name(key_name), secret(seed))
}

pub(crate) fn leaf(index: u64) -> Hash {
    leaf_hash(&index.to_be_bytes())
}

/// SplitMix64: the same numbers in every run.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// Every text that differs from `bytes` in one byte, and every proper prefix.
pub(crate) fn neighbours(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let changed = (0..bytes.len()).flat_map(move |at| {
        (1..=255).map(move |flip| {
            let mut copy = bytes.to_vec();
            copy[at] ^= flip;
            copy
        })
    });
    changed.chain((0..bytes.len()).map(|end| bytes[..end].to_vec()))
}
