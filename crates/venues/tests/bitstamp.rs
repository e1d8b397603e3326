//! Bitstamp: frames and books in, what the session tells and asks.

mod support;

use marketd_domain::Instrument;
use marketd_venues::Venue;
use marketd_venues::bitstamp::BITSTAMP;
use support::{BAD_NUMBERS, Hand};

const BOOK_URL: &str = "https://www.bitstamp.net/api/v2/order_book/btcusd";
const SUBSCRIBED: &str =
    r#"{"event":"bts:subscription_succeeded","channel":"diff_order_book_btcusd","data":{}}"#;

fn diff(micros: u64) -> String {
    format!(
        r#"{{"data":{{"timestamp":"1618677692","microtimestamp":"{micros}","bids":[["100.5","{micros}"]],"asks":[["101","0.00000000"]]}},"channel":"diff_order_book_btcusd","event":"data"}}"#
    )
}

fn book(micros: u64) -> String {
    format!(
        r#"{{"timestamp": "1618677695", "microtimestamp": "{micros}", "bids": [["100", "1.50000000"]], "asks": [["101", "2"], ["102", "3"]]}}"#
    )
}

fn trade(side: &str) -> String {
    format!(
        r#"{{"channel": "live_trades_btcusd", "data": {{"amount": 6.33171283, "amount_str": "6.33171283", "buy_order_id": 1351035776413697, "id": 164507734, "microtimestamp": "1618677693509000", "price": 312.88, "price_str": "312.88", "sell_order_id": 1351035736915970, "timestamp": "1618677693", "type": {side}}}, "event": "trade"}}"#
    )
}

fn told_book(micros: u64) -> String {
    format!("btcusd snapshot seq={micros} bids=100x1.5 asks=101x2,102x3")
}

fn told_diff(micros: u64) -> String {
    format!("btcusd depth seq={micros} bids=100.5x{micros} asks=101x0")
}

fn live() -> Hand {
    let mut hand = Hand::carrying(&BITSTAMP, vec![Instrument::unlisted("btcusd", "BTC", "USD")]);
    hand.open(1, "wss://ws.bitstamp.net/");
    hand
}

#[test]
fn a_recording_with_books_before_or_after_the_diffs_is_followed() {
    let mut before = Hand::discovering(&BITSTAMP);
    before.open(1, "wss://ws.bitstamp.net/");
    before.http(BOOK_URL, &book(20)).expect("valid");
    for micros in [10, 20, 30] {
        before.message(1, &diff(micros)).expect("valid");
    }
    assert_eq!(
        before.heard(),
        ["btcusd listed BTC-USD", &told_book(20), "btcusd duplicate", "btcusd duplicate", &told_diff(30)]
    );
    let mut after = Hand::discovering(&BITSTAMP);
    for micros in [10, 20, 30] {
        after.message(1, &diff(micros)).expect("valid");
    }
    after.http(BOOK_URL, &book(20)).expect("valid");
    after.message(1, &diff(30)).expect("valid");
    after.message(1, &diff(31)).expect("valid");
    assert_eq!(
        after.heard(),
        [
            "btcusd listed BTC-USD",
            &told_book(20),
            &told_diff(30),
            "btcusd duplicate",
            "btcusd duplicate",
            "btcusd duplicate",
            &told_diff(31)
        ]
    );
}

#[test]
fn the_book_is_requested_once_subscribed_and_again_when_that_failed() {
    let mut hand = live();
    assert_eq!(
        hand.asked(),
        [
            r#"{"event":"bts:subscribe","data":{"channel":"diff_order_book_btcusd"}}"#,
            r#"{"event":"bts:subscribe","data":{"channel":"live_trades_btcusd"}}"#
        ]
    );
    let request = "GET /api/v2/order_book/btcusd/";
    hand.message(1, SUBSCRIBED).expect("valid");
    hand.message(1, &diff(10)).expect("valid");
    assert_eq!(hand.asked(), [request], "one request at a time");
    hand.http_failed("/api/v2/order_book/btcusd/");
    hand.pass(1);
    assert_eq!(hand.asked(), [request]);
    assert!(hand.http(BOOK_URL, r#"{"status":"error","reason":"maintenance"}"#).is_err());
    hand.pass(2);
    assert!(hand.asked().contains(&request.to_owned()));
    hand.http(BOOK_URL, &book(15)).expect("valid");
    assert_eq!(hand.heard(), [told_book(15), "btcusd duplicate".to_owned()]);
}

#[test]
fn a_book_older_than_the_buffered_diffs_is_not_believed() {
    let mut hand = live();
    hand.message(1, &diff(10)).expect("valid");
    hand.http(BOOK_URL, &book(5)).expect("valid");
    assert_eq!(hand.heard(), [told_book(5), told_diff(10), "btcusd stale gap".to_owned()]);
    hand.asked();
    hand.message(1, &diff(20)).expect("valid");
    hand.pass(1);
    assert_eq!(hand.asked(), ["GET /api/v2/order_book/btcusd/"]);
    hand.http(BOOK_URL, &book(12)).expect("valid");
    assert_eq!(
        hand.heard(),
        [told_diff(20), told_book(12), told_diff(20), "btcusd duplicate".to_owned()],
        "and now it is covered"
    );
}

#[test]
fn a_change_of_connection_is_a_loss() {
    let mut hand = Hand::discovering(&BITSTAMP);
    hand.http(BOOK_URL, &book(10)).expect("valid");
    hand.message(1, &diff(20)).expect("valid");
    hand.heard();
    hand.message(2, &diff(40)).expect("valid");
    assert_eq!(hand.heard(), ["btcusd stale disconnected"]);
    hand.http(BOOK_URL, &book(40)).expect("valid");
    hand.message(2, &diff(41)).expect("valid");
    assert_eq!(hand.heard(), [told_book(40), "btcusd duplicate".to_owned(), told_diff(41)]);
    hand.close(1);
    assert_eq!(hand.heard(), Vec::<String>::new());
    hand.close(2);
    assert_eq!(hand.heard(), ["btcusd stale disconnected"]);
}

#[test]
fn an_answer_from_before_the_connection_is_left_aside() {
    let mut hand = live();
    hand.message(1, SUBSCRIBED).expect("valid");
    hand.close(1);
    hand.open(2, "");
    hand.message(2, SUBSCRIBED).expect("valid");
    hand.http("/api/v2/order_book/btcusd/", &book(10)).expect("valid");
    assert_eq!(hand.heard(), ["btcusd stale disconnected"]);
    hand.asked();
    hand.pass(2);
    assert_eq!(hand.asked()[0], "GET /api/v2/order_book/btcusd/");
    hand.http("/api/v2/order_book/btcusd/", &book(20)).expect("valid");
    assert_eq!(hand.heard(), [told_book(20)]);
}

#[test]
fn trades_are_read_from_their_text_fields() {
    let mut hand = Hand::discovering(&BITSTAMP);
    hand.message(1, &trade("0")).expect("valid");
    hand.message(1, &trade("1")).expect("valid");
    assert_eq!(
        hand.heard()[1..],
        [
            "btcusd trade 164507734 buy 312.88x6.33171283 at 1618677693509000",
            "btcusd trade 164507734 sell 312.88x6.33171283 at 1618677693509000"
        ]
    );
}

#[test]
fn the_venues_own_events_are_understood() {
    let mut hand = live();
    hand.asked();
    for text in [
        r#"{"event":"bts:heartbeat","channel":"","data":{"status":"success"}}"#,
        r#"{"event":"bts:subscription_succeeded","channel":"live_trades_btcusd","data":{}}"#,
        r#"{"event":"data","channel":"order_book_btcusd","data":{"bids":[[1]],"asks":7}}"#,
        r#"{"event":"order_created","channel":"live_orders_btcusd","data":{"id":1,"price":1.5}}"#,
        r#"{"event":"of tomorrow","data":[[1],{"a":null}]}"#,
        r#"{"event":"of tomorrow"}"#,
    ] {
        assert_eq!(hand.message(1, text), Ok(()), "{text}");
    }
    assert_eq!((hand.heard(), hand.asked()), (vec![], vec![]));
    hand.message(1, r#"{"event":"bts:request_reconnect","channel":"","data":""}"#).expect("valid");
    assert_eq!(hand.asked(), ["RECONNECT 1"]);
    let error = |channel: &str| {
        format!(
            r#"{{"event":"bts:error","channel":"{channel}","data":{{"code":null,"message":"Bad subscription string."}}}}"#
        )
    };
    assert!(hand.message(1, &error("")).is_err());
    hand.message(1, &error("diff_order_book_btcusd")).expect("understood");
    assert_eq!(hand.heard(), ["btcusd halted delisted"]);
    hand.pass(20);
    assert!(hand.asked().contains(&r#"{"event":"bts:heartbeat"}"#.to_owned()));
}

#[test]
fn malformed_messages_are_refused_whole() {
    let mut hand = Hand::discovering(&BITSTAMP);
    hand.http(BOOK_URL, &book(5)).expect("valid");
    hand.message(1, &diff(10)).expect("valid");
    hand.heard();
    let mut bad: Vec<String> = vec![
        String::new(),
        "null".into(),
        "<html>".into(),
        "{}".into(),
        r#"{"event":7}"#.into(),
        r#"{"event":"data","channel":"diff_order_book_btcusd"}"#.into(),
        r#"{"event":"data","channel":"diff_order_book_btcusd","data":""}"#.into(),
        diff(20).replace(r#""20""#, r#""-20""#),
        diff(20).replace(r#""microtimestamp":"20""#, r#""microtimestamp":20"#),
        diff(20).replace("microtimestamp", "micro"),
        diff(20).replace(r#""microtimestamp":"20""#, r#""microtimestamp":"99999999999999999999""#),
        trade("2"),
        trade("null"),
        trade("-1"),
    ];
    for number in BAD_NUMBERS {
        bad.push(diff(20).replace(r#""100.5""#, number));
        bad.push(diff(20).replace(r#""0.00000000""#, number));
        bad.push(trade("0").replace(r#""312.88""#, number));
        bad.push(trade("0").replace(r#""6.33171283""#, number));
        assert!(hand.http(BOOK_URL, &book(30).replace(r#""102""#, number)).is_err(), "{number}");
        assert!(hand.http(BOOK_URL, &book(30).replace(r#""1.50000000""#, number)).is_err(), "{number}");
    }
    let (diff, trade) = (diff(20), trade("0"));
    bad.extend((1..diff.len()).map(|length| diff[..length].to_owned()));
    bad.extend((1..trade.len()).map(|length| trade[..length].to_owned()));
    for text in bad {
        assert!(hand.message(1, &text).is_err(), "{text}");
        assert_eq!(hand.heard(), Vec::<String>::new(), "{text}");
    }
    hand.pass(1);
    assert_eq!(hand.heard(), ["btcusd stale malformed"], "a diff may be missing from the book");
}

#[test]
fn a_pair_is_not_listed_for_an_answer_that_is_no_book() {
    let mut hand = Hand::discovering(&BITSTAMP);
    assert!(hand.http("/api/v2/order_book/nosuch/", r#"{"error":"no"}"#).is_err());
    assert!(hand.http("/api/v2/order_book/nosuch/", "").is_err());
    hand.http("/api/v2/ticker/btcusd/", "anything").expect("not ours");
    assert_eq!(hand.heard(), Vec::<String>::new());
}

#[test]
fn pairs_become_instruments() {
    let body = r#"[
      {"base_decimals":8,"minimum_order":"20.00000 USD","name":"BTC/USD","counter_decimals":0,"trading":"Enabled","url_symbol":"btcusd","description":"Bitcoin / U.S. dollar","instant_order_counter_decimals":2,"instant_and_market_orders":"Enabled"},
      {"base_decimals":8,"minimum_order":"20.00000 USD","name":"OLD/USD","counter_decimals":2,"trading":"Disabled","url_symbol":"oldusd","description":""}]"#;
    let instruments = BITSTAMP.parse_instruments(body.as_bytes()).expect("valid");
    assert_eq!(instruments.len(), 1);
    let btc = &instruments[0];
    assert_eq!((btc.symbol.as_str(), btc.base.as_str(), btc.quote.as_str()), ("btcusd", "BTC", "USD"));
    assert_eq!((btc.scales.price.decimals(), btc.scales.qty.decimals()), (0, 8));
    assert_eq!(btc.min_notional.map(|order| order.to_string()), Some("20".to_owned()));
    assert_eq!(BITSTAMP.symbol("BTC", "USD"), "btcusd");
    assert!(BITSTAMP.parse_instruments(br#"[{"name":"BTC/USD"}]"#).is_err());
}
