//! The result of a draw for the organiser: who was drawn, who is a reserve and who remains, as CSV with the columns of the original.
//!
//! Cells that a spreadsheet might run are made harmless (the committed file is not touched). The files are personal data: mode 0600.

use std::collections::BTreeSet;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use klero_draw::commitment::PersonHasher;
use klero_draw::hash::PoolRoot;

use super::{INDEX, PEOPLE, PoolDir, Progress, commit};
use crate::failure::{Failure, Named};
use crate::people_csv::SafeWriter;
use crate::unfinished::Unfinished;

/// What a draw says: indices of this pool, in the order that the method gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selected<'a> {
    /// The root that the terms name.
    pub root: PoolRoot,
    /// The number of people that the terms name.
    pub size: u32,
    /// Who was drawn.
    pub drawn: &'a [u32],
    /// The reserves.
    pub reserves: &'a [u32],
}

/// One of the lists that a result has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Who was drawn, in the order drawn.
    Drawn,
    /// The reserves, in order.
    Reserves,
    /// Everybody else, in the order of the original file.
    Remaining,
}

/// The files that were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultFiles {
    /// Drawn, in the order drawn.
    pub drawn: PathBuf,
    /// Reserves, in order.
    pub reserves: PathBuf,
    /// Everybody else, in the order of the original file.
    pub remaining: PathBuf,
    /// How many cells got an apostrophe, because a spreadsheet might run them.
    pub neutralised: u64,
}

impl PoolDir {
    /// Refuses a draw from another pool.
    pub fn fits(&self, selected: &Selected<'_>) -> Result<(), Failure> {
        if (selected.root, selected.size) != (self.root(), self.size()) {
            return Err(Failure::refused(format!(
                "this pool is not the one that was sealed: the draw is from {} people with root {}, this pool has {} with root {}",
                selected.size,
                selected.root,
                self.size(),
                self.root()
            ))
            .advise("give the folder that klero pool commit made for this draw"));
        }
        Ok(())
    }

    /// Writes `drawn.csv`, `reserves.csv` and `remaining.csv` into `out`. Refuses a draw from another pool and rows of those drawn that are not
    /// the committed ones, and overwrites nothing. Whether the rows of everybody else are, [`PoolDir::verify`] says.
    pub fn result(
        &self,
        selected: Selected<'_>,
        out: &Path,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<ResultFiles, Failure> {
        self.fits(&selected)?;
        let mut files = ResultFiles {
            drawn: out.join("drawn.csv"),
            reserves: out.join("reserves.csv"),
            remaining: out.join("remaining.csv"),
            neutralised: 0,
        };
        for path in [&files.drawn, &files.reserves, &files.remaining] {
            if path.exists() {
                return Err(Failure::usage(format!("{} is there already", path.display()))
                    .advise("choose another folder, or move the file away"));
            }
        }
        self.check_index()?;
        std::fs::create_dir_all(out).named("make the folder", out)?;
        let mut taken = BTreeSet::new();
        files.neutralised += self.write_chosen(&files.drawn, selected.drawn, &mut taken)?;
        files.neutralised += self.write_chosen(&files.reserves, selected.reserves, &mut taken)?;
        files.neutralised += self.write_remaining(&files.remaining, &taken, progress)?;
        commit::sync_folder(out)?;
        Ok(files)
    }

    /// Writes one list of the same into `out`, and of all others nothing.
    pub fn result_list(&self, selected: Selected<'_>, list: List, out: &mut dyn Write) -> Result<(), Failure> {
        self.fits(&selected)?;
        let path = Path::new("the list");
        let (mut writer, mut taken) = (self.begin(out).named("write", path)?, BTreeSet::new());
        let mut nowhere = self.begin(std::io::sink()).named("write", path)?;
        match list {
            List::Drawn => self.choose(&mut writer, path, selected.drawn, &mut taken)?,
            List::Reserves => {
                self.choose(&mut nowhere, path, selected.drawn, &mut taken)?;
                self.choose(&mut writer, path, selected.reserves, &mut taken)?;
            }
            List::Remaining => {
                self.choose(&mut nowhere, path, selected.drawn, &mut taken)?;
                self.choose(&mut nowhere, path, selected.reserves, &mut taken)?;
                self.remain(&mut writer, path, &taken, &mut |_| {})?;
            }
        }
        let _written = writer.finish().named("write", path)?;
        Ok(())
    }

    /// Writes the people at `indices`, and adds the places of their rows to `taken`.
    fn write_chosen(&self, path: &Path, indices: &[u32], taken: &mut BTreeSet<u64>) -> Result<u64, Failure> {
        let mut sheet = self.sheet(path)?;
        self.choose(&mut sheet.writer, path, indices, taken)?;
        sheet.keep()
    }

    fn choose(
        &self,
        writer: &mut SafeWriter<impl Write>,
        path: &Path,
        indices: &[u32],
        taken: &mut BTreeSet<u64>,
    ) -> Result<(), Failure> {
        let mut rows = self.rows()?;
        let mut hasher = PersonHasher::new(self.key(), self.columns());
        for &index in indices {
            let (_, offset) = self.index.entry(index).named("read", &self.dir.join(INDEX))?;
            if !taken.insert(offset) {
                return Err(Failure::refused(format!("the draw names person {index} twice")));
            }
            let person = self.read_person(&mut rows, &mut hasher, index)?;
            writer.write(person.cells.iter().map(|(_, cell)| cell.as_str())).named("write", path)?;
        }
        Ok(())
    }

    fn write_remaining(
        &self,
        path: &Path,
        taken: &BTreeSet<u64>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<u64, Failure> {
        let mut sheet = self.sheet(path)?;
        self.remain(&mut sheet.writer, path, taken, progress)?;
        sheet.keep()
    }

    fn remain(
        &self,
        writer: &mut SafeWriter<impl Write>,
        path: &Path,
        taken: &BTreeSet<u64>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), Failure> {
        let people_path = self.dir.join(PEOPLE);
        let mut people = self.reader()?;
        let total = u64::from(self.size());
        let mut done = 0;
        while people.advance().named("read", &people_path)? {
            let row = people.row();
            if !taken.contains(&row.offset) {
                writer.write(row.cells()).named("write", path)?;
            }
            done += 1;
            if done % 65_536 == 0 || done == total {
                progress(Progress { doing: "writing those who remain", done, total });
            }
        }
        Ok(())
    }

    fn begin<W: Write>(&self, out: W) -> std::io::Result<SafeWriter<BufWriter<W>>> {
        let mut writer = SafeWriter::new(BufWriter::with_capacity(1 << 18, out), self.manifest.delimiter);
        writer.write(self.layout.headings.iter().map(String::as_str))?;
        Ok(writer)
    }

    fn sheet(&self, path: &Path) -> Result<Sheet, Failure> {
        let folder = commit::parent(path);
        // tempfile makes files with mode 0600.
        let file = tempfile::NamedTempFile::new_in(&folder).named("write in the folder", &folder)?;
        let unfinished = Unfinished::new(file.path());
        let writer = self.begin(file).named("write", path)?;
        Ok(Sheet { writer, path: path.to_owned(), _unfinished: unfinished })
    }
}

/// A CSV file in the making.
struct Sheet {
    writer: SafeWriter<BufWriter<tempfile::NamedTempFile>>,
    path: PathBuf,
    _unfinished: Unfinished,
}

impl Sheet {
    /// Makes it durable and gives it its name. The number of cells made harmless.
    fn keep(self) -> Result<u64, Failure> {
        let path = self.path;
        let (out, neutralised) = self.writer.finish().named("write", &path)?;
        let file = out.into_inner().map_err(std::io::IntoInnerError::into_error).named("write", &path)?;
        file.as_file().sync_all().named("write", &path)?;
        file.persist_noclobber(&path).map_err(|e| e.error).named("write", &path)?;
        Ok(neutralised)
    }
}
