//! What venues do wrong: the market says so, the feed comes back, and nothing false is applied.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::PATIENCE;
use crate::support::venue::{
    FollowedBook, MARKET, OTHER_MARKET, ScriptedBinance, lock, lose_ticks, sides_of, sides_of_rest, tick,
};

mod reach;

const FEED: &str = "binance.0";

/// Depth frames of which nothing may be applied, with the ids that would fit.
fn bad_levels(script: &marketd_testkit::BinanceScript) -> Vec<String> {
    let next = script.book().last_update_id() + 1;
    let frame = |bids: &str| {
        format!(
            "{{\"stream\":\"btcusdt@depth@100ms\",\"data\":{{\"e\":\"depthUpdate\",\"E\":1700000000000,\
             \"s\":\"BTCUSDT\",\"U\":{next},\"u\":{next},\"b\":{bids},\"a\":[]}}}}"
        )
    };
    let digits = "9".repeat(400);
    [
        "1e308",
        "1e30",
        "-1",
        "-0.5",
        "NaN",
        "Infinity",
        "",
        " ",
        "+1",
        "0x10",
        "1_000",
        "1,5",
        "1.2.3",
        ".",
        "null",
        digits.as_str(),
    ]
    .iter()
    .flat_map(|bad| {
        // The first level is good: a message is applied whole or not at all.
        [
            frame(&format!("[[\"59999.50\",\"1\"],[\"{bad}\",\"1\"]]")),
            frame(&format!("[[\"59999.50\",\"1\"],[\"59999.40\",\"{bad}\"]]")),
        ]
    })
    .chain([
        frame("[[\"59999.50\",\"1\"],[null,\"1\"]]"),
        frame("[[\"59999.50\",\"1\"],[\"59999.40\",null]]"),
        frame("[[\"59999.50\",\"1\"],[\"59999.40\"]]"),
        frame("[[\"59999.50\",\"1\"],[]]"),
        frame("[[\"59999.50\",\"1\"],{}]"),
        frame("[[\"59999.50\",\"1\"],[true,false]]"),
        frame("null"),
        frame("\"59999.50\""),
    ])
    .collect()
}

#[actix_web::test]
async fn numbers_that_are_none_are_dropped_with_their_whole_message() {
    let venue = ScriptedBinance::start().await;
    let app = venue.app(&[("feeds.malformed_per_minute", "1000")]).await;
    let conn = venue.live(&app).await;
    let bad = bad_levels(&lock(&venue.btc));
    for frame in &bad {
        conn.send_text(frame.clone()).await.expect("open");
    }
    app.until("all counted", async || app.feed(FEED).await["malformed"] == bad.len()).await;
    assert_eq!(sides_of_rest(&app.book(MARKET, "full").await), venue.sides());
    // The next good one has the ids that the bad ones had: nothing of them counts as received.
    conn.send_text(tick(&venue.btc)).await.expect("open");
    app.book_is_true(&venue).await;
    let market = app.market(MARKET).await;
    assert_eq!((&market["counters"]["gaps"], &market["counters"]["resyncs"]), (&json!(0), &json!(0)));
    assert_eq!(venue.venue.handshakes(), 1);
    app.stop().await;
}

#[actix_web::test]
async fn bad_trades_are_dropped_and_good_ones_go_on() {
    let venue = ScriptedBinance::start().await;
    let app = venue.app(&[("feeds.malformed_per_minute", "1000")]).await;
    let conn = venue.live(&app).await;
    let good = lock(&venue.btc).trade("60000.01", "0.5", true);
    let mut bad = 0;
    for wrong in ["\"1e308\"", "\"NaN\"", "\"\"", "null", "\"-1\"", "[]", "\"99999999999999999999999999\""] {
        conn.send_text(good.replace("\"60000.01\"", wrong)).await.expect("open");
        conn.send_text(good.replace("\"0.5\"", wrong)).await.expect("open");
        bad += 2;
    }
    conn.send_text(good).await.expect("open");
    app.until("the good trade", async || app.market(MARKET).await["counters"]["trades"] == 1).await;
    app.until("all counted", async || app.feed(FEED).await["malformed"] == bad).await;
    app.stop().await;
}

#[actix_web::test]
async fn malformed_messages_are_dropped_and_too_many_end_the_connection() {
    let venue = ScriptedBinance::start().await;
    let app = venue.app(&[]).await;
    let conn = venue.live(&app).await;
    let broken = tick(&venue.btc);
    let broken = &broken[..broken.len() - 7];
    let nested = "[".repeat(100_000);
    let malformed = ["", "{", "nonsense", "\u{feff}{}", "[]]", broken, &nested];
    for text in malformed {
        conn.send_text(text).await.expect("open");
    }
    conn.send_binary(vec![0, 159, 146, 150]).await.expect("open");
    app.until("eight counted", async || app.feed(FEED).await["malformed"] == 8).await;
    let feed = app.feed(FEED).await;
    assert_eq!((&feed["state"], &feed["reconnects"]), (&json!("connected"), &json!(0)));
    // The lost depth frame is a gap like any other.
    conn.send_text(tick(&venue.btc)).await.expect("open");
    app.book_is_true(&venue).await;
    for _ in 0..3 {
        conn.send_text("nonsense").await.expect("open");
    }
    conn.closed(PATIENCE).await.expect("the eleventh ends the connection");
    let conn = venue.accept().await;
    conn.send_text(tick(&venue.btc)).await.expect("open");
    app.book_is_true(&venue).await;
    let feed = app.feed(FEED).await;
    assert_eq!((&feed["malformed"], &feed["reconnects"]), (&json!(11), &json!(1)));
    assert!(feed["last_error"].as_str().expect("a cause").contains("malformed"), "{feed}");
    app.stop().await;
}

#[actix_web::test]
async fn a_level_that_is_not_there_can_be_removed() {
    let venue = ScriptedBinance::start().await;
    let app = venue.app(&[]).await;
    let conn = venue.live(&app).await;
    let mut client = app.connect().await;
    let mut followed = FollowedBook::subscribe(&mut client, MARKET).await;
    let frame = lock(&venue.btc).depth(&[("1.00", "0.00000000")], &[("999999.00", "0")]);
    conn.send_text(frame).await.expect("open");
    conn.send_text(tick(&venue.btc)).await.expect("open");
    let truth = venue.sides();
    followed.until(&mut client, "the true book", |followed| followed.sides() == truth).await;
    assert_eq!(followed.status(), ("live", None));
    assert_eq!(app.market(MARKET).await["counters"]["gaps"], 0);
    app.stop().await;
}

#[actix_web::test]
async fn a_venue_that_falls_silent_is_stale_in_time_and_connected_anew() {
    let venue = ScriptedBinance::start().await;
    let app = venue.app(&[("feeds.ping_ms", "500")]).await;
    let conn = venue.live(&app).await;
    let mut client = app.connect().await;
    let mut followed = FollowedBook::subscribe(&mut client, MARKET).await;
    conn.go_silent().await.expect("open");
    let silent = Instant::now();
    followed.until(&mut client, "stale", |followed| followed.status().0 == "stale").await;
    // Five seconds of silence, a quarter until it is looked at, and this machine.
    assert!(silent.elapsed() < Duration::from_millis(6_500), "stale after {:?}", silent.elapsed());
    followed.during(&mut client, Duration::from_millis(50)).await;
    assert_eq!(followed.status(), ("stale", Some("silence")));
    let next = venue.accept().await;
    next.send_text(tick(&venue.btc)).await.expect("open");
    let truth = venue.sides();
    followed.until_live_with(&mut client, &truth).await;
    assert_eq!(followed.book.snapshots, 1);
    assert!(app.feed(FEED).await["last_error"].as_str().expect("a cause").contains("nothing came"));
    app.stop().await;
}

#[actix_web::test]
async fn a_quiet_venue_that_answers_pings_stays_live() {
    let venue = ScriptedBinance::start().await;
    let app = venue.app(&[("feeds.ping_ms", "500")]).await;
    let _conn = venue.live(&app).await;
    let mut client = app.connect().await;
    let mut followed = FollowedBook::subscribe(&mut client, MARKET).await;
    // The quiet is the scenario: longer than the five seconds that a dead line is given.
    followed.during(&mut client, Duration::from_millis(6_500)).await;
    assert_eq!((followed.statuses.len(), followed.status()), (1, ("live", None)));
    assert_eq!(venue.venue.handshakes(), 1);
    app.stop().await;
}

#[actix_web::test]
async fn a_flapping_connection_is_tried_ever_more_rarely() {
    let venue = ScriptedBinance::start().await;
    let keys = [("feeds.backoff_first_ms", "50"), ("feeds.backoff_max_ms", "1000")];
    venue.venue.on_connect(|conn| async move { conn.reset().await });
    let app = venue.app(&keys).await;
    app.until("five attempts", async || venue.venue.handshakes() >= 5).await;
    let (began, before) = (Instant::now(), venue.venue.handshakes());
    // How often it tries within three seconds is the question.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let (tries, span) = (venue.venue.handshakes() - before, began.elapsed().as_millis() as usize);
    // By now each wait is between 400 ms, half of what the doubling has come to, and a second.
    assert!(tries <= span / 400 + 1, "{tries} attempts in {span} ms");
    assert!(tries >= 2, "{tries} attempts in {span} ms");
    assert_eq!(app.feed(FEED).await["reconnects"].as_u64().map(|count| count >= 5), Some(true));
    app.stop().await;
}

#[actix_web::test]
async fn a_clean_close_by_the_venue_is_one_resync_for_clients() {
    let venue = ScriptedBinance::start().await;
    let app = venue.app(&[]).await;
    let mut conn = venue.live(&app).await;
    let mut client = app.connect().await;
    let mut followed = FollowedBook::subscribe(&mut client, MARKET).await;
    for (count, code) in [1001, 1012, 1000].into_iter().enumerate() {
        conn.close(code, "maintenance").await.expect("open");
        followed.until(&mut client, "stale", |followed| followed.status().0 == "stale").await;
        assert_eq!(followed.status(), ("stale", Some("disconnected")));
        lose_ticks(&venue.btc, 3);
        conn = venue.accept().await;
        conn.send_text(tick(&venue.btc)).await.expect("open");
        let truth = venue.sides();
        followed.until_live_with(&mut client, &truth).await;
        let feed = app.feed(FEED).await;
        assert_eq!(feed["reconnects"], count + 1);
        assert!(feed["last_error"].as_str().expect("a cause").contains(&code.to_string()), "{feed}");
    }
    assert_eq!(followed.book.snapshots, 1, "no break for the client");
    assert_eq!(app.market(MARKET).await["counters"]["gaps"], 0, "a reconnect is no gap");
    app.stop().await;
}

#[actix_web::test]
async fn a_venue_clock_that_jumps_moves_no_candle_backwards() {
    let venue = ScriptedBinance::start().await;
    let app = venue.app(&[]).await;
    let conn = venue.live(&app).await;
    let start = lock(&venue.btc).time_ms();
    for skew_ms in [0, 3_600_000, -3_600_000, 60_000, -1, i64::from(i32::MAX), -start] {
        lock(&venue.btc).set_time_ms(start + skew_ms);
        let trade = lock(&venue.btc).trade("60000.01", "0.01", true);
        conn.send_text(trade).await.expect("open");
        conn.send_text(tick(&venue.btc)).await.expect("open");
    }
    app.until("seven trades", async || app.market(MARKET).await["counters"]["trades"] == 7).await;
    app.book_is_true(&venue).await;
    for interval in ["1s", "1m", "1h", "1d"] {
        let candles = app.data(&format!("/api/v1/markets/{MARKET}/candles?interval={interval}")).await;
        let opens: Vec<i64> = candles["items"]
            .as_array()
            .expect("items")
            .iter()
            .filter_map(|c| c["open_time"].as_i64())
            .collect();
        assert!(!opens.is_empty() && opens.is_sorted_by(|a, b| a < b), "{interval}: {opens:?}");
    }
    app.stop().await;
}

#[actix_web::test]
async fn an_unknown_symbol_halts_its_market_and_no_other() {
    let venue = ScriptedBinance::start().await;
    venue.delist(&venue.eth);
    let app = venue.app(&[("venues.binance.markets", "BTC-USDT,ETH-USDT")]).await;
    let conn = venue.live(&app).await;
    app.status_is(OTHER_MARKET, "halted").await;
    assert_eq!(app.market(OTHER_MARKET).await["reason"], "delisted");
    conn.send_text(tick(&venue.btc)).await.expect("open");
    app.book_is_true(&venue).await;
    app.stop().await;
}

#[actix_web::test]
async fn a_symbol_delisted_while_live_is_halted_and_subscribers_are_told() {
    let venue = ScriptedBinance::start().await;
    let app = venue.app(&[]).await;
    let conn = venue.live(&app).await;
    let mut client = app.connect().await;
    let mut followed = FollowedBook::subscribe(&mut client, MARKET).await;
    venue.delist(&venue.btc);
    lose_ticks(&venue.btc, 1);
    conn.send_text(tick(&venue.btc)).await.expect("open");
    followed.until(&mut client, "halted", |held| held.status() == ("halted", Some("delisted"))).await;
    let book = app.book(MARKET, "full").await;
    assert_eq!((&book["status"], &book["reason"]), (&json!("halted"), &json!("delisted")));
    assert_eq!(sides_of_rest(&book), followed.sides());
    app.stop().await;
}

#[actix_web::test]
async fn half_a_frame_is_never_applied() {
    let venue = ScriptedBinance::start().await;
    let keys = [("feeds.backoff_first_ms", "5"), ("feeds.backoff_max_ms", "20")];
    let app = venue.app(&keys).await;
    let mut conn = venue.live(&app).await;
    let mut client = app.connect().await;
    let mut followed = FollowedBook::subscribe(&mut client, MARKET).await;
    let length = tick(&venue.btc).len();
    for cut_at in [1, 2, 3, 4, 10, length / 2, length] {
        let before = app.feed(FEED).await["reconnects"].as_u64().expect("a count");
        conn.half_frame(&tick(&venue.btc), cut_at).await.expect("open");
        app.until("a reconnect", async || app.feed(FEED).await["reconnects"].as_u64() > Some(before)).await;
        conn = venue.accept().await;
    }
    conn.send_text(tick(&venue.btc)).await.expect("open");
    let truth = venue.sides();
    followed.until_live_with(&mut client, &truth).await;
    assert_eq!(followed.book.snapshots, 1);
    assert_eq!(app.feed(FEED).await["malformed"], 0);
    app.stop().await;
}

#[actix_web::test]
async fn a_burst_is_taken_whole() {
    const FRAMES: usize = 20_000;
    let venue = ScriptedBinance::start().await;
    let app = venue.app(&[]).await;
    let conn = venue.live(&app).await;
    let mut client = app.connect().await;
    let request = json!({"op": "subscribe", "channel": "book", "market": MARKET, "depth": "full"});
    client.send(request).await;
    let mut followed = FollowedBook::default();
    followed.until(&mut client, "a snapshot", |followed| followed.book.snapshots == 1).await;
    let frames: Vec<String> = (0..FRAMES).map(|_| tick(&venue.btc)).collect();
    let truth = venue.sides();
    let play = async {
        for frame in frames {
            conn.send_text(frame).await.expect("open");
        }
        conn.flush().await.expect("open");
    };
    let follow = followed.until(&mut client, "the true book", |followed| followed.sides() == truth);
    tokio::join!(play, follow);
    app.book_is_true(&venue).await;
    let market = app.market(MARKET).await;
    assert_eq!((&market["counters"]["gaps"], &market["counters"]["resyncs"]), (&json!(0), &json!(0)));
    assert_eq!(market["counters"]["depth_updates"], FRAMES);
    assert!(followed.book.deltas < FRAMES / 4, "conflated into {} frames", followed.book.deltas);
    app.stop().await;
}

#[actix_web::test]
async fn a_burst_into_a_tiny_mailbox_ends_with_the_true_book() {
    let venue = ScriptedBinance::start().await;
    let app = venue.app(&[("markets.mailbox", "1"), ("hub.mailbox", "1")]).await;
    let conn = venue.live(&app).await;
    let mut client = app.connect().await;
    let mut followed = FollowedBook::subscribe(&mut client, MARKET).await;
    for _ in 0..3_000 {
        conn.send_text(tick(&venue.btc)).await.expect("open");
    }
    let truth = venue.sides();
    followed.until_live_with(&mut client, &truth).await;
    app.book_is_true(&venue).await;
    app.stop().await;
}

#[actix_web::test]
async fn a_message_beyond_the_limit_ends_the_connection_and_is_counted() {
    let venue = ScriptedBinance::start().await;
    let app = venue.app(&[("feeds.message_bytes", "65536")]).await;
    let conn = venue.live(&app).await;
    conn.oversize(50 * 1024 * 1024).await.expect("open");
    conn.closed(PATIENCE).await.expect("the feed ends the connection");
    let conn = venue.accept().await;
    conn.send_text(tick(&venue.btc)).await.expect("open");
    app.book_is_true(&venue).await;
    let feed = app.feed(FEED).await;
    assert_eq!((&feed["reconnects"], &feed["malformed"]), (&json!(1), &json!(1)), "{feed}");
    assert!(feed["last_error"].as_str().expect("a cause").contains("too large"), "{feed}");
    app.stop().await;
}

#[actix_web::test]
async fn finer_prices_begin_a_new_epoch_and_lose_no_digit() {
    let venue = ScriptedBinance::start().await;
    let app = venue.app(&[]).await;
    let conn = venue.live(&app).await;
    let mut client = app.connect().await;
    let mut followed = FollowedBook::subscribe(&mut client, MARKET).await;
    let epoch = followed.book.epoch;
    let trade = lock(&venue.btc).trade("60000.01", "0.01", true);
    conn.send_text(trade).await.expect("open");
    let frame = lock(&venue.btc).depth(&[("59999.9951", "0.123456789".get(..10).expect("ten digits"))], &[]);
    conn.send_text(frame).await.expect("open");
    let truth = venue.sides();
    followed
        .until(&mut client, "the true book", |held| held.sides() == truth && held.book.epoch > epoch)
        .await;
    assert_eq!((followed.book.snapshots, followed.status()), (2, ("live", None)));
    let market = app.market(MARKET).await;
    assert_eq!((&market["price_decimals"], &market["counters"]["gaps"]), (&json!(4), &json!(0)));
    let trades = app.data(&format!("/api/v1/markets/{MARKET}/trades")).await;
    assert_eq!(trades["items"][0]["price"], "60000.0100");
    conn.send_text(tick(&venue.btc)).await.expect("open");
    let truth = sides_of(&lock(&venue.btc));
    followed.until(&mut client, "the next tick", |held| held.sides() == truth).await;
    app.stop().await;
}
