//! Binance: frames in, sink calls and actions out.

mod scanner;
mod support;

use marketd_domain::{MarketIndex, Scales, StaleReason};
use marketd_venues::binance::{BINANCE, BINANCE_US, BINANCE_USDM};
use marketd_venues::{DecodeError, Venue};

use support::{Bench, DEPTH_PATH, DEPTH_URL, diff, snapshot, trade};

#[test]
fn a_book_is_synced_and_kept() {
    let mut bench = Bench::discovering(&BINANCE);
    bench.message(&diff(1, 3, "[\"99\",\"1\"]", "")).expect("valid");
    bench.message(&diff(4, 6, "[\"99.00000000\",\"7.50000000\"]", "")).expect("valid");
    bench.heard(&["BTCUSDT listed BTC-USDT"]);
    bench.wanted(&[DEPTH_PATH]);
    bench.http(DEPTH_URL, &snapshot(5)).expect("valid");
    bench.heard(&["BTCUSDT snapshot 5 100x1 | 101x2", "BTCUSDT duplicate", "BTCUSDT depth 6 99x7.5 |"]);
    bench.message(&diff(7, 7, "", "[\"101\",\"0\"]")).expect("valid");
    bench.message(&diff(7, 7, "", "[\"101\",\"0\"]")).expect("valid");
    bench.heard(&["BTCUSDT depth 7 | 101x0", "BTCUSDT duplicate"]);
    bench.wanted(&[]);
}

#[test]
fn a_gap_is_told_at_once_and_closed_by_a_snapshot() {
    let mut bench = Bench::discovering(&BINANCE);
    bench.http(DEPTH_URL, &snapshot(5)).expect("valid");
    bench.message(&diff(8, 9, "", "")).expect("valid");
    bench.message(&diff(10, 11, "[\"90\",\"1\"]", "")).expect("valid");
    bench.heard(&["BTCUSDT listed BTC-USDT", "BTCUSDT snapshot 5 100x1 | 101x2", "BTCUSDT gap 6 8"]);
    bench.wanted(&[DEPTH_PATH]);
    // Older than what is buffered: asked for again, later.
    bench.http(DEPTH_PATH, &snapshot(6)).expect("valid");
    bench.heard(&[]);
    bench.at(900);
    bench.message(&diff(12, 12, "", "")).expect("valid");
    bench.wanted(&[]);
    bench.at(1_000);
    bench.wanted(&[DEPTH_PATH]);
    bench.io(|session, now, io| session.on_http_failed(DEPTH_PATH, now, io));
    bench.at(2_900);
    bench.wanted(&[]);
    bench.at(3_000);
    bench.wanted(&[DEPTH_PATH]);
    bench.http(DEPTH_PATH, &snapshot(9)).expect("valid");
    bench.heard(&[
        "BTCUSDT snapshot 9 100x1 | 101x2",
        "BTCUSDT duplicate",
        "BTCUSDT depth 11 90x1 |",
        "BTCUSDT depth 12 |",
    ]);
}

#[test]
fn a_connection_subscribes_goes_stale_and_starts_afresh() {
    let mut bench = Bench::with(&BINANCE, &["BTCUSDT", "ETHUSDT"]);
    bench.io(|session, now, io| session.on_open(1, "", now, io));
    bench.wanted(&["{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@depth@100ms\",\"btcusdt@trade\",\
                    \"btcusdt@bookTicker\",\"ethusdt@depth@100ms\",\"ethusdt@trade\",\"ethusdt@bookTicker\"],\"id\":1}"]);
    bench.message("{\"result\":null,\"id\":1}").expect("an answer");
    bench.message(&diff(1, 3, "", "")).expect("valid");
    bench.wanted(&[DEPTH_PATH]);
    bench.http(DEPTH_PATH, &snapshot(3)).expect("valid");
    // The other market is quiet and gets its snapshot anyhow.
    bench.at(1_000);
    bench.wanted(&["/api/v3/depth?symbol=ETHUSDT&limit=5000"]);
    bench.heard(&["BTCUSDT snapshot 3 100x1 | 101x2", "BTCUSDT duplicate"]);
    bench.io(|session, now, io| session.on_close(1, now, io));
    bench.heard(&["BTCUSDT stale disconnected", "ETHUSDT stale disconnected"]);
    // An answer to a closed connection's question would be out of date.
    bench.http(DEPTH_PATH, &snapshot(9)).expect("valid");
    bench.heard(&[]);
    bench.io(|session, now, io| session.on_open(2, "", now, io));
    bench.message(&diff(20, 21, "", "")).expect("valid");
    bench.actions.remove(0);
    bench.wanted(&[DEPTH_PATH]);
    bench.http(DEPTH_PATH, &snapshot(21)).expect("valid");
    bench.heard(&["BTCUSDT snapshot 21 100x1 | 101x2", "BTCUSDT duplicate"]);
}

#[test]
fn a_recorded_reconnect_may_have_its_snapshot_before_its_diffs() {
    let mut bench = Bench::discovering(&BINANCE);
    bench.message(&diff(1, 3, "", "")).expect("valid");
    bench.http(DEPTH_URL, &snapshot(3)).expect("valid");
    bench.io(|session, now, io| session.on_close(1, now, io));
    bench.io(|session, now, io| session.on_open(1, "wss://stream.binance.com:9443/stream", now, io));
    bench.http(DEPTH_URL, &snapshot(9)).expect("valid");
    bench.message(&diff(10, 10, "", "")).expect("valid");
    bench.heard(&[
        "BTCUSDT listed BTC-USDT",
        "BTCUSDT snapshot 3 100x1 | 101x2",
        "BTCUSDT duplicate",
        "BTCUSDT stale disconnected",
        "BTCUSDT snapshot 9 100x1 | 101x2",
        "BTCUSDT depth 10 |",
    ]);
}

#[test]
fn a_rotation_with_two_connections_open_goes_unnoticed() {
    let mut bench = Bench::with(&BINANCE, &["BTCUSDT"]);
    bench.io(|session, now, io| session.on_open(1, "", now, io));
    bench.http(DEPTH_URL, &snapshot(5)).expect("valid");
    bench.io(|session, now, io| session.on_open(2, "", now, io));
    bench.message(&diff(6, 6, "", "")).expect("valid");
    bench.io(|session, now, io| session.on_close(1, now, io));
    bench.heard(&["BTCUSDT snapshot 5 100x1 | 101x2", "BTCUSDT depth 6 |"]);
}

#[test]
fn a_doubted_book_is_fetched_anew() {
    let mut bench = Bench::with(&BINANCE, &["BTCUSDT"]);
    bench.http(DEPTH_URL, &snapshot(5)).expect("valid");
    bench.io(|session, now, io| session.resync(MarketIndex(0), StaleReason::Crossed, now, io));
    bench.io(|session, now, io| session.resync(MarketIndex(0), StaleReason::Crossed, now, io));
    bench.io(|session, now, io| session.resync(MarketIndex(9), StaleReason::Crossed, now, io));
    bench.wanted(&[DEPTH_PATH]);
    bench.message(&diff(6, 6, "", "")).expect("valid");
    bench.http(DEPTH_URL, &snapshot(6)).expect("valid");
    bench.heard(&[
        "BTCUSDT snapshot 5 100x1 | 101x2",
        "BTCUSDT snapshot 6 100x1 | 101x2",
        "BTCUSDT duplicate",
    ]);
}

#[test]
fn trades_keep_their_order_and_holes_are_fetched() {
    let mut bench = Bench::discovering(&BINANCE);
    for id in [5, 6, 9] {
        bench.message(&trade(id)).expect("valid");
    }
    bench.heard(&[
        "BTCUSDT listed BTC-USDT",
        "BTCUSDT trade 5 sell 61837.63x0.02 at 1723161255342",
        "BTCUSDT trade 6 sell 61837.63x0.02 at 1723161255342",
    ]);
    let path = "/api/v3/historicalTrades?symbol=BTCUSDT&fromId=7&limit=2";
    bench.wanted(&[path]);
    let row = |id: u64| {
        format!(
            "{{\"id\":{id},\"price\":\"4.5\",\"qty\":\"1.0\",\"quoteQty\":\"4.5\",\"time\":1723161255342,\
             \"isBuyerMaker\":false,\"isBestMatch\":true}}"
        )
    };
    bench.http(path, &format!("[{},{}]", row(8), row(7))).expect("valid");
    bench.heard(&[
        "BTCUSDT trade 7 buy 4.5x1 at 1723161255342 backfilled",
        "BTCUSDT trade 8 buy 4.5x1 at 1723161255342 backfilled",
        "BTCUSDT trade 9 sell 61837.63x0.02 at 1723161255342",
    ]);
    bench.message(&trade(12)).expect("valid");
    bench.wanted(&["/api/v3/historicalTrades?symbol=BTCUSDT&fromId=10&limit=2"]);
    bench.at(2_000);
    bench.message(&trade(14)).expect("valid");
    let failed = "/api/v3/historicalTrades?symbol=BTCUSDT&fromId=13&limit=1";
    bench.wanted(&[failed]);
    assert!(bench.http(failed, "{\"code\":-1003,\"msg\":\"Too many requests.\"}").is_err());
    bench.message(&trade(16)).expect("valid");
    bench.io(|session, now, io| session.finish(now, io));
    bench.heard(&[
        "BTCUSDT trade 12 sell 61837.63x0.02 at 1723161255342",
        "BTCUSDT trade 14 sell 61837.63x0.02 at 1723161255342",
        "BTCUSDT trade 16 sell 61837.63x0.02 at 1723161255342",
    ]);
}

#[test]
fn aggregates_count_where_there_are_no_trades() {
    let aggregate = |id: u64, first: u64, last: u64| {
        format!(
            "{{\"e\":\"aggTrade\",\"E\":1,\"s\":\"BTCUSDT\",\"a\":{id},\"p\":\"1.5\",\"q\":\"2\",\"f\":{first},\
             \"l\":{last},\"T\":3,\"m\":false,\"M\":true}}"
        )
    };
    let mut bench = Bench::discovering(&BINANCE_US);
    bench.message(&aggregate(7, 100, 101)).expect("valid");
    bench.message(&aggregate(8, 102, 102)).expect("valid");
    bench.message(&aggregate(10, 106, 106)).expect("valid");
    bench.wanted(&["/api/v3/aggTrades?symbol=BTCUSDT&fromId=9&limit=1"]);
    bench
        .http(
            "/api/v3/aggTrades?symbol=BTCUSDT&fromId=9&limit=1",
            "[{\"a\":9,\"p\":\"1.5\",\"q\":\"3\",\"f\":103,\"l\":105,\"T\":3,\"m\":true,\"M\":true}]",
        )
        .expect("valid");
    bench.heard(&[
        "BTCUSDT listed BTC-USDT",
        "BTCUSDT trade 7 buy 1.5x2 at 3",
        "BTCUSDT trade 8 buy 1.5x2 at 3",
        "BTCUSDT trade 9 sell 1.5x3 at 3 backfilled",
        "BTCUSDT trade 10 buy 1.5x2 at 3",
    ]);
    // Single trades came after all: what the aggregates held is not counted again.
    bench.message(&trade(106)).expect("valid");
    bench.message(&trade(107)).expect("valid");
    bench.message(&aggregate(11, 107, 107)).expect("valid");
    bench.heard(&["BTCUSDT duplicate", "BTCUSDT trade 107 sell 61837.63x0.02 at 1723161255342"]);
}

#[test]
fn futures_follow_pu_and_count_market_trades_only() {
    let diff = |first: u64, last: u64, previous: u64| {
        format!(
            "{{\"stream\":\"btcusdt@depth@0ms\",\"data\":{{\"e\":\"depthUpdate\",\"E\":5,\"T\":4,\
             \"s\":\"BTCUSDT\",\"U\":{first},\"u\":{last},\"pu\":{previous},\"b\":[[\"5000.00\",\"2.321\"]],\
             \"a\":[]}}}}"
        )
    };
    let trade = |id: u64, kind: &str| {
        format!(
            "{{\"stream\":\"btcusdt@trade\",\"data\":{{\"e\":\"trade\",\"E\":9,\"T\":8,\"s\":\"BTCUSDT\",\
             \"t\":{id},\"p\":\"61800.30\",\"q\":\"0.006\",\"X\":\"{kind}\",\"m\":false}}}}"
        )
    };
    let mut bench = Bench::discovering(&BINANCE_USDM);
    bench.message(&diff(10, 15, 8)).expect("valid");
    bench.message(&diff(18, 25, 15)).expect("valid");
    bench.wanted(&["/fapi/v1/depth?symbol=BTCUSDT&limit=1000"]);
    bench
        .http(
            "https://fapi.binance.com/fapi/v1/depth?symbol=BTCUSDT&limit=1000",
            "{\"lastUpdateId\":16,\"E\":2,\"T\":1,\"bids\":[],\"asks\":[[\"5001.00\",\"1.000\"]]}",
        )
        .expect("valid");
    bench.message(&diff(30, 31, 25)).expect("valid");
    bench.message(&diff(40, 41, 33)).expect("valid");
    bench.heard(&[
        "BTCUSDT listed BTC-USDT",
        "BTCUSDT snapshot 16 | 5001x1",
        "BTCUSDT duplicate",
        "BTCUSDT depth 25 5000x2.321 |",
        "BTCUSDT depth 31 5000x2.321 |",
        "BTCUSDT gap 31 33",
    ]);
    bench.message(&trade(1, "MARKET")).expect("valid");
    bench.message(&trade(2, "INSURANCE_FUND")).expect("valid");
    bench.message(&trade(3, "MARKET")).expect("valid");
    bench.heard(&["BTCUSDT trade 1 buy 61800.3x0.006 at 8", "BTCUSDT trade 3 buy 61800.3x0.006 at 8"]);
    let without = diff(42, 43, 41).replace(",\"pu\":41", "");
    assert_eq!(bench.message(&without), Err(DecodeError::Field("pu")));
    bench
        .message(
            "{\"stream\":\"btcusdt@bookTicker\",\"data\":{\"e\":\"bookTicker\",\"u\":31,\"s\":\"BTCUSDT\",\
             \"b\":\"61800.20\",\"B\":\"2.507\",\"a\":\"61800.30\",\"A\":\"2.510\",\"T\":3,\"E\":3}}",
        )
        .expect("valid");
    bench.heard(&["BTCUSDT bbo 31 61800.2x2.507 61800.3x2.51"]);
}

#[test]
fn raw_frames_other_events_and_answers_are_understood() {
    let mut bench = Bench::with(&BINANCE, &["BTCUSDT"]);
    let taken = [
        "{\"u\":7,\"s\":\"BTCUSDT\",\"b\":\"1.5\",\"B\":\"2\",\"a\":\"1.75\",\"A\":\"3\"}",
        "{ \"e\" : \"trade\", \"E\":1, \"s\":\"BTCUSDT\", \"t\":1, \"p\":\"1\", \"q\":\"2\", \"b\":88, \"a\":50, \"T\":4, \"m\":false, \"M\":true }",
        "{\"e\":\"trade\",\"E\":1,\"s\":\"BTCUSDT\",\"t\":2,\"p\":\"1\",\"q\":\"2\",\"b\":88,\"a\":50,\"T\":4,\"m\":false,\"M\":true}",
        "{\"e\":\"trade\",\"E\":1,\"s\":\"BTCUSDT\",\"t\":3,\"p\":\"1\",\"q\":\"2\",\"T\":4000000000000000,\"m\":false,\"M\":true}",
        "{\"e\":\"depthUpdate\",\"E\":1,\"s\":\"ETHUSDT\",\"U\":1,\"u\":2,\"b\":[],\"a\":[]}",
        "{\"e\":\"kline\",\"E\":1,\"s\":\"BTCUSDT\",\"k\":{\"t\":1}}",
        "{\"stream\":\"!ticker@arr\",\"data\":[{\"e\":\"24hrTicker\"}]}",
        "[{\"e\":\"24hrTicker\"}]",
        "{\"result\":null,\"id\":1}",
        "{\"lastUpdateId\":160,\"bids\":[],\"asks\":[]}",
    ];
    for text in taken {
        bench.message(text).expect(text);
    }
    bench.heard(&[
        "BTCUSDT bbo 7 1.5x2 1.75x3",
        "BTCUSDT trade 1 buy 1x2 at 4",
        "BTCUSDT trade 2 buy 1x2 at 4",
        "BTCUSDT trade 3 buy 1x2 at 4000000000000",
    ]);
    bench.wanted(&[]);
    for text in [
        "{\"e\":\"serverShutdown\",\"E\":1}",
        "{\"stream\":\"!serverShutdown\",\"data\":{\"e\":\"serverShutdown\",\"E\":1}}",
    ] {
        bench.message(text).expect(text);
        bench.wanted(&["reconnect venue_reset"]);
    }
    for text in
        ["{\"code\":2,\"msg\":\"Invalid request\"}", "{\"error\":{\"code\":2,\"msg\":\"x\"},\"id\":1}"]
    {
        assert!(matches!(bench.message(text), Err(DecodeError::Venue(_))), "{text}");
    }
}

#[test]
fn malformed_messages_are_refused_whole() {
    let level = |price: &str, qty: &str| diff(1, 2, &format!("[\"1\",\"1\"],[{price},{qty}]"), "");
    let mut frames: Vec<String> = [
        "NaN",
        "null",
        "\"\"",
        "\"NaN\"",
        "\"Infinity\"",
        "\"-1\"",
        "\"1e5\"",
        "\"1E-5\"",
        "\"+1\"",
        "\" 1\"",
        "\"1 \"",
        "\"1.\"",
        "\".5\"",
        "\"1.2.3\"",
        "\"1,5\"",
        "\"0x10\"",
        "\"-0\"",
        "1",
        "1.5",
        "true",
        "[]",
        "{}",
        "\"1e308\"",
        "\"1\\u0000\"",
    ]
    .iter()
    .flat_map(|bad| [level(bad, "\"1\""), level("\"1\"", bad)])
    .collect();
    frames.push(level(&format!("\"{}\"", "9".repeat(400)), "\"1\""));
    let good = diff(1, 2, "[\"1.50000000\",\"1.00000000\"]", "[\"2.00000000\",\"1.00000000\"]");
    frames.extend((1..good.len()).map(|length| good[..length].to_owned()));
    let whole = trade(5);
    frames.extend((1..whole.len()).map(|length| whole[..length].to_owned()));
    for (field, bad) in [
        ("\"u\":2", "\"u\":-2"),
        ("\"u\":2", "\"u\":\"2\""),
        ("\"u\":2", "\"u\":2.5"),
        ("\"u\":2", "\"u\":18446744073709551616"),
        ("\"u\":2", "\"u\":null"),
        ("\"U\":1", "\"U\":01"),
        ("\"U\":1,", ""),
        ("\"s\":\"BTCUSDT\"", "\"s\":7"),
        ("\"e\":\"depthUpdate\"", "\"e\":7"),
        ("[\"1.50000000\",\"1.00000000\"]", "[\"1.50000000\"]"),
        ("[\"1.50000000\",\"1.00000000\"]", "\"1.50000000\""),
        ("}}", "}}}"),
        ("}}", "}}x"),
    ] {
        frames.push(good.replace(field, bad));
    }
    frames
        .extend(["", "x", "{", "null", "7", "\"text\"", "{\"data\":7", "<html>", "\u{0}"].map(str::to_owned));
    for frame in frames {
        let mut unknown = Bench::discovering(&BINANCE);
        let mut live = Bench::with(&BINANCE, &["BTCUSDT"]);
        live.http(DEPTH_URL, &snapshot(0)).expect("valid");
        live.notes.lines.clear();
        for bench in [&mut unknown, &mut live] {
            assert!(bench.message(&frame).is_err(), "{frame}");
            bench.heard(&[]);
            bench.wanted(&[]);
        }
        // What follows is read as if nothing had been.
        live.message(&good).expect("valid");
        live.heard(&["BTCUSDT depth 2 1.5x1 | 2x1"]);
    }
}

#[test]
fn malformed_snapshots_are_refused_and_asked_for_again() {
    for body in [
        "",
        "<html>",
        "{}",
        "{\"lastUpdateId\":5}",
        "{\"lastUpdateId\":5,\"bids\":[],\"asks\":null}",
        "{\"lastUpdateId\":\"5\",\"bids\":[],\"asks\":[]}",
        "{\"lastUpdateId\":5,\"bids\":[[\"1\",\"NaN\"]],\"asks\":[]}",
        "{\"lastUpdateId\":5,\"bids\":[[\"1\",\"-1\"]],\"asks\":[]}",
        "{\"code\":-1003,\"msg\":\"Too many requests.\"}",
    ] {
        let mut bench = Bench::with(&BINANCE, &["BTCUSDT"]);
        bench.message(&diff(6, 6, "", "")).expect("valid");
        bench.wanted(&[DEPTH_PATH]);
        assert!(bench.http(DEPTH_PATH, body).is_err(), "{body}");
        bench.heard(&[]);
        bench.at(999);
        bench.wanted(&[]);
        bench.at(1_000);
        bench.wanted(&[DEPTH_PATH]);
    }
}

#[test]
fn numbers_finer_or_larger_than_known_move_the_scales() {
    let mut bench = Bench::discovering(&BINANCE);
    bench.http(DEPTH_URL, &snapshot(5)).expect("valid");
    bench.message(&diff(6, 6, "[\"0.0000000012\",\"1.00000000\"]", "")).expect("valid");
    bench.message(&diff(7, 7, "[\"1.00000000\",\"250000000000.00000000\"]", "")).expect("valid");
    bench.message(&diff(8, 8, "[\"1.00000000\",\"0.50000000\"]", "")).expect("valid");
    bench.heard(&[
        "BTCUSDT listed BTC-USDT",
        "BTCUSDT snapshot 5 100x1 | 101x2",
        "BTCUSDT rescaled 10 8",
        "BTCUSDT depth 6 0.0000000012x1 |",
        "BTCUSDT rescaled 10 7",
        "BTCUSDT depth 7 1x250000000000 |",
        "BTCUSDT depth 8 1x0.5 |",
    ]);
    // Buffered while the scales move.
    bench.message(&diff(10, 10, "[\"3.00000000\",\"0.50000000\"]", "")).expect("valid");
    bench.message(&diff(11, 11, "[\"4.000000000001\",\"0.50000000\"]", "")).expect("valid");
    bench.http(DEPTH_URL, &snapshot(10)).expect("valid");
    bench.heard(&[
        "BTCUSDT gap 9 10",
        "BTCUSDT rescaled 12 7",
        "BTCUSDT snapshot 10 100x1 | 101x2",
        "BTCUSDT duplicate",
        "BTCUSDT depth 11 4.000000000001x0.5 |",
    ]);
}

#[test]
fn unknown_and_suspended_symbols_are_halted() {
    let mut bench = Bench::with(&BINANCE, &["BTCUSDT"]);
    bench.message(&diff(6, 6, "", "")).expect("valid");
    bench.wanted(&[DEPTH_PATH]);
    bench.http(DEPTH_PATH, "{\"code\":-1121,\"msg\":\"Invalid symbol.\"}").expect("a fact");
    bench.heard(&["BTCUSDT halted delisted"]);
    bench.at(60_000);
    bench.wanted(&[]);
    bench.http("/api/v3/exchangeInfo", &EXCHANGE_INFO.replace("\"TRADING\"", "\"BREAK\"")).expect("valid");
    bench.heard(&["BTCUSDT described BTC-USDT", "BTCUSDT halted suspended"]);
}

const EXCHANGE_INFO: &str = r#"{"timezone":"UTC","symbols":[
  {"symbol":"BTCUSDT","status":"TRADING","baseAsset":"BTC","baseAssetPrecision":8,"quoteAsset":"USDT","filters":[
    {"filterType":"PRICE_FILTER","minPrice":"0.01000000","maxPrice":"1000000.00000000","tickSize":"0.01000000"},
    {"filterType":"LOT_SIZE","minQty":"0.00001000","maxQty":"9000.00000000","stepSize":"0.00001000"},
    {"filterType":"NOTIONAL","minNotional":"5.00000000","applyMinToMarket":true}]},
  {"symbol":"USDTUSD","status":"BREAK","baseAsset":"USDT","quoteAsset":"USD","filters":[
    {"filterType":"PRICE_FILTER","tickSize":"0.00010000"},{"filterType":"LOT_SIZE","stepSize":"1.00000000"}]},
  {"symbol":"BTCUSDT_240927","status":"TRADING","contractType":"CURRENT_QUARTER","baseAsset":"BTC","quoteAsset":"USDT","filters":[
    {"filterType":"PRICE_FILTER","tickSize":"0.10"},{"filterType":"LOT_SIZE","stepSize":"0.001"},
    {"filterType":"MIN_NOTIONAL","notional":"100"}]},
  {"symbol":"ODD","status":"TRADING","baseAsset":"O","quoteAsset":"DD","filters":[]}]}"#;

#[test]
fn instrument_lists_tell_names_and_scales() {
    let instruments = BINANCE.parse_instruments(EXCHANGE_INFO.as_bytes()).expect("valid");
    let told: Vec<String> = (instruments.iter())
        .map(|instrument| {
            let decimals = (instrument.scales.price.decimals(), instrument.scales.qty.decimals());
            let notional = instrument.min_notional.map(|least| least.mantissa);
            format!("{} {decimals:?} {notional:?}", instrument.market_id("b").as_str())
        })
        .collect();
    assert_eq!(told, ["b:BTC-USDT (2, 8) Some(5)", "b:BTC-USDT-240927 (1, 8) Some(100)"]);
    assert_eq!(BINANCE_USDM.symbol("btc", "usdt-240927"), "BTCUSDT_240927");
    assert_eq!(BINANCE.symbol("btc", "usdt"), "BTCUSDT");
    for body in ["", "{}", "[]", "{\"symbols\":7}", "{\"code\":-1121,\"msg\":\"Invalid symbol.\"}"] {
        assert!(BINANCE.parse_instruments(body.as_bytes()).is_err(), "{body}");
    }

    let mut bench = Bench::discovering(&BINANCE);
    bench.http("https://api.binance.com/api/v3/exchangeInfo", EXCHANGE_INFO).expect("valid");
    bench.http(DEPTH_URL, &snapshot(5)).expect("valid");
    assert_eq!(bench.notes.scales, [Scales::of(2, 8)]);
    bench.heard(&["BTCUSDT listed BTC-USDT", "BTCUSDT snapshot 5 100x1 | 101x2"]);

    let mut bench = Bench::with(&BINANCE, &["BTCUSDT"]);
    bench.http("/api/v3/exchangeInfo", EXCHANGE_INFO).expect("valid");
    bench.heard(&["BTCUSDT described BTC-USDT", "BTCUSDT rescaled 2 8"]);
    bench.http(DEPTH_URL, &snapshot(5)).expect("valid");
    bench.http("/api/v3/exchangeInfo", &EXCHANGE_INFO.replace("0.01000000", "0.1")).expect("valid");
    bench.heard(&["BTCUSDT snapshot 5 100x1 | 101x2", "BTCUSDT described BTC-USDT"]);
}

#[test]
fn snapshots_of_many_markets_stay_within_the_budget() {
    let symbols: Vec<String> = (0..100).map(|number| format!("A{number}USDT")).collect();
    let symbols: Vec<&str> = symbols.iter().map(String::as_str).collect();
    let mut bench = Bench::with(&BINANCE, &symbols);
    bench.io(|session, now, io| session.on_open(1, "", now, io));
    bench.actions.clear();
    bench.at(1_000);
    assert_eq!(bench.actions.len(), 8);
    for second in 2..=60 {
        bench.at(second * 1_000);
    }
    // 250 each of the 6,000 that Binance allows a minute.
    assert_eq!(bench.actions.len(), 22);
}
