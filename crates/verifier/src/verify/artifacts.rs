//! The artifacts at hand: those in the bundle and those beside it, each hashed to its name before anybody reads it.

use std::collections::BTreeMap;

use klero_draw::hash::ArtifactHash;

use super::scope::Scope;
use crate::artifacts::ArtifactSource;
use crate::bundle::{Bundle, INLINE_LIMIT};
use crate::report::{CheckId, Checks, Finding};

/// Texts that hash to their names.
pub(super) struct Artifacts<'a>(BTreeMap<ArtifactHash, &'a str>);

/// Fetches what the bundle's steps name and the bundle does not hold.
pub(super) fn beside(
    bundle: &Bundle<'_>,
    scope: &Scope,
    source: &dyn ArtifactSource,
    checks: &mut Checks,
) -> BTreeMap<ArtifactHash, String> {
    let mut texts = BTreeMap::new();
    for name in scope.named.iter().filter(|name| !bundle.artifacts.contains_key(name)) {
        match source.artifact(name) {
            Ok(None) => {}
            Ok(Some(text)) => {
                texts.insert(*name, text);
            }
            Err(problem) => checks.skip(CheckId::Format, format!("artifact {name} cannot be read: {problem}")),
        }
    }
    texts
}

impl<'a> Artifacts<'a> {
    pub(super) fn check(
        bundle: &'a Bundle<'_>,
        beside: &'a BTreeMap<ArtifactHash, String>,
        scope: &Scope,
        checks: &mut Checks,
    ) -> Self {
        let mut artifacts = BTreeMap::new();
        for (name, text) in &bundle.artifacts {
            if !scope.named.contains(name) {
                let reason = format!("artifact {name} is named by no step and no terms");
                checks.fail(CheckId::Format, Finding::because(reason));
            } else if text.len() > INLINE_LIMIT {
                let reason = "an artifact of this size lies beside the bundle, as a file named by its hash";
                let expected = format!("at most {INLINE_LIMIT} bytes");
                checks.fail(CheckId::Format, Finding::mismatch(expected, text.len(), reason));
            } else {
                artifacts.insert(*name, &**text);
            }
        }
        artifacts.extend(beside.iter().map(|(name, text)| (*name, text.as_str())));
        artifacts.retain(|name, text| {
            let found = ArtifactHash::of(text.as_bytes());
            if found != *name {
                checks.fail(CheckId::Format, Finding::mismatch(name, found, "an artifact does not hash to its name"));
            }
            found == *name
        });
        Self(artifacts)
    }

    pub(super) fn get(&self, name: &ArtifactHash) -> Option<&'a str> {
        self.0.get(name).copied()
    }
}

/// Why something that needs an artifact cannot run.
pub(super) fn missing(name: &ArtifactHash) -> String {
    format!("artifact {name} is not in the bundle; give the folder that holds it with --artifacts")
}
