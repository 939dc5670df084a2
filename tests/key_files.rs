//! Key files under a passphrase: the real program, without a terminal, and with one.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

mod common_program;

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use common_program::{Beside, done, exits};
use serde_json::{Value, json};

const PASSPHRASE: &str = "staple battery horse correct";

fn private(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// A folder with a right and a wrong passphrase in files.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    private(&folder.path().join("right"), &format!("{PASSPHRASE}\n"));
    private(&folder.path().join("wrong"), "staple battery horse incorrect\n");
    folder
}

const RIGHT: &[(&str, &str)] = &[("KLERO_PASSPHRASE_FILE", "right")];

#[test]
fn a_key_is_claimed_for_one_account_of_one_service() {
    let folder = folder();
    let dir = folder.path();
    let public = done(dir, "keys new --name eupen/clerk --out clerk.key");
    let claim = "keys claim clerk.key --login Anna@Example.org --log test.example/log";
    let note = done(dir, claim);
    let head = "kleroterion/v1/member_key\n{\"account\":\"anna@example.org\",\"key\":\"";
    let tail = "\",\"log\":\"test.example/log\",\"organiser\":\"eupen\"}\n\n\u{2014} eupen/clerk ";
    assert!(note.starts_with(&format!("{head}{}{tail}", public.trim())), "{note}");
    let told: Value = serde_json::from_str(&done(dir, &format!("{claim} --json"))).unwrap();
    assert_eq!(told, json!({"vkey": public.trim(), "proof": note}));
    // A public half proves nothing.
    std::fs::write(dir.join("clerk.pub"), &public).unwrap();
    exits(dir, &[], "keys claim clerk.pub --login anna --log test.example/log", 2);
}

#[test]
fn a_key_is_put_under_a_passphrase_used_and_taken_out_again() {
    let folder = folder();
    let dir = folder.path();
    let key = dir.join("clerk.key");
    done(dir, "keys new --name eupen/clerk --out clerk.key");
    let (before, public) = (std::fs::read_to_string(&key).unwrap(), done(dir, "keys show clerk.key"));

    done(dir, "keys encrypt clerk.key --passphrase-file right");
    let text = std::fs::read_to_string(&key).unwrap();
    assert!(!text.contains("PRIVATE+KEY") && text.contains("BEGIN AGE ENCRYPTED FILE"), "{text}");
    assert_eq!(mode(&key), 0o600);
    // The public half needs no passphrase.
    assert_eq!(done(dir, "keys show clerk.key"), public);
    let shown: Value = serde_json::from_str(&done(dir, "keys show clerk.key --json")).unwrap();
    assert_eq!(shown, json!({"encrypted": true, "name": "eupen/clerk", "vkey": public.trim()}));

    let enrol = "organiser new --id eupen --name Eupen --log test.example/log --member clerk.key --threshold 1 --out";
    done(dir, &format!("{enrol} eupen.note"));
    let signed = "sign eupen.note --key clerk.key";
    for (environment, words) in [
        (&[] as &[(&str, &str)], ["no terminal", "KLERO_PASSPHRASE_FILE"]),
        (&[("KLERO_PASSPHRASE_FILE", "wrong")], ["does not open", "clerk.key"]),
        (&[("KLERO_PASSPHRASE_FILE", "nowhere")], ["nowhere", "check the path"]),
    ] {
        let complaint = exits(dir, environment, signed, 2).1;
        words.iter().for_each(|word| assert!(complaint.contains(word), "{environment:?}: {word}: {complaint}"));
    }
    std::fs::set_permissions(dir.join("wrong"), std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(exits(dir, &[("KLERO_PASSPHRASE_FILE", "wrong")], signed, 2).1.contains("chmod 600"));
    assert!(exits(dir, RIGHT, signed, 0).0.contains("signed by eupen/clerk"));

    // Twice is refused, as is what has nothing secret.
    assert!(exits(dir, RIGHT, "keys encrypt clerk.key", 2).1.contains("encrypted already"));
    std::fs::write(dir.join("clerk.pub"), &public).unwrap();
    assert!(exits(dir, RIGHT, "keys encrypt clerk.pub", 2).1.contains("public key"));
    private(&dir.join("short"), "nine char\n");
    done(dir, "keys new --name eupen/mayor --out mayor.key");
    let complaint = exits(dir, &[], "keys encrypt mayor.key --passphrase-file short", 2).1;
    assert!(complaint.contains("shorter than 10"), "{complaint}");

    exits(dir, &[("KLERO_PASSPHRASE_FILE", "right")], "keys decrypt clerk.key", 0);
    assert_eq!((std::fs::read_to_string(&key).unwrap(), mode(&key)), (before, 0o600));
    assert!(exits(dir, RIGHT, "keys decrypt clerk.key", 2).1.contains("not encrypted"));

    // One that was altered is told from one under another passphrase.
    exits(dir, RIGHT, "keys new --encrypt --name eupen/third --out third.key", 0);
    assert!(exits(dir, RIGHT, "keys new --encrypt --name eupen/third --out third.key", 2).1.contains("exists already"));
    let third = std::fs::read_to_string(dir.join("third.key")).unwrap();
    private(&dir.join("third.key"), &third.replacen(third.lines().next().unwrap(), public.trim(), 1));
    assert!(exits(dir, RIGHT, "keys decrypt third.key", 2).1.contains("not the public half"));
    let middle = third.lines().nth(3).unwrap();
    private(&dir.join("third.key"), &third.replace(middle, &middle.to_lowercase()));
    assert!(exits(dir, RIGHT, "keys decrypt third.key", 2).1.contains("third.key"));
}

#[test]
fn a_passphrase_is_typed_on_a_terminal_and_not_shown() {
    let folder = folder();
    let dir = folder.path();
    done(dir, "keys new --name eupen/clerk --out clerk.key");
    // script(1) gives the program a terminal, and types what stands on its own input. A terminal that echoes would show it.
    let typed = |arguments: &str, lines: &str| {
        let program = format!("{} {arguments}", env!("CARGO_BIN_EXE_klero"));
        let mut child = Command::new("script")
            .args(["--quiet", "--return", "--echo", "never", "--command", &program, "/dev/null"])
            .current_dir(dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), lines.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.code().unwrap(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, text) = typed("keys encrypt clerk.key", &format!("{PASSPHRASE}\nanother one that is long\n"));
    assert!(code == 2 && text.contains("differ"), "{text}");
    let (code, text) = typed("keys encrypt clerk.key", &format!("{PASSPHRASE}\n{PASSPHRASE}\n"));
    assert!(code == 0 && text.contains("new passphrase for clerk.key") && !text.contains("battery"), "{text}");
    let (code, text) = typed("keys decrypt clerk.key", "staple battery horse incorrect\n");
    assert!(code == 2 && text.contains("does not open clerk.key"), "{text}");
    let (code, text) = typed("keys decrypt clerk.key", &format!("{PASSPHRASE}\n"));
    assert!(code == 0 && text.contains("no longer encrypted"), "{text}");
}

#[test]
fn a_service_and_a_witness_start_from_encrypted_keys() {
    let folder = folder();
    let dir = folder.path();
    done(dir, "init --dir service --origin test.example/log");
    for key in ["service/keys/log.key", "service/keys/service.key"] {
        done(dir, &format!("keys encrypt {key} --passphrase-file right"));
    }
    // Checking and backing up need no passphrase; signing does.
    assert!(done(dir, "log fsck --dir service").contains("the log is sound"));
    done(dir, "backup create --dir service --out b.tar");
    assert!(exits(dir, &[], "serve --dir service --check-config", 2).1.contains("no terminal"));
    assert!(
        exits(dir, &[("KLERO_PASSPHRASE_FILE", "wrong")], "serve --dir service --check-config", 2)
            .1
            .contains("log.key")
    );

    // As systemd hands a credential over: in a folder of its own, readable by an ACL that the mode shows as the group's.
    let credentials = dir.join("credentials");
    std::fs::create_dir(&credentials).unwrap();
    private(&credentials.join("passphrase"), PASSPHRASE);
    std::fs::set_permissions(credentials.join("passphrase"), std::fs::Permissions::from_mode(0o440)).unwrap();
    let given = [("CREDENTIALS_DIRECTORY", credentials.to_str().unwrap())];
    exits(dir, &given, "serve --dir service --check-config", 0);
    let mut serving = Beside::start(dir, &given, "serve --dir service --listen 127.0.0.1:0");
    assert!(serving.says("serving http://").starts_with("127.0.0.1:"));
    // The running service signs, whoever asks it.
    done(dir, "keys new --name eupen/clerk --out clerk.key");
    done(
        dir,
        "organiser new --id eupen --name Eupen --log test.example/log --member clerk.key --threshold 1 --key clerk.key --out e.note",
    );
    assert!(done(dir, "organiser enrol e.note --dir service").contains("logged as step 1"));
    serving.end();

    done(dir, "witness init --dir witness --name w.example");
    done(dir, "keys encrypt witness/witness.key --passphrase-file right");
    let witness = "witness --dir witness --log service/public/log.vkey --listen 127.0.0.1:0";
    assert!(exits(dir, &[], witness, 2).1.contains("no terminal"));
    let mut witness = Beside::start(dir, RIGHT, witness);
    witness.says("witnessing on http://");
}
