//! Makes a linked pool (spec §2.5): people drawn from an earlier pool, with new answers as public columns.
//!
//! Pool key, ids and private columns are those of the earlier pool, so that each person keeps their `private_part` and nobody can be slipped
//! in. The answers bring ids and public columns only; whatever else their file holds is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufWriter;
use std::path::Path;

use klero_draw::commitment::{PersonHasher, leaf};
use klero_draw::pool::Columns;

use super::commit::{CommitOptions, Committed, Staging, TableWish, people_of};
use super::source::{Keeping, Source};
use super::{INDEX, PEOPLE, PoolDir, Progress};
use crate::failure::{Failure, Named};
use crate::people_csv::{self, Problem, Problems, ReadError, person};
use crate::people_xlsx;
use crate::vault::Vault;

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

/// A file of answers, open.
pub(super) struct Answers<'a> {
    pub(super) source: &'a Source,
    pub(super) path: &'a Path,
}

/// Takes a row of the new pool, the heading first.
type TakeRow<'a> = dyn FnMut(&[&str]) -> Result<(), Failure> + 'a;

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
        let options = LinkedOptions { delimiter: Some(b','), ..options.clone() };
        // In memory: a list of people on the disk would outlive a process that is killed.
        let answers = Answers { source: &Source::memory(converted), path: answers };
        let staging = Staging::new(out, Keeping::Plain)?;
        let mut committed = commit(&PoolDir::open(earlier)?, &answers, &options, staging, progress)?;
        committed.summary.spreadsheet = Some(conversion);
        return Ok(committed);
    }
    let source = Source::plain(answers).map_err(ReadError::from)?;
    let answers = Answers { source: &source, path: answers };
    commit(&PoolDir::open(earlier)?, &answers, options, Staging::new(out, Keeping::Plain)?, progress)
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
    commit_some(&PoolDir::open(earlier)?, members, public, Staging::new(out, Keeping::Plain)?, progress)
}

/// The same for a service: nothing of it is ever written in the clear.
pub fn commit_members_sealed(
    earlier: &PoolDir,
    members: &BTreeSet<u32>,
    public: &[String],
    out: &Path,
    vault: &Vault,
    progress: &mut dyn FnMut(Progress),
) -> Result<Committed, Failure> {
    commit_some(earlier, members, public, Staging::sealed(out, vault)?, progress)
}

/// Commits those who answered.
pub(super) fn commit(
    earlier: &PoolDir,
    answers: &Answers<'_>,
    options: &LinkedOptions,
    staging: Staging,
    progress: &mut dyn FnMut(Progress),
) -> Result<Committed, Failure> {
    fill(earlier, &options.public, staging, progress, &mut |take| join(earlier, answers, options, take).map(|_| ()))
}

/// Reads the answers as a commitment would, and writes nothing. Gives how many people there are.
pub(super) fn check(earlier: &PoolDir, answers: &Answers<'_>, options: &LinkedOptions) -> Result<u64, Failure> {
    join(earlier, answers, options, &mut |_| Ok(()))
}

fn commit_some(
    earlier: &PoolDir,
    members: &BTreeSet<u32>,
    public: &[String],
    staging: Staging,
    progress: &mut dyn FnMut(Progress),
) -> Result<Committed, Failure> {
    let (_, public) = share_out(earlier, &[], public)?;
    let headings: Vec<&str> = kept(earlier.columns()).chain(public.iter().map(String::as_str)).collect();
    fill(earlier, &public, staging, progress, &mut |take| {
        take(&headings)?;
        for index in members {
            let person = earlier.person_at(*index)?;
            let cell = |name: &&str| person.cells.iter().find(|(n, _)| n == name).map_or("", |(_, cell)| cell.as_str());
            take(&headings.iter().map(cell).collect::<Vec<&str>>())?;
        }
        Ok(())
    })
}

/// The columns whose cells every linked pool keeps.
fn kept(columns: &Columns) -> impl Iterator<Item = &str> {
    std::iter::once(columns.id()).chain(columns.private().iter().chain(columns.household()).map(String::as_str))
}

/// Writes the rows that `rows` makes, and commits them with the earlier pool's key.
fn fill(
    earlier: &PoolDir,
    public: &[String],
    staging: Staging,
    progress: &mut dyn FnMut(Progress),
    rows: &mut dyn FnMut(&mut TakeRow<'_>) -> Result<(), Failure>,
) -> Result<Committed, Failure> {
    let path = staging.path(PEOPLE);
    let mut writer = csv::Writer::from_writer(BufWriter::with_capacity(1 << 18, staging.create(PEOPLE)?));
    rows(&mut |cells| writer.write_record(cells).map_err(std::io::Error::from).named("write", &path))?;
    let file = writer.into_inner().map_err(|e| std::io::Error::from(e.error().kind())).named("write", &path)?;
    let file = file.into_inner().map_err(std::io::IntoInnerError::into_error).named("write", &path)?;
    file.finish().named("write", &path)?;
    let columns = earlier.columns();
    let roles = people_csv::Options {
        id: columns.id().to_owned(),
        public: public.to_vec(),
        household: columns.household().to_vec(),
        delimiter: Some(b','),
    };
    // Linked pools need a table (spec §2.5).
    let options = CommitOptions { roles, table: TableWish::Always };
    staging.commit(earlier.key().clone(), &options, progress)
}

/// Joins answers and earlier rows by id, and hands the rows to `take`, in the earlier pool's order. Gives how many people there are.
fn join(
    earlier: &PoolDir,
    answers: &Answers<'_>,
    options: &LinkedOptions,
    take: &mut TakeRow<'_>,
) -> Result<u64, Failure> {
    let bare =
        people_csv::Options { id: options.id.clone(), delimiter: options.delimiter, ..people_csv::Options::default() };
    let headings = people_of(answers.source, &bare)?.layout().headings.clone();
    let (from_answers, from_earlier) = share_out(earlier, &headings, &options.public)?;
    let mut answers_by_id = read_answers(answers, options, &from_answers)?;
    let found = u64::try_from(answers_by_id.len()).unwrap_or(u64::MAX);

    let columns = earlier.columns().clone();
    let kept: Vec<&str> = kept(&columns).collect();
    let headings: Vec<&str> =
        kept.iter().copied().chain(from_answers.iter().chain(&from_earlier).map(String::as_str)).collect();
    take(&headings)?;
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
        take(&cells.chain(added.iter().map(|&position| row.cell(position))).collect::<Vec<&str>>())?;
    }
    let mut strangers: Vec<u64> = answers_by_id.into_values().map(|answer| answer.line).collect();
    strangers.sort_unstable();
    strangers.into_iter().for_each(|line| problems.add(|| Problem::Stranger { line }));
    if problems.is_empty() { Ok(found) } else { Err(ReadError::from(problems).into()) }
}

/// Which public columns come from the answers, with these headings, and which from the earlier pool.
fn share_out(earlier: &PoolDir, headings: &[String], public: &[String]) -> Result<(Vec<String>, Vec<String>), Failure> {
    let columns = earlier.columns();
    let (mut from_answers, mut from_earlier) = (Vec::new(), Vec::new());
    let mut problems = Problems::default();
    for name in public.iter().map(|name| people_csv::normalise(name)) {
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
fn read_answers(
    answers: &Answers<'_>,
    options: &LinkedOptions,
    public: &[String],
) -> Result<BTreeMap<String, Answer>, Failure> {
    let roles = people_csv::Options {
        id: options.id.clone(),
        public: public.to_vec(),
        household: Vec::new(),
        delimiter: options.delimiter,
    };
    let mut people = people_of(answers.source, &roles)?;
    let positions: Vec<usize> =
        public.iter().filter_map(|name| people.layout().headings.iter().position(|heading| heading == name)).collect();
    let mut by_id: BTreeMap<String, Answer> = BTreeMap::new();
    while people.advance().named("read", answers.path)? {
        let row = people.row();
        let line = row.line;
        let first_line = by_id.get(row.id()).map(|first| first.line);
        match first_line {
            Some(first_line) => people.note(|| Problem::DoubleId { line, first_line }),
            None => {
                let cells = positions.iter().map(|&position| row.cell(position).to_owned()).collect();
                by_id.insert(row.id().to_owned(), Answer { line, cells });
            }
        }
    }
    people.finish().map_err(ReadError::from)?;
    Ok(by_id)
}
