//! Makes a committed pool out of a CSV of people, or out of a spreadsheet, which is turned into one first.
//!
//! Everything is written into a folder beside the one wanted, synced, and given its name by one rename at the end: until then there is no
//! pool, and whatever goes wrong leaves no copy of the rows behind.

use std::collections::BTreeMap;
use std::fs::{File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use klero_draw::commitment::{CommitError, Commitment, PersonHasher, PoolBuilder, PushError};
use klero_draw::hash::{ArtifactHash, PoolRoot};
use klero_draw::pool::{Columns, PoolKey, RowError};
use klero_draw::table::{HEADER, TableWriter};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::rows::Rows;
use super::source::{Keeping, Positioned, Sink, Source};
use super::{FORMAT, INDEX, KEY, MANIFEST, Manifest, PEOPLE, Progress, TABLE, index};
use crate::failure::{Failure, Named};
use crate::people_csv::{self, Layout, People, Problem, ReadError, Summary, person, recycle};
use crate::people_xlsx;
use crate::unfinished::Unfinished;
use crate::vault::Vault;

/// A table is written in pieces of about so many bytes.
const TABLE_CHUNK_BYTES: usize = 1 << 20;
/// Lines of a table that are made at once.
const TABLE_LINES: u32 = 1_024;

/// Progress is told after so many rows.
const PROGRESS_ROWS: u32 = 65_536;

/// Whether to write the table artifact (spec §2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TableWish {
    /// If there are public or household columns: methods that use them need it.
    #[default]
    IfUseful,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl TableWish {
    fn wants(self, columns: &Columns) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::IfUseful => !columns.public().is_empty() || !columns.household().is_empty(),
        }
    }
}

/// How to commit a pool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommitOptions {
    /// Roles of the columns, and the delimiter.
    pub roles: people_csv::Options,
    /// Whether to write the table.
    pub table: TableWish,
}

/// A pool that was committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// Number of people.
    pub size: u32,
    /// The pool's root (spec §2.2).
    pub root: PoolRoot,
    /// Roles and names of the columns, as the terms name them.
    pub columns: Columns,
    /// The table's name, if one was written.
    pub table: Option<ArtifactHash>,
    /// What was read and changed.
    pub summary: Summary,
}

/// Reads a file as `commit` would, and writes nothing.
pub fn check(csv: &Path, roles: &people_csv::Options, progress: &mut dyn FnMut(Progress)) -> Result<Summary, Failure> {
    // Doubles are found by salted ids, as in a commitment; the key is thrown away.
    let key = random_key()?;
    if people_xlsx::is_spreadsheet(csv)? {
        // Never on the disk: whoever only looks is not to leave a copy, however this ends.
        let (converted, conversion) = people_xlsx::to_csv(csv)?;
        let roles = people_csv::Options { delimiter: Some(b','), ..roles.clone() };
        let (_, _, summary, _) = build(&Source::memory(converted), csv, &roles, &key, TableWish::Never, progress)?;
        return Ok(Summary { spreadsheet: Some(conversion), ..summary });
    }
    let source = Source::plain(csv).map_err(ReadError::from)?;
    let (_, _, summary, _) = build(&source, csv, roles, &key, TableWish::Never, progress)?;
    Ok(summary)
}

/// Commits the people of `csv` into the new folder `out`, with a new key from the operating system's randomness.
pub fn commit(
    csv: &Path,
    options: &CommitOptions,
    out: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<Committed, Failure> {
    let staging = Staging::new(out, Keeping::Plain)?;
    if people_xlsx::is_spreadsheet(csv)? {
        let (converted, conversion) = people_xlsx::to_csv(csv)?;
        staging.fill(PEOPLE, &mut converted.as_slice())?;
        let roles = people_csv::Options { delimiter: Some(b','), ..options.roles.clone() };
        let mut committed = staging.commit(random_key()?, &CommitOptions { roles, table: options.table }, progress)?;
        committed.summary.spreadsheet = Some(conversion);
        return Ok(committed);
    }
    let mut from = File::open(csv).named("read", csv)?;
    staging.fill(PEOPLE, &mut from)?;
    staging.commit(random_key()?, options, progress)
}

/// Commits the people of a CSV that is read from `csv`, into the new folder `out` of a service: nothing of it is ever written in the clear.
pub fn commit_sealed(
    csv: &mut dyn Read,
    options: &CommitOptions,
    out: &Path,
    vault: &Vault,
    progress: &mut dyn FnMut(Progress),
) -> Result<Committed, Failure> {
    let staging = Staging::sealed(out, vault)?;
    staging.fill(PEOPLE, csv)?;
    staging.commit(random_key()?, options, progress)
}

/// Copies a file. `io::copy` would ask the kernel to, which on ext4 takes three times the processor time of a large buffer.
pub(super) fn copy(from: &mut dyn Read, to: &mut dyn Write) -> io::Result<()> {
    let mut buffer = vec![0; 1 << 20];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(n) => to.write_all(buffer.get(..n).unwrap_or_default())?,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

/// Reads all people and commits to them. Every problem of the file is collected before it is refused.
pub(super) fn build(
    source: &Source,
    path: &Path,
    roles: &people_csv::Options,
    key: &PoolKey,
    wish: TableWish,
    progress: &mut dyn FnMut(Progress),
) -> Result<(Commitment, Layout, Summary, u8), Failure> {
    let mut people = people_of(source, roles)?;
    let delimiter = people.delimiter();
    let total = source.length();
    let columns = people.layout().columns.clone();
    let mut builder = PoolBuilder::new(key, &columns);
    if wish.wants(&columns) {
        builder = builder.keeping_table();
    }
    let (mut spare, mut rows) = (Vec::new(), 0u32);
    while people.advance().named("read", path)? {
        let row = people.row();
        let mut cells = recycle(spare);
        row.by_role(&mut cells);
        let pushed = builder.push(&person(&cells, &columns), row.offset);
        let line = row.line;
        spare = recycle(cells);
        if let Err(refused) = pushed {
            people.note(|| problem(line, refused));
        }
        rows = rows.wrapping_add(1);
        if rows.is_multiple_of(PROGRESS_ROWS) {
            progress(Progress { doing: "reading the people", done: people.offset(), total });
        }
    }
    progress(Progress { doing: "reading the people", done: total, total });
    let finished = builder.finish();
    if let Err(CommitError::RepeatedIds { groups }) = &finished {
        let lines = lines_of(source, path, roles, groups)?;
        let line = |offset: &u64| lines.get(offset).copied().unwrap_or(0);
        let mut doubles: Vec<(u64, u64)> = Vec::new();
        for group in groups {
            let first_line = group.iter().map(line).min().unwrap_or(0);
            doubles.extend(group.iter().map(line).filter(|line| *line != first_line).map(|line| (line, first_line)));
        }
        doubles.sort_unstable();
        doubles.into_iter().for_each(|(line, first_line)| people.note(|| Problem::DoubleId { line, first_line }));
    }
    // An empty pool is told by `finish` of the reader, with the lines that were refused, if any.
    let (layout, summary) = people.finish().map_err(ReadError::from)?;
    Ok((finished.map_err(Failure::usage)?, layout, summary, delimiter))
}

/// Reads a file of people from its beginning.
pub(super) fn people_of(source: &Source, roles: &people_csv::Options) -> Result<People<Positioned>, Failure> {
    let reader = source.reader().map_err(ReadError::from)?;
    People::new(reader, roles).map_err(Failure::from)
}

/// The reader has checked every cell: what is left are the bounds of whole rows and of the pool.
fn problem(line: u64, refused: PushError) -> Problem {
    match refused {
        PushError::TooMany => Problem::TooManyPeople { line },
        PushError::Row(RowError::PublicPartTooLong { .. }) => Problem::PublicTooLong { line },
        PushError::Row(RowError::EmptyId { .. }) => Problem::NoId { line },
        PushError::Row(RowError::CellTooLong { column, found, .. }) => {
            Problem::CellTooLong { line, column, bytes: found }
        }
        PushError::Row(RowError::Nul { column }) => Problem::Nul { line, column },
        PushError::Row(RowError::CellCount { expected, found, .. }) => Problem::Ragged { line, expected, found },
    }
}

/// The lines of the rows that begin at the offsets in `groups`. Reads the file again: only a file with doubles pays for it.
fn lines_of(
    source: &Source,
    path: &Path,
    roles: &people_csv::Options,
    groups: &[Vec<u64>],
) -> Result<BTreeMap<u64, u64>, Failure> {
    let mut lines: BTreeMap<u64, u64> = groups.iter().flatten().map(|&offset| (offset, 0)).collect();
    let mut people = people_of(source, roles)?;
    while people.advance().named("read", path)? {
        let row = people.row();
        if let Some(line) = lines.get_mut(&row.offset) {
            *line = row.line;
        }
    }
    Ok(lines)
}

/// How the names of folders in the making begin.
const PREFIX: &str = ".klero-pool-";
/// A folder in the making is locked long before it is this old.
const SWEPT_AFTER: std::time::Duration = std::time::Duration::from_secs(60);

/// Removes what processes that were killed left beside a pool: rows of people, of which nobody knows. What cannot be removed stays.
fn sweep(parent: &Path) {
    let items = std::fs::read_dir(parent).into_iter().flatten().flatten();
    for item in items.filter(|item| item.file_name().to_string_lossy().starts_with(PREFIX)) {
        let age = item.metadata().and_then(|meta| meta.modified()).ok().and_then(|at| at.elapsed().ok());
        let old = age.is_some_and(|age| age > SWEPT_AFTER);
        if old && std::fs::File::open(item.path()).is_ok_and(|folder| folder.try_lock().is_ok()) {
            let _stays_if_not = std::fs::remove_dir_all(item.path());
        }
    }
}

/// A folder in the making. Dropped before [`Staging::commit`] has succeeded, it is removed with all that is in it; also when the process is
/// interrupted. What a killed process left behind, the next commitment beside it removes.
pub(super) struct Staging {
    folder: tempfile::TempDir,
    _unfinished: Unfinished,
    /// The folder, locked as long as somebody writes in it.
    _lock: std::fs::File,
    out: PathBuf,
    keeping: Keeping,
}

impl Staging {
    /// Refuses an `out` that is there and not empty.
    pub(super) fn new(out: &Path, keeping: Keeping) -> Result<Self, Failure> {
        match std::fs::read_dir(out) {
            Ok(mut entries) => {
                if entries.next().is_some() {
                    return Err(Failure::usage(format!("{} is not empty", out.display()))
                        .advise("choose a new folder: a committed pool is never overwritten"));
                }
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(e).named("use the folder", out),
        }
        let parent = parent(out);
        std::fs::create_dir_all(&parent).named("make the folder", &parent)?;
        sweep(&parent);
        let folder = tempfile::Builder::new()
            .prefix(PREFIX)
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(&parent)
            .named("write in the folder", &parent)?;
        let unfinished = Unfinished::new(folder.path());
        let lock = std::fs::File::open(folder.path()).named("open the folder", folder.path())?;
        // Where folders cannot be locked, nobody sweeps either.
        let _not_everywhere = lock.try_lock();
        Ok(Self { folder, _unfinished: unfinished, _lock: lock, out: out.to_owned(), keeping })
    }

    /// The same, for a service: everything in it is encrypted to a new key, which is encrypted to the data key.
    pub(super) fn sealed(out: &Path, vault: &Vault) -> Result<Self, Failure> {
        let mut staging = Self::new(out, Keeping::Plain)?;
        staging.keeping = Keeping::Sealed(vault.new_seal(staging.folder.path())?);
        Ok(staging)
    }

    /// Where a file lies.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.keeping.path(self.folder.path(), name)
    }

    /// A new file of mode 0600.
    pub(super) fn create(&self, name: &str) -> Result<Sink, Failure> {
        self.keeping.create(self.folder.path(), name).named("write", &self.path(name))
    }

    /// A new file with these contents, durable.
    pub(super) fn fill(&self, name: &str, from: &mut dyn Read) -> Result<(), Failure> {
        let mut to = self.create(name)?;
        copy(from, &mut to).and_then(|()| to.finish()).named("write", &self.path(name))
    }

    fn open(&self, name: &str) -> Result<Source, Failure> {
        self.keeping.open(self.folder.path(), name).named("read", &self.path(name))
    }

    /// Commits the `people.csv` that lies in the folder, and gives the folder its name.
    pub(super) fn commit(
        self,
        key: PoolKey,
        options: &CommitOptions,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Committed, Failure> {
        let CommitOptions { roles, table } = options;
        let people = self.open(PEOPLE)?;
        let (built, layout, summary, delimiter) = build(&people, &self.path(PEOPLE), roles, &key, *table, progress)?;
        let columns = layout.columns.clone();

        let mut index_file = self.create(INDEX)?;
        let written = index::write(&mut index_file, built.entries()).and_then(|()| index_file.finish());
        written.named("write", &self.path(INDEX))?;
        let table = if table.wants(&columns) {
            Some(self.write_table(&people, &built, &layout, delimiter, &key, progress)?)
        } else {
            None
        };

        let manifest =
            Manifest { columns, delimiter, format: FORMAT.to_owned(), root: built.root(), size: built.size(), table };
        self.fill(KEY, &mut Zeroizing::new(format!("{}\n", key.to_hex().as_str())).as_bytes())?;
        self.write_manifest(&manifest)?;
        let Manifest { columns, root, size, table, .. } = manifest;
        self.publish()?;
        Ok(Committed { size, root, columns, table, summary })
    }

    /// Writes the manifest, which is never encrypted: it holds nothing that terms do not say.
    pub(super) fn write_manifest(&self, manifest: &Manifest) -> Result<(), Failure> {
        let text = klero_draw::json::encode(manifest).map_err(Failure::usage)?;
        crate::atomic::write_private(
            &self.folder.path().join(MANIFEST),
            format!(
                "{text}
"
            )
            .as_bytes(),
        )
    }

    /// The point of no return: all files are durable; the folder is synced, renamed (over an empty one, if there is one), and the rename
    /// made durable too.
    pub(super) fn publish(self) -> Result<(), Failure> {
        sync_folder(self.folder.path())?;
        std::fs::rename(self.folder.path(), &self.out).named("write", &self.out)?;
        // The folder has its new name: there is nothing left to remove.
        let _renamed = self.folder.keep();
        sync_folder(&parent(&self.out))
    }

    /// Writes the table (spec §2.3) in index order: from what was kept, or from the rows.
    fn write_table(
        &self,
        people: &Source,
        built: &Commitment,
        layout: &Layout,
        delimiter: u8,
        key: &PoolKey,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<ArtifactHash, Failure> {
        let (path, people_path) = (self.path(TABLE), self.path(PEOPLE));
        let mut out = Hashing { out: self.create(TABLE)?, hash: Sha256::new() };
        let mut text = String::from(HEADER);
        let mut from_rows = None;
        let total = u64::from(built.size());
        let mut first = 0;
        while first < built.size() {
            let lines = built.size().saturating_sub(first).min(TABLE_LINES);
            let wanted = first..first.saturating_add(lines);
            first = wanted.end;
            let done = u64::from(first);
            if !built.push_table_lines(wanted, &mut text) {
                let rows = match &mut from_rows {
                    Some(rows) => rows,
                    none => {
                        let mut rows = Rows::new(people, layout, delimiter).named("read", &people_path)?;
                        rows.preload().named("read", &people_path)?;
                        let hasher = PersonHasher::new(key, &layout.columns);
                        none.insert(TableFromRows { rows, hasher, writer: TableWriter::new(built), built, next: 0 })
                    }
                };
                for _ in 0..lines {
                    rows.push_line(&people_path, &mut text)?;
                }
            }
            if text.len() >= TABLE_CHUNK_BYTES || done == total {
                out.write_all(text.as_bytes()).named("write", &path)?;
                text.clear();
                progress(Progress { doing: "writing the table", done, total });
            }
        }
        let Hashing { out, hash } = out;
        out.finish().named("write", &path)?;
        Ok(ArtifactHash(hash.finalize().into()))
    }
}

/// Reads each row again by its place, for a pool too large to keep what its table is made of. Each leaf is checked on the way.
struct TableFromRows<'a> {
    rows: Rows<'a>,
    hasher: PersonHasher,
    writer: TableWriter<'a>,
    built: &'a Commitment,
    next: u32,
}

impl TableFromRows<'_> {
    /// The next person's line.
    fn push_line(&mut self, people_path: &Path, text: &mut String) -> Result<(), Failure> {
        let offset = self.built.handle(self.next).unwrap_or(u64::MAX);
        let row = self.rows.at(offset).named("read", people_path)?;
        let mut cells = Vec::new();
        row.by_role(&mut cells);
        let columns = self.hasher.columns().clone();
        let parts = self.hasher.parts(&person(&cells, &columns)).map_err(Failure::refused)?;
        text.push_str(self.writer.line(&parts).map_err(Failure::refused)?);
        self.next += 1;
        Ok(())
    }
}

/// Hashes what it writes.
struct Hashing<W> {
    out: W,
    hash: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.out.write(bytes)?;
        self.hash.update(bytes.get(..n).unwrap_or_default());
        Ok(n)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// SHA-256 of a file.
pub(super) fn hash_file(source: &Source) -> io::Result<ArtifactHash> {
    let mut file = source.reader()?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(ArtifactHash(hash.finalize().into())),
            n => hash.update(buffer.get(..n).unwrap_or_default()),
        }
    }
}

pub(super) fn random_key() -> Result<PoolKey, Failure> {
    Ok(PoolKey::from_bytes(*crate::signer::random_seed()?))
}

pub(super) fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

pub(super) fn sync_folder(folder: &Path) -> Result<(), Failure> {
    File::open(folder).and_then(|f| f.sync_all()).named("sync the folder", folder)
}
