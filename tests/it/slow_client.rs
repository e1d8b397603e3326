//! Slow, stalled, late and returning clients: being slow costs frames, never correctness, and only the slow one.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::held::HeldBook;
use crate::support::raw::RawClient;
use crate::support::{Client, TestApp};

const MARKET: &str = "binance:BTC-USDT";

/// The built-in recording, looping at fifty times its pace: 500 book changes and 1,500 trades a second.
async fn busy_app(keys: &[(&str, &str)]) -> TestApp {
    let mut all = vec![("replay.builtin", "true"), ("replay.speed", "50")];
    all.extend_from_slice(keys);
    let app = TestApp::start(&all).await;
    app.ready().await;
    app
}

fn full_book(op: &str) -> Value {
    json!({"op": op, "id": 1, "channel": "book", "market": MARKET, "depth": "full", "interval_ms": 0})
}

#[actix_web::test]
async fn a_reader_that_pauses_longer_than_the_ring_lasts_gets_a_snapshot_and_the_true_book() {
    let app = busy_app(&[("hub.ring_frames", "512")]).await;
    let mut healthy = app.connect().await;
    healthy.send(full_book("subscribe")).await;
    let mut raw = RawClient::with_small_buffer(&app.address).await;
    raw.send_json(&full_book("subscribe")).await;
    let mut held = HeldBook::default();
    while held.deltas < 20 {
        held.take(&raw.next_json().await.expect("a frame"));
    }
    let (snapshots, seq) = (held.snapshots, held.seq);
    // Not reading for three seconds is the scenario. The healthy client reads on meanwhile.
    let mut other = HeldBook::default();
    let pause = tokio::time::sleep(Duration::from_secs(3));
    tokio::pin!(pause);
    loop {
        tokio::select! {
            () = &mut pause => break,
            frame = healthy.next() => { other.take(&frame); }
        }
    }
    assert!(other.seq > seq + 500 && other.snapshots == 1, "{} after {seq}", other.seq);
    while held.snapshots == snapshots {
        held.take(&raw.next_json().await.expect("still connected"));
    }
    assert!(held.seq > seq + 500, "from {seq} to {}", held.seq);
    let deltas = held.deltas;
    while held.deltas < deltas + 20 {
        held.take(&raw.next_json().await.expect("still connected"));
    }
    app.compare_at_rest(&mut raw, &mut held).await;
    assert_eq!(app.counter("stalled_closed").await, 0);
    app.stop().await;
}

#[actix_web::test]
async fn a_reader_that_pauses_within_the_ring_misses_nothing() {
    let app = busy_app(&[]).await;
    let mut raw = RawClient::with_small_buffer(&app.address).await;
    raw.send_json(&full_book("subscribe")).await;
    let mut held = HeldBook::default();
    while held.deltas < 20 {
        held.take(&raw.next_json().await.expect("a frame"));
    }
    // Not reading for three seconds is the scenario.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let behind = held.seq;
    while held.seq < behind + 1_500 {
        held.take(&raw.next_json().await.expect("still connected"));
    }
    app.compare_at_rest(&mut raw, &mut held).await;
    assert_eq!(held.snapshots, 1, "every frame was still there");
    app.stop().await;
}

#[actix_web::test]
async fn a_reader_of_trades_that_pauses_is_told_which_it_missed() {
    let app = busy_app(&[("hub.ring_frames", "64")]).await;
    let mut raw = RawClient::with_small_buffer(&app.address).await;
    raw.send_json(&json!({"op": "subscribe", "channel": "trades", "market": MARKET})).await;
    let (mut seq, mut lagged) = (0, 0);
    let mut paused = false;
    let mut after = 0;
    while lagged == 0 || after < 100 {
        let frame = raw.next_json().await.expect("still connected");
        if frame["channel"] != "trades" || frame["type"] == "reply" {
            continue;
        }
        let number = |name: &str| frame[name].as_u64().expect("an integer");
        if frame["type"] == "snapshot" {
            assert_eq!((seq, number("prev")), (0, number("seq")), "one snapshot, at the beginning");
            seq = number("seq");
            continue;
        }
        assert_eq!((&frame["type"], number("prev")), (&json!("event"), seq), "{frame}");
        if let Some(missed) = frame.get("lagged") {
            assert_eq!((&missed["from"], &missed["to"]), (&json!(seq + 1), &frame["seq"]), "{frame}");
            assert!(
                frame.get("trades").is_none() && frame["ts_venue"] == 0 && frame["ts_recv"] == 0,
                "{frame}"
            );
            lagged += 1;
        } else {
            let trades = frame["trades"].as_array().expect("trades");
            let seqs: Vec<u64> = trades.iter().filter_map(|trade| trade["seq"].as_u64()).collect();
            assert_eq!(seqs, (seq + 1..=number("seq")).collect::<Vec<_>>(), "{frame}");
            after += usize::from(lagged > 0);
        }
        seq = number("seq");
        if !paused && seq > 200 {
            paused = true;
            // Not reading for three seconds is the scenario.
            tokio::time::sleep(Duration::from_secs(3)).await;
        }
    }
    assert!(app.counter("lagged_notices").await >= 1);
    app.stop().await;
}

/// Resident memory of this process, in bytes.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).expect("pages") * 4_096
}

#[actix_web::test]
async fn clients_that_read_nothing_are_ended_and_cost_no_memory() {
    let app = busy_app(&[("limits.stall_timeout_ms", "2000"), ("hub.ring_frames", "256")]).await;
    let mut healthy = app.connect().await;
    healthy.send(full_book("subscribe")).await;
    let mut held = HeldBook::default();
    while held.deltas < 1_000 {
        held.take(&healthy.next().await);
    }
    let before = resident();
    let mut stalled = Vec::new();
    for _ in 0..20 {
        let mut raw = RawClient::with_small_buffer(&app.address).await;
        raw.send_json(&full_book("subscribe")).await;
        raw.send_json(&json!({"op": "subscribe", "channel": "trades", "market": MARKET})).await;
        stalled.push(raw);
    }
    let address = app.address.clone();
    let mut most = 0;
    // The sessions are there, then they are not; the healthy client never waits.
    let mut seen = 0;
    while seen < 20 || app.counter("sessions_open").await > 1 {
        seen = seen.max(app.counter("sessions_open").await - 1);
        for _ in 0..50 {
            held.take(&healthy.next().await);
        }
        most = most.max(resident());
        assert!(held.deltas < 20_000, "after {} frames there are still sessions on {address}", held.deltas);
    }
    assert_eq!((app.counter("stalled_closed").await, held.snapshots), (20, 1));
    for raw in &mut stalled {
        let (_, code) = raw.until_closed().await;
        assert_eq!(code, None, "a close frame cannot reach someone who does not read");
    }
    // nextest gives each test a process of its own; elsewhere other tests' memory would be counted.
    if std::env::var_os("NEXTEST").is_none() {
        println!("not run by nextest, so the memory of the process is not looked at.");
    } else {
        let grown = most.saturating_sub(before) / 1_024;
        assert!(grown < 8 * 1_024, "{grown} KiB more for 20 clients that read nothing");
    }
    app.stop().await;
}

async fn late_joiner(app: &TestApp, request: &Value) -> (Value, HeldBook) {
    let mut client = app.connect().await;
    client.send(request.clone()).await;
    let reply = client.next_where(|message| message["type"] == "reply").await;
    let mut held = HeldBook::default();
    while held.deltas < 5 {
        held.take(&client.next().await);
    }
    (reply, held)
}

#[actix_web::test]
async fn who_joins_late_gets_a_snapshot_and_the_frames_after_it() {
    let app = busy_app(&[]).await;
    for _ in 0..10 {
        let shown = app.book(MARKET, "1").await;
        let mut client = app.connect().await;
        client.send(full_book("subscribe")).await;
        assert_eq!(client.next().await["status"], "ok", "the reply comes first");
        let mut held = HeldBook::default();
        while held.seq < shown["seq"].as_u64().expect("a seq") + 20 {
            held.take(&client.next().await);
        }
        assert_eq!((held.snapshots, Some(held.epoch)), (1, shown["epoch"].as_u64()));
    }
    app.nobody_is_connected().await;
    app.stop().await;
}

/// Positions of book frames as they come: `(prev, seq)`.
async fn read_positions(client: &mut Client, held: &mut HeldBook, count: usize) -> Vec<(u64, u64)> {
    let mut positions = Vec::new();
    while positions.len() < count {
        let frame = client.next().await;
        if held.take(&frame) {
            positions.push((frame["prev"].as_u64().expect("prev"), frame["seq"].as_u64().expect("seq")));
        }
    }
    positions
}

#[actix_web::test]
async fn who_comes_back_gets_exactly_the_frames_it_missed_once_and_in_order() {
    let app = busy_app(&[]).await;
    let mut watcher = app.connect().await;
    watcher.send(full_book("subscribe")).await;
    let mut watched = HeldBook::default();
    let mut all = read_positions(&mut watcher, &mut watched, 50).await;
    let mut client = app.connect().await;
    client.send(full_book("subscribe")).await;
    let mut held = HeldBook::default();
    read_positions(&mut client, &mut held, 20).await;
    drop(client);
    // Others go on while it is away.
    let left_at = held.seq;
    while watched.seq < left_at {
        all.extend(read_positions(&mut watcher, &mut watched, 1).await);
    }
    all.extend(read_positions(&mut watcher, &mut watched, 200).await);
    let mut client = app.connect().await;
    let mut request = full_book("subscribe");
    request["resume"] = held.position();
    client.send(request).await;
    let reply = client.next_where(|message| message["type"] == "reply").await;
    let result = &reply["results"][0];
    assert_eq!((&result["recovered"], &result["reason"]), (&json!(true), &json!("ok")), "{reply}");
    let missed = read_positions(&mut client, &mut held, 150).await;
    let from = all.iter().position(|(prev, _)| *prev == left_at).expect("watched");
    assert_eq!(missed, all[from..from + 150], "the same frames, each once");
    assert_eq!(held.snapshots, 1, "what it held went on");
    // At the very position where the stream stands, nothing is missed and nothing is sent twice.
    app.pause_replay().await;
    let end = app.book(MARKET, "full").await;
    while held.seq < end["seq"].as_u64().expect("seq") {
        read_positions(&mut client, &mut held, 1).await;
    }
    let mut request = full_book("subscribe");
    request["resume"] = held.position();
    let mut third = app.connect().await;
    third.send(request).await;
    let reply = third.next_where(|message| message["type"] == "reply").await;
    assert_eq!(reply["results"][0]["recovered"], true);
    app.post("/api/v1/replay/resume", "").await;
    read_positions(&mut third, &mut held, 20).await;
    assert_eq!(held.snapshots, 1);
    app.stop().await;
}

#[actix_web::test]
async fn a_position_that_cannot_be_continued_leads_to_a_reason_and_a_snapshot() {
    let app = busy_app(&[("hub.ring_frames", "32")]).await;
    let mut client = app.connect().await;
    client.send(full_book("subscribe")).await;
    let mut held = HeldBook::default();
    let positions = read_positions(&mut client, &mut held, 100).await;
    let at = |epoch: u64, seq: u64| json!({"epoch": epoch, "seq": seq});
    let cases = [
        ("epoch", at(held.epoch + 1, held.seq)),
        ("epoch", at(0, 0)),
        ("unknown_position", at(held.epoch, held.seq + 1_000_000)),
        ("too_old", at(held.epoch, positions[10].1)),
        ("too_old", at(held.epoch, 0)),
    ];
    for (reason, position) in cases {
        let mut request = full_book("subscribe");
        request["resume"] = position.clone();
        let (reply, fresh) = late_joiner(&app, &request).await;
        let result = &reply["results"][0];
        assert_eq!(result["status"], "accepted", "{reply}");
        assert_eq!((&result["recovered"], &result["reason"]), (&json!(false), &json!(reason)), "{position}");
        // It begins with a snapshot: without one the first delta would not have applied.
        assert_eq!(fresh.snapshots, 1);
    }
    // Nobody listens to this stream yet: nothing can have been given out.
    let mut request = json!({"op": "subscribe", "channel": "book", "market": MARKET, "depth": 25});
    request["resume"] = held.position();
    let (reply, _) = late_joiner(&app, &request).await;
    assert_eq!(reply["results"][0]["recovered"], false, "{reply}");
    app.stop().await;
}

#[actix_web::test]
async fn a_heartbeat_tells_the_last_position_that_was_sent_of_each_stream() {
    let app = busy_app(&[("session.heartbeat_ms", "200")]).await;
    let mut raw = RawClient::connect(&app.address).await;
    for channel in ["bbo", "trades", "book"] {
        raw.send_json(&json!({"op": "subscribe", "channel": channel, "market": MARKET})).await;
    }
    let mut sent = std::collections::BTreeMap::new();
    let mut heartbeats = 0;
    while heartbeats < 10 {
        let frame = raw.next_json().await.expect("a frame");
        if frame["type"] != "heartbeat" {
            if frame.get("seq").is_some() {
                let channel = frame["channel"].as_str().expect("a channel").to_owned();
                sent.insert(channel, (frame["epoch"].clone(), frame["seq"].clone()));
            }
            continue;
        }
        assert!(frame["server_time"].is_i64(), "{frame}");
        let mut told = std::collections::BTreeMap::new();
        for stream in frame["streams"].as_array().expect("streams") {
            assert_eq!(stream["market"], MARKET);
            let channel = stream["channel"].as_str().expect("a channel").to_owned();
            told.insert(channel, (stream["epoch"].clone(), stream["seq"].clone()));
        }
        assert_eq!(told, sent, "exactly what has come before it, the status too");
        heartbeats += 1;
    }
    assert_eq!(sent.len(), 4);
    app.stop().await;
}
