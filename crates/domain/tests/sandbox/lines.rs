//! The lines of all events, added up: they are the balances.

use std::collections::BTreeMap;

use marketd_domain::ledger::{AssetNo, Owner};
use marketd_domain::sandbox::{Event, Sandbox};

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Lines(BTreeMap<(Owner, AssetNo), i128>);

impl Lines {
    pub fn add(&mut self, sandbox: &Sandbox, event: &Event) {
        let mut sums: BTreeMap<AssetNo, i128> = BTreeMap::new();
        for line in sandbox.entries(event) {
            assert!(!line.amount.is_zero(), "a line of nothing: {event:?}");
            *sums.entry(line.asset).or_default() += line.amount.units();
            *self.0.entry((line.owner, line.asset)).or_default() += line.amount.units();
        }
        assert!(sums.values().all(|sum| *sum == 0), "{event:?} does not sum to zero: {sums:?}");
    }

    fn sum(&self, owner: Owner, asset: AssetNo) -> i128 {
        self.0.get(&(owner, asset)).copied().unwrap_or_default()
    }

    /// Every account and every account of the ledger's own has what its lines say.
    pub fn assert_equal(&self, sandbox: &Sandbox, at: &str) {
        let ledger = sandbox.ledger();
        for (asset, _, totals) in ledger.assets() {
            for (owner, held) in
                [(Owner::Fees, totals.fees), (Owner::Faucet, totals.faucet), (Owner::Venue, totals.venue)]
            {
                assert_eq!(self.sum(owner, asset), held.units(), "{at}: {owner:?} of {asset}");
            }
            for (number, account) in ledger.accounts() {
                let balance = account.balance(asset);
                assert_eq!(self.sum(Owner::Free(number), asset), balance.free.units(), "{at}: {number}");
                let reserved = self.sum(Owner::Reserved(number), asset);
                assert_eq!(reserved, balance.reserved.units(), "{at}: {number}");
            }
        }
    }
}
