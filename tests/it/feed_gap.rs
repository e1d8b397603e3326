//! Messages that are missing, late, repeated or in doubt: the market says so at once, and comes back true.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use marketd_testkit::HttpResponse;
use serde_json::json;

use crate::support::venue::{
    FollowedBook, MARKET, ScriptedBinance, is_crossed, lock, lose_ticks, sides_of_rest, tick, trimmed,
};

#[actix_web::test]
async fn a_gap_makes_the_market_stale_and_a_snapshot_brings_it_back() {
    let venue = ScriptedBinance::start().await;
    let app = venue.app(&[]).await;
    let conn = venue.live(&app).await;
    let mut client = app.connect().await;
    let mut held = FollowedBook::subscribe(&mut client, MARKET).await;
    let epoch = held.book.epoch;

    venue.hold_snapshots();
    let expected_id = lock(&venue.btc).book().last_update_id() + 1;
    let found = {
        let mut script = lock(&venue.btc);
        drop(script.depth(&[("59999.00", "7"), ("59990.00", "0")], &[("60009.99", "3")]));
        script.tick()
    };
    let found_id = lock(&venue.btc).book().last_update_id();
    conn.send_text(found).await.expect("open");
    held.until(&mut client, "stale", |held| held.status() == ("stale", Some("gap"))).await;
    let book = app.book(MARKET, "full").await;
    assert_eq!((&book["status"], &book["reason"]), (&json!("stale"), &json!("gap")));
    assert_eq!(sides_of_rest(&book), held.sides(), "a stale book is the last that was known");
    let market = app.market(MARKET).await;
    assert_eq!(market["counters"]["gaps"], 1);
    let gap = &market["gaps"][0];
    assert_eq!((&gap["expected"], &gap["found"]), (&json!(expected_id), &json!(found_id)), "{market}");
    assert!(gap["closed_at"].is_null() && gap["detected_at"].is_i64(), "{gap}");

    // Frames that come meanwhile wait for the snapshot.
    for _ in 0..2 {
        conn.send_text(tick(&venue.btc)).await.expect("open");
    }
    let deltas = held.book.deltas;
    venue.release_snapshots();
    let released = Instant::now();
    held.until(&mut client, "live again", |held| held.status() == ("live", None)).await;
    assert!(released.elapsed() < Duration::from_secs(3), "live after {:?}", released.elapsed());
    let truth = venue.sides();
    held.until(&mut client, "the true book", |held| held.sides() == truth).await;
    assert_eq!((held.book.epoch, held.book.snapshots), (epoch, 1), "the client's streams did not break");
    assert!(held.book.deltas > deltas, "the difference came as deltas");
    app.book_is_true(&venue).await;
    let market = app.market(MARKET).await;
    assert_eq!((&market["counters"]["gaps"], &market["counters"]["resyncs"]), (&json!(1), &json!(1)));
    assert!(market["gaps"][0]["closed_at"].is_i64(), "{market}");

    conn.send_text(tick(&venue.btc)).await.expect("open");
    let truth = venue.sides();
    held.until(&mut client, "the next tick", |held| held.sides() == truth).await;
    app.stop().await;
}

#[actix_web::test]
async fn a_second_gap_while_the_snapshot_is_on_its_way_is_seen_too() {
    let venue = ScriptedBinance::start().await;
    let app = venue.app(&[]).await;
    let conn = venue.live(&app).await;
    venue.hold_snapshots();
    for _ in 0..3 {
        lose_ticks(&venue.btc, 1);
        conn.send_text(tick(&venue.btc)).await.expect("open");
    }
    app.until("three gaps", async || app.market(MARKET).await["counters"]["gaps"] == 3).await;
    venue.release_snapshots();
    app.book_is_true(&venue).await;
    let market = app.market(MARKET).await;
    assert!(
        market["gaps"].as_array().expect("gaps").iter().all(|gap| gap["closed_at"].is_i64()),
        "a snapshot closes every gap before it: {}",
        market["gaps"]
    );
    app.stop().await;
}

#[actix_web::test]
async fn neighbours_in_the_wrong_order_are_a_gap_and_the_late_one_is_not_applied() {
    let venue = ScriptedBinance::start().await;
    let app = venue.app(&[]).await;
    let conn = venue.live(&app).await;
    let mut client = app.connect().await;
    let mut held = FollowedBook::subscribe(&mut client, MARKET).await;
    let (first, second, third) = {
        let mut script = lock(&venue.btc);
        let first = script.depth(&[("59998.00", "1")], &[]);
        (first, script.depth(&[("59998.00", "2")], &[]), script.tick())
    };
    for frame in [second, first, third] {
        conn.send_text(frame).await.expect("open");
    }
    let truth = venue.sides();
    held.until_live_with(&mut client, &truth).await;
    assert_eq!(held.book.snapshots, 1);
    let market = app.market(MARKET).await;
    // One is late, two the new snapshot held, and one the first snapshot.
    assert_eq!((&market["counters"]["gaps"], &market["counters"]["duplicates"]), (&json!(1), &json!(4)));
    app.stop().await;
}

#[actix_web::test]
async fn repeated_messages_are_counted_and_change_nothing() {
    let venue = ScriptedBinance::start().await;
    let app = venue.app(&[]).await;
    let conn = venue.live(&app).await;
    let mut frames = Vec::new();
    for at in 0..30 {
        let mut script = lock(&venue.btc);
        frames.push(script.tick());
        frames.push(script.trade("60000.01", "0.00100000", at % 2 == 0));
    }
    for (at, frame) in frames.iter().enumerate() {
        for _ in 0..=at % 3 {
            conn.send_text(frame.clone()).await.expect("open");
        }
    }
    // The whole past once more.
    for frame in &frames {
        conn.send_text(frame.clone()).await.expect("open");
    }
    // Twenty frames came once more, twenty twice more, and then all sixty; one the first snapshot held.
    let repeated = 20 + 2 * 20 + 60 + 1;
    app.until("all duplicates", async || app.market(MARKET).await["counters"]["duplicates"] == repeated)
        .await;
    app.book_is_true(&venue).await;
    let ticker = app.data(&format!("/api/v1/markets/{MARKET}/ticker")).await;
    assert_eq!(ticker["trades"], 30, "{ticker}");
    assert_eq!(trimmed(ticker["volume"].as_str().expect("a volume")), "0.03");
    let trades = app.data(&format!("/api/v1/markets/{MARKET}/trades?limit=1000")).await;
    let seqs: Vec<u64> =
        trades["items"].as_array().expect("items").iter().filter_map(|trade| trade["seq"].as_u64()).collect();
    assert_eq!(seqs, (1..=30).collect::<Vec<u64>>());
    assert_eq!(app.market(MARKET).await["counters"]["gaps"], 0);
    app.stop().await;
}

#[actix_web::test]
async fn a_book_that_uncrosses_in_time_is_held_back_and_stays_live() {
    let venue = ScriptedBinance::start().await;
    let app = venue.app(&[]).await;
    let conn = venue.live(&app).await;
    let mut client = app.connect().await;
    let mut held = FollowedBook::subscribe(&mut client, MARKET).await;
    for _ in 0..20 {
        let frames = {
            let mut script = lock(&venue.btc);
            [script.cross(), script.uncross(), script.tick()]
        };
        for frame in frames {
            conn.send_text(frame).await.expect("open");
        }
    }
    let truth = venue.sides();
    // Each frame is checked not to be crossed when it is applied.
    held.until(&mut client, "the true book", |held| held.sides() == truth).await;
    assert_eq!((held.book.snapshots, held.status()), (1, ("live", None)));
    assert_eq!(held.statuses.len(), 1, "nothing happened to the status: {:?}", held.statuses);
    let market = app.market(MARKET).await;
    assert_eq!((&market["counters"]["crossed"], &market["counters"]["resyncs"]), (&json!(20), &json!(0)));
    app.stop().await;
}

#[actix_web::test]
async fn a_book_that_stays_crossed_is_never_shown_live_and_is_fetched_anew() {
    let venue = ScriptedBinance::start().await;
    let app = venue.app(&[]).await;
    let conn = venue.live(&app).await;
    let mut client = app.connect().await;
    let mut held = FollowedBook::subscribe(&mut client, MARKET).await;
    venue.hold_snapshots();
    let crossing = {
        let mut script = lock(&venue.btc);
        let crossing = script.cross();
        drop(script.uncross());
        crossing
    };
    conn.send_text(crossing).await.expect("open");
    let sent = Instant::now();
    app.until("stale", async || {
        let book = app.book(MARKET, "full").await;
        assert!(
            book["status"] != "live" || !is_crossed(&sides_of_rest(&book)),
            "shown live and crossed: {book}"
        );
        book["status"] == "stale" && app.market(MARKET).await["status"] == "stale"
    })
    .await;
    held.until(&mut client, "stale", |held| held.status() == ("stale", Some("crossed"))).await;
    assert!(sent.elapsed() < Duration::from_secs(2), "stale after {:?}", sent.elapsed());
    venue.release_snapshots();
    let truth = venue.sides();
    held.until_live_with(&mut client, &truth).await;
    assert_eq!(held.book.snapshots, 1);
    app.book_is_true(&venue).await;
    assert_eq!(app.market(MARKET).await["counters"]["resyncs"], 1);
    app.stop().await;
}

#[actix_web::test]
async fn a_venue_whose_snapshots_are_crossed_is_asked_again_without_haste_and_never_shown_live() {
    let venue = ScriptedBinance::start().await;
    let app = venue.app(&[]).await;
    let conn = venue.live(&app).await;
    let mut client = app.connect().await;
    let mut held = FollowedBook::subscribe(&mut client, MARKET).await;
    let before = venue.snapshot_requests();
    let crossing = lock(&venue.btc).cross();
    conn.send_text(crossing).await.expect("open");
    held.until(&mut client, "stale", |held| held.status() == ("stale", Some("crossed"))).await;
    let statuses = held.statuses.len();
    let began = Instant::now();
    app.until("two more snapshots", async || venue.snapshot_requests() >= before + 2).await;
    held.during(&mut client, Duration::from_millis(300)).await;
    let asked = venue.snapshot_requests() - before;
    let allowed = 2 + began.elapsed().as_secs() as usize;
    assert!(asked <= allowed, "{asked} snapshots in {:?}", began.elapsed());
    let live = held.statuses[statuses..].iter().filter(|(status, _)| status == "live").count();
    assert_eq!(live, 0, "a crossed snapshot is not a live book: {:?}", held.statuses);
    let uncrossing = lock(&venue.btc).uncross();
    conn.send_text(uncrossing).await.expect("open");
    let truth = venue.sides();
    held.until_live_with(&mut client, &truth).await;
    assert_eq!(held.book.snapshots, 1);
    app.stop().await;
}

#[actix_web::test]
async fn a_snapshot_older_than_the_frames_that_wait_is_asked_for_again() {
    let venue = ScriptedBinance::start().await;
    let old = lock(&venue.btc).snapshot_body(5_000);
    lose_ticks(&venue.btc, 2);
    let asked = Arc::new(AtomicUsize::new(0));
    let (count, script) = (asked.clone(), venue.btc.clone());
    venue.venue.on_request("/api/v3/depth", move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => HttpResponse::json(old.clone()),
        _ => HttpResponse::json(lock(&script).snapshot_body(5_000)),
    });
    let app = venue.app(&[]).await;
    let conn = venue.accept().await;
    conn.send_text(tick(&venue.btc)).await.expect("open");
    app.until("a second request", async || {
        let market = app.market(MARKET).await;
        assert!(
            asked.load(Ordering::SeqCst) >= 2 || market["status"] == "connecting",
            "the old snapshot was taken: {market}"
        );
        asked.load(Ordering::SeqCst) >= 2
    })
    .await;
    app.book_is_true(&venue).await;
    let market = app.market(MARKET).await;
    assert_eq!((&market["counters"]["snapshots"], &market["counters"]["gaps"]), (&json!(1), &json!(0)));
    app.stop().await;
}

#[actix_web::test]
async fn a_snapshot_asked_for_on_a_lost_connection_does_not_serve_the_next_one() {
    let venue = ScriptedBinance::start().await;
    let old = lock(&venue.btc).snapshot_body(5_000);
    let asked = Arc::new(AtomicUsize::new(0));
    let (count, script) = (asked.clone(), venue.btc.clone());
    venue.venue.on_request("/api/v3/depth", move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => HttpResponse::json(old.clone()).delay(Duration::from_millis(300)),
        _ => HttpResponse::json(lock(&script).snapshot_body(5_000)),
    });
    let app = venue.app(&[("feeds.backoff_first_ms", "600")]).await;
    let conn = venue.accept().await;
    conn.send_text(tick(&venue.btc)).await.expect("open");
    app.until("a request", async || asked.load(Ordering::SeqCst) == 1).await;
    conn.reset().await;
    lose_ticks(&venue.btc, 2);
    // Nothing is sent, as of a quiet market: only the snapshot can be true.
    let _conn = venue.accept().await;
    app.until("a live market", async || {
        let book = app.get(&format!("/api/v1/markets/{MARKET}/book?depth=full")).await;
        if book.status != 200 {
            return false;
        }
        let book = book.json()["data"].clone();
        assert!(
            book["status"] != "live" || sides_of_rest(&book) == venue.sides(),
            "live with an old book: {book}"
        );
        book["status"] == "live"
    })
    .await;
    app.stop().await;
}

#[actix_web::test]
async fn missed_trades_are_fetched_by_id_and_marked_in_order() {
    let venue = ScriptedBinance::start().await;
    let app = venue.app(&[]).await;
    let conn = venue.live(&app).await;
    let mut client = app.connect().await;
    client.send(json!({"op": "subscribe", "channel": "trades", "market": MARKET})).await;
    client.next_where(|message| message["type"] == "snapshot").await;
    let frames: Vec<String> = {
        let mut script = lock(&venue.btc);
        (1..=9).map(|at| script.trade("60000.01", &format!("0.0000{at}000"), at % 2 == 0)).collect()
    };
    for at in [0, 1, 5, 6, 8] {
        conn.send_text(frames[at].clone()).await.expect("open");
    }
    let path = format!("/api/v1/markets/{MARKET}/trades");
    app.until("nine trades", async || app.data(&path).await["seq"] == 9).await;
    let trades = app.data(&path).await;
    let items = trades["items"].as_array().expect("items");
    let ids: Vec<u64> = items
        .iter()
        .map(|item| item["trade_id"].as_str().expect("text").parse().expect("a number"))
        .collect();
    assert!(ids.windows(2).all(|pair| pair[1] == pair[0] + 1), "in the order of their ids: {ids:?}");
    let fetched: Vec<usize> = (0..items.len()).filter(|at| items[*at]["backfilled"] == json!(true)).collect();
    assert_eq!(fetched, [2, 3, 4, 7]);
    assert_eq!(venue.venue.requests_below("/api/v3/historicalTrades"), 2);
    // The subscriber got the same, each once.
    let (mut seen, mut last) = (Vec::new(), 0);
    while last < 9 {
        let message = client.next_where(|message| message["type"] == "event").await;
        assert_eq!(message["prev"], last, "{message}");
        last = message["seq"].as_u64().expect("a seq");
        seen.extend(message["trades"].as_array().expect("trades").iter().cloned());
    }
    assert_eq!(&seen, items);
    let ticker = app.data(&format!("/api/v1/markets/{MARKET}/ticker")).await;
    assert_eq!(trimmed(ticker["volume"].as_str().expect("a volume")), "0.00045");
    app.stop().await;
}
