//! Every venue of the catalogue, live against a scripted one: what is sent to it is what its documents want, and
//! its recording comes out as the book that others computed from it.

use std::path::Path;

use marketd_testkit::{Player, Recording, ScriptedVenue, VenueConn, shared_data, testdata};
use marketd_venues::replay::BookSummary;
use serde_json::{Value, json};

use crate::support::venue::{FollowedBook, sides_of_rest, trimmed};
use crate::support::{PATIENCE, TestApp};

/// What a feed is configured with, and what its venue should see of it.
struct Live<'a> {
    venue: &'a str,
    markets: &'a str,
    path: &'a str,
    texts: &'a [&'a str],
}

impl Live<'_> {
    async fn start(&self, venue: &ScriptedVenue) -> (TestApp, VenueConn) {
        let key = |name: &str| format!("venues.{}.{name}", self.venue);
        let keys = [
            (key("enabled"), "true".to_owned()),
            (key("markets"), self.markets.to_owned()),
            (key("ws_url"), venue.ws_url()),
            (key("rest_url"), venue.rest_url()),
        ];
        let keys: Vec<(&str, &str)> =
            keys.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let app = TestApp::start(&keys).await;
        let conn = venue.accept(PATIENCE).await.expect("a connection of the feed");
        assert_eq!(conn.path(), self.path);
        for expected in self.texts {
            assert_eq!(conn.recv_text(PATIENCE).await.expect("a subscription"), *expected);
        }
        (app, conn)
    }
}

/// The symbol's final state in the `expected.json` beside a recording.
fn expected(folder: &Path, file: &str, symbol: &str) -> Value {
    let text = std::fs::read_to_string(folder.join("expected.json")).expect("beside the recording");
    let all: Value = serde_json::from_str(&text).expect("JSON");
    let sessions = all["sessions"].as_array().expect("sessions");
    let session = sessions
        .iter()
        .find(|session| session["files"][0].as_str().is_some_and(|name| name.ends_with(file)))
        .expect("the recording's session");
    session["symbols"][symbol]["final"].clone()
}

/// Waits until a market is live with the expected book, of which the hash is over every level.
async fn comes_to(app: &TestApp, market: &str, expected: &Value) {
    let entry = app.server().board.market(market).expect("a market");
    app.until(&format!("the final book of {market}"), async || {
        let state = entry.state().read();
        let summary = BookSummary::of(state.book(), state.scales());
        summary.book_sha256 == expected["book_sha256"].as_str().expect("a hash")
    })
    .await;
    let book = app.data(&format!("/api/v1/markets/{market}/book?depth=10")).await;
    assert_eq!(book["status"], "live");
    let side = |name: &str| -> Vec<(String, String)> {
        let levels = expected[name].as_array().expect("levels");
        let text = |level: &Value, at: usize| trimmed(level[at].as_str().expect("text"));
        levels.iter().take(10).map(|level| (text(level, 0), text(level, 1))).collect()
    };
    assert_eq!(sides_of_rest(&book), (side("bids"), side("asks")));
}

#[actix_web::test]
async fn coinbase_is_followed_live() {
    let venue = ScriptedVenue::start().await.expect("a free port");
    let file = "multi6_20210417.jsonl.zst";
    let mut player =
        Player::new(Recording::open(&testdata(&format!("coinbase-exchange/{file}"))).expect("shipped"));
    player.serve_rest(&venue);
    let live = Live {
        venue: "coinbase",
        markets: "BAND-BTC,SKL-USD,NU-GBP",
        path: "/",
        texts: &[
            r#"{"type":"subscribe","product_ids":["BAND-BTC","SKL-USD","NU-GBP"],"channels":["level2_batch","matches","heartbeat"]}"#,
        ],
    };
    let (app, conn) = live.start(&venue).await;
    player.play(&conn).await.expect("played");
    for symbol in ["BAND-BTC", "SKL-USD", "NU-GBP"] {
        let expected = expected(&testdata("coinbase-exchange"), file, symbol);
        comes_to(&app, &format!("coinbase:{symbol}"), &expected).await;
    }
    let market = app.market("coinbase:SKL-USD").await;
    assert_eq!((&market["tick_size"], &market["counters"]["trades"]), (&json!("0.0001"), &json!(52)));
    app.stop().await;
}

#[actix_web::test]
async fn kraken_is_followed_live_with_every_checksum() {
    for file in ["btcusd_d25_20260802.jsonl.zst", "btcusd_d10_resub_20260801.jsonl.zst"] {
        let venue = ScriptedVenue::start().await.expect("a free port");
        let mut player =
            Player::new(Recording::open(&testdata(&format!("kraken-v2/{file}"))).expect("shipped"));
        player.serve_rest(&venue);
        let (app, conn) = KRAKEN.start(&venue).await;
        player.play(&conn).await.expect("played");
        let expected = expected(&testdata("kraken-v2"), file, "BTC/USD");
        comes_to(&app, "kraken:BTC-USD", &expected).await;
        let counters = app.market("kraken:BTC-USD").await["counters"].clone();
        assert_eq!(counters["checksums_bad"], 0, "{counters}");
        assert_eq!(venue.requests(), ["/0/public/AssetPairs?pair=BTC/USD"]);
        app.stop().await;
    }
}

const KRAKEN: Live<'_> = Live {
    venue: "kraken",
    markets: "BTC-USD",
    path: "/v2",
    texts: &[
        r#"{"method":"subscribe","params":{"channel":"instrument","snapshot":false}}"#,
        r#"{"method":"subscribe","params":{"channel":"book","depth":100,"symbol":["BTC/USD"]}}"#,
        r#"{"method":"subscribe","params":{"channel":"trade","symbol":["BTC/USD"],"snapshot":true}}"#,
    ],
};

/// A small Kraken book, best first, as the venue prints it.
#[derive(Clone)]
struct KrakenBook {
    bids: Vec<(&'static str, &'static str)>,
    asks: Vec<(&'static str, &'static str)>,
}

impl KrakenBook {
    fn new() -> Self {
        Self {
            bids: vec![("45283.5", "0.10000000"), ("45283.4", "1.54582015"), ("45282.1", "0.10000000")],
            asks: vec![("45285.2", "0.00100000"), ("45286.4", "1.54571953"), ("45286.6", "1.54571109")],
        }
    }

    /// By the venue's rule: asks from the lowest, bids from the highest, digits only.
    fn checksum(&self) -> u32 {
        let digits = |text: &str| text.replace('.', "").trim_start_matches('0').to_owned();
        let levels = self.asks.iter().take(10).chain(self.bids.iter().take(10));
        let text: String = levels.map(|(price, qty)| digits(price) + &digits(qty)).collect();
        marketd_domain::checksum::crc32(text.as_bytes())
    }

    fn snapshot(&self) -> String {
        message("snapshot", &self.bids, &self.asks, self.checksum())
    }

    /// An update that sets the best bid's quantity.
    fn set_best_bid(&mut self, qty: &'static str) -> String {
        self.bids[0].1 = qty;
        message("update", &self.bids[..1], &[], self.checksum())
    }
}

fn message(kind: &str, bids: &[(&str, &str)], asks: &[(&str, &str)], checksum: u32) -> String {
    let side = |levels: &[(&str, &str)]| {
        let levels: Vec<String> =
            levels.iter().map(|(price, qty)| format!("{{\"price\":{price},\"qty\":{qty}}}")).collect();
        levels.join(",")
    };
    format!(
        "{{\"channel\":\"book\",\"type\":\"{kind}\",\"data\":[{{\"symbol\":\"BTC/USD\",\"bids\":[{}],\"asks\":[{}],\
         \"checksum\":{checksum},\"timestamp\":\"2026-08-02T03:35:51.000000Z\"}}]}}",
        side(bids),
        side(asks)
    )
}

#[actix_web::test]
async fn a_thin_kraken_book_may_grow_up_to_the_depth_that_was_asked_for() {
    let mut book = KrakenBook::new();
    let venue = ScriptedVenue::start().await.expect("a free port");
    let (app, conn) = KRAKEN.start(&venue).await;
    conn.send_text(book.snapshot()).await.expect("open");
    app.status_is("kraken:BTC-USD", "live").await;
    // Twelve bids: more than the smallest depth that Kraken offers.
    let more =
        ["45209.0", "45208.0", "45207.0", "45206.0", "45205.0", "45204.0", "45203.0", "45202.0", "45201.0"]
            .map(|price| (price, "0.50000000"));
    book.bids.extend(more);
    conn.send_text(message("update", &more, &[], book.checksum())).await.expect("open");
    app.until("twelve bids", async || {
        app.book("kraken:BTC-USD", "full").await["bids"].as_array().expect("bids").len() == 12
    })
    .await;
    assert_eq!(app.market("kraken:BTC-USD").await["status"], "live");
    app.stop().await;
}

#[actix_web::test]
async fn one_flipped_digit_fails_the_checksum_and_the_book_is_subscribed_to_anew() {
    let mut book = KrakenBook::new();
    assert_eq!(book.checksum(), 697_723_538, "the worked example");
    let venue = ScriptedVenue::start().await.expect("a free port");
    let (app, conn) = KRAKEN.start(&venue).await;
    conn.send_text(book.snapshot()).await.expect("open");
    app.status_is("kraken:BTC-USD", "live").await;
    let mut client = app.connect().await;
    let mut followed = FollowedBook::subscribe(&mut client, "kraken:BTC-USD").await;
    for (flip, qty) in [("0.20000000", "0.20000001"), ("3.00000000", "2.00000000")].into_iter().enumerate() {
        conn.send_text(book.set_best_bid("0.50000000")).await.expect("open");
        let good = book.set_best_bid(qty.0);
        conn.send_text(good.replace(qty.0, qty.1)).await.expect("open");
        let stale = ("stale", Some("checksum_mismatch"));
        followed.until(&mut client, "stale", |followed| followed.status() == stale).await;
        for method in ["unsubscribe", "subscribe"] {
            let text = conn.recv_text(PATIENCE).await.expect("a new subscription");
            let expected = format!(
                r#"{{"method":"{method}","params":{{"channel":"book","depth":100,"symbol":["BTC/USD"]}}}}"#
            );
            assert_eq!(text, expected);
        }
        // A snapshot that fails its own checksum helps nothing.
        conn.send_text(book.snapshot().replace("45282.1", "45282.2")).await.expect("open");
        followed.during(&mut client, std::time::Duration::from_millis(200)).await;
        assert_ne!(followed.status().0, "live");
        conn.send_text(book.snapshot()).await.expect("open");
        followed.until(&mut client, "live", |followed| followed.status() == ("live", None)).await;
        let counters = app.market("kraken:BTC-USD").await["counters"].clone();
        assert_eq!(counters["checksums_bad"], 2 * (flip + 1), "{counters}");
        let rest = app.book("kraken:BTC-USD", "full").await;
        followed.until(&mut client, "the REST book", |held| held.sides() == sides_of_rest(&rest)).await;
        assert_eq!(rest["bids"][0][1], qty.0);
    }
    assert_eq!(followed.book.snapshots, 1, "the client's stream did not break");
    app.stop().await;
}

#[actix_web::test]
async fn okx_is_followed_live() {
    let venue = ScriptedVenue::start().await.expect("a free port");
    let file = "books3_20220513.jsonl.zst";
    let mut player = Player::new(Recording::open(&testdata(&format!("okx/{file}"))).expect("shipped"));
    player.serve_rest(&venue);
    let live = Live {
        venue: "okx",
        markets: "BTC-USDT",
        path: "/ws/v5/public",
        texts: &[
            r#"{"op":"subscribe","args":[{"channel":"instruments","instType":"SPOT"}]}"#,
            r#"{"op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT"},{"channel":"trades","instId":"BTC-USDT"}]}"#,
        ],
    };
    let (app, conn) = live.start(&venue).await;
    player.play(&conn).await.expect("played");
    comes_to(&app, "okx:BTC-USDT", &expected(&testdata("okx"), file, "BTC-USDT")).await;
    let counters = app.market("okx:BTC-USDT").await["counters"].clone();
    assert_eq!((&counters["trades"], &counters["checksums_bad"]), (&json!(69), &json!(0)), "{counters}");
    app.stop().await;
}

#[actix_web::test]
async fn bitstamp_is_followed_live() {
    let venue = ScriptedVenue::start().await.expect("a free port");
    let file = "multi10_20210417.jsonl.zst";
    let recording = Recording::open(&testdata(&format!("bitstamp/{file}"))).expect("shipped");
    let mut player = Player::new(recording);
    player.serve_rest(&venue);
    let live = Live {
        venue: "bitstamp",
        markets: "LTC-USD,BCH-EUR",
        path: "/",
        texts: &[
            r#"{"event":"bts:subscribe","data":{"channel":"diff_order_book_ltcusd"}}"#,
            r#"{"event":"bts:subscribe","data":{"channel":"live_trades_ltcusd"}}"#,
            r#"{"event":"bts:subscribe","data":{"channel":"diff_order_book_bcheur"}}"#,
            r#"{"event":"bts:subscribe","data":{"channel":"live_trades_bcheur"}}"#,
        ],
    };
    let (app, conn) = live.start(&venue).await;
    player.play(&conn).await.expect("played");
    for (market, symbol) in [("bitstamp:LTC-USD", "ltcusd"), ("bitstamp:BCH-EUR", "bcheur")] {
        comes_to(&app, market, &expected(&testdata("bitstamp"), file, symbol)).await;
    }
    assert_eq!(app.market("bitstamp:BCH-EUR").await["counters"]["trades"], 8);
    assert_eq!(venue.requests_below("/api/v2/order_book/"), 2);
    app.stop().await;
}

#[actix_web::test]
async fn bybit_is_followed_live() {
    let venue = ScriptedVenue::start().await.expect("a free port");
    let file = "l1_20250613.jsonl.zst";
    let recording = Recording::open(&testdata(&format!("bybit-v5/{file}"))).expect("shipped");
    // Recorded with one level; each of its messages is a whole book at any depth.
    let recording = recording
        .only_conn("ws.spot")
        .corrupt(|line| Some(line.raw.replace("\"orderbook.1.", "\"orderbook.200.")));
    let mut player = Player::new(recording);
    player.serve_rest(&venue);
    let live = Live {
        venue: "bybit",
        markets: "ARB-USDC,OP-USDC",
        path: "/v5/public/spot",
        texts: &[
            r#"{"op":"subscribe","args":["orderbook.200.ARBUSDC","publicTrade.ARBUSDC","orderbook.200.OPUSDC","publicTrade.OPUSDC"]}"#,
        ],
    };
    let (app, conn) = live.start(&venue).await;
    player.play(&conn).await.expect("played");
    for (market, symbol) in [("bybit:ARB-USDC", "spot:ARBUSDC"), ("bybit:OP-USDC", "spot:OPUSDC")] {
        comes_to(&app, market, &expected(&testdata("bybit-v5"), file, symbol)).await;
    }
    app.stop().await;
}

#[actix_web::test]
async fn binance_us_is_followed_live() {
    let venue = ScriptedVenue::start().await.expect("a free port");
    let file = "multi4_20211012.jsonl.zst";
    let recording = Recording::open(&testdata(&format!("binance-us/{file}"))).expect("shipped");
    let mut player = Player::new(recording).live_snapshots();
    player.serve_rest(&venue);
    let live = Live {
        venue: "binance-us",
        markets: "COMP-USDT,OMG-BUSD",
        path: "/stream",
        texts: &[
            r#"{"method":"SUBSCRIBE","params":["compusdt@depth@100ms","compusdt@trade","compusdt@bookTicker","omgbusd@depth@100ms","omgbusd@trade","omgbusd@bookTicker"],"id":1}"#,
        ],
    };
    let (app, conn) = live.start(&venue).await;
    player.play(&conn).await.expect("played");
    for (market, symbol) in [("binance-us:COMP-USDT", "COMPUSDT"), ("binance-us:OMG-BUSD", "OMGBUSD")] {
        comes_to(&app, market, &expected(&testdata("binance-us"), file, symbol)).await;
        assert_eq!(app.market(market).await["counters"]["gaps"], 0);
    }
    let asked = venue.requests();
    assert!(asked.contains(&"/api/v3/depth?symbol=COMPUSDT&limit=5000".to_owned()), "{asked:?}");
    app.stop().await;
}

#[actix_web::test]
async fn binance_usdm_is_followed_live() {
    let venue = ScriptedVenue::start().await.expect("a free port");
    let live = Live {
        venue: "binance-usdm",
        markets: "BTC-USDT",
        path: "/stream",
        texts: &[
            r#"{"method":"SUBSCRIBE","params":["btcusdt@depth@0ms","btcusdt@trade","btcusdt@bookTicker"],"id":1}"#,
        ],
    };
    let Some(shared) = shared_data() else {
        println!("the futures recording is not here: only what the venue is sent is checked");
        let (app, _conn) = live.start(&venue).await;
        return app.stop().await;
    };
    let file = shared.join("binance-usdm/btcusdt_20240808.jsonl.zst");
    let mut player = Player::new(Recording::open(&file).expect("a recording")).live_snapshots();
    player.serve_rest(&venue);
    let (app, conn) = live.start(&venue).await;
    // A fifth of it is enough of a test.
    player.play_to(&conn, 20_000).await.expect("played");
    let truth = player.book("BTCUSDT").expect("a followed symbol");
    // A snapshot has a thousand levels a side; what stood behind them is not known.
    let best = |levels: Vec<(String, String)>| -> Vec<(String, String)> {
        levels.iter().map(|(price, qty)| (trimmed(price), trimmed(qty))).collect()
    };
    let truth = (best(truth.bids(500)), best(truth.asks(500)));
    app.until("the true book", async || {
        let answer = app.get("/api/v1/markets/binance-usdm:BTC-USDT/book?depth=500").await;
        let book = &answer.json()["data"];
        answer.status == 200 && book["status"] == "live" && sides_of_rest(book) == truth
    })
    .await;
    let counters = app.market("binance-usdm:BTC-USDT").await["counters"].clone();
    assert_eq!((&counters["gaps"], &counters["resyncs"]), (&json!(0), &json!(0)), "{counters}");
    assert!(venue.requests().contains(&"/fapi/v1/depth?symbol=BTCUSDT&limit=1000".to_owned()));
    app.stop().await;
}
