//! Coinbase Exchange frames and REST answers, with the venue's field names. Text is borrowed.

use std::borrow::Cow;

use serde::Deserialize;

use crate::levels::Rows;

/// Any frame of the feed: the fields that its kinds use, one kind fills a few of them.
#[derive(Debug, Deserialize)]
pub struct Frame<'a> {
    #[serde(rename = "type")]
    pub kind: &'a str,
    pub product_id: Option<&'a str>,
    /// `snapshot`.
    #[serde(borrow)]
    pub bids: Option<Rows<'a, 2>>,
    #[serde(borrow)]
    pub asks: Option<Rows<'a, 2>>,
    /// `l2update`: side, price, size.
    #[serde(borrow)]
    pub changes: Option<Rows<'a, 3>>,
    /// `match`, `last_match`.
    pub trade_id: Option<u64>,
    pub side: Option<&'a str>,
    pub price: Option<&'a str>,
    pub size: Option<&'a str>,
    pub time: Option<&'a str>,
    /// `heartbeat`.
    pub last_trade_id: Option<u64>,
    /// `error`.
    #[serde(borrow)]
    pub message: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub reason: Option<Cow<'a, str>>,
}

/// What a frame is, whatever else it holds.
#[derive(Debug, Deserialize)]
pub struct FrameKind<'a> {
    #[serde(rename = "type", borrow)]
    pub kind: Cow<'a, str>,
}

/// One row of `/products/<id>/trades`.
#[derive(Debug, Deserialize)]
pub struct RestTrade<'a> {
    pub trade_id: u64,
    pub side: &'a str,
    pub price: &'a str,
    pub size: &'a str,
    pub time: &'a str,
}

/// One row of `/products`.
#[derive(Debug, Deserialize)]
pub struct Product<'a> {
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    #[serde(borrow)]
    pub base_currency: Cow<'a, str>,
    #[serde(borrow)]
    pub quote_currency: Cow<'a, str>,
    pub quote_increment: &'a str,
    pub base_increment: &'a str,
    pub min_market_funds: Option<&'a str>,
    #[serde(borrow)]
    pub status: Option<Cow<'a, str>>,
    #[serde(default)]
    pub trading_disabled: bool,
}
