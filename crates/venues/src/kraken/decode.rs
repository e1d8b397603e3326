//! Kraken's messages to domain types.
//!
//! Invariant: a market's scales are the numbers of decimals that Kraken prints for it, zeros
//! included, because the checksum is over the digits as sent.

use marketd_domain::numbers::{Decimal, decimals_printed, parse_json_number};
use marketd_domain::{
    AggressorSide, DepthUpdate, Instrument, Level, NumberError, Price, Qty, Scale, Scales, Timestamp, Trade,
    TradeId, VenueChecksum,
};
use serde_json::value::RawValue;

use super::encode::{self, DEPTHS, LIVE_DEPTH};
use super::wire::{AssetPairs, BookData, BookLevel, TradeData};
use crate::error::DecodeError;
use crate::json::for_each;

/// Reads a book message at `scales` into the reused `update`. Numbers that print more decimals than
/// the scales have are refused as too precise, even where those decimals are zeros: the caller then
/// widens the scales.
pub fn book(data: &BookData<'_>, scales: Scales, update: &mut DepthUpdate) -> Result<(), DecodeError> {
    update.clear();
    if data.bids.is_none() && data.asks.is_none() {
        return Err(DecodeError::Field("bids"));
    }
    if let Some(bids) = data.bids {
        levels(bids, scales, &mut update.bids)?;
    }
    if let Some(asks) = data.asks {
        levels(asks, scales, &mut update.asks)?;
    }
    update.checksum = data.checksum.map(VenueChecksum::KrakenV2);
    update.ts_venue = data.timestamp.and_then(Timestamp::parse_rfc3339).unwrap_or(Timestamp::ZERO);
    Ok(())
}

fn levels(array: &RawValue, scales: Scales, out: &mut Vec<Level>) -> Result<(), DecodeError> {
    for_each(array, |level: BookLevel<'_>| {
        let price = printed_number(level.price, scales.price).map_err(DecodeError::price)?;
        let qty = printed_number(level.qty, scales.qty).map_err(DecodeError::qty)?;
        out.push(Level::new(Price::from_mantissa(price), Qty::from_mantissa(qty)));
        Ok(())
    })
}

fn printed_number(raw: &RawValue, scale: Scale) -> Result<i64, NumberError> {
    let text = raw.get().as_bytes();
    let mantissa = parse_json_number(text, scale)?;
    match decimals_printed(text) {
        decimals if decimals > scale.decimals() => Err(NumberError::TooPrecise { decimals }),
        _ => Ok(mantissa),
    }
}

/// The most decimals that a book message prints for prices and for quantities, and how many levels
/// its longer side has. `None` for scales where there is no level to tell.
pub fn printed(data: &BookData<'_>) -> Result<(Option<Scales>, usize), DecodeError> {
    let (mut price, mut qty, mut longest) = (0, 0, 0);
    for side in [data.bids, data.asks].into_iter().flatten() {
        let mut count = 0;
        for_each(side, |level: BookLevel<'_>| {
            price = decimals_printed(level.price.get().as_bytes()).max(price);
            qty = decimals_printed(level.qty.get().as_bytes()).max(qty);
            count += 1;
            Ok(())
        })?;
        longest = count.max(longest);
    }
    let scale_of = |decimals: u8| Scale::new(decimals).ok_or(NumberError::TooPrecise { decimals });
    let price = scale_of(price).map_err(DecodeError::price)?;
    let qty = scale_of(qty).map_err(DecodeError::qty)?;
    Ok(((longest > 0).then_some(Scales { price, qty }), longest))
}

/// The subscribed depth, told from the size of a snapshot.
pub fn depth_of_snapshot(longest_side: usize) -> usize {
    let [.., deepest] = DEPTHS;
    DEPTHS.into_iter().find(|depth| longest_side <= *depth).unwrap_or(deepest)
}

/// `side` of a Kraken trade is the taker's.
pub fn trade(data: &TradeData<'_>, scales: Scales, now: Timestamp) -> Result<Trade, DecodeError> {
    let number = |raw: &RawValue, scale: Scale| parse_json_number(raw.get().as_bytes(), scale);
    Ok(Trade {
        id: TradeId::Number(data.trade_id),
        price: Price::from_mantissa(number(data.price, scales.price).map_err(DecodeError::price)?),
        qty: Qty::from_mantissa(number(data.qty, scales.qty).map_err(DecodeError::qty)?),
        aggressor: match data.side.as_ref() {
            "buy" => AggressorSide::Buy,
            "sell" => AggressorSide::Sell,
            _ => return Err(DecodeError::Field("side")),
        },
        ts_venue: Timestamp::parse_rfc3339(data.timestamp).ok_or(DecodeError::Field("timestamp"))?,
        ts_recv: now,
        backfilled: false,
    })
}

/// The scales that a trade's numbers need; trailing zeros are not counted, since trades take no part
/// in the checksum.
pub fn needed(data: &TradeData<'_>) -> Result<Scales, DecodeError> {
    let scale = |raw: &RawValue| -> Result<Scale, NumberError> {
        let text = raw.get().as_bytes();
        let printed = decimals_printed(text);
        let scale = Scale::new(printed).ok_or(NumberError::TooPrecise { decimals: printed })?;
        let mut mantissa = parse_json_number(text, scale)?;
        let mut decimals = printed;
        while decimals > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            decimals -= 1;
        }
        Scale::new(decimals).ok_or(NumberError::OutOfRange)
    };
    Ok(Scales {
        price: scale(data.price).map_err(DecodeError::price)?,
        qty: scale(data.qty).map_err(DecodeError::qty)?,
    })
}

/// A market that is known by its symbol only.
pub fn describe(symbol: &str) -> Instrument {
    let (base, quote) = symbol.split_once('/').unwrap_or((symbol, ""));
    Instrument::unlisted(symbol, base, quote)
}

/// Whether orders can meet in this state of a pair or of the whole venue.
pub fn is_trading(status: &str) -> bool {
    matches!(status, "online" | "limit_only" | "reduce_only")
}

/// The pairs that can be traded now.
pub fn instruments(body: &[u8]) -> Result<Vec<Instrument>, DecodeError> {
    let answer: AssetPairs<'_> = serde_json::from_slice(body)?;
    if let Some(error) = answer.error.first() {
        return Err(DecodeError::Venue(error.clone()));
    }
    let mut instruments = Vec::with_capacity(answer.result.len());
    for pair in answer.result.values().filter(|pair| is_trading(&pair.status)) {
        let Some((base, quote)) = pair.wsname.as_deref().and_then(|name| name.split_once('/')) else {
            continue;
        };
        let symbol = encode::symbol(base, quote);
        let (base, quote) = symbol.split_once('/').unwrap_or((&symbol, ""));
        let price = Scale::new(pair.pair_decimals).ok_or(DecodeError::Field("pair_decimals"))?;
        let qty = Scale::new(pair.lot_decimals).ok_or(DecodeError::Field("lot_decimals"))?;
        let tick_size = match pair.tick_size.as_deref() {
            Some(text) => Decimal::parse(text.as_bytes()).map_err(DecodeError::price)?,
            None => Decimal { mantissa: 1, scale: price },
        };
        let lot_size = Decimal { mantissa: 1, scale: qty };
        let min_notional = (pair.costmin.as_deref())
            .map(|text| Decimal::parse(text.as_bytes()))
            .transpose()
            .map_err(|_| DecodeError::Field("costmin"))?;
        instruments.push(Instrument {
            // A tick of 0.5 is printed with as many decimals as a tick of 0.1: the pair's, not its own.
            scales: Scales { price: price.max(tick_size.scale), qty },
            min_notional,
            max_depth: Some(LIVE_DEPTH),
            ..Instrument::listed(&symbol, base, quote, tick_size, lot_size)
        });
    }
    Ok(instruments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapshot_sizes_round_up_to_an_offered_depth() {
        let check = |longest: usize, depth: usize| assert_eq!(depth_of_snapshot(longest), depth, "{longest}");
        check(0, 10);
        check(10, 10);
        check(11, 25);
        check(25, 25);
        check(99, 100);
        check(101, 500);
        check(1_000, 1_000);
        check(1_001, 1_000);
    }

    #[test]
    fn instruments_are_those_that_trade_under_their_modern_names() {
        let body = br#"{"error":[],"result":{
            "XXBTZUSD":{"altname":"XBTUSD","wsname":"XBT/USD","pair_decimals":1,"lot_decimals":8,
                "tick_size":"0.1","ordermin":"0.00005","costmin":"0.5","status":"online","fees":[[0,0.4]]},
            "DEADUSD":{"altname":"DEADUSD","wsname":"DEAD/USD","pair_decimals":2,"lot_decimals":8,"status":"cancel_only"},
            "HALFUSD":{"wsname":"HALF/USD","pair_decimals":3,"lot_decimals":5,"tick_size":"0.5","status":"online"}}}"#;
        let found = instruments(body).expect("instruments");
        let names: Vec<(&str, &str, &str)> = (found.iter())
            .map(|found| (found.symbol.as_str(), found.base.as_str(), found.quote.as_str()))
            .collect();
        assert_eq!(names, [("HALF/USD", "HALF", "USD"), ("BTC/USD", "BTC", "USD")]);
        assert_eq!((found[0].scales, found[1].scales), (Scales::of(3, 5), Scales::of(1, 8)));
        assert_eq!(found[0].tick_size.map(|tick| tick.to_string()).as_deref(), Some("0.5"));
        assert_eq!(found[1].lot_size.map(|lot| lot.to_string()).as_deref(), Some("0.00000001"));
        assert_eq!(found[1].min_notional.map(|least| least.to_string()).as_deref(), Some("0.5"));
        assert_eq!(found[1].max_depth, Some(100));
        let refused = instruments(br#"{"error":["EQuery:Unknown asset pair"]}"#);
        assert_eq!(refused, Err(DecodeError::Venue("EQuery:Unknown asset pair".to_owned())));
        assert!(matches!(instruments(b"<html>"), Err(DecodeError::Json(_))));
    }
}
