//! The commands of `klero`. One file for each: it parses, calls, prints, and decides nothing.

pub mod admin;
pub mod backend;
pub mod backup;
pub mod beacon;
pub mod compare;
pub mod data;
pub mod demo;
pub mod draw;
pub mod keys;
pub mod log;
pub mod mirror;
pub mod monitor;
pub mod organiser;
pub mod out;
pub mod packaging;
pub mod panels;
pub mod pool;
pub mod receipt;
pub mod serve;
pub mod sheet;
pub mod sign;
pub mod terms;
pub mod tickets;
pub mod verifier_hash;
pub mod verify;
pub mod witness;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::failure::Failure;

/// A verifiable public lottery with an audit log.
///
/// An organiser seals who is in the pool and how to draw; a public beacon that nobody controls picks; every step is signed
/// and logged; anyone verifies it offline.
#[derive(Debug, Parser)]
#[command(
    name = "klero",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = "First steps:\n  klero demo                        a whole draw on an invented register, then pages to look at\n  \
                  klero verify bundle.json          check somebody's draw\n  klero init --dir D --origin NAME  begin a log of your own\n\n\
                  Exit codes: 0 done or verified · 1 refused or refuted · 2 usage or unreadable input · 3 not possible now"
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// All commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show a whole draw on an invented register: pool, seal, beacon, result, proof, pages
    Demo(demo::Args),
    /// Begin a new log in an empty folder: keys and the first entry
    Init(serve::InitArgs),
    /// Run the service: scheduler, public pages, and the socket that other commands speak to
    Serve(serve::ServeArgs),
    /// Invite people to the organisers' API
    #[command(subcommand)]
    Admin(admin::Command),
    /// Make, show, encrypt and replace signing keys
    #[command(subcommand)]
    Keys(keys::Command),
    /// Enrol an organiser: who may decide, and how many of them must sign
    #[command(subcommand)]
    Organiser(organiser::Command),
    /// Add a signature to a note: terms, announcement, vacancy, void, annulment, enrolment
    Sign(sign::Args),
    /// Check and commit a pool of people from CSV
    #[command(subcommand)]
    Pool(pool::Command),
    /// Convert a spreadsheet from standard input: what a service runs for itself
    #[command(hide = true)]
    Sheet(sheet::Args),
    /// Build, check and explain a list of panels that meet quotas
    #[command(subcommand)]
    Panels(panels::Command),
    /// Write, sign and show the terms of a draw
    #[command(subcommand)]
    Terms(terms::Command),
    /// Announce, seal, follow and close draws
    #[command(subcommand)]
    Draw(draw::Command),
    /// The personal data that the service keeps: its key, and how long
    #[command(subcommand)]
    Data(data::Command),
    /// Back up and restore a whole service
    #[command(subcommand)]
    Backup(backup::Command),
    /// Destroy a draw's pool: key, rows and table; the log and the result stay
    Erase(data::Erase),
    /// Recompute a pool from its rows and look for people who are in it twice
    Audit(pool::AuditArgs),
    /// Verify proof bundles, offline
    #[command(disable_help_flag = true)]
    Verify(verify::Args),
    /// Print the fingerprint of the verifier that fits in one file, verifier.html
    VerifierHash(verifier_hash::Args),
    /// The public beacon: check a round, find a round, run a rehearsal beacon
    #[command(subcommand)]
    Beacon(beacon::Command),
    /// Print tickets for a ticket key
    Tickets(tickets::Args),
    /// Make and check a person's receipt
    #[command(subcommand)]
    Receipt(receipt::Command),
    /// Check, repair, export and close the log
    #[command(subcommand)]
    Log(log::Command),
    /// Be a witness: cosign the checkpoints of other people's logs
    Witness(witness::Args),
    /// Watch a log: check every step and every draw, keep what was seen, say what is wrong
    Monitor(monitor::Args),
    /// Compare two views of one log: the same, an extension, or a fork, with proof
    Compare(compare::Args),
    /// Copy a log to a folder that any web server can serve
    Mirror(mirror::Args),
    /// Print the completions of a shell
    Completions(packaging::CompletionsArgs),
    /// Write the manual pages
    Man(packaging::ManArgs),
}

/// The folder of a service.
#[derive(Debug, Clone, clap::Args)]
pub struct Dir {
    /// The service's folder
    #[arg(long, value_name = "DIR", env = "KLERO_DIR")]
    pub dir: PathBuf,
}

/// Runs one command. The exit code is 0, or what [`Failure::exit`] says.
pub fn run(cli: Cli) -> Result<u8, Failure> {
    match cli.command {
        Command::Demo(args) => demo::run(&args),
        Command::Init(args) => serve::init(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Admin(command) => admin::run(command),
        Command::Keys(command) => keys::run(command),
        Command::Organiser(command) => organiser::run(command),
        Command::Sign(args) => sign::run(&args),
        Command::Pool(command) => pool::run(command),
        Command::Sheet(args) => sheet::run(&args),
        Command::Panels(command) => panels::run(command),
        Command::Terms(command) => terms::run(command),
        Command::Draw(command) => draw::run(command),
        Command::Backup(command) => backup::run(command),
        Command::Data(command) => data::run(command),
        Command::Erase(args) => data::erase(&args),
        Command::Audit(args) => pool::audit(&args),
        Command::Verify(args) => verify::run(&args),
        Command::VerifierHash(args) => verifier_hash::run(&args),
        Command::Beacon(command) => beacon::run(command),
        Command::Tickets(args) => tickets::run(&args),
        Command::Receipt(command) => receipt::run(command),
        Command::Log(command) => log::run(command),
        Command::Completions(args) => packaging::completions(&args),
        Command::Man(args) => packaging::man(&args),
        Command::Witness(args) => witness::run(args),
        Command::Monitor(args) => monitor::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Mirror(args) => mirror::run(&args),
    }
}
