//! Steering a replay and the simulated venue over REST, as subscribers see it.

use std::path::Path;

use marketd_domain::MarketIndex;
use marketd_venues::SessionConfig;
use marketd_venues::replay::{Driver, SummarySink, open, venue_of};
use serde_json::{Value, json};

use crate::support::held::{HeldBook, Levels};
use crate::support::{Client, TestApp};

const MARKET: &str = "binance:BTC-USDT";
const SIM: &str = "sim:BTC-USD";

async fn replaying(keys: &[(&str, &str)]) -> TestApp {
    let mut all = vec![("replay.builtin", "true"), ("replay.speed", "20")];
    all.extend_from_slice(keys);
    let app = TestApp::start(&all).await;
    app.ready().await;
    app
}

async fn order(app: &TestApp, command: &str, body: Value) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let answer = app.post(&format!("/api/v1/replay/{command}"), &body).await;
    assert_eq!(answer.status, 200, "{command}: {}", answer.body);
}

async fn seq(app: &TestApp) -> u64 {
    app.book(MARKET, "1").await["seq"].as_u64().expect("a seq")
}

/// Status frames and a book without levels to bother with.
async fn subscribed(app: &TestApp, market: &str) -> (Client, HeldBook) {
    let mut client = app.connect().await;
    let request =
        json!({"op": "subscribe", "channel": "book", "market": market, "depth": "full", "interval_ms": 0});
    client.send(request).await;
    let mut held = HeldBook::default();
    while held.snapshots == 0 {
        held.take(&client.next().await);
    }
    (client, held)
}

/// Reads until the market's status is this; the book goes on meanwhile.
async fn status(client: &mut Client, held: &mut HeldBook, status: &str, reason: Option<&str>) -> Value {
    loop {
        let frame = client.next().await;
        if held.take(&frame) || frame["channel"] != "status" {
            continue;
        }
        if frame["status"] == status && frame["reason"].as_str() == reason {
            return frame;
        }
    }
}

#[actix_web::test]
async fn a_paused_replay_stands_still_steps_by_a_line_and_goes_on() {
    let app = replaying(&[]).await;
    let (mut client, mut held) = subscribed(&app, MARKET).await;
    status(&mut client, &mut held, "live", None).await;
    order(&app, "pause", Value::Null).await;
    app.until("everything under way has come", async || app.replay().await["paused"] == true).await;
    let (paused_at, lines) = (seq(&app).await, app.replay().await["lines"].as_u64().expect("lines"));
    // Nothing happening for a while is the scenario: at this speed 100 changes would come.
    actix_web::rt::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(seq(&app).await, paused_at);
    // Most lines are no depth frames, so it takes some steps until the book changes.
    let mut steps = 0;
    while seq(&app).await == paused_at {
        steps += 1;
        assert!(steps < 2_000, "nothing changed in so many lines");
        order(&app, "step", Value::Null).await;
        app.until("a step", async || app.replay().await["lines"] == lines + steps).await;
    }
    assert_eq!(seq(&app).await, paused_at + 1, "one line at a time");
    assert_eq!(app.book(MARKET, "1").await["status"], "live", "the book is true for its moment");
    order(&app, "resume", Value::Null).await;
    while held.seq < paused_at + 200 {
        held.take(&client.next().await);
    }
    assert_eq!(held.snapshots, 1, "subscribers go on by deltas");
    order(&app, "step", Value::Null).await;
    assert_eq!(app.replay().await["paused"], false, "a step of a running replay does nothing");
    app.stop().await;
}

/// The book of an independent run over the lines that were received before `position_ms`.
fn book_at(position_ms: i64) -> (Levels, Levels) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/binance-spot");
    let files = ["btcusdt_20240808.jsonl.zst", "btcusdt_20240809.jsonl.zst"].map(|name| folder.join(name));
    let venue = venue_of(&files, None).expect("a venue");
    let mut driver = Driver::new(venue, SessionConfig { discover: true, ..SessionConfig::default() });
    let (mut sink, mut first) = (SummarySink::default(), None);
    'files: for file in &files {
        let mut reader = open(file).expect("shipped");
        while let Some(line) = reader.next().expect("readable") {
            let recv = line.recv.expect("times");
            let first = *first.get_or_insert(recv);
            if recv.nanos_since(first) / 1_000_000 >= position_ms {
                break 'files;
            }
            driver.line(&line, &mut sink);
        }
    }
    let market = sink.market(MarketIndex(0)).expect("a market");
    let scales = market.scales();
    let level = |level: marketd_domain::Level| {
        (level.price.to_trimmed_text(scales.price), level.qty.to_trimmed_text(scales.qty))
    };
    (market.book().bids().iter().map(level).collect(), market.book().asks().iter().map(level).collect())
}

fn trimmed(levels: Levels) -> Levels {
    let trim = |text: String| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    };
    levels.into_iter().map(|(price, qty)| (trim(price), trim(qty))).collect()
}

#[actix_web::test]
async fn a_seek_shows_the_book_of_that_moment_and_subscribers_follow_by_a_delta() {
    let app = replaying(&[]).await;
    let (mut client, mut held) = subscribed(&app, MARKET).await;
    status(&mut client, &mut held, "live", None).await;
    app.pause_replay().await;
    for position_ms in [120_000, 20_000, 21_000, 60_000] {
        order(&app, "seek", json!({"position_ms": position_ms})).await;
        app.until("the moment", async || {
            let position = app.replay().await["position_ms"].as_i64().expect("a position");
            (position_ms - 1_000..=position_ms).contains(&position)
        })
        .await;
        let truth = book_at(position_ms);
        let is_there = async || {
            let book = app.book(MARKET, "full").await;
            let side = |side: &str| trimmed(crate::support::held::levels(&book[side]));
            (side("bids"), side("asks")) == truth
        };
        app.until(&format!("the book at {position_ms} ms"), is_there).await;
        let book = app.book(MARKET, "full").await;
        while Some(held.seq) < book["seq"].as_u64() {
            held.take(&client.next().await);
        }
        held.assert_is(&book);
    }
    assert_eq!(held.snapshots, 1);
    order(&app, "resume", Value::Null).await;
    let seq = held.seq;
    while held.seq < seq + 20 {
        held.take(&client.next().await);
    }
    app.stop().await;
}

#[actix_web::test]
async fn a_seek_of_a_running_replay_makes_the_market_stale_for_a_moment() {
    let app = replaying(&[]).await;
    let (mut client, mut held) = subscribed(&app, MARKET).await;
    status(&mut client, &mut held, "live", None).await;
    for position_ms in [300_000, 0, 30_000] {
        order(&app, "seek", json!({"position_ms": position_ms})).await;
        status(&mut client, &mut held, "stale", Some("replay_moved")).await;
        status(&mut client, &mut held, "live", None).await;
        let seq = held.seq;
        while held.seq < seq + 50 {
            held.take(&client.next().await);
        }
    }
    assert_eq!(held.snapshots, 1);
    app.stop().await;
}

#[actix_web::test]
async fn the_speed_changes_at_once_and_is_told() {
    let app = replaying(&[("replay.speed", "1")]).await;
    assert_eq!(app.replay().await["speed"], "1");
    for (body, shown) in
        [(json!({"speed": "0.5"}), "0.5"), (json!({"speed": 3}), "3"), (json!({"speed": "50"}), "50")]
    {
        order(&app, "speed", body).await;
        app.until(shown, async || app.replay().await["speed"] == shown).await;
    }
    let before = seq(&app).await;
    app.until("300 changes", async || seq(&app).await > before + 300).await;
    app.stop().await;
}

#[actix_web::test]
async fn a_second_round_goes_on_where_the_first_ended() {
    let app = replaying(&[("replay.speed", "max")]).await;
    let mut client = app.connect().await;
    for channel in ["book", "trades"] {
        client.send(json!({"op": "subscribe", "channel": channel, "market": MARKET, "depth": 10})).await;
    }
    let (mut held, mut trade_seq, mut trade_id, mut trade_time) = (HeldBook::default(), 0, 0, 0);
    let mut lagged = 0;
    loop {
        let frame = client.next().await;
        held.take(&frame);
        if frame["channel"] != "trades" || frame["type"] == "reply" {
            continue;
        }
        if frame["type"] == "event" {
            assert_eq!(frame["prev"], trade_seq, "the chain is unbroken: {frame}");
        }
        trade_seq = frame["seq"].as_u64().expect("a seq");
        lagged += usize::from(frame.get("lagged").is_some());
        for trade in frame["trades"].as_array().into_iter().flatten() {
            let id: u64 = trade["trade_id"].as_str().and_then(|id| id.parse().ok()).expect("a number");
            let time = trade["ts"].as_i64().expect("a time");
            assert!(id > trade_id && time >= trade_time, "{id} at {time} after {trade_id} at {trade_time}");
            (trade_id, trade_time) = (id, time);
        }
        // A round has 19,904 trades.
        if trade_seq > 22_000 {
            break;
        }
    }
    // Its trades may be here before it says so itself.
    app.until("the second round", async || app.replay().await["round"].as_u64() >= Some(1)).await;
    println!("{lagged} lagged");
    assert!(app.get("/readyz").await.status == 200);
    app.stop().await;
}

#[actix_web::test]
async fn a_recording_that_has_ended_can_be_sought_back_into() {
    let app = replaying(&[("replay.speed", "max"), ("replay.loop", "false")]).await;
    app.until("the end", async || app.replay().await["ended"] == true).await;
    app.status_is(MARKET, "stale").await;
    assert_eq!(app.book(MARKET, "1").await["reason"], "replay_ended");
    order(&app, "speed", json!({"speed": "1"})).await;
    order(&app, "seek", json!({"position_ms": 60_000})).await;
    app.status_is(MARKET, "live").await;
    assert_eq!(app.replay().await["ended"], false);
    app.stop().await;
}

#[actix_web::test]
async fn a_replay_refuses_orders_that_mean_nothing() {
    let app = replaying(&[]).await;
    for (path, body, status, code) in [
        ("seek", "", 400, "bad_request"),
        ("seek", "{}", 400, "bad_request"),
        ("seek", "{", 400, "bad_json"),
        ("seek", r#"{"position_ms":"60000"}"#, 400, "bad_request"),
        ("seek", r#"{"position_ms":-1}"#, 400, "bad_request"),
        ("seek", r#"{"position_ms":1.5}"#, 400, "bad_request"),
        ("speed", "{}", 400, "bad_request"),
        ("speed", r#"{"speed":"fast"}"#, 400, "bad_request"),
        ("speed", r#"{"speed":0}"#, 400, "bad_request"),
        ("speed", r#"{"speed":-1}"#, 400, "bad_request"),
        ("speed", r#"{"speed":"10001"}"#, 400, "bad_request"),
        ("dance", "", 404, "not_found"),
    ] {
        let answer = app.post(&format!("/api/v1/replay/{path}"), body).await;
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (status, &json!(code)),
            "{path} {body}: {}",
            answer.body
        );
    }
    order(&app, "seek", json!({"position_ms": i64::MAX})).await;
    app.until("the next round", async || app.replay().await["round"].as_u64() >= Some(1)).await;
    app.stop().await;
    let app = TestApp::start(&[("venues.sim.enabled", "true")]).await;
    let answer = app.post("/api/v1/replay/pause", "").await;
    assert_eq!((answer.status, &answer.json()["code"]), (409, &json!("not_a_replay")));
    assert_eq!(app.data("/api/v1/replay").await["items"], json!([]));
    app.stop().await;
}

async fn scenario(app: &TestApp, name: &str) {
    let answer =
        app.post("/api/v1/sim/scenario", &json!({"scenario": name, "market": SIM}).to_string()).await;
    assert_eq!(answer.status, 200, "{name}: {}", answer.body);
}

#[actix_web::test]
async fn scenarios_of_the_simulated_venue_reach_its_subscribers() {
    let app =
        TestApp::start(&[("venues.sim.enabled", "true"), ("venues.sim.markets", "BTC-USD,ETH-USD")]).await;
    app.ready().await;
    let (mut client, mut held) = subscribed(&app, SIM).await;
    status(&mut client, &mut held, "live", None).await;
    scenario(&app, "halt").await;
    let halted = status(&mut client, &mut held, "halted", Some("suspended")).await;
    assert!(halted["since"].as_i64() > Some(0), "{halted}");
    app.until("the list says so", async || {
        let items = app.data("/api/v1/sim").await["items"].clone();
        items[0] == json!({"market": SIM, "scenario": "halt"}) && items[1]["scenario"] == "calm"
    })
    .await;
    app.status_is("sim:ETH-USD", "live").await;
    scenario(&app, "calm").await;
    status(&mut client, &mut held, "live", None).await;
    let before = app.data(&format!("/api/v1/markets/{SIM}")).await["counters"]["gaps"].as_u64();
    scenario(&app, "gap").await;
    status(&mut client, &mut held, "stale", Some("gap")).await;
    status(&mut client, &mut held, "live", None).await;
    let market = app.data(&format!("/api/v1/markets/{SIM}")).await;
    assert_eq!(market["counters"]["gaps"].as_u64(), before.map(|gaps| gaps + 1), "{market}");
    scenario(&app, "stale").await;
    status(&mut client, &mut held, "stale", Some("silence")).await;
    scenario(&app, "calm").await;
    status(&mut client, &mut held, "live", None).await;
    let seq = held.seq;
    while held.seq < seq + 20 {
        held.take(&client.next().await);
    }
    assert_eq!(held.snapshots, 1, "subscribers go on by deltas");
    for name in ["busy", "crash"] {
        scenario(&app, name).await;
        app.status_is(SIM, "live").await;
    }
    app.stop().await;
}

#[actix_web::test]
async fn a_scenario_that_means_nothing_is_refused() {
    let app = replaying(&[("venues.sim.enabled", "true"), ("venues.sim.markets", "BTC-USD")]).await;
    for (body, status, code) in [
        ("", 400, "bad_json"),
        ("{}", 400, "bad_request"),
        (r#"{"scenario":"earthquake"}"#, 400, "bad_request"),
        (r#"{"scenario":7}"#, 400, "bad_request"),
        (r#"{"scenario":"halt","market":"sim:NOPE-USD"}"#, 404, "unknown_market"),
        (r#"{"scenario":"halt","market":"binance:BTC-USDT"}"#, 409, "not_simulated"),
    ] {
        let answer = app.post("/api/v1/sim/scenario", body).await;
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (status, &json!(code)),
            "{body}: {}",
            answer.body
        );
    }
    let large = format!(r#"{{"scenario":"{}"}}"#, "x".repeat(100_000));
    let answer = app.post("/api/v1/sim/scenario", &large).await;
    assert_eq!(
        (answer.status, &answer.json()["code"]),
        (413, &json!("message_too_large")),
        "{}",
        answer.body
    );
    app.stop().await;
    let app = replaying(&[]).await;
    let answer = app.post("/api/v1/sim/scenario", r#"{"scenario":"halt"}"#).await;
    assert_eq!((answer.status, &answer.json()["code"]), (409, &json!("not_simulated")));
    app.stop().await;
}
