//! The proof bundle's encoding (spec §9.1): canonical JSON and one newline.
//!
//! [`Bundle::parse`] accepts the one encoding of each bundle and nothing else; whether what it holds is true is for [`crate::verify`]. Texts
//! are borrowed from the file where they hold no escape. Never reads more than [`BUNDLE_LIMIT`].

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use klero_draw::hash::ArtifactHash;
use klero_draw::json::push_string;
use klero_draw::names::Slug;
use klero_draw::scan::{ScanError, Scanner};
use klero_tlog::{Hash, VerifierKey};

use crate::token::{MAX_TOKEN_LEN, MAX_TOKENS};

/// Longest bundle, in bytes: what a verifier can hold in memory several times over.
pub const BUNDLE_LIMIT: u64 = 256 << 20;
/// Longest artifact that lies in the bundle, in bytes; longer ones lie beside it.
pub const INLINE_LIMIT: usize = 32 << 20;
/// Most steps of a bundle: a purpose with more attempts and replacements than this is not a lottery.
pub const STEPS_LIMIT: usize = 10_000;
/// Most hashes of a consistency proof between trees of fewer than 2^64 leaves.
pub const CONSISTENCY_LIMIT: usize = 128;

/// Why a text is no bundle: the verdict is `unreadable`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// Longer than [`BUNDLE_LIMIT`].
    #[error("the file has {found} bytes, at most {BUNDLE_LIMIT} are read")]
    TooLong {
        /// Bytes found.
        found: u64,
    },
    /// Not UTF-8.
    #[error("the file is not UTF-8 text")]
    NotText,
    /// Not the canonical JSON of a bundle.
    #[error("not a bundle in canonical JSON: {0}")]
    Shape(#[from] ScanError),
    /// Another format.
    #[error("the format is not {BUNDLE_FORMAT:?}; a newer program may read it")]
    Format,
    /// `draw` is not a slug.
    #[error("draw is not a name of 1 to 64 characters a-z, 0-9 and '-'")]
    Draw,
    /// `log` is not a vkey.
    #[error("log is not a verifier key")]
    Log,
    /// An artifact's name is not 64 hexadecimal digits, or not after the one before.
    #[error("artifact {at}: names are 64 lower-case hexadecimal digits, ascending")]
    ArtifactName {
        /// Position, from 0.
        at: usize,
    },
    /// More than [`STEPS_LIMIT`] steps.
    #[error("more than {STEPS_LIMIT} steps")]
    TooManySteps,
    /// Tokens that are none, too long, too many, or one of them twice.
    #[error("step {at}: tokens are 1 to {MAX_TOKENS}, distinct, each of at most {MAX_TOKEN_LEN} bytes in base64")]
    Tokens {
        /// Position in the bundle, from 0.
        at: usize,
    },
    /// A hash that is not base64.
    #[error("step {at}: a consistency proof has at most {CONSISTENCY_LIMIT} hashes in base64")]
    Consistency {
        /// Position in the bundle, from 0.
        at: usize,
    },
}

/// The format that a bundle names.
pub const BUNDLE_FORMAT: &str = "kleroterion/v1/bundle";

/// An entry under an earlier checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witnessed<'a> {
    /// RFC 6962 consistency proof from that checkpoint to the newest.
    pub consistency: Vec<Hash>,
    /// tlog-proof under that checkpoint.
    pub proof: Cow<'a, str>,
    /// Outside timestamps on that checkpoint, DER.
    pub tokens: Vec<Vec<u8>>,
}

/// A step and where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleStep<'a> {
    /// The step note.
    pub entry: Cow<'a, str>,
    /// tlog-proof under the newest checkpoint.
    pub proof: Cow<'a, str>,
    /// The same under an earlier checkpoint.
    pub witnessed: Option<Witnessed<'a>>,
}

/// A bundle as it stands. Nothing in it is to be believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle<'a> {
    /// Texts by the hash that they claim.
    pub artifacts: BTreeMap<ArtifactHash, Cow<'a, str>>,
    /// The draw.
    pub draw: Slug,
    /// The log's key.
    pub log: VerifierKey,
    /// Steps, in the order of the file.
    pub steps: Vec<BundleStep<'a>>,
}

impl<'a> Bundle<'a> {
    /// Reads a bundle.
    pub fn parse(text: &'a str) -> Result<Self, BundleError> {
        let found = u64::try_from(text.len()).unwrap_or(u64::MAX);
        if found > BUNDLE_LIMIT {
            return Err(BundleError::TooLong { found });
        }
        let mut scan = Scanner::new(text);
        scan.expect("{\"artifacts\":{")?;
        let artifacts = artifacts(&mut scan)?;
        scan.expect(",\"draw\":")?;
        let draw = scan.string()?.parse().map_err(|_| BundleError::Draw)?;
        scan.expect(",\"format\":")?;
        if scan.string()? != BUNDLE_FORMAT {
            return Err(BundleError::Format);
        }
        scan.expect(",\"log\":")?;
        let vkey = scan.string()?;
        let log = VerifierKey::parse(&vkey).ok().filter(|key| key.to_text() == vkey).ok_or(BundleError::Log)?;
        scan.expect(",\"steps\":[")?;
        let mut steps = Vec::new();
        while scan.more(steps.is_empty(), "]")? {
            if steps.len() == STEPS_LIMIT {
                return Err(BundleError::TooManySteps);
            }
            let step = step(&mut scan, steps.len())?;
            steps.push(step);
        }
        scan.expect("}\n")?;
        scan.end()?;
        Ok(Self { artifacts, draw, log, steps })
    }

    /// The bundle's text; what [`Self::parse`] reads.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = String::from("{\"artifacts\":{");
        for (at, (name, text)) in self.artifacts.iter().enumerate() {
            comma(&mut out, at);
            push_string(&mut out, &name.to_string());
            member(&mut out, ":", text);
        }
        member(&mut out, "},\"draw\":", self.draw.as_str());
        member(&mut out, ",\"format\":", BUNDLE_FORMAT);
        member(&mut out, ",\"log\":", &self.log.to_text());
        out.push_str(",\"steps\":[");
        for (at, step) in self.steps.iter().enumerate() {
            comma(&mut out, at);
            member(&mut out, "{\"entry\":", &step.entry);
            member(&mut out, ",\"proof\":", &step.proof);
            if let Some(witnessed) = &step.witnessed {
                out.push_str(",\"witnessed\":{\"consistency\":[");
                for (at, hash) in witnessed.consistency.iter().enumerate() {
                    comma(&mut out, at);
                    push_string(&mut out, &hash.to_base64());
                }
                member(&mut out, "],\"proof\":", &witnessed.proof);
                for (at, token) in witnessed.tokens.iter().enumerate() {
                    member(&mut out, if at == 0 { ",\"tokens\":[" } else { "," }, &STANDARD.encode(token));
                }
                out.push_str(if witnessed.tokens.is_empty() { "}" } else { "]}" });
            }
            out.push('}');
        }
        out.push_str("]}\n");
        out
    }
}

fn comma(out: &mut String, at: usize) {
    if at > 0 {
        out.push(',');
    }
}

fn member(out: &mut String, before: &str, text: &str) {
    out.push_str(before);
    push_string(out, text);
}

fn artifacts<'a>(scan: &mut Scanner<'a>) -> Result<BTreeMap<ArtifactHash, Cow<'a, str>>, BundleError> {
    let mut artifacts = BTreeMap::new();
    while scan.more(artifacts.is_empty(), "}")? {
        let at = artifacts.len();
        let name: ArtifactHash = scan.string()?.parse().map_err(|_| BundleError::ArtifactName { at })?;
        // Hexadecimal digits sort like the bytes they stand for.
        if artifacts.last_key_value().is_some_and(|(last, _)| *last >= name) {
            return Err(BundleError::ArtifactName { at });
        }
        scan.expect(":")?;
        artifacts.insert(name, scan.string()?);
    }
    Ok(artifacts)
}

fn step<'a>(scan: &mut Scanner<'a>, at: usize) -> Result<BundleStep<'a>, BundleError> {
    scan.expect("{\"entry\":")?;
    let entry = scan.string()?;
    scan.expect(",\"proof\":")?;
    let proof = scan.string()?;
    let witnessed = if scan.take(",\"witnessed\":{\"consistency\":[") {
        let mut consistency = Vec::new();
        while scan.more(consistency.is_empty(), "]")? {
            let hash = Hash::from_base64(&scan.string()?).ok().filter(|_| consistency.len() < CONSISTENCY_LIMIT);
            consistency.push(hash.ok_or(BundleError::Consistency { at })?);
        }
        scan.expect(",\"proof\":")?;
        let proof = scan.string()?;
        let tokens = if scan.take(",\"tokens\":[") { tokens(scan, at)? } else { Vec::new() };
        scan.expect("}")?;
        Some(Witnessed { consistency, proof, tokens })
    } else {
        None
    };
    scan.expect("}")?;
    Ok(BundleStep { entry, proof, witnessed })
}

fn tokens(scan: &mut Scanner<'_>, at: usize) -> Result<Vec<Vec<u8>>, BundleError> {
    let mut tokens = Vec::new();
    while scan.more(tokens.is_empty(), "]")? {
        let refused = BundleError::Tokens { at };
        let text = scan.string()?;
        let token = STANDARD.decode(text.as_bytes()).map_err(|_| refused.clone())?;
        let fits = !token.is_empty() && token.len() <= MAX_TOKEN_LEN && STANDARD.encode(&token) == *text;
        if !fits || tokens.contains(&token) || tokens.len() == MAX_TOKENS {
            return Err(refused);
        }
        tokens.push(token);
    }
    if tokens.is_empty() { Err(BundleError::Tokens { at }) } else { Ok(tokens) }
}
