//! Data frames: their head, which is the same in every encoding, their content as JSON, and the
//! WebSocket frame around it.
//!
//! Every frame carries `epoch`, `seq` and `prev`. A snapshot resets; anything else applies iff the
//! epoch is equal and `prev` is the last `seq`. A merged frame spans `prev`..`seq`.

use bytes::Bytes;
use marketd_domain::candles::Candle;
use marketd_domain::market::StatusReport;
use marketd_domain::numbers::{write_fixed, write_fixed_i128};
use marketd_domain::statistics::{EXTRA_DECIMALS, book_statistics};
use marketd_domain::ticker::TickerView;
use marketd_domain::trades::SequencedTrade;
use marketd_domain::{Book, Level, Price, Scales, Timestamp, Trade, TradeId};

use crate::form::Encoding;
use crate::json::{
    push_i64, push_level, push_levels, push_list, push_price, push_qty, push_string, push_time, push_u64,
};
use crate::msgpack;
use crate::stream::{Channel, StreamKey};
use crate::ws::push_stream_name;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameKind {
    /// Resets what the client holds.
    Snapshot,
    /// Changes what the client holds.
    Delta,
    /// Something that happened; nothing is held.
    Event,
    /// The market's status.
    Status,
}

impl FrameKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Snapshot => "snapshot",
            Self::Delta => "delta",
            Self::Event => "event",
            Self::Status => "status",
        }
    }
}

/// What is the same in every frame of a stream, encoded when the stream is made.
#[derive(Debug, Clone)]
pub struct FramePrefix {
    pub(crate) channel: Channel,
    json: Vec<u8>,
    pub(crate) msgpack: Vec<u8>,
}

impl FramePrefix {
    pub fn new(market: &str, key: StreamKey, epoch: u64) -> Self {
        let mut json = Vec::with_capacity(128);
        push_stream_name(&mut json, key);
        json.extend_from_slice(b",\"market\":");
        push_string(&mut json, market);
        json.extend_from_slice(b",\"epoch\":");
        push_u64(&mut json, epoch);
        let mut msgpack = Vec::with_capacity(48);
        msgpack::push_stream(&mut msgpack, market, key, epoch);
        Self { channel: key.channel(), json, msgpack }
    }
}

/// What differs from frame to frame, whatever the channel.
#[derive(Debug, Clone, Copy)]
pub struct FrameHead {
    pub kind: FrameKind,
    pub seq: u64,
    pub prev: u64,
    pub ts_venue: Timestamp,
    pub ts_recv: Timestamp,
    pub ts_sent: Timestamp,
}

/// Appends everything up to the channel's own fields; each encoder below closes the object.
pub fn push_head(out: &mut Vec<u8>, prefix: &FramePrefix, head: &FrameHead) {
    out.extend_from_slice(b"{\"type\":\"");
    out.extend_from_slice(head.kind.as_str().as_bytes());
    out.push(b'"');
    out.extend_from_slice(&prefix.json);
    out.extend_from_slice(b",\"seq\":");
    push_u64(out, head.seq);
    out.extend_from_slice(b",\"prev\":");
    push_u64(out, head.prev);
    out.extend_from_slice(b",\"ts_venue\":");
    push_time(out, head.ts_venue);
    out.extend_from_slice(b",\"ts_recv\":");
    push_time(out, head.ts_recv);
    out.extend_from_slice(b",\"ts_sent\":");
    push_time(out, head.ts_sent);
}

/// Levels with their new quantities; zero removes.
pub fn push_book(
    out: &mut Vec<u8>,
    scales: Scales,
    bids: impl Iterator<Item = Level>,
    asks: impl Iterator<Item = Level>,
    checksum: Option<u32>,
) {
    out.extend_from_slice(b",\"bids\":");
    push_levels(out, bids, scales);
    out.extend_from_slice(b",\"asks\":");
    push_levels(out, asks, scales);
    if let Some(checksum) = checksum {
        out.extend_from_slice(b",\"checksum\":");
        push_u64(out, u64::from(checksum));
    }
    out.push(b'}');
}

/// Best bid and offer; `null` while a side is empty.
pub fn push_bbo(out: &mut Vec<u8>, scales: Scales, bid: Option<Level>, ask: Option<Level>) {
    for (name, level) in [(&b",\"bid\":"[..], bid), (&b",\"ask\":"[..], ask)] {
        out.extend_from_slice(name);
        match level {
            Some(level) => push_level(out, level, scales),
            None => out.extend_from_slice(b"null"),
        }
    }
    out.push(b'}');
}

pub fn push_trade(out: &mut Vec<u8>, scales: Scales, held: &SequencedTrade) {
    push_numbered_trade(out, scales, Some(held.seq), &held.trade);
}

/// A trade that may have no number: those of earlier epochs have none.
pub fn push_numbered_trade(out: &mut Vec<u8>, scales: Scales, seq: Option<u64>, trade: &Trade) {
    out.extend_from_slice(b"{\"seq\":");
    match seq {
        Some(seq) => push_u64(out, seq),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(b",\"trade_id\":\"");
    match trade.id {
        TradeId::None => {}
        TradeId::Number(number) => push_u64(out, number),
        TradeId::Uuid(_) => out.extend_from_slice(trade.id.to_string().as_bytes()),
    }
    out.push(b'"');
    out.extend_from_slice(b",\"price\":");
    push_price(out, trade.price, scales);
    out.extend_from_slice(b",\"qty\":");
    push_qty(out, trade.qty, scales);
    out.extend_from_slice(b",\"side\":");
    push_string(out, trade.aggressor.as_str());
    out.extend_from_slice(b",\"ts\":");
    push_time(out, trade.ts_venue);
    if trade.backfilled {
        out.extend_from_slice(b",\"backfilled\":true");
    }
    out.push(b'}');
}

pub fn push_trades<'a>(out: &mut Vec<u8>, scales: Scales, trades: impl Iterator<Item = &'a SequencedTrade>) {
    out.extend_from_slice(b",\"trades\":");
    push_list(out, trades, |out, trade| push_trade(out, scales, trade));
    out.push(b'}');
}

/// Tells a reader of events which of them it will not get.
pub fn push_lagged(out: &mut Vec<u8>, from: u64, to: u64) {
    out.extend_from_slice(b",\"lagged\":{\"from\":");
    push_u64(out, from);
    out.extend_from_slice(b",\"to\":");
    push_u64(out, to);
    out.extend_from_slice(b"}}");
}

/// A ticker's own fields, without the closing brace: REST adds its own.
pub fn push_ticker_fields(out: &mut Vec<u8>, scales: Scales, ticker: &TickerView, book: &Book) {
    let optional = |out: &mut Vec<u8>, name: &str, price: Option<Price>| {
        out.extend_from_slice(name.as_bytes());
        match price {
            Some(price) => push_price(out, price, scales),
            None => out.extend_from_slice(b"null"),
        }
    };
    optional(out, ",\"last\":", ticker.last.map(|(price, _, _)| price));
    out.extend_from_slice(b",\"last_qty\":");
    match ticker.last {
        Some((_, qty, _)) => push_qty(out, qty, scales),
        None => out.extend_from_slice(b"null"),
    }
    optional(out, ",\"open\":", ticker.open);
    optional(out, ",\"high\":", ticker.high);
    optional(out, ",\"low\":", ticker.low);
    out.extend_from_slice(b",\"volume\":\"");
    write_fixed_i128(out, ticker.volume.mantissa(), scales.qty.decimals());
    out.extend_from_slice(b"\",\"quote_volume\":\"");
    write_fixed_i128(out, ticker.quote_volume.mantissa(), scales.notional_decimals());
    out.extend_from_slice(b"\",\"trades\":");
    push_u64(out, ticker.trades);
    push_change(out, scales, ticker);
    for (name, level) in [(&b",\"bid\":"[..], book.bids().best()), (&b",\"ask\":"[..], book.asks().best())] {
        out.extend_from_slice(name);
        match level {
            Some(level) => push_level(out, level, scales),
            None => out.extend_from_slice(b"null"),
        }
    }
    push_statistics(out, scales, book);
}

/// Change over the window: absolute, and in hundredths of a percent, rounded towards zero.
pub(crate) fn change_of(ticker: &TickerView) -> Option<(i64, i128)> {
    let ((last, _, _), open) = ticker.last.zip(ticker.open)?;
    let change = last.mantissa().checked_sub(open.mantissa())?;
    let hundredths = (i128::from(change) * 10_000).checked_div(i128::from(open.mantissa()))?;
    Some((change, hundredths))
}

fn push_change(out: &mut Vec<u8>, scales: Scales, ticker: &TickerView) {
    match change_of(ticker) {
        Some((change, hundredths)) => {
            out.extend_from_slice(b",\"change\":\"");
            write_fixed(out, change, scales.price.decimals());
            out.extend_from_slice(b"\",\"change_percent\":\"");
            write_fixed_i128(out, hundredths, 2);
            out.push(b'"');
        }
        None => out.extend_from_slice(b",\"change\":null,\"change_percent\":null"),
    }
}

fn push_statistics(out: &mut Vec<u8>, scales: Scales, book: &Book) {
    let Some(figures) = book_statistics(book) else {
        out.extend_from_slice(b",\"spread\":null,\"mid\":null,\"microprice\":null,\"imbalance\":null");
        return;
    };
    let decimals = scales.price.decimals();
    out.extend_from_slice(b",\"spread\":\"");
    write_fixed(out, figures.spread, decimals);
    out.extend_from_slice(b"\",\"mid\":\"");
    write_fixed_i128(out, figures.mid, decimals + EXTRA_DECIMALS);
    out.extend_from_slice(b"\",\"microprice\":\"");
    write_fixed_i128(out, figures.microprice, decimals + EXTRA_DECIMALS);
    out.extend_from_slice(b"\",\"imbalance\":\"");
    write_fixed(out, i64::from(figures.imbalance), 4);
    out.push(b'"');
}

pub fn push_ticker(out: &mut Vec<u8>, scales: Scales, ticker: &TickerView, book: &Book) {
    push_ticker_fields(out, scales, ticker, book);
    out.push(b'}');
}

pub fn push_candle(out: &mut Vec<u8>, scales: Scales, candle: &Candle, closed: bool) {
    out.extend_from_slice(b"{\"open_time\":");
    push_i64(out, candle.open_time.micros());
    for (name, price) in [
        (&b",\"open\":"[..], candle.open),
        (&b",\"high\":"[..], candle.high),
        (&b",\"low\":"[..], candle.low),
        (&b",\"close\":"[..], candle.close),
    ] {
        out.extend_from_slice(name);
        push_price(out, price, scales);
    }
    out.extend_from_slice(b",\"volume\":\"");
    write_fixed_i128(out, candle.volume.mantissa(), scales.qty.decimals());
    out.extend_from_slice(b"\",\"quote_volume\":\"");
    write_fixed_i128(out, candle.quote_volume.mantissa(), scales.notional_decimals());
    out.extend_from_slice(b"\",\"trades\":");
    push_u64(out, candle.trades);
    out.extend_from_slice(b",\"revision\":");
    push_u64(out, u64::from(candle.revision));
    out.extend_from_slice(if closed { b",\"closed\":true}" } else { b",\"closed\":false}" });
}

/// Candles with whether a later one has begun.
pub fn push_candles<'a>(
    out: &mut Vec<u8>,
    scales: Scales,
    candles: impl Iterator<Item = (&'a Candle, bool)>,
) {
    out.extend_from_slice(b",\"candles\":");
    push_list(out, candles, |out, (candle, closed)| push_candle(out, scales, candle, closed));
    out.push(b'}');
}

/// A status report's own fields, without the closing brace.
pub fn push_status_fields(out: &mut Vec<u8>, report: &StatusReport) {
    out.extend_from_slice(b",\"status\":");
    push_string(out, report.status.as_str());
    out.extend_from_slice(b",\"reason\":");
    match report.reason {
        Some(reason) => push_string(out, reason.as_str()),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(b",\"since\":");
    push_time(out, report.since);
}

pub fn push_status(out: &mut Vec<u8>, report: &StatusReport) {
    push_status_fields(out, report);
    out.push(b'}');
}

/// Wraps a payload as one WebSocket frame of a server: unmasked, final. The same bytes go to every
/// client.
pub fn websocket_message(encoding: Encoding, payload: &[u8]) -> Bytes {
    websocket_frame(encoding.first_byte(), payload)
}

/// The same for a payload that has been compressed: the first reserved bit says so.
pub fn websocket_deflated(encoding: Encoding, payload: &[u8]) -> Bytes {
    websocket_frame(encoding.first_byte() | 0x40, payload)
}

pub fn websocket_text(payload: &[u8]) -> Bytes {
    websocket_message(Encoding::Json, payload)
}

/// A close frame.
pub fn websocket_close(code: crate::code::CloseCode) -> Bytes {
    let mut payload = code.code.to_be_bytes().to_vec();
    payload.extend_from_slice(code.reason.as_bytes());
    websocket_frame(0x88, &payload)
}

/// Takes exactly as much memory as the frame needs: then the bytes are shared as they are, while spare
/// capacity would cost another allocation.
fn websocket_frame(first: u8, payload: &[u8]) -> Bytes {
    let mut frame = Vec::with_capacity(header_len(payload.len()) + payload.len());
    push_frame(&mut frame, first, payload);
    Bytes::from(frame)
}

/// Appends a payload as one WebSocket message of text.
pub fn push_text_message(out: &mut Vec<u8>, payload: &[u8]) {
    out.reserve(header_len(payload.len()) + payload.len());
    push_frame(out, Encoding::Json.first_byte(), payload);
}

const fn header_len(payload: usize) -> usize {
    match payload {
        0..126 => 2,
        126..65_536 => 4,
        _ => 10,
    }
}

fn push_frame(frame: &mut Vec<u8>, first: u8, payload: &[u8]) {
    frame.push(first);
    match payload.len() {
        length @ 0..126 => frame.push(length as u8),
        length @ 126..65_536 => {
            frame.push(126);
            frame.extend_from_slice(&(length as u16).to_be_bytes());
        }
        length => {
            frame.push(127);
            frame.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(payload);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::{BookDepth, BookInterval};
    use marketd_domain::book::BookChanges;
    use marketd_domain::{AggressorSide, Qty, Trade};

    fn head(kind: FrameKind) -> FrameHead {
        FrameHead {
            kind,
            seq: 1_207,
            prev: 1_206,
            ts_venue: Timestamp::from_micros(1),
            ts_recv: Timestamp::from_micros(2),
            ts_sent: Timestamp::from_micros(3),
        }
    }

    fn level(price: i64, qty: i64) -> Level {
        Level::new(Price::from_mantissa(price), Qty::from_mantissa(qty))
    }

    fn check(kind: FrameKind, key: StreamKey, push: impl FnOnce(&mut Vec<u8>), expected: &str) {
        let mut out = Vec::new();
        push_head(&mut out, &FramePrefix::new("binance:BTC-USDT", key, 3), &head(kind));
        push(&mut out);
        let text = String::from_utf8(out).expect("UTF-8");
        assert_eq!(text, expected);
        serde_json::from_str::<serde_json::Value>(&text).expect("JSON");
    }

    const SCALES: Scales = Scales::of(2, 8);

    #[test]
    fn frames_look_as_documented() {
        let book = StreamKey::Book {
            depth: BookDepth::Top(50),
            interval: BookInterval::EVERY_CHANGE,
            checksum: false,
        };
        check(
            FrameKind::Delta,
            book,
            |out| push_book(out, SCALES, [level(6_000_010, 51_200_000)].into_iter(), [].into_iter(), None),
            concat!(
                r#"{"type":"delta","channel":"book","depth":50,"interval_ms":0,"market":"binance:BTC-USDT","#,
                r#""epoch":3,"seq":1207,"prev":1206,"ts_venue":1,"ts_recv":2,"ts_sent":3,"#,
                r#""bids":[["60000.10","0.51200000"]],"asks":[]}"#,
            ),
        );
        check(
            FrameKind::Snapshot,
            StreamKey::Bbo,
            |out| push_bbo(out, SCALES, Some(level(100, 1)), None),
            concat!(
                r#"{"type":"snapshot","channel":"bbo","market":"binance:BTC-USDT","epoch":3,"seq":1207,"#,
                r#""prev":1206,"ts_venue":1,"ts_recv":2,"ts_sent":3,"bid":["1.00","0.00000001"],"ask":null}"#,
            ),
        );
        let trade = SequencedTrade {
            seq: 9,
            trade: Trade {
                id: TradeId::Number(5),
                price: Price::from_mantissa(100),
                qty: Qty::from_mantissa(100_000_000),
                aggressor: AggressorSide::Sell,
                ts_venue: Timestamp::from_micros(7),
                ts_recv: Timestamp::from_micros(8),
                backfilled: true,
            },
        };
        check(
            FrameKind::Event,
            StreamKey::Trades,
            |out| push_trades(out, SCALES, [&trade].into_iter()),
            concat!(
                r#"{"type":"event","channel":"trades","market":"binance:BTC-USDT","epoch":3,"seq":1207,"#,
                r#""prev":1206,"ts_venue":1,"ts_recv":2,"ts_sent":3,"trades":[{"seq":9,"trade_id":"5","#,
                r#""price":"1.00","qty":"1.00000000","side":"sell","ts":7,"backfilled":true}]}"#,
            ),
        );
    }

    #[test]
    fn tickers_are_json_with_and_without_a_market() {
        let mut book = Book::new(None);
        let mut ticker = marketd_domain::ticker::Ticker::new();
        let text = |book: &Book, ticker: &TickerView| {
            let mut out = b"{\"x\":1".to_vec();
            push_ticker(&mut out, SCALES, ticker, book);
            serde_json::from_slice::<serde_json::Value>(&out).expect("JSON")
        };
        assert!(text(&book, &ticker.view())["mid"].is_null());
        book.apply(&[level(100, 3)], &[level(104, 1)], &mut BookChanges::default()).expect("valid");
        for (price, minute) in [(100, 0), (98, 1)] {
            ticker.apply(&Trade {
                id: TradeId::None,
                price: Price::from_mantissa(price),
                qty: Qty::from_mantissa(1),
                aggressor: AggressorSide::Sell,
                ts_venue: Timestamp::from_millis(minute * 60_000),
                ts_recv: Timestamp::ZERO,
                backfilled: false,
            });
        }
        let shown = text(&book, &ticker.view());
        let field = |name: &str| shown[name].as_str().expect("text").to_owned();
        assert_eq!(field("mid"), "1.020000");
        assert_eq!(field("microprice"), "1.030000");
        assert_eq!(field("spread"), "0.04");
        assert_eq!(field("imbalance"), "0.5000");
        assert_eq!((field("change"), field("change_percent")), ("-0.02".to_owned(), "-2.00".to_owned()));
    }

    #[test]
    fn websocket_headers_grow_with_the_payload() {
        let header = |length: usize| websocket_text(&vec![b'x'; length])[..4].to_vec();
        assert_eq!(header(5)[..2], [0x81, 5]);
        assert_eq!(header(126), [0x81, 126, 0, 126]);
        assert_eq!(header(70_000)[..2], [0x81, 127]);
        assert_eq!(&websocket_close(crate::code::CloseCode::RESTART)[..4], [0x88, 16, 0x03, 0xf4]);
    }
}
