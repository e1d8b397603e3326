//! Binance's messages under Binance's names. Everything is borrowed from the frame; numbers that
//! carry decimals stay text. Fields that are not read are not named here and are ignored.

#![allow(non_snake_case, reason = "fields are called as the venue calls them")]

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// A string where serde would not borrow by itself: inside an `Option` or a row.
#[derive(Debug, Clone, Deserialize)]
pub struct Text<'a>(#[serde(borrow)] pub Cow<'a, str>);

/// What tells frames apart: the wrapper of combined streams, the event type, answers and errors.
#[derive(Debug, Deserialize)]
pub struct Head<'a> {
    #[serde(borrow)]
    pub data: Option<&'a RawValue>,
    #[serde(borrow)]
    pub e: Option<Text<'a>>,
    /// A spot `bookTicker` has no event type, but these.
    #[serde(borrow)]
    pub u: Option<&'a RawValue>,
    #[serde(borrow)]
    pub A: Option<&'a RawValue>,
    #[serde(borrow)]
    pub error: Option<ErrorBody<'a>>,
    pub code: Option<i64>,
    #[serde(borrow)]
    pub msg: Option<Text<'a>>,
}

/// `{"code":-1121,"msg":"Invalid symbol."}`
#[derive(Debug, Deserialize)]
pub struct ErrorBody<'a> {
    pub code: Option<i64>,
    #[serde(borrow)]
    pub msg: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
pub struct DepthUpdate<'a> {
    pub E: i64,
    /// Futures only: when the matching engine did it.
    pub T: Option<i64>,
    #[serde(borrow)]
    pub s: Cow<'a, str>,
    pub U: u64,
    pub u: u64,
    /// Futures only: `u` of the previous message of this stream.
    pub pu: Option<u64>,
    #[serde(borrow)]
    pub b: &'a RawValue,
    #[serde(borrow)]
    pub a: &'a RawValue,
}

#[derive(Debug, Deserialize)]
pub struct Trade<'a> {
    #[serde(borrow)]
    pub s: Cow<'a, str>,
    pub t: u64,
    #[serde(borrow)]
    pub p: Cow<'a, str>,
    #[serde(borrow)]
    pub q: Cow<'a, str>,
    pub T: i64,
    /// The buyer is the maker.
    pub m: bool,
    /// Futures only: `MARKET`, or what is no public print (`INSURANCE_FUND`, `ADL`, `NA`).
    #[serde(borrow)]
    pub X: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
pub struct AggTrade<'a> {
    #[serde(borrow)]
    pub s: Cow<'a, str>,
    pub a: u64,
    #[serde(borrow)]
    pub p: Cow<'a, str>,
    #[serde(borrow)]
    pub q: Cow<'a, str>,
    /// Last of the trades that are put together here.
    pub l: u64,
    pub T: i64,
    pub m: bool,
}

#[derive(Debug, Deserialize)]
pub struct BookTicker<'a> {
    pub u: u64,
    #[serde(borrow)]
    pub s: Cow<'a, str>,
    #[serde(borrow)]
    pub b: Cow<'a, str>,
    #[serde(borrow)]
    pub B: Cow<'a, str>,
    #[serde(borrow)]
    pub a: Cow<'a, str>,
    #[serde(borrow)]
    pub A: Cow<'a, str>,
}

/// Answer to `depth`, or an error body: either all of the first fields are there, or a code.
#[derive(Debug, Deserialize)]
pub struct DepthAnswer<'a> {
    pub lastUpdateId: Option<u64>,
    /// Futures only.
    pub E: Option<i64>,
    pub T: Option<i64>,
    #[serde(borrow)]
    pub bids: Option<&'a RawValue>,
    #[serde(borrow)]
    pub asks: Option<&'a RawValue>,
    pub code: Option<i64>,
    #[serde(borrow)]
    pub msg: Option<Text<'a>>,
}

/// A row of `historicalTrades` or `trades`.
#[derive(Debug, Deserialize)]
pub struct PastTrade<'a> {
    pub id: u64,
    #[serde(borrow)]
    pub price: Cow<'a, str>,
    #[serde(borrow)]
    pub qty: Cow<'a, str>,
    pub time: i64,
    pub isBuyerMaker: bool,
}

/// A row of `aggTrades`.
#[derive(Debug, Deserialize)]
pub struct PastAggTrade<'a> {
    pub a: u64,
    #[serde(borrow)]
    pub p: Cow<'a, str>,
    #[serde(borrow)]
    pub q: Cow<'a, str>,
    pub T: i64,
    pub m: bool,
}

#[derive(Debug, Deserialize)]
pub struct ExchangeInfo<'a> {
    #[serde(borrow)]
    pub symbols: Option<Vec<SymbolInfo<'a>>>,
    pub code: Option<i64>,
    #[serde(borrow)]
    pub msg: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
pub struct SymbolInfo<'a> {
    #[serde(borrow)]
    pub symbol: Cow<'a, str>,
    #[serde(borrow)]
    pub status: Cow<'a, str>,
    #[serde(borrow)]
    pub baseAsset: Cow<'a, str>,
    #[serde(borrow)]
    pub quoteAsset: Cow<'a, str>,
    /// Futures only: `PERPETUAL`, `CURRENT_QUARTER`, …
    #[serde(borrow)]
    pub contractType: Option<Text<'a>>,
    #[serde(borrow)]
    pub filters: Vec<Filter<'a>>,
}

/// One of many kinds; only the fields of the kinds that are used are named.
#[derive(Debug, Deserialize)]
pub struct Filter<'a> {
    #[serde(borrow)]
    pub filterType: Cow<'a, str>,
    #[serde(borrow)]
    pub tickSize: Option<Text<'a>>,
    #[serde(borrow)]
    pub stepSize: Option<Text<'a>>,
    #[serde(borrow)]
    pub minNotional: Option<Text<'a>>,
    /// The futures' name of `minNotional`.
    #[serde(borrow)]
    pub notional: Option<Text<'a>>,
}
