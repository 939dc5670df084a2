//! `klero verify`: the same program as `klero-verify`, which in addition can read a log from the web.

use std::ffi::OsString;

use crate::failure::Failure;

/// Arguments, handed on as they are.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// BUNDLE… [--trust FILE] [--artifacts DIR] [--log DIR|URL] [--strict] [--sequence] [--json]
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, num_args = 0.., value_name = "ARGS")]
    args: Vec<OsString>,
}

/// Runs it.
pub fn run(args: &Args) -> Result<u8, Failure> {
    Ok(crate::verify_io::run(args.args.iter().cloned(), &mut std::io::stdout().lock(), &mut std::io::stderr().lock()))
}
