//! The beginning of a CSV of people: encoding, delimiter, the columns' names and their roles (spec §2.1).
//!
//! It reports everything that is wrong with the first line at once. It never looks at a person.

use std::io::Read;

use klero_draw::pool::{COLUMNS_MAX, Columns, NAME_BYTES_MAX};

use super::normalise;
use super::{Next, Options, Problem, Problems, ReadError, Records};

/// What is the same for all rows of a file: names and roles of the columns.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// Names of the columns as they stand in the file, normalised.
    pub(crate) headings: Vec<String>,
    pub(crate) columns: Columns,
    /// Position in the file of each of `columns`, in the order of their names: id, private, household, public.
    pub(super) order: Vec<usize>,
}

/// What a file's first bytes tell.
pub(super) struct Sniffed {
    /// Bytes before the header.
    pub(super) skip: usize,
    /// Line of the header, if no blank lines come before it.
    pub(super) line: u64,
    pub(super) delimiter: u8,
    pub(super) byte_order_mark: bool,
}

pub(super) fn sniff(prefix: &[u8], given: Option<u8>) -> Result<Sniffed, Problems> {
    if prefix.starts_with(b"\xff\xfe") || prefix.starts_with(b"\xfe\xff") {
        return Err(Problems::of(Problem::Utf16));
    }
    let byte_order_mark = prefix.starts_with(b"\xef\xbb\xbf");
    let mut skip = if byte_order_mark { 3 } else { 0 };
    let mut line = 1;
    let text = prefix.get(skip..).unwrap_or_default();
    // Excel writes and reads a first line "sep=;", which names the delimiter and is no header.
    let mut named = None;
    if let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter, rest @ ..] = text
        && let Some(length) = [&b"\r\n"[..], b"\n"].iter().find(|end| rest.starts_with(end)).map(|end| end.len())
    {
        (named, line) = (Some(*delimiter), 2);
        skip += 5 + length;
    }
    let delimiter = given.or(named).unwrap_or_else(|| most_frequent(prefix.get(skip..).unwrap_or_default()));
    Ok(Sniffed { skip, line, delimiter, byte_order_mark })
}

/// The one of `,` `;` and tab that occurs most often in the first line, outside quotation marks; the first of them if none does.
fn most_frequent(text: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [(0u32, b','), (0, b';'), (0, b'\t')];
    let first_line = text.iter().skip_while(|b| matches!(b, b'\r' | b'\n'));
    for &byte in first_line {
        match byte {
            b'"' => quoted = !quoted,
            b'\r' | b'\n' if !quoted => break,
            _ if !quoted => counts.iter_mut().filter(|(_, d)| *d == byte).for_each(|(n, _)| *n += 1),
            _ => {}
        }
    }
    let mut best = (0, b',');
    for (count, delimiter) in counts {
        if count > best.0 {
            best = (count, delimiter);
        }
    }
    best.1
}

/// Reads the names of the columns.
pub(super) fn headings<R: Read>(records: &mut Records<R>) -> Result<Vec<String>, ReadError> {
    match records.next()? {
        Next::End => return Err(Problems::of(Problem::EmptyFile).into()),
        Next::TooLong { line, to_end } => return Err(Problems::of(Problem::RecordTooLong { line, to_end }).into()),
        Next::Stray { line, at } => return Err(Problems::of(Problem::AfterQuotation { line, at }).into()),
        Next::Record => {}
    }
    let record = records.current();
    let mut problems = Problems::default();
    let mut headings: Vec<String> = Vec::new();
    if record.ends.len() > COLUMNS_MAX {
        problems.add(|| Problem::TooManyColumns { found: record.ends.len() });
    }
    for (i, cell) in record.cells().enumerate() {
        let position = i + 1;
        let Ok(text) = str::from_utf8(cell) else {
            return Err(Problems::of(Problem::NotUtf8 { line: record.line }).into());
        };
        let name = normalise(text);
        if name.contains('\0') {
            return Err(Problems::of(Problem::Nul { line: record.line, column: position.to_string() }).into());
        }
        if name.is_empty() {
            problems.add(|| Problem::UnnamedColumn { position });
        } else if name.len() > NAME_BYTES_MAX {
            problems.add(|| Problem::ColumnNameTooLong { position, bytes: name.len() });
        } else if let Some(first) = headings.iter().position(|earlier| *earlier == name) {
            problems.add(|| Problem::DoubleColumn { name: name.clone(), positions: (first + 1, position) });
        }
        headings.push(name);
    }
    if problems.is_empty() { Ok(headings) } else { Err(problems.into()) }
}

/// Rows below the first line that it is compared with.
const ROWS_COMPARED: usize = 1_000;

/// Positions, from 1, of names that look like a person's data: numbers, dates, addresses of e-mail, or what stands in the same column again.
/// Reads on in the file.
pub(super) fn like_data<R: Read>(records: &mut Records<R>, headings: &[String]) -> std::io::Result<Vec<usize>> {
    let mut like: Vec<bool> = headings.iter().map(|name| is_value(name)).collect();
    for _ in 0..ROWS_COMPARED {
        let Next::Record = records.next()? else { break };
        let cells = records.current().cells().map(|cell| str::from_utf8(cell).map(normalise).unwrap_or_default());
        let same: Vec<bool> = headings.iter().zip(cells).map(|(name, cell)| *name == *cell).collect();
        // The names once more are no person: files that were put one after the other have them.
        if same.len() == headings.len() && same.iter().all(|same| *same) {
            continue;
        }
        like.iter_mut().zip(same).for_each(|(like, same)| *like |= same);
    }
    Ok(like.iter().zip(1..).filter(|(like, _)| **like).map(|(_, position)| position).collect())
}

/// Whether nobody would call a column so: a number, a date, a telephone's number, an address of e-mail.
fn is_value(name: &str) -> bool {
    let figures = name.chars().any(|c| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_digit() || " .,:/-+()'".contains(c));
    figures || name.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.'))
}

impl Layout {
    pub(crate) fn new(headings: Vec<String>, options: &Options) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let mut taken: Vec<usize> = Vec::new();
        let mut find = |role: &'static str, names: &mut dyn Iterator<Item = &String>| {
            let mut found = Vec::new();
            for name in names {
                let wanted = normalise(name);
                match headings.iter().position(|heading| *heading == wanted) {
                    None => problems.add(|| Problem::NoSuchColumn { role, name: wanted, available: headings.clone() }),
                    Some(position) if taken.contains(&position) => problems.add(|| Problem::TwoRoles { name: wanted }),
                    Some(position) => {
                        taken.push(position);
                        found.push(position);
                    }
                }
            }
            found
        };
        let id = find("id", &mut std::iter::once(&options.id));
        let household = find("household", &mut options.household.iter());
        let public = find("public", &mut options.public.iter());
        if !problems.is_empty() {
            return Err(problems);
        }
        let private = (0..headings.len()).filter(|position| !taken.contains(position)).collect();
        let names = |positions: Vec<usize>| -> Vec<String> {
            positions.into_iter().filter_map(|position| headings.get(position).cloned()).collect()
        };
        let id_name = names(id).pop().unwrap_or_default();
        let columns = Columns::new(names(household), id_name, names(private), names(public))
            .expect("names are distinct and within their bounds: checked where they were read");
        let order = columns.names().filter_map(|name| headings.iter().position(|heading| heading == name)).collect();
        Ok(Self { headings, columns, order })
    }

    /// The role of each column, in the file's order.
    pub(super) fn roles(&self) -> Vec<&'static str> {
        let mut roles = vec!["private"; self.headings.len()];
        let counts =
            [("id", 1), ("private", self.columns.private().len()), ("household", self.columns.household().len())];
        let by_order = counts.into_iter().flat_map(|(role, count)| std::iter::repeat_n(role, count));
        for (&position, role) in self.order.iter().zip(by_order.chain(std::iter::repeat("public"))) {
            if let Some(slot) = roles.get_mut(position) {
                *slot = role;
            }
        }
        roles
    }

    pub(super) fn heading(&self, position: usize) -> String {
        self.headings.get(position).cloned().unwrap_or_default()
    }
}
