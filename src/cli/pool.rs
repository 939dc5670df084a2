//! `klero pool` and `klero audit`: from a CSV of people to a committed pool, and back to doubts about it.

use std::path::PathBuf;
use std::time::Instant;

use serde::Serialize;

use super::out;
use crate::failure::Failure;
use crate::people_csv::{Options, Summary};
use crate::pool_dir::{self, CommitOptions, LinkedOptions, Progress, TableWish};

/// Subcommands.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Read a CSV of people and list every problem, with its line
    #[command(
        after_help = "Example:\n  klero pool check people.csv --id number --public municipality --household street,postcode"
    )]
    Check {
        /// The CSV
        csv: PathBuf,
        /// Which column is what
        #[command(flatten)]
        roles: Roles,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Commit to a pool: its root goes into the terms, its folder stays secret
    #[command(
        after_help = "Example:\n  klero pool commit people.csv --id number --public municipality --out pool\n\nThe folder holds personal data and the pool's key. Keep it, and keep it to yourself."
    )]
    Commit(Commit),
}

/// Roles of the columns.
#[derive(Debug, Clone, clap::Args)]
pub struct Roles {
    /// The column that people recognise as theirs alone
    #[arg(long, value_name = "COL")]
    id: String,
    /// Columns that strata and quotas use; they are published
    #[arg(long, value_name = "COLS", value_delimiter = ',')]
    public: Vec<String>,
    /// Columns that together are the address
    #[arg(long, value_name = "COLS", value_delimiter = ',')]
    household: Vec<String>,
    /// Field separator; found out if absent
    #[arg(long, value_name = "CHAR")]
    delimiter: Option<char>,
}

/// Arguments of `commit`.
#[derive(Debug, clap::Args)]
pub struct Commit {
    /// The CSV
    csv: PathBuf,
    /// Which column is what
    #[command(flatten)]
    roles: Roles,
    /// Folder to make
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Write no table, although there are public or household columns; then only 'equal' can draw from the pool
    #[arg(long)]
    no_table: bool,
    /// The people are those opened by an earlier draw: its committed pool, whose key and private columns are kept
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `audit`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  klero audit pool\n\nRecomputes the root from the rows, and looks for people who are in the pool twice or nearly so. It tells rows, never contents."
)]
pub struct AuditArgs {
    /// The committed pool
    pool: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Roles {
    fn options(&self) -> Result<Options, Failure> {
        Ok(Options {
            id: self.id.clone(),
            public: self.public.clone(),
            household: self.household.clone(),
            delimiter: self
                .delimiter
                .map(|c| {
                    u8::try_from(c).map_err(|_| {
                        Failure::usage("the separator is not an ASCII character").advise("use ',' ';' or a tab")
                    })
                })
                .transpose()?,
        })
    }
}

/// Runs it.
pub fn run(command: Command) -> Result<u8, Failure> {
    match command {
        Command::Check { csv, roles, json } => {
            let summary = pool_dir::check(&csv, &roles.options()?, &mut bar())?;
            if json { out::json(&summary)? } else { tell(&summary)? }
        }
        Command::Commit(args) => commit(&args)?,
    }
    Ok(0)
}

/// A bar for each phase of long work: each has a total of its own.
fn bar() -> impl FnMut(Progress) {
    let mut shown: Option<(&'static str, indicatif::ProgressBar)> = None;
    move |progress| {
        if shown.as_ref().is_none_or(|(doing, _)| *doing != progress.doing) {
            if let Some((_, old)) = shown.take() {
                old.finish_and_clear();
            }
            shown = Some((progress.doing, out::progress(Some(progress.total), progress.doing)));
        }
        if let Some((_, bar)) = &shown {
            bar.set_position(progress.done);
            if progress.done >= progress.total {
                bar.finish_and_clear();
            }
        }
    }
}

fn tell(summary: &Summary) -> Result<(), Failure> {
    out::write(&summary.to_string())
}

fn commit(args: &Commit) -> Result<(), Failure> {
    #[derive(Serialize)]
    struct Committed<'a> {
        size: u32,
        root: String,
        seconds: f64,
        #[serde(skip_serializing_if = "Option::is_none")]
        table: Option<String>,
        people: &'a Summary,
    }
    let started = Instant::now();
    let roles = args.roles.options()?;
    let committed = match &args.from {
        None => {
            let table = if args.no_table { TableWish::Never } else { TableWish::IfUseful };
            pool_dir::commit(&args.csv, &CommitOptions { roles, table }, &args.out, &mut bar())?
        }
        Some(earlier) => {
            let options =
                LinkedOptions { id: roles.id, public: roles.public, delimiter: roles.delimiter, opened: None };
            pool_dir::commit_linked(earlier, &args.csv, &options, &args.out, &mut bar())?
        }
    };
    let seconds = started.elapsed().as_secs_f64();
    let table = committed.table.map(|t| t.to_string());
    if args.json {
        return out::json(&Committed {
            size: committed.size,
            root: committed.root.to_string(),
            seconds,
            table,
            people: &committed.summary,
        });
    }
    tell(&committed.summary)?;
    out::line(format!("{} people committed in {seconds:.1} s", committed.size))?;
    out::line(format!("root  {}", committed.root))?;
    if let Some(table) = table {
        out::line(format!("table {table}  (it will be published: it holds public columns, not names)"))?;
    }
    out::line(format!("the folder {} holds personal data and the pool's key: keep it secret", args.out.display()))
}

/// Runs the audit.
pub fn audit(args: &AuditArgs) -> Result<u8, Failure> {
    let report = crate::audit::audit(&args.pool, &mut bar())?;
    if args.json {
        out::json(&report)?
    } else {
        out::write(&report.to_string())?
    }
    Ok(0)
}
