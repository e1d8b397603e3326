//! The real binary as a child process: how it stops, what it says when it cannot start, its commands.

use std::io::Read;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use marketd_testkit::{testdata, wait_until};
use serde_json::{Value, json};

use crate::support::PATIENCE;
use crate::support::process::{Process, command, free_port};
use crate::support::raw::RawClient;

fn started(data_dir: &Path) -> Process {
    let port = free_port();
    Process::start(command(port, data_dir), port)
}

async fn client(process: &Process) -> RawClient {
    let mut client = RawClient::connect(&process.address()).await;
    let book = json!({"op": "subscribe", "channel": "book", "market": "binance:BTC-USDT", "depth": "full"});
    client.send_json(&book).await;
    client.send_json(&json!({"op": "subscribe", "channel": "trades", "market": "sim:BTC-USD"})).await;
    assert_eq!(client.next_json().await.expect("a reply")["status"], "ok");
    client
}

#[actix_web::test]
async fn sigterm_closes_every_client_with_1012_and_exits_with_0() {
    let data_dir = tempfile::tempdir().expect("a folder");
    let process = started(data_dir.path());
    process.ready(PATIENCE).await;
    let mut clients = Vec::new();
    for _ in 0..50 {
        clients.push(client(&process).await);
    }
    process.signal("-TERM");
    for client in &mut clients {
        assert_eq!(client.until_closed().await.1, Some(1012));
    }
    // Longer than the deadline of ten seconds only by what a busy machine adds.
    assert_eq!(process.ended(Duration::from_secs(10)).await.code(), Some(0));
    assert_eq!(process.status("/livez").await, None);
}

#[actix_web::test]
async fn clients_that_read_nothing_do_not_hold_up_the_end() {
    let data_dir = tempfile::tempdir().expect("a folder");
    let port = free_port();
    let mut command = command(port, data_dir.path());
    command.env("MARKETD__REPLAY__SPEED", "50");
    let process = Process::start(command, port);
    process.ready(PATIENCE).await;
    let mut clients = Vec::new();
    for _ in 0..5 {
        let mut client = RawClient::with_small_buffer(&process.address()).await;
        let book = json!({"op": "subscribe", "channel": "book", "market": "binance:BTC-USDT",
                          "depth": "full", "interval_ms": 0});
        client.send_json(&book).await;
        clients.push(client);
    }
    // Reading nothing for two seconds is the scenario: their sockets are full when the signal comes.
    tokio::time::sleep(Duration::from_secs(2)).await;
    process.signal("-INT");
    assert_eq!(process.ended(Duration::from_secs(10)).await.code(), Some(0));
}

#[actix_web::test]
async fn a_second_signal_ends_the_process_at_once() {
    let data_dir = tempfile::tempdir().expect("a folder");
    let port = free_port();
    let mut command = command(port, data_dir.path());
    for key in ["SESSION__CLOSE_GRACE_MS", "SHUTDOWN__SESSIONS_MS"] {
        command.env(format!("MARKETD__{key}"), "60000");
    }
    command.env("MARKETD__SHUTDOWN__DEADLINE_MS", "70000");
    let process = Process::start(command, port);
    process.ready(PATIENCE).await;
    // A client that does not answer the close frame keeps the first signal busy: for a minute, by these settings.
    let _held = client(&process).await;
    process.signal("-TERM");
    wait_until(PATIENCE, "stopping", async || process.status("/readyz").await == Some(503)).await;
    assert!(process.is_running());
    process.signal("-TERM");
    assert_eq!(process.ended(Duration::from_secs(5)).await.code(), Some(130));
}

#[actix_web::test]
async fn a_server_that_was_killed_starts_again_and_serves() {
    let data_dir = tempfile::tempdir().expect("a folder");
    let process = started(data_dir.path());
    process.ready(PATIENCE).await;
    let _client = client(&process).await;
    process.signal("-KILL");
    assert!(process.ended(PATIENCE).await.code().is_none());
    let port = process.port;
    let again = Process::start(command(port, data_dir.path()), port);
    // Two seconds for the shipped binary; this one is not optimized.
    again.ready(Duration::from_secs(5)).await;
    client(&again).await;
}

/// Runs the binary to its end.
fn run(prepare: impl FnOnce(&mut Command)) -> Output {
    let data_dir = tempfile::tempdir().expect("a folder");
    let mut command = command(free_port(), data_dir.path());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    prepare(&mut command);
    command.output().expect("the binary runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_port_in_use_is_told_with_the_address() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address");
    let output = run(|command| {
        command.env("GATEWAY_PORT", address.port().to_string());
    });
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains(&address.to_string()), "{}", text(&output.stderr));
}

/// A file in its place, since who is root may write into any folder. That a folder has one process is in `store::files`.
#[test]
fn a_folder_that_cannot_be_used_is_told_with_its_name() {
    let taken = tempfile::NamedTempFile::new().expect("a file");
    let folder = taken.path().display().to_string();
    let output = run(|command| {
        command.args(["--set", &format!("data_dir={folder}")]);
    });
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(73), "{stderr}");
    assert!(stderr.contains(&format!("cannot use data_dir {folder}: ")), "{stderr}");
    assert_eq!(stderr.matches("os error").count(), 1, "the reason once: {stderr}");
}

/// The environment holds what others put there, in whatever encoding; only what is for us has to be text.
#[cfg(unix)]
#[test]
fn variables_that_are_no_text_are_named_where_they_are_ours() {
    use std::os::unix::ffi::OsStrExt;
    let bytes = std::ffi::OsStr::from_bytes(b"\xff\xfe");
    for (name, expected) in [("MARKETD__HTTP__BIND", 78), ("DATABASE_URL", 78), ("SOMEBODY_ELSES", 0)] {
        let output = run(|command| {
            command.arg("check-config").env(name, bytes);
        });
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(expected), "{name}: {stderr}");
        assert_eq!(stderr.contains(name), expected != 0, "{stderr}");
    }
}

#[test]
fn a_wrong_configuration_exits_with_78_and_names_the_key() {
    let check = |name: &str, value: &str, told: &[&str]| {
        let output = run(|command| {
            command.env(name, value);
        });
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(78), "{name}={value}: {stderr}");
        assert!(told.iter().all(|word| stderr.contains(word)), "{name}={value}: {stderr}");
    };
    check("MARKETD__NO__SUCH", "1", &["MARKETD__NO__SUCH"]);
    check("MARKETD__HTTP__NO_SUCH", "1", &["MARKETD__HTTP__NO_SUCH"]);
    check("MARKETD__HTTP__WORKERS", "many", &["MARKETD__HTTP__WORKERS", "many"]);
    check("MARKETD__REPLAY__SPEED", "fast", &["replay.speed", "fast"]);
    check("MARKETD__MARKETS__MAILBOX", "0", &["markets.mailbox"]);
    check("MARKETD__VENUES__BINANCE__MARKETS", "BTCUSDT", &["venues.binance.markets", "BTCUSDT"]);
    check("GATEWAY_PORT", "eighty", &["GATEWAY_PORT", "eighty"]);
    check("RUST_LOG", "info=debug=trace", &["log.filter", "info=debug=trace"]);
    check("MARKETD__LIMITS__HEAD_MS", "9223372036854775807", &["limits.head_ms"]);
    check("MARKETD_PROFILE", "nonsense", &["nonsense"]);
    let output = run(|command| {
        command.args(["check-config", "--set", "no.such=1"]);
    });
    assert_eq!(output.status.code(), Some(78), "{}", text(&output.stderr));
    for place in [["--profile", "production"], ["--set", "http.bind=0.0.0.0:1"]] {
        let output = run(|command| {
            command.args(["check-config", "--set", "session.echo=true"]).args(place);
        });
        assert_eq!(output.status.code(), Some(78), "{place:?}: {}", text(&output.stderr));
        assert!(text(&output.stderr).contains("session.echo"), "{}", text(&output.stderr));
    }
}

#[test]
fn check_config_prints_what_would_be_used() {
    let output = run(|command| {
        command.arg("check-config").env("GATEWAY_PORT", "4321");
    });
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("127.0.0.1:4321"), "{}", text(&output.stdout));
}

#[test]
fn a_summary_is_json_and_the_same_each_time() {
    let file = testdata("binance-spot/btcusdt_20240808.jsonl.zst");
    let summary = || {
        let output = run(|command| {
            command.arg("replay").arg(&file).arg("--summary");
        });
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        output.stdout
    };
    let first = summary();
    let value: Value = serde_json::from_slice(&first).expect("JSON");
    assert_eq!(value["sessions"][0]["venue"], "binance");
    assert!(value["sessions"][0]["symbols"]["BTCUSDT"]["trades"]["count"].as_u64() > Some(1_000));
    assert_eq!(summary(), first);
    let output = run(|command| {
        command.args(["replay", "/no/such/file.jsonl.zst", "--summary", "--venue", "binance"]);
    });
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("/no/such/file.jsonl.zst"), "{}", text(&output.stderr));
}

#[actix_web::test]
async fn output_that_nobody_reads_any_more_does_not_end_the_server() {
    let data_dir = tempfile::tempdir().expect("a folder");
    let port = free_port();
    let mut command = command(port, data_dir.path());
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).env("RUST_LOG", "debug");
    let process = Process::start(command, port);
    drop(process.child.borrow_mut().stdout.take());
    // One byte, so that the log is known to go there; then nobody reads it any more.
    let mut stderr = process.child.borrow_mut().stderr.take().expect("piped");
    stderr.read_exact(&mut [0]).expect("a log");
    drop(stderr);
    process.ready(PATIENCE).await;
    for _ in 0..20 {
        assert_eq!(process.status("/api/v1/nothing").await, Some(404));
    }
    let mut client = client(&process).await;
    assert!(client.next_json().await.is_some());
    process.signal("-TERM");
    assert_eq!(client.until_closed().await.1, Some(1012));
    assert_eq!(process.ended(Duration::from_secs(10)).await.code(), Some(0));
}
