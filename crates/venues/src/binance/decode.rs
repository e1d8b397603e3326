//! Binance's messages to domain types.
//!
//! Both decoders, the scanner and serde, give the same [`Frame`], so that everything behind them
//! exists once. Numbers with decimals stay text until their market's scales are known.

use core::fmt;
use std::borrow::Cow;

use marketd_domain::numbers::Decimal;
use marketd_domain::{
    AggressorSide, DepthUpdate, Instrument, Level, Price, Qty, Scales, Timestamp, Trade, TradeId,
};
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{scan, wire};
use crate::error::DecodeError;
use crate::symbols::split_pair;

/// A message about one market.
#[derive(Debug, Clone)]
pub struct Frame<'a> {
    pub symbol: &'a str,
    pub body: Body<'a>,
}

#[derive(Debug, Clone)]
pub enum Body<'a> {
    /// A diff whose levels the scanner has not read yet.
    Depth {
        ids: DiffIds,
        levels: scan::Unread<'a>,
    },
    Print(Print<'a>),
    Bbo(Bbo<'a>),
}

/// The sequence of a diff: it holds the changes from `first` to `last`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiffIds {
    pub first: u64,
    pub last: u64,
    /// Futures: `last` of the diff before.
    pub previous: Option<u64>,
    pub ts_venue: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrintKind {
    Trade,
    /// Several trades of one taker order at one price, the last of them named.
    Aggregate {
        last_trade_id: u64,
    },
    /// Takes an id, but is no print of the market (insurance fund, deleveraging).
    NotPublic,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print<'a> {
    pub id: u64,
    pub price: &'a [u8],
    pub qty: &'a [u8],
    pub buyer_is_maker: bool,
    pub ts_venue: Timestamp,
    pub kind: PrintKind,
}

impl Print<'_> {
    pub fn trade(&self, scales: Scales, ts_recv: Timestamp) -> Result<Trade, DecodeError> {
        Ok(Trade {
            id: TradeId::Number(self.id),
            price: Price::parse(self.price, scales.price).map_err(DecodeError::price)?,
            qty: Qty::parse(self.qty, scales.qty).map_err(DecodeError::qty)?,
            aggressor: if self.buyer_is_maker { AggressorSide::Sell } else { AggressorSide::Buy },
            ts_venue: self.ts_venue,
            ts_recv,
            backfilled: false,
        })
    }
}

/// Best bid and offer, as price and quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bbo<'a> {
    pub venue_seq: u64,
    pub bid: (&'a [u8], &'a [u8]),
    pub ask: (&'a [u8], &'a [u8]),
}

impl Bbo<'_> {
    pub fn levels(&self, scales: Scales) -> Result<(Level, Level), DecodeError> {
        Ok((level(self.bid, scales)?, level(self.ask, scales)?))
    }
}

fn level((price, qty): (&[u8], &[u8]), scales: Scales) -> Result<Level, DecodeError> {
    Ok(Level::new(
        Price::parse(price, scales.price).map_err(DecodeError::price)?,
        Qty::parse(qty, scales.qty).map_err(DecodeError::qty)?,
    ))
}

/// Binance's times are milliseconds, or microseconds where the connection asked for them. The
/// boundary is the year 5138 in one unit and 1973 in the other.
pub const fn venue_time(time: i64) -> Timestamp {
    if time < 100_000_000_000_000 { Timestamp::from_millis(time) } else { Timestamp::from_micros(time) }
}

/// A frame as serde reads it.
#[derive(Debug)]
pub enum Parsed<'a> {
    Depth(wire::DepthUpdate<'a>),
    Trade(wire::Trade<'a>),
    AggTrade(wire::AggTrade<'a>),
    BookTicker(wire::BookTicker<'a>),
    /// The server is about to go; connect anew.
    Shutdown,
    /// Answers to our requests, and events that we did not ask for.
    Ignored,
}

/// Reads any frame, wrapped in `{"stream":…,"data":…}` or raw.
pub fn parse(text: &[u8]) -> Result<Parsed<'_>, DecodeError> {
    if text.trim_ascii_start().starts_with(b"[") {
        // `!ticker@arr` and the like: arrays about all markets, valid but none of ours.
        serde_json::from_slice::<IgnoredAny>(text)?;
        return Ok(Parsed::Ignored);
    }
    let head: wire::Head<'_> = serde_json::from_slice(text)?;
    match head.data {
        Some(data) if data.get().starts_with('{') => {
            let inner: wire::Head<'_> = serde_json::from_str(data.get())?;
            parse_event(&inner, data.get())
        }
        Some(_) => Ok(Parsed::Ignored),
        None => parse_event(&head, core::str::from_utf8(text).map_err(|_| DecodeError::Field("utf-8"))?),
    }
}

fn parse_event<'a>(head: &wire::Head<'_>, text: &'a str) -> Result<Parsed<'a>, DecodeError> {
    let event = match &head.e {
        Some(event) => event.0.as_ref(),
        None if head.u.is_some() && head.A.is_some() => "bookTicker",
        None => {
            let (code, msg) = match &head.error {
                Some(error) => (error.code, &error.msg),
                None => (head.code, &head.msg),
            };
            return code.map_or(Ok(Parsed::Ignored), |code| Err(venue_error(code, msg.as_ref())));
        }
    };
    Ok(match event {
        "depthUpdate" => Parsed::Depth(serde_json::from_str(text)?),
        "trade" => Parsed::Trade(serde_json::from_str(text)?),
        "aggTrade" => Parsed::AggTrade(serde_json::from_str(text)?),
        "bookTicker" => Parsed::BookTicker(serde_json::from_str(text)?),
        "serverShutdown" => Parsed::Shutdown,
        _ => Parsed::Ignored,
    })
}

pub fn venue_error(code: i64, msg: Option<&wire::Text<'_>>) -> DecodeError {
    DecodeError::Venue(format!("{code} {}", msg.map_or("", |msg| msg.0.as_ref())))
}

impl wire::DepthUpdate<'_> {
    pub fn ids(&self) -> DiffIds {
        DiffIds {
            first: self.U,
            last: self.u,
            previous: self.pu,
            ts_venue: venue_time(self.T.unwrap_or(self.E)),
        }
    }
}

impl wire::Trade<'_> {
    pub fn print(&self) -> Print<'_> {
        let is_public = self.X.as_ref().is_none_or(|kind| kind.0 == "MARKET");
        Print {
            id: self.t,
            price: self.p.as_bytes(),
            qty: self.q.as_bytes(),
            buyer_is_maker: self.m,
            ts_venue: venue_time(self.T),
            kind: if is_public { PrintKind::Trade } else { PrintKind::NotPublic },
        }
    }
}

impl wire::AggTrade<'_> {
    pub fn print(&self) -> Print<'_> {
        Print {
            id: self.a,
            price: self.p.as_bytes(),
            qty: self.q.as_bytes(),
            buyer_is_maker: self.m,
            ts_venue: venue_time(self.T),
            kind: PrintKind::Aggregate { last_trade_id: self.l },
        }
    }
}

impl wire::BookTicker<'_> {
    pub fn bbo(&self) -> Bbo<'_> {
        Bbo {
            venue_seq: self.u,
            bid: (self.b.as_bytes(), self.B.as_bytes()),
            ask: (self.a.as_bytes(), self.A.as_bytes()),
        }
    }
}

impl wire::PastTrade<'_> {
    fn print(&self) -> Print<'_> {
        Print {
            id: self.id,
            price: self.price.as_bytes(),
            qty: self.qty.as_bytes(),
            buyer_is_maker: self.isBuyerMaker,
            ts_venue: venue_time(self.time),
            kind: PrintKind::Trade,
        }
    }
}

impl wire::PastAggTrade<'_> {
    fn print(&self) -> Print<'_> {
        Print {
            id: self.a,
            price: self.p.as_bytes(),
            qty: self.q.as_bytes(),
            buyer_is_maker: self.m,
            ts_venue: venue_time(self.T),
            kind: PrintKind::Trade,
        }
    }
}

/// Trades fetched afterwards; `rows` are those of `trades` or of `aggTrades`.
#[derive(Debug)]
pub enum PastTrades<'a> {
    Single(Vec<wire::PastTrade<'a>>),
    Aggregated(Vec<wire::PastAggTrade<'a>>),
}

impl PastTrades<'_> {
    /// With rising ids, whatever order they came in.
    pub fn trades(&self, scales: Scales, ts_recv: Timestamp) -> Result<Vec<Trade>, DecodeError> {
        let trades: Result<Vec<Trade>, DecodeError> = match self {
            Self::Single(rows) => rows.iter().map(|row| row.print().trade(scales, ts_recv)).collect(),
            Self::Aggregated(rows) => rows.iter().map(|row| row.print().trade(scales, ts_recv)).collect(),
        };
        let mut trades = trades?;
        trades.sort_by_key(|trade| trade.id);
        Ok(trades)
    }
}

/// Puts the rows of both sides into `update`.
pub fn sides(
    bids: &RawValue,
    asks: &RawValue,
    scales: Scales,
    update: &mut DepthUpdate,
) -> Result<(), DecodeError> {
    update.clear();
    side(bids, scales, &mut update.bids)?;
    side(asks, scales, &mut update.asks)
}

fn side(rows: &RawValue, scales: Scales, levels: &mut Vec<Level>) -> Result<(), DecodeError> {
    let mut refused = None;
    let visitor = SideVisitor { scales, levels, refused: &mut refused };
    let mut deserializer = serde_json::Deserializer::from_str(rows.get());
    let read = deserializer.deserialize_seq(visitor);
    match refused {
        Some(error) => Err(error),
        None => Ok(read?),
    }
}

/// Reads `[["price","qty"],…]` into levels. Long ago rows had a third element, always empty.
struct SideVisitor<'v> {
    scales: Scales,
    levels: &'v mut Vec<Level>,
    /// serde's errors are text; what was wrong with a number is needed as it is.
    refused: &'v mut Option<DecodeError>,
}

impl<'de> Visitor<'de> for SideVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of levels")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while let Some(row) = rows.next_element::<Row<'de>>()? {
            match level((row.price.as_bytes(), row.qty.as_bytes()), self.scales) {
                Ok(level) => self.levels.push(level),
                Err(error) => {
                    *self.refused = Some(error);
                    return Err(serde::de::Error::custom("bad number"));
                }
            }
        }
        Ok(())
    }
}

struct Row<'a> {
    price: Cow<'a, str>,
    qty: Cow<'a, str>,
}

impl<'de: 'a, 'a> serde::Deserialize<'de> for Row<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(RowVisitor)
    }
}

struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = Row<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a price and a quantity")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<Row<'de>, A::Error> {
        let missing = |at| serde::de::Error::invalid_length(at, &"a price and a quantity");
        let price: wire::Text<'de> = row.next_element()?.ok_or_else(|| missing(0))?;
        let qty: wire::Text<'de> = row.next_element()?.ok_or_else(|| missing(1))?;
        while row.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Row { price: price.0, qty: qty.0 })
    }
}

/// The rows of an instrument list, or the venue's refusal.
pub fn exchange_info(body: &[u8]) -> Result<Vec<wire::SymbolInfo<'_>>, DecodeError> {
    let info: wire::ExchangeInfo<'_> = serde_json::from_slice(body)?;
    match (info.symbols, info.code) {
        (Some(symbols), _) => Ok(symbols),
        (None, Some(code)) => Err(venue_error(code, info.msg.as_ref())),
        (None, None) => Err(DecodeError::Field("symbols")),
    }
}

/// Whether an instrument can be traded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    Trading,
    Suspended,
    Delisted,
}

impl wire::SymbolInfo<'_> {
    pub fn listing(&self) -> Listing {
        match self.status.as_ref() {
            "TRADING" => Listing::Trading,
            "CLOSE" | "DELIVERED" => Listing::Delisted,
            _ => Listing::Suspended,
        }
    }

    /// `None` where the rules are not those of a market: no price or quantity step.
    pub fn instrument(&self) -> Option<Instrument> {
        let filter = |kind: &str| self.filters.iter().find(|filter| filter.filterType == kind);
        let decimal = |text: Option<&wire::Text<'_>>| Decimal::parse(text?.0.as_bytes()).ok();
        let tick_size = decimal(filter("PRICE_FILTER")?.tickSize.as_ref())?;
        let lot_size = decimal(filter("LOT_SIZE")?.stepSize.as_ref())?;
        let min_notional = filter("NOTIONAL").or_else(|| filter("MIN_NOTIONAL"));
        let min_notional =
            min_notional.and_then(|filter| decimal(filter.minNotional.as_ref().or(filter.notional.as_ref())));
        // Zero switches a rule off, and then says nothing of the decimals.
        if tick_size.mantissa == 0 || lot_size.mantissa == 0 {
            return None;
        }
        let quote = match &self.contractType {
            Some(kind) if kind.0 != "PERPETUAL" => with_delivery(&self.quoteAsset, &self.symbol),
            _ => self.quoteAsset.to_string(),
        };
        // Levels hold dust below the lot size. Not where whole units are the lot: such quantities are
        // large, and eight decimals would not hold them.
        let qty_decimals = if lot_size.scale.decimals() == 0 { 0 } else { 8 };
        let listed = Instrument::listed(&self.symbol, &self.baseAsset, &quote, tick_size, lot_size)
            .with_qty_decimals(qty_decimals);
        Some(Instrument { min_notional, ..listed })
    }
}

/// Delivery contracts of one pair differ in their date only: `BTCUSDT_240927` is `BTC` in
/// `USDT-240927`.
fn with_delivery(quote: &str, symbol: &str) -> String {
    symbol.split_once('_').map_or_else(|| quote.to_owned(), |(_, date)| format!("{quote}-{date}"))
}

/// What a symbol alone tells of an instrument.
pub fn unlisted(symbol: &str) -> Instrument {
    let pair = symbol.split_once('_').map_or(symbol, |(pair, _)| pair);
    let (base, quote) = split_pair(pair);
    Instrument::unlisted(symbol, &base, &with_delivery(&quote, symbol))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_that_nobody_listed_are_split() {
        let check = |symbol: &str, base: &str, quote: &str| {
            let instrument = unlisted(symbol);
            assert_eq!((instrument.base.as_str(), instrument.quote.as_str()), (base, quote), "{symbol}");
        };
        check("BTCUSDT", "BTC", "USDT");
        check("NKNUSDT", "NKN", "USDT");
        check("BLZETH", "BLZ", "ETH");
        check("RUNEEUR", "RUNE", "EUR");
        check("OMGBUSD", "OMG", "BUSD");
        check("LRCBTC", "LRC", "BTC");
        check("BTCUSDT_240927", "BTC", "USDT-240927");
    }

    #[test]
    fn venue_times_are_of_either_unit() {
        assert_eq!(venue_time(1_723_161_255_208), Timestamp::from_micros(1_723_161_255_208_000));
        assert_eq!(venue_time(1_723_161_255_208_123), Timestamp::from_micros(1_723_161_255_208_123));
    }
}
