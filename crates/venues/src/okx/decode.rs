//! OKX's messages to domain types.

use marketd_domain::numbers::{Decimal, parse_decimal};
use marketd_domain::{
    AggressorSide, DepthUpdate, Instrument, Level, NumberError, Price, Qty, Scale, Scales, StaleReason,
    Timestamp, Trade, TradeId, VenueChecksum,
};
use serde_json::value::RawValue;

use super::wire::{BookData, BookLevel, Instruments, TradeData};
use crate::error::DecodeError;
use crate::json::for_each;

/// The channels that carry a book, from the least to the most detailed. A market follows the most
/// detailed one that it gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BookChannel {
    /// Best bid and offer only.
    BboTbt,
    /// Five levels a side, always all of them.
    Books5,
    Books50L2Tbt,
    Books,
    BooksL2Tbt,
}

impl BookChannel {
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "bbo-tbt" => Some(Self::BboTbt),
            "books5" => Some(Self::Books5),
            "books50-l2-tbt" => Some(Self::Books50L2Tbt),
            "books" => Some(Self::Books),
            "books-l2-tbt" => Some(Self::BooksL2Tbt),
            _ => None,
        }
    }

    /// Each message holds the whole of what the channel shows.
    pub const fn is_always_full(self) -> bool {
        matches!(self, Self::BboTbt | Self::Books5)
    }
}

/// Reads one book message at `scales` into the reused `update`.
pub fn book(data: &BookData<'_>, scales: Scales, update: &mut DepthUpdate) -> Result<(), DecodeError> {
    update.clear();
    levels(data.bids.ok_or(DecodeError::Field("bids"))?, scales, &mut update.bids)?;
    levels(data.asks.ok_or(DecodeError::Field("asks"))?, scales, &mut update.asks)?;
    update.ts_venue = data.ts.parse().map_or(Timestamp::ZERO, Timestamp::from_millis);
    update.venue_seq = data.seq_id.map_or(0, sequence);
    update.checksum = checksum(data)?;
    Ok(())
}

/// OKX retired the checksum by sending 0; it is zero by chance once in four thousand million books.
fn checksum(data: &BookData<'_>) -> Result<Option<VenueChecksum>, DecodeError> {
    match data.checksum {
        None | Some(0) => Ok(None),
        Some(sent) => i32::try_from(sent)
            .map(|sent| Some(VenueChecksum::OkxLegacy(sent)))
            .map_err(|_| DecodeError::Field("checksum")),
    }
}

fn levels(array: &RawValue, scales: Scales, out: &mut Vec<Level>) -> Result<(), DecodeError> {
    for_each(array, |level: BookLevel<'_>| {
        let price = Price::parse(level.px.as_bytes(), scales.price).map_err(DecodeError::price)?;
        let qty = Qty::parse(level.sz.as_bytes(), scales.qty).map_err(DecodeError::qty)?;
        out.push(Level::new(price, qty));
        Ok(())
    })
}

/// Whether a book can be read at some scale: asked before its market is listed.
pub fn check_book(data: &BookData<'_>) -> Result<(), DecodeError> {
    for side in [data.bids, data.asks] {
        for_each(side.ok_or(DecodeError::Field("bids"))?, |level: BookLevel<'_>| {
            own_scale(level.px).map_err(DecodeError::price)?;
            own_scale(level.sz).map_err(DecodeError::qty)?;
            Ok(())
        })?;
    }
    checksum(data).map(|_| ())
}

/// Sequence ids are never negative but for the `-1` that marks a snapshot's predecessor.
pub fn sequence(id: i64) -> u64 {
    u64::try_from(id).unwrap_or(0)
}

/// `side` of an OKX trade is the taker's.
pub fn trade(data: &TradeData<'_>, scales: Scales, now: Timestamp) -> Result<Trade, DecodeError> {
    Ok(Trade {
        id: TradeId::parse(&data.trade_id),
        price: Price::parse(data.px.as_bytes(), scales.price).map_err(DecodeError::price)?,
        qty: Qty::parse(data.sz.as_bytes(), scales.qty).map_err(DecodeError::qty)?,
        aggressor: match data.side.as_ref() {
            "buy" => AggressorSide::Buy,
            "sell" => AggressorSide::Sell,
            _ => return Err(DecodeError::Field("side")),
        },
        ts_venue: data.ts.parse().map(Timestamp::from_millis).map_err(|_| DecodeError::Field("ts"))?,
        ts_recv: now,
        backfilled: false,
    })
}

/// Whether a trade can be read at some scale.
pub fn check_trade(data: &TradeData<'_>, now: Timestamp) -> Result<(), DecodeError> {
    let price = own_scale(&data.px).map_err(DecodeError::price)?;
    let qty = own_scale(&data.sz).map_err(DecodeError::qty)?;
    trade(data, Scales { price, qty }, now).map(|_| ())
}

/// The scale that a number needs, if it is one.
fn own_scale(text: &str) -> Result<Scale, NumberError> {
    let scale = Decimal::parse(text.as_bytes())?.scale;
    parse_decimal(text.as_bytes(), scale).map(|_| scale)
}

/// A market that is known by its symbol only. The base ends at the first dash, so that all contracts
/// of one asset differ in their quote: `BTC` and `USD-220527`.
pub fn describe(symbol: &str) -> Instrument {
    let (base, quote) = symbol.split_once('-').unwrap_or((symbol, ""));
    Instrument::unlisted(symbol, base, quote)
}

/// Why an instrument in this state does not trade; `None` when it does or when the state is unknown.
pub fn halt_of(state: &str) -> Option<StaleReason> {
    match state {
        "suspend" | "preopen" | "post_only" | "rebase" | "test" => Some(StaleReason::Suspended),
        "expired" => Some(StaleReason::Delisted),
        _ => None,
    }
}

/// The instrument that a refused subscription named: `channel:books,instId:FOO-BAR doesn't exist…`.
pub fn symbol_of_refusal(msg: &str) -> Option<&str> {
    let (_, rest) = msg.split_once("instId:")?;
    rest.split([' ', ',']).next().filter(|symbol| !symbol.is_empty())
}

/// The instruments that can be traded now.
pub fn instruments(body: &[u8]) -> Result<Vec<Instrument>, DecodeError> {
    let answer: Instruments<'_> = serde_json::from_slice(body)?;
    if answer.code != "0" {
        return Err(DecodeError::Venue(format!("{} {}", answer.code, answer.msg)));
    }
    let live = answer.data.iter().filter(|data| data.state == "live");
    live.map(|data| {
        let tick_size = Decimal::parse(data.tick_sz.as_bytes()).map_err(DecodeError::price)?;
        let lot_size = Decimal::parse(data.lot_sz.as_bytes()).map_err(DecodeError::qty)?;
        let named = describe(&data.inst_id);
        Ok(Instrument::listed(&data.inst_id, &named.base, &named.quote, tick_size, lot_size))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instruments_are_those_that_are_live() {
        let body = br#"{"code":"0","msg":"","data":[
            {"instId":"BTC-USDT","instType":"SPOT","state":"live","tickSz":"0.1","lotSz":"0.00000001","minSz":"0.00001"},
            {"instId":"OLD-USDT","state":"suspend","tickSz":"","lotSz":""},
            {"instId":"BTC-USD-220527","state":"live","tickSz":"0.1","lotSz":"1"}]}"#;
        let found = instruments(body).expect("instruments");
        let names: Vec<(&str, &str)> =
            found.iter().map(|found| (found.base.as_str(), found.quote.as_str())).collect();
        assert_eq!(names, [("BTC", "USDT"), ("BTC", "USD-220527")]);
        assert_eq!((found[0].scales, found[1].scales), (Scales::of(1, 8), Scales::of(1, 0)));
        let refused = instruments(br#"{"code":"51001","msg":"Instrument ID does not exist","data":[]}"#);
        assert_eq!(refused, Err(DecodeError::Venue("51001 Instrument ID does not exist".to_owned())));
        assert!(instruments(br#"{"code":"0","data":[{"instId":"A-B","state":"live"}]}"#).is_err());
    }

    #[test]
    fn refusals_name_their_instrument() {
        let check = |msg: &str, symbol: Option<&str>| assert_eq!(symbol_of_refusal(msg), symbol, "{msg}");
        check("channel:tickers,instId:LTC-USD doesn't exist", Some("LTC-USD"));
        check("Wrong URL or channel:books,instId:A-B doesn't exist. Please use the correct URL", Some("A-B"));
        check("Please log in", None);
        check("instId:", None);
    }
}
