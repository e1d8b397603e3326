//! Accounts, balances, positions and ledger entries.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names::FeeInName;
use crate::schema::{Count, Decimal, MarketName, Micros};

/// An account in one of its versions.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AccountBody {
    /// Its name, which the newest version keeps.
    pub account: String,
    /// Of this version: a reset makes another.
    pub account_id: u32,
    /// 1, and one more with each reset.
    pub version: u32,
    pub predecessor_id: Option<u32>,
    pub successor_id: Option<u32>,
    /// Whether requests that name no account mean this one.
    pub is_default: bool,
    pub fees: FeesBody,
    pub latency: LatencyBody,
    pub kill_switch: bool,
    pub open_orders: u32,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FeesBody {
    /// A share of what is traded: `0.001` is 0.1 %.
    #[schemars(with = "Decimal")]
    pub maker: String,
    #[schemars(with = "Decimal")]
    pub taker: String,
    #[schemars(with = "FeeInName")]
    pub fee_in: &'static str,
}

/// How far an account is from the market. Delays are drawn from the seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LatencyBody {
    /// New and amended orders on their way to the market.
    pub entry: DelayBody,
    pub cancel: DelayBody,
    /// What comes back.
    pub reply: DelayBody,
    pub seed: u64,
}

/// A delay in microseconds, at most a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum DelayBody {
    #[default]
    None,
    Constant {
        us: u64,
    },
    Uniform {
        min_us: u64,
        max_us: u64,
    },
    /// `min_us`, and on top of it an exponential with this mean.
    LongTail {
        min_us: u64,
        mean_us: u64,
    },
}

/// What an account has of an asset.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BalanceBody {
    pub asset: String,
    #[schemars(with = "Decimal")]
    pub free: String,
    /// What open orders may cost at worst.
    #[schemars(with = "Decimal")]
    pub reserved: String,
    #[schemars(with = "Decimal")]
    pub total: String,
}

/// What was bought and sold in a market, and what came of it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PositionBody {
    #[schemars(with = "MarketName")]
    pub market: String,
    /// Below zero when more was sold than bought.
    #[schemars(with = "Decimal")]
    pub qty: String,
    /// With four more decimals than a price; null when nothing is open.
    #[schemars(with = "Option<Decimal>")]
    pub entry_price: Option<String>,
    /// The middle of the book, else the last print; null while there is none.
    #[schemars(with = "Option<Decimal>")]
    pub mark_price: Option<String>,
    /// Before fees.
    #[schemars(with = "Decimal")]
    pub realized_pnl: String,
    #[schemars(with = "Option<Decimal>")]
    pub unrealized_pnl: Option<String>,
    /// Those in base at the price of their fill.
    #[schemars(with = "Decimal")]
    pub fees: String,
    pub quote: String,
}

/// A line of the ledger. The lines of an event sum to zero for each asset, those of the ledger's own included.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct EntryBody {
    #[schemars(with = "Count")]
    pub seq: u64,
    pub line: u32,
    /// free or reserved
    pub owner: &'static str,
    pub asset: String,
    #[schemars(with = "Decimal")]
    pub amount: String,
    /// What kind of event it was.
    pub kind: String,
    #[schemars(with = "Micros")]
    pub ts: i64,
}
