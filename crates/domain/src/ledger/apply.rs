//! Events applied: live, where an operation is its event applied, and from a journal. One that is refused has changed
//! nothing.

use super::account::{Account, Holding};
use super::amount::Amount;
use super::event::LedgerEvent;
use super::fees::FeeSchedule;
use super::ids::{AccountNo, AssetNo, MarketNo, UserNo};
use super::refusal::Refusal;
use super::risk::RiskLimits;
use super::terms::{Asset, Terms};
use super::{AssetState, Ledger, Totals};
use crate::instrument::MarketId;
use crate::numbers::{Qty, Scales};
use crate::time::Timestamp;

impl Ledger {
    pub fn apply(&mut self, event: &LedgerEvent) -> Result<(), Refusal> {
        match event {
            LedgerEvent::AssetAdded(asset) => self.add_asset(asset).map(drop),
            LedgerEvent::MarketAdded { market, base, quote, scales } => {
                self.add_market(market, *base, *quote, *scales).map(drop)
            }
            LedgerEvent::MarketWidened { market, scales } => self.widen_market(*market, *scales),
            LedgerEvent::AccountOpened { user, name, fees } => {
                self.open_account(*user, name, *fees).map(drop)
            }
            LedgerEvent::AccountReset { account } => self.reset_account(*account).map(drop),
            LedgerEvent::AccountCloned { source, name } => self.clone_account(*source, name).map(drop),
            LedgerEvent::FeesSet { account, fees } => self.change(*account, |account| account.fees = *fees),
            LedgerEvent::LimitsSet { account, limits } => self.set_limits(*account, limits),
            LedgerEvent::KillSwitchSet { account, is_killed } => {
                self.change(*account, |account| account.risk.is_killed = *is_killed)
            }
            LedgerEvent::GlobalKillSwitchSet { is_killed } => {
                self.is_killed = *is_killed;
                Ok(())
            }
            LedgerEvent::CancelAfterSet { account, at } => self.set_cancel_after(*account, *at),
            LedgerEvent::Deposited { account, asset, amount } => self.deposit(*account, *asset, *amount),
            LedgerEvent::Reserved { account, asset, amount } => self.reserve(*account, *asset, *amount),
            LedgerEvent::Released { account, asset, amount } => self.release(*account, *asset, *amount),
            LedgerEvent::Settled(settled) => self.apply_settled(settled),
            LedgerEvent::OrderCounted { account, at } => self.count_order(*account, *at),
        }
    }

    pub fn add_asset(&mut self, asset: &Asset) -> Result<AssetNo, Refusal> {
        if asset.scale < Asset::MIN_SCALE {
            return Err(Refusal::ScaleMismatch);
        }
        if self.asset_coded(&asset.code).is_some() {
            return Err(Refusal::AlreadyExists);
        }
        let number = next_number(self.assets.len(), self.bounds.assets).ok_or(Refusal::TooManyAssets)?;
        self.assets.push(AssetState { asset: asset.clone(), totals: Totals::default() });
        Ok(AssetNo::new(number))
    }

    pub fn add_market(
        &mut self,
        market: &MarketId,
        base: AssetNo,
        quote: AssetNo,
        scales: Scales,
    ) -> Result<MarketNo, Refusal> {
        let scale_of =
            |asset| self.asset(asset).map(|found| (asset, found.scale)).ok_or(Refusal::UnknownAsset);
        let terms = Terms::new(market.clone(), scale_of(base)?, scale_of(quote)?, scales)?;
        if self.markets.iter().any(|known| known.market == *market) {
            return Err(Refusal::AlreadyExists);
        }
        let number = next_number(self.markets.len(), self.bounds.markets).ok_or(Refusal::TooManyAssets)?;
        self.markets.push(terms);
        Ok(MarketNo::new(number))
    }

    /// The market's terms at finer scales.
    pub(crate) fn widened_terms(&self, market: MarketNo, scales: Scales) -> Result<Terms, Refusal> {
        let Terms { market: id, base, quote, scales: known, .. } =
            self.terms(market).ok_or(Refusal::UnknownMarket)?;
        if scales.price < known.price || scales.qty < known.qty {
            return Err(Refusal::ScaleMismatch);
        }
        let scale_of =
            |asset| self.asset(asset).map(|found| (asset, found.scale)).ok_or(Refusal::UnknownAsset);
        Terms::new(id.clone(), scale_of(*base)?, scale_of(*quote)?, scales)
    }

    /// Amounts stay as they are: they are in units of assets, not at the market's scales. Limits of quantity are at the
    /// market's scales; one that does not fit any more is above every quantity that does.
    pub fn widen_market(&mut self, market: MarketNo, scales: Scales) -> Result<(), Refusal> {
        let widened = self.widened_terms(market, scales)?;
        let from = core::mem::replace(&mut self.markets[market.index()], widened).scales.qty;
        for limits in self.accounts.iter_mut().flat_map(|account| &mut account.risk.limits.markets) {
            if limits.market == market {
                let beyond = |qty: Qty| if qty < Qty::ZERO { qty } else { Qty::from_mantissa(i64::MAX) };
                let widen = |qty: Qty| qty.rescaled(from, scales.qty).unwrap_or(beyond(qty));
                limits.max_order_qty = limits.max_order_qty.map(widen);
            }
        }
        Ok(())
    }

    pub fn open_account(
        &mut self,
        user: UserNo,
        name: &str,
        fees: FeeSchedule,
    ) -> Result<AccountNo, Refusal> {
        if self.account_named(user, name).is_some() {
            return Err(Refusal::AlreadyExists);
        }
        self.push_account(Account::new(user, name.to_owned(), fees))
    }

    /// Closes the account and opens its successor, with nothing in it.
    pub fn reset_account(&mut self, account: AccountNo) -> Result<AccountNo, Refusal> {
        let closed = self.open_account_of(account)?;
        if closed.holdings.iter().any(|holding| !holding.balance.reserved.is_zero()) {
            return Err(Refusal::ReservedBalance);
        }
        let mut opened = Account::new(closed.user, closed.name.clone(), closed.fees);
        opened.version = closed.version.checked_add(1).ok_or(Refusal::TooManyAccounts)?;
        opened.predecessor = Some(account);
        opened.risk.limits = closed.risk.limits.clone();
        opened.risk.is_killed = closed.risk.is_killed;
        let successor = self.push_account(opened)?;
        self.set_cancel_after(account, None)?;
        self.accounts[account.index()].successor = Some(successor);
        Ok(successor)
    }

    /// Opens an account with what another one has, from the faucet. Its orders are not copied.
    pub fn clone_account(&mut self, source: AccountNo, name: &str) -> Result<AccountNo, Refusal> {
        let found = self.account(source).ok_or(Refusal::UnknownAccount)?;
        if self.account_named(found.user, name).is_some() {
            return Err(Refusal::AlreadyExists);
        }
        let mut opened = Account::new(found.user, name.to_owned(), found.fees);
        opened.risk.limits = found.risk.limits.clone();
        opened.positions = found.positions.clone();
        let free = |holding: &Holding| {
            let mut copied = *holding;
            copied.balance.free = holding.balance.total();
            copied.balance.reserved = Amount::ZERO;
            copied
        };
        opened.holdings = found.holdings.iter().map(free).collect();
        let mut totals = Vec::with_capacity(opened.holdings.len());
        for (state, holding) in self.assets.iter().zip(&opened.holdings) {
            totals.push(given(state.totals, holding.balance.free)?);
        }
        let account = self.push_account(opened)?;
        for (state, totals) in self.assets.iter_mut().zip(totals) {
            state.totals = totals;
        }
        Ok(account)
    }

    fn push_account(&mut self, account: Account) -> Result<AccountNo, Refusal> {
        let number =
            next_number(self.accounts.len(), self.bounds.accounts).ok_or(Refusal::TooManyAccounts)?;
        self.by_name.insert((account.user, account.name.clone()), AccountNo::new(number));
        self.accounts.push(account);
        Ok(AccountNo::new(number))
    }

    /// Changes an account that is open.
    fn change(&mut self, account: AccountNo, change: impl FnOnce(&mut Account)) -> Result<(), Refusal> {
        self.open_account_of(account)?;
        change(&mut self.accounts[account.index()]);
        Ok(())
    }

    pub fn set_limits(&mut self, account: AccountNo, limits: &RiskLimits) -> Result<(), Refusal> {
        if limits.markets.iter().any(|of| self.terms(of.market).is_none()) {
            return Err(Refusal::UnknownMarket);
        }
        if limits.assets.iter().any(|of| self.asset(of.asset).is_none()) {
            return Err(Refusal::UnknownAsset);
        }
        // An entry each, so there are never more of them than markets and assets.
        let is_repeated = |numbers: &mut Vec<u32>| {
            numbers.sort_unstable();
            numbers.windows(2).any(|pair| pair[0] == pair[1])
        };
        let mut markets: Vec<u32> = limits.markets.iter().map(|of| of.market.get()).collect();
        let mut assets: Vec<u32> = limits.assets.iter().map(|of| of.asset.get()).collect();
        if is_repeated(&mut markets) || is_repeated(&mut assets) {
            return Err(Refusal::AlreadyExists);
        }
        self.change(account, |account| account.risk.limits = limits.clone())
    }

    /// Sets, moves or removes the moment at which the account wants its orders cancelled.
    pub fn set_cancel_after(&mut self, account: AccountNo, at: Option<Timestamp>) -> Result<(), Refusal> {
        let before = self.open_account_of(account)?.risk.cancel_after;
        if let Some(before) = before {
            self.timers.remove(&(before, account));
        }
        if let Some(at) = at {
            self.timers.insert((at, account));
        }
        self.change(account, |account| account.risk.cancel_after = at)
    }

    pub fn deposit(&mut self, account: AccountNo, asset: AssetNo, amount: Amount) -> Result<(), Refusal> {
        let state = self.assets.get(asset.index()).ok_or(Refusal::UnknownAsset)?;
        let held = self.open_account_of(account)?.balance(asset);
        if amount <= Amount::ZERO {
            return Err(Refusal::OutOfRange);
        }
        let totals = given(state.totals, amount)?;
        let free = held.free.checked_add(amount).ok_or(Refusal::OutOfRange)?;
        self.assets[asset.index()].totals = totals;
        self.accounts[account.index()].holding_mut(asset).balance.free = free;
        Ok(())
    }
}

/// After the faucet has given so much to an account.
fn given(totals: Totals, amount: Amount) -> Result<Totals, Refusal> {
    let faucet = totals.faucet.checked_sub(amount);
    let accounts = totals.accounts.checked_add(amount);
    let (Some(faucet), Some(accounts)) = (faucet, accounts) else { return Err(Refusal::OutOfRange) };
    let after = Totals { faucet, accounts, ..totals };
    if !after.is_within_bounds() {
        return Err(Refusal::OutOfRange);
    }
    if after.sum() == Some(Amount::ZERO) { Ok(after) } else { Err(Refusal::Inconsistent) }
}

fn next_number(len: usize, bound: u32) -> Option<u32> {
    u32::try_from(len).ok().filter(|number| *number < bound)
}
