//! The real program, as a person or systemd starts it.

use std::io::{BufRead as _, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};

/// Runs `klero` in `dir`, with nothing on its standard input and no terminal, and these variables.
pub(crate) fn klero(dir: &Path, environment: &[(&str, &str)], arguments: &str) -> Output {
    let mut command = Command::new("setsid");
    command.arg("--wait").arg(env!("CARGO_BIN_EXE_klero")).args(arguments.split_whitespace()).current_dir(dir);
    command.env_remove("KLERO_PASSPHRASE_FILE").env_remove("CREDENTIALS_DIRECTORY").stdin(Stdio::null());
    command.envs(environment.iter().copied()).output().unwrap()
}

/// The same; its exit code must be `code`. What it prints on standard output, and on standard error.
#[track_caller]
pub(crate) fn exits(dir: &Path, environment: &[(&str, &str)], arguments: &str, code: i32) -> (String, String) {
    let output = klero(dir, environment, arguments);
    let (told, complaint) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(code), "klero {arguments}\n{told}\n{complaint}");
    (told, complaint)
}

/// The same without variables, and it must do its work.
#[track_caller]
pub(crate) fn done(dir: &Path, arguments: &str) -> String {
    exits(dir, &[], arguments, 0).0
}

/// A program that runs beside the test and ends with it.
pub(crate) struct Beside {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Drop for Beside {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

impl Beside {
    /// Starts `klero` in `dir`.
    pub(crate) fn start(dir: &Path, environment: &[(&str, &str)], arguments: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_klero"));
        let command = command.current_dir(dir).args(arguments.split_whitespace()).stdin(Stdio::null());
        let command = command.envs(environment.iter().copied());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// Reads what it prints until a line holds `words`; gives what follows them.
    #[track_caller]
    pub(crate) fn says(&mut self, words: &str) -> String {
        let rest = |line: String| line.split_once(words).map(|(_, rest)| rest.to_owned());
        self.lines.find_map(|line| rest(line.unwrap())).unwrap_or_else(|| panic!("it never says '{words}'"))
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn end(mut self) -> ExitStatus {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").arg(pid).status().unwrap().success());
        self.child.wait().unwrap()
    }
}
