//! Where artifacts come from that do not lie in the bundle.

use std::collections::BTreeMap;

use klero_draw::hash::ArtifactHash;

/// Something that has artifacts by name: a folder, a store, memory. It is not trusted: whatever it gives is hashed.
pub trait ArtifactSource {
    /// The artifact's text; `Ok(None)` if it is not there, `Err` with words if it is there and cannot be read.
    fn artifact(&self, name: &ArtifactHash) -> Result<Option<String>, String>;
}

/// No artifacts but those in the bundle.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoArtifacts;

impl ArtifactSource for NoArtifacts {
    fn artifact(&self, _: &ArtifactHash) -> Result<Option<String>, String> {
        Ok(None)
    }
}

impl ArtifactSource for BTreeMap<ArtifactHash, String> {
    fn artifact(&self, name: &ArtifactHash) -> Result<Option<String>, String> {
        Ok(self.get(name).cloned())
    }
}
