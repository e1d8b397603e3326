//! The whole ledger checked against its rules: for tests, after a restart, and whenever somebody asks.

use std::collections::BTreeMap;

use super::account::Account;
use super::{AccountNo, Amount, AssetNo, Ledger, OrderMoney, Totals, given_asset};

/// A rule that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("asset {asset} sums to {sum}, not to zero")]
    Sum { asset: AssetNo, sum: Amount },
    #[error("accounts hold {held} of asset {asset}, and the ledger says {said}")]
    Accounts { asset: AssetNo, held: Amount, said: Amount },
    #[error("account {account} has a balance below zero of asset {asset}")]
    Negative { account: AccountNo, asset: AssetNo },
    #[error("account {account} has reserved {reserved} of asset {asset}, and its orders hold {held}")]
    Reserved { account: AccountNo, asset: AssetNo, reserved: Amount, held: Amount },
    #[error("account {account} has a position that no fills lead to")]
    Position { account: AccountNo },
    #[error("the {what} of account {account} is not its own")]
    Index { account: AccountNo, what: &'static str },
    #[error("a sum does not fit")]
    Overflow,
}

impl Ledger {
    /// Checks everything. `orders` is the money of all open orders.
    pub fn audit<'o>(&self, orders: impl Iterator<Item = &'o OrderMoney>) -> Result<(), Broken> {
        let mut holds: BTreeMap<(AccountNo, AssetNo), Amount> = BTreeMap::new();
        for money in orders {
            let terms = self.terms(money.market).ok_or(Broken::Overflow)?;
            let held = holds.entry((money.account, given_asset(terms, money.side))).or_default();
            *held = held.checked_add(money.hold).ok_or(Broken::Overflow)?;
        }
        let mut sums = vec![Amount::ZERO; self.assets.len()];
        for (number, account) in self.accounts() {
            self.audit_account(number, account, &mut sums, &mut holds)?;
        }
        // What is left belongs to accounts that have reserved nothing.
        if let Some(((account, asset), held)) = holds.into_iter().find(|(_, held)| !held.is_zero()) {
            return Err(Broken::Reserved { account, asset, reserved: Amount::ZERO, held });
        }
        for ((asset, _, totals), held) in self.assets().zip(sums) {
            self.audit_asset(asset, &totals, held)?;
        }
        Ok(())
    }

    fn audit_account(
        &self,
        number: AccountNo,
        account: &Account,
        sums: &mut [Amount],
        holds: &mut BTreeMap<(AccountNo, AssetNo), Amount>,
    ) -> Result<(), Broken> {
        for (asset, balance) in account.balances() {
            if balance.free.is_negative() || balance.reserved.is_negative() {
                return Err(Broken::Negative { account: number, asset });
            }
            let held = holds.remove(&(number, asset)).unwrap_or_default();
            if held != balance.reserved {
                return Err(Broken::Reserved { account: number, asset, reserved: balance.reserved, held });
            }
            let sum = sums.get_mut(asset.index()).ok_or(Broken::Overflow)?;
            *sum = sum.checked_add(balance.total()).ok_or(Broken::Overflow)?;
        }
        if account.positions().any(|(_, position)| position.is_inconsistent()) {
            return Err(Broken::Position { account: number });
        }
        let is_named = self.account_named(account.user, &account.name) == Some(number);
        if is_named == account.is_closed() {
            return Err(Broken::Index { account: number, what: "name" });
        }
        let is_timed = account.risk.cancel_after.is_some_and(|at| self.timers.contains(&(at, number)));
        if is_timed != account.risk.cancel_after.is_some() {
            return Err(Broken::Index { account: number, what: "timer" });
        }
        Ok(())
    }

    fn audit_asset(&self, asset: AssetNo, totals: &Totals, held: Amount) -> Result<(), Broken> {
        if totals.accounts != held {
            return Err(Broken::Accounts { asset, held, said: totals.accounts });
        }
        match totals.sum() {
            Some(Amount::ZERO) => Ok(()),
            Some(sum) => Err(Broken::Sum { asset, sum }),
            None => Err(Broken::Overflow),
        }
    }
}
