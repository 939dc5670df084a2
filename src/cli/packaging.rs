//! What a package of the program needs beside it: manual pages and shell completions, made from the commands themselves so that they cannot
//! fall behind.

use std::path::{Path, PathBuf};

use clap::CommandFactory as _;

use super::{Cli, out};
use crate::atomic;
use crate::failure::{Failure, Named as _};

/// Arguments of `klero completions`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  klero completions bash > /etc/bash_completion.d/klero")]
pub struct CompletionsArgs {
    /// The shell
    shell: clap_complete::Shell,
}

/// Arguments of `klero man`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  klero man --out man && man -l man/klero-draw-seal.1")]
pub struct ManArgs {
    /// Folder for the pages, one for each command
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Prints the completions of a shell.
pub fn completions(args: &CompletionsArgs) -> Result<u8, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "klero", &mut text);
    out::write(&String::from_utf8_lossy(&text))?;
    Ok(0)
}

/// Writes a manual page for each command.
pub fn man(args: &ManArgs) -> Result<u8, Failure> {
    std::fs::create_dir_all(&args.out).named("make the folder", &args.out)?;
    let mut command = Cli::command();
    command.build();
    let pages = page(&command, "klero", &args.out)?;
    out::line(format!("{pages} manual pages in {}", args.out.display()))?;
    Ok(0)
}

fn page(command: &clap::Command, name: &str, folder: &Path) -> Result<usize, Failure> {
    let mut text = Vec::new();
    let named = command.clone().display_name(name.to_owned());
    clap_mangen::Man::new(named)
        .render(&mut text)
        .map_err(|e| Failure::unavailable(format!("the page of {name} cannot be made: {e}")))?;
    atomic::write(&folder.join(format!("{name}.1")), &text)?;
    let mut pages = 1;
    for inner in command.get_subcommands().filter(|c| c.get_name() != "help") {
        pages += page(inner, &format!("{name}-{}", inner.get_name()), folder)?;
    }
    Ok(pages)
}
