//! Coinbase Exchange wire types to domain types.
//!
//! Each function fails before it leaves anything half done that its caller would use.

use marketd_domain::numbers::Decimal;
use marketd_domain::{AggressorSide, DepthUpdate, Instrument, Price, Qty, Scales, Timestamp, Trade, TradeId};

use super::wire::{Frame, FrameKind, Product, RestTrade};
use crate::error::DecodeError;
use crate::levels::{read_level, read_levels};

/// The kinds of frames that are read; all others are none of our business.
const KINDS: &[&str] = &["snapshot", "l2update", "match", "last_match", "heartbeat", "error"];

/// Reads a frame; `None` for kinds that are not used, whatever they hold.
pub fn read_frame(text: &[u8]) -> Result<Option<Frame<'_>>, DecodeError> {
    match serde_json::from_slice::<Frame<'_>>(text) {
        Ok(frame) => Ok(KINDS.contains(&frame.kind).then_some(frame)),
        Err(error) => match serde_json::from_slice::<FrameKind<'_>>(text) {
            Ok(FrameKind { kind }) if !KINDS.contains(&kind.as_ref()) => Ok(None),
            _ => Err(error.into()),
        },
    }
}

pub fn read_snapshot<'a>(
    frame: &Frame<'a>,
    text: &'a [u8],
    scales: Scales,
    update: &mut DepthUpdate,
) -> Result<(), DecodeError> {
    update.clear();
    update.ts_venue = read_time(frame.time)?.unwrap_or(Timestamp::ZERO);
    let bids = frame.bids.as_ref().ok_or(DecodeError::Field("bids"))?;
    let asks = frame.asks.as_ref().ok_or(DecodeError::Field("asks"))?;
    read_levels(bids, text, scales, &mut update.bids)?;
    read_levels(asks, text, scales, &mut update.asks)
}

pub fn read_changes<'a>(
    frame: &Frame<'a>,
    text: &'a [u8],
    scales: Scales,
    update: &mut DepthUpdate,
) -> Result<(), DecodeError> {
    update.clear();
    update.ts_venue = read_time(frame.time)?.unwrap_or(Timestamp::ZERO);
    let mut strings = frame.changes.as_ref().ok_or(DecodeError::Field("changes"))?.strings(text);
    while let (Some(side), Some(price), Some(size)) = (strings.next(), strings.next(), strings.next()) {
        let level = read_level(price, size, scales)?;
        match side {
            b"buy" => update.bids.push(level),
            b"sell" => update.asks.push(level),
            _ => return Err(DecodeError::Field("changes side")),
        }
    }
    Ok(())
}

pub fn read_match(frame: &Frame<'_>, scales: Scales, now: Timestamp) -> Result<Trade, DecodeError> {
    let row = RestTrade {
        trade_id: frame.trade_id.ok_or(DecodeError::Field("trade_id"))?,
        side: frame.side.ok_or(DecodeError::Field("side"))?,
        price: frame.price.ok_or(DecodeError::Field("price"))?,
        size: frame.size.ok_or(DecodeError::Field("size"))?,
        time: frame.time.ok_or(DecodeError::Field("time"))?,
    };
    read_trade(&row, scales, now)
}

pub fn read_trade(row: &RestTrade<'_>, scales: Scales, now: Timestamp) -> Result<Trade, DecodeError> {
    Ok(Trade {
        id: TradeId::Number(row.trade_id),
        price: Price::parse(row.price.as_bytes(), scales.price).map_err(DecodeError::price)?,
        qty: Qty::parse(row.size.as_bytes(), scales.qty).map_err(DecodeError::qty)?,
        // The venue names the side of the maker: the aggressor is the other one.
        aggressor: match row.side {
            "buy" => AggressorSide::Sell,
            "sell" => AggressorSide::Buy,
            _ => return Err(DecodeError::Field("side")),
        },
        ts_venue: read_time(Some(row.time))?.unwrap_or(now),
        ts_recv: now,
        backfilled: false,
    })
}

fn read_time(text: Option<&str>) -> Result<Option<Timestamp>, DecodeError> {
    text.map(|text| Timestamp::parse_rfc3339(text).ok_or(DecodeError::Field("time"))).transpose()
}

/// All products, each with whether it can be traded now.
pub fn read_products(body: &[u8]) -> Result<Vec<(Instrument, bool)>, DecodeError> {
    let products: Vec<Product<'_>> = serde_json::from_slice(body)?;
    products.iter().map(|product| Ok((read_product(product)?, is_traded(product)))).collect()
}

fn is_traded(product: &Product<'_>) -> bool {
    let online = product.status.as_ref().is_none_or(|status| status == "online");
    online && !product.trading_disabled
}

fn read_product(product: &Product<'_>) -> Result<Instrument, DecodeError> {
    let tick_size = Decimal::parse(product.quote_increment.as_bytes()).map_err(DecodeError::price)?;
    let lot_size = Decimal::parse(product.base_increment.as_bytes()).map_err(DecodeError::qty)?;
    let listed =
        Instrument::listed(&product.id, &product.base_currency, &product.quote_currency, tick_size, lot_size);
    let min_notional = product.min_market_funds.and_then(|funds| Decimal::parse(funds.as_bytes()).ok());
    Ok(Instrument { min_notional, ..listed })
}

/// An instrument of which only the id is known.
pub fn describe(product: &str) -> Instrument {
    let (base, quote) = product.rsplit_once('-').unwrap_or((product, ""));
    Instrument::unlisted(product, base, quote)
}
