//! Bitstamp wire types to domain types.

use marketd_domain::numbers::Decimal;
use marketd_domain::{
    AggressorSide, DepthUpdate, Instrument, Price, Qty, Scale, Scales, Timestamp, Trade, TradeId,
};

use super::encode::{BOOK_CHANNEL, TRADES_CHANNEL};
use super::wire::{Data, Frame, FrameKind, OrderBook, TradingPair};
use crate::error::DecodeError;
use crate::levels::{Rows, read_levels};
use crate::symbols::split_pair;

/// Reads a frame; `None` for events and channels that are not used, whatever they hold.
pub fn read_frame(text: &[u8]) -> Result<Option<Frame<'_>>, DecodeError> {
    match serde_json::from_slice::<Frame<'_>>(text) {
        Ok(frame) => Ok(Some(frame)),
        Err(error) => match serde_json::from_slice::<FrameKind<'_>>(text) {
            Ok(kind) if !is_used(&kind) => Ok(None),
            _ => Err(error.into()),
        },
    }
}

fn is_used(kind: &FrameKind<'_>) -> bool {
    match kind.event.as_ref() {
        "data" => kind.channel.starts_with(BOOK_CHANNEL),
        "trade" => kind.channel.starts_with(TRADES_CHANNEL),
        _ => false,
    }
}

/// A book's time in microseconds, which is also its sequence.
pub fn read_microtimestamp(text: &str) -> Result<u64, DecodeError> {
    // More would not be a time that fits ours.
    let micros = text.parse::<i64>().ok().and_then(|micros| u64::try_from(micros).ok());
    micros.ok_or(DecodeError::Field("microtimestamp"))
}

pub fn read_diff<'a>(
    data: &Data<'a>,
    text: &'a [u8],
    scales: Scales,
    update: &mut DepthUpdate,
) -> Result<(), DecodeError> {
    let microtimestamp = data.microtimestamp.ok_or(DecodeError::Field("microtimestamp"))?;
    let bids = data.bids.as_ref().ok_or(DecodeError::Field("bids"))?;
    let asks = data.asks.as_ref().ok_or(DecodeError::Field("asks"))?;
    read_book(microtimestamp, (bids, asks), text, scales, update)
}

pub fn read_order_book(body: &[u8], scales: Scales, update: &mut DepthUpdate) -> Result<(), DecodeError> {
    let book: OrderBook<'_> = serde_json::from_slice(body)?;
    read_book(book.microtimestamp, (&book.bids, &book.asks), body, scales, update)
}

fn read_book<'a>(
    microtimestamp: &str,
    (bids, asks): (&Rows<'a, 2>, &Rows<'a, 2>),
    text: &'a [u8],
    scales: Scales,
    update: &mut DepthUpdate,
) -> Result<(), DecodeError> {
    update.clear();
    update.venue_seq = read_microtimestamp(microtimestamp)?;
    update.ts_venue = Timestamp::from_micros(update.venue_seq as i64);
    read_levels(bids, text, scales, &mut update.bids)?;
    read_levels(asks, text, scales, &mut update.asks)
}

pub fn read_trade(data: &Data<'_>, scales: Scales, now: Timestamp) -> Result<Trade, DecodeError> {
    let price = data.price_str.ok_or(DecodeError::Field("price_str"))?;
    let amount = data.amount_str.ok_or(DecodeError::Field("amount_str"))?;
    Ok(Trade {
        id: TradeId::Number(data.id.ok_or(DecodeError::Field("id"))?),
        price: Price::parse(price.as_bytes(), scales.price).map_err(DecodeError::price)?,
        qty: Qty::parse(amount.as_bytes(), scales.qty).map_err(DecodeError::qty)?,
        aggressor: match data.side {
            Some(0) => AggressorSide::Buy,
            Some(1) => AggressorSide::Sell,
            _ => return Err(DecodeError::Field("type")),
        },
        ts_venue: read_trade_time(data)?,
        ts_recv: now,
        backfilled: false,
    })
}

fn read_trade_time(data: &Data<'_>) -> Result<Timestamp, DecodeError> {
    if let Some(micros) = data.microtimestamp {
        return Ok(Timestamp::from_micros(read_microtimestamp(micros)? as i64));
    }
    let seconds: i64 =
        data.timestamp.and_then(|text| text.parse().ok()).ok_or(DecodeError::Field("timestamp"))?;
    Ok(Timestamp::from_millis(seconds.saturating_mul(1_000)))
}

/// All pairs, each with whether it can be traded now.
pub fn read_pairs(body: &[u8]) -> Result<Vec<(Instrument, bool)>, DecodeError> {
    let pairs: Vec<TradingPair<'_>> = serde_json::from_slice(body)?;
    pairs.iter().map(|pair| Ok((read_pair(pair)?, pair.trading == "Enabled"))).collect()
}

fn read_pair(pair: &TradingPair<'_>) -> Result<Instrument, DecodeError> {
    let step = |decimals: u8| Scale::new(decimals).map(|scale| Decimal { mantissa: 1, scale });
    let tick_size = step(pair.counter_decimals).ok_or(DecodeError::Field("counter_decimals"))?;
    let lot_size = step(pair.base_decimals).ok_or(DecodeError::Field("base_decimals"))?;
    let (base, quote) = pair.name.split_once('/').ok_or(DecodeError::Field("name"))?;
    let min_notional = (pair.minimum_order)
        .and_then(|order| order.split(' ').next())
        .and_then(|amount| Decimal::parse(amount.as_bytes()).ok());
    let listed = Instrument::listed(&pair.url_symbol, base, quote, tick_size, lot_size);
    Ok(Instrument { min_notional, ..listed })
}

/// An instrument of which only the symbol is known.
pub fn describe(pair: &str) -> Instrument {
    let (base, quote) = split_pair(pair);
    Instrument::unlisted(pair, &base, &quote)
}
