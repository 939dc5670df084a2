//! placeholder
use crate::failure::Failure;
/// x
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// x
    Make,
}
/// r
pub fn run(_: Command) -> Result<u8, Failure> {
    Ok(0)
}
