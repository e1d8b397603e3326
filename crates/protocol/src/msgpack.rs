//! Data frames as MessagePack: arrays whose places have a meaning, written by hand without allocation.
//!
//! A frame is `[kind, channel, parameters, market, epoch, price_decimals, qty_decimals, seq, prev,
//! ts_venue, ts_recv, ts_sent, …the channel's own]`. Prices and quantities are integers at the frame's
//! decimals; what may need more than 64 bits, or has decimals of its own, is the text that JSON has.
//! Every value takes its shortest form.

use marketd_domain::candles::Candle;
use marketd_domain::market::StatusReport;
use marketd_domain::numbers::write_fixed_i128;
use marketd_domain::statistics::{EXTRA_DECIMALS, book_statistics};
use marketd_domain::ticker::TickerView;
use marketd_domain::trades::SequencedTrade;
use marketd_domain::{AggressorSide, Book, Level, Price, Scales, Timestamp, TradeId};

use crate::frame::{FrameHead, FrameKind, change_of};
use crate::stream::{BookDepth, Channel, StreamKey};

/// Places of every data frame, before the channel's own.
pub const HEAD_PLACES: usize = 12;

const NIL: u8 = 0xc0;

pub fn push_nil(out: &mut Vec<u8>) {
    out.push(NIL);
}

pub fn push_bool(out: &mut Vec<u8>, value: bool) {
    out.push(if value { 0xc3 } else { 0xc2 });
}

pub fn push_u64(out: &mut Vec<u8>, value: u64) {
    if value < 0x80 {
        out.push(value as u8);
    } else if let Ok(value) = u8::try_from(value) {
        out.extend_from_slice(&[0xcc, value]);
    } else if let Ok(value) = u16::try_from(value) {
        out.push(0xcd);
        out.extend_from_slice(&value.to_be_bytes());
    } else if let Ok(value) = u32::try_from(value) {
        out.push(0xce);
        out.extend_from_slice(&value.to_be_bytes());
    } else {
        out.push(0xcf);
        out.extend_from_slice(&value.to_be_bytes());
    }
}

pub fn push_i64(out: &mut Vec<u8>, value: i64) {
    if let Ok(value) = u64::try_from(value) {
        push_u64(out, value);
    } else if value >= -32 {
        out.push(value as u8);
    } else if let Ok(value) = i8::try_from(value) {
        out.extend_from_slice(&[0xd0, value as u8]);
    } else if let Ok(value) = i16::try_from(value) {
        out.push(0xd1);
        out.extend_from_slice(&value.to_be_bytes());
    } else if let Ok(value) = i32::try_from(value) {
        out.push(0xd2);
        out.extend_from_slice(&value.to_be_bytes());
    } else {
        out.push(0xd3);
        out.extend_from_slice(&value.to_be_bytes());
    }
}

fn push_time(out: &mut Vec<u8>, at: Timestamp) {
    push_i64(out, at.micros());
}

/// Texts of this wire are far shorter than 64 KiB: names, ids and printed numbers.
pub fn push_str(out: &mut Vec<u8>, text: &str) {
    push_text(out, |out| out.extend_from_slice(text.as_bytes()));
}

/// Appends as text what `write` appends.
fn push_text(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.push(0);
    write(out);
    let length = out.len() - start - 1;
    match length {
        0..32 => out[start] = 0xa0 | length as u8,
        32..256 => replace_header(out, start, &[0xd9, length as u8]),
        _ => {
            let [.., a, b, c, d] = (length as u64).to_be_bytes();
            replace_header(out, start, &[0xdb, a, b, c, d]);
        }
    }
}

/// The head of an array, and how many of its bytes count.
const fn array_header(length: usize) -> ([u8; 5], usize) {
    let [.., a, b, c, d] = (length as u64).to_be_bytes();
    match length {
        0..16 => ([0x90 | d, 0, 0, 0, 0], 1),
        16..65_536 => ([0xdc, c, d, 0, 0], 3),
        _ => ([0xdd, a, b, c, d], 5),
    }
}

pub fn push_array_len(out: &mut Vec<u8>, length: usize) {
    let (header, size) = array_header(length);
    out.extend_from_slice(&header[..size]);
}

/// Puts a longer header in place of the single byte at `start`.
fn replace_header(out: &mut Vec<u8>, start: usize, header: &[u8]) {
    let end = out.len();
    out.extend_from_slice(&header[1..]);
    out.copy_within(start + 1..end, start + header.len());
    out[start..start + header.len()].copy_from_slice(header);
}

/// Appends an array of what the items push; each of them pushes `places` values. The items are not
/// counted beforehand: the header is put right when they are there.
fn push_array<T>(
    out: &mut Vec<u8>,
    places: usize,
    items: impl Iterator<Item = T>,
    mut push: impl FnMut(&mut Vec<u8>, T),
) {
    let start = out.len();
    out.push(0);
    let mut count = 0;
    for item in items {
        push(out, item);
        count += places;
    }
    let (header, size) = array_header(count);
    replace_header(out, start, &header[..size]);
}

const fn kind_code(kind: FrameKind) -> u8 {
    match kind {
        FrameKind::Snapshot => 0,
        FrameKind::Delta => 1,
        FrameKind::Event => 2,
        FrameKind::Status => 3,
    }
}

/// A channel's code, and how many places of its own its frames have.
const fn channel_code(channel: Channel) -> (u8, usize) {
    match channel {
        Channel::Book => (0, 3),
        Channel::Bbo => (1, 2),
        Channel::Trades => (2, 2),
        Channel::Ticker => (3, 16),
        Channel::Candles => (4, 1),
        Channel::Status => (5, 3),
    }
}

/// Appends what is the same in every frame of a stream: channel, parameters, market, epoch.
pub(crate) fn push_stream(out: &mut Vec<u8>, market: &str, key: StreamKey, epoch: u64) {
    out.push(channel_code(key.channel()).0);
    match key {
        StreamKey::Book { depth, interval, checksum } => {
            push_array_len(out, 3);
            push_u64(out, if let BookDepth::Top(levels) = depth { u64::from(levels) } else { 0 });
            push_u64(out, u64::from(interval.millis()));
            push_bool(out, checksum);
        }
        StreamKey::Candles(interval) => {
            push_array_len(out, 1);
            push_str(out, interval.as_str());
        }
        StreamKey::Bbo | StreamKey::Trades | StreamKey::Ticker | StreamKey::Status | StreamKey::Face(_) => {
            push_array_len(out, 0)
        }
    }
    push_str(out, market);
    push_u64(out, epoch);
}

/// Appends everything up to the channel's own places; `stream` is what [`push_stream`] made.
pub(crate) fn push_head(
    out: &mut Vec<u8>,
    channel: Channel,
    stream: &[u8],
    head: &FrameHead,
    scales: Scales,
) {
    push_array_len(out, HEAD_PLACES + channel_code(channel).1);
    out.push(kind_code(head.kind));
    out.extend_from_slice(stream);
    out.extend_from_slice(&[scales.price.decimals(), scales.qty.decimals()]);
    push_u64(out, head.seq);
    push_u64(out, head.prev);
    push_time(out, head.ts_venue);
    push_time(out, head.ts_recv);
    push_time(out, head.ts_sent);
}

/// Prices and quantities in turn, in one flat array a side; quantity zero removes.
pub(crate) fn push_book(
    out: &mut Vec<u8>,
    bids: impl Iterator<Item = Level>,
    asks: impl Iterator<Item = Level>,
    checksum: Option<u32>,
) {
    push_array(out, 2, bids, push_both);
    push_array(out, 2, asks, push_both);
    match checksum {
        Some(checksum) => push_u64(out, u64::from(checksum)),
        None => push_nil(out),
    }
}

fn push_both(out: &mut Vec<u8>, level: Level) {
    push_i64(out, level.price.mantissa());
    push_i64(out, level.qty.mantissa());
}

pub(crate) fn push_bbo(out: &mut Vec<u8>, bid: Option<Level>, ask: Option<Level>) {
    for level in [bid, ask] {
        match level {
            Some(level) => {
                push_array_len(out, 2);
                push_both(out, level);
            }
            None => push_nil(out),
        }
    }
}

fn push_trade(out: &mut Vec<u8>, held: &SequencedTrade) {
    let trade = &held.trade;
    push_array_len(out, 7);
    push_u64(out, held.seq);
    match trade.id {
        TradeId::None => push_str(out, ""),
        TradeId::Number(number) => push_str(out, itoa::Buffer::new().format(number)),
        TradeId::Uuid(_) => push_str(out, &trade.id.to_string()),
    }
    push_i64(out, trade.price.mantissa());
    push_i64(out, trade.qty.mantissa());
    out.push(match trade.aggressor {
        AggressorSide::Buy => 0,
        AggressorSide::Sell => 1,
    });
    push_time(out, trade.ts_venue);
    push_bool(out, trade.backfilled);
}

pub(crate) fn push_trades<'a>(out: &mut Vec<u8>, trades: impl Iterator<Item = &'a SequencedTrade>) {
    push_array(out, 1, trades, push_trade);
    push_nil(out);
}

/// No trades, and which of them the reader will not get.
pub(crate) fn push_lagged(out: &mut Vec<u8>, from: u64, to: u64) {
    push_array_len(out, 0);
    push_array_len(out, 2);
    push_u64(out, from);
    push_u64(out, to);
}

fn push_fixed(out: &mut Vec<u8>, mantissa: i128, decimals: u8) {
    push_text(out, |out| write_fixed_i128(out, mantissa, decimals));
}

fn push_optional(out: &mut Vec<u8>, mantissa: Option<i64>) {
    match mantissa {
        Some(mantissa) => push_i64(out, mantissa),
        None => push_nil(out),
    }
}

pub(crate) fn push_ticker(out: &mut Vec<u8>, scales: Scales, ticker: &TickerView, book: &Book) {
    push_optional(out, ticker.last.map(|(price, _, _)| price.mantissa()));
    push_optional(out, ticker.last.map(|(_, qty, _)| qty.mantissa()));
    for price in [ticker.open, ticker.high, ticker.low] {
        push_optional(out, price.map(Price::mantissa));
    }
    push_fixed(out, ticker.volume.mantissa(), scales.qty.decimals());
    push_fixed(out, ticker.quote_volume.mantissa(), scales.notional_decimals());
    push_u64(out, ticker.trades);
    match change_of(ticker) {
        Some((change, hundredths)) => {
            push_i64(out, change);
            push_fixed(out, hundredths, 2);
        }
        None => out.extend_from_slice(&[NIL; 2]),
    }
    push_bbo(out, book.bids().best(), book.asks().best());
    let Some(figures) = book_statistics(book) else {
        out.extend_from_slice(&[NIL; 4]);
        return;
    };
    let decimals = scales.price.decimals() + EXTRA_DECIMALS;
    push_i64(out, figures.spread);
    push_fixed(out, figures.mid, decimals);
    push_fixed(out, figures.microprice, decimals);
    push_fixed(out, i128::from(figures.imbalance), 4);
}

pub(crate) fn push_candles<'a>(
    out: &mut Vec<u8>,
    scales: Scales,
    candles: impl Iterator<Item = (&'a Candle, bool)>,
) {
    push_array(out, 1, candles, |out, (candle, closed)| {
        push_array_len(out, 10);
        push_time(out, candle.open_time);
        for price in [candle.open, candle.high, candle.low, candle.close] {
            push_i64(out, price.mantissa());
        }
        push_fixed(out, candle.volume.mantissa(), scales.qty.decimals());
        push_fixed(out, candle.quote_volume.mantissa(), scales.notional_decimals());
        push_u64(out, candle.trades);
        push_u64(out, u64::from(candle.revision));
        push_bool(out, closed);
    });
}

pub(crate) fn push_status(out: &mut Vec<u8>, report: &StatusReport) {
    push_str(out, report.status.as_str());
    match report.reason {
        Some(reason) => push_str(out, reason.as_str()),
        None => push_nil(out),
    }
    push_time(out, report.since);
}
