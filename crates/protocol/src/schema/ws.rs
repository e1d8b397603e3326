//! Shapes of WebSocket messages.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::Value;

pub use super::account::*;
use super::{
    BookIntervalMs, CandleItem, Count, DepthName, ErrorCodeName, IntervalName, LevelPair, MarketName,
    MarketStatusName, Micros, ReasonName, RoleName, ScopeName, TradeItem, generator, with_ticker_fields,
};

/// Comes back unchanged in the answer.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub enum RequestId {
    Number(f64),
    Text(#[schemars(length(max = 126))] String),
}

/// The last frame that was applied.
#[derive(Debug, JsonSchema)]
pub struct PositionNamed {
    pub epoch: Count,
    pub seq: Count,
}

/// Where to go on: one position for the one market of the request, or one per market.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub enum Resume {
    One(PositionNamed),
    PerMarket(BTreeMap<String, PositionNamed>),
}

/// One word that is always the same.
macro_rules! tag {
    ($($name:ident = $text:literal;)*) => {
        $(
            #[derive(Debug, JsonSchema)]
            #[schemars(inline)]
            pub enum $name {
                #[schemars(rename = $text)]
                Tag,
            }
        )*
    };
}

tag! {
    SubscribeTag = "subscribe";
    UnsubscribeTag = "unsubscribe";
    PingTag = "ping";
    AuthTag = "auth";
    ReplyTag = "reply";
    ErrorTag = "error";
    HeartbeatTag = "heartbeat";
    AcceptedTag = "accepted";
    OkTag = "ok";
    EventTag = "event";
    BookTag = "book";
    BboTag = "bbo";
    TradesTag = "trades";
    TickerTag = "ticker";
    CandlesTag = "candles";
    StatusTag = "status";
    PlaceTag = "order.place";
    AmendTag = "order.amend";
    CancelTag = "order.cancel";
    CancelAllTag = "order.cancel_all";
    OrdersTag = "orders";
    FillsTag = "fills";
    BalancesTag = "balances";
    PositionsTag = "positions";
}

#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum ChannelName {
    Book,
    Bbo,
    Trades,
    Ticker,
    Candles,
    Status,
}

/// The fields that name streams.
macro_rules! with_stream_parameters {
    ($(#[$attribute:meta])* $name:ident { $($(#[$field:meta])* $own:ident: $type:ty,)* }) => {
        #[derive(Debug, JsonSchema)]
        $(#[$attribute])*
        pub struct $name {
            $($(#[$field])* pub $own: $type,)*
            #[schemars(skip_serializing_if = "Option::is_none", with = "RequestId")]
            pub id: Option<RequestId>,
            pub channel: ChannelName,
            /// 1 to 100 market ids.
            #[schemars(skip_serializing_if = "Vec::is_empty", length(min = 1))]
            pub markets: Vec<String>,
            /// Taken for one of `markets`.
            #[schemars(skip_serializing_if = "Option::is_none", with = "String")]
            pub market: Option<String>,
            /// Book: levels a side; 50 when it is missing.
            #[schemars(skip_serializing_if = "Option::is_none", with = "DepthName")]
            pub depth: Option<DepthName>,
            /// Book: least time between two frames; 100 when it is missing.
            #[schemars(skip_serializing_if = "Option::is_none", with = "BookIntervalMs")]
            pub interval_ms: Option<BookIntervalMs>,
            /// Book: adds `checksum` to each frame.
            #[schemars(skip_serializing_if = "Option::is_none", with = "bool")]
            pub checksum: Option<bool>,
            /// Candles: `1m` when it is missing.
            #[schemars(skip_serializing_if = "Option::is_none", with = "IntervalName")]
            pub interval: Option<IntervalName>,
        }
    };
}

with_stream_parameters! {
    /// Asks for streams: a market, a channel and its parameters make one.
    #[schemars(extend("anyOf" = [{"required": ["markets"]}, {"required": ["market"]}]))]
    SubscribeRequest {
        op: SubscribeTag,
        #[schemars(skip_serializing_if = "Option::is_none", with = "Resume")]
        resume: Option<Resume>,
    }
}

with_stream_parameters! {
    /// Ends streams. Channel and parameters name the stream as it was subscribed to.
    #[schemars(extend("anyOf" = [{"required": ["markets"]}, {"required": ["market"]}]))]
    UnsubscribeRequest {
        op: UnsubscribeTag,
    }
}

/// Asks for the server's time.
#[derive(Debug, JsonSchema)]
pub struct PingRequest {
    pub op: PingTag,
    #[schemars(skip_serializing_if = "Option::is_none", with = "RequestId")]
    pub id: Option<RequestId>,
}

/// Shows who is behind the connection: with an access token, or with a ticket of `POST /api/v1/auth/ws-ticket`.
#[derive(Debug, JsonSchema)]
#[schemars(extend("oneOf" = [{"required": ["token"]}, {"required": ["ticket"]}]))]
pub struct AuthRequest {
    pub op: AuthTag,
    #[schemars(skip_serializing_if = "Option::is_none", with = "RequestId")]
    pub id: Option<RequestId>,
    #[schemars(skip_serializing_if = "Option::is_none", with = "String")]
    pub token: Option<String>,
    #[schemars(skip_serializing_if = "Option::is_none", with = "String")]
    pub ticket: Option<String>,
}

/// Who the connection is of.
#[derive(Debug, JsonSchema)]
pub struct AuthReply {
    #[schemars(rename = "type")]
    pub kind: ReplyTag,
    pub op: AuthTag,
    #[schemars(skip_serializing_if = "Option::is_none", with = "RequestId")]
    pub id: Option<RequestId>,
    pub status: OkTag,
    pub user: String,
    pub role: RoleName,
    pub scopes: Vec<ScopeName>,
    /// When the connection is closed, unless it has shown a new token before; null: never.
    pub expires_at: Option<Micros>,
}

/// What became of a subscribe or unsubscribe request.
#[derive(Debug, JsonSchema)]
pub struct SubscriptionReply {
    #[schemars(rename = "type")]
    pub kind: ReplyTag,
    pub op: SubscriptionOp,
    #[schemars(skip_serializing_if = "Option::is_none", with = "RequestId")]
    pub id: Option<RequestId>,
    /// `ok` when every market was accepted, `error` when none was.
    pub status: ReplyStatus,
    pub channel: ChannelName,
    #[schemars(skip_serializing_if = "Option::is_none", with = "DepthName")]
    pub depth: Option<DepthName>,
    #[schemars(skip_serializing_if = "Option::is_none", with = "BookIntervalMs")]
    pub interval_ms: Option<BookIntervalMs>,
    #[schemars(skip_serializing_if = "Option::is_none", with = "bool")]
    pub checksum: Option<bool>,
    #[schemars(skip_serializing_if = "Option::is_none", with = "IntervalName")]
    pub interval: Option<IntervalName>,
    /// Each market once, in alphabetical order.
    pub results: Vec<SubscriptionResult>,
}

#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum SubscriptionOp {
    Subscribe,
    Unsubscribe,
}

#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum ReplyStatus {
    Ok,
    Partial,
    Error,
}

#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub enum SubscriptionResult {
    Accepted(AcceptedMarket),
    Refused(RefusedMarket),
}

#[derive(Debug, JsonSchema)]
pub struct AcceptedMarket {
    pub market: String,
    pub status: AcceptedTag,
    /// With `resume`: whether the frames after the position follow; else a snapshot does.
    #[schemars(skip_serializing_if = "Option::is_none", with = "bool")]
    pub recovered: Option<bool>,
    #[schemars(skip_serializing_if = "Option::is_none", with = "ResumeReason")]
    pub reason: Option<ResumeReason>,
}

#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "snake_case")]
pub enum ResumeReason {
    Ok,
    Epoch,
    TooOld,
    UnknownPosition,
}

#[derive(Debug, JsonSchema)]
pub struct RefusedMarket {
    pub market: String,
    pub status: ErrorTag,
    pub code: ErrorCodeName,
    pub message: String,
    pub retryable: bool,
}

/// The answer to a ping.
#[derive(Debug, JsonSchema)]
pub struct PongReply {
    #[schemars(rename = "type")]
    pub kind: ReplyTag,
    pub op: PingTag,
    #[schemars(skip_serializing_if = "Option::is_none", with = "RequestId")]
    pub id: Option<RequestId>,
    pub status: OkTag,
    pub server_time: Micros,
}

/// The answer to a request that could not be acted on at all.
#[derive(Debug, JsonSchema)]
pub struct ErrorFrame {
    #[schemars(rename = "type")]
    pub kind: ErrorTag,
    #[schemars(skip_serializing_if = "Option::is_none", with = "String")]
    pub op: Option<String>,
    #[schemars(skip_serializing_if = "Option::is_none", with = "RequestId")]
    pub id: Option<RequestId>,
    pub code: ErrorCodeName,
    /// For people.
    pub message: String,
    pub retryable: bool,
}

/// Every 5 s: the server's time, and per stream the position of the last frame that was sent.
#[derive(Debug, JsonSchema)]
pub struct Heartbeat {
    #[schemars(rename = "type")]
    pub kind: HeartbeatTag,
    pub server_time: Micros,
    pub streams: Vec<StreamStanding>,
}

#[derive(Debug, JsonSchema)]
pub struct StreamStanding {
    pub market: MarketName,
    pub channel: ChannelName,
    #[schemars(skip_serializing_if = "Option::is_none", with = "DepthName")]
    pub depth: Option<DepthName>,
    #[schemars(skip_serializing_if = "Option::is_none", with = "BookIntervalMs")]
    pub interval_ms: Option<BookIntervalMs>,
    #[schemars(skip_serializing_if = "Option::is_none", with = "bool")]
    pub checksum: Option<bool>,
    #[schemars(skip_serializing_if = "Option::is_none", with = "IntervalName")]
    pub interval: Option<IntervalName>,
    pub epoch: Count,
    pub seq: Count,
}

#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum SnapshotOrDelta {
    Snapshot,
    Delta,
}

#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum SnapshotOrEvent {
    Snapshot,
    Event,
}

/// Frames with what each has: its kind, its channel, the market and its place in the stream.
macro_rules! frames {
    ($($(#[$attribute:meta])* $name:ident($kind:ty, $channel:ty) {
        $($(#[$field:meta])* $own:ident: $type:ty,)*
    })*) => {
        $(
            $(#[$attribute])*
            #[derive(Debug, JsonSchema)]
            pub struct $name {
                #[schemars(rename = "type")]
                pub kind: $kind,
                pub channel: $channel,
                pub market: MarketName,
                /// A snapshot resets; anything else applies iff `epoch` is equal and `prev` is the last `seq`.
                pub epoch: Count,
                pub seq: Count,
                pub prev: Count,
                /// The venue's clock, 0 where it gives none.
                pub ts_venue: Micros,
                /// When the server received it.
                pub ts_recv: Micros,
                /// When the server encoded it.
                pub ts_sent: Micros,
                $($(#[$field])* pub $own: $type,)*
            }
        )*
    };
}

frames! {
    /// An order book, or what changed in it. Quantity zero removes a level.
    BookFrame(SnapshotOrDelta, BookTag) {
        depth: DepthName,
        interval_ms: BookIntervalMs,
        bids: Vec<LevelPair>,
        asks: Vec<LevelPair>,
        /// With `checksum` asked for: CRC-32 of the ten best levels a side after the frame.
        #[schemars(skip_serializing_if = "Option::is_none", with = "u32")]
        checksum: Option<u32>,
    }

    /// Best bid and offer; null while a side is empty. Each frame is whole.
    BboFrame(SnapshotOrDelta, BboTag) {
        bid: Option<LevelPair>,
        ask: Option<LevelPair>,
    }

    /// Trades, oldest first.
    TradesFrame(SnapshotOrEvent, TradesTag) {
        trades: Vec<TradeItem>,
    }

    /// Tells a reader that was too slow which trades it will not get.
    LaggedFrame(EventTag, TradesTag) {
        lagged: LaggedRange,
    }

    /// Candles that are new or changed; known by their `open_time`.
    CandlesFrame(SnapshotOrDelta, CandlesTag) {
        interval: IntervalName,
        candles: Vec<CandleItem>,
    }

    /// Whether a market's data can be believed. Each frame is whole.
    StatusFrame(StatusTag, StatusTag) {
        status: MarketStatusName,
        reason: Option<ReasonName>,
        /// When the status began.
        since: Micros,
    }
}

with_ticker_fields! {
    /// Figures over the last 24 hours and the top of the book. Each frame is whole.
    TickerFrame {
        #[schemars(rename = "type")]
        kind: SnapshotOrDelta,
        channel: TickerTag,
        market: MarketName,
        epoch: Count,
        seq: Count,
        prev: Count,
        ts_venue: Micros,
        ts_recv: Micros,
        ts_sent: Micros,
    }
}

/// The first and the last `seq` that are lost.
#[derive(Debug, JsonSchema)]
pub struct LaggedRange {
    pub from: Count,
    pub to: Count,
}

/// Anything that a client sends.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub enum ClientMessage {
    Subscribe(SubscribeRequest),
    Unsubscribe(UnsubscribeRequest),
    Ping(PingRequest),
    Auth(AuthRequest),
    SubscribeAccount(SubscribeAccountRequest),
    UnsubscribeAccount(UnsubscribeAccountRequest),
    PlaceOrder(PlaceOrderRequest),
    AmendOrder(AmendOrderRequest),
    CancelOrder(CancelOrderRequest),
    CancelAll(CancelAllRequest),
}

/// Anything that the server sends.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
#[allow(clippy::large_enum_variant, reason = "a shape for the document, never a value")]
pub enum ServerMessage {
    SubscriptionReply(SubscriptionReply),
    PongReply(PongReply),
    AuthReply(AuthReply),
    Error(ErrorFrame),
    Heartbeat(Heartbeat),
    Book(BookFrame),
    Bbo(BboFrame),
    Trades(TradesFrame),
    Lagged(LaggedFrame),
    Ticker(TickerFrame),
    Candles(CandlesFrame),
    Status(StatusFrame),
    AccountReply(AccountReply),
    OrderReply(OrderReply),
    CancelAllReply(CancelAllReply),
    Orders(OrdersFrame),
    Fills(FillsFrame),
    Balances(BalancesFrame),
    Positions(PositionsFrame),
}

/// A message of the protocol.
#[derive(Debug)]
pub struct MessageSchema {
    pub name: &'static str,
    pub is_from_client: bool,
    /// Stands alone: what it refers to is in its `$defs`.
    pub schema: Value,
}

/// Every message with its schema, and the two unions last.
pub fn message_schemas() -> Vec<MessageSchema> {
    fn of<T: JsonSchema>(name: &'static str, is_from_client: bool) -> MessageSchema {
        let mut schema = generator("/$defs").into_root_schema_for::<T>();
        schema.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
        schema.insert("title".to_owned(), name.into());
        MessageSchema { name, is_from_client, schema: schema.to_value() }
    }
    vec![
        of::<SubscribeRequest>("SubscribeRequest", true),
        of::<UnsubscribeRequest>("UnsubscribeRequest", true),
        of::<PingRequest>("PingRequest", true),
        of::<AuthRequest>("AuthRequest", true),
        of::<SubscribeAccountRequest>("SubscribeAccountRequest", true),
        of::<UnsubscribeAccountRequest>("UnsubscribeAccountRequest", true),
        of::<PlaceOrderRequest>("PlaceOrderRequest", true),
        of::<AmendOrderRequest>("AmendOrderRequest", true),
        of::<CancelOrderRequest>("CancelOrderRequest", true),
        of::<CancelAllRequest>("CancelAllRequest", true),
        of::<SubscriptionReply>("SubscriptionReply", false),
        of::<PongReply>("PongReply", false),
        of::<AuthReply>("AuthReply", false),
        of::<ErrorFrame>("ErrorFrame", false),
        of::<Heartbeat>("Heartbeat", false),
        of::<BookFrame>("BookFrame", false),
        of::<BboFrame>("BboFrame", false),
        of::<TradesFrame>("TradesFrame", false),
        of::<LaggedFrame>("LaggedFrame", false),
        of::<TickerFrame>("TickerFrame", false),
        of::<CandlesFrame>("CandlesFrame", false),
        of::<StatusFrame>("StatusFrame", false),
        of::<AccountReply>("AccountReply", false),
        of::<OrderReply>("OrderReply", false),
        of::<CancelAllReply>("CancelAllReply", false),
        of::<OrdersFrame>("OrdersFrame", false),
        of::<FillsFrame>("FillsFrame", false),
        of::<BalancesFrame>("BalancesFrame", false),
        of::<PositionsFrame>("PositionsFrame", false),
        of::<ClientMessage>("ClientMessage", true),
        of::<ServerMessage>("ServerMessage", false),
    ]
}
