//! `marketd user`: the first administrator, and one whose password is lost.

use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::{Value, json};

use crate::identity::PASSWORD;
use crate::support::process::{Process, command, free_port};
use crate::support::{PATIENCE, tool};

const NEW_PASSWORD: &str = "battery staple correct";
const CHEAP: [&str; 4] = ["--set", "auth.hash_memory_kib=64", "--set", "auth.hash_passes=1"];

/// The command, over the store in this folder, with this on its standard input.
fn user(folder: &Path, words: &[&str], input: &str) -> Output {
    let mut command = command(free_port(), folder);
    command.arg("user").args(words).args(CHEAP);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    // It may have found a reason to stop before it reads.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    child.wait_with_output().expect("the binary ends")
}

fn done(folder: &Path, words: &[&str], input: &str) -> String {
    let output = user(folder, words, input);
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

fn refused(folder: &Path, words: &[&str], input: &str) -> String {
    let output = user(folder, words, input);
    assert!(!output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn server(folder: &Path) -> Process {
    let port = free_port();
    let mut server = command(port, folder);
    server
        .args(CHEAP)
        .args(["--set", "replay.builtin=false", "--set", "venues.sim.markets=BTC-USD"])
        .args(["--set", "limits.logins_per_minute=0"])
        .env("DISABLE_AUTH", "0");
    Process::start(server, port)
}

/// The status of a login, and its tokens if it is one.
async fn log_in(server: &Process, name: &str, password: &str) -> (u16, Value) {
    let login = json!({"name": name, "password": password});
    let answer = server.ask("POST", "/api/v1/auth/login", "", &login).await;
    (answer.status, answer.json()["data"].clone())
}

fn token(tokens: &Value) -> String {
    tokens["access_token"].as_str().expect("a token").to_owned()
}

#[actix_web::test]
async fn users_are_made_and_changed_at_the_console_and_a_running_server_hears_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    assert_eq!(done(at, &["list"], ""), "there are no users yet");
    assert_eq!(done(at, &["add", "Root"], &format!("{PASSWORD}\n")), "root: admin");
    assert_eq!(done(at, &["add", "bob", "--role", "viewer"], PASSWORD), "bob: viewer");
    assert_eq!(done(at, &["add", "ann"], PASSWORD), "ann: trader");
    assert_eq!(done(at, &["list"], ""), "root: admin\nbob: viewer\nann: trader");
    let server = server(at);
    server.ready(PATIENCE).await;
    let (_, root) = log_in(&server, "root", PASSWORD).await;
    let root = token(&root);
    assert_eq!(server.ask("GET", "/api/v1/users", &root, &Value::Null).await.status, 200);
    let mut session = server.session(json!({"token": root})).await;
    // The password is lost; the server runs.
    let said = done(at, &["password", "ROOT"], &format!("{NEW_PASSWORD}\r\n"));
    assert_eq!(said, "root: admin; its logins have ended");
    assert_eq!(log_in(&server, "root", PASSWORD).await.0, 401);
    let (status, again) = log_in(&server, "root", NEW_PASSWORD).await;
    assert_eq!(status, 200);
    // What was open ends when the server has looked into its store.
    assert_eq!(session.close_code().await, Some(4501));
    assert_eq!(server.ask("GET", "/api/v1/me", &root, &Value::Null).await.status, 401);
    let root = token(&again);
    assert_eq!(server.ask("GET", "/api/v1/me", &root, &Value::Null).await.status, 200, "what is newer");
    assert_eq!(done(at, &["disable", "bob"], ""), "bob: viewer, disabled; its logins have ended");
    assert_eq!(log_in(&server, "bob", PASSWORD).await.0, 401);
    done(at, &["enable", "bob"], "");
    assert_eq!(log_in(&server, "bob", PASSWORD).await.0, 200);
    assert_eq!(done(at, &["role", "bob", "trader"], ""), "bob: trader; its logins have ended");
    let audit = server.ask("GET", "/api/v1/audit?action=marketd", &root, &Value::Null).await.json();
    let told: Vec<(&Value, &Value, &Value)> = (audit["data"]["items"].as_array().expect("items").iter())
        .map(|item| (&item["proof"], &item["action"], &item["target"]))
        .collect();
    assert_eq!(told.len(), 7, "{audit}");
    assert_eq!(told[0], (&json!("console"), &json!("marketd user role"), &json!("bob")));
    assert_eq!(told[6], (&json!("console"), &json!("marketd user add"), &json!("root")));
}

#[test]
fn what_cannot_be_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    for (words, input, reason) in [
        (&["add", "-x"][..], PASSWORD, "-x"),
        (&["add", "a/b"], PASSWORD, "name is 2 to 32"),
        (&["add", "dev"], PASSWORD, "not to be had"),
        (&["add", "root"], "short\n", "password is 10 to 256"),
        (&["add", "root"], "", "password is 10 to 256"),
        (&["add", "root", "--role", "king"], PASSWORD, "viewer, trader, admin"),
        (&["password", "nobody"], PASSWORD, "there is no user \"nobody\""),
        (&["disable", "nobody"], "", "there is no user \"nobody\""),
    ] {
        let said = refused(at, words, input);
        assert!(said.contains(reason), "{words:?}: {said}");
        assert!(!said.contains("short"), "{words:?}: the password is in {said}");
    }
    assert_eq!(done(at, &["list"], ""), "there are no users yet");
    done(at, &["add", "root"], PASSWORD);
    assert!(refused(at, &["add", "ROOT"], PASSWORD).contains("is taken"));
    let away = ["list", "--set", "store.url=postgres://127.0.0.1:1/x"];
    assert_eq!(user(at, &away, "").status.code(), Some(69), "the store is away");
}

/// Types passwords into a terminal, each when it is asked for, and prints what the terminal showed.
const TYPIST: &str = r"
import os, pty, sys
answers = sys.argv[1].split('|')
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
shown = b''
while True:
    try:
        piece = os.read(terminal, 1024)
    except OSError:
        break
    if not piece:
        break
    shown += piece
    if answers and shown.endswith(b': '):
        os.write(terminal, answers.pop(0).replace('^C', '\x03').encode())
sys.stdout.write(shown.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
";

#[test]
fn a_terminal_is_asked_twice_and_shows_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let typed = |answers: &str| {
        let mut python = tool("MARKETD_TEST_PYTHON")?;
        python
            .args(["-c", TYPIST, answers, env!("CARGO_BIN_EXE_marketd"), "user", "add", "root"])
            .args(CHEAP);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MARKETD_")) {
            python.env_remove(name);
        }
        python.env("MARKETD__DATA_DIR", folder.path()).env("RUST_LOG", "off");
        let output = python.stdin(Stdio::null()).output().expect("it starts");
        let shown = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(!shown.contains("horse"), "the password is shown: {shown}");
        Some((output.status.code(), shown))
    };
    let twice = format!("{PASSWORD}\n|{PASSWORD}\n");
    for (answers, reason) in [
        (&*format!("{PASSWORD}\n|{PASSWORD}!\n"), "two passwords"),
        ("correct horse^C", "interrupted"),
        (&*format!("{PASSWORD}\n|horse^C"), "interrupted"),
    ] {
        let Some((code, shown)) = typed(answers) else { return };
        assert!(code == Some(1) && shown.contains(reason), "{answers:?}: {shown}");
    }
    let (code, shown) = typed(&twice).expect("a Python");
    assert!(code == Some(0) && shown.contains("root: admin"), "{shown}");
}
