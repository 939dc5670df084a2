//! Receipt boxes (spec §2.4): `DIR/boxes/<draw>/<locator>`, each an encrypted receipt that only the code of its person's letter opens.
//!
//! Kept from when letters are prepared until the draw is erased. A box says nothing of whose it is; still it holds a person's data, so no copy is
//! to stay anywhere: answers that carry one forbid storing.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;

use klero_draw::names::Slug;
use klero_draw::receipt::Locator;

use super::Service;
use crate::failure::{Failure, Named as _};

/// Longest box that is served (spec §2.4): a receipt of 2 MiB, its length, and the authentication tag.
const BOX_BYTES_MAX: u64 = (2 << 20) + 1024;

impl Service {
    fn boxes(&self, draw: &Slug) -> PathBuf {
        self.folders.boxes().join(draw.as_str())
    }

    /// Keeps a box, durably. The same receipt gives the same box: what is there already is not written again.
    pub fn keep_box(&self, draw: &Slug, locator: &Locator, sealed: &[u8]) -> Result<(), Failure> {
        let folder = self.boxes(draw);
        let path = folder.join(locator.to_string());
        if path.exists() {
            return Ok(());
        }
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).named("make the folder", &folder)?;
        crate::atomic::write_private(&path, sealed)
    }

    /// The box that a code of this draw finds.
    pub fn receipt_box(&self, draw: &Slug, locator: &Locator) -> Result<Option<Vec<u8>>, Failure> {
        let erased = self.ledger().draw(draw).is_none_or(|state| state.erased().is_some());
        let path = self.boxes(draw).join(locator.to_string());
        let sound = std::fs::metadata(&path).is_ok_and(|file| file.is_file() && file.len() <= BOX_BYTES_MAX);
        if erased || !sound {
            return Ok(None);
        }
        std::fs::read(&path).map(Some).named("read", &path)
    }

    /// Destroys the boxes of a draw. May be repeated.
    pub(super) fn destroy_boxes(&self, draw: &Slug) -> Result<(), Failure> {
        let folder = self.boxes(draw);
        if !folder.exists() {
            return Ok(());
        }
        std::fs::remove_dir_all(&folder).named("destroy", &folder)?;
        let parent = self.folders.boxes();
        std::fs::File::open(&parent).and_then(|f| f.sync_all()).named("sync", &parent)
    }
}
