//! `klero admin`: let people in. The first admin is invited on the machine itself; everybody else can be invited over the API.

use klero_draw::names::Slug;

use super::{Dir, backend, out};
use crate::api::access::Role;
use crate::api::{InviteWish, Invited, invite, open_records};
use crate::clock::{Clock, SystemClock};
use crate::failure::Failure;
use crate::service::control;
use crate::service::erasing::vault_of;
use crate::service::request::{Answer, Request};

/// Subcommands.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Invite somebody; the secret that is printed makes one account, within a week
    #[command(
        after_help = "Example:\n  klero admin invite --dir service --login anna@example.org\n\nThe person accepts on the page /desk and chooses a password. Whoever has the secret can make the account: pass it on safely."
    )]
    Invite {
        /// The service’s folder
        #[command(flatten)]
        dir: Dir,
        /// Name of the account, such as an address of e-mail
        #[arg(long)]
        login: String,
        /// What the account is for
        #[arg(long, value_enum, default_value = "admin")]
        role: Role,
        /// The organiser that it belongs to; for every role but admin
        #[arg(long)]
        organiser: Option<Slug>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Runs it.
pub fn run(command: Command) -> Result<u8, Failure> {
    let Command::Invite { dir, login, role, organiser, json } = command;
    let wish = InviteWish { login, role, organiser };
    let invited = match control::ask(&dir.dir, &Request::Invite { wish: wish.clone() })? {
        Some(Answer::Invited(invited)) => invited,
        Some(Answer::Failed(failure)) => return Err(failure),
        Some(_) => return backend::unexpected(),
        None => {
            // Only the folder of a log gets a desk.
            crate::service::config::Config::load(&dir.dir)?;
            let vault = vault_of(&dir.dir)?;
            invite(open_records(&dir.dir, &vault)?, &wish, SystemClock.now())?
        }
    };
    show(&invited, json)?;
    Ok(0)
}

fn show(invited: &Invited, json: bool) -> Result<(), Failure> {
    if json {
        return out::json(invited);
    }
    out::line(format!("invited: {} as long as {}", invited.login, crate::when::show(invited.until)))?;
    out::line(format!("secret   {}", invited.secret))?;
    out::line(
        "shown once. It is accepted on the page /desk of the service, or with POST /api/v1/invitations/accept: secret, name, password",
    )
}
