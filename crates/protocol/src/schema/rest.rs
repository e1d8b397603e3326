//! Shapes of REST answers that are encoded by hand.

use schemars::JsonSchema;

use super::{
    CandleItem, Count, ErrorCodeName, IntervalName, LevelPair, MarketName, MarketStatusName, Micros,
    ReasonName, SourceName, TradeItem, with_ticker_fields,
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
        items: Vec<TradeItem>,
        /// What `before` takes to go on backwards; null when nothing older is kept.
        next_cursor: Option<String>,
    }

    /// Candles, oldest first.
    CandlesBody {
        interval: IntervalName,
        items: Vec<CandleItem>,
        /// What `start` takes to go on; null when there is nothing newer.
        next_cursor: Option<String>,
    }
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
