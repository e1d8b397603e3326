//! Orders and fills as clients see them.

use marketd_domain::ledger::Asset;
use marketd_domain::sandbox::{Fill, Order, Phase};
use marketd_domain::{Price, Qty, Scales, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use super::names::{
    EndReasonName, LiquidityName, ListKindName, OrderStatusName, OrderTypeName, SelfTradePreventionName,
    TimeInForceName, TriggerByName,
};
use super::side_name;
use crate::schema::{Count, Decimal, MarketName, Micros, SideName};

/// An order and what has become of it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct OrderBody {
    #[schemars(with = "Count")]
    pub order_id: u64,
    pub client_order_id: Option<String>,
    /// Name of the account.
    pub account: String,
    #[schemars(with = "MarketName")]
    pub market: String,
    #[schemars(with = "SideName")]
    pub side: &'static str,
    #[serde(rename = "type")]
    #[schemars(with = "OrderTypeName")]
    pub order_type: &'static str,
    #[schemars(with = "TimeInForceName")]
    pub time_in_force: &'static str,
    #[schemars(with = "Option<Micros>")]
    pub expires_at: Option<i64>,
    #[schemars(with = "Option<Decimal>")]
    pub qty: Option<String>,
    #[schemars(with = "Option<Decimal>")]
    pub quote_qty: Option<String>,
    #[schemars(with = "Option<Decimal>")]
    pub price: Option<String>,
    /// Of a trailing stop: where it is now.
    #[schemars(with = "Option<Decimal>")]
    pub stop_price: Option<String>,
    pub trailing_bps: Option<u32>,
    #[schemars(with = "TriggerByName")]
    pub trigger_by: &'static str,
    #[schemars(with = "Option<Decimal>")]
    pub display_qty: Option<String>,
    pub post_only: bool,
    #[schemars(with = "SelfTradePreventionName")]
    pub self_trade_prevention: &'static str,
    #[schemars(with = "Option<Count>")]
    pub list_id: Option<u64>,
    #[schemars(with = "OrderStatusName")]
    pub status: &'static str,
    /// Why it ended otherwise than filled.
    #[schemars(with = "Option<EndReasonName>")]
    pub reason: Option<&'static str>,
    #[schemars(with = "Decimal")]
    pub filled_qty: String,
    /// Quote paid or received, before fees.
    #[schemars(with = "Decimal")]
    pub filled_quote: String,
    /// Taken off by self-trade prevention.
    #[schemars(with = "Decimal")]
    pub prevented_qty: String,
    /// The last match that was prevented by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(skip_serializing_if = "Option::is_none", with = "Count")]
    pub prevented_match_id: Option<u64>,
    #[schemars(with = "Option<Decimal>")]
    pub avg_price: Option<String>,
    /// Of all fills so far.
    #[schemars(with = "Decimal")]
    pub fee: String,
    pub fee_asset: String,
    /// What it holds back.
    #[schemars(with = "Decimal")]
    pub reserved: String,
    pub reserved_asset: String,
    /// The venue's quantity in front of it at its price; null while it stands in no queue, or its price is out of view.
    #[schemars(with = "Option<Decimal>")]
    pub queue_ahead: Option<String>,
    /// Where it stands, for other protocols than ours.
    #[serde(skip)]
    #[schemars(skip)]
    pub phase: Phase,
    /// A cancel or an amendment is on its way.
    pub change_pending: bool,
    #[schemars(with = "Micros")]
    pub created_at: i64,
    #[schemars(with = "Micros")]
    pub updated_at: i64,
    /// Present and true in the answer to a request that was carried out before.
    #[serde(skip_serializing_if = "is_false")]
    #[schemars(skip_serializing_if = "is_false", with = "bool")]
    pub replayed: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// What an order's numbers and names mean.
#[derive(Debug, Clone, Copy)]
pub struct OrderContext<'a> {
    pub market: &'a str,
    pub account: &'a str,
    pub scales: Scales,
    pub base: &'a Asset,
    pub quote: &'a Asset,
    pub queue_ahead: Option<Qty>,
}

impl OrderBody {
    pub fn of(order: &Order, context: &OrderContext<'_>) -> Self {
        use marketd_domain::ledger::FeeIn;
        use marketd_domain::matching::OrderSide;
        let Scales { price: price_scale, qty: qty_scale } = context.scales;
        let request = &order.request;
        let price_text = |price: Price| price.to_text(price_scale);
        let qty_text = |qty: Qty| qty.to_text(qty_scale);
        let is_buy = request.side == OrderSide::Buy;
        let given = if is_buy { context.quote } else { context.base };
        let fee_asset = match order.money.fees().paid_in {
            FeeIn::Received if is_buy => context.base,
            FeeIn::Received | FeeIn::Quote => context.quote,
        };
        Self {
            order_id: order.order_id.get(),
            client_order_id: request.client_order_id.map(|id| id.as_str().to_owned()),
            account: context.account.to_owned(),
            market: context.market.to_owned(),
            side: side_name(request.side),
            order_type: request.order_type.as_str(),
            time_in_force: request.time_in_force.as_str(),
            expires_at: request.expires_at.map(Timestamp::micros),
            qty: request.qty.map(qty_text),
            quote_qty: request.quote_qty.map(|quote| quote.to_trimmed_text(context.scales)),
            price: request.price.map(price_text),
            stop_price: request.stop_price.map(price_text),
            trailing_bps: request.trailing_bps,
            trigger_by: request.trigger_by.as_str(),
            display_qty: request.display_qty.map(qty_text),
            post_only: request.post_only,
            self_trade_prevention: request.self_trade_prevention.as_str(),
            list_id: order.list.map(marketd_domain::sandbox::ListId::get),
            status: order.status.as_str(),
            reason: order.reason.map(marketd_domain::sandbox::EndReason::as_str),
            filled_qty: qty_text(order.filled_qty),
            filled_quote: order.filled_quote.to_trimmed_text(context.scales),
            prevented_qty: qty_text(order.prevented_qty),
            prevented_match_id: order.prevented_match,
            avg_price: order.avg_price().map(price_text),
            fee: order.fee.to_trimmed_text(fee_asset.scale),
            fee_asset: fee_asset.code.clone(),
            reserved: order.money.hold().to_trimmed_text(given.scale),
            reserved_asset: given.code.clone(),
            queue_ahead: context.queue_ahead.map(qty_text),
            phase: order.phase,
            change_pending: order.change.is_some(),
            created_at: order.accepted_at.micros(),
            updated_at: order.updated_at.micros(),
            replayed: false,
        }
    }
}

/// An execution of one order.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FillBody {
    #[schemars(with = "Count")]
    pub fill_id: u64,
    #[schemars(with = "Count")]
    pub order_id: u64,
    pub account: String,
    #[schemars(with = "MarketName")]
    pub market: String,
    #[schemars(with = "SideName")]
    pub side: &'static str,
    #[schemars(with = "Decimal")]
    pub price: String,
    #[schemars(with = "Decimal")]
    pub qty: String,
    /// Below zero for a rebate.
    #[schemars(with = "Decimal")]
    pub fee: String,
    pub fee_asset: String,
    #[schemars(with = "LiquidityName")]
    pub liquidity: &'static str,
    #[schemars(with = "Micros")]
    pub ts: i64,
}

pub fn fill_body(fill: &Fill, ts: Timestamp, context: &OrderContext<'_>, fee_asset: &Asset) -> FillBody {
    FillBody {
        fill_id: fill.fill_id.get(),
        order_id: fill.order_id.get(),
        account: context.account.to_owned(),
        market: context.market.to_owned(),
        side: side_name(fill.side),
        price: fill.price.to_text(context.scales.price),
        qty: fill.qty.to_text(context.scales.qty),
        fee: fill.fee.to_trimmed_text(fee_asset.scale),
        fee_asset: fee_asset.code.clone(),
        liquidity: fill.liquidity.as_str(),
        ts: ts.micros(),
    }
}

/// Orders that depend on each other: the entry first, where there is one.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct OrderListBody {
    #[schemars(with = "Count")]
    pub list_id: u64,
    pub account: String,
    #[schemars(with = "ListKindName")]
    pub kind: &'static str,
    /// The caller's own name for it.
    pub client_list_id: Option<String>,
    pub orders: Vec<OrderBody>,
}

/// How many orders were cancelled.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct CancelledBody {
    pub cancelled: u32,
}
