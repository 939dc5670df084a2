//! The commands that README and docs quote. Each is one that the program knows, with options that it has; and those of the runbook and of the README's
//! first draw are carried out, in order, by the real program, with a rehearsal beacon in the place of drand's and with installing left out.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use clap::{CommandFactory as _, Parser as _};
use kleroterion::cli::Cli;
use kleroterion::vault::Vault;
use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn document(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// Words of a line as a shell would part them; a comment ends it.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut begun) = (Vec::new(), String::new(), false, false);
    for c in line.chars() {
        match c {
            '"' => (quoted, begun) = (!quoted, true),
            '#' if !quoted && word.is_empty() => break,
            ' ' if !quoted => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            _ => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

/// Commands of the shell blocks of a document, or of one of its sections.
fn commands(text: &str) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for block in text.split("```sh\n").skip(1) {
        let block = block.split("```").next().unwrap().replace("\\\n", " ");
        for line in block.lines() {
            for command in words(line).split(|word| word == "&&") {
                let command: Vec<String> = command.iter().filter(|word| *word != "&").cloned().collect();
                if !command.is_empty() {
                    all.push(command);
                }
            }
        }
    }
    all
}

/// A section, from its title to the next of its kind.
fn section<'a>(text: &'a str, title: &str) -> &'a str {
    let start = text.find(&format!("\n## {title}\n")).unwrap_or_else(|| panic!("there is no section {title}"));
    let rest = &text[start + 4..];
    &rest[..rest.find("\n## ").unwrap_or(rest.len())]
}

/// Every document that tells people what to type.
fn documents() -> BTreeMap<String, String> {
    let mut all = BTreeMap::from([("README.md".to_owned(), document("README.md"))]);
    let mut folders = vec![PathBuf::from("docs")];
    while let Some(folder) = folders.pop() {
        for item in std::fs::read_dir(root().join(&folder)).unwrap() {
            let path = folder.join(item.unwrap().file_name());
            if root().join(&path).is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "md") {
                all.insert(path.display().to_string(), document(path.to_str().unwrap()));
            }
        }
    }
    all
}

#[test]
fn every_command_that_is_quoted_whole_can_be_typed() {
    let mut checked = 0;
    for (name, text) in documents() {
        for mut command in commands(&text) {
            match command[0].as_str() {
                "klero" => {}
                "klero-service" => command.extend(["--dir".to_owned(), "service".to_owned()]),
                _ => continue,
            }
            // A place to put something of one's own is any text; what has a form gets one.
            let typed = command.iter().map(|word| word.replace("DRAW", "letters-2026"));
            let parsed = Cli::try_parse_from(typed);
            assert!(parsed.is_ok(), "{name}: {}\n{}", command.join(" "), parsed.err().unwrap());
            checked += 1;
        }
    }
    assert!(checked > 50, "only {checked}");
}

#[test]
fn every_command_that_is_mentioned_is_there() {
    let mut cli = Cli::command();
    cli.build();
    let mut checked = 0;
    for (name, text) in documents() {
        for quoted in text.split('`').skip(1).step_by(2) {
            let mut words = quoted.split_whitespace();
            if words.next() != Some("klero") || quoted.contains('\n') {
                continue;
            }
            let mut command = &cli;
            for word in words {
                if let Some(option) = word.trim_end_matches([',', '.']).strip_prefix("--") {
                    let option = option.split('=').next().unwrap();
                    let known = command.get_arguments().any(|argument| argument.get_long() == Some(option));
                    // The verifier reads its own arguments.
                    let verifier =
                        command.get_name() == "verify" && klero_verifier::cli::HELP.contains(&format!("--{option}"));
                    assert!(known || verifier || option == "help", "{name}: {quoted}: there is no --{option}");
                } else if command.has_subcommands() {
                    let alternatives: Vec<&str> = word.split('|').collect();
                    for alternative in &alternatives {
                        let found = command.find_subcommand(alternative).is_some();
                        let place = alternative.chars().all(|c| c.is_ascii_uppercase() || c == '…');
                        assert!(found || place, "{name}: `{quoted}`: there is no command {alternative}");
                    }
                    let Some(next) = command.find_subcommand(alternatives[0]) else { break };
                    command = next;
                }
            }
            checked += 1;
        }
    }
    assert!(checked > 20, "only {checked}");
}

/// A program that runs beside the test and ends with it.
struct Beside {
    child: Child,
    says: BufReader<std::process::ChildStdout>,
}

impl Beside {
    fn start(dir: &Path, arguments: &[String]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_klero"));
        let mut child = command.current_dir(dir).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let says = BufReader::new(child.stdout.take().unwrap());
        Self { child, says }
    }

    /// Reads what it prints until a line holds the words; gives what follows them.
    #[track_caller]
    fn says(&mut self, words: &str) -> String {
        let mut line = String::new();
        while self.says.read_line(&mut line).unwrap() > 0 {
            if let Some((_, rest)) = line.trim_end().split_once(words) {
                return rest.to_owned();
            }
            line.clear();
        }
        panic!("it ended and never said {words}");
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn get(address: &str, path: &str) -> String {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\nhost: x\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(" 200 "), "{head} {body}");
    body.to_owned()
}

/// The place where somebody follows the runbook.
struct Town {
    folder: tempfile::TempDir,
    beacon: Beside,
    /// Where the beacon answers. The service is told of another place, where nobody does.
    relay: String,
    service: Option<Beside>,
    /// `clerk.key`, until it is lost.
    clerk: &'static str,
}

impl Town {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let arguments = "beacon serve --dir beacon --listen 127.0.0.1:0 --period 1";
        let mut beacon = Beside::start(folder.path(), &arguments.split(' ').map(str::to_owned).collect::<Vec<_>>());
        let relay = beacon.says("http://");
        let mut people = String::from("number,name,municipality\n");
        for i in 0..1_500 {
            people.push_str(&format!("{i},Person {i},{}\n", ["Eupen", "Raeren", "Kelmis"][i % 3]));
        }
        std::fs::write(folder.path().join("people.csv"), people).unwrap();
        Self { folder, beacon, relay, service: None, clerk: "clerk.key" }
    }

    fn at(&self) -> &Path {
        self.folder.path()
    }

    fn klero(&self, arguments: &[String]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_klero")).current_dir(self.at()).args(arguments).output().unwrap();
        let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "klero {}\n{told}", arguments.join(" "));
        told
    }

    fn status(&self) -> Value {
        let told = self.klero(&["draw", "status", "letters-2026", "--dir", "service", "--json"].map(str::to_owned));
        serde_json::from_str::<Value>(&told).unwrap()[0].clone()
    }

    /// Carries a command out as it is quoted, but for what differs here.
    fn does(&mut self, command: &[String]) {
        let mut typed: Vec<String> = command.iter().map(|word| word.replace("DRAW", "letters-2026")).collect();
        for word in &mut typed {
            match word.as_str() {
                "clerk.key" if command[1] != "keys" && command[1] != "organiser" => *word = self.clerk.to_owned(),
                // Time enough to seal, and little to wait.
                "+2h" => *word = "+25s".to_owned(),
                "age1…" => *word = Vault::open(&self.at().join("backup.key")).unwrap().recipient(),
                _ => {}
            }
        }
        let arguments = typed.split_off(1);
        match (typed[0].as_str(), arguments[0].as_str()) {
            ("klero", "serve") if !arguments.contains(&"--check-config".to_owned()) => {
                self.service = None;
                let listening = arguments.iter().map(|word| word.replace("127.0.0.1:8080", "127.0.0.1:0"));
                let mut arguments: Vec<String> = listening.collect();
                if !arguments.contains(&"--listen".to_owned()) {
                    arguments.extend(["--listen".to_owned(), "127.0.0.1:0".to_owned()]);
                }
                let mut service = Beside::start(self.at(), &arguments);
                service.says("serving http://");
                self.service = Some(service);
            }
            ("klero", "init") => {
                let more = ["--rehearsal", "beacon/chain.json", "--relay", "http://127.0.0.1:9"].map(str::to_owned);
                self.klero(&[arguments, more.to_vec()].concat());
            }
            ("klero", _) => drop(self.klero(&arguments)),
            ("mv", "service") => {
                self.service = None;
                std::fs::rename(self.at().join(&arguments[0]), self.at().join(&arguments[1])).unwrap();
            }
            ("curl", "-o") => {
                let status = self.status();
                let round = status["round"].as_u64().unwrap();
                let path = |round: u64| format!("/public/{round}");
                // The round is there when the beacon has it.
                while get(&self.relay, "/public/latest").parse::<Value>().unwrap()["round"].as_u64().unwrap() < round {
                    assert!(self.beacon.child.try_wait().unwrap().is_none());
                    std::thread::sleep(std::time::Duration::from_millis(100));
                }
                std::fs::write(self.at().join(&arguments[1]), get(&self.relay, &path(round))).unwrap();
            }
            _ => panic!("nobody knows how to carry out: {}", command.join(" ")),
        }
    }

    fn does_all(&mut self, commands: &[Vec<String>]) {
        assert!(!commands.is_empty());
        commands.iter().for_each(|command| self.does(command));
    }
}

#[test]
fn the_runbook_is_followed_from_the_first_key_to_the_end() {
    let (readme, runbook) = (document("README.md"), document("docs/operations.md"));
    let first = commands(section(&readme, "Run a draw").split("```").take(3).collect::<Vec<_>>().join("```").as_str());
    let until = first.iter().position(|command| command[1..3] == ["draw", "status"]).unwrap();
    let mut town = Town::new();

    // Keys and the first draw, to its seal.
    town.does_all(&first[..until]);
    assert_eq!(town.status()["phase"], "sealed");
    let check = ["serve", "--dir", "service", "--check-config"].map(str::to_owned);
    assert!(town.klero(&check).contains("in order"));

    // Backup and restore, with what lies outside: the data key, the backup's key, a reader's checkpoint.
    let at = town.at().to_owned();
    Vault::create(&at.join("backup.key")).unwrap();
    std::fs::copy(at.join("service/keys/data.key"), at.join("data.key")).unwrap();
    town.does_all(&commands(section(&runbook, "Backup")));
    std::fs::copy(at.join("service/public/checkpoint"), at.join("checkpoint")).unwrap();
    town.does_all(&commands(section(&runbook, "Restore")));
    assert_eq!(town.status()["phase"], "sealed");

    // A key is lost; from here on the new one signs.
    town.does_all(&commands(section(&runbook, "A lost key")));
    town.clerk = "clerk2.key";

    // No relay answers: somebody fetches the round and hands it in.
    town.does_all(&commands(section(&runbook, "The beacon is late")));
    assert_eq!(town.status()["phase"], "drawn");
    let after = &first[until..first.len() - 1];
    town.does_all(after);
    assert_eq!(std::fs::read_to_string(at.join("result/drawn.csv")).unwrap().lines().count(), 1_001);

    town.does_all(&commands(section(&runbook, "An objection is upheld")));
    assert_eq!(town.status()["phase"], "annulled");
    town.does_all(&commands(section(&runbook, "When it is over")));
    assert_eq!(town.status()["erased"], true);
    assert_eq!(first.last().unwrap()[1], "erase", "the README ends with it too");
}
