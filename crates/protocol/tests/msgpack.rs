//! Data frames in MessagePack: their bytes as documented, and the same values as in JSON.

use marketd_domain::book::BookChanges;
use marketd_domain::candles::CandleSeries;
use marketd_domain::market::StatusReport;
use marketd_domain::numbers::{Price, Qty, write_fixed};
use marketd_domain::ticker::Ticker;
use marketd_domain::trades::SequencedTrade;
use marketd_domain::{
    AggressorSide, Book, CandleInterval, Level, MarketStatus, Scales, StaleReason, Timestamp, Trade, TradeId,
};
use marketd_protocol::frame::{FrameHead, FrameKind, FramePrefix};
use marketd_protocol::{BookDepth, BookInterval, DataFrame, Encoding, StreamKey};
use proptest::prelude::*;
use serde_json::{Value, json};

const MARKET: &str = "binance:BTC-USDT";
const EPOCH: u64 = 1_763_722_800_123;
fn head(kind: FrameKind) -> FrameHead {
    FrameHead {
        kind,
        seq: 1_207,
        prev: 1_206,
        ts_venue: Timestamp::from_micros(1_763_722_812_004_000),
        ts_recv: Timestamp::from_micros(1_763_722_812_016_733),
        ts_sent: Timestamp::from_micros(1_763_722_812_016_790),
    }
}

fn level(price: i64, qty: i64) -> Level {
    Level::new(Price::from_mantissa(price), Qty::from_mantissa(qty))
}

fn encode(
    encoding: Encoding,
    key: StreamKey,
    kind: FrameKind,
    scales: Scales,
    finish: impl Fn(DataFrame<'_>),
) -> Vec<u8> {
    let mut out = Vec::new();
    finish(DataFrame::begin(encoding, &mut out, &FramePrefix::new(MARKET, key, EPOCH), &head(kind), scales));
    out
}

/// A frame in both encodings, as values. The head is compared here, and the number of places.
#[track_caller]
fn both(
    key: StreamKey,
    kind: FrameKind,
    scales: Scales,
    own_places: usize,
    finish: impl Fn(DataFrame<'_>),
) -> (Value, Vec<Value>) {
    let json = encode(Encoding::Json, key, kind, scales, &finish);
    let json: Value = serde_json::from_slice(&json).expect("JSON");
    let packed = encode(Encoding::Msgpack, key, kind, scales, &finish);
    let mut rest = &packed[..];
    let places: Vec<Value> = rmp_serde::from_read(&mut rest).expect("MessagePack");
    assert!(rest.is_empty(), "bytes are left over");
    assert_eq!(places.len(), 12 + own_places);
    let kinds = ["snapshot", "delta", "event", "status"];
    assert_eq!(json["type"], kinds[places[0].as_u64().expect("a kind") as usize]);
    let channels = ["book", "bbo", "trades", "ticker", "candles", "status"];
    assert_eq!(json["channel"], channels[places[1].as_u64().expect("a channel") as usize]);
    assert_eq!(places[3..5], [json["market"].clone(), json["epoch"].clone()]);
    assert_eq!(places[5..7], [json!(scales.price.decimals()), json!(scales.qty.decimals())]);
    for (place, name) in (7..).zip(["seq", "prev", "ts_venue", "ts_recv", "ts_sent"]) {
        assert_eq!(places[place], json[name], "{name}");
    }
    (json, places)
}

/// An integer at some decimals, as JSON has it.
fn printed(value: &Value, decimals: u8) -> Value {
    let Some(mantissa) = value.as_i64() else {
        assert!(value.is_null(), "{value} is not an integer");
        return Value::Null;
    };
    let mut text = Vec::new();
    write_fixed(&mut text, mantissa, decimals);
    Value::String(String::from_utf8(text).expect("ASCII"))
}

fn printed_pair(price: &Value, qty: &Value, scales: Scales) -> Value {
    json!([printed(price, scales.price.decimals()), printed(qty, scales.qty.decimals())])
}

/// `[price, qty, price, qty, …]` as JSON has it.
fn printed_levels(flat: &Value, scales: Scales) -> Value {
    let flat = flat.as_array().expect("a flat array");
    assert_eq!(flat.len() % 2, 0);
    flat.chunks(2).map(|pair| printed_pair(&pair[0], &pair[1], scales)).collect()
}

fn printed_best(level: &Value, scales: Scales) -> Value {
    if level.is_null() { Value::Null } else { printed_pair(&level[0], &level[1], scales) }
}

fn trade(seq: u64, id: TradeId, price: i64, qty: i64) -> SequencedTrade {
    let aggressor = if seq.is_multiple_of(2) { AggressorSide::Buy } else { AggressorSide::Sell };
    let trade = Trade {
        id,
        price: Price::from_mantissa(price),
        qty: Qty::from_mantissa(qty),
        aggressor,
        ts_venue: Timestamp::from_micros(1_763_722_812_338_000 + seq as i64 * 7_000_000),
        ts_recv: Timestamp::from_micros(1_763_722_812_352_101),
        backfilled: seq.is_multiple_of(3),
    };
    SequencedTrade { seq, trade }
}

/// The example of docs/ws-protocol.md, byte for byte.
#[test]
fn a_book_delta_has_the_documented_bytes() {
    let key =
        StreamKey::Book { depth: BookDepth::Top(10), interval: BookInterval::EVERY_CHANGE, checksum: false };
    let bytes = encode(Encoding::Msgpack, key, FrameKind::Delta, Scales::of(2, 5), |frame| {
        let (bids, asks) = ([level(6_183_762, 0), level(6_183_601, 8_970)], [level(6_183_764, 266_795)]);
        frame.book(bids.into_iter(), asks.into_iter(), None);
    });
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let document = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/ws-protocol.md"))
        .expect("docs/ws-protocol.md");
    let flat: String = document.split_whitespace().collect();
    assert!(flat.contains(&hex), "docs/ws-protocol.md lacks the example\n{hex}");
    let expected = concat!(
        "9f0100930a00c2b062696e616e63653a4254432d55534454cf0000019aa6122bfb0205",
        "cd04b7cd04b6cf00064418b7b116a0cf00064418b7b1485dcf00064418b7b14896",
        "94ce005e5b5200ce005e5ab1cd230a92ce005e5b54ce0004122bc0",
    );
    assert_eq!(hex, expected);
}

#[test]
fn integers_take_their_shortest_form() {
    let check = |value: i64, expected: &[u8]| {
        let mut out = Vec::new();
        marketd_protocol::msgpack::push_i64(&mut out, value);
        assert_eq!(out, expected, "{value}");
        assert_eq!(rmp_serde::from_slice::<i64>(&out).expect("an integer"), value);
    };
    check(0, &[0]);
    check(127, &[127]);
    check(128, &[0xcc, 128]);
    check(255, &[0xcc, 255]);
    check(256, &[0xcd, 1, 0]);
    check(65_536, &[0xce, 0, 1, 0, 0]);
    check(1 << 32, &[0xcf, 0, 0, 0, 1, 0, 0, 0, 0]);
    check(i64::MAX, &[0xcf, 0x7f, 255, 255, 255, 255, 255, 255, 255]);
    check(-1, &[0xff]);
    check(-32, &[0xe0]);
    check(-33, &[0xd0, 0xdf]);
    check(-129, &[0xd1, 0xff, 0x7f]);
    check(-32_769, &[0xd2, 0xff, 0xff, 0x7f, 0xff]);
    check(i64::MIN, &[0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn parameters_tell_streams_apart() {
    let parameters = |key| {
        let (_, places) = both(key, FrameKind::Snapshot, Scales::of(2, 5), 1, |frame| {
            frame.candles(std::iter::empty());
        });
        places[2].clone()
    };
    for interval in CandleInterval::ALL {
        assert_eq!(parameters(StreamKey::Candles(interval)), json!([interval.as_str()]));
    }
    let book = |depth, millis| {
        let interval = BookInterval::from_millis(millis).expect("served");
        let key = StreamKey::Book { depth, interval, checksum: false };
        let (_, places) = both(key, FrameKind::Snapshot, Scales::of(2, 5), 3, |frame| {
            frame.book(std::iter::empty(), std::iter::empty(), None);
        });
        places[2].clone()
    };
    assert_eq!(book(BookDepth::Full, 1_000), json!([0, 1_000, false]));
    assert_eq!(book(BookDepth::Top(100), 0), json!([100, 0, false]));
}

#[test]
fn lagged_events_name_what_is_missing_and_hold_no_trades() {
    let (json, places) =
        both(StreamKey::Trades, FrameKind::Event, Scales::of(2, 5), 2, |frame| frame.lagged(413, 9_630));
    assert_eq!(places[12], json!([]));
    assert_eq!(places[13], json!([json["lagged"]["from"], json["lagged"]["to"]]));
}

#[test]
fn every_status_and_reason_is_its_word() {
    let statuses = [MarketStatus::Connecting, MarketStatus::Live, MarketStatus::Stale, MarketStatus::Halted];
    for status in statuses {
        for reason in [None, Some(StaleReason::Silence), Some(StaleReason::ChecksumMismatch)] {
            let report =
                StatusReport { status, reason, since: Timestamp::from_micros(1_763_722_817_020_000) };
            let (json, places) = both(StreamKey::Status, FrameKind::Status, Scales::of(2, 5), 3, |frame| {
                frame.status(&report)
            });
            let expected = [json["status"].clone(), json["reason"].clone(), json["since"].clone()];
            assert_eq!(places[12..], expected);
        }
    }
}

fn any_scales() -> impl Strategy<Value = Scales> {
    (0u8..=9, 0u8..=9).prop_map(|(price, qty)| Scales::of(price, qty))
}

fn any_mantissa() -> impl Strategy<Value = i64> {
    prop_oneof![0i64..300, 1i64..100_000_000, Just(i64::MAX), (0u32..63).prop_map(|bits| 1 << bits)]
}

fn any_levels() -> impl Strategy<Value = Vec<Level>> {
    let count = prop_oneof![0usize..12, 0usize..300];
    let level = || (any_mantissa(), any_mantissa()).prop_map(|(price, qty)| level(price, qty));
    count.prop_flat_map(move |count| prop::collection::vec(level(), count))
}

fn any_trades() -> impl Strategy<Value = Vec<SequencedTrade>> {
    let id = prop_oneof![
        Just(TradeId::None),
        any::<u64>().prop_map(TradeId::Number),
        any::<u128>().prop_map(TradeId::Uuid),
    ];
    // So that the sums of a day stay within what candles hold.
    let trade = (id, 1i64..1_000_000_000_000, 1i64..1_000_000_000_000);
    prop::collection::vec(trade, 0..40).prop_map(|trades| {
        let numbered = (1u64..).zip(trades);
        numbered.map(|(seq, (id, price, qty))| self::trade(seq, id, price, qty)).collect()
    })
}

proptest! {
    #[test]
    fn books_hold_what_they_hold_in_json(
        scales in any_scales(),
        bids in any_levels(),
        asks in any_levels(),
        checksum in any::<Option<u32>>(),
    ) {
        let (depth, interval) = (BookDepth::Top(10), BookInterval::EVERY_CHANGE);
        let key = StreamKey::Book { depth, interval, checksum: checksum.is_some() };
        let (json, places) = both(key, FrameKind::Delta, scales, 3, |frame| {
            frame.book(bids.iter().copied(), asks.iter().copied(), checksum);
        });
        prop_assert_eq!(&places[2], &json!([10, 0, checksum.is_some()]));
        prop_assert_eq!(&printed_levels(&places[12], scales), &json["bids"]);
        prop_assert_eq!(&printed_levels(&places[13], scales), &json["asks"]);
        prop_assert_eq!(&places[14], json.get("checksum").unwrap_or(&Value::Null));
    }

    #[test]
    fn trades_hold_what_they_hold_in_json(scales in any_scales(), trades in any_trades()) {
        let (json, places) =
            both(StreamKey::Trades, FrameKind::Event, scales, 2, |frame| frame.trades(trades.iter()));
        prop_assert!(places[13].is_null());
        let (rows, expected) = (places[12].as_array().expect("rows"), json["trades"].as_array().expect("rows"));
        prop_assert_eq!(rows.len(), expected.len());
        for (row, expected) in rows.iter().zip(expected) {
            prop_assert_eq!(row.as_array().map(Vec::len), Some(7));
            prop_assert_eq!(&row[0], &expected["seq"]);
            prop_assert_eq!(&row[1], &expected["trade_id"]);
            prop_assert_eq!(&printed(&row[2], scales.price.decimals()), &expected["price"]);
            prop_assert_eq!(&printed(&row[3], scales.qty.decimals()), &expected["qty"]);
            prop_assert_eq!(["buy", "sell"][row[4].as_u64().expect("a side") as usize], &expected["side"]);
            prop_assert_eq!(&row[5], &expected["ts"]);
            prop_assert_eq!(&row[6], &json!(expected["backfilled"].as_bool().unwrap_or(false)));
        }
    }

    #[test]
    fn tickers_and_best_prices_hold_what_they_hold_in_json(
        trades in any_trades(),
        bids in prop::collection::btree_map(1i64..1_000, 1i64..1_000_000_000, 0..15),
        asks in prop::collection::btree_map(1_001i64..2_000, 1i64..1_000_000_000, 0..15),
    ) {
        let scales = Scales::of(2, 8);
        let mut book = Book::new(None);
        let side = |levels: std::collections::BTreeMap<i64, i64>| -> Vec<Level> {
            levels.into_iter().map(|(price, qty)| level(price, qty)).collect()
        };
        book.apply(&side(bids), &side(asks), &mut BookChanges::default()).expect("valid");
        let mut ticker = Ticker::new();
        trades.iter().for_each(|held| ticker.apply(&held.trade));
        let (json, places) = both(StreamKey::Ticker, FrameKind::Delta, scales, 16, |frame| {
            frame.ticker(&ticker.view(), &book);
        });
        let (price, qty) = (scales.price.decimals(), scales.qty.decimals());
        for (place, name, decimals) in [
            (12, "last", price),
            (13, "last_qty", qty),
            (14, "open", price),
            (15, "high", price),
            (16, "low", price),
            (20, "change", price),
            (24, "spread", price),
        ] {
            prop_assert_eq!(&printed(&places[place], decimals), &json[name], "{}", name);
        }
        for (place, name) in [
            (17, "volume"),
            (18, "quote_volume"),
            (19, "trades"),
            (21, "change_percent"),
            (25, "mid"),
            (26, "microprice"),
            (27, "imbalance"),
        ] {
            prop_assert_eq!(&places[place], &json[name], "{}", name);
        }
        prop_assert_eq!(&printed_best(&places[22], scales), &json["bid"]);
        prop_assert_eq!(&printed_best(&places[23], scales), &json["ask"]);

        let (json, places) = both(StreamKey::Bbo, FrameKind::Delta, scales, 2, |frame| {
            frame.bbo(book.bids().best(), book.asks().best());
        });
        prop_assert_eq!(&printed_best(&places[12], scales), &json["bid"]);
        prop_assert_eq!(&printed_best(&places[13], scales), &json["ask"]);
    }

    #[test]
    fn candles_hold_what_they_hold_in_json(scales in any_scales(), trades in any_trades()) {
        let mut series = CandleSeries::new(CandleInterval::Minute1, 100);
        for held in &trades {
            series.apply(&held.trade);
        }
        let (json, places) =
            both(StreamKey::Candles(CandleInterval::Minute1), FrameKind::Delta, scales, 1, |frame| {
                frame.candles(series.range(None, None, 100).map(|candle| (candle, candle.trades > 3)));
            });
        let (rows, expected) = (places[12].as_array().expect("rows"), json["candles"].as_array().expect("rows"));
        prop_assert_eq!(rows.len(), expected.len());
        for (row, expected) in rows.iter().zip(expected) {
            prop_assert_eq!(row.as_array().map(Vec::len), Some(10));
            for (place, name) in (1..).zip(["open", "high", "low", "close"]) {
                prop_assert_eq!(&printed(&row[place], scales.price.decimals()), &expected[name], "{}", name);
            }
            for (place, name) in
                [(0, "open_time"), (5, "volume"), (6, "quote_volume"), (7, "trades"), (8, "revision"), (9, "closed")]
            {
                prop_assert_eq!(&row[place], &expected[name], "{}", name);
            }
        }
    }
}
