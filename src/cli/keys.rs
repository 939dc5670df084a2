//! `klero keys`: make a signing key, put it under a passphrase, show its public half.

use std::path::PathBuf;

use super::out;
use crate::failure::Failure;
use crate::passphrase::Source;
use crate::signer::{self, Shown};

/// Subcommands.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Make a new signing key
    #[command(
        after_help = "Examples:\n  klero keys new --name eupen/clerk --out clerk.key --encrypt\n  klero keys new --name eupen/clerk --out clerk.key\n\nKeep the file secret; it is readable by you alone. Hand out what is printed."
    )]
    New {
        /// Name of the key: the organiser's name, a slash, the role
        #[arg(long)]
        name: String,
        /// File to write; never overwritten
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Put the key under a passphrase, which is asked for
        #[arg(long)]
        encrypt: bool,
        /// Where the passphrase comes from
        #[command(flatten)]
        passphrase: PassphraseFile,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the public half of a key; asks for no passphrase
    #[command(after_help = "Example:\n  klero keys show clerk.key")]
    Show {
        /// A private or public key file
        file: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Put a key file under a passphrase, in its place
    #[command(
        after_help = "Example:\n  klero keys encrypt clerk.key\n\nWherever the key is used its passphrase is asked for. Where nobody sits at a terminal, name a file that holds the\npassphrase in KLERO_PASSPHRASE_FILE; a service takes systemd's credential 'passphrase' by itself.\nThe file is of the age format below its first line: sed 1d clerk.key | age -d\n\nWhat the disk held before is not wiped: encrypt a key before it gets into a backup, or make a new one with --encrypt."
    )]
    Encrypt {
        /// A private key file: a member's, a service's, a witness's
        file: PathBuf,
        /// Where the passphrase comes from
        #[command(flatten)]
        passphrase: PassphraseFile,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Take the passphrase of a key file away, in its place
    #[command(after_help = "Example:\n  klero keys decrypt clerk.key")]
    Decrypt {
        /// An encrypted key file
        file: PathBuf,
        /// Where the passphrase comes from
        #[command(flatten)]
        passphrase: PassphraseFile,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Where a passphrase comes from.
#[derive(Debug, Clone, clap::Args)]
pub struct PassphraseFile {
    /// File whose first line is the passphrase, readable by you alone; otherwise it is asked for
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl PassphraseFile {
    fn source(&self) -> Source {
        Source::new(self.passphrase_file.as_deref())
    }
}

/// Runs it.
pub fn run(command: Command) -> Result<u8, Failure> {
    match command {
        Command::New { name, out, encrypt, passphrase, json } => {
            let public = if encrypt {
                signer::create_encrypted(&out, &name, &passphrase.source())?
            } else {
                signer::create(&out, &name)?
            };
            show(&Shown { name, vkey: public.to_text(), encrypted: Some(encrypt) }, json)?;
        }
        Command::Show { file, json } => show(&signer::shown(&file)?, json)?,
        Command::Encrypt { file, passphrase, json } => {
            told(&signer::encrypt(&file, &passphrase.source())?, &file, "encrypted", json)?;
        }
        Command::Decrypt { file, passphrase, json } => {
            told(&signer::decrypt(&file, &passphrase.source())?, &file, "no longer encrypted", json)?;
        }
    }
    Ok(0)
}

fn show(shown: &Shown, json: bool) -> Result<(), Failure> {
    if json { out::json(shown) } else { out::line(&shown.vkey) }
}

fn told(shown: &Shown, file: &std::path::Path, what: &str, json: bool) -> Result<(), Failure> {
    if json { out::json(shown) } else { out::line(format!("{what}: {} ({})", file.display(), shown.name)) }
}
