//! `klero keys`: make a signing key, put it under a passphrase, show its public half, prove that it is one's own; replace the keys of a log.

use std::path::PathBuf;

use klero_draw::organiser::KeyRole;

use super::{Dir, backend, out};
use crate::failure::Failure;
use crate::key_proof;
use crate::key_ring;
use crate::passphrase::Source;
use crate::service::config::Folders;
use crate::service::request::{Answer, Request};
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
    /// Prove to a service that a key is yours, so that it can be registered there with your account
    #[command(
        after_help = "Example:\n  klero keys claim clerk.key --login anna@example.org --log draws.example.org/log\n\nPrints a note that this key signs and that names your account: paste it at the desk under 'Keys'. With --json it is what\nPOST /api/v1/organisers/…/keys takes. It proves nothing for another account, another service or another key."
    )]
    Claim {
        /// Your private key
        file: PathBuf,
        /// Your account at the service
        #[arg(long)]
        login: String,
        /// Name of the service's log: its origin
        #[arg(long, value_name = "ORIGIN")]
        log: String,
        /// Where the passphrase comes from
        #[command(flatten)]
        passphrase: PassphraseFile,
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
    /// Replace a key of the log by a new one, by a step that both sign
    #[command(
        after_help = "Example:\n  klero keys rotate --dir service\n\nThe new log key signs from that step on. The old one goes on signing checkpoints beside it, for witnesses that know only\nthe old one: give them the new key, then end it with klero keys retire. Verifiers and monitors follow by themselves, from\nwhichever key they know. If the present key is under a passphrase, the new one comes under one too: the same, or the service\ncannot open it."
    )]
    Rotate(Change),
    /// Replace a key that may have been stolen: like rotate, and the old key signs nothing any more
    #[command(
        after_help = "Example:\n  klero keys revoke --dir service\n\nWitnesses that know only the old key cosign nothing until they are given the new one, and until enough of them have it nothing\nis published. Who has the old key can still sign another history with it: witnesses and monitors notice. If a thief was first\nwith such a step, or the key is lost, the log cannot go on: docs/operations.md."
    )]
    Revoke(Change),
    /// Destroy the log key before the one in force, which still signs beside it
    #[command(
        after_help = "Example:\n  klero keys retire --dir service\n\nDo it once your witnesses have been given the new key. What the old key signed stays valid."
    )]
    Retire {
        /// The service’s folder
        #[command(flatten)]
        dir: Dir,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Which key of a service changes.
#[derive(Debug, Clone, clap::Args)]
pub struct Change {
    /// The service’s folder
    #[command(flatten)]
    dir: Dir,
    /// The key that signs checkpoints, or the one that signs steps
    #[arg(long, value_enum, default_value = "log")]
    role: Role,
    /// Where the passphrase comes from
    #[command(flatten)]
    passphrase: PassphraseFile,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A key's role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    /// It signs checkpoints
    Log,
    /// It signs steps
    Service,
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
        Command::Claim { file, login, log, passphrase, json } => {
            let key = signer::load_from(&file, &passphrase.source())?;
            let proof = key_proof::signed(&log, &login, &key)?;
            if json {
                out::json(&serde_json::json!({"vkey": key.verifier_key().to_text(), "proof": proof}))?;
            } else {
                out::write(&proof)?;
            }
        }
        Command::Encrypt { file, passphrase, json } => {
            told(&signer::encrypt(&file, &passphrase.source())?, &file, "encrypted", json)?;
        }
        Command::Rotate(change) => change_key(&change, false)?,
        Command::Revoke(change) => change_key(&change, true)?,
        Command::Retire { dir, json } => match backend::ask(&dir.dir, Request::RetireKey { role: KeyRole::Log })? {
            Answer::Retired { key } if json => out::json(&serde_json::json!({"retired": key}))?,
            Answer::Retired { key } => out::line(format!("retired: {key}"))?,
            _ => return backend::unexpected(),
        },
        Command::Decrypt { file, passphrase, json } => {
            told(&signer::decrypt(&file, &passphrase.source())?, &file, "no longer encrypted", json)?;
        }
    }
    Ok(0)
}

fn change_key(change: &Change, revoke: bool) -> Result<(), Failure> {
    let folders = Folders(change.dir.dir.clone());
    let (role, path) = match change.role {
        Role::Log => (KeyRole::Log, folders.log_key()),
        Role::Service => (KeyRole::Service, folders.service_key()),
    };
    let present = signer::shown(&path)?;
    let next = key_ring::next_path(&path);
    // One that an interrupted change left is used: it may be in force already.
    let made = !next.exists();
    if made && present.encrypted == Some(true) {
        signer::create_encrypted(&next, &present.name, &change.passphrase.source())?;
    } else if made {
        signer::create(&next, &present.name)?;
    }
    let key = signer::load_public(&next)?.to_text();
    let logged = backend::ask(&change.dir.dir, Request::ChangeKey { role, revoke }).and_then(backend::logged);
    let logged = logged.inspect_err(|failure| {
        if made && failure.exit != 3 {
            let _unused = std::fs::remove_file(&next);
        }
    })?;
    if change.json {
        return out::json(&serde_json::json!({"key": key, "old": present.vkey, "step": logged}));
    }
    out::line(format!("logged as step {}; the new key is\n{key}", logged.seq))?;
    backend::tell_waiting(&logged)?;
    match (change.role, revoke) {
        (Role::Log, false) => out::line(
            "  → give it to your witnesses and to whoever publishes the old one; once they have it: klero keys retire",
        ),
        (Role::Log, true) => out::line("  → give it to your witnesses at once, and to whoever publishes the old one"),
        (Role::Service, _) => Ok(()),
    }?;
    out::line("  → make a backup now: an older one does not hold this key")
}

fn show(shown: &Shown, json: bool) -> Result<(), Failure> {
    if json { out::json(shown) } else { out::line(&shown.vkey) }
}

fn told(shown: &Shown, file: &std::path::Path, what: &str, json: bool) -> Result<(), Failure> {
    if json { out::json(shown) } else { out::line(format!("{what}: {} ({})", file.display(), shown.name)) }
}
