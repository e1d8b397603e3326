//! Bybit v5 public frames and REST answers, with the venue's field names. Text is borrowed.

use core::fmt;
use std::borrow::Cow;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use crate::levels::Rows;

/// Any frame: pushes have a topic, answers to our ops have `success`.
#[derive(Debug, Deserialize)]
pub struct Frame<'a> {
    #[serde(borrow, default)]
    pub topic: Cow<'a, str>,
    /// `snapshot` or `delta`.
    #[serde(rename = "type", borrow, default)]
    pub kind: Cow<'a, str>,
    /// When the venue's system made the push, in milliseconds.
    pub ts: Option<i64>,
    /// When its matching engine made the data, in milliseconds.
    pub cts: Option<i64>,
    #[serde(borrow, default)]
    pub data: Payload<'a>,
    pub success: Option<bool>,
    #[serde(borrow, default)]
    pub ret_msg: Cow<'a, str>,
}

/// What a frame is, whatever else it holds.
#[derive(Debug, Deserialize)]
pub struct FrameTopic<'a> {
    #[serde(borrow)]
    pub topic: Cow<'a, str>,
}

/// The `data` of a push: an object for books, an array for trades.
#[derive(Debug, Default)]
pub enum Payload<'a> {
    #[default]
    None,
    Book(Book<'a>),
    Trades(Vec<PublicTrade<'a>>),
}

#[derive(Debug, Deserialize)]
pub struct Book<'a> {
    #[serde(borrow)]
    pub b: Option<Rows<'a, 2>>,
    #[serde(borrow)]
    pub a: Option<Rows<'a, 2>>,
    /// Update id.
    pub u: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[allow(non_snake_case, reason = "fields are called as the venue calls them")]
pub struct PublicTrade<'a> {
    /// When it was filled, in milliseconds.
    pub T: Option<i64>,
    /// Side of the taker.
    pub S: Option<&'a str>,
    /// Size.
    pub v: Option<&'a str>,
    /// Price.
    pub p: Option<&'a str>,
    /// Id: a number or, for contracts, a UUID.
    pub i: Option<&'a str>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Payload<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PayloadVisitor)
    }
}

struct PayloadVisitor;

impl<'de> Visitor<'de> for PayloadVisitor {
    type Value = Payload<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, an array, a string or null")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Book::deserialize(MapAccessDeserializer::new(map)).map(Payload::Book)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(items)).map(Payload::Trades)
    }

    fn visit_str<E>(self, _text: &str) -> Result<Self::Value, E> {
        Ok(Payload::None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Payload::None)
    }
}

/// Any REST answer: `retCode` 0 is success.
#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de> + Default"))]
pub struct Answer<'a, T> {
    #[serde(rename = "retCode")]
    pub ret_code: i64,
    #[serde(rename = "retMsg", borrow, default)]
    pub ret_msg: Cow<'a, str>,
    #[serde(default)]
    pub result: T,
}

/// Result of `/v5/market/instruments-info`.
#[derive(Debug, Default, Deserialize)]
pub struct Instruments<'a> {
    #[serde(borrow, default)]
    pub category: Cow<'a, str>,
    #[serde(borrow, default)]
    pub list: Vec<InstrumentInfo<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InstrumentInfo<'a> {
    #[serde(borrow)]
    pub symbol: Cow<'a, str>,
    #[serde(borrow)]
    pub base_coin: Cow<'a, str>,
    #[serde(borrow)]
    pub quote_coin: Cow<'a, str>,
    #[serde(borrow)]
    pub status: Cow<'a, str>,
    #[serde(borrow)]
    pub price_filter: PriceFilter<'a>,
    #[serde(borrow)]
    pub lot_size_filter: LotSizeFilter<'a>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PriceFilter<'a> {
    pub tick_size: &'a str,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LotSizeFilter<'a> {
    /// Spot.
    pub base_precision: Option<&'a str>,
    pub min_order_amt: Option<&'a str>,
    /// Contracts.
    pub qty_step: Option<&'a str>,
    pub min_notional_value: Option<&'a str>,
}
