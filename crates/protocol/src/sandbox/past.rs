//! What became of an order otherwise than by fills.

use marketd_domain::sandbox::PreventedMatch;
use marketd_domain::{Scales, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use super::names::SelfTradePreventionName;
use crate::schema::{Count, Decimal, Micros};

/// A match that self-trade prevention kept from happening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PreventedMatchBody {
    #[schemars(with = "Count")]
    pub match_id: u64,
    #[schemars(with = "Count")]
    pub taker_order_id: u64,
    #[schemars(with = "Count")]
    pub maker_order_id: u64,
    /// The taker's rule, which counts.
    #[schemars(with = "SelfTradePreventionName")]
    pub self_trade_prevention: String,
    #[schemars(with = "Decimal")]
    pub price: String,
    /// What would have traded.
    #[schemars(with = "Decimal")]
    pub qty: String,
    /// What the taker lost by it; zero when it went on as it was.
    #[schemars(with = "Decimal")]
    pub taker_qty: String,
    #[schemars(with = "Decimal")]
    pub maker_qty: String,
    #[schemars(with = "Micros")]
    pub ts: i64,
}

impl PreventedMatchBody {
    pub fn of(match_id: u64, prevented: &PreventedMatch, (ts, scales): (Timestamp, Scales)) -> Self {
        Self {
            match_id,
            taker_order_id: prevented.taker.get(),
            maker_order_id: prevented.maker.get(),
            self_trade_prevention: prevented.prevention.as_str().to_owned(),
            price: prevented.price.to_text(scales.price),
            qty: prevented.qty.to_text(scales.qty),
            taker_qty: prevented.taker_qty.to_text(scales.qty),
            maker_qty: prevented.maker_qty.to_text(scales.qty),
            ts: ts.micros(),
        }
    }
}

/// New values of an order, and those before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AmendmentBody {
    #[schemars(with = "Count")]
    pub seq: u64,
    #[schemars(with = "Decimal")]
    pub qty_before: String,
    #[schemars(with = "Decimal")]
    pub qty: String,
    #[schemars(with = "Option<Decimal>")]
    pub price_before: Option<String>,
    #[schemars(with = "Option<Decimal>")]
    pub price: Option<String>,
    #[schemars(with = "Option<Decimal>")]
    pub stop_price_before: Option<String>,
    #[schemars(with = "Option<Decimal>")]
    pub stop_price: Option<String>,
    pub client_order_id_before: Option<String>,
    pub client_order_id: Option<String>,
    /// It kept its place in the queue.
    pub kept_place: bool,
    #[schemars(with = "Micros")]
    pub ts: i64,
}
