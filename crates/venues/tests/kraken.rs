//! Kraken: frames in, what the market is told out.

mod driven;

use std::path::{Path, PathBuf};

use driven::Driven;
use marketd_domain::{Instrument, StaleReason};
use marketd_venues::kraken::KRAKEN;
use marketd_venues::{DecodeError, Venue, replay};

const SNAPSHOT: &str = r#"{"channel":"book","type":"snapshot","data":[{"symbol":"BTC/USD","bids":[{"price":63004.0,"qty":0.01876940}],"asks":[{"price":63005.0,"qty":2.07265551}],"checksum":7,"timestamp":"2026-08-01T02:53:53.398143Z"}]}"#;
const UPDATE: &str = r#"{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[],"asks":[{"price":63005.0,"qty":0.00000000},{"price":63005.0,"qty":1.00000000}],"checksum":4294967295,"timestamp":"2026-08-01T02:53:53.646219Z"}]}"#;
const SUBSCRIBED: &str = r#"{"method":"subscribe","result":{"channel":"book","depth":25,"snapshot":true,"symbol":"BTC/USD"},"success":true,"time_in":"2026-08-01T02:53:53.184174Z"}"#;
const UNSUBSCRIBED: &str =
    r#"{"method":"unsubscribe","result":{"channel":"book","depth":25,"symbol":"BTC/USD"},"success":true}"#;

const TOLD_SNAPSHOT: &str = "snapshot 0 [63004.0x0.01876940] [63005.0x2.07265551] KrakenV2(7)";
const TOLD_UPDATE: &str = "depth 0 [] [63005.0x0.00000000 63005.0x1.00000000] KrakenV2(4294967295)";

const RESUBSCRIBE: [&str; 2] = [
    r#"1 {"method":"unsubscribe","params":{"channel":"book","depth":25,"symbol":["BTC/USD"]}}"#,
    r#"1 {"method":"subscribe","params":{"channel":"book","depth":25,"symbol":["BTC/USD"]}}"#,
];

/// A session that carries BTC/USD and has its book.
fn live() -> Driven {
    let instrument = Instrument { max_depth: Some(25), ..Instrument::unlisted("BTC/USD", "BTC", "USD") };
    let mut driven = Driven::carrying(&KRAKEN, vec![instrument]);
    driven.open(1);
    driven.take(SNAPSHOT);
    assert_eq!(driven.told(), ["rescaled 0 1/8", TOLD_SNAPSHOT]);
    driven.wants();
    driven
}

#[test]
fn a_recording_is_read_from_its_first_snapshot_on() {
    let mut driven = Driven::discovering(&KRAKEN);
    driven.open(1);
    driven.take(r#"{"channel":"status","type":"update","data":[{"version":"2.0.10","system":"online","connection_id":7204881492680171915}]}"#);
    driven.take(SUBSCRIBED);
    driven.take(UPDATE);
    assert_eq!(driven.told(), [""; 0], "an update without its snapshot means nothing");
    driven.take(SNAPSHOT);
    driven.take(r#"{"channel":"heartbeat"}"#);
    driven.take(UPDATE);
    assert_eq!(driven.told(), ["listed 0 BTC-USD depth 25", TOLD_SNAPSHOT, TOLD_UPDATE]);
    driven.take(UNSUBSCRIBED);
    driven.take(SUBSCRIBED);
    driven.take(UPDATE);
    driven.take(SNAPSHOT);
    driven.take(UPDATE);
    assert_eq!(driven.told(), ["stale 0 venue_reset", TOLD_SNAPSHOT, TOLD_UPDATE]);
    driven.close(1);
    driven.take(UPDATE);
    assert_eq!(driven.told(), ["stale 0 disconnected"]);
}

#[test]
fn the_depth_is_told_by_the_answer_the_request_or_the_snapshots_size() {
    let listed = |prepare: &dyn Fn(&mut Driven)| {
        let mut driven = Driven::discovering(&KRAKEN);
        prepare(&mut driven);
        driven.take(SNAPSHOT);
        driven.told().swap_remove(0)
    };
    assert_eq!(listed(&|_| {}), "listed 0 BTC-USD depth 10");
    assert_eq!(listed(&|driven| driven.take(SUBSCRIBED)), "listed 0 BTC-USD depth 25");
    let request =
        r#"{"method":"subscribe","params":{"channel":"book","depth":500,"symbol":["ETH/USD","BTC/USD"]}}"#;
    assert_eq!(listed(&|driven| driven.sent(request)), "listed 0 BTC-USD depth 500");
}

#[test]
fn scales_are_the_decimals_printed_zeros_included() {
    let mut driven = live();
    driven.take(r#"{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[{"price":63004.00,"qty":1e-8}],"asks":[]}]}"#);
    driven.take(UPDATE);
    assert_eq!(
        driven.told(),
        [
            "rescaled 0 2/8",
            "depth 0 [63004.00x0.00000001] []",
            "depth 0 [] [63005.00x0.00000000 63005.00x1.00000000] KrakenV2(4294967295)",
        ]
    );
}

#[test]
fn trades_before_the_first_book_keep_their_digits() {
    let mut driven = Driven::discovering(&KRAKEN);
    let trade = |id: u64, price: &str, qty: &str| {
        format!(
            r#"{{"channel":"trade","type":"update","data":[{{"symbol":"BTC/USD","side":"sell","price":{price},"qty":{qty},"ord_type":"market","trade_id":{id},"timestamp":"2026-08-01T00:00:01.500Z"}}]}}"#
        )
    };
    driven.take(&trade(5, "63004.25", "0.10000000"));
    driven.take(SNAPSHOT);
    driven.take(&trade(6, "63004.5", "0.100000001"));
    assert_eq!(
        driven.told(),
        [
            "listed 0 BTC-USD",
            "trade 0 #5 sell 63004.25000000x0.10000000 at 1785542401500",
            "rescaled 0 2/8",
            "snapshot 0 [63004.00x0.01876940] [63005.00x2.07265551] KrakenV2(7)",
            "rescaled 0 2/9",
            "trade 0 #6 sell 63004.50x0.100000001 at 1785542401500",
        ]
    );
}

#[test]
fn trades_of_a_subscription_fill_in_what_was_missed_and_nothing_else() {
    let trade = |id: u64| {
        format!(
            r#"{{"symbol":"BTC/USD","side":"buy","price":63004.0,"qty":1.00000000,"trade_id":{id},"timestamp":"2026-08-01T00:00:00Z"}}"#
        )
    };
    let frame = |kind: &str, ids: &[u64]| {
        let trades: Vec<String> = ids.iter().map(|id| trade(*id)).collect();
        format!(r#"{{"channel":"trade","type":"{kind}","data":[{}]}}"#, trades.join(","))
    };
    let ids = |driven: &mut Driven| -> Vec<String> {
        (driven.told().iter())
            .map(|line| line.replace("trade 0 ", "").replace(" buy 63004.0x1.00000000 at 1785542400000", ""))
            .collect()
    };
    let mut driven = live();
    driven.take(&frame("snapshot", &[1, 2, 3]));
    assert_eq!(ids(&mut driven), [""; 0], "trades from before we were there");
    driven.take(&frame("update", &[4, 5]));
    assert_eq!(ids(&mut driven), ["#4", "#5"]);
    driven.take(&frame("snapshot", &[7, 6, 5, 4]));
    assert_eq!(ids(&mut driven), ["#6 backfilled", "#7 backfilled"]);
}

#[test]
fn malformed_messages_change_nothing() {
    let level = |price: &str, qty: &str| {
        format!(
            r#"{{"channel":"book","type":"update","data":[{{"symbol":"BTC/USD","bids":[{{"price":63003.1,"qty":1.00000000}}],"asks":[{{"price":{price},"qty":{qty}}}],"checksum":1}}]}}"#
        )
    };
    let mut messages: Vec<String> = Vec::new();
    for number in [
        "NaN",
        "Infinity",
        "null",
        "\"\"",
        "\"1.0\"",
        "-1",
        "-0",
        "1e308",
        "1e-19",
        "1e999999999999",
        "{}",
        "[]",
        "true",
        "99999999999999999999999999",
        "0.00000000000000000000000001",
        "1.",
        ".5",
        "0x10",
        "",
    ] {
        messages.push(level(number, "1.00000000"));
        messages.push(level("63005.0", number));
    }
    messages.push(level(&"9".repeat(400), "1"));
    messages.extend((0..UPDATE.len()).map(|end| UPDATE[..end].to_owned()));
    messages.extend(
        [
            r#"{"channel":"book","type":"update","data":[{"symbol":"BTC/USD"}]}"#,
            r#"{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":null,"asks":null}]}"#,
            r#"{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[],"asks":[],"checksum":-1}]}"#,
            r#"{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[],"asks":[],"checksum":4294967296}]}"#,
            r#"{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[{"price":1.0}],"asks":[]}]}"#,
            r#"{"channel":"book","type":"update","data":{"symbol":"BTC/USD","bids":[],"asks":[]}}"#,
            r#"{"channel":"book","type":"other","data":[{"symbol":"BTC/USD","bids":[],"asks":[]}]}"#,
            r#"{"channel":"book","type":"update"}"#,
            r#"{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"hold","price":1.0,"qty":1.0,"trade_id":1,"timestamp":"2026-08-01T00:00:00Z"}]}"#,
            r#"{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"buy","price":1.0,"qty":1.0,"trade_id":1,"timestamp":"yesterday"}]}"#,
            r#"{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"buy","price":-1.0,"qty":1.0,"trade_id":1,"timestamp":"2026-08-01T00:00:00Z"}]}"#,
            "[]",
            "pong",
        ]
        .map(str::to_owned),
    );
    let mut driven = live();
    let mut fresh = Driven::discovering(&KRAKEN);
    for message in &messages {
        assert!(driven.message(1, message).is_err(), "{message}");
        assert_eq!(driven.told(), [""; 0], "{message}");
        assert!(fresh.message(1, &message.replace("update", "snapshot")).is_err(), "{message}");
        assert_eq!(fresh.told(), [""; 0], "{message}");
    }
    driven.take(UPDATE);
    assert_eq!(driven.told(), [TOLD_UPDATE]);
}

#[test]
fn a_message_for_two_markets_is_taken_whole_or_not_at_all() {
    let mut driven = live();
    let good = r#"{"symbol":"BTC/USD","bids":[{"price":63003.1,"qty":1.00000000}],"asks":[]}"#;
    let bad = r#"{"symbol":"BTC/USD","bids":[{"price":"x","qty":1.00000000}],"asks":[]}"#;
    let frame = |second: &str| format!(r#"{{"channel":"book","type":"update","data":[{good},{second}]}}"#);
    assert!(driven.message(1, &frame(bad)).is_err());
    assert_eq!(driven.told(), [""; 0]);
    driven.take(&frame(good));
    assert_eq!(driven.told(), ["depth 0 [63003.1x1.00000000] []"; 2]);
}

#[test]
fn unknown_things_are_read_past() {
    let mut driven = live();
    for message in [
        r#"{"channel":"ticker","type":"update","data":[{"symbol":"BTC/USD","bid":1.0}]}"#,
        r#"{"method":"pong","req_id":7,"time_in":"2026-08-01T00:00:00Z"}"#,
        r#"{"something":"new"}"#,
        r#"{"channel":"book","type":"update","data":[{"symbol":"ETH/USD","bids":[],"asks":[],"checksum":1,"extra":{}}]}"#,
        r#"{"channel":"book","type":"snapshot","data":[{"symbol":"ETH/USD","bids":[],"asks":[],"checksum":1}]}"#,
    ] {
        driven.take(message);
    }
    assert_eq!(driven.told(), [""; 0]);
    // The same fields in another order, which needs the slower way.
    driven.take(r#"{"data":[{"checksum":1,"asks":[],"bids":[],"symbol":"BTC\/USD"}],"type":"update","channel":"book"}"#);
    assert_eq!(driven.told(), ["depth 0 [] [] KrakenV2(1)"]);
}

#[test]
fn a_mismatch_is_resubscribed_without_a_storm_while_the_book_goes_on() {
    let mut driven = live();
    driven.resync(StaleReason::ChecksumMismatch);
    assert_eq!(driven.wants(), RESUBSCRIBE);
    driven.resync(StaleReason::ChecksumMismatch);
    driven.take(UPDATE);
    assert_eq!((driven.wants(), driven.told()), (vec![], vec![TOLD_UPDATE.to_owned()]));
    driven.take(UNSUBSCRIBED);
    assert_eq!(driven.told(), ["stale 0 checksum_mismatch"]);
    let mut asked = Vec::new();
    for second in 1..=70 {
        driven.seconds(1);
        if !driven.wants().is_empty() {
            asked.push(second);
        }
    }
    assert_eq!(asked, [1, 3, 7, 15, 31, 61]);
    driven.take(SNAPSHOT);
    driven.seconds(100);
    assert_eq!((driven.wants(), driven.told()), (vec![], vec![TOLD_SNAPSHOT.to_owned()]));
}

#[test]
fn a_subscription_that_brings_nothing_is_made_again() {
    let instrument = Instrument { max_depth: Some(25), ..Instrument::unlisted("BTC/USD", "BTC", "USD") };
    let mut driven = Driven::carrying(&KRAKEN, vec![instrument]);
    driven.open(1);
    assert_eq!(driven.wants().len(), 3, "pair states, books and trades");
    driven.seconds(9);
    assert_eq!(driven.wants(), [""; 0]);
    driven.seconds(1);
    assert_eq!(driven.wants(), RESUBSCRIBE);
}

#[test]
fn a_second_connection_takes_over_with_its_snapshot() {
    let mut driven = live();
    driven.open(2);
    driven.message(2, UPDATE).expect("read");
    assert_eq!(driven.told(), [""; 0]);
    driven.message(2, SNAPSHOT).expect("read");
    driven.message(1, UPDATE).expect("read");
    driven.close(1);
    driven.message(2, UPDATE).expect("read");
    assert_eq!(driven.told(), [TOLD_SNAPSHOT, TOLD_UPDATE]);
    driven.close(2);
    assert_eq!(driven.told(), ["stale 0 disconnected"]);
}

#[test]
fn a_second_connection_is_asked_again_when_the_first_one_ends_before_its_snapshot() {
    let mut driven = live();
    driven.open(2);
    driven.close(1);
    driven.wants();
    driven.seconds(10);
    assert_eq!(driven.wants(), RESUBSCRIBE.map(|text| text.replacen('1', "2", 1)));
}

#[test]
fn an_unsupported_pair_is_delisted_and_not_asked_for_again() {
    let mut driven = live();
    driven.take(r#"{"error":"Currency pair not supported BTC/USD","method":"subscribe","success":false,"symbol":"BTC/USD"}"#);
    assert_eq!(driven.told(), ["halted 0 delisted"]);
    driven.resync(StaleReason::Gap);
    driven.seconds(60);
    assert_eq!(driven.wants(), [""; 0]);
    let refused = driven.message(1, r#"{"error":"Exceeded msg rate","method":"subscribe","success":false}"#);
    assert_eq!(refused, Err(DecodeError::Venue("Exceeded msg rate".to_owned())));
    driven.take(r#"{"error":"Already subscribed","method":"subscribe","success":false,"symbol":"BTC/USD"}"#);
    assert_eq!(driven.told(), [""; 0]);
}

#[test]
fn a_venue_or_pair_that_stands_still_is_suspended_until_it_trades_again() {
    let status = |system: &str| {
        format!(
            r#"{{"channel":"status","type":"update","data":[{{"system":"{system}","connection_id":1}}]}}"#
        )
    };
    let pair = |status: &str| {
        format!(
            r#"{{"channel":"instrument","type":"update","data":{{"assets":[],"pairs":[{{"symbol":"BTC/USD","status":"{status}"}},{{"symbol":"X/Y","status":"delisted"}}]}}}}"#
        )
    };
    let mut driven = live();
    driven.take(&status("maintenance"));
    driven.take(&status("cancel_only"));
    driven.take(SNAPSHOT);
    assert_eq!(driven.told(), ["halted 0 suspended", TOLD_SNAPSHOT, "halted 0 suspended"]);
    driven.take(&status("online"));
    assert_eq!(driven.wants(), RESUBSCRIBE);
    driven.take(SNAPSHOT);
    assert_eq!(driven.told(), [TOLD_SNAPSHOT]);
    driven.take(&pair("cancel_only"));
    driven.take(&pair("unheard_of"));
    driven.take(&pair("online"));
    driven.take(&pair("online"));
    driven.take(&pair("delisted"));
    assert_eq!(driven.told(), ["halted 0 suspended", "halted 0 delisted"]);
}

#[test]
fn the_recorded_resubscriptions_are_followed() {
    let file: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../testdata/kraken-v2/btcusd_d10_resub_20260801.jsonl.zst");
    let summary = replay::run_files(&KRAKEN, &[file]).expect("a summary");
    let found = &summary.sessions[0].symbols["BTC/USD"];
    assert_eq!((found.counters.snapshots, found.counters.resyncs), (5, 4));
    assert_eq!((found.counters.checksums_ok, found.counters.checksums_bad), (301, 0));
    assert_eq!((found.counters.gaps, found.status), (0, "live"));
}

#[test]
fn what_the_catalogue_says() {
    assert_eq!(KRAKEN.symbol("btc", "usd"), "BTC/USD");
    assert_eq!(KRAKEN.ws_path(&[]), "/v2");
    assert_eq!(KRAKEN.recordings(), ["kraken-v2"]);
}
