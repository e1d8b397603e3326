//! Bybit v5: frames in, what the session tells and asks.

mod support;

use marketd_domain::Instrument;
use marketd_venues::Venue;
use marketd_venues::bybit::BYBIT;
use support::{BAD_NUMBERS, Hand};

const SPOT: &str = "wss://stream.bybit.com/v5/public/spot";
const LINEAR: &str = "wss://stream.bybit.com/v5/public/linear";

fn push(depth: u32, kind: &str, u: u64) -> String {
    format!(
        r#"{{"topic":"orderbook.{depth}.BTCUSDT","type":"{kind}","ts":1749833474773,"data":{{"s":"BTCUSDT","b":[["100.5","{u}"]],"a":[["101","0"]],"u":{u},"seq":209972815373}},"cts":1749833474768}}"#
    )
}

fn empty(kind: &str, u: u64) -> String {
    push(200, kind, u).replace(&format!(r#"[["100.5","{u}"]]"#), "[]").replace(r#"[["101","0"]]"#, "[]")
}

const TRADES: &str = r#"{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1672304486868,"data":[
    {"T":1672304486865,"s":"BTCUSDT","S":"Buy","v":"0.001","p":"16578.50","L":"PlusTick","i":"20f43950-d8dd-5b31-9112-a178eb6023af","BT":false},
    {"T":1672304486866,"s":"BTCUSDT","S":"Sell","v":"0.002","p":"16578","i":"2290000000036455162","BT":false,"seq":1783284617}]}"#;

fn live() -> Hand {
    let instrument = |base: &str| Instrument::unlisted(&format!("{base}USDT"), base, "USDT");
    let mut hand = Hand::carrying(&BYBIT, vec![instrument("BTC"), instrument("ETH")]);
    hand.open(1, SPOT);
    hand
}

#[test]
fn snapshots_deltas_and_gaps_are_told() {
    let mut hand = live();
    hand.asked();
    for (kind, u) in [
        ("delta", 8),
        ("snapshot", 9),
        ("delta", 10),
        ("delta", 10),
        ("delta", 12),
        ("delta", 13),
        ("snapshot", 40),
    ] {
        hand.message(1, &push(200, kind, u)).expect("valid");
    }
    assert_eq!(
        hand.heard(),
        [
            "BTCUSDT snapshot seq=9 bids=100.5x9 asks=101x0",
            "BTCUSDT depth seq=10 bids=100.5x10 asks=101x0",
            "BTCUSDT duplicate",
            "BTCUSDT gap 11 12",
            "BTCUSDT snapshot seq=40 bids=100.5x40 asks=101x0",
        ]
    );
}

#[test]
fn a_gap_subscribes_again_without_haste() {
    let mut hand = live();
    assert_eq!(
        hand.asked(),
        [
            r#"{"op":"subscribe","args":["orderbook.200.BTCUSDT","publicTrade.BTCUSDT","orderbook.200.ETHUSDT","publicTrade.ETHUSDT"]}"#
        ]
    );
    hand.message(1, &push(200, "snapshot", 9).replace("BTC", "ETH")).expect("valid");
    hand.message(1, &push(200, "snapshot", 9)).expect("valid");
    hand.pass(10);
    hand.asked();
    hand.message(1, &push(200, "delta", 11)).expect("valid");
    hand.message(1, &push(200, "delta", 12)).expect("valid");
    hand.resync(0);
    assert_eq!(
        hand.asked(),
        [
            r#"{"op":"unsubscribe","args":["orderbook.200.BTCUSDT"]}"#,
            r#"{"op":"subscribe","args":["orderbook.200.BTCUSDT"]}"#,
            r#"{"op":"subscribe","args":["publicTrade.BTCUSDT"]}"#
        ],
        "one request at a time"
    );
    hand.pass(16);
    let asked = hand.asked();
    assert_eq!(asked.iter().filter(|text| text.contains("unsubscribe")).count(), 4, "after 1, 3, 7 and 15 s");
    assert!(asked.contains(&r#"{"op":"ping"}"#.to_owned()), "the line was quiet");
}

#[test]
fn a_restart_replaces_and_an_empty_one_clears() {
    let mut hand = live();
    hand.message(1, &push(200, "snapshot", 9)).expect("valid");
    hand.message(1, &push(200, "delta", 1)).expect("valid");
    hand.message(1, &push(200, "delta", 2)).expect("valid");
    hand.message(1, &empty("delta", 1)).expect("valid");
    hand.message(1, &push(200, "delta", 2)).expect("valid");
    hand.message(1, &push(200, "snapshot", 1)).expect("valid");
    assert_eq!(
        hand.heard(),
        [
            "BTCUSDT snapshot seq=9 bids=100.5x9 asks=101x0",
            "BTCUSDT snapshot seq=1 bids=100.5x1 asks=101x0",
            "BTCUSDT depth seq=2 bids=100.5x2 asks=101x0",
            "BTCUSDT snapshot seq=1 bids= asks=",
            "BTCUSDT stale venue_reset",
            "BTCUSDT snapshot seq=1 bids=100.5x1 asks=101x0",
        ]
    );
}

#[test]
fn recordings_name_the_category_of_each_connection() {
    let mut hand = Hand::discovering(&BYBIT);
    hand.open(1, LINEAR);
    hand.open(2, SPOT);
    for conn in [1, 2, 3] {
        hand.message(conn, &push(1, "snapshot", 7)).expect("valid");
    }
    hand.close(1);
    assert_eq!(
        hand.heard(),
        [
            "linear:BTCUSDT listed BTC-USDT-PERP",
            "linear:BTCUSDT snapshot seq=7 bids=100.5x7 asks=101x0",
            "spot:BTCUSDT listed BTC-USDT",
            "spot:BTCUSDT snapshot seq=7 bids=100.5x7 asks=101x0",
            "spot:BTCUSDT snapshot seq=7 bids=100.5x7 asks=101x0",
            "linear:BTCUSDT stale disconnected",
        ],
        "a connection that was never seen to open carries spot"
    );
}

#[test]
fn a_configured_spot_market_takes_no_contract() {
    let mut hand = live();
    hand.open(2, LINEAR);
    hand.message(2, &push(200, "snapshot", 9)).expect("not ours");
    assert_eq!(hand.heard(), Vec::<String>::new());
}

#[test]
fn trades_are_told_whole_or_not_at_all() {
    let mut hand = live();
    hand.message(1, TRADES).expect("valid");
    assert_eq!(
        hand.heard(),
        [
            "BTCUSDT trade 20f43950-d8dd-5b31-9112-a178eb6023af buy 16578.5x0.001 at 1672304486865000",
            "BTCUSDT trade 2290000000036455162 sell 16578x0.002 at 1672304486866000"
        ]
    );
    for number in BAD_NUMBERS {
        for held in [r#""0.002""#, r#""16578""#] {
            let text = TRADES.replace(held, number);
            assert!(hand.message(1, &text).is_err(), "{text}");
        }
    }
    assert!(hand.message(1, &TRADES.replace("Sell", "sell short")).is_err());
    assert!(hand.message(1, &TRADES.replace("publicTrade", "orderbook.1")).is_err());
    assert_eq!(hand.heard(), Vec::<String>::new());
}

#[test]
fn refusals_halt_the_market_that_they_name() {
    let refusal = |message: &str| {
        format!(r#"{{"success":false,"ret_msg":"{message}","conn_id":"x","req_id":"","op":"subscribe"}}"#)
    };
    for message in [
        "error:handler not found,topic:orderbook.200.ETHUSDT",
        "Invalid symbol :[orderbook.200.ETHUSDT]",
        "Invalid symbol :[ETHUSDT]",
    ] {
        let mut hand = live();
        hand.message(1, &push(200, "snapshot", 9)).expect("valid");
        hand.asked();
        hand.heard();
        hand.message(1, &refusal(message)).expect("understood");
        assert_eq!(hand.heard(), ["ETHUSDT halted delisted"], "{message}");
        hand.pass(1);
        assert_eq!(hand.asked(), Vec::<String>::new(), "it is not asked for again");
    }
    let mut hand = live();
    let known = refusal("error:already subscribed,topic:orderbook.200.ETHUSDT");
    hand.message(1, &known).expect("harmless");
    assert!(hand.message(1, &refusal("Params Error")).is_err());
    assert_eq!(hand.heard(), Vec::<String>::new());
}

#[test]
fn what_is_not_used_is_ignored() {
    let mut hand = live();
    for text in [
        r#"{"success":true,"ret_msg":"subscribe","conn_id":"1","op":"subscribe"}"#,
        r#"{"success":true,"ret_msg":"pong","conn_id":"1","req_id":"","op":"ping"}"#,
        r#"{"op":"pong","args":["1675418560633"]}"#,
        r#"{"topic":"tickers.BTCUSDT","ts":1,"type":"snapshot","cs":1,"data":{"symbol":"BTCUSDT","lastPrice":"1"}}"#,
        r#"{"topic":"kline.1.BTCUSDT","type":"snapshot","ts":1,"data":[{"start":1,"open":"1","confirm":false}]}"#,
        r#"{"topic":"orderbook.rpi.BTCUSDT","type":"snapshot","ts":1,"data":{"s":"BTCUSDT","b":[["1","2","3"]],"a":[],"u":1}}"#,
        r#"{"topic":"of tomorrow","data":{"u":"x","b":7}}"#,
        "{}",
    ] {
        assert_eq!(hand.message(1, text), Ok(()), "{text}");
    }
    assert_eq!(hand.heard(), Vec::<String>::new());
}

#[test]
fn malformed_messages_are_refused_whole() {
    let mut hand = live();
    hand.message(1, &push(200, "snapshot", 9)).expect("valid");
    hand.heard();
    let good = push(200, "delta", 10);
    let mut bad: Vec<String> = vec![
        String::new(),
        "null".into(),
        "[]".into(),
        "<html>".into(),
        good.replace("delta", "rumour"),
        good.replace(r#""u":10"#, r#""u":-1"#),
        good.replace(r#""u":10"#, r#""u":"10""#),
        good.replace(r#""u":10"#, r#""w":10"#),
        good.replace(r#""a":"#, r#""c":"#),
        good.replace(r#""data":{"#, r#""date":{"#),
        r#"{"topic":"orderbook.200.BTCUSDT","type":"delta","ts":1,"data":[]}"#.into(),
        r#"{"topic":"orderbook.200.BTCUSDT","type":"delta","ts":1,"data":null}"#.into(),
    ];
    for number in BAD_NUMBERS {
        bad.push(good.replace(r#""100.5""#, number));
        bad.push(good.replace(r#""0""#, number));
    }
    bad.extend((1..good.len()).map(|length| good[..length].to_owned()));
    for text in bad {
        assert!(hand.message(1, &text).is_err(), "{text}");
        assert_eq!(hand.heard(), Vec::<String>::new(), "{text}");
    }
    hand.message(1, &good).expect("valid");
    assert_eq!(hand.heard(), ["BTCUSDT depth seq=10 bids=100.5x10 asks=101x0"]);
}

#[test]
fn instrument_lists_become_instruments() {
    let body = r#"{"retCode":0,"retMsg":"OK","result":{"category":"spot","list":[
      {"symbol":"BTCUSDT","baseCoin":"BTC","quoteCoin":"USDT","innovation":"0","status":"Trading","marginTrading":"both","lotSizeFilter":{"basePrecision":"0.000001","quotePrecision":"0.00000001","minOrderQty":"0.000048","maxOrderQty":"71.73","minOrderAmt":"5","maxOrderAmt":"4000000"},"priceFilter":{"tickSize":"0.01"},"riskParameters":{"limitParameter":"0.03"}},
      {"symbol":"NEWUSDT","baseCoin":"NEW","quoteCoin":"USDT","status":"PreLaunch","lotSizeFilter":{"basePrecision":"0.1"},"priceFilter":{"tickSize":"0.01"}}]},"retExtInfo":{},"time":1672712468011}"#;
    let instruments = BYBIT.parse_instruments(body.as_bytes()).expect("valid");
    assert_eq!(instruments.len(), 1);
    let btc = &instruments[0];
    assert_eq!((btc.symbol.as_str(), btc.base.as_str(), btc.quote.as_str()), ("BTCUSDT", "BTC", "USDT"));
    assert_eq!((btc.scales.price.decimals(), btc.scales.qty.decimals()), (2, 6));
    assert_eq!(btc.min_notional.map(|amount| amount.to_string()), Some("5".to_owned()));
    let refused = br#"{"retCode":10001,"retMsg":"params error: symbol invalid","result":{}}"#;
    assert!(BYBIT.parse_instruments(refused).is_err());
    assert_eq!(
        BYBIT.instruments_path(&["BTCUSDT".to_owned()]),
        "/v5/market/instruments-info?category=spot&symbol=BTCUSDT"
    );
    assert_eq!(BYBIT.instruments_path(&[]), "/v5/market/instruments-info?category=spot");
    assert_eq!(BYBIT.symbol("btc", "usdt"), "BTCUSDT");

    let mut hand = Hand::discovering(&BYBIT);
    hand.http("https://api.bybit.com/v5/market/instruments-info?category=spot", body).expect("valid");
    hand.message(1, &push(1, "snapshot", 7)).expect("valid");
    assert_eq!(hand.heard()[0], "spot:BTCUSDT listed BTC-USDT");
}
