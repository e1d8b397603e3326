//! A recording of ours, replayed, is what the server saw when it was made.

use std::path::{Path, PathBuf};

use marketd_actors::recorder::Recorder;
use marketd_domain::CandleInterval;
use marketd_domain::market::MarketState;
use marketd_testkit::VenueConn;
use marketd_venues::replay::{BookSummary, Summary, run_files};
use marketd_venues::venue_named;

use crate::support::TestApp;
use crate::support::venue::{MARKET, OTHER_MARKET, ScriptedBinance, lock, lose_ticks, tick, trimmed};

/// A session with what happens to sessions: a gap, missed and repeated trades, a lost connection.
async fn eventful(venue: &ScriptedBinance, app: &TestApp) {
    let conn = venue.live(app).await;
    play(venue, &conn, 20).await;
    conn.send_text("nonsense").await.expect("open");
    lose_ticks(&venue.btc, 1);
    play(venue, &conn, 5).await;
    app.book_is_true(venue).await;
    let trades: Vec<String> =
        (0..6).map(|_| lock(&venue.btc).trade("60000.02", "0.00300000", false)).collect();
    for at in [0, 0, 1, 4, 5, 4] {
        conn.send_text(trades[at].clone()).await.expect("open");
    }
    app.until("the missed trades", async || {
        app.market(MARKET).await["counters"]["trades"] == 25 + trades.len()
    })
    .await;
    conn.reset().await;
    lose_ticks(&venue.btc, 3);
    let conn = venue.accept().await;
    // Into the next minute.
    let later = lock(&venue.btc).time_ms() + 60_000;
    lock(&venue.btc).set_time_ms(later);
    play(venue, &conn, 20).await;
    app.book_is_true(venue).await;
    app.until("every trade", async || app.market(MARKET).await["counters"]["trades"] == 51).await;
}

/// As many depth frames and trades.
async fn play(venue: &ScriptedBinance, conn: &VenueConn, count: usize) {
    for at in 0..count {
        conn.send_text(tick(&venue.btc)).await.expect("open");
        let price = format!("600{:02}.50", at % 7);
        let trade = lock(&venue.btc).trade(&price, "0.01000000", at % 3 == 0);
        conn.send_text(trade).await.expect("open");
    }
}

fn replayed(files: &[PathBuf]) -> Summary {
    run_files(venue_named("binance").expect("in the catalogue"), files).expect("a readable recording")
}

fn assert_same(summary: &Summary, state: &MarketState, symbol: &str) {
    let replayed = &summary.sessions[0].symbols[symbol];
    let counters = state.counters();
    assert_eq!(replayed.last, BookSummary::of(state.book(), state.scales()), "the book");
    assert_eq!(
        (replayed.counters.snapshots, replayed.counters.resyncs, replayed.counters.gaps),
        (counters.snapshots, counters.resyncs, counters.gaps)
    );
    assert_eq!(replayed.counters.book_msgs_applied, counters.depth_updates);
    assert_eq!(replayed.counters.duplicates, counters.duplicates);
    assert_eq!(replayed.trades.count, counters.trades);
    let scales = state.scales();
    let candles: Vec<serde_json::Value> = (state.candles(CandleInterval::Minute1).iter())
        .map(|candle| {
            let price = |price: marketd_domain::Price| price.to_trimmed_text(scales.price);
            serde_json::json!([
                candle.open_time.millis(),
                price(candle.open),
                price(candle.high),
                price(candle.low),
                price(candle.close),
                candle.volume.to_trimmed_text(scales.qty),
                candle.quote_volume.to_trimmed_text(scales),
                candle.trades,
            ])
        })
        .collect();
    assert!(candles.len() >= 2, "more than one minute");
    let replayed = serde_json::to_value(&replayed.trades.candles_1m).expect("plain data");
    assert_eq!(replayed, serde_json::Value::from(candles));
}

/// Runs an eventful session with a recorder and gives what the market was at its end.
async fn recorded(file: &Path) -> MarketState {
    let (recorder, thread) = Recorder::create(file).expect("a new file");
    let venue = ScriptedBinance::start().await;
    let keys = venue.keys(&[]);
    let keys: Vec<(&str, &str)> = keys.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let app = TestApp::start_recording(&keys, Some(&recorder)).await;
    eventful(&venue, &app).await;
    let state = app.server().board.market(MARKET).expect("a market").state().read().clone();
    app.stop().await;
    drop(recorder);
    let lines = written(thread).await;
    assert!(lines > 100, "{lines} lines");
    state
}

/// Waits for the writing thread without standing in the way of the server that ends.
async fn written(thread: std::thread::JoinHandle<std::io::Result<u64>>) -> u64 {
    marketd_testkit::wait_until(crate::support::PATIENCE, "a complete file", async || thread.is_finished())
        .await;
    thread.join().expect("the writer did not panic").expect("the disk took it")
}

#[actix_web::test]
async fn a_recording_replays_to_what_was_seen_when_it_was_made_twice_the_same() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("eventful.jsonl.zst");
    let state = recorded(&file).await;
    assert_eq!((state.counters().gaps, state.counters().resyncs), (1, 2), "a gap and a reconnect");
    let files = [file];
    let (first, second) = (replayed(&files), replayed(&files));
    assert_same(&first, &state, "BTCUSDT");
    assert_eq!(first.sessions[0].malformed, 1);
    let bytes = |summary: &Summary| serde_json::to_vec(summary).expect("plain data");
    assert_eq!(bytes(&first), bytes(&second));
}

#[actix_web::test]
async fn a_recording_served_as_a_replay_shows_the_same_book() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("binance_eventful.jsonl.zst");
    let state = recorded(&file).await;
    let path = file.display().to_string();
    let keys = [
        ("replay.files", path.as_str()),
        ("replay.venue", "binance"),
        ("replay.speed", "max"),
        ("replay.loop", "false"),
    ];
    let app = TestApp::start(&keys).await;
    let entry = || app.server().board.market(MARKET);
    app.until("the recorded end", async || {
        entry().is_some_and(|entry| {
            let replayed = entry.state().read();
            BookSummary::of(replayed.book(), replayed.scales())
                == BookSummary::of(state.book(), state.scales())
                && replayed.counters().trades == state.counters().trades
        })
    })
    .await;
    app.until("its end", async || app.market(MARKET).await["reason"] == "replay_ended").await;
    app.stop().await;
}

#[actix_web::test]
async fn two_markets_of_one_connection_are_recorded_side_by_side() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("two.jsonl.zst");
    let (recorder, thread) = Recorder::create(&file).expect("a new file");
    let venue = ScriptedBinance::start().await;
    let keys = venue.keys(&[("venues.binance.markets", "BTC-USDT,ETH-USDT")]);
    let keys: Vec<(&str, &str)> = keys.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let app = TestApp::start_recording(&keys, Some(&recorder)).await;
    let conn = venue.live(&app).await;
    for _ in 0..10 {
        conn.send_text(tick(&venue.eth)).await.expect("open");
        conn.send_text(tick(&venue.btc)).await.expect("open");
    }
    app.book_is_true(&venue).await;
    app.status_is(OTHER_MARKET, "live").await;
    let truth = lock(&venue.eth).book().last_update_id();
    let board = app.server().board.clone();
    let state = |market: &str| board.market(market).expect("a market").state().read().clone();
    app.until("the last frame", async || state(OTHER_MARKET).venue_seq() == truth).await;
    let states = [MARKET, OTHER_MARKET].map(state);
    app.stop().await;
    drop(recorder);
    written(thread).await;
    let summary = replayed(&[file]);
    for (symbol, state) in ["BTCUSDT", "ETHUSDT"].into_iter().zip(&states) {
        let replayed = &summary.sessions[0].symbols[symbol];
        assert_eq!(replayed.last, BookSummary::of(state.book(), state.scales()), "{symbol}");
        assert_eq!(replayed.status, "stale", "the recording ends with its connection");
    }
}

#[actix_web::test]
async fn the_record_command_ends_in_time_with_a_whole_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("binance_command.jsonl.zst");
    let venue = ScriptedBinance::start().await;
    let set = |key: &str, value: &str| ["--set".to_owned(), format!("{key}={value}")];
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_marketd"));
    command
        .args(["record", "--seconds", "3", "--venue", "binance", "--markets", "BTC-USDT", "--out"])
        .arg(&file)
        .args(set("venues.binance.ws_url", &venue.venue.ws_url()))
        .args(set("venues.binance.rest_url", &venue.venue.rest_url()));
    let mut recording = command.spawn().expect("the command starts");
    let conn = venue.accept().await;
    play(&venue, &conn, 50).await;
    marketd_testkit::wait_until(crate::support::PATIENCE, "an end by itself", async || {
        recording.try_wait().expect("a child").is_some()
    })
    .await;
    assert!(recording.wait().expect("a child").success());
    let summary = replayed(&[file]);
    let symbol = &summary.sessions[0].symbols["BTCUSDT"];
    assert_eq!((symbol.trades.count, symbol.counters.gaps, summary.sessions[0].malformed), (50, 0, 0));
    let best = lock(&venue.btc).book().bids(1)[0].clone();
    let replayed = symbol.last.best_bid.clone().expect("a best bid");
    assert_eq!(
        (replayed[0].as_str(), replayed[1].as_str()),
        (trimmed(&best.0).as_str(), trimmed(&best.1).as_str())
    );
}
