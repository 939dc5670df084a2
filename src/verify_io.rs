//! Files, folders and the web for the verifier, which itself does no I/O.
use std::ffi::OsString;
use std::io::Write;

/// Runs the verifier's command line.
pub fn run(_args: impl Iterator<Item = OsString>, _out: &mut dyn Write, _err: &mut dyn Write) -> u8 {
    2
}
