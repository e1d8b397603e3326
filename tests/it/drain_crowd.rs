//! Stopping with many sessions, a fifth of them frozen: who reads is told and gone at once, who does not is cut off,
//! and a close frame is the last frame there is.
//!
//! `MARKETD_LONG=1`: 1,000 sessions, and healthy ones are held to their second.

use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

use marketd_testkit::wire::{BINARY, CLOSE, FIN, WireClient, masked};
use serde_json::{Value, json};

use crate::support::follow::Positions;
use crate::support::process::{Process, command, free_port};
use crate::support::raw::{Incoming, RawClient};
use crate::support::{PATIENCE, TestApp, is_full_size, sized};

const MARKET: &str = "binance:BTC-USDT";
/// Healthy sessions are gone so soon after the signal.
const GONE_WITHIN: Duration = Duration::from_secs(1);

async fn subscribed(process: &Process, receive_buffer: Option<u32>, requests: &[Value]) -> WireClient {
    let address = process.address().parse().expect("an address");
    let mut client = WireClient::connect(address, receive_buffer).await.expect("the handshake");
    for request in requests {
        client.send_text(&request.to_string()).await.expect("sent");
    }
    client
}

/// What a client was told at the end.
struct Told {
    code: u16,
    reason: String,
    at: Instant,
    ended_at: Instant,
}

/// Reads to the close frame, answers it, and reads to the end, which must be all that follows.
async fn read_to_the_end(mut client: WireClient) -> Told {
    let mut positions = Positions::default();
    let (code, reason) = loop {
        let frame = client.next().await.expect("an open connection").expect("a close frame before the end");
        if let Some((code, reason)) = frame.close() {
            break (code, reason.to_owned());
        }
        positions.take(&frame);
    };
    let at = Instant::now();
    // The server may be gone before the answer is.
    let _ = client.send(&masked(FIN | CLOSE, &code.to_be_bytes())).await;
    match client.next().await {
        Ok(None) | Err(_) => Told { code, reason, at, ended_at: Instant::now() },
        Ok(Some(frame)) => panic!("{frame:?} after the close frame"),
    }
}

/// The line of the log that says how the sessions ended: how many were told, and how many cut off.
fn sessions_closed(log: &str) -> (u64, u64) {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let line = lines.map(|line| line["fields"].clone()).find(|fields| fields["message"] == "sessions closed");
    let fields = line.unwrap_or_else(|| panic!("not in the log: {log}"));
    (fields["told"].as_u64().expect("told"), fields["aborted"].as_u64().expect("aborted"))
}

#[actix_web::test]
async fn everyone_who_reads_is_told_and_who_is_frozen_does_not_hold_up_the_end() {
    let sessions = sized(300, 1_000);
    let frozen = sessions / 5;
    let healthy = sessions - frozen;
    let data_dir = tempfile::tempdir().expect("a folder");
    let port = free_port();
    let mut command = command(port, data_dir.path());
    let speed = format!("replay.speed={}", sized(5, 20));
    // Frozen ones are to be there still when the signal comes, however long the others take to connect.
    let patient = ["limits.stall_timeout_ms=120000", "limits.tcp_user_timeout_ms=120000"];
    for set in [speed.as_str(), "venues.sim.enabled=false", "log.format=json", patient[0], patient[1]] {
        command.args(["--set", set]);
    }
    command.stderr(Stdio::piped());
    let process = Process::start(command, port);
    let mut stderr = process.child.borrow_mut().stderr.take().expect("piped");
    let log = actix_web::rt::task::spawn_blocking(move || {
        let mut log = String::new();
        stderr.read_to_string(&mut log).map(|_| log)
    });
    process.ready(PATIENCE).await;

    let book = |depth: Value, interval| json!({"op": "subscribe", "channel": "book", "market": MARKET, "depth": depth, "interval_ms": interval});
    let plain = |channel| json!({"op": "subscribe", "channel": channel, "market": MARKET});
    let mut readers = Vec::new();
    for _ in 0..healthy {
        let client = subscribed(&process, None, &[book(10.into(), 100), plain("bbo"), plain("ticker")]).await;
        readers.push(actix_web::rt::spawn(read_to_the_end(client)));
    }
    // The whole book is many times what their sockets take: they are full as soon as it has been asked for.
    let mut silent = Vec::new();
    for _ in 0..frozen {
        silent.push(subscribed(&process, Some(4_096), &[book("full".into(), 0)]).await);
    }
    // The market's status comes along.
    let subscriptions = (healthy * 4 + frozen * 2) as u64;
    marketd_testkit::wait_until(PATIENCE, "all subscribed", async || {
        process.open().await == (sessions as u64, subscriptions)
    })
    .await;

    let asked_at = Instant::now();
    process.signal("-TERM");
    let (mut last_told, mut last_ended) = (Duration::ZERO, Duration::ZERO);
    for reader in readers {
        let told = reader.await.expect("a healthy client is told");
        assert_eq!((told.code, told.reason.as_str()), (1012, "server_restart"));
        last_told = last_told.max(told.at - asked_at);
        last_ended = last_ended.max(told.ended_at - asked_at);
    }
    // The documented deadline of ten seconds, and what a busy machine adds.
    assert_eq!(process.ended(Duration::from_secs(15)).await.code(), Some(0));
    let exited = asked_at.elapsed();
    let log = log.await.expect("not cancelled").expect("text");
    let (told, aborted) = sessions_closed(&log);
    println!("{healthy} healthy: told within {last_told:.1?}, gone within {last_ended:.1?}");
    println!("{told} told in all, {aborted} cut off, {frozen} were frozen; exit after {exited:.1?}");
    assert_eq!(told, sessions as u64);
    assert!(aborted >= frozen as u64, "{aborted} of {frozen} frozen ones were cut off");
    if is_full_size() {
        assert_eq!(aborted, frozen as u64, "healthy ones need not be cut off");
        assert!(last_ended < GONE_WITHIN, "{last_ended:?}");
    }
    for client in &mut silent {
        // What its own kernel holds, and then the end: nothing is left open.
        let end = async { while let Ok(Some(_)) = client.next().await {} };
        tokio::time::timeout(PATIENCE, end).await.expect("an end");
    }
}

/// A heartbeat is due a thousand times a second, also while the close frame is on its way and unanswered.
const RESTLESS: [(&str, &str); 4] = [
    ("session.heartbeat_ms", "1"),
    ("session.ping_ms", "1"),
    ("replay.builtin", "true"),
    ("replay.speed", "20"),
];

/// Reads to the close frame and does not answer it; then there must be nothing but the end.
async fn until_closed_and_silent(mut client: RawClient) -> Option<u16> {
    loop {
        match client.next().await {
            Incoming::Close(code) => {
                assert_eq!(client.next().await, Incoming::End, "after the close frame");
                return code;
            }
            Incoming::End => panic!("an end without a close frame"),
            Incoming::Text(_) | Incoming::Ping(_) | Incoming::Pong(_) => {}
        }
    }
}

async fn restless_clients(app: &TestApp, count: usize) -> Vec<RawClient> {
    let mut clients = Vec::new();
    for _ in 0..count {
        let mut client = RawClient::connect(&app.address).await;
        client.send_json(&json!({"op": "subscribe", "channel": "trades", "market": MARKET})).await;
        while client.next_json().await.expect("a reply")["type"] != "reply" {}
        clients.push(client);
    }
    clients
}

#[actix_web::test]
async fn nothing_follows_the_close_frame_of_a_server_that_stops() {
    let app = TestApp::start(&RESTLESS).await;
    app.ready().await;
    let clients = restless_clients(&app, sized(10, 50)).await;
    let closing = futures_util::future::join_all(clients.into_iter().map(until_closed_and_silent));
    let (codes, ()) = tokio::join!(closing, app.stop());
    assert!(codes.iter().all(|code| *code == Some(1012)), "{codes:?}");
}

#[actix_web::test]
async fn nothing_follows_the_close_frame_of_a_session_that_is_refused() {
    let app = TestApp::start(&RESTLESS).await;
    app.ready().await;
    let mut clients = restless_clients(&app, 5).await;
    for client in &mut clients {
        client.send(&masked(FIN | BINARY, b"not text")).await;
    }
    let codes = futures_util::future::join_all(clients.into_iter().map(until_closed_and_silent)).await;
    assert!(codes.iter().all(|code| *code == Some(1003)), "{codes:?}");
    app.nobody_is_connected().await;
    app.stop().await;
}
