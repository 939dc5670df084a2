//! An append-only, publicly verifiable log: the pure half of it.
//!
//! What is here, and the text each part follows:
//!
//! | module | contents | specification |
//! |---|---|---|
//! | [`hash`] | SHA-256 tree hashes | RFC 6962 §2.1, RFC 9162 §2.1 |
//! | [`frontier`] | the tree's right edge: append in O(log n) memory | RFC 9162 §2.1.2 |
//! | [`tree`] | an in-memory tree that serves proofs for every size | RFC 9162 §2.1 |
//! | [`proof`] | inclusion and consistency proofs, for trees and subtrees | RFC 9162 §2.1.3–2.1.5, draft-ietf-plants-merkle-tree-certs §4 |
//! | [`inclusions`] | many inclusion proofs under one head | RFC 9162 §2.1.3 |
//! | [`tile`], [`tile_reader`] | tiles, entry bundles, their paths, verified reading | c2sp.org/tlog-tiles |
//! | [`key`], [`note`] | named keys, signed notes | c2sp.org/signed-note |
//! | [`checkpoint`] | signed tree heads | c2sp.org/tlog-checkpoint |
//! | [`cosignature`] | timestamped witness cosignatures | c2sp.org/tlog-cosignature |
//! | [`witness_wire`] | bodies of a witness's `add-checkpoint` | c2sp.org/tlog-witness |
//! | [`policy`] | which logs and how many witnesses are enough | c2sp.org/tlog-policy |
//! | [`tlog_proof`] | one file that proves offline that an entry is logged | c2sp.org/tlog-proof |
//! | [`ed25519`] | one fixed verdict for every signature | RFC 8032, strict |
//!
//! What is not here: files, sockets, clocks, randomness, and any idea of what the entries mean. Time, keys and bytes
//! are arguments. Every parser is bounded, and accepts only what it prints back byte for byte. A check returns a value
//! that only the check can make ([`proof::Included`], [`note::VerifiedNote`], [`policy::QuorumMet`], …), never a `bool`.

pub mod checkpoint;
pub mod cosignature;
pub mod ed25519;
pub mod frontier;
pub mod hash;
pub mod inclusions;
pub mod key;
pub mod note;
pub mod policy;
pub mod proof;
mod text;
pub mod tile;
pub mod tile_reader;
pub mod tlog_proof;
pub mod tree;
mod walk;
pub mod witness_wire;

pub use checkpoint::{Checkpoint, VerifiedCheckpoint};
pub use ed25519::{PublicKey, SecretKey, Signature};
pub use frontier::{Frontier, root_of};
pub use hash::{Hash, empty_root, leaf_hash, node_hash};
pub use note::{Note, SignerKey, VerifiedNote, VerifierKey};
pub use policy::Policy;
pub use proof::{ConsistencyProof, Extends, Included, InclusionProof, TreeHead};
pub use tree::MerkleTree;
