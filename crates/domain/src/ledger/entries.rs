//! The journal entries of an event, as bookkeepers read them: who has how much more or less of what.

use super::event::{LedgerEvent, Settled};
use super::ids::{AccountNo, AssetNo};
use super::order::given_asset;
use super::{Amount, Ledger};
use crate::matching::OrderSide;

/// Whose an amount is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    Free(AccountNo),
    Reserved(AccountNo),
    Fees,
    Faucet,
    Venue,
}

/// One line: so much more, or less. The lines of an event sum to zero for each asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub owner: Owner,
    pub asset: AssetNo,
    pub amount: Amount,
}

impl Ledger {
    /// The lines of an event that this ledger has applied. Lines of zero are left out.
    pub fn entries(&self, event: &LedgerEvent) -> Vec<Entry> {
        let mut lines = Lines::default();
        match event {
            LedgerEvent::Deposited { account, asset, amount } => {
                lines.moved(Owner::Faucet, Owner::Free(*account), *asset, *amount);
            }
            LedgerEvent::Reserved { account, asset, amount } => {
                lines.moved(Owner::Free(*account), Owner::Reserved(*account), *asset, *amount);
            }
            LedgerEvent::Released { account, asset, amount } => {
                lines.moved(Owner::Reserved(*account), Owner::Free(*account), *asset, *amount);
            }
            LedgerEvent::AccountCloned { source, .. } => self.cloned(*source, &mut lines),
            LedgerEvent::Settled(settled) => self.settled(settled, &mut lines),
            _ => {}
        }
        lines.into_entries()
    }

    /// A clone is the last account when its event has just been applied. It is found by the balance that it was given.
    fn cloned(&self, source: AccountNo, lines: &mut Lines) {
        let (Some(source), Some((clone, _))) = (self.account(source), self.accounts().last()) else { return };
        for (asset, balance) in source.balances() {
            lines.moved(Owner::Faucet, Owner::Free(clone), asset, balance.total());
        }
    }

    fn settled(&self, settled: &Settled, lines: &mut Lines) {
        let Some(terms) = self.terms(settled.market) else { return };
        for (side, given, taken) in
            [(OrderSide::Buy, settled.quote, settled.base), (OrderSide::Sell, settled.base, settled.quote)]
        {
            let given_asset = given_asset(terms, side);
            let taken_asset = if given_asset == terms.base { terms.quote } else { terms.base };
            match settled.leg(side) {
                None => {
                    lines.add(Owner::Venue, given_asset, given, true);
                    lines.add(Owner::Venue, taken_asset, taken, false);
                }
                Some(leg) => {
                    let account = leg.money.account();
                    lines.add(Owner::Reserved(account), given_asset, leg.spent, true);
                    lines.moved(Owner::Reserved(account), Owner::Free(account), given_asset, leg.released);
                    lines.add(Owner::Free(account), taken_asset, leg.received, false);
                    lines.add(Owner::Fees, leg.fee_asset, leg.fee, false);
                }
            }
        }
    }
}

/// Lines that are put together.
#[derive(Debug, Default)]
pub(crate) struct Lines(Vec<Entry>);

impl Lines {
    pub fn into_entries(self) -> Vec<Entry> {
        self.0
    }

    pub fn add(&mut self, owner: Owner, asset: AssetNo, amount: Amount, is_less: bool) {
        // Amounts of events are far from the end of the range: the ledger has added them up.
        let amount = if is_less { Amount::from_units(-amount.units()) } else { amount };
        if !amount.is_zero() {
            self.0.push(Entry { owner, asset, amount });
        }
    }

    pub fn moved(&mut self, from: Owner, to: Owner, asset: AssetNo, amount: Amount) {
        self.add(from, asset, amount, true);
        self.add(to, asset, amount, false);
    }
}
