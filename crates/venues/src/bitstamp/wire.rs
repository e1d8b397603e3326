//! Bitstamp frames and REST answers, with the venue's field names. Text is borrowed.

use core::fmt;
use std::borrow::Cow;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use crate::levels::Rows;

#[derive(Debug, Deserialize)]
pub struct Frame<'a> {
    #[serde(borrow)]
    pub event: Cow<'a, str>,
    #[serde(borrow, default)]
    pub channel: Cow<'a, str>,
    #[serde(borrow, default)]
    pub data: Payload<'a>,
}

/// What a frame is, whatever else it holds.
#[derive(Debug, Deserialize)]
pub struct FrameKind<'a> {
    #[serde(borrow)]
    pub event: Cow<'a, str>,
    #[serde(borrow, default)]
    pub channel: Cow<'a, str>,
}

/// The `data` of a frame: an object, or for some events an empty string or nothing.
#[derive(Debug, Default)]
pub struct Payload<'a>(pub Data<'a>);

#[derive(Debug, Default, Deserialize)]
pub struct Data<'a> {
    /// Microseconds, of a book or a trade.
    pub microtimestamp: Option<&'a str>,
    #[serde(borrow)]
    pub bids: Option<Rows<'a, 2>>,
    #[serde(borrow)]
    pub asks: Option<Rows<'a, 2>>,
    pub id: Option<u64>,
    /// Seconds; old trades have nothing finer.
    pub timestamp: Option<&'a str>,
    pub amount_str: Option<&'a str>,
    pub price_str: Option<&'a str>,
    /// Side of the taker: 0 buys, 1 sells.
    #[serde(rename = "type")]
    pub side: Option<u8>,
    #[serde(borrow)]
    pub message: Option<Cow<'a, str>>,
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
        f.write_str("an object, a string or null")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Data::deserialize(MapAccessDeserializer::new(map)).map(Payload)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<serde::de::IgnoredAny>()?.is_some() {}
        Ok(Payload::default())
    }

    fn visit_str<E>(self, _text: &str) -> Result<Self::Value, E> {
        Ok(Payload::default())
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Payload::default())
    }
}

/// Answer of `/api/v2/order_book/<pair>/`.
#[derive(Debug, Deserialize)]
pub struct OrderBook<'a> {
    pub microtimestamp: &'a str,
    #[serde(borrow)]
    pub bids: Rows<'a, 2>,
    #[serde(borrow)]
    pub asks: Rows<'a, 2>,
}

/// One row of `/api/v2/trading-pairs-info/`.
#[derive(Debug, Deserialize)]
pub struct TradingPair<'a> {
    /// `BTC/USD`.
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    #[serde(borrow)]
    pub url_symbol: Cow<'a, str>,
    pub base_decimals: u8,
    pub counter_decimals: u8,
    /// `20.00000 USD`.
    pub minimum_order: Option<&'a str>,
    pub trading: &'a str,
}
