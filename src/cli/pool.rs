//! `klero pool` and `klero audit`: from a CSV of people to a committed pool, and back to doubts about it.

use std::path::PathBuf;
use std::time::Instant;

use serde::Serialize;

use super::out;
use crate::anonymity::{self, Coarser};
use crate::columns::{self, ColumnNames};
use crate::failure::{Failure, Named};
use crate::people_csv::{Options, Summary};
use crate::pool_dir::{self, CommitOptions, LinkedOptions, PoolDir, TableWish};
use crate::unfinished::interruptible;
use crate::{atomic, auditor};

/// Subcommands.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Read a CSV or spreadsheet of people and list every problem, with its line
    #[command(
        after_help = "Example:\n  klero pool check people.csv --id number --public municipality --household street,postcode"
    )]
    Check {
        /// The CSV, or a spreadsheet (.xlsx) whose first sheet is read
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
    /// What a pool's table gives away: who stands alone in it, and what coarser values would change
    #[command(
        after_help = "Example:\n  klero pool anonymity pool\n\nRun it before you announce anything. A table in which somebody stands alone is published for a reason only, which two members sign (klero terms new --table-reason)."
    )]
    Anonymity {
        /// The committed pool
        pool: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Copy a CSV of people with coarser values, before it is committed
    #[command(
        after_help = "Example:\n  klero pool coarsen people.csv --band age=10 --cut birth=4 --merge-below municipality=20 --out coarse.csv"
    )]
    Coarsen {
        /// The CSV
        csv: PathBuf,
        /// Put numbers into bands, COLUMN=WIDTH: 37 becomes 30-39
        #[arg(long, value_name = "COL=N")]
        band: Vec<String>,
        /// Keep the first characters, COLUMN=COUNT: 1987-03-02 becomes 1987
        #[arg(long, value_name = "COL=N")]
        cut: Vec<String>,
        /// Values that fewer people have become 'other', COLUMN=PEOPLE
        #[arg(long, value_name = "COL=N")]
        merge_below: Vec<String>,
        /// Field separator
        #[arg(long, value_name = "CHAR", default_value = ",")]
        delimiter: char,
        /// File to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

/// Roles of the columns.
#[derive(Debug, Clone, clap::Args)]
pub struct Roles {
    /// The column that people recognise as theirs alone
    #[arg(long, value_name = "COL")]
    id: String,
    /// Columns that strata and quotas use; they are published. A name with a comma stands in quotation marks: 'sex,"age, in years"'
    #[arg(long, value_name = "COLS")]
    public: Vec<ColumnNames>,
    /// Columns that together are the address
    #[arg(long, value_name = "COLS")]
    household: Vec<ColumnNames>,
    /// Field separator; found out if absent
    #[arg(long, value_name = "CHAR")]
    delimiter: Option<char>,
}

/// Arguments of `commit`.
#[derive(Debug, clap::Args)]
pub struct Commit {
    /// The CSV, or a spreadsheet (.xlsx) whose first sheet is read
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
    /// The earlier draw's proof bundle: whoever it did not open is refused here already, with the line
    #[arg(long, value_name = "FILE", requires = "from")]
    bundle: Option<PathBuf>,
    /// Folder with artifacts too large for that bundle, named by hash
    #[arg(long, value_name = "DIR", requires = "bundle")]
    artifacts: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `audit`.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Example:\n  klero audit pool\n\nRecomputes the root from the rows, and looks for people who are in the pool twice or nearly so. It tells rows, never contents."
)]
pub struct AuditArgs {
    /// For somebody outside who may see the rows
    #[command(subcommand)]
    command: Option<AuditCommand>,
    /// The committed pool
    #[arg(required = true)]
    pool: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Subcommands of `audit`.
#[derive(Debug, clap::Subcommand)]
pub enum AuditCommand {
    /// Write a pool, encrypted to an auditor's age key
    #[command(
        after_help = "Examples:\n  klero audit export --pool pool --recipient age1… --out letters.age\n  klero audit export --dir service --draw letters-2026 --recipient age1… --out letters.age\n\nThe auditor makes a key with: age-keygen -o auditor.key"
    )]
    Export {
        /// The committed pool
        #[arg(long, value_name = "DIR", required_unless_present = "draw")]
        pool: Option<PathBuf>,
        /// The service’s folder, for the service's own copy
        #[arg(long, value_name = "DIR", requires = "draw", conflicts_with = "pool", env = "KLERO_DIR")]
        dir: Option<PathBuf>,
        /// The draw
        #[arg(long, requires = "dir")]
        draw: Option<klero_draw::names::Slug>,
        /// The auditor's age recipient; once for each
        #[arg(long, value_name = "AGE1…", required = true)]
        recipient: Vec<String>,
        /// File to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Open such a file with the auditor's private age key
    #[command(after_help = "Example:\n  klero audit open letters.age --key auditor.key --out pool && klero audit pool")]
    Open {
        /// The file
        file: PathBuf,
        /// The private age key, a file that nobody else can read
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// Folder to make
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

impl Roles {
    fn options(&self) -> Result<Options, Failure> {
        Ok(Options {
            id: self.id.clone(),
            public: columns::all(&self.public),
            household: columns::all(&self.household),
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
            let summary = pool_dir::check(&csv, &roles.options()?, &mut out::bars())?;
            if json { out::json(&summary)? } else { tell(&summary)? }
        }
        Command::Commit(args) => commit(&args)?,
        Command::Anonymity { pool, json } => anonymity(&pool, json)?,
        Command::Coarsen { csv, band, cut, merge_below, delimiter, out } => {
            let kinds = [("band", &band), ("cut", &cut), ("merge", &merge_below)];
            let changes = kinds.iter().flat_map(|(kind, given)| given.iter().map(|one| Coarser::parse(kind, one)));
            coarsen(&csv, &changes.collect::<Result<Vec<_>, _>>()?, delimiter, &out)?;
        }
    }
    Ok(0)
}

fn anonymity(pool: &std::path::Path, json: bool) -> Result<(), Failure> {
    let pool = PoolDir::open(pool)?;
    let text = pool.table_text()?.ok_or_else(|| {
        Failure::refused("this pool has no table: nothing of it is published but what the outcome opens")
    })?;
    let table =
        klero_draw::table::Table::parse(&text, pool.columns(), pool.size(), &pool.root()).map_err(Failure::refused)?;
    let report = anonymity::report(&table);
    if json { out::json(&report) } else { out::write(&report.to_string()) }
}

fn coarsen(csv: &std::path::Path, changes: &[Coarser], delimiter: char, to: &std::path::Path) -> Result<(), Failure> {
    if changes.is_empty() {
        return Err(Failure::usage("nothing is to be changed").advise("give --band, --cut or --merge-below"));
    }
    let delimiter = u8::try_from(delimiter).map_err(|_| Failure::usage("the separator is not an ASCII character"))?;
    let bytes = std::fs::read(csv).named("read", csv)?;
    let mut made = Vec::new();
    let rows = anonymity::coarsen(&bytes, changes, delimiter, &mut made)?;
    atomic::write_private(to, &made)?;
    out::line(format!("{rows} people written to {}; the original is untouched", to.display()))?;
    out::line("next: klero pool commit, then klero pool anonymity")
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
    let _interruptible = interruptible()?;
    let roles = args.roles.options()?;
    let committed = match &args.from {
        None => {
            let table = if args.no_table { TableWish::Never } else { TableWish::IfUseful };
            pool_dir::commit(&args.csv, &CommitOptions { roles, table }, &args.out, &mut out::bars())?
        }
        Some(earlier) => {
            let opened = |bundle| crate::result::opened_by(bundle, args.artifacts.as_deref());
            let opened = args.bundle.as_deref().map(opened).transpose()?;
            let options = LinkedOptions { id: roles.id, public: roles.public, delimiter: roles.delimiter, opened };
            pool_dir::commit_linked(earlier, &args.csv, &options, &args.out, &mut out::bars())?
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
    let Some(pool) = &args.pool else {
        match &args.command {
            Some(AuditCommand::Export { pool, dir, draw, recipient, out: to }) => {
                let pool = match (pool, dir, draw) {
                    (Some(pool), ..) => PoolDir::open(pool)?,
                    (None, Some(dir), Some(draw)) => kept(dir, draw)?,
                    _ => return Err(Failure::usage("--pool is missing")),
                };
                let people = auditor::export(&pool, recipient, to)?;
                out::line(format!(
                    "{people} people written to {}, encrypted; only the recipient can open it",
                    to.display()
                ))?;
            }
            Some(AuditCommand::Open { file, key, out: to }) => {
                let pool = auditor::open(file, key, to)?;
                out::line(format!("{} people in {}; next: klero audit {}", pool.size(), to.display(), to.display()))?;
            }
            None => return Err(Failure::usage("the pool is missing")),
        }
        return Ok(0);
    };
    let report = crate::audit::audit(pool, &mut out::bars())?;
    if args.json {
        out::json(&report)?
    } else {
        out::write(&report.to_string())?
    }
    Ok(0)
}

/// The service's own copy of a draw's pool, read beside the running service.
fn kept(dir: &std::path::Path, draw: &klero_draw::names::Slug) -> Result<PoolDir, Failure> {
    let status = super::backend::status(dir, draw)?;
    let root = status.root.filter(|_| !status.erased).ok_or_else(|| {
        Failure::refused(format!("the service keeps no pool of '{draw}'")).advise("it is not sealed yet, or was erased")
    })?;
    let settings = crate::service::settings::Settings::load(dir)?;
    let vault = crate::vault::Vault::open(&crate::vault::key_path(dir, settings.data_key.as_deref()))?;
    PoolDir::open_with(&dir.join("pools").join(root), &vault)
}
