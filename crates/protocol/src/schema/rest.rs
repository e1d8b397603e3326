//! Shapes of REST answers that are encoded by hand.

use schemars::JsonSchema;

use super::{
    CandleItem, Count, Decimal, ErrorCodeName, IntervalName, LevelPair, MarketName, MarketStatusName, Micros,
    ReasonName, SideName, SourceName, with_ticker_fields,
};

/// The envelope of an answer.
#[derive(Debug, JsonSchema)]
#[schemars(rename = "Success_{T}")]
pub struct Success<T> {
    pub status: SuccessTag,
    pub data: T,
    pub message: String,
    /// The server's time.
    pub timestamp: Micros,
    /// Names this request in the server's log; also in the header `x-trace-id`.
    pub trace_id: String,
    /// Time in the server, in milliseconds.
    pub execution_time_ms: f64,
}

#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum SuccessTag {
    Success,
}

/// The envelope of a refusal.
#[derive(Debug, JsonSchema)]
pub struct Failure {
    pub status: ErrorTag,
    pub data: (),
    pub code: ErrorCodeName,
    /// For people.
    pub message: String,
    /// Whether the same request can succeed later.
    pub retryable: bool,
    pub timestamp: Micros,
    pub trace_id: String,
    pub execution_time_ms: f64,
}

#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum ErrorTag {
    Error,
}

/// A list that is whole: there is no next page.
#[derive(Debug, JsonSchema)]
#[schemars(rename = "ListOf_{T}")]
pub struct WholeList<T> {
    pub items: Vec<T>,
    pub next_cursor: Option<String>,
}

/// A struct with the fields that tell one market's data from another's.
macro_rules! with_market_head {
    ($($(#[$attribute:meta])* $name:ident { $($(#[$field:meta])* $own:ident: $type:ty,)* })*) => {
        $(
            $(#[$attribute])*
            #[derive(Debug, JsonSchema)]
            pub struct $name {
                pub market: MarketName,
                pub source: SourceName,
                pub status: MarketStatusName,
                pub reason: Option<ReasonName>,
                /// When the status began.
                pub since: Micros,
                pub epoch: Count,
                $($(#[$field])* pub $own: $type,)*
            }
        )*
    };
}

with_market_head! {
    /// The order book; at equal `epoch` and `seq` it is that of the WebSocket's book streams.
    BookBody {
        /// Present in the book of another node, which came by the bus.
        #[schemars(skip_serializing_if = "Option::is_none", with = "String", extend("const" = "bus"))]
        via: Option<String>,
        /// Present with `via`: how long ago its node confirmed that this is the newest, in milliseconds.
        #[schemars(skip_serializing_if = "Option::is_none", with = "Count")]
        age_ms: Option<Count>,
        /// Present with `via`: how many levels a side are known here.
        #[schemars(skip_serializing_if = "Option::is_none", with = "Count")]
        depth_max: Option<Count>,
        seq: Count,
        ts_venue: Micros,
        ts_recv: Micros,
        /// Best first.
        bids: Vec<LevelPair>,
        /// Best first.
        asks: Vec<LevelPair>,
    }

    /// Trades, newest last.
    TradesBody {
        /// Number of the latest trade.
        seq: Count,
        items: Vec<PastTradeItem>,
        /// What `before` takes to go on backwards; null when nothing older is kept.
        next_cursor: Option<String>,
    }

    /// Candles, oldest first.
    CandlesBody {
        interval: IntervalName,
        items: Vec<CandleItem>,
        /// What `start` takes to go on, or `end` where no start was asked for; null when there is nothing more.
        next_cursor: Option<String>,
    }
}

/// A trade, from memory or from the store.
#[derive(Debug, JsonSchema)]
pub struct PastTradeItem {
    /// The market's number of the trade, contiguous within an epoch; null in trades from the store.
    pub seq: Option<Count>,
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

/// The order book of a moment.
#[derive(Debug, JsonSchema)]
pub struct PastBookBody {
    pub market: MarketName,
    pub source: SourceName,
    /// The market's status at that moment; null, as the next two, where it was not stored.
    pub status: Option<MarketStatusName>,
    pub reason: Option<ReasonName>,
    pub since: Option<Micros>,
    pub epoch: Count,
    pub seq: Count,
    /// The moment that was asked for.
    pub at: Micros,
    pub ts_venue: Micros,
    /// When the last change before that moment was received.
    pub ts_recv: Micros,
    /// Best first.
    pub bids: Vec<LevelPair>,
    /// Best first.
    pub asks: Vec<LevelPair>,
}

/// The book of now or, with `at`, of a moment.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub enum AnyBookBody {
    Now(BookBody),
    Past(PastBookBody),
}

/// A list of which there may be more.
#[derive(Debug, JsonSchema)]
#[schemars(rename = "PageOf_{T}")]
pub struct Page<T> {
    pub items: Vec<T>,
    /// What `cursor` takes to go on; null when there is nothing more.
    pub next_cursor: Option<String>,
}

with_ticker_fields! {
    /// Figures over the last 24 hours and the top of the book; null while there is nothing to tell.
    TickerBody {
        market: MarketName,
        source: SourceName,
        status: MarketStatusName,
        reason: Option<ReasonName>,
        /// When the status began.
        since: Micros,
        epoch: Count,
        seq: Count,
    }
}
