//! placeholder
use crate::failure::Failure;
use std::path::{Path, PathBuf};
/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The draw
    draw: klero_draw::names::Slug,
    /// x
    #[arg(long)]
    pool: PathBuf,
}
/// r
pub fn run(_: &Args) -> Result<(), Failure> {
    Ok(())
}
/// w
pub fn write(_pool: &Path, _bundle: &str, _out: &Path) -> Result<(), Failure> {
    Ok(())
}
