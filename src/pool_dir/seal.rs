//! A service's own copies of pools: made encrypted, found and mended after a crash, and destroyed.
//!
//! Under `DIR/pools` a folder named by a root (64 hex digits) is a pool; every other name is work that a crash cut short, and goes. A
//! folder from before pools were encrypted is encrypted where it stands. Destroying removes the pool's own key first: from then on whatever
//! is left of the files is noise. What a disk or a backup keeps of removed files is beyond this program.

use std::path::{Path, PathBuf};

use klero_draw::hash::{ArtifactHash, PoolRoot};

use super::commit::{Staging, sync_folder};
use super::source::Keeping;
use super::{FORMAT, INDEX, KEY, MANIFEST, Manifest, PEOPLE, PoolDir, TABLE};
use crate::failure::{Failure, Named};
use crate::vault::{Vault, WRAPPED_KEY};

/// A pool as it was before it was encrypted, on its way out.
const PLAIN_PREFIX: &str = ".plain-";
/// A pool that is being destroyed.
const ERASED_PREFIX: &str = ".erased-";
/// An encrypted copy that is not in its place yet.
const SEALED_PREFIX: &str = ".sealed-";

impl PoolDir {
    /// Makes an encrypted copy of this pool in the new folder `out`. It comes into being whole or not at all.
    pub fn seal_into(&self, out: &Path, vault: &Vault) -> Result<(), Failure> {
        let staging = Staging::sealed(out, vault)?;
        let table = self.manifest.table.map(|_| TABLE);
        for name in [PEOPLE, KEY, INDEX].into_iter().chain(table) {
            let path = self.keeping.path(&self.dir, name);
            let source = self.keeping.open(&self.dir, name).named("read", &path)?;
            let mut reader = source.reader().named("read", &path)?;
            staging.fill(name, &mut reader)?;
        }
        let Manifest { columns, delimiter, root, size, table, .. } = self.manifest.clone();
        staging.write_manifest(&Manifest { columns, delimiter, format: FORMAT.to_owned(), root, size, table })?;
        staging.publish()
    }

    /// Whether it is encrypted.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.dir.join(WRAPPED_KEY).exists()
    }
}

/// Takes an encrypted copy of `pool` into `DIR/pools`, under its root. The copy itself is held against the root, row by row, before it has its place: what
/// it was made from may change meanwhile. A copy that is there already stays if it still gives the root, and is replaced otherwise. Whether there was none.
pub fn keep(pools: &Path, pool: &PoolDir, vault: &Vault) -> Result<bool, Failure> {
    let name = pool.root().to_string();
    let (kept, made) = (pools.join(&name), pools.join(format!("{SEALED_PREFIX}{name}")));
    let verify = |folder: &Path| PoolDir::open_with(folder, vault).and_then(|copy| copy.verify(&mut |_| {}));
    let is_there = kept.exists();
    if is_there && verify(&kept).is_ok() {
        return Ok(false);
    }
    if made.exists() {
        remove(pools, &made)?;
    }
    pool.seal_into(&made, vault)?;
    if let Err(failure) = verify(&made) {
        remove(pools, &made)?;
        return Err(failure);
    }
    take_place(pools, &name, &made)?;
    Ok(!is_there)
}

/// Gives the folder `made` its name. What has it now is set aside until then: after a crash [`settle`] goes on, or puts it back.
fn take_place(pools: &Path, name: &str, made: &Path) -> Result<(), Failure> {
    let (kept, aside) = (pools.join(name), pools.join(format!("{PLAIN_PREFIX}{name}")));
    if kept.exists() {
        std::fs::rename(&kept, &aside).named("set aside", &kept)?;
    }
    std::fs::rename(made, &kept).named("keep the pool as", &kept)?;
    sync_folder(pools)?;
    if aside.exists() { remove(pools, &aside) } else { Ok(()) }
}

/// Brings `DIR/pools` into order, as it must be before a service uses it: removes what a crash left half done, and encrypts pools that lie
/// there in the clear. How many were encrypted now.
pub fn settle(pools: &Path, vault: &Vault) -> Result<usize, Failure> {
    let mut sealed = 0;
    let names = names(pools)?;
    for name in names.iter().filter_map(|name| name.strip_prefix(PLAIN_PREFIX)) {
        let (aside, kept) = (pools.join(format!("{PLAIN_PREFIX}{name}")), pools.join(name));
        if kept.join(WRAPPED_KEY).exists() {
            remove(pools, &aside)?;
        } else {
            std::fs::rename(&aside, &kept).named("put back", &kept)?;
            sync_folder(pools)?;
        }
    }
    for name in names.iter().filter(|name| name.starts_with('.') && !name.starts_with(PLAIN_PREFIX)) {
        remove(pools, &pools.join(name))?;
    }
    for folder in folders(pools)? {
        if folder.join(WRAPPED_KEY).exists() {
            continue;
        }
        // Encrypted rows without a key: a destruction that a crash cut short. Whoever knows which draws are erased goes on with it.
        if Keeping::is_sealed_file(&folder, PEOPLE) && !folder.join(KEY).exists() {
            continue;
        }
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let made = pools.join(format!("{SEALED_PREFIX}{name}"));
        PoolDir::open_with(&folder, vault)?.seal_into(&made, vault)?;
        take_place(pools, &name, &made)?;
        sealed += 1;
    }
    Ok(sealed)
}

/// The pools that lie in `DIR/pools`, by folder.
pub fn folders(pools: &Path) -> Result<Vec<PathBuf>, Failure> {
    let names = names(pools)?;
    Ok(names.iter().filter(|name| name.parse::<PoolRoot>().is_ok()).map(|name| pools.join(name)).collect())
}

/// The table of a pool that lies in one of these folders, as far as its description can be read.
#[must_use]
pub fn table_of(folder: &Path) -> Option<ArtifactHash> {
    let text = std::fs::read_to_string(folder.join(MANIFEST)).ok()?;
    let manifest: Manifest = klero_draw::json::decode(text.strip_suffix('\n').unwrap_or(&text)).ok()?;
    manifest.table
}

/// Destroys a pool: its own key first, then everything else. May be repeated; a pool that is not there is destroyed.
pub fn destroy(pools: &Path, root: &PoolRoot) -> Result<(), Failure> {
    let folder = pools.join(root.to_string());
    if !folder.exists() {
        return Ok(());
    }
    let key = folder.join(WRAPPED_KEY);
    if key.exists() {
        std::fs::remove_file(&key).named("destroy", &key)?;
        sync_folder(&folder)?;
    }
    // Under this name a crash cannot bring it back: `settle` removes it.
    let aside = pools.join(format!("{ERASED_PREFIX}{root}"));
    if aside.exists() {
        remove(pools, &aside)?;
    }
    std::fs::rename(&folder, &aside).named("destroy", &folder)?;
    sync_folder(pools)?;
    remove(pools, &aside)
}

fn remove(pools: &Path, folder: &Path) -> Result<(), Failure> {
    let removed = if folder.is_dir() { std::fs::remove_dir_all(folder) } else { std::fs::remove_file(folder) };
    removed.named("remove", folder)?;
    sync_folder(pools)
}

fn names(pools: &Path) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for item in std::fs::read_dir(pools).named("read", pools)? {
        names.push(item.named("read", pools)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}
