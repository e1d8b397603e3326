//! Kraken's WebSocket v2 and REST messages, as Kraken names their fields.
//!
//! Prices and quantities are bare JSON numbers whose digits matter, trailing zeros included: they are
//! taken as raw text.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::json::{Batch, present};

/// How every book message begins as Kraken prints it; others are sorted out by [`Envelope`].
pub const BOOK_PREFIX: &[u8] = br#"{"channel":"book","#;

/// What tells messages apart.
#[derive(Debug, Deserialize)]
pub struct Envelope<'a> {
    #[serde(borrow, default)]
    pub channel: Cow<'a, str>,
    #[serde(borrow, default)]
    pub method: Cow<'a, str>,
    #[serde(default)]
    pub success: bool,
    #[serde(borrow)]
    pub result: Option<&'a RawValue>,
    pub error: Option<Cow<'a, str>>,
    pub symbol: Option<Cow<'a, str>>,
}

/// `result` of an answered subscribe or unsubscribe.
#[derive(Debug, Deserialize)]
pub struct Subscription<'a> {
    #[serde(borrow, default)]
    pub channel: Cow<'a, str>,
    #[serde(borrow, default)]
    pub symbol: Cow<'a, str>,
    pub depth: Option<usize>,
}

/// A request of ours, met in a recording.
#[derive(Debug, Deserialize)]
pub struct Request<'a> {
    #[serde(borrow, default)]
    pub method: Cow<'a, str>,
    #[serde(borrow)]
    pub params: RequestParams<'a>,
}

#[derive(Debug, Deserialize)]
pub struct RequestParams<'a> {
    #[serde(borrow, default)]
    pub channel: Cow<'a, str>,
    #[serde(borrow, default)]
    pub symbol: Vec<Cow<'a, str>>,
    pub depth: Option<usize>,
}

#[derive(Debug, Deserialize)]
pub struct BookFrame<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Cow<'a, str>,
    #[serde(borrow)]
    pub data: Batch<BookData<'a>>,
}

#[derive(Debug, Deserialize)]
pub struct BookData<'a> {
    #[serde(borrow)]
    pub symbol: Cow<'a, str>,
    #[serde(borrow, default, deserialize_with = "present")]
    pub bids: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    pub asks: Option<&'a RawValue>,
    pub checksum: Option<u32>,
    pub timestamp: Option<&'a str>,
}

#[derive(Debug, Deserialize)]
pub struct BookLevel<'a> {
    #[serde(borrow)]
    pub price: &'a RawValue,
    #[serde(borrow)]
    pub qty: &'a RawValue,
}

#[derive(Debug, Deserialize)]
pub struct TradeFrame<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Cow<'a, str>,
    #[serde(borrow)]
    pub data: Vec<TradeData<'a>>,
}

#[derive(Debug, Deserialize)]
pub struct TradeData<'a> {
    #[serde(borrow)]
    pub symbol: Cow<'a, str>,
    #[serde(borrow)]
    pub side: Cow<'a, str>,
    #[serde(borrow)]
    pub price: &'a RawValue,
    #[serde(borrow)]
    pub qty: &'a RawValue,
    pub trade_id: u64,
    pub timestamp: &'a str,
}

#[derive(Debug, Deserialize)]
pub struct StatusFrame<'a> {
    #[serde(borrow)]
    pub data: Batch<StatusData<'a>>,
}

#[derive(Debug, Deserialize)]
pub struct StatusData<'a> {
    #[serde(borrow, default)]
    pub system: Cow<'a, str>,
}

#[derive(Debug, Deserialize)]
pub struct InstrumentFrame<'a> {
    #[serde(borrow)]
    pub data: InstrumentData<'a>,
}

#[derive(Debug, Deserialize)]
pub struct InstrumentData<'a> {
    #[serde(borrow, default)]
    pub pairs: Vec<PairStatus<'a>>,
}

#[derive(Debug, Deserialize)]
pub struct PairStatus<'a> {
    #[serde(borrow)]
    pub symbol: Cow<'a, str>,
    #[serde(borrow, default)]
    pub status: Cow<'a, str>,
}

/// Answer of `/0/public/AssetPairs`.
#[derive(Debug, Deserialize)]
pub struct AssetPairs<'a> {
    #[serde(default)]
    pub error: Vec<String>,
    #[serde(borrow, default)]
    pub result: BTreeMap<Cow<'a, str>, AssetPair<'a>>,
}

#[derive(Debug, Deserialize)]
pub struct AssetPair<'a> {
    /// `XBT/USD`: the name that v1 uses; absent for pairs that are not on the WebSocket.
    pub wsname: Option<Cow<'a, str>>,
    pub pair_decimals: u8,
    pub lot_decimals: u8,
    pub tick_size: Option<Cow<'a, str>>,
    pub costmin: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub status: Cow<'a, str>,
}
