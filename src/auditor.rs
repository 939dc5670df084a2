//! A pool for an auditor: a tar archive of the committed files, byte for byte, encrypted to the auditor's age recipient.
//!
//! The auditor opens it with `klero audit open`, or with age and tar, and runs `klero audit` on it. Nothing is changed on the way, formulas
//! included: it is the committed bytes that are audited, not a spreadsheet. The archive is never written in the clear.

use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use crate::failure::{Failure, Named};
use crate::pool_dir::PoolDir;
use crate::vault;

/// Files of a committed pool, as they are called in the archive.
const NAMES: [&str; 5] = ["pool.json", "people.csv", "pool.key", "index", "table"];

/// Writes the pool, encrypted, to the new file `out`. The number of people.
pub fn export(pool: &PoolDir, recipients: &[String], out: &Path) -> Result<u32, Failure> {
    if out.exists() {
        return Err(Failure::usage(format!("{} is there already", out.display())).advise("choose another file"));
    }
    let folder = match out.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    // tempfile makes files with mode 0600.
    let mut file = tempfile::NamedTempFile::new_in(folder).named("write in the folder", folder)?;
    write(pool, recipients, &mut file, out)?;
    file.as_file().sync_all().named("write", out)?;
    file.persist_noclobber(out).map_err(|e| e.error).named("write", out)?;
    std::fs::File::open(folder).and_then(|f| f.sync_all()).named("sync the folder", folder)?;
    Ok(pool.size())
}

/// Writes the pool, encrypted, to `file`, which is called `name` in messages.
pub fn write(pool: &PoolDir, recipients: &[String], file: impl Write, name: &Path) -> Result<(), Failure> {
    let mut archive = tar::Builder::new(vault::encrypt_for(recipients, file)?);
    pool.each_file(&mut |part, length, contents| {
        let mut header = tar::Header::new_gnu();
        header.set_size(length);
        header.set_mode(0o600);
        header.set_entry_type(tar::EntryType::Regular);
        archive.append_data(&mut header, part, contents).named("write", name)
    })?;
    archive.into_inner().and_then(age::stream::StreamWriter::finish).named("write", name)?;
    Ok(())
}

/// Opens such a file with the auditor's private age key, into the new folder `out`.
pub fn open(file: &Path, key: &Path, out: &Path) -> Result<PoolDir, Failure> {
    if out.exists() {
        return Err(Failure::usage(format!("{} is there already", out.display())).advise("choose a new folder"));
    }
    let input = std::fs::File::open(file).named("read", file)?;
    let mut archive = tar::Archive::new(vault::decrypt_with(input, key)?);
    let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let staging = tempfile::Builder::new()
        .prefix(".klero-audit-")
        .permissions(std::fs::Permissions::from_mode(0o700))
        .tempdir_in(parent)
        .named("write in the folder", parent)?;
    let broken = || {
        Failure::refused(format!("{} does not hold a pool", file.display()))
            .advise("expected a file that klero audit export made, whole")
    };
    for entry in archive.entries().map_err(|_| broken())? {
        let mut entry = entry.map_err(|_| broken())?;
        // Only these names are written, and nothing but files: an archive from outside chooses no path.
        let name = entry.path().ok().and_then(|path| NAMES.iter().find(|name| path == Path::new(name)).copied());
        let name = name.filter(|_| entry.header().entry_type().is_file()).ok_or_else(broken)?;
        let path = staging.path().join(name);
        let to = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let mut to = to.named("write", &path)?;
        std::io::copy(&mut entry.by_ref(), &mut to).and_then(|_| to.sync_all()).named("write", &path)?;
    }
    PoolDir::open(staging.path()).map_err(|_| broken())?;
    std::fs::rename(staging.keep(), out).named("write", out)?;
    PoolDir::open(out)
}
