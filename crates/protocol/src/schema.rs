//! The shapes of what goes over the wire, for the documents: OpenAPI, AsyncAPI and JSON Schemas are made
//! from these types.
//!
//! What is encoded at every change is written by hand (`frame`, `rest`), so the types here are not what
//! encodes it. Tests hold live answers and frames against the schemas: a field that is missing here, or
//! one too many, fails.

pub mod account;
pub mod asyncapi;
pub mod rest;
pub mod ws;

use std::borrow::Cow;

use marketd_domain::identity::{Role, Scope};
use marketd_domain::{CandleInterval, MarketStatus, Source, StaleReason};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

use crate::code::ErrorCode;
use crate::stream::{BookDepth, BookInterval};

/// Integers are below this, so that JavaScript's numbers hold them exactly.
pub const INTEGER_MAX: u64 = (1 << 53) - 1;

/// A generator for what the server writes: a field that is always there is required, also where it may be
/// null. Schemas refer to each other under `definitions_path`.
pub fn generator(definitions_path: &'static str) -> SchemaGenerator {
    let mut settings = SchemaSettings::draft2020_12().for_serialize();
    settings.definitions_path = definitions_path.into();
    settings.meta_schema = None;
    settings.into_generator()
}

/// Makes a schema out of what is known only when the program runs.
macro_rules! schema_of {
    ($($(#[doc = $doc:literal])+ $name:ident => |$text:ident| $schema:expr;)*) => {
        $(
            $(#[doc = $doc])+
            #[derive(Debug)]
            pub struct $name;

            impl JsonSchema for $name {
                fn schema_name() -> Cow<'static, str> {
                    stringify!($name).into()
                }

                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    let $text = concat!($($doc,)+).trim();
                    $schema
                }
            }
        )*
    };
}

schema_of! {
    /// A decimal as text, at the market's fixed scale. Not for binary floating point.
    Decimal => |text| json_schema!({
        "description": text, "type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$",
    });
    /// A time in microseconds UTC; 0 where there is none.
    Micros => |text| json_schema!({
        "description": text, "type": "integer", "format": "int64", "minimum": 0, "maximum": INTEGER_MAX,
    });
    /// A number that only grows; below 2^53.
    Count => |text| json_schema!({
        "description": text, "type": "integer", "format": "int64", "minimum": 0, "maximum": INTEGER_MAX,
    });
    /// A market: `<venue>:<BASE>-<QUOTE>`.
    MarketName => |text| json_schema!({
        "description": text, "type": "string", "pattern": "^[^:]+:[^:]+-[^:-]+$",
    });
    /// Whether a market's data can be believed.
    MarketStatusName => |text| json_schema!({
        "description": text, "type": "string", "enum": MarketStatus::ALL.map(MarketStatus::as_str),
    });
    /// Why a market is not live. More may be added.
    ReasonName => |text| json_schema!({
        "description": text, "type": "string", "examples": StaleReason::ALL.map(StaleReason::as_str),
    });
    /// What a user is to the server.
    RoleName => |text| json_schema!({
        "description": text, "type": "string", "enum": Role::ALL.map(Role::as_str),
    });
    /// What a caller may do.
    ScopeName => |text| json_schema!({
        "description": text, "type": "string", "enum": Scope::ALL.map(Scope::as_str),
    });
    /// Where a market's data comes from.
    SourceName => |text| json_schema!({
        "description": text, "type": "string", "enum": Source::ALL.map(Source::as_str),
    });
    /// Length of a candle.
    IntervalName => |text| json_schema!({
        "description": text, "type": "string", "enum": CandleInterval::ALL.map(CandleInterval::as_str),
    });
    /// Which of the errors it is. More may be added.
    ErrorCodeName => |text| json_schema!({
        "description": text,
        "type": "string",
        "enum": ErrorCode::ALL.iter().map(|code| code.code).collect::<Vec<_>>(),
    });
    /// Levels a side of a book stream.
    DepthName => |text| json_schema!({
        "description": text, "enum": BookDepth::SERVED.map(Value::from).into_iter().chain(["full".into()]).collect::<Vec<_>>(),
    });
    /// Least time between two frames of a book stream, in milliseconds; 0 sends every change.
    BookIntervalMs => |text| json_schema!({
        "description": text, "type": "integer", "enum": BookInterval::SERVED_MS,
    });
}

/// Price and quantity.
#[derive(Debug, JsonSchema)]
pub struct LevelPair(pub Decimal, pub Decimal);

/// A trade on the public tape.
#[derive(Debug, JsonSchema)]
pub struct TradeItem {
    /// The market's number of the trade; contiguous within an epoch.
    pub seq: Count,
    /// The venue's id, as text; empty where it has none.
    pub trade_id: String,
    pub price: Decimal,
    pub qty: Decimal,
    /// Who took.
    pub side: SideName,
    /// The venue's time of the trade, or 0.
    pub ts: Micros,
    /// Present and true when the live feed missed the trade and it was fetched afterwards.
    #[schemars(skip_serializing_if = "Option::is_none", with = "bool")]
    pub backfilled: Option<bool>,
}

#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum SideName {
    Buy,
    Sell,
}

/// Open, high, low, close and volumes of one interval.
#[derive(Debug, JsonSchema)]
pub struct CandleItem {
    pub open_time: Micros,
    pub open: Decimal,
    pub high: Decimal,
    pub low: Decimal,
    pub close: Decimal,
    pub volume: Decimal,
    pub quote_volume: Decimal,
    /// Number of trades.
    pub trades: Count,
    /// How often a late trade corrected it.
    pub revision: u32,
    /// Whether a later candle has begun.
    pub closed: bool,
}

/// A struct with the fields that every ticker has.
macro_rules! with_ticker_fields {
    ($(#[$attribute:meta])* $name:ident { $($(#[$field:meta])* $own:ident: $type:ty,)* }) => {
        $(#[$attribute])*
        #[derive(Debug, schemars::JsonSchema)]
        pub struct $name {
            $($(#[$field])* pub $own: $type,)*
            /// Price of the last trade.
            pub last: Option<$crate::schema::Decimal>,
            pub last_qty: Option<$crate::schema::Decimal>,
            /// First price of the last 24 hours.
            pub open: Option<$crate::schema::Decimal>,
            pub high: Option<$crate::schema::Decimal>,
            pub low: Option<$crate::schema::Decimal>,
            pub volume: $crate::schema::Decimal,
            pub quote_volume: $crate::schema::Decimal,
            /// Number of trades.
            pub trades: $crate::schema::Count,
            /// `last` minus `open`.
            pub change: Option<$crate::schema::Decimal>,
            /// `change` in percent of `open`, cut to two decimals.
            pub change_percent: Option<$crate::schema::Decimal>,
            pub bid: Option<$crate::schema::LevelPair>,
            pub ask: Option<$crate::schema::LevelPair>,
            /// Best ask minus best bid.
            pub spread: Option<$crate::schema::Decimal>,
            /// Their middle, with four more decimals than a price.
            pub mid: Option<$crate::schema::Decimal>,
            /// The middle weighted by the quantity of the opposite side.
            pub microprice: Option<$crate::schema::Decimal>,
            /// (bids - asks) / (bids + asks) over the quantities of the ten best levels.
            pub imbalance: Option<$crate::schema::Decimal>,
        }
    };
}
pub(crate) use with_ticker_fields;

/// The example in a document: the first line of JSON behind a heading that begins with `beginning`.
pub fn example_in(document: &str, heading: &str, beginning: &str) -> Option<Value> {
    let behind = document.split_once(&format!("\n{heading}\n"))?.1;
    let section = behind.split_once("\n#").map_or(behind, |(section, _)| section);
    let line = section.lines().map(str::trim_start).find(|line| line.starts_with(beginning))?;
    serde_json::from_str(line).ok()
}
