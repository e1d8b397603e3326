//! Shapes of the WebSocket's messages about orders and accounts.

use schemars::JsonSchema;

use super::ws::{
    AmendTag, BalancesTag, CancelAllTag, CancelTag, FillsTag, OkTag, OrdersTag, PlaceTag, PositionNamed,
    PositionsTag, ReplyTag, RequestId, ResumeReason, SnapshotOrEvent, SubscribeTag, SubscriptionOp,
    UnsubscribeTag,
};
use super::{Count, Micros};
use crate::sandbox::{
    AmendFields, BalanceBody, CancelledBody, FillBody, OrderBody, OrderFields, PositionBody,
};

#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum AccountChannelName {
    Orders,
    Fills,
    Balances,
    Positions,
}

/// Asks for a channel of an account.
#[derive(Debug, JsonSchema)]
pub struct SubscribeAccountRequest {
    pub op: SubscribeTag,
    #[schemars(skip_serializing_if = "Option::is_none", with = "RequestId")]
    pub id: Option<RequestId>,
    pub channel: AccountChannelName,
    /// The default account without it.
    #[schemars(skip_serializing_if = "Option::is_none", with = "String")]
    pub account: Option<String>,
    #[schemars(skip_serializing_if = "Option::is_none", with = "PositionNamed")]
    pub resume: Option<PositionNamed>,
}

/// Ends a channel of an account.
#[derive(Debug, JsonSchema)]
pub struct UnsubscribeAccountRequest {
    pub op: UnsubscribeTag,
    #[schemars(skip_serializing_if = "Option::is_none", with = "RequestId")]
    pub id: Option<RequestId>,
    pub channel: AccountChannelName,
    #[schemars(skip_serializing_if = "Option::is_none", with = "String")]
    pub account: Option<String>,
}

/// A channel of an account begins, or has ended.
#[derive(Debug, JsonSchema)]
pub struct AccountReply {
    #[schemars(rename = "type")]
    pub kind: ReplyTag,
    pub op: SubscriptionOp,
    #[schemars(skip_serializing_if = "Option::is_none", with = "RequestId")]
    pub id: Option<RequestId>,
    pub status: OkTag,
    pub channel: AccountChannelName,
    pub account: String,
    /// With `resume`: whether the frames after the position follow; else a snapshot does.
    #[schemars(skip_serializing_if = "Option::is_none", with = "bool")]
    pub recovered: Option<bool>,
    #[schemars(skip_serializing_if = "Option::is_none", with = "ResumeReason")]
    pub reason: Option<ResumeReason>,
}

/// Places an order: the fields are those of `POST /orders`.
#[derive(Debug, JsonSchema)]
pub struct PlaceOrderRequest {
    pub op: PlaceTag,
    #[schemars(skip_serializing_if = "Option::is_none", with = "RequestId")]
    pub id: Option<RequestId>,
    #[schemars(flatten)]
    pub fields: OrderFields,
}

/// New values of an open order.
#[derive(Debug, JsonSchema)]
#[schemars(extend("oneOf" = [{"required": ["order_id"]}, {"required": ["client_order_id"]}]))]
pub struct AmendOrderRequest {
    pub op: AmendTag,
    #[schemars(skip_serializing_if = "Option::is_none", with = "RequestId")]
    pub id: Option<RequestId>,
    #[schemars(skip_serializing_if = "Option::is_none", with = "Count")]
    pub order_id: Option<Count>,
    #[schemars(skip_serializing_if = "Option::is_none", with = "String")]
    pub client_order_id: Option<String>,
    #[schemars(flatten)]
    pub fields: AmendFields,
}

#[derive(Debug, JsonSchema)]
#[schemars(extend("oneOf" = [{"required": ["order_id"]}, {"required": ["client_order_id"]}]))]
pub struct CancelOrderRequest {
    pub op: CancelTag,
    #[schemars(skip_serializing_if = "Option::is_none", with = "RequestId")]
    pub id: Option<RequestId>,
    #[schemars(skip_serializing_if = "Option::is_none", with = "String")]
    pub account: Option<String>,
    #[schemars(skip_serializing_if = "Option::is_none", with = "Count")]
    pub order_id: Option<Count>,
    #[schemars(skip_serializing_if = "Option::is_none", with = "String")]
    pub client_order_id: Option<String>,
}

/// Cancels all orders of an account, or those of one market.
#[derive(Debug, JsonSchema)]
pub struct CancelAllRequest {
    pub op: CancelAllTag,
    #[schemars(skip_serializing_if = "Option::is_none", with = "RequestId")]
    pub id: Option<RequestId>,
    #[schemars(skip_serializing_if = "Option::is_none", with = "String")]
    pub account: Option<String>,
    #[schemars(skip_serializing_if = "Option::is_none", with = "String")]
    pub market: Option<String>,
}

#[derive(Debug, JsonSchema)]
pub enum OrderOpName {
    #[schemars(rename = "order.place")]
    Place,
    #[schemars(rename = "order.amend")]
    Amend,
    #[schemars(rename = "order.cancel")]
    Cancel,
}

/// The order as it is now.
#[derive(Debug, JsonSchema)]
pub struct OrderReply {
    #[schemars(rename = "type")]
    pub kind: ReplyTag,
    pub op: OrderOpName,
    #[schemars(skip_serializing_if = "Option::is_none", with = "RequestId")]
    pub id: Option<RequestId>,
    pub status: OkTag,
    pub data: OrderBody,
}

#[derive(Debug, JsonSchema)]
pub struct CancelAllReply {
    #[schemars(rename = "type")]
    pub kind: ReplyTag,
    pub op: CancelAllTag,
    #[schemars(skip_serializing_if = "Option::is_none", with = "RequestId")]
    pub id: Option<RequestId>,
    pub status: OkTag,
    pub data: CancelledBody,
}

/// Frames of an account's channels.
macro_rules! account_frames {
    ($($(#[$attribute:meta])* $name:ident($channel:ty, $item:ty);)*) => {
        $(
            $(#[$attribute])*
            #[derive(Debug, JsonSchema)]
            pub struct $name {
                #[schemars(rename = "type")]
                pub kind: SnapshotOrEvent,
                pub channel: $channel,
                pub account: String,
                /// A snapshot resets; anything else applies iff `epoch` is equal and `prev` is the last `seq`.
                pub epoch: Count,
                pub seq: Count,
                pub prev: Count,
                /// When the server encoded it.
                pub ts_sent: Micros,
                pub items: Vec<$item>,
            }
        )*
    };
}

account_frames! {
    /// A snapshot has all open orders; an event those that are new or changed, also for the last time.
    OrdersFrame(OrdersTag, OrderBody);
    /// A snapshot has the latest fills, oldest first; an event those that are new.
    FillsFrame(FillsTag, FillBody);
    /// A snapshot has all balances; an event those that changed.
    BalancesFrame(BalancesTag, BalanceBody);
    /// A snapshot has all positions; an event those that changed. Marks are of the moment.
    PositionsFrame(PositionsTag, PositionBody);
}
