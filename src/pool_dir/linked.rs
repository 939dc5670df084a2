//! Makes a linked pool (spec §2.5): people drawn from an earlier pool, with new answers as public columns.
//!
//! Pool key, ids and private columns are those of the earlier pool, so that each person keeps their `private_part` and nobody can be slipped
//! in. The answers bring ids and public columns only; whatever else their file holds is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufWriter, Write};
use std::path::Path;

use klero_draw::commitment::{PersonHasher, leaf};

use super::commit::{CommitOptions, Committed, Staging, TableWish};
use super::source::Keeping;
use super::{INDEX, PEOPLE, PoolDir, Progress};
use crate::failure::{Failure, Named};
use crate::people_csv::{self, People, Problem, Problems, ReadError, person};
use crate::people_xlsx;

/// How to make a linked pool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkedOptions {
    /// The id column of the answers.
    pub id: String,
    /// The public columns of the new pool. Each is taken from the answers, or, if they do not have it, from the earlier pool's public columns.
    pub public: Vec<String>,
    /// The byte between the cells of the answers; `None`: found out.
    pub delimiter: Option<u8>,
    /// The indices that the earlier outcome opened (drawn and reserves), if they are known: only these people may answer.
    pub opened: Option<BTreeSet<u32>>,
}

/// One person's answers.
struct Answer {
    line: u64,
    cells: Vec<String>,
}

/// Commits the people of `answers` (a CSV, or a spreadsheet's first sheet), who must all be people of the pool `earlier`, into the new folder `out`.
pub fn commit_linked(
    earlier: &Path,
    answers: &Path,
    options: &LinkedOptions,
    out: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<Committed, Failure> {
    if people_xlsx::is_spreadsheet(answers)? {
        let (converted, conversion) = people_xlsx::to_csv(answers)?;
        let list = temporary_list(out)?;
        list.as_file().write_all(&converted).named("write in", list.path())?;
        let options = LinkedOptions { delimiter: Some(b','), ..options.clone() };
        let mut committed = commit_linked(earlier, list.path(), &options, out, progress)?;
        committed.summary.spreadsheet = Some(conversion);
        return Ok(committed);
    }
    let earlier = PoolDir::open(earlier)?;
    let (from_answers, from_earlier) = share_out(&earlier, answers, options)?;
    let mut answers_by_id = read_answers(answers, options, &from_answers)?;

    let staging = Staging::new(out, Keeping::Plain)?;
    let path = staging.path(PEOPLE);
    let columns = earlier.columns().clone();
    let file = BufWriter::with_capacity(1 << 18, staging.create(PEOPLE)?);
    let mut writer = csv::Writer::from_writer(file);
    let kept: Vec<&str> = std::iter::once(columns.id())
        .chain(columns.private().iter().chain(columns.household()).map(String::as_str))
        .collect();
    let headings: Vec<&str> =
        kept.iter().copied().chain(from_answers.iter().chain(&from_earlier).map(String::as_str)).collect();
    writer.write_record(&headings).map_err(std::io::Error::from).named("write", &path)?;

    let earlier_path = earlier.dir.join(PEOPLE);
    let mut people = earlier.reader()?;
    let positions = |names: &mut dyn Iterator<Item = &str>| -> Vec<usize> {
        names.filter_map(|name| people.layout().headings.iter().position(|heading| heading == name)).collect()
    };
    let kept = positions(&mut kept.into_iter());
    let added = positions(&mut from_earlier.iter().map(String::as_str));
    let mut hasher = PersonHasher::new(earlier.key(), &columns);
    let mut problems = Problems::default();
    while people.advance().named("read", &earlier_path)? {
        let row = people.row();
        let Some(answer) = answers_by_id.remove(row.id()) else { continue };
        if let Some(opened) = &options.opened {
            let mut cells = Vec::new();
            row.by_role(&mut cells);
            let parts = hasher.parts(&person(&cells, &columns)).map_err(Failure::refused)?;
            let index =
                earlier.index.find(&leaf(&parts.private, parts.public)).named("read", &earlier.dir.join(INDEX))?;
            if !index.is_some_and(|index| opened.contains(&index)) {
                problems.add(|| Problem::Stranger { line: answer.line });
                continue;
            }
        }
        let cells = kept.iter().map(|&position| row.cell(position));
        let cells = cells.chain(answer.cells.iter().map(String::as_str));
        let cells = cells.chain(added.iter().map(|&position| row.cell(position)));
        writer.write_record(cells).map_err(std::io::Error::from).named("write", &path)?;
    }
    let mut strangers: Vec<u64> = answers_by_id.into_values().map(|answer| answer.line).collect();
    strangers.sort_unstable();
    strangers.into_iter().for_each(|line| problems.add(|| Problem::Stranger { line }));
    if !problems.is_empty() {
        return Err(ReadError::from(problems).into());
    }
    let file = writer.into_inner().map_err(|e| std::io::Error::from(e.error().kind())).named("write", &path)?;
    let file = file.into_inner().map_err(std::io::IntoInnerError::into_error).named("write", &path)?;
    file.finish().named("write", &path)?;
    let roles = people_csv::Options {
        id: columns.id().to_owned(),
        public: options.public.clone(),
        household: columns.household().to_vec(),
        delimiter: Some(b','),
    };
    // Linked pools need a table (spec §2.5).
    let options = CommitOptions { roles, table: TableWish::Always };
    staging.commit(earlier.key().clone(), &options, progress)
}

/// Commits some people of the pool `earlier`, given by index, into the new folder `out`: those who hold a seat, or held one. `public` columns are
/// the earlier pool's.
pub fn commit_members(
    earlier: &Path,
    members: &BTreeSet<u32>,
    public: &[String],
    out: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<Committed, Failure> {
    let pool = PoolDir::open(earlier)?;
    let folder = super::commit::parent(out);
    let list = temporary_list(out)?;
    let mut writer = csv::Writer::from_writer(list.as_file());
    let id = pool.columns().id().to_owned();
    let written = |e: csv::Error| Failure::unavailable(format!("cannot write in {}: {e}", folder.display()));
    writer.write_record([&id]).map_err(written)?;
    for index in members {
        let person = pool.person_at(*index)?;
        let own = person.cells.iter().find(|(name, _)| *name == id).map_or("", |(_, cell)| cell.as_str());
        writer.write_record([own]).map_err(written)?;
    }
    writer.flush().named("write in", &folder)?;
    drop(writer);
    let options = LinkedOptions { id, public: public.to_vec(), delimiter: Some(b','), opened: None };
    commit_linked(earlier, list.path(), &options, out, progress)
}

/// A list of people beside `out`, gone when it is dropped. tempfile makes files with mode 0600.
fn temporary_list(out: &Path) -> Result<tempfile::NamedTempFile, Failure> {
    let folder = super::commit::parent(out);
    std::fs::create_dir_all(&folder).named("make the folder", &folder)?;
    tempfile::NamedTempFile::new_in(&folder).named("write in the folder", &folder)
}

/// Which public columns come from the answers, and which from the earlier pool.
fn share_out(
    earlier: &PoolDir,
    answers: &Path,
    options: &LinkedOptions,
) -> Result<(Vec<String>, Vec<String>), Failure> {
    let bare =
        people_csv::Options { id: options.id.clone(), delimiter: options.delimiter, ..people_csv::Options::default() };
    let people = People::open(answers, &bare).map_err(Failure::from)?;
    let headings = &people.layout().headings;
    let columns = earlier.columns();
    let (mut from_answers, mut from_earlier) = (Vec::new(), Vec::new());
    let mut problems = Problems::default();
    for name in options.public.iter().map(|name| people_csv::normalise(name)) {
        let kept = columns.id() == name || columns.private().contains(&name) || columns.household().contains(&name);
        if kept || from_answers.contains(&name) || from_earlier.contains(&name) {
            problems.add(|| Problem::TwoRoles { name });
        } else if headings.contains(&name) {
            from_answers.push(name);
        } else if columns.public().contains(&name) {
            from_earlier.push(name);
        } else {
            let available = headings.iter().chain(columns.public()).cloned().collect();
            problems.add(|| Problem::NoSuchColumn { role: "public", name, available });
        }
    }
    if problems.is_empty() { Ok((from_answers, from_earlier)) } else { Err(ReadError::from(problems).into()) }
}

/// Reads all answers, by id. Doubles are refused, with both lines.
fn read_answers(path: &Path, options: &LinkedOptions, public: &[String]) -> Result<BTreeMap<String, Answer>, Failure> {
    let roles = people_csv::Options {
        id: options.id.clone(),
        public: public.to_vec(),
        household: Vec::new(),
        delimiter: options.delimiter,
    };
    let mut people = People::open(path, &roles).map_err(Failure::from)?;
    let positions: Vec<usize> =
        public.iter().filter_map(|name| people.layout().headings.iter().position(|heading| heading == name)).collect();
    let mut answers: BTreeMap<String, Answer> = BTreeMap::new();
    while people.advance().named("read", path)? {
        let row = people.row();
        let line = row.line;
        let first_line = answers.get(row.id()).map(|first| first.line);
        match first_line {
            Some(first_line) => people.note(|| Problem::DoubleId { line, first_line }),
            None => {
                let cells = positions.iter().map(|&position| row.cell(position).to_owned()).collect();
                answers.insert(row.id().to_owned(), Answer { line, cells });
            }
        }
    }
    people.finish().map_err(ReadError::from)?;
    Ok(answers)
}
