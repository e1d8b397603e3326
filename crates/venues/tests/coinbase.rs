//! Coinbase Exchange: frames in, what the session tells and asks.

mod support;

use marketd_domain::Instrument;
use marketd_venues::Venue;
use marketd_venues::coinbase::COINBASE;
use support::{BAD_NUMBERS, Hand};

const SNAPSHOT: &str = r#"{"type":"snapshot","product_id":"BTC-USD","asks":[["101.50","2.0"],["102","1"]],"bids":[["100.10","0.5"]]}"#;
const UPDATE: &str = r#"{"type":"l2update","product_id":"BTC-USD","changes":[["buy","100.20","1"],["sell","101.50","0.0"],["buy","100.20","2"]],"time":"2021-04-17T16:43:37.075351Z"}"#;

fn trade(kind: &str, id: u64, side: &str) -> String {
    format!(
        r#"{{"type":"{kind}","trade_id":{id},"maker_order_id":"a","taker_order_id":"b","side":"{side}","size":"0.5","price":"101","product_id":"BTC-USD","sequence":7,"time":"2021-04-17T16:43:37Z"}}"#
    )
}

fn heartbeat(last_trade_id: u64) -> String {
    format!(
        r#"{{"type":"heartbeat","sequence":90,"last_trade_id":{last_trade_id},"product_id":"BTC-USD","time":"2021-04-17T16:43:37Z"}}"#
    )
}

fn live() -> Hand {
    let btc = Instrument::unlisted("BTC-USD", "BTC", "USD");
    let eth = Instrument::unlisted("ETH-USD", "ETH", "USD");
    let mut hand = Hand::carrying(&COINBASE, vec![btc, eth]);
    hand.open(1, "wss://ws-feed.exchange.coinbase.com/");
    hand
}

#[test]
fn snapshots_and_updates_are_told_in_the_order_of_their_arrays() {
    let mut hand = Hand::discovering(&COINBASE);
    hand.message(1, UPDATE).expect("valid");
    hand.message(1, SNAPSHOT).expect("valid");
    hand.message(1, UPDATE).expect("valid");
    assert_eq!(
        hand.heard(),
        [
            "BTC-USD listed BTC-USD",
            "BTC-USD snapshot seq=0 bids=100.1x0.5 asks=101.5x2,102x1",
            "BTC-USD depth seq=0 bids=100.2x1,100.2x2 asks=101.5x0",
        ],
        "an update before the snapshot continues nothing"
    );
}

#[test]
fn the_aggressor_is_the_other_side_of_the_maker() {
    let mut hand = Hand::discovering(&COINBASE);
    hand.message(1, &trade("last_match", 1, "sell")).expect("valid");
    hand.message(1, &trade("match", 2, "sell")).expect("valid");
    hand.message(1, &trade("match", 3, "buy")).expect("valid");
    assert_eq!(
        hand.heard()[1..],
        [
            "BTC-USD trade 2 buy 101x0.5 at 1618677817000000",
            "BTC-USD trade 3 sell 101x0.5 at 1618677817000000"
        ],
        "the last match before the subscription is an old one"
    );
}

#[test]
fn what_is_not_used_is_ignored() {
    let mut hand = Hand::discovering(&COINBASE);
    for text in [
        r#"{"type":"subscriptions","channels":[{"name":"level2","product_ids":["SKL-BTC"]}]}"#,
        r#"{"type":"ticker","sequence":1,"product_id":"SKL-BTC","price":"1","best_bid":"1","best_ask":"2","side":"buy","time":"2021-04-17T16:43:37Z","trade_id":5,"last_size":"1"}"#,
        r#"{"type":"status","products":[{"id":"BTC-USD"}],"currencies":[]}"#,
        r#"{"type":"of tomorrow","product_id":7,"changes":{"a":[1]},"price":null}"#,
        r#"{"product_id":{"nested":true},"type":"of tomorrow"}"#,
    ] {
        assert_eq!(hand.message(1, text), Ok(()), "{text}");
    }
    let unasked = format!("{:?}", hand.message(1, &heartbeat(9)));
    assert_eq!((hand.heard(), unasked), (Vec::<String>::new(), "Ok(())".to_owned()));
}

#[test]
fn extra_fields_and_another_order_change_nothing() {
    let mut hand = Hand::discovering(&COINBASE);
    let text = r#" { "bids": [ [ "1" , "2" ] ], "novel": {"a":[[1,2]]}, "asks": [], "time": "2021-04-17T16:43:37Z", "product_id": "A-B", "type": "snapshot" } "#;
    hand.message(1, text).expect("valid");
    assert_eq!(hand.heard()[1..], ["A-B snapshot seq=0 bids=1x2 asks="]);
}

#[test]
fn malformed_messages_are_refused_whole() {
    let mut hand = Hand::discovering(&COINBASE);
    hand.message(1, SNAPSHOT).expect("valid");
    hand.heard();
    let mut bad: Vec<String> = vec![
        String::new(),
        "null".into(),
        "[]".into(),
        "<html>".into(),
        "{}".into(),
        r#"{"type":7}"#.into(),
        r#"{"type":"l2update","changes":[]}"#.into(),
        r#"{"type":"l2update","product_id":"BTC-USD"}"#.into(),
        r#"{"type":"l2update","product_id":"BTC-USD","changes":[["hold","1","1"]]}"#.into(),
        r#"{"type":"l2update","product_id":"BTC-USD","changes":[["buy","1"]]}"#.into(),
        r#"{"type":"l2update","product_id":"BTC-USD","changes":[],"time":"yesterday"}"#.into(),
        r#"{"type":"snapshot","product_id":"BTC-USD","bids":[]}"#.into(),
        r#"{"type":"match","trade_id":-1,"side":"buy","size":"1","price":"1","product_id":"BTC-USD","time":"2021-04-17T16:43:37Z"}"#.into(),
        trade("match", 1, "neither"),
    ];
    for number in BAD_NUMBERS {
        let update = |price: &str, size: &str| {
            format!(
                r#"{{"type":"l2update","product_id":"BTC-USD","changes":[["buy","1","1"],["sell",{price},{size}]]}}"#
            )
        };
        bad.push(update(number, r#""1""#));
        bad.push(update(r#""1""#, number));
        bad.push(SNAPSHOT.replace(r#""102""#, number));
        bad.push(trade("match", 1, "buy").replace(r#""0.5""#, number));
    }
    bad.extend((1..SNAPSHOT.len()).map(|length| SNAPSHOT[..length].to_owned()));
    bad.extend((1..UPDATE.len()).map(|length| UPDATE[..length].to_owned()));
    for text in bad {
        assert!(hand.message(1, &text).is_err(), "{text}");
        assert_eq!(hand.heard(), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn finer_numbers_than_known_widen_the_scales() {
    let mut hand = Hand::discovering(&COINBASE);
    hand.message(1, SNAPSHOT).expect("valid");
    hand.heard();
    hand.message(1, r#"{"type":"l2update","product_id":"BTC-USD","changes":[["buy","0.0000000012","1"]]}"#)
        .expect("valid");
    assert_eq!(hand.heard(), ["BTC-USD rescaled 10/8", "BTC-USD depth seq=0 bids=0.0000000012x1 asks="]);
}

#[test]
fn opening_subscribes_and_closing_makes_stale() {
    let mut hand = live();
    assert_eq!(
        hand.asked(),
        [
            r#"{"type":"subscribe","product_ids":["BTC-USD","ETH-USD"],"channels":["level2_batch","matches","heartbeat"]}"#
        ]
    );
    hand.message(1, SNAPSHOT).expect("valid");
    hand.close(1);
    assert_eq!(hand.heard()[1..], ["BTC-USD stale disconnected", "ETH-USD stale disconnected"]);
    hand.pass(60);
    assert_eq!(hand.asked(), Vec::<String>::new(), "nothing to say without a connection");
    hand.open(2, "");
    hand.message(2, UPDATE).expect("valid");
    assert_eq!(hand.heard(), Vec::<String>::new(), "the book of connection 1 is not continued");
    hand.message(2, SNAPSHOT).expect("valid");
    hand.message(2, UPDATE).expect("valid");
    assert_eq!(hand.heard().len(), 2);
}

#[test]
fn a_snapshot_that_does_not_come_is_asked_for_again_without_haste() {
    let mut hand = live();
    hand.message(1, SNAPSHOT).expect("valid");
    hand.asked();
    hand.pass(16);
    let asked = hand.asked();
    assert_eq!(
        asked[..2],
        [
            r#"{"type":"unsubscribe","product_ids":["ETH-USD"],"channels":["level2_batch"]}"#,
            r#"{"type":"subscribe","product_ids":["ETH-USD"],"channels":["level2_batch","matches","heartbeat"]}"#
        ]
    );
    assert_eq!(asked.len(), 8, "after 5, 6, 8 and 12 s");
    hand.resync(0);
    hand.resync(0);
    assert_eq!(hand.asked().len(), 2, "one request at a time");
}

#[test]
fn a_wrong_product_is_halted_and_the_others_are_subscribed() {
    let mut hand = live();
    hand.asked();
    let text =
        r#"{"type":"error","message":"Failed to subscribe","reason":"ETH-USD is not a valid product"}"#;
    hand.message(1, text).expect("an answer that is understood");
    assert_eq!(hand.heard(), ["ETH-USD halted delisted"]);
    hand.pass(1);
    let asked = hand.asked();
    assert_eq!(asked.len(), 2);
    assert!(asked.iter().all(|text| text.contains("BTC-USD")), "{asked:?}");
    let other = r#"{"type":"error","message":"Failed to subscribe","reason":"slow down"}"#;
    assert!(hand.message(1, other).is_err());
}

#[test]
fn an_update_that_cannot_be_read_leaves_the_book_in_doubt() {
    let mut hand = live();
    hand.message(1, SNAPSHOT).expect("valid");
    hand.message(1, &SNAPSHOT.replace("BTC", "ETH")).expect("valid");
    hand.asked();
    hand.heard();
    assert!(hand.message(1, &UPDATE.replace(r#""1""#, r#""x""#)).is_err());
    hand.pass(1);
    assert_eq!(hand.heard(), ["BTC-USD stale malformed"]);
    assert_eq!(hand.asked().len(), 2, "unsubscribe and subscribe");
}

#[test]
fn missed_trades_are_fetched_and_marked() {
    let mut hand = live();
    hand.message(1, SNAPSHOT).expect("valid");
    hand.message(1, &SNAPSHOT.replace("BTC", "ETH")).expect("valid");
    hand.asked();
    hand.heard();
    hand.message(1, &trade("last_match", 10, "buy")).expect("valid");
    hand.message(1, &heartbeat(12)).expect("valid");
    assert_eq!(hand.asked(), Vec::<String>::new(), "the trades may still be on their way");
    hand.message(1, &heartbeat(12)).expect("valid");
    let path = "/products/BTC-USD/trades?after=13&limit=1000";
    assert_eq!(hand.asked(), [format!("GET {path}")]);
    let body = r#"[
        {"trade_id":12,"side":"sell","size":"2","price":"101","time":"2021-04-17T16:43:37.5Z"},
        {"trade_id":11,"side":"buy","size":"1","price":"100","time":"2021-04-17T16:43:37Z"},
        {"trade_id":10,"side":"buy","size":"1","price":"100","time":"2021-04-17T16:43:36Z"}]"#;
    assert!(hand.http(path, r#"{"message":"no"}"#).is_err());
    hand.pass(2);
    assert_eq!(hand.asked(), [format!("GET {path}")]);
    hand.http(path, body).expect("valid");
    assert_eq!(
        hand.heard(),
        [
            "BTC-USD trade 11 sell 100x1 at 1618677817000000 backfilled",
            "BTC-USD trade 12 buy 101x2 at 1618677817500000 backfilled",
        ]
    );
    hand.http(path, body).expect("valid");
    assert_eq!(hand.heard(), Vec::<String>::new(), "not asked for twice");
}

#[test]
fn products_become_instruments() {
    let body = r#"[
      {"id":"BTC-USD","base_currency":"BTC","quote_currency":"USD","quote_increment":"0.01","base_increment":"0.00000001","display_name":"BTC/USD","min_market_funds":"1","status":"online","trading_disabled":false,"nested":{"a":[1]}},
      {"id":"OLD-USD","base_currency":"OLD","quote_currency":"USD","quote_increment":"0.01","base_increment":"1","status":"delisted"},
      {"id":"OFF-USD","base_currency":"OFF","quote_currency":"USD","quote_increment":"0.01","base_increment":"1","status":"online","trading_disabled":true}]"#;
    let instruments = COINBASE.parse_instruments(body.as_bytes()).expect("valid");
    assert_eq!(instruments.len(), 1);
    let btc = &instruments[0];
    assert_eq!((btc.symbol.as_str(), btc.base.as_str(), btc.quote.as_str()), ("BTC-USD", "BTC", "USD"));
    assert_eq!((btc.scales.price.decimals(), btc.scales.qty.decimals()), (2, 8));
    assert_eq!(btc.min_notional.map(|funds| funds.to_string()), Some("1".to_owned()));
    assert!(COINBASE.parse_instruments(b"{}").is_err());
    assert_eq!(COINBASE.symbol("btc", "usd"), "BTC-USD");

    let mut hand = Hand::discovering(&COINBASE);
    hand.http("https://api.pro.coinbase.com/products", body).expect("valid");
    assert_eq!(hand.heard(), Vec::<String>::new(), "a list is no market data");
    hand.message(1, UPDATE).expect("valid");
    hand.message(1, SNAPSHOT).expect("valid");
    assert_eq!(hand.heard().len(), 2);
}
