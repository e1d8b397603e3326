//! The sandbox's money: who has how much of what, by double entry, in exact integers.
//!
//! Everything an account has came from the faucet, from another account, or from the venue: the counterparty of fills
//! against the venue's book and tape. For each asset, accounts, fees, faucet and venue sum to zero, after every
//! operation. An operation is refused as a whole, or done as a whole. What has happened is a [`LedgerEvent`]; a ledger is
//! the fold of its events.
//!
//! Invariants: free and reserved are never below zero; reserved is the sum of [`worst_cost`] of what is open; a fill takes
//! no more than its order has reserved. The first and the sums are checked with every operation, in release builds as
//! well; [`Ledger::audit`] checks all of them.

mod account;
mod amount;
mod apply;
mod audit;
mod codec;
mod entries;
mod event;
mod fees;
mod ids;
mod order;
mod position;
mod refusal;
mod risk;
#[cfg(test)]
mod risk_tests;
mod settle;
mod terms;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use account::{Account, Balance};
pub use amount::{Amount, Rounding, mul_div};
pub use audit::Broken;
pub(crate) use entries::Lines;
pub use entries::{Entry, Owner};
pub use event::{LedgerEvent, Party, Settled, SettledLeg, Settlement};
pub use fees::{FeeCarry, FeeIn, FeeRate, FeeSchedule, Liquidity, charge, worst_charge};
pub use ids::{AccountNo, AssetNo, MarketNo, UserNo};
pub use order::{Need, OrderMoney, given_asset, worst_cost};
pub use position::{AVERAGE_EXTRA_DECIMALS, Position};
pub use refusal::Refusal;
pub use risk::{AssetLimits, MarketLimits, OrderIntent, OrderRate, RiskLimits, RiskState};
pub use terms::{Asset, Terms};

use crate::matching::OrderSide;
use crate::time::Timestamp;

/// How large a ledger may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerBounds {
    /// All versions of all accounts.
    pub accounts: u32,
    pub assets: u32,
    pub markets: u32,
}

impl Default for LedgerBounds {
    fn default() -> Self {
        Self { accounts: 1_000_000, assets: 10_000, markets: 10_000 }
    }
}

/// Where all of an asset is. Sums to zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Totals {
    pub accounts: Amount,
    pub fees: Amount,
    pub faucet: Amount,
    pub venue: Amount,
}

impl Totals {
    /// No sum of the ledger goes beyond this many units, so that two of them can always be added.
    const BOUND: u128 = 1 << 125;
    /// What the faucet may have given: far from the bound, so that trading does not reach it.
    const FAUCET_BOUND: i128 = 1 << 120;

    fn sum(&self) -> Option<Amount> {
        self.accounts.checked_add(self.fees)?.checked_add(self.faucet)?.checked_add(self.venue)
    }

    fn is_within_bounds(&self) -> bool {
        [self.accounts, self.fees, self.venue].iter().all(|sum| sum.units().unsigned_abs() <= Self::BOUND)
            && self.faucet.units() >= -Self::FAUCET_BOUND
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct AssetState {
    asset: Asset,
    totals: Totals,
}

/// Accounts, and where all the money is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    bounds: LedgerBounds,
    assets: Vec<AssetState>,
    markets: Vec<Terms>,
    accounts: Vec<Account>,
    /// The open version of each account.
    by_name: BTreeMap<(UserNo, String), AccountNo>,
    /// When accounts want their orders cancelled.
    timers: BTreeSet<(Timestamp, AccountNo)>,
    is_killed: bool,
}

impl Ledger {
    pub const fn new(bounds: LedgerBounds) -> Self {
        Self {
            bounds,
            assets: Vec::new(),
            markets: Vec::new(),
            accounts: Vec::new(),
            by_name: BTreeMap::new(),
            timers: BTreeSet::new(),
            is_killed: false,
        }
    }

    pub fn account(&self, account: AccountNo) -> Option<&Account> {
        self.accounts.get(account.index())
    }

    pub fn accounts(&self) -> impl Iterator<Item = (AccountNo, &Account)> + '_ {
        (0u32..).zip(&self.accounts).map(|(no, account)| (AccountNo::new(no), account))
    }

    /// All versions of all accounts; the number that the next one gets.
    pub const fn account_count(&self) -> u32 {
        // Bounded by a u32.
        self.accounts.len() as u32
    }

    /// The open version of a user's account.
    pub fn account_named(&self, user: UserNo, name: &str) -> Option<AccountNo> {
        self.by_name.get(&(user, name.to_owned())).copied()
    }

    /// The open accounts of a user, by name.
    pub fn accounts_of(&self, user: UserNo) -> impl Iterator<Item = AccountNo> + '_ {
        let from = (user, String::new());
        self.by_name
            .range(from..)
            .take_while(move |((owner, _), _)| *owner == user)
            .map(|(_, account)| *account)
    }

    pub fn asset(&self, asset: AssetNo) -> Option<&Asset> {
        self.assets.get(asset.index()).map(|state| &state.asset)
    }

    pub fn asset_coded(&self, code: &str) -> Option<AssetNo> {
        (0u32..).zip(&self.assets).find(|(_, state)| state.asset.code == code).map(|(no, _)| AssetNo::new(no))
    }

    pub fn assets(&self) -> impl Iterator<Item = (AssetNo, &Asset, Totals)> + '_ {
        (0u32..).zip(&self.assets).map(|(no, state)| (AssetNo::new(no), &state.asset, state.totals))
    }

    pub fn terms(&self, market: MarketNo) -> Option<&Terms> {
        self.markets.get(market.index())
    }

    pub fn markets(&self) -> impl Iterator<Item = (MarketNo, &Terms)> + '_ {
        (0u32..).zip(&self.markets).map(|(no, terms)| (MarketNo::new(no), terms))
    }

    /// Whether nobody may place orders.
    pub const fn is_killed(&self) -> bool {
        self.is_killed
    }

    /// When the next account wants its orders cancelled.
    pub fn next_cancel_after(&self) -> Option<(Timestamp, AccountNo)> {
        self.timers.first().copied()
    }

    /// The account, if it may still be used.
    fn open_account_of(&self, account: AccountNo) -> Result<&Account, Refusal> {
        let found = self.account(account).ok_or(Refusal::UnknownAccount)?;
        if found.is_closed() { Err(Refusal::AccountClosed) } else { Ok(found) }
    }

    /// Moves so much from free to reserved.
    pub fn reserve(&mut self, account: AccountNo, asset: AssetNo, amount: Amount) -> Result<(), Refusal> {
        self.move_balance(account, asset, amount, true)
    }

    /// Moves so much from reserved back to free.
    pub fn release(&mut self, account: AccountNo, asset: AssetNo, amount: Amount) -> Result<(), Refusal> {
        self.move_balance(account, asset, amount, false)
    }

    #[inline]
    fn move_balance(
        &mut self,
        account: AccountNo,
        asset: AssetNo,
        amount: Amount,
        reserves: bool,
    ) -> Result<(), Refusal> {
        if amount.is_negative() {
            return Err(Refusal::OutOfRange);
        }
        if asset.index() >= self.assets.len() {
            return Err(Refusal::UnknownAsset);
        }
        let found = self.accounts.get_mut(account.index()).ok_or(Refusal::UnknownAccount)?;
        if found.is_closed() {
            return Err(Refusal::AccountClosed);
        }
        let held = found.holding(asset).balance;
        let moved = if reserves { amount } else { Amount::from_units(-amount.units()) };
        let after = Balance {
            free: held.free.checked_sub(moved).ok_or(Refusal::OutOfRange)?,
            reserved: held.reserved.checked_add(moved).ok_or(Refusal::OutOfRange)?,
        };
        if after.free.is_negative() {
            return Err(Refusal::InsufficientBalance);
        }
        if after.reserved.is_negative() {
            return Err(Refusal::Inconsistent);
        }
        found.holding_mut(asset).balance = after;
        Ok(())
    }

    /// Reserves what an order may cost at worst, under the account's fees of now.
    pub fn open_order(
        &mut self,
        account: AccountNo,
        market: MarketNo,
        side: OrderSide,
        need: &Need,
    ) -> Result<OrderMoney, Refusal> {
        let terms = self.terms(market).ok_or(Refusal::UnknownMarket)?;
        let fees = self.open_account_of(account)?.fees;
        let hold = worst_cost(terms, side, need, &fees, FeeCarry::NONE)?;
        let asset = given_asset(terms, side);
        self.reserve(account, asset, hold)?;
        Ok(OrderMoney { hold, account, market, side, fees, carry: FeeCarry::NONE })
    }

    /// Reserves more, or gives back, since the order needs something else from here on.
    pub fn resize_order(&mut self, money: &mut OrderMoney, need: &Need) -> Result<(), Refusal> {
        let terms = self.terms(money.market).ok_or(Refusal::UnknownMarket)?;
        let hold = worst_cost(terms, money.side, need, &money.fees, money.carry)?;
        let asset = given_asset(terms, money.side);
        let more = hold.checked_sub(money.hold).ok_or(Refusal::OutOfRange)?;
        if more.is_negative() {
            self.release(money.account, asset, more.checked_neg().ok_or(Refusal::OutOfRange)?)?;
        } else {
            self.reserve(money.account, asset, more)?;
        }
        money.hold = hold;
        Ok(())
    }

    /// Gives back all that the order has reserved.
    pub fn close_order(&mut self, money: &mut OrderMoney) -> Result<(), Refusal> {
        self.resize_order(money, &Need::Nothing)
    }

    /// Counts an accepted order towards the account's rate.
    pub fn count_order(&mut self, account: AccountNo, at: Timestamp) -> Result<(), Refusal> {
        let found = self.accounts.get_mut(account.index()).ok_or(Refusal::UnknownAccount)?;
        found.risk.count(at);
        Ok(())
    }
}
