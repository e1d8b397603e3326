//! Messages of the streams, each a whole JSON object.

use marketd_domain::trades::SequencedTrade;
use marketd_domain::{AggressorSide, Level, Price, Qty, Scales, Timestamp};

use super::aggregate::Aggregate;
use super::decimal::{DECIMALS, push_levels, push_price, push_qty, push_sum};
use super::kline::{Kline, KlineSpec, TakerShare, push_object};
use super::stream::TickerWindow;
use super::ticker::TickerFigures;
use super::time_of;
use crate::json::{push_i64, push_u64};

/// What most messages begin with.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    pub symbol: &'a str,
    /// When it happened.
    pub at: Timestamp,
    pub in_micros: bool,
}

fn begin(out: &mut Vec<u8>, event: &str, head: Head<'_>) {
    out.extend_from_slice(b"{\"e\":\"");
    out.extend_from_slice(event.as_bytes());
    out.extend_from_slice(b"\",\"E\":");
    push_i64(out, time_of(head.at, head.in_micros));
    out.extend_from_slice(b",\"s\":\"");
    out.extend_from_slice(head.symbol.as_bytes());
    out.push(b'"');
}

/// Ids of the first and the last change that a message holds.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    pub first: u64,
    pub last: u64,
}

/// Levels with their new quantities; zero removes.
pub fn push_depth(
    out: &mut Vec<u8>,
    head: Head<'_>,
    span: Span,
    scales: Scales,
    bids: impl Iterator<Item = Level>,
    asks: impl Iterator<Item = Level>,
) {
    begin(out, "depthUpdate", head);
    out.extend_from_slice(b",\"U\":");
    push_u64(out, span.first);
    out.extend_from_slice(b",\"u\":");
    push_u64(out, span.last);
    out.extend_from_slice(b",\"b\":");
    push_levels(out, bids, scales);
    out.extend_from_slice(b",\"a\":");
    push_levels(out, asks, scales);
    out.push(b'}');
}

/// The best levels as they stand; also the answer of `/api/v3/depth`.
pub fn push_top(
    out: &mut Vec<u8>,
    last: u64,
    scales: Scales,
    bids: impl Iterator<Item = Level>,
    asks: impl Iterator<Item = Level>,
) {
    out.extend_from_slice(b"{\"lastUpdateId\":");
    push_u64(out, last);
    out.extend_from_slice(b",\"bids\":");
    push_levels(out, bids, scales);
    out.extend_from_slice(b",\"asks\":");
    push_levels(out, asks, scales);
    out.push(b'}');
}

/// Best prices with their quantities; zero where a side is empty.
pub fn push_book_ticker(
    out: &mut Vec<u8>,
    symbol: &str,
    last: u64,
    scales: Scales,
    (bid, ask): (Option<Level>, Option<Level>),
) {
    out.extend_from_slice(b"{\"u\":");
    push_u64(out, last);
    out.extend_from_slice(b",\"s\":\"");
    out.extend_from_slice(symbol.as_bytes());
    out.push(b'"');
    for (price, qty, level) in [(b'b', b'B', bid), (b'a', b'A', ask)] {
        let level = level.unwrap_or(Level::new(Price::ZERO, Qty::ZERO));
        out.extend_from_slice(&[b',', b'"', price, b'"', b':']);
        push_price(out, level.price, scales);
        out.extend_from_slice(&[b',', b'"', qty, b'"', b':']);
        push_qty(out, level.qty, scales);
    }
    out.push(b'}');
}

/// Price, quantity, time and who made the market, which trades and aggregates have alike.
fn push_print(out: &mut Vec<u8>, scales: Scales, print: &Aggregate, in_micros: bool, with_ids: bool) {
    out.extend_from_slice(b",\"p\":");
    push_price(out, print.price, scales);
    out.extend_from_slice(b",\"q\":");
    push_qty(out, print.qty, scales);
    if with_ids {
        out.extend_from_slice(b",\"f\":");
        push_u64(out, print.first);
        out.extend_from_slice(b",\"l\":");
        push_u64(out, print.last);
    }
    out.extend_from_slice(b",\"T\":");
    push_i64(out, time_of(print.ts_venue, in_micros));
    out.extend_from_slice(if print.aggressor == AggressorSide::Sell {
        b",\"m\":true,\"M\":true}"
    } else {
        b",\"m\":false,\"M\":true}"
    });
}

pub fn push_trade(out: &mut Vec<u8>, head: Head<'_>, scales: Scales, held: &SequencedTrade) {
    let alone = Aggregate::of(&held.trade);
    begin(out, "trade", head);
    out.extend_from_slice(b",\"t\":");
    push_u64(out, alone.last);
    push_print(out, scales, &alone, head.in_micros, false);
}

pub fn push_agg_trade(out: &mut Vec<u8>, head: Head<'_>, scales: Scales, print: &Aggregate) {
    begin(out, "aggTrade", head);
    out.extend_from_slice(b",\"a\":");
    push_u64(out, print.last);
    push_print(out, scales, print, head.in_micros, true);
}

/// As REST tells it.
pub fn push_agg_row(out: &mut Vec<u8>, scales: Scales, print: &Aggregate, in_micros: bool) {
    out.extend_from_slice(b"{\"a\":");
    push_u64(out, print.last);
    push_print(out, scales, print, in_micros, true);
}

pub fn push_ticker(out: &mut Vec<u8>, head: Head<'_>, figures: &TickerFigures) {
    begin(out, "24hrTicker", head);
    figures.push_stream(out, true, head.in_micros);
    out.push(b'}');
}

pub fn push_window_ticker(out: &mut Vec<u8>, head: Head<'_>, window: TickerWindow, figures: &TickerFigures) {
    let event = match window {
        TickerWindow::Hour1 => "1hTicker",
        TickerWindow::Hour4 => "4hTicker",
        TickerWindow::Day1 => "1dTicker",
    };
    begin(out, event, head);
    figures.push_stream(out, false, head.in_micros);
    out.push(b'}');
}

pub fn push_mini_ticker(out: &mut Vec<u8>, head: Head<'_>, figures: &TickerFigures) {
    begin(out, "24hrMiniTicker", head);
    figures.push_mini_stream(out);
    out.push(b'}');
}

pub fn push_kline(out: &mut Vec<u8>, head: Head<'_>, spec: KlineSpec, kline: &Kline, share: &TakerShare) {
    begin(out, "kline", head);
    out.extend_from_slice(b",\"k\":");
    push_object(out, head.symbol, spec, kline, share, head.in_micros);
    out.push(b'}');
}

/// `average` at eight decimals; `traded` is the time of the last trade.
pub fn push_avg_price(out: &mut Vec<u8>, head: Head<'_>, average: i128, traded: Timestamp) {
    begin(out, "avgPrice", head);
    out.extend_from_slice(b",\"i\":\"5m\",\"w\":\"");
    push_sum(out, average, DECIMALS, false);
    out.extend_from_slice(b"\",\"T\":");
    push_i64(out, time_of(traded, head.in_micros));
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    use marketd_domain::{Trade, TradeId};

    use super::*;

    const SCALES: Scales = Scales::of(2, 5);

    fn check(expected: &str, push: impl FnOnce(&mut Vec<u8>, Head<'_>)) {
        let mut out = Vec::new();
        let head =
            Head { symbol: "BTCUSDT", at: Timestamp::from_micros(1_700_000_000_123_456), in_micros: false };
        push(&mut out, head);
        let text = String::from_utf8(out).expect("UTF-8");
        assert_eq!(text, expected);
        serde_json::from_str::<serde_json::Value>(&text).expect("JSON");
    }

    fn level(price: i64, qty: i64) -> Level {
        Level::new(Price::from_mantissa(price), Qty::from_mantissa(qty))
    }

    fn trade(aggressor: AggressorSide) -> SequencedTrade {
        let trade = Trade {
            id: TradeId::Number(77),
            price: Price::from_mantissa(6_000_010),
            qty: Qty::from_mantissa(512),
            aggressor,
            ts_venue: Timestamp::from_micros(1_700_000_000_100_001),
            ts_recv: Timestamp::ZERO,
            backfilled: false,
        };
        SequencedTrade { seq: 5, trade }
    }

    #[test]
    fn messages_look_as_binances() {
        check(
            concat!(
                r#"{"e":"depthUpdate","E":1700000000123,"s":"BTCUSDT","U":101,"u":103,"#,
                r#""b":[["60000.10000000","0.00512000"]],"a":[["60001.00000000","0.00000000"]]}"#,
            ),
            |out, head| {
                let span = Span { first: 101, last: 103 };
                let (bids, asks) = ([level(6_000_010, 512)], [level(6_000_100, 0)]);
                push_depth(out, head, span, SCALES, bids.into_iter(), asks.into_iter());
            },
        );
        check(r#"{"lastUpdateId":9,"bids":[],"asks":[["1.00000000","1.00000000"]]}"#, |out, _| {
            push_top(out, 9, SCALES, [].into_iter(), [level(100, 100_000)].into_iter());
        });
        check(
            r#"{"u":9,"s":"BTCUSDT","b":"1.00000000","B":"0.00001000","a":"0.00000000","A":"0.00000000"}"#,
            |out, head| push_book_ticker(out, head.symbol, 9, SCALES, (Some(level(100, 1)), None)),
        );
        check(
            concat!(
                r#"{"e":"trade","E":1700000000123,"s":"BTCUSDT","t":77,"p":"60000.10000000","q":"0.00512000","#,
                r#""T":1700000000100,"m":true,"M":true}"#,
            ),
            |out, head| push_trade(out, head, SCALES, &trade(AggressorSide::Sell)),
        );
        check(
            concat!(
                r#"{"e":"aggTrade","E":1700000000123456,"s":"BTCUSDT","a":77,"p":"60000.10000000","#,
                r#""q":"0.00512000","f":75,"l":77,"T":1700000000100001,"m":false,"M":true}"#,
            ),
            |out, head| {
                let print = Aggregate { first: 75, ..Aggregate::of(&trade(AggressorSide::Buy).trade) };
                push_agg_trade(out, Head { in_micros: true, ..head }, SCALES, &print);
            },
        );
        check(
            r#"{"e":"avgPrice","E":1700000000123,"s":"BTCUSDT","i":"5m","w":"2.50000000","T":1700000000000}"#,
            |out, head| push_avg_price(out, head, 250_000_000, Timestamp::from_millis(1_700_000_000_000)),
        );
    }
}
