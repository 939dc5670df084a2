//! `klero backup`: make, verify and restore backups of a whole service.

use std::path::PathBuf;

use super::{Dir, out};
use crate::backup::{self, Restore, Restored};
use crate::clock::{Clock, SystemClock};
use crate::failure::Failure;
use crate::service::control;
use crate::service::erasing::vault_of;
use crate::service::request::{Answer, Request};
use crate::when;

/// Subcommands.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Back the service up, while it runs or not
    #[command(
        after_help = "Example:\n  klero backup create --dir service --recipient age1… --out /backup/klero-2026-12-01.tar.age\n\nA backup holds the log, its keys, the pools and the accounts with all that the desk keeps; whatever names people is encrypted to the data key, which it does not hold: keep a copy of DIR/keys/data.key apart. Without --recipient the rest is not encrypted, and the keys in it sign for you."
    )]
    Create {
        /// The service’s folder
        #[command(flatten)]
        dir: Dir,
        /// Encrypt to this age recipient; once for each
        #[arg(long, value_name = "AGE1…")]
        recipient: Vec<String>,
        /// File to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Do everything that restoring does, into a temporary folder, and tell whether the backup is whole
    #[command(after_help = "Example:\n  klero backup verify klero-2026-12-01.tar.age --key backup.key")]
    Verify {
        /// The backup
        file: PathBuf,
        /// What else is needed
        #[command(flatten)]
        with: With,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Restore a backup into a new folder, and prove it
    #[command(
        after_help = "Example:\n  klero backup restore klero-2026-12-01.tar.age --key backup.key --data-key data.key --published checkpoint --dir service\n\n--published is the newest checkpoint that anybody outside has: from your web server's cache, a witness, a mirror or a reader. A backup older than it is refused, since continuing from there would fork the log."
    )]
    Restore {
        /// The backup
        file: PathBuf,
        /// The service’s new folder
        #[command(flatten)]
        dir: Dir,
        /// What else is needed
        #[command(flatten)]
        with: With,
        /// No checkpoint newer than the backup was ever published: you are sure of it
        #[arg(long, conflicts_with = "published")]
        nothing_newer: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// What restoring needs beside the backup.
#[derive(Debug, clap::Args)]
pub struct With {
    /// The private age key to which the backup was encrypted
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// The service's data key; with it the pools are opened and proved
    #[arg(long, value_name = "FILE")]
    data_key: Option<PathBuf>,
    /// The newest published checkpoint
    #[arg(long, value_name = "FILE")]
    published: Option<PathBuf>,
}

impl With {
    fn how(self) -> Restore {
        Restore { key: self.key, published: self.published, data_key: self.data_key }
    }
}

/// Runs it.
pub fn run(command: Command) -> Result<u8, Failure> {
    match command {
        Command::Create { dir, recipient, out: to } => {
            let accounts = accounts(&dir)?;
            let head = backup::create(&dir.dir, &to, &recipient, &accounts, SystemClock.now())?;
            out::line(format!(
                "{}: {} entries of {}, to {}",
                when::show(head.made_at),
                head.size,
                head.origin,
                to.display()
            ))?;
            if recipient.is_empty() {
                out::line(
                    "what names people in it is encrypted to the data key, the keys of the log are not: they sign for you, so keep it as you keep them",
                )?;
            }
            out::line("next: klero backup verify; keep a copy of the data key apart from it")?;
        }
        Command::Verify { file, with, json } => tell(&backup::verify(&file, &with.how())?, json)?,
        Command::Restore { file, dir, with, nothing_newer, json } => {
            if with.published.is_none() && !nothing_newer {
                return Err(Failure::usage("--published is missing").advise(
                    "give the newest checkpoint that anybody outside has; if nobody can have a newer one than the backup, say --nothing-newer",
                ));
            }
            let restored = backup::restore(&file, &dir.dir, &with.how())?;
            tell(&restored, json)?;
            if !json && (restored.pools > restored.pools_proved || restored.accounts_waiting) {
                out::line("put the data key at keys/data.key in the folder before you start the service")?;
            }
        }
    }
    Ok(0)
}

/// The accounts, from the running service or from its folder.
fn accounts(dir: &Dir) -> Result<Vec<u8>, Failure> {
    match control::ask(&dir.dir, &Request::Accounts)? {
        Some(Answer::Accounts { sealed }) => hex::decode(sealed).map_err(Failure::unavailable),
        Some(Answer::Failed(failure)) => Err(failure),
        Some(_) => Err(Failure::unavailable("the service answered something else than was asked")),
        None if crate::api::folder(&dir.dir).exists() => {
            let vault = vault_of(&dir.dir)?;
            crate::api::export(crate::api::open_records(&dir.dir, &vault)?.as_ref(), &vault)
        }
        None => Ok(Vec::new()),
    }
}

fn tell(restored: &Restored, json: bool) -> Result<(), Failure> {
    if json {
        return out::json(restored);
    }
    out::line(format!(
        "whole: {} entries of {}, made {}",
        restored.size,
        restored.head.origin,
        when::show(restored.head.made_at)
    ))?;
    out::line(format!("{} pools, {} of them opened and proved", restored.pools, restored.pools_proved))?;
    match restored.accounts {
        Some(records) => {
            out::line(format!("{records} records of accounts, decisions and complaints, each of them checked"))
        }
        None if restored.accounts_waiting => {
            out::line("the accounts are encrypted to the data key and not checked: give --data-key")
        }
        None => Ok(()),
    }
}
