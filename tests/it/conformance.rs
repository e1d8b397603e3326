//! RFC 6455, case by case: the Autobahn suite against our endpoint, and our feed client against the suite.
//!
//! Groups 1 to 7, 9 and 10 are 301 cases. A case counts as passed, as Autobahn itself counts, when both its
//! messages and its close are `OK`, `NON-STRICT` (allowed, but later than the strictest reading asks: text that is
//! not UTF-8 may be refused when its frame has come) or `INFORMATIONAL` (the RFC leaves it open). Groups 12 and
//! 13 are compression, which neither side offers.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use marketd_actors::feed::{FeedLimits, connect};
use serde_json::Value;
use tokio_tungstenite::tungstenite::Message;

use crate::support::TestApp;
use crate::support::{PATIENCE, tool};

const CASES: usize = 301;
/// The largest messages of group 9.
const LARGEST: &str = "16777216";
/// Its longest message in pieces has 65,536 of them.
const PIECES: &str = "70000";

/// The suite, in one of its modes, without the groups for compression.
fn suite(mode: &str, address: &str, outdir: &Path) -> Option<Command> {
    let mut command = tool("MARKETD_TEST_KOSOKU")?;
    command.args([
        "--mode",
        mode,
        "--exclude",
        "12.*",
        "--exclude",
        "13.*",
        "--parallelism",
        "4",
        "--outdir",
    ]);
    command.arg(outdir).arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Some(command)
}

/// Fails with the cases that did not pass, and unless there are as many as there should be.
fn assert_all_passed(outdir: &Path) {
    let index = std::fs::read_to_string(outdir.join("index.json")).expect("the suite wrote its report");
    let index: BTreeMap<String, BTreeMap<String, Value>> = serde_json::from_str(&index).expect("JSON");
    let cases: Vec<(&String, &Value)> = index.values().flatten().collect();
    let passed = |verdict: &Value| {
        verdict.as_str().is_some_and(|verdict| matches!(verdict, "OK" | "NON-STRICT" | "INFORMATIONAL"))
    };
    let failed: Vec<String> = (cases.iter())
        .filter(|(_, case)| !passed(&case["behavior"]) || !passed(&case["behaviorClose"]))
        .map(|(name, case)| format!("{name}: {} {}", case["behavior"], case["behaviorClose"]))
        .collect();
    assert!(failed.is_empty(), "{} of {} failed:\n{}", failed.len(), cases.len(), failed.join("\n"));
    assert_eq!(cases.len(), CASES);
    let strict = cases.iter().filter(|(_, case)| case["behavior"] == "OK").count();
    println!("{strict} of {CASES} cases are OK in the strictest reading.");
}

#[actix_web::test]
async fn the_endpoint_passes_every_case() {
    let app = TestApp::start(&[
        ("session.echo", "true"),
        ("limits.message_bytes", LARGEST),
        ("limits.fragments", PIECES),
        ("limits.messages_per_second", "100000"),
    ])
    .await;
    let reports = tempfile::tempdir().expect("a folder");
    let url = format!("ws://{}/api/v1/ws/echo", app.address);
    let Some(mut suite) = suite("fuzzingclient", &url, reports.path()) else { return };
    let run = actix_web::rt::task::spawn_blocking(move || suite.status());
    run.await.expect("not cancelled").expect("the suite starts");
    assert_all_passed(reports.path());
    app.nobody_is_connected().await;
    app.stop().await;
}

/// Sends every message back, until the suite closes.
async fn echo(url: &str, limits: &FeedLimits) {
    let mut socket = connect(url, limits).await.expect("the suite answers");
    while let Some(Ok(message)) = socket.next().await {
        if matches!(message, Message::Text(_) | Message::Binary(_)) && socket.send(message).await.is_err() {
            break;
        }
    }
}

async fn case_count(url: &str, limits: &FeedLimits) -> Option<usize> {
    let mut socket = connect(url, limits).await.ok()?;
    match socket.next().await {
        Some(Ok(Message::Text(count))) => count.parse().ok(),
        _ => None,
    }
}

/// Ends with the test.
struct Running(std::process::Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[actix_web::test]
async fn the_feed_client_passes_every_case() {
    let reports = tempfile::tempdir().expect("a folder");
    let Some(mut suite) = suite("fuzzingserver", "127.0.0.1:0", reports.path()) else { return };
    let mut suite = Running(suite.stderr(Stdio::piped()).spawn().expect("the suite starts"));
    let mut said = BufReader::new(suite.0.stderr.take().expect("a pipe"));
    let mut line = String::new();
    said.read_line(&mut line).expect("the suite speaks");
    let url =
        line.split(' ').find(|word| word.starts_with("ws://")).expect("an address").trim_end().to_owned();
    let limits = FeedLimits {
        connect_timeout: PATIENCE,
        http_timeout: PATIENCE,
        message_bytes: LARGEST.parse().expect("a number"),
        http_bytes: 0,
        ping: PATIENCE,
        backoff_first: Duration::ZERO,
        backoff_max: Duration::ZERO,
        healthy_after: Duration::ZERO,
        malformed_per_minute: 0,
    };
    let _ = rustls::crypto::ring::default_provider().install_default();
    assert_eq!(case_count(&format!("{url}/getCaseCount"), &limits).await, Some(CASES));
    for case in 1..=CASES {
        echo(&format!("{url}/runCase?case={case}&agent=marketd"), &limits).await;
    }
    echo(&format!("{url}/updateReports?agent=marketd"), &limits).await;
    // It writes its report when it has been asked to, and ends.
    let ended = actix_web::rt::task::spawn_blocking(move || {
        said.read_to_string(&mut line).and_then(|_| suite.0.wait())
    });
    let ended = tokio::time::timeout(PATIENCE, ended).await.expect("the suite ends");
    ended.expect("not cancelled").expect("a child of ours");
    assert_all_passed(reports.path());
}
