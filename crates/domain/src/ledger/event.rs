//! What happens to the ledger. An event holds results, so that a ledger can be rebuilt from its events alone; one that
//! cannot have happened is refused and changes nothing.

use super::amount::Amount;
use super::fees::{FeeSchedule, Liquidity};
use super::ids::{AccountNo, AssetNo, MarketNo, UserNo};
use super::order::{Need, OrderMoney};
use super::risk::RiskLimits;
use super::terms::Asset;
use crate::instrument::MarketId;
use crate::matching::OrderSide;
use crate::numbers::{Price, Qty, Scales};
use crate::time::Timestamp;

/// A side of a trade that is to be settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// The venue's book or tape: the ledger's own counterparty, without limits and fees.
    Venue,
    Order {
        money: OrderMoney,
        liquidity: Liquidity,
        /// What the order may still trade after this fill.
        left: Need,
    },
}

/// Command: base goes from the seller to the buyer, and its price the other way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settlement {
    pub market: MarketNo,
    pub price: Price,
    pub qty: Qty,
    pub buyer: Party,
    pub seller: Party,
    pub at: Timestamp,
}

/// What a settlement did to one order and its account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SettledLeg {
    /// The order's money from here on.
    pub money: OrderMoney,
    pub liquidity: Liquidity,
    /// Out of what was reserved: quote of a buyer, with the fee if that is paid in quote; base of a seller.
    pub spent: Amount,
    /// Back from reserved to free, since the rest of the order needs less.
    pub released: Amount,
    /// After the fee, if that is paid in what is received.
    pub received: Amount,
    /// Below zero for a rebate.
    pub fee: Amount,
    pub fee_asset: AssetNo,
    /// The fee in quote; one in base at the fill's price, rounded up.
    pub fee_value: Amount,
}

/// A trade with at least one of our orders in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Settled {
    pub market: MarketNo,
    pub price: Price,
    pub qty: Qty,
    pub base: Amount,
    pub quote: Amount,
    /// `None` for the venue.
    pub buyer: Option<SettledLeg>,
    pub seller: Option<SettledLeg>,
    pub at: Timestamp,
}

impl Settled {
    pub const fn leg(&self, side: OrderSide) -> Option<&SettledLeg> {
        match side {
            OrderSide::Buy => self.buyer.as_ref(),
            OrderSide::Sell => self.seller.as_ref(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerEvent {
    /// It gets the next number, as do markets and accounts.
    AssetAdded(Asset),
    MarketAdded {
        market: MarketId,
        base: AssetNo,
        quote: AssetNo,
        scales: Scales,
    },
    /// The venue prints more decimals than before.
    MarketWidened {
        market: MarketNo,
        scales: Scales,
    },
    AccountOpened {
        user: UserNo,
        name: String,
        fees: FeeSchedule,
    },
    /// A successor of the same name, fees and limits, with nothing in it.
    AccountReset {
        account: AccountNo,
    },
    /// A new account with the balances and positions of another, all of it free, and its fees and limits.
    AccountCloned {
        source: AccountNo,
        name: String,
    },
    FeesSet {
        account: AccountNo,
        fees: FeeSchedule,
    },
    LimitsSet {
        account: AccountNo,
        limits: RiskLimits,
    },
    KillSwitchSet {
        account: AccountNo,
        is_killed: bool,
    },
    GlobalKillSwitchSet {
        is_killed: bool,
    },
    CancelAfterSet {
        account: AccountNo,
        at: Option<Timestamp>,
    },
    /// From the faucet.
    Deposited {
        account: AccountNo,
        asset: AssetNo,
        amount: Amount,
    },
    Reserved {
        account: AccountNo,
        asset: AssetNo,
        amount: Amount,
    },
    Released {
        account: AccountNo,
        asset: AssetNo,
        amount: Amount,
    },
    Settled(Box<Settled>),
    OrderCounted {
        account: AccountNo,
        at: Timestamp,
    },
}

impl LedgerEvent {
    /// What kind of fact it is, as journals are searched for it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::AssetAdded(_) => "asset_added",
            Self::MarketAdded { .. } => "market_added",
            Self::MarketWidened { .. } => "market_widened",
            Self::AccountOpened { .. } => "account_opened",
            Self::AccountReset { .. } => "account_reset",
            Self::AccountCloned { .. } => "account_cloned",
            Self::FeesSet { .. } => "fees_set",
            Self::LimitsSet { .. } => "limits_set",
            Self::KillSwitchSet { .. } => "kill_switch_set",
            Self::GlobalKillSwitchSet { .. } => "global_kill_switch_set",
            Self::CancelAfterSet { .. } => "cancel_after_set",
            Self::Deposited { .. } => "deposited",
            Self::Reserved { .. } => "reserved",
            Self::Released { .. } => "released",
            Self::Settled(_) => "settled",
            Self::OrderCounted { .. } => "order_counted",
        }
    }
}
