//! Limits and switches of an account.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::number::NumberText;
use crate::schema::Micros;

/// What an account may do, and what is switched.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RiskBody {
    pub account: String,
    pub limits: LimitsBody,
    pub kill_switch: bool,
    pub kill_switch_global: bool,
    /// When all open orders are cancelled, unless that is taken back before.
    #[schemars(with = "Option<Micros>")]
    pub cancel_after: Option<i64>,
    pub open_orders: u32,
}

/// Nothing is limited that is null or not named. `PUT /risk/limits` replaces all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsBody {
    pub max_open_orders: Option<u32>,
    /// How far a price may be from the mark price, in hundredths of a percent of it.
    pub price_collar_bps: Option<u32>,
    pub order_rate: Option<OrderRateBody>,
    pub markets: Vec<MarketLimitsBody>,
    pub assets: Vec<AssetLimitsBody>,
}

/// At most so many orders in each window of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderRateBody {
    pub orders: u32,
    #[schemars(range(min = 1))]
    pub window_ms: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MarketLimitsBody {
    pub market: String,
    #[serde(default)]
    pub max_order_qty: Option<NumberText>,
    /// Long or short, all open orders of the side filled.
    #[serde(default)]
    pub max_position: Option<NumberText>,
}

/// In all markets of one quote asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssetLimitsBody {
    pub asset: String,
    #[serde(default)]
    pub max_order_notional: Option<NumberText>,
    /// Realized less fees, of one UTC day.
    #[serde(default)]
    pub max_daily_loss: Option<NumberText>,
}
