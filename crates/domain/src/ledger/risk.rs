//! Limits of an account, and the checks that every new order passes before it may reserve anything.

use super::Ledger;
use super::account::Account;
use super::amount::Amount;
use super::ids::{AccountNo, AssetNo, MarketNo};
use super::refusal::Refusal;
use super::terms::Terms;
use crate::matching::OrderSide;
use crate::numbers::{Price, Qty};
use crate::time::Timestamp;

/// At most so many orders in each window of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OrderRate {
    pub orders: u32,
    pub window_ms: u32,
}

/// Limits in one market.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MarketLimits {
    pub market: MarketNo,
    pub max_order_qty: Option<Qty>,
    /// Long or short, all open orders of the side filled; in units of base.
    pub max_position: Option<Amount>,
}

/// Limits in all markets of one quote asset, in its units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AssetLimits {
    pub asset: AssetNo,
    pub max_order_notional: Option<Amount>,
    /// Realized less fees, of one UTC day.
    pub max_daily_loss: Option<Amount>,
}

/// What an account may do. Nothing is limited that is not named.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct RiskLimits {
    pub max_open_orders: Option<u32>,
    /// How far a price may be from the mark price, in basis points of it.
    pub price_collar_bps: Option<u32>,
    pub order_rate: Option<OrderRate>,
    /// One entry a market.
    pub markets: Vec<MarketLimits>,
    /// One entry an asset.
    pub assets: Vec<AssetLimits>,
}

/// Limits, switches and counters of an account.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct RiskState {
    pub limits: RiskLimits,
    pub is_killed: bool,
    /// When all open orders are to be cancelled, unless the client says so again before.
    pub cancel_after: Option<Timestamp>,
    pub(super) window: u64,
    pub(super) orders_in_window: u32,
}

impl RiskState {
    /// Orders counted in the window that `at` falls into.
    fn counted(&self, rate: OrderRate, at: Timestamp) -> u32 {
        if window_of(rate, at) == self.window { self.orders_in_window } else { 0 }
    }

    pub(super) fn count(&mut self, at: Timestamp) {
        let Some(rate) = self.limits.order_rate else { return };
        let window = window_of(rate, at);
        self.orders_in_window = self.counted(rate, at).saturating_add(1);
        self.window = window;
    }
}

/// Windows are aligned to the clock.
fn window_of(rate: OrderRate, at: Timestamp) -> u64 {
    at.millis().max(0).cast_unsigned() / u64::from(rate.window_ms.max(1))
}

/// An order as the checks need to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderIntent {
    pub account: AccountNo,
    pub market: MarketNo,
    pub side: OrderSide,
    pub qty: Qty,
    /// The limit price; `None` for an order that takes whatever price there is.
    pub price: Option<Price>,
    pub mark: Option<Price>,
    pub open_orders: u32,
    /// What is left of the account's open orders on this side of this market.
    pub open_same_side: Qty,
}

impl Ledger {
    /// Whether the account may place this order at `at`. Nothing is changed: an order that is accepted is counted by
    /// [`Ledger::count_order`].
    pub fn check_risk(&self, intent: &OrderIntent, at: Timestamp) -> Result<(), Refusal> {
        if self.is_killed() {
            return Err(Refusal::KillSwitchGlobal);
        }
        let account = self.open_account_of(intent.account)?;
        let terms = self.terms(intent.market).ok_or(Refusal::UnknownMarket)?;
        let limits = &account.risk.limits;
        if account.risk.is_killed {
            return Err(Refusal::KillSwitch);
        }
        if limits.order_rate.is_some_and(|rate| account.risk.counted(rate, at) >= rate.orders) {
            return Err(Refusal::OrderRate);
        }
        if limits.max_open_orders.is_some_and(|most| intent.open_orders >= most) {
            return Err(Refusal::MaxOpenOrders);
        }
        if let (Some(bps), Some(price)) = (limits.price_collar_bps, intent.price) {
            check_collar(price, intent.mark, bps)?;
        }
        if let Some(of_market) = limits.markets.iter().find(|of| of.market == intent.market) {
            check_market(of_market, account, terms, intent)?;
        }
        if let Some(of_asset) = limits.assets.iter().find(|of| of.asset == terms.quote) {
            check_asset(of_asset, account, terms, intent, at)?;
        }
        Ok(())
    }
}

fn check_collar(price: Price, mark: Option<Price>, bps: u32) -> Result<(), Refusal> {
    let mark = mark.filter(|mark| *mark > Price::ZERO).ok_or(Refusal::NoMarkPrice)?;
    let (price, mark) = (i128::from(price.mantissa()), i128::from(mark.mantissa()));
    // Both below 2^64 times 2^32.
    if (price - mark).abs() * 10_000 > mark * i128::from(bps) { Err(Refusal::PriceCollar) } else { Ok(()) }
}

fn check_market(
    limits: &MarketLimits,
    account: &Account,
    terms: &Terms,
    intent: &OrderIntent,
) -> Result<(), Refusal> {
    if limits.max_order_qty.is_some_and(|most| intent.qty > most) {
        return Err(Refusal::MaxOrderQty);
    }
    let Some(most) = limits.max_position else { return Ok(()) };
    let base = |qty| terms.base_amount(qty).ok_or(Refusal::OutOfRange);
    let added = base(intent.qty)?.checked_add(base(intent.open_same_side)?).ok_or(Refusal::OutOfRange)?;
    let held = account.position(intent.market).qty;
    let reached = match intent.side {
        OrderSide::Buy => held.checked_add(added),
        OrderSide::Sell => added.checked_sub(held),
    };
    // Its own side only: an order that makes the position smaller passes whatever the position is.
    if reached.ok_or(Refusal::OutOfRange)? > most { Err(Refusal::MaxPosition) } else { Ok(()) }
}

fn check_asset(
    limits: &AssetLimits,
    account: &Account,
    terms: &Terms,
    intent: &OrderIntent,
    at: Timestamp,
) -> Result<(), Refusal> {
    if let Some(most) = limits.max_order_notional {
        let price = intent.price.or(intent.mark).ok_or(Refusal::NoMarkPrice)?;
        let notional = terms.quote_amount(price, intent.qty).ok_or(Refusal::OutOfRange)?;
        if notional > most {
            return Err(Refusal::MaxOrderNotional);
        }
    }
    let Some(most) = limits.max_daily_loss else { return Ok(()) };
    let lost = account.day_result(terms.quote, at).checked_neg().ok_or(Refusal::OutOfRange)?;
    if lost >= most && !only_closes(account, terms, intent)? {
        return Err(Refusal::MaxDailyLoss);
    }
    Ok(())
}

/// Whether the order, with all others of its side, makes the position smaller and does not turn it: who has lost too
/// much may still get out.
fn only_closes(account: &Account, terms: &Terms, intent: &OrderIntent) -> Result<bool, Refusal> {
    let base = |qty| terms.base_amount(qty).ok_or(Refusal::OutOfRange);
    let traded = base(intent.qty)?.checked_add(base(intent.open_same_side)?).ok_or(Refusal::OutOfRange)?;
    let held = account.position(intent.market).qty;
    let closable = match intent.side {
        OrderSide::Buy => held.checked_neg().ok_or(Refusal::OutOfRange)?,
        OrderSide::Sell => held,
    };
    Ok(traded <= closable)
}
