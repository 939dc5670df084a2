//! Writes a small file of the user's whole or not at all: temporary file, sync, rename.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::failure::{Failure, Named};

/// Replaces `path` by `bytes`; anybody may read it.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    replace(path, bytes, 0o644)
}

/// Replaces `path` by `bytes`, which hold a person's data: its owner alone may read it.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    replace(path, bytes, 0o600)
}

fn replace(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Failure> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new()
        .permissions(std::fs::Permissions::from_mode(mode))
        .tempfile_in(folder)
        .named("write in the folder", folder)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).named("write", path)?;
    file.persist(path).map_err(|e| e.error).named("write", path)?;
    std::fs::File::open(folder).and_then(|f| f.sync_all()).named("sync the folder", folder)
}
