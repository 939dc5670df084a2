//! A committed pool on disk (spec §2): the rows, the pool's key, and what is needed to open single leaves.
//!
//! ```text
//! DIR/people.csv   the organiser's file, byte for byte; of a spreadsheet, its first sheet as CSV
//! DIR/pool.key     the pool's key, 64 hex digits
//! DIR/index        leaf and place in people.csv of each person, in index order (40 bytes each)
//! DIR/table        the table artifact (spec §2.3), if the pool has one: the only file that may be published
//! DIR/pool.json    size, root, columns, how to read people.csv; holds no personal data
//! ```
//!
//! The folder is 0700 and its files 0600: whoever has it knows everybody. It comes into being whole or not at all. A service keeps its own
//! copy encrypted ([`crate::vault`]): the same files with `.age` after their names, and `key.age`. Nothing here ever puts a cell, a salt
//! or the key into an error, a log or `Debug`.

mod commit;
mod index;
mod linked;
mod result;
mod rows;
mod seal;
mod source;
mod upload;

use std::fmt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Named};
use crate::people_csv::{self, Layout, People, person};
use crate::vault::{Vault, WRAPPED_KEY};
use index::Index;
use klero_draw::commitment::{PersonHasher, Salt, leaf};
use klero_draw::hash::{ArtifactHash, PoolRoot, PrivatePart};
use klero_draw::names::Slug;
use klero_draw::outcome::{Opening, ProofHash};
use klero_draw::pool::{Columns, PoolKey};
use klero_draw::receipt::{PoolTerms, Receipt};
use klero_tlog::InclusionProof;
use rows::Rows;
use serde::{Deserialize, Serialize};
use source::{Keeping, Positioned, Source};

pub use commit::{CommitOptions, Committed, TableWish, check, commit, commit_sealed};
pub use linked::{LinkedOptions, commit_linked, commit_members, commit_members_sealed};
pub use result::{List, ResultFiles, Selected};
pub use seal::{destroy, folders, keep, settle, table_of};
pub use upload::{Receiving, Upload};

const PEOPLE: &str = "people.csv";
const KEY: &str = "pool.key";
const INDEX: &str = "index";
const TABLE: &str = "table";
const MANIFEST: &str = "pool.json";
const FORMAT: &str = "kleroterion/pool/1";
/// Longest table that is read: one of 10,000,000 people has about 1.2 GB.
const TABLE_BYTES_MAX: u64 = 2 << 30;

/// How far a long piece of work has come, in bytes of the file that it reads or people that it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done, for a person to read.
    pub doing: &'static str,
    /// How much of it is done.
    pub done: u64,
    /// How much there is.
    pub total: u64,
}

/// `pool.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    columns: Columns,
    /// The byte between the cells of people.csv.
    delimiter: u8,
    format: String,
    root: PoolRoot,
    size: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    table: Option<ArtifactHash>,
}

/// Takes a file of a pool: its name, its length in bytes, its contents.
pub type TakeFile<'a> = dyn FnMut(&str, u64, &mut dyn std::io::Read) -> Result<(), Failure> + 'a;

/// A committed pool, open for reading. It holds the pool's key; `Debug` shows what may be published.
pub struct PoolDir {
    dir: PathBuf,
    manifest: Manifest,
    layout: Layout,
    key: PoolKey,
    keeping: Keeping,
    people: Source,
    index: Index,
}

impl fmt::Debug for PoolDir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PoolDir")
            .field("size", &self.manifest.size)
            .field("root", &self.manifest.root)
            .finish_non_exhaustive()
    }
}

/// One person of the pool: everything that was committed about them. Personal data: it has no `Debug`.
pub struct Person {
    /// The person's index in the pool.
    pub index: u32,
    /// Names of the columns and the person's cells, in the file's order.
    pub cells: Vec<(String, String)>,
    /// The leaf's private half.
    pub private_part: PrivatePart,
    /// The leaf's public half, canonical JSON.
    pub public_part: String,
    /// The person's salt.
    pub salt: Salt,
}

/// What [`PoolDir::verify`] has recomputed and found equal to what was committed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Number of people.
    pub size: u32,
    /// The root.
    pub root: PoolRoot,
    /// The table's name, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<ArtifactHash>,
}

impl PoolDir {
    /// Opens a committed pool on an organiser's own computer. Refuses one whose key others may read, and one that was never finished.
    pub fn open(dir: &Path) -> Result<Self, Failure> {
        if dir.join(WRAPPED_KEY).exists() {
            return Err(Failure::usage(format!("{} is a service's encrypted copy of a pool", dir.display())).advise(
                "name the service and the draw (--dir and --draw), or give the folder that klero pool commit made",
            ));
        }
        Self::open_kept(dir, Keeping::Plain)
    }

    /// Opens a pool that a service keeps, encrypted or not yet.
    pub fn open_with(dir: &Path, vault: &Vault) -> Result<Self, Failure> {
        if dir.join(WRAPPED_KEY).exists() {
            Self::open_kept(dir, Keeping::Sealed(vault.seal_of(dir)?))
        } else {
            Self::open_kept(dir, Keeping::Plain)
        }
    }

    fn open_kept(dir: &Path, keeping: Keeping) -> Result<Self, Failure> {
        let path = dir.join(MANIFEST);
        let text = std::fs::read_to_string(&path).map_err(|e| {
            Failure::usage(format!("{} is not a committed pool: cannot read {MANIFEST}: {e}", dir.display()))
                .advise("make one with: klero pool commit people.csv --id COLUMN --out DIR")
        })?;
        let manifest: Manifest = klero_draw::json::decode(text.strip_suffix('\n').unwrap_or(&text))
            .map_err(|e| Failure::usage(format!("{} is damaged: {e}", path.display())))?;
        if manifest.format != FORMAT {
            return Err(Failure::usage(format!("{}: expected format {FORMAT}, found another", path.display()))
                .advise("this pool was committed by another version of klero; use that one"));
        }
        let key = read_key(&keeping, dir)?;
        let index_path = keeping.path(dir, INDEX);
        let index = keeping.open(dir, INDEX).and_then(|source| Index::new(source, manifest.size));
        let index = index.named("read", &index_path)?;
        let people_path = keeping.path(dir, PEOPLE);
        let people = keeping.open(dir, PEOPLE).named("read", &people_path)?;
        let layout = Self::people(&people, &manifest)?.layout().clone();
        if layout.columns != manifest.columns {
            return Err(Failure::refused(format!(
                "{}: the columns are not those that were committed",
                people_path.display()
            ))
            .advise("put back the file as it was committed"));
        }
        Ok(Self { dir: dir.to_owned(), manifest, layout, key, keeping, people, index })
    }

    /// Number of people.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.manifest.size
    }
    /// The root that was committed.
    #[must_use]
    pub fn root(&self) -> PoolRoot {
        self.manifest.root
    }
    /// Roles and names of the columns, as the terms name them.
    #[must_use]
    pub fn columns(&self) -> &Columns {
        &self.manifest.columns
    }
    /// The table's name, if the pool has one.
    #[must_use]
    pub fn table(&self) -> Option<ArtifactHash> {
        self.manifest.table
    }
    /// The table's text, if the pool has one.
    pub fn table_text(&self) -> Result<Option<String>, Failure> {
        if self.manifest.table.is_none() {
            return Ok(None);
        }
        let path = self.keeping.path(&self.dir, TABLE);
        let bytes = self.keeping.open(&self.dir, TABLE).and_then(|source| source.read_all(TABLE_BYTES_MAX));
        let bytes = bytes.named("read the table", &path)?;
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| Failure::usage(format!("{} is damaged: it is not text", path.display())))?;
        Ok(Some(text.to_owned()))
    }
    /// The pool's key.
    #[must_use]
    pub fn key(&self) -> &PoolKey {
        &self.key
    }

    /// Hands each file of the pool, as it was committed, to `take`: its name, its length, its contents. Personal data, and the pool's key.
    pub fn each_file(&self, take: &mut TakeFile<'_>) -> Result<(), Failure> {
        let manifest = std::fs::read(self.dir.join(MANIFEST)).named("read", &self.dir.join(MANIFEST))?;
        take(MANIFEST, u64::try_from(manifest.len()).unwrap_or(u64::MAX), &mut manifest.as_slice())?;
        let table = self.manifest.table.map(|_| TABLE);
        for name in [PEOPLE, KEY, INDEX].into_iter().chain(table) {
            let path = self.keeping.path(&self.dir, name);
            let source = self.keeping.open(&self.dir, name).named("read", &path)?;
            take(name, source.length(), &mut source.reader().named("read", &path)?)?;
        }
        Ok(())
    }

    /// Recomputes root, index and table from the rows, and compares them with what was committed.
    pub fn verify(&self, progress: &mut dyn FnMut(Progress)) -> Result<Verified, Failure> {
        let path = self.dir.join(PEOPLE);
        let roles = options(&self.manifest.columns, self.manifest.delimiter);
        let (commitment, ..) = commit::build(&self.people, &path, &roles, &self.key, TableWish::Never, progress)?;
        let (size, root) = (commitment.size(), commitment.root());
        if (size, root) != (self.size(), self.root()) {
            return Err(Failure::refused(format!(
                "the rows are not those that were committed: expected {} people with root {}, found {size} with root {root}",
                self.size(),
                self.root(),
            ))
            .advise("put back people.csv and pool.key as they were when the pool was committed"));
        }
        let kept = self.index.entries().named("read", &self.dir.join(INDEX))?;
        for (committed, kept) in commitment.entries().zip(kept) {
            if committed != kept.named("read", &self.dir.join(INDEX))? {
                return Err(Failure::refused("the pool's index does not fit its rows")
                    .advise("the rows and the root are whole: commit the same file again with the same key"));
            }
        }
        if let Some(expected) = self.table() {
            let path = self.keeping.path(&self.dir, TABLE);
            let found = self.keeping.open(&self.dir, TABLE).and_then(|table| commit::hash_file(&table));
            let found = found.named("read", &path)?;
            if found != expected {
                return Err(Failure::refused(format!("the table was changed: expected {expected}, found {found}"))
                    .advise("commit the same file again, or put back the table"));
            }
        }
        Ok(Verified { size, root, table: self.table() })
    }

    /// The person at `index`.
    pub fn person_at(&self, index: u32) -> Result<Person, Failure> {
        self.read_person(&mut self.rows()?, &mut PersonHasher::new(&self.key, &self.manifest.columns), index)
    }

    /// The index of the person with this id, if there is one. Reads the file through.
    pub fn find_id(&self, id: &str) -> Result<Option<u32>, Failure> {
        let wanted = people_csv::normalise(id);
        let mut people = self.reader()?;
        let path = self.dir.join(PEOPLE);
        let mut hasher = PersonHasher::new(&self.key, &self.manifest.columns);
        while people.advance().named("read", &path)? {
            let row = people.row();
            if row.id() == wanted {
                let mut cells = Vec::new();
                row.by_role(&mut cells);
                let parts = hasher.parts(&person(&cells, &self.manifest.columns)).map_err(Failure::refused)?;
                return self.index.find(&leaf(&parts.private, parts.public)).named("read", &self.dir.join(INDEX));
            }
        }
        Ok(None)
    }

    /// The index of the person whose row begins on this line of the file; the first line is 1. Reads the file through.
    pub fn find_line(&self, line: u64) -> Result<Option<u32>, Failure> {
        let mut people = self.reader()?;
        let path = self.dir.join(PEOPLE);
        let mut hasher = PersonHasher::new(&self.key, &self.manifest.columns);
        while people.advance().named("read", &path)? {
            let row = people.row();
            if row.line == line {
                let mut cells = Vec::new();
                row.by_role(&mut cells);
                let parts = hasher.parts(&person(&cells, &self.manifest.columns)).map_err(Failure::refused)?;
                return self.index.find(&leaf(&parts.private, parts.public)).named("read", &self.dir.join(INDEX));
            }
        }
        Ok(None)
    }

    /// Opens the leaves of `indices`, in their order (spec §7.6). Every opening has been verified against the pool's root.
    pub fn openings(&self, indices: &[u32]) -> Result<Vec<Opening>, Failure> {
        let proofs = self.proofs(indices)?;
        let mut rows = self.rows()?;
        let mut hasher = PersonHasher::new(&self.key, &self.manifest.columns);
        let openings = indices.iter().zip(proofs).map(|(&index, proof)| {
            let person = self.read_person(&mut rows, &mut hasher, index)?;
            let opening = Opening {
                index,
                private: person.private_part,
                proof: proof.hashes().iter().map(|hash| ProofHash(hash.to_bytes())).collect(),
                public: klero_draw::json::decode(&person.public_part).map_err(Failure::refused)?,
            };
            opening.verify(self.size(), &self.root()).map_err(Failure::refused)?;
            Ok(opening)
        });
        openings.collect()
    }

    /// Inclusion proofs of these indices, from an index whose root is the committed one.
    fn proofs(&self, indices: &[u32]) -> Result<Vec<InclusionProof>, Failure> {
        let (root, proofs) = self.index.proofs(indices).named("read", &self.dir.join(INDEX))?;
        if root == self.root() {
            return Ok(proofs);
        }
        Err(Failure::refused(format!("the pool's index is damaged: expected root {}, found {root}", self.root()))
            .advise("commit the same file again with the same key, or restore the folder"))
    }

    /// Refuses an index whose leaves are not those that were committed.
    fn check_index(&self) -> Result<(), Failure> {
        self.proofs(&[]).map(|_| ())
    }

    /// The receipt of the person at `index` (spec §2.4), for a draw from this pool in the log `log`.
    pub fn receipt(&self, index: u32, draw: &Slug, log: &str) -> Result<Receipt, Failure> {
        let mut made = None;
        self.receipts(&[index], draw, log, &mut |receipt| {
            made = Some(receipt);
            Ok(())
        })?;
        made.ok_or_else(|| Failure::usage(format!("there is no person {index} in this pool")))
    }

    /// Makes the receipts of `indices`, in their order, and hands each to `take`. Every receipt has been checked against the pool.
    ///
    /// The index is read once for each call and all proofs are held meanwhile, about 1 kB a person: whoever makes receipts for a whole
    /// country calls it for some 100,000 people at a time.
    pub fn receipts(
        &self,
        indices: &[u32],
        draw: &Slug,
        log: &str,
        take: &mut dyn FnMut(Receipt) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let (_, proofs) = self.index.proofs(indices).named("read", &self.dir.join(INDEX))?;
        let columns = &self.manifest.columns;
        let pool = PoolTerms { columns, draw, log, root: self.root(), size: self.size() };
        let mut rows = self.rows()?;
        let mut hasher = PersonHasher::new(&self.key, columns);
        for (&index, proof) in indices.iter().zip(&proofs) {
            let (_, offset) = self.index.entry(index).named("read", &self.dir.join(INDEX))?;
            let row = rows.at(offset).named("read", &self.dir.join(PEOPLE))?;
            let mut cells = Vec::new();
            row.by_role(&mut cells);
            let row = person(&cells, columns);
            let parts = hasher.parts(&row).map_err(Failure::refused)?;
            let (receipt, _) = Receipt::make(&pool, &row, &parts, index, proof).map_err(|e| {
                Failure::refused(format!("no receipt can be made for person {index}: {e}"))
                    .advise("klero audit tells whether the pool's folder is as it was committed")
            })?;
            take(receipt)?;
        }
        Ok(())
    }

    /// Reads the person at `index`, and checks that the row still has the leaf that was committed.
    fn read_person(&self, rows: &mut Rows<'_>, hasher: &mut PersonHasher, index: u32) -> Result<Person, Failure> {
        let (committed, offset) = self.index.entry(index).named("read", &self.dir.join(INDEX))?;
        let row = rows.at(offset).named("read", &self.dir.join(PEOPLE))?;
        let mut cells = Vec::new();
        row.by_role(&mut cells);
        let parts = hasher.parts(&person(&cells, &self.manifest.columns)).map_err(Failure::refused)?;
        if leaf(&parts.private, parts.public) != committed {
            return Err(Failure::refused(format!("the row of person {index} is not the one that was committed"))
                .advise("put back people.csv and pool.key as they were when the pool was committed"));
        }
        let headings = self.layout.headings.iter().cloned();
        Ok(Person {
            index,
            cells: headings.zip(row.cells().map(str::to_owned)).collect(),
            private_part: parts.private,
            public_part: parts.public.to_owned(),
            salt: parts.salt,
        })
    }

    pub(crate) fn reader(&self) -> Result<People<Positioned>, Failure> {
        Self::people(&self.people, &self.manifest)
    }

    fn people(source: &Source, manifest: &Manifest) -> Result<People<Positioned>, Failure> {
        commit::people_of(source, &options(&manifest.columns, manifest.delimiter))
    }

    fn rows(&self) -> Result<Rows<'_>, Failure> {
        Rows::new(&self.people, &self.layout, self.manifest.delimiter).named("read", &self.dir.join(PEOPLE))
    }
}

/// How to read the rows of a pool again.
fn options(columns: &Columns, delimiter: u8) -> people_csv::Options {
    people_csv::Options {
        id: columns.id().to_owned(),
        public: columns.public().to_vec(),
        household: columns.household().to_vec(),
        delimiter: Some(delimiter),
    }
}

fn read_key(keeping: &Keeping, dir: &Path) -> Result<PoolKey, Failure> {
    let path = keeping.path(dir, KEY);
    let meta = std::fs::metadata(&path).named("read the pool's key", &path)?;
    if meta.permissions().mode() & 0o077 != 0 {
        return Err(Failure::usage(format!("the pool's key {} can be read by others", path.display()))
            .advise(format!("run: chmod 600 {}", path.display())));
    }
    let damaged = || Failure::usage(format!("{} is damaged: expected 64 hexadecimal digits", path.display()));
    let bytes = keeping.open(dir, KEY).and_then(|source| source.read_all(1024)).named("read the pool's key", &path)?;
    std::str::from_utf8(&bytes).map_err(|_| damaged())?.trim_end().parse().map_err(|_| damaged())
}
