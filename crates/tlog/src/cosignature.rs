//! Witness cosignatures, version 1 (c2sp.org/tlog-cosignature, signature type 0x04).
//!
//! ```text
//! signed      "cosignature/v1\n" "time " seconds "\n" checkpoint text
//! signature   u64be(seconds) ‖ 64-byte Ed25519 signature
//! ```
//!
//! The witness states: at that time, the largest tree I have seen of this log had this root. The time is the witness's
//! word; this module has no clock and never judges it, except that it must be below 2^63.

use core::fmt;

use zeroize::Zeroizing;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::ed25519::{PublicKey, SIGNATURE_LEN, SecretKey, Signature};
use crate::key::{KeyName, NamedKey, NamedSecret, TYPE_COSIGNATURE_V1};
use crate::note::{Note, NoteError, NoteSignature};

/// Largest timestamp of a cosignature, in seconds since 1970 (the specification's bound).
pub const MAX_TIMESTAMP_SECS: u64 = (1 << 63) - 1;

/// Why a cosignature is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CosignatureError {
    /// Not 8 bytes of time and 64 of signature.
    #[error("a cosignature by {name} has {found} bytes, expected {}", 8 + SIGNATURE_LEN)]
    Length {
        /// Key name of the witness.
        name: String,
        /// Bytes found after the key id.
        found: usize,
    },
    /// The time is 2^63 or later.
    #[error("a cosignature's time is at most {MAX_TIMESTAMP_SECS}, found {found}")]
    Timestamp {
        /// Seconds found.
        found: u64,
    },
    /// The signature does not verify, or the line names another key.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// What is cosigned is not a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// Proven: this witness cosigned the checkpoint at this time. Made only by [`WitnessKey::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosignature {
    public_key: PublicKey,
    timestamp_secs: u64,
}

impl Cosignature {
    /// The witness's public key.
    pub fn public_key(&self) -> PublicKey {
        self.public_key
    }

    /// When, by the witness's clock, in seconds since 1970.
    pub fn timestamp_secs(&self) -> u64 {
        self.timestamp_secs
    }
}

/// A witness's public key (type 0x04).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessKey(pub(crate) NamedKey);

impl WitnessKey {
    /// Names a public key.
    pub fn new(name: KeyName, public_key: PublicKey) -> Self {
        Self(NamedKey::new(name, TYPE_COSIGNATURE_V1, public_key))
    }

    /// Reads `name+hexid+base64`.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        NamedKey::parse(text, TYPE_COSIGNATURE_V1).map(Self)
    }

    /// Prints what [`Self::parse`] reads.
    pub fn to_text(&self) -> String {
        self.0.to_text(TYPE_COSIGNATURE_V1)
    }

    /// The key's name.
    pub fn name(&self) -> &KeyName {
        &self.0.name
    }

    /// The key's id.
    pub fn id(&self) -> u32 {
        self.0.id
    }

    /// The public key itself.
    pub fn public_key(&self) -> PublicKey {
        self.0.public_key
    }

    /// Whether the line names this key.
    pub fn matches(&self, signature: &NoteSignature) -> bool {
        self.0.matches(signature)
    }

    /// Checks one cosignature line over a checkpoint's text.
    pub fn verify(&self, checkpoint_text: &str, signature: &NoteSignature) -> Result<Cosignature, CosignatureError> {
        if !self.matches(signature) {
            return Err(signature.bad().into());
        }
        Checkpoint::parse(checkpoint_text)?;
        let length = || CosignatureError::Length { name: self.0.name.to_string(), found: signature.bytes().len() };
        let (time, bytes) = signature.bytes().split_first_chunk::<8>().ok_or_else(length)?;
        let bytes = Signature::from_slice(bytes).map_err(|_| length())?;
        let timestamp_secs = u64::from_be_bytes(*time);
        let message = signed_message(checkpoint_text, timestamp_secs)?;
        self.0.public_key.verify(message.as_bytes(), &bytes).map_err(|_| signature.bad())?;
        Ok(Cosignature { public_key: self.0.public_key, timestamp_secs })
    }
}

/// A witness's secret key (type 0x04). Wiped when dropped, never printed by `Debug`.
#[derive(Clone)]
pub struct WitnessSigner(NamedSecret);

impl WitnessSigner {
    /// Names a secret key.
    pub fn new(name: KeyName, secret: SecretKey) -> Self {
        Self(NamedSecret::new(name, TYPE_COSIGNATURE_V1, secret))
    }

    /// Reads `PRIVATE+KEY+name+hexid+base64`.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        NamedSecret::parse(text, TYPE_COSIGNATURE_V1).map(Self)
    }

    /// Prints what [`Self::parse`] reads, into a buffer that wipes itself.
    pub fn to_text(&self) -> Zeroizing<String> {
        self.0.to_text(TYPE_COSIGNATURE_V1)
    }

    /// The matching public key.
    pub fn witness_key(&self) -> WitnessKey {
        WitnessKey(self.0.key.clone())
    }

    /// Cosigns a checkpoint's text. The caller has verified the log's signature and the consistency, and durably
    /// recorded the new head, before asking for this.
    pub fn cosign(&self, checkpoint_text: &str, timestamp_secs: u64) -> Result<NoteSignature, CosignatureError> {
        Checkpoint::parse(checkpoint_text)?;
        let message = signed_message(checkpoint_text, timestamp_secs)?;
        let mut bytes = timestamp_secs.to_be_bytes().to_vec();
        bytes.extend_from_slice(self.0.secret.sign(message.as_bytes()).as_bytes());
        Ok(NoteSignature { name: self.0.key.name.clone(), id: self.0.key.id, bytes })
    }
}

impl fmt::Debug for WitnessSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WitnessSigner({}, redacted)", self.witness_key().to_text())
    }
}

/// All valid cosignatures by one witness on a note, in the order of the lines. Lines by others are ignored; a line that
/// names this witness and does not verify refuses the note.
pub fn cosignatures_by(note: &Note, key: &WitnessKey) -> Result<Vec<Cosignature>, CosignatureError> {
    note.signatures()
        .iter()
        .filter(|signature| key.matches(signature))
        .map(|signature| key.verify(note.text(), signature))
        .collect()
}

fn signed_message(checkpoint_text: &str, timestamp_secs: u64) -> Result<String, CosignatureError> {
    if timestamp_secs > MAX_TIMESTAMP_SECS {
        return Err(CosignatureError::Timestamp { found: timestamp_secs });
    }
    Ok(format!("cosignature/v1\ntime {timestamp_secs}\n{checkpoint_text}"))
}
