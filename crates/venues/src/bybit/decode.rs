//! Bybit v5 wire types to domain types.

use marketd_domain::numbers::Decimal;
use marketd_domain::{AggressorSide, DepthUpdate, Instrument, Price, Qty, Scales, Timestamp, Trade, TradeId};

use super::encode::{SPOT, Topic, read_topic};
use super::wire::{Answer, Book, Frame, FrameTopic, InstrumentInfo, Instruments, PublicTrade};
use crate::error::DecodeError;
use crate::levels::read_levels;
use crate::symbols::split_pair;

/// Reads a frame; `None` for topics that are not used, whatever they hold.
pub fn read_frame(text: &[u8]) -> Result<Option<Frame<'_>>, DecodeError> {
    match serde_json::from_slice::<Frame<'_>>(text) {
        Ok(frame) => Ok(Some(frame)),
        Err(error) => match serde_json::from_slice::<FrameTopic<'_>>(text) {
            Ok(FrameTopic { topic }) if read_topic(&topic) == Topic::Other => Ok(None),
            _ => Err(error.into()),
        },
    }
}

pub fn read_book<'a>(
    frame: &Frame<'a>,
    book: &Book<'a>,
    text: &'a [u8],
    scales: Scales,
    update: &mut DepthUpdate,
) -> Result<(), DecodeError> {
    update.clear();
    update.venue_seq = book.u.ok_or(DecodeError::Field("u"))?;
    update.ts_venue = frame.cts.or(frame.ts).map_or(Timestamp::ZERO, Timestamp::from_millis);
    read_levels(book.b.as_ref().ok_or(DecodeError::Field("b"))?, text, scales, &mut update.bids)?;
    read_levels(book.a.as_ref().ok_or(DecodeError::Field("a"))?, text, scales, &mut update.asks)
}

pub fn read_trade(row: &PublicTrade<'_>, scales: Scales, now: Timestamp) -> Result<Trade, DecodeError> {
    let price = row.p.ok_or(DecodeError::Field("p"))?;
    let size = row.v.ok_or(DecodeError::Field("v"))?;
    Ok(Trade {
        id: TradeId::parse(row.i.ok_or(DecodeError::Field("i"))?),
        price: Price::parse(price.as_bytes(), scales.price).map_err(DecodeError::price)?,
        qty: Qty::parse(size.as_bytes(), scales.qty).map_err(DecodeError::qty)?,
        aggressor: match row.S {
            Some("Buy") => AggressorSide::Buy,
            Some("Sell") => AggressorSide::Sell,
            _ => return Err(DecodeError::Field("S")),
        },
        ts_venue: Timestamp::from_millis(row.T.ok_or(DecodeError::Field("T"))?),
        ts_recv: now,
        backfilled: false,
    })
}

/// The category, and its instruments, each with whether it can be traded now.
pub fn read_instruments(body: &[u8]) -> Result<(String, Vec<(Instrument, bool)>), DecodeError> {
    let answer: Answer<'_, Instruments<'_>> = serde_json::from_slice(body)?;
    if answer.ret_code != 0 {
        return Err(DecodeError::Venue(format!("{}: {}", answer.ret_code, answer.ret_msg)));
    }
    let instruments: Result<Vec<_>, DecodeError> = (answer.result.list.iter())
        .map(|info| Ok((read_instrument(info)?, info.status == "Trading")))
        .collect();
    Ok((answer.result.category.into_owned(), instruments?))
}

fn read_instrument(info: &InstrumentInfo<'_>) -> Result<Instrument, DecodeError> {
    let lot_sizes = &info.lot_size_filter;
    let lot_size = lot_sizes.base_precision.or(lot_sizes.qty_step);
    let lot_size = lot_size.ok_or(DecodeError::Field("basePrecision"))?;
    let tick_size = Decimal::parse(info.price_filter.tick_size.as_bytes()).map_err(DecodeError::price)?;
    let lot_size = Decimal::parse(lot_size.as_bytes()).map_err(DecodeError::qty)?;
    let min_notional = (lot_sizes.min_order_amt.or(lot_sizes.min_notional_value))
        .and_then(|amount| Decimal::parse(amount.as_bytes()).ok());
    let listed = Instrument::listed(&info.symbol, &info.base_coin, &info.quote_coin, tick_size, lot_size);
    Ok(Instrument { min_notional, ..listed })
}

/// An instrument of which only `<category>:<symbol>` is known. Contracts carry what they are in
/// their quote, so that a contract and a spot pair do not share a market id.
pub fn describe(key: &str) -> Instrument {
    let (category, symbol) = key.split_once(':').unwrap_or((SPOT, key));
    if category == SPOT {
        let (base, quote) = split_pair(symbol);
        return Instrument::unlisted(key, &base, &quote);
    }
    let (pair, expiry) = symbol.split_once('-').unwrap_or((symbol, "PERP"));
    // `BTCPERP` and `BTC-26SEP25` are priced in USDC.
    let (base, quote) = match (pair.strip_suffix("PERP"), split_pair(pair)) {
        (Some(base), _) => (base.to_owned(), "USDC".to_owned()),
        (None, (base, quote)) if quote.is_empty() => (base, "USDC".to_owned()),
        (None, pair) => pair,
    };
    Instrument::unlisted(key, &base, &format!("{quote}-{expiry}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contracts_and_spot_pairs_have_different_market_ids() {
        let check = |key: &str, id: &str| {
            let instrument = describe(key);
            assert_eq!(instrument.symbol, key);
            assert_eq!(instrument.market_id("bybit").as_str(), id, "{key}");
        };
        check("spot:ARBUSDC", "bybit:ARB-USDC");
        check("linear:AIOZUSDT", "bybit:AIOZ-USDT-PERP");
        check("inverse:BTCUSD", "bybit:BTC-USD-PERP");
        check("linear:BTCPERP", "bybit:BTC-USDC-PERP");
        check("linear:BTC-26SEP25", "bybit:BTC-USDC-26SEP25");
        check("linear:BTCUSDT-26SEP25", "bybit:BTC-USDT-26SEP25");
    }
}
