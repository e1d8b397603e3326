//! The log: one line for each event whatever clients send, the request's trace id in it, and a file that is bounded or gone.

use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::process::{Process, command, free_port};
use crate::support::{PATIENCE, request};

/// A server with a log of this format on its standard error and in a file.
async fn started(folder: &Path, keys: &[(&str, &str)]) -> Process {
    let port = free_port();
    let mut command = command(port, &folder.join("data"));
    command
        .env("MARKETD__REPLAY__BUILTIN", "false")
        .env("MARKETD__VENUES__SIM__MARKETS", "BTC-USD")
        .env("NO_COLOR", "")
        .stderr(Stdio::from(std::fs::File::create(folder.join("stderr")).expect("a file")));
    for (key, value) in keys {
        command.env(key, value);
    }
    let process = Process::start(command, port);
    process.ready(PATIENCE).await;
    process
}

async fn stopped(process: Process) {
    process.signal("-TERM");
    assert!(process.ended(PATIENCE).await.success());
}

/// What clients send whose aim is the log. Each on a connection of its own.
fn hostile() -> Vec<Vec<u8>> {
    let head = |line: &str, header: &[u8]| {
        [line.as_bytes(), b" HTTP/1.1\r\nhost: x\r\n", header, b"\r\nconnection: close\r\n\r\n"].concat()
    };
    vec![
        b"\x1b[2J\x1b[31mnot http\r\n\r\n".to_vec(),
        b"GET / HTTP/9.9\r\n\r\n".to_vec(),
        b"GET /\x1b[31m HTTP/1.1\r\n\r\n".to_vec(),
        head("GET /livez", b"x-trace-id: a\x1b[31mred"),
        head("GET /livez", b"x-trace-id: a\rINFO forged: yes"),
        head("GET /livez", b"user-agent: \x1b]0;owned\x07 2026-01-01T00:00:00Z ERROR marketd: forged"),
        head("GET /api/v1/markets/%0A2026-01-01T00:00:00Z%20ERROR%20forged%1b%5b31m/book", b"accept: */*"),
        head("POST /api/v1/orders", b"origin: http://\x80\xff\x1b[31m"),
        head("GET /api/v1/me", b"authorization: Bearer \xe2\x80\xae\xc2\x85forged"),
        head("GET /api/v1/ws", b"upgrade: \x1b[31mwebsocket"),
        [b"GET /".to_vec(), vec![b'a'; 200_000], b" HTTP/1.1\r\n\r\n".to_vec()].concat(),
        b"POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 7\r\ntransfer-encoding: chunked\r\n\r\n".to_vec(),
    ]
}

/// Sends bytes, and reads until the server has had enough.
async fn send(address: &str, bytes: &[u8]) {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    // The server may have hung up before all of it is sent.
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("an end");
}

/// Sends what is hostile, and something that is logged; answers the lines of the file.
async fn logged(format: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("logs/marketd.log");
    let keys = [
        ("RUST_LOG", "trace"),
        ("MARKETD__LOG__FORMAT", format),
        ("MARKETD__LOG__FILE", file.to_str().expect("a name")),
    ];
    let process = started(folder.path(), &keys).await;
    let address = process.address();
    for bytes in hostile() {
        send(&address, &bytes).await;
    }
    let filter = json!({"log.filter": "trace,hyper=\u{1b}[31m\nforged"}).to_string();
    for (id, body) in [
        ("given-1", r#"{"log.filter":"trace"}"#),
        ("given-2", r#"{"auth.signup":false}"#),
        ("given-3", &filter),
    ] {
        let answer = request(&address, "PATCH", "/api/v1/config", &[("x-trace-id", id)], body).await;
        assert!(answer.is_ok_and(|answer| answer.header("x-trace-id") == Some(id)));
    }
    let metrics = request(&address, "GET", "/metrics", &[], "").await.expect("an answer").body;
    let malformed = metrics.lines().find_map(|line| line.strip_prefix("marketd_http_malformed_total "));
    assert!(malformed.and_then(|count| count.parse::<u32>().ok()) >= Some(4), "{malformed:?}");
    assert!(
        metrics.contains("marketd_log_lines_lost_total 0\n") && metrics.contains("marketd_log_file_up 1\n")
    );
    stopped(process).await;
    let text = std::fs::read_to_string(&file).expect("UTF-8");
    let shown = std::fs::read_to_string(folder.path().join("stderr")).expect("UTF-8");
    // The times differ: each is told when it is written.
    assert_eq!(shown.lines().count(), text.lines().count(), "the file has what standard error has");
    let is_harmless = |char: char| !char.is_control() || char == '\n' || char == '\t';
    assert_eq!(text.chars().find(|char| !is_harmless(*char)), None);
    assert!(!text.contains(['\u{85}', '\u{202e}', '\u{2028}']));
    text.lines().map(str::to_owned).collect()
}

#[actix_web::test]
async fn every_event_is_one_line_of_text_with_its_requests_id() {
    let lines = logged("text").await;
    for line in &lines {
        let (time, rest) = line.split_once(' ').expect("a time");
        assert!(time.starts_with("20") && time.ends_with('Z'), "{line}");
        let level = rest.split_whitespace().next().expect("a level");
        assert!(["TRACE", "DEBUG", "INFO", "WARN"].contains(&level), "no client makes an error: {line}");
    }
    let has =
        |message: &str, end: &str| lines.iter().any(|line| line.contains(message) && line.ends_with(end));
    assert!(has("the log's filter was changed", " trace_id=given-1"));
    assert!(has("a switch was turned", " trace_id=given-2"));
    assert!(has("a request that is none", ""), "said to who debugs");
    assert!(!lines.iter().any(|line| line.contains("stopped") && line.contains("trace_id")));
}

#[actix_web::test]
async fn every_event_is_one_object_of_json_with_its_requests_id() {
    let lines = logged("json").await;
    let events: Vec<Value> = lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    assert!(events.iter().all(|event| event["level"] != "ERROR" && event["timestamp"].is_string()));
    let id_of = |message: &str| {
        let event = events.iter().find(|event| event["fields"]["message"] == message);
        event.unwrap_or_else(|| panic!("no {message}"))["trace_id"].clone()
    };
    assert_eq!(id_of("the log's filter was changed"), "given-1");
    assert_eq!(id_of("a switch was turned"), "given-2");
    assert_eq!(id_of("stopped"), Value::Null);
}

#[actix_web::test]
async fn a_file_that_cannot_be_made_is_told_at_the_start() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let in_the_way = folder.path().join("file");
    std::fs::write(&in_the_way, "").expect("written");
    let file = in_the_way.join("marketd.log");
    let mut command = command(free_port(), folder.path());
    command.env("MARKETD__LOG__FILE", &file).stderr(Stdio::piped());
    let output = command.output().expect("the binary runs");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(78), "{told}");
    assert!(told.contains("log.file") && told.contains(file.to_str().expect("a name")), "{told}");
}

/// What is on a disk that is full, as the kernel plays one.
#[cfg(target_os = "linux")]
#[actix_web::test]
async fn a_file_that_cannot_be_written_costs_its_lines_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let process = started(folder.path(), &[("MARKETD__LOG__FILE", "/dev/full"), ("RUST_LOG", "debug")]).await;
    let address = process.address();
    let figure = async |name: &str| {
        let text = request(&address, "GET", "/metrics", &[], "").await.expect("an answer").body;
        let value =
            text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse::<u64>().ok());
        value.unwrap_or_else(|| panic!("no {name}"))
    };
    marketd_testkit::wait_until(PATIENCE, "lost lines", async || {
        figure("marketd_log_lines_lost_total").await > 0
    })
    .await;
    assert_eq!(figure("marketd_log_file_up").await, 0);
    assert_eq!(process.status("/readyz").await, Some(200));
    stopped(process).await;
    let shown = std::fs::read_to_string(folder.path().join("stderr")).expect("UTF-8");
    assert_eq!(shown.matches("the log's file cannot be written").count(), 1, "{shown}");
}
