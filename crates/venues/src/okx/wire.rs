//! OKX v5 WebSocket and REST messages, with OKX's field names in Rust's case.

use core::fmt;
use std::borrow::Cow;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::json::{Batch, present};

/// How messages of all book channels begin as OKX prints them; others are sorted out by [`Envelope`].
pub const BOOK_PREFIXES: [&[u8]; 2] = [br#"{"arg":{"channel":"books"#, br#"{"arg":{"channel":"bbo-"#];

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Arg<'a> {
    #[serde(borrow, default)]
    pub channel: Cow<'a, str>,
    #[serde(borrow, default)]
    pub inst_id: Cow<'a, str>,
}

/// What tells messages apart.
#[derive(Debug, Deserialize)]
pub struct Envelope<'a> {
    #[serde(borrow, default)]
    pub arg: Arg<'a>,
    #[serde(borrow, default)]
    pub event: Cow<'a, str>,
    #[serde(borrow, default)]
    pub code: Cow<'a, str>,
    #[serde(borrow, default)]
    pub msg: Cow<'a, str>,
}

#[derive(Debug, Deserialize)]
pub struct BookFrame<'a> {
    #[serde(borrow)]
    pub arg: Arg<'a>,
    /// `snapshot` or `update`; absent on channels that always send the whole of what they show.
    #[serde(borrow, default)]
    pub action: Cow<'a, str>,
    #[serde(borrow)]
    pub data: Batch<BookData<'a>>,
}

/// One book, as the WebSocket and `/api/v5/market/books` both send it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BookData<'a> {
    #[serde(borrow, default, deserialize_with = "present")]
    pub asks: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    pub bids: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub ts: Cow<'a, str>,
    pub checksum: Option<i64>,
    pub seq_id: Option<i64>,
    pub prev_seq_id: Option<i64>,
}

/// `["8476.98", "415", "0", "13"]`: price, size, a field out of use, number of orders. How many
/// follow the first two differs between channels and years.
#[derive(Debug)]
pub struct BookLevel<'a> {
    pub px: &'a str,
    pub sz: &'a str,
}

impl<'de: 'a, 'a> Deserialize<'de> for BookLevel<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Row;

        impl<'de> Visitor<'de> for Row {
            type Value = BookLevel<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array that begins with price and size")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<BookLevel<'de>, A::Error> {
                let px = row.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
                let sz = row.next_element()?.ok_or_else(|| A::Error::invalid_length(1, &self))?;
                while row.next_element::<IgnoredAny>()?.is_some() {}
                Ok(BookLevel { px, sz })
            }
        }

        deserializer.deserialize_seq(Row)
    }
}

/// Answer of `/api/v5/market/books`.
#[derive(Debug, Deserialize)]
pub struct BookAnswer<'a> {
    #[serde(borrow, default)]
    pub code: Cow<'a, str>,
    #[serde(borrow, default)]
    pub msg: Cow<'a, str>,
    #[serde(borrow, default)]
    pub data: Batch<BookData<'a>>,
}

#[derive(Debug, Deserialize)]
pub struct TradeFrame<'a> {
    #[serde(borrow)]
    pub data: Batch<TradeData<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TradeData<'a> {
    #[serde(borrow)]
    pub inst_id: Cow<'a, str>,
    #[serde(borrow)]
    pub trade_id: Cow<'a, str>,
    #[serde(borrow)]
    pub px: Cow<'a, str>,
    #[serde(borrow)]
    pub sz: Cow<'a, str>,
    #[serde(borrow)]
    pub side: Cow<'a, str>,
    #[serde(borrow)]
    pub ts: Cow<'a, str>,
}

/// Both the `instruments` channel and `/api/v5/public/instruments`.
#[derive(Debug, Deserialize)]
pub struct Instruments<'a> {
    #[serde(borrow, default)]
    pub code: Cow<'a, str>,
    #[serde(borrow, default)]
    pub msg: Cow<'a, str>,
    #[serde(borrow, default)]
    pub data: Vec<InstrumentData<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InstrumentData<'a> {
    #[serde(borrow)]
    pub inst_id: Cow<'a, str>,
    #[serde(borrow, default)]
    pub state: Cow<'a, str>,
    #[serde(borrow, default)]
    pub tick_sz: Cow<'a, str>,
    #[serde(borrow, default)]
    pub lot_sz: Cow<'a, str>,
}
