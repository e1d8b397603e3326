//! A ledger as slow and obvious as can be: totals by account and asset, fees as exact fractions.

use std::collections::BTreeMap;

use marketd_domain::ledger::{AccountNo, AssetNo, FeeIn, FeeSchedule, Liquidity};
use marketd_domain::matching::OrderSide;

const MILLION: i128 = 1_000_000;

/// An order that is open, in numbers of its own.
#[derive(Debug, Clone)]
pub struct ModelOrder {
    pub account: AccountNo,
    pub base: AssetNo,
    pub quote: AssetNo,
    pub side: OrderSide,
    pub fees: FeeSchedule,
    /// Limit price in units of quote for each unit of quantity, and what is left of it; a price of zero stands for an
    /// order of so much quote, which is then what is left.
    pub price: i128,
    pub left: i128,
    pub base_unit: i128,
    /// Fees owed so far in millionths of a unit, and whole units paid.
    pub owed: i128,
    pub paid: i128,
}

const fn ceil_div(value: i128, by: i128) -> i128 {
    -((-value).div_euclid(by))
}

impl ModelOrder {
    fn rate(&self, liquidity: Liquidity) -> i128 {
        i128::from(self.fees.rate(liquidity).millionths())
    }

    /// What the whole of its fees comes to once `more` millionths are owed, less what it has paid.
    fn due(&self, more: i128) -> i128 {
        ceil_div(self.owed + more, MILLION) - self.paid
    }

    pub fn worst_cost(&self) -> i128 {
        if self.left == 0 {
            return 0;
        }
        if self.side == OrderSide::Sell {
            return self.left * self.base_unit;
        }
        let notional = if self.price == 0 { self.left } else { self.price * self.left };
        let worst = self.rate(Liquidity::Maker).max(self.rate(Liquidity::Taker)).max(0);
        match self.fees.paid_in {
            FeeIn::Quote => notional + self.due(notional * worst),
            FeeIn::Received => notional,
        }
    }

    pub const fn given(&self) -> AssetNo {
        match self.side {
            OrderSide::Buy => self.quote,
            OrderSide::Sell => self.base,
        }
    }
}

#[derive(Debug, Default)]
pub struct Model {
    pub totals: BTreeMap<(AccountNo, AssetNo), i128>,
    pub fees: BTreeMap<AssetNo, i128>,
    pub venue: BTreeMap<AssetNo, i128>,
    pub faucet: BTreeMap<AssetNo, i128>,
}

impl Model {
    pub fn deposit(&mut self, account: AccountNo, asset: AssetNo, amount: i128) {
        *self.totals.entry((account, asset)).or_default() += amount;
        *self.faucet.entry(asset).or_default() -= amount;
    }

    pub fn total(&self, account: AccountNo, asset: AssetNo) -> i128 {
        self.totals.get(&(account, asset)).copied().unwrap_or_default()
    }

    /// One order's side of a trade. `qty` is what the order has less of afterwards.
    pub fn fill(&mut self, order: &mut ModelOrder, liquidity: Liquidity, amounts: (i128, i128), qty: i128) {
        let (base, quote) = amounts;
        let sign = if order.side == OrderSide::Buy { 1 } else { -1 };
        *self.totals.entry((order.account, order.base)).or_default() += sign * base;
        *self.totals.entry((order.account, order.quote)).or_default() -= sign * quote;
        let in_base = order.side == OrderSide::Buy && order.fees.paid_in == FeeIn::Received;
        let (asset, charged) = if in_base { (order.base, base) } else { (order.quote, quote) };
        let more = charged * order.rate(liquidity);
        let fee = order.due(more);
        order.owed += more;
        order.paid += fee;
        order.left -= qty;
        *self.totals.entry((order.account, asset)).or_default() -= fee;
        *self.fees.entry(asset).or_default() += fee;
    }

    /// The venue's side of a trade.
    pub fn fill_venue(&mut self, side: OrderSide, base: (AssetNo, i128), quote: (AssetNo, i128)) {
        let sign = if side == OrderSide::Buy { 1 } else { -1 };
        *self.venue.entry(base.0).or_default() += sign * base.1;
        *self.venue.entry(quote.0).or_default() -= sign * quote.1;
    }
}
