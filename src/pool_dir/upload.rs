//! A file of people that is no committed pool, as a service keeps it: before it is committed, or a list that names them. It is encrypted from the first byte that reaches the disk, to a key of its own.
//!
//! ```text
//! FOLDER/key.age          the file's own key, encrypted to the service's data key
//! FOLDER/people.csv.age   the file
//! ```
//!
//! Until [`Upload::keep`] the folder is temporary and goes with the value. Problems name lines and columns, never cells.

use std::fs::Permissions;
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::commit::{CommitOptions, Committed, Staging, TableWish, build, commit_sealed, random_key, sync_folder};
use super::linked::{self, Answers, LinkedOptions};
use super::source::{Keeping, Sink, Source};
use super::{PEOPLE, PoolDir, Progress};
use crate::failure::{Failure, Named};
use crate::people_csv::{self, Summary};
use crate::people_xlsx::{self, Conversion};
use crate::vault::Vault;

/// A file that is being received.
pub struct Receiving {
    folder: tempfile::TempDir,
    keeping: Keeping,
    sink: Sink,
}

impl std::fmt::Debug for Receiving {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Receiving").finish_non_exhaustive()
    }
}

impl Receiving {
    /// Begins a file in a temporary folder below `parent`.
    pub fn begin(parent: &Path, vault: &Vault) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new()
            .prefix(".new-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(parent)
            .named("write in the folder", parent)?;
        let keeping = Keeping::Sealed(vault.new_seal(folder.path())?);
        let sink = keeping.create(folder.path(), PEOPLE).named("write in the folder", folder.path())?;
        Ok(Self { folder, keeping, sink })
    }

    /// Ends the file.
    pub fn finish(self) -> Result<Upload, Failure> {
        let path = self.keeping.path(self.folder.path(), PEOPLE);
        self.sink.finish().named("write", &path)?;
        let source = self.keeping.open(self.folder.path(), PEOPLE).named("read", &path)?;
        Ok(Upload { temporary: Some(self.folder), source, path })
    }
}

impl Write for Receiving {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sink.write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

/// A file that was received.
pub struct Upload {
    temporary: Option<tempfile::TempDir>,
    source: Source,
    path: PathBuf,
}

impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upload").finish_non_exhaustive()
    }
}

impl Upload {
    /// Opens a file that was kept.
    pub fn open(folder: &Path, vault: &Vault) -> Result<Self, Failure> {
        let keeping = Keeping::Sealed(vault.seal_of(folder)?);
        let path = keeping.path(folder, PEOPLE);
        let source = keeping.open(folder, PEOPLE).named("read", &path)?;
        Ok(Self { temporary: None, source, path })
    }

    /// Keeps it as `folder`, which must not be there. When this returns, it is on the disk under that name.
    pub fn keep(mut self, folder: &Path) -> Result<(), Failure> {
        let Some(temporary) = self.temporary.take() else { return Ok(()) };
        sync_folder(temporary.path())?;
        std::fs::rename(temporary.path(), folder).named("keep the upload as", folder)?;
        // The folder has its name: there is nothing left to remove.
        let _renamed = temporary.keep();
        sync_folder(&super::commit::parent(folder))
    }

    /// Whether it is a spreadsheet.
    pub(crate) fn is_spreadsheet(&self) -> Result<bool, Failure> {
        let mut first = Vec::new();
        let reader = self.source.reader().named("read", &self.path)?;
        reader.take(4).read_to_end(&mut first).named("read", &self.path)?;
        Ok(people_xlsx::is_one(&first))
    }

    /// The same people as CSV, if `convert` can read the spreadsheet that this is.
    pub(crate) fn unfold(
        self,
        parent: &Path,
        vault: &Vault,
        convert: impl FnOnce(&mut (dyn Read + Send), &mut dyn Write) -> Result<Conversion, Failure>,
    ) -> Result<(Self, Conversion), Failure> {
        let mut csv = Receiving::begin(parent, vault)?;
        let mut book = self.source.buffered().named("read", &self.path)?;
        let conversion = convert(&mut book, &mut csv)?;
        Ok((csv.finish()?, conversion))
    }

    /// Names of the columns, and whether they are names. `delimiter`: the byte between cells, if it is known.
    pub fn headings(&self, delimiter: Option<u8>) -> Result<people_csv::Headings, Failure> {
        people_csv::headings_of(self.source.reader().named("read", &self.path)?, delimiter)
    }

    /// All of it, if it has at most `limit` bytes.
    pub fn read_all(&self, limit: u64) -> Result<zeroize::Zeroizing<Vec<u8>>, Failure> {
        self.source.read_all(limit).named("read", &self.path)
    }

    /// Reads all of it as a commitment would, and writes nothing.
    pub fn check(&self, roles: &people_csv::Options, progress: &mut dyn FnMut(Progress)) -> Result<Summary, Failure> {
        // Doubles are found by salted ids, as in a commitment; the key is thrown away.
        let (_, _, summary, _) = build(&self.source, &self.path, roles, &random_key()?, TableWish::Never, progress)?;
        Ok(summary)
    }

    /// Commits it into the new folder `out`.
    pub fn commit(
        &self,
        options: &CommitOptions,
        out: &Path,
        vault: &Vault,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Committed, Failure> {
        let mut reader = self.source.buffered().named("read", &self.path)?;
        commit_sealed(&mut reader, options, out, vault, progress)
    }

    /// Reads it as answers of people of the pool `earlier`, as a commitment would, and writes nothing. Gives how many people there are.
    pub fn check_linked(&self, earlier: &PoolDir, options: &LinkedOptions) -> Result<u64, Failure> {
        linked::check(earlier, &Answers { source: &self.source, path: &self.path }, options)
    }

    /// Commits the people of the pool `earlier` whose answers it holds into the new folder `out` (spec §2.5).
    pub fn commit_linked(
        &self,
        earlier: &PoolDir,
        options: &LinkedOptions,
        out: &Path,
        vault: &Vault,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Committed, Failure> {
        let answers = Answers { source: &self.source, path: &self.path };
        linked::commit(earlier, &answers, options, Staging::sealed(out, vault)?, progress)
    }
}
