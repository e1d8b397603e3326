//! Lists as CSV (RFC 4180): a line of names, then a line a row. No value needs quotes: numbers, ids and words of ours.

use marketd_domain::numbers::{write_fixed, write_fixed_i128};
use marketd_domain::{BookSide, Level, Scales};

use crate::json::{push_i64, push_price, push_qty, push_string, push_u64};
use crate::rest::{ShownCandle, ShownTrade};

pub const TRADES: &str = "seq,trade_id,price,qty,side,ts,backfilled\r\n";
pub const CANDLES: &str = "open_time,open,high,low,close,volume,quote_volume,trades,revision,closed\r\n";
pub const LEVELS: &str = "side,price,qty\r\n";

const END: &[u8] = b"\r\n";

const fn word(value: bool) -> &'static [u8] {
    if value { b"true" } else { b"false" }
}

/// A trade; `seq` is empty where it has none.
pub fn push_trade(out: &mut Vec<u8>, shown: &ShownTrade) {
    let (trade, scales) = (&shown.trade, shown.scales);
    if let Some(seq) = shown.seq {
        push_u64(out, seq);
    }
    out.push(b',');
    out.extend_from_slice(trade.id.to_string().as_bytes());
    out.push(b',');
    write_fixed(out, trade.price.mantissa(), scales.price.decimals());
    out.push(b',');
    write_fixed(out, trade.qty.mantissa(), scales.qty.decimals());
    out.push(b',');
    out.extend_from_slice(trade.aggressor.as_str().as_bytes());
    out.push(b',');
    push_i64(out, trade.ts_venue.micros());
    out.push(b',');
    out.extend_from_slice(word(trade.backfilled));
    out.extend_from_slice(END);
}

pub fn push_candle(out: &mut Vec<u8>, shown: &ShownCandle) {
    let (candle, scales) = (&shown.candle, shown.scales);
    push_i64(out, candle.open_time.micros());
    for price in [candle.open, candle.high, candle.low, candle.close] {
        out.push(b',');
        write_fixed(out, price.mantissa(), scales.price.decimals());
    }
    out.push(b',');
    write_fixed_i128(out, candle.volume.mantissa(), scales.qty.decimals());
    out.push(b',');
    write_fixed_i128(out, candle.quote_volume.mantissa(), scales.notional_decimals());
    out.push(b',');
    push_u64(out, candle.trades);
    out.push(b',');
    push_u64(out, u64::from(candle.revision));
    out.push(b',');
    out.extend_from_slice(word(shown.is_closed));
    out.extend_from_slice(END);
}

/// A level of a book as a JSON object: lists of lines have no place to say the side once.
pub fn push_level_object(out: &mut Vec<u8>, side: BookSide, level: Level, scales: Scales) {
    out.extend_from_slice(b"{\"side\":");
    push_string(out, side.as_str());
    out.extend_from_slice(b",\"price\":");
    push_price(out, level.price, scales);
    out.extend_from_slice(b",\"qty\":");
    push_qty(out, level.qty, scales);
    out.push(b'}');
}

/// A level of a book.
pub fn push_level(out: &mut Vec<u8>, side: BookSide, level: Level, scales: Scales) {
    out.extend_from_slice(side.as_str().as_bytes());
    out.push(b',');
    write_fixed(out, level.price.mantissa(), scales.price.decimals());
    out.push(b',');
    write_fixed(out, level.qty.mantissa(), scales.qty.decimals());
    out.extend_from_slice(END);
}
